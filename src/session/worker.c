/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker: one session inside an instance.
 *
 * Two threads besides the channel's own: `pump` carries bytes from the terminal (or the port) to the
 * client, the main thread those of the client to the terminal.  The session ends when the shell does,
 * when the client says so, or when the channel closes.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <jansson.h>
#include <netdb.h>
#include <pthread.h>
#include <pty.h>
#include <pwd.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/text.h"
#include "http/ws.h"
#include "session/agent.h"
#include "session/channel.h"

enum { DOCUMENT_MAX_BYTES = 256 * 1024, HANDSHAKE_MS = 60000, FLUSH_MS = 2000 };

struct session {
    struct arena arena;
    struct channel *channel;
    const char *id, *type; /* Standard_Stream, InteractiveCommands, NonInteractiveCommands, Port */
    json_t *properties;
    bool client_takes_exit_code;
    int terminal; /* master of the pty, or the forwarded connection */
    pid_t shell;
    const char *port_host, *port;
};

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

static int read_document(struct session *s) {
    struct buf b = BUF_INIT(DOCUMENT_MAX_BYTES);
    char piece[4096];
    ssize_t n;
    json_t *task, *properties = NULL, *parameters = NULL;

    while ((n = read(STDIN_FILENO, piece, sizeof(piece))) > 0)
        buf_append(&b, piece, (size_t)n);
    task = b.overflow || b.data == NULL ? NULL : json_loads(b.data, 0, NULL);
    buf_free(&b);
    if (task == NULL ||
        json_unpack(task, "{s:s,s:{s:s,s?o},s?o}", "SessionId", &s->id, "DocumentContent", "sessionType",
                    &s->type, "properties", &properties, "Parameters", &parameters) < 0)
        return -EINVAL;
    s->properties = properties == NULL ? json_object() : substitute_all(&s->arena, properties, parameters);
    return 0; /* task lives as long as the process: id and type point into it */
}

/* -- handshake ------------------------------------------------------------------------------------- */

static void take_response(struct session *s, const struct channel_payload *p, bool *ret_ok) {
    json_t *response = json_loadb((const char *)p->data, p->length, 0, NULL), *action;
    const char *version = "";
    size_t i;

    *ret_ok = response != NULL;
    json_unpack(response, "{s?s}", "ClientVersion", &version);
    s->client_takes_exit_code = strstr(version, "vpcbox") != NULL;
    json_array_foreach(json_object_get(response, "ProcessedClientActions"), i, action) {
        if (json_integer_value(json_object_get(action, "ActionStatus")) != 1)
            *ret_ok = false;
    }
    json_decref(response);
}

static int send_json(struct session *s, uint32_t type, json_t *value) {
    char *text = json_dumps(value, JSON_COMPACT);
    int r = channel_send(s->channel, type, text, strlen(text));

    free(text);
    json_decref(value);
    return r;
}

static int send_state(struct session *s, const char *state) {
    json_t *value = json_pack("{s:i,s:s,s:s}", "SchemaVersion", 1, "SessionState", state, "SessionId", s->id);
    char *text = json_dumps(value, JSON_COMPACT);
    int r = channel_send_aside(s->channel, FRAME_SESSION_STATE, text, strlen(text));

    free(text);
    json_decref(value);
    return r;
}

static int handshake(struct session *s) {
    uint64_t start = clock_mono_ns();
    bool ok = false;
    int r = send_json(s, FRAME_PAYLOAD_HANDSHAKE_REQUEST,
                      json_pack("{s:s,s:[{s:s,s:{s:s,s:O}}]}", "AgentVersion", AGENT_VERSION,
                                "RequestedClientActions", "ActionType", "SessionType", "ActionParameters",
                                "SessionType", s->type, "Properties", s->properties));

    while (r == 0 && !ok) {
        struct channel_payload p;

        r = channel_receive(s->channel, HANDSHAKE_MS, &p);
        if (r == 0 && p.type == FRAME_PAYLOAD_HANDSHAKE_RESPONSE) {
            take_response(s, &p, &ok);
            if (!ok)
                return -EPROTO;
        }
    }
    if (r < 0)
        return r;
    return send_json(s, FRAME_PAYLOAD_HANDSHAKE_COMPLETE,
                     json_pack("{s:I,s:s}", "HandshakeTimeToComplete", (json_int_t)(clock_mono_ns() - start),
                               "CustomerMessage", ""));
}

/* -- shells ---------------------------------------------------------------------------------------- */

static void become_ssm_user(void) {
    struct passwd *user = getpwnam("ssm-user");

    setenv("TERM", "xterm-256color", 1);
    if (getenv("LANG") == NULL)
        setenv("LANG", "C.UTF-8", 1);
    /* Where the instance has one user id only, the session stays root's. */
    if (user == NULL || initgroups(user->pw_name, user->pw_gid) < 0 || setgid(user->pw_gid) < 0 ||
        setuid(user->pw_uid) < 0)
        user = getpwuid(getuid());
    if (user == NULL)
        return;
    setenv("HOME", user->pw_dir, 1);
    setenv("USER", user->pw_name, 1);
    setenv("LOGNAME", user->pw_name, 1);
    setenv("SHELL", user->pw_shell, 1);
}

static void run_shell(const char *command) {
    signal(SIGPIPE, SIG_DFL);
    become_ssm_user();
    if (chdir("/usr/bin") < 0)
        _exit(126);
    if (command != NULL)
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    /* Amazon Linux's sh is bash: so is its prompt. */
    execl("/bin/bash", "sh", "-i", (char *)NULL);
    execl("/bin/sh", "sh", "-i", (char *)NULL);
    _exit(127);
}

static const char *linux_commands(const struct session *s) {
    const json_t *commands = json_object_get(json_object_get(s->properties, "linux"), "commands");

    return json_string_value(commands);
}

static int start_shell(struct session *s) {
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    const char *command = text_is(s->type, "Standard_Stream") ? NULL : linux_commands(s);

    if (command == NULL && !text_is(s->type, "Standard_Stream"))
        return -EINVAL;
    s->shell = forkpty(&s->terminal, NULL, NULL, &size);
    if (s->shell < 0)
        return -errno;
    if (s->shell == 0)
        run_shell(command);
    return 0;
}

static void *pump_terminal(void *arg) {
    struct session *s = arg;
    uint8_t piece[CHANNEL_PAYLOAD_BYTES];
    int status = 0;
    ssize_t n;

    for (;;) {
        n = read(s->terminal, piece, sizeof(piece));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || channel_send(s->channel, FRAME_PAYLOAD_OUTPUT, piece, (size_t)n) < 0)
            break; /* EIO: nobody holds the terminal any more */
    }
    kill(-s->shell, SIGHUP);
    waitpid(s->shell, &status, 0);
    if (s->client_takes_exit_code) {
        char code[16];

        snprintf(code, sizeof(code), "%d", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
        channel_send(s->channel, FRAME_PAYLOAD_EXIT_CODE, code, strlen(code));
    }
    channel_flush(s->channel, FLUSH_MS);
    send_state(s, "Terminating");
    return NULL;
}

static void resize(struct session *s, const struct channel_payload *p) {
    json_t *value = json_loadb((const char *)p->data, p->length, 0, NULL);
    int columns, rows;

    if (value != NULL && json_unpack(value, "{s:i,s:i}", "cols", &columns, "rows", &rows) == 0 &&
        columns > 0 && rows > 0) {
        struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};

        ioctl(s->terminal, TIOCSWINSZ, &size);
    }
    json_decref(value);
}

static uint32_t flag_of(const struct channel_payload *p) {
    return p->length != 4 ? 0
                          : (uint32_t)p->data[0] << 24 | (uint32_t)p->data[1] << 16 |
                                (uint32_t)p->data[2] << 8 | p->data[3];
}

static int serve_shell(struct session *s) {
    pthread_t pump;
    struct channel_payload p;
    int r = start_shell(s);

    if (r < 0)
        return r;
    r = pthread_create(&pump, NULL, pump_terminal, s);
    if (r != 0)
        return -r;
    while ((r = channel_receive(s->channel, -1, &p)) == 0) {
        if (p.type == FRAME_PAYLOAD_OUTPUT) {
            if (fd_write_all(s->terminal, p.data, p.length) < 0)
                break; /* the shell has gone; the pump tells the client */
        } else if (p.type == FRAME_PAYLOAD_SIZE) {
            resize(s, &p);
        } else if (p.type == FRAME_PAYLOAD_FLAG && flag_of(&p) == FRAME_FLAG_TERMINATE) {
            break;
        }
    }
    /* Whoever ended it: nothing of the session stays. */
    if (r < 0 || p.type == FRAME_PAYLOAD_FLAG)
        kill(-s->shell, SIGHUP);
    while (r == 0 && (r = channel_receive(s->channel, -1, &p)) == 0)
        ; /* keeps acknowledgements flowing until the service closes */
    kill(-s->shell, SIGKILL);
    pthread_join(pump, NULL);
    close(s->terminal);
    return 0;
}

/* -- port forwarding ------------------------------------------------------------------------------- */

static int connect_port(struct session *s) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_INET}, *list, *at;
    int fd = -1;

    if (getaddrinfo(s->port_host, s->port, &hints, &list) != 0)
        return -1;
    for (at = list; at != NULL && fd < 0; at = at->ai_next) {
        fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, 0);
        if (fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen) < 0)
            fd_close(&fd);
    }
    freeaddrinfo(list);
    return fd;
}

struct port_pump {
    struct session *session;
    int fd;
};

static void *pump_port(void *arg) {
    struct port_pump *pump = arg;
    uint8_t piece[CHANNEL_PAYLOAD_BYTES];
    ssize_t n;

    while ((n = read(pump->fd, piece, sizeof(piece))) > 0)
        if (channel_send(pump->session->channel, FRAME_PAYLOAD_OUTPUT, piece, (size_t)n) < 0)
            break;
    /* The published client learns of the far end's close by the next write's failing: so does ours. */
    shutdown(pump->fd, SHUT_RDWR);
    return NULL;
}

static void end_connection(struct port_pump *pump, pthread_t thread) {
    if (pump->fd < 0)
        return;
    shutdown(pump->fd, SHUT_RDWR);
    pthread_join(thread, NULL);
    fd_close(&pump->fd);
}

/* One connection at a time: made when the client's first bytes come, ended by its flag. */
static int serve_port(struct session *s) {
    struct port_pump pump = {s, -1};
    struct channel_payload p;
    pthread_t thread = 0;

    s->port = json_string_value(json_object_get(s->properties, "portNumber"));
    s->port_host = json_string_value(json_object_get(s->properties, "host"));
    if (s->port_host == NULL || *s->port_host == '\0')
        s->port_host = "127.0.0.1";
    if (s->port == NULL)
        return -EINVAL;
    /* Protocols in which the server speaks first need the connection before the client's first byte. */
    pump.fd = connect_port(s);
    if (pump.fd < 0)
        return -ECONNREFUSED;
    if (pthread_create(&thread, NULL, pump_port, &pump) != 0)
        return -ENOMEM;
    while (channel_receive(s->channel, -1, &p) == 0) {
        if (p.type == FRAME_PAYLOAD_FLAG && flag_of(&p) == FRAME_FLAG_TERMINATE)
            break;
        if (p.type == FRAME_PAYLOAD_FLAG && flag_of(&p) == FRAME_FLAG_DISCONNECT_TO_PORT) {
            end_connection(&pump, thread);
        } else if (p.type == FRAME_PAYLOAD_OUTPUT) {
            if (pump.fd >= 0 && fd_write_all(pump.fd, p.data, p.length) == 0)
                continue;
            end_connection(&pump, thread);
            pump.fd = connect_port(s);
            if (pump.fd < 0)
                break;
            if (pthread_create(&thread, NULL, pump_port, &pump) != 0)
                break;
            fd_write_all(pump.fd, p.data, p.length);
        }
    }
    end_connection(&pump, thread);
    send_state(s, "Terminating");
    return 0;
}

int agent_worker_main(int argc, char **argv) {
    struct session s = {.terminal = -1, .shell = -1};
    struct agent_identity me = {0};
    char why[WS_ERROR_BYTES] = "";
    struct ws *ws = NULL;
    int r;

    (void)argc;
    (void)argv;
    log_setup("ssm-session-worker", LOG_LEVEL_INFO);
    signal(SIGPIPE, SIG_IGN);
    r = read_document(&s);
    if (r < 0) {
        log_error("not a session document");
        return 1;
    }
    r = agent_identify(&s.arena, &me);
    if (r == 0)
        r = agent_open_channel(&me, "data-channel", s.id, why, &ws);
    if (r < 0) {
        log_error("session %s: data channel: %s", s.id, *why != '\0' ? why : strerror(-r));
        return 1;
    }
    aws_done(&me.aws);
    r = channel_open(ws, CHANNEL_AGENT, &s.channel);
    if (r < 0)
        return 1;
    send_state(&s, "Connected");
    r = handshake(&s);
    if (r == 0)
        r = text_is(s.type, "Port") ? serve_port(&s) : serve_shell(&s);
    if (r < 0) {
        const char *words = arena_printf(&s.arena, "%s: %s\r\n", s.type, strerror(-r));

        log_error("session %s: %s", s.id, strerror(-r));
        channel_send(s.channel, FRAME_PAYLOAD_OUTPUT, words, strlen(words));
        channel_flush(s.channel, FLUSH_MS);
        send_state(&s, "Terminating");
    }
    channel_free(s.channel);
    json_decref(s.properties);
    arena_free(&s.arena);
    return r < 0;
}
