/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls that move instances from one state to another.
 *
 * Theory of operation: a handler puts the row into the passing state (pending, stopping, shutting-down) and asks in
 * the same transaction for the job that leads out of it (instance_job.c).
 */
#include <string.h>

#include "api/ec2/instance_parts.h"
#include "api/job.h"
#include "base/clock.h"
#include "base/text.h"

static const char *user_initiated(struct api_request *rq) {
    char t[CLOCK_TEXT_BYTES];

    clock_iso8601_sec(rq->now_ms, t);
    return arena_printf(rq->arena, "User initiated (%.10s %.8s GMT)", t, t + 11);
}

static void user_reason(struct api_request *rq, struct instance_row *row) {
    row->transition = user_initiated(rq);
    instance_reason(row, "Client.UserInitiatedShutdown",
                    "Client.UserInitiatedShutdown: User initiated shutdown");
}

struct change {
    const struct instance_row *row; /* before */
    bool act;
};

/* Finds all instances; each must be in one of the states of `from` (to be changed) or `already` (nothing to do).
 * Ids that come twice count once.  0 with *ret_changes in the order asked for. */
static int choose(struct api_request *rq, const char *const *ids, size_t count, const char *const *from,
                  const char *const *already, const char *verb, struct change **ret_changes,
                  size_t *ret_count) {
    struct change *changes = arena_array(rq->arena, struct change, count);
    size_t n = 0;

    if (count == 0)
        return api_refuse(rq, "InvalidParameterCombination", "No instances specified");
    if (ec2_ids_known(rq, EC2_INSTANCE, ids, count) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < count; i++) {
        const struct instance_row *row = ec2_get(rq, EC2_INSTANCE, ids[i]);
        bool twice = false, known = false;

        if (row == NULL)
            return API_REFUSED;
        if (instance_gone(row, rq->now_ms))
            return ec2_refuse_not_found(rq, EC2_INSTANCE, row->id);
        for (size_t j = 0; j < n && !twice; j++)
            twice = strcmp(changes[j].row->id, row->id) == 0;
        if (twice)
            continue;
        changes[n] = (struct change){.row = row};
        for (size_t s = 0; from[s] != NULL && !changes[n].act; s++)
            changes[n].act = strcmp(from[s], row->state) == 0;
        for (size_t s = 0; already[s] != NULL && !known; s++)
            known = strcmp(already[s], row->state) == 0;
        if (!changes[n].act && !known)
            return api_refuse(rq, "IncorrectInstanceState",
                              "The instance '%s' is not in a state from which it can be %s.", row->id, verb);
        n++;
    }
    *ret_changes = changes;
    *ret_count = n;
    return 0;
}

static struct ec2_instance_state_change change_view(struct api_request *rq, const struct change *c,
                                                    const char *now) {
    return (struct ec2_instance_state_change){
        .instance_id = c->row->id,
        .previous_state = instance_state_view(rq->arena, c->row->state),
        .current_state = instance_state_view(rq->arena, c->act ? now : c->row->state),
    };
}

int ec2_start_instances(struct api_request *rq, const struct ec2_start_instances_request *in,
                        struct ec2_start_instances_result *out) {
    static const char *const from[] = {"stopped", NULL}, *const already[] = {"pending", "running", NULL};
    struct change *changes;
    size_t count;

    if (choose(rq, in->instance_ids.items, in->instance_ids.count, from, already, "started", &changes,
               &count) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < count; i++) {
        struct instance_row row = *changes[i].row;

        *vec_push(rq->arena, &out->starting_instances) = change_view(rq, &changes[i], "pending");
        if (!changes[i].act)
            continue;
        row.state = "pending";
        row.up = 1;
        row.launched_ms = rq->now_ms;
        row.transition = NULL;
        instance_reason(&row, NULL, NULL);
        instance_put(rq->tx, &row);
        if (instance_lend_address(rq, &row) < 0)
            return API_REFUSED;
        instance_network_changed(rq, row.id);
        job_add(rq, "instance.start", row.id, NULL, 0);
    }
    return 0;
}

int ec2_stop_instances(struct api_request *rq, const struct ec2_stop_instances_request *in,
                       struct ec2_stop_instances_result *out) {
    static const char *const from[] = {"running", NULL}, *const already[] = {"stopping", "stopped", NULL};
    bool force = in->force.set && in->force.v, skip = in->skip_os_shutdown.set && in->skip_os_shutdown.v;
    struct change *changes;
    size_t count;

    if (choose(rq, in->instance_ids.items, in->instance_ids.count, from, already, "stopped", &changes,
               &count) < 0)
        return API_REFUSED;
    if (in->hibernate.set && in->hibernate.v)
        return api_refuse(rq, "UnsupportedHibernationConfiguration",
                          "The instance '%s' is not configured for hibernation.", changes[0].row->id);
    for (size_t i = 0; i < count; i++)
        if (changes[i].act && changes[i].row->no_api_stop)
            return api_refuse(rq, "OperationNotPermitted",
                              "The instance '%s' may not be stopped. Modify its 'disableApiStop' instance "
                              "attribute and try again.",
                              changes[i].row->id);
    for (size_t i = 0; i < count; i++) {
        struct instance_row row = *changes[i].row;

        *vec_push(rq->arena, &out->stopping_instances) = change_view(rq, &changes[i], "stopping");
        if (!changes[i].act)
            continue;
        row.state = "stopping";
        user_reason(rq, &row);
        instance_put(rq->tx, &row);
        job_add(rq, "instance.stop", row.id, force || skip ? INSTANCE_STOP_FORCE : NULL, 0);
    }
    return 0;
}

int ec2_reboot_instances(struct api_request *rq, const struct ec2_reboot_instances_request *in, void *out) {
    static const char *const from[] = {"running", NULL}, *const already[] = {"pending", NULL};
    struct change *changes;
    size_t count;

    (void)out;
    if (choose(rq, in->instance_ids.items, in->instance_ids.count, from, already, "rebooted", &changes,
               &count) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < count; i++)
        if (changes[i].act)
            job_add(rq, "instance.reboot", changes[i].row->id, NULL, 0);
    return 0;
}

int ec2_terminate_instances(struct api_request *rq, const struct ec2_terminate_instances_request *in,
                            struct ec2_terminate_instances_result *out) {
    static const char *const from[] = {"pending", "running", "stopping", "stopped", NULL},
                             *const already[] = {"shutting-down", "terminated", NULL};
    struct change *changes = NULL;
    size_t count = 0;

    if (choose(rq, in->instance_ids.items, in->instance_ids.count, from, already, "terminated", &changes,
               &count) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < count; i++)
        if (changes[i].act && changes[i].row->no_api_termination)
            return api_refuse(rq, "OperationNotPermitted",
                              "The instance '%s' may not be terminated. Modify its 'disableApiTermination' "
                              "instance attribute and try again.",
                              changes[i].row->id);
    for (size_t i = 0; i < count; i++) {
        struct instance_row row = *changes[i].row;

        *vec_push(rq->arena, &out->terminating_instances) = change_view(rq, &changes[i], "shutting-down");
        if (!changes[i].act)
            continue;
        row.state = "shutting-down";
        user_reason(rq, &row);
        instance_put(rq->tx, &row);
        job_add(rq, "instance.terminate", row.id, NULL, 0);
    }
    return 0;
}
