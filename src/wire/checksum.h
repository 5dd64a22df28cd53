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
/* Both families' pseudo headers come to the same sum: addresses, protocol, length. */
static inline uint32_t inet_words(struct ipaddr a) {
    uint64_t sum = (a.lo & 0xffffffff) + (ip_is4(a) ? 0 : (a.lo >> 32) + (a.hi & 0xffffffff) + (a.hi >> 32));

    return (uint32_t)((sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32));
}
static inline uint32_t inet_pseudo(struct ipaddr src, struct ipaddr dst, uint8_t protocol,
                                   uint32_t l4_length) {
    return inet_words(src) + inet_words(dst) + protocol + (l4_length & 0xffff) + (l4_length >> 16);
}
static inline uint16_t inet_finish(uint32_t sum) {
    return (uint16_t)~inet_fold(sum);
}

/* The sum that turns a checksum over `before` into one over `after`; differences add up. */
static inline uint32_t inet_diff32(uint32_t before, uint32_t after) {
    return (~before >> 16) + (~before & 0xffff) + (after >> 16) + (after & 0xffff);
}
static inline uint32_t inet_diff_ip(struct ipaddr before, struct ipaddr after) {
    return (uint32_t)(uint16_t)~inet_fold(inet_words(before)) + inet_fold(inet_words(after));
}
static inline uint32_t inet_diff16(uint16_t before, uint16_t after) {
    return (uint32_t)(uint16_t)~before + after;
}
static inline uint16_t inet_update(uint16_t checksum, uint32_t diff) {
    return inet_finish((uint32_t)(uint16_t)~checksum + inet_fold(diff));
}

#endif
