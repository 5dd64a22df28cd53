/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source: may this interface send this?  Its own MAC always; its own addresses unless its
 * source/destination check is off.  Also tells a frame for the router from one for a neighbour.
 */
#include "fwd/engine.h"
#include "wire/dhcp.h"
#include "wire/dhcp6.h"

static bool is_dhcp(const struct fwd_ctx *c, bool broadcast) {
    const struct wire_tuple *t = &c->tuple;
    uint32_t router = ip_v4(ctx_subnet(c)->cidr.addr).v + 1;

    return !c->packet->v6 && t->protocol == WIRE_UDP && t->sport == DHCP_CLIENT_PORT &&
           t->dport == DHCP_SERVER_PORT && !wire_is_fragment(c->packet) &&
           (broadcast || ip_v4(t->dst).v == router);
}

static bool is_dhcp6(const struct fwd_ctx *c) {
    const struct wire_tuple *t = &c->tuple;

    return c->packet->v6 && t->protocol == WIRE_UDP && t->sport == DHCP6_CLIENT_PORT &&
           t->dport == DHCP6_SERVER_PORT && !wire_is_fragment(c->packet) && ip_is_link_local(t->src);
}

/* Never a host's source: multicast, this host, loopback; of IPv6 also what stays on the link. */
static bool is_no_source(struct ipaddr a) {
    if (ip_is_multicast(a))
        return true;
    if (ip_is4(a))
        return ip_v4(a).v >> 28 == 15 || ip_v4(a).v >> 24 == 127 || ip_v4(a).v >> 24 == 0;
    return (a.hi == 0 && a.lo <= 1) || ip_is_link_local(a);
}

static bool is_multicast(struct ipaddr a) {
    return ip_is_multicast(a) || (ip_is4(a) && ip_v4(a).v >> 28 == 15);
}

enum fwd_stage stage_source(struct fwd_ctx *c) {
    const struct mac dst_mac = eth_dst(c->pkt->data);
    const struct wire_tuple *t = &c->tuple;

    if (!mac_is(eth_src(c->pkt->data), c->eni->mac))
        return fwd_drop(c, FWD_STAGE_SOURCE, FWD_SPOOFED_MAC);
    if (is_dhcp(c, dst_mac.b[0] & 1))
        return answer_dhcp(c);
    if (wire_is_nd(c->packet))
        return answer_nd(c);
    if (is_dhcp6(c))
        return answer_dhcp6(c);
    if ((dst_mac.b[0] & 1) || is_multicast(t->dst))
        return fwd_drop(c, FWD_STAGE_SOURCE, FWD_MULTICAST);
    c->own_source = eni_owns(c->vpc, c->eni, t->src);
    if (!c->own_source && (c->eni->source_dest_check || is_no_source(t->src)))
        return fwd_drop(c, FWD_STAGE_SOURCE, FWD_SPOOFED_IP);
    if (!mac_is(dst_mac, fwd_gateway_mac)) {
        c->to = image_vpc_eni_by_mac(c->vpc, dst_mac);
        if (!c->to || c->to == c->eni || c->to->subnet != c->eni->subnet) {
            c->to = NULL;
            return fwd_drop(c, FWD_STAGE_SOURCE, FWD_L2_UNKNOWN);
        }
        c->l2 = true;
    }
    trace(c, FWD_STAGE_SOURCE, FWD_ACTION_PASS);
    return FWD_STAGE_LINK_LOCAL;
}
