/* SPDX-License-Identifier: Apache-2.0 */
/* ns: a network of the test's own, for tests that need addresses or devices.  Header only. */
#ifndef VPCBOX_TESTS_NS_H
#define VPCBOX_TESTS_NS_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"

static inline int ns_write(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC), r;

    if (fd < 0)
        return -errno;
    r = fd_write_all(fd, text, strlen(text));
    close(fd);
    return r;
}

/* Puts this process, which must have one thread, as root into a user and a network namespace of its own. */
static inline int ns_enter(void) {
    char map[64], gmap[64];
    int r;

    snprintf(map, sizeof(map), "0 %u 1", (unsigned)geteuid());
    snprintf(gmap, sizeof(gmap), "0 %u 1", (unsigned)getegid());
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
        return -errno;
    r = ns_write("/proc/self/setgroups", "deny");
    if (r == 0)
        r = ns_write("/proc/self/uid_map", map);
    if (r == 0)
        r = ns_write("/proc/self/gid_map", gmap);
    return r;
}

/* Runs a shell command line; true when it exits with 0. */
static inline bool ns_run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static inline bool ns_run(const char *fmt, ...) {
    char line[2048];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    return system(line) == 0;
}

#endif
