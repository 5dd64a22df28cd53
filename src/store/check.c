/* SPDX-License-Identifier: Apache-2.0 */
#include "store/check.h"

#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "store/engine.h"

enum { SQL_MAX_BYTES = 64 * 1024 };
static const char *const suffixes[] = {"", "-wal", "-shm"};

int store_check(const char *directory, struct arena *a, const char **ret_words) {
    const char *path = arena_printf(a, "%s/state.db", directory), *words = NULL;
    sqlite3_stmt *s = NULL;
    sqlite3 *db = NULL;
    struct stat st;
    int r;

    if (stat(path, &st) < 0 || st.st_size == 0)
        return -ENOENT;
    r = engine_errno(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL));
    if (r == 0)
        r = engine_errno(sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &s, NULL));
    if (r == 0 && sqlite3_step(s) == SQLITE_ROW)
        words = (const char *)sqlite3_column_text(s, 0);
    if (words == NULL || strcmp(words, "ok") != 0) {
        *ret_words = arena_strdup(a, words != NULL ? words : sqlite3_errmsg(db));
        r = r < 0 ? r : -EUCLEAN;
    }
    sqlite3_finalize(s);
    sqlite3_close(db);
    return r;
}

/* ---- saving ---- */

struct saving {
    sqlite3 *from, *to;
    int64_t rows;
    bool any; /* table could be read */
};

/* The columns that both databases have of the table, as a list; "" for none. */
static void common_columns(struct saving *s, const struct store_table *t, struct buf *list) {
    for (uint32_t i = 0; i < t->column_count; i++) {
        struct buf sql = BUF_INIT(SQL_MAX_BYTES);
        sqlite3_stmt *probe = NULL;

        buf_printf(&sql, "SELECT \"%s\".\"%s\" FROM \"%s\"", t->name, t->columns[i].name, t->name);
        if (sqlite3_prepare_v2(s->from, sql.data, -1, &probe, NULL) == SQLITE_OK)
            buf_printf(list, "%s\"%s\"", list->length > 0 ? ", " : "", t->columns[i].name);
        sqlite3_finalize(probe);
        buf_free(&sql);
    }
}

/* Copies rows until the end or the first that cannot be read. */
static void copy_rows(struct saving *s, const char *select, const char *insert) {
    sqlite3_stmt *in = NULL, *out = NULL;

    if (sqlite3_prepare_v2(s->from, select, -1, &in, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(s->to, insert, -1, &out, NULL) != SQLITE_OK) {
        sqlite3_finalize(in);
        return;
    }
    while (sqlite3_step(in) == SQLITE_ROW) {
        s->any = true;
        for (int i = 0; i < sqlite3_column_count(in); i++)
            sqlite3_bind_value(out, i + 1, sqlite3_column_value(in, i));
        if (sqlite3_step(out) == SQLITE_DONE)
            s->rows += sqlite3_changes(s->to);
        sqlite3_reset(out);
    }
    sqlite3_finalize(in);
    sqlite3_finalize(out);
}

static void save_table(struct saving *s, const char *name, const char *columns) {
    static const char *const ways[] = {"", " DESC"}; /* from both ends */
    size_t count = 1;

    for (const char *c = columns; *c != '\0'; c++)
        count += *c == ',';
    for (size_t i = 0; *columns != '\0' && i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct buf select = BUF_INIT(SQL_MAX_BYTES), insert = BUF_INIT(SQL_MAX_BYTES);

        buf_printf(&select, "SELECT rowid, %s FROM \"%s\" ORDER BY rowid%s", columns, name, ways[i]);
        buf_printf(&insert, "INSERT OR IGNORE INTO \"%s\" (rowid, %s) VALUES (?", name, columns);
        for (size_t j = 0; j < count; j++)
            buf_puts(&insert, ", ?");
        buf_puts(&insert, ")");
        copy_rows(s, select.data, insert.data);
        buf_free(&select);
        buf_free(&insert);
    }
}

static int save_all(const char *from, const char *to, struct saving *s) {
    struct engine_connection *c = NULL;
    char *error = NULL;
    int r = engine_errno(sqlite3_open_v2(from, &s->from, SQLITE_OPEN_READWRITE, NULL));

    if (r == 0)
        r = engine_connect(to, true, &c, &error);
    if (r == 0)
        r = engine_migrate(c, &error);
    if (r == 0) {
        s->to = c->db;
        sqlite3_exec(s->to, "BEGIN", NULL, NULL, NULL);
        save_table(s, "store_sequence", "name, value");
        for (size_t i = 0; i < store_table_count; i++) {
            struct buf columns = BUF_INIT(SQL_MAX_BYTES);

            buf_puts(&columns, "");
            common_columns(s, &store_tables[i], &columns);
            save_table(s, store_tables[i].name, columns.data);
            buf_free(&columns);
        }
        r = engine_errno(sqlite3_exec(s->to, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL));
    }
    sqlite3_free(error);
    engine_disconnect(c);
    sqlite3_close(s->from);
    return r == 0 && !s->any ? -EUCLEAN : r;
}

static int move_aside(const char *directory, const char *aside) {
    char from[PATH_MAX], to[PATH_MAX];

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        if (snprintf(from, sizeof(from), "%s/state.db%s", directory, suffixes[i]) >= (int)sizeof(from) ||
            snprintf(to, sizeof(to), "%s/state.db%s", aside, suffixes[i]) >= (int)sizeof(to))
            return -ENAMETOOLONG;
        if (rename(from, to) < 0 && errno != ENOENT)
            return -errno;
    }
    return 0;
}

int store_rebuild(const char *directory, const char *aside, int64_t *ret_rows) {
    char old[PATH_MAX], fresh[PATH_MAX], part[PATH_MAX];
    struct saving s = {0};
    int r;

    if (snprintf(old, sizeof(old), "%s/state.db", directory) >= (int)sizeof(old) ||
        snprintf(fresh, sizeof(fresh), "%s/state.db.new", directory) >= (int)sizeof(fresh))
        return -ENAMETOOLONG;
    unlink(fresh);
    r = save_all(old, fresh, &s);
    for (size_t i = 1; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
        if (snprintf(part, sizeof(part), "%s%s", fresh, suffixes[i]) < (int)sizeof(part))
            unlink(part); /* empty since the checkpoint */
    if (r == 0)
        r = move_aside(directory, aside);
    if (r == 0 && rename(fresh, old) < 0)
        r = -errno;
    if (r < 0)
        unlink(fresh);
    *ret_rows = s.rows;
    return r;
}
