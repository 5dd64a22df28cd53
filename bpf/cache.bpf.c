/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two tc programs of the kernel flow cache; cache.h says what they are for.
 *
 * port_in runs where a frame comes out of an instance (or of the svc and lab sides), punt_in where the engine
 * writes one.  Nothing is decided here: what is not exactly as a cached decision expects goes to the engine.
 * Only helpers of kernel 5.11 and older, no loops, no calls, no relocations against kernel types.
 */
#include <stdbool.h>
#include <stddef.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "cache.h"

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, CACHE_FLOWS);
    __type(key, struct cache_key);
    __type(value, struct cache_entry);
} flows SEC(".maps");

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
    IP_SUM = ETH_HLEN + offsetof(struct iphdr, check),
    TCP_FLAGS_RARE = 1 | 2 | 4, /* FIN, SYN, RST */
    TCP_FLAGS_AT = 13
};

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

SEC("tc")
int port_in(struct __sk_buff *skb) {
    __u32 zero = 0, now, size, header, out, address_sum, port_sum, sum_at, csum_flags = 0;
    struct cache_config *c;
    struct cache_entry *e;
    struct cache_key key = {};
    struct ethhdr *eth;
    struct iphdr *ip;
    __u8 *l4, protocol, flags;
    __u32 *macs;
    __u16 length;
    void *end;

    if (skb->protocol != bpf_htons(ETH_P_IP) || skb->vlan_present)
        return punt(skb);
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
        if ((void *)(l4 + sizeof(struct tcphdr)) > end || (l4[TCP_FLAGS_AT] & TCP_FLAGS_RARE))
            return punt(skb);
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

    key.src = ip->saddr;
    key.dst = ip->daddr;
    key.sport = ((struct udphdr *)l4)->source;
    key.dport = ((struct udphdr *)l4)->dest;
    key.port = (__u16)skb->tc_classid;
    key.protocol = protocol;
    e = bpf_map_lookup_elem(&flows, &key);
    c = bpf_map_lookup_elem(&config, &zero);
    if (!e || !c || e->generation != c->generation)
        return punt(skb);
    now = (__u32)(bpf_ktime_get_coarse_ns() >> CACHE_TICK_SHIFT);
    if ((__s32)(now - e->seen) > (__s32)c->fresh)
        return punt(skb);
    flags = e->flags;
    if ((flags & CACHE_CHECK_MACS) && !same_macs((__u32 *)eth, e->old_macs))
        return punt(skb);
    size = length;
    if (skb->gso_size != 0 && skb->gso_size + header + sizeof(*ip) < size)
        size = skb->gso_size + header + sizeof(*ip);
    out = ifindex_of(e->out_port);
    if (size > e->mtu || out == 0)
        return punt(skb);

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
