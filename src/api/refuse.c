/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "api/inside.h"

/* Statuses of codes that the models do not declare; all others are 400. */
static const struct {
    const char *code;
    int status;
} statuses[] = {
    {"AccessDenied", 403},
    {"AccessDeniedException", 403},
    {"UnauthorizedOperation", 403},
    {"AuthFailure", 401},
    {"MissingAuthenticationToken", 403},
    {"InternalError", 500},
    {"InternalFailure", 500},
    {"InternalServerError", 500},
    {"ServiceUnavailable", 503},
    {"InsufficientInstanceCapacity", 500},
    /* S3 */
    {"BucketAlreadyExists", 409},
    {"BucketAlreadyOwnedByYou", 409},
    {"BucketNotEmpty", 409},
    {"ConditionalRequestConflict", 409},
    {"InvalidBucketState", 409},
    {"InvalidRange", 416},
    {"MethodNotAllowed", 405},
    {"MissingContentLength", 411},
    {"NoSuchBucket", 404},
    {"AccessForbidden", 403},
    {"NoSuchBucketPolicy", 404},
    {"NoSuchCORSConfiguration", 404},
    {"NoSuchKey", 404},
    {"NoSuchPublicAccessBlockConfiguration", 404},
    {"NoSuchTagSet", 404},
    {"NoSuchUpload", 404},
    {"NoSuchVersion", 404},
    {"NotImplemented", 501},
    {"NotModified", 304},
    {"OperationAborted", 409},
    {"PreconditionFailed", 412},
    {"SlowDown", 503},
};

static int status_of(const struct api_request *rq, const char *code) {
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        if (strcmp(statuses[i].code, code) == 0)
            return statuses[i].status;
    if (rq->operation != NULL && rq->operation->errors != NULL)
        for (const struct model_error *e = rq->operation->errors; e->code != NULL; e++)
            if (strcmp(e->code, code) == 0)
                return e->http_status;
    return 400;
}

int refuse_error(struct api_request *rq, const struct proto_error *error) {
    rq->error_details.count = 0;
    rq->error_code = error->code;
    rq->error_message = error->message;
    rq->error_status = error->http_status;
    return API_REFUSED;
}

int api_refuse(struct api_request *rq, const char *code, const char *fmt, ...) {
    va_list ap;

    rq->error_details.count = 0;
    va_start(ap, fmt);
    rq->error_message = arena_vprintf(rq->arena, fmt, ap);
    va_end(ap);
    rq->error_code = code;
    rq->error_status = status_of(rq, code);
    return API_REFUSED;
}

int api_refuse_status(struct api_request *rq, int http_status, const char *code, const char *fmt, ...) {
    va_list ap;

    rq->error_details.count = 0;
    va_start(ap, fmt);
    rq->error_message = arena_vprintf(rq->arena, fmt, ap);
    va_end(ap);
    rq->error_code = code;
    rq->error_status = http_status;
    return API_REFUSED;
}

int api_detail(struct api_request *rq, const char *name, const char *value) {
    if (value != NULL)
        proto_header_add(rq->arena, &rq->error_details, name, value);
    return API_REFUSED;
}
