/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dhcp6: the server's side of DHCPv6 (RFC 8415) as a pure function: message in, message out, no leases to keep,
 * because an interface's addresses are what the network says they are.  One server, one link, no relays: whoever
 * asks for an address in its first IA_NA gets all of its interface's.
 */
#ifndef VPCBOX_WIRE_DHCP6_H
#define VPCBOX_WIRE_DHCP6_H

#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"

enum { DHCP6_CLIENT_PORT = 546, DHCP6_SERVER_PORT = 547 };
enum {
    DHCP6_ADDRESSES_MAX = 16,
    DHCP6_REPLY_MAX = 4 + 4 + 130 + 4 + 10 + 4 + 12 + DHCP6_ADDRESSES_MAX * 28 + 4
};

struct dhcp6_lease {
    struct mac server;
    const struct ipaddr *addresses;
    size_t address_count; /* at most DHCP6_ADDRESSES_MAX */
    uint32_t seconds;
};

/* Writes the answer into out and returns its bytes; 0: the message is none that this server answers, or broken. */
size_t dhcp6_answer(const uint8_t *message, size_t length, const struct dhcp6_lease *lease,
                    uint8_t out[DHCP6_REPLY_MAX]);

#endif
