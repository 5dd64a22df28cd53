/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image: the network as one flat, position-independent, read-only block.
 *
 * Theory of operation: image_build() compiles a spec into a block that is never written again.  The
 * block holds a header, global tables and one segment per VPC:
 *
 *   header | by num: port -> ENI | by public address -> address | ranges | VPC index | strings
 *   segment: struct image_vpc | arrays of structs named by its spans | strings
 *
 * A reference is never a pointer: a span gives an offset from its segment's start, other references
 * are indexes into the segment's arrays, and names are offsets into the segment's strings (0 is "").
 * So a segment whose VPC did not change is copied whole from the previous image, and a block works
 * wherever it is mapped: in the fabric, in explain, in a test, from a file.
 *
 * Look-ups are prepared at build time: a route table is a sorted list of address intervals with the
 * winning route of each (longest prefix, then AWS's order of kinds), so that a look-up is one binary
 * search; ENIs are hashed by number, public address, (VPC, private address) and (VPC, MAC); ENIs
 * with the same groups share a set.
 *
 * A block that arrives from outside (file, memfd) is validated whole before anybody reads it: every
 * span, index and name, and the order of every sorted array.  Readers then trust it.  A memfd must be
 * sealed against writing, so that it stays what was validated.
 */
#ifndef VPCBOX_NET_IMAGE_H
#define VPCBOX_NET_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/ip.h"
#include "net/spec.h"

enum { IMAGE_LAYOUT = 2 }; /* grows when any struct below changes */
#define IMAGE_NONE UINT32_MAX

struct image_span {
    uint32_t at, count; /* bytes from the segment's start, items */
};
struct image_slice {
    uint32_t first, count; /* items of the segment's array of that kind */
};

/* What a rule or ACL entry matches; ports are the packet's destination ports. */
struct image_match {
    struct ipaddr addr, mask;
    int16_t protocol;             /* -1 all */
    int16_t icmp_type, icmp_code; /* -1 any; only ICMP and ICMPv6 */
    uint16_t from_port, to_port;  /* only TCP and UDP */
    uint8_t length;               /* of the prefix that addr and mask are */
    uint8_t v6, zero[4];
};

struct image_subnet {
    uint32_t id, table, acl, zero; /* name, index, index */
    struct prefix cidr, cidr6;     /* all zeros: has none */
};
struct image_table {
    uint32_t id, zero;
    struct image_slice routes, steps, steps6; /* a family each */
};
struct image_route {
    struct prefix cidr;   /* a prefix list's route is one item for each of its prefixes */
    uint32_t prefix_list; /* name, or 0 */
    uint32_t target_id;   /* name */
    uint32_t target;      /* index of an ENI or gateway endpoint, else IMAGE_NONE */
    uint32_t kind;        /* enum spec_target */
};
struct image_step { /* from this address up to the next step's */
    struct ipaddr start;
    uint32_t route, zero; /* index into routes, or IMAGE_NONE */
};
struct image_acl {
    uint32_t id;
    struct image_slice in, out;
};
struct image_acl_entry { /* ascending by number */
    struct image_match match;
    uint16_t number;
    uint8_t allow, zero[5];
};
struct image_group {
    uint32_t id;
    struct image_slice in, out;
};
struct image_rule {
    struct image_match match; /* addr and mask only for SPEC_PEER_CIDR */
    uint32_t id, peer_id;     /* names */
    uint32_t peer;            /* group or prefix list index; IMAGE_NONE: unknown, matches nothing */
    uint32_t peer_kind;       /* enum spec_peer_kind */
};
struct image_list {
    uint32_t id, name;
    struct image_slice ranges;
};
struct image_range {
    struct ipaddr first, last; /* inclusive; ascending, disjoint; of one family */
};
struct image_eni {
    uint32_t num, tag; /* tag: hash of the id, tells a reused number */
    uint32_t id, instance_id, endpoint_id;
    uint32_t subnet, endpoint_num;
    struct image_slice addresses, groups; /* into addresses, into members */
    struct mac mac;
    uint8_t kind;                           /* enum spec_eni_kind */
    uint8_t source_dest_check, up, zero[3]; /* no bytes that nobody has set: images are compared */
};
struct image_address {
    struct ipaddr private_ip;
    struct ip4 public_ip;
    uint32_t eni, index, zero; /* its ENI, and which of that ENI's addresses it is */
};
struct image_endpoint {
    uint32_t num, id, list; /* list: index, or IMAGE_NONE */
};

/* One VPC's segment. */
struct image_vpc {
    uint32_t magic, bytes;
    uint64_t version, lists_hash;
    uint32_t id, internet_gateway_id, domain_name; /* names */
    uint32_t dns_support;
    struct image_span cidrs, subnets, tables, routes, steps, acls, acl_entries, groups, rules, lists, ranges,
        enis, members, addresses, by_address, by_mac, endpoints, strings;
};

struct image; /* a handle on one block */

/*
 * Compiles a spec.  previous (or NULL) lends the segments of VPCs whose version did not change; it may be
 * freed afterwards.  -ENOENT: an id refers to nothing; -EEXIST: a number or address twice; -EINVAL: a value
 * out of range; -E2BIG: a VPC over 4 GiB; -ENOMEM.  The caller frees *ret_image with image_free().
 */
int image_build(const struct spec *spec, const struct image *previous, struct image **ret_image);
/*
 * The same, but a VPC that cannot be built stops nobody else: `failed` hears of it with image_build()'s error, and
 * the VPC keeps its last segment, or is left out when it has none.
 */
int image_build_each(const struct spec *spec, const struct image *previous,
                     void (*failed)(void *user, const char *vpc_id, int error), void *user,
                     struct image **ret_image);
/* Whether previous (or NULL) has this VPC's segment in this version, made from the spec's prefix lists. */
struct image_lender; /* previous, ready to be asked; NULL lends nothing */
int image_lender_new(const struct image *previous, const struct spec *spec, struct image_lender **ret_lender);
bool image_lends(const struct image_lender *lender, const char *vpc_id, uint64_t version);
void image_lender_free(struct image_lender *lender); /* NULL is fine */
void image_free(struct image *image);                /* NULL is fine */

const void *image_data(const struct image *image);
size_t image_size(const struct image *image);
uint64_t image_generation(const struct image *image);

/* A new memfd with the block, sealed; the caller closes it.  Or a negative errno. */
int image_to_memfd(const struct image *image);
/* Maps a sealed memfd; fd stays the caller's and may be closed at once.  -EPERM: not sealed; -EBADMSG: not an
 * image. */
int image_map(int fd, struct image **ret_image);
/* Copies and validates a block from memory.  -EBADMSG: not an image. */
int image_parse(const void *data, size_t size, struct image **ret_image);

/* Readers.  What they return lives as long as the image. */
size_t image_vpc_count(const struct image *image);
const struct image_vpc *image_vpc_at(const struct image *image, size_t index);
const struct image_vpc *image_vpc_by_id(const struct image *image, const char *id);

/* All of these: NULL when absent; *ret_vpc is set only when found. */
const struct image_eni *image_eni_by_num(const struct image *image, uint32_t num,
                                         const struct image_vpc **ret_vpc);
const struct image_address *image_address_by_public_ip(const struct image *image, struct ip4 ip,
                                                       const struct image_vpc **ret_vpc);
/* By eni-… or by the i-… whose primary (first listed) ENI it is.  A scan: for tools, not for packets. */
const struct image_eni *image_eni_by_id(const struct image *image, const char *id,
                                        const struct image_vpc **ret_vpc);
bool image_is_service(const struct image *image, struct ipaddr ip); /* inside service_cidrs */
bool image_is_public(const struct image *image, struct ipaddr ip);  /* inside public_cidrs */

const struct image_address *image_vpc_address(const struct image_vpc *vpc, struct ipaddr private_ip);
const struct image_eni *image_vpc_eni_by_mac(const struct image_vpc *vpc, struct mac mac);
/* The winning route, or NULL. */
const struct image_route *image_route_lookup(const struct image_vpc *vpc, const struct image_table *table,
                                             struct ipaddr destination);
bool image_list_contains(const struct image_vpc *vpc, uint32_t list, struct ipaddr ip);
/* Whether the ENI that owns private_ip in this VPC is in the group. */
bool image_group_has_address(const struct image_vpc *vpc, uint32_t group, struct ipaddr private_ip);
static inline bool image_match_address(const struct image_match *m, struct ipaddr ip) {
    return m->v6 == !ip_is4(ip) && ip_masked_equal(m->addr, ip, m->mask);
}
/* Protocol, ports and ICMP type and code; not the address. */
static inline bool image_match_protocol(const struct image_match *m, uint8_t protocol, uint16_t port,
                                        int icmp_type, int icmp_code) {
    if (m->protocol < 0)
        return true;
    if (m->protocol != protocol)
        return false;
    if (protocol == 6 || protocol == 17)
        return port >= m->from_port && port <= m->to_port;
    if (protocol == 1 || protocol == 58)
        return (m->icmp_type < 0 || m->icmp_type == icmp_type) &&
               (m->icmp_code < 0 || m->icmp_code == icmp_code);
    return true;
}

/* A name: "" for none. */
static inline const char *image_name(const struct image_vpc *vpc, uint32_t name) {
    return (const char *)vpc + vpc->strings.at + name;
}

/* The segment's arrays: image_enis(vpc)[i] and so on, vpc->enis.count of them. */
#define IMAGE_ARRAY(field, type)                                                                             \
    static inline const type *image_##field(const struct image_vpc *vpc) {                                   \
        return (const type *)(const void *)((const char *)vpc + vpc->field.at);                              \
    }
IMAGE_ARRAY(cidrs, struct prefix)
IMAGE_ARRAY(subnets, struct image_subnet)
IMAGE_ARRAY(tables, struct image_table)
IMAGE_ARRAY(routes, struct image_route)
IMAGE_ARRAY(steps, struct image_step)
IMAGE_ARRAY(acls, struct image_acl)
IMAGE_ARRAY(acl_entries, struct image_acl_entry)
IMAGE_ARRAY(groups, struct image_group)
IMAGE_ARRAY(rules, struct image_rule)
IMAGE_ARRAY(lists, struct image_list)
IMAGE_ARRAY(ranges, struct image_range)
IMAGE_ARRAY(enis, struct image_eni)
IMAGE_ARRAY(members, uint32_t)
IMAGE_ARRAY(addresses, struct image_address)
IMAGE_ARRAY(by_address, uint32_t)
IMAGE_ARRAY(by_mac, uint32_t)
IMAGE_ARRAY(endpoints, struct image_endpoint)

static inline const struct image_subnet *image_eni_subnet(const struct image_vpc *vpc,
                                                          const struct image_eni *eni) {
    return &image_subnets(vpc)[eni->subnet];
}
static inline const struct image_address *image_eni_primary(const struct image_vpc *vpc,
                                                            const struct image_eni *eni) {
    return &image_addresses(vpc)[eni->addresses.first];
}

static inline bool image_subnet_contains(const struct image_subnet *subnet, struct ipaddr ip) {
    struct prefix cidr = ip_is4(ip) ? subnet->cidr : subnet->cidr6;

    return !prefix_none(cidr) && prefix_contains(cidr, ip);
}

/* The whole image as text, one object a line: for people and for tests. */
void image_dump(const struct image *image, struct buf *out);

#endif
