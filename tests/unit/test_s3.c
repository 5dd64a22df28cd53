/* SPDX-License-Identifier: Apache-2.0 */
/* test_s3: names, keys of rows, conditions and ranges: what needs no request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "api/s3/s3.h"

static struct arena arena;

static int teardown(void **state) {
    (void)state;
    arena_free(&arena);
    return 0;
}

static void test_bucket_names(void **state) {
    static const char *const good[] = {"abc", "a-b.c", "0a9", "my-bucket-123", "1.2.3.4.5"};
    static const char *const bad[] = {"",
                                      "ab",
                                      "Abc",
                                      "a_b",
                                      "-ab",
                                      "ab-",
                                      ".abc",
                                      "abc.",
                                      "a..b",
                                      "1.2.3.4",
                                      "xn--punycode",
                                      "x-s3alias",
                                      "sthree-thing",
                                      "a\xc3\xa9z",
                                      "a234567890123456789012345678901234567890123456789012345678901234"};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(s3_bucket_name_valid(good[i]));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(s3_bucket_name_valid(bad[i]));
}

/* Rows of older versions must lie in the order of the keys that they belong to, whatever is in those. */
static void test_order_of_rows(void **state) {
    static const char *const keys[] = {
        "",   "a",   "a\x01", "a\x01\x01", "a\x01\x02", "a\x02",           "a!",
        "a/", "a/b", "b",     "\x7f",      "\xc3\xa9",  "\xf0\x9f\x98\x80"};

    (void)state;
    for (size_t i = 1; i < sizeof(keys) / sizeof(keys[0]); i++) {
        assert_true(strcmp(s3_older_key(&arena, "b", keys[i - 1], 1), s3_older_key(&arena, "b", keys[i], 9)) <
                    0);
        assert_true(strcmp(s3_upload_key(&arena, "b", keys[i - 1], "zz"),
                           s3_upload_key(&arena, "b", keys[i], "aa")) < 0);
        assert_true(strcmp(s3_past(&arena, s3_object_key(&arena, "b", keys[i])),
                           s3_object_key(&arena, "b", keys[i])) > 0);
    }
    assert_true(strcmp(s3_older_key(&arena, "b", "k", 255), s3_older_key(&arena, "b", "k", 256)) > 0);
    assert_string_equal(s3_key_of(s3_object_key(&arena, "b", "k/l")), "k/l");
}

static void test_version_ids(void **state) {
    int64_t seq = 0;

    (void)state;
    for (int64_t i = 1; i > 0 && i < INT64_MAX / 8; i = i * 7 + 3) {
        assert_int_equal(s3_version_seq(s3_new_version_id(&arena, i), &seq), 0);
        assert_int_equal(seq, i);
    }
    assert_string_not_equal(s3_new_version_id(&arena, 1), s3_new_version_id(&arena, 1));
    assert_int_equal(s3_version_seq("null", &seq), -EINVAL);
    assert_int_equal(s3_version_seq("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1", &seq), -EINVAL);
}

static void test_copy_sources(void **state) {
    const char *bucket, *key, *version;

    (void)state;
    assert_int_equal(s3_parse_copy_source(&arena, "/b/k%2Fl%20m?versionId=v", &bucket, &key, &version), 0);
    assert_string_equal(bucket, "b");
    assert_string_equal(key, "k/l m");
    assert_string_equal(version, "v");
    assert_int_equal(s3_parse_copy_source(&arena, "b/k%3Fx", &bucket, &key, &version), 0);
    assert_string_equal(key, "k?x");
    assert_null(version);
    assert_int_equal(s3_parse_copy_source(&arena, "b", &bucket, &key, &version), -EINVAL);
    assert_int_equal(s3_parse_copy_source(&arena, "b/", &bucket, &key, &version), -EINVAL);
    assert_int_equal(s3_parse_copy_source(&arena, "/", &bucket, &key, &version), -EINVAL);
    assert_int_equal(s3_parse_copy_source(&arena, "b/k?versionId=", &bucket, &key, &version), -EINVAL);
    assert_int_equal(s3_parse_copy_source(&arena, "b/k%zz", &bucket, &key, &version), -EINVAL);
}

/* s3-014 */
static void test_ranges(void **state) {
    static const struct {
        const char *text;
        int64_t size;
        int result;
        int64_t first, length;
    } cases[] = {
        {"bytes=0-0", 10, 0, 0, 1},
        {"bytes=2-4", 10, 0, 2, 3},
        {"Bytes=9-", 10, 0, 9, 1},
        {"bytes=0-99999999999999999999999999", 10, 0, 0, 10},
        {"bytes=-3", 10, 0, 7, 3},
        {"bytes=-30", 10, 0, 0, 10},
        {"bytes=-0", 10, -ERANGE, 0, 0},
        {"bytes=10-", 10, -ERANGE, 0, 0},
        {"bytes=99999999999999999999999-", 10, -ERANGE, 0, 0},
        {"bytes=0-0", 0, -ERANGE, 0, 0},
        {"bytes=-1", 0, -ERANGE, 0, 0},
        {"bytes=4-2", 10, -ENOENT, 0, 0},
        {"bytes=1-2,4-5", 10, -ENOENT, 0, 0},
        {"bytes=-", 10, -ENOENT, 0, 0},
        {"bytes=", 10, -ENOENT, 0, 0},
        {"bytes=a-b", 10, -ENOENT, 0, 0},
        {"bytes=1-2x", 10, -ENOENT, 0, 0},
        {"lines=1-2", 10, -ENOENT, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t first = 0, length = 0;

        assert_int_equal(s3_parse_range(cases[i].text, cases[i].size, &first, &length), cases[i].result);
        assert_int_equal(first, cases[i].first);
        assert_int_equal(length, cases[i].length);
    }
}

/* s3-014: which condition counts when two are given */
static void test_conditions(void **state) {
    const struct opt_time before = SOME_TIME(1000), at = SOME_TIME(5000), none = {0};
    const struct {
        struct s3_conditions c;
        int expected;
    } cases[] = {
        {{"\"e\"", NULL, none, none}, 0},
        {{"e", NULL, none, none}, 0},
        {{"\"x\", W/\"e\"", NULL, none, none}, 0},
        {{"*", NULL, none, none}, 0},
        {{"\"x\"", NULL, none, none}, 412},
        {{"\"e", NULL, none, none}, 412},
        {{"", NULL, none, none}, 412},
        {{NULL, "\"e\"", none, none}, 304},
        {{NULL, "*", none, none}, 304},
        {{NULL, "\"x\"", none, none}, 0},
        {{NULL, NULL, at, none}, 304},
        {{NULL, NULL, before, none}, 0},
        {{NULL, NULL, none, before}, 412},
        {{NULL, NULL, none, at}, 0},
        {{"\"e\"", NULL, none, before}, 0},
        {{NULL, "\"x\"", at, none}, 0},
        {{NULL, "\"e\"", before, none}, 304},
    };
    const char *failed;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(s3_conditions_hold(&cases[i].c, "e", 5900, &failed), cases[i].expected);
}

/* s3-013: what a write asks of the object that is there */
static void test_write_conditions(void **state) {
    static const struct {
        const char *if_match, *if_none_match;
        bool there, marker;
        const char *code; /* NULL: goes on */
    } cases[] = {
        {NULL, NULL, true, false, NULL},
        {"\"e\"", NULL, true, false, NULL},
        {"\"x\"", NULL, true, false, "PreconditionFailed"},
        {"\"e\"", NULL, true, true, "NoSuchKey"},
        {"\"e\"", NULL, false, false, "NoSuchKey"},
        {NULL, "*", true, false, "PreconditionFailed"},
        {NULL, "*", true, true, NULL},
        {NULL, "*", false, false, NULL},
        {NULL, "\"e\"", true, false, "NotImplemented"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct api_request rq = {.arena = &arena, .service = model_service_find("s3")};
        struct s3_object_row row = {.etag = "e", .marker = cases[i].marker};
        int r = s3_check_write(&rq, cases[i].if_match, cases[i].if_none_match, cases[i].there ? &row : NULL);

        assert_int_equal(r != 0, cases[i].code != NULL);
        if (cases[i].code != NULL)
            assert_string_equal(rq.error_code, cases[i].code);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bucket_names),     cmocka_unit_test(test_order_of_rows),
        cmocka_unit_test(test_version_ids),      cmocka_unit_test(test_copy_sources),
        cmocka_unit_test(test_ranges),           cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_write_conditions),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
