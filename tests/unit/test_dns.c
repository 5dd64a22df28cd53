/* SPDX-License-Identifier: Apache-2.0 */
/* The resolver: which names lead where, seen from a VPC and from outside (dns-001, 002, 009, 011, 014;
 * vpce-016, 017, 032). */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ldns/ldns.h>

#include "base/text.h"
#include "edge/dns.h"
#include "net/awsnet.h"

static struct ip4 ip(const char *text) {
    struct ip4 a = {0};

    assert_int_equal(ip4_parse(text, &a), 0);
    return a;
}

/* ---- the world: 10.0.1.5 has 203.0.113.5 and is i-…5; 203.0.113.9 is in another VPC ---- */

static bool private_dns = true;
static size_t many = 1;

static bool w_private(void *user, struct ip4 a) {
    return user != NULL && a.v == ip("10.0.1.5").v;
}
static bool w_public(void *user, struct ip4 a, struct dns_public *ret) {
    assert_non_null(user);
    *ret = (struct dns_public){.region = a.v == ip("203.0.113.7").v ? "us-east-1" : "ap-northeast-1"};
    if (a.v == ip("203.0.113.5").v)
        ret->inside = ip("10.0.1.5");
    return a.v == ip("203.0.113.5").v || a.v == ip("203.0.113.9").v || a.v == ip("203.0.113.7").v;
}
static bool w_instance(void *user, const char *id, struct ip4 *ret) {
    *ret = ip("10.0.1.5");
    return user != NULL && strcmp(id, "i-0123456789abcdef5") == 0;
}
static bool w_service(void *user, const char *service, struct dns_addresses *ret) {
    assert_non_null(user);
    if (!private_dns || (strcmp(service, "ssm") != 0 && strcmp(service, "ecr.dkr") != 0))
        return false;
    for (size_t i = 0; i < many; i++)
        ret->items[ret->count++] = (struct ip4){ip("10.0.2.10").v + (uint32_t)i};
    return true;
}
static bool w_endpoint(void *user, const struct dns_endpoint *e, struct dns_addresses *ret) {
    assert_non_null(user);
    if (strcmp(e->id, "vpce-0123456789abcdef0") != 0 || strcmp(e->token, "abcd1234") != 0 ||
        (strcmp(e->service, "ssm") != 0 && strcmp(e->service, "s3") != 0 &&
         strcmp(e->service, "ecr.dkr") != 0) ||
        strcmp(e->region, "ap-northeast-1") != 0)
        return false;
    if (e->zone != NULL && strcmp(e->zone, "ap-northeast-1a") != 0)
        return false;
    ret->items[ret->count++] = ip("10.0.2.10");
    if (e->zone == NULL)
        ret->items[ret->count++] = ip("10.0.3.10");
    return true;
}
static bool w_name(void *user, const char *name, struct dns_addresses *ret) {
    assert_non_null(user);
    if (strcmp(name, "example.com") != 0)
        return false;
    ret->items[ret->count++] = ip("198.19.1.10");
    return true;
}
static bool w_pointer(void *user, struct ip4 a, char ret_name[DNS_NAME_BYTES]) {
    assert_non_null(user);
    strcpy(ret_name, "dns.google");
    return a.v == ip("8.8.8.8").v;
}

#define VIEW(region_, in_vpc_)                                                                               \
    {                                                                                                        \
        .user = (void *)(size_t)1, .region = (region_), .home = "ap-northeast-1", .in_vpc = (in_vpc_),       \
        .private_address = w_private, .public_address = w_public, .instance = w_instance,                    \
        .private_service = w_service, .endpoint = w_endpoint, .public_name = w_name,                         \
        .public_pointer = w_pointer                                                                          \
    }
static const struct dns_view INSIDE = VIEW("ap-northeast-1", true);
static const struct dns_view OUTSIDE = VIEW("ap-northeast-1", false);
static const struct dns_view VIRGINIA = VIEW("us-east-1", true); /* of a box whose own region is another */

/* ---- asking ---- */

static size_t make_query(const char *name, uint16_t type, int edns_size, uint8_t *out) {
    static const uint8_t head[12] = {0x12, 0x34, 1, 0, 0, 1};
    size_t at = 12;

    memcpy(out, head, 12);
    while (*name != '\0') {
        size_t n = strcspn(name, ".");

        out[at++] = (uint8_t)n;
        memcpy(out + at, name, n);
        at += n;
        name += n + (name[n] == '.');
    }
    out[at++] = 0;
    out[at++] = (uint8_t)(type >> 8);
    out[at++] = (uint8_t)type;
    out[at++] = 0;
    out[at++] = 1;
    if (edns_size >= 0) {
        const uint8_t opt[11] = {0, 0, 41, (uint8_t)(edns_size >> 8), (uint8_t)edns_size};

        out[11] = 1;
        memcpy(out + at, opt, 11);
        at += 11;
    }
    return at;
}

static struct buf out = BUF_INIT(DNS_TCP_MAX_BYTES);

static ldns_pkt *ask_raw(const struct dns_view *view, const uint8_t *query, size_t length, bool tcp) {
    ldns_pkt *p;

    buf_reset(&out);
    assert_int_equal(dns_answer(view, query, length, tcp, &out), 0);
    assert_int_equal(ldns_wire2pkt(&p, (const uint8_t *)out.data, out.length), LDNS_STATUS_OK);
    assert_true(ldns_pkt_qr(p));
    assert_true(ldns_pkt_ra(p));
    assert_int_equal(ldns_pkt_id(p), query[0] << 8 | query[1]);
    return p;
}

/* The answer as words: "A 10.0.1.5 10.0.1.6", "PTR x.", "NODATA zone.", "NXDOMAIN zone.", else the rcode. */
static const char *ask(const struct dns_view *view, const char *name, uint16_t type) {
    static char words[2048];
    uint8_t query[512];
    size_t n = 0;
    ldns_pkt *p = ask_raw(view, query, make_query(name, type, 1232, query), false);
    ldns_rr_list *answers = ldns_pkt_answer(p), *authority = ldns_pkt_authority(p);
    int rcode = ldns_pkt_get_rcode(p);

    assert_int_equal(ldns_rr_list_rr_count(ldns_pkt_question(p)), 1);
    assert_int_equal(ldns_pkt_edns_udp_size(p), DNS_UDP_MAX_BYTES);
    if (ldns_rr_list_rr_count(answers) > 0) {
        assert_int_equal(rcode, LDNS_RCODE_NOERROR);
        for (size_t i = 0; i < ldns_rr_list_rr_count(answers); i++) {
            ldns_rr *rr = ldns_rr_list_rr(answers, i);
            char *text = ldns_rdf2str(ldns_rr_rdf(rr, 0));

            if (i == 0)
                n += (size_t)sprintf(words + n, "%s", ldns_rr_get_type(rr) == LDNS_RR_TYPE_A ? "A" : "PTR");
            assert_int_equal(ldns_rr_ttl(rr), DNS_TTL_SECONDS);
            n += (size_t)sprintf(words + n, " %s", text);
            free(text);
        }
    } else {
        char *zone;

        assert_int_equal(ldns_rr_list_rr_count(authority), rcode == LDNS_RCODE_REFUSED ? 0 : 1);
        zone = rcode == LDNS_RCODE_REFUSED ? strdup("")
                                           : ldns_rdf2str(ldns_rr_owner(ldns_rr_list_rr(authority, 0)));
        sprintf(words, "%s %s",
                rcode == LDNS_RCODE_NOERROR    ? "NODATA"
                : rcode == LDNS_RCODE_NXDOMAIN ? "NXDOMAIN"
                                               : "REFUSED",
                zone);
        free(zone);
    }
    ldns_pkt_free(p);
    return words;
}

enum { A = LDNS_RR_TYPE_A, AAAA = LDNS_RR_TYPE_AAAA, PTR = LDNS_RR_TYPE_PTR, ANY = LDNS_RR_TYPE_ANY };

static void test_instances(void **state) {
    (void)state;
    assert_string_equal(ask(&INSIDE, "ip-10-0-1-5.ap-northeast-1.compute.internal", A), "A 10.0.1.5");
    assert_string_equal(ask(&INSIDE, "IP-10-0-1-5.Ap-Northeast-1.COMPUTE.internal", A), "A 10.0.1.5");
    assert_string_equal(ask(&INSIDE, "ip-10-0-1-5.ap-northeast-1.compute.internal", AAAA),
                        "NODATA ap-northeast-1.compute.internal.");
    assert_string_equal(ask(&INSIDE, "ip-10-0-1-6.ap-northeast-1.compute.internal", A),
                        "NXDOMAIN ap-northeast-1.compute.internal.");
    assert_string_equal(ask(&INSIDE, "ip-10-0-01-5.ap-northeast-1.compute.internal", A),
                        "NXDOMAIN ap-northeast-1.compute.internal.");
    assert_string_equal(ask(&INSIDE, "ip-10.0.1.5.ap-northeast-1.compute.internal", A),
                        "NXDOMAIN ap-northeast-1.compute.internal.");
    assert_string_equal(ask(&INSIDE, "i-0123456789abcdef5.ap-northeast-1.compute.internal", A), "A 10.0.1.5");
    assert_string_equal(ask(&INSIDE, "i-0123456789abcdef6.ap-northeast-1.compute.internal", A),
                        "NXDOMAIN ap-northeast-1.compute.internal.");
    assert_string_equal(ask(&OUTSIDE, "ip-10-0-1-5.ap-northeast-1.compute.internal", A), "NXDOMAIN .");
    assert_string_equal(ask(&OUTSIDE, "i-0123456789abcdef5.ap-northeast-1.compute.internal", A),
                        "NXDOMAIN .");
    assert_string_equal(ask(&INSIDE, "instance-data.ap-northeast-1.compute.internal", A),
                        "A 169.254.169.254");
}

static void test_public_instance_names(void **state) {
    (void)state;
    assert_string_equal(ask(&INSIDE, "ec2-203-0-113-5.ap-northeast-1.compute.amazonaws.com", A),
                        "A 10.0.1.5");
    assert_string_equal(ask(&OUTSIDE, "ec2-203-0-113-5.ap-northeast-1.compute.amazonaws.com", A),
                        "A 203.0.113.5");
    assert_string_equal(ask(&INSIDE, "ec2-203-0-113-9.ap-northeast-1.compute.amazonaws.com", A),
                        "A 203.0.113.9");
    assert_string_equal(ask(&INSIDE, "ec2-203-0-113-7.ap-northeast-1.compute.amazonaws.com", A),
                        "NXDOMAIN amazonaws.com.");
}

static void test_pointers(void **state) {
    (void)state;
    assert_string_equal(ask(&INSIDE, "5.1.0.10.in-addr.arpa", PTR),
                        "PTR ip-10-0-1-5.ap-northeast-1.compute.internal.");
    assert_string_equal(ask(&INSIDE, "5.1.0.10.in-addr.arpa", A), "NODATA in-addr.arpa.");
    assert_string_equal(ask(&INSIDE, "5.1.0.10.IN-ADDR.arpa", ANY),
                        "PTR ip-10-0-1-5.ap-northeast-1.compute.internal.");
    assert_string_equal(ask(&INSIDE, "6.1.0.10.in-addr.arpa", PTR), "NXDOMAIN in-addr.arpa.");
    assert_string_equal(ask(&OUTSIDE, "5.1.0.10.in-addr.arpa", PTR), "NXDOMAIN in-addr.arpa.");
    assert_string_equal(ask(&OUTSIDE, "5.113.0.203.in-addr.arpa", PTR),
                        "PTR ec2-203-0-113-5.ap-northeast-1.compute.amazonaws.com.");
    assert_string_equal(ask(&INSIDE, "8.8.8.8.in-addr.arpa", PTR), "PTR dns.google.");
    assert_string_equal(ask(&INSIDE, "254.169.254.169.in-addr.arpa", PTR),
                        "PTR instance-data.ap-northeast-1.compute.internal.");
    assert_string_equal(ask(&INSIDE, "999.1.0.10.in-addr.arpa", PTR), "NXDOMAIN in-addr.arpa.");
}

static void test_endpoints(void **state) {
    static const char ssm[] = "ssm.ap-northeast-1.amazonaws.com";
    char public_answer[64], text[IP4_TEXT_BYTES];
    struct awsnet_name n;

    (void)state;
    assert_int_equal(awsnet_name("ap-northeast-1", ssm, &n), 0);
    snprintf(public_answer, sizeof(public_answer), "A %s", ip4_format(n.address, text));
    assert_string_equal(ask(&INSIDE, ssm, A), "A 10.0.2.10");
    assert_string_equal(ask(&INSIDE, ssm, AAAA), "NODATA amazonaws.com.");
    assert_string_equal(ask(&INSIDE, "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com", A), "A 10.0.2.10");
    assert_string_equal(ask(&OUTSIDE, ssm, A), public_answer);
    private_dns = false;
    assert_string_equal(ask(&INSIDE, ssm, A), public_answer);
    private_dns = true;
    /* Another region's endpoint is not ours to take over. */
    assert_string_not_equal(ask(&INSIDE, "ssm.us-east-1.amazonaws.com", A), "A 10.0.2.10");

    assert_string_equal(
        ask(&INSIDE, "vpce-0123456789abcdef0-abcd1234.ssm.ap-northeast-1.vpce.amazonaws.com", A),
        "A 10.0.2.10 10.0.3.10");
    assert_string_equal(
        ask(&OUTSIDE, "vpce-0123456789abcdef0-abcd1234.ssm.ap-northeast-1.vpce.amazonaws.com", A),
        "A 10.0.2.10 10.0.3.10");
    assert_string_equal(
        ask(&INSIDE, "vpce-0123456789abcdef0-abcd1234-ap-northeast-1a.ssm.ap-northeast-1.vpce.amazonaws.com",
            A),
        "A 10.0.2.10");
    assert_string_equal(
        ask(&INSIDE, "vpce-0123456789abcdef0-abcd1234-ap-northeast-1c.ssm.ap-northeast-1.vpce.amazonaws.com",
            A),
        "NXDOMAIN amazonaws.com.");
    assert_string_equal(
        ask(&INSIDE, "bucket.vpce-0123456789abcdef0-abcd1234.s3.ap-northeast-1.vpce.amazonaws.com", A),
        "A 10.0.2.10 10.0.3.10");
    assert_string_equal(
        ask(&INSIDE, "vpce-0123456789abcdef0-abcd1234.dkr.ecr.ap-northeast-1.vpce.amazonaws.com", A),
        "A 10.0.2.10 10.0.3.10");
    assert_string_equal(ask(&INSIDE, "vpce-0123456789abcdef0.ssm.ap-northeast-1.vpce.amazonaws.com", A),
                        "NXDOMAIN amazonaws.com.");
    assert_string_equal(ask(&INSIDE, "ssm.ap-northeast-1.vpce.amazonaws.com", A), "NXDOMAIN amazonaws.com.");
}

static void test_public_names(void **state) {
    (void)state;
    assert_string_equal(ask(&INSIDE, "example.com", A), "A 198.19.1.10");
    assert_string_equal(ask(&OUTSIDE, "EXAMPLE.com", ANY), "A 198.19.1.10");
    assert_string_equal(ask(&INSIDE, "example.com", LDNS_RR_TYPE_MX), "NODATA .");
    assert_string_equal(ask(&INSIDE, "amazon.com", A), "NXDOMAIN .");
    assert_string_equal(ask(&INSIDE, "nosuch.ap-northeast-1.amazonaws.com", A), "NXDOMAIN amazonaws.com.");
    assert_string_equal(ask(&INSIDE, "", LDNS_RR_TYPE_NS), "NODATA .");
    assert_true(text_starts(ask(&INSIDE, "b.s3.ap-northeast-1.amazonaws.com", A), "A 198.18."));
}

static void test_question_is_echoed_as_it_came(void **state) {
    uint8_t query[512];
    size_t length = make_query("ExAmPlE.cOm", A, -1, query);
    ldns_pkt *p = ask_raw(&INSIDE, query, length, false);

    (void)state;
    assert_memory_equal(out.data + 12, query + 12, length - 12);
    assert_false(ldns_pkt_edns(p));
    ldns_pkt_free(p);
}

static void test_truncation(void **state) {
    uint8_t query[512];
    size_t plain = make_query("ssm.ap-northeast-1.amazonaws.com", A, -1, query);
    ldns_pkt *p;

    (void)state;
    many = 60; /* 60 records of 16 bytes: over 512, below 1232 */
    p = ask_raw(&INSIDE, query, plain, false);
    assert_true(ldns_pkt_tc(p));
    assert_true(out.length <= DNS_UDP_PLAIN_BYTES);
    assert_int_equal(ldns_pkt_ancount(p), 0);
    ldns_pkt_free(p);
    p = ask_raw(&INSIDE, query, plain, true);
    assert_false(ldns_pkt_tc(p));
    assert_int_equal(ldns_pkt_ancount(p), 60);
    ldns_pkt_free(p);
    p = ask_raw(&INSIDE, query, make_query("ssm.ap-northeast-1.amazonaws.com", A, 1232, query), false);
    assert_false(ldns_pkt_tc(p));
    assert_int_equal(ldns_pkt_ancount(p), 60);
    assert_true(out.length <= 1232);
    ldns_pkt_free(p);
    /* A size below 512 counts as 512. */
    p = ask_raw(&INSIDE, query, make_query("ssm.ap-northeast-1.amazonaws.com", A, 10, query), false);
    assert_true(ldns_pkt_tc(p));
    ldns_pkt_free(p);
    many = 1;
}

static void check_rcode(const uint8_t *query, size_t length, int rcode) {
    ldns_pkt *p = ask_raw(&INSIDE, query, length, false);

    assert_int_equal(ldns_pkt_get_rcode(p), rcode);
    assert_int_equal(ldns_pkt_ancount(p), 0);
    ldns_pkt_free(p);
}

static void test_refusals(void **state) {
    uint8_t query[512];
    size_t length = make_query("example.com", A, 1232, query);
    ldns_pkt *p;

    (void)state;
    query[2] = 0; /* RD off */
    check_rcode(query, length, LDNS_RCODE_REFUSED);
    query[2] = 0x29; /* opcode UPDATE */
    check_rcode(query, length, LDNS_RCODE_NOTIMPL);
    query[2] = 1;
    query[length - 5] = 1; /* EDNS version 1 */
    p = ask_raw(&INSIDE, query, length, false);
    assert_int_equal(ldns_pkt_edns_extended_rcode(p), 1);
    ldns_pkt_free(p);
    length = make_query("example.com", A, -1, query);
    query[length - 1] = 3; /* class CH */
    check_rcode(query, length, LDNS_RCODE_REFUSED);
    length = make_query("example.com", LDNS_RR_TYPE_AXFR, -1, query);
    check_rcode(query, length, LDNS_RCODE_REFUSED);
    length = make_query("example.com", A, -1, query);
    check_rcode(query, length - 3, LDNS_RCODE_FORMERR);
    query[5] = 0; /* no question */
    check_rcode(query, 12, LDNS_RCODE_FORMERR);
    assert_int_equal(dns_answer(&INSIDE, query, 11, false, &out), -EBADMSG);
    query[2] = 0x80;
    assert_int_equal(dns_answer(&INSIDE, query, length, false, &out), -EBADMSG);
}

static void test_elsewhere(void **state) {
    static const char *const others[] = {"www.example.org", "amazon.com", "notamazonaws.com",
                                         "9.9.9.9.in-addr.arpa", "org"};
    static const char *const ours[] = {"nosuch.amazonaws.com",     "i-0.ap-northeast-1.compute.internal",
                                       "9.9.9.10.in-addr.arpa",    "1.0.16.172.in-addr.arpa",
                                       "1.1.168.192.in-addr.arpa", "1.0.254.169.in-addr.arpa"};
    struct dns_view v = INSIDE;
    uint8_t query[512];

    (void)state;
    v.elsewhere = true;
    v.public_name = NULL;
    v.public_pointer = NULL;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        buf_reset(&out);
        assert_int_equal(dns_answer(&v, query, make_query(others[i], A, 1232, query), false, &out), 1);
        assert_int_equal(out.length, 0);
    }
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        assert_non_null(strstr(ask(&v, ours[i], A), "NXDOMAIN"));
    assert_string_equal(ask(&v, "ip-10-0-1-5.ap-northeast-1.compute.internal", A), "A 10.0.1.5");
    assert_string_equal(ask(&v, "5.1.0.10.in-addr.arpa", PTR),
                        "PTR ip-10-0-1-5.ap-northeast-1.compute.internal.");
}

static void test_failure(void **state) {
    uint8_t query[512];
    size_t length = make_query("www.example.org", A, 1232, query);
    ldns_pkt *p;

    (void)state;
    buf_reset(&out);
    dns_fail(query, length, &out);
    assert_int_equal(ldns_wire2pkt(&p, (const uint8_t *)out.data, out.length), LDNS_STATUS_OK);
    assert_int_equal(ldns_pkt_get_rcode(p), LDNS_RCODE_SERVFAIL);
    assert_int_equal(ldns_pkt_qdcount(p), 1);
    assert_int_equal(out.length, length - 11); /* without EDNS */
    ldns_pkt_free(p);
}

static int teardown(void **state) {
    (void)state;
    buf_free(&out);
    return 0;
}

/* Names inside are the VPC's region's, public ones everybody's, whatever the box's own region is. */
static void test_regions(void **state) {
    const char *foreign = "vpce-0123456789abcdef0-abcd1234.ssm.ap-northeast-1.vpce.amazonaws.com";
    char home[64];

    (void)state;
    assert_string_equal(ask(&VIRGINIA, "ip-10-0-1-5.ec2.internal", A), "A 10.0.1.5");
    assert_string_equal(ask(&VIRGINIA, "i-0123456789abcdef5.ec2.internal", A), "A 10.0.1.5");
    assert_string_equal(ask(&VIRGINIA, "5.1.0.10.in-addr.arpa", PTR), "PTR ip-10-0-1-5.ec2.internal.");
    assert_string_equal(ask(&VIRGINIA, "ip-10-0-1-5.ap-northeast-1.compute.internal", A), "NXDOMAIN .");
    assert_string_equal(ask(&INSIDE, "ip-10-0-1-5.ec2.internal", A), "NXDOMAIN .");
    for (size_t i = 0; i < 3; i++) {
        const struct dns_view *v = i == 0 ? &INSIDE : i == 1 ? &VIRGINIA : &OUTSIDE;

        assert_string_equal(ask(v, "ec2-203-0-113-7.compute-1.amazonaws.com", A), "A 203.0.113.7");
        assert_string_equal(ask(v, "ec2-203-0-113-9.ap-northeast-1.compute.amazonaws.com", A),
                            "A 203.0.113.9");
        assert_string_equal(ask(v, "ec2-203-0-113-7.ap-northeast-1.compute.amazonaws.com", A),
                            "NXDOMAIN amazonaws.com.");
        assert_string_equal(ask(v, "ec2-203-0-113-7.x.compute-1.amazonaws.com", A),
                            "NXDOMAIN amazonaws.com.");
        assert_string_equal(ask(v, "7.113.0.203.in-addr.arpa", PTR),
                            "PTR ec2-203-0-113-7.compute-1.amazonaws.com.");
        assert_string_equal(ask(v, foreign, A), "A 10.0.2.10 10.0.3.10");
    }
    assert_string_equal(ask(&VIRGINIA, "ssm.us-east-1.amazonaws.com", A), "A 10.0.2.10");
    snprintf(home, sizeof(home), "%s", ask(&OUTSIDE, "ssm.ap-northeast-1.amazonaws.com", A));
    assert_string_equal(ask(&VIRGINIA, "ssm.ap-northeast-1.amazonaws.com", A), home);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_instances),    cmocka_unit_test(test_public_instance_names),
        cmocka_unit_test(test_pointers),     cmocka_unit_test(test_endpoints),
        cmocka_unit_test(test_public_names), cmocka_unit_test(test_question_is_echoed_as_it_came),
        cmocka_unit_test(test_truncation),   cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_elsewhere),    cmocka_unit_test(test_failure),
        cmocka_unit_test(test_regions),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
