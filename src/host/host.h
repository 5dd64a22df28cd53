/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host: the process that makes the box and keeps it standing.
 *
 * Theory of operation: one thread around a loop, no request of which waits for another: what takes
 * time runs in children that report back.  Host enters the box's namespaces (host/space.h), makes the
 * svc and lab networks, and starts region and fabric (and uplink for --internet host) as fresh images of
 * this program, without capabilities.  It keeps whatever those two would need after a crash: the API's listening socket,
 * the sockets inside svc and lab, the TAPs, the newest network image, the flow table.  A child that
 * dies is started again at once; one that keeps dying within a second without having come up, ever
 * more slowly.
 *
 * Everything hangs on this process: children get SIGKILL when it dies, namespaces and mounts go with
 * their last process.
 */
#ifndef VPCBOX_HOST_HOST_H
#define VPCBOX_HOST_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "host/message.h"

enum host_dataplane {
    HOST_DATAPLANE_AUTO,   /* the best that works here */
    HOST_DATAPLANE_TAP,    /* these two fail rather than go without */
    HOST_DATAPLANE_KERNEL, /* the kernel's flow cache */
    HOST_DATAPLANE_NONE
};

struct host_options {
    char home[4096];   /* absolute */
    uint16_t port;     /* 0: any free one */
    bool port_given;   /* it is that one or none; else see host/listen.h */
    uint8_t dataplane; /* enum host_dataplane */
    uint8_t internet;
    bool any_key;
    char account[16], region[32];
};

/* Region and uplink end with this when trying again would not help; they have said why. */
enum { HOST_EXIT_FATAL = 78 };

/* Runs the box until SIGTERM or SIGINT.  The exit status of `vpcbox serve`. */
int host_run(const struct host_options *options);

#endif
