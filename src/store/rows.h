/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows: the structs and functions of every table, made from the lists in schema.h.
 *
 * For a table `foo`:
 *   struct foo_row, struct foo_rows { items, count }
 *   const struct foo_row *foo_find(tx, key)
 *   struct foo_rows foo_list(tx)                              in the order of insertion
 *   struct foo_rows foo_list_by(tx, COL(foo, vpc_id), value)  rows whose TEXT column has this value
 *   struct foo_rows foo_list_by_int(tx, COL(foo, num), 7)     … whose INT column has it
 *   struct foo_rows foo_range(tx, after, before, limit)       in the byte order of keys: after < key <
 * before; NULL: no bound; at most limit rows void foo_put(tx, &row) inserts, or replaces the row of that key
 * in its place bool foo_delete(tx, key) size_t foo_delete_by(tx, COL(foo, vpc_id), value)         how many
 * there were
 *
 * A NULL key or value finds nothing.  list_by on a column that is not indexed (C instead of I) reads
 * the whole table.
 */
#ifndef VPCBOX_STORE_ROWS_H
#define VPCBOX_STORE_ROWS_H

#include "store/engine.h"
#include "store/schema.h"
#include "store/store.h"

#define COL(table, column) offsetof(struct table##_row, column)

#define STORE_C_TEXT const char *
#define STORE_C_INT int64_t
#define STORE_C_BLOB struct store_blob
#define STORE_FIELD(type, name) STORE_C_##type name;

/* The number of a table: its place in the list. */
#define STORE_NUMBER(table, columns) STORE_TABLE_##table,
enum store_table_number { STORE_TABLES(STORE_NUMBER) STORE_TABLE_COUNT };

#define STORE_DECLARE(table, columns)                                                                        \
    struct table##_row {                                                                                     \
        columns(STORE_FIELD, STORE_FIELD)                                                                    \
    };                                                                                                       \
    struct table##_rows {                                                                                    \
        const struct table##_row *items;                                                                     \
        size_t count;                                                                                        \
    };                                                                                                       \
    static inline struct table##_rows table##_rows_of(struct store_rows r) {                                 \
        return (struct table##_rows){r.items, r.count};                                                      \
    }                                                                                                        \
    static inline const struct table##_row *table##_find(struct tx *tx, const char *key) {                   \
        return engine_find(tx, &store_tables[STORE_TABLE_##table], key);                                     \
    }                                                                                                        \
    static inline struct table##_rows table##_list(struct tx *tx) {                                          \
        return table##_rows_of(engine_list(tx, &store_tables[STORE_TABLE_##table]));                         \
    }                                                                                                        \
    static inline struct table##_rows table##_list_by(struct tx *tx, size_t column, const char *value) {     \
        return table##_rows_of(engine_list_by(tx, &store_tables[STORE_TABLE_##table], column, value));       \
    }                                                                                                        \
    static inline struct table##_rows table##_list_by_int(struct tx *tx, size_t column, int64_t value) {     \
        return table##_rows_of(engine_list_by_int(tx, &store_tables[STORE_TABLE_##table], column, value));   \
    }                                                                                                        \
    static inline struct table##_rows table##_range(struct tx *tx, const char *after, const char *before,    \
                                                    size_t limit) {                                          \
        return table##_rows_of(engine_range(tx, &store_tables[STORE_TABLE_##table], after, before, limit));  \
    }                                                                                                        \
    static inline void table##_put(struct tx *tx, const struct table##_row *row) {                           \
        engine_put(tx, &store_tables[STORE_TABLE_##table], row);                                             \
    }                                                                                                        \
    static inline bool table##_delete(struct tx *tx, const char *key) {                                      \
        return engine_delete(tx, &store_tables[STORE_TABLE_##table], key);                                   \
    }                                                                                                        \
    static inline size_t table##_delete_by(struct tx *tx, size_t column, const char *value) {                \
        return engine_delete_by(tx, &store_tables[STORE_TABLE_##table], column, value);                      \
    }

STORE_TABLES(STORE_DECLARE)

#endif
