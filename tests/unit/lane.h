/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lane: sends frames through the engine for the packet tests.
 *
 * Every frame is run twice: through the live table, and traced through a copy of that table (what explain
 * does).  Both must end alike, byte for byte, so each test is also a test that the explanation tells the truth.
 */
#ifndef VPCBOX_TESTS_LANE_H
#define VPCBOX_TESTS_LANE_H

#include <stdio.h>
#include <stdlib.h>

#include "fwd/trace.h"
#include "wire/build.h"
#include "wire/bytes.h"
#include "wire/checksum.h"
#include "world.h"

enum { LANE_ROOM = 70000, LANE_EMITTED = 16 };

struct lane {
    struct world world;
    struct image *image;
    struct fwd_table_size size;
    struct fwd_table table;
    void *memory;
    struct fwd_config config;
    uint64_t now_ns;
    uint8_t *data; /* the packet as it came out */
    struct fwd_pkt pkt;
    struct wire_packet out; /* parsed */
    struct fwd_trace trace;
    unsigned emitted;
    struct {
        uint8_t data[2048];
        uint32_t length, out_port;
    } extra[LANE_EMITTED];
};

static inline void lane_rebuild(struct lane *l) {
    struct image *next;

    l->world.spec.generation++;
    for (size_t i = 0; i < l->world.spec.vpc_count; i++)
        l->world.vpc[i].version++;
    assert_int_equal(image_build(&l->world.spec, l->image, &next), 0);
    image_free(l->image);
    l->image = next;
}

static inline struct lane *lane_new_sized(uint32_t connections) {
    struct lane *l = calloc(1, sizeof(*l));

    assert_non_null(l);
    world_init(&l->world);
    lane_rebuild(l);
    l->size = (struct fwd_table_size){.connections = connections, .ports = 64};
    l->memory = calloc(1, fwd_table_bytes(&l->size));
    l->data = calloc(1, LANE_ROOM);
    assert_non_null(l->memory);
    assert_non_null(l->data);
    assert_int_equal(fwd_table_init(l->memory, fwd_table_bytes(&l->size), &l->size, &l->table), 0);
    l->config = fwd_config_default;
    l->now_ns = UINT64_C(1000000000000);
    return l;
}

static inline struct lane *lane_new(void) {
    return lane_new_sized(128);
}

static inline void lane_free(struct lane *l) {
    assert_int_equal(fwd_table_check(&l->table), 0);
    image_free(l->image);
    free(l->memory);
    free(l->data);
    free(l);
}

static inline void lane_wait(struct lane *l, double seconds) {
    l->now_ns += (uint64_t)(seconds * 1e9);
}

static inline void lane_emit(void *user, struct fwd_pkt *pkt) {
    struct lane *l = user;

    assert_true(l->emitted < LANE_EMITTED && pkt->length <= sizeof(l->extra[0].data));
    memset(pkt->data - FWD_HEADROOM, 0xa5, FWD_HEADROOM); /* as a port does */
    memcpy(l->extra[l->emitted].data, pkt->data, pkt->length);
    l->extra[l->emitted].length = pkt->length;
    l->extra[l->emitted++].out_port = pkt->out_port;
}

static inline void lane_print(struct lane *l) {
    struct buf text = BUF_INIT(1 << 16);

    for (unsigned i = 0; i < l->trace.count; i++) {
        fwd_event_format(&l->trace.events[i], &text);
        buf_putc(&text, '\n');
    }
    fprintf(stderr, "%s", text.data ? text.data : "(no trace)\n");
    buf_free(&text);
}

/* Sends what is in l->data; in: port and offload fields of l->pkt.  Returns the reason. */
static inline enum fwd_reason lane_send(struct lane *l, uint32_t length) {
    size_t table_bytes = fwd_table_bytes(&l->size);
    void *copy = malloc(table_bytes);
    uint8_t *data = malloc(LANE_ROOM), *exact;
    struct fwd_pkt dry, *pkts[1] = {&l->pkt};
    struct fwd_table table;
    struct fwd_env env = {.image = l->image,
                          .table = &l->table,
                          .now_ns = l->now_ns,
                          .config = &l->config,
                          .emit = lane_emit,
                          .user = l};

    assert_non_null(copy);
    assert_non_null(data);
    l->pkt.data = l->data;
    l->pkt.length = length;
    l->pkt.room = LANE_ROOM;
    memcpy(copy, l->memory, table_bytes);
    memcpy(data, l->data, length);
    dry = l->pkt;
    dry.data = data;
    assert_int_equal(fwd_table_attach(copy, table_bytes, &table), 0);

    l->emitted = 0;
    fwd_process(&env, pkts, 1);
    l->emitted = 0;
    env.table = &table;
    env.trace = &l->trace;
    l->trace.count = 0;
    pkts[0] = &dry;
    fwd_process(&env, pkts, 1);

    assert_int_equal(dry.out_port, l->pkt.out_port);
    assert_int_equal(dry.reason, l->pkt.reason);
    assert_int_equal(dry.length, l->pkt.length);
    assert_true(l->trace.count > 0);
    if (l->pkt.out_port != PORT_NONE)
        assert_memory_equal(dry.data, l->pkt.data, dry.length);
    else
        assert_int_equal(l->trace.events[l->trace.count - 1].action, FWD_ACTION_DROP);
    assert_int_equal(fwd_table_check(&l->table), 0);
    assert_int_equal(fwd_table_check(&table), 0);
    free(copy);
    free(data);
    /* Parsed from memory of its own size, so that a sanitizer sees a read past the end. */
    exact = malloc(l->pkt.length);
    assert_non_null(exact);
    memcpy(exact, l->data, l->pkt.length);
    wire_parse(exact, l->pkt.length, &l->out);
    free(exact);
    return l->pkt.reason;
}

/* The L4 checksum of what came out; for a partial one, that it holds the pseudo header's sum. */
static inline void lane_check_sums(const struct lane *l) {
    const uint8_t *ip_header = l->data + WIRE_ETH_BYTES, *l4 = l->data + l->out.l4;
    uint32_t length = WIRE_ETH_BYTES + l->out.ip_length - l->out.l4;
    uint8_t protocol = l->out.tuple.protocol;
    uint32_t pseudo = inet_pseudo(l->out.tuple.src, l->out.tuple.dst, protocol, length);

    if (!l->out.v6)
        assert_int_equal(inet_finish(inet_add(0, ip_header, (size_t)(l->out.l4 - WIRE_ETH_BYTES))), 0);
    if (wire_is_fragment(&l->out))
        return;
    if (l->pkt.vnet_flags & FWD_NEEDS_CSUM)
        assert_int_equal(get16(l4 + (protocol == WIRE_TCP ? 16 : 6)), inet_fold(pseudo));
    else if (protocol == WIRE_TCP || protocol == WIRE_ICMP6 || (protocol == WIRE_UDP && get16(l4 + 6) != 0))
        assert_int_equal(inet_finish(inet_add(pseudo, l4, length)), 0);
    else if (protocol == WIRE_ICMP)
        assert_int_equal(inet_finish(inet_add(0, l4, length)), 0);
}

/* Shots are told by what is special about them: the rest is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* A packet of an interface to the router, or of the service or uplink side. */
struct shot {
    uint32_t from;
    const char *src, *dst;
    uint16_t sport, dport;
    uint8_t protocol;
    uint8_t flags;      /* TCP; 0: SYN */
    uint32_t neighbour; /* sent to this interface's MAC instead of the router's */
    uint16_t payload;
    bool dont_fragment;
};

static inline uint32_t shot_build(struct lane *l, const struct shot *s) {
    static uint8_t payload[60000];
    struct wire_build b = {
        .l2 = {s->from == PORT_SERVICE  ? fwd_service_mac
               : s->from == PORT_UPLINK ? fwd_uplink_mac
                                        : world_mac(s->from),
               s->neighbour ? world_mac(s->neighbour) : fwd_gateway_mac},
        .tuple = {ip(s->src), ip(s->dst), s->sport, s->dport, s->protocol ? s->protocol : WIRE_TCP},
        .tcp_flags = s->flags ? s->flags : WIRE_SYN,
        .dont_fragment = s->dont_fragment,
        .id = 77,
        .payload = payload,
        .payload_length = s->payload,
    };

    for (size_t i = 0; i < sizeof(payload); i++)
        payload[i] = (uint8_t)(i * 7);
    l->pkt = (struct fwd_pkt){.in_port = s->from};
    return (uint32_t)wire_build(l->data, LANE_ROOM, &b);
}

static inline enum fwd_reason shoot(struct lane *l, struct shot s) {
    enum fwd_reason reason = lane_send(l, shot_build(l, &s));

    if (reason == FWD_OK)
        lane_check_sums(l);
    return reason;
}

#define expect(lane, reason_wanted, ...)                                                                     \
    do {                                                                                                     \
        enum fwd_reason got_ = shoot((lane), (struct shot){__VA_ARGS__});                                    \
        if (got_ != (reason_wanted)) {                                                                       \
            lane_print(lane);                                                                                \
            fail_msg("line %d: %s, not %s", __LINE__, fwd_reason_name(got_),                                 \
                     fwd_reason_name(reason_wanted));                                                        \
        }                                                                                                    \
    } while (0)

/* What came out: port and tuple. */
static inline void expect_out(struct lane *l, uint32_t port, const char *src, const char *dst, uint16_t sport,
                              uint16_t dport) {
    struct mac to = port == PORT_SERVICE  ? fwd_service_mac
                    : port == PORT_UPLINK ? fwd_uplink_mac
                                          : world_mac(port);

    assert_int_equal(l->pkt.out_port, port);
    assert_int_equal(l->out.kind, WIRE_KIND_IP);
    assert_true(ip_equal(l->out.tuple.src, ip(src)));
    assert_true(ip_equal(l->out.tuple.dst, ip(dst)));
    assert_int_equal(l->out.tuple.sport, sport);
    assert_int_equal(l->out.tuple.dport, dport);
    assert_memory_equal(l->data, &to, 6);
}

/* The event that decided: the last one. */
static inline const struct fwd_event *last_event(const struct lane *l) {
    return &l->trace.events[l->trace.count - 1];
}

/* The packet that just came out, turned round: what its receiver would answer. */
static inline enum fwd_reason answer_back(struct lane *l, uint8_t flags) {
    struct wire_tuple t = l->out.tuple;
    char src[IP_TEXT_BYTES], dst[IP_TEXT_BYTES];

    ip_format(t.dst, src);
    ip_format(t.src, dst);
    return shoot(l, (struct shot){.from = l->pkt.out_port,
                                  .src = src,
                                  .dst = dst,
                                  .sport = t.dport,
                                  .dport = t.sport,
                                  .protocol = t.protocol,
                                  .flags = flags});
}

#define APP_IP "10.0.1.10"
#define APP2_IP "10.0.1.11"
#define NAT_IP "10.0.0.10"
#define WEB_IP "10.0.0.20"
#define WEB2_IP "10.0.0.21"
#define ISO_IP "10.0.2.10"
#define SSM_IP "10.0.1.100"
#define OUTSIDE "198.51.100.7"
#define S3_IP "52.219.1.2"

#endif
