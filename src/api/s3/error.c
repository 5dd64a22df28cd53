/* SPDX-License-Identifier: Apache-2.0 */
/*
 * error: what S3's error documents say besides code and message.
 *
 * Theory of operation: the catalogue lists each code's elements in S3's order.  Whoever refuses tells what
 * only it knows (api_detail); the rest is the request's own and is filled in here, so that no handler has to
 * repeat bucket, key or header.  An element that is neither known nor told is left out.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
#include <string.h>

#include "api/s3/s3.h"
#include "base/clock.h"
#include "base/text.h"
#include "proto/value.h"

enum { ELEMENTS_MAX = 7 };

static const struct {
    const char *code;
    const char *elements[ELEMENTS_MAX];
} catalogue[] = {
    {"AccessDenied", {"HeadersNotSigned", "X-Amz-Expires", "Expires", "ServerTime"}},
    {"AuthorizationHeaderMalformed", {"Region"}},
    {"AuthorizationQueryParametersError", {"Region"}},
    {"BadDigest", {"ExpectedDigest", "CalculatedDigest"}},
    {"BucketAlreadyExists", {"BucketName"}},
    {"BucketAlreadyOwnedByYou", {"BucketName"}},
    {"BucketNotEmpty", {"BucketName"}},
    {"ConditionalRequestConflict", {"Condition", "Key"}},
    {"EntityTooLarge", {"ProposedSize", "MaxSizeAllowed"}},
    {"EntityTooSmall", {"ProposedSize", "MinSizeAllowed", "PartNumber", "ETag"}},
    {"ExpiredToken", {"Token-0"}},
    {"IllegalLocationConstraintException", {"LocationConstraint"}},
    {"InvalidAccessKeyId", {"AWSAccessKeyId"}},
    {"InvalidArgument", {"ArgumentName", "ArgumentValue"}},
    {"InvalidBucketName", {"BucketName"}},
    {"InvalidEncryptionAlgorithmError", {"ArgumentName", "ArgumentValue"}},
    {"InvalidDigest", {"Content-MD5"}},
    {"InvalidLocationConstraint", {"LocationConstraint"}},
    {"InvalidObjectState", {"StorageClass"}},
    {"InvalidPart", {"UploadId", "PartNumber", "ETag"}},
    {"InvalidPartNumber", {"PartNumberRequested", "ActualPartCount"}},
    {"InvalidPartOrder", {"UploadId"}},
    {"InvalidRange", {"RangeRequested", "ActualObjectSize"}},
    {"InvalidStorageClass", {"StorageClassRequested"}},
    {"InvalidTag", {"TagKey", "TagValue"}},
    {"InvalidToken", {"Token-0"}},
    {"KeyTooLongError", {"Size", "MaxSizeAllowed"}},
    {"MetadataTooLarge", {"Size", "MaxSizeAllowed"}},
    {"MethodNotAllowed", {"Method", "ResourceType"}},
    {"NoSuchBucket", {"BucketName"}},
    {"NoSuchBucketPolicy", {"BucketName"}},
    {"NoSuchCORSConfiguration", {"BucketName"}},
    {"NoSuchKey", {"Key"}},
    {"NoSuchPublicAccessBlockConfiguration", {"BucketName"}},
    {"NoSuchTagSet", {"BucketName"}},
    {"NoSuchUpload", {"UploadId"}},
    {"NoSuchVersion", {"Key", "VersionId"}},
    {"NotImplemented", {"Header"}},
    {"PermanentRedirect", {"Endpoint", "Bucket"}},
    {"PreconditionFailed", {"Condition"}},
    {"RequestTimeTooSkewed", {"RequestTime", "ServerTime", "MaxAllowedSkewMilliseconds"}},
    {"SignatureDoesNotMatch",
     {"AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes", "CanonicalRequest",
      "CanonicalRequestBytes"}},
    {"XAmzContentSHA256Mismatch", {"ClientComputedContentSHA256", "S3ComputedContentSHA256"}},
};

/* ---- what the request itself says ---- */

/* The n-th piece of the path, decoded: 0 the bucket, 1 the key; NULL: there is none. */
static const char *of_path(struct api_request *rq, int n) {
    const char *path = rq->wire->request.path + (*rq->wire->request.path == '/'), *slash = strchr(path, '/');
    const char *at = n == 0 ? path : slash != NULL ? slash + 1 : "";
    size_t length = n == 0 && slash != NULL ? (size_t)(slash - path) : strlen(at);
    char *text;

    return length == 0 || percent_decode(rq->arena, at, length, false, &text) < 0 ? NULL : text;
}

static const char *bucket(struct api_request *rq, const struct proto_headers *told) {
    (void)told;
    return of_path(rq, 0);
}

static const char *key(struct api_request *rq, const struct proto_headers *told) {
    (void)told;
    return of_path(rq, 1);
}

static const char *resource_type(struct api_request *rq, const struct proto_headers *told) {
    (void)told;
    return of_path(rq, 1) != NULL ? "OBJECT" : of_path(rq, 0) != NULL ? "BUCKET" : "SERVICE";
}

static const char *method(struct api_request *rq, const struct proto_headers *told) {
    (void)told;
    return rq->wire->http->method;
}

static const char *access_key(struct api_request *rq, const struct proto_headers *told) {
    (void)told;
    return rq->wire->auth.access_key_id;
}

static const char *signature(struct api_request *rq, const struct proto_headers *told) {
    (void)told;
    return rq->wire->auth.signature;
}

static const char *token(struct api_request *rq, const struct proto_headers *told) {
    (void)told;
    return rq->wire->auth.session_token;
}

static const char *request_time(struct api_request *rq, const struct proto_headers *told) {
    (void)told;
    return rq->wire->auth.amz_date;
}

/* Only where it is about time. */
static const char *server_time(struct api_request *rq, const struct proto_headers *told) {
    if (strcmp(rq->error_code, "AccessDenied") == 0 && proto_header_get(told, "Expires") == NULL)
        return NULL;
    return clock_iso8601_sec(rq->now_ms, arena_alloc(rq->arena, CLOCK_TEXT_BYTES));
}

static const char *skew(struct api_request *rq, const struct proto_headers *told) {
    (void)told;
    return arena_printf(rq->arena, "%d", SIGV4_SKEW_S * 1000);
}

/* Bytes in hexadecimal with a blank between, as S3 shows what should have been signed. */
static const char *bytes_of(struct arena *a, const char *text) {
    size_t length = text == NULL ? 0 : strlen(text);
    char *shown = length == 0 ? NULL : arena_alloc(a, 3 * length);

    for (size_t i = 0; i < length; i++) {
        hex_encode(text + i, 1, shown + 3 * i);
        shown[3 * i + 2] = i + 1 < length ? ' ' : '\0';
    }
    return shown;
}

static const char *to_sign_bytes(struct api_request *rq, const struct proto_headers *told) {
    return bytes_of(rq->arena, proto_header_get(told, "StringToSign"));
}

static const char *canonical_bytes(struct api_request *rq, const struct proto_headers *told) {
    return bytes_of(rq->arena, proto_header_get(told, "CanonicalRequest"));
}

/* The header or parameter whose value cannot be what the model wants. */
static const struct model_member *bad_argument(struct api_request *rq, const char **ret_value) {
    const struct model_shape *input = rq->operation != NULL ? rq->operation->input : NULL;

    for (uint16_t i = 0; input != NULL && i < input->member_count; i++) {
        const struct model_member *m = &input->members[i];
        const char *text = m->location == MODEL_IN_HEADER ? proto_header_get(&rq->wire->headers, m->wire)
                           : m->location == MODEL_IN_QUERY
                               ? proto_parameter_get(&rq->wire->parameters, m->wire)
                               : NULL;
        void *value = arena_alloc(rq->arena, input->size);
        bool good = text == NULL || m->shape->type == MODEL_LIST ||
                    value_parse(rq->arena, m->shape, m->time_format, text, value) == 0;

        for (size_t j = 0; good && text != NULL && m->shape->enums != NULL; j++) {
            good = m->shape->enums[j] != NULL;
            if (good && strcmp(m->shape->enums[j], text) == 0)
                break;
        }
        *ret_value = text;
        if (!good)
            return m;
    }
    return NULL;
}

static const char *argument_name(struct api_request *rq, const struct proto_headers *told) {
    const char *value;
    const struct model_member *m =
        proto_header_get(told, "ArgumentName") != NULL ? NULL : bad_argument(rq, &value);

    return m != NULL ? m->wire : NULL;
}

static const char *argument_value(struct api_request *rq, const struct proto_headers *told) {
    const char *value;

    return proto_header_get(told, "ArgumentName") == NULL && bad_argument(rq, &value) != NULL ? value : NULL;
}

static const struct {
    const char *element;
    const char *header, *parameter; /* where the request has it, or: */
    const char *(*find)(struct api_request *rq, const struct proto_headers *told);
} known[] = {
    {"AWSAccessKeyId", NULL, NULL, access_key},
    {"ArgumentName", NULL, NULL, argument_name},
    {"ArgumentValue", NULL, NULL, argument_value},
    {"Bucket", NULL, NULL, bucket},
    {"BucketName", NULL, NULL, bucket},
    {"CanonicalRequestBytes", NULL, NULL, canonical_bytes},
    {"Content-MD5", "content-md5", NULL, NULL},
    {"Key", NULL, NULL, key},
    {"MaxAllowedSkewMilliseconds", NULL, NULL, skew},
    {"Method", NULL, NULL, method},
    {"PartNumberRequested", NULL, "partNumber", NULL},
    {"RangeRequested", "range", NULL, NULL},
    {"RequestTime", NULL, NULL, request_time},
    {"ResourceType", NULL, NULL, resource_type},
    {"ServerTime", NULL, NULL, server_time},
    {"SignatureProvided", NULL, NULL, signature},
    {"StorageClassRequested", "x-amz-storage-class", NULL, NULL},
    {"StringToSignBytes", NULL, NULL, to_sign_bytes},
    {"Token-0", NULL, NULL, token},
    {"UploadId", NULL, "uploadId", NULL},
    {"VersionId", NULL, "versionId", NULL},
};

static const char *find(struct api_request *rq, const struct proto_headers *told, const char *element) {
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i].element, element) != 0)
            continue;
        if (known[i].find != NULL)
            return known[i].find(rq, told);
        return known[i].header != NULL ? proto_header_get(&rq->wire->headers, known[i].header)
                                       : proto_parameter_get(&rq->wire->parameters, known[i].parameter);
    }
    return NULL;
}

void s3_describe_error(struct api_request *rq) {
    const struct proto_headers told = rq->error_details;

    rq->error_details = (struct proto_headers){0};
    for (size_t i = 0; i < sizeof(catalogue) / sizeof(catalogue[0]); i++) {
        if (strcmp(catalogue[i].code, rq->error_code) != 0)
            continue;
        for (size_t j = 0; j < ELEMENTS_MAX && catalogue[i].elements[j] != NULL; j++) {
            const char *name = catalogue[i].elements[j], *value = proto_header_get(&told, name);

            api_detail(rq, name, value != NULL ? value : find(rq, &told, name));
        }
    }
}
