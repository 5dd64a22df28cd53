/* SPDX-License-Identifier: Apache-2.0 */
/* IPv6 inside a VPC: the same stages over the other family, the second flow table, neighbour discovery, DHCPv6. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "lane.h"
#include "wire/dhcp6.h"

#define SYN_ACK (WIRE_SYN | WIRE_ACK)
#define APP_6 "2001:db8:0:aa01::10"
#define APP2_6 "2001:db8:0:aa01::11"
#define WEB_6 "2001:db8:0:aa00::20"
#define ISO_6 "2001:db8:0:aa02::10"
#define OUTSIDE_6 "2001:db8:ffff::1"
#define ECHO (WIRE_ICMP6_REQUEST << 8)
#define ROUTER_6 "fe80::476:70ff:fe63:1"

static struct world_v6 second;

static void put_rule(struct spec_sg *group, struct spec_sg_rule rule) {
    ((struct spec_sg_rule *)(uintptr_t)group->rules)[group->rule_count++] = rule;
}

/* Everything is open for IPv6 in the ACLs; sg-app may go everywhere; sg-web takes 9090 of the subnet, pings of all. */
static struct lane *dual(void) {
    struct lane *l = lane_new();
    struct world *w = &l->world;
    static struct spec_acl_entry open[WORLD_ENTRIES];

    world_dual(w, &second);
    memcpy(open, w->open, sizeof(w->open));
    open[2] = entry(101, false, true, SPEC_PROTO_ALL, "::/0", -1, -1);
    open[3] = entry(101, true, true, SPEC_PROTO_ALL, "::/0", -1, -1);
    w->a_acls[0].entries = open;
    w->a_acls[0].entry_count = 4;
    put_rule(&w->a_groups[1], rule_cidr("sgr-app-out6", true, SPEC_PROTO_ALL, -1, -1, "::/0"));
    put_rule(&w->a_groups[2], rule_cidr("sgr-web-9090", false, WIRE_TCP, 9090, 9090, "2001:db8:0:aa01::/64"));
    put_rule(&w->a_groups[2], rule_cidr("sgr-web-ping6", false, WIRE_ICMP6, 128, -1, "::/0"));
    lane_rebuild(l);
    return l;
}

static void test_groups_and_cache(void **state) {
    struct lane *l = dual();
    uint64_t hits;

    (void)state;
    expect(l, FWD_OK, APP, APP_6, WEB_6, 4000, 9090);
    expect_out(l, WEB, APP_6, WEB_6, 4000, 9090);
    assert_string_equal(l->trace.events[l->trace.count - 2].rule, "sgr-web-9090");
    assert_int_equal(answer_back(l, SYN_ACK), FWD_OK);
    expect_out(l, APP, WEB_6, APP_6, 9090, 4000);
    expect(l, FWD_OK, APP, APP_6, WEB_6, 4000, 9090, .flags = WIRE_ACK);
    hits = fwd_table_hits(&l->table);
    for (int i = 0; i < 300; i++)
        expect(l, FWD_OK, APP, APP_6, WEB_6, 4000, 9090, .flags = WIRE_ACK, .payload = 100);
    assert_true(fwd_table_hits(&l->table) >= hits + 299);
    /* Tracked: it lives on without its rule; the next does not. */
    l->world.a_groups[2].rule_count -= 2;
    lane_rebuild(l);
    expect(l, FWD_OK, APP, APP_6, WEB_6, 4000, 9090, .flags = WIRE_ACK);
    assert_int_equal(answer_back(l, WIRE_ACK), FWD_OK);
    expect(l, FWD_SG_MISMATCH, APP, APP_6, WEB_6, 4001, 9090);
    lane_free(l);
}

/* A rule or an entry of one family says nothing about the other. */
static void test_families_apart(void **state) {
    struct lane *l = dual();
    struct spec_sg_rule *web = (struct spec_sg_rule *)(uintptr_t)l->world.a_groups[2].rules;

    (void)state;
    web[l->world.a_groups[2].rule_count - 2].cidr = cidr("0.0.0.0/0");
    lane_rebuild(l);
    expect(l, FWD_SG_MISMATCH, APP, APP_6, WEB_6, 4000, 9090);
    web[l->world.a_groups[2].rule_count - 2].cidr = cidr("::/0");
    lane_rebuild(l);
    expect(l, FWD_OK, APP, APP_6, WEB_6, 4000, 9090);
    expect(l, FWD_SG_MISMATCH, APP, APP_IP, WEB_IP, 4000, 9090);
    /* The ACL without its IPv6 entries; ICMP's rules are not ICMPv6's. */
    l->world.a_acls[0].entry_count = 2;
    lane_rebuild(l);
    expect(l, FWD_ACL_DENY, APP, APP_6, WEB_6, 4001, 9090);
    assert_int_equal(last_event(l)->acl_rule, 32767);
    lane_free(l);
}

static void test_group_reference(void **state) {
    struct lane *l = dual();

    (void)state;
    expect(l, FWD_OK, APP, APP_6, APP2_6, 4000, 5432, .neighbour = APP2);
    assert_string_equal(l->trace.events[l->trace.count - 2].rule, "sgr-app-self");
    expect(l, FWD_SG_MISMATCH, APP, APP_6, APP2_6, 4000, 5433, .neighbour = APP2);
    lane_free(l);
}

static void test_echo(void **state) {
    struct lane *l = dual();

    (void)state;
    expect(l, FWD_OK, APP, APP_6, WEB_6, 7, ECHO, WIRE_ICMP6, .payload = 56);
    assert_int_equal(l->out.icmp_type, WIRE_ICMP6_REQUEST);
    assert_int_equal(answer_back(l, 0), FWD_OK);
    assert_int_equal(l->out.icmp_type, WIRE_ICMP6_REPLY);
    expect_out(l, APP, WEB_6, APP_6, ECHO, 7);
    expect(l, FWD_SG_MISMATCH, WEB, WEB_6, APP_6, 7, ECHO, WIRE_ICMP6);
    lane_wait(l, 31);
    expect(l, FWD_SG_MISMATCH, WEB, WEB_6, APP_6, ECHO, 7, WIRE_ICMP6);
    lane_free(l);
}

static void test_routes(void **state) {
    struct lane *l = dual();

    (void)state;
    /* 0.0.0.0/0 leads no IPv6 anywhere, and there is no way out for it yet. */
    expect(l, FWD_NO_ROUTE, APP, APP_6, OUTSIDE_6, 4000, 443);
    l->world.priv[3] = route("::/0", SPEC_TARGET_INTERNET_GATEWAY, "igw-a");
    l->world.a_tables[1].route_count = 4;
    lane_rebuild(l);
    expect(l, FWD_IPV6, APP, APP_6, OUTSIDE_6, 4000, 443);
    expect(l, FWD_OK, APP, APP_IP, OUTSIDE, 4000, 443); /* by the NAT instance, as ever */
    expect(l, FWD_NO_SUCH_ADDRESS, APP, APP_6, "2001:db8:0:aa01::99", 4000, 443);
    /* A middlebox, longer than local. */
    l->world.priv[3] = route("2001:db8:0:aa02::/64", SPEC_TARGET_ENI, "eni-nat");
    lane_rebuild(l);
    expect(l, FWD_SG_MISMATCH, APP, APP_6, ISO_6, 4000, 22);
    assert_string_equal(last_event(l)->eni, "eni-nat");
    lane_free(l);
}

static void test_source_check(void **state) {
    struct lane *l = dual();

    (void)state;
    expect(l, FWD_SPOOFED_IP, APP, APP2_6, WEB_6, 4000, 9090);
    expect(l, FWD_SPOOFED_IP, APP, "fe80::1", WEB_6, 4000, 9090);
    expect(l, FWD_MULTICAST, APP, APP_6, "ff02::1", 4000, 9090);
    l->world.a_enis[1].source_dest_check = false;
    lane_rebuild(l);
    expect(l, FWD_OK, APP, "2001:db8:0:aa01::77", WEB_6, 4000, 9090);
    for (int i = 0; i < 3; i++)
        expect(l, FWD_SPOOFED_IP, APP, i == 0 ? "::1" : i == 1 ? "ff02::5" : "fe80::5", WEB_6, 4000, 9090);
    lane_free(l);
}

/* -- what the link answers ------------------------------------------------------------------------- */

static enum fwd_reason send_nd(struct lane *l, const char *src, const char *dst, const uint8_t *message,
                               size_t bytes, uint8_t hop_limit) {
    struct wire_build b = {.l2 = {world_mac(APP), wire_broadcast},
                           .tuple = {ip(src), ip(dst), 0, 0, WIRE_ICMP6},
                           .ttl = hop_limit,
                           .raw = true,
                           .payload = message,
                           .payload_length = bytes};

    l->pkt = (struct fwd_pkt){.in_port = APP};
    return lane_send(l, (uint32_t)wire_build(l->data, LANE_ROOM, &b));
}

static enum fwd_reason solicit(struct lane *l, const char *src, const char *target) {
    uint8_t message[24] = {WIRE_ND_SOLICIT};

    put_ip(message + 8, ip(target), true);
    return send_nd(l, src, "ff02::1:ff00:1", message, sizeof(message), 255);
}

static void expect_advert(struct lane *l, struct mac mac, bool router) {
    const uint8_t *reply = l->data + l->out.l4;

    assert_int_equal(l->pkt.out_port, APP);
    assert_int_equal(l->out.ttl, 255);
    assert_int_equal(reply[0], WIRE_ND_ADVERT);
    assert_int_equal(reply[4], router ? 0xe0 : 0x60);
    assert_int_equal(reply[24], 2);
    assert_memory_equal(reply + 26, &mac, 6);
    lane_check_sums(l);
}

static void test_neighbours(void **state) {
    struct lane *l = dual();
    uint8_t message[24] = {WIRE_ND_SOLICIT};

    (void)state;
    assert_int_equal(solicit(l, APP_6, APP2_6), FWD_ANSWERED);
    expect_advert(l, world_mac(APP2), false);
    assert_int_equal(solicit(l, "fe80::400:ff:fe00:2", ROUTER_6), FWD_ANSWERED);
    expect_advert(l, fwd_gateway_mac, true);
    assert_int_equal(solicit(l, APP_6, WEB_6), FWD_ARP_UNKNOWN); /* another subnet */
    assert_int_equal(solicit(l, APP_6, APP_6), FWD_ARP_UNKNOWN);
    assert_int_equal(solicit(l, "::", APP_6), FWD_ND_IGNORED); /* is it free? */
    assert_int_equal(solicit(l, APP2_6, ROUTER_6), FWD_SPOOFED_IP);
    put_ip(message + 8, ip(APP2_6), true);
    assert_int_equal(send_nd(l, APP_6, "ff02::1:ff00:1", message, 20, 255), FWD_MALFORMED);
    assert_int_equal(send_nd(l, APP_6, "ff02::1:ff00:1", message, 24, 64), FWD_MULTICAST); /* from afar */
    message[0] = WIRE_ND_ADVERT;
    assert_int_equal(send_nd(l, APP_6, "ff02::1", message, 24, 255), FWD_ND_IGNORED);
    lane_free(l);
}

static void test_router(void **state) {
    struct lane *l = dual();
    uint8_t message[8] = {WIRE_ND_ROUTER_SOLICIT};
    const uint8_t *reply;

    (void)state;
    assert_int_equal(send_nd(l, "fe80::400:ff:fe00:2", "ff02::2", message, 8, 255), FWD_ANSWERED);
    reply = l->data + l->out.l4;
    assert_int_equal(reply[0], WIRE_ND_ROUTER_ADVERT);
    assert_int_equal(reply[5], 0xc0);
    assert_int_equal(get16(reply + 6), 1800);
    assert_memory_equal(reply + 18, &fwd_gateway_mac, 6);
    assert_int_equal(reply[24], 3);
    assert_int_equal(reply[26], 64);
    assert_int_equal(reply[27], 0x80); /* on the link, and no address is made from it */
    assert_true(ip_equal(get_ip(reply + 40, true), ip("2001:db8:0:aa01::")));
    assert_true(ip_equal(l->out.tuple.src, ip(ROUTER_6)));
    lane_check_sums(l);
    l->world.a_subnets[1].cidr6 = (struct prefix){.length = 0};
    lane_rebuild(l);
    assert_int_equal(send_nd(l, "fe80::400:ff:fe00:2", "ff02::2", message, 8, 255), FWD_ND_IGNORED);
    lane_free(l);
}

static enum fwd_reason ask_dhcp6(struct lane *l, const uint8_t *message, size_t bytes) {
    struct wire_build b = {
        .l2 = {world_mac(APP), wire_broadcast},
        .tuple = {ip("fe80::400:ff:fe00:2"), ip("ff02::1:2"), DHCP6_CLIENT_PORT, DHCP6_SERVER_PORT, WIRE_UDP},
        .payload = message,
        .payload_length = bytes};

    l->pkt = (struct fwd_pkt){.in_port = APP};
    return lane_send(l, (uint32_t)wire_build(l->data, LANE_ROOM, &b));
}

static void test_dhcp6(void **state) {
    uint8_t solicit_[] = {1, 0xaa, 0xbb, 0xcc, 0,  1,    0,    10, 0, 3, 0, 1, 2, 2, 2, 2, 2,
                          2, 0,    3,    0,    12, 0xde, 0xad, 0,  1, 0, 0, 0, 0, 0, 0, 0, 0};
    struct lane *l = dual();
    const uint8_t *reply;

    (void)state;
    assert_int_equal(ask_dhcp6(l, solicit_, sizeof(solicit_)), FWD_ANSWERED);
    lane_check_sums(l);
    reply = l->data + l->out.l4 + WIRE_UDP_BYTES;
    assert_int_equal(reply[0], 2);
    assert_memory_equal(reply + 1, solicit_ + 1, 3);
    assert_memory_equal(reply + 4, solicit_ + 4, 14); /* whose answer it is */
    assert_int_equal(get16(reply + 18), 2);           /* the server */
    assert_int_equal(get16(reply + 32), 3);
    assert_int_equal(get32(reply + 36), 0xdead0001);
    assert_int_equal(get16(reply + 48), 5);
    assert_true(ip_equal(get_ip(reply + 52, true), ip(APP_6)));
    for (size_t cut = 0; cut < sizeof(solicit_); cut++)
        assert_int_equal(ask_dhcp6(l, solicit_, cut) == FWD_ANSWERED,
                         cut == 18); /* whole options, and a client */
    solicit_[0] = 3;                 /* a request names its server */
    assert_int_equal(ask_dhcp6(l, solicit_, sizeof(solicit_)), FWD_DHCP_IGNORED);
    solicit_[0] = 12; /* a relay's */
    assert_int_equal(ask_dhcp6(l, solicit_, sizeof(solicit_)), FWD_DHCP_IGNORED);
    lane_free(l);
}

/* -- what a packet's bytes may be ------------------------------------------------------------------ */

static void test_too_big(void **state) {
    struct lane *l = dual();
    const uint8_t *reply;

    (void)state;
    expect(l, FWD_TOO_BIG, APP, APP_6, WEB_6, 4000, 9090, .payload = 9000);
    assert_int_equal(l->pkt.out_port, APP);
    reply = l->data + l->out.l4;
    assert_int_equal(reply[0], WIRE_ICMP6_TOO_BIG);
    assert_int_equal(get32(reply + 4), 9001);
    assert_true(l->out.icmp_error);
    assert_int_equal(l->out.inner.dport, 9090);
    assert_int_equal(l->out.ip_length, 1280);
    lane_check_sums(l);
    lane_free(l);
}

/* The IPv6 packet in l->data with a fragment header put in. */
static uint32_t fragment(struct lane *l, uint32_t length, uint16_t offset, bool more) {
    uint8_t *ip6 = l->data + WIRE_ETH_BYTES;

    memmove(ip6 + 48, ip6 + 40, length - WIRE_ETH_BYTES - 40);
    put16(ip6 + 4, (uint16_t)(get16(ip6 + 4) + 8));
    ip6[40] = ip6[6];
    ip6[41] = 0;
    put16(ip6 + 42, (uint16_t)(offset | more));
    put32(ip6 + 44, 0x12345678);
    ip6[6] = 44;
    return length + 8;
}

static void test_fragments(void **state) {
    struct shot s = {APP, APP_6, WEB_6, 4000, 9, WIRE_UDP, .payload = 64};
    struct lane *l = dual();

    (void)state;
    put_rule(&l->world.a_groups[2], rule_cidr("sgr-web-udp", false, WIRE_UDP, 9, 9, "::/0"));
    lane_rebuild(l);
    assert_int_equal(lane_send(l, fragment(l, shot_build(l, &s), 64, false)),
                     FWD_FRAGMENT); /* before its first */
    assert_int_equal(lane_send(l, fragment(l, shot_build(l, &s), 0, true)), FWD_OK);
    assert_int_equal(l->pkt.out_port, WEB);
    assert_int_equal(lane_send(l, fragment(l, shot_build(l, &s), 64, false)), FWD_OK);
    lane_free(l);
}

static void test_headers(void **state) {
    struct shot s = {APP, APP_6, WEB_6, 4000, 9090};
    struct lane *l = dual();
    uint32_t length;

    (void)state;
    /* Never on a wire. */
    shot_build(l, &s);
    length = shot_build(l, &s);
    memset(l->data + 22, 0, 10);
    l->data[32] = l->data[33] = 0xff;
    assert_int_equal(lane_send(l, length), FWD_MALFORMED);
    /* Options before TCP: the ports behind them count. */
    length = shot_build(l, &s);
    memmove(l->data + 62, l->data + 54, length - 54);
    memset(l->data + 54, 0, 8);
    l->data[54] = WIRE_TCP;
    l->data[20] = 60;
    put16(l->data + 18, (uint16_t)(get16(l->data + 18) + 8));
    assert_int_equal(lane_send(l, length + 8), FWD_OK);
    expect_out(l, WEB, APP_6, WEB_6, 4000, 9090);
    /* A chain that goes on for ever, and one past the packet's end. */
    l->data[55] = 200;
    l->pkt = (struct fwd_pkt){.in_port = APP};
    memcpy(l->data, &fwd_gateway_mac, 6);
    memcpy(l->data + 6, world_mac(APP).b, 6);
    assert_int_equal(lane_send(l, length + 8), FWD_MALFORMED);
    length = shot_build(l, &s);
    for (uint32_t at = 54; at + 8 < length; at += 8)
        memset(l->data + at, 0, 8);
    l->data[20] = 0;
    assert_int_equal(lane_send(l, length), FWD_MALFORMED);
    lane_free(l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups_and_cache),
        cmocka_unit_test(test_families_apart),
        cmocka_unit_test(test_group_reference),
        cmocka_unit_test(test_echo),
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_source_check),
        cmocka_unit_test(test_neighbours),
        cmocka_unit_test(test_router),
        cmocka_unit_test(test_dhcp6),
        cmocka_unit_test(test_too_big),
        cmocka_unit_test(test_fragments),
        cmocka_unit_test(test_headers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
