/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ec2/netview.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "net/awsnet.h"
#include "store/network.h"

static struct ip4 ip_of(const char *text) {
    struct ip4 ip = {0};
    if (text)
        ip4_parse(text, &ip);
    return ip;
}

int netview_eni(struct tx *tx, uint32_t num, uint32_t address_index, struct netview_eni *ret_eni) {
    struct eni_rows enis = eni_list_by_int(tx, COL(eni, num), num);
    const struct vpc_row *vpc = enis.count ? vpc_find(tx, enis.items[0].vpc_id) : NULL;
    if (!vpc)
        return -ENOENT;
    const struct eni_row *eni = &enis.items[0];
    struct eni_address_rows addresses = eni_address_list_by(tx, COL(eni_address, eni_id), eni->id);
    if (address_index >= addresses.count)
        return -ENOENT;
    *ret_eni = (struct netview_eni){.id = eni->id,
                                    .vpc_id = eni->vpc_id,
                                    .subnet_id = eni->subnet_id,
                                    .instance_id = eni->instance_id,
                                    .account = eni->account,
                                    .region = eni->region,
                                    .private_ip = ip_of(addresses.items[address_index].private_ip),
                                    .public_ip = ip_of(addresses.items[address_index].public_ip),
                                    .dns_support = vpc->dns_support,
                                    .dns_hostnames = vpc->dns_hostnames};
    return 0;
}

/* ---- endpoints' names ---- */

static size_t endpoint_addresses(struct tx *tx, const char *endpoint_id, const char *zone,
                                 struct ip4 **ret_ips) {
    struct eni_rows enis = eni_list_by(tx, COL(eni, endpoint_id), endpoint_id);
    struct ip4 *ips = arena_array(tx->arena, struct ip4, enis.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < enis.count; i++) {
        struct eni_address_rows a = eni_address_list_by(tx, COL(eni_address, eni_id), enis.items[i].id);
        if (a.count && (!zone || text_is(zone, enis.items[i].zone)))
            ips[count++] = ip_of(a.items[0].private_ip);
    }
    *ret_ips = ips;
    return count;
}

int netview_private_service(struct tx *tx, const char *vpc_id, const char *service, struct ip4 *ret_addresses,
                            size_t *count_io) {
    const struct vpc_row *vpc = vpc_find(tx, vpc_id);
    size_t room = *count_io;
    *count_io = 0;
    if (!vpc || !vpc->dns_support || !vpc->dns_hostnames)
        return -ENOENT;
    struct vpc_endpoint_rows endpoints = vpc_endpoint_list_by(tx, COL(vpc_endpoint, vpc_id), vpc_id);
    for (size_t i = 0; i < endpoints.count; i++) {
        const struct vpc_endpoint_row *e = &endpoints.items[i];
        if (!e->private_dns || e->private_dns_inbound_only || !text_is(e->service, service))
            continue;
        struct ip4 *ips;
        size_t count = endpoint_addresses(tx, e->id, NULL, &ips);
        for (size_t k = 0; k < count && *count_io < room; k++)
            ret_addresses[(*count_io)++] = ips[k];
    }
    return *count_io > 0 ? 0 : -ENOENT;
}

/* Whether a text is how an endpoint's names spell its service: by its name, or as its public names do ("api.ecr"). */
static bool spells_service(const struct vpc_endpoint_row *e, const char *text) {
    const struct awsnet_service *service = awsnet_service(e->service);
    char name[AWSNET_NAME_BYTES];
    if (text_is(e->service, text))
        return true;
    if (!service || awsnet_private_dns_name(service, e->region, name) < 0)
        return false;
    const char *host = text_starts(name, "*.") ? name + 2 : name;
    return text_starts(host, text) && text_starts(host + strlen(text), ".") &&
           text_starts(host + strlen(text) + 1, e->region);
}

/* vpce-0123456789abcdef0-<label>[-<zone>].<service>.<region>.vpce.amazonaws.com */
int netview_vpce_name(struct tx *tx, const char *name, struct ip4 *ret_addresses, size_t *count_io) {
    enum { ID_LENGTH = 5 + 17 };
    const char *start = strstr(name, "vpce-");
    if (!text_ends(name, ".vpce.amazonaws.com") || !start || (start != name && start[-1] != '.') ||
        strlen(start) <= ID_LENGTH || start[ID_LENGTH] != '-')
        return -ENOENT;
    const struct vpc_endpoint_row *e = vpc_endpoint_find(tx, arena_strndup(tx->arena, start, ID_LENGTH));
    const char *label = start + ID_LENGTH + 1;
    if (!e || !e->dns_label || !text_starts(label, e->dns_label))
        return -ENOENT;
    const char *rest = label + strlen(e->dns_label);
    const char *zone = NULL;
    const char *dot = strchr(rest, '.');
    const char *tail = arena_printf(tx->arena, ".%s.vpce.amazonaws.com", e->region);
    if (!dot || !text_ends(dot + 1, tail) ||
        !spells_service(e, arena_strndup(tx->arena, dot + 1, strlen(dot + 1) - strlen(tail))))
        return -ENOENT;
    if (*rest == '-')
        zone = arena_strndup(tx->arena, rest + 1, (size_t)(dot - rest - 1));
    else if (rest != dot)
        return -ENOENT;
    struct ip4 *ips;
    size_t count = endpoint_addresses(tx, e->id, zone, &ips);
    if (count == 0)
        return -ENOENT;
    if (count > *count_io)
        count = *count_io;
    memcpy(ret_addresses, ips, count * sizeof(*ips));
    *count_io = count;
    return 0;
}

/* ---- instances' names ---- */

static const char *private_suffix(struct arena *a, const char *region) {
    return text_is(region, "us-east-1") ? ".ec2.internal" : arena_printf(a, ".%s.compute.internal", region);
}

static const char *public_suffix(struct arena *a, const char *region) {
    return text_is(region, "us-east-1") ? ".compute-1.amazonaws.com"
                                        : arena_printf(a, ".%s.compute.amazonaws.com", region);
}

/* "10-0-1-5" within [from, to) */
static int dashed_ip(const char *from, const char *to, struct ip4 *ret_ip) {
    char text[IP4_TEXT_BYTES];
    if (to < from || (size_t)(to - from) >= sizeof(text))
        return -EINVAL;
    size_t length = (size_t)(to - from);
    for (size_t i = 0; i < length; i++)
        text[i] = from[i] == '-' ? '.' : from[i];
    text[length] = '\0';
    return ip4_parse(text, ret_ip);
}

static const struct eni_address_row *address_in(struct tx *tx, const char *vpc_id, struct ip4 ip) {
    char text[IP4_TEXT_BYTES];
    return eni_address_find(tx, arena_printf(tx->arena, "%s|%s", vpc_id, ip4_format(ip, text)));
}

static int resource_name(struct tx *tx, const char *vpc_id, const char *id, struct ip4 *ret_address) {
    const struct instance_row *instance = instance_find(tx, id);
    const struct eni_row *eni = instance && instance->resource_name_a ? network_instance_eni(tx, id) : NULL;
    if (!eni || !text_is(eni->vpc_id, vpc_id))
        return -ENOENT;
    struct eni_address_rows a = eni_address_list_by(tx, COL(eni_address, eni_id), eni->id);
    if (a.count == 0)
        return -ENOENT;
    *ret_address = ip_of(a.items[0].private_ip);
    return 0;
}

/* Inside a VPC a public name means the private address of its bearer there; elsewhere the public one. */
static int public_name(struct tx *tx, const char *vpc_id, struct ip4 public_ip, struct ip4 *ret_address) {
    char text[IP4_TEXT_BYTES];
    struct eni_address_rows a =
        eni_address_list_by(tx, COL(eni_address, public_ip), ip4_format(public_ip, text));
    if (a.count == 0)
        return -ENOENT;
    *ret_address = text_is(a.items[0].vpc_id, vpc_id) ? ip_of(a.items[0].private_ip) : public_ip;
    return 0;
}

int netview_instance_name(struct tx *tx, const char *vpc_id, const char *name, struct ip4 *ret_address) {
    const struct vpc_row *vpc = vpc_find(tx, vpc_id);
    if (!vpc)
        return -ENOENT;
    const char *suffix = private_suffix(tx->arena, vpc->region);
    struct ip4 ip;
    if (text_ends(name, suffix)) {
        const char *end = name + strlen(name) - strlen(suffix);
        if (text_starts(name, "i-"))
            return resource_name(tx, vpc_id, arena_strndup(tx->arena, name, (size_t)(end - name)),
                                 ret_address);
        if (!text_starts(name, "ip-") || dashed_ip(name + strlen("ip-"), end, &ip) < 0 ||
            !address_in(tx, vpc_id, ip))
            return -ENOENT;
        *ret_address = ip;
        return 0;
    }
    suffix = public_suffix(tx->arena, vpc->region);
    if (!text_ends(name, suffix) || !text_starts(name, "ec2-") ||
        dashed_ip(name + strlen("ec2-"), name + strlen(name) - strlen(suffix), &ip) < 0)
        return -ENOENT;
    return public_name(tx, vpc_id, ip, ret_address);
}

int netview_address_name(struct tx *tx, const char *vpc_id, struct ip4 address, const char **ret_name) {
    const struct vpc_row *vpc = vpc_find(tx, vpc_id);
    if (!vpc || !address_in(tx, vpc_id, address))
        return -ENOENT;
    unsigned v = address.v;
    *ret_name = arena_printf(tx->arena, "ip-%u-%u-%u-%u%s", v >> 24, v >> 16 & 255, v >> 8 & 255, v & 255,
                             private_suffix(tx->arena, vpc->region));
    return 0;
}
