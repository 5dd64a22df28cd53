/* SPDX-License-Identifier: Apache-2.0 */
/* The network half of host/space.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "host/kernel.h"
#include "host/netlink.h"
#include "host/space.h"
#include "net/awsnet.h"
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

enum {
    NET_MTU = 9001,
    FAR_MTU = 1500,
    QUEUE_FRAMES = 1000,
    OFFLOAD_ALL = 0x6f,
    OFFLOAD_OLD = 0x0f,
    VISIT_STACK_BYTES = 128 * 1024
};

/* The next hop on the service and the lab side: one neighbour, known from the start. */
static const struct ip4 fabric_address = {UINT32_C(169) << 24 | UINT32_C(254) << 16 | 255 << 8 | 1};
static const struct mac fabric_mac = PORT_ROUTER_MAC;
static const struct mac svc_mac = PORT_SERVICE_MAC;
static const struct mac lab_mac = PORT_UPLINK_MAC;
static const struct prefix4 lab_visitor = {{DOOR_LAB_VISITOR}, 32};

/* What lies behind the far TAP of host mode. */
static const struct mac far_mac = PORT_FAR_MAC;
static const struct mac slirp_mac = PORT_SLIRP_MAC;
static const struct ip4 slirp_address = {UINT32_C(169) << 24 | UINT32_C(254) << 16 | 255 << 8 | 2};

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

int space_tap_open(const char *name, struct mac mac, uint32_t mtu, bool offloads, struct space_tap *ret_tap) {
    struct ifreq ifr = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    struct space_tap tap = {.mac = mac, .offload = offloads ? OFFLOAD_ALL : 0};
    int nl, r = 0;

    tap.fd = open(SPACE_TUN, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (tap.fd < 0)
        return -errno;
    if (offloads)
        ifr.ifr_flags |= IFF_VNET_HDR;
    snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
    if (ioctl(tap.fd, TUNSETIFF, &ifr) < 0)
        r = -errno;
    if (r == 0 && offloads && ioctl(tap.fd, TUNSETOFFLOAD, (unsigned long)tap.offload) < 0) {
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

static int local_route(int nl, struct prefix4 prefix, struct ip4 source) {
    int r = netlink_route_add(
        nl, &(struct netlink_route){.to = prefix, .source = source, .index = 1, .local = true});

    return r == -EEXIST ? 0 : r;
}

/* The way to `peers` through an interface behind which one neighbour is known. */
static int next_hop(int nl, const char *name, struct ip4 address, struct mac mac, const struct prefix4 *peers,
                    size_t count) {
    unsigned index = if_nametoindex(name);
    int r = netlink_neighbour_add(nl, index, address, mac);

    for (size_t i = 0; r == 0 && i < count; i++)
        r = netlink_route_add(
            nl, &(struct netlink_route){
                    .to = peers[i], .gateway = address, .index = index, .gateway_on_link = true});
    return r;
}

/* What one of the two namespaces is to have. */
struct side {
    const char *name;
    uint32_t port;
    struct kernel *kernel;
    struct mac mac;
    const struct prefix4 *own;     /* addresses that the kernel answers for; may be NULL */
    const struct prefix4 *visitor; /* the one that its own connections come from; may be NULL */
    const struct prefix4 *peers;   /* who is reached through the fabric */
    size_t peer_count;
    bool far; /* a second TAP leads to all others */
    struct space_net net;
};

/* In a fresh network namespace: loopback, the TAP or cable, and the way through it. */
static int make_near(struct side *s) {
    struct cable cable;
    int nl, r;

    space_net_settings(false, true);
    r = s->kernel != NULL ? kernel_port_add(s->kernel, s->port, s->net.ns, s->name, s->mac, NET_MTU, &cable)
                          : space_tap_open(s->name, s->mac, NET_MTU, true, &s->net.tap);
    if (r < 0)
        return r;
    nl = netlink_open();
    r = nl < 0 ? nl : netlink_link_up(nl, &(struct netlink_link){.index = 1});
    if (r == 0)
        r = netlink_link_up(nl, &(struct netlink_link){.index = if_nametoindex(s->name)});
    if (r == 0 && s->own != NULL)
        r = local_route(nl, *s->own, (struct ip4){0});
    if (r == 0 && s->visitor != NULL)
        r = netlink_address_add(nl, if_nametoindex(s->name), *s->visitor);
    if (r == 0)
        r = next_hop(nl, s->name, fabric_address, fabric_mac, s->peers, s->peer_count);
    fd_close(&nl);
    if (r < 0)
        fd_close(&s->net.tap.fd);
    return r;
}

/* Where the kernel forwards what is not for instances. */
static int make_far(struct side *s) {
    static const struct prefix4 all = {{0}, 0};
    struct space_tap tap = {.fd = -1};
    int nl, r;

    set("ipv4/ip_forward", "1");
    set("ipv4/conf/all/send_redirects", "0");
    set("ipv4/conf/uplink/send_redirects", "0");
    r = space_tap_open("internet", far_mac, FAR_MTU, false, &tap);
    if (r < 0)
        return r;
    nl = netlink_open();
    r = nl < 0 ? nl : next_hop(nl, "internet", slirp_address, slirp_mac, &all, 1);
    fd_close(&nl);
    if (r < 0)
        close(tap.fd);
    else
        s->net.far = tap.fd;
    return r;
}

/* Work in another network namespace: in a thread that ends there, since host's own must not leave the machine's.
 * A process for it would cost a hundred times as much, and a box needs some thirty at start. */
struct visit {
    int ns; /* -1: a new one */
    int (*work)(void *context);
    void *context;
    int result;
};

static void *visit_thread(void *arg) {
    struct visit *v = arg;

    v->result = (v->ns < 0 ? unshare(CLONE_NEWNET) : setns(v->ns, CLONE_NEWNET)) < 0 ? -errno : 0;
    if (v->result == 0)
        v->result = v->work(v->context);
    return NULL;
}

int space_work_in(int ns, int (*work)(void *context), void *context) {
    struct visit v = {.ns = ns, .work = work, .context = context};
    pthread_attr_t small;
    pthread_t thread;
    int r;

    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, VISIT_STACK_BYTES);
    r = -pthread_create(&thread, &small, visit_thread, &v);
    pthread_attr_destroy(&small);
    if (r == 0)
        pthread_join(thread, NULL);
    return r < 0 ? r : v.result;
}

static void net_close(struct space_net *net) {
    fd_close(&net->ns);
    fd_close(&net->tap.fd);
    fd_close(&net->far);
}

static int side_work(void *context) {
    struct side *s = context;
    int r;

    s->net.ns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    r = s->net.ns < 0 ? -errno : make_near(s);
    if (r == 0 && s->far)
        r = make_far(s);
    if (r < 0)
        net_close(&s->net);
    return r;
}

int space_make_nets(const struct space *space, enum message_internet internet, struct kernel *kernel,
                    struct space_net *ret_svc, struct space_net *ret_lab) {
    static const struct space_net none = {.ns = -1, .tap.fd = -1, .far = -1};
    static const struct prefix4 doors = {{UINT32_C(11) << 24}, 8}, enis = {{UINT32_C(10) << 24}, 8},
                                all = {{0}, 0};
    struct side svc = {"svc", PORT_SERVICE, kernel, svc_mac, &doors, NULL, &enis, 1, false, none};
    struct side lab = {"uplink", PORT_UPLINK, kernel, lab_mac, NULL, &lab_visitor, &all, 1, false, none};
    int r = space->packets ? space_work_in(-1, side_work, &svc) : -ENOTSUP;

    if (r < 0)
        return r;
    if (internet == MESSAGE_INTERNET_HOST) {
        lab.peers = awsnet_public_pool(&lab.peer_count);
        lab.far = true;
    }
    r = space_work_in(-1, side_work, &lab);
    if (r < 0) {
        net_close(&svc.net);
        return r;
    }
    *ret_svc = svc.net;
    *ret_lab = lab.net;
    return 0;
}

struct wanted_socket {
    const struct message_socket_open *want;
    int fd;
};

static int socket_work(void *context) {
    struct wanted_socket *w = context;
    const struct message_socket_open *want = w->want;
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(want->port), .sin_addr.s_addr = htonl(want->address.v)};
    int one = 1, fd, r;

    fd = socket(AF_INET, (want->stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
        setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &one, sizeof(one)) < 0 ||
        (!want->stream && setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one)) < 0) ||
        bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || (want->stream && listen(fd, 4096) < 0)) {
        r = -errno;
        close(fd);
        return r;
    }
    w->fd = fd;
    return 0;
}

int space_socket(int ns, const struct message_socket_open *want, int *ret_fd) {
    struct wanted_socket w = {.want = want};
    int r = space_work_in(ns, socket_work, &w);

    if (r == 0)
        *ret_fd = w.fd;
    return r;
}

static int address_work(void *context) {
    int nl = netlink_open(), r;

    r = nl < 0 ? nl : local_route(nl, *(struct prefix4 *)context, lab_visitor.addr);
    fd_close(&nl);
    return r;
}

int space_local_address(int ns, struct prefix4 prefix) {
    return space_work_in(ns, address_work, &prefix);
}
