/* SPDX-License-Identifier: Apache-2.0 */
#include "session/frame.h"

#include <endian.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum {
    AT_TYPE = 4,
    AT_SCHEMA = 36,
    AT_CREATED = 40,
    AT_SEQUENCE = 48,
    AT_FLAGS = 56,
    AT_ID = 64,
    AT_DIGEST = 80,
    AT_PAYLOAD_TYPE = 112,
    AT_PAYLOAD_LENGTH = 116,
    DIGEST_BYTES = 32
};

static uint32_t get32(const uint8_t *p) {
    uint32_t v;

    memcpy(&v, p, sizeof(v));
    return be32toh(v);
}

static uint64_t get64(const uint8_t *p) {
    uint64_t v;

    memcpy(&v, p, sizeof(v));
    return be64toh(v);
}

static void put32(uint8_t *p, uint32_t v) {
    v = htobe32(v);
    memcpy(p, &v, sizeof(v));
}

static void put64(uint8_t *p, uint64_t v) {
    v = htobe64(v);
    memcpy(p, &v, sizeof(v));
}

static void digest(const void *data, size_t length, uint8_t out[DIGEST_BYTES]) {
    unsigned n = 0;

    EVP_Digest(data, length, out, &n, EVP_sha256(), NULL);
}

static void uuid_text(const uint8_t uuid[16], char out[FRAME_UUID_TEXT_BYTES]) {
    char hex[33];

    hex_encode(uuid, 16, hex);
    snprintf(out, FRAME_UUID_TEXT_BYTES, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
             hex + 20);
}

static void uuid_random(uint8_t uuid[16]) {
    random_bytes(uuid, 16);
    uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x40); /* RFC 9562: version 4, variant 1 */
    uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
}

void frame_uuid(char out[FRAME_UUID_TEXT_BYTES]) {
    uint8_t uuid[16];

    uuid_random(uuid);
    uuid_text(uuid, out);
}

int frame_parse(const void *data, size_t length, struct frame *ret_frame) {
    const uint8_t *p = data;
    struct frame f = {0};
    uint8_t sum[DIGEST_BYTES], uuid[16];
    uint32_t header, n;
    size_t type_length = FRAME_TYPE_BYTES;

    if (length < FRAME_HEADER_BYTES)
        return -EPROTO;
    header = get32(p);
    if (header != AT_PAYLOAD_LENGTH)
        return -EPROTO;
    n = get32(p + AT_PAYLOAD_LENGTH);
    if (n > FRAME_PAYLOAD_MAX || n != length - FRAME_HEADER_BYTES)
        return -EPROTO;
    memcpy(f.type, p + AT_TYPE, FRAME_TYPE_BYTES);
    while (type_length > 0 && (f.type[type_length - 1] == ' ' || f.type[type_length - 1] == '\0'))
        f.type[--type_length] = '\0';
    f.created_ms = get64(p + AT_CREATED);
    if (f.type[0] == '\0' || f.created_ms == 0)
        return -EPROTO;
    f.sequence = (int64_t)get64(p + AT_SEQUENCE);
    f.flags = get64(p + AT_FLAGS);
    memcpy(uuid, p + AT_ID + 8, 8);
    memcpy(uuid + 8, p + AT_ID, 8);
    uuid_text(uuid, f.id);
    f.payload_type = get32(p + AT_PAYLOAD_TYPE);
    f.payload = p + FRAME_HEADER_BYTES;
    f.payload_length = n;
    if (n > 0) {
        digest(f.payload, n, sum);
        if (memcmp(sum, p + AT_DIGEST, DIGEST_BYTES) != 0)
            return -EPROTO;
    }
    *ret_frame = f;
    return 0;
}

void frame_build(struct buf *out, const char *type, int64_t sequence, uint64_t flags, uint32_t payload_type,
                 const void *payload, size_t payload_length, char ret_id[FRAME_UUID_TEXT_BYTES]) {
    uint8_t header[FRAME_HEADER_BYTES], uuid[16];
    size_t type_length = strlen(type);

    put32(header, AT_PAYLOAD_LENGTH);
    memset(header + AT_TYPE, ' ', FRAME_TYPE_BYTES);
    memcpy(header + AT_TYPE, type, type_length > FRAME_TYPE_BYTES ? FRAME_TYPE_BYTES : type_length);
    put32(header + AT_SCHEMA, 1);
    put64(header + AT_CREATED, (uint64_t)clock_real_ms());
    put64(header + AT_SEQUENCE, (uint64_t)sequence);
    put64(header + AT_FLAGS, flags);
    uuid_random(uuid);
    memcpy(header + AT_ID, uuid + 8, 8);
    memcpy(header + AT_ID + 8, uuid, 8);
    digest(payload, payload_length, header + AT_DIGEST);
    put32(header + AT_PAYLOAD_TYPE, payload_type);
    put32(header + AT_PAYLOAD_LENGTH, (uint32_t)payload_length);
    if (ret_id != NULL)
        uuid_text(uuid, ret_id);
    buf_append(out, header, sizeof(header));
    buf_append(out, payload, payload_length);
}
