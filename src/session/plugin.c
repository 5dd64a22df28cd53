/* SPDX-License-Identifier: Apache-2.0 */
#include "session/plugin.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fd.h"
#include "base/text.h"
#include "session/channel.h"
#include "session/forward.h"
#include "session/plugin_port.h"
#include "session/version.h"

enum { HANDSHAKE_MS = 60000, EOF_AGAIN_MS = 300, FIRST_SIZE_COLUMNS = 80, FIRST_SIZE_ROWS = 24 };

struct plugin {
    const char *session_id;
    struct channel *channel;
    json_t *properties;
    const char *session_type;
    int signals; /* signalfd of SIGWINCH, SIGINT, SIGTERM, SIGHUP */
    int ended;   /* eventfd: the session is over, the input thread shall end */
    bool raw;
    struct termios before;
    int exit_status;
    const char *agent_version;
    bool announced;    /* the user knows the session's name */
    bool own_protocol; /* our agent offers it, and we have taken it */
};

/* The channel is closed by now, so the thread is not held up in a send. */
static void end_input(struct plugin *p, pthread_t input) {
    if (eventfd_write(p->ended, 1) == 0)
        pthread_join(input, NULL);
}

/* -- opening --------------------------------------------------------------------------------------- */

static int open_channel(struct plugin *p, const char *url, const char *token) {
    struct ws_connect connect = {.url = url};
    char why[WS_ERROR_BYTES] = "", client_id[FRAME_UUID_TEXT_BYTES], request_id[FRAME_UUID_TEXT_BYTES];
    struct ws *ws;
    json_t *open;
    char *text;
    int r = ws_connect(&connect, why, &ws);

    if (r < 0) {
        fprintf(stderr, "Cannot perform start session: %s: %s\n", url, why);
        return r;
    }
    frame_uuid(client_id);
    frame_uuid(request_id);
    open = json_pack("{s:s,s:s,s:s,s:s,s:s}", "MessageSchemaVersion", "1.0", "RequestId", request_id,
                     "TokenValue", token, "ClientId", client_id, "ClientVersion", PLUGIN_VERSION);
    text = json_dumps(open, JSON_COMPACT);
    r = ws_write(ws, WS_TEXT, text, strlen(text), 10000);
    free(text);
    json_decref(open);
    return r < 0 ? r : channel_open(ws, CHANNEL_CLIENT, &p->channel);
}

/* Answers the agent's request: what we understand succeeds, the rest is status 3, unsupported. */
static int answer_handshake(struct plugin *p, const struct channel_payload *request) {
    json_t *root = json_loadb((const char *)request->data, request->length, 0, NULL), *action,
           *done = json_array();
    const char *version = json_string_value(json_object_get(root, "AgentVersion"));
    size_t i;

    p->agent_version = version == NULL ? "" : version;
    json_array_foreach(json_object_get(root, "RequestedClientActions"), i, action) {
        const char *type = json_string_value(json_object_get(action, "ActionType"));
        json_t *parameters = json_object_get(action, "ActionParameters");
        bool known = text_is(type, "SessionType");
        json_t *result = NULL;

        if (known) {
            p->session_type = json_string_value(json_object_get(parameters, "SessionType"));
            p->properties = json_object_get(parameters, "Properties");
            p->own_protocol =
                json_integer_value(json_object_get(p->properties, FORWARD_OFFER)) == FORWARD_OWN;
            if (p->own_protocol)
                result = json_pack("{s:i}", FORWARD_OFFER, FORWARD_OWN);
        }
        json_array_append_new(done, json_pack("{s:s,s:i,s:o?,s:s}", "ActionType", type == NULL ? "" : type,
                                              "ActionStatus", known ? 1 : 3, "ActionResult", result, "Error",
                                              known ? "" : "Unsupported action"));
    }
    /* root stays: session_type and properties point into it for the session's life. */
    return channel_send_json(p->channel, FRAME_PAYLOAD_HANDSHAKE_RESPONSE,
                             json_pack("{s:s,s:o,s:[]}", "ClientVersion", PLUGIN_VERSION,
                                       "ProcessedClientActions", done, "Errors"));
}

static void announce(struct plugin *p) {
    if (!p->announced)
        printf("\nStarting session with SessionId: %s\n", p->session_id);
    fflush(stdout);
    p->announced = true;
}

static int handshake(struct plugin *p) {
    struct channel_payload m;
    int r;

    while ((r = channel_receive(p->channel, HANDSHAKE_MS, &m)) == 0) {
        if (m.type == FRAME_PAYLOAD_HANDSHAKE_REQUEST)
            answer_handshake(p, &m);
        else if (m.type == FRAME_PAYLOAD_HANDSHAKE_COMPLETE)
            return p->session_type == NULL ? -EPROTO : 0;
        else if (m.type == FRAME_PAYLOAD_OUTPUT) {
            bool shell = p->session_type == NULL;

            announce(p);
            fd_write_all(STDOUT_FILENO, m.data, m.length);
            if (shell) { /* a published agent: shells and interactive commands begin without a handshake */
                p->session_type = "Standard_Stream";
                return 0;
            }
        }
    }
    return r;
}

/* -- shell ----------------------------------------------------------------------------------------- */

static void send_size(struct plugin *p) {
    struct winsize size = {.ws_col = FIRST_SIZE_COLUMNS, .ws_row = FIRST_SIZE_ROWS};

    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    if (size.ws_col > 0 && size.ws_row > 0)
        channel_send_json(p->channel, FRAME_PAYLOAD_SIZE,
                          json_pack("{s:i,s:i}", "cols", size.ws_col, "rows", size.ws_row));
}

static void raw_on(struct plugin *p) {
    struct termios raw;

    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &p->before) < 0)
        return;
    raw = p->before;
    cfmakeraw(&raw);
    p->raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

static void raw_off(struct plugin *p) {
    if (p->raw)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &p->before);
    p->raw = false;
}

/* Keys, signals and window sizes to the far side. */
static void *shell_input(void *arg) {
    struct plugin *p = arg;
    struct pollfd fds[3] = {{.fd = STDIN_FILENO, .events = POLLIN},
                            {.fd = p->signals, .events = POLLIN},
                            {.fd = p->ended, .events = POLLIN}};
    uint8_t piece[CHANNEL_PAYLOAD_BYTES];

    send_size(p);
    for (;;) {
        int ready = poll(fds, 3, fds[0].fd < 0 ? EOF_AGAIN_MS : -1);

        if ((ready < 0 && errno != EINTR) || fds[2].revents != 0)
            return NULL;
        /* A terminal forgets an end that comes while a program runs that reads nothing: until it is heard. */
        if (ready == 0 && channel_send(p->channel, FRAME_PAYLOAD_OUTPUT, "\004", 1) < 0)
            return NULL;
        if (ready > 0 && fds[1].revents != 0) {
            struct signalfd_siginfo info;

            if (read(p->signals, &info, sizeof(info)) == sizeof(info)) {
                if (info.ssi_signo == SIGWINCH) {
                    send_size(p);
                } else if (info.ssi_signo == SIGINT) {
                    channel_send(p->channel, FRAME_PAYLOAD_OUTPUT, "\003", 1);
                } else {
                    channel_send_flag(p->channel, FRAME_FLAG_TERMINATE);
                }
            }
        }
        if (ready > 0 && fds[0].revents != 0) {
            ssize_t n = read(STDIN_FILENO, piece, sizeof(piece));

            if (n <= 0) {
                /* The end of a script's input ends the far shell as it would end a near one. */
                channel_send(p->channel, FRAME_PAYLOAD_OUTPUT, "\004", 1);
                fds[0].fd = -1;
            } else if (channel_send(p->channel, FRAME_PAYLOAD_OUTPUT, piece, (size_t)n) < 0) {
                return NULL;
            }
        }
    }
}

/* A number; or "EXIT_CODE: 7", when the user has asked for outputs apart and looks for it among them. */
static void take_exit_code(struct plugin *p, const struct channel_payload *m) {
    static const char words[] = "EXIT_CODE: ";
    char text[32] = "";

    memcpy(text, m->data, m->length < sizeof(text) ? m->length : sizeof(text) - 1);
    if (text_starts(text, words))
        fd_write_all(STDOUT_FILENO, m->data, m->length);
    p->exit_status = atoi(text_starts(text, words) ? text + strlen(words) : text) & 255;
}

static void run_shell(struct plugin *p) {
    pthread_t input;
    struct channel_payload m;

    raw_on(p);
    if (pthread_create(&input, NULL, shell_input, p) != 0)
        return;
    while (channel_receive(p->channel, -1, &m) == 0) {
        if (m.type == FRAME_PAYLOAD_OUTPUT)
            fd_write_all(STDOUT_FILENO, m.data, m.length);
        else if (m.type == FRAME_PAYLOAD_STDERR || m.type == FRAME_PAYLOAD_ERROR)
            fd_write_all(STDERR_FILENO, m.data, m.length);
        else if (m.type == FRAME_PAYLOAD_EXIT_CODE)
            take_exit_code(p, &m);
    }
    raw_off(p);
    end_input(p, input);
}

/* -- main ------------------------------------------------------------------------------------------ */

/* Standard input and output are a connection's (ssh's ProxyCommand): nothing else may be written there. */
static bool is_joined(const struct plugin *p) {
    return text_is(p->session_type, "Port") &&
           !text_is(json_string_value(json_object_get(p->properties, "type")), "LocalPortForwarding");
}

static void run(struct plugin *p) {
    const struct plugin_port port = {.session_id = p->session_id,
                                     .channel = p->channel,
                                     .properties = p->properties,
                                     .agent_version = p->agent_version,
                                     .own_protocol = p->own_protocol,
                                     .signals = p->signals,
                                     .ended = p->ended};

    if (is_joined(p)) {
        p->exit_status = plugin_port_join(&port);
        return;
    }
    announce(p);
    if (text_is(p->session_type, "Port"))
        p->exit_status = plugin_port_listen(&port);
    else
        run_shell(p);
}

static int run_session(struct plugin *p, const char *url, const char *token) {
    sigset_t set;
    const char *words;
    int r;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGWINCH);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    p->signals = signalfd(-1, &set, SFD_CLOEXEC);
    p->ended = eventfd(0, EFD_CLOEXEC);
    if (p->signals < 0 || p->ended < 0)
        return 1;
    if (open_channel(p, url, token) < 0)
        return 1;
    r = handshake(p);
    if (r < 0) {
        words = channel_closing_words(p->channel);
        fprintf(stderr, "Cannot perform start session: %s\n", *words != '\0' ? words : strerror(-r));
        channel_free(p->channel);
        return 1;
    }
    run(p);
    words = channel_closing_words(p->channel);
    if (*words != '\0')
        fprintf(is_joined(p) ? stderr : stdout, "\n\nSessionId: %s : %s\n\n", p->session_id, words);
    else if (!is_joined(p))
        printf("\n\nExiting session with sessionId: %s.\n\n", p->session_id);
    channel_free(p->channel);
    return p->exit_status;
}

int plugin_main(int argc, char **argv) {
    struct plugin p = {0};
    const char *response, *url, *token;
    json_t *root;

    if (argc == 1) {
        puts(
            "\nThe Session Manager plugin was installed successfully. Use the AWS CLI to start a session.\n");
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        puts(PLUGIN_VERSION);
        return 0;
    }
    if (argc < 4 || strcmp(argv[3], "StartSession") != 0) {
        fprintf(stderr,
                "\nUnknown operation %s. \nUse session-manager-plugin --version to check the version.\n\n",
                argc < 4 ? argv[1] : argv[3]);
        return 2;
    }
    response = argv[1];
    if (text_starts(response, "AWS_SSM_START_SESSION_RESPONSE")) {
        response = getenv(argv[1]);
        if (response == NULL)
            response = "";
    }
    root = json_loads(response, 0, NULL);
    if (root == NULL || json_unpack(root, "{s:s,s:s,s:s}", "SessionId", &p.session_id, "StreamUrl", &url,
                                    "TokenValue", &token) < 0) {
        fputs("Cannot perform start session: the response is not StartSession's\n", stderr);
        return 2;
    }
    return run_session(&p, url, token);
}
