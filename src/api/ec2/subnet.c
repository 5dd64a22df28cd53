/* SPDX-License-Identifier: Apache-2.0 */
/* Subnets. */
#include "api/ec2/ipv6.h"
#include "base/text.h"

enum { SUBNET_SHORTEST_PREFIX = 16, SUBNET_LONGEST_PREFIX = 28 };

struct subnet_row *subnet_make(struct api_request *rq, const struct vpc_row *vpc, struct prefix4 cidr,
                               const struct awsnet_zone *zone, bool is_default) {
    struct subnet_row *row = arena_new(rq->arena, struct subnet_row);
    *row =
        (struct subnet_row){.id = api_new_id(rq, "subnet"),
                            .account = rq->caller.account,
                            .region = rq->region,
                            .vpc_id = vpc->id,
                            .cidr = net_cidr_text(rq, cidr),
                            /* pick_zone() found one.  NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
                            .zone = zone->name,
                            .zone_id = zone->id,
                            .default_for_az = is_default,
                            .map_public_ip = is_default,
                            .acl_id = acl_default_of(rq, vpc->id),
                            .acl_association_id = api_new_id(rq, "aclassoc"),
                            .hostname_type = "ip-name"};
    subnet_put(rq->tx, row);
    return row;
}

static void subnet_view(struct api_request *rq, const struct subnet_row *row, struct ec2_subnet *view) {
    struct ec2_private_dns_name_options_on_launch *names =
        arena_new(rq->arena, struct ec2_private_dns_name_options_on_launch);
    *names = (struct ec2_private_dns_name_options_on_launch){
        .hostname_type = row->hostname_type,
        .enable_resource_name_dns_a_record = SOME_BOOL(row->resource_name_a),
        .enable_resource_name_dns_aaaa_record = SOME_BOOL(row->resource_name_aaaa)};
    *view = (struct ec2_subnet){.availability_zone_id = row->zone_id,
                                .map_customer_owned_ip_on_launch = SOME_BOOL(false),
                                .owner_id = row->account,
                                .assign_ipv6_address_on_creation = SOME_BOOL(row->assign_ipv6),
                                .subnet_arn = ec2_arn(rq, "subnet", row->id),
                                .enable_dns64 = SOME_BOOL(false),
                                .ipv6_native = SOME_BOOL(false),
                                .private_dns_name_options_on_launch = names,
                                .subnet_id = row->id,
                                .state = "available",
                                .vpc_id = row->vpc_id,
                                .cidr_block = row->cidr,
                                .available_ip_address_count =
                                    SOME_INT((int64_t)ec2_subnet_free_addresses(rq, row)),
                                .availability_zone = row->zone,
                                .default_for_az = SOME_BOOL(row->default_for_az),
                                .map_public_ip_on_launch = SOME_BOOL(row->map_public_ip)};
    if (row->cidr6)
        *vec_push(rq->arena, &view->ipv6_cidr_block_association_set) =
            ipv6_subnet_view(rq, row, "associated");
    EC2_TAGS(rq, row->id, &view->tags);
}

static int pick_zone(struct api_request *rq, const char *name, const char *id,
                     const struct awsnet_zone **ret_zone) {
    const struct awsnet_region *region = awsnet_region(rq->region);
    if (!region || region->zone_count == 0)
        return api_refuse(rq, "InvalidParameterValue", "The region '%s' has no availability zones",
                          rq->region);
    if (name && id)
        return api_refuse(rq, "InvalidParameterCombination",
                          "Only one of availabilityZone and availabilityZoneId may be specified");
    struct buf all = BUF_INIT(4096);
    for (size_t i = 0; i < region->zone_count; i++) {
        const struct awsnet_zone *zone = &region->zones[i];
        if (name ? text_is(zone->name, name) : id ? text_is(zone->id, id) : i == 0) {
            *ret_zone = zone;
            buf_free(&all);
            return 0;
        }
        buf_printf(&all, "%s%s", i ? ", " : "", name ? zone->name : zone->id);
    }
    api_refuse(
        rq, "InvalidParameterValue",
        "Value (%s) for parameter %s is invalid. Subnets can currently only be created in the following "
        "availability zones: %s.",
        name ? name : id, name ? "availabilityZone" : "availabilityZoneId", all.data);
    buf_free(&all);
    return API_REFUSED;
}

static bool inside_vpc(struct api_request *rq, const struct vpc_row *vpc, struct prefix4 cidr) {
    struct vpc_cidr_rows cidrs = vpc_cidr_list_by(rq->tx, COL(vpc_cidr, vpc_id), vpc->id);
    for (size_t i = 0; i < cidrs.count; i++)
        if (prefix4_covers(net_cidr(cidrs.items[i].cidr), cidr))
            return true;
    return false;
}

int ec2_create_subnet(struct api_request *rq, const struct ec2_create_subnet_request *in,
                      struct ec2_create_subnet_result *out) {
    const struct vpc_row *vpc = ec2_get(rq, EC2_VPC, in->vpc_id);
    if (!vpc)
        return API_REFUSED;
    if (in->ipv6_native.v)
        return api_refuse(rq, "UnsupportedOperation",
                          "IPv6-only subnets (Ipv6Native) are not available here");
    if (ipv6_check_vpc_request(rq, false, NULL, NULL, in->ipv6_ipam_pool_id, in->ipv6_netmask_length.set,
                               NULL) < 0)
        return API_REFUSED;
    if (in->outpost_arn)
        return api_refuse(rq, "InvalidOutpost.NotFound", "The outpost '%s' does not exist", in->outpost_arn);
    if (in->ipv4_ipam_pool_id)
        return api_refuse(rq, "InvalidIpamPoolId.NotFound", "The ipam-pool ID '%s' does not exist",
                          in->ipv4_ipam_pool_id);
    if (in->ipv4_netmask_length.set)
        return api_refuse(rq, "InvalidParameterCombination",
                          "The parameter ipv4NetmaskLength needs the parameter ipv4IpamPoolId");
    if (!in->cidr_block)
        return api_refuse(rq, "MissingParameter",
                          "Either 'cidrBlock' or 'ipv6CidrBlock' should be provided.");
    struct prefix4 cidr;
    if (prefix4_parse(in->cidr_block, &cidr) < 0)
        return api_refuse(rq, "InvalidParameterValue",
                          "Value (%s) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
                          in->cidr_block);
    cidr = prefix4_masked(cidr);
    if (cidr.length < SUBNET_SHORTEST_PREFIX || cidr.length > SUBNET_LONGEST_PREFIX ||
        !inside_vpc(rq, vpc, cidr))
        return api_refuse(rq, "InvalidSubnet.Range", "The CIDR '%s' is invalid.", in->cidr_block);
    struct subnet_rows others = subnet_list_by(rq->tx, COL(subnet, vpc_id), vpc->id);
    for (size_t i = 0; i < others.count; i++)
        if (prefix4_overlap(net_cidr(others.items[i].cidr), cidr))
            return api_refuse(rq, "InvalidSubnet.Conflict", "The CIDR '%s' conflicts with another subnet",
                              in->cidr_block);
    const struct awsnet_zone *zone = NULL;
    if (pick_zone(rq, in->availability_zone, in->availability_zone_id, &zone) < 0)
        return API_REFUSED;
    const char *cidr6 = NULL;
    if (in->ipv6_cidr_block && ipv6_check_subnet_range(rq, vpc->id, in->ipv6_cidr_block, &cidr6) < 0)
        return API_REFUSED;
    struct subnet_row *row = subnet_make(rq, vpc, cidr, zone, false);
    if (cidr6) {
        row->cidr6 = cidr6;
        row->cidr6_association_id = api_new_id(rq, "subnet-cidr-assoc");
        subnet_put(rq->tx, row);
    }
    if (EC2_TAG_NEW(rq, EC2_SUBNET, row->id, in) < 0)
        return API_REFUSED;
    net_changed(rq, vpc->id);
    out->subnet = arena_new(rq->arena, struct ec2_subnet);
    subnet_view(rq, row, out->subnet);
    return 0;
}

int ec2_delete_subnet(struct api_request *rq, const struct ec2_delete_subnet_request *in,
                      struct ec2_delete_subnet_result *out) {
    (void)out;
    const struct subnet_row *row = ec2_get(rq, EC2_SUBNET, in->subnet_id);
    if (!row)
        return API_REFUSED;
    if (eni_list_by(rq->tx, COL(eni, subnet_id), row->id).count)
        return ec2_refuse_in_use(rq, EC2_SUBNET, row->id);
    route_association_delete_by(rq->tx, COL(route_association, subnet_id), row->id);
    ec2_tag_forget(rq, row->id);
    subnet_delete(rq->tx, row->id);
    net_changed(rq, row->vpc_id);
    return 0;
}

int ec2_describe_subnets(struct api_request *rq, const struct ec2_describe_subnets_request *in,
                         struct ec2_describe_subnets_result *out) {
    struct ec2_query q;
    if (EC2_QUERY(rq, &q, EC2_SUBNET, in, subnet_ids) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < q.rows.count; i++) {
        struct ec2_subnet view;
        subnet_view(rq, EC2_ROW(&q, subnet, i), &view);
        if (ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->subnets) = view;
    }
    return EC2_PAGE(rq, in, &out->subnets, &out->next_token);
}

static bool given(const struct ec2_attribute_boolean_value *b) {
    return b && b->value.set;
}

int ec2_modify_subnet_attribute(struct api_request *rq, const struct ec2_modify_subnet_attribute_request *in,
                                struct ec2_modify_subnet_attribute_result *out) {
    (void)out;
    const struct subnet_row *subnet = ec2_get(rq, EC2_SUBNET, in->subnet_id);
    if (!subnet)
        return API_REFUSED;
    if (given(in->enable_dns64) && in->enable_dns64->value.v)
        return api_refuse(rq, "UnsupportedOperation", "DNS64 (EnableDns64) is not available here");
    if (given(in->assign_ipv6_address_on_creation) && in->assign_ipv6_address_on_creation->value.v &&
        !subnet->cidr6)
        return api_refuse(rq, "InvalidParameterValue", "Subnet %s has no IPv6 CIDR block", subnet->id);
    if (given(in->map_customer_owned_ip_on_launch) || in->customer_owned_ipv4_pool ||
        in->enable_lni_at_device_index.set || given(in->disable_lni_at_device_index))
        return api_refuse(rq, "InvalidParameterValue", "Subnet %s is not on an Outpost", subnet->id);
    unsigned count = given(in->map_public_ip_on_launch) + (in->private_dns_hostname_type_on_launch != NULL) +
                     given(in->enable_resource_name_dns_a_record_on_launch) +
                     given(in->enable_resource_name_dns_aaaa_record_on_launch) +
                     given(in->assign_ipv6_address_on_creation) + given(in->enable_dns64);
    if (count != 1)
        return api_refuse(rq, "InvalidParameterCombination",
                          count ? "Fields for multiple attribute types specified"
                                : "No attributes specified");
    struct subnet_row row = *subnet;
    if (given(in->assign_ipv6_address_on_creation))
        row.assign_ipv6 = in->assign_ipv6_address_on_creation->value.v;
    if (given(in->map_public_ip_on_launch))
        row.map_public_ip = in->map_public_ip_on_launch->value.v;
    if (given(in->enable_resource_name_dns_a_record_on_launch))
        row.resource_name_a = in->enable_resource_name_dns_a_record_on_launch->value.v;
    if (given(in->enable_resource_name_dns_aaaa_record_on_launch))
        row.resource_name_aaaa = in->enable_resource_name_dns_aaaa_record_on_launch->value.v;
    if (in->private_dns_hostname_type_on_launch)
        row.hostname_type = in->private_dns_hostname_type_on_launch;
    subnet_put(rq->tx, &row);
    return 0;
}
