/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flow cache: slots in place, at most FLOW_WINDOW of them to look at, in a table for each family.
 *
 * A flow and its conns point at each other: flow.conn[i] names the conn, conn.flow[d] the flow of its
 * direction d.  Whoever breaks one side breaks the other, except after a crash, when only both sides
 * together count.
 */
#include <string.h>

#include "fwd/engine.h"

uint32_t flow_hash(uint32_t in_port, const struct wire_tuple *t) {
    uint64_t ports = ((uint64_t)t->sport << 48 | (uint64_t)t->dport << 32 | in_port) + t->protocol;

    if (likely(ip_is4(t->src)))
        return hash_mix(t->src.lo << 32 | (uint32_t)t->dst.lo, ports);
    return hash_mix6(t->src, t->dst, ports);
}

static struct fwd_flow4 *as4(struct fwd_flow *flow) {
    return (struct fwd_flow4 *)(void *)flow;
}

static struct fwd_flow6 *as6(struct fwd_flow *flow) {
    return (struct fwd_flow6 *)(void *)flow;
}

static bool rest_is(const struct fwd_flow *flow, uint32_t in_port, const struct wire_tuple *tuple, bool l2,
                    const uint8_t *dst_mac) {
    return flow->sport == tuple->sport && flow->dport == tuple->dport && flow->in_port == in_port &&
           flow->protocol == tuple->protocol &&
           (flow->flags & FLOW_KEY_FLAGS) == (l2 ? FLOW_USED | FLOW_L2 : FLOW_USED) &&
           (!l2 || memcmp(&flow->dst_mac, dst_mac, 6) == 0);
}

struct fwd_flow *flow_find(const struct fwd_table *t, uint32_t hash, uint32_t in_port,
                           const struct wire_tuple *tuple, bool l2, const uint8_t *dst_mac) {
    if (likely(ip_is4(tuple->src))) {
        struct fwd_flow4 *flow = &t->flows[hash & (t->header->flow_slots - 1)];

        for (int i = 0; i < FLOW_WINDOW; i++, flow++) {
            if (flow->src.v == (uint32_t)tuple->src.lo && flow->dst.v == (uint32_t)tuple->dst.lo &&
                rest_is(&flow->head, in_port, tuple, l2, dst_mac))
                return &flow->head;
        }
    } else {
        struct fwd_flow6 *flow = &t->flows6[hash & (t->header->flow6_slots - 1)];

        for (int i = 0; i < FLOW_WINDOW; i++, flow++) {
            if (ip_equal(flow->src, tuple->src) && ip_equal(flow->dst, tuple->dst) &&
                rest_is(&flow->head, in_port, tuple, l2, dst_mac))
                return &flow->head;
        }
    }
    return NULL;
}

void flow_fold(struct fwd_table *t, struct fwd_flow *flow) {
    uint32_t ref = flow_ref(t, flow);

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
    uint32_t ref = flow_ref(t, flow);

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
    flow->flags &= FLOW_V6;
}

/* An empty slot of the window, else the one that was silent longest. */
static struct fwd_flow *choose(const struct fwd_table *t, uint32_t hash, bool v6, uint32_t tick) {
    uint32_t slot = hash & (uint32_t)((v6 ? t->header->flow6_slots : t->header->flow_slots) - 1);
    struct fwd_flow *oldest = NULL;

    for (uint32_t i = 0; i < FLOW_WINDOW; i++) {
        struct fwd_flow *flow = flow_at(t, (slot + i + 1) | (v6 ? FLOW_REF6 : 0));

        if (!(flow->flags & FLOW_USED))
            return flow;
        if (!oldest || tick - flow->seen > tick - oldest->seen)
            oldest = flow;
    }
    return oldest;
}

uint32_t flow_put(struct fwd_table *t, const struct fwd_flow *head, const struct wire_tuple *before,
                  const struct wire_tuple *after, struct fwd_conn *const *conns, const bool *from_port,
                  unsigned count) {
    uint32_t hash = flow_hash(head->in_port, before), ref;
    bool v6 = !ip_is4(before->src);
    struct fwd_flow *flow = flow_find(t, hash, head->in_port, before, head->flags & FLOW_L2, head->dst_mac.b);

    if (!flow) {
        flow = choose(t, hash, v6, head->seen);
        flow->flags = (uint8_t)((flow->flags & ~FLOW_V6) | (v6 ? FLOW_V6 : 0)); /* one never used has none */
    }
    flow_remove(t, flow);
    *flow = *head;
    flow->flags |= v6 ? FLOW_V6 : 0;
    flow->sport = before->sport;
    flow->dport = before->dport;
    flow->protocol = before->protocol;
    flow->new_sport = after->sport;
    flow->new_dport = after->dport;
    if (v6) {
        as6(flow)->src = before->src;
        as6(flow)->dst = before->dst;
        as6(flow)->new_src = after->src;
        as6(flow)->new_dst = after->dst;
    } else {
        as4(flow)->src = ip_v4(before->src);
        as4(flow)->dst = ip_v4(before->dst);
        as4(flow)->new_src = ip_v4(after->src);
        as4(flow)->new_dst = ip_v4(after->dst);
    }
    ref = flow_ref(t, flow);
    for (unsigned i = 0; i < count; i++) {
        uint32_t *slot = &conns[i]->flow[from_port[i] ? 0 : 1];

        if (*slot && *slot != ref)
            flow_remove(t, flow_at(t, *slot));
        *slot = ref;
        flow->conn[i] = (uint32_t)(conns[i] - t->conns) + 1;
        if (!conn_settled(conns[i], from_port[i]))
            flow->flags |= FLOW_TOUCH;
    }
    return ref;
}

void flow_install(struct fwd_ctx *c, struct fwd_conn *const *conns, const bool *from_port, unsigned count) {
    /* A neighbour's MAC is part of the key; the router's is not. */
    bool l2 = c->l2 && c->eni->num == c->pkt->in_port;
    struct fwd_flow head = {
        .in_port = c->pkt->in_port,
        .generation = c->env->table->header->stamp,
        .out_port = c->out_port,
        .seen = c->tick,
        .dst_mac = l2 ? eth_dst(c->pkt->data) : c->dst_mac,
    };

    head.flags = (uint8_t)(FLOW_USED | (l2 ? FLOW_L2 : 0) |
                           (c->mtu == FWD_MTU_INTERNET   ? FLOW_MTU_INTERNET
                            : c->mtu == FWD_MTU_ENDPOINT ? FLOW_MTU_ENDPOINT
                                                         : 0));
    c->pkt->flow = flow_put(c->env->table, &head, &c->packet->tuple, &c->tuple, conns, from_port, count);
}
