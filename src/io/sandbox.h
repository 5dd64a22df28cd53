/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox: what the fabric gives up once it runs. */
#ifndef VPCBOX_IO_SANDBOX_H
#define VPCBOX_IO_SANDBOX_H

/*
 * From now on this process has no capability, gains none by exec, and every system call but those that
 * move packets, map images and talk to host fails with EPERM.  0 or a negative errno; cannot be undone.
 */
int sandbox_enter(void);

#endif
