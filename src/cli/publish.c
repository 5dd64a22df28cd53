/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publish: a port of this machine that leads to an instance, by the path that the internet has.
 *
 * Theory of operation: the listener is this process's; one `vpcbox join -` on the simulated internet gets each
 * accepted connection with the instance's public address of that moment, and connects to it from there: through
 * gateway, ACLs and groups, as any client out there would.  Before the first connection, and at each, explain is
 * asked whether the path is open; when it is not, the connection is closed and the reason told.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/ip.h"
#include "base/text.h"
#include "cli/make.h"

enum { BACKLOG = 64, HEADER_BYTES = 64 };

struct published {
    struct sockaddr_in at;
    const char *instance, *port;
};

/* "[ADDR:]PORT" */
static int parse_listener(const char *word, struct sockaddr_in *ret_at) {
    const char *colon = strrchr(word, ':');
    struct ip4 address = {INADDR_LOOPBACK};
    char text[IP4_TEXT_BYTES];
    int64_t port;

    if (colon != NULL) {
        if ((size_t)(colon - word) >= sizeof(text))
            return -EINVAL;
        snprintf(text, sizeof(text), "%.*s", (int)(colon - word), word);
        if (ip4_parse(text, &address) < 0)
            return -EINVAL;
    }
    if (parse_int(colon != NULL ? colon + 1 : word, 0, 65535, &port) < 0)
        return -EINVAL;
    *ret_at = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(address.v)};
    return 0;
}

static int parse(struct cli *c, struct published *p) {
    const char *colon = strrchr(c->argv[1], ':');
    int64_t port;

    if (parse_listener(c->argv[0], &p->at) < 0) {
        cli_error("where to listen is [ADDRESS:]PORT, such as 8080 or 127.0.0.1:8080, not \"%s\"",
                  c->argv[0]);
        return 2;
    }
    if (colon == NULL || parse_int(colon + 1, 1, 65535, &port) < 0) {
        cli_error("where it leads is INSTANCE:PORT, not \"%s\"", c->argv[1]);
        return 2;
    }
    if (c->aws.endpoint_url == NULL)
        return cli_no_box(c);
    p->port = colon + 1;
    p->instance = cli_named(c, "instance", arena_strndup(c->arena, c->argv[1], (size_t)(colon - c->argv[1])));
    return p->instance == NULL;
}

/* 0 when packets get there; 3 after telling why not; 1 when that could not be found out. */
static int path_open(struct cli *c, const struct published *p) {
    json_t *answer =
        box_request(c,
                    json_pack("{s:s,s:s,s:s,s:b}", "do", "explain", "source", "internet", "destination",
                              arena_printf(c->arena, "%s:%s", p->instance, p->port), "udp", 0),
                    NULL, 0, NULL);
    int r = 1;

    if (answer == NULL)
        return 1;
    r = json_is_true(json_object_get(answer, "reachable")) ? 0 : 3;
    if (r != 0) {
        fflush(stdout);
        cli_error("the internet does not get to %s:%s", p->instance, p->port);
        print_blockers(stderr, answer);
    }
    json_decref(answer);
    return r;
}

static int listen_at(struct cli *c, struct sockaddr_in *at, int *ret_fd) {
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t length = sizeof(*at);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
        bind(fd, (struct sockaddr *)at, sizeof(*at)) < 0 || listen(fd, BACKLOG) < 0 ||
        getsockname(fd, (struct sockaddr *)at, &length) < 0) {
        cli_error("cannot listen on %s: %s: choose another port, or 0 for a free one", c->argv[0],
                  strerror(errno));
        fd_close(&fd);
        return 1;
    }
    *ret_fd = fd;
    return 0;
}

static void hand_over(struct cli *c, const struct published *p, int listener, int hand) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    const char *address;
    char target[HEADER_BYTES];

    if (fd < 0)
        return;
    address = path_open(c, p) == 0 ? instance_address(c, p->instance, true) : NULL;
    if (address != NULL) {
        snprintf(target, sizeof(target), "%s:%s", address, p->port);
        if (fd_send(hand, target, strlen(target), &fd, 1) < 0)
            cli_error("a connection was lost: %s", strerror(errno));
    }
    close(fd);
}

static volatile sig_atomic_t ended;

static void note_end(int signal) {
    (void)signal;
    ended = 1;
}

static int serve(struct cli *c, const struct published *p, int listener, int hand, int room) {
    struct pollfd fds[2] = {{.fd = listener, .events = POLLIN}, {.fd = room, .events = POLLIN}};

    signal(SIGINT, note_end);
    signal(SIGTERM, note_end);
    while (!ended) {
        struct arena *whole = c->arena, each = {0};

        if (poll(fds, 2, -1) < 0)
            continue;
        if (fds[1].revents != 0) {
            cli_error("the box has stopped");
            return 1;
        }
        /* What one connection takes is free again after it. */
        c->arena = c->aws.arena = &each;
        hand_over(c, p, listener, hand);
        c->arena = c->aws.arena = whole;
        arena_free(&each);
    }
    return 0;
}

int cmd_publish(struct cli *c) {
    char *argv[] = {(char *)(size_t)ROOM_PROGRAM, (char *)(size_t) "join", (char *)(size_t) "-", NULL};
    struct published p = {0};
    char address[IP4_TEXT_BYTES];
    int listener, room, pair[2], r = parse(c, &p);

    if (r == 0)
        r = path_open(c, &p);
    if (r == 0)
        r = listen_at(c, &p.at, &listener);
    if (r != 0)
        return r;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
        cli_error("no socket: %s", strerror(errno));
        close(listener);
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    r = room_start(c, "internet", argv, false, (const int[]){pair[1], STDERR_FILENO, STDERR_FILENO}, &room);
    close(pair[1]);
    if (r == 0) {
        cli_say(c, "%s:%u leads to %s:%s; Ctrl-C ends it\n",
                ip4_format((struct ip4){ntohl(p.at.sin_addr.s_addr)}, address), ntohs(p.at.sin_port),
                p.instance, p.port);
        r = serve(c, &p, listener, pair[0], room);
        close(room);
    }
    close(pair[0]);
    close(listener);
    return r;
}
