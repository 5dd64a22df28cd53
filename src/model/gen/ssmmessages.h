/* SPDX-License-Identifier: Apache-2.0 */
/* Made by tools/model-gen from src/model/aws/ssmmessages.json (the published agent's sources: AWS publishes no model of this service): do not edit. */
#ifndef VPCBOX_MODEL_GEN_SSMMESSAGES_H
#define VPCBOX_MODEL_GEN_SSMMESSAGES_H

#include "base/arena.h"
#include "model/model.h"

extern const struct model_service model_ssmmessages;

struct ssmmessages_create_channel_request;
struct ssmmessages_create_channel_response;

/* CreateChannelRequest */
struct ssmmessages_create_channel_request {
    const char *channel_id;
    const char *message_schema_version;
    const char *request_id;
    const char *client_id;
};
/* CreateChannelResponse */
struct ssmmessages_create_channel_response {
    const char *message_schema_version;
    const char *token_value;
};

#endif
