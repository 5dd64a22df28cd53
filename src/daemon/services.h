/* SPDX-License-Identifier: Apache-2.0 */
/*
 * services: what the region serves, put together.
 *
 * Theory of operation: the rooms know nothing of each other; here they are connected.  The store is
 * opened, the API is given a backend that speaks to host (backend.h), listeners are opened on loopback
 * and in the service namespace, the resolver gets its view of the network from the rows (names.h), the lab gets
 * its sockets, and instances that ran before are started again.
 *
 *   loopback :4566 ──┐
 *   svc :443, :80 ───┴─ door_http ─┬─ IMDS ── imds_source ── store
 *                                  ├─ session gateway
 *                                  └─ api_dispatch ── handlers ── store ── compile ── host ── fabric
 *   svc :53, :123 ──── udp ── names ── store
 *   lab namespace ──── lab
 */
#ifndef VPCBOX_DAEMON_SERVICES_H
#define VPCBOX_DAEMON_SERVICES_H

#include "daemon/region.h"

struct services;

/* For region_link_open(): instance events that come before services_start() are dropped, as none can. */
struct services *services_new(void);
void services_instance_event(void *services, const struct message_instance_event *event);

/* Returns when everything answers.  0, or a negative errno after logging what could not be started. */
int services_start(struct services *s, struct region_link *link);
/* Orderly, also after a start that failed half-way: events are not heard any more, requests, channels and the
 * admin socket end, then the instances' jobs, and when no thread is left that could use it the store is closed. */
void services_stop(struct services *s);

#endif
