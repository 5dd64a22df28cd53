/* SPDX-License-Identifier: Apache-2.0 */
/* Instances from birth to death: ec2-001, -003, -004, -010, -013, -028, -032 … -039, vpc-002, -015, -020, -027. */
#include "instance_rig.h"

static const char *vpc, *subnet, *small;

static int set_up(void **state) {
    rig_set_up(state);
    vpc = rig_vpc("10.0.0.0/16");
    subnet = rig_subnet(vpc, "10.0.1.0/24");
    small = rig_subnet(vpc, "10.0.2.0/28");
    return 0;
}

static const char *run_in(const char *subnet_id) {
    struct ec2_reservation out;

    assert_int_equal(RUN(&out, .subnet_id = subnet_id), 0);
    assert_int_equal(out.instances.count, 1);
    return out.instances.items[0].instance_id;
}

static void a_plain_launch(void **state) {
    struct ec2_reservation out;
    struct ec2_describe_instance_status_result status;
    struct ec2_get_console_output_result console;
    const struct ec2_instance *i;
    const char *id;

    (void)state;
    assert_int_equal(
        RUN(&out, .subnet_id = subnet, .private_ip_address = "10.0.1.50", .key_name = rig_key("k"),
            .user_data = "IyEvYmluL3NoCmVjaG8gaGkK",
            .tag_specifications = {.items =
                                       (struct ec2_tag_specification[]){
                                           {.resource_type = "instance", .tags = ONE(ec2_tag, "Name", "x")}},
                                   .count = 1}),
        0);
    assert_true(text_starts(out.reservation_id, "r-"));
    i = &out.instances.items[0];
    id = i->instance_id;
    assert_string_equal(i->state->name, "pending");
    assert_int_equal(i->state->code.v, 0);
    assert_string_equal(i->private_ip_address, "10.0.1.50");
    assert_string_equal(i->private_dns_name, "ip-10-0-1-50.ap-northeast-1.compute.internal");
    assert_null(i->public_ip_address);
    assert_string_equal(i->architecture, "x86_64");
    assert_string_equal(i->metadata_options->http_tokens, "required");
    assert_int_equal(i->metadata_options->http_put_response_hop_limit.v, 2);
    assert_int_equal(i->tags.count, 1);
    assert_int_equal(i->security_groups.count, 1);
    assert_string_equal(i->security_groups.items[0].group_name, "default");
    assert_int_equal(i->network_interfaces.count, 1);
    assert_int_equal(strlen(i->network_interfaces.items[0].mac_address), 17);
    assert_true(i->network_interfaces.items[0].attachment->delete_on_termination.v);
    assert_true(i->source_dest_check.v);
    assert_int_equal(i->block_device_mappings.count, 1);
    assert_string_equal(i->block_device_mappings.items[0].device_name, "/dev/xvda");

    instances_settle(rig.api);
    assert_string_equal(rig.start.id, id);
    assert_string_equal(rig.start.hostname, "ip-10-0-1-50.ap-northeast-1.compute.internal");
    assert_string_equal(rig.start.domain, "ap-northeast-1.compute.internal");
    assert_string_equal(rig.start.resolver, "10.0.0.2");
    assert_true(rig.start.first_boot);
    assert_int_equal(rig.start.user_data_length, strlen("#!/bin/sh\necho hi\n"));
    assert_memory_equal(rig.start.user_data, "#!/bin/sh\necho hi\n", rig.start.user_data_length);
    assert_int_equal(rig.start.eni_count, 1);
    assert_string_equal(rig.start.enis[0].address, "10.0.1.50");
    assert_string_equal(rig.start.enis[0].gateway, "10.0.1.1");
    assert_int_equal(rig.start.enis[0].prefix_length, 24);
    assert_true(rig.start.enis[0].num > 0);

    assert_string_equal(rig_state(id), "pending");
    assert_int_equal(
        CALL(DescribeInstanceStatus, describe_instance_status, &status, .instance_ids = LIST(id)), 0);
    assert_int_equal(status.instance_statuses.count, 0);
    rig_event(id, INSTANCE_EVENT_RUNNING);
    assert_string_equal(rig_state(id), "running");
    assert_null(rig_instance(id)->state_reason);
    assert_int_equal(
        CALL(DescribeInstanceStatus, describe_instance_status, &status, .instance_ids = LIST(id)), 0);
    assert_string_equal(status.instance_statuses.items[0].instance_status->status, "ok");
    assert_int_equal(CALL(GetConsoleOutput, get_console_output, &console, .instance_id = id), 0);
    assert_string_equal(console.output,
                        base64_encode(&rig.arena, arena_printf(&rig.arena, "console of %s", id),
                                      strlen("console of ") + strlen(id)));
}

static void what_is_refused(void **state) {
    struct ec2_reservation out;
    const char *other = rig_subnet(rig_vpc("10.9.0.0/16"), "10.9.1.0/24"), *taken = run_in(subnet);
    const struct ec2_instance *i = rig_instance(taken);
    struct ec2_create_security_group_result group;
    char big[4 * 16388 / 3 + 8];

    (void)state;
#define NO(code, ...) REFUSED(code, RUN(&out, __VA_ARGS__))
#define NO_WITH(code, image, type, ...)                                                                      \
    REFUSED(code, CALL(RunInstances, run_instances, &out, .image_id = (image), .instance_type = (type),      \
                       .min_count = SOME_INT(1), .max_count = SOME_INT(1), __VA_ARGS__))
    NO_WITH("MissingParameter", NULL, "t3.micro", .subnet_id = subnet);
    NO_WITH("InvalidAMIID.Malformed", "ami-x", "t3.micro", .subnet_id = subnet);
    NO_WITH("InvalidAMIID.NotFound", "ami-00000000000000000", "t3.micro", .subnet_id = subnet);
    assert_string_equal(rig.message, "The image id '[ami-00000000000000000]' does not exist");
    NO_WITH("InvalidParameterValue", AMI_X86, "t4g.nano", .subnet_id = subnet);
    assert_true(text_starts(rig.message,
                            "The architecture 'arm64' of the specified instance type does not match "
                            "the architecture 'x86_64' of the specified AMI."));
    NO_WITH("Unsupported", AMI_X86, "m1.small", .subnet_id = subnet);
    NO("InvalidSubnetID.NotFound", .subnet_id = "subnet-00000000000000000");
    NO("InvalidSubnetID.Malformed", .subnet_id = "foo");
    NO("InvalidIPAddress.InUse", .subnet_id = subnet, .private_ip_address = i->private_ip_address);
    NO("InvalidParameterValue", .subnet_id = subnet, .private_ip_address = "10.0.2.9");
    for (int last = 0; last < 4; last++)
        NO("InvalidParameterValue", .subnet_id = small,
           .private_ip_address = arena_printf(&rig.arena, "10.0.2.%d", last));
    NO("InvalidParameterValue", .subnet_id = small, .private_ip_address = "10.0.2.15");
    NO("InvalidGroup.NotFound", .subnet_id = subnet, .security_group_ids = LIST("sg-00000000000000000"));
    assert_int_equal(CALL(CreateSecurityGroup, create_security_group, &group, .group_name = "g",
                          .description = "g", .vpc_id = vpc),
                     0);
    assert_int_equal(RUN(&out, .subnet_id = other, .security_group_ids = LIST(group.group_id)), API_REFUSED);
    assert_true(text_is(rig.code, "InvalidParameter") || text_is(rig.code, "InvalidGroup.NotFound"));
    NO("InvalidParameterCombination", .subnet_id = subnet, .security_groups = LIST("g"));
    NO("InvalidParameterCombination", .subnet_id = subnet,
       .network_interfaces = ONE(ec2_instance_network_interface_specification, .device_index = SOME_INT(0)));
    NO("InvalidParameterValue", .subnet_id = subnet,
       .iam_instance_profile = &(struct ec2_iam_instance_profile_specification){.name = "nobody"});
    NO("InvalidUserData.Malformed", .subnet_id = subnet, .user_data = "###");
    memset(big, 'A', sizeof(big));
    big[16388 / 3 * 4] = '\0';
    NO("InvalidParameterValue", .subnet_id = subnet, .user_data = big);
    NO("InvalidParameterValue", .subnet_id = subnet,
       .metadata_options =
           &(struct ec2_instance_metadata_options_request){.http_put_response_hop_limit = SOME_INT(65)});
    NO("InvalidBlockDeviceMapping", .subnet_id = subnet,
       .block_device_mappings = ONE(ec2_block_device_mapping, .device_name = "/dev/xvda",
                                    .ebs = &(struct ec2_ebs_block_device){.volume_size = SOME_INT(1)}));
    NO("UnsupportedOperation", .subnet_id = subnet,
       .block_device_mappings = ONE(ec2_block_device_mapping, .device_name = "/dev/sdf",
                                    .ebs = &(struct ec2_ebs_block_device){.volume_size = SOME_INT(1)}));
    NO("UnsupportedOperation", .subnet_id = subnet,
       .hibernation_options = &(struct ec2_hibernation_options_request){.configured = SOME_BOOL(true)});
    NO("InvalidPlacementGroup.Unknown", .subnet_id = subnet,
       .placement = &(struct ec2_placement){.group_name = "pg"});
    NO("InvalidParameterValue", .subnet_id = subnet,
       .placement = &(struct ec2_placement){.availability_zone = "ap-northeast-1z"});
    NO("InvalidParameterValue", .subnet_id = subnet,
       .tag_specifications =
           ONE(ec2_tag_specification, .resource_type = "subnet", .tags = ONE(ec2_tag, "a", "b")));
    instances_settle(rig.api);
    assert_int_equal(rig.notes.count, 1); /* nothing of all this was started */
}

static void no_default_vpc_no_default_subnet(void **state) {
    struct ec2_describe_vpcs_result vpcs;
    struct ec2_describe_subnets_result subnets;
    struct ec2_describe_internet_gateways_result gateways;
    struct ec2_reservation out;
    const char *id;

    (void)state;
    assert_int_equal(RUN(&out, .key_name = NULL), 0);
    assert_non_null(out.instances.items[0].public_ip_address); /* default subnets map public addresses */
    assert_true(text_starts(out.instances.items[0].public_dns_name, "ec2-"));
    DO(TerminateInstances, terminate_instances, .instance_ids = LIST(out.instances.items[0].instance_id));
    instances_settle(rig.api);

    assert_int_equal(CALL(DescribeVpcs, describe_vpcs, &vpcs,
                          .filters = ONE(ec2_filter, .name = "is-default", .values = LIST("true"))),
                     0);
    assert_int_equal(vpcs.vpcs.count, 1);
    id = vpcs.vpcs.items[0].vpc_id;
    assert_int_equal(CALL(DescribeInternetGateways, describe_internet_gateways, &gateways,
                          .filters = ONE(ec2_filter, .name = "attachment.vpc-id", .values = LIST(id))),
                     0);
    DO(DetachInternetGateway, detach_internet_gateway, .vpc_id = id,
       .internet_gateway_id = gateways.internet_gateways.items[0].internet_gateway_id);
    assert_int_equal(CALL(DescribeSubnets, describe_subnets, &subnets,
                          .filters = ONE(ec2_filter, .name = "vpc-id", .values = LIST(id))),
                     0);
    for (size_t i = 0; i < subnets.subnets.count; i++)
        DO(DeleteSubnet, delete_subnet, .subnet_id = subnets.subnets.items[i].subnet_id);
    REFUSED("MissingInput", RUN(&out, .key_name = NULL));
    DO(DeleteVpc, delete_vpc, .vpc_id = id);
    REFUSED("VPCIdNotSpecified", RUN(&out, .key_name = NULL));
}

static void counts(void **state) {
    struct ec2_reservation out;

    (void)state;
    REFUSED("InsufficientFreeAddressesInSubnet",
            CALL(RunInstances, run_instances, &out, .image_id = AMI_X86, .instance_type = "t3.micro",
                 .min_count = SOME_INT(12), .max_count = SOME_INT(20), .subnet_id = small));
    assert_int_equal(CALL(RunInstances, run_instances, &out, .image_id = AMI_X86, .instance_type = "t3.micro",
                          .min_count = SOME_INT(5), .max_count = SOME_INT(20), .subnet_id = small),
                     0);
    assert_int_equal(out.instances.count, 11);
    for (size_t i = 0; i < out.instances.count; i++)
        assert_int_equal(out.instances.items[i].ami_launch_index.v, i);
    REFUSED("InsufficientFreeAddressesInSubnet", RUN(&out, .subnet_id = small));
    REFUSED("InvalidParameterValue",
            CALL(RunInstances, run_instances, &out, .image_id = AMI_X86, .instance_type = "t3.micro",
                 .min_count = SOME_INT(2), .max_count = SOME_INT(1), .subnet_id = subnet));
    REFUSED("InvalidParameterCombination",
            CALL(RunInstances, run_instances, &out, .image_id = AMI_X86, .instance_type = "t3.micro",
                 .min_count = SOME_INT(1), .max_count = SOME_INT(2), .subnet_id = subnet,
                 .private_ip_address = "10.0.1.77"));
}

static void starts_run_at_once(void **state) {
    struct ec2_reservation out;

    (void)state;
    rig.meet = 8;
    assert_int_equal(CALL(RunInstances, run_instances, &out, .image_id = AMI_X86, .instance_type = "t3.micro",
                          .min_count = SOME_INT(8), .max_count = SOME_INT(8), .subnet_id = subnet),
                     0);
    instances_settle(rig.api);
    assert_int_equal(rig.met, 8);
    assert_false(rig.missed);
}

static void the_same_token_again(void **state) {
    struct ec2_reservation first, again;
    const char *id;

    (void)state;
    assert_int_equal(RUN(&first, .subnet_id = subnet, .client_token = "t"), 0);
    assert_int_equal(RUN(&again, .subnet_id = subnet, .client_token = "t"), 0);
    id = first.instances.items[0].instance_id;
    assert_string_equal(again.reservation_id, first.reservation_id);
    assert_int_equal(again.instances.count, 1);
    assert_string_equal(again.instances.items[0].instance_id, id);
    REFUSED("IdempotentParameterMismatch", RUN(&again, .subnet_id = small, .client_token = "t"));
    DO(TerminateInstances, terminate_instances, .instance_ids = LIST(id));
    instances_settle(rig.api);
    REFUSED("IdempotentInstanceTerminated", RUN(&again, .subnet_id = subnet, .client_token = "t"));
}

static void public_addresses(void **state) {
    struct ec2_reservation out;
    const char *id, *first;

    (void)state;
    rig_gateway(vpc);
    DO(ModifySubnetAttribute, modify_subnet_attribute, .subnet_id = subnet,
       .map_public_ip_on_launch = &(struct ec2_attribute_boolean_value){SOME_BOOL(true)});
    id = run_in(subnet);
    rig_running(id);
    first = rig_instance(id)->public_ip_address;
    assert_non_null(first);
    assert_string_equal(rig_instance(id)->public_dns_name, ""); /* no DNS hostnames in this VPC */
    DO(ModifyVpcAttribute, modify_vpc_attribute, .vpc_id = vpc,
       .enable_dns_hostnames = &(struct ec2_attribute_boolean_value){SOME_BOOL(true)});
    assert_true(text_ends(rig_instance(id)->public_dns_name, ".ap-northeast-1.compute.amazonaws.com"));

    DO(RebootInstances, reboot_instances, .instance_ids = LIST(id));
    instances_settle(rig.api);
    assert_string_equal(rig_instance(id)->public_ip_address, first);
    DO(StopInstances, stop_instances, .instance_ids = LIST(id));
    instances_settle(rig.api);
    assert_string_equal(rig_state(id), "stopped");
    assert_null(rig_instance(id)->public_ip_address);
    assert_string_equal(rig_instance(id)->state_reason->code, "Client.UserInitiatedShutdown");
    DO(StartInstances, start_instances, .instance_ids = LIST(id));
    rig_running(id);
    assert_false(rig.start.first_boot);
    assert_non_null(rig_instance(id)->public_ip_address);
    assert_string_not_equal(rig_instance(id)->public_ip_address, first);

    /* AssociatePublicIpAddress overrides the subnet, both ways */
    assert_int_equal(RUN(&out, .network_interfaces = ONE(ec2_instance_network_interface_specification,
                                                         .device_index = SOME_INT(0), .subnet_id = subnet,
                                                         .associate_public_ip_address = SOME_BOOL(false))),
                     0);
    assert_null(out.instances.items[0].public_ip_address);
    assert_int_equal(RUN(&out, .network_interfaces = ONE(ec2_instance_network_interface_specification,
                                                         .device_index = SOME_INT(0), .subnet_id = small,
                                                         .associate_public_ip_address = SOME_BOOL(true))),
                     0);
    assert_non_null(out.instances.items[0].public_ip_address);
}

static void states(void **state) {
    struct ec2_stop_instances_result stopped;
    struct ec2_start_instances_result started;
    struct ec2_terminate_instances_result terminated;
    const char *id = run_in(subnet), *eni;

    (void)state;
    eni = rig_instance(id)->network_interfaces.items[0].network_interface_id;
    rig_running(id);
    assert_int_equal(CALL(StartInstances, start_instances, &started, .instance_ids = LIST(id)), 0);
    assert_string_equal(started.starting_instances.items[0].current_state->name, "running");
    assert_int_equal(CALL(StopInstances, stop_instances, &stopped, .instance_ids = LIST(id)), 0);
    assert_string_equal(stopped.stopping_instances.items[0].previous_state->name, "running");
    assert_int_equal(stopped.stopping_instances.items[0].current_state->code.v, 64);
    instances_settle(rig.api);
    assert_int_equal(CALL(StopInstances, stop_instances, &stopped, .instance_ids = LIST(id)), 0);
    assert_string_equal(stopped.stopping_instances.items[0].previous_state->name, "stopped");
    assert_string_equal(stopped.stopping_instances.items[0].current_state->name, "stopped");
    REFUSED("IncorrectInstanceState",
            CALL(RebootInstances, reboot_instances, &rig_nothing, .instance_ids = LIST(id)));
    /* a stopped one keeps its address */
    {
        struct ec2_reservation out;
        REFUSED("InvalidIPAddress.InUse",
                RUN(&out, .subnet_id = subnet, .private_ip_address = rig_instance(id)->private_ip_address));
    }
    DO(ModifyInstanceAttribute, modify_instance_attribute, .instance_id = id,
       .disable_api_termination = &(struct ec2_attribute_boolean_value){SOME_BOOL(true)});
    REFUSED("OperationNotPermitted",
            CALL(TerminateInstances, terminate_instances, &terminated, .instance_ids = LIST(id)));
    DO(ModifyInstanceAttribute, modify_instance_attribute, .instance_id = id,
       .attribute = "disableApiTermination", .value = "false");
    assert_int_equal(CALL(TerminateInstances, terminate_instances, &terminated, .instance_ids = LIST(id)), 0);
    assert_int_equal(terminated.terminating_instances.items[0].current_state->code.v, 32);
    instances_settle(rig.api);
    assert_string_equal(rig_state(id), "terminated");
    assert_int_equal(rig_instance(id)->network_interfaces.count, 0);
    assert_null(rig_instance(id)->vpc_id);
    assert_int_equal(CALL(TerminateInstances, terminate_instances, &terminated, .instance_ids = LIST(id)), 0);
    assert_string_equal(terminated.terminating_instances.items[0].current_state->name, "terminated");
    REFUSED("IncorrectInstanceState",
            CALL(StartInstances, start_instances, &started, .instance_ids = LIST(id)));
    {
        struct ec2_describe_network_interfaces_result out;
        REFUSED("InvalidNetworkInterfaceID.NotFound",
                CALL(DescribeNetworkInterfaces, describe_network_interfaces, &out,
                     .network_interface_ids = LIST(eni)));
    }
    REFUSED("InvalidInstanceID.NotFound",
            CALL(StopInstances, stop_instances, &stopped, .instance_ids = LIST("i-00000000000000000")));
    REFUSED("InvalidInstanceID.Malformed",
            CALL(StopInstances, stop_instances, &stopped, .instance_ids = LIST("foo")));

    /* an hour later it is forgotten */
    clock_skew(61 * 60 * 1000);
    {
        struct ec2_describe_instances_result out;
        assert_int_equal(CALL(DescribeInstances, describe_instances, &out, .dry_run = {0}), 0);
        assert_int_equal(out.reservations.count, 0);
    }
    run_in(subnet);
    {
        struct ec2_describe_instances_result out;
        REFUSED("InvalidInstanceID.NotFound",
                CALL(DescribeInstances, describe_instances, &out, .instance_ids = LIST(id)));
    }
    clock_skew(-61 * 60 * 1000);
}

static void without_a_data_plane(void **state) {
    const char *id;

    (void)state;
    rig.start_result = rig.other_result = -ENOTSUP;
    id = run_in(subnet);
    instances_settle(rig.api);
    assert_string_equal(rig_state(id), "running");
    DO(StopInstances, stop_instances, .instance_ids = LIST(id));
    instances_settle(rig.api);
    assert_string_equal(rig_state(id), "stopped");
    DO(StartInstances, start_instances, .instance_ids = LIST(id));
    instances_settle(rig.api);
    assert_string_equal(rig_state(id), "running");
    DO(TerminateInstances, terminate_instances, .instance_ids = LIST(id));
    instances_settle(rig.api);
    assert_string_equal(rig_state(id), "terminated");
}

static void a_start_that_fails(void **state) {
    const char *id;

    (void)state;
    rig.start_result = -EIO;
    id = run_in(subnet);
    instances_settle(rig.api);
    assert_string_equal(rig_state(id), "terminated");
    assert_string_equal(rig_instance(id)->state_reason->code, "Server.InternalError");
    /* it comes up, then its restart fails: it stays, stopped */
    rig.start_result = 0;
    id = run_in(subnet);
    rig_running(id);
    DO(StopInstances, stop_instances, .instance_ids = LIST(id), .force = SOME_BOOL(true));
    instances_settle(rig.api);
    assert_true(text_starts(rig.notes.items[rig.notes.count - 1], "kill "));
    rig.start_result = -EIO;
    DO(StartInstances, start_instances, .instance_ids = LIST(id));
    instances_settle(rig.api);
    assert_string_equal(rig_state(id), "stopped");
    assert_string_equal(rig_instance(id)->state_reason->code, "Server.InternalError");
    /* it ends before it is up */
    rig.start_result = 0;
    id = run_in(subnet);
    instances_settle(rig.api);
    instance_on_event(rig.api, id, INSTANCE_EVENT_STOPPED, "no such shell");
    instances_settle(rig.api);
    assert_string_equal(rig_state(id), "terminated");
    assert_non_null(strstr(rig_instance(id)->state_reason->message, "no such shell"));
}

static void a_guest_that_shuts_down(void **state) {
    const char *id = run_in(subnet);

    (void)state;
    rig_running(id);
    rig_event(id, INSTANCE_EVENT_STOPPED);
    assert_string_equal(rig_state(id), "stopped");
    assert_string_equal(rig_instance(id)->state_reason->code, "Client.InstanceInitiatedShutdown");
    DO(ModifyInstanceAttribute, modify_instance_attribute, .instance_id = id,
       .instance_initiated_shutdown_behavior = &(struct ec2_attribute_value){"terminate"});
    DO(StartInstances, start_instances, .instance_ids = LIST(id));
    rig_running(id);
    rig_event(id, INSTANCE_EVENT_STOPPED);
    assert_string_equal(rig_state(id), "terminated");
}

static void after_a_restart(void **state) {
    const char *running = run_in(subnet), *stopped = run_in(subnet);
    size_t before;

    (void)state;
    rig_running(running);
    rig_running(stopped);
    DO(StopInstances, stop_instances, .instance_ids = LIST(stopped));
    instances_settle(rig.api);
    before = rig.notes.count;
    instances_resume(rig.api);
    instances_settle(rig.api);
    assert_int_equal(rig.notes.count, before + 1);
    assert_string_equal(rig.notes.items[before], arena_printf(&rig.arena, "start %s", running));
    assert_false(rig.start.first_boot);
    assert_string_equal(rig_state(running), "running");
    rig.start_result = -EIO;
    instances_resume(rig.api);
    instances_settle(rig.api);
    assert_string_equal(rig_state(running), "stopped");
}

/* The box ends while an instance starts and another one, whose turn has not come, is to end. */
static void cut_short(void **state) {
    const char *waiting = run_in(subnet), *starting;

    (void)state;
    rig_running(waiting);
    rig.start_result = -ESHUTDOWN;
    rig.meet = rig.met + 2; /* it takes its time */
    starting = run_in(subnet);
    DO(TerminateInstances, terminate_instances, .instance_ids = LIST(starting));
    instances_end(rig.api);
    assert_string_equal(rig_state(starting), "shutting-down");
    assert_true(text_starts(rig.notes.items[rig.notes.count - 1], "start "));
    rig.meet = 0;
    instances_resume(rig.api);
    instances_settle(rig.api);
    assert_string_equal(rig_state(starting), "terminated");
    starting = run_in(subnet);
    instances_end(rig.api);
    assert_string_equal(rig_state(starting), "pending");
    rig.start_result = 0;
    instances_resume(rig.api);
    rig_running(starting);
}

static void several_interfaces(void **state) {
    struct ec2_create_network_interface_result made;
    struct ec2_describe_network_interfaces_result enis;
    struct ec2_reservation out;
    const char *id, *own;

    (void)state;
    assert_int_equal(CALL(CreateNetworkInterface, create_network_interface, &made, .subnet_id = small,
                          .private_ip_address = "10.0.2.9", .description = "own"),
                     0);
    own = made.network_interface->network_interface_id;
#define TWO(...) {.items = (struct ec2_instance_network_interface_specification[]){__VA_ARGS__}, .count = 2}
    REFUSED("InvalidParameterValue",
            RUN(&out, .network_interfaces = TWO({.device_index = SOME_INT(0), .subnet_id = subnet},
                                                {.device_index = SOME_INT(0), .subnet_id = subnet})));
    REFUSED("InvalidParameterCombination",
            RUN(&out, .network_interfaces = TWO({.device_index = SOME_INT(0),
                                                 .subnet_id = subnet,
                                                 .associate_public_ip_address = SOME_BOOL(true)},
                                                {.device_index = SOME_INT(1), .subnet_id = subnet})));
    REFUSED("InvalidParameterCombination",
            RUN(&out, .network_interfaces = ONE(ec2_instance_network_interface_specification,
                                                .device_index = SOME_INT(1), .subnet_id = subnet)));
    REFUSED("PrivateIpAddressLimitExceeded",
            RUN(&out, .network_interfaces =
                          ONE(ec2_instance_network_interface_specification, .device_index = SOME_INT(0),
                              .subnet_id = subnet, .secondary_private_ip_address_count = SOME_INT(2))));
    REFUSED("PrivateIpAddressLimitExceeded",
            RUN(&out, .network_interfaces =
                          ONE(ec2_instance_network_interface_specification, .device_index = SOME_INT(0),
                              .subnet_id = subnet, .secondary_private_ip_address_count = SOME_INT(-1))));
    assert_int_equal(
        RUN(&out, .network_interfaces = TWO({.device_index = SOME_INT(1), .network_interface_id = own},
                                            {.device_index = SOME_INT(0),
                                             .subnet_id = subnet,
                                             .secondary_private_ip_address_count = SOME_INT(1)})),
        0);
    id = out.instances.items[0].instance_id;
    assert_int_equal(out.instances.items[0].network_interfaces.count, 2);
    assert_int_equal(out.instances.items[0].network_interfaces.items[0].private_ip_addresses.count, 2);
    assert_string_equal(out.instances.items[0].network_interfaces.items[1].network_interface_id, own);
    instances_settle(rig.api);
    assert_int_equal(rig.start.eni_count, 2);
    assert_string_equal(rig.start.enis[1].address, "10.0.2.9");
    REFUSED("InvalidNetworkInterface.InUse",
            RUN(&out, .network_interfaces = ONE(ec2_instance_network_interface_specification,
                                                .device_index = SOME_INT(0), .network_interface_id = own)));
    REFUSED("InvalidInstanceID",
            CALL(ModifyInstanceAttribute, modify_instance_attribute, &rig_nothing, .instance_id = id,
                 .source_dest_check = &(struct ec2_attribute_boolean_value){SOME_BOOL(false)}));
    DO(TerminateInstances, terminate_instances, .instance_ids = LIST(id));
    instances_settle(rig.api);
    assert_int_equal(CALL(DescribeNetworkInterfaces, describe_network_interfaces, &enis,
                          .filters = ONE(ec2_filter, .name = "vpc-id", .values = LIST(vpc))),
                     0);
    assert_int_equal(enis.network_interfaces.count, 1); /* the user's own stays */
    assert_string_equal(enis.network_interfaces.items[0].network_interface_id, own);
    assert_string_equal(enis.network_interfaces.items[0].status, "available");
    assert_null(enis.network_interfaces.items[0].attachment);
}

static void attributes(void **state) {
    struct ec2_instance_attribute out;
    struct ec2_modify_instance_metadata_options_result metadata;
    const char *id = run_in(subnet);

    (void)state;
    rig_running(id);
    REFUSED("IncorrectInstanceState",
            CALL(ModifyInstanceAttribute, modify_instance_attribute, &rig_nothing, .instance_id = id,
                 .user_data = &(struct ec2_blob_attribute_value){.value = {"x", 1}}));
    REFUSED("IncorrectInstanceState",
            CALL(ModifyInstanceAttribute, modify_instance_attribute, &rig_nothing, .instance_id = id,
                 .instance_type = &(struct ec2_attribute_value){"t3.small"}));
    REFUSED("InvalidParameterCombination",
            CALL(ModifyInstanceAttribute, modify_instance_attribute, &rig_nothing, .instance_id = id,
                 .source_dest_check = &(struct ec2_attribute_boolean_value){SOME_BOOL(false)},
                 .disable_api_stop = &(struct ec2_attribute_boolean_value){SOME_BOOL(true)}));
    DO(ModifyInstanceAttribute, modify_instance_attribute, .instance_id = id,
       .source_dest_check = &(struct ec2_attribute_boolean_value){SOME_BOOL(false)});
    assert_false(rig_instance(id)->source_dest_check.v);
    DO(ModifyInstanceAttribute, modify_instance_attribute, .instance_id = id, .attribute = "disableApiStop",
       .value = "true");
    REFUSED("OperationNotPermitted",
            CALL(StopInstances, stop_instances, &rig_nothing, .instance_ids = LIST(id)));
    DO(ModifyInstanceAttribute, modify_instance_attribute, .instance_id = id, .attribute = "disableApiStop",
       .value = "false");
    DO(StopInstances, stop_instances, .instance_ids = LIST(id));
    instances_settle(rig.api);
    DO(ModifyInstanceAttribute, modify_instance_attribute, .instance_id = id,
       .user_data = &(struct ec2_blob_attribute_value){.value = {"hello", 5}});
    assert_int_equal(CALL(DescribeInstanceAttribute, describe_instance_attribute, &out, .instance_id = id,
                          .attribute = "userData"),
                     0);
    assert_string_equal(out.user_data->value, "aGVsbG8=");
    REFUSED("InvalidParameterValue",
            CALL(ModifyInstanceAttribute, modify_instance_attribute, &rig_nothing, .instance_id = id,
                 .instance_type = &(struct ec2_attribute_value){"t4g.nano"}));
    DO(ModifyInstanceAttribute, modify_instance_attribute, .instance_id = id,
       .instance_type = &(struct ec2_attribute_value){"t3.small"});
    assert_string_equal(rig_instance(id)->instance_type, "t3.small");

    assert_int_equal(CALL(ModifyInstanceMetadataOptions, modify_instance_metadata_options, &metadata,
                          .instance_id = id, .http_tokens = "optional", .http_endpoint = "disabled",
                          .instance_metadata_tags = "enabled"),
                     0);
    assert_string_equal(metadata.instance_metadata_options->state, "pending");
    assert_string_equal(rig_instance(id)->metadata_options->state, "applied");
    assert_string_equal(rig_instance(id)->metadata_options->http_tokens, "optional");
    assert_string_equal(rig_instance(id)->metadata_options->http_endpoint, "disabled");
    assert_string_equal(rig_instance(id)->metadata_options->instance_metadata_tags, "enabled");
    assert_int_equal(rig_instance(id)->metadata_options->http_put_response_hop_limit.v, 2);
}

static void defaults_of_an_older_image(void **state) {
    struct ec2_reservation out;

    (void)state;
    assert_int_equal(CALL(RunInstances, run_instances, &out, .image_id = AMI_OLD, .instance_type = "t3.micro",
                          .min_count = SOME_INT(1), .max_count = SOME_INT(1), .subnet_id = subnet),
                     0);
    assert_string_equal(out.instances.items[0].metadata_options->http_tokens, "optional");
    assert_int_equal(out.instances.items[0].metadata_options->http_put_response_hop_limit.v, 1);
    assert_int_equal(
        CALL(RunInstances, run_instances, &out, .instance_type = "t4g.nano", .min_count = SOME_INT(1),
             .image_id = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
             .max_count = SOME_INT(1), .subnet_id = subnet),
        0);
    assert_string_equal(out.instances.items[0].image_id, AMI_ARM);
    assert_string_equal(out.instances.items[0].architecture, "arm64");
}

static void filters_and_pages(void **state) {
    struct ec2_describe_instances_result out;
    struct ec2_reservation run;
    const char *a, *next;
    size_t seen = 0;

    (void)state;
    assert_int_equal(CALL(RunInstances, run_instances, &run, .image_id = AMI_X86, .instance_type = "t3.micro",
                          .min_count = SOME_INT(7), .max_count = SOME_INT(7), .subnet_id = subnet),
                     0);
    a = run.instances.items[3].instance_id;
    rig_running(a);
#define FIND(filter, value, expected)                                                                        \
    do {                                                                                                     \
        assert_int_equal(CALL(DescribeInstances, describe_instances, &out,                                   \
                              .filters = ONE(ec2_filter, .name = (filter), .values = LIST(value))),          \
                         0);                                                                                 \
        assert_int_equal(out.reservations.count > 0 ? out.reservations.items[0].instances.count : 0,         \
                         (expected));                                                                        \
    } while (0)
    FIND("instance-state-name", "running", 1);
    FIND("instance-state-name", "pending", 6);
    FIND("subnet-id", subnet, 7);
    FIND("subnet-id", small, 0);
    FIND("network-interface.subnet-id", subnet, 7);
    FIND("private-ip-address", rig_instance(a)->private_ip_address, 1);
    FIND("reservation-id", run.reservation_id, 7);
    FIND("instance-type", "t3.*", 7);
    FIND("network-interface.addresses.private-ip-address", rig_instance(a)->private_ip_address, 1);
    FIND("instance.group-name", "default", 7);
    FIND("launch-index", "3", 1);
    REFUSED("InvalidParameterValue", CALL(DescribeInstances, describe_instances, &out,
                                          .filters = ONE(ec2_filter, .name = "bogus", .values = LIST("x"))));
    next = NULL;
    do {
        assert_int_equal(
            CALL(DescribeInstances, describe_instances, &out, .max_results = SOME_INT(5), .next_token = next),
            0);
        seen += out.reservations.items[0].instances.count;
        next = out.next_token;
    } while (next != NULL);
    assert_int_equal(seen, 7);
}

static int stranger_looks(struct api_request *rq, void *arg) {
    const char *id = arg;

    rq->service = &model_ec2;
    rq->operation = model_operation_find(&model_ec2, "DescribeInstances");
    rq->caller.account = "210987654321";
    assert_null(ec2_find(rq, EC2_INSTANCE, id));
    rq->caller.account = RIG_ACCOUNT;
    rq->region = "us-east-1";
    assert_null(ec2_find(rq, EC2_INSTANCE, id));
    return 0;
}

static void nobody_elses_business(void **state) {
    (void)state;
    assert_int_equal(api_work(rig.api, stranger_looks, (void *)(uintptr_t)run_in(subnet)), 0);
}

/* What infrastructure tools send with each launch and ask for after it. */
static void as_tools_launch(void **state) {
    struct ec2_placement anywhere = {.availability_zone = ""};
    struct ec2_credit_specification_request credits = {.cpu_credits = "standard"};
    struct ec2_ebs_block_device disk = {.volume_size = SOME_INT(20),
                                        .iops = SOME_INT(4000),
                                        .encrypted = SOME_BOOL(true)},
                                bad = {.volume_type = "gp2", .iops = SOME_INT(4000)},
                                key = {.encrypted = SOME_BOOL(true), .kms_key_id = "alias/x"};
    struct ec2_reservation out;
    struct ec2_describe_volumes_result volumes;
    struct ec2_describe_instance_credit_specifications_result credit;
    const struct ec2_volume *v;
    const char *id;

    (void)state;
#define DISK(ebs_) ONE(ec2_block_device_mapping, .device_name = "/dev/xvda", .ebs = &(ebs_))
    assert_int_equal(RUN(&out, .subnet_id = subnet, .placement = &anywhere, .credit_specification = &credits,
                         .block_device_mappings = DISK(disk)),
                     0);
    id = out.instances.items[0].instance_id;
    assert_int_equal(
        CALL(DescribeVolumes, describe_volumes, &volumes,
             .volume_ids = LIST(out.instances.items[0].block_device_mappings.items[0].ebs->volume_id)),
        0);
    v = &volumes.volumes.items[0];
    assert_int_equal(v->size.v, 20);
    assert_int_equal(v->iops.v, 4000);
    assert_int_equal(v->throughput.v, 125);
    assert_true(v->encrypted.v);
    assert_string_equal(v->attachments.items[0].instance_id, id);
    assert_int_equal(CALL(DescribeVolumes, describe_volumes, &volumes,
                          .filters = ONE(ec2_filter, "attachment.instance-id", LIST("i-00000000000000000"))),
                     0);
    assert_int_equal(volumes.volumes.count, 0);
    assert_int_equal(CALL(DescribeInstanceCreditSpecifications, describe_instance_credit_specifications,
                          &credit, .instance_ids = LIST(id)),
                     0);
    assert_string_equal(credit.instance_credit_specifications.items[0].cpu_credits, "standard");
    REFUSED("InvalidParameterCombination",
            RUN(&out, .subnet_id = subnet, .block_device_mappings = DISK(bad)));
    REFUSED("UnsupportedOperation", RUN(&out, .subnet_id = subnet, .block_device_mappings = DISK(key)));
    credits.cpu_credits = "plenty";
    REFUSED("InvalidParameterValue", RUN(&out, .subnet_id = subnet, .credit_specification = &credits));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, rig_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_plain_launch),
        TEST(what_is_refused),
        TEST(no_default_vpc_no_default_subnet),
        TEST(counts),
        TEST(starts_run_at_once),
        TEST(the_same_token_again),
        TEST(public_addresses),
        TEST(states),
        TEST(without_a_data_plane),
        TEST(a_start_that_fails),
        TEST(a_guest_that_shuts_down),
        TEST(after_a_restart),
        TEST(cut_short),
        TEST(several_interfaces),
        TEST(attributes),
        TEST(defaults_of_an_older_image),
        TEST(filters_and_pages),
        TEST(nobody_elses_business),
        TEST(as_tools_launch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
