/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* After a read, write or sendmsg that failed: 0 to try again (once the descriptor is ready, if that was it), or -errno. */
static int again(int fd, short events) {
    struct pollfd p = {.fd = fd, .events = events};

    if (errno == EINTR || (errno == EAGAIN && (poll(&p, 1, -1) >= 0 || errno == EINTR)))
        return 0;
    return -errno;
}

int fd_write_all(int fd, const void *data, size_t length) {
    const char *p = data;
    int r;

    while (length > 0) {
        ssize_t n = write(fd, p, length);

        if (n < 0) {
            r = again(fd, POLLOUT);
            if (r < 0)
                return r;
            continue;
        }
        p += n;
        length -= (size_t)n;
    }
    return 0;
}

int fd_read_all(int fd, void *data, size_t length) {
    char *p = data;
    int r;

    while (length > 0) {
        ssize_t n = read(fd, p, length);

        if (n == 0)
            return -ENODATA;
        if (n < 0) {
            r = again(fd, POLLIN);
            if (r < 0)
                return r;
            continue;
        }
        p += n;
        length -= (size_t)n;
    }
    return 0;
}

int fd_read_file(const char *path, size_t max, char **ret_data, size_t *ret_length) {
    int fd = open(path, O_RDONLY | O_CLOEXEC), r = 0;
    size_t used = 0, capacity = 4096;
    char *data;

    if (fd < 0)
        return -errno;
    data = malloc(capacity + 1);
    while (data != NULL) {
        ssize_t n = read(fd, data + used, capacity - used);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            r = -errno;
        if (n <= 0)
            break;
        used += (size_t)n;
        if (used > max) {
            r = -EFBIG;
            break;
        }
        if (used == capacity) {
            char *bigger = realloc(data, capacity * 2 + 1);

            if (bigger == NULL) {
                r = -ENOMEM;
                break;
            }
            data = bigger;
            capacity *= 2;
        }
    }
    close(fd);
    if (data == NULL)
        return -ENOMEM;
    if (r < 0) {
        free(data);
        return r;
    }
    data[used] = '\0';
    *ret_data = data;
    *ret_length = used;
    return 0;
}

int fd_replace_file(const char *path, const void *data, size_t length, mode_t mode) {
    char tmp[PATH_MAX];
    int fd, r;

    if ((size_t)snprintf(tmp, sizeof(tmp), "%s.tmp", path) >= sizeof(tmp))
        return -ENAMETOOLONG;
    fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return -errno;
    r = fd_write_all(fd, data, length);
    if (r == 0 && fsync(fd) < 0)
        r = -errno;
    if (close(fd) < 0 && r == 0)
        r = -errno;
    if (r == 0 && rename(tmp, path) < 0)
        r = -errno;
    if (r < 0)
        unlink(tmp);
    return r;
}

int fd_send(int sock, const void *data, size_t length, const int *fds, size_t count) {
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int) * FD_PASS_MAX)];
    } control = {0};
    struct iovec iov = {(void *)(size_t)data, length};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

    if (count > FD_PASS_MAX)
        return -EINVAL;
    if (count > 0) {
        struct cmsghdr *c;

        msg.msg_control = control.room;
        msg.msg_controllen = CMSG_SPACE(sizeof(int) * count);
        c = CMSG_FIRSTHDR(&msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int) * count);
        memcpy(CMSG_DATA(c), fds, sizeof(int) * count);
    }
    while (sendmsg(sock, &msg, MSG_NOSIGNAL) < 0) {
        int r = again(sock, POLLOUT);

        if (r < 0)
            return r;
    }
    return 0;
}

ssize_t fd_receive(int sock, void *data, size_t capacity, int *fds, size_t *count_io) {
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int) * FD_PASS_MAX)];
    } control;
    struct iovec iov = {data, capacity};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control.room,
                         .msg_controllen = sizeof(control.room)};
    size_t room = count_io == NULL ? 0 : *count_io, got = 0;
    ssize_t n;

    do
        n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c != NULL; c = CMSG_NXTHDR(&msg, c)) {
        size_t count;

        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int fd;

            memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
            if (got < room && fds != NULL)
                fds[got++] = fd;
            else
                close(fd);
        }
    }
    if (count_io != NULL)
        *count_io = got;
    if (msg.msg_flags & MSG_TRUNC) {
        for (size_t i = 0; i < got; i++)
            close(fds[i]);
        if (count_io != NULL)
            *count_io = 0;
        return -EMSGSIZE;
    }
    return n;
}

void fd_close(int *fd) {
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}
