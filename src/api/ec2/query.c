/* SPDX-License-Identifier: Apache-2.0 */
/* Describe calls: ids, filters, and what a ClientToken made before. */
#include <string.h>

#include "api/ec2/ec2.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/text.h"

enum { FILTERS_MAX = 50, FILTER_VALUES_MAX = 200 };

static const char tag_prefix[] = "tag:", any_tag[] = "tag:<key>";

void ec2_value(struct ec2_values *v, const char *text) {
    if (text)
        *vec_push(v->rq->arena, v) = text;
}

/* The operation's filter of that name; those by tag share one. */
static const struct model_filter *filter_of(const struct ec2_query *q, const char *name) {
    bool by_tag = text_is(name, "tag-key") || text_is(name, "tag-value") ||
                  (text_starts(name, tag_prefix) && name[strlen(tag_prefix)]);
    for (const struct model_filter *f = q->rq->operation->filters; f && f->name; f++)
        if (text_is(f->name, by_tag ? any_tag : name))
            return f;
    return NULL;
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
        if (!filter_of(q, w->name))
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

int ec2_ids_known(struct api_request *rq, enum ec2_kind kind, const char *const *ids, size_t count) {
    struct buf names = BUF_INIT(64 * 1024);
    size_t missing = 0;
    int r = 0;
    for (size_t i = 0; i < count && r == 0; i++) {
        if (ec2_find(rq, kind, ids[i]))
            continue;
        if (!ec2_id_well_formed(kind, ids[i]))
            r = ec2_refuse_malformed(rq, kind, ids[i]);
        else
            buf_printf(&names, "%s%s", missing++ ? ", " : "", ids[i]);
    }
    if (r == 0 && missing == 1)
        r = ec2_refuse_not_found(rq, kind, names.data);
    else if (r == 0 && missing)
        r = api_refuse(rq, ec2_kinds[kind].not_found, "The %ss '%s' do not exist", ec2_kinds[kind].noun,
                       names.data);
    buf_free(&names);
    return r;
}

/* Rows in the order of ids, each once. */
static int rows_by_id(struct ec2_query *q, enum ec2_kind kind, const char *const *ids, size_t count) {
    char *rows = arena_alloc(q->rq->arena, count * q->row_bytes);
    struct map seen = {0};
    if (ec2_ids_known(q->rq, kind, ids, count) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < count; i++) {
        const void *row = ec2_find(q->rq, kind, ids[i]);
        if (!row || map_get(&seen, ids[i]))
            continue;
        map_put(&seen, ids[i], q);
        memcpy(rows + q->rows.count++ * q->row_bytes, row, q->row_bytes);
    }
    map_free(&seen);
    q->rows.items = rows;
    return 0;
}

int ec2_query_begin(struct api_request *rq, struct ec2_query *q, enum ec2_kind kind, const char *const *ids,
                    size_t id_count, const struct ec2_filter *wanted, size_t wanted_count,
                    struct opt_int max_results) {
    *q = (struct ec2_query){.rq = rq, .wanted = wanted, .wanted_count = wanted_count};
    if (check_filters(q) < 0)
        return API_REFUSED;
    if (id_count && max_results.set)
        return kind == EC2_INSTANCE
                   ? api_refuse(rq, "InvalidParameterCombination",
                                "The parameter instancesSet cannot be used with the parameter maxResults")
                   : api_refuse(rq, "InvalidParameterCombination",
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

/* ---- what a filter looks at ---- */

static const void *member_of(const struct model_shape *s, const void *item, const char *name) {
    for (uint16_t i = 0; i < s->member_count; i++)
        if (text_is(s->members[i].name, name))
            return (const char *)item + s->members[i].offset;
    return NULL;
}

/* wanted: "tag-key", "tag-value" or "tag:<key>". */
static void tag_value(struct ec2_values *out, const char *wanted, const struct model_shape *s,
                      const void *tag) {
    const char *const *key = member_of(s, tag, "Key"), *const *value = member_of(s, tag, "Value");
    if (!key || !value || !*key)
        return;
    if (text_is(wanted, "tag-key"))
        ec2_value(out, *key);
    else if (text_is(wanted, "tag-value") || text_is(wanted + strlen(tag_prefix), *key))
        ec2_value(out, *value ? *value : "");
}

static void scalar_value(struct ec2_values *out, const struct model_shape *s, const void *at) {
    char text[CLOCK_TEXT_BYTES];
    struct arena *a = out->rq->arena;
    switch (s->type) {
    case MODEL_STRING:
        ec2_value(out, *(const char *const *)at);
        break;
    case MODEL_BOOL:
        if (((const struct opt_bool *)at)->set)
            ec2_value(out, ((const struct opt_bool *)at)->v ? "true" : "false");
        break;
    case MODEL_INT:
    case MODEL_LONG:
        if (((const struct opt_int *)at)->set)
            ec2_value(out, arena_printf(a, "%lld", (long long)((const struct opt_int *)at)->v));
        break;
    case MODEL_DOUBLE:
        if (((const struct opt_double *)at)->set)
            ec2_value(out, arena_printf(a, "%g", ((const struct opt_double *)at)->v));
        break;
    case MODEL_TIME:
        if (((const struct opt_time *)at)->set) {
            int64_t ms = ((const struct opt_time *)at)->ms;
            if (s->time_format != MODEL_TIME_ISO8601_MS) /* what is shown are whole seconds */
                ms -= ms % 1000;
            ec2_value(out, arena_strdup(a, clock_iso8601(ms, text)));
        }
        break;
    default:
        break;
    }
}

struct walk {
    struct ec2_values *out;
    const struct model_filter *filter;
    const char *wanted;
};

/* at: a list, a scalar's place, or the struct itself; step: of those that lead further. */
static void walk(const struct walk *w, const struct model_shape *s, const void *at, unsigned step) {
    if (s->type == MODEL_LIST) {
        struct model_vec list;
        memcpy(&list, at, sizeof(list));
        for (size_t i = 0; i < list.count; i++)
            walk(w, s->item, (const char *)list.items + i * s->item_size, step);
    } else if (s->type != MODEL_STRUCT) {
        scalar_value(w->out, s, at);
    } else if (step == w->filter->step_count) {
        if (text_is(w->filter->name, any_tag))
            tag_value(w->out, w->wanted, s, at);
    } else {
        const struct model_member *m = &s->members[w->filter->steps[step]];
        const void *next = (const char *)at + m->offset;
        if (m->shape->type == MODEL_STRUCT)
            next = *(const void *const *)next;
        if (next)
            walk(w, m->shape, next, step + 1);
    }
}

static void collect(const struct ec2_query *q, const char *wanted, const void *view, struct ec2_values *out) {
    const struct model_filter *filter = filter_of(q, wanted);
    for (size_t i = 0; i < q->call_count; i++)
        if (text_is(q->calls[i].name, wanted)) {
            q->calls[i].call(out, view);
            return;
        }
    if (filter->always)
        ec2_value(out, filter->always);
    else
        walk(&(struct walk){out, filter, wanted}, q->rq->operation->filtered, view, 0);
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
        struct ec2_values values = {.rq = q->rq};
        collect(q, q->wanted[i].name, view, &values);
        if (!any_match(&q->wanted[i], &values))
            return false;
    }
    return true;
}

/* ---- tags, as they are shown ---- */

struct ec2_tag *ec2_tags(struct api_request *rq, const char *id, size_t *ret_count) {
    struct tag_rows rows = tag_list_by(rq->tx, COL(tag, resource_id), id);
    struct ec2_tag *tags = rows.count ? arena_array(rq->arena, struct ec2_tag, rows.count) : NULL;
    for (size_t i = 0; i < rows.count; i++)
        tags[i] = (struct ec2_tag){.key = rows.items[i].name, .value = rows.items[i].value};
    *ret_count = rows.count;
    return tags;
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
