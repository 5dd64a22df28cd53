/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/pattern.h"

#include <string.h>

/* One ${…}: escapes become a character, names a piece.  Returns the bytes taken, 0 if it is plain text. */
static size_t read_variable(struct arena *a, const char *s, char *ret_escape,
                            struct pattern_piece *ret_piece) {
    const char *end = strchr(s, '}'), *name = s + 2, *name_end, *quote;

    if (end == NULL)
        return 0;
    if (end == s + 3 && strchr("*?$", s[2]) != NULL) {
        *ret_escape = s[2];
        return 4;
    }
    while (*name == ' ')
        name++;
    name_end = name + strcspn(name, ",}");
    *ret_escape = '\0';
    ret_piece->text = NULL;
    if (*name_end == ',') {
        const char *open = name_end + 1 + strspn(name_end + 1, " ");

        if (*open != '\'' || (quote = strchr(open + 1, '\'')) == NULL)
            return 0;
        end = quote + 1 + strspn(quote + 1, " ");
        if (*end != '}')
            return 0;
        ret_piece->text = arena_strndup(a, open + 1, (size_t)(quote - open - 1));
    }
    while (name_end > name && name_end[-1] == ' ')
        name_end--;
    if (name_end == name)
        return 0;
    ret_piece->variable = arena_strndup(a, name, (size_t)(name_end - name));
    return (size_t)(end + 1 - s);
}

struct pattern pattern_compile(struct arena *a, const char *text, bool wildcards, bool variables) {
    VEC(struct pattern_piece) pieces = {0};
    struct pattern p = {.raw = arena_strdup(a, text)};
    char *fixed = arena_alloc(a, strlen(text) + 1), *start = fixed;

    for (const char *s = text; *s != '\0';) {
        struct pattern_piece piece = {0};
        size_t taken = 0;
        char escape = '\0';

        if (variables && s[0] == '$' && s[1] == '{')
            taken = read_variable(a, s, &escape, &piece);
        if (taken > 0 && escape == '\0') {
            if (fixed > start) {
                *fixed++ = '\0';
                *vec_push(a, &pieces) = (struct pattern_piece){start, NULL};
                start = fixed;
            }
            *vec_push(a, &pieces) = piece;
        } else if (taken > 0) {
            *fixed++ = escape;
        } else if (wildcards && (*s == '*' || *s == '?')) {
            *fixed++ = *s == '*' ? PATTERN_ANY : PATTERN_ONE;
            p.wild = true;
        } else {
            *fixed++ = *s;
        }
        s += taken > 0 ? taken : 1;
    }
    *fixed = '\0';
    if (pieces.count == 0) {
        p.flat = start;
        return p;
    }
    if (fixed > start)
        *vec_push(a, &pieces) = (struct pattern_piece){start, NULL};
    p.pieces = pieces.items;
    p.count = pieces.count;
    return p;
}

static char *append(char *out, const char *text, bool escape) {
    for (; *text != '\0'; text++) {
        if (escape && *text >= PATTERN_ANY && *text <= PATTERN_LITERAL)
            *out++ = PATTERN_LITERAL;
        *out++ = *text;
    }
    return out;
}

const char *pattern_expand(struct arena *a, const struct pattern *p, pattern_lookup *lookup,
                           const void *context) {
    size_t size = 1;
    char *flat, *out;

    if (p->flat != NULL)
        return p->flat;
    for (size_t i = 0; i < p->count; i++) {
        const struct pattern_piece *piece = &p->pieces[i];
        const char *value = piece->variable != NULL ? lookup(context, piece->variable) : NULL;

        if (value == NULL && piece->text == NULL)
            return NULL;
        size += 2 * strlen(value != NULL ? value : piece->text);
    }
    out = flat = arena_alloc(a, size);
    for (size_t i = 0; i < p->count; i++) {
        const struct pattern_piece *piece = &p->pieces[i];
        const char *value = piece->variable != NULL ? lookup(context, piece->variable) : NULL;

        out = append(out, value != NULL ? value : piece->text, piece->variable != NULL);
    }
    *out = '\0';
    return flat;
}

static unsigned char lower(unsigned char c) {
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

/* Greedy with one point to come back to: the latest * is the only one that ever needs to grow. */
static bool match(const char *flat, size_t flat_length, const char *text, size_t text_length, bool fold) {
    const char *p = flat, *p_end = flat + flat_length, *t = text, *t_end = text + text_length;
    const char *star = NULL, *star_text = NULL;

    while (t < t_end) {
        if (p < p_end && *p == PATTERN_ANY) {
            star = ++p;
            star_text = t;
            continue;
        }
        if (p < p_end && *p == PATTERN_ONE) {
            p++;
            t++;
            continue;
        }
        if (p < p_end) {
            const char *c = *p == PATTERN_LITERAL && p + 1 < p_end ? p + 1 : p;

            if (*c == *t || (fold && lower((unsigned char)*c) == lower((unsigned char)*t))) {
                p = c + 1;
                t++;
                continue;
            }
        }
        if (star == NULL)
            return false;
        p = star;
        t = ++star_text;
    }
    while (p < p_end && *p == PATTERN_ANY)
        p++;
    return p == p_end;
}

bool pattern_match(const char *flat, const char *text, bool fold) {
    return match(flat, strlen(flat), text, strlen(text), fold);
}

enum { ARN_PARTS = 6 };

/* The first five colons part an ARN; its resource may hold more of them.  Returns the number of parts. */
static size_t split_arn(const char *s, const char *starts[ARN_PARTS], size_t lengths[ARN_PARTS]) {
    for (size_t i = 0; i < ARN_PARTS; i++) {
        starts[i] = s;
        lengths[i] = i < ARN_PARTS - 1 ? strcspn(s, ":") : strlen(s);
        s += lengths[i];
        if (*s == '\0')
            return i + 1;
        s++;
    }
    return ARN_PARTS;
}

bool pattern_match_arn(const char *flat, const char *arn) {
    const char *pattern_at[ARN_PARTS], *arn_at[ARN_PARTS];
    size_t pattern_length[ARN_PARTS], arn_length[ARN_PARTS], parts;

    if (split_arn(arn, arn_at, arn_length) < ARN_PARTS)
        return false;
    /* The last part of a short pattern ("*", "arn:aws:sns:*") stands for all that is left. */
    parts = split_arn(flat, pattern_at, pattern_length);
    arn_length[parts - 1] = strlen(arn_at[parts - 1]);
    for (size_t i = 0; i < parts; i++)
        if (!match(pattern_at[i], pattern_length[i], arn_at[i], arn_length[i], false))
            return false;
    return true;
}
