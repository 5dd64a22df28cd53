/* SPDX-License-Identifier: Apache-2.0 */
#include "session/mux.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

enum { AT_VERSION = 0, AT_COMMAND = 1, AT_LENGTH = 2, AT_STREAM = 4, AT_DATA = MUX_HEADER_BYTES };

static uint32_t get32(const uint8_t *p) {
    uint32_t v;

    memcpy(&v, p, sizeof(v));
    return le32toh(v);
}

static void put32(uint8_t *p, uint32_t v) {
    v = htole32(v);
    memcpy(p, &v, sizeof(v));
}

static size_t data_length(const struct mux_reader *r) {
    return (size_t)(r->held[AT_LENGTH] | r->held[AT_LENGTH + 1] << 8);
}

/* Bytes that the held frame needs before it says anything; its data are not held, but for an update's. */
static size_t wanted(const struct mux_reader *r) {
    return r->held_length >= MUX_HEADER_BYTES && r->held[AT_COMMAND] == MUX_UPDATE
               ? MUX_HEADER_BYTES + MUX_UPDATE_BYTES
               : MUX_HEADER_BYTES;
}

static int check_header(const struct mux_reader *r) {
    size_t n = data_length(r), expected = r->held[AT_COMMAND] == MUX_UPDATE ? MUX_UPDATE_BYTES : 0;

    if (r->held[AT_VERSION] != r->version || r->held[AT_COMMAND] > MUX_UPDATE)
        return -EPROTO;
    return r->held[AT_COMMAND] == MUX_PUSH || n == expected ? 0 : -EPROTO;
}

int mux_read(struct mux_reader *r, const uint8_t **data, size_t *length, struct mux_event *ret_event) {
    while (*length > 0) {
        size_t n;

        if (r->data_left > 0) {
            n = *length < r->data_left ? *length : r->data_left;
            *ret_event =
                (struct mux_event){.command = MUX_PUSH, .stream = r->stream, .data = *data, .length = n};
            *data += n;
            *length -= n;
            r->data_left -= n;
            return 1;
        }
        n = wanted(r) - r->held_length;
        n = *length < n ? *length : n;
        memcpy(r->held + r->held_length, *data, n);
        *data += n;
        *length -= n;
        r->held_length += n;
        if (r->held_length == MUX_HEADER_BYTES && check_header(r) < 0)
            return -EPROTO;
        if (r->held_length < MUX_HEADER_BYTES || r->held_length < wanted(r))
            continue;
        r->held_length = 0;
        r->stream = get32(r->held + AT_STREAM);
        if (r->held[AT_COMMAND] == MUX_PUSH) {
            r->data_left = data_length(r);
            continue;
        }
        *ret_event =
            (struct mux_event){.command = (enum mux_command)r->held[AT_COMMAND], .stream = r->stream};
        if (ret_event->command == MUX_UPDATE) {
            ret_event->consumed = get32(r->held + AT_DATA);
            ret_event->window = get32(r->held + AT_DATA + 4);
        }
        return 1;
    }
    return 0;
}

void mux_header(uint8_t out[MUX_HEADER_BYTES], unsigned version, enum mux_command command, uint32_t stream,
                size_t length) {
    out[AT_VERSION] = (uint8_t)version;
    out[AT_COMMAND] = (uint8_t)command;
    out[AT_LENGTH] = (uint8_t)length;
    out[AT_LENGTH + 1] = (uint8_t)(length >> 8);
    put32(out + AT_STREAM, stream);
}

void mux_update(uint8_t out[MUX_UPDATE_BYTES], uint32_t consumed, uint32_t window) {
    put32(out, consumed);
    put32(out + 4, window);
}
