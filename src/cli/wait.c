/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for states, and taking things away. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/make.h"

/* AWS's API has no events to wait for: ask again, quickly at first, then as seldom as its waiters do. */
static void pause_between(struct cli *c, unsigned round) {
    long ms = c->real_aws ? 3000 : round < 40 ? 10 : 100;
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&t, NULL);
}

static bool timed_out(uint64_t start, int limit_s) {
    return clock_mono_ns() - start > (uint64_t)limit_s * 1000000000u;
}

int wait_instances(struct cli *c, const struct id_list *ids, const char *state, int limit_s) {
    uint64_t start = clock_mono_ns();
    struct ec2_describe_instances_request in = {0};

    if (ids->count == 0)
        return 0;
    for (size_t i = 0; i < ids->count; i++)
        *vec_push(c->arena, &in.instance_ids) = ids->items[i];
    for (unsigned round = 0;; round++) {
        struct ec2_describe_instances_result out = {0};
        size_t there = 0;

        if (EC2(c, DescribeInstances, in, out) < 0)
            return cli_aws_failed(c, "watch the instances");
        for (size_t r = 0; r < out.reservations.count; r++)
            for (size_t i = 0; i < out.reservations.items[r].instances.count; i++) {
                const struct ec2_instance *it = &out.reservations.items[r].instances.items[i];

                if (text_is(it->state->name, state)) {
                    there++;
                } else if (text_is(it->state->name, "terminated")) {
                    cli_error("instance %s did not start: %s", it->instance_id,
                              it->state_reason == NULL ? "no reason given" : it->state_reason->message);
                    return 1;
                }
            }
        if (there == ids->count)
            return 0;
        if (timed_out(start, limit_s)) {
            cli_error("instances are not %s after %d s: `vpcbox ec2-list` shows their states", state,
                      limit_s);
            return 1;
        }
        cli_waiting(c, arena_printf(c->arena, "instances become %s", state), start);
        pause_between(c, round);
    }
}

static int wait_endpoints_gone(struct cli *c, const struct id_list *ids, int limit_s) {
    uint64_t start = clock_mono_ns();

    for (unsigned round = 0;; round++) {
        size_t left = 0;

        for (size_t i = 0; i < ids->count; i++) {
            struct id_list found;

            if (find_endpoints(c, &found, "vpc-endpoint-id", ids->items[i], "vpc-endpoint-state", "deleting",
                               NULL) != 0)
                return 1;
            left += found.count;
        }
        if (left == 0)
            return 0;
        if (timed_out(start, limit_s)) {
            cli_error("endpoints are still being deleted after %d s: try again later", limit_s);
            return 1;
        }
        cli_waiting(c, "endpoints go away", start);
        pause_between(c, round);
    }
}

int wait_online(struct cli *c, const char *instance, int limit_s) {
    uint64_t start = clock_mono_ns();
    struct ssm_describe_instance_information_request in = {0};
    struct ssm_instance_information_string_filter *f = vec_push(c->arena, &in.filters);

    f->key = "InstanceIds";
    *vec_push(c->arena, &f->values) = instance;
    for (unsigned round = 0;; round++) {
        struct ssm_get_connection_status_request ask = {.target = instance};
        struct ssm_get_connection_status_response status = {0};
        struct ssm_describe_instance_information_result out = {0};

        if (SSM(c, DescribeInstanceInformation, in, out) < 0)
            return cli_aws_failed(c, "ask Session Manager for the instance");
        /* Online says that the agent has reported; a session also needs its control channel. */
        if (out.instance_information_list.count > 0 &&
            text_is(out.instance_information_list.items[0].ping_status, "Online") &&
            SSM(c, GetConnectionStatus, ask, status) == 0 && text_is(status.status, "connected"))
            return 0;
        if (timed_out(start, limit_s)) {
            cli_error("%s is not Online in Session Manager after %d s: `vpcbox explain %s "
                      "ssm.%s.amazonaws.com:443` "
                      "tells what stops it",
                      instance, limit_s, instance, c->aws.region);
            return 1;
        }
        cli_waiting(c, "the instance comes online in Session Manager", start);
        pause_between(c, round);
    }
}

int remove_instances(struct cli *c, const struct id_list *ids) {
    struct ec2_terminate_instances_request in = {0};
    struct ec2_terminate_instances_result out = {0};

    if (ids->count == 0)
        return 0;
    for (size_t i = 0; i < ids->count; i++)
        *vec_push(c->arena, &in.instance_ids) = ids->items[i];
    if (EC2(c, TerminateInstances, in, out) < 0)
        return aws_error_is(&c->aws, "InvalidInstanceID.NotFound") ? 0
                                                                   : cli_aws_failed(c, "terminate instances");
    return wait_instances(c, ids, "terminated", 300);
}

int remove_endpoints(struct cli *c, const struct id_list *ids) {
    struct ec2_delete_vpc_endpoints_request in = {0};
    struct ec2_delete_vpc_endpoints_result out = {0};

    if (ids->count == 0)
        return 0;
    for (size_t i = 0; i < ids->count; i++)
        *vec_push(c->arena, &in.vpc_endpoint_ids) = ids->items[i];
    if (EC2(c, DeleteVpcEndpoints, in, out) < 0)
        return cli_aws_failed(c, "delete endpoints");
    for (size_t i = 0; i < out.unsuccessful.count; i++) {
        const struct ec2_unsuccessful_item *u = &out.unsuccessful.items[i];

        if (u->error != NULL && !text_is(u->error->code, "InvalidVpcEndpointId.NotFound")) {
            cli_error("delete endpoint %s: %s: %s", u->resource_id, u->error->code, u->error->message);
            return 1;
        }
    }
    return wait_endpoints_gone(c, ids, 600);
}

/* Runs one delete; an error that ends in NotFound means that it is gone already. */
static int gone(struct cli *c, int result, const char *doing) {
    if (result == 0 || text_ends(c->aws.error_code == NULL ? "" : c->aws.error_code, "NotFound"))
        return 0;
    return cli_aws_failed(c, doing);
}

static int remove_groups(struct cli *c, const char *vpc,
                         void (*removed)(struct cli *, const char *, const char *)) {
    struct ec2_describe_security_groups_request in = {0};
    struct ec2_describe_security_groups_result out = {0};

    FILTER(c, in, "vpc-id", vpc);
    if (EC2(c, DescribeSecurityGroups, in, out) < 0)
        return cli_aws_failed(c, "look for security groups");
    /* Groups that name each other cannot be deleted before their rules are. */
    for (size_t i = 0; i < out.security_groups.count; i++) {
        struct ec2_security_group *g = &out.security_groups.items[i];
        struct ec2_revoke_security_group_ingress_request revoke = {.group_id = g->group_id};
        struct ec2_revoke_security_group_ingress_result revoked = {0};

        for (size_t p = 0; p < g->ip_permissions.count; p++)
            if (g->ip_permissions.items[p].user_id_group_pairs.count > 0)
                *vec_push(c->arena, &revoke.ip_permissions) = g->ip_permissions.items[p];
        if (revoke.ip_permissions.count > 0 && EC2(c, RevokeSecurityGroupIngress, revoke, revoked) < 0)
            return cli_aws_failed(c, "revoke the groups' rules");
    }
    for (size_t i = 0; i < out.security_groups.count; i++) {
        struct ec2_delete_security_group_request del = {.group_id = out.security_groups.items[i].group_id};
        struct ec2_delete_security_group_result deleted = {0};

        if (text_is(out.security_groups.items[i].group_name, "default"))
            continue;
        if (gone(c, EC2(c, DeleteSecurityGroup, del, deleted), "delete a security group") != 0)
            return 1;
        removed(c, "security group", del.group_id);
    }
    return 0;
}

static int remove_route_tables(struct cli *c, const char *vpc,
                               void (*removed)(struct cli *, const char *, const char *)) {
    struct ec2_describe_route_tables_request in = {0};
    struct ec2_describe_route_tables_result out = {0};
    struct aws_nothing nothing;

    FILTER(c, in, "vpc-id", vpc);
    if (EC2(c, DescribeRouteTables, in, out) < 0)
        return cli_aws_failed(c, "look for route tables");
    for (size_t i = 0; i < out.route_tables.count; i++) {
        const struct ec2_route_table *t = &out.route_tables.items[i];
        struct ec2_delete_route_table_request del = {.route_table_id = t->route_table_id};
        bool main_table = false;

        for (size_t k = 0; k < t->associations.count; k++) {
            struct ec2_disassociate_route_table_request dis = {
                .association_id = t->associations.items[k].route_table_association_id};

            if (t->associations.items[k].main.v)
                main_table = true;
            else if (gone(c, EC2(c, DisassociateRouteTable, dis, nothing), "disassociate a route table") != 0)
                return 1;
        }
        if (main_table)
            continue;
        if (gone(c, EC2(c, DeleteRouteTable, del, nothing), "delete a route table") != 0)
            return 1;
        removed(c, "route table", del.route_table_id);
    }
    return 0;
}

int remove_internet_gateway(struct cli *c, const char *id) {
    struct ec2_delete_internet_gateway_request in = {.internet_gateway_id = id};
    struct aws_nothing nothing;

    return gone(c, EC2(c, DeleteInternetGateway, in, nothing), "delete the internet gateway");
}

int remove_vpc_with_all(struct cli *c, const char *vpc,
                        void (*removed)(struct cli *, const char *, const char *)) {
    struct id_list ids;
    struct aws_nothing nothing;
    struct ec2_delete_vpc_request del = {.vpc_id = vpc};

    if (find_instances(c, &ids, "vpc-id", vpc, NULL) != 0 || remove_instances(c, &ids) != 0)
        return 1;
    for (size_t i = 0; i < ids.count; i++)
        removed(c, "instance", ids.items[i]);
    if (find_endpoints(c, &ids, "vpc-id", vpc, NULL) != 0 || remove_endpoints(c, &ids) != 0)
        return 1;
    for (size_t i = 0; i < ids.count; i++)
        removed(c, "endpoint", ids.items[i]);
    if (find_interfaces(c, &ids, "vpc-id", vpc, "status", "available", NULL) != 0)
        return 1;
    for (size_t i = 0; i < ids.count; i++) {
        struct ec2_delete_network_interface_request in = {.network_interface_id = ids.items[i]};

        if (gone(c, EC2(c, DeleteNetworkInterface, in, nothing), "delete a network interface") != 0)
            return 1;
        removed(c, "network interface", ids.items[i]);
    }
    if (find_internet_gateways(c, &ids, "attachment.vpc-id", vpc, NULL) != 0)
        return 1;
    for (size_t i = 0; i < ids.count; i++) {
        struct ec2_detach_internet_gateway_request detach = {.internet_gateway_id = ids.items[i],
                                                             .vpc_id = vpc};

        if (EC2(c, DetachInternetGateway, detach, nothing) < 0 &&
            !aws_error_is(&c->aws, "Gateway.NotAttached"))
            return cli_aws_failed(c, "detach the internet gateway");
        if (remove_internet_gateway(c, ids.items[i]) != 0)
            return 1;
        removed(c, "internet gateway", ids.items[i]);
    }
    if (find_subnets(c, &ids, "vpc-id", vpc, NULL) != 0)
        return 1;
    for (size_t i = 0; i < ids.count; i++) {
        struct ec2_delete_subnet_request in = {.subnet_id = ids.items[i]};

        if (gone(c, EC2(c, DeleteSubnet, in, nothing), "delete a subnet") != 0)
            return 1;
        removed(c, "subnet", ids.items[i]);
    }
    if (remove_route_tables(c, vpc, removed) != 0 || remove_groups(c, vpc, removed) != 0)
        return 1;
    if (gone(c, EC2(c, DeleteVpc, del, nothing), "delete the VPC") != 0)
        return 1;
    removed(c, "VPC", vpc);
    return 0;
}

/* One that an interrupted run has left without a role. */
static int remove_lone_profile(struct cli *c, const char *role) {
    struct iam_delete_instance_profile_request in = {.instance_profile_name =
                                                         arena_printf(c->arena, "%s-profile", role)};
    struct aws_nothing nothing;

    return IAM(c, DeleteInstanceProfile, in, nothing) < 0 && !aws_error_is(&c->aws, "NoSuchEntity")
               ? cli_aws_failed(c, "delete the instance profile")
               : 0;
}

int find_role(struct cli *c, const char *role, bool *ret_there) {
    struct iam_get_role_request get = {.role_name = role};
    struct iam_get_role_response found = {0};
    struct iam_get_instance_profile_request get_profile = {.instance_profile_name =
                                                               arena_printf(c->arena, "%s-profile", role)};
    struct iam_get_instance_profile_response found_profile = {0};

    *ret_there = IAM(c, GetRole, get, found) == 0;
    if (!*ret_there && aws_error_is(&c->aws, "NoSuchEntity"))
        *ret_there = IAM(c, GetInstanceProfile, get_profile, found_profile) == 0;
    return *ret_there || aws_error_is(&c->aws, "NoSuchEntity") ? 0 : cli_aws_failed(c, "look for the role");
}

int remove_role(struct cli *c, const char *role) {
    struct iam_list_instance_profiles_for_role_request profiles = {.role_name = role};
    struct iam_list_instance_profiles_for_role_response found = {0};
    struct iam_list_attached_role_policies_request policies = {.role_name = role};
    struct iam_list_attached_role_policies_response attached = {0};
    struct iam_list_role_policies_request inlines = {.role_name = role};
    struct iam_list_role_policies_response inlined = {0};
    struct iam_delete_role_request del = {.role_name = role};
    struct aws_nothing nothing;

    if (IAM(c, ListInstanceProfilesForRole, profiles, found) < 0)
        return aws_error_is(&c->aws, "NoSuchEntity") ? remove_lone_profile(c, role)
                                                     : cli_aws_failed(c, "look at the role");
    for (size_t i = 0; i < found.instance_profiles.count; i++) {
        const char *name = found.instance_profiles.items[i].instance_profile_name;
        struct iam_remove_role_from_instance_profile_request out_of = {.instance_profile_name = name,
                                                                       .role_name = role};
        struct iam_delete_instance_profile_request profile = {.instance_profile_name = name};

        if (IAM(c, RemoveRoleFromInstanceProfile, out_of, nothing) < 0 ||
            IAM(c, DeleteInstanceProfile, profile, nothing) < 0)
            return cli_aws_failed(c, "delete the instance profile");
    }
    if (IAM(c, ListAttachedRolePolicies, policies, attached) < 0 ||
        IAM(c, ListRolePolicies, inlines, inlined) < 0)
        return cli_aws_failed(c, "list the role's policies");
    for (size_t i = 0; i < attached.attached_policies.count; i++) {
        struct iam_detach_role_policy_request in = {
            .role_name = role, .policy_arn = attached.attached_policies.items[i].policy_arn};

        if (IAM(c, DetachRolePolicy, in, nothing) < 0)
            return cli_aws_failed(c, "detach a policy");
    }
    for (size_t i = 0; i < inlined.policy_names.count; i++) {
        struct iam_delete_role_policy_request in = {.role_name = role,
                                                    .policy_name = inlined.policy_names.items[i]};

        if (IAM(c, DeleteRolePolicy, in, nothing) < 0)
            return cli_aws_failed(c, "delete a policy");
    }
    return IAM(c, DeleteRole, del, nothing) < 0 ? cli_aws_failed(c, "delete the role") : 0;
}

int remove_bucket(struct cli *c, const char *bucket) {
    struct s3_delete_bucket_request del = {.bucket = bucket};
    struct s3_list_multipart_uploads_request uploads = {.bucket = bucket};
    struct s3_list_multipart_uploads_output open_uploads = {0};
    struct aws_nothing nothing;

    if (S3(c, ListMultipartUploads, uploads, open_uploads) < 0) {
        if (aws_error_is(&c->aws, "NoSuchBucket"))
            return 0;
        return cli_aws_failed(c, "list the bucket's open uploads");
    }
    for (size_t i = 0; i < open_uploads.uploads.count; i++) {
        struct s3_abort_multipart_upload_request in = {.bucket = bucket,
                                                       .key = open_uploads.uploads.items[i].key,
                                                       .upload_id = open_uploads.uploads.items[i].upload_id};
        struct s3_abort_multipart_upload_output out = {0};

        if (S3(c, AbortMultipartUpload, in, out) < 0)
            return cli_aws_failed(c, "abort an upload");
    }
    for (;;) {
        struct s3_list_object_versions_request in = {.bucket = bucket};
        struct s3_list_object_versions_output out = {0};
        struct s3_delete batch = {.quiet = SOME_BOOL(true)};
        struct s3_delete_objects_request objects = {.bucket = bucket, .delete = &batch};
        struct s3_delete_objects_output deleted = {0};

        if (S3(c, ListObjectVersions, in, out) < 0)
            return cli_aws_failed(c, "list the bucket's versions");
        for (size_t i = 0; i < out.versions.count; i++)
            *vec_push(c->arena, &batch.objects) = (struct s3_object_identifier){
                .key = out.versions.items[i].key, .version_id = out.versions.items[i].version_id};
        for (size_t i = 0; i < out.delete_markers.count; i++)
            *vec_push(c->arena, &batch.objects) = (struct s3_object_identifier){
                .key = out.delete_markers.items[i].key, .version_id = out.delete_markers.items[i].version_id};
        if (batch.objects.count == 0)
            break;
        if (S3(c, DeleteObjects, objects, deleted) < 0)
            return cli_aws_failed(c, "empty the bucket");
        if (deleted.errors.count > 0) {
            cli_error("empty the bucket: %s: %s: %s", deleted.errors.items[0].key,
                      deleted.errors.items[0].code, deleted.errors.items[0].message);
            return 1;
        }
    }
    return S3(c, DeleteBucket, del, nothing) < 0 && !aws_error_is(&c->aws, "NoSuchBucket")
               ? cli_aws_failed(c, "delete the bucket")
               : 0;
}
