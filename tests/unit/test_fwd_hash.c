/* SPDX-License-Identifier: Apache-2.0 */
/* The table's hashes: tuples that differ in one field only, as real ones do, spread over all slots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "fwd/engine.h"

enum { SLOTS = 1 << 15, TUPLES = SLOTS };

static uint32_t flow(const struct conn_key *k) {
    const struct wire_tuple t = {k->local, k->remote, k->lport, k->rport, k->protocol};

    return flow_hash(k->port, &t);
}

/* As many balls as boxes: 63 % of the boxes get one, if the throws are even. */
static void spread(uint32_t (*hash)(const struct conn_key *), void (*vary)(struct conn_key *, uint32_t)) {
    static uint8_t used[SLOTS];
    unsigned count = 0;

    memset(used, 0, sizeof(used));
    for (uint32_t i = 0; i < TUPLES; i++) {
        struct conn_key k = {2,       {0, IP_MAPPED | 0x0a00010a}, {0, IP_MAPPED | 0x0a000014}, 40000, 443,
                             WIRE_TCP};
        uint32_t slot;

        vary(&k, i);
        slot = hash(&k) & (SLOTS - 1);
        count += !used[slot];
        used[slot] = 1;
    }
    assert_in_range(count, SLOTS * 60 / 100, SLOTS);
}

static void local_port(struct conn_key *k, uint32_t i) {
    k->lport = (uint16_t)(32768 + i);
}
static void remote_port(struct conn_key *k, uint32_t i) {
    k->rport = (uint16_t)(1024 + i);
}
static void remote(struct conn_key *k, uint32_t i) {
    k->remote.lo += i;
}
static void local(struct conn_key *k, uint32_t i) {
    k->local.lo += i;
}
static void port(struct conn_key *k, uint32_t i) {
    k->port = i;
}
static void address_and_port(struct conn_key *k, uint32_t i) {
    k->local.lo += i >> 8;
    k->lport = (uint16_t)(1024 + (i & 255));
}

static void test_spread(void **state) {
    void (*const varied[])(struct conn_key *, uint32_t) = {local_port, remote_port, remote,
                                                           local,      port,        address_and_port};

    (void)state;
    for (size_t i = 0; i < sizeof(varied) / sizeof(varied[0]); i++) {
        spread(conn_hash, varied[i]);
        spread(flow, varied[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_spread)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
