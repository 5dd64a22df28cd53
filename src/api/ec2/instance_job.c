/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The jobs of instances: what host is asked for, and the state that follows.
 *
 * Theory of operation: a job looks at the row as it is when its turn comes, and again when host has answered: one
 * that was overtaken (the instance was terminated while it started) changes nothing.  Each bears to be repeated by
 * a region that has been killed: host says that the instance runs already, starts already, or is gone already.  A
 * guest may be rebooted twice then.
 *
 *   instance.start      pending (running: the box or the region was started again)
 *                       -> host, whose event says when it runs; a start that fails ends it
 *   instance.stop       stopping      -> host -> stopped
 *   instance.terminate  shutting-down -> host -> terminated
 *   instance.reboot     running       -> host
 *   instance.forget     an hour after its end the row goes
 *
 * What a guest does by itself is told by host as an event and takes its turn among the jobs.  That an instance has
 * ended is no news while a job that ends it is under way: its own settling says so.  Events have no rows: whatever a
 * region that died has not heard, instances_resume() asks host for again.
 */
#include <errno.h>
#include <string.h>

#include "api/ec2/instance_jobs.h"
#include "api/ec2/instance_parts.h"
#include "api/ec2/ipv6.h"
#include "base/ip.h"
#include "base/log.h"
#include "base/text.h"

/* ---- rows ---- */

void instance_reason(struct instance_row *row, const char *code, const char *message) {
    row->reason_code = code;
    row->reason_message = message;
}

void instance_network_changed(struct api_request *rq, const char *id) {
    size_t count;
    const struct eni_row *enis = instance_enis(rq->tx, id, &count);

    for (size_t i = 0; i < count; i++)
        api_network_changed(rq, enis[i].vpc_id);
}

static void became_running(struct api_request *rq, const struct instance_row *i) {
    struct instance_row row = *i;

    row.state = "running";
    row.booted = 1;
    row.transition = NULL;
    instance_reason(&row, NULL, NULL);
    instance_put(rq->tx, &row);
}

static void became_stopped(struct api_request *rq, const struct instance_row *i) {
    struct instance_row row = *i;

    instance_network_changed(rq, row.id);
    instance_return_addresses(rq, &row);
    row.state = "stopped";
    row.up = 0;
    instance_put(rq->tx, &row);
}

void instance_forget_later(struct api_request *rq, const struct instance_row *i) {
    job_add(rq, "instance.forget", i->id, NULL, i->ended_ms + INSTANCE_TERMINATED_SHOWN_MS + 1);
}

static void became_terminated(struct api_request *rq, const struct instance_row *i) {
    struct instance_row row = *i;
    size_t count;
    const struct eni_row *enis = instance_enis(rq->tx, row.id, &count);
    struct volume_rows volumes = volume_list_by(rq->tx, COL(volume, instance_id), row.id);

    instance_network_changed(rq, row.id);
    instance_return_addresses(rq, &row);
    for (size_t n = 0; n < count; n++) {
        struct eni_row eni = enis[n];

        if (eni.delete_on_termination) {
            ec2_eni_delete(rq, &enis[n]);
            continue;
        }
        eni.instance_id = eni.attachment_id = eni.attachment_state = NULL;
        eni.device_index = eni.attach_ms = 0;
        eni.status = "available";
        eni_put(rq->tx, &eni);
    }
    for (size_t n = 0; n < volumes.count; n++) {
        ec2_tag_forget(rq, volumes.items[n].id);
        volume_delete(rq->tx, volumes.items[n].id);
    }
    row.state = "terminated";
    row.up = 0;
    row.ended_ms = rq->now_ms;
    instance_put(rq->tx, &row);
    instance_forget_later(rq, &row);
}

/* ---- what a start needs to know ---- */

static const char *offset_address(struct arena *a, struct prefix4 cidr, uint32_t offset) {
    char text[IP4_TEXT_BYTES];

    return arena_strdup(a, ip4_format((struct ip4){prefix4_masked(cidr).addr.v + offset}, text));
}

static void start_names(struct api_request *rq, const struct instance_row *i, const char *private_ip,
                        struct api_instance_start *start) {
    const struct vpc_row *vpc = vpc_find(rq->tx, i->vpc_id);
    const struct dhcp_options_row *dhcp =
        vpc != NULL ? dhcp_options_find(rq->tx, vpc->dhcp_options_id) : NULL;
    const char *domain = ec2_private_domain(rq->arena, i->region), *servers = NULL;
    struct prefix4 cidr;
    struct ip4 server;

    start->hostname = text_is(i->hostname_type, "resource-name")
                          ? arena_printf(rq->arena, "%s.%s", i->id, domain)
                          : ec2_private_dns_name(rq->arena, i->region, private_ip);
    start->domain = dhcp != NULL && dhcp->domain_name != NULL ? dhcp->domain_name : domain;
    if (dhcp != NULL && dhcp->domain_name_servers != NULL)
        servers =
            arena_strndup(rq->arena, dhcp->domain_name_servers, strcspn(dhcp->domain_name_servers, ","));
    if (servers != NULL && ip4_parse(servers, &server) == 0)
        start->resolver = servers;
    else if (vpc != NULL && prefix4_parse(vpc->cidr, &cidr) == 0)
        start->resolver = offset_address(rq->arena, cidr, 2);
    else
        start->resolver = "169.254.169.253";
}

static void start_size(struct api_request *rq, const struct instance_row *i,
                       struct api_instance_start *start) {
    const struct catalog_type *type = catalog_type(i->type);
    struct volume_rows volumes = volume_list_by(rq->tx, COL(volume, instance_id), i->id);

    start->memory_mib = type != NULL ? type->memory_mib : 0;
    start->vcpus = type != NULL ? type->vcpus : 0;
    for (size_t n = 0; n < volumes.count; n++) /* they are folders of one disk here */
        start->disk_gib += (uint32_t)volumes.items[n].size_gib;
}

bool instance_eni(struct api_request *rq, const struct eni_row *eni, struct api_instance_eni *ret_eni) {
    struct eni_address_rows addresses = ec2_eni_addresses(rq, eni->id);
    const struct subnet_row *subnet = subnet_find(rq->tx, eni->subnet_id);
    struct eni_address6_rows six = ipv6_eni_addresses(rq, eni->id);
    struct prefix4 cidr;

    if (addresses.count == 0 || subnet == NULL || prefix4_parse(subnet->cidr, &cidr) < 0)
        return false;
    *ret_eni = (struct api_instance_eni){
        .num = (uint32_t)eni->num,
        .id = eni->id,
        .mac = eni->mac,
        .address = addresses.items[0].private_ip,
        .gateway = offset_address(rq->arena, cidr, 1),
        .prefix_length = cidr.length,
        .device_index = (uint16_t)eni->device_index,
        .prefix6_length = net_prefix(subnet->cidr6).length,
    };
    for (size_t i = 0; i < six.count && i < sizeof(ret_eni->addresses6) / sizeof(ret_eni->addresses6[0]); i++)
        ret_eni->addresses6[ret_eni->address6_count++] = six.items[i].ip;
    return true;
}

static void fill_start(struct api_request *rq, const struct instance_row *i,
                       struct api_instance_start *start) {
    size_t count;
    const struct eni_row *enis = instance_enis(rq->tx, i->id, &count);

    *start = (struct api_instance_start){
        .id = i->id,
        .ssh_key = i->public_key != NULL,
        .user_data = i->user_data.data,
        .user_data_length = i->user_data.length,
        .first_boot = !i->booted,
    };
    for (size_t n = 0; n < count && start->eni_count < sizeof(start->enis) / sizeof(start->enis[0]); n++)
        if (instance_eni(rq, &enis[n], &start->enis[start->eni_count]))
            start->eni_count++;
    start_size(rq, i, start);
    start_names(rq, i, start->eni_count > 0 ? start->enis[0].address : "0.0.0.0", start);
}

/* ---- how it went ---- */

static void start_failed(struct api_request *rq, const struct instance_row *i, const char *why) {
    struct instance_row row = *i;

    log_error("%s does not start: %s", row.id, why);
    instance_reason(&row, "Server.InternalError",
                    arena_printf(rq->arena, "Server.InternalError: Internal error on launch (%s)", why));
    if (row.booted) {
        became_stopped(rq, &row);
        return;
    }
    row.state = "shutting-down";
    instance_put(rq->tx, &row);
    job_add(rq, "instance.terminate", row.id, NULL, 0);
}

static void guest_ended(struct api_request *rq, const struct instance_row *i, const char *why) {
    struct instance_row row = *i;
    bool by_itself;

    if (text_is(row.state, "pending")) {
        start_failed(rq, i, why != NULL ? why : "it ended before it was up");
        return;
    }
    if (!text_is(row.state, "running"))
        return;
    /* Ended by what it took, or by an accident of its first process: nobody in it has asked for that. */
    by_itself = why == NULL || *why == '\0' || text_is(why, "Client.InstanceInitiatedShutdown");
    if (by_itself)
        instance_reason(&row, "Client.InstanceInitiatedShutdown",
                        "Client.InstanceInitiatedShutdown: Instance initiated shutdown");
    else
        instance_reason(&row, "Server.InternalError",
                        arena_printf(rq->arena, "Server.InternalError: %s", why));
    row.transition = "";
    if (!row.shutdown_terminates || !by_itself) {
        became_stopped(rq, &row);
        return;
    }
    row.state = "shutting-down";
    instance_put(rq->tx, &row);
    job_add(rq, "instance.terminate", row.id, NULL, 0);
}

static void started(struct api_request *rq, const struct instance_row *i, int result) {
    bool pending = text_is(i->state, "pending");

    if (!pending && !text_is(i->state, "running"))
        return;
    /* Without a data plane nobody will say that it runs; an instance that outlived the region has said so. */
    if (result == -ENOTSUP || result == -EALREADY) {
        if (pending)
            became_running(rq, i);
    } else if (result < 0 && result != -EINPROGRESS) { /* asked for already: its event is to come */
        start_failed(rq, i, strerror(-result));
    }
}

/* ---- the jobs ---- */

static const struct instance_row *in_state(struct api_request *rq, const struct job_row *job,
                                           const char *state) {
    const struct instance_row *i = instance_find(rq->tx, job->subject);

    return i != NULL && text_is(i->state, state) ? i : NULL;
}

bool job_host_passes(int result) {
    return result == -EBUSY || result == -EAGAIN || result == -ETIMEDOUT;
}

bool job_end_passes(int result) {
    return result != -ENOTSUP && result != -ENOENT && result != -ESRCH;
}

static void complain(const struct job_row *job, int result) {
    if (result < 0 && job_end_passes(result))
        log_error("%s: %s: %s", job->subject, job->kind, strerror(-result));
}

const void *instance_start_plan(struct api_request *rq, const struct job_row *job) {
    const struct instance_row *i = in_state(rq, job, "pending");
    struct api_instance_start *start = arena_new(rq->arena, struct api_instance_start);

    if (i == NULL)
        i = in_state(rq, job, "running");
    if (i == NULL)
        return NULL;
    fill_start(rq, i, start);
    return start;
}

int instance_start_act(const struct api_backend *b, const struct job_row *job, const void *plan) {
    (void)job;
    return b->instance_start(b->user, plan);
}

void instance_start_settle(struct api_request *rq, const struct job_row *job, int result) {
    const struct instance_row *i = instance_find(rq->tx, job->subject);

    if (i != NULL)
        started(rq, i, result);
}

const void *instance_stop_plan(struct api_request *rq, const struct job_row *job) {
    return in_state(rq, job, "stopping");
}

int instance_stop_act(const struct api_backend *b, const struct job_row *job, const void *plan) {
    (void)plan;
    return b->instance_stop(b->user, job->subject, job->argument != NULL);
}

void instance_stop_settle(struct api_request *rq, const struct job_row *job, int result) {
    const struct instance_row *i = in_state(rq, job, "stopping");

    complain(job, result);
    if (i != NULL)
        became_stopped(rq, i);
}

const void *instance_terminate_plan(struct api_request *rq, const struct job_row *job) {
    return in_state(rq, job, "shutting-down");
}

int instance_terminate_act(const struct api_backend *b, const struct job_row *job, const void *plan) {
    (void)plan;
    return b->instance_terminate(b->user, job->subject);
}

void instance_terminate_settle(struct api_request *rq, const struct job_row *job, int result) {
    const struct instance_row *i = in_state(rq, job, "shutting-down");

    complain(job, result);
    if (i != NULL)
        became_terminated(rq, i);
}

const void *instance_reboot_plan(struct api_request *rq, const struct job_row *job) {
    return in_state(rq, job, "running");
}

int instance_reboot_act(const struct api_backend *b, const struct job_row *job, const void *plan) {
    (void)plan;
    return b->instance_reboot(b->user, job->subject);
}

void instance_reboot_settle(struct api_request *rq, const struct job_row *job, int result) {
    (void)rq;
    complain(job, result);
}

void instance_forget_settle(struct api_request *rq, const struct job_row *job, int result) {
    const struct instance_row *i = in_state(rq, job, "terminated");

    (void)result;
    if (i == NULL)
        return;
    ec2_tag_forget(rq, i->id);
    instance_delete(rq->tx, i->id);
}

/* ---- events ---- */

static void now_runs(struct api_request *rq, const char *id, const char *text) {
    const struct instance_row *i = instance_find(rq->tx, id);

    (void)text;
    if (i != NULL && text_is(i->state, "pending"))
        became_running(rq, i);
}

static void has_ended(struct api_request *rq, const char *id, const char *why) {
    const struct instance_row *i = instance_find(rq->tx, id);

    if (i != NULL)
        guest_ended(rq, i, why);
}

void instance_on_event(struct api *api, const char *id, enum instance_event event, const char *why) {
    if (event == INSTANCE_EVENT_RUNNING)
        job_tell(api, id, now_runs, NULL);
    else if (!job_under_way(api, id, "instance.stop") && !job_under_way(api, id, "instance.terminate"))
        job_tell(api, id, has_ended, why);
}
