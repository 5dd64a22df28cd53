/* SPDX-License-Identifier: Apache-2.0 */
/* Route tables and routes, as AWS answers. */
#include "ec2_rig.h"

struct bed {
    const char *vpc, *subnet_a, *subnet_b, *table, *gateway;
};

static struct bed make_bed(void) {
    struct bed b = {.vpc = rig_vpc("10.0.0.0/16")};
    b.subnet_a = rig_subnet(b.vpc, "10.0.1.0/24", NULL);
    b.subnet_b = rig_subnet(b.vpc, "10.0.2.0/24", NULL);
    b.table = CALL(create_route_table, .vpc_id = b.vpc)->route_table->route_table_id;
    b.gateway = CALL(create_internet_gateway, .dry_run = {0})->internet_gateway->internet_gateway_id;
    DO(attach_internet_gateway, .internet_gateway_id = b.gateway, .vpc_id = b.vpc);
    return b;
}

static const struct ec2_route_table *table_of(const char *id) {
    return &CALL(describe_route_tables, .route_table_ids = TEXTS(id))->route_tables.items[0];
}

static const struct ec2_route *route_to(const char *table, const char *destination) {
    const struct ec2_route_table *t = table_of(table);
    for (size_t i = 0; i < t->routes.count; i++)
        if (text_is(t->routes.items[i].destination_cidr_block, destination) ||
            text_is(t->routes.items[i].destination_prefix_list_id, destination))
            return &t->routes.items[i];
    return NULL;
}

/* rt-001, rt-006, rt-007, rt-008, rt-010 */
static void routes(void **state) {
    (void)state;
    struct bed b = make_bed();
    assert_string_equal(route_to(b.table, "10.0.0.0/16")->gateway_id, "local");
    REFUSED("InvalidParameterValue", delete_route, .route_table_id = b.table,
            .destination_cidr_block = "10.0.0.0/16");
#define TO(cidr) .route_table_id = b.table, .destination_cidr_block = (cidr)
    assert_true(CALL(create_route, TO("0.0.0.0/0"), .gateway_id = b.gateway)->return_.v);
    assert_string_equal(route_to(b.table, "0.0.0.0/0")->state, "active");
    assert_string_equal(route_to(b.table, "0.0.0.0/0")->origin, "CreateRoute");
    REFUSED("RouteAlreadyExists", create_route, TO("0.0.0.0/0"), .gateway_id = b.gateway);
    REFUSED("RouteAlreadyExists", create_route, TO("0.0.0.0/0"), .gateway_id = b.gateway);
    REFUSED("MissingParameter", create_route, TO("1.0.0.0/8"));
    REFUSED("MissingParameter", create_route, .route_table_id = b.table, .gateway_id = b.gateway);
    REFUSED("InvalidParameterCombination", create_route, TO("1.0.0.0/8"), .gateway_id = b.gateway,
            .instance_id = "i-00000000");
    REFUSED("NatGatewayNotFound", create_route, TO("1.0.0.0/8"), .nat_gateway_id = "nat-00000000");
    REFUSED("InvalidGatewayID.NotFound", create_route, TO("1.0.0.0/8"), .gateway_id = "igw-00000000");
    REFUSED("InvalidParameterValue", create_route, TO("1.0.0.0/33"), .gateway_id = b.gateway);
    const struct eni_row *eni = rig_eni(b.subnet_a, "10.0.1.10", "i-00000000000000001", true);
#define VIA .network_interface_id = eni->id
    REFUSED("InvalidParameterValue", create_route, TO("169.254.169.0/24"), VIA);
    REFUSED("InvalidParameterValue", create_route, TO("10.0.2.0/25"), VIA);
    REFUSED("InvalidParameterValue", create_route, TO("10.0.2.0/24"), .gateway_id = b.gateway);
    CALL(create_route, TO("10.0.2.0/24"), VIA);
    CALL(create_route, TO("169.254.0.0/16"), VIA);
    REFUSED("InvalidParameterValue", replace_route, TO("5.0.0.0/8"), VIA);
    DO(replace_route, TO("0.0.0.0/0"), .instance_id = "i-00000000000000001");
    assert_string_equal(route_to(b.table, "0.0.0.0/0")->instance_id, "i-00000000000000001");
    assert_string_equal(route_to(b.table, "0.0.0.0/0")->network_interface_id, eni->id);
    DO(delete_route, TO("0.0.0.0/0"));
    REFUSED("InvalidRoute.NotFound", delete_route, TO("0.0.0.0/0"));
}

/* rt-019 */
static void local_route_moved(void **state) {
    (void)state;
    struct bed b = make_bed();
    const struct eni_row *eni = rig_eni(b.subnet_a, "10.0.1.10", "i-00000000000000001", true);
    REFUSED("InvalidParameterValue", replace_route, TO("10.0.0.0/16"), .gateway_id = b.gateway);
    DO(replace_route, TO("10.0.0.0/16"), VIA);
    assert_string_equal(route_to(b.table, "10.0.0.0/16")->network_interface_id, eni->id);
    REFUSED("InvalidParameterValue", delete_route, TO("10.0.0.0/16"));
    DO(replace_route, TO("10.0.0.0/16"), .local_target = SOME_BOOL(true));
    assert_string_equal(route_to(b.table, "10.0.0.0/16")->gateway_id, "local");
}

/* rt-005, rt-021, igw-008 */
static void blackholes(void **state) {
    (void)state;
    struct bed b = make_bed();
    const char *i = "i-00000000000000001";
    const struct eni_row *eni = rig_eni(b.subnet_a, "10.0.1.10", i, true);
    CALL(create_route, TO("0.0.0.0/0"), .instance_id = i);
    CALL(create_route, TO("192.0.2.0/24"), .gateway_id = b.gateway);
    assert_string_equal(route_to(b.table, "0.0.0.0/0")->state, "active");
    rig_instance_up(i, false);
    assert_string_equal(route_to(b.table, "0.0.0.0/0")->state, "blackhole");
    rig_instance_up(i, true);
    assert_string_equal(route_to(b.table, "0.0.0.0/0")->state, "active");
    DO(detach_internet_gateway, .internet_gateway_id = b.gateway, .vpc_id = b.vpc);
    assert_string_equal(route_to(b.table, "192.0.2.0/24")->state, "blackhole");
    rig_eni(b.subnet_b, "10.0.2.10", i, true);
    REFUSED("InvalidInstanceID", create_route, TO("198.51.100.0/24"), .instance_id = i);
    rig_begin(true);
    ec2_eni_delete(&rig.rq, eni);
    rig_end(true);
    assert_string_equal(route_to(b.table, "0.0.0.0/0")->state, "blackhole");
    assert_string_equal(route_to(b.table, "0.0.0.0/0")->network_interface_id, eni->id);
}

/* rt-002, rt-013, rt-014, rt-015 */
static void associations(void **state) {
    (void)state;
    struct bed b = make_bed();
    const char *id =
        CALL(associate_route_table, .route_table_id = b.table, .subnet_id = b.subnet_a)->association_id;
    assert_string_equal(
        id, CALL(associate_route_table, .route_table_id = b.table, .subnet_id = b.subnet_a)->association_id);
    REFUSED("DependencyViolation", delete_route_table, .route_table_id = b.table);
    const char *other = CALL(create_route_table, .vpc_id = b.vpc)->route_table->route_table_id;
    const char *moved = CALL(replace_route_table_association, .association_id = id, .route_table_id = other)
                            ->new_association_id;
    assert_string_not_equal(id, moved);
    assert_string_equal(
        moved, CALL(replace_route_table_association, .association_id = moved, .route_table_id = other)
                   ->new_association_id);
    REFUSED("Resource.AlreadyAssociated", associate_route_table, .route_table_id = b.table,
            .subnet_id = b.subnet_a);
    REFUSED("InvalidAssociationID.NotFound", disassociate_route_table, .association_id = id);
    DO(delete_route_table, .route_table_id = b.table);
    DO(disassociate_route_table, .association_id = moved);
    assert_int_equal(table_of(other)->associations.count, 0);

    const struct ec2_route_table main_one =
        CALL(describe_route_tables, .filters = FILTER("association.main", "true"))->route_tables.items[0];
    const char *main_id = main_one.associations.items[0].route_table_association_id;
    REFUSED("InvalidParameterValue", disassociate_route_table, .association_id = main_id);
    REFUSED("DependencyViolation", delete_route_table, .route_table_id = main_one.route_table_id);
    CALL(replace_route_table_association, .association_id = main_id, .route_table_id = other);
    assert_true(table_of(other)->associations.items[0].main.v);
    DO(delete_route_table, .route_table_id = main_one.route_table_id);
    const char *far = CALL(create_route_table, .vpc_id = rig_vpc("10.9.0.0/16"))->route_table->route_table_id;
    REFUSED("InvalidParameterValue", associate_route_table, .route_table_id = far, .subnet_id = b.subnet_a);
}

/* vpc-019 */
static void client_token(void **state) {
    (void)state;
    const char *vpc = rig_vpc("10.0.0.0/16"), *other = rig_vpc("10.1.0.0/16");
    const char *one =
        CALL(create_route_table, .vpc_id = vpc, .client_token = "t")->route_table->route_table_id;
    const char *two =
        CALL(create_route_table, .vpc_id = vpc, .client_token = "t")->route_table->route_table_id;
    assert_string_equal(one, two);
    REFUSED("IdempotentParameterMismatch", create_route_table, .vpc_id = other, .client_token = "t");
    assert_string_not_equal(
        CALL(create_route_table, .vpc_id = vpc, .client_token = "T")->route_table->route_table_id, one);
}

int main(void) {
    const struct CMUnitTest all[] = {
        RIG_TEST(routes),       RIG_TEST(local_route_moved), RIG_TEST(blackholes),
        RIG_TEST(associations), RIG_TEST(client_token),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}
