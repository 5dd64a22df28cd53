/* SPDX-License-Identifier: Apache-2.0 */
/* VPCs, subnets, gateways, ACLs, tags, filters and pages, as AWS answers. */
#include "ec2_rig.h"

/* vpc-001, vpc-007, vpc-012 */
static void vpc_ranges(void **state) {
    (void)state;
    REFUSED("InvalidVpc.Range", create_vpc, .cidr_block = "10.0.0.0/15");
    REFUSED("InvalidVpc.Range", create_vpc, .cidr_block = "10.0.0.0/29");
    REFUSED("InvalidVpc.Range", create_vpc, .cidr_block = "169.254.0.0/16");
    REFUSED("InvalidParameterValue", create_vpc, .cidr_block = "10.0.0.0");
    REFUSED("MissingParameter", create_vpc, .cidr_block = NULL);
    const struct ec2_vpc *vpc = CALL(create_vpc, .cidr_block = "100.68.0.18/18")->vpc;
    assert_string_equal(vpc->cidr_block, "100.68.0.0/18");
    assert_string_equal(vpc->state, "pending");
    struct ec2_describe_vpcs_result *all = CALL(describe_vpcs, .vpc_ids = TEXTS(vpc->vpc_id));
    assert_int_equal(all->vpcs.count, 1);
    assert_string_equal(all->vpcs.items[0].state, "available");
    assert_string_equal(all->vpcs.items[0].cidr_block_association_set.items[0].cidr_block, "100.68.0.0/18");
    rig_vpc("10.0.0.0/16");
    rig_vpc("10.0.0.0/28");
}

/* vpc-004, vpc-029 */
static void vpc_comes_with(void **state) {
    (void)state;
    const struct ec2_vpc *vpc = CALL(create_vpc, .cidr_block = "10.0.0.0/16")->vpc;
    assert_int_equal(strlen(vpc->vpc_id), strlen("vpc-") + 17);
    assert_true(text_starts(vpc->dhcp_options_id, "dopt-"));
    struct ec2_describe_route_tables_result *tables =
        CALL(describe_route_tables, .filters = FILTER("association.main", "true"));
    assert_int_equal(tables->route_tables.count, 1);
    assert_int_equal(tables->route_tables.items[0].routes.count, 1);
    assert_string_equal(tables->route_tables.items[0].routes.items[0].gateway_id, "local");
    assert_string_equal(tables->route_tables.items[0].routes.items[0].origin, "CreateRouteTable");
    struct ec2_describe_network_acls_result *acls =
        CALL(describe_network_acls, .filters = FILTER("default", "true"));
    assert_int_equal(acls->network_acls.count, 1);
    assert_int_equal(acls->network_acls.items[0].entries.count, 4);
    assert_int_equal(
        CALL(describe_security_groups, .filters = FILTER("group-name", "default"))->security_groups.count, 1);
    struct ec2_describe_dhcp_options_result *dhcp =
        CALL(describe_dhcp_options, .dhcp_options_ids = TEXTS(vpc->dhcp_options_id));
    assert_string_equal(dhcp->dhcp_options.items[0].dhcp_configurations.items[0].values.items[0].value,
                        "ap-northeast-1.compute.internal");
}

/* vpc-005, vpc-017 */
static void vpc_deletion(void **state) {
    (void)state;
    const char *vpc = rig_vpc("10.0.0.0/16"), *subnet = rig_subnet(vpc, "10.0.1.0/24", NULL);
    const char *table =
        CALL(describe_route_tables, .filters = FILTER("vpc-id", vpc))->route_tables.items[0].route_table_id;
    REFUSED("DependencyViolation", delete_vpc, .vpc_id = vpc);
    DO(delete_subnet, .subnet_id = subnet);
    const char *other = CALL(create_route_table, .vpc_id = vpc)->route_table->route_table_id;
    REFUSED("DependencyViolation", delete_vpc, .vpc_id = vpc);
    DO(delete_route_table, .route_table_id = other);
    DO(delete_vpc, .vpc_id = vpc);
    REFUSED("InvalidVpcID.NotFound", describe_vpcs, .vpc_ids = TEXTS(vpc));
    REFUSED("InvalidRouteTableID.NotFound", describe_route_tables, .route_table_ids = TEXTS(table));
    REFUSED("InvalidVpcID.NotFound", describe_vpcs, .vpc_ids = TEXTS("vpc-00000000"));
    REFUSED("InvalidVpcID.Malformed", describe_vpcs, .vpc_ids = TEXTS("foo"));
    REFUSED("InvalidSubnetID.Malformed", describe_subnets, .subnet_ids = TEXTS("vpc-00000000"));
    assert_int_equal(CALL(describe_security_groups, .max_results = {0})->security_groups.count, 0);
    assert_int_equal(CALL(describe_network_acls, .max_results = {0})->network_acls.count, 0);
}

/* vpc-009 */
static void vpc_attributes(void **state) {
    (void)state;
    const char *vpc = rig_vpc("10.0.0.0/16");
    struct ec2_attribute_boolean_value on = {SOME_BOOL(true)};
    assert_true(CALL(describe_vpc_attribute, .vpc_id = vpc, .attribute = "enableDnsSupport")
                    ->enable_dns_support->value.v);
    assert_false(CALL(describe_vpc_attribute, .vpc_id = vpc, .attribute = "enableDnsHostnames")
                     ->enable_dns_hostnames->value.v);
    REFUSED("InvalidParameterCombination", modify_vpc_attribute, .vpc_id = vpc, .enable_dns_support = &on,
            .enable_dns_hostnames = &on);
    DO(modify_vpc_attribute, .vpc_id = vpc, .enable_dns_hostnames = &on);
    assert_true(CALL(describe_vpc_attribute, .vpc_id = vpc, .attribute = "enableDnsHostnames")
                    ->enable_dns_hostnames->value.v);
}

/* vpc-002, vpc-003, vpc-006, vpc-026 */
static void subnets(void **state) {
    (void)state;
    const char *vpc = rig_vpc("10.0.0.0/16");
    const struct ec2_subnet *subnet = CALL(create_subnet, .vpc_id = vpc, .cidr_block = "10.0.1.0/24")->subnet;
    assert_int_equal(subnet->available_ip_address_count.v, 251);
    assert_string_equal(subnet->availability_zone, "ap-northeast-1a");
    assert_string_equal(subnet->availability_zone_id, "apne1-az4");
    REFUSED("InvalidSubnet.Range", create_subnet, .vpc_id = vpc, .cidr_block = "10.1.0.0/24");
    REFUSED("InvalidSubnet.Range", create_subnet, .vpc_id = vpc, .cidr_block = "10.0.2.0/29");
    REFUSED("InvalidSubnet.Conflict", create_subnet, .vpc_id = vpc, .cidr_block = "10.0.1.0/24");
    REFUSED("InvalidSubnet.Conflict", create_subnet, .vpc_id = vpc, .cidr_block = "10.0.1.128/25");
    REFUSED("InvalidParameterValue", create_subnet, .vpc_id = vpc, .cidr_block = "10.0.3.0/24",
            .availability_zone = "ap-northeast-1b");
    const char *small = rig_subnet(vpc, "10.0.4.0/28", "ap-northeast-1c");
    const struct eni_row *first = rig_eni(small, "10.0.4.4", NULL, false);
    for (int i = 1; i < 11; i++)
        rig_eni(small, NULL, NULL, false);
    assert_int_equal(
        CALL(describe_subnets, .subnet_ids = TEXTS(small))->subnets.items[0].available_ip_address_count.v, 0);
    REFUSED("DependencyViolation", delete_subnet, .subnet_id = small);
    rig_begin(true);
    const struct eni_row *made;
    struct ec2_eni_new spec = {.subnet = subnet_find(&rig.tx, small), .kind = "interface"};
    rig_refused(ec2_eni_create(&rig.rq, &spec, &made), "ec2_eni_create", "InsufficientFreeAddressesInSubnet");
    rig_end(false);
    static const char *const reserved[] = {"10.0.1.0", "10.0.1.1",   "10.0.1.2",
                                           "10.0.1.3", "10.0.1.255", "10.0.2.9"};
    for (size_t i = 0; i < 6; i++) {
        rig_begin(true);
        struct ec2_eni_new bad = {.subnet = subnet_find(&rig.tx, subnet->subnet_id),
                                  .kind = "interface",
                                  .private_ips = &reserved[i],
                                  .private_ip_count = 1};
        rig_refused(ec2_eni_create(&rig.rq, &bad, &made), "ec2_eni_create", "InvalidParameterValue");
        rig_end(false);
    }
    rig_begin(true);
    struct eni_rows all = eni_list_by(&rig.tx, COL(eni, subnet_id), small);
    assert_int_equal(all.count, 11);
    assert_string_equal(all.items[0].id, first->id);
    for (size_t i = 0; i < all.count; i++)
        ec2_eni_delete(&rig.rq, &all.items[i]);
    rig_end(true);
    DO(delete_subnet, .subnet_id = small);
}

/* vpc-027 */
static void subnet_attribute(void **state) {
    (void)state;
    const char *subnet = rig_subnet(rig_vpc("10.0.0.0/16"), "10.0.1.0/24", NULL);
    struct ec2_attribute_boolean_value on = {SOME_BOOL(true)};
    assert_false(
        CALL(describe_subnets, .subnet_ids = TEXTS(subnet))->subnets.items[0].map_public_ip_on_launch.v);
    DO(modify_subnet_attribute, .subnet_id = subnet, .map_public_ip_on_launch = &on);
    assert_true(
        CALL(describe_subnets, .subnet_ids = TEXTS(subnet))->subnets.items[0].map_public_ip_on_launch.v);
    REFUSED("InvalidParameterCombination", modify_subnet_attribute, .subnet_id = subnet);
}

/* igw-007, igw-008, igw-009 */
static void gateways(void **state) {
    (void)state;
    const char *a = rig_vpc("10.0.0.0/16"), *b = rig_vpc("10.0.0.0/16");
    const char *one = CALL(create_internet_gateway, .dry_run = {0})->internet_gateway->internet_gateway_id;
    const char *two = CALL(create_internet_gateway, .dry_run = {0})->internet_gateway->internet_gateway_id;
    DO(attach_internet_gateway, .internet_gateway_id = one, .vpc_id = a);
    REFUSED("Resource.AlreadyAssociated", attach_internet_gateway, .internet_gateway_id = one, .vpc_id = b);
    REFUSED("InvalidParameterValue", attach_internet_gateway, .internet_gateway_id = two, .vpc_id = a);
    REFUSED("DependencyViolation", delete_internet_gateway, .internet_gateway_id = one);
    REFUSED("Gateway.NotAttached", detach_internet_gateway, .internet_gateway_id = one, .vpc_id = b);
    const struct eni_row *eni = rig_eni(rig_subnet(a, "10.0.1.0/24", NULL), "10.0.1.10", NULL, false);
    rig_begin(true);
    struct eni_address_row address = ec2_eni_addresses(&rig.rq, eni->id).items[0];
    address.public_ip = "203.0.113.9";
    eni_address_put(&rig.tx, &address);
    rig_end(true);
    REFUSED("DependencyViolation", detach_internet_gateway, .internet_gateway_id = one, .vpc_id = a);
    rig_begin(true);
    address.public_ip = NULL;
    eni_address_put(&rig.tx, &address);
    rig_end(true);
    DO(detach_internet_gateway, .internet_gateway_id = one, .vpc_id = a);
    DO(delete_internet_gateway, .internet_gateway_id = one);
    REFUSED("InvalidInternetGatewayID.NotFound", delete_internet_gateway, .internet_gateway_id = one);
}

/* nacl-003, nacl-004, nacl-007, nacl-010, nacl-011, nacl-012, nacl-015 */
static void acls(void **state) {
    (void)state;
    const char *vpc = rig_vpc("10.0.0.0/16"), *subnet = rig_subnet(vpc, "10.0.1.0/24", NULL);
    const struct ec2_network_acl *own = CALL(create_network_acl, .vpc_id = vpc)->network_acl;
    assert_int_equal(own->entries.count, 2);
    assert_int_equal(own->entries.items[0].rule_number.v, 32767);
    assert_string_equal(own->entries.items[0].rule_action, "deny");
    const char *acl = own->network_acl_id;
    struct ec2_network_acl *standard =
        &CALL(describe_network_acls, .filters = FILTER("association.subnet-id", subnet))
             ->network_acls.items[0];
    assert_true(standard->is_default.v);
    const char *old = standard->associations.items[0].network_acl_association_id;
    const char *new_one = CALL(replace_network_acl_association, .association_id = old, .network_acl_id = acl)
                              ->new_association_id;
    assert_string_not_equal(old, new_one);
    REFUSED("InvalidAssociationID.NotFound", replace_network_acl_association, .association_id = old,
            .network_acl_id = acl);
    REFUSED("DependencyViolation", delete_network_acl, .network_acl_id = acl);
    REFUSED("InvalidParameterValue", delete_network_acl, .network_acl_id = standard->network_acl_id);

    struct ec2_port_range http = {SOME_INT(80), SOME_INT(80)};
    struct ec2_icmp_type_code echo = {.type = SOME_INT(8), .code = SOME_INT(-1)};
#define ENTRY                                                                                                \
    .network_acl_id = acl, .rule_action = "allow", .cidr_block = "10.9.1.5/16", .egress = SOME_BOOL(false)
    DO(create_network_acl_entry, ENTRY, .rule_number = SOME_INT(200), .protocol = "6", .port_range = &http);
    DO(create_network_acl_entry, ENTRY, .rule_number = SOME_INT(100), .protocol = "icmp",
       .icmp_type_code = &echo);
    REFUSED("NetworkAclEntryAlreadyExists", create_network_acl_entry, ENTRY, .rule_number = SOME_INT(100),
            .protocol = "-1");
    REFUSED("InvalidParameterValue", create_network_acl_entry, ENTRY, .rule_number = SOME_INT(0),
            .protocol = "-1");
    REFUSED("InvalidParameterValue", create_network_acl_entry, ENTRY, .rule_number = SOME_INT(32767),
            .protocol = "-1");
    REFUSED("MissingParameter", create_network_acl_entry, ENTRY, .rule_number = SOME_INT(7),
            .protocol = "tcp");
    struct ec2_network_acl *seen =
        &CALL(describe_network_acls, .network_acl_ids = TEXTS(acl))->network_acls.items[0];
    assert_int_equal(seen->entries.count, 4);
    const struct ec2_network_acl_entry *entry = &seen->entries.items[1];
    assert_int_equal(entry->rule_number.v, 100);
    assert_string_equal(entry->cidr_block, "10.9.0.0/16");
    assert_int_equal(entry->icmp_type_code->type.v, 8);
    assert_int_equal(seen->entries.items[2].port_range->from.v, 80);
    DO(replace_network_acl_entry, ENTRY, .rule_number = SOME_INT(100), .protocol = "-1");
    REFUSED("InvalidNetworkAclEntry.NotFound", replace_network_acl_entry, ENTRY, .rule_number = SOME_INT(101),
            .protocol = "-1");
    REFUSED("InvalidNetworkAclEntry.NotFound", delete_network_acl_entry, .network_acl_id = acl,
            .rule_number = SOME_INT(101), .egress = SOME_BOOL(false));
    DO(delete_network_acl_entry, .network_acl_id = acl, .rule_number = SOME_INT(200),
       .egress = SOME_BOOL(false));
    for (int i = 0; i < 19; i++)
        DO(create_network_acl_entry, ENTRY, .rule_number = SOME_INT(1000 + i), .protocol = "-1");
    REFUSED("NetworkAclEntryLimitExceeded", create_network_acl_entry, ENTRY, .rule_number = SOME_INT(2000),
            .protocol = "-1");
}

/* vpc-023, vpc-024 */
static void tags(void **state) {
    (void)state;
    struct ec2_tag two[] = {{"Name", "a"}, {"Stack", "s"}};
    struct ec2_tag_specification spec = {.resource_type = "vpc", .tags = {two, 2, 2}};
    struct ec2_vpc *vpc =
        CALL(create_vpc, .cidr_block = "10.0.0.0/16", .tag_specifications = {&spec, 1, 1})->vpc;
    assert_int_equal(vpc->tags.count, 2);
    assert_string_equal(vpc->tags.items[0].value, "a");
    spec.resource_type = "subnet";
    REFUSED("InvalidParameterValue", create_vpc, .cidr_block = "10.0.0.0/16",
            .tag_specifications = {&spec, 1, 1});
    spec.resource_type = "vpc";
    two[0].key = "aws:x";
    REFUSED("InvalidParameterValue", create_vpc, .cidr_block = "10.0.0.0/16",
            .tag_specifications = {&spec, 1, 1});
    assert_int_equal(CALL(describe_vpcs, .max_results = {0})->vpcs.count, 1);
    struct ec2_tag many[51];
    for (int i = 0; i < 51; i++)
        many[i] = (struct ec2_tag){arena_printf(&rig.arena, "k%d", i), "v"};
    spec.tags.items = many;
    spec.tags.count = 51;
    REFUSED("TagLimitExceeded", create_vpc, .cidr_block = "10.0.0.0/16", .tag_specifications = {&spec, 1, 1});

    const char *id = vpc->vpc_id;
    DO(create_tags, .resources = TEXTS(id), .tags = ONE(ec2_tag, "k", "1"));
    DO(create_tags, .resources = TEXTS(id), .tags = ONE(ec2_tag, "k", "2"));
    struct ec2_describe_tags_result *found = CALL(describe_tags, .filters = FILTER("key", "k"));
    assert_int_equal(found->tags.count, 1);
    assert_string_equal(found->tags.items[0].value, "2");
    assert_string_equal(found->tags.items[0].resource_type, "vpc");
    assert_int_equal(CALL(describe_tags, .filters = FILTER("tag:k", "2"))->tags.count, 1);
    DO(delete_tags, .resources = TEXTS(id), .tags = ONE(ec2_tag, "k", "other"));
    assert_int_equal(CALL(describe_tags, .filters = FILTER("key", "k"))->tags.count, 1);
    DO(delete_tags, .resources = TEXTS(id), .tags = ONE(ec2_tag, .key = "k"));
    DO(delete_tags, .resources = TEXTS(id), .tags = ONE(ec2_tag, .key = "k"));
    assert_int_equal(CALL(describe_tags, .filters = FILTER("key", "k"))->tags.count, 0);
    REFUSED("InvalidVpcID.NotFound", create_tags, .resources = TEXTS("vpc-00000000"),
            .tags = ONE(ec2_tag, .key = "k"));
    REFUSED("TagLimitExceeded", create_tags, .resources = TEXTS(id), .tags = {many, 50, 50});
    DO(delete_vpc, .vpc_id = id);
    assert_int_equal(CALL(describe_tags, .max_results = {0})->tags.count, 0);
}

/* vpc-021, vpc-022, api-010 */
static void filters_and_pages(void **state) {
    (void)state;
    const char *vpc = rig_vpc("10.0.0.0/16");
    rig_vpc("10.1.0.0/16");
    rig_vpc("192.168.0.0/24");
    DO(create_tags, .resources = TEXTS(vpc), .tags = ONE(ec2_tag, "Name", "a"));
    assert_int_equal(CALL(describe_vpcs, .filters = FILTER("cidr", "10.*/16"))->vpcs.count, 2);
    assert_int_equal(CALL(describe_vpcs, .filters = FILTER("cidr", "10.0.*", "192.*"))->vpcs.count, 2);
    assert_int_equal(CALL(describe_vpcs, .filters = FILTER("tag:Name", "A"))->vpcs.count, 0);
    assert_int_equal(CALL(describe_vpcs, .filters = FILTER("tag-key", "Name"))->vpcs.count, 1);
    struct ec2_filter both[] = {{.name = "cidr", .values = TEXTS("10.*")},
                                {.name = "tag:Name", .values = TEXTS("a", "b")}};
    assert_int_equal(CALL(describe_vpcs, .filters = {both, 2, 2})->vpcs.count, 1);
    REFUSED("InvalidParameterValue", describe_vpcs, .filters = FILTER("bogus", "x"));
    REFUSED("InvalidParameterValue", describe_vpcs, .filters = FILTER("tag:", "x"));
    const char *values[201];
    for (size_t i = 0; i < 201; i++)
        values[i] = "x";
    struct ec2_filter wide = {.name = "cidr", .values = {values, 201, 201}};
    REFUSED("FilterLimitExceeded", describe_vpcs, .filters = {&wide, 1, 1});
    for (int i = 0; i < 12; i++)
        rig_subnet(vpc, arena_printf(&rig.arena, "10.0.%d.0/24", i), NULL);
    const char *token = NULL;
    size_t seen[3] = {0};
    for (int page = 0; page < 3; page++) {
        struct ec2_describe_subnets_result *r =
            CALL(describe_subnets, .max_results = SOME_INT(5), .next_token = token);
        seen[page] = r->subnets.count;
        token = r->next_token;
    }
    assert_true(seen[0] == 5 && seen[1] == 5 && seen[2] == 2);
    assert_null(token);
    REFUSED("InvalidParameterCombination", describe_vpcs, .vpc_ids = TEXTS(vpc), .max_results = SOME_INT(5));
    rig.config.region = "us-east-1";
    REFUSED("InvalidVpcID.NotFound", describe_vpcs, .vpc_ids = TEXTS(vpc));
    assert_int_equal(CALL(describe_vpcs, .max_results = {0})->vpcs.count, 0);
}

/* vpc-014: as the region comes */
static void default_vpc(void **state) {
    (void)state;
    for (int again = 0; again < 2; again++) {
        rig_begin(true);
        assert_int_equal(ec2_region_ready(&rig.tx, rig.config.account, rig.config.region), again);
        ec2_region_setup(&rig.rq);
        rig_end(true);
    }
    struct ec2_describe_vpcs_result *vpcs = CALL(describe_vpcs, .filters = FILTER("is-default", "true"));
    assert_int_equal(vpcs->vpcs.count, 1);
    assert_string_equal(vpcs->vpcs.items[0].cidr_block, "172.31.0.0/16");
    struct ec2_describe_subnets_result *subnets_ =
        CALL(describe_subnets, .filters = FILTER("default-for-az", "true"));
    assert_int_equal(subnets_->subnets.count, 3);
    assert_string_equal(subnets_->subnets.items[1].cidr_block, "172.31.16.0/20");
    assert_true(subnets_->subnets.items[1].map_public_ip_on_launch.v);
    struct ec2_describe_route_tables_result *tables =
        CALL(describe_route_tables, .filters = FILTER("association.main", "true"));
    assert_int_equal(tables->route_tables.items[0].routes.count, 2);
    assert_string_equal(tables->route_tables.items[0].routes.items[1].state, "active");
}

/* Permissions that name resources */
static void resources(void **state) {
    (void)state;
    const char *const *arns;
    size_t count;
    rig_begin(false);
#define ARN "arn:aws:ec2:ap-northeast-1:123456789012:"
#define ASK(name_, function, ...)                                                                            \
    do {                                                                                                     \
        const struct ec2_##function##_request in_ = {__VA_ARGS__};                                           \
        rig.rq.operation = model_operation_find(&model_ec2, name_);                                          \
        ec2_resources(&rig.rq, &in_, &arns, &count);                                                         \
    } while (0)
    ASK("DescribeVpcs", describe_vpcs, .vpc_ids = TEXTS("vpc-00000000"));
    assert_int_equal(count, 1);
    assert_string_equal(arns[0], "*");
    ASK("CreateVpc", create_vpc, .cidr_block = "10.0.0.0/16");
    assert_int_equal(count, 1);
    assert_string_equal(arns[0], ARN "vpc/*");
    ASK("CreateInternetGateway", create_internet_gateway, .dry_run = {0});
    assert_string_equal(arns[0], ARN "internet-gateway/*");
    ASK("AttachInternetGateway", attach_internet_gateway, .internet_gateway_id = "igw-00000000",
        .vpc_id = "vpc-00000000");
    assert_int_equal(count, 2);
    assert_string_equal(arns[0], ARN "internet-gateway/igw-00000000");
    assert_string_equal(arns[1], ARN "vpc/vpc-00000000");
    ASK("CreateTags", create_tags, .resources = TEXTS("sg-00000000", "sg-00000000"),
        .tags = ONE(ec2_tag, "k", "vpc-00000000"));
    assert_int_equal(count, 1);
    assert_string_equal(arns[0], ARN "security-group/sg-00000000");
    struct ec2_instance_network_interface_specification eni = {.subnet_id = "subnet-00000000"};
    ASK("RunInstances", run_instances, .image_id = "ami-00000000", .network_interfaces = {&eni, 1, 1});
    assert_int_equal(count, 5);
    assert_string_equal(arns[0], ARN "instance/*");
    assert_string_equal(arns[1], ARN "network-interface/*"); /* which it makes as well */
    assert_string_equal(arns[2], ARN "volume/*");
    ASK("DeleteVpc", delete_vpc, .vpc_id = "foo");
    assert_string_equal(arns[0], "*");
    rig_end(true);
}

int main(void) {
    const struct CMUnitTest all[] = {
        RIG_TEST(vpc_ranges), RIG_TEST(vpc_comes_with),    RIG_TEST(vpc_deletion), RIG_TEST(vpc_attributes),
        RIG_TEST(subnets),    RIG_TEST(subnet_attribute),  RIG_TEST(gateways),     RIG_TEST(acls),
        RIG_TEST(tags),       RIG_TEST(filters_and_pages), RIG_TEST(default_vpc),  RIG_TEST(resources),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}
