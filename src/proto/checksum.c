/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/checksum.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* Reflected polynomials; tables take eight bytes a step. */
enum { TABLE_CRC32, TABLE_CRC32C, TABLE_CRC64, TABLES };
static const uint64_t polynomials[TABLES] = {0xedb88320u, 0x82f63b78u, 0x9a6c9329ac4bc9b5u};
static uint64_t tables[TABLES][8][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const struct {
    enum checksum_kind kind;
    const char *header, *algorithm, *digest;
    int table;
    size_t bytes;
} kinds[] = {
    {CHECKSUM_CRC32, "x-amz-checksum-crc32", "CRC32", NULL, TABLE_CRC32, 4},
    {CHECKSUM_CRC32C, "x-amz-checksum-crc32c", "CRC32C", NULL, TABLE_CRC32C, 4},
    {CHECKSUM_CRC64NVME, "x-amz-checksum-crc64nvme", "CRC64NVME", NULL, TABLE_CRC64, 8},
    {CHECKSUM_SHA1, "x-amz-checksum-sha1", "SHA1", "SHA1", 0, 20},
    {CHECKSUM_SHA256, "x-amz-checksum-sha256", "SHA256", "SHA256", 0, 32},
    {CHECKSUM_MD5, NULL, NULL, "MD5", 0, 16},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
static EVP_MD *digests[KINDS];

static void make_tables(void) {
    for (int t = 0; t < TABLES; t++) {
        for (unsigned i = 0; i < 256; i++) {
            uint64_t v = i;

            for (int bit = 0; bit < 8; bit++)
                v = v & 1 ? v >> 1 ^ polynomials[t] : v >> 1;
            tables[t][0][i] = v;
        }
        for (int n = 1; n < 8; n++)
            for (unsigned i = 0; i < 256; i++)
                tables[t][n][i] = tables[t][n - 1][i] >> 8 ^ tables[t][0][tables[t][n - 1][i] & 0xff];
    }
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
        if (kinds[i].algorithm != NULL && strcasecmp(kinds[i].algorithm, name) == 0)
            return kinds[i].kind;
    return CHECKSUM_NONE;
}

const char *checksum_header(enum checksum_kind kind) {
    return kind == CHECKSUM_NONE ? NULL : kinds[place(kind)].header;
}

const char *checksum_algorithm(enum checksum_kind kind) {
    return kind == CHECKSUM_NONE ? NULL : kinds[place(kind)].algorithm;
}

void checksum_begin(struct checksum *c, enum checksum_kind kind) {
    size_t i = place(kind);

    pthread_once(&once, make_tables);
    *c = (struct checksum){.kind = kind, .crc = kinds[i].bytes == 4 ? 0xffffffffu : UINT64_MAX};
    if (kinds[i].digest == NULL)
        return;
    c->digest = EVP_MD_CTX_new();
    if (c->digest == NULL || EVP_DigestInit_ex2(c->digest, digests[i], NULL) != 1)
        abort();
}

static uint64_t crc_add(const uint64_t t[8][256], uint64_t crc, const unsigned char *p, size_t length) {
    for (; length >= 8; p += 8, length -= 8) {
        uint64_t word = 0;

        for (int i = 7; i >= 0; i--) /* little-endian on any machine; compilers see the load */
            word = word << 8 | p[i];
        crc ^= word;
        crc = t[7][crc & 0xff] ^ t[6][crc >> 8 & 0xff] ^ t[5][crc >> 16 & 0xff] ^ t[4][crc >> 24 & 0xff] ^
              t[3][crc >> 32 & 0xff] ^ t[2][crc >> 40 & 0xff] ^ t[1][crc >> 48 & 0xff] ^ t[0][crc >> 56];
    }
    for (; length > 0; p++, length--)
        crc = crc >> 8 ^ t[0][(crc ^ *p) & 0xff];
    return crc;
}

void checksum_update(struct checksum *c, const void *data, size_t length) {
    if (c->digest != NULL)
        EVP_DigestUpdate(c->digest, data, length);
    else
        c->crc = crc_add((const uint64_t(*)[256])tables[kinds[place(c->kind)].table], c->crc, data, length);
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

/* Product of two polynomials modulo the CRC's; all are reflected, so the highest bit is x^0. */
static uint64_t multiply(uint64_t polynomial, uint64_t one, uint64_t a, uint64_t b) {
    uint64_t product = 0;

    for (uint64_t bit = one; bit != 0; bit >>= 1) {
        if (a & bit)
            product ^= b;
        b = b & 1 ? b >> 1 ^ polynomial : b >> 1;
    }
    return product;
}

uint64_t checksum_combine(enum checksum_kind kind, uint64_t a, const unsigned char *b, uint64_t b_length) {
    size_t i = place(kind), bytes = kinds[i].bytes;
    uint64_t polynomial = polynomials[kinds[i].table], one = (uint64_t)1 << (8 * bytes - 1);
    uint64_t shift = one, power = one >> 8, sum = 0; /* power: x^8, one byte */

    for (; b_length > 0; b_length >>= 1) {
        if (b_length & 1)
            shift = multiply(polynomial, one, shift, power);
        power = multiply(polynomial, one, power, power);
    }
    for (size_t j = 0; j < bytes; j++)
        sum = sum << 8 | b[j];
    return multiply(polynomial, one, shift, a) ^ sum;
}

char *checksum_crc_text(enum checksum_kind kind, uint64_t crc, char out[CHECKSUM_TEXT_BYTES]) {
    unsigned char raw[CHECKSUM_MAX_BYTES];
    size_t bytes = kinds[place(kind)].bytes;

    for (size_t i = 0; i < bytes; i++)
        raw[i] = (unsigned char)(crc >> 8 * (bytes - 1 - i));
    EVP_EncodeBlock((unsigned char *)out, raw, (int)bytes);
    return out;
}
