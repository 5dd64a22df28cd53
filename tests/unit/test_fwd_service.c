/* SPDX-License-Identifier: Apache-2.0 */
/* Doors to AWS's services: who came, through which door, and the way back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "lane.h"

#define SYN_ACK (WIRE_SYN | WIRE_ACK)
#define IMDS_IP "169.254.169.254"
#define DNS_IP "10.0.0.2"

/* What the accepting socket would learn from the packet that came out. */
static struct door arrived(const struct lane *l) {
    struct door door = {DOOR_LOOPBACK, 0, 0, 0};

    assert_int_equal(l->pkt.out_port, PORT_SERVICE);
    assert_memory_equal(l->data, &fwd_service_mac, 6);
    assert_memory_equal(l->data + 6, &fwd_gateway_mac, 6);
    assert_true(door_decode(ip_v4(l->out.tuple.src), ip_v4(l->out.tuple.dst), &door));
    return door;
}

static void test_vpce_001_gateway(void **state) {
    struct lane *l = lane_new();
    struct door door;

    (void)state;
    expect(l, FWD_OK, APP, APP_IP, S3_IP, 4000, 443);
    door = arrived(l);
    assert_int_equal(door.kind, DOOR_GATEWAY);
    assert_int_equal(door.eni_num, APP);
    assert_int_equal(door.address_index, 0);
    assert_int_equal(door.endpoint_num, VPCE_S3);
    assert_int_equal(l->out.tuple.sport, 4000);
    assert_int_equal(l->out.tuple.dport, 443);
    assert_int_equal(answer_back(l, SYN_ACK), FWD_OK);
    expect_out(l, APP, S3_IP, APP_IP, 443, 4000);
    for (int i = 0; i < 3; i++) {
        expect(l, FWD_OK, APP, APP_IP, S3_IP, 4000, 443, .flags = WIRE_ACK, .payload = 500);
        assert_int_equal(arrived(l).kind, DOOR_GATEWAY);
        assert_int_equal(answer_back(l, WIRE_ACK), FWD_OK);
        expect_out(l, APP, S3_IP, APP_IP, 443, 4000);
    }
    assert_true(fwd_table_hits(&l->table) >= 4);
    lane_free(l);
}

static void test_vpce_005_013_filters(void **state) {
    struct lane *l = lane_new();

    (void)state;
    expect(l, FWD_ENDPOINT_PROTOCOL, APP, APP_IP, S3_IP, 4000, 443, WIRE_UDP);
    assert_string_equal(fwd_reason_code(FWD_ENDPOINT_PROTOCOL), "VPCE_GATEWAY_PROTOCOL_RESTRICTION");
    expect(l, FWD_OK, APP, APP_IP, S3_IP, 9, 0x0800, WIRE_ICMP);
    assert_int_equal(answer_back(l, 0), FWD_OK);
    expect_out(l, APP, S3_IP, APP_IP, 0x0800, 9);
    /* A source that is no interface of the VPC. */
    l->world.a_subnets[0].route_table_id = "rtb-priv";
    lane_rebuild(l);
    expect(l, FWD_ENDPOINT_SOURCE, NAT, "10.7.7.7", S3_IP, 4000, 443);
    /* The reply meets the subnet's ACL on its way in. */
    expect(l, FWD_OK, APP, APP_IP, S3_IP, 4001, 443);
    l->world.open[0] = entry(100, false, true, 6, "0.0.0.0/0", 1024, 4000);
    lane_rebuild(l);
    assert_int_equal(answer_back(l, SYN_ACK), FWD_ACL_DENY);
    lane_free(l);
}

static void test_vpce_010_011_removed(void **state) {
    struct lane *l = lane_new();

    (void)state;
    expect(l, FWD_OK, APP, APP_IP, S3_IP, 4000, 443);
    assert_int_equal(answer_back(l, SYN_ACK), FWD_OK);
    expect(l, FWD_OK, APP, APP_IP, S3_IP, 4000, 443, .flags = WIRE_ACK);
    l->world.a_tables[1].route_count = 2;
    l->world.vpc[0].gateway_endpoint_count = 0;
    lane_rebuild(l);
    assert_int_equal(answer_back(l, WIRE_ACK), FWD_BLACKHOLE);
    expect(l, FWD_OK, APP, APP_IP, S3_IP, 4000, 443, .flags = WIRE_ACK);
    assert_int_equal(l->pkt.out_port, NAT);
    lane_free(l);
}

static void test_vpce_014_015_interface(void **state) {
    struct lane *l = lane_new();
    struct door door;

    (void)state;
    /* From the same subnet to the neighbour's MAC, and from another subnet. */
    expect(l, FWD_OK, APP, APP_IP, SSM_IP, 4000, 443, .neighbour = SSM);
    door = arrived(l);
    assert_int_equal(door.kind, DOOR_INTERFACE);
    assert_int_equal(door.eni_num, APP);
    assert_int_equal(door.endpoint_num, VPCE_SSM);
    assert_int_equal(answer_back(l, SYN_ACK), FWD_OK);
    expect_out(l, APP, SSM_IP, APP_IP, 443, 4000);
    for (int i = 0; i < 3; i++)
        expect(l, FWD_OK, APP, APP_IP, SSM_IP, 4000, 443, .neighbour = SSM, .flags = WIRE_ACK);
    assert_int_equal(arrived(l).endpoint_num, VPCE_SSM);
    assert_true(fwd_table_hits(&l->table) >= 1);
    expect(l, FWD_OK, NAT, NAT_IP, SSM_IP, 4000, 443);
    assert_int_equal(arrived(l).eni_num, NAT);
    assert_int_equal(answer_back(l, SYN_ACK), FWD_OK);
    expect_out(l, NAT, SSM_IP, NAT_IP, 443, 4000);
    /* Its group: 443 from the VPC. */
    expect(l, FWD_SG_MISMATCH, APP, APP_IP, SSM_IP, 4000, 80);
    assert_string_equal(last_event(l)->eni, "eni-ssm");
    l->world.a_groups[4].rule_count = 0;
    lane_rebuild(l);
    expect(l, FWD_SG_NO_RULES, APP, APP_IP, SSM_IP, 4001, 443);
    lane_free(l);
}

static void test_vpce_020_one_way(void **state) {
    struct lane *l = lane_new();
    char src[IP_TEXT_BYTES], dst[IP_TEXT_BYTES];

    (void)state;
    ip4_format(door_destination(DOOR_INTERFACE, VPCE_SSM), src);
    ip4_format(door_source(APP, 0), dst);
    expect(l, FWD_ENDPOINT_ONE_WAY, PORT_SERVICE, src, dst, 443, 4000);
    expect(l, FWD_ENDPOINT_ONE_WAY, PORT_SERVICE, SSM_IP, APP_IP, 443, 4000);
    lane_free(l);
}

static void test_vpce_023_idle(void **state) {
    struct lane *l = lane_new();

    (void)state;
    expect(l, FWD_OK, APP, APP_IP, SSM_IP, 4000, 443);
    assert_int_equal(answer_back(l, SYN_ACK), FWD_OK);
    expect(l, FWD_OK, APP, APP_IP, SSM_IP, 4000, 443, .flags = WIRE_ACK);
    lane_wait(l, 349);
    assert_int_equal(answer_back(l, WIRE_ACK), FWD_OK);
    expect(l, FWD_OK, APP, APP_IP, SSM_IP, 4000, 443, .flags = WIRE_ACK);
    lane_wait(l, 351);
    assert_int_equal(answer_back(l, WIRE_ACK), FWD_ENDPOINT_ONE_WAY);
    lane_free(l);
}

static void test_vpce_022_mss(void **state) {
    struct lane *l = lane_new();
    uint32_t length;

    (void)state;
    /* A SYN that offers 8961: the door may carry 8500. */
    length = shot_build(l, &(struct shot){APP, APP_IP, SSM_IP, 4000, 443, .payload = 4});
    l->data[WIRE_ETH_BYTES + WIRE_IP_BYTES + 12] = 6 << 4;
    memcpy(l->data + WIRE_ETH_BYTES + WIRE_IP_BYTES + WIRE_TCP_BYTES, "\x02\x04\x23\x01", 4);
    wire_parse(l->data, length, &l->out);
    wire_finish_l4(l->data, &l->out);
    assert_int_equal(lane_send(l, length), FWD_OK);
    assert_int_equal(get16(l->data + l->out.l4 + WIRE_TCP_BYTES + 2), 8460);
    lane_check_sums(l);
    /* Larger ones are lost without a word. */
    expect(l, FWD_OK, APP, APP_IP, SSM_IP, 4000, 443, .flags = WIRE_ACK);
    expect(l, FWD_TOO_BIG, APP, APP_IP, SSM_IP, 4000, 443, .flags = WIRE_ACK, .payload = 8500,
           .dont_fragment = true);
    lane_free(l);
}

static void test_internet_door(void **state) {
    struct lane *l = lane_new();
    struct door door;

    (void)state;
    expect(l, FWD_OK, WEB, WEB_IP, "52.94.1.1", 4000, 443);
    door = arrived(l);
    assert_int_equal(door.kind, DOOR_INTERNET);
    assert_int_equal(door.eni_num, WEB);
    assert_int_equal(answer_back(l, SYN_ACK), FWD_OK);
    expect_out(l, WEB, "52.94.1.1", WEB_IP, 443, 4000);
    l->world.web_rules[3] = rule_cidr("sgr-web-out", true, SPEC_PROTO_ALL, -1, -1, "0.0.0.0/0");
    lane_rebuild(l);
    expect(l, FWD_OK, WEB, WEB_IP, "52.94.1.1", 9, 0x0800, WIRE_ICMP);
    /* Without a public address, no. */
    expect(l, FWD_IGW_NO_PUBLIC_IP, WEB2, "10.0.0.22", "52.94.1.1", 4000, 443);
    lane_free(l);
}

/* Two services behind one door identity: the second's client port moves, and both find back. */
static void test_port_taken(void **state) {
    struct lane *l = lane_new();
    uint16_t moved;

    (void)state;
    expect(l, FWD_OK, WEB, WEB_IP, "52.94.1.1", 4000, 443);
    expect(l, FWD_OK, WEB, WEB_IP, "52.94.1.2", 4000, 443);
    moved = l->out.tuple.sport;
    assert_int_not_equal(moved, 4000);
    assert_int_equal(answer_back(l, SYN_ACK), FWD_OK);
    expect_out(l, WEB, "52.94.1.2", WEB_IP, 443, 4000);
    expect(l, FWD_OK, WEB, WEB_IP, "52.94.1.1", 4000, 443, .flags = WIRE_ACK);
    assert_int_equal(l->out.tuple.sport, 4000);
    for (int i = 0; i < 3; i++) {
        expect(l, FWD_OK, WEB, WEB_IP, "52.94.1.2", 4000, 443, .flags = WIRE_ACK);
        assert_int_equal(l->out.tuple.sport, moved);
        assert_int_equal(answer_back(l, WIRE_ACK), FWD_OK);
        expect_out(l, WEB, "52.94.1.2", WEB_IP, 443, 4000);
    }
    lane_free(l);
}

static void test_ec2_016_link_local(void **state) {
    static const struct {
        const char *dst;
        uint16_t port;
        uint8_t protocol;
        enum door_kind kind;
    } rows[] = {
        {IMDS_IP, 80, WIRE_TCP, DOOR_IMDS},
        {"169.254.169.253", 53, WIRE_UDP, DOOR_DNS},
        {DNS_IP, 53, WIRE_UDP, DOOR_DNS},
        {DNS_IP, 53, WIRE_TCP, DOOR_DNS},
        {"169.254.169.123", 123, WIRE_UDP, DOOR_NTP},
    };
    struct lane *l = lane_new();

    (void)state;
    /* sg-014, nacl-006: a group without rules and an ACL that denies all do not matter. */
    l->world.a_groups[3].rule_count = 0;
    l->world.a_acls[1].entry_count = 0;
    lane_rebuild(l);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint16_t port = (uint16_t)(4000 + i);

        expect(l, FWD_OK, ISO, ISO_IP, rows[i].dst, port, rows[i].port, rows[i].protocol);
        assert_int_equal(arrived(l).kind, rows[i].kind);
        assert_int_equal(arrived(l).eni_num, ISO);
        assert_int_equal(answer_back(l, SYN_ACK), FWD_OK);
        expect_out(l, ISO, rows[i].dst, ISO_IP, rows[i].port, port);
    }
    expect(l, FWD_LINK_LOCAL, ISO, ISO_IP, IMDS_IP, 4000, 443);
    expect(l, FWD_LINK_LOCAL, ISO, ISO_IP, DNS_IP, 1, 0x0800, WIRE_ICMP);
    expect(l, FWD_SPOOFED_IP, NAT, APP_IP, IMDS_IP, 4000, 80); /* not on behalf of others */
    expect(l, FWD_DNS_DISABLED, BAPP, "10.0.1.10", DNS_IP, 4000, 53, WIRE_UDP);
    lane_free(l);
}

/* Both VPCs' instances have 10.0.1.10: the doors tell them apart. */
static void test_same_addresses(void **state) {
    struct lane *l = lane_new();

    (void)state;
    expect(l, FWD_OK, APP, APP_IP, IMDS_IP, 4000, 80);
    assert_int_equal(arrived(l).eni_num, APP);
    expect(l, FWD_OK, BAPP, APP_IP, IMDS_IP, 4000, 80);
    assert_int_equal(arrived(l).eni_num, BAPP);
    assert_int_equal(answer_back(l, SYN_ACK), FWD_OK);
    expect_out(l, BAPP, IMDS_IP, APP_IP, 80, 4000);
    lane_free(l);
}

static void test_second_address(void **state) {
    struct lane *l = lane_new();

    (void)state;
    expect(l, FWD_OK, WEB2, "10.0.0.22", SSM_IP, 4000, 443);
    assert_int_equal(arrived(l).eni_num, WEB2);
    assert_int_equal(arrived(l).address_index, 1);
    assert_int_equal(answer_back(l, SYN_ACK), FWD_OK);
    expect_out(l, WEB2, SSM_IP, "10.0.0.22", 443, 4000);
    lane_free(l);
}

/* An ICMP error each way across a door, with the quoted packet translated. */
static void test_errors_across(void **state) {
    struct lane *l = lane_new();
    struct wire_tuple inside;
    uint8_t quoted[64];
    uint32_t length;

    (void)state;
    expect(l, FWD_OK, APP, APP_IP, DNS_IP, 4000, 53, WIRE_UDP);
    inside = l->out.tuple;
    /* The service's kernel: port unreachable. */
    memcpy(quoted, l->data + WIRE_ETH_BYTES, 28);
    l->pkt = (struct fwd_pkt){.in_port = PORT_SERVICE};
    length = (uint32_t)wire_build_icmp_error(l->data, LANE_ROOM,
                                             (struct wire_l2){fwd_service_mac, fwd_gateway_mac}, inside.dst,
                                             inside.src, 3, 3, 0, quoted, 28);
    assert_int_equal(lane_send(l, length), FWD_OK);
    expect_out(l, APP, DNS_IP, APP_IP, 0, 0);
    lane_check_sums(l);
    assert_true(l->out.icmp_error);
    assert_true(ip_equal(l->out.inner.src, ip(APP_IP)));
    assert_true(ip_equal(l->out.inner.dst, ip(DNS_IP)));
    assert_int_equal(l->out.inner.sport, 4000);
    assert_int_equal(l->out.inner.dport, 53);
    /* The client about the reply: its socket is closed. */
    expect(l, FWD_OK, APP, APP_IP, DNS_IP, 4001, 53, WIRE_UDP);
    inside = l->out.tuple;
    assert_int_equal(answer_back(l, 0), FWD_OK);
    memcpy(quoted, l->data + WIRE_ETH_BYTES, 28);
    l->pkt = (struct fwd_pkt){.in_port = APP};
    length =
        (uint32_t)wire_build_icmp_error(l->data, LANE_ROOM, (struct wire_l2){world_mac(APP), fwd_gateway_mac},
                                        ip(APP_IP), ip(DNS_IP), 3, 3, 0, quoted, 28);
    assert_int_equal(lane_send(l, length), FWD_OK);
    assert_int_equal(l->pkt.out_port, PORT_SERVICE);
    lane_check_sums(l);
    assert_true(ip_equal(l->out.inner.src, inside.dst));
    assert_true(ip_equal(l->out.inner.dst, inside.src));
    assert_int_equal(l->out.inner.dport, 4001);
    lane_free(l);
}

static bool first_door(void *user, const struct fwd_connection *conn) {
    if (conn->translated)
        *(struct fwd_connection *)user = *conn;
    return !conn->translated;
}

static void test_listed(void **state) {
    struct lane *l = lane_new();
    struct fwd_env env = {.image = l->image, .table = &l->table, .now_ns = l->now_ns};
    struct fwd_connection found = {0};

    (void)state;
    expect(l, FWD_OK, APP, APP_IP, S3_IP, 4000, 443);
    fwd_table_each(&env, first_door, &found);
    assert_int_equal(found.port, PORT_SERVICE);
    assert_int_equal(found.client_port, APP);
    assert_true(ip_equal(found.client, ip(APP_IP)));
    assert_true(ip_equal(found.service, ip(S3_IP)));
    assert_int_equal(found.door.kind, DOOR_GATEWAY);
    assert_int_equal(found.door.endpoint_num, VPCE_S3);
    assert_string_equal(found.state, "syn");
    lane_free(l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vpce_001_gateway),     cmocka_unit_test(test_vpce_005_013_filters),
        cmocka_unit_test(test_vpce_010_011_removed), cmocka_unit_test(test_vpce_014_015_interface),
        cmocka_unit_test(test_vpce_020_one_way),     cmocka_unit_test(test_vpce_023_idle),
        cmocka_unit_test(test_vpce_022_mss),         cmocka_unit_test(test_internet_door),
        cmocka_unit_test(test_port_taken),           cmocka_unit_test(test_ec2_016_link_local),
        cmocka_unit_test(test_same_addresses),       cmocka_unit_test(test_second_address),
        cmocka_unit_test(test_errors_across),        cmocka_unit_test(test_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
