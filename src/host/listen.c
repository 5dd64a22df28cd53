/* SPDX-License-Identifier: Apache-2.0 */
#include "host/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"

enum { FIRST = 4566, NEIGHBOURS = 34, BACKLOG = 4096, PORT_FILE_BYTES = 16 };

static int open_port(uint16_t port, int *ret_fd, uint16_t *ret_port) {
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(at);
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, BACKLOG) < 0 ||
        getsockname(fd, (struct sockaddr *)&at, &length) < 0) {
        int r = -errno;

        close(fd);
        return r;
    }
    *ret_fd = fd;
    *ret_port = ntohs(at.sin_port);
    return 0;
}

static int open_near(uint16_t first, int *ret_fd, uint16_t *ret_port) {
    for (unsigned i = 0; i < NEIGHBOURS; i++)
        if (open_port((uint16_t)(first + i), ret_fd, ret_port) == 0)
            return 0;
    return open_port(0, ret_fd, ret_port);
}

/* 0 when the home has had none, or its file says nothing. */
static uint16_t remembered(const char *path) {
    char *text;
    size_t length;
    int64_t n = 0;

    if (fd_read_file(path, PORT_FILE_BYTES, &text, &length) < 0)
        return 0;
    text[strcspn(text, "\n")] = '\0';
    if (parse_int(text, 1, 65535, &n) < 0)
        n = 0;
    free(text);
    return (uint16_t)n;
}

static void remember(const char *path, uint16_t port) {
    char text[PORT_FILE_BYTES];
    int r;

    snprintf(text, sizeof(text), "%u\n", port);
    r = fd_replace_file(path, text, strlen(text), 0644);
    if (r < 0)
        fprintf(stderr, "vpcbox: the port will not be remembered: %s: %s\n", path, strerror(-r));
}

int listen_open(const char *home, bool given, uint16_t port, int *ret_fd, uint16_t *ret_port) {
    char path[4096 + 8];
    uint16_t had;
    int r;

    snprintf(path, sizeof(path), "%s/port", home);
    had = remembered(path);
    r = given      ? open_port(port, ret_fd, ret_port)
        : had != 0 ? open_port(had, ret_fd, ret_port)
                   : open_near(FIRST, ret_fd, ret_port);
    if (r < 0 && !given) {
        fprintf(stderr, "vpcbox: 127.0.0.1:%u, which this home has had, cannot be had now (%s)", had,
                strerror(-r));
        r = open_near(FIRST + 1, ret_fd, ret_port);
        if (r == 0)
            fprintf(stderr, ": it is %u this time\n", *ret_port);
        else
            fputc('\n', stderr);
        if (r == 0)
            return 0;
    }
    if (r < 0) {
        fprintf(
            stderr,
            "vpcbox: cannot listen on 127.0.0.1:%u (%s): choose another --port, or leave it out for a free "
            "one\n",
            port, strerror(-r));
        return r;
    }
    if (*ret_port != had && !(given && port == 0))
        remember(path, *ret_port);
    return 0;
}
