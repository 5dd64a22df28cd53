/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ec2-instance-connect: EC2 Instance Connect, which lends an instance's user an SSH key for a minute.
 *
 * Theory of operation: SendSSHPublicKey keeps the key for CONNECT_KEY_LIVES_MS in a row; the instance's metadata
 * service tells those that still live (managed-ssh-keys/active-keys/<user>), and the sshd in the instance asks
 * there at each login, through AuthorizedKeysCommand, as on Amazon Linux.
 */
#ifndef VPCBOX_API_EC2_INSTANCE_CONNECT_SERVICE_H
#define VPCBOX_API_EC2_INSTANCE_CONNECT_SERVICE_H

#include "api/api.h"

extern const struct api_service ec2_instance_connect_service;

#endif
