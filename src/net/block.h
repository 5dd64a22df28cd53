/* SPDX-License-Identifier: Apache-2.0 */
/*
 * block: the global part of an image's block; for image*.c only.
 *
 * Slots of by_num and by_public are open-addressed with linear probing; a zero key is an empty slot, and
 * at least one slot is empty.  Numbers are given out in sequence, so by_num starts at the number itself and
 * hardly ever collides; addresses start at image_hash().  Spans here count bytes from the block's start.
 */
#ifndef VPCBOX_NET_BLOCK_H
#define VPCBOX_NET_BLOCK_H

#include "net/image.h"

#define IMAGE_MAGIC "vpcboxI"
enum { IMAGE_VPC_MAGIC = 0x43505669, IMAGE_BYTE_ORDER = 0x01020304, IMAGE_ALIGN = 64 };

struct image_wide_span {
    uint64_t at, count;
};
struct image_segment {
    uint64_t at, bytes;
};
struct image_num_slot {
    uint32_t num, vpc, eni;
};
struct image_public_slot {
    uint32_t ip, vpc, address;
};
struct image_header {
    char magic[8];
    uint32_t layout, byte_order;
    uint64_t size, generation;
    struct image_wide_span segments, by_num, by_public, service, public;
};

struct image {
    const struct image_header *header;
    size_t size;
};

static inline uint32_t image_hash(uint32_t key) {
    key ^= key >> 16;
    key *= 0x7feb352dU;
    key ^= key >> 15;
    key *= 0x846ca68bU;
    return key ^ key >> 16;
}
static inline uint32_t image_hash_ip(struct ipaddr ip) {
    return ip_is4(ip) ? image_hash(ip_v4(ip).v)
                      : image_hash((uint32_t)ip.lo ^ image_hash((uint32_t)(ip.lo >> 32) ^ (uint32_t)ip.hi));
}
static inline uint32_t image_hash_mac(struct mac m) {
    return image_hash(((uint32_t)m.b[2] << 24 | (uint32_t)m.b[3] << 16 | (uint32_t)m.b[4] << 8 | m.b[5]) ^
                      ((uint32_t)m.b[0] << 8 | m.b[1]));
}

static inline const void *image_at(const struct image *image, uint64_t at) {
    return (const char *)image->header + at;
}

/* Memory for a block of size bytes, zeroed; 0 or -ENOMEM. */
int image_alloc(size_t size, struct image **ret_image);
/* 0 or -EBADMSG: every span, index, name and order in the block. */
int image_validate(const void *data, size_t size);

#endif
