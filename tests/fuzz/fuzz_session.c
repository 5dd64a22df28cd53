/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a message of a session's channel: parsed or refused, and what was parsed is inside the bytes. */
#include <stdlib.h>
#include <string.h>

#include "session/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct frame f;
    struct buf b = BUF_INIT(FRAME_HEADER_BYTES + FRAME_PAYLOAD_MAX);

    if (frame_parse(data, size, &f) == 0 &&
        (f.payload < data || f.payload + f.payload_length > data + size || strlen(f.type) > FRAME_TYPE_BYTES))
        abort();
    /* What we build of the same payload is always a frame. */
    if (size <= FRAME_PAYLOAD_MAX) {
        frame_build(&b, FRAME_OUTPUT, 7, 1, FRAME_PAYLOAD_OUTPUT, data, size, NULL);
        if (frame_parse(b.data, b.length, &f) != 0 || f.sequence != 7 || f.payload_length != size ||
            (size > 0 && memcmp(f.payload, data, size) != 0))
            abort();
    }
    buf_free(&b);
    return 0;
}
