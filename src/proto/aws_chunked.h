/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aws_chunked: the body of an S3 upload, checked while it is read.
 *
 * Theory of operation: a filter over a function that reads the raw body.  Plain bodies pass through
 * and are hashed when the request signed their SHA-256; aws-chunked bodies are taken apart, hashed chunk by
 * chunk against the chain of signatures, and compared with the trailing checksum.  Bytes are handed on as they
 * come: a reader that sees 0 has had the whole body, checked; what was read before an error must be thrown
 * away.  Memory is one small window, whatever the sizes of chunks.
 */
#ifndef VPCBOX_PROTO_AWS_CHUNKED_H
#define VPCBOX_PROTO_AWS_CHUNKED_H

#include <sys/types.h>

#include "proto/sigv4.h"

struct aws_chunked;

/* As http_body_read(). */
typedef ssize_t aws_chunked_source(void *user, void *data, size_t capacity);

struct aws_chunked_options {
    aws_chunked_source *read;
    void *user;
    enum sigv4_payload payload;
    const char *payload_hash;   /* SIGV4_PAYLOAD_HASH */
    const char *scope;          /* signed chunks: of the request, */
    const char *amz_date;       /*   its time, */
    const char *seed_signature; /*   its signature */
    const unsigned char
        *key; /*   and its signing key (SIGV4_KEY_BYTES); NULL: signatures of chunks are not looked at */
    const char *trailer_name; /* x-amz-trailer, or NULL */
    int64_t decoded_length;   /* x-amz-decoded-content-length, or -1 */
};

/* Strings of the options must outlive it. */
struct aws_chunked *aws_chunked_new(const struct aws_chunked_options *options);
void aws_chunked_free(struct aws_chunked *c); /* NULL is fine */
/*
 * Decoded bytes; 0 at the end of a body that was found right.  Errors of the source as they are, or:
 * -EBADMSG not aws-chunked, too long or too short (IncompleteBody, InvalidChunkSizeError); -EKEYREJECTED a
 * chunk's or trailer's signature (SignatureDoesNotMatch); -EBADE the body's hash (XAmzContentSHA256Mismatch);
 * -EILSEQ the trailing checksum (BadDigest); -ENOMSG a trailer that was not announced, or none that was
 * (MalformedTrailerError).
 */
ssize_t aws_chunked_read(struct aws_chunked *c, void *data, size_t capacity);
/* After -EBADE or -EILSEQ: what the client said and what was computed; NULL at other times.  The filter's. */
void aws_chunked_mismatch(const struct aws_chunked *c, const char **ret_given, const char **ret_computed);
/* S3's code and words for an error above. */
void aws_chunked_error(int error, struct proto_error *ret_error);

#endif
