/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value: one value of a message by its shape: the ground on which the protocols' engines stand.
 *
 * Theory of operation: `at` points at a value as it lies in C (model.h).  A member of type structure
 * is a pointer, an item of a list is the structure itself: value_struct() and value_struct_in() say
 * which is meant.
 */
#ifndef VPCBOX_PROTO_VALUE_H
#define VPCBOX_PROTO_VALUE_H

#include "proto/proto.h"

/* Whether the message has a value here. */
bool value_present(const struct model_shape *s, const void *at);

/* Text to a string, number, boolean, timestamp or blob.  0, -EINVAL (not of this type), -ERANGE. */
int value_parse(struct arena *a, const struct model_shape *s, enum model_time_format format, const char *text,
                void *at);

/* A scalar as text; `usual` is the protocol's form of timestamps.  Not for blobs' raw bytes: they become base64. */
void value_print(struct buf *out, const struct model_shape *s, enum model_time_format format,
                 enum model_time_format usual, const void *at);
/* The same in the arena. */
const char *value_text(struct arena *a, const struct model_shape *s, enum model_time_format format,
                       enum model_time_format usual, const void *at);

/* Room for a new item at a list's or map's end; zeroed. */
void *value_push(struct arena *a, const struct model_shape *list, void *at);
/* Marks a list or map as there, though empty. */
void value_touch(struct arena *a, void *at);
static inline void *value_item(const struct model_shape *list, const void *at, size_t index) {
    return (char *)((const struct model_vec *)at)->items + index * list->item_size;
}

/* The structure behind a member; made when absent. */
static inline void *value_struct(struct arena *a, const struct model_shape *s, void *at) {
    void **p = at;

    if (*p == NULL)
        *p = arena_alloc(a, s->size);
    return *p;
}

static inline const void *value_member(const struct model_member *m, const void *message) {
    return (const char *)message + m->offset;
}
static inline void *value_member_out(const struct model_member *m, void *message) {
    return (char *)message + m->offset;
}

/* In the body and not the body itself. */
static inline bool value_in_document(const struct model_member *m) {
    return m->location == MODEL_IN_BODY && !m->payload && !m->streaming;
}

/* The whole text is UTF-8 without NUL. */
bool utf8_valid(const char *text, size_t length);
size_t utf8_length(const char *text); /* code points */

#endif
