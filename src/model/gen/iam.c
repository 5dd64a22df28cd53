/* SPDX-License-Identifier: Apache-2.0 */
/* Made by tools/model-gen from src/model/aws/iam.json: do not edit. */
#include "model/gen/iam.h"

#include <stddef.h>

enum {
    SHAPE_AddRoleToInstanceProfileRequest,
    SHAPE_AttachRolePolicyRequest,
    SHAPE_AttachedPermissionsBoundary,
    SHAPE_AttachedPolicy,
    SHAPE_CreateInstanceProfileRequest,
    SHAPE_CreateInstanceProfileResponse,
    SHAPE_CreateRoleRequest,
    SHAPE_CreateRoleResponse,
    SHAPE_DeleteInstanceProfileRequest,
    SHAPE_DeleteRolePolicyRequest,
    SHAPE_DeleteRoleRequest,
    SHAPE_DetachRolePolicyRequest,
    SHAPE_GetInstanceProfileRequest,
    SHAPE_GetInstanceProfileResponse,
    SHAPE_GetPolicyRequest,
    SHAPE_GetPolicyResponse,
    SHAPE_GetPolicyVersionRequest,
    SHAPE_GetPolicyVersionResponse,
    SHAPE_GetRolePolicyRequest,
    SHAPE_GetRolePolicyResponse,
    SHAPE_GetRoleRequest,
    SHAPE_GetRoleResponse,
    SHAPE_InstanceProfile,
    SHAPE_ListAttachedRolePoliciesRequest,
    SHAPE_ListAttachedRolePoliciesResponse,
    SHAPE_ListInstanceProfilesForRoleRequest,
    SHAPE_ListInstanceProfilesForRoleResponse,
    SHAPE_ListInstanceProfilesRequest,
    SHAPE_ListInstanceProfilesResponse,
    SHAPE_ListPoliciesRequest,
    SHAPE_ListPoliciesResponse,
    SHAPE_ListRolePoliciesRequest,
    SHAPE_ListRolePoliciesResponse,
    SHAPE_ListRolesRequest,
    SHAPE_ListRolesResponse,
    SHAPE_PermissionsBoundaryAttachmentType,
    SHAPE_Policy,
    SHAPE_PolicyUsageType,
    SHAPE_PolicyVersion,
    SHAPE_PutRolePolicyRequest,
    SHAPE_RemoveRoleFromInstanceProfileRequest,
    SHAPE_Role,
    SHAPE_RoleLastUsed,
    SHAPE_Tag,
    SHAPE_UpdateAssumeRolePolicyRequest,
    SHAPE_arnType,
    SHAPE_attachedPoliciesListType,
    SHAPE_attachmentCountType,
    SHAPE_booleanType,
    SHAPE_dateType,
    SHAPE_idType,
    SHAPE_instanceProfileListType,
    SHAPE_instanceProfileNameType,
    SHAPE_markerType,
    SHAPE_maxItemsType,
    SHAPE_pathPrefixType,
    SHAPE_pathType,
    SHAPE_policyDescriptionType,
    SHAPE_policyDocumentType,
    SHAPE_policyListType,
    SHAPE_policyNameListType,
    SHAPE_policyNameType,
    SHAPE_policyPathType,
    SHAPE_policyScopeType,
    SHAPE_policyVersionIdType,
    SHAPE_responseMarkerType,
    SHAPE_roleDescriptionType,
    SHAPE_roleListType,
    SHAPE_roleMaxSessionDurationType,
    SHAPE_roleNameType,
    SHAPE_stringType,
    SHAPE_tagKeyType,
    SHAPE_tagListType,
    SHAPE_tagValueType,
    SHAPE_COUNT_
};

static const struct model_shape shapes[SHAPE_COUNT_];

static const char *const enum_PermissionsBoundaryAttachmentType[] = {"PermissionsBoundaryPolicy", NULL};
static const char *const enum_PolicyUsageType[] = {"PermissionsPolicy", "PermissionsBoundary", NULL};
static const char *const enum_policyScopeType[] = {"All", "AWS", "Local", NULL};
static const struct model_member members_AddRoleToInstanceProfileRequest[] = {
    {.name = "InstanceProfileName", .wire = "InstanceProfileName", .query = "InstanceProfileName", .shape = &shapes[SHAPE_instanceProfileNameType], .offset = offsetof(struct iam_add_role_to_instance_profile_request, instance_profile_name), .required = true},
    {.name = "RoleName", .wire = "RoleName", .query = "RoleName", .shape = &shapes[SHAPE_roleNameType], .offset = offsetof(struct iam_add_role_to_instance_profile_request, role_name), .required = true},
};
static const struct model_member members_AttachRolePolicyRequest[] = {
    {.name = "RoleName", .wire = "RoleName", .query = "RoleName", .shape = &shapes[SHAPE_roleNameType], .offset = offsetof(struct iam_attach_role_policy_request, role_name), .required = true},
    {.name = "PolicyArn", .wire = "PolicyArn", .query = "PolicyArn", .shape = &shapes[SHAPE_arnType], .offset = offsetof(struct iam_attach_role_policy_request, policy_arn), .required = true},
};
static const struct model_member members_AttachedPermissionsBoundary[] = {
    {.name = "PermissionsBoundaryType", .wire = "PermissionsBoundaryType", .query = "PermissionsBoundaryType", .shape = &shapes[SHAPE_PermissionsBoundaryAttachmentType], .offset = offsetof(struct iam_attached_permissions_boundary, permissions_boundary_type)},
    {.name = "PermissionsBoundaryArn", .wire = "PermissionsBoundaryArn", .query = "PermissionsBoundaryArn", .shape = &shapes[SHAPE_arnType], .offset = offsetof(struct iam_attached_permissions_boundary, permissions_boundary_arn)},
};
static const struct model_member members_AttachedPolicy[] = {
    {.name = "PolicyName", .wire = "PolicyName", .query = "PolicyName", .shape = &shapes[SHAPE_policyNameType], .offset = offsetof(struct iam_attached_policy, policy_name)},
    {.name = "PolicyArn", .wire = "PolicyArn", .query = "PolicyArn", .shape = &shapes[SHAPE_arnType], .offset = offsetof(struct iam_attached_policy, policy_arn)},
};
static const struct model_member members_CreateInstanceProfileRequest[] = {
    {.name = "InstanceProfileName", .wire = "InstanceProfileName", .query = "InstanceProfileName", .shape = &shapes[SHAPE_instanceProfileNameType], .offset = offsetof(struct iam_create_instance_profile_request, instance_profile_name), .required = true},
    {.name = "Path", .wire = "Path", .query = "Path", .shape = &shapes[SHAPE_pathType], .offset = offsetof(struct iam_create_instance_profile_request, path)},
    {.name = "Tags", .wire = "Tags", .query = "Tags", .shape = &shapes[SHAPE_tagListType], .offset = offsetof(struct iam_create_instance_profile_request, tags)},
};
static const struct model_member members_CreateInstanceProfileResponse[] = {
    {.name = "InstanceProfile", .wire = "InstanceProfile", .query = "InstanceProfile", .shape = &shapes[SHAPE_InstanceProfile], .offset = offsetof(struct iam_create_instance_profile_response, instance_profile), .required = true},
};
static const struct model_member members_CreateRoleRequest[] = {
    {.name = "Path", .wire = "Path", .query = "Path", .shape = &shapes[SHAPE_pathType], .offset = offsetof(struct iam_create_role_request, path)},
    {.name = "RoleName", .wire = "RoleName", .query = "RoleName", .shape = &shapes[SHAPE_roleNameType], .offset = offsetof(struct iam_create_role_request, role_name), .required = true},
    {.name = "AssumeRolePolicyDocument", .wire = "AssumeRolePolicyDocument", .query = "AssumeRolePolicyDocument", .shape = &shapes[SHAPE_policyDocumentType], .offset = offsetof(struct iam_create_role_request, assume_role_policy_document), .required = true},
    {.name = "Description", .wire = "Description", .query = "Description", .shape = &shapes[SHAPE_roleDescriptionType], .offset = offsetof(struct iam_create_role_request, description)},
    {.name = "MaxSessionDuration", .wire = "MaxSessionDuration", .query = "MaxSessionDuration", .shape = &shapes[SHAPE_roleMaxSessionDurationType], .offset = offsetof(struct iam_create_role_request, max_session_duration)},
    {.name = "PermissionsBoundary", .wire = "PermissionsBoundary", .query = "PermissionsBoundary", .shape = &shapes[SHAPE_arnType], .offset = offsetof(struct iam_create_role_request, permissions_boundary)},
    {.name = "Tags", .wire = "Tags", .query = "Tags", .shape = &shapes[SHAPE_tagListType], .offset = offsetof(struct iam_create_role_request, tags)},
};
static const struct model_member members_CreateRoleResponse[] = {
    {.name = "Role", .wire = "Role", .query = "Role", .shape = &shapes[SHAPE_Role], .offset = offsetof(struct iam_create_role_response, role), .required = true},
};
static const struct model_member members_DeleteInstanceProfileRequest[] = {
    {.name = "InstanceProfileName", .wire = "InstanceProfileName", .query = "InstanceProfileName", .shape = &shapes[SHAPE_instanceProfileNameType], .offset = offsetof(struct iam_delete_instance_profile_request, instance_profile_name), .required = true},
};
static const struct model_member members_DeleteRolePolicyRequest[] = {
    {.name = "RoleName", .wire = "RoleName", .query = "RoleName", .shape = &shapes[SHAPE_roleNameType], .offset = offsetof(struct iam_delete_role_policy_request, role_name), .required = true},
    {.name = "PolicyName", .wire = "PolicyName", .query = "PolicyName", .shape = &shapes[SHAPE_policyNameType], .offset = offsetof(struct iam_delete_role_policy_request, policy_name), .required = true},
};
static const struct model_member members_DeleteRoleRequest[] = {
    {.name = "RoleName", .wire = "RoleName", .query = "RoleName", .shape = &shapes[SHAPE_roleNameType], .offset = offsetof(struct iam_delete_role_request, role_name), .required = true},
};
static const struct model_member members_DetachRolePolicyRequest[] = {
    {.name = "RoleName", .wire = "RoleName", .query = "RoleName", .shape = &shapes[SHAPE_roleNameType], .offset = offsetof(struct iam_detach_role_policy_request, role_name), .required = true},
    {.name = "PolicyArn", .wire = "PolicyArn", .query = "PolicyArn", .shape = &shapes[SHAPE_arnType], .offset = offsetof(struct iam_detach_role_policy_request, policy_arn), .required = true},
};
static const struct model_member members_GetInstanceProfileRequest[] = {
    {.name = "InstanceProfileName", .wire = "InstanceProfileName", .query = "InstanceProfileName", .shape = &shapes[SHAPE_instanceProfileNameType], .offset = offsetof(struct iam_get_instance_profile_request, instance_profile_name), .required = true},
};
static const struct model_member members_GetInstanceProfileResponse[] = {
    {.name = "InstanceProfile", .wire = "InstanceProfile", .query = "InstanceProfile", .shape = &shapes[SHAPE_InstanceProfile], .offset = offsetof(struct iam_get_instance_profile_response, instance_profile), .required = true},
};
static const struct model_member members_GetPolicyRequest[] = {
    {.name = "PolicyArn", .wire = "PolicyArn", .query = "PolicyArn", .shape = &shapes[SHAPE_arnType], .offset = offsetof(struct iam_get_policy_request, policy_arn), .required = true},
};
static const struct model_member members_GetPolicyResponse[] = {
    {.name = "Policy", .wire = "Policy", .query = "Policy", .shape = &shapes[SHAPE_Policy], .offset = offsetof(struct iam_get_policy_response, policy)},
};
static const struct model_member members_GetPolicyVersionRequest[] = {
    {.name = "PolicyArn", .wire = "PolicyArn", .query = "PolicyArn", .shape = &shapes[SHAPE_arnType], .offset = offsetof(struct iam_get_policy_version_request, policy_arn), .required = true},
    {.name = "VersionId", .wire = "VersionId", .query = "VersionId", .shape = &shapes[SHAPE_policyVersionIdType], .offset = offsetof(struct iam_get_policy_version_request, version_id), .required = true},
};
static const struct model_member members_GetPolicyVersionResponse[] = {
    {.name = "PolicyVersion", .wire = "PolicyVersion", .query = "PolicyVersion", .shape = &shapes[SHAPE_PolicyVersion], .offset = offsetof(struct iam_get_policy_version_response, policy_version)},
};
static const struct model_member members_GetRolePolicyRequest[] = {
    {.name = "RoleName", .wire = "RoleName", .query = "RoleName", .shape = &shapes[SHAPE_roleNameType], .offset = offsetof(struct iam_get_role_policy_request, role_name), .required = true},
    {.name = "PolicyName", .wire = "PolicyName", .query = "PolicyName", .shape = &shapes[SHAPE_policyNameType], .offset = offsetof(struct iam_get_role_policy_request, policy_name), .required = true},
};
static const struct model_member members_GetRolePolicyResponse[] = {
    {.name = "RoleName", .wire = "RoleName", .query = "RoleName", .shape = &shapes[SHAPE_roleNameType], .offset = offsetof(struct iam_get_role_policy_response, role_name), .required = true},
    {.name = "PolicyName", .wire = "PolicyName", .query = "PolicyName", .shape = &shapes[SHAPE_policyNameType], .offset = offsetof(struct iam_get_role_policy_response, policy_name), .required = true},
    {.name = "PolicyDocument", .wire = "PolicyDocument", .query = "PolicyDocument", .shape = &shapes[SHAPE_policyDocumentType], .offset = offsetof(struct iam_get_role_policy_response, policy_document), .required = true},
};
static const struct model_member members_GetRoleRequest[] = {
    {.name = "RoleName", .wire = "RoleName", .query = "RoleName", .shape = &shapes[SHAPE_roleNameType], .offset = offsetof(struct iam_get_role_request, role_name), .required = true},
};
static const struct model_member members_GetRoleResponse[] = {
    {.name = "Role", .wire = "Role", .query = "Role", .shape = &shapes[SHAPE_Role], .offset = offsetof(struct iam_get_role_response, role), .required = true},
};
static const struct model_member members_InstanceProfile[] = {
    {.name = "Path", .wire = "Path", .query = "Path", .shape = &shapes[SHAPE_pathType], .offset = offsetof(struct iam_instance_profile, path), .required = true},
    {.name = "InstanceProfileName", .wire = "InstanceProfileName", .query = "InstanceProfileName", .shape = &shapes[SHAPE_instanceProfileNameType], .offset = offsetof(struct iam_instance_profile, instance_profile_name), .required = true},
    {.name = "InstanceProfileId", .wire = "InstanceProfileId", .query = "InstanceProfileId", .shape = &shapes[SHAPE_idType], .offset = offsetof(struct iam_instance_profile, instance_profile_id), .required = true},
    {.name = "Arn", .wire = "Arn", .query = "Arn", .shape = &shapes[SHAPE_arnType], .offset = offsetof(struct iam_instance_profile, arn), .required = true},
    {.name = "CreateDate", .wire = "CreateDate", .query = "CreateDate", .shape = &shapes[SHAPE_dateType], .offset = offsetof(struct iam_instance_profile, create_date), .required = true},
    {.name = "Roles", .wire = "Roles", .query = "Roles", .shape = &shapes[SHAPE_roleListType], .offset = offsetof(struct iam_instance_profile, roles), .required = true},
    {.name = "Tags", .wire = "Tags", .query = "Tags", .shape = &shapes[SHAPE_tagListType], .offset = offsetof(struct iam_instance_profile, tags)},
};
static const struct model_member members_ListAttachedRolePoliciesRequest[] = {
    {.name = "RoleName", .wire = "RoleName", .query = "RoleName", .shape = &shapes[SHAPE_roleNameType], .offset = offsetof(struct iam_list_attached_role_policies_request, role_name), .required = true},
    {.name = "PathPrefix", .wire = "PathPrefix", .query = "PathPrefix", .shape = &shapes[SHAPE_policyPathType], .offset = offsetof(struct iam_list_attached_role_policies_request, path_prefix)},
    {.name = "Marker", .wire = "Marker", .query = "Marker", .shape = &shapes[SHAPE_markerType], .offset = offsetof(struct iam_list_attached_role_policies_request, marker)},
    {.name = "MaxItems", .wire = "MaxItems", .query = "MaxItems", .shape = &shapes[SHAPE_maxItemsType], .offset = offsetof(struct iam_list_attached_role_policies_request, max_items)},
};
static const struct model_member members_ListAttachedRolePoliciesResponse[] = {
    {.name = "AttachedPolicies", .wire = "AttachedPolicies", .query = "AttachedPolicies", .shape = &shapes[SHAPE_attachedPoliciesListType], .offset = offsetof(struct iam_list_attached_role_policies_response, attached_policies)},
    {.name = "IsTruncated", .wire = "IsTruncated", .query = "IsTruncated", .shape = &shapes[SHAPE_booleanType], .offset = offsetof(struct iam_list_attached_role_policies_response, is_truncated)},
    {.name = "Marker", .wire = "Marker", .query = "Marker", .shape = &shapes[SHAPE_responseMarkerType], .offset = offsetof(struct iam_list_attached_role_policies_response, marker)},
};
static const struct model_member members_ListInstanceProfilesForRoleRequest[] = {
    {.name = "RoleName", .wire = "RoleName", .query = "RoleName", .shape = &shapes[SHAPE_roleNameType], .offset = offsetof(struct iam_list_instance_profiles_for_role_request, role_name), .required = true},
    {.name = "Marker", .wire = "Marker", .query = "Marker", .shape = &shapes[SHAPE_markerType], .offset = offsetof(struct iam_list_instance_profiles_for_role_request, marker)},
    {.name = "MaxItems", .wire = "MaxItems", .query = "MaxItems", .shape = &shapes[SHAPE_maxItemsType], .offset = offsetof(struct iam_list_instance_profiles_for_role_request, max_items)},
};
static const struct model_member members_ListInstanceProfilesForRoleResponse[] = {
    {.name = "InstanceProfiles", .wire = "InstanceProfiles", .query = "InstanceProfiles", .shape = &shapes[SHAPE_instanceProfileListType], .offset = offsetof(struct iam_list_instance_profiles_for_role_response, instance_profiles), .required = true},
    {.name = "IsTruncated", .wire = "IsTruncated", .query = "IsTruncated", .shape = &shapes[SHAPE_booleanType], .offset = offsetof(struct iam_list_instance_profiles_for_role_response, is_truncated)},
    {.name = "Marker", .wire = "Marker", .query = "Marker", .shape = &shapes[SHAPE_responseMarkerType], .offset = offsetof(struct iam_list_instance_profiles_for_role_response, marker)},
};
static const struct model_member members_ListInstanceProfilesRequest[] = {
    {.name = "PathPrefix", .wire = "PathPrefix", .query = "PathPrefix", .shape = &shapes[SHAPE_pathPrefixType], .offset = offsetof(struct iam_list_instance_profiles_request, path_prefix)},
    {.name = "Marker", .wire = "Marker", .query = "Marker", .shape = &shapes[SHAPE_markerType], .offset = offsetof(struct iam_list_instance_profiles_request, marker)},
    {.name = "MaxItems", .wire = "MaxItems", .query = "MaxItems", .shape = &shapes[SHAPE_maxItemsType], .offset = offsetof(struct iam_list_instance_profiles_request, max_items)},
};
static const struct model_member members_ListInstanceProfilesResponse[] = {
    {.name = "InstanceProfiles", .wire = "InstanceProfiles", .query = "InstanceProfiles", .shape = &shapes[SHAPE_instanceProfileListType], .offset = offsetof(struct iam_list_instance_profiles_response, instance_profiles), .required = true},
    {.name = "IsTruncated", .wire = "IsTruncated", .query = "IsTruncated", .shape = &shapes[SHAPE_booleanType], .offset = offsetof(struct iam_list_instance_profiles_response, is_truncated)},
    {.name = "Marker", .wire = "Marker", .query = "Marker", .shape = &shapes[SHAPE_responseMarkerType], .offset = offsetof(struct iam_list_instance_profiles_response, marker)},
};
static const struct model_member members_ListPoliciesRequest[] = {
    {.name = "Scope", .wire = "Scope", .query = "Scope", .shape = &shapes[SHAPE_policyScopeType], .offset = offsetof(struct iam_list_policies_request, scope)},
    {.name = "OnlyAttached", .wire = "OnlyAttached", .query = "OnlyAttached", .shape = &shapes[SHAPE_booleanType], .offset = offsetof(struct iam_list_policies_request, only_attached)},
    {.name = "PathPrefix", .wire = "PathPrefix", .query = "PathPrefix", .shape = &shapes[SHAPE_policyPathType], .offset = offsetof(struct iam_list_policies_request, path_prefix)},
    {.name = "PolicyUsageFilter", .wire = "PolicyUsageFilter", .query = "PolicyUsageFilter", .shape = &shapes[SHAPE_PolicyUsageType], .offset = offsetof(struct iam_list_policies_request, policy_usage_filter)},
    {.name = "Marker", .wire = "Marker", .query = "Marker", .shape = &shapes[SHAPE_markerType], .offset = offsetof(struct iam_list_policies_request, marker)},
    {.name = "MaxItems", .wire = "MaxItems", .query = "MaxItems", .shape = &shapes[SHAPE_maxItemsType], .offset = offsetof(struct iam_list_policies_request, max_items)},
};
static const struct model_member members_ListPoliciesResponse[] = {
    {.name = "Policies", .wire = "Policies", .query = "Policies", .shape = &shapes[SHAPE_policyListType], .offset = offsetof(struct iam_list_policies_response, policies)},
    {.name = "IsTruncated", .wire = "IsTruncated", .query = "IsTruncated", .shape = &shapes[SHAPE_booleanType], .offset = offsetof(struct iam_list_policies_response, is_truncated)},
    {.name = "Marker", .wire = "Marker", .query = "Marker", .shape = &shapes[SHAPE_responseMarkerType], .offset = offsetof(struct iam_list_policies_response, marker)},
};
static const struct model_member members_ListRolePoliciesRequest[] = {
    {.name = "RoleName", .wire = "RoleName", .query = "RoleName", .shape = &shapes[SHAPE_roleNameType], .offset = offsetof(struct iam_list_role_policies_request, role_name), .required = true},
    {.name = "Marker", .wire = "Marker", .query = "Marker", .shape = &shapes[SHAPE_markerType], .offset = offsetof(struct iam_list_role_policies_request, marker)},
    {.name = "MaxItems", .wire = "MaxItems", .query = "MaxItems", .shape = &shapes[SHAPE_maxItemsType], .offset = offsetof(struct iam_list_role_policies_request, max_items)},
};
static const struct model_member members_ListRolePoliciesResponse[] = {
    {.name = "PolicyNames", .wire = "PolicyNames", .query = "PolicyNames", .shape = &shapes[SHAPE_policyNameListType], .offset = offsetof(struct iam_list_role_policies_response, policy_names), .required = true},
    {.name = "IsTruncated", .wire = "IsTruncated", .query = "IsTruncated", .shape = &shapes[SHAPE_booleanType], .offset = offsetof(struct iam_list_role_policies_response, is_truncated)},
    {.name = "Marker", .wire = "Marker", .query = "Marker", .shape = &shapes[SHAPE_responseMarkerType], .offset = offsetof(struct iam_list_role_policies_response, marker)},
};
static const struct model_member members_ListRolesRequest[] = {
    {.name = "PathPrefix", .wire = "PathPrefix", .query = "PathPrefix", .shape = &shapes[SHAPE_pathPrefixType], .offset = offsetof(struct iam_list_roles_request, path_prefix)},
    {.name = "Marker", .wire = "Marker", .query = "Marker", .shape = &shapes[SHAPE_markerType], .offset = offsetof(struct iam_list_roles_request, marker)},
    {.name = "MaxItems", .wire = "MaxItems", .query = "MaxItems", .shape = &shapes[SHAPE_maxItemsType], .offset = offsetof(struct iam_list_roles_request, max_items)},
};
static const struct model_member members_ListRolesResponse[] = {
    {.name = "Roles", .wire = "Roles", .query = "Roles", .shape = &shapes[SHAPE_roleListType], .offset = offsetof(struct iam_list_roles_response, roles), .required = true},
    {.name = "IsTruncated", .wire = "IsTruncated", .query = "IsTruncated", .shape = &shapes[SHAPE_booleanType], .offset = offsetof(struct iam_list_roles_response, is_truncated)},
    {.name = "Marker", .wire = "Marker", .query = "Marker", .shape = &shapes[SHAPE_responseMarkerType], .offset = offsetof(struct iam_list_roles_response, marker)},
};
static const struct model_member members_Policy[] = {
    {.name = "PolicyName", .wire = "PolicyName", .query = "PolicyName", .shape = &shapes[SHAPE_policyNameType], .offset = offsetof(struct iam_policy, policy_name)},
    {.name = "PolicyId", .wire = "PolicyId", .query = "PolicyId", .shape = &shapes[SHAPE_idType], .offset = offsetof(struct iam_policy, policy_id)},
    {.name = "Arn", .wire = "Arn", .query = "Arn", .shape = &shapes[SHAPE_arnType], .offset = offsetof(struct iam_policy, arn)},
    {.name = "Path", .wire = "Path", .query = "Path", .shape = &shapes[SHAPE_policyPathType], .offset = offsetof(struct iam_policy, path)},
    {.name = "DefaultVersionId", .wire = "DefaultVersionId", .query = "DefaultVersionId", .shape = &shapes[SHAPE_policyVersionIdType], .offset = offsetof(struct iam_policy, default_version_id)},
    {.name = "AttachmentCount", .wire = "AttachmentCount", .query = "AttachmentCount", .shape = &shapes[SHAPE_attachmentCountType], .offset = offsetof(struct iam_policy, attachment_count)},
    {.name = "PermissionsBoundaryUsageCount", .wire = "PermissionsBoundaryUsageCount", .query = "PermissionsBoundaryUsageCount", .shape = &shapes[SHAPE_attachmentCountType], .offset = offsetof(struct iam_policy, permissions_boundary_usage_count)},
    {.name = "IsAttachable", .wire = "IsAttachable", .query = "IsAttachable", .shape = &shapes[SHAPE_booleanType], .offset = offsetof(struct iam_policy, is_attachable)},
    {.name = "Description", .wire = "Description", .query = "Description", .shape = &shapes[SHAPE_policyDescriptionType], .offset = offsetof(struct iam_policy, description)},
    {.name = "CreateDate", .wire = "CreateDate", .query = "CreateDate", .shape = &shapes[SHAPE_dateType], .offset = offsetof(struct iam_policy, create_date)},
    {.name = "UpdateDate", .wire = "UpdateDate", .query = "UpdateDate", .shape = &shapes[SHAPE_dateType], .offset = offsetof(struct iam_policy, update_date)},
    {.name = "Tags", .wire = "Tags", .query = "Tags", .shape = &shapes[SHAPE_tagListType], .offset = offsetof(struct iam_policy, tags)},
};
static const struct model_member members_PolicyVersion[] = {
    {.name = "Document", .wire = "Document", .query = "Document", .shape = &shapes[SHAPE_policyDocumentType], .offset = offsetof(struct iam_policy_version, document)},
    {.name = "VersionId", .wire = "VersionId", .query = "VersionId", .shape = &shapes[SHAPE_policyVersionIdType], .offset = offsetof(struct iam_policy_version, version_id)},
    {.name = "IsDefaultVersion", .wire = "IsDefaultVersion", .query = "IsDefaultVersion", .shape = &shapes[SHAPE_booleanType], .offset = offsetof(struct iam_policy_version, is_default_version)},
    {.name = "CreateDate", .wire = "CreateDate", .query = "CreateDate", .shape = &shapes[SHAPE_dateType], .offset = offsetof(struct iam_policy_version, create_date)},
};
static const struct model_member members_PutRolePolicyRequest[] = {
    {.name = "RoleName", .wire = "RoleName", .query = "RoleName", .shape = &shapes[SHAPE_roleNameType], .offset = offsetof(struct iam_put_role_policy_request, role_name), .required = true},
    {.name = "PolicyName", .wire = "PolicyName", .query = "PolicyName", .shape = &shapes[SHAPE_policyNameType], .offset = offsetof(struct iam_put_role_policy_request, policy_name), .required = true},
    {.name = "PolicyDocument", .wire = "PolicyDocument", .query = "PolicyDocument", .shape = &shapes[SHAPE_policyDocumentType], .offset = offsetof(struct iam_put_role_policy_request, policy_document), .required = true},
};
static const struct model_member members_RemoveRoleFromInstanceProfileRequest[] = {
    {.name = "InstanceProfileName", .wire = "InstanceProfileName", .query = "InstanceProfileName", .shape = &shapes[SHAPE_instanceProfileNameType], .offset = offsetof(struct iam_remove_role_from_instance_profile_request, instance_profile_name), .required = true},
    {.name = "RoleName", .wire = "RoleName", .query = "RoleName", .shape = &shapes[SHAPE_roleNameType], .offset = offsetof(struct iam_remove_role_from_instance_profile_request, role_name), .required = true},
};
static const struct model_member members_Role[] = {
    {.name = "Path", .wire = "Path", .query = "Path", .shape = &shapes[SHAPE_pathType], .offset = offsetof(struct iam_role, path), .required = true},
    {.name = "RoleName", .wire = "RoleName", .query = "RoleName", .shape = &shapes[SHAPE_roleNameType], .offset = offsetof(struct iam_role, role_name), .required = true},
    {.name = "RoleId", .wire = "RoleId", .query = "RoleId", .shape = &shapes[SHAPE_idType], .offset = offsetof(struct iam_role, role_id), .required = true},
    {.name = "Arn", .wire = "Arn", .query = "Arn", .shape = &shapes[SHAPE_arnType], .offset = offsetof(struct iam_role, arn), .required = true},
    {.name = "CreateDate", .wire = "CreateDate", .query = "CreateDate", .shape = &shapes[SHAPE_dateType], .offset = offsetof(struct iam_role, create_date), .required = true},
    {.name = "AssumeRolePolicyDocument", .wire = "AssumeRolePolicyDocument", .query = "AssumeRolePolicyDocument", .shape = &shapes[SHAPE_policyDocumentType], .offset = offsetof(struct iam_role, assume_role_policy_document)},
    {.name = "Description", .wire = "Description", .query = "Description", .shape = &shapes[SHAPE_roleDescriptionType], .offset = offsetof(struct iam_role, description)},
    {.name = "MaxSessionDuration", .wire = "MaxSessionDuration", .query = "MaxSessionDuration", .shape = &shapes[SHAPE_roleMaxSessionDurationType], .offset = offsetof(struct iam_role, max_session_duration)},
    {.name = "PermissionsBoundary", .wire = "PermissionsBoundary", .query = "PermissionsBoundary", .shape = &shapes[SHAPE_AttachedPermissionsBoundary], .offset = offsetof(struct iam_role, permissions_boundary)},
    {.name = "Tags", .wire = "Tags", .query = "Tags", .shape = &shapes[SHAPE_tagListType], .offset = offsetof(struct iam_role, tags)},
    {.name = "RoleLastUsed", .wire = "RoleLastUsed", .query = "RoleLastUsed", .shape = &shapes[SHAPE_RoleLastUsed], .offset = offsetof(struct iam_role, role_last_used)},
};
static const struct model_member members_RoleLastUsed[] = {
    {.name = "LastUsedDate", .wire = "LastUsedDate", .query = "LastUsedDate", .shape = &shapes[SHAPE_dateType], .offset = offsetof(struct iam_role_last_used, last_used_date)},
    {.name = "Region", .wire = "Region", .query = "Region", .shape = &shapes[SHAPE_stringType], .offset = offsetof(struct iam_role_last_used, region)},
};
static const struct model_member members_Tag[] = {
    {.name = "Key", .wire = "Key", .query = "Key", .shape = &shapes[SHAPE_tagKeyType], .offset = offsetof(struct iam_tag, key), .required = true},
    {.name = "Value", .wire = "Value", .query = "Value", .shape = &shapes[SHAPE_tagValueType], .offset = offsetof(struct iam_tag, value), .required = true},
};
static const struct model_member members_UpdateAssumeRolePolicyRequest[] = {
    {.name = "RoleName", .wire = "RoleName", .query = "RoleName", .shape = &shapes[SHAPE_roleNameType], .offset = offsetof(struct iam_update_assume_role_policy_request, role_name), .required = true},
    {.name = "PolicyDocument", .wire = "PolicyDocument", .query = "PolicyDocument", .shape = &shapes[SHAPE_policyDocumentType], .offset = offsetof(struct iam_update_assume_role_policy_request, policy_document), .required = true},
};
static const struct model_shape shapes[SHAPE_COUNT_] = {
    [SHAPE_AddRoleToInstanceProfileRequest] = {.name = "AddRoleToInstanceProfileRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_add_role_to_instance_profile_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_AddRoleToInstanceProfileRequest, .member_count = 2},
    [SHAPE_AttachRolePolicyRequest] = {.name = "AttachRolePolicyRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_attach_role_policy_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_AttachRolePolicyRequest, .member_count = 2},
    [SHAPE_AttachedPermissionsBoundary] = {.name = "AttachedPermissionsBoundary", .type = MODEL_STRUCT, .size = sizeof(struct iam_attached_permissions_boundary), .min = INT64_MIN, .max = INT64_MAX, .members = members_AttachedPermissionsBoundary, .member_count = 2},
    [SHAPE_AttachedPolicy] = {.name = "AttachedPolicy", .type = MODEL_STRUCT, .size = sizeof(struct iam_attached_policy), .min = INT64_MIN, .max = INT64_MAX, .members = members_AttachedPolicy, .member_count = 2},
    [SHAPE_CreateInstanceProfileRequest] = {.name = "CreateInstanceProfileRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_create_instance_profile_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_CreateInstanceProfileRequest, .member_count = 3},
    [SHAPE_CreateInstanceProfileResponse] = {.name = "CreateInstanceProfileResponse", .type = MODEL_STRUCT, .size = sizeof(struct iam_create_instance_profile_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_CreateInstanceProfileResponse, .member_count = 1},
    [SHAPE_CreateRoleRequest] = {.name = "CreateRoleRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_create_role_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_CreateRoleRequest, .member_count = 7},
    [SHAPE_CreateRoleResponse] = {.name = "CreateRoleResponse", .type = MODEL_STRUCT, .size = sizeof(struct iam_create_role_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_CreateRoleResponse, .member_count = 1},
    [SHAPE_DeleteInstanceProfileRequest] = {.name = "DeleteInstanceProfileRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_delete_instance_profile_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_DeleteInstanceProfileRequest, .member_count = 1},
    [SHAPE_DeleteRolePolicyRequest] = {.name = "DeleteRolePolicyRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_delete_role_policy_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_DeleteRolePolicyRequest, .member_count = 2},
    [SHAPE_DeleteRoleRequest] = {.name = "DeleteRoleRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_delete_role_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_DeleteRoleRequest, .member_count = 1},
    [SHAPE_DetachRolePolicyRequest] = {.name = "DetachRolePolicyRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_detach_role_policy_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_DetachRolePolicyRequest, .member_count = 2},
    [SHAPE_GetInstanceProfileRequest] = {.name = "GetInstanceProfileRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_get_instance_profile_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetInstanceProfileRequest, .member_count = 1},
    [SHAPE_GetInstanceProfileResponse] = {.name = "GetInstanceProfileResponse", .type = MODEL_STRUCT, .size = sizeof(struct iam_get_instance_profile_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetInstanceProfileResponse, .member_count = 1},
    [SHAPE_GetPolicyRequest] = {.name = "GetPolicyRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_get_policy_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetPolicyRequest, .member_count = 1},
    [SHAPE_GetPolicyResponse] = {.name = "GetPolicyResponse", .type = MODEL_STRUCT, .size = sizeof(struct iam_get_policy_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetPolicyResponse, .member_count = 1},
    [SHAPE_GetPolicyVersionRequest] = {.name = "GetPolicyVersionRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_get_policy_version_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetPolicyVersionRequest, .member_count = 2},
    [SHAPE_GetPolicyVersionResponse] = {.name = "GetPolicyVersionResponse", .type = MODEL_STRUCT, .size = sizeof(struct iam_get_policy_version_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetPolicyVersionResponse, .member_count = 1},
    [SHAPE_GetRolePolicyRequest] = {.name = "GetRolePolicyRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_get_role_policy_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetRolePolicyRequest, .member_count = 2},
    [SHAPE_GetRolePolicyResponse] = {.name = "GetRolePolicyResponse", .type = MODEL_STRUCT, .size = sizeof(struct iam_get_role_policy_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetRolePolicyResponse, .member_count = 3},
    [SHAPE_GetRoleRequest] = {.name = "GetRoleRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_get_role_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetRoleRequest, .member_count = 1},
    [SHAPE_GetRoleResponse] = {.name = "GetRoleResponse", .type = MODEL_STRUCT, .size = sizeof(struct iam_get_role_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetRoleResponse, .member_count = 1},
    [SHAPE_InstanceProfile] = {.name = "InstanceProfile", .type = MODEL_STRUCT, .size = sizeof(struct iam_instance_profile), .min = INT64_MIN, .max = INT64_MAX, .members = members_InstanceProfile, .member_count = 7},
    [SHAPE_ListAttachedRolePoliciesRequest] = {.name = "ListAttachedRolePoliciesRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_list_attached_role_policies_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_ListAttachedRolePoliciesRequest, .member_count = 4},
    [SHAPE_ListAttachedRolePoliciesResponse] = {.name = "ListAttachedRolePoliciesResponse", .type = MODEL_STRUCT, .size = sizeof(struct iam_list_attached_role_policies_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_ListAttachedRolePoliciesResponse, .member_count = 3},
    [SHAPE_ListInstanceProfilesForRoleRequest] = {.name = "ListInstanceProfilesForRoleRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_list_instance_profiles_for_role_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_ListInstanceProfilesForRoleRequest, .member_count = 3},
    [SHAPE_ListInstanceProfilesForRoleResponse] = {.name = "ListInstanceProfilesForRoleResponse", .type = MODEL_STRUCT, .size = sizeof(struct iam_list_instance_profiles_for_role_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_ListInstanceProfilesForRoleResponse, .member_count = 3},
    [SHAPE_ListInstanceProfilesRequest] = {.name = "ListInstanceProfilesRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_list_instance_profiles_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_ListInstanceProfilesRequest, .member_count = 3},
    [SHAPE_ListInstanceProfilesResponse] = {.name = "ListInstanceProfilesResponse", .type = MODEL_STRUCT, .size = sizeof(struct iam_list_instance_profiles_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_ListInstanceProfilesResponse, .member_count = 3},
    [SHAPE_ListPoliciesRequest] = {.name = "ListPoliciesRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_list_policies_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_ListPoliciesRequest, .member_count = 6},
    [SHAPE_ListPoliciesResponse] = {.name = "ListPoliciesResponse", .type = MODEL_STRUCT, .size = sizeof(struct iam_list_policies_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_ListPoliciesResponse, .member_count = 3},
    [SHAPE_ListRolePoliciesRequest] = {.name = "ListRolePoliciesRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_list_role_policies_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_ListRolePoliciesRequest, .member_count = 3},
    [SHAPE_ListRolePoliciesResponse] = {.name = "ListRolePoliciesResponse", .type = MODEL_STRUCT, .size = sizeof(struct iam_list_role_policies_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_ListRolePoliciesResponse, .member_count = 3},
    [SHAPE_ListRolesRequest] = {.name = "ListRolesRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_list_roles_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_ListRolesRequest, .member_count = 3},
    [SHAPE_ListRolesResponse] = {.name = "ListRolesResponse", .type = MODEL_STRUCT, .size = sizeof(struct iam_list_roles_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_ListRolesResponse, .member_count = 3},
    [SHAPE_PermissionsBoundaryAttachmentType] = {.name = "PermissionsBoundaryAttachmentType", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX, .enums = enum_PermissionsBoundaryAttachmentType},
    [SHAPE_Policy] = {.name = "Policy", .type = MODEL_STRUCT, .size = sizeof(struct iam_policy), .min = INT64_MIN, .max = INT64_MAX, .members = members_Policy, .member_count = 12},
    [SHAPE_PolicyUsageType] = {.name = "PolicyUsageType", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX, .enums = enum_PolicyUsageType},
    [SHAPE_PolicyVersion] = {.name = "PolicyVersion", .type = MODEL_STRUCT, .size = sizeof(struct iam_policy_version), .min = INT64_MIN, .max = INT64_MAX, .members = members_PolicyVersion, .member_count = 4},
    [SHAPE_PutRolePolicyRequest] = {.name = "PutRolePolicyRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_put_role_policy_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_PutRolePolicyRequest, .member_count = 3},
    [SHAPE_RemoveRoleFromInstanceProfileRequest] = {.name = "RemoveRoleFromInstanceProfileRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_remove_role_from_instance_profile_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_RemoveRoleFromInstanceProfileRequest, .member_count = 2},
    [SHAPE_Role] = {.name = "Role", .type = MODEL_STRUCT, .size = sizeof(struct iam_role), .min = INT64_MIN, .max = INT64_MAX, .members = members_Role, .member_count = 11},
    [SHAPE_RoleLastUsed] = {.name = "RoleLastUsed", .type = MODEL_STRUCT, .size = sizeof(struct iam_role_last_used), .min = INT64_MIN, .max = INT64_MAX, .members = members_RoleLastUsed, .member_count = 2},
    [SHAPE_Tag] = {.name = "Tag", .type = MODEL_STRUCT, .size = sizeof(struct iam_tag), .min = INT64_MIN, .max = INT64_MAX, .members = members_Tag, .member_count = 2},
    [SHAPE_UpdateAssumeRolePolicyRequest] = {.name = "UpdateAssumeRolePolicyRequest", .type = MODEL_STRUCT, .size = sizeof(struct iam_update_assume_role_policy_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_UpdateAssumeRolePolicyRequest, .member_count = 2},
    [SHAPE_arnType] = {.name = "arnType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 20, .max = 2048},
    [SHAPE_attachedPoliciesListType] = {.name = "attachedPoliciesListType", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = INT64_MIN, .max = INT64_MAX, .item = &shapes[SHAPE_AttachedPolicy], .item_size = sizeof(struct iam_attached_policy)},
    [SHAPE_attachmentCountType] = {.name = "attachmentCountType", .type = MODEL_INT, .size = sizeof(struct opt_int), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_booleanType] = {.name = "booleanType", .type = MODEL_BOOL, .size = sizeof(struct opt_bool), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_dateType] = {.name = "dateType", .type = MODEL_TIME, .size = sizeof(struct opt_time), .min = INT64_MIN, .max = INT64_MAX, .time_format = MODEL_TIME_ISO8601_S},
    [SHAPE_idType] = {.name = "idType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 16, .max = 128},
    [SHAPE_instanceProfileListType] = {.name = "instanceProfileListType", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = INT64_MIN, .max = INT64_MAX, .item = &shapes[SHAPE_InstanceProfile], .item_size = sizeof(struct iam_instance_profile)},
    [SHAPE_instanceProfileNameType] = {.name = "instanceProfileNameType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 128},
    [SHAPE_markerType] = {.name = "markerType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 320},
    [SHAPE_maxItemsType] = {.name = "maxItemsType", .type = MODEL_INT, .size = sizeof(struct opt_int), .min = 1, .max = 1000},
    [SHAPE_pathPrefixType] = {.name = "pathPrefixType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 512},
    [SHAPE_pathType] = {.name = "pathType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 512},
    [SHAPE_policyDescriptionType] = {.name = "policyDescriptionType", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = 1000},
    [SHAPE_policyDocumentType] = {.name = "policyDocumentType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 131072},
    [SHAPE_policyListType] = {.name = "policyListType", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = INT64_MIN, .max = INT64_MAX, .item = &shapes[SHAPE_Policy], .item_size = sizeof(struct iam_policy)},
    [SHAPE_policyNameListType] = {.name = "policyNameListType", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = INT64_MIN, .max = INT64_MAX, .item = &shapes[SHAPE_policyNameType], .item_size = sizeof(const char *)},
    [SHAPE_policyNameType] = {.name = "policyNameType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 128},
    [SHAPE_policyPathType] = {.name = "policyPathType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 512},
    [SHAPE_policyScopeType] = {.name = "policyScopeType", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX, .enums = enum_policyScopeType},
    [SHAPE_policyVersionIdType] = {.name = "policyVersionIdType", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_responseMarkerType] = {.name = "responseMarkerType", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_roleDescriptionType] = {.name = "roleDescriptionType", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = 1000},
    [SHAPE_roleListType] = {.name = "roleListType", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = INT64_MIN, .max = INT64_MAX, .item = &shapes[SHAPE_Role], .item_size = sizeof(struct iam_role)},
    [SHAPE_roleMaxSessionDurationType] = {.name = "roleMaxSessionDurationType", .type = MODEL_INT, .size = sizeof(struct opt_int), .min = 3600, .max = 43200},
    [SHAPE_roleNameType] = {.name = "roleNameType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 64},
    [SHAPE_stringType] = {.name = "stringType", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_tagKeyType] = {.name = "tagKeyType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 128},
    [SHAPE_tagListType] = {.name = "tagListType", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = INT64_MIN, .max = 50, .item = &shapes[SHAPE_Tag], .item_size = sizeof(struct iam_tag)},
    [SHAPE_tagValueType] = {.name = "tagValueType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 0, .max = 256},
};
static const struct model_error errors_AddRoleToInstanceProfile[] = {{"NoSuchEntity", 404}, {"EntityAlreadyExists", 409}, {"LimitExceeded", 409}, {"UnmodifiableEntity", 400}, {"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_AttachRolePolicy[] = {{"NoSuchEntity", 404}, {"LimitExceeded", 409}, {"InvalidInput", 400}, {"UnmodifiableEntity", 400}, {"PolicyNotAttachable", 400}, {"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_CreateInstanceProfile[] = {{"EntityAlreadyExists", 409}, {"InvalidInput", 400}, {"LimitExceeded", 409}, {"ConcurrentModification", 409}, {"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_CreateRole[] = {{"LimitExceeded", 409}, {"InvalidInput", 400}, {"EntityAlreadyExists", 409}, {"MalformedPolicyDocument", 400}, {"ConcurrentModification", 409}, {"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_DeleteInstanceProfile[] = {{"NoSuchEntity", 404}, {"DeleteConflict", 409}, {"LimitExceeded", 409}, {"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_DeleteRole[] = {{"NoSuchEntity", 404}, {"DeleteConflict", 409}, {"LimitExceeded", 409}, {"UnmodifiableEntity", 400}, {"ConcurrentModification", 409}, {"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_DeleteRolePolicy[] = {{"NoSuchEntity", 404}, {"LimitExceeded", 409}, {"UnmodifiableEntity", 400}, {"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_DetachRolePolicy[] = {{"NoSuchEntity", 404}, {"LimitExceeded", 409}, {"InvalidInput", 400}, {"UnmodifiableEntity", 400}, {"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_GetInstanceProfile[] = {{"NoSuchEntity", 404}, {"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_GetPolicy[] = {{"NoSuchEntity", 404}, {"InvalidInput", 400}, {"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_GetPolicyVersion[] = {{"NoSuchEntity", 404}, {"InvalidInput", 400}, {"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_GetRole[] = {{"NoSuchEntity", 404}, {"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_GetRolePolicy[] = {{"NoSuchEntity", 404}, {"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_ListAttachedRolePolicies[] = {{"NoSuchEntity", 404}, {"InvalidInput", 400}, {"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_ListInstanceProfiles[] = {{"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_ListInstanceProfilesForRole[] = {{"NoSuchEntity", 404}, {"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_ListPolicies[] = {{"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_ListRolePolicies[] = {{"NoSuchEntity", 404}, {"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_ListRoles[] = {{"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_PutRolePolicy[] = {{"LimitExceeded", 409}, {"MalformedPolicyDocument", 400}, {"NoSuchEntity", 404}, {"UnmodifiableEntity", 400}, {"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_RemoveRoleFromInstanceProfile[] = {{"NoSuchEntity", 404}, {"LimitExceeded", 409}, {"UnmodifiableEntity", 400}, {"ServiceFailure", 500}, {NULL, 0}};
static const struct model_error errors_UpdateAssumeRolePolicy[] = {{"NoSuchEntity", 404}, {"MalformedPolicyDocument", 400}, {"LimitExceeded", 409}, {"UnmodifiableEntity", 400}, {"ServiceFailure", 500}, {NULL, 0}};
static const struct model_operation operations[] = {
    {.name = "AddRoleToInstanceProfile", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_AddRoleToInstanceProfileRequest], .errors = errors_AddRoleToInstanceProfile},
    {.name = "AttachRolePolicy", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_AttachRolePolicyRequest], .errors = errors_AttachRolePolicy},
    {.name = "CreateInstanceProfile", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_CreateInstanceProfileRequest], .output = &shapes[SHAPE_CreateInstanceProfileResponse], .result_wrapper = "CreateInstanceProfileResult", .errors = errors_CreateInstanceProfile},
    {.name = "CreateRole", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_CreateRoleRequest], .output = &shapes[SHAPE_CreateRoleResponse], .result_wrapper = "CreateRoleResult", .errors = errors_CreateRole},
    {.name = "DeleteInstanceProfile", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_DeleteInstanceProfileRequest], .errors = errors_DeleteInstanceProfile},
    {.name = "DeleteRole", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_DeleteRoleRequest], .errors = errors_DeleteRole},
    {.name = "DeleteRolePolicy", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_DeleteRolePolicyRequest], .errors = errors_DeleteRolePolicy},
    {.name = "DetachRolePolicy", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_DetachRolePolicyRequest], .errors = errors_DetachRolePolicy},
    {.name = "GetInstanceProfile", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_GetInstanceProfileRequest], .output = &shapes[SHAPE_GetInstanceProfileResponse], .result_wrapper = "GetInstanceProfileResult", .errors = errors_GetInstanceProfile},
    {.name = "GetPolicy", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_GetPolicyRequest], .output = &shapes[SHAPE_GetPolicyResponse], .result_wrapper = "GetPolicyResult", .errors = errors_GetPolicy},
    {.name = "GetPolicyVersion", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_GetPolicyVersionRequest], .output = &shapes[SHAPE_GetPolicyVersionResponse], .result_wrapper = "GetPolicyVersionResult", .errors = errors_GetPolicyVersion},
    {.name = "GetRole", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_GetRoleRequest], .output = &shapes[SHAPE_GetRoleResponse], .result_wrapper = "GetRoleResult", .errors = errors_GetRole},
    {.name = "GetRolePolicy", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_GetRolePolicyRequest], .output = &shapes[SHAPE_GetRolePolicyResponse], .result_wrapper = "GetRolePolicyResult", .errors = errors_GetRolePolicy},
    {.name = "ListAttachedRolePolicies", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_ListAttachedRolePoliciesRequest], .output = &shapes[SHAPE_ListAttachedRolePoliciesResponse], .result_wrapper = "ListAttachedRolePoliciesResult", .errors = errors_ListAttachedRolePolicies},
    {.name = "ListInstanceProfiles", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_ListInstanceProfilesRequest], .output = &shapes[SHAPE_ListInstanceProfilesResponse], .result_wrapper = "ListInstanceProfilesResult", .errors = errors_ListInstanceProfiles},
    {.name = "ListInstanceProfilesForRole", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_ListInstanceProfilesForRoleRequest], .output = &shapes[SHAPE_ListInstanceProfilesForRoleResponse], .result_wrapper = "ListInstanceProfilesForRoleResult", .errors = errors_ListInstanceProfilesForRole},
    {.name = "ListPolicies", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_ListPoliciesRequest], .output = &shapes[SHAPE_ListPoliciesResponse], .result_wrapper = "ListPoliciesResult", .errors = errors_ListPolicies},
    {.name = "ListRolePolicies", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_ListRolePoliciesRequest], .output = &shapes[SHAPE_ListRolePoliciesResponse], .result_wrapper = "ListRolePoliciesResult", .errors = errors_ListRolePolicies},
    {.name = "ListRoles", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_ListRolesRequest], .output = &shapes[SHAPE_ListRolesResponse], .result_wrapper = "ListRolesResult", .errors = errors_ListRoles},
    {.name = "PutRolePolicy", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_PutRolePolicyRequest], .errors = errors_PutRolePolicy},
    {.name = "RemoveRoleFromInstanceProfile", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_RemoveRoleFromInstanceProfileRequest], .errors = errors_RemoveRoleFromInstanceProfile},
    {.name = "UpdateAssumeRolePolicy", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_UpdateAssumeRolePolicyRequest], .errors = errors_UpdateAssumeRolePolicy},
};
static const char *const lacking[] = {"AcceptDelegationRequest", "AddClientIDToOpenIDConnectProvider", "AddUserToGroup", "AssociateDelegationRequest", "AttachGroupPolicy", "AttachUserPolicy", "ChangePassword", "CreateAccessKey", "CreateAccountAlias", "CreateDelegationRequest", "CreateGroup", "CreateLoginProfile", "CreateOpenIDConnectProvider", "CreatePolicy", "CreatePolicyVersion", "CreateSAMLProvider", "CreateServiceLinkedRole", "CreateServiceSpecificCredential", "CreateUser", "CreateVirtualMFADevice", "DeactivateMFADevice", "DeleteAccessKey", "DeleteAccountAlias", "DeleteAccountPasswordPolicy", "DeleteGroup", "DeleteGroupPolicy", "DeleteLoginProfile", "DeleteOpenIDConnectProvider", "DeletePolicy", "DeletePolicyVersion", "DeleteRolePermissionsBoundary", "DeleteSAMLProvider", "DeleteSSHPublicKey", "DeleteServerCertificate", "DeleteServiceLinkedRole", "DeleteServiceSpecificCredential", "DeleteSigningCertificate", "DeleteUser", "DeleteUserPermissionsBoundary", "DeleteUserPolicy", "DeleteVirtualMFADevice", "DetachGroupPolicy", "DetachUserPolicy", "DisableOrganizationsRootCredentialsManagement", "DisableOrganizationsRootSessions", "DisableOutboundWebIdentityFederation", "EnableMFADevice", "EnableOrganizationsRootCredentialsManagement", "EnableOrganizationsRootSessions", "EnableOutboundWebIdentityFederation", "GenerateCredentialReport", "GenerateOrganizationsAccessReport", "GenerateServiceLastAccessedDetails", "GetAccessKeyLastUsed", "GetAccountAuthorizationDetails", "GetAccountPasswordPolicy", "GetAccountSummary", "GetContextKeysForCustomPolicy", "GetContextKeysForPrincipalPolicy", "GetCredentialReport", "GetDelegationRequest", "GetGroup", "GetGroupPolicy", "GetHumanReadableSummary", "GetLoginProfile", "GetMFADevice", "GetOpenIDConnectProvider", "GetOrganizationsAccessReport", "GetOutboundWebIdentityFederationInfo", "GetSAMLProvider", "GetSSHPublicKey", "GetServerCertificate", "GetServiceLastAccessedDetails", "GetServiceLastAccessedDetailsWithEntities", "GetServiceLinkedRoleDeletionStatus", "GetUser", "GetUserPolicy", "ListAccessKeys", "ListAccountAliases", "ListAttachedGroupPolicies", "ListAttachedUserPolicies", "ListDelegationRequests", "ListEntitiesForPolicy", "ListGroupPolicies", "ListGroups", "ListGroupsForUser", "ListInstanceProfileTags", "ListMFADeviceTags", "ListMFADevices", "ListOpenIDConnectProviderTags", "ListOpenIDConnectProviders", "ListOrganizationsFeatures", "ListPoliciesGrantingServiceAccess", "ListPolicyTags", "ListPolicyVersions", "ListRoleTags", "ListSAMLProviderTags", "ListSAMLProviders", "ListSSHPublicKeys", "ListServerCertificateTags", "ListServerCertificates", "ListServiceSpecificCredentials", "ListSigningCertificates", "ListUserPolicies", "ListUserTags", "ListUsers", "ListVirtualMFADevices", "PutGroupPolicy", "PutRolePermissionsBoundary", "PutUserPermissionsBoundary", "PutUserPolicy", "RejectDelegationRequest", "RemoveClientIDFromOpenIDConnectProvider", "RemoveUserFromGroup", "ResetServiceSpecificCredential", "ResyncMFADevice", "SendDelegationToken", "SetDefaultPolicyVersion", "SetSecurityTokenServicePreferences", "SimulateCustomPolicy", "SimulatePrincipalPolicy", "TagInstanceProfile", "TagMFADevice", "TagOpenIDConnectProvider", "TagPolicy", "TagRole", "TagSAMLProvider", "TagServerCertificate", "TagUser", "UntagInstanceProfile", "UntagMFADevice", "UntagOpenIDConnectProvider", "UntagPolicy", "UntagRole", "UntagSAMLProvider", "UntagServerCertificate", "UntagUser", "UpdateAccessKey", "UpdateAccountPasswordPolicy", "UpdateDelegationRequest", "UpdateGroup", "UpdateLoginProfile", "UpdateOpenIDConnectProviderThumbprint", "UpdateRole", "UpdateRoleDescription", "UpdateSAMLProvider", "UpdateSSHPublicKey", "UpdateServerCertificate", "UpdateServiceSpecificCredential", "UpdateSigningCertificate", "UpdateUser", "UploadSSHPublicKey", "UploadServerCertificate", "UploadSigningCertificate", NULL};
static const struct model_empty empties[] = {
    {.operation = {.name = "ListAccountAliases", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "AccountAliases", .parameters = {""}, .code = ""},
    {.operation = {.name = "ListAttachedGroupPolicies", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "AttachedPolicies", .parameters = {"GroupName"}, .code = "NoSuchEntity"},
    {.operation = {.name = "ListAttachedUserPolicies", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "AttachedPolicies", .parameters = {"UserName"}, .code = "NoSuchEntity"},
    {.operation = {.name = "ListGroupPolicies", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "PolicyNames", .parameters = {"GroupName"}, .code = "NoSuchEntity"},
    {.operation = {.name = "ListGroups", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "Groups", .parameters = {""}, .code = ""},
    {.operation = {.name = "ListGroupsForUser", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "Groups", .parameters = {"UserName"}, .code = "NoSuchEntity"},
    {.operation = {.name = "ListMFADevices", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "MFADevices", .parameters = {"UserName"}, .code = "NoSuchEntity"},
    {.operation = {.name = "ListOpenIDConnectProviderTags", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "Tags", .parameters = {"OpenIDConnectProviderArn"}, .code = "NoSuchEntity"},
    {.operation = {.name = "ListOpenIDConnectProviders", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "OpenIDConnectProviderList", .parameters = {""}, .code = ""},
    {.operation = {.name = "ListSAMLProviderTags", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "Tags", .parameters = {"SAMLProviderArn"}, .code = "NoSuchEntity"},
    {.operation = {.name = "ListSAMLProviders", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "SAMLProviderList", .parameters = {""}, .code = ""},
    {.operation = {.name = "ListSSHPublicKeys", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "SSHPublicKeys", .parameters = {"UserName"}, .code = "NoSuchEntity"},
    {.operation = {.name = "ListServerCertificateTags", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "Tags", .parameters = {"ServerCertificateName"}, .code = "NoSuchEntity"},
    {.operation = {.name = "ListServerCertificates", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "ServerCertificateMetadataList", .parameters = {""}, .code = ""},
    {.operation = {.name = "ListServiceSpecificCredentials", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "ServiceSpecificCredentials", .parameters = {"UserName", "ServiceName"}, .code = "NoSuchEntity"},
    {.operation = {.name = "ListSigningCertificates", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "Certificates", .parameters = {"UserName"}, .code = "NoSuchEntity"},
    {.operation = {.name = "ListUserPolicies", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "PolicyNames", .parameters = {"UserName"}, .code = "NoSuchEntity"},
    {.operation = {.name = "ListUserTags", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "Tags", .parameters = {"UserName"}, .code = "NoSuchEntity"},
    {.operation = {.name = "ListUsers", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "Users", .parameters = {""}, .code = ""},
    {.operation = {.name = "ListVirtualMFADevices", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "VirtualMFADevices", .parameters = {""}, .code = ""},
    {.list = NULL},
};
const struct model_service model_iam = {
    .id = "iam",
    .signing_name = "iam",
    .endpoint_prefix = "iam",
    .global_host = "iam.amazonaws.com",
    .api_version = "2010-05-08",
    .service_id = "IAM",
    .xml_namespace = "https://iam.amazonaws.com/doc/2010-05-08/",
    .target_prefix = NULL,
    .json_version = NULL,
    .protocol = MODEL_QUERY,
    .operations = operations,
    .operation_count = sizeof(operations) / sizeof(operations[0]),
    .lacking = lacking,
    .empties = empties,
};
