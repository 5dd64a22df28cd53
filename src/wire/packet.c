/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/packet.h"

#include "wire/bytes.h"

bool wire_icmp_is_query(uint8_t type, uint8_t *ret_request) {
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

static bool icmp_is_error(uint8_t type) {
    return type == WIRE_ICMP_UNREACHABLE || type == 4 || type == WIRE_ICMP_EXCEEDED || type == 12;
}

/* Ports of a query: both directions of one exchange are one tuple and its reverse. */
static void query_ports(uint8_t type, uint8_t request, uint16_t id, struct wire_tuple *tuple) {
    bool is_request = type == request;

    tuple->sport = is_request ? id : (uint16_t)(request << 8);
    tuple->dport = is_request ? (uint16_t)(request << 8) : id;
}

/* The packet inside an ICMP error, from bytes that reach at least 8 past its IP header. */
static bool parse_inner(const uint8_t *frame, uint32_t at, uint32_t end, struct wire_packet *p) {
    const uint8_t *ip = frame + at;
    uint32_t header;
    uint8_t request;

    if (end - at < WIRE_IP_BYTES || ip[0] >> 4 != 4)
        return false;
    header = (ip[0] & 15) * 4u;
    if (header < WIRE_IP_BYTES || end - at < header + 8)
        return false;
    if ((get16(ip + 6) & 0x1fff) != 0)
        return false; /* errors are about first fragments only (RFC 1122) */
    p->inner = (struct wire_tuple){{get32(ip + 12)}, {get32(ip + 16)}, 0, 0, ip[9]};
    p->inner_l4 = (uint16_t)(at + header);
    if (ip[9] == WIRE_TCP || ip[9] == WIRE_UDP) {
        p->inner.sport = get16(ip + header);
        p->inner.dport = get16(ip + header + 2);
    } else if (ip[9] == WIRE_ICMP) {
        if (!wire_icmp_is_query(ip[header], &request))
            return false; /* no errors about errors */
        query_ports(ip[header], request, get16(ip + header + 4), &p->inner);
    }
    return true;
}

static void parse_l4(const uint8_t *frame, struct wire_packet *p) {
    const uint8_t *l4 = frame + p->l4;
    uint32_t end = WIRE_ETH_BYTES + (uint32_t)p->ip_length;
    uint32_t length = end - p->l4;
    uint8_t request;

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
        if (length < WIRE_ICMP_BYTES) {
            p->kind = WIRE_KIND_MALFORMED;
            return;
        }
        p->icmp_type = l4[0];
        p->icmp_code = l4[1];
        p->icmp_query = wire_icmp_is_query(l4[0], &request);
        if (p->icmp_query)
            query_ports(l4[0], request, get16(l4 + 4), &p->tuple);
        else if (icmp_is_error(l4[0]))
            p->icmp_error = parse_inner(frame, p->l4 + WIRE_ICMP_BYTES, end, p);
        return;
    default:
        return;
    }
    p->tuple.sport = get16(l4);
    p->tuple.dport = get16(l4 + 2);
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
        if (ethertype == WIRE_ETHERTYPE_ARP)
            p->kind = length >= WIRE_ETH_BYTES + WIRE_ARP_BYTES ? WIRE_KIND_ARP : WIRE_KIND_MALFORMED;
        else
            p->kind = ethertype == WIRE_ETHERTYPE_IPV6 ? WIRE_KIND_IPV6 : WIRE_KIND_OTHER;
        return;
    }
    if (length < WIRE_ETH_BYTES + WIRE_IP_BYTES || ip[0] >> 4 != 4)
        return;
    header = (ip[0] & 15) * 4u;
    p->ip_length = get16(ip + 2);
    if (header < WIRE_IP_BYTES || p->ip_length < header || p->ip_length > length - WIRE_ETH_BYTES)
        return;
    p->kind = WIRE_KIND_IP;
    fragment = get16(ip + 6);
    p->l4 = (uint16_t)(WIRE_ETH_BYTES + header);
    p->id = get16(ip + 4);
    p->dont_fragment = fragment & 0x4000;
    p->more_fragments = fragment & 0x2000;
    p->fragment_offset = (uint16_t)((fragment & 0x1fff) * 8);
    if (p->fragment_offset + (uint32_t)p->ip_length - header > UINT16_MAX) {
        p->kind = WIRE_KIND_MALFORMED;
        return;
    }
    p->ttl = ip[8];
    p->tcp_flags = 0;
    p->icmp_type = p->icmp_code = 0;
    p->icmp_query = p->icmp_error = false;
    p->tuple = (struct wire_tuple){{get32(ip + 12)}, {get32(ip + 16)}, 0, 0, ip[9]};
    if (p->fragment_offset == 0)
        parse_l4(frame, p);
}
