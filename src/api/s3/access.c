/* SPDX-License-Identifier: Apache-2.0 */
/* access: is the bucket there, is this where it lives, and may the caller. */
#include <string.h>
#include <strings.h>

#include "api/iam/identity.h"
#include "api/s3/s3.h"
#include "base/text.h"

int s3_refuse_header(struct api_request *rq, const char *name, const char *value) {
    proto_header_add(rq->arena, &rq->error_headers, name, value);
    return API_REFUSED;
}

int s3_refuse_lacking(struct api_request *rq, const char *what, const char *header) {
    api_refuse_status(rq, 501, "NotImplemented",
                      "A header you provided implies functionality that is not implemented: %s", what);
    return api_detail(rq, "Header", header);
}

int s3_refuse_marker_method(struct api_request *rq) {
    api_refuse(rq, "MethodNotAllowed", "The specified method is not allowed against this resource.");
    return api_detail(rq, "ResourceType", "DeleteMarker");
}

int s3_refuse_argument(struct api_request *rq, const char *name, const char *value, const char *message) {
    api_refuse(rq, "InvalidArgument", "%s", message);
    api_detail(rq, "ArgumentName", name);
    return api_detail(rq, "ArgumentValue", value);
}

struct s3_owner *s3_owner_of(struct api_request *rq, const char *account) {
    struct s3_owner *owner = arena_new(rq->arena, struct s3_owner);

    owner->id = identity_canonical_id(rq->arena, account);
    return owner;
}

/* A request that reached one region's endpoint under the name of another is sent there. */
static bool addressed_elsewhere(struct api_request *rq, const char *region) {
    const char *host = proto_header_get(&rq->wire->headers, "host");
    const char *end = host == NULL ? NULL : strcasestr(host, ".amazonaws.com"), *label;

    if (end == NULL)
        return false;
    for (label = end; label > host && label[-1] != '.';)
        label--;
    if ((size_t)(end - label) == 2 && strncasecmp(label, "s3", 2) == 0)
        return false; /* the global name */
    return strlen(region) != (size_t)(end - label) || strncasecmp(label, region, strlen(region)) != 0;
}

static int check_region(struct api_request *rq, const struct s3_bucket_row *bucket) {
    bool elsewhere = addressed_elsewhere(rq, bucket->region);

    if (!elsewhere && (rq->caller.kind == API_CALLER_ANONYMOUS || rq->wire->auth.kind == SIGV2_PRESIGNED ||
                       text_is(bucket->region, rq->region)))
        return 0;
    s3_refuse_header(rq, "x-amz-bucket-region", bucket->region);
    if (elsewhere) {
        api_refuse_status(
            rq, 301, "PermanentRedirect",
            "The bucket you are attempting to access must be addressed using the specified endpoint. "
            "Please send all future requests to this endpoint.");
        return api_detail(rq, "Endpoint",
                          arena_printf(rq->arena, "%s.s3.%s.amazonaws.com", bucket->name, bucket->region));
    }
    if (rq->wire->auth.kind == SIGV4_PRESIGNED)
        api_refuse_status(
            rq, 400, "AuthorizationQueryParametersError",
            "Error parsing the X-Amz-Credential parameter; the region '%s' is wrong; expecting '%s'",
            rq->region, bucket->region);
    else
        api_refuse_status(rq, 400, "AuthorizationHeaderMalformed",
                          "The authorization header is malformed; the region '%s' is wrong; expecting '%s'",
                          rq->region, bucket->region);
    return api_detail(rq, "Region", bucket->region); /* where clients try again */
}

/* The owner's root is never locked out of the policy itself. */
static bool past_the_policy(struct api_request *rq, const struct s3_bucket_row *bucket, const char *action) {
    return rq->caller.kind == API_CALLER_ROOT && text_is(rq->caller.account, bucket->account) &&
           (strcmp(action, "s3:GetBucketPolicy") == 0 || strcmp(action, "s3:PutBucketPolicy") == 0 ||
            strcmp(action, "s3:DeleteBucketPolicy") == 0);
}

/* The policy in force for this caller: a public one is cut down to the owner's account by RestrictPublicBuckets. */
static const char *policy_for(struct api_request *rq, const struct s3_bucket_row *bucket,
                              const char *action) {
    bool own = rq->caller.kind != API_CALLER_ANONYMOUS && text_is(rq->caller.account, bucket->account);

    if (past_the_policy(rq, bucket, action))
        return NULL;
    return !own && bucket->policy_public && bucket->access_block & S3_BLOCK_RESTRICT ? NULL : bucket->policy;
}

static void add_request_keys(struct api_request *rq, struct policy_context *ctx) {
    const struct sigv4_auth *auth = &rq->wire->auth;
    struct arena *a = rq->arena;

    policy_context_add(a, ctx, "aws:Referer", proto_header_get(&rq->wire->headers, "referer"));
    policy_context_add(a, ctx, "aws:UserAgent", proto_header_get(&rq->wire->headers, "user-agent"));
    if (auth->kind == SIGV4_ANONYMOUS)
        return;
    policy_context_add(a, ctx, "s3:signatureversion",
                       auth->kind == SIGV2_PRESIGNED ? "AWS" : "AWS4-HMAC-SHA256");
    policy_context_add(a, ctx, "s3:authType",
                       auth->kind == SIGV4_HEADER ? "REST-HEADER" : "REST-QUERY-STRING");
    if (auth->kind != SIGV2_PRESIGNED) /* which does not say when it was made */
        policy_context_add(a, ctx, "s3:signatureAge",
                           arena_printf(a, "%lld", (long long)(rq->now_ms - auth->time_ms)));
    policy_context_add(a, ctx, "s3:x-amz-content-sha256",
                       proto_header_get(&rq->wire->headers, "x-amz-content-sha256"));
}

int s3_may(struct api_request *rq, const struct s3_bucket_row *bucket, const struct s3_question *q) {
    const struct s3_object_row *existing = NULL;
    struct policy_context ctx = {0};
    struct identity_question question = {
        .action = q->action,
        .resource = q->key == NULL ? arena_printf(rq->arena, "arn:aws:s3:::%s", bucket->name)
                                   : arena_printf(rq->arena, "arn:aws:s3:::%s/%s", bucket->name, q->key),
        .resource_account = bucket->account,
        .resource_policy = policy_for(rq, bucket, q->action),
        .context = &ctx,
    };

    for (size_t i = 0; q->context != NULL && i < q->context->count; i++)
        for (size_t j = 0; j < q->context->items[i].count; j++)
            policy_context_add(rq->arena, &ctx, q->context->items[i].name, q->context->items[i].values[j]);
    if (q->on_existing && (rq->caller.kind != API_CALLER_ROOT || question.resource_policy != NULL) &&
        s3_find_version(rq, bucket->name, q->key, q->version_id, &existing) == 0 && existing != NULL)
        s3_existing_tags(rq, existing->tags, &ctx);
    add_request_keys(rq, &ctx);
    policy_context_add(rq->arena, &ctx, "s3:ResourceAccount", bucket->account);
    return api_authorize(rq, &question);
}

/* How an object is encrypted is said where one is made, and nowhere else: not where it is read, listed, completed. */
static int check_encryption_header(struct api_request *rq) {
    static const char header[] = "x-amz-server-side-encryption";
    const struct model_shape *input = rq->operation->input;
    const char *value = proto_header_get(&rq->wire->headers, header);

    if (value == NULL)
        return 0;
    for (size_t i = 0; i < input->member_count; i++)
        if (input->members[i].location == MODEL_IN_HEADER && strcasecmp(input->members[i].wire, header) == 0)
            return 0;
    return s3_refuse_argument(rq, header, value,
                              "x-amz-server-side-encryption header is not supported for this operation.");
}

int s3_check_bucket(struct api_request *rq, const struct s3_bucket_row *bucket, const char *expected_owner) {
    if (check_encryption_header(rq) < 0 || check_region(rq, bucket) < 0)
        return API_REFUSED;
    if (expected_owner != NULL && strcmp(expected_owner, bucket->account) != 0)
        return api_refuse(rq, "AccessDenied", "Access Denied");
    return 0;
}

const struct s3_bucket_row *s3_open_bucket(struct api_request *rq, const struct s3_question *q) {
    const struct s3_bucket_row *bucket = s3_bucket_find(rq->tx, q->bucket);

    if (bucket == NULL)
        api_refuse(rq, "NoSuchBucket", "The specified bucket does not exist");
    else if (s3_check_bucket(rq, bucket, q->expected_owner) < 0 || s3_may(rq, bucket, q) < 0)
        bucket = NULL;
    return bucket;
}

int s3_refuse_missing(struct api_request *rq, const struct s3_bucket_row *bucket) {
    if (s3_may(rq, bucket, &(struct s3_question){.action = "s3:ListBucket"}) < 0)
        return API_REFUSED;
    return api_refuse(rq, "NoSuchKey", "The specified key does not exist.");
}
