/* SPDX-License-Identifier: Apache-2.0 */
#include "io/sandbox.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int drop_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}, {0, 0, 0}};

    /* Fails without CAP_SETPCAP, and then there is nothing to be gained by exec anyway. */
    for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
        prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
    return syscall(SYS_capset, &header, none) < 0 ? -errno : 0;
}

static int allow_sockets(scmp_filter_ctx filter) {
    static const int calls[] = {SCMP_SYS(poll),         SCMP_SYS(ppoll),       SCMP_SYS(bind),
                                SCMP_SYS(connect),      SCMP_SYS(listen),      SCMP_SYS(accept),
                                SCMP_SYS(accept4),      SCMP_SYS(sendto),      SCMP_SYS(recvfrom),
                                SCMP_SYS(setsockopt),   SCMP_SYS(getsockopt),  SCMP_SYS(getsockname),
                                SCMP_SYS(getpeername),  SCMP_SYS(shutdown),    SCMP_SYS(ioctl),
                                SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday)};
    static const int families[] = {AF_INET, AF_NETLINK};

    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);

        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
                                 SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i], 0));

        if (r < 0)
            return r;
    }
    return 0;
}

static int allow_maps(scmp_filter_ctx filter) {
    static const unsigned commands[] = {BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM,
                                        BPF_MAP_LOOKUP_BATCH};
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(commands) / sizeof(commands[0]); i++)
        r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(bpf), 1,
                             SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)commands[i], 0));
    return r;
}

static int allow(scmp_filter_ctx filter) {
    static const int calls[] = {/* packets */
                                SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev),
                                /* the loop and its clock */
                                SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_ctl),
                                SCMP_SYS(timerfd_settime), SCMP_SYS(clock_gettime), SCMP_SYS(restart_syscall),
                                /* host's messages and the descriptors in them */
                                SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(close), SCMP_SYS(fcntl),
                                SCMP_SYS(fstat), SCMP_SYS(newfstatat),
                                /* memory; mmap and mprotect are below */
                                SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
                                SCMP_SYS(getrandom), SCMP_SYS(futex),
                                /* the end */
                                SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn),
                                SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction), SCMP_SYS(sigaltstack),
                                SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill)};
    static const int mappings[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};

    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);

        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < sizeof(mappings) / sizeof(mappings[0]); i++) {
        int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, mappings[i], 1,
                                 SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

        if (r < 0)
            return r;
    }
    return 0;
}

int sandbox_enter(enum sandbox what) {
    scmp_filter_ctx filter;
    int r;

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -errno;
    r = drop_capabilities();
    if (r < 0)
        return r;
    filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL)
        return -ENOMEM;
    r = allow(filter);
    if (r == 0 && what == SANDBOX_CACHE)
        r = allow_maps(filter);
    if (r == 0 && what == SANDBOX_UPLINK)
        r = allow_sockets(filter);
    if (r == 0)
        r = seccomp_load(filter);
    seccomp_release(filter);
    return r;
}
