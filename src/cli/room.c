/* SPDX-License-Identifier: Apache-2.0 */
/*
 * room: run and connect: programs of the box's, inside an instance or on the simulated internet.
 *
 * Theory of operation: the admin socket takes the three streams of the command and tells its end.  Without -t the
 * terminal stays this session's own: its keys become signals that are passed on.  With -t the command gets a terminal
 * of its own, whose far end is copied here; then keys are bytes like any other, and the size follows this terminal's.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "cli/make.h"

enum { PIECE_BYTES = 16384, DRAIN_MS = 200 };

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
    const int fds[3] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
    int status;

    if (room_start(c, where, argv, false, fds, &signal_socket) != 0)
        return 126;
    signal(SIGINT, pass_signal);
    signal(SIGTERM, pass_signal);
    signal(SIGHUP, pass_signal);
    status = room_wait(signal_socket);
    close(signal_socket);
    return status;
}

/* -- with a terminal ------------------------------------------------------------------------------- */

static volatile sig_atomic_t resized;

static void note_size(int signal) {
    (void)signal;
    resized = 1;
}

static void pass_size(int master) {
    struct winsize size;

    resized = 0;
    if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        ioctl(master, TIOCSWINSZ, &size);
}

static bool show(int master) {
    char piece[PIECE_BYTES];
    ssize_t n = read(master, piece, sizeof(piece));

    return n > 0 && fd_write_all(STDOUT_FILENO, piece, (size_t)n) == 0;
}

/* What the command said last may still be in the terminal. */
static void drain(int master) {
    struct pollfd p = {.fd = master, .events = POLLIN};

    while (poll(&p, 1, DRAIN_MS) > 0 && show(master))
        ;
}

static int attend(int master, int sock) {
    struct pollfd p[3] = {{.fd = sock, .events = POLLIN},
                          {.fd = master, .events = POLLIN},
                          {.fd = STDIN_FILENO, .events = POLLIN}};
    char piece[PIECE_BYTES];
    int status = 126;
    ssize_t n;

    for (;;) {
        if (resized)
            pass_size(master);
        if (poll(p, 3, -1) < 0)
            continue;
        if (p[1].revents != 0 && !show(master))
            p[1].fd = -1; /* nobody holds the terminal's near end any more */
        if (p[2].revents != 0) {
            n = read(STDIN_FILENO, piece, sizeof(piece));
            if (n <= 0) {
                p[2].fd = -1;
                piece[0] = 4; /* what Ctrl-D is to who reads from a terminal */
                n = 1;
            }
            if (fd_write_all(master, piece, (size_t)n) < 0)
                p[2].fd = -1;
        }
        if (p[0].revents != 0) {
            n = fd_receive(sock, piece, sizeof(piece) - 1, NULL, NULL);
            if (n > 0 && !is_end(piece, (size_t)n, &status))
                continue;
            if (n <= 0)
                cli_error("the box went away while the command ran");
            drain(master);
            return status;
        }
    }
}

static int run_on_terminal(struct cli *c, const char *where, char *const *argv) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), terminal = -1, sock, status;
    bool raw = isatty(STDIN_FILENO) == 1;
    struct termios before, settings;

    if (master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0)
        terminal = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0) {
        cli_error("no terminal can be made: %s", strerror(errno));
        fd_close(&master);
        return 126;
    }
    pass_size(master);
    if (room_start(c, where, argv, true, (const int[]){terminal, terminal, terminal}, &sock) != 0) {
        close(terminal);
        close(master);
        return 126;
    }
    close(terminal);
    signal(SIGWINCH, note_size);
    raw = raw && tcgetattr(STDIN_FILENO, &before) == 0;
    if (raw) {
        settings = before;
        cfmakeraw(&settings);
        tcsetattr(STDIN_FILENO, TCSADRAIN, &settings);
    }
    status = attend(master, sock);
    if (raw)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
    close(sock);
    close(master);
    return status;
}

int cmd_run(struct cli *c) {
    const char *where = room_named(c, c->argv[0]);

    if (where == NULL)
        return 126;
    return c->tty ? run_on_terminal(c, where, c->argv + 1) : run_plain(c, where, c->argv + 1);
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
