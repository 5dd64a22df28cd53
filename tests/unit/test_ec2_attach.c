/* SPDX-License-Identifier: Apache-2.0 */
/* Interfaces attached to and detached from instances: rows, states, errors, and what the backend is asked. */
#include "instance_rig.h"

static const char *subnet_a, *subnet_c;

static const char *make_eni(const char *subnet) {
    struct ec2_create_network_interface_result out;

    assert_int_equal(CALL(CreateNetworkInterface, create_network_interface, &out, .subnet_id = subnet), 0);
    return out.network_interface->network_interface_id;
}

static const char *launched(void) {
    const char *vpc = rig_vpc("10.0.0.0/16");
    struct ec2_create_subnet_result out;
    struct ec2_reservation r;
    const char *id;

    assert_int_equal(CALL(CreateSubnet, create_subnet, &out, .vpc_id = vpc, .cidr_block = "10.0.1.0/24",
                          .availability_zone = RIG_REGION "a"),
                     0);
    subnet_a = out.subnet->subnet_id;
    assert_int_equal(CALL(CreateSubnet, create_subnet, &out, .vpc_id = vpc, .cidr_block = "10.0.2.0/24",
                          .availability_zone = RIG_REGION "c"),
                     0);
    subnet_c = out.subnet->subnet_id;
    assert_int_equal(RUN(&r, .subnet_id = subnet_a), 0);
    id = r.instances.items[0].instance_id;
    rig_running(id);
    return id;
}

static const struct ec2_network_interface *eni_now(const char *id) {
    struct ec2_describe_network_interfaces_result out;

    assert_int_equal(
        CALL(DescribeNetworkInterfaces, describe_network_interfaces, &out, .network_interface_ids = LIST(id)),
        0);
    return &out.network_interfaces.items[0];
}

static const char *attach(const char *eni, const char *instance, int64_t index) {
    struct ec2_attach_network_interface_result out;

    assert_int_equal(CALL(AttachNetworkInterface, attach_network_interface, &out, .network_interface_id = eni,
                          .instance_id = instance, .device_index = SOME_INT(index)),
                     0);
    return out.attachment_id;
}

#define REFUSE_ATTACH(code, eni, instance, index)                                                            \
    REFUSED(code,                                                                                            \
            CALL(AttachNetworkInterface, attach_network_interface,                                           \
                 (struct ec2_attach_network_interface_result *)&rig_nothing, .network_interface_id = (eni),  \
                 .instance_id = (instance), .device_index = SOME_INT(index)))

static bool noted(const char *what, const char *id) {
    const char *line = arena_printf(&rig.arena, "%s %s", what, id);

    for (size_t i = 0; i < rig.notes.count; i++)
        if (text_is(rig.notes.items[i], line))
            return true;
    return false;
}

static void there_and_back(void **state) {
    const char *instance = launched(), *eni = make_eni(subnet_a), *attachment;

    (void)state;
    rig.plug_waits = true;
    attachment = attach(eni, instance, 1);
    assert_string_equal(eni_now(eni)->status, "in-use");
    assert_string_equal(eni_now(eni)->attachment->status, "attaching");
    rig_plug_go();
    instances_settle(rig.api);
    assert_true(noted("plug", instance));
    assert_string_equal(eni_now(eni)->attachment->status, "attached");
    assert_int_equal(eni_now(eni)->attachment->device_index.v, 1);
    assert_false(eni_now(eni)->attachment->delete_on_termination.v);
    assert_int_equal(rig_instance(instance)->network_interfaces.count, 2);
    assert_string_equal(rig_instance(instance)->network_interfaces.items[1].attachment->status, "attached");

    DO(ModifyNetworkInterfaceAttribute, modify_network_interface_attribute, .network_interface_id = eni,
       .attachment = &(struct ec2_network_interface_attachment_changes){
           .attachment_id = attachment, .delete_on_termination = SOME_BOOL(true)});
    assert_true(eni_now(eni)->attachment->delete_on_termination.v);

    rig.plug_waits = true;
    DO(DetachNetworkInterface, detach_network_interface, .attachment_id = attachment);
    assert_string_equal(eni_now(eni)->status, "in-use");
    assert_string_equal(eni_now(eni)->attachment->status, "detaching");
    REFUSED("IncorrectState", CALL(DetachNetworkInterface, detach_network_interface, &rig_nothing,
                                   .attachment_id = attachment));
    DO(DetachNetworkInterface, detach_network_interface, .attachment_id = attachment,
       .force = SOME_BOOL(true));
    rig_plug_go();
    instances_settle(rig.api);
    assert_true(noted("unplug", instance));
    assert_string_equal(eni_now(eni)->status, "available");
    assert_null(eni_now(eni)->attachment);
    assert_int_equal(rig_instance(instance)->network_interfaces.count, 1);
    REFUSED("InvalidAttachmentID.NotFound", CALL(DetachNetworkInterface, detach_network_interface,
                                                 &rig_nothing, .attachment_id = attachment));
    DO(DeleteNetworkInterface, delete_network_interface, .network_interface_id = eni);
}

static void what_is_refused(void **state) {
    const char *instance = launched(), *eni = make_eni(subnet_a), *far = make_eni(subnet_c), *third, *primary;

    (void)state;
    REFUSE_ATTACH("InvalidNetworkInterfaceID.NotFound", "eni-0123456789abcdef0", instance, 1);
    REFUSE_ATTACH("InvalidInstanceID.NotFound", eni, "i-0123456789abcdef0", 1);
    REFUSE_ATTACH("InvalidParameterValue", eni, instance, 0);
    assert_string_equal(rig.message, arena_printf(&rig.arena,
                                                  "Instance '%s' already has an interface attached at device "
                                                  "index '0'.",
                                                  instance));
    REFUSE_ATTACH("InvalidParameterCombination", far, instance, 1);
    REFUSE_ATTACH("AttachmentLimitExceeded", eni, instance, 2);
    attach(eni, instance, 1);
    instances_settle(rig.api);
    REFUSE_ATTACH("InvalidNetworkInterface.InUse", eni, instance, 2);
    third = make_eni(subnet_a);
    REFUSE_ATTACH("AttachmentLimitExceeded", third, instance, 2);
    primary = rig_instance(instance)->network_interfaces.items[0].attachment->attachment_id;
    REFUSED("OperationNotPermitted", CALL(DetachNetworkInterface, detach_network_interface, &rig_nothing,
                                          .attachment_id = primary, .force = SOME_BOOL(true)));
    REFUSED("InvalidAttachmentID.Malformed",
            CALL(DetachNetworkInterface, detach_network_interface, &rig_nothing, .attachment_id = "eni-1"));
    REFUSED("InvalidParameterValue", CALL(DeleteNetworkInterface, delete_network_interface, &rig_nothing,
                                          .network_interface_id = eni));
}

static void a_stopped_instance(void **state) {
    const char *instance = launched(), *eni = make_eni(subnet_a), *attachment;

    (void)state;
    DO(StopInstances, stop_instances, .instance_ids = LIST(instance));
    instances_settle(rig.api);
    rig_event(instance, INSTANCE_EVENT_STOPPED);
    assert_string_equal(rig_state(instance), "stopped");
    attachment = attach(eni, instance, 1);
    assert_string_equal(eni_now(eni)->attachment->status, "attached");
    DO(DetachNetworkInterface, detach_network_interface, .attachment_id = attachment);
    assert_string_equal(eni_now(eni)->status, "available");
    attach(eni, instance, 1);
    DO(StartInstances, start_instances, .instance_ids = LIST(instance));
    rig_running(instance);
    assert_int_equal(rig.start.eni_count, 2);
    assert_false(noted("plug", instance));
}

/* What the backend cannot do is undone in the books; what it need not do is right as it is. */
static void a_backend_that_fails(void **state) {
    const char *instance = launched(), *eni = make_eni(subnet_a);

    (void)state;
    rig.other_result = -EIO;
    attach(eni, instance, 1);
    instances_settle(rig.api);
    assert_string_equal(eni_now(eni)->status, "available");
    rig.other_result = -ESRCH;
    attach(eni, instance, 1);
    instances_settle(rig.api);
    assert_string_equal(eni_now(eni)->attachment->status, "attached");
    rig.other_result = 0;
}

static void one_attribute(void **state) {
    const char *eni;
    struct ec2_describe_network_interface_attribute_result out;

    (void)state;
    launched();
    eni = make_eni(subnet_a);
#define ATTRIBUTE(name)                                                                                      \
    assert_int_equal(CALL(DescribeNetworkInterfaceAttribute, describe_network_interface_attribute, &out,     \
                          .network_interface_id = eni, .attribute = (name)),                                 \
                     0)
    DO(ModifyNetworkInterfaceAttribute, modify_network_interface_attribute, .network_interface_id = eni,
       .source_dest_check = &(struct ec2_attribute_boolean_value){SOME_BOOL(false)});
    ATTRIBUTE("sourceDestCheck");
    assert_false(out.source_dest_check->value.v);
    DO(ResetNetworkInterfaceAttribute, reset_network_interface_attribute, .network_interface_id = eni,
       .source_dest_check = "true");
    ATTRIBUTE("sourceDestCheck");
    assert_true(out.source_dest_check->value.v);
    ATTRIBUTE("groupSet");
    assert_int_equal(out.groups.count, 1);
    ATTRIBUTE("description");
    assert_string_equal(out.description->value, "");
    ATTRIBUTE("attachment");
    assert_null(out.attachment);
}

#define RIG(function) cmocka_unit_test_setup_teardown(function, rig_set_up, rig_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        RIG(there_and_back),       RIG(what_is_refused), RIG(a_stopped_instance),
        RIG(a_backend_that_fails), RIG(one_attribute),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
