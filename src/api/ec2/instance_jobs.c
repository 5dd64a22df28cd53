/* SPDX-License-Identifier: Apache-2.0 */
/* The table of ec2's jobs, and what is asked for when the region starts. */
#include "api/ec2/instance_jobs.h"

#include "api/ec2/instance_parts.h"
#include "base/log.h"

const struct job_kind ec2_jobs[EC2_JOBS] = {
    {"instance.start", instance_start_plan, instance_start_act, job_host_passes, instance_start_settle},
    {"instance.stop", instance_stop_plan, instance_stop_act, job_end_passes, instance_stop_settle},
    {"instance.terminate", instance_terminate_plan, instance_terminate_act, job_end_passes,
     instance_terminate_settle},
    {"instance.reboot", instance_reboot_plan, instance_reboot_act, NULL, instance_reboot_settle},
    {"instance.forget", NULL, NULL, NULL, instance_forget_settle},
    {"eni.attach", eni_plug_plan, eni_attach_act, job_host_passes, eni_attach_settle},
    {"eni.detach", eni_plug_plan, eni_detach_act, job_host_passes, eni_detach_settle},
};

/* ---- start and end of the region ---- */

/* Running instances are asked for again, for host may be new; the others have their job already, unless the home was
 * made before there were any. */
static int resume(struct api_request *rq, void *arg) {
    static const char *const left[][2] = {{"pending", "instance.start"},
                                          {"running", "instance.start"},
                                          {"stopping", "instance.stop"},
                                          {"shutting-down", "instance.terminate"}};
    struct instance_rows ended = instance_list_by(rq->tx, COL(instance, state), "terminated");

    (void)arg;
    for (size_t s = 0; s < sizeof(left) / sizeof(left[0]); s++) {
        struct instance_rows rows = instance_list_by(rq->tx, COL(instance, state), left[s][0]);

        for (size_t i = 0; i < rows.count; i++) {
            job_add(rq, left[s][1], rows.items[i].id, NULL, 0);
            eni_attachments_resume(rq, rows.items[i].id);
        }
    }
    for (size_t i = 0; i < ended.count; i++)
        instance_forget_later(rq, &ended.items[i]);
    return 0;
}

void instances_resume(struct api *api) {
    jobs_resume(api);
    if (api_work(api, resume, NULL) != 0)
        log_error("instances cannot be resumed");
}

void instances_settle(struct api *api) {
    jobs_drain(api);
}

void instances_end(struct api *api) {
    jobs_end(api);
}
