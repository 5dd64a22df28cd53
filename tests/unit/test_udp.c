/* SPDX-License-Identifier: Apache-2.0 */
/* DNS and NTP over loopback sockets: answers come from the address that was asked (dns-001). */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "edge/ntp.h"
#include "edge/udp.h"

static const uint8_t QUERY[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07"
                               "example\x03"
                               "com\x00\x00\x01\x00\x01";
enum { QUERY_BYTES = sizeof(QUERY) - 1 };

static bool name(void *user, const char *n, struct dns_addresses *ret) {
    /* The answer tells which address was asked. */
    ret->items[ret->count++] = *(struct ip4 *)user;
    return strcmp(n, "example.com") == 0;
}

/* Answers no one who asks 127.0.0.9. */
static bool view(void *user, struct ip4 source, struct ip4 destination, struct dns_view *ret) {
    *(struct ip4 *)user = destination;
    *ret = (struct dns_view){.user = user, .region = "ap-northeast-1", .public_name = name};
    return source.v >> 24 == 127 && destination.v != 0x7f000009;
}

struct rig {
    struct udp_server *server;
    struct sockaddr_in dns, dns_tcp, ntp;
    struct ip4 asked;
};

static int bound(int type, struct sockaddr_in *ret) {
    struct sockaddr_in any = {.sin_family = AF_INET};
    socklen_t length = sizeof(*ret);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&any, sizeof(any)), 0);
    if (type == SOCK_STREAM)
        assert_int_equal(listen(fd, 128), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)ret, &length), 0);
    return fd;
}

static int setup(void **state) {
    static struct rig r;
    struct udp_options o = {.view = view, .user = &r.asked};

    o.dns_udp = bound(SOCK_DGRAM, &r.dns);
    o.dns_tcp = bound(SOCK_STREAM, &r.dns_tcp);
    o.ntp_udp = bound(SOCK_DGRAM, &r.ntp);
    *state = &r;
    return udp_server_new(&o, &r.server);
}

static int teardown(void **state) {
    udp_server_free(((struct rig *)*state)->server);
    return 0;
}

static int connected(int type, struct sockaddr_in to, const char *address) {
    struct timeval patience = {5, 0};
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    to.sin_addr.s_addr = inet_addr(address);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

static void test_udp(void **state) {
    struct rig *r = *state;
    static const char *const addresses[] = {"127.0.0.1", "127.0.0.2", "127.3.2.1"};
    uint8_t answer[512];

    for (size_t i = 0; i < 3; i++) {
        int fd = connected(SOCK_DGRAM, r->dns, addresses[i]); /* takes answers from that address only */
        uint32_t be = inet_addr(addresses[i]);
        ssize_t n;

        assert_int_equal(send(fd, QUERY, QUERY_BYTES, 0), QUERY_BYTES);
        n = recv(fd, answer, sizeof(answer), 0);
        assert_int_equal(n, QUERY_BYTES + 16);
        assert_memory_equal(answer + n - 4, &be, 4);
        close(fd);
    }
}

static void test_no_view_no_answer(void **state) {
    struct rig *r = *state;
    int silent = connected(SOCK_DGRAM, r->dns, "127.0.0.9"), fd = connected(SOCK_DGRAM, r->dns, "127.0.0.1");
    uint8_t answer[512];

    assert_int_equal(send(silent, QUERY, QUERY_BYTES, 0), QUERY_BYTES);
    /* Served in order: once the later one is answered, the earlier one was looked at. */
    assert_int_equal(send(fd, QUERY, QUERY_BYTES, 0), QUERY_BYTES);
    assert_int_equal(recv(fd, answer, sizeof(answer), 0), QUERY_BYTES + 16);
    assert_int_equal(recv(silent, answer, sizeof(answer), MSG_DONTWAIT), -1);
    close(silent);
    close(fd);
}

static void test_tcp(void **state) {
    struct rig *r = *state;
    int fd = connected(SOCK_STREAM, r->dns_tcp, "127.0.0.5");
    uint8_t two[2 * (2 + QUERY_BYTES)], answer[2 + QUERY_BYTES + 16];
    uint32_t be = inet_addr("127.0.0.5");

    for (int i = 0; i < 2; i++) {
        two[i * (2 + QUERY_BYTES)] = 0;
        two[i * (2 + QUERY_BYTES) + 1] = QUERY_BYTES;
        memcpy(two + i * (2 + QUERY_BYTES) + 2, QUERY, QUERY_BYTES);
    }
    /* Cut anywhere, and two in a row. */
    assert_int_equal(send(fd, two, 1, 0), 1);
    assert_int_equal(send(fd, two + 1, 20, 0), 20);
    assert_int_equal(send(fd, two + 21, sizeof(two) - 21, 0), (ssize_t)sizeof(two) - 21);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(fd_read_all(fd, answer, sizeof(answer)), 0);
        assert_int_equal(answer[0] << 8 | answer[1], QUERY_BYTES + 16);
        assert_memory_equal(answer + sizeof(answer) - 4, &be, 4);
    }
    close(fd);
}

static void test_tcp_too_long_ends(void **state) {
    struct rig *r = *state;
    int fd = connected(SOCK_STREAM, r->dns_tcp, "127.0.0.1");
    char c;

    assert_int_equal(send(fd, "\xff\xff", 2, 0), 2);
    assert_true(recv(fd, &c, 1, 0) <= 0);
    close(fd);
}

/* More connections than there is room for: the newest are served. */
static void test_tcp_crowd(void **state) {
    struct rig *r = *state;
    uint8_t query[2 + QUERY_BYTES] = {0, QUERY_BYTES}, answer[2 + QUERY_BYTES + 16];
    int fds[100];

    memcpy(query + 2, QUERY, QUERY_BYTES);
    for (int i = 0; i < 100; i++)
        fds[i] = connected(SOCK_STREAM, r->dns_tcp, "127.0.0.1");
    assert_int_equal(send(fds[99], query, sizeof(query), 0), sizeof(query));
    assert_int_equal(fd_read_all(fds[99], answer, sizeof(answer)), 0);
    for (int i = 0; i < 100; i++)
        close(fds[i]);
}

static void test_ntp(void **state) {
    struct rig *r = *state;
    int fd = connected(SOCK_DGRAM, r->ntp, "127.0.0.7");
    uint8_t q[NTP_PACKET_BYTES] = {0x23}, a[128];

    assert_int_equal(send(fd, q, 4, 0), 4);
    assert_int_equal(send(fd, q, sizeof(q), 0), sizeof(q));
    assert_int_equal(recv(fd, a, sizeof(a), 0), NTP_PACKET_BYTES);
    assert_int_equal(a[0], 0x24);
    close(fd);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_udp, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_view_no_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tcp, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tcp_too_long_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tcp_crowd, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ntp, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
