/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker_command: one command without a terminal (NonInteractiveCommands).  As with the published agent it is words,
 * not a shell's line, has no input, and Ctrl-C and Ctrl-\ of the client become its signals.  Its two outputs go as one,
 * or (separateOutputStream) apart, with the words that mark them at the start of lines and its status at the end.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "session/worker.h"

enum { WORDS_MAX = 1024, PREFIX_MAX = 30, INTERRUPT = 3, QUIT = 28 };

struct output {
    int fd; /* -1 after its end */
    uint32_t type;
    const char *prefix;
    bool at_line_start;
};

struct command {
    struct worker *worker;
    pid_t process;
    bool separate;
    struct output outputs[2];
};

/* -- words ----------------------------------------------------------------------------------------- */

/* One word as a shell would read it, with quotes and backslashes but nothing else; NULL: a quote is not closed. */
static char *next_word(struct arena *a, const char **at) {
    char *word = arena_alloc(a, strlen(*at) + 1);
    const char *p = *at;
    size_t n = 0;
    char quote = '\0';

    for (; *p != '\0' && (quote != '\0' || !isspace((unsigned char)*p)); p++) {
        if (quote == '\0' && (*p == '\'' || *p == '"')) {
            quote = *p;
        } else if (quote != '\0' && *p == quote) {
            quote = '\0';
        } else {
            p += *p == '\\' && quote != '\'' && p[1] != '\0';
            word[n++] = *p;
        }
    }
    word[n] = '\0';
    *at = p;
    return quote == '\0' ? word : NULL;
}

static char **split(struct arena *a, const char *line) {
    char **words = arena_array(a, char *, WORDS_MAX + 1);
    size_t count = 0;

    for (;;) {
        while (isspace((unsigned char)*line))
            line++;
        if (*line == '\0')
            break;
        words[count] = count < WORDS_MAX ? next_word(a, &line) : NULL;
        if (words[count++] == NULL)
            return NULL;
    }
    words[count] = NULL;
    return count == 0 ? NULL : words;
}

/* -- running --------------------------------------------------------------------------------------- */

/* *ret_error_fd tells the errno of an exec that failed, and is at its end when it did not. */
static int start(struct command *c, char **words, bool elevated, int *ret_error_fd) {
    int out[2], err[2], failed[2];

    if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0 || pipe2(failed, O_CLOEXEC) < 0)
        return -errno; /* the process ends with the session */
    c->process = fork();
    if (c->process < 0)
        return -errno;
    if (c->process == 0) {
        int none = open("/dev/null", O_RDONLY | O_CLOEXEC), e;

        setpgid(0, 0);
        worker_become_user(elevated);
        dup2(none, STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        dup2(c->separate ? err[1] : out[1], STDERR_FILENO);
        execvp(words[0], words);
        e = errno;
        if (write(failed[1], &e, sizeof(e)) < 0)
            _exit(126);
        _exit(127);
    }
    close(out[1]);
    close(err[1]);
    close(failed[1]);
    c->outputs[0].fd = out[0];
    c->outputs[1].fd = err[0];
    *ret_error_fd = failed[0];
    return 0;
}

/* The prefix is said once for a run of lines that come together, as the published agent does. */
static void pass_output(struct command *c, struct output *o) {
    uint8_t piece[CHANNEL_PAYLOAD_BYTES];
    size_t prefix = o->at_line_start ? strlen(o->prefix) : 0;
    ssize_t n = read(o->fd, piece + prefix, sizeof(piece) - prefix);

    if (n < 0 && errno == EINTR)
        return;
    if (n <= 0) {
        fd_close(&o->fd);
        return;
    }
    memcpy(piece, o->prefix, prefix);
    o->at_line_start = piece[prefix + (size_t)n - 1] == '\n';
    channel_send(c->worker->channel, o->type, piece, prefix + (size_t)n);
}

static void signal_command(const struct command *c, const struct channel_payload *p) {
    for (size_t i = 0; i < p->length; i++) {
        if (p->data[i] == INTERRUPT || p->data[i] == QUIT) {
            kill(-c->process, p->data[i] == INTERRUPT ? SIGINT : SIGQUIT);
            return;
        }
    }
}

/* False when the session is over. */
static bool take_client(const struct command *c) {
    struct channel_payload p;
    int r;

    while ((r = channel_receive(c->worker->channel, 0, &p)) == 0) {
        if (p.type == FRAME_PAYLOAD_OUTPUT)
            signal_command(c, &p);
        else if (channel_flag(&p) == FRAME_FLAG_TERMINATE)
            return false;
    }
    return r != -ESHUTDOWN;
}

/* Until the command has ended and its output is out, or the session is over: of two outputs until their ends come, of
 * one what was written by then, since something that the command left running may hold it. */
static void carry(struct command *c) {
    struct channel *ch = c->worker->channel;
    int running = pidfd_open(c->process, 0);
    bool over = false;

    while (!over && (running >= 0 || c->outputs[0].fd >= 0 || c->outputs[1].fd >= 0)) {
        bool room = channel_room(ch) > 1;
        struct pollfd fds[4] = {{.fd = channel_event(ch), .events = POLLIN},
                                {.fd = room ? c->outputs[0].fd : -1, .events = POLLIN},
                                {.fd = room ? c->outputs[1].fd : -1, .events = POLLIN},
                                {.fd = running, .events = POLLIN}};
        eventfd_t count;
        int ready = poll(fds, 4, running < 0 && !c->separate && room ? 0 : -1);

        if (ready < 0)
            continue;
        if (ready == 0)
            break;
        if (fds[0].revents != 0)
            eventfd_read(fds[0].fd, &count);
        for (size_t i = 0; i < 2; i++)
            if (fds[1 + i].revents != 0)
                pass_output(c, &c->outputs[i]);
        if (fds[3].revents != 0)
            fd_close(&running);
        over = !take_client(c);
    }
    fd_close(&running);
    fd_close(&c->outputs[0].fd);
    fd_close(&c->outputs[1].fd);
}

static void say_status(struct command *c) {
    siginfo_t how = {0};
    char words[32];

    /* Looked at only: worker_finish() collects it. */
    if (waitid(P_PID, (id_t)c->process, &how, WEXITED | WNOWAIT | WNOHANG) < 0 || how.si_pid == 0)
        return;
    snprintf(words, sizeof(words), "EXIT_CODE: %d", how.si_code == CLD_EXITED ? how.si_status : -1);
    channel_send(c->worker->channel, FRAME_PAYLOAD_EXIT_CODE, words, strlen(words));
}

static const char *property(const struct worker *w, const char *name) {
    const char *value = json_string_value(json_object_get(json_object_get(w->properties, "linux"), name));

    return value == NULL ? "" : value;
}

/* 0-9 a-z A-Z, line ends, '_', ':', '-': what the published agent takes. */
static bool good_prefix(const char *text) {
    return strlen(text) <= PREFIX_MAX &&
           text[strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\r\n_:-")] ==
               '\0';
}

static void refuse(struct worker *w, const char *words) {
    channel_send(w->channel, FRAME_PAYLOAD_OUTPUT, words, strlen(words));
    worker_failed(w, words);
}

int worker_serve_command(struct worker *w) {
    bool elevated, separate = text_is(property(w, "separateOutputStream"), "true");
    const char *line = worker_command(w, &elevated);
    char **words = line == NULL ? NULL : split(&w->arena, line);
    struct command c = {
        .worker = w,
        .separate = separate,
        .outputs = {{-1, FRAME_PAYLOAD_OUTPUT, separate ? property(w, "stdOutSeparatorPrefix") : "", true},
                    {-1, FRAME_PAYLOAD_STDERR, separate ? property(w, "stdErrSeparatorPrefix") : "", true}}};
    int failed = -1, e = 0, r;

    if (words == NULL) {
        refuse(w, "Unable to start command: Failed to parse commands input\n");
        return 0;
    }
    if (!good_prefix(c.outputs[0].prefix) || !good_prefix(c.outputs[1].prefix)) {
        refuse(w, "invalid stdoutSeparatorPrefix or stderrSeparatorPrefix\n");
        return 0;
    }
    r = start(&c, words, elevated, &failed);
    if (r < 0)
        return r;
    if (read(failed, &e, sizeof(e)) == sizeof(e)) {
        const char *why = arena_printf(&w->arena, "Unable to start command: %s: %s\n", words[0], strerror(e));

        channel_send(w->channel, FRAME_PAYLOAD_OUTPUT, why, strlen(why));
    }
    fd_close(&failed);
    carry(&c);
    if (separate)
        say_status(&c);
    worker_finish(w, c.process);
    return 0;
}
