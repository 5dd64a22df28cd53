/* SPDX-License-Identifier: Apache-2.0 */
#include "fwd/trace.h"

#include "fwd/engine.h"

const char *fwd_stage_name(enum fwd_stage stage) {
    static const char *const names[] = {
#define X(symbol, name) #name,
        FWD_STAGES(X)
#undef X
    };

    return (unsigned)stage < FWD_STAGE_COUNT ? names[stage] : "done";
}

static const char *named(const struct image_vpc *vpc, uint32_t name) {
    return name ? image_name(vpc, name) : NULL;
}

static bool looks_out(enum fwd_stage stage) {
    return stage <= FWD_STAGE_TARGET || stage == FWD_STAGE_UPLINK_OUT;
}

struct fwd_event *fwd_trace_event(struct fwd_ctx *c, enum fwd_stage stage, enum fwd_action action) {
    struct fwd_trace *t = c->env->trace;
    /* When full, the last event stays replaceable, so that the verdict is always there. */
    struct fwd_event *e = &t->events[t->count < FWD_TRACE_MAX ? t->count++ : FWD_TRACE_MAX - 1];
    const struct image_eni *eni = looks_out(stage) ? c->eni : c->to;

    *e = (struct fwd_event){.stage = stage,
                            .action = action,
                            .egress = looks_out(stage),
                            .acl_rule = -1,
                            .before = c->tuple,
                            .after = c->tuple,
                            .out_port = PORT_NONE};
    if (c->vpc) {
        e->vpc = named(c->vpc, c->vpc->id);
        if (eni) {
            e->eni = named(c->vpc, eni->id);
            e->subnet = named(c->vpc, image_eni_subnet(c->vpc, eni)->id);
        }
    }
    return e;
}

static void format_tuple(const struct wire_tuple *t, struct buf *out) {
    char src[IP_TEXT_BYTES], dst[IP_TEXT_BYTES];
    const char *name = t->protocol == WIRE_TCP     ? "tcp"
                       : t->protocol == WIRE_UDP   ? "udp"
                       : t->protocol == WIRE_ICMP  ? "icmp"
                       : t->protocol == WIRE_ICMP6 ? "icmpv6"
                                                   : NULL;
    const char *open = ip_is4(t->src) ? "" : "[", *close = ip_is4(t->src) ? "" : "]";

    ip_format(t->src, src);
    ip_format(t->dst, dst);
    if (t->protocol == WIRE_TCP || t->protocol == WIRE_UDP)
        buf_printf(out, "%s %s%s%s:%u > %s%s%s:%u", name, open, src, close, t->sport, open, dst, close,
                   t->dport);
    else if (name)
        buf_printf(out, "%s %s > %s", name, src, dst);
    else
        buf_printf(out, "protocol %u %s > %s", t->protocol, src, dst);
}

void fwd_event_format(const struct fwd_event *e, struct buf *out) {
    static const char *const actions[] = {"pass",      "tracked", "bypass", "route",
                                          "translate", "send",    "answer", "DROP"};
    char cidr[PREFIX_TEXT_BYTES];

    buf_printf(out, "%-10s %-9s", fwd_stage_name(e->stage), actions[e->action]);
    if (e->eni)
        buf_printf(out, " %s", e->eni);
    if (e->object)
        buf_printf(out, " %s", e->object);
    if (e->rule)
        buf_printf(out, " %s", e->rule);
    if (e->acl_rule >= 0)
        buf_printf(out, " rule %d", e->acl_rule);
    if (e->has_route)
        buf_printf(out, " %s%s%s -> %s", prefix_format(e->route, cidr), e->prefix_list ? " of " : "",
                   e->prefix_list ? e->prefix_list : "", e->target ? e->target : "?");
    buf_puts(out, "  [");
    format_tuple(&e->before, out);
    if (e->action == FWD_ACTION_TRANSLATE) {
        buf_puts(out, " => ");
        format_tuple(&e->after, out);
    }
    buf_putc(out, ']');
    if (e->action == FWD_ACTION_SEND) {
        if (e->out_port == PORT_UPLINK || e->out_port == PORT_SERVICE)
            buf_puts(out, e->out_port == PORT_UPLINK ? " to the internet" : " to the service");
        else
            buf_printf(out, " to port %u", e->out_port);
    }
    if (e->action == FWD_ACTION_DROP || e->action == FWD_ACTION_ANSWER)
        buf_printf(out, " %s", fwd_reason_text(e->reason));
}
