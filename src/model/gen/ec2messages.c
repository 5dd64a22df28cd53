/* SPDX-License-Identifier: Apache-2.0 */
/* Made by tools/model-gen from src/model/aws/ec2messages.json: do not edit. */
#include "model/gen/ec2messages.h"

#include <stddef.h>

enum {
    SHAPE_GetMessagesRequest,
    SHAPE_GetMessagesResponse,
    SHAPE_Message,
    SHAPE_MessageList,
    SHAPE_Seconds,
    SHAPE_Text,
    SHAPE_COUNT_
};

static const struct model_shape shapes[SHAPE_COUNT_];

static const struct model_member members_GetMessagesRequest[] = {
    {.name = "Destination", .wire = "Destination", .query = "Destination", .shape = &shapes[SHAPE_Text], .offset = offsetof(struct ec2messages_get_messages_request, destination), .required = true},
    {.name = "MessagesRequestId", .wire = "MessagesRequestId", .query = "MessagesRequestId", .shape = &shapes[SHAPE_Text], .offset = offsetof(struct ec2messages_get_messages_request, messages_request_id), .required = true},
    {.name = "VisibilityTimeoutInSeconds", .wire = "VisibilityTimeoutInSeconds", .query = "VisibilityTimeoutInSeconds", .shape = &shapes[SHAPE_Seconds], .offset = offsetof(struct ec2messages_get_messages_request, visibility_timeout_in_seconds)},
};
static const struct model_member members_GetMessagesResponse[] = {
    {.name = "Destination", .wire = "Destination", .query = "Destination", .shape = &shapes[SHAPE_Text], .offset = offsetof(struct ec2messages_get_messages_response, destination)},
    {.name = "MessagesRequestId", .wire = "MessagesRequestId", .query = "MessagesRequestId", .shape = &shapes[SHAPE_Text], .offset = offsetof(struct ec2messages_get_messages_response, messages_request_id)},
    {.name = "Messages", .wire = "Messages", .query = "Messages", .shape = &shapes[SHAPE_MessageList], .offset = offsetof(struct ec2messages_get_messages_response, messages)},
};
static const struct model_member members_Message[] = {
    {.name = "MessageId", .wire = "MessageId", .query = "MessageId", .shape = &shapes[SHAPE_Text], .offset = offsetof(struct ec2messages_message, message_id)},
    {.name = "Destination", .wire = "Destination", .query = "Destination", .shape = &shapes[SHAPE_Text], .offset = offsetof(struct ec2messages_message, destination)},
    {.name = "Topic", .wire = "Topic", .query = "Topic", .shape = &shapes[SHAPE_Text], .offset = offsetof(struct ec2messages_message, topic)},
    {.name = "Payload", .wire = "Payload", .query = "Payload", .shape = &shapes[SHAPE_Text], .offset = offsetof(struct ec2messages_message, payload)},
    {.name = "CreatedDate", .wire = "CreatedDate", .query = "CreatedDate", .shape = &shapes[SHAPE_Text], .offset = offsetof(struct ec2messages_message, created_date)},
};
static const struct model_shape shapes[SHAPE_COUNT_] = {
    [SHAPE_GetMessagesRequest] = {.name = "GetMessagesRequest", .type = MODEL_STRUCT, .size = sizeof(struct ec2messages_get_messages_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetMessagesRequest, .member_count = 3},
    [SHAPE_GetMessagesResponse] = {.name = "GetMessagesResponse", .type = MODEL_STRUCT, .size = sizeof(struct ec2messages_get_messages_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetMessagesResponse, .member_count = 3},
    [SHAPE_Message] = {.name = "Message", .type = MODEL_STRUCT, .size = sizeof(struct ec2messages_message), .min = INT64_MIN, .max = INT64_MAX, .members = members_Message, .member_count = 5},
    [SHAPE_MessageList] = {.name = "MessageList", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = INT64_MIN, .max = INT64_MAX, .item = &shapes[SHAPE_Message], .item_size = sizeof(struct ec2messages_message)},
    [SHAPE_Seconds] = {.name = "Seconds", .type = MODEL_INT, .size = sizeof(struct opt_int), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_Text] = {.name = "Text", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = 2048},
};
static const struct model_operation operations[] = {
    {.name = "GetMessages", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_GetMessagesRequest], .output = &shapes[SHAPE_GetMessagesResponse]},
};
static const char *const lacking[] = {"AcknowledgeMessage", "DeleteMessage", "FailMessage", "GetEndpoint", "SendReply", NULL};
const struct model_service model_ec2messages = {
    .id = "ec2messages",
    .signing_name = "ec2messages",
    .endpoint_prefix = "ec2messages",
    .global_host = NULL,
    .api_version = "2015-11-01",
    .service_id = "EC2Messages",
    .xml_namespace = NULL,
    .target_prefix = "EC2WindowsMessageDeliveryService",
    .json_version = "1.1",
    .protocol = MODEL_JSON,
    .operations = operations,
    .operation_count = sizeof(operations) / sizeof(operations[0]),
    .lacking = lacking,
};
