/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/udp.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "edge/ntp.h"

enum {
    CONNECTIONS_MAX = 64,
    IDLE_MS = 10000,
    BURST = 64,              /* datagrams of one socket before others get their turn */
    TCP_QUERY_MAX = 4096,    /* longer than any sensible query; a longer one ends the connection */
    TCP_BACKLOG_MAX = 262144 /* answers that the client does not fetch */
};

struct connection {
    int fd;
    struct ip4 source, destination;
    uint64_t last_ns, serial;
    size_t in_length;
    uint8_t in[2 + TCP_QUERY_MAX];
    struct buf out; /* not yet sent */
    size_t out_sent;
};

struct udp_server {
    struct udp_options o;
    int epoll, stop;
    struct forward *forward; /* NULL: nobody is asked */
    uint64_t serial;         /* of the newest connection */
    pthread_t thread;
    struct buf answer;
    struct connection *connections[CONNECTIONS_MAX]; /* NULL: free */
};

/* epoll's data: which of these, or CONNECTION + index. */
enum { STOP, DNS_UDP, DNS_TCP, NTP_UDP, FORWARD, CONNECTION };

static int watch(struct udp_server *s, int op, int fd, uint32_t events, uint32_t what) {
    struct epoll_event e = {.events = events, .data.u32 = what};

    return epoll_ctl(s->epoll, op, fd, &e) < 0 ? -errno : 0;
}

enum said { SAID_NOTHING, SAID_ANSWER, SAID_ASK_OTHERS };

static enum said answer_dns(struct udp_server *s, struct ip4 source, struct ip4 destination,
                            const uint8_t *query, size_t length, bool tcp) {
    struct dns_view view = {0};
    int r;

    buf_reset(&s->answer);
    if (!s->o.view(s->o.user, source, destination, &view))
        return SAID_NOTHING;
    view.elsewhere = view.elsewhere && s->forward != NULL;
    r = dns_answer(&view, query, length, tcp, &s->answer);
    return r == 1 ? SAID_ASK_OTHERS : r == 0 && !s->answer.overflow ? SAID_ANSWER : SAID_NOTHING;
}

/* ---- datagrams ---- */

/* From the address that was asked; the way back is the routing table's business. */
static void send_datagram(int fd, const struct sockaddr_in *to, struct in_pktinfo from, const void *data,
                          size_t length) {
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(struct in_pktinfo))];
    } control = {0};
    struct sockaddr_in peer = *to;
    struct iovec iov = {(void *)(size_t)data, length};
    struct msghdr msg = {.msg_name = &peer,
                         .msg_namelen = sizeof(peer),
                         .msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof(control)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

    from.ipi_ifindex = 0;
    from.ipi_spec_dst = from.ipi_addr;
    *c = (struct cmsghdr){
        .cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO, .cmsg_len = CMSG_LEN(sizeof(from))};
    memcpy(CMSG_DATA(c), &from, sizeof(from));
    if (sendmsg(fd, &msg, MSG_NOSIGNAL) < 0 && errno != EAGAIN)
        log_debug("udp: answer not sent: %s", strerror(errno));
}

static void serve_query(struct udp_server *s, const struct sockaddr_in *peer, const struct in_pktinfo *local,
                        const uint8_t *query, size_t length) {
    const struct forward_asker asker = {.peer = *peer, .local = *local};
    enum said said = answer_dns(s, (struct ip4){ntohl(peer->sin_addr.s_addr)},
                                (struct ip4){ntohl(local->ipi_addr.s_addr)}, query, length, false);

    if (said == SAID_ASK_OTHERS)
        forward_ask(s->forward, &asker, query, length);
    else if (said == SAID_ANSWER)
        send_datagram(s->o.dns_udp, peer, *local, s->answer.data, s->answer.length);
}

/* One datagram; false when there is none. */
static bool serve_datagram(struct udp_server *s, int fd, bool dns) {
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(struct in_pktinfo))];
    } control;
    uint8_t query[TCP_QUERY_MAX], time_answer[NTP_PACKET_BYTES];
    struct sockaddr_in peer;
    struct iovec iov = {query, sizeof(query)};
    struct msghdr msg = {.msg_name = &peer,
                         .msg_namelen = sizeof(peer),
                         .msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof(control)};
    struct in_pktinfo info = {0};
    struct cmsghdr *c;
    ssize_t n = recvmsg(fd, &msg, 0);
    int64_t received = clock_real_ns();

    if (n < 0)
        return errno == EINTR || errno == ECONNREFUSED;
    c = CMSG_FIRSTHDR(&msg);
    if (c == NULL || c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_PKTINFO || msg.msg_flags & MSG_TRUNC)
        return true;
    memcpy(&info, CMSG_DATA(c), sizeof(info));
    if (dns)
        serve_query(s, &peer, &info, query, (size_t)n);
    else if (ntp_answer(query, (size_t)n, received, clock_real_ns(), time_answer) == 0)
        send_datagram(fd, &peer, info, time_answer, sizeof(time_answer));
    return true;
}

/* ---- TCP ---- */

static void end(struct udp_server *s, uint32_t index) {
    struct connection *c = s->connections[index];

    close(c->fd);
    buf_free(&c->out);
    free(c);
    s->connections[index] = NULL;
}

static uint32_t free_slot(struct udp_server *s) {
    uint32_t oldest = 0;

    for (uint32_t i = 0; i < CONNECTIONS_MAX; i++) {
        if (s->connections[i] == NULL)
            return i;
        if (s->connections[i]->last_ns < s->connections[oldest]->last_ns)
            oldest = i;
    }
    end(s, oldest);
    return oldest;
}

static void accept_connections(struct udp_server *s) {
    for (int i = 0; i < BURST; i++) {
        struct sockaddr_in peer = {0}, local = {0};
        socklen_t peer_length = sizeof(peer), local_length = sizeof(local);
        int fd = accept4(s->o.dns_tcp, (struct sockaddr *)&peer, &peer_length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        struct connection *c;
        uint32_t index;

        if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        if (fd < 0)
            return;
        c = malloc(sizeof(*c));
        if (c == NULL || getsockname(fd, (struct sockaddr *)&local, &local_length) < 0 ||
            peer.sin_family != AF_INET || local.sin_family != AF_INET) {
            free(c);
            close(fd);
            continue;
        }
        index = free_slot(s);
        c->fd = fd;
        c->source.v = ntohl(peer.sin_addr.s_addr);
        c->destination.v = ntohl(local.sin_addr.s_addr);
        c->last_ns = clock_mono_ns();
        c->in_length = c->out_sent = 0;
        c->serial = ++s->serial;
        c->out = (struct buf)BUF_INIT(TCP_BACKLOG_MAX);
        s->connections[index] = c;
        if (watch(s, EPOLL_CTL_ADD, fd, EPOLLIN, CONNECTION + index) < 0)
            end(s, index);
    }
}

/* 0, or negative when the connection is over. */
static int flush(struct connection *c) {
    while (c->out_sent < c->out.length) {
        ssize_t n =
            send(c->fd, c->out.data + c->out_sent, c->out.length - c->out_sent, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? 0 : -errno;
        c->out_sent += (size_t)n;
    }
    buf_reset(&c->out);
    c->out_sent = 0;
    return 0;
}

static int put_answer(struct connection *c, const void *answer, size_t length) {
    const uint8_t prefix[2] = {(uint8_t)(length >> 8), (uint8_t)length};

    buf_append(&c->out, prefix, 2);
    buf_append(&c->out, answer, length);
    return c->out.overflow ? -ENOBUFS : 0;
}

static int serve_queries(struct udp_server *s, uint32_t index) {
    struct connection *c = s->connections[index];
    size_t at = 0;
    int r = 0;

    while (r == 0 && c->in_length - at >= 2) {
        const struct forward_asker asker = {.tcp = true, .connection = index, .serial = c->serial};
        size_t length = (size_t)c->in[at] << 8 | c->in[at + 1];
        const uint8_t *query = c->in + at + 2;

        if (length > TCP_QUERY_MAX)
            return -EMSGSIZE;
        if (c->in_length - at - 2 < length)
            break;
        switch (answer_dns(s, c->source, c->destination, query, length, true)) {
        case SAID_NOTHING:
            return -ECONNABORTED;
        case SAID_ANSWER:
            r = put_answer(c, s->answer.data, s->answer.length);
            break;
        case SAID_ASK_OTHERS:
            forward_ask(s->forward, &asker, query, length);
            break;
        }
        at += 2 + length;
    }
    c->in_length -= at;
    memmove(c->in, c->in + at, c->in_length);
    return r;
}

/* Sends what can be sent, and waits for the rest of it to become possible. */
static int push(struct udp_server *s, uint32_t index) {
    struct connection *c = s->connections[index];
    int r = flush(c);

    return r < 0 ? r
                 : watch(s, EPOLL_CTL_MOD, c->fd, c->out.length > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN,
                         CONNECTION + index);
}

static void forwarded(void *user, const struct forward_asker *asker, const uint8_t *query,
                      size_t query_length, const uint8_t *answer, size_t length) {
    struct udp_server *s = user;
    struct connection *c;

    if (answer == NULL) {
        buf_reset(&s->answer);
        dns_fail(query, query_length, &s->answer);
        answer = (const uint8_t *)s->answer.data;
        length = s->answer.length;
    }
    if (!asker->tcp) {
        send_datagram(s->o.dns_udp, &asker->peer, asker->local, answer, length);
        return;
    }
    c = s->connections[asker->connection];
    if (c == NULL || c->serial != asker->serial) /* it has left */
        return;
    c->last_ns = clock_mono_ns();
    put_answer(c, answer, length);
    /* An error shows as an event on its own, where the connection ends. */
    push(s, asker->connection);
}

static void serve_connection(struct udp_server *s, uint32_t index, uint32_t events) {
    struct connection *c = s->connections[index];
    int r = 0;

    c->last_ns = clock_mono_ns();
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        ssize_t n = recv(c->fd, c->in + c->in_length, sizeof(c->in) - c->in_length, 0);

        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            r = -ECONNRESET;
        else if (n > 0) {
            c->in_length += (size_t)n;
            r = serve_queries(s, index);
        }
    }
    if (r == 0)
        r = push(s, index);
    if (r < 0)
        end(s, index);
}

/* Ends what idled too long; milliseconds until the next look, -1 when no connection is there. */
static int expire(struct udp_server *s) {
    uint64_t now = clock_mono_ns();
    int wait = -1;

    for (uint32_t i = 0; i < CONNECTIONS_MAX; i++) {
        if (s->connections[i] == NULL)
            continue;
        if (now - s->connections[i]->last_ns >= (uint64_t)IDLE_MS * 1000000)
            end(s, i);
        else
            wait = IDLE_MS / 4;
    }
    return wait;
}

static void *serve(void *user) {
    struct udp_server *s = user;
    struct epoll_event events[16];

    for (;;) {
        int n = epoll_wait(s->epoll, events, 16, expire(s));

        for (int i = 0; i < n; i++) {
            uint32_t what = events[i].data.u32;

            if (what == STOP)
                return NULL;
            if (what == DNS_TCP)
                accept_connections(s);
            else if (what == DNS_UDP || what == NTP_UDP)
                for (int k = 0; k < BURST; k++) {
                    if (!serve_datagram(s, what == DNS_UDP ? s->o.dns_udp : s->o.ntp_udp, what == DNS_UDP))
                        break;
                }
            else if (what == FORWARD)
                forward_serve(s->forward);
            else if (s->connections[what - CONNECTION] != NULL)
                serve_connection(s, what - CONNECTION, events[i].events);
        }
    }
}

static int prepare(struct udp_server *s, int fd, uint32_t what, bool datagrams) {
    int on = 1, flags;

    if (fd < 0)
        return 0;
    flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
        return -errno;
    if (datagrams && setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) < 0)
        return -errno;
    return watch(s, EPOLL_CTL_ADD, fd, EPOLLIN, what);
}

static void free_all(struct udp_server *s) {
    forward_free(s->forward);
    for (uint32_t i = 0; i < CONNECTIONS_MAX; i++)
        if (s->connections[i] != NULL)
            end(s, i);
    fd_close(&s->o.dns_udp);
    fd_close(&s->o.dns_tcp);
    fd_close(&s->o.ntp_udp);
    fd_close(&s->epoll);
    fd_close(&s->stop);
    buf_free(&s->answer);
    free(s);
}

static int open_forward(struct udp_server *s) {
    struct forward_options o = *s->o.forward;
    int r;

    o.done = forwarded;
    o.user = s;
    r = forward_new(&o, &s->forward);
    return r < 0 ? r : watch(s, EPOLL_CTL_ADD, forward_fd(s->forward), EPOLLIN, FORWARD);
}

int udp_server_new(const struct udp_options *options, struct udp_server **ret_server) {
    struct udp_server *s = calloc(1, sizeof(*s));
    int r = 0;

    if (s == NULL) {
        struct udp_options o = *options;

        fd_close(&o.dns_udp);
        fd_close(&o.dns_tcp);
        fd_close(&o.ntp_udp);
        return -ENOMEM;
    }
    s->o = *options;
    s->answer = (struct buf)BUF_INIT(DNS_TCP_MAX_BYTES);
    s->stop = eventfd(0, EFD_CLOEXEC);
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (s->stop < 0 || s->epoll < 0)
        r = -errno;
    if (r == 0)
        r = watch(s, EPOLL_CTL_ADD, s->stop, EPOLLIN, STOP);
    if (r == 0)
        r = prepare(s, s->o.dns_udp, DNS_UDP, true);
    if (r == 0)
        r = prepare(s, s->o.dns_tcp, DNS_TCP, false);
    if (r == 0)
        r = prepare(s, s->o.ntp_udp, NTP_UDP, true);
    if (r == 0 && s->o.forward != NULL)
        r = open_forward(s);
    s->o.forward = NULL; /* it was only lent */
    if (r == 0)
        r = -pthread_create(&s->thread, NULL, serve, s);
    if (r < 0) {
        free_all(s);
        return r;
    }
    *ret_server = s;
    return 0;
}

void udp_server_free(struct udp_server *s) {
    uint64_t one = 1;

    if (s == NULL)
        return;
    if (write(s->stop, &one, sizeof(one)) < 0)
        log_error("udp: cannot stop: %s", strerror(errno));
    pthread_join(s->thread, NULL);
    free_all(s);
}
