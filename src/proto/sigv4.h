/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sigv4: AWS Signature Version 4, both ends.
 *
 * Theory of operation: sigv4_parse() finds who says to have signed (Authorization header, or the
 * X-Amz-… parameters of a presigned URL) without believing it.  The caller looks up the secret of that
 * access key, and sigv4_verify() makes the signature again from the request as it came and compares
 * in constant time.  The key derived for (secret, day, region, service) is cached in a sigv4_keys, as
 * it stays the same for a day.
 *
 * The payload's hash is part of what is signed.  A body that is at hand is hashed; S3's says in
 * x-amz-content-sha256 what it will be, or that it is not signed, or signed in pieces (aws_chunked.h checks
 * those as they are read).
 *
 * S3 signs the path as sent; all other services sign it encoded once more.
 *
 * A signature vouches for what it covers alone, so no header that changes what is asked may come beside it:
 * every x-amz-* must be in the list of signed headers, for S3 content-md5 as well.  Services other than S3
 * take x-amz-security-token unsigned, as AWS allows: it names the key, whose secret the signature proves.
 */
#ifndef VPCBOX_PROTO_SIGV4_H
#define VPCBOX_PROTO_SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "proto/proto.h"

enum { SIGV4_HEX_BYTES = 65, SIGV4_KEY_BYTES = 32, SIGV4_PRESIGN_MAX_S = 604800, SIGV4_SKEW_S = 900 };

enum sigv4_kind { SIGV4_ANONYMOUS, SIGV4_HEADER, SIGV4_PRESIGNED, SIGV2_PRESIGNED /* sigv2.h */ };

enum sigv4_payload {
    SIGV4_PAYLOAD_NONE,     /* no x-amz-content-sha256: the body as it is at hand */
    SIGV4_PAYLOAD_HASH,     /* payload_hash is its SHA-256 in hex */
    SIGV4_PAYLOAD_UNSIGNED, /* UNSIGNED-PAYLOAD */
    SIGV4_PAYLOAD_CHUNKED,  /* STREAMING-AWS4-HMAC-SHA256-PAYLOAD */
    SIGV4_PAYLOAD_CHUNKED_TRAILER,
    SIGV4_PAYLOAD_UNSIGNED_TRAILER, /* STREAMING-UNSIGNED-PAYLOAD-TRAILER */
};

enum sigv4_result {
    SIGV4_OK,
    SIGV4_MALFORMED, /* IncompleteSignature, AuthorizationHeaderMalformed, AuthorizationQueryParametersError */
    SIGV4_NO_DATE,   /* none, or none that can be read; for all but S3 as SIGV4_MALFORMED */
    SIGV4_UNSUPPORTED,   /* another algorithm than AWS4-HMAC-SHA256 */
    SIGV4_MISMATCH,      /* SignatureDoesNotMatch */
    SIGV4_EXPIRED,       /* presigned URL past its time, or a request older than the skew allowed */
    SIGV4_NOT_YET_VALID, /* dated too far in the future */
    SIGV4_WRONG_REGION,  /* or service: not who the request went to */
    SIGV4_TWICE,         /* by a header and by the query: which one is meant? */
    SIGV4_NOT_SIGNED,    /* headers that change the request's meaning: *ret_why is the list of their names */
};

/* A request as it came. */
struct sigv4_request {
    const char *method;
    const char *path;  /* undecoded */
    const char *query; /* undecoded, or NULL */
    const struct proto_headers *headers;
};

struct sigv4_auth {
    enum sigv4_kind kind;
    const char *access_key_id, *region, *service;
    const char *date;           /* of the scope: 20260102 */
    const char *scope;          /* 20260102/ap-northeast-1/s3/aws4_request */
    const char *amz_date;       /* 20260102T030405Z */
    const char *signed_headers; /* a;b;c */
    const char *signature;      /* 64 hex digits */
    const char *session_token;  /* or NULL */
    int64_t time_ms;            /* SIGV2_PRESIGNED: of its end */
    int64_t expires_s;          /* SIGV4_PRESIGNED */
    enum sigv4_payload payload;
    const char *payload_hash; /* as x-amz-content-sha256 says, or NULL */
};

/* On a failure, *ret_why says what is wrong in AWS's words. */
enum sigv4_result sigv4_parse(struct arena *a, const struct sigv4_request *rq, struct sigv4_auth *ret_auth,
                              const char **ret_why);

struct sigv4_keys;
struct sigv4_keys *sigv4_keys_new(void);
void sigv4_keys_free(struct sigv4_keys *k);
/* The signing key; thread-safe.  keys may be NULL: then derived afresh. */
void sigv4_key(struct sigv4_keys *keys, const char *secret, const char *date, const char *region,
               const char *service, unsigned char out[SIGV4_KEY_BYTES]);

/*
 * Time first, then the signature.  body_hash: hex SHA-256 of the body, used when the payload is
 * SIGV4_PAYLOAD_NONE; NULL for a presigned S3 URL (not signed).  key_out (may be NULL) gets the signing key, for
 * the chunks.  *ret_why as AWS would say it, with the canonical request and string to sign on a mismatch.
 */
enum sigv4_result sigv4_verify(struct arena *a, struct sigv4_keys *keys, const struct sigv4_request *rq,
                               const struct sigv4_auth *auth, const char *secret, const char *body_hash,
                               int64_t now_ms, unsigned char key_out[SIGV4_KEY_BYTES], const char **ret_why);

/* The canonical request and the string to sign that sigv4_verify() holds the signature against. */
void sigv4_strings(struct arena *a, const struct sigv4_request *rq, const struct sigv4_auth *auth,
                   const char *body_hash, const char **ret_canonical, const char **ret_to_sign);

char *sigv4_sha256_hex(const void *data, size_t length, char out[SIGV4_HEX_BYTES]);

/* ---- client ---- */

struct sigv4_sign {
    const char *access_key_id, *secret, *session_token; /* token: or NULL */
    const char *region, *service;
    int64_t now_ms;
    const char *payload_hash; /* hex SHA-256 of the body, or UNSIGNED-PAYLOAD, STREAMING-… */
};

/*
 * Adds x-amz-date, x-amz-security-token, x-amz-content-sha256 (S3) and Authorization to the headers, which must
 * hold Host already.  All headers there are signed, but for User-Agent, Expect and Connection.
 */
void sigv4_sign_headers(struct arena *a, const struct sigv4_sign *sign, const char *method, const char *path,
                        const char *query, struct proto_headers *headers);
/* The query string (with query's own parameters) of a presigned URL; only Host is signed. */
const char *sigv4_presign(struct arena *a, const struct sigv4_sign *sign, const char *method,
                          const char *host, const char *path, const char *query, int64_t expires_s);

#endif
