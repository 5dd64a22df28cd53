/* SPDX-License-Identifier: Apache-2.0 */
#include "host/init.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "host/loop.h"
#include "host/message.h"
#include "host/service.h"
#include "host/userdata.h"

enum { GRACE_MS = 2000 };

struct running {
    struct running *next;
    uint64_t id;
    pid_t pid;
};

struct init {
    struct loop loop;
    struct loop_source control, signals;
    struct loop_timer grace;
    int signal_fd;
    struct running *commands;
    struct services *services;
    struct userdata userdata;
    bool ending;
};

static void child_signals(void) {
    sigset_t none;

    for (int n = 1; n < NSIG; n++)
        signal(n, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* --- commands --- */

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

static void become_command(struct message *m) {
    const struct message_exec *e = &m->u.exec;
    char *argv[MESSAGE_ARGS_MAX + 1], *envp[MESSAGE_ARGS_MAX + 1];
    int r;

    child_signals();
    setsid();
    for (int i = 0; i < 3; i++)
        if (dup2(m->fds[i], i) < 0)
            _exit(126);
    if (e->tty)
        ioctl(0, TIOCSCTTY, 0);
    close_range(3, ~0U, 0);
    unsetenv(INIT_ENV_INSTANCE);
    message_exec_vectors(m, argv, envp);
    r = e->user[0] != '\0' ? become_user(e->user) : 0;
    if (r < 0) {
        dprintf(2, "vpcbox: user %s: %s\n", e->user, strerror(-r));
        _exit(126);
    }
    for (char **v = envp; *v != NULL; v++)
        putenv(*v);
    if (chdir(e->directory[0] != '\0' ? e->directory : getenv("HOME")) < 0 && chdir("/") < 0)
        _exit(126);
    execvp(argv[0], argv);
    r = errno;
    dprintf(2, "vpcbox: %s: %s\n", argv[0], strerror(r));
    _exit(r == ENOENT ? 127 : 126);
}

static void start_command(struct init *in, struct message *m) {
    struct running *c = calloc(1, sizeof(*c));
    pid_t pid = c == NULL || in->ending ? -1 : fork();
    struct message answer;

    if (pid == 0)
        become_command(m);
    if (pid < 0) {
        message_reply(INIT_CONTROL, m->header.id, in->ending ? -ESHUTDOWN : -EAGAIN, NULL);
        free(c);
        return;
    }
    *c = (struct running){in->commands, m->header.id, pid};
    in->commands = c;
    message_init(&answer, MESSAGE_EXEC_STARTED, m->header.id);
    message_send(INIT_CONTROL, &answer);
}

static bool command_reaped(struct init *in, pid_t pid, int status) {
    for (struct running **p = &in->commands; *p != NULL; p = &(*p)->next) {
        struct running *c = *p;
        struct message m;

        if (c->pid != pid)
            continue;
        message_init(&m, MESSAGE_EXEC_EXITED, c->id);
        m.u.exec_exited.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        message_send(INIT_CONTROL, &m);
        *p = c->next;
        free(c);
        return true;
    }
    return false;
}

static void signal_command(struct init *in, const struct message_exec_signal *s) {
    for (struct running *c = in->commands; c != NULL; c = c->next)
        if (c->id == s->exec)
            kill(-c->pid, s->signal);
}

/* --- the end --- */

static void no_grace(void *context) {
    (void)context;
    kill(-1, SIGKILL);
}

static void end(struct init *in) {
    if (in->ending)
        return;
    in->ending = true;
    services_shut(in->services);
    kill(-1, SIGTERM);
    kill(-1, SIGHUP); /* shells heed only that */
    kill(-1, SIGCONT);
    if (waitid(P_ALL, 0, &(siginfo_t){0}, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD)
        in->loop.over = true;
    loop_timer_set(&in->loop, &in->grace, GRACE_MS);
}

static void power(void *context, bool again) {
    struct init *in = context;
    struct message m;

    if (again) {
        message_init(&m, MESSAGE_INSTANCE_EVENT, 0);
        snprintf(m.u.instance_event.instance, sizeof(m.u.instance_event.instance), "self");
        m.u.instance_event.state = MESSAGE_INSTANCE_REBOOTING;
        message_send(INIT_CONTROL, &m);
    }
    end(in);
}

/* --- events --- */

static void told(void *context, uint32_t events) {
    static struct message m;
    struct init *in = context;
    int r;

    (void)events;
    m.fd_count = 0;
    r = message_receive(INIT_CONTROL, &m);
    if (r == 0 || (r < 0 && r != -EPROTO && r != -EAGAIN)) {
        in->loop.over = true; /* host is gone, and so is the instance */
        return;
    }
    if (r < 0)
        return;
    if (m.header.kind == MESSAGE_EXEC)
        start_command(in, &m);
    else if (m.header.kind == MESSAGE_EXEC_SIGNAL)
        signal_command(in, &m.u.exec_signal);
    else if (m.header.kind == MESSAGE_SHUTDOWN)
        end(in);
    message_close_fds(&m);
}

static void userdata_ended(void *context, int status) {
    struct message m;

    (void)context;
    message_init(&m, MESSAGE_INSTANCE_EVENT, 0);
    snprintf(m.u.instance_event.instance, sizeof(m.u.instance_event.instance), "self");
    m.u.instance_event.state = MESSAGE_INSTANCE_USER_DATA;
    m.u.instance_event.status = status;
    message_send(INIT_CONTROL, &m);
}

static void signalled(void *context, uint32_t events) {
    struct init *in = context;
    struct signalfd_siginfo info;
    bool order = false;
    int status;
    pid_t pid;

    (void)events;
    while (read(in->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
        order = order || info.ssi_signo != SIGCHLD;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        if (!command_reaped(in, pid, status) && !services_reaped(in->services, pid, status))
            userdata_reaped(&in->userdata, pid, status);
    if (order)
        end(in);
    if (in->ending && pid < 0 && errno == ECHILD)
        in->loop.over = true;
}

static int open_signals(struct init *in) {
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    in->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (in->signal_fd < 0)
        return -errno;
    in->signals = (struct loop_source){.ready = signalled, .context = in};
    return loop_add(&in->loop, &in->signals, in->signal_fd, EPOLLIN);
}

int init_main(void) {
    static struct init in;
    struct message m;
    int r;

    log_setup("vpcbox-init", LOG_LEVEL_INFO);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || fcntl(INIT_CONTROL, F_SETFD, FD_CLOEXEC) < 0) {
        log_error("no control socket: vpcbox-init is for the inside of an instance");
        return 1;
    }
    umask(022);
    mkdir("/run/lock", 01777);
    mkdir("/run/sshd", 0755);
    in.grace = (struct loop_timer){.fire = no_grace, .context = &in};
    r = loop_open(&in.loop);
    if (r == 0)
        r = open_signals(&in);
    if (r == 0)
        r = services_open(&in.loop, power, &in, &in.services);
    in.control = (struct loop_source){.ready = told, .context = &in};
    if (r == 0)
        r = loop_add(&in.loop, &in.control, INIT_CONTROL, EPOLLIN);
    message_init(&m, MESSAGE_READY, 0);
    if (r == 0)
        r = message_send(INIT_CONTROL, &m);
    if (r < 0) {
        log_error("cannot start: %s", strerror(-r));
        return 1;
    }
    services_start_enabled(in.services);
    userdata_start(&in.userdata, &in.loop, userdata_ended, &in);
    r = loop_run(&in.loop);
    return r < 0 ? 1 : 0;
}
