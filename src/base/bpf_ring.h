/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bpf_ring: the reading end of a kernel's BPF ring buffer, without libbpf.
 *
 * Theory of operation: the buffer is memory that kernel and reader share: a page with the reader's position, a page
 * with the writers', and the data.  A record begins with its length, whose highest bits say that it is still being
 * written, or was given up; one that goes on at the data's beginning is put together here (the kernel would map the data
 * twice in a row for that, and count its pages twice).  The reader's position lives in the
 * buffer, so another process that maps it goes on where the last one stopped.  The kernel makes the descriptor
 * readable when a record comes after all earlier ones were read.
 */
#ifndef VPCBOX_BASE_BPF_RING_H
#define VPCBOX_BASE_BPF_RING_H

#include <stddef.h>
#include <stdint.h>

enum { BPF_RING_RECORD_MAX = 512 };

struct bpf_ring {
    unsigned long *consumer;
    const unsigned long *producer;
    const uint8_t *data;
    size_t bytes; /* of data; a power of two */
    uint64_t whole[BPF_RING_RECORD_MAX / 8];
};

/* Maps a ring buffer of that size; the descriptor may be closed afterwards.  0 or a negative errno. */
int bpf_ring_map(int fd, size_t bytes, struct bpf_ring *ret);
/*
 * Hands out the record at *place_io, 8-byte aligned, and its size, and moves *place_io behind it; of one larger than
 * BPF_RING_RECORD_MAX, no more than that.  NULL: there is none yet.  Records stay valid until they are dropped.
 */
unsigned long bpf_ring_place(const struct bpf_ring *ring); /* of the oldest one */
const void *bpf_ring_read(struct bpf_ring *ring, unsigned long *place_io, size_t *ret_bytes);
/* Gives the kernel back all that is before place. */
void bpf_ring_drop(struct bpf_ring *ring, unsigned long place);

#endif
