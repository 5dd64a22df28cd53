/* SPDX-License-Identifier: Apache-2.0 */
/* Tags: kept apart from the resources that bear them, one row a tag. */
#include <string.h>

#include "api/ec2/ec2.h"
#include "base/text.h"

enum { TAGS_MAX = 50, TAG_KEY_MAX = 128, TAG_VALUE_MAX = 256, TAGGED_AT_ONCE_MAX = 1000 };

/* Characters, not bytes: UTF-8 continuation bytes do not count. */
static size_t characters(const char *text) {
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static int check_tag(struct api_request *rq, const struct ec2_tag *tag) {
    if (!tag->key || !*tag->key)
        return api_refuse(rq, "InvalidParameterValue", "Tag key cannot be empty");
    if (strncasecmp(tag->key, "aws:", 4) == 0)
        return api_refuse(rq, "InvalidParameterValue",
                          "Tag keys starting with 'aws:' are reserved for internal use");
    if (characters(tag->key) > TAG_KEY_MAX)
        return api_refuse(rq, "InvalidParameterValue", "Tag key exceeds the maximum length of %d characters",
                          TAG_KEY_MAX);
    if (tag->value && characters(tag->value) > TAG_VALUE_MAX)
        return api_refuse(rq, "InvalidParameterValue",
                          "Tag value exceeds the maximum length of %d characters", TAG_VALUE_MAX);
    return 0;
}

static const char *tag_key(struct api_request *rq, const char *id, const char *name) {
    return arena_printf(rq->arena, "%s|%s", id, name);
}

void ec2_tag_put(struct api_request *rq, enum ec2_kind kind, const char *id, const char *key,
                 const char *value) {
    struct tag_row row = {.key = tag_key(rq, id, key),
                          .resource_id = id,
                          .account = rq->caller.account,
                          .region = rq->region,
                          .resource_type = ec2_kinds[kind].tag_type,
                          .name = key,
                          .value = value ? value : ""};
    tag_put(rq->tx, &row);
}

void ec2_tag_forget(struct api_request *rq, const char *id) {
    tag_delete_by(rq->tx, COL(tag, resource_id), id);
}

int ec2_tag_check(struct api_request *rq, unsigned allowed_kinds,
                  const struct ec2_tag_specification *specifications, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct ec2_tag_specification *s = &specifications[i];
        bool allowed = false;
        for (int kind = 0; kind < EC2_KIND_COUNT; kind++)
            if ((allowed_kinds & 1u << kind) && text_is(s->resource_type, ec2_kinds[kind].tag_type))
                allowed = true;
        if (!s->resource_type)
            return api_refuse(rq, "InvalidParameter", "Tag specification resource type must have a value");
        if (!allowed)
            return api_refuse(rq, "InvalidParameterValue",
                              "'%s' is not a valid taggable resource type for this operation.",
                              s->resource_type);
        if (s->tags.count == 0)
            return api_refuse(rq, "InvalidParameterValue", "Tag specification must have at least one tag");
        for (size_t j = 0; j < i; j++)
            if (text_is(specifications[j].resource_type, s->resource_type))
                return api_refuse(
                    rq, "InvalidParameterValue",
                    "The same resource type may not be specified more than once in tag specifications");
        if (s->tags.count > TAGS_MAX)
            return api_refuse(rq, "TagLimitExceeded",
                              "The maximum number of Tags for a resource has been reached.");
        for (size_t t = 0; t < s->tags.count; t++) {
            if (check_tag(rq, &s->tags.items[t]) < 0)
                return API_REFUSED;
            for (size_t u = 0; u < t; u++)
                if (text_is(s->tags.items[u].key, s->tags.items[t].key))
                    return api_refuse(rq, "InvalidParameterValue", "Duplicate tag key '%s' specified.",
                                      s->tags.items[t].key);
        }
        if (ec2_may_tag(rq, s) < 0)
            return API_REFUSED;
    }
    return 0;
}

int ec2_tag_new(struct api_request *rq, enum ec2_kind kind, const char *id,
                const struct ec2_tag_specification *specifications, size_t count) {
    if (ec2_tag_check(rq, 1u << kind, specifications, count) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < count; i++)
        for (size_t t = 0; t < specifications[i].tags.count; t++)
            ec2_tag_put(rq, kind, id, specifications[i].tags.items[t].key,
                        specifications[i].tags.items[t].value);
    return 0;
}

/* The kind of a resource that can be tagged now. */
static int taggable(struct api_request *rq, const char *id, enum ec2_kind *ret_kind) {
    enum ec2_kind kind = ec2_kind_of(id);
    if (kind == EC2_KIND_COUNT || ec2_kinds[kind].table < 0)
        return api_refuse(rq, "InvalidID", "The ID '%s' is not valid", id ? id : "");
    if (!ec2_get(rq, kind, id))
        return API_REFUSED;
    *ret_kind = kind;
    return 0;
}

int ec2_create_tags(struct api_request *rq, const struct ec2_create_tags_request *in,
                    struct ec2_create_tags_result *out) {
    (void)out;
    if (in->resources.count > TAGGED_AT_ONCE_MAX)
        return api_refuse(rq, "InvalidParameterValue", "At most %d resources can be tagged in one call",
                          TAGGED_AT_ONCE_MAX);
    for (size_t t = 0; t < in->tags.count; t++)
        if (check_tag(rq, &in->tags.items[t]) < 0)
            return API_REFUSED;
    for (size_t i = 0; i < in->resources.count; i++) {
        const char *id = in->resources.items[i];
        enum ec2_kind kind = EC2_VPC;
        if (taggable(rq, id, &kind) < 0)
            return API_REFUSED;
        for (size_t t = 0; t < in->tags.count; t++)
            ec2_tag_put(rq, kind, id, in->tags.items[t].key, in->tags.items[t].value);
        size_t own = 0;
        struct tag_rows rows = tag_list_by(rq->tx, COL(tag, resource_id), id);
        for (size_t t = 0; t < rows.count; t++)
            own += !text_starts(rows.items[t].name, "aws:");
        if (own > TAGS_MAX)
            return api_refuse(rq, "TagLimitExceeded",
                              "The maximum number of Tags for a resource has been reached.");
    }
    return 0;
}

int ec2_delete_tags(struct api_request *rq, const struct ec2_delete_tags_request *in,
                    struct ec2_delete_tags_result *out) {
    (void)out;
    for (size_t i = 0; i < in->resources.count; i++) {
        const char *id = in->resources.items[i];
        enum ec2_kind kind;
        if (taggable(rq, id, &kind) < 0)
            return API_REFUSED;
        struct tag_rows rows = tag_list_by(rq->tx, COL(tag, resource_id), id);
        for (size_t r = 0; r < rows.count; r++) {
            bool goes = in->tags.count == 0 && !text_starts(rows.items[r].name, "aws:");
            for (size_t t = 0; t < in->tags.count; t++)
                if (text_is(in->tags.items[t].key, rows.items[r].name) &&
                    (!in->tags.items[t].value || text_is(in->tags.items[t].value, rows.items[r].value)))
                    goes = true;
            if (goes)
                tag_delete(rq->tx, rows.items[r].key);
        }
    }
    return 0;
}

int ec2_describe_tags(struct api_request *rq, const struct ec2_describe_tags_request *in,
                      struct ec2_describe_tags_result *out) {
    struct ec2_query q;
    if (ec2_query_begin(rq, &q, EC2_PREFIX_LIST, NULL, 0, in->filters.items, in->filters.count,
                        in->max_results) < 0)
        return API_REFUSED;
    struct tag_rows rows = tag_list_by(rq->tx, COL(tag, account), rq->caller.account);
    for (size_t i = 0; i < rows.count; i++) {
        const struct tag_row *row = &rows.items[i];
        struct ec2_tag_description view = {.key = row->name,
                                           .resource_id = row->resource_id,
                                           .resource_type = row->resource_type,
                                           .value = row->value};
        if (text_is(row->region, rq->region) && ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->tags) = view;
    }
    return EC2_PAGE(rq, in, &out->tags, &out->next_token);
}
