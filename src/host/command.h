/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command: commands that init runs for others: for host, and for sudo.
 *
 * Theory of operation: both send the same message, MESSAGE_EXEC with the three streams, and get the same
 * answers on the socket that it came by.  Inside an instance no program may gain rights by exec
 * (bubblewrap's no_new_privs), so a setuid sudo cannot work there; ours (sudo.c) asks init over COMMAND_SOCKET,
 * one command a connection, and init looks at who asks: root and the users to whom Amazon Linux gives sudo
 * without a password.  A command of sudo's starts with nothing but the environment that came along.
 */
#ifndef VPCBOX_HOST_COMMAND_H
#define VPCBOX_HOST_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

#include "host/loop.h"
#include "host/message.h"

#define COMMAND_SOCKET "/run/vpcbox/sudo.sock"

struct commands;

/* host: init's socket to it. */
int commands_open(struct loop *loop, int host, struct commands **ret_commands);
/* EXEC and EXEC_SIGNAL from host. */
void commands_start(struct commands *all, struct message *m);
void commands_signal(struct commands *all, const struct message_exec_signal *s);
/* True when that child was a command. */
bool commands_reaped(struct commands *all, pid_t pid, int status);
/* From now on none is started. */
void commands_shut(struct commands *all);

#endif
