/* SPDX-License-Identifier: Apache-2.0 */
/*
 * boot: an instance's first process, from host's child to bubblewrap.
 *
 * In order: read what only the box may read; leave for a user namespace that limits the instance's and one
 * in it that is the instance's, with its mount and network namespace (one unshare, so that the first owns
 * the others: sysctl and iptables inside depend on it), as its root; make its files; make its interfaces and hand their TAPs to host; become
 * bubblewrap, which adds the pid, uts and ipc namespaces, leaves the machine's files behind and runs
 * vpcbox-init as process 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/box.h"
#include "host/counts.h"
#include "host/ids.h"
#include "host/init.h"
#include "host/interface.h"
#include "host/netlink.h"
#include "host/rootfs.h"
#include "host/tree.h"

enum { REPORT = 3, CONTROL = 4, CONSOLE = 5, FILTER = 6, GROUPS = 7, TRUST_MAX = 1 << 20 };

static int report(int sock, enum boot_step step, int error, const char *text, const struct space_tap *tap) {
    struct boot_report r = {.step = step, .error = error};

    if (text != NULL)
        snprintf(r.text, sizeof(r.text), "%s", text);
    if (tap != NULL)
        r.tap = *tap;
    return fd_send(sock, &r, sizeof(r), tap != NULL ? &tap->fd : NULL, tap != NULL);
}

static int fail(int sock, int error, const char *what) {
    report(sock, BOOT_FAILED, error, what, NULL);
    return 1;
}

/* Host does its part, and answers.  *ret_fd: what came with it, or -1. */
static int ask(int sock, enum boot_step step, int *ret_fd) {
    size_t count = 1;
    char byte;

    *ret_fd = -1;
    return report(sock, step, 0, NULL, NULL) < 0 || fd_receive(sock, &byte, 1, ret_fd, &count) != 1 ? -EPIPE
                                                                                                    : 0;
}

/* Out of the box by two user namespaces: an outer one that binds the inner one (host/counts.h). */
static int become_root(int sock, const struct boot *b) {
    const char *map = b->space->ranges ? "0 0 65536" : "0 0 1";
    struct counts counts;
    int go, r, mapped, usr, none;
    pid_t mapper;

    counts_read(&counts);
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
        return -errno;
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    r = ask(sock, BOOT_UNSHARED, &usr);
    if (r < 0)
        return r;
    if ((b->space->ranges && setgroups(0, NULL) < 0) || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
        return -errno;
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    /* Here, not in the inner one: what that copies is locked in it, so that nobody there makes it writable. */
    if (usr >= 0 && move_mount(usr, "", AT_FDCWD, SPACE_USR, MOVE_MOUNT_F_EMPTY_PATH) < 0)
        dprintf(STDOUT_FILENO, "vpcbox: /usr cannot be mapped (%s): its files are nobody's\n",
                strerror(errno));
    fd_close(&usr);
    counts_write(&counts, counts_of_instance);
    mapper = space_start_mapper(map, &go);
    if (mapper < 0)
        return mapper;
    counts_lower(&counts, counts_of_instance, b->limits.group.processes);
    r = unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET) < 0 ? -errno : 0;
    counts_restore(&counts);
    mapped = space_end_mapper(mapper, go, r == 0);
    r = r < 0 ? r : mapped;
    if (r == 0)
        r = ask(sock, BOOT_MAPPED, &none);
    return r == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ? -errno : r;
}

static int make_network(int sock, const struct message_instance_start *s, bool ranges, bool cables) {
    int nl = netlink_open(), r;

    if (nl < 0)
        return nl;
    space_net_settings(true, ranges);
    r = netlink_link_up(nl, &(struct netlink_link){.index = 1});
    for (unsigned i = 0; r == 0 && i < s->eni_count; i++) {
        struct space_tap tap = {.fd = -1};
        char name[IF_NAMESIZE];

        interface_name(&s->enis[i], name);
        if (!cables)
            r = space_tap_open(name, s->enis[i].mac, s->enis[i].mtu, true, &tap);
        if (r == 0)
            r = interface_configure(nl, &s->enis[i]);
        if (r == 0 && !cables)
            r = report(sock, BOOT_PORT, 0, NULL, &tap);
        fd_close(&tap.fd);
    }
    close(nl);
    return r;
}

struct arguments {
    char text[8192];
    char *argv[160];
    size_t used, count;
};

static void add(struct arguments *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The whole list is bounded by what is written below. */
static void add(struct arguments *a, const char *fmt, ...) {
    va_list ap;

    if (a->count + 1 >= sizeof(a->argv) / sizeof(a->argv[0]))
        abort();
    va_start(ap, fmt);
    a->argv[a->count++] = a->text + a->used;
    a->used += (size_t)vsnprintf(a->text + a->used, sizeof(a->text) - a->used, fmt, ap) + 1;
    va_end(ap);
    if (a->used >= sizeof(a->text))
        abort();
}

static void add_words(struct arguments *a, const char *const *words) {
    for (; *words != NULL; words++)
        add(a, "%s", *words);
}

static void add_tmpfs(struct arguments *a, const char *mode, uint64_t bytes, const char *path) {
    add_words(a, (const char *const[]){"--perms", mode, "--size", NULL});
    add(a, "%llu", (unsigned long long)bytes);
    add_words(a, (const char *const[]){"--tmpfs", path, NULL});
}

static void become_bubblewrap(const char *folder, const struct rootfs_mounts *m, const struct boot *b) {
    static const char *const persistent[] = {"etc", "home", "mnt", "opt", "root", "srv", "var"};
    static struct arguments a;
    char *none[] = {NULL};

    add_words(&a, (const char *const[]){"bwrap", "--as-pid-1", "--die-with-parent", "--unshare-pid",
                                        "--unshare-uts", "--unshare-ipc", "--unshare-cgroup-try", "--cap-add",
                                        "ALL", "--clearenv", NULL});
    add_words(&a, (const char *const[]){"--setenv", "PATH", ROOTFS_PATH, "--setenv", "HOME", "/root",
                                        "--setenv", "USER", "root", "--setenv", "SHELL", "/bin/bash",
                                        "--setenv", "LANG", "C.UTF-8", NULL});
    add_words(&a, (const char *const[]){"--setenv", "AWS_DEFAULT_REGION", b->region, "--setenv", "AWS_REGION",
                                        b->region, "--setenv", INIT_ENV_INSTANCE, b->start->instance, NULL});
    for (const char *const *v = rootfs_trust_environment; *v != NULL; v += 2)
        add_words(&a, (const char *const[]){"--setenv", v[0], v[1], NULL});
    if (b->start->hostname[0] != '\0')
        add_words(&a, (const char *const[]){"--hostname", b->start->hostname, NULL});
    add_words(&a, (const char *const[]){"--seccomp", NULL});
    add(&a, "%d", INIT_CONTROL + 1);
    add_words(&a, (const char *const[]){"--bind", NULL});
    add(&a, "%s/root/usr", folder);
    add_words(&a, (const char *const[]){"/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/sbin",
                                        "/sbin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64",
                                        "/lib64", NULL});
    for (size_t i = 0; i < sizeof(persistent) / sizeof(persistent[0]); i++) {
        add(&a, "--bind");
        add(&a, "%s/%s/%s", folder, m->tree, persistent[i]);
        add(&a, "/%s", persistent[i]);
    }
    add_words(&a, (const char *const[]){"--bind", NULL});
    add(&a, "%s/root/sys", folder);
    add_words(&a, (const char *const[]){"/sys", NULL});
    add_tmpfs(&a, "1777", b->limits.tmp_bytes, "/tmp");
    add_tmpfs(&a, "0755", b->limits.run_bytes, "/run");
    add_words(&a, (const char *const[]){"--ro-bind", SPACE_BIN, SPACE_BIN, "--proc", "/proc", "--dev", "/dev",
                                        "--symlink", "/proc/1/fd/1", "/dev/console", "--symlink",
                                        "/proc/1/fd/1", "/dev/hvc0", "--dev-bind", SPACE_TUN, "/dev/net/tun",
                                        "--mqueue", "/dev/mqueue", NULL});
    add_tmpfs(&a, "1777", b->limits.shm_bytes, "/dev/shm");
    add_words(&a, (const char *const[]){"--chdir", "/", "--", INIT_PROGRAM, NULL});
    a.argv[a.count] = NULL;
    execve("/usr/bin/bwrap", a.argv, none);
}

/* Files of a time when all instances had the same ids become its own; the root last, so that it is done once. */
static int take_tree(const struct boot *b) {
    char path[256];
    struct stat st;
    int at, r;

    snprintf(path, sizeof(path), SPACE_INSTANCES "/%s", b->start->instance);
    at = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (at < 0)
        return -errno;
    r = fstatat(at, "root", &st, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
    if (r == 0 && st.st_uid != b->id) {
        r = tree_give(at, ROOTFS_VIEW, b->id, IDS_RANGE);
        r = r < 0 ? r : tree_give(at, "root", b->id, IDS_RANGE);
    }
    close(at);
    return r;
}

int boot_run(void *context) {
    const struct boot *b = context;
    char folder[256], path[256];
    const char *what = "its files";
    struct rootfs_mounts mounts;
    char *trust = NULL;
    size_t trust_bytes = 0;
    struct rootfs fs = {folder, b->start, b->user_data, b->user_data_bytes, "", 0, b->region, CONSOLE};
    int sock = fcntl(REPORT, F_DUPFD_CLOEXEC, 64), null = open("/dev/null", O_RDONLY), r;
    int groups[CGROUP_CONTROLLERS], filter;
    pid_t host = getppid();

    if (dup2(null, 0) < 0 || dup2(CONSOLE, 1) < 0 || dup2(CONSOLE, 2) < 0)
        return fail(sock, -errno, "its console");
    for (size_t i = 0; i < b->group_count; i++)
        groups[i] = GROUPS + (int)i;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", FILTER);
    filter = open(path, O_RDONLY | O_CLOEXEC); /* with an offset of its own */
    if (filter < 0)
        return fail(sock, -errno, "its filter of system calls");
    snprintf(folder, sizeof(folder), SPACE_INSTANCES "/%s/root", b->start->instance);
    cgroup_join(groups, b->group_count);
    limits_before();
    if (b->space->own_ids && (r = take_tree(b)) < 0)
        return fail(sock, r, "its files' owners");
    if (fd_read_file(SPACE_HOME "/ca/ca.crt", TRUST_MAX, &trust, &trust_bytes) == 0) {
        fs.trust = trust;
        fs.trust_bytes = trust_bytes;
    }
    r = become_root(sock, b);
    if (r < 0)
        return fail(sock, r, "its namespaces");
    umask(022);
    r = rootfs_make(&fs, &what);
    if (r < 0)
        return fail(sock, r, what);
    snprintf(path, sizeof(path), SPACE_INSTANCES "/%s", b->start->instance);
    r = rootfs_mount(path, &mounts);
    if (r < 0)
        return fail(sock, r, "its /usr");
    if (mounts.read_only)
        dprintf(1, "vpcbox: an overlay is refused here: /usr is read-only\n");
    r = make_network(sock, b->start, b->space->ranges, b->cables);
    if (r < 0)
        return fail(sock, r, "its network");
    limits_apply(&b->limits, &b->space->groups);
    /* Changing ids disarmed it. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != host)
        return 1;
    if (dup2(CONTROL, INIT_CONTROL) < 0)
        return fail(sock, -errno, "its control socket");
    if (dup2(filter, INIT_CONTROL + 1) < 0)
        return fail(sock, -errno, "its filter of system calls");
    close_range(INIT_CONTROL + 2, 63, 0);
    become_bubblewrap(path, &mounts, b);
    return fail(sock, -errno, "bwrap");
}
