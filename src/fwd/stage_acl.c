/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acl_out, acl_in: network ACLs, stateless, where a packet leaves one subnet and enters another.  Inside a
 * subnet they do not apply.
 */
#include "fwd/engine.h"

enum { ACL_IMPLICIT_DENY = 32767 };

bool acl_allows(const struct image_vpc *vpc, const struct image_subnet *subnet, bool egress,
                const struct wire_tuple *t, int icmp_type, int icmp_code, int *ret_number) {
    const struct image_acl *acl = &image_acls(vpc)[subnet->acl];
    struct image_slice slice = egress ? acl->out : acl->in;
    struct ipaddr peer = egress ? t->dst : t->src;

    for (uint32_t i = 0; i < slice.count; i++) {
        const struct image_acl_entry *e = &image_acl_entries(vpc)[slice.first + i];

        if (image_match_address(&e->match, peer) &&
            image_match_protocol(&e->match, t->protocol, t->dport, icmp_type, icmp_code)) {
            *ret_number = e->number;
            return e->allow;
        }
    }
    *ret_number = ACL_IMPLICIT_DENY;
    return false;
}

/* Of [min, max] the part around port that [from, to] leaves or takes. */
static void narrow(uint16_t port, uint16_t from, uint16_t to, uint16_t *min_io, uint16_t *max_io) {
    if (port < from) {
        *max_io = *max_io < from ? *max_io : (uint16_t)(from - 1);
    } else if (port > to) {
        *min_io = *min_io > to ? *min_io : (uint16_t)(to + 1);
    } else {
        *min_io = *min_io > from ? *min_io : from;
        *max_io = *max_io < to ? *max_io : to;
    }
}

void acl_ports(const struct image_vpc *vpc, const struct image_subnet *subnet, bool egress,
               const struct wire_tuple *t, uint16_t *min_io, uint16_t *max_io) {
    const struct image_acl *acl = &image_acls(vpc)[subnet->acl];
    struct image_slice slice = egress ? acl->out : acl->in;
    struct ipaddr peer = egress ? t->dst : t->src;

    for (uint32_t i = 0; i < slice.count; i++) {
        const struct image_match *m = &image_acl_entries(vpc)[slice.first + i].match;

        if (!image_match_address(m, peer) || (m->protocol >= 0 && m->protocol != t->protocol))
            continue;
        if (m->protocol >= 0)
            narrow(t->dport, m->from_port, m->to_port, min_io, max_io);
        if (image_match_protocol(m, t->protocol, t->dport, -1, -1))
            return;
    }
}

static enum fwd_stage check(struct fwd_ctx *c, enum fwd_stage stage, const struct image_subnet *subnet,
                            enum fwd_stage next) {
    struct fwd_event *e;
    int number;
    bool allow = acl_allows(c->vpc, subnet, stage == FWD_STAGE_ACL_OUT, &c->tuple, c->packet->icmp_type,
                            c->packet->icmp_code, &number);

    e = trace(c, stage, allow ? FWD_ACTION_PASS : FWD_ACTION_DROP);
    if (e) {
        e->object = image_name(c->vpc, image_acls(c->vpc)[subnet->acl].id);
        e->acl_rule = number;
    }
    return allow ? next : fwd_drop(c, stage, FWD_ACL_DENY);
}

/* Whether the next hop is an interface of the sender's own subnet. */
static bool stays(struct fwd_ctx *c) {
    const struct image_route *route;
    const struct image_address *address;

    if (c->l2)
        return true;
    route = fwd_route(c);
    if (!route)
        return false;
    if (route->kind == SPEC_TARGET_ENI)
        return image_enis(c->vpc)[route->target].subnet == c->eni->subnet;
    if (route->kind != SPEC_TARGET_LOCAL)
        return false;
    address = image_vpc_address(c->vpc, c->tuple.dst);
    return address ? image_enis(c->vpc)[address->eni].subnet == c->eni->subnet
                   : image_subnet_contains(ctx_subnet(c), c->tuple.dst);
}

enum fwd_stage stage_acl_out(struct fwd_ctx *c) {
    if (stays(c)) {
        trace(c, FWD_STAGE_ACL_OUT, FWD_ACTION_BYPASS);
        return c->l2 ? FWD_STAGE_TARGET : FWD_STAGE_ROUTE;
    }
    return check(c, FWD_STAGE_ACL_OUT, ctx_subnet(c), FWD_STAGE_ROUTE);
}

enum fwd_stage stage_acl_in(struct fwd_ctx *c) {
    if (c->eni && c->eni->subnet == c->to->subnet) {
        trace(c, FWD_STAGE_ACL_IN, FWD_ACTION_BYPASS);
        return FWD_STAGE_GROUP_IN;
    }
    return check(c, FWD_STAGE_ACL_IN, image_eni_subnet(c->vpc, c->to), FWD_STAGE_GROUP_IN);
}
