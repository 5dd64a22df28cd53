/* SPDX-License-Identifier: Apache-2.0 */
/* test_crc: published check values, folding against tables, and CRCs put together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "proto/checksum.h"
#include "proto/crc.h"

static const enum checksum_kind kinds[] = {CHECKSUM_CRC32, CHECKSUM_CRC32C, CHECKSUM_CRC64NVME};

static size_t sum_of(enum checksum_kind kind, const void *data, size_t length,
                     unsigned char out[CHECKSUM_MAX_BYTES]) {
    struct checksum c;

    checksum_begin(&c, kind);
    checksum_update(&c, data, length);
    return checksum_end(&c, out);
}

static void test_check_values(void **state) {
    static const char *const expected[] = {"cbf43926", "e3069283", "ae8b14860a799888"};

    (void)state;
    for (int k = 0; k < CRC_KINDS; k++) {
        unsigned char raw[CHECKSUM_MAX_BYTES];
        char text[2 * CHECKSUM_MAX_BYTES + 1];

        assert_string_equal(hex_encode(raw, sum_of(kinds[k], "123456789", 9, raw), text), expected[k]);
    }
}

static void test_folding(void **state) {
    static unsigned char data[5000];

    (void)state;
    random_seed(7);
    random_bytes(data, sizeof(data));
    for (int k = 0; k < CRC_KINDS; k++)
        for (size_t length = 0; length < 1200; length++) {
            size_t from = length % 17;
            uint64_t start = length % 3 == 0 ? crc_start(k) : crc_add(k, crc_start(k), data, length % 40);

            assert_int_equal(crc_add(k, start, data + from, length),
                             crc_add_by_table(k, start, data + from, length));
        }
    random_seed(0);
}

static void test_combining(void **state) {
    static unsigned char data[3000];

    (void)state;
    random_seed(8);
    random_bytes(data, sizeof(data));
    for (int k = 0; k < CRC_KINDS; k++) {
        unsigned char raw[CHECKSUM_MAX_BYTES];
        char whole[CHECKSUM_TEXT_BYTES], joined[CHECKSUM_TEXT_BYTES];
        struct checksum c;
        uint64_t crc = 0;
        size_t at = 0;

        for (size_t length = 0; at + length <= sizeof(data); at += length, length = length * 2 + 1) {
            sum_of(kinds[k], data + at, length, raw);
            crc = checksum_combine(kinds[k], crc, raw, length);
        }
        checksum_begin(&c, kinds[k]);
        checksum_update(&c, data, at);
        checksum_end_text(&c, whole);
        assert_string_equal(checksum_crc_text(kinds[k], crc, joined), whole);
    }
    random_seed(0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check_values),
        cmocka_unit_test(test_folding),
        cmocka_unit_test(test_combining),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
