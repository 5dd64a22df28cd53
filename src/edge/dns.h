/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dns: answers to DNS queries: the VPC's resolver, and the public resolvers of the lab.
 *
 * Theory of operation: dns_answer() turns one query into one answer and knows every rule about names;
 * what exists is asked of a view, a handful of callbacks that the caller fills for whoever asks.  A view
 * of a VPC sees that VPC's instances by their private addresses and its endpoints' private names, all in the names
 * of the VPC's own region; a view from outside sees public addresses only.  Public names of all regions
 * are known everywhere.  Names are tried in this order, the first hit decides:
 *
 *   ip-10-0-1-5.<region>.compute.internal, i-….<region>.compute.internal   in_vpc views; us-east-1: ec2.internal
 *   ec2-203-0-113-5.<region>.compute.amazonaws.com                         private from inside the same VPC
 *   vpce-….<service>.<region>.vpce.amazonaws.com, and zonal                everywhere, private addresses
 *   <service>.<region>.amazonaws.com of an endpoint with private DNS       in_vpc views
 *   AWS's public names (net/awsnet.h), then the view's public names
 *
 * What is left may be a name of the real internet: with `elsewhere` the answer to that is to ask its
 * resolvers (edge/forward.h).  Names below amazonaws.com and of private addresses are never asked there.
 * A known name without records of the type asked for answers NOERROR with an SOA (NODATA), an unknown
 * one NXDOMAIN.  Answers over UDP that do not fit are cut, with TC set.  Only recursive queries are
 * served: without RD the answer is REFUSED.
 */
#ifndef VPCBOX_EDGE_DNS_H
#define VPCBOX_EDGE_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/ip.h"

enum {
    DNS_ADDRESSES_MAX = 64,
    DNS_NAME_BYTES = 256,
    DNS_TTL_SECONDS = 60,
    DNS_UDP_PLAIN_BYTES = 512, /* what a client without EDNS0 takes */
    DNS_UDP_MAX_BYTES = 1232,  /* the most that we send in one datagram */
    DNS_TCP_MAX_BYTES = 65535
};

struct dns_addresses {
    struct ip4 items[DNS_ADDRESSES_MAX];
    size_t count;
};

/* Whose a public address is. */
struct dns_public {
    struct ip4 inside;  /* the private address behind it when that is in the asker's VPC, else 0 */
    const char *region; /* of the VPC that has it; data's (net/awsnet.h), so it lives for ever */
};

/* What an interface endpoint's own name says. */
struct dns_endpoint {
    const char *id;      /* vpce-0… */
    const char *token;   /* what follows the id: "abcd1234" */
    const char *zone;    /* "ap-northeast-1a"; NULL: all zones */
    const char *service; /* "ssm" */
    const char *region;
};

/*
 * Callbacks get names in lower case without the final dot, and may be NULL: then nothing of the kind exists.
 * They run in the thread that called dns_answer().  "The asker's VPC" is meaningless when !in_vpc.
 */
struct dns_view {
    void *user;
    const char *region; /* of the asker's VPC; outside of all, the box's */
    const char *home;   /* the box's: where services' global names lead (net/awsnet.h) */
    bool in_vpc;
    bool elsewhere; /* the internet is real */

    /* Does an ENI of the asker's VPC hold this private address? */
    bool (*private_address)(void *user, struct ip4 address);
    /* Who has this public address?  False: nobody, or a VPC without DNS hostnames. */
    bool (*public_address)(void *user, struct ip4 address, struct dns_public *ret_public);
    /* The primary private address of an instance (i-…) of the asker's VPC that has resource names on. */
    bool (*instance)(void *user, const char *instance_id, struct ip4 *ret_address);
    /* The interface endpoint of the asker's VPC for the service ("ssm") with private DNS on. */
    bool (*private_service)(void *user, const char *service, struct dns_addresses *ret_addresses);
    /* An endpoint by its own name. */
    bool (*endpoint)(void *user, const struct dns_endpoint *endpoint, struct dns_addresses *ret_addresses);
    /* The internet's names and, for PTR, its addresses. */
    bool (*public_name)(void *user, const char *name, struct dns_addresses *ret_addresses);
    bool (*public_pointer)(void *user, struct ip4 address, char ret_name[DNS_NAME_BYTES]);
};

/*
 * Appends the answer to out (empty; max at least DNS_UDP_MAX_BYTES, for tcp DNS_TCP_MAX_BYTES).
 * 0; 1 when resolvers of the internet are to be asked (nothing was appended then); or -EBADMSG when the
 * query deserves no answer: shorter than a header, or itself an answer.
 */
int dns_answer(const struct dns_view *view, const uint8_t *query, size_t length, bool tcp, struct buf *out);

/* SERVFAIL, to a query that dns_answer() has taken. */
void dns_fail(const uint8_t *query, size_t length, struct buf *out);

#endif
