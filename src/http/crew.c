/* SPDX-License-Identifier: Apache-2.0 */
#include "http/crew.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/fd.h"

enum {
    WORKER_WAIT_MS = 10000,        /* an idle worker's life */
    WORKER_STACK = 2 * 1024 * 1024 /* of address space; handlers parse XML and run SQLite */
};

struct crew {
    char name[16];
    int epoll, quit; /* quit: readable when all is over */
    atomic_int waiting;
    pthread_mutex_t lock; /* what follows */
    pthread_cond_t ended;
    unsigned workers;
    bool anyone_ended;
    pthread_t last_ended; /* to be joined by the next one that ends */
};

static void *worker_main(void *arg);

static int start_worker(struct crew *crew) {
    pthread_attr_t attr;
    pthread_t thread;
    int r;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, WORKER_STACK);
    pthread_mutex_lock(&crew->lock);
    r = -pthread_create(&thread, &attr, worker_main, crew);
    if (r == 0)
        crew->workers++;
    pthread_mutex_unlock(&crew->lock);
    pthread_attr_destroy(&attr);
    return r;
}

static void end_worker(struct crew *crew) {
    pthread_t before;
    bool join;

    pthread_mutex_lock(&crew->lock);
    before = crew->last_ended;
    join = crew->anyone_ended;
    crew->last_ended = pthread_self();
    crew->anyone_ended = true;
    pthread_mutex_unlock(&crew->lock);
    if (join)
        pthread_join(before, NULL);
    pthread_mutex_lock(&crew->lock);
    crew->workers--;
    pthread_cond_broadcast(&crew->ended);
    pthread_mutex_unlock(&crew->lock);
}

static void *worker_main(void *arg) {
    struct crew *crew = arg;

    pthread_setname_np(pthread_self(), crew->name);
    for (;;) {
        struct epoll_event event;
        int n, others;

        atomic_fetch_add(&crew->waiting, 1);
        n = epoll_wait(crew->epoll, &event, 1, WORKER_WAIT_MS);
        others = atomic_fetch_sub(&crew->waiting, 1) - 1;
        if (n == 1 && event.data.ptr == NULL)
            break;
        if (n == 0 && others > 0)
            break;
        if (n != 1)
            continue;
        if (others == 0)
            start_worker(crew); /* if none can be made, who comes meanwhile waits for this one */
        ((struct parked *)event.data.ptr)->ready(event.data.ptr);
    }
    end_worker(crew);
    return NULL;
}

static int set(struct crew *crew, int op, int fd, struct parked *p) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, .data.ptr = p};

    return epoll_ctl(crew->epoll, op, fd, &event) < 0 ? -errno : 0;
}

int crew_add(struct crew *crew, int fd, struct parked *p) {
    return set(crew, EPOLL_CTL_ADD, fd, p);
}

int crew_park(struct crew *crew, int fd, struct parked *p) {
    /* What was written before is there for the next worker: epoll sees to that, but neither C's memory model nor a
     * sanitizer knows it.  Its other end is where a worker has waited. */
    atomic_fetch_add(&crew->waiting, 0);
    return set(crew, EPOLL_CTL_MOD, fd, p);
}

void crew_remove(struct crew *crew, int fd) {
    epoll_ctl(crew->epoll, EPOLL_CTL_DEL, fd, NULL);
}

static void release(struct crew *crew) {
    fd_close(&crew->epoll);
    fd_close(&crew->quit);
    pthread_cond_destroy(&crew->ended);
    pthread_mutex_destroy(&crew->lock);
    free(crew);
}

int crew_new(const char *name, struct crew **ret_crew) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    struct crew *crew = calloc(1, sizeof(*crew));
    int r;

    if (crew == NULL)
        return -ENOMEM;
    snprintf(crew->name, sizeof(crew->name), "%s", name);
    pthread_mutex_init(&crew->lock, NULL);
    pthread_cond_init(&crew->ended, NULL);
    crew->epoll = epoll_create1(EPOLL_CLOEXEC);
    crew->quit = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (crew->epoll < 0 || crew->quit < 0 || epoll_ctl(crew->epoll, EPOLL_CTL_ADD, crew->quit, &event) < 0)
        r = -errno;
    else
        r = start_worker(crew);
    if (r < 0)
        release(crew);
    else
        *ret_crew = crew;
    return r;
}

void crew_free(struct crew *crew) {
    uint64_t one = 1;
    bool join;

    if (crew == NULL)
        return;
    if (write(crew->quit, &one, sizeof(one)) < 0)
        return; /* it cannot be full */
    pthread_mutex_lock(&crew->lock);
    while (crew->workers > 0)
        pthread_cond_wait(&crew->ended, &crew->lock);
    join = crew->anyone_ended;
    pthread_mutex_unlock(&crew->lock);
    if (join)
        pthread_join(crew->last_ended, NULL);
    release(crew);
}
