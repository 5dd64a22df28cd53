/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn: one HTTP connection, between server.c (threads, deadlines) and request.c (the protocol).
 *
 * Theory of operation: a conn belongs to the worker thread that runs it.  Only `deadline_ns`, `idle`
 * and the socket itself are looked at by the server's watching thread, which shuts the socket down when
 * the deadline has passed; `expired` then tells the worker why its socket ended.
 *
 * `in` holds what was received: [0, head) the present request's head, whose strings the request points
 * to; [at, end) not consumed yet: body, then pipelined requests.  It does not move while a request runs.
 */
#ifndef VPCBOX_HTTP_CONN_H
#define VPCBOX_HTTP_CONN_H

#include <http_parser.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "http/http.h"
#include "http/stream.h"

struct span {
    uint32_t at, length;
};

struct header_spans {
    struct span name, value;
};

enum { CONN_OUT_MAX = 256 * 1024 }; /* a response's head: what handlers may put into headers */

enum response_state { RESPONSE_NONE, RESPONSE_BEGUN, RESPONSE_DONE, RESPONSE_BROKEN };

struct conn {
    struct http_request rq; /* first: a request is its conn */
    struct http_server *server;
    const struct http_server_options *limits;
    struct stream io;
    http_handler *handler;
    void *user;
    struct tls_ca *ca;

    atomic_bool *stopping;        /* the server's */
    atomic_int *busy;             /* the server's: requests in handlers, web sockets left out */
    _Atomic uint64_t deadline_ns; /* 0: none */
    atomic_bool idle;             /* between requests */
    atomic_bool expired;
    struct conn *next, *prev;  /* all of the server's */
    struct conn *next_waiting; /* for a worker */

    char *in;
    size_t capacity, head, at, end;
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
    struct buf out;
    int default_ttl; /* to go back to; 0: not changed */
    struct arena arena;
};

/* request.c */
/* Serves requests until the connection ends or is upgraded.  Closing and freeing are the caller's. */
void conn_run(struct conn *c);
void http_conn_free(struct conn *c);
/* The wait on the peer that follows may take so long. */
void conn_deadline(struct conn *c, uint64_t ms);
/* The handler has not read the body to its end, and skipping the rest would take long. */
bool conn_body_in_the_way(const struct conn *c);

/* server.c: gives the socket away; what is left of the connection is memory. */
struct stream conn_take_socket(struct conn *c);

/* response.c */
/* An error without a body, outside of any handler. */
void conn_refuse(struct conn *c, int status);
/* "HTTP/1.1 100 Continue", or the 101 that http_upgrade_websocket() has made. */
int conn_send_interim(struct conn *c, const char *text, size_t length);

#endif
