/* SPDX-License-Identifier: Apache-2.0 */
/*
 * body: what comes behind a head, as the handler asks for it.
 *
 * http_parser reads chunked bodies; a body with Content-Length is only counted, and goes from the socket straight to
 * the handler's buffer.
 */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "http/conn.h"

enum {
    SKIP_MAX = 256 * 1024,    /* of an unread body, rather than a new connection */
    BODY_GRACE_MS = 20 * 1000 /* before the minimal rate counts */
};

int conn_send_continue(struct conn *c) {
    static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";

    c->expects_continue = false;
    return conn_send_interim(c, text, sizeof(text) - 1);
}

bool conn_body_done(const struct conn *c) {
    return c->chunked_body ? c->message_complete : c->body_left == 0;
}

bool conn_body_in_the_way(const struct conn *c) {
    return c->body_failed ||
           (!conn_body_done(c) && (c->expects_continue || c->chunked_body || c->body_left > SKIP_MAX));
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
    conn_deadline_clear(c);
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
        c->at += http_parser_execute(&c->parser, &conn_parser_settings, c->in + c->at, feed);
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
    if (conn_body_done(c) || capacity == 0)
        return 0;
    if (c->expects_continue) {
        int r = conn_send_continue(c);

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

bool conn_skip_body(struct conn *c) {
    char sink[16 * 1024];
    ssize_t n;

    while ((n = http_body_read(&c->rq, sink, sizeof(sink))) > 0)
        ;
    return n == 0;
}
