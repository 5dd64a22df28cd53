/* SPDX-License-Identifier: Apache-2.0 */
/*
 * random_net: two VPCs made by chance, whose instances are the guests 1 to GUESTS of the differential test.
 * The same seed makes the same network.  Chances are such that about half of all packets arrive.
 */
#ifndef VPCBOX_TESTS_RANDOM_NET_H
#define VPCBOX_TESTS_RANDOM_NET_H

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "net/spec.h"

enum {
    GUESTS = 7,
    HALF_SUBNETS = 3,
    HALF_GROUPS = 4,
    HALF_ENIS = GUESTS + 1,
    NET_ROUTES = 6,
    NET_ENTRIES = 12,
    NET_RULES = 12,
    ENDPOINT_ENI = 100, /* + the VPC's index */
    ENDPOINT_DOOR = 50
};

static inline struct ip4 ip(const char *text) {
    struct ip4 out = {0};

    if (ip4_parse(text, &out) < 0)
        abort();
    return out;
}

static inline struct prefix cidr(const char *text) {
    struct prefix out = {.length = 0};

    if (prefix_parse(text, &out) < 0)
        abort();
    return out;
}

/* One VPC. */
struct half {
    struct prefix cidr[1];
    struct spec_subnet subnets[HALF_SUBNETS];
    struct spec_route_table tables[HALF_SUBNETS];
    struct spec_route routes[HALF_SUBNETS][NET_ROUTES];
    struct spec_acl acls[HALF_SUBNETS];
    struct spec_acl_entry entries[HALF_SUBNETS][NET_ENTRIES];
    struct spec_sg groups[HALF_GROUPS];
    struct spec_sg_rule rules[HALF_GROUPS][NET_RULES];
    struct spec_eni enis[HALF_ENIS];
    struct spec_address addresses[HALF_ENIS][2];
    const char *members[HALF_ENIS][2];
    size_t eni_count;
    struct spec_gateway_endpoint endpoints[1];
};

struct net {
    uint64_t random;
    struct arena arena;
    struct spec spec;
    struct spec_vpc vpcs[2];
    struct half halves[2];
    struct prefix service[2], public[1], s3[1];
    struct spec_prefix_list lists[1];
};

static const uint16_t net_ports[] = {22, 53, 80, 123, 443, 8080};
enum { NET_PORTS = sizeof(net_ports) / sizeof(net_ports[0]) };

/* xorshift64*: 0 to below - 1. */
static inline unsigned dice(struct net *n, unsigned below) {
    n->random ^= n->random >> 12;
    n->random ^= n->random << 25;
    n->random ^= n->random >> 27;
    return (unsigned)((n->random * UINT64_C(2685821657736338717)) >> 33) % below;
}

static inline bool chance(struct net *n, unsigned percent) {
    return dice(n, 100) < percent;
}

static inline struct mac guest_mac(uint32_t num) {
    return (struct mac){{6, 0, 0, 0, 1, (uint8_t)num}};
}

static inline struct spec_address *net_address(struct net *n, struct half *h) {
    size_t i = dice(n, (unsigned)h->eni_count);

    return &h->addresses[i][dice(n, (unsigned)h->enis[i].address_count)];
}

/* Something that a rule or entry may name. */
static inline struct prefix net_peer(struct net *n, struct half *h) {
    const struct spec_address *a = net_address(n, h);

    switch (dice(n, 7)) {
    case 0:
    case 1:
        return cidr("0.0.0.0/0");
    case 2:
        return h->cidr[0];
    case 3:
        return h->subnets[dice(n, HALF_SUBNETS)].cidr;
    case 4:
        return (struct prefix){.addr = a->private_ip, .length = 32};
    case 5:
        return (struct prefix){.addr = ip_of4(a->public_ip), .length = a->public_ip.v != 0 ? 32 : 0};
    default:
        return cidr("198.51.100.0/24");
    }
}

/* Protocol and ports of a rule or entry. */
static inline int16_t net_match(struct net *n, int32_t *ret_from, int32_t *ret_to) {
    static const int16_t protocols[] = {SPEC_PROTO_ALL, SPEC_PROTO_ALL, 6, 6, 17, 1};
    int16_t protocol = protocols[dice(n, 6)];
    uint16_t port = net_ports[dice(n, NET_PORTS)];

    *ret_from = *ret_to = -1;
    if (protocol == 1 && chance(n, 40))
        *ret_from = chance(n, 50) ? 8 : 0;
    if (protocol == 6 || protocol == 17) {
        unsigned kind = dice(n, 4);

        *ret_from = kind == 0 ? 0 : kind == 1 ? 1024 : port;
        *ret_to = kind <= 1 ? 65535 : port;
    }
    return protocol;
}

static inline void net_rule(struct net *n, struct half *h, unsigned half, unsigned group, bool egress) {
    struct spec_sg *g = &h->groups[group];
    struct spec_sg_rule *r = &h->rules[group][g->rule_count++];

    r->id = arena_printf(&n->arena, "sgr-%u%u%zu", half, group, g->rule_count);
    r->egress = egress;
    r->protocol = net_match(n, &r->from_port, &r->to_port);
    r->peer = chance(n, 70) ? SPEC_PEER_CIDR : chance(n, 80) ? SPEC_PEER_GROUP : SPEC_PEER_PREFIX_LIST;
    r->cidr = net_peer(n, h);
    r->peer_id = r->peer == SPEC_PEER_PREFIX_LIST
                     ? "pl-s3"
                     : arena_printf(&n->arena, "sg-%u%u", half, dice(n, HALF_GROUPS));
}

static inline void net_open_rule(struct net *n, struct half *h, unsigned group, bool egress) {
    struct spec_sg *g = &h->groups[group];

    h->rules[group][g->rule_count++] =
        (struct spec_sg_rule){.id = arena_printf(&n->arena, "sgr-open%u%d", group, egress),
                              .egress = egress,
                              .protocol = SPEC_PROTO_ALL,
                              .from_port = -1,
                              .to_port = -1,
                              .peer = SPEC_PEER_CIDR,
                              .cidr = cidr("0.0.0.0/0")};
}

static inline void net_groups(struct net *n, struct half *h, unsigned half) {
    for (unsigned g = 0; g < HALF_GROUPS; g++)
        h->groups[g] =
            (struct spec_sg){.id = arena_printf(&n->arena, "sg-%u%u", half, g), .rules = h->rules[g]};
    for (unsigned g = 0; g < HALF_GROUPS; g++) {
        if (chance(n, 85))
            net_open_rule(n, h, g, true);
        if (chance(n, 70))
            net_open_rule(n, h, g, false);
        for (unsigned i = dice(n, 3); i > 0; i--)
            net_rule(n, h, half, g, true);
        for (unsigned i = dice(n, 5); i > 0; i--)
            net_rule(n, h, half, g, false);
    }
}

static inline void net_entry(struct net *n, struct half *h, unsigned acl, uint16_t number, bool egress) {
    struct spec_acl *a = &h->acls[acl];
    struct spec_acl_entry *e = &h->entries[acl][a->entry_count++];

    e->number = number;
    e->egress = egress;
    e->allow = chance(n, 60);
    e->cidr = net_peer(n, h);
    e->protocol = net_match(n, &e->from_port, &e->to_port);
}

static inline void net_acl(struct net *n, struct half *h, unsigned half, unsigned acl) {
    bool plain = chance(n, 75);

    h->acls[acl] =
        (struct spec_acl){.id = arena_printf(&n->arena, "acl-%u%u", half, acl), .entries = h->entries[acl]};
    for (int egress = 0; egress < 2; egress++) {
        uint16_t number = 10;

        for (unsigned i = plain ? 0 : dice(n, 5); i > 0; i--, number = (uint16_t)(number + 10))
            net_entry(n, h, acl, number, egress);
        if (plain || chance(n, 70))
            h->entries[acl][h->acls[acl].entry_count++] =
                (struct spec_acl_entry){number, egress, true, SPEC_PROTO_ALL, cidr("0.0.0.0/0"), -1, -1};
    }
}

static inline struct spec_route net_route(struct net *n, struct half *h, struct prefix to, const char *igw) {
    const struct spec_eni *eni = &h->enis[dice(n, (unsigned)h->eni_count - 1)];

    if (chance(n, 8))
        return (struct spec_route){to, NULL, SPEC_TARGET_BLACKHOLE, eni->id};
    if (chance(n, 65))
        return (struct spec_route){to, NULL,
                                   igw != NULL ? SPEC_TARGET_INTERNET_GATEWAY : SPEC_TARGET_BLACKHOLE,
                                   igw != NULL ? igw : "igw-detached"};
    for (size_t i = 0; i + 1 < h->eni_count && chance(n, 80); i++) /* rather one that forwards */
        if (!h->enis[i].source_dest_check)
            eni = &h->enis[i];
    return (struct spec_route){to, NULL, SPEC_TARGET_ENI, eni->id};
}

static inline void net_table(struct net *n, struct half *h, unsigned half, unsigned table, const char *igw) {
    struct spec_route *routes = h->routes[table];
    struct spec_route_table *t = &h->tables[table];

    *t = (struct spec_route_table){
        .id = arena_printf(&n->arena, "rtb-%u%u", half, table), .main = table == 0, .routes = routes};
    routes[t->route_count++] = (struct spec_route){h->cidr[0], NULL, SPEC_TARGET_LOCAL, "local"};
    if (chance(n, 85))
        routes[t->route_count++] = net_route(n, h, cidr("0.0.0.0/0"), igw);
    if (chance(n, 40))
        routes[t->route_count++] = (struct spec_route){.prefix_list_id = "pl-s3",
                                                       .target = SPEC_TARGET_GATEWAY_ENDPOINT,
                                                       .target_id = h->endpoints[0].id};
    if (chance(n, 12))
        routes[t->route_count++] = net_route(n, h, cidr("198.51.100.0/25"), igw);
    if (chance(n, 15)) { /* a middlebox between two subnets */
        struct spec_route r = net_route(n, h, h->subnets[dice(n, HALF_SUBNETS)].cidr, igw);

        if (r.target == SPEC_TARGET_ENI)
            routes[t->route_count++] = r;
    }
}

/* Guest num, or with num 0 the VPC's interface endpoint. */
static inline void net_eni(struct net *n, struct half *h, unsigned half, uint32_t num) {
    size_t i = h->eni_count++;
    struct spec_eni *e = &h->enis[i];
    struct spec_address *a = h->addresses[i];
    const struct spec_subnet *subnet = &h->subnets[dice(n, HALF_SUBNETS)];
    uint32_t host = 10 + 4 * (num != 0 ? num : GUESTS + 1);

    *e = (struct spec_eni){.num = num != 0 ? num : ENDPOINT_ENI + half,
                           .subnet_id = subnet->id,
                           .source_dest_check = num == 0 || chance(n, 55),
                           .up = num == 0 || chance(n, 96),
                           .addresses = a,
                           .address_count = num != 0 && chance(n, 20) ? 2 : 1,
                           .group_ids = h->members[i],
                           .group_count = chance(n, 25) ? 2 : 1};
    e->id = arena_printf(&n->arena, "eni-%u", e->num);
    e->mac = guest_mac(e->num);
    a[0].private_ip = ip_plus(subnet->cidr.addr, host);
    a[1].private_ip = ip_plus(subnet->cidr.addr, host + 1);
    if (num == 0) {
        e->kind = SPEC_ENI_INTERFACE_ENDPOINT;
        e->endpoint_id = arena_printf(&n->arena, "vpce-ssm%u", half);
        e->endpoint_num = ENDPOINT_DOOR + 2 + half;
    } else {
        e->instance_id = arena_printf(&n->arena, "i-%u", num);
        if (chance(n, 75))
            a[0].public_ip = ip_v4(ip_plus(n->public[0].addr, 10 * num));
        if (e->address_count == 2 && chance(n, 30))
            a[1].public_ip = ip_v4(ip_plus(n->public[0].addr, 10 * num + 1));
    }
    h->members[i][0] = arena_printf(&n->arena, "sg-%u%u", half, dice(n, HALF_GROUPS / 2));
    h->members[i][1] = arena_printf(&n->arena, "sg-%u%u", half, HALF_GROUPS / 2 + dice(n, HALF_GROUPS / 2));
}

static inline void net_half(struct net *n, unsigned half, struct prefix range, unsigned first, unsigned end) {
    struct half *h = &n->halves[half];
    const char *igw = chance(n, 88) ? arena_printf(&n->arena, "igw-%u", half) : NULL;

    h->cidr[0] = range;
    h->endpoints[0] = (struct spec_gateway_endpoint){ENDPOINT_DOOR + half,
                                                     arena_printf(&n->arena, "vpce-s3%u", half), "pl-s3"};
    for (unsigned s = 0; s < HALF_SUBNETS; s++)
        h->subnets[s] = (struct spec_subnet){.id = arena_printf(&n->arena, "subnet-%u%u", half, s),
                                             .cidr = {.addr = ip_plus(range.addr, s << 8), .length = 24},
                                             .route_table_id = arena_printf(&n->arena, "rtb-%u%u", half, s),
                                             .acl_id = arena_printf(&n->arena, "acl-%u%u", half, s)};
    for (unsigned g = first; g < end; g++)
        net_eni(n, h, half, g);
    net_eni(n, h, half, 0);
    net_groups(n, h, half);
    for (unsigned s = 0; s < HALF_SUBNETS; s++) {
        net_acl(n, h, half, s);
        net_table(n, h, half, s, igw);
    }
    n->vpcs[half] = (struct spec_vpc){.id = half == 0 ? "vpc-0" : "vpc-1",
                                      .version = 1,
                                      .cidrs = h->cidr,
                                      .cidr_count = 1,
                                      .dns_support = chance(n, 85),
                                      .internet_gateway_id = igw,
                                      .subnets = h->subnets,
                                      .subnet_count = HALF_SUBNETS,
                                      .route_tables = h->tables,
                                      .route_table_count = HALF_SUBNETS,
                                      .acls = h->acls,
                                      .acl_count = HALF_SUBNETS,
                                      .groups = h->groups,
                                      .group_count = HALF_GROUPS,
                                      .enis = h->enis,
                                      .eni_count = h->eni_count,
                                      .gateway_endpoints = h->endpoints,
                                      .gateway_endpoint_count = 1};
}

static inline void net_make(struct net *n, uint64_t seed) {
    bool same;

    memset(n, 0, sizeof(*n));
    n->random = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15);
    n->service[0] = n->s3[0] = cidr("52.219.0.0/20");
    n->service[1] = cidr("52.94.0.0/22");
    n->public[0] = cidr("203.0.113.0/24");
    n->lists[0] = (struct spec_prefix_list){"pl-s3", "com.amazonaws.ap-northeast-1.s3", n->s3, 1};
    for (unsigned i = 0; i < 8; i++)
        dice(n, 2);
    same = chance(n, 50);
    net_half(n, 0, cidr("10.0.0.0/16"), 1, 5);
    net_half(n, 1, same ? cidr("10.0.0.0/16") : cidr("10.1.0.0/16"), 5, GUESTS + 1);
    n->spec = (struct spec){.service_cidrs = n->service,
                            .service_cidr_count = 2,
                            .prefix_lists = n->lists,
                            .prefix_list_count = 1,
                            .vpcs = n->vpcs,
                            .vpc_count = 2,
                            .public_cidrs = n->public,
                            .public_cidr_count = 1};
}

#endif
