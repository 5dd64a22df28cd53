/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker_shell: a session with a terminal: a shell, or one interactive command.  One loop over the channel's event and
 * the terminal: a terminal that takes no input holds up neither the output nor the session's end.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pty.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "session/worker.h"

enum { HANGUP_MS = 2000 };

struct shell {
    struct worker *worker;
    int terminal; /* master of the pty */
    pid_t process;
    const uint8_t *input; /* what the terminal has not taken yet, in the channel's hands */
    size_t input_length;
};

void worker_become_user(bool elevated) {
    struct passwd *user = elevated ? NULL : getpwnam("ssm-user");

    signal(SIGPIPE, SIG_DFL);
    setenv("TERM", "xterm-256color", 1);
    if (getenv("LANG") == NULL)
        setenv("LANG", "C.UTF-8", 1);
    /* Where the instance has one user id only, the session stays root's. */
    if (user == NULL || initgroups(user->pw_name, user->pw_gid) < 0 || setgid(user->pw_gid) < 0 ||
        setuid(user->pw_uid) < 0)
        user = getpwuid(getuid());
    if (user != NULL) {
        setenv("HOME", user->pw_dir, 1);
        setenv("USER", user->pw_name, 1);
        setenv("LOGNAME", user->pw_name, 1);
        setenv("SHELL", user->pw_shell, 1);
    }
    if (chdir("/usr/bin") < 0)
        _exit(126);
}

const char *worker_command(const struct worker *w, bool *ret_elevated) {
    const json_t *linux_part = json_object_get(w->properties, "linux");

    *ret_elevated = json_is_true(json_object_get(linux_part, "runAsElevated"));
    return json_string_value(json_object_get(linux_part, "commands"));
}

static void run_shell(const char *command, bool elevated) {
    worker_become_user(elevated);
    if (command != NULL)
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    /* Amazon Linux's sh is bash: so is its prompt. */
    execl("/bin/bash", "sh", "-i", (char *)NULL);
    execl("/bin/sh", "sh", "-i", (char *)NULL);
    _exit(127);
}

static int start_shell(struct shell *s) {
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    bool plain = text_is(s->worker->type, "Standard_Stream"), elevated = false;
    const char *command = plain ? NULL : worker_command(s->worker, &elevated);

    if (command == NULL && !plain)
        return -EINVAL;
    s->process = forkpty(&s->terminal, NULL, NULL, &size);
    if (s->process < 0)
        return -errno;
    if (s->process == 0)
        run_shell(command, elevated);
    if (plain && s->worker->shell_profile != NULL && *s->worker->shell_profile != '\0') {
        const char *line = arena_printf(&s->worker->arena, "%s\n", s->worker->shell_profile);

        fd_write_all(s->terminal, line, strlen(line));
    }
    fcntl(s->terminal, F_SETFL, fcntl(s->terminal, F_GETFL) | O_NONBLOCK);
    return 0;
}

static void resize(struct shell *s, const struct channel_payload *p) {
    json_t *value = json_loadb((const char *)p->data, p->length, 0, NULL);
    int columns, rows;

    if (value != NULL && json_unpack(value, "{s:i,s:i}", "cols", &columns, "rows", &rows) == 0 &&
        columns > 0 && rows > 0) {
        struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};

        ioctl(s->terminal, TIOCSWINSZ, &size);
    }
    json_decref(value);
}

/* The terminal's output to the client.  False when nobody holds the terminal any more (EIO). */
static bool pass_output(struct shell *s) {
    uint8_t piece[CHANNEL_PAYLOAD_BYTES];
    ssize_t n = read(s->terminal, piece, sizeof(piece));

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    return n > 0 && channel_send(s->worker->channel, FRAME_PAYLOAD_OUTPUT, piece, (size_t)n) == 0;
}

static void pass_input(struct shell *s) {
    ssize_t n = write(s->terminal, s->input, s->input_length);

    if (n > 0) {
        s->input += n;
        s->input_length -= (size_t)n;
    } else if (n < 0 && errno != EINTR && errno != EAGAIN) {
        s->input_length = 0; /* the shell has gone: the output's end tells */
    }
}

/* What the client sent, up to input that the terminal has to take first.  False when the session is over. */
static bool take_client(struct shell *s) {
    struct channel_payload p;
    int r = 0;

    while (s->input_length == 0 && (r = channel_receive(s->worker->channel, 0, &p)) == 0) {
        if (p.type == FRAME_PAYLOAD_OUTPUT) {
            s->input = p.data;
            s->input_length = p.length;
            if (p.length > 0)
                pass_input(s);
        } else if (p.type == FRAME_PAYLOAD_SIZE) {
            resize(s, &p);
        } else if (channel_flag(&p) == FRAME_FLAG_TERMINATE) {
            return false;
        }
    }
    return r != -ESHUTDOWN && !channel_is_closed(s->worker->channel);
}

/* Until the shell or the session has ended. */
static void carry(struct shell *s) {
    struct channel *ch = s->worker->channel;
    bool open = true;

    while (open) {
        short events = (short)((channel_room(ch) > 0 ? POLLIN : 0) | (s->input_length > 0 ? POLLOUT : 0));
        struct pollfd fds[2] = {{.fd = channel_event(ch), .events = POLLIN},
                                {.fd = events == 0 ? -1 : s->terminal, .events = events}};
        eventfd_t count;

        if (poll(fds, 2, -1) < 0)
            continue;
        if (fds[0].revents != 0)
            eventfd_read(fds[0].fd, &count);
        if ((fds[1].revents & POLLOUT) != 0)
            pass_input(s);
        if ((fds[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
            open = pass_output(s);
        open = take_client(s) && open;
    }
}

/* Its wait status; who does not take the hint in time is killed. */
static int end_process(pid_t process) {
    struct pollfd ended = {.fd = pidfd_open(process, 0), .events = POLLIN};
    int status = 0;

    kill(-process, SIGHUP);
    if (ended.fd < 0 || poll(&ended, 1, HANGUP_MS) <= 0)
        kill(-process, SIGKILL);
    fd_close(&ended.fd);
    waitpid(process, &status, 0);
    return status;
}

void worker_finish(struct worker *w, pid_t process) {
    struct channel_payload p;
    int status = end_process(process);

    if (w->client_takes_exit_code) {
        char code[16];

        snprintf(code, sizeof(code), "%d", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
        channel_send(w->channel, FRAME_PAYLOAD_EXIT_CODE, code, strlen(code));
    }
    worker_terminating(w);
    while (channel_receive(w->channel, -1, &p) == 0)
        ; /* keeps acknowledgements flowing until the service closes */
    kill(-process, SIGKILL);
}

int worker_serve_shell(struct worker *w) {
    struct shell s = {.worker = w, .terminal = -1};
    int r = start_shell(&s);

    if (r < 0)
        return r;
    carry(&s);
    /* Whoever ended it: nothing of the session stays. */
    fd_close(&s.terminal);
    worker_finish(w, s.process);
    return 0;
}
