/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store: everything that vpcbox remembers.  The only room that sees SQL.
 *
 * Theory of operation.  State is one SQLite database (WAL, synchronous=FULL).  A table is declared
 * once, as a list of columns (schema_*.h); from that list come the row struct, the SQL and these
 * functions, for a table `foo` with columns FOO_COLUMNS:
 *
 *   struct foo_row                          TEXT is const char *, INT int64_t, BLOB struct store_blob
 *   foo_find(tx, key)                       by the first column; NULL when absent
 *   foo_list(tx)                            all rows in the order of their insertion
 *   foo_list_by(tx, COL(foo, x), value)     rows whose column x equals value (indexed columns are fast)
 *   foo_put(tx, &row)                       insert, or replace the row with the same key
 *   foo_delete(tx, key)                     true when there was one
 *
 * rows.h has the whole list, schema.h says how a table is declared.
 *
 * A transaction (struct tx) belongs to one request and one thread.  Rows and their strings live in
 * the transaction's arena and stay valid after it; a row from foo_find may be copied, changed and
 * put back (`struct foo_row r = *found; r.x = …; foo_put(tx, &r)`).
 *
 * Failure of the database itself (disk full, I/O, no memory) is not the handlers' business: the transaction
 * becomes `failed`, and whoever began it sees the error at the end, rolls back and answers InternalError.
 * A handler goes no further than the call that failed when who began has said where to (`bail`), so that
 * a row it has just put is always found; else finds answer NULL and lists are empty.
 *
 * Writers: one at a time, and group commit.  store_write_begin() waits for the writer's turn and
 * opens a savepoint; store_write_end(keep) releases it or rolls it back; store_write_sync() waits
 * until the group that holds this write is on disk.  Many requests share one fsync.  A write is
 * visible to later writers at once and to readers after the group's commit, which is before its
 * reply is sent: so a client always reads its own writes, and nobody sees what can still be lost.
 * Readers: store_read_begin()/end(), a snapshot of the last commit, any number at once.
 */
#ifndef VPCBOX_STORE_STORE_H
#define VPCBOX_STORE_STORE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct store;

struct store_blob {
    const void *data;
    size_t length;
};

struct tx {
    struct store *store;
    struct arena *arena;
    void *db; /* the connection */
    bool write;
    int failed; /* 0, or a negative errno: nothing read since can be trusted */
    /* Where a failure leads; may be NULL.  What is called under it keeps nothing but arena memory, so nothing of it is
     * lost: no lock is held, no descriptor open across a call of the store. */
    jmp_buf *bail;
    uint64_t group;
};

/*
 * Opens (and creates or migrates) directory/state.db.  0 or negative errno; *ret_error (the calling
 * thread's, until it opens another) says what is wrong with an unusable database in one line.
 */
int store_open(const char *directory, struct store **ret_store, const char **ret_error);
void store_close(struct store *s);

/* Few readers at once (others wait for one to end): read, then end, then do what takes long. */
int store_read_begin(struct store *s, struct arena *a, struct tx *ret_tx);
void store_read_end(struct tx *tx);

int store_write_begin(struct store *s, struct arena *a, struct tx *ret_tx);
/* keep false, or tx->failed: all changes since begin are undone.  0 or negative errno. */
int store_write_end(struct tx *tx, bool keep);
/* After a store_write_end(keep) that returned 0, once: returns when the write is durable and visible to
 * readers, or with the error that undid the whole group. */
int store_write_sync(struct tx *tx);

/* A number that is never given twice (ENI and endpoint numbers, rule order). Write transactions only. */
int64_t store_next_number(struct tx *tx, const char *sequence);
/* The last one given; 0: none. */
int64_t store_last_number(struct tx *tx, const char *sequence);

#endif
