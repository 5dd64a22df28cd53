/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table's memory: header | ports | fragments | buckets | conns | their translations | flows | what copies
 * of flows counted | both again for IPv6.
 *
 * A process may die between any two stores, so nothing but the conn records themselves is believed
 * afterwards: table_recover() makes the chains and the free list anew, takes the last counts over from
 * the flows that still agree with their conns, and gives the cache a new stamp, so that no old flow hits.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "fwd/engine.h"

enum { TABLE_VERSION = 5, PAGE = 4096, HUGE = 2 << 20 };
#define TABLE_MAGIC UINT64_C(0x31656c6261546478)
#define CAPACITY_MAX (UINT32_C(1) << 26)
#define PORTS_MAX (UINT32_C(1) << 20)

_Static_assert((int)FWD_REASON_COUNT <= (int)FWD_REASONS_MAX, "counters for every reason");

struct layout {
    uint64_t flow_slots, flow6_slots, bucket_slots;
    size_t ports, frags, buckets, conns, xlates, flows, copied, flows6, copied6, bytes;
};

static uint64_t power_of_two(uint64_t at_least) {
    uint64_t n = 64;

    while (n < at_least)
        n *= 2;
    return n;
}

static size_t round_up(size_t n, size_t unit) {
    return (n + unit - 1) / unit * unit;
}

static struct layout lay_out(uint32_t capacity, uint32_t ports, bool huge) {
    struct layout l = {.flow_slots = power_of_two((uint64_t)capacity * 4),
                       .flow6_slots = power_of_two((uint64_t)capacity * 2),
                       .bucket_slots = power_of_two((uint64_t)capacity * 2)};

    l.ports = round_up(sizeof(struct fwd_table_header), PAGE);
    l.frags = round_up(l.ports + ports * sizeof(struct fwd_port_counters), PAGE);
    l.buckets = round_up(l.frags + FWD_FRAGS * sizeof(struct fwd_frag), PAGE);
    l.conns = round_up(l.buckets + l.bucket_slots * sizeof(uint32_t), PAGE);
    l.xlates = round_up(l.conns + capacity * sizeof(struct fwd_conn), PAGE);
    l.flows = round_up(l.xlates + capacity * sizeof(struct fwd_xlate), huge ? HUGE : PAGE);
    l.copied =
        round_up(l.flows + (l.flow_slots + FLOW_WINDOW) * sizeof(struct fwd_flow4), huge ? HUGE : PAGE);
    l.flows6 = round_up(l.copied + (l.flow_slots + FLOW_WINDOW) * sizeof(struct fwd_copied), PAGE);
    l.copied6 = round_up(l.flows6 + (l.flow6_slots + FLOW_WINDOW) * sizeof(struct fwd_flow6), PAGE);
    l.bytes =
        round_up(l.copied6 + (l.flow6_slots + FLOW_WINDOW) * sizeof(struct fwd_copied), huge ? HUGE : PAGE);
    return l;
}

static bool size_ok(uint32_t capacity, uint32_t ports) {
    return capacity > 0 && capacity <= CAPACITY_MAX && ports > 0 && ports <= PORTS_MAX;
}

size_t fwd_table_bytes(const struct fwd_table_size *size) {
    return size_ok(size->connections, size->ports) ? lay_out(size->connections, size->ports, size->huge).bytes
                                                   : 0;
}

static void view(void *memory, const struct layout *l, struct fwd_table *ret) {
    char *base = memory;

    ret->header = memory;
    ret->ports = (struct fwd_port_counters *)(void *)(base + l->ports);
    ret->frags = (struct fwd_frag *)(void *)(base + l->frags);
    ret->buckets = (uint32_t *)(void *)(base + l->buckets);
    ret->conns = (struct fwd_conn *)(void *)(base + l->conns);
    ret->xlates = (struct fwd_xlate *)(void *)(base + l->xlates);
    ret->flows = (struct fwd_flow4 *)(void *)(base + l->flows);
    ret->copied = (struct fwd_copied *)(void *)(base + l->copied);
    ret->flows6 = (struct fwd_flow6 *)(void *)(base + l->flows6);
    ret->copied6 = (struct fwd_copied *)(void *)(base + l->copied6);
    ret->gone = NULL;
    ret->gone_user = NULL;
    if (ret->header->huge) /* a wish: without huge pages it is only slower */
        (void)madvise(base + l->flows, l->copied - l->flows, MADV_HUGEPAGE);
}

int fwd_table_init(void *memory, size_t bytes, const struct fwd_table_size *size,
                   struct fwd_table *ret_table) {
    struct fwd_table_header *h = memory;
    struct layout l;

    if (!size_ok(size->connections, size->ports) || (uintptr_t)memory % 8 != 0)
        return -EINVAL;
    l = lay_out(size->connections, size->ports, size->huge);
    if (bytes < l.bytes)
        return -EINVAL;
    h->version = TABLE_VERSION;
    h->capacity = size->connections;
    h->port_slots = size->ports;
    h->flow_slots = l.flow_slots;
    h->flow6_slots = l.flow6_slots;
    h->bucket_slots = l.bucket_slots;
    h->huge = size->huge;
    h->stamp = 1;
    view(memory, &l, ret_table);
    h->magic = TABLE_MAGIC;
    return 0;
}

int fwd_table_peek(const void *memory, size_t bytes, struct fwd_table *ret_table) {
    const struct fwd_table_header *h = memory;
    struct layout l;

    if (bytes < sizeof(*h) || (uintptr_t)memory % 8 != 0 || h->magic != TABLE_MAGIC ||
        h->version != TABLE_VERSION || !size_ok(h->capacity, h->port_slots))
        return -EBADMSG;
    l = lay_out(h->capacity, h->port_slots, h->huge);
    if (bytes < l.bytes || l.flow_slots != h->flow_slots || l.flow6_slots != h->flow6_slots ||
        l.bucket_slots != h->bucket_slots)
        return -EBADMSG;
    view((void *)(uintptr_t)memory, &l, ret_table);
    return 0;
}

int fwd_table_attach(void *memory, size_t bytes, struct fwd_table *ret_table) {
    int r = fwd_table_peek(memory, bytes, ret_table);

    if (r == 0)
        table_recover(ret_table);
    return r;
}

static bool flow_has(const struct fwd_flow *flow, uint32_t conn_ref) {
    return (flow->flags & FLOW_USED) &&
           (flow->conn[0] == conn_ref || flow->conn[1] == conn_ref || flow->conn[2] == conn_ref);
}

/* The flow that a conn, perhaps half written, refers to, if that refers to the conn. */
static struct fwd_flow *flow_of(const struct fwd_table *t, uint32_t ref, uint32_t conn_ref) {
    uint64_t slots = flow_is6(ref) ? t->header->flow6_slots : t->header->flow_slots;
    struct fwd_flow *flow;

    if (ref == 0 || flow_index(ref) >= slots + FLOW_WINDOW)
        return NULL;
    flow = flow_at(t, ref);
    return flow_has(flow, conn_ref) && !(flow->flags & FLOW_V6) == !flow_is6(ref) ? flow : NULL;
}

void table_recover(struct fwd_table *t) {
    struct fwd_table_header *h = t->header;

    memset(t->buckets, 0, h->bucket_slots * sizeof(*t->buckets));
    h->stamp++;
    h->free_head = h->used = h->cursor = 0;
    if (h->high > h->capacity)
        h->high = h->capacity;
    for (uint32_t i = h->high; i-- > 0;) {
        struct fwd_conn *conn = &t->conns[i];

        if (!(conn->flags & CONN_USED) || conn->state > CONN_CLOSED) {
            conn->flags = 0;
            conn->next[0] = h->free_head;
            h->free_head = i + 1;
            continue;
        }
        for (int d = 0; d < 2; d++) {
            struct fwd_flow *flow = flow_of(t, conn->flow[d], i + 1);

            if (flow)
                flow_fold(t, flow);
            conn->flow[d] = 0;
        }
        conn_link(t, conn);
        h->used++;
    }
}

void fwd_flush(struct fwd_table *t) {
    for (uint32_t i = 0; i < t->header->high; i++)
        t->conns[i].flags = 0;
    table_recover(t);
}

uint32_t fwd_table_connections(const struct fwd_table *t) {
    return t->header->used;
}

struct fwd_port_counters fwd_table_port(const struct fwd_table *t, uint32_t port) {
    if (port == PORT_SERVICE || port == PORT_UPLINK || port == 0 || port >= t->header->port_slots)
        return port == PORT_SERVICE  ? t->header->service
               : port == PORT_UPLINK ? t->header->uplink
                                     : (struct fwd_port_counters){0};
    return t->ports[port];
}

uint64_t fwd_table_reason(const struct fwd_table *t, enum fwd_reason reason) {
    return (unsigned)reason < FWD_REASON_COUNT ? t->header->reasons[reason] : 0;
}

uint64_t fwd_table_refused(const struct fwd_table *t) {
    return t->header->refused;
}

uint64_t fwd_table_hits(const struct fwd_table *t) {
    return t->header->hits;
}

static const char *state_name(const struct fwd_conn *conn) {
    static const char *const tcp[] = {"syn", "established", "closing", "closed"};

    if (conn->protocol == WIRE_TCP)
        return conn->state == CONN_NEW && (conn->flags & CONN_REPLIED) ? "syn-received" : tcp[conn->state];
    if (conn->protocol == WIRE_UDP)
        return conn->state == CONN_OPEN ? "stream" : conn->flags & CONN_REPLIED ? "replied" : "single";
    return conn->flags & CONN_REPLIED ? "replied" : "single";
}

static uint32_t seconds(uint64_t ticks) {
    return (uint32_t)((ticks << FWD_TICK_SHIFT) / 1000000000);
}

static void describe(const struct fwd_env *env, const struct fwd_conn *conn, struct fwd_connection *out) {
    uint32_t index = (uint32_t)(conn - env->table->conns), now = fwd_tick(env->now_ns);
    uint64_t idle = now - conn_seen(env->table, conn), limit = conn_timeout(env, conn);

    *out = (struct fwd_connection){
        .port = conn->port,
        .protocol = conn->protocol,
        .local = conn->local,
        .remote = conn->remote,
        .local_port = conn->lport,
        .remote_port = conn->rport,
        .outward = conn->flags & CONN_OUTWARD,
        .tracked = conn->flags & CONN_TRACKED,
        .state = state_name(conn),
        .idle_s = seconds(idle),
        .expires_s = idle < limit ? seconds(limit - idle) : 0,
        .age_s = seconds(now - conn->born),
    };
    for (int d = 0; d < 2; d++) {
        const struct fwd_flow *flow = flow_of(env->table, conn->flow[d], index + 1);

        out->packets[d] = conn->packets[d];
        out->bytes[d] = conn->bytes[d];
        if (flow) {
            out->packets[d] += flow->packets;
            out->bytes[d] += flow->bytes;
        }
    }
    if (conn->flags & CONN_XLATE) {
        const struct fwd_xlate *x = conn_xlate(env->table, conn);

        out->translated = true;
        out->door = (struct door){(enum door_kind)x->door_kind, x->owner, x->door_index, x->endpoint_num};
        out->client_port = x->owner;
        out->client = x->inner.src;
        out->service = x->inner.dst;
        out->client_l4 = x->inner.sport;
        out->service_l4 = x->inner.dport;
    }
}

void fwd_table_each(const struct fwd_env *env, bool (*each)(void *user, const struct fwd_connection *conn),
                    void *user) {
    const struct fwd_table *t = env->table;
    struct fwd_connection out;

    for (uint32_t i = 0; i < t->header->high; i++) {
        if (!(t->conns[i].flags & CONN_USED))
            continue;
        describe(env, &t->conns[i], &out);
        if (!each(user, &out))
            return;
    }
}

/* A flow in force and its conns name each other. */
static bool flow_sound(const struct fwd_table *t, uint32_t ref) {
    const struct fwd_flow *flow = flow_at(t, ref);

    for (int c = 0; (flow->flags & FLOW_USED) && flow->generation == t->header->stamp && c < FLOW_CONNS;
         c++) {
        const struct fwd_conn *conn = flow->conn[c] ? &t->conns[flow->conn[c] - 1] : NULL;

        if (conn && (!(conn->flags & CONN_USED) || (conn->flow[0] != ref && conn->flow[1] != ref)))
            return false;
    }
    return true;
}

int fwd_table_check(const struct fwd_table *t) {
    const struct fwd_table_header *h = t->header;
    uint64_t linked = 0, doors = 0, used = 0, freed = 0;

    for (uint64_t b = 0; b < h->bucket_slots; b++) {
        for (uint32_t link = t->buckets[b]; link; linked++) {
            const struct fwd_conn *conn = &t->conns[(link >> 1) - 1];

            if ((link >> 1) > h->high || linked > 2 * (uint64_t)h->high || !(conn->flags & CONN_USED))
                return -EBADMSG;
            link = conn->next[link & 1];
        }
    }
    for (uint32_t i = 0; i < h->high; i++) {
        const struct fwd_conn *conn = &t->conns[i];

        if (!(conn->flags & CONN_USED))
            continue;
        used++;
        doors += (conn->flags & CONN_XLATE) != 0;
        for (int d = 0; d < 2; d++) {
            if (conn->flow[d] && !flow_of(t, conn->flow[d], i + 1))
                return -EBADMSG;
        }
    }
    for (uint32_t f = h->free_head; f; f = t->conns[f - 1].next[0]) {
        if (f > h->high || freed++ > h->high || (t->conns[f - 1].flags & CONN_USED))
            return -EBADMSG;
    }
    for (uint32_t i = 0; i < h->flow_slots + FLOW_WINDOW; i++) {
        if (!flow_sound(t, i + 1))
            return -EBADMSG;
    }
    for (uint32_t i = 0; i < h->flow6_slots + FLOW_WINDOW; i++) {
        if (!flow_sound(t, (i + 1) | FLOW_REF6))
            return -EBADMSG;
    }
    return linked == used + doors && used == h->used && used + freed == h->high ? 0 : -EBADMSG;
}
