/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engines: what proto.c calls of each protocol's file.  Contracts are those of the functions in
 * proto.h with nearly the same name.
 */
#ifndef VPCBOX_PROTO_ENGINES_H
#define VPCBOX_PROTO_ENGINES_H

#include "proto/proto.h"

/* ec2_query.c */
int query_decode(const struct model_service *s, const struct model_operation *op, struct arena *a,
                 const struct proto_request *rq, void *in, struct proto_error *ret_error);
void query_encode_output(const struct model_service *s, const struct model_operation *op, struct arena *a,
                         const void *out, const char *request_id, struct proto_response *response);
void query_client_encode(const struct model_service *s, const struct model_operation *op, struct arena *a,
                         const void *in, struct proto_call *call);
int query_client_decode(const struct model_service *s, const struct model_operation *op, struct arena *a,
                        const char *body, size_t length, void *out, struct proto_error *ret_error);

/* json.c */
int json_decode_input(const struct model_service *s, const struct model_operation *op, struct arena *a,
                      const struct proto_request *rq, void *in, struct proto_error *ret_error);
void json_encode_output(const struct model_service *s, const struct model_operation *op, struct arena *a,
                        const void *out, const char *request_id, struct proto_response *response);
void json_client_encode(const struct model_service *s, const struct model_operation *op, struct arena *a,
                        const void *in, struct proto_call *call);
int json_client_decode(const struct model_service *s, const struct model_operation *op, struct arena *a,
                       const char *body, size_t length, void *out, struct proto_error *ret_error);
/* A document into a struct of this shape, and a struct into a document: rest-json's bodies. */
int json_decode(struct arena *a, const struct model_shape *shape, const char *body, size_t length, void *out,
                struct proto_error *ret_error);
void json_encode(struct buf *body, const struct model_shape *shape, const void *value);
/* Text in quotes, escaped. */
void json_quote(struct buf *out, const char *text);

/* rest.c: rest-xml and rest-json */
int rest_decode_input(const struct model_service *s, const struct model_operation *op, struct arena *a,
                      const struct proto_request *rq, void *in, struct proto_error *ret_error);
void rest_encode_output(const struct model_service *s, const struct model_operation *op, struct arena *a,
                        const void *out, const char *request_id, const char *host_id,
                        struct proto_response *response);
int rest_client_encode(const struct model_service *s, const struct model_operation *op, struct arena *a,
                       const void *in, struct proto_call *call, struct proto_error *ret_error);
int rest_client_decode(const struct model_service *s, const struct model_operation *op, struct arena *a,
                       int status, const struct proto_headers *headers, const char *body, size_t length,
                       void *out, struct proto_error *ret_error);

/* errors.c */
void error_client_decode(const struct model_service *s, struct arena *a, int status,
                         const struct proto_headers *headers, const char *body, size_t length,
                         struct proto_error *ret_error);

#endif
