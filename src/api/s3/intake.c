/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intake: bytes on their way to a file, hashed and held against what the client said of them.
 *
 * Theory of operation: MD5 is slower than all else together (reading, the other checksum, writing), so
 * for bodies of more than one block it runs in a thread of its own, a few blocks behind.  Blocks go round
 * in a ring: the reader fills one, hands it to the hasher and writes it meanwhile; it waits before it
 * overwrites a block that the hasher has not done.  Memory is the ring, whatever the object's size.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "api/s3/s3.h"
#include "base/arena.h"
#include "base/text.h"
#include "proto/aws_chunked.h"

enum { BLOCK_BYTES = 256 * 1024, RING = 4 };

struct hasher {
    struct checksum md5;
    unsigned char *blocks; /* RING of them */
    size_t lengths[RING];
    pthread_t thread;
    bool running;
    pthread_mutex_t lock;
    pthread_cond_t cond;
    uint64_t filled, done; /* blocks, counted from the start */
    bool end;
};

static void *hash_blocks(void *arg) {
    struct hasher *h = arg;

    pthread_mutex_lock(&h->lock);
    for (;;) {
        size_t at = h->done % RING;

        while (h->done == h->filled && !h->end)
            pthread_cond_wait(&h->cond, &h->lock);
        if (h->done == h->filled)
            break;
        pthread_mutex_unlock(&h->lock);
        checksum_update(&h->md5, h->blocks + at * BLOCK_BYTES, h->lengths[at]);
        pthread_mutex_lock(&h->lock);
        h->done++;
        pthread_cond_broadcast(&h->cond);
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

/* The block to fill next. */
static unsigned char *hasher_block(struct hasher *h) {
    size_t at = h->filled % RING;

    pthread_mutex_lock(&h->lock);
    while (h->filled - h->done == RING)
        pthread_cond_wait(&h->cond, &h->lock);
    pthread_mutex_unlock(&h->lock);
    return h->blocks + at * BLOCK_BYTES;
}

/* more: this was not the last one, so that a thread is worth its price. */
static void hasher_filled(struct hasher *h, size_t length, bool more) {
    size_t at = h->filled % RING;

    h->lengths[at] = length;
    if (!h->running && more)
        h->running = pthread_create(&h->thread, NULL, hash_blocks, h) == 0;
    if (!h->running) {
        checksum_update(&h->md5, h->blocks + at * BLOCK_BYTES, length);
        h->filled++;
        h->done++;
        return;
    }
    pthread_mutex_lock(&h->lock);
    h->filled++;
    pthread_cond_broadcast(&h->cond);
    pthread_mutex_unlock(&h->lock);
}

static void hasher_end(struct hasher *h, unsigned char md5[CHECKSUM_MAX_BYTES]) {
    if (h->running) {
        pthread_mutex_lock(&h->lock);
        h->end = true;
        pthread_cond_broadcast(&h->cond);
        pthread_mutex_unlock(&h->lock);
        pthread_join(h->thread, NULL);
    }
    checksum_end(&h->md5, md5);
    free(h->blocks);
    pthread_mutex_destroy(&h->lock);
    pthread_cond_destroy(&h->cond);
}

static void hasher_begin(struct hasher *h) {
    *h = (struct hasher){.blocks = malloc((size_t)RING * BLOCK_BYTES)};
    if (h->blocks == NULL)
        out_of_memory();
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->cond, NULL);
    checksum_begin(&h->md5, CHECKSUM_MD5);
}

static ssize_t read_request(void *user, void *data, size_t capacity) {
    return aws_chunked_read(user, data, capacity);
}

int s3_body_length(struct api_request *rq, int64_t *ret_length) {
    const char *decoded = proto_header_get(&rq->wire->headers, "x-amz-decoded-content-length");
    enum sigv4_payload payload = rq->wire->auth.payload;
    bool chunked = payload == SIGV4_PAYLOAD_CHUNKED || payload == SIGV4_PAYLOAD_CHUNKED_TRAILER ||
                   payload == SIGV4_PAYLOAD_UNSIGNED_TRAILER;
    int64_t length = rq->http->content_length;

    if (!chunked && proto_header_get(&rq->wire->headers, "content-length") == NULL)
        length = -1;
    if (chunked && (decoded == NULL || parse_int(decoded, 0, INT64_MAX, &length) < 0))
        length = -1;
    if (length < 0 && !chunked && proto_header_get(&rq->wire->headers, "transfer-encoding") != NULL)
        return s3_refuse_lacking(rq, "Transfer-Encoding", "Transfer-Encoding");
    if (length < 0)
        return api_refuse(rq, "MissingContentLength", "You must provide the Content-Length HTTP header.");
    if (length > S3_PUT_MAX_BYTES) {
        api_refuse(rq, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
        api_detail(rq, "ProposedSize", arena_printf(rq->arena, "%lld", (long long)length));
        return api_detail(rq, "MaxSizeAllowed", arena_printf(rq->arena, "%lld", (long long)S3_PUT_MAX_BYTES));
    }
    *ret_length = length;
    return 0;
}

/* All bytes to the file and the hashes.  0 or a negative errno; *ret_ours: the errno is not the client's fault. */
static int pump(struct s3_intake *in, struct object_writer *w, struct hasher *h, struct checksum *sum,
                struct checksum *check, bool *ret_ours) {
    bool end = false;
    int r = 0;

    *ret_ours = false;
    while (!end && r == 0) {
        unsigned char *block = hasher_block(h);
        size_t length = 0;

        while (length < BLOCK_BYTES) {
            ssize_t n = in->read(in->user, block + length, BLOCK_BYTES - length);

            if (n <= 0) {
                end = true;
                r = (int)n;
                break;
            }
            length += (size_t)n;
        }
        if (length == 0 || r < 0)
            break;
        hasher_filled(h, length, !end);
        if (sum->kind != CHECKSUM_NONE)
            checksum_update(sum, block, length);
        if (check->kind != CHECKSUM_NONE)
            checksum_update(check, block, length);
        r = object_write(w, block, length);
        *ret_ours = r < 0;
        in->length += (int64_t)length;
    }
    if (r == 0 && in->expected >= 0 && in->length != in->expected)
        r = -EBADMSG;
    return r;
}

/* What the client said against what came. */
static int verify(struct api_request *rq, const struct s3_intake *in, const char *check) {
    const char *given = in->given.text;
    void *md5;
    size_t length;

    if (in->content_md5 != NULL) {
        if (base64_decode(rq->arena, in->content_md5, strlen(in->content_md5), &md5, &length) < 0 ||
            length != sizeof(in->md5))
            return api_refuse(rq, "InvalidDigest", "The Content-MD5 you specified was invalid.");
        if (memcmp(md5, in->md5, sizeof(in->md5)) != 0)
            return s3_refuse_digest(rq, CHECKSUM_MD5, in->content_md5,
                                    base64_encode(rq->arena, in->md5, sizeof(in->md5)));
    }
    if (given != NULL && strcmp(given, in->given.kind == in->wanted ? in->checksum : check) != 0)
        return s3_refuse_digest(rq, in->given.kind, given,
                                in->given.kind == in->wanted ? in->checksum : check);
    return 0;
}

static void begin(struct checksum *c, enum checksum_kind kind) {
    *c = (struct checksum){0};
    if (kind != CHECKSUM_NONE)
        checksum_begin(c, kind);
}

static void end(struct checksum *c, char text[CHECKSUM_TEXT_BYTES]) {
    *text = '\0';
    if (c->kind != CHECKSUM_NONE)
        checksum_end_text(c, text);
}

int s3_take_bytes(struct api_request *rq, struct s3_intake *in) {
    unsigned char md5[CHECKSUM_MAX_BYTES];
    char check_text[CHECKSUM_TEXT_BYTES];
    struct checksum sum, check;
    struct object_writer w;
    struct hasher h;
    bool ours;
    int r = object_create(rq->config->home, in->expected, &w);

    if (r < 0)
        return commit_failed(rq, r, "making a file for an object");
    if (in->read == NULL) {
        in->read = read_request;
        in->user = api_body(rq);
    }
    in->length = 0;
    *in->file = '\0';
    hasher_begin(&h);
    begin(&sum, in->wanted);
    begin(&check, in->given.text != NULL && in->given.kind != in->wanted ? in->given.kind : CHECKSUM_NONE);
    r = pump(in, &w, &h, &sum, &check, &ours);
    hasher_end(&h, md5);
    memcpy(in->md5, md5, sizeof(in->md5));
    end(&sum, in->checksum);
    end(&check, check_text);
    if (r < 0)
        r = ours ? commit_failed(rq, r, "writing an object") : api_refuse_body(rq, r);
    else
        r = verify(rq, in, check_text);
    if (r == 0 && in->length > 0) {
        r = object_finish(&w);
        if (r < 0)
            return commit_failed(rq, r, "writing an object");
        memcpy(in->file, w.name, sizeof(in->file));
    }
    object_drop(&w);
    return r;
}

void s3_intake_drop(struct api_request *rq, const struct s3_intake *in) {
    if (*in->file != '\0')
        object_remove(rq->config->home, in->file);
}
