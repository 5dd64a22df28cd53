/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server: listeners, their shares, and the watch over time.
 *
 * One thread (`watch`) accepts, gives each connection its seat, and wakes now and then to shut down the sockets
 * whose deadline has passed; a worker of the crew then finds out, be it in the middle of that socket's read or write
 * or given it because it was parked.  It never waits to accept: who gets no seat is cut off, so that nobody behind
 * it in the listener's queue is kept.  The lock guards the lists; a worker takes it to end a connection only.
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
#include <sys/resource.h>
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
    CONNECTIONS = 1024,     /* of a listener, */
    DESCRIPTORS_PART = 8,   /* but no more than this part of the process's descriptors, */
    CONNECTIONS_LEAST = 16, /* and no less than these */
    LEAVERS_MAX = 64,       /* before newcomers wait until they have gone */
    LEAVERS_WAIT_MS = 100,
    TICK_MS = 1000 /* how late a deadline may be noticed, at most */
};

struct listener {
    struct http_listen how; /* how.fd is open */
    struct share share;
    struct listener *next;
};

struct http_server {
    struct http_server_options options;
    pthread_t watch;
    struct crew *crew;
    int epoll, wake;
    unsigned tick_ms;
    atomic_bool stopping, quit;
    atomic_int busy;

    pthread_mutex_t lock;
    pthread_cond_t change;
    struct listener *listeners;
    struct conn *conns; /* all that are open */
    size_t conn_count;  /* but for those that are away */
    size_t leavers;     /* still open, without a seat */
    bool paused;        /* not accepting: too few descriptors */
};

/* Between a connection that is away and the end of its server. */
static pthread_mutex_t away_lock = PTHREAD_MUTEX_INITIALIZER;

static void wake_watch(struct http_server *s) {
    uint64_t one = 1;

    if (write(s->wake, &one, sizeof(one)) < 0)
        return; /* full: it is awake as it is */
}

/* ---- connections ---- */

/* Under the lock. */
static void unlink_conn(struct http_server *s, struct conn *c) {
    if (c->prev)
        c->prev->next = c->next;
    else
        s->conns = c->next;
    if (c->next)
        c->next->prev = c->prev;
    share_leave(&c->seat);
}

static void release(struct conn *c) {
    if (atomic_fetch_sub(&c->holders, 1) == 1)
        http_conn_free(c);
}

static void end_conn(struct http_server *s, struct conn *c) {
    bool leaving;

    pthread_mutex_lock(&s->lock);
    unlink_conn(s, c);
    leaving = c->leaving;
    pthread_mutex_unlock(&s->lock);
    http_conn_free(c);
    pthread_mutex_lock(&s->lock);
    s->conn_count--; /* now that its descriptor is free */
    s->leavers -= leaving;
    pthread_cond_broadcast(&s->change);
    pthread_mutex_unlock(&s->lock);
}

static void serve(struct parked *p) {
    struct conn *c = (struct conn *)(void *)((char *)p - offsetof(struct conn, parked));
    struct http_server *s = c->server;

    switch (conn_run(c)) {
    case CONN_PARK:
        if (crew_park(s->crew, c->fd, p) < 0)
            end_conn(s, c);
        break;
    case CONN_END:
        end_conn(s, c);
        break;
    case CONN_AWAY:
        release(c);
    }
}

/* Under the lock: its worker will find out. */
static void send_away(struct http_server *s, struct seat *seat) {
    struct conn *c = (struct conn *)(void *)((char *)seat - offsetof(struct conn, seat));

    atomic_store(&c->expired, true);
    if (!c->upgraded) {
        c->leaving = true;
        s->leavers++;
    }
    shutdown(c->fd, SHUT_RDWR);
}

struct stream conn_take_socket(struct conn *c) {
    struct http_server *s = c->server;
    struct stream taken;

    pthread_mutex_lock(&s->lock);
    taken = c->io;
    c->io = (struct stream){.fd = -1};
    c->fd = -1;
    c->upgraded = true;
    atomic_store(&c->holders, 2);
    atomic_store(&c->seat.deadline_ns, 0);
    atomic_store(&c->seat.state, SEAT_NEW);
    atomic_fetch_sub(c->busy, 1);
    s->conn_count--;
    s->leavers -= c->leaving;
    pthread_cond_broadcast(&s->change);
    pthread_mutex_unlock(&s->lock);
    crew_remove(s->crew, taken.fd);
    return taken;
}

void conn_keep(struct conn *c, int fd) {
    pthread_mutex_lock(&c->server->lock);
    c->fd = fd;
    pthread_mutex_unlock(&c->server->lock);
}

void conn_settle(struct conn *c) {
    atomic_store(&c->seat.state, SEAT_BUSY);
}

void conn_left(struct conn *c) {
    pthread_mutex_lock(&away_lock);
    if (c->server) {
        pthread_mutex_lock(&c->server->lock);
        unlink_conn(c->server, c);
        pthread_mutex_unlock(&c->server->lock);
    }
    pthread_mutex_unlock(&away_lock);
    release(c);
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

static struct conn *new_conn(struct http_server *s, struct listener *l, int fd) {
    struct conn *c = calloc(1, sizeof(*c));
    socklen_t size = sizeof(c->rq.local);
    int one = 1;

    if (c == NULL)
        return NULL;
    c->parked.ready = serve;
    c->server = s;
    c->limits = &s->options;
    c->io.fd = c->fd = fd;
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
    if (c->ca == NULL)
        stream_prepare(&c->io);
    conn_begin(c);
    return c;
}

/* A seat, if there is one; and the crew's care. */
static void take_in(struct http_server *s, struct listener *l, int fd) {
    struct timespec until = clock_deadline(LEAVERS_WAIT_MS);
    struct conn *c = new_conn(s, l, fd);
    struct seat *leaver;
    bool seated;

    if (c == NULL) {
        close(fd);
        return;
    }
    pthread_mutex_lock(&s->lock);
    while (s->leavers > LEAVERS_MAX && pthread_cond_timedwait(&s->change, &s->lock, &until) == 0)
        ;
    seated = share_sit(&l->share, ntohl(c->rq.peer.sin_addr.s_addr), &c->seat, &leaver);
    if (leaver)
        send_away(s, leaver);
    if (seated) {
        c->next = s->conns;
        if (c->next)
            c->next->prev = c;
        s->conns = c;
        s->conn_count++;
    }
    pthread_mutex_unlock(&s->lock);
    if (!seated)
        http_conn_free(c);
    else if (crew_add(s->crew, fd, &c->parked) < 0)
        end_conn(s, c);
}

/* There are no descriptors: somebody goes, of the listener with the most. */
static void make_room(struct http_server *s) {
    struct listener *most = s->listeners;
    struct seat *leaver;

    pthread_mutex_lock(&s->lock);
    for (struct listener *l = s->listeners; l; l = l->next) {
        if (l->share.count > most->share.count)
            most = l;
    }
    leaver = share_spare(&most->share);
    if (leaver)
        send_away(s, leaver);
    watch_listeners(s, false);
    pthread_mutex_unlock(&s->lock);
}

static void accept_some(struct http_server *s, struct listener *l) {
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        int fd = accept4(l->how.fd, NULL, NULL, SOCK_CLOEXEC | (l->how.tls ? SOCK_NONBLOCK : 0));

        if (fd >= 0)
            take_in(s, l, fd);
        else if (errno == EAGAIN || errno == EINTR || errno == EBADF)
            return;
        else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            make_room(s);
            return;
        } /* else that connection's own trouble */
    }
}

/* Shuts down what is past its deadline.  Returns whether there are connections at all. */
static bool sweep(struct http_server *s) {
    uint64_t now = clock_mono_ns();
    bool any;

    pthread_mutex_lock(&s->lock);
    for (struct conn *c = s->conns; c; c = c->next) {
        uint64_t deadline = atomic_load(&c->seat.deadline_ns);

        if (c->upgraded)
            continue;
        if (deadline && deadline < now && !atomic_exchange(&c->expired, true)) {
            /* A late reader may still be told so; a late writer would hang in the telling. */
            shutdown(c->fd, c->response == RESPONSE_NONE ? SHUT_RD : SHUT_RDWR);
            atomic_store(&c->seat.deadline_ns, now + (uint64_t)TICK_MS * 1000000);
        } else if (deadline && deadline < now) {
            shutdown(c->fd, SHUT_RDWR);
        }
    }
    any = s->conn_count > 0;
    if (s->paused && !atomic_load(&s->stopping))
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

    pthread_setname_np(pthread_self(), s->options.name);
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
        }
        if (atomic_load(&s->quit))
            return NULL;
    }
}

/* ---- outside ---- */

static unsigned or_default(unsigned value, unsigned otherwise) {
    return value ? value : otherwise;
}

static unsigned default_connections(void) {
    struct rlimit l;

    if (getrlimit(RLIMIT_NOFILE, &l) < 0 || l.rlim_cur / DESCRIPTORS_PART > CONNECTIONS)
        return CONNECTIONS;
    return l.rlim_cur / DESCRIPTORS_PART < CONNECTIONS_LEAST ? CONNECTIONS_LEAST
                                                             : (unsigned)l.rlim_cur / DESCRIPTORS_PART;
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
    o->max_connections = or_default(o->max_connections, default_connections());
    o->max_head_bytes = o->max_head_bytes ? o->max_head_bytes : 65536;
    o->idle_timeout_ms = or_default(o->idle_timeout_ms, 75000);
    o->head_timeout_ms = or_default(o->head_timeout_ms, 20000);
    o->min_body_rate = or_default(o->min_body_rate, 512);
    o->name = o->name ? o->name : "http";
    s->tick_ms = o->idle_timeout_ms < o->head_timeout_ms ? o->idle_timeout_ms / 4 : o->head_timeout_ms / 4;
    s->tick_ms = s->tick_ms < 10 ? 10 : s->tick_ms > TICK_MS ? TICK_MS : s->tick_ms;
    http_parser_set_max_header_size(UINT32_MAX); /* the buffer is the limit, and it is ours */
    pthread_mutex_init(&s->lock, NULL);
    clock_cond_init(&s->change);
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->epoll < 0 || s->wake < 0 || epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->wake, &ev) < 0)
        r = -errno;
    else
        r = crew_new(o->name, &s->crew);
    if (r == 0)
        r = -pthread_create(&s->watch, NULL, watch_main, s);
    if (r < 0) {
        crew_free(s->crew);
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
    l->share.max = or_default(how->max_connections, s->options.max_connections);
    l->share.party_max = how->strangers ? (l->share.max + 1) / 2 : l->share.max;
    l->share.party_bits = how->party_bits;
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
        if (!c->upgraded && (all || atomic_load(&c->seat.state) != SEAT_BUSY))
            shutdown(c->fd, SHUT_RDWR);
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
    pthread_mutex_unlock(&s->lock);
    wake_watch(s);
    pthread_join(s->watch, NULL);
    crew_free(s->crew);
    pthread_mutex_lock(&away_lock);
    while (s->conns) {
        struct conn *c = s->conns;

        c->server = NULL;
        unlink_conn(s, c);
    }
    pthread_mutex_unlock(&away_lock);
    for (l = s->listeners; l; l = next) {
        next = l->next;
        fd_close(&l->how.fd);
        free(l);
    }
    fd_close(&s->epoll);
    fd_close(&s->wake);
    pthread_cond_destroy(&s->change);
    pthread_mutex_destroy(&s->lock);
    free(s);
}
