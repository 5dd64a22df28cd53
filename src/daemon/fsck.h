/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fsck: looks at everything that a stopped box has stored, and mends it by choice.
 *
 * Theory of operation: first the database by itself (store/check.h), then whether it and the objects belong together
 * (api/s3/start.c), then every object's bytes (api/s3/fsck.h).  Mending deletes nothing: what is taken away goes
 * to <home>/lost/<time>.
 */
#ifndef VPCBOX_DAEMON_FSCK_H
#define VPCBOX_DAEMON_FSCK_H

#include <stdbool.h>

/* tell gets a line for each finding and one at the end.  The exit status: 0 all is well (again), 1 it is not. */
int fsck_home(const char *home, bool repair, void (*tell)(const char *line));

#endif
