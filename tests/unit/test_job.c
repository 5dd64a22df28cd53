/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs: order, attempts and their end, what is asked twice, times by a clock that is moved, and a new start. */
#include "instance_rig.h"

#include "api/job.h"

static const char *vpc, *subnet;

static int set_up(void **state) {
    rig_set_up(state);
    vpc = rig_vpc("10.0.0.0/16");
    subnet = rig_subnet(vpc, "10.0.1.0/24");
    return 0;
}

static const char *running(void) {
    struct ec2_reservation out;
    const char *id;

    assert_int_equal(RUN(&out, .subnet_id = subnet), 0);
    id = out.instances.items[0].instance_id;
    rig_running(id);
    return id;
}

static size_t noted(const char *what, const char *id) {
    const char *line = arena_printf(&rig.arena, "%s %s", what, id);
    size_t n = 0;

    pthread_mutex_lock(&rig.lock);
    for (size_t i = 0; i < rig.notes.count; i++)
        n += strcmp(rig.notes.items[i], line) == 0;
    pthread_mutex_unlock(&rig.lock);
    return n;
}

static int count_jobs(struct api_request *rq, void *arg) {
    *(struct job_rows *)arg = job_list(rq->tx);
    return 0;
}

static size_t jobs_kept(void) {
    struct job_rows rows = {0};

    assert_int_equal(api_look(rig.api, count_jobs, &rows), 0);
    return rows.count;
}

static void stop(const char *id) {
    DO(StopInstances, stop_instances, .instance_ids = LIST(id));
    instances_settle(rig.api);
}

static void tried_again(void **state) {
    const char *id = running();

    (void)state;
    rig.other_result = -EIO;
    stop(id);
    assert_string_equal(rig_state(id), "stopping");
    assert_int_equal(noted("stop", id), 1);
    assert_int_equal(jobs_kept(), 1);
    rig.other_result = 0;
    clock_skew(JOB_PAUSE_FIRST_MS + 1);
    instances_settle(rig.api);
    assert_string_equal(rig_state(id), "stopped");
    assert_int_equal(noted("stop", id), 2);
    assert_int_equal(jobs_kept(), 0);
}

static void an_end_to_it(void **state) {
    const char *id = running();

    (void)state;
    rig.other_result = -EIO;
    stop(id);
    for (int i = 1; i < JOB_ATTEMPTS; i++) {
        assert_string_equal(rig_state(id), "stopping");
        clock_skew(JOB_PAUSE_MOST_MS + 1);
        instances_settle(rig.api);
    }
    assert_int_equal(noted("stop", id), JOB_ATTEMPTS);
    assert_string_equal(rig_state(id), "stopped");
    assert_int_equal(jobs_kept(), 0);
}

/* What is newly asked does not wait for the pause of what was asked before. */
static void a_pause_is_cut_short(void **state) {
    const char *id = running();

    (void)state;
    rig.other_result = -EIO;
    stop(id);
    rig.other_result = 0;
    DO(TerminateInstances, terminate_instances, .instance_ids = LIST(id));
    instances_settle(rig.api);
    assert_string_equal(rig_state(id), "terminated");
    assert_int_equal(noted("stop", id), 1); /* overtaken */
}

static void asked_twice(void **state) {
    const char *id = running();
    struct ec2_create_network_interface_result made;

    (void)state;
    assert_int_equal(CALL(CreateNetworkInterface, create_network_interface, &made, .subnet_id = subnet), 0);
    rig.plug_waits = true;
    DO(AttachNetworkInterface, attach_network_interface, .instance_id = id, .device_index = SOME_INT(1),
       .network_interface_id = made.network_interface->network_interface_id);
    for (int i = 0; i < 100; i++)
        DO(RebootInstances, reboot_instances, .instance_ids = LIST(id));
    assert_int_equal(jobs_kept(), 2);
    rig_plug_go();
    instances_settle(rig.api);
    assert_int_equal(noted("reboot", id), 1);
}

static void gone_after_an_hour(void **state) {
    struct ec2_describe_instances_result out;
    const char *id = running();

    (void)state;
    DO(TerminateInstances, terminate_instances, .instance_ids = LIST(id));
    instances_settle(rig.api);
    assert_int_equal(jobs_kept(), 1);
    clock_skew(59 * 60 * 1000);
    instances_settle(rig.api);
    assert_string_equal(rig_state(id), "terminated");
    assert_int_equal(jobs_kept(), 1);
    clock_skew(2 * 60 * 1000);
    instances_settle(rig.api);
    assert_int_equal(jobs_kept(), 0);
    REFUSED("InvalidInstanceID.NotFound",
            CALL(DescribeInstances, describe_instances, &out, .instance_ids = LIST(id)));
}

/* The process ends with a job in its pause; the next one goes on with it, and asks once. */
static void goes_on(void **state) {
    const char *id = running();

    (void)state;
    rig.other_result = -EIO;
    stop(id);
    rig.other_result = 0;
    jobs_end(rig.api);
    clock_skew(JOB_PAUSE_FIRST_MS + 1);
    assert_string_equal(rig_state(id), "stopping");
    jobs_resume(rig.api);
    instances_settle(rig.api);
    assert_string_equal(rig_state(id), "stopped");
    assert_int_equal(noted("stop", id), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tried_again, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(an_end_to_it, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(a_pause_is_cut_short, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(asked_twice, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(gone_after_an_hour, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(goes_on, set_up, rig_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
