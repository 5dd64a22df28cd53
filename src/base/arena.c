/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK_BYTES = 16 * 1024 - 64 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t used, size;
    alignas(max_align_t) unsigned char data[];
};

_Noreturn void out_of_memory(void) {
    static const char words[] = "vpcbox: out of memory\n";

    /* no printf: it may want some */
    if (write(STDERR_FILENO, words, sizeof(words) - 1) < 0)
        abort();
    abort();
}

static struct arena_chunk *chunk_new(size_t size) {
    struct arena_chunk *c = malloc(sizeof(*c) + size);

    if (c == NULL)
        out_of_memory();
    c->next = NULL;
    c->used = 0;
    c->size = size;
    return c;
}

void *arena_alloc(struct arena *a, size_t size_bytes) {
    const size_t align = alignof(max_align_t);
    struct arena_chunk *c = a->head;
    void *p;

    if (size_bytes > SIZE_MAX / 2)
        abort();
    size_bytes = (size_bytes + align - 1) / align * align;
    if (c == NULL || c->size - c->used < size_bytes) {
        if (size_bytes > CHUNK_BYTES / 4 && c != NULL) {
            /* Large piece: its own chunk, behind the head, so that the head's room is not lost. */
            struct arena_chunk *big = chunk_new(size_bytes);
            big->next = c->next;
            c->next = big;
            c = big;
        } else {
            struct arena_chunk *fresh = chunk_new(size_bytes > CHUNK_BYTES ? size_bytes : CHUNK_BYTES);
            fresh->next = c;
            a->head = c = fresh;
        }
    }
    p = c->data + c->used;
    c->used += size_bytes;
    return memset(p, 0, size_bytes);
}

void *arena_dup(struct arena *a, const void *data, size_t size_bytes) {
    void *p = arena_alloc(a, size_bytes);

    return size_bytes > 0 ? memcpy(p, data, size_bytes) : p;
}

char *arena_strndup(struct arena *a, const char *s, size_t length) {
    char *p = arena_alloc(a, length + 1);

    if (length > 0)
        memcpy(p, s, length);
    return p;
}

char *arena_strdup(struct arena *a, const char *s) {
    return s == NULL ? NULL : arena_strndup(a, s, strlen(s));
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap) {
    va_list again;
    int length;
    char *p;

    va_copy(again, ap);
    length = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (length < 0)
        abort();
    p = arena_alloc(a, (size_t)length + 1);
    vsnprintf(p, (size_t)length + 1, fmt, ap);
    return p;
}

char *arena_printf(struct arena *a, const char *fmt, ...) {
    va_list ap;
    char *p;

    va_start(ap, fmt);
    p = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return p;
}

void arena_reset(struct arena *a) {
    struct arena_chunk *keep = a->head;

    if (keep == NULL)
        return;
    while (keep->next != NULL) {
        struct arena_chunk *next = keep->next;
        keep->next = next->next;
        free(next);
    }
    keep->used = 0;
}

void arena_free(struct arena *a) {
    while (a->head != NULL) {
        struct arena_chunk *c = a->head;
        a->head = c->next;
        free(c);
    }
}

void *vec_grow(struct arena *a, void *items, size_t count, size_t *capacity, size_t item_bytes) {
    void *bigger;

    if (count < *capacity)
        return items;
    *capacity = *capacity == 0 ? 4 : *capacity * 2;
    bigger = arena_alloc(a, *capacity * item_bytes);
    if (count > 0)
        memcpy(bigger, items, count * item_bytes);
    return bigger;
}
