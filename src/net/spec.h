/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spec: the network in words: what the compile step hands to the image builder.
 *
 * Theory of operation: plain arrays of plain structs, names are AWS ids.  src/compile fills one of
 * these from the stored resources; image_build() (net/image.h) turns it into the flat block that
 * the fabric maps.  Unit tests and the differential test write specs by hand.  Nothing in here is
 * a forwarding structure, and nothing after image_build() looks at a spec again.
 *
 * A VPC is the unit of change: `version` grows whenever anything inside that VPC changes, and the
 * builder reuses the previous image's segment when the version is the same.  Whoever asks image_lends() first need
 * not describe such a VPC, and says so by `lent`.
 * All pointers are borrowed for the duration of image_build().
 */
#ifndef VPCBOX_NET_SPEC_H
#define VPCBOX_NET_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"

enum { SPEC_PROTO_ALL = -1 };

enum spec_peer_kind { SPEC_PEER_CIDR, SPEC_PEER_GROUP, SPEC_PEER_PREFIX_LIST };

struct spec_sg_rule {
    const char *id; /* sgr-… */
    bool egress;
    int16_t protocol;           /* IANA number, or SPEC_PROTO_ALL */
    int32_t from_port, to_port; /* TCP/UDP: inclusive range; ICMP, ICMPv6: type and code, -1 = any */
    enum spec_peer_kind peer;
    struct prefix cidr;  /* SPEC_PEER_CIDR */
    const char *peer_id; /* sg-… or pl-… */
};

struct spec_sg {
    const char *id;
    const struct spec_sg_rule *rules;
    size_t rule_count;
};

struct spec_acl_entry {
    uint16_t number; /* ascending order decides; 32767 is the implicit deny, not listed here */
    bool egress, allow;
    int16_t protocol;
    struct prefix cidr;
    int32_t from_port, to_port; /* as in spec_sg_rule */
};

struct spec_acl {
    const char *id;
    const struct spec_acl_entry *entries;
    size_t entry_count;
};

enum spec_target {
    SPEC_TARGET_LOCAL,
    SPEC_TARGET_INTERNET_GATEWAY,
    SPEC_TARGET_ENI, /* also routes to an instance: its primary ENI */
    SPEC_TARGET_GATEWAY_ENDPOINT,
    SPEC_TARGET_NAT_GATEWAY, /* reserved for the next milestones, dropped as unsupported today */
    SPEC_TARGET_PEERING,
    SPEC_TARGET_TRANSIT_GATEWAY,
    SPEC_TARGET_BLACKHOLE /* target gone or unusable; target_id still names it */
};

struct spec_route {
    struct prefix cidr;         /* when prefix_list_id is NULL */
    const char *prefix_list_id; /* pl-…, or NULL */
    enum spec_target target;
    const char *target_id; /* "local", igw-…, eni-…, vpce-…, i-… */
};

struct spec_route_table {
    const char *id;
    bool main;
    const struct spec_route *routes;
    size_t route_count;
};

struct spec_subnet {
    const char *id;
    struct prefix cidr, cidr6;  /* the IPv4 and the IPv6 one; all zeros: has none */
    const char *route_table_id; /* already resolved: explicit association or the main table */
    const char *acl_id;
};

struct spec_address {
    struct ipaddr private_ip;
    struct ip4 public_ip; /* IPv4 only; 0 when none */
};

enum spec_eni_kind {
    SPEC_ENI_INSTANCE,          /* has a port in the fabric while its instance runs */
    SPEC_ENI_INTERFACE_ENDPOINT /* delivered to the service port, never a port of its own */
};

struct spec_eni {
    uint32_t num; /* stable for the ENI's life, 1..2^20-1: the port number and the door identity */
    const char *id;
    const char *subnet_id;
    enum spec_eni_kind kind;
    const char *instance_id; /* or NULL */
    const char *endpoint_id; /* vpce-… for SPEC_ENI_INTERFACE_ENDPOINT, else NULL */
    uint32_t endpoint_num;   /* its door number */
    struct mac mac;
    bool source_dest_check;
    bool up;                              /* attached to a running instance; an endpoint's is always up */
    const struct spec_address *addresses; /* first is primary; IPv4 before IPv6 */
    size_t address_count;                 /* at most 16 of a family */
    const char *const *group_ids;
    size_t group_count;
};

struct spec_gateway_endpoint {
    uint32_t num; /* door number, stable, 1..2^20-1, shared number space with interface endpoints */
    const char *id;
    const char *prefix_list_id;
};

struct spec_vpc {
    const char *id;
    uint64_t version;
    bool lent;                  /* nothing below is set: the previous image's segment, or the build fails */
    const struct prefix *cidrs; /* first is the primary IPv4 one: its base+2 is the resolver */
    size_t cidr_count;
    bool dns_support;
    const char *internet_gateway_id; /* attached one, or NULL */
    const struct spec_subnet *subnets;
    size_t subnet_count;
    const struct spec_route_table *route_tables;
    size_t route_table_count;
    const struct spec_acl *acls;
    size_t acl_count;
    const struct spec_sg *groups;
    size_t group_count;
    const struct spec_eni *enis;
    size_t eni_count;
    const struct spec_gateway_endpoint *gateway_endpoints;
    size_t gateway_endpoint_count;
    const char *domain_name; /* DHCP option 15, as ap-northeast-1.compute.internal; or NULL */
};

struct spec_prefix_list {
    const char *id;   /* pl-… */
    const char *name; /* com.amazonaws.<region>.s3 */
    const struct prefix *cidrs;
    size_t cidr_count;
};

struct spec {
    uint64_t generation;                /* grows with every image */
    const struct prefix *service_cidrs; /* public addresses of AWS services: lead to the service port */
    size_t service_cidr_count;
    const struct spec_prefix_list *prefix_lists;
    size_t prefix_list_count;
    const struct spec_vpc *vpcs;
    size_t vpc_count;
    const struct prefix *public_cidrs; /* where public addresses are allotted from: */
    size_t public_cidr_count;          /* one that no ENI has leads nowhere, not to the uplink */
};

#endif
