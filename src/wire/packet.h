/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packet: a frame's headers, read once and bounds-checked.
 *
 * Theory of operation: wire_parse() is the only code that decides whether a header lies inside the
 * frame.  It gives positions (bytes from the frame's start) and the fields that forwarding needs; whoever
 * writes into the frame afterwards uses these positions.  A flow's two ports are:
 *
 *   TCP, UDP      the ports
 *   ICMP queries  request: sport = identifier, dport = type << 8; reply: swapped, with the request's type;
 *                 so that a reply is the request's tuple turned round, and another's request is not
 *   ICMP errors, other ICMP, other protocols, later fragments: 0
 *
 * ICMP errors also carry the packet that caused them: `inner` is its tuple, as it was sent.
 */
#ifndef VPCBOX_WIRE_PACKET_H
#define VPCBOX_WIRE_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"

enum {
    WIRE_ETH_BYTES = 14,
    WIRE_ARP_BYTES = 28,
    WIRE_IP_BYTES = 20,
    WIRE_TCP_BYTES = 20,
    WIRE_UDP_BYTES = 8,
    WIRE_ICMP_BYTES = 8,
};
enum { WIRE_ETHERTYPE_IP = 0x0800, WIRE_ETHERTYPE_ARP = 0x0806, WIRE_ETHERTYPE_IPV6 = 0x86dd };
enum { WIRE_ICMP = 1, WIRE_TCP = 6, WIRE_UDP = 17 };
enum { WIRE_FIN = 1, WIRE_SYN = 2, WIRE_RST = 4, WIRE_PSH = 8, WIRE_ACK = 16 };
enum { WIRE_ICMP_REPLY = 0, WIRE_ICMP_UNREACHABLE = 3, WIRE_ICMP_REQUEST = 8, WIRE_ICMP_EXCEEDED = 11 };

struct wire_tuple {
    struct ip4 src, dst;
    uint16_t sport, dport;
    uint8_t protocol;
};

enum wire_kind { WIRE_KIND_IP, WIRE_KIND_ARP, WIRE_KIND_IPV6, WIRE_KIND_OTHER, WIRE_KIND_MALFORMED };

struct wire_packet {
    enum wire_kind kind;
    struct wire_tuple tuple;
    uint16_t ip_length;       /* IP header and payload, as the header says */
    uint16_t l4;              /* position of what follows the IP header */
    uint16_t id;              /* IP identification */
    uint16_t fragment_offset; /* bytes */
    bool more_fragments, dont_fragment;
    uint8_t tcp_flags, ttl;
    uint8_t icmp_type, icmp_code;
    bool icmp_query, icmp_error; /* error: inner is set */
    struct wire_tuple inner;
    uint16_t inner_l4; /* position of the inner packet's L4 header; its first 8 bytes are there */
};

/* kind says how far it got; only WIRE_KIND_IP sets the rest. */
void wire_parse(const uint8_t *frame, uint32_t length, struct wire_packet *ret_packet);

static inline bool wire_is_fragment(const struct wire_packet *p) {
    return p->more_fragments || p->fragment_offset != 0;
}
/* Whether an ICMP type is a query's request or reply; *ret_request: the request's type. */
bool wire_icmp_is_query(uint8_t type, uint8_t *ret_request);

#endif
