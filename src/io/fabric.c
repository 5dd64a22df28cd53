/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fabric.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/pages.h"
#include "fwd/fwd.h"
#include "host/message.h"
#include "io/cache.h"
#include "io/port.h"
#include "io/sandbox.h"
#include "net/image.h"

enum {
    READY_MAX = 128,     /* ports served in one turn */
    PORT_QUOTA = 64,     /* packets of one port in one turn */
    BATCH_BYTES = 98304, /* a batch ends here too: super-packets must still be in the cache when written */
    CONNECTIONS = 1 << 18,
    COUNTED_PORTS = DOOR_NUM_MAX + 1,
    SWEEP_BUDGET = 8192, /* connections a tick */
    SWEEP_FAST_MS = 100, /* a tick while there are more than that */
    SWEEP_IDLE_MS = 1000,
    NEWS_MS = 50, /* the kernel's news may wait so long when nothing else happens */
    PACKET_ALIGN = 64
};

/* epoll's data: one of these, or a port's number. */
#define EVENT_HOST ((uint64_t)1 << 32)
#define EVENT_TIMER ((uint64_t)2 << 32)
#define EVENT_PUNT ((uint64_t)3 << 32)
#define EVENT_NEWS ((uint64_t)4 << 32)

struct fabric {
    int epoll, host, timer;
    bool started, ended, ticking;
    uint64_t due_ns; /* of the tick, while ticking */
    uint64_t swept_ns;
    struct image *image;
    struct fwd_table table;
    void *table_memory;
    size_t table_bytes;
    struct fwd_env env;

    struct cache cache; /* the kernel's */
    struct port punt;   /* when cache.on */
    struct port *service, *uplink;
    struct port *ports[DOOR_NUM_MAX + 1]; /* by ENI number; untouched pages cost nothing */

    /* The batch being filled: packets lie one after the other in room. */
    unsigned count;
    size_t used;
    struct fwd_pkt packets[FWD_BATCH];
    struct fwd_pkt *batch[FWD_BATCH];
    uint8_t room[BATCH_BYTES + PORT_HEADROOM + PORT_READ_ROOM + PACKET_ALIGN]
        __attribute__((aligned(PACKET_ALIGN)));

    struct message message;
};

/* One a process; too large for a stack, and zero pages until used. */
static struct fabric fabric;

/* ---- ports ---- */

static struct port **port_slot(struct fabric *f, uint32_t number) {
    if (number == PORT_SERVICE)
        return &f->service;
    if (number == PORT_UPLINK)
        return &f->uplink;
    return number != PORT_NONE && number <= DOOR_NUM_MAX ? &f->ports[number] : NULL;
}

static int watch_for(struct fabric *f, int fd, uint32_t events, uint64_t what) {
    struct epoll_event e = {.events = events, .data.u64 = what};

    return epoll_ctl(f->epoll, EPOLL_CTL_ADD, fd, &e) < 0 ? -errno : 0;
}

static int watch(struct fabric *f, int fd, uint64_t what) {
    return watch_for(f, fd, EPOLLIN, what);
}

static void port_delete(struct fabric *f, uint32_t number) {
    struct port **slot = port_slot(f, number), *p = slot != NULL ? *slot : NULL;

    if (p == NULL)
        return;
    if (p->broken == 0 && p->fd >= 0)
        epoll_ctl(f->epoll, EPOLL_CTL_DEL, p->fd, NULL);
    if (port_slot_of(number) != 0 && p->via != NULL) {
        if (f->cache.on && f->started)
            cache_port_gone(&f->cache, &f->env, port_slot_of(number));
        port_slot_set(number, 0);
    }
    p->ops->close(p);
    free(p);
    *slot = NULL;
}

/* fd -1: behind the punt TAP, by the name `behind`. */
static int port_add(struct fabric *f, uint32_t number, int fd, uint16_t behind) {
    struct port **slot = port_slot(f, number), *p;
    int r;

    if (slot == NULL || (fd < 0 && !f->cache.on))
        return -EINVAL;
    port_delete(f, number);
    if (fd < 0 && number <= DOOR_NUM_MAX && (behind == 0 || port_slot_set(number, behind) < 0))
        return -EINVAL;
    p = malloc(sizeof(*p));
    if (p == NULL)
        return -ENOMEM;
    if (fd >= 0)
        port_tap_init(p, number, fd);
    else
        port_behind_init(p, number, &f->punt);
    r = fd >= 0 ? watch(f, fd, number) : 0;
    if (r < 0) {
        free(p);
        return r;
    }
    *slot = p;
    return 0;
}

/* Its namespace is gone, most likely; host will say so.  Until then it must not keep the loop awake. */
static void port_broken(struct fabric *f, struct port *p, int error) {
    log_debug("port %u: %s", p->number, strerror(-error));
    p->broken = error;
    epoll_ctl(f->epoll, EPOLL_CTL_DEL, p->fd, NULL);
}

/* ---- packets ---- */

/* False when there is no such port. */
static bool send_packet(struct fabric *f, const struct fwd_pkt *pkt) {
    struct port **slot = port_slot(f, pkt->out_port), *p = slot != NULL ? *slot : NULL;

    if (p == NULL || p->ops->write(p, pkt) < 0)
        fwd_table_lost(&f->table, pkt->out_port);
    return p != NULL;
}

static void emit(void *user, struct fwd_pkt *pkt) {
    send_packet(user, pkt);
}

/* A tick that comes sooner stays: else what asks for ticks often enough would put them off for ever. */
static void tick_set(struct fabric *f, uint32_t interval_ms) {
    struct itimerspec t = {.it_value = {interval_ms / 1000, interval_ms % 1000 * 1000000L}};
    uint64_t due_ns = clock_mono_ns() + interval_ms * UINT64_C(1000000);

    if (f->ticking && f->due_ns <= due_ns)
        return;
    f->ticking = true;
    f->due_ns = due_ns;
    timerfd_settime(f->timer, 0, &t, NULL);
}

/* Arms the timer if there is anything to forget; a box without connections sleeps. */
static void tick_later(struct fabric *f) {
    uint32_t live = fwd_table_connections(&f->table);

    if (live > 0)
        tick_set(f, live > SWEEP_BUDGET / 2 ? SWEEP_FAST_MS : SWEEP_IDLE_MS);
}

static void batch_run(struct fabric *f) {
    if (f->count == 0)
        return;
    if (f->env.image != NULL) {
        f->env.now_ns = clock_mono_ns();
        if (f->cache.on) {
            cache_drain(&f->cache, &f->env);
            for (unsigned i = 0; i < f->count; i++)
                cache_before(&f->cache, &f->env, f->batch[i]);
        }
        fwd_process(&f->env, f->batch, f->count);
        for (unsigned i = 0; i < f->count; i++) {
            bool sent = f->batch[i]->out_port == PORT_NONE || send_packet(f, f->batch[i]);

            if (f->cache.on && sent)
                cache_learn(&f->cache, &f->env, f->batch[i]);
        }
        if (!f->ticking)
            tick_later(f);
    }
    f->count = 0;
    f->used = 0;
}

/* Reads up to quota packets into batches; false when the port has none left. */
static bool port_drain(struct fabric *f, struct port *p, unsigned quota) {
    for (; quota > 0; quota--) {
        struct fwd_pkt *pkt = &f->packets[f->count];
        uint8_t *frame = f->room + f->used + PORT_HEADROOM;
        size_t bytes;
        int r;

        pkt->in_port = p->number;
        r = p->ops->read(p, frame, pkt);
        if (r <= 0) {
            if (r < 0)
                port_broken(f, p, r);
            return false;
        }
        bytes = pkt->length > FWD_ROOM_MIN ? pkt->length : FWD_ROOM_MIN;
        pkt->room = (uint32_t)bytes;
        pkt->out_port = PORT_NONE;
        pkt->reason = FWD_OK;
        f->batch[f->count++] = pkt;
        f->used += (PORT_HEADROOM + bytes + PACKET_ALIGN - 1) & ~(size_t)(PACKET_ALIGN - 1);
        if (f->count == FWD_BATCH || f->used >= BATCH_BYTES)
            batch_run(f);
    }
    return true;
}

/*
 * One packet from each ready port goes first, so that a lone one (a ping, a handshake) waits for
 * nobody; then each port gets the rest of its quota.
 */
static void ports_serve(struct fabric *f, struct port **ready, unsigned count) {
    static const unsigned quotas[] = {1, FWD_BATCH - 1, PORT_QUOTA - FWD_BATCH};

    for (size_t round = 0; round < sizeof(quotas) / sizeof(quotas[0]) && count > 0; round++) {
        unsigned left = 0;

        for (unsigned i = 0; i < count; i++)
            if (port_drain(f, ready[i], quotas[round]))
                ready[left++] = ready[i];
        batch_run(f);
        count = left;
    }
}

static void sweep(struct fabric *f) {
    uint64_t ticks;

    if (read(f->timer, &ticks, sizeof(ticks)) < 0)
        return;
    f->ticking = false;
    if (f->env.image == NULL)
        return;
    f->env.now_ns = clock_mono_ns();
    if (f->cache.on) {
        cache_drain(&f->cache, &f->env);
        cache_sweep(&f->cache, &f->env);
    }
    /* Not at every tick that only news from the kernel asked for. */
    if (f->env.now_ns - f->swept_ns >= SWEEP_FAST_MS * UINT64_C(900000)) {
        f->swept_ns = f->env.now_ns;
        fwd_sweep(&f->env, SWEEP_BUDGET);
    }
    tick_later(f);
}

/* ---- what host says ---- */

static int image_take(struct fabric *f, int fd) {
    struct image *image;
    int r = image_map(fd, &image);

    if (r < 0)
        return r;
    if (f->started && f->cache.on && f->image != NULL) {
        f->env.now_ns = clock_mono_ns();
        cache_drain(&f->cache, &f->env);
    }
    image_free(f->image);
    f->image = image;
    f->env.image = image;
    /* An entry of the old image's must not outlive the answer. */
    if (f->started && f->cache.on && (r = cache_follow(&f->cache, &f->env)) < 0)
        return r;
    if (f->started && !f->ticking)
        tick_later(f);
    return 0;
}

static int table_map(struct fabric *f, int fd, size_t bytes) {
    struct stat st;
    void *memory;

    if (fstat(fd, &st) < 0)
        return -errno;
    if (st.st_size < 0 || (size_t)st.st_size < bytes)
        return -EINVAL;
    memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED)
        return -errno;
    f->table_memory = memory;
    f->table_bytes = bytes;
    return 0;
}

/* An earlier fabric's table, maybe left in the middle of a change.  One that is not ours is left alone:
 * start() makes a new one then. */
static int table_take(struct fabric *f, int fd, uint64_t bytes) {
    int r;

    if (f->table_memory != NULL)
        return -EEXIST;
    r = table_map(f, fd, bytes);
    if (r == 0)
        r = fwd_table_attach(f->table_memory, f->table_bytes, &f->table);
    if (r == -EBADMSG) {
        log_warn("the flow table is of another version: connections start anew");
        munmap(f->table_memory, f->table_bytes);
        f->table_memory = NULL;
        r = 0;
    }
    return r;
}

static int table_make(struct fabric *f) {
    static const struct fwd_table_size TABLE_SIZE = {CONNECTIONS, COUNTED_PORTS, false};
    size_t bytes = fwd_table_bytes(&TABLE_SIZE);
    int fd = memfd_create("vpcbox-flows", MFD_CLOEXEC | MFD_ALLOW_SEALING), r;

    if (fd < 0)
        return -errno;
    r = ftruncate(fd, (off_t)bytes) < 0 ? -errno : table_map(f, fd, bytes);
    if (r == 0)
        r = fwd_table_init(f->table_memory, bytes, &TABLE_SIZE, &f->table);
    if (r == 0) {
        message_init(&f->message, MESSAGE_FLOW_TABLE, 0);
        f->message.u.flow_table.bytes = bytes;
        f->message.fds[0] = fd;
        f->message.fd_count = 1;
        r = message_send(f->host, &f->message);
    }
    close(fd);
    return r;
}

static void gone(void *user, const struct fwd_offload *flow) {
    struct fabric *f = user;

    cache_gone(&f->cache, &f->env, flow);
}

static int start(struct fabric *f) {
    int r = f->started ? -EALREADY : 0;

    if (r == 0 && f->table_memory == NULL) {
        r = table_make(f);
        if (r == 0 && f->cache.on)
            cache_clear(&f->cache);
    }
    pages_forget_code(); /* while it still may look where that is */
    if (r == 0)
        r = sandbox_enter(f->cache.on ? SANDBOX_CACHE : SANDBOX_FABRIC);
    f->env.table = &f->table;
    if (f->cache.on) {
        f->table.gone = gone;
        f->table.gone_user = f;
    }
    if (r == 0 && f->cache.on && f->env.image != NULL) {
        f->env.now_ns = clock_mono_ns();
        cache_drain(&f->cache, &f->env);
        r = cache_follow(&f->cache, &f->env);
    }
    if (r < 0)
        return r;
    f->started = true;
    tick_later(f);
    message_init(&f->message, MESSAGE_READY, 0);
    return message_send(f->host, &f->message);
}

/* Takes the descriptor out of the message; -1 when there is none. */
static int take_fd(struct message *m) {
    int fd = m->fd_count > 0 ? m->fds[0] : -1;

    m->fd_count = 0;
    return fd;
}

static int cache_take(struct fabric *f, struct message *m) {
    int r;

    if (f->cache.on || f->started)
        return -EEXIST;
    r = cache_init(&f->cache, &(struct cache_maps){m->fds[1], m->fds[2], m->fds[3], m->fds[4]}, m->fds[5]);
    if (r < 0)
        return r;
    port_punt_init(&f->punt, m->fds[0]);
    /* Told once when there is news after all was read: a burst of it does not wake us a second time. */
    r = watch_for(f, m->fds[5], EPOLLIN | EPOLLET, EVENT_NEWS);
    m->fd_count = 0;
    return r < 0 ? r : watch(f, f->punt.fd, EVENT_PUNT);
}

/* One message.  Negative: the fabric cannot go on. */
static int host_serve(struct fabric *f) {
    struct message *m = &f->message;
    int r = message_receive(f->host, m), fd;

    if (r == 0) {
        f->ended = true;
        return 0;
    }
    if (r == -EAGAIN || r == -EINTR || r == -EPROTO)
        return 0;
    if (r < 0)
        return r;
    switch (m->header.kind) {
    case MESSAGE_PORT_ADD:
        fd = take_fd(m);
        r = port_add(f, m->u.port.number, fd, m->u.port.slot);
        if (r < 0) {
            log_error("port %u: %s", m->u.port.number, strerror(-r));
            fd_close(&fd);
        }
        return 0;
    case MESSAGE_PORT_DELETE:
        port_delete(f, m->u.port.number);
        break;
    case MESSAGE_IMAGE: {
        uint64_t id = m->header.id;

        r = image_take(f, m->fds[0]);
        message_close_fds(m);
        if (r < 0)
            log_error("image refused: %s", strerror(-r));
        return id != 0 ? message_reply(f->host, id, r, NULL) : 0;
    }
    case MESSAGE_FLOW_TABLE:
        r = table_take(f, m->fds[0], m->u.flow_table.bytes);
        message_close_fds(m);
        return r;
    case MESSAGE_FLOW_CACHE:
        r = cache_take(f, m);
        message_close_fds(m);
        return r;
    case MESSAGE_START:
        return start(f);
    default:
        log_warn("host sent %s, which the fabric has no use for", message_kind_name(m->header.kind));
        break;
    }
    message_close_fds(m);
    return 0;
}

static int turn(struct fabric *f) {
    struct epoll_event events[READY_MAX];
    struct port *ready[READY_MAX];
    unsigned ready_count = 0;
    bool host_speaks = false, tick = false;
    int n = epoll_wait(f->epoll, events, READY_MAX, -1);

    if (n < 0)
        return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < n; i++) {
        if (events[i].data.u64 == EVENT_HOST)
            host_speaks = true;
        else if (events[i].data.u64 == EVENT_TIMER)
            tick = true;
        else if (events[i].data.u64 == EVENT_NEWS)
            tick_set(f, NEWS_MS);
        else if (events[i].data.u64 == EVENT_PUNT)
            ready[ready_count++] = &f->punt;
        else
            ready[ready_count++] = *port_slot(f, (uint32_t)events[i].data.u64);
    }
    ports_serve(f, ready, ready_count);
    if (tick)
        sweep(f);
    /* Last: it may take ports away, which the events of this turn still name. */
    return host_speaks ? host_serve(f) : 0;
}

int io_fabric_main(int host_sock) {
    struct fabric *f = &fabric;
    int r = 0, flags = fcntl(host_sock, F_GETFL);

    /* Host always reads: an answer may wait for it, and must not get lost. */
    if (flags < 0 || fcntl(host_sock, F_SETFL, flags & ~O_NONBLOCK) < 0)
        return -errno;
    f->host = host_sock;
    f->env.emit = emit;
    f->env.user = f;
    f->epoll = epoll_create1(EPOLL_CLOEXEC);
    f->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (f->epoll < 0 || f->timer < 0)
        return -errno;
    while (r == 0 && !f->started && !f->ended)
        r = host_serve(f);
    if (r == 0 && !f->ended)
        r = watch(f, f->host, EVENT_HOST);
    if (r == 0 && !f->ended)
        r = watch(f, f->timer, EVENT_TIMER);
    while (r == 0 && !f->ended)
        r = turn(f);
    return r;
}
