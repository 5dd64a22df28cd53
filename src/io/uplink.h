/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uplink: the process that is the real internet behind the internet gateway (--internet host).
 *
 * Theory of operation: frames come from a TAP whose far side is the kernel of the uplink's namespace
 * (host/space.h), so they are plain: cut to 1500 bytes, summed, from instances' public addresses.
 * libslirp terminates their connections and makes its own with ordinary sockets of the machine's
 * network namespace, which this process, like region, has never left.  So the box needs no right over the
 * machine's network, and nothing can come in but answers.
 *
 * Not everything that the machine reaches is the internet.  Frames to the machine itself (loopback, and
 * every address that it has), to the networks around it (private, shared, link-local: a cloud
 * machine's own metadata service is one) and to special-purpose ranges are dropped, as an internet
 * gateway drops them.
 *
 * This process parses what instances send, so it holds no capability and keeps only the system calls that
 * libslirp and the loop need.  Connections end when it ends; host starts it again.
 */
#ifndef VPCBOX_IO_UPLINK_H
#define VPCBOX_IO_UPLINK_H

#include <stdbool.h>

#include "base/ip.h"

/* Runs until host_sock ends.  The process's exit status; HOST_EXIT_FATAL when libslirp is not there. */
int io_uplink_main(int host_sock);

/* Whether an address may be a host of the internet: not in one of the special-purpose ranges. */
bool uplink_may_reach(struct ip4 address);

#endif
