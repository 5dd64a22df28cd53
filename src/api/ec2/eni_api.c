/* SPDX-License-Identifier: Apache-2.0 */
/* Network interfaces of users' own: made, listed, changed, deleted.  ec2_eni_create() does the work. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/ec2/instance_parts.h"
#include "api/ec2/ipv6.h"
#include "base/text.h"

/* ---- create ---- */

int ec2_create_network_interface(struct api_request *rq,
                                 const struct ec2_create_network_interface_request *in,
                                 struct ec2_create_network_interface_result *out) {
    char parameters[24];
    const char *known, **ips = NULL;
    struct ec2_eni_new spec = {.kind = "interface", .description = in->description};
    const struct eni_row *eni;
    size_t ip_count = 0;

    if (in->ipv4_prefixes.count > 0 || in->ipv4_prefix_count.set || in->ipv6_prefixes.count > 0 ||
        in->ipv6_prefix_count.set)
        return instance_refuse_unsupported(rq, "prefix delegation");
    if (in->enable_primary_ipv6.set && in->enable_primary_ipv6.v)
        return instance_refuse_unsupported(rq, "EnablePrimaryIpv6");
    if (in->interface_type != NULL && strcmp(in->interface_type, "interface") != 0)
        return instance_refuse_unsupported(rq,
                                           arena_printf(rq->arena, "InterfaceType %s", in->interface_type));
    if (in->connection_tracking_specification != NULL)
        return instance_refuse_unsupported(rq, "ConnectionTrackingSpecification");
    if (in->operator)
        return instance_refuse_unsupported(rq, "Operator");
    snprintf(parameters, sizeof(parameters), "%016" PRIx64, model_digest(rq->operation->input, in));
    if (ec2_token_seen(rq, in->client_token, parameters, &known) < 0)
        return API_REFUSED;
    out->network_interface = arena_new(rq->arena, struct ec2_network_interface);
    out->client_token = in->client_token;
    if (known != NULL) {
        eni = ec2_get(rq, EC2_NETWORK_INTERFACE, known);
        if (eni == NULL)
            return API_REFUSED;
        ec2_eni_view(rq, eni, out->network_interface);
        return 0;
    }
    spec.subnet = ec2_get(rq, EC2_SUBNET, in->subnet_id);
    if (spec.subnet == NULL ||
        ec2_addresses_wanted(rq, in->private_ip_address, in->private_ip_addresses.items,
                             in->private_ip_addresses.count, &ips, &ip_count) < 0 ||
        ec2_secondary_wanted(rq, in->secondary_private_ip_address_count, &spec.secondary_count) < 0 ||
        ipv6_wanted(rq, in->ipv6_addresses.items, in->ipv6_addresses.count, in->ipv6_address_count,
                    &spec.ipv6) < 0)
        return API_REFUSED;
    spec.private_ips = ips;
    spec.private_ip_count = ip_count;
    spec.group_ids = in->groups.items;
    spec.group_count = in->groups.count;
    if (ec2_eni_create(rq, &spec, &eni) < 0 || EC2_TAG_NEW(rq, EC2_NETWORK_INTERFACE, eni->id, in) < 0)
        return API_REFUSED;
    if (rq->caller.user_id != NULL) {
        struct eni_row row = *eni;

        row.requester_id = rq->caller.user_id; /* who asked for it; managed by AWS it is not */
        eni_put(rq->tx, &row);
        eni = arena_dup(rq->arena, &row, sizeof(row));
    }
    ec2_token_keep(rq, in->client_token, parameters, eni->id);
    ec2_eni_view(rq, eni, out->network_interface);
    out->network_interface->status = "pending";
    return 0;
}

int ec2_addresses_wanted(struct api_request *rq, const char *single,
                         const struct ec2_private_ip_address_specification *list, size_t count,
                         const char ***ret_ips, size_t *ret_count) {
    const char **ips = arena_array(rq->arena, const char *, count + 1);
    size_t n = 0, primaries = 0;

    for (size_t i = 0; i < count; i++) {
        if (list[i].private_ip_address == NULL)
            return api_refuse(rq, "MissingParameter",
                              "The request must contain the parameter PrivateIpAddress");
        primaries += list[i].primary.set && list[i].primary.v;
    }
    if (primaries > 1)
        return api_refuse(rq, "InvalidParameterCombination",
                          "Only one primary private IP address can be specified.");
    if (single != NULL && primaries > 0)
        return api_refuse(
            rq, "InvalidParameterCombination",
            "PrivateIpAddress and a primary address in PrivateIpAddresses may not both be specified");
    if (single != NULL)
        ips[n++] = single;
    for (size_t i = 0; i < count; i++)
        if (list[i].primary.set && list[i].primary.v)
            ips[n++] = list[i].private_ip_address;
    if (count > 0 && n == 0)
        return api_refuse(rq, "InvalidParameterCombination",
                          "A primary private IP address must be specified with PrivateIpAddresses");
    for (size_t i = 0; i < count; i++)
        if (!list[i].primary.set || !list[i].primary.v)
            ips[n++] = list[i].private_ip_address;
    *ret_ips = ips;
    *ret_count = n;
    return 0;
}

int ec2_secondary_wanted(struct api_request *rq, struct opt_int wanted, size_t *ret_count) {
    if (wanted.set && (wanted.v < 0 || wanted.v >= DOOR_ADDRESSES_MAX))
        return api_refuse(rq, "PrivateIpAddressLimitExceeded",
                          "Number of private addresses will exceed limit.");
    *ret_count = wanted.set ? (size_t)wanted.v : 0;
    return 0;
}

/* ---- describe ---- */

int ec2_describe_network_interfaces(struct api_request *rq,
                                    const struct ec2_describe_network_interfaces_request *in,
                                    struct ec2_describe_network_interfaces_result *out) {
    struct ec2_query q;

    if (EC2_QUERY(rq, &q, EC2_NETWORK_INTERFACE, in, network_interface_ids) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < q.rows.count; i++) {
        struct ec2_network_interface view;

        ec2_eni_view(rq, EC2_ROW(&q, eni, i), &view);
        if (ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->network_interfaces) = view;
    }
    return EC2_PAGE(rq, in, &out->network_interfaces, &out->next_token);
}

/* ---- delete, modify ---- */

const struct eni_row *eni_users_own(struct api_request *rq, const char *id) {
    const struct eni_row *eni = ec2_get(rq, EC2_NETWORK_INTERFACE, id);

    if (eni != NULL && eni->requester_managed) {
        api_refuse(rq, "OperationNotPermitted",
                   "The network interface '%s' is managed by %s and cannot be modified or deleted.", id,
                   eni->requester_id != NULL ? eni->requester_id : "amazon-aws");
        return NULL;
    }
    return eni;
}

int ec2_delete_network_interface(struct api_request *rq,
                                 const struct ec2_delete_network_interface_request *in, void *out) {
    const struct eni_row *eni = eni_users_own(rq, in->network_interface_id);

    (void)out;
    if (eni == NULL)
        return API_REFUSED;
    if (eni->attachment_id != NULL)
        return api_refuse(rq, "InvalidParameterValue", "Network interface '%s' is currently in use.",
                          eni->id);
    ec2_eni_delete(rq, eni);
    api_network_changed(rq, eni->vpc_id);
    return 0;
}

int ec2_modify_network_interface_attribute(struct api_request *rq,
                                           const struct ec2_modify_network_interface_attribute_request *in,
                                           void *out) {
    const struct eni_row *eni = eni_users_own(rq, in->network_interface_id);
    struct eni_row row;

    (void)out;
    if (eni == NULL)
        return API_REFUSED;
    if ((in->groups.count > 0) + (in->description != NULL) + (in->source_dest_check != NULL) +
            (in->attachment != NULL) >
        1)
        return api_refuse(rq, "InvalidParameterCombination", "Fields for multiple attribute types specified");
    if (in->ena_srd_specification != NULL)
        return instance_refuse_unsupported(rq, "EnaSrdSpecification");
    if (in->enable_primary_ipv6.set && in->enable_primary_ipv6.v)
        return instance_refuse_unsupported(rq, "EnablePrimaryIpv6");
    if (in->connection_tracking_specification != NULL)
        return instance_refuse_unsupported(rq, "ConnectionTrackingSpecification");
    if (in->associate_public_ip_address.set)
        return instance_refuse_unsupported(rq, "AssociatePublicIpAddress");
    if (in->associated_subnet_ids.count > 0)
        return instance_refuse_unsupported(rq, "AssociatedSubnetId");
    row = *eni;
    if (in->groups.count > 0) {
        if (ec2_eni_set_groups(rq, eni, in->groups.items, in->groups.count) < 0)
            return API_REFUSED;
        api_network_changed(rq, row.vpc_id);
        return 0;
    }
    if (in->description != NULL) {
        row.description = in->description->value;
        eni_put(rq->tx, &row);
        return 0;
    }
    if (in->source_dest_check != NULL && in->source_dest_check->value.set) {
        row.source_dest_check = in->source_dest_check->value.v;
        eni_put(rq->tx, &row);
        api_network_changed(rq, row.vpc_id);
        return 0;
    }
    if (in->attachment != NULL) {
        if (in->attachment->attachment_id == NULL)
            return api_refuse(rq, "MissingParameter", "The request must contain the parameter AttachmentId");
        if (!text_is(in->attachment->attachment_id, row.attachment_id))
            return api_refuse(rq, "InvalidAttachmentID.NotFound", "The attachment ID '%s' does not exist",
                              in->attachment->attachment_id);
        if (in->attachment->ena_queue_count.set || in->attachment->default_ena_queue_count.set)
            return instance_refuse_unsupported(rq, "EnaQueueCount");
        if (in->attachment->delete_on_termination.set)
            row.delete_on_termination = in->attachment->delete_on_termination.v;
        eni_put(rq->tx, &row);
        return 0;
    }
    return api_refuse(rq, "MissingParameter", "The request must contain an attribute to modify");
}
