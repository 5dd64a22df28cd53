/* SPDX-License-Identifier: Apache-2.0 */
/*
 * question: "who to whom", as people type it, turned into places of the image.
 *
 *   source        i-…, eni-…, an address, or `internet`
 *   destination   <i-…|eni-…|address|DNS name|internet>:<port|icmp>; an IPv6 address in brackets
 *
 * An address that an interface has stands for that interface; one that several VPCs have is ambiguous as
 * a source, and as a destination simply what the packet carries.  An interface without an address said is asked
 * about in the other end's family; two of them in IPv4 where both have it.  Names are left to the caller, who knows
 * the resolver.
 */
#ifndef VPCBOX_EXPLAIN_QUESTION_H
#define VPCBOX_EXPLAIN_QUESTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "net/image.h"

enum explain_place {
    EXPLAIN_ENI,     /* vpc, eni and address are set */
    EXPLAIN_ADDRESS, /* a source: outside, behind the internet gateways */
    EXPLAIN_NAME     /* a destination only: to be resolved into EXPLAIN_ADDRESS */
};

struct explain_end {
    enum explain_place place;
    const struct image_vpc *vpc;
    const struct image_eni *eni;
    struct ipaddr address; /* of an interface: the private one */
    const char *name;
};

struct explain_question {
    struct explain_end from, to;
    uint8_t protocol; /* WIRE_TCP, WIRE_UDP, WIRE_ICMP, WIRE_ICMP6 */
    uint16_t port;    /* 0 for ICMP */
};

/*
 * internet: the address that `internet` stands for.  0, or -EINVAL with one line for people in *ret_error, which
 * lives in the arena.
 */
int explain_parse(const struct image *image, struct arena *a, const char *source, const char *destination,
                  bool udp, struct ip4 internet, struct explain_question *ret_question,
                  const char **ret_error);
/* Once the name is resolved too: -EINVAL when neither end has to do with a VPC. */
int explain_check(const struct image *image, const struct explain_question *question, const char **ret_error);

#endif
