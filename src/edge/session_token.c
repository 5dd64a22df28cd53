/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/session_token.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum { TEXT_BYTES = 48 };

/* The oldest of all, or of one kind and id; NULL: there is none. */
static const char *oldest(struct map *tokens, const char *id, enum token_kind kind, size_t *ret_count) {
    const char *key, *found = NULL;
    uint64_t until = UINT64_MAX;
    size_t at = 0, count = 0;
    void *value;

    while (map_next(tokens, &at, &key, &value) == 1) {
        const struct token *t = value;

        if (id != NULL && (t->kind != kind || !text_is(t->id, id)))
            continue;
        count++;
        if (t->until_ns < until) {
            found = key;
            until = t->until_ns;
        }
    }
    *ret_count = count;
    return found;
}

static void make_room(struct map *tokens, enum token_kind kind, const char *id) {
    size_t count;
    const char *key = oldest(tokens, id, kind, &count);

    if (count >= TOKENS_EACH)
        free(map_remove(tokens, key));
    if (tokens->count >= TOKENS_MAX)
        free(map_remove(tokens, oldest(tokens, NULL, kind, &count)));
}

const char *token_new(struct map *tokens, struct arena *a, enum token_kind kind, const char *id) {
    char text[TEXT_BYTES + 1];
    struct token *t;

    if (strlen(id) >= TOKEN_ID_BYTES)
        return NULL;
    make_room(tokens, kind, id);
    t = calloc(1, sizeof(*t));
    if (t == NULL)
        return NULL;
    t->kind = kind;
    t->until_ns = clock_mono_ns() + (uint64_t)TOKEN_LIFE_MS * 1000000;
    memcpy(t->id, id, strlen(id) + 1);
    random_base32(text, TEXT_BYTES);
    map_put(tokens, text, t);
    return arena_strdup(a, text);
}

bool token_use(struct map *tokens, const char *text, struct token *ret_token) {
    struct token *t = map_remove(tokens, text);

    if (t == NULL)
        return false;
    *ret_token = *t;
    free(t);
    return ret_token->until_ns >= clock_mono_ns();
}
