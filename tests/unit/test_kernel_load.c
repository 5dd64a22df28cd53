/* SPDX-License-Identifier: Apache-2.0 */
/* What the verifier makes of the kernel's programs, and the reasons for which a machine goes without them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/kernel.h"

/* A tenth of what kernels since 5.2 look at, so that an older or stricter verifier has room. */
enum { VERIFIED_AT_MOST = 100000 };

static struct kernel k;

static void test_verifier_room(void **state) {
    int programs[] = {k.port_in, k.punt_in};

    (void)state;
    if (k.why[0] != '\0') {
        print_message("skipped: %s\n", k.why);
        skip();
    }
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        struct bpf_prog_info info = {0};
        union bpf_attr attr;

        memset(&attr, 0, sizeof(attr));
        attr.info.bpf_fd = (uint32_t)programs[i];
        attr.info.info_len = sizeof(info);
        attr.info.info = (uint64_t)(uintptr_t)&info;
        assert_int_equal(syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)), 0);
        /* Kernels before 5.16 do not tell. */
        print_message("%s: %u instructions, verified %u\n", info.name, info.xlated_prog_len / 8,
                      info.verified_insns);
        assert_in_range(info.verified_insns, 0, VERIFIED_AT_MOST);
    }
}

static int without(uint32_t capabilities) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct have[2];

    if (syscall(SYS_capget, &header, have) < 0)
        return -1;
    for (int i = 0; i < 2; i++)
        have[i].effective = have[i].permitted = have[i].inheritable =
            have[i].effective & (i ? 0 : ~capabilities);
    return (int)syscall(SYS_capset, &header, have);
}

static int no_capability(void) {
    return without(1U << CAP_SYS_ADMIN);
}

static int own_namespace(void) {
    return unshare(CLONE_NEWUSER);
}

/* What kernel_load() says in a process that was prepared like this. */
static void says(int (*prepare)(void), const char *part) {
    int pair[2], status;
    char why[sizeof(k.why)] = "";
    pid_t child;

    assert_int_equal(pipe(pair), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct kernel other;

        if (prepare() < 0)
            _exit(1);
        kernel_load(&other);
        kernel_loaded(&other);
        _exit(write(pair[1], other.why, sizeof(other.why)) != (ssize_t)sizeof(other.why));
    }
    close(pair[1]);
    assert_int_equal(read(pair[0], why, sizeof(why)), sizeof(why));
    close(pair[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    if (strstr(why, part) == NULL)
        fail_msg("no '%s' in '%s'", part, why);
}

static void test_reasons(void **state) {
    const char *expected = strstr(k.why, "built without") ? "built without" : "needs the machine's root";

    (void)state;
    if (geteuid() == 0)
        says(no_capability, expected);
    says(own_namespace, expected);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_verifier_room), cmocka_unit_test(test_reasons)};

    kernel_load(&k);
    kernel_loaded(&k);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
