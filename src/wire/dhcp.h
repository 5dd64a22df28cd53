/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dhcp: the server's side of RFC 2131 as a pure function: request in, reply out, no leases to keep,
 * because an interface's address is what the network says it is.
 */
#ifndef VPCBOX_WIRE_DHCP_H
#define VPCBOX_WIRE_DHCP_H

#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"

enum { DHCP_SERVER_PORT = 67, DHCP_CLIENT_PORT = 68, DHCP_REPLY_MAX = 512 };
enum {
    DHCP_DISCOVER = 1,
    DHCP_OFFER = 2,
    DHCP_REQUEST = 3,
    DHCP_DECLINE = 4,
    DHCP_ACK = 5,
    DHCP_NAK = 6,
    DHCP_RELEASE = 7,
    DHCP_INFORM = 8
};

struct dhcp_request {
    uint8_t type;
    uint32_t transaction;
    uint16_t flags;
    struct mac client;
    struct ip4 current;   /* ciaddr, or 0 */
    struct ip4 requested; /* option 50, or 0 */
    struct ip4 server;    /* option 54, or 0 */
};

struct dhcp_lease {
    struct ip4 address, router, dns, server;
    uint8_t prefix_length;
    uint16_t mtu;
    uint32_t seconds;
    const char *domain, *host; /* or NULL */
};

/* A client's message (UDP payload).  0 or -EBADMSG. */
int dhcp_parse(const uint8_t *data, size_t length, struct dhcp_request *ret_request);
/*
 * What to answer: DHCP_OFFER, DHCP_ACK, DHCP_NAK, or 0 for nothing.
 */
uint8_t dhcp_decide(const struct dhcp_request *request, const struct dhcp_lease *lease);
/* Writes a reply of that type (at most DHCP_REPLY_MAX bytes); returns its length. */
size_t dhcp_reply(uint8_t type, const struct dhcp_request *request, const struct dhcp_lease *lease,
                  uint8_t out[DHCP_REPLY_MAX]);

#endif
