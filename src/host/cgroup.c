/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/map.h"
#include "base/text.h"

#define HOST_GROUP "host"

enum { PATH_BYTES = 4096, NAME_BYTES = 64, DEPTH_MAX = 3, REMOVE_TRIES = 100, CPU_PERIOD_US = 100000 };

static const char *const names[CGROUP_CONTROLLERS] = {"memory", "pids", "cpu"};

static int put(int folder, const char *file, const char *text) {
    int fd = openat(folder, file, O_WRONLY | O_CLOEXEC), r;

    if (fd < 0)
        return -errno;
    r = write(fd, text, strlen(text)) < 0 ? -errno : 0;
    close(fd);
    return r;
}

/* --- where the calling process is --- */

/* Whether a comma-separated list has the word. */
static bool lists(const char *list, const char *word) {
    size_t n = strlen(word);

    for (const char *p = list; p != NULL && *p != '\0'; p = strchr(p, ','), p += p != NULL)
        if (strncmp(p, word, n) == 0 && (p[n] == ',' || p[n] == '\0'))
            return true;
    return false;
}

/* This process's group in the hierarchy of that controller, "" for version 2's, as a path from its root. */
static bool own_group(const char *controller, char path[PATH_BYTES]) {
    FILE *f = fopen("/proc/self/cgroup", "re");
    char line[PATH_BYTES + 256];
    bool found = false;

    while (f != NULL && !found && fgets(line, sizeof(line), f) != NULL) {
        char *list = strchr(line, ':'), *at = list == NULL ? NULL : strchr(list + 1, ':');

        if (at == NULL)
            continue;
        *at++ = '\0';
        list++;
        at[strcspn(at, "\n")] = '\0';
        found = *controller == '\0' ? *list == '\0' : lists(list, controller);
        if (found)
            snprintf(path, PATH_BYTES, "%.*s", PATH_BYTES - 1, at);
    }
    if (f != NULL)
        fclose(f);
    return found;
}

/* Where that hierarchy is mounted, and which of its folders is the mount's root. */
static bool mounted(const char *controller, char point[PATH_BYTES], char root[PATH_BYTES]) {
    FILE *f = fopen("/proc/self/mountinfo", "re");
    char *line = NULL;
    size_t size = 0;
    bool found = false;

    while (f != NULL && !found && getline(&line, &size, f) > 0) {
        char *rest = strstr(line, " - "), type[32], options[512];

        if (rest == NULL || sscanf(rest, " - %31s %*s %511s", type, options) != 2 ||
            sscanf(line, "%*s %*s %*s %4095s %4095s", root, point) != 2)
            continue;
        found = *controller == '\0' ? strcmp(type, "cgroup2") == 0
                                    : strcmp(type, "cgroup") == 0 && lists(options, controller);
    }
    free(line);
    if (f != NULL)
        fclose(f);
    return found;
}

/* The folder of this process's group; in version 2 the one above it, where siblings with limits may be. */
static int open_place(const char *controller) {
    char group[PATH_BYTES], point[PATH_BYTES], root[PATH_BYTES], path[2 * PATH_BYTES];
    const char *below;
    size_t n;
    int fd;

    if (!own_group(controller, group) || !mounted(controller, point, root))
        return -ENOENT;
    n = strcmp(root, "/") == 0 ? 0 : strlen(root);
    if (strncmp(group, root, n) == 0 && (group[n] == '/' || group[n] == '\0'))
        below = group + n;
    else
        below = ""; /* a mount from another namespace: its root is all that can be seen */
    snprintf(path, sizeof(path), "%s%s", point, below);
    if (*controller == '\0' && strlen(below) > 1)
        *strrchr(path, '/') = '\0';
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* --- the box's own folders --- */

/* Removes a group and those below it, deepest first; one with processes stays. */
static void remove_group(int parent, const char *name, unsigned depth) {
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *e;

    while (list != NULL && depth > 0 && (e = readdir(list)) != NULL)
        if (e->d_type == DT_DIR && e->d_name[0] != '.')
            remove_group(fd, e->d_name, depth - 1);
    if (list != NULL)
        closedir(list);
    else
        fd_close(&fd);
    unlinkat(parent, name, AT_REMOVEDIR);
}

static int give(int folder, uid_t owner) {
    static const char *const files[] = {"cgroup.procs", "cgroup.subtree_control", "tasks"};

    if (owner == geteuid())
        return 0;
    if (fchown(folder, owner, owner) < 0)
        return -errno;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        if (fchownat(folder, files[i], owner, owner, 0) < 0 && errno != ENOENT)
            return -errno;
    return 0;
}

/* Makes name in parent, the owner's.  Its descriptor, or negative errno. */
static int make_group(int parent, const char *name, uid_t owner) {
    int fd, r;

    if (mkdirat(parent, name, 0755) < 0 && errno != EEXIST)
        return -errno;
    fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return -errno;
    r = give(fd, owner);
    if (r < 0) {
        close(fd);
        unlinkat(parent, name, AT_REMOVEDIR);
        return r;
    }
    return fd;
}

static void set_limits(int folder, bool unified, enum cgroup_controller c, const struct cgroup_limits *l) {
    char text[32];

    if (c == CGROUP_MEMORY && l->memory_bytes > 0) {
        snprintf(text, sizeof(text), "%" PRIu64, l->memory_bytes);
        put(folder, unified ? "memory.max" : "memory.limit_in_bytes", text);
        /* Swap would only put the end off, and take the machine's disk for it. */
        put(folder, unified ? "memory.swap.max" : "memory.memsw.limit_in_bytes", unified ? "0" : text);
    } else if (c == CGROUP_PIDS && l->processes > 0) {
        snprintf(text, sizeof(text), "%u", l->processes);
        put(folder, "pids.max", text);
    } else if (c == CGROUP_CPU && l->weight > 0) {
        snprintf(text, sizeof(text), "%u", unified ? l->weight : l->weight * 1024 / 100);
        put(folder, unified ? "cpu.weight" : "cpu.shares", text);
        if (l->processors > 0) {
            snprintf(text, sizeof(text), "%u%s", l->processors * CPU_PERIOD_US, unified ? " 100000" : "");
            put(folder, unified ? "cpu.max" : "cpu.cfs_quota_us", text);
        }
    }
}

/* Version 2: what of the three this parent may hand on. */
static void enter_unified(struct cgroup *g, int parent, const char *name, uid_t owner) {
    bool any = false, has[CGROUP_CONTROLLERS] = {false};
    char word[16];
    int box, host;

    for (int c = 0; c < CGROUP_CONTROLLERS; c++) {
        snprintf(word, sizeof(word), "+%s", names[c]);
        if (g->places[c].folder < 0)
            any = (has[c] = put(parent, "cgroup.subtree_control", word) == 0) || any;
    }
    box = any ? make_group(parent, name, owner) : -1;
    host = box < 0 ? -1 : make_group(box, HOST_GROUP, owner);
    if (host >= 0 && put(host, "cgroup.procs", "0") == 0) {
        for (int c = 0; c < CGROUP_CONTROLLERS; c++) {
            snprintf(word, sizeof(word), "+%s", names[c]);
            if (has[c] && put(box, "cgroup.subtree_control", word) == 0)
                g->places[c] = (struct cgroup_place){fcntl(box, F_DUPFD_CLOEXEC, 0), true};
        }
        put(host, "cpu.weight", "300"); /* region and fabric before any one instance */
    }
    fd_close(&host);
    fd_close(&box);
}

/* Waits for host's end, then removes what only the rights of the start can.  fds: where the box's folders are
 * (-1: none), and last the pipe whose other end host holds. */
static void wait_and_remove(const int fds[CGROUP_CONTROLLERS + 2], const char *name) {
    const struct timespec pause = {.tv_nsec = 20000000};
    int own[CGROUP_CONTROLLERS + 2];
    char byte;

    setsid();
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    prctl(PR_SET_NAME, "vpcbox-cgroups");
    for (int i = 0; i < CGROUP_CONTROLLERS + 2; i++)
        own[i] = fds[i] < 0 ? -1 : fcntl(fds[i], F_DUPFD_CLOEXEC, 64);
    for (int i = 0; i < CGROUP_CONTROLLERS + 2; i++)
        if (own[i] >= 0 && dup2(own[i], i) < 0)
            return;
    close_range(CGROUP_CONTROLLERS + 2, ~0U, 0);
    if (chdir("/") < 0)
        return;
    while (read(CGROUP_CONTROLLERS + 1, &byte, 1) < 0 && errno == EINTR)
        ;
    for (int tries = 0; tries < REMOVE_TRIES; tries++) { /* the last process may still be on its way out */
        bool left = false;

        for (int i = 0; i <= CGROUP_CONTROLLERS; i++)
            if (own[i] >= 0) {
                remove_group(i, name, DEPTH_MAX);
                left = left || faccessat(i, name, F_OK, 0) == 0;
            }
        if (!left)
            return;
        nanosleep(&pause, NULL);
    }
}

/* An orphan, so that it is nobody whom host would wait for, and started before host goes into a group of the box's, so
 * that it is not in one itself.  The descriptor whose end it waits for, -1 when there is none. */
static int keep_rights(const int parents[CGROUP_CONTROLLERS + 1], const char *name) {
    int fds[CGROUP_CONTROLLERS + 2], pipe_fds[2], status;
    pid_t pid;

    if (pipe2(pipe_fds, O_CLOEXEC) < 0)
        return -1;
    memcpy(fds, parents, (CGROUP_CONTROLLERS + 1) * sizeof(fds[0]));
    fds[CGROUP_CONTROLLERS + 1] = pipe_fds[0];
    pid = fork();
    if (pid == 0) {
        if (fork() == 0)
            wait_and_remove(fds, name);
        _exit(0);
    }
    if (pid > 0)
        waitpid(pid, &status, 0);
    close(pipe_fds[0]);
    return pipe_fds[1];
}

/* What former boxes of this home have left where they could not clean up. */
static void remove_old(int parent, const char *prefix) {
    int fd = openat(parent, ".", O_RDONLY | O_CLOEXEC);
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *e;

    while (list != NULL && (e = readdir(list)) != NULL)
        if (text_starts(e->d_name, prefix))
            remove_group(parent, e->d_name, DEPTH_MAX);
    if (list != NULL)
        closedir(list);
}

void cgroup_enter(const char *home, uid_t owner, const struct cgroup_limits *all, struct cgroup *ret) {
    int parents[CGROUP_CONTROLLERS + 1], count = 0, alive;
    bool may = false;
    char prefix[NAME_BYTES / 2], name[NAME_BYTES], missing[64] = "";

    /* A name a run: the last one's keeper may still be removing its own. */
    snprintf(prefix, sizeof(prefix), "vpcbox-%016" PRIx64 "-", hash_bytes(home, strlen(home), 0));
    snprintf(name, sizeof(name), "%s%d", prefix, (int)getpid());
    *ret = (struct cgroup){0};
    for (int c = 0; c <= CGROUP_CONTROLLERS; c++) {
        parents[c] = open_place(c < CGROUP_CONTROLLERS ? names[c] : "");
        if (parents[c] >= 0) {
            may = may || faccessat(parents[c], "cgroup.procs", W_OK, AT_EACCESS) == 0;
            remove_old(parents[c], prefix);
        }
    }
    alive = may ? keep_rights(parents, name) : -1;
    for (int c = 0; c < CGROUP_CONTROLLERS; c++)
        ret->places[c] =
            (struct cgroup_place){parents[c] < 0 ? -1 : make_group(parents[c], name, owner), false};
    if (parents[CGROUP_CONTROLLERS] >= 0)
        enter_unified(ret, parents[CGROUP_CONTROLLERS], name, owner);
    for (int c = 0; c < CGROUP_CONTROLLERS; c++) {
        struct cgroup_place *p = &ret->places[c];

        if (p->folder >= 0) {
            set_limits(p->folder, p->unified, (enum cgroup_controller)c, all);
            count++;
        } else {
            snprintf(missing + strlen(missing), sizeof(missing) - strlen(missing), "%s%s",
                     missing[0] == '\0' ? "" : ", ", names[c]);
        }
    }
    if (missing[0] != '\0')
        snprintf(ret->why, sizeof(ret->why), "no control group may be made here for %s", missing);
    if (count == 0) /* else it stays open until host ends */
        fd_close(&alive);
    for (int c = 0; c <= CGROUP_CONTROLLERS; c++)
        fd_close(&parents[c]);
}

/* --- instances --- */

void cgroup_make(const struct cgroup *g, const char *instance, const struct cgroup_limits *limits,
                 int ret_fds[CGROUP_CONTROLLERS]) {
    char path[NAME_BYTES + 32];

    for (int c = 0; c < CGROUP_CONTROLLERS; c++) {
        const struct cgroup_place *p = &g->places[c];
        int folder;

        ret_fds[c] = -1;
        if (p->folder < 0)
            continue;
        folder = make_group(p->folder, instance, geteuid());
        if (folder >= 0) {
            set_limits(folder, p->unified, (enum cgroup_controller)c, limits);
            if (mkdirat(folder, "in", 0755) < 0 && errno != EEXIST)
                log_debug("%s: %s", instance, strerror(errno));
            close(folder);
        }
        snprintf(path, sizeof(path), "%.63s/in/cgroup.procs", instance);
        ret_fds[c] = openat(p->folder, path, O_WRONLY | O_CLOEXEC);
        if (ret_fds[c] < 0)
            log_warn("%s: its %s is not limited (%s)", instance, names[c], strerror(errno));
    }
}

void cgroup_join(const int *fds, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (write(fds[i], "0", 1) < 0)
            dprintf(STDOUT_FILENO, "vpcbox: a control group cannot be entered (%s)\n", strerror(errno));
        close(fds[i]);
    }
}

bool cgroup_sweep(const struct cgroup *g, bool (*alive)(void *context, const char *instance), void *context) {
    bool left = false;

    for (int c = 0; c < CGROUP_CONTROLLERS; c++) {
        int fd = g->places[c].folder < 0 ? -1 : openat(g->places[c].folder, ".", O_RDONLY | O_CLOEXEC);
        DIR *list = fd < 0 ? NULL : fdopendir(fd);
        struct dirent *e;

        while (list != NULL && (e = readdir(list)) != NULL) {
            if (e->d_type != DT_DIR || e->d_name[0] == '.' || text_is(e->d_name, HOST_GROUP) ||
                alive(context, e->d_name))
                continue;
            remove_group(fd, e->d_name, 1);
            left = left || faccessat(fd, e->d_name, F_OK, 0) == 0;
        }
        if (list != NULL)
            closedir(list);
    }
    return left;
}
