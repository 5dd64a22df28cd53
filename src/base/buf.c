/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool buf_room(struct buf *b, size_t more) {
    size_t want;
    char *bigger;

    if (b->overflow || more > b->max || b->length > b->max - more) {
        b->overflow = true;
        return false;
    }
    want = b->length + more + 1;
    if (want <= b->capacity)
        return true;
    if (want < b->capacity * 2)
        want = b->capacity * 2;
    if (want < 256)
        want = 256;
    bigger = realloc(b->data, want);
    if (bigger == NULL) {
        b->overflow = true;
        return false;
    }
    b->data = bigger;
    b->capacity = want;
    return true;
}

void buf_append(struct buf *b, const void *data, size_t length) {
    if (!buf_room(b, length))
        return;
    if (length > 0)
        memcpy(b->data + b->length, data, length);
    b->length += length;
    b->data[b->length] = '\0';
}

void buf_puts(struct buf *b, const char *s) {
    buf_append(b, s, strlen(s));
}

void buf_putc(struct buf *b, char c) {
    buf_append(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...) {
    va_list ap;
    int length;

    va_start(ap, fmt);
    length = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (length < 0 || !buf_room(b, (size_t)length))
        return;
    va_start(ap, fmt);
    vsnprintf(b->data + b->length, (size_t)length + 1, fmt, ap);
    va_end(ap);
    b->length += (size_t)length;
}

void buf_reset(struct buf *b) {
    b->length = 0;
    b->overflow = false;
    if (b->data != NULL)
        b->data[0] = '\0';
}

void buf_free(struct buf *b) {
    free(b->data);
    b->data = NULL;
    b->length = b->capacity = 0;
    b->overflow = false;
}
