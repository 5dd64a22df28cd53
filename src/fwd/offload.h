/* SPDX-License-Identifier: Apache-2.0 */
/*
 * offload: the flow cache's decisions, for another cache that serves packets before they come here.
 *
 * Theory of operation: what fwd_process() has just used or made for a packet can be copied into an exact-match
 * table elsewhere, such as the kernel's.  A copy is good for as long as the entry itself would be: while
 * fwd_offload_stamp() gives its generation, until `fresh` ticks pass without a packet, and for packets
 * that carry the expected addresses, are not larger than mtu on a link, are no fragments, have no options, and
 * have none of FIN, SYN and RST set; all others belong to fwd_process().
 * The owner of the copies says regularly what they have seen (fwd_offload_count), and before fwd_sweep(),
 * so that no connection in use is thought idle; a copy that the engine no longer knows is to be deleted.
 */
#ifndef VPCBOX_FWD_OFFLOAD_H
#define VPCBOX_FWD_OFFLOAD_H

#include "fwd/fwd.h"

enum { FWD_OFFLOAD_TICK_SHIFT = 24 }; /* a tick: 2^24 ns of CLOCK_MONOTONIC, modulo 2^32 */

struct fwd_offload {
    uint32_t in_port, out_port, generation;
    struct wire_tuple before, after;
    bool check_macs; /* frames carry these, or are not this flow's */
    struct mac old_dst, old_src, new_dst, new_src;
    uint16_t mtu; /* of IP */
};

enum fwd_offload_state {
    FWD_OFFLOAD_NONE,  /* the packet belongs to no flow */
    FWD_OFFLOAD_TOUCH, /* its flow's packets must all come here: only in_port and before are set */
    FWD_OFFLOAD_READY
};
/* What became of a packet that fwd_process() has just handled. */
enum fwd_offload_state fwd_offload_find(const struct fwd_env *env, const struct fwd_pkt *pkt,
                                        struct fwd_offload *ret_offload);

/* The generation that env->image's decisions carry, and the ticks for which a silent one is believed. */
uint32_t fwd_offload_stamp(struct fwd_env *env);
uint32_t fwd_offload_fresh(const struct fwd_env *env);

/* A copy of pkt's flow was made, whose counters begin at 0. */
void fwd_offload_copied(struct fwd_env *env, const struct fwd_pkt *pkt);
void fwd_offload_refused(struct fwd_env *env); /* or could not, for want of room: counted */
/*
 * packets and bytes (of IP) that the copy with this in_port, before, old_dst and generation has passed so far,
 * the last of them at tick `seen`.  False: the engine does not know it any more.
 */
bool fwd_offload_count(struct fwd_env *env, const struct fwd_offload *copy, uint32_t seen, uint64_t packets,
                       uint64_t bytes);

#endif
