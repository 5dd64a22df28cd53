/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sha256: hashes and keyed hashes of signatures.
 *
 * Theory of operation: OpenSSL looks an algorithm up by name each time unless it is fetched once; the
 * digest is fetched once for all, and each thread keeps one context.  HMAC is two hashes with the padded key.
 */
#ifndef VPCBOX_PROTO_SHA256_H
#define VPCBOX_PROTO_SHA256_H

#include <openssl/evp.h>
#include <stddef.h>

enum { SHA256_BYTES = 32 };

void sha256(const void *data, size_t length, unsigned char out[SHA256_BYTES]);
void hmac_sha256(const void *key, size_t key_length, const void *data, size_t length,
                 unsigned char out[SHA256_BYTES]);
const EVP_MD *sha256_md(void); /* fetched, for contexts of one's own */

#endif
