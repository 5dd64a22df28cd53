/* SPDX-License-Identifier: Apache-2.0 */
/* Region's line to host, with the test as host: commands whose end comes in every order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/region.h"

/* What the host answers to a command, in this order; 0 ends it. */
static const uint16_t *answers;
static int host_end, ended[2];
static struct region_link *region;
static pthread_t host_thread;

static void say(uint16_t kind, uint64_t id) {
    struct message *m = malloc(sizeof(*m));

    assert_non_null(m);
    message_init(m, kind, id);
    if (kind == MESSAGE_EXEC_EXITED)
        m->u.exec_exited.status = 137;
    if (kind == MESSAGE_RESULT)
        m->u.result.error = -ESRCH;
    if (kind == MESSAGE_CONFIG) {
        m->fds[0] = ended[0];
        m->fd_count = 1;
    }
    assert_int_equal(message_send(host_end, m), 0);
    free(m);
}

static void *host(void *arg) {
    struct message *m = malloc(sizeof(*m));

    (void)arg;
    assert_non_null(m);
    m->fd_count = 0;
    while (message_receive(host_end, m) == 1) {
        message_close_fds(m);
        for (const uint16_t *kind = answers; *kind != 0; kind++)
            say(*kind, m->header.id);
        m->fd_count = 0;
    }
    free(m);
    return NULL;
}

static int set_up(void **state) {
    int pair[2];

    (void)state;
    assert_int_equal(pipe(ended), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    host_end = pair[1];
    say(MESSAGE_CONFIG, 0);
    say(MESSAGE_START, 0);
    assert_int_equal(region_link_open(pair[0], NULL, &region), 0);
    assert_int_equal(pthread_create(&host_thread, NULL, host, NULL), 0);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    region_link_close(region);
    assert_int_equal(pthread_join(host_thread, NULL), 0);
    close(host_end);
    close(ended[0]);
    close(ended[1]);
    return 0;
}

static void exited(void *context, int status) {
    (void)context;
    assert_int_equal(write(ended[1], &status, sizeof(status)), sizeof(status));
}

/* The command's status, -1 when no end is told; what region_exec() said in *ret_r. */
static int run(const uint16_t *kinds, int *ret_r) {
    char *const argv[] = {(char[]){"true"}, NULL}, *const envp[] = {NULL};
    const struct message_exec exec = {.target = "i-0123456789abcdef0"};
    struct pollfd p = {.fd = ended[0], .events = POLLIN};
    char why[MESSAGE_NAME_BYTES];
    uint64_t id;
    int status = -1;

    answers = kinds;
    *ret_r = region_exec(region, &exec, argv, envp, (int[]){0, 1, 2}, exited, NULL, &id, why);
    if (*ret_r == 0 && poll(&p, 1, 5000) == 1)
        assert_int_equal(read(ended[0], &status, sizeof(status)), sizeof(status));
    assert_int_equal(poll(&p, 1, 0), 0); /* told once */
    return status;
}

static void test_command(void **state) {
    static const uint16_t usual[] = {MESSAGE_EXEC_STARTED, MESSAGE_EXEC_EXITED, 0};
    static const uint16_t refused[] = {MESSAGE_RESULT, 0};
    int r;

    (void)state;
    assert_int_equal(run(usual, &r), 137);
    assert_int_equal(r, 0);
    assert_int_equal(run(refused, &r), -1);
    assert_int_equal(r, -ESRCH);
}

/* Its instance went down before its init had taken it on. */
static void test_command_never_started(void **state) {
    static const uint16_t gone[] = {MESSAGE_EXEC_EXITED, 0};
    int r;

    (void)state;
    assert_int_equal(run(gone, &r), 137);
    assert_int_equal(r, 0);
}

/* Whose follower has left: its end is told to nobody. */
static void test_command_forgotten(void **state) {
    static const uint16_t started[] = {MESSAGE_EXEC_STARTED, 0}, done[] = {MESSAGE_EXEC_EXITED, 0};
    char *const argv[] = {(char[]){"true"}, NULL}, *const envp[] = {NULL};
    const struct message_exec exec = {.target = "i-0123456789abcdef0"};
    struct pollfd p = {.fd = ended[0], .events = POLLIN};
    uint64_t id;
    int r;

    (void)state;
    answers = started;
    assert_int_equal(region_exec(region, &exec, argv, envp, (int[]){0, 1, 2}, exited, NULL, &id, NULL), 0);
    region_exec_forget(region, id);
    say(MESSAGE_EXEC_EXITED, id);
    assert_int_equal(run(done, &r), 137); /* after it on the line */
    assert_int_equal(poll(&p, 1, 0), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_command),
                                       cmocka_unit_test(test_command_never_started),
                                       cmocka_unit_test(test_command_forgotten)};

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
