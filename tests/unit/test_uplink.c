/* SPDX-License-Identifier: Apache-2.0 */
/* What the internet of --internet host is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/uplink.h"

static bool may_reach(const char *text) {
    struct ip4 address;

    assert_int_equal(ip4_parse(text, &address), 0);
    return uplink_may_reach(address);
}

static void special_ranges_are_refused(void **state) {
    static const char *const refused[] = {
        "0.0.0.0",        "0.255.255.255", "10.0.0.1",        "100.64.0.1",      "100.127.255.255",
        "127.0.0.1",      "127.0.0.53",    "169.254.169.254", "172.16.0.1",      "172.31.255.255",
        "192.0.0.1",      "192.0.2.1",     "192.168.0.1",     "198.18.0.1",      "198.19.255.255",
        "198.51.100.1",   "203.0.113.1",   "224.0.0.1",       "239.255.255.250", "240.0.0.1",
        "255.255.255.255"};

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_false(may_reach(refused[i]));
}

static void the_rest_is_reached(void **state) {
    static const char *const reached[] = {
        "1.1.1.1",     "8.8.8.8",    "9.255.255.255", "11.0.0.1",    "100.63.0.1",  "100.128.0.1",
        "126.0.0.1",   "128.0.0.1",  "172.15.0.1",    "172.32.0.1",  "192.0.1.1",   "192.167.0.1",
        "192.169.0.1", "198.17.0.1", "198.20.0.1",    "203.0.112.1", "203.0.114.1", "223.255.255.255"};

    (void)state;
    for (size_t i = 0; i < sizeof(reached) / sizeof(reached[0]); i++)
        assert_true(may_reach(reached[i]));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(special_ranges_are_refused),
                                       cmocka_unit_test(the_rest_is_reached)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
