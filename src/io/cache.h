/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache: keeps the kernel's flow cache (bpf/cache.h) in step with the engine's.
 *
 * Theory of operation: after each batch the engine's decisions are copied into the map, and entries of flows
 * that it wants to see packet by packet again are deleted.  A new image's generation is written before the
 * image is acknowledged: from then on no older entry is believed.  About once a second the whole map is read
 * in batches: what the entries counted goes to the engine, those that it no longer knows are deleted.
 * A full map is harmless: what finds no room stays with the engine, and is counted (fwd_table_refused).
 */
#ifndef VPCBOX_IO_CACHE_H
#define VPCBOX_IO_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "fwd/fwd.h"

struct cache {
    bool on;
    int flows, config; /* maps */
    uint32_t generation;
    uint64_t swept_ns, sweep_every_ns;
};

/* Takes the descriptors over. */
void cache_init(struct cache *c, int flows, int config);
/* Forgets all entries: they belong to a table that is gone. */
void cache_clear(struct cache *c);
/* Before anybody is told that env->image is in force. */
int cache_follow(struct cache *c, struct fwd_env *env);
/* After fwd_process(). */
void cache_learn(struct cache *c, struct fwd_env *env, const struct fwd_pkt *pkt);
/* Before fwd_sweep(); does nothing when the last one is not long ago. */
void cache_sweep(struct cache *c, struct fwd_env *env);

#endif
