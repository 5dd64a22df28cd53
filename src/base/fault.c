/* SPDX-License-Identifier: Apache-2.0 */
/* fault: see fault.h; empty but for tests. */
#include "base/fault.h"

#ifdef VPCBOX_TEST_HOOKS
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

void fault_point(const char *what, const char *where) {
    char path[128];

    snprintf(path, sizeof(path), "faults/%s.%s", what, where);
    if (unlink(path) == 0)
        raise(SIGKILL);
}
#endif
