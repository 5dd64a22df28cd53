/* SPDX-License-Identifier: Apache-2.0 */
#include "session/plugin_port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/text.h"
#include "session/forward.h"
#include "session/version.h"

enum { BACKLOG = 128, GOODBYE_MS = 5000 };

/* True when a signal came that ends the session. */
static bool take_signal(int signals) {
    struct signalfd_siginfo info;

    return read(signals, &info, sizeof(info)) == sizeof(info) && info.ssi_signo != SIGWINCH;
}

/* The agent ends the session, and the service the channel: soon, or it is not waited for. */
static void terminate(const struct plugin_port *p) {
    uint64_t until = clock_mono_ns() + (uint64_t)GOODBYE_MS * 1000000;
    struct channel_payload m;

    channel_send_flag(p->channel, FRAME_FLAG_TERMINATE);
    while (clock_mono_ns() < until && channel_receive(p->channel, GOODBYE_MS, &m) == 0)
        ;
}

static int listen_local(const struct plugin_port *p, uint16_t *ret_port) {
    const char *wanted = json_string_value(json_object_get(p->properties, "localPortNumber"));
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(at);
    int64_t port = 0;
    const int one = 1;
    int fd;

    if (wanted != NULL && *wanted != '\0' && parse_int(wanted, 0, 65535, &port) < 0)
        return -EINVAL;
    at.sin_port = htons((uint16_t)port);
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, BACKLOG) < 0 ||
        getsockname(fd, (struct sockaddr *)&at, &length) < 0) {
        int r = -errno;

        close(fd);
        return r;
    }
    *ret_port = ntohs(at.sin_port);
    return fd;
}

/* -- many connections ------------------------------------------------------------------------------ */

struct told {
    const struct plugin_port *port;
    bool accepted;
};

static void accepted(void *user) {
    struct told *t = user;

    if (!t->accepted)
        printf("\nConnection accepted for session [%s]\n", t->port->session_id);
    fflush(stdout);
    t->accepted = true;
}

static void failed(void *user) {
    (void)user;
    printf("\nConnection to destination port failed, check SSM Agent logs.\n");
    fflush(stdout);
}

static int serve_many(const struct plugin_port *p, int listener) {
    struct told told = {p, false};
    const struct forward f = {.channel = p->channel,
                              .protocol = p->own_protocol ? FORWARD_OWN : FORWARD_PUBLISHED,
                              .keep_alive = version_compare(p->agent_version, VERSION_AGENT_QUIET) <= 0,
                              .listener = listener,
                              .signals = p->signals,
                              .accepted = accepted,
                              .failed = failed,
                              .user = &told};
    int r = forward_run(&f);

    if (r == 0)
        return 0;
    if (r == 1)
        puts("Terminate signal received, exiting.");
    else
        fprintf(stderr, "Cannot go on with the session: %s\n",
                r == -EPROTO ? "the agent broke the protocol of port forwarding" : strerror(-r));
    terminate(p);
    return r == 1 ? 0 : 1;
}

/* -- one connection after the other ---------------------------------------------------------------- */

struct single {
    const struct plugin_port *port;
    int listener;
    _Atomic int connection; /* the local client, or -1 */
};

/* Serves local clients one after the other; a signal ends the session. */
static void *single_input(void *arg) {
    struct single *in = arg;
    const struct plugin_port *p = in->port;
    uint8_t piece[CHANNEL_PAYLOAD_BYTES];

    for (;;) {
        int fd = atomic_load(&in->connection);
        struct pollfd fds[3] = {{.fd = fd < 0 ? in->listener : fd, .events = POLLIN},
                                {.fd = p->signals, .events = POLLIN},
                                {.fd = p->ended, .events = POLLIN}};

        if ((poll(fds, 3, -1) < 0 && errno != EINTR) || fds[2].revents != 0)
            return NULL;
        if (fds[1].revents != 0 && take_signal(p->signals)) {
            puts("Terminate signal received, exiting.");
            channel_send_flag(p->channel, FRAME_FLAG_TERMINATE);
            return NULL;
        }
        if (fds[0].revents == 0)
            continue;
        if (fd < 0) {
            fd = accept4(in->listener, NULL, NULL, SOCK_CLOEXEC);
            if (fd >= 0) {
                printf("Connection accepted for session %s.\n", p->session_id);
                fflush(stdout);
                atomic_store(&in->connection, fd);
            }
        } else {
            ssize_t n = read(fd, piece, sizeof(piece));

            if (n > 0) {
                if (channel_send(p->channel, FRAME_PAYLOAD_OUTPUT, piece, (size_t)n) < 0)
                    return NULL;
                continue;
            }
            atomic_store(&in->connection, -1);
            close(fd);
            channel_send_flag(p->channel, FRAME_FLAG_DISCONNECT_TO_PORT);
        }
    }
}

/* The channel is closed by now, so the thread is not held up in a send. */
static void end_thread(const struct plugin_port *p, pthread_t thread) {
    if (eventfd_write(p->ended, 1) == 0)
        pthread_join(thread, NULL);
}

static int serve_single(const struct plugin_port *p, int listener) {
    struct single in = {p, listener, -1};
    struct channel_payload m;
    pthread_t input;

    if (pthread_create(&input, NULL, single_input, &in) != 0)
        return 1;
    while (channel_receive(p->channel, -1, &m) == 0) {
        int fd = atomic_load(&in.connection);

        if (m.type == FRAME_PAYLOAD_OUTPUT && fd >= 0)
            fd_write_all(fd, m.data, m.length); /* a client that went away is the input thread's to see */
    }
    end_thread(p, input);
    return 0;
}

int plugin_port_listen(const struct plugin_port *p) {
    uint16_t port = 0;
    int listener = listen_local(p, &port), status;

    if (listener < 0) {
        fprintf(stderr, "Cannot listen on the local port: %s\n", strerror(-listener));
        terminate(p);
        return 1;
    }
    printf("Port %u opened for sessionId %s.\nWaiting for connections...\n", port, p->session_id);
    fflush(stdout);
    status = p->own_protocol || version_compare(p->agent_version, VERSION_AGENT_MUX) > 0
                 ? serve_many(p, listener)
                 : serve_single(p, listener);
    close(listener);
    return status;
}

/* -- standard input and output --------------------------------------------------------------------- */

/* Input to the far end until either side goes away. */
static void *join_input(void *arg) {
    const struct plugin_port *p = arg;
    struct pollfd fds[4] = {{.fd = STDIN_FILENO, .events = POLLIN},
                            {.fd = p->signals, .events = POLLIN},
                            {.fd = p->ended, .events = POLLIN},
                            {.fd = STDOUT_FILENO}};
    uint8_t piece[CHANNEL_PAYLOAD_BYTES];

    for (;;) {
        if ((poll(fds, 4, -1) < 0 && errno != EINTR) || fds[2].revents != 0)
            return NULL;
        /* Nobody reads what the far end says: the connection is over. */
        if ((fds[1].revents != 0 && take_signal(p->signals)) || fds[3].revents != 0) {
            channel_send_flag(p->channel, FRAME_FLAG_TERMINATE);
            return NULL;
        }
        if (fds[0].revents != 0) {
            ssize_t n = read(STDIN_FILENO, piece, sizeof(piece));

            if (n > 0 && channel_send(p->channel, FRAME_PAYLOAD_OUTPUT, piece, (size_t)n) < 0)
                return NULL;
            if (n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN)))
                continue;
            fds[0].fd = -1;
            /* To our agent: the input's end; a published one would hang up before it has answered. */
            if (p->own_protocol)
                channel_send_flag(p->channel, FRAME_FLAG_DISCONNECT_TO_PORT);
        }
    }
}

int plugin_port_join(const struct plugin_port *p) {
    struct channel_payload m;
    pthread_t input;
    int r = 0;

    if (pthread_create(&input, NULL, join_input, (void *)(size_t)p) != 0)
        return 1;
    while (r == 0 && channel_receive(p->channel, -1, &m) == 0)
        if (m.type == FRAME_PAYLOAD_OUTPUT)
            r = fd_write_all(STDOUT_FILENO, m.data, m.length);
    if (r < 0) {
        terminate(p);
        channel_shutdown(p->channel);
    }
    end_thread(p, input);
    return 0;
}
