/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "host/message.h"

static struct message m, got;
static int pair[2];

static int open_pair(void **state) {
    (void)state;
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair);
}

static int close_pair(void **state) {
    (void)state;
    close(pair[0]);
    close(pair[1]);
    return 0;
}

static void exchange(int expect) {
    got.fd_count = 0;
    assert_int_equal(message_send(pair[0], &m), 0);
    assert_int_equal(message_receive(pair[1], &got), expect);
}

static void exec_travels_whole(void **state) {
    char *argv[] = {(char *)(size_t) "sh", (char *)(size_t) "-c", (char *)(size_t) "", NULL};
    char *env[] = {(char *)(size_t) "A=b c", NULL};
    char *out[8], *out_env[8];

    (void)state;
    message_init(&m, MESSAGE_EXEC, 7);
    strcpy(m.u.exec.target, "i-0123456789abcdef0");
    assert_int_equal(message_exec_pack(&m, argv, env), 0);
    m.fd_count = 3;
    m.fds[0] = m.fds[1] = m.fds[2] = 0;
    exchange(1);
    assert_int_equal(got.header.id, 7);
    assert_int_equal(got.fd_count, 3);
    message_exec_vectors(&got, out, out_env);
    assert_string_equal(out[1], "-c");
    assert_string_equal(out[2], "");
    assert_null(out[3]);
    assert_string_equal(out_env[0], "A=b c");
    assert_null(out_env[1]);
    message_close_fds(&got);
}

static void exec_needs_its_descriptors_and_strings(void **state) {
    char *argv[] = {(char *)(size_t) "true", NULL};

    (void)state;
    message_init(&m, MESSAGE_EXEC, 7);
    strcpy(m.u.exec.target, "i-1");
    assert_int_equal(message_exec_pack(&m, argv, NULL), 0);
    exchange(-EPROTO); /* no descriptors */
    m.fd_count = 3;
    m.fds[0] = m.fds[1] = m.fds[2] = 0;
    m.u.exec.argument_count = 2;
    exchange(-EPROTO); /* one string, two promised */
    m.u.exec.argument_count = 1;
    m.tail[4] = 'x';
    exchange(-EPROTO); /* not terminated */
    m.tail[4] = '\0';
    strcpy(m.u.exec.target, "../x");
    exchange(-EPROTO);
}

static void refused_messages_leak_no_descriptor(void **state) {
    int before, after;

    (void)state;
    before = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(before);
    message_init(&m, MESSAGE_READY, 0);
    m.fd_count = 2;
    m.fds[0] = m.fds[1] = 0;
    exchange(-EPROTO);
    after = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(after);
    assert_int_equal(before, after);
    m.fd_count = 0;
    exchange(1); /* the socket is usable */
}

static void sizes_and_versions_must_fit(void **state) {
    struct message_header h = {.version = MESSAGE_VERSION, .kind = MESSAGE_READY};
    char data[sizeof(h) + 4] = {0};

    (void)state;
    memcpy(data, &h, sizeof(h));
    assert_int_equal(message_decode(data, sizeof(h), 0, &got), 0);
    assert_int_equal(message_decode(data, sizeof(h) - 1, 0, &got), -EPROTO);
    assert_int_equal(message_decode(data, sizeof(h) + 4, 0, &got), -EPROTO);
    h.tail_bytes = 4;
    memcpy(data, &h, sizeof(h));
    assert_int_equal(message_decode(data, sizeof(h) + 4, 0, &got), -EPROTO); /* READY has no tail */
    h.tail_bytes = 0;
    h.version++;
    memcpy(data, &h, sizeof(h));
    assert_int_equal(message_decode(data, sizeof(h), 0, &got), -EPROTO);
    h.version--;
    h.kind = MESSAGE_KIND_END;
    memcpy(data, &h, sizeof(h));
    assert_int_equal(message_decode(data, sizeof(h), 0, &got), -EPROTO);
}

static void instances_must_make_sense(void **state) {
    struct message_instance_start *s = &m.u.instance_start;

    (void)state;
    message_init(&m, MESSAGE_INSTANCE_START, 1);
    strcpy(s->instance, "i-1");
    strcpy(s->hostname, "ip-10-0-0-5.internal");
    s->eni_count = 1;
    s->enis[0] = (struct message_eni){.num = 5, .mtu = 9001, .prefix_length = 24, .address_count = 1};
    m.header.tail_bytes = 9;
    memcpy(m.tail, "#!/bin/sh", 9);
    exchange(1);
    assert_int_equal(got.header.tail_bytes, 9);
    assert_string_equal(got.tail, "#!/bin/sh");
    strcpy(s->hostname, "a\nb");
    exchange(-EPROTO);
    strcpy(s->hostname, "x");
    s->eni_count = MESSAGE_ENIS_MAX + 1;
    exchange(-EPROTO);
    s->eni_count = 1;
    s->enis[0].address_count = MESSAGE_ADDRESSES_MAX + 1;
    exchange(-EPROTO);
    s->enis[0].address_count = 1;
    s->enis[0].address6_count = MESSAGE_ADDRESSES_MAX + 1;
    exchange(-EPROTO);
    s->enis[0].address6_count = 0;
    s->enis[0].prefix6_length = 129;
    exchange(-EPROTO);
    s->enis[0].prefix6_length = 64;
    s->enis[0].num = 1 << 20;
    exchange(-EPROTO);
    s->enis[0].num = 5;
    memset(s->search, 'a', sizeof(s->search));
    exchange(-EPROTO);
}

static void names_are_file_names(void **state) {
    (void)state;
    assert_true(message_name_ok("i-0abc"));
    assert_true(message_name_ok("internet"));
    assert_false(message_name_ok(""));
    assert_false(message_name_ok("i"));
    assert_false(message_name_ok("-rf"));
    assert_false(message_name_ok("a/b"));
    assert_false(message_name_ok(".."));
    assert_false(message_name_ok("I-1"));
}

static void too_many_strings_do_not_fit(void **state) {
    char *argv[MESSAGE_ARGS_MAX + 2];
    static char big[MESSAGE_TAIL_MAX];

    (void)state;
    message_init(&m, MESSAGE_EXEC, 1);
    for (size_t i = 0; i <= MESSAGE_ARGS_MAX; i++)
        argv[i] = (char *)(size_t) "x";
    argv[MESSAGE_ARGS_MAX + 1] = NULL;
    assert_int_equal(message_exec_pack(&m, argv, NULL), -E2BIG);
    memset(big, 'x', sizeof(big) - 1);
    argv[0] = big;
    argv[1] = NULL;
    assert_int_equal(message_exec_pack(&m, argv, NULL), 0);
    argv[1] = (char *)(size_t) "y";
    argv[2] = NULL;
    assert_int_equal(message_exec_pack(&m, argv, NULL), -E2BIG);
}

static void the_end_is_told(void **state) {
    (void)state;
    close(pair[0]);
    pair[0] = -1;
    assert_int_equal(message_receive(pair[1], &got), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(exec_travels_whole, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(exec_needs_its_descriptors_and_strings, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(refused_messages_leak_no_descriptor, open_pair, close_pair),
        cmocka_unit_test(sizes_and_versions_must_fit),
        cmocka_unit_test_setup_teardown(instances_must_make_sense, open_pair, close_pair),
        cmocka_unit_test(names_are_file_names),
        cmocka_unit_test(too_many_strings_do_not_fit),
        cmocka_unit_test_setup_teardown(the_end_is_told, open_pair, close_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
