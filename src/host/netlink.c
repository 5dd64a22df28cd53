/* SPDX-License-Identifier: Apache-2.0 */
#include "host/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/neighbour.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
    struct nlmsghdr header;
    char body[512];
};

int netlink_open(void) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    return fd < 0 ? -errno : fd;
}

static void begin(struct request *q, uint16_t type, uint16_t flags, const void *head, size_t head_bytes) {
    memset(q, 0, sizeof(*q));
    q->header.nlmsg_type = type;
    q->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
    q->header.nlmsg_seq = 1;
    memcpy(q->body, head, head_bytes);
    q->header.nlmsg_len = (uint32_t)NLMSG_LENGTH(head_bytes);
}

/* The few attributes of one request always fit the body. */
static void attribute(struct request *q, uint16_t type, const void *data, size_t bytes) {
    struct rtattr *a = (struct rtattr *)(void *)((char *)q + NLMSG_ALIGN(q->header.nlmsg_len));

    a->rta_type = type;
    a->rta_len = (uint16_t)RTA_LENGTH(bytes);
    if (bytes > 0)
        memcpy(RTA_DATA(a), data, bytes);
    q->header.nlmsg_len = (uint32_t)(NLMSG_ALIGN(q->header.nlmsg_len) + RTA_ALIGN(a->rta_len));
}

static void attribute_u32(struct request *q, uint16_t type, uint32_t value) {
    attribute(q, type, &value, sizeof(value));
}

static void attribute_ip(struct request *q, uint16_t type, struct ip4 address) {
    attribute_u32(q, type, htonl(address.v));
}

static void attribute_text(struct request *q, uint16_t type, const char *text) {
    attribute(q, type, text, strlen(text) + 1);
}

/* Attributes between these two are inside the first; head: a fixed part before them. */
static struct rtattr *nest(struct request *q, uint16_t type, const void *head, size_t head_bytes) {
    struct rtattr *a = (struct rtattr *)(void *)((char *)q + NLMSG_ALIGN(q->header.nlmsg_len));

    attribute(q, type, head, head_bytes);
    return a;
}

static void nest_end(const struct request *q, struct rtattr *a) {
    a->rta_len = (uint16_t)((const char *)q + q->header.nlmsg_len - (char *)a);
}

static int ask(int nl, struct request *q) {
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    union {
        struct nlmsghdr header;
        char room[4096];
    } answer;
    ssize_t n;

    if (sendto(nl, q, q->header.nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
        return -errno;
    do
        n = recv(nl, &answer, sizeof(answer), 0);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    if ((size_t)n < NLMSG_LENGTH(sizeof(struct nlmsgerr)) || answer.header.nlmsg_type != NLMSG_ERROR)
        return -EPROTO;
    return ((struct nlmsgerr *)NLMSG_DATA(&answer.header))->error;
}

static void end_attributes(struct request *q, const struct netlink_end *end) {
    attribute_text(q, IFLA_IFNAME, end->name);
    attribute(q, IFLA_ADDRESS, end->mac.b, sizeof(end->mac.b));
    attribute_u32(q, IFLA_MTU, end->mtu);
    if (end->ns >= 0)
        attribute_u32(q, IFLA_NET_NS_FD, (uint32_t)end->ns);
}

int netlink_veth_add(int nl, const struct netlink_end *near, const struct netlink_end *far) {
    struct ifinfomsg head = {.ifi_family = AF_UNSPEC, .ifi_index = (int)near->index};
    struct ifinfomsg far_head = {.ifi_family = AF_UNSPEC, .ifi_index = (int)far->index};
    struct rtattr *info, *data, *peer;
    struct request q;

    begin(&q, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &head, sizeof(head));
    end_attributes(&q, near);
    info = nest(&q, IFLA_LINKINFO, NULL, 0);
    attribute_text(&q, IFLA_INFO_KIND, "veth");
    data = nest(&q, IFLA_INFO_DATA, NULL, 0);
    peer = nest(&q, VETH_INFO_PEER, &far_head, sizeof(far_head));
    end_attributes(&q, far);
    nest_end(&q, peer);
    nest_end(&q, data);
    nest_end(&q, info);
    return ask(nl, &q);
}

int netlink_link_delete(int nl, unsigned index) {
    struct ifinfomsg head = {.ifi_family = AF_UNSPEC, .ifi_index = (int)index};
    struct request q;

    begin(&q, RTM_DELLINK, 0, &head, sizeof(head));
    return ask(nl, &q);
}

int netlink_program_attach(int nl, unsigned index, int program, uint16_t class) {
    struct tcmsg head = {.tcm_family = AF_UNSPEC,
                         .tcm_ifindex = (int)index,
                         .tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0),
                         .tcm_parent = TC_H_CLSACT};
    struct rtattr *options;
    struct request q;
    int r;

    begin(&q, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, &head, sizeof(head));
    attribute_text(&q, TCA_KIND, "clsact");
    r = ask(nl, &q);
    if (r < 0)
        return r;
    head.tcm_handle = 1;
    head.tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
    head.tcm_info = TC_H_MAKE(1U << 16, htons(ETH_P_ALL));
    begin(&q, RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, &head, sizeof(head));
    attribute_text(&q, TCA_KIND, "bpf");
    options = nest(&q, TCA_OPTIONS, NULL, 0);
    attribute_u32(&q, TCA_BPF_FD, (uint32_t)program);
    attribute_text(&q, TCA_BPF_NAME, "vpcbox");
    attribute_u32(&q, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
    if (class != 0)
        attribute_u32(&q, TCA_BPF_CLASSID, class);
    nest_end(&q, options);
    return ask(nl, &q);
}

int netlink_link_up(int nl, const struct netlink_link *link) {
    struct ifinfomsg head = {.ifi_family = AF_UNSPEC, .ifi_index = (int)link->index};
    struct request q;

    /* The address must be set while the link is down, so that comes first. */
    begin(&q, RTM_NEWLINK, 0, &head, sizeof(head));
    if (link->mac != NULL)
        attribute(&q, IFLA_ADDRESS, link->mac->b, sizeof(link->mac->b));
    if (link->mtu != 0)
        attribute_u32(&q, IFLA_MTU, link->mtu);
    if (link->queue_frames != 0)
        attribute_u32(&q, IFLA_TXQLEN, link->queue_frames);
    if (q.header.nlmsg_len > NLMSG_LENGTH(sizeof(head))) {
        int r = ask(nl, &q);

        if (r < 0)
            return r;
    }
    head.ifi_flags = head.ifi_change = IFF_UP;
    begin(&q, RTM_NEWLINK, 0, &head, sizeof(head));
    return ask(nl, &q);
}

int netlink_address_add(int nl, unsigned index, struct prefix4 address) {
    struct ifaddrmsg head = {.ifa_family = AF_INET, .ifa_prefixlen = address.length, .ifa_index = index};
    struct ip4 broadcast = {address.addr.v | ~prefix4_mask(address.length)};
    struct request q;

    begin(&q, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &head, sizeof(head));
    attribute_ip(&q, IFA_LOCAL, address.addr);
    attribute_ip(&q, IFA_ADDRESS, address.addr);
    if (address.length < 31)
        attribute_ip(&q, IFA_BROADCAST, broadcast);
    return ask(nl, &q);
}

static void attribute_ip6(struct request *q, uint16_t type, struct ipaddr ip) {
    uint8_t b[16];

    for (unsigned i = 0; i < 8; i++) {
        b[i] = (uint8_t)(ip.hi >> (56 - 8 * i));
        b[8 + i] = (uint8_t)(ip.lo >> (56 - 8 * i));
    }
    attribute(q, type, b, sizeof(b));
}

int netlink_address6_add(int nl, unsigned index, struct prefix address) {
    struct ifaddrmsg head = {.ifa_family = AF_INET6,
                             .ifa_prefixlen = address.length,
                             .ifa_flags = IFA_F_NODAD,
                             .ifa_index = index};
    struct request q;

    begin(&q, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &head, sizeof(head));
    attribute_ip6(&q, IFA_LOCAL, address.addr);
    attribute_ip6(&q, IFA_ADDRESS, address.addr);
    return ask(nl, &q);
}

int netlink_route6_add(int nl, const struct netlink_route6 *route) {
    struct rtmsg head = {.rtm_family = AF_INET6,
                         .rtm_dst_len = route->to.length,
                         .rtm_table = RT_TABLE_MAIN,
                         .rtm_protocol = RTPROT_STATIC,
                         .rtm_scope = RT_SCOPE_UNIVERSE,
                         .rtm_type = RTN_UNICAST};
    struct request q;

    begin(&q, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &head, sizeof(head));
    if (route->to.length > 0)
        attribute_ip6(&q, RTA_DST, prefix_masked(route->to).addr);
    if (!ip_none(route->gateway))
        attribute_ip6(&q, RTA_GATEWAY, route->gateway);
    attribute_u32(&q, RTA_OIF, route->index);
    if (route->metric != 0)
        attribute_u32(&q, RTA_PRIORITY, route->metric);
    if (route->table != 0)
        attribute_u32(&q, RTA_TABLE, route->table);
    return ask(nl, &q);
}

int netlink_route_add(int nl, const struct netlink_route *route) {
    struct rtmsg head = {.rtm_family = AF_INET,
                         .rtm_dst_len = route->to.length,
                         .rtm_table = route->local ? RT_TABLE_LOCAL : RT_TABLE_MAIN,
                         .rtm_protocol = RTPROT_STATIC,
                         .rtm_scope = route->local            ? RT_SCOPE_HOST
                                      : route->gateway.v != 0 ? RT_SCOPE_UNIVERSE
                                                              : RT_SCOPE_LINK,
                         .rtm_type = route->local ? RTN_LOCAL : RTN_UNICAST,
                         .rtm_flags = route->gateway_on_link ? RTNH_F_ONLINK : 0};
    struct request q;

    begin(&q, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &head, sizeof(head));
    if (route->to.length > 0)
        attribute_ip(&q, RTA_DST, prefix4_masked(route->to).addr);
    if (route->gateway.v != 0)
        attribute_ip(&q, RTA_GATEWAY, route->gateway);
    if (route->source.v != 0)
        attribute_ip(&q, RTA_PREFSRC, route->source);
    attribute_u32(&q, RTA_OIF, route->index);
    if (route->metric != 0)
        attribute_u32(&q, RTA_PRIORITY, route->metric);
    if (route->table != 0) /* has more room than the header's byte, and goes before it */
        attribute_u32(&q, RTA_TABLE, route->table);
    return ask(nl, &q);
}

static int rule(int nl, uint16_t type, uint16_t flags, const struct netlink_rule *rule) {
    struct fib_rule_hdr head = {.family = prefix_is4(rule->from) ? AF_INET : AF_INET6,
                                .src_len = rule->from.length,
                                .action = FR_ACT_TO_TBL};
    struct request q;

    begin(&q, type, flags, &head, sizeof(head));
    if (prefix_is4(rule->from))
        attribute_ip(&q, FRA_SRC, ip_v4(rule->from.addr));
    else
        attribute_ip6(&q, FRA_SRC, rule->from.addr);
    attribute_u32(&q, FRA_PRIORITY, rule->priority);
    attribute_u32(&q, FRA_TABLE, rule->table);
    return ask(nl, &q);
}

int netlink_rule_add(int nl, const struct netlink_rule *r) {
    return rule(nl, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, r);
}

int netlink_rule_delete(int nl, const struct netlink_rule *r) {
    return rule(nl, RTM_DELRULE, 0, r);
}

int netlink_altname_add(int nl, unsigned index, const char *name) {
    struct ifinfomsg head = {.ifi_family = AF_UNSPEC, .ifi_index = (int)index};
    struct rtattr *list;
    struct request q;

    begin(&q, RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL, &head, sizeof(head));
    list = nest(&q, IFLA_PROP_LIST | NLA_F_NESTED, NULL, 0);
    attribute_text(&q, IFLA_ALT_IFNAME, name);
    nest_end(&q, list);
    return ask(nl, &q);
}

int netlink_neighbour_add(int nl, unsigned index, struct ip4 address, struct mac mac) {
    struct ndmsg head = {.ndm_family = AF_INET, .ndm_ifindex = (int)index, .ndm_state = NUD_PERMANENT};
    struct request q;

    begin(&q, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &head, sizeof(head));
    attribute_ip(&q, NDA_DST, address);
    attribute(&q, NDA_LLADDR, mac.b, sizeof(mac.b));
    return ask(nl, &q);
}
