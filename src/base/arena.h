/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena: memory that lives as long as one request.
 *
 * Theory of operation: an arena is a chain of malloc'd chunks from which pieces are cut in order.
 * Nothing cut from it is ever freed alone; arena_free() (or arena_reset()) drops all at once, so a
 * handler has no clean-up paths.  Allocation never returns NULL: sizes are bounded before they get
 * here (request bodies, page sizes), so running out means that the machine is out of memory, and
 * then the process ends and its supervisor starts a new one.  Memory comes zeroed.
 *
 * Not thread-safe: one arena, one thread.
 */
#ifndef VPCBOX_BASE_ARENA_H
#define VPCBOX_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

/* For whoever cannot go on without memory: says so and ends the process, whose supervisor starts a new one. */
_Noreturn void out_of_memory(void);

struct arena_chunk;

struct arena {
    struct arena_chunk *head;
};

/* An empty arena is all zeros: `struct arena a = {0};` needs no init. */
void *arena_alloc(struct arena *a, size_t size_bytes);
void *arena_dup(struct arena *a, const void *data, size_t size_bytes);
char *arena_strdup(struct arena *a, const char *s); /* NULL gives NULL */
char *arena_strndup(struct arena *a, const char *s, size_t length);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap);
void arena_reset(struct arena *a); /* forgets all, keeps one chunk for reuse */
void arena_free(struct arena *a);  /* gives everything back; the arena is empty and usable again */

#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, count) ((type *)arena_alloc((a), sizeof(type) * (count)))

/*
 * Growable lists inside an arena.  VEC(struct foo) names an anonymous list type; every list of the
 * generated API structs is one.  `*vec_push(arena, &list) = value` appends.  Growing moves items:
 * hold no pointer into a list while pushing to it.
 */
#define VEC(type)                                                                                            \
    struct {                                                                                                 \
        type *items;                                                                                         \
        size_t count;                                                                                        \
        size_t capacity;                                                                                     \
    }

void *vec_grow(struct arena *a, void *items, size_t count, size_t *capacity, size_t item_bytes);

#define vec_push(a, v)                                                                                       \
    ((v)->items = vec_grow((a), (v)->items, (v)->count, &(v)->capacity, sizeof(*(v)->items)),                \
     &(v)->items[(v)->count++])

#endif
