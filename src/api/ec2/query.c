/* SPDX-License-Identifier: Apache-2.0 */
/* Describe calls: ids, filters, and what a ClientToken made before. */
#include <string.h>

#include "api/ec2/ec2.h"
#include "base/map.h"
#include "base/text.h"

enum { FILTERS_MAX = 50, FILTER_VALUES_MAX = 200 };

static const char tag_prefix[] = "tag:";

void ec2_value(struct ec2_values *v, const char *text) {
    if (text)
        *vec_push(v->arena, v) = text;
}

static const struct ec2_filter_name *filter_name(const struct ec2_filters *f, const char *name) {
    for (size_t i = 0; i < f->count; i++)
        if (text_is(f->names[i].name, name))
            return &f->names[i];
    return NULL;
}

static bool is_tag_filter(const struct ec2_filters *f, const char *name) {
    if (f->tags == EC2_NO_TAGS)
        return false;
    return text_is(name, "tag-key") || (text_starts(name, tag_prefix) && name[strlen(tag_prefix)]);
}

static int check_filters(const struct ec2_query *q) {
    if (q->wanted_count > FILTERS_MAX)
        return api_refuse(q->rq, "FilterLimitExceeded",
                          "The maximum number of filters specified on a single call is %d", FILTERS_MAX);
    size_t values = 0;
    for (size_t i = 0; i < q->wanted_count; i++) {
        const struct ec2_filter *w = &q->wanted[i];
        if (!w->name)
            return api_refuse(q->rq, "InvalidParameterValue", "The filter 'null' is invalid");
        if (!filter_name(q->filters, w->name) && !is_tag_filter(q->filters, w->name))
            return api_refuse(q->rq, "InvalidParameterValue", "The filter '%s' is invalid", w->name);
        values += w->values.count;
        if (values > FILTER_VALUES_MAX)
            return api_refuse(q->rq, "FilterLimitExceeded",
                              "The maximum number of filter values specified on a single call is %d",
                              FILTER_VALUES_MAX);
        for (size_t v = 0; v < w->values.count; v++)
            if (!w->values.items[v])
                return api_refuse(q->rq, "InvalidParameterValue", "A value of the filter '%s' is empty",
                                  w->name);
    }
    return 0;
}

/* Rows in the order of ids, each once. */
static int rows_by_id(struct ec2_query *q, enum ec2_kind kind, const char *const *ids, size_t count) {
    const struct ec2_kind_info *k = &ec2_kinds[kind];
    char *rows = arena_alloc(q->rq->arena, count * q->row_bytes);
    struct map seen = {0};
    int r = 0;
    size_t missing = 0;
    struct buf names = BUF_INIT(64 * 1024);
    for (size_t i = 0; i < count && r == 0; i++) {
        const void *row = ec2_find(q->rq, kind, ids[i]);
        if (!row && !ec2_id_well_formed(kind, ids[i])) {
            r = ec2_refuse_malformed(q->rq, kind, ids[i]);
        } else if (!row) {
            buf_printf(&names, "%s%s", missing++ ? ", " : "", ids[i]);
        } else if (!map_get(&seen, ids[i])) {
            map_put(&seen, ids[i], q);
            memcpy(rows + q->rows.count++ * q->row_bytes, row, q->row_bytes);
        }
    }
    if (r == 0 && missing == 1)
        r = ec2_refuse_not_found(q->rq, kind, names.data);
    else if (r == 0 && missing)
        r = api_refuse(q->rq, k->not_found, "The %ss '%s' do not exist", k->noun, names.data);
    map_free(&seen);
    buf_free(&names);
    q->rows.items = rows;
    return r;
}

int ec2_query_begin(struct api_request *rq, struct ec2_query *q, enum ec2_kind kind, const char *const *ids,
                    size_t id_count, const struct ec2_filter *wanted, size_t wanted_count,
                    struct opt_int max_results, const struct ec2_filters *filters) {
    *q = (struct ec2_query){.rq = rq, .filters = filters, .wanted = wanted, .wanted_count = wanted_count};
    if (check_filters(q) < 0)
        return API_REFUSED;
    if (id_count && max_results.set)
        return api_refuse(rq, "InvalidParameterCombination",
                          "The parameter %sIds cannot be used with the parameter maxResults",
                          ec2_kinds[kind].tag_type);
    if (ec2_kinds[kind].table < 0)
        return 0;
    q->row_bytes = store_tables[ec2_kinds[kind].table].row_bytes;
    if (id_count)
        return rows_by_id(q, kind, ids, id_count);
    q->rows = ec2_list(rq, kind);
    return 0;
}

static void collect(const struct ec2_filter_name *name, const void *view, struct ec2_values *out) {
    const void *at = (const char *)view + name->offset;
    switch (name->how) {
    case EC2_FILTER_TEXT:
        ec2_value(out, *(const char *const *)at);
        break;
    case EC2_FILTER_BOOL: {
        const struct opt_bool *b = at;
        if (b->set)
            ec2_value(out, b->v ? "true" : "false");
        break;
    }
    case EC2_FILTER_INT: {
        const struct opt_int *i = at;
        if (i->set)
            ec2_value(out, arena_printf(out->arena, "%lld", (long long)i->v));
        break;
    }
    case EC2_FILTER_CALL:
        name->call(out, view);
        break;
    case EC2_FILTER_NEVER:
        break;
    }
}

static void collect_tags(const struct ec2_query *q, const char *name, const void *view,
                         struct ec2_values *out) {
    VEC(struct ec2_tag) tags;
    memcpy(&tags, (const char *)view + q->filters->tags, sizeof(tags));
    const char *key = text_is(name, "tag-key") ? NULL : name + strlen(tag_prefix);
    for (size_t i = 0; i < tags.count; i++)
        if (!key)
            ec2_value(out, tags.items[i].key);
        else if (text_is(tags.items[i].key, key))
            ec2_value(out, tags.items[i].value ? tags.items[i].value : "");
}

static bool any_match(const struct ec2_filter *w, const struct ec2_values *values) {
    for (size_t v = 0; v < values->count; v++)
        for (size_t i = 0; i < w->values.count; i++)
            if (text_glob(w->values.items[i], values->items[v]))
                return true;
    return false;
}

bool ec2_query_matches(const struct ec2_query *q, const void *view) {
    for (size_t i = 0; i < q->wanted_count; i++) {
        struct ec2_values values = {.arena = q->rq->arena};
        const struct ec2_filter_name *name = filter_name(q->filters, q->wanted[i].name);
        if (name)
            collect(name, view, &values);
        else
            collect_tags(q, q->wanted[i].name, view, &values);
        if (!any_match(&q->wanted[i], &values))
            return false;
    }
    return true;
}

/* ---- ClientToken ---- */

enum { TOKEN_BYTES_MAX = 64 };

static const char *token_key(struct api_request *rq, const char *token) {
    return arena_printf(rq->arena, "%s|%s|%s|%s", rq->caller.account, rq->region, rq->operation->name, token);
}

static const char *token_parameters(struct api_request *rq, const char *parameters) {
    return arena_printf(rq->arena, "%016llx",
                        (unsigned long long)hash_bytes(parameters, strlen(parameters), 0));
}

int ec2_token_seen(struct api_request *rq, const char *token, const char *parameters, const char **ret_id) {
    *ret_id = NULL;
    if (!token || !*token)
        return 0;
    if (strlen(token) > TOKEN_BYTES_MAX)
        return api_refuse(rq, "InvalidParameterValue", "Client token is too long: at most %d characters",
                          TOKEN_BYTES_MAX);
    const struct client_token_row *row = client_token_find(rq->tx, token_key(rq, token));
    if (!row)
        return 0;
    if (!text_is(row->parameters, token_parameters(rq, parameters)))
        return api_refuse(
            rq, "IdempotentParameterMismatch",
            "The client token provided was used with different parameters in an earlier request");
    *ret_id = row->resource_id;
    return 0;
}

void ec2_token_keep(struct api_request *rq, const char *token, const char *parameters, const char *id) {
    if (!token || !*token)
        return;
    struct client_token_row row = {.key = token_key(rq, token),
                                   .parameters = token_parameters(rq, parameters),
                                   .resource_id = id,
                                   .created_ms = rq->now_ms};
    client_token_put(rq->tx, &row);
}
