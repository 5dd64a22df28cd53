/* SPDX-License-Identifier: Apache-2.0 */
/*
 * init: process 1 of an instance, and the small programs that talk to it.
 *
 * Theory of operation: init finds its network made (host/boot.c), says READY to host, starts the
 * enabled services and, at first boot, the user data; then it waits for host (commands to run, the
 * order to end), for systemctl and its kin on a socket in /run, and for children to reap.  Output goes
 * to the console, which host keeps.  When host goes, it goes.
 */
#ifndef VPCBOX_HOST_INIT_H
#define VPCBOX_HOST_INIT_H

enum { INIT_CONTROL = 3 }; /* its socket to host */

#define INIT_ENV_INSTANCE "VPCBOX_INSTANCE"
#define INIT_PROGRAM "/run/vpcbox/bin/vpcbox-init"
#define INIT_SOCKET "/run/vpcbox/init.sock"

/* `vpcbox-init`; the exit status of process 1. */
int init_main(void);

/* The programs that this binary is inside an instance, by the name they are called with: systemctl,
 * service, sudo, su, yum, dnf, amazon-linux-extras, ip, modprobe, sysctl, journalctl, cloud-init, reboot, poweroff, halt, shutdown.  -1: not one of them. */
int shim_main(const char *name, int argc, char **argv);

#endif
