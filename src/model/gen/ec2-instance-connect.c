/* SPDX-License-Identifier: Apache-2.0 */
/* Made by tools/model-gen from src/model/aws/ec2-instance-connect.json: do not edit. */
#include "model/gen/ec2-instance-connect.h"

#include <stddef.h>

enum {
    SHAPE_AvailabilityZone,
    SHAPE_InstanceId,
    SHAPE_InstanceOSUser,
    SHAPE_RequestId,
    SHAPE_SSHPublicKey,
    SHAPE_SendSSHPublicKeyRequest,
    SHAPE_SendSSHPublicKeyResponse,
    SHAPE_Success,
    SHAPE_COUNT_
};

static const struct model_shape shapes[SHAPE_COUNT_];

static const struct model_member members_SendSSHPublicKeyRequest[] = {
    {.name = "InstanceId", .wire = "InstanceId", .query = "InstanceId", .shape = &shapes[SHAPE_InstanceId], .offset = offsetof(struct ec2_instance_connect_send_ssh_public_key_request, instance_id), .required = true},
    {.name = "InstanceOSUser", .wire = "InstanceOSUser", .query = "InstanceOSUser", .shape = &shapes[SHAPE_InstanceOSUser], .offset = offsetof(struct ec2_instance_connect_send_ssh_public_key_request, instance_os_user), .required = true},
    {.name = "SSHPublicKey", .wire = "SSHPublicKey", .query = "SSHPublicKey", .shape = &shapes[SHAPE_SSHPublicKey], .offset = offsetof(struct ec2_instance_connect_send_ssh_public_key_request, ssh_public_key), .required = true},
    {.name = "AvailabilityZone", .wire = "AvailabilityZone", .query = "AvailabilityZone", .shape = &shapes[SHAPE_AvailabilityZone], .offset = offsetof(struct ec2_instance_connect_send_ssh_public_key_request, availability_zone)},
};
static const struct model_member members_SendSSHPublicKeyResponse[] = {
    {.name = "RequestId", .wire = "RequestId", .query = "RequestId", .shape = &shapes[SHAPE_RequestId], .offset = offsetof(struct ec2_instance_connect_send_ssh_public_key_response, request_id)},
    {.name = "Success", .wire = "Success", .query = "Success", .shape = &shapes[SHAPE_Success], .offset = offsetof(struct ec2_instance_connect_send_ssh_public_key_response, success)},
};
static const struct model_shape shapes[SHAPE_COUNT_] = {
    [SHAPE_AvailabilityZone] = {.name = "AvailabilityZone", .type = MODEL_STRING, .size = sizeof(const char *), .min = 6, .max = 32},
    [SHAPE_InstanceId] = {.name = "InstanceId", .type = MODEL_STRING, .size = sizeof(const char *), .min = 10, .max = 32},
    [SHAPE_InstanceOSUser] = {.name = "InstanceOSUser", .type = MODEL_STRING, .size = sizeof(const char *), .min = 1, .max = 32},
    [SHAPE_RequestId] = {.name = "RequestId", .type = MODEL_STRING, .size = sizeof(const char *), .min = INT64_MIN, .max = INT64_MAX},
    [SHAPE_SSHPublicKey] = {.name = "SSHPublicKey", .type = MODEL_STRING, .size = sizeof(const char *), .min = 80, .max = 4096},
    [SHAPE_SendSSHPublicKeyRequest] = {.name = "SendSSHPublicKeyRequest", .type = MODEL_STRUCT, .size = sizeof(struct ec2_instance_connect_send_ssh_public_key_request), .min = INT64_MIN, .max = INT64_MAX, .members = members_SendSSHPublicKeyRequest, .member_count = 4},
    [SHAPE_SendSSHPublicKeyResponse] = {.name = "SendSSHPublicKeyResponse", .type = MODEL_STRUCT, .size = sizeof(struct ec2_instance_connect_send_ssh_public_key_response), .min = INT64_MIN, .max = INT64_MAX, .members = members_SendSSHPublicKeyResponse, .member_count = 2},
    [SHAPE_Success] = {.name = "Success", .type = MODEL_BOOL, .size = sizeof(struct opt_bool), .min = INT64_MIN, .max = INT64_MAX},
};
static const struct model_error errors_SendSSHPublicKey[] = {{"AuthException", 400}, {"InvalidArgsException", 400}, {"ServiceException", 400}, {"ThrottlingException", 400}, {"EC2InstanceNotFoundException", 400}, {"EC2InstanceStateInvalidException", 400}, {"EC2InstanceUnavailableException", 400}, {NULL, 0}};
static const struct model_operation operations[] = {
    {.name = "SendSSHPublicKey", .http_method = "POST", .http_uri = "/", .http_status = 200, .input = &shapes[SHAPE_SendSSHPublicKeyRequest], .output = &shapes[SHAPE_SendSSHPublicKeyResponse], .errors = errors_SendSSHPublicKey},
};
static const char *const lacking[] = {"SendSerialConsoleSSHPublicKey", NULL};
const struct model_service model_ec2_instance_connect = {
    .id = "ec2-instance-connect",
    .signing_name = "ec2-instance-connect",
    .endpoint_prefix = "ec2-instance-connect",
    .global_host = NULL,
    .api_version = "2018-04-02",
    .service_id = "EC2 Instance Connect",
    .xml_namespace = NULL,
    .target_prefix = "AWSEC2InstanceConnectService",
    .json_version = "1.1",
    .protocol = MODEL_JSON,
    .operations = operations,
    .operation_count = sizeof(operations) / sizeof(operations[0]),
    .lacking = lacking,
};
