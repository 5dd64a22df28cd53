/* SPDX-License-Identifier: Apache-2.0 */
/* What an instance's processes are refused, by every way into the kernel, and what they need. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/filter.h"

/* As bubblewrap does it. */
static int load(void) {
    static struct sock_filter program[4096];
    int fd = filter_open();
    ssize_t n;

    if (fd < 0)
        return fd;
    lseek(fd, 0, SEEK_SET);
    n = read(fd, program, sizeof(program));
    close(fd);
    struct sock_fprog whole = {(unsigned short)(n / (ssize_t)sizeof(program[0])), program};
    if (n <= 0 || (size_t)n == sizeof(program) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &whole) < 0)
        return -1;
    return 0;
}

/* Runs in a child behind the filter; `run` returns NULL, or what went wrong.  Returns the child's status. */
static int behind_filter(const char *(*run)(void)) {
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        const char *wrong = "no filter";

        alarm(20);
        if (load() == 0)
            wrong = run();
        if (wrong != NULL)
            fprintf(stderr, "behind the filter: %s\n", wrong);
        _exit(wrong != NULL);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

#define REFUSED(number, call)                                                                                \
    do {                                                                                                     \
        errno = 0;                                                                                           \
        if ((call) >= 0 || errno != (number))                                                                \
            return #call;                                                                                    \
    } while (0)
#define WORKS(call)                                                                                          \
    do {                                                                                                     \
        if ((call) < 0)                                                                                      \
            return #call;                                                                                    \
    } while (0)

static const char *natively(void) {
    struct perf_event_attr event = {.type = PERF_TYPE_SOFTWARE, .size = sizeof(event), .exclude_kernel = 1};
    struct timeval now;
    struct timespec at;
    struct {
        uint32_t type, key, value, entries;
    } map = {2, 4, 4, 1}; /* an array */
    char log[4096], letter = 'x';
    unsigned long context = 0;

    REFUSED(EPERM, syscall(SYS_add_key, "user", "x", "x", (size_t)1, -3));
    REFUSED(EPERM, syscall(SYS_request_key, "user", "x", NULL, -3));
    REFUSED(EPERM, syscall(SYS_keyctl, 0, -4, 0, 0, 0)); /* the user's keyring */
    REFUSED(EPERM, syscall(SYS_bpf, 0, &map, sizeof(map)));
    REFUSED(EPERM, syscall(SYS_perf_event_open, &event, 0, -1, -1, 0UL));
    REFUSED(EPERM, syscall(SYS_userfaultfd, 1));
    REFUSED(EPERM, syscall(SYS_io_uring_setup, 1, NULL));
    REFUSED(EPERM, syscall(SYS_io_uring_enter, -1, 0, 0, 0, NULL, (size_t)0));
    REFUSED(EPERM, syscall(SYS_io_uring_register, -1, 0, NULL, 0));
    REFUSED(EPERM, syscall(SYS_fanotify_init, 0x200, 0));
    REFUSED(EPERM, syscall(SYS_open_by_handle_at, -1, NULL, 0));
    REFUSED(EPERM, syscall(SYS_init_module, NULL, 0UL, ""));
    REFUSED(EPERM, syscall(SYS_finit_module, -1, "", 0));
    REFUSED(EPERM, syscall(SYS_delete_module, "x", 0));
    REFUSED(EPERM, syscall(SYS_kexec_load, 0UL, 0UL, NULL, 0UL));
    REFUSED(EPERM, syscall(SYS_kexec_file_load, -1, -1, 0UL, NULL, 0UL));
    gettimeofday(&now, NULL);
    clock_gettime(CLOCK_REALTIME, &at);
    REFUSED(EPERM, settimeofday(&now, NULL));
    REFUSED(EPERM, syscall(SYS_clock_settime, CLOCK_REALTIME, &at));
    REFUSED(EPERM, syscall(SYS_syslog, 3, log, sizeof(log)));
    REFUSED(EPERM, syscall(SYS_swapon, "/nothing", 0));
    REFUSED(EPERM, syscall(SYS_swapoff, "/nothing"));
    REFUSED(EPERM, syscall(SYS_acct, NULL));
    REFUSED(EPERM, syscall(SYS_quotactl, 0x80000100U, NULL, 0, NULL));
    REFUSED(ENOSYS, syscall(SYS_io_setup, 1, &context));
    REFUSED(ENOSYS, syscall(SYS_open_tree, AT_FDCWD, "/", 0));
    REFUSED(ENOSYS, syscall(SYS_move_mount, -1, "", -1, "", 0));
    REFUSED(ENOSYS, syscall(SYS_fsopen, "tmpfs", 0));
    REFUSED(ENOSYS, syscall(SYS_fsconfig, -1, 0, NULL, NULL, 0));
    REFUSED(ENOSYS, syscall(SYS_fsmount, -1, 0, 0));
    REFUSED(ENOSYS, syscall(SYS_fspick, AT_FDCWD, "/", 0));
    REFUSED(ENOSYS, syscall(SYS_mount_setattr, -1, "", 0, NULL, (size_t)0));
    REFUSED(EPERM, ioctl(0, TIOCSTI, &letter));
    REFUSED(EPERM, ioctl(0, TIOCLINUX, &letter));
    REFUSED(EPERM, syscall(SYS_ioctl, 0, TIOCSTI | 1UL << 32, &letter)); /* the kernel sees 32 bits */
    REFUSED(EAFNOSUPPORT, socket(AF_VSOCK, SOCK_STREAM, 0));
    REFUSED(EAFNOSUPPORT, socket(AF_ALG, SOCK_SEQPACKET, 0));
    REFUSED(EAFNOSUPPORT, socket(AF_XDP, SOCK_RAW, 0));
    REFUSED(EAFNOSUPPORT, syscall(SYS_socket, AF_VSOCK | 1UL << 32, SOCK_STREAM, 0));
    return NULL;
}

static const char *needed(void) {
    struct timex clock = {.modes = 0};
    char name[65] = "";
    int status;
    pid_t pid;

    WORKS(inotify_init1(0));
    WORKS(adjtimex(&clock)); /* read */
    WORKS(socket(AF_UNIX, SOCK_STREAM, 0));
    WORKS(socket(AF_INET, SOCK_STREAM, 0));
    WORKS(socket(AF_INET6, SOCK_DGRAM, 0));
    WORKS(socket(AF_NETLINK, SOCK_RAW, 0));
    WORKS(unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS));
    WORKS(mount("none", "/tmp", "tmpfs", 0, NULL));
    WORKS(umount2("/tmp", MNT_DETACH));
    WORKS(socket(AF_PACKET, SOCK_RAW, 0));
    WORKS(chroot("/"));
    WORKS(sethostname("x", 1));
    WORKS(gethostname(name, sizeof(name)));
    pid = fork();
    if (pid == 0)
        _exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0);
    WORKS(waitpid(pid, &status, 0));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? NULL : "ptrace()";
}

static void refused_natively(void **state) {
    (void)state;
    assert_int_equal(behind_filter(natively), 0);
}

static void needed_works(void **state) {
    (void)state;
    assert_int_equal(behind_filter(needed), 0);
}

#ifdef __x86_64__
enum { X32 = 0x40000000 };

static const char *by_x32(void) {
    REFUSED(EPERM, syscall(X32 | SYS_add_key, "user", "x", "x", 1, -3));
    REFUSED(EPERM, syscall(X32 | SYS_bpf, 0, NULL, 0));
    REFUSED(EPERM, syscall(X32 | SYS_perf_event_open, NULL, 0, -1, -1, 0));
    REFUSED(EAFNOSUPPORT, syscall(X32 | SYS_socket, AF_VSOCK, SOCK_STREAM, 0));
    REFUSED(ENOSYS, syscall(X32 | SYS_fsopen, "tmpfs", 0));
    return NULL;
}

/* i386's own way in. */
static int call32(int number, unsigned a, unsigned b, unsigned c, unsigned d) {
    int r = number;

    __asm__ volatile("int $0x80"
                     : "+a"(r)
                     : "b"(a), "c"(b), "d"(c), "S"(d)
                     : "memory", "r8", "r9", "r10", "r11");
    return r;
}

#define REFUSED32(error, ...)                                                                                \
    do {                                                                                                     \
        if (call32(__VA_ARGS__) != -(error))                                                                 \
            return "i386: " #__VA_ARGS__;                                                                    \
    } while (0)

static const char *by_i386(void) {
    uint32_t *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    unsigned at = (unsigned)(uintptr_t)low;

    if (low == MAP_FAILED)
        return "low memory";
    REFUSED32(EPERM, 286, at, at, at, 1);                      /* add_key */
    REFUSED32(EPERM, 287, at, at, 0, 0);                       /* request_key */
    REFUSED32(EPERM, 288, 0, (unsigned)-4, 0, 0);              /* keyctl */
    REFUSED32(EPERM, 357, 0, at, 16, 0);                       /* bpf */
    REFUSED32(EPERM, 336, at, 0, (unsigned)-1, 0);             /* perf_event_open */
    REFUSED32(EPERM, 374, 1, 0, 0, 0);                         /* userfaultfd */
    REFUSED32(EPERM, 425, 1, at, 0, 0);                        /* io_uring_setup */
    REFUSED32(EPERM, 25, at, 0, 0, 0);                         /* stime */
    REFUSED32(EPERM, 264, 0, at, 0, 0);                        /* clock_settime */
    REFUSED32(EPERM, 404, 0, at, 0, 0);                        /* clock_settime64 */
    REFUSED32(EPERM, 103, 3, at, 16, 0);                       /* syslog */
    REFUSED32(EPERM, 342, (unsigned)-1, 0, 0, 0);              /* open_by_handle_at */
    REFUSED32(ENOSYS, 245, 1, at, 0, 0);                       /* io_setup */
    REFUSED32(ENOSYS, 430, at, 0, 0, 0);                       /* fsopen */
    REFUSED32(EPERM, 54, 0, TIOCSTI, at, 0);                   /* ioctl */
    REFUSED32(EAFNOSUPPORT, 359, AF_VSOCK, SOCK_STREAM, 0, 0); /* socket */
    low[0] = AF_VSOCK;
    low[1] = SOCK_STREAM;
    REFUSED32(EAFNOSUPPORT, 102, 1, at, 0, 0); /* socketcall(SYS_SOCKET) */
    return NULL;
}

static void refused_by_other_ways(void **state) {
    int status = behind_filter(by_i386);

    (void)state;
    assert_int_equal(behind_filter(by_x32), 0);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV)
        return; /* a kernel without calls of 32 bits */
    assert_int_equal(status, 0);
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_natively),
        cmocka_unit_test(needed_works),
#ifdef __x86_64__
        cmocka_unit_test(refused_by_other_ways),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
