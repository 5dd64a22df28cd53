/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forward: the connections of one port session, many at a time, at either end of its channel.
 *
 * Theory of operation: one thread, one poll loop over the channel's event and all sockets.  The client's end
 * accepts local connections and opens a stream (mux.h) for each; the agent's end dials the destination for each
 * stream that is opened.  Bytes are read from a socket only when the channel takes them at once, and each stream
 * has a queue of what its socket has not taken yet, so that no connection waits for another.
 *
 * With the published programs the framing is smux version 1, whose FIN ends a connection in both directions and
 * which has no windows: what all sockets together have not taken is limited, then everything waits, as it does
 * there.  Between two ends of ours (FORWARD_OWN, agreed upon in the handshake) it is version 2: each stream has
 * its window; a FIN closes one direction, as TCP's does, and a second FIN means a reset.
 */
#ifndef VPCBOX_SESSION_FORWARD_H
#define VPCBOX_SESSION_FORWARD_H

#include <stdbool.h>
#include <stddef.h>

#include "session/channel.h"

/* What our two ends call the second protocol in the handshake: the agent offers it among the session's
 * properties, the client takes it in the action's result. */
#define FORWARD_OFFER "vpcboxMux"

enum forward_protocol { FORWARD_PUBLISHED = 1, FORWARD_OWN = 2 };

enum { FORWARD_STREAMS_MAX = 1000 };

struct forward {
    struct channel *channel;
    enum forward_protocol protocol;
    bool keep_alive; /* the peer ends a session on which it hears nothing for 30 s */
    int listener;    /* the client's end: a listening socket; -1 at the agent's */
    int signals;     /* the client's end: a signalfd that ends the session; -1 at the agent's */
    /* The agent's end: a non-blocking socket on its way to the destination's attempt'th address, or a negative
     * errno: -ENOENT after the last. */
    int (*dial)(void *user, size_t attempt);
    /* The client's end: a connection was accepted; the destination did not take one. */
    void (*accepted)(void *user), (*failed)(void *user);
    void *user;
};

/*
 * Until the session ends: 0 when the channel was closed or the client said so, 1 when a signal came, -EPROTO when the
 * far end broke the protocol, or another negative errno.  All its connections are closed then.
 */
int forward_run(const struct forward *f);

#endif
