/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interfaces that come to an instance and go, whether it runs or not.
 *
 * Theory of operation: the row is changed at once (attaching, detaching) and the network published, then a
 * job has the backend plug the interface in or out of the running instance, and a second transaction ends it:
 * attached, or available again.  Jobs of one instance keep their order, so that a start and what is attached
 * meanwhile cannot overtake each other.  An instance that does not run needs no job: its next start brings what is
 * attached then.
 */
#include <errno.h>
#include <string.h>

#include "api/ec2/instance_jobs.h"
#include "api/ec2/instance_parts.h"
#include "base/log.h"
#include "base/text.h"

/* ---- rows ---- */

static void detached(struct api_request *rq, const struct eni_row *eni) {
    struct eni_row row = *eni;

    api_network_changed(rq, row.vpc_id); /* while the row still says whose it was */
    row.instance_id = row.attachment_id = row.attachment_state = NULL;
    row.device_index = row.attach_ms = row.delete_on_termination = 0;
    row.status = "available";
    eni_put(rq->tx, &row);
}

static void attached(struct api_request *rq, const struct eni_row *eni) {
    struct eni_row row = *eni;

    row.attachment_state = NULL;
    eni_put(rq->tx, &row);
}

/* ---- jobs: subject is the instance, argument the attachment ---- */

static const struct eni_row *of_job(struct api_request *rq, const struct job_row *job) {
    size_t count;
    const struct eni_row *enis = instance_enis(rq->tx, job->subject, &count);

    for (size_t i = 0; i < count; i++)
        if (text_is(enis[i].attachment_id, job->argument))
            return &enis[i];
    return NULL; /* the attachment has ended otherwise meanwhile: its instance was terminated */
}

const void *eni_plug_plan(struct api_request *rq, const struct job_row *job) {
    const struct eni_row *eni = of_job(rq, job);
    struct api_instance_eni *plug = arena_new(rq->arena, struct api_instance_eni);

    return eni != NULL && eni->attachment_state != NULL && instance_eni(rq, eni, plug) ? plug : NULL;
}

int eni_attach_act(const struct api_backend *b, const struct job_row *job, const void *plan) {
    return b->eni_attach == NULL ? -ENOTSUP : b->eni_attach(b->user, job->subject, plan);
}

int eni_detach_act(const struct api_backend *b, const struct job_row *job, const void *plan) {
    const struct api_instance_eni *eni = plan;

    return b->eni_detach == NULL ? -ENOTSUP : b->eni_detach(b->user, job->subject, eni->num);
}

/* Not running, done already, or no data plane: the books are right as they are. */
static bool went_wrong(const struct job_row *job, const struct eni_row *eni, int result) {
    if (result >= 0 || result == -ESRCH || result == -EEXIST || result == -ENOENT || result == -ENOTSUP)
        return false;
    log_error("%s: %s of %s: %s", job->subject, job->kind, eni->id, strerror(-result));
    return true;
}

void eni_attach_settle(struct api_request *rq, const struct job_row *job, int result) {
    const struct eni_row *eni = of_job(rq, job);

    if (eni == NULL)
        return;
    if (went_wrong(job, eni, result))
        detached(rq, eni);
    else if (text_is(eni->attachment_state, "attaching")) /* else its detaching was asked for meanwhile */
        attached(rq, eni);
}

void eni_detach_settle(struct api_request *rq, const struct job_row *job, int result) {
    const struct eni_row *eni = of_job(rq, job);

    if (eni == NULL)
        return;
    went_wrong(job, eni, result);
    detached(rq, eni);
}

static void plug_later(struct api_request *rq, const struct eni_row *eni, bool in) {
    job_add(rq, in ? "eni.attach" : "eni.detach", eni->instance_id, eni->attachment_id, 0);
}

void eni_attachments_resume(struct api_request *rq, const char *instance_id) {
    size_t count;
    const struct eni_row *enis = instance_enis(rq->tx, instance_id, &count);

    for (size_t i = 0; i < count; i++)
        if (enis[i].attachment_state != NULL)
            plug_later(rq, &enis[i], text_is(enis[i].attachment_state, "attaching"));
}

/* ---- operations ---- */

static int check_room(struct api_request *rq, const struct instance_row *i, int64_t index) {
    const struct catalog_type *type = catalog_type(i->type);
    size_t count;
    const struct eni_row *enis = instance_enis(rq->tx, i->id, &count);

    if (index < 0)
        return api_refuse(rq, "InvalidParameterValue", "Value (%lld) for parameter deviceIndex is invalid.",
                          (long long)index);
    for (size_t n = 0; n < count; n++)
        if (enis[n].device_index == index)
            return api_refuse(rq, "InvalidParameterValue",
                              "Instance '%s' already has an interface attached at device index '%lld'.",
                              i->id, (long long)index);
    if (type != NULL && (count >= type->interfaces || index >= (int64_t)type->interfaces))
        return api_refuse(rq, "AttachmentLimitExceeded", "Interface count %zu exceeds the limit for %s",
                          count + 1, type->name);
    return 0;
}

static const struct instance_row *instance_for(struct api_request *rq, const char *id) {
    const struct instance_row *i = ec2_get(rq, EC2_INSTANCE, id);

    if (i == NULL)
        return NULL;
    if (instance_gone(i, rq->now_ms)) {
        ec2_refuse_not_found(rq, EC2_INSTANCE, id);
        return NULL;
    }
    if (!text_is(i->state, "running") && !text_is(i->state, "stopped") && !text_is(i->state, "pending")) {
        api_refuse(rq, "IncorrectState", "Instance '%s' is not 'running' or 'stopped'.", i->id);
        return NULL;
    }
    return i;
}

int ec2_attach_network_interface(struct api_request *rq,
                                 const struct ec2_attach_network_interface_request *in,
                                 struct ec2_attach_network_interface_result *out) {
    const struct eni_row *eni = ec2_get(rq, EC2_NETWORK_INTERFACE, in->network_interface_id);
    const struct instance_row *i = eni != NULL ? instance_for(rq, in->instance_id) : NULL;
    struct eni_row row;

    if (i == NULL)
        return API_REFUSED;
    if (in->ena_srd_specification != NULL || in->ena_queue_count.set)
        return instance_refuse_unsupported(rq, "EnaSrdSpecification and EnaQueueCount");
    if (in->network_card_index.set && in->network_card_index.v != 0)
        return api_refuse(rq, "InvalidParameterValue",
                          "The instance type '%s' has no network card at index %lld.", i->type,
                          (long long)in->network_card_index.v);
    if (eni->requester_managed)
        return api_refuse(rq, "OperationNotPermitted", "You are not allowed to attach '%s'.", eni->id);
    if (eni->attachment_id != NULL)
        return api_refuse(rq, "InvalidNetworkInterface.InUse", "Interface: [%s] in use.", eni->id);
    if (!text_is(eni->zone, i->zone))
        return api_refuse(rq, "InvalidParameterCombination",
                          "You may not attach a network interface to an instance if they are not in the same "
                          "availability zone");
    if (check_room(rq, i, in->device_index.v) < 0)
        return API_REFUSED;
    row = *eni;
    row.instance_id = i->id;
    row.attachment_id = api_new_id(rq, "eni-attach");
    row.attachment_state = text_is(i->state, "stopped") ? NULL : "attaching";
    row.device_index = in->device_index.v;
    row.attach_ms = rq->now_ms;
    row.delete_on_termination = 0;
    row.status = "in-use";
    eni_put(rq->tx, &row);
    api_network_changed(rq, row.vpc_id);
    if (row.attachment_state != NULL)
        plug_later(rq, arena_dup(rq->arena, &row, sizeof(row)), true);
    out->attachment_id = row.attachment_id;
    out->network_card_index = SOME_INT(0);
    return 0;
}

static const struct eni_row *by_attachment(struct api_request *rq, const char *id) {
    struct store_rows all = ec2_list(rq, EC2_NETWORK_INTERFACE);
    const struct eni_row *rows = all.items;

    for (size_t n = 0; n < all.count; n++)
        if (text_is(rows[n].attachment_id, id))
            return &rows[n];
    return NULL;
}

int ec2_detach_network_interface(struct api_request *rq,
                                 const struct ec2_detach_network_interface_request *in, void *out) {
    const struct eni_row *eni = by_attachment(rq, in->attachment_id);
    const struct instance_row *i = eni != NULL ? instance_find(rq->tx, eni->instance_id) : NULL;
    struct eni_row row;

    (void)out;
    if (eni == NULL && !text_starts(in->attachment_id, "eni-attach-"))
        return api_refuse(rq, "InvalidAttachmentID.Malformed",
                          "Invalid id: \"%s\" (expecting \"eni-attach-...\")", in->attachment_id);
    if (eni == NULL)
        return api_refuse(rq, "InvalidAttachmentID.NotFound", "The attachment '%s' does not exist.",
                          in->attachment_id);
    if (eni->requester_managed)
        return api_refuse(rq, "OperationNotPermitted", "You are not allowed to manage '%s' attachments.",
                          in->attachment_id);
    if (eni->device_index == 0)
        return api_refuse(rq, "OperationNotPermitted",
                          "The network interface at device index 0 cannot be detached.");
    /* Asked for already: with Force or without, it is on its way. */
    if (text_is(eni->attachment_state, "detaching"))
        return in->force.v ? 0
                           : api_refuse(rq, "IncorrectState", "Attachment '%s' is already being detached.",
                                        in->attachment_id);
    if (i == NULL || !i->up) {
        detached(rq, eni);
        return 0;
    }
    row = *eni;
    row.attachment_state = "detaching";
    eni_put(rq->tx, &row);
    plug_later(rq, eni, false);
    return 0;
}
