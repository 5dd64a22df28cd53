/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terminal: a terminal for a command that runs elsewhere.
 *
 * Theory of operation: there are two, one behind the other.  The near one, made by `vpcbox run -t`, is raw: it only
 * carries bytes and the window's size into the instance.  There `vpcbox terminal` makes the far one from the
 * instance's own /dev/pts, so that it has a name there, and starts the command on it in a session of its own.  Both
 * halves are the same loop, with the far end's master as one side.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/fd.h"
#include "cli/cli.h"

enum { PIECE_BYTES = 16384, DRAIN_MS = 200, END_OF_FILE = 4 /* Ctrl-D */ };

static volatile sig_atomic_t resized, stopped;

static void note_size(int signal) {
    (void)signal;
    resized = 1;
}

/* Whoever is ended puts the terminal in order first. */
static void note_stop(int signal) {
    stopped = signal;
}

static void pass_size(int master) {
    struct winsize size;

    resized = 0;
    if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        ioctl(master, TIOCSWINSZ, &size);
}

int terminal_open(int *ret_master) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), terminal = -1;

    if (master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0)
        terminal = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0) {
        fd_close(&master);
        return -errno;
    }
    signal(SIGWINCH, note_size);
    pass_size(master);
    *ret_master = master;
    return terminal;
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

int terminal_attend(int master, int end, bool (*ended)(int end, int *ret_status)) {
    struct pollfd p[3] = {{.fd = end, .events = POLLIN},
                          {.fd = master, .events = POLLIN},
                          {.fd = STDIN_FILENO, .events = POLLIN}};
    char piece[PIECE_BYTES];
    int status;
    ssize_t n;

    signal(SIGTERM, note_stop);
    signal(SIGHUP, note_stop);
    while (!stopped) {
        if (resized)
            pass_size(master);
        if (poll(p, 3, -1) < 0)
            continue;
        if (p[1].revents != 0 && !show(master))
            p[1].fd = -1; /* nobody holds the terminal's near end any more */
        if (p[2].revents != 0) {
            n = read(STDIN_FILENO, piece, sizeof(piece));
            if (n <= 0) { /* a pipe has ended: who reads from a terminal learns that by this key */
                p[2].fd = -1;
                piece[0] = END_OF_FILE;
                n = 1;
            }
            if (fd_write_all(master, piece, (size_t)n) < 0)
                p[2].fd = -1;
        }
        if (p[0].revents != 0 && ended(end, &status)) {
            drain(master);
            return status;
        }
    }
    return 128 + stopped;
}

/* -- the far half ---------------------------------------------------------------------------------- */

static bool child_ended(int end, int *ret_status) {
    siginfo_t how = {0};

    if (waitid(P_PIDFD, (id_t)end, &how, WEXITED) < 0)
        *ret_status = 126;
    else
        *ret_status = how.si_code == CLD_EXITED ? how.si_status : 128 + how.si_status;
    return true;
}

static void become(int terminal, char **argv) {
    setsid();
    if (ioctl(terminal, TIOCSCTTY, 0) < 0)
        _exit(126);
    for (int i = 0; i < 3; i++)
        if (dup2(terminal, i) < 0)
            _exit(126);
    close_range(3, ~0U, 0);
    execvp(argv[0], argv);
    fprintf(stderr, "vpcbox: %s: %s\n", argv[0], strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}

int terminal_main(int argc, char **argv) {
    int master = -1, terminal, end, status;
    pid_t pid;

    if (argc < 2) {
        fputs("vpcbox: terminal needs a command\n", stderr);
        return 2;
    }
    terminal = terminal_open(&master);
    pid = terminal < 0 ? -1 : fork();
    if (pid == 0)
        become(terminal, argv + 1);
    end = pid < 0 ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
    if (end < 0) {
        fprintf(stderr, "vpcbox: no terminal can be made here: %s\n", strerror(errno));
        return 126;
    }
    close(terminal);
    status = terminal_attend(master, end, child_ended);
    close(end);
    close(master);
    return status;
}
