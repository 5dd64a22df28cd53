/* SPDX-License-Identifier: Apache-2.0 */
#include "host/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bpf_map.h"
#include "base/fd.h"
#include "bpf/cache.h"
#include "host/netlink.h"
#include "net/door.h"

enum { PUNT_MTU = 9001 + 4, PUNT_QUEUE_FRAMES = 4096, FIRST_INDEX = 1000 };

static const struct mac router_mac = PORT_ROUTER_MAC;

static int set_port(const struct kernel *k, uint32_t slot, uint32_t index) {
    return bpf_map_set(k->ports, &slot, &index);
}

static int make_namespace(void *context) {
    struct kernel *k = context;
    unsigned index;
    int r;

    space_net_settings(false, true);
    k->nl = netlink_open();
    if (k->nl < 0)
        return k->nl;
    k->ns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (k->ns < 0)
        return -errno;
    r = space_tap_open("punt", (struct mac){{2, 0, 0, 0, 0, 1}}, PUNT_MTU, true, &k->punt);
    if (r < 0)
        return r;
    index = if_nametoindex("punt");
    r = netlink_link_up(k->nl, &(struct netlink_link){.index = index, .queue_frames = PUNT_QUEUE_FRAMES});
    if (r == 0)
        r = netlink_program_attach(k->nl, index, k->punt_in, 0);
    return r < 0 ? r : set_port(k, CACHE_PUNT, index);
}

void kernel_start(struct kernel *k) {
    /* Older kernels let nobody but the machine's root touch maps, even by descriptor. */
    int r = set_port(k, CACHE_PUNT, 0);

    if (r == -EPERM) {
        snprintf(k->why, sizeof(k->why),
                 "this kernel (before 5.19, and kernel.unprivileged_bpf_disabled) lets only the machine's "
                 "root fill maps");
        return;
    }
    k->punt.fd = -1;
    k->last_index = FIRST_INDEX;
    if (r == 0)
        r = space_work_in(-1, make_namespace, k);
    if (r == 0) {
        k->on = true;
        return;
    }
    snprintf(k->why, sizeof(k->why), "its namespace cannot be made (%s)", strerror(-r));
    fd_close(&k->punt.fd);
    fd_close(&k->nl);
    fd_close(&k->ns);
}

static bool is_taken(const struct kernel *k, uint16_t slot) {
    return k->taken[slot / 8] >> slot % 8 & 1;
}

static void set_taken(struct kernel *k, uint16_t slot, bool taken) {
    uint8_t bit = (uint8_t)(1 << slot % 8), *at = &k->taken[slot / 8];

    *at = (uint8_t)(taken ? *at | bit : *at & ~bit);
}

static int take_slot(struct kernel *k, uint32_t number, uint16_t *ret_slot) {
    if (number == PORT_SERVICE || number == PORT_UPLINK) {
        *ret_slot = number == PORT_SERVICE ? CACHE_SERVICE : CACHE_UPLINK;
        return 0;
    }
    for (unsigned tries = 0; tries < CACHE_PORT_MAX; tries++) {
        k->last_slot = (uint16_t)(k->last_slot % CACHE_PORT_MAX + 1);
        if (!is_taken(k, k->last_slot)) {
            set_taken(k, k->last_slot, true);
            *ret_slot = k->last_slot;
            return 0;
        }
    }
    return -EMFILE;
}

int kernel_port_add(struct kernel *k, uint32_t number, int ns, const char *name, struct mac mac, uint32_t mtu,
                    struct cable *ret_cable) {
    char own[IF_NAMESIZE];
    struct cable cable = {.index = ++k->last_index};
    struct netlink_end near = {.name = own, .index = cable.index, .ns = -1, .mac = router_mac, .mtu = mtu};
    struct netlink_end far = {.name = name, .ns = ns, .mac = mac, .mtu = mtu};
    int r = take_slot(k, number, &cable.slot);

    if (r < 0)
        return r;
    snprintf(own, sizeof(own), "port%u", cable.index);
    r = netlink_veth_add(k->nl, &near, &far);
    if (r == 0) {
        r = netlink_program_attach(k->nl, cable.index, k->port_in, cable.slot);
        if (r == 0)
            r = netlink_link_up(k->nl, &(struct netlink_link){.index = cable.index});
        if (r == 0)
            r = set_port(k, cable.slot, cable.index);
        if (r < 0)
            netlink_link_delete(k->nl, cable.index);
    }
    if (r < 0)
        set_taken(k, cable.slot, false);
    else
        *ret_cable = cable;
    return r;
}

void kernel_port_delete(struct kernel *k, const struct cable *cable) {
    set_port(k, cable->slot, 0);
    netlink_link_delete(k->nl, cable->index); /* gone already when its namespace is */
    set_taken(k, cable->slot, false);
}
