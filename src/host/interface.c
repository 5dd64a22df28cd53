/* SPDX-License-Identifier: Apache-2.0 */
#include "host/interface.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "host/netlink.h"

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
    return (struct netlink_rule){
        .from = {e->addresses[a], 32}, .table = TABLE_BASE + e->device, .priority = TABLE_BASE + e->device};
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
    return r < 0 ? r : add_routes(nl, index, e);
}

void interface_forget(int nl, const struct message_eni *e) {
    for (unsigned a = 0; e->device > 0 && a < e->address_count; a++) {
        const struct netlink_rule rule = rule_of(e, a);

        netlink_rule_delete(nl, &rule);
    }
}
