/* SPDX-License-Identifier: Apache-2.0 */
/*
 * room: run and connect: programs of the box's, inside an instance or on the simulated internet.
 *
 * Theory of operation: the admin socket takes the three streams of the command (streams.h) and tells its end.
 * Without -t the terminal stays this session's own: its keys become signals that are passed on.  With -t the command
 * gets a terminal of its own (terminal.c); then keys are bytes like any other, and the size follows this terminal's.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "cli/make.h"
#include "cli/streams.h"

const char *room_named(struct cli *c, const char *word) {
    if (c->aws.endpoint_url == NULL) {
        cli_no_box(c);
        return NULL;
    }
    if (text_is(word, "internet") || text_is(word, "svc") || cli_is_id("instance", word))
        return word;
    return cli_named(c, "instance", word);
}

int room_start(struct cli *c, const char *where, char *const *words, bool tty, const int fds[3],
               int *ret_sock) {
    static const char *const passed[] = {"TERM", "LANG", "LC_ALL", "COLUMNS", "LINES"};
    json_t *argv = json_array(), *env = json_array(), *reply;

    for (; *words != NULL; words++)
        if (json_array_append_new(argv, json_string(*words)) < 0) {
            cli_error("\"%s\" is not UTF-8, which a command's words have to be", *words);
            json_decref(argv);
            json_decref(env);
            return 1;
        }
    for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
        if (getenv(passed[i]) != NULL)
            json_array_append_new(env,
                                  json_string(arena_printf(c->arena, "%s=%s", passed[i], getenv(passed[i]))));
    reply = box_request(c,
                        json_pack("{s:s,s:s,s:o,s:o,s:b}", "do", "run", "target", where, "argv", argv, "env",
                                  env, "tty", tty),
                        fds, 3, ret_sock);
    if (reply == NULL)
        return 1;
    json_decref(reply);
    return 0;
}

/* True when the message tells the end. */
static bool is_end(const char *text, size_t length, int *ret_status) {
    json_t *message = json_loadb(text, length, 0, NULL);
    bool end = message != NULL && json_unpack(message, "{s:i}", "exit", ret_status) == 0;

    json_decref(message);
    return end;
}

int room_wait(int sock) {
    char answer[256];
    int status;
    ssize_t n;

    while ((n = fd_receive(sock, answer, sizeof(answer) - 1, NULL, NULL)) > 0)
        if (is_end(answer, (size_t)n, &status))
            return status;
    cli_error("the box went away while the command ran");
    return 126;
}

static int signal_socket = -1;

static void pass_signal(int signal) {
    char text[] = "{\"signal\":  }"; /* by hand: snprintf() may take locks */

    if (signal >= 10)
        text[10] = (char)('0' + signal / 10 % 10);
    text[11] = (char)('0' + signal % 10);
    if (write(signal_socket, text, sizeof(text) - 1) < 0)
        return; /* the box is gone; the wait for its answer ends by itself */
}

static int run_plain(struct cli *c, const char *where, char *const *argv) {
    struct streams streams;
    int status, r = streams_open(&streams);

    if (r < 0) {
        cli_error("no pipes can be made for the command's streams: %s", strerror(-r));
        return 126;
    }
    status = room_start(c, where, argv, false, streams.fds, &signal_socket);
    streams_given(&streams);
    if (status != 0) {
        streams_end(&streams);
        return 126;
    }
    signal(SIGINT, pass_signal);
    signal(SIGTERM, pass_signal);
    signal(SIGHUP, pass_signal);
    status = room_wait(signal_socket);
    close(signal_socket);
    r = streams_end(&streams);
    if (r < 0) {
        cli_error("the output cannot be written: %s", strerror(-r));
        return status != 0 ? status : 1;
    }
    return status;
}

/* -- with a terminal ------------------------------------------------------------------------------- */

static bool command_ended(int sock, int *ret_status) {
    char answer[256];
    ssize_t n = fd_receive(sock, answer, sizeof(answer) - 1, NULL, NULL);

    if (n > 0)
        return is_end(answer, (size_t)n, ret_status);
    cli_error("the box went away while the command ran");
    *ret_status = 126;
    return true;
}

static int run_on_terminal(struct cli *c, const char *where) {
    char **argv = arena_array(c->arena, char *, (size_t)c->argc + 2);
    struct termios before, raw;
    bool keys = isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &before) == 0;
    int master, terminal = terminal_open(&master), sock, status;

    if (terminal < 0) {
        cli_error("no terminal can be made: %s", strerror(-terminal));
        return 126;
    }
    argv[0] = (char *)(size_t)ROOM_PROGRAM;
    argv[1] = (char *)(size_t) "terminal";
    memcpy(argv + 2, c->argv + 1, sizeof(char *) * (size_t)c->argc); /* its NULL too */
    if (tcgetattr(terminal, &raw) == 0) {
        cfmakeraw(&raw);
        tcsetattr(terminal, TCSANOW, &raw);
    }
    status = room_start(c, where, argv, true, (const int[]){terminal, terminal, terminal}, &sock);
    close(terminal);
    if (status != 0) {
        close(master);
        return 126;
    }
    if (keys) {
        raw = before;
        cfmakeraw(&raw);
        tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    }
    status = terminal_attend(master, sock, command_ended);
    if (keys)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
    close(sock);
    close(master);
    return status;
}

int cmd_run(struct cli *c) {
    const char *where = room_named(c, c->argv[0]);

    if (where == NULL)
        return 126;
    return c->tty ? run_on_terminal(c, where) : run_plain(c, where, c->argv + 1);
}

/* -- connect --------------------------------------------------------------------------------------- */

int cmd_connect(struct cli *c) {
    const char *where = room_named(c, c->argv[0]), *host = c->argv[1];
    char *argv[] = {(char *)(size_t)ROOM_PROGRAM, (char *)(size_t) "join", NULL, c->argv[2], NULL};
    int64_t port;
    int status;

    if (where == NULL)
        return 1;
    if (parse_int(c->argv[2], 1, 65535, &port) < 0) {
        cli_error("a port is a number from 1 to 65535, not \"%s\"", c->argv[2]);
        return 2;
    }
    /* ssh's %h may be an instance, as with Session Manager: its address as seen from there. */
    if (cli_is_id("instance", host)) {
        host = instance_address(c, host, text_is(where, "internet"));
        if (host == NULL)
            return 1;
    }
    argv[2] = (char *)(size_t)host;
    status = run_plain(c, where, argv);
    if (status == 1)
        cli_error("`vpcbox explain %s %s:%s` tells whether packets get there", where, host, c->argv[2]);
    return status;
}
