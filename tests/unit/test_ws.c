/* SPDX-License-Identifier: Apache-2.0 */
/* ws: both ends against each other, and raw frames against the server's end. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "http/tls.h"
#include "http/ws.h"
#include "http/ws_wire.h"

static struct http_server *server;
static struct tls_ca *ca;
static char dir[] = "/tmp/test_ws-XXXXXX", ca_file[64];
static uint16_t plain_port, tls_port;

/* Echoes until the end; "bye" makes it close. */
static void echo(struct http_request *rq, void *user) {
    struct ws_options options = {.protocol = text_is(rq->path, "/proto") ? "p1" : NULL,
                                 .max_message_bytes = 300000};
    struct ws_message m;
    struct ws *ws;

    (void)user;
    if (text_is(rq->path, "/denied") || http_upgrade_websocket(rq, &options, &ws) < 0) {
        http_respond(rq, 400, NULL, 0, "no", 2);
        return;
    }
    if (http_header_get(rq, "x-greet"))
        ws_write(ws, WS_TEXT, http_header_get(rq, "x-greet"), strlen(http_header_get(rq, "x-greet")), -1);
    while (ws_read(ws, -1, &m) == 0) {
        if (m.length == 3 && memcmp(m.data, "bye", 3) == 0)
            ws_close(ws, 4001, "as asked");
        else
            ws_write(ws, m.type, m.data, m.length, -1);
    }
    ws_free(ws);
}

static int start(void **state) {
    struct http_listen how = {.fd = -1, .address = "127.0.0.1", .handler = echo};

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(ca_file, sizeof(ca_file), "%s/ca.crt", dir);
    assert_int_equal(tls_ca_open(dir, &ca), 0);
    assert_int_equal(http_server_new(NULL, &server), 0);
    assert_int_equal(http_server_listen(server, &how, &plain_port), 0);
    how.tls = ca;
    assert_int_equal(http_server_listen(server, &how, &tls_port), 0);
    return 0;
}

static int stop(void **state) {
    char key[64];

    (void)state;
    http_server_free(server, 1000);
    tls_ca_free(ca);
    snprintf(key, sizeof(key), "%s/ca.key", dir);
    unlink(key);
    unlink(ca_file);
    rmdir(dir);
    return 0;
}

static int open_ws(bool secure, const char *tail, const struct http_header *headers, size_t count,
                   struct ws **ret_ws, char *error) {
    char url[128];
    struct ws_connect how = {.url = url, .ca_file = ca_file, .headers = headers, .header_count = count};

    snprintf(url, sizeof(url), "%s://127.0.0.1:%u%s", secure ? "wss" : "ws", secure ? tls_port : plain_port,
             tail);
    return ws_connect(&how, error, ret_ws);
}

static void exchange(bool secure) {
    struct http_header greet = {"X-Greet", "hello there"};
    struct ws_message m;
    struct ws *ws;
    char *big;

    assert_int_equal(open_ws(secure, "?stream=input", &greet, 1, &ws, NULL), 0);
    assert_int_equal(ws_read(ws, -1, &m), 0);
    assert_int_equal(m.type, WS_TEXT);
    assert_memory_equal(m.data, "hello there", 11);
    assert_int_equal(ws_read(ws, 0, &m), -EAGAIN);
    assert_int_equal(ws_ping(ws), 0);
    assert_int_equal(ws_write(ws, WS_BINARY, "", 0, -1), 0);
    assert_int_equal(ws_read(ws, -1, &m), 0);
    assert_int_equal(m.length, 0);
    assert_int_equal(m.type, WS_BINARY);
    big = malloc(300000);
    for (int i = 0; i < 300000; i++)
        big[i] = (char)(i * 7);
    assert_int_equal(ws_write(ws, WS_BINARY, big, 300000, -1), 0);
    assert_int_equal(ws_read(ws, -1, &m), 0);
    assert_int_equal(m.length, 300000);
    assert_memory_equal(m.data, big, 300000);
    free(big);
    assert_int_equal(ws_write(ws, WS_TEXT, "bye", 3, -1), 0);
    assert_int_equal(ws_read(ws, -1, &m), -ESHUTDOWN);
    assert_int_equal(ws_close_code(ws), 4001);
    assert_int_equal(ws_write(ws, WS_TEXT, "x", 1, -1), -ESHUTDOWN);
    ws_free(ws);
}

static void test_exchange(void **state) {
    (void)state;
    exchange(false);
    exchange(true);
}

static void test_close_by_client(void **state) {
    struct ws_message m;
    struct ws *ws;

    (void)state;
    assert_int_equal(open_ws(true, "/proto", NULL, 0, &ws, NULL), 0);
    assert_int_equal(ws_close(ws, 1000, "done"), 0);
    assert_int_equal(ws_read(ws, -1, &m), -ESHUTDOWN);
    assert_int_equal(ws_close_code(ws), 1000);
    ws_free(ws);
    /* A message over the other end's limit ends the connection with 1009. */
    assert_int_equal(open_ws(false, "/", NULL, 0, &ws, NULL), 0);
    char *big = calloc(1, 300001);
    ws_write(ws, WS_BINARY, big, 300001, -1);
    free(big);
    assert_int_equal(ws_read(ws, -1, &m), -ESHUTDOWN);
    assert_int_equal(ws_close_code(ws), 1009);
    ws_free(ws);
}

enum { MESSAGES = 2000 };

static void *write_many(void *arg) {
    char text[900];

    memset(text, 'x', sizeof(text));
    for (int i = 0; i < MESSAGES; i++) {
        snprintf(text, 12, "%010d", i);
        if (ws_write(arg, WS_TEXT, text, sizeof(text) - (size_t)i % 800 - 20, -1) < 0)
            return NULL;
        text[10] = 'x';
    }
    return arg;
}

/* One thread writes while another reads what comes back; the pipes between are far smaller. */
static void test_two_threads(void **state) {
    (void)state;
    for (int secure = 0; secure < 2; secure++) {
        struct ws_message m;
        pthread_t thread;
        struct ws *ws;
        void *result;

        assert_int_equal(open_ws(secure, "/", NULL, 0, &ws, NULL), 0);
        pthread_create(&thread, NULL, write_many, ws);
        for (int i = 0; i < MESSAGES; i++) {
            assert_int_equal(ws_read(ws, 10000, &m), 0);
            assert_int_equal(atoi((const char *)m.data), i);
        }
        pthread_join(thread, &result);
        assert_ptr_equal(result, ws);
        ws_free(ws);
    }
}

static void *shut(void *arg) {
    ws_shutdown(arg);
    return NULL;
}

static void test_shutdown_wakes_reader(void **state) {
    struct ws_message m;
    pthread_t thread;
    struct ws *ws;

    (void)state;
    assert_int_equal(open_ws(false, "/", NULL, 0, &ws, NULL), 0);
    pthread_create(&thread, NULL, shut, ws);
    assert_int_equal(ws_read(ws, -1, &m), -ESHUTDOWN);
    pthread_join(thread, NULL);
    ws_free(ws);
}

static void test_refusals(void **state) {
    char error[WS_ERROR_BYTES], other[] = "/tmp/test_ws2-XXXXXX", path[64];
    struct ws_connect how = {.url = "ws://127.0.0.1:1/", .timeout_ms = 5000};
    struct tls_ca *stranger;
    struct ws *ws;

    (void)state;
    assert_int_equal(ws_connect(&how, error, &ws), -ECONNREFUSED);
    how.url = "http://127.0.0.1/";
    assert_int_equal(ws_connect(&how, error, &ws), -EINVAL);
    assert_int_equal(open_ws(false, "/denied", NULL, 0, &ws, error), -ECONNABORTED);
    assert_non_null(strstr(error, "HTTP/1.1 400"));
    assert_int_equal(open_ws(false, "/", (struct http_header[]){{"X", "a\r\nb"}}, 1, &ws, error), -EINVAL);
    /* Somebody else's authority. */
    assert_non_null(mkdtemp(other));
    assert_int_equal(tls_ca_open(other, &stranger), 0);
    tls_ca_free(stranger);
    snprintf(path, sizeof(path), "wss://127.0.0.1:%u/", tls_port);
    how.url = path;
    char other_file[64];
    snprintf(other_file, sizeof(other_file), "%s/ca.crt", other);
    how.ca_file = other_file;
    assert_int_equal(ws_connect(&how, error, &ws), -EACCES);
    unlink(other_file);
    snprintf(other_file, sizeof(other_file), "%s/ca.key", other);
    unlink(other_file);
    rmdir(other);
    /* The right authority, the wrong name. */
    snprintf(path, sizeof(path), "wss://localhost:%u/", tls_port);
    how.ca_file = ca_file;
    assert_int_equal(ws_connect(&how, error, &ws), 0); /* by SNI it has that name, too */
    ws_free(ws);
}

static void test_accept_key(void **state) {
    char out[WS_ACCEPT_BYTES];

    (void)state;
    ws_accept_key("dGhlIHNhbXBsZSBub25jZQ==", out); /* RFC 6455, 1.3 */
    assert_string_equal(out, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

/* What the server's end makes of raw bytes followed by the end of the stream. */
static int feed(const void *bytes, size_t length, struct ws_message *ret, char *copy, uint16_t *ret_code) {
    struct ws *ws;
    int pair[2], r;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    assert_int_equal(ws_new(pair[0], NULL, true, NULL, bytes, length / 2, &ws), 0);
    assert_int_equal(send(pair[1], (const char *)bytes + length / 2, length - length / 2, 0),
                     (ssize_t)(length - length / 2));
    shutdown(pair[1], SHUT_WR);
    r = ws_read(ws, 5000, ret);
    if (r == 0)
        memcpy(copy, ret->data, ret->length);
    *ret_code = ws_close_code(ws);
    ws_free(ws);
    close(pair[1]);
    return r;
}

static void test_frames(void **state) {
    struct ws_message m;
    char copy[256];
    uint16_t code;

    (void)state;
    /* Two fragments with a ping between them, masked with zeros. */
    assert_int_equal(feed("\x01\x82\0\0\0\0ab\x89\x80\0\0\0\0\x80\x81\0\0\0\0c", 21, &m, copy, &code), 0);
    assert_int_equal(m.length, 3);
    assert_memory_equal(copy, "abc", 3);
    /* Unmasked from a client; a reserved bit; bad UTF-8; a continuation of nothing; a long ping. */
    assert_int_equal(feed("\x81\x01g", 3, &m, copy, &code), -EPROTO);
    assert_int_equal(feed("\xc1\x81\0\0\0\0g", 7, &m, copy, &code), -EPROTO);
    assert_int_equal(feed("\x81\x81\0\0\0\0\xff", 7, &m, copy, &code), -EPROTO);
    assert_int_equal(feed("\x80\x81\0\0\0\0g", 7, &m, copy, &code), -EPROTO);
    assert_int_equal(feed("\x89\xfe\x01\x00\0\0\0\0", 8, &m, copy, &code), -EPROTO);
    /* The end without and with a close frame. */
    assert_int_equal(feed("\x81\x82\0\0\0\0a", 7, &m, copy, &code), -ESHUTDOWN);
    assert_int_equal(code, 1006);
    assert_int_equal(feed("\x88\x82\0\0\0\0\x03\xe9", 8, &m, copy, &code), -ESHUTDOWN);
    assert_int_equal(code, 1001);
    assert_int_equal(feed("\x88\x80\0\0\0\0", 6, &m, copy, &code), -ESHUTDOWN);
    assert_int_equal(code, 1005);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accept_key),  cmocka_unit_test(test_frames),
        cmocka_unit_test(test_exchange),    cmocka_unit_test(test_close_by_client),
        cmocka_unit_test(test_two_threads), cmocka_unit_test(test_shutdown_wakes_reader),
        cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
