/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usr: the machine's /usr, with root's files as an instance's root's.
 *
 * Theory of operation: a mount can show its files' owners through another namespace's ids, but only the
 * machine's root may make one of a file system of the machine's.  Host has given that up; so a small process keeps
 * it (CAP_SYS_ADMIN alone of its capabilities) and does one thing: for the descriptor of a user namespace it
 * answers a read-only clone of /usr mapped by it, as a descriptor that is mounted nowhere.  It has no
 * other descriptor than the socket to host, and ends when host does, whatever way.
 */
#ifndef VPCBOX_HOST_USR_H
#define VPCBOX_HOST_USR_H

/* As the machine's root, with one thread: the socket to ask by, or a negative errno. */
int usr_serve(void);

/* A descriptor of /usr as the namespace `user` sees it, or a negative errno: this machine cannot, or not here.
 * *sock is closed (-1) when there is nobody to ask any more. */
int usr_ask(int *sock, int user);

#endif
