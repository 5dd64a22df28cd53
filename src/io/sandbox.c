/* SPDX-License-Identifier: Apache-2.0 */
#include "io/sandbox.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
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
                                        BPF_MAP_LOOKUP_AND_DELETE_ELEM, BPF_MAP_LOOKUP_BATCH};
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

static int deny(scmp_filter_ctx filter) {
    static const int calls[] = {
        /* mounts and namespaces */
        SCMP_SYS(mount), SCMP_SYS(umount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot),
        SCMP_SYS(open_tree), SCMP_SYS(move_mount), SCMP_SYS(fsopen), SCMP_SYS(fsconfig), SCMP_SYS(fsmount),
        SCMP_SYS(fspick), SCMP_SYS(mount_setattr), SCMP_SYS(unshare), SCMP_SYS(setns),
        /* other processes */
        SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(process_madvise),
        SCMP_SYS(pidfd_getfd), SCMP_SYS(kcmp),
        /* keys */
        SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(keyctl),
        /* the kernel itself, and its large and seldom used parts */
        SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(kexec_load),
        SCMP_SYS(kexec_file_load), SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd),
        SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register),
        SCMP_SYS(fanotify_init), SCMP_SYS(open_by_handle_at), SCMP_SYS(syslog),
        /* the machine */
        SCMP_SYS(reboot), SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(acct), SCMP_SYS(quotactl),
        SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(clock_adjtime), SCMP_SYS(adjtimex),
        SCMP_SYS(sethostname), SCMP_SYS(setdomainname), SCMP_SYS(vhangup), SCMP_SYS(iopl), SCMP_SYS(ioperm),
        SCMP_SYS(modify_ldt), SCMP_SYS(personality)};
    static const unsigned spaces[] = {CLONE_NEWUSER, CLONE_NEWNS,  CLONE_NEWNET,   CLONE_NEWPID,
                                      CLONE_NEWIPC,  CLONE_NEWUTS, CLONE_NEWCGROUP};
    static const unsigned typing[] = {TIOCSTI, TIOCLINUX}; /* into serve's terminal */
    /* Its flags are behind a pointer; without it the C library takes clone(). */
    int r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);

    for (size_t i = 0; r == 0 && i < sizeof(calls) / sizeof(calls[0]); i++)
        r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls[i], 0);
    for (size_t i = 0; r == 0 && i < sizeof(spaces) / sizeof(spaces[0]); i++)
        r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                             SCMP_A0(SCMP_CMP_MASKED_EQ, spaces[i], spaces[i]));
    /* Of an int the kernel sees 32 bits: so must a list of what is refused. */
    for (size_t i = 0; r == 0 && i < sizeof(typing) / sizeof(typing[0]); i++)
        r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
                             SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, typing[i]));
    /* Sockets of the network's and the machine's own kinds alone. */
    for (int family = AF_UNSPEC; r == 0 && family < AF_MAX; family++)
        if (family != AF_UNIX && family != AF_INET && family != AF_INET6 && family != AF_NETLINK)
            r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                                 SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, (scmp_datum_t)family));
    return r;
}

int sandbox_enter(enum sandbox what) {
    scmp_filter_ctx filter;
    int r;

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -errno;
    r = drop_capabilities();
    if (r < 0)
        return r;
    filter = seccomp_init(what == SANDBOX_REGION ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL)
        return -ENOMEM;
    r = what == SANDBOX_REGION ? deny(filter) : allow(filter);
    if (r == 0 && what == SANDBOX_CACHE)
        r = allow_maps(filter);
    if (r == 0 && what == SANDBOX_UPLINK)
        r = allow_sockets(filter);
    if (r == 0)
        r = seccomp_load(filter);
    seccomp_release(filter);
    return r;
}
