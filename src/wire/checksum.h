/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checksum: the internet's ones' complement sum (RFC 1071), whole and by difference (RFC 1624).
 *
 * A sum is an unfolded 32-bit accumulator of 16-bit words in host order; a checksum is what a header
 * holds: the folded complement.
 */
#ifndef VPCBOX_WIRE_CHECKSUM_H
#define VPCBOX_WIRE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"

static inline uint16_t inet_fold(uint32_t sum) {
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)((sum & 0xffff) + (sum >> 16));
}
/* Adds data to a sum; only the last piece of a message may have an odd length. */
uint32_t inet_add(uint32_t sum, const void *data, size_t length);
static inline uint32_t inet_pseudo(struct ip4 src, struct ip4 dst, uint8_t protocol, uint16_t l4_length) {
    return (src.v >> 16) + (src.v & 0xffff) + (dst.v >> 16) + (dst.v & 0xffff) + protocol + l4_length;
}
static inline uint16_t inet_finish(uint32_t sum) {
    return (uint16_t)~inet_fold(sum);
}

/* The sum that turns a checksum over `before` into one over `after`; differences add up. */
static inline uint32_t inet_diff32(uint32_t before, uint32_t after) {
    return (~before >> 16) + (~before & 0xffff) + (after >> 16) + (after & 0xffff);
}
static inline uint32_t inet_diff16(uint16_t before, uint16_t after) {
    return (uint32_t)(uint16_t)~before + after;
}
static inline uint16_t inet_update(uint16_t checksum, uint32_t diff) {
    return inet_finish((uint32_t)(uint16_t)~checksum + inet_fold(diff));
}

#endif
