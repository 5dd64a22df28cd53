/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf: a growable byte buffer with a ceiling.
 *
 * Theory of operation: whoever makes a buffer names the most it may ever hold; an append past that
 * sets `overflow` and changes nothing, and later appends are ignored, so that a long run of appends
 * needs one check at its end.  data is always NUL-terminated one byte past length (when not NULL).
 */
#ifndef VPCBOX_BASE_BUF_H
#define VPCBOX_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;
    size_t length, capacity, max;
    bool overflow;
};

#define BUF_INIT(max_bytes)                                                                                  \
    { NULL, 0, 0, (max_bytes), false }

void buf_append(struct buf *b, const void *data, size_t length);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_reset(struct buf *b); /* empty, keeps its memory */
void buf_free(struct buf *b);  /* empty, gives its memory back; max stays */

#endif
