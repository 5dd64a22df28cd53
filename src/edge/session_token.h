/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_token: the tokens that open Session Manager's channels: random, for one channel each, for five minutes.
 *
 * One instance or session has at most TOKENS_EACH of a kind, all together TOKENS_MAX; then the oldest makes room, so
 * that who asks for many keeps nobody else from asking.  The caller's lock guards it.
 */
#ifndef VPCBOX_EDGE_SESSION_TOKEN_H
#define VPCBOX_EDGE_SESSION_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"

enum { TOKEN_ID_BYTES = 300, TOKEN_LIFE_MS = 300000, TOKENS_EACH = 8, TOKENS_MAX = 4000 };

enum token_kind { TOKEN_CONTROL, TOKEN_AGENT, TOKEN_CLIENT };

struct token {
    enum token_kind kind;
    char id[TOKEN_ID_BYTES]; /* of the instance, or the session */
    uint64_t until_ns;
};

/* In the arena; NULL when the id is too long, or memory is out.  tokens holds struct token by text. */
const char *token_new(struct map *tokens, struct arena *a, enum token_kind kind, const char *id);
/* Takes the token out.  False when there is no such one, or no longer. */
bool token_use(struct map *tokens, const char *text, struct token *ret_token);

#endif
