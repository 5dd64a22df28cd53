/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine: reads and writes the rows of any table by its descriptor.
 *
 * Theory of operation: a descriptor lists the columns' names and types.  Every type is made of whole
 * words, so a row's struct has no holes and a column lies where those before it end.  The functions
 * that rows.h declares for each table are thin, typed covers of these.  SQL text is made from the
 * descriptor when a connection first needs a statement, and the prepared statement stays with the
 * connection.  The first column is the key; rows keep the place of their first insertion.
 */
#ifndef VPCBOX_STORE_ENGINE_H
#define VPCBOX_STORE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

struct sqlite3;
struct sqlite3_stmt;

enum store_type { STORE_TEXT, STORE_INT, STORE_BLOB };

struct store_column {
    const char *name;
    enum store_type type;
    bool indexed;
};

struct store_table {
    const char *name;
    const struct store_column *columns;
    uint32_t column_count;
    uint32_t row_bytes;
    uint32_t number; /* place in store_tables */
};

struct store_rows {
    const void *items;
    size_t count;
};

extern const struct store_table store_tables[];
extern const size_t store_table_count;

/* The transaction has failed (negative errno); does not come back where it has a bail. */
void engine_fail(struct tx *tx, int error);
const void *engine_find(struct tx *tx, const struct store_table *t, const char *key);
struct store_rows engine_list(struct tx *tx, const struct store_table *t);
/* column: its offset in the row */
struct store_rows engine_list_by(struct tx *tx, const struct store_table *t, size_t column,
                                 const char *value);
struct store_rows engine_list_by_int(struct tx *tx, const struct store_table *t, size_t column,
                                     int64_t value);
struct store_rows engine_range(struct tx *tx, const struct store_table *t, const char *after,
                               const char *before, size_t limit);
void engine_put(struct tx *tx, const struct store_table *t, const void *row);
bool engine_delete(struct tx *tx, const struct store_table *t, const char *key);
size_t engine_delete_by(struct tx *tx, const struct store_table *t, size_t column, const char *value);

/* A connection to the database with the statements that it has prepared.  One thread at a time. */
enum { ENGINE_FIND, ENGINE_LIST, ENGINE_RANGE, ENGINE_PUT, ENGINE_DELETE, ENGINE_BY_COLUMN };
enum { ENGINE_COLUMNS_MAX = 64 };

struct engine_connection {
    struct sqlite3 *db;
    struct sqlite3_stmt ***statements; /* [table][ENGINE_…, then two for each column: list, delete] */
    struct sqlite3_stmt *begin, *commit, *rollback, *savepoint, *release, *undo, *sequence;
    /* store.c's */
    struct engine_connection *next;
    uint64_t snapshot;
};

/* A new connection to the file.  0 or negative errno, and SQLite's words in *ret_error (sqlite3_free). */
int engine_connect(const char *path, bool write, struct engine_connection **ret_c, char **ret_error);
void engine_disconnect(struct engine_connection *c); /* NULL is fine */
/* Creates what is missing; -EPROTONOSUPPORT when a newer vpcbox wrote the database. */
int engine_migrate(struct engine_connection *c, char **ret_error);
/* Is a small database sound?  A large one takes longer than a start may: store_check(). */
int engine_glance(struct engine_connection *c, char **ret_error);
/* Runs one of the connection's statements without results.  0 or negative errno. */
int engine_run(struct engine_connection *c, struct sqlite3_stmt *s);
int engine_errno(int sqlite_code);

#endif
