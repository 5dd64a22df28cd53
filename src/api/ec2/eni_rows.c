/* SPDX-License-Identifier: Apache-2.0 */
/* Interfaces as rows: their addresses and groups.  The operations on them are elsewhere; endpoints make them too. */
#include "api/ec2/ipv6.h"
#include "base/text.h"

/* AWS keeps the first four addresses of a subnet and the last one. */
enum { RESERVED_FIRST = 4, RESERVED_LAST = 1 };

static const char *address_key(struct api_request *rq, const char *vpc_id, const char *ip) {
    return arena_printf(rq->arena, "%s|%s", vpc_id, ip);
}

/* ---- addresses ---- */

uint64_t ec2_subnet_free_addresses(struct api_request *rq, const struct subnet_row *subnet) {
    uint64_t usable = prefix4_size(net_cidr(subnet->cidr)) - RESERVED_FIRST - RESERVED_LAST;
    uint64_t used = eni_address_list_by(rq->tx, COL(eni_address, subnet_id), subnet->id).count;
    return usable > used ? usable - used : 0;
}

static const char *address_text(struct api_request *rq, uint32_t v) {
    char text[IP4_TEXT_BYTES];
    return arena_strdup(rq->arena, ip4_format((struct ip4){v}, text));
}

static bool address_free(struct api_request *rq, const struct subnet_row *subnet, const char *ip) {
    return !eni_address_find(rq->tx, address_key(rq, subnet->vpc_id, ip));
}

/* A few tries at random find one at once unless the subnet is nearly full; then all are looked at. */
static int pick_address(struct api_request *rq, const struct subnet_row *subnet, const char **ret_ip) {
    enum { TRIES = 8 };
    struct prefix4 cidr = net_cidr(subnet->cidr);
    uint32_t first = cidr.addr.v + RESERVED_FIRST;
    uint32_t usable = (uint32_t)(prefix4_size(cidr) - RESERVED_FIRST - RESERVED_LAST);
    for (unsigned i = 0; i < TRIES; i++) {
        uint32_t r;
        random_bytes(&r, sizeof(r));
        const char *ip = address_text(rq, first + r % usable);
        if (address_free(rq, subnet, ip)) {
            *ret_ip = ip;
            return 0;
        }
    }
    struct eni_address_rows used = eni_address_list_by(rq->tx, COL(eni_address, subnet_id), subnet->id);
    unsigned char *taken = arena_alloc(rq->arena, usable / 8 + 1);
    for (size_t i = 0; i < used.count; i++) {
        struct ip4 ip = {0};
        ip4_parse(used.items[i].private_ip, &ip);
        if (ip.v >= first && ip.v - first < usable)
            taken[(ip.v - first) / 8] |= (unsigned char)(1 << (ip.v - first) % 8);
    }
    for (uint32_t i = 0; i < usable; i++)
        if (!(taken[i / 8] & 1 << i % 8)) {
            *ret_ip = address_text(rq, first + i);
            return 0;
        }
    return api_refuse(rq, "InsufficientFreeAddressesInSubnet",
                      "The specified subnet does not have enough free addresses to satisfy the request.");
}

static int check_address(struct api_request *rq, const struct subnet_row *subnet, const char *text) {
    struct prefix4 cidr = net_cidr(subnet->cidr);
    struct ip4 ip;
    if (ip4_parse(text, &ip) < 0)
        return api_refuse(rq, "InvalidParameterValue", "invalid value for parameter address: %s", text);
    if (!prefix4_contains(cidr, ip))
        return api_refuse(rq, "InvalidParameterValue",
                          "Address does not fall within the subnet's address range");
    uint64_t offset = ip.v - cidr.addr.v;
    if (offset < RESERVED_FIRST || offset >= prefix4_size(cidr) - RESERVED_LAST)
        return api_refuse(rq, "InvalidParameterValue", "Address %s is in subnet's reserved address range",
                          text);
    if (!address_free(rq, subnet, text))
        return api_refuse(rq, "InvalidIPAddress.InUse", "Address %s is in use.", text);
    return 0;
}

/* Adds an address, picked when ip is NULL. */
static int add_address(struct api_request *rq, const struct eni_row *eni, const char *ip,
                       const struct eni_address_row **ret_address) {
    const struct subnet_row *subnet = subnet_find(rq->tx, eni->subnet_id);
    if (!subnet)
        return ec2_refuse_not_found(rq, EC2_SUBNET, eni->subnet_id);
    if (ip ? check_address(rq, subnet, ip) < 0 : pick_address(rq, subnet, &ip) < 0)
        return API_REFUSED;
    struct eni_address_rows present = ec2_eni_addresses(rq, eni->id);
    if (present.count >= DOOR_ADDRESSES_MAX)
        return api_refuse(rq, "PrivateIpAddressLimitExceeded",
                          "Number of private addresses will exceed limit.");
    struct eni_address_row *row = arena_new(rq->arena, struct eni_address_row);
    *row = (struct eni_address_row){.key = address_key(rq, eni->vpc_id, ip),
                                    .vpc_id = eni->vpc_id,
                                    .eni_id = eni->id,
                                    .subnet_id = eni->subnet_id,
                                    .position =
                                        present.count ? present.items[present.count - 1].position + 1 : 0,
                                    .private_ip = ip};
    eni_address_put(rq->tx, row);
    api_network_changed(rq, eni->vpc_id);
    if (ret_address)
        *ret_address = row;
    return 0;
}

/* Rows come in the order of their insertion, which is the order of positions. */
struct eni_address_rows ec2_eni_addresses(struct api_request *rq, const char *eni_id) {
    return eni_address_list_by(rq->tx, COL(eni_address, eni_id), eni_id);
}

/* ---- groups ---- */

static void put_groups(struct api_request *rq, const char *eni_id, const char *const *ids, size_t count) {
    eni_group_delete_by(rq->tx, COL(eni_group, eni_id), eni_id);
    for (size_t i = 0; i < count; i++) {
        struct eni_group_row row = {
            .key = arena_printf(rq->arena, "%s|%s", eni_id, ids[i]), .eni_id = eni_id, .group_id = ids[i]};
        eni_group_put(rq->tx, &row);
    }
}

int ec2_eni_set_groups(struct api_request *rq, const struct eni_row *eni, const char *const *ids,
                       size_t count) {
    if (count == 0)
        return api_refuse(rq, "InvalidParameterValue", "You must specify at least one security group");
    const char *what = arena_printf(rq->arena, "interface %s", eni->id);
    if (ec2_groups_check(rq, eni->vpc_id, what, ids, count) < 0)
        return API_REFUSED;
    put_groups(rq, eni->id, ids, count);
    api_network_changed(rq, eni->vpc_id);
    return 0;
}

struct ec2_group_identifier *ec2_eni_groups(struct api_request *rq, const char *eni_id, size_t *ret_count) {
    struct eni_group_rows rows = eni_group_list_by(rq->tx, COL(eni_group, eni_id), eni_id);
    struct ec2_group_identifier *groups =
        rows.count ? arena_array(rq->arena, struct ec2_group_identifier, rows.count) : NULL;
    for (size_t i = 0; i < rows.count; i++) {
        const struct security_group_row *group = security_group_find(rq->tx, rows.items[i].group_id);
        groups[i] = (struct ec2_group_identifier){.group_id = rows.items[i].group_id,
                                                  .group_name = group ? group->name : NULL};
    }
    *ret_count = rows.count;
    return groups;
}

/* ---- making and removing ---- */

/* Locally administered, and unique because the number is. */
static const char *mac_of(struct api_request *rq, uint32_t num) {
    struct mac mac = {{0x06, 0, 0, (uint8_t)(num >> 16), (uint8_t)(num >> 8), (uint8_t)num}};
    random_bytes(&mac.b[1], 2);
    char text[MAC_TEXT_BYTES];
    return arena_strdup(rq->arena, mac_format(mac, text));
}

static int add_addresses(struct api_request *rq, const struct ec2_eni_new *spec, const struct eni_row *eni) {
    size_t picked = spec->private_ip_count ? spec->secondary_count : spec->secondary_count + 1;
    if (ec2_subnet_free_addresses(rq, spec->subnet) < picked + spec->private_ip_count)
        return api_refuse(rq, "InsufficientFreeAddressesInSubnet",
                          "The specified subnet does not have enough free addresses to satisfy the request.");
    for (size_t i = 0; i < spec->private_ip_count; i++)
        if (add_address(rq, eni, spec->private_ips[i], NULL) < 0)
            return API_REFUSED;
    for (size_t i = 0; i < picked; i++)
        if (add_address(rq, eni, NULL, NULL) < 0)
            return API_REFUSED;
    return 0;
}

int ec2_eni_create(struct api_request *rq, const struct ec2_eni_new *spec, const struct eni_row **ret_eni) {
    const struct subnet_row *subnet = spec->subnet;
    const char *default_group = NULL;
    const char *const *groups = spec->group_ids;
    size_t group_count = spec->group_count;
    if (group_count == 0) {
        const struct security_group_row *group = ec2_group_by_name(rq, subnet->vpc_id, "default");
        default_group = group ? group->id : NULL;
        groups = &default_group;
        group_count = default_group != NULL;
    }
    const char *what = arena_printf(rq->arena, "subnet %s", subnet->id);
    if (ec2_groups_check(rq, subnet->vpc_id, what, groups, group_count) < 0)
        return API_REFUSED;
    uint32_t num = network_new_eni_num(rq->tx);
    if (num == 0)
        return api_refuse(rq, "NetworkInterfaceLimitExceeded",
                          "You have reached the limit of network interfaces.");
    struct eni_row *eni = arena_new(rq->arena, struct eni_row);
    *eni = (struct eni_row){.id = api_new_id(rq, "eni"),
                            .account = rq->caller.account,
                            .region = rq->region,
                            .vpc_id = subnet->vpc_id,
                            .subnet_id = subnet->id,
                            .num = num,
                            .mac = mac_of(rq, num),
                            .kind = spec->kind,
                            .description = spec->description ? spec->description : "",
                            .status = spec->endpoint_id ? "in-use" : "available",
                            .source_dest_check = 1,
                            .zone = subnet->zone,
                            .requester_managed = spec->requester_id != NULL,
                            .requester_id = spec->requester_id,
                            .endpoint_id = spec->endpoint_id,
                            .created_ms = rq->now_ms};
    eni_put(rq->tx, eni);
    struct ipv6_wanted ipv6 = spec->ipv6;
    if (!ipv6.given && subnet->assign_ipv6 && !spec->endpoint_id)
        ipv6.count = 1;
    if (add_addresses(rq, spec, eni) < 0 || ipv6_eni_add(rq, eni, &ipv6, NULL) < 0)
        return API_REFUSED;
    put_groups(rq, eni->id, groups, group_count);
    api_network_changed(rq, eni->vpc_id);
    *ret_eni = eni;
    return 0;
}

void ec2_eni_delete(struct api_request *rq, const struct eni_row *eni) {
    eni_address_delete_by(rq->tx, COL(eni_address, eni_id), eni->id);
    eni_address6_delete_by(rq->tx, COL(eni_address6, eni_id), eni->id);
    eni_group_delete_by(rq->tx, COL(eni_group, eni_id), eni->id);
    ec2_tag_forget(rq, eni->id);
    eni_delete(rq->tx, eni->id);
    api_network_changed(rq, eni->vpc_id);
}
