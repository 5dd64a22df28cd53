/* SPDX-License-Identifier: Apache-2.0 */
/* Made by tools/model-gen from src/model/aws/sts.json: do not edit. */
#include "model/gen/sts.h"

#include <stddef.h>

enum {
    SHAPE_AssumeRoleRequest,
    SHAPE_AssumeRoleResponse,
    SHAPE_AssumedRoleUser,
    SHAPE_Credentials,
    SHAPE_GetAccessKeyInfoRequest,
    SHAPE_GetAccessKeyInfoResponse,
    SHAPE_GetCallerIdentityRequest,
    SHAPE_GetCallerIdentityResponse,
    SHAPE_PolicyDescriptorType,
    SHAPE_ProvidedContext,
    SHAPE_ProvidedContextsListType,
    SHAPE_Tag,
    SHAPE_accessKeyIdType,
    SHAPE_accessKeySecretType,
    SHAPE_accountType,
    SHAPE_arnType,
    SHAPE_assumedRoleIdType,
    SHAPE_contextAssertionType,
    SHAPE_dateType,
    SHAPE_externalIdType,
    SHAPE_nonNegativeIntegerType,
    SHAPE_policyDescriptorListType,
    SHAPE_roleDurationSecondsType,
    SHAPE_roleSessionNameType,
    SHAPE_serialNumberType,
    SHAPE_sourceIdentityType,
    SHAPE_tagKeyListType,
    SHAPE_tagKeyType,
    SHAPE_tagListType,
    SHAPE_tagValueType,
    SHAPE_tokenCodeType,
    SHAPE_tokenType,
    SHAPE_unrestrictedSessionPolicyDocumentType,
    SHAPE_userIdType,
    SHAPE_COUNT_
};

static const struct model_shape shapes[SHAPE_COUNT_];

static const struct model_member members_AssumeRoleRequest[] = {
    {.name = "RoleArn", .wire = "RoleArn", .query = "RoleArn", .shape = &shapes[SHAPE_arnType], .offset = offsetof(struct sts_assume_role_request, role_arn), .required = true},
    {.name = "RoleSessionName", .wire = "RoleSessionName", .query = "RoleSessionName", .shape = &shapes[SHAPE_roleSessionNameType], .offset = offsetof(struct sts_assume_role_request, role_session_name), .required = true},
    {.name = "PolicyArns", .wire = "PolicyArns", .query = "PolicyArns", .shape = &shapes[SHAPE_policyDescriptorListType], .offset = offsetof(struct sts_assume_role_request, policy_arns)},
    {.name = "Policy", .wire = "Policy", .query = "Policy", .shape = &shapes[SHAPE_unrestrictedSessionPolicyDocumentType], .offset = offsetof(struct sts_assume_role_request, policy)},
    {.name = "DurationSeconds", .wire = "DurationSeconds", .query = "DurationSeconds", .shape = &shapes[SHAPE_roleDurationSecondsType], .offset = offsetof(struct sts_assume_role_request, duration_seconds)},
    {.name = "Tags", .wire = "Tags", .query = "Tags", .shape = &shapes[SHAPE_tagListType], .offset = offsetof(struct sts_assume_role_request, tags)},
    {.name = "TransitiveTagKeys", .wire = "TransitiveTagKeys", .query = "TransitiveTagKeys", .shape = &shapes[SHAPE_tagKeyListType], .offset = offsetof(struct sts_assume_role_request, transitive_tag_keys)},
    {.name = "ExternalId", .wire = "ExternalId", .query = "ExternalId", .shape = &shapes[SHAPE_externalIdType], .offset = offsetof(struct sts_assume_role_request, external_id)},
    {.name = "SerialNumber", .wire = "SerialNumber", .query = "SerialNumber", .shape = &shapes[SHAPE_serialNumberType], .offset = offsetof(struct sts_assume_role_request, serial_number)},
    {.name = "TokenCode", .wire = "TokenCode", .query = "TokenCode", .shape = &shapes[SHAPE_tokenCodeType], .offset = offsetof(struct sts_assume_role_request, token_code)},
    {.name = "SourceIdentity", .wire = "SourceIdentity", .query = "SourceIdentity", .shape = &shapes[SHAPE_sourceIdentityType], .offset = offsetof(struct sts_assume_role_request, source_identity)},
    {.name = "ProvidedContexts", .wire = "ProvidedContexts", .query = "ProvidedContexts", .shape = &shapes[SHAPE_ProvidedContextsListType], .offset = offsetof(struct sts_assume_role_request, provided_contexts)},
};
static const struct model_member members_AssumeRoleResponse[] = {
    {.name = "Credentials", .wire = "Credentials", .query = "Credentials", .shape = &shapes[SHAPE_Credentials], .offset = offsetof(struct sts_assume_role_response, credentials)},
    {.name = "AssumedRoleUser", .wire = "AssumedRoleUser", .query = "AssumedRoleUser", .shape = &shapes[SHAPE_AssumedRoleUser], .offset = offsetof(struct sts_assume_role_response, assumed_role_user)},
    {.name = "PackedPolicySize", .wire = "PackedPolicySize", .query = "PackedPolicySize", .shape = &shapes[SHAPE_nonNegativeIntegerType], .offset = offsetof(struct sts_assume_role_response, packed_policy_size)},
    {.name = "SourceIdentity", .wire = "SourceIdentity", .query = "SourceIdentity", .shape = &shapes[SHAPE_sourceIdentityType], .offset = offsetof(struct sts_assume_role_response, source_identity)},
};
static const struct model_member members_AssumedRoleUser[] = {
    {.name = "AssumedRoleId", .wire = "AssumedRoleId", .query = "AssumedRoleId", .shape = &shapes[SHAPE_assumedRoleIdType], .offset = offsetof(struct sts_assumed_role_user, assumed_role_id), .required = true},
    {.name = "Arn", .wire = "Arn", .query = "Arn", .shape = &shapes[SHAPE_arnType], .offset = offsetof(struct sts_assumed_role_user, arn), .required = true},
};
static const struct model_member members_Credentials[] = {
    {.name = "AccessKeyId", .wire = "AccessKeyId", .query = "AccessKeyId", .shape = &shapes[SHAPE_accessKeyIdType], .offset = offsetof(struct sts_credentials, access_key_id), .required = true},
    {.name = "SecretAccessKey", .wire = "SecretAccessKey", .query = "SecretAccessKey", .shape = &shapes[SHAPE_accessKeySecretType], .offset = offsetof(struct sts_credentials, secret_access_key), .required = true},
    {.name = "SessionToken", .wire = "SessionToken", .query = "SessionToken", .shape = &shapes[SHAPE_tokenType], .offset = offsetof(struct sts_credentials, session_token), .required = true},
    {.name = "Expiration", .wire = "Expiration", .query = "Expiration", .shape = &shapes[SHAPE_dateType], .offset = offsetof(struct sts_credentials, expiration), .required = true},
};
static const struct model_member members_GetAccessKeyInfoRequest[] = {
    {.name = "AccessKeyId", .wire = "AccessKeyId", .query = "AccessKeyId", .shape = &shapes[SHAPE_accessKeyIdType], .offset = offsetof(struct sts_get_access_key_info_request, access_key_id), .required = true},
};
static const struct model_member members_GetAccessKeyInfoResponse[] = {
    {.name = "Account", .wire = "Account", .query = "Account", .shape = &shapes[SHAPE_accountType], .offset = offsetof(struct sts_get_access_key_info_response, account)},
};
static const struct model_member members_GetCallerIdentityResponse[] = {
    {.name = "UserId", .wire = "UserId", .query = "UserId", .shape = &shapes[SHAPE_userIdType], .offset = offsetof(struct sts_get_caller_identity_response, user_id)},
    {.name = "Account", .wire = "Account", .query = "Account", .shape = &shapes[SHAPE_accountType], .offset = offsetof(struct sts_get_caller_identity_response, account)},
    {.name = "Arn", .wire = "Arn", .query = "Arn", .shape = &shapes[SHAPE_arnType], .offset = offsetof(struct sts_get_caller_identity_response, arn)},
};
static const struct model_member members_PolicyDescriptorType[] = {
    {.name = "arn", .wire = "arn", .query = "arn", .shape = &shapes[SHAPE_arnType], .offset = offsetof(struct sts_policy_descriptor_type, arn)},
};
static const struct model_member members_ProvidedContext[] = {
    {.name = "ProviderArn", .wire = "ProviderArn", .query = "ProviderArn", .shape = &shapes[SHAPE_arnType], .offset = offsetof(struct sts_provided_context, provider_arn)},
    {.name = "ContextAssertion", .wire = "ContextAssertion", .query = "ContextAssertion", .shape = &shapes[SHAPE_contextAssertionType], .offset = offsetof(struct sts_provided_context, context_assertion)},
};
static const struct model_member members_Tag[] = {
    {.name = "Key", .wire = "Key", .query = "Key", .shape = &shapes[SHAPE_tagKeyType], .offset = offsetof(struct sts_tag, key), .required = true},
    {.name = "Value", .wire = "Value", .query = "Value", .shape = &shapes[SHAPE_tagValueType], .offset = offsetof(struct sts_tag, value), .required = true},
};
static const struct model_shape shapes[SHAPE_COUNT_] = {
    [SHAPE_AssumeRoleRequest] = {.name = "AssumeRoleRequest", .type = MODEL_STRUCT, .size = sizeof(struct sts_assume_role_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_AssumeRoleRequest, .member_count = 12},
    [SHAPE_AssumeRoleResponse] = {.name = "AssumeRoleResponse", .type = MODEL_STRUCT, .size = sizeof(struct sts_assume_role_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_AssumeRoleResponse, .member_count = 4},
    [SHAPE_AssumedRoleUser] = {.name = "AssumedRoleUser", .type = MODEL_STRUCT, .size = sizeof(struct sts_assumed_role_user), .min = INT64_MIN, .max = INT64_MAX, .members = members_AssumedRoleUser, .member_count = 2},
    [SHAPE_Credentials] = {.name = "Credentials", .type = MODEL_STRUCT, .size = sizeof(struct sts_credentials), .min = INT64_MIN, .max = INT64_MAX, .members = members_Credentials, .member_count = 4},
    [SHAPE_GetAccessKeyInfoRequest] = {.name = "GetAccessKeyInfoRequest", .type = MODEL_STRUCT, .size = sizeof(struct sts_get_access_key_info_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetAccessKeyInfoRequest, .member_count = 1},
    [SHAPE_GetAccessKeyInfoResponse] = {.name = "GetAccessKeyInfoResponse", .type = MODEL_STRUCT, .size = sizeof(struct sts_get_access_key_info_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetAccessKeyInfoResponse, .member_count = 1},
    [SHAPE_GetCallerIdentityRequest] = {.name = "GetCallerIdentityRequest", .type = MODEL_STRUCT, .size = sizeof(struct sts_get_caller_identity_request), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_GetCallerIdentityResponse] = {.name = "GetCallerIdentityResponse", .type = MODEL_STRUCT, .size = sizeof(struct sts_get_caller_identity_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetCallerIdentityResponse, .member_count = 3},
    [SHAPE_PolicyDescriptorType] = {.name = "PolicyDescriptorType", .type = MODEL_STRUCT, .size = sizeof(struct sts_policy_descriptor_type), .min = INT64_MIN, .max = INT64_MAX, .members = members_PolicyDescriptorType, .member_count = 1},
    [SHAPE_ProvidedContext] = {.name = "ProvidedContext", .type = MODEL_STRUCT, .size = sizeof(struct sts_provided_context), .min = INT64_MIN, .max = INT64_MAX, .members = members_ProvidedContext, .member_count = 2},
    [SHAPE_ProvidedContextsListType] = {.name = "ProvidedContextsListType", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = 1, .max = 5, .item = &shapes[SHAPE_ProvidedContext], .item_size = sizeof(struct sts_provided_context)},
    [SHAPE_Tag] = {.name = "Tag", .type = MODEL_STRUCT, .size = sizeof(struct sts_tag), .min = INT64_MIN, .max = INT64_MAX, .members = members_Tag, .member_count = 2},
    [SHAPE_accessKeyIdType] = {.name = "accessKeyIdType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 16, .max = 128},
    [SHAPE_accessKeySecretType] = {.name = "accessKeySecretType", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX, .sensitive = true},
    [SHAPE_accountType] = {.name = "accountType", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_arnType] = {.name = "arnType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 20, .max = 2048},
    [SHAPE_assumedRoleIdType] = {.name = "assumedRoleIdType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 2, .max = 193},
    [SHAPE_contextAssertionType] = {.name = "contextAssertionType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 4, .max = 2048},
    [SHAPE_dateType] = {.name = "dateType", .type = MODEL_TIME, .size = sizeof(struct opt_time), .min = INT64_MIN, .max = INT64_MAX, .time_format = MODEL_TIME_ISO8601_S},
    [SHAPE_externalIdType] = {.name = "externalIdType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 2, .max = 1224},
    [SHAPE_nonNegativeIntegerType] = {.name = "nonNegativeIntegerType", .type = MODEL_INT, .size = sizeof(struct opt_int), .min = 0, .max = INT64_MAX},
    [SHAPE_policyDescriptorListType] = {.name = "policyDescriptorListType", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = INT64_MIN, .max = INT64_MAX, .item = &shapes[SHAPE_PolicyDescriptorType], .item_size = sizeof(struct sts_policy_descriptor_type)},
    [SHAPE_roleDurationSecondsType] = {.name = "roleDurationSecondsType", .type = MODEL_INT, .size = sizeof(struct opt_int), .min = 900, .max = 43200},
    [SHAPE_roleSessionNameType] = {.name = "roleSessionNameType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 2, .max = 64},
    [SHAPE_serialNumberType] = {.name = "serialNumberType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 9, .max = 256},
    [SHAPE_sourceIdentityType] = {.name = "sourceIdentityType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 2, .max = 64},
    [SHAPE_tagKeyListType] = {.name = "tagKeyListType", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = INT64_MIN, .max = 50, .item = &shapes[SHAPE_tagKeyType], .item_size = sizeof(const char *)},
    [SHAPE_tagKeyType] = {.name = "tagKeyType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 128},
    [SHAPE_tagListType] = {.name = "tagListType", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = INT64_MIN, .max = 50, .item = &shapes[SHAPE_Tag], .item_size = sizeof(struct sts_tag)},
    [SHAPE_tagValueType] = {.name = "tagValueType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 0, .max = 256},
    [SHAPE_tokenCodeType] = {.name = "tokenCodeType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 6, .max = 6},
    [SHAPE_tokenType] = {.name = "tokenType", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_unrestrictedSessionPolicyDocumentType] = {.name = "unrestrictedSessionPolicyDocumentType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = INT64_MAX},
    [SHAPE_userIdType] = {.name = "userIdType", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
};
static const struct model_error errors_AssumeRole[] = {{"MalformedPolicyDocument", 400}, {"PackedPolicyTooLarge", 400}, {"RegionDisabledException", 403}, {"ExpiredTokenException", 400}, {NULL, 0}};
static const struct model_operation operations[] = {
    {.name = "AssumeRole", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_AssumeRoleRequest], .output = &shapes[SHAPE_AssumeRoleResponse], .result_wrapper = "AssumeRoleResult", .errors = errors_AssumeRole},
    {.name = "GetAccessKeyInfo", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_GetAccessKeyInfoRequest], .output = &shapes[SHAPE_GetAccessKeyInfoResponse], .result_wrapper = "GetAccessKeyInfoResult"},
    {.name = "GetCallerIdentity", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_GetCallerIdentityRequest], .output = &shapes[SHAPE_GetCallerIdentityResponse], .result_wrapper = "GetCallerIdentityResult"},
};
static const char *const lacking[] = {"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot", "DecodeAuthorizationMessage", "GetDelegatedAccessToken", "GetFederationToken", "GetSessionToken", "GetWebIdentityToken", NULL};
const struct model_service model_sts = {
    .id = "sts",
    .signing_name = "sts",
    .endpoint_prefix = "sts",
    .global_host = "sts.amazonaws.com",
    .api_version = "2011-06-15",
    .service_id = "STS",
    .xml_namespace = "https://sts.amazonaws.com/doc/2011-06-15/",
    .target_prefix = NULL,
    .json_version = NULL,
    .protocol = MODEL_QUERY,
    .operations = operations,
    .operation_count = sizeof(operations) / sizeof(operations[0]),
    .lacking = lacking,
};
