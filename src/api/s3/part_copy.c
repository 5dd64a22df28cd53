/* SPDX-License-Identifier: Apache-2.0 */
/* part_copy: UploadPartCopy: a part whose bytes are those of a stored object, or some of them. */
#include <errno.h>
#include <string.h>

#include "api/s3/s3.h"

enum { TRIES = 5 };

struct copying {
    const struct s3_upload_part_copy_request *in;
    struct s3_new_part part;
    struct s3_source source;
    int64_t first;
    bool gone;
};

/* Only "bytes=first-last", both within the source. */
static int choose_range(struct api_request *rq, const struct copying *c, int64_t *ret_first,
                        int64_t *ret_length) {
    const char *range = c->in->copy_source_range;
    int64_t size = c->source.row->size, whole;

    *ret_first = 0;
    *ret_length = size;
    if (range == NULL)
        return 0;
    if (strstr(range, "=-") != NULL || range[strlen(range) - 1] == '-' ||
        s3_parse_range(range, INT64_MAX, ret_first, ret_length) < 0)
        return s3_refuse_argument(
            rq, "x-amz-copy-source-range", range,
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first "
            "and last are the zero-based offsets of the first and last bytes to copy");
    whole = *ret_length;
    if (s3_parse_range(range, size, ret_first, ret_length) < 0 || *ret_length != whole)
        return s3_refuse_argument(rq, "x-amz-copy-source-range", range,
                                  arena_printf(rq->arena,
                                               "Range specified is not valid for source object of size: %lld",
                                               (long long)size));
    return 0;
}

static int prepare(struct api_request *rq, void *arg) {
    struct copying *c = arg;
    int64_t first, length;
    int r;

    if (s3_open_part(rq, &c->part) < 0 || s3_find_source(rq, &c->source) < 0 ||
        choose_range(rq, c, &first, &length) < 0)
        return API_REFUSED;
    if (length > S3_PUT_MAX_BYTES)
        return api_refuse(rq, "InvalidRequest",
                          "The specified copy source is larger than the maximum allowable size for a copy "
                          "source: %lld",
                          (long long)S3_PUT_MAX_BYTES);
    c->part.intake.expected = length;
    c->first = first;
    r = s3_body_open(rq, c->source.row, first, length, &c->source.body);
    c->gone = r == -ENOENT;
    return r < 0 && !c->gone ? commit_failed(rq, r, "opening an object") : 0;
}

int s3_upload_part_copy(struct api_request *rq, const struct s3_upload_part_copy_request *in,
                        struct s3_upload_part_copy_output *out) {
    struct copying c = {.in = in, .part = S3_NEW_PART(in), .source = S3_SOURCE(in)};
    struct s3_copy_part_result *result = arena_new(rq->arena, struct s3_copy_part_result);
    struct proto_response response;
    int r = s3_name_source(rq, in->copy_source, &c.source);

    for (int i = 0; r == 0 && i < TRIES && (i == 0 || c.gone); i++)
        r = api_read(rq, prepare, &c);
    if (r == 0 && c.gone)
        r = commit_failed(rq, -ENOENT, "opening an object");
    if (r == 0)
        r = s3_verify_body(rq, c.source.row, &c.source.body, c.first, c.part.intake.expected, true);
    if (r < 0)
        return r;
    c.part.intake.read = s3_body_read;
    c.part.intake.user = &c.source.body;
    r = s3_take_part(rq, &c.part);
    s3_body_close(&c.source.body);
    if (r < 0)
        return r;
    result->e_tag = s3_quoted(rq->arena, c.part.etag);
    result->last_modified = SOME_TIME(rq->now_ms);
    S3_CHECKSUM_SET(result, checksum_algorithm(c.part.intake.wanted), c.part.intake.checksum);
    out->copy_part_result = result;
    out->copy_source_version_id = s3_version_shown(c.source.from, c.source.row->version_id);
    out->server_side_encryption = "AES256";
    api_encode(rq, out, &response);
    api_respond(rq, &response);
    return 0;
}
