/* SPDX-License-Identifier: Apache-2.0 */
/* VPCs: their attributes, what comes and goes with them, and the default VPC of a region. */
#include <string.h>

#include "api/ec2/ipv6.h"
#include "base/text.h"

enum { VPC_LONGEST_PREFIX = 28, VPC_SHORTEST_PREFIX = 16 };

/* ---- making and removing ---- */

/* The region's own DHCP options; made when there are none yet. */
static const char *dhcp_default(struct api_request *rq) {
    struct store_rows all = ec2_list(rq, EC2_DHCP_OPTIONS);
    for (size_t i = 0; i < all.count; i++)
        if (((const struct dhcp_options_row *)all.items)[i].is_default)
            return ((const struct dhcp_options_row *)all.items)[i].id;
    struct dhcp_options_row row = {.id = api_new_id(rq, "dopt"),
                                   .account = rq->caller.account,
                                   .region = rq->region,
                                   .is_default = 1,
                                   .domain_name =
                                       text_is(rq->region, "us-east-1")
                                           ? "ec2.internal"
                                           : arena_printf(rq->arena, "%s.compute.internal", rq->region),
                                   .domain_name_servers = "AmazonProvidedDNS"};
    dhcp_options_put(rq->tx, &row);
    return row.id;
}

/* A VPC with main route table, default ACL and default group. */
static const struct vpc_row *vpc_make(struct api_request *rq, struct prefix4 cidr, bool is_default) {
    struct vpc_row *vpc = arena_new(rq->arena, struct vpc_row);
    *vpc = (struct vpc_row){.id = api_new_id(rq, "vpc"),
                            .account = rq->caller.account,
                            .region = rq->region,
                            .cidr = net_cidr_text(rq, cidr),
                            .is_default = is_default,
                            .dns_support = 1,
                            .dns_hostnames = is_default,
                            .dhcp_options_id = dhcp_default(rq),
                            .tenancy = "default"};
    vpc_put(rq->tx, vpc);
    struct vpc_cidr_row association = {
        .id = api_new_id(rq, "vpc-cidr-assoc"), .vpc_id = vpc->id, .cidr = vpc->cidr, .is_primary = 1};
    vpc_cidr_put(rq->tx, &association);
    route_table_make(rq, vpc->id, true);
    acl_make(rq, vpc->id, true);
    group_make(rq, vpc->id, "default", "default VPC security group");
    return vpc;
}

static bool vpc_has_dependents(struct api_request *rq, const char *id) {
    if (subnet_list_by(rq->tx, COL(subnet, vpc_id), id).count || network_vpc_gateway(rq->tx, id) ||
        vpc_endpoint_list_by(rq->tx, COL(vpc_endpoint, vpc_id), id).count ||
        security_group_list_by(rq->tx, COL(security_group, vpc_id), id).count > 1 ||
        network_acl_list_by(rq->tx, COL(network_acl, vpc_id), id).count > 1)
        return true;
    return route_table_list_by(rq->tx, COL(route_table, vpc_id), id).count > 1;
}

static void vpc_remove(struct api_request *rq, const char *id) {
    struct security_group_rows groups = security_group_list_by(rq->tx, COL(security_group, vpc_id), id);
    for (size_t i = 0; i < groups.count; i++)
        group_remove(rq, groups.items[i].id);
    struct network_acl_rows acls = network_acl_list_by(rq->tx, COL(network_acl, vpc_id), id);
    for (size_t i = 0; i < acls.count; i++)
        acl_remove(rq, acls.items[i].id);
    struct route_table_rows tables = route_table_list_by(rq->tx, COL(route_table, vpc_id), id);
    for (size_t i = 0; i < tables.count; i++)
        route_table_remove(rq, tables.items[i].id);
    vpc_cidr_delete_by(rq->tx, COL(vpc_cidr, vpc_id), id);
    vpc_cidr6_delete_by(rq->tx, COL(vpc_cidr6, vpc_id), id);
    vpc_version_delete(rq->tx, id);
    ec2_tag_forget(rq, id);
    vpc_delete(rq->tx, id);
}

/* ---- views ---- */

static void vpc_view(struct api_request *rq, const struct vpc_row *row, struct ec2_vpc *view) {
    *view = (struct ec2_vpc){.owner_id = row->account,
                             .instance_tenancy = row->tenancy,
                             .is_default = SOME_BOOL(row->is_default),
                             .vpc_id = row->id,
                             .state = "available",
                             .cidr_block = row->cidr,
                             .dhcp_options_id = row->dhcp_options_id};
    struct vpc_cidr_rows cidrs = vpc_cidr_list_by(rq->tx, COL(vpc_cidr, vpc_id), row->id);
    for (size_t i = 0; i < cidrs.count; i++) {
        struct ec2_vpc_cidr_block_state *state = arena_new(rq->arena, struct ec2_vpc_cidr_block_state);
        state->state = "associated";
        *vec_push(rq->arena, &view->cidr_block_association_set) =
            (struct ec2_vpc_cidr_block_association){.association_id = cidrs.items[i].id,
                                                    .cidr_block = cidrs.items[i].cidr,
                                                    .cidr_block_state = state};
    }
    struct vpc_cidr6_rows six = ipv6_vpc_ranges(rq, row->id);
    for (size_t i = 0; i < six.count; i++)
        *vec_push(rq->arena, &view->ipv6_cidr_block_association_set) =
            ipv6_vpc_view(rq, &six.items[i], "associated");
    EC2_TAGS(rq, row->id, &view->tags);
}

/* ---- operations ---- */

/* Ranges that a host cannot have as its own. */
static bool cidr_unusable(struct prefix4 cidr) {
    static const struct prefix4 never[] = {{{UINT32_C(0)}, 8},
                                           {{UINT32_C(127) << 24}, 8},
                                           {{UINT32_C(169) << 24 | 254 << 16}, 16},
                                           {{UINT32_C(224) << 24}, 3}};
    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
        if (prefix4_overlap(never[i], cidr))
            return true;
    return false;
}

int ec2_create_vpc(struct api_request *rq, const struct ec2_create_vpc_request *in,
                   struct ec2_create_vpc_result *out) {
    struct prefix4 cidr;
    if (ipv6_check_vpc_request(rq, in->amazon_provided_ipv6_cidr_block.v, in->ipv6_cidr_block, in->ipv6_pool,
                               in->ipv6_ipam_pool_id, in->ipv6_netmask_length.set,
                               in->ipv6_cidr_block_network_border_group) < 0)
        return API_REFUSED;
    if (in->vpc_encryption_control)
        return api_refuse(rq, "UnsupportedOperation", "VPC encryption controls are not available here");
    if (in->ipv4_ipam_pool_id)
        return api_refuse(rq, "InvalidIpamPoolId.NotFound", "The ipam-pool ID '%s' does not exist",
                          in->ipv4_ipam_pool_id);
    if (in->ipv4_netmask_length.set)
        return api_refuse(rq, "InvalidParameterCombination",
                          "The parameter ipv4NetmaskLength needs the parameter ipv4IpamPoolId");
    if (!in->cidr_block)
        return api_refuse(rq, "MissingParameter", "The request must contain the parameter cidrBlock");
    if (prefix4_parse(in->cidr_block, &cidr) < 0)
        return api_refuse(rq, "InvalidParameterValue",
                          "Value (%s) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
                          in->cidr_block);
    if (cidr.length < VPC_SHORTEST_PREFIX || cidr.length > VPC_LONGEST_PREFIX || cidr_unusable(cidr))
        return api_refuse(rq, "InvalidVpc.Range", "The CIDR '%s' is invalid.", in->cidr_block);
    if (in->instance_tenancy && !text_is(in->instance_tenancy, "default") &&
        !text_is(in->instance_tenancy, "dedicated"))
        return api_refuse(rq, "InvalidParameterValue", "Value (%s) for parameter instanceTenancy is invalid.",
                          in->instance_tenancy);
    const struct vpc_row *made = vpc_make(rq, cidr, false);
    if (in->instance_tenancy) {
        struct vpc_row row = *made;
        row.tenancy = in->instance_tenancy;
        vpc_put(rq->tx, &row);
        made = arena_dup(rq->arena, &row, sizeof(row));
    }
    if (in->amazon_provided_ipv6_cidr_block.v)
        ipv6_vpc_add(rq, made->id);
    if (EC2_TAG_NEW(rq, EC2_VPC, made->id, in) < 0)
        return API_REFUSED;
    out->vpc = arena_new(rq->arena, struct ec2_vpc);
    vpc_view(rq, made, out->vpc);
    out->vpc->state = "pending";
    return 0;
}

int ec2_delete_vpc(struct api_request *rq, const struct ec2_delete_vpc_request *in,
                   struct ec2_delete_vpc_result *out) {
    (void)out;
    const struct vpc_row *vpc = ec2_get(rq, EC2_VPC, in->vpc_id);
    if (!vpc)
        return API_REFUSED;
    if (vpc_has_dependents(rq, vpc->id))
        return ec2_refuse_in_use(rq, EC2_VPC, vpc->id);
    vpc_remove(rq, vpc->id);
    return 0;
}

int ec2_describe_vpcs(struct api_request *rq, const struct ec2_describe_vpcs_request *in,
                      struct ec2_describe_vpcs_result *out) {
    struct ec2_query q;
    if (EC2_QUERY(rq, &q, EC2_VPC, in, vpc_ids) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < q.rows.count; i++) {
        struct ec2_vpc view;
        vpc_view(rq, EC2_ROW(&q, vpc, i), &view);
        if (ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->vpcs) = view;
    }
    return EC2_PAGE(rq, in, &out->vpcs, &out->next_token);
}

static struct ec2_attribute_boolean_value *boolean(struct api_request *rq, bool value) {
    struct ec2_attribute_boolean_value *b = arena_new(rq->arena, struct ec2_attribute_boolean_value);
    b->value = SOME_BOOL(value);
    return b;
}

int ec2_describe_vpc_attribute(struct api_request *rq, const struct ec2_describe_vpc_attribute_request *in,
                               struct ec2_describe_vpc_attribute_result *out) {
    const struct vpc_row *vpc = ec2_get(rq, EC2_VPC, in->vpc_id);
    if (!vpc)
        return API_REFUSED;
    out->vpc_id = vpc->id;
    if (text_is(in->attribute, "enableDnsSupport"))
        out->enable_dns_support = boolean(rq, vpc->dns_support);
    else if (text_is(in->attribute, "enableDnsHostnames"))
        out->enable_dns_hostnames = boolean(rq, vpc->dns_hostnames);
    else if (text_is(in->attribute, "enableNetworkAddressUsageMetrics"))
        out->enable_network_address_usage_metrics = boolean(rq, vpc->address_metrics);
    else
        return api_refuse(rq, "InvalidParameterValue", "Value (%s) for parameter attribute is invalid.",
                          in->attribute ? in->attribute : "");
    return 0;
}

int ec2_modify_vpc_attribute(struct api_request *rq, const struct ec2_modify_vpc_attribute_request *in,
                             struct ec2_modify_vpc_attribute_result *out) {
    (void)out;
    const struct vpc_row *vpc = ec2_get(rq, EC2_VPC, in->vpc_id);
    if (!vpc)
        return API_REFUSED;
    const struct ec2_attribute_boolean_value *given[] = {in->enable_dns_support, in->enable_dns_hostnames,
                                                         in->enable_network_address_usage_metrics};
    unsigned count = 0;
    for (size_t i = 0; i < 3; i++)
        count += given[i] != NULL;
    if (count > 1)
        return api_refuse(rq, "InvalidParameterCombination", "Fields for multiple attribute types specified");
    if (count == 0)
        return api_refuse(rq, "InvalidParameterCombination", "No attributes specified");
    struct vpc_row row = *vpc;
    if (in->enable_dns_support)
        row.dns_support = in->enable_dns_support->value.v;
    if (in->enable_dns_hostnames)
        row.dns_hostnames = in->enable_dns_hostnames->value.v;
    if (in->enable_network_address_usage_metrics)
        row.address_metrics = in->enable_network_address_usage_metrics->value.v;
    vpc_put(rq->tx, &row);
    if (row.dns_support != vpc->dns_support)
        net_changed(rq, row.id);
    return 0;
}

/* ---- DHCP options ---- */

static void dhcp_values(struct api_request *rq, struct ec2_dhcp_options *view, const char *key,
                        const char *list) {
    if (!list)
        return;
    struct ec2_dhcp_configuration c = {.key = key};
    char *at = arena_strdup(rq->arena, list);
    for (char *next; at; at = next) {
        next = strchr(at, ',');
        if (next)
            *next++ = '\0';
        *vec_push(rq->arena, &c.values) = (struct ec2_attribute_value){.value = at};
    }
    *vec_push(rq->arena, &view->dhcp_configurations) = c;
}

int ec2_describe_dhcp_options(struct api_request *rq, const struct ec2_describe_dhcp_options_request *in,
                              struct ec2_describe_dhcp_options_result *out) {
    struct ec2_query q;
    if (EC2_QUERY(rq, &q, EC2_DHCP_OPTIONS, in, dhcp_options_ids) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < q.rows.count; i++) {
        const struct dhcp_options_row *row = EC2_ROW(&q, dhcp_options, i);
        struct ec2_dhcp_options view = {.owner_id = row->account, .dhcp_options_id = row->id};
        dhcp_values(rq, &view, "domain-name", row->domain_name);
        dhcp_values(rq, &view, "domain-name-servers", row->domain_name_servers);
        EC2_TAGS(rq, row->id, &view.tags);
        if (ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->dhcp_options) = view;
    }
    return EC2_PAGE(rq, in, &out->dhcp_options, &out->next_token);
}

/* ---- the default VPC ---- */

static const char *region_key(struct arena *a, const char *account, const char *region) {
    return arena_printf(a, "%s|%s", account, region);
}

bool ec2_region_ready(struct tx *tx, const char *account, const char *region) {
    return region_setup_find(tx, region_key(tx->arena, account, region)) != NULL;
}

void ec2_region_setup(struct api_request *rq) {
    static const struct prefix4 cidr = {{UINT32_C(172) << 24 | 31 << 16}, 16};
    enum { SUBNET_PREFIX = 20 };
    const struct awsnet_region *region = awsnet_region(rq->region);
    if (!region || ec2_region_ready(rq->tx, rq->caller.account, rq->region))
        return;
    const struct vpc_row *vpc = vpc_make(rq, cidr, true);
    for (size_t i = 0; i < region->zone_count && i < 16; i++) {
        struct prefix4 part = {{cidr.addr.v + ((uint32_t)i << (32 - SUBNET_PREFIX))}, SUBNET_PREFIX};
        subnet_make(rq, vpc, part, &region->zones[i], true);
    }
    struct internet_gateway_row gateway = {
        .id = api_new_id(rq, "igw"), .account = rq->caller.account, .region = rq->region, .vpc_id = vpc->id};
    internet_gateway_put(rq->tx, &gateway);
    route_add(rq, network_main_association(rq->tx, vpc->id)->route_table_id, vpc->id, "0.0.0.0/0", gateway.id,
              NULL, "CreateRoute");
    struct region_setup_row row = {.key = region_key(rq->arena, rq->caller.account, rq->region),
                                   .created_ms = rq->now_ms};
    region_setup_put(rq->tx, &row);
}
