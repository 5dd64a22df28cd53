/* SPDX-License-Identifier: Apache-2.0 */
/* What region may no longer do in its sandbox, and what it must still be able to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <dlfcn.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/sandbox.h"

/* Runs in a child in the sandbox; `run` returns NULL, or what went wrong. */
static void in_sandbox(const char *(*run)(void)) {
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        const char *wrong = "no sandbox";

        alarm(20);
        if (sandbox_enter(SANDBOX_REGION) == 0)
            wrong = run();
        if (wrong != NULL)
            fprintf(stderr, "in the sandbox: %s\n", wrong);
        _exit(wrong != NULL);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

#define DENIED(number, call)                                                                                 \
    do {                                                                                                     \
        errno = 0;                                                                                           \
        if ((call) >= 0 || errno != (number))                                                                \
            return #call;                                                                                    \
    } while (0)

static const char *refused(void) {
    struct perf_event_attr event = {.type = PERF_TYPE_SOFTWARE, .size = sizeof(event), .exclude_kernel = 1};
    char letter = 'x';
    struct {
        uint32_t type, key, value, entries;
    } map = {2, 4, 4, 1}; /* an array */

    DENIED(EPERM, mount("none", "/tmp", "tmpfs", 0, NULL));
    DENIED(EPERM, syscall(SYS_fsopen, "tmpfs", 0));
    DENIED(EPERM, unshare(CLONE_NEWUSER)); /* else anybody may, and has all of the above in there */
    DENIED(EPERM, syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL));
    DENIED(EPERM, syscall(SYS_clone, CLONE_NEWNET | CLONE_NEWNS | SIGCHLD, NULL, NULL, NULL, NULL));
    DENIED(ENOSYS, syscall(SYS_clone3, NULL, (size_t)0));
    DENIED(EPERM, ptrace(PTRACE_TRACEME, 0, NULL, NULL));
    DENIED(EPERM, syscall(SYS_bpf, 0, &map, sizeof(map)));
    DENIED(EPERM, syscall(SYS_perf_event_open, &event, 0, -1, -1, 0UL));
    DENIED(EPERM, syscall(SYS_userfaultfd, 1)); /* user mode only: else anybody may */
    DENIED(EPERM, syscall(SYS_io_uring_setup, 1, NULL));
    DENIED(EPERM, syscall(SYS_keyctl, 0, -3, 0, 0, 0)); /* the session's keyring: anybody has one */
    DENIED(EPERM, syscall(SYS_add_key, "user", "x", "x", (size_t)1, -3));
    DENIED(EPERM, syscall(SYS_finit_module, -1, "", 0));
    DENIED(EPERM, syscall(SYS_kexec_load, 0UL, 0UL, NULL, 0UL));
    DENIED(EPERM, ioctl(0, TIOCSTI, &letter));
    DENIED(EPERM, syscall(SYS_ioctl, 0, TIOCSTI | 1UL << 32, &letter)); /* the kernel sees 32 bits */
    DENIED(EAFNOSUPPORT, socket(AF_ALG, SOCK_SEQPACKET, 0));
    DENIED(EAFNOSUPPORT, syscall(SYS_socket, AF_ALG | 1UL << 32, SOCK_SEQPACKET, 0));
    DENIED(EAFNOSUPPORT, socket(AF_PACKET, SOCK_RAW, 0));
    DENIED(EAFNOSUPPORT, socket(AF_VSOCK, SOCK_STREAM, 0));
    return NULL;
}

static void *in_thread(void *arg) {
    return unshare(CLONE_NEWUSER) < 0 ? arg : NULL;
}

static const char *left(void) {
    static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};
    char *const argv[] = {(char[]){"true"}, NULL}, *const none[] = {NULL};
    void *said = NULL;
    pthread_t thread;
    pid_t pid;
    int status;

    if (pthread_create(&thread, NULL, in_thread, &status) != 0 || pthread_join(thread, &said) != 0)
        return "no threads";
    if (said != &status)
        return "a thread is free of it";
    if (posix_spawnp(&pid, "true", NULL, NULL, argv, none) != 0 || waitpid(pid, &status, 0) != pid ||
        status != 0)
        return "no programs";
    pid = fork();
    if (pid == 0)
        _exit(0);
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        return "no processes";
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
        if (socket(families[i], SOCK_DGRAM, 0) < 0 && errno != EAFNOSUPPORT /* a kernel without IPv6 */)
            return "no sockets";
    if (dlopen("libxml2.so.2", RTLD_NOW) == NULL)
        return "no libraries";
    if (memfd_create("image", MFD_CLOEXEC | MFD_ALLOW_SEALING) < 0 || epoll_create1(0) < 0 ||
        eventfd(0, 0) < 0)
        return "no descriptors";
    return NULL;
}

static void test_refused(void **state) {
    (void)state;
    in_sandbox(refused);
}

static void test_left(void **state) {
    (void)state;
    in_sandbox(left);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_refused), cmocka_unit_test(test_left)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
