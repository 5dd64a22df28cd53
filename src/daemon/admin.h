/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admin: the box's own socket, for what AWS's API has no call for.
 *
 * Theory of operation: home/admin.sock is a SOCK_SEQPACKET socket of mode 0600.  One packet is one
 * JSON object; a request's "do" names the operation.  Every connection has a thread, and a request
 * may bring descriptors (`run`: standard input, output and error).  Rooms that have something to
 * tell register an operation; it returns the answer as a JSON object, or an error that becomes
 * {"error": text}.  Built in: run, netns, status.
 *
 *   {"do":"run","target":"i-…","argv":[…],"env":[…],"tty":false,"user":""} + 3 descriptors
 *        -> {"started":true}, later {"exit":N}; meanwhile {"signal":N} passes a signal on;
 *           closing the connection ends the command
 *   {"do":"netns","target":"i-…"}   -> {"path":"/proc/…/ns/net","pid":N}
 *   {"do":"status"}                 -> {"port":…,"account":…,"region":…,"packets":true,…}
 */
#ifndef VPCBOX_DAEMON_ADMIN_H
#define VPCBOX_DAEMON_ADMIN_H

#include <jansson.h>

#include "daemon/region.h"

/* Returns a new reference, or NULL with *ret_error, which is copied at once and not freed. */
typedef json_t *admin_operation(void *context, const json_t *request, const char **ret_error);

/* A descriptor, which is sent behind the answer {"bytes":N} and closed; or negative with *ret_error, as above. */
typedef int admin_file(void *context, const char **ret_error);

/* Before admin_serve().  name is kept. */
void admin_register(const char *name, admin_operation *operation, void *context);
void admin_register_file(const char *name, admin_file *file, void *context);

/* Binds the socket and starts its thread.  0 or negative errno. */
int admin_serve(struct region_link *link, const char *path);
/* Connections end, and with them their threads; commands under way are left to host.  Nothing when it does
 * not serve. */
void admin_stop(void);

#endif
