/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request: what a head says, the handler's turn, and what is between two requests.
 */
#include <errno.h>
#include <netinet/ip.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "http/conn.h"
#include "http/tls.h"

enum {
    LINGER_READS = 16,      /* before others have their turn */
    KEPT_BUFFER = 64 * 1024 /* output buffer kept between requests */
};

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
        if (*value == '\0') /* a list of none */
            continue;
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
        conn_send_continue(c);
    return 0;
}

/* Makes the request out of the spans.  0 or the status to refuse with. */
static int make_request(struct conn *c) {
    struct http_request *rq = &c->rq;
    size_t hosts = 0, transfer_codings = 0, at = 0;
    int r;

    rq->status = 0;
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

/* ---- the connection ---- */

static int shake_hands(struct conn *c) {
    int r;

    if (c->io.ssl == NULL)
        c->io.ssl = tls_ca_accept(c->ca, c->io.fd);
    if (c->io.ssl == NULL)
        return -ENOMEM;
    r = stream_handshake(&c->io);
    if (r < 0)
        return r;
    c->rq.tls = true;
    c->rq.sni = SSL_get_servername(c->io.ssl, TLSEXT_NAMETYPE_host_name);
    return 0;
}

/* Says that nothing more comes.  Closing over unread bytes would reset the connection under the response: so what
 * the peer still sends is read and dropped for a while. */
static bool begin_linger(struct conn *c) {
    if (c->io.ssl)
        SSL_shutdown(c->io.ssl);
    c->phase = CONN_LINGER;
    c->since_ns = clock_mono_ns();
    return shutdown(c->io.fd, SHUT_WR) == 0;
}

/* -EAGAIN: more may come. */
static int linger(struct conn *c) {
    char sink[16 * 1024];
    ssize_t n = 1;

    for (int i = 0; i < LINGER_READS && n > 0; i++)
        n = recv(c->io.fd, sink, sizeof(sink), MSG_DONTWAIT);
    return n > 0 || (n < 0 && errno == EAGAIN) ? -EAGAIN : -ECONNRESET;
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
    c->also_count = 0;
    if (c->out.capacity > KEPT_BUFFER)
        buf_free(&c->out);
}

/* One request, whose head is there (status 0) or is to be refused so.  False when the connection is over. */
static bool serve(struct conn *c, int status) {
    next_request(c);
    if (status == 0)
        status = make_request(c);
    if (status != 0) {
        if (status < 0)
            return false;
        conn_refuse(c, status);
        return begin_linger(c);
    }
    c->served = true;
    atomic_fetch_add(c->busy, 1);
    c->handler(&c->rq, c->user);
    if (c->upgraded)
        return false;
    atomic_fetch_sub(c->busy, 1);
    if (c->response == RESPONSE_NONE)
        http_respond(&c->rq, 500, NULL, 0, NULL, 0);
    arena_reset(&c->arena);
    if (c->response != RESPONSE_DONE)
        return false;
    if (conn_body_in_the_way(c))
        return begin_linger(c);
    if ((!conn_body_done(c) && !conn_skip_body(c)) || !c->keep_alive || c->close_after)
        return false;
    conn_begin_head(c);
    return true;
}

enum conn_next conn_run(struct conn *c) {
    conn_unpark(c);
    for (;;) {
        int r = c->phase == CONN_TLS ? shake_hands(c) : c->phase == CONN_HEAD ? conn_read_head(c) : linger(c);

        if (r == -EAGAIN && conn_park(c))
            return CONN_PARK;
        if (c->phase == CONN_TLS && r == 0) {
            conn_begin_head(c);
        } else if (c->phase != CONN_HEAD || r < 0 || !serve(c, r)) {
            if (c->upgraded)
                return CONN_AWAY;
            if (c->io.ssl && c->phase == CONN_HEAD)
                SSL_shutdown(c->io.ssl);
            return CONN_END;
        }
    }
}

void conn_begin(struct conn *c) {
    if (c->ca)
        c->phase = CONN_TLS;
    else
        conn_begin_head(c);
    c->since_ns = clock_mono_ns();
    conn_park(c);
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
