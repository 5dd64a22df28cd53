/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream: a connected socket, plain or with TLS over it, behind one set of calls.  A plain one is in blocking mode,
 * one with TLS is not: a record that comes in halves must not hold up who only wants to look.
 *
 * It has no timeouts of its own: whoever waits too long is woken by a shutdown() of the socket from
 * another thread (server.c), which every call here reports as an end or an error.
 */
#ifndef VPCBOX_HTTP_STREAM_H
#define VPCBOX_HTTP_STREAM_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

struct stream {
    int fd;
    SSL *ssl; /* NULL: plain */
};

/* Some bytes, 0 at the end, negative errno. */
ssize_t stream_receive(struct stream *s, void *data, size_t capacity);
/* The same, or -EAGAIN: at once, and after some STREAM_HOLD_MS. */
ssize_t stream_try(struct stream *s, void *data, size_t capacity);
ssize_t stream_hold(struct stream *s, void *data, size_t capacity);
enum { STREAM_HOLD_MS = 4 };
/* A plain socket, before anything else. */
void stream_prepare(struct stream *s);
/* Something has been received already that the socket does not show any more. */
bool stream_pending(const struct stream *s);
/* A step of the TLS handshake: 0 when it is done, -EAGAIN when the peer has to say more first. */
int stream_handshake(struct stream *s);
/* All of it.  Changes the iovecs.  `more`: further bytes follow at once. */
int stream_send(struct stream *s, struct iovec *iov, int count, bool more);
/* length bytes of file from offset, at most STREAM_SLICE.  -EIO when the file is shorter. */
enum { STREAM_SLICE = 256 * 1024 };
int stream_send_file(struct stream *s, int file, int64_t offset, size_t length);
void stream_close(struct stream *s); /* frees ssl and closes fd; once more does nothing */

#endif
