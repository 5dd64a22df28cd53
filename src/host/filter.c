/* SPDX-License-Identifier: Apache-2.0 */
#include "host/filter.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static const int refused[] = {
    /* keyrings belong to users of the machine, and init's session is everybody's */
    SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(keyctl),
    /* large, and of no use to a server's programs */
    SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register), SCMP_SYS(fanotify_init), SCMP_SYS(fanotify_mark),
    SCMP_SYS(lookup_dcookie),
    /* a file's handle leads to it past every mount */
    SCMP_SYS(open_by_handle_at),
    /* the machine's kernel, clock, log, disks */
    SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(create_module),
    SCMP_SYS(query_module), SCMP_SYS(get_kernel_syms), SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load),
    SCMP_SYS(settimeofday), SCMP_SYS(stime), SCMP_SYS(clock_settime), SCMP_SYS(clock_settime64),
    SCMP_SYS(syslog), SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(acct), SCMP_SYS(quotactl),
    SCMP_SYS(quotactl_fd), SCMP_SYS(nfsservctl),
    /* its ports and its old modes */
    SCMP_SYS(iopl), SCMP_SYS(ioperm), SCMP_SYS(vm86), SCMP_SYS(vm86old), SCMP_SYS(uselib)};

/* Refused as by a kernel without them. */
static const int unknown[] = {
    /* one number of contexts for the whole machine (fs.aio-max-nr) */
    SCMP_SYS(io_setup),
    /* mount() does what an instance needs */
    SCMP_SYS(open_tree), SCMP_SYS(move_mount), SCMP_SYS(fsopen), SCMP_SYS(fsconfig), SCMP_SYS(fsmount),
    SCMP_SYS(fspick), SCMP_SYS(mount_setattr)};

static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET};

static int add(scmp_filter_ctx f, const int *calls, size_t count, uint32_t action) {
    int r = 0;

    for (size_t i = 0; r == 0 && i < count; i++)
        r = seccomp_rule_add(f, action, calls[i], 0);
    return r;
}

/* Of an int the kernel sees 32 bits: so must a list of what is refused. */
static int add_arguments(scmp_filter_ctx f) {
    static const unsigned typing[] = {TIOCSTI,
                                      TIOCLINUX}; /* into the terminal of whoever ran a command here */
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(typing) / sizeof(typing[0]); i++)
        r = seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
                             SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, typing[i]));
    for (int family = AF_UNSPEC; r == 0 && family < AF_MAX; family++) {
        size_t i = 0;

        while (i < sizeof(families) / sizeof(families[0]) && families[i] != family)
            i++;
        if (i == sizeof(families) / sizeof(families[0]))
            r = seccomp_rule_add(f, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                                 SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, (scmp_datum_t)family));
    }
    return r;
}

static int add_ways_in(scmp_filter_ctx f) {
    static const struct {
        uint32_t native, others[2];
    } processors[] = {{SCMP_ARCH_X86_64, {SCMP_ARCH_X86, SCMP_ARCH_X32}},
                      {SCMP_ARCH_AARCH64, {SCMP_ARCH_ARM, SCMP_ARCH_ARM}}};
    int r = 0;

    for (size_t i = 0; i < sizeof(processors) / sizeof(processors[0]); i++)
        for (size_t j = 0; r == 0 && seccomp_arch_native() == processors[i].native && j < 2; j++)
            r = seccomp_arch_exist(f, processors[i].others[j]) == 0
                    ? 0
                    : seccomp_arch_add(f, processors[i].others[j]);
    return r == 0 ? seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)) : r;
}

int filter_open(void) {
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
    int fd = -1, r;

    if (f == NULL)
        return -ENOMEM;
    r = add_ways_in(f);
    if (r == 0)
        r = add(f, refused, sizeof(refused) / sizeof(refused[0]), SCMP_ACT_ERRNO(EPERM));
    if (r == 0)
        r = add(f, unknown, sizeof(unknown) / sizeof(unknown[0]), SCMP_ACT_ERRNO(ENOSYS));
    if (r == 0)
        r = add_arguments(f);
    if (r == 0 && (fd = memfd_create("filter", MFD_CLOEXEC)) < 0)
        r = -errno;
    if (r == 0)
        r = seccomp_export_bpf(f, fd);
    seccomp_release(f);
    if (r < 0 && fd >= 0)
        close(fd);
    return r < 0 ? r : fd;
}
