/* SPDX-License-Identifier: Apache-2.0 */
/*
 * requests: what the API was asked last, for `vpcbox logs requests`.
 *
 * Theory of operation: a ring of the last few hundred answered requests, in fixed places that are written under a lock
 * and hold no pointer into a request's own memory.  Readers say from which number on they want to know; who
 * comes too late for some begins with the oldest.
 */
#ifndef VPCBOX_DAEMON_REQUESTS_H
#define VPCBOX_DAEMON_REQUESTS_H

#include "api/api.h"

/* For api_config.served. */
void requests_served(const struct api_request *rq);
/* {"do":"requests","from":N} -> {"requests":[…],"next":N}; from 0: all that is kept. */
void requests_admin_register(void);

#endif
