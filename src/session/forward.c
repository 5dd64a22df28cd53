/* SPDX-License-Identifier: Apache-2.0 */
#include "session/forward.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "session/mux.h"

enum {
    PIECE_BYTES = CHANNEL_PAYLOAD_BYTES - MUX_HEADER_BYTES,
    HELD_PUBLISHED = 4 * 1024 * 1024, /* of all streams, as the published programs */
    HELD_OWN = 32 * 1024 * 1024,
    UPDATE_AFTER = MUX_WINDOW / 2,
    KEEP_ALIVE_MS = 10000,
    ACCEPT_AGAIN_MS = 200, /* after the descriptors have run out */
    FIRST_POLLFDS = 3
};

struct stream {
    uint32_t id;
    int fd;
    bool connecting;
    size_t attempt;
    /* what the socket has not taken yet: data[start] … data[end - 1] */
    uint8_t *data;
    size_t start, end, capacity;
    bool syn_due, fin_due, reset_due; /* to be told to the far end when the channel has room */
    bool read_ended;                  /* our socket's end was read, FIN sent or due */
    bool far_ended;                   /* the far end's FIN came */
    uint32_t sent, far_consumed, far_window;
    uint32_t consumed, told; /* of the far end's bytes; the count last told */
};

struct run {
    const struct forward *f;
    struct mux_reader reader;
    struct stream **streams;
    size_t count;
    struct pollfd *fds; /* FIRST_POLLFDS, then one for each stream */
    uint32_t next_id;
    size_t held;        /* bytes in all queues */
    bool full;          /* no more descriptors: do not accept for a while */
    unsigned next_turn; /* which stream is read first */
    uint64_t kept_alive_ns;
};

/* -- to the far end -------------------------------------------------------------------------------- */

static int send_frame(struct run *r, enum mux_command command, uint32_t stream, const void *data,
                      size_t length) {
    uint8_t bytes[CHANNEL_PAYLOAD_BYTES];

    mux_header(bytes, r->reader.version, command, stream, length);
    if (length > 0)
        memcpy(bytes + MUX_HEADER_BYTES, data, length);
    return channel_send(r->f->channel, FRAME_PAYLOAD_OUTPUT, bytes, MUX_HEADER_BYTES + length);
}

static bool room(struct run *r) {
    return channel_room(r->f->channel) > 0;
}

static bool own(const struct run *r) {
    return r->f->protocol == FORWARD_OWN;
}

static size_t queued(const struct stream *s) {
    return s->end - s->start;
}

/* Says what is due.  Streams keep what finds no room. */
static void send_due(struct run *r, struct stream *s) {
    if (s->syn_due && room(r)) {
        send_frame(r, MUX_SYN, s->id, NULL, 0);
        s->syn_due = false;
    }
    if (s->syn_due)
        return;
    if (own(r) && s->consumed - s->told >= UPDATE_AFTER && !s->far_ended && room(r)) {
        uint8_t update[MUX_UPDATE_BYTES];

        mux_update(update, s->consumed, MUX_WINDOW);
        send_frame(r, MUX_UPDATE, s->id, update, sizeof(update));
        s->told = s->consumed;
    }
    if (s->fin_due && room(r)) {
        send_frame(r, MUX_FIN, s->id, NULL, 0);
        s->fin_due = false;
    }
    if (!s->fin_due && s->reset_due && room(r)) {
        send_frame(r, MUX_FIN, s->id, NULL, 0);
        s->reset_due = false;
    }
}

/* -- streams --------------------------------------------------------------------------------------- */

static struct stream *stream_find(struct run *r, uint32_t id) {
    for (size_t i = 0; i < r->count; i++)
        if (r->streams[i]->id == id)
            return r->streams[i];
    return NULL;
}

static struct stream *stream_add(struct run *r, uint32_t id, int fd) {
    struct stream *s = r->count < FORWARD_STREAMS_MAX ? calloc(1, sizeof(*s)) : NULL;

    if (s == NULL)
        return NULL;
    s->id = id;
    s->fd = fd;
    s->far_window = MUX_WINDOW;
    r->streams[r->count++] = s;
    return s;
}

static void drop_queue(struct run *r, struct stream *s) {
    r->held -= queued(s);
    free(s->data);
    s->data = NULL;
    s->start = s->end = s->capacity = 0;
}

/* No more bytes in either direction; the far end is told, unless it knows. */
static void stream_break(struct run *r, struct stream *s) {
    static const struct linger now = {.l_onoff = 1};

    if (s->fd >= 0)
        setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    fd_close(&s->fd);
    drop_queue(r, s);
    s->fin_due = s->fin_due || !s->read_ended;
    s->reset_due = own(r) && !s->far_ended;
    s->read_ended = true;
}

/* The far end wants no more: a reset of ours, or any end in the published protocol. */
static void stream_end(struct run *r, struct stream *s) {
    fd_close(&s->fd);
    drop_queue(r, s);
    s->fin_due = s->fin_due || !s->read_ended;
    s->read_ended = true;
}

/* Both directions have ended and all is said and written. */
static bool stream_done(const struct stream *s) {
    return s->read_ended && !s->fin_due && !s->reset_due && !s->syn_due && queued(s) == 0 &&
           (s->far_ended || s->fd < 0);
}

/* After what was queued has been written. */
static void end_writing(struct run *r, struct stream *s) {
    if (queued(s) > 0 || s->connecting || s->fd < 0)
        return;
    if (own(r))
        shutdown(s->fd, SHUT_WR);
    else
        stream_end(r, s);
}

static int queue_bytes(struct run *r, struct stream *s, const uint8_t *data, size_t length) {
    if (length == 0)
        return 0;
    if (s->start > 0 && s->end + length > s->capacity) {
        memmove(s->data, s->data + s->start, queued(s));
        s->end -= s->start;
        s->start = 0;
    }
    if (s->end + length > s->capacity) {
        size_t capacity = s->capacity < PIECE_BYTES ? PIECE_BYTES : s->capacity;
        uint8_t *grown;

        while (capacity < s->end + length)
            capacity *= 2;
        grown = realloc(s->data, capacity);
        if (grown == NULL)
            return -ENOMEM;
        s->data = grown;
        s->capacity = capacity;
    }
    memcpy(s->data + s->end, data, length);
    s->end += length;
    r->held += length;
    return 0;
}

/* How many bytes the socket took; -EPIPE when it takes none any more. */
static ssize_t write_socket(struct stream *s, const uint8_t *data, size_t length) {
    size_t done = 0;

    while (done < length) {
        ssize_t n = send(s->fd, data + done, length - done, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
            return -EPIPE;
        if (n < 0)
            break;
        done += (size_t)n;
    }
    s->consumed += (uint32_t)done;
    return (ssize_t)done;
}

static void write_queue(struct run *r, struct stream *s) {
    ssize_t n = queued(s) == 0 ? 0 : write_socket(s, s->data + s->start, queued(s));

    if (n < 0) {
        stream_break(r, s);
        return;
    }
    s->start += (size_t)n;
    r->held -= (size_t)n;
    if (queued(s) > 0)
        return;
    drop_queue(r, s); /* an idle connection holds no memory */
    if (s->far_ended)
        end_writing(r, s);
}

static void read_socket(struct run *r, struct stream *s) {
    uint8_t piece[PIECE_BYTES];
    size_t most = sizeof(piece);
    ssize_t n;

    if (own(r)) {
        uint32_t left = s->far_window - (s->sent - s->far_consumed);

        most = left < most ? left : most;
    }
    n = recv(s->fd, piece, most, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0) {
        stream_break(r, s);
    } else if (n == 0) {
        s->read_ended = true;
        s->fin_due = true;
    } else {
        s->sent += (uint32_t)n;
        send_frame(r, MUX_PUSH, s->id, piece, (size_t)n);
    }
}

/* -- dialling -------------------------------------------------------------------------------------- */

static void dial(struct run *r, struct stream *s) {
    int fd = r->f->dial(r->f->user, s->attempt++);

    while (fd < 0 && fd != -ENOENT)
        fd = r->f->dial(r->f->user, s->attempt++);
    s->fd = fd < 0 ? -1 : fd;
    s->connecting = fd >= 0;
    if (fd >= 0)
        return;
    channel_send_flag(r->f->channel, FRAME_FLAG_CONNECT_TO_PORT_ERROR);
    stream_break(r, s);
}

static void connected(struct run *r, struct stream *s) {
    int failed = 0;
    socklen_t length = sizeof(failed);

    if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &failed, &length) < 0 || failed != 0) {
        fd_close(&s->fd);
        dial(r, s);
        return;
    }
    s->connecting = false;
    write_queue(r, s);
}

/* -- from the far end ------------------------------------------------------------------------------ */

static int take_data(struct run *r, struct stream *s, const struct mux_event *e) {
    ssize_t n = 0;

    if (s->far_ended || s->fd < 0) {
        s->consumed += (uint32_t)e->length; /* nobody wants it any more */
        return 0;
    }
    if (own(r) && queued(s) + e->length > MUX_WINDOW)
        return -EPROTO;
    if (!s->connecting && queued(s) == 0)
        n = write_socket(s, e->data, e->length);
    if (n < 0 || queue_bytes(r, s, e->data + n, e->length - (size_t)n) < 0)
        stream_break(r, s);
    return 0;
}

static void take_fin(struct run *r, struct stream *s) {
    if (s->far_ended)
        stream_end(r, s);
    s->far_ended = true;
    end_writing(r, s);
}

static int take_syn(struct run *r, uint32_t id) {
    struct stream *s;

    if (r->f->dial == NULL || stream_find(r, id) != NULL)
        return -EPROTO; /* agents open none, and none twice */
    s = stream_add(r, id, -1);
    if (s != NULL)
        dial(r, s);
    else
        send_frame(r, MUX_FIN, id, NULL, 0);
    return 0;
}

static int take_event(struct run *r, const struct mux_event *e) {
    struct stream *s;

    if (e->command == MUX_NOP)
        return 0;
    if (e->command == MUX_SYN)
        return take_syn(r, e->stream);
    s = stream_find(r, e->stream);
    if (s == NULL)
        return 0; /* it has just ended here */
    if (e->command == MUX_PUSH)
        return take_data(r, s, e);
    if (e->command == MUX_FIN) {
        take_fin(r, s);
        return 0;
    }
    if (!own(r))
        return 0; /* version 1 has no windows: its readers pass over updates */
    if (s->sent - e->consumed > MUX_WINDOW || e->window > MUX_WINDOW)
        return -EPROTO; /* more than was sent, or more than was agreed upon */
    s->far_consumed = e->consumed;
    s->far_window = e->window;
    return 0;
}

static int take_payload(struct run *r, const struct channel_payload *p) {
    const uint8_t *data = p->data;
    size_t length = p->length;
    struct mux_event e;
    int got;

    while ((got = mux_read(&r->reader, &data, &length, &e)) > 0) {
        got = take_event(r, &e);
        if (got < 0)
            return got;
    }
    return got;
}

/* All that has come, as long as the sockets take it.  1: the session is over. */
static int take_channel(struct run *r) {
    size_t most = own(r) ? HELD_OWN : HELD_PUBLISHED;
    struct channel_payload p;
    int got = 0;

    while (r->held < most && (got = channel_receive(r->f->channel, 0, &p)) == 0) {
        if (p.type == FRAME_PAYLOAD_OUTPUT) {
            got = take_payload(r, &p);
            if (got < 0)
                return got;
        } else if (channel_flag(&p) == FRAME_FLAG_TERMINATE && r->f->dial != NULL) {
            return 1;
        } else if (channel_flag(&p) == FRAME_FLAG_CONNECT_TO_PORT_ERROR && r->f->failed != NULL) {
            r->f->failed(r->f->user);
        }
    }
    return got == -ESHUTDOWN ? 1 : 0;
}

/* -- the loop -------------------------------------------------------------------------------------- */

static void accept_one(struct run *r) {
    int fd = accept4(r->f->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct stream *s;

    if (fd < 0) {
        r->full = errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS;
        return;
    }
    r->next_id += 2;
    s = stream_add(r, r->next_id, fd);
    if (s == NULL) {
        close(fd);
        return;
    }
    s->syn_due = true;
    if (r->f->accepted != NULL)
        r->f->accepted(r->f->user);
}

static bool may_read(const struct run *r, const struct stream *s) {
    return s->fd >= 0 && !s->read_ended && !s->connecting && !s->syn_due &&
           (!own(r) || s->sent - s->far_consumed < s->far_window);
}

static void wait_for_events(struct run *r) {
    bool has_room = room(r);
    int timeout = r->full ? ACCEPT_AGAIN_MS : r->f->keep_alive ? KEEP_ALIVE_MS : -1;

    r->fds[0] = (struct pollfd){.fd = channel_event(r->f->channel), .events = POLLIN};
    r->fds[1] = (struct pollfd){.fd = r->f->signals, .events = POLLIN};
    r->fds[2] = (struct pollfd){.fd = r->full || r->count >= FORWARD_STREAMS_MAX ? -1 : r->f->listener,
                                .events = POLLIN};
    for (size_t i = 0; i < r->count; i++) {
        const struct stream *s = r->streams[i];
        short events = 0;

        if (has_room && may_read(r, s))
            events |= POLLIN;
        if (s->fd >= 0 && (s->connecting || queued(s) > 0))
            events |= POLLOUT;
        r->fds[FIRST_POLLFDS + i] = (struct pollfd){.fd = events != 0 ? s->fd : -1, .events = events};
    }
    r->full = false;
    if (poll(r->fds, (nfds_t)(FIRST_POLLFDS + r->count), timeout) < 0)
        for (size_t i = 0; i < FIRST_POLLFDS + r->count; i++)
            r->fds[i].revents = 0;
}

static bool signalled(struct run *r) {
    struct signalfd_siginfo info;

    return (r->fds[1].revents & POLLIN) != 0 && read(r->f->signals, &info, sizeof(info)) == sizeof(info) &&
           info.ssi_signo != SIGWINCH;
}

static void serve_sockets(struct run *r, size_t polled) {
    for (size_t n = 0; n < polled; n++) {
        /* Another one first in each turn, since the channel's room may not be enough for all. */
        size_t i = (n + r->next_turn) % polled;
        struct stream *s = r->streams[i];
        short seen = r->fds[FIRST_POLLFDS + i].revents;

        if (seen == 0 || s->fd != r->fds[FIRST_POLLFDS + i].fd)
            continue;
        if (s->connecting)
            connected(r, s);
        else if ((seen & POLLOUT) != 0)
            write_queue(r, s);
        if ((seen & (POLLIN | POLLHUP | POLLERR)) != 0 && may_read(r, s) && room(r))
            read_socket(r, s);
    }
    r->next_turn++;
}

static void settle(struct run *r) {
    size_t kept = 0;

    for (size_t i = 0; i < r->count; i++) {
        struct stream *s = r->streams[i];

        send_due(r, s);
        if (stream_done(s)) {
            fd_close(&s->fd);
            drop_queue(r, s);
            free(s);
        } else {
            r->streams[kept++] = s;
        }
    }
    r->count = kept;
}

static void stay_alive(struct run *r) {
    uint64_t now = clock_mono_ns();

    if (!r->f->keep_alive || now - r->kept_alive_ns < (uint64_t)KEEP_ALIVE_MS * 1000000 || !room(r))
        return;
    r->kept_alive_ns = now;
    send_frame(r, MUX_NOP, 0, NULL, 0);
}

static int turn(struct run *r) {
    size_t polled = r->count;
    eventfd_t count;
    int over;

    wait_for_events(r);
    if (r->fds[0].revents != 0)
        eventfd_read(r->fds[0].fd, &count);
    if (signalled(r))
        return 1;
    if (polled > 0)
        serve_sockets(r, polled);
    if (r->fds[2].revents != 0)
        accept_one(r);
    over = take_channel(r);
    settle(r);
    stay_alive(r);
    return over == 1 ? 2 : over;
}

/* A session may have more connections than a shell's usual limit of files. */
static void raise_file_limit(void) {
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int forward_run(const struct forward *f) {
    struct run r = {.f = f, .reader = {.version = f->protocol}, .next_id = 1};
    int over = 0;

    raise_file_limit();
    r.streams = calloc(FORWARD_STREAMS_MAX, sizeof(*r.streams));
    r.fds = calloc(FIRST_POLLFDS + FORWARD_STREAMS_MAX, sizeof(*r.fds));
    if (r.streams == NULL || r.fds == NULL)
        over = -ENOMEM;
    while (over == 0)
        over = turn(&r);
    for (size_t i = 0; i < r.count; i++) {
        fd_close(&r.streams[i]->fd);
        free(r.streams[i]->data);
        free(r.streams[i]);
    }
    free(r.streams);
    free(r.fds);
    return over == 2 ? 0 : over;
}
