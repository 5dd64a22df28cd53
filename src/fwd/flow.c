/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flow cache: slots in place, at most FLOW_WINDOW of them to look at.
 *
 * A flow and its conns point at each other: flow.conn[i] names the conn, conn.flow[d] the flow of its
 * direction d.  Whoever breaks one side breaks the other, except after a crash, when only both sides
 * together count.
 */
#include <string.h>

#include "fwd/engine.h"

uint32_t flow_hash(uint32_t in_port, const struct wire_tuple *t) {
    return hash_mix((uint64_t)t->src.v << 32 | t->dst.v,
                    ((uint64_t)t->sport << 48 | (uint64_t)t->dport << 32 | in_port) + t->protocol);
}

struct fwd_flow *flow_find(const struct fwd_table *t, uint32_t hash, uint32_t in_port,
                           const struct wire_tuple *tuple, bool l2, const uint8_t *dst_mac) {
    struct fwd_flow *flow = &t->flows[hash & (t->header->flow_slots - 1)];
    uint8_t flags = l2 ? FLOW_USED | FLOW_L2 : FLOW_USED;

    for (int i = 0; i < FLOW_WINDOW; i++, flow++) {
        if (flow->src.v == tuple->src.v && flow->dst.v == tuple->dst.v && flow->sport == tuple->sport &&
            flow->dport == tuple->dport && flow->in_port == in_port && flow->protocol == tuple->protocol &&
            (flow->flags & FLOW_KEY_FLAGS) == flags && (!l2 || memcmp(&flow->dst_mac, dst_mac, 6) == 0))
            return flow;
    }
    return NULL;
}

void flow_fold(struct fwd_table *t, struct fwd_flow *flow) {
    uint32_t ref = (uint32_t)(flow - t->flows) + 1;

    for (int i = 0; i < FLOW_CONNS; i++) {
        struct fwd_conn *conn = flow->conn[i] ? &t->conns[flow->conn[i] - 1] : NULL;

        for (int d = 0; conn && d < 2; d++) {
            if (conn->flow[d] != ref)
                continue;
            if ((int32_t)(flow->seen - conn->seen) > 0)
                conn->seen = flow->seen;
            conn->packets[d] += flow->packets;
            conn->bytes[d] += flow->bytes;
        }
    }
    flow->packets = 0;
    flow->bytes = 0;
}

void flow_remove(struct fwd_table *t, struct fwd_flow *flow) {
    uint32_t ref = (uint32_t)(flow - t->flows) + 1;

    if (flow->flags & FLOW_USED)
        offload_gone(t, flow);
    flow_fold(t, flow);
    for (int i = 0; i < FLOW_CONNS; i++) {
        struct fwd_conn *conn = flow->conn[i] ? &t->conns[flow->conn[i] - 1] : NULL;

        for (int d = 0; conn && d < 2; d++) {
            if (conn->flow[d] == ref)
                conn->flow[d] = 0;
        }
        flow->conn[i] = 0;
    }
    flow->flags = 0;
}

/* An empty slot of the window, else the one that was silent longest. */
static struct fwd_flow *choose(const struct fwd_table *t, uint32_t hash, uint32_t tick) {
    struct fwd_flow *first = &t->flows[hash & (t->header->flow_slots - 1)], *oldest = first;

    for (int i = 0; i < FLOW_WINDOW; i++) {
        if (!(first[i].flags & FLOW_USED))
            return &first[i];
        if (tick - first[i].seen > tick - oldest->seen)
            oldest = &first[i];
    }
    return oldest;
}

uint32_t flow_put(struct fwd_table *t, const struct fwd_flow *put, struct fwd_conn *const *conns,
                  const bool *from_port, unsigned count) {
    const struct wire_tuple tuple = {put->src, put->dst, put->sport, put->dport, put->protocol};
    uint32_t hash = flow_hash(put->in_port, &tuple), ref;
    struct fwd_flow *flow = flow_find(t, hash, put->in_port, &tuple, put->flags & FLOW_L2, put->dst_mac.b);

    if (!flow)
        flow = choose(t, hash, put->seen);
    flow_remove(t, flow);
    *flow = *put;
    ref = (uint32_t)(flow - t->flows) + 1;
    for (unsigned i = 0; i < count; i++) {
        uint32_t *slot = &conns[i]->flow[from_port[i] ? 0 : 1];

        if (*slot && *slot != ref)
            flow_remove(t, &t->flows[*slot - 1]);
        *slot = ref;
        flow->conn[i] = (uint32_t)(conns[i] - t->conns) + 1;
        if (!conn_settled(conns[i], from_port[i]))
            flow->flags |= FLOW_TOUCH;
    }
    return ref;
}

void flow_install(struct fwd_ctx *c, struct fwd_conn *const *conns, const bool *from_port, unsigned count) {
    const struct wire_tuple *before = &c->packet->tuple, *after = &c->tuple;
    /* A neighbour's MAC is part of the key; the router's is not. */
    bool l2 = c->l2 && c->eni->num == c->pkt->in_port;
    struct fwd_flow flow = {
        .in_port = c->pkt->in_port,
        .src = before->src,
        .dst = before->dst,
        .sport = before->sport,
        .dport = before->dport,
        .protocol = before->protocol,
        .generation = c->env->table->header->stamp,
        .out_port = c->out_port,
        .new_src = after->src,
        .new_dst = after->dst,
        .new_sport = after->sport,
        .new_dport = after->dport,
        .seen = c->tick,
        .dst_mac = l2 ? eth_dst(c->pkt->data) : c->dst_mac,
    };

    flow.flags = (uint8_t)(FLOW_USED | (l2 ? FLOW_L2 : 0) |
                           (c->mtu == FWD_MTU_INTERNET   ? FLOW_MTU_INTERNET
                            : c->mtu == FWD_MTU_ENDPOINT ? FLOW_MTU_ENDPOINT
                                                         : 0));
    c->pkt->flow = flow_put(c->env->table, &flow, conns, from_port, count);
}
