/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control: a box seen from outside: where it is, starting and stopping one, asking its admin socket.
 *
 * Theory of operation: a home has one box at most: serve holds a lock on home/box.lock for its life,
 * and the lock file holds its pid.  home/box.json says how to reach it.  Nothing here trusts a stale
 * file: a box runs only while the lock is held.
 */
#ifndef VPCBOX_HOST_CONTROL_H
#define VPCBOX_HOST_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { CONTROL_PATH_BYTES = 4096 };

struct control_box {
    pid_t pid;
    uint16_t port;
    char account[16], region[32];
};

/* home from the option (may be NULL), VPCBOX_HOME, or the default; absolute.  0 or -ENAMETOOLONG. */
int control_home(const char *option, char ret_home[CONTROL_PATH_BYTES]);

/* 0 with a running box that has answered; -ENOENT none runs; -EAGAIN one is starting; -EACCES the home is
 * another user's. */
int control_find(const char *home, struct control_box *ret_box);

/* Starts `vpcbox serve arguments…` (NULL-terminated, without "serve") in a session of its own, logging
 * to home/serve.log, and waits until it is ready.  0; -EBUSY when another one answers (or began to start
 * meanwhile, and answers now); or a negative errno after serve's last words went to standard error. */
int control_start(const char *home, char *const *arguments);

/* SIGTERM, then waits until the box is gone; SIGKILL after timeout_ms.  -ENOENT when none runs;
 * -EACCES or -EPERM: another user's. */
int control_stop(const char *home, unsigned timeout_ms);

/* A connection to the admin socket (daemon/admin.h tells the language); waits while region starts anew.  0 or
 * negative errno. */
int control_connect(const char *home, int *ret_sock);

/* Takes the lock for serve; the descriptor holds it.  -EBUSY with *ret_holder when another box has it. */
int control_lock(const char *home, int *ret_fd, pid_t *ret_holder);
int control_publish(const char *home_seen, const struct control_box *box); /* writes box.json */

#endif
