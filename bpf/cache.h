/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache: what the kernel's flow cache and the processes that fill it agree on.
 *
 * Theory of operation: the engine decides, the kernel remembers.  Each interface is a veth whose host end is in
 * the fabric's own network namespace, with the program of cache.bpf.c on its way in.  The program looks
 * (port, 5-tuple) up in `flows`; an entry is one decision of the engine, valid while its generation is
 * that of `config` and it has been used within `fresh` ticks.  Then the frame is rewritten and goes straight
 * to the far end of another veth.  Everything else (misses, handshakes and ends of TCP connections, fragments,
 * options, ICMP, ARP) goes to the punt TAP with the port's number in a VLAN tag: the engine's process
 * reads it there, and frames that it writes there carry the port that they are to leave by in the same way.
 *
 *   flows    cache_key -> cache_entry; preallocated.  The fabric writes, the program counts.
 *   config   one cache_config
 *   ports    port -> ifindex of the host end, [CACHE_PUNT]: of the punt TAP; 0: none
 *
 * A port's number fits a tag's 16 bits: the ENI's own number, or CACHE_SERVICE and CACHE_UPLINK.
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
    CACHE_TICK_SHIFT = 24
};

struct cache_key {
    __u32 src, dst;
    __u16 sport, dport;
    __u16 port;
    __u8 protocol, zero;
};

enum {
    CACHE_CHECK_MACS = 1, /* the frame must carry old_macs */
    CACHE_REWRITE = 2     /* addresses or ports change */
};

/* Sums are as the kernel keeps them: 32 bits of ones' complement over words as they lie in memory. */
struct cache_entry {
    __u32 generation;
    __u32 seen;           /* tick */
    __u64 packets, bytes; /* IP's, since it was made */
    __u16 out_port, mtu;
    __u8 flags, zero[3];
    __u32 old_macs[3], new_macs[3]; /* destination, source: a frame's first 12 bytes */
    __u32 src, dst;
    __u16 sport, dport;
    __u32 address_sum, port_sum;
};

struct cache_config {
    __u32 generation, fresh;
};

#endif
