/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

char *hex_encode(const void *data, size_t length, char *out) {
    static const char digits[] = "0123456789abcdef";
    const uint8_t *p = data;

    for (size_t i = 0; i < length; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 15];
    }
    out[2 * length] = '\0';
    return out;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int hex_decode(const char *text, size_t length, void *out) {
    uint8_t *p = out;

    for (size_t i = 0; i < length; i++) {
        int high = hex_digit(text[2 * i]);
        int low = high < 0 ? -1 : hex_digit(text[2 * i + 1]);

        if (low < 0)
            return -EINVAL;
        p[i] = (uint8_t)(high << 4 | low);
    }
    return text[2 * length] == '\0' ? 0 : -EINVAL;
}

static const char b64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *base64_encode(struct arena *a, const void *data, size_t length) {
    const uint8_t *p = data;
    char *out = arena_alloc(a, (length + 2) / 3 * 4 + 1), *o = out;

    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        uint32_t v =
            (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0u);

        *o++ = b64[v >> 18];
        *o++ = b64[v >> 12 & 63];
        *o++ = left > 1 ? b64[v >> 6 & 63] : '=';
        *o++ = left > 2 ? b64[v & 63] : '=';
    }
    return out;
}

int base64_decode(struct arena *a, const char *text, size_t length, void **ret_data, size_t *ret_length) {
    size_t n = 0, pad = 0;
    uint8_t *out;

    if (length % 4 != 0)
        return -EINVAL;
    while (pad < 2 && length > 0 && text[length - 1 - pad] == '=')
        pad++;
    out = arena_alloc(a, length / 4 * 3 + 1);
    for (size_t i = 0; i < length; i += 4) {
        uint32_t v = 0;

        for (size_t k = 0; k < 4; k++) {
            const char *at = i + k >= length - pad ? b64 : memchr(b64, text[i + k], 64);

            if (at == NULL)
                return -EINVAL;
            v = v << 6 | (uint32_t)(at - b64);
        }
        out[n++] = (uint8_t)(v >> 16);
        out[n++] = (uint8_t)(v >> 8);
        out[n++] = (uint8_t)v;
    }
    n -= pad;
    out[n] = 0;
    *ret_data = out;
    *ret_length = n;
    return 0;
}

void percent_encode(struct buf *out, const char *text, size_t length, bool keep_slash) {
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];

        if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
            c == '.' || c == '_' || c == '~' || (keep_slash && c == '/')) {
            buf_putc(out, (char)c);
        } else {
            char esc[3] = {'%', digits[c >> 4], digits[c & 15]};
            buf_append(out, esc, 3);
        }
    }
}

int percent_decode(struct arena *a, const char *text, size_t length, bool plus_is_space, char **ret_text) {
    char *out = arena_alloc(a, length + 1), *o = out;

    for (size_t i = 0; i < length; i++) {
        if (text[i] == '%') {
            int high, low;

            if (length - i < 3)
                return -EINVAL;
            high = hex_digit(text[i + 1]);
            low = hex_digit(text[i + 2]);
            if (high < 0 || low < 0 || (high == 0 && low == 0))
                return -EINVAL;
            *o++ = (char)(high << 4 | low);
            i += 2;
        } else if (text[i] == '\0') {
            return -EINVAL;
        } else {
            *o++ = text[i] == '+' && plus_is_space ? ' ' : text[i];
        }
    }
    *ret_text = out;
    return 0;
}

int parse_int(const char *text, int64_t min, int64_t max, int64_t *ret_value) {
    char *end;
    long long v;

    if (text == NULL || !(*text == '-' || (*text >= '0' && *text <= '9')))
        return -EINVAL;
    errno = 0;
    v = strtoll(text, &end, 10);
    if (end == text || *end != '\0')
        return -EINVAL;
    if (errno == ERANGE || v < min || v > max)
        return -ERANGE;
    *ret_value = v;
    return 0;
}

char *text_lower(struct arena *a, const char *text) {
    char *lower = arena_strdup(a, text);

    for (char *c = lower; *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c += 'a' - 'A';
    return lower;
}

bool text_is(const char *a, const char *b) {
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool text_starts(const char *text, const char *prefix) {
    return text != NULL && strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *text, const char *suffix) {
    size_t n, m = strlen(suffix);

    return text != NULL && (n = strlen(text)) >= m && strcmp(text + n - m, suffix) == 0;
}

bool text_glob(const char *pattern, const char *text) {
    const char *star = NULL, *resume = NULL;

    /* Greedy with one point of return: linear in practice, never exponential. */
    while (*text != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            resume = text;
        } else if (*pattern == '?') {
            pattern++;
            text++;
        } else {
            const char *literal = *pattern == '\\' && pattern[1] != '\0' ? pattern + 1 : pattern;

            if (*literal == *text) {
                pattern = literal + 1;
                text++;
            } else if (star != NULL) {
                pattern = star + 1;
                text = ++resume;
            } else {
                return false;
            }
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static _Thread_local uint64_t seeded;

void random_seed(uint64_t seed) {
    seeded = seed;
}

void random_bytes(void *out, size_t length) {
    uint8_t *p = out;

    if (seeded != 0) {
        for (size_t i = 0; i < length; i++) {
            /* splitmix64 */
            uint64_t z = (seeded += 0x9e3779b97f4a7c15u);
            z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
            z = (z ^ z >> 27) * 0x94d049bb133111ebu;
            p[i] = (uint8_t)(z ^ z >> 31);
        }
        return;
    }
    while (length > 0) {
        ssize_t n = getrandom(p, length, 0);

        if (n < 0) {
            if (errno == EINTR)
                continue;
            abort();
        }
        p += n;
        length -= (size_t)n;
    }
}

static char *random_of(const char *alphabet, unsigned mask, char *out, size_t length) {
    random_bytes(out, length);
    for (size_t i = 0; i < length; i++)
        out[i] = alphabet[(unsigned char)out[i] & mask];
    out[length] = '\0';
    return out;
}

char *random_hex(char *out, size_t length) {
    return random_of("0123456789abcdef", 15, out, length);
}

char *random_base32(char *out, size_t length) {
    return random_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 31, out, length);
}
