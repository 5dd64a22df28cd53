/* SPDX-License-Identifier: Apache-2.0 */
/* Questions as people type them, "source destination", on a small network; those that parse are answered. */
#include <stddef.h>
#include <stdint.h>

#include "explain/explain.h"
#include "unit/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct world world;
    static struct image *image;
    struct explain_answer answer = {0};
    struct explain_question q;
    struct arena a = {0};
    char *source = arena_strndup(&a, (const char *)data, size), *destination = strchr(source, ' ');
    const char *error = NULL;

    if (image == NULL) {
        world_init(&world);
        if (image_build(&world.spec, NULL, &image) < 0)
            __builtin_trap();
    }
    if (destination != NULL) {
        *destination++ = '\0';
        if (explain_parse(image, &a, source, destination, size % 2 == 0, four("198.51.100.7"), &q, &error) <
            0) {
            if (error == NULL || *error == '\0')
                __builtin_trap();
        } else if (q.to.place != EXPLAIN_NAME) {
            explain(image, &q, &a, &answer);
            if (answer.reachable != (answer.blockers.count == 0))
                __builtin_trap();
        }
    }
    arena_free(&a);
    return 0;
}
