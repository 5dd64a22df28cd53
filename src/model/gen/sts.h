/* SPDX-License-Identifier: Apache-2.0 */
/* Made by tools/model-gen from src/model/aws/sts.json (botocore 1.43.11, sts/2011-06-15): do not edit. */
#ifndef VPCBOX_MODEL_GEN_STS_H
#define VPCBOX_MODEL_GEN_STS_H

#include "base/arena.h"
#include "model/model.h"

extern const struct model_service model_sts;

struct sts_assume_role_request;
struct sts_assume_role_response;
struct sts_assumed_role_user;
struct sts_credentials;
struct sts_get_access_key_info_request;
struct sts_get_access_key_info_response;
struct sts_get_caller_identity_request;
struct sts_get_caller_identity_response;
struct sts_policy_descriptor_type;
struct sts_provided_context;
struct sts_tag;

/* AssumeRoleRequest */
struct sts_assume_role_request {
    const char *role_arn;
    const char *role_session_name;
    VEC(struct sts_policy_descriptor_type) policy_arns;
    const char *policy;
    struct opt_int duration_seconds;
    VEC(struct sts_tag) tags;
    VEC(const char *) transitive_tag_keys;
    const char *external_id;
    const char *serial_number;
    const char *token_code;
    const char *source_identity;
    VEC(struct sts_provided_context) provided_contexts;
};
/* AssumeRoleResponse */
struct sts_assume_role_response {
    struct sts_credentials *credentials;
    struct sts_assumed_role_user *assumed_role_user;
    struct opt_int packed_policy_size;
    const char *source_identity;
};
/* AssumedRoleUser */
struct sts_assumed_role_user {
    const char *assumed_role_id;
    const char *arn;
};
/* Credentials */
struct sts_credentials {
    const char *access_key_id;
    const char *secret_access_key;
    const char *session_token;
    struct opt_time expiration;
};
/* GetAccessKeyInfoRequest */
struct sts_get_access_key_info_request {
    const char *access_key_id;
};
/* GetAccessKeyInfoResponse */
struct sts_get_access_key_info_response {
    const char *account;
};
/* GetCallerIdentityRequest */
struct sts_get_caller_identity_request {
    char empty_;
};
/* GetCallerIdentityResponse */
struct sts_get_caller_identity_response {
    const char *user_id;
    const char *account;
    const char *arn;
};
/* PolicyDescriptorType */
struct sts_policy_descriptor_type {
    const char *arn;
};
/* ProvidedContext */
struct sts_provided_context {
    const char *provider_arn;
    const char *context_assertion;
};
/* Tag */
struct sts_tag {
    const char *key;
    const char *value;
};

#endif
