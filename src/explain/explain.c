/* SPDX-License-Identifier: Apache-2.0 */
#include "explain/explain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fwd/fwd.h"
#include "wire/build.h"

enum { MIDDLEBOXES_MAX = 8, FRAME_BYTES = 2048, SCRATCH_CONNECTIONS = 64, CLIENT_PORT = 49152 };

/* A middlebox as it was passed: what came in and what it sent on. */
struct passed {
    uint32_t port;
    struct wire_tuple in, out;
};

struct walk {
    const struct image *image;
    const struct explain_question *question;
    struct arena *arena;
    struct explain_answer *answer;
    struct fwd_table table;
    struct fwd_trace trace;
    uint8_t frame[FRAME_BYTES];
    uint32_t length;
    uint32_t out_port;
    struct passed passed[MIDDLEBOXES_MAX];
    unsigned passed_count, strays;
    bool back;
};

static const char *protocol_name(uint8_t protocol) {
    return protocol == WIRE_TCP    ? "tcp"
           : protocol == WIRE_UDP  ? "udp"
           : protocol == WIRE_ICMP ? "icmp"
                                   : "icmpv6";
}

static const char *tuple_text(struct arena *a, const struct wire_tuple *t) {
    char src[IP_TEXT_BYTES], dst[IP_TEXT_BYTES];
    const char *open = ip_is4(t->src) ? "" : "[", *close = ip_is4(t->src) ? "" : "]";

    ip_format(t->src, src);
    ip_format(t->dst, dst);
    if (wire_is_icmp(t->protocol))
        return arena_printf(a, "%s %s > %s", protocol_name(t->protocol), src, dst);
    return arena_printf(a, "%s %s%s%s:%u > %s%s%s:%u", protocol_name(t->protocol), open, src, close, t->sport,
                        open, dst, close, t->dport);
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
    char cidr[PREFIX_TEXT_BYTES];

    if (e->has_route)
        return arena_printf(a, "%s -> %s",
                            e->prefix_list != NULL ? e->prefix_list : prefix_format(e->route, cidr),
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

/* What a stage that let a packet pass has looked at. */
static const char *pass_text(struct walk *w, const struct fwd_event *e) {
    const char *way = e->egress ? "outbound" : "inbound", *eni = e->eni == NULL ? "" : e->eni;

    switch (e->stage) {
    case FWD_STAGE_SOURCE:
        return arena_printf(w->arena, "%s leaves %s", tuple_text(w->arena, &e->before), eni);
    case FWD_STAGE_GROUP_OUT:
    case FWD_STAGE_GROUP_IN:
        return arena_printf(w->arena, "security group allows it %s at %s", way, eni);
    case FWD_STAGE_ACL_OUT:
    case FWD_STAGE_ACL_IN:
        return arena_printf(w->arena, "network ACL of %s allows it %s",
                            e->subnet == NULL ? "the subnet" : e->subnet, way);
    default:
        return arena_printf(w->arena, "%s has nothing against it", fwd_stage_name(e->stage));
    }
}

static const char *bypass_text(const struct fwd_event *e) {
    switch (e->stage) {
    case FWD_STAGE_ACL_OUT:
    case FWD_STAGE_ACL_IN:
        return "stays in the subnet: network ACLs do not apply";
    case FWD_STAGE_LINK_LOCAL:
        return "a service of the link: groups, ACLs and routes do not apply";
    default:
        return "does not apply here";
    }
}

/* The service side knows a connection by its door; people know it by the door's name. */
static const char *translate_text(struct walk *w, const struct fwd_event *e) {
    static const char *const doors[] = {[DOOR_INTERNET] = "at its public address",
                                        [DOOR_GATEWAY] = "through the gateway endpoint",
                                        [DOOR_INTERFACE] = "through the interface endpoint",
                                        [DOOR_IMDS] = "(instance metadata)",
                                        [DOOR_DNS] = "(the VPC's resolver)",
                                        [DOOR_NTP] = "(time)"};
    struct door door;

    if (e->stage == FWD_STAGE_SERVICE_OUT && ip_is4(e->after.src) &&
        door_decode(ip_v4(e->after.src), ip_v4(e->after.dst), &door))
        return arena_printf(w->arena, "%s reaches the AWS service %s", tuple_text(w->arena, &e->before),
                            doors[door.kind]);
    if (e->stage == FWD_STAGE_SERVICE_IN)
        return arena_printf(w->arena, "the AWS service answers: %s", tuple_text(w->arena, &e->after));
    return arena_printf(w->arena, "%s becomes %s", tuple_text(w->arena, &e->before),
                        tuple_text(w->arena, &e->after));
}

static const char *reason_text(const struct fwd_event *e) {
    if (e->reason == FWD_ENI_DOWN && e->stage == FWD_STAGE_SOURCE)
        return "the source's instance is not running";
    return fwd_reason_text(e->reason);
}

static const char *event_text(struct walk *w, const struct fwd_event *e) {
    switch (e->action) {
    case FWD_ACTION_PASS:
        return pass_text(w, e);
    case FWD_ACTION_TRACKED:
        return arena_printf(w->arena, "tracked connection, %s at %s", e->egress ? "outbound" : "inbound",
                            e->eni == NULL ? "" : e->eni);
    case FWD_ACTION_BYPASS:
        return bypass_text(e);
    case FWD_ACTION_ROUTE:
        return arena_printf(w->arena, "route of %s", e->subnet == NULL ? "the subnet" : e->subnet);
    case FWD_ACTION_TRANSLATE:
        return translate_text(w, e);
    case FWD_ACTION_SEND:
        return arena_printf(w->arena, "goes to %s", port_name(w, e->out_port));
    case FWD_ACTION_ANSWER:
    case FWD_ACTION_DROP:
        return reason_text(e);
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
                                        .route = e->has_route,
                                        .text = event_text(w, e)});
    }
}

static void block(struct walk *w, const struct fwd_event *e) {
    *vec_push(w->arena, &w->answer->blockers) = (struct explain_blocker){
        .component = arena_strdup(w->arena, component_of(w, e)),
        .rule = arena_strdup(w->arena, rule_text(w->arena, e)),
        .code = fwd_reason_code(e->reason),
        .message = arena_printf(w->arena, "%s%s", w->back ? "on the way back: " : "", reason_text(e)),
        .mend = explain_mend(w->arena, w->image, e),
        .on_return = w->back};
}

/* What no packet's drop says. */
static void block_path(struct walk *w, const char *component, const char *code, const char *message,
                       const char *mend) {
    *vec_push(w->arena, &w->answer->blockers) = (struct explain_blocker){
        .component = arena_strdup(w->arena, component),
        .rule = "",
        .code = code,
        .message = arena_printf(w->arena, "%s%s", w->back ? "on the way back: " : "", message),
        .mend = mend,
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
static struct wire_l2 macs_from(const struct image_vpc *vpc, const struct image_eni *eni, struct ipaddr to) {
    struct wire_l2 l2 = {.src = eni->mac, .dst = fwd_gateway_mac};

    if (image_subnet_contains(image_eni_subnet(vpc, eni), to)) {
        const struct image_address *peer = image_vpc_address(vpc, to);

        if (peer != NULL)
            l2.dst = image_enis(vpc)[peer->eni].mac;
    }
    return l2;
}

static bool eni_has_address(const struct image_vpc *vpc, const struct image_eni *eni, struct ipaddr ip) {
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

static void add_guest_hop(struct walk *w, uint32_t port, const char *text) {
    add_hop(w, (struct explain_hop){.component = arena_strdup(w->arena, port_name(w, port)),
                                    .stage = "guest",
                                    .action = "forward",
                                    .rule = "",
                                    .text = text});
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
            block_path(w, port_name(w, w->out_port), "UNKNOWN_DESTINATION",
                       "the packet goes round in circles between middleboxes",
                       "break the loop in the route tables");
            return false;
        }
        p = &w->passed[w->passed_count++];
        p->port = w->out_port;
        p->in = at;
        p->out = at;
        p->out.src = image_eni_primary(vpc, eni)->private_ip;
        add_guest_hop(w, p->port,
                      arena_printf(w->arena, "its guest is taken to forward and masquerade: %s",
                                   tuple_text(w->arena, &p->out)));
        from = p->port;
        send_from(w, from, &p->out, WIRE_SYN);
    }
}

/* Whether the reply came out where the request was sent on, by the same addresses. */
static bool came_back(struct walk *w, uint32_t port, const struct wire_tuple *sent) {
    const struct wire_tuple at = parsed(w), wanted = turned(*sent);
    const struct image_vpc *vpc;

    if (w->out_port == port && ip_equal(at.src, wanted.src) && ip_equal(at.dst, wanted.dst) &&
        at.sport == wanted.sport && at.dport == wanted.dport)
        return true;
    if (image_eni_by_num(w->image, w->out_port, &vpc) != NULL)
        block_path(w, port_name(w, w->out_port), "NO_PATH",
                   "the reply comes by a middlebox whose guest never saw the request and breaks it there",
                   "route both directions through the same interfaces");
    else
        block_path(w, port_name(w, w->out_port), "NO_PATH", "the reply does not come back to the sender",
                   "route both directions through the same interfaces");
    return false;
}

/*
 * A middlebox that never saw the request cannot translate an echo's reply, so its guest sends it on as it is; what
 * else it may take for a new connection and masquerade.
 */
static bool passes_untouched(struct walk *w) {
    const struct wire_tuple at = parsed(w);
    const struct image_vpc *vpc;
    const struct image_eni *eni = image_eni_by_num(w->image, w->out_port, &vpc);

    if (!wire_is_icmp(at.protocol) || eni == NULL || eni_has_address(vpc, eni, at.dst) ||
        w->strays == MIDDLEBOXES_MAX)
        return false;
    w->strays++;
    add_guest_hop(w, w->out_port, "its guest never saw the request and passes the reply on untouched");
    return true;
}

/* Sends the reply from where the packet arrived, and follows it back to the first sender. */
static bool walk_back(struct walk *w, uint32_t origin, const struct wire_tuple *first) {
    uint32_t from = w->out_port;
    struct wire_tuple reply = turned(parsed(w));

    w->back = true;
    for (;;) {
        const struct passed *p = w->passed_count > 0 ? &w->passed[w->passed_count - 1] : NULL;

        send_from(w, from, &reply, WIRE_SYN | WIRE_ACK);
        while (run(w, from) && passes_untouched(w)) {
            reply = parsed(w); /* as it came there: a service's may have been translated on the way */
            from = w->out_port;
            send_from(w, from, &reply, 0);
        }
        if (w->out_port == PORT_NONE ||
            !came_back(w, p == NULL ? origin : p->port, p == NULL ? first : &p->out))
            return false;
        if (p == NULL)
            return true;
        w->passed_count--;
        add_guest_hop(w, p->port, "its guest translates the reply back");
        from = p->port;
        reply = turned(p->in);
    }
}

/* -- the question ---------------------------------------------------------------------------------- */

/* The other VPC's private address means something else here, or nothing.  Said before what the packet met. */
static void say_disconnected(struct walk *w) {
    const struct explain_end *from = &w->question->from, *to = &w->question->to;
    struct ip4 public = image_vpc_address(to->vpc, to->address)->public_ip;
    const char *own = image_name(from->vpc, from->vpc->id), *other = image_name(to->vpc, to->vpc->id);
    struct explain_blocker *blockers, last;
    char text[IP4_TEXT_BYTES];

    block_path(w, other, "DISCONNECTED_VPCS",
               arena_printf(w->arena,
                            "nothing connects %s and %s: a private address of one means nothing in the other",
                            own, other),
               public.v != 0 ? arena_printf(w->arena, "use its public address %s", ip4_format(public, text))
                             : "give the destination a public address, or put both into one VPC");
    blockers = w->answer->blockers.items;
    last = blockers[w->answer->blockers.count - 1];
    memmove(blockers + 1, blockers, (w->answer->blockers.count - 1) * sizeof(*blockers));
    blockers[0] = last;
}

/* Packets that no network decides about.  True: settled. */
static bool settle_without(struct walk *w) {
    const struct explain_end *from = &w->question->from, *to = &w->question->to;
    const char *id = to->place == EXPLAIN_ENI ? image_name(to->vpc, to->eni->id) : "";

    if (from->place == EXPLAIN_ENI && from->eni->kind == SPEC_ENI_INTERFACE_ENDPOINT) {
        block_path(w, image_name(from->vpc, from->eni->endpoint_id), "VPCE_INTRA_VPC_TRAFFIC",
                   fwd_reason_text(FWD_ENDPOINT_ONE_WAY), "ask from an instance to the endpoint");
        return true;
    }
    if (from->place == EXPLAIN_ENI && eni_has_address(from->vpc, from->eni, to->address)) {
        add_hop(
            w, (struct explain_hop){.component = arena_strdup(w->arena, image_name(from->vpc, from->eni->id)),
                                    .stage = "guest",
                                    .action = "answer",
                                    .rule = "",
                                    .text = "the source's own address: the packet never leaves it"});
        w->answer->reachable = to->place == EXPLAIN_ADDRESS || to->eni == from->eni;
        if (!w->answer->reachable)
            say_disconnected(w);
        return true;
    }
    if (from->place == EXPLAIN_ADDRESS && to->place == EXPLAIN_ENI &&
        image_vpc_address(to->vpc, to->address)->public_ip.v == 0) {
        block_path(
            w, id, "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
            "the destination has no public address: nothing on the internet can name it",
            arena_printf(w->arena,
                         "aws ec2 allocate-address, then aws ec2 associate-address --network-interface-id "
                         "%s --allocation-id eipalloc-…",
                         id));
        return true;
    }
    return false;
}

static void ask(struct walk *w) {
    const struct explain_question *q = w->question;
    struct wire_tuple first = {.src = q->from.address,
                               .dst = q->to.address,
                               .sport = CLIENT_PORT,
                               .dport = q->protocol == WIRE_ICMP    ? WIRE_ICMP_REQUEST << 8
                                        : q->protocol == WIRE_ICMP6 ? WIRE_ICMP6_REQUEST << 8
                                                                    : q->port,
                               .protocol = q->protocol};
    uint32_t origin = q->from.place == EXPLAIN_ENI ? q->from.eni->num : PORT_UPLINK;
    bool arrived,
        other_vpc = q->from.place == EXPLAIN_ENI && q->to.place == EXPLAIN_ENI && q->from.vpc != q->to.vpc;

    if (settle_without(w))
        return;
    if (q->from.place == EXPLAIN_ADDRESS && q->to.place == EXPLAIN_ENI)
        first.dst = ip_of4(image_vpc_address(q->to.vpc, q->to.address)->public_ip);
    arrived = walk_there(w, origin, &first);
    if (other_vpc && !(arrived && w->out_port == q->to.eni->num)) {
        say_disconnected(w);
        return;
    }
    w->answer->reachable = arrived && walk_back(w, origin, &first);
}

int explain(const struct image *image, const struct explain_question *question, struct arena *a,
            struct explain_answer *answer) {
    const struct fwd_table_size size = {.connections = SCRATCH_CONNECTIONS, .ports = 1};
    size_t bytes = fwd_table_bytes(&size);
    struct walk *w = calloc(1, sizeof(*w));
    void *memory = calloc(1, bytes);
    int r = w == NULL || memory == NULL ? -ENOMEM : fwd_table_init(memory, bytes, &size, &w->table);

    answer->reachable = false;
    if (r == 0) {
        w->image = image;
        w->question = question;
        w->arena = a;
        w->answer = answer;
        ask(w);
    }
    free(memory);
    free(w);
    return r;
}
