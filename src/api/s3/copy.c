/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy: CopyObject.
 *
 * Theory of operation: an object that is one file is copied by another name for the file, whatever its
 * size.  An object of many parts, or one for which another checksum is asked, is read and written again, since
 * its copy is one file with hashes over the whole.
 */
#include <errno.h>
#include <string.h>

#include "api/s3/s3.h"
#include "base/text.h"

enum { TRIES = 5 };

struct copying {
    const struct s3_copy_object_request *in;
    struct s3_copy_object_output *out;
    struct s3_source source;
    struct s3_about about;
    enum checksum_kind wanted;
    bool again; /* its bytes are to be read */
    bool gone;
    struct s3_intake intake;
    struct s3_object_row row;
};

static bool replaces(const char *directive) {
    return text_is(directive, "REPLACE");
}

int s3_name_source(struct api_request *rq, const char *copy_source, struct s3_source *s) {
    if (s3_parse_copy_source(rq->arena, copy_source, &s->bucket, &s->key, &s->version_id) < 0)
        return s3_refuse_argument(
            rq, "x-amz-copy-source", copy_source,
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
    return 0;
}

int s3_find_source(struct api_request *rq, struct s3_source *s) {
    const char *failed;

    if (s->customer_key)
        return s3_refuse_lacking(rq, "SSE-C", "x-amz-server-side-encryption-customer-algorithm");
    s->from = s3_open_bucket(
        rq, &(struct s3_question){.bucket = s->bucket,
                                  .expected_owner = s->expected_owner,
                                  .action = s->version_id != NULL ? "s3:GetObjectVersion" : "s3:GetObject",
                                  .key = s->key,
                                  .version_id = s->version_id,
                                  .on_existing = true});
    if (s->from == NULL && strcmp(rq->error_code, "NoSuchBucket") == 0)
        return api_detail(rq, "BucketName", s->bucket);
    if (s->from == NULL || s3_find_version(rq, s->bucket, s->key, s->version_id, &s->row) < 0)
        return API_REFUSED;
    if (s->row == NULL && s->version_id != NULL)
        return api_refuse(rq, "NoSuchVersion", "The specified version does not exist.");
    if (s->row != NULL && s->row->marker && s->version_id != NULL)
        return api_refuse(
            rq, "InvalidRequest",
            "The source of a copy request may not specifically refer to a delete marker by version id.");
    if (s->row == NULL || s->row->marker) {
        s3_refuse_missing(rq, s->from);
        return api_detail(rq, "Key", s->key);
    }
    if (s3_is_archived(s->row))
        return api_refuse_status(
            rq, 403, "ObjectNotInActiveTierError",
            "The source object of the COPY operation is not in the active tier and is only "
            "stored in Amazon Glacier.");
    if (s3_conditions_hold(&s->conditions, s->row->etag, s->row->created_ms, &failed) != 0)
        return s3_refuse_condition(rq, arena_printf(rq->arena, "x-amz-copy-source-%s", failed));
    return 0;
}

static int check_size(struct api_request *rq, const struct s3_source *s) {
    if (s->row->size <= S3_PUT_MAX_BYTES)
        return 0;
    return api_refuse(
        rq, "InvalidRequest",
        "The specified copy source is larger than the maximum allowable size for a copy source: "
        "%lld",
        (long long)S3_PUT_MAX_BYTES);
}

/* A copy onto itself must change something. */
static int check_change(struct api_request *rq, const struct copying *c) {
    const struct s3_copy_object_request *in = c->in;

    if (strcmp(c->source.bucket, in->bucket) != 0 || strcmp(c->source.key, in->key) != 0 ||
        c->source.version_id != NULL || replaces(in->metadata_directive) || replaces(in->tagging_directive) ||
        in->storage_class != NULL || in->website_redirect_location != NULL ||
        in->server_side_encryption != NULL || in->checksum_algorithm != NULL)
        return 0;
    return api_refuse(
        rq, "InvalidRequest",
        "This copy request is illegal because it is trying to copy an object to itself without "
        "changing the object's metadata, storage class, website redirect location or encryption "
        "attributes.");
}

/* Headers and metadata: the source's or the request's; storage class and redirect always the request's. */
static int choose_about(struct api_request *rq, struct copying *c, const struct s3_about_input *input) {
    struct s3_about own;

    if (s3_take_about(rq, input, &own) < 0)
        return API_REFUSED;
    c->about = own;
    if (!replaces(c->in->metadata_directive)) {
        S3_ABOUT_COPY(&c->about, c->source.row);
        c->about.storage_class = own.storage_class;
        c->about.redirect = own.redirect;
    }
    c->about.tags = replaces(c->in->tagging_directive) ? own.tags : c->source.row->tags;
    c->about.tag_count = replaces(c->in->tagging_directive) ? own.tag_count : c->source.row->tag_count;
    return 0;
}

static int choose_checksum(struct api_request *rq, struct copying *c) {
    c->wanted = checksum_of_algorithm(c->in->checksum_algorithm != NULL ? c->in->checksum_algorithm
                                                                        : c->source.row->checksum_algorithm);
    if (c->wanted == CHECKSUM_NONE)
        return api_refuse_status(rq, 501, "NotImplemented", "vpcbox does not compute the checksum %s",
                                 c->in->checksum_algorithm);
    c->again = c->source.row->upload_id != NULL ||
               strcmp(checksum_algorithm(c->wanted), c->source.row->checksum_algorithm) != 0;
    return 0;
}

/* Tags that come along are read and written like any. */
static int may_copy_tags(struct api_request *rq, const struct copying *c, const struct s3_bucket_row *to) {
    const struct s3_source *s = &c->source;

    if (replaces(c->in->tagging_directive) || s->row->tag_count == 0)
        return 0;
    if (s3_may(rq, s->from,
               &(struct s3_question){.action = s->version_id != NULL ? "s3:GetObjectVersionTagging"
                                                                     : "s3:GetObjectTagging",
                                     .key = s->key}) < 0)
        return API_REFUSED;
    return s3_may(rq, to, &(struct s3_question){.action = "s3:PutObjectTagging", .key = c->in->key});
}

static int prepare(struct api_request *rq, void *arg) {
    struct copying *c = arg;
    const struct s3_copy_object_request *in = c->in;
    const struct s3_about_input *input = S3_ABOUT_INPUT(in);
    const struct s3_bucket_row *to;
    struct policy_context ctx = {0};
    int r;

    c->gone = false;
    s3_about_context(rq, input, &ctx);
    policy_context_add(rq->arena, &ctx, "s3:x-amz-copy-source", in->copy_source);
    policy_context_add(rq->arena, &ctx, "s3:x-amz-metadata-directive", in->metadata_directive);
    to = s3_open_bucket(rq, &(struct s3_question){.bucket = in->bucket,
                                                  .expected_owner = in->expected_bucket_owner,
                                                  .action = "s3:PutObject",
                                                  .key = in->key,
                                                  .context = &ctx});
    if (to == NULL || s3_may_put(rq, to, in->key, input, &ctx) < 0 || s3_check_key(rq, in->key) < 0)
        return API_REFUSED;
    if (s3_find_source(rq, &c->source) < 0 || may_copy_tags(rq, c, to) < 0 ||
        check_size(rq, &c->source) < 0 || check_change(rq, c) < 0 || choose_about(rq, c, input) < 0 ||
        choose_checksum(rq, c) < 0 ||
        s3_check_write(rq, in->if_match, in->if_none_match, s3_latest(rq->tx, in->bucket, in->key)) < 0)
        return API_REFUSED;
    r = s3_body_open(rq, c->source.row, 0, c->source.row->size, &c->source.body);
    c->gone = r == -ENOENT;
    return r < 0 && !c->gone ? commit_failed(rq, r, "opening an object") : 0;
}

/* Takes hold of the source's bytes: opened, or under a name of the copy's own. */
static int take_source(struct api_request *rq, struct copying *c) {
    int r = 0;

    for (int i = 0; i < TRIES; i++) {
        r = api_read(rq, prepare, c);
        if (r < 0)
            return r;
        if (!c->gone && s3_verify_body(rq, c->source.row, &c->source.body, 0, c->source.row->size, true) < 0)
            return API_REFUSED;
        if (!c->again && !c->gone) {
            s3_body_close(&c->source.body);
            if (c->source.row->file != NULL)
                r = object_link(rq->config->home, c->source.row->file, c->intake.file);
            c->gone = r == -ENOENT;
        }
        if (!c->gone)
            break;
    }
    return r < 0 || c->gone ? commit_failed(rq, r < 0 ? r : -ENOENT, "copying an object") : 0;
}

static int put(struct api_request *rq, void *arg) {
    struct copying *c = arg;
    const struct s3_bucket_row *bucket = s3_bucket_find(rq->tx, c->in->bucket);

    if (bucket == NULL)
        return api_refuse(rq, "NoSuchBucket", "The specified bucket does not exist");
    if (s3_check_write(rq, c->in->if_match, c->in->if_none_match,
                       s3_latest(rq->tx, bucket->name, c->in->key)) < 0)
        return API_REFUSED;
    s3_put_version(rq, bucket, c->in->key, &c->row);
    c->out->version_id = c->row.version_id;
    return 0;
}

/* The copy's bytes and hashes, into c->row. */
static int make_bytes(struct api_request *rq, struct copying *c) {
    int r;

    if (c->again) {
        c->intake.read = s3_body_read;
        c->intake.user = &c->source.body;
        c->intake.expected = c->source.row->size;
        c->intake.wanted = c->wanted;
        r = s3_take_bytes(rq, &c->intake);
        s3_body_close(&c->source.body);
        if (r < 0)
            return r;
        s3_object_of(rq, &c->intake, &c->about, &c->row);
        return 0;
    }
    c->row = (struct s3_object_row){
        .size = c->source.row->size,
        .file = *c->intake.file != '\0' ? c->intake.file : NULL,
        .etag = c->source.row->etag,
        .checksum_algorithm = c->source.row->checksum_algorithm,
        .checksum = c->source.row->checksum,
        .checksum_type = c->source.row->checksum_type,
    };
    S3_ABOUT_COPY(&c->row, &c->about);
    return 0;
}

int s3_copy_object(struct api_request *rq, const struct s3_copy_object_request *in,
                   struct s3_copy_object_output *out) {
    struct copying c = {.in = in, .out = out, .source = S3_SOURCE(in)};
    struct s3_copy_object_result *result = arena_new(rq->arena, struct s3_copy_object_result);
    struct proto_response response;
    int r;

    if (s3_name_source(rq, in->copy_source, &c.source) < 0)
        return API_REFUSED;
    r = take_source(rq, &c);
    if (r < 0)
        return r;
    r = make_bytes(rq, &c);
    if (r < 0)
        return r;
    r = api_write(rq, put, &c);
    if (r < 0) {
        s3_intake_drop(rq, &c.intake);
        return r;
    }
    result->e_tag = s3_quoted(rq->arena, c.row.etag);
    result->last_modified = SOME_TIME(c.row.created_ms);
    result->checksum_type = c.row.checksum_type;
    S3_CHECKSUM_SET(result, c.row.checksum_algorithm, c.row.checksum);
    out->copy_object_result = result;
    out->copy_source_version_id = s3_version_shown(c.source.from, c.source.row->version_id);
    out->server_side_encryption = "AES256";
    api_encode(rq, out, &response);
    api_respond(rq, &response);
    return 0;
}
