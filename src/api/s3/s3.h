/* SPDX-License-Identifier: Apache-2.0 */
/*
 * s3: buckets and objects.
 *
 * Theory of operation.  A handler first asks s3_open_bucket(): is the bucket there, in this region, of
 * the expected owner, and does the caller hold the action's permission.  Objects' bytes are files
 * (store/object.h) that rows name (store/schema_s3.h); version.c alone knows how versions follow each
 * other.  An upload streams to a file and is verified (intake.c) with no transaction open; then one
 * transaction looks at everything again, since it may have changed meanwhile, and puts the row.  Files whose
 * rows have gone are removed after the commit.
 *
 * ACLs are disabled on every bucket (BucketOwnerEnforced, AWS's default) and bytes are "encrypted" with
 * SSE-S3 as far as a client can tell; what would need more (KMS, object lock, other owners) is refused
 * rather than ignored.
 */
#ifndef VPCBOX_API_S3_S3_H
#define VPCBOX_API_S3_S3_H

#include "api/inside.h"
#include "model/gen/s3.h"
#include "policy/policy.h"
#include "proto/checksum.h"
#include "store/object.h"
#include "store/rows.h"

extern const struct api_service s3_service;

/*
 * At start, before the database is opened: is it there, when there are objects?  And after, before the first request:
 * are they each other's?  Then what uploads have left unfinished is removed.  0, or a negative errno after
 * logging what is wrong and what mends it.
 */
int s3_check_home(const char *home);
int s3_start(struct store *store, const char *home);
/*
 * Of start.c, for fsck: why they do not belong together, or NULL; *ret_before: from before there were marks, *ret_any: there
 * are rows that name files.  And making them each other's.
 */
const char *s3_stranger(struct store *store, const char *home, bool *ret_before, bool *ret_any);
int s3_marry(struct store *store, const char *home);
/* The setting that has the database's id, as the mark knows it. */
#define S3_ID_SETTING "objects-id"

enum {
    S3_KEY_MAX_BYTES = 1024,
    S3_LIST_MAX = 1000,
    S3_DELETE_MAX = 1000,
    S3_PARTS_MAX = 10000,
    S3_METADATA_MAX_BYTES = 2048,
    S3_ETAG_BYTES = 48,
    S3_POLICY_MAX_BYTES = 20 * 1024,
};
#define S3_PUT_MAX_BYTES ((int64_t)5 << 30)
#define S3_PART_MIN_BYTES ((int64_t)5 << 20)

/* s3_bucket.access_block: bits */
enum s3_access_block {
    S3_BLOCK_SET = 1, /* there is a configuration at all */
    S3_BLOCK_ACLS = 2,
    S3_BLOCK_IGNORE_ACLS = 4,
    S3_BLOCK_POLICY = 8,
    S3_BLOCK_RESTRICT = 16,
    S3_BLOCK_DEFAULT = 31,
};

/* ---- error.c ---- */

/* api_service.describe: what each code's document says besides code and message. */
void s3_describe_error(struct api_request *rq);

/* ---- access.c: buckets and permission ---- */

struct s3_question {
    const char *bucket, *expected_owner;
    const char *action;             /* s3:GetObject */
    const char *key;                /* NULL: the action is on the bucket */
    const char *version_id;         /* on_existing: of the object; NULL: the latest */
    bool on_existing;               /* the object's tags are condition keys */
    struct policy_context *context; /* more condition keys; may be NULL */
};

/* The bucket, when the caller may do that to it; NULL when refused.  Needs rq->tx. */
const struct s3_bucket_row *s3_open_bucket(struct api_request *rq, const struct s3_question *q);
/* … for requests that name the bucket and its expected owner as most do. */
#define S3_OPEN(rq, in, action_)                                                                             \
    s3_open_bucket((rq), &(struct s3_question){.bucket = (in)->bucket,                                       \
                                               .expected_owner = (in)->expected_bucket_owner,                \
                                               .action = (action_)})
/* Is this its region, and its owner the one expected?  Part of the above.  0 or API_REFUSED. */
int s3_check_bucket(struct api_request *rq, const struct s3_bucket_row *bucket, const char *expected_owner);
/* One more permission on an open bucket.  0 or API_REFUSED. */
int s3_may(struct api_request *rq, const struct s3_bucket_row *bucket, const struct s3_question *q);
/* A key is not there: who may list the bucket is told so, others are denied.  API_REFUSED. */
int s3_refuse_missing(struct api_request *rq, const struct s3_bucket_row *bucket);
/* A header beside the refusal's document.  Returns API_REFUSED. */
int s3_refuse_header(struct api_request *rq, const char *name, const char *value);
/* NotImplemented: what is asked for, and the header that asks for it (NULL: the document does). */
int s3_refuse_lacking(struct api_request *rq, const char *what, const char *header);
/* MethodNotAllowed, of a delete marker.  API_REFUSED. */
int s3_refuse_marker_method(struct api_request *rq);
/* InvalidArgument, with the argument's name and value (NULL: none) in the document.  API_REFUSED. */
int s3_refuse_argument(struct api_request *rq, const char *name, const char *value, const char *message);
struct s3_owner *s3_owner_of(struct api_request *rq, const char *account);

/* ---- name.c: names and the keys of rows ---- */

bool s3_bucket_name_valid(const char *name);
int s3_check_key(struct api_request *rq, const char *key); /* 0 or API_REFUSED */
const char *s3_object_key(struct arena *a, const char *bucket, const char *key);
const char *s3_older_key(struct arena *a, const char *bucket, const char *key, int64_t seq);
const char *s3_upload_key(struct arena *a, const char *bucket, const char *key, const char *upload_id);
const char *s3_part_key(struct arena *a, const char *upload_id, int64_t number);
/* The object's key within the key of an s3_object row. */
const char *s3_key_of(const char *row_key);
/* A key of which all that begins with `key` is less: for jumping over a prefix. */
const char *s3_past(struct arena *a, const char *key);
/* bucket, '/' and the key as it is written where something follows it. */
const char *s3_escaped_key(struct arena *a, const char *bucket, const char *key);
const char *s3_new_version_id(struct arena *a, int64_t seq);
int s3_version_seq(const char *version_id, int64_t *ret_seq); /* 0 or -EINVAL */
/* x-amz-copy-source.  0 or -EINVAL; version_id NULL when it names none. */
int s3_parse_copy_source(struct arena *a, const char *text, const char **ret_bucket, const char **ret_key,
                         const char **ret_version_id);

/* ---- about.c: what an upload says of the object, and what readers hear ---- */

struct s3_about {
    S3_ABOUT_COLUMNS(STORE_FIELD, STORE_FIELD)
};

#define S3_COPY_FIELD(type, name) to_->name = from_->name;
/* Between s3_about and rows that hold its columns. */
#define S3_ABOUT_COPY(to, from)                                                                              \
    do {                                                                                                     \
        __typeof__(to) to_ = (to);                                                                           \
        __typeof__(from) from_ = (from);                                                                     \
        S3_ABOUT_COLUMNS(S3_COPY_FIELD, S3_COPY_FIELD)                                                       \
    } while (0)

/* Members that PutObject, CopyObject and CreateMultipartUpload have in common. */
struct s3_about_input {
    const char *content_type, *content_encoding, *content_language, *content_disposition, *cache_control,
        *expires, *redirect, *storage_class, *tagging, *acl, *sse, *kms_key;
    const struct s3_metadata_pair *metadata;
    size_t metadata_count;
    bool grants, customer_key, lock;
};

#define S3_ABOUT_INPUT(in)                                                                                   \
    (&(struct s3_about_input){                                                                               \
        .content_type = (in)->content_type,                                                                  \
        .content_encoding = (in)->content_encoding,                                                          \
        .content_language = (in)->content_language,                                                          \
        .content_disposition = (in)->content_disposition,                                                    \
        .cache_control = (in)->cache_control,                                                                \
        .expires = (in)->expires,                                                                            \
        .redirect = (in)->website_redirect_location,                                                         \
        .storage_class = (in)->storage_class,                                                                \
        .tagging = (in)->tagging,                                                                            \
        .acl = (in)->acl,                                                                                    \
        .sse = (in)->server_side_encryption,                                                                 \
        .kms_key = (in)->ssekms_key_id,                                                                      \
        .metadata = (in)->metadata.items,                                                                    \
        .metadata_count = (in)->metadata.count,                                                              \
        .grants = (in)->grant_full_control != NULL || (in)->grant_read != NULL ||                            \
                  (in)->grant_read_acp != NULL || (in)->grant_write_acp != NULL,                             \
        .customer_key = (in)->sse_customer_algorithm != NULL || (in)->sse_customer_key != NULL,              \
        .lock = (in)->object_lock_mode != NULL || (in)->object_lock_legal_hold_status != NULL ||             \
                (in)->object_lock_retain_until_date.set,                                                     \
    })

/* 0 or API_REFUSED. */
int s3_take_about(struct api_request *rq, const struct s3_about_input *in, struct s3_about *ret_about);
/* Permissions beyond s3:PutObject that it needs.  0 or API_REFUSED. */
int s3_may_put(struct api_request *rq, const struct s3_bucket_row *bucket, const char *key,
               const struct s3_about_input *about, struct policy_context *ctx);
/* Condition keys that follow from it. */
void s3_about_context(struct api_request *rq, const struct s3_about_input *in, struct policy_context *ctx);
void s3_view_metadata(struct api_request *rq, const char *metadata, void *ret_pairs);
/* Its bytes cannot be read without restoring it first. */
bool s3_is_archived(const struct s3_object_row *row);
const char *s3_quoted(struct arena *a, const char *etag);

/* ---- tag.c ---- */

/* May a tag be called this, and hold this?  0 or API_REFUSED. */
int s3_check_tag(struct api_request *rq, const char *name, const char *value);
int s3_refuse_second_tag(struct api_request *rq, const char *name);
/* Those of x-amz-tagging, or NULL.  0 or API_REFUSED. */
int s3_take_tags(struct api_request *rq, const char *text, struct s3_about *about);
/* Condition keys that follow from a tag of the request, and from those of an object (as x-amz-tagging). */
void s3_request_tag(struct api_request *rq, const char *name, const char *value, struct policy_context *ctx);
void s3_existing_tags(struct api_request *rq, const char *tags, struct policy_context *ctx);

/* ---- checksums ---- */

struct s3_checksum {
    enum checksum_kind kind; /* CHECKSUM_NONE: none */
    const char *text;        /* NULL: to be computed, or told by the trailer */
};

/* Five members of most messages, by algorithm. */
#define S3_CHECKSUM_SET(out, algorithm, value)                                                               \
    do {                                                                                                     \
        switch (checksum_of_algorithm(algorithm)) {                                                          \
        case CHECKSUM_CRC32:                                                                                 \
            (out)->checksum_crc32 = (value);                                                                 \
            break;                                                                                           \
        case CHECKSUM_CRC32C:                                                                                \
            (out)->checksum_crc32_c = (value);                                                               \
            break;                                                                                           \
        case CHECKSUM_CRC64NVME:                                                                             \
            (out)->checksum_crc64_nvme = (value);                                                            \
            break;                                                                                           \
        case CHECKSUM_SHA1:                                                                                  \
            (out)->checksum_sha1 = (value);                                                                  \
            break;                                                                                           \
        case CHECKSUM_SHA256:                                                                                \
            (out)->checksum_sha256 = (value);                                                                \
            break;                                                                                           \
        default:                                                                                             \
            break;                                                                                           \
        }                                                                                                    \
    } while (0)

/* The one checksum that the request's headers or trailer bring.  0 or API_REFUSED. */
int s3_given_checksum(struct api_request *rq, const char *sdk_algorithm, struct s3_checksum *ret_given);
/* … of CompleteMultipartUpload: of an object in parts, which may end on "-N". */
int s3_given_whole_checksum(struct api_request *rq, struct s3_checksum *ret_given);
/* BadDigest: a checksum (CHECKSUM_MD5: Content-MD5) that is not that of the bytes.  API_REFUSED. */
int s3_refuse_digest(struct api_request *rq, enum checksum_kind kind, const char *given,
                     const char *computed);
/* Content-MD5 and x-amz-checksum-* of a body that was a document.  0 or API_REFUSED. */
int s3_check_document(struct api_request *rq, bool required);

/* ---- intake.c: bytes to a file ---- */

struct s3_intake {
    ssize_t (*read)(void *user, void *data, size_t capacity); /* NULL: the request's body */
    void *user;
    int64_t expected;          /* bytes; -1: not known */
    const char *content_md5;   /* base64, or NULL */
    struct s3_checksum given;  /* to be held against the bytes */
    enum checksum_kind wanted; /* to be computed */
    /* filled: */
    int64_t length;
    char file[OBJECT_NAME_BYTES]; /* "" for no bytes */
    unsigned char md5[16];
    char checksum[CHECKSUM_TEXT_BYTES];
};

/* What the request says of the body's length.  0 or API_REFUSED. */
int s3_body_length(struct api_request *rq, int64_t *ret_length);
/* Durable when it returns 0; else API_REFUSED and no file.  The file is the caller's to name in a row or remove. */
int s3_take_bytes(struct api_request *rq, struct s3_intake *intake);
/* The row of an object that was taken in whole. */
void s3_object_of(struct api_request *rq, const struct s3_intake *intake, const struct s3_about *about,
                  struct s3_object_row *ret_row);
void s3_intake_drop(struct api_request *rq, const struct s3_intake *intake);

/* ---- version.c: what follows what ---- */

const struct s3_object_row *s3_latest(struct tx *tx, const char *bucket, const char *key);
/*
 * The version with this id, or the latest for NULL; *ret_row NULL: there is none.  0, or API_REFUSED when it can
 * be no version's id.
 */
int s3_find_version(struct api_request *rq, const char *bucket, const char *key, const char *version_id,
                    const struct s3_object_row **ret_row);
/* Makes the row the latest version of the key: fills its key, seq, version_id and created_ms. */
void s3_put_version(struct api_request *rq, const struct s3_bucket_row *bucket, const char *key,
                    struct s3_object_row *row);
/* Writes a version found back, changed in what is not its place among the others. */
void s3_change_version(struct api_request *rq, const char *bucket, const char *key,
                       const struct s3_object_row *row);
/* For good, with its bytes. */
void s3_remove_version(struct api_request *rq, const char *bucket, const char *key,
                       const struct s3_object_row *row);
/* DeleteObject without a version: *ret_version_id (NULL: none made) of the delete marker. */
void s3_delete_latest(struct api_request *rq, const struct s3_bucket_row *bucket, const char *key,
                      bool *ret_marker, const char **ret_version_id);
/* The versions older than `row`, newest first: those after seq `after` (0: all), at most limit. */
struct s3_older_rows s3_older_versions(struct tx *tx, const char *bucket, const char *key, int64_t after,
                                       size_t limit);
/* The version's id for answers: NULL when the bucket never had versioning, "null" for the null version. */
const char *s3_version_shown(const struct s3_bucket_row *bucket, const char *version_id);
/* Files to remove once the transaction is kept. */
void s3_remove_files(struct api_request *rq, const char *hold_id, const char *const *names, size_t count);
struct s3_part_rows s3_parts(struct tx *tx, const char *upload_id);
/* Rows and files of an upload's parts, but for those kept (NULL: none). */
void s3_drop_parts(struct api_request *rq, const char *upload_id, const struct s3_part_rows *parts,
                   const bool *kept);

/* ---- condition.c ---- */

struct s3_conditions {
    const char *if_match, *if_none_match;
    struct opt_time if_modified_since, if_unmodified_since;
};
/* 0, or 304 or 412 and the name of the header that failed. */
int s3_conditions_hold(const struct s3_conditions *c, const char *etag, int64_t modified_ms,
                       const char **ret_failed);
/* PreconditionFailed, naming the header.  API_REFUSED. */
int s3_refuse_condition(struct api_request *rq, const char *condition);
/* Conditional writes: against the latest version (a delete marker or NULL: no object).  0 or API_REFUSED. */
int s3_check_write(struct api_request *rq, const char *if_match, const char *if_none_match,
                   const struct s3_object_row *latest);
/* A Range header.  0 and the part meant; -ENOENT: to be ignored; -ERANGE: not satisfiable. */
int s3_parse_range(const char *text, int64_t size, int64_t *ret_first, int64_t *ret_length);

/* ---- body.c: stored bytes, one file or many ---- */

struct s3_body {
    const char *home;
    const char *hold_id; /* NULL: one file or none */
    const struct s3_part_row *parts;
    size_t count, at;
    int64_t offset; /* within the part or the file */
    int64_t left;
    int fd;
};
/* From a row just read: -ENOENT when it has gone meanwhile.  End with s3_body_close(). */
int s3_body_open(struct api_request *rq, const struct s3_object_row *row, int64_t first, int64_t length,
                 struct s3_body *ret_body);
ssize_t s3_body_read(void *body, void *data, size_t capacity); /* fits s3_intake.read */
void s3_body_close(struct s3_body *b);

/*
 * Looks at all rows of a table, some at a time, so that memory does not grow with the store: body sees `row`, and
 * `tx` and `arena` of the transaction.  kept: an arena for the whole way; result_io: 0 or an errno, which ends it.
 */
enum { S3_ROWS_AT_ONCE = 1000 };
#define S3_EACH_ROW(store_, kept_, table, row, result_io, body)                                              \
    for (const char *after_ = ""; (result_io) == 0 && after_ != NULL;) {                                     \
        struct arena arena = {0};                                                                            \
        struct tx tx;                                                                                        \
                                                                                                             \
        (result_io) = store_read_begin((store_), &arena, &tx);                                               \
        if ((result_io) == 0) {                                                                              \
            struct table##_rows rows_ = table##_range(&tx, after_, NULL, S3_ROWS_AT_ONCE);                   \
                                                                                                             \
            for (size_t i_ = 0; i_ < rows_.count; i_++) {                                                    \
                const struct table##_row *row = &rows_.items[i_];                                            \
                                                                                                             \
                body                                                                                         \
            }                                                                                                \
            after_ = rows_.count < S3_ROWS_AT_ONCE                                                           \
                         ? NULL                                                                              \
                         : arena_strdup((kept_), rows_.items[rows_.count - 1].key);                          \
            (result_io) = tx.failed;                                                                         \
            store_read_end(&tx);                                                                             \
        }                                                                                                    \
        arena_free(&arena);                                                                                  \
    }

/* ---- verify.c: are they what they were ---- */

struct s3_expected {
    int64_t size;
    const char *algorithm, *checksum; /* of the whole file; NULL: not known */
};
/* 0, -EBADMSG when it is damaged, or what reading says.  anew: even if it was found right before. */
int s3_verify_file(struct arena *a, int fd, const struct s3_expected *expected, bool anew);
/*
 * The files that an open body's bytes first to first + length come from.  No transaction may be open.  0, or API_REFUSED
 * with the body closed, after logging which file is damaged.
 */
int s3_verify_body(struct api_request *rq, const struct s3_object_row *row, struct s3_body *b, int64_t first,
                   int64_t length, bool anew);

/* ---- multipart.c ---- */

/* The upload of this bucket and key; NULL when refused. */
const struct s3_upload_row *s3_find_upload(struct api_request *rq, const char *bucket, const char *key,
                                           const char *id);

/* A part on its way in, from the client or from another object. */
struct s3_new_part {
    const char *bucket, *key, *upload_id, *expected_bucket_owner;
    int64_t number;
    bool customer_key;
    struct s3_intake intake;
    /* filled: */
    const struct s3_upload_row *upload;
    char etag[S3_ETAG_BYTES];
};

#define S3_NEW_PART(in)                                                                                      \
    {                                                                                                        \
        .bucket = (in)->bucket, .key = (in)->key, .upload_id = (in)->upload_id,                              \
        .expected_bucket_owner = (in)->expected_bucket_owner, .number = (in)->part_number.v,                 \
        .customer_key = (in)->sse_customer_algorithm != NULL || (in)->sse_customer_key != NULL,              \
    }

/* A number that no part can have.  API_REFUSED. */
int s3_refuse_part_number(struct api_request *rq, int64_t number);
/* May it come?  Fills upload and intake.wanted.  Needs rq->tx.  0 or API_REFUSED. */
int s3_open_part(struct api_request *rq, struct s3_new_part *p);
/* Takes its bytes and keeps it.  Opens a transaction of its own.  0 or API_REFUSED. */
int s3_take_part(struct api_request *rq, struct s3_new_part *p);

/* ---- copy.c ---- */

struct s3_source {
    const char *expected_owner;
    struct s3_conditions conditions;
    bool customer_key;
    /* filled: */
    const char *bucket, *key, *version_id;
    const struct s3_bucket_row *from;
    const struct s3_object_row *row;
    struct s3_body body;
};

/* Of CopyObject and UploadPartCopy. */
#define S3_SOURCE(in)                                                                                        \
    {                                                                                                        \
        .expected_owner = (in)->expected_source_bucket_owner,                                                \
        .conditions = {(in)->copy_source_if_match, (in)->copy_source_if_none_match,                          \
                       (in)->copy_source_if_modified_since, (in)->copy_source_if_unmodified_since},          \
        .customer_key =                                                                                      \
            (in)->copy_source_sse_customer_algorithm != NULL || (in)->copy_source_sse_customer_key != NULL,  \
    }

/* Reads x-amz-copy-source.  0 or API_REFUSED. */
int s3_name_source(struct api_request *rq, const char *copy_source, struct s3_source *s);
/* Finds it, if the caller may read it and the conditions hold.  Needs rq->tx.  0 or API_REFUSED. */
int s3_find_source(struct api_request *rq, struct s3_source *s);

/* ---- the handlers, by file ---- */

#define S3_HANDLER(name, input, output)                                                                      \
    int s3_##name(struct api_request *rq, const struct s3_##name##_##input *in, output *out)

S3_HANDLER(create_bucket, request, struct s3_create_bucket_output);
S3_HANDLER(delete_bucket, request, void);
S3_HANDLER(head_bucket, request, struct s3_head_bucket_output);
S3_HANDLER(get_bucket_location, request, struct s3_get_bucket_location_output);
S3_HANDLER(list_buckets, request, struct s3_list_buckets_output);

S3_HANDLER(put_bucket_policy, request, void);
S3_HANDLER(get_bucket_policy, request, struct s3_get_bucket_policy_output);
S3_HANDLER(delete_bucket_policy, request, void);
S3_HANDLER(get_bucket_policy_status, request, struct s3_get_bucket_policy_status_output);
S3_HANDLER(put_public_access_block, request, void);
S3_HANDLER(get_public_access_block, request, struct s3_get_public_access_block_output);
S3_HANDLER(delete_public_access_block, request, void);

S3_HANDLER(put_bucket_versioning, request, void);
S3_HANDLER(get_bucket_versioning, request, struct s3_get_bucket_versioning_output);
S3_HANDLER(put_bucket_tagging, request, void);
S3_HANDLER(get_bucket_tagging, request, struct s3_get_bucket_tagging_output);
S3_HANDLER(delete_bucket_tagging, request, void);

S3_HANDLER(put_bucket_cors, request, void);
S3_HANDLER(get_bucket_cors, request, struct s3_get_bucket_cors_output);
S3_HANDLER(delete_bucket_cors, request, void);
int s3_page(struct api_request *rq); /* struct api_service */

S3_HANDLER(get_object, request, struct s3_get_object_output);
S3_HANDLER(head_object, request, struct s3_head_object_output);
S3_HANDLER(put_object, request, struct s3_put_object_output);
S3_HANDLER(copy_object, request, struct s3_copy_object_output);
S3_HANDLER(delete_object, request, struct s3_delete_object_output);
S3_HANDLER(delete_objects, request, struct s3_delete_objects_output);

S3_HANDLER(put_object_tagging, request, struct s3_put_object_tagging_output);
S3_HANDLER(get_object_tagging, request, struct s3_get_object_tagging_output);
S3_HANDLER(delete_object_tagging, request, struct s3_delete_object_tagging_output);

S3_HANDLER(list_objects, request, struct s3_list_objects_output);
S3_HANDLER(list_objects_v2, request, struct s3_list_objects_v2_output);
S3_HANDLER(list_object_versions, request, struct s3_list_object_versions_output);

S3_HANDLER(create_multipart_upload, request, struct s3_create_multipart_upload_output);
S3_HANDLER(upload_part, request, struct s3_upload_part_output);
S3_HANDLER(upload_part_copy, request, struct s3_upload_part_copy_output);
S3_HANDLER(complete_multipart_upload, request, struct s3_complete_multipart_upload_output);
S3_HANDLER(abort_multipart_upload, request, struct s3_abort_multipart_upload_output);
S3_HANDLER(list_parts, request, struct s3_list_parts_output);
S3_HANDLER(list_multipart_uploads, request, struct s3_list_multipart_uploads_output);

/* Checks and replaces a bucket's tags.  0 or API_REFUSED. */
int s3_set_bucket_tags(struct api_request *rq, const char *bucket, const struct s3_tag *tags, size_t count);

#endif
