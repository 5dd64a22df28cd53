/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain: whether a packet gets there and back, by which path, and if not, why.
 *
 * Theory of operation: explain owns no forwarding rule.  It builds the first packet that the source
 * would send, gives it to fwd_process() with a table of its own and a trace, and follows it:
 *
 *   out at the destination's interface, the uplink or the service side   arrived
 *   out at another interface (its source/destination check is off)       a middlebox (NAT instance): what its
 *                                                                        guest does is not the network's to
 *                                                                        know; it is taken to forward and to
 *                                                                        masquerade, and the packet goes on from there
 *   dropped                                                              the last event says by what
 *
 * Then the reply is built from what arrived and sent back the same way, through the middleboxes in
 * reverse, in the same table, so that tracking is as real as the packets.  A reply that comes by another
 * middlebox than the request breaks there, since that one's guest never saw the request.  Nothing of
 * the running network changes.
 */
#ifndef VPCBOX_EXPLAIN_EXPLAIN_H
#define VPCBOX_EXPLAIN_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "explain/question.h"
#include "fwd/trace.h"
#include "net/image.h"

/* All texts live in the answer's arena or for ever. */
struct explain_hop {
    /* the deciding resource: eni-…, sg-…, acl-…, rtb-…, igw-…, vpce-…, else "internet" or "AWS service" */
    const char *component;
    const char *stage;
    /* "pass", "tracked", "bypass", "route", "translate", "send", "answer", "drop", "forward" */
    const char *action;
    const char *rule; /* "sgr-…", "rule 100", "0.0.0.0/0 -> igw-…"; "" when none */
    bool route;       /* the rule is a route */
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

/*
 * Appends to the hops and blockers of *answer, which the caller began (with a name's resolution, or empty).
 * question.to is no EXPLAIN_NAME any more.  0 or -ENOMEM.
 */
int explain(const struct image *image, const struct explain_question *question, struct arena *a,
            struct explain_answer *answer);

/* mend.c: the change that would let this packet pass, as a sentence with a command. */
const char *explain_mend(struct arena *a, const struct image *image, const struct fwd_event *event);

#endif
