/* SPDX-License-Identifier: Apache-2.0 */
/* Made by tools/model-gen from src/model/aws/ssm.json (botocore 1.43.11, ssm/2014-11-06): do not edit. */
#ifndef VPCBOX_MODEL_GEN_SSM_H
#define VPCBOX_MODEL_GEN_SSM_H

#include "base/arena.h"
#include "model/model.h"

extern const struct model_service model_ssm;

struct ssm_association;
struct ssm_association_filter;
struct ssm_association_overview;
struct ssm_describe_instance_information_request;
struct ssm_describe_instance_information_result;
struct ssm_describe_sessions_request;
struct ssm_describe_sessions_response;
struct ssm_get_connection_status_request;
struct ssm_get_connection_status_response;
struct ssm_get_parameter_request;
struct ssm_get_parameter_result;
struct ssm_get_parameters_request;
struct ssm_get_parameters_result;
struct ssm_instance_aggregated_association_overview;
struct ssm_instance_association_summary;
struct ssm_instance_information;
struct ssm_instance_information_filter;
struct ssm_instance_information_string_filter;
struct ssm_list_associations_request;
struct ssm_list_associations_result;
struct ssm_list_instance_associations_request;
struct ssm_list_instance_associations_result;
struct ssm_parameter;
struct ssm_resume_session_request;
struct ssm_resume_session_response;
struct ssm_session;
struct ssm_session_filter;
struct ssm_session_manager_output_url;
struct ssm_start_session_request;
struct ssm_start_session_response;
struct ssm_target;
struct ssm_terminate_session_request;
struct ssm_terminate_session_response;
struct ssm_update_instance_information_request;
struct ssm_update_instance_information_result;

struct ssm_association_status_aggregated_count_pair {
    const char *key;
    struct opt_int value;
};
struct ssm_association_status_aggregated_count_map {
    struct ssm_association_status_aggregated_count_pair *items;
    size_t count, capacity;
};
struct ssm_instance_association_status_aggregated_count_pair {
    const char *key;
    struct opt_int value;
};
struct ssm_instance_association_status_aggregated_count_map {
    struct ssm_instance_association_status_aggregated_count_pair *items;
    size_t count, capacity;
};
struct ssm_session_manager_parameter_value_list_list {
    const char * *items;
    size_t count, capacity;
};
struct ssm_session_manager_parameters_pair {
    const char *key;
    struct ssm_session_manager_parameter_value_list_list value;
};
struct ssm_session_manager_parameters_map {
    struct ssm_session_manager_parameters_pair *items;
    size_t count, capacity;
};
struct ssm_target_map_value_list_list {
    const char * *items;
    size_t count, capacity;
};
struct ssm_target_map_pair {
    const char *key;
    struct ssm_target_map_value_list_list value;
};
struct ssm_target_map_map {
    struct ssm_target_map_pair *items;
    size_t count, capacity;
};
/* Association */
struct ssm_association {
    const char *name;
    const char *instance_id;
    const char *association_id;
    const char *association_version;
    const char *document_version;
    VEC(struct ssm_target) targets;
    struct opt_time last_execution_date;
    struct ssm_association_overview *overview;
    const char *schedule_expression;
    const char *association_name;
    struct opt_int schedule_offset;
    struct opt_int duration;
    VEC(struct ssm_target_map_map) target_maps;
};
/* AssociationFilter */
struct ssm_association_filter {
    const char *key;
    const char *value;
};
/* AssociationOverview */
struct ssm_association_overview {
    const char *status;
    const char *detailed_status;
    VEC(struct ssm_association_status_aggregated_count_pair) association_status_aggregated_count;
};
/* DescribeInstanceInformationRequest */
struct ssm_describe_instance_information_request {
    VEC(struct ssm_instance_information_filter) instance_information_filter_list;
    VEC(struct ssm_instance_information_string_filter) filters;
    struct opt_int max_results;
    const char *next_token;
};
/* DescribeInstanceInformationResult */
struct ssm_describe_instance_information_result {
    VEC(struct ssm_instance_information) instance_information_list;
    const char *next_token;
};
/* DescribeSessionsRequest */
struct ssm_describe_sessions_request {
    const char *state;
    struct opt_int max_results;
    const char *next_token;
    VEC(struct ssm_session_filter) filters;
};
/* DescribeSessionsResponse */
struct ssm_describe_sessions_response {
    VEC(struct ssm_session) sessions;
    const char *next_token;
};
/* GetConnectionStatusRequest */
struct ssm_get_connection_status_request {
    const char *target;
};
/* GetConnectionStatusResponse */
struct ssm_get_connection_status_response {
    const char *target;
    const char *status;
};
/* GetParameterRequest */
struct ssm_get_parameter_request {
    const char *name;
    struct opt_bool with_decryption;
};
/* GetParameterResult */
struct ssm_get_parameter_result {
    struct ssm_parameter *parameter;
};
/* GetParametersRequest */
struct ssm_get_parameters_request {
    VEC(const char *) names;
    struct opt_bool with_decryption;
};
/* GetParametersResult */
struct ssm_get_parameters_result {
    VEC(struct ssm_parameter) parameters;
    VEC(const char *) invalid_parameters;
};
/* InstanceAggregatedAssociationOverview */
struct ssm_instance_aggregated_association_overview {
    const char *detailed_status;
    VEC(struct ssm_instance_association_status_aggregated_count_pair) instance_association_status_aggregated_count;
};
/* InstanceAssociationSummary */
struct ssm_instance_association_summary {
    const char *association_id;
    const char *instance_id;
    const char *name;
};
/* InstanceInformation */
struct ssm_instance_information {
    const char *instance_id;
    const char *ping_status;
    struct opt_time last_ping_date_time;
    const char *agent_version;
    struct opt_bool is_latest_version;
    const char *platform_type;
    const char *platform_name;
    const char *platform_version;
    const char *activation_id;
    const char *iam_role;
    struct opt_time registration_date;
    const char *resource_type;
    const char *name;
    const char *ip_address;
    const char *computer_name;
    const char *association_status;
    struct opt_time last_association_execution_date;
    struct opt_time last_successful_association_execution_date;
    struct ssm_instance_aggregated_association_overview *association_overview;
    const char *source_id;
    const char *source_type;
};
/* InstanceInformationFilter */
struct ssm_instance_information_filter {
    const char *key;
    VEC(const char *) value_set;
};
/* InstanceInformationStringFilter */
struct ssm_instance_information_string_filter {
    const char *key;
    VEC(const char *) values;
};
/* ListAssociationsRequest */
struct ssm_list_associations_request {
    VEC(struct ssm_association_filter) association_filter_list;
    struct opt_int max_results;
    const char *next_token;
};
/* ListAssociationsResult */
struct ssm_list_associations_result {
    VEC(struct ssm_association) associations;
    const char *next_token;
};
/* ListInstanceAssociationsRequest */
struct ssm_list_instance_associations_request {
    const char *instance_id;
    struct opt_int max_results;
    const char *next_token;
};
/* ListInstanceAssociationsResult */
struct ssm_list_instance_associations_result {
    VEC(struct ssm_instance_association_summary) associations;
    const char *next_token;
};
/* Parameter */
struct ssm_parameter {
    const char *name;
    const char *type;
    const char *value;
    struct opt_int version;
    const char *selector;
    const char *source_result;
    struct opt_time last_modified_date;
    const char *arn;
    const char *data_type;
};
/* ResumeSessionRequest */
struct ssm_resume_session_request {
    const char *session_id;
};
/* ResumeSessionResponse */
struct ssm_resume_session_response {
    const char *session_id;
    const char *token_value;
    const char *stream_url;
};
/* Session */
struct ssm_session {
    const char *session_id;
    const char *target;
    const char *status;
    struct opt_time start_date;
    struct opt_time end_date;
    const char *document_name;
    const char *owner;
    const char *reason;
    const char *details;
    struct ssm_session_manager_output_url *output_url;
    const char *max_session_duration;
    const char *access_type;
};
/* SessionFilter */
struct ssm_session_filter {
    const char *key;
    const char *value;
};
/* SessionManagerOutputUrl */
struct ssm_session_manager_output_url {
    const char *s3_output_url;
    const char *cloud_watch_output_url;
};
/* StartSessionRequest */
struct ssm_start_session_request {
    const char *target;
    const char *document_name;
    const char *reason;
    VEC(struct ssm_session_manager_parameters_pair) parameters;
};
/* StartSessionResponse */
struct ssm_start_session_response {
    const char *session_id;
    const char *token_value;
    const char *stream_url;
};
/* Target */
struct ssm_target {
    const char *key;
    VEC(const char *) values;
};
/* TerminateSessionRequest */
struct ssm_terminate_session_request {
    const char *session_id;
};
/* TerminateSessionResponse */
struct ssm_terminate_session_response {
    const char *session_id;
};
/* UpdateInstanceInformationRequest */
struct ssm_update_instance_information_request {
    const char *agent_name;
    const char *agent_status;
    const char *agent_version;
    const char *availability_zone;
    const char *availability_zone_id;
    const char *computer_name;
    const char *ip_address;
    const char *instance_id;
    const char *platform_name;
    const char *platform_type;
    const char *platform_version;
    const char *ssm_connection_channel;
};
/* UpdateInstanceInformationResult */
struct ssm_update_instance_information_result {
    char empty_;
};

#endif
