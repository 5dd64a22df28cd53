/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPv6 addresses of interfaces: picked or named, taken back.
 *
 * Theory of operation: rows of their own beside IPv4's (eni_address6), whose key says that an address is one interface's
 * alone in its VPC.  A subnet has so many addresses that one picked at random is free nearly always.
 */
#include "api/ec2/instance.h"
#include "api/ec2/ipv6.h"
#include "base/text.h"
#include "net/door.h"

/* AWS keeps the first four addresses of a range and the last one. */
enum { RESERVED_FIRST = 4 };

struct eni_address6_rows ipv6_eni_addresses(struct api_request *rq, const char *eni_id) {
    return eni_address6_list_by(rq->tx, COL(eni_address6, eni_id), eni_id);
}

int ipv6_wanted(struct api_request *rq, const struct ec2_instance_ipv6_address *list, size_t list_count,
                struct opt_int count, struct ipv6_wanted *ret_wanted) {
    const char **texts = arena_array(rq->arena, const char *, list_count + 1);

    if (list_count > 0 && count.set && count.v > 0)
        return api_refuse(rq, "InvalidParameterCombination",
                          "The parameters ipv6Addresses and ipv6AddressCount may not both be specified");
    if (list_count > DOOR_ADDRESSES_MAX || (count.set && (count.v < 0 || count.v > DOOR_ADDRESSES_MAX)))
        return api_refuse(rq, "Ipv6AddressLimitExceeded", "Number of IPv6 addresses will exceed limit.");
    for (size_t i = 0; i < list_count; i++) {
        if (list[i].is_primary_ipv6.v)
            return api_refuse(rq, "UnsupportedOperation", "IsPrimaryIpv6 is not available here");
        if (list[i].ipv6_address == NULL)
            return api_refuse(rq, "MissingParameter", "The request must contain the parameter Ipv6Address");
        texts[i] = list[i].ipv6_address;
    }
    *ret_wanted =
        (struct ipv6_wanted){texts, list_count, count.set ? (size_t)count.v : 0, list_count > 0 || count.set};
    return 0;
}

static const char *address_key(struct api_request *rq, const char *vpc_id, const char *ip) {
    return arena_printf(rq->arena, "%s|%s", vpc_id, ip);
}

static const char *address_text(struct api_request *rq, struct ipaddr ip) {
    char text[IP_TEXT_BYTES];

    return arena_strdup(rq->arena, ip_format(ip, text));
}

static bool reserved(struct prefix cidr, struct ipaddr ip) {
    return ip_before(ip, ip_plus(cidr.addr, RESERVED_FIRST)) || ip_equal(ip, prefix_last(cidr));
}

static const char *pick(struct api_request *rq, const struct subnet_row *subnet, struct prefix cidr) {
    for (;;) {
        struct ipaddr ip = cidr.addr;
        const char *text;

        random_bytes(&ip.lo, sizeof(ip.lo)); /* no range is longer than 64 bits */
        text = address_text(rq, ip);
        if (!reserved(cidr, ip) && eni_address6_find(rq->tx, address_key(rq, subnet->vpc_id, text)) == NULL)
            return text;
    }
}

static int check(struct api_request *rq, const struct subnet_row *subnet, struct prefix cidr,
                 const char *text, const char **ret_text) {
    struct ipaddr ip;

    if (ip_parse(text, &ip) < 0 || ip_is4(ip))
        return api_refuse(rq, "InvalidParameterValue",
                          "Value (%s) for parameter ipv6Address is invalid. Invalid IPv6 address.", text);
    if (!prefix_contains(cidr, ip))
        return api_refuse(rq, "InvalidParameterValue",
                          "Address %s does not fall within the subnet's IPv6 range", text);
    if (reserved(cidr, ip))
        return api_refuse(rq, "InvalidParameterValue", "Address %s is in subnet's reserved address range",
                          text);
    *ret_text = address_text(rq, ip);
    if (eni_address6_find(rq->tx, address_key(rq, subnet->vpc_id, *ret_text)) != NULL)
        return api_refuse(rq, "InvalidIPAddress.InUse", "Address %s is in use.", text);
    return 0;
}

int ipv6_eni_add(struct api_request *rq, const struct eni_row *eni, const struct ipv6_wanted *wanted,
                 const char **ret_added) {
    const struct subnet_row *subnet = subnet_find(rq->tx, eni->subnet_id);
    size_t all = wanted->text_count + wanted->count, present = ipv6_eni_addresses(rq, eni->id).count;
    struct prefix cidr;

    if (all == 0)
        return 0;
    if (subnet == NULL || subnet->cidr6 == NULL)
        return api_refuse(rq, "InvalidParameterValue",
                          "The subnet '%s' has no IPv6 CIDR block from which addresses could be assigned",
                          eni->subnet_id);
    if (present + all > DOOR_ADDRESSES_MAX)
        return api_refuse(rq, "Ipv6AddressLimitExceeded", "Number of IPv6 addresses will exceed limit.");
    cidr = net_prefix(subnet->cidr6);
    for (size_t i = 0; i < all; i++) {
        struct eni_address6_row row = {.vpc_id = eni->vpc_id, .eni_id = eni->id, .subnet_id = subnet->id};

        if (i >= wanted->text_count)
            row.ip = pick(rq, subnet, cidr);
        else if (check(rq, subnet, cidr, wanted->texts[i], &row.ip) < 0)
            return API_REFUSED;
        row.key = address_key(rq, eni->vpc_id, row.ip);
        eni_address6_put(rq->tx, &row);
        if (ret_added != NULL)
            ret_added[i] = row.ip;
    }
    api_network_changed(rq, eni->vpc_id);
    return 0;
}

int ec2_assign_ipv6_addresses(struct api_request *rq, const struct ec2_assign_ipv6_addresses_request *in,
                              struct ec2_assign_ipv6_addresses_result *out) {
    const struct eni_row *eni = ec2_get(rq, EC2_NETWORK_INTERFACE, in->network_interface_id);
    struct ipv6_wanted wanted = {in->ipv6_addresses.items, in->ipv6_addresses.count, 0, true};
    const char **added;

    if (eni == NULL)
        return API_REFUSED;
    if (in->ipv6_prefixes.count > 0 || in->ipv6_prefix_count.set)
        return api_refuse(rq, "UnsupportedOperation", "prefix delegation is not available here");
    if ((wanted.text_count > 0) == in->ipv6_address_count.set)
        return api_refuse(rq, wanted.text_count > 0 ? "InvalidParameterCombination" : "MissingParameter",
                          "The request must contain exactly one of ipv6Addresses, ipv6AddressCount");
    if (in->ipv6_address_count.set) {
        if (in->ipv6_address_count.v < 1 || in->ipv6_address_count.v > DOOR_ADDRESSES_MAX)
            return api_refuse(rq, "Ipv6AddressLimitExceeded", "Number of IPv6 addresses will exceed limit.");
        wanted.count = (size_t)in->ipv6_address_count.v;
    }
    if (wanted.text_count > DOOR_ADDRESSES_MAX)
        return api_refuse(rq, "Ipv6AddressLimitExceeded", "Number of IPv6 addresses will exceed limit.");
    added = arena_array(rq->arena, const char *, wanted.text_count + wanted.count);
    if (ipv6_eni_add(rq, eni, &wanted, added) < 0)
        return API_REFUSED;
    out->network_interface_id = eni->id;
    for (size_t i = 0; i < wanted.text_count + wanted.count; i++)
        *vec_push(rq->arena, &out->assigned_ipv6_addresses) = added[i];
    return 0;
}

int ec2_unassign_ipv6_addresses(struct api_request *rq, const struct ec2_unassign_ipv6_addresses_request *in,
                                struct ec2_unassign_ipv6_addresses_result *out) {
    const struct eni_row *eni = ec2_get(rq, EC2_NETWORK_INTERFACE, in->network_interface_id);

    if (eni == NULL)
        return API_REFUSED;
    if (in->ipv6_prefixes.count > 0)
        return api_refuse(rq, "UnsupportedOperation", "prefix delegation is not available here");
    if (in->ipv6_addresses.count == 0)
        return api_refuse(rq, "MissingParameter", "The request must contain the parameter ipv6Addresses");
    for (size_t i = 0; i < in->ipv6_addresses.count; i++) {
        const char *text = in->ipv6_addresses.items[i];
        const struct eni_address6_row *row = NULL;
        struct ipaddr ip;

        if (ip_parse(text, &ip) == 0)
            row = eni_address6_find(rq->tx, address_key(rq, eni->vpc_id, address_text(rq, ip)));
        if (row == NULL || !text_is(row->eni_id, eni->id))
            return api_refuse(rq, "InvalidParameterValue",
                              "Some of the specified addresses are not assigned to interface %s", eni->id);
        *vec_push(rq->arena, &out->unassigned_ipv6_addresses) = row->ip;
        eni_address6_delete(rq->tx, row->key);
    }
    out->network_interface_id = eni->id;
    api_network_changed(rq, eni->vpc_id);
    return 0;
}
