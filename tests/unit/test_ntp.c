/* SPDX-License-Identifier: Apache-2.0 */
/* Time: what a client computes from an answer is the server's clock. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edge/ntp.h"

static const int64_t NOW = INT64_C(1790000000123456789);

static int64_t time_at(const uint8_t *p) {
    uint64_t s = (uint64_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
    uint64_t f = (uint64_t)p[4] << 24 | p[5] << 16 | p[6] << 8 | p[7];

    return (int64_t)(s - UINT64_C(2208988800)) * 1000000000 + (int64_t)(f * 1000000000 >> 32);
}

static void test_answer(void **state) {
    uint8_t q[NTP_PACKET_BYTES] = {0x23, 0, 6}, a[NTP_PACKET_BYTES];

    (void)state;
    memcpy(q + 40, "transmit", 8);
    assert_int_equal(ntp_answer(q, sizeof(q), NOW, NOW + 1500, a), 0);
    assert_int_equal(a[0], 0x24); /* no leap warning, version 4, server */
    assert_in_range(a[1], 1, 15);
    assert_int_equal(a[2], 6);
    assert_memory_equal(a + 24, "transmit", 8);
    assert_in_range(NOW - time_at(a + 32), 0, 1);
    assert_in_range(NOW + 1500 - time_at(a + 40), 0, 1);
    assert_true(time_at(a + 16) <= NOW && time_at(a + 16) > NOW - INT64_C(20000000000));
    q[0] = 0x1b; /* version 3 gets version 3 */
    assert_int_equal(ntp_answer(q, sizeof(q), NOW, NOW, a), 0);
    assert_int_equal(a[0], 0x1c);
}

static void test_no_answer(void **state) {
    uint8_t q[NTP_PACKET_BYTES] = {0x23}, a[NTP_PACKET_BYTES];

    (void)state;
    assert_int_equal(ntp_answer(q, sizeof(q) - 1, NOW, NOW, a), -EBADMSG);
    for (int first = 0; first < 256; first++) {
        int version = first >> 3 & 7;

        q[0] = (uint8_t)first;
        assert_int_equal(ntp_answer(q, sizeof(q), NOW, NOW, a),
                         (first & 7) == 3 && version >= 1 && version <= 4 ? 0 : -EBADMSG);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_no_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
