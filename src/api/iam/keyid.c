/* SPDX-License-Identifier: Apache-2.0 */
/* keyid: numbers to base32 and back. */
#include "api/iam/keyid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KIND_CHARS = 4, ACCOUNT_SHIFT = 7, NUMBER_BITS = 48, ACCOUNT_DIGITS = 12 };
#define NEWER (UINT64_C(1) << 47) /* keys that carry their account */
#define ACCOUNT_MASK ((UINT64_C(1) << 40) - 1)
#define ACCOUNTS UINT64_C(1000000000000)

static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

bool keyid_is_account(const char *text) {
    return strlen(text) == ACCOUNT_DIGITS && strspn(text, "0123456789") == ACCOUNT_DIGITS;
}

char *keyid_make(const char *kind, const char *account, const uint8_t random[KEYID_RANDOM_BYTES],
                 char out[KEYID_BYTES]) {
    uint64_t number = NEWER | strtoull(account, NULL, 10) << ACCOUNT_SHIFT | (random[0] & 127);
    uint8_t bytes[KEYID_RANDOM_BYTES];
    unsigned bits = 0, held = 0;
    size_t at = KIND_CHARS;

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = i < NUMBER_BITS / 8 ? (uint8_t)(number >> (NUMBER_BITS - 8 - 8 * i)) : random[i];
    memcpy(out, kind, KIND_CHARS);
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bits = bits << 8 | bytes[i];
        for (held += 8; held >= 5; held -= 5)
            out[at++] = base32[bits >> (held - 5) & 31];
    }
    out[at] = '\0';
    return out;
}

bool keyid_account(const char *id, char out[KEYID_ACCOUNT_BYTES]) {
    uint64_t number = 0;

    if (strlen(id) != KEYID_BYTES - 1 ||
        (strncmp(id, "AKIA", KIND_CHARS) != 0 && strncmp(id, "ASIA", KIND_CHARS) != 0))
        return false;
    for (size_t i = KIND_CHARS; i < KEYID_BYTES - 1; i++) {
        const char *digit = strchr(base32, id[i]);

        if (digit == NULL)
            return false;
        if (i < KIND_CHARS + 10) /* 50 bits, of which 48 are the number */
            number = number << 5 | (uint64_t)(digit - base32);
    }
    number >>= 2;
    if ((number & NEWER) == 0 || (number >> ACCOUNT_SHIFT & ACCOUNT_MASK) >= ACCOUNTS)
        return false;
    snprintf(out, KEYID_ACCOUNT_BYTES, "%012llu",
             (unsigned long long)(number >> ACCOUNT_SHIFT & ACCOUNT_MASK));
    return true;
}
