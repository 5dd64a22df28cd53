/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ntp: the answer of a time server (RFC 5905, mode 4; SNTP clients too) from the machine's own clock.
 * No state is kept per client, and nothing but mode 3 (client) of versions 1 to 4 is answered.
 */
#ifndef VPCBOX_EDGE_NTP_H
#define VPCBOX_EDGE_NTP_H

#include <stddef.h>
#include <stdint.h>

enum { NTP_PACKET_BYTES = 48 };

/* Times are nanoseconds since the epoch: when the query came, when the answer goes.  0, or -EBADMSG: no
 * answer. */
int ntp_answer(const uint8_t *query, size_t length, int64_t received_real_ns, int64_t sent_real_ns,
               uint8_t ret_answer[NTP_PACKET_BYTES]);

#endif
