/* SPDX-License-Identifier: Apache-2.0 */
#include "host/command.h"

#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "host/init.h"

struct command {
    struct command *next;
    int to; /* who is told; -1: nobody any more */
    uint64_t id;
    pid_t pid;
};

/* One sudo. */
struct client {
    struct client *next;
    struct commands *commands;
    struct loop_source source;
    int sock;
    uid_t uid;
    bool asked;
};

struct commands {
    struct loop *loop;
    int host, sock;
    bool shut;
    struct loop_source source;
    struct command *list;
    struct client *clients;
};

/* --- becoming one --- */

static void child_signals(void) {
    sigset_t none;

    for (int n = 1; n < NSIG; n++)
        signal(n, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* A box of one user id has one user. */
static int become_user(const char *name) {
    const struct passwd *who = getpwnam(name);

    if (who == NULL)
        return -ENOENT;
    if (who->pw_uid != 0 &&
        (initgroups(who->pw_name, who->pw_gid) < 0 || setgid(who->pw_gid) < 0 || setuid(who->pw_uid) < 0)) {
        if (errno != EINVAL && errno != EPERM)
            return -errno;
        dprintf(2, "vpcbox: this box has one user id (it was not started by root): root instead of %s\n",
                name);
    }
    setenv("HOME", who->pw_dir, 1);
    setenv("USER", name, 1);
    setenv("LOGNAME", name, 1);
    return 0;
}

static void become(struct message *m, bool bare) {
    const struct message_exec *e = &m->u.exec;
    char *argv[MESSAGE_ARGS_MAX + 1], *envp[MESSAGE_ARGS_MAX + 1];
    const char *home;
    int r;

    child_signals();
    setsid();
    for (int i = 0; i < 3; i++)
        if (dup2(m->fds[i], i) < 0)
            _exit(126);
    if (e->tty)
        ioctl(0, TIOCSCTTY, 0);
    close_range(3, ~0U, 0);
    if (bare)
        clearenv();
    unsetenv(INIT_ENV_INSTANCE);
    message_exec_vectors(m, argv, envp);
    r = e->user[0] != '\0' ? become_user(e->user) : 0;
    if (r < 0) {
        dprintf(2, "vpcbox: user %s: %s\n", e->user, strerror(-r));
        _exit(126);
    }
    for (char **v = envp; *v != NULL; v++)
        putenv(*v);
    home = getenv("HOME");
    if (chdir(e->directory[0] != '\0' ? e->directory : home != NULL ? home : "/") < 0 && chdir("/") < 0)
        _exit(126);
    execvp(argv[0], argv);
    r = errno;
    dprintf(2, "vpcbox: %s: %s\n", argv[0], strerror(r));
    _exit(r == ENOENT ? 127 : 126);
}

static void start(struct commands *all, struct message *m, int to, bool bare) {
    struct command *c = calloc(1, sizeof(*c));
    pid_t pid = c == NULL || all->shut ? -1 : fork();
    struct message answer;

    if (pid == 0)
        become(m, bare);
    if (pid < 0) {
        message_reply(to, m->header.id, all->shut ? -ESHUTDOWN : -EAGAIN, NULL);
        free(c);
        return;
    }
    *c = (struct command){all->list, to, m->header.id, pid};
    all->list = c;
    message_init(&answer, MESSAGE_EXEC_STARTED, m->header.id);
    message_send(to, &answer);
}

static void signal_command(struct commands *all, int to, const struct message_exec_signal *s) {
    for (struct command *c = all->list; c != NULL; c = c->next)
        if (c->to == to && c->id == s->exec)
            kill(-c->pid, s->signal);
}

void commands_start(struct commands *all, struct message *m) {
    start(all, m, all->host, false);
}

void commands_signal(struct commands *all, const struct message_exec_signal *s) {
    signal_command(all, all->host, s);
}

bool commands_reaped(struct commands *all, pid_t pid, int status) {
    for (struct command **p = &all->list; *p != NULL; p = &(*p)->next) {
        struct command *c = *p;
        struct message m;

        if (c->pid != pid)
            continue;
        message_init(&m, MESSAGE_EXEC_EXITED, c->id);
        m.u.exec_exited.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        if (c->to >= 0)
            message_send(c->to, &m);
        *p = c->next;
        free(c);
        return true;
    }
    return false;
}

void commands_shut(struct commands *all) {
    all->shut = true;
}

/* --- sudo --- */

static bool may_sudo(uid_t uid) {
    const struct passwd *who = uid == 0 ? NULL : getpwuid(uid);

    return uid == 0 ||
           (who != NULL && (text_is(who->pw_name, "ec2-user") || text_is(who->pw_name, "ssm-user")));
}

/* Its command goes on: whoever kills a sudo has not killed what it runs. */
static void client_free(struct client *c) {
    struct commands *all = c->commands;

    for (struct command *i = all->list; i != NULL; i = i->next)
        if (i->to == c->sock)
            i->to = -1;
    for (struct client **p = &all->clients; *p != NULL; p = &(*p)->next)
        if (*p == c) {
            *p = c->next;
            break;
        }
    loop_remove(all->loop, &c->source);
    close(c->sock);
    free(c);
}

/* What a line of /proc/<pid>/stat says of a process's terminal. */
static bool read_terminal(const char *pid, int *ret_group, int *ret_terminal, int *ret_front) {
    char path[300], *text, *end;
    size_t length;
    bool good;

    snprintf(path, sizeof(path), "/proc/%s/stat", pid);
    if (fd_read_file(path, 4096, &text, &length) < 0)
        return false;
    end = strrchr(text, ')');
    good = end != NULL && sscanf(end + 1, " %*c %*d %d %*d %d %d", ret_group, ret_terminal, ret_front) == 3;
    free(text);
    return good;
}

/* The system call that a process waits in is a read of a terminal, or one that may be about it. */
static bool waits_for_input(const char *pid) {
    static const long waits[] = {
        SYS_ppoll, SYS_pselect6, SYS_epoll_pwait,
#ifdef SYS_poll
        SYS_poll,  SYS_select,   SYS_epoll_wait,
#endif
    };
    char path[320], target[64], *text;
    unsigned long fd = 0;
    size_t length;
    ssize_t n;
    long call = -1;

    snprintf(path, sizeof(path), "/proc/%s/syscall", pid);
    if (fd_read_file(path, 4096, &text, &length) < 0)
        return true; /* not to be seen: as if it did */
    if (sscanf(text, "%ld %lx", &call, &fd) < 2)
        call = -1;
    free(text);
    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
        if (call == waits[i])
            return true;
    if (call != SYS_read && call != SYS_readv)
        return false;
    snprintf(path, sizeof(path), "/proc/%s/fd/%lu", pid, fd);
    n = readlink(path, target, sizeof(target) - 1);
    target[n > 0 ? n : 0] = '\0';
    return text_starts(target, "/dev/pts/") || text_is(target, "/dev/tty");
}

/* Whether something in front of the command's terminal wants what is typed. */
static bool reads_terminal(const struct command *c) {
    int group, terminal, front, own_terminal, own_front;
    char pid[16];
    struct dirent *e;
    bool wants = false;
    DIR *proc;

    snprintf(pid, sizeof(pid), "%d", (int)c->pid);
    if (!read_terminal(pid, &group, &own_terminal, &own_front) || own_terminal == 0)
        return false;
    proc = opendir("/proc");
    while (proc != NULL && !wants && (e = readdir(proc)) != NULL)
        wants = e->d_name[0] >= '1' && e->d_name[0] <= '9' &&
                read_terminal(e->d_name, &group, &terminal, &front) && terminal == own_terminal &&
                group == own_front && waits_for_input(e->d_name);
    if (proc != NULL)
        closedir(proc);
    return wants;
}

static void answer_reads(const struct client *client, uint64_t id) {
    bool wants = false;

    for (const struct command *c = client->commands->list; c != NULL; c = c->next)
        wants = wants || (c->to == client->sock && reads_terminal(c));
    message_reply(client->sock, id, wants ? 0 : -EAGAIN, NULL);
}

static void client_ready(void *context, uint32_t events) {
    static struct message m;
    struct client *c = context;
    int r;

    (void)events;
    m.fd_count = 0;
    r = message_receive(c->sock, &m);
    if (r == -EAGAIN)
        return;
    if (r <= 0) { /* also one that fails its checks: its end is the answer */
        client_free(c);
        return;
    }
    if (m.header.kind == MESSAGE_EXEC_SIGNAL) {
        signal_command(c->commands, c->sock, &m.u.exec_signal);
    } else if (m.header.kind == MESSAGE_EXEC_READS) {
        answer_reads(c, m.header.id);
    } else if (m.header.kind == MESSAGE_EXEC && !c->asked) {
        c->asked = true;
        if (may_sudo(c->uid))
            start(c->commands, &m, c->sock, true);
        else
            message_reply(c->sock, m.header.id, -EPERM, NULL);
    }
    message_close_fds(&m);
}

static void accept_client(void *context, uint32_t events) {
    struct commands *all = context;
    int sock = accept4(all->sock, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct ucred who;
    socklen_t length = sizeof(who);
    struct client *c;

    (void)events;
    if (sock < 0)
        return;
    c = calloc(1, sizeof(*c));
    if (c == NULL || getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &who, &length) < 0) {
        free(c);
        close(sock);
        return;
    }
    *c = (struct client){.next = all->clients, .commands = all, .sock = sock, .uid = who.uid};
    c->source = (struct loop_source){.ready = client_ready, .context = c};
    all->clients = c;
    loop_add(all->loop, &c->source, sock, EPOLLIN);
}

int commands_open(struct loop *loop, int host, struct commands **ret_commands) {
    struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = COMMAND_SOCKET};
    struct commands *all = calloc(1, sizeof(*all));
    int r = 0;

    if (all == NULL)
        return -ENOMEM;
    *all = (struct commands){.loop = loop, .host = host};
    all->source = (struct loop_source){.ready = accept_client, .context = all};
    all->sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    unlink(COMMAND_SOCKET);
    if (all->sock < 0 || bind(all->sock, (struct sockaddr *)&at, sizeof(at)) < 0 ||
        chmod(COMMAND_SOCKET, 0666) < 0 || listen(all->sock, 64) < 0)
        r = -errno;
    if (r == 0)
        r = loop_add(loop, &all->source, all->sock, EPOLLIN);
    if (r < 0) {
        fd_close(&all->sock);
        free(all);
        return r;
    }
    *ret_commands = all;
    return 0;
}
