/* SPDX-License-Identifier: Apache-2.0 */
/*
 * instance_rig: an API with a store of its own and a backend that only takes notes, for tests of ec2's handlers.
 *
 * Each call is a write transaction of its own, as a request's is.  What it returns lives until the rig's
 * end.  The region has its default VPC.
 */
#ifndef VPCBOX_TESTS_INSTANCE_RIG_H
#define VPCBOX_TESTS_INSTANCE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/ec2/ec2.h"
#include "api/ec2/instance.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/rows.h"

#define RIG_REGION "ap-northeast-1"
#define RIG_ACCOUNT "123456789012"
#define AMI_X86 "ami-083c5edd78068b13c" /* al2023, IMDSv2 by default */
#define AMI_ARM "ami-0bfd6cc414d9e69ed"
#define AMI_OLD "ami-0d8a0b00ab23bd91b" /* amzn2, IMDSv1 by default */

static struct {
    char directory[64];
    struct store *store;
    struct api *api;
    struct arena arena;
    const char *code, *message; /* of the last refusal */

    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct arena notes_arena;
    VEC(const char *) notes;         /* "start i-…", … in the order in which the backend was called */
    struct api_instance_start start; /* the last one, in notes_arena */
    int start_result, other_result;  /* what the backend answers */
    unsigned meet, met;              /* starts wait until so many are under way */
    bool missed;                     /* … but not for ever */
    bool plug_waits;                 /* eni_attach and eni_detach wait for rig_plug_go() */
} rig = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static inline void rig_note(const char *what, const char *id) {
    pthread_mutex_lock(&rig.lock);
    *vec_push(&rig.notes_arena, &rig.notes) = arena_printf(&rig.notes_arena, "%s %s", what, id);
    pthread_mutex_unlock(&rig.lock);
}

static inline int rig_start(void *user, const struct api_instance_start *s) {
    struct timespec until;

    (void)user;
    rig_note("start", s->id);
    pthread_mutex_lock(&rig.lock);
    rig.start = *s;
    rig.start.id = arena_strdup(&rig.notes_arena, s->id);
    rig.start.hostname = arena_strdup(&rig.notes_arena, s->hostname);
    rig.start.domain = arena_strdup(&rig.notes_arena, s->domain);
    rig.start.resolver = arena_strdup(&rig.notes_arena, s->resolver);
    rig.start.user_data = arena_dup(&rig.notes_arena, s->user_data, s->user_data_length);
    for (size_t i = 0; i < s->eni_count; i++) {
        rig.start.enis[i].mac = arena_strdup(&rig.notes_arena, s->enis[i].mac);
        rig.start.enis[i].address = arena_strdup(&rig.notes_arena, s->enis[i].address);
        rig.start.enis[i].gateway = arena_strdup(&rig.notes_arena, s->enis[i].gateway);
    }
    rig.met++;
    pthread_cond_broadcast(&rig.changed);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 2;
    while (rig.met < rig.meet && !rig.missed)
        rig.missed = pthread_cond_timedwait(&rig.changed, &rig.lock, &until) != 0;
    pthread_mutex_unlock(&rig.lock);
    return rig.start_result;
}
static inline int rig_stop(void *user, const char *id, bool force) {
    (void)user;
    rig_note(force ? "kill" : "stop", id);
    return rig.other_result;
}
static inline int rig_reboot(void *user, const char *id) {
    (void)user;
    rig_note("reboot", id);
    return rig.other_result;
}
static inline int rig_terminate(void *user, const char *id) {
    (void)user;
    rig_note("terminate", id);
    return rig.other_result;
}
static inline int rig_plug(const char *what, const char *id) {
    rig_note(what, id);
    pthread_mutex_lock(&rig.lock);
    while (rig.plug_waits)
        pthread_cond_wait(&rig.changed, &rig.lock);
    pthread_mutex_unlock(&rig.lock);
    return rig.other_result;
}
static inline void rig_plug_go(void) {
    pthread_mutex_lock(&rig.lock);
    rig.plug_waits = false;
    pthread_cond_broadcast(&rig.changed);
    pthread_mutex_unlock(&rig.lock);
}
static inline int rig_eni_attach(void *user, const char *id, const struct api_instance_eni *eni) {
    (void)user;
    (void)eni;
    return rig_plug("plug", id);
}
static inline int rig_eni_detach(void *user, const char *id, uint32_t num) {
    (void)user;
    (void)num;
    return rig_plug("unplug", id);
}
static inline int rig_console(void *user, struct arena *a, const char *id, const void **ret_data,
                              size_t *ret_length) {
    (void)user;
    *ret_data = arena_printf(a, "console of %s", id);
    *ret_length = strlen(*ret_data);
    return 0;
}
static inline int rig_publish(void *user) {
    (void)user;
    return 0;
}

/* ---- calls ---- */

struct rig_call {
    const char *operation;
    api_handler handler;
    const void *in;
    void *out;
    const char *account;
};

static inline int rig_work(struct api_request *rq, void *arg) {
    const struct rig_call *c = arg;
    int r;

    rq->arena = rq->tx->arena = &rig.arena;
    rq->service = &model_ec2;
    rq->operation = model_operation_find(&model_ec2, c->operation);
    assert_non_null(rq->operation);
    if (c->account != NULL)
        rq->caller.account = c->account;
    ec2_region_setup(rq);
    rig.code = rig.message = NULL;
    r = c->handler(rq, c->in, c->out);
    rig.code = rq->error_code;
    rig.message = rq->error_message;
    return r;
}

static inline int rig_call(struct rig_call call) {
    return api_work(rig.api, rig_work, &call);
}

#define CALL_IN(operation_, function, input, output)                                                         \
    (memset((output), 0, sizeof(*(output))),                                                                 \
     rig_call((struct rig_call){#operation_, (api_handler)(void (*)(void))ec2_##function, (input), (output), \
                                NULL}))
/* Members of the request struct follow the output. */
#define CALL(operation_, function, output, ...)                                                              \
    CALL_IN(operation_, function, (&(struct ec2_##function##_request){__VA_ARGS__}), (output))
static union {
    max_align_t align;
    char bytes[1024]; /* no smaller than any output */
} rig_nothing;
#define DO(operation_, function, ...)                                                                        \
    assert_int_equal(CALL(operation_, function, &rig_nothing, __VA_ARGS__), 0)
#define REFUSED(code_, call)                                                                                 \
    do {                                                                                                     \
        assert_int_equal((call), API_REFUSED);                                                               \
        assert_string_equal(rig.code, (code_));                                                              \
    } while (0)
#define LIST(...)                                                                                            \
    {                                                                                                        \
        .items = (const char *[]){__VA_ARGS__},                                                              \
        .count = sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)                                \
    }
#define ONE(type, ...)                                                                                       \
    { .items = (struct type[]){{__VA_ARGS__}}, .count = 1 }

/* ---- set up ---- */

static inline int rig_set_up(void **state) {
    static const struct api_config config = {.account = RIG_ACCOUNT, .region = RIG_REGION};
    static const struct api_backend backend = {.instance_start = rig_start,
                                               .instance_stop = rig_stop,
                                               .instance_reboot = rig_reboot,
                                               .instance_terminate = rig_terminate,
                                               .instance_console = rig_console,
                                               .eni_attach = rig_eni_attach,
                                               .eni_detach = rig_eni_detach,
                                               .network_publish = rig_publish};
    const char *error = NULL;

    (void)state;
    strcpy(rig.directory, "/tmp/vpcbox-ec2-XXXXXX");
    assert_non_null(mkdtemp(rig.directory));
    assert_int_equal(store_open(rig.directory, &rig.store, &error), 0);
    rig.api = api_new(&config, rig.store, &backend);
    assert_non_null(rig.api);
    rig.start_result = rig.other_result = 0;
    rig.meet = rig.met = 0;
    rig.missed = false;
    return 0;
}

static inline int rig_tear_down(void **state) {
    char path[128];

    (void)state;
    instances_settle(rig.api);
    api_free(rig.api);
    store_close(rig.store);
    arena_free(&rig.arena);
    arena_free(&rig.notes_arena);
    memset(&rig.notes, 0, sizeof(rig.notes));
    for (const char *const *end = (const char *[]){"", "-wal", "-shm", NULL}; *end != NULL; end++) {
        snprintf(path, sizeof(path), "%s/state.db%s", rig.directory, *end);
        unlink(path);
    }
    rmdir(rig.directory);
    return 0;
}

/* ---- things that most tests need ---- */

static inline const char *rig_vpc(const char *cidr) {
    struct ec2_create_vpc_result out;

    assert_int_equal(CALL(CreateVpc, create_vpc, &out, .cidr_block = cidr), 0);
    return out.vpc->vpc_id;
}

static inline const char *rig_subnet(const char *vpc_id, const char *cidr) {
    struct ec2_create_subnet_result out;

    assert_int_equal(CALL(CreateSubnet, create_subnet, &out, .vpc_id = vpc_id, .cidr_block = cidr), 0);
    return out.subnet->subnet_id;
}

static inline const char *rig_gateway(const char *vpc_id) {
    struct ec2_create_internet_gateway_result out;

    assert_int_equal(CALL(CreateInternetGateway, create_internet_gateway, &out, .dry_run = {0}), 0);
    DO(AttachInternetGateway, attach_internet_gateway, .vpc_id = vpc_id,
       .internet_gateway_id = out.internet_gateway->internet_gateway_id);
    return out.internet_gateway->internet_gateway_id;
}

static inline const char *rig_key(const char *name) {
    static const char line[] =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG1hZGUtZm9yLXRlc3RzLWFuZC1ub3RoaW5nLWVsc2Uh";
    struct ec2_import_key_pair_result out;

    assert_int_equal(CALL(ImportKeyPair, import_key_pair, &out, .key_name = name,
                          .public_key_material = {line, strlen(line)}),
                     0);
    return name;
}

#define RUN(output, ...)                                                                                     \
    CALL(RunInstances, run_instances, (output), .image_id = AMI_X86, .instance_type = "t3.micro",            \
         .min_count = SOME_INT(1), .max_count = SOME_INT(1), __VA_ARGS__)

/* The instance as DescribeInstances shows it. */
static inline const struct ec2_instance *rig_instance(const char *id) {
    struct ec2_describe_instances_result out;

    assert_int_equal(CALL(DescribeInstances, describe_instances, &out, .instance_ids = LIST(id)), 0);
    assert_int_equal(out.reservations.count, 1);
    assert_int_equal(out.reservations.items[0].instances.count, 1);
    return &out.reservations.items[0].instances.items[0];
}

static inline void rig_event(const char *id, enum instance_event event) {
    instance_on_event(rig.api, id, event, NULL);
    instances_settle(rig.api);
}

/* Waits for the start that the call asked for, then says that it runs. */
static inline void rig_running(const char *id) {
    instances_settle(rig.api);
    rig_event(id, INSTANCE_EVENT_RUNNING);
    assert_string_equal(rig_instance(id)->state->name, "running");
}

static inline const char *rig_state(const char *id) {
    return rig_instance(id)->state->name;
}

#endif
