/* SPDX-License-Identifier: Apache-2.0 */
#include "host/notify.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { TEXT_MAX = 4096, FDS_MAX = 16 };

static void ready(void *context, uint32_t events) {
    struct notify *n = context;
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(FDS_MAX * sizeof(int))];
    } control;
    char text[TEXT_MAX + 1];
    struct iovec piece = {text, TEXT_MAX};
    struct msghdr m = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
    struct ucred who = {0};
    ssize_t length = recvmsg(n->source.fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

    (void)events;
    if (length < 0)
        return;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c != NULL; c = CMSG_NXTHDR(&m, c)) {
        if (c->cmsg_level != SOL_SOCKET)
            continue;
        if (c->cmsg_type == SCM_CREDENTIALS) {
            memcpy(&who, CMSG_DATA(c), sizeof(who));
        } else if (c->cmsg_type == SCM_RIGHTS) {
            size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

            for (size_t i = 0; i < count; i++) {
                int fd;

                memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
                close(fd);
            }
        }
    }
    text[length] = '\0';
    if (who.pid > 0)
        n->heard(n->context, who.pid, text);
}

int notify_open(struct notify *n, struct loop *loop) {
    struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = NOTIFY_SOCKET};
    int one = 1, r, fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    mkdir("/run/systemd", 0755);
    unlink(NOTIFY_SOCKET);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)) < 0 ||
        bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || chmod(NOTIFY_SOCKET, 0666) < 0) {
        r = -errno;
        if (fd >= 0)
            close(fd);
        return r;
    }
    n->source = (struct loop_source){.ready = ready, .context = n};
    return loop_add(loop, &n->source, fd, EPOLLIN);
}

void notify_value(const char *text, const char *name, char value[64]) {
    size_t n = strlen(name);

    value[0] = '\0';
    for (const char *line = text; line != NULL && *line != '\0';
         line = strchr(line, '\n'), line += line != NULL)
        if (strncmp(line, name, n) == 0 && line[n] == '=')
            snprintf(value, 64, "%.*s", (int)strcspn(line + n + 1, "\n"), line + n + 1);
}
