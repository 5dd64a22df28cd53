/* SPDX-License-Identifier: Apache-2.0 */
/*
 * head: from bytes to a request's head, and where a connection stays until its next one is whole.
 *
 * http_parser goes on where it stopped, so that a head may come in any number of pieces, each in another worker's
 * hands.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/conn.h"

enum {
    FIRST_BYTES = 8 * 1024, /* of the input buffer; most heads fit */
    CHUNK_ROOM = 16 * 1024, /* behind the head, for a chunked body */
    HEADERS_MAX = 512,      /* in one request */
    LOOK_NS = 40 * 1000,
    YIELD_NS = 20 * 1000,
    CROWDED_NS = 20 * 1000 * 1000,
    QUICK_NS = 100 * 1000,
    HOLDERS_MAX = 32 /* threads that keep a connection which has just been served */
};

void conn_deadline(struct conn *c, uint64_t ms) {
    atomic_store_explicit(&c->seat.deadline_ns, clock_mono_ns() + ms * 1000000, memory_order_relaxed);
}

void conn_deadline_clear(struct conn *c) {
    atomic_store_explicit(&c->seat.deadline_ns, 0, memory_order_relaxed);
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

const http_parser_settings conn_parser_settings = {
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

/* The peer has the turn.  The deadline counts from what it waits for, so a drop now and then does not move it.
 * False when nobody shall wait any more. */
bool conn_park(struct conn *c) {
    bool begun = c->phase != CONN_HEAD || c->end > 0;
    unsigned ms = c->phase == CONN_LINGER ? CONN_LINGER_MS
                  : begun                 ? c->limits->head_timeout_ms
                                          : c->limits->idle_timeout_ms;

    atomic_store(&c->seat.deadline_ns, c->since_ns + (uint64_t)ms * 1000000);
    atomic_store(&c->seat.state, begun || !c->served ? SEAT_NEW : SEAT_IDLE);
    return !atomic_load(c->stopping);
}

/* It has come, or the peer has not been waited for at all. */
void conn_unpark(struct conn *c) {
    conn_deadline_clear(c);
    atomic_store(&c->seat.state, SEAT_BUSY);
}

/*
 * Whether the next head's first bytes are here yet; else -EAGAIN.  From a client that asks one thing right after
 * another they come within microseconds, and waking a thread on another core takes longer than that (measured:
 * 16,000 against 37,000 requests a second).  So after a quick request the thread looks a little before it parks the
 * connection, as long as nothing else wants the core; one thread at a time does.  A yield that does not come back at
 * once has met another program: then sleeping is better for a while, since a thread that wakes is served before one
 * that yielded.  And it keeps a connection for some milliseconds longer: through the crew's set a request takes a
 * third more time, so only silence sends it there, or a crowd of others that are kept so.
 */
static ssize_t look_for_head(struct conn *c) {
    static atomic_flag looking = ATOMIC_FLAG_INIT;
    static _Atomic uint64_t crowded_until;
    static atomic_int holders;
    uint64_t start = c->since_ns, now = start;
    char *at = c->in + c->end; /* behind what came with the last request */
    size_t room = c->capacity - c->end;
    ssize_t n = -EAGAIN;

    if (stream_pending(&c->io))
        n = stream_try(&c->io, at, room);
    if (n == -EAGAIN && c->quick && start > atomic_load(&crowded_until) && atomic_load(c->busy) == 0 &&
        !atomic_flag_test_and_set(&looking)) {
        while (atomic_load(c->busy) == 0 && (n = stream_try(&c->io, at, room)) == -EAGAIN &&
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
    if (n != -EAGAIN)
        return n;
    if (!conn_park(c))
        return -ECONNRESET;
    if (atomic_fetch_add(&holders, 1) < HOLDERS_MAX)
        n = stream_hold(&c->io, at, room);
    atomic_fetch_sub(&holders, 1);
    conn_unpark(c);
    return n;
}

/* From now on the next request is waited for. */
void conn_begin_head(struct conn *c) {
    if (c->at > 0) {
        memmove(c->in, c->in + c->at, c->end - c->at);
        c->end -= c->at;
        c->at = 0;
    }
    c->phase = CONN_HEAD;
    c->parsed = 0;
    c->looked = !c->served; /* a new connection comes here when it has said something */
    c->since_ns = clock_mono_ns();
    c->target = (struct span){0, 0};
    c->header_count = 0;
    c->value_last = c->head_complete = c->message_complete = false;
    c->parser.data = c;
    http_parser_init(&c->parser, HTTP_REQUEST);
}

/* 0 for more room, or the HTTP status. */
static int make_room(struct conn *c) {
    size_t most = c->limits->max_head_bytes, more = c->capacity ? c->capacity * 2 : FIRST_BYTES;

    if (c->end < c->capacity)
        return 0;
    if (c->capacity >= most)
        return c->header_count > 0 ? 431 : 414;
    return grow(c, more < most ? more : most) ? 0 : -ENOMEM;
}

/* Goes on until a whole head is there: 0.  -EAGAIN: more has to come; -ECONNRESET: it is over; or an HTTP status. */
int conn_read_head(struct conn *c) {
    for (;;) {
        ssize_t n;
        int r;

        if (c->end > c->parsed) {
            c->parsed +=
                http_parser_execute(&c->parser, &conn_parser_settings, c->in + c->parsed, c->end - c->parsed);
            if (c->head_complete && HTTP_PARSER_ERRNO(&c->parser) == HPE_PAUSED)
                break;
            if (HTTP_PARSER_ERRNO(&c->parser) != HPE_OK)
                return refusal_for(c);
        }
        r = make_room(c);
        if (r != 0)
            return r;
        n = c->looked ? stream_try(&c->io, c->in + c->end, c->capacity - c->end) : look_for_head(c);
        c->looked = true;
        if (n == -EAGAIN)
            return -EAGAIN;
        if (n <= 0)
            return atomic_load(&c->expired) && c->end > 0 ? 408 : -ECONNRESET;
        if (c->end == 0) {
            uint64_t now = clock_mono_ns();

            c->quick = c->served && now - c->since_ns < QUICK_NS;
            c->since_ns = now;
        }
        c->end += (size_t)n;
    }
    c->head = c->at = c->parsed;
    if (c->chunked_body && c->capacity - c->head < CHUNK_ROOM && !grow(c, c->head + CHUNK_ROOM))
        return -ENOMEM;
    return 0;
}
