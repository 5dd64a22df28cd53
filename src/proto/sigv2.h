/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sigv2: S3's older way of presigning a URL, which some clients still take by default.
 *
 * Theory of operation: the URL has key, time of its end and signature; what is signed is the method, Content-MD5 and
 * Content-Type (of the headers, or else of the URL), that time, every x-amz-* (header or parameter), the path and
 * those parameters that choose what is done.  There is neither region nor day in it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
 */
#ifndef VPCBOX_PROTO_SIGV2_H
#define VPCBOX_PROTO_SIGV2_H

#include "proto/sigv4.h"

/* Whether the query has the marks of such a URL. */
bool sigv2_is(const struct proto_parameters *query);
/* Fills auth (kind SIGV2_PRESIGNED) without believing it.  *ret_why on SIGV4_MALFORMED, in S3's words. */
enum sigv4_result sigv2_parse(const struct sigv4_request *rq, const struct proto_parameters *query,
                              struct sigv4_auth *ret_auth, const char **ret_why);
/* What is signed.  rq->path: /bucket/key, whatever the host was. */
const char *sigv2_string(struct arena *a, const struct sigv4_request *rq,
                         const struct proto_parameters *query);
/* SIGV4_OK, SIGV4_EXPIRED or SIGV4_MISMATCH. */
enum sigv4_result sigv2_verify(struct arena *a, const struct sigv4_request *rq,
                               const struct proto_parameters *query, const struct sigv4_auth *auth,
                               const char *secret, int64_t now_ms);

#endif
