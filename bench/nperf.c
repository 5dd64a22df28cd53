/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nperf: small loads for a network path, and their server.
 *
 *   nperf srv  --port P --stat FILE [--bind IP]   serve until killed (forks one child per role)
 *        P    TCP echo (1 byte ping-pong)
 *        P+1  TCP: read 1 byte, write 1 byte, close first (TIME_WAIT stays on the server,
 *             so that the client's port is free again at once)
 *        P+2  UDP echo
 *        P+3  UDP sink; the number of datagrams received is kept in FILE (mmap)
 *        P+4  TCP sink; the number of bytes received is kept behind it
 *   nperf rr   --host IP --port P --proto tcp|udp --secs S
 *        prints: n p50_ns p99_ns mean_ns
 *   nperf crr  --host IP --port P --secs S --conc N      prints: connections/s failures
 *   nperf pps  --host IP --port P --stat FILE --secs S --flows N --size BYTES --rate PPS(0=flood)
 *        prints: sent/s received/s
 *   nperf flow --host IP --port P --secs S                prints: bytes/s sent over one connection
 *   nperf spin --cpu N                                   SCHED_IDLE spinner: keeps the CPU out of halt
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *host = "127.0.0.1", *proto = "tcp", *statf, *bindip = "0.0.0.0";
static int port = 7000, flows = 1, size = 18, conc = 8, cpu;
static double secs = 1;
static long rate;

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000ull + t.tv_nsec;
}
static void die(const char *m) {
    perror(m);
    exit(1);
}

static struct sockaddr_in addr(const char *ip, int p) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(p)};
    if (inet_pton(AF_INET, ip, &a.sin_addr) != 1) {
        fprintf(stderr, "bad ip %s\n", ip);
        exit(1);
    }
    return a;
}
static int lsock(int type, int p) {
    int s = socket(AF_INET, type, 0), one = 1;
    struct sockaddr_in a = addr(bindip, p);
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (type == SOCK_DGRAM) {
        int b = 4 << 20;
        setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &b, sizeof b);
    }
    /* The children of a server that was just killed may still be there. */
    for (int i = 0; bind(s, (void *)&a, sizeof a); i++) {
        if (errno != EADDRINUSE || i == 200)
            die("bind");
        usleep(10000);
    }
    if (type == SOCK_STREAM && listen(s, 1024))
        die("listen");
    return s;
}
static volatile uint64_t *statmap(void) {
    if (!statf) {
        fprintf(stderr, "--stat needed\n");
        exit(1);
    }
    int fd = open(statf, O_RDWR | O_CREAT, 0644);
    if (fd < 0 || ftruncate(fd, 4096))
        die(statf);
    void *m = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (m == MAP_FAILED)
        die("mmap");
    close(fd);
    return m;
}
static void nodelay(int c) {
    int one = 1;
    setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static void srv_echo(int s) {
    for (;;) {
        int c = accept(s, 0, 0);
        if (c < 0)
            continue;
        nodelay(c);
        char b[64];
        ssize_t n;
        while ((n = read(c, b, sizeof b)) > 0)
            if (write(c, b, n) != n)
                break;
        close(c);
    }
}
/* False: the byte is not there yet. */
static int answered(int c) {
    char b;
    ssize_t n = recv(c, &b, 1, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        return 0;
    if (n == 1)
        send(c, &b, 1, MSG_NOSIGNAL);
    close(c);
    return 1;
}
/* Never waits for one client: when the machine is busy and a client has not gone on to its byte, the others would queue
 * behind it until they gave up, and count as connections that the path has lost. */
static void srv_close(int s) {
    struct epoll_event e = {.events = EPOLLIN, .data.fd = s}, events[64];
    int ep = epoll_create1(0);
    if (ep < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, s, &e) || fcntl(s, F_SETFL, O_NONBLOCK))
        die("epoll");
    for (;;) {
        int n = epoll_wait(ep, events, 64, -1), c;
        for (int i = 0; i < n; i++) {
            if (events[i].data.fd != s) {
                answered(events[i].data.fd);
                continue;
            }
            while ((c = accept(s, 0, 0)) >= 0) {
                e.data.fd = c;
                if (!answered(c) && epoll_ctl(ep, EPOLL_CTL_ADD, c, &e))
                    close(c);
            }
        }
    }
}
static void srv_uecho(int s) {
    for (;;) {
        char b[2048];
        struct sockaddr_in a;
        socklen_t l = sizeof a;
        ssize_t n = recvfrom(s, b, sizeof b, 0, (void *)&a, &l);
        if (n >= 0)
            sendto(s, b, n, 0, (void *)&a, l);
    }
}
#define VL 64
static void srv_sink(int s) {
    volatile uint64_t *st = statmap();
    static char buf[VL][2048];
    static struct mmsghdr m[VL];
    static struct iovec iv[VL];
    for (int i = 0; i < VL; i++) {
        iv[i] = (struct iovec){buf[i], sizeof buf[i]};
        m[i].msg_hdr.msg_iov = &iv[i];
        m[i].msg_hdr.msg_iovlen = 1;
    }
    for (;;) {
        int n = recvmmsg(s, m, VL, MSG_WAITFORONE, 0);
        if (n > 0)
            st[0] += n;
    }
}
static void srv_tcp_sink(int s) {
    volatile uint64_t *st = statmap();
    static char buf[1 << 17];
    for (;;) {
        int c = accept(s, 0, 0);
        if (c < 0)
            continue;
        ssize_t n;
        while ((n = read(c, buf, sizeof buf)) > 0)
            st[1] += n;
        close(c);
    }
}
static int mode_srv(void) {
    struct {
        void (*f)(int);
        int type, off;
    } r[] = {{srv_echo, SOCK_STREAM, 0}, {srv_close, SOCK_STREAM, 1}, {srv_close, SOCK_STREAM, 1},
             {srv_uecho, SOCK_DGRAM, 2}, {srv_sink, SOCK_DGRAM, 3},   {srv_tcp_sink, SOCK_STREAM, 4}};
    int s = -1;
    for (unsigned i = 0; i < sizeof r / sizeof *r; i++) {
        if (!i || r[i].off != r[i - 1].off)
            s = lsock(r[i].type, port + r[i].off);
        pid_t parent = getpid();
        if (!fork()) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() != parent)
                _exit(0);
            signal(SIGPIPE, SIG_IGN);
            r[i].f(s);
            _exit(0);
        }
    }
    for (;;)
        pause();
}

static int cmpu(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}
static int mode_rr(void) {
    int tcp = !strcmp(proto, "tcp");
    int s = socket(AF_INET, tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
    struct sockaddr_in a = addr(host, tcp ? port : port + 2);
    struct timeval tv = {1, 0};
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv);
    if (connect(s, (void *)&a, sizeof a))
        die("connect");
    if (tcp)
        nodelay(s);
    size_t cap = 1 << 21, n = 0, lost = 0;
    uint32_t *v = malloc(cap * sizeof *v);
    char b[16] = "x";
    for (int i = 0; i < 200; i++) {
        if (write(s, b, 1) != 1)
            die("write");
        if (read(s, b, sizeof b) < 1 && ++lost > 3)
            die("rr: no echo");
    }
    uint64_t t0 = now(), end = t0 + secs * 1e9, t = t0, sum = 0;
    while (t < end && n < cap) {
        if (write(s, b, 1) != 1)
            die("write");
        ssize_t r = read(s, b, sizeof b);
        uint64_t t2 = now();
        if (r < 1) {
            if (tcp || ++lost > 3)
                die("rr: lost");
            t = t2;
            continue;
        }
        v[n++] = t2 - t > UINT32_MAX ? UINT32_MAX : t2 - t;
        sum += t2 - t;
        t = t2;
    }
    if (!n)
        return 1;
    qsort(v, n, sizeof *v, cmpu);
    printf("%zu %u %u %.0f\n", n, v[n / 2], v[(size_t)(n * 0.99)], (double)sum / n);
    return 0;
}
static int mode_crr(void) {
    volatile uint64_t *sh = mmap(0, 4096 * 64, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct sockaddr_in a = addr(host, port + 1);
    if (conc > 64)
        conc = 64;
    uint64_t end = now() + secs * 1e9;
    for (int i = 0; i < conc; i++)
        if (!fork()) {
            volatile uint64_t *c = sh + i * 512;
            while (now() < end) {
                int s = socket(AF_INET, SOCK_STREAM, 0), ok = 0;
                struct timeval tv = {1, 0};
                setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
                setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv);
                char b = 'x';
                if (!connect(s, (void *)&a, sizeof a) && write(s, &b, 1) == 1 && read(s, &b, 1) == 1 &&
                    read(s, &b, 1) == 0)
                    ok = 1;
                close(s);
                c[!ok]++;
            }
            _exit(0);
        }
    while (wait(0) > 0) {
    }
    uint64_t ok = 0, bad = 0;
    for (int i = 0; i < conc; i++) {
        ok += sh[i * 512];
        bad += sh[i * 512 + 1];
    }
    printf("%.0f %lu\n", ok / secs, (unsigned long)bad);
    return 0;
}
static int mode_pps(void) {
    volatile uint64_t *st = statmap();
    if (flows < 1)
        flows = 1;
    if (flows > 1024)
        flows = 1024;
    int s[1024];
    for (int i = 0; i < flows; i++) {
        s[i] = socket(AF_INET, SOCK_DGRAM, 0);
        struct sockaddr_in a = addr(host, port + 3);
        int b = 4 << 20;
        setsockopt(s[i], SOL_SOCKET, SO_SNDBUFFORCE, &b, sizeof b);
        if (connect(s[i], (void *)&a, sizeof a))
            die("connect");
    }
    static char buf[2048];
    struct mmsghdr m[VL];
    struct iovec iv = {buf, size};
    memset(m, 0, sizeof m);
    for (int i = 0; i < VL; i++) {
        m[i].msg_hdr.msg_iov = &iv;
        m[i].msg_hdr.msg_iovlen = 1;
    }
    /* warm ARP and flow state up */
    for (int i = 0; i < flows; i++) {
        if (send(s[i], buf, size, 0) < 0) {
        }
        if (!(i % 16))
            usleep(1000);
    }
    usleep(50000);
    uint64_t r0 = st[0], sent = 0, t0 = now(), end = t0 + secs * 1e9, t;
    int f = 0, bl = flows > 1 ? 16 : VL;
    while ((t = now()) < end) {
        if (rate && sent > (t - t0) * 1e-9 * rate) {
            struct timespec z = {0, 20000};
            nanosleep(&z, 0);
            continue;
        }
        int n = sendmmsg(s[f], m, bl, 0);
        if (n > 0)
            sent += n;
        else if (errno == ENOBUFS || errno == EAGAIN || errno == ECONNREFUSED) {
            struct timespec z = {0, 20000};
            nanosleep(&z, 0);
        }
        if (++f == flows)
            f = 0;
    }
    double dt = (now() - t0) * 1e-9;
    uint64_t r1 = st[0];
    printf("%.0f %.0f\n", sent / dt, (r1 - r0) / dt);
    return 0;
}
static int mode_flow(void) {
    static char buf[1 << 17];
    int s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = addr(host, port + 4);
    struct timeval tv = {1, 0};
    setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv);
    if (connect(s, (void *)&a, sizeof a))
        die("connect");
    uint64_t t0 = now(), end = t0 + secs * 1e9, sent = 0;
    while (now() < end) {
        ssize_t n = write(s, buf, sizeof buf);
        if (n > 0)
            sent += n;
        else if (errno != EAGAIN)
            die("flow");
    }
    printf("%.0f\n", sent / ((now() - t0) * 1e-9));
    return 0;
}
static int mode_spin(void) {
    struct sched_param p = {0};
    cpu_set_t c;
    CPU_ZERO(&c);
    CPU_SET(cpu, &c);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (sched_setscheduler(0, SCHED_IDLE, &p) || sched_setaffinity(0, sizeof c, &c))
        die("spin");
    if (nice(19) < 0) /* so that its time is told apart from the loads' in /proc/stat */
        die("nice");
    for (volatile unsigned i = 0; c.__bits[0] || i + 1; i++) {
    }
    return 0;
}
int main(int c, char **v) {
    if (c < 2)
        return 2;
    for (int i = 2; i + 1 < c; i += 2) {
        char *k = v[i], *x = v[i + 1];
        if (!strcmp(k, "--host"))
            host = x;
        else if (!strcmp(k, "--bind"))
            bindip = x;
        else if (!strcmp(k, "--port"))
            port = atoi(x);
        else if (!strcmp(k, "--proto"))
            proto = x;
        else if (!strcmp(k, "--stat"))
            statf = x;
        else if (!strcmp(k, "--secs"))
            secs = atof(x);
        else if (!strcmp(k, "--flows"))
            flows = atoi(x);
        else if (!strcmp(k, "--size"))
            size = atoi(x);
        else if (!strcmp(k, "--conc"))
            conc = atoi(x);
        else if (!strcmp(k, "--cpu"))
            cpu = atoi(x);
        else if (!strcmp(k, "--rate"))
            rate = atol(x);
        else {
            fprintf(stderr, "unknown option %s\n", k);
            return 2;
        }
    }
    if (!strcmp(v[1], "srv"))
        return mode_srv();
    if (!strcmp(v[1], "rr"))
        return mode_rr();
    if (!strcmp(v[1], "crr"))
        return mode_crr();
    if (!strcmp(v[1], "pps"))
        return mode_pps();
    if (!strcmp(v[1], "flow"))
        return mode_flow();
    if (!strcmp(v[1], "spin"))
        return mode_spin();
    return 2;
}
