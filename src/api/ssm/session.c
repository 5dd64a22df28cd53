/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Session Manager's actions.  What a session is and does lives in the gateway (api_sessions); the rows
 * remember who started which, for DescribeSessions.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/ec2/ec2.h"
#include "api/ssm/ssm.h"
#include "base/text.h"
#include "http/http.h"
#include "store/rows.h"

#define DEFAULT_DOCUMENT "SSM-SessionManagerRunShell"

enum { ONLINE_FOR_MS = 330000, DEFAULT_PAGE = 10 };

static const struct api_sessions *sessions(const struct api_request *rq) {
    return rq->backend->sessions;
}

static bool connected(const struct api_request *rq, const char *instance_id) {
    return sessions(rq) != NULL && sessions(rq)->connected(sessions(rq)->user, instance_id);
}

static bool ours(const struct api_request *rq, const char *account, const char *region) {
    return text_is(account, rq->caller.account) && text_is(region, rq->region);
}

/* The caller's running instance, or NULL. */
static const struct instance_row *target_instance(struct api_request *rq, const char *id) {
    const struct instance_row *i = instance_find(rq->tx, id);

    return i != NULL && ours(rq, i->account, i->region) && text_is(i->state, "running") ? i : NULL;
}

/* -- nodes ----------------------------------------------------------------------------------------- */

static bool in_list(const char *const *items, size_t count, const char *value) {
    for (size_t i = 0; i < count; i++)
        if (text_is(items[i], value))
            return true;
    return false;
}

static const char *ping_status(struct api_request *rq, const struct ssm_node_row *node) {
    const struct instance_row *i = instance_find(rq->tx, node->id);

    if (i == NULL || !text_is(i->state, "running"))
        return "ConnectionLost";
    /* The channel last: it may take its time. */
    return rq->now_ms - node->pinged_ms < ONLINE_FOR_MS || connected(rq, node->id) ? "Online"
                                                                                   : "ConnectionLost";
}

static bool node_matches(struct api_request *rq, const struct ssm_describe_instance_information_request *in,
                         const struct ssm_instance_information *info, bool *ret_known) {
    bool all = true;

    *ret_known = true;
    for (size_t i = 0; i < in->filters.count; i++) {
        const struct ssm_instance_information_string_filter *f = &in->filters.items[i];
        const char *value = text_is(f->key, "InstanceIds")     ? info->instance_id
                            : text_is(f->key, "PingStatus")    ? info->ping_status
                            : text_is(f->key, "PlatformTypes") ? info->platform_type
                            : text_is(f->key, "AgentVersion")  ? info->agent_version
                            : text_is(f->key, "ResourceType")  ? "EC2Instance"
                                                               : NULL;

        if (value == NULL) {
            *ret_known = false;
            api_refuse(rq, "InvalidFilterKey", "The filter key %s is not valid.", f->key);
            return false;
        }
        all = all && in_list(f->values.items, f->values.count, value);
    }
    for (size_t i = 0; i < in->instance_information_filter_list.count; i++) {
        const struct ssm_instance_information_filter *f = &in->instance_information_filter_list.items[i];

        if (text_is(f->key, "InstanceIds"))
            all = all && in_list(f->value_set.items, f->value_set.count, info->instance_id);
        else if (text_is(f->key, "PingStatus"))
            all = all && in_list(f->value_set.items, f->value_set.count, info->ping_status);
    }
    return all;
}

int ssm_describe_instance_information(struct api_request *rq,
                                      const struct ssm_describe_instance_information_request *in,
                                      struct ssm_describe_instance_information_result *out) {
    struct ssm_node_rows nodes = ssm_node_list_by(rq->tx, COL(ssm_node, account), rq->caller.account);
    VEC(struct ssm_instance_information) found = {0};
    size_t from, to;

    for (size_t n = 0; n < nodes.count; n++) {
        const struct ssm_node_row *node = &nodes.items[n];
        const struct instance_row *i = instance_find(rq->tx, node->id);
        struct ssm_instance_information info = {.instance_id = node->id,
                                                .ping_status = ping_status(rq, node),
                                                .last_ping_date_time = SOME_TIME(node->pinged_ms),
                                                .agent_version = node->agent_version,
                                                .is_latest_version = SOME_BOOL(true),
                                                .platform_type = node->platform_type,
                                                .platform_name = node->platform_name,
                                                .platform_version = node->platform_version,
                                                .resource_type = "EC2Instance",
                                                .ip_address = node->ip_address,
                                                .computer_name = node->computer_name,
                                                .source_id = node->id,
                                                .source_type = "AWS::EC2::Instance"};
        bool known;

        if (!text_is(node->region, rq->region) || i == NULL || text_is(i->state, "terminated"))
            continue;
        if (node_matches(rq, in, &info, &known))
            *vec_push(rq->arena, &found) = info;
        else if (!known)
            return API_REFUSED;
    }
    if (api_page(rq, found.count, in->max_results, in->next_token, DEFAULT_PAGE, &from, &to,
                 &out->next_token) < 0)
        return API_REFUSED;
    for (size_t i = from; i < to && i < found.count; i++)
        *vec_push(rq->arena, &out->instance_information_list) = found.items[i];
    return 0;
}

int ssm_get_connection_status(struct api_request *rq, const struct ssm_get_connection_status_request *in,
                              struct ssm_get_connection_status_response *out) {
    out->target = in->target;
    out->status =
        target_instance(rq, in->target) != NULL && connected(rq, in->target) ? "connected" : "notconnected";
    return 0;
}

/* -- sessions -------------------------------------------------------------------------------------- */

static const char *caller_name(const struct api_request *rq) {
    const char *slash = strrchr(rq->caller.arn, '/');

    if (rq->caller.kind == API_CALLER_ROLE && rq->caller.session_name != NULL)
        return rq->caller.session_name;
    return rq->caller.kind == API_CALLER_ROOT || slash == NULL ? "root" : slash + 1;
}

/* Where the client opens its channel: on loopback the port that it already speaks to. */
static const char *stream_url(struct api_request *rq, const char *session_id) {
    if (rq->door.kind == DOOR_LOOPBACK)
        return arena_printf(rq->arena, "ws://127.0.0.1:%u/v1/data-channel/%s?role=publish_subscribe",
                            rq->config->port, session_id);
    return arena_printf(rq->arena,
                        "wss://ssmmessages.%s.amazonaws.com/v1/data-channel/%s?role=publish_subscribe",
                        rq->region, session_id);
}

static int refuse_target(struct api_request *rq, const char *id) {
    return api_refuse(rq, "TargetNotConnected", "%s is not connected.", id);
}

static int find_target(struct api_request *rq, void *id) {
    return target_instance(rq, id) != NULL ? 0 : refuse_target(rq, id);
}

static int note_session(struct api_request *rq, void *row) {
    ssm_session_put(rq->tx, row);
    return 0;
}

/* API_RAW: whether the agent answers is asked between the transactions, so that no writer waits for it. */
int ssm_start_session(struct api_request *rq, const struct ssm_start_session_request *in,
                      struct ssm_start_session_response *out) {
    const char *name = in->document_name == NULL ? DEFAULT_DOCUMENT : in->document_name, *sid;
    struct proto_response response;
    struct ssm_session_row row;
    char tail[18], *content;
    json_t *document, *parameters, *payload;
    int r;

    r = api_read(rq, find_target, arena_strdup(rq->arena, in->target));
    if (r < 0)
        return r;
    if (!connected(rq, in->target))
        return refuse_target(rq, in->target);
    if (ssm_session_document(rq, name, in, &document, &parameters) < 0)
        return API_REFUSED;
    sid = arena_printf(rq->arena, "%s-%s", caller_name(rq), random_hex(tail, 17));
    out->session_id = sid;
    out->stream_url = stream_url(rq, sid);
    out->token_value =
        sessions(rq)->data_token(sessions(rq)->user, rq->arena, sid, in->target, API_SESSION_CLIENT);
    payload =
        json_pack("{s:s,s:o,s:s,s:o,s:s,s:s}", "DocumentName", name, "DocumentContent", document, "SessionId",
                  sid, "Parameters", parameters, "RunAsUser", "", "SessionOwner", rq->caller.arn);
    content = json_dumps(payload, JSON_COMPACT);
    json_decref(payload);
    row = (struct ssm_session_row){.id = sid,
                                   .account = rq->caller.account,
                                   .region = rq->region,
                                   .target = in->target,
                                   .document = name,
                                   .owner = rq->caller.arn,
                                   .reason = in->reason,
                                   .started_ms = rq->now_ms};
    r = out->token_value == NULL ? api_refuse_status(rq, 500, "InternalServerError", "Too many sessions.")
                                 : api_write(rq, note_session, &row);
    if (r == 0) {
        /* An agent that has just gone: the client waits for it and gives up by itself, as on AWS. */
        sessions(rq)->start(sessions(rq)->user, in->target, sid, content);
        api_encode(rq, out, &response);
        api_respond(rq, &response);
    }
    free(content);
    return r;
}

void ssm_start_session_resources(struct api_request *rq, const void *in_, const char *const **ret_arns,
                                 size_t *ret_count) {
    const struct ssm_start_session_request *in = in_;
    const char **arns = arena_array(rq->arena, const char *, 2);

    arns[0] =
        arena_printf(rq->arena, "arn:aws:ec2:%s:%s:instance/%s", rq->region, rq->caller.account, in->target);
    if (in->document_name != NULL)
        arns[1] =
            arena_printf(rq->arena, "arn:aws:ssm:%s:%s:document/%s", rq->region,
                         text_starts(in->document_name, "AWS-") ? "" : rq->caller.account, in->document_name);
    *ret_arns = arns;
    *ret_count = in->document_name != NULL ? 2 : 1;
}

void ssm_start_session_conditions(struct api_request *rq, const void *in, const char *arn,
                                  struct policy_context *ctx) {
    (void)in;
    ec2_resource_tags(rq, "ssm", arn, ctx);
}

static void session_resource(struct api_request *rq, const char *id, const char *const **ret_arns,
                             size_t *ret_count) {
    const char **arns = arena_array(rq->arena, const char *, 1);

    arns[0] = arena_printf(rq->arena, "arn:aws:ssm:%s:%s:session/%s", rq->region, rq->caller.account, id);
    *ret_arns = arns;
    *ret_count = 1;
}

void ssm_resume_session_resources(struct api_request *rq, const void *in, const char *const **ret_arns,
                                  size_t *ret_count) {
    session_resource(rq, ((const struct ssm_resume_session_request *)in)->session_id, ret_arns, ret_count);
}

void ssm_terminate_session_resources(struct api_request *rq, const void *in, const char *const **ret_arns,
                                     size_t *ret_count) {
    session_resource(rq, ((const struct ssm_terminate_session_request *)in)->session_id, ret_arns, ret_count);
}

static const struct ssm_session_row *own_session(struct api_request *rq, const char *id) {
    const struct ssm_session_row *s = ssm_session_find(rq->tx, id);

    return s != NULL && ours(rq, s->account, s->region) ? s : NULL;
}

int ssm_resume_session(struct api_request *rq, const struct ssm_resume_session_request *in,
                       struct ssm_resume_session_response *out) {
    const struct ssm_session_row *s = own_session(rq, in->session_id);

    if (s == NULL)
        return api_refuse(rq, "DoesNotExistException", "Session %s does not exist.", in->session_id);
    out->session_id = s->id;
    /* Without a token the published client says that the session has timed out. */
    if (!s->ended && sessions(rq) != NULL && sessions(rq)->known(sessions(rq)->user, s->id)) {
        out->token_value =
            sessions(rq)->data_token(sessions(rq)->user, rq->arena, s->id, s->target, API_SESSION_CLIENT);
        out->stream_url = stream_url(rq, s->id);
    }
    return 0;
}

struct end_task {
    const struct api_sessions *sessions;
    const char *session_id;
};

static void end_effect(struct api *api, const struct api_backend *backend, void *arg) {
    const struct end_task *t = arg;

    (void)api;
    (void)backend;
    t->sessions->end(t->sessions->user, t->session_id);
}

int ssm_terminate_session(struct api_request *rq, const struct ssm_terminate_session_request *in,
                          struct ssm_terminate_session_response *out) {
    const struct ssm_session_row *s = own_session(rq, in->session_id);
    struct ssm_session_row ended;

    if (s == NULL)
        return api_refuse(rq, "DoesNotExistException", "Session %s does not exist.", in->session_id);
    if (sessions(rq) != NULL) {
        struct end_task *task = arena_new(rq->arena, struct end_task);

        /* After the commit: the gateway's word that the session is over is written by a request of its own. */
        *task = (struct end_task){sessions(rq), s->id};
        api_after_commit(rq, end_effect, task);
    }
    if (!s->ended) {
        ended = *s;
        ended.ended = 1;
        ended.ended_ms = rq->now_ms;
        ssm_session_put(rq->tx, &ended);
    }
    out->session_id = s->id;
    return 0;
}

/* The gateway's word that a session is over. */
int ssm_session_ended(struct api_request *rq, void *session_id) {
    const struct ssm_session_row *s = ssm_session_find(rq->tx, session_id);
    struct ssm_session_row ended;

    if (s == NULL || s->ended)
        return 0;
    ended = *s;
    ended.ended = 1;
    ended.ended_ms = rq->now_ms;
    ssm_session_put(rq->tx, &ended);
    return 0;
}

static const char *session_status(const struct api_request *rq, const struct ssm_session_row *s) {
    if (s->ended || sessions(rq) == NULL || !sessions(rq)->known(sessions(rq)->user, s->id))
        return "Terminated";
    return sessions(rq)->established(sessions(rq)->user, s->id) ? "Connected" : "Connecting";
}

static bool session_matches(const struct ssm_describe_sessions_request *in, const struct ssm_session *s) {
    bool active = !text_is(s->status, "Terminated");

    if (active != text_is(in->state, "Active"))
        return false;
    for (size_t i = 0; i < in->filters.count; i++) {
        const struct ssm_session_filter *f = &in->filters.items[i];

        if ((text_is(f->key, "Target") && !text_is(f->value, s->target)) ||
            (text_is(f->key, "Owner") && !text_is(f->value, s->owner)) ||
            (text_is(f->key, "Status") && !text_is(f->value, s->status)) ||
            (text_is(f->key, "SessionId") && !text_is(f->value, s->session_id)))
            return false;
    }
    return true;
}

int ssm_describe_sessions(struct api_request *rq, const struct ssm_describe_sessions_request *in,
                          struct ssm_describe_sessions_response *out) {
    struct ssm_session_rows rows = ssm_session_list_by(rq->tx, COL(ssm_session, account), rq->caller.account);
    VEC(struct ssm_session) found = {0};
    size_t from, to;

    for (size_t i = rows.count; i-- > 0;) {
        const struct ssm_session_row *r = &rows.items[i];
        struct ssm_session s = {.session_id = r->id,
                                .target = r->target,
                                .status = session_status(rq, r),
                                .start_date = SOME_TIME(r->started_ms),
                                .document_name = r->document,
                                .owner = r->owner,
                                .reason = r->reason};

        if (r->ended)
            s.end_date = SOME_TIME(r->ended_ms);
        if (text_is(r->region, rq->region) && session_matches(in, &s))
            *vec_push(rq->arena, &found) = s;
    }
    if (api_page(rq, found.count, in->max_results, in->next_token, DEFAULT_PAGE, &from, &to,
                 &out->next_token) < 0)
        return API_REFUSED;
    for (size_t i = from; i < to && i < found.count; i++)
        *vec_push(rq->arena, &out->sessions) = found.items[i];
    return 0;
}
