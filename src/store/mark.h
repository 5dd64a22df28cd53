/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mark: which database a folder of objects belongs to, and how far that database had come.
 *
 * Theory of operation: objects/box.mark holds the id that the database also knows and the number of the
 * newest version of an object that was committed, written after each commit.  So a database beside it that
 * has another id is another box's, and one that has given fewer numbers is an older copy: neither may decide
 * which files nobody needs.  The number is overwritten in place and not synced by itself: after a power cut
 * it may be too low, never too high.
 */
#ifndef VPCBOX_STORE_MARK_H
#define VPCBOX_STORE_MARK_H

#include <stdint.h>

enum { MARK_ID_BYTES = 33 };

struct mark {
    char id[MARK_ID_BYTES];
    int64_t number;
};

/* 0; -ENOENT: there is none, or none that can be read. */
int mark_read(const char *home, struct mark *ret_mark);
/* Whole and durable. */
int mark_write(const char *home, const struct mark *mark);
/* Raises the number; makes the mark when there is none.  Thread-safe. */
void mark_raise(const char *home, const struct mark *mark);

#endif
