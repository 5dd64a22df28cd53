/* SPDX-License-Identifier: Apache-2.0 */
/* Random rules against a matcher that reads the spec itself, and random traffic through changing networks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "fwd/offload.h"
#include "lane.h"

static uint32_t seed = 1;

static uint32_t pick(uint32_t below) {
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % below;
}

static const int16_t protocols[] = {SPEC_PROTO_ALL, WIRE_ICMP, WIRE_TCP, WIRE_UDP, 47};
static const char *const cidrs[] = {"0.0.0.0/0",    "10.0.0.0/16", "10.0.1.0/24",  "10.0.2.10/32",
                                    "10.0.1.10/32", "10.0.2.8/29", "192.0.2.0/24", "52.219.0.0/16"};
static const char *const peers[] = {"sg-app", "sg-iso", "sg-nat", "pl-s3", "sg-unknown"};

static void random_ports(int16_t protocol, int32_t *from, int32_t *to) {
    *from = *to = -1;
    if (protocol == WIRE_ICMP && pick(2)) {
        *from = pick(2) ? 8 : (int32_t)pick(18);
        *to = pick(2) ? -1 : (int32_t)pick(2);
    } else if ((protocol == WIRE_TCP || protocol == WIRE_UDP) && pick(4)) {
        *from = (int32_t)pick(60);
        *to = *from + (int32_t)pick(40);
    }
}

static struct spec_sg_rule random_rule(bool egress) {
    int16_t protocol = protocols[pick(2) ? 0 : pick(5)];
    struct spec_sg_rule rule;

    rule = pick(3) ? rule_cidr("sgr-random", egress, protocol, 0, 0, cidrs[pick(2) ? pick(2) : pick(8)])
                   : rule_peer("sgr-random", egress, protocol, 0, 0, peers[pick(5)]);
    random_ports(protocol, &rule.from_port, &rule.to_port);
    return rule;
}

/* ---- what the rules mean, in the plainest way ---- */

struct probe {
    struct wire_tuple tuple;
    int type, code;
};

static bool ports_match(int16_t protocol, int32_t from, int32_t to, const struct probe *p) {
    if (protocol != SPEC_PROTO_ALL && protocol != p->tuple.protocol)
        return false;
    if (protocol == WIRE_ICMP)
        return from == -1 || (from == p->type && (to == -1 || to == p->code));
    if (protocol == WIRE_TCP || protocol == WIRE_UDP)
        return (from == -1 && to == -1) || (p->tuple.dport >= from && p->tuple.dport <= to);
    return true;
}

static bool in_group(const struct world *w, const char *group, struct ipaddr address) {
    for (size_t e = 0; e < w->vpc[0].eni_count; e++) {
        const struct spec_eni *eni = &w->a_enis[e];

        for (size_t a = 0; a < eni->address_count; a++) {
            for (size_t g = 0; ip_equal(eni->addresses[a].private_ip, address) && g < eni->group_count; g++) {
                if (strcmp(eni->group_ids[g], group) == 0)
                    return true;
            }
        }
    }
    return false;
}

static bool group_allows(const struct world *w, const struct spec_sg *group, bool egress,
                         const struct probe *p) {
    struct ipaddr peer = egress ? p->tuple.dst : p->tuple.src;

    for (size_t i = 0; i < group->rule_count; i++) {
        const struct spec_sg_rule *r = &group->rules[i];
        bool match = false;

        if (r->egress != egress || !ports_match(r->protocol, r->from_port, r->to_port, p))
            continue;
        if (r->peer == SPEC_PEER_CIDR)
            match = prefix_contains(r->cidr, peer);
        else if (r->peer == SPEC_PEER_GROUP)
            match = in_group(w, r->peer_id, peer);
        else
            match = prefix_contains(w->s3[0], peer);
        if (match)
            return true;
    }
    return false;
}

static bool acl_allows_naive(const struct spec_acl *acl, bool egress, const struct probe *p) {
    const struct spec_acl_entry *best = NULL;
    struct ipaddr peer = egress ? p->tuple.dst : p->tuple.src;

    for (size_t i = 0; i < acl->entry_count; i++) {
        const struct spec_acl_entry *e = &acl->entries[i];

        if (e->egress == egress && prefix_contains(e->cidr, peer) &&
            ports_match(e->protocol, e->from_port, e->to_port, p) && (!best || e->number < best->number))
            best = e;
    }
    return best && best->allow;
}

static void random_filters(struct world *w) {
    for (int i = 0; i < 4; i++) {
        w->app_rules[i] = random_rule(i % 2);
        w->iso_rules[i] = random_rule(i % 2);
    }
    w->a_groups[1].rule_count = 2 + pick(3);
    w->a_groups[3].rule_count = 2 + pick(3);
    for (int i = 0; i < WORLD_ENTRIES; i++) {
        int16_t protocol = protocols[pick(5)];
        /* Numbers are unique, but in no order. */
        uint16_t number = (uint16_t)((i * 5 + 3) % 7 * 10 + 10);

        w->closed[i] = entry(number, i % 2, pick(3) != 0, protocol, cidrs[pick(8)], 0, 0);
        random_ports(protocol, &w->closed[i].from_port, &w->closed[i].to_port);
    }
    /* Mostly the last word is to allow. */
    w->closed[0].protocol = w->closed[1].protocol = SPEC_PROTO_ALL;
    w->closed[0].number = w->closed[1].number = pick(4) ? 500 : 5;
    w->closed[0].allow = w->closed[1].allow = true;
    w->closed[0].cidr = w->closed[1].cidr = cidr("0.0.0.0/0");
    w->a_acls[1].entry_count = 2 + pick(WORLD_ENTRIES - 1);
    w->a_subnets[1].acl_id = pick(2) ? "acl-iso" : "acl-open";
}

static void test_rules_mean_what_they_say(void **state) {
    unsigned passed = 0, refused = 0;

    (void)state;
    for (int round = 0; round < 150; round++) {
        struct lane *l = lane_new();
        const struct world *w = &l->world;

        random_filters(&l->world);
        lane_rebuild(l);
        for (int i = 0; i < 12; i++) {
            static const uint8_t kinds[] = {WIRE_TCP, WIRE_UDP, WIRE_ICMP, 47};
            uint8_t protocol = kinds[pick(4)];
            uint16_t dport = protocol == WIRE_ICMP ? 0x0800 : protocol == 47 ? 0 : (uint16_t)pick(100);
            struct probe p = {
                {ip(APP_IP), ip(ISO_IP), protocol == 47 ? 0 : (uint16_t)(4000 + i), dport, protocol},
                protocol == WIRE_ICMP ? 8 : 0,
                0};
            const struct spec_acl *out =
                strcmp(w->a_subnets[1].acl_id, "acl-iso") == 0 ? &w->a_acls[1] : &w->a_acls[0];
            bool expected = group_allows(w, &w->a_groups[1], true, &p) && acl_allows_naive(out, true, &p) &&
                            acl_allows_naive(&w->a_acls[1], false, &p) &&
                            group_allows(w, &w->a_groups[3], false, &p);
            enum fwd_reason reason =
                shoot(l, (struct shot){APP, APP_IP, ISO_IP, p.tuple.sport, dport, protocol});

            if ((reason == FWD_OK) != expected) {
                lane_print(l);
                fail_msg("round %d: %s, but the rules say %s", round, fwd_reason_name(reason),
                         expected ? "yes" : "no");
            }
            passed += expected;
            refused += !expected;
        }
        lane_free(l);
    }
    assert_true(passed > 100 && refused > 100);
}

/* shoot() itself demands that cached and walked packets end alike; here it meets them in all orders. */
static void test_changing_networks(void **state) {
    static const struct {
        uint32_t port;
        const char *ip;
    } hosts[] = {{NAT, NAT_IP}, {APP, APP_IP},   {APP2, APP2_IP},       {WEB, WEB_IP},
                 {ISO, ISO_IP}, {WEB2, WEB2_IP}, {PORT_UPLINK, OUTSIDE}};
    static const char *const targets[] = {
        NAT_IP,    APP_IP, APP2_IP,     WEB_IP,         ISO_IP,         WEB2_IP,        SSM_IP,
        OUTSIDE,   S3_IP,  "52.94.1.1", "203.0.113.20", "203.0.113.10", "203.0.113.40", "169.254.169.254",
        "10.0.0.2"};
    static const uint16_t ports[] = {22, 53, 80, 443, 5432, 8080};
    static const uint8_t flags[] = {WIRE_SYN, WIRE_ACK, WIRE_ACK, WIRE_ACK, WIRE_FIN | WIRE_ACK, WIRE_RST};
    struct lane *l = lane_new_sized(60);
    uint64_t hits;

    (void)state;
    for (int i = 0; i < 3000; i++) {
        uint32_t h = pick(7);
        uint8_t protocol = pick(3) ? WIRE_TCP : pick(2) ? WIRE_UDP : WIRE_ICMP;
        struct shot s = {hosts[h].port,  hosts[h].ip, targets[pick(15)], (uint16_t)(4000 + pick(2)),
                         ports[pick(6)], protocol,    flags[pick(6)]};

        if (protocol == WIRE_ICMP)
            s.dport = 0x0800;
        if (shoot(l, s) == FWD_OK && pick(4)) {
            for (int turn = 0; turn < 4; turn++) {
                if (answer_back(l, turn == 0 ? WIRE_SYN | WIRE_ACK : WIRE_ACK) != FWD_OK)
                    break;
                s.flags = WIRE_ACK;
                if (shoot(l, s) != FWD_OK)
                    break;
            }
        }
        if (pick(40) == 0)
            lane_wait(l, pick(200));
        if (pick(100) == 0) {
            random_filters(&l->world);
            l->world.a_enis[pick(7)].up = pick(4) != 0;
            l->world.web.public_ip = four(pick(2) ? "203.0.113.20" : "203.0.113.25");
            lane_rebuild(l);
        }
        if (pick(200) == 0) {
            struct fwd_env env = {
                .image = l->image, .table = &l->table, .now_ns = l->now_ns, .config = &l->config};

            fwd_sweep(&env, 50);
        }
        if (pick(500) == 0)
            assert_int_equal(fwd_table_attach(l->memory, fwd_table_bytes(&l->size), &l->table), 0);
    }
    hits = fwd_table_hits(&l->table);
    assert_true(hits > 300);
    lane_free(l);
}

/* ---- rules (offload.h): a verdict on one source port, believed for others ---- */

struct found {
    struct fwd_connection at[8];
    unsigned count;
};

static bool find_port(void *user, const struct fwd_connection *conn) {
    struct found *f = user;

    if (f->count < 8)
        f->at[f->count++] = *conn;
    return true;
}

static struct found connections(struct lane *l) {
    struct fwd_env env = {.image = l->image, .table = &l->table, .now_ns = l->now_ns, .config = &l->config};
    struct found f = {.count = 0};

    fwd_table_each(&env, find_port, &f);
    return f;
}

static bool same_connection(const struct fwd_connection *a, const struct fwd_connection *b) {
    return a->port == b->port && a->protocol == b->protocol && ip_equal(a->local, b->local) &&
           ip_equal(a->remote, b->remote) && a->local_port == b->local_port &&
           a->remote_port == b->remote_port && a->outward == b->outward && a->tracked == b->tracked &&
           strcmp(a->state, b->state) == 0 && a->expires_s == b->expires_s &&
           a->packets[0] == b->packets[0] && a->packets[1] == b->packets[1] && a->bytes[0] == b->bytes[0] &&
           a->bytes[1] == b->bytes[1];
}

/* A connection made by the rule is in the table as if its first packet had come here. */
static void check_opened(struct lane *l, const struct fwd_offload_rule *learned, uint16_t sport,
                         const struct found *expected) {
    struct fwd_env env = {.image = l->image, .table = &l->table, .now_ns = l->now_ns, .config = &l->config};
    struct fwd_offload_rule rule = *learned;
    struct found f;

    rule.there.before.sport = rule.there.after.sport = sport;
    rule.back.before.dport = rule.back.after.dport = sport;
    fwd_flush(&l->table);
    rule.there.generation = rule.back.generation = fwd_offload_stamp(&env);
    assert_true(fwd_offload_opened(&env, &rule, (uint32_t)(l->now_ns >> FWD_OFFLOAD_TICK_SHIFT)));
    rule.there.followed = true;
    rule.there.packets = 1;
    rule.there.bytes = expected->at[0].outward ? expected->at[0].bytes[0] : expected->at[0].bytes[1];
    rule.there.seen = (uint32_t)(l->now_ns >> FWD_OFFLOAD_TICK_SHIFT);
    assert_true(fwd_offload_count(&env, &rule.there));
    f = connections(l);
    assert_int_equal(f.count, expected->count);
    for (unsigned i = 0; i < f.count; i++) {
        unsigned same = 0;

        for (unsigned j = 0; j < f.count; j++)
            same += same_connection(&f.at[i], &expected->at[j]);
        assert_int_equal(same, 1);
    }
    assert_int_equal(fwd_table_check(&l->table), 0);
}

static void test_rules_hold_for_their_ports(void **state) {
    static const struct {
        uint32_t port;
        const char *ip;
    } hosts[] = {{NAT, NAT_IP}, {APP, APP_IP},       {APP2, APP2_IP},       {WEB, WEB_IP},
                 {ISO, ISO_IP}, {BWEB, "10.0.0.20"}, {PORT_UPLINK, OUTSIDE}};
    static const char *const targets[] = {NAT_IP,  APP_IP, ISO_IP,         WEB_IP,        APP2_IP,
                                          OUTSIDE, SSM_IP, "203.0.113.20", "203.0.113.40"};
    unsigned rules = 0, narrow = 0;

    (void)state;
    for (int round = 0; round < 1500; round++) {
        struct lane *l = lane_new();
        bool through_acl = pick(2);
        uint32_t h = through_acl ? 1 : pick(7);
        struct shot s = {hosts[h].port,
                         hosts[h].ip,
                         targets[through_acl ? 2 : pick(9)],
                         (uint16_t)(1 + pick(100)),
                         (uint16_t)(1 + pick(90)),
                         pick(2) ? WIRE_TCP : WIRE_UDP};
        struct fwd_env env = {.image = NULL, .table = &l->table, .now_ns = l->now_ns, .config = &l->config};
        struct fwd_offload_rule rule;
        struct fwd_offload offload;

        random_filters(&l->world);
        if (through_acl) {
            for (int i = 2; i < WORLD_ENTRIES; i++) {
                l->world.closed[i].protocol = s.protocol;
                l->world.closed[i].cidr = cidr("0.0.0.0/0");
                random_ports(s.protocol, &l->world.closed[i].from_port, &l->world.closed[i].to_port);
            }
            l->world.closed[0].number = l->world.closed[1].number = 500;
        }
        l->world.nat_rules[0] = random_rule(false);
        l->world.web_rules[0] = random_rule(false);
        l->world.web_rules[3] = random_rule(true);
        lane_rebuild(l);
        env.image = l->image;
        if (shoot(l, s) == FWD_OK && answer_back(l, WIRE_SYN | WIRE_ACK) == FWD_OK) {
            s.flags = WIRE_ACK;
            assert_int_equal(shoot(l, s), FWD_OK);
            if (fwd_offload_find(&env, &l->pkt, &offload) == FWD_OFFLOAD_READY &&
                fwd_offload_rule(&env, &l->pkt, &rule)) {
                assert_true(s.sport >= rule.sport_min && s.sport <= rule.sport_max);
                rules++;
                narrow += rule.sport_min > 1 || rule.sport_max < UINT16_MAX;
                for (int i = 0; i < 8; i++) {
                    uint32_t width = rule.sport_max - rule.sport_min + 1u;
                    uint16_t other = (uint16_t)(i == 0   ? rule.sport_min
                                                : i == 1 ? rule.sport_max
                                                         : rule.sport_min + pick(width));
                    struct found f;

                    fwd_flush(&l->table);
                    s.flags = 0;
                    s.sport = other;
                    assert_int_equal(shoot(l, s), FWD_OK);
                    assert_int_equal(l->pkt.out_port, rule.there.out_port);
                    assert_true(ip_equal(l->out.tuple.src, rule.there.after.src));
                    assert_true(ip_equal(l->out.tuple.dst, rule.there.after.dst));
                    assert_int_equal(l->out.tuple.sport, other);
                    assert_memory_equal(l->data, &rule.there.new_dst, 6);
                    assert_memory_equal(l->data + 6, &rule.there.new_src, 6);
                    f = connections(l);
                    assert_int_equal(answer_back(l, WIRE_SYN | WIRE_ACK), FWD_OK);
                    assert_int_equal(l->pkt.out_port, rule.back.out_port);
                    assert_true(ip_equal(l->out.tuple.src, rule.back.after.src));
                    assert_memory_equal(l->data, &rule.back.new_dst, 6);
                    check_opened(l, &rule, other, &f);
                }
            }
        }
        lane_free(l);
    }
    print_message("%u rules, %u of them for some ports\n", rules, narrow);
    assert_true(rules > 100 && narrow > 30);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_mean_what_they_say),
        cmocka_unit_test(test_changing_networks),
        cmocka_unit_test(test_rules_hold_for_their_ports),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
