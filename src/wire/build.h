/* SPDX-License-Identifier: Apache-2.0 */
/*
 * build: frames made from fields; for answers of the network, explain and tests.
 *
 * Every builder writes a complete frame with finished checksums into `out` and returns its length, or 0
 * when `capacity` is too small.
 */
#ifndef VPCBOX_WIRE_BUILD_H
#define VPCBOX_WIRE_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "wire/packet.h"

struct wire_l2 {
    struct mac src, dst;
};

extern const struct mac wire_broadcast;

/* Finishes the L4 checksum of a frame without fragments: TCP, UDP, ICMP, ICMPv6; others have none. */
void wire_finish_l4(uint8_t *frame, const struct wire_packet *packet);

enum { WIRE_ARP_REQUEST = 1, WIRE_ARP_REPLY = 2 };
struct wire_arp {
    uint16_t operation;
    struct mac sender_mac, target_mac;
    struct ip4 sender_ip, target_ip;
};
/* -EINVAL unless it is Ethernet and IPv4; frame has at least WIRE_ETH_BYTES + WIRE_ARP_BYTES. */
int wire_read_arp(const uint8_t *frame, struct wire_arp *ret_arp);
size_t wire_build_arp(uint8_t *out, size_t capacity, struct wire_l2 l2, const struct wire_arp *arp);

/*
 * tuple's addresses say which IP, both the same; its protocol is TCP, UDP, ICMP or ICMPv6 (a query, ports as in
 * wire/packet.h) or any other (payload only; also ICMPv6 that is no query, when `raw`).
 */
struct wire_build {
    struct wire_l2 l2;
    struct wire_tuple tuple;
    uint8_t tcp_flags;
    uint8_t ttl; /* 0: 64 */
    bool raw;    /* the payload is the whole L4, but for an ICMPv6 checksum */
    bool dont_fragment;
    uint16_t id;
    uint32_t seq, ack;
    const void *payload;
    size_t payload_length;
};
size_t wire_build(uint8_t *out, size_t capacity, const struct wire_build *packet);

/*
 * An ICMP or ICMPv6 error about the packet at `about`, of which as much is quoted as fits 576 bytes (1280 of IPv6);
 * out may overlap about.  rest: the second header word (a next-hop MTU for type 3 code 4, ICMPv6's type 2).
 */
size_t wire_build_icmp_error(uint8_t *out, size_t capacity, struct wire_l2 l2, struct ipaddr src,
                             struct ipaddr dst, uint8_t type, uint8_t code, uint32_t rest,
                             const uint8_t *about, size_t about_length);

#endif
