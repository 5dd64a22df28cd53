/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deploy and destroy of the reference architecture.
 *
 * Theory of operation: `deploy` looks each part up before it makes it, so it may be run again at any
 * time and carries on where an earlier run stopped; `destroy` looks everything up and takes it away in the order
 * that AWS's dependencies demand.  Neither keeps notes of its own.
 */
#include "cli/stack.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/ip.h"
#include "base/text.h"

#define TRY(expression)                                                                                      \
    do {                                                                                                     \
        if ((expression) != 0)                                                                               \
            return 1;                                                                                        \
    } while (0)

static const char *const ssm_services[3] = {"ssm", "ssmmessages", "ec2messages"};

static struct tags part(struct cli *c, const struct stack *s, const char *suffix) {
    return (struct tags){.name = arena_printf(c->arena, "%s-%s", s->name, suffix), .stack = s->name};
}

/* Looks a part up by filters and makes it when it is not there; tells either. */
#define ENSURE(find, suffix, what, id, make, ...)                                                            \
    do {                                                                                                     \
        uint64_t started_ = clock_mono_ns();                                                                 \
        struct tags t = part(c, s, suffix);                                                                  \
        struct id_list ids_;                                                                                 \
        bool existed_;                                                                                       \
        TRY(find(c, &ids_, __VA_ARGS__, NULL));                                                              \
        existed_ = ids_.count > 0;                                                                           \
        (id) = existed_ ? ids_.items[0] : NULL;                                                              \
        if (!existed_)                                                                                       \
            TRY(make);                                                                                       \
        cli_step(c, what, id, existed_, started_);                                                           \
    } while (0)

#define TAGGED "tag:Stack", t.stack, "tag:Name", t.name
#define IN_VPC "vpc-id", s->vpc, "tag:Name", t.name

int stack_vpcs(struct cli *c, const char *stack, struct id_list *ret_ids) {
    struct id_list by_name;

    TRY(find_vpcs(c, ret_ids, "tag:Stack", stack, NULL));
    if (ret_ids->count < 2)
        return 0;
    TRY(find_vpcs(c, &by_name, "tag:Stack", stack, "tag:Name", stack, NULL));
    for (size_t i = 0; by_name.count > 0 && i < ret_ids->count; i++)
        if (text_is(ret_ids->items[i], by_name.items[0])) {
            ret_ids->items[i] = ret_ids->items[0];
            ret_ids->items[0] = by_name.items[0];
        }
    return 0;
}

const char *stack_role(struct cli *c, const char *stack) {
    return arena_printf(c->arena, "%s-role", stack);
}

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

/* The VPC's first two pieces, of 256 addresses when it has so many. */
static int split(struct cli *c, const char *cidr, const char **ret_public, const char **ret_private) {
    struct prefix4 whole, piece;
    char text[PREFIX4_TEXT_BYTES];

    if (prefix4_parse(cidr, &whole) < 0 || whole.length > 27) {
        cli_error("%s is no range for a VPC with two subnets: give one like 10.0.0.0/16, no smaller than /27",
                  cidr);
        return 1;
    }
    piece = prefix4_masked(whole);
    piece.length = whole.length < 24 ? 24 : whole.length + 1;
    *ret_public = arena_strdup(c->arena, prefix4_format(piece, text));
    piece.addr.v += (uint32_t)prefix4_size(piece);
    *ret_private = arena_strdup(c->arena, prefix4_format(piece, text));
    return 0;
}

static int ensure_vpc(struct cli *c, struct stack *s, const char *cidr) {
    uint64_t start = clock_mono_ns();
    struct id_list ids;
    bool existed;

    TRY(stack_vpcs(c, s->name, &ids));
    existed = ids.count > 0;
    if (existed) {
        s->vpc = ids.items[0];
        TRY(vpc_cidr(c, s->vpc, &s->cidr));
    } else {
        s->cidr = cidr;
        TRY(make_vpc(c, (struct tags){.name = s->name, .stack = s->name}, cidr, &s->vpc));
    }
    cli_step(c, arena_printf(c->arena, "VPC %s", s->cidr), s->vpc, existed, start);
    return 0;
}

int stack_network(struct cli *c, struct stack *s, const char *cidr) {
    const char *zone = NULL, *public_cidr, *private_cidr;

    TRY(split(c, cidr, &public_cidr, &private_cidr));
    TRY(ensure_vpc(c, s, cidr));
    TRY(split(c, s->cidr, &public_cidr, &private_cidr));
    TRY(first_zone(c, &zone));
    ENSURE(find_internet_gateways, "igw", "internet gateway", s->gateway,
           make_internet_gateway(c, t, s->vpc, &s->gateway), TAGGED);
    ENSURE(find_subnets, "public", arena_printf(c->arena, "public subnet %s", public_cidr), s->public_subnet,
           make_subnet(c, t, s->vpc, public_cidr, zone, false, &s->public_subnet), IN_VPC);
    ENSURE(find_subnets, "private", arena_printf(c->arena, "private subnet %s", private_cidr),
           s->private_subnet, make_subnet(c, t, s->vpc, private_cidr, zone, false, &s->private_subnet),
           IN_VPC);
    ENSURE(find_route_tables, "public-rt", "public route table", s->public_table,
           make_route_table(c, t, s->vpc, s->public_subnet, &s->public_table), IN_VPC);
    ENSURE(find_route_tables, "private-rt", "private route table", s->private_table,
           make_route_table(c, t, s->vpc, s->private_subnet, &s->private_table), IN_VPC);
    TRY(mend_network(c, s));
    return make_default_route(c, s->public_table, s->gateway, NULL);
}

static int ensure_group(struct cli *c, const struct stack *s, const char *suffix, const char *what,
                        int (*make)(struct cli *c, struct tags t, const char *vpc, const char **ret_id),
                        int (*allow)(struct cli *c, const char *group, const char *cidr),
                        const char **ret_id) {
    uint64_t start = clock_mono_ns();
    struct tags t = part(c, s, suffix);
    struct id_list ids;
    bool existed;

    TRY(find_groups(c, &ids, "vpc-id", s->vpc, "group-name", t.name, NULL));
    existed = ids.count > 0;
    if (existed) {
        *ret_id = ids.items[0];
        TRY(allow(c, *ret_id, s->cidr)); /* an earlier run may have been cut off before the rules */
    } else {
        TRY(make(c, t, s->vpc, ret_id));
    }
    cli_step(c, what, *ret_id, existed, start);
    return 0;
}

static int deploy_groups(struct cli *c, struct stack *s) {
    TRY(ensure_group(c, s, "nat-sg", "NAT security group", make_nat_group, allow_nat_group, &s->nat_group));
    return ensure_group(c, s, "sg", "security group", make_instance_group, allow_instance_group, &s->group);
}

/* Untagged, as the script makes them, or cut off before it was tagged: then only the name tells. */
static bool named_for(const char *bucket, const char *stack) {
    size_t n = strlen(stack);

    return strncmp(bucket, stack, n) == 0 && text_starts(bucket + n, "-bucket-") && bucket[n + 8] != '\0' &&
           strspn(bucket + n + 8, "0123456789") == strlen(bucket + n + 8);
}

int stack_buckets(struct cli *c, const char *stack, struct id_list *ret_names) {
    struct s3_list_buckets_request in = {0};
    struct s3_list_buckets_output out = {0};

    *ret_names = (struct id_list){0};
    if (S3(c, ListBuckets, in, out) < 0)
        return cli_aws_failed(c, "list buckets");
    for (size_t i = 0; i < out.buckets.count; i++) {
        const char *name = out.buckets.items[i].name;
        struct s3_get_bucket_tagging_request get = {.bucket = name};
        struct s3_get_bucket_tagging_output tags = {0};
        bool ours = named_for(name, stack);

        if (S3(c, GetBucketTagging, get, tags) == 0)
            for (size_t k = 0; k < tags.tag_set.count; k++)
                if (text_is(tags.tag_set.items[k].key, "Stack"))
                    ours = text_is(tags.tag_set.items[k].value, stack);
        if (ours)
            *vec_push(c->arena, ret_names) = name;
    }
    return 0;
}

static int deploy_bucket(struct cli *c, struct stack *s) {
    uint64_t start = clock_mono_ns();
    struct id_list names;
    bool existed;

    TRY(stack_buckets(c, s->name, &names));
    existed = names.count > 0;
    if (existed)
        s->bucket = names.items[0];
    else
        s->bucket = c->argc > 1 ? c->argv[1]
                                : arena_printf(c->arena, "%s-bucket-%lld", s->name,
                                               (long long)(clock_real_ms() / 1000));
    TRY(make_bucket(c, (struct tags){.name = s->bucket, .stack = s->name}, s->bucket));
    cli_step(c, "bucket", s->bucket, existed, start);
    return 0;
}

static int ensure_endpoint(struct cli *c, const struct stack *s, const char *service, const char **ret_id) {
    uint64_t start = clock_mono_ns();
    bool s3 = text_is(service, "s3"), existed;
    struct tags t = {.name = s3 ? "s3-gateway-endpoint" : arena_printf(c->arena, "%s-endpoint", service),
                     .stack = s->name};
    struct id_list ids;

    TRY(find_endpoints(c, &ids, "vpc-id", s->vpc, "service-name",
                       arena_printf(c->arena, "com.amazonaws.%s.%s", c->aws.region, service), NULL));
    existed = ids.count > 0;
    if (existed)
        *ret_id = ids.items[0];
    else
        TRY(s3 ? make_s3_endpoint(c, t, s->vpc, s->private_table, ret_id)
               : make_ssm_endpoint(c, t, service, s->vpc, s->private_subnet, s->group, ret_id));
    cli_step(c, s3 ? "S3 gateway endpoint" : arena_printf(c->arena, "%s endpoint", service), *ret_id, existed,
             start);
    return 0;
}

static int deploy_endpoints(struct cli *c, struct stack *s) {
    TRY(ensure_endpoint(c, s, "s3", &s->s3_endpoint));
    for (size_t i = 0; i < 3; i++)
        TRY(ensure_endpoint(c, s, ssm_services[i], &s->ssm_endpoints[i]));
    return 0;
}

static int deploy_instances(struct cli *c, struct stack *s) {
    struct id_list ids = {0};
    uint64_t start = clock_mono_ns();
    const char *why;

    ENSURE(find_instances, "nat", "NAT instance (t4g.nano)", s->nat,
           make_nat_instance(c, t, s->public_subnet, s->nat_group, "t4g.nano", &s->nat), IN_VPC);
    TRY(source_check_off(c, s->nat));
    TRY(deploy_endpoints(c, s));
    ENSURE(find_instances, "ec2", "private instance (t3.micro)", s->instance,
           make_instance(c, t, s->private_subnet, s->group, s->profile, &s->instance), IN_VPC);
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
    r = stack_network(c, &s, "10.0.0.0/16");
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

static int destroy_network(struct cli *c, const struct stack *s, const struct id_list *vpcs) {
    struct id_list gateways;

    for (size_t i = 0; i < vpcs->count; i++)
        TRY(remove_vpc_with_all(c, vpcs->items[i], tell_removed));
    /* One that an interrupted run left without a VPC. */
    TRY(find_internet_gateways(c, &gateways, "tag:Stack", s->name, NULL));
    for (size_t i = 0; i < gateways.count; i++) {
        TRY(remove_internet_gateway(c, gateways.items[i]));
        tell_removed(c, "internet gateway", gateways.items[i]);
    }
    return 0;
}

int cmd_destroy(struct cli *c) {
    struct stack stack = {.name = c->argv[0]}, *s = &stack;
    const char *role = stack_role(c, s->name), *names = "";
    struct id_list vpcs, gateways, buckets;
    bool has_role;

    TRY(stack_vpcs(c, s->name, &vpcs));
    TRY(find_internet_gateways(c, &gateways, "tag:Stack", s->name, NULL));
    TRY(stack_buckets(c, s->name, &buckets));
    TRY(find_role(c, role, &has_role));
    if (vpcs.count == 0 && gateways.count == 0 && buckets.count == 0 && !has_role) {
        cli_say(c, "%s: nothing there, in %s\n", s->name, cli_where(c));
        return 0;
    }
    for (size_t i = 0; i < buckets.count; i++)
        names = arena_printf(c->arena, "%s, bucket %s", names, buckets.items[i]);
    if (!cli_confirm(c, "Destroy stack %s: %zu VPC with all in it%s%s%s", s->name, vpcs.count, names,
                     has_role ? ", role " : "", has_role ? role : ""))
        return 1;
    cli_say(c, "destroying %s, in %s\n", s->name, cli_where(c));
    TRY(destroy_network(c, s, &vpcs));
    for (size_t i = 0; i < buckets.count; i++) {
        TRY(remove_bucket(c, buckets.items[i]));
        tell_removed(c, "bucket", buckets.items[i]);
    }
    if (has_role) {
        TRY(remove_role(c, role));
        tell_removed(c, "role and profile", role);
    }
    return 0;
}

/* As the script does: a VPC that two subnets, their route tables and a gateway come with. */
int cmd_vpc_create(struct cli *c) {
    struct table t = {.columns = (const char *const[]){"Created", "Id", NULL}};
    struct stack s = {.name = c->argv[0]};
    struct id_list ids;

    TRY(stack_vpcs(c, s.name, &ids));
    if (ids.count > 0) {
        cli_error("there is a VPC %s already, %s: choose another name, or let `vpcbox deploy %s` build on it",
                  s.name, ids.items[0], s.name);
        return 1;
    }
    c->quiet = true;
    TRY(stack_network(c, &s, c->argc > 1 ? c->argv[1] : "10.0.0.0/16"));
    if (!c->terminal && !text_is(c->output, "json")) {
        puts(s.vpc); /* a script asked for the VPC; `status` tells the rest */
        return 0;
    }
    table_row(c, &t, "VPC", s.vpc, NULL);
    table_row(c, &t, "internet gateway", s.gateway, NULL);
    table_row(c, &t, "public subnet", s.public_subnet, NULL);
    table_row(c, &t, "private subnet", s.private_subnet, NULL);
    table_row(c, &t, "public route table", s.public_table, NULL);
    table_row(c, &t, "private route table", s.private_table, NULL);
    table_print(c, &t);
    return 0;
}
