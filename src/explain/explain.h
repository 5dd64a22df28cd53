/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain: whether a packet gets there and back, by which path, and if not, why.
 *
 * Theory of operation: explain owns no forwarding rule.  It builds the first packet that the source
 * would send, gives it to fwd_process() with a table of its own and a trace, and follows it:
 *
 *   out at the destination's interface, the uplink or the service side   arrived
 *   out at another interface                                             a middlebox (NAT instance): what its
 *                                                                        guest does is not the network's to
 *                                                                        know; it is taken to forward and to
 *                                                                        masquerade, and the packet goes on from there
 *   dropped                                                              the last event says by what
 *
 * Then the reply is built from what arrived and sent back the same way, through the middleboxes in
 * reverse, in the same table, so that tracking is as real as the packets.  Nothing of the running
 * network changes.
 *
 * Names live in the answer's arena or in the image.
 */
#ifndef VPCBOX_EXPLAIN_EXPLAIN_H
#define VPCBOX_EXPLAIN_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "fwd/trace.h"
#include "net/image.h"

struct explain_question {
    /* exactly one of the two */
    const char *source; /* eni-… or i-… */
    bool from_internet;
    struct ip4 source_ip; /* of from_internet: the address that asks; of an ENI: 0 for its primary */
    struct ip4 destination;
    uint8_t protocol; /* WIRE_TCP, WIRE_UDP, WIRE_ICMP */
    uint16_t port;
};

struct explain_hop {
    const char
        *component; /* the deciding resource: eni-…, sg-…, acl-…, rtb-…, igw-…, vpce-…, or "internet" */
    const char *stage;
    const char
        *action; /* "pass", "tracked", "bypass", "route", "translate", "send", "answer", "drop", "forward" */
    const char *rule; /* "sgr-…", "rule 100", "0.0.0.0/0 -> igw-…"; "" when none */
    const char *text; /* a sentence for people */
};

struct explain_blocker {
    const char *component, *rule;
    const char *code; /* AWS's explanation code */
    const char *message, *mend;
    bool on_return;
};

struct explain_answer {
    bool reachable;
    VEC(struct explain_hop) forward, back;
    VEC(struct explain_blocker) blockers;
};

/* 0 with the answer, or -ENOENT when the image has no such source, -EINVAL for a source without an address. */
int explain(const struct image *image, const struct explain_question *question, struct arena *a,
            struct explain_answer *ret_answer);

/* mend.c: the change that would let this packet pass, as a sentence with a command. */
const char *explain_mend(struct arena *a, const struct image_vpc *vpc, const struct fwd_event *event);

#endif
