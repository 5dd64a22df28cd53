/* SPDX-License-Identifier: Apache-2.0 */
/* checksum: which checksum a request brings, and the checks of documents. */
#include <string.h>
#include <strings.h>

#include "api/s3/s3.h"
#include "base/text.h"

static const char prefix[] = "x-amz-checksum-";

/* Among x-amz-checksum-*, what is no checksum. */
static bool is_option(const char *rest) {
    return strcasecmp(rest, "algorithm") == 0 || strcasecmp(rest, "type") == 0 ||
           strcasecmp(rest, "mode") == 0;
}

static int refuse_kind(struct api_request *rq, const char *name) {
    return api_refuse_status(rq, 501, "NotImplemented", "vpcbox does not compute the checksum %s", name);
}

int s3_refuse_digest(struct api_request *rq, enum checksum_kind kind, const char *given,
                     const char *computed) {
    if (kind == CHECKSUM_MD5)
        api_refuse(rq, "BadDigest", "The Content-MD5 you specified did not match what we received.");
    else
        api_refuse(rq, "BadDigest", "The %s you specified did not match the calculated checksum.",
                   checksum_algorithm(kind));
    api_detail(rq, "ExpectedDigest", given);
    return api_detail(rq, "CalculatedDigest",
                      arena_strdup(rq->arena, computed)); /* the caller's goes before the answer */
}

/* Is it base64 of as many bytes as the kind has?  in_parts: with "-N" at will. */
static bool is_well_formed(struct api_request *rq, const struct s3_checksum *given, bool in_parts) {
    unsigned char raw[CHECKSUM_MAX_BYTES];
    const char *dash = in_parts ? strchr(given->text, '-') : NULL;
    size_t text_length = dash != NULL ? (size_t)(dash - given->text) : strlen(given->text), length;
    struct checksum empty;
    int64_t parts;
    void *data;

    checksum_begin(&empty, given->kind);
    return base64_decode(rq->arena, given->text, text_length, &data, &length) == 0 &&
           length == checksum_end(&empty, raw) &&
           (dash == NULL || parse_int(dash + 1, 1, S3_PARTS_MAX, &parts) == 0);
}

static int take_given(struct api_request *rq, const char *sdk_algorithm, bool in_parts,
                      struct s3_checksum *ret_given) {
    const char *trailer = proto_header_get(&rq->wire->headers, "x-amz-trailer");
    struct s3_checksum given = {0};

    for (size_t i = 0; i < rq->wire->headers.count; i++) {
        const struct proto_header *h = &rq->wire->headers.items[i];

        if (strncasecmp(h->name, prefix, sizeof(prefix) - 1) != 0 || is_option(h->name + sizeof(prefix) - 1))
            continue;
        if (given.text != NULL)
            return api_refuse(
                rq, "InvalidRequest",
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
        given = (struct s3_checksum){checksum_of_header(h->name), h->value};
        if (given.kind == CHECKSUM_NONE)
            return refuse_kind(rq, h->name);
        if (!is_well_formed(rq, &given, in_parts))
            return api_refuse(rq, "InvalidRequest", "Value for %s header is invalid.", h->name);
    }
    if (trailer != NULL && strncasecmp(trailer, prefix, sizeof(prefix) - 1) == 0) {
        if (given.text != NULL)
            return api_refuse(
                rq, "InvalidRequest",
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
        given.kind = checksum_of_header(trailer);
        if (given.kind == CHECKSUM_NONE)
            return refuse_kind(rq, trailer);
    }
    if (given.kind == CHECKSUM_NONE && sdk_algorithm != NULL)
        return api_refuse(rq, "InvalidRequest",
                          "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or "
                          "x-amz-trailer headers were found.");
    *ret_given = given;
    return 0;
}

int s3_given_checksum(struct api_request *rq, const char *sdk_algorithm, struct s3_checksum *ret_given) {
    return take_given(rq, sdk_algorithm, false, ret_given);
}

int s3_given_whole_checksum(struct api_request *rq, struct s3_checksum *ret_given) {
    return take_given(rq, NULL, true, ret_given);
}

int s3_check_document(struct api_request *rq, bool required) {
    const struct proto_request *document = &rq->wire->request;
    const char *content_md5 = proto_header_get(&rq->wire->headers, "content-md5");
    struct s3_checksum given = {0};
    char text[CHECKSUM_TEXT_BYTES];
    struct checksum sum;

    if (s3_given_checksum(rq, NULL, &given) < 0)
        return API_REFUSED;
    if (content_md5 != NULL) {
        void *md5;
        size_t length;

        if (base64_decode(rq->arena, content_md5, strlen(content_md5), &md5, &length) < 0 || length != 16)
            return api_refuse(rq, "InvalidDigest", "The Content-MD5 you specified was invalid.");
        checksum_begin(&sum, CHECKSUM_MD5);
        checksum_update(&sum, document->body, document->body_length);
        if (strcmp(checksum_end_text(&sum, text), content_md5) != 0)
            return s3_refuse_digest(rq, CHECKSUM_MD5, content_md5, text);
    }
    if (given.text != NULL) {
        checksum_begin(&sum, given.kind);
        checksum_update(&sum, document->body, document->body_length);
        if (strcmp(checksum_end_text(&sum, text), given.text) != 0)
            return s3_refuse_digest(rq, given.kind, given.text, text);
    }
    if (required && content_md5 == NULL && given.kind == CHECKSUM_NONE)
        return api_refuse(rq, "InvalidRequest", "Missing required header for this request: Content-MD5");
    return 0;
}
