/* SPDX-License-Identifier: Apache-2.0 */
#include "host/space.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "host/counts.h"
#include "host/ids.h"
#include "host/limits.h"
#include "host/usr.h"

/* Where its folder is seen from for a moment. */
#define SPACE_PROGRAM "/run/vpcbox/program"

/* The names that this program answers to inside an instance. */
static const char *const shims[] = {
    "systemctl",  "service",  "sudo",      "su",       "yum",         "dnf", "amazon-linux-extras",
    "reboot",     "poweroff", "halt",      "shutdown", "vpcbox-init", "ip",  "modprobe",
    "journalctl", "sysctl",   "cloud-init"};

static int write_text(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC), r;

    if (fd < 0)
        return -errno;
    r = write(fd, text, strlen(text)) < 0 ? -errno : 0;
    close(fd);
    return r;
}

static int write_map(pid_t pid, const char *which, const char *text) {
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, which);
    return write_text(path, text);
}

/* A sanitizer of threads gives a child of fork() a thread of its own, and then no user namespace can be made there. */
#ifdef __SANITIZE_THREAD__
#define fork _Fork
#endif

pid_t space_child(const int *keep, size_t keep_count, int (*run)(void *context), void *context) {
    pid_t parent = getpid(), pid = fork();
    sigset_t none;
    int high[8];

    if (pid != 0)
        return pid < 0 ? -errno : pid;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent || keep_count > 8)
        _exit(126);
    setsid(); /* a terminal's Ctrl-C is for host alone */
    for (int s = 1; s < NSIG; s++)
        signal(s, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (size_t i = 0; i < keep_count; i++)
        if ((high[i] = fcntl(keep[i], F_DUPFD_CLOEXEC, 64)) < 0)
            _exit(126);
    for (size_t i = 0; i < keep_count; i++)
        if (dup2(high[i], 3 + (int)i) < 0)
            _exit(126);
    close_range(3 + (unsigned)keep_count, ~0U, 0);
    _exit(run(context));
}

/* --- capabilities --- */

int space_drop_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};

    /* root's exec would give them all back from the bounding set */
    for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
        if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0 && errno != EPERM)
            return -errno;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        return -errno;
    if (syscall(SYS_capset, &header, none) < 0)
        return -errno;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

static bool may_map_ranges(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct have[2] = {{0}};
    uint32_t need = 1U << CAP_SETUID | 1U << CAP_SETGID | 1U << CAP_SYS_ADMIN | 1U << CAP_CHOWN;

    return geteuid() == 0 && syscall(SYS_capget, &header, have) == 0 && (have[0].effective & need) == need &&
           ids_for_boxes();
}

/* --- entering --- */

/* What an instance itself made, or what is left of it: home/instances/X/FOLDER. */
static bool of_an_instance(const FTSENT *e) {
    return (e->fts_info == FTS_D || e->fts_info == FTS_DP) && e->fts_level == 3 &&
           strcmp(e->fts_parent->fts_parent->fts_name, "instances") == 0;
}

/* What belongs to the home's owner from here on belongs to `to`; instances' files stay theirs. */
static int give_home(const char *home, uid_t to) {
    char *paths[] = {(char *)(size_t)home, NULL};
    struct stat st;
    FTSENT *e;
    FTS *walk;
    int r = 0;

    /* Whoever made it: instances' files are below. */
    if (stat(home, &st) < 0 || chmod(home, 0700) < 0)
        return -errno;
    if (st.st_uid == to)
        return 0;
    walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    if (walk == NULL)
        return -errno;
    /* The folder itself last: while it is not the new owner's, an interrupted walk is taken up again. */
    while ((e = fts_read(walk)) != NULL)
        if (of_an_instance(e))
            fts_set(walk, e, FTS_SKIP);
        else if (e->fts_info != FTS_D &&
                 (e->fts_statp->st_uid == st.st_uid || e->fts_statp->st_uid == geteuid()) &&
                 lchown(e->fts_path, to, to) < 0)
            r = -errno;
    fts_close(walk);
    return r;
}

static int bind_fd(int fd, const char *to) {
    char from[64];

    snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
    return mount(from, to, NULL, MS_BIND | MS_REC, NULL) < 0 ? -errno : 0;
}

static int touch(const char *path, mode_t mode) {
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);

    if (fd < 0)
        return -errno;
    close(fd);
    return 0;
}

/* What /etc/resolv.conf leads to when that is in /run: its folder, since programs replace the file. */
struct resolvers {
    int fd; /* -1: nothing below /run is needed */
    char path[PATH_MAX];
};

static void resolvers_keep(struct resolvers *r) {
    char *slash;

    r->fd = -1;
    if (realpath("/etc/resolv.conf", r->path) == NULL || strncmp(r->path, "/run/", 5) != 0)
        return;
    slash = strrchr(r->path, '/');
    if (slash > r->path + 4)
        *slash = '\0';
    r->fd = open(r->path, O_PATH | O_CLOEXEC);
}

/* Puts it back to where it was. */
static int resolvers_restore(struct resolvers *r) {
    struct stat st;
    int error = 0;

    if (r->fd < 0)
        return 0;
    for (char *p = r->path + 5; (p = strchr(p, '/')) != NULL; p++) {
        *p = '\0';
        if (mkdir(r->path, 0755) < 0 && errno != EEXIST)
            error = -errno;
        *p = '/';
    }
    if (error == 0 && fstat(r->fd, &st) < 0)
        error = -errno;
    if (error == 0 && S_ISDIR(st.st_mode))
        error = mkdir(r->path, 0755) < 0 && errno != EEXIST ? -errno : 0;
    else if (error == 0)
        error = touch(r->path, 0644);
    if (error == 0)
        error = bind_fd(r->fd, r->path);
    fd_close(&r->fd);
    return error;
}

/* The program, in instances too, where the kernel tells what is bound: so by way of a read-only overlay of its
 * folder, in which the folder's path is not; nothing else in there can be reached.  Else the file itself. */
static int bind_program(int folder_fd, const char *name, int exe_fd) {
    char file[PATH_MAX];
    int r, here = open(".", O_PATH | O_CLOEXEC);

    snprintf(file, sizeof(file), SPACE_PROGRAM "/%s", name);
    r = here < 0 || fchdir(folder_fd) < 0 ||
                mount("overlay", SPACE_PROGRAM, "overlay", MS_RDONLY | MS_NOSUID | MS_NODEV,
                      "lowerdir=.:" SPACE_BIN) < 0
            ? -errno
            : 0;
    if (here >= 0 && fchdir(here) < 0)
        r = -errno;
    fd_close(&here);
    if (r < 0)
        return bind_fd(exe_fd, SPACE_BIN "/vpcbox");
    r = mount(file, SPACE_BIN "/vpcbox", NULL, MS_BIND, NULL) < 0 ? bind_fd(exe_fd, SPACE_BIN "/vpcbox") : 0;
    umount2(SPACE_PROGRAM, MNT_DETACH);
    return r;
}

/* What all instances see.  Read-only here, not by bubblewrap: what the box's namespace has set, root in an instance's
 * cannot take off, and in an ordinary user's box that root is the files' owner. */
static int make_read_only(const char *path) {
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
    struct statvfs fs;

    if (mount_setattr(AT_FDCWD, path, AT_RECURSIVE, &attr, sizeof(attr)) == 0)
        return 0;
    /* Before 5.12.  Of statvfs's flags those that mount() calls the same are these. */
    return statvfs(path, &fs) < 0 ||
                   mount(NULL, path, NULL,
                         MS_REMOUNT | MS_BIND | MS_RDONLY |
                             (fs.f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME)),
                         NULL) < 0
               ? -errno
               : 0;
}

/* Lays the private /run out; runs before (root) or after (ordinary user) the ids are mapped. */
static int lay_out(const struct space_want *want, const char *program, uid_t owner, bool root) {
    static const char *const folders[] = {"/run/vpcbox", SPACE_HOME, SPACE_INSTANCES, "/run/vpcbox/dev",
                                          SPACE_BIN,     SPACE_USR,  SPACE_PROGRAM};
    const char *home = want->home;
    char instances[4096 + 16];
    struct resolvers resolvers = {.fd = -1};
    int home_fd, exe_fd, inst_fd, tun_fd, program_fd, r;

    snprintf(instances, sizeof(instances), "%s/instances", home);
    if (mkdir(instances, 0711) == 0 && root && chown(instances, owner, owner) < 0)
        return -errno;
    /* Root's instances have ids that are not the owner's, so they must pass; an ordinary user's have his own, and what
     * their root makes setuid must be out of others' reach. */
    if (!root && chmod(instances, 0700) < 0)
        return -errno;
    /* Opened before /run is covered: they may live below it. */
    home_fd = open(home, O_PATH | O_CLOEXEC);
    inst_fd = open(instances, O_PATH | O_CLOEXEC);
    exe_fd = open(program, O_PATH | O_CLOEXEC); /* /proc/self/exe would lead to the mount left behind */
    snprintf(instances, sizeof(instances), "%.*s", (int)(strrchr(program, '/') - program + 1), program);
    program_fd = open(instances, O_PATH | O_DIRECTORY | O_CLOEXEC);
    tun_fd = open("/dev/net/tun", O_PATH | O_CLOEXEC);
    if (home_fd < 0 || inst_fd < 0 || exe_fd < 0)
        return -errno;
    if (want->resolvers)
        resolvers_keep(&resolvers);
    if (mount("tmpfs", "/run", "tmpfs", MS_NOSUID, "mode=0755") < 0)
        return -errno;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        if (mkdir(folders[i], 0755) < 0)
            return -errno;
    if (root)
        for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
            if (chown(folders[i], owner, owner) < 0)
                return -errno;
    r = resolvers_restore(&resolvers);
    if (r == 0)
        r = bind_fd(home_fd, SPACE_HOME);
    if (r == 0)
        r = bind_fd(inst_fd, SPACE_INSTANCES);
    if (r == 0)
        r = touch(SPACE_BIN "/vpcbox", 0755);
    if (r == 0)
        r = bind_program(program_fd, strrchr(program, '/') + 1, exe_fd);
    for (size_t i = 0; r == 0 && i < sizeof(shims) / sizeof(shims[0]); i++) {
        char link[64];

        snprintf(link, sizeof(link), SPACE_BIN "/%s", shims[i]);
        if (symlink("vpcbox", link) < 0)
            r = -errno;
    }
    if (r == 0 && root) {
        mode_t old = umask(0);

        /* Not the machine's node: that one may be root's alone. */
        if (mknod(SPACE_TUN, S_IFCHR | 0666, makedev(10, 200)) < 0)
            log_debug("no TUN node: %s", strerror(errno));
        umask(old);
    } else if (r == 0 && tun_fd >= 0 && touch(SPACE_TUN, 0600) == 0) {
        bind_fd(tun_fd, SPACE_TUN);
    }
    if (r == 0 && (mount("/usr", SPACE_USR, NULL, MS_BIND | MS_REC, NULL) < 0 ||
                   mount(SPACE_BIN, SPACE_BIN, NULL, MS_BIND | MS_REC, NULL) < 0))
        r = -errno;
    if (r == 0)
        r = make_read_only(SPACE_USR);
    if (r == 0)
        r = make_read_only(SPACE_BIN "/vpcbox");
    if (r == 0)
        r = make_read_only(SPACE_BIN);
    close(home_fd);
    close(inst_fd);
    close(exe_fd);
    fd_close(&program_fd);
    fd_close(&tun_fd);
    return r;
}

pid_t space_start_mapper(const char *map, int *ret_go) {
    int go[2];
    pid_t target = getpid(), pid;

    if (pipe2(go, O_CLOEXEC) < 0)
        return -errno;
    pid = fork();
    if (pid == 0) {
        char byte;

        close(go[1]);
        if (read(go[0], &byte, 1) != 1)
            _exit(1);
        _exit(write_map(target, "uid_map", map) < 0 || write_map(target, "gid_map", map) < 0);
    }
    close(go[0]);
    if (pid < 0) {
        close(go[1]);
        return -errno;
    }
    *ret_go = go[1];
    return pid;
}

int space_end_mapper(pid_t mapper, int go, bool unshared) {
    int status, r = unshared && write(go, "x", 1) != 1 ? -EPIPE : 0;

    close(go);
    return waitpid(mapper, &status, 0) == mapper && unshared && r == 0 && status != 0 ? -EPERM : r;
}

/* While this process still has the rights that it was started with. */
static void enter_groups(const char *home, uid_t owner, struct space *s) {
    struct cgroup_limits all;

    limits_of_box(&all);
    cgroup_enter(home, owner, &all, &s->groups);
}

static int unshare_counted(int spaces, struct counts *ret) {
    int r;

    counts_read(ret);
    counts_lower(ret, counts_of_box, 0);
    r = unshare(spaces) < 0 ? -errno : 0;
    counts_restore(ret);
    return r;
}

static int enter_as_root(const struct space_want *want, struct space *s) {
    const char *home = want->home;
    int go = -1, mapped, r;
    struct counts counts;
    uid_t base = 0;
    char map[IDS_MAP_BYTES];
    pid_t mapper;

    r = ids_choose_base(home, &base);
    if (r == 0)
        r = give_home(home, base);
    if (r < 0)
        return r;
    enter_groups(home, base, s);
    s->own_ids = ids_for_instances();
    s->usr = usr_serve();
    ids_map(base, s->own_ids, map);
    mapper = space_start_mapper(map, &go);
    if (mapper < 0)
        return mapper;
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        r = -errno;
    if (r == 0)
        r = lay_out(want, s->program, base, true);
    if (r == 0)
        r = unshare_counted(CLONE_NEWUSER | CLONE_NEWNS, &counts);
    mapped = space_end_mapper(mapper, go, r == 0);
    r = r < 0 ? r : mapped;
    if (r == 0 && (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0))
        r = -errno;
    if (r == 0)
        counts_write(&counts, counts_of_box);
    s->ranges = true;
    s->instance_id = IDS_RANGE;
    return r;
}

static int enter_as_user(const struct space_want *want, struct space *s) {
    char text[64];
    uid_t uid = geteuid();
    gid_t gid = getegid();
    struct counts counts;
    int r;

    enter_groups(want->home, uid, s);
    r = unshare_counted(CLONE_NEWUSER | CLONE_NEWNS, &counts);
    if (r < 0)
        return r;
    snprintf(text, sizeof(text), "0 %u 1", uid);
    r = write_text("/proc/self/uid_map", text);
    if (r == 0)
        r = write_text("/proc/self/setgroups", "deny");
    snprintf(text, sizeof(text), "0 %u 1", gid);
    if (r == 0)
        r = write_text("/proc/self/gid_map", text);
    if (r == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        r = -errno;
    if (r == 0)
        counts_write(&counts, counts_of_box);
    return r < 0 ? r : lay_out(want, s->program, uid, false);
}

int space_enter(const struct space_want *want, struct space *ret_space) {
    const char *home = want->home;
    struct space s = {.usr = -1};
    ssize_t n;
    int r, tun;

    n = readlink("/proc/self/exe", s.program, sizeof(s.program) - 1);
    if (n < 0)
        return -errno;
    snprintf(s.home, sizeof(s.home), "%s", home);
    if (!want->packets) {
        if (may_map_ranges() && (r = give_home(home, geteuid())) < 0)
            return r;
        snprintf(s.why, sizeof(s.why), "not wanted (--dataplane none)");
        *ret_space = s;
        return 0;
    }
    r = may_map_ranges() ? enter_as_root(want, &s) : enter_as_user(want, &s);
    if (r < 0) {
        snprintf(s.why, sizeof(s.why), "user and mount namespaces are refused here (%s)", strerror(-r));
        *ret_space = s;
        return may_map_ranges() ? give_home(home, geteuid()) : 0;
    }
    /* /proc/<pid> belongs to root after a change of ids, and children's maps are written through it */
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    s.isolated = true;
    snprintf(s.home, sizeof(s.home), SPACE_HOME);
    snprintf(s.program, sizeof(s.program), SPACE_BIN "/vpcbox");
    tun = open(SPACE_TUN, O_RDWR | O_CLOEXEC);
    if (tun < 0)
        snprintf(s.why, sizeof(s.why),
                 "/dev/net/tun cannot be opened (%s): load the tun module, or let this user open it",
                 strerror(errno));
    else if (access("/usr/bin/bwrap", X_OK) < 0)
        snprintf(s.why, sizeof(s.why), "/usr/bin/bwrap is missing: install bubblewrap");
    else
        s.packets = true;
    fd_close(&tun);
    *ret_space = s;
    return 0;
}

int space_map_instance(const struct space *space, uid_t id, pid_t child) {
    char text[64];
    int r;

    snprintf(text, sizeof(text), "0 %u %d", id, space->ranges ? IDS_RANGE : 1);
    r = write_map(child, "uid_map", text);
    if (r == 0 && !space->ranges)
        r = write_map(child, "setgroups", "deny");
    return r < 0 ? r : write_map(child, "gid_map", text);
}
