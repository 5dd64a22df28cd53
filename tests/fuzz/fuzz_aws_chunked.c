/* SPDX-License-Identifier: Apache-2.0 */
/* aws-chunked bodies, cut into pieces of any size. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "proto/aws_chunked.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

struct source {
    const uint8_t *data;
    size_t length, step;
};

static ssize_t give(void *user, void *data, size_t capacity) {
    struct source *s = user;
    size_t n = s->length < s->step ? s->length : s->step;

    n = n < capacity ? n : capacity;
    if (n > 0)
        memcpy(data, s->data, n);
    s->data += n;
    s->length -= n;
    return (ssize_t)n;
}

/* The first byte chooses the kind, the second the pieces. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";
    static const enum sigv4_payload kinds[] = {SIGV4_PAYLOAD_UNSIGNED_TRAILER, SIGV4_PAYLOAD_CHUNKED,
                                               SIGV4_PAYLOAD_CHUNKED_TRAILER, SIGV4_PAYLOAD_HASH};
    unsigned char key[SIGV4_KEY_BYTES] = {0};
    char piece[300];
    struct source s;
    struct aws_chunked *c;

    if (length < 2)
        return 0;
    s = (struct source){data + 2, length - 2, data[1] + 1u};
    c = aws_chunked_new(&(struct aws_chunked_options){
        .read = give,
        .user = &s,
        .payload = kinds[data[0] % 4],
        .payload_hash = zeros,
        .scope = "20260102/r/s3/aws4_request",
        .amz_date = "20260102T030405Z",
        .seed_signature = zeros,
        .key = key,
        .trailer_name = data[0] & 4 ? "x-amz-checksum-crc32" : NULL,
        .decoded_length = data[0] & 8 ? (int64_t)length : -1,
    });
    while (aws_chunked_read(c, piece, sizeof(piece)) > 0)
        ;
    aws_chunked_free(c);
    return 0;
}
