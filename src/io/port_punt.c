/* SPDX-License-Identifier: Apache-2.0 */
/*
 * port_punt: the ports behind the kernel's flow cache (bpf/cache.h).
 *
 * One TAP brings the frames of all of them and takes frames for all: a VLAN tag after the two addresses holds
 * the port's slot.  The kernel knows such tags, so offsets and offloads stay right on its side; on ours the tag is cut
 * out on the way in, by moving the addresses up to the rest, and put in on the way out.
 */
#include <errno.h>
#include <linux/virtio_net.h>
#include <stddef.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/fd.h"
#include "bpf/cache.h"
#include "io/port.h"
#include "net/door.h"

typedef struct virtio_net_hdr vnet;

enum { MACS = 12, TAG = 4, ETHERTYPE_TAG = 0x8100 };

/* Zero pages until used. */
static uint16_t slots[DOOR_NUM_MAX + 1];
static uint32_t numbers[CACHE_PORTS];

int port_slot_set(uint32_t number, uint16_t slot) {
    if (number == PORT_NONE || number > DOOR_NUM_MAX || slot > CACHE_PORT_MAX)
        return -EINVAL;
    if (numbers[slots[number]] == number)
        numbers[slots[number]] = PORT_NONE;
    slots[number] = slot;
    if (slot != CACHE_PUNT)
        numbers[slot] = number;
    return 0;
}

uint16_t port_slot_of(uint32_t number) {
    return number == PORT_SERVICE   ? CACHE_SERVICE
           : number == PORT_UPLINK  ? CACHE_UPLINK
           : number <= DOOR_NUM_MAX ? slots[number]
                                    : CACHE_PUNT;
}

uint32_t port_number_of(uint16_t slot) {
    return slot == CACHE_SERVICE ? PORT_SERVICE : slot == CACHE_UPLINK ? PORT_UPLINK : numbers[slot];
}

static int punt_read(struct port *p, uint8_t *frame, struct fwd_pkt *ret_pkt) {
    uint8_t *tagged = frame - TAG;
    uint16_t csum_start;
    ssize_t n;
    vnet h;

    /* What carries no tag is not from our program: nobody's. */
    do
        n = read(p->fd, tagged - sizeof(h), sizeof(h) + TAG + PORT_READ_ROOM);
    while ((n < 0 && errno == EINTR) ||
           (n >= 0 && ((size_t)n < sizeof(h) + MACS + TAG || tagged[MACS] != ETHERTYPE_TAG >> 8 ||
                       tagged[MACS + 1] != 0)));
    if (n < 0)
        return errno == EAGAIN ? 0 : -errno;
    memcpy(&h, tagged - sizeof(h), sizeof(h));
    ret_pkt->in_port = port_number_of((uint16_t)(tagged[MACS + 2] << 8 | tagged[MACS + 3]));
    memmove(frame, tagged, MACS);
    csum_start = h.csum_start;
    ret_pkt->data = frame;
    ret_pkt->length = (uint32_t)((size_t)n - sizeof(h) - TAG);
    ret_pkt->vnet_flags = h.flags;
    ret_pkt->gso_type = h.gso_type;
    ret_pkt->hdr_len = h.hdr_len > TAG ? (uint16_t)(h.hdr_len - TAG) : 0;
    ret_pkt->gso_size = h.gso_size;
    ret_pkt->csum_start = csum_start > TAG ? (uint16_t)(csum_start - TAG) : 0;
    ret_pkt->csum_offset = h.csum_offset;
    return 1;
}

static int behind_write(struct port *p, const struct fwd_pkt *pkt) {
    uint16_t slot = port_slot_of(p->number);
    uint8_t tag[TAG] = {ETHERTYPE_TAG >> 8, 0, (uint8_t)(slot >> 8), (uint8_t)slot};
    bool sum = pkt->vnet_flags & FWD_NEEDS_CSUM;
    vnet h = {.flags = pkt->vnet_flags,
              .gso_type = pkt->gso_type,
              .hdr_len = pkt->hdr_len > 0 ? (uint16_t)(pkt->hdr_len + TAG) : 0,
              .gso_size = pkt->gso_size,
              .csum_start = sum ? (uint16_t)(pkt->csum_start + TAG) : 0,
              .csum_offset = pkt->csum_offset};
    struct iovec iov[4] = {
        {&h, sizeof(h)}, {pkt->data, MACS}, {tag, TAG}, {pkt->data + MACS, pkt->length - MACS}};
    ssize_t n;

    do
        n = writev(p->via->fd, iov, 4);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : 0;
}

static int behind_read(struct port *p, uint8_t *frame, struct fwd_pkt *ret_pkt) {
    (void)p;
    (void)frame;
    (void)ret_pkt;
    return 0;
}

static int punt_write(struct port *p, const struct fwd_pkt *pkt) {
    (void)p;
    (void)pkt;
    return -EOPNOTSUPP; /* frames leave by the ports behind it */
}

static void punt_close(struct port *p) {
    fd_close(&p->fd);
}

static void behind_close(struct port *p) {
    (void)p;
}

void port_punt_init(struct port *p, int fd) {
    static const struct port_ops ops = {punt_read, punt_write, punt_close};

    *p = (struct port){.ops = &ops, .fd = fd, .number = PORT_NONE};
}

void port_behind_init(struct port *p, uint32_t number, const struct port *punt) {
    static const struct port_ops ops = {behind_read, behind_write, behind_close};

    *p = (struct port){.ops = &ops, .fd = -1, .number = number, .via = punt};
}
