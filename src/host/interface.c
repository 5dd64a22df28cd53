/* SPDX-License-Identifier: Apache-2.0 */
#include "host/interface.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "host/netlink.h"
#include "net/door.h"

enum { TABLE_BASE = 10000, METRIC_BASE = 512, METRIC_STEP = 10 };

void interface_name(const struct message_eni *e, char name[IF_NAMESIZE]) {
    snprintf(name, IF_NAMESIZE, "eth%u", e->device);
}

/* A kernel without alternative names (before 5.5) is no reason to do without the interface. */
static void add_names(int nl, unsigned index, const struct message_eni *e) {
    char number[32];
    int r = 0;

    snprintf(number, sizeof(number), "device-number-%u", e->device);
    if (e->id[0] != '\0')
        r = netlink_altname_add(nl, index, e->id);
    if (r == 0)
        r = netlink_altname_add(nl, index, number);
    if (r < 0)
        log_debug("%s: %s", number, strerror(-r));
}

static struct netlink_rule rule_of(const struct message_eni *e, unsigned a) {
    return (struct netlink_rule){.from = prefix_of4((struct prefix4){e->addresses[a], 32}),
                                 .table = TABLE_BASE + e->device,
                                 .priority = TABLE_BASE + e->device};
}

static int add_routes(int nl, unsigned index, const struct message_eni *e) {
    struct netlink_route route = {.to = {{0}, 0}, .gateway = e->gateway, .index = index};
    int r;

    if (e->gateway.v == 0)
        return 0;
    if (e->device > 0)
        route.metric = METRIC_BASE + METRIC_STEP * e->device;
    r = netlink_route_add(nl, &route);
    if (r < 0 || e->device == 0)
        return r;
    route.metric = 0;
    route.table = TABLE_BASE + e->device;
    r = netlink_route_add(nl, &route);
    for (unsigned a = 0; r == 0 && a < e->address_count; a++) {
        const struct netlink_rule rule = rule_of(e, a);

        r = netlink_rule_add(nl, &rule);
    }
    return r;
}

/* ---- IPv6: as a DHCPv6 lease and the router's advertisement would have it ---- */

static int set6(const char *name, const char *setting, const char *value) {
    char path[96];
    int fd, r = 0;

    snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", name, setting);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, value, strlen(value)) < 0)
        r = -errno;
    fd_close(&fd);
    return r;
}

static struct netlink_rule rule6_of(const struct message_eni *e, unsigned a) {
    return (struct netlink_rule){.from = {.addr = e->addresses6[a], .length = 128},
                                 .table = TABLE_BASE + e->device,
                                 .priority = TABLE_BASE + e->device};
}

static int add_routes6(int nl, unsigned index, const struct message_eni *e) {
    const struct mac router = PORT_ROUTER_MAC;
    struct netlink_route6 subnet = {.to = {.addr = e->addresses6[0], .length = e->prefix6_length},
                                    .index = index};
    struct netlink_route6 all = {.gateway = ip6_of_mac(router), .index = index};
    int r;

    if (e->device > 0)
        subnet.metric = all.metric = METRIC_BASE + METRIC_STEP * e->device;
    r = netlink_route6_add(nl, &subnet);
    if (r == 0)
        r = netlink_route6_add(nl, &all);
    if (r < 0 || e->device == 0)
        return r;
    subnet.table = all.table = TABLE_BASE + e->device;
    r = netlink_route6_add(nl, &subnet);
    if (r == 0)
        r = netlink_route6_add(nl, &all);
    for (unsigned a = 0; r == 0 && a < e->address6_count; a++) {
        const struct netlink_rule rule = rule6_of(e, a);

        r = netlink_rule_add(nl, &rule);
    }
    return r;
}

/* A kernel without IPv6 runs the instance without it. */
static int configure6(int nl, unsigned index, const char *name, const struct message_eni *e) {
    int r;

    if (e->address6_count == 0)
        return 0;
    set6("lo", "disable_ipv6", "0");
    set6(name, "accept_ra", "0"); /* what the router would say is set here, and does not run out */
    set6(name, "accept_dad", "0");
    r = set6(name, "disable_ipv6", "0");
    if (r < 0) {
        log_error("%s: no IPv6: %s", name, strerror(-r));
        return 0;
    }
    for (unsigned a = 0; r == 0 && a < e->address6_count && a < MESSAGE_ADDRESSES_MAX; a++)
        r = netlink_address6_add(nl, index, (struct prefix){.addr = e->addresses6[a], .length = 128});
    return r < 0 ? r : add_routes6(nl, index, e);
}

int interface_configure(int nl, const struct message_eni *e) {
    char name[IF_NAMESIZE];
    unsigned index;
    int r;

    interface_name(e, name);
    index = if_nametoindex(name);
    if (index == 0)
        return -ENODEV;
    add_names(nl, index, e);
    r = netlink_link_up(nl, &(struct netlink_link){.index = index});
    for (unsigned a = 0; r == 0 && a < e->address_count; a++)
        r = netlink_address_add(nl, index, (struct prefix4){e->addresses[a], e->prefix_length});
    if (r == 0)
        r = add_routes(nl, index, e);
    return r < 0 ? r : configure6(nl, index, name, e);
}

void interface_forget(int nl, const struct message_eni *e) {
    for (unsigned a = 0; e->device > 0 && a < e->address_count; a++) {
        const struct netlink_rule rule = rule_of(e, a);

        netlink_rule_delete(nl, &rule);
    }
    for (unsigned a = 0; e->device > 0 && a < e->address6_count; a++) {
        const struct netlink_rule rule = rule6_of(e, a);

        netlink_rule_delete(nl, &rule);
    }
}
