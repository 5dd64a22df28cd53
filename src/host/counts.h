/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counts: an instance's share of what the kernel counts for each user.
 *
 * Theory of operation: inotify instances and watches, namespaces, and bytes of POSIX queues, pending signals and
 * locked shared memory have limits that hold for a user on the whole machine.  What is made in a user namespace
 * counts there, and for the namespace's owner in its parent, and so on up to the machine's: so all
 * instances of a box, and the programs of the user who runs it, would draw from one number.  A limit set in a
 * namespace (/proc/sys/user/max_*; for the latter group the limits of the process that makes one) holds for all
 * that its owner has below, and can be raised by whoever is root in it.  So each instance has two, one in the other:
 * the outer has no process, its limits bind the inner one whoever is root there, however many users or
 * namespaces it makes.  The box's own namespace has limits too, below those of its user.
 */
#ifndef VPCBOX_HOST_COUNTS_H
#define VPCBOX_HOST_COUNTS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

enum { COUNTS_MAX = 32, COUNTS_RLIMITS = 4 };

struct counts {
    struct {
        char name[40];
        uint64_t max;
    } of[COUNTS_MAX];
    size_t count;
    struct rlimit saved[COUNTS_RLIMITS];
};

/* A part of a whole. */
struct counts_share {
    unsigned part, of;
};
/* Of what the user has, for the box with all its instances; of what the box has, for one instance. */
extern const struct counts_share counts_of_box, counts_of_instance;

/* The calling process's namespace's limits; before it makes the next. */
void counts_read(struct counts *ret);
/* Those limits' share as limits of the calling process's own namespace. */
void counts_write(const struct counts *c, struct counts_share share);
/* Around unshare(): what the new namespace has of the rest.  processes: 0 leaves their number as it is. */
void counts_lower(struct counts *c, struct counts_share share, uint64_t processes);
void counts_restore(const struct counts *c);

#endif
