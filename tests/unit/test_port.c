/* SPDX-License-Identifier: Apache-2.0 */
/* An interface's TAP as a port: frames of every size, their virtio headers, and what is not taken. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
/* cmocka wants the four above first */
#include <arpa/inet.h>
#include <cmocka.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "io/port.h"
#include "ns.h"

enum { PROTOCOL = 0x88b5, AROUND = 0xa5, WAIT_MS = 10000, VNET = sizeof(struct virtio_net_hdr) };

static struct port port;
static int raw = -1; /* sees and sends what is on the device, with virtio headers too */
static bool usable;
static uint8_t memory[PORT_HEADROOM + PORT_READ_ROOM];
static uint8_t *const frame = memory + PORT_HEADROOM;

static int setup(void **state) {
    struct ifreq name = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR, .ifr_name = "t0"};
    struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(PROTOCOL)};
    int tap, on = 1;

    (void)state;
    if (ns_enter() < 0 || access("/dev/net/tun", R_OK | W_OK) < 0)
        return 0;
    tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tap < 0 || ioctl(tap, TUNSETIFF, &name) < 0 || ioctl(tap, TUNSETOFFLOAD, 0x0fUL) < 0 ||
        !ns_run("sysctl -qw net.ipv6.conf.all.disable_ipv6=1; ip link set t0 mtu 65521 txqueuelen 1000 up"))
        return -1;
    raw = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(PROTOCOL));
    at.sll_ifindex = (int)if_nametoindex("t0");
    if (raw < 0 || setsockopt(raw, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) < 0 ||
        bind(raw, (struct sockaddr *)&at, sizeof(at)) < 0)
        return -1;
    port_tap_init(&port, 7, tap);
    usable = true;
    return 0;
}

static int teardown(void **state) {
    (void)state;
    if (usable)
        port.ops->close(&port);
    fd_close(&raw);
    return 0;
}

static void need_tap(void) {
    if (!usable) {
        print_message("needs user namespaces and /dev/net/tun\n");
        skip();
    }
}

static void fill(uint8_t *data, size_t length) {
    static const uint8_t head[] = {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, PROTOCOL >> 8, PROTOCOL & 255};

    for (size_t i = 0; i < length; i++)
        data[i] = i < sizeof(head) ? head[i] : (uint8_t)(i * 7 + (i >> 8));
}

/* The next frame that came out of the port, its virtio header before it in memory; 0 when none comes. */
static size_t arrived(uint8_t *bytes, size_t room) {
    for (;;) {
        struct pollfd p = {.fd = raw, .events = POLLIN};
        struct sockaddr_ll from = {0};
        socklen_t length = sizeof(from);
        ssize_t n;

        if (poll(&p, 1, WAIT_MS) != 1)
            return 0;
        n = recvfrom(raw, bytes, room, 0, (struct sockaddr *)&from, &length);
        assert_true(n > VNET);
        if (from.sll_pkttype != PACKET_OUTGOING)
            return (size_t)n;
    }
}

/* One frame is written, arrives whole, and nothing but the headroom was touched. */
static void write_one(uint32_t length, bool sum) {
    static uint8_t got[VNET + PORT_FRAME_MAX], wanted[PORT_FRAME_MAX];
    struct fwd_pkt pkt = {.data = frame, .length = length, .room = length};
    struct virtio_net_hdr h;

    if (sum) {
        pkt.vnet_flags = FWD_NEEDS_CSUM;
        pkt.csum_start = 34;
        pkt.csum_offset = 6;
    }
    memset(memory, AROUND, sizeof(memory));
    fill(frame, length);
    memcpy(wanted, frame, length);
    assert_int_equal(port.ops->write(&port, &pkt), 0);
    for (size_t i = 0; i < PORT_HEADROOM - FWD_HEADROOM; i++)
        assert_int_equal(memory[i], AROUND);
    for (size_t i = PORT_HEADROOM + length; i < sizeof(memory); i++)
        assert_int_equal(memory[i], AROUND);
    assert_memory_equal(frame, wanted, length);
    assert_int_equal(arrived(got, sizeof(got)), VNET + length);
    assert_memory_equal(got + VNET, wanted, length);
    memcpy(&h, got, sizeof(h));
    assert_int_equal(h.flags, sum ? VIRTIO_NET_HDR_F_NEEDS_CSUM : 0);
    assert_int_equal(h.csum_start, pkt.csum_start);
    assert_int_equal(h.csum_offset, pkt.csum_offset);
}

static void test_write(void **state) {
    (void)state;
    need_tap();
    write_one(60, false);
    write_one(60, true);
    write_one(1514, true);
    write_one(9015, false);
    write_one(65535, true);
}

static void read_one(uint32_t length, bool sum) {
    static uint8_t wanted[PORT_FRAME_MAX];
    struct virtio_net_hdr h = {0};
    struct iovec parts[2] = {{&h, sizeof(h)}, {wanted, length}};
    struct pollfd p = {.fd = port.fd, .events = POLLIN};
    struct fwd_pkt pkt = {.vnet_flags = 99, .gso_type = 99, .csum_start = 99};

    if (sum) {
        h.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
        h.csum_start = 34;
        h.csum_offset = 6;
    }
    fill(wanted, length);
    assert_int_equal(writev(raw, parts, 2), VNET + length);
    assert_int_equal(poll(&p, 1, WAIT_MS), 1);
    assert_int_equal(port.ops->read(&port, frame, &pkt), 1);
    assert_int_equal(pkt.length, length);
    assert_memory_equal(pkt.data, wanted, length);
    assert_int_equal(pkt.vnet_flags, h.flags);
    assert_int_equal(pkt.gso_type, FWD_GSO_NONE);
    assert_int_equal(pkt.csum_start, h.csum_start);
    assert_int_equal(pkt.csum_offset, h.csum_offset);
}

static void test_read(void **state) {
    struct fwd_pkt pkt;

    (void)state;
    need_tap();
    assert_int_equal(port.ops->read(&port, frame, &pkt), 0);
    read_one(60, false);
    read_one(1514, true);
    read_one(65535, true);
    assert_int_equal(port.ops->read(&port, frame, &pkt), 0);
}

/* What the device does not take is said, and not mistaken for a broken port. */
static void test_not_taken(void **state) {
    struct fwd_pkt pkt = {.data = frame, .length = 60, .room = 60};
    socklen_t length = sizeof(int);
    int error;

    (void)state;
    need_tap();
    fill(frame, 60);
    assert_true(ns_run("ip link set t0 down"));
    assert_int_equal(port.ops->write(&port, &pkt), -EIO);
    assert_true(ns_run("ip link set t0 up"));
    getsockopt(raw, SOL_SOCKET, SO_ERROR, &error, &length); /* it was told as well */
    write_one(60, false);
    pkt.length = 13;
    assert_int_equal(port.ops->write(&port, &pkt), -EINVAL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_write), cmocka_unit_test(test_read),
                                       cmocka_unit_test(test_not_taken)};

    return cmocka_run_group_tests(tests, setup, teardown);
}
