/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/checksum.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/text.h"
#include "proto/crc.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;

static const struct {
    enum checksum_kind kind;
    const char *header, *algorithm, *digest;
    enum crc_kind crc;
    size_t bytes;
} kinds[] = {
    {CHECKSUM_CRC32, "x-amz-checksum-crc32", "CRC32", NULL, CRC_32, 4},
    {CHECKSUM_CRC32C, "x-amz-checksum-crc32c", "CRC32C", NULL, CRC_32C, 4},
    {CHECKSUM_CRC64NVME, "x-amz-checksum-crc64nvme", "CRC64NVME", NULL, CRC_64NVME, 8},
    {CHECKSUM_SHA1, "x-amz-checksum-sha1", "SHA1", "SHA1", 0, 20},
    {CHECKSUM_SHA256, "x-amz-checksum-sha256", "SHA256", "SHA256", 0, 32},
    {CHECKSUM_MD5, NULL, NULL, "MD5", 0, 16},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
static EVP_MD *digests[KINDS];

static void fetch(void) {
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i].digest != NULL)
            digests[i] = EVP_MD_fetch(NULL, kinds[i].digest, NULL);
}

static size_t place(enum checksum_kind kind) {
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i].kind == kind)
            return i;
    abort();
}

enum checksum_kind checksum_of_header(const char *name) {
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i].header != NULL && strcasecmp(kinds[i].header, name) == 0)
            return kinds[i].kind;
    return CHECKSUM_NONE;
}

enum checksum_kind checksum_of_algorithm(const char *name) {
    for (size_t i = 0; i < KINDS; i++)
        if (name != NULL && kinds[i].algorithm != NULL && strcasecmp(kinds[i].algorithm, name) == 0)
            return kinds[i].kind;
    return CHECKSUM_NONE;
}

const char *checksum_algorithm(enum checksum_kind kind) {
    return kind == CHECKSUM_NONE ? NULL : kinds[place(kind)].algorithm;
}

void checksum_begin(struct checksum *c, enum checksum_kind kind) {
    size_t i = place(kind);

    pthread_once(&once, fetch);
    *c = (struct checksum){.kind = kind, .crc = kinds[i].digest == NULL ? crc_start(kinds[i].crc) : 0};
    if (kinds[i].digest == NULL)
        return;
    c->digest = EVP_MD_CTX_new();
    if (c->digest == NULL || EVP_DigestInit_ex2(c->digest, digests[i], NULL) != 1)
        out_of_memory();
}

void checksum_update(struct checksum *c, const void *data, size_t length) {
    if (c->digest != NULL)
        EVP_DigestUpdate(c->digest, data, length);
    else
        c->crc = crc_add(kinds[place(c->kind)].crc, c->crc, data, length);
}

size_t checksum_end(struct checksum *c, unsigned char out[CHECKSUM_MAX_BYTES]) {
    size_t bytes = kinds[place(c->kind)].bytes;

    if (c->digest != NULL) {
        EVP_DigestFinal_ex(c->digest, out, NULL);
        EVP_MD_CTX_free(c->digest);
        c->digest = NULL;
        return bytes;
    }
    for (size_t i = 0; i < bytes; i++)
        out[i] = (unsigned char)(~c->crc >> 8 * (bytes - 1 - i));
    return bytes;
}

char *checksum_end_text(struct checksum *c, char out[CHECKSUM_TEXT_BYTES]) {
    unsigned char raw[CHECKSUM_MAX_BYTES];
    size_t length = checksum_end(c, raw);

    EVP_EncodeBlock((unsigned char *)out, raw, (int)length);
    return out;
}

/* ---- combining ---- */

uint64_t checksum_combine(enum checksum_kind kind, uint64_t a, const unsigned char *b, uint64_t b_length) {
    size_t i = place(kind);
    uint64_t sum = 0;

    for (size_t j = 0; j < kinds[i].bytes; j++)
        sum = sum << 8 | b[j];
    return crc_shift(kinds[i].crc, a, b_length) ^ sum;
}

char *checksum_crc_text(enum checksum_kind kind, uint64_t crc, char out[CHECKSUM_TEXT_BYTES]) {
    unsigned char raw[CHECKSUM_MAX_BYTES];
    size_t bytes = kinds[place(kind)].bytes;

    for (size_t i = 0; i < bytes; i++)
        raw[i] = (unsigned char)(crc >> 8 * (bytes - 1 - i));
    EVP_EncodeBlock((unsigned char *)out, raw, (int)bytes);
    return out;
}
