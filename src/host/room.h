/* SPDX-License-Identifier: Apache-2.0 */
/*
 * room: where commands run that are in no instance: on the simulated internet, or beside AWS's services.
 *
 * Theory of operation: bubblewrap again.  The caller has entered the network namespace; the room adds a pid
 * namespace (whatever a command leaves behind ends with it), a host name, the machine's /usr to read,
 * and an /etc, /root, /home, /var and /tmp that are new for each command and gone after it.  Of the machine's own files
 * nothing else is there, and the system calls that instances are refused are refused here too.  Names are asked of the internet's resolver; TLS clients trust the box's own
 * authority, since AWS's services and the lab's sites have their certificates from it.
 */
#ifndef VPCBOX_HOST_ROOM_H
#define VPCBOX_HOST_ROOM_H

#include "host/message.h"

/* Becomes the command of an EXEC message, with standard input, output and error as they are; filter: as
 * filter_open() gives it.  Returns its exit status (126 or 127) when it cannot. */
int room_become(struct message *m, const char *region, int filter);

#endif
