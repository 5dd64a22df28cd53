/* SPDX-License-Identifier: Apache-2.0 */
/* Made by tools/model-gen from src/model/aws/ssm.json: do not edit. */
#include "model/gen/ssm.h"

#include <stddef.h>

enum {
    SHAPE_AccessType,
    SHAPE_ActivationId,
    SHAPE_AgentCount,
    SHAPE_AgentText,
    SHAPE_Association,
    SHAPE_AssociationFilter,
    SHAPE_AssociationFilterKey,
    SHAPE_AssociationFilterList,
    SHAPE_AssociationFilterValue,
    SHAPE_AssociationId,
    SHAPE_AssociationList,
    SHAPE_AssociationName,
    SHAPE_AssociationOverview,
    SHAPE_AssociationStatusAggregatedCount,
    SHAPE_AssociationVersion,
    SHAPE_Boolean,
    SHAPE_ComputerName,
    SHAPE_ConnectionStatus,
    SHAPE_DateTime,
    SHAPE_DescribeInstanceInformationRequest,
    SHAPE_DescribeInstanceInformationResult,
    SHAPE_DescribeSessionsRequest,
    SHAPE_DescribeSessionsResponse,
    SHAPE_DocumentARN,
    SHAPE_DocumentName,
    SHAPE_DocumentVersion,
    SHAPE_Duration,
    SHAPE_GetConnectionStatusRequest,
    SHAPE_GetConnectionStatusResponse,
    SHAPE_GetParameterRequest,
    SHAPE_GetParameterResult,
    SHAPE_GetParametersRequest,
    SHAPE_GetParametersResult,
    SHAPE_IPAddress,
    SHAPE_IamRole,
    SHAPE_InstanceAggregatedAssociationOverview,
    SHAPE_InstanceAssociationStatusAggregatedCount,
    SHAPE_InstanceAssociationSummaries,
    SHAPE_InstanceAssociationSummary,
    SHAPE_InstanceCount,
    SHAPE_InstanceId,
    SHAPE_InstanceInformation,
    SHAPE_InstanceInformationFilter,
    SHAPE_InstanceInformationFilterKey,
    SHAPE_InstanceInformationFilterList,
    SHAPE_InstanceInformationFilterValue,
    SHAPE_InstanceInformationFilterValueSet,
    SHAPE_InstanceInformationList,
    SHAPE_InstanceInformationStringFilter,
    SHAPE_InstanceInformationStringFilterKey,
    SHAPE_InstanceInformationStringFilterList,
    SHAPE_ListAssociationsRequest,
    SHAPE_ListAssociationsResult,
    SHAPE_ListInstanceAssociationsRequest,
    SHAPE_ListInstanceAssociationsResult,
    SHAPE_MaxResults,
    SHAPE_MaxResultsEC2Compatible,
    SHAPE_MaxSessionDuration,
    SHAPE_NextToken,
    SHAPE_PSParameterName,
    SHAPE_PSParameterSelector,
    SHAPE_PSParameterValue,
    SHAPE_PSParameterVersion,
    SHAPE_Parameter,
    SHAPE_ParameterDataType,
    SHAPE_ParameterList,
    SHAPE_ParameterNameList,
    SHAPE_ParameterType,
    SHAPE_PingStatus,
    SHAPE_PlatformType,
    SHAPE_ResourceType,
    SHAPE_ResumeSessionRequest,
    SHAPE_ResumeSessionResponse,
    SHAPE_ScheduleExpression,
    SHAPE_ScheduleOffset,
    SHAPE_Session,
    SHAPE_SessionDetails,
    SHAPE_SessionFilter,
    SHAPE_SessionFilterKey,
    SHAPE_SessionFilterList,
    SHAPE_SessionFilterValue,
    SHAPE_SessionId,
    SHAPE_SessionList,
    SHAPE_SessionManagerCloudWatchOutputUrl,
    SHAPE_SessionManagerOutputUrl,
    SHAPE_SessionManagerParameterName,
    SHAPE_SessionManagerParameterValue,
    SHAPE_SessionManagerParameterValueList,
    SHAPE_SessionManagerParameters,
    SHAPE_SessionManagerS3OutputUrl,
    SHAPE_SessionMaxResults,
    SHAPE_SessionOwner,
    SHAPE_SessionReason,
    SHAPE_SessionState,
    SHAPE_SessionStatus,
    SHAPE_SessionTarget,
    SHAPE_SourceId,
    SHAPE_SourceType,
    SHAPE_StartSessionRequest,
    SHAPE_StartSessionResponse,
    SHAPE_StatusName,
    SHAPE_StreamUrl,
    SHAPE_String,
    SHAPE_Target,
    SHAPE_TargetKey,
    SHAPE_TargetMap,
    SHAPE_TargetMapKey,
    SHAPE_TargetMapValue,
    SHAPE_TargetMapValueList,
    SHAPE_TargetMaps,
    SHAPE_TargetValue,
    SHAPE_TargetValues,
    SHAPE_Targets,
    SHAPE_TerminateSessionRequest,
    SHAPE_TerminateSessionResponse,
    SHAPE_TokenValue,
    SHAPE_UpdateInstanceInformationRequest,
    SHAPE_UpdateInstanceInformationResult,
    SHAPE_Version,
    SHAPE_COUNT_
};

static const struct model_shape shapes[SHAPE_COUNT_];

static const char *const enum_AccessType[] = {"Standard", "JustInTime", NULL};
static const char *const enum_AssociationFilterKey[] = {"InstanceId", "Name", "AssociationId", "AssociationStatusName", "LastExecutedBefore", "LastExecutedAfter", "AssociationName", "ResourceGroupName", NULL};
static const char *const enum_ConnectionStatus[] = {"connected", "notconnected", NULL};
static const char *const enum_InstanceInformationFilterKey[] = {"InstanceIds", "AgentVersion", "PingStatus", "PlatformTypes", "ActivationIds", "IamRole", "ResourceType", "AssociationStatus", NULL};
static const char *const enum_ParameterType[] = {"String", "StringList", "SecureString", NULL};
static const char *const enum_PingStatus[] = {"Online", "ConnectionLost", "Inactive", NULL};
static const char *const enum_PlatformType[] = {"Windows", "Linux", "MacOS", NULL};
static const char *const enum_ResourceType[] = {"ManagedInstance", "EC2Instance", NULL};
static const char *const enum_SessionFilterKey[] = {"InvokedAfter", "InvokedBefore", "Target", "Owner", "Status", "SessionId", "AccessType", NULL};
static const char *const enum_SessionState[] = {"Active", "History", NULL};
static const char *const enum_SessionStatus[] = {"Connected", "Connecting", "Disconnected", "Terminated", "Terminating", "Failed", NULL};
static const char *const enum_SourceType[] = {"AWS::EC2::Instance", "AWS::IoT::Thing", "AWS::SSM::ManagedInstance", NULL};
static const struct model_member members_Association[] = {
    {.name = "Name", .wire = "Name", .query = "Name", .shape = &shapes[SHAPE_DocumentARN], .offset = offsetof(struct ssm_association, name)},
    {.name = "InstanceId", .wire = "InstanceId", .query = "InstanceId", .shape = &shapes[SHAPE_InstanceId], .offset = offsetof(struct ssm_association, instance_id)},
    {.name = "AssociationId", .wire = "AssociationId", .query = "AssociationId", .shape = &shapes[SHAPE_AssociationId], .offset = offsetof(struct ssm_association, association_id)},
    {.name = "AssociationVersion", .wire = "AssociationVersion", .query = "AssociationVersion", .shape = &shapes[SHAPE_AssociationVersion], .offset = offsetof(struct ssm_association, association_version)},
    {.name = "DocumentVersion", .wire = "DocumentVersion", .query = "DocumentVersion", .shape = &shapes[SHAPE_DocumentVersion], .offset = offsetof(struct ssm_association, document_version)},
    {.name = "Targets", .wire = "Targets", .query = "Targets", .shape = &shapes[SHAPE_Targets], .offset = offsetof(struct ssm_association, targets)},
    {.name = "LastExecutionDate", .wire = "LastExecutionDate", .query = "LastExecutionDate", .shape = &shapes[SHAPE_DateTime], .offset = offsetof(struct ssm_association, last_execution_date)},
    {.name = "Overview", .wire = "Overview", .query = "Overview", .shape = &shapes[SHAPE_AssociationOverview], .offset = offsetof(struct ssm_association, overview)},
    {.name = "ScheduleExpression", .wire = "ScheduleExpression", .query = "ScheduleExpression", .shape = &shapes[SHAPE_ScheduleExpression], .offset = offsetof(struct ssm_association, schedule_expression)},
    {.name = "AssociationName", .wire = "AssociationName", .query = "AssociationName", .shape = &shapes[SHAPE_AssociationName], .offset = offsetof(struct ssm_association, association_name)},
    {.name = "ScheduleOffset", .wire = "ScheduleOffset", .query = "ScheduleOffset", .shape = &shapes[SHAPE_ScheduleOffset], .offset = offsetof(struct ssm_association, schedule_offset)},
    {.name = "Duration", .wire = "Duration", .query = "Duration", .shape = &shapes[SHAPE_Duration], .offset = offsetof(struct ssm_association, duration)},
    {.name = "TargetMaps", .wire = "TargetMaps", .query = "TargetMaps", .shape = &shapes[SHAPE_TargetMaps], .offset = offsetof(struct ssm_association, target_maps)},
};
static const struct model_member members_AssociationFilter[] = {
    {.name = "key", .wire = "key", .query = "key", .shape = &shapes[SHAPE_AssociationFilterKey], .offset = offsetof(struct ssm_association_filter, key), .required = true},
    {.name = "value", .wire = "value", .query = "value", .shape = &shapes[SHAPE_AssociationFilterValue], .offset = offsetof(struct ssm_association_filter, value), .required = true},
};
static const struct model_member members_AssociationOverview[] = {
    {.name = "Status", .wire = "Status", .query = "Status", .shape = &shapes[SHAPE_StatusName], .offset = offsetof(struct ssm_association_overview, status)},
    {.name = "DetailedStatus", .wire = "DetailedStatus", .query = "DetailedStatus", .shape = &shapes[SHAPE_StatusName], .offset = offsetof(struct ssm_association_overview, detailed_status)},
    {.name = "AssociationStatusAggregatedCount", .wire = "AssociationStatusAggregatedCount", .query = "AssociationStatusAggregatedCount", .shape = &shapes[SHAPE_AssociationStatusAggregatedCount], .offset = offsetof(struct ssm_association_overview, association_status_aggregated_count)},
};
static const struct model_member members_DescribeInstanceInformationRequest[] = {
    {.name = "InstanceInformationFilterList", .wire = "InstanceInformationFilterList", .query = "InstanceInformationFilterList", .shape = &shapes[SHAPE_InstanceInformationFilterList], .offset = offsetof(struct ssm_describe_instance_information_request, instance_information_filter_list)},
    {.name = "Filters", .wire = "Filters", .query = "Filters", .shape = &shapes[SHAPE_InstanceInformationStringFilterList], .offset = offsetof(struct ssm_describe_instance_information_request, filters)},
    {.name = "MaxResults", .wire = "MaxResults", .query = "MaxResults", .shape = &shapes[SHAPE_MaxResultsEC2Compatible], .offset = offsetof(struct ssm_describe_instance_information_request, max_results)},
    {.name = "NextToken", .wire = "NextToken", .query = "NextToken", .shape = &shapes[SHAPE_NextToken], .offset = offsetof(struct ssm_describe_instance_information_request, next_token)},
};
static const struct model_member members_DescribeInstanceInformationResult[] = {
    {.name = "InstanceInformationList", .wire = "InstanceInformationList", .query = "InstanceInformationList", .shape = &shapes[SHAPE_InstanceInformationList], .offset = offsetof(struct ssm_describe_instance_information_result, instance_information_list)},
    {.name = "NextToken", .wire = "NextToken", .query = "NextToken", .shape = &shapes[SHAPE_NextToken], .offset = offsetof(struct ssm_describe_instance_information_result, next_token)},
};
static const struct model_member members_DescribeSessionsRequest[] = {
    {.name = "State", .wire = "State", .query = "State", .shape = &shapes[SHAPE_SessionState], .offset = offsetof(struct ssm_describe_sessions_request, state), .required = true},
    {.name = "MaxResults", .wire = "MaxResults", .query = "MaxResults", .shape = &shapes[SHAPE_SessionMaxResults], .offset = offsetof(struct ssm_describe_sessions_request, max_results)},
    {.name = "NextToken", .wire = "NextToken", .query = "NextToken", .shape = &shapes[SHAPE_NextToken], .offset = offsetof(struct ssm_describe_sessions_request, next_token)},
    {.name = "Filters", .wire = "Filters", .query = "Filters", .shape = &shapes[SHAPE_SessionFilterList], .offset = offsetof(struct ssm_describe_sessions_request, filters)},
};
static const struct model_member members_DescribeSessionsResponse[] = {
    {.name = "Sessions", .wire = "Sessions", .query = "Sessions", .shape = &shapes[SHAPE_SessionList], .offset = offsetof(struct ssm_describe_sessions_response, sessions)},
    {.name = "NextToken", .wire = "NextToken", .query = "NextToken", .shape = &shapes[SHAPE_NextToken], .offset = offsetof(struct ssm_describe_sessions_response, next_token)},
};
static const struct model_member members_GetConnectionStatusRequest[] = {
    {.name = "Target", .wire = "Target", .query = "Target", .shape = &shapes[SHAPE_SessionTarget], .offset = offsetof(struct ssm_get_connection_status_request, target), .required = true},
};
static const struct model_member members_GetConnectionStatusResponse[] = {
    {.name = "Target", .wire = "Target", .query = "Target", .shape = &shapes[SHAPE_SessionTarget], .offset = offsetof(struct ssm_get_connection_status_response, target)},
    {.name = "Status", .wire = "Status", .query = "Status", .shape = &shapes[SHAPE_ConnectionStatus], .offset = offsetof(struct ssm_get_connection_status_response, status)},
};
static const struct model_member members_GetParameterRequest[] = {
    {.name = "Name", .wire = "Name", .query = "Name", .shape = &shapes[SHAPE_PSParameterName], .offset = offsetof(struct ssm_get_parameter_request, name), .required = true},
    {.name = "WithDecryption", .wire = "WithDecryption", .query = "WithDecryption", .shape = &shapes[SHAPE_Boolean], .offset = offsetof(struct ssm_get_parameter_request, with_decryption)},
};
static const struct model_member members_GetParameterResult[] = {
    {.name = "Parameter", .wire = "Parameter", .query = "Parameter", .shape = &shapes[SHAPE_Parameter], .offset = offsetof(struct ssm_get_parameter_result, parameter)},
};
static const struct model_member members_GetParametersRequest[] = {
    {.name = "Names", .wire = "Names", .query = "Names", .shape = &shapes[SHAPE_ParameterNameList], .offset = offsetof(struct ssm_get_parameters_request, names), .required = true},
    {.name = "WithDecryption", .wire = "WithDecryption", .query = "WithDecryption", .shape = &shapes[SHAPE_Boolean], .offset = offsetof(struct ssm_get_parameters_request, with_decryption)},
};
static const struct model_member members_GetParametersResult[] = {
    {.name = "Parameters", .wire = "Parameters", .query = "Parameters", .shape = &shapes[SHAPE_ParameterList], .offset = offsetof(struct ssm_get_parameters_result, parameters)},
    {.name = "InvalidParameters", .wire = "InvalidParameters", .query = "InvalidParameters", .shape = &shapes[SHAPE_ParameterNameList], .offset = offsetof(struct ssm_get_parameters_result, invalid_parameters)},
};
static const struct model_member members_InstanceAggregatedAssociationOverview[] = {
    {.name = "DetailedStatus", .wire = "DetailedStatus", .query = "DetailedStatus", .shape = &shapes[SHAPE_StatusName], .offset = offsetof(struct ssm_instance_aggregated_association_overview, detailed_status)},
    {.name = "InstanceAssociationStatusAggregatedCount", .wire = "InstanceAssociationStatusAggregatedCount", .query = "InstanceAssociationStatusAggregatedCount", .shape = &shapes[SHAPE_InstanceAssociationStatusAggregatedCount], .offset = offsetof(struct ssm_instance_aggregated_association_overview, instance_association_status_aggregated_count)},
};
static const struct model_member members_InstanceAssociationSummary[] = {
    {.name = "AssociationId", .wire = "AssociationId", .query = "AssociationId", .shape = &shapes[SHAPE_AgentText], .offset = offsetof(struct ssm_instance_association_summary, association_id)},
    {.name = "InstanceId", .wire = "InstanceId", .query = "InstanceId", .shape = &shapes[SHAPE_AgentText], .offset = offsetof(struct ssm_instance_association_summary, instance_id)},
    {.name = "Name", .wire = "Name", .query = "Name", .shape = &shapes[SHAPE_AgentText], .offset = offsetof(struct ssm_instance_association_summary, name)},
};
static const struct model_member members_InstanceInformation[] = {
    {.name = "InstanceId", .wire = "InstanceId", .query = "InstanceId", .shape = &shapes[SHAPE_InstanceId], .offset = offsetof(struct ssm_instance_information, instance_id)},
    {.name = "PingStatus", .wire = "PingStatus", .query = "PingStatus", .shape = &shapes[SHAPE_PingStatus], .offset = offsetof(struct ssm_instance_information, ping_status)},
    {.name = "LastPingDateTime", .wire = "LastPingDateTime", .query = "LastPingDateTime", .shape = &shapes[SHAPE_DateTime], .offset = offsetof(struct ssm_instance_information, last_ping_date_time)},
    {.name = "AgentVersion", .wire = "AgentVersion", .query = "AgentVersion", .shape = &shapes[SHAPE_Version], .offset = offsetof(struct ssm_instance_information, agent_version)},
    {.name = "IsLatestVersion", .wire = "IsLatestVersion", .query = "IsLatestVersion", .shape = &shapes[SHAPE_Boolean], .offset = offsetof(struct ssm_instance_information, is_latest_version)},
    {.name = "PlatformType", .wire = "PlatformType", .query = "PlatformType", .shape = &shapes[SHAPE_PlatformType], .offset = offsetof(struct ssm_instance_information, platform_type)},
    {.name = "PlatformName", .wire = "PlatformName", .query = "PlatformName", .shape = &shapes[SHAPE_String], .offset = offsetof(struct ssm_instance_information, platform_name)},
    {.name = "PlatformVersion", .wire = "PlatformVersion", .query = "PlatformVersion", .shape = &shapes[SHAPE_String], .offset = offsetof(struct ssm_instance_information, platform_version)},
    {.name = "ActivationId", .wire = "ActivationId", .query = "ActivationId", .shape = &shapes[SHAPE_ActivationId], .offset = offsetof(struct ssm_instance_information, activation_id)},
    {.name = "IamRole", .wire = "IamRole", .query = "IamRole", .shape = &shapes[SHAPE_IamRole], .offset = offsetof(struct ssm_instance_information, iam_role)},
    {.name = "RegistrationDate", .wire = "RegistrationDate", .query = "RegistrationDate", .shape = &shapes[SHAPE_DateTime], .offset = offsetof(struct ssm_instance_information, registration_date)},
    {.name = "ResourceType", .wire = "ResourceType", .query = "ResourceType", .shape = &shapes[SHAPE_ResourceType], .offset = offsetof(struct ssm_instance_information, resource_type)},
    {.name = "Name", .wire = "Name", .query = "Name", .shape = &shapes[SHAPE_String], .offset = offsetof(struct ssm_instance_information, name)},
    {.name = "IPAddress", .wire = "IPAddress", .query = "IPAddress", .shape = &shapes[SHAPE_IPAddress], .offset = offsetof(struct ssm_instance_information, ip_address)},
    {.name = "ComputerName", .wire = "ComputerName", .query = "ComputerName", .shape = &shapes[SHAPE_ComputerName], .offset = offsetof(struct ssm_instance_information, computer_name)},
    {.name = "AssociationStatus", .wire = "AssociationStatus", .query = "AssociationStatus", .shape = &shapes[SHAPE_StatusName], .offset = offsetof(struct ssm_instance_information, association_status)},
    {.name = "LastAssociationExecutionDate", .wire = "LastAssociationExecutionDate", .query = "LastAssociationExecutionDate", .shape = &shapes[SHAPE_DateTime], .offset = offsetof(struct ssm_instance_information, last_association_execution_date)},
    {.name = "LastSuccessfulAssociationExecutionDate", .wire = "LastSuccessfulAssociationExecutionDate", .query = "LastSuccessfulAssociationExecutionDate", .shape = &shapes[SHAPE_DateTime], .offset = offsetof(struct ssm_instance_information, last_successful_association_execution_date)},
    {.name = "AssociationOverview", .wire = "AssociationOverview", .query = "AssociationOverview", .shape = &shapes[SHAPE_InstanceAggregatedAssociationOverview], .offset = offsetof(struct ssm_instance_information, association_overview)},
    {.name = "SourceId", .wire = "SourceId", .query = "SourceId", .shape = &shapes[SHAPE_SourceId], .offset = offsetof(struct ssm_instance_information, source_id)},
    {.name = "SourceType", .wire = "SourceType", .query = "SourceType", .shape = &shapes[SHAPE_SourceType], .offset = offsetof(struct ssm_instance_information, source_type)},
};
static const struct model_member members_InstanceInformationFilter[] = {
    {.name = "key", .wire = "key", .query = "key", .shape = &shapes[SHAPE_InstanceInformationFilterKey], .offset = offsetof(struct ssm_instance_information_filter, key), .required = true},
    {.name = "valueSet", .wire = "valueSet", .query = "valueSet", .shape = &shapes[SHAPE_InstanceInformationFilterValueSet], .offset = offsetof(struct ssm_instance_information_filter, value_set), .required = true},
};
static const struct model_member members_InstanceInformationStringFilter[] = {
    {.name = "Key", .wire = "Key", .query = "Key", .shape = &shapes[SHAPE_InstanceInformationStringFilterKey], .offset = offsetof(struct ssm_instance_information_string_filter, key), .required = true},
    {.name = "Values", .wire = "Values", .query = "Values", .shape = &shapes[SHAPE_InstanceInformationFilterValueSet], .offset = offsetof(struct ssm_instance_information_string_filter, values), .required = true},
};
static const struct model_member members_ListAssociationsRequest[] = {
    {.name = "AssociationFilterList", .wire = "AssociationFilterList", .query = "AssociationFilterList", .shape = &shapes[SHAPE_AssociationFilterList], .offset = offsetof(struct ssm_list_associations_request, association_filter_list)},
    {.name = "MaxResults", .wire = "MaxResults", .query = "MaxResults", .shape = &shapes[SHAPE_MaxResults], .offset = offsetof(struct ssm_list_associations_request, max_results)},
    {.name = "NextToken", .wire = "NextToken", .query = "NextToken", .shape = &shapes[SHAPE_NextToken], .offset = offsetof(struct ssm_list_associations_request, next_token)},
};
static const struct model_member members_ListAssociationsResult[] = {
    {.name = "Associations", .wire = "Associations", .query = "Associations", .shape = &shapes[SHAPE_AssociationList], .offset = offsetof(struct ssm_list_associations_result, associations)},
    {.name = "NextToken", .wire = "NextToken", .query = "NextToken", .shape = &shapes[SHAPE_NextToken], .offset = offsetof(struct ssm_list_associations_result, next_token)},
};
static const struct model_member members_ListInstanceAssociationsRequest[] = {
    {.name = "InstanceId", .wire = "InstanceId", .query = "InstanceId", .shape = &shapes[SHAPE_AgentText], .offset = offsetof(struct ssm_list_instance_associations_request, instance_id), .required = true},
    {.name = "MaxResults", .wire = "MaxResults", .query = "MaxResults", .shape = &shapes[SHAPE_AgentCount], .offset = offsetof(struct ssm_list_instance_associations_request, max_results)},
    {.name = "NextToken", .wire = "NextToken", .query = "NextToken", .shape = &shapes[SHAPE_AgentText], .offset = offsetof(struct ssm_list_instance_associations_request, next_token)},
};
static const struct model_member members_ListInstanceAssociationsResult[] = {
    {.name = "Associations", .wire = "Associations", .query = "Associations", .shape = &shapes[SHAPE_InstanceAssociationSummaries], .offset = offsetof(struct ssm_list_instance_associations_result, associations)},
    {.name = "NextToken", .wire = "NextToken", .query = "NextToken", .shape = &shapes[SHAPE_AgentText], .offset = offsetof(struct ssm_list_instance_associations_result, next_token)},
};
static const struct model_member members_Parameter[] = {
    {.name = "Name", .wire = "Name", .query = "Name", .shape = &shapes[SHAPE_PSParameterName], .offset = offsetof(struct ssm_parameter, name)},
    {.name = "Type", .wire = "Type", .query = "Type", .shape = &shapes[SHAPE_ParameterType], .offset = offsetof(struct ssm_parameter, type)},
    {.name = "Value", .wire = "Value", .query = "Value", .shape = &shapes[SHAPE_PSParameterValue], .offset = offsetof(struct ssm_parameter, value)},
    {.name = "Version", .wire = "Version", .query = "Version", .shape = &shapes[SHAPE_PSParameterVersion], .offset = offsetof(struct ssm_parameter, version)},
    {.name = "Selector", .wire = "Selector", .query = "Selector", .shape = &shapes[SHAPE_PSParameterSelector], .offset = offsetof(struct ssm_parameter, selector)},
    {.name = "SourceResult", .wire = "SourceResult", .query = "SourceResult", .shape = &shapes[SHAPE_String], .offset = offsetof(struct ssm_parameter, source_result)},
    {.name = "LastModifiedDate", .wire = "LastModifiedDate", .query = "LastModifiedDate", .shape = &shapes[SHAPE_DateTime], .offset = offsetof(struct ssm_parameter, last_modified_date)},
    {.name = "ARN", .wire = "ARN", .query = "ARN", .shape = &shapes[SHAPE_String], .offset = offsetof(struct ssm_parameter, arn)},
    {.name = "DataType", .wire = "DataType", .query = "DataType", .shape = &shapes[SHAPE_ParameterDataType], .offset = offsetof(struct ssm_parameter, data_type)},
};
static const struct model_member members_ResumeSessionRequest[] = {
    {.name = "SessionId", .wire = "SessionId", .query = "SessionId", .shape = &shapes[SHAPE_SessionId], .offset = offsetof(struct ssm_resume_session_request, session_id), .required = true},
};
static const struct model_member members_ResumeSessionResponse[] = {
    {.name = "SessionId", .wire = "SessionId", .query = "SessionId", .shape = &shapes[SHAPE_SessionId], .offset = offsetof(struct ssm_resume_session_response, session_id)},
    {.name = "TokenValue", .wire = "TokenValue", .query = "TokenValue", .shape = &shapes[SHAPE_TokenValue], .offset = offsetof(struct ssm_resume_session_response, token_value)},
    {.name = "StreamUrl", .wire = "StreamUrl", .query = "StreamUrl", .shape = &shapes[SHAPE_StreamUrl], .offset = offsetof(struct ssm_resume_session_response, stream_url)},
};
static const struct model_member members_Session[] = {
    {.name = "SessionId", .wire = "SessionId", .query = "SessionId", .shape = &shapes[SHAPE_SessionId], .offset = offsetof(struct ssm_session, session_id)},
    {.name = "Target", .wire = "Target", .query = "Target", .shape = &shapes[SHAPE_SessionTarget], .offset = offsetof(struct ssm_session, target)},
    {.name = "Status", .wire = "Status", .query = "Status", .shape = &shapes[SHAPE_SessionStatus], .offset = offsetof(struct ssm_session, status)},
    {.name = "StartDate", .wire = "StartDate", .query = "StartDate", .shape = &shapes[SHAPE_DateTime], .offset = offsetof(struct ssm_session, start_date)},
    {.name = "EndDate", .wire = "EndDate", .query = "EndDate", .shape = &shapes[SHAPE_DateTime], .offset = offsetof(struct ssm_session, end_date)},
    {.name = "DocumentName", .wire = "DocumentName", .query = "DocumentName", .shape = &shapes[SHAPE_DocumentName], .offset = offsetof(struct ssm_session, document_name)},
    {.name = "Owner", .wire = "Owner", .query = "Owner", .shape = &shapes[SHAPE_SessionOwner], .offset = offsetof(struct ssm_session, owner)},
    {.name = "Reason", .wire = "Reason", .query = "Reason", .shape = &shapes[SHAPE_SessionReason], .offset = offsetof(struct ssm_session, reason)},
    {.name = "Details", .wire = "Details", .query = "Details", .shape = &shapes[SHAPE_SessionDetails], .offset = offsetof(struct ssm_session, details)},
    {.name = "OutputUrl", .wire = "OutputUrl", .query = "OutputUrl", .shape = &shapes[SHAPE_SessionManagerOutputUrl], .offset = offsetof(struct ssm_session, output_url)},
    {.name = "MaxSessionDuration", .wire = "MaxSessionDuration", .query = "MaxSessionDuration", .shape = &shapes[SHAPE_MaxSessionDuration], .offset = offsetof(struct ssm_session, max_session_duration)},
    {.name = "AccessType", .wire = "AccessType", .query = "AccessType", .shape = &shapes[SHAPE_AccessType], .offset = offsetof(struct ssm_session, access_type)},
};
static const struct model_member members_SessionFilter[] = {
    {.name = "key", .wire = "key", .query = "key", .shape = &shapes[SHAPE_SessionFilterKey], .offset = offsetof(struct ssm_session_filter, key), .required = true},
    {.name = "value", .wire = "value", .query = "value", .shape = &shapes[SHAPE_SessionFilterValue], .offset = offsetof(struct ssm_session_filter, value), .required = true},
};
static const struct model_member members_SessionManagerOutputUrl[] = {
    {.name = "S3OutputUrl", .wire = "S3OutputUrl", .query = "S3OutputUrl", .shape = &shapes[SHAPE_SessionManagerS3OutputUrl], .offset = offsetof(struct ssm_session_manager_output_url, s3_output_url)},
    {.name = "CloudWatchOutputUrl", .wire = "CloudWatchOutputUrl", .query = "CloudWatchOutputUrl", .shape = &shapes[SHAPE_SessionManagerCloudWatchOutputUrl], .offset = offsetof(struct ssm_session_manager_output_url, cloud_watch_output_url)},
};
static const struct model_member members_StartSessionRequest[] = {
    {.name = "Target", .wire = "Target", .query = "Target", .shape = &shapes[SHAPE_SessionTarget], .offset = offsetof(struct ssm_start_session_request, target), .required = true},
    {.name = "DocumentName", .wire = "DocumentName", .query = "DocumentName", .shape = &shapes[SHAPE_DocumentARN], .offset = offsetof(struct ssm_start_session_request, document_name)},
    {.name = "Reason", .wire = "Reason", .query = "Reason", .shape = &shapes[SHAPE_SessionReason], .offset = offsetof(struct ssm_start_session_request, reason)},
    {.name = "Parameters", .wire = "Parameters", .query = "Parameters", .shape = &shapes[SHAPE_SessionManagerParameters], .offset = offsetof(struct ssm_start_session_request, parameters)},
};
static const struct model_member members_StartSessionResponse[] = {
    {.name = "SessionId", .wire = "SessionId", .query = "SessionId", .shape = &shapes[SHAPE_SessionId], .offset = offsetof(struct ssm_start_session_response, session_id)},
    {.name = "TokenValue", .wire = "TokenValue", .query = "TokenValue", .shape = &shapes[SHAPE_TokenValue], .offset = offsetof(struct ssm_start_session_response, token_value)},
    {.name = "StreamUrl", .wire = "StreamUrl", .query = "StreamUrl", .shape = &shapes[SHAPE_StreamUrl], .offset = offsetof(struct ssm_start_session_response, stream_url)},
};
static const struct model_member members_Target[] = {
    {.name = "Key", .wire = "Key", .query = "Key", .shape = &shapes[SHAPE_TargetKey], .offset = offsetof(struct ssm_target, key)},
    {.name = "Values", .wire = "Values", .query = "Values", .shape = &shapes[SHAPE_TargetValues], .offset = offsetof(struct ssm_target, values)},
};
static const struct model_member members_TerminateSessionRequest[] = {
    {.name = "SessionId", .wire = "SessionId", .query = "SessionId", .shape = &shapes[SHAPE_SessionId], .offset = offsetof(struct ssm_terminate_session_request, session_id), .required = true},
};
static const struct model_member members_TerminateSessionResponse[] = {
    {.name = "SessionId", .wire = "SessionId", .query = "SessionId", .shape = &shapes[SHAPE_SessionId], .offset = offsetof(struct ssm_terminate_session_response, session_id)},
};
static const struct model_member members_UpdateInstanceInformationRequest[] = {
    {.name = "AgentName", .wire = "AgentName", .query = "AgentName", .shape = &shapes[SHAPE_AgentText], .offset = offsetof(struct ssm_update_instance_information_request, agent_name)},
    {.name = "AgentStatus", .wire = "AgentStatus", .query = "AgentStatus", .shape = &shapes[SHAPE_AgentText], .offset = offsetof(struct ssm_update_instance_information_request, agent_status)},
    {.name = "AgentVersion", .wire = "AgentVersion", .query = "AgentVersion", .shape = &shapes[SHAPE_AgentText], .offset = offsetof(struct ssm_update_instance_information_request, agent_version)},
    {.name = "AvailabilityZone", .wire = "AvailabilityZone", .query = "AvailabilityZone", .shape = &shapes[SHAPE_AgentText], .offset = offsetof(struct ssm_update_instance_information_request, availability_zone)},
    {.name = "AvailabilityZoneId", .wire = "AvailabilityZoneId", .query = "AvailabilityZoneId", .shape = &shapes[SHAPE_AgentText], .offset = offsetof(struct ssm_update_instance_information_request, availability_zone_id)},
    {.name = "ComputerName", .wire = "ComputerName", .query = "ComputerName", .shape = &shapes[SHAPE_AgentText], .offset = offsetof(struct ssm_update_instance_information_request, computer_name)},
    {.name = "IPAddress", .wire = "IPAddress", .query = "IPAddress", .shape = &shapes[SHAPE_AgentText], .offset = offsetof(struct ssm_update_instance_information_request, ip_address)},
    {.name = "InstanceId", .wire = "InstanceId", .query = "InstanceId", .shape = &shapes[SHAPE_AgentText], .offset = offsetof(struct ssm_update_instance_information_request, instance_id), .required = true},
    {.name = "PlatformName", .wire = "PlatformName", .query = "PlatformName", .shape = &shapes[SHAPE_AgentText], .offset = offsetof(struct ssm_update_instance_information_request, platform_name)},
    {.name = "PlatformType", .wire = "PlatformType", .query = "PlatformType", .shape = &shapes[SHAPE_AgentText], .offset = offsetof(struct ssm_update_instance_information_request, platform_type)},
    {.name = "PlatformVersion", .wire = "PlatformVersion", .query = "PlatformVersion", .shape = &shapes[SHAPE_AgentText], .offset = offsetof(struct ssm_update_instance_information_request, platform_version)},
    {.name = "SSMConnectionChannel", .wire = "SSMConnectionChannel", .query = "SSMConnectionChannel", .shape = &shapes[SHAPE_AgentText], .offset = offsetof(struct ssm_update_instance_information_request, ssm_connection_channel)},
};
static const struct model_shape shapes[SHAPE_COUNT_] = {
    [SHAPE_AccessType] = {.name = "AccessType", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX, .enums = enum_AccessType},
    [SHAPE_ActivationId] = {.name = "ActivationId", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_AgentCount] = {.name = "AgentCount", .type = MODEL_INT, .size = sizeof(struct opt_int), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_AgentText] = {.name = "AgentText", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = 255},
    [SHAPE_Association] = {.name = "Association", .type = MODEL_STRUCT, .size = sizeof(struct ssm_association), .min = INT64_MIN, .max = INT64_MAX, .members = members_Association, .member_count = 13},
    [SHAPE_AssociationFilter] = {.name = "AssociationFilter", .type = MODEL_STRUCT, .size = sizeof(struct ssm_association_filter), .min = INT64_MIN, .max = INT64_MAX, .members = members_AssociationFilter, .member_count = 2},
    [SHAPE_AssociationFilterKey] = {.name = "AssociationFilterKey", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX, .enums = enum_AssociationFilterKey},
    [SHAPE_AssociationFilterList] = {.name = "AssociationFilterList", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = 1, .max = INT64_MAX, .item = &shapes[SHAPE_AssociationFilter], .item_size = sizeof(struct ssm_association_filter)},
    [SHAPE_AssociationFilterValue] = {.name = "AssociationFilterValue", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = INT64_MAX},
    [SHAPE_AssociationId] = {.name = "AssociationId", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_AssociationList] = {.name = "AssociationList", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = INT64_MIN, .max = INT64_MAX, .item = &shapes[SHAPE_Association], .item_size = sizeof(struct ssm_association)},
    [SHAPE_AssociationName] = {.name = "AssociationName", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_AssociationOverview] = {.name = "AssociationOverview", .type = MODEL_STRUCT, .size = sizeof(struct ssm_association_overview), .min = INT64_MIN, .max = INT64_MAX, .members = members_AssociationOverview, .member_count = 3},
    [SHAPE_AssociationStatusAggregatedCount] = {.name = "AssociationStatusAggregatedCount", .type = MODEL_MAP, .size = sizeof(struct model_vec), .min = INT64_MIN, .max = INT64_MAX, .item = &shapes[SHAPE_InstanceCount], .item_size = sizeof(struct ssm_association_status_aggregated_count_pair), .value_offset = offsetof(struct ssm_association_status_aggregated_count_pair, value)},
    [SHAPE_AssociationVersion] = {.name = "AssociationVersion", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_Boolean] = {.name = "Boolean", .type = MODEL_BOOL, .size = sizeof(struct opt_bool), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_ComputerName] = {.name = "ComputerName", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 255},
    [SHAPE_ConnectionStatus] = {.name = "ConnectionStatus", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX, .enums = enum_ConnectionStatus},
    [SHAPE_DateTime] = {.name = "DateTime", .type = MODEL_TIME, .size = sizeof(struct opt_time), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_DescribeInstanceInformationRequest] = {.name = "DescribeInstanceInformationRequest", .type = MODEL_STRUCT, .size = sizeof(struct ssm_describe_instance_information_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_DescribeInstanceInformationRequest, .member_count = 4},
    [SHAPE_DescribeInstanceInformationResult] = {.name = "DescribeInstanceInformationResult", .type = MODEL_STRUCT, .size = sizeof(struct ssm_describe_instance_information_result), .min = INT64_MIN, .max = INT64_MAX, .members = members_DescribeInstanceInformationResult, .member_count = 2},
    [SHAPE_DescribeSessionsRequest] = {.name = "DescribeSessionsRequest", .type = MODEL_STRUCT, .size = sizeof(struct ssm_describe_sessions_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_DescribeSessionsRequest, .member_count = 4},
    [SHAPE_DescribeSessionsResponse] = {.name = "DescribeSessionsResponse", .type = MODEL_STRUCT, .size = sizeof(struct ssm_describe_sessions_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_DescribeSessionsResponse, .member_count = 2},
    [SHAPE_DocumentARN] = {.name = "DocumentARN", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_DocumentName] = {.name = "DocumentName", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_DocumentVersion] = {.name = "DocumentVersion", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_Duration] = {.name = "Duration", .type = MODEL_INT, .size = sizeof(struct opt_int), .min = 1, .max = 24},
    [SHAPE_GetConnectionStatusRequest] = {.name = "GetConnectionStatusRequest", .type = MODEL_STRUCT, .size = sizeof(struct ssm_get_connection_status_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetConnectionStatusRequest, .member_count = 1},
    [SHAPE_GetConnectionStatusResponse] = {.name = "GetConnectionStatusResponse", .type = MODEL_STRUCT, .size = sizeof(struct ssm_get_connection_status_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetConnectionStatusResponse, .member_count = 2},
    [SHAPE_GetParameterRequest] = {.name = "GetParameterRequest", .type = MODEL_STRUCT, .size = sizeof(struct ssm_get_parameter_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetParameterRequest, .member_count = 2},
    [SHAPE_GetParameterResult] = {.name = "GetParameterResult", .type = MODEL_STRUCT, .size = sizeof(struct ssm_get_parameter_result), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetParameterResult, .member_count = 1},
    [SHAPE_GetParametersRequest] = {.name = "GetParametersRequest", .type = MODEL_STRUCT, .size = sizeof(struct ssm_get_parameters_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetParametersRequest, .member_count = 2},
    [SHAPE_GetParametersResult] = {.name = "GetParametersResult", .type = MODEL_STRUCT, .size = sizeof(struct ssm_get_parameters_result), .min = INT64_MIN, .max = INT64_MAX, .members = members_GetParametersResult, .member_count = 2},
    [SHAPE_IPAddress] = {.name = "IPAddress", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 46, .sensitive = true},
    [SHAPE_IamRole] = {.name = "IamRole", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = 64},
    [SHAPE_InstanceAggregatedAssociationOverview] = {.name = "InstanceAggregatedAssociationOverview", .type = MODEL_STRUCT, .size = sizeof(struct ssm_instance_aggregated_association_overview), .min = INT64_MIN, .max = INT64_MAX, .members = members_InstanceAggregatedAssociationOverview, .member_count = 2},
    [SHAPE_InstanceAssociationStatusAggregatedCount] = {.name = "InstanceAssociationStatusAggregatedCount", .type = MODEL_MAP, .size = sizeof(struct model_vec), .min = INT64_MIN, .max = INT64_MAX, .item = &shapes[SHAPE_InstanceCount], .item_size = sizeof(struct ssm_instance_association_status_aggregated_count_pair), .value_offset = offsetof(struct ssm_instance_association_status_aggregated_count_pair, value)},
    [SHAPE_InstanceAssociationSummaries] = {.name = "InstanceAssociationSummaries", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = INT64_MIN, .max = INT64_MAX, .item = &shapes[SHAPE_InstanceAssociationSummary], .item_size = sizeof(struct ssm_instance_association_summary)},
    [SHAPE_InstanceAssociationSummary] = {.name = "InstanceAssociationSummary", .type = MODEL_STRUCT, .size = sizeof(struct ssm_instance_association_summary), .min = INT64_MIN, .max = INT64_MAX, .members = members_InstanceAssociationSummary, .member_count = 3},
    [SHAPE_InstanceCount] = {.name = "InstanceCount", .type = MODEL_INT, .size = sizeof(struct opt_int), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_InstanceId] = {.name = "InstanceId", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_InstanceInformation] = {.name = "InstanceInformation", .type = MODEL_STRUCT, .size = sizeof(struct ssm_instance_information), .min = INT64_MIN, .max = INT64_MAX, .members = members_InstanceInformation, .member_count = 21},
    [SHAPE_InstanceInformationFilter] = {.name = "InstanceInformationFilter", .type = MODEL_STRUCT, .size = sizeof(struct ssm_instance_information_filter), .min = INT64_MIN, .max = INT64_MAX, .members = members_InstanceInformationFilter, .member_count = 2},
    [SHAPE_InstanceInformationFilterKey] = {.name = "InstanceInformationFilterKey", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX, .enums = enum_InstanceInformationFilterKey},
    [SHAPE_InstanceInformationFilterList] = {.name = "InstanceInformationFilterList", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = 0, .max = INT64_MAX, .item = &shapes[SHAPE_InstanceInformationFilter], .item_size = sizeof(struct ssm_instance_information_filter)},
    [SHAPE_InstanceInformationFilterValue] = {.name = "InstanceInformationFilterValue", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = INT64_MAX},
    [SHAPE_InstanceInformationFilterValueSet] = {.name = "InstanceInformationFilterValueSet", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = 1, .max = 100, .item = &shapes[SHAPE_InstanceInformationFilterValue], .item_size = sizeof(const char *)},
    [SHAPE_InstanceInformationList] = {.name = "InstanceInformationList", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = INT64_MIN, .max = INT64_MAX, .item = &shapes[SHAPE_InstanceInformation], .item_size = sizeof(struct ssm_instance_information)},
    [SHAPE_InstanceInformationStringFilter] = {.name = "InstanceInformationStringFilter", .type = MODEL_STRUCT, .size = sizeof(struct ssm_instance_information_string_filter), .min = INT64_MIN, .max = INT64_MAX, .members = members_InstanceInformationStringFilter, .member_count = 2},
    [SHAPE_InstanceInformationStringFilterKey] = {.name = "InstanceInformationStringFilterKey", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = INT64_MAX},
    [SHAPE_InstanceInformationStringFilterList] = {.name = "InstanceInformationStringFilterList", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = 0, .max = INT64_MAX, .item = &shapes[SHAPE_InstanceInformationStringFilter], .item_size = sizeof(struct ssm_instance_information_string_filter)},
    [SHAPE_ListAssociationsRequest] = {.name = "ListAssociationsRequest", .type = MODEL_STRUCT, .size = sizeof(struct ssm_list_associations_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_ListAssociationsRequest, .member_count = 3},
    [SHAPE_ListAssociationsResult] = {.name = "ListAssociationsResult", .type = MODEL_STRUCT, .size = sizeof(struct ssm_list_associations_result), .min = INT64_MIN, .max = INT64_MAX, .members = members_ListAssociationsResult, .member_count = 2},
    [SHAPE_ListInstanceAssociationsRequest] = {.name = "ListInstanceAssociationsRequest", .type = MODEL_STRUCT, .size = sizeof(struct ssm_list_instance_associations_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_ListInstanceAssociationsRequest, .member_count = 3},
    [SHAPE_ListInstanceAssociationsResult] = {.name = "ListInstanceAssociationsResult", .type = MODEL_STRUCT, .size = sizeof(struct ssm_list_instance_associations_result), .min = INT64_MIN, .max = INT64_MAX, .members = members_ListInstanceAssociationsResult, .member_count = 2},
    [SHAPE_MaxResults] = {.name = "MaxResults", .type = MODEL_INT, .size = sizeof(struct opt_int), .min = 1, .max = 50},
    [SHAPE_MaxResultsEC2Compatible] = {.name = "MaxResultsEC2Compatible", .type = MODEL_INT, .size = sizeof(struct opt_int), .min = 5, .max = 50},
    [SHAPE_MaxSessionDuration] = {.name = "MaxSessionDuration", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 4},
    [SHAPE_NextToken] = {.name = "NextToken", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_PSParameterName] = {.name = "PSParameterName", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 2048},
    [SHAPE_PSParameterSelector] = {.name = "PSParameterSelector", .type = MODEL_STRING, .size = sizeof(const char *), .min = 0, .max = 128},
    [SHAPE_PSParameterValue] = {.name = "PSParameterValue", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX, .sensitive = true},
    [SHAPE_PSParameterVersion] = {.name = "PSParameterVersion", .type = MODEL_LONG, .size = sizeof(struct opt_int), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_Parameter] = {.name = "Parameter", .type = MODEL_STRUCT, .size = sizeof(struct ssm_parameter), .min = INT64_MIN, .max = INT64_MAX, .members = members_Parameter, .member_count = 9},
    [SHAPE_ParameterDataType] = {.name = "ParameterDataType", .type = MODEL_STRING, .size = sizeof(const char *), .min = 0, .max = 128},
    [SHAPE_ParameterList] = {.name = "ParameterList", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = INT64_MIN, .max = INT64_MAX, .item = &shapes[SHAPE_Parameter], .item_size = sizeof(struct ssm_parameter)},
    [SHAPE_ParameterNameList] = {.name = "ParameterNameList", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = 1, .max = 10, .item = &shapes[SHAPE_PSParameterName], .item_size = sizeof(const char *)},
    [SHAPE_ParameterType] = {.name = "ParameterType", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX, .enums = enum_ParameterType},
    [SHAPE_PingStatus] = {.name = "PingStatus", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX, .enums = enum_PingStatus},
    [SHAPE_PlatformType] = {.name = "PlatformType", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX, .enums = enum_PlatformType},
    [SHAPE_ResourceType] = {.name = "ResourceType", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX, .enums = enum_ResourceType},
    [SHAPE_ResumeSessionRequest] = {.name = "ResumeSessionRequest", .type = MODEL_STRUCT, .size = sizeof(struct ssm_resume_session_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_ResumeSessionRequest, .member_count = 1},
    [SHAPE_ResumeSessionResponse] = {.name = "ResumeSessionResponse", .type = MODEL_STRUCT, .size = sizeof(struct ssm_resume_session_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_ResumeSessionResponse, .member_count = 3},
    [SHAPE_ScheduleExpression] = {.name = "ScheduleExpression", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 256},
    [SHAPE_ScheduleOffset] = {.name = "ScheduleOffset", .type = MODEL_INT, .size = sizeof(struct opt_int), .min = 1, .max = 6},
    [SHAPE_Session] = {.name = "Session", .type = MODEL_STRUCT, .size = sizeof(struct ssm_session), .min = INT64_MIN, .max = INT64_MAX, .members = members_Session, .member_count = 12},
    [SHAPE_SessionDetails] = {.name = "SessionDetails", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 1024},
    [SHAPE_SessionFilter] = {.name = "SessionFilter", .type = MODEL_STRUCT, .size = sizeof(struct ssm_session_filter), .min = INT64_MIN, .max = INT64_MAX, .members = members_SessionFilter, .member_count = 2},
    [SHAPE_SessionFilterKey] = {.name = "SessionFilterKey", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX, .enums = enum_SessionFilterKey},
    [SHAPE_SessionFilterList] = {.name = "SessionFilterList", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = 1, .max = 6, .item = &shapes[SHAPE_SessionFilter], .item_size = sizeof(struct ssm_session_filter)},
    [SHAPE_SessionFilterValue] = {.name = "SessionFilterValue", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 400},
    [SHAPE_SessionId] = {.name = "SessionId", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 96},
    [SHAPE_SessionList] = {.name = "SessionList", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = INT64_MIN, .max = INT64_MAX, .item = &shapes[SHAPE_Session], .item_size = sizeof(struct ssm_session)},
    [SHAPE_SessionManagerCloudWatchOutputUrl] = {.name = "SessionManagerCloudWatchOutputUrl", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 2083},
    [SHAPE_SessionManagerOutputUrl] = {.name = "SessionManagerOutputUrl", .type = MODEL_STRUCT, .size = sizeof(struct ssm_session_manager_output_url), .min = INT64_MIN, .max = INT64_MAX, .members = members_SessionManagerOutputUrl, .member_count = 2},
    [SHAPE_SessionManagerParameterName] = {.name = "SessionManagerParameterName", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 255},
    [SHAPE_SessionManagerParameterValue] = {.name = "SessionManagerParameterValue", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 65535},
    [SHAPE_SessionManagerParameterValueList] = {.name = "SessionManagerParameterValueList", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = INT64_MIN, .max = INT64_MAX, .item = &shapes[SHAPE_SessionManagerParameterValue], .item_size = sizeof(const char *)},
    [SHAPE_SessionManagerParameters] = {.name = "SessionManagerParameters", .type = MODEL_MAP, .size = sizeof(struct model_vec), .min = INT64_MIN, .max = INT64_MAX, .item = &shapes[SHAPE_SessionManagerParameterValueList], .item_size = sizeof(struct ssm_session_manager_parameters_pair), .value_offset = offsetof(struct ssm_session_manager_parameters_pair, value)},
    [SHAPE_SessionManagerS3OutputUrl] = {.name = "SessionManagerS3OutputUrl", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 2083},
    [SHAPE_SessionMaxResults] = {.name = "SessionMaxResults", .type = MODEL_INT, .size = sizeof(struct opt_int), .min = 1, .max = 200},
    [SHAPE_SessionOwner] = {.name = "SessionOwner", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 256},
    [SHAPE_SessionReason] = {.name = "SessionReason", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 256},
    [SHAPE_SessionState] = {.name = "SessionState", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX, .enums = enum_SessionState},
    [SHAPE_SessionStatus] = {.name = "SessionStatus", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX, .enums = enum_SessionStatus},
    [SHAPE_SessionTarget] = {.name = "SessionTarget", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 400},
    [SHAPE_SourceId] = {.name = "SourceId", .type = MODEL_STRING, .size = sizeof(const char *), .min = 0, .max = 128},
    [SHAPE_SourceType] = {.name = "SourceType", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX, .enums = enum_SourceType},
    [SHAPE_StartSessionRequest] = {.name = "StartSessionRequest", .type = MODEL_STRUCT, .size = sizeof(struct ssm_start_session_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_StartSessionRequest, .member_count = 4},
    [SHAPE_StartSessionResponse] = {.name = "StartSessionResponse", .type = MODEL_STRUCT, .size = sizeof(struct ssm_start_session_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_StartSessionResponse, .member_count = 3},
    [SHAPE_StatusName] = {.name = "StatusName", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_StreamUrl] = {.name = "StreamUrl", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_String] = {.name = "String", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_Target] = {.name = "Target", .type = MODEL_STRUCT, .size = sizeof(struct ssm_target), .min = INT64_MIN, .max = INT64_MAX, .members = members_Target, .member_count = 2},
    [SHAPE_TargetKey] = {.name = "TargetKey", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 163},
    [SHAPE_TargetMap] = {.name = "TargetMap", .type = MODEL_MAP, .size = sizeof(struct model_vec), .min = 1, .max = 20, .item = &shapes[SHAPE_TargetMapValueList], .item_size = sizeof(struct ssm_target_map_pair), .value_offset = offsetof(struct ssm_target_map_pair, value)},
    [SHAPE_TargetMapKey] = {.name = "TargetMapKey", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 50},
    [SHAPE_TargetMapValue] = {.name = "TargetMapValue", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 50},
    [SHAPE_TargetMapValueList] = {.name = "TargetMapValueList", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = 0, .max = 25, .item = &shapes[SHAPE_TargetMapValue], .item_size = sizeof(const char *)},
    [SHAPE_TargetMaps] = {.name = "TargetMaps", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = 0, .max = 300, .item = &shapes[SHAPE_TargetMap], .item_size = sizeof(struct ssm_target_map_map)},
    [SHAPE_TargetValue] = {.name = "TargetValue", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_TargetValues] = {.name = "TargetValues", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = 0, .max = 50, .item = &shapes[SHAPE_TargetValue], .item_size = sizeof(const char *)},
    [SHAPE_Targets] = {.name = "Targets", .type = MODEL_LIST, .size = sizeof(struct model_vec), .min = 0, .max = 5, .item = &shapes[SHAPE_Target], .item_size = sizeof(struct ssm_target)},
    [SHAPE_TerminateSessionRequest] = {.name = "TerminateSessionRequest", .type = MODEL_STRUCT, .size = sizeof(struct ssm_terminate_session_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_TerminateSessionRequest, .member_count = 1},
    [SHAPE_TerminateSessionResponse] = {.name = "TerminateSessionResponse", .type = MODEL_STRUCT, .size = sizeof(struct ssm_terminate_session_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_TerminateSessionResponse, .member_count = 1},
    [SHAPE_TokenValue] = {.name = "TokenValue", .type = MODEL_STRING, .size = sizeof(const char *), .min = 0, .max = 300},
    [SHAPE_UpdateInstanceInformationRequest] = {.name = "UpdateInstanceInformationRequest", .type = MODEL_STRUCT, .size = sizeof(struct ssm_update_instance_information_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_UpdateInstanceInformationRequest, .member_count = 12},
    [SHAPE_UpdateInstanceInformationResult] = {.name = "UpdateInstanceInformationResult", .type = MODEL_STRUCT, .size = sizeof(struct ssm_update_instance_information_result), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_Version] = {.name = "Version", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
};
static const struct model_error errors_DescribeInstanceInformation[] = {{"InternalServerError", 400}, {"InvalidInstanceId", 400}, {"InvalidNextToken", 400}, {"InvalidInstanceInformationFilterValue", 400}, {"InvalidFilterKey", 400}, {NULL, 0}};
static const struct model_error errors_DescribeSessions[] = {{"InternalServerError", 400}, {"InvalidFilterKey", 400}, {"InvalidNextToken", 400}, {NULL, 0}};
static const struct model_error errors_GetConnectionStatus[] = {{"InternalServerError", 400}, {NULL, 0}};
static const struct model_error errors_GetParameter[] = {{"InternalServerError", 400}, {"InvalidKeyId", 400}, {"ParameterNotFound", 400}, {"ParameterVersionNotFound", 400}, {NULL, 0}};
static const struct model_error errors_GetParameters[] = {{"InvalidKeyId", 400}, {"InternalServerError", 400}, {NULL, 0}};
static const struct model_error errors_ListAssociations[] = {{"InternalServerError", 400}, {"InvalidNextToken", 400}, {NULL, 0}};
static const struct model_error errors_ResumeSession[] = {{"DoesNotExistException", 400}, {"InternalServerError", 400}, {NULL, 0}};
static const struct model_error errors_StartSession[] = {{"InvalidDocument", 400}, {"TargetNotConnected", 400}, {"InternalServerError", 400}, {NULL, 0}};
static const struct model_error errors_TerminateSession[] = {{"InternalServerError", 400}, {NULL, 0}};
static const struct model_operation operations[] = {
    {.name = "DescribeInstanceInformation", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_DescribeInstanceInformationRequest], .output = &shapes[SHAPE_DescribeInstanceInformationResult], .errors = errors_DescribeInstanceInformation},
    {.name = "DescribeSessions", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_DescribeSessionsRequest], .output = &shapes[SHAPE_DescribeSessionsResponse], .errors = errors_DescribeSessions},
    {.name = "GetConnectionStatus", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_GetConnectionStatusRequest], .output = &shapes[SHAPE_GetConnectionStatusResponse], .errors = errors_GetConnectionStatus},
    {.name = "GetParameter", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_GetParameterRequest], .output = &shapes[SHAPE_GetParameterResult], .errors = errors_GetParameter},
    {.name = "GetParameters", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_GetParametersRequest], .output = &shapes[SHAPE_GetParametersResult], .errors = errors_GetParameters},
    {.name = "ListAssociations", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_ListAssociationsRequest], .output = &shapes[SHAPE_ListAssociationsResult], .errors = errors_ListAssociations},
    {.name = "ListInstanceAssociations", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_ListInstanceAssociationsRequest], .output = &shapes[SHAPE_ListInstanceAssociationsResult]},
    {.name = "ResumeSession", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_ResumeSessionRequest], .output = &shapes[SHAPE_ResumeSessionResponse], .errors = errors_ResumeSession},
    {.name = "StartSession", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_StartSessionRequest], .output = &shapes[SHAPE_StartSessionResponse], .errors = errors_StartSession},
    {.name = "TerminateSession", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_TerminateSessionRequest], .output = &shapes[SHAPE_TerminateSessionResponse], .errors = errors_TerminateSession},
    {.name = "UpdateInstanceInformation", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_UpdateInstanceInformationRequest], .output = &shapes[SHAPE_UpdateInstanceInformationResult]},
};
static const char *const lacking[] = {"AddTagsToResource", "AssociateOpsItemRelatedItem", "CancelCommand", "CancelMaintenanceWindowExecution", "CreateActivation", "CreateAssociation", "CreateAssociationBatch", "CreateDocument", "CreateMaintenanceWindow", "CreateOpsItem", "CreateOpsMetadata", "CreatePatchBaseline", "CreateResourceDataSync", "DeleteActivation", "DeleteAssociation", "DeleteDocument", "DeleteInventory", "DeleteMaintenanceWindow", "DeleteOpsItem", "DeleteOpsMetadata", "DeleteParameter", "DeleteParameters", "DeletePatchBaseline", "DeleteResourceDataSync", "DeleteResourcePolicy", "DeregisterManagedInstance", "DeregisterPatchBaselineForPatchGroup", "DeregisterTargetFromMaintenanceWindow", "DeregisterTaskFromMaintenanceWindow", "DescribeActivations", "DescribeAssociation", "DescribeAssociationExecutionTargets", "DescribeAssociationExecutions", "DescribeAutomationExecutions", "DescribeAutomationStepExecutions", "DescribeAvailablePatches", "DescribeDocument", "DescribeDocumentPermission", "DescribeEffectiveInstanceAssociations", "DescribeEffectivePatchesForPatchBaseline", "DescribeInstanceAssociationsStatus", "DescribeInstancePatchStates", "DescribeInstancePatchStatesForPatchGroup", "DescribeInstancePatches", "DescribeInstanceProperties", "DescribeInventoryDeletions", "DescribeMaintenanceWindowExecutionTaskInvocations", "DescribeMaintenanceWindowExecutionTasks", "DescribeMaintenanceWindowExecutions", "DescribeMaintenanceWindowSchedule", "DescribeMaintenanceWindowTargets", "DescribeMaintenanceWindowTasks", "DescribeMaintenanceWindows", "DescribeMaintenanceWindowsForTarget", "DescribeOpsItems", "DescribeParameters", "DescribePatchBaselines", "DescribePatchGroupState", "DescribePatchGroups", "DescribePatchProperties", "DisassociateOpsItemRelatedItem", "GetAccessToken", "GetAutomationExecution", "GetCalendarState", "GetCommandInvocation", "GetDefaultPatchBaseline", "GetDeployablePatchSnapshotForInstance", "GetDocument", "GetExecutionPreview", "GetInventory", "GetInventorySchema", "GetMaintenanceWindow", "GetMaintenanceWindowExecution", "GetMaintenanceWindowExecutionTask", "GetMaintenanceWindowExecutionTaskInvocation", "GetMaintenanceWindowTask", "GetOpsItem", "GetOpsMetadata", "GetOpsSummary", "GetParameterHistory", "GetParametersByPath", "GetPatchBaseline", "GetPatchBaselineForPatchGroup", "GetResourcePolicies", "GetServiceSetting", "LabelParameterVersion", "ListAssociationVersions", "ListCommandInvocations", "ListCommands", "ListComplianceItems", "ListComplianceSummaries", "ListDocumentMetadataHistory", "ListDocumentVersions", "ListDocuments", "ListInventoryEntries", "ListNodes", "ListNodesSummary", "ListOpsItemEvents", "ListOpsItemRelatedItems", "ListOpsMetadata", "ListResourceComplianceSummaries", "ListResourceDataSync", "ListTagsForResource", "ModifyDocumentPermission", "PutComplianceItems", "PutInventory", "PutParameter", "PutResourcePolicy", "RegisterDefaultPatchBaseline", "RegisterPatchBaselineForPatchGroup", "RegisterTargetWithMaintenanceWindow", "RegisterTaskWithMaintenanceWindow", "RemoveTagsFromResource", "ResetServiceSetting", "SendAutomationSignal", "SendCommand", "StartAccessRequest", "StartAssociationsOnce", "StartAutomationExecution", "StartChangeRequestExecution", "StartExecutionPreview", "StopAutomationExecution", "UnlabelParameterVersion", "UpdateAssociation", "UpdateAssociationStatus", "UpdateDocument", "UpdateDocumentDefaultVersion", "UpdateDocumentMetadata", "UpdateMaintenanceWindow", "UpdateMaintenanceWindowTarget", "UpdateMaintenanceWindowTask", "UpdateManagedInstanceRole", "UpdateOpsItem", "UpdateOpsMetadata", "UpdatePatchBaseline", "UpdateResourceDataSync", "UpdateServiceSetting", NULL};
static const struct model_empty empties[] = {
    {.operation = {.name = "DescribeActivations", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "ActivationList", .parameters = {""}, .code = ""},
    {.operation = {.name = "DescribeAssociationExecutionTargets", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "AssociationExecutionTargets", .parameters = {"AssociationId", "ExecutionId"}, .code = "ResourceNotFoundException"},
    {.operation = {.name = "DescribeAssociationExecutions", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "AssociationExecutions", .parameters = {"AssociationId"}, .code = "ResourceNotFoundException"},
    {.operation = {.name = "DescribeAutomationExecutions", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "AutomationExecutionMetadataList", .parameters = {""}, .code = ""},
    {.operation = {.name = "DescribeAutomationStepExecutions", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "StepExecutions", .parameters = {"AutomationExecutionId"}, .code = "ResourceNotFoundException"},
    {.operation = {.name = "DescribeInventoryDeletions", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "InventoryDeletions", .parameters = {"DeletionId"}, .code = "ResourceNotFoundException"},
    {.operation = {.name = "DescribeMaintenanceWindowExecutionTaskInvocations", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "WindowExecutionTaskInvocationIdentities", .parameters = {"WindowExecutionId", "TaskId"}, .code = "ResourceNotFoundException"},
    {.operation = {.name = "DescribeMaintenanceWindowExecutionTasks", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "WindowExecutionTaskIdentities", .parameters = {"WindowExecutionId"}, .code = "ResourceNotFoundException"},
    {.operation = {.name = "DescribeMaintenanceWindowExecutions", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "WindowExecutions", .parameters = {"WindowId"}, .code = "ResourceNotFoundException"},
    {.operation = {.name = "DescribeMaintenanceWindowSchedule", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "ScheduledWindowExecutions", .parameters = {"WindowId"}, .code = "ResourceNotFoundException"},
    {.operation = {.name = "DescribeMaintenanceWindowTargets", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "Targets", .parameters = {"WindowId"}, .code = "ResourceNotFoundException"},
    {.operation = {.name = "DescribeMaintenanceWindowTasks", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "Tasks", .parameters = {"WindowId"}, .code = "ResourceNotFoundException"},
    {.operation = {.name = "DescribeMaintenanceWindows", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "WindowIdentities", .parameters = {""}, .code = ""},
    {.operation = {.name = "DescribeOpsItems", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "OpsItemSummaries", .parameters = {""}, .code = ""},
    {.operation = {.name = "DescribeParameters", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "Parameters", .parameters = {""}, .code = ""},
    {.operation = {.name = "DescribePatchGroups", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "Mappings", .parameters = {""}, .code = ""},
    {.operation = {.name = "GetResourcePolicies", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "Policies", .parameters = {"ResourceArn"}, .code = "ResourceNotFoundException"},
    {.operation = {.name = "ListAssociationVersions", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "AssociationVersions", .parameters = {"AssociationId"}, .code = "ResourceNotFoundException"},
    {.operation = {.name = "ListCommandInvocations", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "CommandInvocations", .parameters = {"CommandId"}, .code = "ResourceNotFoundException"},
    {.operation = {.name = "ListCommands", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "Commands", .parameters = {"CommandId"}, .code = "ResourceNotFoundException"},
    {.operation = {.name = "ListComplianceItems", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "ComplianceItems", .parameters = {"ResourceIds"}, .code = "ResourceNotFoundException"},
    {.operation = {.name = "ListComplianceSummaries", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "ComplianceSummaryItems", .parameters = {""}, .code = ""},
    {.operation = {.name = "ListOpsItemEvents", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "Summaries", .parameters = {""}, .code = ""},
    {.operation = {.name = "ListOpsItemRelatedItems", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "Summaries", .parameters = {"OpsItemId"}, .code = "ResourceNotFoundException"},
    {.operation = {.name = "ListOpsMetadata", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "OpsMetadataList", .parameters = {""}, .code = ""},
    {.operation = {.name = "ListResourceComplianceSummaries", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "ResourceComplianceSummaryItems", .parameters = {""}, .code = ""},
    {.operation = {.name = "ListResourceDataSync", .http_method = "POST", .http_uri = "/", .http_status = 200}, .list = "ResourceDataSyncItems", .parameters = {""}, .code = ""},
    {.list = NULL},
};
const struct model_service model_ssm = {
    .id = "ssm",
    .signing_name = "ssm",
    .endpoint_prefix = "ssm",
    .global_host = NULL,
    .api_version = "2014-11-06",
    .service_id = "SSM",
    .xml_namespace = NULL,
    .target_prefix = "AmazonSSM",
    .json_version = "1.1",
    .protocol = MODEL_JSON,
    .operations = operations,
    .operation_count = sizeof(operations) / sizeof(operations[0]),
    .lacking = lacking,
    .empties = empties,
};
