/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checksum: those that S3 knows, computed in pieces, as the base64 text that S3 shows.
 *
 * Theory of operation: one table says of each kind its header, its name, its length and who computes it:
 * proto/crc.h, or a digest of OpenSSL's, looked up once for all threads since each look-up takes locks.
 * The CRCs of parts combine into the whole's without the parts being read again: a multipart upload's
 * FULL_OBJECT checksum.  Digests cannot do that.
 */
#ifndef VPCBOX_PROTO_CHECKSUM_H
#define VPCBOX_PROTO_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

enum checksum_kind {
    CHECKSUM_NONE,
    CHECKSUM_CRC32,
    CHECKSUM_CRC32C,
    CHECKSUM_CRC64NVME,
    CHECKSUM_SHA1,
    CHECKSUM_SHA256,
    CHECKSUM_MD5
};

enum { CHECKSUM_MAX_BYTES = 32, CHECKSUM_TEXT_BYTES = 48 };

struct checksum {
    enum checksum_kind kind;
    uint64_t crc;
    void *digest; /* EVP_MD_CTX */
};

/* "x-amz-checksum-crc32" (any case) → CHECKSUM_CRC32; CHECKSUM_NONE when unknown. */
enum checksum_kind checksum_of_header(const char *name);
/* "CRC32", as ChecksumAlgorithm names it. */
enum checksum_kind checksum_of_algorithm(const char *name);
const char *checksum_algorithm(enum checksum_kind kind); /* "CRC32" */

void checksum_begin(struct checksum *c, enum checksum_kind kind);
void checksum_update(struct checksum *c, const void *data, size_t length);
/* Ends it; checksum_end must be called for every checksum begun.  Returns the number of bytes in out. */
size_t checksum_end(struct checksum *c, unsigned char out[CHECKSUM_MAX_BYTES]);
/* The same as base64. */
char *checksum_end_text(struct checksum *c, char out[CHECKSUM_TEXT_BYTES]);

/*
 * CRCs only.  The CRC of what `a` is of followed by what `b` is of, without reading either: b as checksum_end() gave
 * it, of b_length bytes.  The CRC of nothing is 0.
 */
uint64_t checksum_combine(enum checksum_kind kind, uint64_t a, const unsigned char *b, uint64_t b_length);
/* Of such a CRC. */
char *checksum_crc_text(enum checksum_kind kind, uint64_t crc, char out[CHECKSUM_TEXT_BYTES]);

#endif
