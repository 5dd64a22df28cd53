/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world: the small network that the packet tests play in, as a spec whose every part a test may change
 * before it builds the image.
 *
 *   vpc-a 10.0.0.0/16, igw-a                      vpc-b: the same addresses, igw-b
 *     pub  10.0.0.0/24  0/0 -> igw-a                bpub 10.0.0.0/24  0/0 -> igw-b
 *       1 nat   .10  203.0.113.10  no check           21 bweb .20 203.0.113.40
 *       4 web   .20  203.0.113.20                   bpriv 10.0.1.0/24 local only
 *       7 web2  .21 (.22 second) 203.0.113.21         20 bapp .10
 *     priv 10.0.1.0/24  0/0 -> eni-nat, pl-s3 -> vpce-s3
 *       2 app   .10      3 app2 .11      6 ssm .100 (interface endpoint vpce-ssm)
 *     iso  10.0.2.0/24  local only, an ACL of its own (acl-iso)
 *       5 iso   .10
 */
#ifndef VPCBOX_TESTS_WORLD_H
#define VPCBOX_TESTS_WORLD_H

#include <string.h>

#include "net/image.h"

static inline struct ipaddr ip(const char *text) {
    struct ipaddr out = {0, 0};

    if (ip_parse(text, &out) < 0)
        __builtin_trap();
    return out;
}
static inline struct ip4 four(const char *text) {
    return ip_v4(ip(text));
}
static inline struct prefix cidr(const char *text) {
    struct prefix out = {.length = 0};

    if (prefix_parse(text, &out) < 0)
        __builtin_trap();
    return out;
}

enum { NAT = 1, APP = 2, APP2 = 3, WEB = 4, ISO = 5, SSM = 6, WEB2 = 7, BAPP = 20, BWEB = 21 };
enum { VPCE_S3 = 70, VPCE_SSM = 71 };

/* Room for what a test adds. */
enum { WORLD_RULES = 8, WORLD_ROUTES = 6, WORLD_ENTRIES = 6 };

struct world {
    struct spec spec;
    struct spec_vpc vpc[2];
    struct prefix vpc_cidr[1], a_cidr[2], service[2], public[1], s3[1];
    struct spec_prefix_list lists[1];
    struct spec_subnet a_subnets[3], b_subnets[2];
    struct spec_route_table a_tables[3], b_tables[2];
    struct spec_route pub[WORLD_ROUTES], priv[WORLD_ROUTES], iso[WORLD_ROUTES], bpub[WORLD_ROUTES];
    struct spec_acl a_acls[2], b_acls[1];
    struct spec_acl_entry open[2], closed[WORLD_ENTRIES];
    struct spec_sg a_groups[5], b_groups[1];
    struct spec_sg_rule nat_rules[WORLD_RULES], app_rules[WORLD_RULES], web_rules[WORLD_RULES],
        iso_rules[WORLD_RULES], ep_rules[WORLD_RULES], b_rules[WORLD_RULES];
    struct spec_eni a_enis[7], b_enis[2];
    struct spec_address nat, app, app2, web, web2[2], isolated, ssm, bapp, bweb;
    const char *nat_sg[1], *app_sg[1], *web_sg[1], *iso_sg[1], *ep_sg[1], *b_sg[1];
    struct spec_gateway_endpoint endpoints[1];
};

static inline struct mac world_mac(uint32_t num) {
    return (struct mac){{6, 0, 0, 0, (uint8_t)(num >> 8), (uint8_t)num}};
}

static inline struct spec_sg_rule rule_cidr(const char *id, bool egress, int16_t protocol, int32_t from,
                                            int32_t to, const char *peer) {
    return (struct spec_sg_rule){.id = id,
                                 .egress = egress,
                                 .protocol = protocol,
                                 .from_port = from,
                                 .to_port = to,
                                 .peer = SPEC_PEER_CIDR,
                                 .cidr = cidr(peer)};
}
static inline struct spec_sg_rule rule_peer(const char *id, bool egress, int16_t protocol, int32_t from,
                                            int32_t to, const char *peer) {
    return (struct spec_sg_rule){.id = id,
                                 .egress = egress,
                                 .protocol = protocol,
                                 .from_port = from,
                                 .to_port = to,
                                 .peer =
                                     strncmp(peer, "pl-", 3) == 0 ? SPEC_PEER_PREFIX_LIST : SPEC_PEER_GROUP,
                                 .peer_id = peer};
}
static inline struct spec_acl_entry entry(uint16_t number, bool egress, bool allow, int16_t protocol,
                                          const char *net, int32_t from, int32_t to) {
    return (struct spec_acl_entry){number, egress, allow, protocol, cidr(net), from, to};
}
static inline struct spec_route route(const char *net, enum spec_target target, const char *id) {
    return (struct spec_route){cidr(net), NULL, target, id};
}

static inline struct spec_eni world_eni(uint32_t num, const char *id, const char *subnet,
                                        const char *instance, const struct spec_address *addresses,
                                        size_t count, const char *const *groups) {
    return (struct spec_eni){.num = num,
                             .id = id,
                             .subnet_id = subnet,
                             .instance_id = instance,
                             .mac = world_mac(num),
                             .source_dest_check = true,
                             .up = true,
                             .addresses = addresses,
                             .address_count = count,
                             .group_ids = groups,
                             .group_count = 1};
}

/*
 * The second family, for vpc-a: 2001:db8:0:aa00::/56, a /64 for each subnet, and for each instance the address that ends
 * like its IPv4 one.  Rules and entries for it are the tests' own.
 */
enum { WORLD_V6 = 7 };
struct world_v6 {
    struct spec_address addresses[WORLD_V6][3];
};
static inline void world_dual(struct world *w, struct world_v6 *v6) {
    static const char *const ips[WORLD_V6] = {"2001:db8:0:aa00::10", "2001:db8:0:aa01::10",
                                              "2001:db8:0:aa01::11", "2001:db8:0:aa00::20",
                                              "2001:db8:0:aa02::10", NULL,
                                              "2001:db8:0:aa00::21"};

    w->a_cidr[0] = w->vpc_cidr[0];
    w->a_cidr[1] = cidr("2001:db8:0:aa00::/56");
    w->vpc[0].cidrs = w->a_cidr;
    w->vpc[0].cidr_count = 2;
    w->a_subnets[0].cidr6 = cidr("2001:db8:0:aa00::/64");
    w->a_subnets[1].cidr6 = cidr("2001:db8:0:aa01::/64");
    w->a_subnets[2].cidr6 = cidr("2001:db8:0:aa02::/64");
    for (size_t i = 0; i < WORLD_V6; i++) {
        struct spec_eni *eni = &w->a_enis[i];

        if (!ips[i])
            continue;
        for (size_t a = 0; a < eni->address_count; a++)
            v6->addresses[i][a] = eni->addresses[a];
        v6->addresses[i][eni->address_count++] = (struct spec_address){ip(ips[i]), {0}};
        eni->addresses = v6->addresses[i];
    }
}

static inline void world_init(struct world *w) {
    memset(w, 0, sizeof(*w));
    w->vpc_cidr[0] = cidr("10.0.0.0/16");
    w->service[0] = cidr("52.219.0.0/20"); /* S3 */
    w->service[1] = cidr("52.94.0.0/22");  /* the others */
    w->public[0] = cidr("203.0.113.0/24");
    w->s3[0] = cidr("52.219.0.0/20");
    w->lists[0] = (struct spec_prefix_list){"pl-s3", "com.amazonaws.ap-northeast-1.s3", w->s3, 1};

    w->pub[0] = route("10.0.0.0/16", SPEC_TARGET_LOCAL, "local");
    w->pub[1] = route("0.0.0.0/0", SPEC_TARGET_INTERNET_GATEWAY, "igw-a");
    w->priv[0] = route("10.0.0.0/16", SPEC_TARGET_LOCAL, "local");
    w->priv[1] = route("0.0.0.0/0", SPEC_TARGET_ENI, "eni-nat");
    w->priv[2] = (struct spec_route){{.length = 0}, "pl-s3", SPEC_TARGET_GATEWAY_ENDPOINT, "vpce-s3"};
    w->iso[0] = route("10.0.0.0/16", SPEC_TARGET_LOCAL, "local");
    w->bpub[0] = route("0.0.0.0/0", SPEC_TARGET_INTERNET_GATEWAY, "igw-b");
    w->a_tables[0] = (struct spec_route_table){"rtb-pub", false, w->pub, 2};
    w->a_tables[1] = (struct spec_route_table){"rtb-priv", false, w->priv, 3};
    w->a_tables[2] = (struct spec_route_table){"rtb-iso", true, w->iso, 1};
    w->b_tables[0] = (struct spec_route_table){"rtb-bpub", false, w->bpub, 1};
    w->b_tables[1] = (struct spec_route_table){"rtb-bmain", true, NULL, 0};

    w->open[0] = entry(100, false, true, SPEC_PROTO_ALL, "0.0.0.0/0", -1, -1);
    w->open[1] = entry(100, true, true, SPEC_PROTO_ALL, "0.0.0.0/0", -1, -1);
    memcpy(w->closed, w->open, sizeof(w->open));
    w->a_acls[0] = (struct spec_acl){"acl-open", w->open, 2};
    w->a_acls[1] = (struct spec_acl){"acl-iso", w->closed, 2};
    w->b_acls[0] = (struct spec_acl){"acl-b", w->open, 2};

    w->nat_rules[0] = rule_cidr("sgr-nat-80", false, 6, 80, 80, "10.0.0.0/16");
    w->nat_rules[1] = rule_cidr("sgr-nat-443", false, 6, 443, 443, "10.0.0.0/16");
    w->nat_rules[2] = rule_cidr("sgr-nat-icmp", false, 1, -1, -1, "10.0.0.0/16");
    w->nat_rules[3] = rule_cidr("sgr-nat-out", true, SPEC_PROTO_ALL, -1, -1, "0.0.0.0/0");
    w->app_rules[0] = rule_cidr("sgr-app-out", true, SPEC_PROTO_ALL, -1, -1, "0.0.0.0/0");
    w->app_rules[1] = rule_peer("sgr-app-self", false, 6, 5432, 5432, "sg-app");
    w->web_rules[0] = rule_cidr("sgr-web-80", false, 6, 80, 80, "198.51.100.0/24");
    w->web_rules[1] = rule_peer("sgr-web-app", false, 6, 8080, 8080, "sg-app");
    w->web_rules[2] = rule_cidr("sgr-web-ping", false, 1, 8, -1, "10.0.1.0/24");
    w->web_rules[3] = rule_cidr("sgr-web-out", true, 6, 443, 443, "0.0.0.0/0");
    w->web_rules[4] = rule_cidr("sgr-web-eip", false, 6, 22, 22, "203.0.113.21/32");
    w->web_rules[5] = rule_cidr("sgr-web-out22", true, 6, 22, 22, "0.0.0.0/0");
    w->iso_rules[0] = rule_cidr("sgr-iso-in", false, SPEC_PROTO_ALL, -1, -1, "10.0.1.0/24");
    w->ep_rules[0] = rule_cidr("sgr-ep-443", false, 6, 443, 443, "10.0.0.0/16");
    w->b_rules[0] = rule_cidr("sgr-b-in", false, SPEC_PROTO_ALL, -1, -1, "0.0.0.0/0");
    w->b_rules[1] = rule_cidr("sgr-b-out", true, SPEC_PROTO_ALL, -1, -1, "0.0.0.0/0");
    w->a_groups[0] = (struct spec_sg){"sg-nat", w->nat_rules, 4};
    w->a_groups[1] = (struct spec_sg){"sg-app", w->app_rules, 2};
    w->a_groups[2] = (struct spec_sg){"sg-web", w->web_rules, 6};
    w->a_groups[3] = (struct spec_sg){"sg-iso", w->iso_rules, 1};
    w->a_groups[4] = (struct spec_sg){"sg-ep", w->ep_rules, 1};
    w->b_groups[0] = (struct spec_sg){"sg-b", w->b_rules, 2};
    w->nat_sg[0] = "sg-nat";
    w->app_sg[0] = "sg-app";
    w->web_sg[0] = "sg-web";
    w->iso_sg[0] = "sg-iso";
    w->ep_sg[0] = "sg-ep";
    w->b_sg[0] = "sg-b";

    w->a_subnets[0] =
        (struct spec_subnet){"subnet-pub", cidr("10.0.0.0/24"), {.length = 0}, "rtb-pub", "acl-open"};
    w->a_subnets[1] =
        (struct spec_subnet){"subnet-priv", cidr("10.0.1.0/24"), {.length = 0}, "rtb-priv", "acl-open"};
    w->a_subnets[2] =
        (struct spec_subnet){"subnet-iso", cidr("10.0.2.0/24"), {.length = 0}, "rtb-iso", "acl-iso"};
    w->b_subnets[0] =
        (struct spec_subnet){"subnet-bpub", cidr("10.0.0.0/24"), {.length = 0}, "rtb-bpub", "acl-b"};
    w->b_subnets[1] =
        (struct spec_subnet){"subnet-bpriv", cidr("10.0.1.0/24"), {.length = 0}, "rtb-bmain", "acl-b"};

    w->nat = (struct spec_address){ip("10.0.0.10"), four("203.0.113.10")};
    w->app = (struct spec_address){ip("10.0.1.10"), {0}};
    w->app2 = (struct spec_address){ip("10.0.1.11"), {0}};
    w->web = (struct spec_address){ip("10.0.0.20"), four("203.0.113.20")};
    w->web2[0] = (struct spec_address){ip("10.0.0.21"), four("203.0.113.21")};
    w->web2[1] = (struct spec_address){ip("10.0.0.22"), {0}};
    w->isolated = (struct spec_address){ip("10.0.2.10"), {0}};
    w->ssm = (struct spec_address){ip("10.0.1.100"), {0}};
    w->bapp = (struct spec_address){ip("10.0.1.10"), {0}};
    w->bweb = (struct spec_address){ip("10.0.0.20"), four("203.0.113.40")};
    w->a_enis[0] = world_eni(NAT, "eni-nat", "subnet-pub", "i-nat", &w->nat, 1, w->nat_sg);
    w->a_enis[0].source_dest_check = false;
    w->a_enis[1] = world_eni(APP, "eni-app", "subnet-priv", "i-app", &w->app, 1, w->app_sg);
    w->a_enis[2] = world_eni(APP2, "eni-app2", "subnet-priv", "i-app2", &w->app2, 1, w->app_sg);
    w->a_enis[3] = world_eni(WEB, "eni-web", "subnet-pub", "i-web", &w->web, 1, w->web_sg);
    w->a_enis[4] = world_eni(ISO, "eni-iso", "subnet-iso", "i-iso", &w->isolated, 1, w->iso_sg);
    w->a_enis[5] = world_eni(SSM, "eni-ssm", "subnet-priv", NULL, &w->ssm, 1, w->ep_sg);
    w->a_enis[5].kind = SPEC_ENI_INTERFACE_ENDPOINT;
    w->a_enis[5].endpoint_id = "vpce-ssm";
    w->a_enis[5].endpoint_num = VPCE_SSM;
    w->a_enis[6] = world_eni(WEB2, "eni-web2", "subnet-pub", "i-web2", w->web2, 2, w->web_sg);
    w->b_enis[0] = world_eni(BAPP, "eni-bapp", "subnet-bpriv", "i-bapp", &w->bapp, 1, w->b_sg);
    w->b_enis[1] = world_eni(BWEB, "eni-bweb", "subnet-bpub", "i-bweb", &w->bweb, 1, w->b_sg);
    w->endpoints[0] = (struct spec_gateway_endpoint){VPCE_S3, "vpce-s3", "pl-s3"};

    w->vpc[0] = (struct spec_vpc){.id = "vpc-a",
                                  .version = 1,
                                  .cidrs = w->vpc_cidr,
                                  .cidr_count = 1,
                                  .dns_support = true,
                                  .internet_gateway_id = "igw-a",
                                  .subnets = w->a_subnets,
                                  .subnet_count = 3,
                                  .route_tables = w->a_tables,
                                  .route_table_count = 3,
                                  .acls = w->a_acls,
                                  .acl_count = 2,
                                  .groups = w->a_groups,
                                  .group_count = 5,
                                  .enis = w->a_enis,
                                  .eni_count = 7,
                                  .gateway_endpoints = w->endpoints,
                                  .gateway_endpoint_count = 1,
                                  .domain_name = "ap-northeast-1.compute.internal"};
    w->vpc[1] = (struct spec_vpc){.id = "vpc-b",
                                  .version = 1,
                                  .cidrs = w->vpc_cidr,
                                  .cidr_count = 1,
                                  .dns_support = false,
                                  .internet_gateway_id = "igw-b",
                                  .subnets = w->b_subnets,
                                  .subnet_count = 2,
                                  .route_tables = w->b_tables,
                                  .route_table_count = 2,
                                  .acls = w->b_acls,
                                  .acl_count = 1,
                                  .groups = w->b_groups,
                                  .group_count = 1,
                                  .enis = w->b_enis,
                                  .eni_count = 2};
    w->spec = (struct spec){.generation = 1,
                            .service_cidrs = w->service,
                            .service_cidr_count = 2,
                            .prefix_lists = w->lists,
                            .prefix_list_count = 1,
                            .vpcs = w->vpc,
                            .vpc_count = 2,
                            .public_cidrs = w->public,
                            .public_cidr_count = 1};
}

#endif
