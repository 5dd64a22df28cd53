/* SPDX-License-Identifier: Apache-2.0 */
/* User data, taken apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "host/userpart.h"

static struct arena arena;

static int drop(void **state) {
    (void)state;
    arena_free(&arena);
    return 0;
}

static const char *variable(void *context, const char *name) {
    (void)context;
    return text_is(name, "v1.region") ? "eu-west-1" : NULL;
}

/* The parts in one line: S a script, C cloud-config, B a boothook with their texts, R why it was refused. */
static const char *split_bytes(const void *data, size_t length) {
    userparts parts = {0};
    char *all = arena_strdup(&arena, "");

    userpart_split(&arena, data, length, variable, NULL, &parts);
    for (size_t i = 0; i < parts.count; i++)
        all =
            arena_printf(&arena, "%s%s%c:%s", all, i > 0 ? "|" : "", "SCBR"[parts.items[i].kind],
                         parts.items[i].kind == USERPART_REFUSED ? parts.items[i].why : parts.items[i].text);
    return all;
}

static const char *split(const char *text) {
    return split_bytes(text, strlen(text));
}

static void one_text(void **state) {
    (void)state;
    assert_string_equal(split(""), "");
    assert_string_equal(split("#!/bin/sh\nx"), "S:#!/bin/sh\nx");
    assert_string_equal(split("\n #!/bin/sh\nx"), "S:#!/bin/sh\nx");
    assert_string_equal(split("#cloud-config\na: b"), "C:#cloud-config\na: b");
    assert_string_equal(split("#cloud-boothook\r\n#!/bin/sh\r\nx\n"), "B:#!/bin/sh\nx\n");
    assert_non_null(strstr(split("#include\nhttp://a/"), "R:#include: nothing is fetched"));
    assert_non_null(strstr(split("#include-once\nhttp://a/"), "R:#include: nothing is fetched"));
    assert_non_null(strstr(split("#part-handler\n"), "text/part-handler is not done here"));
    assert_non_null(strstr(split("hello"), "R:user data is neither"));
}

static void encoded_twice(void **state) {
    (void)state;
    assert_string_equal(split("IyEvYmluL3NoCng="), "S:#!/bin/sh\nx");
    assert_string_equal(split("IyEvYmlu\nL3NoCng=\n"), "S:#!/bin/sh\nx");
    assert_non_null(strstr(split("aGVsbG8="), "R:user data is neither")); /* "hello" */
}

static void compressed(void **state) {
    static const uint8_t gz[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0x53,
                                 0x56, 0xd4, 0x4f, 0xca, 0xcc, 0xd3, 0x2f, 0xce, 0xe0, 0xaa, 0x00,
                                 0x00, 0xc7, 0x81, 0xde, 0xef, 0x0b, 0x00, 0x00, 0x00};

    (void)state;
    assert_string_equal(split_bytes(gz, sizeof(gz)), "S:#!/bin/sh\nx");
    assert_string_equal(split_bytes(gz, 20), "R:gzip: it is damaged");
}

#define HEAD "MIME-Version: 1.0\nContent-Type: multipart/mixed;\n boundary=\"==B==\"\n\npreamble\n"

static void mime(void **state) {
    (void)state;
    assert_string_equal(
        split(HEAD "--==B==\nContent-Type: text/x-shellscript\n\n#!/bin/sh\none\n"
                   "--==B==\r\ncontent-type: TEXT/cloud-config; charset=\"utf-8\"\r\n"
                   "Content-Transfer-Encoding: base64\r\n\r\nYTog\r\nYg==\r\n"
                   "--==B==\n\n#cloud-boothook\n#!/bin/sh\n"
                   "--==B==\nContent-Transfer-Encoding: quoted-printable\n\n#!/bin/sh\na =3D b=\nc\n"
                   "--==B==--\nepilogue\n"),
        "S:#!/bin/sh\none|C:a: b|B:#!/bin/sh|S:#!/bin/sh\na = bc");
    assert_string_equal(
        split(HEAD "--==B==\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\n#!a\n--x--\n--==B==--"),
        "S:#!a");
    assert_string_equal(split("Content-Type: text/x-shellscript\nMIME-Version: 1.0\n\n#!a"), "S:#!a");
}

static void broken_mime(void **state) {
    (void)state;
    assert_string_equal(split("MIME-Version: 1.0"), "R:a part whose headers do not end");
    assert_string_equal(split("MIME-Version: 1.0\nContent-Type: multipart/mixed\n\n"),
                        "R:a multipart without a boundary");
    assert_string_equal(split(HEAD), "R:a multipart without parts: its boundary is nowhere");
    assert_string_equal(split(HEAD "--==B==\n\n#!a\n--==B==\n\n#!b\n"),
                        "S:#!a|R:a multipart that breaks off: its last boundary is missing");
    assert_string_equal(split(HEAD "--==B==\nContent-Transfer-Encoding: base64\n\n***\n--==B==--"),
                        "R:a part that cannot be decoded (Content-Transfer-Encoding: base64)");
    assert_string_equal(split(HEAD "--==B==\nContent-Type: image/png\n\nx\n--==B==--"),
                        "R:a part of type image/png is not done here");
}

static void archives(void **state) {
    (void)state;
    assert_string_equal(split("#cloud-config-archive\n- type: text/cloud-config\n  content: |\n    a: b\n"
                              "- |\n  #!/bin/sh\n  x\n- content: '#cloud-boothook'\n"),
                        "C:a: b\n|S:#!/bin/sh\nx\n|B:");
    assert_string_equal(split("#cloud-config-archive\n- type: a\n"),
                        "R:#cloud-config-archive: entry 1 has no content");
}

static void templates(void **state) {
    (void)state;
    assert_string_equal(split("## template: jinja\n#!/bin/sh\nr={{ v1.region }}{{v1.region}}; a() { :; }"),
                        "S:#!/bin/sh\nr=eu-west-1eu-west-1; a() { :; }");
    assert_string_equal(split("## template: jinja\n#cloud-config\nx: {{ v1.moon }}"),
                        "R:a jinja template with \"v1.moon\", which is not known here (line 3)");
    assert_string_equal(split("## template: jinja\n#!a\n{% if x %}"),
                        "R:a jinja template with more than {{ names }} (line 3)");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(one_text, drop),    cmocka_unit_test_teardown(encoded_twice, drop),
        cmocka_unit_test_teardown(compressed, drop),  cmocka_unit_test_teardown(mime, drop),
        cmocka_unit_test_teardown(broken_mime, drop), cmocka_unit_test_teardown(archives, drop),
        cmocka_unit_test_teardown(templates, drop),
    };

    return cmocka_run_group_tests_name("userpart", tests, NULL, NULL);
}
