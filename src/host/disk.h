/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk: that no instance fills the disk of the others, of the API and of the machine.
 *
 * Theory of operation: instances' files are folders in the home's file system, where quotas by folder need a
 * privilege that host has given up, and a file system each would cost more than a boot may take.  So the kernel
 * holds single files (RLIMIT_FSIZE, the size of the volume), and host watches the sum: once a second, while
 * instances run, it asks for the file system's free space, which costs nothing.  When that has fallen by a
 * step, a child measures what instances hold: their trees, and the files that their processes keep open
 * without a name.  One that holds more than its volume is large is ended, and says so on its console and in its state
 * reason.  When the machine's disk itself comes to its end, whoever has grown most since it started is.
 */
#ifndef VPCBOX_HOST_DISK_H
#define VPCBOX_HOST_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/loop.h"

struct box;

struct disk {
    struct loop_timer timer;
    struct loop_source source;
    int pipe; /* the measuring child's answers, -1: none is under way */
    uint64_t free_then;
    bool complained;
};

struct guest;

/* An instance starts: watch it.  fresh: it has no files yet, so all that it will hold has grown since. */
void disk_watch(struct guest *g, bool fresh);

/* What one instance holds. */
struct disk_held {
    char instance[64];
    uint64_t bytes;
    bool whole; /* false: some of it could not be looked at */
};

/* The tree under folder, each file's blocks once; *ret_whole is false when parts of it are out of reach. */
uint64_t disk_tree_bytes(const char *folder, bool *ret_whole);
/* Regular files on that device without a name, held open by root and the processes below it. */
uint64_t disk_unnamed_bytes(pid_t root, dev_t device);

#endif
