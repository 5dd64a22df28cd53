/* SPDX-License-Identifier: Apache-2.0 */
#include "api/iam/document.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"

enum { SLOTS = 256 };

static struct {
    pthread_mutex_t lock;
    struct slot {
        enum policy_grammar grammar;
        char *text;
        struct policy *policy;
    } slots[SLOTS]; /* by hash; the latest stays */
} table = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct policy *document_get(enum policy_grammar grammar, const char *text) {
    size_t length = strlen(text);
    struct slot *s = &table.slots[hash_bytes(text, length, grammar) % SLOTS];
    char error[POLICY_ERROR_BYTES];
    struct policy *p = NULL, *old;
    char *copy, *old_text;

    pthread_mutex_lock(&table.lock);
    if (s->text != NULL && s->grammar == grammar && strcmp(s->text, text) == 0)
        p = policy_ref(s->policy);
    pthread_mutex_unlock(&table.lock);
    if (p != NULL || policy_parse(grammar, text, length, &p, error) < 0)
        return p;
    copy = strdup(text);
    if (copy == NULL)
        return p;
    pthread_mutex_lock(&table.lock);
    old = s->policy;
    old_text = s->text;
    s->grammar = grammar;
    s->text = copy;
    s->policy = policy_ref(p);
    pthread_mutex_unlock(&table.lock);
    policy_unref(old);
    free(old_text);
    return p;
}
