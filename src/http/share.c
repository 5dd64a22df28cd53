/* SPDX-License-Identifier: Apache-2.0 */
#include "http/share.h"

#include <stddef.h>
#include <stdlib.h>

struct seat_address {
    struct seat_address *next;
    struct seat_party *party;
    uint32_t address;
    unsigned count;
    struct seat *first, *last;
};

struct seat_party {
    struct seat_party *next;
    uint32_t number;
    unsigned count;
    struct seat_address *addresses;
};

/* Both are made when they are missing.  NULL when there is no memory. */
static struct seat_address *find(struct share *s, uint32_t address) {
    uint32_t number = address >> s->party_bits;
    struct seat_party *p = s->parties;
    struct seat_address *a;

    while (p && p->number != number)
        p = p->next;
    if (p == NULL) {
        p = calloc(1, sizeof(*p));
        if (p == NULL)
            return NULL;
        p->number = number;
        p->next = s->parties;
        s->parties = p;
    }
    for (a = p->addresses; a && a->address != address;)
        a = a->next;
    if (a == NULL) {
        a = calloc(1, sizeof(*a));
        if (a == NULL)
            return NULL;
        a->party = p;
        a->address = address;
        a->next = p->addresses;
        p->addresses = a;
    }
    return a;
}

/* Forgets an address, and its party, that holds nothing. */
static void forget(struct share *s, struct seat_address *a) {
    struct seat_party *p = a->party;

    if (a->count > 0)
        return;
    for (struct seat_address **at = &p->addresses; *at; at = &(*at)->next) {
        if (*at == a) {
            *at = a->next;
            break;
        }
    }
    free(a);
    if (p->addresses)
        return;
    for (struct seat_party **at = &s->parties; *at; at = &(*at)->next) {
        if (*at == p) {
            *at = p->next;
            break;
        }
    }
    free(p);
}

void share_leave(struct seat *seat) {
    struct seat_address *a = seat->address;
    struct share *s = seat->share;

    if (s == NULL)
        return;
    if (seat->prev)
        seat->prev->next = seat->next;
    else
        a->first = seat->next;
    if (seat->next)
        seat->next->prev = seat->prev;
    else
        a->last = seat->prev;
    a->count--;
    a->party->count--;
    s->count--;
    seat->share = NULL;
    forget(s, a);
}

/* Who of this address would have to leave first; NULL: nobody. */
static struct seat *first_to_leave(const struct seat_address *a) {
    struct seat *fresh = NULL, *idle = NULL, *waited_for = NULL;
    uint64_t since = UINT64_MAX;
    size_t fresh_count = 0, waited_count = 0;

    for (struct seat *x = a->first; x; x = x->next) {
        enum seat_state state = atomic_load(&x->state);
        uint64_t deadline = atomic_load(&x->deadline_ns);

        if (state == SEAT_NEW) {
            fresh = fresh ? fresh : x;
            fresh_count++;
        } else if (state == SEAT_IDLE && deadline < since) {
            since = deadline;
            idle = x;
        } else if (state == SEAT_BUSY && deadline != 0) {
            waited_for = waited_for ? waited_for : x;
            waited_count++;
        }
    }
    if (fresh && fresh_count >= waited_count)
        return fresh;
    return idle ? idle : waited_for ? waited_for : fresh;
}

/* In favour of `mine`; NULL: of nobody in particular. */
static struct seat *choose(struct share *s, const struct seat_address *mine) {
    bool own_only = mine && mine->party->count >= s->party_max;
    unsigned party_count = 0, address_count = 0;
    struct seat *chosen = NULL;

    for (struct seat_party *p = s->parties; p; p = p->next) {
        bool own = mine && p == mine->party;

        if (p->count < party_count || (!own && mine && (own_only || p->count <= mine->party->count)))
            continue;
        for (struct seat_address *a = p->addresses; a; a = a->next) {
            struct seat *candidate;

            if ((p->count == party_count && a->count <= address_count) ||
                (own && a != mine && a->count <= mine->count))
                continue;
            candidate = first_to_leave(a);
            if (candidate) {
                chosen = candidate;
                party_count = p->count;
                address_count = a->count;
            }
        }
    }
    return chosen;
}

struct seat *share_spare(struct share *s) {
    struct seat *leaver = choose(s, NULL);

    if (leaver)
        share_leave(leaver);
    return leaver;
}

bool share_sit(struct share *s, uint32_t address, struct seat *seat, struct seat **ret_leaver) {
    struct seat_address *a = find(s, address);

    *ret_leaver = NULL;
    if (a == NULL)
        return false;
    if (s->count >= s->max || a->party->count >= s->party_max) {
        struct seat *leaver = choose(s, a);

        if (leaver == NULL) {
            forget(s, a);
            return false;
        }
        a->count++; /* not to be forgotten together with the leaver */
        share_leave(leaver);
        a->count--;
        *ret_leaver = leaver;
    }
    seat->share = s;
    seat->address = a;
    seat->next = NULL;
    seat->prev = a->last;
    if (a->last)
        a->last->next = seat;
    else
        a->first = seat;
    a->last = seat;
    a->count++;
    a->party->count++;
    s->count++;
    return true;
}
