/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache: keeps the kernel's flow cache (bpf/cache.h) in step with the engine's.
 *
 * Theory of operation: after each batch the engine's decisions are copied into the map of their family, and entries of flows
 * that it wants to see packet by packet again are deleted.  A new image's generation is written before the
 * image is acknowledged: from then on no older entry is believed.  About once a second both maps of flows are read
 * in batches: what the entries counted goes to the engine, those that it no longer knows are deleted.
 *
 * A verdict that holds for a whole class of connections goes into the map of rules, by which the program opens
 * connections itself.  What it opened and closed is in a ring buffer, read before anything else is done with the
 * engine: so that is never behind.  Room for as much as that buffer holds, four times over, is kept in the engine's table;
 * when it is short, the program is told to make none.
 *
 * A full map is harmless: what finds no room stays with the engine, and is counted (fwd_table_refused).
 */
#ifndef VPCBOX_IO_CACHE_H
#define VPCBOX_IO_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bpf_ring.h"
#include "bpf/cache.h"
#include "fwd/offload.h"

struct cache_maps {
    int flows, flows6, rules, config;
};
struct cache {
    bool on;
    struct cache_maps maps;
    struct bpf_ring news;
    struct cache_config told;
    bool rules_stale; /* some are of an earlier generation */
    bool hearing;     /* of a connection whose entries are newer than what the engine forgets for it */
    uint64_t swept_ns, sweep_every_ns;
};

/* Takes the maps' descriptors over; news stays the caller's. */
int cache_init(struct cache *c, const struct cache_maps *maps, int news);
/* Deletes the entry of a flow that env->table is about to forget (fwd_table.gone). */
void cache_gone(struct cache *c, struct fwd_env *env, const struct fwd_offload *flow);
/* Forgets all entries: they belong to a table that is gone. */
void cache_clear(struct cache *c);
/* Reads what the program did by itself: before fwd_process(), fwd_sweep() and another image. */
void cache_drain(struct cache *c, struct fwd_env *env);
/* Before fwd_process(): what only the program knows of the connection that this packet may replace. */
void cache_before(struct cache *c, struct fwd_env *env, const struct fwd_pkt *pkt);
/* Before anybody is told that env->image is in force. */
int cache_follow(struct cache *c, struct fwd_env *env);
/* After fwd_process(). */
void cache_learn(struct cache *c, struct fwd_env *env, const struct fwd_pkt *pkt);
/* A port's slot is to be another's: nothing may be left that goes by it. */
void cache_port_gone(struct cache *c, struct fwd_env *env, uint16_t slot);
/* Before fwd_sweep(); does nothing when the last one is not long ago. */
void cache_sweep(struct cache *c, struct fwd_env *env);

#endif
