/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/make.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/embed.h"
#include "base/text.h"

static const char trust_ec2[] =
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":"
    "{\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}";

static void add_tags(struct cli *c, struct model_vec *specifications, const char *type, struct tags t) {
    VEC(struct ec2_tag_specification) list = {0};
    struct ec2_tag_specification *spec = vec_push(c->arena, &list);

    spec->resource_type = type;
    *vec_push(c->arena, &spec->tags) = (struct ec2_tag){.key = "Name", .value = t.name};
    if (t.stack != NULL)
        *vec_push(c->arena, &spec->tags) = (struct ec2_tag){.key = "Stack", .value = t.stack};
    if (t.role != NULL)
        *vec_push(c->arena, &spec->tags) = (struct ec2_tag){.key = "Role", .value = t.role};
    if (specifications->count > 0) {
        /* A second resource type in the same request (instance and its interface). */
        struct ec2_tag_specification first = *(struct ec2_tag_specification *)specifications->items;
        struct ec2_tag_specification second = *spec;

        list.count = 0;
        *vec_push(c->arena, &list) = first;
        *vec_push(c->arena, &list) = second;
    }
    *specifications = (struct model_vec){list.items, list.count, list.capacity};
}

#define TAGS(c, request, type, t)                                                                            \
    add_tags((c), (struct model_vec *)(void *)&(request).tag_specifications, (type), (t))

int make_vpc(struct cli *c, struct tags t, const char *cidr, const char **ret_id) {
    struct ec2_create_vpc_request in = {.cidr_block = cidr};
    struct ec2_create_vpc_result out = {0};
    struct ec2_attribute_boolean_value on = {SOME_BOOL(true)};
    struct aws_nothing nothing;

    TAGS(c, in, "vpc", t);
    if (EC2(c, CreateVpc, in, out) < 0)
        return cli_aws_failed(c, "create the VPC");
    *ret_id = out.vpc->vpc_id;
    struct ec2_modify_vpc_attribute_request support = {.vpc_id = *ret_id, .enable_dns_support = &on};
    struct ec2_modify_vpc_attribute_request names = {.vpc_id = *ret_id, .enable_dns_hostnames = &on};
    if (EC2(c, ModifyVpcAttribute, support, nothing) < 0 || EC2(c, ModifyVpcAttribute, names, nothing) < 0)
        return cli_aws_failed(c, "switch the VPC's DNS on");
    return 0;
}

int make_subnet(struct cli *c, struct tags t, const char *vpc, const char *cidr, const char *zone,
                bool public_ips, const char **ret_id) {
    struct ec2_create_subnet_request in = {.vpc_id = vpc, .cidr_block = cidr, .availability_zone = zone};
    struct ec2_create_subnet_result out = {0};

    TAGS(c, in, "subnet", t);
    if (EC2(c, CreateSubnet, in, out) < 0)
        return cli_aws_failed(c, "create the subnet");
    *ret_id = out.subnet->subnet_id;
    if (public_ips) {
        struct ec2_attribute_boolean_value on = {SOME_BOOL(true)};
        struct ec2_modify_subnet_attribute_request modify = {.subnet_id = *ret_id,
                                                             .map_public_ip_on_launch = &on};
        struct aws_nothing nothing;

        if (EC2(c, ModifySubnetAttribute, modify, nothing) < 0)
            return cli_aws_failed(c, "give the subnet public addresses");
    }
    return 0;
}

int make_internet_gateway(struct cli *c, struct tags t, const char *vpc, const char **ret_id) {
    struct ec2_create_internet_gateway_request in = {0};
    struct ec2_create_internet_gateway_result out = {0};
    struct aws_nothing nothing;

    TAGS(c, in, "internet-gateway", t);
    if (EC2(c, CreateInternetGateway, in, out) < 0)
        return cli_aws_failed(c, "create the internet gateway");
    *ret_id = out.internet_gateway->internet_gateway_id;
    struct ec2_attach_internet_gateway_request attach = {.internet_gateway_id = *ret_id, .vpc_id = vpc};
    if (EC2(c, AttachInternetGateway, attach, nothing) < 0)
        return cli_aws_failed(c, "attach the internet gateway");
    return 0;
}

int make_route_table(struct cli *c, struct tags t, const char *vpc, const char *subnet, const char **ret_id) {
    struct ec2_create_route_table_request in = {.vpc_id = vpc};
    struct ec2_create_route_table_result out = {0};
    struct ec2_associate_route_table_result associated = {0};

    TAGS(c, in, "route-table", t);
    if (EC2(c, CreateRouteTable, in, out) < 0)
        return cli_aws_failed(c, "create the route table");
    *ret_id = out.route_table->route_table_id;
    struct ec2_associate_route_table_request associate = {.route_table_id = *ret_id, .subnet_id = subnet};
    if (EC2(c, AssociateRouteTable, associate, associated) < 0)
        return cli_aws_failed(c, "associate the route table");
    return 0;
}

int make_default_route(struct cli *c, const char *table, const char *gateway, const char *instance) {
    struct ec2_create_route_request in = {.route_table_id = table,
                                          .destination_cidr_block = "0.0.0.0/0",
                                          .gateway_id = gateway,
                                          .instance_id = instance};
    struct ec2_create_route_result out = {0};
    struct ec2_replace_route_request replace = {.route_table_id = table,
                                                .destination_cidr_block = "0.0.0.0/0",
                                                .gateway_id = gateway,
                                                .instance_id = instance};
    struct aws_nothing nothing;

    if (EC2(c, CreateRoute, in, out) == 0)
        return 0;
    if (!aws_error_is(&c->aws, "RouteAlreadyExists"))
        return cli_aws_failed(c, "create the default route");
    return EC2(c, ReplaceRoute, replace, nothing) < 0 ? cli_aws_failed(c, "replace the default route") : 0;
}

static int make_group(struct cli *c, struct tags t, const char *vpc, const char *description,
                      const char **ret_id) {
    struct ec2_create_security_group_request in = {
        .vpc_id = vpc, .group_name = t.name, .description = description};
    struct ec2_create_security_group_result out = {0};

    TAGS(c, in, "security-group", t);
    if (EC2(c, CreateSecurityGroup, in, out) < 0)
        return cli_aws_failed(c, "create the security group");
    *ret_id = out.group_id;
    return 0;
}

int allow_ingress(struct cli *c, const char *group, const char *name, const char *protocol, int port,
                  const char *cidr) {
    struct ec2_authorize_security_group_ingress_request in = {.group_id = group};
    struct ec2_authorize_security_group_ingress_result out = {0};
    struct ec2_ip_permission *p = vec_push(c->arena, &in.ip_permissions);

    p->ip_protocol = protocol;
    p->from_port = p->to_port = SOME_INT(port);
    vec_push(c->arena, &p->ip_ranges)->cidr_ip = cidr;
    TAGS(c, in, "security-group-rule", ((struct tags){.name = name}));
    if (EC2(c, AuthorizeSecurityGroupIngress, in, out) < 0 &&
        !aws_error_is(&c->aws, "InvalidPermission.Duplicate"))
        return cli_aws_failed(c, "allow traffic into the security group");
    return 0;
}

int allow_nat_group(struct cli *c, const char *group, const char *cidr) {
    if (allow_ingress(c, group, "http-from-private", "tcp", 80, cidr) != 0 ||
        allow_ingress(c, group, "https-from-private", "tcp", 443, cidr) != 0)
        return 1;
    return allow_ingress(c, group, "icmp-from-private", "icmp", -1, cidr);
}

int allow_instance_group(struct cli *c, const char *group, const char *cidr) {
    return allow_ingress(c, group, "vpc-endpoint-https", "tcp", 443, cidr);
}

int vpc_cidr(struct cli *c, const char *vpc, const char **ret_cidr) {
    struct ec2_describe_vpcs_request in = {0};
    struct ec2_describe_vpcs_result out = {0};

    *vec_push(c->arena, &in.vpc_ids) = vpc;
    if (EC2(c, DescribeVpcs, in, out) < 0)
        return cli_aws_failed(c, "look at the VPC");
    *ret_cidr = out.vpcs.items[0].cidr_block;
    return 0;
}

int make_nat_group(struct cli *c, struct tags t, const char *vpc, const char **ret_id) {
    const char *cidr = NULL;

    return vpc_cidr(c, vpc, &cidr) != 0 ||
           make_group(c, t, vpc, "Security group for NAT Instance", ret_id) != 0 ||
           allow_nat_group(c, *ret_id, cidr) != 0;
}

int make_instance_group(struct cli *c, struct tags t, const char *vpc, const char **ret_id) {
    const char *cidr = NULL;

    return vpc_cidr(c, vpc, &cidr) != 0 ||
           make_group(c, t, vpc, "Security group for EC2 with VPC Endpoint access", ret_id) != 0 ||
           allow_instance_group(c, *ret_id, cidr) != 0;
}

int make_role(struct cli *c, struct tags t, const char **ret_profile) {
    static const char *const policies[] = {"arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
                                           "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"};
    const char *profile_name = arena_printf(c->arena, "%s-profile", t.name);
    struct iam_create_role_request in = {.role_name = t.name,
                                         .assume_role_policy_document = trust_ec2,
                                         .description = "Role for EC2 with SSM and S3 access"};
    struct iam_create_role_response out = {0};
    struct iam_create_instance_profile_request profile = {.instance_profile_name = profile_name};
    struct iam_create_instance_profile_response made = {0};
    struct iam_add_role_to_instance_profile_request add = {.instance_profile_name = profile_name,
                                                           .role_name = t.name};
    struct aws_nothing nothing;

    *vec_push(c->arena, &in.tags) = (struct iam_tag){.key = "Name", .value = t.name};
    *vec_push(c->arena, &profile.tags) = (struct iam_tag){.key = "Name", .value = profile_name};
    if (t.stack != NULL) {
        *vec_push(c->arena, &in.tags) = (struct iam_tag){.key = "Stack", .value = t.stack};
        *vec_push(c->arena, &profile.tags) = (struct iam_tag){.key = "Stack", .value = t.stack};
    }
    if (IAM(c, CreateRole, in, out) < 0 && !aws_error_is(&c->aws, "EntityAlreadyExists"))
        return cli_aws_failed(c, "create the role");
    for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
        struct iam_attach_role_policy_request attach = {.role_name = t.name, .policy_arn = policies[i]};

        if (IAM(c, AttachRolePolicy, attach, nothing) < 0)
            return cli_aws_failed(c, "attach a policy to the role");
    }
    if (IAM(c, CreateInstanceProfile, profile, made) < 0 && !aws_error_is(&c->aws, "EntityAlreadyExists"))
        return cli_aws_failed(c, "create the instance profile");
    /* LimitExceeded: the profile has its one role already. */
    if (IAM(c, AddRoleToInstanceProfile, add, nothing) < 0 && !aws_error_is(&c->aws, "LimitExceeded"))
        return cli_aws_failed(c, "put the role into its instance profile");
    *ret_profile = profile_name;
    return 0;
}

int make_bucket(struct cli *c, struct tags t, const char *bucket) {
    struct s3_create_bucket_configuration configuration = {0};
    struct s3_create_bucket_request in = {.bucket = bucket, .create_bucket_configuration = &configuration};
    struct s3_create_bucket_output out = {0};
    struct s3_public_access_block_configuration block = {SOME_BOOL(true), SOME_BOOL(true), SOME_BOOL(true),
                                                         SOME_BOOL(true)};
    struct s3_put_public_access_block_request access = {.bucket = bucket,
                                                        .public_access_block_configuration = &block};
    struct s3_versioning_configuration versions = {.status = "Enabled"};
    struct s3_put_bucket_versioning_request versioning = {.bucket = bucket,
                                                          .versioning_configuration = &versions};
    struct aws_nothing nothing;

    if (!text_is(c->aws.region, "us-east-1"))
        configuration.location_constraint = c->aws.region;
    *vec_push(c->arena, &configuration.tags) = (struct s3_tag){.key = "Name", .value = t.name};
    if (t.stack != NULL)
        *vec_push(c->arena, &configuration.tags) = (struct s3_tag){.key = "Stack", .value = t.stack};
    if (S3(c, CreateBucket, in, out) < 0 && !aws_error_is(&c->aws, "BucketAlreadyOwnedByYou"))
        return cli_aws_failed(c, "create the bucket");
    if (S3(c, PutPublicAccessBlock, access, nothing) < 0)
        return cli_aws_failed(c, "block the bucket's public access");
    if (S3(c, PutBucketVersioning, versioning, nothing) < 0)
        return cli_aws_failed(c, "switch the bucket's versioning on");
    return 0;
}

static const char *endpoint_service(struct cli *c, const char *service) {
    return arena_printf(c->arena, "com.amazonaws.%s.%s", c->aws.region, service);
}

int make_s3_endpoint(struct cli *c, struct tags t, const char *vpc, const char *table, const char **ret_id) {
    struct ec2_create_vpc_endpoint_request in = {
        .vpc_endpoint_type = "Gateway", .vpc_id = vpc, .service_name = endpoint_service(c, "s3")};
    struct ec2_create_vpc_endpoint_result out = {0};

    *vec_push(c->arena, &in.route_table_ids) = table;
    TAGS(c, in, "vpc-endpoint", t);
    if (EC2(c, CreateVpcEndpoint, in, out) < 0)
        return cli_aws_failed(c, "create the S3 gateway endpoint");
    *ret_id = out.vpc_endpoint->vpc_endpoint_id;
    return 0;
}

int make_ssm_endpoint(struct cli *c, struct tags t, const char *service, const char *vpc, const char *subnet,
                      const char *group, const char **ret_id) {
    struct ec2_create_vpc_endpoint_request in = {.vpc_endpoint_type = "Interface",
                                                 .vpc_id = vpc,
                                                 .service_name = endpoint_service(c, service),
                                                 .private_dns_enabled = SOME_BOOL(true)};
    struct ec2_create_vpc_endpoint_result out = {0};

    *vec_push(c->arena, &in.subnet_ids) = subnet;
    *vec_push(c->arena, &in.security_group_ids) = group;
    TAGS(c, in, "vpc-endpoint", t);
    if (EC2(c, CreateVpcEndpoint, in, out) < 0)
        return cli_aws_failed(c, arena_printf(c->arena, "create the %s endpoint", service));
    *ret_id = out.vpc_endpoint->vpc_endpoint_id;
    return 0;
}

/* The Amazon Linux image of the instance type's processor family. */
static int find_image(struct cli *c, const char *type, const char **ret_image) {
    /* Graviton families end their generation digits in "g": t4g, m7gd, c6gn. */
    size_t family = strcspn(type, ".");
    const char *digit = strpbrk(type, "0123456789");
    bool arm = digit != NULL && memchr(digit, 'g', family - (size_t)(digit - type)) != NULL;
    struct ssm_get_parameter_request in = {
        .name = arena_printf(c->arena, "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-%s",
                             arm ? "arm64" : "x86_64")};
    struct ssm_get_parameter_result out = {0};

    if (SSM(c, GetParameter, in, out) < 0)
        return cli_aws_failed(c, "look up the Amazon Linux image");
    *ret_image = out.parameter->value;
    return 0;
}

static int run_instance(struct cli *c, struct tags t, struct ec2_run_instances_request *in,
                        const char **ret_id) {
    struct ec2_reservation out = {0};
    struct ec2_instance_metadata_options_request imds = {.http_tokens = "required",
                                                         .http_endpoint = "enabled"};
    uint64_t start = clock_mono_ns();

    in->min_count = in->max_count = SOME_INT(1);
    in->metadata_options = &imds;
    TAGS(c, *in, "instance", t);
    /* On AWS a new instance profile takes seconds until EC2 knows it. */
    while (aws_call(&c->aws, &model_ec2, "RunInstances", in, &out) < 0) {
        if (!aws_error_is(&c->aws, "InvalidParameterValue") || in->iam_instance_profile == NULL ||
            strstr(c->aws.error_message, "nstance") == NULL ||
            strstr(c->aws.error_message, "rofile") == NULL ||
            clock_mono_ns() - start > UINT64_C(30) * 1000000000 || !c->real_aws)
            return cli_aws_failed(c, "run the instance");
        cli_waiting(c, "waiting for the instance profile", start);
        sleep(2);
    }
    *ret_id = out.instances.items[0].instance_id;
    return 0;
}

const char *instance_address(struct cli *c, const char *instance, bool public) {
    struct ec2_describe_instances_request in = {0};
    struct ec2_describe_instances_result out = {0};
    const char *found = NULL;

    *vec_push(c->arena, &in.instance_ids) = instance;
    if (EC2(c, DescribeInstances, in, out) < 0) {
        cli_aws_failed(c, "look at the instance");
        return NULL;
    }
    for (size_t r = 0; r < out.reservations.count; r++)
        for (size_t i = 0; i < out.reservations.items[r].instances.count; i++) {
            const struct ec2_instance *it = &out.reservations.items[r].instances.items[i];

            found = public ? it->public_ip_address : it->private_ip_address;
        }
    if (found == NULL)
        cli_error("%s has no %s address%s", instance, public ? "public" : "private",
                  public ? ": connect from another instance, or give it an Elastic IP" : "");
    return found;
}

int source_check_off(struct cli *c, const char *instance) {
    struct ec2_attribute_boolean_value off = {SOME_BOOL(false)};
    struct ec2_modify_instance_attribute_request in = {.instance_id = instance, .source_dest_check = &off};
    struct aws_nothing nothing;

    return EC2(c, ModifyInstanceAttribute, in, nothing) < 0
               ? cli_aws_failed(c, "switch the NAT instance's source/dest check off")
               : 0;
}

int make_nat_instance(struct cli *c, struct tags t, const char *subnet, const char *group, const char *type,
                      const char **ret_id) {
    const struct embed_file *script = embed_find("cli/nat-user-data.sh");
    struct ec2_run_instances_request in = {.instance_type = type};
    struct ec2_instance_network_interface_specification *eni = vec_push(c->arena, &in.network_interfaces);

    eni->device_index = SOME_INT(0);
    eni->subnet_id = subnet;
    eni->associate_public_ip_address = SOME_BOOL(true);
    *vec_push(c->arena, &eni->groups) = group;
    t.role = "NAT";
    in.user_data = base64_encode(c->arena, script->data, script->length);
    if (find_image(c, type, &in.image_id) != 0 || run_instance(c, t, &in, ret_id) != 0)
        return 1;
    return source_check_off(c, *ret_id);
}

int make_instance(struct cli *c, struct tags t, const char *subnet, const char *group, const char *profile,
                  const char **ret_id) {
    struct ec2_iam_instance_profile_specification by_name = {.name = profile};
    struct ec2_run_instances_request in = {
        .instance_type = "t3.micro", .subnet_id = subnet, .iam_instance_profile = &by_name};

    *vec_push(c->arena, &in.security_group_ids) = group;
    return find_image(c, in.instance_type, &in.image_id) != 0 ? 1 : run_instance(c, t, &in, ret_id);
}
