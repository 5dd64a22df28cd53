/* SPDX-License-Identifier: Apache-2.0 */
/* name: which names are allowed, and how they make the keys of rows. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "api/s3/s3.h"
#include "base/ip.h"
#include "base/text.h"

enum {
    BUCKET_MIN = 3,
    BUCKET_MAX = 63,
    VERSION_RANDOM = 19,
    VERSION_SEQ = 13, /* digits of five bits */
    VERSION_LENGTH = VERSION_RANDOM + VERSION_SEQ,
};

static const char base32_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

bool s3_bucket_name_valid(const char *name) {
    static const char *const prefixes[] = {"xn--", "sthree-", "amzn-s3-demo-"};
    static const char *const suffixes[] = {"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"};
    size_t length = strlen(name);
    struct ip4 address;

    if (length < BUCKET_MIN || length > BUCKET_MAX || ip4_parse(name, &address) == 0)
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)name[i];
        bool edge = i == 0 || i == length - 1;

        if (!islower(c) && !isdigit(c) && (edge || (c != '-' && c != '.')))
            return false;
        if (c == '.' && name[i + 1] == '.')
            return false;
    }
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (text_starts(name, prefixes[i]))
            return false;
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
        if (text_ends(name, suffixes[i]))
            return false;
    return true;
}

int s3_check_key(struct api_request *rq, const char *key) {
    if (strlen(key) <= S3_KEY_MAX_BYTES)
        return 0;
    api_refuse(rq, "KeyTooLongError", "Your key is too long");
    api_detail(rq, "Size", arena_printf(rq->arena, "%zu", strlen(key)));
    return api_detail(rq, "MaxSizeAllowed", arena_printf(rq->arena, "%d", S3_KEY_MAX_BYTES));
}

const char *s3_object_key(struct arena *a, const char *bucket, const char *key) {
    return arena_printf(a, "%s/%s", bucket, key);
}

const char *s3_key_of(const char *row_key) {
    return strchr(row_key, '/') + 1;
}

const char *s3_past(struct arena *a, const char *key) {
    return arena_printf(a, "%s\xff", key); /* no byte of UTF-8 */
}

const char *s3_escaped_key(struct arena *a, const char *bucket, const char *key) {
    size_t bucket_length = strlen(bucket), length = strlen(key);
    char *text = arena_alloc(a, bucket_length + 1 + 2 * length + 1), *at = text;

    memcpy(at, bucket, bucket_length);
    at += bucket_length;
    *at++ = '/';
    for (; *key != '\0'; key++) {
        *at++ = *key;
        if (*key == 1)
            *at++ = 2;
    }
    return text;
}

const char *s3_older_key(struct arena *a, const char *bucket, const char *key, int64_t seq) {
    return arena_printf(a, "%s\1\1%016llx", s3_escaped_key(a, bucket, key), (unsigned long long)~seq);
}

const char *s3_upload_key(struct arena *a, const char *bucket, const char *key, const char *upload_id) {
    return arena_printf(a, "%s\1\1%s", s3_escaped_key(a, bucket, key), upload_id);
}

const char *s3_part_key(struct arena *a, const char *upload_id, int64_t number) {
    return arena_printf(a, "%s/%05lld", upload_id, (long long)number);
}

const char *s3_new_version_id(struct arena *a, int64_t seq) {
    char *id = arena_alloc(a, VERSION_LENGTH + 1);

    random_base32(id, VERSION_RANDOM);
    for (int i = 0; i < VERSION_SEQ; i++)
        id[VERSION_RANDOM + i] = base32_digits[(uint64_t)seq >> 5 * (VERSION_SEQ - 1 - i) & 31];
    return id;
}

int s3_version_seq(const char *version_id, int64_t *ret_seq) {
    uint64_t seq = 0;

    if (strlen(version_id) != VERSION_LENGTH)
        return -EINVAL;
    for (size_t i = 0; i < VERSION_LENGTH; i++) {
        const char *digit = strchr(base32_digits, version_id[i]);

        if (digit == NULL)
            return -EINVAL;
        if (i >= VERSION_RANDOM)
            seq = seq << 5 | (uint64_t)(digit - base32_digits);
    }
    *ret_seq = (int64_t)seq;
    return 0;
}

int s3_parse_copy_source(struct arena *a, const char *text, const char **ret_bucket, const char **ret_key,
                         const char **ret_version_id) {
    static const char version[] = "versionId=";
    const char *query = strchr(text, '?'), *version_id = NULL;
    char *path, *slash;

    if (query != NULL) {
        if (!text_starts(query + 1, version) || query[1 + sizeof(version) - 1] == '\0')
            return -EINVAL;
        version_id = arena_strdup(a, query + sizeof(version));
    }
    if (percent_decode(a, text, query != NULL ? (size_t)(query - text) : strlen(text), false, &path) < 0)
        return -EINVAL;
    path += *path == '/';
    slash = strchr(path, '/');
    if (slash == NULL || slash == path || slash[1] == '\0')
        return -EINVAL;
    *slash = '\0';
    *ret_bucket = path;
    *ret_key = slash + 1;
    *ret_version_id = version_id;
    return 0;
}
