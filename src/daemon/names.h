/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names: what a VPC's resolver, and the internet's, see of the network: dns_view over the store.
 *
 * Theory of operation: each callback is a read transaction of its own, so an answer is never older than
 * the last change that was answered, and nothing has to be told to the resolver.  The VPC is not in the
 * question but in the addresses of the packet that brought it: they name the asker's ENI (net/door.h).
 * names_view() keeps the VPC and region that it found for the callbacks that follow, which is why a struct names
 * serves one thread; those that look from outside all VPCs do not use it.
 */
#ifndef VPCBOX_DAEMON_NAMES_H
#define VPCBOX_DAEMON_NAMES_H

#include "edge/dns.h"
#include "edge/lab.h"
#include "host/message.h"
#include "store/store.h"

struct names;

/* internet: whose public names are seen too: the lab's, nobody's, or the real one's (dns_view.elsewhere).
 * region, the box's, and store must outlive it. */
struct names *names_new(struct store *store, const char *region, enum message_internet internet);

/* udp_view_fn: the view of the VPC behind the door that the addresses say; false when it has no resolver.  For one
 * thread. */
bool names_view(void *names, struct ip4 source, struct ip4 destination, struct dns_view *ret_view);

/* The view from outside all VPCs. */
void names_public_view(struct names *n, struct dns_view *ret_view);

/* For lab_options: the same questions from outside all VPCs.  From any thread. */
bool names_public_address(void *names, struct ip4 address, struct dns_public *ret_public);
bool names_endpoint(void *names, const struct dns_endpoint *endpoint, struct dns_addresses *ret_addresses);

#endif
