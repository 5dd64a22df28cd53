/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fwd: what happens to a packet.
 *
 * Theory of operation: fwd_process() is a function of an image, a table, a clock value and packets.  It
 * does no I/O and keeps nothing outside the table.  Every packet ends either sent (out_port is a port,
 * the frame is rewritten in place, perhaps turned round into a reply for its own in_port) or dropped
 * (out_port is PORT_NONE, reason says why).
 *
 *   hit:  parse -> flow cache -> rewrite                          (one 64-byte line a packet)
 *   miss: parse -> the stages of FWD_STAGES, one file each -> rewrite -> flow cache
 *
 * The table has three parts, all in memory that the caller gives and that may outlive the process:
 *   flows   the cache, one for each family: (in_port, 5-tuple) -> rewrites and out_port, valid for one image
 *           generation and for FWD_FLOW_FRESH_S seconds of silence.  Losing an entry loses nothing but time.
 *   conns   the truth: what a security group's tracking remembers for (ENI, 5-tuple), and the
 *           address translation of a connection to an AWS service (net/door.h).
 *   counters  per reason and per port.
 * A new image makes every flow run the stages again: routes and ACLs bite at once, while the groups'
 * stage finds its tracked connection and lets it go on.
 *
 * Each direction of a connection runs the stages by itself, so that paths may differ; the group
 * stages of both ENIs meet in their conns.
 *
 * explain: the same function with a small table of its own and env.trace set; every stage reports there.
 * Frames carry checksums as virtio does: with FWD_NEEDS_CSUM the field holds only the pseudo header's sum.
 *
 * One thread per table.  Time is CLOCK_MONOTONIC.
 */
#ifndef VPCBOX_FWD_FWD_H
#define VPCBOX_FWD_FWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "fwd/reason.h"
#include "net/door.h"
#include "net/image.h"
#include "wire/packet.h"

/* The address of the router as every port sees it: base+1 of each subnet, the service and uplink sides' peer.
 */
extern const struct mac fwd_gateway_mac;
/* What frames to PORT_SERVICE and PORT_UPLINK are addressed to: give those TAPs' far ends these addresses. */
extern const struct mac fwd_service_mac, fwd_uplink_mac;

enum {
    FWD_BATCH = 32,
    FWD_MTU_VPC = 9001,
    FWD_MTU_INTERNET = 1500,
    FWD_MTU_ENDPOINT = 8500,
    FWD_ROOM_MIN = 640, /* a packet buffer must have room for the largest reply made in place */
    FWD_HEADROOM = 16,  /* bytes before a frame that is sent, for its sender to use */
};

/* virtio_net_hdr's values. */
enum { FWD_NEEDS_CSUM = 1, FWD_DATA_VALID = 2 };
enum { FWD_GSO_NONE = 0, FWD_GSO_TCPV4 = 1, FWD_GSO_TCPV6 = 4, FWD_GSO_UDP_L4 = 5, FWD_GSO_ECN = 0x80 };

struct fwd_pkt {
    uint8_t *data;   /* Ethernet frame */
    uint32_t length; /* its bytes; changed when the packet became another */
    uint32_t room;   /* bytes from data on that may be written, at least length */
    uint8_t vnet_flags, gso_type;
    uint16_t hdr_len, gso_size, csum_start, csum_offset;
    uint32_t in_port;
    uint32_t out_port;      /* out: where to, or PORT_NONE: dropped */
    enum fwd_reason reason; /* out: FWD_OK, or why dropped (or why answered, for a reply) */
    uint32_t flow;          /* out: for fwd_offload_find() */
};

/* Seconds, AWS's defaults in fwd_config_default. */
struct fwd_config {
    uint32_t tcp_established, tcp_opening, tcp_closing;
    uint32_t udp_single, udp_stream, icmp, other;
    uint32_t endpoint; /* TCP through an interface endpoint */
};
extern const struct fwd_config fwd_config_default;

struct fwd_table_size {
    uint32_t connections; /* most tracked at once; further new ones are dropped */
    uint32_t ports;       /* ENI numbers below this have counters of their own */
    bool huge;            /* ask for 2 MiB pages: faster with many flows, more memory with few */
};

struct fwd_offload;

/* A process's view of a table; copyable, owns nothing. */
struct fwd_table {
    struct fwd_table_header *header;
    struct fwd_flow4 *flows;
    struct fwd_flow6 *flows6;
    struct fwd_copied *copied, *copied6;
    struct fwd_conn *conns;
    struct fwd_xlate *xlates;
    uint32_t *buckets;
    struct fwd_frag *frags;
    struct fwd_port_counters *ports;
    /* Or NULL: told of each flow that is about to be forgotten, or whose next packet must come here: its copy
     * elsewhere (offload.h) must not live on.  May call fwd_offload_count(). */
    void (*gone)(void *user, const struct fwd_offload *flow);
    void *gone_user;
};

size_t fwd_table_bytes(const struct fwd_table_size *size);
/* Makes an empty table in zeroed memory of at least fwd_table_bytes(); 8-byte aligned (2 MiB is best). */
int fwd_table_init(void *memory, size_t bytes, const struct fwd_table_size *size,
                   struct fwd_table *ret_table);
/*
 * Takes over a table that an earlier process used and may have left in the middle of a change: every
 * index is rebuilt from the records themselves.  -EBADMSG: not a table of this version; use init.
 */
int fwd_table_attach(void *memory, size_t bytes, struct fwd_table *ret_table);
/*
 * Looks at a table that another process is using, through a read-only map: only for fwd_table_each() and the
 * counters, which may show a record in the middle of its change.  -EBADMSG as above.
 */
int fwd_table_peek(const void *memory, size_t bytes, struct fwd_table *ret_table);

struct fwd_trace;
struct fwd_env {
    const struct image *image;
    struct fwd_table *table;
    uint64_t now_ns;
    const struct fwd_config *config; /* NULL: the defaults */
    struct fwd_trace *trace;         /* or NULL */
    /* Frames beyond the one in hand: fragments, with FWD_HEADROOM.  Valid during the call.  May be NULL: they are
     * lost. */
    void (*emit)(void *user, struct fwd_pkt *pkt);
    void *user;
};

void fwd_process(struct fwd_env *env, struct fwd_pkt **pkts, unsigned count);

/* Looks at up to budget connections, forgets those idle too long; ends of table wrap.  Returns how many went.
 */
unsigned fwd_sweep(struct fwd_env *env, unsigned budget);
void fwd_flush(struct fwd_table *table); /* forgets all connections and flows; counters stay */

/* One connection as a reader sees it. */
struct fwd_connection {
    uint32_t port; /* the ENI that tracks it, or PORT_SERVICE for a translation */
    uint8_t protocol;
    struct ipaddr local, remote; /* as that port sees them */
    uint16_t local_port, remote_port;
    bool outward;      /* the port's side opened it */
    bool tracked;      /* survives the removal of the rule that let it in */
    const char *state; /* "syn", "established", "closing", "closed", "single", "stream", … */
    uint32_t idle_s, expires_s, age_s;
    uint64_t packets[2], bytes[2]; /* [0] from the port, [1] to it */
    /* Translations only: */
    bool translated;
    struct door door;
    uint32_t client_port; /* the port that the packets came from */
    struct ipaddr client, service;
    uint16_t client_l4, service_l4;
};
/* Calls back for every live connection; stop by returning false. */
void fwd_table_each(const struct fwd_env *env, bool (*each)(void *user, const struct fwd_connection *conn),
                    void *user);
uint32_t fwd_table_connections(const struct fwd_table *table);

struct fwd_port_counters {
    uint64_t rx_packets, rx_bytes; /* from the port into the fabric */
    uint64_t tx_packets, tx_bytes; /* out of the fabric into the port */
    uint64_t dropped;              /* of those received */
    uint64_t lost;                 /* of those sent, what the port did not take */
    uint64_t reserved[2];
};
/* Zeros for a port without counters. */
struct fwd_port_counters fwd_table_port(const struct fwd_table *table, uint32_t port);
void fwd_table_lost(struct fwd_table *table, uint32_t port); /* counts one frame that could not be written */
uint64_t fwd_table_reason(const struct fwd_table *table, enum fwd_reason reason); /* packets that ended so */
uint64_t fwd_table_hits(const struct fwd_table *table);                           /* served from a cache */
uint64_t fwd_table_refused(const struct fwd_table *table); /* flows that the kernel's cache had no room for */

/* Self-test of the table's inner links, for tests: 0, or -EBADMSG. */
int fwd_table_check(const struct fwd_table *table);

#endif
