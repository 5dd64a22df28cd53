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
static void put_ip(uint8_t *ip, struct ip4 src, struct ip4 dst, uint8_t protocol, uint8_t ttl, uint16_t id,
                   bool dont_fragment, uint16_t payload_length) {
    ip[0] = 0x45;
    ip[1] = 0;
    put16(ip + 2, (uint16_t)(WIRE_IP_BYTES + payload_length));
    put16(ip + 4, id);
    put16(ip + 6, dont_fragment ? 0x4000 : 0);
    ip[8] = ttl;
    ip[9] = protocol;
    put16(ip + 10, 0);
    put32(ip + 12, src.v);
    put32(ip + 16, dst.v);
    put16(ip + 10, inet_finish(inet_add(0, ip, WIRE_IP_BYTES)));
}

void wire_finish_l4(uint8_t *frame, const struct wire_packet *p) {
    uint16_t length = (uint16_t)(WIRE_ETH_BYTES + p->ip_length - p->l4);
    uint8_t *l4 = frame + p->l4;
    uint8_t protocol = p->tuple.protocol;
    uint8_t *field = protocol == WIRE_TCP ? l4 + 16 : protocol == WIRE_UDP ? l4 + 6 : l4 + 2;
    uint32_t sum = 0;
    uint16_t checksum;

    if (protocol != WIRE_TCP && protocol != WIRE_UDP && protocol != WIRE_ICMP)
        return;
    if (protocol != WIRE_ICMP)
        sum = inet_pseudo((struct ip4){get32(frame + WIRE_ETH_BYTES + 12)},
                          (struct ip4){get32(frame + WIRE_ETH_BYTES + 16)}, protocol, length);
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

static size_t l4_bytes(uint8_t protocol) {
    switch (protocol) {
    case WIRE_TCP:
        return WIRE_TCP_BYTES;
    case WIRE_UDP:
        return WIRE_UDP_BYTES;
    case WIRE_ICMP:
        return WIRE_ICMP_BYTES;
    default:
        return 0;
    }
}

static void put_l4(uint8_t *l4, const struct wire_build *b) {
    const struct wire_tuple *t = &b->tuple;
    bool request;

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
        /* The request's type is in dport of a request, in sport of a reply. */
        request = (t->dport & 0xff) == 0 && (t->dport == 0x0800 || t->dport == 0x0d00 || t->dport == 0x1100);
        l4[0] = (uint8_t)(request ? t->dport >> 8 : t->sport == 0x0800 ? 0 : (t->sport >> 8) + 1);
        put16(l4 + 4, request ? t->sport : t->dport);
        break;
    default:
        break;
    }
}

size_t wire_build(uint8_t *out, size_t capacity, const struct wire_build *b) {
    size_t header = l4_bytes(b->tuple.protocol);
    size_t total = WIRE_ETH_BYTES + WIRE_IP_BYTES + header + b->payload_length;
    struct wire_packet p = {.tuple = b->tuple, .l4 = WIRE_ETH_BYTES + WIRE_IP_BYTES};

    if (total > capacity || total - WIRE_ETH_BYTES > UINT16_MAX)
        return 0;
    memset(out, 0, WIRE_ETH_BYTES + WIRE_IP_BYTES + header);
    put_eth(out, b->l2, WIRE_ETHERTYPE_IP);
    put_ip(out + WIRE_ETH_BYTES, b->tuple.src, b->tuple.dst, b->tuple.protocol, b->ttl ? b->ttl : 64, b->id,
           b->dont_fragment, (uint16_t)(header + b->payload_length));
    if (b->payload_length > 0)
        memcpy(out + total - b->payload_length, b->payload, b->payload_length);
    put_l4(out + p.l4, b);
    p.ip_length = (uint16_t)(total - WIRE_ETH_BYTES);
    wire_finish_l4(out, &p);
    return total;
}

size_t wire_build_icmp_error(uint8_t *out, size_t capacity, struct wire_l2 l2, struct ip4 src, struct ip4 dst,
                             uint8_t type, uint8_t code, uint32_t rest, const uint8_t *about,
                             size_t about_length) {
    const size_t most = 576 - WIRE_IP_BYTES - WIRE_ICMP_BYTES;
    size_t quoted = about_length < most ? about_length : most;
    uint8_t *icmp = out + WIRE_ETH_BYTES + WIRE_IP_BYTES;

    if (capacity < WIRE_ETH_BYTES + WIRE_IP_BYTES + WIRE_ICMP_BYTES + quoted)
        return 0;
    memmove(icmp + WIRE_ICMP_BYTES, about, quoted);
    put_eth(out, l2, WIRE_ETHERTYPE_IP);
    put_ip(out + WIRE_ETH_BYTES, src, dst, WIRE_ICMP, 64, 0, false, (uint16_t)(WIRE_ICMP_BYTES + quoted));
    icmp[0] = type;
    icmp[1] = code;
    put16(icmp + 2, 0);
    put32(icmp + 4, rest);
    put16(icmp + 2, inet_finish(inet_add(0, icmp, WIRE_ICMP_BYTES + quoted)));
    return WIRE_ETH_BYTES + WIRE_IP_BYTES + WIRE_ICMP_BYTES + quoted;
}
