/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check: is the database sound, and what can be saved of one that is not.
 *
 * Theory of operation: SQLite checks itself (PRAGMA integrity_check).  To save what is left, every table is read
 * row by row from both ends up to what cannot be read, into a new database; the old one is kept aside, whole.
 * Nobody else may have the database open.
 */
#ifndef VPCBOX_STORE_CHECK_H
#define VPCBOX_STORE_CHECK_H

#include <stdint.h>

#include "base/arena.h"

/* 0: sound.  -ENOENT: there is none.  Else a negative errno and *ret_words, in the arena. */
int store_check(const char *directory, struct arena *a, const char **ret_words);
/*
 * Puts directory/state.db, made anew of what can be read of it, in its place, and the old one (with its log) into the
 * folder `aside`.  *ret_rows: saved.  -EUCLEAN: nothing at all can be read; then nothing has changed.
 */
int store_rebuild(const char *directory, const char *aside, int64_t *ret_rows);

#endif
