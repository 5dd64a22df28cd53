/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connection tracking: one record per (port, 5-tuple as that port sees it).
 *
 * Established connections are refreshed by their flows alone, so the time of a conn's last packet is the
 * latest of its own and its two flows'.  Time-outs are AWS's; a packet that comes later finds nothing.
 */
#include <string.h>

#include "fwd/engine.h"

const struct fwd_config fwd_config_default = {
    .tcp_established = 432000,
    .tcp_opening = 60,
    .tcp_closing = 60,
    .udp_single = 30,
    .udp_stream = 180,
    .icmp = 30,
    .other = 600,
    .endpoint = 350,
};

static const struct fwd_config *fwd_config_of(const struct fwd_env *env) {
    return env->config ? env->config : &fwd_config_default;
}

uint64_t conn_fresh(const struct fwd_env *env) {
    const struct fwd_config *c = fwd_config_of(env);
    const uint32_t limits[] = {c->tcp_established, c->tcp_opening, c->tcp_closing, c->udp_single,
                               c->udp_stream,      c->icmp,        c->other,       c->endpoint};
    uint32_t least = FWD_FLOW_FRESH_S;

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        least = limits[i] < least ? limits[i] : least;
    return fwd_ticks(least);
}

uint64_t conn_timeout(const struct fwd_env *env, const struct fwd_conn *conn) {
    const struct fwd_config *c = fwd_config_of(env);

    switch (conn->protocol) {
    case WIRE_TCP:
        if (conn->state == CONN_NEW)
            return fwd_ticks(c->tcp_opening);
        if (conn->state != CONN_OPEN)
            return fwd_ticks(c->tcp_closing);
        return fwd_ticks((conn->flags & CONN_XLATE) &&
                                 conn_xlate(env->table, conn)->door_kind == DOOR_INTERFACE
                             ? c->endpoint
                             : c->tcp_established);
    case WIRE_UDP:
        return fwd_ticks(conn->state == CONN_OPEN ? c->udp_stream : c->udp_single);
    case WIRE_ICMP:
    case WIRE_ICMP6:
        return fwd_ticks(c->icmp);
    default:
        return fwd_ticks(c->other);
    }
}

uint32_t conn_seen(const struct fwd_table *t, const struct fwd_conn *conn) {
    uint32_t ref = (uint32_t)(conn - t->conns) + 1, seen = conn->seen;

    for (int d = 0; d < 2; d++) {
        const struct fwd_flow *flow = conn->flow[d] ? flow_at(t, conn->flow[d]) : NULL;

        if (flow && (flow->conn[0] == ref || flow->conn[1] == ref || flow->conn[2] == ref) &&
            (int32_t)(flow->seen - seen) > 0)
            seen = flow->seen;
    }
    return seen;
}

uint32_t conn_hash(const struct conn_key *key) {
    uint64_t ports = ((uint64_t)key->lport << 48 | (uint64_t)key->rport << 32 | key->port) + key->protocol;

    if (ip_is4(key->local))
        return hash_mix(key->local.lo << 32 | (uint32_t)key->remote.lo, ports);
    return hash_mix6(key->local, key->remote, ports);
}

static uint32_t conn_hash_door(uint32_t client, const struct wire_tuple *t) {
    return conn_hash(&(struct conn_key){~client, t->src, t->dst, t->sport, t->dport, t->protocol});
}

static struct fwd_conn *linked(const struct fwd_table *t, uint32_t link) {
    return &t->conns[(link >> 1) - 1];
}

static uint32_t *bucket(const struct fwd_table *t, uint32_t hash) {
    return &t->buckets[hash & (t->header->bucket_slots - 1)];
}

void conn_prefetch(const struct fwd_table *t, const struct conn_key *key) {
    __builtin_prefetch(bucket(t, conn_hash(key)), 1);
}

static bool has_key(const struct fwd_conn *c, const struct conn_key *key) {
    return c->port == key->port && ip_equal(c->local, key->local) && ip_equal(c->remote, key->remote) &&
           c->lport == key->lport && c->rport == key->rport && c->protocol == key->protocol;
}

static struct fwd_conn *find(const struct fwd_table *t, const struct conn_key *key) {
    for (uint32_t link = *bucket(t, conn_hash(key)); link; link = linked(t, link)->next[link & 1]) {
        if (!(link & 1) && has_key(linked(t, link), key))
            return linked(t, link);
    }
    return NULL;
}

static struct fwd_conn *if_alive(struct fwd_env *env, uint32_t tick, struct fwd_conn *conn) {
    if ((uint64_t)(tick - conn_seen(env->table, conn)) <= conn_timeout(env, conn))
        return conn;
    conn_free(env->table, conn);
    return NULL;
}

struct fwd_conn *conn_find(struct fwd_env *env, uint32_t tick, const struct conn_key *key, uint32_t tag) {
    struct fwd_conn *conn = find(env->table, key);

    if (!conn)
        return NULL;
    if (tag != 0 && conn->tag != tag) {
        conn_free(env->table, conn); /* of an interface that had this number before */
        return NULL;
    }
    return if_alive(env, tick, conn);
}

struct fwd_conn *conn_find_door(struct fwd_env *env, uint32_t tick, uint32_t client,
                                const struct wire_tuple *t, enum door_kind kind, uint32_t endpoint_num) {
    uint32_t link = *bucket(env->table, conn_hash_door(client, t));

    for (; link; link = linked(env->table, link)->next[link & 1]) {
        const struct fwd_xlate *x = conn_xlate(env->table, linked(env->table, link));

        if ((link & 1) && x->owner == client && tuple_is(&x->inner, t) && x->door_kind == kind &&
            x->endpoint_num == endpoint_num)
            return if_alive(env, tick, linked(env->table, link));
    }
    return NULL;
}

static uint32_t hash_of(const struct fwd_table *t, const struct fwd_conn *c, uint32_t which) {
    const struct fwd_xlate *x = conn_xlate(t, c);

    if (which == 0)
        return conn_hash(&(struct conn_key){c->port, c->local, c->remote, c->lport, c->rport, c->protocol});
    return conn_hash_door(x->owner, &x->inner);
}

void conn_link(struct fwd_table *t, struct fwd_conn *conn) {
    uint32_t ref = (uint32_t)(conn - t->conns) + 1;

    for (uint32_t which = 0; which < (conn->flags & CONN_XLATE ? 2u : 1u); which++) {
        uint32_t *head = bucket(t, hash_of(t, conn, which));

        conn->next[which] = *head;
        *head = ref << 1 | which;
    }
}

static void unlink_conn(struct fwd_table *t, struct fwd_conn *conn) {
    uint32_t ref = (uint32_t)(conn - t->conns) + 1;

    for (uint32_t which = 0; which < (conn->flags & CONN_XLATE ? 2u : 1u); which++) {
        uint32_t *at = bucket(t, hash_of(t, conn, which));

        while (*at && *at != (ref << 1 | which))
            at = &linked(t, *at)->next[*at & 1];
        if (*at)
            *at = conn->next[which];
    }
}

enum { RECLAIM_LOOKS = 64 };

static bool is_pending(const struct fwd_ctx *c, const struct fwd_conn *conn) {
    for (unsigned i = 0; i < c->pending_count; i++) {
        if (c->pending[i].conn == conn)
            return true;
    }
    return false;
}

bool conn_room(const struct fwd_ctx *c) {
    struct fwd_table *t = c->env->table;
    struct fwd_table_header *h = t->header;
    uint64_t need = h->reserve;

    for (unsigned i = 0; i < c->pending_count; i++)
        need += c->pending[i].conn == NULL;
    if (need == h->reserve)
        return true;
    for (int i = 0; h->used + need > h->capacity && i < RECLAIM_LOOKS; i++) {
        struct fwd_conn *conn;

        if (h->cursor >= h->high)
            h->cursor = 0;
        conn = &t->conns[h->cursor++];
        if ((conn->flags & CONN_USED) && conn->state >= CONN_CLOSING && !is_pending(c, conn))
            conn_free(t, conn);
    }
    return h->used + need <= h->capacity;
}

struct fwd_conn *conn_make(struct fwd_env *env, uint32_t tick, const struct fwd_pending *p) {
    struct fwd_table_header *h = env->table->header;
    struct fwd_conn *conn;

    if (h->free_head) {
        conn = &env->table->conns[h->free_head - 1];
        h->free_head = conn->next[0];
    } else if (h->high < h->capacity) {
        conn = &env->table->conns[h->high++];
    } else {
        return NULL;
    }
    *conn = (struct fwd_conn){
        .port = p->key.port,
        .local = p->key.local,
        .remote = p->key.remote,
        .lport = p->key.lport,
        .rport = p->key.rport,
        .protocol = p->key.protocol,
        .seen = tick,
        .born = tick,
        .tag = p->tag,
        .ruled = h->stamp,
    };
    if (p->flags & CONN_XLATE)
        *conn_xlate(env->table, conn) = p->xlate;
    conn->flags = (uint8_t)(p->flags | CONN_USED | (p->from_port ? CONN_OUTWARD : 0));
    conn_link(env->table, conn);
    h->used++;
    return conn;
}

void conn_free(struct fwd_table *t, struct fwd_conn *conn) {
    struct fwd_table_header *h = t->header;

    for (int d = 0; d < 2; d++) {
        if (conn->flow[d])
            flow_remove(t, flow_at(t, conn->flow[d]));
    }
    unlink_conn(t, conn);
    conn->flags = 0;
    conn->next[0] = h->free_head;
    h->free_head = (uint32_t)(conn - t->conns) + 1;
    h->used--;
}

static bool from_opener(const struct fwd_conn *conn, bool from_port) {
    return from_port == ((conn->flags & CONN_OUTWARD) != 0);
}

bool conn_settled(const struct fwd_conn *conn, bool from_port) {
    if (conn->protocol == WIRE_TCP)
        return conn->state == CONN_OPEN; /* SYN, FIN and RST are seen in any case */
    /* A datagram only matters when it is the opener's first after an answer. */
    return conn->protocol != WIRE_UDP || conn->state == CONN_OPEN || !from_opener(conn, from_port) ||
           !(conn->flags & CONN_REPLIED);
}

/* The first answer: the opener's next packet must be seen. */
static void replied(struct fwd_table *t, struct fwd_conn *conn) {
    uint32_t slot = conn->flow[conn->flags & CONN_OUTWARD ? 0 : 1];

    if (!(conn->flags & CONN_REPLIED) && conn->protocol == WIRE_UDP && slot) {
        flow_at(t, slot)->flags |= FLOW_TOUCH;
        offload_gone(t, flow_at(t, slot));
    }
    conn->flags |= CONN_REPLIED;
}

void conn_packet(struct fwd_table *t, struct fwd_conn *conn, bool from_port, const struct wire_packet *packet,
                 uint32_t tick) {
    bool opener = from_opener(conn, from_port);

    conn->seen = tick;
    if (packet->icmp_error)
        return; /* about the connection, not of it */
    if (!opener)
        replied(t, conn);
    if (conn->protocol == WIRE_UDP) {
        if (opener && (conn->flags & CONN_REPLIED))
            conn->state = CONN_OPEN;
        return;
    }
    if (conn->protocol != WIRE_TCP || packet->fragment_offset != 0)
        return;
    if (packet->tcp_flags & WIRE_RST) {
        conn->state = CONN_CLOSED;
        return;
    }
    if (packet->tcp_flags & WIRE_FIN)
        conn->fin |= from_port ? 1 : 2;
    if (conn->state == CONN_NEW && opener && (conn->flags & CONN_REPLIED) && !(packet->tcp_flags & WIRE_SYN))
        conn->state = CONN_OPEN;
    if (conn->fin == 3 && conn->state == CONN_OPEN)
        conn->state = CONN_CLOSING;
}

void conn_follow(struct fwd_conn *conn, bool from_port, const struct fwd_offload *copy) {
    bool opener = from_opener(conn, from_port);

    if (copy->replied || (!opener && copy->packets > 0))
        conn->flags |= CONN_REPLIED;
    if (opener && copy->open && conn->state == CONN_NEW)
        conn->state = CONN_OPEN;
    if (copy->fin)
        conn->fin |= from_port ? 1 : 2;
    if (copy->rst)
        conn->state = CONN_CLOSED;
    else if (conn->fin == 3 && conn->state == CONN_OPEN)
        conn->state = CONN_CLOSING;
}

unsigned fwd_sweep(struct fwd_env *env, unsigned budget) {
    struct fwd_table_header *h = env->table->header;
    const struct image_vpc *vpc;
    uint32_t tick = fwd_tick(env->now_ns);
    /* Before room gets short for new ones, closed ones go without waiting. */
    bool tight = (uint64_t)h->used + 2 * (uint64_t)h->reserve > h->capacity;
    unsigned gone = 0;

    for (; budget > 0 && h->used > 0 && h->high > 0; budget--) {
        struct fwd_conn *conn;
        const struct image_eni *eni;

        if (h->cursor >= h->high)
            h->cursor = 0;
        conn = &env->table->conns[h->cursor++];
        if (!(conn->flags & CONN_USED))
            continue;
        eni = image_eni_by_num(
            env->image, conn->flags & CONN_XLATE ? conn_xlate(env->table, conn)->owner : conn->port, &vpc);
        if (eni && eni->tag == conn->tag && !(tight && conn->state >= CONN_CLOSING) &&
            (uint64_t)(tick - conn_seen(env->table, conn)) <= conn_timeout(env, conn))
            continue;
        conn_free(env->table, conn);
        gone++;
    }
    return gone;
}
