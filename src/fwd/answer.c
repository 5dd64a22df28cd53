/* SPDX-License-Identifier: Apache-2.0 */
/* What the network says itself: ARP, "fragmentation needed", and the fragments when it is not. */
#include <string.h>

#include "fwd/engine.h"
#include "wire/build.h"
#include "wire/bytes.h"
#include "wire/checksum.h"

bool answer_owner(const struct fwd_ctx *c, struct ipaddr target, struct mac *ret_mac) {
    const struct image_address *address = image_vpc_address(c->vpc, target);

    if (!address || image_enis(c->vpc)[address->eni].subnet != c->eni->subnet)
        return false;
    *ret_mac = image_enis(c->vpc)[address->eni].mac;
    return &image_enis(c->vpc)[address->eni] != c->eni;
}

/* Neighbours answer for themselves, the router for itself, the resolver and what is on every link. */
static bool arp_owner(const struct fwd_ctx *c, struct ip4 target, struct mac *ret_mac) {
    const struct image_subnet *subnet = ctx_subnet(c);
    const struct image_address *address = image_vpc_address(c->vpc, ip_of4(target));

    if (address && image_enis(c->vpc)[address->eni].subnet == c->eni->subnet)
        return answer_owner(c, ip_of4(target), ret_mac);
    *ret_mac = fwd_gateway_mac;
    return target.v == ip_v4(subnet->cidr.addr).v + 1 ||
           (c->vpc->cidrs.count > 0 && target.v == ip_v4(image_cidrs(c->vpc)[0].addr).v + 2 &&
            image_subnet_contains(subnet, ip_of4(target))) ||
           target.v >> 8 == UINT32_C(0xa9fea9);
}

/* The service's and the uplink's kernels find everything behind the router. */
static enum fwd_reason arp_check(const struct fwd_ctx *c, const struct wire_arp *arp, struct mac *ret_mac) {
    if (c->eni && (!mac_is(arp->sender_mac, c->eni->mac) || !mac_is(eth_src(c->pkt->data), c->eni->mac)))
        return FWD_SPOOFED_MAC;
    if (arp->operation != WIRE_ARP_REQUEST || arp->sender_ip.v == arp->target_ip.v)
        return FWD_ARP_IGNORED;
    if (!c->eni) {
        *ret_mac = fwd_gateway_mac;
        return FWD_ANSWERED;
    }
    if (c->eni->source_dest_check && arp->sender_ip.v != 0 &&
        !eni_owns(c->vpc, c->eni, ip_of4(arp->sender_ip)))
        return FWD_SPOOFED_IP;
    return arp_owner(c, arp->target_ip, ret_mac) ? FWD_ANSWERED : FWD_ARP_UNKNOWN;
}

void answer_arp(struct fwd_ctx *c) {
    struct wire_arp arp;
    enum fwd_reason reason = FWD_MALFORMED;
    struct mac owner;

    if (wire_read_arp(c->pkt->data, &arp) == 0)
        reason = arp_check(c, &arp, &owner);
    if (reason == FWD_ANSWERED) {
        struct wire_arp reply = {WIRE_ARP_REPLY, owner, arp.sender_mac, arp.target_ip, arp.sender_ip};

        /* The request's own bytes are room enough. */
        c->pkt->length = (uint32_t)wire_build_arp(c->pkt->data, c->pkt->room,
                                                  (struct wire_l2){owner, eth_src(c->pkt->data)}, &reply);
        rewrite_clear_offload(c->pkt);
        fwd_answer(c, FWD_STAGE_SOURCE, FWD_ANSWERED);
    } else {
        fwd_drop(c, FWD_STAGE_SOURCE, reason);
    }
}

/* Whether the sender's subnet lets the error in; errors made outside the VPC pass its ACL. */
static bool error_may_enter(const struct fwd_ctx *c, const struct image_eni *sender,
                            const struct image_vpc *vpc, struct ipaddr from) {
    bool v6 = c->packet->v6;
    struct wire_tuple t = {from, c->packet->tuple.src, 0, 0, v6 ? WIRE_ICMP6 : WIRE_ICMP};
    int number;

    return !c->internet || acl_allows(vpc, image_eni_subnet(vpc, sender), false, &t,
                                      v6 ? WIRE_ICMP6_TOO_BIG : WIRE_ICMP_UNREACHABLE, v6 ? 0 : 4, &number);
}

static enum fwd_stage say_too_big(struct fwd_ctx *c) {
    const struct image_vpc *vpc;
    const struct image_eni *sender = image_eni_by_num(c->env->image, c->pkt->in_port, &vpc);
    struct ipaddr from = c->packet->tuple.dst;
    bool v6 = c->packet->v6;
    size_t length;

    /* An IPv6 router has no address on the VPC's subnets but its link-local one. */
    if (sender)
        from = v6 ? fwd_gateway_ip6() : ip_plus(image_eni_subnet(vpc, sender)->cidr.addr, 1);
    if (sender && !error_may_enter(c, sender, vpc, from))
        return fwd_drop(c, FWD_STAGE_DELIVER, FWD_TOO_BIG);
    length = wire_build_icmp_error(c->pkt->data, c->pkt->room,
                                   (struct wire_l2){fwd_gateway_mac, eth_src(c->pkt->data)}, from,
                                   c->packet->tuple.src, v6 ? WIRE_ICMP6_TOO_BIG : WIRE_ICMP_UNREACHABLE,
                                   v6 ? 0 : 4, c->mtu, c->pkt->data + WIRE_ETH_BYTES, c->packet->ip_length);
    if (length == 0)
        return fwd_drop(c, FWD_STAGE_DELIVER, FWD_NO_ROOM);
    c->pkt->length = (uint32_t)length;
    rewrite_clear_offload(c->pkt);
    return fwd_answer(c, FWD_STAGE_DELIVER, FWD_TOO_BIG);
}

enum fwd_stage answer_too_big(struct fwd_ctx *c) {
    if (c->mtu == FWD_MTU_ENDPOINT || c->packet->icmp_error || c->packet->fragment_offset != 0)
        return fwd_drop(c, FWD_STAGE_DELIVER, FWD_TOO_BIG);
    return say_too_big(c);
}

static void put_fragment(uint8_t *ip, uint16_t header, uint16_t payload, uint16_t offset, bool more) {
    put16(ip + 2, (uint16_t)(header + payload));
    put16(ip + 6, (uint16_t)(offset / 8 | (more ? 0x2000 : 0)));
    put16(ip + 10, 0);
    put16(ip + 10, inet_finish(inet_add(0, ip, header)));
}

void answer_fragments(struct fwd_ctx *c) {
    uint8_t room[FWD_HEADROOM + WIRE_ETH_BYTES + FWD_MTU_VPC], *piece = room + FWD_HEADROOM;
    uint8_t *data = c->pkt->data;
    uint16_t header = (uint16_t)(c->packet->l4 - WIRE_ETH_BYTES);
    uint16_t left = (uint16_t)(c->packet->ip_length - header), at = 0;
    uint16_t each = (uint16_t)((c->mtu - header) & ~7);

    while (left > each) {
        struct fwd_pkt out = {.data = piece,
                              .length = (uint32_t)WIRE_ETH_BYTES + header + each,
                              .room = sizeof(room) - FWD_HEADROOM,
                              .in_port = c->pkt->in_port,
                              .out_port = c->out_port};

        memcpy(piece, data, c->packet->l4);
        memcpy(piece + c->packet->l4, data + c->packet->l4 + at, each);
        put_fragment(piece + WIRE_ETH_BYTES, header, each, (uint16_t)(c->packet->fragment_offset + at), true);
        c->env->emit(c->env->user, &out);
        at = (uint16_t)(at + each);
        left = (uint16_t)(left - each);
    }
    memmove(data + c->packet->l4, data + c->packet->l4 + at, left);
    put_fragment(data + WIRE_ETH_BYTES, header, left, (uint16_t)(c->packet->fragment_offset + at),
                 c->packet->more_fragments);
    c->pkt->length = (uint32_t)c->packet->l4 + left;
}
