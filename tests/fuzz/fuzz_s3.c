/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_s3: the small texts of S3's headers: ranges, entity tags, copy sources, version ids, bucket names. */
#include <stdlib.h>
#include <string.h>

#include "api/s3/s3.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = {0};
    const char *text = arena_strndup(&arena, (const char *)data, size), *bucket, *key, *version, *failed;
    int64_t object_size = size > 0 ? (int64_t)data[0] << (data[0] % 48) : 0, first, length;

    if (s3_parse_range(text, object_size, &first, &length) == 0 &&
        (first < 0 || length <= 0 || first + length > object_size))
        abort();
    s3_conditions_hold(&(struct s3_conditions){.if_match = text}, "etag", 0, &failed);
    s3_conditions_hold(&(struct s3_conditions){.if_none_match = text}, "etag", 0, &failed);
    if (s3_parse_copy_source(&arena, text, &bucket, &key, &version) == 0 && (*bucket == '\0' || *key == '\0'))
        abort();
    s3_version_seq(text, &first);
    s3_bucket_name_valid(text);
    s3_escaped_key(&arena, "bucket", text);
    arena_free(&arena);
    return 0;
}
