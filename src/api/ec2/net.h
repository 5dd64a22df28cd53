/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net: what the handlers of the network half call of one another.
 *
 * Theory of operation: each kind of resource has one file, and whoever needs one made or removed on the way
 * (a VPC brings a main route table, an ACL and a group) calls that file's <kind>_make() and <kind>_remove().
 * They check nothing and refuse nothing: that is the handlers' part, done before.  Every change of what
 * packets may do ends in net_changed().
 */
#ifndef VPCBOX_API_EC2_NET_H
#define VPCBOX_API_EC2_NET_H

#include "api/ec2/ec2.h"
#include "base/ip.h"
#include "net/awsnet.h"

/* Called for each change of what packets may do.  A VPC that never had an interface is in no image, so
 * that nothing has to be published for it. */
void net_changed(struct api_request *rq, const char *vpc_id);

/* A row's own CIDR: always well-formed. */
struct prefix4 net_cidr(const char *text);
const char *net_cidr_text(struct api_request *rq, struct prefix4 cidr); /* canonical: host bits cleared */
const char *net_cidr6_text(struct api_request *rq, const char *text); /* the same for IPv6; NULL: malformed */
/* "tcp", "6", "all" → 6; -1 for all.  -EINVAL. */
int net_protocol(const char *text, int *ret_number);

struct subnet_row *subnet_make(struct api_request *rq, const struct vpc_row *vpc, struct prefix4 cidr,
                               const struct awsnet_zone *zone, bool is_default);

/* Route tables: an empty one with the local routes of its VPC; its main association when is_main. */
const char *route_table_make(struct api_request *rq, const char *vpc_id, bool is_main);
void route_table_remove(struct api_request *rq, const char *id);
void route_add(struct api_request *rq, const char *table_id, const char *vpc_id, const char *destination,
               const char *target_id, const char *instance_id, const char *origin);
const struct route_row *route_of(struct api_request *rq, const char *table_id, const char *destination);

const char *acl_make(struct api_request *rq, const char *vpc_id, bool is_default);
void acl_remove(struct api_request *rq, const char *id);
/* The rule 101 that allows all of IPv6, both ways, beside the rule 100 that does so for IPv4. */
void acl_allow_ipv6(struct api_request *rq, const char *id);
const char *acl_default_of(struct api_request *rq, const char *vpc_id);

const char *group_make(struct api_request *rq, const char *vpc_id, const char *name, const char *description);
/* All IPv6 out, when all IPv4 is let out. */
void group_allow_ipv6(struct api_request *rq, const char *id);
void group_remove(struct api_request *rq, const char *id);

/* The account's prefix list of that id in the request's region; says NotFound or Malformed when NULL. */
const struct awsnet_prefix_list *prefix_list_get(struct api_request *rq, const char *id);

#endif
