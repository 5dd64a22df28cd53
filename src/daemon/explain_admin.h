/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain_admin: the admin operations that tell what the network would do with a packet.
 *
 *   {"do":"explain","source":…,"destination":…,"udp":false}
 *        -> {"reachable":true,"forward":[hop…],"return":[hop…],"blockers":[…]}
 *        hop: component, stage, action, rule, text, and route for a rule that is a route
 *        blocker: component, rule, code, message, mend, direction ("forward" or "return")
 *
 *   {"do":"image"} -> {"bytes":N}, then a sealed memfd with the network as it is now: what explain asks
 *
 * A name in the question is resolved as the source's VPC would, by the same code that answers there.
 */
#ifndef VPCBOX_DAEMON_EXPLAIN_ADMIN_H
#define VPCBOX_DAEMON_EXPLAIN_ADMIN_H

#include "daemon/backend.h"
#include "daemon/names.h"
#include "daemon/region.h"

/* Before admin_serve().  All must live as long as the process; names is for nobody else. */
void explain_admin_register(struct region_link *link, struct backend *backend, struct names *names);

#endif
