/* SPDX-License-Identifier: Apache-2.0 */
#include "store/engine.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { FORMAT = 1, STATEMENT_MAX_BYTES = 16 * 1024, BUSY_MS = 5000, GLANCE_PAGES = 512 };

static const char *const type_names[] = {
    [STORE_TEXT] = "TEXT", [STORE_INT] = "INTEGER", [STORE_BLOB] = "BLOB"};
static const size_t type_bytes[] = {[STORE_TEXT] = sizeof(const char *),
                                    [STORE_INT] = sizeof(int64_t),
                                    [STORE_BLOB] = sizeof(struct store_blob)};

int engine_errno(int code) {
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_DONE:
    case SQLITE_ROW:
        return 0;
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
        return -EACCES;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return -EUCLEAN;
    default:
        return -EIO;
    }
}

/* ---- connections ---- */

static int execute(struct engine_connection *c, const char *sql, char **ret_error) {
    return engine_errno(sqlite3_exec(c->db, sql, NULL, NULL, ret_error));
}

static int prepare(struct engine_connection *c, const char *sql, sqlite3_stmt **ret_s) {
    return engine_errno(sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret_s, NULL));
}

static size_t slots(const struct store_table *t) {
    return ENGINE_BY_COLUMN + 2 * (size_t)t->column_count;
}

int engine_connect(const char *path, bool write, struct engine_connection **ret_c, char **ret_error) {
    struct engine_connection *c = calloc(1, sizeof(*c));
    int r;

    if (c == NULL)
        return -ENOMEM;
    c->statements = calloc(store_table_count, sizeof(*c->statements));
    if (c->statements == NULL) {
        free(c);
        return -ENOMEM;
    }
    r = engine_errno(sqlite3_open_v2(
        path, &c->db, SQLITE_OPEN_READWRITE | (write ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_NOMUTEX, NULL));
    if (r == 0) {
        sqlite3_busy_timeout(c->db, BUSY_MS);
        r = execute(c,
                    write ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192;"
                            "PRAGMA temp_store=MEMORY;" /* what a savepoint would have to undo */

                            "PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=16777216"
                          : "PRAGMA query_only=1; PRAGMA cache_size=-1024",
                    ret_error);
    } else if (c->db != NULL) {
        *ret_error = sqlite3_mprintf("%s", sqlite3_errmsg(c->db));
    }
    if (r == 0)
        r = prepare(c, write ? "BEGIN IMMEDIATE" : "BEGIN", &c->begin);
    if (r == 0)
        r = prepare(c, "COMMIT", &c->commit);
    if (r == 0)
        r = prepare(c, "ROLLBACK", &c->rollback);
    if (r == 0)
        r = prepare(c, "SAVEPOINT request", &c->savepoint);
    if (r == 0)
        r = prepare(c, "RELEASE request", &c->release);
    if (r == 0)
        r = prepare(c, "ROLLBACK TO request", &c->undo);
    if (r < 0) {
        engine_disconnect(c);
        return r;
    }
    *ret_c = c;
    return 0;
}

void engine_disconnect(struct engine_connection *c) {
    if (c == NULL)
        return;
    for (size_t t = 0; t < store_table_count; t++) {
        for (size_t i = 0; c->statements[t] != NULL && i < slots(&store_tables[t]); i++)
            sqlite3_finalize(c->statements[t][i]);
        free(c->statements[t]);
    }
    free(c->statements);
    sqlite3_finalize(c->begin);
    sqlite3_finalize(c->commit);
    sqlite3_finalize(c->rollback);
    sqlite3_finalize(c->savepoint);
    sqlite3_finalize(c->release);
    sqlite3_finalize(c->undo);
    sqlite3_finalize(c->sequence);
    sqlite3_close(c->db);
    free(c);
}

int engine_run(struct engine_connection *c, sqlite3_stmt *s) {
    int r = sqlite3_step(s), again;

    (void)c;
    again = sqlite3_reset(s);
    return engine_errno(r == SQLITE_DONE ? again : r);
}

/* ---- migration ---- */

static int scalar(struct engine_connection *c, const char *sql, int64_t *ret_value) {
    sqlite3_stmt *s = NULL;
    int r = prepare(c, sql, &s);

    if (r == 0 && sqlite3_step(s) == SQLITE_ROW)
        *ret_value = sqlite3_column_int64(s, 0);
    else if (r == 0)
        r = engine_errno(sqlite3_errcode(c->db));
    sqlite3_finalize(s);
    return r;
}

/* Which columns the table has already; an empty set when there is no such table. */
static int present(struct engine_connection *c, const struct store_table *t, bool ret_has[ENGINE_COLUMNS_MAX],
                   bool *ret_any) {
    sqlite3_stmt *s = NULL;
    int r = prepare(c, "SELECT name FROM pragma_table_info(?1)", &s);

    memset(ret_has, 0, ENGINE_COLUMNS_MAX * sizeof(*ret_has));
    *ret_any = false;
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, t->name, -1, SQLITE_STATIC);
    while ((r = sqlite3_step(s)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(s, 0);

        *ret_any = true;
        for (uint32_t i = 0; name != NULL && i < t->column_count; i++)
            if (strcmp(name, t->columns[i].name) == 0)
                ret_has[i] = true;
    }
    sqlite3_finalize(s);
    return engine_errno(r);
}

static void declare(struct buf *sql, const struct store_column *column) {
    buf_printf(sql, "\"%s\" %s%s", column->name, type_names[column->type],
               column->type == STORE_INT ? " NOT NULL DEFAULT 0" : "");
}

static int migrate_table(struct engine_connection *c, const struct store_table *t, char **ret_error) {
    struct buf sql = BUF_INIT(STATEMENT_MAX_BYTES);
    bool has[ENGINE_COLUMNS_MAX], any;
    int r = present(c, t, has, &any);

    if (r < 0)
        return r;
    if (!any) {
        buf_printf(&sql, "CREATE TABLE \"%s\" (rowid INTEGER PRIMARY KEY", t->name);
        for (uint32_t i = 0; i < t->column_count; i++) {
            buf_puts(&sql, ", ");
            declare(&sql, &t->columns[i]);
            if (i == 0)
                buf_puts(&sql, " NOT NULL UNIQUE");
        }
        buf_puts(&sql, ") STRICT;");
    }
    for (uint32_t i = 0; i < t->column_count; i++) {
        if (any && !has[i]) {
            buf_printf(&sql, "ALTER TABLE \"%s\" ADD COLUMN ", t->name);
            declare(&sql, &t->columns[i]);
            buf_putc(&sql, ';');
        }
        if (t->columns[i].indexed)
            buf_printf(&sql, "CREATE INDEX IF NOT EXISTS \"%s_by_%s\" ON \"%s\" (\"%s\");", t->name,
                       t->columns[i].name, t->name, t->columns[i].name);
    }
    r = sql.overflow ? -E2BIG : sql.length > 0 ? execute(c, sql.data, ret_error) : 0;
    buf_free(&sql);
    return r;
}

int engine_migrate(struct engine_connection *c, char **ret_error) {
    int64_t version = 0;
    int r = scalar(c, "PRAGMA user_version", &version);

    if (r < 0)
        return r;
    if (version > FORMAT) {
        *ret_error = sqlite3_mprintf("it has format %lld and this vpcbox knows formats up to %d: use the "
                                     "vpcbox that wrote it, or another home (--home)",
                                     (long long)version, FORMAT);
        return -EPROTONOSUPPORT;
    }
    r = execute(c,
                "BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS store_sequence "
                "(name TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) STRICT",
                ret_error);
    for (size_t i = 0; r == 0 && i < store_table_count; i++)
        r = migrate_table(c, &store_tables[i], ret_error);
    if (r == 0 && version != FORMAT)
        r = execute(c, "PRAGMA user_version=1", ret_error);
    _Static_assert(FORMAT == 1, "the line above names the format too");
    if (r == 0)
        r = execute(c, "COMMIT", ret_error);
    if (r < 0)
        sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
    return r == 0 ? prepare(c,
                            "INSERT INTO store_sequence VALUES (?1, 1) "
                            "ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
                            &c->sequence)
                  : r;
}

int engine_glance(struct engine_connection *c, char **ret_error) {
    int64_t pages = 0;
    sqlite3_stmt *s = NULL;
    const char *words;
    int r = scalar(c, "PRAGMA page_count", &pages);

    if (r < 0 || pages > GLANCE_PAGES)
        return r;
    r = prepare(c, "PRAGMA quick_check(1)", &s);
    if (r == 0 && sqlite3_step(s) == SQLITE_ROW) {
        words = (const char *)sqlite3_column_text(s, 0);
        if (words == NULL || strcmp(words, "ok") != 0) {
            *ret_error = sqlite3_mprintf("it is damaged: %s", words);
            r = -EUCLEAN;
        }
    } else if (r == 0) {
        r = engine_errno(sqlite3_errcode(c->db));
    }
    sqlite3_finalize(s);
    return r;
}

/* ---- rows ---- */

/* Last of all in a function: it may not come back. */
void engine_fail(struct tx *tx, int error) {
    if (tx->failed == 0)
        tx->failed = error;
    if (tx->bail != NULL)
        longjmp(*tx->bail, 1);
}

static void list_columns(struct buf *sql, const struct store_table *t) {
    for (uint32_t i = 0; i < t->column_count; i++)
        buf_printf(sql, "%s\"%s\"", i > 0 ? ", " : "", t->columns[i].name);
}

static void make_sql(struct buf *sql, const struct store_table *t, size_t slot) {
    const char *key = t->columns[0].name;

    if (slot == ENGINE_DELETE) {
        buf_printf(sql, "DELETE FROM \"%s\" WHERE \"%s\" = ?1", t->name, key);
        return;
    }
    if (slot == ENGINE_PUT) {
        buf_printf(sql, "INSERT INTO \"%s\" (", t->name);
        list_columns(sql, t);
        buf_puts(sql, ") VALUES (");
        for (uint32_t i = 0; i < t->column_count; i++)
            buf_printf(sql, "%s?%u", i > 0 ? ", " : "", i + 1);
        buf_printf(sql, ") ON CONFLICT (\"%s\") DO UPDATE SET ", key);
        for (uint32_t i = 0; i < t->column_count; i++)
            buf_printf(sql, "%s\"%s\" = ?%u", i > 0 ? ", " : "", t->columns[i].name, i + 1);
        return;
    }
    if (slot >= ENGINE_BY_COLUMN && (slot - ENGINE_BY_COLUMN) % 2 == 1) {
        buf_printf(sql, "DELETE FROM \"%s\" WHERE \"%s\" = ?1", t->name,
                   t->columns[(slot - ENGINE_BY_COLUMN) / 2].name);
        return;
    }
    buf_puts(sql, "SELECT ");
    list_columns(sql, t);
    buf_printf(sql, " FROM \"%s\"", t->name);
    if (slot == ENGINE_FIND)
        buf_printf(sql, " WHERE \"%s\" = ?1", key);
    else if (slot == ENGINE_RANGE)
        buf_printf(sql, " WHERE \"%s\" > ?1 AND (?2 IS NULL OR \"%s\" < ?2) ORDER BY \"%s\" LIMIT ?3", key,
                   key, key);
    else if (slot == ENGINE_LIST)
        buf_puts(sql, " ORDER BY rowid");
    else
        buf_printf(sql, " WHERE \"%s\" = ?1 ORDER BY rowid", t->columns[(slot - ENGINE_BY_COLUMN) / 2].name);
}

/* The statement ready for binding, or NULL and the transaction has failed. */
static sqlite3_stmt *statement(struct tx *tx, const struct store_table *t, size_t slot) {
    struct engine_connection *c = tx->db;
    struct buf sql = BUF_INIT(STATEMENT_MAX_BYTES);
    int r = 0;

    if (tx->failed < 0)
        return NULL;
    if (c->statements[t->number] == NULL)
        c->statements[t->number] = calloc(slots(t), sizeof(sqlite3_stmt *));
    if (c->statements[t->number] == NULL) {
        engine_fail(tx, -ENOMEM);
        return NULL;
    }
    if (c->statements[t->number][slot] != NULL)
        return c->statements[t->number][slot];
    make_sql(&sql, t, slot);
    r = sql.overflow ? -E2BIG : prepare(c, sql.data, &c->statements[t->number][slot]);
    buf_free(&sql);
    if (r < 0)
        engine_fail(tx, r);
    return c->statements[t->number][slot];
}

/* The column at this offset of the row; every caller names it with COL(). */
static uint32_t column_at(const struct store_table *t, size_t offset) {
    size_t at = 0;

    for (uint32_t i = 0; i < t->column_count; i++) {
        if (at == offset)
            return i;
        at += type_bytes[t->columns[i].type];
    }
    abort();
}

/* All text and blobs of a row lie in one piece of the arena; each ends with a NUL. */
static void read_row(struct tx *tx, const struct store_table *t, sqlite3_stmt *s, unsigned char *row) {
    size_t room = 0;
    char *text;

    for (uint32_t i = 0; i < t->column_count; i++)
        if (t->columns[i].type != STORE_INT)
            room += (size_t)sqlite3_column_bytes(s, (int)i) + 1;
    text = arena_alloc(tx->arena, room);
    for (uint32_t i = 0; i < t->column_count; i++) {
        enum store_type type = t->columns[i].type;
        size_t length;

        if (type == STORE_INT) {
            *(int64_t *)(void *)row = sqlite3_column_int64(s, (int)i);
        } else if (sqlite3_column_type(s, (int)i) != SQLITE_NULL) {
            const void *data = type == STORE_TEXT ? (const void *)sqlite3_column_text(s, (int)i)
                                                  : sqlite3_column_blob(s, (int)i);

            length = (size_t)sqlite3_column_bytes(s, (int)i);
            if (length > 0)
                memcpy(text, data, length);
            text[length] = '\0';
            if (type == STORE_TEXT)
                *(const char **)(void *)row = text;
            else
                *(struct store_blob *)(void *)row = (struct store_blob){text, length};
            text += length + 1;
        }
        row += type_bytes[type];
    }
}

/* Steps a bound statement to its end. */
static struct store_rows read_rows(struct tx *tx, const struct store_table *t, sqlite3_stmt *s) {
    unsigned char *items = NULL;
    size_t count = 0, capacity = 0;
    int r;

    while ((r = sqlite3_step(s)) == SQLITE_ROW) {
        items = vec_grow(tx->arena, items, count, &capacity, t->row_bytes);
        read_row(tx, t, s, items + count++ * t->row_bytes);
    }
    sqlite3_reset(s);
    if (r != SQLITE_DONE) {
        engine_fail(tx, engine_errno(r));
        return (struct store_rows){0};
    }
    return (struct store_rows){items, count};
}

const void *engine_find(struct tx *tx, const struct store_table *t, const char *key) {
    sqlite3_stmt *s = key == NULL ? NULL : statement(tx, t, ENGINE_FIND);
    void *row = NULL;
    int r;

    if (s == NULL)
        return NULL;
    sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
    r = sqlite3_step(s);
    if (r == SQLITE_ROW) {
        row = arena_alloc(tx->arena, t->row_bytes);
        read_row(tx, t, s, row);
    }
    sqlite3_reset(s);
    if (r != SQLITE_ROW && r != SQLITE_DONE)
        engine_fail(tx, engine_errno(r));
    return row;
}

struct store_rows engine_list(struct tx *tx, const struct store_table *t) {
    sqlite3_stmt *s = statement(tx, t, ENGINE_LIST);
    struct store_rows none = {0};

    return s == NULL ? none : read_rows(tx, t, s);
}

struct store_rows engine_list_by(struct tx *tx, const struct store_table *t, size_t column,
                                 const char *value) {
    sqlite3_stmt *s =
        value == NULL ? NULL : statement(tx, t, ENGINE_BY_COLUMN + 2 * (size_t)column_at(t, column));

    if (s == NULL)
        return (struct store_rows){0};
    sqlite3_bind_text(s, 1, value, -1, SQLITE_STATIC);
    return read_rows(tx, t, s);
}

struct store_rows engine_list_by_int(struct tx *tx, const struct store_table *t, size_t column,
                                     int64_t value) {
    sqlite3_stmt *s = statement(tx, t, ENGINE_BY_COLUMN + 2 * (size_t)column_at(t, column));

    if (s == NULL)
        return (struct store_rows){0};
    sqlite3_bind_int64(s, 1, value);
    return read_rows(tx, t, s);
}

struct store_rows engine_range(struct tx *tx, const struct store_table *t, const char *after,
                               const char *before, size_t limit) {
    sqlite3_stmt *s = statement(tx, t, ENGINE_RANGE);

    if (s == NULL)
        return (struct store_rows){0};
    sqlite3_bind_text(s, 1, after == NULL ? "" : after, -1, SQLITE_STATIC);
    if (before == NULL)
        sqlite3_bind_null(s, 2);
    else
        sqlite3_bind_text(s, 2, before, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 3, limit > INT64_MAX ? INT64_MAX : (int64_t)limit);
    return read_rows(tx, t, s);
}

/* Steps a statement that changes rows; how many there were. */
static size_t change(struct tx *tx, sqlite3_stmt *s) {
    struct engine_connection *c = tx->db;
    int r = engine_run(c, s);

    if (r < 0) {
        engine_fail(tx, r);
        return 0;
    }
    return (size_t)sqlite3_changes64(c->db);
}

static sqlite3_stmt *writing(struct tx *tx, const struct store_table *t, size_t slot) {
    if (!tx->write) /* a read-only action with a writing handler: the mistake shows at once */
        engine_fail(tx, -EROFS);
    return statement(tx, t, slot);
}

void engine_put(struct tx *tx, const struct store_table *t, const void *row) {
    sqlite3_stmt *s = writing(tx, t, ENGINE_PUT);
    const unsigned char *at = row;

    if (s == NULL)
        return;
    for (uint32_t i = 0; i < t->column_count; i++) {
        enum store_type type = t->columns[i].type;
        int place = (int)i + 1;

        if (type == STORE_INT) {
            sqlite3_bind_int64(s, place, *(const int64_t *)(const void *)at);
        } else if (type == STORE_TEXT) {
            sqlite3_bind_text(s, place, *(const char *const *)(const void *)at, -1, SQLITE_STATIC);
        } else {
            const struct store_blob *b = (const void *)at;

            sqlite3_bind_blob64(s, place, b->data, b->length, SQLITE_STATIC);
        }
        at += type_bytes[type];
    }
    change(tx, s);
}

bool engine_delete(struct tx *tx, const struct store_table *t, const char *key) {
    sqlite3_stmt *s = key == NULL ? NULL : writing(tx, t, ENGINE_DELETE);

    if (s == NULL)
        return false;
    sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
    return change(tx, s) > 0;
}

size_t engine_delete_by(struct tx *tx, const struct store_table *t, size_t column, const char *value) {
    sqlite3_stmt *s =
        value == NULL ? NULL : writing(tx, t, ENGINE_BY_COLUMN + 2 * (size_t)column_at(t, column) + 1);

    if (s == NULL)
        return 0;
    sqlite3_bind_text(s, 1, value, -1, SQLITE_STATIC);
    return change(tx, s);
}
