/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ipv6_rows: what the rows of VPCs say of IPv6, for the handlers of everything that has both families.
 *
 * Apart from ipv6.c, which makes rules and routes with a VPC's first range, so that those who make rules and routes may ask
 * here in their turn.
 */
#include "api/ec2/ipv6.h"

struct prefix net_prefix(const char *text) {
    struct prefix p = {.length = 0};

    if (text != NULL)
        prefix_parse(text, &p);
    return p;
}

struct vpc_cidr6_rows ipv6_vpc_ranges(struct api_request *rq, const char *vpc_id) {
    return vpc_cidr6_list_by(rq->tx, COL(vpc_cidr6, vpc_id), vpc_id);
}

bool ipv6_vpc_has(struct api_request *rq, const char *vpc_id) {
    return ipv6_vpc_ranges(rq, vpc_id).count > 0;
}
