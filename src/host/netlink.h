/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netlink: links, addresses, routes and neighbours of the calling process's network namespace.
 *
 * Theory of operation: each call is one rtnetlink request with its acknowledgement; nothing is
 * cached.  All return 0 or a negative errno.
 */
#ifndef VPCBOX_HOST_NETLINK_H
#define VPCBOX_HOST_NETLINK_H

#include <stdbool.h>

#include "base/ip.h"

/* A socket for the calls below, bound to the namespace it was opened in. */
int netlink_open(void);

struct netlink_link {
    unsigned index;
    uint32_t mtu;          /* 0 leaves it */
    uint32_t queue_frames; /* 0 leaves it */
    const struct mac *mac; /* NULL leaves it */
};

/* One end of a virtual cable. */
struct netlink_end {
    const char *name;
    unsigned index; /* 0: the kernel chooses */
    int ns;         /* its network namespace, -1 for the socket's own */
    struct mac mac;
    uint32_t mtu;
};

/* Makes both ends, down. */
int netlink_veth_add(int nl, const struct netlink_end *near, const struct netlink_end *far);
int netlink_link_delete(int nl, unsigned index);
/* Runs the tc program on every frame that comes in over a link; the program sees class as its tc_classid. */
int netlink_program_attach(int nl, unsigned index, int program, uint16_t class);

/* Sets what is asked, and brings the link up. */
int netlink_link_up(int nl, const struct netlink_link *link);
int netlink_address_add(int nl, unsigned index, struct prefix4 address);

/* An IPv6 address; it is used at once, without asking whether somebody else has it. */
int netlink_address6_add(int nl, unsigned index, struct prefix address);

/* IPv6: `to` over the link, by a gateway when one is given; table and metric as in struct netlink_route. */
struct netlink_route6 {
    struct prefix to;
    struct ipaddr gateway; /* none: on-link */
    unsigned index;
    uint32_t table, metric;
};
int netlink_route6_add(int nl, const struct netlink_route6 *route);

struct netlink_route {
    struct prefix4 to;
    struct ip4 gateway; /* 0: on-link */
    struct ip4 source;  /* of what is sent there, unless the sender says; 0: the kernel's choice */
    unsigned index;
    uint32_t table;       /* 0: main */
    uint32_t metric;      /* 0: the most preferred */
    bool local;           /* the kernel itself answers for these addresses */
    bool gateway_on_link; /* reachable over index although no address says so */
};

/* -EEXIST when such a route is there already. */
int netlink_route_add(int nl, const struct netlink_route *route);

/* Which table is asked for what comes from an address. */
struct netlink_rule {
    struct prefix from; /* of either family */
    uint32_t table, priority;
};
int netlink_rule_add(int nl, const struct netlink_rule *rule);
int netlink_rule_delete(int nl, const struct netlink_rule *rule);

/* One more name for a link (kernel 5.5 and later). */
int netlink_altname_add(int nl, unsigned index, const char *name);
int netlink_neighbour_add(int nl, unsigned index, struct ip4 address, struct mac mac);

#endif
