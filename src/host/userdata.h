/* SPDX-License-Identifier: Apache-2.0 */
/*
 * userdata: what cloud-init would do with an instance's user data.
 *
 * Theory of operation: user data is taken apart (host/userpart.h) into a queue of programs, which run one after the
 * other as root, in cloud-init's order: boothooks, then what #cloud-config does early (host/cloudconfig.h),
 * scripts, and last runcmd.  All but boothooks run at the first boot only (a mark is set before, as cloud-init
 * does, so that a script that reboots the machine does not run again).  One that fails does not stop the next; the first
 * status that is not 0 is the whole's.  What cannot be run is named on the console, and counts as failed.  Output
 * goes to the console and to /var/log/cloud-init-output.log; how it went is in /run/cloud-init/status.json, which
 * `cloud-init status` shows.
 */
#ifndef VPCBOX_HOST_USERDATA_H
#define VPCBOX_HOST_USERDATA_H

#include <stdbool.h>
#include <sys/types.h>

#include "host/loop.h"

#define USERDATA_STATUS "/run/cloud-init/status.json"
#define USERDATA_RESULT "/run/cloud-init/result.json"

enum { USERDATA_QUEUE_MAX = 160, USERDATA_ERRORS_MAX = 16 };

struct userdata {
    struct loop *loop;
    void (*ended)(void *context, int status);
    void *context;
    struct loop_source output;
    pid_t pid;
    int log, out;                       /* out: the programs' end of the output */
    char queue[USERDATA_QUEUE_MAX][64]; /* paths of programs */
    size_t count, at;
    int status; /* the first that was not 0 */
    char errors[USERDATA_ERRORS_MAX][192];
    size_t error_count;
    bool first; /* boot */
};

/* ended is called when there was something to run (or to refuse: status 1) and it is over. */
void userdata_start(struct userdata *u, struct loop *loop, void (*ended)(void *context, int status),
                    void *context);
bool userdata_reaped(struct userdata *u, pid_t pid, int status);

/* `cloud-init` inside an instance. */
int cloud_init_main(int argc, char **argv);

#endif
