/* SPDX-License-Identifier: Apache-2.0 */
#include "host/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
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
    memcpy(RTA_DATA(a), data, bytes);
    q->header.nlmsg_len = (uint32_t)(NLMSG_ALIGN(q->header.nlmsg_len) + RTA_ALIGN(a->rta_len));
}

static void attribute_u32(struct request *q, uint16_t type, uint32_t value) {
    attribute(q, type, &value, sizeof(value));
}

static void attribute_ip(struct request *q, uint16_t type, struct ip4 address) {
    attribute_u32(q, type, htonl(address.v));
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
    attribute_u32(&q, RTA_OIF, route->index);
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
