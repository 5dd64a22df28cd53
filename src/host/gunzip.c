/* SPDX-License-Identifier: Apache-2.0 */
#include "host/gunzip.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/lazy.h"

LAZY_LIBRARY(z, "libz.so.1")
LAZY(z, int, inflateInit2_, (z_streamp stream, int bits, const char *version, int size),
     (stream, bits, version, size), Z_VERSION_ERROR)
LAZY(z, int, inflate, (z_streamp stream, int flush), (stream, flush), Z_STREAM_ERROR)
LAZY(z, int, inflateEnd, (z_streamp stream), (stream), Z_STREAM_ERROR)

enum { GZIP_ONLY = 16, PIECE = 16384 };

int gunzip(struct arena *a, const void *data, size_t length, size_t max, char **ret_text,
           size_t *ret_length) {
    z_stream z = {.next_in = (unsigned char *)(size_t)data, .avail_in = (unsigned)length};
    struct buf b = BUF_INIT(max);
    char piece[PIECE];
    int r = inflateInit2(&z, MAX_WBITS + GZIP_ONLY);

    if (r != Z_OK)
        return r == Z_VERSION_ERROR ? -ELIBACC : -ENOMEM;
    do {
        z.next_out = (unsigned char *)piece;
        z.avail_out = sizeof(piece);
        r = inflate(&z, Z_NO_FLUSH);
        buf_append(&b, piece, sizeof(piece) - z.avail_out);
    } while (r == Z_OK && !b.overflow);
    inflateEnd(&z);
    if (r == Z_STREAM_END && !b.overflow) {
        *ret_text = arena_strndup(a, b.data == NULL ? "" : b.data, b.length);
        *ret_length = b.length;
    }
    r = b.overflow ? -E2BIG : r == Z_STREAM_END ? 0 : -EBADMSG;
    buf_free(&b);
    return r;
}
