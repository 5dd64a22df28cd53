/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ssh: what an instance's sshd finds at a first boot.
 *
 * Theory of operation: as on Amazon Linux, the launch's key opens ec2-user (root's copy only says so), keys of
 * EC2 Instance Connect are asked of the metadata service at each login (AuthorizedKeysCommand), and host keys are
 * made when sshd first starts.  The server is the machine's own openssh-server; it is enabled where the instance
 * was launched with a key and the machine has it.  Done once, marked where cloud-init marks it.
 */
#ifndef VPCBOX_HOST_SSH_H
#define VPCBOX_HOST_SSH_H

#include "host/message.h"

/* root: the instance's tree.  0, or negative errno with *ret_what naming the file (static text). */
int ssh_make(int root, const struct message_instance_start *start, const char **ret_what);

#endif
