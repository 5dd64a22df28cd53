/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools: programs that a machine of EC2's has and whose own version cannot do its work inside an instance.
 *
 * Theory of operation: ip runs the real one, and drops from what it shows the "@if7" by which Linux marks an
 * interface whose other end is in another network namespace (the kernel's data plane has such): scripts cut names
 * out of these lines.  modprobe says whether the machine's kernel, which all instances share, has a module: what is
 * there is loaded.  sysctl sets what the kernel lets an instance set, and says of the sizes that it keeps once for the
 * whole machine (connection tracking) what they are and where to change them.  journalctl shows what units have printed.
 */
#ifndef VPCBOX_HOST_TOOLS_H
#define VPCBOX_HOST_TOOLS_H

int ip_main(int argc, char **argv);
int sysctl_main(int argc, char **argv);
int modprobe_main(int argc, char **argv);
int journalctl_main(int argc, char **argv);

#endif
