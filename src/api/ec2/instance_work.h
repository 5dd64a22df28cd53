/* SPDX-License-Identifier: Apache-2.0 */
/*
 * instance_work: the slow half of what happens to instances.
 *
 * Theory of operation: an API call changes rows and answers (pending, stopping, …); what it asked for
 * takes place afterwards, here.  A job names one instance.  Jobs of one instance run one at a time in
 * the order in which they came; those of different instances run at once, on at most WORK_THREADS
 * threads that come and go with the work.  A job's end changes the rows again (api_work).
 *
 * Events from host come through here too, because their thread must not wait for host, which a change
 * of the network does.
 */
#ifndef VPCBOX_API_EC2_INSTANCE_WORK_H
#define VPCBOX_API_EC2_INSTANCE_WORK_H

#include <stdbool.h>

#include "base/arena.h"

struct api;

struct instance_job {
    struct api *api;
    const char *id;                        /* of the instance */
    void (*run)(struct instance_job *job); /* on a thread of its own; may block */
    struct arena arena;                    /* the job's, holds whatever it needs; freed after run */
    /* whatever run() needs, in the arena */
    const void *arg;
    bool ends; /* it ends the instance's processes */
    /* instance_work's own */
    struct instance_job *next;
};

/* A job with its arena ready; id is copied. */
struct instance_job *instance_job_new(struct api *api, const char *id, void (*run)(struct instance_job *job));
void instance_work_queue(struct instance_job *job); /* takes the job */
/* A job that ends this instance's processes waits or runs. */
bool instance_work_ending(struct api *api, const char *id);
/* Returns when no job of this api is left, those included that the last ones queued. */
void instance_work_drain(struct api *api);
/* The box ends: forgets the jobs that wait (the rows say what was asked for, so the next start takes it up),
 * and returns when those that run have ended and no thread is left.  Nobody else may queue any more. */
void instance_work_end(struct api *api);

#endif
