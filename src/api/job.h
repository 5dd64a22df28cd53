/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job: what happens after a call was answered: slow, at its time, and whatever becomes of the process.
 *
 * Theory of operation.  A job is a row (store/schema_job.h) that is written in the transaction of the change that
 * asks for it.  After the commit it is taken up by a worker:
 *
 *   plan    in a read transaction: what act needs, from the rows as they are now; NULL: overtaken, nothing to do
 *   act     outside transactions; may block (host is asked)
 *   settle  in a write transaction, in which the job's row goes too: the next state, further jobs
 *
 * Nothing of it is remembered in memory alone: a process that dies anywhere in between finds the row at its next
 * start and goes through the job again.  So act must bear to be repeated: what it asks for is there already, or
 * gone already, and that is as good.
 *
 * A life-cycle of several steps is a kind of job for each: settle asks for the next one in its transaction.
 *
 * Jobs of one subject run one at a time, in the order of their due times and, of the same, of asking; those of
 * different subjects run at once, on at most JOB_WORKERS threads, which come and go with the work.  One of them
 * stays while something is due later, and sleeps till then by the clock that tests can move (base/clock.h).
 *
 * A result that passes (kind.passes) is tried again after a pause that doubles, JOB_ATTEMPTS times in all; the last
 * one is settled as it is: settle says what then becomes of the subject, so there is always an end.
 *
 * What is asked for twice (same kind, subject and argument) and waits still is one job: nobody can fill the table by
 * repeating himself.
 */
#ifndef VPCBOX_API_JOB_H
#define VPCBOX_API_JOB_H

#include "api/api.h"
#include "store/rows.h"

enum { JOB_WORKERS = 16, JOB_ATTEMPTS = 8, JOB_PAUSE_FIRST_MS = 250, JOB_PAUSE_MOST_MS = 30000 };

struct job_kind {
    const char *name; /* "instance.stop" */
    /* Each but settle may be NULL: needs no plan, nothing to be done outside, no result passes. */
    const void *(*plan)(struct api_request *rq, const struct job_row *job); /* result in rq->arena */
    int (*act)(const struct api_backend *b, const struct job_row *job, const void *plan);
    bool (*passes)(int result);
    void (*settle)(struct api_request *rq, const struct job_row *job, int result);
};

/* Asks for a job once it is due (a time that has passed: now).  In a write transaction. */
void job_add(struct api_request *rq, const char *kind, const char *subject, const char *argument,
             int64_t due_ms);

/* ---- what comes from outside and has no row ---- */

/* Has settle called for the subject, in its turn among the subject's jobs.  Does not wait; strings are copied. */
void job_tell(struct api *api, const char *subject,
              void (*settle)(struct api_request *rq, const char *subject, const char *text),
              const char *text);
/* A job of that kind waits or runs. */
bool job_under_way(struct api *api, const char *subject, const char *kind);

/* ---- from the region's start to its end ---- */

/* Takes up all jobs of the table. */
void jobs_resume(struct api *api);
/* Returns when nothing that is due is left, what the last ones asked for included: for tests. */
void jobs_drain(struct api *api);
/* Forgets what waits (the rows stay), and returns when what runs has ended and no thread is left.  Nobody may ask for
 * any more, till jobs_resume(). */
void jobs_end(struct api *api);

/* api_new()'s and api_free()'s */
struct jobs *jobs_new(struct api *api);
void jobs_free(struct jobs *j); /* after jobs_end() */

#endif
