/* SPDX-License-Identifier: Apache-2.0 */
/*
 * udp: one thread that serves DNS (UDP and TCP) and NTP on sockets that it is given.
 *
 * Theory of operation: an epoll loop.  A UDP answer leaves from the address that the query came to
 * (IP_PKTINFO), so one socket bound to 0.0.0.0 serves every door of the service namespace, and every
 * address of the lab.  For each DNS query the owner is asked for a view, by source and destination
 * address (door_decode() tells who that is); it may refuse, and then there is no answer at all.
 * Names of the real internet are forwarded (edge/forward.h), and answered when the answer comes.
 * TCP connections are bounded in number and idle time; when all are taken, the oldest gives way.
 */
#ifndef VPCBOX_EDGE_UDP_H
#define VPCBOX_EDGE_UDP_H

#include <stdbool.h>

#include "base/ip.h"
#include "edge/dns.h"
#include "edge/forward.h"

/* Fills a view (zeroed before) for one query.  Called in the server's thread; the view is used up when the
 * next call comes. */
typedef bool udp_view_fn(void *user, struct ip4 source, struct ip4 destination, struct dns_view *ret_view);

struct udp_options {
    int dns_udp, dns_tcp, ntp_udp; /* bound (dns_tcp also listening) sockets, taken over; -1: not served */
    udp_view_fn *view;             /* may be NULL when there is no DNS */
    void *user;
    const struct forward_options *forward; /* who is asked for views with `elsewhere`; done and user are ours;
                                            * NULL when no view says that */
};

struct udp_server;

/* On failure the sockets are closed too. */
int udp_server_new(const struct udp_options *options, struct udp_server **ret_server);
void udp_server_free(struct udp_server *s); /* stops the thread; accepts NULL */

#endif
