/* SPDX-License-Identifier: Apache-2.0 */
/*
 * port_tap: a TAP device whose frames carry virtio headers.
 *
 * One read and one write a frame, up to 64 KiB each: with segmentation offload the kernel hands over
 * TCP's super-packets unsegmented and unsummed, and takes them back so.  The header is read and written right in
 * front of the frame: two pieces of memory would cost the kernel 80 ns more than one (bench/tap_calls.c, which also
 * shows why there is no io_uring here).
 */
#include <errno.h>
#include <linux/virtio_net.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "io/port.h"

/* The kernel's struct without num_buffers: the ten bytes that IFF_VNET_HDR means. */
typedef struct virtio_net_hdr vnet;
_Static_assert(sizeof(vnet) == 10 && sizeof(vnet) <= FWD_HEADROOM, "virtio header");
_Static_assert(FWD_NEEDS_CSUM == VIRTIO_NET_HDR_F_NEEDS_CSUM, "values go through unchanged");
_Static_assert(FWD_DATA_VALID == VIRTIO_NET_HDR_F_DATA_VALID, "values go through unchanged");
_Static_assert(FWD_GSO_TCPV4 == VIRTIO_NET_HDR_GSO_TCPV4, "values go through unchanged");
_Static_assert(FWD_GSO_ECN == VIRTIO_NET_HDR_GSO_ECN, "values go through unchanged");

static int tap_read(struct port *p, uint8_t *frame, struct fwd_pkt *ret_pkt) {
    ssize_t n;
    vnet h;

    do
        n = read(p->fd, frame - sizeof(h), sizeof(h) + PORT_READ_ROOM);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN ? 0 : -errno;
    if ((size_t)n < sizeof(h))
        return -EPROTO;
    memcpy(&h, frame - sizeof(h), sizeof(h));
    ret_pkt->data = frame;
    ret_pkt->length = (uint32_t)((size_t)n - sizeof(h));
    ret_pkt->vnet_flags = h.flags;
    ret_pkt->gso_type = h.gso_type;
    ret_pkt->hdr_len = h.hdr_len;
    ret_pkt->gso_size = h.gso_size;
    ret_pkt->csum_start = h.csum_start;
    ret_pkt->csum_offset = h.csum_offset;
    return 1;
}

static int tap_write(struct port *p, const struct fwd_pkt *pkt) {
    vnet h = {.flags = pkt->vnet_flags,
              .gso_type = pkt->gso_type,
              .hdr_len = pkt->hdr_len,
              .gso_size = pkt->gso_size,
              .csum_start = pkt->csum_start,
              .csum_offset = pkt->csum_offset};
    uint8_t *start = pkt->data - sizeof(h);
    ssize_t n;

    memcpy(start, &h, sizeof(h));
    do
        n = write(p->fd, start, sizeof(h) + pkt->length);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : 0;
}

static void tap_close(struct port *p) {
    fd_close(&p->fd);
}

void port_tap_init(struct port *p, uint32_t number, int fd) {
    static const struct port_ops ops = {tap_read, tap_write, tap_close};

    *p = (struct port){.ops = &ops, .fd = fd, .number = number};
}
