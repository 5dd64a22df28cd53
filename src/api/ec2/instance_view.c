/* SPDX-License-Identifier: Apache-2.0 */
/* Instances as callers see them. */
#include <stdlib.h>
#include <string.h>

#include "api/ec2/instance_parts.h"
#include "base/text.h"

static const struct {
    const char *name;
    int code;
} states[] = {{"pending", 0},     {"running", 16},  {"shutting-down", 32},
              {"terminated", 48}, {"stopping", 64}, {"stopped", 80}};

struct ec2_instance_state *instance_state_view(struct arena *a, const char *state) {
    struct ec2_instance_state *v = arena_new(a, struct ec2_instance_state);

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (strcmp(states[i].name, state) == 0)
            *v = (struct ec2_instance_state){SOME_INT(states[i].code), states[i].name};
    return v;
}

bool instance_gone(const struct instance_row *i, int64_t now_ms) {
    return text_is(i->state, "terminated") && now_ms - i->ended_ms > INSTANCE_TERMINATED_SHOWN_MS;
}

static int by_index(const void *a, const void *b) {
    int64_t x = ((const struct eni_row *)a)->device_index, y = ((const struct eni_row *)b)->device_index;

    return (x > y) - (x < y);
}

const struct eni_row *instance_enis(struct tx *tx, const char *id, size_t *ret_count) {
    struct eni_rows rows = eni_list_by(tx, COL(eni, instance_id), id);
    struct eni_row *sorted;

    *ret_count = rows.count;
    if (rows.count == 0)
        return NULL;
    sorted = arena_dup(tx->arena, rows.items, rows.count * sizeof(*rows.items));
    qsort(sorted, rows.count, sizeof(*sorted), by_index);
    return sorted;
}

static struct ec2_instance_network_interface_association *
association(struct arena *a, const struct ec2_network_interface_association *from) {
    struct ec2_instance_network_interface_association *v;

    if (from == NULL)
        return NULL;
    v = arena_new(a, struct ec2_instance_network_interface_association);
    v->ip_owner_id = from->ip_owner_id;
    v->public_dns_name = from->public_dns_name;
    v->public_ip = from->public_ip;
    return v;
}

/* The interface's own view, in the shape that it has inside an instance. */
static struct ec2_instance_network_interface interface_view(struct arena *a,
                                                            const struct ec2_network_interface *from) {
    struct ec2_instance_network_interface v = {.association = association(a, from->association),
                                               .description = from->description,
                                               .interface_type = from->interface_type,
                                               .mac_address = from->mac_address,
                                               .network_interface_id = from->network_interface_id,
                                               .owner_id = from->owner_id,
                                               .private_dns_name = from->private_dns_name,
                                               .private_ip_address = from->private_ip_address,
                                               .source_dest_check = from->source_dest_check,
                                               .status = from->status,
                                               .subnet_id = from->subnet_id,
                                               .vpc_id = from->vpc_id,
                                               .operator= from->operator, };

    v.groups.items = from->groups.items;
    v.groups.count = v.groups.capacity = from->groups.count;
    if (from->attachment != NULL) {
        v.attachment = arena_new(a, struct ec2_instance_network_interface_attachment);
        v.attachment->attachment_id = from->attachment->attachment_id;
        v.attachment->attach_time = from->attachment->attach_time;
        v.attachment->delete_on_termination = from->attachment->delete_on_termination;
        v.attachment->device_index = from->attachment->device_index;
        v.attachment->network_card_index = from->attachment->network_card_index;
        v.attachment->status = from->attachment->status;
    }
    for (size_t i = 0; i < from->ipv6_addresses.count; i++)
        *vec_push(a, &v.ipv6_addresses) = (struct ec2_instance_ipv6_address){
            from->ipv6_addresses.items[i].ipv6_address, from->ipv6_addresses.items[i].is_primary_ipv6};
    for (size_t i = 0; i < from->private_ip_addresses.count; i++) {
        const struct ec2_network_interface_private_ip_address *p = &from->private_ip_addresses.items[i];

        *vec_push(a, &v.private_ip_addresses) = (struct ec2_instance_private_ip_address){
            association(a, p->association), p->primary, p->private_dns_name, p->private_ip_address};
    }
    return v;
}

struct ec2_instance_metadata_options_response *instance_metadata_view(struct arena *a,
                                                                      const struct instance_row *i) {
    struct ec2_instance_metadata_options_response *v =
        arena_new(a, struct ec2_instance_metadata_options_response);

    v->state = "applied";
    v->http_tokens = i->http_tokens;
    v->http_put_response_hop_limit = SOME_INT(i->http_hop_limit);
    v->http_endpoint = i->http_disabled ? "disabled" : "enabled";
    v->http_protocol_ipv6 = "disabled";
    v->instance_metadata_tags = i->http_tags ? "enabled" : "disabled";
    return v;
}

static void network_view(struct api_request *rq, const struct instance_row *i, struct ec2_instance *view) {
    size_t count;
    const struct eni_row *enis = instance_enis(rq->tx, i->id, &count);

    view->vpc_id = i->vpc_id;
    view->subnet_id = i->subnet_id;
    view->private_dns_name = view->public_dns_name = "";
    for (size_t n = 0; n < count; n++) {
        struct ec2_network_interface eni;
        struct ec2_instance_network_interface v;

        ec2_eni_view(rq, &enis[n], &eni);
        v = interface_view(rq->arena, &eni);
        if (enis[n].device_index == 0) {
            view->private_ip_address = eni.private_ip_address;
            view->ipv6_address = eni.ipv6_address;
            view->private_dns_name =
                text_is(i->hostname_type, "resource-name")
                    ? arena_printf(rq->arena, "%s.%s", i->id, ec2_private_domain(rq->arena, i->region))
                    : eni.private_dns_name;
            if (eni.association != NULL) {
                view->public_ip_address = eni.association->public_ip;
                view->public_dns_name =
                    eni.association->public_dns_name != NULL ? eni.association->public_dns_name : "";
            }
            view->source_dest_check = eni.source_dest_check;
            view->security_groups.items = v.groups.items;
            view->security_groups.count = view->security_groups.capacity = v.groups.count;
        }
        *vec_push(rq->arena, &view->network_interfaces) = v;
    }
}

static void volumes_view(struct api_request *rq, const struct instance_row *i, struct ec2_instance *view) {
    struct volume_rows volumes = volume_list_by(rq->tx, COL(volume, instance_id), i->id);

    for (size_t n = 0; n < volumes.count; n++) {
        struct ec2_ebs_instance_block_device *ebs =
            arena_new(rq->arena, struct ec2_ebs_instance_block_device);

        ebs->attach_time = SOME_TIME(volumes.items[n].attach_ms);
        ebs->delete_on_termination = SOME_BOOL(true);
        ebs->status = "attached";
        ebs->volume_id = volumes.items[n].id;
        *vec_push(rq->arena, &view->block_device_mappings) =
            (struct ec2_instance_block_device_mapping){volumes.items[n].device, ebs};
    }
}

static void options_view(struct arena *a, const struct instance_row *i, struct ec2_instance *view) {
    view->cpu_options = arena_new(a, struct ec2_cpu_options);
    view->cpu_options->core_count = SOME_INT(i->cores);
    view->cpu_options->threads_per_core = SOME_INT(i->threads_per_core);
    view->capacity_reservation_specification =
        arena_new(a, struct ec2_capacity_reservation_specification_response);
    view->capacity_reservation_specification->capacity_reservation_preference = "open";
    view->hibernation_options = arena_new(a, struct ec2_hibernation_options);
    view->hibernation_options->configured = SOME_BOOL(false);
    view->enclave_options = arena_new(a, struct ec2_enclave_options);
    view->enclave_options->enabled = SOME_BOOL(false);
    view->metadata_options = instance_metadata_view(a, i);
    view->private_dns_name_options = arena_new(a, struct ec2_private_dns_name_options_response);
    view->private_dns_name_options->hostname_type = i->hostname_type;
    view->private_dns_name_options->enable_resource_name_dns_a_record = SOME_BOOL(i->resource_name_a != 0);
    view->private_dns_name_options->enable_resource_name_dns_aaaa_record = SOME_BOOL(false);
    view->maintenance_options = arena_new(a, struct ec2_instance_maintenance_options);
    view->maintenance_options->auto_recovery = i->auto_recovery;
    view->network_performance_options = arena_new(a, struct ec2_instance_network_performance_options);
    view->network_performance_options->bandwidth_weighting = "default";
    view->operator= arena_new(a, struct ec2_operator_response);
    view->operator->managed = SOME_BOOL(false);
    view->placement = arena_new(a, struct ec2_placement);
    view->placement->availability_zone = i->zone;
    view->placement->availability_zone_id = ec2_zone_id(i->region, i->zone);
    view->placement->group_name = "";
    view->placement->tenancy = "default";
    view->monitoring = arena_new(a, struct ec2_monitoring);
    view->monitoring->state = i->monitoring ? "enabled" : "disabled";
}

void instance_view(struct api_request *rq, const struct instance_row *i, struct ec2_instance *view) {
    const struct catalog_image *image = catalog_image(i->image_id);

    *view = (struct ec2_instance){
        .instance_id = i->id,
        .image_id = i->image_id,
        .instance_type = i->type,
        .state = instance_state_view(rq->arena, i->state),
        .state_transition_reason = i->transition != NULL ? i->transition : "",
        .key_name = i->key_name,
        .ami_launch_index = SOME_INT(i->launch_index),
        .launch_time = SOME_TIME(i->launched_ms),
        .client_token = i->client_token != NULL ? i->client_token : "",
        .ebs_optimized = SOME_BOOL(i->ebs_optimized != 0),
        .ena_support = SOME_BOOL(true),
        .hypervisor = "xen",
        .virtualization_type = "hvm",
        .root_device_type = "ebs",
        .platform_details = "Linux/UNIX",
        .usage_operation = "RunInstances",
        .usage_operation_update_time = SOME_TIME(i->created_ms),
    };
    if (image != NULL) {
        view->architecture = image->architecture;
        view->root_device_name = image->root_device;
        view->boot_mode = image->boot_mode;
        view->current_instance_boot_mode = image->boot_mode != NULL ? "uefi" : "legacy-bios";
    }
    if (i->reason_code != NULL) {
        view->state_reason = arena_new(rq->arena, struct ec2_state_reason);
        view->state_reason->code = i->reason_code;
        view->state_reason->message = i->reason_message;
    }
    if (i->profile_id != NULL) {
        view->iam_instance_profile = arena_new(rq->arena, struct ec2_iam_instance_profile);
        view->iam_instance_profile->arn = i->profile_arn;
        view->iam_instance_profile->id = i->profile_id;
    }
    EC2_TAGS(rq, i->id, &view->tags);
    options_view(rq->arena, i, view);
    network_view(rq, i, view);
    volumes_view(rq, i, view);
    if (text_is(i->state, "terminated"))
        view->vpc_id = view->subnet_id = NULL;
}
