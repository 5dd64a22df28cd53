/* SPDX-License-Identifier: Apache-2.0 */
/* bytes: network-order numbers at any address.  The callers have checked the bounds. */
#ifndef VPCBOX_WIRE_BYTES_H
#define VPCBOX_WIRE_BYTES_H

#include <stdint.h>
#include <string.h>

#include "base/ip.h"

static inline uint16_t get16(const void *p) {
    uint16_t v;

    memcpy(&v, p, sizeof(v));
    return __builtin_bswap16(v);
}
static inline uint32_t get32(const void *p) {
    uint32_t v;

    memcpy(&v, p, sizeof(v));
    return __builtin_bswap32(v);
}
static inline void put16(void *p, uint16_t v) {
    v = __builtin_bswap16(v);
    memcpy(p, &v, sizeof(v));
}
static inline void put32(void *p, uint32_t v) {
    v = __builtin_bswap32(v);
    memcpy(p, &v, sizeof(v));
}
static inline uint64_t get64(const void *p) {
    uint64_t v;

    memcpy(&v, p, sizeof(v));
    return __builtin_bswap64(v);
}
static inline void put64(void *p, uint64_t v) {
    v = __builtin_bswap64(v);
    memcpy(p, &v, sizeof(v));
}
/* An address as its family's header has it. */
static inline struct ipaddr get_ip(const uint8_t *p, bool v6) {
    return v6 ? (struct ipaddr){get64(p), get64(p + 8)} : (struct ipaddr){0, IP_MAPPED | get32(p)};
}
static inline void put_ip(uint8_t *p, struct ipaddr a, bool v6) {
    if (v6) {
        put64(p, a.hi);
        put64(p + 8, a.lo);
    } else {
        put32(p, (uint32_t)a.lo);
    }
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "little-endian machines only");

#endif
