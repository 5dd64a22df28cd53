/* SPDX-License-Identifier: Apache-2.0 */
/* Frames, and two channels that talk through a relay which may cut, repeat and reorder. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "base/arena.h"
#include "base/text.h"
#include "http/http.h"
#include "http/ws.h"
#include "session/channel.h"

/* -- frames ---------------------------------------------------------------------------------------- */

static void frame_has_the_published_layout(void **state) {
    struct buf b = BUF_INIT(4096);
    char id[FRAME_UUID_TEXT_BYTES];
    struct frame f;

    (void)state;
    frame_build(&b, FRAME_OUTPUT, 3, 1, FRAME_PAYLOAD_OUTPUT, "hello", 5, id);
    assert_int_equal(b.length, FRAME_HEADER_BYTES + 5);
    assert_memory_equal(b.data, "\0\0\0\x74", 4);                            /* header length 116 */
    assert_memory_equal(b.data + 4, "output_stream_data              ", 32); /* padded with spaces */
    assert_memory_equal(b.data + 36, "\0\0\0\1", 4);                         /* schema */
    assert_memory_equal(b.data + 48, "\0\0\0\0\0\0\0\3", 8);                 /* sequence */
    assert_memory_equal(b.data + 112, "\0\0\0\1\0\0\0\5hello", 13);          /* type, length, payload */
    assert_int_equal(frame_parse(b.data, b.length, &f), 0);
    assert_string_equal(f.type, FRAME_OUTPUT);
    assert_string_equal(f.id, id);
    assert_int_equal(f.sequence, 3);
    assert_int_equal(f.flags, 1);
    /* The UUID's second half comes first: byte 64 is the ninth of its text. */
    assert_int_equal((uint8_t)b.data[64], strtoul((char[]){id[19], id[20], 0}, NULL, 16));
    buf_free(&b);
}

static void damaged_frames_are_refused(void **state) {
    struct buf b = BUF_INIT(4096);
    struct frame f;

    (void)state;
    frame_build(&b, FRAME_INPUT, 0, 0, FRAME_PAYLOAD_OUTPUT, "payload", 7, NULL);
    assert_int_equal(frame_parse(b.data, b.length - 1, &f), -EPROTO);
    assert_int_equal(frame_parse(b.data, FRAME_HEADER_BYTES - 1, &f), -EPROTO);
    b.data[b.length - 1] ^= 1; /* no longer the digest's */
    assert_int_equal(frame_parse(b.data, b.length, &f), -EPROTO);
    b.data[b.length - 1] ^= 1;
    b.data[3] = 100; /* another header length */
    assert_int_equal(frame_parse(b.data, b.length, &f), -EPROTO);
    buf_free(&b);
}

/* -- channels over a real WebSocket ---------------------------------------------------------------- */

struct rig {
    struct http_server *server;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct ws *accepted;
    struct channel *agent, *client;
};

static void upgrade(struct http_request *rq, void *user) {
    struct rig *rig = user;
    struct ws *ws;

    if (http_upgrade_websocket(rq, NULL, &ws) < 0)
        return;
    pthread_mutex_lock(&rig->lock);
    rig->accepted = ws;
    pthread_cond_signal(&rig->changed);
    pthread_mutex_unlock(&rig->lock);
}

static int rig_up(void **state) {
    struct rig *rig = calloc(1, sizeof(*rig));
    struct http_server_options options = {.max_connections = 4};
    struct http_listen listen_how = {.fd = -1, .address = "127.0.0.1", .handler = upgrade, .user = rig};
    struct arena a = {0};
    struct ws_connect connect = {0};
    struct ws *ws;
    uint16_t port;

    pthread_mutex_init(&rig->lock, NULL);
    pthread_cond_init(&rig->changed, NULL);
    assert_int_equal(http_server_new(&options, &rig->server), 0);
    assert_int_equal(http_server_listen(rig->server, &listen_how, &port), 0);
    connect.url = arena_printf(&a, "ws://127.0.0.1:%u/", port);
    assert_int_equal(ws_connect(&connect, NULL, &ws), 0);
    pthread_mutex_lock(&rig->lock);
    while (rig->accepted == NULL)
        pthread_cond_wait(&rig->changed, &rig->lock);
    pthread_mutex_unlock(&rig->lock);
    assert_int_equal(channel_open(rig->accepted, CHANNEL_AGENT, &rig->agent), 0);
    assert_int_equal(channel_open(ws, CHANNEL_CLIENT, &rig->client), 0);
    arena_free(&a);
    *state = rig;
    return 0;
}

static int rig_down(void **state) {
    struct rig *rig = *state;

    channel_free(rig->client);
    channel_free(rig->agent);
    http_server_free(rig->server, 100);
    free(rig);
    return 0;
}

static void payloads_arrive_in_order_and_are_acknowledged(void **state) {
    struct rig *rig = *state;
    struct channel_payload p;

    assert_int_equal(channel_send(rig->agent, FRAME_PAYLOAD_OUTPUT, "one", 3), 0);
    assert_int_equal(channel_send(rig->agent, FRAME_PAYLOAD_SIZE, "two", 3), 0);
    assert_int_equal(channel_receive(rig->client, 5000, &p), 0);
    assert_int_equal(p.type, FRAME_PAYLOAD_OUTPUT);
    assert_memory_equal(p.data, "one", 3);
    assert_int_equal(channel_receive(rig->client, 5000, &p), 0);
    assert_int_equal(p.type, FRAME_PAYLOAD_SIZE);
    /* The second is in the consumer's hands, not yet acknowledged. */
    assert_int_equal(channel_flush(rig->agent, 20), -ETIMEDOUT);
    assert_int_equal(channel_receive(rig->client, 0, &p), -EAGAIN);
    assert_int_equal(channel_flush(rig->agent, 5000), 0);
}

enum { FLOOD_BYTES = 4 << 20 };

static void *flood(void *arg) {
    struct channel *ch = arg;
    uint8_t piece[CHANNEL_PAYLOAD_BYTES];

    for (size_t at = 0; at < FLOOD_BYTES; at += sizeof(piece)) {
        for (size_t i = 0; i < sizeof(piece); i++)
            piece[i] = (uint8_t)((at + i) * 31 >> 3);
        if (channel_send(ch, FRAME_PAYLOAD_OUTPUT, piece, sizeof(piece)) < 0)
            break;
    }
    return NULL;
}

static size_t drain(struct channel *ch) {
    struct channel_payload p;
    size_t got = 0;

    while (got < FLOOD_BYTES && channel_receive(ch, 10000, &p) == 0) {
        for (size_t i = 0; i < p.length; i++)
            if (p.data[i] != (uint8_t)((got + i) * 31 >> 3))
                return got;
        got += p.length;
    }
    return got;
}

static void *drain_thread(void *arg) {
    return (void *)drain(arg);
}

/* More than window and socket buffers hold, both ways at once: a channel that waited for itself would hang here. */
static void floods_in_both_directions_do_not_lock_up(void **state) {
    struct rig *rig = *state;
    pthread_t out, back, reader;
    void *got;

    pthread_create(&out, NULL, flood, rig->agent);
    pthread_create(&back, NULL, flood, rig->client);
    pthread_create(&reader, NULL, drain_thread, rig->agent);
    assert_int_equal(drain(rig->client), FLOOD_BYTES);
    pthread_join(reader, &got);
    assert_int_equal((size_t)got, FLOOD_BYTES);
    pthread_join(out, NULL);
    pthread_join(back, NULL);
}

static void a_closed_channel_wakes_its_waiters(void **state) {
    struct rig *rig = *state;
    struct channel_payload p;

    channel_shutdown(rig->agent);
    assert_int_equal(channel_receive(rig->client, 5000, &p), -ESHUTDOWN);
    assert_int_equal(channel_send(rig->client, FRAME_PAYLOAD_OUTPUT, "x", 1), -ESHUTDOWN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame_has_the_published_layout),
        cmocka_unit_test(damaged_frames_are_refused),
        cmocka_unit_test_setup_teardown(payloads_arrive_in_order_and_are_acknowledged, rig_up, rig_down),
        cmocka_unit_test_setup_teardown(floods_in_both_directions_do_not_lock_up, rig_up, rig_down),
        cmocka_unit_test_setup_teardown(a_closed_channel_wakes_its_waiters, rig_up, rig_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
