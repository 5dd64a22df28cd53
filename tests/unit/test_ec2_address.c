/* SPDX-License-Identifier: Apache-2.0 */
/* Elastic IPs and interfaces: ec2-003, -025, -027 … -031, -041, vpc-006, api-006, api-008. */
#include "instance_rig.h"

#include "api/ec2/instance_parts.h"
#include "base/ip.h"
#include "net/awsnet.h"

static const char *vpc, *subnet;

static int set_up(void **state) {
    rig_set_up(state);
    vpc = rig_vpc("10.0.0.0/16");
    subnet = rig_subnet(vpc, "10.0.1.0/24");
    return 0;
}

static struct ec2_allocate_address_result allocate(void) {
    struct ec2_allocate_address_result out;

    assert_int_equal(CALL(AllocateAddress, allocate_address, &out, .domain = "vpc"), 0);
    return out;
}

static const char *associate(const char *allocation, const char *instance, const char *eni) {
    struct ec2_associate_address_result out;

    assert_int_equal(CALL(AssociateAddress, associate_address, &out, .allocation_id = allocation,
                          .instance_id = instance, .network_interface_id = eni),
                     0);
    return out.association_id;
}

static struct ec2_address described(const char *allocation) {
    struct ec2_describe_addresses_result out;

    assert_int_equal(CALL(DescribeAddresses, describe_addresses, &out, .allocation_ids = LIST(allocation)),
                     0);
    assert_int_equal(out.addresses.count, 1);
    return out.addresses.items[0];
}

static const char *run(bool public) {
    struct ec2_reservation out;

    assert_int_equal(RUN(&out, .network_interfaces = ONE(ec2_instance_network_interface_specification,
                                                         .device_index = SOME_INT(0), .subnet_id = subnet,
                                                         .associate_public_ip_address = SOME_BOOL(public))),
                     0);
    rig_running(out.instances.items[0].instance_id);
    return out.instances.items[0].instance_id;
}

static const char *new_eni(void) {
    struct ec2_create_network_interface_result out;

    assert_int_equal(CALL(CreateNetworkInterface, create_network_interface, &out, .subnet_id = subnet), 0);
    return out.network_interface->network_interface_id;
}

static struct ec2_network_interface eni_of(const char *id) {
    struct ec2_describe_network_interfaces_result out;

    assert_int_equal(
        CALL(DescribeNetworkInterfaces, describe_network_interfaces, &out, .network_interface_ids = LIST(id)),
        0);
    return out.network_interfaces.items[0];
}

static bool in_pool(const char *text) {
    size_t count;
    const struct prefix4 *pool = awsnet_public_pool(&count);
    struct ip4 ip;

    assert_int_equal(ip4_parse(text, &ip), 0);
    for (size_t i = 0; i < count; i++)
        if (prefix4_contains(pool[i], ip))
            return true;
    return false;
}

static void allocation(void **state) {
    struct ec2_allocate_address_result first = allocate(), out;
    struct ec2_describe_addresses_result list;

    (void)state;
    assert_true(text_starts(first.allocation_id, "eipalloc-"));
    assert_true(in_pool(first.public_ip));
    for (int i = 1; i < 5; i++)
        assert_string_not_equal(allocate().public_ip, first.public_ip);
    REFUSED("AddressLimitExceeded", CALL(AllocateAddress, allocate_address, &out, .domain = "vpc"));
    REFUSED("InvalidAllocationID.NotFound", CALL(ReleaseAddress, release_address, &rig_nothing,
                                                 .allocation_id = "eipalloc-00000000000000000"));
    REFUSED("InvalidParameterValue",
            CALL(ReleaseAddress, release_address, &rig_nothing, .public_ip = first.public_ip));
    REFUSED("AuthFailure", CALL(ReleaseAddress, release_address, &rig_nothing, .public_ip = "203.0.113.254"));
    REFUSED("InvalidAddress.NotFound",
            CALL(DescribeAddresses, describe_addresses, &list, .public_ips = LIST("203.0.113.254")));
    assert_int_equal(CALL(DescribeAddresses, describe_addresses, &list, .public_ips = LIST(first.public_ip)),
                     0);
    assert_int_equal(list.addresses.count, 1);
    DO(ReleaseAddress, release_address, .allocation_id = first.allocation_id);
    assert_int_equal(CALL(DescribeAddresses, describe_addresses, &list, .dry_run = {0}), 0);
    assert_int_equal(list.addresses.count, 4);
}

static void association(void **state) {
    struct ec2_allocate_address_result a = allocate(), b = allocate();
    struct ec2_associate_address_result out;
    const char *id = run(true), *other = new_eni(), *automatic, *gateway, *first, *second;

    (void)state;
    automatic = rig_instance(id)->public_ip_address;
    assert_non_null(automatic);
    REFUSED("Gateway.NotAttached", CALL(AssociateAddress, associate_address, &out,
                                        .allocation_id = a.allocation_id, .instance_id = id));
    gateway = rig_gateway(vpc);
    first = associate(a.allocation_id, id, NULL);
    assert_true(text_starts(first, "eipassoc-"));
    assert_string_equal(associate(a.allocation_id, id, NULL), first); /* said again */
    assert_string_equal(rig_instance(id)->public_ip_address, a.public_ip);
    assert_string_equal(described(a.allocation_id).instance_id, id);
    assert_string_equal(described(a.allocation_id).private_ip_address, rig_instance(id)->private_ip_address);
    REFUSED("InvalidIPAddress.InUse",
            CALL(ReleaseAddress, release_address, &rig_nothing, .allocation_id = a.allocation_id));
    REFUSED("DependencyViolation", CALL(DetachInternetGateway, detach_internet_gateway, &rig_nothing,
                                        .internet_gateway_id = gateway, .vpc_id = vpc));

    /* it stays through stop and start, without an automatic one beside it */
    DO(StopInstances, stop_instances, .instance_ids = LIST(id));
    instances_settle(rig.api);
    assert_string_equal(rig_instance(id)->public_ip_address, a.public_ip);
    DO(StartInstances, start_instances, .instance_ids = LIST(id));
    rig_running(id);
    assert_string_equal(rig_instance(id)->public_ip_address, a.public_ip);

    /* another takes its place, unless that was forbidden */
    REFUSED("Resource.AlreadyAssociated",
            CALL(AssociateAddress, associate_address, &out, .allocation_id = b.allocation_id,
                 .instance_id = id, .allow_reassociation = SOME_BOOL(false)));
    second = associate(b.allocation_id, id, NULL);
    assert_string_equal(rig_instance(id)->public_ip_address, b.public_ip);
    assert_null(described(a.allocation_id).association_id);

    /* moving it leaves the instance with an automatic address again */
    REFUSED("Resource.AlreadyAssociated",
            CALL(AssociateAddress, associate_address, &out, .allocation_id = b.allocation_id,
                 .network_interface_id = other, .allow_reassociation = SOME_BOOL(false)));
    assert_string_not_equal(associate(b.allocation_id, NULL, other), second);
    assert_non_null(rig_instance(id)->public_ip_address);
    assert_string_not_equal(rig_instance(id)->public_ip_address, b.public_ip);
    assert_string_equal(eni_of(other).association->public_ip, b.public_ip);
    assert_string_equal(eni_of(other).association->ip_owner_id, RIG_ACCOUNT);

    second = described(b.allocation_id).association_id;
    DO(DisassociateAddress, disassociate_address, .association_id = second);
    assert_null(eni_of(other).association);
    DO(DisassociateAddress, disassociate_address, .association_id = second); /* said again */
    REFUSED("InvalidAssociationID.NotFound", CALL(DisassociateAddress, disassociate_address, &rig_nothing,
                                                  .association_id = "eipassoc-00000000000000000"));
    DO(ReleaseAddress, release_address, .allocation_id = b.allocation_id);

    associate(a.allocation_id, id, NULL);
    DO(TerminateInstances, terminate_instances, .instance_ids = LIST(id));
    instances_settle(rig.api);
    assert_null(described(a.allocation_id).association_id); /* free, not released */
    REFUSED("InvalidInstanceID", CALL(AssociateAddress, associate_address, &out,
                                      .allocation_id = a.allocation_id, .instance_id = id));
}

static void secondary_addresses_have_their_own(void **state) {
    struct ec2_create_network_interface_result made;
    struct ec2_allocate_address_result a = allocate(), b = allocate();
    struct ec2_associate_address_result out;
    struct ec2_network_interface eni;
    const char *id;

    (void)state;
    rig_gateway(vpc);
    assert_int_equal(CALL(CreateNetworkInterface, create_network_interface, &made, .subnet_id = subnet,
                          .private_ip_addresses = {.items =
                                                       (struct ec2_private_ip_address_specification[]){
                                                           {.private_ip_address = "10.0.1.11"},
                                                           {.private_ip_address = "10.0.1.10",
                                                            .primary = SOME_BOOL(true)}},
                                                   .count = 2}),
                     0);
    id = made.network_interface->network_interface_id;
    assert_string_equal(made.network_interface->private_ip_address, "10.0.1.10");
    associate(a.allocation_id, NULL, id);
    assert_int_equal(CALL(AssociateAddress, associate_address, &out, .allocation_id = b.allocation_id,
                          .network_interface_id = id, .private_ip_address = "10.0.1.11"),
                     0);
    REFUSED("InvalidParameterValue",
            CALL(AssociateAddress, associate_address, &out, .allocation_id = b.allocation_id,
                 .network_interface_id = id, .private_ip_address = "10.0.1.12"));
    eni = eni_of(id);
    assert_string_equal(eni.private_ip_addresses.items[0].association->public_ip, a.public_ip);
    assert_string_equal(eni.private_ip_addresses.items[1].association->public_ip, b.public_ip);
    DO(DeleteNetworkInterface, delete_network_interface, .network_interface_id = id);
    assert_null(described(b.allocation_id).association_id);
}

static void interfaces(void **state) {
    struct ec2_create_network_interface_result made, again;
    struct ec2_describe_network_interfaces_result found;
    struct ec2_create_security_group_result group;
    const char *id = run(false), *primary;

    (void)state;
    primary = rig_instance(id)->network_interfaces.items[0].network_interface_id;
    REFUSED("InvalidParameterValue", CALL(DeleteNetworkInterface, delete_network_interface, &rig_nothing,
                                          .network_interface_id = primary));
    REFUSED("InvalidNetworkInterfaceID.NotFound",
            CALL(DeleteNetworkInterface, delete_network_interface, &rig_nothing,
                 .network_interface_id = "eni-00000000000000000"));
    assert_int_equal(CALL(CreateNetworkInterface, create_network_interface, &made, .subnet_id = subnet,
                          .client_token = "t", .description = "d"),
                     0);
    assert_int_equal(CALL(CreateNetworkInterface, create_network_interface, &again, .subnet_id = subnet,
                          .client_token = "t", .description = "d"),
                     0);
    assert_string_equal(again.network_interface->network_interface_id,
                        made.network_interface->network_interface_id);
    REFUSED("IdempotentParameterMismatch",
            CALL(CreateNetworkInterface, create_network_interface, &again, .subnet_id = subnet,
                 .client_token = "t", .description = "e"));
    id = made.network_interface->network_interface_id;
    REFUSED("InvalidIPAddress.InUse",
            CALL(CreateNetworkInterface, create_network_interface, &again, .subnet_id = subnet,
                 .private_ip_address = made.network_interface->private_ip_address));
    REFUSED("PrivateIpAddressLimitExceeded",
            CALL(CreateNetworkInterface, create_network_interface, &again, .subnet_id = subnet,
                 .secondary_private_ip_address_count = SOME_INT(-1)));
    REFUSED("DependencyViolation", CALL(DeleteSubnet, delete_subnet, &rig_nothing, .subnet_id = subnet));

    assert_int_equal(CALL(CreateSecurityGroup, create_security_group, &group, .group_name = "g",
                          .description = "g", .vpc_id = vpc),
                     0);
    DO(ModifyNetworkInterfaceAttribute, modify_network_interface_attribute, .network_interface_id = id,
       .groups = LIST(group.group_id));
    assert_int_equal(eni_of(id).groups.count, 1);
    assert_string_equal(eni_of(id).groups.items[0].group_name, "g");
    REFUSED("SecurityGroupsPerInterfaceLimitExceeded",
            CALL(ModifyNetworkInterfaceAttribute, modify_network_interface_attribute, &rig_nothing,
                 .network_interface_id = id,
                 .groups = LIST(group.group_id, group.group_id, group.group_id, group.group_id,
                                group.group_id, group.group_id)));
    DO(ModifyNetworkInterfaceAttribute, modify_network_interface_attribute, .network_interface_id = id,
       .source_dest_check = &(struct ec2_attribute_boolean_value){SOME_BOOL(false)});
    DO(ModifyNetworkInterfaceAttribute, modify_network_interface_attribute, .network_interface_id = id,
       .description = &(struct ec2_attribute_value){"new"});
    assert_false(eni_of(id).source_dest_check.v);
    assert_string_equal(eni_of(id).description, "new");
    REFUSED("InvalidAttachmentID.NotFound",
            CALL(ModifyNetworkInterfaceAttribute, modify_network_interface_attribute, &rig_nothing,
                 .network_interface_id = primary,
                 .attachment = &(struct ec2_network_interface_attachment_changes){
                     .attachment_id = "eni-attach-0", .delete_on_termination = SOME_BOOL(false)}));
    DO(ModifyNetworkInterfaceAttribute, modify_network_interface_attribute, .network_interface_id = primary,
       .attachment = &(struct ec2_network_interface_attachment_changes){
           .attachment_id = eni_of(primary).attachment->attachment_id,
           .delete_on_termination = SOME_BOOL(false)});
    DO(TerminateInstances, terminate_instances,
       .instance_ids = LIST(eni_of(primary).attachment->instance_id));
    instances_settle(rig.api);
    assert_string_equal(eni_of(primary).status, "available");

    assert_int_equal(CALL(DescribeNetworkInterfaces, describe_network_interfaces, &found,
                          .filters = ONE(ec2_filter, .name = "group-name", .values = LIST("g"))),
                     0);
    assert_int_equal(found.network_interfaces.count, 1);
    assert_int_equal(
        CALL(DescribeNetworkInterfaces, describe_network_interfaces, &found,
             .filters = ONE(ec2_filter, .name = "attachment.status", .values = LIST("attached"))),
        0);
    assert_int_equal(found.network_interfaces.count, 0);
    DO(DeleteNetworkInterface, delete_network_interface, .network_interface_id = id);
    DO(DeleteNetworkInterface, delete_network_interface, .network_interface_id = primary);
    DO(DeleteSubnet, delete_subnet, .subnet_id = subnet);
}

static int drain_pool(struct api_request *rq, void *arg) {
    size_t *count = arg;
    const char *ip;

    for (*count = 0; (ip = address_take(rq)) != NULL; ++*count) {
        struct elastic_ip_row row = {.id = api_new_id(rq, "eipalloc"),
                                     .account = "210987654321",
                                     .region = RIG_REGION,
                                     .public_ip = ip};

        assert_true(in_pool(ip));
        elastic_ip_put(rq->tx, &row);
    }
    return 0;
}

static void the_pool_runs_dry(void **state) {
    struct ec2_allocate_address_result out;
    struct ec2_reservation reservation;
    size_t count;

    (void)state;
    assert_int_equal(api_work(rig.api, drain_pool, &count), 0);
    assert_int_equal(count, 3 * 254);
    REFUSED("InsufficientAddressCapacity", CALL(AllocateAddress, allocate_address, &out, .domain = "vpc"));
    REFUSED("InsufficientAddressCapacity",
            RUN(&reservation, .network_interfaces = ONE(ec2_instance_network_interface_specification,
                                                        .device_index = SOME_INT(0), .subnet_id = subnet,
                                                        .associate_public_ip_address = SOME_BOOL(true))));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, rig_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {TEST(allocation), TEST(association),
                                       TEST(secondary_addresses_have_their_own), TEST(interfaces),
                                       TEST(the_pool_runs_dry)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
