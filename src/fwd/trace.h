/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace: what each stage saw and why it decided so; what explain prints.
 *
 * Theory of operation: when env.trace is set, every stage appends events in the order in which a packet
 * meets them.  Names point into the image and live as long as it does.  The last event of a dropped packet
 * has action FWD_ACTION_DROP and the reason.
 */
#ifndef VPCBOX_FWD_TRACE_H
#define VPCBOX_FWD_TRACE_H

#include "base/buf.h"
#include "fwd/fwd.h"

/* X(symbol, name): the stages in the order in which a packet from an interface meets them. */
#define FWD_STAGES(X)                                                                                        \
    X(SOURCE, source)                                                                                        \
    X(LINK_LOCAL, link_local)                                                                                \
    X(GROUP_OUT, group_out)                                                                                  \
    X(ACL_OUT, acl_out)                                                                                      \
    X(ROUTE, route)                                                                                          \
    X(TARGET, target)                                                                                        \
    X(UPLINK_IN, uplink_in)                                                                                  \
    X(SERVICE_IN, service_in)                                                                                \
    X(ACL_IN, acl_in)                                                                                        \
    X(GROUP_IN, group_in)                                                                                    \
    X(DELIVER, deliver)                                                                                      \
    X(SERVICE_OUT, service_out)                                                                              \
    X(UPLINK_OUT, uplink_out)

enum fwd_stage {
#define X(symbol, name) FWD_STAGE_##symbol,
    FWD_STAGES(X)
#undef X
        FWD_STAGE_COUNT,
    FWD_STAGE_DONE /* not a stage: the packet's fate is settled */
};

enum fwd_action {
    FWD_ACTION_PASS,      /* this stage has nothing against it; rule names what allowed it, if anything */
    FWD_ACTION_TRACKED,   /* allowed as part of a tracked connection */
    FWD_ACTION_BYPASS,    /* this stage does not apply, as AWS's does not */
    FWD_ACTION_ROUTE,     /* a route was chosen */
    FWD_ACTION_TRANSLATE, /* addresses or ports changed */
    FWD_ACTION_SEND,      /* left by out_port */
    FWD_ACTION_ANSWER,    /* the network answers itself */
    FWD_ACTION_DROP
};

/* Unused names are NULL. */
struct fwd_event {
    enum fwd_stage stage;
    enum fwd_action action;
    enum fwd_reason reason; /* FWD_ACTION_DROP and FWD_ACTION_ANSWER */
    bool egress;            /* seen from the subnet or interface named here */
    const char *vpc, *subnet, *eni;
    const char *object; /* the deciding sg-…, acl-…, rtb-…, igw-…, vpce-… */
    const char *rule;   /* sgr-… */
    int acl_rule;       /* ACL entry number; 32767 the implicit deny; -1 none */
    bool has_route;
    struct prefix route;             /* its destination … */
    const char *prefix_list;         /* … or the list that it came from */
    const char *target;              /* its target */
    struct wire_tuple before, after; /* FWD_ACTION_TRANSLATE; elsewhere before is the packet at this stage */
    uint32_t out_port;               /* FWD_ACTION_SEND */
};

enum { FWD_TRACE_MAX = 32 };
struct fwd_trace {
    unsigned count;
    struct fwd_event events[FWD_TRACE_MAX];
};

const char *fwd_stage_name(enum fwd_stage stage);
/* One line of text, without a newline. */
void fwd_event_format(const struct fwd_event *event, struct buf *out);

#endif
