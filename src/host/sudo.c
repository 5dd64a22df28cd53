/* SPDX-License-Identifier: Apache-2.0 */
#include "host/sudo.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <getopt.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fd.h"
#include "base/text.h"
#include "host/command.h"
#include "host/rootfs.h"

enum { ENVIRONMENT_MAX = 65536, PIECE = 16384, LOOK_MS = 40, COMMAND_ID = 1, QUESTION_ID = 2 };

struct request {
    struct arena arena;
    const struct passwd *caller;
    const char *user, *home, *shell, *directory;
    bool login, shell_wanted, keep_all, background;
    const char *keep; /* --preserve-env=LIST */
    VEC(char *) argv;
    VEC(char *) environment;
};

static const char usage[] =
    "usage: sudo [-bEHikns] [-D directory] [-u user] [VAR=value] [command [arg ...]]\n"
    "       sudo -l | -v | -k | -K | -V\n";

static int complain(const char *what, const char *why) {
    fprintf(stderr, "sudo: %s: %s\n", what, why);
    return 1;
}

/* --- the environment --- */

static void set(struct request *rq, const char *name, size_t length, const char *value) {
    char *pair = arena_printf(&rq->arena, "%.*s=%s", (int)length, name, value);

    for (size_t i = 0; i < rq->environment.count; i++)
        if (strncmp(rq->environment.items[i], pair, length + 1) == 0) {
            rq->environment.items[i] = pair;
            return;
        }
    *vec_push(&rq->arena, &rq->environment) = pair;
}

static void set_name(struct request *rq, const char *name, const char *value) {
    set(rq, name, strlen(name), value);
}

static bool in_list(const char *list, const char *name, size_t length) {
    for (; list != NULL && *list != '\0'; list += strcspn(list, ","), list += *list == ',')
        if (strcspn(list, ",") == length && strncmp(list, name, length) == 0)
            return true;
    return false;
}

static bool is_kept(const struct request *rq, const char *name, size_t length) {
    static const char *const kept[] = {"COLORS",     "COLORTERM",   "DISPLAY", "HISTSIZE", "HOSTNAME",
                                       "LANG",       "LANGUAGE",    "LC_*",    "LINGUAS",  "LS_COLORS",
                                       "PS1",        "PS2",         "TERM",    "TZ",       "USERNAME",
                                       "XAUTHORITY", "_XKB_CHARSET"};
    char text[64];

    if (rq->keep_all || in_list(rq->keep, name, length))
        return true;
    snprintf(text, sizeof(text), "%.*s", (int)length, name);
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        if (fnmatch(kept[i], text, 0) == 0)
            return true;
    return false;
}

/* /etc/environment: NAME=value lines, values perhaps in quotes (pam_env's form). */
static void read_system_environment(struct request *rq) {
    char *text, *save = NULL;
    size_t length;

    if (fd_read_file("/etc/environment", ENVIRONMENT_MAX, &text, &length) < 0)
        return;
    for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
        char *equals, *value;
        size_t n;

        line += strspn(line, " \t");
        if (strncmp(line, "export ", 7) == 0)
            line += 7;
        equals = strchr(line, '=');
        if (line[0] == '#' || equals == NULL || equals == line)
            continue;
        value = equals + 1;
        n = strlen(value);
        if (n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n - 1] == value[0]) {
            value[n - 1] = '\0';
            value++;
        }
        set(rq, line, (size_t)(equals - line), value);
    }
    free(text);
}

static void make_environment(struct request *rq, char *const *given, size_t given_count) {
    const char *command = "";

    read_system_environment(rq);
    for (char **e = environ; *e != NULL; e++) {
        size_t length = strcspn(*e, "=");

        if ((*e)[length] == '=' && length > 0 && is_kept(rq, *e, length))
            set(rq, *e, length, *e + length + 1);
    }
    set_name(rq, "PATH", ROOTFS_PATH);
    set_name(rq, "HOME", rq->home);
    set_name(rq, "SHELL", rq->shell);
    set_name(rq, "USER", rq->user);
    set_name(rq, "LOGNAME", rq->user);
    for (size_t i = 0; i < rq->argv.count; i++)
        command = arena_printf(&rq->arena, "%s%s%s", command, i > 0 ? " " : "", rq->argv.items[i]);
    set_name(rq, "SUDO_COMMAND", command);
    set_name(rq, "SUDO_USER", rq->caller != NULL ? rq->caller->pw_name : "root");
    set_name(rq, "SUDO_UID", arena_printf(&rq->arena, "%u", getuid()));
    set_name(rq, "SUDO_GID", arena_printf(&rq->arena, "%u", getgid()));
    for (size_t i = 0; i < given_count; i++)
        set(rq, given[i], strcspn(given[i], "="), strchr(given[i], '=') + 1);
}

/* --- the command --- */

/* What a shell reads as the same words again. */
static char *shell_text(struct request *rq, char *const *words, size_t count) {
    char *text = arena_strdup(&rq->arena, "");

    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(words[i]);
        char *quoted = arena_alloc(&rq->arena, 2 * length + 1), *to = quoted;

        for (const char *p = words[i]; *p != '\0'; p++) {
            if (!isalnum((unsigned char)*p) && strchr("_-$", *p) == NULL)
                *to++ = '\\';
            *to++ = *p;
        }
        *to = '\0';
        text = arena_printf(&rq->arena, "%s%s%s", text, i > 0 ? " " : "", quoted);
    }
    return text;
}

static void push(struct request *rq, const char *word) {
    *vec_push(&rq->arena, &rq->argv) = arena_strdup(&rq->arena, word);
}

static void make_command(struct request *rq, char **words, size_t count) {
    if (!rq->login && !rq->shell_wanted) {
        for (size_t i = 0; i < count; i++)
            push(rq, words[i]);
        return;
    }
    push(rq, rq->login || getenv("SHELL") == NULL ? rq->shell : getenv("SHELL"));
    if (rq->login)
        push(rq, "-l");
    if (count > 0) {
        push(rq, "-c");
        push(rq, shell_text(rq, words, count));
    }
}

static bool is_program(const char *path) {
    return access(path, F_OK) == 0;
}

static bool on_path(struct request *rq, const char *name) {
    for (const char *at = ROOTFS_PATH; *at != '\0'; at += strcspn(at, ":"), at += *at == ':')
        if (is_program(arena_printf(&rq->arena, "%.*s/%s", (int)strcspn(at, ":"), at, name)))
            return true;
    return false;
}

static int choose_user(struct request *rq, const char *name) {
    char *end;
    const struct passwd *who = NULL;
    unsigned long id;

    if (name[0] == '#') {
        id = strtoul(name + 1, &end, 10);
        if (end != name + 1 && *end == '\0' && id <= UINT32_MAX)
            who = getpwuid((uid_t)id);
    } else {
        who = getpwnam(name);
    }
    if (who == NULL) {
        fprintf(stderr, "sudo: unknown user %s\n", name);
        return 1;
    }
    rq->user = arena_strdup(&rq->arena, who->pw_name);
    rq->home = arena_strdup(&rq->arena, who->pw_dir);
    rq->shell = arena_strdup(&rq->arena, who->pw_shell[0] != '\0' ? who->pw_shell : "/bin/sh");
    return 0;
}

/* --- carrying --- */

struct relay {
    int sock, master; /* master -1: the command has the caller's descriptors */
    int signals;
    bool started, raw, input_over;
    bool asked, wanted; /* whether init was asked, and said, that the command waits for input */
    struct termios before;
    char input[PIECE]; /* for the command, not yet taken */
    size_t input_from, input_to;
    int status; /* -1: it runs */
};

static void copy_size(const struct relay *r) {
    struct winsize size;

    if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
        ioctl(r->master, TIOCSWINSZ, &size);
}

/* Only the foreground job may touch the terminal's settings, or read. */
static bool in_front(void) {
    return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

static void terminal_take(struct relay *r) {
    struct termios raw;

    if (r->master < 0 || !in_front())
        return;
    copy_size(r);
    if (!r->raw && tcgetattr(STDIN_FILENO, &r->before) < 0)
        return;
    raw = r->before;
    cfmakeraw(&raw);
    /* Typed ahead, input stays in the terminal's queue (input_wanted()); Ctrl-C and its like must not wait there. */
    raw.c_lflag |= r->before.c_lflag & ISIG;
    raw.c_lflag |= NOFLSH;
    r->raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

static void terminal_give_back(struct relay *r) {
    if (r->raw && in_front())
        tcsetattr(STDIN_FILENO, TCSADRAIN, &r->before);
    r->raw = false;
}

/* False when the command's side is closed. */
static bool carry_output(struct relay *r) {
    char piece[PIECE];
    ssize_t n = read(r->master, piece, sizeof(piece));

    if (n > 0)
        fd_write_all(STDOUT_FILENO, piece, (size_t)n);
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/* A command that takes lines as they are edited by the terminal may never read: what is typed is then for whoever
 * comes after it.  One that takes characters is there to be typed at. */
static bool takes_lines(const struct relay *r) {
    struct termios t;

    return r->master >= 0 && tcgetattr(r->master, &t) == 0 && (t.c_lflag & ICANON) != 0;
}

static void ask_wanted(struct relay *r) {
    struct message m;

    if (r->asked)
        return;
    message_init(&m, MESSAGE_EXEC_READS, QUESTION_ID);
    r->asked = message_send(r->sock, &m) == 0;
}

/* All that is there, or one line of it. */
static ssize_t read_input(struct relay *r, bool one_line) {
    size_t have = 0;
    ssize_t n;
    int left = 0;

    if (!one_line)
        return read(STDIN_FILENO, r->input, sizeof(r->input));
    do {
        n = read(STDIN_FILENO, r->input + have, 1);
        if (n <= 0)
            break;
        have++;
    } while (r->input[have - 1] != '\n' && r->input[have - 1] != '\r' &&
             (cc_t)r->input[have - 1] != r->before.c_cc[VEOF] && have < sizeof(r->input) &&
             ioctl(STDIN_FILENO, FIONREAD, &left) == 0 && left > 0);
    return have > 0 ? (ssize_t)have : n;
}

static void carry_input(struct relay *r, bool readable, bool writable) {
    ssize_t n;

    if (readable) {
        n = read_input(r, takes_lines(r));
        r->wanted = false;
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
            r->input_over = true;
        r->input_from = 0;
        r->input_to = n > 0 ? (size_t)n : 0;
    }
    if (writable && r->input_from < r->input_to) {
        n = write(r->master, r->input + r->input_from, r->input_to - r->input_from);
        if (n > 0)
            r->input_from += (size_t)n;
    }
}

static void pass_signal(struct relay *r) {
    struct signalfd_siginfo info;
    struct message m;

    if (read(r->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
        return;
    if (info.ssi_signo == SIGWINCH) {
        if (r->master >= 0 && in_front())
            copy_size(r);
        return;
    }
    if (info.ssi_signo == SIGCONT) {
        terminal_take(r);
        return;
    }
    /* Typed: the command's terminal makes of it what it is set to. */
    if (info.ssi_code == SI_KERNEL && r->raw && r->master >= 0) {
        cc_t key = r->before.c_cc[info.ssi_signo == SIGQUIT   ? VQUIT
                                  : info.ssi_signo == SIGTSTP ? VSUSP
                                                              : VINTR];

        if ((info.ssi_signo == SIGINT || info.ssi_signo == SIGQUIT || info.ssi_signo == SIGTSTP) &&
            write(r->master, &key, 1) == 1)
            return;
    }
    if (info.ssi_signo == SIGTSTP)
        return;
    message_init(&m, MESSAGE_EXEC_SIGNAL, 0);
    m.u.exec_signal.exec = COMMAND_ID;
    m.u.exec_signal.signal = (int32_t)info.ssi_signo;
    message_send(r->sock, &m);
}

static void hear(struct relay *r, const struct request *rq) {
    static struct message m;
    int n;

    m.fd_count = 0;
    n = message_receive(r->sock, &m);
    if (n <= 0) {
        r->status = complain("the instance's init", "the request was refused");
    } else if (m.header.kind == MESSAGE_EXEC_EXITED) {
        r->status = m.u.exec_exited.status;
    } else if (m.header.kind == MESSAGE_EXEC_STARTED) {
        r->started = true;
    } else if (m.header.kind == MESSAGE_RESULT && m.header.id == QUESTION_ID) {
        r->asked = false;
        r->wanted = m.u.result.error == 0;
    } else if (m.header.kind == MESSAGE_RESULT) {
        r->status = 1;
        if (m.u.result.error == -EPERM)
            fprintf(stderr, "%s is not in the sudoers file.\n",
                    rq->caller != NULL ? rq->caller->pw_name : "This user");
        else
            complain("the instance's init", m.u.result.text);
    }
    if (n > 0)
        message_close_fds(&m);
}

static int relay_run(struct relay *r, const struct request *rq) {
    r->status = -1;
    terminal_take(r);
    while (r->status < 0 && !(rq->background && r->started)) {
        bool waiting = r->input_from < r->input_to;
        bool hungry = r->raw && !r->input_over && !waiting, lines = hungry && takes_lines(r);
        int typed = 0;
        struct pollfd p[4] = {{.fd = r->sock, .events = POLLIN},
                              {.fd = r->signals, .events = POLLIN},
                              {.fd = r->master, .events = (short)(waiting ? POLLIN | POLLOUT : POLLIN)},
                              {.fd = hungry && (!lines || r->wanted) ? STDIN_FILENO : -1, .events = POLLIN}};

        /* A terminal that nobody can be seen to read is looked at again a little later. */
        if (poll(p, 4, lines && !r->wanted ? LOOK_MS : -1) < 0 && errno != EINTR)
            return 1;
        if (lines && !r->wanted && r->started && ioctl(STDIN_FILENO, FIONREAD, &typed) == 0 && typed > 0)
            ask_wanted(r);
        if (p[1].revents != 0)
            pass_signal(r);
        /* Its far end closed: init's word follows. */
        if (p[2].revents & (POLLIN | POLLHUP | POLLERR) && !carry_output(r))
            fd_close(&r->master);
        if (r->master >= 0)
            carry_input(r, p[3].revents != 0, (p[2].revents & POLLOUT) != 0);
        if (p[0].revents != 0)
            hear(r, rq);
    }
    if (r->master >= 0)
        while (poll(&(struct pollfd){.fd = r->master, .events = POLLIN}, 1, 0) == 1 && carry_output(r))
            ;
    terminal_give_back(r);
    return r->status < 0 ? 0 : r->status;
}

static int open_terminal(struct relay *r, int *ret_slave) {
    char name[64];

    r->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (r->master < 0 || grantpt(r->master) < 0 || unlockpt(r->master) < 0 ||
        ptsname_r(r->master, name, sizeof(name)) != 0)
        return -errno;
    *ret_slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*ret_slave < 0)
        return -errno;
    copy_size(r);
    return 0;
}

static int open_signals(void) {
    static const int passed[] = {SIGHUP,  SIGINT,   SIGQUIT, SIGTERM, SIGUSR1,
                                 SIGUSR2, SIGWINCH, SIGCONT, SIGTSTP};
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
        sigaddset(&set, passed[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int run(struct request *rq) {
    static struct message m;
    struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = COMMAND_SOCKET};
    struct relay r = {.master = -1};
    int slave = -1, error;
    bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && !rq->background;

    *vec_push(&rq->arena, &rq->argv) = NULL;
    *vec_push(&rq->arena, &rq->environment) = NULL;
    message_init(&m, MESSAGE_EXEC, COMMAND_ID);
    if (message_exec_pack(&m, rq->argv.items, rq->environment.items) < 0)
        return complain(rq->argv.items[0], "Argument list too long");
    snprintf(m.u.exec.target, sizeof(m.u.exec.target), "self");
    snprintf(m.u.exec.user, sizeof(m.u.exec.user), "%s", rq->user);
    if (snprintf(m.u.exec.directory, sizeof(m.u.exec.directory), "%s", rq->directory) >=
        (int)sizeof(m.u.exec.directory))
        return complain(rq->directory, "File name too long");
    r.sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (r.sock < 0 || connect(r.sock, (struct sockaddr *)&at, sizeof(at)) < 0)
        return complain("the instance's init cannot be reached", strerror(errno));
    error = terminal ? open_terminal(&r, &slave) : 0;
    if (error < 0)
        return complain("a terminal", strerror(-error));
    m.u.exec.tty = terminal;
    for (int i = 0; i < 3; i++)
        m.fds[i] = terminal && isatty(i) ? slave : i;
    m.fd_count = 3;
    r.signals = open_signals();
    error = message_send(r.sock, &m);
    fd_close(&slave);
    if (error < 0)
        return complain("the instance's init", strerror(-error));
    return relay_run(&r, rq);
}

static int list_rights(const struct request *rq) {
    const char *name = rq->caller != NULL ? rq->caller->pw_name : "root";
    char host[256] = "";

    gethostname(host, sizeof(host) - 1);
    printf("User %s may run the following commands on %s:\n    (ALL) NOPASSWD: ALL\n", name, host);
    return 0;
}

int sudo_main(int argc, char **argv) {
    static const struct option options[] = {{"background", no_argument, NULL, 'b'},
                                            {"chdir", required_argument, NULL, 'D'},
                                            {"preserve-env", optional_argument, NULL, 'E'},
                                            {"set-home", no_argument, NULL, 'H'},
                                            {"login", no_argument, NULL, 'i'},
                                            {"reset-timestamp", no_argument, NULL, 'k'},
                                            {"remove-timestamp", no_argument, NULL, 'K'},
                                            {"list", no_argument, NULL, 'l'},
                                            {"non-interactive", no_argument, NULL, 'n'},
                                            {"prompt", required_argument, NULL, 'p'},
                                            {"shell", no_argument, NULL, 's'},
                                            {"stdin", no_argument, NULL, 'S'},
                                            {"user", required_argument, NULL, 'u'},
                                            {"validate", no_argument, NULL, 'v'},
                                            {"version", no_argument, NULL, 'V'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct request rq = {.caller = getpwuid(getuid())};
    const char *user = "root", *directory = NULL;
    char **given, here[4096];
    bool nothing_to_do = false;
    size_t given_count = 0;
    int c;

    while ((c = getopt_long(argc, argv, "+bD:EHikKlnp:sSu:vVh", options, NULL)) != -1) {
        switch (c) {
        case 'b':
            rq.background = true;
            break;
        case 'D':
            directory = optarg;
            break;
        case 'E':
            rq.keep_all = rq.keep_all || optarg == NULL;
            rq.keep = optarg;
            break;
        case 'i':
            rq.login = true;
            break;
        case 'k':
        case 'K':
        case 'v':
            nothing_to_do = true; /* there is no password to remember */
            break;
        case 'l':
            return list_rights(&rq);
        case 's':
            rq.shell_wanted = true;
            break;
        case 'u':
            user = optarg;
            break;
        case 'V':
            puts("sudo of vpcbox: instances' users run commands as others by their init");
            return 0;
        case 'h':
            fputs(usage, stdout);
            return 0;
        case 'H': /* always so */
        case 'n':
        case 'p':
        case 'S': /* no password is ever asked for */
            break;
        default:
            fputs(usage, stderr);
            return 1;
        }
    }
    given = argv + optind;
    while (optind < argc && argv[optind][0] != '=' && strchr(argv[optind], '=') != NULL) {
        given_count++;
        optind++;
    }
    if (optind == argc && !rq.login && !rq.shell_wanted) {
        if (nothing_to_do)
            return 0;
        fputs(usage, stderr);
        return 1;
    }
    if (choose_user(&rq, user) != 0)
        return 1;
    make_command(&rq, argv + optind, (size_t)(argc - optind));
    if (strchr(rq.argv.items[0], '/') == NULL ? !on_path(&rq, rq.argv.items[0])
                                              : !is_program(rq.argv.items[0]))
        return complain(rq.argv.items[0], "command not found");
    rq.directory = directory != NULL                    ? directory
                   : rq.login                           ? rq.home
                   : getcwd(here, sizeof(here)) != NULL ? here
                                                        : "/";
    make_environment(&rq, given, given_count);
    return run(&rq);
}

/* --- su --- */

static bool one_id(void) {
    char *text;
    size_t length;
    bool one;

    if (fd_read_file("/proc/self/setgroups", 64, &text, &length) < 0)
        return false;
    one = text_starts(text, "deny");
    free(text);
    return one;
}

int su_main(int argc, char **argv) {
    static const struct option options[] = {{"command", required_argument, NULL, 'c'},
                                            {"login", no_argument, NULL, 'l'},
                                            {"preserve-environment", no_argument, NULL, 'p'},
                                            {"shell", required_argument, NULL, 's'},
                                            {NULL, 0, NULL, 0}};
    struct request rq = {0};
    const char *command = NULL, *shell = NULL;
    bool keep = false;
    int c;

    if (!one_id() || getuid() != 0) {
        execv("/usr/bin/su", argv);
        return complain("/usr/bin/su", strerror(errno));
    }
    while ((c = getopt_long(argc, argv, "+c:lmps:", options, NULL)) != -1)
        if (c == 'c')
            command = optarg;
        else if (c == 'l')
            rq.login = true;
        else if (c == 's')
            shell = optarg;
        else if (c == 'm' || c == 'p')
            keep = true;
        else
            return 1;
    if (optind < argc && text_is(argv[optind], "-")) {
        rq.login = true;
        optind++;
    }
    if (choose_user(&rq, optind < argc ? argv[optind] : "root") != 0)
        return 1;
    if (!text_is(rq.user, "root"))
        fprintf(stderr, "vpcbox: this box has one user id (it was not started by root): root instead of %s\n",
                rq.user);
    if (!keep || rq.login) {
        setenv("HOME", rq.home, 1);
        setenv("SHELL", rq.shell, 1);
        setenv("USER", rq.user, 1);
        setenv("LOGNAME", rq.user, 1);
    }
    push(&rq, shell != NULL ? shell : rq.shell);
    if (rq.login) {
        push(&rq, "-l");
        setenv("PATH", ROOTFS_PATH, 1);
        if (chdir(rq.home) < 0 && chdir("/") < 0)
            return complain(rq.home, strerror(errno));
    }
    if (command != NULL) {
        push(&rq, "-c");
        push(&rq, command);
    }
    for (int i = optind + 1; i < argc; i++)
        push(&rq, argv[i]);
    *vec_push(&rq.arena, &rq.argv) = NULL;
    execvp(rq.argv.items[0], rq.argv.items);
    return complain(rq.argv.items[0], strerror(errno));
}
