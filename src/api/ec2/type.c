/* SPDX-License-Identifier: Apache-2.0 */
/* DescribeInstanceTypes: the types of the catalog. */
#include <inttypes.h>
#include <string.h>

#include "api/ec2/instance_parts.h"
#include "base/buf.h"
#include "base/text.h"

static struct ec2_network_info *network_view(struct arena *a, const struct catalog_type *c) {
    struct ec2_network_info *v = arena_new(a, struct ec2_network_info);

    v->network_performance = c->network;
    v->maximum_network_interfaces = SOME_INT(c->interfaces);
    v->maximum_network_cards = SOME_INT(1);
    v->default_network_card_index = SOME_INT(0);
    v->ipv4_addresses_per_interface = SOME_INT(c->addresses_per_interface);
    v->ipv6_addresses_per_interface = SOME_INT(0);
    v->ipv6_supported = SOME_BOOL(false);
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
    view->memory_info = arena_new(a, struct ec2_memory_info);
    view->memory_info->size_in_mi_b = SOME_INT(c->memory_mib);
    view->placement_group_info = arena_new(a, struct ec2_placement_group_info);
}

#define CALL(function, statement)                                                                            \
    static void function(struct ec2_values *out, const void *view) {                                         \
        const struct ec2_instance_type_info *v = view;                                                       \
        statement;                                                                                           \
    }
#define NUMBER(n) ec2_value(out, arena_printf(out->arena, "%" PRId64, (n)))
CALL(architecture, ec2_value(out, v->processor_info->supported_architectures.items[0]))
CALL(maker, ec2_value(out, v->processor_info->manufacturer))
CALL(vcpus, NUMBER(v->v_cpu_info->default_v_cpus.v))
CALL(cores, NUMBER(v->v_cpu_info->default_cores.v))
CALL(threads, NUMBER(v->v_cpu_info->default_threads_per_core.v))
CALL(memory, NUMBER(v->memory_info->size_in_mi_b.v))
CALL(interfaces, NUMBER(v->network_info->maximum_network_interfaces.v))
CALL(addresses, NUMBER(v->network_info->ipv4_addresses_per_interface.v))
CALL(performance, ec2_value(out, v->network_info->network_performance))
CALL(ena, ec2_value(out, v->network_info->ena_support))
CALL(ipv6, ec2_value(out, v->network_info->ipv6_supported.v ? "true" : "false"))
CALL(nvme, ec2_value(out, v->ebs_info->nvme_support))
CALL(ebs_optimized, ec2_value(out, v->ebs_info->ebs_optimized_support))
CALL(usage_class, ec2_value(out, v->supported_usage_classes.items[0]))
CALL(root_type, ec2_value(out, v->supported_root_device_types.items[0]))
CALL(virtualization, ec2_value(out, v->supported_virtualization_types.items[0]))
CALL(boot_modes, for (size_t i = 0; i < v->supported_boot_modes.count; i++)
                     ec2_value(out, v->supported_boot_modes.items[i]))

static const struct ec2_filter_name names[] = {
    EC2_BY_BOOL("auto-recovery-supported", ec2_instance_type_info, auto_recovery_supported),
    EC2_BY_BOOL("bare-metal", ec2_instance_type_info, bare_metal),
    EC2_BY_BOOL("burstable-performance-supported", ec2_instance_type_info, burstable_performance_supported),
    EC2_BY_BOOL("current-generation", ec2_instance_type_info, current_generation),
    EC2_BY_BOOL("dedicated-hosts-supported", ec2_instance_type_info, dedicated_hosts_supported),
    EC2_BY_CALL("ebs-info.ebs-optimized-support", ebs_optimized),
    EC2_BY_CALL("ebs-info.nvme-support", nvme),
    EC2_BY_BOOL("free-tier-eligible", ec2_instance_type_info, free_tier_eligible),
    EC2_BY_BOOL("hibernation-supported", ec2_instance_type_info, hibernation_supported),
    EC2_BY_TEXT("hypervisor", ec2_instance_type_info, hypervisor),
    EC2_BY_BOOL("instance-storage-supported", ec2_instance_type_info, instance_storage_supported),
    EC2_BY_TEXT("instance-type", ec2_instance_type_info, instance_type),
    EC2_BY_CALL("memory-info.size-in-mib", memory),
    EC2_BY_CALL("network-info.ena-support", ena),
    EC2_BY_CALL("network-info.ipv4-addresses-per-interface", addresses),
    EC2_BY_CALL("network-info.ipv6-supported", ipv6),
    EC2_BY_CALL("network-info.maximum-network-interfaces", interfaces),
    EC2_BY_CALL("network-info.network-performance", performance),
    EC2_BY_CALL("processor-info.supported-architecture", architecture),
    EC2_BY_CALL("processor-info.manufacturer", maker),
    EC2_BY_CALL("supported-boot-mode", boot_modes),
    EC2_BY_CALL("supported-root-device-type", root_type),
    EC2_BY_CALL("supported-usage-class", usage_class),
    EC2_BY_CALL("supported-virtualization-type", virtualization),
    EC2_BY_CALL("vcpu-info.default-cores", cores),
    EC2_BY_CALL("vcpu-info.default-threads-per-core", threads),
    EC2_BY_CALL("vcpu-info.default-vcpus", vcpus),
};
static const struct ec2_filters filters = {names, sizeof(names) / sizeof(names[0]), EC2_NO_TAGS};

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

    if (ec2_query_begin(rq, &q, EC2_NO_ROWS, NULL, 0, in->filters.items, in->filters.count, in->max_results,
                        &filters) < 0)
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
