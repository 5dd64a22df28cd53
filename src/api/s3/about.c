/* SPDX-License-Identifier: Apache-2.0 */
/* about: what comes with an object's bytes: headers, metadata, tags. */
#include <string.h>
#include <strings.h>

#include "api/s3/s3.h"
#include "base/text.h"

/* As it was sent, but for "aws-chunked", which tells how the body travelled, not what it is. */
static const char *stored_encoding(struct arena *a, const char *encoding) {
    const char *kept = NULL;
    bool chunked = false;
    char *state = NULL;

    if (encoding == NULL)
        return NULL;
    for (char *part = strtok_r(arena_strdup(a, encoding), ",", &state); part != NULL;
         part = strtok_r(NULL, ",", &state)) {
        const char *word = part + strspn(part, " \t");

        if (strncasecmp(word, "aws-chunked", 11) == 0 && word[11 + strspn(word + 11, " \t")] == '\0')
            chunked = true;
        else
            kept = kept == NULL ? word : arena_printf(a, "%s,%s", kept, part);
    }
    return chunked ? kept : encoding;
}

/*
 * Headers are ASCII.  A value with other bytes, each of which S3 takes for a character of Latin-1, is told as
 * RFC 2047 has it: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
static const char *stored_metadata(struct arena *a, const char *value) {
    size_t length = strlen(value);
    char *utf8 = arena_alloc(a, 2 * length + 1), *at = utf8;
    bool ascii = true;

    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)value[i];

        ascii &= c < 0x80;
        if (c >= 0x80)
            *at++ = (char)(0xc0 | c >> 6);
        *at++ = (char)(c < 0x80 ? c : 0x80 | (c & 0x3f));
    }
    return ascii ? value : arena_printf(a, "=?UTF-8?B?%s?=", base64_encode(a, utf8, (size_t)(at - utf8)));
}

static int take_metadata(struct api_request *rq, const struct s3_about_input *in, const char **ret_text) {
    struct buf lines = BUF_INIT(16 * S3_METADATA_MAX_BYTES);
    size_t bytes = 0;

    for (size_t i = 0; i < in->metadata_count; i++) {
        bytes += strlen(in->metadata[i].key) + strlen(in->metadata[i].value);
        buf_printf(&lines, "%s:%s\n", in->metadata[i].key, stored_metadata(rq->arena, in->metadata[i].value));
    }
    if (lines.length > 0 && !lines.overflow)
        *ret_text = arena_strdup(rq->arena, lines.data);
    buf_free(&lines);
    if (bytes <= S3_METADATA_MAX_BYTES && !lines.overflow)
        return 0;
    api_refuse(rq, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size");
    api_detail(rq, "Size", arena_printf(rq->arena, "%zu", bytes));
    return api_detail(rq, "MaxSizeAllowed", arena_printf(rq->arena, "%d", S3_METADATA_MAX_BYTES));
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

/* What only vpcbox's absence of KMS, other owners and locks could answer wrongly. */
static int check_kept(struct api_request *rq, const struct s3_about_input *in) {
    if (in->grants || (in->acl != NULL && strcmp(in->acl, "private") != 0 &&
                       strcmp(in->acl, "bucket-owner-full-control") != 0))
        return api_refuse(rq, "AccessControlListNotSupported", "The bucket does not allow ACLs");
    if (in->customer_key)
        return s3_refuse_lacking(rq, "SSE-C", "x-amz-server-side-encryption-customer-algorithm");
    if ((in->sse != NULL && strcmp(in->sse, "AES256") != 0) || in->kms_key != NULL)
        return s3_refuse_lacking(rq, "server-side encryption other than AES256",
                                 "x-amz-server-side-encryption");
    if (in->lock)
        return api_refuse(rq, "InvalidRequest", "Bucket is missing Object Lock Configuration");
    return 0;
}

/* Classes of other kinds of buckets. */
static bool is_elsewhere(const char *storage_class) {
    static const char *const others[] = {"EXPRESS_ONEZONE", "FSX_ONTAP", "FSX_OPENZFS", "OUTPOSTS", "SNOW"};

    for (size_t i = 0; storage_class != NULL && i < sizeof(others) / sizeof(others[0]); i++)
        if (strcmp(others[i], storage_class) == 0)
            return true;
    return false;
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
        s3_take_tags(rq, in->tagging, &about) < 0)
        return API_REFUSED;
    if (is_elsewhere(in->storage_class))
        return api_refuse(rq, "InvalidStorageClass", "The storage class you specified is not valid");
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
    for (size_t i = 0; i < tags.count; i++)
        s3_request_tag(rq, tags.items[i].name, tags.items[i].value, ctx);
}

bool s3_is_archived(const struct s3_object_row *row) {
    return text_is(row->storage_class, "GLACIER") || text_is(row->storage_class, "DEEP_ARCHIVE");
}

const char *s3_quoted(struct arena *a, const char *etag) {
    return arena_printf(a, "\"%s\"", etag);
}
