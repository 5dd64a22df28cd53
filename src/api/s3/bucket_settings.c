/* SPDX-License-Identifier: Apache-2.0 */
/* bucket_settings: versioning and tags. */
#include <string.h>

#include "api/s3/s3.h"
#include "base/text.h"

enum { TAGS_MAX = 50 };

/* ---- versioning ---- */

int s3_put_bucket_versioning(struct api_request *rq, const struct s3_put_bucket_versioning_request *in,
                             void *out) {
    const struct s3_versioning_configuration *c = in->versioning_configuration;
    const struct s3_bucket_row *bucket = S3_OPEN(rq, in, "s3:PutBucketVersioning");
    struct s3_bucket_row row;

    (void)out;
    if (bucket == NULL || s3_check_document(rq, false) < 0)
        return API_REFUSED;
    if (c->status == NULL)
        return api_refuse(rq, "IllegalVersioningConfigurationException",
                          "The Versioning element must be specified");
    if (text_is(c->mfa_delete, "Enabled"))
        return s3_refuse_lacking(rq, "MFA delete", "x-amz-mfa");
    row = *bucket;
    row.versioning = c->status;
    s3_bucket_put(rq->tx, &row);
    return 0;
}

int s3_get_bucket_versioning(struct api_request *rq, const struct s3_get_bucket_versioning_request *in,
                             struct s3_get_bucket_versioning_output *out) {
    const struct s3_bucket_row *bucket = S3_OPEN(rq, in, "s3:GetBucketVersioning");

    if (bucket == NULL)
        return API_REFUSED;
    out->status = bucket->versioning;
    return 0;
}

/* ---- tags ---- */

static struct s3_bucket_tag_rows tags_of(struct api_request *rq, const char *bucket) {
    const char *prefix = arena_printf(rq->arena, "%s/", bucket);

    return s3_bucket_tag_range(rq->tx, prefix, s3_past(rq->arena, prefix), SIZE_MAX);
}

int s3_set_bucket_tags(struct api_request *rq, const char *bucket, const struct s3_tag *tags, size_t count) {
    struct s3_bucket_tag_rows old = tags_of(rq, bucket);

    if (count > TAGS_MAX)
        return api_refuse(rq, "BadRequest", "Bucket tag count cannot be greater than %d", TAGS_MAX);
    for (size_t i = 0; i < old.count; i++)
        s3_bucket_tag_delete(rq->tx, old.items[i].key);
    for (size_t i = 0; i < count; i++) {
        struct s3_bucket_tag_row row = {.key = arena_printf(rq->arena, "%s/%s", bucket, tags[i].key),
                                        .name = tags[i].key,
                                        .value = tags[i].value};

        if (s3_check_tag(rq, tags[i].key, tags[i].value) < 0)
            return API_REFUSED;
        if (s3_bucket_tag_find(rq->tx, row.key) != NULL)
            return s3_refuse_second_tag(rq, tags[i].key);
        s3_bucket_tag_put(rq->tx, &row);
    }
    return 0;
}

int s3_put_bucket_tagging(struct api_request *rq, const struct s3_put_bucket_tagging_request *in, void *out) {
    const struct s3_bucket_row *bucket = S3_OPEN(rq, in, "s3:PutBucketTagging");

    (void)out;
    if (bucket == NULL || s3_check_document(rq, false) < 0)
        return API_REFUSED;
    return s3_set_bucket_tags(rq, bucket->name, in->tagging->tag_set.items, in->tagging->tag_set.count);
}

int s3_get_bucket_tagging(struct api_request *rq, const struct s3_get_bucket_tagging_request *in,
                          struct s3_get_bucket_tagging_output *out) {
    const struct s3_bucket_row *bucket = S3_OPEN(rq, in, "s3:GetBucketTagging");
    struct s3_bucket_tag_rows tags;

    if (bucket == NULL)
        return API_REFUSED;
    tags = tags_of(rq, bucket->name);
    if (tags.count == 0)
        return api_refuse(rq, "NoSuchTagSet", "The TagSet does not exist");
    for (size_t i = 0; i < tags.count; i++)
        *vec_push(rq->arena, &out->tag_set) = (struct s3_tag){tags.items[i].name, tags.items[i].value};
    return 0;
}

int s3_delete_bucket_tagging(struct api_request *rq, const struct s3_delete_bucket_tagging_request *in,
                             void *out) {
    const struct s3_bucket_row *bucket = S3_OPEN(rq, in, "s3:PutBucketTagging");

    (void)out;
    return bucket == NULL ? API_REFUSED : s3_set_bucket_tags(rq, bucket->name, NULL, 0);
}
