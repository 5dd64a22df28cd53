/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tag: tags of objects, and what a tag may be, of buckets as well.
 *
 * Theory of operation: an object's tags are one text in its row, as the header x-amz-tagging has them, so that
 * they are written, copied and removed with it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "api/s3/s3.h"
#include "base/text.h"
#include "proto/value.h"

enum { TAGS_MAX = 10, KEY_MAX = 128, VALUE_MAX = 256, TEXT_MAX_BYTES = 64 * 1024 };

/* Letters and digits of any script, blanks and these. */
static bool is_spelled(const char *text) {
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x80 && !isalnum((unsigned char)*text) &&
            strchr(" +-=._:/@", *text) == NULL)
            return false;
    return true;
}

static int refuse_tag(struct api_request *rq, const char *name, const char *value, const char *message) {
    api_refuse(rq, "InvalidTag", "%s", message);
    api_detail(rq, "TagKey", name);
    return api_detail(rq, "TagValue", value);
}

int s3_check_tag(struct api_request *rq, const char *name, const char *value) {
    if (strncasecmp(name, "aws:", 4) == 0)
        return refuse_tag(rq, name, NULL, "System tags cannot be added/updated by requester");
    if (*name == '\0' || utf8_length(name) > KEY_MAX || !is_spelled(name))
        return refuse_tag(rq, name, NULL, "The TagKey you have provided is invalid");
    if (utf8_length(value) > VALUE_MAX || !is_spelled(value))
        return refuse_tag(rq, name, value, "The TagValue you have provided is invalid");
    return 0;
}

int s3_refuse_second_tag(struct api_request *rq, const char *name) {
    return refuse_tag(rq, name, NULL, "Cannot provide multiple Tags with the same key");
}

static int check_count(struct api_request *rq, size_t count) {
    return count <= TAGS_MAX
               ? 0
               : api_refuse(rq, "BadRequest", "Object tags cannot be greater than %d", TAGS_MAX);
}

static int refuse_header(struct api_request *rq, const char *text) {
    return s3_refuse_argument(
        rq, "x-amz-tagging", text,
        "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query "
        "parameters without tag name duplicates.");
}

int s3_take_tags(struct api_request *rq, const char *text, struct s3_about *about) {
    struct proto_parameters tags = {0};

    if (text == NULL || *text == '\0')
        return 0;
    if (proto_parameters_parse(rq->arena, text, strlen(text), &tags) < 0)
        return refuse_header(rq, text);
    if (check_count(rq, tags.count) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < tags.count; i++) {
        if (strncasecmp(tags.items[i].name, "aws:", 4) == 0)
            return refuse_tag(rq, tags.items[i].name, NULL, "Your TagKey cannot be prefixed with aws:");
        if (s3_check_tag(rq, tags.items[i].name, tags.items[i].value) < 0)
            return API_REFUSED;
        for (size_t j = 0; j < i; j++)
            if (strcmp(tags.items[i].name, tags.items[j].name) == 0)
                return refuse_header(rq, text);
    }
    about->tags = text;
    about->tag_count = (int64_t)tags.count;
    return 0;
}

void s3_request_tag(struct api_request *rq, const char *name, const char *value, struct policy_context *ctx) {
    policy_context_add(rq->arena, ctx, arena_printf(rq->arena, "s3:RequestObjectTag/%s", name), value);
    policy_context_add(rq->arena, ctx, "s3:RequestObjectTagKeys", name);
}

void s3_existing_tags(struct api_request *rq, const char *tags, struct policy_context *ctx) {
    struct proto_parameters parsed = {0};

    if (tags == NULL || proto_parameters_parse(rq->arena, tags, strlen(tags), &parsed) < 0)
        return;
    for (size_t i = 0; i < parsed.count; i++)
        policy_context_add(rq->arena, ctx,
                           arena_printf(rq->arena, "s3:ExistingObjectTag/%s", parsed.items[i].name),
                           parsed.items[i].value);
}

/* ---- the handlers ---- */

struct tagging {
    const char *bucket_name, *expected_owner, *key, *version_id;
    /* found */
    const struct s3_bucket_row *bucket;
    const struct s3_object_row *row;
};

#define TAGGING(in)                                                                                          \
    {                                                                                                        \
        .bucket_name = (in)->bucket, .expected_owner = (in)->expected_bucket_owner, .key = (in)->key,        \
        .version_id = (in)->version_id,                                                                      \
    }

/* verb: "Get", "Put" or "Delete". */
static int open_object(struct api_request *rq, const char *verb, struct tagging *t,
                       struct policy_context *ctx) {
    policy_context_add(rq->arena, ctx, "s3:VersionId", t->version_id);
    t->bucket = s3_open_bucket(
        rq, &(struct s3_question){.bucket = t->bucket_name,
                                  .expected_owner = t->expected_owner,
                                  .action = arena_printf(rq->arena, "s3:%sObject%sTagging", verb,
                                                         t->version_id != NULL ? "Version" : ""),
                                  .key = t->key,
                                  .version_id = t->version_id,
                                  .on_existing = true,
                                  .context = ctx});
    if (t->bucket == NULL || s3_find_version(rq, t->bucket->name, t->key, t->version_id, &t->row) < 0)
        return API_REFUSED;
    if (t->row == NULL && t->version_id != NULL)
        return api_refuse(rq, "NoSuchVersion", "The specified version does not exist.");
    if (t->row != NULL && t->row->marker && t->version_id != NULL)
        return s3_refuse_marker_method(rq);
    return t->row == NULL || t->row->marker ? s3_refuse_missing(rq, t->bucket) : 0;
}

static const char *set_tags(struct api_request *rq, const struct tagging *t, const char *tags, size_t count) {
    struct s3_object_row row = *t->row;

    row.tags = tags;
    row.tag_count = (int64_t)count;
    s3_change_version(rq, t->bucket->name, t->key, &row);
    return s3_version_shown(t->bucket, row.version_id);
}

int s3_put_object_tagging(struct api_request *rq, const struct s3_put_object_tagging_request *in,
                          struct s3_put_object_tagging_output *out) {
    const struct s3_tag *tags = in->tagging->tag_set.items;
    size_t count = in->tagging->tag_set.count;
    struct buf text = BUF_INIT(TEXT_MAX_BYTES);
    struct tagging t = TAGGING(in);
    struct policy_context ctx = {0};

    for (size_t i = 0; i < count; i++)
        s3_request_tag(rq, tags[i].key, tags[i].value, &ctx);
    if (open_object(rq, "Put", &t, &ctx) < 0 || s3_check_document(rq, false) < 0 ||
        check_count(rq, count) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < count; i++) {
        if (s3_check_tag(rq, tags[i].key, tags[i].value) < 0)
            return API_REFUSED;
        for (size_t j = 0; j < i; j++)
            if (strcmp(tags[i].key, tags[j].key) == 0)
                return s3_refuse_second_tag(rq, tags[i].key);
    }
    buf_puts(&text, "");
    for (size_t i = 0; i < count; i++) {
        buf_puts(&text, i > 0 ? "&" : "");
        percent_encode(&text, tags[i].key, strlen(tags[i].key), false);
        buf_putc(&text, '=');
        percent_encode(&text, tags[i].value, strlen(tags[i].value), false);
    }
    out->version_id = set_tags(rq, &t, count > 0 ? arena_strdup(rq->arena, text.data) : NULL, count);
    buf_free(&text);
    return 0;
}

int s3_get_object_tagging(struct api_request *rq, const struct s3_get_object_tagging_request *in,
                          struct s3_get_object_tagging_output *out) {
    struct proto_parameters tags = {0};
    struct tagging t = TAGGING(in);
    struct policy_context ctx = {0};

    if (open_object(rq, "Get", &t, &ctx) < 0)
        return API_REFUSED;
    if (t.row->tags != NULL)
        proto_parameters_parse(rq->arena, t.row->tags, strlen(t.row->tags), &tags);
    for (size_t i = 0; i < tags.count; i++)
        *vec_push(rq->arena, &out->tag_set) = (struct s3_tag){tags.items[i].name, tags.items[i].value};
    out->version_id = s3_version_shown(t.bucket, t.row->version_id);
    return 0;
}

int s3_delete_object_tagging(struct api_request *rq, const struct s3_delete_object_tagging_request *in,
                             struct s3_delete_object_tagging_output *out) {
    struct tagging t = TAGGING(in);
    struct policy_context ctx = {0};

    if (open_object(rq, "Delete", &t, &ctx) < 0)
        return API_REFUSED;
    out->version_id = set_tags(rq, &t, NULL, 0);
    return 0;
}
