/* SPDX-License-Identifier: Apache-2.0 */
/* delete: DeleteObject and DeleteObjects. */
#include <string.h>

#include "api/s3/s3.h"
#include "base/text.h"

struct deleting {
    const char *key, *version_id;
    struct s3_conditions conditions; /* if_match only */
    struct opt_int size;
    struct opt_time modified;
    /* filled: */
    bool marker; /* a delete marker was made or removed */
    const char *made_version_id;
};

/* Holds what the client believes of the version against it.  A version that is not there is deleted already;
 * a marker that hides the key meets no belief (AWS's guide: conditional deletes). */
static int check_beliefs(struct api_request *rq, const struct deleting *d, const struct s3_object_row *row) {
    const char *failed;

    if (row == NULL && d->conditions.if_match != NULL && d->version_id == NULL)
        return api_refuse(rq, "NoSuchKey", "The specified key does not exist.");
    if (row != NULL && row->marker && d->version_id == NULL &&
        (d->conditions.if_match != NULL || d->size.set || d->modified.set))
        return s3_refuse_condition(rq, d->conditions.if_match != NULL ? "If-Match"
                                       : d->size.set                  ? "x-amz-if-match-size"
                                                                      : "x-amz-if-match-last-modified-time");
    if (row == NULL || row->marker)
        return 0;
    if (d->conditions.if_match != NULL && s3_conditions_hold(&d->conditions, row->etag, 0, &failed) != 0)
        return s3_refuse_condition(rq, failed);
    if (d->size.set && d->size.v != row->size)
        return s3_refuse_condition(rq, "x-amz-if-match-size");
    if (d->modified.set && d->modified.ms / 1000 != row->created_ms / 1000)
        return s3_refuse_condition(rq, "x-amz-if-match-last-modified-time");
    return 0;
}

/* One of them, in the transaction, once the caller may. */
static int delete_one(struct api_request *rq, const struct s3_bucket_row *bucket, struct deleting *d) {
    const struct s3_object_row *row;

    if (s3_check_key(rq, d->key) < 0 || s3_find_version(rq, bucket->name, d->key, d->version_id, &row) < 0 ||
        check_beliefs(rq, d, row) < 0)
        return API_REFUSED;
    if (d->version_id == NULL) {
        s3_delete_latest(rq, bucket, d->key, &d->marker, &d->made_version_id);
        return 0;
    }
    d->marker = row != NULL && row->marker;
    if (row != NULL)
        s3_remove_version(rq, bucket->name, d->key, row);
    return 0;
}

static void question_of(struct api_request *rq, const struct deleting *d, struct policy_context *ctx,
                        struct s3_question *q) {
    policy_context_add(rq->arena, ctx, "s3:VersionId", d->version_id);
    q->key = d->key;
    q->context = ctx;
    q->action = d->version_id != NULL ? "s3:DeleteObjectVersion" : "s3:DeleteObject";
}

int s3_delete_object(struct api_request *rq, const struct s3_delete_object_request *in,
                     struct s3_delete_object_output *out) {
    struct deleting d = {.key = in->key,
                         .version_id = in->version_id,
                         .conditions = {.if_match = in->if_match},
                         .size = in->if_match_size,
                         .modified = in->if_match_last_modified_time};
    struct s3_question q = {.bucket = in->bucket, .expected_owner = in->expected_bucket_owner};
    struct policy_context ctx = {0};
    const struct s3_bucket_row *bucket;

    question_of(rq, &d, &ctx, &q);
    bucket = s3_open_bucket(rq, &q);
    if (bucket == NULL || delete_one(rq, bucket, &d) < 0)
        return API_REFUSED;
    if (d.marker)
        out->delete_marker = SOME_BOOL(true);
    out->version_id = d.version_id != NULL ? d.version_id : d.made_version_id;
    return 0;
}

static void delete_listed(struct api_request *rq, const struct s3_bucket_row *bucket,
                          const struct s3_object_identifier *o, bool quiet,
                          struct s3_delete_objects_output *out) {
    struct deleting d = {.key = o->key,
                         .version_id = o->version_id,
                         .conditions = {.if_match = o->e_tag},
                         .size = o->size,
                         .modified = o->last_modified_time};
    struct s3_question q = {0};
    struct policy_context ctx = {0};
    struct s3_deleted_object deleted;

    question_of(rq, &d, &ctx, &q);
    if (s3_may(rq, bucket, &q) < 0 || delete_one(rq, bucket, &d) < 0) {
        *vec_push(rq->arena, &out->errors) =
            (struct s3_error){o->key, o->version_id, rq->error_code, rq->error_message};
        return;
    }
    if (quiet)
        return;
    deleted = (struct s3_deleted_object){.key = o->key, .version_id = o->version_id};
    if (d.marker) {
        deleted.delete_marker = SOME_BOOL(true);
        deleted.delete_marker_version_id = d.version_id != NULL ? d.version_id : d.made_version_id;
    }
    *vec_push(rq->arena, &out->deleted) = deleted;
}

int s3_delete_objects(struct api_request *rq, const struct s3_delete_objects_request *in,
                      struct s3_delete_objects_output *out) {
    const struct s3_bucket_row *bucket = s3_bucket_find(rq->tx, in->bucket);

    /* each object is asked for on its own, so nothing is asked of the bucket */
    if (bucket == NULL)
        return api_refuse(rq, "NoSuchBucket", "The specified bucket does not exist");
    if (s3_check_bucket(rq, bucket, in->expected_bucket_owner) < 0 || s3_check_document(rq, true) < 0)
        return API_REFUSED;
    if (in->delete->objects.count == 0 || in->delete->objects.count > S3_DELETE_MAX)
        return api_refuse(
            rq, "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema");
    for (size_t i = 0; i < in->delete->objects.count; i++)
        delete_listed(rq, bucket, &in->delete->objects.items[i], in->delete->quiet.v, out);
    return 0;
}
