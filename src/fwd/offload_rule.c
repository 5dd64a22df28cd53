/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules (offload.h): what is made of a verdict, and what was made by one.
 *
 * Nothing but ACLs on the way back looks at an opener's source port; a connection that both of its ENIs opened
 * under the present stamp was let in by rules alone, not by something remembered.  So its two flows, with the
 * source port left open as far as those ACLs say the same, are the verdict about all its likes.  Doors choose ports
 * by what is free, and stay here.
 */
#include "fwd/engine.h"

static bool is_live(const struct fwd_table *t, uint32_t ref) {
    return ref > 0 && (flow_at(t, ref)->flags & FLOW_USED) && flow_at(t, ref)->generation == t->header->stamp;
}

/* The conns that a connection opened by this packet has where it leaves (0) and enters (1). */
static struct conn_key side_key(const struct fwd_offload *there, int side) {
    const struct wire_tuple *b = &there->before, *a = &there->after;

    return side == 0 ? (struct conn_key){there->in_port, b->src, b->dst, b->sport, b->dport, b->protocol}
                     : (struct conn_key){there->out_port, a->dst, a->src, a->dport, a->sport, a->protocol};
}

static bool has_key(const struct fwd_conn *conn, const struct conn_key *k) {
    return conn->port == k->port && ip_equal(conn->local, k->local) && ip_equal(conn->remote, k->remote) &&
           conn->lport == k->lport && conn->rport == k->rport && conn->protocol == k->protocol;
}

static const struct image_eni *instance_of(const struct fwd_env *env, uint32_t port,
                                           const struct image_vpc **vpc) {
    const struct image_eni *eni = image_eni_by_num(env->image, port, vpc);

    return eni && eni->kind == SPEC_ENI_INSTANCE ? eni : NULL;
}

static bool mirrors(const struct fwd_offload *there, const struct fwd_offload *back) {
    struct wire_tuple before = tuple_reverse(&there->after), after = tuple_reverse(&there->before);

    return there->in_port == back->out_port && there->out_port == back->in_port &&
           tuple_is(&back->before, &before) && tuple_is(&back->after, &after) &&
           there->before.sport == there->after.sport && there->before.dport == there->after.dport;
}

bool fwd_offload_rule(const struct fwd_env *env, const struct fwd_pkt *pkt, struct fwd_offload_rule *ret) {
    const struct fwd_table *t = env->table;
    const struct fwd_flow *flow = flow_at(t, pkt->flow);
    const struct fwd_conn *conns[2] = {NULL, NULL};
    const struct image_eni *eni;
    const struct image_vpc *vpc;
    struct fwd_offload_rule r = {.sport_min = 1, .sport_max = UINT16_MAX};
    uint32_t there, back;
    bool outward;

    if (!flow->conn[0] || flow->conn[2])
        return false;
    for (int i = 0; i < 2; i++)
        conns[i] = flow->conn[i] ? &t->conns[flow->conn[i] - 1] : NULL;
    outward = conns[0]->flags & CONN_OUTWARD;
    there = conns[0]->flow[outward ? 0 : 1];
    back = conns[0]->flow[outward ? 1 : 0];
    if (!is_live(t, there) || !is_live(t, back))
        return false;
    offload_describe(env, flow_at(t, there), &r.there);
    offload_describe(env, flow_at(t, back), &r.back);
    if (!mirrors(&r.there, &r.back) || r.there.in_port == r.there.out_port || r.there.before.sport == 0)
        return false;
    for (int side = 0; side < 2; side++) {
        struct conn_key key = side_key(&r.there, side);
        const struct fwd_conn *conn = NULL;

        eni = instance_of(env, key.port, &vpc);
        if (!eni)
            continue;
        for (int i = 0; i < 2; i++)
            if (conns[i] && has_key(conns[i], &key))
                conn = conns[i];
        if (!conn || conn->ruled != t->header->stamp || (conn->flags & CONN_XLATE) ||
            !(conn->flags & CONN_OUTWARD) != (side == 1))
            return false;
        r.sides[side].on = true;
        r.sides[side].tracked = conn->flags & CONN_TRACKED;
        r.sides[side].tag = conn->tag;
        acl_ports(vpc, image_eni_subnet(vpc, eni), side == 1, side == 1 ? &r.back.before : &r.back.after,
                  &r.sport_min, &r.sport_max);
    }
    if (r.sides[0].on + r.sides[1].on != 1 + (conns[1] != NULL))
        return false;
    *ret = r;
    return true;
}

void fwd_offload_reserve(struct fwd_table *table, uint32_t connections) {
    table->header->reserve = connections;
}

uint32_t fwd_offload_room(const struct fwd_table *table) {
    return table->header->capacity - table->header->used;
}

void fwd_offload_soon(const struct fwd_table *table, const struct fwd_offload_rule *rule) {
    for (int side = 0; side < 2; side++) {
        struct conn_key key = side_key(&rule->there, side);

        if (rule->sides[side].on)
            conn_prefetch(table, &key);
    }
}

static struct fwd_conn *open_side(struct fwd_env *env, const struct fwd_offload_rule *rule, int side,
                                  uint32_t tick) {
    struct fwd_pending p = {
        .from_port = side == 0,
        .key = side_key(&rule->there, side),
        .flags = rule->sides[side].tracked ? CONN_TRACKED : 0,
        .tag = rule->sides[side].tag,
    };
    struct fwd_conn *conn = conn_find(env, tick, &p.key, p.tag);

    if (conn && conn->state >= CONN_CLOSING) {
        conn_free(env->table, conn); /* the ports are used again: another connection */
        conn = NULL;
    }
    if (!conn) {
        conn = conn_make(env, tick, &p);
        if (conn)
            conn->ruled = rule->there.generation;
    }
    return conn;
}

static void put_way(struct fwd_env *env, const struct fwd_offload *way, uint32_t tick,
                    struct fwd_conn *const *conns, const bool *from_port, unsigned count) {
    const struct fwd_table *t = env->table;
    bool l2 = !mac_is(way->old_dst, fwd_gateway_mac) && way->check_macs;
    struct fwd_flow head = {
        .in_port = way->in_port,
        .flags = (uint8_t)(FLOW_USED | FLOW_FOLLOWED | (l2 ? FLOW_L2 : 0) |
                           (way->mtu == FWD_MTU_INTERNET ? FLOW_MTU_INTERNET : 0)),
        .generation = way->generation,
        .out_port = way->out_port,
        .seen = tick,
        .dst_mac = way->new_dst,
    };
    uint32_t ref = flow_put(env->table, &head, &way->before, &way->after, conns, from_port, count);

    *flow_copied(t, ref) = (struct fwd_copied){0, 0};
}

struct sides {
    struct fwd_conn *conns[2];
    bool from_port[2], to_port[2];
    unsigned count;
};

static bool open_sides(struct fwd_env *env, const struct fwd_offload_rule *rule, uint32_t tick,
                       struct sides *ret) {
    for (int side = 0; side < 2; side++) {
        const struct image_vpc *vpc;
        const struct image_eni *eni;

        if (!rule->sides[side].on)
            continue;
        eni = instance_of(env, side == 0 ? rule->there.in_port : rule->there.out_port, &vpc);
        if (!eni || eni->tag != rule->sides[side].tag)
            return false;
    }
    ret->count = 0;
    for (int side = 0; side < 2; side++) {
        if (!rule->sides[side].on)
            continue;
        ret->conns[ret->count] = open_side(env, rule, side, tick);
        if (!ret->conns[ret->count])
            return false;
        ret->from_port[ret->count] = side == 0;
        ret->to_port[ret->count++] = side == 1;
    }
    return true;
}

bool fwd_offload_opened(struct fwd_env *env, const struct fwd_offload_rule *rule, uint32_t tick) {
    struct sides s;

    if (!open_sides(env, rule, tick, &s))
        return false;
    put_way(env, &rule->there, tick, s.conns, s.from_port, s.count);
    put_way(env, &rule->back, tick, s.conns, s.to_port, s.count);
    return true;
}

static void saw(struct fwd_env *env, const struct fwd_offload *way, struct fwd_conn *const *conns,
                const bool *from_port, unsigned count) {
    uint32_t now = fwd_tick(env->now_ns), seen = (int32_t)(way->seen - now) > 0 ? now : way->seen;

    offload_count_ports(env->table, way->in_port, way->out_port, way->packets, way->bytes);
    for (unsigned i = 0; i < count; i++) {
        conns[i]->packets[from_port[i] ? 0 : 1] += way->packets;
        conns[i]->bytes[from_port[i] ? 0 : 1] += way->bytes;
        if ((int32_t)(seen - conns[i]->seen) > 0)
            conns[i]->seen = seen;
        conn_follow(conns[i], from_port[i], way);
    }
}

bool fwd_offload_lived(struct fwd_env *env, const struct fwd_offload_rule *rule, uint32_t tick) {
    struct sides s;

    if (!open_sides(env, rule, tick, &s))
        return false;
    saw(env, &rule->there, s.conns, s.from_port, s.count);
    saw(env, &rule->back, s.conns, s.to_port, s.count);
    return true;
}
