/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server: listeners, worker threads and the watch over time.
 *
 * One thread (`watch`) accepts, and wakes now and then to shut down the sockets whose deadline has
 * passed; the worker that sits in that socket's read or write then finds out.  The lock guards the
 * lists; a worker takes it twice a connection, never in a request.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/tcp.h>

#include "base/clock.h"
#include "base/fd.h"
#include "http/conn.h"

enum {
    BACKLOG = 1024,
    ACCEPTS_A_TURN = 64,
    WORKER_WAIT_MS = 10000,         /* an idle worker's life */
    WORKER_STACK = 2 * 1024 * 1024, /* of address space; handlers parse XML and run SQLite */
    TICK_MS = 1000                  /* how late a deadline may be noticed, at most */
};

struct listener {
    struct http_listen how; /* how.fd is open */
    struct listener *next;
};

struct worker {
    pthread_t thread;
    struct http_server *server;
    struct worker *next;
};

struct http_server {
    struct http_server_options options;
    char name[16];
    pthread_t watch;
    int epoll, wake;
    unsigned tick_ms;
    atomic_bool stopping, quit;
    atomic_int busy;

    pthread_mutex_t lock;
    pthread_cond_t work, change;
    struct listener *listeners;
    struct conn *conns; /* all that are open, waiting ones too */
    struct conn *waiting_first, *waiting_last;
    size_t conn_count, waiting_count, idle_workers, worker_count;
    struct worker *finished; /* to be joined */
    bool paused;             /* not accepting: too many connections or descriptors */
};

static void wake_watch(struct http_server *s) {
    uint64_t one = 1;

    if (write(s->wake, &one, sizeof(one)) < 0)
        return; /* full: it is awake as it is */
}

/* ---- workers ---- */

static void unlink_conn(struct http_server *s, struct conn *c) {
    if (c->prev)
        c->prev->next = c->next;
    else
        s->conns = c->next;
    if (c->next)
        c->next->prev = c->prev;
}

/* Under the lock.  NULL when the worker has waited long enough or the server ends. */
static struct conn *wait_for_conn(struct http_server *s) {
    struct timespec until = clock_deadline(WORKER_WAIT_MS);
    struct conn *c;

    s->idle_workers++;
    while (s->waiting_first == NULL && !atomic_load(&s->quit)) {
        if (pthread_cond_timedwait(&s->work, &s->lock, &until) == ETIMEDOUT)
            break;
    }
    s->idle_workers--;
    c = s->waiting_first;
    if (c) {
        s->waiting_first = c->next_waiting;
        s->waiting_count--;
    }
    return c;
}

static void *worker_main(void *arg) {
    struct worker *w = arg;
    struct http_server *s = w->server;
    struct conn *c;

    pthread_setname_np(pthread_self(), s->name);
    pthread_mutex_lock(&s->lock);
    while ((c = wait_for_conn(s))) {
        pthread_mutex_unlock(&s->lock);
        conn_run(c);
        pthread_mutex_lock(&s->lock);
        unlink_conn(s, c);
        pthread_mutex_unlock(&s->lock);
        http_conn_free(c);
        pthread_mutex_lock(&s->lock);
        s->conn_count--; /* now that its descriptor is free */
        pthread_cond_broadcast(&s->change);
        if (s->paused)
            wake_watch(s);
    }
    s->worker_count--;
    w->next = s->finished;
    s->finished = w;
    wake_watch(s);
    pthread_cond_broadcast(&s->change);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* Under the lock. */
static int start_worker(struct http_server *s) {
    struct worker *w = calloc(1, sizeof(*w));
    pthread_attr_t attr;
    int r;

    if (w == NULL)
        return -ENOMEM;
    w->server = s;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, WORKER_STACK);
    r = -pthread_create(&w->thread, &attr, worker_main, w);
    pthread_attr_destroy(&attr);
    if (r < 0)
        free(w);
    else
        s->worker_count++;
    return r;
}

static void join_finished(struct http_server *s) {
    struct worker *w, *next;

    pthread_mutex_lock(&s->lock);
    w = s->finished;
    s->finished = NULL;
    pthread_mutex_unlock(&s->lock);
    for (; w; w = next) {
        next = w->next;
        pthread_join(w->thread, NULL);
        free(w);
    }
}

/* ---- the watch ---- */

static void watch_listeners(struct http_server *s, bool on) {
    s->paused = !on;
    for (struct listener *l = s->listeners; l; l = l->next) {
        struct epoll_event ev = {.events = on ? EPOLLIN : 0, .data.ptr = l};

        if (l->how.fd >= 0)
            epoll_ctl(s->epoll, EPOLL_CTL_MOD, l->how.fd, &ev);
    }
}

/* Under the lock: cuts the connection that has waited the longest for its next request. */
static void evict_idle(struct http_server *s) {
    struct conn *oldest = NULL;

    for (struct conn *c = s->conns; c; c = c->next) {
        if (atomic_load(&c->idle) && !atomic_load(&c->expired) &&
            (!oldest || atomic_load(&c->deadline_ns) < atomic_load(&oldest->deadline_ns)))
            oldest = c;
    }
    if (oldest) {
        atomic_store(&oldest->expired, true);
        shutdown(oldest->io.fd, SHUT_RDWR);
    }
}

static struct conn *new_conn(struct http_server *s, const struct listener *l, int fd) {
    struct conn *c = calloc(1, sizeof(*c));
    socklen_t size = sizeof(c->rq.local);
    int one = 1;

    if (c == NULL) {
        close(fd);
        return NULL;
    }
    c->server = s;
    c->limits = &s->options;
    c->io.fd = fd;
    c->handler = l->how.handler;
    c->user = l->how.user;
    c->ca = l->how.tls;
    c->stopping = &s->stopping;
    c->busy = &s->busy;
    c->out = (struct buf)BUF_INIT(CONN_OUT_MAX);
    getsockname(fd, (struct sockaddr *)&c->rq.local, &size);
    size = sizeof(c->rq.peer);
    getpeername(fd, (struct sockaddr *)&c->rq.peer, &size);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    return c;
}

static void hand_over(struct http_server *s, struct conn *c) {
    bool orphan = false;

    pthread_mutex_lock(&s->lock);
    c->next = s->conns;
    if (c->next)
        c->next->prev = c;
    s->conns = c;
    s->conn_count++;
    if (s->waiting_first)
        s->waiting_last->next_waiting = c;
    else
        s->waiting_first = c;
    s->waiting_last = c;
    s->waiting_count++;
    if (s->idle_workers < s->waiting_count && start_worker(s) < 0 && s->worker_count == 0) {
        s->waiting_first = s->waiting_last = NULL;
        s->waiting_count = 0;
        unlink_conn(s, c);
        s->conn_count--;
        orphan = true;
    }
    pthread_cond_signal(&s->work);
    pthread_mutex_unlock(&s->lock);
    if (orphan)
        http_conn_free(c);
}

static void accept_some(struct http_server *s, struct listener *l) {
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        struct conn *c;
        bool full;
        int fd;

        pthread_mutex_lock(&s->lock);
        full = s->conn_count >= s->options.max_connections;
        if (full && i == 0) { /* only then is it known that somebody waits */
            evict_idle(s);
            watch_listeners(s, false);
        }
        pthread_mutex_unlock(&s->lock);
        if (full)
            return;
        fd = accept4(l->how.fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                pthread_mutex_lock(&s->lock);
                evict_idle(s);
                watch_listeners(s, false);
                pthread_mutex_unlock(&s->lock);
                return;
            }
            if (errno == EAGAIN || errno == EINVAL || errno == EBADF)
                return;
            continue; /* that connection's own trouble */
        }
        c = new_conn(s, l, fd);
        if (c)
            hand_over(s, c);
    }
}

/* Shuts down what is past its deadline.  Returns whether there are connections at all. */
static bool sweep(struct http_server *s) {
    uint64_t now = clock_mono_ns();
    bool any;

    pthread_mutex_lock(&s->lock);
    for (struct conn *c = s->conns; c; c = c->next) {
        uint64_t deadline = atomic_load(&c->deadline_ns);

        if (deadline && deadline < now && !atomic_exchange(&c->expired, true)) {
            /* A late reader may still be told so; a late writer would hang in the telling. */
            shutdown(c->io.fd, c->response == RESPONSE_NONE ? SHUT_RD : SHUT_RDWR);
            atomic_store(&c->deadline_ns, now + (uint64_t)TICK_MS * 1000000);
        } else if (deadline && deadline < now) {
            shutdown(c->io.fd, SHUT_RDWR);
        }
    }
    any = s->conns != NULL;
    if (s->paused && s->conn_count < s->options.max_connections && !atomic_load(&s->stopping))
        watch_listeners(s, true);
    pthread_mutex_unlock(&s->lock);
    return any;
}

static void close_listeners(struct http_server *s) {
    pthread_mutex_lock(&s->lock);
    for (struct listener *l = s->listeners; l; l = l->next)
        fd_close(&l->how.fd);
    pthread_mutex_unlock(&s->lock);
}

static void *watch_main(void *arg) {
    struct http_server *s = arg;
    uint64_t last_sweep = 0;

    pthread_setname_np(pthread_self(), s->name);
    for (bool any = false;;) {
        struct epoll_event events[16];
        int n = epoll_wait(s->epoll, events, 16, any || s->paused ? (int)s->tick_ms : -1);
        bool woken = n <= 0;

        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr == NULL) {
                uint64_t ignored;

                woken = true;
                if (read(s->wake, &ignored, sizeof(ignored)) < 0)
                    continue;
            } else if (!atomic_load(&s->stopping)) {
                accept_some(s, events[i].data.ptr);
                any = true;
            }
        }
        if (atomic_load(&s->stopping))
            close_listeners(s);
        if (woken || clock_mono_ns() - last_sweep > (uint64_t)s->tick_ms * 1000000) {
            last_sweep = clock_mono_ns();
            any = sweep(s);
            join_finished(s);
        }
        if (atomic_load(&s->quit))
            return NULL;
    }
}

/* ---- outside ---- */

struct stream conn_take_socket(struct conn *c) {
    struct stream taken;

    pthread_mutex_lock(&c->server->lock);
    taken = c->io;
    c->io = (struct stream){.fd = -1};
    c->upgraded = true;
    atomic_fetch_sub(c->busy, 1);
    pthread_mutex_unlock(&c->server->lock);
    return taken;
}

static unsigned or_default(unsigned value, unsigned otherwise) {
    return value ? value : otherwise;
}

int http_server_new(const struct http_server_options *options, struct http_server **ret_server) {
    struct http_server *s = calloc(1, sizeof(*s));
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = NULL};
    struct http_server_options *o;
    int r;

    if (s == NULL)
        return -ENOMEM;
    signal(SIGPIPE, SIG_IGN);
    o = &s->options;
    if (options)
        *o = *options;
    o->max_connections = or_default(o->max_connections, 1024);
    o->max_head_bytes = o->max_head_bytes ? o->max_head_bytes : 65536;
    o->idle_timeout_ms = or_default(o->idle_timeout_ms, 75000);
    o->head_timeout_ms = or_default(o->head_timeout_ms, 20000);
    o->min_body_rate = or_default(o->min_body_rate, 512);
    snprintf(s->name, sizeof(s->name), "%s", o->name ? o->name : "http");
    s->tick_ms = o->idle_timeout_ms < o->head_timeout_ms ? o->idle_timeout_ms / 4 : o->head_timeout_ms / 4;
    s->tick_ms = s->tick_ms < 10 ? 10 : s->tick_ms > TICK_MS ? TICK_MS : s->tick_ms;
    http_parser_set_max_header_size(UINT32_MAX); /* the buffer is the limit, and it is ours */
    pthread_mutex_init(&s->lock, NULL);
    clock_cond_init(&s->work);
    clock_cond_init(&s->change);
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->epoll < 0 || s->wake < 0 || epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->wake, &ev) < 0)
        r = -errno;
    else
        r = -pthread_create(&s->watch, NULL, watch_main, s);
    if (r < 0) {
        fd_close(&s->epoll);
        fd_close(&s->wake);
        free(s);
        return r;
    }
    *ret_server = s;
    return 0;
}

static int open_listener(const struct http_listen *listen_how) {
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons(listen_how->port)};
    int one = 1, r, fd;

    if (inet_pton(AF_INET, listen_how->address, &sa.sin_addr) != 1)
        return -EINVAL;
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 || listen(fd, BACKLOG) < 0) {
        r = -errno;
        close(fd);
        return r;
    }
    return fd;
}

int http_server_listen(struct http_server *s, const struct http_listen *how, uint16_t *ret_port) {
    struct listener *l = calloc(1, sizeof(*l));
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = l};
    struct sockaddr_in sa = {0};
    socklen_t size = sizeof(sa);
    int r = 0;

    if (l == NULL)
        return -ENOMEM;
    l->how = *how;
    if (how->fd < 0)
        l->how.fd = r = open_listener(how);
    else
        r = fcntl(how->fd, F_SETFL, fcntl(how->fd, F_GETFL) | O_NONBLOCK) < 0 ? -errno : 0;
    if (r < 0) {
        free(l);
        return r;
    }
    getsockname(l->how.fd, (struct sockaddr *)&sa, &size);
    pthread_mutex_lock(&s->lock);
    if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, l->how.fd, &ev) < 0) {
        r = -errno;
        if (how->fd < 0)
            fd_close(&l->how.fd);
        free(l);
    } else {
        l->next = s->listeners;
        s->listeners = l;
        r = 0;
    }
    pthread_mutex_unlock(&s->lock);
    if (r == 0 && ret_port)
        *ret_port = ntohs(sa.sin_port);
    return r;
}

static void cut(struct http_server *s, bool all) {
    for (struct conn *c = s->conns; c; c = c->next) {
        if (c->upgraded)
            continue;
        if (all || atomic_load(&c->idle))
            shutdown(c->io.fd, SHUT_RDWR);
    }
}

void http_server_free(struct http_server *s, unsigned grace_ms) {
    struct timespec until = clock_deadline(grace_ms);
    struct listener *l, *next;

    if (s == NULL)
        return;
    atomic_store(&s->stopping, true);
    wake_watch(s);
    pthread_mutex_lock(&s->lock);
    cut(s, false);
    while (s->conn_count > 0 && pthread_cond_timedwait(&s->change, &s->lock, &until) == 0)
        ;
    cut(s, true);
    while (s->conn_count > 0)
        pthread_cond_wait(&s->change, &s->lock);
    atomic_store(&s->quit, true);
    pthread_cond_broadcast(&s->work);
    while (s->worker_count > 0)
        pthread_cond_wait(&s->change, &s->lock);
    pthread_mutex_unlock(&s->lock);
    wake_watch(s);
    pthread_join(s->watch, NULL);
    join_finished(s);
    for (l = s->listeners; l; l = next) {
        next = l->next;
        fd_close(&l->how.fd);
        free(l);
    }
    fd_close(&s->epoll);
    fd_close(&s->wake);
    pthread_cond_destroy(&s->work);
    pthread_cond_destroy(&s->change);
    pthread_mutex_destroy(&s->lock);
    free(s);
}
