/* SPDX-License-Identifier: Apache-2.0 */
/* about: what comes with an object's bytes: headers, metadata, tags. */
#include <string.h>
#include <strings.h>

#include "api/s3/s3.h"
#include "base/text.h"

enum { TAGS_MAX = 10, TAG_KEY_MAX = 128, TAG_VALUE_MAX = 256 };

/* "aws-chunked" tells how the body travelled, not what it is. */
static const char *stored_encoding(struct arena *a, const char *encoding) {
    struct buf kept = BUF_INIT(8192);
    char *state = NULL;
    const char *result;

    if (encoding == NULL)
        return NULL;
    for (char *part = strtok_r(arena_strdup(a, encoding), ",", &state); part != NULL;
         part = strtok_r(NULL, ",", &state)) {
        part += strspn(part, " \t");
        if (strncasecmp(part, "aws-chunked", 11) == 0 && part[11 + strspn(part + 11, " \t")] == '\0')
            continue;
        buf_printf(&kept, "%s%s", kept.length > 0 ? "," : "", part);
    }
    result = kept.length > 0 ? arena_strdup(a, kept.data) : NULL;
    buf_free(&kept);
    return result;
}

static int take_metadata(struct api_request *rq, const struct s3_about_input *in, const char **ret_text) {
    struct buf lines = BUF_INIT(2 * S3_METADATA_MAX_BYTES + 2 * S3_METADATA_MAX_BYTES);
    size_t bytes = 0;

    for (size_t i = 0; i < in->metadata_count; i++) {
        bytes += strlen(in->metadata[i].key) + strlen(in->metadata[i].value);
        buf_printf(&lines, "%s:%s\n", in->metadata[i].key, in->metadata[i].value);
    }
    if (lines.length > 0 && !lines.overflow)
        *ret_text = arena_strdup(rq->arena, lines.data);
    buf_free(&lines);
    if (bytes > S3_METADATA_MAX_BYTES || lines.overflow)
        return api_refuse(rq, "MetadataTooLarge",
                          "Your metadata headers exceed the maximum allowed metadata size");
    return 0;
}

void s3_view_metadata(struct api_request *rq, const char *metadata, void *ret_pairs) {
    VEC(struct s3_metadata_pair) pairs = {0};

    for (const char *line = metadata; line != NULL && *line != '\0';) {
        const char *colon = strchr(line, ':'), *end = strchr(line, '\n');

        *vec_push(rq->arena, &pairs) =
            (struct s3_metadata_pair){arena_strndup(rq->arena, line, (size_t)(colon - line)),
                                      arena_strndup(rq->arena, colon + 1, (size_t)(end - colon - 1))};
        line = end + 1;
    }
    memcpy(ret_pairs, &pairs, sizeof(pairs));
}

static int take_tags(struct api_request *rq, const char *text, struct s3_about *about) {
    struct proto_parameters tags = {0};

    if (text == NULL || *text == '\0')
        return 0;
    if (proto_parameters_parse(rq->arena, text, strlen(text), &tags) < 0)
        return api_refuse(rq, "InvalidArgument",
                          "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query "
                          "parameters without tag name duplicates.");
    if (tags.count > TAGS_MAX)
        return api_refuse(rq, "BadRequest", "Object tags cannot be greater than %d", TAGS_MAX);
    for (size_t i = 0; i < tags.count; i++) {
        if (strlen(tags.items[i].name) > 4 * TAG_KEY_MAX || *tags.items[i].name == '\0')
            return api_refuse(rq, "InvalidTag", "The TagKey you have provided is invalid");
        if (strlen(tags.items[i].value) > 4 * TAG_VALUE_MAX)
            return api_refuse(rq, "InvalidTag", "The TagValue you have provided is invalid");
        for (size_t j = 0; j < i; j++)
            if (strcmp(tags.items[i].name, tags.items[j].name) == 0)
                return api_refuse(rq, "InvalidArgument",
                                  "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL "
                                  "query parameters without tag name duplicates.");
    }
    about->tags = text;
    about->tag_count = (int64_t)tags.count;
    return 0;
}

/* What only vpcbox's absence of KMS, other owners and locks could answer wrongly. */
static int check_kept(struct api_request *rq, const struct s3_about_input *in) {
    if (in->grants || (in->acl != NULL && strcmp(in->acl, "private") != 0 &&
                       strcmp(in->acl, "bucket-owner-full-control") != 0))
        return api_refuse(rq, "AccessControlListNotSupported", "The bucket does not allow ACLs");
    if (in->customer_key)
        return s3_refuse_lacking(rq, "SSE-C");
    if ((in->sse != NULL && strcmp(in->sse, "AES256") != 0) || in->kms_key != NULL)
        return s3_refuse_lacking(rq, "server-side encryption other than AES256");
    if (in->lock)
        return api_refuse(rq, "InvalidRequest", "Bucket is missing Object Lock Configuration");
    return 0;
}

int s3_take_about(struct api_request *rq, const struct s3_about_input *in, struct s3_about *ret_about) {
    struct s3_about about = {
        .content_type =
            in->content_type != NULL && *in->content_type != '\0' ? in->content_type : "binary/octet-stream",
        .content_encoding = stored_encoding(rq->arena, in->content_encoding),
        .content_language = in->content_language,
        .content_disposition = in->content_disposition,
        .cache_control = in->cache_control,
        .expires = in->expires,
        .redirect = in->redirect,
        .storage_class = in->storage_class != NULL ? in->storage_class : "STANDARD",
    };

    if (check_kept(rq, in) < 0 || take_metadata(rq, in, &about.metadata) < 0 ||
        take_tags(rq, in->tagging, &about) < 0)
        return API_REFUSED;
    if (in->redirect != NULL && *in->redirect != '/' && !text_starts(in->redirect, "http://") &&
        !text_starts(in->redirect, "https://"))
        return api_refuse(
            rq, "InvalidRedirectLocation",
            "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.");
    *ret_about = about;
    return 0;
}

void s3_about_context(struct api_request *rq, const struct s3_about_input *in, struct policy_context *ctx) {
    struct proto_parameters tags = {0};

    policy_context_add(rq->arena, ctx, "s3:x-amz-acl", in->acl);
    policy_context_add(rq->arena, ctx, "s3:x-amz-server-side-encryption", in->sse);
    policy_context_add(rq->arena, ctx, "s3:x-amz-server-side-encryption-aws-kms-key-id", in->kms_key);
    policy_context_add(rq->arena, ctx, "s3:x-amz-storage-class", in->storage_class);
    policy_context_add(rq->arena, ctx, "s3:x-amz-website-redirect-location", in->redirect);
    if (in->tagging == NULL || proto_parameters_parse(rq->arena, in->tagging, strlen(in->tagging), &tags) < 0)
        return;
    for (size_t i = 0; i < tags.count; i++) {
        policy_context_add(rq->arena, ctx,
                           arena_printf(rq->arena, "s3:RequestObjectTag/%s", tags.items[i].name),
                           tags.items[i].value);
        policy_context_add(rq->arena, ctx, "s3:RequestObjectTagKeys", tags.items[i].name);
    }
}

const char *s3_quoted(struct arena *a, const char *etag) {
    return arena_printf(a, "\"%s\"", etag);
}
