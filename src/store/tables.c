/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptors of all tables, made from the lists in schema.h. */
#include "store/rows.h"

#define COLUMN(type, name) {#name, STORE_##type, false},
#define INDEXED(type, name) {#name, STORE_##type, true},
#define BYTES(type, name) +sizeof(STORE_C_##type)

#define COLUMNS(table, list)                                                                                 \
    static const struct store_column columns_##table[] = {list(COLUMN, INDEXED)};                            \
    _Static_assert(sizeof(columns_##table) / sizeof(columns_##table[0]) <= ENGINE_COLUMNS_MAX, #table);      \
    _Static_assert(sizeof(struct table##_row) == 0 list(BYTES, BYTES), "rows have no holes");

#define DESCRIBE(table, list)                                                                                \
    {#table, columns_##table, sizeof(columns_##table) / sizeof(columns_##table[0]),                          \
     sizeof(struct table##_row), STORE_TABLE_##table},

STORE_TABLES(COLUMNS)

const struct store_table store_tables[] = {STORE_TABLES(DESCRIBE)};
const size_t store_table_count = STORE_TABLE_COUNT;
