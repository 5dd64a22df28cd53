/* SPDX-License-Identifier: Apache-2.0 */
/* A request's digest changes with everything that it asks for, and with nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/gen/ec2.h"
#include "model/model.h"

static uint64_t digest(const struct ec2_run_instances_request *in) {
    return model_digest(model_operation_find(&model_ec2, "RunInstances")->input, in);
}

static void test_digest(void **state) {
    struct arena a = {0};
    struct ec2_run_instances_request in = {.image_id = "ami-1", .min_count = SOME_INT(1)}, other;
    struct ec2_placement placement = {.tenancy = "default"}, elsewhere = {.availability_zone = "default"};
    uint64_t first;

    (void)state;
    *vec_push(&a, &in.security_group_ids) = "sg-1";
    in.placement = &placement;
    first = digest(&in);

    other = in;
    other.client_token = "x";
    other.dry_run = SOME_BOOL(true);
    assert_true(digest(&other) == first);

    other = in;
    other.min_count = SOME_INT(2);
    assert_true(digest(&other) != first);
    other = in;
    other.image_id = NULL;
    assert_true(digest(&other) != first);
    other = in;
    other.placement = &elsewhere;
    assert_true(digest(&other) != first);
    other = in;
    other.security_group_ids.items = NULL;
    other.security_group_ids.count = other.security_group_ids.capacity = 0;
    *vec_push(&a, &other.security_groups) = "sg-1";
    assert_true(digest(&other) != first);
    other = in;
    *vec_push(&a, &other.tag_specifications) = (struct ec2_tag_specification){.resource_type = "instance"};
    first = digest(&other);
    *vec_push(&a, &other.tag_specifications.items[0].tags) = (struct ec2_tag){"Name", "x"};
    assert_true(digest(&other) != first);
    arena_free(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_digest)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
