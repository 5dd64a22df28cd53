/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packet: a frame's headers, read once and bounds-checked.
 *
 * Theory of operation: wire_parse() is the only code that decides whether a header lies inside the
 * frame.  It gives positions (bytes from the frame's start) and the fields that forwarding needs; whoever
 * writes into the frame afterwards uses these positions.  A flow's two ports are:
 *
 *   TCP, UDP             the ports
 *   ICMP, ICMPv6 queries request: sport = identifier, dport = type << 8; reply: swapped, with the request's type;
 *                        so that a reply is the request's tuple turned round, and another's request is not
 *   ICMP errors, other ICMP, other protocols, later fragments: 0
 *
 * ICMP errors also carry the packet that caused them: `inner` is its tuple, as it was sent.
 * IPv6 extension headers (RFC 8200) are walked to the first that is none; a fragment header is one of them.
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
    WIRE_IP6_BYTES = 40,
    WIRE_TCP_BYTES = 20,
    WIRE_UDP_BYTES = 8,
    WIRE_ICMP_BYTES = 8,
};
enum { WIRE_ETHERTYPE_IP = 0x0800, WIRE_ETHERTYPE_ARP = 0x0806, WIRE_ETHERTYPE_IPV6 = 0x86dd };
enum { WIRE_ICMP = 1, WIRE_TCP = 6, WIRE_UDP = 17, WIRE_ICMP6 = 58 };
enum { WIRE_FIN = 1, WIRE_SYN = 2, WIRE_RST = 4, WIRE_PSH = 8, WIRE_ACK = 16 };
enum { WIRE_ICMP_REPLY = 0, WIRE_ICMP_UNREACHABLE = 3, WIRE_ICMP_REQUEST = 8, WIRE_ICMP_EXCEEDED = 11 };
enum { WIRE_ICMP6_TOO_BIG = 2, WIRE_ICMP6_REQUEST = 128, WIRE_ICMP6_REPLY = 129 };
enum { /* neighbour discovery, RFC 4861 */
       WIRE_ND_ROUTER_SOLICIT = 133,
       WIRE_ND_ROUTER_ADVERT = 134,
       WIRE_ND_SOLICIT = 135,
       WIRE_ND_ADVERT = 136,
       WIRE_ND_REDIRECT = 137
};

struct wire_tuple {
    struct ipaddr src, dst;
    uint16_t sport, dport;
    uint8_t protocol;
};

enum wire_kind { WIRE_KIND_IP, WIRE_KIND_ARP, WIRE_KIND_OTHER, WIRE_KIND_MALFORMED };

struct wire_packet {
    enum wire_kind kind;
    bool v6; /* WIRE_KIND_IP: which IP */
    struct wire_tuple tuple;
    uint32_t ip_length;       /* IP header and payload, as the header says */
    uint32_t id;              /* IP identification; IPv6: a fragment's */
    uint16_t l4;              /* position of what follows the IP header and its extensions */
    uint16_t fragment_offset; /* bytes */
    bool fragmented;          /* IPv6: has a fragment header */
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
static inline bool wire_is_icmp(uint8_t protocol) {
    return protocol == WIRE_ICMP || protocol == WIRE_ICMP6;
}
/* Whether a type of ICMP or ICMPv6 is a query's request or reply; *ret_request: the request's type. */
bool wire_icmp_is_query(uint8_t protocol, uint8_t type, uint8_t *ret_request);
/* Whether it is neighbour discovery as RFC 4861 wants it: hop limit 255, nothing of it fragmented. */
static inline bool wire_is_nd(const struct wire_packet *p) {
    return p->v6 && p->tuple.protocol == WIRE_ICMP6 && !p->fragmented && p->ttl == 255 &&
           p->icmp_type >= WIRE_ND_ROUTER_SOLICIT && p->icmp_type <= WIRE_ND_REDIRECT;
}

#endif
