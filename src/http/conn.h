/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn: one HTTP connection, between server.c (shares, deadlines), crew.c (threads) and request.c (the protocol).
 *
 * Theory of operation: a conn waits for its peer parked in the crew's set, unless it is in the middle of a request;
 * then it belongs to the worker that runs it.  What it waits for between two visits of a worker is its phase.  Only
 * its seat and the socket itself are looked at by the server's watching thread, which shuts the socket down when
 * the deadline has passed or somebody else needs the seat; `expired` then tells the worker why its socket ended.
 *
 * `in` holds what was received: [0, head) the present request's head, whose strings the request points
 * to; [at, end) not consumed yet: body, then pipelined requests.  It does not move while a request runs.
 *
 * A connection that has become a WebSocket keeps its seat until that ends: the conn stays, without its socket.
 */
#ifndef VPCBOX_HTTP_CONN_H
#define VPCBOX_HTTP_CONN_H

#include <http_parser.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "http/crew.h"
#include "http/http.h"
#include "http/share.h"
#include "http/stream.h"

struct span {
    uint32_t at, length;
};

struct header_spans {
    struct span name, value;
};

enum { CONN_OUT_MAX = 256 * 1024 }; /* a response's head: what handlers may put into headers */

enum response_state { RESPONSE_NONE, RESPONSE_BEGUN, RESPONSE_DONE, RESPONSE_BROKEN };

enum conn_phase {
    CONN_TLS,   /* in the handshake */
    CONN_HEAD,  /* between requests, or in a request's head */
    CONN_LINGER /* answered for the last time: what still comes is dropped */
};

enum conn_next { CONN_PARK, CONN_END, CONN_AWAY /* its socket is somebody else's now */ };

struct conn {
    struct http_request rq; /* first: a request is its conn */
    struct parked parked;
    struct http_server *server;
    const struct http_server_options *limits;
    struct stream io;
    http_handler *handler;
    void *user;
    struct tls_ca *ca;

    struct seat seat;
    atomic_bool *stopping; /* the server's */
    atomic_int *busy;      /* the server's: requests in handlers, web sockets left out */
    atomic_bool expired;
    bool leaving;             /* it has lost its seat; under the server's lock */
    int fd;                   /* to shut down, also when the socket is not in `io` any more */
    atomic_int holders;       /* of one that is away: the worker that took it there, and the web socket */
    struct conn *next, *prev; /* all of the server's */

    enum conn_phase phase;
    uint64_t since_ns; /* of a head: its first byte, or before that the end of the request before it */
    bool looked;       /* for the next head, before parking */
    bool served;       /* a request, at least */

    char *in;
    size_t capacity, head, at, end, parsed;
    http_parser parser;
    struct span target;
    struct header_spans *spans;
    struct http_header *headers;
    size_t header_count, header_capacity;
    bool value_last, head_complete, message_complete;

    bool quick; /* the last request came right after its predecessor's answer */
    bool keep_alive, expects_continue, chunked_body, body_failed;
    uint64_t body_left;             /* Content-Length bodies */
    uint64_t body_bytes, waited_ns; /* for the minimal rate */
    char *chunk_out;                /* where the parser's on_body puts a chunked body's bytes */
    size_t chunk_out_length;

    _Atomic enum response_state response;
    bool response_chunked, response_has_body, close_after, upgraded;
    uint64_t response_left;
    const struct http_header *also; /* http_respond_also() */
    size_t also_count;
    struct buf out;
    int default_ttl; /* to go back to; 0: not changed */
    struct arena arena;
};

enum { CONN_LINGER_MS = 2000 }; /* for a peer that is still sending when it was answered */

/* request.c */
/* Makes a new connection ready to be parked. */
void conn_begin(struct conn *c);
/* Serves what has come, until there is nothing more.  Parking, closing and freeing are the caller's. */
enum conn_next conn_run(struct conn *c);
void http_conn_free(struct conn *c);

/* head.c */
/* The wait on the peer that follows may take so long; it is over. */
void conn_deadline(struct conn *c, uint64_t ms);
void conn_deadline_clear(struct conn *c);
/* The peer has the turn: its seat shows what it is waited for, and until when.  False when the server stops. */
bool conn_park(struct conn *c);
void conn_unpark(struct conn *c);
void conn_begin_head(struct conn *c); /* from now on the next request is waited for */
/* Goes on until a whole head is there: 0.  -EAGAIN: more has to come; -ECONNRESET: it is over; or an HTTP status. */
int conn_read_head(struct conn *c);
extern const http_parser_settings conn_parser_settings;

/* body.c */
int conn_send_continue(struct conn *c);
bool conn_body_done(const struct conn *c);
bool conn_skip_body(struct conn *c); /* reads it to its end; false when that cannot be */
/* The handler has not read the body to its end, and skipping the rest would take long. */
bool conn_body_in_the_way(const struct conn *c);

/* server.c */
/* Gives the socket away.  conn_left() is to be called, before the descriptor that conn_keep() told is closed. */
struct stream conn_take_socket(struct conn *c);
void conn_keep(struct conn *c, int fd);
/* The peer has shown who it is: the seat is its for good. */
void conn_settle(struct conn *c);
void conn_left(struct conn *c);

/* response.c */
/* An error without a body, outside of any handler. */
void conn_refuse(struct conn *c, int status);
/* "HTTP/1.1 100 Continue", or the 101 that http_upgrade_websocket() has made. */
int conn_send_interim(struct conn *c, const char *text, size_t length);

#endif
