/* SPDX-License-Identifier: Apache-2.0 */
/* bytes: network-order numbers at any address.  The callers have checked the bounds. */
#ifndef VPCBOX_WIRE_BYTES_H
#define VPCBOX_WIRE_BYTES_H

#include <stdint.h>
#include <string.h>

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
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "little-endian machines only");

#endif
