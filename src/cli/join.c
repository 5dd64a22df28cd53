/* SPDX-License-Identifier: Apache-2.0 */
/*
 * join: the far half of `connect` and `publish`: it runs inside an instance or on the internet, and joins a
 * connection made from there with what the near half has.
 *
 * Theory of operation: each pair of streams is one loop that copies both ways; an end of one side's sending is passed
 * on, and when the far side has ended both ways are over, as ssh's ProxyCommand expects.  For publish every connection
 * is a process of its own, so that none can hold another up; there is a limit on them.
 */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "cli/cli.h"

enum { PIECE_BYTES = 65536, CONNECT_S = 10, CONNECTIONS_MAX = 256, TARGET_BYTES = 64 };

/* A connection to the first address of the name that takes one.  A descriptor, or -1 after telling. */
static int dial(const char *host, const char *port) {
    const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *all = NULL;
    int r = getaddrinfo(host, port, &hints, &all), fd = -1, error = 0;

    if (r != 0) {
        fprintf(stderr, "vpcbox: %s port %s: %s\n", host, port,
                r == EAI_SYSTEM ? strerror(errno) : gai_strerror(r));
        return -1;
    }
    for (const struct addrinfo *a = all; a != NULL && fd < 0; a = a->ai_next) {
        /* SO_SNDTIMEO bounds connect() too. */
        const struct timeval patience = {.tv_sec = CONNECT_S}, none = {0};

        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0 ||
            connect(fd, a->ai_addr, a->ai_addrlen) < 0) {
            error = errno == EINPROGRESS ? ETIMEDOUT : errno;
            fd_close(&fd);
        } else {
            setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &none, sizeof(none));
        }
    }
    freeaddrinfo(all);
    if (fd < 0)
        fprintf(stderr, "vpcbox: %s port %s from here: %s\n", host, port, strerror(error));
    return fd;
}

struct way {
    int from, to;
    bool open;
};

/* Moves what there is; false when the way has ended. */
static bool move(const struct way *w) {
    char piece[PIECE_BYTES];
    ssize_t n = read(w->from, piece, sizeof(piece));

    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    return n > 0 && fd_write_all(w->to, piece, (size_t)n) == 0;
}

/* Until the far side has ended.  near_in and near_out may be one socket. */
static void copy(int near_in, int near_out, int far) {
    struct way up = {near_in, far, true}, down = {far, near_out, true};

    while (down.open) {
        struct pollfd p[2] = {{.fd = far, .events = POLLIN},
                              {.fd = up.open ? near_in : -1, .events = POLLIN}};

        if (poll(p, 2, -1) < 0)
            continue;
        if (p[0].revents != 0)
            down.open = move(&down);
        if (p[1].revents != 0 && down.open && !move(&up)) {
            up.open = false;
            shutdown(far, SHUT_WR);
        }
    }
}

static void join_one(int near, char *target) {
    char *colon = strrchr(target, ':');
    int far = -1;

    if (colon != NULL) {
        *colon = '\0';
        far = dial(target, colon + 1);
    }
    if (far >= 0)
        copy(near, near, far);
}

/* Connections that are handed over, until nobody hands over any more. */
static int join_many(void) {
    unsigned running = 0;

    for (;;) {
        char target[TARGET_BYTES + 1];
        size_t count = 1;
        int fd = -1;
        ssize_t n;
        pid_t pid;

        while (running > 0 && waitpid(-1, NULL, running < CONNECTIONS_MAX ? WNOHANG : 0) > 0)
            running--;
        n = fd_receive(STDIN_FILENO, target, TARGET_BYTES, &fd, &count);
        if (n <= 0)
            return 0;
        target[n] = '\0';
        pid = count == 1 ? fork() : -1;
        if (pid == 0) {
            close(STDIN_FILENO);
            join_one(fd, target);
            _exit(0);
        }
        running += pid > 0;
        fd_close(&fd);
    }
}

int join_main(int argc, char **argv) {
    int far;

    signal(SIGPIPE, SIG_IGN);
    if (argc == 2 && text_is(argv[1], "-"))
        return join_many();
    if (argc != 3) {
        fputs("vpcbox: join needs a host and a port\n", stderr);
        return 2;
    }
    far = dial(argv[1], argv[2]);
    if (far < 0)
        return 1;
    copy(STDIN_FILENO, STDOUT_FILENO, far);
    return 0;
}
