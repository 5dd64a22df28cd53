/* SPDX-License-Identifier: Apache-2.0 */
#include "fwd/offload.h"

#include <string.h>

#include "fwd/engine.h"

_Static_assert((int)FWD_OFFLOAD_TICK_SHIFT == (int)FWD_TICK_SHIFT, "one clock");

void offload_describe(const struct fwd_env *env, const struct fwd_flow *f, struct fwd_offload *ret) {
    const struct image_vpc *vpc;
    const struct image_eni *eni = image_eni_by_num(env->image, f->in_port, &vpc);
    bool l2 = f->flags & FLOW_L2;

    *ret = (struct fwd_offload){
        .in_port = f->in_port,
        .out_port = f->out_port,
        .generation = f->generation,
        .check_macs = eni != NULL,
        .old_dst = l2 ? f->dst_mac : fwd_gateway_mac,
        .new_dst = f->out_port == PORT_SERVICE ? fwd_service_mac : f->dst_mac,
        .new_src = l2 && f->out_port != PORT_SERVICE && eni ? eni->mac : fwd_gateway_mac,
        .mtu = f->flags & FLOW_MTU_INTERNET   ? FWD_MTU_INTERNET
               : f->flags & FLOW_MTU_ENDPOINT ? FWD_MTU_ENDPOINT
                                              : FWD_MTU_VPC,
    };
    flow_before(f, &ret->before);
    flow_after(f, &ret->after);
    if (eni)
        ret->old_src = eni->mac;
}

void offload_gone(const struct fwd_table *t, const struct fwd_flow *f) {
    struct fwd_offload gone = {.in_port = f->in_port};

    if (!t->gone)
        return;
    flow_before(f, &gone.before);
    t->gone(t->gone_user, &gone);
}

/* IPv6's copies rewrite no addresses; what stays on the link is rare. */
static bool is_plain6(const struct fwd_offload *o) {
    return tuple_is(&o->before, &o->after) && !ip_is_link_local(o->before.src) &&
           !ip_is_link_local(o->before.dst);
}

enum fwd_offload_state fwd_offload_find(const struct fwd_env *env, const struct fwd_pkt *pkt,
                                        struct fwd_offload *ret) {
    const struct fwd_table *t = env->table;
    const struct fwd_flow *f = pkt->flow > 0 ? flow_at(t, pkt->flow) : NULL;

    if (!f || !(f->flags & FLOW_USED) || f->generation != t->header->stamp ||
        (f->protocol != WIRE_TCP && f->protocol != WIRE_UDP))
        return FWD_OFFLOAD_NONE;
    offload_describe(env, f, ret);
    if ((f->flags & FLOW_V6) && !is_plain6(ret))
        return FWD_OFFLOAD_NONE;
    return f->flags & FLOW_TOUCH ? FWD_OFFLOAD_TOUCH : FWD_OFFLOAD_READY;
}

uint32_t fwd_offload_stamp(struct fwd_env *env) {
    table_follow(env);
    return env->table->header->stamp;
}

uint32_t fwd_offload_fresh(const struct fwd_env *env) {
    return (uint32_t)conn_fresh(env);
}

void fwd_offload_copied(struct fwd_env *env, const struct fwd_pkt *pkt) {
    *flow_copied(env->table, pkt->flow) = (struct fwd_copied){0, 0};
}

void fwd_offload_refused(struct fwd_env *env) {
    env->table->header->refused++;
}

/* A flow's own counters are narrow: these go straight to its conns. */
static void count_conns(const struct fwd_table *t, const struct fwd_flow *f, uint64_t packets,
                        uint64_t bytes) {
    uint32_t ref = flow_ref(t, f);

    for (int i = 0; i < FLOW_CONNS; i++) {
        struct fwd_conn *conn = f->conn[i] ? &t->conns[f->conn[i] - 1] : NULL;

        for (int d = 0; conn && d < 2; d++) {
            if (conn->flow[d] != ref)
                continue;
            conn->packets[d] += packets;
            conn->bytes[d] += bytes;
        }
    }
}

void offload_count_ports(const struct fwd_table *t, uint32_t in_port, uint32_t out_port, uint64_t packets,
                         uint64_t bytes) {
    struct fwd_port_counters *in = port_counters(t, in_port), *out = port_counters(t, out_port);

    bytes += packets * WIRE_ETH_BYTES;
    in->rx_packets += packets;
    in->rx_bytes += bytes;
    out->tx_packets += packets;
    out->tx_bytes += bytes;
    t->header->hits += packets;
    t->header->reasons[FWD_OK] += packets;
}

static struct fwd_flow *find(const struct fwd_table *t, const struct fwd_offload *copy) {
    return flow_find(t, flow_hash(copy->in_port, &copy->before), copy->in_port, &copy->before,
                     !mac_is(copy->old_dst, fwd_gateway_mac), copy->old_dst.b);
}

/* The copy saw what the conns did not. */
static void follow(const struct fwd_table *t, struct fwd_flow *f, const struct fwd_offload *copy) {
    uint32_t ref = flow_ref(t, f);
    bool settled = true;

    for (int i = 0; i < FLOW_CONNS; i++) {
        struct fwd_conn *conn = f->conn[i] ? &t->conns[f->conn[i] - 1] : NULL;

        for (int d = 0; conn && d < 2; d++) {
            if (conn->flow[d] != ref)
                continue;
            conn_follow(conn, d == 0, copy);
            settled &= conn_settled(conn, d == 0);
        }
    }
    if (f->flags & FLOW_FOLLOWED)
        f->flags = settled ? f->flags & (uint8_t)~FLOW_TOUCH : f->flags | FLOW_TOUCH;
}

bool fwd_offload_count(struct fwd_env *env, const struct fwd_offload *copy) {
    const struct fwd_table *t = env->table;
    uint32_t now = fwd_tick(env->now_ns), seen = copy->seen;
    struct fwd_flow *f = find(t, copy);
    struct fwd_copied *counted;

    if (!f)
        return false;
    counted = flow_copied(t, flow_ref(t, f));
    if (copy->packets > counted->packets) {
        uint64_t packets = copy->packets - counted->packets, bytes = copy->bytes - counted->bytes;

        offload_count_ports(t, copy->in_port, copy->out_port, packets, bytes);
        count_conns(t, f, packets, bytes);
        *counted = (struct fwd_copied){copy->packets, copy->bytes};
        if ((int32_t)(seen - now) > 0)
            seen = now;
        if ((int32_t)(seen - f->seen) > 0)
            f->seen = seen;
        if (copy->followed)
            follow(t, f, copy);
    }
    return f->generation == copy->generation && f->generation == t->header->stamp &&
           (f->flags & (FLOW_TOUCH | FLOW_FOLLOWED)) != FLOW_TOUCH;
}
