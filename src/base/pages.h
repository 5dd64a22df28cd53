/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages: memory that a long-lived process need not hold.
 *
 * Theory of operation: code is read from files, so its pages can be given back at any time; the kernel fetches
 * those that are needed again from its cache, a few microseconds each.  A process does so once, when it has
 * started: what only the start needed (the dynamic linker's work, libraries' set-up) then costs nothing while it waits.
 */
#ifndef VPCBOX_BASE_PAGES_H
#define VPCBOX_BASE_PAGES_H

void pages_forget_code(void);

#endif
