/* SPDX-License-Identifier: Apache-2.0 */
/* DescribeInstanceTypes, DescribeInstanceTypeOfferings: the types of the catalog. */
#include <inttypes.h>
#include <string.h>

#include "api/ec2/instance_parts.h"
#include "base/buf.h"
#include "base/text.h"
#include "net/awsnet.h"

static struct ec2_network_info *network_view(struct arena *a, const struct catalog_type *c) {
    struct ec2_network_info *v = arena_new(a, struct ec2_network_info);

    v->network_performance = c->network;
    v->maximum_network_interfaces = SOME_INT(c->interfaces);
    v->maximum_network_cards = SOME_INT(1);
    v->default_network_card_index = SOME_INT(0);
    v->ipv4_addresses_per_interface = SOME_INT(c->addresses_per_interface);
    v->ipv6_addresses_per_interface = SOME_INT(c->addresses_per_interface);
    v->ipv6_supported = SOME_BOOL(true);
    v->ena_support = c->xen ? "unsupported" : "required";
    v->efa_supported = SOME_BOOL(false);
    v->encryption_in_transit_supported = SOME_BOOL(false);
    v->ena_srd_supported = SOME_BOOL(false);
    *vec_push(a, &v->network_cards) = (struct ec2_network_card_info){
        .network_card_index = SOME_INT(0),
        .network_performance = c->network,
        .maximum_network_interfaces = SOME_INT(c->interfaces),
        .baseline_bandwidth_in_gbps = SOME_DOUBLE(c->baseline_gbps),
        .peak_bandwidth_in_gbps = SOME_DOUBLE(c->peak_gbps),
    };
    return v;
}

static struct ec2_ebs_info *ebs_view(struct arena *a, const struct catalog_type *c) {
    struct ec2_ebs_info *v = arena_new(a, struct ec2_ebs_info);

    v->ebs_optimized_support = c->xen ? "unsupported" : "default";
    v->encryption_support = "supported";
    v->nvme_support = c->xen ? "unsupported" : "required";
    return v;
}

static void type_view(struct arena *a, const struct catalog_type *c, struct ec2_instance_type_info *view) {
    bool arm = strcmp(c->architecture, "arm64") == 0;

    *view = (struct ec2_instance_type_info){
        .instance_type = c->name,
        .current_generation = SOME_BOOL(true),
        .free_tier_eligible = SOME_BOOL(c->free_tier),
        .bare_metal = SOME_BOOL(false),
        .hypervisor = c->xen ? "xen" : "nitro",
        .instance_storage_supported = SOME_BOOL(false),
        .hibernation_supported = SOME_BOOL(false),
        .burstable_performance_supported = SOME_BOOL(c->burstable),
        .dedicated_hosts_supported = SOME_BOOL(false),
        .auto_recovery_supported = SOME_BOOL(true),
        .nitro_enclaves_support = "unsupported",
        .nitro_tpm_support = "unsupported",
        .network_info = network_view(a, c),
        .ebs_info = ebs_view(a, c),
    };
    *vec_push(a, &view->supported_usage_classes) = "on-demand";
    *vec_push(a, &view->supported_root_device_types) = "ebs";
    *vec_push(a, &view->supported_virtualization_types) = "hvm";
    if (!arm)
        *vec_push(a, &view->supported_boot_modes) = "legacy-bios";
    if (!c->xen)
        *vec_push(a, &view->supported_boot_modes) = "uefi";
    view->processor_info = arena_new(a, struct ec2_processor_info);
    *vec_push(a, &view->processor_info->supported_architectures) = c->architecture;
    view->processor_info->sustained_clock_speed_in_ghz = SOME_DOUBLE(c->ghz);
    view->processor_info->manufacturer = c->maker;
    view->v_cpu_info = arena_new(a, struct ec2_v_cpu_info);
    view->v_cpu_info->default_v_cpus = SOME_INT(c->vcpus);
    view->v_cpu_info->default_cores = SOME_INT(c->vcpus / c->threads_per_core);
    view->v_cpu_info->default_threads_per_core = SOME_INT(c->threads_per_core);
    for (int threads = 1; !c->xen && threads <= (int)c->threads_per_core; threads++)
        *vec_push(a, &view->v_cpu_info->valid_threads_per_core) = SOME_INT(threads);
    view->memory_info = arena_new(a, struct ec2_memory_info);
    view->memory_info->size_in_mi_b = SOME_INT(c->memory_mib);
    view->placement_group_info = arena_new(a, struct ec2_placement_group_info);
}

static bool wanted(const struct ec2_describe_instance_types_request *in, const char *name) {
    for (size_t i = 0; i < in->instance_types.count; i++)
        if (strcmp(in->instance_types.items[i], name) == 0)
            return true;
    return in->instance_types.count == 0;
}

int ec2_describe_instance_types(struct api_request *rq, const struct ec2_describe_instance_types_request *in,
                                struct ec2_describe_instance_types_result *out) {
    struct ec2_query q;
    struct buf missing = BUF_INIT(16 * 1024);
    size_t count;
    const struct catalog_type *types = catalog_types(&count);

    if (ec2_query_begin(rq, &q, EC2_NO_ROWS, NULL, 0, in->filters.items, in->filters.count, in->max_results) <
        0)
        return API_REFUSED;
    if (in->instance_types.count > 0 && in->max_results.set)
        return api_refuse(rq, "InvalidParameterCombination",
                          "The parameter InstanceTypes cannot be used with the parameter MaxResults");
    for (size_t i = 0; i < in->instance_types.count; i++)
        if (catalog_type(in->instance_types.items[i]) == NULL)
            buf_printf(&missing, "%s%s", missing.length > 0 ? ", " : "", in->instance_types.items[i]);
    if (missing.length > 0) {
        const char *list = arena_strdup(rq->arena, missing.data);

        buf_free(&missing);
        return api_refuse(rq, "InvalidInstanceType",
                          "The following supplied instance types do not exist: [%s]", list);
    }
    for (size_t i = 0; i < count; i++) {
        struct ec2_instance_type_info view;

        if (!wanted(in, types[i].name))
            continue;
        type_view(rq->arena, &types[i], &view);
        if (ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->instance_types) = view;
    }
    return EC2_PAGE(rq, in, &out->instance_types, &out->next_token);
}

/* ---- where they are offered: everywhere in the region ---- */

int ec2_describe_instance_type_offerings(struct api_request *rq,
                                         const struct ec2_describe_instance_type_offerings_request *in,
                                         struct ec2_describe_instance_type_offerings_result *out) {
    const char *kind = in->location_type != NULL ? in->location_type : "region";
    const struct awsnet_region *region = awsnet_region(rq->region);
    bool by_id = text_is(kind, "availability-zone-id");
    size_t count, places = text_is(kind, "region") ? 1 : region != NULL ? region->zone_count : 0;
    const struct catalog_type *types = catalog_types(&count);
    struct ec2_query q;

    if (text_is(kind, "outpost"))
        places = 0;
    if (ec2_query_begin(rq, &q, EC2_NO_ROWS, NULL, 0, in->filters.items, in->filters.count, in->max_results) <
        0)
        return API_REFUSED;
    for (size_t i = 0; i < count; i++)
        for (size_t p = 0; p < places; p++) {
            struct ec2_instance_type_offering view = {types[i].name, kind,
                                                      text_is(kind, "region") ? rq->region
                                                      : by_id                 ? region->zones[p].id
                                                                              : region->zones[p].name};

            if (ec2_query_matches(&q, &view))
                *vec_push(rq->arena, &out->instance_type_offerings) = view;
        }
    return EC2_PAGE(rq, in, &out->instance_type_offerings, &out->next_token);
}
