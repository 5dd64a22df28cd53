/* SPDX-License-Identifier: Apache-2.0 */
/* What can be launched and where: types, images, zones, regions, public parameters; and what IMDS tells of it. */
#include "instance_rig.h"

#include "api/ec2/catalog.h"
#include "api/iam/iam.h"
#include "api/iam/identity.h"
#include "api/ssm/ssm.h"
#include "edge/imds_source.h"

static void types(void **state) {
    struct ec2_describe_instance_types_result out;
    const struct ec2_instance_type_info *t;

    (void)state;
    assert_int_equal(
        CALL(DescribeInstanceTypes, describe_instance_types, &out, .instance_types = LIST("t2.nano")), 0);
    assert_int_equal(out.instance_types.items[0].v_cpu_info->valid_threads_per_core.count, 0);
    assert_int_equal(CALL(DescribeInstanceTypes, describe_instance_types, &out,
                          .instance_types = LIST("t3.micro", "t4g.nano")),
                     0);
    assert_int_equal(out.instance_types.count, 2);
    t = &out.instance_types.items[0];
    assert_string_equal(t->instance_type, "t3.micro");
    assert_int_equal(t->v_cpu_info->default_v_cpus.v, 2);
    assert_int_equal(t->memory_info->size_in_mi_b.v, 1024);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(out.instance_types.items[i].network_info->maximum_network_interfaces.v, 2);
        assert_int_equal(out.instance_types.items[i].network_info->ipv4_addresses_per_interface.v, 2);
    }
    assert_int_equal(t->v_cpu_info->valid_threads_per_core.count,
                     2); /* one, or both; of t2 nothing is said */
    assert_int_equal(t->v_cpu_info->valid_threads_per_core.items[0].v, 1);
    assert_int_equal(out.instance_types.items[1].v_cpu_info->valid_threads_per_core.count, 1);
    assert_int_equal(
        CALL(DescribeInstanceTypes, describe_instance_types, &out,
             .filters = ONE(ec2_filter, .name = "vcpu-info.valid-threads-per-core", .values = LIST("2"))),
        0);
    assert_true(out.instance_types.count > 10);
    REFUSED("InvalidInstanceType", CALL(DescribeInstanceTypes, describe_instance_types, &out,
                                        .instance_types = LIST("t3.micro", "x9.huge", "y9.huge")));
    assert_string_equal(rig.message,
                        "The following supplied instance types do not exist: [x9.huge, y9.huge]");
    assert_int_equal(CALL(DescribeInstanceTypes, describe_instance_types, &out,
                          .filters = ONE(ec2_filter, .name = "processor-info.supported-architecture",
                                         .values = LIST("arm64"))),
                     0);
    assert_true(out.instance_types.count > 10);
    for (size_t i = 0; i < out.instance_types.count; i++)
        assert_string_equal(catalog_type(out.instance_types.items[i].instance_type)->architecture, "arm64");
}

static void images(void **state) {
    struct ec2_describe_images_result out;

    (void)state;
    assert_int_equal(
        CALL(
            DescribeImages, describe_images, &out, .owners = LIST("amazon"),
            .filters = {.items = (struct ec2_filter[]){{.name = "name",
                                                        .values = LIST("al2023-ami-2023*-kernel-6.1-x86_64")},
                                                       {.name = "state", .values = LIST("available")}},
                        .count = 2}),
        0);
    assert_int_equal(out.images.count, 1);
    assert_string_equal(out.images.items[0].image_id, AMI_X86);
    assert_string_equal(out.images.items[0].image_owner_alias, "amazon");
    assert_string_equal(out.images.items[0].architecture, "x86_64");
    assert_int_equal(CALL(DescribeImages, describe_images, &out, .owners = LIST("self")), 0);
    assert_int_equal(out.images.count, 0);
    assert_int_equal(CALL(DescribeImages, describe_images, &out, .image_ids = LIST(AMI_ARM)), 0);
    assert_int_equal(out.images.count, 1);
    REFUSED("InvalidAMIID.NotFound",
            CALL(DescribeImages, describe_images, &out, .image_ids = LIST("ami-00000000000000000")));
    REFUSED("InvalidAMIID.Malformed", CALL(DescribeImages, describe_images, &out, .image_ids = LIST("foo")));
}

static void zones_and_regions(void **state) {
    struct ec2_describe_availability_zones_result zones;
    struct ec2_describe_regions_result regions;
    struct ec2_describe_account_attributes_result account;

    (void)state;
    assert_int_equal(CALL(DescribeAvailabilityZones, describe_availability_zones, &zones, .dry_run = {0}), 0);
    assert_int_equal(zones.availability_zones.count, 3);
    assert_string_equal(zones.availability_zones.items[0].zone_name, "ap-northeast-1a");
    assert_string_equal(zones.availability_zones.items[0].zone_id, "apne1-az4");
    assert_int_equal(
        CALL(DescribeAvailabilityZones, describe_availability_zones, &zones, .zone_ids = LIST("apne1-az1")),
        0);
    assert_string_equal(zones.availability_zones.items[0].zone_name, "ap-northeast-1c");
    REFUSED("InvalidParameterValue", CALL(DescribeAvailabilityZones, describe_availability_zones, &zones,
                                          .zone_names = LIST("us-east-1a")));
    assert_int_equal(CALL(DescribeRegions, describe_regions, &regions, .region_names = LIST("eu-west-1")), 0);
    assert_string_equal(regions.regions.items[0].endpoint, "ec2.eu-west-1.amazonaws.com");
    REFUSED("InvalidParameterValue",
            CALL(DescribeRegions, describe_regions, &regions, .region_names = LIST("mars-1")));
    assert_int_equal(CALL(DescribeAccountAttributes, describe_account_attributes, &account,
                          .attribute_names = LIST("default-vpc")),
                     0);
    assert_int_equal(account.account_attributes.count, 1);
    assert_true(
        text_starts(account.account_attributes.items[0].attribute_values.items[0].attribute_value, "vpc-"));
}

static int parameters_work(struct api_request *rq, void *arg) {
    struct ssm_get_parameter_result one;
    struct ssm_get_parameters_result many;
    const char *names[] = {
        "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64", "/mine",
        "arn:aws:ssm:ap-northeast-1::parameter/aws/service/debian/release/12/latest/amd64"};

    (void)arg;
#define GET(text) ssm_get_parameter(rq, &(struct ssm_get_parameter_request){.name = (text)}, &one)
    assert_int_equal(GET("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"), 0);
    assert_string_equal(one.parameter->value, AMI_X86);
    assert_string_equal(one.parameter->type, "String");
    assert_string_equal(one.parameter->arn,
                        "arn:aws:ssm:ap-northeast-1::parameter/aws/service/ami-amazon-linux-latest/"
                        "al2023-ami-kernel-default-x86_64");
    assert_int_equal(GET("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64:1"), 0);
    assert_int_equal(GET("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64:2"),
                     API_REFUSED);
    assert_string_equal(rq->error_code, "ParameterVersionNotFound");
    assert_int_equal(GET("/mine"), API_REFUSED);
    assert_string_equal(rq->error_code, "ParameterNotFound");

    memset(&many, 0, sizeof(many));
    assert_int_equal(
        ssm_get_parameters(rq, &(struct ssm_get_parameters_request){.names = {.items = names, .count = 3}},
                           &many),
        0);
    assert_int_equal(many.parameters.count, 2);
    assert_int_equal(many.invalid_parameters.count, 1);
    assert_string_equal(many.invalid_parameters.items[0], "/mine");
    names[2] = names[0];
    assert_int_equal(
        ssm_get_parameters(rq, &(struct ssm_get_parameters_request){.names = {.items = names, .count = 3}},
                           &many),
        API_REFUSED);
    assert_string_equal(rq->error_code, "ValidationException");
    return 0;
}

static void parameters(void **state) {
    (void)state;
    assert_int_equal(api_work(rig.api, parameters_work, NULL), 0);
}

#define AL2023 "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64"

static const struct catalog_image *image_of(const char *region) {
    struct catalog_parameter p;

    return catalog_parameter(region, AL2023, &p) ? p.image : NULL;
}

static void all_data_hangs_together(void **state) {
    size_t count, same;
    const struct catalog_type *all = catalog_types(&count);
    const struct catalog_image *ami = catalog_images("ap-northeast-1", &same), *other;
    struct catalog_parameter none;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(catalog_type(all[i].name), &all[i]); /* names are unique */
        assert_true(all[i].addresses_per_interface <= DOOR_ADDRESSES_MAX);
        assert_true(all[i].interfaces <= 15);
        assert_int_equal(all[i].vcpus % all[i].threads_per_core, 0);
    }
    for (size_t i = 0; i < same; i++) {
        assert_ptr_equal(catalog_image(ami[i].id), &ami[i]);
        assert_true(ec2_id_well_formed(EC2_IMAGE, ami[i].id));
    }
    /* Each region has its own ids for the same images, and parameters that lead to them. */
    other = catalog_images("us-east-1", &count);
    assert_int_equal(count, same);
    for (size_t i = 0; i < same; i++) {
        assert_string_equal(other[i].name, ami[i].name);
        assert_string_not_equal(other[i].id, ami[i].id);
        assert_string_not_equal(other[i].snapshot_id, ami[i].snapshot_id);
        assert_ptr_equal(catalog_image(other[i].id), &other[i]);
        assert_true(ec2_id_well_formed(EC2_IMAGE, other[i].id));
    }
    assert_ptr_equal(image_of("ap-northeast-1"), &ami[0]);
    assert_ptr_equal(image_of("us-east-1"), &other[0]);
    assert_null(image_of("mars-1"));
    assert_false(catalog_parameter("us-east-1", "/none", &none));
    assert_null(catalog_images("mars-1", &count));
}

static void what_metadata_tells(void **state) {
    struct imds_source source = imds_source_of(rig.store);
    struct imds_instance told;
    struct imds_credentials credentials;
    struct ec2_reservation out;
    struct door door = {.kind = DOOR_IMDS};
    const struct ec2_instance *i;
    const char *vpc = rig_vpc("10.7.0.0/16"), *subnet = rig_subnet(vpc, "10.7.1.0/24");

    (void)state;
    assert_int_equal(RUN(&out,
                         .network_interfaces =
                             ONE(ec2_instance_network_interface_specification, .device_index = SOME_INT(0),
                                 .subnet_id = subnet, .associate_public_ip_address = SOME_BOOL(true)),
                         .user_data = "aGVsbG8=",
                         .metadata_options =
                             &(struct ec2_instance_metadata_options_request){
                                 .http_tokens = "optional", .instance_metadata_tags = "enabled"},
                         .tag_specifications = ONE(ec2_tag_specification, .resource_type = "instance",
                                                   .tags = ONE(ec2_tag, "Name", "x"))),
                     0);
    i = &out.instances.items[0];
    rig_running(i->instance_id);
    door.eni_num = rig.start.enis[0].num;
    assert_int_equal(source.lookup(source.user, &door, &rig.arena, &told), 0);
    assert_string_equal(told.instance_id, i->instance_id);
    assert_string_equal(told.local_ipv4, i->private_ip_address);
    assert_string_equal(told.public_ipv4, i->public_ip_address);
    assert_string_equal(told.local_hostname, i->private_dns_name);
    assert_string_equal(told.availability_zone, i->placement->availability_zone);
    assert_string_equal(told.ami_id, AMI_X86);
    assert_string_equal(told.mac, i->network_interfaces.items[0].mac_address);
    assert_int_equal(told.interface_count, 1);
    assert_string_equal(told.interfaces[0].subnet_ipv4_cidr_block, "10.7.1.0/24");
    assert_string_equal(told.interfaces[0].vpc_ipv4_cidr_block, "10.7.0.0/16");
    assert_string_equal(told.security_groups.items[0], "default");
    assert_int_equal(told.user_data_length, 5);
    assert_int_equal(told.tag_count, 1);
    assert_true(told.tags_enabled && told.endpoint_enabled && !told.tokens_required);
    assert_int_equal(told.hop_limit, 2);
    assert_null(told.profile_arn);
    assert_int_equal(source.credentials(source.user, &told, &rig.arena, &credentials), -ENOENT);

    DO(ModifyInstanceMetadataOptions, modify_instance_metadata_options, .instance_id = i->instance_id,
       .http_tokens = "required", .http_put_response_hop_limit = SOME_INT(1));
    assert_int_equal(source.lookup(source.user, &door, &rig.arena, &told), 0);
    assert_true(told.tokens_required);
    assert_int_equal(told.hop_limit, 1);
    DO(TerminateInstances, terminate_instances, .instance_ids = LIST(i->instance_id));
    instances_settle(rig.api);
    assert_int_equal(source.lookup(source.user, &door, &rig.arena, &told), -ENOENT);
}

/* ---- an instance's role: ec2-012 ---- */

#define IAM(action, ...)                                                                                     \
    assert_int_equal(iam_##action(rq, &(struct iam_##action##_request){__VA_ARGS__}, (void *)&out), 0)

static int profile_work(struct api_request *rq, void *arg) {
    union {
        max_align_t align;
        char bytes[256];
    } out = {0};

    (void)arg;
    identity_setup(rq->tx, rq->config);
    rq->service = model_service_find("iam");
    rq->operation = model_operation_find(rq->service, "CreateRole");
    IAM(create_role, .role_name = "r",
        .assume_role_policy_document =
            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":"
            "\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}");
    IAM(create_instance_profile, .instance_profile_name = "p");
    IAM(create_instance_profile, .instance_profile_name = "empty");
    IAM(add_role_to_instance_profile, .instance_profile_name = "p", .role_name = "r");
    return 0;
}

static void the_role_of_an_instance(void **state) {
    struct imds_source source = imds_source_of(rig.store);
    struct imds_credentials credentials;
    struct imds_instance told;
    struct ec2_reservation out;
    struct door door = {.kind = DOOR_IMDS};
    const struct ec2_instance *i;

    (void)state;
    assert_int_equal(api_work(rig.api, profile_work, NULL), 0);
    REFUSED(
        "InvalidParameterValue",
        RUN(&out, .iam_instance_profile = &(struct ec2_iam_instance_profile_specification){.name = "empty"}));
    assert_int_equal(
        RUN(&out, .iam_instance_profile = &(struct ec2_iam_instance_profile_specification){.name = "p"}), 0);
    i = &out.instances.items[0];
    assert_string_equal(i->iam_instance_profile->arn, "arn:aws:iam::" RIG_ACCOUNT ":instance-profile/p");
    rig_running(i->instance_id);
    door.eni_num = rig.start.enis[0].num;
    assert_int_equal(source.lookup(source.user, &door, &rig.arena, &told), 0);
    assert_string_equal(told.profile_arn, i->iam_instance_profile->arn);
    assert_string_equal(told.role_name, "r");
    assert_int_equal(source.credentials(source.user, &told, &rig.arena, &credentials), 0);
    assert_true(text_starts(credentials.access_key_id, "ASIA"));
    assert_true(credentials.expires_ms > credentials.updated_ms);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {TEST(types),
                                       TEST(images),
                                       TEST(parameters),
                                       TEST(zones_and_regions),
                                       TEST(all_data_hangs_together),
                                       TEST(what_metadata_tells),
                                       TEST(the_role_of_an_instance)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
