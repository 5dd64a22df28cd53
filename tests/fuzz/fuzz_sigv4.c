/* SPDX-License-Identifier: Apache-2.0 */
/* A request's head as SigV4 sees it: method, path, query and headers, a line each. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "proto/sigv4.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    struct arena arena = {0};
    struct proto_headers headers = {0};
    char *text = arena_strndup(&arena, (const char *)data, length), *state = NULL;
    struct sigv4_request rq = {.headers = &headers};
    struct sigv4_auth auth;
    unsigned char key[SIGV4_KEY_BYTES];
    const char *why;

    rq.method = strtok_r(text, "\n", &state);
    rq.path = strtok_r(NULL, "\n", &state);
    rq.query = strtok_r(NULL, "\n", &state);
    for (char *line; rq.query != NULL && (line = strtok_r(NULL, "\n", &state)) != NULL;) {
        char *colon = strchr(line, ':');

        if (colon == NULL)
            continue;
        *colon = '\0';
        proto_header_add(&arena, &headers, line, colon + 1);
    }
    if (rq.query != NULL && sigv4_parse(&arena, &rq, &auth, &why) == SIGV4_OK && auth.kind != SIGV4_ANONYMOUS)
        sigv4_verify(&arena, NULL, &rq, &auth, "secret", NULL, auth.time_ms, key, &why);
    arena_free(&arena);
    return 0;
}
