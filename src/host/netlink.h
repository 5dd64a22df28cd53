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

/* Sets what is asked, and brings the link up. */
int netlink_link_up(int nl, const struct netlink_link *link);
int netlink_address_add(int nl, unsigned index, struct prefix4 address);

struct netlink_route {
    struct prefix4 to;
    struct ip4 gateway; /* 0: on-link */
    unsigned index;
    bool local;           /* the kernel itself answers for these addresses */
    bool gateway_on_link; /* reachable over index although no address says so */
};

/* -EEXIST when such a route is there already. */
int netlink_route_add(int nl, const struct netlink_route *route);
int netlink_neighbour_add(int nl, unsigned index, struct ip4 address, struct mac mac);

#endif
