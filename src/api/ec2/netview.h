/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netview: the network as those see it who serve its packets: who is behind a door, which names a VPC has.
 *
 * Theory of operation: read-only questions on a transaction, answered from the rows each time; numbers
 * are indexed, so an answer costs a few look-ups.  Strings live in the transaction's arena.
 */
#ifndef VPCBOX_API_EC2_NETVIEW_H
#define VPCBOX_API_EC2_NETVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "net/door.h"
#include "store/store.h"

struct netview_eni {
    const char *id, *vpc_id, *subnet_id, *instance_id; /* instance_id: NULL when none */
    const char *account, *region;
    struct ip4 private_ip, public_ip; /* of the address index asked for; public 0 when none */
    bool dns_support, dns_hostnames;  /* of its VPC */
};

/* 0 or -ENOENT. */
int netview_eni(struct tx *tx, uint32_t num, uint32_t address_index, struct netview_eni *ret_eni);

/* The addresses of a VPC's interface endpoints for a service ("ssm") that have private DNS on, when both DNS attributes
 * of the VPC are on.  *count_io: room, then how many.  0, or -ENOENT when there is none. */
int netview_private_service(struct tx *tx, const char *vpc_id, const char *service, struct ip4 *ret_addresses,
                            size_t *count_io);
/* The endpoints' own names (vpce-….vpce.amazonaws.com), which resolve everywhere. */
int netview_vpce_name(struct tx *tx, const char *name, struct ip4 *ret_addresses, size_t *count_io);

/*
 * An instance's names inside a VPC: ip-10-0-1-5.<suffix>, i-….<suffix>, and ec2-….compute.amazonaws.com
 * (its public name, which means the private address inside the VPC).  0 or -ENOENT.
 */
int netview_instance_name(struct tx *tx, const char *vpc_id, const char *name, struct ip4 *ret_address);
/* The name that a private address of the VPC has (PTR); in the arena.  -ENOENT. */
int netview_address_name(struct tx *tx, const char *vpc_id, struct ip4 address, const char **ret_name);

#endif
