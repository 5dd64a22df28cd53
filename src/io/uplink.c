/* SPDX-License-Identifier: Apache-2.0 */
#include "io/uplink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <signal.h>
#include <slirp/libslirp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "host/host.h"
#include "host/message.h"
#include "io/sandbox.h"
#include "net/door.h"
#include "wire/build.h"
#include "wire/packet.h"

enum {
    BURST = 64,       /* frames taken before the sockets get their turn */
    FRAME_MAX = 1600, /* the TAP's MTU is 1500 */
    GUESTS_MAX = 16,  /* what libslirp's ARP table holds */
    OWN_MAX = 1024    /* addresses of the machine */
};

/* Positions in the array that poll() gets. */
enum { POLL_HOST, POLL_TAP, POLL_ADDRESSES, POLL_SOCKETS };

struct uplink {
    Slirp *slirp;
    int host, tap, changes; /* changes: netlink's word that the machine's addresses did */
    struct pollfd *polls;
    size_t poll_count, poll_capacity;
    struct ip4 own[OWN_MAX];
    size_t own_count;
    struct ip4 guests[GUESTS_MAX]; /* whom libslirp was told about last, in a circle */
    size_t guest_next;
    struct message message;
};

/* libslirp's own address; only its ARP requests show it. */
static const uint8_t SLIRP_NET[4] = {169, 254, 255, 0}, SLIRP_HOST[4] = {169, 254, 255, 2};

/* ---- who may be reached ---- */

bool uplink_may_reach(struct ip4 address) {
    /* IANA's special-purpose registry: what is not globally reachable. */
    static const struct prefix4 refused[] = {
        {{UINT32_C(0x00000000)}, 8},  /* this network */
        {{UINT32_C(0x0a000000)}, 8},  /* private */
        {{UINT32_C(0x64400000)}, 10}, /* shared (carriers) */
        {{UINT32_C(0x7f000000)}, 8},  /* loopback */
        {{UINT32_C(0xa9fe0000)}, 16}, /* link-local */
        {{UINT32_C(0xac100000)}, 12}, /* private */
        {{UINT32_C(0xc0000000)}, 24}, /* protocol assignments */
        {{UINT32_C(0xc0000200)}, 24}, /* documentation */
        {{UINT32_C(0xc0a80000)}, 16}, /* private */
        {{UINT32_C(0xc6120000)}, 15}, /* benchmarking */
        {{UINT32_C(0xc6336400)}, 24}, /* documentation */
        {{UINT32_C(0xcb007100)}, 24}, /* documentation */
        {{UINT32_C(0xe0000000)}, 3},  /* multicast, reserved, broadcast */
    };

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        if (prefix4_contains(refused[i], address))
            return false;
    return true;
}

/* The machine's own addresses: a firewall in front of it would not see what comes by a local socket. */
static void read_own_addresses(struct uplink *u) {
    struct ifaddrs *list = NULL;

    if (getifaddrs(&list) < 0) {
        log_error("the machine's addresses cannot be read: %s", strerror(errno));
        return;
    }
    u->own_count = 0;
    for (const struct ifaddrs *i = list; i != NULL && u->own_count < OWN_MAX; i = i->ifa_next)
        if (i->ifa_addr != NULL && i->ifa_addr->sa_family == AF_INET) {
            struct sockaddr_in at;

            memcpy(&at, i->ifa_addr, sizeof(at));
            u->own[u->own_count++].v = ntohl(at.sin_addr.s_addr);
        }
    freeifaddrs(list);
}

static bool may_reach(const struct uplink *u, struct ip4 address) {
    if (!uplink_may_reach(address))
        return false;
    for (size_t i = 0; i < u->own_count; i++)
        if (u->own[i].v == address.v)
            return false;
    return true;
}

static int watch_addresses(struct uplink *u) {
    struct sockaddr_nl at = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_IPV4_IFADDR};

    u->changes = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (u->changes < 0 || bind(u->changes, (struct sockaddr *)&at, sizeof(at)) < 0)
        return -errno;
    read_own_addresses(u);
    return 0;
}

static void addresses_changed(struct uplink *u) {
    char skipped[4096];

    while (recv(u->changes, skipped, sizeof(skipped), 0) > 0 || errno == ENOBUFS)
        errno = 0;
    read_own_addresses(u);
}

/* ---- frames ---- */

/* Every instance is behind the one neighbour that this segment has. */
static void introduce(struct uplink *u, struct ip4 guest) {
    static const struct mac neighbour = PORT_FAR_MAC;
    const struct wire_arp reply = {.operation = WIRE_ARP_REPLY,
                                   .sender_mac = neighbour,
                                   .target_mac = wire_broadcast,
                                   .sender_ip = guest,
                                   .target_ip = guest};
    uint8_t frame[64];
    size_t length = wire_build_arp(frame, sizeof(frame), (struct wire_l2){neighbour, wire_broadcast}, &reply);

    slirp_input(u->slirp, frame, (int)length);
}

static void greet(struct uplink *u, struct ip4 guest) {
    for (size_t i = 0; i < GUESTS_MAX; i++)
        if (u->guests[i].v == guest.v)
            return;
    u->guests[u->guest_next] = guest;
    u->guest_next = (u->guest_next + 1) % GUESTS_MAX;
    introduce(u, guest);
}

static void take_frame(struct uplink *u, const uint8_t *frame, size_t length) {
    struct wire_packet p;

    wire_parse(frame, (uint32_t)length, &p);
    if (p.kind != WIRE_KIND_IP || p.v6 || !may_reach(u, ip_v4(p.tuple.dst)))
        return;
    greet(u, ip_v4(p.tuple.src));
    slirp_input(u->slirp, frame, (int)length);
}

static int take_frames(struct uplink *u) {
    uint8_t frame[FRAME_MAX];

    for (int i = 0; i < BURST; i++) {
        ssize_t n = read(u->tap, frame, sizeof(frame));

        if (n < 0)
            return errno == EAGAIN || errno == EINTR ? 0 : -errno;
        take_frame(u, frame, (size_t)n);
    }
    return 0;
}

/* ---- libslirp's callbacks ---- */

static ssize_t send_frame(const void *frame, size_t length, void *opaque) {
    struct uplink *u = opaque;
    struct wire_packet p;
    struct wire_arp arp;

    if (length > UINT32_MAX || length < WIRE_ETH_BYTES + WIRE_ARP_BYTES)
        return (ssize_t)length;
    wire_parse(frame, (uint32_t)length, &p);
    if (p.kind == WIRE_KIND_ARP) {
        /* A guest that its table has lost. */
        if (wire_read_arp(frame, &arp) == 0 && arp.operation == WIRE_ARP_REQUEST)
            introduce(u, arp.target_ip);
        return (ssize_t)length;
    }
    /* A full queue loses the frame, as a wire would. */
    return write(u->tap, frame, length);
}

static void guest_error(const char *text, void *opaque) {
    (void)opaque;
    log_debug("slirp: %s", text);
}

static int64_t clock_get_ns(void *opaque) {
    (void)opaque;
    return (int64_t)clock_mono_ns();
}

static void register_fd(int fd, void *opaque) {
    (void)fd; /* slirp_pollfds_fill() names it each time */
    (void)opaque;
}

static void notify(void *opaque) {
    (void)opaque; /* one thread: the loop is awake */
}

/* No timers: only IPv6's router advertisements have one. */
static const SlirpCb callbacks = {.send_packet = send_frame,
                                  .guest_error = guest_error,
                                  .clock_get_ns = clock_get_ns,
                                  .register_poll_fd = register_fd,
                                  .unregister_poll_fd = register_fd,
                                  .notify = notify};

static Slirp *open_slirp(struct uplink *u) {
    SlirpConfig config = {.version = 4,
                          .in_enabled = true,
                          .disable_host_loopback = true,
                          .disable_dns = true,
                          .disable_dhcp = true};

    memcpy(&config.vnetwork, SLIRP_NET, 4);
    memcpy(&config.vhost, SLIRP_HOST, 4);
    config.vnetmask.s_addr = htonl(UINT32_C(0xffffff00));
    return slirp_new(&config, &callbacks, u);
}

/* ---- the loop ---- */

static int add_poll(int fd, int events, void *opaque) {
    struct uplink *u = opaque;
    short wanted = (short)((events & SLIRP_POLL_IN ? POLLIN : 0) | (events & SLIRP_POLL_OUT ? POLLOUT : 0) |
                           (events & SLIRP_POLL_PRI ? POLLPRI : 0));

    if (u->poll_count == u->poll_capacity) {
        size_t capacity = u->poll_capacity == 0 ? 64 : 2 * u->poll_capacity;
        struct pollfd *more = realloc(u->polls, capacity * sizeof(*more));

        if (more == NULL)
            out_of_memory();
        u->polls = more;
        u->poll_capacity = capacity;
    }
    u->polls[u->poll_count] = (struct pollfd){.fd = fd, .events = wanted};
    return (int)u->poll_count++;
}

static int get_events(int index, void *opaque) {
    const struct uplink *u = opaque;
    short got = index < 0 || (size_t)index >= u->poll_count ? 0 : u->polls[index].revents;

    return (got & POLLIN ? SLIRP_POLL_IN : 0) | (got & POLLOUT ? SLIRP_POLL_OUT : 0) |
           (got & POLLPRI ? SLIRP_POLL_PRI : 0) | (got & POLLERR ? SLIRP_POLL_ERR : 0) |
           (got & POLLHUP ? SLIRP_POLL_HUP : 0);
}

/* One message of host's.  Negative: the end. */
static int hear_host(struct uplink *u) {
    int r = message_receive(u->host, &u->message);

    if (r == -EAGAIN || r == -EINTR || r == -EPROTO)
        return 0;
    if (r > 0)
        message_close_fds(&u->message);
    return r > 0 ? 0 : -EPIPE;
}

static int turn(struct uplink *u) {
    uint32_t timeout_ms = UINT32_MAX;
    int n, r = 0;

    u->poll_count = 0;
    add_poll(u->host, SLIRP_POLL_IN, u);
    add_poll(u->tap, SLIRP_POLL_IN, u);
    add_poll(u->changes, SLIRP_POLL_IN, u);
    slirp_pollfds_fill(u->slirp, &timeout_ms, add_poll, u);
    n = poll(u->polls, u->poll_count, timeout_ms > INT32_MAX ? -1 : (int)timeout_ms);
    if (n < 0 && errno != EINTR)
        return -errno;
    if (n > 0 && u->polls[POLL_ADDRESSES].revents != 0)
        addresses_changed(u);
    if (n > 0 && u->polls[POLL_TAP].revents != 0)
        r = take_frames(u);
    slirp_pollfds_poll(u->slirp, n < 0, get_events, u);
    if (r == 0 && n > 0 && u->polls[POLL_HOST].revents != 0)
        r = hear_host(u);
    return r;
}

/* PORT_ADD with the TAP, then START. */
static int take_orders(struct uplink *u) {
    struct message *m = &u->message;
    int r;

    for (u->tap = -1;;) {
        r = message_receive(u->host, m);
        if (r <= 0)
            return r < 0 ? r : -EPIPE;
        if (m->header.kind == MESSAGE_PORT_ADD && u->tap < 0) {
            u->tap = m->fds[0];
            m->fd_count = 0;
        } else if (m->header.kind == MESSAGE_START) {
            return u->tap < 0 ? -EPROTO : 0;
        }
        message_close_fds(m);
    }
}

int io_uplink_main(int host_sock) {
    static struct uplink u;
    int r;

    signal(SIGPIPE, SIG_IGN);
    u.host = host_sock;
    u.slirp = open_slirp(&u);
    if (u.slirp == NULL) {
        log_error("--internet host needs libslirp: install libslirp0");
        return HOST_EXIT_FATAL;
    }
    r = take_orders(&u);
    if (r == 0)
        r = watch_addresses(&u);
    if (r == 0)
        r = sandbox_enter(SANDBOX_UPLINK);
    if (r == 0) {
        message_init(&u.message, MESSAGE_READY, 0);
        r = message_send(u.host, &u.message);
    }
    while (r == 0)
        r = turn(&u);
    if (r != -EPIPE)
        log_error("uplink: %s", strerror(-r));
    return r == -EPIPE ? 0 : 1;
}
