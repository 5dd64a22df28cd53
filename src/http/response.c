/* SPDX-License-Identifier: Apache-2.0 */
/* response: heads are made here and leave together with the first bytes of the body. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "http/conn.h"

static bool sayable(const char *text) {
    for (; *text; text++) {
        if (((unsigned char)*text < 32 && *text != '\t') || *text == 127)
            return false;
    }
    return true;
}

static bool ours(const char *name) {
    static const char *const names[] = {"content-length", "transfer-encoding", "connection", "date"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

/* The text changes once a second; a thread keeps its last. */
static const char *date_now(void) {
    static _Thread_local int64_t second = -1;
    static _Thread_local char text[CLOCK_TEXT_BYTES];
    int64_t now_ms = clock_real_ms();

    if (now_ms / 1000 != second) {
        second = now_ms / 1000;
        clock_http(now_ms, text);
    }
    return text;
}

static void put_number(struct buf *b, uint64_t value) {
    char text[24];
    size_t at = sizeof(text);

    do
        text[--at] = (char)('0' + value % 10);
    while (value /= 10);
    buf_append(b, text + at, sizeof(text) - at);
}

static bool never_has_body(int status) {
    return status < 200 || status == 204 || status == 304;
}

static void put_headers(struct conn *c, const struct http_header *headers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (ours(headers[i].name))
            continue;
        buf_puts(&c->out, "\r\n");
        buf_puts(&c->out, headers[i].name);
        buf_puts(&c->out, ": ");
        buf_puts(&c->out, headers[i].value);
    }
}

/* Writes the head to c->out and settles how the body goes.  length -1: unknown. */
static int make_head(struct conn *c, int status, const struct http_header *headers, size_t count,
                     int64_t length) {
    bool http10 = c->parser.http_minor == 0;

    if (c->response != RESPONSE_NONE)
        return -EALREADY;
    if (status < 200 || status > 999)
        return -EINVAL;
    for (size_t i = 0; i < count; i++) {
        if (!sayable(headers[i].name) || !sayable(headers[i].value))
            return -EINVAL;
    }
    c->rq.status = status;
    if (conn_body_in_the_way(c) || atomic_load_explicit(c->stopping, memory_order_relaxed))
        c->close_after = true;
    c->response_chunked = length < 0 && !http10;
    if (length < 0 && http10)
        c->close_after = true;
    c->response_has_body = !never_has_body(status) && c->parser.method != HTTP_HEAD;
    c->response_left = length < 0 ? UINT64_MAX : (uint64_t)length;

    buf_reset(&c->out);
    buf_puts(&c->out, "HTTP/1.1 ");
    put_number(&c->out, (unsigned)status);
    buf_putc(&c->out, ' ');
    buf_puts(&c->out, http_status_str((enum http_status)status));
    buf_puts(&c->out, "\r\nDate: ");
    buf_puts(&c->out, date_now());
    put_headers(c, headers, count);
    put_headers(c, c->also, c->also_count);
    if (c->response_chunked && !never_has_body(status)) {
        buf_puts(&c->out, "\r\nTransfer-Encoding: chunked");
    } else if (length >= 0 && !never_has_body(status)) {
        buf_puts(&c->out, "\r\nContent-Length: ");
        put_number(&c->out, (uint64_t)length);
    }
    if (c->close_after || !c->keep_alive)
        buf_puts(&c->out, "\r\nConnection: close");
    else if (http10)
        buf_puts(&c->out, "\r\nConnection: keep-alive");
    buf_puts(&c->out, "\r\n\r\n");
    return c->out.overflow ? -EMSGSIZE : 0;
}

/* Sends in slices, each of which the peer has the idle time-out for. */
static int send_body(struct conn *c, struct iovec *iov, int count, bool more) {
    int r;

    conn_deadline(c, c->limits->idle_timeout_ms);
    r = stream_send(&c->io, iov, count, more);
    atomic_store_explicit(&c->seat.deadline_ns, 0, memory_order_relaxed);
    if (r < 0)
        c->response = RESPONSE_BROKEN;
    return r;
}

static int send_slices(struct conn *c, const char *data, size_t length, bool more) {
    while (length > 0) {
        size_t n = length < STREAM_SLICE ? length : STREAM_SLICE;
        struct iovec iov = {(void *)(uintptr_t)data, n};
        int r = send_body(c, &iov, 1, more || n < length);

        if (r < 0)
            return r;
        data += n;
        length -= n;
    }
    return 0;
}

int conn_send_interim(struct conn *c, const char *text, size_t length) {
    return send_slices(c, text, length, false);
}

int http_respond(struct http_request *rq, int status, const struct http_header *headers, size_t count,
                 const void *body, size_t length) {
    struct conn *c = (struct conn *)rq;
    struct iovec iov[2];
    size_t first;
    int r;

    r = make_head(c, status, headers, count, (int64_t)length);
    if (r < 0)
        return r;
    if (!c->response_has_body)
        length = 0;
    first = length < STREAM_SLICE ? length : STREAM_SLICE;
    iov[0] = (struct iovec){c->out.data, c->out.length};
    iov[1] = (struct iovec){(void *)(uintptr_t)body, first};
    r = send_body(c, iov, first > 0 ? 2 : 1, length > first);
    if (r == 0 && length > first)
        r = send_slices(c, (const char *)body + first, length - first, false);
    if (r == 0)
        c->response = RESPONSE_DONE;
    return r;
}

int http_respond_fd(struct http_request *rq, int status, const struct http_header *headers, size_t count,
                    int fd, int64_t offset, int64_t length) {
    struct conn *c = (struct conn *)rq;
    struct iovec head;
    int r;

    if (length < 0 || offset < 0)
        return -EINVAL;
    r = make_head(c, status, headers, count, length);
    if (r < 0)
        return r;
    if (!c->response_has_body)
        length = 0;
    head = (struct iovec){c->out.data, c->out.length};
    r = send_body(c, &head, 1, length > 0);
    while (r == 0 && length > 0) {
        size_t n = length < STREAM_SLICE ? (size_t)length : STREAM_SLICE;

        conn_deadline(c, c->limits->idle_timeout_ms);
        r = stream_send_file(&c->io, fd, offset, n);
        offset += (int64_t)n;
        length -= (int64_t)n;
    }
    atomic_store_explicit(&c->seat.deadline_ns, 0, memory_order_relaxed);
    c->response = r == 0 ? RESPONSE_DONE : RESPONSE_BROKEN;
    return r;
}

int http_begin(struct http_request *rq, int status, const struct http_header *headers, size_t count,
               int64_t length) {
    struct conn *c = (struct conn *)rq;
    struct iovec head;
    int r = make_head(c, status, headers, count, length < 0 ? -1 : length);

    if (r < 0)
        return r;
    head = (struct iovec){c->out.data, c->out.length};
    c->response = RESPONSE_BEGUN;
    return send_body(c, &head, 1, false);
}

int http_write(struct http_request *rq, const void *data, size_t length) {
    struct conn *c = (struct conn *)rq;
    const char *p = data;

    if (c->response != RESPONSE_BEGUN)
        return -EPIPE;
    if (!c->response_has_body)
        return 0;
    if (c->response_left != UINT64_MAX) {
        if (length > c->response_left)
            return -EINVAL;
        c->response_left -= length;
    }
    if (!c->response_chunked)
        return send_slices(c, p, length, false);
    while (length > 0) {
        size_t n = length < STREAM_SLICE ? length : STREAM_SLICE;
        char size[20];
        struct iovec iov[3] = {{size, (size_t)snprintf(size, sizeof(size), "%zx\r\n", n)},
                               {(void *)(uintptr_t)p, n},
                               {(void *)(uintptr_t) "\r\n", 2}};
        int r = send_body(c, iov, 3, n < length);

        if (r < 0)
            return r;
        p += n;
        length -= n;
    }
    return 0;
}

int http_end(struct http_request *rq) {
    struct conn *c = (struct conn *)rq;

    if (c->response != RESPONSE_BEGUN)
        return -EPIPE;
    if (c->response_has_body) {
        if (c->response_left != UINT64_MAX && c->response_left > 0)
            return -EINVAL;
        if (c->response_chunked) {
            int r = send_slices(c, "0\r\n\r\n", 5, false);

            if (r < 0)
                return r;
        }
    }
    c->response = RESPONSE_DONE;
    return 0;
}

void http_respond_also(struct http_request *rq, const struct http_header *headers, size_t count) {
    struct conn *c = (struct conn *)rq;

    for (size_t i = 0; i < count; i++) {
        if (!sayable(headers[i].name) || !sayable(headers[i].value))
            return;
    }
    c->also = headers;
    c->also_count = count;
}

void http_abort(struct http_request *rq) {
    ((struct conn *)rq)->response = RESPONSE_BROKEN;
}

bool http_responded(const struct http_request *rq) {
    return ((const struct conn *)rq)->response != RESPONSE_NONE;
}

void conn_refuse(struct conn *c, int status) {
    c->keep_alive = false;
    c->response = RESPONSE_NONE;
    c->parser.method = HTTP_GET;
    c->parser.http_minor = 1;
    http_respond(&c->rq, status, NULL, 0, NULL, 0);
}
