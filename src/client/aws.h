/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aws: AWS's API from the caller's side.
 *
 * Theory of operation: a call is (service, operation name, typed input) → typed output; the model's
 * tables say how both look on the wire (src/proto does it), libcurl carries it, SigV4 signs it.
 * One connection is kept alive per service.  Transient answers (throttling, 5xx) are retried with growing
 * delay, at most four times.  Used by the commands and by the agent inside instances.
 */
#ifndef VPCBOX_CLIENT_AWS_H
#define VPCBOX_CLIENT_AWS_H

#include <stdbool.h>

#include "base/arena.h"
#include "model/gen/ec2.h"
#include "model/gen/iam.h"
#include "model/gen/s3.h"
#include "model/gen/ssm.h"
#include "model/gen/sts.h"
#include "proto/proto.h"

struct aws {
    struct arena *arena;
    const char *endpoint_url; /* NULL: AWS's regional endpoints over HTTPS */
    const char *region;
    const char *access_key_id, *secret_access_key, *session_token; /* token may be NULL */
    void *curl;
    /* of the last call that failed; code is NULL when no answer came, message then says why */
    const char *error_code, *error_message;
    int http_status;
};

/* 0 with *out filled (out must be zeroed; its strings live in a->arena), or -EIO with the error set. */
int aws_call(struct aws *a, const struct model_service *service, const char *operation, const void *in,
             void *out);
void aws_done(struct aws *a);

/* The last error is this code. */
bool aws_error_is(const struct aws *a, const char *code);

/* A signed request outside the models (the agent's channels).  body may be NULL.  0 when an answer came,
 * with its status and body in the arena, or -EIO with error_message set. */
int aws_request(struct aws *a, const char *service, const char *method, const char *url,
                const char *content_type, const char *body, int *ret_status, const char **ret_body);
/* The headers that sign a request without a body to url, for a WebSocket's handshake.  Host is among them. */
int aws_sign_url(struct aws *a, const char *service, const char *method, const char *url,
                 struct proto_headers *ret_headers);

/* Appends a filter to any request's VEC(struct ec2_filter). */
void aws_filter(struct aws *a, struct model_vec *filters, const char *name, const char *value);

/* EC2(c, DescribeVpcs, in, out): the call with the service's name in it. */
#define EC2(c, op, in, out) aws_call(&(c)->aws, &model_ec2, #op, &(in), &(out))
#define IAM(c, op, in, out) aws_call(&(c)->aws, &model_iam, #op, &(in), &(out))
#define S3(c, op, in, out) aws_call(&(c)->aws, &model_s3, #op, &(in), &(out))
#define SSM(c, op, in, out) aws_call(&(c)->aws, &model_ssm, #op, &(in), &(out))
#define STS(c, op, in, out) aws_call(&(c)->aws, &model_sts, #op, &(in), &(out))
#define FILTER(c, request, name, value)                                                                      \
    aws_filter(&(c)->aws, (struct model_vec *)(void *)&(request).filters, name, value)

/* For operations without an output shape. */
struct aws_nothing {
    char empty_;
};

#endif
