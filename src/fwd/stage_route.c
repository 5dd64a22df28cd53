/* SPDX-License-Identifier: Apache-2.0 */
/* route: the sending subnet's own table decides, longest prefix first.  No route: silently gone. */
#include "fwd/engine.h"

const struct image_route *fwd_route(struct fwd_ctx *c) {
    if (!c->routed) {
        c->route = image_route_lookup(c->vpc, &image_tables(c->vpc)[ctx_subnet(c)->table], c->tuple.dst);
        c->routed = true;
    }
    return c->route;
}

enum fwd_stage stage_route(struct fwd_ctx *c) {
    const struct image_route *route = fwd_route(c);
    struct fwd_event *e =
        trace(c, FWD_STAGE_ROUTE,
              !route || route->kind == SPEC_TARGET_BLACKHOLE ? FWD_ACTION_DROP : FWD_ACTION_ROUTE);

    if (e) {
        e->object = image_name(c->vpc, image_tables(c->vpc)[ctx_subnet(c)->table].id);
        if (route) {
            e->has_route = true;
            e->route = route->cidr;
            e->prefix_list = route->prefix_list ? image_name(c->vpc, route->prefix_list) : NULL;
            e->target = image_name(c->vpc, route->target_id);
        }
    }
    if (!route)
        return fwd_drop(c, FWD_STAGE_ROUTE, FWD_NO_ROUTE);
    if (route->kind == SPEC_TARGET_BLACKHOLE)
        return fwd_drop(c, FWD_STAGE_ROUTE, FWD_BLACKHOLE);
    return FWD_STAGE_TARGET;
}
