/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fabric_rig: a real fabric process between real TAPs in network namespaces, with the test as its host.
 * The process calls ns_enter() first.  Header only.
 */
#ifndef VPCBOX_TESTS_FABRIC_RIG_H
#define VPCBOX_TESTS_FABRIC_RIG_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "fwd/fwd.h"
#include "host/message.h"
#include "io/fabric.h"
#include "net/image.h"
#include "ns.h"

enum { RIG_PORTS = 16, RIG_WAIT_MS = 10000 };

struct rig_port {
    uint32_t number;
    int tap, ns;
};

struct rig {
    struct rig_port ports[RIG_PORTS];
    size_t count;
    int host, table, image;
    uint64_t table_bytes, generation;
    pid_t fabric;
};

static inline void rig_init(struct rig *r) {
    *r = (struct rig){.host = -1, .table = -1, .image = -1, .fabric = -1};
}

static inline int rig_ns(const struct rig *r, uint32_t number) {
    for (size_t i = 0; i < r->count; i++)
        if (r->ports[i].number == number)
            return r->ports[i].ns;
    return -1;
}

/* Goes into the namespace behind a port. */
static inline bool rig_go(const struct rig *r, uint32_t number) {
    return setns(rig_ns(r, number), CLONE_NEWNET) == 0;
}

/*
 * A namespace with a TAP "eth0" of that MAC, up, for the port of that number.  Stays in it, so that the
 * caller configures what the TAP should have.
 */
static inline bool rig_port(struct rig *r, uint32_t number, struct mac mac) {
    struct ifreq ifr = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR, .ifr_name = "eth0"};
    struct rig_port *p = &r->ports[r->count];
    char text[MAC_TEXT_BYTES];

    if (unshare(CLONE_NEWNET) < 0)
        return false;
    p->number = number;
    p->ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    p->tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (p->ns < 0 || p->tap < 0 || ioctl(p->tap, TUNSETIFF, &ifr) < 0 ||
        (ioctl(p->tap, TUNSETOFFLOAD, 0x6fUL) < 0 && ioctl(p->tap, TUNSETOFFLOAD, 0x0fUL) < 0))
        return false;
    r->count++;
    return ns_write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1") <= 0 &&
           ns_run("ip link set lo up && ip link set eth0 address %s mtu 9001 txqueuelen 1000 up",
                  mac_format(mac, text));
}

static inline bool rig_send(struct rig *r, struct message *m, int fd) {
    if (fd >= 0) {
        m->fds[0] = fd;
        m->fd_count = 1;
    }
    return message_send(r->host, m) == 0;
}

/* The next message of that kind, within the time that any test has; others on the way are looked at too. */
static inline bool rig_await(struct rig *r, enum message_kind kind, struct message *m) {
    for (;;) {
        struct pollfd p = {.fd = r->host, .events = POLLIN};

        if (poll(&p, 1, RIG_WAIT_MS) != 1 || message_receive(r->host, m) != 1)
            return false;
        if (m->header.kind == MESSAGE_FLOW_TABLE) {
            r->table = m->fds[0];
            r->table_bytes = m->u.flow_table.bytes;
            m->fd_count = 0;
        }
        message_close_fds(m);
        if (m->header.kind == kind)
            return true;
    }
}

/* Starts the fabric with all ports, and the table and image that an earlier one had. */
static inline bool rig_start(struct rig *r) {
    static struct message m;
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return false;
    r->fabric = fork();
    if (r->fabric == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(pair[0]);
        _exit(io_fabric_main(pair[1]) == 0 ? 0 : 1);
    }
    close(pair[1]);
    r->host = pair[0];
    if (r->table >= 0) {
        message_init(&m, MESSAGE_FLOW_TABLE, 0);
        m.u.flow_table.bytes = r->table_bytes;
        if (!rig_send(r, &m, r->table))
            return false;
    }
    for (size_t i = 0; i < r->count; i++) {
        message_init(&m, MESSAGE_PORT_ADD, 0);
        m.u.port.number = r->ports[i].number;
        m.u.port.mtu = 9001;
        if (!rig_send(r, &m, r->ports[i].tap))
            return false;
    }
    if (r->image >= 0) {
        message_init(&m, MESSAGE_IMAGE, 0);
        if (!rig_send(r, &m, r->image))
            return false;
    }
    message_init(&m, MESSAGE_START, 0);
    return rig_send(r, &m, -1) && rig_await(r, MESSAGE_READY, &m);
}

/* Builds and sends the next generation; returns once the fabric enforces it. */
static inline bool rig_image(struct rig *r, struct spec *spec) {
    static struct message m;
    struct image *image;

    spec->generation = ++r->generation;
    if (image_build(spec, NULL, &image) < 0)
        return false;
    fd_close(&r->image);
    r->image = image_to_memfd(image);
    message_init(&m, MESSAGE_IMAGE, r->generation);
    m.u.image.generation = r->generation;
    m.u.image.bytes = image_size(image);
    image_free(image);
    return rig_send(r, &m, r->image) && rig_await(r, MESSAGE_RESULT, &m) && m.header.id == r->generation &&
           m.u.result.error == 0;
}

static inline void rig_kill(struct rig *r) {
    kill(r->fabric, SIGKILL);
    waitpid(r->fabric, NULL, 0);
    fd_close(&r->host);
    r->fabric = -1;
}

/* Its exit status after a polite end: host's socket goes away. */
static inline int rig_end(struct rig *r) {
    int status = -1;

    fd_close(&r->host);
    waitpid(r->fabric, &status, 0);
    r->fabric = -1;
    return status;
}

#endif
