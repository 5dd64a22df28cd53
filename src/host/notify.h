/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify: what services of Type=notify say to init (sd_notify's protocol): READY=1, MAINPID=…, one a line.
 *
 * Theory of operation: one datagram socket in /run, whose name every service has in NOTIFY_SOCKET.  The kernel says
 * who sent each datagram; descriptors that come along are closed.
 */
#ifndef VPCBOX_HOST_NOTIFY_H
#define VPCBOX_HOST_NOTIFY_H

#include <sys/types.h>

#include "host/loop.h"

#define NOTIFY_SOCKET "/run/systemd/notify"

struct notify {
    struct loop_source source;
    void (*heard)(void *context, pid_t from, const char *text);
    void *context;
};

int notify_open(struct notify *n, struct loop *loop);
/* The value of a line NAME=value in text, in value; empty when there is none. */
void notify_value(const char *text, const char *name, char value[64]);

#endif
