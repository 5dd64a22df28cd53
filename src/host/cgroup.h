/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup: the control groups of a box's instances, on machines of version 2, of version 1, or of both.
 *
 * Theory of operation: the box has one folder, `vpcbox-<hash of its home>`, in the hierarchy of each controller
 * (memory, pids, cpu) that the machine gives it.  It is made while host still is who it was started as, and
 * given to the box's own ids, so that host can make and limit a folder for each instance afterwards.  In version 1 it
 * lies in the group of whoever started the box, whose limits go on to hold; in version 2, where groups with
 * processes may not have limited children, beside that group, and host itself moves into `host` in it.
 * An ordinary user has groups where they are delegated (systemd-run --user --scope); else there are none,
 * `why` says so, and rlimits must do (host/limits.h).
 *
 * An instance's processes live one level below its limits (`<instance>/in`): the root of their cgroup namespace
 * is that folder, so that no mount inside reaches a file that limits them.
 *
 * Host cannot remove the box's own folders, since their parent is not its.  A small process that keeps the
 * rights of the start and does nothing but wait for host's end removes them, however that comes.
 */
#ifndef VPCBOX_HOST_CGROUP_H
#define VPCBOX_HOST_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum cgroup_controller { CGROUP_MEMORY, CGROUP_PIDS, CGROUP_CPU, CGROUP_CONTROLLERS };

struct cgroup {
    struct cgroup_place {
        int folder;   /* -1: the machine does not give this controller */
        bool unified; /* version 2: then all such folders are one */
    } places[CGROUP_CONTROLLERS];
    char why[128]; /* what is missing, "" when nothing */
};

struct cgroup_limits {
    uint64_t memory_bytes;
    uint32_t processes;
    uint32_t weight;     /* of processor time, against 100 of others */
    uint32_t processors; /* whose time it may have at most; 0: all */
};

/* As the process was started, with one thread.  owner: who host is going to be.  Never fails: ret->why tells. */
void cgroup_enter(const char *home, uid_t owner, const struct cgroup_limits *all, struct cgroup *ret);

/* Makes an instance's groups (what a killed box has left is taken over) and opens them: *ret_fds get the files
 * that a process joins by writing "0" into, for cgroup_join(); -1 for those that are not there. */
void cgroup_make(const struct cgroup *g, const char *instance, const struct cgroup_limits *limits,
                 int ret_fds[CGROUP_CONTROLLERS]);
/* The calling process, by those descriptors, which are closed: it and its children are limited from here on. */
void cgroup_join(const int *fds, size_t count);
/* Removes those of instances that are not alive.  True when some stay because a process is still on its way out. */
bool cgroup_sweep(const struct cgroup *g, bool (*alive)(void *context, const char *instance), void *context);

#endif
