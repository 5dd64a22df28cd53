/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http: an HTTP/1.1 server whose handlers are plain blocking functions.
 *
 * Theory of operation: one thread accepts for all listeners; connections that wait for their client, before, in and
 * after a head, are parked without a thread (http/crew.h).  When a head is whole, a worker thread calls the listener's
 * handler with it, and goes on with the next request of the connection if that comes at once.  So a handler may wait
 * (for a commit, for a file, for the peer) without holding up anyone else, and a small request costs one recv() and
 * one sendmsg().
 *
 * Each listener has connections of its own, and shares them among those who come (http/share.h).
 *
 * The body stays in the socket until the handler asks for it: http_body_read() is the back-pressure.
 * `Expect: 100-continue` is answered by the first body read, so a handler that responds without
 * reading refuses the upload before it is sent.  What a handler leaves unread is skipped when it is
 * little, else the connection is closed after the response.  Responses go out as they are made; none
 * is buffered beyond its head.
 *
 * Everything in a request belongs to the server and ends when the handler returns.  A request is used
 * by one thread at a time.  http_server_* functions may be called from any thread.
 *
 * Malformed requests never reach a handler: 400, 414, 431, 501 or 505 and close.
 * SIGPIPE: http_server_new() sets the process to ignore it.
 */
#ifndef VPCBOX_HTTP_HTTP_H
#define VPCBOX_HTTP_HTTP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"

struct tls_ca; /* http/tls.h */
struct ws;     /* http/ws.h */

struct http_header {
    const char *name;
    const char *value; /* without the white space around it */
};

/* What the handler may read; everything else is behind the functions below. */
struct http_request {
    const char *method;                /* "GET" */
    const char *target;                /* exactly as sent: undecoded path and query, or absolute form */
    const char *path;                  /* undecoded path of the target, "/" at least ("*" for OPTIONS *) */
    const char *query;                 /* undecoded, without the '?'; NULL when there is no '?' */
    const struct http_header *headers; /* in the order they came, names as sent */
    size_t header_count;
    int64_t content_length;         /* of the body: 0 when there is none, -1 when it is chunked */
    struct sockaddr_in peer, local; /* getpeername(), getsockname() of the connection */
    bool tls;
    const char *sni;     /* the TLS server name, or NULL */
    int status;          /* of the answer that has begun; 0: none yet */
    struct arena *arena; /* for the handler's use; emptied after the request */
};

typedef void http_handler(struct http_request *rq, void *user);

/* The first header of that name (any case), or NULL. */
const char *http_header_get(const struct http_request *rq, const char *name);
/* All of them: for (size_t at = 0; (v = http_header_next(rq, name, &at));) */
const char *http_header_next(const struct http_request *rq, const char *name, size_t *at_io);

/* ---- the request's body ---- */

/*
 * Up to capacity bytes; waits for at least one.  0 at the body's end, also when there is none.
 * -EBADMSG: broken chunking or the peer left early; -ETIMEDOUT: too slow.  After an error the
 * connection ends with the request; a response may still be tried.
 */
ssize_t http_body_read(struct http_request *rq, void *data, size_t capacity);
/* The whole rest of the body, in rq->arena, NUL-terminated past its length.  -EFBIG past max bytes. */
int http_body_all(struct http_request *rq, size_t max, char **ret_data, size_t *ret_length);

/* ---- the response: one of these three ways, once ---- */

/*
 * Date, Content-Length or Transfer-Encoding, and Connection are added; the caller gives the rest.  To
 * HEAD the headers are as for GET and the body is left out.  -EINVAL for a header with control
 * characters, and nothing is sent; -EPIPE and the like when the peer has gone.
 */
int http_respond(struct http_request *rq, int status, const struct http_header *headers, size_t count,
                 const void *body, size_t length);
/* length bytes of fd from offset; fd stays the caller's and its file position does not move. */
int http_respond_fd(struct http_request *rq, int status, const struct http_header *headers, size_t count,
                    int fd, int64_t offset, int64_t length);
/*
 * In pieces: begin, any number of writes, end.  length -1: not known, sent chunked.  A handler that
 * returns without http_end() (or with fewer bytes than length) breaks the connection off, so that the
 * client sees that the response is not whole.  To HEAD, writes do nothing.
 */
int http_begin(struct http_request *rq, int status, const struct http_header *headers, size_t count,
               int64_t length);
int http_write(struct http_request *rq, const void *data, size_t length);
int http_end(struct http_request *rq);

/* Headers for whichever response this request gets.  They must live as long as the request, as rq->arena does. */
void http_respond_also(struct http_request *rq, const struct http_header *headers, size_t count);

void http_abort(struct http_request *rq);           /* end the connection, with no (further) answer */
bool http_responded(const struct http_request *rq); /* a response's head has been sent */
/* IPv4 TTL of what the connection sends until its next request (IMDS hop limit). */
int http_set_ttl(struct http_request *rq, int ttl);

/*
 * Answers a WebSocket handshake with 101 and takes the connection out of the server: the ws is the
 * caller's, in this thread or others, beyond the handler's return.  -EPROTO: the request is no valid
 * handshake; the handler responds as it likes (426, 400).  http/ws.h says what to do with it.
 */
struct ws_options;
int http_upgrade_websocket(struct http_request *rq, const struct ws_options *options, struct ws **ret_ws);

/* ---- the server ---- */

struct http_server;

struct http_server_options {  /* 0 means the default */
    unsigned max_connections; /* of each listener; 1024, or less where descriptors are few */
    size_t max_head_bytes;    /* 65536: request line and headers */
    unsigned idle_timeout_ms; /* 75000: between requests, and for any one wait on the peer */
    unsigned head_timeout_ms; /* 20000: from a head's first byte to its last; also for TLS handshakes */
    unsigned min_body_rate;   /* 512 bytes a second, averaged, after the first 20 seconds */
    const char *name;         /* of its threads, in ps; "http" */
};

struct http_listen {
    int fd;              /* a listening socket, which the server takes over; or -1: make one: */
    const char *address; /* IPv4 */
    uint16_t port;       /* 0: any */
    struct tls_ca *tls;  /* NULL: plain.  Must outlive the server. */
    http_handler *handler;
    void *user;
    unsigned max_connections; /* 0: the server's */
    unsigned party_bits;      /* peers' addresses that differ in their last so many bits are one party, */
    bool strangers;           /* no party has more than half of the connections */
};

int http_server_new(const struct http_server_options *options, struct http_server **ret_server);
/* Connections are accepted from now on.  ret_port (may be NULL) is the port it listens on. */
int http_server_listen(struct http_server *s, const struct http_listen *listen, uint16_t *ret_port);
/*
 * Stops accepting, lets running handlers finish for up to grace_ms, then cuts connections; returns when
 * no handler runs any more.  Upgraded WebSockets are not the server's: ws_shutdown() ends a handler
 * that stays in one.  Accepts NULL.
 */
void http_server_free(struct http_server *s, unsigned grace_ms);

#endif
