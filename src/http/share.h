/* SPDX-License-Identifier: Apache-2.0 */
/*
 * share: who may hold how many of a listener's connections, and who has to leave for whom.
 *
 * Theory of operation: a listener has so many seats.  They are counted by party (an ENI, which is all addresses
 * that differ in their last `party_bits` bits) and within a party by address.  While there are free seats and the
 * party has not its most, a newcomer sits down.  Else somebody leaves for it: one of whoever holds the most, more
 * than the newcomer's own party (or address) does, or one of its own; so nobody can take another's equal share, and
 * who comes with many only drives out itself.  Of those who may have to leave, the first is the oldest that has
 * never sent a whole request; but when more are waited for in the middle of one (half bodies), then those are what the
 * seats are taken by, and after who has been silent for longest between requests the oldest of them goes.  Whoever is
 * being worked for stays; when there is nobody else, the newcomer is not let in.
 *
 * No locks here: all is called under the server's, but for a seat's state and deadline, which its connection writes.
 */
#ifndef VPCBOX_HTTP_SHARE_H
#define VPCBOX_HTTP_SHARE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum seat_state {
    SEAT_NEW,  /* has not sent a whole head yet, or not said who it is */
    SEAT_IDLE, /* between two requests */
    SEAT_BUSY  /* in a request */
};

struct seat {
    struct share *share; /* NULL: not seated */
    struct seat_address *address;
    struct seat *next, *prev; /* of one address, the newest last */
    _Atomic enum seat_state state;
    _Atomic uint64_t deadline_ns; /* until when the peer is waited for; 0: it is not */
};

struct share {
    unsigned max, party_max, party_bits, count;
    struct seat_party *parties;
};

/* A seat for a connection from this address.  False: there is none.  *ret_leaver: who has lost its seat for it, or
 * NULL; its connection is the caller's to end. */
bool share_sit(struct share *s, uint32_t address, struct seat *seat, struct seat **ret_leaver);
/* As share_sit() does when it is full, for when something else has run out: somebody to leave, or NULL. */
struct seat *share_spare(struct share *s);
void share_leave(struct seat *seat); /* once more does nothing */

#endif
