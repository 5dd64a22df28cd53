/* SPDX-License-Identifier: Apache-2.0 */
#include "http/stream.h"

#include <errno.h>
#include <openssl/err.h>
#include <poll.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"

enum { RECORD_BYTES = 16384 }; /* the most that one TLS record carries */

static int wait_for(const struct stream *s, short events, int timeout_ms) {
    struct pollfd p = {.fd = s->fd, .events = events};
    int n = poll(&p, 1, timeout_ms);

    return n > 0 || (n < 0 && errno == EINTR) ? 0 : n == 0 ? -EAGAIN : -errno;
}

/* After an SSL call that has not succeeded: 0 to call it again, or the negative errno.  -EAGAIN: waited in vain. */
static int tls_again(struct stream *s, int result, int timeout_ms) {
    int saved = errno;

    switch (SSL_get_error(s->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return timeout_ms == 0 ? -EAGAIN : wait_for(s, POLLIN, timeout_ms);
    case SSL_ERROR_WANT_WRITE:
        return timeout_ms == 0 ? -EAGAIN : wait_for(s, POLLOUT, timeout_ms);
    case SSL_ERROR_ZERO_RETURN:
        return -ECONNRESET;
    case SSL_ERROR_SYSCALL:
        return saved ? -saved : -ECONNRESET;
    default:
        return -EPROTO;
    }
}

static ssize_t tls_receive(struct stream *s, void *data, size_t capacity, int timeout_ms) {
    for (;;) {
        size_t got;
        int result, r;

        ERR_clear_error();
        errno = 0;
        result = SSL_read_ex(s->ssl, data, capacity, &got);
        if (result > 0)
            return (ssize_t)got;
        if (SSL_get_error(s->ssl, result) == SSL_ERROR_ZERO_RETURN)
            return 0;
        r = tls_again(s, result, timeout_ms);
        if (r < 0)
            return r;
    }
}

static ssize_t receive(struct stream *s, void *data, size_t capacity, int flags) {
    for (;;) {
        ssize_t n = recv(s->fd, data, capacity, flags);

        if (n >= 0)
            return n;
        if (errno != EINTR)
            return -errno;
    }
}

void stream_prepare(struct stream *s) {
    const struct timeval hold = {0, STREAM_HOLD_MS * 1000};

    setsockopt(s->fd, SOL_SOCKET, SO_RCVTIMEO, &hold, sizeof(hold));
}

ssize_t stream_receive(struct stream *s, void *data, size_t capacity) {
    ssize_t n;

    if (s->ssl)
        return tls_receive(s, data, capacity, -1);
    while ((n = receive(s, data, capacity, 0)) == -EAGAIN) {
        int r = wait_for(s, POLLIN, -1);

        if (r < 0)
            return r;
    }
    return n;
}

bool stream_pending(const struct stream *s) {
    return s->ssl && SSL_has_pending(s->ssl);
}

ssize_t stream_try(struct stream *s, void *data, size_t capacity) {
    char peek;

    if (s->ssl == NULL)
        return receive(s, data, capacity, MSG_DONTWAIT);
    /* OpenSSL takes longer than the kernel to say that there is nothing. */
    if (!stream_pending(s) && receive(s, &peek, 1, MSG_PEEK | MSG_DONTWAIT) == -EAGAIN)
        return -EAGAIN;
    return tls_receive(s, data, capacity, 0);
}

ssize_t stream_hold(struct stream *s, void *data, size_t capacity) {
    int r;

    if (s->ssl == NULL)
        return receive(s, data, capacity, 0);
    r = stream_pending(s) ? 0 : wait_for(s, POLLIN, STREAM_HOLD_MS);
    return r < 0 ? r : tls_receive(s, data, capacity, 0);
}

int stream_handshake(struct stream *s) {
    int result;

    ERR_clear_error();
    errno = 0;
    result = SSL_accept(s->ssl);
    return result == 1 ? 0 : tls_again(s, result, 0);
}

static int tls_send(struct stream *s, const void *data, size_t length) {
    int r = 0;

    while (length > 0 && r == 0) {
        size_t written;
        int result;

        ERR_clear_error();
        errno = 0;
        result = SSL_write_ex(s->ssl, data, length, &written);
        if (result > 0)
            return 0;
        r = tls_again(s, result, -1);
    }
    return r;
}

/* Small pieces share a record: a record each would cost more than copying them together. */
static int tls_send_all(struct stream *s, const struct iovec *iov, int count) {
    char record[RECORD_BYTES];
    size_t used = 0;
    int r;

    for (int i = 0; i < count; i++) {
        const char *p = iov[i].iov_base;
        size_t left = iov[i].iov_len;

        while (left > 0) {
            size_t n = left < sizeof(record) - used ? left : sizeof(record) - used;

            if (used == 0 && n == sizeof(record)) {
                r = tls_send(s, p, n);
            } else {
                memcpy(record + used, p, n);
                used += n;
                r = used == sizeof(record) ? tls_send(s, record, used) : 0;
                used %= sizeof(record);
            }
            if (r < 0)
                return r;
            p += n;
            left -= n;
        }
    }
    return tls_send(s, record, used);
}

int stream_send(struct stream *s, struct iovec *iov, int count, bool more) {
    struct msghdr msg = {.msg_iov = iov, .msg_iovlen = (size_t)count};

    if (s->ssl)
        return tls_send_all(s, iov, count);
    while (msg.msg_iovlen > 0) {
        ssize_t n = sendmsg(s->fd, &msg, MSG_NOSIGNAL | (more ? MSG_MORE : 0));

        if (n < 0 && errno != EINTR)
            return -errno;
        for (; n >= 0 && msg.msg_iovlen > 0 && (size_t)n >= msg.msg_iov->iov_len; msg.msg_iovlen--)
            n -= (ssize_t)msg.msg_iov++->iov_len;
        if (n > 0) {
            msg.msg_iov->iov_base = (char *)msg.msg_iov->iov_base + n;
            msg.msg_iov->iov_len -= (size_t)n;
        }
    }
    return 0;
}

static int tls_send_file(struct stream *s, int file, int64_t offset, size_t length) {
    char record[RECORD_BYTES];

    while (length > 0) {
        ssize_t n = pread(file, record, length < sizeof(record) ? length : sizeof(record), offset);
        int r;

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        r = tls_send(s, record, (size_t)n);
        if (r < 0)
            return r;
        offset += n;
        length -= (size_t)n;
    }
    return 0;
}

int stream_send_file(struct stream *s, int file, int64_t offset, size_t length) {
    if (s->ssl)
        return tls_send_file(s, file, offset, length);
    while (length > 0) {
        off_t at = offset;
        ssize_t n = sendfile(s->fd, file, &at, length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        offset += n;
        length -= (size_t)n;
    }
    return 0;
}

void stream_close(struct stream *s) {
    if (s->ssl)
        SSL_free(s->ssl);
    s->ssl = NULL;
    fd_close(&s->fd);
}
