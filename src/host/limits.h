/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits: how much of the machine one instance may have.
 *
 * Theory of operation: an instance's type says how much memory and how many processors it has, its root volume
 * how large its disk is; everything else follows from these, with a floor under the smallest types (a shell and
 * a package manager must run) and the machine's own size above the largest.  Where the machine gives control
 * groups (host/cgroup.h) they hold the sum of an instance's processes; rlimits hold besides, or alone:
 * processes are then counted by the kernel for each user namespace and id (5.14 and later), memory for
 * each process only, and an instance is the first to be killed when the machine's memory ends.
 * The size of its files is watched by host/disk.h.
 */
#ifndef VPCBOX_HOST_LIMITS_H
#define VPCBOX_HOST_LIMITS_H

#include <stdint.h>

#include "host/cgroup.h"
#include "host/message.h"

struct limits {
    struct cgroup_limits group; /* of all its processes together */
    uint64_t disk_bytes;        /* of its own files */
    uint64_t tmp_bytes, run_bytes, shm_bytes;
    uint32_t files; /* open, a process */
};

/* type: as the region knows it; zeros are the floor. */
struct limits limits_of(const struct message_size *type);
/* Of all instances of a box together: the rest is the machine's. */
void limits_of_box(struct cgroup_limits *ret);

/* The calling process and its children, in host's child before it leaves for namespaces of its own. */
void limits_before(void);
/* And in them, as the instance's root.  grouped: control groups hold memory and processes. */
void limits_apply(const struct limits *l, const struct cgroup *groups);

#endif
