/* SPDX-License-Identifier: Apache-2.0 */
#include "http/ws.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <wslay/wslay.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/text.h"
#include "http/conn.h"
#include "http/ws_wire.h"

enum {
    OUT_BYTES = 32 * 1024, /* frames gather here: a header and its payload leave together */
    LINGER_MS = 1000,
    KEEPALIVE_IDLE_S = 5,
    KEEPALIVE_EACH_S = 2,
    KEEPALIVE_COUNT = 2,
    USER_TIMEOUT_MS = 8000
};

struct received {
    struct received *next;
    enum ws_type type;
    size_t length;
    uint8_t data[];
};

struct ws {
    int fd;
    SSL *ssl;
    struct conn *seat;    /* in the server; NULL at the client's end */
    pthread_mutex_t lock; /* everything below */
    wslay_event_context_ptr frames;
    int failed;      /* the connection's end as ws_read() tells it; 0 while it lives */
    uint16_t closed; /* ws_close_code() */
    bool tls_wants_out;
    uint8_t *early;
    size_t early_at, early_length;
    struct received *first, *last, *shown;
    size_t out_at, out_end;
    uint8_t out[OUT_BYTES];
};

/* ---- bytes ---- */

/* -EAGAIN, another negative errno, or a count; 0 at the end. */
static ssize_t tls_result(struct ws *ws, int result, const size_t *count) {
    if (result > 0)
        return (ssize_t)*count;
    switch (SSL_get_error(ws->ssl, result)) {
    case SSL_ERROR_WANT_WRITE:
        ws->tls_wants_out = true;
        return -EAGAIN;
    case SSL_ERROR_WANT_READ:
        return -EAGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    default:
        return -ECONNRESET;
    }
}

static ssize_t receive(struct ws *ws, void *data, size_t capacity) {
    ssize_t n;

    if (ws->early_at < ws->early_length) {
        size_t have = ws->early_length - ws->early_at;

        if (have > capacity)
            have = capacity;
        memcpy(data, ws->early + ws->early_at, have);
        ws->early_at += have;
        return (ssize_t)have;
    }
    if (ws->ssl) {
        size_t got = 0;

        ERR_clear_error();
        return tls_result(ws, SSL_read_ex(ws->ssl, data, capacity, &got), &got);
    }
    do
        n = recv(ws->fd, data, capacity, 0);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

/* Sends what has gathered.  0 also when the socket is full; else the negative errno. */
static int flush(struct ws *ws) {
    while (ws->out_at < ws->out_end) {
        ssize_t n;

        if (ws->ssl) {
            size_t sent = 0;

            ERR_clear_error();
            n = tls_result(ws, SSL_write_ex(ws->ssl, ws->out + ws->out_at, ws->out_end - ws->out_at, &sent),
                           &sent);
            if (n == 0)
                n = -EPIPE;
        } else {
            n = send(ws->fd, ws->out + ws->out_at, ws->out_end - ws->out_at, MSG_NOSIGNAL);
            if (n < 0)
                n = -errno;
        }
        if (n == -EINTR)
            continue;
        if (n == -EAGAIN)
            return 0;
        if (n < 0)
            return (int)n;
        ws->out_at += (size_t)n;
    }
    ws->out_at = ws->out_end = 0;
    return 0;
}

/* ---- wslay's callbacks ---- */

static ssize_t on_recv(wslay_event_context_ptr ctx, uint8_t *data, size_t capacity, int flags, void *arg) {
    struct ws *ws = arg;
    ssize_t n;

    (void)flags;
    /* With a message waiting nothing more is taken from the peer: that is the back-pressure. */
    n = ws->first ? -EAGAIN : receive(ws, data, capacity);
    if (n > 0)
        return n;
    if (n != -EAGAIN) {
        ws->failed = n == 0 ? -ESHUTDOWN : (int)n;
        if (ws->closed == 0)
            ws->closed = WSLAY_CODE_ABNORMAL_CLOSURE;
    }
    wslay_event_set_error(ctx, n == -EAGAIN ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}

static ssize_t on_send(wslay_event_context_ptr ctx, const uint8_t *data, size_t length, int flags,
                       void *arg) {
    struct ws *ws = arg;
    int r = 0;

    (void)flags;
    if (ws->out_end == sizeof(ws->out))
        r = flush(ws);
    if (r == 0 && ws->out_end == sizeof(ws->out) && ws->out_at > 0) {
        memmove(ws->out, ws->out + ws->out_at, ws->out_end - ws->out_at);
        ws->out_end -= ws->out_at;
        ws->out_at = 0;
    }
    if (r < 0 || ws->out_end == sizeof(ws->out)) {
        if (r < 0 && ws->failed == 0)
            ws->failed = r;
        wslay_event_set_error(ctx, r < 0 ? WSLAY_ERR_CALLBACK_FAILURE : WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    if (length > sizeof(ws->out) - ws->out_end)
        length = sizeof(ws->out) - ws->out_end;
    memcpy(ws->out + ws->out_end, data, length);
    ws->out_end += length;
    return (ssize_t)length;
}

static int on_mask(wslay_event_context_ptr ctx, uint8_t *out, size_t length, void *arg) {
    (void)ctx;
    (void)arg;
    random_bytes(out, length);
    return 0;
}

static void on_message(wslay_event_context_ptr ctx, const struct wslay_event_on_msg_recv_arg *m, void *arg) {
    struct ws *ws = arg;
    struct received *r;

    if (m->opcode == WSLAY_CONNECTION_CLOSE)
        ws->closed = m->status_code ? m->status_code : WSLAY_CODE_NO_STATUS_RCVD;
    if (m->opcode != WSLAY_TEXT_FRAME && m->opcode != WSLAY_BINARY_FRAME)
        return;
    r = malloc(sizeof(*r) + m->msg_length);
    if (r == NULL) {
        ws->failed = -ENOMEM;
        wslay_event_set_error(ctx, WSLAY_ERR_CALLBACK_FAILURE);
        return;
    }
    r->next = NULL;
    r->type = m->opcode == WSLAY_TEXT_FRAME ? WS_TEXT : WS_BINARY;
    r->length = m->msg_length;
    if (m->msg_length > 0)
        memcpy(r->data, m->msg, m->msg_length);
    if (ws->first)
        ws->last->next = r;
    else
        ws->first = r;
    ws->last = r;
}

/* ---- both directions ---- */

static bool must_send(const struct ws *ws) {
    return ws->out_at < ws->out_end || wslay_event_want_write(ws->frames);
}

/* Sends what can be sent now. */
static void pump_out(struct ws *ws) {
    while (ws->failed == 0 && must_send(ws)) {
        size_t before = ws->out_end - ws->out_at;
        int r;

        if (wslay_event_want_write(ws->frames) && wslay_event_send(ws->frames) != 0 && ws->failed == 0)
            ws->failed = -ENOMEM;
        r = flush(ws);
        if (r < 0 && ws->failed == 0)
            ws->failed = r;
        if (ws->out_at < ws->out_end && ws->out_end - ws->out_at >= before)
            return; /* the socket is full */
    }
}

static void pump_in(struct ws *ws) {
    int r;

    ws->tls_wants_out = false;
    r = wslay_event_recv(ws->frames);
    if (r != 0 && ws->failed == 0)
        ws->failed = r == WSLAY_ERR_NOMEM ? -ENOMEM : -EPROTO;
    pump_out(ws);
    if (ws->failed == 0 && !wslay_event_want_read(ws->frames) && !must_send(ws)) {
        if (wslay_event_get_close_received(ws->frames))
            ws->failed = -ESHUTDOWN;
        else
            ws->failed = wslay_event_get_status_code_sent(ws->frames) == WSLAY_CODE_MESSAGE_TOO_BIG
                             ? -EMSGSIZE
                             : -EPROTO;
    }
}

/* Waits outside the lock.  -EAGAIN when `until_ns` has come. */
static int wait_for(struct ws *ws, short events, uint64_t until_ns) {
    struct pollfd p = {.fd = ws->fd, .events = events};
    int timeout_ms = -1;

    if (until_ns != UINT64_MAX) {
        uint64_t now = clock_mono_ns();

        if (now >= until_ns)
            return -EAGAIN;
        timeout_ms = (int)((until_ns - now) / 1000000) + 1;
    }
    pthread_mutex_unlock(&ws->lock);
    poll(&p, 1, timeout_ms);
    pthread_mutex_lock(&ws->lock);
    return 0;
}

static uint64_t until(int timeout_ms) {
    return timeout_ms < 0 ? UINT64_MAX : clock_mono_ns() + (uint64_t)timeout_ms * 1000000;
}

int ws_read(struct ws *ws, int timeout_ms, struct ws_message *ret_message) {
    uint64_t until_ns = until(timeout_ms);
    int r = 0;

    pthread_mutex_lock(&ws->lock);
    for (;;) {
        if (ws->first == NULL && ws->failed == 0)
            pump_in(ws);
        if (ws->first) {
            free(ws->shown);
            ws->shown = ws->first;
            ws->first = ws->first->next;
            *ret_message = (struct ws_message){ws->shown->type, ws->shown->data, ws->shown->length};
            break;
        }
        r = ws->failed;
        if (r == 0)
            r = wait_for(ws, POLLIN | (must_send(ws) || ws->tls_wants_out ? POLLOUT : 0), until_ns);
        if (r < 0)
            break;
    }
    pthread_mutex_unlock(&ws->lock);
    return r;
}

int ws_write(struct ws *ws, enum ws_type type, const void *data, size_t length, int timeout_ms) {
    struct wslay_event_msg msg = {(uint8_t)type, data, length};
    uint64_t until_ns = until(timeout_ms);
    int r;

    pthread_mutex_lock(&ws->lock);
    r = ws->failed;
    if (r == 0) {
        r = wslay_event_queue_msg(ws->frames, &msg);
        if (r != 0)
            r = r == WSLAY_ERR_NO_MORE_MSG ? -ESHUTDOWN : r == WSLAY_ERR_NOMEM ? -ENOMEM : -EINVAL;
    }
    while (r == 0) {
        pump_out(ws);
        r = ws->failed;
        if (r < 0 || !must_send(ws))
            break;
        r = wait_for(ws, POLLOUT, until_ns);
    }
    pthread_mutex_unlock(&ws->lock);
    return r;
}

static int send_control(struct ws *ws, int queued) {
    int r = queued == 0 ? 0 : queued == WSLAY_ERR_NO_MORE_MSG ? -ESHUTDOWN : -EINVAL;

    if (r == 0) {
        pump_out(ws);
        r = ws->failed;
    }
    pthread_mutex_unlock(&ws->lock);
    return r;
}

int ws_ping(struct ws *ws) {
    struct wslay_event_msg msg = {WSLAY_PING, NULL, 0};

    pthread_mutex_lock(&ws->lock);
    return send_control(ws, wslay_event_queue_msg(ws->frames, &msg));
}

int ws_close(struct ws *ws, uint16_t code, const char *reason) {
    const uint8_t *text = (const uint8_t *)reason;
    size_t length = reason ? strlen(reason) : 0;

    if (length > 123) /* what a control frame holds besides the code */
        length = 123;
    pthread_mutex_lock(&ws->lock);
    return send_control(ws, wslay_event_queue_close(ws->frames, code, text, length));
}

uint16_t ws_close_code(const struct ws *ws) {
    struct ws *locked = (struct ws *)(uintptr_t)ws;
    uint16_t code;

    pthread_mutex_lock(&locked->lock);
    code = ws->closed;
    pthread_mutex_unlock(&locked->lock);
    return code;
}

void ws_shutdown(struct ws *ws) {
    pthread_mutex_lock(&ws->lock);
    if (ws->failed == 0)
        ws->failed = -ESHUTDOWN;
    if (ws->closed == 0)
        ws->closed = WSLAY_CODE_ABNORMAL_CLOSURE;
    pthread_mutex_unlock(&ws->lock);
    shutdown(ws->fd, SHUT_RDWR);
}

int ws_fd(const struct ws *ws) {
    return ws->fd;
}

void ws_watch_path(struct ws *ws) {
    const int on = 1, idle = KEEPALIVE_IDLE_S, each = KEEPALIVE_EACH_S, count = KEEPALIVE_COUNT;
    const unsigned user = USER_TIMEOUT_MS;

    setsockopt(ws->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    setsockopt(ws->fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
    setsockopt(ws->fd, IPPROTO_TCP, TCP_KEEPINTVL, &each, sizeof(each));
    setsockopt(ws->fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
    setsockopt(ws->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &user, sizeof(user));
    setsockopt(ws->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

/* Drops what the peer still sends, until it has read why and left: closing at once would reset. */
static void linger(struct ws *ws) {
    uint64_t until_ns = until(LINGER_MS);
    struct pollfd p = {.fd = ws->fd, .events = POLLIN};

    shutdown(ws->fd, SHUT_WR);
    while (clock_mono_ns() < until_ns && poll(&p, 1, LINGER_MS) > 0) {
        ssize_t n = recv(ws->fd, ws->out, sizeof(ws->out), 0);

        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return;
    }
}

void ws_free(struct ws *ws) {
    struct received *next;

    if (ws == NULL)
        return;
    if (ws->frames)
        wslay_event_context_free(ws->frames);
    for (struct received *r = ws->first; r; r = next) {
        next = r->next;
        free(r);
    }
    free(ws->shown);
    free(ws->early);
    if (ws->ssl) {
        if (ws->failed == 0 || ws->failed == -ESHUTDOWN)
            SSL_shutdown(ws->ssl);
        SSL_free(ws->ssl);
    }
    if (ws->failed == -EPROTO || ws->failed == -EMSGSIZE)
        linger(ws);
    if (ws->seat)
        conn_left(ws->seat);
    fd_close(&ws->fd);
    pthread_mutex_destroy(&ws->lock);
    free(ws);
}

void ws_keep_seat(struct ws *ws, struct conn *seat) {
    ws->seat = seat;
    conn_keep(seat, ws->fd);
}

void ws_settle(struct ws *ws) {
    if (ws->seat)
        conn_settle(ws->seat);
}

int ws_new(int fd, SSL *ssl, bool server, const struct ws_options *options, const void *early,
           size_t early_length, struct ws **ret_ws) {
    static const struct wslay_event_callbacks callbacks = {.recv_callback = on_recv,
                                                           .send_callback = on_send,
                                                           .genmask_callback = on_mask,
                                                           .on_msg_recv_callback = on_message};
    struct ws *ws = calloc(1, sizeof(*ws));
    bool ok;

    if (ws == NULL) {
        SSL_free(ssl);
        fd_close(&fd);
        return -ENOMEM;
    }
    ws->fd = fd;
    ws->ssl = ssl;
    pthread_mutex_init(&ws->lock, NULL);
    ok = (server ? wslay_event_context_server_init(&ws->frames, &callbacks, ws)
                 : wslay_event_context_client_init(&ws->frames, &callbacks, ws)) == 0;
    if (ok && early_length > 0) {
        ws->early = malloc(early_length);
        ok = ws->early != NULL;
        if (ok) {
            memcpy(ws->early, early, early_length);
            ws->early_length = early_length;
        }
    }
    if (!ok || fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0) {
        ws_free(ws);
        return -ENOMEM;
    }
    if (ssl)
        SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    wslay_event_config_set_max_recv_msg_length(
        ws->frames, options && options->max_message_bytes ? options->max_message_bytes : WS_MAX_MESSAGE);
    *ret_ws = ws;
    return 0;
}
