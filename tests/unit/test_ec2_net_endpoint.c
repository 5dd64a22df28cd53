/* SPDX-License-Identifier: Apache-2.0 */
/* VPC endpoints, what AWS offers behind them, and what doors and the resolver learn of them. */
#include "ec2_rig.h"

#include <errno.h>

#include "api/ec2/netview.h"

#define S3 "com.amazonaws.ap-northeast-1.s3"
#define SSM "com.amazonaws.ap-northeast-1.ssm"

static const char *named_vpc(void) {
    struct ec2_attribute_boolean_value on = {SOME_BOOL(true)};
    const char *vpc = rig_vpc("10.0.0.0/16");
    DO(modify_vpc_attribute, .vpc_id = vpc, .enable_dns_hostnames = &on);
    return vpc;
}

static const char *main_table(const char *vpc) {
    return CALL(describe_route_tables, .filters = FILTER("vpc-id", vpc))
        ->route_tables.items[0]
        .route_table_id;
}

/* vpce-001, vpce-002, vpce-009, vpce-010, vpce-012, vpce-024, rt-016 */
static void gateway(void **state) {
    (void)state;
    const char *vpc = rig_vpc("10.0.0.0/16"), *table = main_table(vpc);
    const struct ec2_vpc_endpoint *e =
        CALL(create_vpc_endpoint, .vpc_id = vpc, .service_name = S3, .route_table_ids = TEXTS(table))
            ->vpc_endpoint;
    assert_string_equal(e->state, "available");
    assert_string_equal(e->vpc_endpoint_type, "Gateway");
    assert_non_null(strstr(e->policy_document, "\"Effect\":\"Allow\""));
    assert_string_equal(e->route_table_ids.items[0], table);
    assert_int_equal(e->network_interface_ids.count, 0);
    const struct ec2_route *route =
        &CALL(describe_route_tables, .route_table_ids = TEXTS(table))->route_tables.items[0].routes.items[1];
    assert_string_equal(route->destination_prefix_list_id, "pl-61a54008");
    assert_string_equal(route->gateway_id, e->vpc_endpoint_id);
    assert_string_equal(route->state, "active");
    REFUSED("InvalidParameterValue", delete_route, .route_table_id = table,
            .destination_prefix_list_id = "pl-61a54008");
    REFUSED("RouteAlreadyExists", create_vpc_endpoint, .vpc_id = vpc, .service_name = S3,
            .route_table_ids = TEXTS(table));
    CALL(create_vpc_endpoint, .vpc_id = vpc, .service_name = "com.amazonaws.ap-northeast-1.dynamodb",
         .route_table_ids = TEXTS(table));
    REFUSED("InvalidServiceName", create_vpc_endpoint, .vpc_id = vpc,
            .service_name = "com.amazonaws.ap-northeast-1.s4");
    REFUSED("InvalidServiceName", create_vpc_endpoint, .vpc_id = vpc,
            .service_name = "com.amazonaws.us-east-1.s3");
    REFUSED("InvalidParameter", create_vpc_endpoint, .vpc_id = vpc, .service_name = SSM);
    REFUSED("InvalidParameter", create_vpc_endpoint, .vpc_id = vpc, .service_name = S3,
            .subnet_ids = TEXTS("subnet-00000000"));

    const char *id = e->vpc_endpoint_id;
    REFUSED("InvalidPolicyDocument", modify_vpc_endpoint, .vpc_endpoint_id = id, .policy_document = "{}x");
    char *long_one = arena_alloc(&rig.arena, 20483);
    memset(long_one, ' ', 20482);
    REFUSED("InvalidPolicyDocument", modify_vpc_endpoint, .vpc_endpoint_id = id, .policy_document = long_one);
    static const char narrow[] = "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:"
                                 "Get*\",\"Resource\":\"*\"}]}";
    CALL(modify_vpc_endpoint, .vpc_endpoint_id = id, .policy_document = narrow,
         .remove_route_table_ids = TEXTS(table));
    e = &CALL(describe_vpc_endpoints, .vpc_endpoint_ids = TEXTS(id))->vpc_endpoints.items[0];
    assert_string_equal(e->policy_document, narrow);
    assert_int_equal(e->route_table_ids.count, 0);
    CALL(modify_vpc_endpoint, .vpc_endpoint_id = id, .reset_policy = SOME_BOOL(true),
         .add_route_table_ids = TEXTS(table));
    REFUSED("DependencyViolation", delete_vpc, .vpc_id = vpc);
    struct ec2_delete_vpc_endpoints_result *gone =
        CALL(delete_vpc_endpoints, .vpc_endpoint_ids = TEXTS(id, "vpce-00000000"));
    assert_int_equal(gone->unsuccessful.count, 1);
    assert_string_equal(gone->unsuccessful.items[0].error->code, "InvalidVpcEndpoint.NotFound");
    assert_int_equal(
        CALL(describe_route_tables, .route_table_ids = TEXTS(table))->route_tables.items[0].routes.count, 2);
    REFUSED("InvalidVpcEndpointId.NotFound", describe_vpc_endpoints, .vpc_endpoint_ids = TEXTS(id));
}

/* vpce-014, vpce-015, vpce-016, vpce-017, vpce-018, vpc-006 */
static void interface(void **state) {
    (void)state;
    const char *vpc = rig_vpc("10.0.0.0/16");
    const char *a = rig_subnet(vpc, "10.0.1.0/24", "ap-northeast-1a"),
               *c = rig_subnet(vpc, "10.0.2.0/24", "ap-northeast-1c");
    const char *a2 = rig_subnet(vpc, "10.0.3.0/24", "ap-northeast-1a");
#define MAKE .vpc_id = vpc, .service_name = SSM, .vpc_endpoint_type = "Interface"
    REFUSED("InvalidParameter", create_vpc_endpoint, MAKE, .subnet_ids = TEXTS(a));
    struct ec2_attribute_boolean_value on = {SOME_BOOL(true)};
    DO(modify_vpc_attribute, .vpc_id = vpc, .enable_dns_hostnames = &on);
    REFUSED("DuplicateSubnetsInSameZone", create_vpc_endpoint, MAKE, .subnet_ids = TEXTS(a, a2));
    const struct ec2_vpc_endpoint *e =
        CALL(create_vpc_endpoint, MAKE, .subnet_ids = TEXTS(a, c), .client_token = "t")->vpc_endpoint;
    assert_string_equal(CALL(create_vpc_endpoint, MAKE, .subnet_ids = TEXTS(a, c), .client_token = "t")
                            ->vpc_endpoint->vpc_endpoint_id,
                        e->vpc_endpoint_id);
    assert_int_equal(e->network_interface_ids.count, 2);
    assert_string_equal(e->groups.items[0].group_name, "default");
    assert_true(e->private_dns_enabled.v);
    assert_int_equal(e->dns_entries.count, 4);
    assert_true(text_ends(e->dns_entries.items[0].dns_name, ".ssm.ap-northeast-1.vpce.amazonaws.com"));
    assert_true(text_starts(e->dns_entries.items[0].dns_name, e->vpc_endpoint_id));
    assert_non_null(strstr(e->dns_entries.items[1].dns_name, "-ap-northeast-1a.ssm."));
    assert_string_equal(e->dns_entries.items[3].dns_name, "ssm.ap-northeast-1.amazonaws.com");
    REFUSED("DependencyViolation", delete_subnet, .subnet_id = a);
    REFUSED("InvalidParameter", create_vpc_endpoint, MAKE, .subnet_ids = TEXTS(a));
    CALL(create_vpc_endpoint, MAKE, .subnet_ids = TEXTS(a), .private_dns_enabled = SOME_BOOL(false));

    rig_begin(false);
    struct eni_rows enis = eni_list_by(&rig.tx, COL(eni, endpoint_id), e->vpc_endpoint_id);
    assert_true(enis.items[0].requester_managed);
    assert_string_equal(enis.items[0].kind, "vpc_endpoint");
    assert_string_equal(enis.items[0].status, "in-use");
    struct ip4 ips[4], private[4];
    size_t count = 4, private_count = 4;
    assert_int_equal(netview_private_service(&rig.tx, vpc, "ssm", private, &private_count), 0);
    assert_int_equal(private_count, 2);
    assert_int_equal(netview_private_service(&rig.tx, vpc, "sts", ips, &count), -ENOENT);
    count = 4;
    assert_int_equal(netview_vpce_name(&rig.tx, e->dns_entries.items[0].dns_name, ips, &count), 0);
    assert_int_equal(count, 2);
    count = 4;
    assert_int_equal(netview_vpce_name(&rig.tx, e->dns_entries.items[1].dns_name, ips, &count), 0);
    assert_int_equal(count, 1);
    assert_int_equal(ips[0].v, private[0].v);
    assert_int_equal(netview_vpce_name(&rig.tx, "vpce-0.ssm.ap-northeast-1.vpce.amazonaws.com", ips, &count),
                     -ENOENT);
    char *foreign = arena_strdup(&rig.arena, e->dns_entries.items[0].dns_name);
    memcpy(strstr(foreign, "ssm"), "sts", 3);
    assert_int_equal(netview_vpce_name(&rig.tx, foreign, ips, &count), -ENOENT);
    foreign = arena_printf(&rig.arena, "%.*s.ssm.x-ap-northeast-1.vpce.amazonaws.com",
                           (int)strcspn(foreign, "."), foreign);
    assert_int_equal(netview_vpce_name(&rig.tx, foreign, ips, &count), -ENOENT);
    struct vpc_endpoint_rows first = vpc_endpoint_list_by_int(&rig.tx, COL(vpc_endpoint, num), 1);
    assert_int_equal(first.count, 1);
    assert_string_equal(first.items[0].id, e->vpc_endpoint_id);
    assert_string_equal(first.items[0].vpc_id, vpc);
    assert_int_equal(vpc_endpoint_list_by_int(&rig.tx, COL(vpc_endpoint, num), 999).count, 0);
    rig_end(true);

    struct ec2_attribute_boolean_value off = {SOME_BOOL(false)};
    DO(modify_vpc_attribute, .vpc_id = vpc, .enable_dns_hostnames = &off);
    rig_begin(false);
    private_count = 4;
    assert_int_equal(netview_private_service(&rig.tx, vpc, "ssm", private, &private_count), -ENOENT);
    rig_end(true);
    DO(modify_vpc_attribute, .vpc_id = vpc, .enable_dns_hostnames = &on);

    const char *id = e->vpc_endpoint_id;
    CALL(modify_vpc_endpoint, .vpc_endpoint_id = id, .private_dns_enabled = SOME_BOOL(false),
         .remove_subnet_ids = TEXTS(a), .add_subnet_ids = TEXTS(a2));
    e = &CALL(describe_vpc_endpoints, .vpc_endpoint_ids = TEXTS(id))->vpc_endpoints.items[0];
    assert_int_equal(e->subnet_ids.count, 2);
    assert_int_equal(e->dns_entries.count, 3);
    const char *group =
        CALL(create_security_group, .vpc_id = vpc, .group_name = "e", .description = "d")->group_id;
    CALL(modify_vpc_endpoint, .vpc_endpoint_id = id, .add_security_group_ids = TEXTS(group),
         .remove_security_group_ids = TEXTS(e->groups.items[0].group_id));
    e = &CALL(describe_vpc_endpoints, .vpc_endpoint_ids = TEXTS(id))->vpc_endpoints.items[0];
    assert_string_equal(e->groups.items[0].group_name, "e");
    rig_begin(false);
    size_t groups;
    assert_string_equal(ec2_eni_groups(&rig.rq, e->network_interface_ids.items[0], &groups)[0].group_id,
                        group);
    rig_end(true);
    REFUSED("DependencyViolation", delete_security_group, .group_id = group);
    CALL(delete_vpc_endpoints, .vpc_endpoint_ids = TEXTS(id));
    CALL(delete_security_group, .group_id = group);
    DO(delete_subnet, .subnet_id = c);
}

static void offers(void **state) {
    (void)state;
    struct ec2_describe_vpc_endpoint_services_result *r =
        CALL(describe_vpc_endpoint_services, .service_names = TEXTS(S3));
    assert_int_equal(r->service_names.count, 1);
    assert_int_equal(r->service_details.count, 2);
    assert_string_equal(r->service_details.items[0].service_type.items[0].service_type, "Gateway");
    r = CALL(describe_vpc_endpoint_services, .filters = FILTER("service-type", "Gateway"));
    assert_int_equal(r->service_details.count, 2);
    REFUSED("InvalidServiceName", describe_vpc_endpoint_services, .service_names = TEXTS("x"));
    struct ec2_describe_prefix_lists_result *lists =
        CALL(describe_prefix_lists, .filters = FILTER("prefix-list-name", S3));
    assert_int_equal(lists->prefix_lists.count, 1);
    assert_string_equal(lists->prefix_lists.items[0].prefix_list_id, "pl-61a54008");
    assert_true(lists->prefix_lists.items[0].cidrs.count > 0);
    REFUSED("InvalidPrefixListID.NotFound", describe_prefix_lists, .prefix_list_ids = TEXTS("pl-63a5400a"));
}

/* dns-002, dns-009, dns-014 */
static void names(void **state) {
    (void)state;
    const char *vpc = named_vpc(), *other = rig_vpc("10.0.0.0/16");
    const struct eni_row *eni =
        rig_eni(rig_subnet(vpc, "10.0.1.0/24", NULL), "10.0.1.10", "i-00000000000000001", true);
    rig_begin(true);
    struct eni_address_row address = ec2_eni_addresses(&rig.rq, eni->id).items[0];
    address.public_ip = "203.0.113.9";
    eni_address_put(&rig.tx, &address);
    rig_end(true);
    rig_begin(false);
    struct ip4 ip;
    static const char suffix[] = ".ap-northeast-1.compute.internal";
#define NAME(head) arena_printf(&rig.arena, "%s%s", head, suffix)
    assert_int_equal(netview_instance_name(&rig.tx, vpc, NAME("ip-10-0-1-10"), &ip), 0);
    assert_int_equal(ip.v, 0x0a00010a);
    assert_int_equal(netview_instance_name(&rig.tx, vpc, NAME("ip-10-0-1-11"), &ip), -ENOENT);
    assert_int_equal(netview_instance_name(&rig.tx, other, NAME("ip-10-0-1-10"), &ip), -ENOENT);
    assert_int_equal(netview_instance_name(&rig.tx, vpc, NAME("ip-10-0-1-10-9-9-9-9-9-9"), &ip), -ENOENT);
    assert_int_equal(netview_instance_name(&rig.tx, vpc, NAME("i-00000000000000001"), &ip), 0);
    assert_int_equal(ip.v, 0x0a00010a);
    static const char public[] = "ec2-203-0-113-9.ap-northeast-1.compute.amazonaws.com";
    assert_int_equal(netview_instance_name(&rig.tx, vpc, public, &ip), 0);
    assert_int_equal(ip.v, 0x0a00010a);
    assert_int_equal(netview_instance_name(&rig.tx, other, public, &ip), 0);
    assert_int_equal(ip.v, 0xcb007109);
    assert_int_equal(netview_instance_name(&rig.tx, vpc, suffix + 1, &ip), -ENOENT);
    const char *back;
    assert_int_equal(netview_address_name(&rig.tx, vpc, (struct ip4){0x0a00010a}, &back), 0);
    assert_string_equal(back, NAME("ip-10-0-1-10"));
    assert_int_equal(netview_address_name(&rig.tx, other, (struct ip4){0x0a00010a}, &back), -ENOENT);
    struct netview_eni view;
    assert_int_equal(netview_eni(&rig.tx, (uint32_t)eni->num, 0, &view), 0);
    assert_string_equal(view.instance_id, "i-00000000000000001");
    assert_int_equal(view.public_ip.v, 0xcb007109);
    assert_int_equal(netview_eni(&rig.tx, (uint32_t)eni->num, 1, &view), -ENOENT);
    rig_end(true);
}

int main(void) {
    const struct CMUnitTest all[] = {RIG_TEST(gateway), RIG_TEST(interface), RIG_TEST(offers),
                                     RIG_TEST(names)};
    return cmocka_run_group_tests(all, NULL, NULL);
}
