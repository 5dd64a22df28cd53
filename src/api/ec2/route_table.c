/* SPDX-License-Identifier: Apache-2.0 */
/* Route tables and which subnets use them. */
#include "api/ec2/ipv6.h"
#include <string.h>

#include "base/text.h"

/* ---- making and removing ---- */

static const char *associate(struct api_request *rq, const char *vpc_id, const char *table_id,
                             const char *subnet_id) {
    struct route_association_row row = {.id = api_new_id(rq, "rtbassoc"),
                                        .vpc_id = vpc_id,
                                        .route_table_id = table_id,
                                        .subnet_id = subnet_id,
                                        .is_main = subnet_id == NULL};
    route_association_put(rq->tx, &row);
    return row.id;
}

const char *route_table_make(struct api_request *rq, const char *vpc_id, bool is_main) {
    struct route_table_row row = {
        .id = api_new_id(rq, "rtb"), .account = rq->caller.account, .region = rq->region, .vpc_id = vpc_id};
    route_table_put(rq->tx, &row);
    struct vpc_cidr_rows cidrs = vpc_cidr_list_by(rq->tx, COL(vpc_cidr, vpc_id), vpc_id);
    for (size_t i = 0; i < cidrs.count; i++)
        route_add(rq, row.id, vpc_id, cidrs.items[i].cidr, "local", NULL, "CreateRouteTable");
    struct vpc_cidr6_rows six = ipv6_vpc_ranges(rq, vpc_id);
    for (size_t i = 0; i < six.count; i++)
        route_add(rq, row.id, vpc_id, six.items[i].cidr, "local", NULL, "CreateRouteTable");
    if (is_main)
        associate(rq, vpc_id, row.id, NULL);
    return row.id;
}

void route_table_remove(struct api_request *rq, const char *id) {
    route_delete_by(rq->tx, COL(route, route_table_id), id);
    route_association_delete_by(rq->tx, COL(route_association, route_table_id), id);
    ec2_tag_forget(rq, id);
    route_table_delete(rq->tx, id);
}

/* ---- views ---- */

static struct ec2_route_table_association_state *associated(struct api_request *rq) {
    struct ec2_route_table_association_state *state =
        arena_new(rq->arena, struct ec2_route_table_association_state);
    state->state = "associated";
    return state;
}

static struct ec2_route route_view(struct api_request *rq, const struct route_row *row) {
    struct network_target target = network_route_target(rq->tx, row);
    bool six = row->cidr && strchr(row->cidr, ':');
    struct ec2_route view = {.destination_cidr_block = six ? NULL : row->cidr,
                             .destination_ipv6_cidr_block = six ? row->cidr : NULL,
                             .destination_prefix_list_id = row->prefix_list_id,
                             .origin = row->origin,
                             .state = target.active ? "active" : "blackhole"};
    if (target.kind == NETWORK_TARGET_ENI) {
        view.network_interface_id = row->target_id;
        view.instance_id = row->instance_id;
        view.instance_owner_id = row->instance_id ? rq->caller.account : NULL;
    } else {
        view.gateway_id = row->target_id;
    }
    return view;
}

static void table_view(struct api_request *rq, const struct route_table_row *row,
                       struct ec2_route_table *view) {
    *view =
        (struct ec2_route_table){.route_table_id = row->id, .vpc_id = row->vpc_id, .owner_id = row->account};
    struct route_association_rows associations =
        route_association_list_by(rq->tx, COL(route_association, route_table_id), row->id);
    for (size_t i = 0; i < associations.count; i++) {
        const struct route_association_row *a = &associations.items[i];
        *vec_push(rq->arena, &view->associations) =
            (struct ec2_route_table_association){.main = SOME_BOOL(a->is_main),
                                                 .route_table_association_id = a->id,
                                                 .route_table_id = row->id,
                                                 .subnet_id = a->subnet_id,
                                                 .gateway_id = a->gateway_id,
                                                 .association_state = associated(rq)};
    }
    struct route_rows routes = route_list_by(rq->tx, COL(route, route_table_id), row->id);
    for (size_t i = 0; i < routes.count; i++)
        *vec_push(rq->arena, &view->routes) = route_view(rq, &routes.items[i]);
    EC2_TAGS(rq, row->id, &view->tags);
}

/* ---- operations on tables ---- */

int ec2_create_route_table(struct api_request *rq, const struct ec2_create_route_table_request *in,
                           struct ec2_create_route_table_result *out) {
    const struct vpc_row *vpc = ec2_get(rq, EC2_VPC, in->vpc_id);
    const char *id;
    if (!vpc || ec2_token_seen(rq, in->client_token, vpc->id, &id) < 0)
        return API_REFUSED;
    if (!id) {
        id = route_table_make(rq, vpc->id, false);
        if (EC2_TAG_NEW(rq, EC2_ROUTE_TABLE, id, in) < 0)
            return API_REFUSED;
        ec2_token_keep(rq, in->client_token, vpc->id, id);
        net_changed(rq, vpc->id);
    }
    const struct route_table_row *row = ec2_get(rq, EC2_ROUTE_TABLE, id);
    if (!row)
        return API_REFUSED;
    out->client_token = in->client_token;
    out->route_table = arena_new(rq->arena, struct ec2_route_table);
    table_view(rq, row, out->route_table);
    return 0;
}

int ec2_delete_route_table(struct api_request *rq, const struct ec2_delete_route_table_request *in,
                           struct ec2_delete_route_table_result *out) {
    (void)out;
    const struct route_table_row *row = ec2_get(rq, EC2_ROUTE_TABLE, in->route_table_id);
    if (!row)
        return API_REFUSED;
    if (route_association_list_by(rq->tx, COL(route_association, route_table_id), row->id).count)
        return ec2_refuse_in_use(rq, EC2_ROUTE_TABLE, row->id);
    route_table_remove(rq, row->id);
    net_changed(rq, row->vpc_id);
    return 0;
}

int ec2_describe_route_tables(struct api_request *rq, const struct ec2_describe_route_tables_request *in,
                              struct ec2_describe_route_tables_result *out) {
    struct ec2_query q;
    if (EC2_QUERY(rq, &q, EC2_ROUTE_TABLE, in, route_table_ids) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < q.rows.count; i++) {
        struct ec2_route_table view;
        table_view(rq, EC2_ROW(&q, route_table, i), &view);
        if (ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->route_tables) = view;
    }
    return EC2_PAGE(rq, in, &out->route_tables, &out->next_token);
}

/* ---- associations ---- */

int ec2_associate_route_table(struct api_request *rq, const struct ec2_associate_route_table_request *in,
                              struct ec2_associate_route_table_result *out) {
    const struct route_table_row *table = ec2_get(rq, EC2_ROUTE_TABLE, in->route_table_id);
    if (!table)
        return API_REFUSED;
    if (in->gateway_id && in->subnet_id)
        return api_refuse(rq, "InvalidParameterCombination",
                          "The parameters subnetId and gatewayId may not be specified together");
    if (in->gateway_id || in->public_ipv4_pool)
        return api_refuse(rq, "UnsupportedOperation", "Route tables of gateways are not available here");
    if (!in->subnet_id)
        return api_refuse(rq, "MissingParameter",
                          "The request must contain the parameter subnetId or gatewayId");
    const struct subnet_row *subnet = ec2_get(rq, EC2_SUBNET, in->subnet_id);
    if (!subnet)
        return API_REFUSED;
    if (!text_is(subnet->vpc_id, table->vpc_id))
        return api_refuse(rq, "InvalidParameterValue",
                          "Route table %s and subnet %s belong to different networks", table->id, subnet->id);
    const struct route_association_rows there =
        route_association_list_by(rq->tx, COL(route_association, subnet_id), subnet->id);
    if (there.count && text_is(there.items[0].route_table_id, table->id)) {
        out->association_id = there.items[0].id; /* asked again: the same answer */
        out->association_state = associated(rq);
        return 0;
    }
    if (there.count)
        return api_refuse(
            rq, "Resource.AlreadyAssociated",
            "the specified association for route table %s conflicts with an existing association", table->id);
    out->association_id = associate(rq, table->vpc_id, table->id, subnet->id);
    out->association_state = associated(rq);
    net_changed(rq, table->vpc_id);
    return 0;
}

static const struct route_association_row *get_association(struct api_request *rq, const char *id) {
    const struct route_association_row *row = route_association_find(rq->tx, id);
    if (row && ec2_find(rq, EC2_VPC, row->vpc_id))
        return row;
    api_refuse(rq, "InvalidAssociationID.NotFound", "The association ID '%s' does not exist", id);
    return NULL;
}

int ec2_disassociate_route_table(struct api_request *rq,
                                 const struct ec2_disassociate_route_table_request *in,
                                 struct ec2_disassociate_route_table_result *out) {
    (void)out;
    const struct route_association_row *row = get_association(rq, in->association_id);
    if (!row)
        return API_REFUSED;
    if (row->is_main)
        return api_refuse(rq, "InvalidParameterValue",
                          "cannot disassociate the main route table association %s", row->id);
    route_association_delete(rq->tx, row->id);
    net_changed(rq, row->vpc_id);
    return 0;
}

int ec2_replace_route_table_association(struct api_request *rq,
                                        const struct ec2_replace_route_table_association_request *in,
                                        struct ec2_replace_route_table_association_result *out) {
    const struct route_association_row *old = get_association(rq, in->association_id);
    const struct route_table_row *table = old ? ec2_get(rq, EC2_ROUTE_TABLE, in->route_table_id) : NULL;
    if (!table)
        return API_REFUSED;
    if (!text_is(table->vpc_id, old->vpc_id))
        return api_refuse(rq, "InvalidParameterValue",
                          "Route table %s and association %s belong to different networks", table->id,
                          old->id);
    if (text_is(table->id, old->route_table_id)) {
        out->new_association_id = old->id;
        out->association_state = associated(rq);
        return 0;
    }
    route_association_delete(rq->tx, old->id);
    out->new_association_id = associate(rq, old->vpc_id, table->id, old->subnet_id);
    out->association_state = associated(rq);
    net_changed(rq, old->vpc_id);
    return 0;
}
