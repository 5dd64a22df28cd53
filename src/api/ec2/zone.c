/* SPDX-License-Identifier: Apache-2.0 */
/* Regions, zones and what an account may have. */
#include <string.h>

#include "api/ec2/instance_parts.h"
#include "base/text.h"
#include "net/awsnet.h"

static bool listed(const char *const *items, size_t count, const char *text) {
    for (size_t i = 0; i < count; i++)
        if (text_is(items[i], text))
            return true;
    return count == 0;
}

/* ---- zones ---- */

int ec2_describe_availability_zones(struct api_request *rq,
                                    const struct ec2_describe_availability_zones_request *in,
                                    struct ec2_describe_availability_zones_result *out) {
    const struct awsnet_region *region = awsnet_region(rq->region);
    struct ec2_query q;

    if (ec2_query_begin(rq, &q, EC2_NO_ROWS, NULL, 0, in->filters.items, in->filters.count,
                        (struct opt_int){0}) < 0)
        return API_REFUSED;
    for (size_t n = 0; n < in->zone_names.count; n++) {
        if (ec2_zone_id(rq->region, in->zone_names.items[n]) == NULL)
            return api_refuse(rq, "InvalidParameterValue", "Invalid availability zone: [%s]",
                              in->zone_names.items[n]);
    }
    for (size_t n = 0; n < in->zone_ids.count; n++) {
        bool known = false;

        for (size_t i = 0; region != NULL && i < region->zone_count && !known; i++)
            known = text_is(region->zones[i].id, in->zone_ids.items[n]);
        if (!known)
            return api_refuse(rq, "InvalidParameterValue", "Invalid availability zone-id: [%s]",
                              in->zone_ids.items[n]);
    }
    for (size_t i = 0; region != NULL && i < region->zone_count; i++) {
        struct ec2_availability_zone view = {
            .zone_name = region->zones[i].name,
            .zone_id = region->zones[i].id,
            .region_name = region->name,
            .group_name = arena_printf(rq->arena, "%s-zg-1", region->name),
            .group_long_name = arena_printf(rq->arena, "%s 1", region->location),
            .network_border_group = region->name,
            .zone_type = "availability-zone",
            .opt_in_status = "opt-in-not-required",
            .state = "available",
        };

        if (listed(in->zone_names.items, in->zone_names.count, view.zone_name) &&
            listed(in->zone_ids.items, in->zone_ids.count, view.zone_id) && ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->availability_zones) = view;
    }
    return 0;
}

/* ---- regions ---- */

int ec2_describe_regions(struct api_request *rq, const struct ec2_describe_regions_request *in,
                         struct ec2_describe_regions_result *out) {
    size_t count;
    const struct awsnet_region *regions = awsnet_regions(&count);
    bool all = in->all_regions.set && in->all_regions.v;
    struct ec2_query q;

    if (ec2_query_begin(rq, &q, EC2_NO_ROWS, NULL, 0, in->filters.items, in->filters.count,
                        (struct opt_int){0}) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < in->region_names.count; i++)
        if (awsnet_region(in->region_names.items[i]) == NULL)
            return api_refuse(rq, "InvalidParameterValue", "Region not found: '%s'",
                              in->region_names.items[i]);
    for (size_t i = 0; i < count; i++) {
        /* The region that the caller uses must have been opted in to. */
        bool own = text_is(regions[i].name, rq->region);
        struct ec2_region view = {
            .region_name = regions[i].name,
            .endpoint = arena_printf(rq->arena, "ec2.%s.amazonaws.com", regions[i].name),
            .opt_in_status = !regions[i].opt_in ? "opt-in-not-required"
                             : own              ? "opted-in"
                                                : "not-opted-in",
        };

        if (!listed(in->region_names.items, in->region_names.count, view.region_name))
            continue;
        if (regions[i].opt_in && !own && !all && in->region_names.count == 0)
            continue;
        if (ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->regions) = view;
    }
    return 0;
}

/* ---- the account ---- */

int ec2_describe_account_attributes(struct api_request *rq,
                                    const struct ec2_describe_account_attributes_request *in,
                                    struct ec2_describe_account_attributes_result *out) {
    const struct vpc_row *vpc = ec2_default_vpc(rq);
    const struct {
        const char *name, *value;
    } attributes[] = {
        {"supported-platforms", "VPC"}, {"default-vpc", vpc != NULL ? vpc->id : "none"},
        {"max-instances", "1000"},      {"vpc-max-security-groups-per-interface", "5"},
        {"max-elastic-ips", "5"},       {"vpc-max-elastic-ips", "5"},
    };

    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
        struct ec2_account_attribute view = {.attribute_name = attributes[i].name};

        if (!listed(in->attribute_names.items, in->attribute_names.count, view.attribute_name))
            continue;
        *vec_push(rq->arena, &view.attribute_values) =
            (struct ec2_account_attribute_value){attributes[i].value};
        *vec_push(rq->arena, &out->account_attributes) = view;
    }
    return 0;
}
