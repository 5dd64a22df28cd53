/* SPDX-License-Identifier: Apache-2.0 */
/* Internet gateways. */
#include "api/ec2/net.h"
#include "base/text.h"

static void gateway_view(struct api_request *rq, const struct internet_gateway_row *row,
                         struct ec2_internet_gateway *view) {
    *view = (struct ec2_internet_gateway){.internet_gateway_id = row->id, .owner_id = row->account};
    if (row->vpc_id)
        *vec_push(rq->arena, &view->attachments) =
            (struct ec2_internet_gateway_attachment){.state = "available", .vpc_id = row->vpc_id};
    EC2_TAGS(rq, row->id, &view->tags);
}

int ec2_create_internet_gateway(struct api_request *rq, const struct ec2_create_internet_gateway_request *in,
                                struct ec2_create_internet_gateway_result *out) {
    struct internet_gateway_row row = {
        .id = api_new_id(rq, "igw"), .account = rq->caller.account, .region = rq->region};
    internet_gateway_put(rq->tx, &row);
    if (EC2_TAG_NEW(rq, EC2_INTERNET_GATEWAY, row.id, in) < 0)
        return API_REFUSED;
    out->internet_gateway = arena_new(rq->arena, struct ec2_internet_gateway);
    gateway_view(rq, &row, out->internet_gateway);
    return 0;
}

int ec2_attach_internet_gateway(struct api_request *rq, const struct ec2_attach_internet_gateway_request *in,
                                struct ec2_attach_internet_gateway_result *out) {
    (void)out;
    const struct internet_gateway_row *gateway = ec2_get(rq, EC2_INTERNET_GATEWAY, in->internet_gateway_id);
    const struct vpc_row *vpc = gateway ? ec2_get(rq, EC2_VPC, in->vpc_id) : NULL;
    if (!vpc)
        return API_REFUSED;
    if (gateway->vpc_id)
        return api_refuse(rq, "Resource.AlreadyAssociated", "resource %s is already attached to network %s",
                          gateway->id, gateway->vpc_id);
    if (network_vpc_gateway(rq->tx, vpc->id))
        return api_refuse(rq, "InvalidParameterValue", "Network %s already has an internet gateway attached",
                          vpc->id);
    struct internet_gateway_row row = *gateway;
    row.vpc_id = vpc->id;
    internet_gateway_put(rq->tx, &row);
    net_changed(rq, vpc->id);
    return 0;
}

static bool has_public_address(struct api_request *rq, const char *vpc_id) {
    struct eni_address_rows all = eni_address_list_by(rq->tx, COL(eni_address, vpc_id), vpc_id);
    for (size_t i = 0; i < all.count; i++)
        if (all.items[i].public_ip)
            return true;
    return false;
}

int ec2_detach_internet_gateway(struct api_request *rq, const struct ec2_detach_internet_gateway_request *in,
                                struct ec2_detach_internet_gateway_result *out) {
    (void)out;
    const struct internet_gateway_row *gateway = ec2_get(rq, EC2_INTERNET_GATEWAY, in->internet_gateway_id);
    const struct vpc_row *vpc = gateway ? ec2_get(rq, EC2_VPC, in->vpc_id) : NULL;
    if (!vpc)
        return API_REFUSED;
    if (!text_is(gateway->vpc_id, vpc->id))
        return api_refuse(rq, "Gateway.NotAttached", "resource %s is not attached to network %s", gateway->id,
                          vpc->id);
    if (has_public_address(rq, vpc->id))
        return api_refuse(
            rq, "DependencyViolation",
            "Network %s has some mapped public address(es). Please unmap those public address(es) "
            "before detaching the gateway.",
            vpc->id);
    struct internet_gateway_row row = *gateway;
    row.vpc_id = NULL;
    internet_gateway_put(rq->tx, &row);
    net_changed(rq, vpc->id);
    return 0;
}

int ec2_delete_internet_gateway(struct api_request *rq, const struct ec2_delete_internet_gateway_request *in,
                                struct ec2_delete_internet_gateway_result *out) {
    (void)out;
    const struct internet_gateway_row *gateway = ec2_get(rq, EC2_INTERNET_GATEWAY, in->internet_gateway_id);
    if (!gateway)
        return API_REFUSED;
    if (gateway->vpc_id)
        return ec2_refuse_in_use(rq, EC2_INTERNET_GATEWAY, gateway->id);
    ec2_tag_forget(rq, gateway->id);
    internet_gateway_delete(rq->tx, gateway->id);
    return 0;
}

int ec2_describe_internet_gateways(struct api_request *rq,
                                   const struct ec2_describe_internet_gateways_request *in,
                                   struct ec2_describe_internet_gateways_result *out) {
    struct ec2_query q;
    if (EC2_QUERY(rq, &q, EC2_INTERNET_GATEWAY, in, internet_gateway_ids) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < q.rows.count; i++) {
        struct ec2_internet_gateway view;
        gateway_view(rq, EC2_ROW(&q, internet_gateway, i), &view);
        if (ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->internet_gateways) = view;
    }
    return EC2_PAGE(rq, in, &out->internet_gateways, &out->next_token);
}
