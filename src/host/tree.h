/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree: files that an instance's root can change, as the box may touch them.
 *
 * Theory of operation: whoever is root in an instance decides what lies at every name in its tree, and may
 * have left something that changes it while we look.  So no name is followed: a path is opened from the
 * tree's root with openat2() in such a way that links, mounts and ".." on it are refused by the kernel
 * (RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS, RESOLVE_NO_XDEV), and what is done to its last name works on the
 * name, never on what it leads to: files are written under another name and renamed into place, so that
 * nothing that was there (a link, a fifo, a device, a file with a second name elsewhere) is ever opened.
 * A tree is taken apart with two folders open, by lifting the folders of each folder to the top: its depth
 * costs neither stack, nor descriptors, nor long paths.
 *
 * Paths are relative and without "." and "..".  Functions return 0, or a negative errno: ELOOP, ENOTDIR,
 * EXDEV for a link or other thing on the way.
 */
#ifndef VPCBOX_HOST_TREE_H
#define VPCBOX_HOST_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A descriptor of a folder in the tree. */
int tree_open(int root, const char *path);

/* Nothing at all is at that path (something in the way counts as nothing). */
bool tree_lacks(int root, const char *path);

/* What is there already stays, whatever it is. */
int tree_make_folder(int root, const char *path, mode_t mode);
int tree_make_link(int root, const char *path, const char *target);
int tree_make_file(int root, const char *path, const void *data, size_t length, mode_t mode);

/* The file takes the place of what was there; a folder there is EISDIR. */
int tree_put(int root, const char *path, const void *data, size_t length, mode_t mode);

/* The folder `name` in `folder` and all that is in it; other file systems mounted there are left. */
int tree_remove(int folder, const char *name);

/* Everything at `name` in `folder` whose ids are in some range of `range` ids (multiples of it, the first range left
 * out) gets the same in the range that begins at `to`; the folder itself comes last.  Deeper than 1,000 folders
 * all stays as it is. */
int tree_give(int folder, const char *name, uid_t to, uid_t range);

/* The error is one that only what the instance put there can have made: not a failing disk. */
bool tree_in_the_way(int error);

#endif
