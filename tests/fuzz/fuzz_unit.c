/* SPDX-License-Identifier: Apache-2.0 */
/* Service files and cloud-config, as an instance's user writes them. */
#include <stddef.h>
#include <stdint.h>

#include "host/cloudconfig.h"
#include "host/unit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *look_up(void *context, const char *name) {
    (void)context;
    return name[0] == 'A' ? "a value" : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena a = {0};
    struct unit u;
    unsigned line;
    char *script;
    const char *why;

    if (unit_parse(&a, (const char *)data, size, &u, &line) == 0)
        for (size_t i = 0; i < u.start.count; i++)
            unit_words(&a, u.start.items[i].line, look_up, NULL);
    cloudconfig_script(&a, (const char *)data, size, &script, &why);
    arena_free(&a);
    return 0;
}
