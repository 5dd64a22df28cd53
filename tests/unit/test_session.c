/* SPDX-License-Identifier: Apache-2.0 */
/* Frames, channels, and the ends of port sessions before far ends that keep to the protocol or do not. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"
#include "http/http.h"
#include "http/ws.h"
#include "session/channel.h"
#include "session/forward.h"
#include "session/mux.h"
#include "session/version.h"

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

/* -- port sessions --------------------------------------------------------------------------------- */

static void versions_are_compared_by_number(void **state) {
    (void)state;
    assert_int_equal(version_compare("3.0.196.0", "3.0.196.0"), 0);
    assert_int_equal(version_compare("3.0.1000.0", "3.0.196.0"), 1);
    assert_int_equal(version_compare("2.3.1644.0", "3.0.196.0"), -1);
    assert_int_equal(version_compare("1.2", "1.1.70"), 1);
    assert_int_equal(version_compare("1.1", "1.1.0.0"), 0);
    assert_int_equal(version_compare("1.2.694.0-vpcbox", "1.2.331.0"), 1);
    assert_int_equal(version_compare("", "1"), -1);
    /* What our own call themselves. */
    assert_int_equal(version_compare(AGENT_VERSION, VERSION_AGENT_QUIET), 1);
    assert_int_equal(version_compare(PLUGIN_VERSION, VERSION_PLUGIN_QUIET), 1);
}

static void mux_frames_have_the_published_layout(void **state) {
    const uint8_t stream[] = "\1\0\0\0\3\0\0\0"      /* SYN of stream 3 */
                             "\1\2\5\0\3\0\0\0hello" /* its data */
                             "\1\3\0\0\0\0\0\0"      /* NOP */
                             "\1\1\0\0\3\0\0\0";     /* FIN */
    uint8_t header[MUX_HEADER_BYTES];
    struct mux_reader r = {.version = 1};
    const uint8_t *at = stream;
    size_t left = sizeof(stream) - 1;
    struct mux_event e;

    (void)state;
    assert_int_equal(mux_read(&r, &at, &left, &e), 1);
    assert_int_equal(e.command, MUX_SYN);
    assert_int_equal(e.stream, 3);
    assert_int_equal(mux_read(&r, &at, &left, &e), 1);
    assert_int_equal(e.command, MUX_PUSH);
    assert_int_equal(e.length, 5);
    assert_memory_equal(e.data, "hello", 5);
    assert_int_equal(mux_read(&r, &at, &left, &e), 1);
    assert_int_equal(e.command, MUX_NOP);
    assert_int_equal(mux_read(&r, &at, &left, &e), 1);
    assert_int_equal(e.command, MUX_FIN);
    assert_int_equal(mux_read(&r, &at, &left, &e), 0);
    mux_header(header, 1, MUX_PUSH, 3, 5);
    assert_memory_equal(header, stream + MUX_HEADER_BYTES, MUX_HEADER_BYTES);
    at = stream;
    left = sizeof(stream) - 1;
    r = (struct mux_reader){.version = 2};
    assert_int_equal(mux_read(&r, &at, &left, &e), -EPROTO); /* another version */
    at = (const uint8_t *)"\1\5\0\0\0\0\0\0";
    left = MUX_HEADER_BYTES;
    r = (struct mux_reader){.version = 1};
    assert_int_equal(mux_read(&r, &at, &left, &e), -EPROTO); /* no such command */
    at = (const uint8_t *)"\1\0\1\0\3\0\0\0";
    left = MUX_HEADER_BYTES;
    r = (struct mux_reader){.version = 1};
    assert_int_equal(mux_read(&r, &at, &left, &e), -EPROTO); /* a SYN with data */
}

struct end {
    struct forward forward;
    int result;
    uint16_t port;
};

static void *forward_thread(void *arg) {
    struct end *end = arg;

    end->result = forward_run(&end->forward);
    return NULL;
}

static int dial_nobody(void *user, size_t attempt) {
    (void)user;
    (void)attempt;
    return -ENOENT;
}

/* The client's end of the rig, listening; the agent's channel is the test's to misuse. */
static void client_end(struct rig *rig, enum forward_protocol protocol, struct end *end, pthread_t *thread) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &length), 0);
    *end =
        (struct end){.forward = {.channel = rig->client, .protocol = protocol, .listener = fd, .signals = -1},
                     .port = ntohs(at.sin_port)};
    pthread_create(thread, NULL, forward_thread, end);
}

static int local_client(const struct end *end) {
    const struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(end->port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(connect(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
    return fd;
}

static void send_mux(struct channel *ch, unsigned version, enum mux_command command, uint32_t stream,
                     const void *data, size_t length) {
    uint8_t bytes[MUX_HEADER_BYTES + 8192];

    mux_header(bytes, version, command, stream, length);
    memcpy(bytes + MUX_HEADER_BYTES, data, length);
    channel_send(ch, FRAME_PAYLOAD_OUTPUT, bytes, MUX_HEADER_BYTES + length);
}

static void expect_mux(struct channel *ch, unsigned version, enum mux_command command, uint32_t stream) {
    struct mux_reader r = {.version = version};
    struct channel_payload p;
    struct mux_event e;
    size_t left;

    assert_int_equal(channel_receive(ch, 5000, &p), 0);
    left = p.length;
    assert_int_equal(mux_read(&r, &p.data, &left, &e), 1);
    assert_int_equal(e.command, command);
    assert_int_equal(e.stream, stream);
}

static void client_ends_with(struct end *end, pthread_t thread, int result) {
    pthread_join(thread, NULL);
    assert_int_equal(end->result, result);
    close(end->forward.listener);
}

static void an_agent_opens_no_connections_to_the_client(void **state) {
    struct rig *rig = *state;
    pthread_t thread;
    struct end end;

    client_end(rig, FORWARD_PUBLISHED, &end, &thread);
    send_mux(rig->agent, 1, MUX_PUSH, 77, "of no stream", 12); /* passed over */
    send_mux(rig->agent, 1, MUX_SYN, 2, "", 0);
    client_ends_with(&end, thread, -EPROTO);
}

static void an_agent_cannot_fill_the_clients_memory(void **state) {
    static const uint8_t much[8000];
    struct rig *rig = *state;
    pthread_t thread;
    struct end end;
    int fd;

    client_end(rig, FORWARD_OWN, &end, &thread);
    fd = local_client(&end); /* and does not read */
    expect_mux(rig->agent, 2, MUX_SYN, 3);
    /* What the kernel takes, then a window's worth, and then one byte too many ends it. */
    for (uint64_t until = clock_mono_ns() + 10000000000U; clock_mono_ns() < until;) {
        if (pthread_tryjoin_np(thread, NULL) == 0) {
            assert_int_equal(end.result, -EPROTO);
            close(end.forward.listener);
            close(fd);
            return;
        }
        if (channel_room(rig->agent) > 0)
            send_mux(rig->agent, 2, MUX_PUSH, 3, much, sizeof(much));
    }
    fail_msg("the client's end takes anything");
}

static void an_agent_cannot_claim_more_than_was_sent(void **state) {
    struct rig *rig = *state;
    uint8_t update[MUX_UPDATE_BYTES];
    pthread_t thread;
    struct end end;
    int fd;

    client_end(rig, FORWARD_OWN, &end, &thread);
    fd = local_client(&end);
    expect_mux(rig->agent, 2, MUX_SYN, 3);
    mux_update(update, 1, MUX_WINDOW);
    send_mux(rig->agent, 2, MUX_UPDATE, 3, update, sizeof(update));
    client_ends_with(&end, thread, -EPROTO);
    close(fd);
}

/* A connection's life as a published agent sees it. */
static void published_frames_of_a_connection(void **state) {
    struct rig *rig = *state;
    char text[16] = "";
    pthread_t thread;
    struct end end;
    int fd;

    client_end(rig, FORWARD_PUBLISHED, &end, &thread);
    fd = local_client(&end);
    expect_mux(rig->agent, 1, MUX_SYN, 3);
    send_mux(rig->agent, 1, MUX_PUSH, 3, "first", 5);
    assert_int_equal(recv(fd, text, 5, MSG_WAITALL), 5);
    assert_string_equal(text, "first");
    assert_int_equal(send(fd, "second", 6, 0), 6);
    expect_mux(rig->agent, 1, MUX_PUSH, 3);
    send_mux(rig->agent, 1, MUX_FIN, 3, "", 0);
    assert_int_equal(recv(fd, text, 1, 0), 0);
    expect_mux(rig->agent, 1, MUX_FIN, 3);
    close(fd);
    channel_shutdown(rig->agent);
    client_ends_with(&end, thread, 0);
}

static void a_client_breaks_off_before_the_agent(void **state) {
    struct rig *rig = *state;
    struct end end = {.forward = {.channel = rig->agent,
                                  .protocol = FORWARD_PUBLISHED,
                                  .listener = -1,
                                  .signals = -1,
                                  .dial = dial_nobody}};
    struct channel_payload p;
    pthread_t thread;

    pthread_create(&thread, NULL, forward_thread, &end);
    send_mux(rig->client, 1, MUX_SYN, 3, "", 0);
    assert_int_equal(channel_receive(rig->client, 5000, &p), 0);
    assert_int_equal(channel_flag(&p), FRAME_FLAG_CONNECT_TO_PORT_ERROR);
    expect_mux(rig->client, 1, MUX_FIN, 3);
    channel_send(rig->client, FRAME_PAYLOAD_OUTPUT, "\1\7\0\0\0\0\0\0", 8);
    pthread_join(thread, NULL);
    assert_int_equal(end.result, -EPROTO);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame_has_the_published_layout),
        cmocka_unit_test(damaged_frames_are_refused),
        cmocka_unit_test_setup_teardown(payloads_arrive_in_order_and_are_acknowledged, rig_up, rig_down),
        cmocka_unit_test_setup_teardown(floods_in_both_directions_do_not_lock_up, rig_up, rig_down),
        cmocka_unit_test_setup_teardown(a_closed_channel_wakes_its_waiters, rig_up, rig_down),
        cmocka_unit_test(versions_are_compared_by_number),
        cmocka_unit_test(mux_frames_have_the_published_layout),
        cmocka_unit_test_setup_teardown(an_agent_opens_no_connections_to_the_client, rig_up, rig_down),
        cmocka_unit_test_setup_teardown(an_agent_cannot_fill_the_clients_memory, rig_up, rig_down),
        cmocka_unit_test_setup_teardown(an_agent_cannot_claim_more_than_was_sent, rig_up, rig_down),
        cmocka_unit_test_setup_teardown(published_frames_of_a_connection, rig_up, rig_down),
        cmocka_unit_test_setup_teardown(a_client_breaks_off_before_the_agent, rig_up, rig_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
