/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which resources a request is about, for permissions that name them by ARN, and the condition keys that
 * policies may ask about them.
 *
 * Found by the model, not listed by hand: every id in the request, at whatever depth, whose form is that
 * of a kind of resource; and for calls that make something, all of its kind (all of type vpc).  Calls that only
 * look are about "*", as AWS has it.
 */
#include <ctype.h>
#include <string.h>

#include "api/ec2/instance.h"
#include "api/iam/identity.h"
#include "base/text.h"
#include "policy/policy.h"

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

/* Key pairs are the one kind whose ARN ends in a name. */
static void add_key_pair(struct arns *a, const char *const *name) {
    if (name && *name)
        add(a, ec2_arn(a->rq, "key-pair", *name));
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
            if (text_is(m->name, "KeyName") && m->shape->type == MODEL_STRING) {
                add_key_pair(a, at);
                continue;
            }
            if (m->shape->type == MODEL_STRUCT)
                /* A list with a count has items.  NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
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
    if (text_is(name, "CreateKeyPair"))
        return NULL; /* by its name: see walk() */
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
        if (text_is(name, "RunInstances")) {
            add(&a, ec2_arn(rq, "network-interface", "*"));
            add(&a, ec2_arn(rq, "volume", "*"));
        }
        if (rq->operation->input)
            walk(&a, rq->operation->input, in);
    }
    if (a.list.count == 0)
        add(&a, "*");
    *ret_arns = a.list.items;
    *ret_count = a.list.count;
}

/* ---- condition keys ---- */

/* The list that the request has under this name, or NULL. */
static const struct model_vec *list_of(struct api_request *rq, const void *in, const char *name) {
    const struct model_shape *s = rq->operation->input;
    for (uint16_t i = 0; s && i < s->member_count; i++)
        if (text_is(s->members[i].name, name) && s->members[i].shape->type == MODEL_LIST)
            return (const void *)((const char *)in + s->members[i].offset);
    return NULL;
}

static void add_request_tags(struct api_request *rq, const struct ec2_tag *tags, size_t count,
                             struct policy_context *ctx) {
    for (size_t i = 0; i < count; i++) {
        policy_context_add(rq->arena, ctx, "aws:TagKeys", tags[i].key);
        if (tags[i].key)
            policy_context_add(rq->arena, ctx, arena_printf(rq->arena, "aws:RequestTag/%s", tags[i].key),
                               tags[i].value ? tags[i].value : "");
    }
}

/* "subnet/subnet-…" of an ARN's end: the part after the slash, and with ret_type the part before. */
static const char *arn_id(struct api_request *rq, const char *arn, const char **ret_type) {
    const char *resource = strrchr(arn, ':'), *slash = resource ? strchr(resource, '/') : NULL;
    if (!slash)
        return NULL;
    *ret_type = arena_strndup(rq->arena, resource + 1, (size_t)(slash - resource - 1));
    return slash + 1;
}

void ec2_resource_tags(struct api_request *rq, const char *service, const char *arn,
                       struct policy_context *ctx) {
    const char *type, *id = arn_id(rq, arn, &type);
    enum ec2_kind kind = id ? ec2_kind_of(id) : EC2_KIND_COUNT;
    if (kind == EC2_KIND_COUNT || ec2_kinds[kind].table < 0 || !ec2_find(rq, kind, id))
        return;
    size_t count;
    const struct ec2_tag *tags = ec2_tags(rq, id, &count);
    for (size_t i = 0; i < count; i++) {
        const char *value = tags[i].value ? tags[i].value : "";
        policy_context_add(rq->arena, ctx, arena_printf(rq->arena, "aws:ResourceTag/%s", tags[i].key), value);
        policy_context_add(rq->arena, ctx, arena_printf(rq->arena, "%s:ResourceTag/%s", service, tags[i].key),
                           value);
    }
}

static void add_vpc(struct api_request *rq, const char *id, struct policy_context *ctx) {
    const char *vpc = NULL;
    const void *row = ec2_find(rq, ec2_kind_of(id), id);
    if (!row)
        return;
    switch (ec2_kind_of(id)) {
    case EC2_SUBNET:
        vpc = ((const struct subnet_row *)row)->vpc_id;
        break;
    case EC2_ROUTE_TABLE:
        vpc = ((const struct route_table_row *)row)->vpc_id;
        break;
    case EC2_NETWORK_ACL:
        vpc = ((const struct network_acl_row *)row)->vpc_id;
        break;
    case EC2_SECURITY_GROUP:
        vpc = ((const struct security_group_row *)row)->vpc_id;
        break;
    case EC2_NETWORK_INTERFACE:
        vpc = ((const struct eni_row *)row)->vpc_id;
        policy_context_add(rq->arena, ctx, "ec2:Subnet",
                           ec2_arn(rq, "subnet", ((const struct eni_row *)row)->subnet_id));
        break;
    case EC2_INSTANCE:
        policy_context_add(rq->arena, ctx, "ec2:InstanceType", ((const struct instance_row *)row)->type);
        break;
    default:
        break;
    }
    if (vpc)
        policy_context_add(rq->arena, ctx, "ec2:Vpc", ec2_arn(rq, "vpc", vpc));
}

void ec2_conditions(struct api_request *rq, const void *in, const char *arn, struct policy_context *ctx) {
    const char *type = "", *id = arn_id(rq, arn, &type);
    const struct model_vec *tags = list_of(rq, in, "Tags"),
                           *specifications = list_of(rq, in, "TagSpecifications");
    policy_context_add(rq->arena, ctx, "ec2:Region", rq->region);
    if (tags && (text_is(rq->operation->name, "CreateTags") || text_is(rq->operation->name, "DeleteTags")))
        add_request_tags(rq, tags->items, tags->count, ctx);
    for (size_t i = 0; specifications && i < specifications->count; i++) {
        const struct ec2_tag_specification *s =
            (const struct ec2_tag_specification *)specifications->items + i;
        if (text_is(s->resource_type, type))
            add_request_tags(rq, s->tags.items, s->tags.count, ctx);
    }
    if (text_is(rq->operation->name, "RunInstances") && text_is(type, "instance"))
        policy_context_add(rq->arena, ctx, "ec2:InstanceType",
                           ((const struct ec2_run_instances_request *)in)->instance_type);
    if (!id || ec2_kind_of(id) == EC2_KIND_COUNT || ec2_kinds[ec2_kind_of(id)].table < 0)
        return;
    ec2_resource_tags(rq, "ec2", arn, ctx);
    add_vpc(rq, id, ctx);
}

int ec2_may_tag(struct api_request *rq, const struct ec2_tag_specification *specification) {
    struct policy_context context = {0};
    const struct identity_question question = {.action = "ec2:CreateTags",
                                               .resource = ec2_arn(rq, specification->resource_type, "*"),
                                               .context = &context};
    if (rq->caller.kind == API_CALLER_ROOT)
        return 0;
    policy_context_add(rq->arena, &context, "ec2:CreateAction", rq->operation->name);
    policy_context_add(rq->arena, &context, "ec2:Region", rq->region);
    add_request_tags(rq, specification->tags.items, specification->tags.count, &context);
    return api_authorize(rq, &question);
}
