/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service: the services of an instance, kept by init.
 *
 * Theory of operation: a service is a unit file plus a state.  Starting walks its commands one after
 * the other (before, start, after), each step taken when init reaps the last one; a simple service is
 * up as soon as its command runs.  systemctl asks over a SOCK_SEQPACKET socket: one packet of
 * NUL-terminated words, answered by packets whose first byte says what follows: 'o' text for standard
 * output, 'e' for standard error, 'x' the exit status, which is the last.  A request that starts or stops
 * something is answered when that is done.  What services print goes to /var/log/<unit>.log.
 */
#ifndef VPCBOX_HOST_SERVICE_H
#define VPCBOX_HOST_SERVICE_H

#include <stdbool.h>
#include <sys/types.h>

#include "host/loop.h"

struct services;

/* power: a program asked the instance to end, or to start again. */
int services_open(struct loop *loop, void (*power)(void *context, bool again), void *context,
                  struct services **ret_services);
/* What is wanted by multi-user.target. */
void services_start_enabled(struct services *s);
/* True when that child was a service's. */
bool services_reaped(struct services *s, pid_t pid, int status);
/* From now on nothing is started or restarted. */
void services_shut(struct services *s);

#endif
