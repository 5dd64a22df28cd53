/* SPDX-License-Identifier: Apache-2.0 */
/* Headers read and written: bounds, tuples, checksums, DHCP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/build.h"
#include "wire/bytes.h"
#include "wire/checksum.h"
#include "wire/dhcp.h"
#include "wire/packet.h"

static const struct wire_l2 l2 = {{{6, 0, 0, 0, 0, 1}}, {{6, 0, 0, 0, 0, 2}}};

static size_t build(uint8_t *frame, uint8_t protocol, uint16_t sport, uint16_t dport, size_t payload) {
    static const uint8_t bytes[600] = {0x45, 1, 2, 3, 4, 5, 250, 251};
    struct wire_build b = {
        .l2 = l2,
        .tuple = {{0, IP_MAPPED | 0x0a000105}, {0, IP_MAPPED | 0xc6336407}, sport, dport, protocol},
        .tcp_flags = WIRE_SYN | WIRE_ACK,
        .payload = bytes,
        .payload_length = payload};

    return wire_build(frame, 2000, &b);
}

static void parse_exact(const uint8_t *frame, size_t length, struct wire_packet *p) {
    uint8_t *exact = malloc(length ? length : 1); /* a sanitizer sees a read past the end */

    assert_non_null(exact);
    memcpy(exact, frame, length);
    wire_parse(exact, (uint32_t)length, p);
    free(exact);
}

static void test_round_trip(void **state) {
    static const uint8_t protocols[] = {WIRE_TCP, WIRE_UDP, WIRE_ICMP, 47};
    uint8_t frame[2000];

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        uint8_t protocol = protocols[i];
        bool ports = protocol != 47;
        size_t length = build(frame, protocol, 4321, WIRE_ICMP == protocol ? 0x0800 : 443, 33);
        struct wire_packet p;

        parse_exact(frame, length, &p);
        assert_int_equal(p.kind, WIRE_KIND_IP);
        assert_true(ip_equal(p.tuple.src, ip_of4((struct ip4){0x0a000105})));
        assert_int_equal(p.tuple.protocol, protocol);
        assert_int_equal(p.tuple.sport, ports ? 4321 : 0);
        assert_int_equal(p.tuple.dport, !ports ? 0 : protocol == WIRE_ICMP ? 0x0800 : 443);
        assert_int_equal(p.ip_length, length - WIRE_ETH_BYTES);
        assert_int_equal(inet_finish(inet_add(0, frame + WIRE_ETH_BYTES, WIRE_IP_BYTES)), 0);
        if (protocol == WIRE_TCP)
            assert_int_equal(p.tcp_flags, WIRE_SYN | WIRE_ACK);
        /* Cut anywhere: malformed, and nothing read beyond. */
        for (size_t cut = 0; cut < length; cut++) {
            parse_exact(frame, cut, &p);
            assert_int_equal(p.kind, WIRE_KIND_MALFORMED);
        }
    }
    assert_int_equal(build(frame, WIRE_TCP, 1, 1, 600), 654);
}

static void test_icmp_reply_is_the_request_turned_round(void **state) {
    static const uint16_t requests[] = {0x0800, 0x0d00, 0x1100};
    uint8_t frame[2000];
    struct wire_packet request, reply;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        size_t length = build(frame, WIRE_ICMP, 77, requests[i], 20);

        parse_exact(frame, length, &request);
        assert_int_equal(request.icmp_type, requests[i] >> 8);
        length = build(frame, WIRE_ICMP, requests[i], 77, 20);
        parse_exact(frame, length, &reply);
        assert_true(reply.icmp_query);
        assert_int_equal(reply.icmp_type, i == 0 ? 0 : (requests[i] >> 8) + 1);
        assert_int_equal(reply.tuple.sport, request.tuple.dport);
        assert_int_equal(reply.tuple.dport, request.tuple.sport);
    }
}

static void test_icmp_error(void **state) {
    const struct ipaddr one = ip_of4((struct ip4){1}), two = ip_of4((struct ip4){2});
    uint8_t frame[2000], error[700];
    struct wire_packet p;
    size_t length = build(frame, WIRE_UDP, 4321, 53, 600), made;

    (void)state;
    made = wire_build_icmp_error(error, sizeof(error), l2, one, two, 3, 4, 1500, frame + WIRE_ETH_BYTES,
                                 length - WIRE_ETH_BYTES);
    assert_int_equal(made, WIRE_ETH_BYTES + 576);
    parse_exact(error, made, &p);
    assert_true(p.icmp_error);
    assert_int_equal(p.inner.sport, 4321);
    assert_int_equal(p.inner.dport, 53);
    assert_int_equal(inet_finish(inet_add(0, error + p.l4, made - p.l4)), 0);
    for (size_t cut = 0; cut < made; cut++)
        parse_exact(error, cut, &p);
    /* Too short a quotation, an error about an error, a later fragment: no inner packet. */
    made = wire_build_icmp_error(error, sizeof(error), l2, one, two, 3, 4, 0, frame + WIRE_ETH_BYTES, 27);
    parse_exact(error, made, &p);
    assert_false(p.icmp_error);
    put16(frame + WIRE_ETH_BYTES + 6, 3);
    made = wire_build_icmp_error(error, sizeof(error), l2, one, two, 3, 4, 0, frame + WIRE_ETH_BYTES, 60);
    parse_exact(error, made, &p);
    assert_false(p.icmp_error);
    assert_int_equal(wire_build_icmp_error(error, 60, l2, one, two, 3, 4, 0, frame, 60), 0);
}

static void test_checksum_by_difference(void **state) {
    uint8_t data[64];

    (void)state;
    srand(3);
    for (int round = 0; round < 20000; round++) {
        uint32_t before, after = round % 7 ? (uint32_t)rand() * 3u : (round % 2 ? 0 : UINT32_MAX),
                         at = (uint32_t)(rand() % 15) * 4;
        uint16_t old, patched;

        for (size_t i = 0; i < sizeof(data); i++)
            data[i] = round % 5 ? (uint8_t)rand() : 0;
        data[60] = 1; /* an all-zero message has no sum to patch */
        old = inet_finish(inet_add(0, data, sizeof(data)));
        before = get32(data + at);
        put32(data + at, after);
        patched = inet_update(old, inet_diff32(before, after));
        /* Equal, or the two zeros of ones' complement. */
        if (patched != inet_finish(inet_add(0, data, sizeof(data))))
            assert_int_equal((uint16_t)(patched + 1) & 0xfffe, 0);
    }
    assert_int_equal(inet_fold(inet_add(0, "\xff\xff\xff\xff\xff", 5)),
                     0xff00); /* an odd byte is a high one */
}

static void test_dhcp(void **state) {
    const struct dhcp_lease lease = {.address = {0x0a000105}, .server = {0x0a000101}, .prefix_length = 24};
    uint8_t message[300] = {1, 1, 6}, reply[DHCP_REPLY_MAX];
    struct dhcp_request r;

    (void)state;
    put32(message + 236, 0x63825363);
    memcpy(message + 240, (uint8_t[]){53, 1, DHCP_REQUEST, 50, 4, 10, 0, 1, 5, 0, 54, 4, 10, 0, 1, 1, 255},
           17);
    assert_int_equal(dhcp_parse(message, sizeof(message), &r), 0);
    assert_int_equal(r.requested.v, 0x0a000105);
    assert_int_equal(dhcp_decide(&r, &lease), DHCP_ACK);
    r.server.v = 1; /* another server was chosen */
    assert_int_equal(dhcp_decide(&r, &lease), 0);
    r.server.v = 0;
    r.requested.v = 7;
    assert_int_equal(dhcp_decide(&r, &lease), DHCP_NAK);
    assert_in_range(dhcp_reply(DHCP_NAK, &r, &lease, reply), 300, DHCP_REPLY_MAX);
    assert_int_equal(get32(reply + 16), 0);
    for (size_t cut = 0; cut < 256; cut++) {
        uint8_t *exact = malloc(cut ? cut : 1);

        assert_non_null(exact);
        memcpy(exact, message, cut);
        dhcp_parse(exact, cut, &r);
        free(exact);
    }
    message[241] = 200; /* an option that is longer than the message */
    assert_int_equal(dhcp_parse(message, 280, &r), -EBADMSG);
    message[236] = 0;
    assert_int_equal(dhcp_parse(message, 300, &r), -EBADMSG);
}

static void test_arp(void **state) {
    struct wire_arp in = {WIRE_ARP_REQUEST, l2.src, {{0}}, {1}, {2}}, out;
    uint8_t frame[64];

    (void)state;
    assert_int_equal(wire_build_arp(frame, 41, l2, &in), 0);
    assert_int_equal(wire_build_arp(frame, 42, l2, &in), 42);
    assert_int_equal(wire_read_arp(frame, &out), 0);
    assert_memory_equal(&in, &out, sizeof(in));
    frame[WIRE_ETH_BYTES + 1] = 6; /* not Ethernet */
    assert_int_equal(wire_read_arp(frame, &out), -EINVAL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_icmp_reply_is_the_request_turned_round),
        cmocka_unit_test(test_icmp_error), cmocka_unit_test(test_checksum_by_difference),
        cmocka_unit_test(test_dhcp),       cmocka_unit_test(test_arp),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
