/* SPDX-License-Identifier: Apache-2.0 */
/* Where packets go: source checks, routes, ACLs, the internet gateway, neighbours, isolation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "lane.h"

#define SYN_ACK (WIRE_SYN | WIRE_ACK)

static void test_rt_001_local(void **state) {
    struct lane *l = lane_new();

    (void)state;
    expect(l, FWD_OK, APP, APP_IP, ISO_IP, 4000, 9, WIRE_UDP);
    expect_out(l, ISO, APP_IP, ISO_IP, 4000, 9);
    assert_memory_equal(l->data + 6, &fwd_gateway_mac, 6);
    assert_int_equal(l->out.ttl, 64);
    lane_free(l);
}

static void test_rt_004_no_route(void **state) {
    struct lane *l = lane_new();

    (void)state;
    l->world.iso_rules[1] = rule_cidr("sgr-iso-out", true, SPEC_PROTO_ALL, -1, -1, "0.0.0.0/0");
    l->world.a_groups[3].rule_count = 2;
    lane_rebuild(l);
    expect(l, FWD_NO_ROUTE, ISO, ISO_IP, OUTSIDE, 4000, 80);
    assert_string_equal(last_event(l)->object, "rtb-iso");
    assert_string_equal(fwd_reason_code(FWD_NO_ROUTE), "NO_ROUTE_TO_DESTINATION");
    lane_free(l);
}

static void test_rt_003_longest_prefix(void **state) {
    struct lane *l = lane_new();

    (void)state;
    l->world.priv[3] = route("198.51.100.0/25", SPEC_TARGET_ENI, "eni-web");
    l->world.a_tables[1].route_count = 4;
    l->world.a_enis[3].source_dest_check = false;
    lane_rebuild(l);
    expect(l, FWD_SG_MISMATCH, APP, APP_IP, OUTSIDE, 4000, 443);
    assert_string_equal(last_event(l)->eni, "eni-web");
    expect(l, FWD_OK, APP, APP_IP, "198.51.100.200", 4000, 443);
    expect_out(l, NAT, APP_IP, "198.51.100.200", 4000, 443);
    lane_free(l);
}

static void test_rt_005_blackhole(void **state) {
    struct lane *l = lane_new();

    (void)state;
    expect(l, FWD_OK, APP, APP_IP, OUTSIDE, 4000, 443);
    l->world.a_enis[0].up = false; /* the NAT instance stops: its flow is cut at once */
    lane_rebuild(l);
    expect(l, FWD_BLACKHOLE, APP, APP_IP, OUTSIDE, 4000, 443, .flags = WIRE_ACK);
    l->world.priv[1].target_id = "eni-gone";
    lane_rebuild(l);
    expect(l, FWD_BLACKHOLE, APP, APP_IP, OUTSIDE, 4000, 443);
    assert_string_equal(last_event(l)->target, "eni-gone");
    expect(l, FWD_ENI_DOWN, APP, APP_IP, NAT_IP, 4000, 443);
    lane_free(l);
}

static void test_rt_010_link_local_never_routed(void **state) {
    struct lane *l = lane_new();

    (void)state;
    l->world.priv[3] = route("169.254.0.0/16", SPEC_TARGET_ENI, "eni-nat");
    l->world.a_tables[1].route_count = 4;
    lane_rebuild(l);
    expect(l, FWD_OK, APP, APP_IP, "169.254.169.254", 4000, 80);
    assert_int_equal(l->pkt.out_port, PORT_SERVICE);
    expect(l, FWD_LINK_LOCAL, APP, APP_IP, "169.254.168.1", 4000, 80);
    lane_free(l);
}

static void test_rt_020_neighbours_need_no_router(void **state) {
    struct lane *l = lane_new();
    struct mac own = world_mac(APP);

    (void)state;
    l->world.priv[3] = route("10.0.1.0/24", SPEC_TARGET_ENI, "eni-nat");
    l->world.a_tables[1].route_count = 4;
    lane_rebuild(l);
    expect(l, FWD_OK, APP, APP_IP, APP2_IP, 4000, 5432, .neighbour = APP2);
    expect_out(l, APP2, APP_IP, APP2_IP, 4000, 5432);
    assert_memory_equal(l->data + 6, &own, 6);
    /* rt-008: through the router the more specific route rules. */
    expect(l, FWD_OK, APP, APP_IP, APP2_IP, 4001, 443);
    expect_out(l, NAT, APP_IP, APP2_IP, 4001, 443);
    expect(l, FWD_L2_UNKNOWN, APP, APP_IP, WEB_IP, 4000, 8080, .neighbour = WEB);
    lane_free(l);
}

static void test_rt_025_route_changes_bite_at_once(void **state) {
    struct lane *l = lane_new();

    (void)state;
    expect(l, FWD_OK, APP, APP_IP, OUTSIDE, 4000, 443);
    expect(l, FWD_OK, APP, APP_IP, OUTSIDE, 4000, 443, .flags = WIRE_ACK);
    expect_out(l, NAT, APP_IP, OUTSIDE, 4000, 443);
    l->world.a_tables[1].route_count = 1;
    lane_rebuild(l);
    expect(l, FWD_NO_ROUTE, APP, APP_IP, OUTSIDE, 4000, 443, .flags = WIRE_ACK);
    lane_free(l);
}

static void test_unsupported_target(void **state) {
    struct lane *l = lane_new();

    (void)state;
    l->world.priv[1] = route("0.0.0.0/0", SPEC_TARGET_NAT_GATEWAY, "nat-1");
    lane_rebuild(l);
    expect(l, FWD_UNSUPPORTED_TARGET, APP, APP_IP, OUTSIDE, 4000, 443);
    assert_string_equal(last_event(l)->object, "nat-1");
    lane_free(l);
}

static void test_ec2_002_source_dest_check(void **state) {
    struct lane *l = lane_new();

    (void)state;
    expect(l, FWD_SPOOFED_IP, APP, "10.0.1.77", WEB_IP, 4000, 8080);
    expect(l, FWD_SPOOFED_IP, APP, APP2_IP, WEB_IP, 4000, 8080);
    expect(l, FWD_OK, NAT, APP_IP, ISO_IP, 4000, 8080);      /* its check is off */
    expect(l, FWD_OK, WEB2, "10.0.0.22", NAT_IP, 4000, 443); /* a second address is its own */
    lane_free(l);
}

static void test_ra_014_dest_check(void **state) {
    struct lane *l = lane_new();

    (void)state;
    l->world.a_enis[0].source_dest_check = true;
    lane_rebuild(l);
    expect(l, FWD_DEST_CHECK, APP, APP_IP, OUTSIDE, 4000, 443);
    assert_string_equal(last_event(l)->object, "eni-nat");
    assert_string_equal(fwd_reason_code(FWD_DEST_CHECK), "ENI_SOURCE_DEST_CHECK_RESTRICTION");
    lane_free(l);
}

static void test_spoofed_mac(void **state) {
    struct lane *l = lane_new();
    uint32_t length;

    (void)state;
    /* Also when the flow is in the cache. */
    expect(l, FWD_OK, APP, APP_IP, NAT_IP, 4000, 443);
    length = shot_build(l, &(struct shot){APP, APP_IP, NAT_IP, 4000, 443, .flags = WIRE_ACK});
    l->data[11] ^= 1;
    assert_int_equal(lane_send(l, length), FWD_SPOOFED_MAC);
    expect(l, FWD_MULTICAST, APP, APP_IP, "224.0.0.5", 4000, 443);
    lane_free(l);
}

static void test_igw_001_one_to_one(void **state) {
    struct lane *l = lane_new();

    (void)state;
    expect(l, FWD_OK, WEB, WEB_IP, OUTSIDE, 4000, 443);
    expect_out(l, PORT_UPLINK, "203.0.113.20", OUTSIDE, 4000, 443);
    assert_int_equal(answer_back(l, SYN_ACK), FWD_OK);
    expect_out(l, WEB, OUTSIDE, WEB_IP, 443, 4000);
    /* From outside to the server: by its rule for 198.51.100.0/24. */
    expect(l, FWD_OK, PORT_UPLINK, OUTSIDE, "203.0.113.20", 5000, 80);
    expect_out(l, WEB, OUTSIDE, WEB_IP, 5000, 80);
    assert_int_equal(answer_back(l, SYN_ACK), FWD_OK);
    expect_out(l, PORT_UPLINK, "203.0.113.20", OUTSIDE, 80, 5000);
    expect(l, FWD_SG_MISMATCH, PORT_UPLINK, "192.0.2.1", "203.0.113.20", 5000, 80);
    lane_free(l);
}

static void test_igw_003_no_public_address(void **state) {
    struct lane *l = lane_new();

    (void)state;
    l->world.web2[0].public_ip.v = 0;
    lane_rebuild(l);
    expect(l, FWD_IGW_NO_PUBLIC_IP, WEB2, WEB2_IP, OUTSIDE, 4000, 443);
    assert_string_equal(fwd_reason_code(FWD_IGW_NO_PUBLIC_IP), "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS");
    assert_string_equal(last_event(l)->object, "igw-a");
    expect(l, FWD_IGW_NO_PUBLIC_IP, NAT, APP_IP, OUTSIDE, 4000, 443); /* forwarded, not masqueraded */
    expect(l, FWD_IGW_SOURCE_NOT_IN_VPC, NAT, "10.9.9.9", OUTSIDE, 4000, 443);
    lane_free(l);
}

static void test_igw_004_detached(void **state) {
    struct lane *l = lane_new();

    (void)state;
    l->world.vpc[0].internet_gateway_id = NULL;
    lane_rebuild(l);
    expect(l, FWD_BLACKHOLE, WEB, WEB_IP, OUTSIDE, 4000, 443);
    expect(l, FWD_IGW_DETACHED, PORT_UPLINK, OUTSIDE, "203.0.113.20", 5000, 80);
    lane_free(l);
}

static void test_igw_005_006(void **state) {
    struct lane *l = lane_new();

    (void)state;
    expect(l, FWD_IGW_UNMAPPED, PORT_UPLINK, OUTSIDE, "203.0.113.99", 5000, 80);
    expect(l, FWD_IGW_UNMAPPED, WEB, WEB_IP, "203.0.113.99", 4000, 443);
    expect(l, FWD_IGW_PRIVATE_DESTINATION, WEB, WEB_IP, "192.168.99.1", 4000, 443);
    expect(l, FWD_IGW_SHARED_DESTINATION, WEB, WEB_IP, "100.64.0.1", 4000, 443);
    expect(l, FWD_IGW_PRIVATE_SOURCE, PORT_UPLINK, "10.9.9.9", "203.0.113.20", 5000, 80);
    expect(l, FWD_IGW_SHARED_SOURCE, PORT_UPLINK, "100.127.255.255", "203.0.113.20", 5000, 80);
    lane_free(l);
}

static void test_igw_010_hairpin(void **state) {
    struct lane *l = lane_new();

    (void)state;
    /* WEB2 may: sgr-web-eip names its public address.  The other side sees that address. */
    expect(l, FWD_OK, WEB2, WEB2_IP, "203.0.113.20", 4000, 22);
    expect_out(l, WEB, "203.0.113.21", WEB_IP, 4000, 22);
    assert_int_equal(answer_back(l, SYN_ACK), FWD_OK);
    expect_out(l, WEB2, "203.0.113.20", WEB2_IP, 22, 4000);
    /* Into another VPC, without the uplink. */
    expect(l, FWD_OK, WEB, WEB_IP, "203.0.113.40", 4000, 443);
    expect_out(l, BWEB, "203.0.113.20", "10.0.0.20", 4000, 443);
    assert_int_equal(answer_back(l, SYN_ACK), FWD_OK);
    expect_out(l, WEB, "203.0.113.40", WEB_IP, 443, 4000);
    /* To itself by its own public address, same port on both sides. */
    l->world.web_rules[6] = rule_cidr("sgr-web-self", false, WIRE_UDP, 0, 65535, "0.0.0.0/0");
    l->world.web_rules[7] = rule_cidr("sgr-web-selfout", true, WIRE_UDP, 0, 65535, "0.0.0.0/0");
    l->world.a_groups[2].rule_count = 8;
    lane_rebuild(l);
    expect(l, FWD_OK, WEB, WEB_IP, "203.0.113.20", 5000, 5000, WIRE_UDP);
    expect_out(l, WEB, "203.0.113.20", WEB_IP, 5000, 5000);
    expect(l, FWD_OK, WEB, WEB_IP, "203.0.113.20", 5000, 5000, WIRE_UDP);
    lane_free(l);
}

static void test_igw_011_moved_address(void **state) {
    struct lane *l = lane_new();

    (void)state;
    expect(l, FWD_OK, PORT_UPLINK, OUTSIDE, "203.0.113.20", 5000, 80);
    assert_int_equal(answer_back(l, SYN_ACK), FWD_OK);
    l->world.web.public_ip = four("203.0.113.66");
    lane_rebuild(l);
    expect(l, FWD_IGW_UNMAPPED, PORT_UPLINK, OUTSIDE, "203.0.113.20", 5000, 80, .flags = WIRE_ACK);
    expect(l, FWD_OK, WEB, WEB_IP, OUTSIDE, 80, 5000, .flags = WIRE_ACK);
    expect_out(l, PORT_UPLINK, "203.0.113.66", OUTSIDE, 80, 5000);
    lane_free(l);
}

static void test_nacl_001_002(void **state) {
    struct lane *l = lane_new();
    struct spec_acl_entry *e = l->world.closed;

    (void)state;
    /* In: UDP 9 by rule 90; out: nothing.  The reply is stopped, whatever the group tracks. */
    e[0] = entry(90, false, true, WIRE_UDP, "10.0.1.0/24", 9, 9);
    e[1] = entry(100, false, false, SPEC_PROTO_ALL, "0.0.0.0/0", -1, -1);
    l->world.a_acls[1].entry_count = 2;
    lane_rebuild(l);
    expect(l, FWD_OK, APP, APP_IP, ISO_IP, 4000, 9, WIRE_UDP);
    assert_int_equal(answer_back(l, 0), FWD_ACL_DENY);
    assert_string_equal(last_event(l)->object, "acl-iso");
    assert_int_equal(last_event(l)->acl_rule, 32767);
    assert_true(last_event(l)->egress);
    expect(l, FWD_ACL_DENY, APP, APP_IP, ISO_IP, 4000, 10, WIRE_UDP);
    assert_int_equal(last_event(l)->acl_rule, 100);
    assert_false(last_event(l)->egress);
    assert_string_equal(last_event(l)->subnet, "subnet-iso");
    /* Ascending numbers, wherever they stand in the list. */
    e[2] = entry(80, false, false, WIRE_UDP, "10.0.1.10/32", 9, 9);
    l->world.a_acls[1].entry_count = 3;
    lane_rebuild(l);
    expect(l, FWD_ACL_DENY, APP, APP_IP, ISO_IP, 4000, 9, WIRE_UDP);
    assert_int_equal(last_event(l)->acl_rule, 80);
    lane_free(l);
}

static void test_nacl_005_not_inside_a_subnet(void **state) {
    struct lane *l = lane_new();

    (void)state;
    l->world.a_acls[0].entry_count = 0;
    lane_rebuild(l);
    expect(l, FWD_OK, APP, APP_IP, APP2_IP, 4000, 5432, .neighbour = APP2);
    expect(l, FWD_OK, APP, APP_IP, APP2_IP, 4001, 5432);
    expect(l, FWD_ACL_DENY, APP, APP_IP, WEB_IP, 4000, 8080);
    assert_true(last_event(l)->egress);
    /* Out to the internet gateway and back is leaving and entering, also to a neighbour. */
    expect(l, FWD_ACL_DENY, WEB2, WEB2_IP, "203.0.113.20", 4000, 22);
    /* A middlebox in the sender's own subnet is a neighbour, wherever the packet wants to go. */
    l->world.priv[1].target_id = "eni-app2";
    l->world.a_enis[2].source_dest_check = false;
    lane_rebuild(l);
    expect(l, FWD_OK, APP, APP_IP, OUTSIDE, 4000, 5432);
    expect_out(l, APP2, APP_IP, OUTSIDE, 4000, 5432);
    lane_free(l);
}

static void test_nacl_008_cuts_established(void **state) {
    struct lane *l = lane_new();

    (void)state;
    expect(l, FWD_OK, APP, APP_IP, WEB_IP, 4000, 8080);
    assert_int_equal(answer_back(l, SYN_ACK), FWD_OK);
    expect(l, FWD_OK, APP, APP_IP, WEB_IP, 4000, 8080, .flags = WIRE_ACK);
    expect(l, FWD_OK, APP, APP_IP, WEB_IP, 4000, 8080, .flags = WIRE_ACK);
    l->world.open[0] = entry(100, false, false, SPEC_PROTO_ALL, "0.0.0.0/0", -1, -1);
    lane_rebuild(l);
    expect(l, FWD_ACL_DENY, APP, APP_IP, WEB_IP, 4000, 8080, .flags = WIRE_ACK);
    lane_free(l);
}

static void test_same_cidr_isolation(void **state) {
    struct lane *l = lane_new();

    (void)state;
    expect(l, FWD_OK, BAPP, "10.0.1.10", "10.0.0.20", 4000, 8080);
    expect_out(l, BWEB, "10.0.1.10", "10.0.0.20", 4000, 8080);
    expect(l, FWD_OK, APP, APP_IP, WEB_IP, 4000, 8080);
    expect_out(l, WEB, APP_IP, WEB_IP, 4000, 8080);
    /* vpc-b has no 10.0.1.11, vpc-a has. */
    expect(l, FWD_NO_SUCH_ADDRESS, BAPP, "10.0.1.10", "10.0.1.11", 4000, 8080);
    expect(l, FWD_L2_UNKNOWN, BAPP, "10.0.1.10", "10.0.1.11", 4000, 8080, .neighbour = APP2);
    assert_int_equal(fwd_table_connections(&l->table), 4);
    lane_free(l);
}

static void test_strangers(void **state) {
    struct lane *l = lane_new();

    (void)state;
    expect(l, FWD_UNKNOWN_PORT, 55, APP_IP, WEB_IP, 4000, 8080);
    expect(l, FWD_UNKNOWN_PORT, SSM, SSM_IP, APP_IP, 4000, 8080);
    l->world.a_enis[1].up = false;
    lane_rebuild(l);
    expect(l, FWD_ENI_DOWN, APP, APP_IP, WEB_IP, 4000, 8080);
    /* Something else, something broken. */
    shot_build(l, &(struct shot){WEB, WEB_IP, OUTSIDE, 4000, 443});
    put16(l->data + 12, 0x88cc);
    assert_int_equal(lane_send(l, 60), FWD_ETHERTYPE);
    shot_build(l, &(struct shot){WEB, WEB_IP, OUTSIDE, 4000, 443});
    assert_int_equal(lane_send(l, 40), FWD_MALFORMED);
    lane_free(l);
}

static void test_cache_hits_equal_walks(void **state) {
    struct lane *l = lane_new();
    uint64_t hits;

    (void)state;
    expect(l, FWD_OK, WEB, WEB_IP, OUTSIDE, 4000, 443);
    assert_int_equal(answer_back(l, SYN_ACK), FWD_OK);
    expect(l, FWD_OK, WEB, WEB_IP, OUTSIDE, 4000, 443, .flags = WIRE_ACK);
    hits = fwd_table_hits(&l->table);
    for (int i = 0; i < 4; i++) {
        expect(l, FWD_OK, WEB, WEB_IP, OUTSIDE, 4000, 443, .flags = WIRE_ACK, .payload = 100);
        expect_out(l, PORT_UPLINK, "203.0.113.20", OUTSIDE, 4000, 443);
    }
    assert_int_equal(fwd_table_hits(&l->table), hits + 4);
    assert_int_equal(fwd_table_port(&l->table, WEB).rx_packets, 6);
    assert_int_equal(fwd_table_port(&l->table, PORT_UPLINK).tx_packets, 6);
    assert_int_equal(fwd_table_port(&l->table, WEB).tx_packets, 1);
    assert_int_equal(fwd_table_reason(&l->table, FWD_OK), 7);
    lane_free(l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rt_001_local),
        cmocka_unit_test(test_rt_004_no_route),
        cmocka_unit_test(test_rt_003_longest_prefix),
        cmocka_unit_test(test_rt_005_blackhole),
        cmocka_unit_test(test_rt_010_link_local_never_routed),
        cmocka_unit_test(test_rt_020_neighbours_need_no_router),
        cmocka_unit_test(test_rt_025_route_changes_bite_at_once),
        cmocka_unit_test(test_unsupported_target),
        cmocka_unit_test(test_ec2_002_source_dest_check),
        cmocka_unit_test(test_ra_014_dest_check),
        cmocka_unit_test(test_spoofed_mac),
        cmocka_unit_test(test_igw_001_one_to_one),
        cmocka_unit_test(test_igw_003_no_public_address),
        cmocka_unit_test(test_igw_004_detached),
        cmocka_unit_test(test_igw_005_006),
        cmocka_unit_test(test_igw_010_hairpin),
        cmocka_unit_test(test_igw_011_moved_address),
        cmocka_unit_test(test_nacl_001_002),
        cmocka_unit_test(test_nacl_005_not_inside_a_subnet),
        cmocka_unit_test(test_nacl_008_cuts_established),
        cmocka_unit_test(test_same_cidr_isolation),
        cmocka_unit_test(test_strangers),
        cmocka_unit_test(test_cache_hits_equal_walks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
