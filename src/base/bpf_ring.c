/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bpf_ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int bpf_ring_map(int fd, size_t bytes, struct bpf_ring *ret) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), *rest;

    if (consumer == MAP_FAILED)
        return -errno;
    rest = mmap(NULL, page + bytes, PROT_READ, MAP_SHARED, fd, (off_t)page);
    if (rest == MAP_FAILED) {
        int r = -errno;

        munmap(consumer, page);
        return r;
    }
    *ret = (struct bpf_ring){
        .consumer = consumer, .producer = rest, .data = (const uint8_t *)rest + page, .bytes = bytes};
    return 0;
}

/* The header of the record at the reader's position, or NULL while that is not there. */
static const uint32_t *header(const struct bpf_ring *ring, unsigned long at) {
    if (at >= __atomic_load_n(ring->producer, __ATOMIC_SEQ_CST))
        return NULL;
    return (const uint32_t *)(const void *)(ring->data + (at & (ring->bytes - 1)));
}

/* The position is written before the producer's is read again: else the kernel might think us asleep, or we it. */
static void advance(const struct bpf_ring *ring, unsigned long at, uint32_t length) {
    length &= ~(uint32_t)(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
    length = (length + BPF_RINGBUF_HDR_SZ + 7) & ~UINT32_C(7);
    __atomic_store_n(ring->consumer, at + length, __ATOMIC_SEQ_CST);
}

/* A record's bytes, in one piece. */
static const void *record(struct bpf_ring *ring, unsigned long at, size_t length) {
    size_t place = (at + BPF_RINGBUF_HDR_SZ) & (ring->bytes - 1), first = ring->bytes - place;

    if (length <= first)
        return ring->data + place;
    memcpy(ring->whole, ring->data + place, first);
    memcpy((uint8_t *)ring->whole + first, ring->data, length - first);
    return ring->whole;
}

const void *bpf_ring_first(struct bpf_ring *ring, size_t *ret_bytes) {
    for (;;) {
        unsigned long at = *ring->consumer;
        const uint32_t *head = header(ring, at);
        uint32_t length = head ? __atomic_load_n(head, __ATOMIC_ACQUIRE) : BPF_RINGBUF_BUSY_BIT;

        if (length & BPF_RINGBUF_BUSY_BIT)
            return NULL;
        if (!(length & BPF_RINGBUF_DISCARD_BIT)) {
            *ret_bytes = length < BPF_RING_RECORD_MAX ? length : BPF_RING_RECORD_MAX;
            return record(ring, at, *ret_bytes);
        }
        advance(ring, at, length);
    }
}

void bpf_ring_drop(struct bpf_ring *ring) {
    unsigned long at = *ring->consumer;
    const uint32_t *head = header(ring, at);

    if (head)
        advance(ring, at, *head);
}
