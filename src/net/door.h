/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door: how a connection that reaches an AWS service says where it came from.
 *
 * Theory of operation: the service namespace's kernel terminates connections to AWS's services.
 * On their way in, the fabric rewrites both addresses, so that the accepting socket's own
 * getpeername() and getsockname() are the identity, with no look-up by port and no race:
 *
 *   source      10.0.0.0/8  | ENI num << 4 | index of the ENI's private address
 *   destination 11.0.0.0/8  | door kind << 20 | endpoint num
 *
 * Ports stay as they were (the source port may be moved when it is taken).  Replies are rewritten
 * back by the same flow.  These addresses exist only inside the service namespace.
 */
#ifndef VPCBOX_NET_DOOR_H
#define VPCBOX_NET_DOOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"

enum door_kind {
    DOOR_INTERNET,  /* the service's public address, through an internet gateway */
    DOOR_GATEWAY,   /* gateway endpoint */
    DOOR_INTERFACE, /* interface endpoint's ENI */
    DOOR_IMDS,      /* 169.254.169.254, TCP 80 */
    DOOR_DNS,       /* VPC base+2, 169.254.169.253 (UDP and TCP 53) */
    DOOR_NTP,       /* 169.254.169.123, UDP 123 */
    /* Not from a VPC, so by no ENI, and never on the wire; who came is the connection's peer: */
    DOOR_LOOPBACK, /* the API port on 127.0.0.1 */
    DOOR_LAB       /* the simulated internet itself, at the service's public address */
};

struct door {
    enum door_kind kind;
    uint32_t eni_num;       /* who came */
    uint32_t address_index; /* with which of its private addresses */
    uint32_t endpoint_num;  /* DOOR_GATEWAY and DOOR_INTERFACE */
};

enum { DOOR_NUM_MAX = (1 << 20) - 1, DOOR_ADDRESS_BITS = 4, DOOR_ADDRESSES_MAX = 16 };

static inline struct ip4 door_source(uint32_t eni_num, uint32_t address_index) {
    return (struct ip4){UINT32_C(10) << 24 | (eni_num & DOOR_NUM_MAX) << 4 | (address_index & 15)};
}
static inline struct ip4 door_destination(enum door_kind kind, uint32_t endpoint_num) {
    return (struct ip4){UINT32_C(11) << 24 | (uint32_t)kind << 20 | (endpoint_num & DOOR_NUM_MAX)};
}
static inline bool door_decode(struct ip4 source, struct ip4 destination, struct door *ret_door) {
    if (source.v >> 24 != 10 || destination.v >> 24 != 11 || (destination.v >> 20 & 15) >= DOOR_LOOPBACK)
        return false;
    *ret_door = (struct door){(enum door_kind)(destination.v >> 20 & 15), source.v >> 4 & DOOR_NUM_MAX,
                              source.v & 15, destination.v & DOOR_NUM_MAX};
    return true;
}

/* Whom programs on the simulated internet are when they do not say: 198.19.200.1. */
#define DOOR_LAB_VISITOR (UINT32_C(198) << 24 | UINT32_C(19) << 16 | UINT32_C(200) << 8 | UINT32_C(1))

/* Port numbers of the fabric that are not an ENI's num. */
enum { PORT_NONE = 0, PORT_SERVICE = 0xfffffffe, PORT_UPLINK = 0xffffffff };

/* clang-format off */
/* MAC addresses of the router, as every port sees it, and of the far ends of the two special ports. */
#define PORT_ROUTER_MAC {{0x06, 0x76, 0x70, 0x63, 0x00, 0x01}}
#define PORT_SERVICE_MAC {{0x06, 0x76, 0x70, 0x63, 0x00, 0x02}}
#define PORT_UPLINK_MAC {{0x06, 0x76, 0x70, 0x63, 0x00, 0x03}}
/* Behind the uplink, where the internet is real: the kernel that forwards there, and what it forwards to. */
#define PORT_FAR_MAC {{0x06, 0x76, 0x70, 0x63, 0x00, 0x04}}
#define PORT_SLIRP_MAC {{0x06, 0x76, 0x70, 0x63, 0x00, 0x05}}
/* clang-format on */

#endif
