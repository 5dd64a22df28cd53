/* SPDX-License-Identifier: Apache-2.0 */
#include "host/counts.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"

const struct counts_share counts_of_box = {3, 4}, counts_of_instance = {1, 6};

static const __rlimit_resource_t rlimits[COUNTS_RLIMITS] = {RLIMIT_MSGQUEUE, RLIMIT_SIGPENDING,
                                                            RLIMIT_MEMLOCK, RLIMIT_NPROC};

/* Kernels differ in what they count: so what there is is listed. */
void counts_read(struct counts *ret) {
    DIR *list = opendir("/proc/sys/user");
    struct dirent *e;

    ret->count = 0;
    while (list != NULL && ret->count < COUNTS_MAX && (e = readdir(list)) != NULL) {
        char text[32] = "";
        int fd;

        if (strncmp(e->d_name, "max_", 4) != 0 || strlen(e->d_name) >= sizeof(ret->of[0].name))
            continue;
        fd = openat(dirfd(list), e->d_name, O_RDONLY | O_CLOEXEC);
        if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0) {
            memcpy(ret->of[ret->count].name, e->d_name, strlen(e->d_name) + 1);
            ret->of[ret->count++].max = strtoull(text, NULL, 10);
        }
        fd_close(&fd);
    }
    if (list != NULL)
        closedir(list);
}

static uint64_t share_of(uint64_t whole, struct counts_share share) {
    uint64_t part = whole / share.of * share.part + whole % share.of * share.part / share.of;

    return part == 0 && whole > 0 ? 1 : part;
}

void counts_write(const struct counts *c, struct counts_share share) {
    for (size_t i = 0; i < c->count; i++) {
        char path[64], text[32];
        int n = snprintf(text, sizeof(text), "%llu\n", (unsigned long long)share_of(c->of[i].max, share)), fd;

        snprintf(path, sizeof(path), "/proc/sys/user/%s", c->of[i].name);
        fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, text, (size_t)n) < 0)
            dprintf(STDERR_FILENO, "vpcbox: %s cannot be limited here\n", path);
        fd_close(&fd);
    }
}

void counts_lower(struct counts *c, struct counts_share share, uint64_t processes) {
    for (size_t i = 0; i < COUNTS_RLIMITS; i++) {
        struct rlimit low;

        if (getrlimit(rlimits[i], &c->saved[i]) < 0)
            c->saved[i] = (struct rlimit){RLIM_INFINITY, RLIM_INFINITY};
        low = c->saved[i];
        if (rlimits[i] == RLIMIT_NPROC) {
            if (processes > 0 && processes < low.rlim_cur)
                low.rlim_cur = processes;
        } else if (low.rlim_cur != RLIM_INFINITY) {
            low.rlim_cur = share_of(low.rlim_cur, share);
        }
        setrlimit(rlimits[i], &low);
    }
}

void counts_restore(const struct counts *c) {
    for (size_t i = 0; i < COUNTS_RLIMITS; i++)
        setrlimit(rlimits[i], &c->saved[i]);
}
