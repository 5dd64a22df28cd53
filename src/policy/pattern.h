/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pattern: a value of a policy: text with wildcards and policy variables.
 *
 * Theory of operation: compiling splits "home/${aws:username, 'nobody'}-*" into pieces, fixed text
 * and variables.  Expanding with a request's context glues them into a flat byte string in which
 * wildcards are control bytes, so that a '*' that came out of a variable or of ${*} is an ordinary
 * character.  Documents hold no control characters (the parser refuses them); those that a context
 * value may bring are escaped as they are glued in.  A pattern without variables is expanded once,
 * when it is compiled.
 */
#ifndef VPCBOX_POLICY_PATTERN_H
#define VPCBOX_POLICY_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum { PATTERN_ANY = 1, PATTERN_ONE = 2, PATTERN_LITERAL = 3 };

struct pattern_piece {
    const char *text;     /* expanded bytes; or the variable's default, NULL when it has none */
    const char *variable; /* NULL for fixed text */
};

struct pattern {
    const char *raw;  /* as the document has it */
    const char *flat; /* expanded form; NULL when there are variables */
    struct pattern_piece *pieces;
    size_t count;
    bool wild; /* has a * or ? that means something */
};

/* wildcards: * and ? match; variables: ${…} is looked up (documents of version 2012-10-17). */
struct pattern pattern_compile(struct arena *a, const char *text, bool wildcards, bool variables);

/* The one value of a key, or NULL when it is absent or has several. */
typedef const char *pattern_lookup(const void *context, const char *key);

/* The flat form: NULL when a variable has neither value nor default, and then nothing matches. */
const char *pattern_expand(struct arena *a, const struct pattern *p, pattern_lookup *lookup,
                           const void *context);

/* fold: ignore the case of ASCII letters. */
bool pattern_match(const char *flat, const char *text, bool fold);

/* As ArnLike: each of the six parts between colons on its own, so that a * stays within its part. */
bool pattern_match_arn(const char *flat, const char *arn);

#endif
