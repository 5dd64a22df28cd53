/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/sha256.h"
#include "base/arena.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 64 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t context_key;
static EVP_MD *md;

static void free_context(void *context) {
    EVP_MD_CTX_free(context);
}

static void fetch(void) {
    md = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (md == NULL || pthread_key_create(&context_key, free_context) != 0)
        out_of_memory();
}

const EVP_MD *sha256_md(void) {
    pthread_once(&once, fetch);
    return md;
}

static EVP_MD_CTX *begin(void) {
    EVP_MD_CTX *c;

    pthread_once(&once, fetch);
    c = pthread_getspecific(context_key);
    if (c == NULL) {
        c = EVP_MD_CTX_new();
        if (c == NULL || pthread_setspecific(context_key, c) != 0)
            out_of_memory();
        if (EVP_DigestInit_ex2(c, md, NULL) != 1)
            out_of_memory();
    } else if (EVP_DigestInit_ex2(c, NULL, NULL) != 1) {
        out_of_memory();
    }
    return c;
}

void sha256(const void *data, size_t length, unsigned char out[SHA256_BYTES]) {
    EVP_MD_CTX *c = begin();

    EVP_DigestUpdate(c, data, length);
    EVP_DigestFinal_ex(c, out, NULL);
}

void hmac_sha256(const void *key, size_t key_length, const void *data, size_t length,
                 unsigned char out[SHA256_BYTES]) {
    unsigned char block[BLOCK_BYTES] = {0}, inner[SHA256_BYTES];
    EVP_MD_CTX *c;

    if (key_length > BLOCK_BYTES)
        sha256(key, key_length, block);
    else if (key_length > 0)
        memcpy(block, key, key_length);
    for (size_t i = 0; i < BLOCK_BYTES; i++)
        block[i] ^= 0x36;
    c = begin();
    EVP_DigestUpdate(c, block, sizeof(block));
    EVP_DigestUpdate(c, data, length);
    EVP_DigestFinal_ex(c, inner, NULL);
    for (size_t i = 0; i < BLOCK_BYTES; i++)
        block[i] ^= 0x36 ^ 0x5c;
    c = begin();
    EVP_DigestUpdate(c, block, sizeof(block));
    EVP_DigestUpdate(c, inner, sizeof(inner));
    EVP_DigestFinal_ex(c, out, NULL);
    OPENSSL_cleanse(block, sizeof(block));
}
