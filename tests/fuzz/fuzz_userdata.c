/* SPDX-License-Identifier: Apache-2.0 */
/* User data as an instance's owner writes it: MIME, gzip, base64, archives, templates. */
#include <stddef.h>
#include <stdint.h>

#include "host/userpart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *variable(void *context, const char *name) {
    (void)context;
    return name[0] == 'v' ? "a value" : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena a = {0};
    userparts parts = {0};
    size_t sum = 0;

    userpart_split(&a, data, size, variable, NULL, &parts);
    for (size_t i = 0; i < parts.count; i++) /* each is a text of its length, with a NUL behind it */
        sum +=
            (size_t)(unsigned char)parts.items[i].text[parts.items[i].length] + (parts.items[i].why != NULL);
    arena_free(&a);
    if (sum > parts.count)
        __builtin_trap();
    return 0;
}
