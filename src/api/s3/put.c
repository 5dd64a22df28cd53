/* SPDX-License-Identifier: Apache-2.0 */
/* put: PutObject. */
#include <string.h>

#include "api/s3/s3.h"
#include "base/text.h"

struct putting {
    const struct s3_put_object_request *in;
    struct s3_put_object_output *out;
    struct s3_intake intake;
    struct s3_about about;
    struct s3_object_row row;
};

int s3_may_put(struct api_request *rq, const struct s3_bucket_row *bucket, const char *key,
               const struct s3_about_input *about, struct policy_context *ctx) {
    struct s3_question q = {.key = key, .context = ctx};

    q.action = "s3:PutObjectAcl";
    if (about->acl != NULL && s3_may(rq, bucket, &q) < 0)
        return API_REFUSED;
    q.action = "s3:PutObjectTagging";
    return about->tagging != NULL ? s3_may(rq, bucket, &q) : 0;
}

void s3_object_of(struct api_request *rq, const struct s3_intake *intake, const struct s3_about *about,
                  struct s3_object_row *ret_row) {
    char etag[S3_ETAG_BYTES];

    *ret_row = (struct s3_object_row){
        .size = intake->length,
        .file = *intake->file != '\0' ? arena_strdup(rq->arena, intake->file) : NULL,
        .etag = arena_strdup(rq->arena, hex_encode(intake->md5, sizeof(intake->md5), etag)),
        .checksum_algorithm = checksum_algorithm(intake->wanted),
        .checksum = arena_strdup(rq->arena, intake->checksum),
        .checksum_type = "FULL_OBJECT",
    };
    S3_ABOUT_COPY(ret_row, about);
}

/* All that can be refused before the bytes come. */
static int prepare(struct api_request *rq, void *arg) {
    struct putting *p = arg;
    const struct s3_put_object_request *in = p->in;
    const struct s3_about_input *about = S3_ABOUT_INPUT(in);
    const struct s3_bucket_row *bucket;
    struct policy_context ctx = {0};

    s3_about_context(rq, about, &ctx);
    policy_context_add(rq->arena, &ctx, "s3:if-match", in->if_match);
    policy_context_add(rq->arena, &ctx, "s3:if-none-match", in->if_none_match);
    policy_context_add(rq->arena, &ctx, "s3:ObjectCreationOperation", "true");
    bucket = s3_open_bucket(rq, &(struct s3_question){.bucket = in->bucket,
                                                      .expected_owner = in->expected_bucket_owner,
                                                      .action = "s3:PutObject",
                                                      .key = in->key,
                                                      .context = &ctx});
    if (bucket == NULL || s3_may_put(rq, bucket, in->key, about, &ctx) < 0 || s3_check_key(rq, in->key) < 0 ||
        s3_take_about(rq, about, &p->about) < 0 || s3_body_length(rq, &p->intake.expected) < 0 ||
        s3_given_checksum(rq, in->checksum_algorithm, &p->intake.given) < 0)
        return API_REFUSED;
    if (in->write_offset_bytes.set)
        return s3_refuse_lacking(rq, "x-amz-write-offset-bytes", "x-amz-write-offset-bytes");
    return s3_check_write(rq, in->if_match, in->if_none_match, s3_latest(rq->tx, in->bucket, in->key));
}

static int put(struct api_request *rq, void *arg) {
    struct putting *p = arg;
    const struct s3_bucket_row *bucket = s3_bucket_find(rq->tx, p->in->bucket);

    if (bucket == NULL)
        return api_refuse(rq, "NoSuchBucket", "The specified bucket does not exist");
    if (s3_check_write(rq, p->in->if_match, p->in->if_none_match,
                       s3_latest(rq->tx, bucket->name, p->in->key)) < 0)
        return API_REFUSED;
    s3_put_version(rq, bucket, p->in->key, &p->row);
    p->out->version_id = p->row.version_id; /* the null version's is not told */
    return 0;
}

int s3_put_object(struct api_request *rq, const struct s3_put_object_request *in,
                  struct s3_put_object_output *out) {
    struct putting p = {.in = in, .out = out, .intake = {.content_md5 = in->content_md5}};
    struct proto_response response;
    int r = api_read(rq, prepare, &p);

    if (r < 0)
        return r;
    p.intake.wanted = p.intake.given.kind != CHECKSUM_NONE ? p.intake.given.kind : CHECKSUM_CRC64NVME;
    r = s3_take_bytes(rq, &p.intake);
    if (r < 0)
        return r;
    s3_object_of(rq, &p.intake, &p.about, &p.row);
    r = api_write(rq, put, &p);
    if (r < 0) {
        s3_intake_drop(rq, &p.intake);
        return r;
    }
    out->e_tag = s3_quoted(rq->arena, p.row.etag);
    S3_CHECKSUM_SET(out, p.row.checksum_algorithm, p.row.checksum);
    out->checksum_type = p.row.checksum_type;
    out->server_side_encryption = "AES256";
    api_encode(rq, out, &response);
    api_respond(rq, &response);
    return 0;
}
