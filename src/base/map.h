/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map: strings to pointers, open addressing.  Keys are copied; values are the caller's.
 * Not thread-safe.  An empty map is all zeros.
 */
#ifndef VPCBOX_BASE_MAP_H
#define VPCBOX_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_slot;

struct map {
    struct map_slot *slots;
    size_t count, used, capacity; /* used counts tombstones too */
};

void *map_get(const struct map *m, const char *key);       /* NULL when absent */
void map_put(struct map *m, const char *key, void *value); /* value must not be NULL; replaces */
void *map_remove(struct map *m, const char *key);          /* the removed value, or NULL */
/* for (size_t at = 0; map_next(m, &at, &key, &value) == 1;) — order is arbitrary; no changes meanwhile */
int map_next(const struct map *m, size_t *at_io, const char **ret_key, void **ret_value);
void map_free(struct map *m);

uint64_t hash_bytes(const void *data, size_t length, uint64_t seed);

#endif
