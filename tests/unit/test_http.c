/* SPDX-License-Identifier: Apache-2.0 */
/* http: requests and responses over real loopback sockets, well-formed and hostile. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/ssl.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "http/browser.h"
#include "http/http.h"
#include "http/tls.h"

static struct http_server *server;
static uint16_t port;

/* Answers by path; each test uses its own. */
static void handler(struct http_request *rq, void *user) {
    struct http_header type = {"Content-Type", "text/plain"};

    (void)user;
    if (text_is(rq->path, "/echo")) {
        char *data;
        size_t length;

        if (http_body_all(rq, 1 << 20, &data, &length) < 0)
            http_respond(rq, 400, NULL, 0, "bad body", 8);
        else
            http_respond(rq, 200, &type, 1, data, length);
    } else if (text_is(rq->path, "/refuse")) {
        http_respond(rq, 403, NULL, 0, "no", 2);
    } else if (text_is(rq->path, "/small")) {
        char *data;
        size_t length;
        int r = http_body_all(rq, 10, &data, &length);

        http_respond(rq, r == -EFBIG ? 413 : 200, NULL, 0, NULL, 0);
    } else if (text_is(rq->path, "/stream")) {
        assert_int_equal(http_begin(rq, 200, NULL, 0, -1), 0);
        http_write(rq, "one", 3);
        http_write(rq, "two", 3);
        http_end(rq);
    } else if (text_is(rq->path, "/short")) {
        http_begin(rq, 200, NULL, 0, 10);
        http_write(rq, "four", 4);
    } else if (text_is(rq->path, "/file")) {
        int fd = memfd_create("test", MFD_CLOEXEC);

        assert_int_equal(write(fd, "0123456789", 10), 10);
        http_respond_fd(rq, 206, NULL, 0, fd, 2, 5);
        close(fd);
    } else if (text_is(rq->path, "/sum")) { /* in odd pieces, as a slow consumer would */
        unsigned char piece[777];
        uint64_t sum = 0, count = 0;
        char text[64];
        ssize_t n;

        while ((n = http_body_read(rq, piece, sizeof(piece))) > 0) {
            for (ssize_t i = 0; i < n; i++)
                sum += piece[i];
            count += (uint64_t)n;
        }
        snprintf(text, sizeof(text), "%d %llu %llu", (int)n, (unsigned long long)count,
                 (unsigned long long)sum);
        http_respond(rq, 200, NULL, 0, text, strlen(text));
    } else if (text_is(rq->path, "/inject")) {
        struct http_header bad = {"X", "a\r\nSet-Cookie: b"};

        assert_int_equal(http_respond(rq, 200, &bad, 1, NULL, 0), -EINVAL);
        http_respond(rq, 200, NULL, 0, "clean", 5);
    } else if (text_is(rq->path, "/who")) {
        char *text = arena_printf(rq->arena, "%s|%s|%s|%s|%d|%s|%s", rq->method, rq->target, rq->path,
                                  rq->query ? rq->query : "(none)", rq->tls, rq->sni ? rq->sni : "(none)",
                                  http_header_get(rq, "x-THING") ? http_header_get(rq, "x-thing") : "(none)");

        assert_int_equal(ntohl(rq->local.sin_addr.s_addr), INADDR_LOOPBACK);
        assert_int_equal(ntohs(rq->local.sin_port), user ? *(uint16_t *)user : port);
        assert_int_not_equal(rq->peer.sin_port, 0);
        http_respond(rq, 200, &type, 1, text, strlen(text));
    } else if (text_is(rq->path, "/nothing")) {
        return;
    } else {
        http_respond(rq, 404, NULL, 0, NULL, 0);
    }
}

static int start(void **state) {
    struct http_server_options options = {.idle_timeout_ms = 20000};
    struct http_listen how = {.fd = -1, .address = "127.0.0.1", .handler = handler};

    (void)state;
    assert_int_equal(http_server_new(&options, &server), 0);
    assert_int_equal(http_server_listen(server, &how, &port), 0);
    return 0;
}

static int stop(void **state) {
    (void)state;
    http_server_free(server, 1000);
    return 0;
}

static int dial(uint16_t to) {
    struct sockaddr_in sa = {
        .sin_family = AF_INET, .sin_port = htons(to), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {10, 0};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return fd;
}

static void say(int fd, const char *text) {
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Until the peer closes. */
static char *rest(int fd) {
    static char text[70000];
    size_t length = 0;
    ssize_t n;

    while (length < sizeof(text) - 1 && (n = recv(fd, text + length, sizeof(text) - 1 - length, 0)) > 0)
        length += (size_t)n;
    text[length] = '\0';
    close(fd);
    return text;
}

/* Until `end` has been seen at the end. */
static char *until(int fd, const char *end) {
    static char text[70000];
    size_t length = 0;
    ssize_t n;

    text[0] = '\0';
    while (!text_ends(text, end)) {
        n = recv(fd, text + length, sizeof(text) - 1 - length, 0);
        if (n <= 0)
            fail_msg("closed after: %s", text);
        length += (size_t)n;
        text[length] = '\0';
    }
    return text;
}

static char *ask(const char *request) {
    int fd = dial(port);

    say(fd, request);
    return rest(fd);
}

static void has(const char *text, const char *part) {
    if (!strstr(text, part))
        fail_msg("\"%s\" not in: %s", part, text);
}

static void lacks(const char *text, const char *part) {
    if (strstr(text, part))
        fail_msg("\"%s\" in: %s", part, text);
}

#define CLOSE "Host: h\r\nConnection: close\r\n\r\n"

static void test_request_fields(void **state) {
    char *text;

    (void)state;
    text = ask("GET /who?a=%2F&b HTTP/1.1\r\nX-Thing:  spaced value \t\r\n" CLOSE);
    has(text, "HTTP/1.1 200 OK\r\nDate: ");
    has(text, "\r\nContent-Type: text/plain\r\n");
    has(text, "\r\nConnection: close\r\n");
    has(text, "\r\n\r\nGET|/who?a=%2F&b|/who|a=%2F&b|0|(none)|spaced value");
    has(ask("GET http://other.example/who?q HTTP/1.1\r\nX-Thing:\r\n" CLOSE),
        "GET|http://other.example/who?q|/who|q|0|(none)|");
    has(ask("GET /nothing HTTP/1.1\r\n" CLOSE), "HTTP/1.1 500 ");
}

static void test_pipeline(void **state) {
    int fd = dial(port);
    char *text;

    (void)state;
    say(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nfirst"
            "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
            "chunked\r\n\r\n3\r\nsec\r\n3;x=y\r\nond\r\n0\r\n"
            "Trailer: t\r\n\r\n"
            "POST /refuse HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\n\r\nskipped"
            "HEAD /echo HTTP/1.1\r\nHost: h\r\n\r\n"
            "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n"
            "GET /file HTTP/1.1\r\n" CLOSE);
    text = rest(fd);
    has(text, "\r\n\r\nfirstHTTP/1.1 200 OK\r\n");
    has(text, "\r\n\r\nsecondHTTP/1.1 403 Forbidden\r\n");
    has(text, "\r\n\r\nnoHTTP/1.1 200 OK\r\n");
    has(text, "Content-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n");
    has(text, "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\nHTTP/1.1 206 ");
    assert_true(text_ends(text, "\r\n\r\n23456"));
}

static void test_split_bytes(void **state) {
    const char *request = "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "4\r\nabcd\r\n0\r\n\r\nGET /who HTTP/1.1\r\n" CLOSE;
    int fd = dial(port), one = 1;
    char *text;

    (void)state;
    setsockopt(fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &one, sizeof(one));
    for (const char *p = request; *p; p++)
        assert_int_equal(send(fd, p, 1, MSG_NOSIGNAL), 1);
    text = rest(fd);
    has(text, "\r\n\r\nabcdHTTP/1.1 200 OK");
    has(text, "GET|/who|/who|(none)|");
}

/* The first bytes of the next head come with the last request's, the rest when that is answered. */
static void test_head_in_two(void **state) {
    (void)state;
    for (int i = 0; i < 20; i++) {
        int fd = dial(port);

        say(fd, "GET /who HTTP/1.1\r\nHost: h\r\n\r\nGET /wh");
        has(until(fd, "|0|(none)|(none)"), "HTTP/1.1 200 OK");
        say(fd, "o?two HTTP/1.1\r\n" CLOSE);
        has(rest(fd), "GET|/who?two|");
    }
}

static void test_http10(void **state) {
    char *text = ask("GET /who HTTP/1.0\r\n\r\n");

    (void)state;
    has(text, "Connection: close\r\n");
    text = ask("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    lacks(text, "chunked");
    assert_true(text_ends(text, "\r\n\r\nonetwo"));
}

static void test_expect(void **state) {
    int fd = dial(port);
    char *text;

    (void)state;
    say(fd, "PUT /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    assert_string_equal(until(fd, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    say(fd, "abc");
    has(until(fd, "abc"), "HTTP/1.1 200 OK");
    /* Refused: no 100, and the connection does not wait for a body that will not come. */
    say(fd, "PUT /refuse HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    text = rest(fd);
    lacks(text, "100 Continue");
    has(text, "HTTP/1.1 403 ");
    has(text, "Connection: close");
    /* What botocore needs of an empty body: the 100 all the same, else its next request is never sent. */
    fd = dial(port);
    say(fd, "PUT /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 0\r\n\r\n");
    text = until(fd, "Content-Length: 0\r\n\r\n");
    assert_true(text_starts(text, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
    say(fd, "PUT /refuse HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n");
    assert_true(text_starts(until(fd, "no"), "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 403 "));
    /* A chunked body is awaited like one with a length. */
    say(fd, "PUT /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert_string_equal(until(fd, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    say(fd, "0\r\n\r\n");
    has(until(fd, "Content-Length: 0\r\n\r\n"), "HTTP/1.1 200 OK");
    /* Who does not wait gets no 100. */
    say(fd, "PUT /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc");
    lacks(until(fd, "abc"), "100 Continue");
    close(fd);
    /* HTTP/1.0 does not know the word; others than the one that there is are refused, wherever they stand. */
    text = ask("PUT /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n");
    assert_true(text_starts(text, "HTTP/1.1 200 OK"));
    has(ask("PUT /echo HTTP/1.0\r\nExpect: magic\r\nContent-Length: 0\r\n\r\n"), " 200 OK");
    has(ask("PUT /echo HTTP/1.1\r\nExpect: magic\r\n" CLOSE), " 417 ");
    has(ask("PUT /echo HTTP/1.1\r\nExpect:\r\nContent-Length: 0\r\n" CLOSE), " 200 OK");
    has(ask("PUT /echo HTTP/1.1\r\nExpect: 100-continue\r\nExpect: magic\r\nContent-Length: 1\r\n" CLOSE),
        " 417 ");
}

static void test_limits(void **state) {
    char *big = malloc(80000), *text;
    int fd;

    (void)state;
    has(ask("PUT /small HTTP/1.1\r\nContent-Length: 11\r\n" CLOSE "12345678901"), " 413 ");
    has(ask("PUT /small HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" CLOSE "b\r\n12345678901\r\n0\r\n\r\n"),
        " 413 ");
    has(ask("PUT /small HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" CLOSE "a\r\n1234567890\r\n0\r\n\r\n"),
        " 200 ");

    memset(big, 'a', 80000);
    memcpy(big, "GET /", 5);
    big[79999] = '\0';
    fd = dial(port);
    send(fd, big, 79999, MSG_NOSIGNAL);
    has(rest(fd), "HTTP/1.1 414 ");

    memcpy(big, "GET / HTTP/1.1\r\nX: ", 19);
    fd = dial(port);
    send(fd, big, 79999, MSG_NOSIGNAL);
    has(rest(fd), "HTTP/1.1 431 ");
    free(big);

    /* A head of nearly 64 KiB is well. */
    big = malloc(65536);
    memset(big, 'a', 65536);
    memcpy(big, "GET /who HTTP/1.1\r\nX-Thing: ", 28);
    strcpy(big + 65000, "\r\n" CLOSE);
    text = ask(big);
    has(text, " 200 OK");
    free(big);

    struct buf many = BUF_INIT(65536);
    buf_puts(&many, "GET / HTTP/1.1\r\n");
    for (int i = 0; i < 600; i++)
        buf_puts(&many, "a: b\r\n");
    buf_puts(&many, CLOSE);
    has(ask(many.data), " 431 ");
    buf_free(&many);
}

static void test_malformed(void **state) {
    static const char *const bad[] = {
        "\r\n\r\nGARBAGE\r\n\r\n",
        "GET\r\n\r\n",
        "GET /\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", /* no Host */
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n: y\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /#frag HTTP/1.1\r\nHost: a\r\n\r\n",
        "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
        "FOO / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char *text = ask(bad[i]);

        if (!text_starts(text, "HTTP/1.1 4") && !text_starts(text, "HTTP/1.1 5"))
            fail_msg("%s was answered: %s", bad[i], text);
        if (!strstr(text, "Connection: close"))
            fail_msg("%s was kept: %s", bad[i], text);
    }
    has(ask("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "bad body");
    has(ask("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n"), "bad body");
    has(ask("GET /inject HTTP/1.1\r\n" CLOSE), "clean");
    assert_true(text_ends(ask("GET /short HTTP/1.1\r\nHost: h\r\n\r\n"), "four")); /* cut, not kept */
}

/* Valid requests with bytes changed, dropped and doubled: any answer will do, and the server lives. */
static void test_hammer(void **state) {
    static const char *const seeds[] = {
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "POST /echo?x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc",
        "GET /who HTTP/1.1\r\nHost: h\r\nX-Thing: a b\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    };
    uint32_t dice = 12345;

    (void)state;
    for (int i = 0; i < 600; i++) {
        char request[512];
        size_t length = strlen(seeds[i % 3]);
        int fd;

        memcpy(request, seeds[i % 3], length);
        for (int k = 0; k < 1 + i % 4; k++) {
            size_t at;

            dice = dice * 1664525 + 1013904223;
            at = (dice >> 8) % length;
            switch (dice >> 4 & 3) {
            case 0:
                request[at] = (char)(dice >> 16);
                break;
            case 1:
                memmove(request + at, request + at + 1, --length - at);
                break;
            case 2:
                memmove(request + at + 1, request + at, length++ - at);
                break;
            default:
                request[at] = "\r\n:; \t0"[(dice >> 20) % 7];
            }
        }
        fd = dial(port);
        send(fd, request, length, MSG_NOSIGNAL);
        shutdown(fd, SHUT_WR);
        rest(fd);
    }
    has(ask("GET /who HTTP/1.1\r\n" CLOSE), " 200 OK");
}

static void *send_much(void *arg) {
    static char block[65536];
    int fd = *(int *)arg;

    for (size_t i = 0; i < sizeof(block); i++)
        block[i] = (char)i;
    for (int i = 0; i < 256; i++) {
        if (send(fd, block, sizeof(block), MSG_NOSIGNAL) != sizeof(block))
            break;
    }
    return NULL;
}

static void test_large_body(void **state) {
    int fd = dial(port);
    pthread_t thread;
    char *text, want[64];

    (void)state;
    say(fd, "PUT /sum HTTP/1.1\r\nContent-Length: 16777216\r\n" CLOSE);
    pthread_create(&thread, NULL, send_much, &fd);
    text = until(fd, "2139095040");
    snprintf(want, sizeof(want), "\r\n\r\n0 16777216 2139095040");
    has(text, want);
    pthread_join(thread, NULL);
    close(fd);
    /* Refused unread: the answer arrives although the client is still sending. */
    fd = dial(port);
    say(fd, "PUT /refuse HTTP/1.1\r\nHost: h\r\nContent-Length: 16777216\r\n\r\n");
    pthread_create(&thread, NULL, send_much, &fd);
    text = until(fd, "no");
    has(text, "HTTP/1.1 403 ");
    has(text, "Connection: close");
    shutdown(fd, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(fd);
}

/* Whether every other thread of this process waits for something. */
static bool all_wait(void) {
    DIR *tasks = opendir("/proc/self/task");
    char path[64], line[512];
    bool wait = true;

    assert_non_null(tasks);
    for (struct dirent *d; wait && (d = readdir(tasks)) != NULL;) {
        FILE *f;

        snprintf(path, sizeof(path), "/proc/self/task/%.16s/stat", d->d_name);
        if (d->d_name[0] == '.' || atoi(d->d_name) == gettid() || (f = fopen(path, "re")) == NULL)
            continue;
        wait = fgets(line, sizeof(line), f) == NULL || strstr(line, ") S") != NULL;
        fclose(f);
    }
    closedir(tasks);
    return wait;
}

static void test_eviction(void **state) {
    struct http_server_options options = {.max_connections = 8};
    struct http_listen how = {.fd = -1, .address = "127.0.0.1", .handler = handler};
    struct http_server *narrow;
    static uint16_t p;
    int fds[8], extra;

    (void)state;
    how.user = &p;
    assert_int_equal(http_server_new(&options, &narrow), 0);
    assert_int_equal(http_server_listen(narrow, &how, &p), 0);
    for (int i = 0; i < 8; i++) {
        fds[i] = dial(p);
        say(fds[i], "GET /refuse HTTP/1.1\r\nHost: h\r\n\r\n");
        has(until(fds[i], "no"), "403");
        /* The server may have answered and not be idle yet. */
        for (uint64_t start = clock_mono_ns(); !all_wait(); sched_yield())
            assert_true(clock_mono_ns() - start < 10000000000ULL);
    }
    extra = dial(p); /* a ninth: the first, idle the longest, has to go */
    say(extra, "GET /who HTTP/1.1\r\n" CLOSE);
    has(rest(extra), "200 OK");
    assert_string_equal(rest(fds[0]), "");
    for (int i = 1; i < 8; i++) {
        say(fds[i], "GET /refuse HTTP/1.1\r\nHost: h\r\n\r\n");
        has(until(fds[i], "no"), "403");
        close(fds[i]);
    }
    http_server_free(narrow, 1000);
}

/* From another address of loopback's /8. */
static int dial_from(uint32_t address, uint16_t to) {
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
    struct timeval patience = {10, 0};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
    sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sa.sin_port = htons(to);
    assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return fd;
}

static size_t threads(void) {
    DIR *tasks = opendir("/proc/self/task");
    size_t count = 0;

    while (readdir(tasks) != NULL)
        count++;
    closedir(tasks);
    return count - 2;
}

/* Whether the peer has ended this connection. */
static bool is_over(int fd) {
    char byte;

    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

static void is_served(int fd) {
    say(fd, "GET /refuse HTTP/1.1\r\nHost: h\r\n\r\n");
    has(until(fd, "no"), "403");
}

enum { ENI_A = 0x7f000110, ENI_B = 0x7f000120, ENI_C = 0x7f000130 }; /* of 16 addresses each */

/* Three who share a listener, and one next to it. */
static void test_shares(void **state) {
    enum { MAX = 16, MANY = 60 };
    struct http_server_options options = {.max_connections = MAX};
    struct http_listen how = {
        .fd = -1, .address = "127.0.0.1", .handler = handler, .party_bits = 4, .strangers = true};
    struct http_server *shared;
    int half[MANY], second[MANY], kept, own, b, c, fd;
    uint16_t p, loopback;

    (void)state;
    assert_int_equal(http_server_new(&options, &shared), 0);
    assert_int_equal(http_server_listen(shared, &how, &p), 0);
    how.strangers = false;
    how.party_bits = 0;
    assert_int_equal(http_server_listen(shared, &how, &loopback), 0);
    b = dial_from(ENI_B, p);
    is_served(b);
    own = dial_from(ENI_A + 1, p);
    is_served(own);
    kept = dial_from(ENI_A, p);
    is_served(kept);
    /* Half heads from A: its oldest half heads go, its kept connection, its other address and the others stay. */
    for (int i = 0; i < MANY; i++) {
        half[i] = dial_from(ENI_A, p);
        say(half[i], i % 2 ? "GET /refuse HTTP/1.1\r\nHo" : "G");
    }
    is_served(b);
    is_served(own);
    is_served(kept);
    assert_string_equal(rest(half[0]), "");
    assert_false(is_over(half[MANY - 1]));
    say(half[MANY - 1], "st: h\r\nConnection: close\r\n\r\n");
    has(rest(half[MANY - 1]), " 403 ");
    /* B comes with as many; C, who comes last, finds a seat. */
    for (int i = 0; i < MANY; i++)
        second[i] = dial_from(ENI_B + 2, p);
    is_served(b);
    is_served(own);
    c = dial_from(ENI_C, p);
    is_served(c);
    is_served(own);
    /* The listener next to it has not noticed. */
    for (int i = 0; i < MAX; i++) {
        fd = dial(loopback);
        is_served(fd);
        close(fd);
    }
    for (int i = 1; i < MANY - 1; i++)
        close(half[i]);
    for (int i = 0; i < MANY; i++)
        close(second[i]);
    close(b);
    close(c);
    close(own);
    close(kept);
    http_server_free(shared, 1000);
}

/* Uploads that do not go on: who comes next ends the oldest, and nobody waits for one. */
static void test_half_bodies(void **state) {
    enum { MAX = 8 };
    struct http_server_options options = {.max_connections = MAX};
    struct http_listen how = {.fd = -1, .address = "127.0.0.1", .handler = handler};
    struct http_server *narrow;
    int fds[3 * MAX], fd;
    uint16_t p;

    (void)state;
    assert_int_equal(http_server_new(&options, &narrow), 0);
    assert_int_equal(http_server_listen(narrow, &how, &p), 0);
    for (int i = 0; i < 3 * MAX; i++) {
        fds[i] = dial(p);
        say(fds[i], "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nab");
        fd = dial(p);
        is_served(fd);
        close(fd);
    }
    for (int i = 0; i < 3 * MAX; i++)
        close(fds[i]);
    http_server_free(narrow, 0);
}

/* Who waits costs no thread: before a head, in one, after an answer, in a TLS handshake and in a TLS record. */
static void test_threads(void **state) {
    enum { EACH = 80 };
    char dir[] = "/tmp/test_http-XXXXXX", path[64];
    struct http_listen how = {.fd = -1, .address = "127.0.0.1", .handler = handler};
    int fds[5 * EACH];
    struct http_server *quiet;
    uint16_t plain, secure;
    size_t before;

    (void)state;
    assert_non_null(mkdtemp(dir));
    assert_int_equal(http_server_new(NULL, &quiet), 0);
    assert_int_equal(http_server_listen(quiet, &how, &plain), 0);
    assert_int_equal(tls_ca_open(dir, &how.tls), 0);
    assert_int_equal(http_server_listen(quiet, &how, &secure), 0);
    before = threads();
    for (int i = 0; i < EACH; i++) {
        fds[i] = dial(plain);
        fds[EACH + i] = dial(plain);
        say(fds[EACH + i], "GET /refuse HTTP/1.1\r\nHo");
        fds[2 * EACH + i] = dial(plain);
        is_served(fds[2 * EACH + i]);
        fds[3 * EACH + i] = dial(secure);
        fds[4 * EACH + i] = dial(secure);
        assert_int_equal(send(fds[4 * EACH + i], "\x16\x03\x01\x02\x00\x01\x00", 7, 0), 7);
    }
    /* Of the 400 some have just been served: a few threads more keep those for a moment. */
    assert_true(threads() < before + 40);
    for (int i = 0; i < 3 * EACH; i++) {
        if (i >= EACH && i < 2 * EACH) {
            say(fds[i], "st: h\r\nConnection: close\r\n\r\n");
            has(rest(fds[i]), " 403 ");
        } else {
            is_served(fds[i]);
            close(fds[i]);
        }
    }
    for (int i = 3 * EACH; i < 5 * EACH; i++)
        close(fds[i]);
    http_server_free(quiet, 1000);
    tls_ca_free(how.tls);
    snprintf(path, sizeof(path), "%s/ca.key", dir);
    unlink(path);
    snprintf(path, sizeof(path), "%s/ca.crt", dir);
    unlink(path);
    rmdir(dir);
}

static void test_browsers(void **state) {
    static const char *const ours[] = {"127.0.0.1:4566",
                                       "127.9.9.9",
                                       "localhost",
                                       "LOCALHOST:1",
                                       "bucket.localhost:4566",
                                       "localhost.",
                                       "[::1]:4566",
                                       "ec2.ap-northeast-1.amazonaws.com",
                                       "b.s3.cn-north-1.amazonaws.com.cn:443",
                                       "s3.dualstack.us-east-1.api.aws"};
    static const char *const foreign[] = {"evil.example",
                                          "evil.example:4566",
                                          "127.0.0.1.evil.example",
                                          "localhost.evil",
                                          "evilamazonaws.com",
                                          ".localhost.evil",
                                          "amazonaws.com.de",
                                          "127.0.0.1:4566.evil",
                                          "[::1].evil",
                                          "",
                                          "localhost:80@evil.com",
                                          "2130706433"};
    static const char *const addresses[] = {"0.0.0.0", "10.0.0.1:4566", "192.0.2.1", "[2001:db8::1]:80"};
    struct http_header h[] = {{"Host", "localhost"}, {"User-Agent", "aws-cli/2"}, {"X", "y"}};
    struct http_request rq = {.headers = h, .header_count = 3};

    (void)state;
    assert_true(browser_host_is_ours(NULL, false));
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        assert_true(browser_host_is_ours(ours[i], false));
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
        if (browser_host_is_ours(foreign[i], true))
            fail_msg("%s is ours", foreign[i]);
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        assert_false(browser_host_is_ours(addresses[i], false));
        assert_true(browser_host_is_ours(addresses[i], true));
    }
    assert_false(browser_sent(&rq));
    h[2] =
        (struct http_header){"sec-fetch-mode", "cors"}; /* a program's fetch(): browsers say the site too */
    assert_false(browser_sent(&rq));
    for (size_t i = 0; i < 3; i++) {
        static const struct http_header marks[] = {
            {"origin", "null"}, {"Sec-Fetch-Site", "none"}, {"User-Agent", "Mozilla/5.0 (X11)"}};

        h[2] = marks[i];
        if (i == 2)
            h[1] = marks[i];
        assert_true(browser_sent(&rq));
    }
}

static void test_timeouts(void **state) {
    struct http_server_options options = {.idle_timeout_ms = 120, .head_timeout_ms = 60};
    struct http_listen how = {.fd = -1, .address = "127.0.0.1", .handler = handler};
    struct http_server *hasty;
    uint16_t p;
    int idle, slow, body;

    (void)state;
    assert_int_equal(http_server_new(&options, &hasty), 0);
    assert_int_equal(http_server_listen(hasty, &how, &p), 0);
    idle = dial(p);
    slow = dial(p);
    say(slow, "GET /who HTTP/1.1\r\nHo");
    body = dial(p);
    say(body, "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
    assert_string_equal(rest(idle), "");
    has(rest(slow), "HTTP/1.1 408 ");
    has(rest(body), "HTTP/1.1 400 ");
    http_server_free(hasty, 0);
}

static void test_handed_descriptor_and_stop(void **state) {
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct http_listen how = {.fd = socket(AF_INET, SOCK_STREAM, 0), .handler = handler};
    struct http_server *other;
    static uint16_t p;
    int fd;

    (void)state;
    how.user = &p;
    assert_int_equal(bind(how.fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
    assert_int_equal(listen(how.fd, 5), 0);
    assert_int_equal(http_server_new(NULL, &other), 0);
    assert_int_equal(http_server_listen(other, &how, &p), 0);
    fd = dial(p);
    say(fd, "GET /who HTTP/1.1\r\nHost: h\r\n\r\n");
    has(until(fd, "(none)"), "200 OK");
    http_server_free(other, 60000); /* an idle connection does not hold it up */
    assert_string_equal(rest(fd), "");
    assert_int_equal(http_server_new(NULL, &other), 0);
    http_server_free(other, 0);
}

static SSL *dial_tls(SSL_CTX *ctx, const char *name, SSL_SESSION *session, int *ret_fd, uint16_t to) {
    SSL *ssl = SSL_new(ctx);

    *ret_fd = dial(to);
    SSL_set_fd(ssl, *ret_fd);
    if (name) {
        SSL_set_tlsext_host_name(ssl, name);
        SSL_set1_host(ssl, name);
    }
    if (session)
        SSL_set_session(ssl, session);
    assert_int_equal(SSL_connect(ssl), 1);
    return ssl;
}

static char *ask_tls(SSL *ssl, const char *request) {
    static char text[4096];
    size_t length = 0;
    int n;

    assert_int_equal(SSL_write(ssl, request, (int)strlen(request)), (int)strlen(request));
    while ((n = SSL_read(ssl, text + length, (int)(sizeof(text) - 1 - length))) > 0)
        length += (size_t)n;
    assert_int_equal(SSL_get_error(ssl, n), SSL_ERROR_ZERO_RETURN); /* a proper end */
    text[length] = '\0';
    return text;
}

static void test_tls(void **state) {
    char dir[] = "/tmp/test_http-XXXXXX", path[64], *text;
    struct http_listen how = {.fd = -1, .address = "127.0.0.1", .handler = handler};
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    struct http_server *secure;
    SSL_SESSION *session;
    struct tls_ca *ca, *again;
    static uint16_t p;
    struct stat st;
    SSL *ssl;
    int fd;

    (void)state;
    assert_non_null(mkdtemp(dir));
    assert_int_equal(tls_ca_open(dir, &again), 0);
    assert_int_equal(tls_ca_open(dir, &ca), 0);
    assert_string_equal(tls_ca_pem(ca), tls_ca_pem(again)); /* kept, not made anew */
    tls_ca_free(again);
    snprintf(path, sizeof(path), "%s/ca.key", dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    unlink(path);
    assert_int_equal(tls_ca_open(dir, &again), -ENOENT);
    snprintf(path, sizeof(path), "%s/ca.crt", dir);
    assert_int_equal(SSL_CTX_load_verify_file(ctx, path), 1);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    unlink(path);
    rmdir(dir);

    how.tls = ca;
    how.user = &p;
    assert_int_equal(http_server_new(NULL, &secure), 0);
    assert_int_equal(http_server_listen(secure, &how, &p), 0);
    ssl = dial_tls(ctx, "my.bucket.s3.ap-northeast-1.amazonaws.com", NULL, &fd, p);
    text = ask_tls(ssl, "GET /who HTTP/1.1\r\n" CLOSE);
    has(text, "GET|/who|/who|(none)|1|my.bucket.s3.ap-northeast-1.amazonaws.com|");
    session = SSL_get1_session(ssl);
    SSL_shutdown(ssl); /* else the session does not count as resumable */
    SSL_free(ssl);
    close(fd);
    ssl = dial_tls(ctx, "my.bucket.s3.ap-northeast-1.amazonaws.com", session, &fd, p);
    assert_int_equal(SSL_session_reused(ssl), 1);
    has(ask_tls(ssl, "GET /file HTTP/1.1\r\n" CLOSE), "\r\n\r\n23456");
    SSL_SESSION_free(session);
    SSL_free(ssl);
    close(fd);
    /* No name: the certificate is for the address. */
    ssl = SSL_new(ctx);
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), "127.0.0.1");
    fd = dial(p);
    SSL_set_fd(ssl, fd);
    assert_int_equal(SSL_connect(ssl), 1);
    has(ask_tls(ssl, "GET /stream HTTP/1.1\r\n" CLOSE), "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
    SSL_free(ssl);
    close(fd);
    /* Plain bytes at a TLS port, and a name that is none. */
    fd = dial(p);
    say(fd, "GET / HTTP/1.1\r\n\r\n");
    lacks(rest(fd), "HTTP/1.1");
    ssl = SSL_new(ctx);
    fd = dial(p);
    SSL_set_fd(ssl, fd);
    SSL_set_tlsext_host_name(ssl, "a,DNS:b");
    assert_int_not_equal(SSL_connect(ssl), 1);
    SSL_free(ssl);
    close(fd);
    SSL_CTX_free(ctx);
    http_server_free(secure, 1000);
    tls_ca_free(ca);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_fields),
        cmocka_unit_test(test_pipeline),
        cmocka_unit_test(test_split_bytes),
        cmocka_unit_test(test_head_in_two),
        cmocka_unit_test(test_http10),
        cmocka_unit_test(test_expect),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_hammer),
        cmocka_unit_test(test_large_body),
        cmocka_unit_test(test_eviction),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_half_bodies),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_browsers),
        cmocka_unit_test(test_timeouts),
        cmocka_unit_test(test_handed_descriptor_and_stop),
        cmocka_unit_test(test_tls),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
