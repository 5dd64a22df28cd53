/* SPDX-License-Identifier: Apache-2.0 */
#include "host/host.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/pages.h"
#include "host/box.h"
#include "host/control.h"
#include "host/listen.h"
#include "net/door.h"

enum {
    HUNG_MS = 2000,
    STOP_MS = 4000,
    QUICK_NS = 1000000000,
    RETRY_MS = 100,
    RETRY_MAX_MS = 5000,
    SOCKETS_MAX = 1024
};

static void child_start(void *context);

/* --- talking --- */

void box_tell(struct child *c, struct message *m) {
    struct pollfd p = {.fd = c->sock, .events = POLLOUT};

    if (c->pid == 0)
        return;
    if (poll(&p, 1, HUNG_MS) != 1) {
        log_error("%s takes no messages: ending it", c->name);
        kill(c->pid, SIGKILL);
        return;
    }
    if (message_send(c->sock, m) < 0)
        log_debug("%s is gone while told %s", c->name, message_kind_name(m->header.kind));
}

void box_result(struct box *box, uint64_t request, int error, const char *text) {
    struct message m;

    if (request == 0)
        return;
    message_init(&m, MESSAGE_RESULT, request);
    m.u.result.error = error;
    snprintf(m.u.result.text, sizeof(m.u.result.text), "%s",
             text != NULL ? text
             : error < 0  ? strerror(-error)
                          : "");
    box_tell(&box->region, &m);
}

static void result_with_fd(struct box *box, uint64_t request, int fd) {
    struct message m;

    message_init(&m, MESSAGE_RESULT, request);
    m.fds[0] = fd;
    m.fd_count = 1;
    box_tell(&box->region, &m);
}

/* --- supervision --- */

static int child_exec(void *context) {
    struct child *c = context;
    char *argv[] = {(char *)(size_t)c->name, NULL};

    if (space_drop_capabilities() < 0)
        return 126;
    /* Dropping capabilities may have disarmed it. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != c->box->self)
        return 126;
    execv(c->box->space.program, argv);
    return 127;
}

static void child_heard(void *context, uint32_t events) {
    static struct message m;
    struct child *c = context;
    int r;

    (void)events;
    m.fd_count = 0;
    r = message_receive(c->sock, &m);
    if (r == -EPROTO) {
        log_warn("%s sent a message that fails its checks: refused", c->name);
        return;
    }
    if (r <= 0) { /* its end shows as a signal */
        if (r != -EAGAIN)
            loop_remove(&c->box->loop, &c->source);
        return;
    }
    c->hear(c->box, &m);
    message_close_fds(&m);
}

/* The process alone, which waits for its greeting; when that fails it is tried again later. */
static void child_spawn(struct child *c) {
    int pair[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
        loop_timer_set(&c->box->loop, &c->again, RETRY_MAX_MS);
        return;
    }
    pid = space_child(&pair[1], 1, child_exec, c);
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        loop_timer_set(&c->box->loop, &c->again, RETRY_MAX_MS);
        return;
    }
    c->pid = pid;
    c->sock = pair[0];
    c->started_ns = clock_mono_ns();
    c->ready = false;
    c->source = (struct loop_source){.ready = child_heard, .context = c};
    loop_add(&c->box->loop, &c->source, c->sock, EPOLLIN);
}

static void child_greet(struct child *c) {
    if (c->pid != 0)
        c->greet(c->box);
}

static void child_start(void *context) {
    struct child *c = context;

    child_spawn(c);
    child_greet(c);
}

static void box_stop(struct box *box, int status);

/* An end that nobody asked for.  In a box that stops it is the only word of it, and its status. */
static void tell_end(struct child *c, int status, const char *then) {
    struct box *box = c->box;

    if (WIFSIGNALED(status))
        log_error("%s ended by signal %d (%s)%s", c->name, WTERMSIG(status), strsignal(WTERMSIG(status)),
                  then);
    else if (!box->stopping || WEXITSTATUS(status) != 0)
        log_warn("%s ended with status %d%s", c->name, WEXITSTATUS(status), then);
    if (box->stopping && status != 0)
        box->status = 1;
}

static void child_ended(struct child *c, int status) {
    struct box *box = c->box;
    uint64_t delay_ms = 0;

    loop_remove(&box->loop, &c->source);
    fd_close(&c->sock);
    c->pid = 0;
    if (c == &box->region)
        exec_forget_region(box);
    if (box->stopping) {
        tell_end(c, status, "");
        box_check_stopped(box);
        return;
    }
    if (c != &box->fabric && WIFEXITED(status) && WEXITSTATUS(status) == HOST_EXIT_FATAL) {
        box_stop(box, 1);
        return;
    }
    /* One that had come up is healthy enough to be started at once, however often that happens. */
    if (!c->ready && clock_mono_ns() - c->started_ns < QUICK_NS) {
        if (c->quick_deaths++ > 0)
            delay_ms = (uint64_t)RETRY_MS << (c->quick_deaths < 8 ? c->quick_deaths - 2 : 6);
        if (delay_ms > RETRY_MAX_MS)
            delay_ms = RETRY_MAX_MS;
    } else {
        c->quick_deaths = 0;
    }
    tell_end(c, status, delay_ms > 0 ? ": starting it again later" : ": starting it again");
    if (delay_ms == 0)
        child_start(c);
    else
        loop_timer_set(&box->loop, &c->again, delay_ms);
}

/* --- fabric --- */

static void port_message(const struct port *p, enum message_kind kind, struct message *m) {
    message_init(m, kind, 0);
    m->u.port.number = p->number;
    m->u.port.mtu = p->mtu;
    m->u.port.offload = p->tap.offload;
    m->u.port.mac = p->tap.mac;
    m->u.port.slot = p->cable.slot;
}

void box_port_add(struct box *box, const struct port *p) {
    struct message m;

    port_message(p, MESSAGE_PORT_ADD, &m);
    m.fds[0] = p->tap.fd;
    m.fd_count = p->tap.fd >= 0;
    box_tell(&box->fabric, &m);
}

void box_port_delete(struct box *box, const struct port *p) {
    struct message m;

    port_message(p, MESSAGE_PORT_DELETE, &m);
    box_tell(&box->fabric, &m);
    if (box->kernel.on)
        kernel_port_delete(&box->kernel, &p->cable);
}

static void tell_image(struct box *box) {
    struct message m;

    message_init(&m, MESSAGE_IMAGE, ++box->image_sequence);
    m.u.image = box->image_body;
    m.fds[0] = box->image;
    m.fd_count = 1;
    box_tell(&box->fabric, &m);
}

static void greet_fabric(struct box *box) {
    struct message m;

    if (box->flow_table >= 0) {
        message_init(&m, MESSAGE_FLOW_TABLE, 0);
        m.u.flow_table.bytes = box->flow_table_bytes;
        m.fds[0] = box->flow_table;
        m.fd_count = 1;
        box_tell(&box->fabric, &m);
    }
    if (box->kernel.on) {
        message_init(&m, MESSAGE_FLOW_CACHE, 0);
        m.fds[0] = box->kernel.punt.fd;
        m.fds[1] = box->kernel.flows;
        m.fds[2] = box->kernel.flows6;
        m.fds[3] = box->kernel.rules;
        m.fds[4] = box->kernel.config;
        m.fds[5] = box->kernel.news;
        m.fd_count = 6;
        box_tell(&box->fabric, &m);
    }
    box_port_add(box, &(struct port){.number = PORT_SERVICE, .mtu = 9001, .tap = box->svc.tap});
    if (box->options.internet != MESSAGE_INTERNET_NONE)
        box_port_add(box, &(struct port){.number = PORT_UPLINK, .mtu = 9001, .tap = box->lab.tap});
    for (struct guest *g = box->guests; g != NULL; g = g->next)
        for (size_t i = 0; i < g->port_count; i++)
            box_port_add(box, &g->ports[i]);
    if (box->image >= 0)
        tell_image(box);
    message_init(&m, MESSAGE_START, 0);
    box_tell(&box->fabric, &m);
}

static void hear_fabric(struct box *box, struct message *m) {
    struct image_wait **p = &box->image_waits;

    switch (m->header.kind) {
    case MESSAGE_READY:
        box->fabric.ready = true;
        return;
    case MESSAGE_FLOW_TABLE:
        if (m->fd_count == 1 && box->flow_table < 0) {
            box->flow_table = m->fds[0];
            box->flow_table_bytes = m->u.flow_table.bytes;
            m->fd_count = 0;
        }
        return;
    case MESSAGE_RESULT:
        /* A newer image stands for the older ones too. */
        while (*p != NULL) {
            struct image_wait *w = *p;

            if (w->sequence > m->header.id) {
                p = &w->next;
                continue;
            }
            box_result(box, w->request, m->u.result.error, m->u.result.text);
            *p = w->next;
            free(w);
        }
        return;
    default:
        log_warn("fabric sent %s: refused", message_kind_name(m->header.kind));
    }
}

/* --- uplink --- */

static void greet_uplink(struct box *box) {
    struct message m;

    message_init(&m, MESSAGE_PORT_ADD, 0);
    m.u.port.number = PORT_UPLINK;
    m.fds[0] = box->lab.far;
    m.fd_count = 1;
    box_tell(&box->uplink, &m);
    message_init(&m, MESSAGE_START, 0);
    box_tell(&box->uplink, &m);
}

static void hear_uplink(struct box *box, struct message *m) {
    if (m->header.kind == MESSAGE_READY)
        box->uplink.ready = true;
    else
        log_warn("uplink sent %s: refused", message_kind_name(m->header.kind));
}

/* --- region --- */

static void greet_region(struct box *box) {
    struct message m;
    struct message_config *c = &m.u.config;

    message_init(&m, MESSAGE_CONFIG, 0);
    c->port = box->port;
    c->packets = box->space.packets;
    c->internet = box->options.internet;
    c->any_key = box->options.any_key;
    snprintf(c->home, sizeof(c->home), "%s", box->space.home);
    snprintf(c->account, sizeof(c->account), "%s", box->options.account);
    snprintf(c->region, sizeof(c->region), "%s", box->options.region);
    snprintf(c->packets_text, sizeof(c->packets_text), "%s",
             box->space.packets ? box->kernel.why : box->space.why);
    c->kernel = box->kernel.on;
    m.fds[0] = box->listener;
    m.fd_count = 1;
    box_tell(&box->region, &m);
    guest_replay(box);
    message_init(&m, MESSAGE_START, 0);
    box_tell(&box->region, &m);
}

static void hear_ready(struct box *box) {
    struct control_box seen = {.pid = getpid(), .port = box->port};
    int r;

    box->region.ready = true;
    if (box->ready)
        return;
    box->ready = true;
    snprintf(seen.account, sizeof(seen.account), "%s", box->options.account);
    snprintf(seen.region, sizeof(seen.region), "%s", box->options.region);
    r = control_publish(box->space.home, &seen);
    if (r < 0)
        log_warn("box.json: %s", strerror(-r));
    if (!box->space.packets)
        fprintf(stderr, "vpcbox: no packets, only the API: %s\n", box->space.why);
    printf("ready http://127.0.0.1:%u\n", box->port);
    /* Whoever started it may be gone by now; but a full disk has swallowed the one thing that was to be said. */
    if (fflush(stdout) != 0 && errno != EPIPE) {
        fprintf(stderr, "vpcbox: the output cannot be written: %s\n", strerror(errno));
        box_stop(box, 1);
    }
}

static void hear_image(struct box *box, struct message *m) {
    int need = F_SEAL_SHRINK | F_SEAL_WRITE;
    struct image_wait *w;
    struct stat st;

    if (!box->space.packets) {
        box_result(box, m->header.id, -ENOTSUP, box->space.why);
        return;
    }
    /* What the fabric maps must neither change nor shrink under it. */
    if ((fcntl(m->fds[0], F_GET_SEALS) & need) != need || fstat(m->fds[0], &st) < 0 ||
        (uint64_t)st.st_size < m->u.image.bytes) {
        box_result(box, m->header.id, -EINVAL, "the image is not a sealed memfd of its size");
        return;
    }
    w = calloc(1, sizeof(*w));
    if (w == NULL) {
        box_result(box, m->header.id, -ENOMEM, NULL);
        return;
    }
    fd_close(&box->image);
    box->image = m->fds[0];
    m->fd_count = 0;
    box->image_body = m->u.image;
    *w = (struct image_wait){box->image_waits, m->header.id, box->image_sequence + 1};
    box->image_waits = w;
    if (box->fabric.pid != 0)
        tell_image(box);
}

static void hear_socket(struct box *box, const struct message *m) {
    const struct message_socket_open *want = &m->u.socket_open;
    struct box_socket *s;
    size_t count = 0;
    int r, fd;

    for (s = box->sockets; s != NULL; s = s->next, count++)
        if (s->want.ns == want->ns && s->want.stream == want->stream && s->want.port == want->port &&
            s->want.address.v == want->address.v) {
            result_with_fd(box, m->header.id, s->fd);
            return;
        }
    r = !box->space.packets ? -ENOTSUP
        : count >= SOCKETS_MAX
            ? -EMFILE
            : space_socket(want->ns == MESSAGE_NS_SVC ? box->svc.ns : box->lab.ns, want, &fd);
    s = r == 0 ? calloc(1, sizeof(*s)) : NULL;
    if (s == NULL) {
        if (r == 0)
            close(fd);
        box_result(box, m->header.id, r < 0 ? r : -ENOMEM, r == -ENOTSUP ? box->space.why : NULL);
        return;
    }
    *s = (struct box_socket){box->sockets, *want, fd};
    box->sockets = s;
    result_with_fd(box, m->header.id, fd);
}

static void hear_flow_table(struct box *box, const struct message *m) {
    char path[64];
    struct message answer;
    int fd;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", box->flow_table);
    fd = box->flow_table < 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        box_result(box, m->header.id, -ENOTSUP,
                   box->space.packets ? "the fabric has none yet" : box->space.why);
        return;
    }
    message_init(&answer, MESSAGE_FLOW_TABLE, m->header.id);
    answer.u.flow_table.bytes = box->flow_table_bytes;
    answer.fds[0] = fd;
    answer.fd_count = 1;
    box_tell(&box->region, &answer);
    close(fd);
}

static void hear_region(struct box *box, struct message *m) {
    int r;

    if (m->header.kind == MESSAGE_READY) {
        hear_ready(box);
        return;
    }
    if (box->stopping) {
        box_result(box, m->header.id, -ESHUTDOWN, "the box is stopping");
        return;
    }
    switch (m->header.kind) {
    case MESSAGE_SOCKET_OPEN:
        hear_socket(box, m);
        return;
    case MESSAGE_LAB_ADDRESS:
        r = !box->space.packets ? -ENOTSUP
                                : space_local_address(box->lab.ns, (struct prefix4){m->u.lab_address.address,
                                                                                    m->u.lab_address.length});
        box_result(box, m->header.id, r, r == -ENOTSUP ? box->space.why : NULL);
        return;
    case MESSAGE_IMAGE:
        hear_image(box, m);
        return;
    case MESSAGE_FLOW_TABLE:
        hear_flow_table(box, m);
        return;
    case MESSAGE_INSTANCE_START:
        guest_start_request(box, m);
        return;
    case MESSAGE_INSTANCE_STOP:
        guest_stop_request(box, m);
        return;
    case MESSAGE_INSTANCE_INTERFACE:
        guest_interface_request(box, m);
        return;
    case MESSAGE_EXEC:
        exec_request(box, m);
        return;
    case MESSAGE_EXEC_SIGNAL:
        exec_signal(box, m);
        return;
    case MESSAGE_NETNS_QUERY:
        exec_netns(box, m);
        return;
    default:
        log_warn("region sent %s: refused", message_kind_name(m->header.kind));
    }
}

/* --- signals, start, stop --- */

/* Region has ended by its signal, and the guests; the other two end when host says no more. */
void box_check_stopped(struct box *box) {
    if (box->stopping && box->region.pid == 0 && box->guests == NULL) {
        if (box->fabric.pid == 0 && box->uplink.pid == 0)
            box->loop.over = true;
        if (box->fabric.pid != 0)
            shutdown(box->fabric.sock, SHUT_WR);
        if (box->uplink.pid != 0)
            shutdown(box->uplink.sock, SHUT_WR);
    }
}

static void stop_late(void *context) {
    struct box *box = context;

    log_error("what has not ended after %d s is ended now", STOP_MS / 1000);
    guest_stop_all(box, true);
    if (box->region.pid != 0)
        kill(box->region.pid, SIGKILL);
    if (box->fabric.pid != 0)
        kill(box->fabric.pid, SIGKILL);
    if (box->uplink.pid != 0)
        kill(box->uplink.pid, SIGKILL);
    loop_timer_set(&box->loop, &box->deadline, STOP_MS);
}

static void box_stop(struct box *box, int status) {
    if (box->stopping)
        return;
    box->stopping = true;
    box->status = status;
    loop_timer_stop(&box->loop, &box->region.again);
    loop_timer_stop(&box->loop, &box->fabric.again);
    loop_timer_stop(&box->loop, &box->uplink.again);
    loop_timer_set(&box->loop, &box->deadline, STOP_MS);
    if (box->region.pid != 0)
        kill(box->region.pid, SIGTERM);
    guest_stop_all(box, false);
    box_check_stopped(box);
}

static void reap(struct box *box) {
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == box->region.pid)
            child_ended(&box->region, status);
        else if (pid == box->fabric.pid)
            child_ended(&box->fabric, status);
        else if (pid == box->uplink.pid)
            child_ended(&box->uplink, status);
        else if (!guest_ended(box, pid, status))
            exec_ended(box, pid, status);
    }
}

static void signalled(void *context, uint32_t events) {
    struct box *box = context;
    struct signalfd_siginfo info;

    (void)events;
    while (read(box->signals.fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGCHLD)
            reap(box);
        else
            box_stop(box, 0);
    }
}

static int open_signals(struct box *box) {
    signal(SIGPIPE, SIG_IGN);
    box->signals = (struct loop_source){.ready = signalled, .context = box};
    return loop_add_signals(&box->loop, &box->signals, true);
}

static int make_home(const char *home) {
    char path[4096];

    snprintf(path, sizeof(path), "%s", home);
    for (char *p = path + 1; *p != '\0'; p++)
        if (*p == '/') {
            *p = '\0';
            if (mkdir(path, 0755) < 0 && errno != EEXIST)
                return -errno;
            *p = '/';
        }
    return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

static int complain(const char *what, int error) {
    fprintf(stderr, "vpcbox: %s: %s\n", what, strerror(-error));
    return 1;
}

static int complain_home(const char *home, int error) {
    fprintf(stderr, "vpcbox: the data folder %s cannot be used (%s): %s\n", home, strerror(-error),
            error == -ENOSPC || error == -EDQUOT ? "make room there, or choose another by --home"
                                                 : "choose one that this user may write to by --home");
    return 1;
}

static int take_home(struct box *box) {
    const char *home = box->options.home;
    pid_t holder = 0;
    int r = make_home(home);

    if (r == 0)
        r = control_lock(home, &box->lock, &holder);
    if (r == -EBUSY) {
        fprintf(stderr,
                "vpcbox: %s is in use by another box (process %d): stop it, or choose another --home\n", home,
                (int)holder);
        return 1;
    }
    return r < 0 ? complain_home(home, r) : 0;
}

static int more_descriptors(void) {
    enum { LEAST = 128 };
    struct rlimit l;

    if (getrlimit(RLIMIT_NOFILE, &l) < 0)
        return -errno;
    if (l.rlim_max < LEAST) {
        fprintf(
            stderr,
            "vpcbox: only %llu open files are allowed (ulimit -Hn): %d are needed, and more for instances\n",
            (unsigned long long)l.rlim_max, LEAST);
        return -EMFILE;
    }
    l.rlim_cur = l.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &l) < 0 ? -errno : 0;
}

/* Instances and region are gone: whoever is left had lost its parent. */
static void end_strays(void) {
    char path[64], text[4096];
    int fd, status;
    ssize_t n;

    for (;;) {
        snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
        fd = open(path, O_RDONLY | O_CLOEXEC);
        n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
        fd_close(&fd);
        text[n > 0 ? n : 0] = '\0';
        for (char *p = text, *end; *p != '\0'; p = end) {
            pid_t pid = (pid_t)strtol(p, &end, 10);

            if (end == p)
                break;
            kill(pid, SIGKILL);
        }
        if (waitpid(-1, &status, 0) < 0 && errno == ECHILD)
            return;
    }
}

/* What --dataplane asked for and this machine lacks; NULL when it has it. */
static const char *lacking(const struct box *box) {
    uint8_t wanted = box->options.dataplane;

    if ((wanted == HOST_DATAPLANE_TAP || wanted == HOST_DATAPLANE_KERNEL) && !box->space.packets)
        return box->space.why;
    return wanted == HOST_DATAPLANE_KERNEL && !box->kernel.on ? box->kernel.why : NULL;
}

static void make_nets(struct box *box) {
    int r;

    kernel_loaded(&box->kernel);
    if (!box->space.packets)
        return;
    if (box->kernel.why[0] == '\0')
        kernel_start(&box->kernel);
    r = space_make_nets(&box->space, box->options.internet, box->kernel.on ? &box->kernel : NULL, &box->svc,
                        &box->lab);
    if (r < 0) {
        box->space.packets = false;
        snprintf(box->space.why, sizeof(box->space.why),
                 "a network namespace with its link cannot be made (%s)", strerror(-r));
    }
}

int host_run(const struct host_options *options) {
    const struct space_want want = {.home = options->home,
                                    .packets = options->dataplane != HOST_DATAPLANE_NONE,
                                    .resolvers = options->internet == MESSAGE_INTERNET_HOST};
    static struct box box;
    const char *lack;
    int r;

    box = (struct box){.options = *options,
                       .self = getpid(),
                       .listener = -1,
                       .lock = -1,
                       .image = -1,
                       .flow_table = -1,
                       .filter = -1};
    box.region =
        (struct child){.box = &box, .name = "vpcbox-region", .greet = greet_region, .hear = hear_region};
    box.fabric =
        (struct child){.box = &box, .name = "vpcbox-fabric", .greet = greet_fabric, .hear = hear_fabric};
    box.uplink =
        (struct child){.box = &box, .name = "vpcbox-uplink", .greet = greet_uplink, .hear = hear_uplink};
    box.region.sock = box.fabric.sock = box.uplink.sock = -1;
    box.region.again = (struct loop_timer){.fire = child_start, .context = &box.region};
    box.fabric.again = (struct loop_timer){.fire = child_start, .context = &box.fabric};
    box.uplink.again = (struct loop_timer){.fire = child_start, .context = &box.uplink};
    box.deadline = (struct loop_timer){.fire = stop_late, .context = &box};
    umask(022);
    if (more_descriptors() < 0 || take_home(&box) != 0 ||
        listen_open(options->home, options->port_given, options->port, &box.listener, &box.port) < 0)
        return 1;
    if (options->dataplane == HOST_DATAPLANE_KERNEL || options->dataplane == HOST_DATAPLANE_AUTO)
        kernel_load(&box.kernel);
    else
        snprintf(box.kernel.why, sizeof(box.kernel.why), "--dataplane");
    r = space_enter(&want, &box.space);
    if (r < 0)
        return complain_home(options->home, r);
    r = loop_open(&box.loop);
    if (r == 0)
        r = open_signals(&box);
    if (r < 0)
        return complain("event loop", r);
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* what loses its parent is still the box's */
    child_spawn(&box.region);                  /* it is linked while the networks are made */
    make_nets(&box);
    lack = lacking(&box);
    if (lack != NULL) {
        kill(box.region.pid, SIGKILL); /* it has nothing to say of this */
        fprintf(stderr, "vpcbox: --dataplane %s: %s\n",
                options->dataplane == HOST_DATAPLANE_KERNEL ? "kernel" : "tap", lack);
        return 1;
    }
    guest_sweep(&box);
    child_greet(&box.region);
    if (box.space.packets)
        child_start(&box.fabric);
    if (box.space.packets && options->internet == MESSAGE_INTERNET_HOST)
        child_start(&box.uplink);
    pages_forget_code();
    r = loop_run(&box.loop);
    end_strays();
    return r < 0 ? complain("event loop", r) : box.status;
}
