/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine alone, and the engine behind the flow cache's program, which the kernel's own runner feeds: random
 * traffic through a changing network must fare alike, byte for byte, and leave the same tables.
 *
 * What that runner cannot do: a frame comes from no port (tc_classid is 0), so the entries that a packet may meet are
 * put under port 0 for as long as it runs, and no connections are made by rule; nothing has an unfinished checksum; a
 * frame has 60 bytes to a page.  The system test test_backends does these with real ports.  Needs root, else says so
 * and passes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <arpa/inet.h>
#include <cmocka.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/bpf_map.h"
#include "base/clock.h"
#include "host/kernel.h"
#include "io/cache.h"
#include "io/port.h"
#include "lane.h"

enum {
    CONNECTIONS = 1 << 16,
    PACKETS = 12000,
    PAYLOAD = 2800,
    FRAME_MIN = 60,
    FRAME_ROOM = 4096,
    REDIRECT = 7,
    EMITTED = 8
};

static struct kernel k;
static struct cache cache;
static uint32_t seed = 1;

static uint32_t pick(uint32_t below) {
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % below;
}

/* One of the two, and what it made of the last frame. */
struct plane {
    struct fwd_table table;
    struct fwd_env env;
    struct fwd_pkt pkt;
    uint8_t data[FRAME_ROOM];
    unsigned emitted;
    uint8_t pieces[EMITTED][FRAME_ROOM];
    uint32_t lengths[EMITTED];
};

static struct plane alone, behind;
static unsigned hits;

static void emit(void *user, struct fwd_pkt *pkt) {
    struct plane *p = user;

    assert_true(p->emitted < EMITTED && pkt->length <= FRAME_ROOM);
    memcpy(p->pieces[p->emitted], pkt->data, pkt->length);
    p->lengths[p->emitted++] = pkt->length;
}

static void gone(void *user, const struct fwd_offload *flow) {
    struct plane *p = user;

    cache_gone(&cache, &p->env, flow);
}

static void plane_init(struct plane *p) {
    static const struct fwd_table_size size = {CONNECTIONS, 64, false};
    size_t bytes = fwd_table_bytes(&size);
    void *memory = calloc(1, bytes);

    assert_non_null(memory);
    assert_int_equal(fwd_table_init(memory, bytes, &size, &p->table), 0);
    p->env = (struct fwd_env){.table = &p->table, .emit = emit, .user = p};
}

/* The image is in force for both; connections are the engine's to make. */
static void follow(const struct image *image) {
    struct cache_config config;
    uint32_t zero = 0;

    alone.env.image = behind.env.image = image;
    assert_int_equal(cache_follow(&cache, &behind.env), 0);
    config = cache.told;
    config.make = 0;
    assert_int_equal(bpf_map_set(k.config, &zero, &config), 0);
}

static void engine(struct plane *p, const struct fwd_pkt *in, const uint8_t *frame) {
    struct fwd_pkt *pkts[1] = {&p->pkt};

    memcpy(p->data, frame, in->length);
    p->pkt = *in;
    p->pkt.data = p->data;
    p->pkt.room = FRAME_ROOM;
    p->emitted = 0;
    fwd_process(&p->env, pkts, 1);
}

/* The program's turn: true when it passed the frame on, which then is in behind.data. */
static bool program(const struct fwd_pkt *in, const uint8_t *frame) {
    struct wire_packet parsed;
    struct cache_key key = {0}, here;
    struct cache_entry before, after;
    struct __sk_buff context = {.gso_size = in->gso_size};
    union bpf_attr attr;
    bool there;

    wire_parse((uint8_t *)(uintptr_t)frame, in->length, &parsed);
    if (parsed.kind == WIRE_KIND_IP && !parsed.v6)
        key = (struct cache_key){htonl(ip_v4(parsed.tuple.src).v),
                                 htonl(ip_v4(parsed.tuple.dst).v),
                                 htons(parsed.tuple.sport),
                                 htons(parsed.tuple.dport),
                                 (uint16_t)port_slot_of(in->in_port),
                                 parsed.tuple.protocol,
                                 0};
    here = key;
    here.port = 0;
    there = bpf_map_get(k.flows, &key, &before) == 0;
    if (there)
        assert_int_equal(bpf_map_set(k.flows, &here, &before), 0);
    memset(&attr, 0, sizeof(attr));
    memcpy(behind.data, frame, in->length);
    attr.test.prog_fd = (uint32_t)k.port_in;
    attr.test.data_in = attr.test.data_out = (uint64_t)(uintptr_t)behind.data;
    attr.test.data_size_in = attr.test.data_size_out = in->length;
    attr.test.ctx_in = (uint64_t)(uintptr_t)&context;
    attr.test.ctx_size_in = sizeof(context);
    attr.test.repeat = 1;
    assert_int_equal(syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr)), 0);
    assert_int_equal(attr.test.retval, REDIRECT);
    if (!there)
        return false;
    assert_int_equal(bpf_map_take(k.flows, &here, &after), 0);
    if (after.packets == before.packets) {
        assert_memory_equal(behind.data, frame, in->length); /* the engine gets it as it came */
        return false;
    }
    assert_int_equal(bpf_map_set(k.flows, &key, &after), 0);
    behind.pkt = *in;
    behind.pkt.out_port = port_number_of(after.out_port);
    behind.emitted = 0;
    hits++;
    return true;
}

static void send_both(const struct fwd_pkt *in, const uint8_t *frame) {
    alone.env.now_ns = behind.env.now_ns = clock_mono_ns();
    engine(&alone, in, frame);
    if (!program(in, frame)) {
        engine(&behind, in, frame);
        cache_learn(&cache, &behind.env, &behind.pkt);
    }
    assert_int_equal(alone.pkt.out_port, behind.pkt.out_port);
    assert_int_equal(alone.emitted, behind.emitted);
    for (unsigned i = 0; i < alone.emitted; i++) {
        assert_int_equal(alone.lengths[i], behind.lengths[i]);
        assert_memory_equal(alone.pieces[i], behind.pieces[i], alone.lengths[i]);
    }
    if (alone.pkt.out_port == PORT_NONE)
        return;
    assert_int_equal(alone.pkt.length, behind.pkt.length);
    assert_memory_equal(alone.data, behind.data, alone.pkt.length);
}

/* ---- traffic ---- */

static void seal_ip(uint8_t *frame) {
    put16(frame + 24, 0);
    put16(frame + 24, inet_finish(inet_add(0, frame + 14, 20)));
}

/* Makes something about the frame unusual. */
static void mutate(uint8_t *frame, struct fwd_pkt *in) {
    static const uint16_t gso[] = {500, 1447, 1448, 1449, 1460, 1461};

    switch (pick(20)) {
    case 0:
        frame[22] = (uint8_t)pick(3);
        seal_ip(frame);
        break;
    case 1:
        frame[15] = (uint8_t)pick(256);
        seal_ip(frame);
        break;
    case 2:
        put16(frame + 20, (uint16_t)(pick(2) ? 0x4000 : pick(2) ? 0x2000 : pick(200)));
        seal_ip(frame);
        break;
    case 3:
        frame[24 + pick(2)] ^= 0x55;
        break;
    case 4:
        frame[34 + (frame[23] == WIRE_TCP ? 16 : 6)] ^= (uint8_t)(1 + pick(255));
        break;
    case 5:
        if (frame[23] == WIRE_UDP)
            put16(frame + 40, 0);
        break;
    case 6:
        frame[6 + pick(6)] ^= 1;
        break;
    case 7:
        frame[pick(6)] ^= 1;
        break;
    case 8:
        in->length += 1 + pick(20);
        break;
    case 9:
        if (in->length > 60)
            in->length -= 1 + pick(20);
        break;
    case 10:
        frame[14] = (uint8_t)(0x40 + pick(16));
        break;
    case 11:
        put16(frame + 16, (uint16_t)pick(3000));
        seal_ip(frame);
        break;
    case 12:
        put16(frame + 12, pick(2) ? 0x86dd : 0x88cc);
        break;
    case 13:
        if (frame[23] == WIRE_TCP)
            frame[46] = (uint8_t)(pick(16) << 4);
        break;
    case 14:
    case 15:
        if (frame[23] == WIRE_TCP && in->length > 1600) {
            in->gso_type = FWD_GSO_TCPV4;
            in->gso_size = gso[pick(6)];
        }
        break;
    default:
        break;
    }
}

struct row {
    struct fwd_connection c[4096];
    unsigned count;
};

static bool collect(void *user, const struct fwd_connection *conn) {
    struct row *rows = user;

    assert_true(rows->count < 4096);
    rows->c[rows->count++] = *conn;
    return true;
}

static void compare_tables(void) {
    static struct row one, two;

    alone.env.now_ns = behind.env.now_ns = clock_mono_ns();
    cache.swept_ns = 0;
    cache_sweep(&cache, &behind.env);
    one.count = two.count = 0;
    fwd_table_each(&alone.env, collect, &one);
    fwd_table_each(&behind.env, collect, &two);
    assert_int_equal(one.count, two.count);
    for (unsigned i = 0; i < one.count; i++) {
        const struct fwd_connection *a = &one.c[i], *b = &two.c[i];

        assert_true(a->port == b->port && a->protocol == b->protocol && ip_equal(a->local, b->local) &&
                    ip_equal(a->remote, b->remote) && a->local_port == b->local_port &&
                    a->remote_port == b->remote_port);
        assert_string_equal(a->state, b->state);
        for (int d = 0; d < 2; d++) {
            assert_int_equal(a->packets[d], b->packets[d]);
            assert_int_equal(a->bytes[d], b->bytes[d]);
        }
    }
    for (int reason = 0; reason < FWD_REASON_COUNT; reason++)
        assert_int_equal(fwd_table_reason(&alone.table, (enum fwd_reason)reason),
                         fwd_table_reason(&behind.table, (enum fwd_reason)reason));
    for (uint32_t port = 1; port < 64; port++) {
        struct fwd_port_counters a = fwd_table_port(&alone.table, port),
                                 b = fwd_table_port(&behind.table, port);

        assert_memory_equal(&a, &b, sizeof(a));
    }
}

/* What shot_build() makes, maybe changed, and its copies: the first may make what the others meet. */
static void shoot_both(struct lane *l, const struct shot *s, bool plain) {
    struct fwd_pkt in;
    uint32_t length = shot_build(l, s);

    in = l->pkt;
    in.length = length;
    if (!plain)
        mutate(l->data, &in);
    if (in.length < FRAME_MIN || in.length > FRAME_ROOM)
        return;
    for (unsigned copies = 1 + pick(3); copies > 0; copies--)
        send_both(&in, l->data);
}

/* Where the last frame went, its receiver answers. */
static void answer(struct lane *l, uint8_t flags) {
    struct wire_packet p;
    char src[IP_TEXT_BYTES], dst[IP_TEXT_BYTES];
    uint32_t port = alone.pkt.out_port;

    if (port == PORT_NONE)
        return;
    wire_parse(alone.data, alone.pkt.length, &p);
    if (p.kind != WIRE_KIND_IP)
        return;
    ip_format(p.tuple.dst, src);
    ip_format(p.tuple.src, dst);
    shoot_both(l,
               &(struct shot){.from = port,
                              .src = src,
                              .dst = dst,
                              .sport = p.tuple.dport,
                              .dport = p.tuple.sport,
                              .protocol = p.tuple.protocol,
                              .flags = flags,
                              .payload = (uint16_t)(18 + pick(PAYLOAD)),
                              .dont_fragment = true},
               pick(3) != 0);
}

/* Entries by a port, when its slot is given back: none. */
static size_t entries_by(uint16_t slot) {
    struct cache_key key, next;
    struct cache_entry e;
    union bpf_attr attr = {.map_fd = (uint32_t)k.flows, .next_key = (uint64_t)(uintptr_t)&next};
    size_t count = 0;

    while (syscall(SYS_bpf, BPF_MAP_GET_NEXT_KEY, &attr, sizeof(attr)) == 0) {
        key = next;
        attr.key = (uint64_t)(uintptr_t)&key;
        if (bpf_map_get(k.flows, &key, &e) == 0)
            count += key.port == slot || e.out_port == slot;
    }
    return count;
}

static void test_alike(void **state) {
    static const struct {
        uint32_t port;
        const char *ip;
    } hosts[] = {{NAT, NAT_IP}, {APP, APP_IP},   {APP2, APP2_IP},       {WEB, WEB_IP},
                 {ISO, ISO_IP}, {WEB2, WEB2_IP}, {PORT_UPLINK, OUTSIDE}};
    static const char *const targets[] = {
        NAT_IP,  APP_IP, APP2_IP,     WEB_IP,         ISO_IP,         WEB2_IP,           SSM_IP,
        OUTSIDE, S3_IP,  "52.94.1.1", "203.0.113.20", "203.0.113.10", "169.254.169.254", "10.0.0.2"};
    static const uint16_t ports[] = {22, 53, 80, 443, 5432, 8080};
    static const uint8_t flags[] = {WIRE_SYN, WIRE_ACK, WIRE_ACK, WIRE_ACK, WIRE_FIN | WIRE_ACK, WIRE_RST};
    struct lane *l = lane_new();

    (void)state;
    plane_init(&alone);
    plane_init(&behind);
    behind.table.gone = gone;
    behind.table.gone_user = &behind;
    assert_int_equal(cache_init(&cache, &(struct cache_maps){k.flows, k.flows6, k.rules, k.config}, k.news),
                     0);
    for (uint16_t i = 0; i < 6; i++) /* as host gives them: in the order that they came in */
        assert_int_equal(port_slot_set(hosts[i].port, (uint16_t)(40 - i)), 0);
    follow(l->image);
    for (int i = 0; i < PACKETS; i++) {
        uint32_t h = pick(7);
        uint8_t protocol = pick(3) ? WIRE_TCP : pick(3) ? WIRE_UDP : WIRE_ICMP;
        struct shot s = {.from = hosts[h].port,
                         .src = hosts[h].ip,
                         .dst = targets[pick(14)],
                         .sport = (uint16_t)(4000 + pick(3)),
                         .dport = protocol == WIRE_ICMP ? 0x0800 : ports[pick(6)],
                         .protocol = protocol,
                         .flags = flags[pick(6)],
                         .payload = (uint16_t)(18 + (pick(2) ? pick(64) : pick(PAYLOAD))),
                         .dont_fragment = pick(2)};

        if (h == 1 && pick(3) == 0) {
            s.dst = APP2_IP;
            s.neighbour = APP2;
        }
        shoot_both(l, &s, false);
        for (int turn = 0; turn < 6 && pick(5); turn++) {
            answer(l, turn == 0 ? WIRE_SYN | WIRE_ACK : pick(12) ? WIRE_ACK : WIRE_FIN | WIRE_ACK);
            if (turn == 0)
                s.flags = WIRE_ACK;
            shoot_both(l, &s, pick(2));
        }
        if (pick(400) == 0) {
            l->world.web.public_ip = four(pick(2) ? "203.0.113.20" : "203.0.113.25");
            l->world.a_enis[pick(7)].up = pick(4) != 0;
            /* The old image is given back by lane_rebuild(): nobody may look at it in between. */
            lane_rebuild(l);
            follow(l->image);
        }
        if (pick(1500) == 0)
            compare_tables();
    }
    compare_tables();
    print_message("%u frames went by the program\n", hits);
    assert_true(hits > PACKETS / 4);
    assert_int_equal(fwd_table_check(&behind.table), 0);
    assert_true(entries_by(port_slot_of(APP)) > 0 && entries_by(port_slot_of(WEB)) > 0);
    cache_port_gone(&cache, &behind.env, port_slot_of(APP));
    assert_int_equal(entries_by(port_slot_of(APP)), 0);
    assert_true(entries_by(port_slot_of(WEB)) > 0);
    lane_free(l);
}

/* The verifier's work, far below its limits (a million instructions looked at; 4096 for who has no CAP_BPF). */
static void test_size(void **state) {
    const int programs[] = {k.port_in, k.punt_in};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct bpf_prog_info info;
        union bpf_attr attr;

        memset(&info, 0, sizeof(info));
        memset(&attr, 0, sizeof(attr));
        attr.info.bpf_fd = (uint32_t)programs[i];
        attr.info.info_len = sizeof(info);
        attr.info.info = (uint64_t)(uintptr_t)&info;
        assert_int_equal(syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)), 0);
        print_message("%s: %u instructions, %u looked at\n", info.name, info.xlated_prog_len / 8,
                      info.verified_insns);
        assert_true(info.xlated_prog_len / 8 < 2048);
        assert_true(info.verified_insns < 100000); /* 0: this kernel does not tell */
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_size), cmocka_unit_test(test_alike)};
    uint32_t index = 1;

    kernel_load(&k);
    kernel_loaded(&k);
    if (k.why[0] != '\0') {
        print_message("skipped: %s\n", k.why);
        return 0;
    }
    /* Any port is there: the runner goes nowhere. */
    for (uint32_t slot = 0; slot < CACHE_PORTS; slot++)
        if ((slot < 64 || slot >= CACHE_SERVICE) && bpf_map_set(k.ports, &slot, &index) < 0)
            return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
