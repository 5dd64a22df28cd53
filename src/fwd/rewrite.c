/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the tuple that a packet had to the one that it shall have, with the least work on its checksums:
 * finished ones are patched by difference, unfinished ones hold the pseudo header's sum and only follow
 * the addresses.
 */
#include "fwd/engine.h"
#include "wire/build.h"
#include "wire/bytes.h"
#include "wire/checksum.h"

static void patch(uint8_t *field, uint32_t diff) {
    put16(field, inet_update(get16(field), diff));
}

/* The ICMP identifier sits in the port that is not the type. */
static uint16_t icmp_id(const struct wire_tuple *t, uint8_t type) {
    uint8_t request;

    return wire_icmp_is_query(t->protocol, type, &request) && type == request ? t->sport : t->dport;
}

static uint32_t put_addresses6(uint8_t *ip, const struct wire_tuple *before, const struct wire_tuple *after) {
    put_ip(ip + 8, after->src, true);
    put_ip(ip + 24, after->dst, true);
    return inet_fold(inet_diff_ip(before->src, after->src)) +
           inet_fold(inet_diff_ip(before->dst, after->dst));
}

/* Only IPv4's header has a checksum of its own. */
static inline uint32_t put_addresses(uint8_t *ip, const struct wire_tuple *before,
                                     const struct wire_tuple *after) {
    uint32_t diff;

    if (unlikely(!ip_is4(before->src)))
        return put_addresses6(ip, before, after);
    diff = inet_fold(inet_diff32((uint32_t)before->src.lo, (uint32_t)after->src.lo)) +
           inet_fold(inet_diff32((uint32_t)before->dst.lo, (uint32_t)after->dst.lo));
    put32(ip + 12, (uint32_t)after->src.lo);
    put32(ip + 16, (uint32_t)after->dst.lo);
    patch(ip + 10, diff);
    return diff;
}

static uint32_t put_ports(uint8_t *l4, const struct wire_tuple *before, const struct wire_tuple *after) {
    put16(l4, after->sport);
    put16(l4 + 2, after->dport);
    return inet_diff16(before->sport, after->sport) + inet_diff16(before->dport, after->dport);
}

static void rewrite_l4(struct fwd_pkt *pkt, const struct wire_packet *p, const struct wire_tuple *after,
                       uint32_t diff) {
    uint8_t *l4 = pkt->data + p->l4;
    uint8_t *field;

    if (wire_is_icmp(p->tuple.protocol)) {
        /* ICMP's sum is over itself alone, ICMPv6's over the addresses too. */
        diff = p->v6 ? inet_fold(diff) : 0;
        if (p->icmp_query) {
            uint16_t id = icmp_id(after, p->icmp_type);

            diff += inet_diff16(get16(l4 + 4), id);
            put16(l4 + 4, id);
        }
        patch(l4 + 2, diff);
        return;
    }
    if (p->tuple.protocol != WIRE_TCP && p->tuple.protocol != WIRE_UDP)
        return;
    field = l4 + (p->tuple.protocol == WIRE_TCP ? 16 : 6);
    if (pkt->vnet_flags & FWD_NEEDS_CSUM) {
        put16(field, inet_fold(get16(field) + inet_fold(diff)));
        put_ports(l4, &p->tuple, after);
        return;
    }
    diff = inet_fold(diff) + put_ports(l4, &p->tuple, after);
    if (p->tuple.protocol == WIRE_TCP) {
        patch(field, diff);
    } else if (get16(field) != 0) {
        patch(field, diff);
        if (get16(field) == 0)
            put16(field, 0xffff);
    }
}

/* The quoted packet changes too, and with it the ICMP checksum over it. */
static void rewrite_inner(struct fwd_pkt *pkt, const struct wire_packet *p, const struct wire_tuple *after) {
    uint8_t *icmp = pkt->data + p->l4, *ip = icmp + WIRE_ICMP_BYTES, *l4 = pkt->data + p->inner_l4;
    uint16_t ip_checksum = p->v6 ? 0 : get16(ip + 10);
    uint32_t addresses = put_addresses(ip, &p->inner, after), ports = 0;
    uint32_t diff = inet_fold(addresses) + (p->v6 ? 0 : inet_diff16(ip_checksum, get16(ip + 10)));

    if (p->inner.protocol == WIRE_TCP || p->inner.protocol == WIRE_UDP) {
        ports = put_ports(l4, &p->inner, after);
    } else if (wire_is_icmp(p->inner.protocol)) {
        uint16_t id = icmp_id(after, l4[0]);
        uint16_t checksum = get16(l4 + 2);

        ports = inet_diff16(get16(l4 + 4), id);
        put16(l4 + 4, id);
        patch(l4 + 2, ports);
        ports += inet_diff16(checksum, get16(l4 + 2));
    }
    if (p->inner.protocol == WIRE_UDP && get16(l4 + 6) != 0) {
        uint16_t checksum = get16(l4 + 6);

        patch(l4 + 6, inet_fold(addresses) + ports);
        ports += inet_diff16(checksum, get16(l4 + 6));
    }
    patch(icmp + 2, diff + inet_fold(ports));
}

void rewrite_frame(struct fwd_pkt *pkt, const struct wire_packet *p, const struct wire_tuple *after,
                   const struct wire_tuple *inner_after) {
    const struct wire_tuple *before = &p->tuple;

    if (!tuple_is(before, after)) {
        uint32_t diff = put_addresses(pkt->data + WIRE_ETH_BYTES, before, after);

        if (p->fragment_offset == 0)
            rewrite_l4(pkt, p, after, diff);
    }
    if (p->icmp_error && !tuple_is(&p->inner, inner_after))
        rewrite_inner(pkt, p, inner_after);
}

void rewrite_clear_offload(struct fwd_pkt *pkt) {
    pkt->vnet_flags = 0;
    pkt->gso_type = FWD_GSO_NONE;
    pkt->hdr_len = pkt->gso_size = pkt->csum_start = pkt->csum_offset = 0;
}

void rewrite_finish(struct fwd_pkt *pkt, const struct wire_packet *p) {
    if ((pkt->vnet_flags & FWD_NEEDS_CSUM) && !wire_is_fragment(p))
        wire_finish_l4(pkt->data, p);
    rewrite_clear_offload(pkt);
}

void rewrite_clamp_mss(struct fwd_pkt *pkt, const struct wire_packet *p, uint16_t most) {
    uint8_t *tcp = pkt->data + p->l4;
    size_t at = WIRE_TCP_BYTES, end = (tcp[12] >> 4) * 4u; /* inside the packet: wire_parse() looked */

    while (at < end && tcp[at] != 0) {
        if (tcp[at] == 1) {
            at++;
            continue;
        }
        if (at + 1 >= end || tcp[at + 1] < 2 || tcp[at + 1] > end - at)
            return;
        if (tcp[at] == 2 && tcp[at + 1] == 4 && get16(tcp + at + 2) > most) {
            uint16_t old = get16(tcp + at + 2);
            /* At an odd offset the two bytes fall into neighbouring words. */
            uint32_t diff =
                at % 2 == 0 ? inet_diff16(old, most)
                            : inet_diff16((uint16_t)(old << 8 | old >> 8), (uint16_t)(most << 8 | most >> 8));

            put16(tcp + at + 2, most);
            if (!(pkt->vnet_flags & FWD_NEEDS_CSUM))
                patch(tcp + 16, diff);
            return;
        }
        at += tcp[at + 1];
    }
}
