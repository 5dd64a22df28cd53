/* SPDX-License-Identifier: Apache-2.0 */
/* Made by tools/model-gen from src/model/aws/ssmmessages.json: do not edit. */
#include "model/gen/ssmmessages.h"

#include <stddef.h>

enum {
    SHAPE_CreateChannelRequest,
    SHAPE_CreateChannelResponse,
    SHAPE_Text,
    SHAPE_COUNT_
};

static const struct model_shape shapes[SHAPE_COUNT_];

static const struct model_member members_CreateChannelRequest[] = {
    {.name = "ChannelId", .wire = "ChannelId", .query = "ChannelId", .shape = &shapes[SHAPE_Text], .offset = offsetof(struct ssmmessages_create_channel_request, channel_id), .required = true, .location = MODEL_IN_URI},
    {.name = "MessageSchemaVersion", .wire = "MessageSchemaVersion", .query = "MessageSchemaVersion", .shape = &shapes[SHAPE_Text], .offset = offsetof(struct ssmmessages_create_channel_request, message_schema_version)},
    {.name = "RequestId", .wire = "RequestId", .query = "RequestId", .shape = &shapes[SHAPE_Text], .offset = offsetof(struct ssmmessages_create_channel_request, request_id)},
    {.name = "ClientId", .wire = "ClientId", .query = "ClientId", .shape = &shapes[SHAPE_Text], .offset = offsetof(struct ssmmessages_create_channel_request, client_id)},
};
static const struct model_member members_CreateChannelResponse[] = {
    {.name = "MessageSchemaVersion", .wire = "MessageSchemaVersion", .query = "MessageSchemaVersion", .shape = &shapes[SHAPE_Text], .offset = offsetof(struct ssmmessages_create_channel_response, message_schema_version)},
    {.name = "TokenValue", .wire = "TokenValue", .query = "TokenValue", .shape = &shapes[SHAPE_Text], .offset = offsetof(struct ssmmessages_create_channel_response, token_value)},
};
static const struct model_shape shapes[SHAPE_COUNT_] = {
    [SHAPE_CreateChannelRequest] = {.name = "CreateChannelRequest", .type = MODEL_STRUCT, .size = sizeof(struct ssmmessages_create_channel_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_CreateChannelRequest, .member_count = 4},
    [SHAPE_CreateChannelResponse] = {.name = "CreateChannelResponse", .type = MODEL_STRUCT, .size = sizeof(struct ssmmessages_create_channel_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_CreateChannelResponse, .member_count = 2},
    [SHAPE_Text] = {.name = "Text", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = 2048},
};
static const struct model_operation operations[] = {
    {.name = "CreateControlChannel", .http_method = "POST", .http_uri = "/v1/control-channel/{ChannelId}", .http_status = 201, .input = &shapes[SHAPE_CreateChannelRequest], .output = &shapes[SHAPE_CreateChannelResponse]},
    {.name = "CreateDataChannel", .http_method = "POST", .http_uri = "/v1/data-channel/{ChannelId}", .http_status = 201, .input = &shapes[SHAPE_CreateChannelRequest], .output = &shapes[SHAPE_CreateChannelResponse]},
};
static const char *const lacking[] = {NULL};
const struct model_service model_ssmmessages = {
    .id = "ssmmessages",
    .signing_name = "ssmmessages",
    .endpoint_prefix = "ssmmessages",
    .global_host = NULL,
    .api_version = "2017-11-01",
    .service_id = "SSMMessages",
    .xml_namespace = NULL,
    .target_prefix = NULL,
    .json_version = NULL,
    .protocol = MODEL_REST_JSON,
    .operations = operations,
    .operation_count = sizeof(operations) / sizeof(operations[0]),
    .lacking = lacking,
};
