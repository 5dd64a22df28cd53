/* SPDX-License-Identifier: Apache-2.0 */
/* What another cache is told, and what it tells: rules, connections it opened, their state (offload.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "fwd/offload.h"
#include "lane.h"

#define SYN_ACK (WIRE_SYN | WIRE_ACK)

static struct fwd_env env_of(struct lane *l) {
    return (struct fwd_env){.image = l->image, .table = &l->table, .now_ns = l->now_ns, .config = &l->config};
}

static uint32_t tick(const struct lane *l) {
    return (uint32_t)(l->now_ns >> FWD_OFFLOAD_TICK_SHIFT);
}

/* Opens a connection, packet by packet; whether a rule comes of it. */
static bool rule_of(struct lane *l, struct shot s, struct fwd_offload_rule *ret) {
    struct fwd_env env = env_of(l);
    struct fwd_offload offload;

    assert_int_equal(shoot(l, s), FWD_OK);
    assert_int_equal(answer_back(l, SYN_ACK), FWD_OK);
    s.flags = WIRE_ACK;
    assert_int_equal(shoot(l, s), FWD_OK);
    assert_int_equal(fwd_offload_find(&env, &l->pkt, &offload), FWD_OFFLOAD_READY);
    return fwd_offload_rule(&env, &l->pkt, ret);
}

static struct fwd_offload_rule with_port(struct fwd_offload_rule rule, uint16_t sport) {
    rule.there.before.sport = rule.there.after.sport = sport;
    rule.back.before.dport = rule.back.after.dport = sport;
    rule.there.followed = rule.back.followed = true;
    return rule;
}

struct wanted {
    uint32_t port;
    uint16_t local, remote;
    struct fwd_connection found;
    bool there;
};

static bool look(void *user, const struct fwd_connection *conn) {
    struct wanted *w = user;

    if (conn->port == w->port && conn->local_port == w->local && conn->remote_port == w->remote) {
        w->found = *conn;
        w->there = true;
    }
    return true;
}

static struct wanted find(struct lane *l, uint32_t port, uint16_t local, uint16_t remote) {
    struct wanted w = {.port = port, .local = local, .remote = remote};
    struct fwd_env env = env_of(l);

    fwd_table_each(&env, look, &w);
    return w;
}

static const char *state_of(struct lane *l, uint32_t port, uint16_t local, uint16_t remote) {
    struct wanted w = find(l, port, local, remote);

    return w.there ? w.found.state : "none";
}

static bool says(struct lane *l, struct fwd_offload *copy, uint64_t packets) {
    struct fwd_env env = env_of(l);

    copy->packets = packets;
    copy->bytes = packets * 100;
    copy->seen = tick(l);
    return fwd_offload_count(&env, copy);
}

static void test_life_elsewhere(void **state) {
    struct lane *l = lane_new();
    struct fwd_env env = env_of(l);
    struct fwd_offload_rule rule;
    struct fwd_port_counters before, after;

    (void)state;
    assert_true(rule_of(l, (struct shot){APP, APP_IP, ISO_IP, 4000, 22}, &rule));
    assert_int_equal(rule.sport_min, 1);
    assert_int_equal(rule.sport_max, 65535);
    assert_true(rule.sides[0].on && rule.sides[1].on && rule.sides[0].tracked && rule.sides[1].tracked);
    rule = with_port(rule, 5000);
    before = fwd_table_port(&l->table, ISO);
    assert_true(fwd_offload_opened(&env, &rule, tick(l)));
    assert_string_equal(state_of(l, APP, 5000, 22), "syn");
    assert_string_equal(state_of(l, ISO, 22, 5000), "syn");

    /* The engine's own time-outs, by what it is told. */
    assert_true(says(l, &rule.there, 1));
    rule.there.replied = rule.back.replied = true;
    assert_true(says(l, &rule.back, 1));
    assert_string_equal(state_of(l, ISO, 22, 5000), "syn-received");
    rule.there.open = true;
    assert_true(says(l, &rule.there, 3));
    assert_string_equal(state_of(l, APP, 5000, 22), "established");
    assert_string_equal(state_of(l, ISO, 22, 5000), "established");
    lane_wait(l, 3600);
    assert_true(find(l, ISO, 22, 5000).found.expires_s > 400000);
    assert_int_equal(find(l, ISO, 22, 5000).found.packets[0], 1);
    assert_int_equal(find(l, ISO, 22, 5000).found.packets[1], 3);
    assert_int_equal(find(l, ISO, 22, 5000).found.bytes[1], 300);
    after = fwd_table_port(&l->table, ISO);
    assert_int_equal(after.tx_packets - before.tx_packets, 3);
    assert_int_equal(after.rx_packets - before.rx_packets, 1);

    /* What comes to the engine after all belongs to it, in both directions and without a rule. */
    expect(l, FWD_OK, ISO, ISO_IP, APP_IP, 22, 5000, .flags = WIRE_ACK);
    expect(l, FWD_OK, APP, APP_IP, ISO_IP, 5000, 22, .flags = WIRE_ACK);

    rule = with_port(rule, 5001);
    rule.there.replied = rule.there.open = rule.there.fin = false;
    env = env_of(l);
    assert_true(fwd_offload_opened(&env, &rule, tick(l)));
    rule.there.replied = rule.there.open = true;
    assert_true(says(l, &rule.there, 2));
    rule.back.fin = true;
    assert_true(says(l, &rule.back, 2));
    assert_string_equal(state_of(l, APP, 5001, 22), "established");
    rule.there.fin = true;
    assert_true(says(l, &rule.there, 4));
    assert_string_equal(state_of(l, APP, 5001, 22), "closing");
    assert_true(find(l, APP, 5001, 22).found.expires_s <= 60);

    /* The same ports again: another connection. */
    rule.there.fin = rule.back.fin = rule.there.open = false;
    assert_true(fwd_offload_opened(&env, &rule, tick(l)));
    assert_string_equal(state_of(l, APP, 5001, 22), "syn");
    rule.back.rst = true;
    assert_true(says(l, &rule.back, 1));
    assert_string_equal(state_of(l, ISO, 22, 5001), "closed");
    lane_free(l);
}

static void test_no_rule(void **state) {
    struct lane *l = lane_new();
    struct fwd_env env;
    struct fwd_offload_rule rule;
    struct fwd_offload offload;
    struct shot s = {APP, APP_IP, ISO_IP, 4000, 22};

    (void)state;
    /* Without an answer nobody knows whether there is a way back. */
    assert_int_equal(shoot(l, s), FWD_OK);
    env = env_of(l);
    assert_int_equal(fwd_offload_find(&env, &l->pkt, &offload), FWD_OFFLOAD_TOUCH);
    assert_false(fwd_offload_rule(&env, &l->pkt, &rule));
    assert_true(rule_of(l, s, &rule));

    /* A connection that outlives its rule says nothing about others. */
    l->world.iso_rules[0].cidr = cidr("10.9.0.0/16");
    lane_rebuild(l);
    env = env_of(l);
    s.flags = WIRE_ACK;
    assert_int_equal(shoot(l, s), FWD_OK);
    assert_int_equal(answer_back(l, WIRE_ACK), FWD_OK);
    assert_int_equal(shoot(l, s), FWD_OK);
    assert_int_equal(fwd_offload_find(&env, &l->pkt, &offload), FWD_OFFLOAD_READY);
    assert_false(fwd_offload_rule(&env, &l->pkt, &rule));

    /* Doors give ports away. */
    assert_false(rule_of(l, (struct shot){WEB, WEB_IP, S3_IP, 4000, 443}, &rule));
    assert_false(rule_of(l, (struct shot){APP, APP_IP, SSM_IP, 4000, 443}, &rule));
    lane_free(l);
}

/* A flow carries a new source and a new destination port at once, and counts past its own narrow counters. */
static void test_both_ports(void **state) {
    struct lane *l = lane_new();
    struct fwd_env env = env_of(l);
    struct fwd_offload_rule rule;
    uint64_t hits;

    (void)state;
    assert_true(rule_of(l, (struct shot){APP, APP_IP, ISO_IP, 4000, 22}, &rule));
    rule = with_port(rule, 5000);
    rule.there.after.sport = 7000;
    rule.there.after.dport = 7022;
    assert_true(fwd_offload_opened(&env, &rule, tick(l)));
    rule.there.replied = rule.back.replied = rule.there.open = true;
    assert_true(says(l, &rule.back, 1));
    assert_true(says(l, &rule.there, 2));
    hits = fwd_table_hits(&l->table);
    for (int i = 0; i < 2200; i++) {
        /* By the cache alone: no stage would translate so. */
        struct shot s = {APP, APP_IP, ISO_IP, 5000, 22, .flags = WIRE_ACK, .payload = 8000};
        struct fwd_pkt *pkts[1] = {&l->pkt};

        l->pkt =
            (struct fwd_pkt){.data = l->data, .length = shot_build(l, &s), .room = LANE_ROOM, .in_port = APP};
        fwd_process(&env, pkts, 1);
    }
    assert_int_equal(fwd_table_hits(&l->table), hits + 2200);
    wire_parse(l->data, l->pkt.length, &l->out);
    expect_out(l, ISO, APP_IP, ISO_IP, 7000, 7022);
    lane_check_sums(l);
    assert_int_equal(find(l, APP, 5000, 22).found.packets[0], 2202);
    assert_int_equal(find(l, APP, 5000, 22).found.bytes[0], 200 + 2200 * 8040);
    lane_free(l);
}

/* The ACLs on the way back judge the opener's port, each by the address at its far end. */
static void test_rule_ports(void **state) {
    struct lane *l = lane_new();
    struct fwd_offload_rule rule;

    (void)state;
    l->world.closed[1] = entry(100, true, true, WIRE_TCP, "10.0.1.0/24", 1024, 60000);
    lane_rebuild(l);
    assert_true(rule_of(l, (struct shot){APP, APP_IP, ISO_IP, 4000, 22}, &rule));
    assert_int_equal(rule.sport_min, 1024);
    assert_int_equal(rule.sport_max, 60000);
    l->world.open[0] = entry(100, false, true, WIRE_TCP, "10.0.2.0/24", 2000, 65535);
    lane_rebuild(l);
    assert_true(rule_of(l, (struct shot){APP, APP_IP, ISO_IP, 4001, 22}, &rule));
    assert_int_equal(rule.sport_min, 2000);
    assert_int_equal(rule.sport_max, 60000);
    lane_free(l);
}

/* A rule that is old, or whose interface is another now. */
static void test_late_news(void **state) {
    struct lane *l = lane_new();
    struct fwd_env env;
    struct fwd_offload_rule rule;

    (void)state;
    assert_true(rule_of(l, (struct shot){APP, APP_IP, ISO_IP, 4000, 22}, &rule));
    l->world.iso_rules[0].cidr = cidr("10.9.0.0/16");
    lane_rebuild(l);
    env = env_of(l);
    /* Opened just before the rule went: tracked, so it goes on, but its copies are not believed. */
    rule = with_port(rule, 5000);
    (void)fwd_offload_stamp(&env);
    assert_true(fwd_offload_opened(&env, &rule, tick(l)));
    assert_false(says(l, &rule.there, 1));
    expect(l, FWD_OK, ISO, ISO_IP, APP_IP, 22, 5000, .flags = SYN_ACK);
    expect(l, FWD_SG_MISMATCH, APP, APP_IP, ISO_IP, 5001, 22);

    l->world.a_enis[4].id = "eni-iso-two";
    lane_rebuild(l);
    env = env_of(l);
    rule = with_port(rule, 5002);
    assert_false(fwd_offload_opened(&env, &rule, tick(l)));
    assert_string_equal(state_of(l, APP, 5002, 22), "none");
    lane_free(l);
}

/* One that is heard of when it is over is remembered as if its end had come later. */
static void test_lived(void **state) {
    struct fwd_connection found[2][2];

    (void)state;
    for (int way = 0; way < 2; way++) {
        struct lane *l = lane_new();
        struct fwd_env env = env_of(l);
        struct fwd_offload_rule rule;
        struct fwd_port_counters before, after;

        assert_true(rule_of(l, (struct shot){APP, APP_IP, ISO_IP, 4000, 22}, &rule));
        before = fwd_table_port(&l->table, APP);
        rule = with_port(rule, 5000);
        rule.there.seen = rule.back.seen = tick(l);
        if (way == 1)
            assert_true(fwd_offload_opened(&env, &rule, tick(l)));
        rule.there.replied = rule.there.open = rule.there.fin = rule.back.replied = rule.back.fin = true;
        rule.there.packets = 6;
        rule.there.bytes = 600;
        rule.back.packets = 4;
        rule.back.bytes = 4000;
        if (way == 1) {
            assert_true(fwd_offload_count(&env, &rule.there));
            assert_true(fwd_offload_count(&env, &rule.back));
        } else {
            fwd_offload_soon(&l->table, &rule);
            assert_true(fwd_offload_lived(&env, &rule, tick(l)));
        }
        found[way][0] = find(l, APP, 5000, 22).found;
        found[way][1] = find(l, ISO, 22, 5000).found;
        after = fwd_table_port(&l->table, APP);
        assert_int_equal(after.rx_packets - before.rx_packets, 6);
        assert_int_equal(after.tx_packets - before.tx_packets, 4);
        /* A late packet of it passes, and a new connection from that port is another one. */
        expect(l, FWD_OK, ISO, ISO_IP, APP_IP, 22, 5000, .flags = WIRE_ACK);
        expect(l, FWD_OK, APP, APP_IP, ISO_IP, 5000, 22);
        assert_string_equal(state_of(l, APP, 5000, 22), "syn");
        lane_free(l);
    }
    for (int side = 0; side < 2; side++) {
        const struct fwd_connection *a = &found[0][side], *b = &found[1][side];

        assert_string_equal(a->state, "closing");
        assert_string_equal(b->state, "closing");
        assert_int_equal(a->packets[side], 6);
        assert_int_equal(a->bytes[1 - side], 4000);
        assert_int_equal(a->packets[0], b->packets[0]);
        assert_int_equal(a->packets[1], b->packets[1]);
        assert_int_equal(a->expires_s, b->expires_s);
        assert_int_equal(a->tracked, b->tracked);
    }
}

/* Room kept for connections that are made elsewhere is not given to packets; closed ones make room. */
static void test_reserve(void **state) {
    struct lane *l = lane_new_sized(16);
    struct fwd_env env = env_of(l);
    struct fwd_offload_rule rule;

    (void)state;
    fwd_offload_reserve(&l->table, 8);
    assert_true(rule_of(l, (struct shot){APP, APP_IP, ISO_IP, 4000, 22}, &rule));
    for (uint16_t i = 1; i < 4; i++)
        expect(l, FWD_OK, APP, APP_IP, ISO_IP, (uint16_t)(4000 + i), 22);
    expect(l, FWD_TABLE_FULL, APP, APP_IP, ISO_IP, 4010, 22);
    assert_int_equal(fwd_offload_room(&l->table), 8);
    for (uint16_t i = 0; i < 4; i++) {
        rule = with_port(rule, (uint16_t)(5000 + i));
        assert_true(fwd_offload_opened(&env, &rule, tick(l)));
    }
    rule = with_port(rule, 5010);
    assert_false(fwd_offload_opened(&env, &rule, tick(l)));
    for (uint16_t i = 0; i < 5; i++) {
        expect(l, FWD_OK, APP, APP_IP, ISO_IP, (uint16_t)(i < 4 ? 5000 + i : 4000), 22, .flags = WIRE_RST);
    }
    expect(l, FWD_OK, APP, APP_IP, ISO_IP, 4010, 22);
    assert_int_equal(fwd_sweep(&env, 64), 0);
    expect(l, FWD_OK, APP, APP_IP, ISO_IP, 4010, 22, .flags = WIRE_RST);
    assert_int_equal(fwd_sweep(&env, 64), 2); /* 60 s early */
    lane_free(l);
}

struct told {
    struct lane *lane;
    unsigned there, back; /* notices about 4000 > 9 and what answers it */
    uint64_t unread;      /* packets that the copy of the first has passed, told when it goes */
};

static void notice(void *user, const struct fwd_offload *flow) {
    struct told *t = user;
    struct fwd_env env = env_of(t->lane);
    struct fwd_offload copy = *flow;

    assert_true(flow->before.sport == 4000 || flow->before.dport == 4000);
    *(flow->before.sport == 4000 ? &t->there : &t->back) += 1;
    if (flow->before.sport != 4000 || t->unread == 0)
        return;
    copy.old_dst = fwd_gateway_mac;
    copy.packets = t->unread;
    copy.bytes = 100 * t->unread;
    copy.seen = tick(t->lane);
    fwd_offload_count(&env, &copy);
}

/* Copies of what the engine forgets, or wants to see again, go at once, and nothing that they counted is lost. */
static void test_notices(void **state) {
    const struct shot datagram = {APP, APP_IP, ISO_IP, 4000, 9, WIRE_UDP};
    struct shot segment = {APP, APP_IP, ISO_IP, 4000, 9, WIRE_TCP};
    struct lane *l = lane_new();
    struct told told = {.lane = l};

    (void)state;
    l->table.gone = notice;
    l->table.gone_user = &told;
    assert_int_equal(shoot(l, datagram), FWD_OK);
    assert_int_equal(shoot(l, datagram), FWD_OK);
    assert_int_equal(told.there + told.back, 0);
    told.unread = 5;
    assert_int_equal(answer_back(l, 0), FWD_OK); /* the next one makes it a stream */
    assert_true(told.there > 0);
    told.unread = 0;
    assert_int_equal(find(l, APP, 4000, 9).found.packets[0], 2 + 5);
    assert_int_equal(shoot(l, datagram), FWD_OK);
    assert_string_equal(state_of(l, APP, 4000, 9), "stream");

    assert_int_equal(shoot(l, segment), FWD_OK);
    assert_int_equal(answer_back(l, SYN_ACK), FWD_OK);
    segment.flags = WIRE_RST;
    assert_int_equal(shoot(l, segment), FWD_OK);
    told.there = told.back = 0;
    segment.flags = WIRE_SYN;
    assert_int_equal(shoot(l, segment),
                     FWD_OK); /* another connection: the old one's answers are not its own */
    assert_true(told.there > 0 && told.back > 0);
    lane_free(l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life_elsewhere), cmocka_unit_test(test_no_rule),
        cmocka_unit_test(test_rule_ports),     cmocka_unit_test(test_both_ports),
        cmocka_unit_test(test_late_news),      cmocka_unit_test(test_lived),
        cmocka_unit_test(test_reserve),        cmocka_unit_test(test_notices)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
