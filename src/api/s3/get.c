/* SPDX-License-Identifier: Apache-2.0 */
/* get: GetObject and HeadObject. */
#include <errno.h>
#include <string.h>

#include "api/s3/s3.h"
#include "base/clock.h"
#include "base/text.h"
#include "http/http.h"

enum { SEND_BYTES = 256 * 1024, TRIES = 5 };

/* What both ask, and what is found. */
struct reading {
    const char *bucket_name, *key, *version_id, *expected_owner, *range, *checksum_mode;
    struct opt_int part_number;
    struct s3_conditions conditions;
    bool overrides, customer_key, head;
    /* found */
    const struct s3_bucket_row *bucket;
    const struct s3_object_row *row;
    int64_t first, length;
    bool partial;
    bool gone; /* the row was there, its file no longer: look again */
    struct s3_body body;
};

static void tell_version(struct api_request *rq, const struct reading *g) {
    const char *id = s3_version_shown(g->bucket, g->row->version_id);

    if (id != NULL)
        s3_refuse_header(rq, "x-amz-version-id", id);
}

static int refuse_marker(struct api_request *rq, const struct reading *g) {
    char *modified;

    if (g->version_id == NULL && s3_refuse_missing(rq, g->bucket) < 0 &&
        strcmp(rq->error_code, "NoSuchKey") != 0)
        return API_REFUSED;
    s3_refuse_header(rq, "x-amz-delete-marker", "true");
    tell_version(rq, g);
    if (g->version_id == NULL)
        return API_REFUSED;
    modified = arena_alloc(rq->arena, CLOCK_TEXT_BYTES);
    s3_refuse_header(rq, "Last-Modified", clock_http(g->row->created_ms, modified));
    s3_refuse_header(rq, "Allow", "DELETE");
    return s3_refuse_marker_method(rq);
}

static int check_conditions(struct api_request *rq, const struct reading *g) {
    const char *failed;
    int status = s3_conditions_hold(&g->conditions, g->row->etag, g->row->created_ms, &failed);
    char *modified;

    if (status == 0)
        return 0;
    if (status == 412)
        return s3_refuse_condition(rq, failed);
    modified = arena_alloc(rq->arena, CLOCK_TEXT_BYTES);
    s3_refuse_header(rq, "ETag", s3_quoted(rq->arena, g->row->etag));
    s3_refuse_header(rq, "Last-Modified", clock_http(g->row->created_ms, modified));
    tell_version(rq, g);
    return api_refuse_status(rq, 304, "NotModified", "Not Modified");
}

/* One part of an object that was uploaded in parts; any other object has one. */
static int choose_part(struct api_request *rq, struct reading *g) {
    struct s3_part_rows parts;
    int64_t wanted = g->part_number.v;

    if (g->range != NULL)
        return api_refuse(rq, "InvalidRequest",
                          "Cannot specify both Range header and partNumber query parameter");
    if (wanted < 1 || wanted > S3_PARTS_MAX)
        return s3_refuse_part_number(rq, wanted);
    if (wanted > (g->row->upload_id == NULL ? 1 : g->row->part_count)) {
        api_refuse_status(rq, 416, "InvalidPartNumber", "The requested partnumber is not satisfiable");
        return api_detail(
            rq, "ActualPartCount",
            arena_printf(rq->arena, "%lld", (long long)(g->row->upload_id == NULL ? 1 : g->row->part_count)));
    }
    g->partial = g->row->size > 0;
    if (g->row->upload_id == NULL)
        return 0;
    parts = s3_parts(rq->tx, g->row->upload_id);
    for (int64_t i = 0; i < wanted && i < (int64_t)parts.count; i++) {
        g->first = i == 0 ? 0 : g->first + g->length;
        g->length = parts.items[i].size;
    }
    return 0;
}

static int choose_range(struct api_request *rq, struct reading *g) {
    int r;

    g->first = 0;
    g->length = g->row->size;
    g->partial = false;
    if (g->part_number.set)
        return choose_part(rq, g);
    if (g->range == NULL)
        return 0;
    r = s3_parse_range(g->range, g->row->size, &g->first, &g->length);
    if (r == -ERANGE) {
        s3_refuse_header(rq, "Content-Range",
                         arena_printf(rq->arena, "bytes */%lld", (long long)g->row->size));
        api_refuse(rq, "InvalidRange", "The requested range is not satisfiable");
        return api_detail(rq, "ActualObjectSize", arena_printf(rq->arena, "%lld", (long long)g->row->size));
    }
    g->partial = r == 0;
    return 0;
}

static int look(struct api_request *rq, void *arg) {
    struct reading *g = arg;
    struct policy_context ctx = {0};
    int r;

    policy_context_add(rq->arena, &ctx, "s3:VersionId", g->version_id);
    g->bucket = s3_open_bucket(
        rq, &(struct s3_question){.bucket = g->bucket_name,
                                  .expected_owner = g->expected_owner,
                                  .action = g->version_id != NULL ? "s3:GetObjectVersion" : "s3:GetObject",
                                  .key = g->key,
                                  .version_id = g->version_id,
                                  .on_existing = true,
                                  .context = &ctx});
    if (g->bucket == NULL || s3_check_key(rq, g->key) < 0 ||
        s3_find_version(rq, g->bucket->name, g->key, g->version_id, &g->row) < 0)
        return API_REFUSED;
    if (g->overrides && rq->caller.kind == API_CALLER_ANONYMOUS)
        return api_refuse(rq, "InvalidRequest",
                          "Request specific response headers cannot be used for anonymous GET requests.");
    if (g->customer_key)
        return api_refuse(rq, "InvalidRequest",
                          "The encryption parameters are not applicable to this object.");
    if (g->row == NULL && g->version_id != NULL)
        return api_refuse(rq, "NoSuchVersion", "The specified version does not exist.");
    if (g->row == NULL)
        return s3_refuse_missing(rq, g->bucket);
    if (g->row->marker)
        return refuse_marker(rq, g);
    if (check_conditions(rq, g) < 0 || choose_range(rq, g) < 0)
        return API_REFUSED;
    if (g->head)
        return 0;
    if (s3_is_archived(g->row)) {
        api_refuse_status(rq, 403, "InvalidObjectState",
                          "The operation is not valid for the object's storage class");
        return api_detail(rq, "StorageClass", g->row->storage_class);
    }
    r = s3_body_open(rq, g->row, g->first, g->length, &g->body);
    g->gone = r == -ENOENT;
    return r < 0 && !g->gone ? commit_failed(rq, r, "opening an object") : 0;
}

/* The head that both answer with. */
#define VIEW(rq, g, in, out)                                                                                 \
    do {                                                                                                     \
        const struct s3_object_row *row_ = (g)->row;                                                         \
                                                                                                             \
        (out)->accept_ranges = "bytes";                                                                      \
        (out)->last_modified = SOME_TIME(row_->created_ms);                                                  \
        (out)->e_tag = s3_quoted((rq)->arena, row_->etag);                                                   \
        (out)->version_id = s3_version_shown((g)->bucket, row_->version_id);                                 \
        (out)->server_side_encryption = "AES256";                                                            \
        (out)->storage_class = strcmp(row_->storage_class, "STANDARD") == 0 ? NULL : row_->storage_class;    \
        (out)->website_redirect_location = row_->redirect;                                                   \
        (out)->content_type = OVERRIDE((in)->response_content_type, row_->content_type);                     \
        (out)->content_encoding = OVERRIDE((in)->response_content_encoding, row_->content_encoding);         \
        (out)->content_language = OVERRIDE((in)->response_content_language, row_->content_language);         \
        (out)->content_disposition =                                                                         \
            OVERRIDE((in)->response_content_disposition, row_->content_disposition);                         \
        (out)->cache_control = OVERRIDE((in)->response_cache_control, row_->cache_control);                  \
        (out)->expires = row_->expires;                                                                      \
        if ((in)->response_expires.set)                                                                      \
            (out)->expires =                                                                                 \
                clock_http((in)->response_expires.ms, arena_alloc((rq)->arena, CLOCK_TEXT_BYTES));           \
        if (row_->tag_count > 0)                                                                             \
            (out)->tag_count = SOME_INT(row_->tag_count);                                                    \
        if ((g)->part_number.set && row_->upload_id != NULL)                                                 \
            (out)->parts_count = SOME_INT(row_->part_count);                                                 \
        if ((g)->partial)                                                                                    \
            (out)->content_range =                                                                           \
                arena_printf((rq)->arena, "bytes %lld-%lld/%lld", (long long)(g)->first,                     \
                             (long long)((g)->first + (g)->length - 1), (long long)row_->size);              \
        s3_view_metadata((rq), row_->metadata, &(out)->metadata);                                            \
        if (text_is((g)->checksum_mode, "ENABLED") && !(g)->partial && row_->checksum != NULL) {             \
            S3_CHECKSUM_SET((out), row_->checksum_algorithm, row_->checksum);                                \
            (out)->checksum_type = row_->checksum_type;                                                      \
        }                                                                                                    \
    } while (0)
#define OVERRIDE(asked, stored) ((asked) != NULL ? (asked) : (stored))

#define READING(in)                                                                                          \
    {                                                                                                        \
        .bucket_name = (in)->bucket, .key = (in)->key, .version_id = (in)->version_id,                       \
        .expected_owner = (in)->expected_bucket_owner, .range = (in)->range,                                 \
        .checksum_mode = (in)->checksum_mode, .part_number = (in)->part_number,                              \
        .conditions = {(in)->if_match, (in)->if_none_match, (in)->if_modified_since,                         \
                       (in)->if_unmodified_since},                                                           \
        .overrides = (in)->response_cache_control != NULL || (in)->response_content_disposition != NULL ||   \
                     (in)->response_content_encoding != NULL || (in)->response_content_language != NULL ||   \
                     (in)->response_content_type != NULL || (in)->response_expires.set,                      \
        .customer_key = (in)->sse_customer_algorithm != NULL || (in)->sse_customer_key != NULL,              \
    }

/* Parts go out through a buffer, a file by the kernel alone. */
static void send_body(struct api_request *rq, struct reading *g, const struct proto_response *head) {
    const struct http_header *headers = (const struct http_header *)head->headers.items;
    char *buffer;
    ssize_t n = 0;

    if (g->body.hold_id == NULL) {
        http_respond_fd(rq->http, head->status, headers, head->headers.count, g->body.fd, g->first,
                        g->length);
        return;
    }
    if (http_begin(rq->http, head->status, headers, head->headers.count, g->length) < 0)
        return;
    buffer = arena_alloc(rq->arena, SEND_BYTES);
    while ((n = s3_body_read(&g->body, buffer, SEND_BYTES)) > 0)
        if (http_write(rq->http, buffer, (size_t)n) < 0)
            return;
    if (n == 0)
        http_end(rq->http);
}

static void answer(struct api_request *rq, struct reading *g, const void *out) {
    struct proto_response head;

    api_encode(rq, out, &head);
    if (g->partial)
        head.status = 206;
    send_body(rq, g, &head);
    buf_free(&head.body);
}

int s3_get_object(struct api_request *rq, const struct s3_get_object_request *in,
                  struct s3_get_object_output *out) {
    struct reading g = READING(in);
    int r = 0;

    for (int i = 0; i < TRIES; i++) {
        r = api_read(rq, look, &g);
        if (r < 0 || !g.gone)
            break;
    }
    if (r < 0)
        return r;
    if (g.gone)
        return commit_failed(rq, -ENOENT, "opening an object");
    if (s3_verify_body(rq, g.row, &g.body, g.first, g.length, false) < 0)
        return API_REFUSED;
    VIEW(rq, &g, in, out);
    answer(rq, &g, out);
    s3_body_close(&g.body);
    return 0;
}

int s3_head_object(struct api_request *rq, const struct s3_head_object_request *in,
                   struct s3_head_object_output *out) {
    struct reading g = READING(in);

    g.head = true;
    g.body.fd = -1;
    if (api_read(rq, look, &g) < 0)
        return API_REFUSED;
    VIEW(rq, &g, in, out);
    answer(rq, &g, out);
    return 0;
}
