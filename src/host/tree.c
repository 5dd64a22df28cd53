/* SPDX-License-Identifier: Apache-2.0 */
#include "host/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"

int tree_open(int root, const char *path) {
    struct open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV};
    int fd;

    /* EAGAIN: something was renamed meanwhile, so that the kernel could not be sure. */
    do
        fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
    while (fd < 0 && (errno == EAGAIN || errno == EINTR));
    return fd < 0 ? -errno : fd;
}

/* The folder that the path's last name is in, and that name. */
static int open_parent(int root, const char *path, const char **ret_name) {
    char folder[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');

    if (slash != NULL)
        if (slash == path || snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path) >= PATH_MAX)
            return -EINVAL;
    *ret_name = slash != NULL ? slash + 1 : path;
    return tree_open(root, folder);
}

bool tree_lacks(int root, const char *path) {
    struct stat st;
    const char *name;
    int at = open_parent(root, path, &name);
    bool there = at >= 0 && fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0;

    fd_close(&at);
    return !there;
}

static int existing(int r) {
    return r == -EEXIST ? 0 : r;
}

int tree_make_folder(int root, const char *path, mode_t mode) {
    const char *name;
    int at = open_parent(root, path, &name), fd, r;

    if (at < 0)
        return at;
    r = mkdirat(at, name, mode) < 0 ? -errno : 0;
    if (r == 0 && mode > 0777) { /* which the umask took away */
        fd = tree_open(at, name);
        r = fd < 0 ? fd : fchmod(fd, mode) < 0 ? -errno : 0;
        fd_close(&fd);
    }
    close(at);
    return existing(r);
}

int tree_make_link(int root, const char *path, const char *target) {
    const char *name;
    int at = open_parent(root, path, &name), r;

    if (at < 0)
        return at;
    r = symlinkat(target, at, name) < 0 ? -errno : 0;
    close(at);
    return existing(r);
}

static int make_file(int at, const char *name, const void *data, size_t length, mode_t mode) {
    int fd = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode), r;

    if (fd < 0)
        return -errno;
    r = fd_write_all(fd, data, length);
    close(fd);
    if (r < 0)
        unlinkat(at, name, 0);
    return r;
}

int tree_make_file(int root, const char *path, const void *data, size_t length, mode_t mode) {
    const char *name;
    int at = open_parent(root, path, &name), r;

    if (at < 0)
        return at;
    r = make_file(at, name, data, length, mode);
    close(at);
    return existing(r);
}

int tree_put(int root, const char *path, const void *data, size_t length, mode_t mode) {
    const char *name;
    char fresh[NAME_MAX];
    int at = open_parent(root, path, &name), r;

    if (at < 0)
        return at;
    snprintf(fresh, sizeof(fresh), ".%s.vpcbox", name);
    unlinkat(at, fresh, 0); /* of a boot that was cut short */
    r = make_file(at, fresh, data, length, mode);
    if (r == 0 && renameat(at, fresh, at, name) < 0) {
        r = -errno;
        unlinkat(at, fresh, 0);
    }
    close(at);
    return r;
}

bool tree_in_the_way(int error) {
    switch (-error) {
    case ELOOP:
    case ENOTDIR:
    case EISDIR:
    case ENOENT:
    case EEXIST:
    case EXDEV:
    case EACCES:
    case EPERM:
        return true;
    default:
        return false;
    }
}

/* --- taking apart --- */

/* A folder without rights for its owner can be met by a user's box, where root is that user. */
static int open_to_empty(int at, const char *name) {
    char path[64];
    struct stat st;
    int handle = openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), fd;

    if (handle < 0)
        return -errno;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", handle); /* the folder itself, wherever it is by now */
    if (fstat(handle, &st) == 0 && (st.st_mode & 0700) != 0700)
        chmod(path, 0700);
    fd = tree_open(handle, ".");
    close(handle);
    return fd;
}

/* Lifts a folder out of `from`, to a name in `top` that is free. */
static void lift(int top, int from, const char *name, unsigned long *number) {
    char lifted[32];

    do
        snprintf(lifted, sizeof(lifted), ".%lu", (*number)++);
    while (renameat2(from, name, top, lifted, RENAME_NOREPLACE) < 0 && errno == EEXIST);
}

static bool next_entry(DIR *list, const char **ret_name) {
    struct dirent *e;

    do
        e = readdir(list);
    while (e != NULL && (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0));
    *ret_name = e == NULL ? NULL : e->d_name;
    return e != NULL;
}

/* Removes the files of a folder in `top`, lifts its folders, and removes it. */
static bool remove_folder(int top, const char *name, unsigned long *number) {
    int fd = open_to_empty(top, name), at;
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    const char *entry;

    if (list == NULL) {
        fd_close(&fd);
        return false;
    }
    at = dirfd(list);
    while (next_entry(list, &entry))
        if (unlinkat(at, entry, 0) < 0 && errno == EISDIR && unlinkat(at, entry, AT_REMOVEDIR) < 0) {
            /* Moving a folder writes its "..", so it has to be open to its owner. */
            int inner = open_to_empty(at, entry);

            fd_close(&inner);
            lift(top, at, entry, number);
        }
    closedir(list);
    return unlinkat(top, name, AT_REMOVEDIR) == 0;
}

int tree_remove(int folder, const char *name) {
    unsigned long number = 0, gone = 1;
    int top = open_to_empty(folder, name), again;
    const char *entry;
    DIR *list;

    if (top < 0)
        return top;
    /* Each round removes what it finds, and finds what the last one lifted; one that removes nothing is the last. */
    while (gone > 0) {
        again = tree_open(top, ".");
        list = again < 0 ? NULL : fdopendir(again);
        if (list == NULL) {
            fd_close(&again);
            break;
        }
        for (gone = 0; next_entry(list, &entry);)
            gone += unlinkat(top, entry, 0) == 0 || remove_folder(top, entry, &number);
        closedir(list);
    }
    close(top);
    return unlinkat(folder, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

/* --- giving away --- */

enum { GIVE_DEPTH = 1000 };

static id_t moved(id_t id, uid_t to, uid_t range) {
    return id < range || id - id % range == to ? id : to + id % range;
}

static int give(int at, const char *name, uid_t to, uid_t range, unsigned depth) {
    struct stat st;
    const char *entry;
    uid_t uid;
    gid_t gid;
    DIR *list;
    int fd, r = 0;

    if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : -errno;
    if (S_ISDIR(st.st_mode) && depth < GIVE_DEPTH) {
        fd = tree_open(at, name);
        list = fd < 0 ? NULL : fdopendir(fd);
        if (list == NULL) {
            r = fd < 0 ? fd : -errno;
            fd_close(&fd);
            return r;
        }
        while (r == 0 && next_entry(list, &entry))
            r = give(dirfd(list), entry, to, range, depth + 1);
        closedir(list);
    }
    uid = moved(st.st_uid, to, range);
    gid = moved(st.st_gid, to, range);
    if (r == 0 && (uid != st.st_uid || gid != st.st_gid) &&
        fchownat(at, name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
        r = -errno;
    return r;
}

int tree_give(int folder, const char *name, uid_t to, uid_t range) {
    return give(folder, name, to, range, 0);
}
