/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop: one thread waiting for descriptors and deadlines (host's and init's).
 *
 * Theory of operation: sources and timers are members of the structures that they serve, linked into
 * the loop, so that registering allocates nothing and a structure takes its events with it when it
 * goes.  A callback may remove any source or timer, its own too: what is removed during a round is
 * skipped.
 */
#ifndef VPCBOX_HOST_LOOP_H
#define VPCBOX_HOST_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop_source {
    void (*ready)(void *context, uint32_t events); /* EPOLL… */
    void *context;
    int fd;
    bool on;
};

struct loop_timer {
    void (*fire)(void *context);
    void *context;
    uint64_t at_ns;
    bool on;
    struct loop_timer *next;
};

struct loop {
    int epoll;
    bool over;
    struct loop_timer *timers; /* soonest first: there are few */
    void *round;               /* events being handed out */
    int round_count;
};

int loop_open(struct loop *l);
/* The descriptor stays the caller's; remove before closing it.  0 or negative errno. */
int loop_add(struct loop *l, struct loop_source *s, int fd, uint32_t events);
void loop_remove(struct loop *l, struct loop_source *s);
void loop_timer_set(struct loop *l, struct loop_timer *t, uint64_t in_ms); /* moves one that is set */
void loop_timer_stop(struct loop *l, struct loop_timer *t);
/* SIGCHLD, SIGTERM, SIGINT and, if wanted, SIGHUP are blocked and come as events instead: struct signalfd_siginfo to be read from
 * s->fd, which does not block and stays open with the process. */
int loop_add_signals(struct loop *l, struct loop_source *s, bool hangup);
/* Until loop->over. */
int loop_run(struct loop *l);

#endif
