/* SPDX-License-Identifier: Apache-2.0 */
/* The instances that run: from a request to processes, and back to nothing. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "host/box.h"
#include "host/filter.h"
#include "host/ids.h"
#include "host/interface.h"
#include "host/rootfs.h"
#include "host/tree.h"
#include "host/usr.h"

enum {
    START_MS = 20000, /* until init says that the network is up */
    STOP_MS = 3000,   /* for programs to end by themselves */
    SWEEP_MS = 50
};

struct guest *guest_find(struct box *box, const char *id) {
    for (struct guest *g = box->guests; g != NULL; g = g->next)
        if (strcmp(g->start.instance, id) == 0)
            return g;
    return NULL;
}

/* Not while the box ends: an instance whose box is stopped is not a stopped instance. */
static void event(struct guest *g, enum message_instance_state state, int status, const char *text) {
    struct message m;

    if (g->box->stopping)
        return;
    message_init(&m, MESSAGE_INSTANCE_EVENT, 0);
    snprintf(m.u.instance_event.instance, sizeof(m.u.instance_event.instance), "%s", g->start.instance);
    m.u.instance_event.state = state;
    m.u.instance_event.status = status;
    snprintf(m.u.instance_event.text, sizeof(m.u.instance_event.text), "%s", text);
    box_tell(&g->box->region, &m);
}

void guest_replay(struct box *box) {
    for (struct guest *g = box->guests; g != NULL; g = g->next) {
        g->start_request = g->stop_request = 0;
        if (g->state == GUEST_RUNNING)
            event(g, MESSAGE_INSTANCE_RUNNING, 0, "");
    }
}

void guest_path(const char *instance, const char *name, char out[256]) {
    snprintf(out, 256, SPACE_INSTANCES "/%s/%s", instance, name);
}

/* --- the control socket to init --- */

/* An instance's root may have taken init over: nothing here may wait for it. */
static int tell_init(struct guest *g, struct message *m) {
    struct pollfd p = {.fd = g->control, .events = POLLOUT};

    if (g->control < 0)
        return -ENOTCONN;
    return poll(&p, 1, 0) == 1 ? message_send(g->control, m) : -EAGAIN;
}

static void control_ready(void *context, uint32_t events) {
    static struct message m;
    struct guest *g = context;
    int r;

    (void)events;
    m.fd_count = 0;
    r = message_receive(g->control, &m);
    if (r <= 0) {
        if (r == 0)
            loop_remove(&g->box->loop, &g->control_source);
        return;
    }
    switch (m.header.kind) {
    case MESSAGE_READY:
        if (g->state == GUEST_STARTING) {
            g->state = GUEST_RUNNING;
            loop_timer_stop(&g->box->loop, &g->deadline);
            event(g, MESSAGE_INSTANCE_RUNNING, 0, "");
        }
        break;
    case MESSAGE_INSTANCE_EVENT:
        if (m.u.instance_event.state == MESSAGE_INSTANCE_USER_DATA && !g->user_data_told) {
            g->user_data_told = true; /* once a boot: whoever has taken init over may say it without end */
            event(g, MESSAGE_INSTANCE_USER_DATA, m.u.instance_event.status, m.u.instance_event.text);
        } else if (m.u.instance_event.state == MESSAGE_INSTANCE_REBOOTING && g->state == GUEST_RUNNING)
            g->rebooting = true; /* it ends by itself, and starts again then */
        break;
    case MESSAGE_RESULT:
    case MESSAGE_EXEC_STARTED:
    case MESSAGE_EXEC_EXITED:
        exec_answer(g, &m);
        break;
    default:
        if (!g->refused)
            log_warn("%s: init sent %s: refused, as all such from now on", g->start.instance,
                     message_kind_name(m.header.kind));
        g->refused = true;
    }
    message_close_fds(&m);
}

/* --- starting --- */

static int boot_child(void *context) {
    return boot_run(context);
}

/* Its cables, from its own namespace's ethN to our ports; those laid go with the guest. */
static int lay_cables(struct guest *g) {
    struct kernel *k = &g->box->kernel;
    char path[64];
    int ns, r = 0;

    snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)g->pid);
    ns = open(path, O_RDONLY | O_CLOEXEC);
    if (ns < 0)
        return -errno;
    for (unsigned i = 0; r == 0 && i < g->start.eni_count; i++) {
        const struct message_eni *e = &g->start.enis[i];
        struct port p = {.number = e->num, .mtu = e->mtu, .tap = {.fd = -1, .mac = e->mac}};
        char name[IF_NAMESIZE];

        interface_name(e, name);
        r = kernel_port_add(k, e->num, ns, name, e->mac, e->mtu, &p.cable);
        if (r == 0) {
            box_port_add(g->box, &p);
            g->ports[g->port_count++] = p;
        }
    }
    close(ns);
    return r;
}

/* fd: what it is to have, -1 for nothing. */
static void boot_go_on(struct guest *g, int r, int fd) {
    if (r < 0 || fd_send(g->report, "x", 1, &fd, fd >= 0) < 0)
        kill(g->pid, SIGKILL);
}

/* /usr as its namespace sees it, or -1: then the machine's, whose files are nobody's. */
static int ask_usr(struct guest *g) {
    char path[64];
    int user, tree;

    snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)g->pid);
    user = open(path, O_RDONLY | O_CLOEXEC);
    tree = user < 0 ? -errno : usr_ask(&g->box->space.usr, user);
    fd_close(&user);
    if (tree < 0 && g->box->space.ranges)
        log_debug("%s: /usr cannot be mapped (%s): its files are nobody's", g->start.instance,
                  strerror(-tree));
    return tree < 0 ? -1 : tree;
}

static void report_ready(void *context, uint32_t events) {
    struct guest *g = context;
    struct boot_report report;
    int fd = -1, usr, r;
    size_t count = 1;
    ssize_t n;

    (void)events;
    n = fd_receive(g->report, &report, sizeof(report), &fd, &count);
    if (n != (ssize_t)sizeof(report)) {
        if (n > 0 && count == 1)
            close(fd);
        if (n != -EAGAIN) { /* it has become bubblewrap, or is dead */
            loop_remove(&g->box->loop, &g->report_source);
            fd_close(&g->report);
            box_result(g->box, g->start_request, 0, NULL);
            g->start_request = 0;
        }
        return;
    }
    switch (report.step) {
    case BOOT_UNSHARED:
        r = space_map_instance(&g->box->space, g->id, g->pid);
        if (r < 0)
            snprintf(g->why, sizeof(g->why), "its user ids cannot be mapped (%s)", strerror(-r));
        usr = r == 0 ? ask_usr(g) : -1;
        boot_go_on(g, r, usr);
        fd_close(&usr);
        break;
    case BOOT_MAPPED:
        r = g->box->kernel.on ? lay_cables(g) : 0;
        if (r < 0)
            snprintf(g->why, sizeof(g->why), "its interfaces cannot be made (%s)", strerror(-r));
        boot_go_on(g, r, -1);
        break;
    case BOOT_PORT:
        if (count == 1 && g->port_count < g->start.eni_count) {
            const struct message_eni *e = &g->start.enis[g->port_count];
            struct port *p = &g->ports[g->port_count++];

            *p = (struct port){.number = e->num, .mtu = e->mtu, .tap = report.tap};
            p->tap.fd = fd;
            box_port_add(g->box, p);
            fd = -1;
        }
        break;
    default:
        report.text[sizeof(report.text) - 1] = '\0';
        snprintf(g->why, sizeof(g->why), "%.180s (%s)", report.text, strerror(-report.error));
    }
    fd_close(&fd);
}

static void too_late(void *context) {
    struct guest *g = context;

    if (g->state == GUEST_STARTING)
        snprintf(g->why, sizeof(g->why), "it did not come up in time");
    if (g->pid > 0)
        kill(g->pid, SIGKILL);
}

static void forget(struct guest *g) {
    for (struct guest **p = &g->box->guests; *p != NULL; p = &(*p)->next)
        if (*p == g) {
            *p = g->next;
            break;
        }
    free(g->user_data);
    free(g);
}

static void close_channels(struct guest *g) {
    struct loop *l = &g->box->loop;

    loop_remove(l, &g->report_source);
    loop_remove(l, &g->control_source);
    console_stop(g);
    loop_timer_stop(l, &g->deadline);
    fd_close(&g->report);
    fd_close(&g->control);
    fd_close(&g->console);
    for (size_t i = 0; i < g->port_count; i++) {
        box_port_delete(g->box, &g->ports[i]);
        fd_close(&g->ports[i].tap.fd);
    }
    g->port_count = 0;
}

/* Which ids it has: those of its tree, where that is not of the time when all had the same (boot.c gives it away). */
static int choose_id(struct guest *g, bool fresh) {
    const struct space *space = &g->box->space;
    char path[256];
    struct stat st;
    int at;

    g->id = space->instance_id;
    if (!space->own_ids)
        return 0;
    guest_path(g->start.instance, "root", path);
    if (!fresh && stat(path, &st) < 0)
        return -errno;
    if (!fresh && ids_of_one_instance(st.st_uid)) {
        g->id = st.st_uid;
        return 0;
    }
    at = open(SPACE_INSTANCES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (at < 0)
        return -errno;
    g->id = ids_choose(g->start.instance, at);
    close(at);
    return 0;
}

static int make_folder(struct guest *g, bool *ret_fresh) {
    char path[256];
    int r;

    guest_path(g->start.instance, "", path);
    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        return -errno;
    guest_path(g->start.instance, "root", path);
    *ret_fresh = mkdir(path, 0755) == 0;
    if (!*ret_fresh && errno != EEXIST)
        return -errno;
    r = choose_id(g, *ret_fresh);
    if (r < 0)
        return r;
    if (*ret_fresh && chown(path, g->id, g->id) < 0)
        return -errno;
    guest_path(g->start.instance, ROOTFS_VIEW, path);
    if (mkdir(path, 0755) == 0)
        return chown(path, g->id, g->id) < 0 ? -errno : 0;
    return errno == EEXIST ? 0 : -errno;
}

static int launch(struct guest *g) {
    struct boot boot = {.space = &g->box->space,
                        .start = &g->start,
                        .user_data = g->user_data,
                        .user_data_bytes = g->user_data_bytes,
                        .region = g->box->options.region,
                        .cables = g->box->kernel.on,
                        .limits = limits_of(&g->start.size)};
    int report[2] = {-1, -1}, control[2] = {-1, -1}, console[2] = {-1, -1}, r;
    int groups[CGROUP_CONTROLLERS], keep[4 + CGROUP_CONTROLLERS];
    bool fresh = false;
    pid_t pid;

    if (g->box->filter < 0 && (g->box->filter = filter_open()) < 0)
        return g->box->filter;
    r = make_folder(g, &fresh);
    if (r == 0)
        r = console_open(g);
    if (r == 0 &&
        (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, report) < 0 ||
         socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) < 0 || pipe2(console, O_CLOEXEC) < 0))
        r = -errno;
    /* Who opens /dev/console inside opens this pipe. */
    if (r == 0 && fchown(console[1], g->id, g->id) < 0)
        r = -errno;
    cgroup_make(&g->box->space.groups, g->start.instance, &boot.limits.group, groups);
    memcpy(keep, (int[]){report[1], control[1], console[1], g->box->filter}, 4 * sizeof(keep[0]));
    for (int c = 0; c < CGROUP_CONTROLLERS; c++)
        if (groups[c] >= 0)
            keep[4 + boot.group_count++] = groups[c];
    boot.id = g->id;
    pid = r < 0 ? r : space_child(keep, 4 + boot.group_count, boot_child, &boot);
    for (int c = 0; c < CGROUP_CONTROLLERS; c++)
        fd_close(&groups[c]);
    fd_close(&report[1]);
    fd_close(&control[1]);
    fd_close(&console[1]);
    g->report = report[0];
    g->control = control[0];
    g->console = console[0];
    if (pid < 0) {
        close_channels(g);
        return pid;
    }
    fcntl(g->console, F_SETFL, O_NONBLOCK);
    g->disk_limit = boot.limits.disk_bytes + boot.limits.disk_bytes / 16; /* blocks, folders, its console */
    disk_watch(g, fresh);
    g->pid = pid;
    g->state = GUEST_STARTING;
    g->user_data_told = g->refused = false;
    g->why[0] = '\0';
    g->report_source = (struct loop_source){.ready = report_ready, .context = g};
    g->control_source = (struct loop_source){.ready = control_ready, .context = g};
    g->deadline = (struct loop_timer){.fire = too_late, .context = g};
    loop_add(&g->box->loop, &g->report_source, g->report, EPOLLIN);
    loop_add(&g->box->loop, &g->control_source, g->control, EPOLLIN);
    console_listen(g);
    loop_timer_set(&g->box->loop, &g->deadline, START_MS);
    return 0;
}

void guest_start_request(struct box *box, const struct message *m) {
    const struct message_instance_start *s = &m->u.instance_start;
    struct guest *g;
    int r;

    if (!box->space.packets) {
        box_result(box, m->header.id, -ENOTSUP, box->space.why);
        return;
    }
    g = guest_find(box, s->instance);
    if (g != NULL) { /* a region that died has asked before */
        if (g->state == GUEST_STARTING)
            box_result(box, m->header.id, -EINPROGRESS, "the instance starts already");
        else if (g->state == GUEST_STOPPING)
            box_result(box, m->header.id, -EBUSY, "the instance is being stopped");
        else
            box_result(box, m->header.id, -EALREADY, "the instance runs already");
        return;
    }
    for (g = box->guests; g != NULL; g = g->next)
        for (uint32_t i = 0; i < s->eni_count; i++)
            for (uint32_t j = 0; j < g->start.eni_count; j++)
                if (s->enis[i].num == g->start.enis[j].num) {
                    box_result(box, m->header.id, -EADDRINUSE, "a running instance has that interface");
                    return;
                }
    g = calloc(1, sizeof(*g));
    if (g == NULL || (g->user_data = malloc(m->header.tail_bytes + 1)) == NULL) {
        free(g);
        box_result(box, m->header.id, -ENOMEM, NULL);
        return;
    }
    g->box = box;
    g->start = *s;
    g->user_data_bytes = m->header.tail_bytes;
    memcpy(g->user_data, m->tail, m->header.tail_bytes);
    g->start_request = m->header.id;
    g->report = g->control = g->console = g->console_file = -1;
    g->next = box->guests;
    box->guests = g;
    r = launch(g);
    if (r < 0) {
        box_result(box, m->header.id, r, NULL);
        forget(g);
    }
}

/* --- stopping --- */

static int remove_tree_child(void *context) {
    int at = open(SPACE_INSTANCES, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

    r = at < 0 ? -errno : tree_remove(at, context);
    if (r < 0)
        log_warn("%s is not removed whole: %s", (char *)context, strerror(-r));
    return r < 0;
}

/* What a box that was killed had not yet taken apart. */
void guest_sweep(struct box *box) {
    DIR *list = box->space.packets ? opendir(SPACE_INSTANCES) : NULL;
    struct dirent *e;

    while (list != NULL && (e = readdir(list)) != NULL)
        if (strncmp(e->d_name, ".gone-", 6) == 0)
            space_child(NULL, 0, remove_tree_child, e->d_name);
    if (list != NULL)
        closedir(list);
}

/* Out of the way at once under another name; a child that host need not wait for takes it apart. */
static int remove_files(struct box *box, const char *instance) {
    char path[256], gone[300];

    guest_path(instance, "", path);
    path[strlen(path) - 1] = '\0';
    snprintf(gone, sizeof(gone), SPACE_INSTANCES "/.gone-%s-%llu", instance,
             (unsigned long long)++box->next_id);
    if (rename(path, gone) < 0)
        return errno == ENOENT ? 0 : -errno;
    return space_child(NULL, 0, remove_tree_child, strrchr(gone, '/') + 1) < 0 ? -ECHILD : 0;
}

static void begin_stop(struct guest *g, bool force) {
    struct message m;

    message_init(&m, MESSAGE_SHUTDOWN, 0);
    if (force || g->state == GUEST_STARTING || tell_init(g, &m) < 0)
        kill(g->pid, SIGKILL);
    g->state = GUEST_STOPPING;
    loop_timer_set(&g->box->loop, &g->deadline, STOP_MS);
}

void guest_stop_request(struct box *box, const struct message *m) {
    const struct message_instance_stop *s = &m->u.instance_stop;
    struct guest *g = guest_find(box, s->instance);

    if (g == NULL) {
        int r = s->how == MESSAGE_TERMINATE ? remove_files(box, s->instance)
                : s->how == MESSAGE_REBOOT  ? -ESRCH
                                            : 0;

        box_result(box, m->header.id, r, r == -ESRCH ? "the instance is not running" : NULL);
        return;
    }
    if (g->stop_request != 0) {
        box_result(box, m->header.id, -EBUSY, "the instance is being stopped already");
        return;
    }
    g->stop_request = m->header.id;
    g->rebooting = s->how == MESSAGE_REBOOT;
    g->terminating = s->how == MESSAGE_TERMINATE;
    begin_stop(g, s->force != 0);
}

void guest_end(struct guest *g, const char *why) {
    char text[MESSAGE_NAME_BYTES + 32];

    if (g->state == GUEST_STOPPING)
        return;
    snprintf(text, sizeof(text), "vpcbox: ended: %s\r\n", why);
    console_write(g, text, strlen(text));
    snprintf(g->why, sizeof(g->why), "%s", why);
    begin_stop(g, true);
}

void guest_stop_all(struct box *box, bool force) {
    for (struct guest *g = box->guests; g != NULL; g = g->next) {
        g->rebooting = false;
        if (force || g->state != GUEST_STOPPING)
            begin_stop(g, force);
    }
}

static bool has_processes(void *context, const char *id) {
    const struct guest *g = guest_find(context, id);

    return g != NULL && g->pid > 0;
}

/* What is in an instance's own namespace of processes may end a little after bubblewrap. */
static void sweep_groups(void *context) {
    struct box *box = context;

    box->groups.fire = sweep_groups;
    box->groups.context = box;
    if (cgroup_sweep(&box->space.groups, has_processes, box))
        loop_timer_set(&box->loop, &box->groups, SWEEP_MS);
}

bool guest_ended(struct box *box, pid_t pid, int status) {
    struct guest *g = box->guests;
    bool again;
    int r = 0;

    while (g != NULL && g->pid != pid)
        g = g->next;
    if (g == NULL)
        return false;
    console_drain(g);
    exec_forget_guest(g);
    if (g->state == GUEST_RUNNING && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        snprintf(g->why, sizeof(g->why), "Client.InstanceInitiatedShutdown");
    else if (g->state != GUEST_STOPPING && g->why[0] == '\0')
        snprintf(g->why, sizeof(g->why), "its first process ended by itself (%s %d)",
                 WIFSIGNALED(status) ? "signal" : "status",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    close_channels(g);
    g->pid = 0;
    sweep_groups(box);
    if (g->start_request != 0)
        box_result(box, g->start_request, box->stopping ? -ESHUTDOWN : -EIO, g->why);
    g->start_request = 0;
    again = g->rebooting && !box->stopping;
    g->rebooting = false;
    if (again) {
        event(g, MESSAGE_INSTANCE_REBOOTING, 0, "");
        r = launch(g);
        box_result(box, g->stop_request, r, NULL);
        g->stop_request = 0;
        if (r == 0)
            return true;
        snprintf(g->why, sizeof(g->why), "it did not start again (%s)", strerror(-r));
    }
    if (g->terminating)
        r = remove_files(box, g->start.instance);
    if (g->why[0] != '\0')
        log_info("%s: %s", g->start.instance, g->why);
    event(g, MESSAGE_INSTANCE_STOPPED, status, g->why);
    box_result(box, g->stop_request, r, NULL);
    forget(g);
    box_check_stopped(box);
    return true;
}
