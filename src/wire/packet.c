/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frame's headers (wire/packet.h): each length is compared with what is left of the frame before anything
 * behind it is read.  IPv4 and IPv6 differ in how the first header is read; what follows it is read once.
 */
#include "wire/packet.h"

#include "wire/bytes.h"

enum { EXTENSIONS_MAX = 8 }; /* a packet with more is malformed to us: each costs a look */
enum { NEXT_HOPS = 0, NEXT_ROUTING = 43, NEXT_FRAGMENT = 44, NEXT_OPTIONS = 60 };

bool wire_icmp_is_query(uint8_t protocol, uint8_t type, uint8_t *ret_request) {
    if (protocol == WIRE_ICMP6) {
        *ret_request = WIRE_ICMP6_REQUEST;
        return type == WIRE_ICMP6_REQUEST || type == WIRE_ICMP6_REPLY;
    }
    switch (type) {
    case 0:
    case 8:
        *ret_request = 8;
        return true;
    case 13:
    case 14:
        *ret_request = 13;
        return true;
    case 17:
    case 18:
        *ret_request = 17;
        return true;
    default:
        return false;
    }
}

static bool icmp_is_error(uint8_t protocol, uint8_t type) {
    if (protocol == WIRE_ICMP6)
        return type >= 1 && type <= 4;
    return type == WIRE_ICMP_UNREACHABLE || type == 4 || type == WIRE_ICMP_EXCEEDED || type == 12;
}

/* Ports of a query: both directions of one exchange are one tuple and its reverse. */
static void query_ports(uint8_t type, uint8_t request, uint16_t id, struct wire_tuple *tuple) {
    bool is_request = type == request;

    tuple->sport = is_request ? id : (uint16_t)(request << 8);
    tuple->dport = is_request ? (uint16_t)(request << 8) : id;
}

/* Where the headers of an IP packet end, and what is behind them. */
struct heads {
    uint32_t l4; /* from the packet's start */
    uint8_t protocol;
    bool fragmented, more_fragments;
    uint16_t fragment_offset;
    uint32_t id;
};

/* IPv6's extension headers within `length` bytes; false when they do not fit. */
static bool walk_extensions(const uint8_t *ip, uint32_t length, struct heads *ret) {
    struct heads h = {.l4 = WIRE_IP6_BYTES, .protocol = ip[6]};

    for (int i = 0; i < EXTENSIONS_MAX; i++) {
        const uint8_t *at = ip + h.l4;
        uint32_t bytes = 8;

        if (h.protocol != NEXT_HOPS && h.protocol != NEXT_ROUTING && h.protocol != NEXT_FRAGMENT &&
            h.protocol != NEXT_OPTIONS) {
            *ret = h;
            return true;
        }
        if (h.fragment_offset != 0) { /* what follows is the middle of something */
            *ret = h;
            return true;
        }
        if (length - h.l4 < 8)
            return false;
        if (h.protocol == NEXT_FRAGMENT) {
            if (h.fragmented)
                return false;
            h.fragmented = true;
            h.fragment_offset = get16(at + 2) & 0xfff8;
            h.more_fragments = at[3] & 1;
            h.id = get32(at + 4);
        } else {
            bytes = (at[1] + 1u) * 8;
            if (length - h.l4 < bytes)
                return false;
        }
        h.protocol = at[0];
        h.l4 += bytes;
    }
    return false;
}

/* The packet inside an ICMP error, from bytes that reach at least 8 past its IP headers. */
static bool parse_inner(const uint8_t *frame, uint32_t at, uint32_t end, struct wire_packet *p) {
    const uint8_t *ip = frame + at;
    struct heads h = {0};
    uint8_t request;

    if (end - at < (p->v6 ? WIRE_IP6_BYTES : WIRE_IP_BYTES) || ip[0] >> 4 != (p->v6 ? 6 : 4))
        return false;
    if (p->v6) {
        if (!walk_extensions(ip, end - at, &h))
            return false;
    } else {
        h.l4 = (ip[0] & 15) * 4u;
        h.protocol = ip[9];
        h.fragment_offset = get16(ip + 6) & 0x1fff;
    }
    if (h.l4 < WIRE_IP_BYTES || end - at < h.l4 + 8)
        return false;
    if (h.fragment_offset != 0)
        return false; /* errors are about first fragments only (RFC 1122) */
    p->inner = (struct wire_tuple){get_ip(ip + (p->v6 ? 8 : 12), p->v6),
                                   get_ip(ip + (p->v6 ? 24 : 16), p->v6), 0, 0, h.protocol};
    p->inner_l4 = (uint16_t)(at + h.l4);
    if (h.protocol == WIRE_TCP || h.protocol == WIRE_UDP) {
        p->inner.sport = get16(ip + h.l4);
        p->inner.dport = get16(ip + h.l4 + 2);
    } else if (h.protocol == p->tuple.protocol) {
        if (!wire_icmp_is_query(h.protocol, ip[h.l4], &request))
            return false; /* no errors about errors */
        query_ports(ip[h.l4], request, get16(ip + h.l4 + 4), &p->inner);
    }
    return true;
}

static __attribute__((noinline)) void parse_icmp(const uint8_t *frame, uint32_t end, struct wire_packet *p) {
    const uint8_t *l4 = frame + p->l4;
    uint8_t protocol = p->tuple.protocol, request;

    if (end - p->l4 < WIRE_ICMP_BYTES) {
        p->kind = WIRE_KIND_MALFORMED;
        return;
    }
    p->icmp_type = l4[0];
    p->icmp_code = l4[1];
    p->icmp_query = wire_icmp_is_query(protocol, l4[0], &request);
    if (p->icmp_query)
        query_ports(l4[0], request, get16(l4 + 4), &p->tuple);
    else if (icmp_is_error(protocol, l4[0]))
        p->icmp_error = parse_inner(frame, p->l4 + WIRE_ICMP_BYTES, end, p);
}

/* In the way of every packet: worth its copies. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE void parse_l4(const uint8_t *frame, struct wire_packet *p) {
    const uint8_t *l4 = frame + p->l4;
    uint32_t end = WIRE_ETH_BYTES + p->ip_length;
    uint32_t length = end - p->l4;

    switch (p->tuple.protocol) {
    case WIRE_TCP:
        if (length < WIRE_TCP_BYTES || (l4[12] >> 4) * 4u < WIRE_TCP_BYTES || (l4[12] >> 4) * 4u > length) {
            p->kind = WIRE_KIND_MALFORMED;
            return;
        }
        p->tcp_flags = l4[13];
        break;
    case WIRE_UDP:
        if (length < WIRE_UDP_BYTES) {
            p->kind = WIRE_KIND_MALFORMED;
            return;
        }
        break;
    case WIRE_ICMP:
    case WIRE_ICMP6:
        if (p->v6 == (p->tuple.protocol == WIRE_ICMP6)) /* the other family's means nothing here */
            parse_icmp(frame, end, p);
        return;
    default:
        return;
    }
    p->tuple.sport = get16(l4);
    p->tuple.dport = get16(l4 + 2);
}

/* What both families have once their headers are read. */
ALWAYS_INLINE void parse_rest(const uint8_t *frame, struct wire_packet *p) {
    if (p->fragment_offset + p->ip_length + WIRE_ETH_BYTES - p->l4 >
        UINT16_MAX + (p->v6 ? WIRE_IP6_BYTES : 0)) {
        p->kind = WIRE_KIND_MALFORMED;
        return;
    }
    p->kind = WIRE_KIND_IP;
    p->tcp_flags = 0;
    p->icmp_type = p->icmp_code = 0;
    p->icmp_query = p->icmp_error = false;
    if (p->fragment_offset == 0)
        parse_l4(frame, p);
}

static __attribute__((noinline)) void parse_v6(const uint8_t *frame, uint32_t length, struct wire_packet *p) {
    const uint8_t *ip = frame + WIRE_ETH_BYTES;
    struct heads h;

    if (length < WIRE_ETH_BYTES + WIRE_IP6_BYTES || ip[0] >> 4 != 6)
        return;
    p->ip_length = WIRE_IP6_BYTES + (uint32_t)get16(ip + 4);
    if (p->ip_length > length - WIRE_ETH_BYTES || !walk_extensions(ip, p->ip_length, &h))
        return;
    p->v6 = true;
    p->l4 = (uint16_t)(WIRE_ETH_BYTES + h.l4);
    p->id = h.id;
    p->dont_fragment = true; /* no router cuts IPv6 */
    p->fragmented = h.fragmented;
    p->more_fragments = h.more_fragments;
    p->fragment_offset = h.fragment_offset;
    p->ttl = ip[7];
    p->tuple = (struct wire_tuple){get_ip(ip + 8, true), get_ip(ip + 24, true), 0, 0, h.protocol};
    if (!ip_is4(p->tuple.src) && !ip_is4(p->tuple.dst)) /* ::ffff:0:0/96 is never on a wire */
        parse_rest(frame, p);
}

void wire_parse(const uint8_t *frame, uint32_t length, struct wire_packet *p) {
    const uint8_t *ip = frame + WIRE_ETH_BYTES;
    uint16_t ethertype, fragment;
    uint32_t header;

    p->kind = WIRE_KIND_MALFORMED;
    if (length < WIRE_ETH_BYTES)
        return;
    ethertype = get16(frame + 12);
    if (ethertype != WIRE_ETHERTYPE_IP) {
        if (ethertype == WIRE_ETHERTYPE_IPV6)
            parse_v6(frame, length, p);
        else if (ethertype == WIRE_ETHERTYPE_ARP)
            p->kind = length >= WIRE_ETH_BYTES + WIRE_ARP_BYTES ? WIRE_KIND_ARP : WIRE_KIND_MALFORMED;
        else
            p->kind = WIRE_KIND_OTHER;
        return;
    }
    if (length < WIRE_ETH_BYTES + WIRE_IP_BYTES || ip[0] >> 4 != 4)
        return;
    header = (ip[0] & 15) * 4u;
    p->ip_length = get16(ip + 2);
    if (header < WIRE_IP_BYTES || p->ip_length < header || p->ip_length > length - WIRE_ETH_BYTES)
        return;
    fragment = get16(ip + 6);
    p->v6 = false;
    p->l4 = (uint16_t)(WIRE_ETH_BYTES + header);
    p->id = get16(ip + 4);
    p->dont_fragment = fragment & 0x4000;
    p->fragmented = false;
    p->more_fragments = fragment & 0x2000;
    p->fragment_offset = (uint16_t)((fragment & 0x1fff) * 8);
    p->ttl = ip[8];
    p->tuple = (struct wire_tuple){get_ip(ip + 12, false), get_ip(ip + 16, false), 0, 0, ip[9]};
    parse_rest(frame, p);
}
