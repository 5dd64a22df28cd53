/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The internet gateway: 1:1 translation between private and public addresses, and what lies behind it:
 * AWS's services, other interfaces' public addresses (reached without leaving the region, but seen as
 * from outside), and the uplink.
 */
#include <string.h>

#include "fwd/engine.h"

static bool is_private(struct ipaddr ip) {
    struct ip4 a = ip_v4(ip);

    return ip_is4(ip) && (a.v >> 24 == 10 || a.v >> 20 == 0xac1 || a.v >> 16 == 0xc0a8);
}

static bool is_shared(struct ipaddr ip) {
    return ip_is4(ip) && ip_v4(ip).v >> 22 == (UINT32_C(0x64400000) >> 22);
}

static enum fwd_stage refuse(struct fwd_ctx *c, enum fwd_stage stage, enum fwd_reason reason) {
    struct fwd_event *e = trace(c, stage, FWD_ACTION_DROP);

    if (e && c->vpc && c->vpc->internet_gateway_id)
        e->object = image_name(c->vpc, c->vpc->internet_gateway_id);
    return fwd_drop(c, stage, reason);
}

static void note(struct fwd_ctx *c, enum fwd_stage stage, const struct wire_tuple *before) {
    struct fwd_event *e = trace(c, stage, FWD_ACTION_TRANSLATE);

    if (e) {
        e->object = image_name(c->vpc, c->vpc->internet_gateway_id);
        e->before = *before;
    }
}

enum fwd_stage target_internet_gateway(struct fwd_ctx *c) {
    const struct wire_tuple before = c->tuple;
    const struct image_address *source;
    const struct image_vpc *to_vpc;

    if (strcmp(image_name(c->vpc, c->route->target_id), image_name(c->vpc, c->vpc->internet_gateway_id)) != 0)
        return refuse(c, FWD_STAGE_TARGET, FWD_BLACKHOLE);
    if (c->packet->v6)
        return refuse(c, FWD_STAGE_TARGET, FWD_IPV6);
    if (is_private(c->tuple.dst))
        return refuse(c, FWD_STAGE_TARGET, FWD_IGW_PRIVATE_DESTINATION);
    if (is_shared(c->tuple.dst))
        return refuse(c, FWD_STAGE_TARGET, FWD_IGW_SHARED_DESTINATION);
    source = image_vpc_address(c->vpc, c->tuple.src);
    if (!source)
        return refuse(c, FWD_STAGE_TARGET, FWD_IGW_SOURCE_NOT_IN_VPC);
    if (source->public_ip.v == 0)
        return refuse(c, FWD_STAGE_TARGET, FWD_IGW_NO_PUBLIC_IP);
    c->internet = true;
    c->mtu = FWD_MTU_INTERNET;
    if (image_is_service(c->env->image, c->tuple.dst))
        return service_send(c, DOOR_INTERNET, 0);
    c->tuple.src = ip_of4(source->public_ip);
    if (c->packet->icmp_error && ip_equal(c->inner.dst, source->private_ip))
        c->inner.dst = ip_of4(source->public_ip);
    note(c, FWD_STAGE_TARGET, &before);
    if (image_address_by_public_ip(c->env->image, ip_v4(c->tuple.dst), &to_vpc))
        return FWD_STAGE_UPLINK_IN;
    if (image_is_public(c->env->image, c->tuple.dst))
        return refuse(c, FWD_STAGE_TARGET, FWD_IGW_UNMAPPED);
    return FWD_STAGE_UPLINK_OUT;
}

enum fwd_stage stage_uplink_out(struct fwd_ctx *c) {
    struct fwd_event *e = trace(c, FWD_STAGE_UPLINK_OUT, FWD_ACTION_SEND);

    c->to = NULL;
    c->out_port = PORT_UPLINK;
    c->dst_mac = fwd_uplink_mac;
    if (e)
        e->out_port = PORT_UPLINK;
    return FWD_STAGE_DONE;
}

enum fwd_stage stage_uplink_in(struct fwd_ctx *c) {
    const struct wire_tuple before = c->tuple;
    const struct image_address *address;
    const struct image_vpc *vpc;

    /* Whoever sent it is outside now, also when it was an interface of this region. */
    c->eni = NULL;
    c->vpc = NULL;
    c->l2 = false;
    c->internet = true;
    c->mtu = FWD_MTU_INTERNET;
    if (is_private(c->tuple.src))
        return refuse(c, FWD_STAGE_UPLINK_IN, FWD_IGW_PRIVATE_SOURCE);
    if (is_shared(c->tuple.src))
        return refuse(c, FWD_STAGE_UPLINK_IN, FWD_IGW_SHARED_SOURCE);
    address = c->packet->v6 ? NULL : image_address_by_public_ip(c->env->image, ip_v4(c->tuple.dst), &vpc);
    if (!address)
        return refuse(c, FWD_STAGE_UPLINK_IN, FWD_IGW_UNMAPPED);
    c->vpc = vpc;
    c->to = &image_enis(vpc)[address->eni];
    if (!vpc->internet_gateway_id)
        return refuse(c, FWD_STAGE_UPLINK_IN, FWD_IGW_DETACHED);
    c->tuple.dst = address->private_ip;
    if (c->packet->icmp_error && ip_equal(c->inner.src, ip_of4(address->public_ip)))
        c->inner.src = address->private_ip;
    note(c, FWD_STAGE_UPLINK_IN, &before);
    return target_arrive(c);
}
