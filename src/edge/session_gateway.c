/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/session_gateway.h"

#include <errno.h>
#include <jansson.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/text.h"
#include "edge/session_token.h"
#include "http/ws.h"
#include "session/frame.h"

enum {
    SESSIONS_MAX = 1000,
    FIRST_MESSAGE_MS = 10000,
    CLIENT_GRACE_MS = 30000,
    WRITE_MS = 10000,
    LINGER_MS = 1000,
    PROBE_MS = 2000,
    PROBE_ROUNDING_MS = 10, /* of the kernel's times */
    PROBE_STEP_NS = 2000000,
    ID_BYTES = TOKEN_ID_BYTES,
    STACK_BYTES = 1024 * 1024, /* of address space: JSON may be 2048 levels deep */
    OUTPUT_BYTES = 2500        /* of an agent's last words */
};

struct control {
    char instance[ID_BYTES];
    struct ws *ws;
    unsigned users; /* threads inside, the reader among them; under the gateway's lock */
};

struct side {
    pthread_mutex_t writing; /* held while ws is written to or replaced */
    struct ws *ws;           /* NULL: not there */
    unsigned times;          /* that it came; under both locks */
};

struct session {
    char id[ID_BYTES], instance[ID_BYTES];
    struct side sides[2]; /* by enum api_session_side */
    _Atomic bool over;
    uint64_t made_ns;
    unsigned users;
};

/* A channel's thread and its WebSocket, which only drop() frees. */
struct serving {
    struct session_gateway *gateway;
    struct serving *next;
    struct ws *ws;
    char channel[ID_BYTES]; /* the id in the path */
};

struct session_gateway {
    pthread_mutex_t lock; /* taken before `opening` */
    pthread_cond_t changed;
    struct map tokens, controls, sessions;
    bool stopping;
    size_t threads;
    pthread_mutex_t opening; /* for `open` */
    struct serving *open;
    struct api_sessions api;
    void (*ended)(void *user, const char *session_id);
    void *user;
};

/* -- channels -------------------------------------------------------------------------------------- */

static void keep(struct session_gateway *g, struct serving *v) {
    pthread_mutex_lock(&g->opening);
    v->next = g->open;
    g->open = v;
    pthread_mutex_unlock(&g->opening);
}

/* Frees the WebSocket and its struct serving.  Accepts NULL. */
static void drop(struct session_gateway *g, struct ws *ws) {
    struct serving *v = NULL;

    if (ws == NULL)
        return;
    pthread_mutex_lock(&g->opening);
    for (struct serving **p = &g->open; *p != NULL; p = &(*p)->next)
        if ((*p)->ws == ws) {
            v = *p;
            *p = v->next;
            break;
        }
    pthread_mutex_unlock(&g->opening);
    ws_free(ws);
    free(v);
}

/* -- sessions -------------------------------------------------------------------------------------- */

static struct session *session_new(const char *id, const char *instance) {
    struct session *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return NULL;
    memcpy(s->id, id, strlen(id) + 1);
    memcpy(s->instance, instance, strlen(instance) + 1);
    s->made_ns = clock_mono_ns();
    pthread_mutex_init(&s->sides[0].writing, NULL);
    pthread_mutex_init(&s->sides[1].writing, NULL);
    return s;
}

/* With the lock held; frees the session when it is over and nobody is inside. */
static void session_leave(struct session_gateway *g, struct session *s) {
    s->users--;
    pthread_cond_broadcast(&g->changed);
    if (!s->over || s->users > 0)
        return;
    for (size_t i = 0; i < 2; i++) {
        drop(g, s->sides[i].ws);
        pthread_mutex_destroy(&s->sides[i].writing);
    }
    free(s);
}

/* With the lock held. */
static void forget_session(struct session_gateway *g, struct session *s) {
    map_remove(&g->sessions, s->id);
    s->over = true;
    s->users++;
    session_leave(g, s);
}

/* With the lock held: forgets the sessions to which nobody came while their tokens lived, and when there are too many
 * the one that has waited longest, so that who starts sessions in vain keeps nobody else from it. */
static void drop_unused_sessions(struct session_gateway *g) {
    uint64_t now = clock_mono_ns();
    struct session *unused;
    const char *key;
    void *value;

    for (;;) {
        unused = NULL;
        for (size_t at = 0; map_next(&g->sessions, &at, &key, &value) == 1;) {
            struct session *s = value;

            if (s->users == 0 && (unused == NULL || s->made_ns < unused->made_ns))
                unused = s;
        }
        if (unused == NULL ||
            (g->sessions.count < SESSIONS_MAX && now - unused->made_ns <= (uint64_t)TOKEN_LIFE_MS * 1000000))
            return;
        forget_session(g, unused);
    }
}

/* ret_times: which of the side's connections it was for.  One that takes nothing for WRITE_MS counts as lost: its
 * messages would pile up here. */
static int side_write(struct side *side, enum ws_type type, const void *data, size_t length,
                      unsigned *ret_times) {
    int r = -ENOTCONN;

    pthread_mutex_lock(&side->writing);
    *ret_times = side->times;
    if (side->ws != NULL)
        r = ws_write(side->ws, type, data, length, WRITE_MS);
    if (r == -EAGAIN)
        ws_shutdown(side->ws);
    pthread_mutex_unlock(&side->writing);
    return r;
}

/* words: what the agent says of the end, for the client to print. */
static void send_closed(struct session *s, struct side *side, const char *words) {
    struct buf b = BUF_INIT(64 * 1024);
    char id[FRAME_UUID_TEXT_BYTES], when[CLOCK_TEXT_BYTES];
    json_t *content;
    unsigned times;
    char *text;

    frame_uuid(id);
    content = json_pack("{s:s,s:s,s:s,s:s,s:s,s:i,s:s}", "MessageId", id, "CreatedDate",
                        clock_iso8601(clock_real_ms(), when), "DestinationId", s->instance, "SessionId",
                        s->id, "MessageType", FRAME_CHANNEL_CLOSED, "SchemaVersion", 1, "Output", words);
    text = json_dumps(content, JSON_COMPACT);
    frame_build(&b, FRAME_CHANNEL_CLOSED, 0, 0, FRAME_PAYLOAD_NONE, text, strlen(text), NULL);
    side_write(side, WS_BINARY, b.data, b.length, &times);
    pthread_mutex_lock(&side->writing);
    if (side->ws != NULL)
        ws_close(side->ws, 1000, "");
    pthread_mutex_unlock(&side->writing);
    free(text);
    json_decref(content);
    buf_free(&b);
}

/* Ends the session once: both sides are told, the map forgets it.  The caller is inside (users). */
static void session_end(struct session_gateway *g, struct session *s, const char *words) {
    bool first;

    pthread_mutex_lock(&g->lock);
    first = !s->over;
    s->over = true;
    if (first)
        map_remove(&g->sessions, s->id);
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
    if (!first)
        return;
    send_closed(s, &s->sides[API_SESSION_CLIENT], words);
    send_closed(s, &s->sides[API_SESSION_AGENT], words);
    g->ended(g->user, s->id);
}

static struct session *session_enter(struct session_gateway *g, const char *id) {
    struct session *s;

    pthread_mutex_lock(&g->lock);
    s = map_get(&g->sessions, id);
    if (s != NULL)
        s->users++;
    pthread_mutex_unlock(&g->lock);
    return s;
}

static void leave(struct session_gateway *g, struct session *s) {
    pthread_mutex_lock(&g->lock);
    session_leave(g, s);
    pthread_mutex_unlock(&g->lock);
}

/* -- relaying -------------------------------------------------------------------------------------- */

static bool says_terminating(const struct frame *f) {
    json_t *content = json_loadb((const char *)f->payload, f->payload_length, 0, NULL);
    bool yes = text_is(json_string_value(json_object_get(content, "SessionState")), "Terminating");

    json_decref(content);
    return yes;
}

/* The agent's report that a session is over: on its control channel, or on the session's own.  f is of such a
 * report; only the sessions of the agent's own instance are ended by it. */
static void task_complete(struct session_gateway *g, const char *instance, const struct frame *f) {
    json_t *content = json_loadb((const char *)f->payload, f->payload_length, 0, NULL);
    const char *id = json_string_value(json_object_get(content, "TaskId"));
    const char *said = json_string_value(json_object_get(content, "Output"));
    char words[OUTPUT_BYTES];
    struct session *s = id == NULL ? NULL : session_enter(g, id);

    if (s != NULL) {
        snprintf(words, sizeof(words), "%s", said == NULL ? "" : said);
        if (text_is(s->instance, instance))
            session_end(g, s, words);
        leave(g, s);
    }
    json_decref(content);
}

/* Whether the frame is for the other side: bytes of the stream and their acknowledgements are.  What else comes is for
 * the gateway, or nothing that this side may say. */
static bool for_other_side(struct session_gateway *g, struct session *s, enum api_session_side mine,
                           const struct ws_message *m) {
    struct frame f;

    if (m->type != WS_BINARY || frame_parse(m->data, m->length, &f) < 0)
        return false;
    if (text_is(f.type, FRAME_ACKNOWLEDGE) ||
        text_is(f.type, mine == API_SESSION_AGENT ? FRAME_OUTPUT : FRAME_INPUT))
        return true;
    if (mine == API_SESSION_AGENT && text_is(f.type, FRAME_TASK_COMPLETE))
        task_complete(g, s->instance, &f);
    else if (mine == API_SESSION_AGENT && text_is(f.type, FRAME_SESSION_STATE) && says_terminating(&f))
        session_end(g, s, "");
    return false;
}

/* Waits until the side is there, by another connection than its times'th.  False when the session is over, or it did not
 * come in time. */
static bool wait_for_side(struct session_gateway *g, struct session *s, enum api_session_side side,
                          unsigned times) {
    struct timespec until = clock_deadline(CLIENT_GRACE_MS);
    bool there;
    int r = 0;

    pthread_mutex_lock(&g->lock);
    while (!s->over && !g->stopping && (s->sides[side].ws == NULL || s->sides[side].times == times) && r == 0)
        r = pthread_cond_timedwait(&g->changed, &g->lock, &until);
    there = !s->over && !g->stopping && r == 0;
    pthread_mutex_unlock(&g->lock);
    return there;
}

/* What a side still sends is read until it hangs up: to close over unread bytes would reset the connection, and the
 * side might never see the last words. */
static void linger(struct ws *ws) {
    uint64_t until = clock_mono_ns() + (uint64_t)LINGER_MS * 1000000;
    struct ws_message m;

    while (clock_mono_ns() < until && ws_read(ws, LINGER_MS, &m) == 0)
        ;
}

/* One side's frames to the other, until one of them goes. */
static void relay(struct session_gateway *g, struct session *s, enum api_session_side mine, struct ws *ws) {
    enum api_session_side other = mine == API_SESSION_AGENT ? API_SESSION_CLIENT : API_SESSION_AGENT;
    struct ws_message m;
    unsigned times;

    while (ws_read(ws, -1, &m) == 0) {
        if (!for_other_side(g, s, mine, &m)) {
            if (s->over)
                return;
            continue;
        }
        while (side_write(&s->sides[other], m.type, m.data, m.length, &times) < 0)
            if (!wait_for_side(g, s, other, times)) {
                session_end(g, s, "");
                return;
            }
    }
}

/* A lost client may come back; a lost agent may not. */
static void side_lost(struct session_gateway *g, struct session *s, enum api_session_side mine,
                      struct ws *ws) {
    struct side *side = &s->sides[mine];
    bool replaced, over;
    unsigned times;

    pthread_mutex_lock(&side->writing);
    pthread_mutex_lock(&g->lock);
    replaced = side->ws != ws;
    over = s->over;
    times = side->times;
    if (!replaced)
        side->ws = NULL;
    pthread_mutex_unlock(&g->lock);
    pthread_mutex_unlock(&side->writing);
    if (!over && !replaced && (mine == API_SESSION_AGENT || !wait_for_side(g, s, mine, times)))
        session_end(g, s, "");
    drop(g, ws);
}

static void serve_data(struct session_gateway *g, const struct token *token, struct ws *ws) {
    enum api_session_side mine = token->kind == TOKEN_AGENT ? API_SESSION_AGENT : API_SESSION_CLIENT;
    struct session *s = session_enter(g, token->id);
    struct side *side;

    if (s == NULL) {
        ws_close(ws, 1008, "the session is over");
        drop(g, ws);
        return;
    }
    side = &s->sides[mine];
    pthread_mutex_lock(&side->writing);
    if (side->ws != NULL)
        ws_shutdown(
            side->ws); /* the same side again: its earlier connection is lost, whether it knows or not */
    pthread_mutex_lock(&g->lock);
    side->ws = ws;
    side->times++;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
    pthread_mutex_unlock(&side->writing);
    relay(g, s, mine, ws);
    if (s->over)
        linger(ws);
    side_lost(g, s, mine, ws);
    leave(g, s);
}

/* -- control channels ------------------------------------------------------------------------------ */

static void control_leave(struct session_gateway *g, struct control *c) {
    pthread_mutex_lock(&g->lock);
    if (--c->users == 0) {
        drop(g, c->ws);
        free(c);
    }
    pthread_mutex_unlock(&g->lock);
}

static struct control *control_enter(struct session_gateway *g, const char *instance) {
    struct control *c;

    pthread_mutex_lock(&g->lock);
    c = map_get(&g->controls, instance);
    if (c != NULL)
        c->users++;
    pthread_mutex_unlock(&g->lock);
    return c;
}

/* Without it the published agent says again and again that the task is complete. */
static void acknowledge(struct ws *ws, const struct frame *f) {
    struct buf b = BUF_INIT(FRAME_HEADER_BYTES + FRAME_PAYLOAD_MAX);
    json_t *task = json_loadb((const char *)f->payload, f->payload_length, 0, NULL);
    const char *id = json_string_value(json_object_get(task, "TaskId"));
    const char *topic = json_string_value(json_object_get(task, "Topic"));
    json_t *content = json_pack("{s:i,s:s,s:s,s:s}", "SchemaVersion", 1, "MessageId", f->id, "TaskId",
                                id == NULL ? "" : id, "Topic", topic == NULL ? "" : topic);
    char *text = json_dumps(content, JSON_COMPACT);

    frame_build(&b, FRAME_TASK_ACKNOWLEDGE, 0, 0, FRAME_PAYLOAD_NONE, text, strlen(text), NULL);
    if (!b.overflow)
        ws_write(ws, WS_BINARY, b.data, b.length, WRITE_MS);
    free(text);
    json_decref(content);
    json_decref(task);
    buf_free(&b);
}

static void serve_control(struct session_gateway *g, const struct token *token, struct ws *ws) {
    struct control *c = calloc(1, sizeof(*c)), *before;
    struct ws_message m;

    if (c == NULL) {
        drop(g, ws);
        return;
    }
    memcpy(c->instance, token->id, sizeof(c->instance));
    c->ws = ws;
    c->users = 1;
    pthread_mutex_lock(&g->lock);
    before = map_get(&g->controls, c->instance);
    if (before != NULL)
        ws_shutdown(before->ws);
    map_put(&g->controls, c->instance, c);
    pthread_mutex_unlock(&g->lock);
    while (ws_read(ws, -1, &m) == 0) {
        struct frame f;

        /* Acknowledgements of tasks come too: nothing depends on them. */
        if (m.type == WS_BINARY && frame_parse(m.data, m.length, &f) == 0 &&
            text_is(f.type, FRAME_TASK_COMPLETE)) {
            task_complete(g, c->instance, &f);
            acknowledge(ws, &f);
        }
    }
    pthread_mutex_lock(&g->lock);
    if (map_get(&g->controls, c->instance) == c)
        map_remove(&g->controls, c->instance);
    pthread_mutex_unlock(&g->lock);
    control_leave(g, c);
}

/* -- what the handlers ask ------------------------------------------------------------------------- */

/*
 * Whether the far end's kernel answers within PROBE_MS: it has taken all that was sent, or, when its program takes
 * nothing and its window is shut, has said so since.
 */
static bool answers(struct ws *ws) {
    uint64_t start = clock_mono_ns(), waited_ms;

    if (ws_ping(ws) < 0)
        return false;
    for (;;) {
        struct tcp_info info;
        socklen_t length = sizeof(info);

        if (getsockopt(ws_fd(ws), IPPROTO_TCP, TCP_INFO, &info, &length) < 0 ||
            info.tcpi_state != TCP_ESTABLISHED)
            return false;
        waited_ms = (clock_mono_ns() - start) / 1000000;
        if (info.tcpi_unacked == 0 || info.tcpi_last_ack_recv + PROBE_ROUNDING_MS < waited_ms)
            return true;
        if (waited_ms > PROBE_MS)
            return false;
        nanosleep(&(struct timespec){0, PROBE_STEP_NS}, NULL);
    }
}

static bool gateway_connected(void *user, const char *instance_id) {
    struct session_gateway *g = user;
    struct control *c = control_enter(g, instance_id);
    bool yes;

    if (c == NULL)
        return false;
    yes = answers(c->ws);
    control_leave(g, c);
    return yes;
}

static const char *gateway_control_token(void *user, struct arena *a, const char *instance_id) {
    struct session_gateway *g = user;
    const char *token;

    pthread_mutex_lock(&g->lock);
    token = token_new(&g->tokens, a, TOKEN_CONTROL, instance_id);
    pthread_mutex_unlock(&g->lock);
    return token;
}

static const char *gateway_data_token(void *user, struct arena *a, const char *session_id,
                                      const char *instance_id, enum api_session_side side) {
    struct session_gateway *g = user;
    struct session *s;
    const char *token = NULL;

    if (strlen(session_id) >= ID_BYTES || strlen(instance_id) >= ID_BYTES)
        return NULL;
    pthread_mutex_lock(&g->lock);
    drop_unused_sessions(g);
    s = map_get(&g->sessions, session_id);
    if (s == NULL && side == API_SESSION_CLIENT && g->sessions.count < SESSIONS_MAX) {
        s = session_new(session_id, instance_id);
        if (s != NULL)
            map_put(&g->sessions, session_id, s);
    }
    if (s != NULL && (side == API_SESSION_CLIENT || text_is(s->instance, instance_id)))
        token = token_new(&g->tokens, a, side == API_SESSION_AGENT ? TOKEN_AGENT : TOKEN_CLIENT, session_id);
    pthread_mutex_unlock(&g->lock);
    return token;
}

static bool gateway_known(void *user, const char *session_id) {
    struct session_gateway *g = user;
    bool yes;

    pthread_mutex_lock(&g->lock);
    yes = map_get(&g->sessions, session_id) != NULL;
    pthread_mutex_unlock(&g->lock);
    return yes;
}

static bool gateway_established(void *user, const char *session_id) {
    struct session_gateway *g = user;
    const struct session *s;
    bool yes;

    pthread_mutex_lock(&g->lock);
    s = map_get(&g->sessions, session_id);
    yes = s != NULL && s->sides[0].ws != NULL && s->sides[1].ws != NULL;
    pthread_mutex_unlock(&g->lock);
    return yes;
}

static int gateway_start(void *user, const char *instance_id, const char *session_id, const char *content) {
    struct session_gateway *g = user;
    struct control *c = control_enter(g, instance_id);
    struct buf b = BUF_INIT(512 * 1024);
    char id[FRAME_UUID_TEXT_BYTES];
    json_t *task;
    char *text;
    int r;

    if (c == NULL)
        return -ENOTCONN;
    frame_uuid(id);
    task = json_pack("{s:s,s:s,s:s,s:i}", "Content", content, "TaskId", id, "Topic", "aws.ssm.sendCommand",
                     "SchemaVersion", 1);
    json_object_set_new(task, "SessionId", json_string(session_id));
    text = json_dumps(task, JSON_COMPACT);
    frame_build(&b, FRAME_INTERACTIVE_SHELL, 0, 0, FRAME_PAYLOAD_NONE, text, strlen(text), NULL);
    r = b.overflow ? -EMSGSIZE : ws_write(c->ws, WS_BINARY, b.data, b.length, WRITE_MS);
    free(text);
    json_decref(task);
    buf_free(&b);
    control_leave(g, c);
    return r;
}

static bool gateway_end(void *user, const char *session_id) {
    struct session_gateway *g = user;
    struct session *s = session_enter(g, session_id);

    if (s == NULL)
        return false;
    session_end(g, s, "");
    leave(g, s);
    return true;
}

/* -- requests -------------------------------------------------------------------------------------- */

bool session_gateway_wants(const struct http_request *rq) {
    return text_is(rq->method, "GET") &&
           (text_starts(rq->path, "/v1/data-channel/") || text_starts(rq->path, "/v1/control-channel/")) &&
           http_header_get(rq, "Upgrade") != NULL;
}

/* The first message brings the token; then the channel is what its token says. */
static void *serve(void *arg) {
    struct serving *v = arg;
    struct session_gateway *g = v->gateway;
    struct token token = {0};
    struct ws_message m;
    bool ok = false;

    if (ws_read(v->ws, FIRST_MESSAGE_MS, &m) == 0) {
        json_t *open = json_loadb((const char *)m.data, m.length, 0, NULL);
        const char *text = json_string_value(json_object_get(open, "TokenValue"));

        pthread_mutex_lock(&g->lock);
        ok = text != NULL && token_use(&g->tokens, text, &token) && text_is(token.id, v->channel);
        pthread_mutex_unlock(&g->lock);
        json_decref(open);
    }
    if (ok)
        ws_settle(v->ws);
    if (!ok) {
        ws_close(v->ws, 1008, "the token is not valid");
        drop(g, v->ws);
    } else if (token.kind == TOKEN_CONTROL) {
        serve_control(g, &token, v->ws);
    } else {
        serve_data(g, &token, v->ws);
    }
    pthread_mutex_lock(&g->lock);
    g->threads--;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
    return NULL;
}

static void refuse(struct http_request *rq, int status, const char *words) {
    http_respond(rq, status, &(struct http_header){"Content-Type", "text/plain"}, 1, words, strlen(words));
}

void session_gateway_serve(struct session_gateway *g, struct http_request *rq) {
    const struct ws_options options = {.max_message_bytes = 1 << 20};
    struct serving *v = calloc(1, sizeof(*v));
    const char *id = strrchr(rq->path, '/') + 1;
    pthread_attr_t attr;
    pthread_t thread;

    if (v == NULL || strlen(id) >= sizeof(v->channel)) {
        free(v);
        refuse(rq, 400, "the channel's name is too long\n");
        return;
    }
    memcpy(v->channel, id, strlen(id) + 1);
    v->gateway = g;
    if (http_upgrade_websocket(rq, &options, &v->ws) < 0) {
        free(v);
        refuse(rq, 426, "a WebSocket handshake is required here\n");
        return;
    }
    ws_watch_path(v->ws);
    keep(g, v);
    pthread_mutex_lock(&g->lock);
    g->threads++;
    pthread_mutex_unlock(&g->lock);
    /* Its own thread: a session may last for days, and the server's threads are for requests. */
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    if (pthread_create(&thread, &attr, serve, v) != 0) {
        drop(g, v->ws);
        pthread_mutex_lock(&g->lock);
        g->threads--;
        pthread_mutex_unlock(&g->lock);
    }
    pthread_attr_destroy(&attr);
}

struct session_gateway *session_gateway_new(void (*ended)(void *user, const char *session_id), void *user) {
    struct session_gateway *g = calloc(1, sizeof(*g));

    if (g == NULL)
        return NULL;
    pthread_mutex_init(&g->lock, NULL);
    pthread_mutex_init(&g->opening, NULL);
    clock_cond_init(&g->changed);
    g->ended = ended;
    g->user = user;
    g->api = (struct api_sessions){.user = g,
                                   .connected = gateway_connected,
                                   .control_token = gateway_control_token,
                                   .data_token = gateway_data_token,
                                   .known = gateway_known,
                                   .start = gateway_start,
                                   .end = gateway_end,
                                   .established = gateway_established};
    return g;
}

const struct api_sessions *session_gateway_api(struct session_gateway *g) {
    return &g->api;
}

void session_gateway_stop(struct session_gateway *g) {
    if (g == NULL)
        return;
    pthread_mutex_lock(&g->opening);
    for (struct serving *v = g->open; v != NULL; v = v->next)
        ws_shutdown(v->ws);
    pthread_mutex_unlock(&g->opening);
    pthread_mutex_lock(&g->lock);
    g->stopping = true;
    pthread_cond_broadcast(&g->changed);
    while (g->threads > 0)
        pthread_cond_wait(&g->changed, &g->lock);
    pthread_mutex_unlock(&g->lock);
}
