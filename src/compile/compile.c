/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/compile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "net/awsnet.h"
#include "store/network.h"

struct compiler {
    struct tx *tx;
    struct arena *a;
};

/* A list that grows in the arena and ends as pointer and count in the spec. */
#define LIST(type) VEC(type)
#define HAND_OVER(list, field, count_field) ((field) = (list).items, (count_field) = (list).count)

static struct prefix cidr_of(const char *text) {
    struct prefix p = {.length = 0};
    if (text)
        prefix_parse(text, &p);
    return p;
}

static struct ipaddr ip_of(const char *text) {
    struct ipaddr ip = {0, 0};
    if (text)
        ip_parse(text, &ip);
    return ip;
}

static struct ip4 ip4_of(const char *text) {
    struct ip4 ip = {0};
    if (text)
        ip4_parse(text, &ip);
    return ip;
}

static const struct prefix *both_families(struct compiler *c, const struct prefix4 *cidrs, size_t count) {
    struct prefix *out = arena_array(c->a, struct prefix, count + 1);
    for (size_t i = 0; i < count; i++)
        out[i] = prefix_of4(cidrs[i]);
    return out;
}

/* ---- one VPC's parts ---- */

static void add_cidrs(struct compiler *c, struct spec_vpc *vpc) {
    LIST(struct prefix) list = {0};
    struct vpc_cidr_rows rows = vpc_cidr_list_by(c->tx, COL(vpc_cidr, vpc_id), vpc->id);
    for (size_t i = 0; i < rows.count; i++)
        if (rows.items[i].is_primary)
            *vec_push(c->a, &list) = cidr_of(rows.items[i].cidr);
    for (size_t i = 0; i < rows.count; i++)
        if (!rows.items[i].is_primary)
            *vec_push(c->a, &list) = cidr_of(rows.items[i].cidr);
    struct vpc_cidr6_rows six = vpc_cidr6_list_by(c->tx, COL(vpc_cidr6, vpc_id), vpc->id);
    for (size_t i = 0; i < six.count; i++)
        *vec_push(c->a, &list) = cidr_of(six.items[i].cidr);
    HAND_OVER(list, vpc->cidrs, vpc->cidr_count);
}

static void add_subnets(struct compiler *c, struct spec_vpc *vpc) {
    LIST(struct spec_subnet) list = {0};
    struct subnet_rows rows = subnet_list_by(c->tx, COL(subnet, vpc_id), vpc->id);
    for (size_t i = 0; i < rows.count; i++) {
        const struct subnet_row *s = &rows.items[i];
        const struct route_association_row *association = network_subnet_association(c->tx, s);
        *vec_push(c->a, &list) =
            (struct spec_subnet){.id = s->id,
                                 .cidr = cidr_of(s->cidr),
                                 .cidr6 = cidr_of(s->cidr6),
                                 .route_table_id = association ? association->route_table_id : NULL,
                                 .acl_id = s->acl_id};
    }
    HAND_OVER(list, vpc->subnets, vpc->subnet_count);
}

static struct spec_route spec_route_of(struct compiler *c, const struct route_row *row) {
    struct network_target target = network_route_target(c->tx, row);
    struct spec_route route = {
        .cidr = cidr_of(row->cidr), .prefix_list_id = row->prefix_list_id, .target_id = row->target_id};
    if (!target.active) {
        route.target = SPEC_TARGET_BLACKHOLE;
        return route;
    }
    switch (target.kind) {
    case NETWORK_TARGET_LOCAL:
        route.target = SPEC_TARGET_LOCAL;
        break;
    case NETWORK_TARGET_INTERNET_GATEWAY:
        route.target = SPEC_TARGET_INTERNET_GATEWAY;
        break;
    case NETWORK_TARGET_ENI:
        route.target = SPEC_TARGET_ENI;
        break;
    case NETWORK_TARGET_GATEWAY_ENDPOINT:
        route.target = SPEC_TARGET_GATEWAY_ENDPOINT;
        break;
    }
    return route;
}

static void add_route_tables(struct compiler *c, struct spec_vpc *vpc) {
    LIST(struct spec_route_table) list = {0};
    const struct route_association_row *main_one = network_main_association(c->tx, vpc->id);
    struct route_table_rows rows = route_table_list_by(c->tx, COL(route_table, vpc_id), vpc->id);
    for (size_t i = 0; i < rows.count; i++) {
        const char *id = rows.items[i].id;
        struct spec_route_table table = {.id = id, .main = main_one && text_is(main_one->route_table_id, id)};
        LIST(struct spec_route) routes = {0};
        struct route_rows route_rows = route_list_by(c->tx, COL(route, route_table_id), id);
        for (size_t r = 0; r < route_rows.count; r++)
            *vec_push(c->a, &routes) = spec_route_of(c, &route_rows.items[r]);
        HAND_OVER(routes, table.routes, table.route_count);
        *vec_push(c->a, &list) = table;
    }
    HAND_OVER(list, vpc->route_tables, vpc->route_table_count);
}

static void add_acls(struct compiler *c, struct spec_vpc *vpc) {
    LIST(struct spec_acl) list = {0};
    struct network_acl_rows rows = network_acl_list_by(c->tx, COL(network_acl, vpc_id), vpc->id);
    for (size_t i = 0; i < rows.count; i++) {
        struct spec_acl acl = {.id = rows.items[i].id};
        LIST(struct spec_acl_entry) entries = {0};
        struct acl_entry_rows entry_rows = acl_entry_list_by(c->tx, COL(acl_entry, acl_id), acl.id);
        for (size_t e = 0; e < entry_rows.count; e++) {
            const struct acl_entry_row *row = &entry_rows.items[e];
            *vec_push(c->a, &entries) =
                (struct spec_acl_entry){.number = (uint16_t)row->number,
                                        .egress = row->egress,
                                        .allow = row->allow,
                                        .protocol = (int16_t)row->protocol,
                                        .cidr = cidr_of(row->cidr ? row->cidr : row->cidr6),
                                        .from_port = (int32_t)row->from_port,
                                        .to_port = (int32_t)row->to_port};
        }
        HAND_OVER(entries, acl.entries, acl.entry_count);
        *vec_push(c->a, &list) = acl;
    }
    HAND_OVER(list, vpc->acls, vpc->acl_count);
}

static int16_t protocol_of(const char *text) {
    static const struct {
        const char *name;
        int16_t number;
    } names[] = {{"tcp", 6}, {"udp", 17}, {"icmp", 1}, {"icmpv6", 58}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (text_is(text, names[i].name))
            return names[i].number;
    int64_t number = SPEC_PROTO_ALL;
    parse_int(text, -1, 255, &number);
    return (int16_t)number;
}

static void add_groups(struct compiler *c, struct spec_vpc *vpc) {
    LIST(struct spec_sg) list = {0};
    struct security_group_rows rows = security_group_list_by(c->tx, COL(security_group, vpc_id), vpc->id);
    for (size_t i = 0; i < rows.count; i++) {
        struct spec_sg group = {.id = rows.items[i].id};
        LIST(struct spec_sg_rule) rules = {0};
        struct sg_rule_rows rule_rows = sg_rule_list_by(c->tx, COL(sg_rule, group_id), group.id);
        for (size_t r = 0; r < rule_rows.count; r++) {
            const struct sg_rule_row *row = &rule_rows.items[r];
            *vec_push(c->a, &rules) = (struct spec_sg_rule){
                .id = row->id,
                .egress = row->egress,
                .protocol = protocol_of(row->protocol),
                .from_port = (int32_t)row->from_port,
                .to_port = (int32_t)row->to_port,
                .peer = row->cidr || row->cidr6 ? SPEC_PEER_CIDR
                        : row->prefix_list_id   ? SPEC_PEER_PREFIX_LIST
                                                : SPEC_PEER_GROUP,
                .cidr = cidr_of(row->cidr ? row->cidr : row->cidr6),
                .peer_id = row->prefix_list_id ? row->prefix_list_id : row->peer_group_id};
        }
        HAND_OVER(rules, group.rules, group.rule_count);
        *vec_push(c->a, &list) = group;
    }
    HAND_OVER(list, vpc->groups, vpc->group_count);
}

static void describe_eni(struct compiler *c, const struct eni_row *row, struct spec_eni *eni) {
    *eni = (struct spec_eni){.num = (uint32_t)row->num,
                             .id = row->id,
                             .subnet_id = row->subnet_id,
                             .kind = row->endpoint_id ? SPEC_ENI_INTERFACE_ENDPOINT : SPEC_ENI_INSTANCE,
                             .instance_id = row->instance_id,
                             .endpoint_id = row->endpoint_id,
                             .source_dest_check = row->source_dest_check,
                             .up = network_eni_up(c->tx, row)};
    mac_parse(row->mac, &eni->mac);
    const struct vpc_endpoint_row *endpoint =
        row->endpoint_id ? vpc_endpoint_find(c->tx, row->endpoint_id) : NULL;
    eni->endpoint_num = endpoint ? (uint32_t)endpoint->num : 0;
    LIST(struct spec_address) addresses = {0};
    struct eni_address_rows address_rows = eni_address_list_by(c->tx, COL(eni_address, eni_id), row->id);
    for (size_t i = 0; i < address_rows.count; i++)
        *vec_push(c->a, &addresses) = (struct spec_address){ip_of(address_rows.items[i].private_ip),
                                                            ip4_of(address_rows.items[i].public_ip)};
    struct eni_address6_rows six = eni_address6_list_by(c->tx, COL(eni_address6, eni_id), row->id);
    for (size_t i = 0; i < six.count; i++)
        *vec_push(c->a, &addresses) = (struct spec_address){.private_ip = ip_of(six.items[i].ip)};
    HAND_OVER(addresses, eni->addresses, eni->address_count);
    LIST(const char *) groups = {0};
    struct eni_group_rows group_rows = eni_group_list_by(c->tx, COL(eni_group, eni_id), row->id);
    for (size_t i = 0; i < group_rows.count; i++)
        *vec_push(c->a, &groups) = group_rows.items[i].group_id;
    HAND_OVER(groups, eni->group_ids, eni->group_count);
}

static void add_endpoints(struct compiler *c, struct spec_vpc *vpc) {
    LIST(struct spec_gateway_endpoint) list = {0};
    struct vpc_endpoint_rows rows = vpc_endpoint_list_by(c->tx, COL(vpc_endpoint, vpc_id), vpc->id);
    for (size_t i = 0; i < rows.count; i++) {
        const struct vpc_endpoint_row *row = &rows.items[i];
        const struct awsnet_prefix_list *prefixes =
            text_is(row->type, "Gateway") ? awsnet_prefix_list(row->service, row->region) : NULL;
        if (prefixes)
            *vec_push(c->a, &list) = (struct spec_gateway_endpoint){
                .num = (uint32_t)row->num, .id = row->id, .prefix_list_id = prefixes->id};
    }
    HAND_OVER(list, vpc->gateway_endpoints, vpc->gateway_endpoint_count);
}

static void describe_vpc(struct compiler *c, const struct vpc_row *row, struct eni_rows enis,
                         struct spec_vpc *vpc) {
    const struct internet_gateway_row *gateway = network_vpc_gateway(c->tx, row->id);
    const struct dhcp_options_row *dhcp = dhcp_options_find(c->tx, row->dhcp_options_id);
    vpc->dns_support = row->dns_support;
    vpc->internet_gateway_id = gateway ? gateway->id : NULL;
    vpc->domain_name = dhcp ? dhcp->domain_name : NULL;
    add_cidrs(c, vpc);
    add_subnets(c, vpc);
    add_route_tables(c, vpc);
    add_acls(c, vpc);
    add_groups(c, vpc);
    LIST(struct spec_eni) list = {0};
    for (size_t i = 0; i < enis.count; i++)
        describe_eni(c, &enis.items[i], vec_push(c->a, &list));
    HAND_OVER(list, vpc->enis, vpc->eni_count);
    add_endpoints(c, vpc);
}

/* ---- the whole ---- */

static void add_prefix_lists(struct compiler *c, struct spec *spec) {
    size_t count;
    const struct awsnet_prefix_list *all = awsnet_prefix_lists(&count);
    struct spec_prefix_list *lists = arena_array(c->a, struct spec_prefix_list, count + 1);
    for (size_t i = 0; i < count; i++)
        lists[i] = (struct spec_prefix_list){.id = all[i].id,
                                             .name = all[i].name,
                                             .cidrs = both_families(c, all[i].cidrs, all[i].cidr_count),
                                             .cidr_count = all[i].cidr_count};
    spec->prefix_lists = lists;
    spec->prefix_list_count = count;
}

/* The version that says of all VPCs that they changed. */
static uint64_t version_of_all(struct tx *tx) {
    return network_version(tx, "");
}

static int compile_spec(struct tx *tx, const struct image *previous, struct spec *ret_spec) {
    struct compiler c = {.tx = tx, .a = tx->arena};
    struct spec spec = {0};
    struct image_lender *lender;
    /* A region that starts anew has no previous image, but the fabric has: time only grows. */
    uint64_t now = (uint64_t)clock_real_ms(), last = previous ? image_generation(previous) : 0;
    spec.generation = now > last ? now : last + 1;
    const struct prefix4 *service = awsnet_service_cidrs(&spec.service_cidr_count),
                         *public = awsnet_public_pool(&spec.public_cidr_count);
    spec.service_cidrs = both_families(&c, service, spec.service_cidr_count);
    spec.public_cidrs = both_families(&c, public, spec.public_cidr_count);
    add_prefix_lists(&c, &spec);
    int r = image_lender_new(previous, &spec, &lender);
    if (r < 0)
        return r;
    /* Every VPC that ever had an interface has a version (network_touch). */
    struct vpc_version_rows versions = vpc_version_list(tx);
    uint64_t of_all = version_of_all(tx);
    LIST(struct spec_vpc) vpcs = {0};
    for (size_t i = 0; i < versions.count; i++) {
        const char *id = versions.items[i].vpc_id;
        uint64_t own = (uint64_t)versions.items[i].version;
        struct spec_vpc vpc = {.id = id, .version = own > of_all ? own : of_all};
        vpc.lent = image_lends(lender, id, vpc.version);
        if (!vpc.lent) {
            const struct vpc_row *row = vpc_find(tx, id);
            struct eni_rows enis = eni_list_by(tx, COL(eni, vpc_id), id);
            if (!row || enis.count == 0)
                continue;
            describe_vpc(&c, row, enis, &vpc);
        }
        *vec_push(c.a, &vpcs) = vpc;
    }
    image_lender_free(lender);
    HAND_OVER(vpcs, spec.vpcs, spec.vpc_count);
    if (tx->failed)
        return tx->failed;
    *ret_spec = spec;
    return 0;
}

static void note_failure(void *user, const char *vpc_id, int error) {
    struct compile_failures *f = user;
    if (f->count < COMPILE_FAILURES_MAX) {
        snprintf(f->of[f->count].vpc_id, sizeof(f->of[0].vpc_id), "%s", vpc_id);
        f->of[f->count].error = error;
    }
    f->count++;
}

int compile_image(struct tx *tx, const struct image *previous, struct image **ret_image,
                  struct compile_failures *ret_failures) {
    struct spec spec;
    int r = compile_spec(tx, previous, &spec);
    ret_failures->count = 0;
    return r < 0 ? r : image_build_each(&spec, previous, note_failure, ret_failures, ret_image);
}
