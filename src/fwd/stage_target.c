/* SPDX-License-Identifier: Apache-2.0 */
/* target: hands the packet to what the route names.  One function per kind of target; a new kind is one more. */
#include "fwd/engine.h"

bool eni_owns(const struct image_vpc *vpc, const struct image_eni *eni, struct ipaddr ip) {
    const struct image_address *address = image_vpc_address(vpc, ip);

    return address && &image_enis(vpc)[address->eni] == eni;
}

enum fwd_stage target_arrive(struct fwd_ctx *c) {
    bool owns = eni_owns(c->vpc, c->to, c->tuple.dst);
    enum fwd_reason reason = FWD_OK;
    struct fwd_event *e;

    if (!c->to->up)
        reason = owns ? FWD_ENI_DOWN : FWD_BLACKHOLE;
    else if (!owns && (c->to->source_dest_check || c->to->kind == SPEC_ENI_INTERFACE_ENDPOINT))
        reason = FWD_DEST_CHECK;
    if (reason == FWD_OK)
        return FWD_STAGE_ACL_IN;
    e = trace(c, FWD_STAGE_TARGET, FWD_ACTION_DROP);
    if (e)
        e->object = image_name(c->vpc, c->to->id);
    return fwd_drop(c, FWD_STAGE_TARGET, reason);
}

static enum fwd_stage target_local(struct fwd_ctx *c) {
    const struct image_address *address = image_vpc_address(c->vpc, c->tuple.dst);

    if (!address)
        return fwd_drop(c, FWD_STAGE_TARGET, FWD_NO_SUCH_ADDRESS);
    c->to = &image_enis(c->vpc)[address->eni];
    return target_arrive(c);
}

static enum fwd_stage target_eni(struct fwd_ctx *c) {
    c->to = &image_enis(c->vpc)[c->route->target];
    return target_arrive(c);
}

static enum fwd_stage target_unsupported(struct fwd_ctx *c) {
    struct fwd_event *e = trace(c, FWD_STAGE_TARGET, FWD_ACTION_DROP);

    if (e)
        e->object = image_name(c->vpc, c->route->target_id);
    return fwd_drop(c, FWD_STAGE_TARGET, FWD_UNSUPPORTED_TARGET);
}

static enum fwd_stage (*const targets[])(struct fwd_ctx *c) = {
    [SPEC_TARGET_LOCAL] = target_local,
    [SPEC_TARGET_INTERNET_GATEWAY] = target_internet_gateway,
    [SPEC_TARGET_ENI] = target_eni,
    [SPEC_TARGET_GATEWAY_ENDPOINT] = target_gateway_endpoint,
    [SPEC_TARGET_NAT_GATEWAY] = target_unsupported,
    [SPEC_TARGET_PEERING] = target_unsupported,
    [SPEC_TARGET_TRANSIT_GATEWAY] = target_unsupported,
};

enum fwd_stage stage_target(struct fwd_ctx *c) {
    return c->l2 ? target_arrive(c) : targets[c->route->kind](c);
}
