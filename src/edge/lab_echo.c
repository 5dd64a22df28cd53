/* SPDX-License-Identifier: Apache-2.0 */
/* The lab's echo service: see edge/lab_site.h.  What a client does not fetch stays in its socket. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "edge/lab_site.h"

enum { ECHO_MAX = 128, ECHO_BYTES = 16384 };

struct echo_connection {
    int fd;
    size_t length, sent;
    char data[ECHO_BYTES];
};

struct lab_echo {
    int listen, stop, epoll;
    pthread_t thread;
    struct echo_connection *connections[ECHO_MAX]; /* NULL: free */
};

/* epoll's data: these, or an index beyond. */
enum { STOP, LISTEN, CONNECTION };

static int watch(struct lab_echo *e, int op, int fd, uint32_t events, uint32_t what) {
    struct epoll_event event = {.events = events, .data.u32 = what};

    return epoll_ctl(e->epoll, op, fd, &event) < 0 ? -errno : 0;
}

static void end(struct echo_connection **slot) {
    close((*slot)->fd);
    free(*slot);
    *slot = NULL;
}

static void take(struct lab_echo *e) {
    int fd = accept4(e->listen, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct echo_connection *c;
    uint32_t free_slot = 0;

    if (fd < 0)
        return;
    while (free_slot < ECHO_MAX && e->connections[free_slot] != NULL)
        free_slot++;
    c = free_slot < ECHO_MAX ? malloc(sizeof(*c)) : NULL;
    if (c == NULL || watch(e, EPOLL_CTL_ADD, fd, EPOLLIN, CONNECTION + free_slot) < 0) {
        free(c);
        close(fd);
        return;
    }
    c->fd = fd;
    c->length = c->sent = 0;
    e->connections[free_slot] = c;
}

static void echo(struct lab_echo *e, uint32_t index) {
    struct echo_connection *c = e->connections[index];
    ssize_t n = 1;

    if (c->sent == c->length) {
        n = recv(c->fd, c->data, sizeof(c->data), 0);
        c->sent = 0;
        c->length = n > 0 ? (size_t)n : 0;
    }
    if (c->sent < c->length) {
        n = send(c->fd, c->data + c->sent, c->length - c->sent, MSG_NOSIGNAL);
        if (n > 0)
            c->sent += (size_t)n;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        n = 1;
    if (n <= 0 ||
        watch(e, EPOLL_CTL_MOD, c->fd, c->sent < c->length ? EPOLLOUT : EPOLLIN, CONNECTION + index) < 0)
        end(&e->connections[index]);
}

static void *serve(void *user) {
    struct lab_echo *e = user;
    struct epoll_event events[16];

    for (;;) {
        int n = epoll_wait(e->epoll, events, 16, -1);

        for (int i = 0; i < n; i++) {
            uint32_t what = events[i].data.u32;

            if (what == STOP)
                return NULL;
            if (what == LISTEN)
                take(e);
            else if (e->connections[what - CONNECTION] != NULL)
                echo(e, what - CONNECTION);
        }
    }
}

static void free_all(struct lab_echo *e) {
    for (size_t i = 0; i < ECHO_MAX; i++)
        if (e->connections[i] != NULL)
            end(&e->connections[i]);
    fd_close(&e->listen);
    fd_close(&e->stop);
    fd_close(&e->epoll);
    free(e);
}

int lab_echo_new(int fd, struct lab_echo **ret_echo) {
    struct lab_echo *e = calloc(1, sizeof(*e));
    int r = 0, flags = fcntl(fd, F_GETFL);

    if (e == NULL) {
        close(fd);
        return -ENOMEM;
    }
    e->listen = fd;
    e->stop = eventfd(0, EFD_CLOEXEC);
    e->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (e->stop < 0 || e->epoll < 0 || flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
        r = -errno;
    if (r == 0)
        r = watch(e, EPOLL_CTL_ADD, e->stop, EPOLLIN, STOP);
    if (r == 0)
        r = watch(e, EPOLL_CTL_ADD, e->listen, EPOLLIN, LISTEN);
    if (r == 0)
        r = -pthread_create(&e->thread, NULL, serve, e);
    if (r < 0) {
        free_all(e);
        return r;
    }
    *ret_echo = e;
    return 0;
}

void lab_echo_free(struct lab_echo *e) {
    uint64_t one = 1;

    if (e == NULL)
        return;
    if (write(e->stop, &one, sizeof(one)) < 0)
        log_error("lab: cannot stop the echo service: %s", strerror(errno));
    pthread_join(e->thread, NULL);
    free_all(e);
}
