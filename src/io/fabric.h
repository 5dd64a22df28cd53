/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fabric: the process that moves packets.
 *
 * Theory of operation: one thread around epoll.  A turn reads up to 64 packets of each port that has
 * some, hands them to the engine (fwd/fwd.h) in batches, and writes what comes out to the ports that the
 * engine named.  The host process sends ports, images and the flow table as descriptors over host_sock;
 * an image takes its place between two batches and is then acknowledged.  The fabric opens no file
 * and no socket of its own, and may be killed anywhere: all state that outlives a packet is in the
 * flow table's shared memory, which host keeps and hands to the next fabric.  Idle means asleep: the one
 * timer, for the sweep of flows, is armed only while flows exist.
 */
#ifndef VPCBOX_IO_FABRIC_H
#define VPCBOX_IO_FABRIC_H

/* Runs until host_sock ends.  0 then, else a negative errno: the caller exits with failure. */
int io_fabric_main(int host_sock);

#endif
