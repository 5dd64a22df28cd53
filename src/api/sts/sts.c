/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sts: roles assumed, callers named.
 *
 * Whether a role may be assumed is the role's trust policy's say first (policy/policy.h), and so a role
 * that does not exist and one that does not trust the caller are refused alike.  On AWS the account's
 * root may assume no role at all; here root is whom a box's default key belongs to, so it may where the
 * trust policy lets the account in, as an administrator of the account could.
 */
#include "api/sts/sts.h"

#include <string.h>
#include <strings.h>

#include "api/iam/iam.h"
#include "api/iam/identity.h"
#include "api/iam/keyid.h"
#include "api/iam/managed.h"
#include "base/text.h"

enum {
    DURATION_DEFAULT_S = 3600,
    DURATION_CHAINED_S = 3600,
    SESSION_POLICY_MAX = 2048,
    SESSION_ARNS_MAX = 10,
    SESSION_TAGS_MAX = 50,
};

static const char name_characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-";

int sts_get_caller_identity(struct api_request *rq, const struct sts_get_caller_identity_request *in,
                            struct sts_get_caller_identity_response *out) {
    static const struct identity_question question = {
        .action = "sts:GetCallerIdentity", .resource = "*", .needs_no_permission = true};

    (void)in;
    if (rq->caller.kind == API_CALLER_ANONYMOUS)
        return api_refuse_status(rq, 403, "MissingAuthenticationToken",
                                 "Request is missing Authentication Token");
    if (rq->vpce_id != NULL && api_authorize(rq, &question) < 0)
        return API_REFUSED;
    out->user_id = rq->caller.user_id;
    out->account = rq->caller.account;
    out->arn = rq->caller.arn;
    return 0;
}

/* A key's account: of one that exists, else as its id says it, whether it lives or not. */
int sts_get_access_key_info(struct api_request *rq, const struct sts_get_access_key_info_request *in,
                            struct sts_get_access_key_info_response *out) {
    const struct iam_access_key_row *key = iam_access_key_find(rq->tx, in->access_key_id);
    char *account = arena_alloc(rq->arena, KEYID_ACCOUNT_BYTES);

    if (key != NULL)
        out->account = key->account;
    else if (keyid_account(in->access_key_id, account))
        out->account = account;
    else
        return api_refuse(rq, "ValidationError", "%s is not a valid access key ID", in->access_key_id);
    return 0;
}

/* arn:aws:iam::123456789012:role/path/name → account and the row, which may be NULL.  0 or API_REFUSED. */
static int find_role(struct api_request *rq, const char *arn, const char **ret_account,
                     const struct iam_role_row **ret_role) {
    static const char prefix[] = "arn:aws:iam::";
    const char *account = arn + strlen(prefix), *resource, *name;
    const struct iam_role_row *role;

    if (!text_starts(arn, prefix) || strcspn(account, ":") != 12 || !text_starts(account + 12, ":role/"))
        return api_refuse(rq, "ValidationError", "%s is invalid", arn);
    resource = account + strlen("123456789012:role");
    name = strrchr(arn, '/') + 1;
    account = arena_strndup(rq->arena, account, 12);
    role = iam_role_find(rq->tx, iam_key(rq->arena, account, name));
    if (role != NULL && strcmp(resource, arena_printf(rq->arena, "%s%s", role->path, role->name)) != 0)
        role = NULL;
    *ret_account = account;
    *ret_role = role;
    return 0;
}

static int check_name(struct api_request *rq, const char *member, const char *value) {
    if (value == NULL || value[strspn(value, name_characters)] == '\0')
        return 0;
    return api_refuse(rq, "ValidationError",
                      "1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member "
                      "must satisfy regular expression pattern: [\\w+=,.@-]*",
                      value, member);
}

static int check_session_policies(struct api_request *rq, const struct sts_assume_role_request *in) {
    if (in->policy != NULL && policy_quota_length(in->policy, strlen(in->policy)) > SESSION_POLICY_MAX)
        return api_refuse(
            rq, "PackedPolicyTooLarge",
            "Packed policy consumes more than 100%% of the available space, please use a smaller "
            "policy.");
    if (in->policy_arns.count > SESSION_ARNS_MAX)
        return api_refuse(rq, "ValidationError", "You cannot pass more than %d managed policies.",
                          SESSION_ARNS_MAX);
    for (size_t i = 0; i < in->policy_arns.count; i++)
        if (in->policy_arns.items[i].arn == NULL || managed_find(in->policy_arns.items[i].arn) == NULL)
            return api_refuse(rq, "ValidationError", "The policy %s does not exist or is not attachable.",
                              in->policy_arns.items[i].arn != NULL ? in->policy_arns.items[i].arn : "");
    return in->policy != NULL ? iam_check_document(rq, POLICY_GRAMMAR_IDENTITY, in->policy) : 0;
}

static int check_tags(struct api_request *rq, const struct sts_assume_role_request *in) {
    if (in->tags.count > SESSION_TAGS_MAX)
        return api_refuse(rq, "ValidationError", "You cannot pass more than %d session tags.",
                          SESSION_TAGS_MAX);
    for (size_t i = 0; i < in->tags.count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcasecmp(in->tags.items[i].key, in->tags.items[j].key) == 0)
                return api_refuse(
                    rq, "InvalidParameterValue",
                    "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    return 0;
}

static int check_duration(struct api_request *rq, const struct iam_role_row *role, int64_t seconds) {
    if (rq->caller.kind == API_CALLER_ROLE && seconds > DURATION_CHAINED_S)
        return api_refuse(
            rq, "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
            "chaining");
    if (seconds > (role->max_session_s > 0 ? role->max_session_s : DURATION_DEFAULT_S))
        return api_refuse(rq, "ValidationError",
                          "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    return 0;
}

static void add_keys(struct api_request *rq, const struct sts_assume_role_request *in,
                     struct policy_context *ctx) {
    struct arena *a = rq->arena;

    policy_context_add(a, ctx, "sts:RoleSessionName", in->role_session_name);
    policy_context_add(a, ctx, "sts:ExternalId", in->external_id);
    policy_context_add(a, ctx, "sts:SourceIdentity", in->source_identity);
    for (size_t i = 0; i < in->tags.count; i++) {
        policy_context_add(a, ctx, "aws:TagKeys", in->tags.items[i].key);
        policy_context_add(a, ctx, arena_printf(a, "aws:RequestTag/%s", in->tags.items[i].key),
                           in->tags.items[i].value);
    }
    for (size_t i = 0; i < in->transitive_tag_keys.count; i++)
        policy_context_add(a, ctx, "sts:TransitiveTagKeys", in->transitive_tag_keys.items[i]);
}

/* Each of the actions that the request amounts to must be allowed. */
static int check_allowed(struct api_request *rq, const struct sts_assume_role_request *in,
                         const struct iam_role_row *role, const char *account) {
    struct policy_context ctx = {0};
    const char *const actions[] = {
        "sts:AssumeRole",
        in->tags.count > 0 ? "sts:TagSession" : NULL,
        in->source_identity != NULL ? "sts:SetSourceIdentity" : NULL,
    };

    add_keys(rq, in, &ctx);
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        struct identity_question question = {
            .action = actions[i],
            .resource = in->role_arn,
            .resource_account = account,
            .trust_policy = role != NULL ? role->trust : NULL,
            .context = &ctx,
        };
        struct identity_answer answer;

        if (actions[i] != NULL && (role == NULL || !identity_authorize(rq, &question, &answer)))
            return api_refuse_status(rq, 403, "AccessDenied",
                                     "User: %s is not authorized to perform: %s on resource: %s",
                                     rq->caller.arn, actions[i], in->role_arn);
    }
    return 0;
}

/* There are no MFA devices and no trusted providers of context: what they say cannot be true. */
static int check_proofs(struct api_request *rq, const struct sts_assume_role_request *in) {
    if (in->serial_number != NULL || in->token_code != NULL)
        return api_refuse(
            rq, "AccessDenied",
            "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your "
            "MFA serial number is valid and associated with this user.");
    if (in->provided_contexts.count > 0)
        return api_refuse(rq, "ValidationError", "vpcbox does not support ProvidedContexts");
    return 0;
}

int sts_assume_role(struct api_request *rq, const struct sts_assume_role_request *in,
                    struct sts_assume_role_response *out) {
    int64_t seconds = in->duration_seconds.set ? in->duration_seconds.v : DURATION_DEFAULT_S;
    struct identity_session session = {0};
    struct identity_credentials credentials;
    const struct iam_role_row *role = NULL;
    const char *account = NULL;
    int err;

    if (rq->caller.kind == API_CALLER_ANONYMOUS)
        return api_refuse_status(rq, 403, "MissingAuthenticationToken",
                                 "Request is missing Authentication Token");
    if ((err = find_role(rq, in->role_arn, &account, &role)) < 0 ||
        (err = check_name(rq, "roleSessionName", in->role_session_name)) < 0 ||
        (err = check_name(rq, "sourceIdentity", in->source_identity)) < 0 ||
        (err = check_proofs(rq, in)) < 0 || (err = check_session_policies(rq, in)) < 0 ||
        (err = check_tags(rq, in)) < 0 || (err = check_allowed(rq, in, role, account)) < 0 ||
        (err = check_duration(rq, role, seconds)) < 0)
        return err;
    session = (struct identity_session){
        .account = role->account,
        .role_id = role->id,
        .name = in->role_session_name,
        .source_identity = in->source_identity,
        .policy = in->policy,
        .issued_ms = rq->now_ms,
        .expires_ms = rq->now_ms + seconds * 1000,
    };
    for (size_t i = 0; i < in->policy_arns.count; i++)
        *vec_push(rq->arena, &session.policy_arns) = in->policy_arns.items[i].arn;
    for (size_t i = 0; i < in->tags.count; i++)
        *vec_push(rq->arena, &session.tags) =
            (struct identity_tag){in->tags.items[i].key, in->tags.items[i].value};
    identity_issue(rq->tx, &session, &credentials);

    out->credentials = arena_new(rq->arena, struct sts_credentials);
    out->credentials->access_key_id = credentials.access_key_id;
    out->credentials->secret_access_key = credentials.secret;
    out->credentials->session_token = credentials.token;
    out->credentials->expiration = SOME_TIME(credentials.expires_ms / 1000 * 1000);
    out->assumed_role_user = arena_new(rq->arena, struct sts_assumed_role_user);
    out->assumed_role_user->assumed_role_id = arena_printf(rq->arena, "%s:%s", role->id, session.name);
    out->assumed_role_user->arn = arena_printf(rq->arena, "arn:aws:sts::%s:assumed-role/%s/%s", role->account,
                                               role->name, session.name);
    out->source_identity = in->source_identity;
    if (in->policy != NULL)
        out->packed_policy_size = SOME_INT(
            (int64_t)(policy_quota_length(in->policy, strlen(in->policy)) * 100 / SESSION_POLICY_MAX));
    return 0;
}
