/* SPDX-License-Identifier: Apache-2.0 */
/* bucket_policy: bucket policies, and Block Public Access, which limits them. */
#include <string.h>

#include "api/iam/iam.h"
#include "api/s3/s3.h"

static int refuse_malformed(struct api_request *rq, const char *words) {
    return api_refuse(rq, "MalformedPolicy", "%s", words);
}

/* 0 and whether it is public, or API_REFUSED. */
static int check_policy(struct api_request *rq, const struct s3_bucket_row *bucket, const char *text,
                        bool *ret_public) {
    char error[POLICY_ERROR_BYTES];
    struct policy *p;
    int r = 0;

    if (text == NULL)
        return refuse_malformed(rq, "Policies must be valid JSON and the first byte must be '{'");
    if (strlen(text) > S3_POLICY_MAX_BYTES)
        return api_refuse(rq, "PolicyTooLarge", "Policy exceeds the maximum allowed document size.");
    if (policy_parse(POLICY_GRAMMAR_RESOURCE, text, strlen(text), &p, error) < 0)
        return refuse_malformed(rq, error);
    if (policy_check_bucket(p, bucket->name, error) < 0)
        r = refuse_malformed(rq, error);
    else if (iam_unknown_principal(rq, p) != NULL)
        r = refuse_malformed(rq, "Invalid principal in policy");
    else
        *ret_public = policy_is_public(p);
    policy_unref(p);
    return r;
}

int s3_put_bucket_policy(struct api_request *rq, const struct s3_put_bucket_policy_request *in, void *out) {
    const struct s3_bucket_row *bucket = S3_OPEN(rq, in, "s3:PutBucketPolicy");
    struct s3_bucket_row row;
    bool public = false;

    (void)out;
    if (bucket == NULL || s3_check_document(rq, false) < 0 ||
        check_policy(rq, bucket, in->policy, &public) < 0)
        return API_REFUSED;
    if (public && bucket->access_block & S3_BLOCK_POLICY)
        return api_refuse(rq, "AccessDenied",
                          "User: %s is not authorized to perform: s3:PutBucketPolicy on resource: "
                          "\"arn:aws:s3:::%s\" because public policies are blocked by the BlockPublicPolicy "
                          "block public access setting.",
                          rq->caller.arn != NULL ? rq->caller.arn : "anonymous", bucket->name);
    row = *bucket;
    row.policy = in->policy;
    row.policy_public = public;
    s3_bucket_put(rq->tx, &row);
    return 0;
}

static int refuse_no_policy(struct api_request *rq) {
    return api_refuse(rq, "NoSuchBucketPolicy", "The bucket policy does not exist");
}

int s3_get_bucket_policy(struct api_request *rq, const struct s3_get_bucket_policy_request *in,
                         struct s3_get_bucket_policy_output *out) {
    const struct s3_bucket_row *bucket = S3_OPEN(rq, in, "s3:GetBucketPolicy");

    if (bucket == NULL)
        return API_REFUSED;
    out->policy = bucket->policy;
    return bucket->policy != NULL ? 0 : refuse_no_policy(rq);
}

int s3_delete_bucket_policy(struct api_request *rq, const struct s3_delete_bucket_policy_request *in,
                            void *out) {
    const struct s3_bucket_row *bucket = S3_OPEN(rq, in, "s3:DeleteBucketPolicy");
    struct s3_bucket_row row;

    (void)out;
    if (bucket == NULL)
        return API_REFUSED;
    row = *bucket;
    row.policy = NULL;
    row.policy_public = 0;
    s3_bucket_put(rq->tx, &row);
    return 0;
}

int s3_get_bucket_policy_status(struct api_request *rq, const struct s3_get_bucket_policy_status_request *in,
                                struct s3_get_bucket_policy_status_output *out) {
    const struct s3_bucket_row *bucket = S3_OPEN(rq, in, "s3:GetBucketPolicyStatus");

    if (bucket == NULL)
        return API_REFUSED;
    if (bucket->policy == NULL)
        return refuse_no_policy(rq);
    out->policy_status = arena_new(rq->arena, struct s3_policy_status);
    out->policy_status->is_public = SOME_BOOL(bucket->policy_public != 0);
    return 0;
}

/* ---- Block Public Access ---- */

static void set_access_block(struct api_request *rq, const struct s3_bucket_row *bucket, int bits) {
    struct s3_bucket_row row = *bucket;

    row.access_block = bits;
    s3_bucket_put(rq->tx, &row);
}

int s3_put_public_access_block(struct api_request *rq, const struct s3_put_public_access_block_request *in,
                               void *out) {
    const struct s3_public_access_block_configuration *c = in->public_access_block_configuration;
    const struct s3_bucket_row *bucket = S3_OPEN(rq, in, "s3:PutBucketPublicAccessBlock");

    (void)out;
    if (bucket == NULL || s3_check_document(rq, false) < 0)
        return API_REFUSED;
    set_access_block(rq, bucket,
                     S3_BLOCK_SET | (c->block_public_acls.v ? S3_BLOCK_ACLS : 0) |
                         (c->ignore_public_acls.v ? S3_BLOCK_IGNORE_ACLS : 0) |
                         (c->block_public_policy.v ? S3_BLOCK_POLICY : 0) |
                         (c->restrict_public_buckets.v ? S3_BLOCK_RESTRICT : 0));
    return 0;
}

int s3_get_public_access_block(struct api_request *rq, const struct s3_get_public_access_block_request *in,
                               struct s3_get_public_access_block_output *out) {
    const struct s3_bucket_row *bucket = S3_OPEN(rq, in, "s3:GetBucketPublicAccessBlock");
    struct s3_public_access_block_configuration *c;

    if (bucket == NULL)
        return API_REFUSED;
    if (!(bucket->access_block & S3_BLOCK_SET))
        return api_refuse(rq, "NoSuchPublicAccessBlockConfiguration",
                          "The public access block configuration was not found");
    c = out->public_access_block_configuration =
        arena_new(rq->arena, struct s3_public_access_block_configuration);
    c->block_public_acls = SOME_BOOL((bucket->access_block & S3_BLOCK_ACLS) != 0);
    c->ignore_public_acls = SOME_BOOL((bucket->access_block & S3_BLOCK_IGNORE_ACLS) != 0);
    c->block_public_policy = SOME_BOOL((bucket->access_block & S3_BLOCK_POLICY) != 0);
    c->restrict_public_buckets = SOME_BOOL((bucket->access_block & S3_BLOCK_RESTRICT) != 0);
    return 0;
}

int s3_delete_public_access_block(struct api_request *rq,
                                  const struct s3_delete_public_access_block_request *in, void *out) {
    const struct s3_bucket_row *bucket = S3_OPEN(rq, in, "s3:PutBucketPublicAccessBlock");

    (void)out;
    if (bucket == NULL)
        return API_REFUSED;
    set_access_block(rq, bucket, 0);
    return 0;
}
