/* SPDX-License-Identifier: Apache-2.0 */
/* Service files and cloud-config: what init reads of an instance's own settings. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "host/cloudconfig.h"
#include "host/unit.h"

static struct arena arena;

static int drop(void **state) {
    (void)state;
    arena_free(&arena);
    return 0;
}

static int parse(const char *text, struct unit *u) {
    unsigned line = 0;

    return unit_parse(&arena, text, strlen(text), u, &line);
}

static const char *look_up(void *context, const char *name) {
    (void)context;
    return text_is(name, "TWO") ? "a b" : text_is(name, "ONE") ? "x" : NULL;
}

static void expect_words(const char *line, const char *const *expected) {
    char **words = unit_words(&arena, line, look_up, NULL);
    size_t i = 0;

    if (expected == NULL) {
        assert_null(words);
        return;
    }
    assert_non_null(words);
    for (; expected[i] != NULL; i++) {
        assert_non_null(words[i]);
        assert_string_equal(words[i], expected[i]);
    }
    assert_null(words[i]);
}

#define WORDS(line, ...) expect_words(line, (const char *const[]){__VA_ARGS__, NULL})

static void words_are_split_as_systemd_does(void **state) {
    (void)state;
    WORDS("/bin/a  b\tc", "/bin/a", "b", "c");
    WORDS("a 'b c' \"d \\\" e\" f\\ g", "a", "b c", "d \" e", "f g");
    WORDS("a $TWO ${TWO} \"$TWO\" x$ONE $NONE z", "a", "a", "b", "a b", "a b", "xx", "z");
    WORDS("a '$TWO' $$TWO ${NONE} %%h", "a", "$TWO", "$TWO", "", "%h");
    WORDS("\"\"", "");
    expect_words("a 'b", NULL);
    expect_words("   ", NULL);
}

static void a_unit_is_read(void **state) {
    struct unit u;

    (void)state;
    assert_int_equal(
        parse("# c\n[Unit]\nDescription=what it is\n[Service]\nType=oneshot\nExecStartPre=-/bin/x\n"
              "ExecStart=/bin/a \\\n  b\nExecStart=@/bin/c\nEnvironment=A=1 \"B=2 3\" junk\n"
              "Restart=always\nRestartSec=1min 500ms\nRemainAfterExit=yes\nUnknown=1\n"
              "RestartPreventExitStatus=2 300 7\n[Install]\nWantedBy=multi-user.target x.target\r\n",
              &u),
        0);
    assert_string_equal(u.description, "what it is");
    assert_int_equal(u.type, UNIT_ONESHOT);
    assert_int_equal(u.before.count, 1);
    assert_true(u.before.items[0].failure_is_fine);
    assert_int_equal(u.start.count, 2);
    assert_string_equal(u.start.items[1].line, "/bin/c");
    WORDS(u.start.items[0].line, "/bin/a", "b");
    assert_int_equal(u.environment.count, 2);
    assert_string_equal(u.environment.items[1], "B=2 3");
    assert_int_equal(u.restart, UNIT_RESTART_ALWAYS);
    assert_int_equal(u.restart_ms, 60500);
    assert_true(u.remain);
    assert_int_equal(u.final_status_count, 2);
    assert_int_equal(u.final_statuses[1], 7);
    assert_int_equal(u.wanted_by.count, 2);
    assert_string_equal(u.wanted_by.items[1], "x.target");
}

static void an_empty_setting_takes_back(void **state) {
    struct unit u;

    (void)state;
    assert_int_equal(parse("[Service]\nExecStart=/bin/a\nExecStart=\nExecStart=/bin/b\n", &u), 0);
    assert_int_equal(u.start.count, 1);
    assert_string_equal(u.start.items[0].line, "/bin/b");
}

static void nonsense_is_told_by_line(void **state) {
    const char *text = "[Service]\n\nwhat is this\n";
    struct unit u;
    unsigned line = 0;

    (void)state;
    assert_int_equal(unit_parse(&arena, text, strlen(text), &u, &line), -EINVAL);
    assert_int_equal(line, 3);
}

static void unit_names(void **state) {
    (void)state;
    assert_true(unit_name_ok("a@b.service"));
    assert_false(unit_name_ok(".service"));
    assert_false(unit_name_ok("../x.service"));
    assert_false(unit_name_ok("x.socket"));
    assert_false(unit_name_ok("a b.service"));
}

static const char *script_of(const char *text, int expect) {
    const char *why = NULL;
    char *script = NULL;

    assert_int_equal(cloudconfig_script(&arena, text, strlen(text), &script, &why), expect);
    assert_true((expect == 0) == (why == NULL));
    return expect == 0 ? script : why;
}

static void cloud_config_becomes_a_script(void **state) {
    (void)state;
    assert_string_equal(
        script_of("#cloud-config\n# c\nruncmd:\n  - echo one # not said\n  - [ls, \"it's\", 'a''b']\n"
                  "  - |\n    echo two\n      deeper\n\n    echo three\n  - \"echo \\\"four\\\"\"\n"
                  "bootcmd:\n- echo first\n",
                  0),
        "#!/bin/sh\necho first\necho one\n 'ls' 'it'\\''s' 'a'\\''b'\n"
        "echo two\n  deeper\n\necho three\n\necho \"four\"\n");
}

static void cloud_config_files(void **state) {
    const char *script =
        script_of("#cloud-config\nwrite_files:\n- path: /etc/x y\n  content: |\n    a\n    b\n"
                  "  permissions: '0600'\n  owner: root:root\n- content: aGk=\n  encoding: b64\n"
                  "  path: /z\n  append: true\npackages:\n - git\nusers:\n  - name: a\n",
                  0);

    (void)state;
    assert_non_null(strstr(script, "echo 'YQpiCg==' | base64 -di > '/etc/x y'\nchmod '0600' '/etc/x y'\n"
                                   "chown 'root:root' '/etc/x y'\n"));
    assert_non_null(strstr(script, "echo 'aGk=' | base64 -di >> '/z'\n"));
    assert_non_null(strstr(script, "yum install -y 'git'\n"));
    assert_non_null(strstr(script, "not done here: 'users'"));
}

static void cloud_config_refuses_with_a_place(void **state) {
    (void)state;
    assert_non_null(strstr(script_of("#cloud-config\nruncmd:\n  - {a: b}\n", -EINVAL), "line 3"));
    assert_non_null(strstr(script_of("#cloud-config\nwhat\n", -EINVAL), "line 2"));
    assert_non_null(strstr(script_of("#cloud-config\na: 'b\n", -EINVAL), "line 2"));
    assert_non_null(strstr(script_of("#cloud-config\n- a\n", -EINVAL), "not one map"));
    assert_non_null(strstr(script_of("#cloud-config\nruncmd: yes\n", -EINVAL), "runcmd"));
    assert_non_null(
        strstr(script_of("#cloud-config\nwrite_files:\n  - path: etc/x\n", -EINVAL), "write_files"));
    assert_string_equal(script_of("#cloud-config\n", 0), "#!/bin/sh\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(words_are_split_as_systemd_does, drop),
        cmocka_unit_test_teardown(a_unit_is_read, drop),
        cmocka_unit_test_teardown(an_empty_setting_takes_back, drop),
        cmocka_unit_test_teardown(nonsense_is_told_by_line, drop),
        cmocka_unit_test_teardown(unit_names, drop),
        cmocka_unit_test_teardown(cloud_config_becomes_a_script, drop),
        cmocka_unit_test_teardown(cloud_config_files, drop),
        cmocka_unit_test_teardown(cloud_config_refuses_with_a_place, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
