/* SPDX-License-Identifier: Apache-2.0 */
#include "io/cache.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/bpf_map.h"
#include "base/clock.h"
#include "base/log.h"
#include "bpf/cache.h"
#include "fwd/offload.h"
#include "io/port.h"

_Static_assert((int)CACHE_TICK_SHIFT == (int)FWD_OFFLOAD_TICK_SHIFT, "one clock");

enum { BATCH = 1024 };
#define SWEEP_MIN_NS UINT64_C(1000000000)
#define SWEEP_MAX_NS UINT64_C(5000000000)
#define SWEEP_SHARE 50 /* of the time between sweeps may a sweep take at most one part */

void cache_init(struct cache *c, int flows, int config) {
    *c = (struct cache){.on = true, .flows = flows, .config = config, .sweep_every_ns = SWEEP_MIN_NS};
}

/* ---- one entry ---- */

static struct cache_key key_of(const struct fwd_offload *o) {
    return (struct cache_key){.src = htonl(o->before.src.v),
                              .dst = htonl(o->before.dst.v),
                              .sport = htons(o->before.sport),
                              .dport = htons(o->before.dport),
                              .port = (uint16_t)port_slot_of(o->in_port),
                              .protocol = o->before.protocol};
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

static struct cache_entry entry_of(const struct fwd_offload *o, const struct cache_key *key, uint32_t tick) {
    struct cache_entry e = {.generation = o->generation,
                            .seen = tick,
                            .out_port = (uint16_t)port_slot_of(o->out_port),
                            .mtu = o->mtu,
                            .flags = o->check_macs ? CACHE_CHECK_MACS : 0,
                            .src = htonl(o->after.src.v),
                            .dst = htonl(o->after.dst.v),
                            .sport = htons(o->after.sport),
                            .dport = htons(o->after.dport)};

    macs_of(&o->old_dst, &o->old_src, e.old_macs);
    macs_of(&o->new_dst, &o->new_src, e.new_macs);
    e.address_sum = difference(&key->src, &e.src, 4) + difference(&key->dst, &e.dst, 4);
    e.port_sum = difference(&key->sport, &e.sport, 2) + difference(&key->dport, &e.dport, 2);
    if (e.src != key->src || e.dst != key->dst || e.sport != key->sport || e.dport != key->dport)
        e.flags |= CACHE_REWRITE;
    return e;
}

/* Tells the engine what an entry has counted; false when it does not know it any more. */
static bool count(struct fwd_env *env, const struct cache_key *key, const struct cache_entry *e) {
    struct fwd_offload o = {
        .in_port = port_number_of(key->port),
        .out_port = port_number_of(e->out_port),
        .generation = e->generation,
        .before = {
            {ntohl(key->src)}, {ntohl(key->dst)}, ntohs(key->sport), ntohs(key->dport), key->protocol}};

    memcpy(&o.old_dst, e->old_macs, 6);
    return fwd_offload_count(env, &o, e->seen, e->packets, e->bytes);
}

static void forget(struct cache *c, struct fwd_env *env, const struct cache_key *key) {
    struct cache_entry e;

    if (bpf_map_get(c->flows, key, &e) == 0) {
        bpf_map_delete(c->flows, key);
        count(env, key, &e);
    }
}

static void remember(struct cache *c, struct fwd_env *env, const struct fwd_pkt *pkt,
                     const struct fwd_offload *o) {
    struct cache_key key = key_of(o);
    struct cache_entry e = entry_of(o, &key, (uint32_t)(env->now_ns >> CACHE_TICK_SHIFT)), old;
    int r;

    if (key.port == 0 || e.out_port == 0)
        return;
    r = bpf_map_add(c->flows, &key, &e);
    if (r == -EEXIST) {
        if (bpf_map_get(c->flows, &key, &old) == 0)
            count(env, &key, &old);
        r = bpf_map_set(c->flows, &key, &e);
    }
    if (r == -E2BIG || r == -ENOMEM)
        fwd_offload_refused(env);
    else if (r < 0)
        log_debug("flow cache: %s", strerror(-r));
    else
        fwd_offload_copied(env, pkt);
}

/* ---- all ---- */

int cache_follow(struct cache *c, struct fwd_env *env) {
    struct cache_config config = {.generation = fwd_offload_stamp(env), .fresh = fwd_offload_fresh(env)};
    uint32_t zero = 0;
    int r;

    if (config.generation == c->generation)
        return 0;
    r = bpf_map_set(c->config, &zero, &config);
    if (r == 0)
        c->generation = config.generation;
    return r;
}

void cache_learn(struct cache *c, struct fwd_env *env, const struct fwd_pkt *pkt) {
    struct fwd_offload o;
    struct cache_key key;

    switch (fwd_offload_find(env, pkt, &o)) {
    case FWD_OFFLOAD_READY:
        remember(c, env, pkt, &o);
        break;
    case FWD_OFFLOAD_TOUCH:
        key = key_of(&o);
        forget(c, env, &key);
        break;
    case FWD_OFFLOAD_NONE:
        break;
    }
}

/* Each entry of the map; those for which keep says no are deleted. */
static void walk(struct cache *c, struct fwd_env *env, bool keep_known) {
    static struct cache_key keys[BATCH];
    static struct cache_entry entries[BATCH];
    uint32_t place = 0, n;
    int r;

    for (int first = 1;; first = 0) {
        n = BATCH;
        r = bpf_map_get_batch(c->flows, first, &place, keys, entries, &n);
        for (uint32_t i = 0; i < n; i++)
            if (!keep_known || !count(env, &keys[i], &entries[i]))
                bpf_map_delete(c->flows, &keys[i]);
        if (r < 0)
            break;
    }
    if (r != -ENOENT)
        log_warn("the kernel's flow cache cannot be read: %s", strerror(-r));
}

void cache_clear(struct cache *c) {
    walk(c, NULL, false);
}

void cache_sweep(struct cache *c, struct fwd_env *env) {
    uint64_t took;

    if (env->now_ns - c->swept_ns < c->sweep_every_ns)
        return;
    c->swept_ns = env->now_ns;
    walk(c, env, true);
    took = (clock_mono_ns() - c->swept_ns) * SWEEP_SHARE;
    c->sweep_every_ns = took < SWEEP_MIN_NS ? SWEEP_MIN_NS : took > SWEEP_MAX_NS ? SWEEP_MAX_NS : took;
}
