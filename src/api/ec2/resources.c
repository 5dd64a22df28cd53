/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which resources a request is about, for permissions that name them by ARN.
 *
 * Found by the model, not listed by hand: every id in the request, at whatever depth, whose form is that
 * of a kind of resource; and for calls that make something, all of its kind (all of type vpc).  Calls that only
 * look are about "*", as AWS has it.
 */
#include <ctype.h>
#include <string.h>

#include "api/ec2/ec2.h"
#include "base/text.h"

struct arns {
    struct api_request *rq;
    VEC(const char *) list;
};

static void add(struct arns *a, const char *arn) {
    for (size_t i = 0; i < a->list.count; i++)
        if (text_is(a->list.items[i], arn))
            return;
    *vec_push(a->rq->arena, &a->list) = arn;
}

static void add_id(struct arns *a, const char *id) {
    enum ec2_kind kind = id ? ec2_kind_of(id) : EC2_KIND_COUNT;
    if (kind == EC2_KIND_COUNT)
        return;
    const char *type = ec2_kinds[kind].tag_type;
    if (kind == EC2_IMAGE) /* images are AWS's: no account */
        add(a, arena_printf(a->rq->arena, "arn:aws:ec2:%s::%s/%s", a->rq->region, type, id));
    else
        add(a, ec2_arn(a->rq, type, id));
}

static void walk(struct arns *a, const struct model_shape *shape, const void *value) {
    switch (shape->type) {
    case MODEL_STRING:
        add_id(a, *(const char *const *)value);
        break;
    case MODEL_STRUCT:
        for (uint16_t i = 0; i < shape->member_count; i++) {
            const struct model_member *m = &shape->members[i];
            const void *at = (const char *)value + m->offset;
            if (m->streaming || text_ends(m->name, "Token"))
                continue;
            if (m->shape->type == MODEL_STRUCT)
                at = *(const void *const *)at;
            if (at)
                walk(a, m->shape, at);
        }
        break;
    case MODEL_LIST: {
        struct model_vec list;
        memcpy(&list, value, sizeof(list));
        if (text_ends(shape->name, "TagList") || text_ends(shape->name, "TagSpecificationList"))
            break;
        for (size_t i = 0; i < list.count; i++)
            walk(a, shape->item, (const char *)list.items + i * shape->item_size);
        break;
    }
    default:
        break;
    }
}

/* "InternetGateway" → "internet-gateway" */
static const char *kebab(struct arena *arena, const char *name) {
    char *out = arena_alloc(arena, 2 * strlen(name) + 1), *at = out;
    for (size_t i = 0; name[i]; i++) {
        if (i && isupper((unsigned char)name[i]))
            *at++ = '-';
        *at++ = (char)tolower((unsigned char)name[i]);
    }
    return out;
}

static const char *type_made(struct api_request *rq) {
    const char *name = rq->operation->name;
    if (text_is(name, "RunInstances"))
        return "instance";
    if (text_is(name, "AllocateAddress"))
        return "elastic-ip";
    if (!text_starts(name, "Create"))
        return NULL;
    const char *type = kebab(rq->arena, name + strlen("Create"));
    for (int kind = 0; kind < EC2_KIND_COUNT; kind++)
        if (text_is(ec2_kinds[kind].tag_type, type))
            return type;
    return NULL;
}

void ec2_resources(struct api_request *rq, const void *in, const char *const **ret_arns, size_t *ret_count) {
    struct arns a = {.rq = rq};
    const char *name = rq->operation->name;
    if (!text_starts(name, "Describe") && !text_starts(name, "Get")) {
        const char *type = type_made(rq);
        if (type)
            add(&a, ec2_arn(rq, type, "*"));
        if (rq->operation->input)
            walk(&a, rq->operation->input, in);
    }
    if (a.list.count == 0)
        add(&a, "*");
    *ret_arns = a.list.items;
    *ret_count = a.list.count;
}
