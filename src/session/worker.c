/* SPDX-License-Identifier: Apache-2.0 */
#include "session/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "http/ws.h"
#include "session/agent.h"
#include "session/forward.h"
#include "session/version.h"

enum { DOCUMENT_MAX_BYTES = 256 * 1024, HANDSHAKE_MS = 60000 };

/* -- the document ---------------------------------------------------------------------------------- */

/* "{{ name }}" becomes the parameter's value, of a list its first. */
static const char *substitute(struct arena *a, const char *text, const json_t *parameters) {
    const char *open, *close;

    while ((open = strstr(text, "{{")) != NULL && (close = strstr(open, "}}")) != NULL) {
        const char *from = open + 2, *to = close, *value;
        const json_t *given;

        while (from < to && *from == ' ')
            from++;
        while (to > from && to[-1] == ' ')
            to--;
        given = json_object_get(parameters, arena_strndup(a, from, (size_t)(to - from)));
        value = json_string_value(json_is_array(given) ? json_array_get(given, 0) : given);
        text = arena_printf(a, "%.*s%s%s", (int)(open - text), text, value == NULL ? "" : value, close + 2);
        if (value != NULL && strstr(value, "{{") != NULL)
            break; /* values are not templates */
    }
    return text;
}

static json_t *substitute_all(struct arena *a, const json_t *value, const json_t *parameters) {
    const char *key;
    json_t *item, *out;

    if (json_is_string(value))
        return json_string(substitute(a, json_string_value(value), parameters));
    if (!json_is_object(value))
        return json_deep_copy(value);
    out = json_object();
    json_object_foreach((json_t *)(size_t)value, key, item) {
        json_object_set_new(out, key, substitute_all(a, item, parameters));
    }
    return out;
}

static int read_document(struct worker *w) {
    struct buf b = BUF_INIT(DOCUMENT_MAX_BYTES);
    char piece[4096];
    ssize_t n;
    json_t *task, *properties = NULL, *parameters = NULL;

    while ((n = read(STDIN_FILENO, piece, sizeof(piece))) > 0)
        buf_append(&b, piece, (size_t)n);
    task = b.overflow || b.data == NULL ? NULL : json_loads(b.data, 0, NULL);
    buf_free(&b);
    if (task == NULL ||
        json_unpack(task, "{s:s,s:{s:s,s?o,s?{s?{s?s}}},s?o}", "SessionId", &w->id, "DocumentContent",
                    "sessionType", &w->type, "properties", &properties, "inputs", "shellProfile", "linux",
                    &w->shell_profile, "Parameters", &parameters) < 0)
        return -EINVAL;
    w->properties = properties == NULL ? json_object() : substitute_all(&w->arena, properties, parameters);
    return 0; /* task lives as long as the process: id and type point into it */
}

/* -- handshake ------------------------------------------------------------------------------------- */

static void take_response(struct worker *w, const struct channel_payload *p, bool *ret_ok) {
    json_t *response = json_loadb((const char *)p->data, p->length, 0, NULL), *action;
    const char *version = "";
    size_t i;

    *ret_ok = response != NULL;
    json_unpack(response, "{s?s}", "ClientVersion", &version);
    w->client_version = arena_strdup(&w->arena, version);
    w->client_takes_exit_code = strstr(version, "vpcbox") != NULL;
    json_array_foreach(json_object_get(response, "ProcessedClientActions"), i, action) {
        const json_t *took = json_object_get(json_object_get(action, "ActionResult"), FORWARD_OFFER);

        if (json_integer_value(json_object_get(action, "ActionStatus")) != 1)
            *ret_ok = false;
        if (json_integer_value(took) == FORWARD_OWN)
            w->client_protocol = FORWARD_OWN;
    }
    json_decref(response);
}

static int handshake(struct worker *w) {
    uint64_t start = clock_mono_ns();
    json_t *properties = json_copy(w->properties);
    bool ok = false;
    int r;

    if (text_is(w->type, "Port"))
        json_object_set_new(properties, FORWARD_OFFER, json_integer(FORWARD_OWN));
    r = channel_send_json(w->channel, FRAME_PAYLOAD_HANDSHAKE_REQUEST,
                          json_pack("{s:s,s:[{s:s,s:{s:s,s:o}}]}", "AgentVersion", AGENT_VERSION,
                                    "RequestedClientActions", "ActionType", "SessionType", "ActionParameters",
                                    "SessionType", w->type, "Properties", properties));
    while (r == 0 && !ok) {
        struct channel_payload p;

        r = channel_receive(w->channel, HANDSHAKE_MS, &p);
        if (r == 0 && p.type == FRAME_PAYLOAD_HANDSHAKE_RESPONSE) {
            take_response(w, &p, &ok);
            if (!ok)
                return -EPROTO;
        }
    }
    if (r < 0)
        return r;
    return channel_send_json(w->channel, FRAME_PAYLOAD_HANDSHAKE_COMPLETE,
                             json_pack("{s:I,s:s}", "HandshakeTimeToComplete",
                                       (json_int_t)(clock_mono_ns() - start), "CustomerMessage", ""));
}

/* -- what the service hears ------------------------------------------------------------------------ */

static int send_aside(struct worker *w, const char *type, json_t *value) {
    char *text = json_dumps(value, JSON_COMPACT);
    int r = text == NULL ? -ENOMEM : channel_send_aside(w->channel, type, text, strlen(text));

    free(text);
    json_decref(value);
    return r;
}

static int send_state(struct worker *w, const char *state) {
    return send_aside(
        w, FRAME_SESSION_STATE,
        json_pack("{s:i,s:s,s:s}", "SchemaVersion", 1, "SessionState", state, "SessionId", w->id));
}

int worker_terminating(struct worker *w) {
    channel_flush(w->channel, WORKER_FLUSH_MS);
    return send_state(w, "Terminating");
}

int worker_failed(struct worker *w, const char *words) {
    log_error("session %s: %s", w->id, words);
    channel_flush(w->channel, WORKER_FLUSH_MS);
    return send_aside(w, FRAME_TASK_COMPLETE,
                      json_pack("{s:i,s:s,s:s,s:s}", "SchemaVersion", 1, "TaskId", w->id, "FinalTaskStatus",
                                "Failed", "Output", words));
}

/* -- main ------------------------------------------------------------------------------------------ */

static int serve(struct worker *w) {
    if (text_is(w->type, "Port"))
        return worker_serve_port(w);
    return text_is(w->type, "NonInteractiveCommands") ? worker_serve_command(w) : worker_serve_shell(w);
}

/* In a port session the output is the forwarded connections'. */
static void say_failure(struct worker *w, int r) {
    const char *words = arena_printf(&w->arena, "%s: %s", w->type, strerror(-r));

    if (!text_is(w->type, "Port")) {
        const char *line = arena_printf(&w->arena, "%s\r\n", words);

        channel_send(w->channel, FRAME_PAYLOAD_OUTPUT, line, strlen(line));
    }
    worker_failed(w, words);
}

int agent_worker_main(int argc, char **argv) {
    struct worker w = {.client_version = "", .client_protocol = FORWARD_PUBLISHED};
    struct agent_identity me = {0};
    char why[WS_ERROR_BYTES] = "";
    struct ws *ws = NULL;
    int r;

    (void)argc;
    (void)argv;
    log_setup("ssm-session-worker", LOG_LEVEL_INFO);
    signal(SIGPIPE, SIG_IGN);
    r = read_document(&w);
    if (r < 0) {
        log_error("not a session document");
        return 1;
    }
    r = agent_identify(&w.arena, &me);
    if (r == 0)
        r = agent_open_channel(&me, "data-channel", w.id, why, &ws);
    if (r < 0) {
        log_error("session %s: data channel: %s", w.id, *why != '\0' ? why : strerror(-r));
        return 1;
    }
    aws_done(&me.aws);
    r = channel_open(ws, CHANNEL_AGENT, &w.channel);
    if (r < 0)
        return 1;
    send_state(&w, "Connected");
    r = handshake(&w);
    if (r == 0)
        r = serve(&w);
    if (r < 0)
        say_failure(&w, r);
    channel_free(w.channel);
    json_decref(w.properties);
    arena_free(&w.arena);
    return r < 0;
}
