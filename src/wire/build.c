/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/build.h"

#include <errno.h>
#include <string.h>

#include "wire/bytes.h"
#include "wire/checksum.h"

const struct mac wire_broadcast = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

static void put_eth(uint8_t *frame, struct wire_l2 l2, uint16_t ethertype) {
    memcpy(frame, &l2.dst, 6);
    memcpy(frame + 6, &l2.src, 6);
    put16(frame + 12, ethertype);
}

/* The 20 bytes of an IPv4 header, checksum included; payload_length without the header. */
static void put_head4(uint8_t *ip, const struct wire_tuple *t, uint8_t ttl, uint16_t id, bool dont_fragment,
                      uint16_t payload_length) {
    ip[0] = 0x45;
    ip[1] = 0;
    put16(ip + 2, (uint16_t)(WIRE_IP_BYTES + payload_length));
    put16(ip + 4, id);
    put16(ip + 6, dont_fragment ? 0x4000 : 0);
    ip[8] = ttl;
    ip[9] = t->protocol;
    put16(ip + 10, 0);
    put_ip(ip + 12, t->src, false);
    put_ip(ip + 16, t->dst, false);
    put16(ip + 10, inet_finish(inet_add(0, ip, WIRE_IP_BYTES)));
}

static void put_head6(uint8_t *ip, const struct wire_tuple *t, uint8_t hop_limit, uint16_t payload_length) {
    put32(ip, UINT32_C(6) << 28);
    put16(ip + 4, payload_length);
    ip[6] = t->protocol;
    ip[7] = hop_limit;
    put_ip(ip + 8, t->src, true);
    put_ip(ip + 24, t->dst, true);
}

static bool is_v6(const struct wire_tuple *t) {
    return !ip_is4(t->src);
}

static uint32_t head_bytes(const struct wire_tuple *t) {
    return WIRE_ETH_BYTES + (is_v6(t) ? WIRE_IP6_BYTES : WIRE_IP_BYTES);
}

static void put_heads(uint8_t *frame, struct wire_l2 l2, const struct wire_tuple *t, uint8_t ttl, uint16_t id,
                      bool dont_fragment, uint16_t payload_length) {
    put_eth(frame, l2, is_v6(t) ? WIRE_ETHERTYPE_IPV6 : WIRE_ETHERTYPE_IP);
    if (is_v6(t))
        put_head6(frame + WIRE_ETH_BYTES, t, ttl, payload_length);
    else
        put_head4(frame + WIRE_ETH_BYTES, t, ttl, id, dont_fragment, payload_length);
}

void wire_finish_l4(uint8_t *frame, const struct wire_packet *p) {
    uint32_t length = WIRE_ETH_BYTES + p->ip_length - p->l4;
    uint8_t *l4 = frame + p->l4, *ip = frame + WIRE_ETH_BYTES;
    uint8_t protocol = p->tuple.protocol;
    uint8_t *field = protocol == WIRE_TCP ? l4 + 16 : protocol == WIRE_UDP ? l4 + 6 : l4 + 2;
    bool v6 = ip[0] >> 4 == 6;
    uint32_t sum = 0;
    uint16_t checksum;

    if (protocol != WIRE_TCP && protocol != WIRE_UDP && protocol != (v6 ? WIRE_ICMP6 : WIRE_ICMP))
        return;
    if (protocol != WIRE_ICMP)
        sum = inet_pseudo(get_ip(ip + (v6 ? 8 : 12), v6), get_ip(ip + (v6 ? 24 : 16), v6), protocol, length);
    put16(field, 0);
    checksum = inet_finish(inet_add(sum, l4, length));
    put16(field, protocol == WIRE_UDP && checksum == 0 ? 0xffff : checksum);
}

int wire_read_arp(const uint8_t *frame, struct wire_arp *ret_arp) {
    const uint8_t *arp = frame + WIRE_ETH_BYTES;

    if (get16(arp) != 1 || get16(arp + 2) != WIRE_ETHERTYPE_IP || arp[4] != 6 || arp[5] != 4)
        return -EINVAL;
    ret_arp->operation = get16(arp + 6);
    memcpy(&ret_arp->sender_mac, arp + 8, 6);
    ret_arp->sender_ip.v = get32(arp + 14);
    memcpy(&ret_arp->target_mac, arp + 18, 6);
    ret_arp->target_ip.v = get32(arp + 24);
    return 0;
}

size_t wire_build_arp(uint8_t *out, size_t capacity, struct wire_l2 l2, const struct wire_arp *arp) {
    uint8_t *p = out + WIRE_ETH_BYTES;

    if (capacity < WIRE_ETH_BYTES + WIRE_ARP_BYTES)
        return 0;
    put_eth(out, l2, WIRE_ETHERTYPE_ARP);
    put16(p, 1);
    put16(p + 2, WIRE_ETHERTYPE_IP);
    p[4] = 6;
    p[5] = 4;
    put16(p + 6, arp->operation);
    memcpy(p + 8, &arp->sender_mac, 6);
    put32(p + 14, arp->sender_ip.v);
    memcpy(p + 18, &arp->target_mac, 6);
    put32(p + 24, arp->target_ip.v);
    return WIRE_ETH_BYTES + WIRE_ARP_BYTES;
}

static size_t l4_bytes(const struct wire_build *b) {
    if (b->raw)
        return 0;
    switch (b->tuple.protocol) {
    case WIRE_TCP:
        return WIRE_TCP_BYTES;
    case WIRE_UDP:
        return WIRE_UDP_BYTES;
    case WIRE_ICMP:
    case WIRE_ICMP6:
        return WIRE_ICMP_BYTES;
    default:
        return 0;
    }
}

static void put_query(uint8_t *l4, const struct wire_tuple *t) {
    uint8_t type;
    /* The request's type is in dport of a request, in sport of a reply. */
    bool request = (t->dport & 0xff) == 0 &&
                   wire_icmp_is_query(t->protocol, (uint8_t)(t->dport >> 8), &type) && type == t->dport >> 8;

    l4[0] = (uint8_t)(request ? t->dport >> 8 : t->sport == 0x0800 ? 0 : (t->sport >> 8) + 1);
    put16(l4 + 4, request ? t->sport : t->dport);
}

static void put_l4(uint8_t *l4, const struct wire_build *b) {
    const struct wire_tuple *t = &b->tuple;

    switch (t->protocol) {
    case WIRE_TCP:
        put16(l4, t->sport);
        put16(l4 + 2, t->dport);
        put32(l4 + 4, b->seq);
        put32(l4 + 8, b->ack);
        l4[12] = 5 << 4;
        l4[13] = b->tcp_flags;
        put16(l4 + 14, 0xffff);
        break;
    case WIRE_UDP:
        put16(l4, t->sport);
        put16(l4 + 2, t->dport);
        put16(l4 + 4, (uint16_t)(WIRE_UDP_BYTES + b->payload_length));
        break;
    case WIRE_ICMP:
    case WIRE_ICMP6:
        put_query(l4, t);
        break;
    default:
        break;
    }
}

size_t wire_build(uint8_t *out, size_t capacity, const struct wire_build *b) {
    uint32_t heads = head_bytes(&b->tuple);
    size_t l4 = l4_bytes(b), total = heads + l4 + b->payload_length;
    struct wire_packet p = {.tuple = b->tuple, .l4 = (uint16_t)heads};

    if (total > capacity || total - WIRE_ETH_BYTES > UINT16_MAX)
        return 0;
    memset(out, 0, heads + l4);
    put_heads(out, b->l2, &b->tuple, b->ttl ? b->ttl : 64, b->id, b->dont_fragment,
              (uint16_t)(l4 + b->payload_length));
    if (b->payload_length > 0)
        memcpy(out + total - b->payload_length, b->payload, b->payload_length);
    if (!b->raw)
        put_l4(out + heads, b);
    p.ip_length = (uint32_t)total - WIRE_ETH_BYTES;
    wire_finish_l4(out, &p);
    return total;
}

size_t wire_build_icmp_error(uint8_t *out, size_t capacity, struct wire_l2 l2, struct ipaddr src,
                             struct ipaddr dst, uint8_t type, uint8_t code, uint32_t rest,
                             const uint8_t *about, size_t about_length) {
    const struct wire_tuple t = {src, dst, 0, 0, ip_is4(src) ? WIRE_ICMP : WIRE_ICMP6};
    const uint32_t heads = head_bytes(&t);
    const size_t most = (is_v6(&t) ? 1280 : 576) - (heads - WIRE_ETH_BYTES) - WIRE_ICMP_BYTES;
    size_t quoted = about_length < most ? about_length : most;
    struct wire_packet p = {.tuple = t,
                            .l4 = (uint16_t)heads,
                            .ip_length = heads - WIRE_ETH_BYTES + WIRE_ICMP_BYTES + (uint32_t)quoted};
    uint8_t *icmp = out + heads;

    if (capacity < heads + WIRE_ICMP_BYTES + quoted)
        return 0;
    memmove(icmp + WIRE_ICMP_BYTES, about, quoted);
    put_heads(out, l2, &t, 64, 0, false, (uint16_t)(WIRE_ICMP_BYTES + quoted));
    icmp[0] = type;
    icmp[1] = code;
    put32(icmp + 4, rest);
    wire_finish_l4(out, &p);
    return heads + WIRE_ICMP_BYTES + quoted;
}
