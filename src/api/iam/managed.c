/* SPDX-License-Identifier: Apache-2.0 */
#include "api/iam/managed.h"

#include <jansson.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/embed.h"
#include "base/log.h"
#include "base/text.h"

static struct {
    struct arena arena;
    VEC(struct managed_policy) policies;
} managed;

/* AWS's own id where it is known; else one made of the name, the same on every box. */
static const char *policy_id(const char *known, const char *name) {
    static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    unsigned char hash[SHA256_DIGEST_LENGTH];
    char *id = arena_strdup(&managed.arena, "ANPAIxxxxxxxxxxxxxxxx");

    if (known != NULL)
        return arena_strdup(&managed.arena, known);
    SHA256((const unsigned char *)name, strlen(name), hash);
    for (size_t i = 5; id[i] != '\0'; i++)
        id[i] = base32[hash[i] & 31];
    return id;
}

static bool load(const struct embed_file *file, struct managed_policy *m) {
    struct arena *a = &managed.arena;
    json_t *root = json_loadb(file->data, file->length, JSON_REJECT_DUPLICATES, NULL);
    const char *slash = strrchr(file->name, '/'), *path, *description, *version, *created, *updated,
               *id = NULL;
    char error[POLICY_ERROR_BYTES];
    json_t *document;
    struct policy *policy;
    char *text;
    bool good = false;

    if (json_unpack(root, "{s:s, s:s, s:s, s:s, s:s, s?s, s:o}", "Path", &path, "Description", &description,
                    "DefaultVersionId", &version, "CreateDate", &created, "UpdateDate", &updated, "PolicyId",
                    &id, "Document", &document) == 0 &&
        clock_parse(created, &m->created_ms) == 0 && clock_parse(updated, &m->updated_ms) == 0) {
        text = json_dumps(document, JSON_INDENT(4));
        m->name = arena_strndup(a, slash + 1, strlen(slash + 1) - strlen(".json"));
        m->path = arena_strdup(a, path);
        m->arn = arena_printf(a, "arn:aws:iam::aws:policy%s%s", path, m->name);
        m->id = policy_id(id, m->name);
        m->description = arena_strdup(a, description);
        m->version = arena_strdup(a, version);
        m->document = arena_strdup(a, text);
        good = policy_parse(POLICY_GRAMMAR_IDENTITY, text, strlen(text), &policy, error) == 0;
        if (good)
            m->policy = policy;
        free(text);
    }
    json_decref(root);
    return good;
}

static void load_all(void) {
    const struct embed_file *file;

    for (size_t i = 0; (file = embed_at("iam/managed/", i)) != NULL; i++) {
        struct managed_policy m = {0};

        if (load(file, &m))
            *vec_push(&managed.arena, &managed.policies) = m;
        else
            log_error("data/%s is no managed policy", file->name);
    }
}

static void load_once(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, load_all);
}

const struct managed_policy *managed_find(const char *arn) {
    load_once();
    for (size_t i = 0; i < managed.policies.count; i++)
        if (strcmp(managed.policies.items[i].arn, arn) == 0)
            return &managed.policies.items[i];
    return NULL;
}

const struct managed_policy *managed_at(size_t index) {
    load_once();
    return index < managed.policies.count ? &managed.policies.items[index] : NULL;
}
