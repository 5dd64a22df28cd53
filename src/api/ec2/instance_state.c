/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The states of instances, and everything that moves one to another.
 *
 * Theory of operation: a handler puts the row into the passing state (pending, stopping, shutting-down)
 * and queues an order, which runs as a job after the commit and ends in settle(): the next state, in a
 * transaction of its own.  settle() looks at the row as it is then, so an order that was overtaken (the
 * instance was terminated while it started) changes nothing.
 *
 * What a guest does by itself comes as an event and is settled in the same way.  That an instance has
 * ended is no news while an order that ends it is under way: its own settling says so.
 *
 * An order that the end of the box cuts short (-ESHUTDOWN) leaves the row in its passing state, from which
 * instances_resume() orders it again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "api/ec2/instance_parts.h"
#include "api/ec2/instance_work.h"
#include "base/clock.h"
#include "base/ip.h"
#include "base/log.h"
#include "base/text.h"

enum action { START, STOP, REBOOT, TERMINATE, EVENT };

struct order {
    enum action action;
    const char *id;
    bool force;
    struct api_instance_start start;
    enum instance_event event;
    const char *why;
    const struct api_backend *backend;
    int result; /* the backend's answer */
};

/* ---- rows ---- */

static void give_reason(struct instance_row *row, const char *code, const char *message) {
    row->reason_code = code;
    row->reason_message = message;
}

static const char *user_initiated(struct api_request *rq) {
    char t[CLOCK_TEXT_BYTES];

    clock_iso8601_sec(rq->now_ms, t);
    return arena_printf(rq->arena, "User initiated (%.10s %.8s GMT)", t, t + 11);
}

static void user_reason(struct api_request *rq, struct instance_row *row) {
    row->transition = user_initiated(rq);
    give_reason(row, "Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown");
}

static void network_changed(struct api_request *rq, const char *id) {
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
    give_reason(&row, NULL, NULL);
    instance_put(rq->tx, &row);
}

static void became_stopped(struct api_request *rq, const struct instance_row *i) {
    struct instance_row row = *i;

    network_changed(rq, row.id);
    instance_return_addresses(rq, &row);
    row.state = "stopped";
    row.up = 0;
    instance_put(rq->tx, &row);
}

static void became_terminated(struct api_request *rq, const struct instance_row *i) {
    struct instance_row row = *i;
    size_t count;
    const struct eni_row *enis = instance_enis(rq->tx, row.id, &count);
    struct volume_rows volumes = volume_list_by(rq->tx, COL(volume, instance_id), row.id);

    network_changed(rq, row.id);
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
}

void instance_sweep(struct api_request *rq) {
    struct instance_rows rows = instance_list_by(rq->tx, COL(instance, state), "terminated");

    for (size_t i = 0; i < rows.count; i++) {
        if (!instance_gone(&rows.items[i], rq->now_ms))
            continue;
        ec2_tag_forget(rq, rows.items[i].id);
        instance_delete(rq->tx, rows.items[i].id);
    }
}

/* ---- orders ---- */

static int settle(struct api_request *rq, void *arg);

static void run(struct instance_job *job) {
    struct order order = *(const struct order *)job->arg;
    const struct api_backend *b = order.backend;
    int r;

    switch (order.action) {
    case START:
        order.result = b->instance_start(b->user, &order.start);
        break;
    case STOP:
        order.result = b->instance_stop(b->user, order.id, order.force);
        break;
    case REBOOT:
        order.result = b->instance_reboot(b->user, order.id);
        break;
    case TERMINATE:
        order.result = b->instance_terminate(b->user, order.id);
        break;
    case EVENT:
        break;
    }
    r = api_work(job->api, settle, &order);
    if (r < 0)
        log_error("%s: its new state is not kept: %s", order.id, strerror(-r));
}

struct api_instance_eni instance_eni_copy(struct arena *a, const struct api_instance_eni *from) {
    struct api_instance_eni e = *from;

    e.id = arena_strdup(a, e.id);
    e.mac = arena_strdup(a, e.mac);
    e.address = arena_strdup(a, e.address);
    e.gateway = arena_strdup(a, e.gateway);
    return e;
}

static struct api_instance_start copy_start(struct arena *a, const struct api_instance_start *from) {
    struct api_instance_start s = *from;

    s.id = arena_strdup(a, s.id);
    s.hostname = arena_strdup(a, s.hostname);
    s.domain = arena_strdup(a, s.domain);
    s.resolver = arena_strdup(a, s.resolver);
    s.user_data = s.user_data_length > 0 ? arena_dup(a, s.user_data, s.user_data_length) : NULL;
    for (size_t i = 0; i < s.eni_count; i++)
        s.enis[i] = instance_eni_copy(a, &s.enis[i]);
    return s;
}

static void queue(struct api *api, const struct api_backend *backend, const struct order *from) {
    struct instance_job *job = instance_job_new(api, from->id, run);
    struct order *order = arena_dup(&job->arena, from, sizeof(*from));

    order->id = job->id;
    order->why = arena_strdup(&job->arena, from->why);
    order->start = copy_start(&job->arena, &from->start);
    order->backend = backend;
    job->arg = order;
    job->ends = order->action == STOP || order->action == TERMINATE;
    instance_work_queue(job);
}

static void queue_effect(struct api *api, const struct api_backend *backend, void *arg) {
    queue(api, backend, arg);
}

static void order_later(struct api_request *rq, enum action action, const char *id, bool force) {
    struct order *order = arena_new(rq->arena, struct order);

    order->action = action;
    order->id = id;
    order->force = force;
    api_after_commit(rq, queue_effect, order);
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
    };
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

void instance_start_later(struct api_request *rq, const struct instance_row *i) {
    struct order *order = arena_new(rq->arena, struct order);

    order->action = START;
    order->id = i->id;
    fill_start(rq, i, &order->start);
    api_after_commit(rq, queue_effect, order);
}

/* ---- the end of an order, and events ---- */

static void start_failed(struct api_request *rq, const struct instance_row *i, const char *why) {
    struct instance_row row = *i;

    log_error("%s does not start: %s", row.id, why);
    give_reason(&row, "Server.InternalError",
                arena_printf(rq->arena, "Server.InternalError: Internal error on launch (%s)", why));
    if (row.booted) {
        became_stopped(rq, &row);
        return;
    }
    row.state = "shutting-down";
    instance_put(rq->tx, &row);
    order_later(rq, TERMINATE, row.id, true);
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
        give_reason(&row, "Client.InstanceInitiatedShutdown",
                    "Client.InstanceInitiatedShutdown: Instance initiated shutdown");
    else
        give_reason(&row, "Server.InternalError", arena_printf(rq->arena, "Server.InternalError: %s", why));
    row.transition = "";
    if (!row.shutdown_terminates || !by_itself) {
        became_stopped(rq, &row);
        return;
    }
    row.state = "shutting-down";
    instance_put(rq->tx, &row);
    order_later(rq, TERMINATE, row.id, true);
}

static void started(struct api_request *rq, const struct instance_row *i, int result) {
    bool pending = text_is(i->state, "pending");

    if (!pending && !text_is(i->state, "running"))
        return;
    /* Without a data plane nobody will say that it runs; an instance that outlived the region has said so. */
    if (result == -ENOTSUP || result == -EEXIST || result == -EALREADY) {
        if (pending)
            became_running(rq, i);
    } else if (result < 0) {
        start_failed(rq, i, strerror(-result));
    }
}

static int settle(struct api_request *rq, void *arg) {
    const struct order *order = arg;
    const struct instance_row *i = instance_find(rq->tx, order->id);

    if (i == NULL || order->result == -ESHUTDOWN)
        return 0;
    if (order->result < 0 && order->result != -ENOTSUP && order->result != -ENOENT && order->action != START)
        log_error("%s: %s", order->id, strerror(-order->result));
    switch (order->action) {
    case START:
        started(rq, i, order->result);
        break;
    case STOP:
        if (text_is(i->state, "stopping"))
            became_stopped(rq, i);
        break;
    case TERMINATE:
        if (text_is(i->state, "shutting-down"))
            became_terminated(rq, i);
        break;
    case REBOOT:
        break;
    case EVENT:
        if (order->event == INSTANCE_EVENT_STOPPED)
            guest_ended(rq, i, order->why);
        else if (text_is(i->state, "pending"))
            became_running(rq, i);
        break;
    }
    return 0;
}

void instance_on_event(struct api *api, const char *id, enum instance_event event, const char *why) {
    struct order order = {.action = EVENT, .id = id, .event = event, .why = why};

    if (event == INSTANCE_EVENT_STOPPED && instance_work_ending(api, id))
        return;
    queue(api, NULL, &order);
}

static int resume(struct api_request *rq, void *arg) {
    static const struct {
        const char *state;
        enum action action;
    } left[] = {{"pending", START}, {"running", START}, {"stopping", STOP}, {"shutting-down", TERMINATE}};

    (void)arg;
    instance_sweep(rq);
    for (size_t s = 0; s < sizeof(left) / sizeof(left[0]); s++) {
        struct instance_rows rows = instance_list_by(rq->tx, COL(instance, state), left[s].state);

        for (size_t i = 0; i < rows.count; i++) {
            if (left[s].action == START)
                instance_start_later(rq, &rows.items[i]);
            else
                order_later(rq, left[s].action, rows.items[i].id, true);
            eni_attachments_resume(rq, rows.items[i].id);
        }
    }
    return 0;
}

void instances_resume(struct api *api) {
    int r = api_work(api, resume, NULL);

    if (r < 0)
        log_error("instances cannot be resumed: %s", strerror(-r));
}

void instances_settle(struct api *api) {
    instance_work_drain(api);
}

void instances_end(struct api *api) {
    instance_work_end(api);
}

/* ---- the calls ---- */

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
        give_reason(&row, NULL, NULL);
        instance_put(rq->tx, &row);
        if (instance_lend_address(rq, &row) < 0)
            return API_REFUSED;
        network_changed(rq, row.id);
        instance_start_later(rq, &row);
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
        order_later(rq, STOP, row.id, force || skip);
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
            order_later(rq, REBOOT, changes[i].row->id, false);
    return 0;
}

int ec2_terminate_instances(struct api_request *rq, const struct ec2_terminate_instances_request *in,
                            struct ec2_terminate_instances_result *out) {
    static const char *const from[] = {"pending", "running", "stopping", "stopped", NULL},
                             *const already[] = {"shutting-down", "terminated", NULL};
    bool force = (in->force.set && in->force.v) || (in->skip_os_shutdown.set && in->skip_os_shutdown.v);
    struct change *changes = NULL;
    size_t count = 0;

    instance_sweep(rq);
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
        order_later(rq, TERMINATE, row.id, force);
    }
    return 0;
}
