/* SPDX-License-Identifier: Apache-2.0 */
/* What AWS offers in a region: endpoint services and prefix lists. */
#include <string.h>

#include "api/ec2/endpoint.h"
#include "base/map.h"
#include "base/text.h"

/* ---- prefix lists ---- */

static const struct awsnet_prefix_list *prefix_list_find(struct api_request *rq, const char *id) {
    size_t count;
    const struct awsnet_prefix_list *lists = awsnet_prefix_lists(&count);
    for (size_t i = 0; i < count; i++)
        if (text_is(lists[i].id, id) && text_is(lists[i].region, rq->region))
            return &lists[i];
    return NULL;
}

const struct awsnet_prefix_list *prefix_list_get(struct api_request *rq, const char *id) {
    const struct awsnet_prefix_list *list = prefix_list_find(rq, id);
    if (!list && !ec2_id_well_formed(EC2_PREFIX_LIST, id))
        ec2_refuse_malformed(rq, EC2_PREFIX_LIST, id);
    else if (!list)
        ec2_refuse_not_found(rq, EC2_PREFIX_LIST, id);
    return list;
}

static struct ec2_prefix_list list_view(struct api_request *rq, const struct awsnet_prefix_list *list) {
    struct ec2_prefix_list view = {.prefix_list_id = list->id, .prefix_list_name = list->name};
    for (size_t i = 0; i < list->cidr_count; i++)
        *vec_push(rq->arena, &view.cidrs) = net_cidr_text(rq, list->cidrs[i]);
    return view;
}

int ec2_describe_prefix_lists(struct api_request *rq, const struct ec2_describe_prefix_lists_request *in,
                              struct ec2_describe_prefix_lists_result *out) {
    struct ec2_query q;
    if (EC2_QUERY(rq, &q, EC2_PREFIX_LIST, in, prefix_list_ids) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < in->prefix_list_ids.count; i++)
        if (!prefix_list_get(rq, in->prefix_list_ids.items[i]))
            return API_REFUSED;
    size_t count;
    const struct awsnet_prefix_list *lists = awsnet_prefix_lists(&count);
    for (size_t i = 0; i < count; i++) {
        bool asked = in->prefix_list_ids.count == 0;
        for (size_t j = 0; j < in->prefix_list_ids.count; j++)
            asked = asked || text_is(in->prefix_list_ids.items[j], lists[i].id);
        if (!asked || !text_is(lists[i].region, rq->region))
            continue;
        struct ec2_prefix_list view = list_view(rq, &lists[i]);
        if (ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->prefix_lists) = view;
    }
    return EC2_PAGE(rq, in, &out->prefix_lists, &out->next_token);
}

/* ---- services ---- */

static struct ec2_service_detail service_view(struct api_request *rq, const struct awsnet_service *service,
                                              bool gateway) {
    const struct awsnet_region *region = awsnet_region(rq->region);
    struct ec2_service_detail view = {.service_name = endpoint_service_name(rq, service->name),
                                      .service_id = endpoint_service_id(rq, service, gateway),
                                      .service_region = rq->region,
                                      .owner = "amazon",
                                      .vpc_endpoint_policy_supported = SOME_BOOL(true),
                                      .acceptance_required = SOME_BOOL(false),
                                      .manages_vpc_endpoints = SOME_BOOL(false)};
    *vec_push(rq->arena, &view.service_type) =
        (struct ec2_service_type_detail){.service_type = gateway ? "Gateway" : "Interface"};
    *vec_push(rq->arena, &view.supported_ip_address_types) = "ipv4";
    for (size_t i = 0; region && i < region->zone_count; i++) {
        *vec_push(rq->arena, &view.availability_zones) = region->zones[i].name;
        *vec_push(rq->arena, &view.availability_zone_ids) = region->zones[i].id;
    }
    char name[AWSNET_NAME_BYTES];
    if (gateway) {
        *vec_push(rq->arena, &view.base_endpoint_dns_names) =
            arena_printf(rq->arena, "%s.%s.amazonaws.com", service->name, rq->region);
        return view;
    }
    *vec_push(rq->arena, &view.base_endpoint_dns_names) =
        arena_printf(rq->arena, "%s.%s.vpce.amazonaws.com", endpoint_dns_service(rq, service), rq->region);
    if (awsnet_private_dns_name(service, rq->region, name) == 0) {
        view.private_dns_name = arena_strdup(rq->arena, name);
        *vec_push(rq->arena, &view.private_dns_names) =
            (struct ec2_private_dns_details){.private_dns_name = view.private_dns_name};
        view.private_dns_name_verification_state = "verified";
    }
    return view;
}

const char *endpoint_service_name(struct api_request *rq, const char *service) {
    return arena_printf(rq->arena, "com.amazonaws.%s.%s", rq->region, service);
}

/* Stable, and the same for everybody, as AWS's are. */
const char *endpoint_service_id(struct api_request *rq, const struct awsnet_service *service, bool gateway) {
    const char *name = endpoint_service_name(rq, service->name);
    uint64_t a = hash_bytes(name, strlen(name), gateway), b = hash_bytes(name, strlen(name), 2 + gateway);
    return arena_printf(rq->arena, "vpce-svc-%016llx%x", (unsigned long long)a, (unsigned)(b & 15));
}

/* "ssm", "api.ecr": the private name without region and domain. */
const char *endpoint_dns_service(struct api_request *rq, const struct awsnet_service *service) {
    char name[AWSNET_NAME_BYTES];
    const char *suffix = arena_printf(rq->arena, ".%s.amazonaws.com", rq->region);
    if (awsnet_private_dns_name(service, rq->region, name) < 0 || !text_ends(name, suffix))
        return service->name;
    return arena_strndup(rq->arena, name, strlen(name) - strlen(suffix));
}

const struct awsnet_service *endpoint_service_find(struct api_request *rq, const char *service_name) {
    const char *prefix = arena_printf(rq->arena, "com.amazonaws.%s.", rq->region);
    const struct awsnet_service *service =
        text_starts(service_name, prefix) ? awsnet_service(service_name + strlen(prefix)) : NULL;
    return service && (service->gateway || service->interface) ? service : NULL;
}

int ec2_describe_vpc_endpoint_services(struct api_request *rq,
                                       const struct ec2_describe_vpc_endpoint_services_request *in,
                                       struct ec2_describe_vpc_endpoint_services_result *out) {
    struct ec2_query q;
    if (ec2_query_begin(rq, &q, EC2_PREFIX_LIST, NULL, 0, in->filters.items, in->filters.count,
                        in->max_results) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < in->service_names.count; i++)
        if (!endpoint_service_find(rq, in->service_names.items[i]))
            return api_refuse(rq, "InvalidServiceName", "The Vpc Endpoint Service '%s' does not exist",
                              in->service_names.items[i]);
    size_t count;
    const struct awsnet_service *services = awsnet_services(&count);
    for (size_t i = 0; i < count; i++) {
        const char *name = endpoint_service_name(rq, services[i].name);
        bool asked = in->service_names.count == 0;
        for (size_t j = 0; j < in->service_names.count; j++)
            asked = asked || text_is(in->service_names.items[j], name);
        for (int gateway = 1; gateway >= 0 && asked; gateway--) {
            if (!(gateway ? services[i].gateway : services[i].interface))
                continue;
            struct ec2_service_detail view = service_view(rq, &services[i], gateway);
            if (ec2_query_matches(&q, &view))
                *vec_push(rq->arena, &out->service_details) = view;
        }
    }
    if (EC2_PAGE(rq, in, &out->service_details, &out->next_token) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < out->service_details.count; i++)
        if (i == 0 || !text_is(out->service_details.items[i - 1].service_name,
                               out->service_details.items[i].service_name))
            *vec_push(rq->arena, &out->service_names) = out->service_details.items[i].service_name;
    return 0;
}
