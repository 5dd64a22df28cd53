/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "fwd/engine.h"
#include "wire/bytes.h"

const struct mac fwd_gateway_mac = PORT_ROUTER_MAC;
const struct mac fwd_service_mac = PORT_SERVICE_MAC;
const struct mac fwd_uplink_mac = PORT_UPLINK_MAC;

static enum fwd_stage (*const stages[])(struct fwd_ctx *c) = {
#define X(symbol, name) stage_##name,
    FWD_STAGES(X)
#undef X
};

/* What a batch's packets share; in_port is looked up again only when it changes. */
struct run {
    struct fwd_env *env;
    uint32_t tick;
    uint64_t fresh;
    uint32_t port;
    const struct image_vpc *vpc;
    const struct image_eni *eni;
    struct fwd_port_counters *counters;
    bool recalled; /* the packet in hand is a later fragment whose ports are known */
};

/* Ports without counters of their own share slot 0. */
struct fwd_port_counters *port_counters(const struct fwd_table *t, uint32_t port) {
    if (port == PORT_SERVICE)
        return &t->header->service;
    if (port == PORT_UPLINK)
        return &t->header->uplink;
    return &t->ports[port < t->header->port_slots ? port : 0];
}

void fwd_table_lost(struct fwd_table *table, uint32_t port) {
    port_counters(table, port)->lost++;
}

static void enter_port(struct run *r, uint32_t port) {
    if (port == r->port)
        return;
    r->port = port;
    r->eni = image_eni_by_num(r->env->image, port, &r->vpc);
    r->counters = port_counters(r->env->table, port);
}

enum fwd_stage fwd_drop(struct fwd_ctx *c, enum fwd_stage at, enum fwd_reason reason) {
    struct fwd_trace *t = c->env->trace;

    if (unlikely(t != NULL)) {
        struct fwd_event *e = t->count > 0 ? &t->events[t->count - 1] : NULL;

        /* The stage may have begun the event, to say more than the reason. */
        if (!e || e->action != FWD_ACTION_DROP || e->stage != at)
            e = fwd_trace_event(c, at, FWD_ACTION_DROP);
        e->reason = reason;
    }
    c->reason = reason;
    c->out_port = PORT_NONE;
    return FWD_STAGE_DONE;
}

enum fwd_stage fwd_answer(struct fwd_ctx *c, enum fwd_stage at, enum fwd_reason reason) {
    struct fwd_event *e = trace(c, at, FWD_ACTION_ANSWER);

    if (e)
        e->reason = reason;
    c->reason = reason;
    c->out_port = c->pkt->in_port;
    c->answered = true;
    return FWD_STAGE_DONE;
}

struct fwd_pending *fwd_pend(struct fwd_ctx *c, struct fwd_conn *conn) {
    struct fwd_pending *p = &c->pending[c->pending_count];

    if (c->pending_count == FWD_PENDING_MAX)
        return NULL;
    *p = (struct fwd_pending){.conn = conn};
    c->pending_count++;
    return p;
}

/* The size that a link would see: of each segment, where the packet is to be cut later. */
static uint32_t link_size(const struct fwd_pkt *pkt, const struct wire_packet *p) {
    uint32_t header = (uint32_t)p->l4 - WIRE_ETH_BYTES;

    if (likely(pkt->gso_type == FWD_GSO_NONE) || p->fragment_offset != 0)
        return p->ip_length;
    if (p->tuple.protocol == WIRE_TCP)
        header += (pkt->data[p->l4 + 12] >> 4) * 4u;
    else if (p->tuple.protocol == WIRE_UDP)
        header += WIRE_UDP_BYTES;
    else
        return p->ip_length;
    return header + pkt->gso_size < p->ip_length ? header + pkt->gso_size : p->ip_length;
}

static void set_macs(struct fwd_pkt *pkt, const struct mac *dst, bool keep_source) {
    memcpy(pkt->data, dst, 6);
    if (!keep_source) /* inside a subnet the sender's own stays: it was checked */
        memcpy(pkt->data + 6, &fwd_gateway_mac, 6);
}

/* Makes the conns that the packet opens and shows it to all; false when the table is full. */
static bool commit(struct fwd_ctx *c) {
    struct fwd_conn *conns[FWD_PENDING_MAX];
    bool from_port[FWD_PENDING_MAX];

    if (!conn_room(c))
        return false;
    for (unsigned i = 0; i < c->pending_count; i++) {
        conns[i] = c->pending[i].conn ? c->pending[i].conn : conn_make(c->env, c->tick, &c->pending[i]);
        from_port[i] = c->pending[i].from_port;
    }
    for (unsigned i = 0; i < c->pending_count; i++) {
        conn_packet(c->env->table, conns[i], from_port[i], c->packet, c->tick);
        conns[i]->packets[from_port[i] ? 0 : 1]++;
        conns[i]->bytes[from_port[i] ? 0 : 1] += c->packet->ip_length;
    }
    /* One that hangs on more connections than a flow can name walks the stages each time. */
    if (!c->no_cache && c->pending_count > 0 && c->pending_count <= FLOW_CONNS)
        flow_install(c, conns, from_port, c->pending_count);
    return true;
}

/* The stages have settled where it goes; now make it so. */
static void finish(struct fwd_ctx *c) {
    bool oversize = link_size(c->pkt, c->packet) > c->mtu;
    bool cut = oversize && !c->packet->dont_fragment && c->pkt->gso_type == FWD_GSO_NONE && c->env->emit &&
               c->mtu != FWD_MTU_ENDPOINT;

    if (oversize && !cut) {
        answer_too_big(c);
        return;
    }
    if (!commit(c)) {
        fwd_drop(c, FWD_STAGE_DELIVER, FWD_TABLE_FULL);
        return;
    }
    if (c->clamp && c->tuple.protocol == WIRE_TCP && (c->packet->tcp_flags & WIRE_SYN))
        rewrite_clamp_mss(c->pkt, c->packet, FWD_MTU_ENDPOINT - WIRE_IP_BYTES - WIRE_TCP_BYTES);
    rewrite_frame(c->pkt, c->packet, &c->tuple, &c->inner);
    set_macs(c->pkt, &c->dst_mac, c->l2 && c->out_port != PORT_SERVICE && c->eni->num == c->pkt->in_port);
    if (cut) {
        rewrite_finish(c->pkt, c->packet);
        answer_fragments(c);
    }
}

static void walk(struct run *r, struct fwd_pkt *pkt, const struct wire_packet *packet) {
    struct fwd_ctx c = {
        .env = r->env,
        .pkt = pkt,
        .packet = packet,
        .tick = r->tick,
        .vpc = r->eni ? r->vpc : NULL,
        .eni = r->eni,
        .mtu = FWD_MTU_VPC,
        .out_port = PORT_NONE,
        .reason = FWD_OK,
    };
    enum fwd_stage stage = pkt->in_port == PORT_SERVICE  ? FWD_STAGE_SERVICE_IN
                           : pkt->in_port == PORT_UPLINK ? FWD_STAGE_UPLINK_IN
                                                         : FWD_STAGE_SOURCE;

    if (packet->kind == WIRE_KIND_IP) {
        c.tuple = packet->tuple;
        c.no_cache = wire_is_icmp(packet->tuple.protocol) && !packet->icmp_query;
        if (packet->icmp_error)
            c.inner = packet->inner;
    }
    if (stage == FWD_STAGE_SOURCE && (!r->eni || r->eni->kind != SPEC_ENI_INSTANCE))
        fwd_drop(&c, stage, FWD_UNKNOWN_PORT);
    else if (stage == FWD_STAGE_SOURCE && !r->eni->up)
        fwd_drop(&c, stage, FWD_ENI_DOWN);
    else if (packet->kind == WIRE_KIND_ARP)
        answer_arp(&c);
    else if (packet->kind != WIRE_KIND_IP)
        fwd_drop(&c, stage, packet->kind == WIRE_KIND_OTHER ? FWD_ETHERTYPE : FWD_MALFORMED);
    else if (packet->fragment_offset != 0 && !r->recalled)
        fwd_drop(&c, stage, FWD_FRAGMENT);
    else {
        for (unsigned hops = 0; stage < FWD_STAGE_COUNT; hops++)
            stage = likely(hops < FWD_HOPS_MAX) ? stages[stage](&c) : fwd_drop(&c, stage, FWD_HOPS);
        if (c.out_port != PORT_NONE && !c.answered)
            finish(&c);
    }
    pkt->out_port = c.out_port;
    pkt->reason = c.reason;
}

/* True when the cache had the answer. */
static bool hit(struct run *r, struct fwd_pkt *pkt, const struct wire_packet *p, uint32_t hash) {
    struct fwd_table *t = r->env->table;
    bool l2 = false;
    struct wire_tuple after;
    struct fwd_flow *f;
    uint32_t limit;

    if (r->eni) {
        if (unlikely(memcmp(pkt->data + 6, &r->eni->mac, 6) != 0 || !r->eni->up))
            return false;
        l2 = memcmp(pkt->data, &fwd_gateway_mac, 6) != 0;
    }
    f = flow_find(t, hash, pkt->in_port, &p->tuple, l2, pkt->data);
    if (unlikely(!f || f->generation != t->header->stamp || r->tick - f->seen > r->fresh))
        return false;
    limit = f->flags & FLOW_MTU_INTERNET   ? FWD_MTU_INTERNET
            : f->flags & FLOW_MTU_ENDPOINT ? FWD_MTU_ENDPOINT
                                           : FWD_MTU_VPC;
    if (unlikely(link_size(pkt, p) > limit))
        return false;
    if (unlikely((f->flags & FLOW_TOUCH) || (p->tcp_flags & (WIRE_SYN | WIRE_FIN | WIRE_RST))))
        return false;
    flow_after(f, &after);
    rewrite_frame(pkt, p, &after, NULL);
    set_macs(pkt, f->out_port == PORT_SERVICE ? &fwd_service_mac : &f->dst_mac,
             l2 && f->out_port != PORT_SERVICE);
    f->seen = r->tick;
    f->bytes += p->ip_length;
    if (unlikely(++f->packets == FLOW_PACKETS_MAX))
        flow_fold(t, f);
    pkt->out_port = f->out_port;
    pkt->reason = FWD_OK;
    pkt->flow = flow_ref(t, f);
    return true;
}

static void account(struct run *r, const struct fwd_pkt *pkt, uint32_t received) {
    r->counters->rx_packets++;
    r->counters->rx_bytes += received;
    r->env->table->header->reasons[pkt->reason]++;
    if (pkt->out_port == PORT_NONE) {
        r->counters->dropped++;
    } else {
        struct fwd_port_counters *out = port_counters(r->env->table, pkt->out_port);

        out->tx_packets++;
        out->tx_bytes += pkt->length;
    }
}

static void batch(struct run *r, struct fwd_pkt **pkts, unsigned count) {
    struct fwd_table *t = r->env->table;
    struct wire_packet parsed[FWD_BATCH];
    uint32_t hashes[FWD_BATCH];

    for (unsigned i = 0; i < count; i++) {
        if (i + 4 < count)
            __builtin_prefetch(pkts[i + 4]->data, 1);
        wire_parse(pkts[i]->data, pkts[i]->length, &parsed[i]);
        if (unlikely(parsed[i].kind != WIRE_KIND_IP))
            continue;
        hashes[i] = flow_hash(pkts[i]->in_port, &parsed[i].tuple);
        if (likely(!parsed[i].v6))
            __builtin_prefetch(&t->flows[hashes[i] & (t->header->flow_slots - 1)], 1);
        else
            __builtin_prefetch(&t->flows6[hashes[i] & (t->header->flow6_slots - 1)], 1);
    }
    for (unsigned i = 0; i < count; i++) {
        struct wire_packet *p = &parsed[i];
        uint32_t received = pkts[i]->length;

        enter_port(r, pkts[i]->in_port);
        r->recalled = false;
        pkts[i]->flow = 0;
        if (likely(p->kind == WIRE_KIND_IP)) {
            if (unlikely(wire_is_fragment(p))) {
                if (p->fragment_offset == 0)
                    frag_remember(t, pkts[i]->in_port, p, r->tick);
                else
                    r->recalled = frag_recall(t, pkts[i]->in_port, p, r->tick);
                hashes[i] = flow_hash(pkts[i]->in_port, &p->tuple);
            }
            if (likely((p->fragment_offset == 0 || r->recalled) &&
                       (!wire_is_icmp(p->tuple.protocol) || p->icmp_query)) &&
                !r->env->trace && hit(r, pkts[i], p, hashes[i])) {
                t->header->hits++;
                account(r, pkts[i], received);
                continue;
            }
        }
        walk(r, pkts[i], p);
        account(r, pkts[i], received);
    }
}

void table_follow(struct fwd_env *env) {
    struct fwd_table_header *h = env->table->header;

    if (image_generation(env->image) != h->generation) {
        h->generation = image_generation(env->image);
        h->stamp++;
    }
}

void fwd_process(struct fwd_env *env, struct fwd_pkt **pkts, unsigned count) {
    struct run r = {.env = env, .tick = fwd_tick(env->now_ns), .fresh = conn_fresh(env), .port = PORT_NONE};

    r.counters = port_counters(env->table, PORT_NONE);
    table_follow(env);
    for (unsigned done = 0; done < count; done += FWD_BATCH)
        batch(&r, pkts + done, count - done < FWD_BATCH ? count - done : FWD_BATCH);
}
