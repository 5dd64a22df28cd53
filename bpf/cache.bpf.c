/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two tc programs of the kernel flow cache; cache.h says what they are for.
 *
 * port_in runs where a frame comes out of an instance (or of the svc and lab sides), punt_in where the engine
 * writes one.  Nothing is decided here: what is not exactly as a cached decision expects goes to the engine.
 * Only helpers of kernel 5.11 and older, no loops, no relocations against kernel types.  What is not done for
 * every packet is a function of its own, so that the common way keeps its registers.
 */
#include <stdbool.h>
#include <stddef.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "cache.h"

/* Entries are allocated as they come: 131,072 of them beforehand would be 19 MiB and 6 ms of every start. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, CACHE_FLOWS);
    __type(key, struct cache_key);
    __type(value, struct cache_entry);
} flows SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, CACHE_FLOWS6);
    __type(key, struct cache_key6);
    __type(value, struct cache_entry);
} flows6 SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, CACHE_RULES);
    __type(key, struct cache_rule_key);
    __type(value, struct cache_rule);
} rules SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, CACHE_NEWS_BYTES);
} news SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct cache_config);
} config SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, CACHE_PORTS);
    __type(key, __u32);
    __type(value, __u32);
} ports SEC(".maps");

enum {
    L4 = ETH_HLEN + sizeof(struct iphdr),
    L4_6 = ETH_HLEN + sizeof(struct ipv6hdr),
    IP_SUM = ETH_HLEN + offsetof(struct iphdr, check),
    FIN = 1,
    SYN = 2,
    RST = 4,
    ACK = 16,
    TCP_FLAGS_RARE = FIN | SYN | RST,
    TCP_FLAGS_AT = 13
};
enum { WAY_ON, WAY_ENGINE, WAY_END };

static __always_inline __u32 ifindex_of(__u32 port) {
    __u32 *ifindex = bpf_map_lookup_elem(&ports, &port);

    return ifindex ? *ifindex : 0;
}

static __always_inline int punt(struct __sk_buff *skb) {
    __u32 ifindex = ifindex_of(CACHE_PUNT);

    if (ifindex == 0 || bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), (__u16)skb->tc_classid) < 0)
        return TC_ACT_SHOT;
    return bpf_redirect(ifindex, 0);
}

static __always_inline bool same_macs(const __u32 *a, const __u32 *b) {
    return a[0] == b[0] && a[1] == b[1] && a[2] == b[2];
}

static __always_inline struct cache_key other_way(const struct cache_entry *e, __u8 protocol) {
    return (struct cache_key){.src = e->dst,
                              .dst = e->src,
                              .sport = e->dport,
                              .dport = e->sport,
                              .port = e->out_port,
                              .protocol = protocol};
}

static __always_inline void take_way(struct cache_entry *e, const struct cache_way *way,
                                     const struct cache_key *from) {
    e->out_port = way->out_port;
    e->mtu = way->mtu;
    e->flags = (__u8)way->flags;
    e->address_sum = way->address_sum;
    for (int i = 0; i < 3; i++) {
        e->old_macs[i] = way->old_macs[i];
        e->new_macs[i] = way->new_macs[i];
    }
    e->sport = from->sport;
    e->dport = from->dport;
}

/* Kernels before 6.4 answer 32 bits here, which are not below zero for whoever takes them for a long. */
static __always_inline int add_entry(const struct cache_key *key, const struct cache_entry *e) {
    return (int)bpf_map_update_elem(&flows, key, e, BPF_NOEXIST);
}

/* Makes both entries of a new connection as a rule says; false when none does, or there is no room. */
static __noinline int open_connection(struct __sk_buff *skb, const struct cache_key *key, __u32 generation,
                                      __u32 now, __u32 size) {
    struct cache_rule_key at = {
        .src = key->src, .dst = key->dst, .dport = key->dport, .port = key->port, .protocol = key->protocol};
    struct cache_rule *r = bpf_map_lookup_elem(&rules, &at);
    __u32 *macs = (void *)(long)skb->data, sport = bpf_ntohs(key->sport);
    struct cache_entry e = {.generation = generation, .seen = now};
    struct cache_opened *opened;
    struct cache_key back;

    if (!r || r->generation != generation || sport < r->sport_min || sport > r->sport_max ||
        size > r->there.mtu)
        return false;
    if ((void *)(macs + 3) > (void *)(long)skb->data_end ||
        ((r->there.flags & CACHE_CHECK_MACS) && !same_macs(macs, r->there.old_macs)))
        return false;
    opened = bpf_ringbuf_reserve(&news, sizeof(*opened), 0);
    if (!opened)
        return false;
    opened->what = CACHE_OPENED;
    opened->tick = now;
    opened->key = *key;
    opened->rule = *r;
    /* What answers finds its entry before there is anything to answer. */
    take_way(&e, &r->there, key);
    e.src = r->src;
    e.dst = r->dst;
    back = other_way(&e, key->protocol);
    take_way(&e, &r->back, &back);
    e.src = key->dst;
    e.dst = key->src;
    if (add_entry(&back, &e) < 0) {
        bpf_ringbuf_discard(opened, 0);
        return false;
    }
    take_way(&e, &opened->rule.there, key);
    e.src = opened->rule.src;
    e.dst = opened->rule.dst;
    if (add_entry(key, &e) < 0) {
        bpf_map_delete_elem(&flows, &back);
        bpf_ringbuf_discard(opened, 0);
        return false;
    }
    bpf_ringbuf_submit(opened, 0);
    return true;
}

/* What a packet means to the connection that its entry follows; the answering side's first one, and all that
 * may end it. */
static __noinline int follow(struct cache_entry *e, __u32 protocol, __u32 tcp_flags) {
    struct cache_key at = other_way(e, (__u8)protocol);
    struct cache_entry *other = bpf_map_lookup_elem(&flows, &at);

    if (!other || !(other->flags & CACHE_FOLLOW) || other->generation != e->generation || e->rst ||
        other->rst)
        return WAY_ENGINE;
    if ((tcp_flags & SYN) && (e->fin || other->fin))
        return WAY_ENGINE; /* another connection, maybe */
    if (!(e->flags & CACHE_OPENER))
        e->replied = other->replied = 1;
    if (tcp_flags & RST) {
        e->rst = 1;
        return WAY_END;
    }
    if (tcp_flags & FIN) {
        e->fin = 1;
        return WAY_ON;
    }
    return e->fin && other->fin ? WAY_END : WAY_ON;
}

/* Both entries go.  Without room to tell, they stay until the engine looks for idle ones. */
static __noinline int end_connection(const struct cache_key *key) {
    struct cache_closed *closed = bpf_ringbuf_reserve(&news, sizeof(*closed), 0);
    struct cache_entry *e, *other;
    struct cache_key at;

    if (!closed)
        return false;
    e = bpf_map_lookup_elem(&flows, key);
    if (!e)
        goto nothing;
    at = other_way(e, key->protocol);
    other = bpf_map_lookup_elem(&flows, &at);
    if (!other)
        goto nothing;
    closed->what = CACHE_CLOSED;
    closed->zero = 0;
    closed->keys[0] = *key;
    closed->keys[1] = at;
    closed->entries[0] = *e;
    closed->entries[1] = *other;
    bpf_map_delete_elem(&flows, key);
    bpf_map_delete_elem(&flows, &at);
    bpf_ringbuf_submit(closed, 0);
    return true;
nothing:
    bpf_ringbuf_discard(closed, 0);
    return false;
}

/*
 * IPv6's own way: what has extension headers, fragments and jumbograms among them, is the engine's, and so are
 * all handshakes and hop limits that a router would not pass on.
 */
static __noinline int port_in6(struct __sk_buff *skb) {
    __u32 zero = 0, now, size, header, out;
    struct cache_config *c;
    struct cache_entry *e;
    struct cache_key6 key = {};
    struct ethhdr *eth;
    struct ipv6hdr *ip;
    __u8 *l4;
    __u32 *macs;
    __u16 length;
    void *end;

    if ((long)skb->data_end - (long)skb->data < L4_6 + (int)sizeof(struct tcphdr) &&
        skb->len >= L4_6 + sizeof(struct tcphdr))
        bpf_skb_pull_data(skb, L4_6 + sizeof(struct tcphdr));
    eth = (struct ethhdr *)(long)skb->data;
    end = (void *)(long)skb->data_end;
    ip = (struct ipv6hdr *)(eth + 1);
    l4 = (__u8 *)(ip + 1);
    if ((void *)(l4 + sizeof(struct udphdr)) > end)
        return punt(skb);
    length = bpf_ntohs(ip->payload_len);
    if (*(__u8 *)ip >> 4 != 6 || length != skb->len - L4_6 || ip->hop_limit <= 1)
        return punt(skb);
    key.protocol = ip->nexthdr;
    if (key.protocol == IPPROTO_TCP) {
        if ((void *)(l4 + sizeof(struct tcphdr)) > end || (l4[TCP_FLAGS_AT] & TCP_FLAGS_RARE))
            return punt(skb);
        header = (l4[12] >> 4) * 4u;
        if (header < sizeof(struct tcphdr) || header > length)
            return punt(skb);
    } else if (key.protocol == IPPROTO_UDP) {
        header = sizeof(struct udphdr);
    } else {
        return punt(skb);
    }
    size = length;
    if (skb->gso_size != 0 && skb->gso_size + header < size)
        size = skb->gso_size + header;
    size += sizeof(*ip);

    for (int i = 0; i < 4; i++) {
        key.src[i] = ip->saddr.in6_u.u6_addr32[i];
        key.dst[i] = ip->daddr.in6_u.u6_addr32[i];
    }
    key.sport = ((struct udphdr *)l4)->source;
    key.dport = ((struct udphdr *)l4)->dest;
    key.port = (__u16)skb->tc_classid;
    now = (__u32)(bpf_ktime_get_coarse_ns() >> CACHE_TICK_SHIFT);
    c = bpf_map_lookup_elem(&config, &zero);
    e = bpf_map_lookup_elem(&flows6, &key);
    if (!c || !e || e->generation != c->generation || (__s32)(now - e->seen) > (__s32)c->fresh)
        return punt(skb);
    if ((e->flags & CACHE_CHECK_MACS) && !same_macs((__u32 *)eth, e->old_macs))
        return punt(skb);
    out = ifindex_of(e->out_port);
    if (size > e->mtu || out == 0)
        return punt(skb);

    e->seen = now;
    __sync_fetch_and_add(&e->packets, 1);
    __sync_fetch_and_add(&e->bytes, length + sizeof(*ip));
    macs = (__u32 *)eth;
    macs[0] = e->new_macs[0];
    macs[1] = e->new_macs[1];
    macs[2] = e->new_macs[2];
    if (skb->pkt_type != 0)
        bpf_skb_change_type(skb, 0);
    return bpf_redirect_peer(out, 0);
}

SEC("tc")
int port_in(struct __sk_buff *skb) {
    __u32 zero = 0, now, size, header, out, address_sum, port_sum, sum_at, csum_flags = 0, tcp_flags = 0;
    struct cache_config *c;
    struct cache_entry *e;
    struct cache_key key = {};
    struct ethhdr *eth;
    struct iphdr *ip;
    __u8 *l4, protocol, flags;
    __u32 *macs;
    __u16 length;
    int way = WAY_ON;
    void *end;

    if (skb->protocol != bpf_htons(ETH_P_IP) || skb->vlan_present)
        return skb->protocol == bpf_htons(ETH_P_IPV6) && !skb->vlan_present ? port_in6(skb) : punt(skb);
    if ((long)skb->data_end - (long)skb->data < L4 + (int)sizeof(struct tcphdr) &&
        skb->len >= L4 + sizeof(struct tcphdr))
        bpf_skb_pull_data(skb, L4 + sizeof(struct tcphdr));
    eth = (struct ethhdr *)(long)skb->data;
    end = (void *)(long)skb->data_end;
    ip = (struct iphdr *)(eth + 1);
    l4 = (__u8 *)(ip + 1);
    if ((void *)(l4 + sizeof(struct udphdr)) > end)
        return punt(skb);
    length = bpf_ntohs(ip->tot_len);
    if (*(__u8 *)ip != 0x45 || (ip->frag_off & bpf_htons(0x3fff)) != 0 || length != skb->len - ETH_HLEN)
        return punt(skb);
    protocol = ip->protocol;
    if (protocol == IPPROTO_TCP) {
        if ((void *)(l4 + sizeof(struct tcphdr)) > end)
            return punt(skb);
        tcp_flags = l4[TCP_FLAGS_AT];
        header = (l4[12] >> 4) * 4u;
        if (header < sizeof(struct tcphdr) || header + sizeof(*ip) > length)
            return punt(skb);
        sum_at = L4 + offsetof(struct tcphdr, check);
    } else if (protocol == IPPROTO_UDP) {
        header = sizeof(struct udphdr);
        sum_at = L4 + offsetof(struct udphdr, check);
        csum_flags = BPF_F_MARK_MANGLED_0;
    } else {
        return punt(skb);
    }
    size = length;
    if (skb->gso_size != 0 && skb->gso_size + header + sizeof(*ip) < size)
        size = skb->gso_size + header + sizeof(*ip);

    key.src = ip->saddr;
    key.dst = ip->daddr;
    key.sport = ((struct udphdr *)l4)->source;
    key.dport = ((struct udphdr *)l4)->dest;
    key.port = (__u16)skb->tc_classid;
    key.protocol = protocol;
    now = (__u32)(bpf_ktime_get_coarse_ns() >> CACHE_TICK_SHIFT);
    c = bpf_map_lookup_elem(&config, &zero);
    if (!c)
        return punt(skb);
    e = bpf_map_lookup_elem(&flows, &key);
    if (!e) {
        if (!c->make || (protocol == IPPROTO_TCP && (tcp_flags & (TCP_FLAGS_RARE | ACK)) != SYN) ||
            !open_connection(skb, &key, c->generation, now, size))
            return punt(skb);
        e = bpf_map_lookup_elem(&flows, &key);
        if (!e)
            return punt(skb);
    }
    flags = e->flags;
    if (e->generation != c->generation || ((tcp_flags & TCP_FLAGS_RARE) && !(flags & CACHE_FOLLOW)))
        return punt(skb);
    if ((__s32)(now - e->seen) > (__s32)c->fresh)
        return punt(skb);
    if ((flags & CACHE_CHECK_MACS) && !same_macs((__u32 *)eth, e->old_macs))
        return punt(skb);
    out = ifindex_of(e->out_port);
    if (size > e->mtu || out == 0)
        return punt(skb);
    if (flags & CACHE_FOLLOW) {
        if ((tcp_flags & TCP_FLAGS_RARE) || e->fin || e->rst || (!(flags & CACHE_OPENER) && !e->replied))
            way = follow(e, protocol, tcp_flags);
        if (way == WAY_ENGINE)
            return punt(skb);
        if ((flags & CACHE_OPENER) && e->replied && !e->open && !(tcp_flags & SYN))
            e->open = 1;
    }

    e->seen = now;
    __sync_fetch_and_add(&e->packets, 1);
    __sync_fetch_and_add(&e->bytes, length);
    macs = (__u32 *)eth;
    macs[0] = e->new_macs[0];
    macs[1] = e->new_macs[1];
    macs[2] = e->new_macs[2];
    if (flags & CACHE_REWRITE) {
        ip->saddr = e->src;
        ip->daddr = e->dst;
        ((struct udphdr *)l4)->source = e->sport;
        ((struct udphdr *)l4)->dest = e->dport;
        /* Copies: the helpers end what is known of the packet, and the entry may be gone after them. */
        address_sum = e->address_sum;
        port_sum = e->port_sum;
        if (address_sum != 0) {
            bpf_l3_csum_replace(skb, IP_SUM, 0, address_sum, 0);
            bpf_l4_csum_replace(skb, sum_at, 0, address_sum, BPF_F_PSEUDO_HDR | csum_flags);
        }
        if (port_sum != 0)
            bpf_l4_csum_replace(skb, sum_at, 0, port_sum, csum_flags);
    }
    if (way == WAY_END)
        end_connection(&key);
    if (skb->pkt_type != 0)
        bpf_skb_change_type(skb, 0); /* the far end's stack takes only what is addressed to it */
    return bpf_redirect_peer(out, 0);
}

SEC("tc")
int punt_in(struct __sk_buff *skb) {
    __u32 ifindex;

    if (!skb->vlan_present)
        return TC_ACT_SHOT;
    ifindex = ifindex_of(skb->vlan_tci & 0xffff);
    if (ifindex == 0 || bpf_skb_vlan_pop(skb) < 0)
        return TC_ACT_SHOT;
    return bpf_redirect(ifindex, 0);
}

char _license[] SEC("license") = "GPL";
