/* SPDX-License-Identifier: Apache-2.0 */
/* fsck: what a stopped box has stored, looked at and mended.  main() hands in who knows how it is stored. */
#include <stdio.h>

#include "cli/cli.h"

static void tell(const char *line) {
    printf("%s\n", line);
}

int cmd_fsck(struct cli *c) {
    if (c->repair && !cli_confirm(c, "Mend what is stored"))
        return 1;
    return c->fsck(c->home, c->repair, tell);
}
