/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elastic IPs.  What is allocated is a row elastic_ip; where it leads is in the row of the private
 * address (eni_address), so an address can have one public address at most, and a deleted interface
 * leaves the Elastic IP free by itself.
 */
#include <string.h>

#include "api/ec2/instance_parts.h"
#include "base/ip.h"
#include "base/text.h"
#include "net/awsnet.h"
#include "store/network.h"

enum { ELASTIC_IP_LIMIT = 5 };

static const char pool_name[] = "amazon";

/* The private address that an Elastic IP is associated with, or NULL. */
static const struct eni_address_row *association_of(struct api_request *rq, const char *allocation_id) {
    struct eni_address_rows rows =
        eni_address_list_by(rq->tx, COL(eni_address, allocation_id), allocation_id);

    return rows.count > 0 ? &rows.items[0] : NULL;
}

/* The caller's Elastic IP with this address, or NULL. */
static const struct elastic_ip_row *by_address(struct api_request *rq, const char *public_ip) {
    struct elastic_ip_rows rows = elastic_ip_list_by(rq->tx, COL(elastic_ip, public_ip), public_ip);

    for (size_t i = 0; i < rows.count; i++)
        if (text_is(rows.items[i].account, rq->caller.account) && text_is(rows.items[i].region, rq->region))
            return &rows.items[i];
    return NULL;
}

static int refuse_unknown_address(struct api_request *rq, const char *public_ip) {
    struct ip4 ip;

    if (ip4_parse(public_ip, &ip) < 0)
        return api_refuse(rq, "InvalidParameterValue",
                          "Value (%s) for parameter publicIp is invalid. Invalid IPv4 address.", public_ip);
    return api_refuse(rq, "AuthFailure", "The address '%s' does not belong to you.", public_ip);
}

/* By its id ("allocation" or "association") or by its own address, one that is the caller's; not by both. */
static int check_named(struct api_request *rq, const char *kind, const char *id, const char *public_ip) {
    if (id == NULL && public_ip == NULL)
        return api_refuse(rq, "MissingParameter", "Either public IP or %s id must be specified", kind);
    if (id != NULL && public_ip != NULL)
        return api_refuse(rq, "InvalidParameterCombination",
                          "You may specify public IP or %s id, but not both in the same call", kind);
    if (public_ip != NULL && by_address(rq, public_ip) == NULL)
        return refuse_unknown_address(rq, public_ip);
    return 0;
}

int ec2_allocate_address(struct api_request *rq, const struct ec2_allocate_address_request *in,
                         struct ec2_allocate_address_result *out) {
    struct elastic_ip_row row = {
        .account = rq->caller.account, .region = rq->region, .created_ms = rq->now_ms};

    if (in->domain != NULL && strcmp(in->domain, "vpc") != 0)
        return api_refuse(rq, "InvalidParameterValue",
                          "Invalid value '%s' for domain. EC2-Classic has been retired.", in->domain);
    if (in->address != NULL)
        return instance_refuse_unsupported(rq, "Address (recovering a released address)");
    if (in->public_ipv4_pool != NULL && strcmp(in->public_ipv4_pool, pool_name) != 0)
        return api_refuse(rq, "InvalidPublicIpv4PoolID.NotFound", "The pool ID '%s' does not exist",
                          in->public_ipv4_pool);
    if (in->customer_owned_ipv4_pool != NULL || in->ipam_pool_id != NULL)
        return instance_refuse_unsupported(rq, "customer-owned and IPAM pools");
    if (in->network_border_group != NULL && strcmp(in->network_border_group, rq->region) != 0)
        return api_refuse(rq, "InvalidParameterValue", "Invalid network border group: %s",
                          in->network_border_group);
    if (ec2_list(rq, EC2_ELASTIC_IP).count >= ELASTIC_IP_LIMIT)
        return api_refuse(rq, "AddressLimitExceeded", "The maximum number of addresses has been reached.");
    row.public_ip = address_take(rq);
    if (row.public_ip == NULL)
        return api_refuse(rq, "InsufficientAddressCapacity",
                          "Insufficient capacity to provide the requested Elastic IP address.");
    row.id = api_new_id(rq, "eipalloc");
    elastic_ip_put(rq->tx, &row);
    if (EC2_TAG_NEW(rq, EC2_ELASTIC_IP, row.id, in) < 0)
        return API_REFUSED;
    *out = (struct ec2_allocate_address_result){
        .allocation_id = row.id,
        .domain = "vpc",
        .network_border_group = rq->region,
        .public_ip = row.public_ip,
        .public_ipv4_pool = pool_name,
    };
    return 0;
}

/* ---- associate, disassociate ---- */

/* The private address loses its public one; its instance may be due an automatic address again. */
static int take_off(struct api_request *rq, const struct eni_address_row *address, bool lend) {
    struct eni_address_row row = *address;
    const struct eni_row *eni = eni_find(rq->tx, row.eni_id);
    const struct instance_row *i;

    row.public_ip = row.allocation_id = row.association_id = NULL;
    eni_address_put(rq->tx, &row);
    if (eni == NULL)
        return 0;
    api_network_changed(rq, eni->vpc_id);
    i = lend && eni->instance_id != NULL ? instance_find(rq->tx, eni->instance_id) : NULL;
    return i != NULL ? instance_lend_address(rq, i) : 0;
}

/* The interface that an association is for. */
static const struct eni_row *target_eni(struct api_request *rq,
                                        const struct ec2_associate_address_request *in) {
    const struct instance_row *i;
    const struct eni_row *enis;
    size_t count;

    if (in->network_interface_id != NULL) {
        const struct eni_row *eni = ec2_get(rq, EC2_NETWORK_INTERFACE, in->network_interface_id);

        if (eni != NULL && in->instance_id != NULL && !text_is(eni->instance_id, in->instance_id)) {
            api_refuse(rq, "InvalidParameterCombination",
                       "You may specify instance id or network interface id, but not both");
            return NULL;
        }
        return eni;
    }
    if (in->instance_id == NULL) {
        api_refuse(rq, "MissingParameter", "Either instance ID or network interface id must be specified");
        return NULL;
    }
    i = ec2_get(rq, EC2_INSTANCE, in->instance_id);
    if (i == NULL)
        return NULL;
    if (!text_is(i->state, "running") && !text_is(i->state, "stopped") && !text_is(i->state, "stopping")) {
        api_refuse(rq, "InvalidInstanceID",
                   "The %s instance '%s' is not in a valid state for this operation.", i->state, i->id);
        return NULL;
    }
    enis = instance_enis(rq->tx, i->id, &count);
    if (count > 1) {
        api_refuse(rq, "InvalidInstanceID",
                   "There are multiple interfaces attached to instance '%s'. Please specify an interface ID "
                   "for the operation instead.",
                   i->id);
        return NULL;
    }
    return count == 1 ? &enis[0] : NULL;
}

static const struct eni_address_row *target_address(struct api_request *rq, const struct eni_row *eni,
                                                    const char *private_ip) {
    struct eni_address_rows rows = ec2_eni_addresses(rq, eni->id);

    if (private_ip == NULL)
        return rows.count > 0 ? &rows.items[0] : NULL;
    for (size_t i = 0; i < rows.count; i++)
        if (text_is(rows.items[i].private_ip, private_ip))
            return &rows.items[i];
    return NULL;
}

int ec2_associate_address(struct api_request *rq, const struct ec2_associate_address_request *in,
                          struct ec2_associate_address_result *out) {
    bool may_move = !in->allow_reassociation.set || in->allow_reassociation.v;
    const struct elastic_ip_row *eip;
    const struct eni_row *eni;
    const struct eni_address_row *address, *now_at;
    struct eni_address_row row;

    if (check_named(rq, "allocation", in->allocation_id, in->public_ip) < 0)
        return API_REFUSED;
    if (in->public_ip != NULL)
        return api_refuse(rq, "InvalidParameterCombination",
                          "You must specify an allocation id when mapping an address to a VPC instance");
    eip = ec2_get(rq, EC2_ELASTIC_IP, in->allocation_id);
    eni = eip != NULL ? target_eni(rq, in) : NULL;
    if (eni == NULL)
        return API_REFUSED;
    if (eni->requester_managed)
        return api_refuse(rq, "OperationNotPermitted", "You are not allowed to manage '%s'.", eni->id);
    address = target_address(rq, eni, in->private_ip_address);
    if (address == NULL)
        return api_refuse(rq, "InvalidParameterValue", "The private IP address '%s' is not assigned to '%s'.",
                          in->private_ip_address != NULL ? in->private_ip_address : "", eni->id);
    if (network_vpc_gateway(rq->tx, eni->vpc_id) == NULL)
        return api_refuse(rq, "Gateway.NotAttached", "Network %s is not attached to any internet gateway",
                          eni->vpc_id);
    now_at = association_of(rq, eip->id);
    if (now_at != NULL && strcmp(now_at->key, address->key) == 0) {
        out->association_id = now_at->association_id;
        return 0;
    }
    if (now_at != NULL && !may_move)
        return api_refuse(rq, "Resource.AlreadyAssociated",
                          "resource %s is already associated with associate-id %s", eip->id,
                          now_at->association_id);
    if (address->allocation_id != NULL && !may_move)
        return api_refuse(rq, "Resource.AlreadyAssociated",
                          "resource %s is already associated with associate-id %s", eni->id,
                          address->association_id);
    if (now_at != NULL && take_off(rq, now_at, true) < 0)
        return API_REFUSED;
    row = *eni_address_find(rq->tx, address->key);
    row.public_ip = eip->public_ip;
    row.allocation_id = eip->id;
    row.association_id = api_new_id(rq, "eipassoc");
    eni_address_put(rq->tx, &row);
    api_network_changed(rq, eni->vpc_id);
    out->association_id = row.association_id;
    return 0;
}

int ec2_disassociate_address(struct api_request *rq, const struct ec2_disassociate_address_request *in,
                             void *out) {
    struct eni_address_rows rows;
    const struct eni_address_row *address = NULL;
    const struct elastic_ip_row *eip;
    struct elastic_ip_row row;

    (void)out;
    if (check_named(rq, "association", in->association_id, in->public_ip) < 0)
        return API_REFUSED;
    if (in->public_ip != NULL)
        return api_refuse(rq, "InvalidParameterValue",
                          "You must specify an association id when unmapping an address from a VPC instance");
    rows = eni_address_list_by(rq->tx, COL(eni_address, association_id), in->association_id);
    if (rows.count > 0)
        address = &rows.items[0];
    eip = address != NULL ? ec2_find(rq, EC2_ELASTIC_IP, address->allocation_id) : NULL;
    if (eip == NULL) {
        struct store_rows own = ec2_list(rq, EC2_ELASTIC_IP);

        /* Saying it again is no mistake. */
        for (size_t i = 0; i < own.count; i++)
            if (text_is(((const struct elastic_ip_row *)own.items)[i].last_association_id,
                        in->association_id))
                return 0;
        return api_refuse(rq, "InvalidAssociationID.NotFound", "The association ID '%s' does not exist",
                          in->association_id);
    }
    row = *eip;
    row.last_association_id = in->association_id;
    elastic_ip_put(rq->tx, &row);
    return take_off(rq, address, true);
}

int ec2_release_address(struct api_request *rq, const struct ec2_release_address_request *in, void *out) {
    const struct elastic_ip_row *eip;

    (void)out;
    if (check_named(rq, "allocation", in->allocation_id, in->public_ip) < 0)
        return API_REFUSED;
    if (in->public_ip != NULL)
        return api_refuse(rq, "InvalidParameterValue",
                          "You must specify an allocation id when releasing a VPC elastic IP address");
    eip = ec2_get(rq, EC2_ELASTIC_IP, in->allocation_id);
    if (eip == NULL)
        return API_REFUSED;
    if (association_of(rq, eip->id) != NULL)
        return api_refuse(rq, "InvalidIPAddress.InUse", "Address %s is in use.", eip->public_ip);
    ec2_tag_forget(rq, eip->id);
    elastic_ip_delete(rq->tx, eip->id);
    return 0;
}

/* ---- describe ---- */

static void address_view(struct api_request *rq, const struct elastic_ip_row *eip, struct ec2_address *view) {
    const struct eni_address_row *address = association_of(rq, eip->id);
    const struct eni_row *eni = address != NULL ? eni_find(rq->tx, address->eni_id) : NULL;

    *view = (struct ec2_address){
        .allocation_id = eip->id,
        .public_ip = eip->public_ip,
        .domain = "vpc",
        .public_ipv4_pool = pool_name,
        .network_border_group = eip->region,
    };
    if (eni != NULL) {
        view->association_id = address->association_id;
        view->private_ip_address = address->private_ip;
        view->network_interface_id = eni->id;
        view->network_interface_owner_id = eni->account;
        view->instance_id = eni->instance_id;
    }
    EC2_TAGS(rq, eip->id, &view->tags);
}

int ec2_describe_addresses(struct api_request *rq, const struct ec2_describe_addresses_request *in,
                           struct ec2_describe_addresses_result *out) {
    struct ec2_query q;

    if (ec2_query_begin(rq, &q, EC2_ELASTIC_IP, in->allocation_ids.items, in->allocation_ids.count,
                        in->filters.items, in->filters.count, (struct opt_int){0}) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < in->public_ips.count; i++)
        if (by_address(rq, in->public_ips.items[i]) == NULL)
            return api_refuse(rq, "InvalidAddress.NotFound", "Address '%s' not found.",
                              in->public_ips.items[i]);
    for (size_t i = 0; i < q.rows.count; i++) {
        const struct elastic_ip_row *eip = EC2_ROW(&q, elastic_ip, i);
        bool named = in->public_ips.count == 0;
        struct ec2_address view;

        for (size_t n = 0; n < in->public_ips.count && !named; n++)
            named = text_is(in->public_ips.items[n], eip->public_ip);
        if (!named)
            continue;
        address_view(rq, eip, &view);
        if (ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->addresses) = view;
    }
    return 0;
}

int ec2_describe_addresses_attribute(struct api_request *rq,
                                     const struct ec2_describe_addresses_attribute_request *in,
                                     struct ec2_describe_addresses_attribute_result *out) {
    struct ec2_query q;

    if (ec2_query_begin(rq, &q, EC2_ELASTIC_IP, in->allocation_ids.items, in->allocation_ids.count, NULL, 0,
                        in->max_results) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < q.rows.count; i++) {
        const struct elastic_ip_row *eip = EC2_ROW(&q, elastic_ip, i);

        /* A PTR record is ModifyAddressAttribute's to give: none has one. */
        *vec_push(rq->arena, &out->addresses) =
            (struct ec2_address_attribute){.public_ip = eip->public_ip, .allocation_id = eip->id};
    }
    return EC2_PAGE(rq, in, &out->addresses, &out->next_token);
}
