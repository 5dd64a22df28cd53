/* SPDX-License-Identifier: Apache-2.0 */
/* body: the bytes of a stored object, one file or the parts of an upload, as one stream. */
#include <errno.h>
#include <unistd.h>

#include "api/s3/s3.h"
#include "base/fd.h"

static int open_part(struct s3_body *b) {
    fd_close(&b->fd);
    while (b->at < b->count && b->parts[b->at].size <= b->offset) {
        b->offset -= b->parts[b->at].size;
        b->at++;
    }
    if (b->at == b->count)
        return -EIO;
    return object_open(b->home, b->parts[b->at].file, &b->fd);
}

int s3_body_open(struct api_request *rq, const struct s3_object_row *row, int64_t first, int64_t length,
                 struct s3_body *ret_body) {
    struct s3_body b = {.home = rq->config->home, .offset = first, .left = length, .fd = -1};
    int r = 0;

    if (row->upload_id != NULL) {
        struct s3_part_rows parts = s3_parts(rq->tx, row->upload_id);

        b.parts = parts.items;
        b.count = parts.count;
        b.hold_id = row->upload_id;
        object_hold(b.hold_id);
        if (length > 0)
            r = open_part(&b);
    } else if (row->file != NULL) {
        r = object_open(b.home, row->file, &b.fd);
    }
    if (r < 0)
        s3_body_close(&b);
    else
        *ret_body = b;
    return r;
}

ssize_t s3_body_read(void *body, void *data, size_t capacity) {
    struct s3_body *b = body;
    ssize_t n;

    if (b->left == 0)
        return 0;
    if ((int64_t)capacity > b->left)
        capacity = (size_t)b->left;
    n = pread(b->fd, data, capacity, b->offset);
    if (n == 0 && b->hold_id != NULL) {
        int r = open_part(b);

        if (r < 0)
            return r;
        n = pread(b->fd, data, capacity, b->offset);
    }
    if (n <= 0)
        return n < 0 ? -errno : -EIO;
    b->offset += n;
    b->left -= n;
    return n;
}

void s3_body_close(struct s3_body *b) {
    fd_close(&b->fd);
    if (b->hold_id != NULL)
        object_release(b->home, b->hold_id);
    b->hold_id = NULL;
}
