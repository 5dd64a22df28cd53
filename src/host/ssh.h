/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ssh: what an instance's sshd finds of EC2 at a first boot.
 *
 * Theory of operation: as on Amazon Linux, the keys that EC2 Instance Connect lends are asked of the metadata service
 * at each login (AuthorizedKeysCommand), and sshd is enabled where the instance was launched with a key pair and the
 * machine has it.  The key pair's own key is put in place by firstboot.h, sshd's unit and settings come
 * from defaults.h.  What the instance changes of this stays changed.
 */
#ifndef VPCBOX_HOST_SSH_H
#define VPCBOX_HOST_SSH_H

#include "host/message.h"

/* root: the instance's tree.  0, or negative errno with *ret_what naming the file (static text). */
int ssh_make(int root, const struct message_instance_start *start, const char **ret_what);

#endif
