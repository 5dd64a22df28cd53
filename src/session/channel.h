/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channel: one end of a session's data channel: an ordered, acknowledged stream of payloads.
 *
 * Theory of operation: each side numbers its stream frames from 0 and keeps what it sent until the
 * other side acknowledges it.  At most CHANNEL_WINDOW frames are under way: channel_send() waits for
 * room.  A thread of the channel's own reads the socket all the time, so that acknowledgements are
 * taken even while the consumer is busy (a terminal that does not take its input must not stop the
 * output: that would be a deadlock).  What arrives is put in order and queued; it is acknowledged
 * when the consumer comes back for more, so a slow consumer slows the sender and nothing is lost.
 * The oldest frame is sent again when no acknowledgement comes in time, for the far end may have
 * been reconnected.
 *
 * channel_send() may be called by several threads, channel_receive() by one.
 */
#ifndef VPCBOX_SESSION_CHANNEL_H
#define VPCBOX_SESSION_CHANNEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/ws.h"
#include "session/frame.h"

enum { CHANNEL_WINDOW = 64, CHANNEL_PAYLOAD_BYTES = 8192 };

enum channel_side { CHANNEL_AGENT, CHANNEL_CLIENT };

struct channel;

struct channel_payload {
    uint32_t type;       /* enum frame_payload */
    const uint8_t *data; /* valid until the next channel_receive() */
    size_t length;
};

/* Takes the connected socket (freed with the channel) and starts the reading thread. */
int channel_open(struct ws *ws, enum channel_side side, struct channel **ret_channel);
/* length <= FRAME_PAYLOAD_MAX.  0, or -ESHUTDOWN after either side closed. */
int channel_send(struct channel *ch, uint32_t type, const void *data, size_t length);
/* value as text; takes its reference. */
int channel_send_json(struct channel *ch, uint32_t type, json_t *value);
int channel_send_flag(struct channel *ch, enum frame_flag flag);
uint32_t channel_flag(const struct channel_payload *p); /* 0: it is none */
/* The next payload in order.  -EAGAIN after timeout_ms (-1: none); -ESHUTDOWN when the channel was closed:
 * channel_closing_words() then says what the service said, if anything. */
int channel_receive(struct channel *ch, int timeout_ms, struct channel_payload *ret_payload);
/* Waits at most timeout_ms until all that was sent is acknowledged.  0 or -ETIMEDOUT. */
int channel_flush(struct channel *ch, int timeout_ms);
/* For event loops: readable (read it once) when something has arrived, room came, or the channel was closed. */
int channel_event(const struct channel *ch);
/* How many channel_send() will not wait for room. */
size_t channel_room(struct channel *ch);
bool channel_is_closed(struct channel *ch); /* what had arrived before may still be received */
const char *channel_closing_words(const struct channel *ch);
/* A frame outside the stream (agent_session_state …), not acknowledged. */
int channel_send_aside(struct channel *ch, const char *type, const void *data, size_t length);
/* Makes all threads' calls fail now. */
void channel_shutdown(struct channel *ch);
void channel_free(struct channel *ch); /* closes, joins the thread; no other thread may be inside */

#endif
