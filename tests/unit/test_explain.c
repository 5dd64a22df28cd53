/* SPDX-License-Identifier: Apache-2.0 */
/* Who reaches whom, what is in the way, and what would mend it.  Test names carry ids of AWS behaviours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "explain/explain.h"
#include "world.h"

#define INTERNET "198.51.100.7"

struct talk {
    struct world world;
    struct arena arena;
    struct image *image;
    struct explain_answer answer;
    const char *error;
};

static struct talk *talk_new(void) {
    struct talk *t = calloc(1, sizeof(*t));

    assert_non_null(t);
    world_init(&t->world);
    return t;
}

static void talk_free(struct talk *t) {
    image_free(t->image);
    arena_free(&t->arena);
    free(t);
}

static void print_hops(const struct explain_hop *hops, size_t count) {
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, "  %-10s %-9s %-9s %-28s %s\n", hops[i].stage, hops[i].action, hops[i].component,
                hops[i].rule, hops[i].text);
}

static void print_answer(const struct talk *t) {
    print_hops(t->answer.forward.items, t->answer.forward.count);
    fprintf(stderr, " back\n");
    print_hops(t->answer.back.items, t->answer.back.count);
    for (size_t i = 0; i < t->answer.blockers.count; i++)
        fprintf(stderr, " blocked by %s %s: %s, %s; %s\n", t->answer.blockers.items[i].component,
                t->answer.blockers.items[i].rule, t->answer.blockers.items[i].code,
                t->answer.blockers.items[i].message, t->answer.blockers.items[i].mend);
}

static bool ask_by(struct talk *t, const char *source, const char *destination, bool udp) {
    struct explain_question q;

    image_free(t->image);
    t->image = NULL;
    t->world.spec.generation++;
    assert_int_equal(image_build(&t->world.spec, NULL, &t->image), 0);
    t->answer = (struct explain_answer){0};
    if (explain_parse(t->image, &t->arena, source, destination, udp, four(INTERNET), &q, &t->error) < 0)
        fail_msg("%s", t->error);
    assert_int_equal(explain(t->image, &q, &t->arena, &t->answer), 0);
    /* One truth: something is in the way exactly when it does not arrive. */
    if (t->answer.reachable != (t->answer.blockers.count == 0)) {
        print_answer(t);
        fail_msg("reachable with blockers, or unreachable without");
    }
    return t->answer.reachable;
}

static bool ask(struct talk *t, const char *source, const char *destination) {
    return ask_by(t, source, destination, false);
}

#define REACHES(t, source, destination)                                                                      \
    do {                                                                                                     \
        if (!ask(t, source, destination)) {                                                                  \
            print_answer(t);                                                                                 \
            fail_msg("line %d: not reachable", __LINE__);                                                    \
        }                                                                                                    \
    } while (0)

/* The first thing in the way. */
#define BLOCKED(t, source, destination, who, why)                                                            \
    do {                                                                                                     \
        ask(t, source, destination);                                                                         \
        blocked_by(t, who, why, __LINE__);                                                                   \
    } while (0)

static void blocked_by(const struct talk *t, const char *component, const char *code, int line) {
    const struct explain_blocker *b = t->answer.blockers.items;

    if (t->answer.reachable || t->answer.blockers.count == 0 || !text_is(b->component, component) ||
        !text_is(b->code, code)) {
        print_answer(t);
        fail_msg("line %d: not blocked by %s with %s", line, component, code);
    }
}

static const struct explain_blocker *blocker(const struct talk *t) {
    return &t->answer.blockers.items[0];
}

static void mend_says(const struct talk *t, const char *part) {
    if (strstr(blocker(t)->mend, part) == NULL)
        fail_msg("the mend does not say \"%s\": %s", part, blocker(t)->mend);
}

/* -- paths ----------------------------------------------------------------------------------------- */

static void test_ra_004_path_through_a_nat_instance(void **state) {
    static const char *const there[] = {"eni-app",  "sg-app",  "acl-open", "rtb-priv", "acl-open",
                                        "sg-nat",   "eni-nat", "eni-nat",  "eni-nat",  "sg-nat",
                                        "acl-open", "rtb-pub", "igw-a",    "internet"};
    struct talk *t = talk_new();

    (void)state;
    REACHES(t, "i-app", INTERNET ":443");
    assert_int_equal(t->answer.forward.count, sizeof(there) / sizeof(there[0]));
    for (size_t i = 0; i < t->answer.forward.count; i++)
        assert_string_equal(t->answer.forward.items[i].component, there[i]);
    assert_string_equal(t->answer.forward.items[1].rule, "sgr-app-out");
    assert_string_equal(t->answer.forward.items[2].rule, "rule 100");
    assert_string_equal(t->answer.forward.items[3].rule, "0.0.0.0/0 -> eni-nat");
    assert_true(t->answer.forward.items[3].route);
    assert_false(t->answer.forward.items[2].route);
    assert_string_equal(t->answer.forward.items[12].action, "translate");
    assert_non_null(strstr(t->answer.forward.items[12].text, "203.0.113.10"));
    assert_string_equal(t->answer.back.items[0].component, "igw-a");
    assert_string_equal(t->answer.back.items[t->answer.back.count - 1].component, "eni-app");
    talk_free(t);
}

static void test_ra_005_ends(void **state) {
    struct talk *t = talk_new();

    (void)state;
    REACHES(t, "eni-app", "i-app2:5432");
    REACHES(t, "10.0.1.11", "eni-app:5432");
    REACHES(t, "i-app", "eni-web:icmp");
    REACHES(t, "internet", "i-web:80");
    REACHES(t, "198.51.100.99", "203.0.113.20:80");
    REACHES(t, "203.0.113.21", "203.0.113.20:22"); /* by public addresses, as from outside */
    BLOCKED(t, "10.0.0.22", INTERNET ":443", "igw-a",
            "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"); /* a second address */
    talk_free(t);
}

static void test_endpoints(void **state) {
    struct talk *t = talk_new();

    (void)state;
    REACHES(t, "i-app", "10.0.1.100:443");
    assert_string_equal(t->answer.forward.items[t->answer.forward.count - 2].component, "vpce-ssm");
    assert_string_equal(t->answer.forward.items[t->answer.forward.count - 1].component, "AWS service");
    REACHES(t, "i-web", "10.0.1.100:443"); /* from another subnet */
    REACHES(t, "i-app", "eni-ssm:443");
    REACHES(t, "i-app", "52.219.1.2:443");
    assert_string_equal(t->answer.forward.items[3].rule, "pl-s3 -> vpce-s3");
    REACHES(t, "i-app", "52.94.1.2:443"); /* not in the list: through the NAT instance */
    assert_string_equal(t->answer.forward.items[3].rule, "0.0.0.0/0 -> eni-nat");
    talk_free(t);
}

static void test_link_local(void **state) {
    struct talk *t = talk_new();

    (void)state;
    REACHES(t, "i-app", "169.254.169.254:80");
    assert_true(ask_by(t, "i-app", "169.254.169.253:53", true));
    assert_true(ask_by(t, "i-app", "10.0.0.2:53", true));
    assert_true(ask_by(t, "i-app", "169.254.169.123:123", true));
    BLOCKED(t, "i-app", "169.254.169.254:81", "eni-app", "UNKNOWN_DESTINATION");
    BLOCKED(t, "i-bapp", "169.254.169.253:53", "eni-bapp", "UNKNOWN_DESTINATION");
    mend_says(t, "--vpc-id vpc-b --enable-dns-support");
    talk_free(t);
}

static void test_own_address(void **state) {
    struct talk *t = talk_new();

    (void)state;
    REACHES(t, "i-app", "i-app:80");
    assert_int_equal(t->answer.forward.count, 1);
    REACHES(t, "10.0.0.22", "10.0.0.21:9");
    BLOCKED(t, "i-web", "203.0.113.20:80", "sg-web", "ENI_SG_RULES_MISMATCH"); /* this one does leave it */
    talk_free(t);
}

/* -- blockers -------------------------------------------------------------------------------------- */

static void test_ra_008_groups(void **state) {
    struct talk *t = talk_new();

    (void)state;
    BLOCKED(t, "i-app", "i-web:443", "sg-web", "ENI_SG_RULES_MISMATCH");
    mend_says(
        t,
        "authorize-security-group-ingress --group-id sg-web --protocol tcp --port 443 --cidr 10.0.1.10/32");
    BLOCKED(t, "i-web", INTERNET ":80", "sg-web", "ENI_SG_RULES_MISMATCH");
    mend_says(t, "authorize-security-group-egress --group-id sg-web --protocol tcp --port 80 --cidr " INTERNET
                 "/32");
    BLOCKED(t, "i-iso", "i-app:80", "sg-iso", "SG_HAS_NO_RULES");
    t->world.a_groups[2].rule_count = 0;
    BLOCKED(t, "i-app", "i-web:443", "sg-web", "SG_HAS_NO_RULES");
    assert_false(blocker(t)->on_return);
    assert_false(ask_by(t, "i-app", "i-web:53", true));
    mend_says(t, "--protocol udp --port 53");
    BLOCKED(t, "i-app", "i-web:icmp", "sg-web", "SG_HAS_NO_RULES");
    mend_says(t, "--protocol icmp --port -1");
    talk_free(t);
}

static void test_ra_009_acls(void **state) {
    struct talk *t = talk_new();
    struct spec_acl_entry *e = t->world.closed;

    (void)state;
    e[0] = entry(90, false, false, 6, "10.0.1.0/24", 0, 65535);
    e[1] = entry(100, false, true, SPEC_PROTO_ALL, "0.0.0.0/0", -1, -1);
    e[2] = entry(100, true, true, SPEC_PROTO_ALL, "0.0.0.0/0", -1, -1);
    t->world.a_acls[1].entry_count = 3;
    BLOCKED(t, "i-app", "i-iso:80", "acl-iso", "SUBNET_ACL_RESTRICTION");
    assert_string_equal(blocker(t)->rule, "rule 90");
    mend_says(t, "--network-acl-id acl-iso --rule-number 45 --protocol tcp --port-range From=80,To=80 "
                 "--cidr-block 10.0.1.10/32 --rule-action allow --ingress");
    /* Nothing there denies: the implicit rule does. */
    e[0] = entry(100, false, true, 6, "0.0.0.0/0", 80, 80);
    e[1] = entry(100, true, true, 6, "0.0.0.0/0", 80, 80);
    t->world.a_acls[1].entry_count = 2;
    BLOCKED(t, "i-app", "i-iso:81", "acl-iso", "SUBNET_ACL_RESTRICTION");
    assert_string_equal(blocker(t)->rule, "rule 32767");
    mend_says(t, "--rule-number 110 ");
    /* In by 80, but no way out for what answers. */
    BLOCKED(t, "i-app", "i-iso:80", "acl-iso", "SUBNET_ACL_RESTRICTION");
    assert_true(blocker(t)->on_return);
    mend_says(t, "--port-range From=1024,To=65535 --cidr-block 10.0.1.10/32 --rule-action allow --egress");
    /* No number is left before entry 1. */
    e[0] = entry(1, false, false, SPEC_PROTO_ALL, "0.0.0.0/0", -1, -1);
    BLOCKED(t, "i-app", "i-iso:80", "acl-iso", "SUBNET_ACL_RESTRICTION");
    mend_says(t, "delete-network-acl-entry --network-acl-id acl-iso --rule-number 1 --ingress");
    talk_free(t);
}

static void test_ra_010_no_route(void **state) {
    struct talk *t = talk_new();

    (void)state;
    t->world.a_tables[1].route_count = 1;
    BLOCKED(t, "i-app", INTERNET ":443", "rtb-priv", "NO_ROUTE_TO_DESTINATION");
    mend_says(t, "create-route --route-table-id rtb-priv --destination-cidr-block 0.0.0.0/0 "
                 "--network-interface-id eni-nat");
    t->world.a_tables[0].route_count = 1;
    BLOCKED(t, "i-nat", INTERNET ":443", "rtb-pub", "NO_ROUTE_TO_DESTINATION");
    mend_says(t, "--gateway-id igw-a");
    talk_free(t);
}

static void test_ra_011_bad_state(void **state) {
    struct talk *t = talk_new();

    (void)state;
    t->world.a_enis[0].up = false; /* the NAT instance is stopped */
    t->world.priv[1] = route("0.0.0.0/0", SPEC_TARGET_BLACKHOLE, "eni-nat");
    BLOCKED(t, "i-app", INTERNET ":443", "rtb-priv", "BAD_STATE_ROUTE");
    assert_string_equal(blocker(t)->rule, "0.0.0.0/0 -> eni-nat");
    mend_says(t, "aws ec2 start-instances --instance-ids i-nat");
    t->world.priv[1] = route("0.0.0.0/0", SPEC_TARGET_ENI, "eni-nat");
    BLOCKED(t, "i-app", INTERNET ":443", "eni-nat", "BAD_STATE_ROUTE");
    mend_says(t, "aws ec2 start-instances --instance-ids i-nat");
    t->world.priv[1] = route("0.0.0.0/0", SPEC_TARGET_BLACKHOLE, "i-gone");
    BLOCKED(t, "i-app", INTERNET ":443", "rtb-priv", "BAD_STATE_ROUTE");
    mend_says(t, "replace-route --route-table-id rtb-priv --destination-cidr-block 0.0.0.0/0");
    BLOCKED(t, "i-app", "i-nat:443", "eni-nat", "BAD_STATE");
    mend_says(t, "aws ec2 start-instances --instance-ids i-nat");
    BLOCKED(t, "i-nat", "i-app:443", "eni-nat", "BAD_STATE");
    mend_says(t, "aws ec2 start-instances --instance-ids i-nat");
    assert_non_null(strstr(blocker(t)->message, "source"));
    t->world.vpc[0].internet_gateway_id = NULL;
    t->world.pub[1] = route("0.0.0.0/0", SPEC_TARGET_BLACKHOLE, "igw-a");
    BLOCKED(t, "i-web", INTERNET ":443", "rtb-pub", "BAD_STATE_ROUTE");
    mend_says(t, "attach-internet-gateway --internet-gateway-id igw-a --vpc-id vpc-a");
    talk_free(t);
}

static void test_ra_014_source_dest_check(void **state) {
    struct talk *t = talk_new();

    (void)state;
    t->world.a_enis[0].source_dest_check = true;
    BLOCKED(t, "i-app", INTERNET ":443", "eni-nat", "ENI_SOURCE_DEST_CHECK_RESTRICTION");
    mend_says(t, "modify-network-interface-attribute --network-interface-id eni-nat --no-source-dest-check");
    talk_free(t);
}

static void test_ra_015_public_addresses(void **state) {
    struct talk *t = talk_new();

    (void)state;
    t->world.priv[1] = route("0.0.0.0/0", SPEC_TARGET_INTERNET_GATEWAY, "igw-a");
    BLOCKED(t, "i-app", INTERNET ":443", "igw-a", "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS");
    mend_says(t, "--network-interface-id eni-app");
    mend_says(t, "eni-nat");
    BLOCKED(t, "internet", "i-app:443", "eni-app", "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS");
    mend_says(t, "--network-interface-id eni-app");
    ask(t, "internet", "203.0.113.77:443");
    assert_string_equal(blocker(t)->code, "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS");
    t->world.vpc[0].internet_gateway_id = NULL;
    t->world.priv[1] = t->world.pub[1] = route("0.0.0.0/0", SPEC_TARGET_BLACKHOLE, "igw-a");
    ask(t, "internet", "i-web:80");
    assert_string_equal(blocker(t)->code, "NO_PATH");
    mend_says(t, "--vpc-id vpc-a");
    talk_free(t);
}

static void test_ra_016_addresses_that_a_gateway_refuses(void **state) {
    struct talk *t = talk_new();

    (void)state;
    BLOCKED(t, "i-nat", "192.168.7.7:443", "igw-a", "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS");
    BLOCKED(t, "i-nat", "100.64.1.1:443", "igw-a", "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS");
    talk_free(t);
}

static void test_ra_020_endpoints(void **state) {
    struct talk *t = talk_new();

    (void)state;
    assert_false(ask_by(t, "i-app", "52.219.1.2:53", true));
    assert_string_equal(blocker(t)->code, "VPCE_GATEWAY_PROTOCOL_RESTRICTION");
    BLOCKED(t, "eni-ssm", "i-app:443", "vpce-ssm", "VPCE_INTRA_VPC_TRAFFIC");
    BLOCKED(t, "i-app", "10.0.1.100:80", "sg-ep", "ENI_SG_RULES_MISMATCH");
    talk_free(t);
}

/* app -> nat (by a route more specific than local) -> web, whose rule knows only sg-app. */
static void test_ra_023_group_behind_a_middlebox(void **state) {
    struct talk *t = talk_new();

    (void)state;
    REACHES(t, "i-app", "i-web:8080");
    t->world.priv[3] = route("10.0.0.20/32", SPEC_TARGET_ENI, "eni-nat");
    t->world.a_tables[1].route_count = 4;
    t->world.nat_rules[4] = rule_cidr("sgr-nat-8080", false, 6, 8080, 8080, "10.0.0.0/16");
    t->world.a_groups[0].rule_count = 5;
    t->world.a_groups[2].rule_count = 2;
    BLOCKED(t, "i-app", "i-web:8080", "sg-web",
            "ENI_SG_RULES_MISMATCH"); /* the masqueraded source is sg-nat's */
    talk_free(t);
}

static void test_ra_025_unknown_destination(void **state) {
    struct talk *t = talk_new();

    (void)state;
    BLOCKED(t, "i-app", "10.0.0.99:80", "eni-app", "UNKNOWN_DESTINATION");
    BLOCKED(t, "i-app", "10.0.1.99:80", "eni-app", "UNKNOWN_DESTINATION");
    BLOCKED(t, "i-app", "224.0.0.1:80", "eni-app", "UNKNOWN_DESTINATION");
    talk_free(t);
}

static void test_ra_026_two_vpcs(void **state) {
    struct talk *t = talk_new();

    (void)state;
    BLOCKED(t, "i-nat", "i-bweb:443", "vpc-b", "DISCONNECTED_VPCS");
    mend_says(t, "203.0.113.40");
    assert_int_equal(t->answer.blockers.count, 2); /* and what became of the packet */
    assert_string_equal(t->answer.blockers.items[1].component, "sg-web");
    BLOCKED(t, "i-app", "i-bapp:443", "vpc-b", "DISCONNECTED_VPCS"); /* the same address in both */
    REACHES(t, "i-nat", "203.0.113.40:443");                         /* by way of both gateways */
    talk_free(t);
}

/* -- odd paths ------------------------------------------------------------------------------------- */

/* The answer is routed through the NAT instance, which never saw the request. */
static void test_reply_past_a_middlebox(void **state) {
    struct talk *t = talk_new();

    (void)state;
    t->world.nat_rules[4] = rule_cidr("sgr-nat-any", false, SPEC_PROTO_ALL, -1, -1, "0.0.0.0/0");
    t->world.a_groups[0].rule_count = 5;
    REACHES(t, "i-app", "i-iso:80");
    t->world.iso[1] = route("10.0.1.0/24", SPEC_TARGET_ENI, "eni-nat");
    t->world.a_tables[2].route_count = 2;
    BLOCKED(t, "i-app", "i-iso:80", "eni-nat", "NO_PATH");
    assert_true(blocker(t)->on_return);
    REACHES(t, "i-app", "i-iso:icmp"); /* which nobody can translate, nor needs to */
    t->world.priv[3] = route("10.0.2.0/24", SPEC_TARGET_ENI, "eni-nat");
    t->world.a_tables[1].route_count = 4;
    t->world.iso_rules[0].cidr = cidr("10.0.0.10/32"); /* both ways by it: iso sees only the middlebox */
    REACHES(t, "i-app", "i-iso:80");
    talk_free(t);
}

static void test_middleboxes_in_a_circle(void **state) {
    struct talk *t = talk_new();

    (void)state;
    t->world.pub[1] = route("0.0.0.0/0", SPEC_TARGET_ENI, "eni-nat");
    BLOCKED(t, "i-app", INTERNET ":443", "eni-nat", "UNKNOWN_DESTINATION");
    assert_non_null(strstr(blocker(t)->message, "circles"));
    talk_free(t);
}

/* -- questions ------------------------------------------------------------------------------------- */

static void test_bad_questions(void **state) {
    static const struct {
        const char *source, *destination;
        bool udp;
        const char *says;
    } bad[] = {
        {"", "i-web:80", false, "no source"},
        {"web", "i-web:80", false, "no source"},
        {"i-none", "i-web:80", false, "no instance"},
        {"10.0.1.10", "i-web:80", false, "2 VPCs"},
        {"10.99.0.1", "i-web:80", false, "no interface has"},
        {"203.0.113.99", "i-web:80", false, "no interface has"},
        {"52.219.1.2", "i-web:80", false, "no interface has"},
        {"127.0.0.1", "i-web:80", false, "no interface has"},
        {"i-app", "i-web", false, "needs a port"},
        {"i-app", "i-web:", false, "no port"},
        {"i-app", "i-web:0", false, "no port"},
        {"i-app", "i-web:65536", false, "no port"},
        {"i-app", "i-web:http", false, "no port"},
        {"i-app", "i-web:icmp", true, "needs a port"},
        {"i-app", "eni-none:80", false, "no instance"},
        {"i-app", ":80", false, "neither"},
        {"i-app", "a b:80", false, "neither"},
        {"i-app", "10.0.0.256:80", false, "neither"},
        {"i-app", "10.0.0.01:80", false, "neither"},
        {"internet", "8.8.8.8:53", true, "outside"},
        {"internet", "52.219.1.2:443", false, "outside"},
        {"198.51.100.1", "internet:443", false, "outside"},
        {"i-app", "127.0.0.1:80", false, "never leave"},
        {"i-app", "0.0.0.0:80", false, "never leave"},
        {"i-app", "a..b:80", false, "neither"},
        {"i-app", "\033[31m:80", false, "neither"},
    };
    struct talk *t = talk_new();
    struct explain_question q;

    (void)state;
    REACHES(t, "i-app", "i-app2:5432");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        t->error = NULL;
        assert_int_equal(explain_parse(t->image, &t->arena, bad[i].source, bad[i].destination, bad[i].udp,
                                       four(INTERNET), &q, &t->error),
                         -EINVAL);
        if (t->error == NULL || strstr(t->error, bad[i].says) == NULL || strchr(t->error, '\n') != NULL ||
            strchr(t->error, '\033') != NULL)
            fail_msg("%s %s: %s", bad[i].source, bad[i].destination, t->error);
    }
    talk_free(t);
}

static void test_names_are_left_to_the_resolver(void **state) {
    struct talk *t = talk_new();
    struct explain_question q;

    (void)state;
    REACHES(t, "i-app", "i-app2:5432");
    assert_int_equal(explain_parse(t->image, &t->arena, "i-app", "ssm.ap-northeast-1.amazonaws.com:443",
                                   false, four(INTERNET), &q, &t->error),
                     0);
    assert_int_equal(q.to.place, EXPLAIN_NAME);
    assert_string_equal(q.to.name, "ssm.ap-northeast-1.amazonaws.com");
    assert_int_equal(q.port, 443);
    assert_int_equal(explain_parse(t->image, &t->arena, "i-app",
                                   "i-0abc.ap-northeast-1.compute.internal:icmp", false, four(INTERNET), &q,
                                   &t->error),
                     0);
    assert_int_equal(q.to.place, EXPLAIN_NAME);
    assert_int_equal(
        explain_parse(t->image, &t->arena, "i-app", "internet:80", false, four(INTERNET), &q, &t->error), 0);
    assert_true(ip_equal(q.to.address, ip(INTERNET)));
    talk_free(t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ra_004_path_through_a_nat_instance),
        cmocka_unit_test(test_ra_005_ends),
        cmocka_unit_test(test_endpoints),
        cmocka_unit_test(test_link_local),
        cmocka_unit_test(test_own_address),
        cmocka_unit_test(test_ra_008_groups),
        cmocka_unit_test(test_ra_009_acls),
        cmocka_unit_test(test_ra_010_no_route),
        cmocka_unit_test(test_ra_011_bad_state),
        cmocka_unit_test(test_ra_014_source_dest_check),
        cmocka_unit_test(test_ra_015_public_addresses),
        cmocka_unit_test(test_ra_016_addresses_that_a_gateway_refuses),
        cmocka_unit_test(test_ra_020_endpoints),
        cmocka_unit_test(test_ra_023_group_behind_a_middlebox),
        cmocka_unit_test(test_ra_025_unknown_destination),
        cmocka_unit_test(test_ra_026_two_vpcs),
        cmocka_unit_test(test_reply_past_a_middlebox),
        cmocka_unit_test(test_middleboxes_in_a_circle),
        cmocka_unit_test(test_bad_questions),
        cmocka_unit_test(test_names_are_left_to_the_resolver),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
