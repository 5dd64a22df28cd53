/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Doors to AWS's services (net/door.h): both addresses become the identity of client and door on the way
 * in, and the reply finds the way back by the same record.  Services open no connections.
 *
 * The record has two keys: the service side's (PORT_SERVICE and the door's tuple), unique because the
 * client's port is moved when it is taken, and the client's own tuple.
 */
#include "fwd/engine.h"
#include "wire/packet.h"

enum { PORT_TRIES = 64 };

static struct conn_key door_key(const struct fwd_ctx *c, struct ip4 source, struct ip4 destination,
                                uint16_t port) {
    return (struct conn_key){PORT_SERVICE, ip_of4(destination), ip_of4(source), c->tuple.dport,
                             port,         c->tuple.protocol};
}

static bool choose_port(struct fwd_ctx *c, struct ip4 source, struct ip4 destination,
                        struct conn_key *ret_key) {
    uint32_t hash = flow_hash((uint32_t)c->tuple.dst.lo, &c->tuple);

    for (uint32_t i = 0; i < PORT_TRIES; i++) {
        uint16_t port = i == 0 ? c->tuple.sport : (uint16_t)(1024 + (hash + i * 2654435761u) % 64512);
        struct conn_key key = door_key(c, source, destination, port);

        if (!conn_find(c->env, c->tick, &key, 0)) {
            *ret_key = key;
            return true;
        }
    }
    return false;
}

static enum fwd_reason refuses(const struct fwd_ctx *c, enum door_kind kind) {
    bool echo = c->packet->icmp_query && c->packet->icmp_type == WIRE_ICMP_REQUEST;

    if (c->packet->v6) /* an identity is IPv4's (net/door.h) */
        return FWD_IPV6;
    if (c->tuple.protocol == WIRE_TCP || (c->tuple.protocol == WIRE_ICMP && echo))
        return FWD_OK;
    if (kind == DOOR_GATEWAY)
        return FWD_ENDPOINT_PROTOCOL;
    return c->tuple.protocol == WIRE_UDP ? FWD_OK : FWD_DOOR_PROTOCOL;
}

static const char *door_object(const struct fwd_ctx *c, enum door_kind kind) {
    switch (kind) {
    case DOOR_INTERNET:
        return image_name(c->vpc, c->vpc->internet_gateway_id);
    case DOOR_GATEWAY:
        return c->route && c->route->kind == SPEC_TARGET_GATEWAY_ENDPOINT
                   ? image_name(c->vpc, c->route->target_id)
                   : NULL;
    case DOOR_INTERFACE:
        return c->to ? image_name(c->vpc, c->to->endpoint_id) : NULL;
    default:
        return NULL;
    }
}

static enum fwd_stage leave(struct fwd_ctx *c, enum door_kind kind, const struct wire_tuple *before) {
    struct fwd_event *e = trace(c, FWD_STAGE_SERVICE_OUT, FWD_ACTION_TRANSLATE);

    if (e) {
        e->object = door_object(c, kind);
        e->before = *before;
    }
    return FWD_STAGE_SERVICE_OUT;
}

/* A client's ICMP error about a service's reply. */
static enum fwd_stage send_error(struct fwd_ctx *c, enum door_kind kind, uint32_t endpoint_num,
                                 uint32_t client) {
    const struct wire_tuple before = c->tuple, about = tuple_reverse(&c->inner);
    const struct fwd_conn *conn = conn_find_door(c->env, c->tick, client, &about, kind, endpoint_num);

    if (!conn)
        return fwd_drop(c, FWD_STAGE_SERVICE_OUT, FWD_DOOR_PROTOCOL);
    c->tuple.src = conn->remote;
    c->tuple.dst = conn->local;
    c->inner = (struct wire_tuple){conn->local, conn->remote, conn->lport, conn->rport, c->inner.protocol};
    return leave(c, kind, &before);
}

enum fwd_stage service_send(struct fwd_ctx *c, enum door_kind kind, uint32_t endpoint_num) {
    const struct image_address *address = image_vpc_address(c->vpc, c->tuple.src);
    const struct wire_tuple before = c->tuple;
    const struct image_eni *client;
    struct fwd_conn *conn;
    struct fwd_pending *p;
    enum fwd_reason reason;

    if (!address)
        return fwd_drop(c, FWD_STAGE_SERVICE_OUT, FWD_ENDPOINT_SOURCE);
    client = &image_enis(c->vpc)[address->eni];
    if (kind == DOOR_INTERFACE) {
        c->mtu = FWD_MTU_ENDPOINT;
        c->clamp = true;
    }
    if (c->packet->icmp_error)
        return send_error(c, kind, endpoint_num, client->num);
    reason = refuses(c, kind);
    if (reason != FWD_OK)
        return fwd_drop(c, FWD_STAGE_SERVICE_OUT, reason);
    conn = conn_find_door(c->env, c->tick, client->num, &c->tuple, kind, endpoint_num);
    if (conn && (conn->tag != client->tag || (c->tuple.protocol == WIRE_TCP &&
                                              (c->packet->tcp_flags & (WIRE_SYN | WIRE_ACK)) == WIRE_SYN &&
                                              conn->state >= CONN_CLOSING))) {
        conn_free(c->env->table, conn);
        conn = NULL;
    }
    p = fwd_pend(c, conn);
    if (!p)
        return fwd_drop(c, FWD_STAGE_SERVICE_OUT, FWD_PENDING_FULL);
    p->flags = CONN_XLATE | CONN_TRACKED;
    p->tag = client->tag;
    if (conn) {
        p->key = (struct conn_key){PORT_SERVICE, conn->local, conn->remote,
                                   conn->lport,  conn->rport, conn->protocol};
    } else {
        struct ip4 source = door_source(client->num, address->index);

        if (!choose_port(c, source, door_destination(kind, endpoint_num), &p->key))
            return fwd_drop(c, FWD_STAGE_SERVICE_OUT, FWD_NO_PORTS);
        p->xlate = (struct fwd_xlate){.inner = c->tuple,
                                      .owner = client->num,
                                      .door_kind = kind,
                                      .door_index = address->index,
                                      .endpoint_num = endpoint_num,
                                      .public_ip = address->public_ip};
    }
    c->tuple.src = p->key.remote;
    c->tuple.dst = p->key.local;
    c->tuple.sport = p->key.rport;
    return leave(c, kind, &before);
}

enum fwd_stage target_gateway_endpoint(struct fwd_ctx *c) {
    return service_send(c, DOOR_GATEWAY, image_endpoints(c->vpc)[c->route->target].num);
}

enum fwd_stage stage_service_out(struct fwd_ctx *c) {
    struct fwd_event *e = trace(c, FWD_STAGE_SERVICE_OUT, FWD_ACTION_SEND);

    c->out_port = PORT_SERVICE;
    c->dst_mac = fwd_service_mac;
    if (e)
        e->out_port = PORT_SERVICE;
    return FWD_STAGE_DONE;
}

static bool endpoint_exists(const struct image_vpc *vpc, uint32_t num) {
    for (uint32_t i = 0; i < vpc->endpoints.count; i++) {
        if (image_endpoints(vpc)[i].num == num)
            return true;
    }
    return false;
}

/* The reply leaves the endpoint's interface like any other packet of the VPC. */
static enum fwd_stage from_interface(struct fwd_ctx *c, const struct fwd_xlate *x) {
    const struct image_address *door = image_vpc_address(c->vpc, x->inner.dst);
    const struct image_eni *endpoint = door ? &image_enis(c->vpc)[door->eni] : NULL;
    const struct image_eni *client = c->to;

    c->to = NULL;
    if (!endpoint || endpoint->kind != SPEC_ENI_INTERFACE_ENDPOINT ||
        endpoint->endpoint_num != x->endpoint_num)
        return fwd_drop(c, FWD_STAGE_SERVICE_IN, FWD_BLACKHOLE);
    c->eni = endpoint;
    c->own_source = true;
    c->mtu = FWD_MTU_ENDPOINT;
    c->clamp = true;
    if (endpoint->subnet == client->subnet) {
        c->l2 = true;
        c->to = client;
    }
    return FWD_STAGE_GROUP_OUT;
}

enum fwd_stage stage_service_in(struct fwd_ctx *c) {
    const struct wire_tuple before = c->tuple;
    struct wire_tuple about = c->packet->icmp_error ? tuple_reverse(&c->inner) : c->tuple;
    struct conn_key key = {PORT_SERVICE, about.src, about.dst, about.sport, about.dport, about.protocol};
    struct fwd_conn *conn = conn_find(c->env, c->tick, &key, 0);
    const struct fwd_xlate *x = conn ? conn_xlate(c->env->table, conn) : NULL;
    const struct image_address *address;
    const struct image_eni *client;
    struct fwd_pending *p;
    struct fwd_event *e;

    client = conn ? image_eni_by_num(c->env->image, x->owner, &c->vpc) : NULL;
    if (!client || client->tag != conn->tag)
        return fwd_drop(c, FWD_STAGE_SERVICE_IN, FWD_ENDPOINT_ONE_WAY);
    c->to = client;
    c->tuple.src = x->inner.dst;
    c->tuple.dst = x->inner.src;
    if (c->packet->icmp_error) {
        c->inner = x->inner;
    } else {
        c->tuple.dport = x->inner.sport;
        p = fwd_pend(c, conn);
        if (!p)
            return fwd_drop(c, FWD_STAGE_SERVICE_IN, FWD_PENDING_FULL);
        p->from_port = true;
        p->key = key;
    }
    e = trace(c, FWD_STAGE_SERVICE_IN, FWD_ACTION_TRANSLATE);
    if (e)
        e->before = before;
    address = image_vpc_address(c->vpc, x->inner.src);
    if (!address || &image_enis(c->vpc)[address->eni] != client)
        return fwd_drop(c, FWD_STAGE_SERVICE_IN, FWD_NO_SUCH_ADDRESS);
    switch ((enum door_kind)x->door_kind) {
    case DOOR_INTERNET:
        if (address->public_ip.v == 0 || address->public_ip.v != x->public_ip.v)
            return fwd_drop(c, FWD_STAGE_SERVICE_IN, FWD_IGW_UNMAPPED);
        if (!c->vpc->internet_gateway_id)
            return fwd_drop(c, FWD_STAGE_SERVICE_IN, FWD_IGW_DETACHED);
        c->internet = true;
        c->mtu = FWD_MTU_INTERNET;
        return target_arrive(c);
    case DOOR_GATEWAY:
        if (!endpoint_exists(c->vpc, x->endpoint_num))
            return fwd_drop(c, FWD_STAGE_SERVICE_IN, FWD_BLACKHOLE);
        return target_arrive(c);
    case DOOR_INTERFACE:
        return from_interface(c, x);
    default:
        if (!client->up)
            return fwd_drop(c, FWD_STAGE_SERVICE_IN, FWD_ENI_DOWN);
        return FWD_STAGE_DELIVER;
    }
}
