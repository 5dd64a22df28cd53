/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: where a table leads packets to. */
#include "api/ec2/ipv6.h"
#include "base/text.h"

enum { ROUTES_MAX = 500 };

static const char *route_key(struct api_request *rq, const char *table_id, const char *destination) {
    return arena_printf(rq->arena, "%s|%s", table_id, destination);
}

const struct route_row *route_of(struct api_request *rq, const char *table_id, const char *destination) {
    return route_find(rq->tx, route_key(rq, table_id, destination));
}

void route_add(struct api_request *rq, const char *table_id, const char *vpc_id, const char *destination,
               const char *target_id, const char *instance_id, const char *origin) {
    bool list = text_starts(destination, "pl-");
    struct route_row row = {.key = route_key(rq, table_id, destination),
                            .route_table_id = table_id,
                            .vpc_id = vpc_id,
                            .cidr = list ? NULL : destination,
                            .prefix_list_id = list ? destination : NULL,
                            .target_id = target_id,
                            .instance_id = instance_id,
                            .origin = origin};
    route_put(rq->tx, &row);
}

/* ---- destinations ---- */

static int destination_of(struct api_request *rq, const char *cidr, const char *cidr6,
                          const char *prefix_list, const char **ret_destination) {
    unsigned given = (cidr != NULL) + (cidr6 != NULL) + (prefix_list != NULL);
    if (given == 0)
        return api_refuse(rq, "MissingParameter",
                          "The request must contain exactly one of destinationCidrBlock, "
                          "destinationIpv6CidrBlock, destinationPrefixListId");
    if (given > 1)
        return api_refuse(rq, "InvalidParameterCombination",
                          "The request must contain exactly one of destinationCidrBlock, "
                          "destinationIpv6CidrBlock, destinationPrefixListId");
    if (cidr6) {
        *ret_destination = net_cidr6_text(rq, cidr6);
        return *ret_destination
                   ? 0
                   : api_refuse(rq, "InvalidParameterValue",
                                "Value (%s) for parameter destinationIpv6CidrBlock is invalid. This is not a "
                                "valid IPv6 CIDR block.",
                                cidr6);
    }
    if (prefix_list) {
        if (!prefix_list_get(rq, prefix_list))
            return API_REFUSED;
        *ret_destination = prefix_list;
        return 0;
    }
    struct prefix4 p;
    if (prefix4_parse(cidr, &p) < 0)
        return api_refuse(
            rq, "InvalidParameterValue",
            "Value (%s) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.",
            cidr);
    *ret_destination = net_cidr_text(rq, p);
    return 0;
}

static bool subnet_has_cidr(struct api_request *rq, const char *vpc_id, const char *cidr) {
    struct subnet_rows subnets = subnet_list_by(rq->tx, COL(subnet, vpc_id), vpc_id);
    for (size_t i = 0; i < subnets.count; i++)
        if (text_is(subnets.items[i].cidr, cidr) || text_is(subnets.items[i].cidr6, cidr))
            return true;
    return false;
}

/* Some destinations are AWS's own, and those within the VPC may lead to interfaces only. */
static int check_destination(struct api_request *rq, const char *vpc_id, const char *destination,
                             const char *target_id) {
    static const struct prefix4 link_local = {{UINT32_C(169) << 24 | 254 << 16 | 168 << 8}, 22};
    VEC(const char *) own_ranges = {0};
    if (text_starts(destination, "pl-"))
        return 0;
    struct prefix p = net_prefix(destination);
    if (prefix_covers(prefix_of4(link_local), p))
        return api_refuse(rq, "InvalidParameterValue",
                          "The destination CIDR block %s is equal to or more specific than the reserved "
                          "link-local range 169.254.168.0/22",
                          destination);
    struct vpc_cidr_rows cidrs = vpc_cidr_list_by(rq->tx, COL(vpc_cidr, vpc_id), vpc_id);
    for (size_t i = 0; i < cidrs.count; i++)
        *vec_push(rq->arena, &own_ranges) = cidrs.items[i].cidr;
    struct vpc_cidr6_rows six = ipv6_vpc_ranges(rq, vpc_id);
    for (size_t i = 0; i < six.count; i++)
        *vec_push(rq->arena, &own_ranges) = six.items[i].cidr;
    for (size_t i = 0; i < own_ranges.count; i++) {
        struct prefix own = net_prefix(own_ranges.items[i]);
        if (!prefix_covers(own, p))
            continue;
        bool whole = own.length == p.length;
        if (!whole && !subnet_has_cidr(rq, vpc_id, destination))
            return api_refuse(
                rq, "InvalidParameterValue",
                "The destination CIDR block %s is more specific than the local route's and must be "
                "equal to the CIDR block of a subnet",
                destination);
        if (!text_starts(target_id, "eni-") && !(whole && text_is(target_id, "local")))
            return api_refuse(
                rq, "InvalidParameterValue",
                "A route within the VPC's own address range may only lead to a network interface, a "
                "NAT gateway or a Gateway Load Balancer endpoint");
    }
    return 0;
}

/* ---- targets ---- */

struct targets {
    const char *gateway_id, *instance_id, *network_interface_id, *vpc_endpoint_id, *nat_gateway_id;
    const char *transit_gateway_id, *vpc_peering_connection_id, *egress_only_internet_gateway_id;
    const char *local_gateway_id, *carrier_gateway_id, *core_network_arn, *odb_network_arn;
    bool local;
};

#define TARGETS_OF(in)                                                                                       \
    {                                                                                                        \
        .gateway_id = (in)->gateway_id, .instance_id = (in)->instance_id,                                    \
        .network_interface_id = (in)->network_interface_id, .vpc_endpoint_id = (in)->vpc_endpoint_id,        \
        .nat_gateway_id = (in)->nat_gateway_id, .transit_gateway_id = (in)->transit_gateway_id,              \
        .vpc_peering_connection_id = (in)->vpc_peering_connection_id,                                        \
        .egress_only_internet_gateway_id = (in)->egress_only_internet_gateway_id,                            \
        .local_gateway_id = (in)->local_gateway_id, .carrier_gateway_id = (in)->carrier_gateway_id,          \
        .core_network_arn = (in)->core_network_arn, .odb_network_arn = (in)->odb_network_arn                 \
    }

static int check_one_target(struct api_request *rq, const struct targets *t) {
    const char *const ids[] = {t->gateway_id,
                               t->instance_id,
                               t->network_interface_id,
                               t->vpc_endpoint_id,
                               t->nat_gateway_id,
                               t->transit_gateway_id,
                               t->vpc_peering_connection_id,
                               t->egress_only_internet_gateway_id,
                               t->local_gateway_id,
                               t->carrier_gateway_id,
                               t->core_network_arn,
                               t->odb_network_arn};
    unsigned given = t->local;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        given += ids[i] != NULL;
    if (given == 0)
        return api_refuse(
            rq, "MissingParameter",
            "The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, "
            "vpcPeeringConnectionId, egressOnlyInternetGatewayId, transitGatewayId, "
            "localGatewayId, carrierGatewayId, vpcEndpointId or instanceId");
    if (given > 1)
        return api_refuse(rq, "InvalidParameterCombination",
                          "The request must contain exactly one route target");
    return 0;
}

/* Kinds of targets that no operation here can make: none of any id exists. */
static int refuse_absent_target(struct api_request *rq, const struct targets *t) {
    if (t->nat_gateway_id)
        return api_refuse(rq, "NatGatewayNotFound", "The natGateway ID '%s' does not exist",
                          t->nat_gateway_id);
    if (t->transit_gateway_id)
        return api_refuse(rq, "InvalidTransitGatewayID.NotFound", "The transitGateway ID '%s' does not exist",
                          t->transit_gateway_id);
    if (t->vpc_peering_connection_id)
        return api_refuse(rq, "InvalidVpcPeeringConnectionID.NotFound",
                          "The vpcPeeringConnection ID '%s' does not exist", t->vpc_peering_connection_id);
    if (t->vpc_endpoint_id)
        return api_refuse(rq, "InvalidVpcEndpointId.NotFound",
                          "The Gateway Load Balancer Vpc Endpoint Id '%s' does not exist",
                          t->vpc_endpoint_id);
    const char *id = t->egress_only_internet_gateway_id ? t->egress_only_internet_gateway_id
                     : t->local_gateway_id              ? t->local_gateway_id
                     : t->carrier_gateway_id            ? t->carrier_gateway_id
                     : t->core_network_arn              ? t->core_network_arn
                                                        : t->odb_network_arn;
    return api_refuse(rq, "InvalidGatewayID.NotFound", "The gateway ID '%s' does not exist", id);
}

static int refuse_other_network(struct api_request *rq, const char *table_id, const char *what,
                                const char *id) {
    return api_refuse(rq, "InvalidParameterValue", "route table %s and %s %s belong to different networks",
                      table_id, what, id);
}

static int gateway_target(struct api_request *rq, const struct route_table_row *table, const char *id) {
    if (text_starts(id, "vpce-"))
        return api_refuse(rq, "InvalidParameterValue",
                          "Cannot create or replace a prefix list route targeting a VPC Endpoint.");
    const struct internet_gateway_row *gateway = ec2_find(rq, EC2_INTERNET_GATEWAY, id);
    if (!gateway)
        return api_refuse(rq, "InvalidGatewayID.NotFound", "The gateway ID '%s' does not exist", id);
    if (!text_is(gateway->vpc_id, table->vpc_id))
        return refuse_other_network(rq, table->id, "network gateway", id);
    return 0;
}

static int instance_target(struct api_request *rq, const struct route_table_row *table, const char *id,
                           const char **ret_eni_id) {
    const struct instance_row *instance = ec2_get(rq, EC2_INSTANCE, id);
    if (!instance)
        return API_REFUSED;
    struct eni_rows enis = eni_list_by(rq->tx, COL(eni, instance_id), id);
    if (enis.count == 0)
        return api_refuse(rq, "InvalidInstanceID", "The instance '%s' has no network interface", id);
    if (enis.count > 1)
        return api_refuse(
            rq, "InvalidInstanceID",
            "There are multiple interfaces attached to instance '%s'. Please specify an interface ID "
            "for the operation instead.",
            id);
    if (!text_is(enis.items[0].vpc_id, table->vpc_id))
        return refuse_other_network(rq, table->id, "instance", id);
    *ret_eni_id = enis.items[0].id;
    return 0;
}

static int resolve_target(struct api_request *rq, const struct route_table_row *table,
                          const struct targets *t, const char **ret_target_id, const char **ret_instance_id) {
    *ret_instance_id = NULL;
    if (check_one_target(rq, t) < 0)
        return API_REFUSED;
    if (t->local || text_is(t->gateway_id, "local")) {
        *ret_target_id = "local";
        return 0;
    }
    if (t->gateway_id) {
        *ret_target_id = t->gateway_id;
        return gateway_target(rq, table, t->gateway_id);
    }
    if (t->instance_id) {
        *ret_instance_id = t->instance_id;
        return instance_target(rq, table, t->instance_id, ret_target_id);
    }
    if (!t->network_interface_id)
        return refuse_absent_target(rq, t);
    const struct eni_row *eni = ec2_get(rq, EC2_NETWORK_INTERFACE, t->network_interface_id);
    if (!eni)
        return API_REFUSED;
    if (!text_is(eni->vpc_id, table->vpc_id))
        return refuse_other_network(rq, table->id, "interface", eni->id);
    *ret_target_id = eni->id;
    *ret_instance_id = eni->instance_id;
    return 0;
}

/* ---- operations ---- */

int ec2_create_route(struct api_request *rq, const struct ec2_create_route_request *in,
                     struct ec2_create_route_result *out) {
    const struct route_table_row *table = ec2_get(rq, EC2_ROUTE_TABLE, in->route_table_id);
    const char *destination = NULL, *target_id = NULL, *instance_id = NULL;
    if (!table || destination_of(rq, in->destination_cidr_block, in->destination_ipv6_cidr_block,
                                 in->destination_prefix_list_id, &destination) < 0)
        return API_REFUSED;
    const struct targets targets = TARGETS_OF(in);
    if (resolve_target(rq, table, &targets, &target_id, &instance_id) < 0)
        return API_REFUSED;
    if (route_of(rq, table->id, destination))
        return api_refuse(rq, "RouteAlreadyExists", "The route identified by %s already exists.",
                          destination);
    if (check_destination(rq, table->vpc_id, destination, target_id) < 0)
        return API_REFUSED;
    if (route_list_by(rq->tx, COL(route, route_table_id), table->id).count >= ROUTES_MAX)
        return api_refuse(rq, "RouteLimitExceeded", "The maximum number of routes has been reached for %s.",
                          table->id);
    route_add(rq, table->id, table->vpc_id, destination, target_id, instance_id, "CreateRoute");
    net_changed(rq, table->vpc_id);
    out->return_ = SOME_BOOL(true);
    return 0;
}

static bool is_endpoint_route(const struct route_row *route) {
    return text_starts(route->target_id, "vpce-");
}

int ec2_replace_route(struct api_request *rq, const struct ec2_replace_route_request *in,
                      struct ec2_replace_route_result *out) {
    (void)out;
    const struct route_table_row *table = ec2_get(rq, EC2_ROUTE_TABLE, in->route_table_id);
    const char *destination = NULL, *target_id = NULL, *instance_id = NULL;
    if (!table || destination_of(rq, in->destination_cidr_block, in->destination_ipv6_cidr_block,
                                 in->destination_prefix_list_id, &destination) < 0)
        return API_REFUSED;
    struct targets targets = TARGETS_OF(in);
    targets.local = in->local_target.v;
    if (resolve_target(rq, table, &targets, &target_id, &instance_id) < 0)
        return API_REFUSED;
    const struct route_row *route = route_of(rq, table->id, destination);
    if (!route)
        return api_refuse(rq, "InvalidParameterValue",
                          "There is no route defined for '%s' in the route table. Use CreateRoute instead.",
                          destination);
    if (is_endpoint_route(route))
        return api_refuse(rq, "InvalidParameterValue",
                          "Cannot create or replace a prefix list route targeting a VPC Endpoint.");
    if (text_is(target_id, "local") && !text_is(route->origin, "CreateRouteTable"))
        return api_refuse(rq, "InvalidParameterValue", "Only the VPC's local route can have a local target");
    if (check_destination(rq, table->vpc_id, destination, target_id) < 0)
        return API_REFUSED;
    route_add(rq, table->id, table->vpc_id, destination, target_id, instance_id, route->origin);
    net_changed(rq, table->vpc_id);
    return 0;
}

int ec2_delete_route(struct api_request *rq, const struct ec2_delete_route_request *in,
                     struct ec2_delete_route_result *out) {
    (void)out;
    const struct route_table_row *table = ec2_get(rq, EC2_ROUTE_TABLE, in->route_table_id);
    const char *destination = NULL;
    if (!table || destination_of(rq, in->destination_cidr_block, in->destination_ipv6_cidr_block,
                                 in->destination_prefix_list_id, &destination) < 0)
        return API_REFUSED;
    const struct route_row *route = route_of(rq, table->id, destination);
    if (!route)
        return api_refuse(rq, "InvalidRoute.NotFound", "no route with destination-%s %s in route table %s",
                          in->destination_prefix_list_id ? "prefix-list-id" : "cidr-block", destination,
                          table->id);
    if (text_is(route->origin, "CreateRouteTable"))
        return api_refuse(rq, "InvalidParameterValue", "cannot remove local route %s in route table %s",
                          destination, table->id);
    if (is_endpoint_route(route))
        return api_refuse(rq, "InvalidParameterValue",
                          "cannot remove VPC endpoint route %s in route table %s", destination, table->id);
    route_delete(rq->tx, route->key);
    net_changed(rq, table->vpc_id);
    return 0;
}
