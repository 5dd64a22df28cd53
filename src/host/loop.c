/* SPDX-License-Identifier: Apache-2.0 */
#include "host/loop.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"

int loop_open(struct loop *l) {
    *l = (struct loop){.epoll = epoll_create1(EPOLL_CLOEXEC)};
    return l->epoll < 0 ? -errno : 0;
}

int loop_add(struct loop *l, struct loop_source *s, int fd, uint32_t events) {
    struct epoll_event e = {.events = events, .data.ptr = s};

    if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &e) < 0)
        return -errno;
    s->fd = fd;
    s->on = true;
    return 0;
}

int loop_add_signals(struct loop *l, struct loop_source *s, bool hangup) {
    sigset_t set;
    int fd, r;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    if (hangup)
        sigaddset(&set, SIGHUP); /* where it is ignored, as nohup does, it stays so */
    sigprocmask(SIG_BLOCK, &set, NULL);
    fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return -errno;
    r = loop_add(l, s, fd, EPOLLIN);
    if (r < 0)
        close(fd);
    return r;
}

void loop_remove(struct loop *l, struct loop_source *s) {
    struct epoll_event *round = l->round;

    if (!s->on)
        return;
    epoll_ctl(l->epoll, EPOLL_CTL_DEL, s->fd, NULL);
    s->on = false;
    /* The source may be freed now: forget its events of this round. */
    for (int i = 0; i < l->round_count; i++)
        if (round[i].data.ptr == s)
            round[i].data.ptr = NULL;
}

void loop_timer_stop(struct loop *l, struct loop_timer *t) {
    if (!t->on)
        return;
    for (struct loop_timer **p = &l->timers; *p != NULL; p = &(*p)->next)
        if (*p == t) {
            *p = t->next;
            break;
        }
    t->on = false;
}

void loop_timer_set(struct loop *l, struct loop_timer *t, uint64_t in_ms) {
    struct loop_timer **p = &l->timers;

    loop_timer_stop(l, t);
    t->at_ns = clock_mono_ns() + in_ms * 1000000;
    while (*p != NULL && (*p)->at_ns <= t->at_ns)
        p = &(*p)->next;
    t->next = *p;
    *p = t;
    t->on = true;
}

int loop_run(struct loop *l) {
    struct epoll_event events[32];

    while (!l->over) {
        int timeout_ms = -1, n;

        if (l->timers != NULL) {
            uint64_t now = clock_mono_ns();

            timeout_ms = l->timers->at_ns <= now ? 0 : (int)((l->timers->at_ns - now + 999999) / 1000000);
        }
        n = epoll_wait(l->epoll, events, 32, timeout_ms);
        if (n < 0 && errno != EINTR)
            return -errno;
        l->round = events;
        l->round_count = n < 0 ? 0 : n;
        for (int i = 0; i < l->round_count; i++) {
            struct loop_source *s = events[i].data.ptr;

            if (s != NULL)
                s->ready(s->context, events[i].events);
        }
        l->round_count = 0;
        while (l->timers != NULL && l->timers->at_ns <= clock_mono_ns()) {
            struct loop_timer *t = l->timers;

            loop_timer_stop(l, t);
            t->fire(t->context);
        }
    }
    return 0;
}
