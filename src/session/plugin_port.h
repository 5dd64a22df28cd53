/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin_port: port sessions at the client's end: a listening socket on 127.0.0.1 whose connections go through the
 * session (forward.h; one at a time with agents that cannot multiplex), or standard input and output as one connection.
 */
#ifndef VPCBOX_SESSION_PLUGIN_PORT_H
#define VPCBOX_SESSION_PLUGIN_PORT_H

#include <jansson.h>
#include <stdbool.h>

#include "session/channel.h"

struct plugin_port {
    const char *session_id;
    struct channel *channel;
    const json_t *properties;
    const char *agent_version;
    bool own_protocol;
    int signals; /* signalfd */
    int ended;   /* eventfd for the threads to end by */
};

/* Both serve until the session ends, and return the program's exit status. */
int plugin_port_listen(const struct plugin_port *p);
int plugin_port_join(const struct plugin_port *p);

#endif
