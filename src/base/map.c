/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"
#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

struct map_slot {
    char *key; /* NULL: free; value NULL with key: removed */
    void *value;
    uint64_t hash;
};

uint64_t hash_bytes(const void *data, size_t length, uint64_t seed) {
    const unsigned char *p = data;
    uint64_t h = seed ^ 0xcbf29ce484222325u;

    for (size_t i = 0; i < length; i++)
        h = (h ^ p[i]) * 0x100000001b3u;
    h ^= h >> 32;
    h *= 0x9e3779b97f4a7c15u;
    return h ^ h >> 29;
}

static struct map_slot *find(const struct map *m, const char *key, uint64_t hash) {
    if (m->capacity == 0)
        return NULL;
    for (size_t i = hash & (m->capacity - 1);; i = (i + 1) & (m->capacity - 1)) {
        struct map_slot *s = &m->slots[i];

        if (s->key == NULL || (s->hash == hash && strcmp(s->key, key) == 0))
            return s;
    }
}

static void rehash(struct map *m) {
    struct map old = *m;

    m->capacity = old.count * 4 < 16 ? 16 : 1;
    while (m->capacity < old.count * 4)
        m->capacity *= 2;
    m->slots = calloc(m->capacity, sizeof(*m->slots));
    if (m->slots == NULL)
        out_of_memory();
    m->used = m->count;
    for (size_t i = 0; i < old.capacity; i++) {
        struct map_slot *s = &old.slots[i];

        if (s->value != NULL)
            *find(m, s->key, s->hash) = *s;
        else
            free(s->key);
    }
    free(old.slots);
}

void *map_get(const struct map *m, const char *key) {
    struct map_slot *s = find(m, key, hash_bytes(key, strlen(key), 0));

    return s == NULL ? NULL : s->value;
}

void map_put(struct map *m, const char *key, void *value) {
    uint64_t hash = hash_bytes(key, strlen(key), 0);
    struct map_slot *s;

    if ((m->used + 1) * 2 > m->capacity)
        rehash(m);
    s = find(m, key, hash);
    if (s->key == NULL) {
        s->key = strdup(key);
        if (s->key == NULL)
            out_of_memory();
        s->hash = hash;
        m->used++;
    }
    if (s->value == NULL)
        m->count++;
    s->value = value;
}

void *map_remove(struct map *m, const char *key) {
    struct map_slot *s = find(m, key, hash_bytes(key, strlen(key), 0));
    void *value = s == NULL ? NULL : s->value;

    if (value != NULL) {
        s->value = NULL;
        m->count--;
    }
    return value;
}

int map_next(const struct map *m, size_t *at_io, const char **ret_key, void **ret_value) {
    for (; *at_io < m->capacity; (*at_io)++) {
        const struct map_slot *s = &m->slots[*at_io];

        if (s->value != NULL) {
            (*at_io)++;
            *ret_key = s->key;
            *ret_value = s->value;
            return 1;
        }
    }
    return 0;
}

void map_free(struct map *m) {
    for (size_t i = 0; i < m->capacity; i++)
        free(m->slots[i].key);
    free(m->slots);
    *m = (struct map){0};
}
