/* SPDX-License-Identifier: Apache-2.0 */
#include "session/channel.h"

#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/text.h"

enum {
    QUEUE_FRAMES = 10240, /* published peers have up to 10000 under way */
    QUEUE_BYTES = 16 * 1024 * 1024,
    RESEND_FIRST_MS = 1000,
    RESEND_MOST_MS = 8000,
    READ_TURN_MS = 500,
    WRITE_MS = 30000
};

struct sent {
    struct buf bytes;
    int64_t sequence; /* -1: free */
    uint64_t at_ns;
    uint32_t wait_ms;
};

struct queued {
    uint8_t *data; /* NULL: free */
    size_t length;
    uint32_t type;
    int64_t sequence;
    char id[FRAME_UUID_TEXT_BYTES];
};

struct channel {
    struct ws *ws;
    enum channel_side side;
    pthread_t reader;
    pthread_mutex_t order; /* held while a stream frame is numbered and written; taken before lock */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int event; /* eventfd: something changed */
    bool closed, paused;
    int64_t next_send; /* sequence of the next frame sent */
    int64_t oldest_unacked;
    struct sent sent[CHANNEL_WINDOW];
    int64_t next_deliver;              /* sequence that the consumer gets next */
    struct queued queue[QUEUE_FRAMES]; /* by sequence modulo its size */
    size_t queued_bytes;
    struct queued taken; /* what the consumer holds, acknowledged at its next call */
    char closing_words[512];
};

static const char *incoming(const struct channel *ch) {
    return ch->side == CHANNEL_AGENT ? FRAME_INPUT : FRAME_OUTPUT;
}

static const char *outgoing(const struct channel *ch) {
    return ch->side == CHANNEL_AGENT ? FRAME_OUTPUT : FRAME_INPUT;
}

/* With the lock held. */
static void tell(struct channel *ch) {
    pthread_cond_broadcast(&ch->changed);
    eventfd_write(ch->event, 1);
}

static void mark_closed(struct channel *ch) {
    pthread_mutex_lock(&ch->lock);
    ch->closed = true;
    tell(ch);
    pthread_mutex_unlock(&ch->lock);
}

static int send_acknowledge(struct channel *ch, const char *type, const char *id, int64_t sequence) {
    struct buf b = BUF_INIT(FRAME_HEADER_BYTES + 1024);
    json_t *content =
        json_pack("{s:s,s:s,s:I,s:b}", "AcknowledgedMessageType", type, "AcknowledgedMessageId", id,
                  "AcknowledgedMessageSequenceNumber", (json_int_t)sequence, "IsSequentialMessage", 1);
    char *text = json_dumps(content, JSON_COMPACT);
    int r;

    /* 3: what the published programs put into the flags of an acknowledgement (SYN and FIN). */
    frame_build(&b, FRAME_ACKNOWLEDGE, 0, 3, FRAME_PAYLOAD_NONE, text, strlen(text), NULL);
    r = ws_write(ch->ws, WS_BINARY, b.data, b.length, WRITE_MS);
    free(text);
    json_decref(content);
    buf_free(&b);
    return r;
}

static void take_acknowledge(struct channel *ch, const struct frame *f) {
    json_t *content = json_loadb((const char *)f->payload, f->payload_length, 0, NULL);
    json_int_t sequence = -1;

    if (content != NULL &&
        json_unpack(content, "{s:I}", "AcknowledgedMessageSequenceNumber", &sequence) == 0) {
        pthread_mutex_lock(&ch->lock);
        ch->paused = false;
        if (sequence >= 0 && ch->sent[sequence % CHANNEL_WINDOW].sequence == sequence) {
            ch->sent[sequence % CHANNEL_WINDOW].sequence = -1;
            while (ch->oldest_unacked < ch->next_send &&
                   ch->sent[ch->oldest_unacked % CHANNEL_WINDOW].sequence != ch->oldest_unacked)
                ch->oldest_unacked++;
            tell(ch);
        }
        pthread_mutex_unlock(&ch->lock);
    }
    json_decref(content);
}

static void take_data(struct channel *ch, const struct frame *f) {
    struct queued *q;
    bool again = false;

    pthread_mutex_lock(&ch->lock);
    if (f->sequence < ch->next_deliver) {
        /* The one in the consumer's hands is acknowledged later. */
        again = ch->taken.data == NULL || f->sequence != ch->taken.sequence;
    } else if (f->sequence - ch->next_deliver < QUEUE_FRAMES &&
               (f->sequence == ch->next_deliver || ch->queued_bytes < QUEUE_BYTES)) {
        q = &ch->queue[f->sequence % QUEUE_FRAMES];
        if (q->data == NULL) {
            uint8_t *copy = malloc(f->payload_length + 1);

            if (copy != NULL) {
                memcpy(copy, f->payload, f->payload_length);
                *q = (struct queued){copy, f->payload_length, f->payload_type, f->sequence, ""};
                memcpy(q->id, f->id, sizeof(q->id));
                ch->queued_bytes += q->length;
                tell(ch);
            }
        }
    } /* else: more than an honest peer has under way; it comes again when there is room */
    pthread_mutex_unlock(&ch->lock);
    if (again)
        send_acknowledge(ch, f->type, f->id, f->sequence);
}

static void take_closed(struct channel *ch, const struct frame *f) {
    json_t *content = json_loadb((const char *)f->payload, f->payload_length, 0, NULL);
    const char *words;

    if (content != NULL && json_unpack(content, "{s:s}", "Output", &words) == 0)
        strncpy(ch->closing_words, words, sizeof(ch->closing_words) - 1);
    json_decref(content);
    mark_closed(ch);
}

static void resend_oldest(struct channel *ch) {
    struct buf copy = BUF_INIT(FRAME_HEADER_BYTES + FRAME_PAYLOAD_MAX);
    uint64_t now = clock_mono_ns();

    pthread_mutex_lock(&ch->lock);
    if (ch->oldest_unacked < ch->next_send && !ch->paused) {
        struct sent *s = &ch->sent[ch->oldest_unacked % CHANNEL_WINDOW];

        if (now - s->at_ns > (uint64_t)s->wait_ms * 1000000) {
            buf_append(&copy, s->bytes.data, s->bytes.length);
            s->at_ns = now;
            s->wait_ms = s->wait_ms * 2 > RESEND_MOST_MS ? RESEND_MOST_MS : s->wait_ms * 2;
        }
    }
    pthread_mutex_unlock(&ch->lock);
    if (copy.length > 0)
        ws_write(ch->ws, WS_BINARY, copy.data, copy.length, WRITE_MS);
    buf_free(&copy);
}

static void *reader(void *arg) {
    struct channel *ch = arg;

    for (;;) {
        struct ws_message m;
        struct frame f;
        int r = ws_read(ch->ws, READ_TURN_MS, &m);

        if (r == -EAGAIN) {
            resend_oldest(ch);
            continue;
        }
        if (r < 0)
            break;
        if (m.type != WS_BINARY || frame_parse(m.data, m.length, &f) < 0)
            continue; /* not ours to understand: the published programs log such and go on */
        if (text_is(f.type, incoming(ch))) {
            take_data(ch, &f);
        } else if (text_is(f.type, FRAME_ACKNOWLEDGE)) {
            take_acknowledge(ch, &f);
        } else if (text_is(f.type, FRAME_CHANNEL_CLOSED)) {
            take_closed(ch, &f);
            break;
        } else if (text_is(f.type, FRAME_PAUSE_PUBLICATION) || text_is(f.type, FRAME_START_PUBLICATION)) {
            pthread_mutex_lock(&ch->lock);
            ch->paused = text_is(f.type, FRAME_PAUSE_PUBLICATION);
            pthread_mutex_unlock(&ch->lock);
        }
    }
    mark_closed(ch);
    return NULL;
}

int channel_open(struct ws *ws, enum channel_side side, struct channel **ret_channel) {
    struct channel *ch = calloc(1, sizeof(*ch));
    int r;

    if (ch == NULL)
        return -ENOMEM;
    ch->ws = ws;
    ch->side = side;
    ch->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    for (size_t i = 0; i < CHANNEL_WINDOW; i++)
        ch->sent[i] =
            (struct sent){.bytes = BUF_INIT(FRAME_HEADER_BYTES + FRAME_PAYLOAD_MAX), .sequence = -1};
    pthread_mutex_init(&ch->order, NULL);
    pthread_mutex_init(&ch->lock, NULL);
    clock_cond_init(&ch->changed);
    r = pthread_create(&ch->reader, NULL, reader, ch);
    if (r != 0) {
        fd_close(&ch->event);
        free(ch);
        return -r;
    }
    *ret_channel = ch;
    return 0;
}

int channel_send(struct channel *ch, uint32_t type, const void *data, size_t length) {
    struct sent *s;
    bool now;
    int r = 0;

    if (length > FRAME_PAYLOAD_MAX)
        return -EMSGSIZE;
    pthread_mutex_lock(&ch->order);
    pthread_mutex_lock(&ch->lock);
    while (!ch->closed && ch->next_send - ch->oldest_unacked >= CHANNEL_WINDOW)
        pthread_cond_wait(&ch->changed, &ch->lock);
    if (ch->closed) {
        r = -ESHUTDOWN;
        pthread_mutex_unlock(&ch->lock);
    } else {
        s = &ch->sent[ch->next_send % CHANNEL_WINDOW];
        buf_reset(&s->bytes);
        frame_build(&s->bytes, outgoing(ch), ch->next_send, ch->next_send == 0 ? 1 : 0, type, data, length,
                    NULL);
        s->sequence = ch->next_send++;
        s->at_ns = clock_mono_ns();
        s->wait_ms = RESEND_FIRST_MS;
        now = !ch->paused;
        pthread_mutex_unlock(&ch->lock);
        /* Without the lock, so that the reader goes on while a full socket holds this up; the slot's
         * bytes stay, since only another sender could reuse it, and that one waits for `order`. */
        if (now)
            r = ws_write(ch->ws, WS_BINARY, s->bytes.data, s->bytes.length, WRITE_MS);
    }
    pthread_mutex_unlock(&ch->order);
    return r == -EAGAIN ? 0 : r;
}

int channel_send_json(struct channel *ch, uint32_t type, json_t *value) {
    char *text = json_dumps(value, JSON_COMPACT);
    int r = text == NULL ? -ENOMEM : channel_send(ch, type, text, strlen(text));

    free(text);
    json_decref(value);
    return r;
}

int channel_send_flag(struct channel *ch, enum frame_flag flag) {
    const uint8_t bytes[4] = {0, 0, 0, (uint8_t)flag};

    return channel_send(ch, FRAME_PAYLOAD_FLAG, bytes, sizeof(bytes));
}

uint32_t channel_flag(const struct channel_payload *p) {
    return p->type != FRAME_PAYLOAD_FLAG || p->length != 4
               ? 0
               : (uint32_t)p->data[0] << 24 | (uint32_t)p->data[1] << 16 | (uint32_t)p->data[2] << 8 |
                     p->data[3];
}

int channel_send_aside(struct channel *ch, const char *type, const void *data, size_t length) {
    struct buf b = BUF_INIT(FRAME_HEADER_BYTES + FRAME_PAYLOAD_MAX);
    int r;

    frame_build(&b, type, 0, 3, FRAME_PAYLOAD_NONE, data, length, NULL);
    r = ws_write(ch->ws, WS_BINARY, b.data, b.length, WRITE_MS);
    buf_free(&b);
    return r;
}

int channel_receive(struct channel *ch, int timeout_ms, struct channel_payload *ret_payload) {
    struct timespec until = clock_deadline(timeout_ms < 0 ? 0 : (uint64_t)timeout_ms);
    struct queued *q, done;

    pthread_mutex_lock(&ch->lock);
    done = ch->taken;
    ch->taken = (struct queued){.data = NULL};
    pthread_mutex_unlock(&ch->lock);
    if (done.data != NULL) {
        send_acknowledge(ch, incoming(ch), done.id, done.sequence);
        free(done.data);
    }
    pthread_mutex_lock(&ch->lock);
    for (;;) {
        q = &ch->queue[ch->next_deliver % QUEUE_FRAMES];
        if (q->data != NULL)
            break;
        if (ch->closed) {
            pthread_mutex_unlock(&ch->lock);
            return -ESHUTDOWN;
        }
        if (timeout_ms < 0) {
            pthread_cond_wait(&ch->changed, &ch->lock);
        } else if (pthread_cond_timedwait(&ch->changed, &ch->lock, &until) == ETIMEDOUT) {
            pthread_mutex_unlock(&ch->lock);
            return -EAGAIN;
        }
    }
    ch->taken = *q;
    *q = (struct queued){.data = NULL};
    ch->queued_bytes -= ch->taken.length;
    ch->next_deliver++;
    pthread_mutex_unlock(&ch->lock);
    *ret_payload = (struct channel_payload){ch->taken.type, ch->taken.data, ch->taken.length};
    return 0;
}

int channel_flush(struct channel *ch, int timeout_ms) {
    struct timespec until = clock_deadline((uint64_t)timeout_ms);
    int r = 0;

    pthread_mutex_lock(&ch->lock);
    while (!ch->closed && ch->oldest_unacked < ch->next_send && r == 0)
        r = pthread_cond_timedwait(&ch->changed, &ch->lock, &until);
    pthread_mutex_unlock(&ch->lock);
    return -r;
}

int channel_event(const struct channel *ch) {
    return ch->event;
}

size_t channel_room(struct channel *ch) {
    size_t room;

    pthread_mutex_lock(&ch->lock);
    room = (size_t)(CHANNEL_WINDOW - (ch->next_send - ch->oldest_unacked));
    pthread_mutex_unlock(&ch->lock);
    return room;
}

bool channel_is_closed(struct channel *ch) {
    bool closed;

    pthread_mutex_lock(&ch->lock);
    closed = ch->closed;
    pthread_mutex_unlock(&ch->lock);
    return closed;
}

const char *channel_closing_words(const struct channel *ch) {
    return ch->closing_words;
}

void channel_shutdown(struct channel *ch) {
    mark_closed(ch);
    ws_shutdown(ch->ws);
}

void channel_free(struct channel *ch) {
    if (ch == NULL)
        return;
    ws_close(ch->ws, 1000, "");
    channel_shutdown(ch);
    pthread_join(ch->reader, NULL);
    for (size_t i = 0; i < CHANNEL_WINDOW; i++)
        buf_free(&ch->sent[i].bytes);
    for (size_t i = 0; i < QUEUE_FRAMES; i++)
        free(ch->queue[i].data);
    free(ch->taken.data);
    ws_free(ch->ws);
    fd_close(&ch->event);
    pthread_cond_destroy(&ch->changed);
    pthread_mutex_destroy(&ch->lock);
    pthread_mutex_destroy(&ch->order);
    free(ch);
}
