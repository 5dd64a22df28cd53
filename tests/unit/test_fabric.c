/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fabric as a process: real sockets in namespaces, their packets through TAPs and the engine.
 * The network is the one of world.h: app (private, behind the NAT instance), web (public), lab and svc.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "edge/lab.h"
#include "edge/ntp.h"
#include "edge/udp.h"
#include "fabric_rig.h"
#include "world.h"

static struct rig rig;
static struct world world;
static struct lab *lab;
static struct udp_server *services;
static bool usable;

/* ---- the places ---- */

static bool make_instance(uint32_t number, const char *address, const char *gateway) {
    return rig_port(&rig, number, world_mac(number)) &&
           ns_run("ip addr add %s/24 dev eth0 && ip route add default via %s", address, gateway);
}

static int lab_socket(void *user, int type, uint16_t port) {
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), on = 1;

    (void)user;
    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0 || (type == SOCK_STREAM && listen(fd, 64) < 0)) {
        close(fd);
        return -errno;
    }
    return fd;
}

/* The name "door" has the asker's door identity as its addresses: what the test looks at. */
static bool door_name(void *user, const char *name, struct dns_addresses *ret) {
    const struct ip4 *ends = user;

    ret->items[ret->count++] = ends[0];
    ret->items[ret->count++] = ends[1];
    return strcmp(name, "door") == 0;
}
static bool door_view(void *user, struct ip4 source, struct ip4 destination, struct dns_view *ret_view) {
    struct ip4 *ends = user;

    ends[0] = source;
    ends[1] = destination;
    *ret_view =
        (struct dns_view){.user = ends, .region = "ap-northeast-1", .in_vpc = true, .public_name = door_name};
    return true;
}

static bool make_svc(void) {
    static struct ip4 ends[2];
    struct udp_options o = {.view = door_view, .user = ends};
    char text[MAC_TEXT_BYTES];

    if (!rig_port(&rig, PORT_SERVICE, fwd_service_mac) ||
        !ns_run("ip route add local 11.0.0.0/8 dev lo && "
                "ip neigh add 169.254.255.1 lladdr %s dev eth0 && "
                "ip route add 10.0.0.0/8 via 169.254.255.1 dev eth0 onlink && "
                "echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter",
                mac_format(fwd_gateway_mac, text)))
        return false;
    o.dns_udp = lab_socket(NULL, SOCK_DGRAM, 53);
    o.dns_tcp = lab_socket(NULL, SOCK_STREAM, 53);
    o.ntp_udp = lab_socket(NULL, SOCK_DGRAM, 123);
    return udp_server_new(&o, &services) == 0;
}

static bool make_lab(void) {
    struct lab_options o = {.socket = lab_socket, .region = "ap-northeast-1", .dir = "/tmp"};
    char text[MAC_TEXT_BYTES];

    return rig_port(&rig, PORT_UPLINK, fwd_uplink_mac) &&
           ns_run("ip route add local 8.8.8.8 dev lo && ip route add local 198.19.0.0/16 dev lo && "
                  "ip neigh add 169.254.255.1 lladdr %s dev eth0 && "
                  "ip route add default via 169.254.255.1 dev eth0 onlink",
                  mac_format(fwd_gateway_mac, text)) &&
           lab_start(&o, &lab) == 0;
}

static int setup(void **state) {
    (void)state;
    rig_init(&rig);
    if (ns_enter() < 0 || access("/dev/net/tun", R_OK | W_OK) < 0)
        return 0;
    world_init(&world);
    if (!make_instance(APP, "10.0.1.10", "10.0.1.1") || !make_instance(WEB, "10.0.0.20", "10.0.0.1") ||
        !make_instance(NAT, "10.0.0.10", "10.0.0.1"))
        return -1;
    if (!ns_run("echo 1 >/proc/sys/net/ipv4/ip_forward; echo 0 >/proc/sys/net/ipv4/conf/all/send_redirects; "
                "iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE"))
        return -1;
    if (!make_svc() || !make_lab() || !rig_start(&rig) || !rig_image(&rig, &world.spec))
        return -1;
    usable = true;
    return 0;
}

static int teardown(void **state) {
    (void)state;
    lab_stop(lab);
    udp_server_free(services);
    return !usable || rig_end(&rig) == 0 ? 0 : -1;
}

static void need_rig(void) {
    if (!usable) {
        print_message("needs user namespaces and /dev/net/tun\n");
        skip();
    }
}

static void change(void) {
    world.vpc[0].version++;
    assert_true(rig_image(&rig, &world.spec));
}

/* ---- sockets ---- */

static int opened(uint32_t where, int type) {
    struct timeval patience = {10, 0};
    int fd;

    assert_true(rig_go(&rig, where));
    fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    return fd;
}

static struct sockaddr_in at(const char *address, uint16_t port) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};

    a.sin_addr.s_addr = inet_addr(address);
    return a;
}

static int server(uint32_t where, uint16_t port) {
    struct sockaddr_in a = at("0.0.0.0", port);
    int fd = opened(where, SOCK_STREAM), on = 1;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    assert_int_equal(listen(fd, 16), 0);
    return fd;
}

static int connected(uint32_t where, int type, const char *address, uint16_t port) {
    struct sockaddr_in a = at(address, port);
    int fd = opened(where, type);

    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    return fd;
}

/* Whether a connection comes about within a time in which it certainly would. */
static bool reachable(uint32_t where, const char *address, uint16_t port) {
    struct sockaddr_in a = at(address, port);
    int fd = opened(where, SOCK_STREAM), error = 0;
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    socklen_t length = sizeof(error);

    fcntl(fd, F_SETFL, O_NONBLOCK);
    connect(fd, (struct sockaddr *)&a, sizeof(a));
    if (poll(&p, 1, 300) != 1 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
        error = ETIMEDOUT;
    close(fd);
    return error == 0;
}

static char pattern(size_t i) {
    return (char)(i * 131 + (i >> 9));
}

/* Sends bytes [from, to) of the pattern through a pair of connected sockets, and checks what arrives. */
static void pump(int out, int in, size_t from, size_t to) {
    static char piece[65536];
    uint64_t end = clock_mono_ns() + (uint64_t)RIG_WAIT_MS * 1000000;
    size_t sent = from, got = from;

    while (got < to) {
        struct pollfd p[2] = {{.fd = in, .events = POLLIN}, {.fd = sent < to ? out : -1, .events = POLLOUT}};
        ssize_t n;

        assert_true(clock_mono_ns() < end);
        poll(p, 2, 1000);
        if (p[1].revents & POLLOUT) {
            size_t length = to - sent < sizeof(piece) ? to - sent : sizeof(piece);

            for (size_t i = 0; i < length; i++)
                piece[i] = pattern(sent + i);
            n = send(out, piece, length, MSG_DONTWAIT | MSG_NOSIGNAL);
            assert_true(n > 0 || errno == EAGAIN);
            sent += n > 0 ? (size_t)n : 0;
        }
        if (p[0].revents != 0) {
            n = recv(in, piece, sizeof(piece), MSG_DONTWAIT);
            assert_true(n > 0 || (n < 0 && errno == EAGAIN));
            for (ssize_t i = 0; i < n; i++)
                if (piece[i] != pattern(got + (size_t)i))
                    fail_msg("byte %zu is wrong", got + (size_t)i);
            got += n > 0 ? (size_t)n : 0;
        }
    }
}

/* ---- tests ---- */

static void test_ping(void **state) {
    (void)state;
    need_rig();
    assert_true(rig_go(&rig, APP));
    assert_true(ns_run("ping -c 2 -i 0.2 -W 2 10.0.0.20 >/dev/null"));
    assert_true(ns_run("ping -c 1 -s 8000 -M do -W 2 10.0.0.20 >/dev/null"));
    assert_true(rig_go(&rig, NAT));
    assert_true(ns_run("ping -c 1 -W 2 8.8.8.8 >/dev/null"));
    assert_false(ns_run("ping -c 1 -W 0.3 10.0.0.20 >/dev/null")); /* no rule for the public subnet */
}

static void test_tcp(void **state) {
    int listening, client, peer;

    (void)state;
    need_rig();
    listening = server(WEB, 8080);
    client = connected(APP, SOCK_STREAM, "10.0.0.20", 8080);
    peer = accept(listening, NULL, NULL);
    assert_true(peer >= 0);
    pump(client, peer, 0, 20 << 20);
    pump(peer, client, 7, 5 << 20);
    assert_false(reachable(APP, "10.0.0.20", 8081));
    close(client);
    close(peer);
    close(listening);
}

/* Without offloads every segment is its own frame, with checksums of its own. */
static void test_tcp_without_offloads(void **state) {
    int listening, client, peer;

    (void)state;
    need_rig();
    assert_true(rig_go(&rig, APP));
    if (!ns_run("ethtool -K eth0 tx off tso off gso off gro off >/dev/null 2>&1")) {
        print_message("no ethtool\n");
        skip();
    }
    listening = server(WEB, 8080);
    client = connected(APP, SOCK_STREAM, "10.0.0.20", 8080);
    peer = accept(listening, NULL, NULL);
    pump(client, peer, 0, 2 << 20);
    pump(peer, client, 0, 2 << 20);
    close(client);
    close(peer);
    close(listening);
    assert_true(rig_go(&rig, APP));
    assert_true(ns_run("ethtool -K eth0 tx on tso on gso on gro on >/dev/null 2>&1"));
}

/* kill -9 in the midst of a transfer: the connection goes on, and its tracking was not lost. */
static void test_death_of_the_fabric(void **state) {
    struct spec_sg_rule allowed;
    int listening, client, peer;

    (void)state;
    need_rig();
    listening = server(WEB, 8080);
    client = connected(APP, SOCK_STREAM, "10.0.0.20", 8080);
    peer = accept(listening, NULL, NULL);
    for (size_t i = 0; i < 5; i++) {
        static char piece[262144];
        size_t from = i << 20, part = 1 << 18;
        ssize_t n;

        pump(client, peer, from, from + (1 << 19));
        /* Bytes in flight, some in the TAP's queue, some in the fabric. */
        for (size_t k = 0; k < part; k++)
            piece[k] = pattern(from + (1 << 19) + k);
        n = send(client, piece, part, MSG_DONTWAIT);
        assert_true(n > 0);
        rig_kill(&rig);
        assert_true(rig_start(&rig));
        for (ssize_t got = 0; got < n;) {
            ssize_t r = recv(peer, piece, sizeof(piece), 0);

            assert_true(r > 0);
            for (ssize_t k = 0; k < r; k++)
                assert_true(piece[k] == pattern(from + (1 << 19) + (size_t)(got + k)));
            got += r;
        }
        pump(client, peer, from + (1 << 19) + (size_t)n, from + (1 << 20));
    }
    /* The rule goes: whoever is tracked may go on, nobody new gets in; also with another death between. */
    allowed = world.web_rules[1];
    world.web_rules[1] = rule_cidr("sgr-other", false, 6, 9999, 9999, "192.0.2.0/24");
    change();
    pump(client, peer, 0, 1 << 20);
    rig_kill(&rig);
    assert_true(rig_start(&rig));
    pump(peer, client, 0, 1 << 20);
    assert_false(reachable(APP, "10.0.0.20", 8080));
    world.web_rules[1] = allowed;
    change();
    assert_true(reachable(APP, "10.0.0.20", 8080));
    close(client);
    close(peer);
    close(listening);
}

static void test_internet_through_the_nat_instance(void **state) {
    static const char ask[] = "GET / HTTP/1.0\r\nHost: checkip.amazonaws.com\r\n\r\n";
    char answer[1024], *body;
    uint32_t who[] = {APP, NAT};

    (void)state;
    need_rig();
    for (size_t i = 0; i < 2; i++) {
        int fd = connected(who[i], SOCK_STREAM, "198.19.0.10", 80);
        size_t got = 0;
        ssize_t n;

        assert_int_equal(send(fd, ask, sizeof(ask) - 1, 0), sizeof(ask) - 1);
        while ((n = recv(fd, answer + got, sizeof(answer) - 1 - got, 0)) > 0)
            got += (size_t)n;
        answer[got] = '\0';
        body = strstr(answer, "\r\n\r\n");
        assert_non_null(body);
        assert_string_equal(body + 4, "203.0.113.10\n");
        close(fd);
    }
}

/* dns-001: base+2 and 169.254.169.253, UDP and TCP; the resolver learns who asks from the addresses. */
static void test_resolver(void **state) {
    static const uint8_t query[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x04"
                                   "door\x00\x00\x01\x00\x01";
    static const char *const resolvers[] = {"10.0.0.2", "169.254.169.253"};
    uint32_t source = htonl(door_source(APP, 0).v), destination = htonl(door_destination(DOOR_DNS, 0).v);
    uint8_t answer[512], framed[2 + sizeof(query) - 1] = {0, sizeof(query) - 1};
    const size_t answered = sizeof(query) - 1 + 2 * 16;

    (void)state;
    need_rig();
    memcpy(framed + 2, query, sizeof(query) - 1);
    for (size_t i = 0; i < 2; i++) {
        int fd = connected(APP, SOCK_DGRAM, resolvers[i], 53);

        assert_int_equal(send(fd, query, sizeof(query) - 1, 0), sizeof(query) - 1);
        assert_int_equal(recv(fd, answer, sizeof(answer), 0), answered);
        assert_memory_equal(answer + answered - 20, &source, 4);
        assert_memory_equal(answer + answered - 4, &destination, 4);
        close(fd);
        fd = connected(APP, SOCK_STREAM, resolvers[i], 53);
        assert_int_equal(send(fd, framed, sizeof(framed), 0), sizeof(framed));
        assert_int_equal(fd_read_all(fd, answer, 2 + answered), 0);
        assert_memory_equal(answer + 2 + answered - 20, &source, 4);
        close(fd);
    }
}

static void test_time_service(void **state) {
    uint8_t q[NTP_PACKET_BYTES] = {0x23}, a[128];
    int fd;

    (void)state;
    need_rig();
    fd = connected(APP, SOCK_DGRAM, "169.254.169.123", 123);
    assert_int_equal(send(fd, q, sizeof(q), 0), sizeof(q));
    assert_int_equal(recv(fd, a, sizeof(a), 0), NTP_PACKET_BYTES);
    close(fd);
}

/* An instance ends: its port goes, others do not notice; it comes back with a new TAP. */
static void test_ports_come_and_go(void **state) {
    static struct message m;
    struct rig_port *web = &rig.ports[1];

    (void)state;
    need_rig();
    assert_int_equal(web->number, WEB);
    message_init(&m, MESSAGE_PORT_DELETE, 0);
    m.u.port.number = WEB;
    assert_true(rig_send(&rig, &m, -1));
    change(); /* messages are in order: once this is in force, the port is gone */
    assert_true(rig_go(&rig, APP));
    assert_false(ns_run("ping -c 1 -W 0.3 10.0.0.20 >/dev/null"));
    assert_true(rig_go(&rig, NAT));
    assert_true(ns_run("ping -c 1 -W 2 8.8.8.8 >/dev/null"));
    message_init(&m, MESSAGE_PORT_ADD, 0);
    m.u.port.number = WEB;
    m.u.port.mtu = 9001;
    assert_true(rig_send(&rig, &m, web->tap));
    change();
    assert_true(rig_go(&rig, APP));
    assert_true(ns_run("ping -c 1 -W 2 10.0.0.20 >/dev/null"));
}

static unsigned long cpu_ticks(pid_t pid) {
    char path[64], *text, *after;
    unsigned long user = 0, kernel = 0;
    size_t length;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    assert_int_equal(fd_read_file(path, 65536, &text, &length), 0);
    after = strrchr(text, ')');
    assert_non_null(after);
    assert_int_equal(sscanf(after, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel),
                     2);
    free(text);
    return user + kernel;
}

/* A TAP that goes away before host says so: the fabric must neither fall nor spin. */
static void test_device_goes(void **state) {
    static struct message m;
    struct rig_port *iso = &rig.ports[rig.count];
    struct pollfd p = {.events = 0};
    unsigned long before;

    (void)state;
    need_rig();
    assert_true(make_instance(ISO, "10.0.2.10", "10.0.2.1"));
    message_init(&m, MESSAGE_PORT_ADD, 0);
    m.u.port.number = ISO;
    m.u.port.mtu = 9001;
    assert_true(rig_send(&rig, &m, iso->tap));
    change();
    assert_true(ns_run("ip link del eth0"));
    rig.count--;
    assert_true(rig_go(&rig, APP));
    fd_close(&iso->ns);
    p.fd = iso->tap;
    assert_int_equal(poll(&p, 1, RIG_WAIT_MS), 1); /* an error: the device is gone */
    before = cpu_ticks(rig.fabric);
    assert_true(ns_run("ping -c 4 -i 0.1 -W 2 10.0.0.20 >/dev/null"));
    assert_in_range(cpu_ticks(rig.fabric) - before, 0, 15); /* of at least 30 */
    message_init(&m, MESSAGE_PORT_DELETE, 0);
    m.u.port.number = ISO;
    assert_true(rig_send(&rig, &m, -1));
    fd_close(&iso->tap);
    change();
}

/* A block that is no image is refused, and the one in force stays. */
static void test_bad_image(void **state) {
    static struct message m;
    int fd = memfd_create("bad", MFD_ALLOW_SEALING | MFD_CLOEXEC);

    (void)state;
    need_rig();
    assert_int_equal(ftruncate(fd, 8192), 0);
    assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), 0);
    message_init(&m, MESSAGE_IMAGE, 12345);
    m.u.image.generation = 99;
    m.u.image.bytes = 8192;
    assert_true(rig_send(&rig, &m, fd));
    close(fd);
    assert_true(rig_await(&rig, MESSAGE_RESULT, &m));
    assert_int_equal(m.header.id, 12345);
    assert_true(m.u.result.error < 0);
    assert_true(rig_go(&rig, APP));
    assert_true(ns_run("ping -c 1 -W 2 10.0.0.20 >/dev/null"));
}

/* The sandbox: no capability, no new privileges, a filter on system calls. */
static void test_sandbox(void **state) {
    char path[64], *text;
    size_t length;

    (void)state;
    need_rig();
    snprintf(path, sizeof(path), "/proc/%d/status", rig.fabric);
    assert_int_equal(fd_read_file(path, 65536, &text, &length), 0);
    assert_non_null(strstr(text, "CapPrm:\t0000000000000000"));
    assert_non_null(strstr(text, "CapEff:\t0000000000000000"));
    assert_non_null(strstr(text, "CapBnd:\t0000000000000000"));
    assert_non_null(strstr(text, "NoNewPrivs:\t1"));
    assert_non_null(strstr(text, "Seccomp:\t2"));
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sandbox),
        cmocka_unit_test(test_ping),
        cmocka_unit_test(test_tcp),
        cmocka_unit_test(test_tcp_without_offloads),
        cmocka_unit_test(test_resolver),
        cmocka_unit_test(test_time_service),
        cmocka_unit_test(test_internet_through_the_nat_instance),
        cmocka_unit_test(test_ports_come_and_go),
        cmocka_unit_test(test_device_goes),
        cmocka_unit_test(test_bad_image),
        cmocka_unit_test(test_death_of_the_fabric),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
