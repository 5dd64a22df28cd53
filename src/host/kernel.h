/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel: the kernel's side of the data plane (bpf/cache.h): programs, maps, the fabric's network namespace.
 *
 * Theory of operation: only a process with CAP_BPF in the machine's own user namespace may load programs, so
 * kernel_load() comes first of all, before host enters the box's namespaces.  It starts a child that loads them, so
 * that libbpf never becomes part of host and verifying takes none of host's time; kernel_loaded() takes the descriptors
 * that it sends home.  Everything afterwards (making the namespace,
 * cables and the punt TAP, attaching, filling maps by descriptor) needs no more than the box's own root.
 *
 * Host holds all descriptors, so what the kernel forwards goes on while a fabric is dead, and everything
 * vanishes with host.  Nothing is pinned.
 */
#ifndef VPCBOX_HOST_KERNEL_H
#define VPCBOX_HOST_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/cache.h"
#include "host/space.h"

struct kernel {
    bool on;
    int flows, flows6, rules, config, news, ports; /* maps; news is a ring buffer */
    int port_in, punt_in;                          /* programs */
    int ns, nl;                                    /* the fabric's namespace, and a netlink socket in it */
    pid_t loader;                                  /* the child under way, 0: none, and where it answers */
    int loaded;
    struct space_tap punt;          /* frames carry a VLAN tag with the port */
    uint16_t last_slot;             /* handed out in a circle, so that one given back rests */
    uint8_t taken[CACHE_PORTS / 8]; /* a bit for each slot */
    unsigned last_index;            /* links are numbered here, so that nobody need ask */
    char why[MESSAGE_NAME_BYTES];   /* when !on: what is missing */
};

/* Begins.  Call as the process was started.  Never fails: ret->why says what is missing, then or when it has loaded. */
void kernel_load(struct kernel *ret);
/* Waits for its end, at any later time; nothing to do when it did not begin. */
void kernel_loaded(struct kernel *k);
/* Call inside the box's namespaces; sets k->on, or k->why. */
void kernel_start(struct kernel *k);

/* A cable's end in the fabric's namespace. */
struct cable {
    unsigned index; /* the link's */
    uint16_t slot;  /* how bpf/cache.h calls the port, whatever its number; 0: none */
};

/*
 * A cable from port `number` into the network namespace ns, where the end is called `name`, is down and has
 * that MAC.  0 or negative errno; -EMFILE when all slots are taken.
 */
int kernel_port_add(struct kernel *k, uint32_t number, int ns, const char *name, struct mac mac, uint32_t mtu,
                    struct cable *ret_cable);
/* The slot is free for another: whoever keeps anything by it is told first. */
void kernel_port_delete(struct kernel *k, const struct cable *cable);

#endif
