/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity: who calls, what they may do, and how an instance gets its role's credentials.
 *
 * Theory of operation.  Two kinds of access keys exist.  Long-term ones are rows of one table, found in one
 * look-up: the root keys of the box's accounts, its own among them (account.h).  With --insecure-any-key every
 * key that is no session's is root, unverified: of the account that has it, or that it names if it is 12
 * digits, or of the box's own.  A session's key (ASIA…) is nowhere kept: its secret is derived from the key's id and the
 * box's session secret, and its token, sealed with the same secret, says role, session name, expiry
 * and session policies.  So issuing credentials writes nothing, and they survive restarts.  A token
 * whose role is gone is worth nothing.
 *
 * An instance's credentials depend on nothing but role, instance and the hour, so that all who ask
 * within the hour get the same ones; they live six hours, and thus rotate hourly.
 *
 * Authorisation: identity_authorize() gathers identity policies, boundary, session policies and the
 * endpoint's policy, adds AWS's global context keys, and evaluates (policy/policy.h).
 */
#ifndef VPCBOX_API_IAM_IDENTITY_H
#define VPCBOX_API_IAM_IDENTITY_H

#include "api/api.h"
#include "policy/policy.h"

/* Once, before the first request: makes the session secret if there is none, and writes down the box's own key.  In a
 * write transaction. */
void identity_setup(struct tx *tx, const struct api_config *config);

struct identity_tag {
    const char *key, *value;
};

/* What a session's token says; NULL members are absent. */
struct identity_session {
    const char *account, *role_id, *name, *access_key_id;
    const char *instance_arn; /* ec2:SourceInstanceARN: credentials of an instance's role */
    const char *instance_vpc; /* aws:Ec2InstanceSourceVpc */
    const char *instance_ip;  /* aws:Ec2InstanceSourcePrivateIPv4 */
    const char *source_identity;
    const char *policy; /* inline session policy */
    VEC(const char *) policy_arns;
    VEC(struct identity_tag) tags;
    int64_t issued_ms, expires_ms;
};

struct identity {
    struct api_caller caller;
    const char *secret; /* NULL: any signature is taken (--insecure-any-key) */
};

/*
 * Who has this key.  0 and *ret_identity, in tx's arena; or
 *   -ENOENT      no such key            InvalidClientTokenId, AuthFailure, InvalidAccessKeyId
 *   -EBADMSG     the token is missing, wrong, or given with a long-term key
 *                                       InvalidClientTokenId, AuthFailure, InvalidToken
 *   -ETIMEDOUT   the session is over    ExpiredToken, RequestExpired
 * token is NULL when the request has none.
 */
int identity_find(struct tx *tx, const struct api_config *config, const char *access_key_id,
                  const char *token, int64_t now_ms, struct identity *ret_identity);

/* ---- may they? ---- */

struct identity_question {
    const char *action;                   /* s3:PutObject */
    const char *resource;                 /* ARN, or "*" */
    const char *resource_account;         /* NULL: the caller's own */
    const char *resource_policy;          /* JSON of the bucket policy; NULL: none */
    const char *trust_policy;             /* JSON of the role's trust policy, when it is to be assumed */
    const struct policy_context *context; /* keys of the service; may be NULL */
    bool needs_no_permission;             /* only the policy of the endpoint it came through is asked */
};

struct identity_answer {
    enum policy_outcome outcome;
    enum policy_kind kind;
    const char *policy_name; /* of the document that decided; NULL when none did */
    size_t statement;
    const char *sid;
    const char *message; /* when denied: "User: … is not authorized to perform: …" */
};

/*
 * Reads rq->caller, rq->door and what goes with it, and rq->tx (which may be NULL for root without an
 * endpoint).  True when allowed.  s3 resources are quoted in the message.
 */
bool identity_authorize(struct api_request *rq, const struct identity_question *question,
                        struct identity_answer *ret_answer);

/* 64 hex digits that S3 calls the account's canonical user id; in the arena. */
const char *identity_canonical_id(struct arena *a, const char *account);

/* ---- credentials ---- */

struct identity_credentials {
    const char *access_key_id, *secret, *token;
    int64_t issued_ms, expires_ms;
};

/* Seals a session: fills access_key_id of a session that has none. */
void identity_issue(struct tx *tx, struct identity_session *session,
                    struct identity_credentials *ret_credentials);

/* ---- instance profiles, for EC2 and IMDS ---- */

struct identity_profile {
    const char *id, *name, *arn;
    const char *role_id, *role_name, *role_arn; /* NULL: the profile is empty */
};

/* By name or by ARN (either may be NULL; both must mean the same).  0 or -ENOENT. */
int identity_profile_find(struct tx *tx, const char *account, const char *name, const char *arn,
                          struct identity_profile *ret_profile);
int identity_profile_by_id(struct tx *tx, const char *id, struct identity_profile *ret_profile); /* AIPA… */

/*
 * What IMDS serves for an instance with this profile.  0; -ENOENT: profile or role is gone, or it
 * has none; -EACCES: the trust policy does not let ec2.amazonaws.com assume the role.
 */
int identity_instance_credentials(struct tx *tx, const char *profile_id, const char *instance_id,
                                  int64_t now_ms, struct identity_credentials *ret_credentials);

/* The same for the role that every instance is, with a profile or without: nobody lists it, and it may do nothing by
 * itself.  0, or -ENOENT when there is no such instance. */
int identity_instance_own(struct tx *tx, const char *instance_id, int64_t now_ms,
                          struct identity_credentials *ret_credentials);

#endif
