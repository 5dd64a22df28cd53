/* SPDX-License-Identifier: Apache-2.0 */
/* The measuring half of host/disk.h.  Runs in a child of its own: an instance decides how long it takes. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/disk.h"

enum { BLOCK = 512, PROCESSES_MAX = 65536, FILES_MAX = 65536, TMPFS = 0x01021994 };

uint64_t disk_tree_bytes(const char *folder, bool *ret_whole) {
    char *paths[] = {(char *)(size_t)folder, NULL};
    /* It changes folders as it goes, so that no path is too long for it. */
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_XDEV, NULL);
    uint64_t bytes = 0;
    FTSENT *e;

    *ret_whole = walk != NULL;
    while (walk != NULL && (e = fts_read(walk)) != NULL) {
        if (e->fts_info == FTS_DNR || e->fts_info == FTS_ERR ||
            (e->fts_info == FTS_NS && e->fts_errno != ENOENT))
            *ret_whole = false;
        else if (e->fts_info != FTS_DP && e->fts_info != FTS_NS)
            bytes +=
                (uint64_t)e->fts_statp->st_blocks * BLOCK /
                (S_ISDIR(e->fts_statp->st_mode) || e->fts_statp->st_nlink == 0 ? 1 : e->fts_statp->st_nlink);
    }
    if (walk != NULL && errno != 0)
        *ret_whole = false;
    if (walk != NULL)
        fts_close(walk);
    return bytes;
}

struct process {
    pid_t pid, parent;
};

static int by_pid(const void *a, const void *b) {
    pid_t x = ((const struct process *)a)->pid, y = ((const struct process *)b)->pid;

    return (x > y) - (x < y);
}

static size_t list_processes(struct process *list) {
    DIR *proc = opendir("/proc");
    struct dirent *e;
    size_t count = 0;

    while (proc != NULL && count < PROCESSES_MAX && (e = readdir(proc)) != NULL) {
        char path[300], *text, *end;
        pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);
        size_t length;

        if (pid <= 0)
            continue;
        snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
        if (fd_read_file(path, 4096, &text, &length) < 0)
            continue;
        end = strrchr(text, ')'); /* the name before may hold anything */
        if (end != NULL && end[1] != '\0' && end[2] != '\0')
            list[count++] = (struct process){pid, (pid_t)strtol(end + 3, NULL, 10)};
        free(text);
    }
    if (proc != NULL)
        closedir(proc);
    qsort(list, count, sizeof(*list), by_pid);
    return count;
}

static bool descends(const struct process *list, size_t count, pid_t pid, pid_t root) {
    for (unsigned steps = 0; pid > 1 && steps < PROCESSES_MAX; steps++) {
        const struct process key = {.pid = pid}, *p;

        if (pid == root)
            return true;
        p = bsearch(&key, list, count, sizeof(*list), by_pid);
        pid = p == NULL ? 0 : p->parent;
    }
    return false;
}

struct files {
    ino_t seen[FILES_MAX];
    size_t count;
    uint64_t bytes;
};

static void add_files(struct files *f, pid_t pid, dev_t device) {
    char path[64];
    struct dirent *e;
    struct stat st;
    struct statfs fs;
    DIR *fds;

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    fds = opendir(path);
    while (fds != NULL && f->count < FILES_MAX && (e = readdir(fds)) != NULL) {
        size_t i = 0;
        int fd;

        if (fstatat(dirfd(fds), e->d_name, &st, 0) < 0 || !S_ISREG(st.st_mode) || st.st_nlink > 0)
            continue;
        /* Through an overlay it shows another device: then what matters is that it is no memory. */
        if (st.st_dev != device) {
            fd = openat(dirfd(fds), e->d_name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
            if (fd < 0 || fstatfs(fd, &fs) < 0 || fs.f_type == TMPFS) {
                fd_close(&fd);
                continue;
            }
            close(fd);
        }
        while (i < f->count && f->seen[i] != st.st_ino)
            i++;
        if (i == f->count) {
            f->seen[f->count++] = st.st_ino;
            f->bytes += (uint64_t)st.st_blocks * BLOCK;
        }
    }
    if (fds != NULL)
        closedir(fds);
}

uint64_t disk_unnamed_bytes(pid_t root, dev_t device) {
    struct process *list = calloc(PROCESSES_MAX, sizeof(*list));
    struct files *files = calloc(1, sizeof(*files));
    size_t count = list == NULL || files == NULL ? 0 : list_processes(list);
    uint64_t bytes;

    for (size_t i = 0; i < count; i++)
        if (descends(list, count, list[i].pid, root))
            add_files(files, list[i].pid, device);
    bytes = files == NULL ? 0 : files->bytes;
    free(list);
    free(files);
    return bytes;
}
