/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_gateway: Session Manager's message gateway: between agents and clients.
 *
 * Theory of operation: an instance's agent holds one control channel; a session has two data
 * channels, the agent's and the client's.  All are WebSockets, opened with a token in their first
 * message (tokens come from CreateControlChannel, CreateDataChannel and StartSession, live minutes and open
 * one channel).  The gateway passes the stream's bytes and acknowledgements of one side to the other as they
 * are: order and repetition are the ends' own business.  It reads two things itself, the agent's
 * "Terminating" and its report of the completed task, which end the session; all else is dropped.
 *
 *   agent ==control==> gateway          one thread a channel, blocked in its socket
 *   agent ==data=====> [session] <=====data== client
 *
 * A frame for a side that is not there yet waits in its reader's hands, which makes its sender wait.  A
 * side that takes nothing for WRITE_MS counts as lost, so no more than that one frame ever waits.  A
 * client that is lost has CLIENT_GRACE_MS to come back (ResumeSession); then, or when the agent is lost,
 * the session ends: both sides get channel_closed.
 *
 * Whether an agent is connected is asked of its connection: a ping that its kernel acknowledges.  A
 * control channel whose path is broken (a closed route, a deleted endpoint) thus counts as not
 * connected at once, and the kernel ends it soon (ws_watch_path).
 */
#ifndef VPCBOX_EDGE_SESSION_GATEWAY_H
#define VPCBOX_EDGE_SESSION_GATEWAY_H

#include "api/api.h"
#include "http/http.h"

struct session_gateway;

/* ended: a session is over (called from the gateway's threads; may call api_work()). */
struct session_gateway *session_gateway_new(void (*ended)(void *user, const char *session_id), void *user);
/* The gateway as the handlers see it; lives as long as the gateway. */
const struct api_sessions *session_gateway_api(struct session_gateway *g);

/* Whether the request is for a channel's WebSocket: then session_gateway_serve() answers it. */
bool session_gateway_wants(const struct http_request *rq);
void session_gateway_serve(struct session_gateway *g, struct http_request *rq);

/* When no request comes any more: ends all channels and returns when their threads have ended; sessions end
 * with them.  Accepts NULL. */
void session_gateway_stop(struct session_gateway *g);

#endif
