/* SPDX-License-Identifier: Apache-2.0 */
/*
 * make: create one thing, find one thing, remove one thing: the pieces of which both the single
 * commands and `deploy`/`destroy` consist.
 *
 * Theory of operation: everything made carries the tags Name and (within a stack) Stack.  Names, tags and
 * descriptions are those of the shell script from which the commands come, so that what one has made the
 * other finds.  make_* return 0 with the id, or 1 after printing what failed.  remove_* treat "not there" as
 * done.
 */
#ifndef VPCBOX_CLI_MAKE_H
#define VPCBOX_CLI_MAKE_H

#include "cli/cli.h"

struct tags {
    const char *name;
    const char *stack; /* NULL outside a stack */
    const char *role;  /* "NAT", or NULL */
};

struct id_list {
    const char **items;
    size_t count, capacity;
};

/* Names as `filter`/`value` pairs up to a NULL; *ret_ids in order of the answer.  0, or 1 after telling. */
int find_vpcs(struct cli *c, struct id_list *ret_ids, ...) __attribute__((sentinel));
int find_subnets(struct cli *c, struct id_list *ret_ids, ...) __attribute__((sentinel));
int find_internet_gateways(struct cli *c, struct id_list *ret_ids, ...) __attribute__((sentinel));
int find_route_tables(struct cli *c, struct id_list *ret_ids, ...) __attribute__((sentinel));
int find_groups(struct cli *c, struct id_list *ret_ids, ...) __attribute__((sentinel));
int find_endpoints(struct cli *c, struct id_list *ret_ids, ...) __attribute__((sentinel));
int find_instances(struct cli *c, struct id_list *ret_ids, ...)
    __attribute__((sentinel)); /* no terminated ones */
int find_interfaces(struct cli *c, struct id_list *ret_ids, ...) __attribute__((sentinel));

int make_vpc(struct cli *c, struct tags t, const char *cidr, const char **ret_id);
int make_subnet(struct cli *c, struct tags t, const char *vpc, const char *cidr, const char *zone,
                bool public_ips, const char **ret_id);
int make_internet_gateway(struct cli *c, struct tags t, const char *vpc, const char **ret_id);
int make_route_table(struct cli *c, struct tags t, const char *vpc, const char *subnet, const char **ret_id);
/* 0.0.0.0/0 to a gateway or an instance; does nothing when it is there already, replaces another target. */
int make_default_route(struct cli *c, const char *table, const char *gateway, const char *instance);
/* Adds an ingress rule with that Name; protocol "tcp", "udp", "icmp"; a duplicate is fine. */
int allow_ingress(struct cli *c, const char *group, const char *name, const char *protocol, int port,
                  const char *cidr);
/* The groups of a NAT instance (80, 443 and ICMP from the VPC) and of a private one (443 from the VPC), and
 * their rules alone. */
int make_nat_group(struct cli *c, struct tags t, const char *vpc, const char **ret_id);
int make_instance_group(struct cli *c, struct tags t, const char *vpc, const char **ret_id);
int allow_nat_group(struct cli *c, const char *group, const char *cidr);
int allow_instance_group(struct cli *c, const char *group, const char *cidr);
int vpc_cidr(struct cli *c, const char *vpc, const char **ret_cidr);
int make_role(struct cli *c, struct tags t, const char **ret_profile); /* <name>-profile */
int make_bucket(struct cli *c, struct tags t, const char *bucket);
int make_s3_endpoint(struct cli *c, struct tags t, const char *vpc, const char *table, const char **ret_id);
int make_ssm_endpoint(struct cli *c, struct tags t, const char *service, const char *vpc, const char *subnet,
                      const char *group, const char **ret_id);
int make_nat_instance(struct cli *c, struct tags t, const char *subnet, const char *group, const char *type,
                      const char **ret_id);
int make_instance(struct cli *c, struct tags t, const char *subnet, const char *group, const char *profile,
                  const char **ret_id);
/* Its private address, or the one that the internet knows it by; NULL after telling that it has none. */
const char *instance_address(struct cli *c, const char *instance, bool public);
int source_check_off(struct cli *c, const char *instance);

/* Waits until all have the state ("running", "terminated"), at most limit_s. */
int wait_instances(struct cli *c, const struct id_list *ids, const char *state, int limit_s);
int wait_online(struct cli *c, const char *instance, int limit_s);

int remove_instances(struct cli *c, const struct id_list *ids); /* and waits until they are gone */
int remove_endpoints(struct cli *c, const struct id_list *ids);
int remove_internet_gateway(struct cli *c, const char *id); /* a detached one */
int remove_vpc_with_all(struct cli *c, const char *vpc,
                        void (*removed)(struct cli *, const char *what, const char *id));
int remove_role(struct cli *c, const char *role); /* and its instance profiles */
/* Whether remove_role() would find something.  0, or 1 after telling. */
int find_role(struct cli *c, const char *role, bool *ret_there);
int remove_bucket(struct cli *c, const char *bucket); /* versions and delete markers included */

const char *tag_value(const struct ec2_tag *tags, size_t count, const char *key); /* "" when absent */

#endif
