/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox: what the processes that meet instances' packets give up once they run. */
#ifndef VPCBOX_IO_SANDBOX_H
#define VPCBOX_IO_SANDBOX_H

enum sandbox {
    SANDBOX_FABRIC, /* moves packets, maps images, talks to host */
    SANDBOX_CACHE,  /* and reads and fills the kernel's maps that it holds */
    SANDBOX_UPLINK  /* as the first, and makes IPv4 sockets, and lists the machine's addresses */
};

/*
 * From now on this process has no capability, gains none by exec, and every system call but those that
 * it needs fails with EPERM.  0 or a negative errno; cannot be undone.
 */
int sandbox_enter(enum sandbox what);

#endif
