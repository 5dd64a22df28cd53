/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/fd.h"

static bool goes_as_it_is(const struct stat *st) {
    return S_ISFIFO(st->st_mode) || (S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3)); /* null */
}

/* Waits for the descriptor; false when told to stop. */
static bool ready(const struct stream *s, int fd, short events) {
    struct pollfd p[2] = {{.fd = s->stop, .events = POLLIN}, {.fd = fd, .events = events}};

    while (poll(p, 2, -1) < 0)
        if (errno != EINTR)
            return false;
    return p[0].revents == 0;
}

/* Into the command, until the end of the input or of the command, which may leave the pipe full. */
static void *carry_in(void *arg) {
    struct stream *s = arg;
    char data[4096];
    ssize_t n = 0, done = 0, w;

    while (done == n && ready(s, s->from, POLLIN)) {
        n = read(s->from, data, sizeof(data));
        done = 0;
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
            break;
        n = n < 0 ? 0 : n;
        while (done < n && ready(s, s->to, POLLOUT)) {
            w = write(s->to, data + done, (size_t)(n - done));
            if (w < 0 && errno != EINTR && errno != EAGAIN)
                break;
            done += w < 0 ? 0 : w;
        }
    }
    s->unread = n > done ? (int)(n - done) : 0;
    fd_close(&s->to);
    return NULL;
}

/* Out of the command, until all who could write have ended, or the command has: then what is there by now. */
static void *carry_out(void *arg) {
    struct stream *s = arg;
    char data[16384];
    bool stopped = false;
    int left = 0;

    for (;;) {
        ssize_t n;

        if (!stopped && !ready(s, s->from, POLLIN)) {
            stopped = true;
            if (ioctl(s->from, FIONREAD, &left) < 0)
                break;
        }
        if (stopped && left <= 0)
            break;
        n = read(s->from, data, stopped && left < (int)sizeof(data) ? (size_t)left : sizeof(data));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        left -= (int)n;
        s->error = fd_write_all(s->to, data, (size_t)n);
        if (s->error < 0)
            break; /* nobody reads any more: the command gets its SIGPIPE */
    }
    fd_close(&s->from);
    return NULL;
}

static int open_stream(struct streams *all, int i) {
    struct stream *s = &all->carried[i];
    int pair[2], r;

    if (pipe2(pair, O_CLOEXEC) < 0)
        return -errno;
    all->fds[i] = pair[i == 0 ? 0 : 1];
    s->from = i == 0 ? STDIN_FILENO : pair[0];
    s->to = i == 0 ? pair[1] : i;
    if (i == 0) {
        s->rest = fcntl(pair[0], F_DUPFD_CLOEXEC, 3);
        fcntl(pair[1], F_SETFL, O_NONBLOCK);
    }
    s->stop = eventfd(0, EFD_CLOEXEC);
    r = s->stop < 0 ? -errno : -pthread_create(&s->thread, NULL, i == 0 ? carry_in : carry_out, s);
    s->runs = r == 0;
    return r;
}

int streams_open(struct streams *s) {
    struct stat st[3];
    int r = 0;

    *s = (struct streams){.fds = {0, 1, 2}};
    for (int i = 0; i < 3; i++)
        s->carried[i] = (struct stream){.from = -1, .to = -1, .stop = -1, .rest = -1};
    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < 3 && r == 0; i++) {
        if (fstat(i, &st[i]) < 0)
            r = -errno;
        else if (goes_as_it_is(&st[i]))
            continue;
        else if (i == 2 && st[1].st_dev == st[2].st_dev && st[1].st_ino == st[2].st_ino)
            s->fds[2] = s->fds[1]; /* both go to one place, in their order */
        else
            r = open_stream(s, i);
    }
    if (r < 0) {
        streams_given(s);
        streams_end(s);
    }
    return r;
}

void streams_given(struct streams *s) {
    if (s->fds[2] == s->fds[1])
        s->fds[2] = 2;
    for (int i = 0; i < 3; i++)
        if (s->fds[i] > 2)
            fd_close(&s->fds[i]);
}

int streams_end(struct streams *s) {
    int r = 0;

    for (int i = 0; i < 3; i++) {
        struct stream *one = &s->carried[i];
        uint64_t stop = 1;
        int left = 0;

        if (one->runs && write(one->stop, &stop, sizeof(stop)) < 0)
            pthread_cancel(one->thread);
        if (one->runs)
            pthread_join(one->thread, NULL);
        /* A terminal has no position: what was typed ahead is lost, as with ssh. */
        if (one->rest >= 0 && ioctl(one->rest, FIONREAD, &left) == 0 && left + one->unread > 0)
            lseek(one->from, -(off_t)(left + one->unread), SEEK_CUR);
        if (one->error < 0 && one->error != -EPIPE)
            r = one->error;
        fd_close(&one->rest);
        fd_close(&one->stop);
    }
    return r;
}
