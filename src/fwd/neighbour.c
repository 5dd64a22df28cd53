/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What IPv6 asks of its link, answered from the image: neighbour discovery (RFC 4861) as ARP is, router
 * advertisements, and addresses by DHCPv6, which is how AWS gives them.  The router is known by its link-local
 * address alone; interfaces do not reach one another by theirs.
 */
#include <string.h>

#include "fwd/engine.h"
#include "wire/build.h"
#include "wire/bytes.h"
#include "wire/dhcp6.h"

enum { OPTION_SOURCE_MAC = 1, OPTION_TARGET_MAC = 2, OPTION_PREFIX = 3 };
enum { SOLICIT_BYTES = 24, ADVERT_ROUTER = 0x80, ADVERT_SOLICITED = 0x40, ADVERT_OVERRIDE = 0x20 };
enum { RA_MANAGED = 0x80, RA_OTHER = 0x40, PREFIX_ON_LINK = 0x80 };
enum { ROUTER_SECONDS = 1800, PREFIX_SECONDS = 86400, LEASE_SECONDS = 3600, HOP_LIMIT = 255 };

struct ipaddr fwd_gateway_ip6(void) {
    return ip6_of_mac(fwd_gateway_mac);
}

static enum fwd_stage send_icmp6(struct fwd_ctx *c, struct ipaddr src, const uint8_t *message,
                                 size_t length) {
    struct wire_build frame = {
        .l2 = {fwd_gateway_mac, c->eni->mac},
        .tuple = {src, c->tuple.src, 0, 0, WIRE_ICMP6},
        .ttl = HOP_LIMIT,
        .raw = true,
        .payload = message,
        .payload_length = length,
    };

    length = wire_build(c->pkt->data, c->pkt->room, &frame);
    if (length == 0)
        return fwd_drop(c, FWD_STAGE_SOURCE, FWD_NO_ROOM);
    c->pkt->length = (uint32_t)length;
    rewrite_clear_offload(c->pkt);
    return fwd_answer(c, FWD_STAGE_SOURCE, FWD_ANSWERED);
}

static enum fwd_stage answer_solicit(struct fwd_ctx *c) {
    const uint8_t *message = c->pkt->data + c->packet->l4;
    uint8_t reply[SOLICIT_BYTES + 8] = {WIRE_ND_ADVERT};
    struct ipaddr target;
    struct mac owner = fwd_gateway_mac;
    bool router;

    if (WIRE_ETH_BYTES + c->packet->ip_length - c->packet->l4 < SOLICIT_BYTES)
        return fwd_drop(c, FWD_STAGE_SOURCE, FWD_MALFORMED);
    target = get_ip(message + 8, true);
    router = ip_equal(target, fwd_gateway_ip6());
    if (ip_none(c->tuple.src)) /* looks whether its own address is free: it is */
        return fwd_drop(c, FWD_STAGE_SOURCE, FWD_ND_IGNORED);
    if (!router && !answer_owner(c, target, &owner))
        return fwd_drop(c, FWD_STAGE_SOURCE, FWD_ARP_UNKNOWN);
    reply[4] = ADVERT_SOLICITED | ADVERT_OVERRIDE | (router ? ADVERT_ROUTER : 0);
    put_ip(reply + 8, target, true);
    reply[SOLICIT_BYTES] = OPTION_TARGET_MAC;
    reply[SOLICIT_BYTES + 1] = 1;
    memcpy(reply + SOLICIT_BYTES + 2, &owner, 6);
    return send_icmp6(c, target, reply, sizeof(reply));
}

static enum fwd_stage advertise_router(struct fwd_ctx *c) {
    struct prefix cidr = ctx_subnet(c)->cidr6;
    uint8_t reply[16 + 8 + 32] = {WIRE_ND_ROUTER_ADVERT}, *option = reply + 16;

    /* One without an address of its own asks again when it has one. */
    if (prefix_none(cidr) || ip_none(c->tuple.src))
        return fwd_drop(c, FWD_STAGE_SOURCE, FWD_ND_IGNORED);
    reply[4] = 64;
    reply[5] = RA_MANAGED | RA_OTHER;
    put16(reply + 6, ROUTER_SECONDS);
    option[0] = OPTION_SOURCE_MAC;
    option[1] = 1;
    memcpy(option + 2, &fwd_gateway_mac, 6);
    option += 8;
    option[0] = OPTION_PREFIX;
    option[1] = 4;
    option[2] = cidr.length;
    option[3] = PREFIX_ON_LINK;
    put32(option + 4, PREFIX_SECONDS);
    put32(option + 8, PREFIX_SECONDS);
    put_ip(option + 16, cidr.addr, true);
    return send_icmp6(c, fwd_gateway_ip6(), reply, sizeof(reply));
}

enum fwd_stage answer_nd(struct fwd_ctx *c) {
    struct ipaddr src = c->tuple.src;

    if (c->eni->source_dest_check && !ip_none(src) && !ip_is_link_local(src) &&
        !eni_owns(c->vpc, c->eni, src))
        return fwd_drop(c, FWD_STAGE_SOURCE, FWD_SPOOFED_IP);
    if (c->packet->icmp_type == WIRE_ND_SOLICIT)
        return answer_solicit(c);
    if (c->packet->icmp_type == WIRE_ND_ROUTER_SOLICIT)
        return advertise_router(c);
    return fwd_drop(c, FWD_STAGE_SOURCE, FWD_ND_IGNORED);
}

enum fwd_stage answer_dhcp6(struct fwd_ctx *c) {
    const uint8_t *message = c->pkt->data + c->packet->l4 + WIRE_UDP_BYTES;
    size_t length = (size_t)WIRE_ETH_BYTES + c->packet->ip_length - c->packet->l4 - WIRE_UDP_BYTES;
    struct ipaddr addresses[DHCP6_ADDRESSES_MAX];
    struct dhcp6_lease lease = {.server = fwd_gateway_mac, .addresses = addresses, .seconds = LEASE_SECONDS};
    uint8_t reply[DHCP6_REPLY_MAX];
    struct wire_build frame = {
        .l2 = {fwd_gateway_mac, c->eni->mac},
        .tuple = {fwd_gateway_ip6(), c->tuple.src, DHCP6_SERVER_PORT, DHCP6_CLIENT_PORT, WIRE_UDP},
        .payload = reply,
    };

    for (uint32_t i = 0; i < c->eni->addresses.count && lease.address_count < DHCP6_ADDRESSES_MAX; i++) {
        struct ipaddr ip = image_addresses(c->vpc)[c->eni->addresses.first + i].private_ip;

        if (!ip_is4(ip))
            addresses[lease.address_count++] = ip;
    }
    frame.payload_length = lease.address_count == 0 ? 0 : dhcp6_answer(message, length, &lease, reply);
    if (frame.payload_length == 0)
        return fwd_drop(c, FWD_STAGE_SOURCE, FWD_DHCP_IGNORED);
    length = wire_build(c->pkt->data, c->pkt->room, &frame);
    if (length == 0)
        return fwd_drop(c, FWD_STAGE_SOURCE, FWD_NO_ROOM);
    c->pkt->length = (uint32_t)length;
    rewrite_clear_offload(c->pkt);
    return fwd_answer(c, FWD_STAGE_SOURCE, FWD_ANSWERED);
}
