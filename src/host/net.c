/* SPDX-License-Identifier: Apache-2.0 */
/* The network half of host/space.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "host/netlink.h"
#include "host/space.h"
#include "net/door.h"

/* A setting that this kernel lacks is not an error. */
static void set(const char *name, const char *value) {
    char path[128];
    int fd;

    snprintf(path, sizeof(path), "/proc/sys/net/%s", name);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, value, strlen(value)) < 0)
        log_debug("%s: %s", path, strerror(errno));
    fd_close(&fd);
}

enum { NET_MTU = 9001, QUEUE_FRAMES = 1000, OFFLOAD_ALL = 0x6f, OFFLOAD_OLD = 0x0f };

/* The next hop on the service and the lab side: one neighbour, known from the start. */
static const struct ip4 fabric_address = {UINT32_C(169) << 24 | UINT32_C(254) << 16 | 255 << 8 | 1};
static const struct mac fabric_mac = PORT_ROUTER_MAC;
static const struct mac svc_mac = PORT_SERVICE_MAC;
static const struct mac lab_mac = PORT_UPLINK_MAC;
/* Whom programs on the internet are when they do not say: 198.19.200.1. */
static const struct prefix4 lab_visitor = {{UINT32_C(198) << 24 | 19 << 16 | 200 << 8 | 1}, 32};

void space_net_settings(bool instance, bool ranges) {
    static const struct {
        const char *name, *value;
        bool instances_too;
    } settings[] = {
        {"ipv6/conf/all/disable_ipv6", "1", true},
        {"ipv6/conf/default/disable_ipv6", "1", true},
        {"ipv4/conf/all/rp_filter", "0", true},
        {"ipv4/conf/default/rp_filter", "0", true},
        {"ipv4/conf/all/accept_local", "1", false},
        {"ipv4/ip_nonlocal_bind", "1", false},
        {"ipv4/ip_local_port_range", "1024 65535", false},
        {"ipv4/tcp_fin_timeout", "15", false},
        {"ipv4/icmp_ratelimit", "0", false},
        {"core/somaxconn", "16384", true},
    };

    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        if (!instance || settings[i].instances_too)
            set(settings[i].name, settings[i].value);
    if (instance)
        set("ipv4/ping_group_range", ranges ? "0 65535" : "0 0");
}

int space_tap_open(const char *name, struct mac mac, uint32_t mtu, struct space_tap *ret_tap) {
    struct ifreq ifr = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
    struct space_tap tap = {.mac = mac, .offload = OFFLOAD_ALL};
    int nl, r = 0;

    tap.fd = open(SPACE_TUN, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (tap.fd < 0)
        return -errno;
    snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
    if (ioctl(tap.fd, TUNSETIFF, &ifr) < 0)
        r = -errno;
    if (r == 0 && ioctl(tap.fd, TUNSETOFFLOAD, (unsigned long)tap.offload) < 0) {
        tap.offload = OFFLOAD_OLD; /* USO is younger than 6.2 */
        if (ioctl(tap.fd, TUNSETOFFLOAD, (unsigned long)tap.offload) < 0)
            r = -errno;
    }
    if (r == 0) {
        nl = netlink_open();
        r = nl < 0 ? nl
                   : netlink_link_up(nl, &(struct netlink_link){.index = if_nametoindex(name),
                                                                .mtu = mtu,
                                                                .queue_frames = QUEUE_FRAMES,
                                                                .mac = &mac});
        fd_close(&nl);
    }
    if (r < 0)
        close(tap.fd);
    else
        *ret_tap = tap;
    return r;
}

static int local_route(int nl, struct prefix4 prefix) {
    int r = netlink_route_add(nl, &(struct netlink_route){.to = prefix, .index = 1, .local = true});

    return r == -EEXIST ? 0 : r;
}

/* In a fresh network namespace: loopback, the TAP, and the way to `peers` through it.  `own` are addresses that
 * the kernel answers for, `visitor` the one that its own connections come from; either may be NULL. */
static int make_side(const char *name, struct mac mac, const struct prefix4 *own,
                     const struct prefix4 *visitor, struct prefix4 peers, struct space_tap *ret_tap) {
    unsigned index;
    int nl, r;

    space_net_settings(false, true);
    r = space_tap_open(name, mac, NET_MTU, ret_tap);
    if (r < 0)
        return r;
    index = if_nametoindex(name);
    nl = netlink_open();
    if (nl < 0)
        return nl;
    r = netlink_link_up(nl, &(struct netlink_link){.index = 1});
    if (r == 0 && own != NULL)
        r = local_route(nl, *own);
    if (r == 0 && visitor != NULL)
        r = netlink_address_add(nl, index, *visitor);
    if (r == 0)
        r = netlink_neighbour_add(nl, index, fabric_address, fabric_mac);
    if (r == 0)
        r = netlink_route_add(
            nl, &(struct netlink_route){
                    .to = peers, .gateway = fabric_address, .index = index, .gateway_on_link = true});
    close(nl);
    return r;
}

/* What a helper child says before it ends: a result, and descriptors when it is 0. */
struct answer {
    int error;
    struct space_tap tap;
};

/* Runs in a child, since host itself could not come back to the machine's network namespace: with the
 * answer's socket as 3 and, when ns >= 0, inside that namespace. */
static int run_in_child(int ns, int (*run)(void *context), void *context, struct answer *ret_answer, int *fds,
                        size_t count) {
    int pair[2], status;
    struct answer a = {0};
    size_t got = count;
    pid_t pid;
    ssize_t n;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    pid = space_child((int[]){pair[1], ns}, ns < 0 ? 1 : 2, run, context);
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        return pid;
    }
    n = fd_receive(pair[0], &a, sizeof(a), fds, &got);
    close(pair[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (n == (ssize_t)sizeof(a) && a.error == 0 && got == count) {
        *ret_answer = a;
        return 0;
    }
    for (size_t i = 0; n > 0 && i < got; i++)
        close(fds[i]);
    return n == (ssize_t)sizeof(a) && a.error < 0 ? a.error : -ECHILD;
}

static int answer(int error, const struct space_tap *tap, const int *fds, size_t count) {
    struct answer a = {.error = error};

    if (tap != NULL)
        a.tap = *tap;
    return fd_send(3, &a, sizeof(a), fds, error == 0 ? count : 0) < 0;
}

static int side_child(void *context) {
    bool svc = *(bool *)context;
    struct prefix4 doors = {{UINT32_C(11) << 24}, 8}, enis = {{UINT32_C(10) << 24}, 8}, all = {{0}, 0};
    struct space_tap tap = {.fd = -1};
    int ns, r = 0;

    if (unshare(CLONE_NEWNET) < 0)
        return answer(-errno, NULL, NULL, 0);
    r = svc ? make_side("svc", svc_mac, &doors, NULL, enis, &tap)
            : make_side("uplink", lab_mac, NULL, &lab_visitor, all, &tap);
    ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    return answer(r, &tap, (int[]){ns, tap.fd}, 2);
}

static int make_net(bool svc, struct space_net *ret_net) {
    struct answer a;
    int fds[2], r = run_in_child(-1, side_child, &svc, &a, fds, 2);

    if (r < 0)
        return r;
    *ret_net = (struct space_net){.ns = fds[0], .tap = a.tap};
    ret_net->tap.fd = fds[1];
    return 0;
}

int space_make_nets(const struct space *space, struct space_net *ret_svc, struct space_net *ret_lab) {
    struct space_net svc;
    int r = space->packets ? make_net(true, &svc) : -ENOTSUP;

    if (r < 0)
        return r;
    r = make_net(false, ret_lab);
    if (r < 0) {
        close(svc.ns);
        close(svc.tap.fd);
        return r;
    }
    *ret_svc = svc;
    return 0;
}

static int socket_child(void *context) {
    const struct message_socket_open *want = context;
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(want->port), .sin_addr.s_addr = htonl(want->address.v)};
    int one = 1, fd;

    if (setns(4, CLONE_NEWNET) < 0)
        return answer(-errno, NULL, NULL, 0);
    fd = socket(AF_INET, (want->stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
        setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &one, sizeof(one)) < 0 ||
        (!want->stream && setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one)) < 0) ||
        bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || (want->stream && listen(fd, 4096) < 0))
        return answer(-errno, NULL, NULL, 0);
    return answer(0, NULL, &fd, 1);
}

int space_socket(int ns, const struct message_socket_open *want, int *ret_fd) {
    struct message_socket_open copy = *want;
    struct answer a;

    return run_in_child(ns, socket_child, &copy, &a, ret_fd, 1);
}

static int address_child(void *context) {
    int nl, r;

    if (setns(4, CLONE_NEWNET) < 0)
        return answer(-errno, NULL, NULL, 0);
    nl = netlink_open();
    r = nl < 0 ? nl : local_route(nl, *(struct prefix4 *)context);
    return answer(r, NULL, NULL, 0);
}

int space_local_address(int ns, struct prefix4 prefix) {
    struct answer a;
    int none;

    return run_in_child(ns, address_child, &prefix, &a, &none, 0);
}
