/* SPDX-License-Identifier: Apache-2.0 */
/* deliver: into the interface's port, or through the door that an endpoint's interface is. */
#include "fwd/engine.h"

enum fwd_stage stage_deliver(struct fwd_ctx *c) {
    struct fwd_event *e;

    if (c->to->kind == SPEC_ENI_INTERFACE_ENDPOINT)
        return service_send(c, DOOR_INTERFACE, c->to->endpoint_num);
    c->out_port = c->to->num;
    c->dst_mac = c->to->mac;
    e = trace(c, FWD_STAGE_DELIVER, FWD_ACTION_SEND);
    if (e)
        e->out_port = c->out_port;
    return FWD_STAGE_DONE;
}
