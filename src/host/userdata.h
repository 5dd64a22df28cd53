/* SPDX-License-Identifier: Apache-2.0 */
/*
 * userdata: what cloud-init would do with an instance's user data.
 *
 * Theory of operation: at the first boot only (a mark is set before it runs, as cloud-init does, so
 * that a script that reboots the machine does not run again).  A text that begins with "#!" is run as
 * root; "#cloud-config" is turned into such a script (host/cloudconfig.h); anything else is refused on
 * the console.  Output goes to the console and to /var/log/cloud-init-output.log.
 */
#ifndef VPCBOX_HOST_USERDATA_H
#define VPCBOX_HOST_USERDATA_H

#include <stdbool.h>
#include <sys/types.h>

#include "host/loop.h"

struct userdata {
    struct loop *loop;
    void (*ended)(void *context, int status);
    void *context;
    struct loop_source output;
    pid_t pid;
    int log;
};

/* ended is called when there was something to run (or to refuse: status 1) and it is over. */
void userdata_start(struct userdata *u, struct loop *loop, void (*ended)(void *context, int status),
                    void *context);
bool userdata_reaped(struct userdata *u, pid_t pid, int status);

#endif
