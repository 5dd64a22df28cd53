/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multipart: uploads in parts.
 *
 * Theory of operation: each part is a file with a row.  Completing an upload moves no bytes: the object
 * names the upload, whose chosen parts are its body from then on, and the other parts go.
 *
 * Checksums: a COMPOSITE one is the checksum of the parts' checksums, with "-N"; a FULL_OBJECT one is that of
 * all bytes, combined from the parts' without reading them (CRCs can).  An upload that asked for none gets
 * CRC64NVME, as every object.
 */
#include <stdlib.h>
#include <string.h>

#include "api/s3/s3.h"
#include "base/text.h"

enum { ID_RANDOM = 44, RAW_MAX = CHECKSUM_MAX_BYTES };

static const char composite[] = "COMPOSITE", full_object[] = "FULL_OBJECT";

const struct s3_upload_row *s3_find_upload(struct api_request *rq, const char *bucket, const char *key,
                                           const char *id) {
    const struct s3_upload_row *row = s3_upload_find(rq->tx, s3_upload_key(rq->arena, bucket, key, id));

    if (row == NULL)
        api_refuse(
            rq, "NoSuchUpload",
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have "
            "been aborted or completed.");
    return row;
}

int s3_refuse_part_number(struct api_request *rq, int64_t number) {
    return s3_refuse_argument(rq, "partNumber", arena_printf(rq->arena, "%lld", (long long)number),
                              "Part number must be an integer between 1 and 10000, inclusive");
}

#define OPEN_KEY(rq, in, action_)                                                                            \
    s3_open_bucket((rq), &(struct s3_question){.bucket = (in)->bucket,                                       \
                                               .expected_owner = (in)->expected_bucket_owner,                \
                                               .action = (action_),                                          \
                                               .key = (in)->key})

/* ---- beginning ---- */

static bool is_crc(enum checksum_kind kind) {
    return kind == CHECKSUM_CRC32 || kind == CHECKSUM_CRC32C || kind == CHECKSUM_CRC64NVME;
}

/* 0 or API_REFUSED. */
static int choose_checksum(struct api_request *rq, const struct s3_create_multipart_upload_request *in,
                           struct s3_upload_row *row) {
    enum checksum_kind kind;

    if (in->checksum_algorithm == NULL) {
        if (in->checksum_type != NULL)
            return api_refuse(rq, "InvalidRequest",
                              "The x-amz-checksum-type header can only be used with the "
                              "x-amz-checksum-algorithm header.");
        return 0;
    }
    kind = checksum_of_algorithm(in->checksum_algorithm);
    if (kind == CHECKSUM_NONE)
        return api_refuse_status(rq, 501, "NotImplemented", "vpcbox does not compute the checksum %s",
                                 in->checksum_algorithm);
    row->checksum_algorithm = checksum_algorithm(kind);
    row->checksum_type = in->checksum_type != NULL    ? in->checksum_type
                         : kind == CHECKSUM_CRC64NVME ? full_object
                                                      : composite;
    if ((kind == CHECKSUM_CRC64NVME && strcmp(row->checksum_type, composite) == 0) ||
        (!is_crc(kind) && strcmp(row->checksum_type, full_object) == 0))
        return api_refuse(rq, "InvalidRequest",
                          "The %s checksum type cannot be used with the %s checksum algorithm.",
                          row->checksum_type, row->checksum_algorithm);
    return 0;
}

int s3_create_multipart_upload(struct api_request *rq, const struct s3_create_multipart_upload_request *in,
                               struct s3_create_multipart_upload_output *out) {
    const struct s3_about_input *input = S3_ABOUT_INPUT(in);
    const struct s3_bucket_row *bucket;
    struct policy_context ctx = {0};
    struct s3_upload_row row = {.object_key = in->key, .created_ms = rq->now_ms};
    struct s3_about about;
    char random[ID_RANDOM + 1];

    s3_about_context(rq, input, &ctx);
    bucket = s3_open_bucket(rq, &(struct s3_question){.bucket = in->bucket,
                                                      .expected_owner = in->expected_bucket_owner,
                                                      .action = "s3:PutObject",
                                                      .key = in->key,
                                                      .context = &ctx});
    if (bucket == NULL || s3_may_put(rq, bucket, in->key, input, &ctx) < 0 || s3_check_key(rq, in->key) < 0 ||
        s3_take_about(rq, input, &about) < 0 || choose_checksum(rq, in, &row) < 0)
        return API_REFUSED;
    S3_ABOUT_COPY(&row, &about);
    row.id = arena_printf(rq->arena, "%016llx%s", (unsigned long long)store_next_number(rq->tx, "s3-upload"),
                          random_hex(random, ID_RANDOM));
    row.key = s3_upload_key(rq->arena, in->bucket, in->key, row.id);
    row.initiator_id = rq->caller.arn;
    s3_upload_put(rq->tx, &row);
    out->bucket = in->bucket;
    out->key = in->key;
    out->upload_id = row.id;
    out->server_side_encryption = "AES256";
    out->checksum_algorithm = row.checksum_algorithm;
    out->checksum_type = row.checksum_type;
    return 0;
}

/* ---- a part ---- */

int s3_open_part(struct api_request *rq, struct s3_new_part *p) {
    const struct s3_bucket_row *bucket = OPEN_KEY(rq, p, "s3:PutObject");

    if (bucket == NULL)
        return API_REFUSED;
    if (p->number < 1 || p->number > S3_PARTS_MAX)
        return s3_refuse_part_number(rq, p->number);
    if (p->customer_key)
        return s3_refuse_lacking(rq, "SSE-C", "x-amz-server-side-encryption-customer-algorithm");
    p->upload = s3_find_upload(rq, p->bucket, p->key, p->upload_id);
    if (p->upload == NULL)
        return API_REFUSED;
    p->intake.wanted = p->upload->checksum_algorithm == NULL
                           ? CHECKSUM_CRC64NVME
                           : checksum_of_algorithm(p->upload->checksum_algorithm);
    return 0;
}

static int put_part(struct api_request *rq, void *arg) {
    struct s3_new_part *p = arg;
    const char *key = s3_part_key(rq->arena, p->upload_id, p->number);
    const struct s3_part_row *old;

    if (s3_find_upload(rq, p->bucket, p->key, p->upload_id) == NULL)
        return API_REFUSED;
    old = s3_part_find(rq->tx, key);
    if (old != NULL && old->file != NULL) {
        const char **names = arena_array(rq->arena, const char *, 1);

        names[0] = old->file;
        s3_remove_files(rq, NULL, names, 1);
    }
    s3_part_put(rq->tx, &(struct s3_part_row){.key = key,
                                              .number = p->number,
                                              .size = p->intake.length,
                                              .created_ms = rq->now_ms,
                                              .file = *p->intake.file != '\0' ? p->intake.file : NULL,
                                              .etag = p->etag,
                                              .checksum = p->intake.checksum});
    return 0;
}

int s3_take_part(struct api_request *rq, struct s3_new_part *p) {
    int r = s3_take_bytes(rq, &p->intake);

    if (r < 0)
        return r;
    hex_encode(p->intake.md5, sizeof(p->intake.md5), p->etag);
    r = api_write(rq, put_part, p);
    if (r < 0)
        s3_intake_drop(rq, &p->intake);
    return r;
}

struct uploading {
    const struct s3_upload_part_request *in;
    struct s3_new_part part;
};

static int prepare_part(struct api_request *rq, void *arg) {
    struct uploading *u = arg;
    struct s3_intake *intake = &u->part.intake;

    if (s3_open_part(rq, &u->part) < 0 || s3_body_length(rq, &intake->expected) < 0 ||
        s3_given_checksum(rq, u->in->checksum_algorithm, &intake->given) < 0)
        return API_REFUSED;
    if (u->part.upload->checksum_algorithm != NULL && intake->given.kind != intake->wanted)
        return api_refuse(
            rq, "InvalidRequest",
            "Checksum Type mismatch occurred, expected checksum Type: %s, actual checksum Type: %s",
            text_lower(rq->arena, u->part.upload->checksum_algorithm),
            intake->given.kind == CHECKSUM_NONE
                ? "null"
                : text_lower(rq->arena, checksum_algorithm(intake->given.kind)));
    return 0;
}

int s3_upload_part(struct api_request *rq, const struct s3_upload_part_request *in,
                   struct s3_upload_part_output *out) {
    struct uploading u = {.in = in, .part = S3_NEW_PART(in)};
    struct proto_response response;
    int r;

    u.part.intake.content_md5 = in->content_md5;
    r = api_read(rq, prepare_part, &u);
    if (r == 0)
        r = s3_take_part(rq, &u.part);
    if (r < 0)
        return r;
    out->e_tag = s3_quoted(rq->arena, u.part.etag);
    S3_CHECKSUM_SET(out, checksum_algorithm(u.part.intake.wanted), u.part.intake.checksum);
    out->server_side_encryption = "AES256";
    api_encode(rq, out, &response);
    api_respond(rq, &response);
    return 0;
}

/* ---- the end ---- */

struct completion {
    enum checksum_kind kind;
    bool composite;
    struct s3_part_rows there;
    bool *chosen; /* of `there` */
    int64_t count, size;
    struct checksum md5, whole; /* whole: of a COMPOSITE one */
    uint64_t crc;               /* so far, of a FULL_OBJECT one */
};

/* What the request says that the part's checksum is; NULL: nothing. */
static const char *stated_checksum(const struct s3_completed_part *p, enum checksum_kind kind) {
    switch (kind) {
    case CHECKSUM_CRC32:
        return p->checksum_crc32;
    case CHECKSUM_CRC32C:
        return p->checksum_crc32_c;
    case CHECKSUM_CRC64NVME:
        return p->checksum_crc64_nvme;
    case CHECKSUM_SHA1:
        return p->checksum_sha1;
    case CHECKSUM_SHA256:
        return p->checksum_sha256;
    default:
        return NULL;
    }
}

static bool etag_is(const char *given, const char *etag) {
    size_t length = given == NULL ? 0 : strlen(given);

    if (length >= 2 && given[0] == '"' && given[length - 1] == '"') {
        given++;
        length -= 2;
    }
    return given != NULL && length == strlen(etag) && memcmp(given, etag, length) == 0;
}

static int by_number(const void *number, const void *part) {
    int64_t n = *(const int64_t *)number, at = ((const struct s3_part_row *)part)->number;

    return n < at ? -1 : n > at;
}

static int refuse_part(struct api_request *rq, const struct s3_completed_part *p) {
    api_refuse(rq, "InvalidPart",
               "One or more of the specified parts could not be found.  The part may not have been "
               "uploaded, or the specified entity tag may not match the part's entity tag.");
    api_detail(rq, "PartNumber", arena_printf(rq->arena, "%lld", (long long)p->part_number.v));
    return api_detail(rq, "ETag", p->e_tag);
}

static int refuse_small_part(struct api_request *rq, const struct s3_part_row *row) {
    api_refuse(rq, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
    api_detail(rq, "ProposedSize", arena_printf(rq->arena, "%lld", (long long)row->size));
    api_detail(rq, "MinSizeAllowed", arena_printf(rq->arena, "%lld", (long long)S3_PART_MIN_BYTES));
    api_detail(rq, "PartNumber", arena_printf(rq->arena, "%lld", (long long)row->number));
    return api_detail(rq, "ETag", row->etag);
}

static int add_part(struct api_request *rq, struct completion *c, const struct s3_completed_part *p,
                    bool last) {
    const struct s3_part_row *row =
        c->there.count == 0
            ? NULL
            : bsearch(&p->part_number.v, c->there.items, c->there.count, sizeof(*c->there.items), by_number);
    const char *stated = stated_checksum(p, c->kind);
    unsigned char md5[RAW_MAX];
    void *raw;
    size_t length;

    if (row == NULL || !etag_is(p->e_tag, row->etag) ||
        (stated != NULL && strcmp(stated, row->checksum) != 0))
        return refuse_part(rq, p);
    if (c->composite && stated == NULL)
        return api_refuse(rq, "InvalidRequest",
                          "The upload was created using a %s checksum. The complete request must include the "
                          "checksum for each part. It was missing for part %lld in the request.",
                          text_lower(rq->arena, checksum_algorithm(c->kind)), (long long)p->part_number.v);
    if (!last && row->size < S3_PART_MIN_BYTES)
        return refuse_small_part(rq, row);
    c->chosen[row - c->there.items] = true;
    c->count++;
    c->size += row->size;
    hex_decode(row->etag, 16, md5);
    checksum_update(&c->md5, md5, 16);
    if (base64_decode(rq->arena, row->checksum, strlen(row->checksum), &raw, &length) < 0)
        return api_refuse(rq, "InternalError", "We encountered an internal error. Please try again.");
    if (c->composite)
        checksum_update(&c->whole, raw, length);
    else
        c->crc = checksum_combine(c->kind, c->crc, raw, (uint64_t)row->size);
    return 0;
}

static int add_parts(struct api_request *rq, struct completion *c,
                     const struct s3_completed_multipart_upload *in) {
    if (in == NULL || in->parts.count == 0 || in->parts.count > S3_PARTS_MAX)
        return api_refuse(
            rq, "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema");
    for (size_t i = 1; i < in->parts.count; i++)
        if (in->parts.items[i].part_number.v <= in->parts.items[i - 1].part_number.v)
            return api_refuse(rq, "InvalidPartOrder",
                              "The list of parts was not in ascending order. Parts must be ordered by part "
                              "number.");
    for (size_t i = 0; i < in->parts.count; i++)
        if (add_part(rq, c, &in->parts.items[i], i == in->parts.count - 1) < 0)
            return API_REFUSED;
    return 0;
}

/* Ends both hashes, whether they are wanted or not. */
static void end_hashes(struct api_request *rq, struct completion *c, struct s3_object_row *row) {
    unsigned char md5[RAW_MAX];
    char hex[S3_ETAG_BYTES], text[CHECKSUM_TEXT_BYTES];

    checksum_end(&c->md5, md5);
    row->etag = arena_printf(rq->arena, "%s-%lld", hex_encode(md5, 16, hex), (long long)c->count);
    row->checksum_algorithm = checksum_algorithm(c->kind);
    if (c->composite) {
        row->checksum =
            arena_printf(rq->arena, "%s-%lld", checksum_end_text(&c->whole, text), (long long)c->count);
        row->checksum_type = composite;
    } else {
        row->checksum = arena_strdup(rq->arena, checksum_crc_text(c->kind, c->crc, text));
        row->checksum_type = full_object;
    }
}

/* A composite checksum may be given without its "-N". */
static bool is_checksum(const char *given, const char *checksum) {
    size_t bare = strcspn(checksum, "-");

    return strcmp(given, checksum) == 0 || (strlen(given) == bare && strncmp(given, checksum, bare) == 0);
}

/* What the request says of the whole against what came of the parts. */
static int check_whole(struct api_request *rq, const struct s3_complete_multipart_upload_request *in,
                       const struct completion *c, const struct s3_object_row *row) {
    struct s3_checksum given;

    if (s3_given_whole_checksum(rq, &given) < 0)
        return API_REFUSED;
    if (in->checksum_type != NULL && strcmp(in->checksum_type, row->checksum_type) != 0)
        return api_refuse(
            rq, "InvalidRequest",
            "The upload was created using the %s checksum mode. The complete request must use the "
            "same checksum mode.",
            row->checksum_type);
    if (given.text != NULL && given.kind == c->kind && !is_checksum(given.text, row->checksum))
        return s3_refuse_digest(rq, given.kind, given.text, row->checksum);
    if (in->mpu_object_size.set && in->mpu_object_size.v != c->size)
        return api_refuse(
            rq, "InvalidRequest",
            "The provided 'x-amz-mp-object-size' header value %lld does not match what was computed: "
            "%lld",
            (long long)in->mpu_object_size.v, (long long)c->size);
    return 0;
}

/* Holds the request's parts against those that are there; the row gets the object's size and hashes. */
static int add_up(struct api_request *rq, const struct s3_complete_multipart_upload_request *in,
                  struct completion *c, struct s3_object_row *row) {
    int r;

    c->there = s3_parts(rq->tx, in->upload_id);
    c->chosen = arena_array(rq->arena, bool, c->there.count + 1);
    checksum_begin(&c->md5, CHECKSUM_MD5);
    checksum_begin(&c->whole, c->kind);
    r = add_parts(rq, c, in->multipart_upload);
    end_hashes(rq, c, row);
    if (!c->composite)
        checksum_end(&c->whole, (unsigned char[CHECKSUM_MAX_BYTES]){0});
    row->size = c->size;
    return r < 0 ? API_REFUSED : check_whole(rq, in, c, row);
}

static void view_completed(struct api_request *rq, const struct s3_bucket_row *bucket, const char *key,
                           const struct s3_object_row *row, struct s3_complete_multipart_upload_output *out) {
    out->location = arena_printf(rq->arena, "http%s://%s.s3.%s.amazonaws.com/%s", rq->tls ? "s" : "",
                                 bucket->name, bucket->region, key);
    out->bucket = bucket->name;
    out->key = key;
    out->e_tag = s3_quoted(rq->arena, row->etag);
    out->version_id = row->version_id;
    out->server_side_encryption = "AES256";
    S3_CHECKSUM_SET(out, row->checksum_algorithm, row->checksum);
    out->checksum_type = row->checksum_type;
}

/* A client that did not hear the answer asks again: it gets the same one, as long as the object is the latest. */
static const struct s3_object_row *completed_before(struct api_request *rq,
                                                    const struct s3_complete_multipart_upload_request *in) {
    const struct s3_object_row *latest = s3_latest(rq->tx, in->bucket, in->key);
    struct completion c = {0};
    struct s3_object_row again = {0};

    if (latest == NULL || !text_is(latest->upload_id, in->upload_id))
        return NULL;
    c.kind = checksum_of_algorithm(latest->checksum_algorithm);
    c.composite = text_is(latest->checksum_type, composite);
    return add_up(rq, in, &c, &again) == 0 && strcmp(again.etag, latest->etag) == 0 ? latest : NULL;
}

int s3_complete_multipart_upload(struct api_request *rq,
                                 const struct s3_complete_multipart_upload_request *in,
                                 struct s3_complete_multipart_upload_output *out) {
    const struct s3_bucket_row *bucket = OPEN_KEY(rq, in, "s3:PutObject");
    const struct s3_object_row *before;
    const struct s3_upload_row *upload;
    struct completion c = {0};
    struct s3_object_row row = {0};

    if (bucket == NULL)
        return API_REFUSED;
    before = completed_before(rq, in);
    if (before != NULL) {
        view_completed(rq, bucket, in->key, before, out);
        return 0;
    }
    upload = s3_find_upload(rq, in->bucket, in->key, in->upload_id);
    if (upload == NULL ||
        s3_check_write(rq, in->if_match, in->if_none_match, s3_latest(rq->tx, in->bucket, in->key)) < 0)
        return API_REFUSED;
    c.kind = upload->checksum_algorithm == NULL ? CHECKSUM_CRC64NVME
                                                : checksum_of_algorithm(upload->checksum_algorithm);
    c.composite = text_is(upload->checksum_type, composite);
    if (add_up(rq, in, &c, &row) < 0)
        return API_REFUSED;
    row.upload_id = upload->id;
    row.part_count = c.count;
    S3_ABOUT_COPY(&row, upload);
    s3_drop_parts(rq, upload->id, &c.there, c.chosen);
    s3_upload_delete(rq->tx, upload->key);
    s3_put_version(rq, bucket, in->key, &row);
    view_completed(rq, bucket, in->key, &row, out);
    return 0;
}

int s3_abort_multipart_upload(struct api_request *rq, const struct s3_abort_multipart_upload_request *in,
                              struct s3_abort_multipart_upload_output *out) {
    const struct s3_bucket_row *bucket = OPEN_KEY(rq, in, "s3:AbortMultipartUpload");
    const struct s3_upload_row *upload;
    struct s3_part_rows parts;

    (void)out;
    if (bucket == NULL || (upload = s3_find_upload(rq, in->bucket, in->key, in->upload_id)) == NULL)
        return API_REFUSED;
    if (in->if_match_initiated_time.set && in->if_match_initiated_time.ms / 1000 != upload->created_ms / 1000)
        return s3_refuse_condition(rq, "x-amz-if-match-initiated-time");
    parts = s3_parts(rq->tx, upload->id);
    s3_drop_parts(rq, upload->id, &parts, NULL);
    s3_upload_delete(rq->tx, upload->key);
    return 0;
}
