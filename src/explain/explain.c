/* SPDX-License-Identifier: Apache-2.0 */
#include "explain/explain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fwd/fwd.h"
#include "wire/build.h"

enum {
    MIDDLEBOXES_MAX = 8,
    FRAME_BYTES = 2048,
    SCRATCH_CONNECTIONS = 64,
    CLIENT_PORT = 49152,
    MASQUERADE_PORT = 50000
};

/* A middlebox as it was passed: what came in and what it sent on. */
struct passed {
    uint32_t port;
    struct wire_tuple in, out;
};

struct walk {
    const struct image *image;
    struct arena *arena;
    struct explain_answer *answer;
    struct fwd_table table;
    struct fwd_trace trace;
    uint8_t frame[FRAME_BYTES];
    uint32_t length;
    uint32_t out_port;
    struct passed passed[MIDDLEBOXES_MAX];
    unsigned passed_count;
    bool back;
};

static const char *protocol_name(uint8_t protocol) {
    return protocol == WIRE_TCP ? "tcp" : protocol == WIRE_UDP ? "udp" : "icmp";
}

static const char *tuple_text(struct arena *a, const struct wire_tuple *t) {
    char src[IP4_TEXT_BYTES], dst[IP4_TEXT_BYTES];

    ip4_format(t->src, src);
    ip4_format(t->dst, dst);
    if (t->protocol == WIRE_ICMP)
        return arena_printf(a, "icmp %s > %s", src, dst);
    return arena_printf(a, "%s %s:%u > %s:%u", protocol_name(t->protocol), src, t->sport, dst, t->dport);
}

/* -- hops ------------------------------------------------------------------------------------------ */

static const char *port_name(struct walk *w, uint32_t port) {
    const struct image_vpc *vpc;
    const struct image_eni *eni;

    if (port == PORT_UPLINK)
        return "internet";
    if (port == PORT_SERVICE)
        return "AWS service";
    eni = image_eni_by_num(w->image, port, &vpc);
    return eni == NULL ? "?" : image_name(vpc, eni->id);
}

static const char *rule_text(struct arena *a, const struct fwd_event *e) {
    char cidr[PREFIX4_TEXT_BYTES];

    if (e->has_route)
        return arena_printf(a, "%s%s%s -> %s",
                            e->prefix_list != NULL ? e->prefix_list : prefix4_format(e->route, cidr), "", "",
                            e->target == NULL ? "?" : e->target);
    if (e->acl_rule >= 0)
        return arena_printf(a, "rule %d", e->acl_rule);
    return e->rule == NULL ? "" : e->rule;
}

static const char *component_of(struct walk *w, const struct fwd_event *e) {
    if (e->object != NULL && *e->object != '\0')
        return e->object;
    if (e->action == FWD_ACTION_SEND)
        return port_name(w, e->out_port);
    if (e->eni != NULL)
        return e->eni;
    return e->vpc == NULL ? "network" : e->vpc;
}

static const char *event_text(struct walk *w, const struct fwd_event *e) {
    const char *way = e->egress ? "outbound" : "inbound", *eni = e->eni == NULL ? "" : e->eni;

    switch (e->action) {
    case FWD_ACTION_PASS:
        if (e->stage == FWD_STAGE_GROUP_OUT || e->stage == FWD_STAGE_GROUP_IN)
            return arena_printf(w->arena, "security group allows it %s at %s", way, eni);
        if (e->stage == FWD_STAGE_ACL_OUT || e->stage == FWD_STAGE_ACL_IN)
            return arena_printf(w->arena, "network ACL of %s allows it %s",
                                e->subnet == NULL ? "the subnet" : e->subnet, way);
        return arena_printf(w->arena, "%s: nothing against it", fwd_stage_name(e->stage));
    case FWD_ACTION_TRACKED:
        return arena_printf(w->arena, "tracked connection, %s at %s", way, eni);
    case FWD_ACTION_BYPASS:
        return arena_printf(w->arena, "%s does not apply here", fwd_stage_name(e->stage));
    case FWD_ACTION_ROUTE:
        return arena_printf(w->arena, "route of %s", e->subnet == NULL ? "the subnet" : e->subnet);
    case FWD_ACTION_TRANSLATE:
        return arena_printf(w->arena, "%s becomes %s", tuple_text(w->arena, &e->before),
                            tuple_text(w->arena, &e->after));
    case FWD_ACTION_SEND:
        return arena_printf(w->arena, "goes to %s", port_name(w, e->out_port));
    case FWD_ACTION_ANSWER:
        return fwd_reason_text(e->reason);
    case FWD_ACTION_DROP:
        return fwd_reason_text(e->reason);
    }
    return "";
}

static void add_hop(struct walk *w, struct explain_hop hop) {
    if (w->back)
        *vec_push(w->arena, &w->answer->back) = hop;
    else
        *vec_push(w->arena, &w->answer->forward) = hop;
}

static void take_events(struct walk *w) {
    static const char *const actions[] = {"pass",      "tracked", "bypass", "route",
                                          "translate", "send",    "answer", "drop"};

    for (unsigned i = 0; i < w->trace.count; i++) {
        const struct fwd_event *e = &w->trace.events[i];

        add_hop(w, (struct explain_hop){.component = arena_strdup(w->arena, component_of(w, e)),
                                        .stage = fwd_stage_name(e->stage),
                                        .action = actions[e->action],
                                        .rule = arena_strdup(w->arena, rule_text(w->arena, e)),
                                        .text = event_text(w, e)});
    }
}

static void block(struct walk *w, const struct fwd_event *e) {
    const struct image_vpc *vpc = e->vpc == NULL ? NULL : image_vpc_by_id(w->image, e->vpc);

    *vec_push(w->arena, &w->answer->blockers) =
        (struct explain_blocker){.component = arena_strdup(w->arena, component_of(w, e)),
                                 .rule = arena_strdup(w->arena, rule_text(w->arena, e)),
                                 .code = fwd_reason_code(e->reason),
                                 .message = arena_printf(w->arena, "%s%s", w->back ? "on the way back: " : "",
                                                         fwd_reason_text(e->reason)),
                                 .mend = explain_mend(w->arena, vpc, e),
                                 .on_return = w->back};
}

/* -- packets --------------------------------------------------------------------------------------- */

/* One packet from a port: true when it left by w->out_port, with the frame as it arrives there. */
static bool run(struct walk *w, uint32_t in_port) {
    struct fwd_pkt pkt = {.data = w->frame, .length = w->length, .room = FRAME_BYTES, .in_port = in_port};
    struct fwd_pkt *pkts[1] = {&pkt};
    struct fwd_env env = {.image = w->image, .table = &w->table, .now_ns = 1000000000, .trace = &w->trace};

    w->trace.count = 0;
    fwd_process(&env, pkts, 1);
    take_events(w);
    w->out_port = pkt.out_port;
    w->length = pkt.length;
    if (pkt.out_port != PORT_NONE && pkt.out_port != in_port)
        return true;
    if (pkt.out_port == in_port && pkt.reason == FWD_OK)
        return true; /* an interface that reaches itself */
    if (w->trace.count > 0)
        block(w, &w->trace.events[w->trace.count - 1]);
    return false;
}

static void build(struct walk *w, struct wire_l2 l2, const struct wire_tuple *tuple, uint8_t flags) {
    struct wire_build b = {
        .l2 = l2, .tuple = *tuple, .tcp_flags = flags, .dont_fragment = true, .seq = 1, .ack = 1};

    w->length = (uint32_t)wire_build(w->frame, sizeof(w->frame), &b);
}

static struct wire_tuple parsed(const struct walk *w) {
    struct wire_packet p;

    wire_parse(w->frame, w->length, &p);
    return p.tuple;
}

static struct wire_tuple turned(struct wire_tuple t) {
    return (struct wire_tuple){
        .src = t.dst, .dst = t.src, .sport = t.dport, .dport = t.sport, .protocol = t.protocol};
}

/* MACs of a frame that leaves an ENI: on the link its peer's, else the router's. */
static struct wire_l2 macs_from(const struct image_vpc *vpc, const struct image_eni *eni, struct ip4 to) {
    struct wire_l2 l2 = {.src = eni->mac, .dst = fwd_gateway_mac};

    if (prefix4_contains(image_eni_subnet(vpc, eni)->cidr, to)) {
        const struct image_address *peer = image_vpc_address(vpc, to);

        if (peer != NULL)
            l2.dst = image_enis(vpc)[peer->eni].mac;
    }
    return l2;
}

static bool eni_has_address(const struct image_vpc *vpc, const struct image_eni *eni, struct ip4 ip) {
    const struct image_address *a = image_vpc_address(vpc, ip);

    return a != NULL && image_enis(vpc)[a->eni].num == eni->num;
}

/* -- the way there --------------------------------------------------------------------------------- */

static void send_from(struct walk *w, uint32_t port, const struct wire_tuple *tuple, uint8_t flags) {
    const struct image_vpc *vpc;
    const struct image_eni *eni = image_eni_by_num(w->image, port, &vpc);
    struct wire_l2 l2 = {.src = port == PORT_UPLINK ? fwd_uplink_mac : fwd_service_mac,
                         .dst = fwd_gateway_mac};

    if (eni != NULL)
        l2 = macs_from(vpc, eni, tuple->dst);
    build(w, l2, tuple, flags);
}

/* Follows the first packet until it arrives or is dropped. */
static bool walk_there(struct walk *w, uint32_t from, const struct wire_tuple *first) {
    send_from(w, from, first, WIRE_SYN);
    for (;;) {
        const struct image_vpc *vpc;
        const struct image_eni *eni;
        struct wire_tuple at;
        struct passed *p;

        if (!run(w, from))
            return false;
        eni = image_eni_by_num(w->image, w->out_port, &vpc);
        at = parsed(w);
        if (eni == NULL || eni_has_address(vpc, eni, at.dst))
            return true;
        if (w->passed_count == MIDDLEBOXES_MAX) {
            *vec_push(w->arena, &w->answer->blockers) =
                (struct explain_blocker){.component = port_name(w, w->out_port),
                                         .rule = "",
                                         .code = "UNKNOWN_DESTINATION",
                                         .message = "the packet goes round in circles between middleboxes",
                                         .mend = "break the loop in the route tables"};
            return false;
        }
        p = &w->passed[w->passed_count++];
        p->port = w->out_port;
        p->in = at;
        p->out = at;
        p->out.src = image_eni_primary(vpc, eni)->private_ip;
        if (at.protocol != WIRE_ICMP)
            p->out.sport = (uint16_t)(MASQUERADE_PORT + w->passed_count);
        add_hop(w, (struct explain_hop){
                       .component = port_name(w, p->port),
                       .stage = "guest",
                       .action = "forward",
                       .rule = "",
                       .text = arena_printf(w->arena, "its guest is taken to forward and masquerade: %s",
                                            tuple_text(w->arena, &p->out))});
        from = p->port;
        send_from(w, from, &p->out, WIRE_SYN);
    }
}

/* Sends the reply from where the packet arrived, and follows it back to the first sender. */
static bool walk_back(struct walk *w, uint32_t origin) {
    uint32_t from = w->out_port;
    struct wire_tuple reply = turned(parsed(w));

    w->back = true;
    send_from(w, from, &reply, WIRE_SYN | WIRE_ACK);
    for (;;) {
        struct passed *p;

        if (!run(w, from))
            return false;
        if (w->passed_count == 0)
            return w->out_port == origin;
        p = &w->passed[w->passed_count - 1];
        if (w->out_port != p->port)
            return w->out_port == origin; /* another way back, past the middlebox: its tracking breaks */
        w->passed_count--;
        add_hop(w, (struct explain_hop){.component = port_name(w, p->port),
                                        .stage = "guest",
                                        .action = "forward",
                                        .rule = "",
                                        .text = "its guest translates the reply back"});
        from = p->port;
        reply = turned(p->in);
        send_from(w, from, &reply, WIRE_SYN | WIRE_ACK);
    }
}

/* A packet for a network that the engine answers itself, or the source's own address, needs no way back. */
static int find_source(const struct image *image, const struct explain_question *q, uint32_t *ret_port,
                       struct ip4 *ret_ip) {
    const struct image_vpc *vpc;
    const struct image_eni *eni;

    if (q->from_internet) {
        *ret_port = PORT_UPLINK;
        *ret_ip = q->source_ip;
        return 0;
    }
    eni = image_eni_by_id(image, q->source, &vpc);
    if (eni == NULL)
        return -ENOENT;
    if (eni->addresses.count == 0)
        return -EINVAL;
    *ret_port = eni->num;
    *ret_ip = q->source_ip.v != 0 ? q->source_ip : image_eni_primary(vpc, eni)->private_ip;
    return 0;
}

int explain(const struct image *image, const struct explain_question *q, struct arena *a,
            struct explain_answer *ret_answer) {
    const struct fwd_table_size size = {.connections = SCRATCH_CONNECTIONS, .ports = 1};
    struct wire_tuple first = {.dst = q->destination,
                               .sport = CLIENT_PORT,
                               .dport = q->protocol == WIRE_ICMP ? WIRE_ICMP_REQUEST << 8 : q->port,
                               .protocol = q->protocol};
    size_t bytes = fwd_table_bytes(&size);
    struct walk *w;
    uint32_t origin = 0;
    void *memory;
    int r = find_source(image, q, &origin, &first.src);

    if (r < 0)
        return r;
    *ret_answer = (struct explain_answer){0};
    w = calloc(1, sizeof(*w));
    memory = calloc(1, bytes);
    if (w == NULL || memory == NULL) {
        r = -ENOMEM;
    } else {
        w->image = image;
        w->arena = a;
        w->answer = ret_answer;
        r = fwd_table_init(memory, bytes, &size, &w->table);
    }
    if (r == 0)
        ret_answer->reachable = walk_there(w, origin, &first) && walk_back(w, origin);
    free(memory);
    free(w);
    return r;
}
