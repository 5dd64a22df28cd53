/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ec2_rig: handlers of ec2 called with typed structs on a store of their own, without HTTP.
 *
 *   struct ec2_create_vpc_result *made = CALL(create_vpc, .cidr_block = "10.0.0.0/16");
 *   REFUSED("InvalidVpc.Range", create_vpc, .cidr_block = "10.0.0.0/8");
 *
 * Each call is a transaction: kept when it succeeds, undone when it is refused, as the dispatcher does.
 */
#ifndef VPCBOX_TESTS_EC2_RIG_H
#define VPCBOX_TESTS_EC2_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/ec2/ec2.h"
#include "base/clock.h"
#include "base/text.h"

static struct rig {
    char directory[64];
    struct arena arena;
    struct store *store;
    struct api_config config;
    struct api_request rq;
    struct tx tx;
} rig;

static inline void rig_begin(bool write) {
    rig.rq = (struct api_request){.config = &rig.config,
                                  .arena = &rig.arena,
                                  .tx = &rig.tx,
                                  .now_ms = clock_real_ms(),
                                  .request_id = "test",
                                  .region = rig.config.region,
                                  .service = &model_ec2,
                                  .caller = {.kind = API_CALLER_ROOT, .account = rig.config.account}};
    assert_int_equal(write ? store_write_begin(rig.store, &rig.arena, &rig.tx)
                           : store_read_begin(rig.store, &rig.arena, &rig.tx),
                     0);
}

static inline void rig_end(bool keep) {
    assert_int_equal(rig.tx.failed, 0);
    if (!rig.tx.write) {
        store_read_end(&rig.tx);
        return;
    }
    assert_int_equal(store_write_end(&rig.tx, keep), 0);
    if (keep)
        assert_int_equal(store_write_sync(&rig.tx), 0);
}

struct rig_operation {
    const char *function, *name;
    api_handler handler;
    int flags;
};

#define RIG_OPERATION(name_, function_, flags_)                                                              \
    {#function_, #name_, (api_handler)(void (*)(void))ec2_##function_, flags_},

static inline int rig_run(const char *function, const void *in, void *out) {
    static const struct rig_operation operations[] = {EC2_NET_OPERATIONS(RIG_OPERATION)};
    const struct rig_operation *op = operations;
    while (!text_is(op->function, function))
        op++;
    rig_begin(op->flags & API_WRITE);
    rig.rq.operation = model_operation_find(&model_ec2, op->name);
    assert_non_null(rig.rq.operation);
    int r = op->handler(&rig.rq, in, out);
    rig_end(r == 0);
    return r;
}

static inline void rig_ok(int r, const char *function) {
    if (r != 0)
        fail_msg("%s: %s: %s", function, rig.rq.error_code, rig.rq.error_message);
}

static inline void rig_refused(int r, const char *function, const char *code) {
    if (r != API_REFUSED)
        fail_msg("%s was not refused with %s", function, code);
    if (!text_is(rig.rq.error_code, code))
        fail_msg("%s: %s: %s, not %s", function, rig.rq.error_code, rig.rq.error_message, code);
}

/* Runs an operation that must succeed; the result lives in the rig's arena. */
#define CALL(function, ...)                                                                                  \
    __extension__({                                                                                          \
        const struct ec2_##function##_request in_ = {__VA_ARGS__};                                           \
        struct ec2_##function##_result *out_ = arena_new(&rig.arena, struct ec2_##function##_result);        \
        rig_ok(rig_run(#function, &in_, out_), #function);                                                   \
        out_;                                                                                                \
    })
/* The same for operations whose answer is empty. */
#define DO(function, ...)                                                                                    \
    do {                                                                                                     \
        const struct ec2_##function##_request in_ = {__VA_ARGS__};                                           \
        rig_ok(rig_run(#function, &in_, NULL), #function);                                                   \
    } while (0)
#define REFUSED(code, function, ...)                                                                         \
    do {                                                                                                     \
        const struct ec2_##function##_request in_ = {__VA_ARGS__};                                           \
        char out_[1024] = {0};                                                                               \
        rig_refused(rig_run(#function, &in_, out_), #function, (code));                                      \
    } while (0)

#define COUNT_OF(...) (sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *))
#define TEXTS(...)                                                                                           \
    { (const char *[]){__VA_ARGS__}, COUNT_OF(__VA_ARGS__), COUNT_OF(__VA_ARGS__) }
#define ONE(type, ...)                                                                                       \
    { (struct type[]){{__VA_ARGS__}}, 1, 1 }
#define FILTER(name_, ...) ONE(ec2_filter, .name = (name_), .values = TEXTS(__VA_ARGS__))

static inline int rig_setup(void **state) {
    (void)state;
    memset(&rig, 0, sizeof(rig));
    snprintf(rig.directory, sizeof(rig.directory), "/tmp/vpcbox-test-XXXXXX");
    assert_non_null(mkdtemp(rig.directory));
    rig.config =
        (struct api_config){.home = rig.directory, .account = "123456789012", .region = "ap-northeast-1"};
    const char *error = NULL;
    if (store_open(rig.directory, &rig.store, &error) < 0)
        fail_msg("%s", error);
    return 0;
}

static inline int rig_teardown(void **state) {
    (void)state;
    store_close(rig.store);
    arena_free(&rig.arena);
    char command[128];
    snprintf(command, sizeof(command), "rm -rf '%s'", rig.directory);
    return system(command);
}

#define RIG_TEST(function) cmocka_unit_test_setup_teardown(function, rig_setup, rig_teardown)

static inline const char *rig_vpc(const char *cidr) {
    return CALL(create_vpc, .cidr_block = cidr)->vpc->vpc_id;
}

static inline const char *rig_subnet(const char *vpc, const char *cidr, const char *zone) {
    return CALL(create_subnet, .vpc_id = vpc, .cidr_block = cidr, .availability_zone = zone)
        ->subnet->subnet_id;
}

/* An interface; with an instance, attached to it as device 0 (the instance's row is made when absent). */
static inline const struct eni_row *rig_eni(const char *subnet, const char *ip, const char *instance,
                                            bool up) {
    rig_begin(true);
    const struct eni_row *made = NULL;
    const char *ips[] = {ip};
    struct ec2_eni_new spec = {.subnet = subnet_find(&rig.tx, subnet),
                               .kind = "interface",
                               .private_ips = ips,
                               .private_ip_count = ip != NULL};
    rig_ok(ec2_eni_create(&rig.rq, &spec, &made), "ec2_eni_create");
    struct eni_row row = *made;
    if (instance) {
        struct instance_row i = {.id = instance,
                                 .account = rig.config.account,
                                 .region = rig.config.region,
                                 .state = up ? "running" : "stopped",
                                 .up = up,
                                 .resource_name_a = 1};
        instance_put(&rig.tx, &i);
        row.instance_id = instance;
        row.status = "in-use";
        eni_put(&rig.tx, &row);
    }
    rig_end(true);
    return arena_dup(&rig.arena, &row, sizeof(row));
}

static inline void rig_instance_up(const char *id, bool up) {
    rig_begin(true);
    struct instance_row i = *instance_find(&rig.tx, id);
    i.up = up;
    i.state = up ? "running" : "stopped";
    instance_put(&rig.tx, &i);
    api_network_changed(&rig.rq, eni_list_by(&rig.tx, COL(eni, instance_id), id).items[0].vpc_id);
    rig_end(true);
}

#endif
