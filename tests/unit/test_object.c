/* SPDX-License-Identifier: Apache-2.0 */
/* test_object: files of objects: whole or not there, copied, held while read, swept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "store/mark.h"
#include "store/object.h"

static char home[] = "/tmp/vpcbox-object-XXXXXX";

static int setup(void **state) {
    (void)state;
    return mkdtemp(home) == NULL;
}

static bool nobody(void *user, const char *name) {
    (void)user;
    (void)name;
    return false;
}

static bool is(void *name, const char *other) {
    return strcmp(name, other) == 0;
}

static void remove_one(void *user, const struct object_file *file) {
    (void)user;
    object_remove(home, file->name);
}

static void empty(void) {
    object_each(home, remove_one, NULL);
}

static int teardown(void **state) {
    char command[128];

    (void)state;
    empty();
    snprintf(command, sizeof(command), "rmdir %s/objects/* %s/objects %s", home, home, home);
    return system(command);
}

static bool there(const char *name) {
    int fd;

    if (object_open(home, name, &fd) < 0)
        return false;
    close(fd);
    return true;
}

static void make(const char *text, char name[OBJECT_NAME_BYTES]) {
    struct object_writer w;

    assert_int_equal(object_create(home, (int64_t)strlen(text), &w), 0);
    assert_int_equal(object_write(&w, text, strlen(text)), 0);
    assert_int_equal(object_finish(&w), 0);
    memcpy(name, w.name, OBJECT_NAME_BYTES);
}

static void test_whole(void **state) {
    char name[OBJECT_NAME_BYTES], data[16];
    int fd;

    (void)state;
    make("bytes", name);
    assert_int_equal(object_open(home, name, &fd), 0);
    assert_int_equal(read(fd, data, sizeof(data)), 5);
    assert_memory_equal(data, "bytes", 5);
    close(fd);
    object_remove(home, name);
    assert_int_equal(object_open(home, name, &fd), -ENOENT);
}

static void test_dropped(void **state) {
    struct object_writer w;

    (void)state;
    assert_int_equal(object_create(home, -1, &w), 0);
    assert_int_equal(object_write(&w, "half", 4), 0);
    object_drop(&w);
    object_drop(&w);
    assert_false(there(w.name));
}

static void test_too_large_for_the_disk(void **state) {
    struct object_writer w;

    (void)state;
    assert_true(object_create(home, INT64_MAX / 2, &w) < 0);
}

static void test_copy(void **state) {
    char name[OBJECT_NAME_BYTES], copy[OBJECT_NAME_BYTES],
        none[OBJECT_NAME_BYTES] = "00000000000000000000000000000000";

    (void)state;
    make("bytes", name);
    assert_int_equal(object_link(home, name, copy), 0);
    assert_string_not_equal(name, copy);
    object_remove(home, name);
    assert_true(there(copy));
    assert_int_equal(object_link(home, none, copy), -ENOENT);
}

static void test_held(void **state) {
    char a[OBJECT_NAME_BYTES], b[OBJECT_NAME_BYTES];
    const char *names[] = {a, b};

    (void)state;
    make("a", a);
    make("b", b);
    object_hold("upload");
    object_hold("upload");
    object_remove_held(home, "upload", names, 2);
    assert_true(there(a));
    object_release(home, "upload");
    assert_true(there(b));
    object_release(home, "upload");
    assert_false(there(a));
    assert_false(there(b));
    make("a", a);
    object_remove_held(home, "upload", names, 1);
    assert_false(there(a));
}

/* What no row names goes only when its upload never came to an end. */
static void test_sweep(void **state) {
    char named[OBJECT_NAME_BYTES], whole[OBJECT_NAME_BYTES], path[256];
    struct object_census census;
    struct object_writer w;
    struct stat st;

    (void)state;
    empty();
    make("named", named);
    make("whole", whole);
    assert_int_equal(object_create(home, 1, &w), 0); /* as a crash leaves it */
    assert_int_equal(object_write(&w, "u", 1), 0);
    fd_close(&w.fd);
    snprintf(path, sizeof(path), "%s/objects/%.2s/foreign.txt", home, whole);
    fclose(fopen(path, "w"));
    assert_int_equal(object_sweep(home, false, is, named, &census), 0);
    assert_int_equal(census.removed, 1);
    assert_int_equal(census.unnamed, 1);
    assert_false(there(w.name));
    assert_true(there(named));
    assert_true(there(whole));
    assert_int_equal(access(path, F_OK), 0);
    unlink(path);
    assert_int_equal(object_sweep("/tmp/vpcbox-object-none", false, nobody, NULL, &census), 0);
    assert_int_equal(census.removed, 0);
    /* files of a box that did not mark what is whole: none goes, and the named ones get their mark */
    snprintf(path, sizeof(path), "%s/objects/%.2s/%s", home, named, named);
    chmod(path, 0600);
    snprintf(path, sizeof(path), "%s/objects/%.2s/%s", home, whole, whole);
    chmod(path, 0600);
    assert_int_equal(object_sweep(home, true, is, named, &census), 0);
    assert_int_equal(census.removed, 0);
    assert_int_equal(census.unnamed, 1);
    snprintf(path, sizeof(path), "%s/objects/%.2s/%s", home, named, named);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0400);
}

static void test_mark(void **state) {
    struct mark mark = {"0123456789abcdef0123456789abcdef", 7}, seen;
    char path[256];

    (void)state;
    assert_int_equal(mark_read(home, &seen), -ENOENT);
    mark_raise(home, &mark);
    assert_int_equal(mark_read(home, &seen), 0);
    assert_string_equal(seen.id, mark.id);
    assert_int_equal(seen.number, 7);
    mark.number = INT64_MAX;
    mark_raise(home, &mark);
    mark.number = 3; /* later, of an earlier commit */
    mark_raise(home, &mark);
    assert_int_equal(mark_read(home, &seen), 0);
    assert_int_equal(seen.number, INT64_MAX);
    snprintf(path, sizeof(path), "%s/objects/box.mark", home);
    assert_int_equal(truncate(path, 20), 0);
    assert_int_equal(mark_read(home, &seen), -ENOENT);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_dropped),
        cmocka_unit_test(test_too_large_for_the_disk),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_held),
        cmocka_unit_test(test_sweep),
        cmocka_unit_test(test_mark),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
