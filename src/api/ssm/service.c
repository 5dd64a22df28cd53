/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ssm/ssm.h"

static const struct api_entry entries[] = {
    API_ENTRY(DescribeInstanceInformation, ssm_describe_instance_information, API_READ),
    API_ENTRY(DescribeSessions, ssm_describe_sessions, API_READ),
    API_ENTRY(GetConnectionStatus, ssm_get_connection_status, API_READ),
    API_ENTRY(GetParameter, ssm_get_parameter, API_READ),
    API_ENTRY(GetParameters, ssm_get_parameters, API_READ),
    API_ENTRY(ListAssociations, ssm_list_associations, API_READ),
    API_ENTRY(ListInstanceAssociations, ssm_list_instance_associations, API_READ),
    {.operation = "ResumeSession",
     .handler = (api_handler)(void (*)(void))ssm_resume_session,
     .flags = API_READ,
     .resources = ssm_resume_session_resources},
    {.operation = "StartSession",
     .handler = (api_handler)(void (*)(void))ssm_start_session,
     .flags = API_RAW,
     .resources = ssm_start_session_resources,
     .conditions = ssm_start_session_conditions},
    {.operation = "TerminateSession",
     .handler = (api_handler)(void (*)(void))ssm_terminate_session,
     .flags = API_WRITE,
     .resources = ssm_terminate_session_resources},
    API_ENTRY(UpdateInstanceInformation, ssm_update_instance_information, API_WRITE),
};

static const struct api_entry channel_entries[] = {
    API_ENTRY(CreateControlChannel, ssmmessages_create_control_channel, API_RAW),
    API_ENTRY(CreateDataChannel, ssmmessages_create_data_channel, API_RAW),
};

static const struct api_entry message_entries[] = {
    API_ENTRY(GetMessages, ec2messages_get_messages, API_READ),
};

const struct api_service ssm_service = {
    .id = "ssm", .entries = entries, .entry_count = sizeof(entries) / sizeof(entries[0])};
const struct api_service ssmmessages_service = {.id = "ssmmessages",
                                                .entries = channel_entries,
                                                .entry_count =
                                                    sizeof(channel_entries) / sizeof(channel_entries[0])};
const struct api_service ec2messages_service = {.id = "ec2messages",
                                                .entries = message_entries,
                                                .entry_count =
                                                    sizeof(message_entries) / sizeof(message_entries[0])};
