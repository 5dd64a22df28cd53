/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/rows.h"

static char directory[64];
static struct store *store;
static struct arena arena;

static int set_up(void **state) {
    const char *error = NULL;

    (void)state;
    strcpy(directory, "/tmp/vpcbox-store-XXXXXX");
    assert_non_null(mkdtemp(directory));
    assert_int_equal(store_open(directory, &store, &error), 0);
    return 0;
}

static int tear_down(void **state) {
    char path[128];

    (void)state;
    store_close(store);
    arena_free(&arena);
    for (const char *const *end = (const char *[]){"", "-wal", "-shm", NULL}; *end != NULL; end++) {
        snprintf(path, sizeof(path), "%s/state.db%s", directory, *end);
        unlink(path);
    }
    rmdir(directory);
    return 0;
}

static void reopen(void) {
    const char *error = NULL;

    store_close(store);
    assert_int_equal(store_open(directory, &store, &error), 0);
}

static void put(struct tx *tx, const char *name, const char *value) {
    struct setting_row row = {.name = name, .value = value};

    setting_put(tx, &row);
}

static void put_durably(const char *name, const char *value) {
    struct tx tx;

    assert_int_equal(store_write_begin(store, &arena, &tx), 0);
    put(&tx, name, value);
    assert_int_equal(store_write_end(&tx, true), 0);
    assert_int_equal(store_write_sync(&tx), 0);
}

static const char *get(const char *name) {
    const struct setting_row *row;
    struct tx tx;

    assert_int_equal(store_read_begin(store, &arena, &tx), 0);
    row = setting_find(&tx, name);
    assert_int_equal(tx.failed, 0);
    store_read_end(&tx);
    return row == NULL ? NULL : row->value;
}

static void test_rows(void **state) {
    struct setting_rows rows;
    struct tx tx;

    (void)state;
    put_durably("b", "1");
    put_durably("a", "2");
    put_durably("c", NULL);
    put_durably("b", "2"); /* replaced in its place */
    assert_string_equal(get("b"), "2");
    assert_null(get("c"));
    assert_null(get("missing"));
    assert_null(get(NULL));
    assert_int_equal(store_read_begin(store, &arena, &tx), 0);
    rows = setting_list(&tx);
    assert_int_equal(rows.count, 3);
    assert_string_equal(rows.items[0].name, "b");
    assert_string_equal(rows.items[1].name, "a");
    rows = setting_list_by(&tx, COL(setting, value), "2");
    assert_int_equal(rows.count, 2);
    assert_string_equal(rows.items[0].name, "b");
    assert_int_equal(setting_list_by(&tx, COL(setting, value), NULL).count, 0);
    rows = setting_range(&tx, NULL, "c", 10);
    assert_int_equal(rows.count, 2);
    assert_string_equal(rows.items[0].name, "a");
    rows = setting_range(&tx, "a", NULL, 1);
    assert_int_equal(rows.count, 1);
    assert_string_equal(rows.items[0].name, "b");
    put(&tx, "x", "y"); /* a read transaction refuses */
    assert_int_equal(tx.failed, -EROFS);
    store_read_end(&tx);
    assert_int_equal(store_write_begin(store, &arena, &tx), 0);
    assert_true(setting_delete(&tx, "a"));
    assert_false(setting_delete(&tx, "a"));
    assert_int_equal(setting_delete_by(&tx, COL(setting, value), "2"), 1);
    assert_int_equal(store_write_end(&tx, true), 0);
    assert_int_equal(store_write_sync(&tx), 0);
    assert_null(get("a"));
}

static void test_rollback(void **state) {
    struct tx tx;

    (void)state;
    put_durably("kept", "1");
    assert_int_equal(store_write_begin(store, &arena, &tx), 0);
    put(&tx, "kept", "2");
    put(&tx, "new", "1");
    assert_string_equal(setting_find(&tx, "kept")->value, "2");
    assert_int_equal(store_write_end(&tx, false), 0);
    assert_string_equal(get("kept"), "1");
    put_durably("later", "1");
    assert_null(get("new"));
    reopen();
    assert_null(get("new"));
    assert_string_equal(get("kept"), "1");
    assert_string_equal(get("later"), "1");
}

/* A write that was kept but is not yet synced is there for writers, not for readers. */
static void test_visibility(void **state) {
    struct tx first, second;

    (void)state;
    assert_int_equal(store_write_begin(store, &arena, &first), 0);
    put(&first, "x", "1");
    assert_int_equal(store_write_end(&first, true), 0);
    assert_null(get("x"));
    assert_int_equal(store_write_begin(store, &arena, &second), 0);
    assert_string_equal(setting_find(&second, "x")->value, "1");
    assert_int_equal(store_write_end(&second, true), 0);
    assert_int_equal(first.group, second.group);
    assert_int_equal(store_write_sync(&second), 0);
    assert_string_equal(get("x"), "1");
    assert_int_equal(store_write_sync(&first), 0);
}

/* Readers that keep their snapshots do not keep the log from beginning anew. */
static void test_log_size(void **state) {
    enum { BYTES = 1000000, WRITES = 28 };
    char *value = calloc(1, BYTES + 1), path[128], name[16];
    struct stat st;

    (void)state;
    for (int i = 0; i < WRITES; i++) {
        struct tx one, other;

        memset(value, 'a' + i % 26, BYTES);
        snprintf(name, sizeof(name), "%d", i % 3);
        put_durably(name, value);
        assert_int_equal(store_read_begin(store, &arena, &one), 0);
        assert_int_equal(store_read_begin(store, &arena, &other), 0);
        assert_int_equal(setting_find(&one, name)->value[0], 'a' + i % 26);
        assert_int_equal(setting_find(&other, name)->value[0], 'a' + i % 26);
        store_read_end(&one);
        store_read_end(&other);
        arena_reset(&arena);
    }
    free(value);
    snprintf(path, sizeof(path), "%s/state.db-wal", directory);
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size < BYTES * WRITES / 4 * 3);
}

static void test_sequence(void **state) {
    struct tx tx;

    (void)state;
    assert_int_equal(store_write_begin(store, &arena, &tx), 0);
    assert_int_equal(store_next_number(&tx, "eni"), 1);
    assert_int_equal(store_next_number(&tx, "eni"), 2);
    assert_int_equal(store_next_number(&tx, "endpoint"), 1);
    assert_int_equal(store_write_end(&tx, true), 0);
    assert_int_equal(store_write_sync(&tx), 0);
    reopen();
    assert_int_equal(store_write_begin(store, &arena, &tx), 0);
    assert_int_equal(store_next_number(&tx, "eni"), 3);
    assert_int_equal(store_write_end(&tx, false), 0);
}

enum { THREADS = 8, WRITES = 28 };

static void *counting(void *arg) {
    struct arena a = {0};

    (void)arg;
    for (int i = 0; i < WRITES; i++) {
        struct tx tx;
        const struct setting_row *row;
        long now;

        assert_int_equal(store_write_begin(store, &a, &tx), 0);
        row = setting_find(&tx, "counter");
        now = row == NULL ? 0 : atol(row->value);
        put(&tx, "counter", arena_printf(&a, "%ld", now + 1));
        assert_int_equal(store_write_end(&tx, i % 4 != 0), 0);
        if (i % 4 != 0)
            assert_int_equal(store_write_sync(&tx), 0);
        assert_int_equal(store_read_begin(store, &a, &tx), 0);
        row = setting_find(&tx, "counter");
        if (i % 4 != 0)
            assert_true(row != NULL && atol(row->value) > now);
        store_read_end(&tx);
        arena_reset(&a);
    }
    arena_free(&a);
    return NULL;
}

static void test_threads(void **state) {
    pthread_t threads[THREADS];

    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, counting, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atol(get("counter")), THREADS * WRITES * 3 / 4);
}

/* Writes numbers and reports each that was acknowledged, until killed. */
static void write_for_ever(int out, long from) {
    const char *error = NULL;
    struct store *mine;

    if (store_open(directory, &mine, &error) < 0)
        _exit(1);
    for (long n = from;; n++) {
        struct arena a = {0};
        struct tx tx;

        if (store_write_begin(mine, &a, &tx) < 0)
            _exit(2);
        put(&tx, arena_printf(&a, "%08ld", n), "x");
        put(&tx, arena_printf(&a, "twin-%08ld", n), "x");
        if (store_write_end(&tx, true) < 0 || store_write_sync(&tx) < 0)
            _exit(3);
        if (write(out, &n, sizeof(n)) != sizeof(n))
            _exit(4);
        arena_free(&a);
    }
}

static void test_kill(void **state) {
    long acknowledged = 0, n;

    (void)state;
    store_close(store);
    for (int round = 0; round < 10; round++) {
        int fds[2], status;
        pid_t child;
        struct tx tx;
        struct setting_rows rows;
        size_t twins = 0;
        const char *error = NULL;

        assert_int_equal(pipe(fds), 0);
        child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            close(fds[0]);
            write_for_ever(fds[1], acknowledged + 1);
        }
        close(fds[1]);
        for (int i = 0; i < 3 + round && read(fds[0], &n, sizeof(n)) == sizeof(n); i++)
            acknowledged = n;
        kill(child, SIGKILL);
        while (read(fds[0], &n, sizeof(n)) == sizeof(n))
            acknowledged = n;
        close(fds[0]);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(store_open(directory, &store, &error), 0);
        assert_int_equal(store_read_begin(store, &arena, &tx), 0);
        rows = setting_list(&tx);
        for (size_t i = 0; i < rows.count; i++)
            twins += strncmp(rows.items[i].name, "twin-", 5) == 0;
        assert_int_equal(rows.count, 2 * twins); /* all or nothing */
        assert_true(twins >= (size_t)acknowledged && twins <= (size_t)acknowledged + 1);
        acknowledged = (long)twins;
        store_read_end(&tx);
        store_close(store);
    }
    store = NULL;
}

static void test_disk_full(void **state) {
    struct rlimit unlimited, limit;
    char big[60000];
    struct tx tx, innocent;

    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    put_durably("before", "1");
    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    getrlimit(RLIMIT_FSIZE, &unlimited);
    limit = unlimited;
    limit.rlim_cur = 200 * 1024;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    for (int i = 0;; i++) {
        int r;

        assert_true(i < 10);
        assert_int_equal(store_write_begin(store, &arena, &innocent), 0);
        put(&innocent, arena_printf(&arena, "small-%d", i), "1");
        assert_int_equal(store_write_end(&innocent, true), 0);
        assert_int_equal(store_write_begin(store, &arena, &tx), 0);
        put(&tx, arena_printf(&arena, "big-%d", i), big);
        r = store_write_end(&tx, true);
        if (r == 0)
            r = store_write_sync(&tx);
        if (r < 0) {
            /* whoever shared the group hears of it as well */
            assert_true(store_write_sync(&innocent) < 0);
            assert_null(get(arena_printf(&arena, "small-%d", i)));
            assert_null(get(arena_printf(&arena, "big-%d", i)));
            break;
        }
        assert_int_equal(store_write_sync(&innocent), 0);
    }
    assert_string_equal(get("before"), "1");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
    put_durably("after", "1");
    reopen();
    assert_string_equal(get("after"), "1");
    assert_string_equal(get("before"), "1");
}

static void sql(const char *text) {
    char path[128];
    sqlite3 *db;

    snprintf(path, sizeof(path), "%s/state.db", directory);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void test_migration(void **state) {
    const char *error = NULL;

    (void)state;
    store_close(store);
    sql("DROP TABLE setting; CREATE TABLE setting (rowid INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) "
        "STRICT;"
        "INSERT INTO setting (name) VALUES ('old')");
    assert_int_equal(store_open(directory, &store, &error), 0);
    assert_null(get("old"));
    put_durably("old", "new");
    assert_string_equal(get("old"), "new");
    store_close(store);
    sql("PRAGMA user_version=99");
    store = NULL;
    assert_int_equal(store_open(directory, &store, &error), -EPROTONOSUPPORT);
    assert_non_null(strstr(error, "format 99"));
}

static void test_not_a_database(void **state) {
    const char *error = NULL;
    char path[128];
    FILE *f;

    (void)state;
    store_close(store);
    store = NULL;
    snprintf(path, sizeof(path), "%s/state.db", directory);
    f = fopen(path, "w");
    for (int i = 0; i < 2000; i++)
        fputs("this is not a database", f);
    fclose(f);
    assert_int_equal(store_open(directory, &store, &error), -EUCLEAN);
    assert_non_null(strstr(error, "state.db"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rollback, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_visibility, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_log_size, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sequence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_threads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_kill, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_disk_full, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_migration, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_not_a_database, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
