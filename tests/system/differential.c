/* SPDX-License-Identifier: Apache-2.0 */
/*
 * differential [SEED [PAIRS]]: what explain() says is what arrives.
 *
 * Random networks run in a real fabric process with real TAPs; behind each port is a kernel of its own:
 * seven guests (all of which forward and masquerade, so any of them may be a NAT instance), the service
 * side and the internet.  In each network PROBES questions are asked of explain() and, as real TCP, UDP and
 * ICMP, of the network.  Both must agree on whether the request reaches whoever has the address, and
 * whether an answer comes back.  One seed is one network: a failure names the seed to run again.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <sys/epoll.h>

#include "../unit/fabric_rig.h"
#include "base/clock.h"
#include "base/text.h"
#include "explain/explain.h"
#include "random_net.h"
#include "wire/checksum.h"

enum {
    PROBES = 20,
    SVC = 0,
    LAB = GUESTS + 1,
    PLACES = GUESTS + 2, /* svc, the guests by number, the internet */
    FIRST_ID = 20000,
    LAST_ID = 60000,
    ANSWER_MS = 4000,
    AGAIN_MS = 700,
    QUIET_MS = 25, /* nothing more comes when nothing came for so long */
    RETRY_QUIET_MS = 1200,
    EVENTS = 64
};
#define INTERNET "198.51.100.7"

enum watched { WATCH_SNIFF, WATCH_LISTEN, WATCH_ECHO, WATCH_ACCEPTED, WATCH_PROBE };

struct probe {
    char source[16], destination[64];
    bool udp;
    uint8_t protocol;
    uint16_t port, id; /* id: source port, or the echo request's */
    int from;          /* place */
    struct ip4 source_ip, to;
    bool elsewhere; /* names an interface of another VPC: only that one counts */
    int elsewhere_place;
    /* what is said */
    bool reachable, arrives;
    /* what is seen */
    bool there, back;
    int fd;
};

static struct rig rig;
static struct net net;
static int epoll = -1, sniffers[PLACES];
static struct ip4 locals[PLACES][2];
static struct probe probes[PROBES];
static size_t probe_count;
static uint16_t next_id = FIRST_ID;
static unsigned mismatches, counts[3]; /* arrives and comes back, arrives only, does not arrive */

static void die(const char *what) {
    printf("not ok - %s: %s\n", what, strerror(errno));
    exit(1);
}

static void watch(int fd, enum watched what, uint32_t index, uint32_t events) {
    struct epoll_event e = {.events = events,
                            .data.u64 = (uint64_t)what << 56 | (uint64_t)index << 32 | (uint32_t)fd};

    if (fd < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) < 0)
        die("a socket");
}

static uint32_t port_of(int place) {
    return place == SVC ? PORT_SERVICE : place == LAB ? PORT_UPLINK : (uint32_t)place;
}

/* -- places ---------------------------------------------------------------------------------------- */

static int bound(int type, struct ip4 address, uint16_t port) {
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(address.v)};
    int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;

    if (fd < 0)
        die("socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* In the place's namespace: everything that answers there, and an eye on what comes in. */
static void open_place(int place) {
    struct sockaddr_ll all = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP)};
    int on = 1;

    for (size_t i = 0; i < NET_PORTS; i++) {
        int tcp = bound(SOCK_STREAM, (struct ip4){0}, net_ports[i]);
        int udp = bound(SOCK_DGRAM, (struct ip4){0}, net_ports[i]);

        if (tcp < 0 || udp < 0 || listen(tcp, 128) < 0 ||
            setsockopt(udp, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) < 0)
            die("a server");
        watch(tcp, WATCH_LISTEN, 0, EPOLLIN);
        watch(udp, WATCH_ECHO, 0, EPOLLIN);
    }
    all.sll_ifindex = (int)if_nametoindex("eth0");
    sniffers[place] = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_IP));
    if (sniffers[place] < 0 || bind(sniffers[place], (struct sockaddr *)&all, sizeof(all)) < 0)
        die("a packet socket");
    watch(sniffers[place], WATCH_SNIFF, (uint32_t)place, EPOLLIN);
}

static bool make_places(void) {
    char text[MAC_TEXT_BYTES];

    for (int place = 0; place < PLACES; place++) {
        struct mac mac = place == SVC   ? fwd_service_mac
                         : place == LAB ? fwd_uplink_mac
                                        : guest_mac((uint32_t)place);

        if (!rig_port(&rig, port_of(place), mac) || !ns_run("echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter; "
                                                            "echo 0 >/proc/sys/net/ipv4/conf/eth0/rp_filter"))
            return false;
        if (place == SVC || place == LAB) {
            if (!ns_run("ip route add local %s dev lo && ip neigh add 169.254.255.1 lladdr %s dev eth0 && "
                        "ip route add default via 169.254.255.1 dev eth0 onlink",
                        place == SVC ? "11.0.0.0/8" : "198.51.100.0/24", mac_format(fwd_gateway_mac, text)))
                return false;
        } else if (!ns_run("echo 1 >/proc/sys/net/ipv4/ip_forward; "
                           "echo 0 >/proc/sys/net/ipv4/conf/all/send_redirects; "
                           "echo 0 >/proc/sys/net/ipv4/conf/eth0/send_redirects; "
                           "echo 1 >/proc/sys/net/ipv4/ip_nonlocal_bind; "
                           "iptables -w -t nat -A POSTROUTING -o eth0 -j MASQUERADE")) {
            return false;
        }
        open_place(place);
    }
    return rig_start(&rig);
}

/* The guest's addresses in this network. */
static void configure(const struct spec_eni *e, const struct half *h) {
    const struct spec_subnet *s = h->subnets;
    char first[IP4_TEXT_BYTES], second[64] = "", gateway[IP4_TEXT_BYTES], text[IP4_TEXT_BYTES];

    while (!text_is(s->id, e->subnet_id))
        s++;
    locals[e->num][0] = ip_v4(e->addresses[0].private_ip);
    locals[e->num][1] = e->address_count > 1 ? ip_v4(e->addresses[1].private_ip) : (struct ip4){0};
    ip4_format(locals[e->num][0], first);
    ip4_format(ip_v4(ip_plus(s->cidr.addr, 1)), gateway);
    if (e->address_count > 1)
        snprintf(second, sizeof(second), "addr add %s/32 dev eth0\\n", ip4_format(locals[e->num][1], text));
    if (!rig_go(&rig, e->num) || !ns_run("printf 'addr flush dev eth0\\nneigh flush dev eth0\\naddr add "
                                         "%s/24 dev eth0\\n%sroute add default "
                                         "via %s\\n' | ip -batch -",
                                         first, second, gateway))
        die("a guest's addresses");
}

/* -- what is seen ---------------------------------------------------------------------------------- */

static struct probe *by_id(uint16_t id) {
    for (size_t i = 0; i < probe_count; i++)
        if (probes[i].id == id)
            return &probes[i];
    return NULL;
}

static bool is_local(int place, struct ip4 ip_) {
    return place == SVC || place == LAB || ip_.v == locals[place][0].v ||
           (locals[place][1].v != 0 && ip_.v == locals[place][1].v);
}

static void sniff(int place) {
    uint8_t frame[2048];
    struct sockaddr_ll from = {0};
    socklen_t room = sizeof(from);
    ssize_t got;

    while ((got = recvfrom(sniffers[place], frame, sizeof(frame), 0, (struct sockaddr *)&from, &room)) > 0) {
        struct wire_packet p;
        struct probe *probe;

        room = sizeof(from);
        wire_parse(frame, (uint32_t)got, &p);
        if (from.sll_pkttype == PACKET_OUTGOING || p.kind != WIRE_KIND_IP || p.v6 ||
            !is_local(place, ip_v4(p.tuple.dst)))
            continue;
        probe = by_id(p.tuple.sport);
        if (probe != NULL && p.tuple.protocol == probe->protocol &&
            (p.tuple.protocol != WIRE_ICMP || p.icmp_type == WIRE_ICMP_REQUEST) &&
            (!probe->elsewhere || place == probe->elsewhere_place))
            probe->there = true;
        probe = by_id(p.tuple.dport);
        if (probe != NULL && p.tuple.protocol == WIRE_ICMP && probe->protocol == WIRE_ICMP &&
            p.icmp_type == WIRE_ICMP_REPLY && place == probe->from && ip_v4(p.tuple.src).v == probe->to.v)
            probe->back = true;
    }
}

/* A datagram goes back from the address that it came to. */
static void echo(int fd) {
    struct sockaddr_in peer;
    uint8_t control[CMSG_SPACE(sizeof(struct in_pktinfo))];
    char data[64];
    struct iovec iov = {data, sizeof(data)};
    struct msghdr m = {.msg_name = &peer,
                       .msg_namelen = sizeof(peer),
                       .msg_iov = &iov,
                       .msg_iovlen = 1,
                       .msg_control = control,
                       .msg_controllen = sizeof(control)};
    ssize_t got = recvmsg(fd, &m, 0);
    struct cmsghdr *c = got < 0 ? NULL : CMSG_FIRSTHDR(&m);

    if (c == NULL || c->cmsg_type != IP_PKTINFO)
        return;
    ((struct in_pktinfo *)(void *)CMSG_DATA(c))->ipi_ifindex = 0;
    iov.iov_len = (size_t)got;
    if (sendmsg(fd, &m, 0) < 0)
        return; /* no way back: that is what is being found out */
}

static void serve(int fd) {
    char data[16];
    ssize_t got = recv(fd, data, sizeof(data), 0);

    if (got <= 0 || send(fd, data, (size_t)got, MSG_NOSIGNAL) < 0)
        close(fd);
}

static void heard(struct probe *p, uint32_t events) {
    char data[16];
    struct epoll_event in = {.events = EPOLLIN};

    if (p->fd < 0)
        return;
    if (events & EPOLLIN) {
        p->back |= recv(p->fd, data, sizeof(data), MSG_DONTWAIT) == 1;
    } else if (events & (EPOLLERR | EPOLLHUP)) {
        int error;
        socklen_t room = sizeof(error);

        /* An ICMP error about it; nothing of it comes back then, and the error is fetched to be quiet. */
        getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &error, &room);
        if (p->protocol == WIRE_TCP)
            epoll_ctl(epoll, EPOLL_CTL_DEL, p->fd, NULL);
    } else if (events & EPOLLOUT) {
        in.data.u64 = (uint64_t)WATCH_PROBE << 56 | (uint64_t)(p - probes) << 32 | (uint32_t)p->fd;
        if (send(p->fd, "x", 1, MSG_NOSIGNAL) == 1)
            epoll_ctl(epoll, EPOLL_CTL_MOD, p->fd, &in);
    }
}

/* Handles what is there within ms; false when nothing was. */
static bool turn(int ms) {
    struct epoll_event events[EVENTS];
    int count = epoll_wait(epoll, events, EVENTS, ms);

    for (int i = 0; i < count; i++) {
        int fd = (int)(uint32_t)events[i].data.u64;
        uint32_t index = events[i].data.u64 >> 32 & 0xffffff;

        switch ((enum watched)(events[i].data.u64 >> 56)) {
        case WATCH_SNIFF:
            sniff((int)index);
            break;
        case WATCH_LISTEN:
            fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
            if (fd >= 0)
                watch(fd, WATCH_ACCEPTED, 0, EPOLLIN);
            break;
        case WATCH_ECHO:
            echo(fd);
            break;
        case WATCH_ACCEPTED:
            serve(fd);
            break;
        case WATCH_PROBE:
            heard(&probes[index], events[i].events);
            break;
        }
    }
    return count > 0;
}

/* -- probes ---------------------------------------------------------------------------------------- */

static void send_echo_request(const struct probe *p) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(p->to.v)};
    struct icmphdr h = {.type = ICMP_ECHO, .un.echo.id = htons(p->id)};

    h.checksum = htons(inet_finish(inet_add(0, &h, sizeof(h))));
    sendto(p->fd, &h, sizeof(h), 0, (struct sockaddr *)&to, sizeof(to));
}

static void launch(struct probe *p) {
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(p->port), .sin_addr.s_addr = htonl(p->to.v)};
    uint32_t index = (uint32_t)(p - probes);

    p->there = p->back = false;
    p->id = next_id++;
    if (next_id == LAST_ID)
        next_id = FIRST_ID;
    if (!rig_go(&rig, port_of(p->from)))
        die("setns");
    if (p->protocol == WIRE_ICMP) {
        struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(p->source_ip.v)};

        p->fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMP);
        if (p->fd < 0 || bind(p->fd, (struct sockaddr *)&at, sizeof(at)) < 0)
            die("a raw socket");
        send_echo_request(p);
        return;
    }
    p->fd = bound(p->protocol == WIRE_UDP ? SOCK_DGRAM : SOCK_STREAM, p->source_ip, p->id);
    if (p->fd < 0)
        die("a probe's port");
    /* Refusals that the guest's own kernel gives at once are answers too: nothing arrives. */
    if (connect(p->fd, (struct sockaddr *)&to, sizeof(to)) < 0 && errno != EINPROGRESS)
        return;
    watch(p->fd, WATCH_PROBE, index, p->protocol == WIRE_TCP ? EPOLLOUT : EPOLLIN);
    if (p->protocol == WIRE_UDP && send(p->fd, "x", 1, MSG_NOSIGNAL) < 0)
        return;
}

static void again(struct probe *p) {
    if (p->protocol == WIRE_ICMP)
        send_echo_request(p);
    else if (p->protocol == WIRE_UDP && send(p->fd, "x", 1, MSG_NOSIGNAL) < 0)
        return;
}

static void land(struct probe *p) {
    struct linger now = {1, 0};

    setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(p->fd);
    p->fd = -1;
}

/* What is said is seen; more may be seen than is said. */
static bool seen_all(const struct probe *from, const struct probe *end) {
    for (const struct probe *p = from; p < end; p++)
        if ((p->arrives && !p->there) || (p->reachable && !p->back))
            return false;
    return true;
}

static void listen_for(struct probe *from, struct probe *end, int quiet_ms) {
    uint64_t start = clock_mono_ns();
    bool repeated = false;

    while (!seen_all(from, end)) {
        uint64_t ms = (clock_mono_ns() - start) / 1000000;

        if (ms > ANSWER_MS)
            break;
        if (ms > AGAIN_MS && !repeated) {
            for (struct probe *p = from; p < end; p++)
                again(p);
            repeated = true;
        }
        turn(50);
    }
    while (turn(quiet_ms))
        ;
}

static bool agrees(const struct probe *p) {
    /* Somebody else may answer for an address of another VPC. */
    return p->there == p->arrives && (p->elsewhere || p->back == p->reachable);
}

static const char *tell(bool there, bool back) {
    return back ? "arrives and is answered" : there ? "arrives, no answer" : "does not arrive";
}

static void print_hops(const char *title, const struct explain_hop *hops, size_t count) {
    for (size_t i = 0; i < count; i++)
        printf("#     %s %-10s %-9s %-10s %s  %s\n", title, hops[i].stage, hops[i].action, hops[i].component,
               hops[i].text, hops[i].rule);
}

static void judge(const struct image *image, struct probe *p, bool print) {
    struct explain_answer answer = {0};
    struct explain_question q;
    struct arena a = {0};
    const char *error = "";

    if (explain_parse(image, &a, p->source, p->destination, p->udp, ip(INTERNET), &q, &error) < 0 ||
        explain(image, &q, &a, &answer) < 0) {
        printf("not ok - %s %s is a good question: %s\n", p->source, p->destination, error);
        exit(1);
    }
    p->reachable = answer.reachable;
    p->arrives = answer.reachable || (answer.blockers.count > 0 && answer.blockers.items[0].on_return);
    if (print) {
        print_hops("there", answer.forward.items, answer.forward.count);
        print_hops("back ", answer.back.items, answer.back.count);
        for (size_t i = 0; i < answer.blockers.count; i++)
            printf("#     blocked by %s: %s\n", answer.blockers.items[i].component,
                   answer.blockers.items[i].message);
    }
    arena_free(&a);
}

/* -- random questions ------------------------------------------------------------------------------ */

/* Where to: an address as text.  False: this one makes no question. */
static bool draw_destination(struct probe *p, const struct half *own, char *host, size_t room) {
    struct half *h = &net.halves[own == NULL ? dice(&net, 2) : (unsigned)(own - net.halves)];
    struct half *other = &net.halves[dice(&net, 2)];
    unsigned i = dice(&net, (unsigned)other->eni_count - 1), kind = dice(&net, 20);
    const struct spec_address *a = net_address(&net, h);

    p->to = ip_v4(a->private_ip);
    if (kind < 4) { /* an interface by name, maybe of the other VPC */
        snprintf(host, room, "%s", other->enis[i].id);
        p->to = own == NULL ? other->addresses[i][0].public_ip : ip_v4(other->addresses[i][0].private_ip);
        p->elsewhere = own != NULL && other != own;
        p->elsewhere_place = (int)other->enis[i].num;
        return p->to.v != 0;
    }
    if (kind < 9 && own != NULL)
        p->to = ip_v4(a->private_ip);
    else if (kind < 13)
        p->to = net_address(&net, other)->public_ip;
    else if (kind < 16 && own != NULL)
        p->to = ip(kind == 13 ? "198.51.100.200" : "198.51.100.20");
    else if (kind == 16 && own != NULL)
        p->to = ip("52.219.3.3");
    else if (kind == 17 && own != NULL)
        p->to = ip("52.94.1.1");
    else if (kind >= 18)
        p->to = ip_v4(ip_plus(h->cidr[0].addr, (dice(&net, 3) << 8) + 200));
    else
        p->to = ip(own != NULL ? "192.168.3.3" : "203.0.113.250");
    ip4_format(p->to, host);
    return p->to.v != 0;
}

static bool draw(struct probe *p) {
    static const struct {
        const char *host;
        uint8_t protocol;
        uint16_t port;
    } link_local[] = {{"169.254.169.254", WIRE_TCP, 80},
                      {"169.254.169.253", WIRE_UDP, 53},
                      {"169.254.169.123", WIRE_UDP, 123},
                      {"169.254.169.254", WIRE_TCP, 443}};
    bool outside = chance(&net, 18), local = !outside && chance(&net, 5);
    struct half *h = &net.halves[dice(&net, 2)];
    const struct spec_eni *e = &h->enis[dice(&net, (unsigned)h->eni_count - 1)];
    unsigned protocol = dice(&net, 10);
    char host[32];

    *p = (struct probe){.fd = -1, .from = outside ? LAB : (int)e->num, .source_ip = ip(INTERNET)};
    p->protocol = protocol < 5 ? WIRE_TCP : protocol < 8 ? WIRE_UDP : WIRE_ICMP;
    p->port = net_ports[dice(&net, NET_PORTS)];
    snprintf(p->source, sizeof(p->source), "%s", outside ? "internet" : e->id);
    if (!outside)
        p->source_ip = ip_v4(e->addresses[0].private_ip);
    if (local) {
        unsigned which = dice(&net, 4);

        snprintf(host, sizeof(host), "%s", link_local[which].host);
        p->to = ip(host);
        p->protocol = link_local[which].protocol;
        p->port = link_local[which].port;
    } else if (!draw_destination(p, outside ? NULL : h, host, sizeof(host))) {
        return false;
    }
    p->udp = p->protocol == WIRE_UDP;
    if (p->protocol == WIRE_ICMP)
        snprintf(p->destination, sizeof(p->destination), "%s:icmp", host);
    else
        snprintf(p->destination, sizeof(p->destination), "%s:%u", host, p->port);
    return outside || !(p->to.v == ip_v4(e->addresses[0].private_ip).v ||
                        (e->address_count > 1 && p->to.v == ip_v4(e->addresses[1].private_ip).v));
}

/* -- networks -------------------------------------------------------------------------------------- */

static void retry(const struct image *image, struct probe *p, uint64_t seed) {
    launch(p);
    listen_for(p, p + 1, RETRY_QUIET_MS);
    land(p);
    if (agrees(p))
        return;
    mismatches++;
    printf("not ok - seed %llu: %s to %s%s %s, but explain says that it %s\n", (unsigned long long)seed,
           p->source, p->destination, p->udp ? "/udp" : "", tell(p->there, p->back),
           tell(p->arrives, p->reachable));
    judge(image, p, true);
    fflush(stdout);
}

static size_t run_network(uint64_t seed, size_t most) {
    struct image *image;

    net_make(&net, seed);
    if (!rig_image(&rig, &net.spec) || image_build(&net.spec, NULL, &image) < 0)
        die("the image");
    for (size_t h = 0; h < 2; h++)
        for (size_t i = 0; i + 1 < net.halves[h].eni_count; i++)
            configure(&net.halves[h].enis[i], &net.halves[h]);
    for (probe_count = 0; probe_count < PROBES && probe_count < most;)
        if (draw(&probes[probe_count]))
            probe_count++;
    for (size_t i = 0; i < probe_count; i++)
        judge(image, &probes[i], false);
    for (size_t i = 0; i < probe_count; i++)
        launch(&probes[i]);
    listen_for(probes, probes + probe_count, QUIET_MS);
    for (size_t i = 0; i < probe_count; i++)
        land(&probes[i]);
    for (size_t i = 0; i < probe_count; i++) {
        struct probe *p = &probes[i];

        counts[p->reachable ? 0 : p->arrives ? 1 : 2]++;
        if (!agrees(p))
            retry(image, p, seed);
    }
    image_free(image);
    arena_free(&net.arena);
    return probe_count;
}

int main(int argc, char **argv) {
    uint64_t seed = 0, networks = 0, start = clock_mono_ns();
    size_t pairs = argc > 2 ? strtoul(argv[2], NULL, 10) : 2000, done = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc > 1)
        seed = strtoull(argv[1], NULL, 10);
    else
        random_bytes(&seed, 4);
    rig_init(&rig);
    if (access("/dev/net/tun", R_OK | W_OK) < 0 || ns_enter() < 0) {
        printf("# needs user namespaces and /dev/net/tun\n");
        return 0;
    }
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!make_places())
        die("the fabric and its places");
    printf("# seed %llu\n", (unsigned long long)seed);
    while (done < pairs && mismatches < 20)
        done += run_network(seed + networks++, pairs - done);
    rig_end(&rig);
    printf("# %zu packets in %llu networks, %.1f s: %u answered, %u arrived only, %u stopped\n", done,
           (unsigned long long)networks, (double)(clock_mono_ns() - start) / 1e9, counts[0], counts[1],
           counts[2]);
    printf("%s - of %zu random packets each goes where explain says\n", mismatches == 0 ? "ok" : "not ok",
           done);
    return mismatches != 0;
}
