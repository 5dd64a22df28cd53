/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interfaces that come to an instance while it runs, and that go.
 *
 * Host makes them from outside, as a hypervisor does: the cable (or TAP) into the instance's network namespace,
 * then names, address and routes there, over which host has power because the box's root made it.  What is
 * attached is there again when the instance reboots.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/box.h"
#include "host/interface.h"
#include "host/netlink.h"

/* Work in the instance's network namespace. */
struct plug {
    const struct message_eni *eni;
    struct space_tap tap;
    bool make; /* a TAP */
};

static int open_space(const struct guest *g) {
    char path[64];
    int ns;

    snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)g->pid);
    ns = open(path, O_RDONLY | O_CLOEXEC);
    return ns < 0 ? -errno : ns;
}

static int add_work(void *context) {
    struct plug *p = context;
    char name[IF_NAMESIZE];
    int nl = netlink_open(), r = nl < 0 ? nl : 0;

    interface_name(p->eni, name);
    if (r == 0 && p->make)
        r = space_tap_open(name, p->eni->mac, p->eni->mtu, true, &p->tap);
    if (r == 0)
        r = interface_configure(nl, p->eni);
    if (r < 0)
        fd_close(&p->tap.fd);
    fd_close(&nl);
    return r;
}

static int remove_work(void *context) {
    const struct plug *p = context;
    int nl = netlink_open(), r = nl < 0 ? nl : 0;
    char name[IF_NAMESIZE];

    interface_name(p->eni, name);
    if (r == 0)
        interface_forget(nl, p->eni);
    /* Its name is free at once, not only when the fabric has closed it too. */
    if (r == 0 && p->make)
        r = netlink_link_delete(nl, if_nametoindex(name));
    fd_close(&nl);
    return r;
}

static int attach(struct guest *g, const struct message_eni *e) {
    struct port port = {.number = e->num, .mtu = e->mtu, .tap = {.fd = -1, .mac = e->mac}};
    struct plug plug = {e, {.fd = -1}, !g->box->kernel.on};
    struct kernel *k = &g->box->kernel;
    char name[IF_NAMESIZE];
    int ns = open_space(g), r = ns < 0 ? ns : 0;

    interface_name(e, name);
    if (r == 0 && k->on)
        r = kernel_port_add(k, e->num, ns, name, e->mac, e->mtu, &port.cable);
    if (r == 0) {
        r = space_work_in(ns, add_work, &plug);
        if (r < 0 && k->on)
            kernel_port_delete(k, &port.cable);
    }
    fd_close(&ns);
    if (r < 0)
        return r;
    if (!k->on)
        port.tap = plug.tap;
    box_port_add(g->box, &port);
    g->ports[g->port_count++] = port;
    g->start.enis[g->start.eni_count++] = *e;
    return 0;
}

static int detach(struct guest *g, uint32_t number) {
    size_t i = 0, p = 0;
    struct plug plug;
    int ns;

    while (i < g->start.eni_count && g->start.enis[i].num != number)
        i++;
    while (p < g->port_count && g->ports[p].number != number)
        p++;
    if (i == g->start.eni_count || p == g->port_count)
        return -ENOENT;
    plug = (struct plug){&g->start.enis[i], {.fd = -1}, !g->box->kernel.on};
    box_port_delete(g->box, &g->ports[p]);
    ns = open_space(g);
    if (ns >= 0)
        space_work_in(ns, remove_work, &plug);
    fd_close(&ns);
    fd_close(&g->ports[p].tap.fd);
    memmove(&g->ports[p], &g->ports[p + 1], (--g->port_count - p) * sizeof(g->ports[0]));
    memmove(&g->start.enis[i], &g->start.enis[i + 1], (--g->start.eni_count - i) * sizeof(g->start.enis[0]));
    return 0;
}

static int may_attach(struct box *box, const struct guest *g, const struct message_eni *e,
                      const char **ret_why) {
    if (g->start.eni_count == MESSAGE_ENIS_MAX) {
        *ret_why = "the instance has as many interfaces as it can";
        return -ENOSPC;
    }
    for (const struct guest *o = box->guests; o != NULL; o = o->next)
        for (uint32_t i = 0; i < o->start.eni_count; i++) {
            if (o == g && o->start.enis[i].num == e->num) {
                *ret_why = "the instance has that interface already";
                return -EEXIST;
            }
            if (o->start.enis[i].num == e->num) {
                *ret_why = "a running instance has that interface";
                return -EADDRINUSE;
            }
            if (o == g && o->start.enis[i].device == e->device) {
                *ret_why = "the instance has an interface with that device index";
                return -EEXIST;
            }
        }
    return 0;
}

void guest_interface_request(struct box *box, const struct message *m) {
    const struct message_interface *want = &m->u.interface;
    struct guest *g = guest_find(box, want->instance);
    const char *why = NULL;
    int r = 0;

    if (g != NULL && g->state == GUEST_STARTING) {
        r = -EBUSY;
        why = "the instance is starting";
    } else if (g == NULL || g->state != GUEST_RUNNING) {
        r = -ESRCH;
        why = "the instance is not running";
    } else if (!want->attach) {
        r = detach(g, want->eni.num);
    } else {
        r = may_attach(box, g, &want->eni, &why);
        if (r == 0)
            r = attach(g, &want->eni);
    }
    box_result(box, m->header.id, r, why);
}
