/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text: hex, base64, percent-encoding, numbers and random ids, shared by all rooms.
 */
#ifndef VPCBOX_BASE_TEXT_H
#define VPCBOX_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

/* Lower-case hex; out holds 2 * length + 1 bytes. */
char *hex_encode(const void *data, size_t length, char *out);
/* Exactly 2 * length hex digits, either case.  0 or -EINVAL. */
int hex_decode(const char *text, size_t length, void *out);

/* RFC 4648 with padding.  decode: strict, 0 or -EINVAL; the result is NUL-terminated past its length. */
char *base64_encode(struct arena *a, const void *data, size_t length);
int base64_decode(struct arena *a, const char *text, size_t length, void **ret_data, size_t *ret_length);

/* RFC 3986: all but unreserved characters become %XX; keep_slash leaves '/' (S3 keys in paths). */
void percent_encode(struct buf *out, const char *text, size_t length, bool keep_slash);
/* plus_is_space for forms.  0, or -EINVAL for a broken escape or an encoded NUL. */
int percent_decode(struct arena *a, const char *text, size_t length, bool plus_is_space, char **ret_text);

/* The whole text is a decimal number within [min, max].  0, -EINVAL (no number) or -ERANGE. */
int parse_int(const char *text, int64_t min, int64_t max, int64_t *ret_value);

/* A copy with A-Z as a-z. */
char *text_lower(struct arena *a, const char *text);
bool text_is(const char *a, const char *b); /* equal; NULL equals only NULL */
bool text_starts(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);
/* AWS filter values: '*' any run, '?' one character, '\' takes the next literally. */
bool text_glob(const char *pattern, const char *text);

/* length random characters of 0-9a-f, or of A-Z2-7; out holds length + 1 bytes. */
char *random_hex(char *out, size_t length);
char *random_base32(char *out, size_t length);
void random_bytes(void *out, size_t length);
/* Tests: the same seed gives the same ids again; 0 goes back to the kernel's. */
void random_seed(uint64_t seed);

#endif
