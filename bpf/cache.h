/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache: what the kernel's flow cache and the processes that fill it agree on.
 *
 * Theory of operation: the engine decides, the kernel remembers.  Each interface is a veth whose host end is in
 * the fabric's own network namespace, with the program of cache.bpf.c on its way in.  The program looks
 * (port, 5-tuple) up in `flows`; an entry is one decision of the engine, valid while its generation is
 * that of `config` and it has been used within `fresh` ticks.  Then the frame is rewritten and goes straight
 * to the far end of another veth.  Everything else (misses, handshakes and ends of TCP connections unless a rule
 * made them, fragments, options, ICMP, ARP) goes to the punt TAP with the port's number in a VLAN tag: the engine's process
 * reads it there, and frames that it writes there carry the port that they are to leave by in the same way.
 *
 *   flows    cache_key -> cache_entry.  The fabric writes, the program counts.
 *   flows6   cache_key6 -> cache_entry, for IPv6: nothing but MACs is rewritten there, and no rules make any.
 *   rules    cache_rule_key -> cache_rule; the fabric writes.
 *   news     ring buffer, program to fabric: struct cache_opened, struct cache_closed
 *   config   one cache_config
 *   ports    port -> ifindex of the host end, [CACHE_PUNT]: of the punt TAP; 0: none
 *
 * A rule is a verdict that the engine has given to a connection and would give to each other one that differs
 * in its source port alone, within a range.  By it the program itself makes both entries of a new connection, and
 * follows its state in them until the end (CACHE_FOLLOW); the engine reads of both in `news` before it looks at
 * any later packet or image.  Without room in `news` or `flows`, the packet goes to the engine.
 *
 * A port is called by its slot, which fits a tag's 16 bits: host gives one to each interface while it is there, and
 * CACHE_SERVICE and CACHE_UPLINK are always the same two.
 * Addresses and L4 ports are in network order.  A tick is 2^CACHE_TICK_SHIFT ns of CLOCK_MONOTONIC.
 */
#ifndef VPCBOX_BPF_CACHE_H
#define VPCBOX_BPF_CACHE_H

#include <linux/types.h>

enum {
    CACHE_PUNT = 0,
    CACHE_PORT_MAX = 0xfffd,
    CACHE_SERVICE = 0xfffe,
    CACHE_UPLINK = 0xffff,
    CACHE_PORTS = 0x10000,
    CACHE_FLOWS = 1 << 17,
    CACHE_FLOWS6 = 1 << 16,
    CACHE_RULES = 1 << 14,
    CACHE_NEWS_BYTES = 1 << 20,
    CACHE_TICK_SHIFT = 24
};

struct cache_key {
    __u32 src, dst;
    __u16 sport, dport;
    __u16 port;
    __u8 protocol, zero;
};
struct cache_key6 {
    __u32 src[4], dst[4];
    __u16 sport, dport;
    __u16 port;
    __u8 protocol, zero;
};

enum {
    CACHE_CHECK_MACS = 1, /* the frame must carry old_macs */
    CACHE_REWRITE = 2,    /* addresses or ports change */
    CACHE_FOLLOW = 4,     /* made by a rule: the program follows the connection's state */
    CACHE_OPENER = 8      /* of those: the direction that opened it */
};

/* Sums are as the kernel keeps them: 32 bits of ones' complement over words as they lie in memory. */
struct cache_entry {
    __u32 generation;
    __u32 seen;           /* tick */
    __u64 packets, bytes; /* IP's, since it was made */
    __u16 out_port, mtu;
    __u8 flags;
    /* CACHE_FOLLOW only; each is set to 1 once: an answer was seen (by both directions' entries), the opener
     * went on after it, this direction's FIN, its RST. */
    __u8 replied, open, fin, rst, zero[3];
    __u32 old_macs[3], new_macs[3]; /* destination, source: a frame's first 12 bytes */
    __u32 src, dst;                 /* from here on: CACHE_REWRITE and CACHE_FOLLOW only */
    __u16 sport, dport;
    __u32 address_sum, port_sum;
};

struct cache_rule_key {
    __u32 src, dst;
    __u16 dport, port;
    __u8 protocol, zero[3];
};

/* One direction of a connection that a rule makes; L4 ports are not rewritten. */
struct cache_way {
    __u16 out_port, mtu;
    __u32 flags; /* an entry's */
    __u32 old_macs[3], new_macs[3];
    __u32 address_sum;
};

struct cache_rule {
    __u32 generation;
    __u16 sport_min, sport_max; /* in the processor's order, unlike all other ports */
    struct cache_way there, back;
    __u32 src, dst;  /* after there's rewriting */
    __u32 tags[2];   /* for the engine: the ENIs at both ends … */
    __u8 tracked[2]; /* … and what it remembers there: CACHE_SIDE_* */
    __u8 zero[2];
};
enum { CACHE_SIDE_NONE, CACHE_SIDE_UNTRACKED, CACHE_SIDE_TRACKED };

struct cache_config {
    __u32 generation, fresh;
    __u32 make; /* 0: new connections are the engine's */
};

enum { CACHE_OPENED = 1, CACHE_CLOSED };
struct cache_opened {
    __u32 what, tick;
    struct cache_key key; /* the opener's */
    struct cache_rule rule;
};
/* Both entries as they were last; they are gone. */
struct cache_closed {
    __u32 what, zero;
    struct cache_key keys[2];
    struct cache_entry entries[2];
};

#endif
