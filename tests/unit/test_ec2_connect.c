/* SPDX-License-Identifier: Apache-2.0 */
/* SSH keys as the metadata service tells them: the launch's, and those that EC2 Instance Connect lends. */
#include "instance_rig.h"

#include "edge/imds_source.h"

static const char *instance;

struct lent {
    const char *user, *key;
    int64_t for_ms;
};

static int lend(struct api_request *rq, void *arg) {
    const struct lent *l = arg;

    connect_key_put(rq->tx, &(struct connect_key_row){.key = l->key,
                                                      .instance_id = instance,
                                                      .os_user = l->user,
                                                      .public_key = l->key,
                                                      .until_ms = rq->now_ms + l->for_ms});
    return 0;
}

static const char *told(const char *path) {
    struct imds_source source = imds_source_of(rig.store);
    struct imds_instance i = {0};
    struct door door = {.kind = DOOR_IMDS};
    const struct ec2_instance *now = rig_instance(instance);
    struct imds_answer answer;

    assert_int_equal(now->network_interfaces.count, 1);
    door.eni_num = rig.start.enis[0].num;
    assert_int_equal(source.lookup(source.user, &door, &rig.arena, &i), 0);
    answer = imds_find(&i, path, &rig.arena);
    return answer.kind == IMDS_ABSENT ? NULL : arena_strndup(&rig.arena, answer.data, answer.length);
}

static void keys_live_a_while(void **state) {
    static const struct lent lent[] = {{"ec2-user", "ssh-ed25519 AAAA1", 50000},
                                       {"admin", "ssh-ed25519 AAAA2", 50000},
                                       {"ec2-user", "ssh-ed25519 AAAA3", 50000},
                                       {"ec2-user", "ssh-ed25519 AAAA4", -1},
                                       {"gone", "ssh-ed25519 AAAA5", -1}};
    struct ec2_reservation out;

    (void)state;
    assert_int_equal(RUN(&out, .key_name = rig_key("k")), 0);
    instance = out.instances.items[0].instance_id;
    rig_running(instance);
    assert_true(rig.start.ssh_key);
    assert_string_equal(told("/latest/meta-data/public-keys/"), "0=k");
    assert_non_null(strstr(told("/latest/meta-data/public-keys/0/openssh-key"), "ssh-ed25519 AAAA"));
    assert_null(told("/latest/meta-data/managed-ssh-keys/"));
    for (size_t i = 0; i < sizeof(lent) / sizeof(lent[0]); i++)
        assert_int_equal(api_work(rig.api, lend, (void *)(uintptr_t)&lent[i]), 0);
    assert_string_equal(told("/latest/meta-data/managed-ssh-keys/active-keys/"), "admin\nec2-user");
    assert_string_equal(told("/latest/meta-data/managed-ssh-keys/active-keys/ec2-user"),
                        arena_printf(&rig.arena,
                                     "#Instance=%s\nssh-ed25519 AAAA1\n#Instance=%s\nssh-ed25519 AAAA3\n",
                                     instance, instance));
    assert_null(told("/latest/meta-data/managed-ssh-keys/active-keys/gone"));
    clock_skew(40000);
    assert_non_null(told("/latest/meta-data/managed-ssh-keys/active-keys/admin"));
    clock_skew(11000);
    assert_null(told("/latest/meta-data/managed-ssh-keys/"));
    clock_skew(-51000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keys_live_a_while, rig_set_up, rig_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
