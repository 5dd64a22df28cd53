/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request: from bytes to requests: heads, bodies, and what is left between two requests.
 *
 * http_parser reads heads and chunked bodies; a body with Content-Length is only counted, and goes from
 * the socket straight to the handler's buffer.
 */
#include <errno.h>
#include <netinet/ip.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "http/conn.h"
#include "http/tls.h"

enum {
    FIRST_BYTES = 8 * 1024,    /* of the input buffer; most heads fit */
    CHUNK_ROOM = 16 * 1024,    /* behind the head, for a chunked body */
    HEADERS_MAX = 512,         /* in one request */
    SKIP_MAX = 256 * 1024,     /* of an unread body, rather than a new connection */
    LINGER_MS = 2000,          /* for a peer that is still sending when it was answered */
    BODY_GRACE_MS = 20 * 1000, /* before the minimal rate counts */
    LOOK_NS = 40 * 1000,
    YIELD_NS = 20 * 1000,
    CROWDED_NS = 20 * 1000 * 1000,
    QUICK_NS = 100 * 1000,
    KEPT_BUFFER = 64 * 1024 /* output buffer kept between requests */
};

void conn_deadline(struct conn *c, uint64_t ms) {
    atomic_store_explicit(&c->deadline_ns, clock_mono_ns() + ms * 1000000, memory_order_relaxed);
}

static void deadline_clear(struct conn *c) {
    atomic_store_explicit(&c->deadline_ns, 0, memory_order_relaxed);
}

/* ---- the parser's callbacks ---- */

static int on_url(http_parser *p, const char *at, size_t length) {
    struct conn *c = p->data;

    if (c->target.length == 0)
        c->target.at = (uint32_t)(at - c->in);
    c->target.length += (uint32_t)length;
    return 0;
}

static int on_header_field(http_parser *p, const char *at, size_t length) {
    struct conn *c = p->data;

    if (c->head_complete) /* a trailer behind a chunked body: nobody asks for those */
        return 0;
    if (c->value_last || c->header_count == 0) {
        if (c->header_count == HEADERS_MAX) {
            p->http_errno = HPE_HEADER_OVERFLOW;
            return 0;
        }
        if (c->header_count == c->header_capacity) {
            size_t more = c->header_capacity ? c->header_capacity * 2 : 32;
            struct header_spans *spans = realloc(c->spans, more * sizeof(*spans));
            struct http_header *headers = spans ? realloc(c->headers, more * sizeof(*headers)) : NULL;

            if (spans)
                c->spans = spans;
            if (headers == NULL)
                return 1;
            c->headers = headers;
            c->header_capacity = more;
        }
        c->spans[c->header_count++] = (struct header_spans){{(uint32_t)(at - c->in), 0}, {0, 0}};
        c->value_last = false;
    }
    c->spans[c->header_count - 1].name.length += (uint32_t)length;
    return 0;
}

static int on_header_value(http_parser *p, const char *at, size_t length) {
    struct conn *c = p->data;
    struct span *v;

    if (c->head_complete)
        return 0;
    v = &c->spans[c->header_count - 1].value;
    if (!c->value_last)
        v->at = (uint32_t)(at - c->in);
    else if (length > 0 && v->at + v->length != (uint32_t)(at - c->in))
        return 1; /* a folded line: obsolete, and no two readers agree on its value */
    c->value_last = true;
    v->length += (uint32_t)length;
    return 0;
}

/* 1: tells the parser that no body follows, because Content-Length bodies are counted here. */
static int on_headers_complete(http_parser *p) {
    struct conn *c = p->data;

    c->head_complete = true;
    c->keep_alive = http_should_keep_alive(p);
    c->chunked_body = p->flags & F_CHUNKED;
    if (c->chunked_body) {
        http_parser_pause(p, 1);
        return 0;
    }
    c->body_left = p->content_length == UINT64_MAX ? 0 : p->content_length;
    return 1;
}

static int on_body(http_parser *p, const char *at, size_t length) {
    struct conn *c = p->data;

    memcpy(c->chunk_out + c->chunk_out_length, at, length);
    c->chunk_out_length += length;
    return 0;
}

static int on_message_complete(http_parser *p) {
    ((struct conn *)p->data)->message_complete = true;
    http_parser_pause(p, 1);
    return 0;
}

static const http_parser_settings settings = {
    .on_url = on_url,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

/* ---- the head ---- */

static bool grow(struct conn *c, size_t capacity) {
    char *bigger = realloc(c->in, capacity);

    if (bigger == NULL)
        return false;
    c->in = bigger;
    c->capacity = capacity;
    return true;
}

static int refusal_for(const struct conn *c) {
    switch (HTTP_PARSER_ERRNO(&c->parser)) {
    case HPE_HEADER_OVERFLOW:
        return 431;
    case HPE_INVALID_VERSION:
        return 505;
    case HPE_INVALID_TRANSFER_ENCODING:
        return 501;
    default:
        return 400;
    }
}

/*
 * The first bytes of a head.  From a client that asks one thing right after another they are here within
 * microseconds, and waking a thread on another core takes longer than that (measured: 16,000 against
 * 37,000 requests a second).  So after a quick request the thread looks a little before it sleeps, as
 * long as nothing else wants the core; one thread at a time does.  A yield that does not come back at once
 * has met another program: then sleeping is better for a while, since a thread that wakes is served before
 * one that yielded.
 */
static ssize_t receive_first(struct conn *c) {
    static atomic_flag looking = ATOMIC_FLAG_INIT;
    static _Atomic uint64_t crowded_until;
    uint64_t start = clock_mono_ns(), now = start;
    ssize_t n = -EAGAIN;

    if (c->quick && start > atomic_load(&crowded_until) && atomic_load(c->busy) == 0 &&
        !atomic_flag_test_and_set(&looking)) {
        while (atomic_load(c->busy) == 0 && (n = stream_poll(&c->io, c->in, c->capacity)) == -EAGAIN &&
               now - start < LOOK_NS) {
            uint64_t before = now;

            sched_yield();
            now = clock_mono_ns();
            if (now - before > YIELD_NS) {
                atomic_store(&crowded_until, now + CROWDED_NS);
                break;
            }
        }
        atomic_flag_clear(&looking);
    }
    if (n == -EAGAIN)
        n = stream_receive(&c->io, c->in, c->capacity);
    c->quick = clock_mono_ns() - start < QUICK_NS;
    return n;
}

/* Reads until a whole head is there.  0; -ECONNRESET when the connection is over; or an HTTP status. */
static int read_head(struct conn *c) {
    size_t parsed = 0;

    if (c->at > 0) {
        memmove(c->in, c->in + c->at, c->end - c->at);
        c->end -= c->at;
        c->at = 0;
    }
    c->target = (struct span){0, 0};
    c->header_count = 0;
    c->value_last = c->head_complete = c->message_complete = false;
    c->parser.data = c;
    http_parser_init(&c->parser, HTTP_REQUEST);
    if (c->end > 0)
        conn_deadline(c, c->limits->head_timeout_ms);
    for (;;) {
        ssize_t n;

        if (c->end > parsed) {
            parsed += http_parser_execute(&c->parser, &settings, c->in + parsed, c->end - parsed);
            if (c->head_complete && HTTP_PARSER_ERRNO(&c->parser) == HPE_PAUSED)
                break;
            if (HTTP_PARSER_ERRNO(&c->parser) != HPE_OK)
                return refusal_for(c);
        }
        if (c->end == c->capacity) {
            if (c->capacity >= c->limits->max_head_bytes)
                return c->header_count > 0 ? 431 : 414;
            if (!grow(c, c->capacity * 2 < c->limits->max_head_bytes ? c->capacity * 2
                                                                     : c->limits->max_head_bytes))
                return -ENOMEM;
        }
        if (c->end == 0) {
            conn_deadline(c, c->limits->idle_timeout_ms);
            atomic_store(&c->idle, true);
            if (atomic_load(c->stopping))
                return -ECONNRESET;
        }
        n = c->end == 0 ? receive_first(c) : stream_receive(&c->io, c->in + c->end, c->capacity - c->end);
        if (n <= 0)
            return atomic_load(&c->expired) && c->end > 0 ? 408 : -ECONNRESET;
        if (c->end == 0) {
            atomic_store(&c->idle, false);
            conn_deadline(c, c->limits->head_timeout_ms);
        }
        c->end += (size_t)n;
    }
    deadline_clear(c);
    c->head = c->at = parsed;
    if (c->chunked_body && c->capacity - c->head < CHUNK_ROOM && !grow(c, c->head + CHUNK_ROOM))
        return -ENOMEM;
    return 0;
}

static int send_continue(struct conn *c) {
    static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";

    c->expects_continue = false;
    return conn_send_interim(c, text, sizeof(text) - 1);
}

static char *terminate(struct conn *c, struct span s) {
    c->in[s.at + s.length] = '\0';
    return c->in + s.at;
}

/* Path and query of "/path?query", "http://host/path?query" or "*". */
static int split_target(struct conn *c) {
    struct http_request *rq = &c->rq;
    const char *path = rq->target, *query;

    if (path[0] != '/') {
        const char *authority = strstr(path, "://");

        if (c->parser.method == HTTP_CONNECT)
            return 400;
        if (authority != NULL) {
            path = authority + 3 + strcspn(authority + 3, "/?");
        } else if (!(c->parser.method == HTTP_OPTIONS && strcmp(path, "*") == 0)) {
            return 400;
        }
    }
    for (const unsigned char *p = (const unsigned char *)path; *p; p++) {
        if (*p <= ' ' || *p == 127 || *p == '#')
            return 400;
    }
    query = strchr(path, '?');
    rq->query = query ? query + 1 : NULL;
    if (query == path || *path == '\0')
        rq->path = "/";
    else
        rq->path = query ? arena_strndup(&c->arena, path, (size_t)(query - path)) : path;
    return 0;
}

/* The parser takes "Name : value" and control characters in values; others downstream would not. */
static bool header_is_clean(const struct conn *c, const struct header_spans *h) {
    const unsigned char *value = (const unsigned char *)c->in + h->value.at;

    for (uint32_t i = 0; i < h->value.length; i++) {
        if ((value[i] < ' ' && value[i] != '\t') || value[i] == 127)
            return false;
    }
    return memchr(c->in + h->name.at, ' ', h->name.length) == NULL;
}

/*
 * `Expect` (RFC 9110, 10.1.1).  HTTP/1.0 does not have it.  A client whose body is empty waits for the 100 all
 * the same, and botocore believes from an answer without one that this connection sends no further request:
 * so there the 100 goes out at once.
 */
static int read_expectation(struct conn *c) {
    bool expects = false;
    const char *value;

    if (c->parser.http_minor == 0)
        return 0;
    for (size_t at = 0; (value = http_header_next(&c->rq, "expect", &at));) {
        if (strcasecmp(value, "100-continue") != 0)
            return 417;
        expects = true;
    }
    /* Who sends the body (or the next request) without waiting needs no word.  Before a chunked body the parser
     * has stopped at the head's last line feed. */
    if (!expects || c->at + c->chunked_body < c->end)
        return 0;
    if (c->chunked_body || c->body_left > 0)
        c->expects_continue = true;
    else
        send_continue(c);
    return 0;
}

/* Makes the request out of the spans.  0 or the status to refuse with. */
static int make_request(struct conn *c) {
    struct http_request *rq = &c->rq;
    size_t hosts = 0, transfer_codings = 0, at = 0;
    int r;

    rq->method = http_method_str((enum http_method)c->parser.method);
    rq->target = terminate(c, c->target);
    for (size_t i = 0; i < c->header_count; i++) {
        struct span v = c->spans[i].value;

        if (!header_is_clean(c, &c->spans[i]))
            return 400;
        while (v.length > 0 && strchr(" \t", c->in[v.at + v.length - 1]))
            v.length--;
        c->headers[i].name = terminate(c, c->spans[i].name);
        /* An empty value's span may be the very line end that the parser has yet to read. */
        c->headers[i].value = v.length > 0 ? terminate(c, v) : "";
    }
    rq->headers = c->headers;
    rq->header_count = c->header_count;
    rq->arena = &c->arena;
    if (c->parser.http_major != 1)
        return 505;
    while (http_header_next(rq, "host", &at))
        hosts++;
    if (hosts > 1 || (hosts == 0 && c->parser.http_minor > 0))
        return 400;
    for (at = 0; http_header_next(rq, "transfer-encoding", &at);)
        transfer_codings++;
    if (transfer_codings > 1 || (transfer_codings == 1 && !c->chunked_body))
        return 501;
    if (c->body_left > INT64_MAX)
        return 413;
    rq->content_length = c->chunked_body ? -1 : (int64_t)c->body_left;
    r = split_target(c);
    if (r)
        return r;
    return read_expectation(c);
}

const char *http_header_next(const struct http_request *rq, const char *name, size_t *at_io) {
    while (*at_io < rq->header_count) {
        const struct http_header *h = &rq->headers[(*at_io)++];

        if (strcasecmp(h->name, name) == 0)
            return h->value;
    }
    return NULL;
}

const char *http_header_get(const struct http_request *rq, const char *name) {
    size_t at = 0;

    return http_header_next(rq, name, &at);
}

/* ---- the body ---- */

static bool body_done(const struct conn *c) {
    return c->chunked_body ? c->message_complete : c->body_left == 0;
}

bool conn_body_in_the_way(const struct conn *c) {
    return c->body_failed ||
           (!body_done(c) && (c->expects_continue || c->chunked_body || c->body_left > SKIP_MAX));
}

static ssize_t body_failed(struct conn *c, int error) {
    c->body_failed = true;
    return atomic_load(&c->expired) ? -ETIMEDOUT : error;
}

/* A wait on the peer for body bytes, which has to keep up the minimal rate over all such waits. */
static ssize_t body_receive(struct conn *c, void *data, size_t capacity) {
    uint64_t start = clock_mono_ns();
    uint64_t allowed_ms = BODY_GRACE_MS + c->body_bytes * 1000 / c->limits->min_body_rate;
    uint64_t waited_ms = c->waited_ns / 1000000;
    uint64_t left_ms = allowed_ms > waited_ms ? allowed_ms - waited_ms : 0;
    ssize_t n;

    conn_deadline(c, left_ms < c->limits->idle_timeout_ms ? left_ms : c->limits->idle_timeout_ms);
    n = stream_receive(&c->io, data, capacity);
    deadline_clear(c);
    c->waited_ns += clock_mono_ns() - start;
    if (n <= 0)
        return body_failed(c, n < 0 ? (int)n : -EBADMSG);
    return n;
}

static ssize_t read_counted(struct conn *c, void *data, size_t capacity) {
    size_t want = capacity < c->body_left ? capacity : (size_t)c->body_left;
    size_t buffered = c->end - c->at;
    ssize_t n;

    if (buffered > 0) {
        n = (ssize_t)(want < buffered ? want : buffered);
        memcpy(data, c->in + c->at, (size_t)n);
        c->at += (size_t)n;
    } else {
        n = body_receive(c, data, want);
        if (n < 0)
            return n;
    }
    c->body_left -= (uint64_t)n;
    return n;
}

static ssize_t read_chunked(struct conn *c, void *data, size_t capacity) {
    c->chunk_out = data;
    c->chunk_out_length = 0;
    while (c->chunk_out_length == 0 && !c->message_complete) {
        size_t feed = c->end - c->at;

        if (feed == 0) {
            ssize_t n = body_receive(c, c->in + c->head, c->capacity - c->head);

            if (n < 0)
                return n;
            c->at = c->head;
            c->end = c->head + (size_t)n;
            feed = (size_t)n;
        }
        if (feed > capacity) /* so that what comes out fits */
            feed = capacity;
        http_parser_pause(&c->parser, 0);
        c->at += http_parser_execute(&c->parser, &settings, c->in + c->at, feed);
        if (HTTP_PARSER_ERRNO(&c->parser) != HPE_OK && HTTP_PARSER_ERRNO(&c->parser) != HPE_PAUSED)
            return body_failed(c, -EBADMSG);
    }
    return (ssize_t)c->chunk_out_length;
}

ssize_t http_body_read(struct http_request *rq, void *data, size_t capacity) {
    struct conn *c = (struct conn *)rq;
    ssize_t n;

    if (c->body_failed)
        return -EBADMSG;
    if (body_done(c) || capacity == 0)
        return 0;
    if (c->expects_continue) {
        int r = send_continue(c);

        if (r < 0)
            return body_failed(c, r);
    }
    n = c->chunked_body ? read_chunked(c, data, capacity) : read_counted(c, data, capacity);
    if (n > 0)
        c->body_bytes += (uint64_t)n;
    return n;
}

int http_body_all(struct http_request *rq, size_t max, char **ret_data, size_t *ret_length) {
    size_t capacity, length = 0;
    char *data;

    if (rq->content_length > 0 && (uint64_t)rq->content_length > max)
        return -EFBIG;
    capacity = rq->content_length >= 0 ? (size_t)rq->content_length : (max < 4096 ? max : 4096);
    data = arena_alloc(rq->arena, capacity + 1);
    for (;;) {
        char past = 0;
        ssize_t n = length < capacity ? http_body_read(rq, data + length, capacity - length)
                                      : http_body_read(rq, &past, 1);

        if (n < 0)
            return (int)n;
        if (n == 0)
            break;
        length += (size_t)n;
        if (length > capacity) {
            char *bigger;

            if (capacity == max)
                return -EFBIG;
            capacity = capacity < max / 2 ? capacity * 2 : max;
            bigger = arena_alloc(rq->arena, capacity + 1);
            memcpy(bigger, data, length - 1);
            bigger[length - 1] = past;
            data = bigger;
        }
    }
    *ret_data = data;
    *ret_length = length;
    return 0;
}

/* ---- the connection ---- */

static int start_tls(struct conn *c) {
    const char *name;

    c->io.ssl = tls_ca_accept(c->ca, c->io.fd);
    if (c->io.ssl == NULL)
        return -ENOMEM;
    conn_deadline(c, c->limits->head_timeout_ms);
    if (SSL_accept(c->io.ssl) != 1)
        return -EPROTO;
    deadline_clear(c);
    name = SSL_get_servername(c->io.ssl, TLSEXT_NAMETYPE_host_name);
    c->rq.tls = true;
    c->rq.sni = name;
    return 0;
}

/* Reads and drops for a while: closing over unread bytes would reset the connection under the response. */
static void linger(struct conn *c) {
    uint64_t until = clock_mono_ns() + (uint64_t)LINGER_MS * 1000000;
    char sink[4096];

    if (c->io.ssl)
        SSL_shutdown(c->io.ssl);
    if (shutdown(c->io.fd, SHUT_WR) < 0)
        return;
    conn_deadline(c, LINGER_MS);
    while (clock_mono_ns() < until && recv(c->io.fd, sink, sizeof(sink), 0) > 0)
        ;
}

static bool skip_body(struct conn *c) {
    char sink[16 * 1024];
    ssize_t n;

    while ((n = http_body_read(&c->rq, sink, sizeof(sink))) > 0)
        ;
    return n == 0;
}

static void set_ttl(struct conn *c, int ttl) {
    setsockopt(c->io.fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
}

int http_set_ttl(struct http_request *rq, int ttl) {
    struct conn *c = (struct conn *)rq;
    socklen_t size = sizeof(c->default_ttl);

    if (ttl < 1 || ttl > 255)
        return -EINVAL;
    if (c->default_ttl == 0 && getsockopt(c->io.fd, IPPROTO_IP, IP_TTL, &c->default_ttl, &size) < 0)
        return -errno;
    set_ttl(c, ttl);
    return 0;
}

static void next_request(struct conn *c) {
    if (c->default_ttl) {
        set_ttl(c, c->default_ttl);
        c->default_ttl = 0;
    }
    c->body_failed = c->expects_continue = false;
    c->body_bytes = c->waited_ns = 0;
    c->response = RESPONSE_NONE;
    if (c->out.capacity > KEPT_BUFFER)
        buf_free(&c->out);
}

static void serve(struct conn *c) {
    if (c->ca && start_tls(c) < 0)
        return;
    if (c->in == NULL && !grow(c, FIRST_BYTES))
        return;
    for (;;) {
        int r = read_head(c);

        next_request(c);
        if (r == 0)
            r = make_request(c);
        if (r != 0) {
            if (r > 0) {
                conn_refuse(c, r);
                linger(c);
            }
            return;
        }
        atomic_fetch_add(c->busy, 1);
        c->handler(&c->rq, c->user);
        if (c->upgraded)
            return;
        atomic_fetch_sub(c->busy, 1);
        if (c->response == RESPONSE_NONE)
            http_respond(&c->rq, 500, NULL, 0, NULL, 0);
        arena_reset(&c->arena);
        if (c->response != RESPONSE_DONE)
            return;
        if (conn_body_in_the_way(c)) {
            linger(c);
            return;
        }
        if (!body_done(c) && !skip_body(c))
            return;
        if (!c->keep_alive || c->close_after)
            return;
    }
}

void conn_run(struct conn *c) {
    serve(c);
    if (c->io.ssl && !c->upgraded) {
        conn_deadline(c, LINGER_MS);
        SSL_shutdown(c->io.ssl);
    }
}

void http_conn_free(struct conn *c) {
    stream_close(&c->io);
    free(c->in);
    free(c->spans);
    free(c->headers);
    buf_free(&c->out);
    arena_free(&c->arena);
    free(c);
}
