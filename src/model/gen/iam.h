/* SPDX-License-Identifier: Apache-2.0 */
/* Made by tools/model-gen from src/model/aws/iam.json (botocore 1.43.11, iam/2010-05-08): do not edit. */
#ifndef VPCBOX_MODEL_GEN_IAM_H
#define VPCBOX_MODEL_GEN_IAM_H

#include "base/arena.h"
#include "model/model.h"

extern const struct model_service model_iam;

struct iam_add_role_to_instance_profile_request;
struct iam_attach_role_policy_request;
struct iam_attached_permissions_boundary;
struct iam_attached_policy;
struct iam_create_instance_profile_request;
struct iam_create_instance_profile_response;
struct iam_create_role_request;
struct iam_create_role_response;
struct iam_delete_instance_profile_request;
struct iam_delete_role_policy_request;
struct iam_delete_role_request;
struct iam_detach_role_policy_request;
struct iam_get_instance_profile_request;
struct iam_get_instance_profile_response;
struct iam_get_policy_request;
struct iam_get_policy_response;
struct iam_get_policy_version_request;
struct iam_get_policy_version_response;
struct iam_get_role_policy_request;
struct iam_get_role_policy_response;
struct iam_get_role_request;
struct iam_get_role_response;
struct iam_instance_profile;
struct iam_list_attached_role_policies_request;
struct iam_list_attached_role_policies_response;
struct iam_list_instance_profiles_for_role_request;
struct iam_list_instance_profiles_for_role_response;
struct iam_list_instance_profiles_request;
struct iam_list_instance_profiles_response;
struct iam_list_policies_request;
struct iam_list_policies_response;
struct iam_list_role_policies_request;
struct iam_list_role_policies_response;
struct iam_list_roles_request;
struct iam_list_roles_response;
struct iam_policy;
struct iam_policy_version;
struct iam_put_role_policy_request;
struct iam_remove_role_from_instance_profile_request;
struct iam_role;
struct iam_role_last_used;
struct iam_tag;
struct iam_update_assume_role_policy_request;

/* AddRoleToInstanceProfileRequest */
struct iam_add_role_to_instance_profile_request {
    const char *instance_profile_name;
    const char *role_name;
};
/* AttachRolePolicyRequest */
struct iam_attach_role_policy_request {
    const char *role_name;
    const char *policy_arn;
};
/* AttachedPermissionsBoundary */
struct iam_attached_permissions_boundary {
    const char *permissions_boundary_type;
    const char *permissions_boundary_arn;
};
/* AttachedPolicy */
struct iam_attached_policy {
    const char *policy_name;
    const char *policy_arn;
};
/* CreateInstanceProfileRequest */
struct iam_create_instance_profile_request {
    const char *instance_profile_name;
    const char *path;
    VEC(struct iam_tag) tags;
};
/* CreateInstanceProfileResponse */
struct iam_create_instance_profile_response {
    struct iam_instance_profile *instance_profile;
};
/* CreateRoleRequest */
struct iam_create_role_request {
    const char *path;
    const char *role_name;
    const char *assume_role_policy_document;
    const char *description;
    struct opt_int max_session_duration;
    const char *permissions_boundary;
    VEC(struct iam_tag) tags;
};
/* CreateRoleResponse */
struct iam_create_role_response {
    struct iam_role *role;
};
/* DeleteInstanceProfileRequest */
struct iam_delete_instance_profile_request {
    const char *instance_profile_name;
};
/* DeleteRolePolicyRequest */
struct iam_delete_role_policy_request {
    const char *role_name;
    const char *policy_name;
};
/* DeleteRoleRequest */
struct iam_delete_role_request {
    const char *role_name;
};
/* DetachRolePolicyRequest */
struct iam_detach_role_policy_request {
    const char *role_name;
    const char *policy_arn;
};
/* GetInstanceProfileRequest */
struct iam_get_instance_profile_request {
    const char *instance_profile_name;
};
/* GetInstanceProfileResponse */
struct iam_get_instance_profile_response {
    struct iam_instance_profile *instance_profile;
};
/* GetPolicyRequest */
struct iam_get_policy_request {
    const char *policy_arn;
};
/* GetPolicyResponse */
struct iam_get_policy_response {
    struct iam_policy *policy;
};
/* GetPolicyVersionRequest */
struct iam_get_policy_version_request {
    const char *policy_arn;
    const char *version_id;
};
/* GetPolicyVersionResponse */
struct iam_get_policy_version_response {
    struct iam_policy_version *policy_version;
};
/* GetRolePolicyRequest */
struct iam_get_role_policy_request {
    const char *role_name;
    const char *policy_name;
};
/* GetRolePolicyResponse */
struct iam_get_role_policy_response {
    const char *role_name;
    const char *policy_name;
    const char *policy_document;
};
/* GetRoleRequest */
struct iam_get_role_request {
    const char *role_name;
};
/* GetRoleResponse */
struct iam_get_role_response {
    struct iam_role *role;
};
/* InstanceProfile */
struct iam_instance_profile {
    const char *path;
    const char *instance_profile_name;
    const char *instance_profile_id;
    const char *arn;
    struct opt_time create_date;
    VEC(struct iam_role) roles;
    VEC(struct iam_tag) tags;
};
/* ListAttachedRolePoliciesRequest */
struct iam_list_attached_role_policies_request {
    const char *role_name;
    const char *path_prefix;
    const char *marker;
    struct opt_int max_items;
};
/* ListAttachedRolePoliciesResponse */
struct iam_list_attached_role_policies_response {
    VEC(struct iam_attached_policy) attached_policies;
    struct opt_bool is_truncated;
    const char *marker;
};
/* ListInstanceProfilesForRoleRequest */
struct iam_list_instance_profiles_for_role_request {
    const char *role_name;
    const char *marker;
    struct opt_int max_items;
};
/* ListInstanceProfilesForRoleResponse */
struct iam_list_instance_profiles_for_role_response {
    VEC(struct iam_instance_profile) instance_profiles;
    struct opt_bool is_truncated;
    const char *marker;
};
/* ListInstanceProfilesRequest */
struct iam_list_instance_profiles_request {
    const char *path_prefix;
    const char *marker;
    struct opt_int max_items;
};
/* ListInstanceProfilesResponse */
struct iam_list_instance_profiles_response {
    VEC(struct iam_instance_profile) instance_profiles;
    struct opt_bool is_truncated;
    const char *marker;
};
/* ListPoliciesRequest */
struct iam_list_policies_request {
    const char *scope;
    struct opt_bool only_attached;
    const char *path_prefix;
    const char *policy_usage_filter;
    const char *marker;
    struct opt_int max_items;
};
/* ListPoliciesResponse */
struct iam_list_policies_response {
    VEC(struct iam_policy) policies;
    struct opt_bool is_truncated;
    const char *marker;
};
/* ListRolePoliciesRequest */
struct iam_list_role_policies_request {
    const char *role_name;
    const char *marker;
    struct opt_int max_items;
};
/* ListRolePoliciesResponse */
struct iam_list_role_policies_response {
    VEC(const char *) policy_names;
    struct opt_bool is_truncated;
    const char *marker;
};
/* ListRolesRequest */
struct iam_list_roles_request {
    const char *path_prefix;
    const char *marker;
    struct opt_int max_items;
};
/* ListRolesResponse */
struct iam_list_roles_response {
    VEC(struct iam_role) roles;
    struct opt_bool is_truncated;
    const char *marker;
};
/* Policy */
struct iam_policy {
    const char *policy_name;
    const char *policy_id;
    const char *arn;
    const char *path;
    const char *default_version_id;
    struct opt_int attachment_count;
    struct opt_int permissions_boundary_usage_count;
    struct opt_bool is_attachable;
    const char *description;
    struct opt_time create_date;
    struct opt_time update_date;
    VEC(struct iam_tag) tags;
};
/* PolicyVersion */
struct iam_policy_version {
    const char *document;
    const char *version_id;
    struct opt_bool is_default_version;
    struct opt_time create_date;
};
/* PutRolePolicyRequest */
struct iam_put_role_policy_request {
    const char *role_name;
    const char *policy_name;
    const char *policy_document;
};
/* RemoveRoleFromInstanceProfileRequest */
struct iam_remove_role_from_instance_profile_request {
    const char *instance_profile_name;
    const char *role_name;
};
/* Role */
struct iam_role {
    const char *path;
    const char *role_name;
    const char *role_id;
    const char *arn;
    struct opt_time create_date;
    const char *assume_role_policy_document;
    const char *description;
    struct opt_int max_session_duration;
    struct iam_attached_permissions_boundary *permissions_boundary;
    VEC(struct iam_tag) tags;
    struct iam_role_last_used *role_last_used;
};
/* RoleLastUsed */
struct iam_role_last_used {
    struct opt_time last_used_date;
    const char *region;
};
/* Tag */
struct iam_tag {
    const char *key;
    const char *value;
};
/* UpdateAssumeRolePolicyRequest */
struct iam_update_assume_role_policy_request {
    const char *role_name;
    const char *policy_document;
};

#endif
