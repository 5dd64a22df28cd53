/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in data about AWS hangs together, and names lead to the addresses that they should. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/awsnet.h"

static const char HOME[] = "ap-northeast-1";

static bool in_cidrs(struct ip4 a, const struct prefix4 *c, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (prefix4_contains(c[i], a))
            return true;
    return false;
}

static struct awsnet_name named(const char *name) {
    struct awsnet_name n = {0};

    if (awsnet_name(HOME, name, &n) != 0)
        fail_msg("%s is not known", name);
    return n;
}

static void test_names(void **state) {
    const struct awsnet_prefix_list *pl = awsnet_prefix_list("s3", HOME);
    static const char *const home_s3[] = {"s3.ap-northeast-1.amazonaws.com",
                                          "b.s3.ap-northeast-1.amazonaws.com",
                                          "a.b.c.s3.ap-northeast-1.amazonaws.com",
                                          "x.s3.s3.ap-northeast-1.amazonaws.com",
                                          "s3-ap-northeast-1.amazonaws.com",
                                          "b.s3.dualstack.ap-northeast-1.amazonaws.com",
                                          "b.s3.amazonaws.com"};
    struct awsnet_name n;
    size_t count;
    const struct prefix4 *service = awsnet_service_cidrs(&count);

    (void)state;
    assert_non_null(pl);
    for (size_t i = 0; i < sizeof(home_s3) / sizeof(home_s3[0]); i++) {
        n = named(home_s3[i]);
        assert_string_equal(n.service->name, "s3");
        assert_true(in_cidrs(n.address, pl->cidrs, pl->cidr_count));
        assert_true(in_cidrs(n.address, service, count));
    }
    n = named("b.s3.eu-west-1.amazonaws.com");
    assert_false(in_cidrs(n.address, pl->cidrs, pl->cidr_count));
    assert_true(in_cidrs(n.address, service, count));
    n = named("s3.amazonaws.com");
    assert_string_equal(n.region->name, "us-east-1");
    assert_false(n.regional);
    n = named("ssm.ap-northeast-1.amazonaws.com");
    assert_string_equal(n.service->name, "ssm");
    assert_true(n.regional);
    assert_true(named("ssm.us-west-2.amazonaws.com").address.v != n.address.v);
    assert_string_equal(named("iam.amazonaws.com").service->name, "iam");
    assert_string_equal(named("api.ecr.us-east-1.amazonaws.com").service->name, "ecr.api");
}

static void test_unknown_names(void **state) {
    static const char *const none[] = {"amazonaws.com",
                                       "",
                                       "ssm.amazonaws.com",
                                       "ssm.mars-1.amazonaws.com",
                                       "nosuch.ap-northeast-1.amazonaws.com",
                                       "assm.ap-northeast-1.amazonaws.com",
                                       ".s3.ap-northeast-1.amazonaws.com",
                                       "s3..amazonaws.com",
                                       "s3.ap-northeast-1.amazonaws.com.evil",
                                       "s3.ap-northeast-1.amazonaws.co"};
    struct awsnet_name n;

    (void)state;
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        if (awsnet_name(HOME, none[i], &n) != -ENOENT)
            fail_msg("%s is known", none[i]);
}

/* Every service of every region has an address of its own: one address, one meaning. */
static void test_addresses_are_distinct(void **state) {
    size_t services, regions, cidrs, used = 0;
    const struct awsnet_service *s = awsnet_services(&services);
    const struct awsnet_region *r = awsnet_regions(&regions);
    const struct prefix4 *service = awsnet_service_cidrs(&cidrs);
    static uint32_t seen[8192];

    (void)state;
    assert_true(services > 50 && regions > 30);
    for (size_t i = 0; i < services; i++) {
        if (strstr(s[i].patterns[0], "{region}") == NULL)
            continue;
        for (size_t j = 0; j < regions; j++) {
            char name[AWSNET_NAME_BYTES];
            const char *p = s[i].patterns[0], *mark = strstr(p, "{region}");
            struct awsnet_name n;

            snprintf(name, sizeof(name), "%.*s%s%s", (int)(mark - p), p, r[j].name, mark + 8);
            if (name[0] == '*')
                name[0] = 'x';
            n = named(name);
            assert_string_equal(n.service->name, s[i].name);
            assert_ptr_equal(n.region, &r[j]);
            assert_true(in_cidrs(n.address, service, cidrs));
            for (size_t k = 0; k < used; k++)
                if (seen[k] == n.address.v)
                    fail_msg("the address of %s is taken", name);
            assert_true(used < 8192);
            seen[used++] = n.address.v;
        }
    }
}

static void test_regions_and_lists(void **state) {
    size_t count, pool_count;
    const struct awsnet_region *home = awsnet_region(HOME);
    const struct prefix4 *pool = awsnet_public_pool(&pool_count), *service = awsnet_service_cidrs(&count);
    char name[AWSNET_NAME_BYTES];

    (void)state;
    assert_non_null(home);
    assert_int_equal(home->zone_count, 3);
    assert_string_equal(home->zones[0].name, "ap-northeast-1a");
    assert_string_equal(home->zones[0].id, "apne1-az4");
    assert_null(awsnet_region("mars-1"));
    assert_string_equal(awsnet_prefix_list("dynamodb", HOME)->name, "com.amazonaws.ap-northeast-1.dynamodb");
    assert_true(pool_count > 0);
    for (size_t i = 0; i < pool_count; i++)
        for (size_t j = 0; j < count; j++)
            assert_false(prefix4_overlap(pool[i], service[j]));
    assert_int_equal(awsnet_private_dns_name(awsnet_service("ssm"), HOME, name), 0);
    assert_string_equal(name, "ssm.ap-northeast-1.amazonaws.com");
    assert_int_equal(awsnet_private_dns_name(awsnet_service("iam"), HOME, name), -ENOENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_unknown_names),
        cmocka_unit_test(test_addresses_are_distinct),
        cmocka_unit_test(test_regions_and_lists),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
