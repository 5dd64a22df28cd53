/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ipv6: the second family of VPCs, subnets and interfaces (ipv6.c, ipv6_rows.c, eni_ipv6.c), as the other handlers use it.
 *
 * Theory of operation: everything is in the arena of the request.  The checks refuse in AWS's words; what adds and
 * removes checks nothing.
 */
#ifndef VPCBOX_API_EC2_IPV6_H
#define VPCBOX_API_EC2_IPV6_H

#include "api/ec2/net.h"

/* A row's own prefix of either family: always well-formed; all zeros for NULL. */
struct prefix net_prefix(const char *text);

/* Refuses the members of CreateVpc and AssociateVpcCidrBlock that ask for what is not there. */
int ipv6_check_vpc_request(struct api_request *rq, bool amazon_provided, const char *cidr, const char *pool,
                           const char *ipam_pool, bool netmask, const char *border_group);
struct vpc_cidr6_rows ipv6_vpc_ranges(struct api_request *rq, const char *vpc_id);
bool ipv6_vpc_has(struct api_request *rq, const char *vpc_id);
/* A new /56, with local routes and, for the VPC's first, default rules. */
const struct vpc_cidr6_row *ipv6_vpc_add(struct api_request *rq, const char *vpc_id);
struct ec2_vpc_ipv6_cidr_block_association ipv6_vpc_view(struct api_request *rq,
                                                         const struct vpc_cidr6_row *row, const char *state);
struct ec2_subnet_ipv6_cidr_block_association
ipv6_subnet_view(struct api_request *rq, const struct subnet_row *row, const char *state);

/* Inside the VPC's ranges, a length that subnets may have, nobody else's; in its canonical form. */
int ipv6_check_subnet_range(struct api_request *rq, const char *vpc_id, const char *text,
                            const char **ret_cidr);

/* The addresses of an ENI in their order. */
struct eni_address6_rows ipv6_eni_addresses(struct api_request *rq, const char *eni_id);

/* From a request's two members, of which one may be set; its other way is refused. */
int ipv6_wanted(struct api_request *rq, const struct ec2_instance_ipv6_address *list, size_t list_count,
                struct opt_int count, struct ipv6_wanted *ret_wanted);
/* Gives an ENI what is wanted.  ret_added: count + text_count texts, or NULL. */
int ipv6_eni_add(struct api_request *rq, const struct eni_row *eni, const struct ipv6_wanted *wanted,
                 const char **ret_added);

#endif
