/* SPDX-License-Identifier: Apache-2.0 */
/* Commands inside instances (init starts them) and in the networks svc and "internet" (host does). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/box.h"
#include "host/filter.h"
#include "host/room.h"

static struct command *command_new(struct box *box, uint64_t request, struct guest *g, pid_t pid) {
    struct command *c = calloc(1, sizeof(*c));

    if (c == NULL)
        return NULL;
    *c = (struct command){box->commands, ++box->next_id, request, g, pid, false};
    box->commands = c;
    return c;
}

static void command_free(struct box *box, struct command *c) {
    for (struct command **p = &box->commands; *p != NULL; p = &(*p)->next)
        if (*p == c) {
            *p = c->next;
            break;
        }
    free(c);
}

static void tell_exited(struct box *box, uint64_t request, int status) {
    struct message m;

    if (request == 0)
        return;
    message_init(&m, MESSAGE_EXEC_EXITED, request);
    m.u.exec_exited.status = status;
    box_tell(&box->region, &m);
}

/* See tell_init() in guest.c. */
static int send_now(int sock, struct message *m) {
    struct pollfd p = {.fd = sock, .events = POLLOUT};

    return poll(&p, 1, 0) == 1 ? message_send(sock, m) : -EAGAIN;
}

/* --- outside instances --- */

struct outside {
    struct message *m;
    const char *region;
    pid_t host;
};

static int outside_child(void *context) {
    const struct outside *o = context;
    int filter = open("/proc/self/fd/7", O_RDONLY); /* with an offset of its own */

    /* 3: the namespace, 4 to 6: the streams, 7: the filter of system calls */
    if (setns(3, CLONE_NEWNET) < 0 || dup2(4, 0) < 0 || dup2(5, 1) < 0 || dup2(6, 2) < 0 || filter < 0 ||
        dup2(filter, 3) < 0)
        return 126;
    close_range(4, ~0U, 0);
    if (o->m->u.exec.tty)
        ioctl(0, TIOCSCTTY, 0);
    return getppid() != o->host ? 126 : room_become(o->m, o->region, 3);
}

static int net_of(struct box *box, const char *target) {
    if (!box->space.packets)
        return -1;
    return strcmp(target, "internet") == 0 ? box->lab.ns : strcmp(target, "svc") == 0 ? box->svc.ns : -1;
}

static void exec_outside(struct box *box, struct message *m, int ns) {
    struct outside o = {m, box->options.region, box->self};
    struct message started;
    pid_t pid;

    if (box->filter < 0)
        box->filter = filter_open();
    pid = box->filter < 0
              ? box->filter
              : space_child((int[]){ns, m->fds[0], m->fds[1], m->fds[2], box->filter}, 5, outside_child, &o);
    if (pid < 0 || command_new(box, m->header.id, NULL, pid) == NULL) {
        if (pid > 0)
            kill(pid, SIGKILL);
        box_result(box, m->header.id, pid < 0 ? pid : -ENOMEM, NULL);
        return;
    }
    message_init(&started, MESSAGE_EXEC_STARTED, m->header.id);
    box_tell(&box->region, &started);
}

bool exec_ended(struct box *box, pid_t pid, int status) {
    for (struct command *c = box->commands; c != NULL; c = c->next)
        if (c->pid == pid && c->guest == NULL) {
            tell_exited(box, c->request, WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
            command_free(box, c);
            return true;
        }
    return false;
}

/* --- inside instances --- */

void exec_request(struct box *box, struct message *m) {
    struct guest *g = guest_find(box, m->u.exec.target);
    uint64_t request = m->header.id;
    int ns = net_of(box, m->u.exec.target), r;
    struct command *c;

    if (request == 0)
        return;
    if (ns >= 0) {
        exec_outside(box, m, ns);
        return;
    }
    if (g == NULL || g->state != GUEST_RUNNING) {
        box_result(box, request, -ESRCH, box->space.packets ? "the instance is not running" : box->space.why);
        return;
    }
    c = command_new(box, request, g, 0);
    if (c == NULL) {
        box_result(box, request, -ENOMEM, NULL);
        return;
    }
    m->header.id = c->id;
    r = send_now(g->control, m);
    if (r < 0) {
        command_free(box, c);
        box_result(box, request, r, "the instance's init does not answer");
    }
}

void exec_answer(struct guest *g, const struct message *m) {
    struct box *box = g->box;
    struct command *c = box->commands;
    struct message relay;

    while (c != NULL && (c->id != m->header.id || c->guest != g))
        c = c->next;
    if (c == NULL)
        return;
    if (m->header.kind == MESSAGE_EXEC_STARTED) {
        message_init(&relay, MESSAGE_EXEC_STARTED, c->request);
        if (c->request != 0 && !c->started) /* init may be anybody by now, and say it without end */
            box_tell(&box->region, &relay);
        c->started = true;
        return;
    }
    if (m->header.kind == MESSAGE_EXEC_EXITED)
        tell_exited(box, c->request, m->u.exec_exited.status);
    else
        box_result(box, c->request, m->u.result.error, m->u.result.text);
    command_free(box, c);
}

static void command_signal(struct command *c, int signal) {
    struct message m;

    if (c->guest == NULL) {
        kill(-c->pid, signal); /* it leads a session of its own */
        return;
    }
    message_init(&m, MESSAGE_EXEC_SIGNAL, 0);
    m.u.exec_signal.exec = c->id;
    m.u.exec_signal.signal = signal;
    send_now(c->guest->control, &m);
}

void exec_signal(struct box *box, const struct message *m) {
    for (struct command *c = box->commands; c != NULL; c = c->next)
        if (c->request == m->u.exec_signal.exec && c->request != 0)
            command_signal(c, m->u.exec_signal.signal);
}

void exec_forget_guest(struct guest *g) {
    struct command *c = g->box->commands, *next;

    for (; c != NULL; c = next) {
        next = c->next;
        if (c->guest == g) {
            tell_exited(g->box, c->request, 128 + SIGKILL);
            command_free(g->box, c);
        }
    }
}

void exec_forget_region(struct box *box) {
    for (struct command *c = box->commands; c != NULL; c = c->next) {
        if (c->request != 0)
            command_signal(c, SIGKILL);
        c->request = 0;
    }
    for (struct image_wait *w = box->image_waits; w != NULL; w = w->next)
        w->request = 0;
}

void exec_netns(struct box *box, const struct message *m) {
    const char *target = m->u.netns_query.target;
    struct guest *g = guest_find(box, target);
    struct message answer;
    int ns = net_of(box, target);

    message_init(&answer, MESSAGE_NETNS, m->header.id);
    if (ns >= 0) {
        answer.u.netns.pid = box->self;
        snprintf(answer.u.netns.path, sizeof(answer.u.netns.path), "/proc/%d/fd/%d", (int)box->self, ns);
    } else if (g != NULL && g->state == GUEST_RUNNING) {
        answer.u.netns.pid = g->pid;
        snprintf(answer.u.netns.path, sizeof(answer.u.netns.path), "/proc/%d/ns/net", (int)g->pid);
    } else {
        box_result(box, m->header.id, -ESRCH,
                   box->space.packets ? "the instance is not running" : box->space.why);
        return;
    }
    box_tell(&box->region, &answer);
}
