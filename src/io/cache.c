/* SPDX-License-Identifier: Apache-2.0 */
#include "io/cache.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/bpf_map.h"
#include "base/clock.h"
#include "base/log.h"
#include "fwd/offload.h"
#include "io/port.h"
#include "wire/bytes.h"

_Static_assert((int)CACHE_TICK_SHIFT == (int)FWD_OFFLOAD_TICK_SHIFT, "one clock");

enum { BATCH = 1024 };
#define SWEEP_MIN_NS UINT64_C(1000000000)
#define SWEEP_MAX_NS UINT64_C(5000000000)
/* Connections that a full ring buffer may stand for, and twice that: it fills again while it is read. */
enum {
    NEWS_RECORD = 8 + (sizeof(struct cache_opened) + 7) / 8 * 8,
    NEWS_CONNECTIONS = CACHE_NEWS_BYTES / NEWS_RECORD * 2,
    RESERVE = 2 * NEWS_CONNECTIONS
};
enum { KEEP_TICKS = 60 }; /* about a second */
#define SWEEP_SHARE 50    /* of the time between sweeps may a sweep take at most one part */

int cache_init(struct cache *c, const struct cache_maps *maps, int news) {
    *c = (struct cache){.on = true, .maps = *maps, .sweep_every_ns = SWEEP_MIN_NS};
    return bpf_ring_map(news, CACHE_NEWS_BYTES, &c->news);
}

/* ---- one entry ---- */

/* Where an entry is. */
struct place {
    bool v6;
    union {
        struct cache_key v4;
        struct cache_key6 v6;
    } key;
};

static int map_of(const struct cache *c, bool v6) {
    return v6 ? c->maps.flows6 : c->maps.flows;
}

static struct cache_key key_of(const struct fwd_offload *o) {
    return (struct cache_key){.src = htonl(ip_v4(o->before.src).v),
                              .dst = htonl(ip_v4(o->before.dst).v),
                              .sport = htons(o->before.sport),
                              .dport = htons(o->before.dport),
                              .port = port_slot_of(o->in_port),
                              .protocol = o->before.protocol};
}

static struct cache_key6 key6_of(const struct fwd_offload *o) {
    struct cache_key6 key = {.sport = htons(o->before.sport),
                             .dport = htons(o->before.dport),
                             .port = (uint16_t)port_slot_of(o->in_port),
                             .protocol = o->before.protocol};

    put_ip((uint8_t *)key.src, o->before.src, true);
    put_ip((uint8_t *)key.dst, o->before.dst, true);
    return key;
}

static struct place place_of(const struct fwd_offload *o) {
    struct place p = {.v6 = !ip_is4(o->before.src)};

    if (p.v6)
        p.key.v6 = key6_of(o);
    else
        p.key.v4 = key_of(o);
    return p;
}

static void macs_of(const struct mac *dst, const struct mac *src, uint32_t ret[3]) {
    memcpy(ret, dst->b, 6);
    memcpy((char *)ret + 6, src->b, 6);
}

/* What a sum over words as they lie in memory changes by. */
static uint32_t difference(const void *before, const void *after, size_t bytes) {
    uint32_t sum = 0;

    for (size_t i = 0; i < bytes; i += 2) {
        uint16_t was, is;

        memcpy(&was, (const char *)before + i, 2);
        memcpy(&is, (const char *)after + i, 2);
        if (was != is)
            sum += (uint16_t)~was + (uint32_t)is;
    }
    return sum;
}

/* Of a decision that leaves addresses and ports as they are. */
static struct cache_entry plain_entry(const struct fwd_offload *o, uint32_t tick) {
    struct cache_entry e = {.generation = o->generation,
                            .seen = tick,
                            .out_port = port_slot_of(o->out_port),
                            .mtu = o->mtu,
                            .flags = o->check_macs ? CACHE_CHECK_MACS : 0};

    macs_of(&o->old_dst, &o->old_src, e.old_macs);
    macs_of(&o->new_dst, &o->new_src, e.new_macs);
    return e;
}

static struct cache_entry entry_of(const struct fwd_offload *o, const struct cache_key *key, uint32_t tick) {
    struct cache_entry e = plain_entry(o, tick);

    e.src = htonl(ip_v4(o->after.src).v);
    e.dst = htonl(ip_v4(o->after.dst).v);
    e.sport = htons(o->after.sport);
    e.dport = htons(o->after.dport);
    e.address_sum = difference(&key->src, &e.src, 4) + difference(&key->dst, &e.dst, 4);
    e.port_sum = difference(&key->sport, &e.sport, 2) + difference(&key->dport, &e.dport, 2);
    if (e.src != key->src || e.dst != key->dst || e.sport != key->sport || e.dport != key->dport)
        e.flags |= CACHE_REWRITE;
    return e;
}

static struct wire_tuple tuple_of(const struct cache_key *key) {
    return (struct wire_tuple){ip_of4((struct ip4){ntohl(key->src)}), ip_of4((struct ip4){ntohl(key->dst)}),
                               ntohs(key->sport), ntohs(key->dport), key->protocol};
}

static void add_seen(const struct cache_entry *e, struct fwd_offload *ret) {
    ret->packets = e->packets;
    ret->bytes = e->bytes;
    ret->seen = e->seen;
    ret->followed = e->flags & CACHE_FOLLOW;
    ret->replied = e->replied;
    ret->open = e->open;
    ret->fin = e->fin;
    ret->rst = e->rst;
}

static struct wire_tuple tuple_of6(const struct cache_key6 *key) {
    return (struct wire_tuple){get_ip((const uint8_t *)key->src, true),
                               get_ip((const uint8_t *)key->dst, true), ntohs(key->sport), ntohs(key->dport),
                               key->protocol};
}

/* Tells the engine what an entry has counted; false when it does not know it any more. */
static bool count_for(struct fwd_env *env, uint16_t slot, const struct wire_tuple *before,
                      const struct cache_entry *e) {
    struct fwd_offload o = {.in_port = port_number_of(slot),
                            .out_port = port_number_of(e->out_port),
                            .generation = e->generation,
                            .before = *before};

    add_seen(e, &o);
    memcpy(&o.old_dst, e->old_macs, 6);
    return fwd_offload_count(env, &o);
}

static bool count(struct fwd_env *env, const struct cache_key *key, const struct cache_entry *e) {
    struct wire_tuple before = tuple_of(key);

    return count_for(env, key->port, &before, e);
}

static bool count6(struct fwd_env *env, const struct cache_key6 *key, const struct cache_entry *e) {
    struct wire_tuple before = tuple_of6(key);

    return count_for(env, key->port, &before, e);
}

/* The key of what answers. */
static struct cache_key other_way(const struct cache_key *key, const struct cache_entry *e) {
    return (struct cache_key){.src = e->dst,
                              .dst = e->src,
                              .sport = e->dport,
                              .dport = e->sport,
                              .port = e->out_port,
                              .protocol = key->protocol};
}

static void forget(struct cache *c, struct fwd_env *env, const struct place *at) {
    struct cache_entry e;

    if (bpf_map_take(map_of(c, at->v6), &at->key, &e) < 0)
        return;
    if (at->v6)
        count6(env, &at->key.v6, &e);
    else
        count(env, &at->key.v4, &e);
}

void cache_gone(struct cache *c, struct fwd_env *env, const struct fwd_offload *flow) {
    struct place at = place_of(flow);

    if (!c->hearing)
        forget(c, env, &at);
}

/* Whether an entry says already what e does: one in use is better left alone, for what it counts meanwhile. */
static bool is_known(const struct cache *c, const struct place *at, struct cache_entry e) {
    struct cache_entry old;

    if (bpf_map_get(map_of(c, at->v6), &at->key, &old) < 0 || (int32_t)(e.seen - old.seen) > KEEP_TICKS)
        return false;
    e.seen = old.seen;
    e.packets = old.packets;
    e.bytes = old.bytes;
    return memcmp(&e, &old, sizeof(e)) == 0;
}

static void remember(struct cache *c, struct fwd_env *env, const struct fwd_pkt *pkt,
                     const struct fwd_offload *o) {
    struct place at = place_of(o);
    uint32_t tick = (uint32_t)(env->now_ns >> CACHE_TICK_SHIFT);
    struct cache_entry e = at.v6 ? plain_entry(o, tick) : entry_of(o, &at.key.v4, tick);
    int map = map_of(c, at.v6), r;

    if (port_slot_of(o->in_port) == 0 || e.out_port == 0)
        return;
    r = bpf_map_add(map, &at.key, &e);
    if (r == -EEXIST) {
        if (is_known(c, &at, e))
            return;
        forget(c, env, &at);
        r = bpf_map_set(map, &at.key, &e);
    }
    if (r == -E2BIG || r == -ENOMEM)
        fwd_offload_refused(env);
    else if (r < 0)
        log_debug("flow cache: %s", strerror(-r));
    else
        fwd_offload_copied(env, pkt);
}

/* ---- rules ---- */

static struct cache_way way_of(const struct fwd_offload *o, uint32_t flags) {
    struct cache_key key = key_of(o);
    struct cache_entry e = entry_of(o, &key, 0);
    struct cache_way w = {
        .out_port = e.out_port, .mtu = e.mtu, .flags = e.flags | flags, .address_sum = e.address_sum};

    memcpy(w.old_macs, e.old_macs, sizeof(w.old_macs));
    memcpy(w.new_macs, e.new_macs, sizeof(w.new_macs));
    return w;
}

static void remember_rule(struct cache *c, const struct fwd_env *env, const struct fwd_pkt *pkt) {
    struct fwd_offload_rule rule;
    struct cache_rule_key at;
    struct cache_rule r, old;
    struct cache_key key;

    if (!fwd_offload_rule(env, pkt, &rule))
        return;
    key = key_of(&rule.there);
    at = (struct cache_rule_key){
        .src = key.src, .dst = key.dst, .dport = key.dport, .port = key.port, .protocol = key.protocol};
    r = (struct cache_rule){.generation = rule.there.generation,
                            .sport_min = rule.sport_min,
                            .sport_max = rule.sport_max,
                            .there = way_of(&rule.there, CACHE_FOLLOW | CACHE_OPENER),
                            .back = way_of(&rule.back, CACHE_FOLLOW),
                            .src = htonl(ip_v4(rule.there.after.src).v),
                            .dst = htonl(ip_v4(rule.there.after.dst).v)};
    for (int side = 0; side < 2; side++) {
        r.tags[side] = rule.sides[side].tag;
        r.tracked[side] = !rule.sides[side].on       ? CACHE_SIDE_NONE
                          : rule.sides[side].tracked ? CACHE_SIDE_TRACKED
                                                     : CACHE_SIDE_UNTRACKED;
    }
    /* Only what differs is written: the program may be reading it. */
    if (key.port != 0 && r.there.out_port != 0 &&
        (bpf_map_get(c->maps.rules, &at, &old) < 0 || memcmp(&old, &r, sizeof(r)) != 0))
        (void)bpf_map_set(c->maps.rules, &at, &r); /* no room: the engine goes on opening these */
}

static void way_to(const struct cache_way *w, uint32_t generation, struct fwd_offload *ret) {
    ret->out_port = port_number_of(w->out_port);
    ret->generation = generation;
    ret->mtu = w->mtu;
    ret->check_macs = w->flags & CACHE_CHECK_MACS;
    memcpy(&ret->old_dst, w->old_macs, 6);
    memcpy(&ret->old_src, (const char *)w->old_macs + 6, 6);
    memcpy(&ret->new_dst, w->new_macs, 6);
    memcpy(&ret->new_src, (const char *)w->new_macs + 6, 6);
}

/* ---- news ---- */

/* One that opened, and closed already or not. */
struct life {
    const struct cache_opened *opened;
    const struct cache_closed *closed;
    struct fwd_offload_rule rule;
};

static struct cache_key answers_key(const struct cache_opened *o) {
    return (struct cache_key){.src = o->rule.dst,
                              .dst = o->rule.src,
                              .sport = o->key.dport,
                              .dport = o->key.sport,
                              .port = o->rule.there.out_port,
                              .protocol = o->key.protocol};
}

static struct fwd_offload_rule rule_of(const struct cache_opened *o) {
    const struct cache_rule *r = &o->rule;
    struct cache_key back = answers_key(o);
    struct fwd_offload_rule rule = {
        .there = {.in_port = port_number_of(o->key.port), .before = tuple_of(&o->key)},
        .back = {.in_port = port_number_of(back.port), .before = tuple_of(&back)}};
    const struct wire_tuple *there = &rule.there.before, *answer = &rule.back.before;

    way_to(&r->there, r->generation, &rule.there);
    way_to(&r->back, r->generation, &rule.back);
    rule.there.after =
        (struct wire_tuple){answer->dst, answer->src, there->sport, there->dport, there->protocol};
    rule.back.after =
        (struct wire_tuple){there->dst, there->src, there->dport, there->sport, there->protocol};
    for (int side = 0; side < 2; side++) {
        rule.sides[side].on = r->tracked[side] != CACHE_SIDE_NONE;
        rule.sides[side].tracked = r->tracked[side] == CACHE_SIDE_TRACKED;
        rule.sides[side].tag = r->tags[side];
    }
    return rule;
}

static bool is_of(const struct cache_closed *closed, const struct cache_opened *o) {
    return memcmp(&closed->keys[0], &o->key, sizeof(o->key)) == 0 ||
           memcmp(&closed->keys[1], &o->key, sizeof(o->key)) == 0;
}

static void tell_life(struct cache *c, struct fwd_env *env, struct life *life) {
    const struct cache_closed *closed = life->closed;
    bool known;

    c->hearing = true;
    if (closed) {
        int first = memcmp(&closed->keys[0], &life->opened->key, sizeof(closed->keys[0])) == 0 ? 0 : 1;

        add_seen(&closed->entries[first], &life->rule.there);
        add_seen(&closed->entries[1 - first], &life->rule.back);
        known = fwd_offload_lived(env, &life->rule, life->opened->tick);
    } else {
        known = fwd_offload_opened(env, &life->rule, life->opened->tick);
    }
    c->hearing = false;
    if (!known && !closed) {
        struct cache_key back = answers_key(life->opened);

        bpf_map_delete(c->maps.flows, &life->opened->key);
        bpf_map_delete(c->maps.flows, &back);
    }
}

static const void *record_of(uint32_t what, const void *record, size_t bytes, size_t least) {
    return bytes >= least && memcmp(record, &what, sizeof(what)) == 0 ? record : NULL;
}

/*
 * Takes records from *place_io on until it has read enough of them; false when no more are there.  A connection
 * that has ended by then costs the engine half.
 */
static bool hear_some(struct cache *c, struct fwd_env *env, unsigned long *place_io) {
    enum { LIVES = 128 };
    static struct life lives[LIVES];
    unsigned n = 0;
    const void *record = NULL;
    size_t bytes;

    while (n < LIVES && (record = bpf_ring_read(&c->news, place_io, &bytes)) != NULL) {
        const struct cache_opened *o = record_of(CACHE_OPENED, record, bytes, sizeof(*o));
        const struct cache_closed *closed = record_of(CACHE_CLOSED, record, bytes, sizeof(*closed));
        unsigned i = n;

        if (o) {
            lives[n] = (struct life){o, NULL, rule_of(o)};
            fwd_offload_soon(env->table, &lives[n++].rule);
        }
        if (!closed)
            continue;
        while (i > 0 && !is_of(closed, lives[i - 1].opened))
            i--;
        if (i > 0 && !lives[i - 1].closed) {
            lives[i - 1].closed = closed;
        } else {
            for (int e = 0; e < 2; e++)
                count(env, &closed->keys[e], &closed->entries[e]);
        }
    }
    for (unsigned i = 0; i < n; i++)
        tell_life(c, env, &lives[i]);
    return record != NULL;
}

/* ---- all ---- */

static int tell(struct cache *c, const struct cache_config *config) {
    uint32_t zero = 0;
    int r = 0;

    if (memcmp(config, &c->told, sizeof(*config)) != 0)
        r = bpf_map_set(c->maps.config, &zero, config);
    if (r == 0)
        c->told = *config;
    return r;
}

static bool may_make(const struct fwd_env *env) {
    return fwd_offload_room(env->table) >= RESERVE;
}

int cache_follow(struct cache *c, struct fwd_env *env) {
    struct cache_config config = {.generation = fwd_offload_stamp(env), .fresh = fwd_offload_fresh(env)};

    fwd_offload_reserve(env->table, RESERVE);
    config.make = may_make(env);
    c->rules_stale |= config.generation != c->told.generation;
    return tell(c, &config);
}

void cache_drain(struct cache *c, struct fwd_env *env) {
    struct cache_config config = c->told;
    unsigned long place = bpf_ring_place(&c->news);
    bool more = true;

    config.make = may_make(env);
    if (config.generation != 0)
        tell(c, &config);
    while (more) {
        more = hear_some(c, env, &place);
        /* Only now: should we die before, another fabric hears it all again. */
        bpf_ring_drop(&c->news, place);
    }
}

/* A SYN that did not match its entry as that was open: its end may be on record nowhere else. */
void cache_before(struct cache *c, struct fwd_env *env, const struct fwd_pkt *pkt) {
    struct wire_packet p;
    struct cache_entry e, other;
    struct cache_key key, back;

    wire_parse(pkt->data, pkt->length, &p);
    if (p.kind != WIRE_KIND_IP || p.v6 || p.tuple.protocol != WIRE_TCP || wire_is_fragment(&p) ||
        (p.tcp_flags & (WIRE_SYN | WIRE_ACK)) != WIRE_SYN)
        return;
    key = key_of(&(struct fwd_offload){.in_port = pkt->in_port, .before = p.tuple});
    if (bpf_map_get(c->maps.flows, &key, &e) < 0 || !(e.flags & CACHE_FOLLOW))
        return;
    count(env, &key, &e);
    back = other_way(&key, &e);
    if (bpf_map_get(c->maps.flows, &back, &other) == 0)
        count(env, &back, &other);
}

void cache_learn(struct cache *c, struct fwd_env *env, const struct fwd_pkt *pkt) {
    struct fwd_offload o;
    struct place at;

    switch (fwd_offload_find(env, pkt, &o)) {
    case FWD_OFFLOAD_READY:
        remember(c, env, pkt, &o);
        if (ip_is4(o.before.src))
            remember_rule(c, env, pkt);
        break;
    case FWD_OFFLOAD_TOUCH:
        at = place_of(&o);
        forget(c, env, &at);
        break;
    case FWD_OFFLOAD_NONE:
        break;
    }
}

static bool is_stale(const struct cache *c, const struct fwd_env *env, const struct cache_entry *e) {
    return (int32_t)((uint32_t)(env->now_ns >> CACHE_TICK_SHIFT) - e->seen) > (int32_t)c->told.fresh;
}

/* Each entry of a family's map; with env, only those go that are of no more use, and
 * those by the port of that slot (0: none). */
static void walk(struct cache *c, struct fwd_env *env, bool v6, uint16_t slot) {
    static union {
        struct cache_key v4[BATCH];
        struct cache_key6 v6[BATCH];
    } keys;
    static struct cache_entry entries[BATCH];
    uint32_t place = 0, n;
    int map = map_of(c, v6), r;

    for (int first = 1;; first = 0) {
        n = BATCH;
        r = bpf_map_get_batch(map, first, &place, &keys, entries, &n);
        for (uint32_t i = 0; i < n; i++) {
            const void *key = v6 ? (const void *)&keys.v6[i] : &keys.v4[i];
            uint16_t port = v6 ? keys.v6[i].port : keys.v4[i].port;

            if (!env || !(v6 ? count6(env, key, &entries[i]) : count(env, key, &entries[i])) ||
                is_stale(c, env, &entries[i]) || (slot != 0 && (port == slot || entries[i].out_port == slot)))
                bpf_map_delete(map, key);
        }
        if (r < 0)
            break;
    }
    if (r != -ENOENT)
        log_warn("the kernel's flow cache cannot be read: %s", strerror(-r));
}

/* Rules of other generations, which nobody believes, and those by the port of that slot (0: none). */
static void clear_rules(struct cache *c, uint32_t but, uint16_t slot) {
    static struct cache_rule_key keys[BATCH];
    static struct cache_rule rules[BATCH];
    uint32_t place = 0, n;
    int r;

    for (int first = 1;; first = 0) {
        n = BATCH;
        r = bpf_map_get_batch(c->maps.rules, first, &place, keys, rules, &n);
        for (uint32_t i = 0; i < n; i++)
            if (rules[i].generation != but ||
                (slot != 0 && (keys[i].port == slot || rules[i].there.out_port == slot)))
                bpf_map_delete(c->maps.rules, &keys[i]);
        if (r < 0)
            break;
    }
    c->rules_stale = false;
}

void cache_clear(struct cache *c) {
    unsigned long place = bpf_ring_place(&c->news);
    size_t bytes;

    walk(c, NULL, false, 0);
    walk(c, NULL, true, 0);
    clear_rules(c, 0, 0);
    while (bpf_ring_read(&c->news, &place, &bytes) != NULL)
        bpf_ring_drop(&c->news, place);
}

void cache_port_gone(struct cache *c, struct fwd_env *env, uint16_t slot) {
    clear_rules(c, c->told.generation, slot); /* so that none opens what is then missed */
    cache_drain(c, env);
    walk(c, env, false, slot);
    walk(c, env, true, slot);
}

void cache_sweep(struct cache *c, struct fwd_env *env) {
    uint64_t took;

    if (env->now_ns - c->swept_ns < c->sweep_every_ns)
        return;
    c->swept_ns = env->now_ns;
    walk(c, env, false, 0);
    walk(c, env, true, 0);
    if (c->rules_stale)
        clear_rules(c, c->told.generation, 0);
    took = (clock_mono_ns() - c->swept_ns) * SWEEP_SHARE;
    c->sweep_every_ns = took < SWEEP_MIN_NS ? SWEEP_MIN_NS : took > SWEEP_MAX_NS ? SWEEP_MAX_NS : took;
}
