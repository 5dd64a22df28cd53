/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sudo: the program of that name inside an instance.
 *
 * Theory of operation: init runs the command (host/command.h tells why) and this process stands for it
 * towards the caller: it passes signals on and ends with the command's status.  Where the caller's standard
 * input and output are a terminal the command gets one of its own, so that shells have job control and
 * Ctrl-C means the command; this process carries the bytes: to a command that takes lines only
 * when init sees something in front of that terminal wait for them, so that what is typed ahead stays in the caller's
 * terminal for whoever comes next.  Otherwise, as in a pipeline, the command gets
 * the caller's own descriptors.  The environment is sudo's usual: the target user's HOME, USER, SHELL, a fixed PATH,
 * what /etc/environment sets, language and terminal of the caller, and SUDO_….
 */
#ifndef VPCBOX_HOST_SUDO_H
#define VPCBOX_HOST_SUDO_H

/* The exit status: the command's, or 1 when it was not run. */
int sudo_main(int argc, char **argv);

/* su: the machine's, except in a box of one user id, where that cannot change users (and root is all). */
int su_main(int argc, char **argv);

#endif
