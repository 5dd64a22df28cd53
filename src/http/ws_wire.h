/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ws_wire: between the handshakes (ws_handshake.c) and the frames (ws.c).
 *
 * Theory of operation: a handshake is HTTP and reads ahead, so it may hold the peer's first frames when it
 * is done.  It hands over the connection and those bytes; from then on both ends are the same code, but for
 * who masks.
 */
#ifndef VPCBOX_HTTP_WS_WIRE_H
#define VPCBOX_HTTP_WS_WIRE_H

#include <openssl/ssl.h>
#include <stdbool.h>

#include "http/ws.h"

enum { WS_MAX_MESSAGE = 1 << 20, WS_ACCEPT_BYTES = 32 };

/*
 * A web socket over a connection whose handshake is done.  Takes fd and ssl (NULL: plain) over, also on
 * failure.  early: bytes that came behind the handshake.
 */
int ws_new(int fd, SSL *ssl, bool server, const struct ws_options *options, const void *early,
           size_t early_length, struct ws **ret_ws);
/* The server's connection that it was: it counts as one until the web socket is freed. */
struct conn;
void ws_keep_seat(struct ws *ws, struct conn *seat);
/* Sec-WebSocket-Accept for a key. */
void ws_accept_key(const char *key, char out[WS_ACCEPT_BYTES]);

#endif
