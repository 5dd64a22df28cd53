/* SPDX-License-Identifier: Apache-2.0 */
/* What the network says itself, and what it does to a packet's bytes: ARP, DHCP, MTU, fragments, errors, offloads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "lane.h"
#include "wire/dhcp.h"

static enum fwd_reason ask_arp(struct lane *l, uint32_t from, const char *sender, const char *target,
                               struct wire_arp *ret_reply) {
    struct mac own = from == PORT_SERVICE  ? fwd_service_mac
                     : from == PORT_UPLINK ? fwd_uplink_mac
                                           : world_mac(from);
    struct wire_arp arp = {WIRE_ARP_REQUEST, own, {{0}}, four(sender), four(target)};
    enum fwd_reason reason;

    l->pkt = (struct fwd_pkt){.in_port = from};
    reason = lane_send(
        l, (uint32_t)wire_build_arp(l->data, LANE_ROOM, (struct wire_l2){own, wire_broadcast}, &arp));
    if (reason == FWD_ANSWERED) {
        assert_int_equal(l->pkt.out_port, from);
        assert_memory_equal(l->data, &own, 6);
        assert_int_equal(wire_read_arp(l->data, ret_reply), 0);
        assert_int_equal(ret_reply->operation, WIRE_ARP_REPLY);
        assert_int_equal(ret_reply->sender_ip.v, four(target).v);
        assert_int_equal(ret_reply->target_ip.v, four(sender).v);
    }
    return reason;
}

static void test_ec2_019_arp(void **state) {
    struct lane *l = lane_new();
    struct wire_arp r;
    struct mac app2 = world_mac(APP2), ssm = world_mac(SSM);
    uint32_t length;

    (void)state;
    assert_int_equal(ask_arp(l, APP, APP_IP, "10.0.1.1", &r), FWD_ANSWERED);
    assert_memory_equal(&r.sender_mac, &fwd_gateway_mac, 6);
    assert_int_equal(ask_arp(l, APP, APP_IP, APP2_IP, &r), FWD_ANSWERED);
    assert_memory_equal(&r.sender_mac, &app2, 6);
    assert_int_equal(ask_arp(l, APP, APP_IP, SSM_IP, &r), FWD_ANSWERED);
    assert_memory_equal(&r.sender_mac, &ssm, 6);
    assert_int_equal(ask_arp(l, WEB, WEB_IP, "10.0.0.2", &r), FWD_ANSWERED);
    assert_memory_equal(&r.sender_mac, &fwd_gateway_mac, 6);
    assert_int_equal(ask_arp(l, WEB, WEB_IP, "169.254.169.254", &r), FWD_ANSWERED);
    assert_int_equal(ask_arp(l, APP, APP_IP, "10.0.1.77", &r), FWD_ARP_UNKNOWN);
    assert_int_equal(ask_arp(l, APP, APP_IP, WEB_IP, &r), FWD_ARP_UNKNOWN); /* another subnet */
    assert_int_equal(ask_arp(l, APP, APP_IP, "10.0.1.2", &r), FWD_ARP_UNKNOWN);
    assert_int_equal(ask_arp(l, BAPP, APP_IP, APP2_IP, &r), FWD_ARP_UNKNOWN);  /* another VPC */
    assert_int_equal(ask_arp(l, APP, "0.0.0.0", APP_IP, &r), FWD_ARP_UNKNOWN); /* its own: nobody else's */
    assert_int_equal(ask_arp(l, APP, APP_IP, APP_IP, &r), FWD_ARP_IGNORED);
    assert_int_equal(ask_arp(l, APP, APP2_IP, "10.0.1.1", &r), FWD_SPOOFED_IP);
    assert_int_equal(ask_arp(l, PORT_SERVICE, "10.0.0.1", "10.3.2.1", &r), FWD_ANSWERED);
    assert_memory_equal(&r.sender_mac, &fwd_gateway_mac, 6);
    assert_int_equal(ask_arp(l, PORT_UPLINK, OUTSIDE, "203.0.113.20", &r), FWD_ANSWERED);
    /* Somebody else's MAC. */
    r = (struct wire_arp){WIRE_ARP_REQUEST, app2, {{0}}, four(APP_IP), four("10.0.1.1")};
    length =
        (uint32_t)wire_build_arp(l->data, LANE_ROOM, (struct wire_l2){world_mac(APP), wire_broadcast}, &r);
    l->pkt = (struct fwd_pkt){.in_port = APP};
    assert_int_equal(lane_send(l, length), FWD_SPOOFED_MAC);
    lane_free(l);
}

/* A client's message in l->data; returns its length. */
static uint32_t dhcp_message(struct lane *l, uint8_t type, const char *requested, const char *current) {
    uint8_t m[300] = {1, 1, 6};
    struct mac own = world_mac(APP);
    struct wire_build b = {.l2 = {own, wire_broadcast},
                           .tuple = {ip(current), ip("255.255.255.255"), 68, 67, WIRE_UDP},
                           .payload = m,
                           .payload_length = sizeof(m)};

    put32(m + 4, 0x12345678);
    put32(m + 12, four(current).v);
    memcpy(m + 28, &own, 6);
    put32(m + 236, 0x63825363);
    memcpy(m + 240, (uint8_t[]){53, 1, type}, 3);
    m[243] = 255;
    if (requested) {
        m[243] = 50;
        m[244] = 4;
        put32(m + 245, four(requested).v);
        m[249] = 255;
    }
    l->pkt = (struct fwd_pkt){.in_port = APP};
    return (uint32_t)wire_build(l->data, LANE_ROOM, &b);
}

static const uint8_t *dhcp_option(const struct lane *l, uint8_t option) {
    const uint8_t *at = l->data + l->out.l4 + WIRE_UDP_BYTES + 240;

    for (; *at != 255; at += 2 + at[1]) {
        if (*at == option)
            return at + 2;
    }
    return NULL;
}

static void test_ec2_018_dhcp(void **state) {
    struct lane *l = lane_new();
    const uint8_t *message;

    (void)state;
    assert_int_equal(lane_send(l, dhcp_message(l, DHCP_DISCOVER, NULL, "0.0.0.0")), FWD_ANSWERED);
    assert_int_equal(l->pkt.out_port, APP);
    lane_check_sums(l);
    message = l->data + l->out.l4 + WIRE_UDP_BYTES;
    assert_int_equal(get32(message + 4), 0x12345678);
    assert_int_equal(get32(message + 16), four(APP_IP).v);
    assert_int_equal(*dhcp_option(l, 53), DHCP_OFFER);
    assert_int_equal(get32(dhcp_option(l, 1)), 0xffffff00);
    assert_int_equal(get32(dhcp_option(l, 3)), four("10.0.1.1").v);
    assert_int_equal(get32(dhcp_option(l, 6)), four("10.0.0.2").v);
    assert_int_equal(get16(dhcp_option(l, 26)), 9001);
    assert_memory_equal(dhcp_option(l, 12), "ip-10-0-1-10", 12);
    assert_memory_equal(dhcp_option(l, 15), "ap-northeast-1.compute.internal", 31);
    assert_int_equal(lane_send(l, dhcp_message(l, DHCP_REQUEST, APP_IP, "0.0.0.0")), FWD_ANSWERED);
    assert_int_equal(*dhcp_option(l, 53), DHCP_ACK);
    assert_int_equal(lane_send(l, dhcp_message(l, DHCP_REQUEST, "10.0.1.99", "0.0.0.0")), FWD_ANSWERED);
    assert_int_equal(*dhcp_option(l, 53), DHCP_NAK);
    assert_null(dhcp_option(l, 3));
    assert_int_equal(lane_send(l, dhcp_message(l, DHCP_REQUEST, NULL, APP_IP)), FWD_ANSWERED);
    assert_int_equal(*dhcp_option(l, 53), DHCP_ACK);
    assert_true(ip_equal(l->out.tuple.dst, ip(APP_IP)));
    assert_int_equal(lane_send(l, dhcp_message(l, DHCP_RELEASE, NULL, APP_IP)), FWD_DHCP_IGNORED);
    /* An instance's own DHCP server is never heard. */
    expect(l, FWD_SG_MISMATCH, WEB, WEB_IP, WEB2_IP, 67, 68, WIRE_UDP);
    lane_free(l);
}

static void test_igw_012_mtu(void **state) {
    struct lane *l = lane_new();

    (void)state;
    expect(l, FWD_OK, WEB, WEB_IP, OUTSIDE, 4000, 443, .payload = 1460, .dont_fragment = true);
    expect(l, FWD_TOO_BIG, WEB, WEB_IP, OUTSIDE, 4000, 443, .flags = WIRE_ACK, .payload = 1461,
           .dont_fragment = true);
    /* Answered: to the sender, about its own packet. */
    expect_out(l, WEB, "10.0.0.1", WEB_IP, 0, 0);
    lane_check_sums(l);
    assert_int_equal(l->out.icmp_type, 3);
    assert_int_equal(l->out.icmp_code, 4);
    assert_int_equal(get16(l->data + l->out.l4 + 6), 1500);
    assert_true(l->out.icmp_error);
    assert_true(ip_equal(l->out.inner.src, ip(WEB_IP)));
    assert_int_equal(l->out.inner.dport, 443);
    /* nacl-016: unless the ACL keeps it out. */
    l->world.open[0] = entry(100, false, true, WIRE_TCP, "0.0.0.0/0", 0, 65535);
    lane_rebuild(l);
    expect(l, FWD_TOO_BIG, WEB, WEB_IP, OUTSIDE, 4000, 443, .flags = WIRE_ACK, .payload = 1461,
           .dont_fragment = true);
    assert_int_equal(l->pkt.out_port, PORT_NONE);
    lane_free(l);
}

static void test_ec2_021_jumbo(void **state) {
    struct lane *l = lane_new();

    (void)state;
    expect(l, FWD_OK, APP, APP_IP, WEB_IP, 7, 0x0800, WIRE_ICMP, .payload = 8973, .dont_fragment = true);
    expect(l, FWD_TOO_BIG, APP, APP_IP, WEB_IP, 7, 0x0800, WIRE_ICMP, .payload = 8974, .dont_fragment = true);
    assert_int_equal(get16(l->data + l->out.l4 + 6), 9001);
    lane_free(l);
}

static void test_cut_into_fragments(void **state) {
    struct lane *l = lane_new();
    uint8_t whole[4000];
    uint32_t length, got = 0;

    (void)state;
    l->world.web_rules[3] = rule_cidr("sgr-web-out", true, SPEC_PROTO_ALL, -1, -1, "0.0.0.0/0");
    lane_rebuild(l);
    length = shot_build(l, &(struct shot){WEB, WEB_IP, OUTSIDE, 4000, 53, WIRE_UDP, .payload = 3500});
    assert_int_equal(lane_send(l, length), FWD_OK);
    assert_int_equal(l->emitted, 2);
    for (unsigned i = 0; i < 3; i++) {
        const uint8_t *data = i < 2 ? l->extra[i].data : l->data;
        uint32_t bytes = i < 2 ? l->extra[i].length : l->pkt.length;
        struct wire_packet p;

        wire_parse(data, bytes, &p);
        assert_int_equal(p.kind, WIRE_KIND_IP);
        assert_true(p.ip_length <= 1500);
        assert_int_equal(p.fragment_offset, got);
        assert_int_equal(p.more_fragments, i < 2);
        assert_true(ip_equal(p.tuple.src, ip("203.0.113.20")));
        assert_int_equal(inet_finish(inet_add(0, data + WIRE_ETH_BYTES, 20)), 0);
        memcpy(whole + got, data + p.l4, p.ip_length - 20u);
        got += p.ip_length - 20u;
    }
    /* Together they are the datagram, with a checksum that fits its new addresses. */
    assert_int_equal(got, 3508);
    assert_int_equal(
        inet_finish(inet_add(inet_pseudo(ip("203.0.113.20"), ip(OUTSIDE), WIRE_UDP, 3508), whole, got)), 0);
    lane_free(l);
}

static uint32_t fragment(struct lane *l, uint16_t offset, bool more, uint16_t bytes) {
    uint32_t length = shot_build(
        l, &(struct shot){WEB, WEB_IP, OUTSIDE, 4000, 443, .payload = (uint16_t)(bytes - WIRE_TCP_BYTES)});
    uint8_t *head = l->data + WIRE_ETH_BYTES;

    put16(head + 6, (uint16_t)(offset / 8 | (more ? 0x2000 : 0)));
    put16(head + 10, 0);
    put16(head + 10, inet_finish(inet_add(0, head, 20)));
    return length;
}

static void test_fragments_follow(void **state) {
    struct lane *l = lane_new();

    (void)state;
    assert_int_equal(lane_send(l, fragment(l, 800, false, 80)), FWD_FRAGMENT);
    assert_int_equal(lane_send(l, fragment(l, 0, true, 800)), FWD_OK);
    assert_int_equal(lane_send(l, fragment(l, 800, false, 80)), FWD_OK);
    assert_int_equal(l->pkt.out_port, PORT_UPLINK);
    assert_true(ip_equal(l->out.tuple.src, ip("203.0.113.20")));
    lane_check_sums(l);
    assert_int_equal(l->data[l->out.l4], 4000 >> 8); /* its payload is untouched */
    lane_wait(l, 31);
    assert_int_equal(lane_send(l, fragment(l, 800, false, 80)), FWD_FRAGMENT);
    /* A first part that the group refuses leaves the others refused. */
    l->world.a_groups[2].rule_count = 1;
    lane_rebuild(l);
    fwd_flush(&l->table);
    assert_int_equal(lane_send(l, fragment(l, 0, true, 800)), FWD_SG_NO_RULES);
    assert_int_equal(lane_send(l, fragment(l, 800, false, 80)), FWD_SG_NO_RULES);
    /* Past 64 KiB: the classic. */
    assert_int_equal(lane_send(l, fragment(l, 65528, false, 80)), FWD_MALFORMED);
    lane_free(l);
}

static enum fwd_reason send_error(struct lane *l, uint32_t from, const char *src, const char *dst,
                                  uint8_t type, uint8_t code, const struct wire_tuple *about) {
    struct wire_build inner = {.tuple = *about, .tcp_flags = WIRE_ACK};
    uint8_t frame[128];
    size_t length = wire_build(frame, sizeof(frame), &inner);

    l->pkt = (struct fwd_pkt){.in_port = from};
    return lane_send(
        l, (uint32_t)wire_build_icmp_error(
               l->data, LANE_ROOM,
               (struct wire_l2){from == PORT_UPLINK ? fwd_uplink_mac : world_mac(from), fwd_gateway_mac},
               ip(src), ip(dst), type, code, 1400, frame + WIRE_ETH_BYTES, length - WIRE_ETH_BYTES));
}

static void test_igw_014_errors(void **state) {
    struct lane *l = lane_new();
    struct wire_tuple outside;

    (void)state;
    expect(l, FWD_OK, WEB, WEB_IP, OUTSIDE, 4000, 443);
    outside = l->out.tuple;
    /* A hop on the way says that its time is up. */
    assert_int_equal(send_error(l, PORT_UPLINK, "192.0.2.9", "203.0.113.20", 11, 0, &outside), FWD_OK);
    expect_out(l, WEB, "192.0.2.9", WEB_IP, 0, 0);
    lane_check_sums(l);
    assert_true(ip_equal(l->out.inner.src, ip(WEB_IP)));
    assert_int_equal(l->out.inner.sport, 4000);
    assert_int_equal(inet_finish(inet_add(0, l->data + l->out.l4 + 8, 20)), 0);
    /* ec2-023: nobody's connection: then the group decides. */
    outside.sport = 4001;
    assert_int_equal(send_error(l, PORT_UPLINK, "192.0.2.9", "203.0.113.20", 11, 0, &outside),
                     FWD_SG_MISMATCH);
    /* Outwards: the instance about what came in. */
    expect(l, FWD_OK, PORT_UPLINK, OUTSIDE, "203.0.113.20", 5000, 80);
    outside = l->out.tuple;
    assert_int_equal(send_error(l, WEB, WEB_IP, OUTSIDE, 3, 3, &outside), FWD_OK);
    expect_out(l, PORT_UPLINK, "203.0.113.20", OUTSIDE, 0, 0);
    lane_check_sums(l);
    assert_true(ip_equal(l->out.inner.dst, ip("203.0.113.20")));
    lane_free(l);
}

/* 64 KiB with an unfinished checksum goes through whole; its segments are what counts. */
static void test_super_packets(void **state) {
    struct lane *l = lane_new();

    (void)state;
    for (int i = 0; i < 6; i++) {
        uint32_t length =
            shot_build(l, &(struct shot){WEB, WEB_IP, OUTSIDE, 4000, 443, .flags = i ? WIRE_ACK : WIRE_SYN,
                                         .payload = (uint16_t)(i ? 50000 : 0), .dont_fragment = true});
        uint8_t *field = l->data + WIRE_ETH_BYTES + WIRE_IP_BYTES + 16;

        l->pkt.vnet_flags = FWD_NEEDS_CSUM;
        l->pkt.gso_type = i ? FWD_GSO_TCPV4 : FWD_GSO_NONE;
        l->pkt.gso_size = i == 5 ? 1461 : i ? 1460 : 0;
        l->pkt.csum_start = 34;
        l->pkt.csum_offset = 16;
        l->pkt.hdr_len = 54;
        put16(field, inet_fold(inet_pseudo(ip(WEB_IP), ip(OUTSIDE), WIRE_TCP, (uint16_t)(length - 34))));
        if (i == 5) {
            assert_int_equal(lane_send(l, length), FWD_TOO_BIG);
            assert_int_equal(l->pkt.gso_type, FWD_GSO_NONE);
            assert_int_equal(l->pkt.vnet_flags, 0);
            assert_int_equal(get16(l->data + l->out.l4 + 6), 1500);
            break;
        }
        assert_int_equal(lane_send(l, length), FWD_OK);
        expect_out(l, PORT_UPLINK, "203.0.113.20", OUTSIDE, 4000, 443);
        assert_int_equal(l->pkt.vnet_flags, FWD_NEEDS_CSUM);
        assert_int_equal(l->pkt.gso_size, i ? 1460 : 0);
        lane_check_sums(l);
        if (i == 0) {
            expect(l, FWD_OK, PORT_UPLINK, OUTSIDE, "203.0.113.20", 443, 4000, .flags = WIRE_SYN | WIRE_ACK);
        }
    }
    assert_true(fwd_table_hits(&l->table) >= 2);
    lane_free(l);
}

static void test_udp_without_checksum(void **state) {
    struct lane *l = lane_new();
    uint32_t length;

    (void)state;
    l->world.web_rules[3] = rule_cidr("sgr-web-out", true, SPEC_PROTO_ALL, -1, -1, "0.0.0.0/0");
    lane_rebuild(l);
    length = shot_build(l, &(struct shot){WEB, WEB_IP, OUTSIDE, 4000, 53, WIRE_UDP, .payload = 20});
    put16(l->data + 34 + 6, 0);
    assert_int_equal(lane_send(l, length), FWD_OK);
    assert_int_equal(get16(l->data + 34 + 6), 0);
    lane_free(l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ec2_019_arp),          cmocka_unit_test(test_ec2_018_dhcp),
        cmocka_unit_test(test_igw_012_mtu),          cmocka_unit_test(test_ec2_021_jumbo),
        cmocka_unit_test(test_cut_into_fragments),   cmocka_unit_test(test_fragments_follow),
        cmocka_unit_test(test_igw_014_errors),       cmocka_unit_test(test_super_packets),
        cmocka_unit_test(test_udp_without_checksum),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
