/* SPDX-License-Identifier: Apache-2.0 */
/* multipart_list: ListParts and ListMultipartUploads. */
#include <string.h>

#include "api/s3/list.h"
#include "base/text.h"

static struct s3_initiator *initiator_of(struct api_request *rq, const char *arn) {
    struct s3_initiator *i = arena_new(rq->arena, struct s3_initiator);

    i->id = arn != NULL ? arn : "anonymous";
    return i;
}

int s3_list_parts(struct api_request *rq, const struct s3_list_parts_request *in,
                  struct s3_list_parts_output *out) {
    const struct s3_bucket_row *bucket =
        s3_open_bucket(rq, &(struct s3_question){.bucket = in->bucket,
                                                 .expected_owner = in->expected_bucket_owner,
                                                 .action = "s3:ListMultipartUploadParts",
                                                 .key = in->key});
    size_t most = in->max_parts.set && in->max_parts.v < S3_LIST_MAX ? (size_t)in->max_parts.v : S3_LIST_MAX;
    const struct s3_upload_row *upload;
    struct s3_part_rows parts;
    const char *all;

    if (bucket == NULL)
        return API_REFUSED;
    if (in->max_parts.set && in->max_parts.v < 0)
        return s3_refuse_argument(rq, "max-parts",
                                  arena_printf(rq->arena, "%lld", (long long)in->max_parts.v),
                                  "Argument max-parts must be an integer between 0 and 2147483647");
    if (in->part_number_marker.set && in->part_number_marker.v < 0)
        return s3_refuse_argument(rq, "part-number-marker",
                                  arena_printf(rq->arena, "%lld", (long long)in->part_number_marker.v),
                                  "Argument part-number-marker must be an integer between 0 and 2147483647");
    upload = s3_find_upload(rq, in->bucket, in->key, in->upload_id);
    if (upload == NULL)
        return API_REFUSED;
    all = arena_printf(rq->arena, "%s/", upload->id);
    parts = s3_part_range(rq->tx,
                          in->part_number_marker.set && in->part_number_marker.v > 0
                              ? s3_part_key(rq->arena, upload->id, in->part_number_marker.v)
                              : all,
                          s3_past(rq->arena, all), most + 1);
    out->next_part_number_marker = SOME_INT(0);
    for (size_t i = 0; i < parts.count && i < most; i++) {
        const struct s3_part_row *row = &parts.items[i];
        struct s3_part *p = vec_push(rq->arena, &out->parts);

        *p = (struct s3_part){.part_number = SOME_INT(row->number),
                              .last_modified = SOME_TIME(row->created_ms),
                              .e_tag = s3_quoted(rq->arena, row->etag),
                              .size = SOME_INT(row->size)};
        S3_CHECKSUM_SET(p, upload->checksum_algorithm != NULL ? upload->checksum_algorithm : "CRC64NVME",
                        row->checksum);
        out->next_part_number_marker = SOME_INT(row->number);
    }
    out->bucket = in->bucket;
    out->key = in->key;
    out->upload_id = in->upload_id;
    out->part_number_marker = SOME_INT(in->part_number_marker.v);
    out->max_parts = SOME_INT((int64_t)most);
    out->is_truncated = SOME_BOOL(parts.count > most && most > 0);
    out->initiator = initiator_of(rq, upload->initiator_id);
    out->owner = s3_owner_of(rq, bucket->account);
    out->storage_class = upload->storage_class;
    out->checksum_algorithm = upload->checksum_algorithm;
    out->checksum_type = upload->checksum_type;
    return 0;
}

struct uploads {
    struct api_request *rq;
    const struct s3_bucket_row *bucket;
    struct list_page page;
    struct s3_list_multipart_uploads_output *out;
    const char *last, *last_id; /* last_id NULL: a prefix */
};

static void view_upload(struct uploads *u, const struct s3_upload_row *row) {
    u->last = row->object_key;
    u->last_id = row->id;
    *vec_push(u->rq->arena, &u->out->uploads) =
        (struct s3_multipart_upload){.upload_id = row->id,
                                     .key = list_text(u->rq, &u->page, row->object_key),
                                     .initiated = SOME_TIME(row->created_ms),
                                     .storage_class = row->storage_class,
                                     .owner = s3_owner_of(u->rq, u->bucket->account),
                                     .initiator = initiator_of(u->rq, row->initiator_id),
                                     .checksum_algorithm = row->checksum_algorithm,
                                     .checksum_type = row->checksum_type};
}

/* Uploads after the row's key `at`, until the page is full. */
static void walk_uploads(struct uploads *u, const char *at, const char *end) {
    for (;;) {
        size_t batch = list_batch(&u->page);
        struct s3_upload_rows rows = s3_upload_range(u->rq->tx, at, end, batch);
        bool jumped = false;

        for (size_t i = 0; i < rows.count && !jumped; i++) {
            at = rows.items[i].key;
            switch (list_take(u->rq, &u->page, rows.items[i].object_key)) {
            case LIST_FULL:
                return;
            case LIST_ITEM:
                view_upload(u, &rows.items[i]);
                break;
            case LIST_PREFIX:
                u->last = u->page.rolled_up;
                u->last_id = NULL;
                at = s3_past(u->rq->arena, s3_escaped_key(u->rq->arena, u->bucket->name, u->last));
                jumped = true;
                break;
            }
        }
        if (!jumped && rows.count < batch)
            return;
    }
}

/* The row's key to go on after; NULL: at the beginning. */
static const char *uploads_after(struct uploads *u, const char *key_marker, const char *id_marker) {
    struct arena *a = u->rq->arena;
    const char *key = list_after(a, &u->page, key_marker);

    if (key == NULL || key != key_marker) /* a common prefix is left behind with all that is in it */
        return key == NULL ? NULL : s3_past(a, s3_escaped_key(a, u->bucket->name, key_marker));
    if (id_marker != NULL && *id_marker != '\0')
        return s3_upload_key(a, u->bucket->name, key, id_marker);
    return s3_past(a, s3_upload_key(a, u->bucket->name, key, ""));
}

int s3_list_multipart_uploads(struct api_request *rq, const struct s3_list_multipart_uploads_request *in,
                              struct s3_list_multipart_uploads_output *out) {
    struct uploads u = {.rq = rq, .out = out};
    const char *all, *after;

    u.bucket = S3_OPEN(rq, in, "s3:ListBucketMultipartUploads");
    if (u.bucket == NULL ||
        list_begin(rq, in->prefix, in->delimiter, in->max_uploads, in->encoding_type, &u.page) < 0)
        return API_REFUSED;
    all = s3_escaped_key(rq->arena, in->bucket, u.page.prefix);
    after = uploads_after(&u, in->key_marker, in->upload_id_marker);
    if (u.page.max > 0)
        walk_uploads(&u, after == NULL || strcmp(after, all) < 0 ? all : after, s3_past(rq->arena, all));
    out->bucket = in->bucket;
    out->key_marker = list_text(rq, &u.page, in->key_marker != NULL ? in->key_marker : "");
    out->upload_id_marker = in->upload_id_marker != NULL ? in->upload_id_marker : "";
    out->prefix = list_text(rq, &u.page, u.page.prefix);
    out->delimiter = list_delimiter(rq, &u.page);
    out->max_uploads = SOME_INT(in->max_uploads.set ? in->max_uploads.v : S3_LIST_MAX);
    out->encoding_type = in->encoding_type;
    out->is_truncated = SOME_BOOL(u.page.full);
    if (u.page.full) {
        out->next_key_marker = list_text(rq, &u.page, u.last);
        out->next_upload_id_marker = u.last_id != NULL ? u.last_id : "";
    }
    LIST_PREFIXES(&u.page, out);
    return 0;
}
