/* SPDX-License-Identifier: Apache-2.0 */
/* The ec2 service's table of operations. */
#include "api/ec2/ec2.h"
#include "api/ec2/instance.h"
#include "api/ec2/instance_jobs.h"

#define ENTRY(operation_, function, flags_)                                                                  \
    {.operation = #operation_,                                                                               \
     .handler = (api_handler)(void (*)(void))ec2_##function,                                                 \
     .flags = flags_,                                                                                        \
     .resources = ec2_resources,                                                                             \
     .conditions = ec2_conditions},

static const struct api_entry entries[] = {EC2_NET_OPERATIONS(ENTRY) EC2_INSTANCE_OPERATIONS(ENTRY)};

const struct api_service api_ec2 = {
    .id = "ec2",
    .entries = entries,
    .entry_count = sizeof(entries) / sizeof(entries[0]),
    .ready = ec2_region_ready,
    .setup = ec2_region_setup,
    .jobs = ec2_jobs,
    .job_count = EC2_JOBS,
};
