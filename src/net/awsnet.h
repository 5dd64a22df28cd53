/* SPDX-License-Identifier: Apache-2.0 */
/*
 * awsnet: AWS seen from outside a VPC: regions and zones, services with their DNS names and public
 * addresses, AWS's prefix lists, and the pool that public addresses come from.
 *
 * Theory of operation: all of it is data (data/aws/), embedded in the program and parsed once, on first
 * use, by whichever thread comes first; what is returned lives for ever and never changes.
 *
 * Addresses: everything of AWS's own lies in the `service` ranges, which the network image leads to the
 * service port.  The box's region is one of many in the data, so services of other regions have names
 * and addresses too; S3 and DynamoDB addresses lie inside the prefix list of their own region only.
 */
#ifndef VPCBOX_NET_AWSNET_H
#define VPCBOX_NET_AWSNET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"

struct awsnet_zone {
    const char *name; /* ap-northeast-1a */
    const char *id;   /* apne1-az4 */
};

struct awsnet_region {
    const char *name, *location; /* location: "Asia Pacific (Tokyo)" */
    unsigned number;
    bool opt_in;
    const struct awsnet_zone *zones;
    size_t zone_count;
};

struct awsnet_service {
    const char *name;        /* as in com.amazonaws.<region>.<name> */
    bool gateway, interface; /* kinds of endpoint on offer */
    unsigned host;
    const char *const *patterns; /* DNS names; {region} stands for a region, a leading "*." for labels */
    size_t pattern_count;
};

struct awsnet_prefix_list {
    const char *id, *name; /* pl-…, com.amazonaws.<region>.s3 */
    const char *service, *region;
    const struct prefix4 *cidrs;
    size_t cidr_count;
};

const struct awsnet_region *awsnet_regions(size_t *ret_count);
const struct awsnet_region *awsnet_region(const char *name); /* NULL when unknown */
const struct awsnet_service *awsnet_services(size_t *ret_count);
const struct awsnet_service *awsnet_service(const char *name);
const struct awsnet_prefix_list *awsnet_prefix_lists(size_t *ret_count); /* of all regions */
const struct awsnet_prefix_list *awsnet_prefix_list(const char *service, const char *region);
const struct prefix4 *awsnet_service_cidrs(size_t *ret_count);
const struct prefix4 *awsnet_public_pool(size_t *ret_count); /* instances' public addresses, Elastic IPs */

enum { AWSNET_NAME_BYTES = 256 };
/* The private DNS name of an interface endpoint: "ssm.ap-northeast-1.amazonaws.com".  -ENOENT when the
 * service has none. */
int awsnet_private_dns_name(const struct awsnet_service *service, const char *region,
                            char ret_name[AWSNET_NAME_BYTES]);

/* Names of instances.  The private domain is also what DHCP hands out: "ap-northeast-1.compute.internal",
 * in us-east-1 "ec2.internal". */
char *awsnet_private_domain(const char *region, char out[AWSNET_NAME_BYTES]);
char *awsnet_public_domain(const char *region, char out[AWSNET_NAME_BYTES]); /* …compute.amazonaws.com */
char *awsnet_private_host(const char *region, struct ip4 address,
                          char out[AWSNET_NAME_BYTES]); /* ip-10-0-1-5.… */
char *awsnet_public_host(const char *region, struct ip4 address,
                         char out[AWSNET_NAME_BYTES]); /* ec2-203-0-… */

struct awsnet_name {
    const struct awsnet_service *service;
    const struct awsnet_region *region; /* whose address it is; global names belong to home */
    bool regional;                      /* the name spells its region, so an endpoint may take it over */
    struct ip4 address;
};
/* Which service a public DNS name (lower case, no final dot) belongs to.  -ENOENT when none. */
int awsnet_name(const char *home_region, const char *dns_name, struct awsnet_name *ret_name);

#endif
