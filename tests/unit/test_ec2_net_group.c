/* SPDX-License-Identifier: Apache-2.0 */
/* Security groups and their rules, as AWS answers. */
#include "ec2_rig.h"

static const char *make_group(const char *vpc, const char *name) {
    return CALL(create_security_group, .vpc_id = vpc, .group_name = name, .description = "d")->group_id;
}

static const struct ec2_security_group *group_of(const char *id) {
    return &CALL(describe_security_groups, .group_ids = TEXTS(id))->security_groups.items[0];
}

static size_t rule_count(const char *group) {
    return CALL(describe_security_group_rules, .filters = FILTER("group-id", group))
        ->security_group_rules.count;
}

#define TCP(port_, cidr_)                                                                                    \
    ONE(ec2_ip_permission, .ip_protocol = "tcp", .from_port = SOME_INT(port_), .to_port = SOME_INT(port_),   \
        .ip_ranges = ONE(ec2_ip_range, .cidr_ip = (cidr_)))

/* sg-002, sg-004, sg-025, sg-026 */
static void groups(void **state) {
    (void)state;
    const char *vpc = rig_vpc("10.0.0.0/16");
    const char *a = make_group(vpc, "web"), *b = make_group(vpc, "db");
    const struct ec2_security_group *seen = group_of(a);
    assert_int_equal(seen->ip_permissions.count, 0);
    assert_int_equal(seen->ip_permissions_egress.count, 1);
    assert_string_equal(seen->ip_permissions_egress.items[0].ip_protocol, "-1");
    assert_false(seen->ip_permissions_egress.items[0].from_port.set);
    assert_string_equal(seen->ip_permissions_egress.items[0].ip_ranges.items[0].cidr_ip, "0.0.0.0/0");
    assert_int_equal(rule_count(a), 1);
    assert_int_equal(rule_count("sg-005216b55886f0fdc"), 0);
    REFUSED("InvalidGroupId.Malformed", describe_security_group_rules,
            .filters = FILTER("group-id", "foobar"));
#define MAKE(name_) .vpc_id = vpc, .group_name = (name_), .description = "d"
    REFUSED("InvalidGroup.Duplicate", create_security_group, MAKE("WEB"));
    REFUSED("InvalidGroup.Reserved", create_security_group, MAKE("default"));
    REFUSED("InvalidParameterValue", create_security_group, MAKE("sg-x"));
    REFUSED("InvalidParameterValue", create_security_group, MAKE("caf\xc3\xa9"));
    REFUSED("MissingParameter", create_security_group, .vpc_id = vpc, .group_name = "x");
    REFUSED("VPCIdNotSpecified", create_security_group, .group_name = "x", .description = "d");
    CALL(authorize_security_group_ingress, .group_id = b,
         .ip_permissions = ONE(ec2_ip_permission, .ip_protocol = "-1",
                               .user_id_group_pairs = ONE(ec2_user_id_group_pair, .group_id = a)));
    REFUSED("DependencyViolation", delete_security_group, .group_id = a);
    CALL(delete_security_group, .group_id = b);
    rig_begin(true);
    const char *standard = ec2_group_by_name(&rig.rq, vpc, "default")->id;
    rig_end(false);
    REFUSED("CannotDelete", delete_security_group, .group_id = standard);
    assert_string_equal(group_of(standard)->ip_permissions.items[0].user_id_group_pairs.items[0].group_id,
                        standard);
    const struct eni_row *eni = rig_eni(rig_subnet(vpc, "10.0.1.0/24", NULL), NULL, NULL, false);
    rig_begin(true);
    assert_int_equal(ec2_eni_set_groups(&rig.rq, eni, &a, 1), 0);
    rig_end(true);
    REFUSED("DependencyViolation", delete_security_group, .group_id = a);
    const char *far = make_group(rig_vpc("10.1.0.0/16"), "far");
    rig_begin(true);
    rig_refused(ec2_eni_set_groups(&rig.rq, eni, &far, 1), "ec2_eni_set_groups", "InvalidParameter");
    const char *six[] = {a, a, a, a, a, a};
    rig_refused(ec2_eni_set_groups(&rig.rq, eni, six, 6), "ec2_eni_set_groups",
                "SecurityGroupsPerInterfaceLimitExceeded");
    ec2_eni_delete(&rig.rq, eni);
    rig_end(true);
    CALL(delete_security_group, .group_id = a);
    REFUSED("InvalidGroup.NotFound", describe_security_groups, .group_ids = TEXTS(a));
}

/* sg-015, sg-017, sg-018, sg-019, sg-023, sg-024 */
static void authorize(void **state) {
    (void)state;
    const char *vpc = rig_vpc("10.0.0.0/16"), *g = make_group(vpc, "web"), *peer = make_group(vpc, "peer");
    struct ec2_ip_range three[] = {{.cidr_ip = "10.1.0.0/16", .description = "one"},
                                   {.cidr_ip = "10.2.3.4/16"},
                                   {.cidr_ip = "192.0.2.1/32"}};
    struct ec2_tag_specification tags = {.resource_type = "security-group-rule",
                                         .tags = ONE(ec2_tag, "Name", "r")};
    struct ec2_authorize_security_group_ingress_result *r =
        CALL(authorize_security_group_ingress, .group_id = g, .tag_specifications = {&tags, 1, 1},
             .ip_permissions = ONE(ec2_ip_permission, .ip_protocol = "6", .from_port = SOME_INT(22),
                                   .to_port = SOME_INT(22), .ip_ranges = {three, 3, 3},
                                   .user_id_group_pairs = ONE(ec2_user_id_group_pair, .group_id = peer)));
    assert_int_equal(r->security_group_rules.count, 4);
    assert_true(text_starts(r->security_group_rules.items[0].security_group_rule_id, "sgr-"));
    assert_string_equal(r->security_group_rules.items[0].ip_protocol, "tcp");
    assert_string_equal(r->security_group_rules.items[0].tags.items[0].value, "r");
    assert_string_equal(r->security_group_rules.items[1].cidr_ipv4, "10.2.0.0/16");
    const struct ec2_security_group *seen = group_of(g);
    assert_int_equal(seen->ip_permissions.count, 1);
    assert_int_equal(seen->ip_permissions.items[0].ip_ranges.count, 3);
    assert_int_equal(seen->ip_permissions.items[0].user_id_group_pairs.count, 1);
    assert_string_equal(seen->ip_permissions.items[0].ip_ranges.items[0].description, "one");

    struct ec2_ip_permission mixed[] = {{.ip_protocol = "tcp",
                                         .from_port = SOME_INT(80),
                                         .to_port = SOME_INT(80),
                                         .ip_ranges = ONE(ec2_ip_range, .cidr_ip = "0.0.0.0/0")},
                                        {.ip_protocol = "tcp",
                                         .from_port = SOME_INT(22),
                                         .to_port = SOME_INT(22),
                                         .ip_ranges = ONE(ec2_ip_range, .cidr_ip = "10.1.0.0/16")}};
    REFUSED("InvalidPermission.Duplicate", authorize_security_group_ingress, .group_id = g,
            .ip_permissions = {mixed, 2, 2});
    assert_int_equal(rule_count(g), 5);
#define BAD(code, ...)                                                                                       \
    REFUSED(code, authorize_security_group_ingress, .group_id = g,                                           \
            .ip_permissions = ONE(ec2_ip_permission, __VA_ARGS__))
#define ANY .ip_ranges = ONE(ec2_ip_range, .cidr_ip = "0.0.0.0/0")
    BAD("InvalidParameterValue", .ip_protocol = "tcp", .from_port = SOME_INT(70000),
        .to_port = SOME_INT(70000), ANY);
    BAD("InvalidParameterValue", .ip_protocol = "tcp", .from_port = SOME_INT(443), .to_port = SOME_INT(80),
        ANY);
    BAD("InvalidParameterValue", .ip_protocol = "tcp", ANY);
    BAD("InvalidParameterValue", .ip_protocol = "tcp", .from_port = SOME_INT(1), .to_port = SOME_INT(1),
        .ip_ranges = ONE(ec2_ip_range, .cidr_ip = "10.0.0.0"));
    BAD("InvalidParameterValue", .ip_protocol = "nonsense", ANY);
    BAD("MissingParameter", .ip_protocol = "-1");
    BAD("MissingParameter", ANY);
    BAD("InvalidGroup.NotFound", .ip_protocol = "-1",
        .user_id_group_pairs = ONE(ec2_user_id_group_pair, .group_id = "sg-00000000"));
    BAD("InvalidPrefixListID.NotFound", .ip_protocol = "-1",
        .prefix_list_ids = ONE(ec2_prefix_list_id, .prefix_list_id = "pl-00000000"));
    CALL(authorize_security_group_ingress, .group_id = g, .ip_protocol = "icmp", .from_port = SOME_INT(8),
         .to_port = SOME_INT(-1), .cidr_ip = "0.0.0.0/0");
    CALL(authorize_security_group_ingress, .group_id = g, .ip_protocol = "-1", .from_port = SOME_INT(22),
         .to_port = SOME_INT(22), .cidr_ip = "0.0.0.0/0");
    CALL(authorize_security_group_egress, .group_id = g,
         .ip_permissions = ONE(ec2_ip_permission, .ip_protocol = "tcp", .from_port = SOME_INT(443),
                               .to_port = SOME_INT(443),
                               .prefix_list_ids = ONE(ec2_prefix_list_id, .prefix_list_id = "pl-61a54008")));
    CALL(authorize_security_group_ingress, .group_id = g,
         .ip_permissions =
             ONE(ec2_ip_permission, .ip_protocol = "tcp", .from_port = SOME_INT(22), .to_port = SOME_INT(22),
                 .ipv6_ranges = ONE(ec2_ipv6_range, .cidr_ipv6 = "2001:DB8::1/32")));
    assert_int_equal(
        CALL(describe_security_groups, .filters = FILTER("ip-permission.ipv6-cidr", "2001:db8::/32"))
            ->security_groups.count,
        1);
    assert_int_equal(
        CALL(describe_security_groups, .filters = FILTER("egress.ip-permission.prefix-list-id", "pl-*"))
            ->security_groups.count,
        1);
    assert_int_equal(CALL(describe_security_groups, .filters = FILTER("ip-permission.from-port", "22"))
                         ->security_groups.count,
                     1);
}

/* sg-016, sg-018 */
static void revoked(void **state) {
    (void)state;
    const char *vpc = rig_vpc("10.0.0.0/16"), *g = make_group(vpc, "web");
    CALL(authorize_security_group_ingress, .group_id = g, .ip_permissions = TCP(22, "10.0.0.0/8"));
    const char *rule =
        CALL(authorize_security_group_ingress, .group_id = g, .ip_permissions = TCP(23, "10.0.0.0/8"))
            ->security_group_rules.items[0]
            .security_group_rule_id;
    REFUSED("InvalidPermission.NotFound", revoke_security_group_ingress, .group_id = g,
            .ip_permissions = TCP(99, "10.0.0.0/8"));
    REFUSED("InvalidPermission.NotFound", revoke_security_group_egress, .group_id = g,
            .ip_permissions = TCP(22, "10.0.0.0/8"));
    assert_int_equal(
        CALL(revoke_security_group_ingress, .group_id = g, .ip_permissions = TCP(22, "10.0.0.0/8"))
            ->revoked_security_group_rules.count,
        1);
    REFUSED("InvalidSecurityGroupRuleId.NotFound", revoke_security_group_ingress, .group_id = g,
            .security_group_rule_ids = TEXTS("sgr-00000000"));
    REFUSED("InvalidSecurityGroupRuleId.NotFound", revoke_security_group_egress, .group_id = g,
            .security_group_rule_ids = TEXTS(rule));
    CALL(revoke_security_group_ingress, .group_id = g, .security_group_rule_ids = TEXTS(rule));
    CALL(revoke_security_group_egress, .group_id = g,
         .ip_permissions = ONE(ec2_ip_permission, .ip_protocol = "-1",
                               .ip_ranges = ONE(ec2_ip_range, .cidr_ip = "0.0.0.0/0")));
    assert_int_equal(rule_count(g), 0);
    rig_begin(true);
    ec2_region_setup(&rig.rq);
    rig_end(true);
    const char *d = CALL(create_security_group, .group_name = "web", .description = "d")->group_id;
    struct ec2_revoke_security_group_ingress_result *r =
        CALL(revoke_security_group_ingress, .group_name = "web", .ip_permissions = TCP(99, "10.0.0.0/8"));
    assert_int_equal(r->unknown_ip_permissions.count, 1);
    assert_int_equal(r->unknown_ip_permissions.items[0].from_port.v, 99);
    assert_string_equal(
        CALL(describe_security_groups, .group_names = TEXTS("web"))->security_groups.items[0].group_id, d);
}

/* sg-020 */
static void limit(void **state) {
    (void)state;
    const char *g = make_group(rig_vpc("10.0.0.0/16"), "web");
    struct ec2_ip_range many[61];
    for (int i = 0; i < 61; i++)
        many[i] = (struct ec2_ip_range){.cidr_ip = arena_printf(&rig.arena, "10.0.%d.0/24", i)};
#define RANGES(count_) ONE(ec2_ip_permission, .ip_protocol = "-1", .ip_ranges = {many, (count_), (count_)})
    REFUSED("RulesPerSecurityGroupLimitExceeded", authorize_security_group_ingress, .group_id = g,
            .ip_permissions = RANGES(61));
    CALL(authorize_security_group_ingress, .group_id = g, .ip_permissions = RANGES(60));
    assert_int_equal(rule_count(g), 61);
}

int main(void) {
    const struct CMUnitTest all[] = {RIG_TEST(groups), RIG_TEST(authorize), RIG_TEST(revoked),
                                     RIG_TEST(limit)};
    return cmocka_run_group_tests(all, NULL, NULL);
}
