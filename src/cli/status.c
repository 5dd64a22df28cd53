/* SPDX-License-Identifier: Apache-2.0 */
/* status: the box and its stacks, or every component of one stack. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/stack.h"

#define TRY(expression)                                                                                      \
    do {                                                                                                     \
        if ((expression) != 0)                                                                               \
            return 1;                                                                                        \
    } while (0)

typedef int (*find_function)(struct cli *c, struct id_list *ret_ids, ...);

static int status_ids(struct cli *c, struct table *t, const char *what, find_function find,
                      const char *filter, const char *value) {
    struct id_list ids;

    TRY(find(c, &ids, filter, value, NULL));
    for (size_t i = 0; i < ids.count; i++)
        table_row(c, t, what, ids.items[i], "available", "", NULL);
    return 0;
}

static int status_groups(struct cli *c, struct table *t, const char *vpc) {
    struct ec2_describe_security_groups_request in = {0};
    struct ec2_describe_security_groups_result out = {0};

    FILTER(c, in, "vpc-id", vpc);
    if (EC2(c, DescribeSecurityGroups, in, out) < 0)
        return cli_aws_failed(c, "look for security groups");
    for (size_t i = 0; i < out.security_groups.count; i++) {
        const struct ec2_security_group *g = &out.security_groups.items[i];

        if (!text_is(g->group_name, "default")) /* every VPC has that one */
            table_row(c, t, "security group", g->group_id, "available", g->group_name, NULL);
    }
    return 0;
}

static int status_instances(struct cli *c, struct table *t, const char *vpc) {
    struct ec2_describe_instances_request in = {0};
    struct ec2_describe_instances_result out = {0};

    FILTER(c, in, "vpc-id", vpc);
    if (EC2(c, DescribeInstances, in, out) < 0)
        return cli_aws_failed(c, "look for instances");
    for (size_t r = 0; r < out.reservations.count; r++)
        for (size_t i = 0; i < out.reservations.items[r].instances.count; i++) {
            const struct ec2_instance *it = &out.reservations.items[r].instances.items[i];
            struct ssm_get_connection_status_request ask = {.target = it->instance_id};
            struct ssm_get_connection_status_response session = {0};
            const char *connected = "";

            if (text_is(it->state->name, "terminated"))
                continue;
            if (SSM(c, GetConnectionStatus, ask, session) == 0 && session.status != NULL)
                connected = text_is(session.status, "connected") ? ", session manager connected" : "";
            table_row(c, t, it->source_dest_check.v ? "instance" : "NAT instance", it->instance_id,
                      it->state->name,
                      arena_printf(c->arena, "%s%s%s%s",
                                   it->private_ip_address == NULL ? "" : it->private_ip_address,
                                   it->public_ip_address == NULL ? "" : " / ",
                                   it->public_ip_address == NULL ? "" : it->public_ip_address, connected),
                      NULL);
        }
    return 0;
}

static int status_endpoints(struct cli *c, struct table *t, const char *vpc) {
    struct ec2_describe_vpc_endpoints_request in = {0};
    struct ec2_describe_vpc_endpoints_result out = {0};

    FILTER(c, in, "vpc-id", vpc);
    if (EC2(c, DescribeVpcEndpoints, in, out) < 0)
        return cli_aws_failed(c, "look for endpoints");
    for (size_t i = 0; i < out.vpc_endpoints.count; i++) {
        const struct ec2_vpc_endpoint *e = &out.vpc_endpoints.items[i];

        table_row(c, t, text_is(e->vpc_endpoint_type, "Gateway") ? "gateway endpoint" : "interface endpoint",
                  e->vpc_endpoint_id, e->state, e->service_name, NULL);
    }
    return 0;
}

static int status_routes(struct cli *c, struct table *t, const char *vpc) {
    struct ec2_describe_route_tables_request in = {0};
    struct ec2_describe_route_tables_result out = {0};

    FILTER(c, in, "vpc-id", vpc);
    if (EC2(c, DescribeRouteTables, in, out) < 0)
        return cli_aws_failed(c, "look for route tables");
    for (size_t i = 0; i < out.route_tables.count; i++) {
        const struct ec2_route_table *rt = &out.route_tables.items[i];
        bool main_table = false;

        for (size_t k = 0; k < rt->associations.count; k++)
            main_table |= rt->associations.items[k].main.v;
        for (size_t k = 0; k < rt->routes.count && !main_table; k++) {
            const struct ec2_route *r = &rt->routes.items[k];
            const char *destination =
                r->destination_cidr_block != NULL ? r->destination_cidr_block : r->destination_prefix_list_id;
            const char *via = r->instance_id != NULL            ? r->instance_id
                              : r->network_interface_id != NULL ? r->network_interface_id
                                                                : r->gateway_id;
            /* People read on from the row above; a program gets whole rows. */
            bool whole = k == 0 || text_is(c->output, "json");

            table_row(c, t, whole ? "route table" : "", whole ? rt->route_table_id : "",
                      r->state == NULL ? "" : r->state,
                      arena_printf(c->arena, "%s -> %s", destination == NULL ? "?" : destination,
                                   via == NULL ? "?" : via),
                      NULL);
        }
    }
    return 0;
}

/* Rows for all that the stack has; the status of whoever calls when something failed. */
static int components(struct cli *c, const char *stack, struct table *t) {
    struct id_list vpcs, gateways, buckets;
    const char *role = stack_role(c, stack);
    bool has_role;

    TRY(stack_vpcs(c, stack, &vpcs));
    for (size_t i = 0; i < vpcs.count; i++)
        table_row(c, t, "VPC", vpcs.items[i], "available", "", NULL);
    TRY(find_internet_gateways(c, &gateways, "tag:Stack", stack, NULL));
    for (size_t i = 0; i < gateways.count; i++)
        table_row(c, t, "internet gateway", gateways.items[i], "available", "", NULL);
    for (size_t i = 0; i < vpcs.count; i++) {
        TRY(status_ids(c, t, "subnet", find_subnets, "vpc-id", vpcs.items[i]));
        TRY(status_routes(c, t, vpcs.items[i]));
        TRY(status_groups(c, t, vpcs.items[i]));
        TRY(status_endpoints(c, t, vpcs.items[i]));
        TRY(status_instances(c, t, vpcs.items[i]));
    }
    TRY(stack_buckets(c, stack, &buckets));
    for (size_t i = 0; i < buckets.count; i++)
        table_row(c, t, "bucket", buckets.items[i], "available", "", NULL);
    TRY(find_role(c, role, &has_role));
    if (has_role)
        table_row(c, t, "role", role, "available", "", NULL);
    return 0;
}

static const char *const component_columns[] = {"Component", "Id", "State", "Details", NULL};

static int status_stack(struct cli *c, const char *stack) {
    struct table t = {.columns = component_columns};

    TRY(components(c, stack, &t));
    if (t.rows.count == 0) {
        cli_error("there is no stack \"%s\" in %s: `vpcbox deploy %s` makes it", stack, cli_where(c), stack);
        return 1;
    }
    table_print(c, &t);
    return 0;
}

struct stack_row {
    const char *stack, *vpc, *cidr;
};

static int print_whole(struct cli *c, const struct stack_row *rows, size_t count) {
    json_t *stacks = json_array(), *whole, *box = box_json(c);

    for (size_t i = 0; i < count; i++) {
        struct table t = {.columns = component_columns};

        if (components(c, rows[i].stack, &t) != 0) {
            json_decref(stacks);
            json_decref(box);
            return 1;
        }
        json_array_append_new(stacks,
                              json_pack("{s:s,s:s,s:s,s:o}", "Stack", rows[i].stack, "Vpc", rows[i].vpc,
                                        "Cidr", rows[i].cidr, "Components", table_json(&t)));
    }
    whole = json_pack("{s:o,s:o}", "Box", box, "Stacks", stacks);
    json_dumpf(whole, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(whole);
    return 0;
}

int cmd_status(struct cli *c) {
    struct ec2_describe_vpcs_request in = {0};
    struct table t = {.columns = (const char *const[]){"Stack", "Vpc", "Cidr", NULL}};
    VEC(struct stack_row) rows = {0};

    if (c->argc > 0)
        return status_stack(c, c->argv[0]);
    FILTER(c, in, "tag-key", "Stack");
    do {
        struct ec2_describe_vpcs_result out = {0};

        if (EC2(c, DescribeVpcs, in, out) < 0)
            return cli_aws_failed(c, "look for stacks");
        for (size_t i = 0; i < out.vpcs.count; i++) {
            const struct ec2_vpc *v = &out.vpcs.items[i];

            *vec_push(c->arena, &rows) = (struct stack_row){tag_value(v->tags.items, v->tags.count, "Stack"),
                                                            v->vpc_id, v->cidr_block};
        }
        in.next_token = out.next_token;
    } while (in.next_token != NULL);
    if (text_is(c->output, "json"))
        return print_whole(c, rows.items, rows.count);
    for (size_t i = 0; i < rows.count; i++)
        table_row(c, &t, rows.items[i].stack, rows.items[i].vpc, rows.items[i].cidr, NULL);
    box_status(c);
    table_print(c, &t);
    if (rows.count == 0)
        cli_say(c, "no stacks: `vpcbox deploy my-stack` makes one\n");
    return 0;
}
