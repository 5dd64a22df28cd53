/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proto: AWS's protocols, both ends, by the model's tables.
 *
 * Theory of operation: a message is an HTTP head, a body and a struct (model.h).  Four functions turn
 * one into the other: a server decodes inputs and encodes outputs and errors, a client encodes inputs
 * and decodes outputs and errors.  Each picks the engine of the service's protocol: ec2 and query
 * (ec2_query.c), json and rest-json (json.c), rest-xml (rest_xml.c).  Decoding checks syntax and types;
 * proto_validate() then holds the struct against what the model requires.  Problems are told in the
 * words and codes of the service, since clients read them.
 *
 * Nothing here does I/O, keeps state or knows who calls.  Everything decoded lives in the arena given.
 * A streamed body (S3 objects) is never here: it travels beside the struct.
 */
#ifndef VPCBOX_PROTO_PROTO_H
#define VPCBOX_PROTO_PROTO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "model/model.h"

enum {
    PROTO_BODY_MAX_BYTES =
        4 * 1024 * 1024, /* of any body that is decoded; more is refused before it is read */
    PROTO_OUTPUT_MAX_BYTES = 64 * 1024 * 1024,
    PROTO_PARAMETERS_MAX = 8192, /* of a query request */
    PROTO_DEPTH_MAX = 24,
};

struct proto_header {
    const char *name, *value;
};

struct proto_headers {
    struct proto_header *items;
    size_t count, capacity;
};

/* The first header of that name (any case), or NULL. */
const char *proto_header_get(const struct proto_headers *h, const char *name);
void proto_header_add(struct arena *a, struct proto_headers *h, const char *name, const char *value);

struct proto_error {
    const char *code, *message;
    int http_status;
};

/* One name=value of a query string or form, both decoded. */
struct proto_parameter {
    const char *name, *value;
    bool has_value; /* there was a '=' */
    bool used;
};

struct proto_parameters {
    struct proto_parameter *items;
    size_t count, capacity;
};

/* Appends what a query string or form body says.  0, -EINVAL (broken escape, not UTF-8) or -E2BIG. */
int proto_parameters_parse(struct arena *a, const char *text, size_t length, struct proto_parameters *out);
const char *proto_parameter_get(const struct proto_parameters *p, const char *name); /* NULL when absent */

/* ---- server ---- */

struct proto_request {
    const char *path;                    /* undecoded; S3: /bucket/key, whatever the host was */
    struct proto_parameters *parameters; /* ec2, query: of query string and form; rest: of the query string */
    struct proto_headers headers;
    const char *body; /* empty when the operation streams it */
    size_t body_length;
};

struct proto_response {
    int status;
    struct proto_headers headers; /* without Content-Length and Date */
    struct buf body;              /* buf_free() when done */
};

/*
 * Which operation a rest request means, by method, path and query: the one that asks for the most of
 * what is there.  NULL when there is none; *ret_lacking then names what AWS has and vpcbox has not, or is NULL.
 */
const struct model_operation *proto_rest_route(const struct model_service *s, const char *method,
                                               const struct proto_request *rq, const char **ret_lacking);

/* Fills the zeroed input struct.  0, or -EINVAL and *ret_error. */
int proto_decode_input(const struct model_service *s, const struct model_operation *op, struct arena *a,
                       const struct proto_request *rq, void *in, struct proto_error *ret_error);
/* Required members, lengths, values, enumerations.  0, or -EINVAL and *ret_error. */
int proto_validate(const struct model_service *s, const struct model_operation *op, struct arena *a,
                   const void *in, struct proto_error *ret_error);
/*
 * Status, headers and body of a success.  request_id may be NULL; host_id is S3's second id or NULL.  out
 * may be NULL when the operation has no output.  Body of a streamed output: left empty.
 */
void proto_encode_output(const struct model_service *s, const struct model_operation *op, struct arena *a,
                         const void *out, const char *request_id, const char *host_id,
                         struct proto_response *ret_response);
/* What S3's errors say beyond code and message. */
struct proto_error_details {
    const char *resource;                /* NULL: not told */
    const struct proto_headers *details; /* elements of their own, in this order; NULL: none */
};

/* details: NULL for services other than S3. */
void proto_encode_error(const struct model_service *s, struct arena *a, const struct proto_error *error,
                        const struct proto_error_details *details, const char *request_id,
                        const char *host_id, struct proto_response *ret_response);

/* ---- client ---- */

struct proto_call {
    const char *method;
    const char *uri;              /* path and query, percent-encoded; S3: path style, /bucket/key?query */
    struct proto_headers headers; /* Content-Type, X-Amz-Target, those of the input; not Host, not signed */
    struct buf body;              /* buf_free() when done */
};

/* 0, or -EINVAL and *ret_error when a label of the path is missing or a value cannot be sent. */
int proto_client_encode(const struct model_service *s, const struct model_operation *op, struct arena *a,
                        const void *in, struct proto_call *ret_call, struct proto_error *ret_error);
/*
 * 0 and the zeroed output struct filled, or -EINVAL and *ret_error: the service's code and message, or
 * code "" when the answer cannot be understood.  For a streamed output give an empty body when it succeeded.
 */
int proto_client_decode(const struct model_service *s, const struct model_operation *op, struct arena *a,
                        int status, const struct proto_headers *headers, const char *body, size_t length,
                        void *out, struct proto_error *ret_error);

#endif
