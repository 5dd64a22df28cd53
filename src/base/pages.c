/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pages.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

void pages_forget_code(void) {
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512];

    while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
        unsigned long from, to;
        char rights[5];

        if (sscanf(line, "%lx-%lx %4s", &from, &to, rights) == 3 && strcmp(rights, "r-xp") == 0 &&
            strchr(line, '/') != NULL)
            madvise((void *)from, to - from, MADV_DONTNEED);
    }
    if (maps != NULL)
        fclose(maps);
}
