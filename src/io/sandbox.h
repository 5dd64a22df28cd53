/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox: what processes give up for good, so that a bug in them stays in them.
 *
 * Theory of operation: seccomp filters, which threads and children inherit and nothing can lift.  A process
 * that meets instances' packets does few things and gets a list of what it may, loaded once all files are
 * open and all libraries loaded; nothing may be mapped executable after that.  Region parses the world's
 * input too, but does so much (threads, files, libraries loaded when needed, git) that a list of what it may
 * would break with each new C library.  It gets a list of what no such program has any business with: what
 * changes namespaces, mounts and the kernel, reads other processes, or is new and large enough to have
 * holes.  What is refused fails, and kills nobody.
 */
#ifndef VPCBOX_IO_SANDBOX_H
#define VPCBOX_IO_SANDBOX_H

enum sandbox {
    SANDBOX_FABRIC, /* moves packets, maps images, talks to host */
    SANDBOX_CACHE,  /* and reads and fills the kernel's maps that it holds */
    SANDBOX_UPLINK, /* as the first, and makes IPv4 sockets, and lists the machine's addresses */
    SANDBOX_REGION  /* all but what it never needs; before any thread has started */
};

/*
 * From now on this process has no capability, gains none by exec, and every system call but those that
 * `what` leaves it fails with EPERM.  0 or a negative errno; cannot be undone.
 */
int sandbox_enter(enum sandbox what);

#endif
