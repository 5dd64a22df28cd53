/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ip: addresses of both families, prefixes and MAC addresses as values.
 *
 * Theory of operation: an address and a prefix are distinct struct types, so that one cannot be
 * passed for the other; numbers inside are in host byte order, and only the wire room turns them
 * into bytes.  Text is strict: four decimal octets without leading zeros or signs, as AWS takes it.
 *
 * `struct ipaddr` is either family in 128 bits: an IPv4 address is ::ffff:a.b.c.d (RFC 4291, 2.5.5.2), which as an
 * IPv6 address is never on a wire and is refused as text; all zeros are no address.  A `struct prefix` counts
 * its length in its own family: 0.0.0.0/0 holds no IPv6 address, and ::/0 no IPv4 one.  What is IPv4's alone
 * (ARP, DHCP, public addresses, doors) says so by `struct ip4`.
 */
#ifndef VPCBOX_BASE_IP_H
#define VPCBOX_BASE_IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ip4 {
    uint32_t v; /* host byte order */
};

struct prefix4 {
    struct ip4 addr; /* bits past `length` may be set as parsed; prefix4_masked() clears them */
    uint8_t length;  /* 0 to 32 */
};

struct ipaddr {
    uint64_t hi, lo; /* host byte order */
};

struct prefix {
    struct ipaddr addr; /* bits past `length` may be set as parsed; prefix_masked() clears them */
    uint8_t length;     /* 0 to 32, or 0 to 128 */
    uint8_t zero[7];
};

struct mac {
    uint8_t b[6];
};

enum { IP4_TEXT_BYTES = 16, PREFIX4_TEXT_BYTES = 20, MAC_TEXT_BYTES = 18 };
enum { IP_TEXT_BYTES = 46, PREFIX_TEXT_BYTES = 50 };

/* All parsers: 0, or -EINVAL with the output untouched. */
int ip4_parse(const char *text, struct ip4 *ret_addr);
int prefix4_parse(const char *text, struct prefix4 *ret_prefix);
int ip_parse(const char *text, struct ipaddr *ret_addr);
int prefix_parse(const char *text, struct prefix *ret_prefix);
int mac_parse(const char *text, struct mac *ret_mac);

/* Formatters write NUL-terminated text and return `out`. */
char *ip4_format(struct ip4 addr, char out[IP4_TEXT_BYTES]);
char *prefix4_format(struct prefix4 prefix, char out[PREFIX4_TEXT_BYTES]);
char *ip_format(struct ipaddr addr, char out[IP_TEXT_BYTES]); /* IPv6 as in RFC 5952 */
char *prefix_format(struct prefix prefix, char out[PREFIX_TEXT_BYTES]);
char *mac_format(struct mac mac, char out[MAC_TEXT_BYTES]);

static inline uint32_t prefix4_mask(uint8_t length) {
    return length == 0 ? 0 : ~(uint32_t)0 << (32 - length);
}
static inline struct prefix4 prefix4_masked(struct prefix4 p) {
    p.addr.v &= prefix4_mask(p.length);
    return p;
}
static inline bool prefix4_contains(struct prefix4 p, struct ip4 a) {
    return ((a.v ^ p.addr.v) & prefix4_mask(p.length)) == 0;
}
static inline bool prefix4_covers(struct prefix4 outer, struct prefix4 inner) {
    return outer.length <= inner.length && prefix4_contains(outer, inner.addr);
}
static inline bool prefix4_overlap(struct prefix4 a, struct prefix4 b) {
    return a.length < b.length ? prefix4_contains(a, b.addr) : prefix4_contains(b, a.addr);
}
static inline uint64_t prefix4_size(struct prefix4 p) {
    return (uint64_t)1 << (32 - p.length);
}

#define IP_MAPPED UINT64_C(0xffff00000000)

static inline struct ipaddr ip_of4(struct ip4 a) {
    return (struct ipaddr){0, IP_MAPPED | a.v};
}
static inline bool ip_is4(struct ipaddr a) {
    return a.hi == 0 && a.lo >> 32 == 0xffff;
}
static inline struct ip4 ip_v4(struct ipaddr a) { /* of one that ip_is4() */
    return (struct ip4){(uint32_t)a.lo};
}
static inline bool ip_none(struct ipaddr a) {
    return (a.hi | a.lo) == 0;
}
static inline bool ip_equal(struct ipaddr a, struct ipaddr b) {
    return a.hi == b.hi && a.lo == b.lo;
}
static inline bool ip_before(struct ipaddr a, struct ipaddr b) {
    return a.hi != b.hi ? a.hi < b.hi : a.lo < b.lo;
}
static inline struct ipaddr ip_plus(struct ipaddr a, uint64_t n) {
    return (struct ipaddr){a.hi + (a.lo + n < a.lo), a.lo + n};
}
static inline bool ip_is_multicast(struct ipaddr a) {
    return ip_is4(a) ? ip_v4(a).v >> 28 == 14 : a.hi >> 56 == 0xff;
}
static inline bool ip_is_link_local(struct ipaddr a) {
    return ip_is4(a) ? ip_v4(a).v >> 16 == 0xa9fe : a.hi >> 54 == 0xfe80 >> 6;
}

/* A link-local address as its MAC gives it (RFC 4291, appendix A): ff:fe in its middle, the universal bit turned. */
static inline struct ipaddr ip6_of_mac(struct mac m) {
    return (struct ipaddr){UINT64_C(0xfe80) << 48, (uint64_t)(m.b[0] ^ 2) << 56 | (uint64_t)m.b[1] << 48 |
                                                       (uint64_t)m.b[2] << 40 | UINT64_C(0xfffe) << 24 |
                                                       (uint64_t)m.b[3] << 16 | (uint64_t)m.b[4] << 8 |
                                                       m.b[5]};
}

static inline struct prefix prefix_of4(struct prefix4 p) {
    return (struct prefix){.addr = ip_of4(p.addr), .length = p.length};
}
static inline bool prefix_none(struct prefix p) { /* not ::/0, but nothing at all, where both cannot be */
    return ip_none(p.addr) && p.length == 0;
}
static inline bool prefix_is4(struct prefix p) {
    return ip_is4(p.addr);
}
static inline struct prefix4 prefix_v4(struct prefix p) { /* of one that prefix_is4() */
    return (struct prefix4){ip_v4(p.addr), p.length};
}
static inline bool prefix_valid(struct prefix p) {
    return p.length <= (prefix_is4(p) ? 32 : 128);
}
/* The bits that decide, an IPv4 prefix's leading 96 included. */
static inline struct ipaddr prefix_mask(struct prefix p) {
    unsigned bits = prefix_is4(p) ? p.length + 96u : p.length;

    return (struct ipaddr){bits == 0    ? 0
                           : bits >= 64 ? UINT64_MAX
                                        : UINT64_MAX << (64 - bits),
                           bits <= 64 ? 0 : UINT64_MAX << (128 - bits)};
}
static inline struct prefix prefix_masked(struct prefix p) {
    struct ipaddr mask = prefix_mask(p);

    p.addr.hi &= mask.hi;
    p.addr.lo &= mask.lo;
    return p;
}
static inline struct ipaddr prefix_last(struct prefix p) {
    struct ipaddr mask = prefix_mask(p);

    return (struct ipaddr){p.addr.hi | ~mask.hi, p.addr.lo | ~mask.lo};
}
static inline bool ip_masked_equal(struct ipaddr a, struct ipaddr b, struct ipaddr mask) {
    return (((a.hi ^ b.hi) & mask.hi) | ((a.lo ^ b.lo) & mask.lo)) == 0;
}
static inline bool prefix_contains(struct prefix p, struct ipaddr a) {
    return prefix_is4(p) == ip_is4(a) && ip_masked_equal(p.addr, a, prefix_mask(p));
}
static inline bool prefix_covers(struct prefix outer, struct prefix inner) {
    return outer.length <= inner.length && prefix_contains(outer, inner.addr);
}
static inline bool prefix_overlap(struct prefix a, struct prefix b) {
    return a.length < b.length ? prefix_contains(a, b.addr) : prefix_contains(b, a.addr);
}

#endif
