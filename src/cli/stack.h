/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stack: the reference architecture as one thing: what its parts are called and how they are found.
 *
 * Theory of operation: the names are those of the shell script that the architecture comes from, which tags its
 * VPC, gateway, subnets and route tables with Stack and all else with Name alone.  So the VPC is found by
 * Stack, what lies in it by lying in it, the role by its name, and buckets by the tag Stack or by their
 * name, <stack>-bucket-<seconds>.  A stack made by either is found whole by both.
 */
#ifndef VPCBOX_CLI_STACK_H
#define VPCBOX_CLI_STACK_H

#include "cli/make.h"

struct stack {
    const char *name;
    const char *vpc, *cidr, *gateway, *public_subnet, *private_subnet, *public_table, *private_table;
    const char *nat_group, *group, *profile, *bucket, *s3_endpoint, *ssm_endpoints[3], *nat, *instance;
};

/* The VPCs that carry the stack's tag, the one of its name first. */
int stack_vpcs(struct cli *c, const char *stack, struct id_list *ret_ids);
int stack_buckets(struct cli *c, const char *stack, struct id_list *ret_names);
const char *stack_role(struct cli *c, const char *stack);

/* VPC, gateway, subnets and route tables: makes what is missing, tells each step. */
int stack_network(struct cli *c, struct stack *s, const char *cidr);

#endif
