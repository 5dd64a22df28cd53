/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ec2: what the handlers of the ec2 service share.
 *
 * Theory of operation.  Every resource with an id belongs to an account and a region; of another's it
 * is "not found".  The kinds of resources are one table (kinds.c): prefix of the ids, tag name, store
 * table, AWS's error codes.  So looking up, listing, filtering, tagging and paging are written once:
 *
 *   const struct subnet_row *s = ec2_get(rq, EC2_SUBNET, in->subnet_id);
 *   if (!s) return API_REFUSED;                  (Malformed or NotFound was said)
 *
 *   struct ec2_query q;
 *   if (EC2_QUERY(rq, &q, EC2_SUBNET, in, subnet_ids) < 0) return API_REFUSED;
 *   for (size_t i = 0; i < q.rows.count; i++) {
 *       struct ec2_subnet view = {0};
 *       subnet_view(rq, EC2_ROW(&q, subnet, i), &view);
 *       if (ec2_query_matches(&q, &view)) *vec_push(rq->arena, &out->subnets) = view;
 *   }
 *   return EC2_PAGE(rq, in, &out->subnets, &out->next_token);
 *
 * A filter looks at the view, that is at what the caller would be shown; src/model/filters.tsv says where.
 * A refused request leaves nothing behind, so handlers may write first and refuse later.
 */
#ifndef VPCBOX_API_EC2_EC2_H
#define VPCBOX_API_EC2_EC2_H

#include "api/api.h"
#include "model/gen/ec2.h"
#include "store/network.h"

enum ec2_kind {
    EC2_VPC,
    EC2_SUBNET,
    EC2_INTERNET_GATEWAY,
    EC2_ROUTE_TABLE,
    EC2_NETWORK_ACL,
    EC2_SECURITY_GROUP,
    EC2_SECURITY_GROUP_RULE,
    EC2_NETWORK_INTERFACE,
    EC2_VPC_ENDPOINT,
    EC2_DHCP_OPTIONS,
    EC2_INSTANCE,
    EC2_ELASTIC_IP,
    EC2_IMAGE,
    EC2_VOLUME,
    EC2_KEY_PAIR,
    EC2_PREFIX_LIST, /* AWS's own: data, not rows */
    EC2_KIND_COUNT
};

struct ec2_kind_info {
    const char *prefix;    /* "vpc" */
    const char *tag_type;  /* ResourceType in tag specifications: "vpc" */
    const char *not_found; /* code */
    const char *malformed; /* code */
    const char *noun;      /* of the messages: "The vpc ID 'vpc-…' does not exist" */
    int table;             /* enum store_table_number, or -1: not kept in rows that begin as owned ones */
};

extern const struct ec2_kind_info ec2_kinds[EC2_KIND_COUNT];

/* ---- finding ---- */

/* "vpc-" and 8 or 17 lower-case hex digits. */
bool ec2_id_well_formed(enum ec2_kind kind, const char *id);
/* The caller's own row (of the kind's table), or NULL. */
const void *ec2_find(struct api_request *rq, enum ec2_kind kind, const char *id);
/* The same; says Malformed or NotFound when NULL. */
const void *ec2_get(struct api_request *rq, enum ec2_kind kind, const char *id);
/* Refuses the first malformed id, or all that are unknown together. */
int ec2_ids_known(struct api_request *rq, enum ec2_kind kind, const char *const *ids, size_t count);
int ec2_refuse_not_found(struct api_request *rq, enum ec2_kind kind, const char *id);
int ec2_refuse_malformed(struct api_request *rq, enum ec2_kind kind, const char *id);
/* DependencyViolation: "The vpc 'vpc-…' has dependencies and cannot be deleted." */
int ec2_refuse_in_use(struct api_request *rq, enum ec2_kind kind, const char *id);
/* The kind that an id's prefix tells; EC2_KIND_COUNT when none. */
enum ec2_kind ec2_kind_of(const char *id);
/* All of the caller's rows of a kind, in order of creation, in the arena. */
struct store_rows ec2_list(struct api_request *rq, enum ec2_kind kind);
const char *ec2_arn(struct api_request *rq, const char *type, const char *id); /* type: "subnet" */

/* ---- filters and pages ---- */

struct ec2_values {
    struct api_request *rq;
    const char **items;
    size_t count, capacity;
};
void ec2_value(struct ec2_values *v, const char *text); /* NULL is left out */

/* A filter whose value the item does not show ("-" in src/model/filters.tsv). */
struct ec2_filter_call {
    const char *name;
    void (*call)(struct ec2_values *out, const void *item);
};

struct ec2_query {
    struct api_request *rq;
    struct store_rows rows; /* asked for by id, or all of the caller's */
    size_t row_bytes;
    const struct ec2_filter *wanted;
    size_t wanted_count;
    const struct ec2_filter_call *calls; /* the handler's own, or NULL */
    size_t call_count;
};

/* Checks ids, filter names and limits, and MaxResults; reads the rows (kinds without a table: none). */
int ec2_query_begin(struct api_request *rq, struct ec2_query *q, enum ec2_kind kind, const char *const *ids,
                    size_t id_count, const struct ec2_filter *wanted, size_t wanted_count,
                    struct opt_int max_results);
/* item: of the list that the operation answers (model_operation.filtered). */
bool ec2_query_matches(const struct ec2_query *q, const void *item);
#define EC2_QUERY(rq, q, kind, in, ids)                                                                      \
    ec2_query_begin((rq), (q), (kind), (const char *const *)(in)->ids.items, (in)->ids.count,                \
                    (in)->filters.items, (in)->filters.count, (in)->max_results)
#define EC2_ROW(q, table, i) (&((const struct table##_row *)(q)->rows.items)[i])

/* Cuts a filled list to the page that was asked for and sets the token of the next. */
#define EC2_PAGE(rq, in, list, ret_token)                                                                    \
    __extension__({                                                                                          \
        size_t page_from_, page_to_;                                                                         \
        int page_r_ = api_page((rq), (list)->count, (in)->max_results, (in)->next_token, 1000, &page_from_,  \
                               &page_to_, (ret_token));                                                      \
        if (page_r_ == 0) {                                                                                  \
            (list)->items += page_from_;                                                                     \
            (list)->count = (list)->capacity = page_to_ - page_from_;                                        \
        }                                                                                                    \
        page_r_;                                                                                             \
    })

/* ---- tags ---- */

/* Checks a create call's TagSpecifications and tags the new resource with those of its kind. */
int ec2_tag_new(struct api_request *rq, enum ec2_kind kind, const char *id,
                const struct ec2_tag_specification *specifications, size_t count);
#define EC2_TAG_NEW(rq, kind, id, in)                                                                        \
    ec2_tag_new((rq), (kind), (id), (in)->tag_specifications.items, (in)->tag_specifications.count)
/* As above for calls that make several kinds (RunInstances): each kind allowed is a bit 1 << kind. */
int ec2_tag_check(struct api_request *rq, unsigned allowed_kinds,
                  const struct ec2_tag_specification *specifications, size_t count);
void ec2_tag_put(struct api_request *rq, enum ec2_kind kind, const char *id, const char *key,
                 const char *value);
void ec2_tag_forget(struct api_request *rq, const char *id); /* the resource is being deleted */
struct ec2_tag *ec2_tags(struct api_request *rq, const char *id, size_t *ret_count);
#define EC2_TAGS(rq, id_, list)                                                                              \
    ((list)->items = ec2_tags((rq), (id_), &(list)->count), (list)->capacity = (list)->count)

/* ---- create calls repeated ---- */

/*
 * ClientToken: 0 with *ret_id the resource that the same call made before (show it again), or NULL (go
 * on, and call ec2_token_keep with the new id).  Refuses the same token with other parameters.
 * parameters: all of the request's that matter, in one text.
 */
int ec2_token_seen(struct api_request *rq, const char *token, const char *parameters, const char **ret_id);
void ec2_token_keep(struct api_request *rq, const char *token, const char *parameters, const char *id);

/* ---- interfaces, for handlers and endpoints alike ---- */

/* The IPv6 addresses that a request wants: by text, or a number of them. */
struct ipv6_wanted {
    const char *const *texts;
    size_t text_count, count;
    bool given; /* else the subnet's AssignIpv6AddressOnCreation decides */
};

struct ec2_eni_new {
    const struct subnet_row *subnet;
    const char *kind;               /* "interface", "vpc_endpoint" */
    const char *description;        /* or NULL */
    const char *const *private_ips; /* first is primary; none: one is picked */
    size_t private_ip_count;
    size_t secondary_count;       /* picked besides those */
    const char *const *group_ids; /* none: the VPC's default group */
    size_t group_count;
    struct ipv6_wanted ipv6;
    const char *endpoint_id;  /* or NULL */
    const char *requester_id; /* not NULL: requester-managed */
};

/* Makes the rows eni, eni_address and eni_group.  Refuses addresses that are reserved, outside or taken,
 * a full subnet, and groups that are unknown, of another VPC or too many. */
int ec2_eni_create(struct api_request *rq, const struct ec2_eni_new *spec, const struct eni_row **ret_eni);
void ec2_eni_delete(struct api_request *rq, const struct eni_row *eni); /* with addresses, groups and tags */
int ec2_eni_set_groups(struct api_request *rq, const struct eni_row *eni, const char *const *ids,
                       size_t count);
/* The addresses of an ENI in their order: first is primary. */
struct eni_address_rows ec2_eni_addresses(struct api_request *rq, const char *eni_id);
/* Group ids and names of an ENI; items in the arena. */
struct ec2_group_identifier *ec2_eni_groups(struct api_request *rq, const char *eni_id, size_t *ret_count);
uint64_t ec2_subnet_free_addresses(struct api_request *rq, const struct subnet_row *subnet);
/* Exist, are of this VPC, and are few enough.  what: "subnet subnet-…", for the message. */
int ec2_groups_check(struct api_request *rq, const char *vpc_id, const char *what, const char *const *ids,
                     size_t count);
const struct security_group_row *ec2_group_by_name(struct api_request *rq, const char *vpc_id,
                                                   const char *name);
const struct vpc_row *ec2_default_vpc(struct api_request *rq); /* or NULL */

/* ---- regions ---- */

/* False until the region's default VPC was made for the account (once; it may be deleted later). */
bool ec2_region_ready(struct tx *tx, const char *account, const char *region);
/* Makes DHCP options and the default VPC.  rq: a write request of that account and region. */
void ec2_region_setup(struct api_request *rq);

/* ---- the table of operations ---- */

extern const struct api_service api_ec2; /* service.c */
/* api_entry.resources of every operation. */
void ec2_resources(struct api_request *rq, const void *in, const char *const **ret_arns, size_t *ret_count);
/* api_entry.conditions of every operation: ec2:Region, ec2:Vpc, ec2:Subnet, ec2:InstanceType, aws:RequestTag,
 * aws:TagKeys, aws:ResourceTag, ec2:ResourceTag. */
void ec2_conditions(struct api_request *rq, const void *in, const char *arn, struct policy_context *ctx);
/* aws:ResourceTag/… and <service>:ResourceTag/… of what the ARN's id names. */
void ec2_resource_tags(struct api_request *rq, const char *service, const char *arn,
                       struct policy_context *ctx);
/* May the caller tag what the request is about to make?  (ec2:CreateTags on all of that type.) */
int ec2_may_tag(struct api_request *rq, const struct ec2_tag_specification *specification);

#define EC2_NET_OPERATIONS(X)                                                                                \
    X(CreateVpc, create_vpc, API_WRITE)                                                                      \
    X(DeleteVpc, delete_vpc, API_WRITE)                                                                      \
    X(DescribeVpcs, describe_vpcs, API_READ)                                                                 \
    X(DescribeVpcAttribute, describe_vpc_attribute, API_READ)                                                \
    X(ModifyVpcAttribute, modify_vpc_attribute, API_WRITE)                                                   \
    X(DescribeDhcpOptions, describe_dhcp_options, API_READ)                                                  \
    X(CreateSubnet, create_subnet, API_WRITE)                                                                \
    X(DeleteSubnet, delete_subnet, API_WRITE)                                                                \
    X(DescribeSubnets, describe_subnets, API_READ)                                                           \
    X(ModifySubnetAttribute, modify_subnet_attribute, API_WRITE)                                             \
    X(CreateInternetGateway, create_internet_gateway, API_WRITE)                                             \
    X(AttachInternetGateway, attach_internet_gateway, API_WRITE)                                             \
    X(DetachInternetGateway, detach_internet_gateway, API_WRITE)                                             \
    X(DeleteInternetGateway, delete_internet_gateway, API_WRITE)                                             \
    X(DescribeInternetGateways, describe_internet_gateways, API_READ)                                        \
    X(CreateRouteTable, create_route_table, API_WRITE)                                                       \
    X(DeleteRouteTable, delete_route_table, API_WRITE)                                                       \
    X(DescribeRouteTables, describe_route_tables, API_READ)                                                  \
    X(AssociateVpcCidrBlock, associate_vpc_cidr_block, API_WRITE)                                            \
    X(DisassociateVpcCidrBlock, disassociate_vpc_cidr_block, API_WRITE)                                      \
    X(AssociateSubnetCidrBlock, associate_subnet_cidr_block, API_WRITE)                                      \
    X(DisassociateSubnetCidrBlock, disassociate_subnet_cidr_block, API_WRITE)                                \
    X(AssociateRouteTable, associate_route_table, API_WRITE)                                                 \
    X(DisassociateRouteTable, disassociate_route_table, API_WRITE)                                           \
    X(ReplaceRouteTableAssociation, replace_route_table_association, API_WRITE)                              \
    X(CreateRoute, create_route, API_WRITE)                                                                  \
    X(ReplaceRoute, replace_route, API_WRITE)                                                                \
    X(DeleteRoute, delete_route, API_WRITE)                                                                  \
    X(CreateNetworkAcl, create_network_acl, API_WRITE)                                                       \
    X(DeleteNetworkAcl, delete_network_acl, API_WRITE)                                                       \
    X(DescribeNetworkAcls, describe_network_acls, API_READ)                                                  \
    X(CreateNetworkAclEntry, create_network_acl_entry, API_WRITE)                                            \
    X(ReplaceNetworkAclEntry, replace_network_acl_entry, API_WRITE)                                          \
    X(DeleteNetworkAclEntry, delete_network_acl_entry, API_WRITE)                                            \
    X(ReplaceNetworkAclAssociation, replace_network_acl_association, API_WRITE)                              \
    X(CreateSecurityGroup, create_security_group, API_WRITE)                                                 \
    X(DeleteSecurityGroup, delete_security_group, API_WRITE)                                                 \
    X(DescribeSecurityGroups, describe_security_groups, API_READ)                                            \
    X(DescribeSecurityGroupRules, describe_security_group_rules, API_READ)                                   \
    X(AuthorizeSecurityGroupIngress, authorize_security_group_ingress, API_WRITE)                            \
    X(AuthorizeSecurityGroupEgress, authorize_security_group_egress, API_WRITE)                              \
    X(RevokeSecurityGroupIngress, revoke_security_group_ingress, API_WRITE)                                  \
    X(RevokeSecurityGroupEgress, revoke_security_group_egress, API_WRITE)                                    \
    X(CreateVpcEndpoint, create_vpc_endpoint, API_WRITE)                                                     \
    X(DeleteVpcEndpoints, delete_vpc_endpoints, API_WRITE)                                                   \
    X(DescribeVpcEndpoints, describe_vpc_endpoints, API_READ)                                                \
    X(ModifyVpcEndpoint, modify_vpc_endpoint, API_WRITE)                                                     \
    X(DescribeVpcEndpointServices, describe_vpc_endpoint_services, API_READ)                                 \
    X(DescribePrefixLists, describe_prefix_lists, API_READ)                                                  \
    X(CreateTags, create_tags, API_WRITE)                                                                    \
    X(DeleteTags, delete_tags, API_WRITE)                                                                    \
    X(DescribeTags, describe_tags, API_READ)

#define EC2_DECLARE(operation, function, flags)                                                              \
    struct ec2_##function##_result;                                                                          \
    int ec2_##function(struct api_request *rq, const struct ec2_##function##_request *in,                    \
                       struct ec2_##function##_result *out);
EC2_NET_OPERATIONS(EC2_DECLARE)

#endif
