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

/* The header of the record at that place, or NULL while it is not there. */
static const uint32_t *header(const struct bpf_ring *ring, unsigned long at) {
    if (at >= __atomic_load_n(ring->producer, __ATOMIC_SEQ_CST))
        return NULL;
    return (const uint32_t *)(const void *)(ring->data + (at & (ring->bytes - 1)));
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

unsigned long bpf_ring_place(const struct bpf_ring *ring) {
    return *ring->consumer;
}

const void *bpf_ring_read(struct bpf_ring *ring, unsigned long *place_io, size_t *ret_bytes) {
    for (;;) {
        unsigned long at = *place_io;
        const uint32_t *head = header(ring, at);
        uint32_t word = head ? __atomic_load_n(head, __ATOMIC_ACQUIRE) : BPF_RINGBUF_BUSY_BIT;
        uint32_t length = word & ~(uint32_t)(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

        if (word & BPF_RINGBUF_BUSY_BIT)
            return NULL;
        *place_io = at + ((length + BPF_RINGBUF_HDR_SZ + 7) & ~UINT32_C(7));
        if (!(word & BPF_RINGBUF_DISCARD_BIT)) {
            *ret_bytes = length < BPF_RING_RECORD_MAX ? length : BPF_RING_RECORD_MAX;
            return record(ring, at, *ret_bytes);
        }
    }
}

/* The position is written before the producer's is read again: else the kernel might think us asleep, or we it. */
void bpf_ring_drop(struct bpf_ring *ring, unsigned long place) {
    __atomic_store_n(ring->consumer, place, __ATOMIC_SEQ_CST);
}
