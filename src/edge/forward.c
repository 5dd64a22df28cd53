/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/forward.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/text.h"

enum {
    RESOLVERS_MAX = 3, /* as libc takes */
    ROUNDS = 2,
    PENDING_MAX = 256,
    ANSWER_MAX = 65535,
    CONF_MAX_BYTES = 65536,
    HEADER_BYTES = 12,
    TICK_MS = 100
};

/* epoll's data: a pending question, or this. */
enum { TICK = PENDING_MAX };

/* One query at one resolver. */
struct pending {
    int fd; /* -1: free */
    struct forward_asker asker;
    unsigned attempt; /* resolvers tried before */
    uint64_t deadline_ns;
    uint16_t id;
    uint8_t *query; /* two bytes of length, then the query under our id; the client's id is kept apart */
    size_t length;
    uint8_t client_id[2];
    size_t sent;
    uint8_t *in; /* TCP: what has come, length first */
    size_t in_length;
};

struct forward {
    struct forward_options o;
    int epoll, timer;
    bool ticking;
    unsigned count;
    struct timespec conf_time;
    ino_t conf_inode;
    struct sockaddr_storage resolvers[RESOLVERS_MAX];
    unsigned resolver_count;
    struct pending pending[PENDING_MAX];
    uint8_t answer[ANSWER_MAX];
};

/* ---- resolvers ---- */

static bool parse_resolver(const char *text, uint16_t port, struct sockaddr_storage *ret) {
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        memcpy(ret, &v4, sizeof(v4));
    else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
        memcpy(ret, &v6, sizeof(v6));
    else
        return false;
    return true;
}

static void read_resolvers(struct forward *f) {
    char *text, *save = NULL;
    struct stat st;
    size_t length;
    int r;

    if (stat(f->o.resolv_conf, &st) < 0) {
        f->resolver_count = 0;
        return;
    }
    if (f->resolver_count > 0 && st.st_ino == f->conf_inode && st.st_mtim.tv_sec == f->conf_time.tv_sec &&
        st.st_mtim.tv_nsec == f->conf_time.tv_nsec)
        return;
    f->resolver_count = 0;
    r = fd_read_file(f->o.resolv_conf, CONF_MAX_BYTES, &text, &length);
    if (r < 0) {
        log_debug("%s: %s", f->o.resolv_conf, strerror(-r));
        return;
    }
    for (char *line = strtok_r(text, "\n", &save); line != NULL && f->resolver_count < RESOLVERS_MAX;
         line = strtok_r(NULL, "\n", &save)) {
        char *rest = NULL, *word = strtok_r(line, " \t\r", &rest);

        if (word == NULL || !text_is(word, "nameserver") || (word = strtok_r(NULL, " \t\r", &rest)) == NULL)
            continue;
        if (parse_resolver(word, f->o.port, &f->resolvers[f->resolver_count]))
            f->resolver_count++;
    }
    free(text);
    f->conf_time = st.st_mtim;
    f->conf_inode = st.st_ino;
}

/* ---- one question ---- */

static void drop(struct forward *f, struct pending *p) {
    fd_close(&p->fd);
    free(p->query);
    free(p->in);
    p->query = p->in = NULL;
    f->count--;
}

static void finish(struct forward *f, struct pending *p, uint8_t *answer, size_t length) {
    if (answer != NULL)
        memcpy(answer, p->client_id, 2);
    memcpy(p->query + 2, p->client_id, 2);
    f->o.done(f->o.user, &p->asker, p->query + 2, p->length, answer, length);
    drop(f, p);
}

static int send_query(struct pending *p) {
    size_t from = p->asker.tcp ? 0 : 2, whole = p->length + 2;

    while (p->sent < whole - from) {
        ssize_t n = send(p->fd, p->query + from + p->sent, whole - from - p->sent, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN || errno == ENOTCONN ? 0 : -errno;
        p->sent += (size_t)n;
    }
    return 0;
}

static int attempt(struct forward *f, struct pending *p) {
    const struct sockaddr_storage *to = &f->resolvers[p->attempt % f->resolver_count];
    struct epoll_event e = {.events = p->asker.tcp ? EPOLLIN | EPOLLOUT : EPOLLIN,
                            .data.u32 = (uint32_t)(p - f->pending)};

    fd_close(&p->fd);
    p->sent = p->in_length = 0;
    p->deadline_ns = clock_mono_ns() + (uint64_t)f->o.patience_ms * 1000000;
    random_bytes(&p->id, sizeof(p->id));
    memcpy(p->query + 2, &p->id, 2);
    p->fd =
        socket(to->ss_family, (p->asker.tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (p->fd < 0)
        return -errno;
    if ((connect(p->fd, (const struct sockaddr *)to, sizeof(*to)) < 0 && errno != EINPROGRESS) ||
        epoll_ctl(f->epoll, EPOLL_CTL_ADD, p->fd, &e) < 0)
        return -errno;
    return p->asker.tcp ? 0 : send_query(p);
}

/* To the next resolver, or to the end. */
static void next(struct forward *f, struct pending *p) {
    while (++p->attempt < f->resolver_count * ROUNDS)
        if (attempt(f, p) == 0)
            return;
    finish(f, p, NULL, 0);
}

static void tick_set(struct forward *f) {
    struct itimerspec t = {.it_value = {0, TICK_MS * 1000000L}};

    if (!f->ticking && f->count > 0)
        f->ticking = timerfd_settime(f->timer, 0, &t, NULL) == 0;
}

void forward_ask(struct forward *f, const struct forward_asker *asker, const uint8_t *query, size_t length) {
    struct pending *p = f->pending;

    read_resolvers(f);
    while (p < f->pending + PENDING_MAX && p->fd >= 0)
        p++;
    if (p == f->pending + PENDING_MAX || f->resolver_count == 0 || length < HEADER_BYTES ||
        length > ANSWER_MAX || (p->query = malloc(length + 2)) == NULL) {
        f->o.done(f->o.user, asker, query, length, NULL, 0);
        return;
    }
    p->asker = *asker;
    p->attempt = 0;
    p->length = length;
    memcpy(p->client_id, query, 2);
    p->query[0] = (uint8_t)(length >> 8);
    p->query[1] = (uint8_t)length;
    memcpy(p->query + 2, query, length);
    f->count++;
    if (attempt(f, p) < 0)
        next(f, p);
    tick_set(f);
}

/* ---- answers ---- */

/* The end of the one question behind a header, or 0. */
static size_t question_end(const uint8_t *packet, size_t length) {
    size_t at = HEADER_BYTES;

    while (at < length && packet[at] != 0)
        at += (size_t)packet[at] + 1;
    return at + 5 <= length ? at + 5 : 0;
}

static bool is_answer(const struct pending *p, const uint8_t *answer, size_t length) {
    const uint8_t *query = p->query + 2;
    size_t end = question_end(query, p->length);

    if (end == 0 || length < end || memcmp(answer, &p->id, 2) != 0 || (answer[2] & 0x80) == 0 ||
        answer[4] != 0 || answer[5] != 1)
        return false;
    for (size_t i = HEADER_BYTES; i < end; i++)
        if (tolower(answer[i]) != tolower(query[i]))
            return false;
    return true;
}

/* SERVFAIL, NOTIMP, REFUSED: another resolver may know better. */
static bool is_refusal(const uint8_t *answer) {
    uint8_t code = answer[3] & 15;

    return code == 2 || code == 4 || code == 5;
}

static void take_answer(struct forward *f, struct pending *p, uint8_t *answer, size_t length) {
    if (is_refusal(answer) && p->attempt + 1 < f->resolver_count)
        next(f, p);
    else
        finish(f, p, answer, length);
}

static void serve_udp(struct forward *f, struct pending *p) {
    ssize_t n = recv(p->fd, f->answer, sizeof(f->answer), 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0)
        next(f, p); /* nobody is there: the kernel has been told */
    else if (is_answer(p, f->answer, (size_t)n))
        take_answer(f, p, f->answer, (size_t)n);
}

static void serve_tcp(struct forward *f, struct pending *p) {
    struct epoll_event reading = {.events = EPOLLIN, .data.u32 = (uint32_t)(p - f->pending)};
    size_t need;
    ssize_t n;

    if (send_query(p) < 0) {
        next(f, p);
        return;
    }
    if (p->sent == p->length + 2)
        epoll_ctl(f->epoll, EPOLL_CTL_MOD, p->fd, &reading);
    if (p->in == NULL) {
        p->in = calloc(1, 2 + ANSWER_MAX);
        p->in_length = 0;
    }
    if (p->in == NULL) {
        finish(f, p, NULL, 0);
        return;
    }
    need = p->in_length < 2 ? 2 : 2 + ((size_t)p->in[0] << 8 | p->in[1]);
    n = recv(p->fd, p->in + p->in_length, need - p->in_length, 0);
    if (n <= 0) {
        if (n == 0 || (errno != EAGAIN && errno != EINTR && errno != ENOTCONN))
            next(f, p);
        return;
    }
    p->in_length += (size_t)n;
    if (p->in_length < 2 || p->in_length < 2 + ((size_t)p->in[0] << 8 | p->in[1]))
        return;
    if (is_answer(p, p->in + 2, p->in_length - 2))
        take_answer(f, p, p->in + 2, p->in_length - 2);
    else
        next(f, p);
}

static void tick(struct forward *f) {
    uint64_t count, now = clock_mono_ns();

    if (read(f->timer, &count, sizeof(count)) < 0)
        return;
    f->ticking = false;
    for (struct pending *p = f->pending; p < f->pending + PENDING_MAX; p++)
        if (p->fd >= 0 && p->deadline_ns <= now)
            next(f, p);
    tick_set(f);
}

void forward_serve(struct forward *f) {
    struct epoll_event events[16];
    int n = epoll_wait(f->epoll, events, 16, 0);

    for (int i = 0; i < n; i++) {
        uint32_t what = events[i].data.u32;
        struct pending *p = &f->pending[what % PENDING_MAX];

        if (what == TICK)
            tick(f);
        else if (p->fd >= 0 && p->asker.tcp)
            serve_tcp(f, p);
        else if (p->fd >= 0)
            serve_udp(f, p);
    }
}

int forward_fd(const struct forward *f) {
    return f->epoll;
}

int forward_new(const struct forward_options *options, struct forward **ret_forward) {
    struct epoll_event e = {.events = EPOLLIN, .data.u32 = TICK};
    struct forward *f = calloc(1, sizeof(*f));
    int r = 0;

    if (f == NULL)
        return -ENOMEM;
    f->o = *options;
    for (struct pending *p = f->pending; p < f->pending + PENDING_MAX; p++)
        p->fd = -1;
    f->epoll = epoll_create1(EPOLL_CLOEXEC);
    f->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (f->epoll < 0 || f->timer < 0 || epoll_ctl(f->epoll, EPOLL_CTL_ADD, f->timer, &e) < 0)
        r = -errno;
    if (r < 0)
        forward_free(f);
    else
        *ret_forward = f;
    return r;
}

void forward_free(struct forward *f) {
    if (f == NULL)
        return;
    for (struct pending *p = f->pending; p < f->pending + PENDING_MAX; p++)
        if (p->fd >= 0)
            drop(f, p);
    fd_close(&f->epoll);
    fd_close(&f->timer);
    free(f);
}
