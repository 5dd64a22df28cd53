/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agent: what the SSM agent does inside an instance.
 *
 * Theory of operation: one process keeps the instance known (UpdateInstanceInformation) and holds
 * the control channel; for each session that the service asks for, it starts a worker process, which
 * opens that session's data channel and runs the shell, the command or the port forwarding.  A
 * session thus survives the agent, and a broken session hurts nothing else.
 *
 *   agent   --- control channel (ssmmessages) --->  "interactive_shell": session, document, parameters
 *   worker  --- data channel (ssmmessages) ------>  handshake, then bytes both ways
 *
 * All it knows, it learns as any program in an instance does: identity, region and role credentials
 * from IMDS (v2), names from the resolver, the services through the network.  Nothing about it is
 * special to the box, and it fails for the reasons that AWS's agent fails for.
 *
 * The protocol is that of the published agent (its sources are the reference).
 */
#ifndef VPCBOX_SESSION_AGENT_H
#define VPCBOX_SESSION_AGENT_H

#include "client/aws.h"

/* `vpcbox ssm-agent` and `vpcbox ssm-session-worker`: exit statuses. */
int agent_main(int argc, char **argv);
int agent_worker_main(int argc, char **argv);

/* Who this instance is, from IMDS.  Lives in aws.arena. */
struct agent_identity {
    struct aws aws; /* region and credentials filled in */
    const char *instance_id, *private_ip, *zone;
};
/* 0; -EAGAIN when IMDS does not answer; -EACCES when the instance has no role.  Resets the arena's users: the
 * caller passes an empty arena. */
int agent_identify(struct arena *a, struct agent_identity *ret_identity);

/* Opens "control-channel" or "data-channel": asks for a token, connects, presents it.  0, or negative errno with
 * words in ret_why (WS_ERROR_BYTES). */
struct ws;
int agent_open_channel(struct agent_identity *me, const char *kind, const char *id, char *ret_why,
                       struct ws **ret_ws);

#endif
