/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_local: the services that are there without any route, rule or gateway: instance metadata, DNS
 * (also at the VPC's base+2) and time.  Groups and ACLs do not filter them, and no route carries them
 * elsewhere.
 */
#include "fwd/engine.h"

static const struct {
    uint32_t address;
    uint8_t protocol;
    uint16_t port;
    enum door_kind kind;
} services[] = {
    {UINT32_C(0xa9fea9fe), WIRE_TCP, 80, DOOR_IMDS},
    {UINT32_C(0xa9fea9fd), WIRE_UDP, 53, DOOR_DNS},
    {UINT32_C(0xa9fea9fd), WIRE_TCP, 53, DOOR_DNS},
    {UINT32_C(0xa9fea97b), WIRE_UDP, 123, DOOR_NTP},
};

enum fwd_stage stage_link_local(struct fwd_ctx *c) {
    const struct wire_tuple *t = &c->tuple;
    /* An error about a service's reply belongs to that reply. */
    struct wire_tuple about = c->packet->icmp_error ? tuple_reverse(&c->inner) : *t;
    uint32_t address = ip_v4(t->dst).v;

    if (c->l2)
        return FWD_STAGE_GROUP_OUT;
    if (c->packet->v6) /* the services' IPv6 addresses are not there yet: fd00:ec2::/32 has no route */
        return FWD_STAGE_GROUP_OUT;
    if (c->vpc->cidrs.count > 0 && address == ip_v4(image_cidrs(c->vpc)[0].addr).v + 2)
        address = UINT32_C(0xa9fea9fd);
    else if (address >> 16 != 0xa9fe)
        return FWD_STAGE_GROUP_OUT;
    if (!c->own_source)
        return fwd_drop(c, FWD_STAGE_LINK_LOCAL, FWD_SPOOFED_IP);
    for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
        if (services[i].address != address || services[i].protocol != about.protocol ||
            services[i].port != about.dport)
            continue;
        if (services[i].kind == DOOR_DNS && !c->vpc->dns_support)
            return fwd_drop(c, FWD_STAGE_LINK_LOCAL, FWD_DNS_DISABLED);
        trace(c, FWD_STAGE_LINK_LOCAL, FWD_ACTION_BYPASS);
        return service_send(c, services[i].kind, 0);
    }
    return fwd_drop(c, FWD_STAGE_LINK_LOCAL, FWD_LINK_LOCAL);
}
