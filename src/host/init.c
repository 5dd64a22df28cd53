/* SPDX-License-Identifier: Apache-2.0 */
#include "host/init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "host/command.h"
#include "host/firstboot.h"
#include "host/loop.h"
#include "host/message.h"
#include "host/service.h"
#include "host/userdata.h"

enum { GRACE_MS = 2000 };

struct init {
    struct loop loop;
    struct loop_source control, signals;
    struct loop_timer grace;
    struct commands *commands;
    struct services *services;
    struct userdata userdata;
    bool ending;
};

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
    commands_shut(in->commands);
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
        commands_start(in->commands, &m);
    else if (m.header.kind == MESSAGE_EXEC_SIGNAL)
        commands_signal(in->commands, &m.u.exec_signal);
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
    while (read(in->signals.fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
        order = order || info.ssi_signo != SIGCHLD;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        if (!commands_reaped(in->commands, pid, status) && !services_reaped(in->services, pid, status))
            userdata_reaped(&in->userdata, pid, status);
    if (order)
        end(in);
    if (in->ending && pid < 0 && errno == ECHILD)
        in->loop.over = true;
}

static int open_signals(struct init *in) {
    signal(SIGPIPE, SIG_IGN);
    in->signals = (struct loop_source){.ready = signalled, .context = in};
    return loop_add_signals(&in->loop, &in->signals, false);
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
    chmod("/run/vpcbox", 0755); /* bubblewrap made it, for root alone */
    in.grace = (struct loop_timer){.fire = no_grace, .context = &in};
    r = loop_open(&in.loop);
    if (r == 0)
        r = open_signals(&in);
    if (r == 0)
        r = services_open(&in.loop, power, &in, &in.services);
    if (r == 0)
        r = commands_open(&in.loop, INIT_CONTROL, &in.commands);
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
    firstboot();
    services_start_enabled(in.services);
    userdata_start(&in.userdata, &in.loop, userdata_ended, &in);
    r = loop_run(&in.loop);
    return r < 0 ? 1 : 0;
}
