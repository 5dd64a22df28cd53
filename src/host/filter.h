/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter: system calls that are refused inside instances.
 *
 * Theory of operation: an instance's root has a kernel that it shares with the machine, so what the kernel keeps
 * once for everybody, or once for each user of the machine, must be out of its reach: keyrings, contexts of
 * asynchronous I/O, the clock, modules, the kernel's log, sockets of families that know no network namespace, and
 * parts that are large, new and needed by no program that a machine of EC2's runs (bpf, perf, io_uring,
 * userfaultfd, files by handle).  The list starts from what container engines refuse, with their errors: EPERM;
 * ENOSYS where programs then go on by an older way (the mount API of descriptors, io_setup); EAFNOSUPPORT for
 * families of sockets.  What a root of its own needs stays: mount, namespaces, ptrace, chroot.
 *
 * The list holds for every way into the kernel that the processor has: on x86-64 also the calls of 32 bits
 * and of x32.  i386's socketcall() makes no sockets at all, since their family is behind a pointer.
 * Bubblewrap loads it (--seccomp) before it starts init, and no process can take it off.
 */
#ifndef VPCBOX_HOST_FILTER_H
#define VPCBOX_HOST_FILTER_H

/* A memory file with the program, for bwrap --seccomp.  The descriptor, or a negative errno. */
int filter_open(void);

#endif
