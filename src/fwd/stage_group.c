/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group_out, group_in: security groups, stateful, of the interface that a packet leaves and of the one
 * that it enters.
 *
 * A packet of a known connection passes without rules.  Otherwise any rule of any group may allow it,
 * and then the connection is remembered.  As on AWS, a TCP or UDP connection that comes in by a rule for
 * everybody while everything may go back is *untracked*: it needs its rule for as long as it lives.
 * A rule that names a group means packets straight between two interfaces: behind a middlebox, a NAT or
 * an internet gateway the membership is lost.
 */
#include "fwd/engine.h"

struct verdict {
    const struct image_rule *rule;   /* the first that matched, or NULL */
    const struct image_group *group; /* its group; when nothing matched, the only or the first group */
    bool any_rules;
    bool everybody;      /* a rule for 0.0.0.0/0 or ::/0 matched */
    bool reference_lost; /* a group rule would have matched a direct packet */
};

/* Who is where: the same packet looked at from the interface that it leaves or enters. */
struct side {
    const struct image_eni *eni;
    bool out, direct;
};

static bool peer_matches(const struct fwd_ctx *c, const struct side *side, const struct image_rule *rule,
                         struct ipaddr peer, struct verdict *v) {
    switch ((enum spec_peer_kind)rule->peer_kind) {
    case SPEC_PEER_CIDR:
        return image_match_address(&rule->match, peer);
    case SPEC_PEER_PREFIX_LIST:
        return rule->peer != IMAGE_NONE && image_list_contains(c->vpc, rule->peer, peer);
    case SPEC_PEER_GROUP:
        if (rule->peer != IMAGE_NONE && image_group_has_address(c->vpc, rule->peer, peer) && side->direct)
            return true;
        v->reference_lost |= !side->direct;
        return false;
    }
    return false;
}

static struct verdict evaluate(const struct fwd_ctx *c, const struct side *side, const struct wire_tuple *t) {
    const struct wire_packet *p = c->packet;
    struct ipaddr peer = side->out ? t->dst : t->src;
    struct verdict v = {0};

    for (uint32_t m = 0; m < side->eni->groups.count; m++) {
        const struct image_group *group =
            &image_groups(c->vpc)[image_members(c->vpc)[side->eni->groups.first + m]];
        struct image_slice slice = side->out ? group->out : group->in;

        if (m == 0)
            v.group = group;
        for (uint32_t i = 0; i < slice.count; i++) {
            const struct image_rule *rule = &image_rules(c->vpc)[slice.first + i];

            v.any_rules = true;
            if (!image_match_protocol(&rule->match, t->protocol, t->dport, p->icmp_type, p->icmp_code) ||
                !peer_matches(c, side, rule, peer, &v))
                continue;
            v.everybody |= rule->peer_kind == SPEC_PEER_CIDR && rule->match.length == 0;
            if (!v.rule) {
                v.rule = rule;
                v.group = group;
            }
        }
    }
    return v;
}

/* Whether everything of this protocol may go that way to everybody. */
static bool all_open(const struct image_vpc *vpc, const struct image_eni *eni, bool out, bool v6,
                     uint8_t protocol) {
    for (uint32_t m = 0; m < eni->groups.count; m++) {
        const struct image_group *group = &image_groups(vpc)[image_members(vpc)[eni->groups.first + m]];
        struct image_slice slice = out ? group->out : group->in;

        for (uint32_t i = 0; i < slice.count; i++) {
            const struct image_rule *rule = &image_rules(vpc)[slice.first + i];

            if (rule->peer_kind == SPEC_PEER_CIDR && rule->match.length == 0 && rule->match.v6 == v6 &&
                (rule->match.protocol < 0 || rule->match.protocol == protocol) &&
                rule->match.from_port == 0 && rule->match.to_port == UINT16_MAX)
                return true;
        }
    }
    return false;
}

static bool is_endpoint(const struct image_vpc *vpc, struct ipaddr ip) {
    const struct image_address *address = image_vpc_address(vpc, ip);

    return address && image_enis(vpc)[address->eni].kind == SPEC_ENI_INTERFACE_ENDPOINT;
}

static bool tracked(const struct fwd_ctx *c, const struct side *side, const struct verdict *v) {
    const struct wire_tuple *t = &c->tuple;

    return (t->protocol != WIRE_TCP && t->protocol != WIRE_UDP) || !v->everybody ||
           !all_open(c->vpc, side->eni, !side->out, c->packet->v6, t->protocol) ||
           side->eni->kind == SPEC_ENI_INTERFACE_ENDPOINT || is_endpoint(c->vpc, side->out ? t->dst : t->src);
}

static struct conn_key key_of(const struct image_eni *eni, bool out, const struct wire_tuple *t) {
    return out ? (struct conn_key){eni->num, t->src, t->dst, t->sport, t->dport, t->protocol}
               : (struct conn_key){eni->num, t->dst, t->src, t->dport, t->sport, t->protocol};
}

static bool same_key(const struct conn_key *a, const struct conn_key *b) {
    return a->port == b->port && ip_equal(a->local, b->local) && ip_equal(a->remote, b->remote) &&
           a->lport == b->lport && a->rport == b->rport && a->protocol == b->protocol;
}

static bool remember(struct fwd_ctx *c, const struct side *side, const struct conn_key *key,
                     struct fwd_conn *conn, uint8_t flags) {
    struct fwd_pending *p;

    /* An interface that talks to itself through its public address meets its own connection twice. */
    for (unsigned i = 0; i < c->pending_count; i++) {
        if (same_key(&c->pending[i].key, key))
            return true;
    }
    p = fwd_pend(c, conn);
    if (!p)
        return false;
    p->from_port = side->out;
    p->key = *key;
    p->flags = flags;
    p->tag = side->eni->tag;
    return true;
}

static enum fwd_stage refuse(struct fwd_ctx *c, enum fwd_stage stage, const struct verdict *v) {
    struct fwd_event *e = trace(c, stage, FWD_ACTION_DROP);

    if (e)
        e->object = v->group ? image_name(c->vpc, v->group->id) : NULL;
    return fwd_drop(c, stage,
                    !v->any_rules       ? FWD_SG_NO_RULES
                    : v->reference_lost ? FWD_SG_REFERENCE_LOST
                                        : FWD_SG_MISMATCH);
}

static enum fwd_stage allow(struct fwd_ctx *c, enum fwd_stage stage, const struct verdict *v,
                            enum fwd_stage next) {
    struct fwd_event *e = trace(c, stage, v ? FWD_ACTION_PASS : FWD_ACTION_TRACKED);

    if (e && v) {
        e->object = image_name(c->vpc, v->group->id);
        e->rule = image_name(c->vpc, v->rule->id);
    }
    return next;
}

static enum fwd_stage check(struct fwd_ctx *c, enum fwd_stage stage, const struct side *side,
                            enum fwd_stage next) {
    const struct wire_packet *p = c->packet;
    struct conn_key key = key_of(side->eni, side->out, &c->tuple);
    struct wire_tuple opener;
    struct fwd_conn *conn;
    struct verdict v;

    if (p->icmp_error) {
        struct wire_tuple about = tuple_reverse(&c->inner);
        struct conn_key related = key_of(side->eni, side->out, &about);

        if (conn_find(c->env, c->tick, &related, side->eni->tag))
            return allow(c, stage, NULL, next);
    }
    conn = conn_find(c->env, c->tick, &key, side->eni->tag);
    if (conn && c->tuple.protocol == WIRE_TCP && (p->tcp_flags & (WIRE_SYN | WIRE_ACK)) == WIRE_SYN &&
        conn->state >= CONN_CLOSING) {
        conn_free(c->env->table, conn); /* the ports are used again: another connection */
        conn = NULL;
    }
    if (conn) {
        struct side opened = {side->eni, conn->flags & CONN_OUTWARD, side->direct};

        if (!(conn->flags & CONN_TRACKED)) {
            opener = opened.out == side->out ? c->tuple : tuple_reverse(&c->tuple);
            v = evaluate(c, &opened, &opener);
            if (!v.rule)
                return refuse(c, stage, &v);
        }
        if (!remember(c, side, &key, conn, 0))
            return fwd_drop(c, stage, FWD_PENDING_FULL);
        return allow(c, stage, NULL, next);
    }
    v = evaluate(c, side, &c->tuple);
    if (!v.rule)
        return refuse(c, stage, &v);
    if ((c->tuple.protocol == WIRE_TCP && (p->tcp_flags & WIRE_RST)) ||
        (wire_is_icmp(c->tuple.protocol) && !p->icmp_query))
        c->no_cache = true; /* passes, but opens nothing */
    else if (!remember(c, side, &key, NULL, tracked(c, side, &v) ? CONN_TRACKED : 0))
        return fwd_drop(c, stage, FWD_PENDING_FULL);
    return allow(c, stage, &v, next);
}

enum fwd_stage stage_group_out(struct fwd_ctx *c) {
    const struct image_route *route = c->l2 ? NULL : fwd_route(c);
    struct side side = {c->eni, true,
                        c->l2 ? eni_owns(c->vpc, c->to, c->tuple.dst)
                              : route && route->kind == SPEC_TARGET_LOCAL};

    return check(c, FWD_STAGE_GROUP_OUT, &side, FWD_STAGE_ACL_OUT);
}

enum fwd_stage stage_group_in(struct fwd_ctx *c) {
    struct side side = {c->to, false, c->eni && eni_owns(c->vpc, c->eni, c->tuple.src)};

    return check(c, FWD_STAGE_GROUP_IN, &side, FWD_STAGE_DELIVER);
}
