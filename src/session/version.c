/* SPDX-License-Identifier: Apache-2.0 */
#include "session/version.h"

#include <stdlib.h>

static unsigned long next_number(const char **at) {
    char *end;
    unsigned long n;

    if (**at < '0' || **at > '9')
        return 0;
    n = strtoul(*at, &end, 10);
    *at = *end == '.' ? end + 1 : end;
    return n;
}

static bool more(const char *at) {
    return *at >= '0' && *at <= '9';
}

int version_compare(const char *a, const char *b) {
    while (more(a) || more(b)) {
        unsigned long x = next_number(&a), y = next_number(&b);

        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}
