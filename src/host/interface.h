/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interface: what an instance's network interfaces are called and how they are set up, at boot and in a running
 * instance.
 *
 * Theory of operation: names and routes are those that Amazon Linux makes (amazon-ec2-net-utils): eth<device
 * index>, with the alternative names eni-… and device-number-<index>; the first interface has the default
 * route, each further one a default route of lower preference in the main table and a table of its own (10000 +
 * index) for what is sent from its address.  The settings are what DHCP would answer there; they are made through
 * netlink by whoever may, so that no program inside need run for it.  IPv6 is off but on interfaces that have IPv6
 * addresses: these are set as /128, as DHCPv6 leases are, with the routes of the router's advertisement.
 */
#ifndef VPCBOX_HOST_INTERFACE_H
#define VPCBOX_HOST_INTERFACE_H

#include <net/if.h>

#include "host/message.h"

void interface_name(const struct message_eni *e, char name[IF_NAMESIZE]);
/* Sets the interface of that name up, in the namespace of the socket nl.  0 or negative errno. */
int interface_configure(int nl, const struct message_eni *e);
/* Takes back what does not go with the interface. */
void interface_forget(int nl, const struct message_eni *e);

#endif
