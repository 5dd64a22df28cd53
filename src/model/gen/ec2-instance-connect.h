/* SPDX-License-Identifier: Apache-2.0 */
/* Made by tools/model-gen from src/model/aws/ec2-instance-connect.json (botocore 1.43.11, ec2-instance-connect/2018-04-02): do not edit. */
#ifndef VPCBOX_MODEL_GEN_EC2_INSTANCE_CONNECT_H
#define VPCBOX_MODEL_GEN_EC2_INSTANCE_CONNECT_H

#include "base/arena.h"
#include "model/model.h"

extern const struct model_service model_ec2_instance_connect;

struct ec2_instance_connect_send_ssh_public_key_request;
struct ec2_instance_connect_send_ssh_public_key_response;

/* SendSSHPublicKeyRequest */
struct ec2_instance_connect_send_ssh_public_key_request {
    const char *instance_id;
    const char *instance_os_user;
    const char *ssh_public_key;
    const char *availability_zone;
};
/* SendSSHPublicKeyResponse */
struct ec2_instance_connect_send_ssh_public_key_response {
    const char *request_id;
    struct opt_bool success;
};

#endif
