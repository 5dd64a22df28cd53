/* SPDX-License-Identifier: Apache-2.0 */
/* Queries forwarded to resolvers that this test plays, on loopback addresses of their own. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "edge/forward.h"

static const uint8_t QUERY[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07"
                               "example\x03"
                               "com\x00\x00\x01\x00\x01";
enum { QUERY_BYTES = sizeof(QUERY) - 1, PATIENCE_MS = 120 };

struct rig {
    struct forward *forward;
    char conf[32];
    int udp[2], listener; /* 127.0.0.2 and .3; TCP on .2 */
    uint16_t port;
    unsigned done;
    bool failed;
    struct forward_asker asker;
    uint8_t answer[512];
    size_t length;
};

static void done(void *user, const struct forward_asker *asker, const uint8_t *query, size_t query_length,
                 const uint8_t *answer, size_t length) {
    struct rig *r = user;

    assert_int_equal(query_length, QUERY_BYTES);
    assert_memory_equal(query, QUERY, QUERY_BYTES);
    r->done++;
    r->failed = answer == NULL;
    r->asker = *asker;
    r->length = length;
    if (answer != NULL)
        memcpy(r->answer, answer, length);
}

static int bound(int type, const char *address, uint16_t *port_io) {
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(*port_io), .sin_addr.s_addr = inet_addr(address)};
    socklen_t length = sizeof(at);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || (type == SOCK_STREAM && listen(fd, 8) < 0)) {
        close(fd);
        return -1;
    }
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &length), 0);
    *port_io = ntohs(at.sin_port);
    return fd;
}

static void write_conf(struct rig *r, const char *text) {
    assert_int_equal(fd_replace_file(r->conf, text, strlen(text), 0644), 0);
}

static int setup(void **state) {
    static struct rig r;
    struct forward_options o = {.resolv_conf = r.conf, .patience_ms = PATIENCE_MS, .done = done, .user = &r};

    r = (struct rig){.conf = "/tmp/vpcbox-resolv-XXXXXX", .listener = -1};
    close(mkstemp(r.conf));
    for (int tries = 0; tries < 20 && r.listener < 0; tries++) { /* one port for all three */
        r.port = 0;
        r.udp[0] = bound(SOCK_DGRAM, "127.0.0.2", &r.port);
        r.udp[1] = bound(SOCK_DGRAM, "127.0.0.3", &r.port);
        r.listener = bound(SOCK_STREAM, "127.0.0.2", &r.port);
    }
    assert_true(r.listener >= 0 && r.udp[1] >= 0);
    write_conf(
        &r,
        "# two\nsearch example.com\nnameserver 127.0.0.2\nnameserver nonsense\n\tnameserver\t127.0.0.3 \n");
    o.port = r.port;
    assert_int_equal(forward_new(&o, &r.forward), 0);
    *state = &r;
    return 0;
}

static int teardown(void **state) {
    struct rig *r = *state;

    forward_free(r->forward);
    unlink(r->conf);
    close(r->udp[0]);
    close(r->udp[1]);
    close(r->listener);
    return 0;
}

/* Serves until fd is readable too (or, without one, until somebody was told). */
static void turn_until(struct rig *r, int fd) {
    unsigned before = r->done;

    for (int i = 0; i < 200; i++) {
        struct pollfd p[2] = {{.fd = forward_fd(r->forward), .events = POLLIN}, {.fd = fd, .events = POLLIN}};

        assert_true(poll(p, 2, 2000) > 0);
        if (p[0].revents)
            forward_serve(r->forward);
        if (p[1].revents || (fd < 0 && r->done > before))
            return;
    }
    fail();
}

static size_t hear(int fd, uint8_t query[512], struct sockaddr_in *ret_peer) {
    socklen_t length = sizeof(*ret_peer);
    ssize_t n = recvfrom(fd, query, 512, 0, (struct sockaddr *)ret_peer, &length);

    assert_int_equal(n, QUERY_BYTES);
    assert_memory_equal(query + 2, QUERY + 2, QUERY_BYTES - 2);
    return (size_t)n;
}

static void say(int fd, const uint8_t *query, const struct sockaddr_in *peer, uint8_t code, uint16_t id_off) {
    uint8_t answer[QUERY_BYTES];

    memcpy(answer, query, QUERY_BYTES);
    answer[1] = (uint8_t)(answer[1] + id_off);
    answer[2] |= 0x80;
    answer[3] = code;
    assert_int_equal(sendto(fd, answer, sizeof(answer), 0, (const struct sockaddr *)peer, sizeof(*peer)),
                     sizeof(answer));
}

static void an_answer_comes_back_under_the_clients_id(void **state) {
    struct rig *r = *state;
    const struct forward_asker asker = {.peer.sin_port = 7};
    struct sockaddr_in peer;
    uint8_t query[512];

    forward_ask(r->forward, &asker, QUERY, QUERY_BYTES);
    turn_until(r, r->udp[0]);
    hear(r->udp[0], query, &peer);
    say(r->udp[0], query, &peer, 0, 1); /* forged: another id */
    query[14] ^= 1;
    say(r->udp[0], query, &peer, 0, 0); /* and another question */
    query[14] ^= 1;
    query[13] ^= 0x20; /* letters' case does not count */
    say(r->udp[0], query, &peer, 3, 0);
    turn_until(r, -1);
    assert_int_equal(r->done, 1);
    assert_false(r->failed);
    assert_int_equal(r->asker.peer.sin_port, 7);
    assert_int_equal(r->length, QUERY_BYTES);
    assert_memory_equal(r->answer, QUERY, 2);
    assert_int_equal(r->answer[3], 3);
}

static void who_fails_or_is_silent_makes_room(void **state) {
    struct rig *r = *state;
    struct sockaddr_in peer;
    uint8_t query[512];

    forward_ask(r->forward, &(struct forward_asker){0}, QUERY, QUERY_BYTES);
    turn_until(r, r->udp[0]);
    hear(r->udp[0], query, &peer);
    say(r->udp[0], query, &peer, 2, 0); /* SERVFAIL */
    turn_until(r, r->udp[1]);
    hear(r->udp[1], query, &peer); /* says nothing */
    turn_until(r, r->udp[0]);
    hear(r->udp[0], query, &peer);
    assert_int_equal(r->done, 0);
    say(r->udp[0], query, &peer, 2, 0); /* again: that is the answer */
    turn_until(r, -1);
    assert_false(r->failed);
    assert_int_equal(r->answer[3], 2);
}

static void silence_ends(void **state) {
    struct rig *r = *state;

    forward_ask(r->forward, &(struct forward_asker){0}, QUERY, QUERY_BYTES);
    turn_until(r, -1);
    assert_true(r->failed);
}

static void without_resolvers_it_fails_at_once(void **state) {
    struct rig *r = *state;

    write_conf(r, "search example.com\n");
    forward_ask(r->forward, &(struct forward_asker){0}, QUERY, QUERY_BYTES);
    assert_int_equal(r->done, 1);
    assert_true(r->failed);
}

static void new_resolvers_are_seen(void **state) {
    struct rig *r = *state;
    struct sockaddr_in peer;
    uint8_t query[512];

    forward_ask(r->forward, &(struct forward_asker){0}, QUERY, QUERY_BYTES);
    turn_until(r, r->udp[0]);
    write_conf(r, "nameserver 127.0.0.3\n");
    forward_ask(r->forward, &(struct forward_asker){0}, QUERY, QUERY_BYTES);
    turn_until(r, r->udp[1]);
    hear(r->udp[1], query, &peer);
}

static void by_tcp(void **state) {
    struct rig *r = *state;
    uint8_t query[2 + QUERY_BYTES], answer[2 + QUERY_BYTES];
    int fd;

    forward_ask(r->forward, &(struct forward_asker){.tcp = true, .serial = 9}, QUERY, QUERY_BYTES);
    turn_until(r, r->listener);
    fd = accept(r->listener, NULL, NULL);
    turn_until(r, fd);
    assert_int_equal(recv(fd, query, sizeof(query), MSG_WAITALL), sizeof(query));
    assert_int_equal(query[0] << 8 | query[1], QUERY_BYTES);
    memcpy(answer, query, sizeof(query));
    answer[4] |= 0x80;
    assert_int_equal(send(fd, answer, 1, 0), 1); /* in pieces */
    forward_serve(r->forward);
    assert_int_equal(send(fd, answer + 1, 10, 0), 10);
    forward_serve(r->forward);
    assert_int_equal(send(fd, answer + 11, sizeof(answer) - 11, 0), sizeof(answer) - 11);
    turn_until(r, -1);
    assert_false(r->failed);
    assert_true(r->asker.tcp);
    assert_int_equal(r->asker.serial, 9);
    assert_int_equal(r->length, QUERY_BYTES);
    assert_memory_equal(r->answer, QUERY, 2);
    close(fd);
}

static void a_broken_connection_is_tried_again(void **state) {
    struct rig *r = *state;
    int fd;

    write_conf(r, "nameserver 127.0.0.2\n");
    forward_ask(r->forward, &(struct forward_asker){.tcp = true}, QUERY, QUERY_BYTES);
    for (int i = 0; i < 2; i++) {
        turn_until(r, r->listener);
        fd = accept(r->listener, NULL, NULL);
        assert_int_equal(shutdown(fd, SHUT_WR), 0);
        if (i == 1)
            turn_until(r, -1);
        else
            turn_until(r, r->listener);
        close(fd);
    }
    assert_true(r->failed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_answer_comes_back_under_the_clients_id, setup, teardown),
        cmocka_unit_test_setup_teardown(who_fails_or_is_silent_makes_room, setup, teardown),
        cmocka_unit_test_setup_teardown(silence_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(without_resolvers_it_fails_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(new_resolvers_are_seen, setup, teardown),
        cmocka_unit_test_setup_teardown(by_tcp, setup, teardown),
        cmocka_unit_test_setup_teardown(a_broken_connection_is_tried_again, setup, teardown)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
