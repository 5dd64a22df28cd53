/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ws: WebSockets (RFC 6455), both ends, over TCP or TLS.
 *
 * Theory of operation: wslay does the frames; this file moves its bytes through a non-blocking socket
 * (and OpenSSL) under one lock per socket, and waits outside that lock, so that one thread may sit
 * in ws_read() while another writes.  Pings are answered and the closing handshake is done inside
 * ws_read(), which therefore has to be called now and then.  ws_write() returns when the kernel has
 * taken the message: a slow peer slows its writer.
 *
 * In an event loop: poll ws_fd() for POLLIN, then call ws_read() with timeout 0 until -EAGAIN.
 */
#ifndef VPCBOX_HTTP_WS_H
#define VPCBOX_HTTP_WS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/http.h"

struct ws;

struct ws_options {           /* 0 and NULL mean the default */
    size_t max_message_bytes; /* received; 1 MiB; a longer one closes with 1009 */
    const char *protocol;     /* Sec-WebSocket-Protocol to answer with; NULL: none */
};

enum ws_type { WS_TEXT = 1, WS_BINARY = 2 };

struct ws_message {
    enum ws_type type;
    const uint8_t *data; /* valid until the next ws_read() or ws_free() */
    size_t length;
};

/*
 * The next whole message.  timeout_ms: -1 waits for ever, 0 does not wait.
 * -EAGAIN: none within the timeout.  -ESHUTDOWN: the peer closed (ws_close_code() says how).
 * -EPROTO, -EMSGSIZE: the peer broke the protocol or the limit and was told so; others: the connection broke.
 */
int ws_read(struct ws *ws, int timeout_ms, struct ws_message *ret_message);
/* WS_TEXT must be UTF-8.  -EAGAIN when timeout_ms passed: the message is queued and goes on leaving with
 * later calls.  -ESHUTDOWN after either side closed. */
int ws_write(struct ws *ws, enum ws_type type, const void *data, size_t length, int timeout_ms);
int ws_ping(struct ws *ws);
/* Starts the closing handshake; the reader sees -ESHUTDOWN when the peer has answered. */
int ws_close(struct ws *ws, uint16_t code, const char *reason);
uint16_t ws_close_code(const struct ws *ws); /* the peer's; 1006 if it just went away, 0 if still open */
/* Makes ws_read() and ws_write() of all threads fail now, for ending another thread's use. */
void ws_shutdown(struct ws *ws);
int ws_fd(const struct ws *ws);
/* The peer has shown who it is.  Until then the server that it came from may end it in favour of newcomers. */
void ws_settle(struct ws *ws);
/* From now on the kernel ends a connection whose path is broken within some 9 s, idle or not. */
void ws_watch_path(struct ws *ws);
/* No other thread may be using it.  After -EPROTO or -EMSGSIZE it gives the peer up to a second to leave.
 * Accepts NULL. */
void ws_free(struct ws *ws);

struct ws_connect {
    const char *url;                   /* ws://host[:port]/path?query or wss:// */
    const char *ca_file;               /* PEM bundle to verify wss with; NULL: the system's */
    const struct http_header *headers; /* to add to the handshake */
    size_t header_count;
    unsigned timeout_ms; /* for name, connection, TLS and handshake together; 0: 10000 */
    struct ws_options options;
};
enum { WS_ERROR_BYTES = 256 };
/*
 * Connects and does the handshake.  On failure a negative errno (-EACCES: the certificate; -ECONNABORTED: the
 * server answered something else than 101) and words in reterr_text, which may be NULL.
 */
int ws_connect(const struct ws_connect *connect, char reterr_text[WS_ERROR_BYTES], struct ws **ret_ws);

#endif
