/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What agents call.  Every such call names an instance (or a session of one), and only that instance's own
 * credentials may: those that IMDS gave to it, whose token carries its ARN (ec2:SourceInstanceARN).  The name
 * of a role's session proves nothing, for whoever may assume a role chooses it.
 */
#include <string.h>

#include "api/iam/identity.h"
#include "api/ssm/ssm.h"
#include "base/text.h"
#include "http/http.h"
#include "store/rows.h"

enum { ASSOCIATIONS_PAGE = 50 };

/* The id of the instance whose own credentials signed the request; NULL: no instance's of this region. */
static const char *calling_instance(struct api_request *rq) {
    const struct identity_session *s = rq->caller.session;
    const char *prefix =
        arena_printf(rq->arena, "arn:aws:ec2:%s:%s:instance/", rq->region, rq->caller.account);

    if (rq->caller.kind != API_CALLER_ROLE || s == NULL || s->instance_arn == NULL ||
        !text_starts(s->instance_arn, prefix))
        return NULL;
    return s->instance_arn + strlen(prefix);
}

static bool calls_itself(struct api_request *rq, const char *instance_id) {
    const char *caller = calling_instance(rq);

    return caller != NULL && text_is(caller, instance_id);
}

int ssm_update_instance_information(struct api_request *rq,
                                    const struct ssm_update_instance_information_request *in,
                                    struct ssm_update_instance_information_result *out) {
    struct ssm_node_row node = {.id = in->instance_id,
                                .account = rq->caller.account,
                                .region = rq->region,
                                .agent_version = in->agent_version,
                                .platform_name = in->platform_name,
                                .platform_version = in->platform_version,
                                .platform_type = in->platform_type,
                                .ip_address = in->ip_address,
                                .computer_name = in->computer_name,
                                .pinged_ms = rq->now_ms};

    (void)out;
    if (!calls_itself(rq, in->instance_id) || instance_find(rq->tx, in->instance_id) == NULL)
        return api_refuse(rq, "InvalidInstanceId", "Instance %s is not the caller's own.", in->instance_id);
    ssm_node_put(rq->tx, &node);
    return 0;
}

int ssm_list_associations(struct api_request *rq, const struct ssm_list_associations_request *in,
                          struct ssm_list_associations_result *out) {
    size_t from, to;

    return api_page(rq, 0, in->max_results, in->next_token, ASSOCIATIONS_PAGE, &from, &to, &out->next_token);
}

int ssm_list_instance_associations(struct api_request *rq,
                                   const struct ssm_list_instance_associations_request *in,
                                   struct ssm_list_instance_associations_result *out) {
    size_t from, to;

    if (!calls_itself(rq, in->instance_id))
        return api_refuse(rq, "InvalidInstanceId", "Instance %s is not the caller's own.", in->instance_id);
    return api_page(rq, 0, in->max_results, in->next_token, ASSOCIATIONS_PAGE, &from, &to, &out->next_token);
}

/* -- channels -------------------------------------------------------------------------------------- */

/* JSON comes in and XML goes out: so does the published agent expect it. */
static int answer_token(struct api_request *rq, const char *operation, const char *token) {
    const struct http_header headers[] = {{"Content-Type", "text/xml"}, {"x-amzn-RequestId", rq->request_id}};
    const char *body = arena_printf(rq->arena,
                                    "<%sResponse><MessageSchemaVersion>1.0</MessageSchemaVersion>"
                                    "<TokenValue>%s</TokenValue></%sResponse>",
                                    operation, token, operation);

    return http_respond(rq->http, 201, headers, 2, body, strlen(body));
}

int ssmmessages_create_control_channel(struct api_request *rq,
                                       const struct ssmmessages_create_channel_request *in, void *out) {
    const struct api_sessions *sessions = rq->backend->sessions;
    const char *token;

    (void)out;
    if (sessions == NULL || !calls_itself(rq, in->channel_id))
        return api_refuse_status(rq, 403, "AccessDeniedException",
                                 "%s may not open the control channel of %s.", rq->caller.arn,
                                 in->channel_id);
    token = sessions->control_token(sessions->user, rq->arena, in->channel_id);
    if (token == NULL)
        return api_refuse_status(rq, 500, "InternalServerError", "Too many channels are being opened.");
    return answer_token(rq, "CreateControlChannel", token);
}

int ssmmessages_create_data_channel(struct api_request *rq,
                                    const struct ssmmessages_create_channel_request *in, void *out) {
    const struct api_sessions *sessions = rq->backend->sessions;
    const char *instance = calling_instance(rq), *token;

    (void)out;
    if (sessions == NULL || !sessions->known(sessions->user, in->channel_id))
        return api_refuse_status(rq, 404, "ResourceNotFoundException", "Session %s does not exist.",
                                 in->channel_id);
    token = instance == NULL ? NULL
                             : sessions->data_token(sessions->user, rq->arena, in->channel_id, instance,
                                                    API_SESSION_AGENT);
    if (token == NULL)
        return api_refuse_status(rq, 403, "AccessDeniedException", "Session %s is not of the caller's own.",
                                 in->channel_id);
    return answer_token(rq, "CreateDataChannel", token);
}

int ec2messages_get_messages(struct api_request *rq, const struct ec2messages_get_messages_request *in,
                             struct ec2messages_get_messages_response *out) {
    if (!calls_itself(rq, in->destination))
        return api_refuse_status(rq, 400, "AccessDeniedException", "%s may not take the messages of %s.",
                                 rq->caller.arn, in->destination);
    /* Commands would come this way to agents without ssmmessages; there are none to send. */
    out->destination = in->destination;
    out->messages_request_id = in->messages_request_id;
    return 0;
}
