/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mux: the framing by which many connections share one port session (smux, as the published programs speak it).
 *
 * Theory of operation: the payloads of a session's channel are one stream of bytes in each direction.  In it lie
 * frames, little-endian, of either protocol version:
 *
 *   offset  bytes  field
 *        0      1  version: 1 or 2, the same all session
 *        1      1  command
 *        2      2  length of the data
 *        4      4  stream: the client opens odd ones
 *        8         data
 *
 * Version 2 adds a window for each stream: MUX_UPDATE tells how much the reader has consumed and how much
 * may be under way, so that a connection that is not read holds up only itself.  Version 1 has none.
 *
 * Pure: no I/O.  A reader holds no more than a header.
 */
#ifndef VPCBOX_SESSION_MUX_H
#define VPCBOX_SESSION_MUX_H

#include <stddef.h>
#include <stdint.h>

enum mux_command { MUX_SYN = 0, MUX_FIN = 1, MUX_PUSH = 2, MUX_NOP = 3, MUX_UPDATE = 4 };

enum {
    MUX_HEADER_BYTES = 8,
    MUX_UPDATE_BYTES = 8,
    MUX_DATA_MAX = 65535,
    MUX_WINDOW = 262144 /* version 2: may be sent before the first update, too */
};

struct mux_reader {
    unsigned version;
    uint8_t held[MUX_HEADER_BYTES + MUX_UPDATE_BYTES];
    size_t held_length;
    uint32_t stream;  /* to which data_left bytes still belong */
    size_t data_left; /* of a MUX_PUSH */
};

struct mux_event {
    enum mux_command command;
    uint32_t stream;
    const uint8_t *data; /* MUX_PUSH: into the bytes given; a long frame comes in pieces */
    size_t length;
    uint32_t consumed, window; /* MUX_UPDATE */
};

/*
 * Takes bytes off *data until there is an event.  1: *ret_event; 0: all are used up; -EPROTO: another version, an
 * unknown command, or a length that its command does not have; then the session cannot go on.
 */
int mux_read(struct mux_reader *r, const uint8_t **data, size_t *length, struct mux_event *ret_event);

void mux_header(uint8_t out[MUX_HEADER_BYTES], unsigned version, enum mux_command command, uint32_t stream,
                size_t length);
void mux_update(uint8_t out[MUX_UPDATE_BYTES], uint32_t consumed, uint32_t window);

#endif
