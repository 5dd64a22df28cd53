/* SPDX-License-Identifier: Apache-2.0 */
/*
 * port: where frames enter and leave the fabric.
 *
 * Theory of operation: a port is a descriptor that epoll can watch and three functions.  There are two
 * kinds: an interface's own TAP (port_tap.c), and the punt TAP behind the kernel's flow cache, which stands
 * for all interfaces at once (port_punt.c).  Nothing here decides anything about a frame.
 */
#ifndef VPCBOX_IO_PORT_H
#define VPCBOX_IO_PORT_H

#include <stddef.h>
#include <stdint.h>

#include "fwd/fwd.h"

enum {
    PORT_HEADROOM = 64,                  /* bytes that read() may use before the frame */
    PORT_FRAME_MAX = 65536 + 64,         /* the largest super-packet and its Ethernet header */
    PORT_READ_ROOM = PORT_FRAME_MAX + 64 /* what read() is given at least, headroom not counted */
};

struct port;

struct port_ops {
    /*
     * Takes one frame in.  frame has PORT_HEADROOM bytes before it and PORT_READ_ROOM after it.  Fills
     * data, length and the virtio fields of *ret_pkt, and in_port if that is not the port's number.  1, 0 when
     * none waits, or a negative errno: the port is broken and not read again.
     */
    int (*read)(struct port *p, uint8_t *frame, struct fwd_pkt *ret_pkt);
    /* Sends one frame, from anywhere, and may use the FWD_HEADROOM bytes before it.  0, or a negative errno: it is
     * lost. */
    int (*write)(struct port *p, const struct fwd_pkt *pkt);
    void (*close)(struct port *p);
};

struct port {
    const struct port_ops *ops;
    int fd;                 /* for epoll; -1: nothing to read here */
    uint32_t number;        /* an ENI's num, PORT_SERVICE or PORT_UPLINK */
    int broken;             /* a negative errno once read() has failed */
    const struct port *via; /* a port behind the punt TAP: that one */
};

/* A TAP with IFF_VNET_HDR (10-byte headers), non-blocking; takes fd over. */
void port_tap_init(struct port *p, uint32_t number, int fd);

/* The kernel's flow cache (bpf/cache.h): the punt TAP, which takes fd over and reads for all ports behind it, and
 * such a port, which only writes. */
void port_punt_init(struct port *p, int fd);
void port_behind_init(struct port *p, uint32_t number, const struct port *punt);

/*
 * Ports as bpf/cache.h has them: an ENI's number has 20 bits, a tag 16, so host gives each port a slot for as long as it
 * is there.  One table a process, of one thread.  PORT_SERVICE and PORT_UPLINK have theirs always.
 * port_slot_set(): slot 0 takes it back; -EINVAL for what is no ENI's number or no slot of one.
 */
int port_slot_set(uint32_t number, uint16_t slot);
uint16_t port_slot_of(uint32_t number); /* 0: none */
uint32_t port_number_of(uint16_t slot); /* PORT_NONE: nobody's */

#endif
