/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ip: IPv4 addresses, prefixes and MAC addresses as values.
 *
 * Theory of operation: an address and a prefix are distinct struct types, so that one cannot be
 * passed for the other; numbers inside are in host byte order, and only the wire room turns them
 * into bytes.  Text is strict: four decimal octets without leading zeros or signs, as AWS takes it.
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

struct mac {
    uint8_t b[6];
};

enum { IP4_TEXT_BYTES = 16, PREFIX4_TEXT_BYTES = 20, MAC_TEXT_BYTES = 18 };

/* All parsers: 0, or -EINVAL with the output untouched. */
int ip4_parse(const char *text, struct ip4 *ret_addr);
int prefix4_parse(const char *text, struct prefix4 *ret_prefix);
int mac_parse(const char *text, struct mac *ret_mac);

/* Formatters write NUL-terminated text and return `out`. */
char *ip4_format(struct ip4 addr, char out[IP4_TEXT_BYTES]);
char *prefix4_format(struct prefix4 prefix, char out[PREFIX4_TEXT_BYTES]);
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

#endif
