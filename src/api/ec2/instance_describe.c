/* SPDX-License-Identifier: Apache-2.0 */
/* DescribeInstances, DescribeInstanceStatus, GetConsoleOutput. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "api/ec2/instance_parts.h"
#include "base/text.h"

/* ---- filters that look at more than is shown ---- */

static const struct ec2_instance *instance_of(const void *item) {
    return &((const struct ec2_reservation *)item)->instances.items[0];
}

/* Of each of the instance's public addresses that is an Elastic IP. */
static void each_association(struct ec2_values *out, const void *item, bool allocation) {
    const struct ec2_instance *v = instance_of(item);

    for (size_t i = 0; i < v->network_interfaces.count; i++) {
        struct eni_address_rows rows =
            ec2_eni_addresses(out->rq, v->network_interfaces.items[i].network_interface_id);

        for (size_t j = 0; j < rows.count; j++)
            ec2_value(out, allocation ? rows.items[j].allocation_id : rows.items[j].association_id);
    }
}

static void allocation_ids(struct ec2_values *out, const void *item) {
    each_association(out, item, true);
}

static void association_ids(struct ec2_values *out, const void *item) {
    each_association(out, item, false);
}

static void each_tag(struct ec2_values *out, const void *item, bool key) {
    const struct ec2_instance *v = instance_of(item);

    for (size_t i = 0; i < v->network_interfaces.count; i++) {
        size_t count;
        const struct ec2_tag *tags =
            ec2_tags(out->rq, v->network_interfaces.items[i].network_interface_id, &count);

        for (size_t t = 0; t < count; t++)
            ec2_value(out, key ? tags[t].key : tags[t].value);
    }
}

static void interface_tag_keys(struct ec2_values *out, const void *item) {
    each_tag(out, item, true);
}

static void interface_tag_values(struct ec2_values *out, const void *item) {
    each_tag(out, item, false);
}

static const struct ec2_filter_call calls[] = {
    {"network-interface.addresses.association.allocation-id", allocation_ids},
    {"network-interface.addresses.association.association-id", association_ids},
    {"network-interface.association.allocation-id", allocation_ids},
    {"network-interface.association.association-id", association_ids},
    {"network-interface.tag-key", interface_tag_keys},
    {"network-interface.tag-value", interface_tag_values},
};

/* One instance with what the answer shows around it: what filters look at. */
struct shown {
    struct ec2_instance instance;
    struct ec2_reservation reservation;
};

int ec2_describe_instances(struct api_request *rq, const struct ec2_describe_instances_request *in,
                           struct ec2_describe_instances_result *out) {
    VEC(struct shown *) found = {0};
    struct ec2_query q;

    if (EC2_QUERY(rq, &q, EC2_INSTANCE, in, instance_ids) < 0)
        return API_REFUSED;
    q.calls = calls;
    q.call_count = sizeof(calls) / sizeof(calls[0]);
    for (size_t i = 0; i < q.rows.count; i++) {
        const struct instance_row *row = EC2_ROW(&q, instance, i);
        struct shown *s;

        if (instance_gone(row, rq->now_ms))
            continue;
        s = arena_new(rq->arena, struct shown);
        instance_view(rq, row, &s->instance);
        s->reservation.reservation_id = row->reservation_id;
        s->reservation.owner_id = row->account;
        s->reservation.instances.items = &s->instance;
        s->reservation.instances.count = 1;
        if (ec2_query_matches(&q, &s->reservation))
            *vec_push(rq->arena, &found) = s;
    }
    if (EC2_PAGE(rq, in, &found, &out->next_token) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < found.count; i++) {
        const struct shown *s = found.items[i];
        struct ec2_reservation *reservation = NULL;

        for (size_t r = out->reservations.count; r > 0 && reservation == NULL; r--)
            if (text_is(out->reservations.items[r - 1].reservation_id, s->reservation.reservation_id))
                reservation = &out->reservations.items[r - 1];
        if (reservation == NULL) {
            reservation = vec_push(rq->arena, &out->reservations);
            *reservation = (struct ec2_reservation){.reservation_id = s->reservation.reservation_id,
                                                    .owner_id = s->reservation.owner_id};
        }
        *vec_push(rq->arena, &reservation->instances) = s->instance;
    }
    return 0;
}

/* ---- status ---- */

static struct ec2_instance_status_summary *summary(struct arena *a, bool running) {
    struct ec2_instance_status_summary *v = arena_new(a, struct ec2_instance_status_summary);

    v->status = running ? "ok" : "not-applicable";
    if (running)
        *vec_push(a, &v->details) =
            (struct ec2_instance_status_details){.name = "reachability", .status = "passed"};
    return v;
}

static void status_view(struct api_request *rq, const struct instance_row *i,
                        struct ec2_instance_status *view) {
    bool running = text_is(i->state, "running");

    *view = (struct ec2_instance_status){
        .instance_id = i->id,
        .availability_zone = i->zone,
        .availability_zone_id = ec2_zone_id(i->region, i->zone),
        .instance_state = instance_state_view(rq->arena, i->state),
        .instance_status = summary(rq->arena, running),
        .system_status = summary(rq->arena, running),
    };
    view->attached_ebs_status = arena_new(rq->arena, struct ec2_ebs_status_summary);
    view->attached_ebs_status->status = running ? "ok" : "not-applicable";
    if (running)
        *vec_push(rq->arena, &view->attached_ebs_status->details) =
            (struct ec2_ebs_status_details){.name = "reachability", .status = "passed"};
    view->operator= arena_new(rq->arena, struct ec2_operator_response);
    view->operator->managed = SOME_BOOL(false);
}

int ec2_describe_instance_status(struct api_request *rq,
                                 const struct ec2_describe_instance_status_request *in,
                                 struct ec2_describe_instance_status_result *out) {
    bool all = in->include_all_instances.set && in->include_all_instances.v;
    struct ec2_query q;

    if (EC2_QUERY(rq, &q, EC2_INSTANCE, in, instance_ids) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < q.rows.count; i++) {
        const struct instance_row *row = EC2_ROW(&q, instance, i);
        struct ec2_instance_status view;

        if (instance_gone(row, rq->now_ms) || (!all && !text_is(row->state, "running")))
            continue;
        status_view(rq, row, &view);
        if (ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->instance_statuses) = view;
    }
    return EC2_PAGE(rq, in, &out->instance_statuses, &out->next_token);
}

/* ---- console ---- */

int ec2_get_console_output(struct api_request *rq, const struct ec2_get_console_output_request *in,
                           struct ec2_get_console_output_result *out) {
    const struct instance_row *i = ec2_get(rq, EC2_INSTANCE, in->instance_id);
    const void *data = NULL;
    size_t length = 0;

    if (i == NULL)
        return API_REFUSED;
    out->instance_id = i->id;
    out->timestamp = SOME_TIME(rq->now_ms);
    if (rq->backend->instance_console(rq->backend->user, rq->arena, i->id, &data, &length) == 0 && length > 0)
        out->output = base64_encode(rq->arena, data, length);
    return 0;
}

int ec2_describe_instance_credit_specifications(
    struct api_request *rq, const struct ec2_describe_instance_credit_specifications_request *in,
    struct ec2_describe_instance_credit_specifications_result *out) {
    struct ec2_query q;

    if (EC2_QUERY(rq, &q, EC2_INSTANCE, in, instance_ids) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < q.rows.count; i++) {
        const struct instance_row *row = EC2_ROW(&q, instance, i);
        struct ec2_instance_credit_specification view = {row->id, row->cpu_credits};

        if (row->cpu_credits == NULL && in->instance_ids.count > 0)
            return api_refuse(rq, "InvalidParameterValue",
                              "The instance '%s' is of a type that has no CPU credits.", row->id);
        /* Unasked, AWS shows those that differ from what their type has by itself. */
        if (in->instance_ids.count == 0 &&
            (row->cpu_credits == NULL || strcmp(row->cpu_credits, "unlimited") != 0))
            continue;
        if (!instance_gone(row, rq->now_ms) && ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->instance_credit_specifications) = view;
    }
    return EC2_PAGE(rq, in, &out->instance_credit_specifications, &out->next_token);
}
