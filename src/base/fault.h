/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault: places at which a test may end the process, as kill -9 would.
 *
 * Theory of operation: only builds for tests have them (-DVPCBOX_TEST_HOOKS; the sanitizers' are).  A point is
 * armed by the file faults/<what>.<where> in the process's own folder, which it removes as it dies: so it dies
 * there once.  Nobody but who owns the box's home can make that file.
 */
#ifndef VPCBOX_BASE_FAULT_H
#define VPCBOX_BASE_FAULT_H

#ifdef VPCBOX_TEST_HOOKS
void fault_point(const char *what, const char *where);
#else
static inline void fault_point(const char *what, const char *where) {
    (void)what;
    (void)where;
}
#endif

#endif
