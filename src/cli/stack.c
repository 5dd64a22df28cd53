/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stack: deploy, status and destroy of the reference architecture.
 *
 * Theory of operation: each part has a name derived from the stack's and the tags Name and Stack.
 * `deploy` looks each part up before it makes it, so it may be run again at any time and carries on
 * where an earlier run stopped; `destroy` looks everything up by tags and takes it away in the order
 * that AWS's dependencies demand.  Neither keeps notes of its own.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/make.h"

#define TRY(expression)                                                                                      \
    do {                                                                                                     \
        if ((expression) != 0)                                                                               \
            return 1;                                                                                        \
    } while (0)

struct stack {
    const char *name;
    const char *vpc, *gateway, *public_subnet, *private_subnet, *public_table, *private_table;
    const char *nat_group, *group, *profile, *bucket, *s3_endpoint, *ssm_endpoints[3], *nat, *instance;
};

static const char *const ssm_services[3] = {"ssm", "ssmmessages", "ec2messages"};

static struct tags part(struct cli *c, const struct stack *s, const char *suffix) {
    return (struct tags){arena_printf(c->arena, "%s-%s", s->name, suffix), s->name};
}

typedef int (*find_function)(struct cli *c, struct id_list *ret_ids, ...);

/* 0 with the id, or NULL when the stack has no such part yet. */
static int find_part(struct cli *c, find_function find, struct tags t, const char **ret_id) {
    struct id_list ids;

    if (find(c, &ids, "tag:Stack", t.stack, "tag:Name", t.name, NULL) != 0)
        return 1;
    *ret_id = ids.count > 0 ? ids.items[0] : NULL;
    return 0;
}

/* Looks a part up and makes it when it is not there; tells either. */
#define ENSURE(find, suffix, what, id, make)                                                                 \
    do {                                                                                                     \
        uint64_t started_ = clock_mono_ns();                                                                 \
        struct tags t = part(c, s, suffix);                                                                  \
        bool existed_;                                                                                       \
        TRY(find_part(c, find, t, &(id)));                                                                   \
        existed_ = (id) != NULL;                                                                             \
        if (!existed_)                                                                                       \
            TRY(make);                                                                                       \
        cli_step(c, what, id, existed_, started_);                                                           \
    } while (0)

static int first_zone(struct cli *c, const char **ret_zone) {
    struct ec2_describe_availability_zones_request in = {0};
    struct ec2_describe_availability_zones_result out = {0};

    if (EC2(c, DescribeAvailabilityZones, in, out) < 0 || out.availability_zones.count == 0)
        return cli_aws_failed(c, "look for availability zones");
    *ret_zone = out.availability_zones.items[0].zone_name;
    return 0;
}

/* Gateway attachment, associations and DNS switches may be missing when an earlier run was cut off. */
static int mend_network(struct cli *c, const struct stack *s) {
    struct id_list ids;
    struct aws_nothing nothing;
    struct ec2_attribute_boolean_value on = {SOME_BOOL(true)};
    struct ec2_modify_vpc_attribute_request support = {.vpc_id = s->vpc, .enable_dns_support = &on};
    struct ec2_modify_vpc_attribute_request names = {.vpc_id = s->vpc, .enable_dns_hostnames = &on};
    const char *const pairs[2][2] = {{s->public_table, s->public_subnet},
                                     {s->private_table, s->private_subnet}};

    if (EC2(c, ModifyVpcAttribute, support, nothing) < 0 || EC2(c, ModifyVpcAttribute, names, nothing) < 0)
        return cli_aws_failed(c, "switch the VPC's DNS on");
    TRY(find_internet_gateways(c, &ids, "attachment.vpc-id", s->vpc, NULL));
    if (ids.count == 0) {
        struct ec2_attach_internet_gateway_request in = {.internet_gateway_id = s->gateway, .vpc_id = s->vpc};

        if (EC2(c, AttachInternetGateway, in, nothing) < 0)
            return cli_aws_failed(c, "attach the internet gateway");
    }
    for (size_t i = 0; i < 2; i++) {
        TRY(find_route_tables(c, &ids, "association.subnet-id", pairs[i][1], NULL));
        if (ids.count == 0) {
            struct ec2_associate_route_table_request in = {.route_table_id = pairs[i][0],
                                                           .subnet_id = pairs[i][1]};
            struct ec2_associate_route_table_result out = {0};

            if (EC2(c, AssociateRouteTable, in, out) < 0)
                return cli_aws_failed(c, "associate the route table");
        }
    }
    return 0;
}

static int deploy_network(struct cli *c, struct stack *s) {
    const char *zone = NULL;
    bool again;

    ENSURE(find_vpcs, "vpc", "VPC 10.0.0.0/16", s->vpc, make_vpc(c, t, "10.0.0.0/16", &s->vpc));
    TRY(first_zone(c, &zone));
    ENSURE(find_internet_gateways, "igw", "internet gateway", s->gateway,
           make_internet_gateway(c, t, s->vpc, &s->gateway));
    ENSURE(find_subnets, "public", "public subnet 10.0.0.0/24", s->public_subnet,
           make_subnet(c, t, s->vpc, "10.0.0.0/24", zone, false, &s->public_subnet));
    ENSURE(find_subnets, "private", "private subnet 10.0.1.0/24", s->private_subnet,
           make_subnet(c, t, s->vpc, "10.0.1.0/24", zone, false, &s->private_subnet));
    ENSURE(find_route_tables, "public-rt", "public route table", s->public_table,
           make_route_table(c, t, s->vpc, s->public_subnet, &s->public_table));
    ENSURE(find_route_tables, "private-rt", "private route table", s->private_table,
           make_route_table(c, t, s->vpc, s->private_subnet, &s->private_table));
    again = s->vpc != NULL;
    if (again)
        TRY(mend_network(c, s));
    return make_default_route(c, s->public_table, s->gateway, NULL);
}

static int deploy_groups(struct cli *c, struct stack *s) {
    static const char vpc_range[] = "10.0.0.0/16";

    ENSURE(find_groups, "nat-sg", "NAT security group", s->nat_group,
           make_group(c, t, s->vpc, "NAT instance: web and ping from the VPC", &s->nat_group));
    ENSURE(find_groups, "sg", "security group", s->group,
           make_group(c, t, s->vpc, "HTTPS from the VPC", &s->group));
    TRY(allow_ingress(c, s->nat_group, "tcp", 80, vpc_range));
    TRY(allow_ingress(c, s->nat_group, "tcp", 443, vpc_range));
    TRY(allow_ingress(c, s->nat_group, "icmp", -1, vpc_range));
    return allow_ingress(c, s->group, "tcp", 443, vpc_range);
}

/* The stack's bucket: the named one, or an earlier run's by its name's beginning. */
static int find_bucket(struct cli *c, const struct stack *s, const char **ret_bucket) {
    struct s3_list_buckets_request in = {0};
    struct s3_list_buckets_output out = {0};
    const char *prefix = arena_printf(c->arena, "%s-bucket-", s->name);

    if (S3(c, ListBuckets, in, out) < 0)
        return cli_aws_failed(c, "list buckets");
    *ret_bucket = NULL;
    for (size_t i = 0; i < out.buckets.count; i++) {
        struct s3_get_bucket_tagging_request get = {.bucket = out.buckets.items[i].name};
        struct s3_get_bucket_tagging_output tags = {0};

        if (S3(c, GetBucketTagging, get, tags) < 0) {
            /* Cut off before it was tagged: then only the name tells. */
            if (text_starts(get.bucket, prefix))
                *ret_bucket = get.bucket;
            continue;
        }
        for (size_t k = 0; k < tags.tag_set.count; k++)
            if (text_is(tags.tag_set.items[k].key, "Stack") && text_is(tags.tag_set.items[k].value, s->name))
                *ret_bucket = get.bucket;
    }
    return 0;
}

static int deploy_bucket(struct cli *c, struct stack *s) {
    uint64_t start = clock_mono_ns();
    bool existed;

    TRY(find_bucket(c, s, &s->bucket));
    existed = s->bucket != NULL;
    if (!existed)
        s->bucket = c->argc > 1 ? c->argv[1]
                                : arena_printf(c->arena, "%s-bucket-%lld", s->name,
                                               (long long)(clock_real_ms() / 1000));
    TRY(make_bucket(c, (struct tags){s->bucket, s->name}, s->bucket));
    cli_step(c, "bucket", s->bucket, existed, start);
    return 0;
}

static int deploy_endpoints(struct cli *c, struct stack *s) {
    ENSURE(find_endpoints, "s3-endpoint", "S3 gateway endpoint", s->s3_endpoint,
           make_s3_endpoint(c, t, s->vpc, s->private_table, &s->s3_endpoint));
    for (size_t i = 0; i < 3; i++) {
        const char *service = ssm_services[i];

        ENSURE(find_endpoints, arena_printf(c->arena, "%s-endpoint", service),
               arena_printf(c->arena, "%s endpoint", service), s->ssm_endpoints[i],
               make_ssm_endpoint(c, t, service, s->vpc, s->private_subnet, s->group, &s->ssm_endpoints[i]));
    }
    return 0;
}

static int deploy_instances(struct cli *c, struct stack *s) {
    struct id_list ids = {0};
    uint64_t start = clock_mono_ns();
    const char *why;

    ENSURE(find_instances, "nat", "NAT instance (t4g.nano)", s->nat,
           make_nat_instance(c, t, s->public_subnet, s->nat_group, "t4g.nano", &s->nat));
    TRY(source_check_off(c, s->nat));
    TRY(deploy_endpoints(c, s));
    ENSURE(find_instances, "ec2", "private instance (t3.micro)", s->instance,
           make_instance(c, t, s->private_subnet, s->group, s->profile, &s->instance));
    *vec_push(c->arena, &ids) = s->nat;
    TRY(wait_instances(c, &ids, "running", 180));
    TRY(make_default_route(c, s->private_table, NULL, s->nat));
    ids.items[0] = s->instance;
    TRY(wait_instances(c, &ids, "running", 180));
    why = box_without_packets(c);
    if (why != NULL) {
        cli_error("no programs run in the instances: %s", why);
        return 0;
    }
    TRY(wait_online(c, s->instance, c->real_aws ? 300 : 30));
    cli_step(c, "online in Session Manager", s->instance, false, start);
    return 0;
}

static int valid_stack_name(const char *name) {
    size_t n = strlen(name);

    if (n == 0 || n > 30 || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != n || name[0] == '-' ||
        name[n - 1] == '-') {
        cli_error(
            "a stack's name has 1 to 30 of a-z, 0-9 and '-', for it becomes part of a bucket's name: \"%s\"",
            name);
        return 2;
    }
    return 0;
}

int cmd_deploy(struct cli *c) {
    struct stack s = {.name = c->argv[0]};
    uint64_t start = clock_mono_ns(), role_start;
    struct tags role;
    int r = valid_stack_name(s.name);

    if (r != 0)
        return r;
    r = deploy_network(c, &s);
    if (r == 0)
        r = deploy_groups(c, &s);
    role = part(c, &s, "role");
    role_start = clock_mono_ns();
    if (r == 0)
        r = make_role(c, role, &s.profile);
    if (r == 0)
        cli_step(c, "role and profile", s.profile, false, role_start);
    if (r == 0)
        r = deploy_bucket(c, &s);
    if (r == 0)
        r = deploy_instances(c, &s);
    if (r != 0) {
        cli_error("%s is not complete: `vpcbox deploy %s` carries on, `vpcbox status %s` shows what exists, "
                  "`vpcbox destroy %s` removes it",
                  s.name, s.name, s.name, s.name);
        return 1;
    }
    cli_say(c,
            "\n%s is up in %.2f s.\n  shell:   vpcbox ec2-connect %s\n  why not: vpcbox explain %s "
            "internet:443\n",
            s.name, (double)(clock_mono_ns() - start) / 1e9, s.instance, s.instance);
    if (strcmp(c->output, "json") == 0)
        printf("{\"stack\": \"%s\", \"vpc\": \"%s\", \"nat\": \"%s\", \"instance\": \"%s\", \"bucket\": "
               "\"%s\"}\n",
               s.name, s.vpc, s.nat, s.instance, s.bucket);
    return 0;
}

static void tell_removed(struct cli *c, const char *what, const char *id) {
    cli_say(c, "- %-28s %s\n", what, id);
}

int cmd_destroy(struct cli *c) {
    struct stack stack = {.name = c->argv[0]}, *s = &stack;
    struct iam_get_role_request get = {.role_name = arena_printf(c->arena, "%s-role", stack.name)};
    struct iam_get_role_response role = {0};
    struct id_list vpcs, gateways;
    bool has_role;

    TRY(find_vpcs(c, &vpcs, "tag:Stack", s->name, NULL));
    TRY(find_internet_gateways(c, &gateways, "tag:Stack", s->name, NULL));
    TRY(find_bucket(c, s, &s->bucket));
    has_role = IAM(c, GetRole, get, role) == 0;
    if (!has_role && !aws_error_is(&c->aws, "NoSuchEntity"))
        return cli_aws_failed(c, "look for the role");
    if (vpcs.count == 0 && gateways.count == 0 && s->bucket == NULL && !has_role) {
        cli_say(c, "%s: nothing there\n", s->name);
        return 0;
    }
    if (!cli_confirm(c, "Destroy stack %s: %zu VPC with all in it%s%s%s%s?", s->name, vpcs.count,
                     s->bucket == NULL ? "" : ", bucket ", s->bucket == NULL ? "" : s->bucket,
                     has_role ? ", role " : "", has_role ? get.role_name : ""))
        return 1;
    for (size_t i = 0; i < vpcs.count; i++)
        TRY(remove_vpc_with_all(c, vpcs.items[i], tell_removed));
    /* One that an interrupted run left without a VPC. */
    TRY(find_internet_gateways(c, &gateways, "tag:Stack", s->name, NULL));
    for (size_t i = 0; i < gateways.count; i++) {
        TRY(remove_internet_gateway(c, gateways.items[i]));
        tell_removed(c, "internet gateway", gateways.items[i]);
    }
    if (s->bucket != NULL) {
        TRY(remove_bucket(c, s->bucket));
        tell_removed(c, "bucket", s->bucket);
    }
    if (has_role) {
        TRY(remove_role(c, get.role_name));
        tell_removed(c, "role and profile", get.role_name);
    }
    return 0;
}

static int status_ids(struct cli *c, struct table *t, const char *stack, const char *what,
                      find_function find) {
    struct id_list ids;

    TRY(find(c, &ids, "tag:Stack", stack, NULL));
    for (size_t i = 0; i < ids.count; i++)
        table_row(c, t, what, ids.items[i], "available", "", NULL);
    return 0;
}

static int status_instances(struct cli *c, struct table *t, const char *stack) {
    struct ec2_describe_instances_request in = {0};
    struct ec2_describe_instances_result out = {0};

    FILTER(c, in, "tag:Stack", stack);
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

static int status_endpoints(struct cli *c, struct table *t, const char *stack) {
    struct ec2_describe_vpc_endpoints_request in = {0};
    struct ec2_describe_vpc_endpoints_result out = {0};

    FILTER(c, in, "tag:Stack", stack);
    if (EC2(c, DescribeVpcEndpoints, in, out) < 0)
        return cli_aws_failed(c, "look for endpoints");
    for (size_t i = 0; i < out.vpc_endpoints.count; i++) {
        const struct ec2_vpc_endpoint *e = &out.vpc_endpoints.items[i];

        table_row(c, t, text_is(e->vpc_endpoint_type, "Gateway") ? "gateway endpoint" : "interface endpoint",
                  e->vpc_endpoint_id, e->state, e->service_name, NULL);
    }
    return 0;
}

static int status_routes(struct cli *c, struct table *t, const char *stack) {
    struct ec2_describe_route_tables_request in = {0};
    struct ec2_describe_route_tables_result out = {0};

    FILTER(c, in, "tag:Stack", stack);
    if (EC2(c, DescribeRouteTables, in, out) < 0)
        return cli_aws_failed(c, "look for route tables");
    for (size_t i = 0; i < out.route_tables.count; i++) {
        const struct ec2_route_table *rt = &out.route_tables.items[i];

        for (size_t k = 0; k < rt->routes.count; k++) {
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

static int status_stack(struct cli *c, const char *stack) {
    struct table t = {.columns = (const char *const[]){"Component", "Id", "State", "Details", NULL}};
    struct stack s = {.name = stack};

    TRY(status_ids(c, &t, stack, "VPC", find_vpcs));
    TRY(status_ids(c, &t, stack, "internet gateway", find_internet_gateways));
    TRY(status_ids(c, &t, stack, "subnet", find_subnets));
    TRY(status_routes(c, &t, stack));
    TRY(status_ids(c, &t, stack, "security group", find_groups));
    TRY(status_endpoints(c, &t, stack));
    TRY(status_instances(c, &t, stack));
    TRY(find_bucket(c, &s, &s.bucket));
    if (s.bucket != NULL)
        table_row(c, &t, "bucket", s.bucket, "available", "", NULL);
    if (t.rows.count == 0) {
        cli_error("there is no stack \"%s\": `vpcbox deploy %s` makes it", stack, stack);
        return 1;
    }
    table_print(c, &t);
    return 0;
}

int cmd_status(struct cli *c) {
    struct ec2_describe_vpcs_request in = {0};
    struct ec2_describe_vpcs_result out = {0};
    struct table t = {.columns = (const char *const[]){"Stack", "Vpc", "Cidr", NULL}};

    if (c->argc > 0)
        return status_stack(c, c->argv[0]);
    FILTER(c, in, "tag-key", "Stack");
    if (EC2(c, DescribeVpcs, in, out) < 0)
        return cli_aws_failed(c, "look for stacks");
    for (size_t i = 0; i < out.vpcs.count; i++)
        table_row(c, &t, tag_value(out.vpcs.items[i].tags.items, out.vpcs.items[i].tags.count, "Stack"),
                  out.vpcs.items[i].vpc_id, out.vpcs.items[i].cidr_block, NULL);
    box_status(c);
    table_print(c, &t);
    return 0;
}
