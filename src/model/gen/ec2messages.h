/* SPDX-License-Identifier: Apache-2.0 */
/* Made by tools/model-gen from src/model/aws/ec2messages.json (the published agent's sources: AWS publishes no model of this service): do not edit. */
#ifndef VPCBOX_MODEL_GEN_EC2MESSAGES_H
#define VPCBOX_MODEL_GEN_EC2MESSAGES_H

#include "base/arena.h"
#include "model/model.h"

extern const struct model_service model_ec2messages;

struct ec2messages_get_messages_request;
struct ec2messages_get_messages_response;
struct ec2messages_message;

/* GetMessagesRequest */
struct ec2messages_get_messages_request {
    const char *destination;
    const char *messages_request_id;
    struct opt_int visibility_timeout_in_seconds;
};
/* GetMessagesResponse */
struct ec2messages_get_messages_response {
    const char *destination;
    const char *messages_request_id;
    VEC(struct ec2messages_message) messages;
};
/* Message */
struct ec2messages_message {
    const char *message_id;
    const char *destination;
    const char *topic;
    const char *payload;
    const char *created_date;
};

#endif
