/* SPDX-License-Identifier: Apache-2.0 */
/*
 * instance_jobs: ec2's jobs (api/job.h), in one table: those of instances (instance_job.c) and of interfaces that come to
 * them and go (eni_attach.c).
 */
#ifndef VPCBOX_API_EC2_INSTANCE_JOBS_H
#define VPCBOX_API_EC2_INSTANCE_JOBS_H

#include "api/job.h"

enum { EC2_JOBS = 7 };
extern const struct job_kind ec2_jobs[EC2_JOBS];

const void *instance_start_plan(struct api_request *rq, const struct job_row *job);
int instance_start_act(const struct api_backend *b, const struct job_row *job, const void *plan);
void instance_start_settle(struct api_request *rq, const struct job_row *job, int result);
const void *instance_stop_plan(struct api_request *rq, const struct job_row *job);
int instance_stop_act(const struct api_backend *b, const struct job_row *job, const void *plan);
void instance_stop_settle(struct api_request *rq, const struct job_row *job, int result);
const void *instance_terminate_plan(struct api_request *rq, const struct job_row *job);
int instance_terminate_act(const struct api_backend *b, const struct job_row *job, const void *plan);
void instance_terminate_settle(struct api_request *rq, const struct job_row *job, int result);
const void *instance_reboot_plan(struct api_request *rq, const struct job_row *job);
int instance_reboot_act(const struct api_backend *b, const struct job_row *job, const void *plan);
void instance_reboot_settle(struct api_request *rq, const struct job_row *job, int result);
/* When the terminated instance is shown no more. */
void instance_forget_later(struct api_request *rq, const struct instance_row *i);
void instance_forget_settle(struct api_request *rq, const struct job_row *job, int result);

/* Host is busy with it, or did not answer in time. */
bool job_host_passes(int result);
/* What must come to an end is asked for again whatever the error; what is not there has ended. */
bool job_end_passes(int result);

const void *eni_plug_plan(struct api_request *rq, const struct job_row *job);
int eni_attach_act(const struct api_backend *b, const struct job_row *job, const void *plan);
void eni_attach_settle(struct api_request *rq, const struct job_row *job, int result);
int eni_detach_act(const struct api_backend *b, const struct job_row *job, const void *plan);
void eni_detach_settle(struct api_request *rq, const struct job_row *job, int result);

#endif
