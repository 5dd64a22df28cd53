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

const void *eni_plug_plan(struct api_request *rq, const struct job_row *job);
int eni_attach_act(const struct api_backend *b, const struct job_row *job, const void *plan);
void eni_attach_settle(struct api_request *rq, const struct job_row *job, int result);
int eni_detach_act(const struct api_backend *b, const struct job_row *job, const void *plan);
void eni_detach_settle(struct api_request *rq, const struct job_row *job, int result);

#endif
