/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rootfs: an instance's files.
 *
 * Theory of operation: under one folder, owned by the instance's root: etc, var, home, root, opt, srv
 * are plain folders that persist; usr-upper and usr-work are the overlay's over the machine's /usr; usr
 * and sys are mount points.  Beside it, in `overlay`, the tree is mounted as a file system of its own to be
 * seen through, since the kernel tells inside which folder of a file system is bound.  What is missing is made at each boot, so a first boot is no special
 * case; what the instance changed stays.  From the machine's /etc come only files that tools need and
 * that everybody may read; nothing else of the machine's own settings is copied.  Nothing that the instance
 * left there is followed (host/tree.h): a file whose way is barred is left out, and the console says so.
 *
 * Runs as the instance's root, in its namespaces.
 */
#ifndef VPCBOX_HOST_ROOTFS_H
#define VPCBOX_HOST_ROOTFS_H

#include <stdbool.h>
#include <stddef.h>

#include "host/message.h"

#define ROOTFS_VIEW "overlay"
#define ROOTFS_USER_DATA "/var/lib/cloud/instance/user-data.txt"
#define ROOTFS_PATH "/run/vpcbox/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define ROOTFS_TRUST "/etc/ssl/certs/ca-certificates.crt"

/* NAME, value, ..., NULL: for programs that carry a list of authorities of their own (the aws CLI, pip, node). */
extern const char *const rootfs_trust_environment[];

struct rootfs {
    const char *folder;
    const struct message_instance_start *start;
    const void *user_data;
    size_t user_data_bytes;
    const char *trust; /* PEM certificates that TLS clients inside trust */
    size_t trust_bytes;
    const char *region;
    int console; /* is told which files were not written; -1: nobody */
};

/* 0, or negative errno with *ret_what naming the file (static text). */
int rootfs_make(const struct rootfs *r, const char **ret_what);

struct rootfs_mounts {
    const char *tree; /* in the instance's folder: where the persistent folders are to be bound from */
    bool read_only;   /* an overlay is refused: /usr is as the machine's */
};

/* Mounts usr, sys and the tree's view in the instance's folder (which `root` and ROOTFS_VIEW are in).  /sys may stay
 * empty; without overlays the view is the tree itself. */
int rootfs_mount(const char *folder, struct rootfs_mounts *ret);

#endif
