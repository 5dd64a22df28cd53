/* SPDX-License-Identifier: Apache-2.0 */
/*
 * network: what follows from the network's rows, worked out in one place.
 *
 * Theory of operation: rows hold only what was said (this route leads to that target).  Whether a
 * route works, which table a subnet uses or whether an interface is up follows from several rows, and
 * both the API's answers and the network image must say the same about it.  These functions are that
 * one place; they read and never write (but for the numbers below), and keep nothing.
 */
#ifndef VPCBOX_STORE_NETWORK_H
#define VPCBOX_STORE_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "store/rows.h"

/* How the row of every resource with an id of its own begins. */
struct network_owned {
    const char *id, *account, *region;
};

enum network_target_kind {
    NETWORK_TARGET_LOCAL,
    NETWORK_TARGET_INTERNET_GATEWAY,
    NETWORK_TARGET_ENI,
    NETWORK_TARGET_GATEWAY_ENDPOINT
};

struct network_target {
    enum network_target_kind kind;
    bool active; /* false: blackhole */
};

/*
 * What a route leads to now.  Blackhole: the target is gone, the gateway is not attached to the route's
 * VPC, the interface is not attached or its instance does not run.
 */
struct network_target network_route_target(struct tx *tx, const struct route_row *route);

/* The association in force for a subnet: its own, else the VPC's main one.  NULL only for an unknown subnet.
 */
const struct route_association_row *network_subnet_association(struct tx *tx,
                                                               const struct subnet_row *subnet);
const struct route_association_row *network_main_association(struct tx *tx, const char *vpc_id);

/* Packets can reach it: attached to a running instance; an endpoint's always is. */
bool network_eni_up(struct tx *tx, const struct eni_row *eni);

/* The gateway attached to a VPC, or NULL. */
const struct internet_gateway_row *network_vpc_gateway(struct tx *tx, const char *vpc_id);

/* The primary interface of an instance (device 0), or NULL. */
const struct eni_row *network_instance_eni(struct tx *tx, const char *instance_id);

/* A VPC's version for the image: grows with network_touch. */
uint64_t network_version(struct tx *tx, const char *vpc_id);
void network_touch(struct tx *tx, const char *vpc_id); /* NULL: all VPCs */

/* Door numbers that no row has now.  0 when all are taken. */
uint32_t network_new_eni_num(struct tx *tx);
uint32_t network_new_endpoint_num(struct tx *tx);

#endif
