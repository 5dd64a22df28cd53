/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor: what this machine can do for a box, and how to mend what it cannot.
 *
 * Theory of operation: each finding is tried, not looked up: in a child that ends with what it made, by the same functions
 * that a starting box calls where there are such.  "needed" findings decide the exit status; the others say what a
 * box does without.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "cli/cli.h"
#include "host/cgroup.h"
#include "host/control.h"
#include "host/kernel.h"

enum { WORDS = 512, FILES_LEAST = 128, FILES_GOOD = 4096, DISK_GOOD_MIB = 2048, IDS = 65536 };

struct visit {
    struct cli *c;
    struct table table;
    bool lacks; /* something that is needed */
};

static void found(struct visit *v, const char *what, bool good, bool needed, const char *seen,
                  const char *mend) {
    table_row(v->c, &v->table,
              good     ? "ok"
              : needed ? "LACKS"
                       : "without",
              what, arena_strdup(v->c->arena, seen), good ? "" : mend, NULL);
    v->lacks |= needed && !good;
}

/* What probe() writes into the text, tried in a child; "" is well. */
static void try_in_child(void (*probe)(struct cli *c, char text[WORDS]), struct cli *c, char text[WORDS]) {
    int ends[2], status;
    ssize_t n;
    pid_t pid;

    snprintf(text, WORDS, "it cannot be tried: %s", strerror(errno));
    fflush(stdout);
    if (pipe2(ends, O_CLOEXEC) < 0)
        return;
    pid = fork();
    if (pid == 0) {
        char said[WORDS] = "";

        probe(c, said);
        _exit(fd_write_all(ends[1], said, strlen(said)) < 0);
    }
    close(ends[1]);
    if (pid > 0) {
        n = read(ends[0], text, WORDS - 1);
        text[n > 0 ? n : 0] = '\0';
        waitpid(pid, &status, 0);
        if (!WIFEXITED(status))
            snprintf(text, WORDS, "the trial ended by signal %d", WTERMSIG(status));
    }
    close(ends[0]);
}

static void try_namespaces(struct cli *c, char text[WORDS]) {
    (void)c;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID) < 0)
        snprintf(text, WORDS, "refused: %s", strerror(errno));
}

static void try_kernel(struct cli *c, char text[WORDS]) {
    struct kernel k;

    (void)c;
    kernel_load(&k);
    kernel_loaded(&k);
    snprintf(text, WORDS, "%s", k.why);
}

static void try_cgroups(struct cli *c, char text[WORDS]) {
    const struct cgroup_limits limits = {
        .memory_bytes = UINT64_C(1) << 40, .processes = 100000, .weight = 100};
    struct cgroup g;

    cgroup_enter(arena_printf(c->arena, "%s.doctor.%d", c->home, (int)getpid()), geteuid(), &limits, &g);
    snprintf(text, WORDS, "%s", g.why);
}

static void namespaces(struct visit *v) {
    char text[WORDS];

    try_in_child(try_namespaces, v->c, text);
    found(
        v, "namespaces", *text == '\0', true, *text == '\0' ? "user, mount, network, process" : text,
        "allow them: sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000 (and "
        "kernel.apparmor_restrict_unprivileged_userns=0 where there is such); in a container: --privileged");
}

static void tun(struct visit *v) {
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

    found(v, "/dev/net/tun", fd >= 0, true, fd >= 0 ? "opens" : strerror(errno),
          access("/dev/net/tun", F_OK) == 0 ? "let this user open it: sudo chmod 666 /dev/net/tun"
                                            : "sudo modprobe tun; in a container: --device /dev/net/tun");
    fd_close(&fd);
}

static void kernel_cache(struct visit *v) {
    char text[WORDS];

    try_in_child(try_kernel, v->c, text);
    found(v, "kernel flow cache", *text == '\0', false, *text == '\0' ? "its programs load" : text,
          geteuid() != 0
              ? "start the box as root for it; packets pass through TAP devices else"
              : "Linux 5.10 or newer with BPF, and a vpcbox built with clang and libbpf-dev; packets pass "
                "through TAP devices else");
}

static void cgroups(struct visit *v) {
    char text[WORDS];

    try_in_child(try_cgroups, v->c, text);
    found(v, "control groups", *text == '\0', false, *text == '\0' ? "memory, pids, cpu" : text,
          geteuid() != 0
              ? "have them delegated: systemd-run --user --scope -p Delegate=yes vpcbox start; rlimits "
                "bound instances else"
              : "mount cgroup2 with the memory, pids and cpu controllers; rlimits bound instances else");
}

/* Whether this process may map so many ids of others. */
static void user_ids(struct visit *v) {
    FILE *map = fopen("/proc/self/uid_map", "re");
    unsigned long long first, outside, count, most = 0;

    while (map != NULL && fscanf(map, "%llu %llu %llu", &first, &outside, &count) == 3)
        most = count > most ? count : most;
    if (map != NULL)
        fclose(map);
    if (geteuid() == 0)
        found(v, "user ids", most >= IDS, false,
              most >= IDS ? "a range for each instance" : "too few are mapped here",
              "run it outside this container for users of their own in instances");
    else
        found(v, "user ids", false, false, "one: instances have no user but root",
              "start the box as root for ranges of ids");
}

static void programs(struct visit *v) {
    static const struct {
        const char *program, *package, *what;
        bool needed;
    } all[] = {
        {"/usr/bin/bwrap", "bubblewrap", "instances", true},
        {"/usr/sbin/ip", "iproute2", "ip in instances", false},
        {"/usr/sbin/iptables", "iptables", "NAT instances", false},
        {"/usr/bin/ping", "iputils-ping", "ping in instances", false},
        {"/usr/bin/curl", "curl", "curl in instances", false},
        {"/usr/bin/git", "git", "the lab's repositories", false},
        {"/usr/bin/aws", "awscli", "the aws CLI, here and in instances", false},
        {"/usr/bin/ps", "procps", "ps and sysctl in instances", false},
        {"/usr/sbin/sshd", "openssh-server", "ssh to instances", false},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        const char *name = strrchr(all[i].program, '/') + 1;
        bool there = access(all[i].program, X_OK) == 0;

        found(v, name, there, all[i].needed,
              there ? all[i].program : arena_printf(v->c->arena, "missing: for %s", all[i].what),
              arena_printf(v->c->arena, "sudo apt-get install %s", all[i].package));
    }
}

static void home(struct visit *v) {
    char *path = arena_strdup(v->c->arena, v->c->home);
    struct statvfs fs;
    char text[WORDS];
    unsigned long long mib;

    while (access(path, F_OK) < 0 && errno == ENOENT && strcmp(path, "/") != 0)
        path = dirname(path);
    found(v, "home", access(path, W_OK | X_OK) == 0, true,
          access(path, W_OK | X_OK) == 0 ? v->c->home
                                         : arena_printf(v->c->arena, "%s: %s", path, strerror(errno)),
          "choose a folder that this user may write to by --home");
    if (statvfs(path, &fs) < 0)
        return;
    mib = (unsigned long long)fs.f_bavail * fs.f_frsize / (1 << 20);
    snprintf(text, sizeof(text), "%llu MiB free", mib);
    found(v, "disk", mib >= DISK_GOOD_MIB, false, text,
          "make room, or choose a home on another disk: instances and objects are kept there");
}

static void open_files(struct visit *v) {
    struct rlimit l = {0};
    char text[WORDS];

    getrlimit(RLIMIT_NOFILE, &l);
    snprintf(text, sizeof(text), "%llu", (unsigned long long)l.rlim_max);
    found(v, "open files", l.rlim_max >= FILES_GOOD, l.rlim_max < FILES_LEAST, text,
          "ulimit -Hn 65536, as root; or LimitNOFILE= of the service");
}

static void kernel_version(struct visit *v) {
    struct utsname u;
    int major = 0, minor = 0;

    if (uname(&u) < 0 || sscanf(u.release, "%d.%d", &major, &minor) != 2)
        return;
    found(v, "Linux", major > 5 || (major == 5 && minor >= 10), true, u.release, "a kernel of 5.10 or newer");
}

static void the_box(struct visit *v) {
    const char *endpoint = box_endpoint(v->c);

    found(v, "box", true, false, endpoint == NULL ? "none runs in this home" : endpoint, "");
}

int cmd_doctor(struct cli *c) {
    static const char *const columns[] = {"", "What", "Found", "Mend", NULL};
    static const char *const keys[] = {"State", "What", "Found", "Mend", NULL};
    struct visit v = {.c = c, .table = {.columns = text_is(c->output, "json") ? keys : columns}};

    kernel_version(&v);
    namespaces(&v);
    tun(&v);
    programs(&v);
    kernel_cache(&v);
    cgroups(&v);
    user_ids(&v);
    open_files(&v);
    home(&v);
    the_box(&v);
    table_print(c, &v.table);
    cli_say(c, v.lacks ? "\nwithout what it lacks a box serves the APIs alone: no packets, no programs\n"
                       : "\ninstances with real packets can run here\n");
    return v.lacks;
}
