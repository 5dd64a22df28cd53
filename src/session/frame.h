/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame: the messages of Session Manager's channels, as the published agent and plugin speak them.
 *
 * Theory of operation: one binary WebSocket message is one frame, big-endian:
 *
 *   offset  bytes  field
 *        0      4  header length: 116, the offset of the payload length
 *        4     32  message type, text padded with spaces
 *       36      4  schema version, 1
 *       40      8  created, milliseconds since the epoch
 *       48      8  sequence number
 *       56      8  flags: 1 on the first of a stream (SYN), 2 on the last (FIN)
 *       64     16  message id, a UUID whose second half comes first
 *       80     32  SHA-256 of the payload
 *      112      4  payload type
 *      116      4  payload length
 *      120         payload
 */
#ifndef VPCBOX_SESSION_FRAME_H
#define VPCBOX_SESSION_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
    FRAME_HEADER_BYTES = 120,
    FRAME_TYPE_BYTES = 32,
    FRAME_UUID_TEXT_BYTES = 37,
    FRAME_PAYLOAD_MAX = 256 * 1024
};

#define FRAME_INPUT "input_stream_data"   /* client to agent */
#define FRAME_OUTPUT "output_stream_data" /* agent to client */
#define FRAME_ACKNOWLEDGE "acknowledge"
#define FRAME_CHANNEL_CLOSED "channel_closed"
#define FRAME_START_PUBLICATION "start_publication"
#define FRAME_PAUSE_PUBLICATION "pause_publication"
#define FRAME_INTERACTIVE_SHELL "interactive_shell" /* control channel: start a session */
#define FRAME_TASK_ACKNOWLEDGE "agent_task_acknowledge"
#define FRAME_TASK_COMPLETE "agent_task_complete"
#define FRAME_SESSION_STATE "agent_session_state"

enum frame_payload {
    FRAME_PAYLOAD_NONE = 0,
    FRAME_PAYLOAD_OUTPUT = 1, /* bytes of the terminal, either way */
    FRAME_PAYLOAD_ERROR = 2,
    FRAME_PAYLOAD_SIZE = 3, /* {"cols":80,"rows":24} */
    FRAME_PAYLOAD_PARAMETER = 4,
    FRAME_PAYLOAD_HANDSHAKE_REQUEST = 5,
    FRAME_PAYLOAD_HANDSHAKE_RESPONSE = 6,
    FRAME_PAYLOAD_HANDSHAKE_COMPLETE = 7,
    FRAME_PAYLOAD_FLAG = 10, /* enum frame_flag, 4 bytes big-endian */
    FRAME_PAYLOAD_STDERR = 11,
    FRAME_PAYLOAD_EXIT_CODE = 12 /* decimal text */
};

enum frame_flag {
    FRAME_FLAG_DISCONNECT_TO_PORT = 1,
    FRAME_FLAG_TERMINATE = 2,
    FRAME_FLAG_CONNECT_TO_PORT_ERROR = 3
};

struct frame {
    char type[FRAME_TYPE_BYTES + 1];
    int64_t sequence;
    uint64_t flags;
    uint64_t created_ms;
    char id[FRAME_UUID_TEXT_BYTES];
    uint32_t payload_type;
    const uint8_t *payload; /* into the bytes that were parsed */
    size_t payload_length;
};

/* 0, or -EPROTO: lengths that do not fit, no type, no date, or a payload that is not the digest's. */
int frame_parse(const void *data, size_t length, struct frame *ret_frame);

/* Appends a frame with a fresh id and today's date; ret_id may be NULL. */
void frame_build(struct buf *out, const char *type, int64_t sequence, uint64_t flags, uint32_t payload_type,
                 const void *payload, size_t payload_length, char ret_id[FRAME_UUID_TEXT_BYTES]);

void frame_uuid(char out[FRAME_UUID_TEXT_BYTES]); /* a random one */

#endif
