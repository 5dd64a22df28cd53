/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine: what the files of src/fwd share; nobody else includes it.
 *
 * A stage is `enum fwd_stage stage_x(struct fwd_ctx *c)`, one file each.  It reads the context, changes
 * c->tuple (never the frame), and returns the next stage, or what fwd_drop() or fwd_answer() return.  New route targets
 * are one file and one line in stage_target.c's table.  Nothing a stage does touches the table except by way of
 * the pending list, so a packet that is dropped later leaves no trace in it.
 */
#ifndef VPCBOX_FWD_ENGINE_H
#define VPCBOX_FWD_ENGINE_H

#include "fwd/fwd.h"
#include "fwd/offload.h"
#include "fwd/trace.h"
#include "wire/packet.h"

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* Time in the table: 2^24 ns, 16.8 ms; wraps after two years. */
enum { FWD_TICK_SHIFT = 24, FWD_FLOW_FRESH_S = 15 };
static inline uint32_t fwd_tick(uint64_t now_ns) {
    return (uint32_t)(now_ns >> FWD_TICK_SHIFT);
}
static inline uint64_t fwd_ticks(uint32_t seconds) {
    return (uint64_t)seconds * 1000000000 >> FWD_TICK_SHIFT;
}

/* ---- table: conns ---- */

enum {
    CONN_USED = 1,
    CONN_OUTWARD = 2, /* opened from the port's side */
    CONN_TRACKED = 4, /* lives on without its rule */
    CONN_REPLIED = 8,
    CONN_XLATE = 16 /* a translation (fwd_xlate); has a second key */
};
enum conn_state {
    CONN_NEW,  /* opened; one-way */
    CONN_OPEN, /* TCP established; UDP a stream */
    CONN_CLOSING,
    CONN_CLOSED
};

/* Who talks to whom, as one port sees it. */
struct conn_key {
    uint32_t port;
    struct ipaddr local, remote;
    uint16_t lport, rport;
    uint8_t protocol;
};

struct fwd_conn {
    uint32_t next[2]; /* chains of key and second key: link values; next[0] also links free ones */
    struct ipaddr local, remote;
    uint32_t port;
    uint16_t lport, rport;
    uint8_t protocol, flags, state, fin; /* fin: bit 0 seen from the port, bit 1 to it */
    uint32_t seen, born;                 /* ticks */
    uint32_t tag;                        /* of the ENI: a reused number is another ENI */
    uint32_t ruled;                      /* stamp under which rules let it in */
    uint32_t flow[2];                    /* flow_at()'s references: [0] from the port, [1] to it */
    uint64_t packets[2], bytes[2];
    uint32_t reserved[4];
};
_Static_assert(sizeof(struct fwd_conn) == 128, "two cache lines");

/*
 * The other side of a connection that is translated, as its owner's packets have it: the conn with the same index
 * holds the outer tuple (for a door: the identity) and all that a connection has.  Second key: owner and inner.
 */
struct fwd_xlate {
    struct wire_tuple inner;
    struct ip4 public_ip; /* DOOR_INTERNET: the client's, when it was made */
    uint32_t owner;       /* the ENI whose packets have the inner tuple */
    uint32_t door_kind, door_index, endpoint_num;
};

/* ---- table: flows ---- */

enum {
    FLOW_USED = 1,
    FLOW_L2 = 2,    /* came addressed to dst_mac itself, not to the router */
    FLOW_TOUCH = 4, /* its conns want to see every packet */
    FLOW_MTU_INTERNET = 8,
    FLOW_MTU_ENDPOINT = 16,
    FLOW_V6 = 64,       /* it is a struct fwd_flow6 */
    FLOW_FOLLOWED = 32, /* its copy (offload.h) follows the connection's state */
    FLOW_KEY_FLAGS = FLOW_USED | FLOW_L2
};
enum { FLOW_CONNS = 3, FLOW_WINDOW = 8 };
enum { FWD_PENDING_MAX = 8, FWD_HOPS_MAX = 64 }; /* what one packet may touch: connections, stages */

/*
 * One direction's decision, such as an exact-match table in a kernel can hold too.  Each family has a table of its
 * own, whose entries begin alike; what is between the comments is the key, with the addresses.
 */
struct fwd_flow {
    uint32_t in_port; /* key … */
    uint16_t sport, dport;
    uint8_t protocol, flags; /* … to here */
    uint16_t new_sport, new_dport;
    struct mac dst_mac;
    uint32_t generation, out_port;
    uint32_t conn[FLOW_CONNS]; /* index + 1, packed to the front */
    uint32_t seen;
    uint32_t packets : 8, bytes : 24; /* not yet added to the conns: flow_fold() comes before they are full */
};
struct fwd_flow4 {
    struct fwd_flow head;
    struct ip4 src, dst, new_src, new_dst;
};
_Static_assert(sizeof(struct fwd_flow4) == 64, "one cache line");
struct fwd_flow6 {
    struct fwd_flow head;
    struct ipaddr src, dst, new_src, new_dst;
    uint32_t reserved[4];
};
_Static_assert(sizeof(struct fwd_flow6) == 128, "two cache lines");

/* A flow's reference: its index + 1, in the IPv6 table with this bit; 0 is none. */
#define FLOW_REF6 (UINT32_C(1) << 31)
static inline bool flow_is6(uint32_t ref) {
    return (ref & FLOW_REF6) != 0;
}
static inline uint32_t flow_index(uint32_t ref) {
    return (ref & ~FLOW_REF6) - 1;
}
enum { FLOW_PACKETS_MAX = 255 };
_Static_assert(1 << 24 > FLOW_PACKETS_MAX * (UINT16_MAX + WIRE_IP6_BYTES),
               "packets are full before bytes are");

/* What a flow's copy elsewhere (offload.h) had counted when it was last asked. */
struct fwd_copied {
    uint64_t packets, bytes;
};

struct fwd_frag {
    struct ipaddr src, dst;
    uint32_t in_port, id;
    uint16_t sport, dport;
    uint8_t protocol, used, icmp_type, icmp_code, icmp_query;
    uint32_t seen;
};

enum { FWD_FRAGS = 512, FWD_FRAG_S = 30, FWD_REASONS_MAX = 128 };

struct fwd_table_header {
    uint64_t magic;
    uint32_t version, capacity;
    uint64_t flow_slots, flow6_slots, bucket_slots; /* powers of two */
    uint32_t port_slots;
    uint32_t high, free_head, used, cursor; /* conns below high were ever used; free: index + 1 */
    uint32_t huge;
    uint32_t stamp;      /* flows with another one are not believed; grows with each image */
    uint64_t generation; /* of the image that the stamp stands for */
    struct fwd_port_counters service, uplink;
    uint64_t hits, refused; /* refused: copies (offload.h) that found no room */
    uint64_t reasons[FWD_REASONS_MAX];
    uint32_t reserve; /* conns set aside for fwd_offload_opened() */
    uint32_t zero;
};

/* ---- one packet's way through the stages ---- */

struct fwd_pending {
    struct fwd_conn *conn; /* found, or NULL: to be made from the rest */
    bool from_port;        /* this packet leaves the port */
    struct conn_key key;
    uint8_t flags;
    uint32_t tag;
    struct fwd_xlate xlate; /* CONN_XLATE only */
};

struct fwd_ctx {
    struct fwd_env *env;
    struct fwd_pkt *pkt;
    const struct wire_packet *packet;
    uint32_t tick;
    struct wire_tuple tuple; /* as it is now */
    struct wire_tuple inner; /* of an ICMP error */
    const struct image_vpc *vpc;
    const struct image_eni *eni; /* the interface it leaves; NULL: came from outside the VPC */
    const struct image_eni *to;  /* the interface it enters; NULL: leaves the VPC */
    const struct image_route *route;
    bool routed;     /* route is looked up */
    bool l2;         /* inside one subnet: no router, no ACL */
    bool own_source; /* the source is the interface's own address */
    uint32_t out_port;
    struct mac dst_mac;
    uint16_t mtu;
    bool internet; /* crossed an internet gateway */
    bool clamp;    /* lower a SYN's MSS to what an endpoint carries */
    bool no_cache;
    bool answered; /* the frame is a reply already */
    unsigned pending_count;
    struct fwd_pending pending[FWD_PENDING_MAX];
    enum fwd_reason reason;
};

static inline const struct image_subnet *ctx_subnet(const struct fwd_ctx *c) {
    return image_eni_subnet(c->vpc, c->eni);
}

/*
 * A connection that the packet belongs to, if it is sent: found (conn), or to be made of what the caller puts in.
 * NULL: it hangs on too many already; the stage drops it with FWD_PENDING_FULL.
 */
struct fwd_pending *fwd_pend(struct fwd_ctx *c, struct fwd_conn *conn);

/* Ends a packet.  Both return FWD_STAGE_DONE. */
enum fwd_stage fwd_drop(struct fwd_ctx *c, enum fwd_stage at, enum fwd_reason reason);
/* The frame has become a reply to in_port (c->pkt->length is set). */
enum fwd_stage fwd_answer(struct fwd_ctx *c, enum fwd_stage at, enum fwd_reason reason);

/* trace.c: NULL when off, else a new event with vpc, subnet and interface filled in. */
struct fwd_event *fwd_trace_event(struct fwd_ctx *c, enum fwd_stage stage, enum fwd_action action);
static inline struct fwd_event *trace(struct fwd_ctx *c, enum fwd_stage stage, enum fwd_action action) {
    return unlikely(c->env->trace != NULL) ? fwd_trace_event(c, stage, action) : NULL;
}

/* stage_*.c */
#define X(symbol, name) enum fwd_stage stage_##name(struct fwd_ctx *c);
FWD_STAGES(X)
#undef X
/* Route targets (stage_target.c's table). */
enum fwd_stage target_internet_gateway(struct fwd_ctx *c);
enum fwd_stage target_gateway_endpoint(struct fwd_ctx *c);
/* The packet has reached c->to's door: running, and willing to take this destination? */
enum fwd_stage target_arrive(struct fwd_ctx *c);
bool eni_owns(const struct image_vpc *vpc, const struct image_eni *eni, struct ipaddr ip);
/* The route of c->tuple.dst from c->eni's subnet, looked up once. */
const struct image_route *fwd_route(struct fwd_ctx *c);
/* The service behind an internet gateway, a gateway endpoint, an endpoint interface or a link-local address. */
enum fwd_stage service_send(struct fwd_ctx *c, enum door_kind kind, uint32_t endpoint_num);

/* process.c: the counters of a port; those without any share one that nobody reads. */
struct fwd_port_counters *port_counters(const struct fwd_table *table, uint32_t port);
/* A new image makes a new stamp. */
void table_follow(struct fwd_env *env);

/* conn.c */
struct fwd_conn *conn_find(struct fwd_env *env, uint32_t tick, const struct conn_key *key, uint32_t tag);
void conn_prefetch(const struct fwd_table *table,
                   const struct conn_key *key); /* it will be looked for soon */
static inline struct fwd_xlate *conn_xlate(const struct fwd_table *t, const struct fwd_conn *conn) {
    return &t->xlates[conn - t->conns];
}
struct fwd_conn *conn_find_door(struct fwd_env *env, uint32_t tick, uint32_t client,
                                const struct wire_tuple *tuple, enum door_kind kind, uint32_t endpoint_num);
/* Whether the packet's pending ones can be made; forgets some that are closed where it is tight. */
bool conn_room(const struct fwd_ctx *c);
/* NULL when the table is full. */
struct fwd_conn *conn_make(struct fwd_env *env, uint32_t tick, const struct fwd_pending *pending);
void conn_free(struct fwd_table *table, struct fwd_conn *conn);
void conn_packet(struct fwd_table *table, struct fwd_conn *conn, bool from_port,
                 const struct wire_packet *packet, uint32_t tick);
/* What a copy of the direction's flow has seen of the state. */
void conn_follow(struct fwd_conn *conn, bool from_port, const struct fwd_offload *copy);
/* Later packets of this direction do not change its state (but for SYN, FIN and RST). */
bool conn_settled(const struct fwd_conn *conn, bool from_port);
uint32_t conn_seen(const struct fwd_table *table, const struct fwd_conn *conn);
uint64_t conn_timeout(const struct fwd_env *env, const struct fwd_conn *conn); /* ticks */
uint64_t conn_fresh(const struct fwd_env *env); /* ticks for which a flow entry is believed */
/* table.c: rebuilds every index from the records. */
void table_recover(struct fwd_table *table);
/* Every bit of both reaches every bit of the result: ports are high bits of b, and may be all that differs. */
static inline uint32_t hash_mix(uint64_t a, uint64_t b) {
    uint64_t h = a * UINT64_C(0x9e3779b97f4a7c15);

    h = ((h ^ h >> 32) + b) * UINT64_C(0xd6e8feb86659fd93);
    h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)(h ^ h >> 32);
}
static inline uint32_t hash_mix6(struct ipaddr a, struct ipaddr b, uint64_t ports) {
    uint64_t h = (uint64_t)hash_mix(a.hi, b.hi) << 32 | hash_mix(a.lo, b.lo);

    return hash_mix(h, ports);
}
uint32_t conn_hash(const struct conn_key *key);
void conn_link(struct fwd_table *table, struct fwd_conn *conn);

/* flow.c */
static inline struct fwd_flow *flow_at(const struct fwd_table *t, uint32_t ref) {
    return flow_is6(ref) ? &t->flows6[flow_index(ref)].head : &t->flows[flow_index(ref)].head;
}
static inline uint32_t flow_ref(const struct fwd_table *t, const struct fwd_flow *flow) {
    return flow->flags & FLOW_V6
               ? ((uint32_t)((const struct fwd_flow6 *)(const void *)flow - t->flows6) + 1) | FLOW_REF6
               : (uint32_t)((const struct fwd_flow4 *)(const void *)flow - t->flows) + 1;
}
static inline struct fwd_copied *flow_copied(const struct fwd_table *t, uint32_t ref) {
    return flow_is6(ref) ? &t->copied6[flow_index(ref)] : &t->copied[flow_index(ref)];
}
/* Its packets as they come, and as they leave.  In place: a tuple that is returned is written and read by halves. */
static inline void flow_before(const struct fwd_flow *f, struct wire_tuple *ret) {
    const struct fwd_flow4 *f4 = (const struct fwd_flow4 *)(const void *)f;
    const struct fwd_flow6 *f6 = (const struct fwd_flow6 *)(const void *)f;

    ret->src = likely(!(f->flags & FLOW_V6)) ? ip_of4(f4->src) : f6->src;
    ret->dst = likely(!(f->flags & FLOW_V6)) ? ip_of4(f4->dst) : f6->dst;
    ret->sport = f->sport;
    ret->dport = f->dport;
    ret->protocol = f->protocol;
}
static inline void flow_after(const struct fwd_flow *f, struct wire_tuple *ret) {
    const struct fwd_flow4 *f4 = (const struct fwd_flow4 *)(const void *)f;
    const struct fwd_flow6 *f6 = (const struct fwd_flow6 *)(const void *)f;

    ret->src = likely(!(f->flags & FLOW_V6)) ? ip_of4(f4->new_src) : f6->new_src;
    ret->dst = likely(!(f->flags & FLOW_V6)) ? ip_of4(f4->new_dst) : f6->new_dst;
    ret->sport = f->new_sport;
    ret->dport = f->new_dport;
    ret->protocol = f->protocol;
}
uint32_t flow_hash(uint32_t in_port, const struct wire_tuple *tuple);
struct fwd_flow *flow_find(const struct fwd_table *table, uint32_t hash, uint32_t in_port,
                           const struct wire_tuple *tuple, bool l2, const uint8_t *dst_mac);
/* Also names it in c->pkt->flow. */
void flow_install(struct fwd_ctx *c, struct fwd_conn *const *conns, const bool *from_port, unsigned count);
/* Puts a flow, complete but for its conns, ports and addresses, in; returns its reference. */
uint32_t flow_put(struct fwd_table *table, const struct fwd_flow *head, const struct wire_tuple *before,
                  const struct wire_tuple *after, struct fwd_conn *const *conns, const bool *from_port,
                  unsigned count);
/* Adds what the flow counted to its conns and takes it out of the cache. */
void flow_remove(struct fwd_table *table, struct fwd_flow *flow);
void flow_fold(struct fwd_table *table, struct fwd_flow *flow);

/* offload.c */
void offload_gone(const struct fwd_table *table, const struct fwd_flow *flow);
void offload_count_ports(const struct fwd_table *table, uint32_t in_port, uint32_t out_port, uint64_t packets,
                         uint64_t bytes);
void offload_describe(const struct fwd_env *env, const struct fwd_flow *flow, struct fwd_offload *ret);

/* rewrite.c: makes the frame carry `after`; also the packet quoted in an ICMP error. */
void rewrite_frame(struct fwd_pkt *pkt, const struct wire_packet *packet, const struct wire_tuple *after,
                   const struct wire_tuple *inner_after);
/* Finishes a checksum that virtio left to somebody later, and forgets the offload. */
void rewrite_finish(struct fwd_pkt *pkt, const struct wire_packet *packet);
void rewrite_clear_offload(struct fwd_pkt *pkt);
/* Lowers the MSS option of a SYN to most. */
void rewrite_clamp_mss(struct fwd_pkt *pkt, const struct wire_packet *packet, uint16_t most);

/* answer.c, dhcp.c, neighbour.c */
void answer_arp(struct fwd_ctx *c);
/* Neighbour discovery is the network's own: answered here, or dropped. */
enum fwd_stage answer_nd(struct fwd_ctx *c);
enum fwd_stage answer_dhcp6(struct fwd_ctx *c);
/* The MAC of the interface of the sender's own subnet that has the address; false: nobody's, or the sender's. */
struct ipaddr fwd_gateway_ip6(void); /* the router's link-local address */
bool answer_owner(const struct fwd_ctx *c, struct ipaddr target, struct mac *ret_mac);
enum fwd_stage answer_dhcp(struct fwd_ctx *c);
/* For a packet larger than c->mtu that may not be cut: an ICMP error, or a drop. */
enum fwd_stage answer_too_big(struct fwd_ctx *c);
/* Cuts the rewritten packet: all pieces but the last go to env->emit. */
void answer_fragments(struct fwd_ctx *c);

/* frag.c */
void frag_remember(struct fwd_table *table, uint32_t in_port, const struct wire_packet *packet,
                   uint32_t tick);
bool frag_recall(const struct fwd_table *table, uint32_t in_port, struct wire_packet *packet, uint32_t tick);

/* stage_acl.c: whether the ACL lets it pass; *ret_number: the deciding entry, 32767 when none matched. */
bool acl_allows(const struct image_vpc *vpc, const struct image_subnet *subnet, bool egress,
                const struct wire_tuple *tuple, int icmp_type, int icmp_code, int *ret_number);
/* Narrows [*min_io, *max_io] to destination ports around tuple's own that the same entry decides about. */
void acl_ports(const struct image_vpc *vpc, const struct image_subnet *subnet, bool egress,
               const struct wire_tuple *tuple, uint16_t *min_io, uint16_t *max_io);

static inline struct mac eth_dst(const uint8_t *frame) {
    struct mac m;

    __builtin_memcpy(&m, frame, 6);
    return m;
}
static inline struct mac eth_src(const uint8_t *frame) {
    return eth_dst(frame + 6);
}
static inline bool tuple_is(const struct wire_tuple *a, const struct wire_tuple *b) {
    return ip_equal(a->src, b->src) && ip_equal(a->dst, b->dst) && a->sport == b->sport &&
           a->dport == b->dport && a->protocol == b->protocol;
}
static inline struct wire_tuple tuple_reverse(const struct wire_tuple *t) {
    return (struct wire_tuple){t->dst, t->src, t->dport, t->sport, t->protocol};
}
static inline bool mac_is(struct mac a, struct mac b) {
    return __builtin_memcmp(&a, &b, 6) == 0;
}

#endif
