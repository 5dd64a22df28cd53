/* SPDX-License-Identifier: Apache-2.0 */
/* ws_handshake: how a web socket begins, on the server's side and on the client's. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/text.h"
#include "http/conn.h"
#include "http/ws_wire.h"

enum { KEY_BYTES = 16, KEY_TEXT = 24, REPLY_MAX = 16 * 1024, TIMEOUT_MS = 10000 };

void ws_accept_key(const char *key, char out[WS_ACCEPT_BYTES]) {
    char text[KEY_TEXT + 64];
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;

    snprintf(text, sizeof(text), "%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    EVP_Digest(text, strlen(text), digest, &length, EVP_sha1(), NULL);
    EVP_EncodeBlock((unsigned char *)out, digest, 20);
}

/* Whether one of a header's comma-separated values is this one. */
static bool lists(const char *value, const char *token) {
    size_t length = strlen(token);

    while (value && *value) {
        value += strspn(value, " \t,");
        if (strncasecmp(value, token, length) == 0 && strchr(" \t,", value[length]))
            return true;
        value += strcspn(value, ",");
    }
    return false;
}

/* ---- server ---- */

int http_upgrade_websocket(struct http_request *rq, const struct ws_options *options, struct ws **ret_ws) {
    struct conn *c = (struct conn *)rq;
    const char *key = http_header_get(rq, "sec-websocket-key");
    const char *version = http_header_get(rq, "sec-websocket-version");
    const char *connection;
    char accept[WS_ACCEPT_BYTES], reply[512];
    struct stream socket;
    size_t key_length, at = 0;
    void *key_bytes;
    int length, r;

    while ((connection = http_header_next(rq, "connection", &at)) && !lists(connection, "upgrade"))
        ;
    if (c->response != RESPONSE_NONE || c->parser.method != HTTP_GET || c->parser.http_minor < 1 ||
        rq->content_length != 0 || !connection || !lists(http_header_get(rq, "upgrade"), "websocket") ||
        !text_is(version, "13") || !key || strlen(key) != KEY_TEXT ||
        base64_decode(rq->arena, key, KEY_TEXT, &key_bytes, &key_length) < 0 || key_length != KEY_BYTES)
        return -EPROTO;
    ws_accept_key(key, accept);
    length = snprintf(reply, sizeof(reply),
                      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      "Sec-WebSocket-Accept: %s\r\n%s%s%s\r\n",
                      accept, options && options->protocol ? "Sec-WebSocket-Protocol: " : "",
                      options && options->protocol ? options->protocol : "",
                      options && options->protocol ? "\r\n" : "");
    if (length >= (int)sizeof(reply))
        return -EINVAL;
    r = conn_send_interim(c, reply, (size_t)length);
    c->response = RESPONSE_BROKEN; /* whatever happens now, it is no HTTP connection any more */
    if (r < 0)
        return r;
    socket = conn_take_socket(c);
    r = ws_new(socket.fd, socket.ssl, true, options, c->in + c->at, c->end - c->at, ret_ws);
    if (r < 0)
        conn_left(c);
    else
        ws_keep_seat(*ret_ws, c);
    return r;
}

/* ---- client ---- */

struct attempt {
    const struct ws_connect *how;
    char host[256], port[6], *target; /* target: path and query */
    bool secure;
    uint64_t until_ns;
    int fd;
    SSL_CTX *ctx;
    SSL *ssl;
    char key[KEY_TEXT + 4];
    struct buf request;
    char reply[REPLY_MAX + 1];
    size_t reply_length, head_length;
    char *error; /* WS_ERROR_BYTES */
};

static int fail(struct attempt *a, int code, const char *what, const char *detail) {
    snprintf(a->error, WS_ERROR_BYTES, "%.80s%s%.160s", what, detail ? ": " : "", detail ? detail : "");
    return code;
}

static int parse_url(struct attempt *a) {
    const char *url = a->how->url;
    struct http_parser_url u;
    size_t tail;

    http_parser_url_init(&u);
    a->secure = text_starts(url, "wss://");
    if (!(a->secure || text_starts(url, "ws://")) || http_parser_parse_url(url, strlen(url), 0, &u) != 0 ||
        u.field_data[UF_HOST].len >= sizeof(a->host) || u.field_set & (1 << UF_USERINFO))
        return fail(a, -EINVAL, "not a WebSocket URL", url);
    memcpy(a->host, url + u.field_data[UF_HOST].off, u.field_data[UF_HOST].len);
    snprintf(a->port, sizeof(a->port), "%u", u.port ? u.port : a->secure ? 443u : 80u);
    tail = u.field_set & 1 << UF_PATH    ? u.field_data[UF_PATH].off
           : u.field_set & 1 << UF_QUERY ? u.field_data[UF_QUERY].off - 1u
                                         : strlen(url);
    if (asprintf(&a->target, "%s%.*s", url[tail] == '/' ? "" : "/", (int)strcspn(url + tail, "#"),
                 url + tail) < 0) {
        a->target = NULL;
        return -ENOMEM;
    }
    return 0;
}

/* 0, or -ETIMEDOUT. */
static int wait_ready(struct attempt *a, short events) {
    for (;;) {
        struct pollfd p = {.fd = a->fd, .events = events};
        uint64_t now = clock_mono_ns();
        int n;

        if (now >= a->until_ns)
            return fail(a, -ETIMEDOUT, "timed out", a->host);
        n = poll(&p, 1, (int)((a->until_ns - now) / 1000000) + 1);
        if (n > 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return fail(a, -errno, "poll", strerror(errno));
    }
}

static int dial_one(struct attempt *a, const struct addrinfo *to) {
    int one = 1, error = 0, r;
    socklen_t size = sizeof(error);

    a->fd = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (a->fd < 0)
        return -errno;
    setsockopt(a->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (connect(a->fd, to->ai_addr, to->ai_addrlen) == 0)
        return 0;
    if (errno != EINPROGRESS) {
        error = errno;
    } else {
        r = wait_ready(a, POLLOUT);
        if (r < 0)
            return r;
        getsockopt(a->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    return error ? fail(a, -error, a->host, strerror(error)) : 0;
}

static int dial(struct attempt *a) {
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *list;
    int r = getaddrinfo(a->host, a->port, &hints, &list);

    if (r != 0)
        return fail(a, -EHOSTUNREACH, a->host, gai_strerror(r));
    r = -EHOSTUNREACH;
    for (struct addrinfo *to = list; to && r < 0; to = to->ai_next) {
        fd_close(&a->fd);
        r = dial_one(a, to);
    }
    freeaddrinfo(list);
    return r;
}

/* After an SSL call that did not succeed: 0 to call it again, or the error. */
static int tls_again(struct attempt *a, int result) {
    long verdict;

    switch (SSL_get_error(a->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return wait_ready(a, POLLIN);
    case SSL_ERROR_WANT_WRITE:
        return wait_ready(a, POLLOUT);
    default:
        verdict = SSL_get_verify_result(a->ssl);
        if (verdict != X509_V_OK)
            return fail(a, -EACCES, "certificate", X509_verify_cert_error_string(verdict));
        return fail(a, -ECONNRESET, "TLS", ERR_reason_error_string(ERR_peek_last_error()));
    }
}

static int start_tls(struct attempt *a) {
    X509_VERIFY_PARAM *param;
    int r = 0, done;

    ERR_clear_error();
    a->ctx = SSL_CTX_new(TLS_client_method());
    if (a->ctx == NULL)
        return -ENOMEM;
    SSL_CTX_set_min_proto_version(a->ctx, TLS1_2_VERSION);
    SSL_CTX_set_verify(a->ctx, SSL_VERIFY_PEER, NULL);
    if ((a->how->ca_file ? SSL_CTX_load_verify_file(a->ctx, a->how->ca_file)
                         : SSL_CTX_set_default_verify_paths(a->ctx)) != 1)
        return fail(a, -EACCES, "no certificates in", a->how->ca_file);
    a->ssl = SSL_new(a->ctx);
    if (a->ssl == NULL || SSL_set_fd(a->ssl, a->fd) != 1)
        return -ENOMEM;
    param = SSL_get0_param(a->ssl);
    if (X509_VERIFY_PARAM_set1_ip_asc(param, a->host) != 1 &&
        (X509_VERIFY_PARAM_set1_host(param, a->host, 0) != 1 ||
         SSL_set_tlsext_host_name(a->ssl, a->host) != 1))
        return -EINVAL;
    do {
        ERR_clear_error();
        done = SSL_connect(a->ssl);
        if (done != 1)
            r = tls_again(a, done);
    } while (done != 1 && r == 0);
    return r;
}

static int make_request(struct attempt *a) {
    unsigned char bytes[KEY_BYTES];

    random_bytes(bytes, sizeof(bytes));
    EVP_EncodeBlock((unsigned char *)a->key, bytes, sizeof(bytes));
    buf_printf(&a->request,
               "GET %s HTTP/1.1\r\nHost: %s%s%s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n",
               a->target, a->host, text_is(a->port, a->secure ? "443" : "80") ? "" : ":",
               text_is(a->port, a->secure ? "443" : "80") ? "" : a->port, a->key);
    for (size_t i = 0; i < a->how->header_count; i++) {
        const struct http_header *h = &a->how->headers[i];

        if (strpbrk(h->name, "\r\n") || strpbrk(h->value, "\r\n"))
            return fail(a, -EINVAL, "line end in header", h->name);
        buf_printf(&a->request, "%s: %s\r\n", h->name, h->value);
    }
    buf_puts(&a->request, "\r\n");
    return a->request.overflow ? -EMSGSIZE : 0;
}

/* One step of moving bytes: a count, 0 when it waited and should be tried again, or the error. */
static ssize_t step(struct attempt *a, bool out, void *data, size_t length) {
    ssize_t n;

    if (a->ssl) {
        size_t moved = 0;
        int r;

        ERR_clear_error();
        r = out ? SSL_write_ex(a->ssl, data, length, &moved) : SSL_read_ex(a->ssl, data, length, &moved);
        return r > 0 ? (ssize_t)moved : tls_again(a, r);
    }
    n = out ? send(a->fd, data, length, MSG_NOSIGNAL) : recv(a->fd, data, length, 0);
    if (n > 0)
        return n;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return wait_ready(a, out ? POLLOUT : POLLIN);
    return fail(a, n < 0 ? -errno : -ECONNRESET, "handshake", n < 0 ? strerror(errno) : "closed");
}

static int exchange(struct attempt *a) {
    for (size_t sent = 0; sent < a->request.length;) {
        ssize_t n = step(a, true, a->request.data + sent, a->request.length - sent);

        if (n < 0)
            return (int)n;
        sent += (size_t)n;
    }
    for (;;) {
        char *end;
        ssize_t n = step(a, false, a->reply + a->reply_length, REPLY_MAX - a->reply_length);

        if (n < 0)
            return (int)n;
        a->reply_length += (size_t)n;
        a->reply[a->reply_length] = '\0';
        end = strstr(a->reply, "\r\n\r\n");
        if (end) {
            a->head_length = (size_t)(end + 4 - a->reply);
            return 0;
        }
        if (a->reply_length == REPLY_MAX || strlen(a->reply) < a->reply_length)
            return fail(a, -EPROTO, "handshake", "no HTTP answer");
    }
}

/* The answer has to be 101 with the right accept value. */
static int check_reply(struct attempt *a) {
    char accept[WS_ACCEPT_BYTES], *save = NULL, *line;
    bool upgrade = false, accepted = false;

    ws_accept_key(a->key, accept);
    a->reply[a->head_length - 2] = '\0';
    line = strtok_r(a->reply, "\r\n", &save);
    if (!line || !text_starts(line, "HTTP/1.1 101"))
        return fail(a, -ECONNABORTED, "the server answered", line);
    while ((line = strtok_r(NULL, "\r\n", &save))) {
        char *value = strchr(line, ':');

        if (value == NULL)
            continue;
        *value++ = '\0';
        value += strspn(value, " \t");
        if (strcasecmp(line, "upgrade") == 0)
            upgrade = lists(value, "websocket");
        else if (strcasecmp(line, "sec-websocket-accept") == 0)
            accepted = text_is(value, accept);
    }
    return upgrade && accepted ? 0 : fail(a, -EPROTO, "handshake", "wrong answer to the upgrade");
}

int ws_connect(const struct ws_connect *connect_how, char reterr_text[WS_ERROR_BYTES], struct ws **ret_ws) {
    char unheard[WS_ERROR_BYTES];
    struct attempt *a = calloc(1, sizeof(*a));
    int r;

    if (a == NULL)
        return -ENOMEM;
    a->how = connect_how;
    a->fd = -1;
    a->request = (struct buf)BUF_INIT(64 * 1024);
    a->error = reterr_text ? reterr_text : unheard;
    a->until_ns = clock_mono_ns() +
                  (uint64_t)(connect_how->timeout_ms ? connect_how->timeout_ms : TIMEOUT_MS) * 1000000;
    a->error[0] = '\0';
    r = parse_url(a);
    if (r == 0)
        r = dial(a);
    if (r == 0 && a->secure)
        r = start_tls(a);
    if (r == 0)
        r = make_request(a);
    if (r == 0)
        r = exchange(a);
    if (r == 0)
        r = check_reply(a);
    if (r == 0) {
        r = ws_new(a->fd, a->ssl, false, &connect_how->options, a->reply + a->head_length,
                   a->reply_length - a->head_length, ret_ws);
    } else {
        SSL_free(a->ssl);
        fd_close(&a->fd);
        if (a->error[0] == '\0')
            snprintf(a->error, WS_ERROR_BYTES, "%s", strerror(-r));
    }
    SSL_CTX_free(a->ctx);
    buf_free(&a->request);
    free(a->target);
    free(a);
    return r;
}
