/* SPDX-License-Identifier: Apache-2.0 */
/* The commands for single resources: read arguments, call make/find/remove, print. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/make.h"

static struct tags named(const char *name) {
    return (struct tags){.name = name};
}

/* What a create command prints: the id alone for programs and shells, a sentence for people. */
static int made(struct cli *c, int result, const char *what, const char *id) {
    if (result != 0)
        return 1;
    if (c->terminal || strcmp(c->output, "json") == 0) {
        struct table t = {.columns = (const char *const[]){"Created", "Id", NULL}};

        table_row(c, &t, what, id, NULL);
        table_print(c, &t);
    } else {
        puts(id);
    }
    return 0;
}

static void tell_removed(struct cli *c, const char *what, const char *id) {
    cli_say(c, "- %-28s %s\n", what, id);
}

int cmd_vpc_delete(struct cli *c) {
    if (!cli_confirm(c, "Delete %s and everything in it", c->argv[0]))
        return 1;
    return remove_vpc_with_all(c, c->argv[0], tell_removed);
}

int cmd_vpc_list(struct cli *c) {
    struct ec2_describe_vpcs_request in = {0};
    struct table t = {.columns = (const char *const[]){"Id", "Name", "Cidr", "Default", "Stack", NULL}};

    do {
        struct ec2_describe_vpcs_result out = {0};

        if (EC2(c, DescribeVpcs, in, out) < 0)
            return cli_aws_failed(c, "list VPCs");
        for (size_t i = 0; i < out.vpcs.count; i++) {
            const struct ec2_vpc *v = &out.vpcs.items[i];

            table_row(c, &t, v->vpc_id, tag_value(v->tags.items, v->tags.count, "Name"), v->cidr_block,
                      v->is_default.v ? "yes" : "no", tag_value(v->tags.items, v->tags.count, "Stack"), NULL);
        }
        in.next_token = out.next_token;
    } while (in.next_token != NULL);
    table_print(c, &t);
    return 0;
}

int cmd_nat_create(struct cli *c) {
    const char *id = NULL;
    int r = make_nat_instance(c, named(c->argv[0]), c->argv[1], c->argv[2],
                              c->argc > 3 ? c->argv[3] : "t4g.nano", &id);

    return made(c, r, "NAT instance", id);
}

static int delete_instance(struct cli *c, const char *what) {
    struct id_list ids = {0};

    *vec_push(c->arena, &ids) = c->argv[0];
    if (!cli_confirm(c, "Terminate %s %s", what, c->argv[0]))
        return 1;
    if (remove_instances(c, &ids) != 0)
        return 1;
    tell_removed(c, what, c->argv[0]);
    return 0;
}

int cmd_nat_delete(struct cli *c) {
    return delete_instance(c, "NAT instance");
}

int cmd_ec2_delete(struct cli *c) {
    return delete_instance(c, "instance");
}

static int list_instances(struct cli *c, bool only_nat) {
    struct ec2_describe_instances_request in = {0};
    struct table t = {.columns = (const char *const[]){"Id", "Name", "State", "Type", "Private", "Public",
                                                       "Subnet", "Stack", NULL}};

    do {
        struct ec2_describe_instances_result out = {0};

        if (EC2(c, DescribeInstances, in, out) < 0)
            return cli_aws_failed(c, "list instances");
        for (size_t r = 0; r < out.reservations.count; r++)
            for (size_t i = 0; i < out.reservations.items[r].instances.count; i++) {
                const struct ec2_instance *it = &out.reservations.items[r].instances.items[i];

                /* A NAT instance is one that may forward what is not its own. */
                if (only_nat && (!it->source_dest_check.set || it->source_dest_check.v))
                    continue;
                table_row(c, &t, it->instance_id, tag_value(it->tags.items, it->tags.count, "Name"),
                          it->state->name, it->instance_type,
                          it->private_ip_address == NULL ? "" : it->private_ip_address,
                          it->public_ip_address == NULL ? "" : it->public_ip_address,
                          it->subnet_id == NULL ? "" : it->subnet_id,
                          tag_value(it->tags.items, it->tags.count, "Stack"), NULL);
            }
        in.next_token = out.next_token;
    } while (in.next_token != NULL);
    table_print(c, &t);
    return 0;
}

int cmd_nat_list(struct cli *c) {
    return list_instances(c, true);
}

int cmd_ec2_list(struct cli *c) {
    return list_instances(c, false);
}

int cmd_nat_sg_create(struct cli *c) {
    const char *id = NULL;
    int r = make_nat_group(c, named(c->argv[0]), c->argv[1], &id);

    return made(c, r, "security group", id);
}

int cmd_endpoint_s3_create(struct cli *c) {
    const char *id = NULL;
    int r = make_s3_endpoint(c, named("s3-gateway-endpoint"), c->argv[0], c->argv[1], &id);

    return made(c, r, "gateway endpoint", id);
}

int cmd_endpoint_ssm_create(struct cli *c) {
    static const char *const services[] = {"ssm", "ssmmessages", "ec2messages"};

    for (size_t i = 0; i < 3; i++) {
        const char *id = NULL;
        int r = make_ssm_endpoint(c, named(arena_printf(c->arena, "%s-endpoint", services[i])), services[i],
                                  c->argv[0], c->argv[1], c->argv[2], &id);

        if (made(c, r, "interface endpoint", id) != 0)
            return 1;
    }
    return 0;
}

int cmd_endpoint_delete(struct cli *c) {
    struct id_list ids = {0};

    *vec_push(c->arena, &ids) = c->argv[0];
    if (!cli_confirm(c, "Delete endpoint %s", c->argv[0]))
        return 1;
    if (remove_endpoints(c, &ids) != 0)
        return 1;
    tell_removed(c, "endpoint", c->argv[0]);
    return 0;
}

int cmd_endpoint_list(struct cli *c) {
    struct ec2_describe_vpc_endpoints_request in = {0};
    struct table t = {
        .columns = (const char *const[]){"Id", "Name", "Type", "Service", "State", "Vpc", "Stack", NULL}};

    if (c->argc > 0)
        FILTER(c, in, "vpc-id", c->argv[0]);
    do {
        struct ec2_describe_vpc_endpoints_result out = {0};

        if (EC2(c, DescribeVpcEndpoints, in, out) < 0)
            return cli_aws_failed(c, "list endpoints");
        for (size_t i = 0; i < out.vpc_endpoints.count; i++) {
            const struct ec2_vpc_endpoint *e = &out.vpc_endpoints.items[i];

            table_row(c, &t, e->vpc_endpoint_id, tag_value(e->tags.items, e->tags.count, "Name"),
                      e->vpc_endpoint_type, e->service_name, e->state, e->vpc_id,
                      tag_value(e->tags.items, e->tags.count, "Stack"), NULL);
        }
        in.next_token = out.next_token;
    } while (in.next_token != NULL);
    table_print(c, &t);
    return 0;
}

int cmd_sg_create(struct cli *c) {
    const char *id = NULL;
    int r = make_instance_group(c, named(c->argv[0]), c->argv[1], &id);

    return made(c, r, "security group", id);
}

int cmd_sg_delete(struct cli *c) {
    struct ec2_delete_security_group_request in = {.group_id = c->argv[0]};
    struct ec2_delete_security_group_result out = {0};

    if (!cli_confirm(c, "Delete security group %s", c->argv[0]))
        return 1;
    if (EC2(c, DeleteSecurityGroup, in, out) < 0)
        return cli_aws_failed(c, "delete the security group");
    tell_removed(c, "security group", c->argv[0]);
    return 0;
}

int cmd_role_create(struct cli *c) {
    const char *profile = NULL;
    int r = make_role(c, named(c->argv[0]), &profile);

    return made(c, r, "role and instance profile", profile);
}

int cmd_role_delete(struct cli *c) {
    bool there;

    if (find_role(c, c->argv[0], &there) != 0)
        return 1;
    if (!there) {
        cli_error("there is no role \"%s\" in %s: `vpcbox aws iam list-roles` lists them", c->argv[0],
                  cli_where(c));
        return 1;
    }
    if (!cli_confirm(c, "Delete role %s and its instance profile", c->argv[0]))
        return 1;
    if (remove_role(c, c->argv[0]) != 0)
        return 1;
    tell_removed(c, "role and instance profile", c->argv[0]);
    return 0;
}

int cmd_ec2_create(struct cli *c) {
    const char *id = NULL;
    int r = make_instance(c, named(c->argv[0]), c->argv[1], c->argv[2], c->argv[3], &id);

    return made(c, r, "instance", id);
}

int cmd_s3_create(struct cli *c) {
    return made(c, make_bucket(c, named(c->argv[0]), c->argv[0]), "bucket", c->argv[0]);
}

int cmd_s3_delete(struct cli *c) {
    struct s3_get_bucket_location_request get = {.bucket = c->argv[0]};
    struct s3_get_bucket_location_output location = {0};

    if (S3(c, GetBucketLocation, get, location) < 0)
        return cli_aws_failed(c, "delete the bucket");
    if (!cli_confirm(c, "Delete bucket %s with all its objects and versions", c->argv[0]))
        return 1;
    if (remove_bucket(c, c->argv[0]) != 0)
        return 1;
    tell_removed(c, "bucket", c->argv[0]);
    return 0;
}

int cmd_s3_list(struct cli *c) {
    struct s3_list_buckets_request in = {0};
    struct s3_list_buckets_output out = {0};
    struct table t = {.columns = (const char *const[]){"Bucket", "Created", NULL}};

    if (S3(c, ListBuckets, in, out) < 0)
        return cli_aws_failed(c, "list buckets");
    for (size_t i = 0; i < out.buckets.count; i++) {
        char when[CLOCK_TEXT_BYTES] = "";

        if (out.buckets.items[i].creation_date.set)
            clock_iso8601_sec(out.buckets.items[i].creation_date.ms, when);
        table_row(c, &t, out.buckets.items[i].name, arena_strdup(c->arena, when), NULL);
    }
    table_print(c, &t);
    return 0;
}
