/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker_port: a port session at the agent's end.  Clients that multiplex get forward.h; others, and sessions that
 * join one program's input and output (AWS-StartSSHSession), get one connection at a time, whose bytes are the
 * session's bytes.
 */
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "session/forward.h"
#include "session/version.h"
#include "session/worker.h"

/* As the published agent: a session to a remote host does not lead to the metadata service, the resolver and their
 * like, which every instance has at link-local addresses. */
static bool forbidden(const struct addrinfo *at) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)at->ai_addr;

    return ntohl(in->sin_addr.s_addr) >> 16 == 0xa9fe;
}

/* 0, or negative errno after the service has been told why. */
static int find_destination(struct worker *w, struct addrinfo **ret_list) {
    const char *host = json_string_value(json_object_get(w->properties, "host"));
    const char *port = json_string_value(json_object_get(w->properties, "portNumber"));
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_INET};
    int64_t number;
    int r;

    if (host == NULL || *host == '\0')
        host = "localhost";
    if (port == NULL || parse_int(port, 1, 65535, &number) < 0) {
        worker_failed(w, "Port number is empty in session properties.");
        return -EINVAL;
    }
    r = getaddrinfo(text_is(host, "localhost") ? "127.0.0.1" : host, port, &hints, ret_list);
    if (r != 0) {
        worker_failed(w, arena_printf(&w->arena, "Unable to find the host %s: %s", host, gai_strerror(r)));
        return -EHOSTUNREACH;
    }
    for (const struct addrinfo *at = *ret_list; at != NULL; at = at->ai_next)
        if (forbidden(at)) {
            worker_failed(w, arena_printf(&w->arena, "Forwarding to IP address %s is forbidden.", host));
            freeaddrinfo(*ret_list);
            return -EACCES;
        }
    return 0;
}

/* -- many connections ------------------------------------------------------------------------------ */

static int dial(void *user, size_t attempt) {
    const struct addrinfo *at = user;
    int fd;

    while (at != NULL && attempt-- > 0)
        at = at->ai_next;
    if (at == NULL)
        return -ENOENT;
    fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, at->ai_addr, at->ai_addrlen) < 0 && errno != EINPROGRESS) {
        int r = -errno;

        close(fd);
        return r;
    }
    return fd;
}

static void serve_many(struct worker *w, struct addrinfo *list) {
    const struct forward f = {.channel = w->channel,
                              .protocol = (enum forward_protocol)w->client_protocol,
                              .keep_alive = w->client_protocol == FORWARD_PUBLISHED &&
                                            version_compare(w->client_version, VERSION_PLUGIN_QUIET) <= 0,
                              .listener = -1,
                              .signals = -1,
                              .dial = dial,
                              .user = list};

    if (forward_run(&f) < 0)
        worker_failed(w, "The client broke the protocol of port forwarding.");
    else
        worker_terminating(w);
}

/* -- one connection -------------------------------------------------------------------------------- */

struct single {
    struct worker *worker;
    struct addrinfo *list;
    bool ends_session; /* with the connection: nothing follows it */
    int fd;
    pthread_t pump;
};

static int connect_single(const struct single *s) {
    int fd = -1;

    for (const struct addrinfo *at = s->list; at != NULL && fd < 0; at = at->ai_next) {
        fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, 0);
        if (fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen) < 0)
            fd_close(&fd);
    }
    return fd;
}

static void *pump(void *arg) {
    struct single *s = arg;
    uint8_t piece[CHANNEL_PAYLOAD_BYTES];
    ssize_t n;

    while ((n = read(s->fd, piece, sizeof(piece))) > 0)
        if (channel_send(s->worker->channel, FRAME_PAYLOAD_OUTPUT, piece, (size_t)n) < 0)
            break;
    /* Clients of one connection learn of the far end's close by the next write's failing, or by the session's end. */
    shutdown(s->fd, SHUT_RDWR);
    if (s->ends_session)
        worker_terminating(s->worker);
    return NULL;
}

static void end_connection(struct single *s) {
    if (s->fd < 0)
        return;
    shutdown(s->fd, SHUT_RDWR);
    pthread_join(s->pump, NULL);
    fd_close(&s->fd);
}

static int open_connection(struct single *s) {
    s->fd = connect_single(s);
    if (s->fd < 0)
        return -ECONNREFUSED;
    if (pthread_create(&s->pump, NULL, pump, s) != 0) {
        fd_close(&s->fd);
        return -ENOMEM;
    }
    return 0;
}

/* Bytes of the client: to the connection, or to a new one when the old has ended. */
static int pass_on(struct single *s, const struct channel_payload *p) {
    if (s->fd >= 0 && fd_write_all(s->fd, p->data, p->length) == 0)
        return 0;
    if (s->ends_session)
        return 0; /* the pump has told */
    end_connection(s);
    if (open_connection(s) < 0)
        return -ECONNREFUSED;
    fd_write_all(s->fd, p->data, p->length);
    return 0;
}

static void serve_one(struct worker *w, struct addrinfo *list, bool ends_session) {
    struct single s = {.worker = w, .list = list, .ends_session = ends_session, .fd = -1};
    struct channel_payload p;
    int r = open_connection(&s);

    if (r < 0)
        worker_failed(w, "Unable to connect to specified port: Connection refused");
    while (r == 0 && channel_receive(w->channel, -1, &p) == 0) {
        uint32_t flag = channel_flag(&p);

        if (flag == FRAME_FLAG_TERMINATE)
            break;
        if (flag == FRAME_FLAG_DISCONNECT_TO_PORT && w->client_protocol == FORWARD_OWN)
            shutdown(s.fd, SHUT_WR); /* our plugin's input has ended; the answer is still wanted */
        else if (flag == FRAME_FLAG_DISCONNECT_TO_PORT)
            end_connection(&s);
        else if (p.type == FRAME_PAYLOAD_OUTPUT)
            r = pass_on(&s, &p);
    }
    end_connection(&s);
    if (!ends_session)
        worker_terminating(w);
}

int worker_serve_port(struct worker *w) {
    bool forwards = text_is(json_string_value(json_object_get(w->properties, "type")), "LocalPortForwarding");
    struct addrinfo *list;

    if (find_destination(w, &list) < 0)
        return 0;
    if (forwards && version_compare(w->client_version, VERSION_PLUGIN_MUX) >= 0)
        serve_many(w, list);
    else
        serve_one(w, list, !forwards);
    freeaddrinfo(list);
    return 0;
}
