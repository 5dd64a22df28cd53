/* SPDX-License-Identifier: Apache-2.0 */
#include "base/embed.h"

#include <string.h>

/* The first file whose name is not below `name` when only the first `length` bytes count. */
static size_t lower_bound(const char *name, size_t length) {
    size_t low = 0, high = embed_file_count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (strncmp(embed_files[mid].name, name, length) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

const struct embed_file *embed_find(const char *name) {
    size_t at = lower_bound(name, strlen(name) + 1);

    return at < embed_file_count && strcmp(embed_files[at].name, name) == 0 ? &embed_files[at] : NULL;
}

const struct embed_file *embed_at(const char *prefix, size_t index) {
    size_t length = strlen(prefix), at = lower_bound(prefix, length);

    if (index >= embed_file_count - at || strncmp(embed_files[at + index].name, prefix, length) != 0)
        return NULL;
    return &embed_files[at + index];
}
