/* SPDX-License-Identifier: Apache-2.0 */
/*
 * defaults: the settings that packages of servers on the machine bring along, for instances.
 *
 * Theory of operation: an instance has the machine's programs but an /etc of its own, and a server without its
 * package's settings does not start.  What the machine's owner has written into them is not for instances.  dpkg
 * knows the check sum of every settings file as its package has it: only files that still are as packaged, and
 * links that lead to such, are copied.  A machine without dpkg gives none.  Folders that packages' scripts make in /var are
 * made too.  Runs while the machine's files are in sight, on the instance's tree by host/tree.h.
 */
#ifndef VPCBOX_HOST_DEFAULTS_H
#define VPCBOX_HOST_DEFAULTS_H

/* root: the instance's tree.  0, or a negative errno of a disk that fails. */
int defaults_copy(int root);

#endif
