/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listen: the port of the API on the machine's loopback.
 *
 * Theory of operation: a port that was asked for is that one or none.  Without, a home keeps the port that it
 * has had (home/port), since tools have been told it; a new home takes 4566, or when that is taken the next
 * free one.  A home whose port somebody else has meanwhile takes a free one for this time, and says so.
 * Port 0, any free one, is for tests and is not remembered.
 */
#ifndef VPCBOX_HOST_LISTEN_H
#define VPCBOX_HOST_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

/* Listens for the box of home (whose lock the caller holds); given: port was asked for.  0, or a negative
 * errno after saying on standard error what to do. */
int listen_open(const char *home, bool given, uint16_t port, int *ret_fd, uint16_t *ret_port);

#endif
