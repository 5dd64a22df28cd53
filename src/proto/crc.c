/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/crc.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define CAN_FOLD 1
#else
#define CAN_FOLD 0
#endif

enum { FOLD_MIN_BYTES = 256 };

struct crc {
    uint64_t polynomial; /* reflected */
    unsigned bits;
    uint64_t table[8][256];
    uint64_t by_512[2],
        by_128[2]; /* factors that move the first and the last 8 bytes of 16 so many bits on */
};

static struct crc crcs[CRC_KINDS] = {
    [CRC_32] = {.polynomial = 0xedb88320u, .bits = 32},
    [CRC_32C] = {.polynomial = 0x82f63b78u, .bits = 32},
    [CRC_64NVME] = {.polynomial = 0x9a6c9329ac4bc9b5u, .bits = 64},
};
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool folds;

/* x^0: reflected, so it is the highest bit. */
static uint64_t one(const struct crc *c) {
    return (uint64_t)1 << (c->bits - 1);
}

/* Product of two polynomials modulo the CRC's. */
static uint64_t multiply(const struct crc *c, uint64_t a, uint64_t b) {
    uint64_t product = 0;

    for (uint64_t bit = one(c); bit != 0; bit >>= 1) {
        if (a & bit)
            product ^= b;
        b = b & 1 ? b >> 1 ^ c->polynomial : b >> 1;
    }
    return product;
}

/* base^n */
static uint64_t power(const struct crc *c, uint64_t base, uint64_t n) {
    uint64_t result = one(c);

    for (; n > 0; n >>= 1) {
        if (n & 1)
            result = multiply(c, result, base);
        base = multiply(c, base, base);
    }
    return result;
}

/* x^n as 64 reflected bits; the product of two such comes out one bit lower than a reflected one lies. */
static uint64_t factor(const struct crc *c, uint64_t n) {
    return power(c, one(c) >> 1, n - 1) << (64 - c->bits);
}

static void setup(void) {
    for (int k = 0; k < CRC_KINDS; k++) {
        struct crc *c = &crcs[k];

        for (unsigned i = 0; i < 256; i++) {
            uint64_t v = i;

            for (int bit = 0; bit < 8; bit++)
                v = v & 1 ? v >> 1 ^ c->polynomial : v >> 1;
            c->table[0][i] = v;
        }
        for (int n = 1; n < 8; n++)
            for (unsigned i = 0; i < 256; i++)
                c->table[n][i] = c->table[n - 1][i] >> 8 ^ c->table[0][c->table[n - 1][i] & 0xff];
        c->by_512[0] = factor(c, 512 + 64);
        c->by_512[1] = factor(c, 512);
        c->by_128[0] = factor(c, 128 + 64);
        c->by_128[1] = factor(c, 128);
    }
#if CAN_FOLD
    folds = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
#endif
}

static uint64_t by_table(const struct crc *c, uint64_t value, const unsigned char *p, size_t length) {
    const uint64_t(*t)[256] = c->table;

    for (; length >= 8; p += 8, length -= 8) {
        uint64_t word = 0;

        for (int i = 7; i >= 0; i--) /* little-endian on any machine; compilers see the load */
            word = word << 8 | p[i];
        value ^= word;
        value = t[7][value & 0xff] ^ t[6][value >> 8 & 0xff] ^ t[5][value >> 16 & 0xff] ^
                t[4][value >> 24 & 0xff] ^ t[3][value >> 32 & 0xff] ^ t[2][value >> 40 & 0xff] ^
                t[1][value >> 48 & 0xff] ^ t[0][value >> 56];
    }
    for (; length > 0; p++, length--)
        value = value >> 8 ^ t[0][(value ^ *p) & 0xff];
    return value;
}

#if CAN_FOLD

#define FOLDING __attribute__((target("pclmul,sse4.1")))

FOLDING static inline __m128i load(const unsigned char *p) {
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

FOLDING static inline __m128i move_on(__m128i x, __m128i factors, __m128i next) {
    return _mm_xor_si128(
        _mm_xor_si128(_mm_clmulepi64_si128(x, factors, 0x00), _mm_clmulepi64_si128(x, factors, 0x11)), next);
}

/* length >= 64: leaves 16 bytes with the CRC, from a start of 0, of all whole 16-byte blocks; returns their length. */
FOLDING static size_t fold(const struct crc *c, uint64_t value, const unsigned char *p, size_t length,
                           unsigned char out[16]) {
    const __m128i far = _mm_set_epi64x((long long)c->by_512[1], (long long)c->by_512[0]);
    const __m128i near = _mm_set_epi64x((long long)c->by_128[1], (long long)c->by_128[0]);
    const unsigned char *start = p;
    __m128i x[4];

    for (int i = 0; i < 4; i++)
        x[i] = load(p + 16 * i);
    x[0] = _mm_xor_si128(x[0], _mm_set_epi64x(0, (long long)value));
    for (p += 64, length -= 64; length >= 64; p += 64, length -= 64)
        for (int i = 0; i < 4; i++)
            x[i] = move_on(x[i], far, load(p + 16 * i));
    for (int i = 1; i < 4; i++)
        x[0] = move_on(x[0], near, x[i]);
    for (; length >= 16; p += 16, length -= 16)
        x[0] = move_on(x[0], near, load(p));
    _mm_storeu_si128((__m128i *)(void *)out, x[0]);
    return (size_t)(p - start);
}

#endif

uint64_t crc_start(enum crc_kind kind) {
    return UINT64_MAX >> (64 - crcs[kind].bits);
}

uint64_t crc_add(enum crc_kind kind, uint64_t value, const void *data, size_t length) {
    const unsigned char *p = data;

    pthread_once(&once, setup);
#if CAN_FOLD
    if (folds && length >= FOLD_MIN_BYTES) {
        unsigned char folded[16];
        size_t done = fold(&crcs[kind], value, p, length, folded);

        value = by_table(&crcs[kind], 0, folded, sizeof(folded));
        p += done;
        length -= done;
    }
#endif
    return by_table(&crcs[kind], value, p, length);
}

uint64_t crc_add_by_table(enum crc_kind kind, uint64_t value, const void *data, size_t length) {
    pthread_once(&once, setup);
    return by_table(&crcs[kind], value, data, length);
}

uint64_t crc_shift(enum crc_kind kind, uint64_t a, uint64_t bytes) {
    return multiply(&crcs[kind], a, power(&crcs[kind], one(&crcs[kind]) >> 8, bytes));
}
