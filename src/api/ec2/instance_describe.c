/* SPDX-License-Identifier: Apache-2.0 */
/* DescribeInstances, DescribeInstanceStatus, GetConsoleOutput. */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "api/ec2/instance_parts.h"
#include "base/clock.h"
#include "base/text.h"

/* What filters look at: the instance and what the answer shows around it. */
struct item {
    struct ec2_instance instance;
    const char *reservation_id, *owner_id;
};

#define CALL(function, statement)                                                                            \
    static void function(struct ec2_values *out, const void *view) {                                         \
        const struct ec2_instance *v = &((const struct item *)view)->instance;                               \
        statement;                                                                                           \
    }
#define EACH_INTERFACE(statement)                                                                            \
    for (size_t i = 0; i < v->network_interfaces.count; i++) {                                               \
        const struct ec2_instance_network_interface *n = &v->network_interfaces.items[i];                    \
        statement;                                                                                           \
    }
#define EACH_ADDRESS(statement)                                                                              \
    EACH_INTERFACE(for (size_t j = 0; j < n->private_ip_addresses.count; j++) {                              \
        const struct ec2_instance_private_ip_address *a = &n->private_ip_addresses.items[j];                 \
        statement;                                                                                           \
    })
#define EACH_GROUP(statement)                                                                                \
    EACH_INTERFACE(for (size_t j = 0; j < n->groups.count; j++) {                                            \
        const struct ec2_group_identifier *g = &n->groups.items[j];                                          \
        statement;                                                                                           \
    })
#define NUMBER(n) ec2_value(out, arena_printf(out->arena, "%" PRId64, (n)))
#define TRUTH(b) ec2_value(out, (b) ? "true" : "false")

static void time_value(struct ec2_values *out, struct opt_time t) {
    char text[CLOCK_TEXT_BYTES];

    if (t.set)
        ec2_value(out, arena_strdup(out->arena, clock_iso8601(t.ms, text)));
}

CALL(zone, ec2_value(out, v->placement->availability_zone))
CALL(zone_id, ec2_value(out, v->placement->availability_zone_id))
CALL(tenancy, ec2_value(out, v->placement->tenancy))
CALL(placement_group, ec2_value(out, v->placement->group_name))
CALL(state_name, ec2_value(out, v->state->name))
CALL(state_code, NUMBER(v->state->code.v))
CALL(reason_code, if (v->state_reason != NULL) ec2_value(out, v->state_reason->code))
CALL(group_id, for (size_t i = 0; i < v->security_groups.count; i++)
                   ec2_value(out, v->security_groups.items[i].group_id))
CALL(group_name, for (size_t i = 0; i < v->security_groups.count; i++)
                     ec2_value(out, v->security_groups.items[i].group_name))
CALL(profile_arn, if (v->iam_instance_profile != NULL) ec2_value(out, v->iam_instance_profile->arn))
CALL(profile_id, if (v->iam_instance_profile != NULL) ec2_value(out, v->iam_instance_profile->id))
CALL(launch_time, time_value(out, v->launch_time))
CALL(monitoring, ec2_value(out, v->monitoring->state))
CALL(metadata_tokens, ec2_value(out, v->metadata_options->http_tokens))
CALL(metadata_endpoint, ec2_value(out, v->metadata_options->http_endpoint))
CALL(metadata_hops, NUMBER(v->metadata_options->http_put_response_hop_limit.v))
CALL(metadata_tags, ec2_value(out, v->metadata_options->instance_metadata_tags))
CALL(metadata_state, ec2_value(out, v->metadata_options->state))
CALL(hibernation, TRUTH(v->hibernation_options->configured.v))
CALL(hostname_type, ec2_value(out, v->private_dns_name_options->hostname_type))
CALL(resource_name_a, TRUTH(v->private_dns_name_options->enable_resource_name_dns_a_record.v))
CALL(auto_recovery, ec2_value(out, v->maintenance_options->auto_recovery))
CALL(managed, TRUTH(v->operator->managed.v))
CALL(volume_id, for (size_t i = 0; i < v->block_device_mappings.count; i++)
                    ec2_value(out, v->block_device_mappings.items[i].ebs->volume_id))
CALL(volume_device, for (size_t i = 0; i < v->block_device_mappings.count; i++)
                        ec2_value(out, v->block_device_mappings.items[i].device_name))
CALL(volume_deletes, for (size_t i = 0; i < v->block_device_mappings.count; i++)
                         TRUTH(v->block_device_mappings.items[i].ebs->delete_on_termination.v))
CALL(volume_status, for (size_t i = 0; i < v->block_device_mappings.count; i++)
                        ec2_value(out, v->block_device_mappings.items[i].ebs->status))
CALL(eni_id, EACH_INTERFACE(ec2_value(out, n->network_interface_id)))
CALL(eni_subnet, EACH_INTERFACE(ec2_value(out, n->subnet_id)))
CALL(eni_vpc, EACH_INTERFACE(ec2_value(out, n->vpc_id)))
CALL(eni_mac, EACH_INTERFACE(ec2_value(out, n->mac_address)))
CALL(eni_description, EACH_INTERFACE(ec2_value(out, n->description)))
CALL(eni_owner, EACH_INTERFACE(ec2_value(out, n->owner_id)))
CALL(eni_status, EACH_INTERFACE(ec2_value(out, n->status)))
CALL(eni_private_name, EACH_INTERFACE(ec2_value(out, n->private_dns_name)))
CALL(eni_check, EACH_INTERFACE(TRUTH(n->source_dest_check.v)))
CALL(eni_address, EACH_ADDRESS(ec2_value(out, a->private_ip_address)))
CALL(eni_address_primary, EACH_ADDRESS(TRUTH(a->primary.v)))
CALL(eni_public, EACH_ADDRESS(if (a->association != NULL) ec2_value(out, a->association->public_ip)))
CALL(eni_public_owner, EACH_ADDRESS(if (a->association != NULL) ec2_value(out, a->association->ip_owner_id)))
CALL(eni_group_id, EACH_GROUP(ec2_value(out, g->group_id)))
CALL(eni_group_name, EACH_GROUP(ec2_value(out, g->group_name)))
CALL(eni_attachment, EACH_INTERFACE(if (n->attachment != NULL) ec2_value(out, n->attachment->attachment_id)))
CALL(eni_attachment_status, EACH_INTERFACE(if (n->attachment != NULL) ec2_value(out, n->attachment->status)))
CALL(eni_attachment_index, EACH_INTERFACE(if (n->attachment != NULL) NUMBER(n->attachment->device_index.v)))
CALL(eni_attachment_deletes,
     EACH_INTERFACE(if (n->attachment != NULL) TRUTH(n->attachment->delete_on_termination.v)))
CALL(eni_attachment_instance, EACH_INTERFACE(if (n->attachment != NULL) ec2_value(out, v->instance_id)))
CALL(eni_attachment_owner, EACH_INTERFACE(if (n->attachment != NULL) ec2_value(out, n->owner_id)))

static const struct ec2_filter_name names[] = {
    EC2_BY_TEXT("architecture", item, instance.architecture),
    EC2_BY_CALL("availability-zone", zone),
    EC2_BY_CALL("availability-zone-id", zone_id),
    EC2_BY_CALL("block-device-mapping.delete-on-termination", volume_deletes),
    EC2_BY_CALL("block-device-mapping.device-name", volume_device),
    EC2_BY_CALL("block-device-mapping.status", volume_status),
    EC2_BY_CALL("block-device-mapping.volume-id", volume_id),
    EC2_BY_TEXT("boot-mode", item, instance.boot_mode),
    EC2_BY_TEXT("client-token", item, instance.client_token),
    EC2_BY_TEXT("current-instance-boot-mode", item, instance.current_instance_boot_mode),
    EC2_BY_TEXT("dns-name", item, instance.public_dns_name),
    EC2_BY_BOOL("ebs-optimized", item, instance.ebs_optimized),
    EC2_BY_BOOL("ena-support", item, instance.ena_support),
    EC2_BY_CALL("hibernation-options.configured", hibernation),
    EC2_BY_TEXT("hypervisor", item, instance.hypervisor),
    EC2_BY_CALL("iam-instance-profile.arn", profile_arn),
    EC2_BY_CALL("iam-instance-profile.id", profile_id),
    EC2_BY_TEXT("image-id", item, instance.image_id),
    EC2_BY_TEXT("instance-id", item, instance.instance_id),
    EC2_BY_TEXT("instance-lifecycle", item, instance.instance_lifecycle),
    EC2_BY_CALL("instance-state-code", state_code),
    EC2_BY_CALL("instance-state-name", state_name),
    EC2_BY_TEXT("instance-type", item, instance.instance_type),
    EC2_BY_CALL("instance.group-id", group_id),
    EC2_BY_CALL("instance.group-name", group_name),
    EC2_BY_TEXT("ip-address", item, instance.public_ip_address),
    EC2_BY_TEXT("ipv6-address", item, instance.ipv6_address),
    EC2_BY_TEXT("kernel-id", item, instance.kernel_id),
    EC2_BY_TEXT("key-name", item, instance.key_name),
    EC2_BY_INT("launch-index", item, instance.ami_launch_index),
    EC2_BY_CALL("launch-time", launch_time),
    EC2_BY_CALL("maintenance-options.auto-recovery", auto_recovery),
    EC2_BY_CALL("metadata-options.http-endpoint", metadata_endpoint),
    EC2_BY_CALL("metadata-options.http-put-response-hop-limit", metadata_hops),
    EC2_BY_CALL("metadata-options.http-tokens", metadata_tokens),
    EC2_BY_CALL("metadata-options.instance-metadata-tags", metadata_tags),
    EC2_BY_CALL("metadata-options.state", metadata_state),
    EC2_BY_CALL("monitoring-state", monitoring),
    EC2_BY_CALL("network-interface.addresses.association.ip-owner-id", eni_public_owner),
    EC2_BY_CALL("network-interface.addresses.association.public-ip", eni_public),
    EC2_BY_CALL("network-interface.addresses.primary", eni_address_primary),
    EC2_BY_CALL("network-interface.addresses.private-ip-address", eni_address),
    EC2_BY_CALL("network-interface.association.ip-owner-id", eni_public_owner),
    EC2_BY_CALL("network-interface.association.public-ip", eni_public),
    EC2_BY_CALL("network-interface.attachment.attachment-id", eni_attachment),
    EC2_BY_CALL("network-interface.attachment.delete-on-termination", eni_attachment_deletes),
    EC2_BY_CALL("network-interface.attachment.device-index", eni_attachment_index),
    EC2_BY_CALL("network-interface.attachment.instance-id", eni_attachment_instance),
    EC2_BY_CALL("network-interface.attachment.instance-owner-id", eni_attachment_owner),
    EC2_BY_CALL("network-interface.attachment.status", eni_attachment_status),
    EC2_BY_CALL("network-interface.availability-zone", zone),
    EC2_BY_CALL("network-interface.description", eni_description),
    EC2_BY_CALL("network-interface.group-id", eni_group_id),
    EC2_BY_CALL("network-interface.group-name", eni_group_name),
    EC2_BY_CALL("network-interface.mac-address", eni_mac),
    EC2_BY_CALL("network-interface.network-interface-id", eni_id),
    EC2_BY_CALL("network-interface.owner-id", eni_owner),
    EC2_BY_CALL("network-interface.private-dns-name", eni_private_name),
    EC2_BY_CALL("network-interface.private-ip-address", eni_address),
    EC2_BY_CALL("network-interface.source-dest-check", eni_check),
    EC2_BY_CALL("network-interface.status", eni_status),
    EC2_BY_CALL("network-interface.subnet-id", eni_subnet),
    EC2_BY_CALL("network-interface.vpc-id", eni_vpc),
    EC2_BY_CALL("operator.managed", managed),
    EC2_BY_TEXT("owner-id", item, owner_id),
    EC2_BY_CALL("placement-group-name", placement_group),
    EC2_BY_TEXT("platform", item, instance.platform),
    EC2_BY_TEXT("platform-details", item, instance.platform_details),
    EC2_BY_TEXT("private-dns-name", item, instance.private_dns_name),
    EC2_BY_CALL("private-dns-name-options.enable-resource-name-dns-a-record", resource_name_a),
    EC2_BY_CALL("private-dns-name-options.hostname-type", hostname_type),
    EC2_BY_TEXT("private-ip-address", item, instance.private_ip_address),
    EC2_BY_TEXT("ramdisk-id", item, instance.ramdisk_id),
    EC2_BY_TEXT("reason", item, instance.state_transition_reason),
    EC2_BY_TEXT("reservation-id", item, reservation_id),
    EC2_BY_TEXT("root-device-name", item, instance.root_device_name),
    EC2_BY_TEXT("root-device-type", item, instance.root_device_type),
    EC2_BY_BOOL("source-dest-check", item, instance.source_dest_check),
    EC2_BY_CALL("state-reason-code", reason_code),
    EC2_BY_TEXT("subnet-id", item, instance.subnet_id),
    EC2_BY_CALL("tenancy", tenancy),
    EC2_BY_TEXT("usage-operation", item, instance.usage_operation),
    EC2_BY_TEXT("virtualization-type", item, instance.virtualization_type),
    EC2_BY_TEXT("vpc-id", item, instance.vpc_id),
};
static const struct ec2_filters filters = EC2_FILTERS(names, item, instance.tags);

int ec2_describe_instances(struct api_request *rq, const struct ec2_describe_instances_request *in,
                           struct ec2_describe_instances_result *out) {
    VEC(struct item) found = {0};
    struct ec2_query q;

    if (EC2_QUERY(rq, &q, EC2_INSTANCE, in, instance_ids, &filters) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < q.rows.count; i++) {
        const struct instance_row *row = EC2_ROW(&q, instance, i);
        struct item item = {.reservation_id = row->reservation_id, .owner_id = row->account};

        if (instance_gone(row, rq->now_ms))
            continue;
        instance_view(rq, row, &item.instance);
        if (ec2_query_matches(&q, &item))
            *vec_push(rq->arena, &found) = item;
    }
    if (EC2_PAGE(rq, in, &found, &out->next_token) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < found.count; i++) {
        const struct item *item = &found.items[i];
        struct ec2_reservation *reservation = NULL;

        for (size_t r = out->reservations.count; r > 0 && reservation == NULL; r--)
            if (text_is(out->reservations.items[r - 1].reservation_id, item->reservation_id))
                reservation = &out->reservations.items[r - 1];
        if (reservation == NULL) {
            reservation = vec_push(rq->arena, &out->reservations);
            *reservation =
                (struct ec2_reservation){.reservation_id = item->reservation_id, .owner_id = item->owner_id};
        }
        *vec_push(rq->arena, &reservation->instances) = item->instance;
    }
    return 0;
}

/* ---- status ---- */

static struct ec2_instance_status_summary *summary(struct arena *a, bool running) {
    struct ec2_instance_status_summary *v = arena_new(a, struct ec2_instance_status_summary);

    v->status = running ? "ok" : "not-applicable";
    if (running)
        *vec_push(a, &v->details) =
            (struct ec2_instance_status_details){.name = "reachability", .status = "passed"};
    return v;
}

static void status_view(struct api_request *rq, const struct instance_row *i,
                        struct ec2_instance_status *view) {
    bool running = text_is(i->state, "running");

    *view = (struct ec2_instance_status){
        .instance_id = i->id,
        .availability_zone = i->zone,
        .availability_zone_id = ec2_zone_id(i->region, i->zone),
        .instance_state = instance_state_view(rq->arena, i->state),
        .instance_status = summary(rq->arena, running),
        .system_status = summary(rq->arena, running),
    };
    view->attached_ebs_status = arena_new(rq->arena, struct ec2_ebs_status_summary);
    view->attached_ebs_status->status = running ? "ok" : "not-applicable";
    if (running)
        *vec_push(rq->arena, &view->attached_ebs_status->details) =
            (struct ec2_ebs_status_details){.name = "reachability", .status = "passed"};
    view->operator= arena_new(rq->arena, struct ec2_operator_response);
    view->operator->managed = SOME_BOOL(false);
}

#define STATUS(function, statement)                                                                          \
    static void function(struct ec2_values *out, const void *view) {                                         \
        const struct ec2_instance_status *v = view;                                                          \
        statement;                                                                                           \
    }
STATUS(status_state_name, ec2_value(out, v->instance_state->name))
STATUS(status_state_code, NUMBER(v->instance_state->code.v))
STATUS(status_instance, ec2_value(out, v->instance_status->status))
STATUS(status_system, ec2_value(out, v->system_status->status))
STATUS(status_ebs, ec2_value(out, v->attached_ebs_status->status))
STATUS(status_instance_reach,
       if (v->instance_status->details.count > 0) ec2_value(out, v->instance_status->details.items[0].status))
STATUS(status_system_reach,
       if (v->system_status->details.count > 0) ec2_value(out, v->system_status->details.items[0].status))
STATUS(status_event, for (size_t i = 0; i < v->events.count; i++) ec2_value(out, v->events.items[i].code))
STATUS(status_managed, TRUTH(v->operator->managed.v))

static const struct ec2_filter_name status_names[] = {
    EC2_BY_TEXT("availability-zone", ec2_instance_status, availability_zone),
    EC2_BY_TEXT("availability-zone-id", ec2_instance_status, availability_zone_id),
    EC2_BY_CALL("attached-ebs-status.status", status_ebs),
    EC2_BY_CALL("event.code", status_event),
    EC2_BY_CALL("instance-state-code", status_state_code),
    EC2_BY_CALL("instance-state-name", status_state_name),
    EC2_BY_CALL("instance-status.reachability", status_instance_reach),
    EC2_BY_CALL("instance-status.status", status_instance),
    EC2_BY_CALL("operator.managed", status_managed),
    EC2_BY_CALL("system-status.reachability", status_system_reach),
    EC2_BY_CALL("system-status.status", status_system),
};
static const struct ec2_filters status_filters = {
    status_names, sizeof(status_names) / sizeof(status_names[0]), EC2_NO_TAGS};

int ec2_describe_instance_status(struct api_request *rq,
                                 const struct ec2_describe_instance_status_request *in,
                                 struct ec2_describe_instance_status_result *out) {
    bool all = in->include_all_instances.set && in->include_all_instances.v;
    struct ec2_query q;

    if (EC2_QUERY(rq, &q, EC2_INSTANCE, in, instance_ids, &status_filters) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < q.rows.count; i++) {
        const struct instance_row *row = EC2_ROW(&q, instance, i);
        struct ec2_instance_status view;

        if (instance_gone(row, rq->now_ms) || (!all && !text_is(row->state, "running")))
            continue;
        status_view(rq, row, &view);
        if (ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->instance_statuses) = view;
    }
    return EC2_PAGE(rq, in, &out->instance_statuses, &out->next_token);
}

/* ---- console ---- */

int ec2_get_console_output(struct api_request *rq, const struct ec2_get_console_output_request *in,
                           struct ec2_get_console_output_result *out) {
    const struct instance_row *i = ec2_get(rq, EC2_INSTANCE, in->instance_id);
    const void *data = NULL;
    size_t length = 0;

    if (i == NULL)
        return API_REFUSED;
    out->instance_id = i->id;
    out->timestamp = SOME_TIME(rq->now_ms);
    if (rq->backend->instance_console(rq->backend->user, rq->arena, i->id, &data, &length) == 0 && length > 0)
        out->output = base64_encode(rq->arena, data, length);
    return 0;
}

static const struct ec2_filter_name credit_names[] = {
    EC2_BY_TEXT("instance-id", ec2_instance_credit_specification, instance_id),
};
static const struct ec2_filters credit_filters = {credit_names, 1, EC2_NO_TAGS};

int ec2_describe_instance_credit_specifications(
    struct api_request *rq, const struct ec2_describe_instance_credit_specifications_request *in,
    struct ec2_describe_instance_credit_specifications_result *out) {
    struct ec2_query q;

    if (EC2_QUERY(rq, &q, EC2_INSTANCE, in, instance_ids, &credit_filters) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < q.rows.count; i++) {
        const struct instance_row *row = EC2_ROW(&q, instance, i);
        struct ec2_instance_credit_specification view = {row->id, row->cpu_credits};

        if (row->cpu_credits == NULL && in->instance_ids.count > 0)
            return api_refuse(rq, "InvalidParameterValue",
                              "The instance '%s' is of a type that has no CPU credits.", row->id);
        /* Unasked, AWS shows those that differ from what their type has by itself. */
        if (in->instance_ids.count == 0 &&
            (row->cpu_credits == NULL || strcmp(row->cpu_credits, "unlimited") != 0))
            continue;
        if (!instance_gone(row, rq->now_ms) && ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->instance_credit_specifications) = view;
    }
    return EC2_PAGE(rq, in, &out->instance_credit_specifications, &out->next_token);
}
