/* SPDX-License-Identifier: Apache-2.0 */
/*
 * busiest: which flows move most right now.
 *
 * Theory of operation: the flow table only counts since each flow began, so a rate needs two looks.  Each look
 * keeps what every flow had counted, in a hash table of its own, and compares with the look before, if that is
 * not too long ago.  A connection that several interfaces track, or that is translated, is one flow: it is known by
 * VPC, protocol and both ends as its opener sees them.
 */
#ifndef VPCBOX_DAEMON_BUSIEST_H
#define VPCBOX_DAEMON_BUSIEST_H

#include "fwd/fwd.h"

enum { BUSIEST_MAX = 20 };

struct busiest_flow {
    struct ipaddr source, destination;
    uint16_t source_port, destination_port;
    uint8_t protocol;
    const char *state;
    double packets_per_s, bits_per_s;
};

struct busiest_look;
struct busiest {
    struct busiest_look *last; /* or NULL */
};

/*
 * Looks at env's table; the BUSIEST_MAX flows that moved most since the last look, most bits first.  Returns how many;
 * none at the first look, or a negative errno.
 */
int busiest_flows(struct busiest *b, const struct fwd_env *env, struct busiest_flow ret[BUSIEST_MAX]);
void busiest_forget(struct busiest *b);

#endif
