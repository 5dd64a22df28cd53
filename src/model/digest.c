/* SPDX-License-Identifier: Apache-2.0 */
/* The same walk over a message that the protocol engines do, into a number instead of text. */
#include <string.h>

#include "base/map.h"
#include "model/model.h"

static uint64_t mix(uint64_t h, const void *data, size_t length) {
    return hash_bytes(data, length, h + length);
}

static uint64_t digest(const struct model_shape *s, const char *v, uint64_t h);

static uint64_t digest_items(const struct model_shape *s, const char *v, uint64_t h) {
    const struct model_vec *vec = (const void *)v;

    h = mix(h, &vec->count, sizeof(vec->count));
    for (size_t i = 0; i < vec->count; i++) {
        const char *item = (const char *)vec->items + i * s->item_size;

        if (s->type == MODEL_MAP) {
            const char *key = *(const char *const *)(const void *)item;

            h = mix(h, key, strlen(key));
            item += s->value_offset;
        }
        if (s->item->type == MODEL_STRUCT)
            for (size_t m = 0; m < s->item->member_count; m++)
                h = digest(s->item->members[m].shape, item + s->item->members[m].offset, h);
        else
            h = digest(s->item, item, h);
    }
    return h;
}

/* v: where the member lies in its struct. */
static uint64_t digest(const struct model_shape *s, const char *v, uint64_t h) {
    switch (s->type) {
    case MODEL_STRING: {
        const char *text = *(const char *const *)(const void *)v;

        return text == NULL ? mix(h, "", 1) : mix(h, text, strlen(text));
    }
    case MODEL_INT:
    case MODEL_LONG: {
        const struct opt_int *n = (const void *)v;

        return n->set ? mix(h, &n->v, sizeof(n->v)) : mix(h, "", 1);
    }
    case MODEL_BOOL: {
        const struct opt_bool *b = (const void *)v;

        return mix(h, b->set ? b->v ? "t" : "f" : "", 1);
    }
    case MODEL_DOUBLE: {
        const struct opt_double *d = (const void *)v;

        return d->set ? mix(h, &d->v, sizeof(d->v)) : mix(h, "", 1);
    }
    case MODEL_TIME: {
        const struct opt_time *t = (const void *)v;

        return t->set ? mix(h, &t->ms, sizeof(t->ms)) : mix(h, "", 1);
    }
    case MODEL_BLOB: {
        const struct blob *b = (const void *)v;

        return b->data == NULL ? mix(h, "", 1) : mix(h, b->data, b->length);
    }
    case MODEL_STRUCT: {
        const char *inner = *(const char *const *)(const void *)v;

        if (inner == NULL)
            return mix(h, "", 1);
        for (size_t m = 0; m < s->member_count; m++)
            h = digest(s->members[m].shape, inner + s->members[m].offset, h);
        return h;
    }
    case MODEL_LIST:
    case MODEL_MAP:
        return digest_items(s, v, h);
    }
    return h;
}

uint64_t model_digest(const struct model_shape *shape, const void *message) {
    uint64_t h = 1;

    for (size_t m = 0; m < shape->member_count; m++) {
        const struct model_member *member = &shape->members[m];

        if (strcmp(member->name, "ClientToken") != 0 && strcmp(member->name, "DryRun") != 0 &&
            !member->streaming)
            h = digest(member->shape, (const char *)message + member->offset, h);
    }
    return h;
}
