/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy: IAM policy documents: parse them once, evaluate them often, say why.
 *
 * Theory of operation: policy_parse() turns a JSON document into an immutable struct policy that any
 * number of threads may share (policy_ref / policy_unref count its holders).  policy_evaluate() is a
 * pure function of a request, the policies that apply to it grouped by kind, and nothing else: no
 * clock, no store, no globals.  It follows AWS's evaluation logic:
 *
 *   1. an explicit Deny in any policy wins;
 *   2. the endpoint policy, organisation policies, the permissions boundary and the session policy
 *      filter: each kind that is present must allow, none of them ever grants;
 *   3. in the resource's own account, either an identity policy or the resource policy grants; across
 *      accounts both must.  A resource policy that names the caller's account delegates to the
 *      account's identity policies and grants to its root only; one that names a user or a role
 *      session grants past boundary and session policy; one that names the role, or "*", does not.
 *
 * A role's trust policy is a resource policy whose resource is the role (put it under
 * policy_set.resource and set resource_is_trust for the message).
 *
 * The decision points into the caller's policy_set: keep that alive while reading it.
 *
 * Not here: which context keys a service provides (the caller hands them in), and whether a named
 * principal exists (policy_principal_at lists them for the caller to check).
 */
#ifndef VPCBOX_POLICY_POLICY_H
#define VPCBOX_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct policy;

/* What a document is for: decides which elements it must and must not have. */
enum policy_grammar {
    POLICY_GRAMMAR_IDENTITY, /* identity, boundary and session policies: no Principal, needs Resource */
    POLICY_GRAMMAR_TRUST,    /* a role's trust policy: Principal, sts: actions, no Resource */
    POLICY_GRAMMAR_RESOURCE, /* bucket policies and the like: Principal and Resource */
    POLICY_GRAMMAR_ENDPOINT, /* VPC endpoint policies: Principal and Resource */
};

enum { POLICY_ERROR_BYTES = 512, POLICY_TEXT_MAX_BYTES = 128 * 1024 };

/*
 * Parses a document.  0 and a policy with one holder; or -EINVAL and AWS's sentence for what is wrong
 * in error (the message of MalformedPolicyDocument; S3's words for POLICY_GRAMMAR_RESOURCE).
 */
int policy_parse(enum policy_grammar grammar, const char *text, size_t length, struct policy **ret_policy,
                 char error[POLICY_ERROR_BYTES]);
struct policy *policy_ref(struct policy *p); /* thread-safe; returns p */
void policy_unref(struct policy *p);         /* thread-safe; NULL is fine; the last one frees */

/* Characters that count against IAM's quotas: all but white space. */
size_t policy_quota_length(const char *text, size_t length);

enum policy_principal_kind {
    POLICY_PRINCIPAL_ALL, /* "*" alone */
    POLICY_PRINCIPAL_AWS, /* "*", an account id, an ARN or a unique id */
    POLICY_PRINCIPAL_SERVICE,
    POLICY_PRINCIPAL_FEDERATED,
    POLICY_PRINCIPAL_CANONICAL,
};
/* The index'th principal that the document names, over all statements: 0, or -ENOENT past the last. */
int policy_principal_at(const struct policy *p, size_t index, enum policy_principal_kind *ret_kind,
                        const char **ret_value);

/*
 * A bucket policy's statements must name s3 actions and this bucket (arn:aws:s3:::bucket) or objects
 * of it.  0, or -EINVAL with S3's sentence in error.
 */
int policy_check_bucket(const struct policy *p, const char *bucket, char error[POLICY_ERROR_BYTES]);

/*
 * Public as S3 Block Public Access defines it: some Allow statement neither names fixed principals
 * only, nor is narrowed by a fixed value of one of the condition keys that AWS lists for that.
 */
bool policy_is_public(const struct policy *p);

/* ---- the question ---- */

enum policy_caller_kind {
    POLICY_CALLER_ANONYMOUS,
    POLICY_CALLER_ROOT,      /* arn:aws:iam::A:root */
    POLICY_CALLER_USER,      /* arn:aws:iam::A:user/path/name */
    POLICY_CALLER_ROLE,      /* arn:aws:sts::A:assumed-role/role/session */
    POLICY_CALLER_FEDERATED, /* arn:aws:sts::A:federated-user/name */
    POLICY_CALLER_SERVICE,   /* service holds ec2.amazonaws.com */
};

struct policy_caller {
    enum policy_caller_kind kind;
    const char *account;      /* NULL: anonymous, service */
    const char *arn;          /* as GetCallerIdentity prints it; NULL: anonymous, service */
    const char *role_arn;     /* POLICY_CALLER_ROLE: arn:aws:iam::A:role/path/name */
    const char *user_id;      /* aws:userid, "AROA…:session"; may be NULL */
    const char *user_name;    /* POLICY_CALLER_USER: aws:username */
    const char *service;      /* POLICY_CALLER_SERVICE */
    const char *canonical_id; /* S3's id of the account; may be NULL */
};

/* One condition key with its values.  A key with count 0 is as good as absent. */
struct policy_context_key {
    const char *name; /* any case: aws:SourceVpce, aws:PrincipalTag/team, s3:prefix */
    const char **values;
    size_t count, capacity;
};

struct policy_context {
    struct policy_context_key *items;
    size_t count, capacity;
};

/* Adds a value to a key, making the key when needed.  A NULL value is ignored.  Strings are not copied. */
void policy_context_add(struct arena *a, struct policy_context *ctx, const char *name, const char *value);

/*
 * policy_evaluate answers these keys itself, from the caller and now_ms, unless the context has them:
 * aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalType, aws:PrincipalIsAWSService,
 * aws:PrincipalServiceName, aws:userid, aws:username, aws:CurrentTime, aws:EpochTime,
 * aws:ResourceAccount.
 */
struct policy_request {
    struct policy_caller caller;
    const char *action;           /* s3:PutObject */
    const char *resource;         /* an ARN, or "*" for actions without one */
    const char *resource_account; /* NULL: the caller's own */
    const struct policy_context *context;
    int64_t now_ms;
};

/* ---- the policies ---- */

enum policy_kind {
    POLICY_KIND_NONE,
    POLICY_KIND_IDENTITY,
    POLICY_KIND_RESOURCE,
    POLICY_KIND_TRUST,
    POLICY_KIND_ENDPOINT,
    POLICY_KIND_BOUNDARY,
    POLICY_KIND_SESSION,
    POLICY_KIND_ORGANIZATION,
};

struct policy_source {
    const struct policy *policy;
    const char *name; /* the managed policy's ARN, or the inline policy's name; may be NULL */
};

struct policy_list {
    struct policy_source *items;
    size_t count, capacity; /* fits vec_push */
};

/* A kind of filter (endpoint, boundary, session, organization) applies when its list is not empty. */
struct policy_set {
    struct policy_list identity, resource, endpoint, boundary, session, organization;
    bool resource_is_trust; /* `resource` holds a role's trust policy */
};

/* ---- the answer ---- */

enum policy_outcome { POLICY_DENY_IMPLICIT, POLICY_DENY_EXPLICIT, POLICY_ALLOW };

struct policy_decision {
    enum policy_outcome outcome;
    enum policy_kind kind;              /* the kind that granted, denied, or failed to allow */
    const struct policy_source *source; /* the document; NULL when none matched */
    size_t statement;                   /* index within the document, from 0; valid with source */
    const char *sid;                    /* NULL when the statement has none */
};

struct policy_decision policy_evaluate(const struct policy_request *request, const struct policy_set *set);

/*
 * The text of AWS's AccessDenied: "User: … is not authorized to perform: s3:PutObject on resource: …
 * because no identity-based policy allows the s3:PutObject action".  S3 prints the resource within
 * double quotes, the others do not.
 */
char *policy_explain_denial(struct arena *a, const struct policy_request *request,
                            const struct policy_decision *decision, bool quote_resource);

const char *policy_kind_name(enum policy_kind kind); /* "identity-based policy", "VPC endpoint policy" … */

#endif
