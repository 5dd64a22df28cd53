/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VPC endpoints.
 *
 * A gateway endpoint is nothing but routes: a prefix list's to it in each of its tables, and those
 * routes are what says which tables it has.  An interface endpoint is one requester-managed interface
 * in each of its subnets, and those interfaces are what says which subnets it has.
 */
#include "api/ec2/endpoint.h"

#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "policy/policy.h"

enum { POLICY_MAX = 20480 };

static const char default_policy[] =
    "{\"Version\":\"2008-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\","
    "\"Resource\":\"*\"}]}";

static bool is_gateway(const struct vpc_endpoint_row *row) {
    return text_is(row->type, "Gateway");
}

/* ---- view ---- */

static void add_name(struct api_request *rq, struct ec2_vpc_endpoint *view, const char *name,
                     const char *zone_id) {
    *vec_push(rq->arena, &view->dns_entries) =
        (struct ec2_dns_entry){.dns_name = name, .hosted_zone_id = zone_id};
}

/* Ids of hosted zones look like AWS's and stay the same for the same name. */
static const char *hosted_zone(struct api_request *rq, const char *name) {
    unsigned long long h = hash_bytes(name, strlen(name), 0);
    return arena_printf(rq->arena, "Z%013llX", h & 0xfffffffffffffULL);
}

static void names_view(struct api_request *rq, const struct vpc_endpoint_row *row, struct eni_rows enis,
                       const struct awsnet_service *service, struct ec2_vpc_endpoint *view) {
    const char *domain =
        arena_printf(rq->arena, "%s.%s.vpce.amazonaws.com", endpoint_dns_service(rq, service), row->region);
    const char *zone = hosted_zone(rq, arena_printf(rq->arena, "%s.vpce.amazonaws.com", row->region));
    add_name(rq, view, arena_printf(rq->arena, "%s-%s.%s", row->id, row->dns_label, domain), zone);
    for (size_t i = 0; i < enis.count; i++)
        add_name(rq, view,
                 arena_printf(rq->arena, "%s-%s-%s.%s", row->id, row->dns_label, enis.items[i].zone, domain),
                 zone);
    char name[AWSNET_NAME_BYTES];
    if (row->private_dns && awsnet_private_dns_name(service, row->region, name) == 0)
        add_name(rq, view, arena_strdup(rq->arena, name), hosted_zone(rq, row->id));
}

static void endpoint_view(struct api_request *rq, const struct vpc_endpoint_row *row,
                          struct ec2_vpc_endpoint *view) {
    const struct awsnet_service *service = awsnet_service(row->service);
    *view = (struct ec2_vpc_endpoint){.vpc_endpoint_id = row->id,
                                      .vpc_endpoint_type = row->type,
                                      .vpc_id = row->vpc_id,
                                      .service_name = endpoint_service_name(rq, row->service),
                                      .service_region = row->region,
                                      .state = "available",
                                      .policy_document = row->policy ? row->policy : default_policy,
                                      .ip_address_type = "ipv4",
                                      .private_dns_enabled = SOME_BOOL(row->private_dns),
                                      .requester_managed = SOME_BOOL(false),
                                      .creation_timestamp = SOME_TIME(row->created_ms),
                                      .owner_id = row->account};
    view->dns_options = arena_new(rq->arena, struct ec2_dns_options);
    view->dns_options->dns_record_ip_type = row->dns_ip_type;
    if (is_gateway(row)) {
        struct route_rows routes = route_list_by(rq->tx, COL(route, target_id), row->id);
        for (size_t i = 0; i < routes.count; i++)
            *vec_push(rq->arena, &view->route_table_ids) = routes.items[i].route_table_id;
    } else {
        view->dns_options->private_dns_only_for_inbound_resolver_endpoint =
            SOME_BOOL(row->private_dns_inbound_only);
        struct eni_rows enis = eni_list_by(rq->tx, COL(eni, endpoint_id), row->id);
        for (size_t i = 0; i < enis.count; i++) {
            *vec_push(rq->arena, &view->network_interface_ids) = enis.items[i].id;
            *vec_push(rq->arena, &view->subnet_ids) = enis.items[i].subnet_id;
        }
        struct endpoint_group_rows groups =
            endpoint_group_list_by(rq->tx, COL(endpoint_group, endpoint_id), row->id);
        for (size_t i = 0; i < groups.count; i++) {
            const struct security_group_row *group = security_group_find(rq->tx, groups.items[i].group_id);
            *vec_push(rq->arena, &view->groups) = (struct ec2_security_group_identifier){
                .group_id = groups.items[i].group_id, .group_name = group ? group->name : NULL};
        }
        if (service)
            names_view(rq, row, enis, service, view);
    }
    EC2_TAGS(rq, row->id, &view->tags);
}

/* ---- parts ---- */

static int check_policy(struct api_request *rq, const char *text) {
    if (!text)
        return 0;
    if (strlen(text) > POLICY_MAX)
        return api_refuse(rq, "InvalidPolicyDocument",
                          "The policy document exceeds the limit of %d characters", POLICY_MAX);
    struct policy *policy;
    char error[POLICY_ERROR_BYTES];
    if (policy_parse(POLICY_GRAMMAR_ENDPOINT, text, strlen(text), &policy, error) < 0)
        return api_refuse(rq, "InvalidPolicyDocument", "%s", error);
    policy_unref(policy);
    return 0;
}

static int add_table(struct api_request *rq, const struct vpc_endpoint_row *row, const char *table_id) {
    const struct route_table_row *table = ec2_get(rq, EC2_ROUTE_TABLE, table_id);
    if (!table)
        return API_REFUSED;
    if (!text_is(table->vpc_id, row->vpc_id))
        return api_refuse(rq, "InvalidParameter",
                          "Route table %s and endpoint %s belong to different networks", table->id, row->id);
    const struct awsnet_prefix_list *list = awsnet_prefix_list(row->service, row->region);
    if (!list)
        return api_refuse(rq, "InvalidParameter", "The service '%s' has no prefix list in this region",
                          row->service);
    if (route_of(rq, table->id, list->id))
        return api_refuse(rq, "RouteAlreadyExists",
                          "route table %s already has a route with destination-prefix-list-id %s", table->id,
                          list->id);
    route_add(rq, table->id, table->vpc_id, list->id, row->id, NULL, "CreateRoute");
    return 0;
}

static int remove_table(struct api_request *rq, const struct vpc_endpoint_row *row, const char *table_id) {
    struct route_rows routes = route_list_by(rq->tx, COL(route, target_id), row->id);
    for (size_t i = 0; i < routes.count; i++)
        if (text_is(routes.items[i].route_table_id, table_id)) {
            route_delete(rq->tx, routes.items[i].key);
            return 0;
        }
    return api_refuse(rq, "InvalidRouteTableId.NotFound",
                      "The route table '%s' is not associated with endpoint %s", table_id, row->id);
}

static const char **group_ids(struct api_request *rq, const char *endpoint_id, size_t *ret_count) {
    struct endpoint_group_rows rows =
        endpoint_group_list_by(rq->tx, COL(endpoint_group, endpoint_id), endpoint_id);
    const char **ids = arena_array(rq->arena, const char *, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++)
        ids[i] = rows.items[i].group_id;
    *ret_count = rows.count;
    return ids;
}

static int add_subnet(struct api_request *rq, const struct vpc_endpoint_row *row, const char *subnet_id,
                      const struct ec2_subnet_configuration *configuration) {
    const struct subnet_row *subnet = ec2_get(rq, EC2_SUBNET, subnet_id);
    if (!subnet)
        return API_REFUSED;
    if (!text_is(subnet->vpc_id, row->vpc_id))
        return api_refuse(rq, "InvalidParameter", "Subnet %s does not belong to VPC %s", subnet->id,
                          row->vpc_id);
    struct eni_rows enis = eni_list_by(rq->tx, COL(eni, endpoint_id), row->id);
    for (size_t i = 0; i < enis.count; i++)
        if (text_is(enis.items[i].zone, subnet->zone))
            return api_refuse(
                rq, "DuplicateSubnetsInSameZone",
                "Found another VPC endpoint subnet in the availability zone of %s. VPC endpoint subnets "
                "should be in different availability zones supported by the VPC endpoint service.",
                subnet->id);
    const char *const ips[] = {configuration ? configuration->ipv4 : NULL};
    struct ec2_eni_new spec = {.subnet = subnet,
                               .kind = "vpc_endpoint",
                               .description = arena_printf(rq->arena, "VPC Endpoint Interface %s", row->id),
                               .private_ips = ips,
                               .private_ip_count = ips[0] != NULL,
                               .endpoint_id = row->id,
                               .requester_id = "amazon-aws"};
    spec.group_ids = group_ids(rq, row->id, &spec.group_count);
    const struct eni_row *eni;
    return ec2_eni_create(rq, &spec, &eni);
}

static int remove_subnet(struct api_request *rq, const struct vpc_endpoint_row *row, const char *subnet_id) {
    struct eni_rows enis = eni_list_by(rq->tx, COL(eni, endpoint_id), row->id);
    for (size_t i = 0; i < enis.count; i++)
        if (text_is(enis.items[i].subnet_id, subnet_id)) {
            ec2_eni_delete(rq, &enis.items[i]);
            return 0;
        }
    return api_refuse(rq, "InvalidSubnetId.NotFound", "The subnet '%s' is not associated with endpoint %s",
                      subnet_id, row->id);
}

static void add_group(struct api_request *rq, const char *endpoint_id, const char *group_id) {
    struct endpoint_group_row row = {.key = arena_printf(rq->arena, "%s|%s", endpoint_id, group_id),
                                     .endpoint_id = endpoint_id,
                                     .group_id = group_id};
    endpoint_group_put(rq->tx, &row);
}

/* Names can be taken over once in a VPC, and only where the VPC's resolver answers. */
static int check_private_dns(struct api_request *rq, const struct vpc_endpoint_row *row) {
    if (!row->private_dns)
        return 0;
    char name[AWSNET_NAME_BYTES];
    const struct vpc_row *vpc = vpc_find(rq->tx, row->vpc_id);
    const struct awsnet_service *service = awsnet_service(row->service);
    if (!service || awsnet_private_dns_name(service, row->region, name) < 0)
        return api_refuse(rq, "InvalidParameter",
                          "Private DNS can't be enabled because the service %s does not provide "
                          "a private DNS name.",
                          row->service);
    if (!vpc || !vpc->dns_support || !vpc->dns_hostnames)
        return api_refuse(
            rq, "InvalidParameter",
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes "
            "set to true for %s",
            row->vpc_id);
    struct vpc_endpoint_rows others = vpc_endpoint_list_by(rq->tx, COL(vpc_endpoint, vpc_id), row->vpc_id);
    for (size_t i = 0; i < others.count; i++)
        if (!text_is(others.items[i].id, row->id) && others.items[i].private_dns &&
            text_is(others.items[i].service, row->service))
            return api_refuse(
                rq, "InvalidParameter",
                "private-dns-enabled cannot be set because there is already a conflicting DNS domain "
                "for %s in the VPC %s",
                name, row->vpc_id);
    return 0;
}

static const struct ec2_subnet_configuration *configuration_of(const struct ec2_subnet_configuration *all,
                                                               size_t count, const char *subnet_id) {
    for (size_t i = 0; i < count; i++)
        if (text_is(all[i].subnet_id, subnet_id))
            return &all[i];
    return NULL;
}

/* ---- create ---- */

static const char *joined(struct api_request *rq, const char *const *items, size_t count) {
    const char *text = "";
    for (size_t i = 0; i < count; i++)
        text = arena_printf(rq->arena, "%s,%s", text, items[i] ? items[i] : "");
    return text;
}

#define JOINED(rq, list) joined((rq), (const char *const *)(list).items, (list).count)

static const char *parameters_of(struct api_request *rq, const struct ec2_create_vpc_endpoint_request *in) {
    return arena_printf(rq->arena, "%s|%s|%s|%s|%s|%s|%s|%d", in->vpc_id, in->service_name,
                        in->vpc_endpoint_type ? in->vpc_endpoint_type : "",
                        in->policy_document ? in->policy_document : "", JOINED(rq, in->route_table_ids),
                        JOINED(rq, in->subnet_ids), JOINED(rq, in->security_group_ids),
                        in->private_dns_enabled.v);
}

static int make_gateway(struct api_request *rq, const struct ec2_create_vpc_endpoint_request *in,
                        const struct vpc_endpoint_row *row) {
    if (in->subnet_ids.count || in->security_group_ids.count || in->subnet_configurations.count)
        return api_refuse(rq, "InvalidParameter",
                          "Subnets and security groups cannot be specified for a Gateway endpoint.");
    if (in->private_dns_enabled.v)
        return api_refuse(rq, "InvalidParameter", "Private DNS cannot be enabled for a Gateway endpoint.");
    vpc_endpoint_put(rq->tx, row);
    for (size_t i = 0; i < in->route_table_ids.count; i++)
        if (add_table(rq, row, in->route_table_ids.items[i]) < 0)
            return API_REFUSED;
    return 0;
}

static int make_interface(struct api_request *rq, const struct ec2_create_vpc_endpoint_request *in,
                          struct vpc_endpoint_row *row) {
    if (in->route_table_ids.count)
        return api_refuse(rq, "InvalidParameter",
                          "Route tables cannot be specified for an Interface endpoint.");
    char label[9];
    row->dns_label = arena_strdup(rq->arena, random_hex(label, sizeof(label) - 1));
    row->private_dns = in->private_dns_enabled.set ? in->private_dns_enabled.v : true;
    if (in->dns_options &&
        (in->dns_options->private_dns_preference || in->dns_options->private_dns_specified_domains.count))
        return api_refuse(rq, "InvalidParameter", "Private DNS preferences are not available here");
    if (in->dns_options)
        row->private_dns_inbound_only = in->dns_options->private_dns_only_for_inbound_resolver_endpoint.v;
    const char *what = arena_printf(rq->arena, "VPC %s", row->vpc_id);
    if (check_private_dns(rq, row) < 0 ||
        ec2_groups_check(rq, row->vpc_id, what, in->security_group_ids.items, in->security_group_ids.count) <
            0)
        return API_REFUSED;
    vpc_endpoint_put(rq->tx, row);
    for (size_t i = 0; i < in->security_group_ids.count; i++)
        add_group(rq, row->id, in->security_group_ids.items[i]);
    const struct security_group_row *group = ec2_group_by_name(rq, row->vpc_id, "default");
    if (in->security_group_ids.count == 0 && group)
        add_group(rq, row->id, group->id);
    for (size_t i = 0; i < in->subnet_ids.count; i++)
        if (add_subnet(rq, row, in->subnet_ids.items[i],
                       configuration_of(in->subnet_configurations.items, in->subnet_configurations.count,
                                        in->subnet_ids.items[i])) < 0)
            return API_REFUSED;
    return 0;
}

static int check_type(struct api_request *rq, const struct awsnet_service *service, const char *type) {
    bool gateway = text_is(type, "Gateway");
    if (gateway ? service->gateway : text_is(type, "Interface") && service->interface)
        return 0;
    return api_refuse(rq, "InvalidParameter",
                      "Endpoint type (%s) does not match available service types ([%s]).", type,
                      service->gateway && service->interface ? "Gateway, Interface"
                      : service->gateway                     ? "Gateway"
                                                             : "Interface");
}

static int create_endpoint(struct api_request *rq, const struct ec2_create_vpc_endpoint_request *in,
                           const char **ret_id) {
    const char *type = in->vpc_endpoint_type ? in->vpc_endpoint_type : "Gateway";
    if (in->service_network_arn || in->resource_configuration_arn)
        return api_refuse(rq, "UnsupportedOperation", "VPC Lattice endpoints are not available here");
    if (!in->service_name)
        return api_refuse(rq, "MissingParameter", "The request must contain the parameter ServiceName");
    if (in->ip_address_type && !text_is(in->ip_address_type, "ipv4"))
        return api_refuse(rq, "InvalidParameter", "The service %s supports the IP address type ipv4 only",
                          in->service_name);
    const struct vpc_row *vpc = ec2_get(rq, EC2_VPC, in->vpc_id);
    if (!vpc)
        return API_REFUSED;
    const struct awsnet_service *service = endpoint_service_find(rq, in->service_name);
    if (!service || (in->service_region && !text_is(in->service_region, rq->region)))
        return api_refuse(rq, "InvalidServiceName", "The Vpc Endpoint Service '%s' does not exist",
                          in->service_name);
    if (check_type(rq, service, type) < 0 || check_policy(rq, in->policy_document) < 0)
        return API_REFUSED;
    uint32_t num = network_new_endpoint_num(rq->tx);
    if (num == 0)
        return api_refuse(rq, "VpcEndpointLimitExceeded",
                          "The maximum number of VPC endpoints has been reached.");
    struct vpc_endpoint_row row = {.id = api_new_id(rq, "vpce"),
                                   .account = rq->caller.account,
                                   .region = rq->region,
                                   .vpc_id = vpc->id,
                                   .num = num,
                                   .service = service->name,
                                   .type = type,
                                   .policy = in->policy_document,
                                   .dns_ip_type = text_is(type, "Gateway") ? "service-defined" : "ipv4",
                                   .created_ms = rq->now_ms};
    if (text_is(type, "Gateway") ? make_gateway(rq, in, &row) < 0 : make_interface(rq, in, &row) < 0)
        return API_REFUSED;
    net_changed(rq, vpc->id);
    *ret_id = row.id;
    return EC2_TAG_NEW(rq, EC2_VPC_ENDPOINT, row.id, in);
}

int ec2_create_vpc_endpoint(struct api_request *rq, const struct ec2_create_vpc_endpoint_request *in,
                            struct ec2_create_vpc_endpoint_result *out) {
    const char *parameters = parameters_of(rq, in), *id;
    if (ec2_token_seen(rq, in->client_token, parameters, &id) < 0)
        return API_REFUSED;
    if (!id) {
        if (create_endpoint(rq, in, &id) < 0)
            return API_REFUSED;
        ec2_token_keep(rq, in->client_token, parameters, id);
    }
    const struct vpc_endpoint_row *row = ec2_get(rq, EC2_VPC_ENDPOINT, id);
    if (!row)
        return API_REFUSED;
    out->client_token = in->client_token;
    out->vpc_endpoint = arena_new(rq->arena, struct ec2_vpc_endpoint);
    endpoint_view(rq, row, out->vpc_endpoint);
    return 0;
}

/* ---- delete, modify, describe ---- */

int ec2_delete_vpc_endpoints(struct api_request *rq, const struct ec2_delete_vpc_endpoints_request *in,
                             struct ec2_delete_vpc_endpoints_result *out) {
    for (size_t i = 0; i < in->vpc_endpoint_ids.count; i++) {
        const char *id = in->vpc_endpoint_ids.items[i];
        const struct vpc_endpoint_row *row = ec2_find(rq, EC2_VPC_ENDPOINT, id);
        if (!row) {
            struct ec2_unsuccessful_item_error *error =
                arena_new(rq->arena, struct ec2_unsuccessful_item_error);
            error->code = ec2_id_well_formed(EC2_VPC_ENDPOINT, id) ? "InvalidVpcEndpoint.NotFound"
                                                                   : "InvalidVpcEndpointId.Malformed";
            error->message = arena_printf(rq->arena, "The Vpc Endpoint Id '%s' does not exist", id);
            *vec_push(rq->arena, &out->unsuccessful) =
                (struct ec2_unsuccessful_item){.error = error, .resource_id = id};
            continue;
        }
        struct eni_rows enis = eni_list_by(rq->tx, COL(eni, endpoint_id), row->id);
        for (size_t e = 0; e < enis.count; e++)
            ec2_eni_delete(rq, &enis.items[e]);
        route_delete_by(rq->tx, COL(route, target_id), row->id);
        endpoint_group_delete_by(rq->tx, COL(endpoint_group, endpoint_id), row->id);
        ec2_tag_forget(rq, row->id);
        vpc_endpoint_delete(rq->tx, row->id);
        net_changed(rq, row->vpc_id);
    }
    return 0;
}

static int modify_groups(struct api_request *rq, const struct ec2_modify_vpc_endpoint_request *in,
                         const struct vpc_endpoint_row *row) {
    const char *what = arena_printf(rq->arena, "VPC %s", row->vpc_id);
    if (ec2_groups_check(rq, row->vpc_id, what, in->add_security_group_ids.items,
                         in->add_security_group_ids.count) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < in->add_security_group_ids.count; i++)
        add_group(rq, row->id, in->add_security_group_ids.items[i]);
    for (size_t i = 0; i < in->remove_security_group_ids.count; i++) {
        const char *id = in->remove_security_group_ids.items[i];
        if (!endpoint_group_delete(rq->tx, arena_printf(rq->arena, "%s|%s", row->id, id)))
            return api_refuse(rq, "InvalidGroup.NotFound",
                              "The security group '%s' is not associated with endpoint %s", id, row->id);
    }
    size_t count;
    const char **ids = group_ids(rq, row->id, &count);
    if (count == 0)
        return api_refuse(rq, "InvalidParameter", "A VPC endpoint must have at least one security group");
    struct eni_rows enis = eni_list_by(rq->tx, COL(eni, endpoint_id), row->id);
    for (size_t i = 0; i < enis.count; i++)
        if (ec2_eni_set_groups(rq, &enis.items[i], (const char *const *)ids, count) < 0)
            return API_REFUSED;
    return 0;
}

static int modify_interface(struct api_request *rq, const struct ec2_modify_vpc_endpoint_request *in,
                            struct vpc_endpoint_row *row) {
    if (in->add_route_table_ids.count || in->remove_route_table_ids.count)
        return api_refuse(rq, "InvalidParameter",
                          "Route tables cannot be specified for an Interface endpoint.");
    if (in->private_dns_enabled.set)
        row->private_dns = in->private_dns_enabled.v;
    if (in->dns_options && in->dns_options->private_dns_only_for_inbound_resolver_endpoint.set)
        row->private_dns_inbound_only = in->dns_options->private_dns_only_for_inbound_resolver_endpoint.v;
    if (check_private_dns(rq, row) < 0)
        return API_REFUSED;
    if ((in->add_security_group_ids.count || in->remove_security_group_ids.count) &&
        modify_groups(rq, in, row) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < in->remove_subnet_ids.count; i++)
        if (remove_subnet(rq, row, in->remove_subnet_ids.items[i]) < 0)
            return API_REFUSED;
    for (size_t i = 0; i < in->add_subnet_ids.count; i++)
        if (add_subnet(rq, row, in->add_subnet_ids.items[i],
                       configuration_of(in->subnet_configurations.items, in->subnet_configurations.count,
                                        in->add_subnet_ids.items[i])) < 0)
            return API_REFUSED;
    return 0;
}

static int modify_gateway(struct api_request *rq, const struct ec2_modify_vpc_endpoint_request *in,
                          const struct vpc_endpoint_row *row) {
    if (in->add_subnet_ids.count || in->remove_subnet_ids.count || in->add_security_group_ids.count ||
        in->remove_security_group_ids.count || in->private_dns_enabled.v)
        return api_refuse(
            rq, "InvalidParameter",
            "Subnets, security groups and private DNS cannot be specified for a Gateway endpoint.");
    for (size_t i = 0; i < in->remove_route_table_ids.count; i++)
        if (remove_table(rq, row, in->remove_route_table_ids.items[i]) < 0)
            return API_REFUSED;
    for (size_t i = 0; i < in->add_route_table_ids.count; i++)
        if (add_table(rq, row, in->add_route_table_ids.items[i]) < 0)
            return API_REFUSED;
    return 0;
}

int ec2_modify_vpc_endpoint(struct api_request *rq, const struct ec2_modify_vpc_endpoint_request *in,
                            struct ec2_modify_vpc_endpoint_result *out) {
    const struct vpc_endpoint_row *endpoint = ec2_get(rq, EC2_VPC_ENDPOINT, in->vpc_endpoint_id);
    if (!endpoint || check_policy(rq, in->policy_document) < 0)
        return API_REFUSED;
    if (in->reset_policy.v && in->policy_document)
        return api_refuse(rq, "InvalidParameterCombination",
                          "The parameters ResetPolicy and PolicyDocument may not be used together");
    if (in->ip_address_type && !text_is(in->ip_address_type, "ipv4"))
        return api_refuse(rq, "InvalidParameter", "The endpoint %s supports the IP address type ipv4 only",
                          endpoint->id);
    struct vpc_endpoint_row row = *endpoint;
    if (in->reset_policy.v)
        row.policy = NULL;
    else if (in->policy_document)
        row.policy = in->policy_document;
    if (is_gateway(&row) ? modify_gateway(rq, in, &row) < 0 : modify_interface(rq, in, &row) < 0)
        return API_REFUSED;
    vpc_endpoint_put(rq->tx, &row);
    net_changed(rq, row.vpc_id);
    out->return_ = SOME_BOOL(true);
    return 0;
}

int ec2_describe_vpc_endpoints(struct api_request *rq, const struct ec2_describe_vpc_endpoints_request *in,
                               struct ec2_describe_vpc_endpoints_result *out) {
    struct ec2_query q;
    if (EC2_QUERY(rq, &q, EC2_VPC_ENDPOINT, in, vpc_endpoint_ids) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < q.rows.count; i++) {
        struct ec2_vpc_endpoint view;
        endpoint_view(rq, EC2_ROW(&q, vpc_endpoint, i), &view);
        if (ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->vpc_endpoints) = view;
    }
    return EC2_PAGE(rq, in, &out->vpc_endpoints, &out->next_token);
}
