/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPv6 ranges of VPCs and subnets.
 *
 * Theory of operation: a range is a row of its own (vpc_cidr6) or columns of the subnet, beside IPv4's, so that what
 * knows IPv4 alone never reads an IPv6 text.  Amazon's ranges are global: a /56 is picked at random from one block
 * until nobody has it.  With its first range a VPC gets what AWS adds: local routes, rule 101 of the default ACL, and
 * the groups' rule that lets all out, each only where IPv4's counterpart is still there (VPC User Guide, "Security group
 * rules", "Default network ACL").
 */
#include "api/ec2/ipv6.h"

#include <string.h>

#include "base/text.h"

enum { VPC_PREFIX = 56, VPC_RANGES_MAX = 5, SUBNET_SHORTEST = 44, SUBNET_LONGEST = 64, SUBNET_STEP = 4 };

/* 2600:1f00::/24 is Amazon's; packets never leave the box by it. */
static const struct prefix amazon = {.addr = {UINT64_C(0x26001f) << 40, 0}, .length = 24};

static const char *prefix_text(struct api_request *rq, struct prefix p) {
    char text[PREFIX_TEXT_BYTES];

    return arena_strdup(rq->arena, prefix_format(prefix_masked(p), text));
}

/* ---- views ---- */

struct ec2_vpc_ipv6_cidr_block_association ipv6_vpc_view(struct api_request *rq,
                                                         const struct vpc_cidr6_row *row, const char *state) {
    struct ec2_vpc_cidr_block_state *s = arena_new(rq->arena, struct ec2_vpc_cidr_block_state);

    s->state = state;
    return (struct ec2_vpc_ipv6_cidr_block_association){.association_id = row->id,
                                                        .ipv6_cidr_block = row->cidr,
                                                        .ipv6_cidr_block_state = s,
                                                        .network_border_group = rq->region,
                                                        .ipv6_pool = "Amazon",
                                                        .ipv6_address_attribute = "public",
                                                        .ip_source = "amazon"};
}

struct ec2_subnet_ipv6_cidr_block_association
ipv6_subnet_view(struct api_request *rq, const struct subnet_row *row, const char *state) {
    struct ec2_subnet_cidr_block_state *s = arena_new(rq->arena, struct ec2_subnet_cidr_block_state);

    s->state = state;
    return (struct ec2_subnet_ipv6_cidr_block_association){.association_id = row->cidr6_association_id,
                                                           .ipv6_cidr_block = row->cidr6,
                                                           .ipv6_cidr_block_state = s,
                                                           .ipv6_address_attribute = "public",
                                                           .ip_source = "amazon"};
}

/* ---- VPCs ---- */

static bool range_taken(struct api_request *rq, const char *cidr) {
    return vpc_cidr6_list_by(rq->tx, COL(vpc_cidr6, cidr), cidr).count > 0;
}

int ipv6_check_vpc_request(struct api_request *rq, bool amazon_provided, const char *cidr, const char *pool,
                           const char *ipam_pool, bool netmask, const char *border_group) {
    if (ipam_pool != NULL)
        return api_refuse(rq, "InvalidIpamPoolId.NotFound", "The ipam-pool ID '%s' does not exist",
                          ipam_pool);
    if (netmask)
        return api_refuse(rq, "InvalidParameterCombination",
                          "The parameter ipv6NetmaskLength needs the parameter ipv6IpamPoolId");
    if (pool != NULL || cidr != NULL)
        return api_refuse(
            rq, "UnsupportedOperation",
            "IPv6 address pools of one's own (ipv6Pool, ipv6CidrBlock) are not available here: ask "
            "for amazonProvidedIpv6CidrBlock");
    if (border_group != NULL && (!amazon_provided || !text_is(border_group, rq->region)))
        return api_refuse(rq, "InvalidParameterValue",
                          "Value (%s) for parameter ipv6CidrBlockNetworkBorderGroup is invalid.",
                          border_group);
    return 0;
}

/* What comes with a VPC's first range. */
static void add_defaults(struct api_request *rq, const char *vpc_id) {
    struct network_acl_rows acls = network_acl_list_by(rq->tx, COL(network_acl, vpc_id), vpc_id);
    struct security_group_rows groups = security_group_list_by(rq->tx, COL(security_group, vpc_id), vpc_id);

    for (size_t i = 0; i < acls.count; i++)
        if (acls.items[i].is_default)
            acl_allow_ipv6(rq, acls.items[i].id);
    for (size_t i = 0; i < groups.count; i++)
        group_allow_ipv6(rq, groups.items[i].id);
}

const struct vpc_cidr6_row *ipv6_vpc_add(struct api_request *rq, const char *vpc_id) {
    struct vpc_cidr6_row *row = arena_new(rq->arena, struct vpc_cidr6_row);
    struct route_table_rows tables = route_table_list_by(rq->tx, COL(route_table, vpc_id), vpc_id);
    bool first = !ipv6_vpc_has(rq, vpc_id);

    *row = (struct vpc_cidr6_row){.id = api_new_id(rq, "vpc-cidr-assoc"), .vpc_id = vpc_id};
    do {
        struct prefix p = {.addr = amazon.addr, .length = VPC_PREFIX};
        uint64_t chosen;

        random_bytes(&chosen, sizeof(chosen));
        p.addr.hi |= chosen >> amazon.length;
        row->cidr = prefix_text(rq, p);
    } while (range_taken(rq, row->cidr));
    vpc_cidr6_put(rq->tx, row);
    for (size_t i = 0; i < tables.count; i++)
        route_add(rq, tables.items[i].id, vpc_id, row->cidr, "local", NULL, "CreateRouteTable");
    if (first)
        add_defaults(rq, vpc_id);
    net_changed(rq, vpc_id);
    return row;
}

int ec2_associate_vpc_cidr_block(struct api_request *rq,
                                 const struct ec2_associate_vpc_cidr_block_request *in,
                                 struct ec2_associate_vpc_cidr_block_result *out) {
    const struct vpc_row *vpc = ec2_get(rq, EC2_VPC, in->vpc_id);

    if (vpc == NULL ||
        ipv6_check_vpc_request(rq, in->amazon_provided_ipv6_cidr_block.v, in->ipv6_cidr_block, in->ipv6_pool,
                               in->ipv6_ipam_pool_id, in->ipv6_netmask_length.set,
                               in->ipv6_cidr_block_network_border_group) < 0)
        return API_REFUSED;
    if (in->cidr_block != NULL || in->ipv4_ipam_pool_id != NULL || in->ipv4_netmask_length.set)
        return api_refuse(rq, "UnsupportedOperation",
                          "Secondary IPv4 ranges of a VPC are not available here");
    if (!in->amazon_provided_ipv6_cidr_block.v)
        return api_refuse(rq, "MissingParameter",
                          "Either 'cidrBlock' or 'amazonProvidedIpv6CidrBlock' should be provided.");
    if (ipv6_vpc_ranges(rq, vpc->id).count >= VPC_RANGES_MAX)
        return api_refuse(rq, "CidrLimitExceeded",
                          "This network '%s' has met its maximum number of allowed CIDRs: %d", vpc->id,
                          VPC_RANGES_MAX);
    out->ipv6_cidr_block_association = arena_new(rq->arena, struct ec2_vpc_ipv6_cidr_block_association);
    *out->ipv6_cidr_block_association = ipv6_vpc_view(rq, ipv6_vpc_add(rq, vpc->id), "associating");
    out->vpc_id = vpc->id;
    return 0;
}

static void remove_local_routes(struct api_request *rq, const char *vpc_id, const char *cidr) {
    struct route_table_rows tables = route_table_list_by(rq->tx, COL(route_table, vpc_id), vpc_id);

    for (size_t i = 0; i < tables.count; i++) {
        const struct route_row *route = route_of(rq, tables.items[i].id, cidr);

        if (route != NULL)
            route_delete(rq->tx, route->key);
    }
}

int ec2_disassociate_vpc_cidr_block(struct api_request *rq,
                                    const struct ec2_disassociate_vpc_cidr_block_request *in,
                                    struct ec2_disassociate_vpc_cidr_block_result *out) {
    const struct vpc_cidr6_row *row = vpc_cidr6_find(rq->tx, in->association_id);
    const struct vpc_cidr_row *ipv4 = vpc_cidr_find(rq->tx, in->association_id);
    struct subnet_rows subnets;

    if (ipv4 != NULL && ec2_find(rq, EC2_VPC, ipv4->vpc_id) != NULL)
        return api_refuse(rq, "OperationNotPermitted",
                          "The vpc CIDR block with association ID %s may not be disassociated. It is the "
                          "primary IPv4 CIDR block of the VPC",
                          in->association_id);
    if (row == NULL || ec2_find(rq, EC2_VPC, row->vpc_id) == NULL)
        return api_refuse(rq, "InvalidVpcCidrBlockAssociationID.NotFound",
                          "The vpc CIDR block association ID '%s' does not exist", in->association_id);
    subnets = subnet_list_by(rq->tx, COL(subnet, vpc_id), row->vpc_id);
    for (size_t i = 0; i < subnets.count; i++)
        if (subnets.items[i].cidr6 != NULL &&
            prefix_covers(net_prefix(row->cidr), net_prefix(subnets.items[i].cidr6)))
            return api_refuse(rq, "InvalidCidrBlock.InUse",
                              "The vpc CIDR block %s with association ID %s is in use by subnet %s",
                              row->cidr, row->id, subnets.items[i].id);
    remove_local_routes(rq, row->vpc_id, row->cidr);
    out->ipv6_cidr_block_association = arena_new(rq->arena, struct ec2_vpc_ipv6_cidr_block_association);
    *out->ipv6_cidr_block_association = ipv6_vpc_view(rq, row, "disassociating");
    out->vpc_id = row->vpc_id;
    vpc_cidr6_delete(rq->tx, row->id);
    net_changed(rq, row->vpc_id);
    return 0;
}

/* ---- subnets ---- */

int ipv6_check_subnet_range(struct api_request *rq, const char *vpc_id, const char *text,
                            const char **ret_cidr) {
    struct vpc_cidr6_rows ranges = ipv6_vpc_ranges(rq, vpc_id);
    struct subnet_rows others = subnet_list_by(rq->tx, COL(subnet, vpc_id), vpc_id);
    struct prefix p;
    bool inside = false;

    if (prefix_parse(text, &p) < 0 || prefix_is4(p))
        return api_refuse(
            rq, "InvalidParameterValue",
            "Value (%s) for parameter ipv6CidrBlock is invalid. This is not a valid IPv6 CIDR block.", text);
    p = prefix_masked(p);
    for (size_t i = 0; i < ranges.count; i++)
        inside = inside || prefix_covers(net_prefix(ranges.items[i].cidr), p);
    if (!inside || p.length < SUBNET_SHORTEST || p.length > SUBNET_LONGEST || p.length % SUBNET_STEP != 0)
        return api_refuse(rq, "InvalidSubnet.Range", "The CIDR '%s' is invalid.", text);
    for (size_t i = 0; i < others.count; i++)
        if (others.items[i].cidr6 != NULL && prefix_overlap(net_prefix(others.items[i].cidr6), p))
            return api_refuse(rq, "InvalidSubnet.Conflict", "The CIDR '%s' conflicts with another subnet",
                              text);
    *ret_cidr = prefix_text(rq, p);
    return 0;
}

int ec2_associate_subnet_cidr_block(struct api_request *rq,
                                    const struct ec2_associate_subnet_cidr_block_request *in,
                                    struct ec2_associate_subnet_cidr_block_result *out) {
    const struct subnet_row *subnet = ec2_get(rq, EC2_SUBNET, in->subnet_id);
    struct subnet_row row;

    if (subnet == NULL || ipv6_check_vpc_request(rq, false, NULL, NULL, in->ipv6_ipam_pool_id,
                                                 in->ipv6_netmask_length.set, NULL) < 0)
        return API_REFUSED;
    if (in->ipv6_cidr_block == NULL)
        return api_refuse(rq, "MissingParameter", "The request must contain the parameter ipv6CidrBlock");
    if (subnet->cidr6 != NULL)
        return api_refuse(rq, "CidrLimitExceeded",
                          "The subnet '%s' has met its maximum number of allowed IPv6 CIDRs: 1", subnet->id);
    row = *subnet;
    if (ipv6_check_subnet_range(rq, row.vpc_id, in->ipv6_cidr_block, &row.cidr6) < 0)
        return API_REFUSED;
    row.cidr6_association_id = api_new_id(rq, "subnet-cidr-assoc");
    subnet_put(rq->tx, &row);
    net_changed(rq, row.vpc_id);
    out->subnet_id = row.id;
    out->ipv6_cidr_block_association = arena_new(rq->arena, struct ec2_subnet_ipv6_cidr_block_association);
    *out->ipv6_cidr_block_association = ipv6_subnet_view(rq, &row, "associating");
    return 0;
}

int ec2_disassociate_subnet_cidr_block(struct api_request *rq,
                                       const struct ec2_disassociate_subnet_cidr_block_request *in,
                                       struct ec2_disassociate_subnet_cidr_block_result *out) {
    struct subnet_rows found = subnet_list_by(rq->tx, COL(subnet, cidr6_association_id), in->association_id);
    struct subnet_row row;

    if (found.count == 0 || ec2_find(rq, EC2_SUBNET, found.items[0].id) == NULL)
        return api_refuse(rq, "InvalidSubnetCidrBlockAssociationID.NotFound",
                          "The subnet CIDR block with association ID '%s' does not exist",
                          in->association_id);
    row = found.items[0];
    if (eni_address6_list_by(rq->tx, COL(eni_address6, subnet_id), row.id).count > 0)
        return api_refuse(rq, "InvalidCidrBlock.InUse",
                          "The subnet CIDR block %s with association ID %s has addresses in use", row.cidr6,
                          row.cidr6_association_id);
    out->subnet_id = row.id;
    out->ipv6_cidr_block_association = arena_new(rq->arena, struct ec2_subnet_ipv6_cidr_block_association);
    *out->ipv6_cidr_block_association = ipv6_subnet_view(rq, &row, "disassociating");
    row.cidr6 = row.cidr6_association_id = NULL;
    row.assign_ipv6 = 0;
    subnet_put(rq->tx, &row);
    net_changed(rq, row.vpc_id);
    return 0;
}
