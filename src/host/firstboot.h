/* SPDX-License-Identifier: Apache-2.0 */
/*
 * firstboot: what cloud-init makes of an instance's users.
 *
 * Theory of operation: runs inside the instance, as its root.  The users' homes are theirs alone (0700, with what is
 * in /etc/skel).  At the first boot, a child asks IMDS for the key pair's public key and puts it into ec2-user's
 * authorized_keys, and into root's with the restriction that AL2023 has there; an instance without key or IMDS has none.
 */
#ifndef VPCBOX_HOST_FIRSTBOOT_H
#define VPCBOX_HOST_FIRSTBOOT_H

/* Does not wait for the network: what needs it goes on in a child. */
void firstboot(void);

#endif
