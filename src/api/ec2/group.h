/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group: what security groups (group.c) and their rules (group_rule.c) call of each other.
 *
 * Theory of operation: a rule is a row of its own with one source: a CIDR block, a prefix list or a group.
 * However a request groups them, rules are kept, compared, counted and tagged one by one, as AWS's
 * SecurityGroupRules are; the older IpPermissions are put together from them when shown.  Groups are told
 * apart by a key of VPC and name in one case, which is indexed.
 */
#ifndef VPCBOX_API_EC2_GROUP_H
#define VPCBOX_API_EC2_GROUP_H

#include "api/ec2/net.h"

/* security_group_row.name_key */
const char *group_name_key(struct api_request *rq, const char *vpc_id, const char *name);
/* By id, or by name in the default VPC; says what is wrong when NULL. */
const struct security_group_row *group_get(struct api_request *rq, const char *id, const char *name);

/* Adds a rule like `rule` (its id and owner are filled in here); returns the row. */
const struct sg_rule_row *group_rule_add(struct api_request *rq, const char *group_id,
                                         const struct sg_rule_row *rule);
void group_rule_remove(struct api_request *rq, const struct sg_rule_row *rule);
/* TCP and UDP ports, or ICMP's type and code: other protocols are shown without. */
bool group_rule_has_ports(const struct sg_rule_row *rule);

#endif
