/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of resources and how they are found. */
#include <string.h>

#include "api/ec2/ec2.h"
#include "base/text.h"

const struct ec2_kind_info ec2_kinds[EC2_KIND_COUNT] = {
    [EC2_VPC] = {"vpc", "vpc", "InvalidVpcID.NotFound", "InvalidVpcID.Malformed", "vpc ID", STORE_TABLE_vpc},
    [EC2_SUBNET] = {"subnet", "subnet", "InvalidSubnetID.NotFound", "InvalidSubnetID.Malformed", "subnet ID",
                    STORE_TABLE_subnet},
    [EC2_INTERNET_GATEWAY] = {"igw", "internet-gateway", "InvalidInternetGatewayID.NotFound",
                              "InvalidInternetGatewayId.Malformed", "internetGateway ID",
                              STORE_TABLE_internet_gateway},
    [EC2_ROUTE_TABLE] = {"rtb", "route-table", "InvalidRouteTableID.NotFound",
                         "InvalidRouteTableId.Malformed", "routeTable ID", STORE_TABLE_route_table},
    [EC2_NETWORK_ACL] = {"acl", "network-acl", "InvalidNetworkAclID.NotFound",
                         "InvalidNetworkAclId.Malformed", "networkAcl ID", STORE_TABLE_network_acl},
    [EC2_SECURITY_GROUP] = {"sg", "security-group", "InvalidGroup.NotFound", "InvalidGroupId.Malformed",
                            "security group", STORE_TABLE_security_group},
    [EC2_SECURITY_GROUP_RULE] = {"sgr", "security-group-rule", "InvalidSecurityGroupRuleId.NotFound",
                                 "InvalidSecurityGroupRuleId.Malformed", "security group rule ID",
                                 STORE_TABLE_sg_rule},
    [EC2_NETWORK_INTERFACE] = {"eni", "network-interface", "InvalidNetworkInterfaceID.NotFound",
                               "InvalidNetworkInterfaceId.Malformed", "networkInterface ID", STORE_TABLE_eni},
    [EC2_VPC_ENDPOINT] = {"vpce", "vpc-endpoint", "InvalidVpcEndpointId.NotFound",
                          "InvalidVpcEndpointId.Malformed", "Vpc Endpoint Id", STORE_TABLE_vpc_endpoint},
    [EC2_DHCP_OPTIONS] = {"dopt", "dhcp-options", "InvalidDhcpOptionID.NotFound",
                          "InvalidDhcpOptionsId.Malformed", "dhcpOption ID", STORE_TABLE_dhcp_options},
    [EC2_INSTANCE] = {"i", "instance", "InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed",
                      "instance ID", STORE_TABLE_instance},
    [EC2_ELASTIC_IP] = {"eipalloc", "elastic-ip", "InvalidAllocationID.NotFound",
                        "InvalidAllocationID.Malformed", "allocation ID", STORE_TABLE_elastic_ip},
    [EC2_IMAGE] = {"ami", "image", "InvalidAMIID.NotFound", "InvalidAMIID.Malformed", "image id", -1},
    [EC2_VOLUME] = {"vol", "volume", "InvalidVolume.NotFound", "InvalidVolumeID.Malformed", "volume",
                    STORE_TABLE_volume},
    [EC2_KEY_PAIR] = {"key", "key-pair", "InvalidKeyPair.NotFound", "InvalidKeyPair.Malformed", "key pair",
                      STORE_TABLE_key_pair},
    [EC2_PREFIX_LIST] = {"pl", "prefix-list", "InvalidPrefixListID.NotFound", "InvalidPrefixListId.Malformed",
                         "prefix list ID", -1},
};

bool ec2_id_well_formed(enum ec2_kind kind, const char *id) {
    size_t prefix = strlen(ec2_kinds[kind].prefix);
    if (!id || strncmp(id, ec2_kinds[kind].prefix, prefix) != 0 || id[prefix] != '-')
        return false;
    const char *digits = id + prefix + 1;
    size_t length = strspn(digits, "0123456789abcdef");
    return digits[length] == '\0' && (length == 8 || length == 17);
}

enum ec2_kind ec2_kind_of(const char *id) {
    for (int kind = 0; kind < EC2_KIND_COUNT; kind++)
        if (ec2_id_well_formed((enum ec2_kind)kind, id))
            return (enum ec2_kind)kind;
    return EC2_KIND_COUNT;
}

static bool is_mine(const struct api_request *rq, const struct network_owned *row) {
    return text_is(row->account, rq->caller.account) && text_is(row->region, rq->region);
}

const void *ec2_find(struct api_request *rq, enum ec2_kind kind, const char *id) {
    if (ec2_kinds[kind].table < 0)
        return NULL;
    const void *row = engine_find(rq->tx, &store_tables[ec2_kinds[kind].table], id);
    return row && is_mine(rq, row) ? row : NULL;
}

const void *ec2_get(struct api_request *rq, enum ec2_kind kind, const char *id) {
    const void *row = ec2_find(rq, kind, id);
    if (row)
        return row;
    if (ec2_id_well_formed(kind, id))
        ec2_refuse_not_found(rq, kind, id);
    else
        ec2_refuse_malformed(rq, kind, id);
    return NULL;
}

int ec2_refuse_not_found(struct api_request *rq, enum ec2_kind kind, const char *id) {
    return api_refuse(rq, ec2_kinds[kind].not_found, "The %s '%s' does not exist", ec2_kinds[kind].noun, id);
}

int ec2_refuse_malformed(struct api_request *rq, enum ec2_kind kind, const char *id) {
    return api_refuse(rq, ec2_kinds[kind].malformed, "Invalid id: \"%s\" (expecting \"%s-...\")",
                      id ? id : "", ec2_kinds[kind].prefix);
}

int ec2_refuse_in_use(struct api_request *rq, enum ec2_kind kind, const char *id) {
    static const char *const nouns[EC2_KIND_COUNT] = {
        [EC2_VPC] = "vpc",
        [EC2_INTERNET_GATEWAY] = "internetGateway",
        [EC2_ROUTE_TABLE] = "routeTable",
        [EC2_NETWORK_ACL] = "networkAcl",
        [EC2_NETWORK_INTERFACE] = "network interface",
    };
    if (kind == EC2_SECURITY_GROUP)
        return api_refuse(rq, "DependencyViolation", "resource %s has a dependent object", id);
    return api_refuse(rq, "DependencyViolation", "The %s '%s' has dependencies and cannot be deleted.",
                      nouns[kind] ? nouns[kind] : ec2_kinds[kind].tag_type, id);
}

struct store_rows ec2_list(struct api_request *rq, enum ec2_kind kind) {
    if (ec2_kinds[kind].table < 0)
        return (struct store_rows){NULL, 0};
    const struct store_table *t = &store_tables[ec2_kinds[kind].table];
    struct store_rows all =
        engine_list_by(rq->tx, t, offsetof(struct network_owned, account), rq->caller.account);
    char *kept = all.count ? arena_alloc(rq->arena, all.count * t->row_bytes) : NULL;
    size_t count = 0;
    for (size_t i = 0; i < all.count; i++) {
        const char *row = (const char *)all.items + i * t->row_bytes;
        if (is_mine(rq, (const void *)row))
            memcpy(kept + count++ * t->row_bytes, row, t->row_bytes);
    }
    return (struct store_rows){kept, count};
}

const char *ec2_arn(struct api_request *rq, const char *type, const char *id) {
    return arena_printf(rq->arena, "arn:aws:ec2:%s:%s:%s/%s", rq->region, rq->caller.account, type, id);
}
