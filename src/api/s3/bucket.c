/* SPDX-License-Identifier: Apache-2.0 */
/* bucket: making, finding, listing and removing buckets.  Their names are one space for all accounts. */
#include <stdlib.h>
#include <string.h>

#include "api/iam/identity.h"
#include "api/s3/s3.h"
#include "base/text.h"
#include "net/awsnet.h"

enum { BUCKETS_PAGE_MAX = 10000 };
#define DEFAULT_REGION "us-east-1"

static const char *bucket_arn(struct api_request *rq, const char *name) {
    return arena_printf(rq->arena, "arn:aws:s3:::%s", name);
}

/* The region that the request asks for; NULL when refused. */
static const char *chosen_region(struct api_request *rq, const struct s3_create_bucket_configuration *c) {
    const char *wanted = c == NULL ? NULL : c->location_constraint;

    if (wanted != NULL && strcmp(wanted, "EU") == 0)
        wanted = "eu-west-1";
    if (strcmp(rq->region, DEFAULT_REGION) == 0) {
        if (wanted == NULL || (strcmp(wanted, DEFAULT_REGION) != 0 && awsnet_region(wanted) != NULL))
            return wanted != NULL ? wanted : DEFAULT_REGION;
        api_refuse(rq, "InvalidLocationConstraint", "The specified location-constraint is not valid");
    } else {
        if (text_is(wanted, rq->region))
            return wanted;
        api_refuse(rq, "IllegalLocationConstraintException",
                   "The %s location constraint is incompatible for the region specific endpoint this request "
                   "was sent to.",
                   wanted != NULL ? wanted : "unspecified");
    }
    api_detail(rq, "LocationConstraint", wanted);
    return NULL;
}

static int check_options(struct api_request *rq, const struct s3_create_bucket_request *in) {
    const struct s3_create_bucket_configuration *c = in->create_bucket_configuration;

    if ((in->acl != NULL && strcmp(in->acl, "private") != 0) || in->grant_full_control != NULL ||
        in->grant_read != NULL || in->grant_read_acp != NULL || in->grant_write != NULL ||
        in->grant_write_acp != NULL)
        return api_refuse(rq, "InvalidBucketAclWithObjectOwnership",
                          "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting");
    if (in->object_ownership != NULL && strcmp(in->object_ownership, "BucketOwnerEnforced") != 0)
        return s3_refuse_lacking(rq, "ObjectOwnership other than BucketOwnerEnforced",
                                 "x-amz-object-ownership");
    if (in->object_lock_enabled_for_bucket.v)
        return s3_refuse_lacking(rq, "ObjectLockEnabledForBucket", "x-amz-bucket-object-lock-enabled");
    if (in->bucket_namespace != NULL && strcmp(in->bucket_namespace, "global") != 0)
        return s3_refuse_lacking(rq, "BucketNamespace", "x-amz-bucket-namespace");
    if (c != NULL && (c->location != NULL || c->bucket != NULL))
        return s3_refuse_lacking(rq, "directory buckets", NULL);
    return 0;
}

static int may_create(struct api_request *rq, const struct s3_create_bucket_request *in) {
    const struct s3_create_bucket_configuration *c = in->create_bucket_configuration;
    struct policy_context ctx = {0};
    struct s3_bucket_row future = {.name = in->bucket, .account = rq->caller.account};
    struct s3_question q = {.action = "s3:CreateBucket", .context = &ctx};

    if (rq->caller.kind == API_CALLER_ANONYMOUS)
        return api_refuse(rq, "AccessDenied", "Access Denied");
    policy_context_add(rq->arena, &ctx, "s3:LocationConstraint", c == NULL ? NULL : c->location_constraint);
    policy_context_add(rq->arena, &ctx, "s3:x-amz-acl", in->acl);
    for (size_t i = 0; c != NULL && i < c->tags.count; i++) {
        policy_context_add(rq->arena, &ctx,
                           arena_printf(rq->arena, "aws:RequestTag/%s", c->tags.items[i].key),
                           c->tags.items[i].value);
        policy_context_add(rq->arena, &ctx, "aws:TagKeys", c->tags.items[i].key);
    }
    if (s3_may(rq, &future, &q) < 0)
        return API_REFUSED;
    if (c == NULL || c->tags.count == 0)
        return 0;
    q.action = "s3:TagResource";
    return s3_may(rq, &future, &q);
}

int s3_create_bucket(struct api_request *rq, const struct s3_create_bucket_request *in,
                     struct s3_create_bucket_output *out) {
    const struct s3_create_bucket_configuration *c = in->create_bucket_configuration;
    const struct s3_bucket_row *there;
    const char *region;
    int r;

    if (!s3_bucket_name_valid(in->bucket))
        return api_refuse(rq, "InvalidBucketName", "The specified bucket is not valid.");
    r = may_create(rq, in);
    region = r < 0 ? NULL : chosen_region(rq, c);
    if (region == NULL || check_options(rq, in) < 0)
        return API_REFUSED;
    out->location = strcmp(region, DEFAULT_REGION) == 0
                        ? arena_printf(rq->arena, "/%s", in->bucket)
                        : arena_printf(rq->arena, "http://%s.s3.amazonaws.com/", in->bucket);
    out->bucket_arn = bucket_arn(rq, in->bucket);
    there = s3_bucket_find(rq->tx, in->bucket);
    if (there != NULL && !text_is(there->account, rq->caller.account))
        return api_refuse_status(
            rq, 409, "BucketAlreadyExists",
            "The requested bucket name is not available. The bucket namespace is shared by all users of the "
            "system. Please select a different name and try again.");
    if (there != NULL) /* in the oldest region, making it again has always been fine */
        return strcmp(region, DEFAULT_REGION) == 0 && strcmp(there->region, DEFAULT_REGION) == 0
                   ? 0
                   : api_refuse_status(rq, 409, "BucketAlreadyOwnedByYou",
                                       "Your previous request to create the named bucket succeeded and you "
                                       "already own it.");
    s3_bucket_put(rq->tx, &(struct s3_bucket_row){.name = in->bucket,
                                                  .account = rq->caller.account,
                                                  .region = region,
                                                  .created_ms = rq->now_ms,
                                                  .access_block = S3_BLOCK_DEFAULT});
    return c == NULL ? 0 : s3_set_bucket_tags(rq, in->bucket, c->tags.items, c->tags.count);
}

/* Uploads that nobody completed go with their bucket. */
static void drop_uploads(struct api_request *rq, const char *bucket) {
    const char *prefix = arena_printf(rq->arena, "%s/", bucket);
    struct s3_upload_rows uploads = s3_upload_range(rq->tx, prefix, s3_past(rq->arena, prefix), SIZE_MAX);

    for (size_t i = 0; i < uploads.count; i++) {
        struct s3_part_rows parts = s3_parts(rq->tx, uploads.items[i].id);

        s3_drop_parts(rq, uploads.items[i].id, &parts, NULL);
        s3_upload_delete(rq->tx, uploads.items[i].key);
    }
}

int s3_delete_bucket(struct api_request *rq, const struct s3_delete_bucket_request *in, void *out) {
    const struct s3_bucket_row *bucket = S3_OPEN(rq, in, "s3:DeleteBucket");
    const char *prefix = arena_printf(rq->arena, "%s/", in->bucket);

    (void)out;
    if (bucket == NULL)
        return API_REFUSED;
    if (s3_object_range(rq->tx, prefix, s3_past(rq->arena, prefix), 1).count > 0)
        return api_refuse_status(
            rq, 409, "BucketNotEmpty", "%s",
            bucket->versioning != NULL
                ? "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
                : "The bucket you tried to delete is not empty");
    drop_uploads(rq, in->bucket);
    s3_set_bucket_tags(rq, in->bucket, NULL, 0);
    s3_bucket_cors_delete(rq->tx, in->bucket);
    s3_bucket_delete(rq->tx, in->bucket);
    return 0;
}

int s3_head_bucket(struct api_request *rq, const struct s3_head_bucket_request *in,
                   struct s3_head_bucket_output *out) {
    const struct s3_bucket_row *bucket = S3_OPEN(rq, in, "s3:ListBucket");

    if (bucket == NULL)
        return API_REFUSED;
    out->bucket_region = bucket->region;
    out->bucket_arn = bucket_arn(rq, bucket->name);
    out->access_point_alias = SOME_BOOL(false);
    return 0;
}

int s3_get_bucket_location(struct api_request *rq, const struct s3_get_bucket_location_request *in,
                           struct s3_get_bucket_location_output *out) {
    const struct s3_bucket_row *bucket = S3_OPEN(rq, in, "s3:GetBucketLocation");

    if (bucket == NULL)
        return API_REFUSED;
    if (strcmp(bucket->region, DEFAULT_REGION) != 0)
        out->location_constraint = bucket->region;
    return 0;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct s3_bucket_row *)a)->name, ((const struct s3_bucket_row *)b)->name);
}

static bool listed(const struct s3_list_buckets_request *in, const struct s3_bucket_row *row,
                   const char *after) {
    return (in->prefix == NULL || text_starts(row->name, in->prefix)) &&
           (in->bucket_region == NULL || strcmp(row->region, in->bucket_region) == 0) &&
           (after == NULL || strcmp(row->name, after) > 0);
}

int s3_list_buckets(struct api_request *rq, const struct s3_list_buckets_request *in,
                    struct s3_list_buckets_output *out) {
    bool detailed = in->max_buckets.set || in->prefix != NULL || in->bucket_region != NULL ||
                    in->continuation_token != NULL;
    size_t most = in->max_buckets.set ? (size_t)in->max_buckets.v : BUCKETS_PAGE_MAX, length;
    struct identity_question question = {.action = "s3:ListAllMyBuckets", .resource = "arn:aws:s3:::*"};
    struct s3_bucket_rows rows;
    struct s3_bucket_row *sorted;
    void *after = NULL;

    if (rq->caller.kind == API_CALLER_ANONYMOUS)
        return api_refuse(rq, "AccessDenied", "Access Denied");
    if (api_authorize(rq, &question) < 0)
        return API_REFUSED;
    if (in->continuation_token != NULL &&
        base64_decode(rq->arena, in->continuation_token, strlen(in->continuation_token), &after, &length) < 0)
        return s3_refuse_argument(rq, "continuation-token", in->continuation_token,
                                  "The continuation token provided is incorrect");
    rows = s3_bucket_list_by(rq->tx, COL(s3_bucket, account), rq->caller.account);
    sorted = arena_array(rq->arena, struct s3_bucket_row, rows.count + 1);
    if (rows.count > 0)
        memcpy(sorted, rows.items, rows.count * sizeof(*sorted));
    qsort(sorted, rows.count, sizeof(*sorted), by_name);
    for (size_t i = 0; i < rows.count; i++) {
        if (!listed(in, &sorted[i], after))
            continue;
        if (out->buckets.count == most) {
            const char *last = out->buckets.items[most - 1].name;

            out->continuation_token = base64_encode(rq->arena, last, strlen(last));
            break;
        }
        *vec_push(rq->arena, &out->buckets) =
            (struct s3_bucket){.name = sorted[i].name,
                               .creation_date = SOME_TIME(sorted[i].created_ms),
                               .bucket_region = detailed ? sorted[i].region : NULL,
                               .bucket_arn = detailed ? bucket_arn(rq, sorted[i].name) : NULL};
    }
    out->owner = s3_owner_of(rq, rq->caller.account);
    out->prefix = in->prefix;
    return 0;
}
