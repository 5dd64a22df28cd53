/* SPDX-License-Identifier: Apache-2.0 */
#include "session/plugin.h"

#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fd.h"
#include "base/text.h"
#include "session/channel.h"

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
    _Atomic int connection; /* port session: the local client, or -1 */
};

static int send_json(struct channel *ch, uint32_t type, json_t *value) {
    char *text = json_dumps(value, JSON_COMPACT);
    int r = channel_send(ch, type, text, strlen(text));

    free(text);
    json_decref(value);
    return r;
}

static void send_flag(struct channel *ch, uint32_t flag) {
    const uint8_t bytes[4] = {(uint8_t)(flag >> 24), (uint8_t)(flag >> 16), (uint8_t)(flag >> 8),
                              (uint8_t)flag};

    channel_send(ch, FRAME_PAYLOAD_FLAG, bytes, sizeof(bytes));
}

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
    size_t i;

    json_array_foreach(json_object_get(root, "RequestedClientActions"), i, action) {
        const char *type = json_string_value(json_object_get(action, "ActionType"));
        json_t *parameters = json_object_get(action, "ActionParameters");
        bool known = text_is(type, "SessionType");

        if (known) {
            p->session_type = json_string_value(json_object_get(parameters, "SessionType"));
            p->properties = json_object_get(parameters, "Properties");
        }
        json_array_append_new(done, json_pack("{s:s,s:i,s:n,s:s}", "ActionType", type == NULL ? "" : type,
                                              "ActionStatus", known ? 1 : 3, "ActionResult", "Error",
                                              known ? "" : "Unsupported action"));
    }
    /* root stays: session_type and properties point into it for the session's life. */
    return send_json(p->channel, FRAME_PAYLOAD_HANDSHAKE_RESPONSE,
                     json_pack("{s:s,s:o,s:[]}", "ClientVersion", PLUGIN_VERSION, "ProcessedClientActions",
                               done, "Errors"));
}

static int handshake(struct plugin *p) {
    struct channel_payload m;
    int r;

    while ((r = channel_receive(p->channel, HANDSHAKE_MS, &m)) == 0) {
        if (m.type == FRAME_PAYLOAD_HANDSHAKE_REQUEST)
            answer_handshake(p, &m);
        else if (m.type == FRAME_PAYLOAD_HANDSHAKE_COMPLETE)
            return p->session_type == NULL ? -EPROTO : 0;
        else if (m.type == FRAME_PAYLOAD_OUTPUT)
            fd_write_all(STDOUT_FILENO, m.data, m.length);
    }
    return r;
}

/* -- shell ----------------------------------------------------------------------------------------- */

static void send_size(struct plugin *p) {
    struct winsize size = {.ws_col = FIRST_SIZE_COLUMNS, .ws_row = FIRST_SIZE_ROWS};

    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    if (size.ws_col > 0 && size.ws_row > 0)
        send_json(p->channel, FRAME_PAYLOAD_SIZE,
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
                    send_flag(p->channel, FRAME_FLAG_TERMINATE);
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
        else if (m.type == FRAME_PAYLOAD_EXIT_CODE && m.length > 0 && m.length < 8) {
            char code[8] = "";

            memcpy(code, m.data, m.length);
            p->exit_status = atoi(code) & 255;
        }
    }
    raw_off(p);
    end_input(p, input);
}

/* -- port ------------------------------------------------------------------------------------------ */

static int listen_local(struct plugin *p, uint16_t *ret_port) {
    const char *wanted = json_string_value(json_object_get(p->properties, "localPortNumber"));
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(at);
    int64_t port = 0;
    const int one = 1;
    int fd;

    if (wanted != NULL && *wanted != '\0' && parse_int(wanted, 0, 65535, &port) < 0)
        return -EINVAL;
    at.sin_port = htons((uint16_t)port);
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 16) < 0 ||
        getsockname(fd, (struct sockaddr *)&at, &length) < 0) {
        int r = -errno;

        close(fd);
        return r;
    }
    *ret_port = ntohs(at.sin_port);
    return fd;
}

struct port_input {
    struct plugin *plugin;
    int listener;
};

/* Serves local clients one after the other; a signal ends the session. */
static void *port_input(void *arg) {
    struct port_input *in = arg;
    struct plugin *p = in->plugin;
    uint8_t piece[CHANNEL_PAYLOAD_BYTES];

    for (;;) {
        int fd = atomic_load(&p->connection);
        struct pollfd fds[3] = {{.fd = fd < 0 ? in->listener : fd, .events = POLLIN},
                                {.fd = p->signals, .events = POLLIN},
                                {.fd = p->ended, .events = POLLIN}};

        if ((poll(fds, 3, -1) < 0 && errno != EINTR) || fds[2].revents != 0)
            return NULL;
        if (fds[1].revents != 0) {
            struct signalfd_siginfo info;

            if (read(p->signals, &info, sizeof(info)) == sizeof(info) && info.ssi_signo != SIGWINCH) {
                puts("Terminate signal received, exiting.");
                send_flag(p->channel, FRAME_FLAG_TERMINATE);
                return NULL;
            }
        }
        if (fds[0].revents == 0)
            continue;
        if (fd < 0) {
            fd = accept4(in->listener, NULL, NULL, SOCK_CLOEXEC);
            if (fd >= 0) {
                printf("Connection accepted for session %s.\n", p->session_id);
                fflush(stdout);
                atomic_store(&p->connection, fd);
            }
        } else {
            ssize_t n = read(fd, piece, sizeof(piece));

            if (n > 0) {
                if (channel_send(p->channel, FRAME_PAYLOAD_OUTPUT, piece, (size_t)n) < 0)
                    return NULL;
                continue;
            }
            atomic_store(&p->connection, -1);
            close(fd);
            send_flag(p->channel, FRAME_FLAG_DISCONNECT_TO_PORT);
        }
    }
}

static int run_port(struct plugin *p) {
    struct port_input in = {p, -1};
    struct channel_payload m;
    pthread_t input;
    uint16_t port = 0;

    atomic_store(&p->connection, -1);
    in.listener = listen_local(p, &port);
    if (in.listener < 0) {
        fprintf(stderr, "Cannot listen on the local port: %s\n", strerror(-in.listener));
        send_flag(p->channel, FRAME_FLAG_TERMINATE);
        return 1;
    }
    printf("Port %u opened for sessionId %s.\nWaiting for connections...\n", port, p->session_id);
    fflush(stdout);
    if (pthread_create(&input, NULL, port_input, &in) != 0)
        return 1;
    while (channel_receive(p->channel, -1, &m) == 0) {
        int fd = atomic_load(&p->connection);

        if (m.type == FRAME_PAYLOAD_OUTPUT && fd >= 0)
            fd_write_all(fd, m.data, m.length); /* a client that went away is the input thread's to see */
    }
    end_input(p, input);
    close(in.listener);
    return 0;
}

/* -- main ------------------------------------------------------------------------------------------ */

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
    printf("\nStarting session with SessionId: %s\n", p->session_id);
    fflush(stdout);
    if (open_channel(p, url, token) < 0)
        return 1;
    r = handshake(p);
    if (r < 0) {
        words = channel_closing_words(p->channel);
        fprintf(stderr, "Cannot perform start session: %s\n", *words != '\0' ? words : strerror(-r));
        channel_free(p->channel);
        return 1;
    }
    if (text_is(p->session_type, "Port"))
        p->exit_status = run_port(p);
    else
        run_shell(p);
    words = channel_closing_words(p->channel);
    if (*words != '\0')
        printf("\n\nSessionId: %s : %s\n\n", p->session_id, words);
    else
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
