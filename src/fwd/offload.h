/* SPDX-License-Identifier: Apache-2.0 */
/*
 * offload: the flow cache's decisions, for another cache that serves packets before they come here.
 *
 * Theory of operation: what fwd_process() has just used or made for a packet can be copied into an exact-match
 * table elsewhere, such as the kernel's.  A copy is good for as long as the entry itself would be: while
 * fwd_offload_stamp() gives its generation, until `fresh` ticks pass without a packet, and for packets
 * that carry the expected addresses, are not larger than mtu on a link, are no fragments, have no options or extension headers, and
 * have none of FIN, SYN and RST set; all others belong to fwd_process().  Of IPv6, only flows are handed out whose
 * addresses and ports stay as they are.
 * A verdict about a connection's first packet may hold for all that differ from it in their source port alone:
 * such a rule (fwd_offload_rule) lets the owner open connections by itself, as long as it is of the present
 * generation.  It then follows their state in both directions' copies, and says of each connection that it opened
 * (fwd_offload_opened) before the next packet comes here, and before the next image.
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
    /* What a copy has passed so far, the last of it at this tick: for fwd_offload_count(). */
    uint64_t packets, bytes; /* of IP */
    uint32_t seen;
    /* Of a connection that the owner opened, and followed: it was answered; its opener went on; FIN and RST of this
     * direction. */
    bool followed, replied, open, fin, rst;
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
 * What the copy with this in_port, before, old_dst and generation has passed.  False: the engine does not know it
 * any more.
 */
bool fwd_offload_count(struct fwd_env *env, const struct fwd_offload *copy);

struct fwd_offload_rule {
    struct fwd_offload there, back; /* the opener's direction, and the answers'; no port is translated */
    uint16_t sport_min, sport_max;  /* of there; its own is an example */
    struct {
        bool on, tracked; /* tracked there at all; lives on without its rule */
        uint32_t tag;
    } sides[2]; /* the ENIs that the opener's packets leave and enter */
};
/* Whether the verdict about pkt, for which fwd_offload_find() has just said FWD_OFFLOAD_READY, holds for others. */
bool fwd_offload_rule(const struct fwd_env *env, const struct fwd_pkt *pkt,
                      struct fwd_offload_rule *ret_rule);

/* Of the table's connections, keeps so many free for the next function; and how many are. */
void fwd_offload_reserve(struct fwd_table *table, uint32_t connections);
uint32_t fwd_offload_room(const struct fwd_table *table);
/*
 * At `tick` the owner made both copies of a connection by this rule, which may be an old one; there.before.sport and
 * all that hangs on it is the connection's.  False: an end is gone, or there is no room; the copies are to be deleted.
 */
bool fwd_offload_opened(struct fwd_env *env, const struct fwd_offload_rule *rule, uint32_t tick);
void fwd_offload_soon(const struct fwd_table *table,
                      const struct fwd_offload_rule *rule); /* a hint: faster then */
/* The same for one that has ended since, and whose copies are gone: there and back say what they had seen. */
bool fwd_offload_lived(struct fwd_env *env, const struct fwd_offload_rule *rule, uint32_t tick);

#endif
