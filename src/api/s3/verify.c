/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify: stored bytes against their checksum, so that nothing damaged goes out as sound.
 *
 * Theory of operation: before the first answer with a file's bytes the whole file is read and its checksum computed; a
 * file that was found right is remembered by its inode, size and time of change, and read again when any of
 * them differ or it has been forgotten.  What the disk loses afterwards without anybody writing is found by the
 * next box.  A copy always reads its source.  No transaction is open meanwhile.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/s3/s3.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/map.h"
#include "base/text.h"

enum { SLOTS = 8192, BLOCK_BYTES = 256 * 1024 };

/* A file that was found right. */
struct sound {
    uint64_t inode, size;
    int64_t changed_s, changed_ns;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct sound found[SLOTS]; /* inode 0: none */

static struct sound as_sound(const struct stat *st) {
    return (struct sound){.inode = st->st_ino,
                          .size = (uint64_t)st->st_size,
                          .changed_s = st->st_ctim.tv_sec,
                          .changed_ns = st->st_ctim.tv_nsec};
}

static struct sound *slot_of(const struct sound *s) {
    return &found[hash_bytes(&s->inode, sizeof(s->inode), 1) % SLOTS];
}

static bool is_known(const struct sound *s) {
    bool known;

    pthread_mutex_lock(&lock);
    known = memcmp(slot_of(s), s, sizeof(*s)) == 0;
    pthread_mutex_unlock(&lock);
    return known;
}

static void remember(const struct sound *s) {
    pthread_mutex_lock(&lock);
    *slot_of(s) = *s;
    pthread_mutex_unlock(&lock);
}

/* The checksum of all its bytes.  0, -EBADMSG when they are not `size`, or what reading says. */
static int sum_up(struct arena *a, int fd, int64_t size, enum checksum_kind kind,
                  char text[CHECKSUM_TEXT_BYTES]) {
    char *block = arena_alloc(a, BLOCK_BYTES);
    struct checksum sum;
    int64_t at = 0;
    ssize_t n;

    checksum_begin(&sum, kind);
    while ((n = pread(fd, block, BLOCK_BYTES, at)) > 0) {
        checksum_update(&sum, block, (size_t)n);
        at += n;
    }
    n = n < 0 ? -errno : at != size ? -EBADMSG : 0;
    checksum_end_text(&sum, text);
    return (int)n;
}

int s3_verify_file(struct arena *a, int fd, const struct s3_expected *expected, bool anew) {
    enum checksum_kind kind = checksum_of_algorithm(expected->algorithm);
    char text[CHECKSUM_TEXT_BYTES];
    struct sound sound;
    struct stat st;
    int r;

    if (fstat(fd, &st) < 0)
        return -errno;
    if (st.st_size != expected->size)
        return -EBADMSG;
    sound = as_sound(&st);
    if (kind == CHECKSUM_NONE || expected->checksum == NULL || (!anew && is_known(&sound)))
        return 0;
    r = sum_up(a, fd, expected->size, kind, text);
    if (r == 0 && strcmp(text, expected->checksum) != 0)
        r = -EBADMSG;
    if (r == 0)
        remember(&sound);
    return r;
}

static int refuse_damaged(struct api_request *rq, const struct s3_object_row *row, const char *file,
                          int error) {
    log_error("object %s: its file %s is %s: `vpcbox fsck` tells more", row->key, file,
              error == -EBADMSG  ? "damaged"
              : error == -ENOENT ? "missing"
                                 : strerror(-error));
    return api_refuse(rq, "InternalError", "We encountered an internal error. Please try again.");
}

/* The parts that bytes first to first + length lie in. */
static int verify_parts(struct api_request *rq, const struct s3_object_row *row, const struct s3_body *b,
                        int64_t first, int64_t length, bool anew) {
    int64_t at = 0;

    for (size_t i = 0; i < b->count && at < first + length; at += b->parts[i].size, i++) {
        const struct s3_part_row *part = &b->parts[i];
        const struct s3_expected expected = {part->size, row->checksum_algorithm, part->checksum};
        int fd, r;

        if (part->file == NULL || at + part->size <= first)
            continue;
        r = object_open(b->home, part->file, &fd);
        if (r == 0) {
            r = s3_verify_file(rq->arena, fd, &expected, anew);
            close(fd);
        }
        if (r < 0)
            return refuse_damaged(rq, row, part->file, r);
    }
    return 0;
}

int s3_verify_body(struct api_request *rq, const struct s3_object_row *row, struct s3_body *b, int64_t first,
                   int64_t length, bool anew) {
    const struct s3_expected expected = {row->size, row->checksum_algorithm, row->checksum};
    int r = 0;

    if (row->upload_id != NULL) {
        r = verify_parts(rq, row, b, first, length, anew);
    } else if (b->fd >= 0) {
        r = s3_verify_file(rq->arena, b->fd, &expected, anew);
        if (r < 0)
            r = refuse_damaged(rq, row, row->file, r);
    }
    if (r < 0)
        s3_body_close(b);
    return r;
}
