/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cors: which web pages may ask a bucket for what (S3's "Using cross-origin resource sharing").
 *
 * Theory of operation: on AWS a bucket's rules only tell the browser what a page may see, since a page has no keys
 * but those that it was given.  Here everybody has keys, so they also decide what is done: a request that names its
 * Origin needs a rule.  One that does not is an image, a link, a download: the page cannot read it, and an object's
 * reading changes nothing, so GetObject and HeadObject are answered as on AWS, and nothing else is.  All path-style
 * buckets share one origin with each other; so a page out of a bucket has no more rights than any other, unless the
 * bucket has a host name of its own.
 */
#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "api/inside.h"
#include "api/s3/s3.h"
#include "base/text.h"

enum { RULES_MAX = 100, RULES_MAX_BYTES = 64 * 1024 };

/* ---- the bucket's setting ---- */

static const char *const fields[] = {"headers", "methods", "origins", "expose"};

static json_t *json_of(const struct s3_cors_rule *r) {
    const struct {
        size_t count;
        const char *const *items;
    } lists[] = {{r->allowed_headers.count, r->allowed_headers.items},
                 {r->allowed_methods.count, r->allowed_methods.items},
                 {r->allowed_origins.count, r->allowed_origins.items},
                 {r->expose_headers.count, r->expose_headers.items}};
    json_t *rule = json_object();

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        json_t *list = json_array();

        for (size_t k = 0; k < lists[i].count; k++)
            json_array_append_new(list, json_string(lists[i].items[k]));
        json_object_set_new(rule, fields[i], list);
    }
    if (r->id != NULL)
        json_object_set_new(rule, "id", json_string(r->id));
    if (r->max_age_seconds.set)
        json_object_set_new(rule, "age", json_integer(r->max_age_seconds.v));
    return rule;
}

static const char *text_of(struct arena *a, const json_t *value) {
    const char *text = json_string_value(value);

    return text == NULL ? NULL : arena_strdup(a, text);
}

static struct s3_cors_rule rule_of(struct arena *a, const json_t *json) {
    struct s3_cors_rule r = {.id = text_of(a, json_object_get(json, "id"))};
    const json_t *age = json_object_get(json, "age");
    json_t *value = NULL;
    size_t k;

    if (age != NULL)
        r.max_age_seconds = SOME_INT(json_integer_value(age));
#define READ(field, list)                                                                                    \
    json_array_foreach(json_object_get(json, field), k, value) * vec_push(a, &r.list) = text_of(a, value);
    READ("headers", allowed_headers)
    READ("methods", allowed_methods)
    READ("origins", allowed_origins)
    READ("expose", expose_headers)
#undef READ
    return r;
}

static int refuse_rule(struct api_request *rq, const char *format, const char *value) {
    return api_refuse_status(rq, 400, "InvalidRequest", format, value);
}

static bool is_method(const char *text) {
    static const char *const methods[] = {"GET", "PUT", "POST", "DELETE", "HEAD"};

    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (text_is(text, methods[i]))
            return true;
    return false;
}

static bool has_two_stars(const char *text) {
    const char *star = strchr(text, '*');

    return star != NULL && strchr(star + 1, '*') != NULL;
}

static int check_rule(struct api_request *rq, const struct s3_cors_rule *r) {
    for (size_t i = 0; i < r->allowed_methods.count; i++)
        if (!is_method(r->allowed_methods.items[i]))
            return refuse_rule(rq, "Found unsupported HTTP method in CORS config. Unsupported method is %s",
                               r->allowed_methods.items[i]);
    for (size_t i = 0; i < r->allowed_origins.count; i++)
        if (has_two_stars(r->allowed_origins.items[i]))
            return refuse_rule(rq, "AllowedOrigin \"%s\" can not have more than one wildcard.",
                               r->allowed_origins.items[i]);
    for (size_t i = 0; i < r->allowed_headers.count; i++)
        if (has_two_stars(r->allowed_headers.items[i]))
            return refuse_rule(rq, "AllowedHeader \"%s\" can not have more than one wildcard.",
                               r->allowed_headers.items[i]);
    for (size_t i = 0; i < r->expose_headers.count; i++)
        if (strchr(r->expose_headers.items[i], '*') != NULL)
            return refuse_rule(rq,
                               "ExposeHeader \"%s\" contains wildcard. We currently do not support wildcard "
                               "for ExposeHeader.",
                               r->expose_headers.items[i]);
    return 0;
}

int s3_put_bucket_cors(struct api_request *rq, const struct s3_put_bucket_cors_request *in, void *out) {
    const struct s3_bucket_row *bucket = S3_OPEN(rq, in, "s3:PutBucketCORS");
    const struct s3_cors_configuration *c = in->cors_configuration;
    struct s3_bucket_cors_row row;
    json_t *rules;
    char *text;

    (void)out;
    if (bucket == NULL || s3_check_document(rq, true) < 0)
        return API_REFUSED;
    if (c == NULL || c->cors_rules.count == 0 || c->cors_rules.count > RULES_MAX)
        return api_refuse(
            rq, "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published "
            "schema");
    for (size_t i = 0; i < c->cors_rules.count; i++)
        if (check_rule(rq, &c->cors_rules.items[i]) < 0)
            return API_REFUSED;
    rules = json_array();
    for (size_t i = 0; i < c->cors_rules.count; i++)
        json_array_append_new(rules, json_of(&c->cors_rules.items[i]));
    text = json_dumps(rules, JSON_COMPACT);
    json_decref(rules);
    row = (struct s3_bucket_cors_row){bucket->name, text == NULL ? "[]" : arena_strdup(rq->arena, text)};
    free(text);
    if (strlen(row.rules) > RULES_MAX_BYTES)
        return refuse_rule(rq, "The CORS configuration of %s is larger than 64 KB", bucket->name);
    s3_bucket_cors_put(rq->tx, &row);
    return 0;
}

/* No rules: none are set. */
static struct s3_get_bucket_cors_output rules_of(struct api_request *rq, const char *bucket) {
    const struct s3_bucket_cors_row *row = s3_bucket_cors_find(rq->tx, bucket);
    struct s3_get_bucket_cors_output out = {0};
    json_t *rules = row == NULL ? NULL : json_loads(row->rules, 0, NULL), *rule = NULL;
    size_t i;

    json_array_foreach(rules, i, rule) * vec_push(rq->arena, &out.cors_rules) = rule_of(rq->arena, rule);
    json_decref(rules);
    return out;
}

int s3_get_bucket_cors(struct api_request *rq, const struct s3_get_bucket_cors_request *in,
                       struct s3_get_bucket_cors_output *out) {
    const struct s3_bucket_row *bucket = S3_OPEN(rq, in, "s3:GetBucketCORS");

    if (bucket == NULL)
        return API_REFUSED;
    *out = rules_of(rq, bucket->name);
    return out->cors_rules.count > 0
               ? 0
               : api_refuse(rq, "NoSuchCORSConfiguration", "The CORS configuration does not exist");
}

int s3_delete_bucket_cors(struct api_request *rq, const struct s3_delete_bucket_cors_request *in, void *out) {
    const struct s3_bucket_row *bucket = S3_OPEN(rq, in, "s3:PutBucketCORS");

    (void)out;
    if (bucket == NULL)
        return API_REFUSED;
    s3_bucket_cors_delete(rq->tx, bucket->name);
    return 0;
}

/* ---- a page's request ---- */

/* One '*' stands for any text. */
static bool matches(const char *pattern, const char *text, size_t length, bool any_case) {
    int (*same)(const char *, const char *, size_t) = any_case ? strncasecmp : strncmp;
    size_t before = strcspn(pattern, "*"), after;

    if (pattern[before] == '\0')
        return before == length && same(pattern, text, length) == 0;
    after = strlen(pattern + before + 1);
    return length >= before + after && same(pattern, text, before) == 0 &&
           same(pattern + before + 1, text + length - after, after) == 0;
}

/* Whether each of a comma-separated list of headers is allowed. */
static bool allows_headers(const struct s3_cors_rule *r, const char *wanted) {
    while (wanted != NULL && *(wanted += strspn(wanted, " \t,")) != '\0') {
        size_t length = strcspn(wanted, " \t,");
        bool allowed = false;

        for (size_t i = 0; i < r->allowed_headers.count && !allowed; i++)
            allowed = matches(r->allowed_headers.items[i], wanted, length, true);
        if (!allowed)
            return false;
        wanted += length;
    }
    return true;
}

/* The first rule for this, and its origin as it is written there. */
static const struct s3_cors_rule *find_rule(const struct s3_get_bucket_cors_output *rules, const char *origin,
                                            const char *method, const char *headers,
                                            const char **ret_origin) {
    for (size_t i = 0; i < rules->cors_rules.count; i++) {
        const struct s3_cors_rule *r = &rules->cors_rules.items[i];
        bool allowed = false;

        for (size_t k = 0; k < r->allowed_methods.count && !allowed; k++)
            allowed = text_is(r->allowed_methods.items[k], method);
        for (size_t k = 0; allowed && k < r->allowed_origins.count; k++)
            if (matches(r->allowed_origins.items[k], origin, strlen(origin), false) &&
                allows_headers(r, headers)) {
                *ret_origin = r->allowed_origins.items[k];
                return r;
            }
    }
    return NULL;
}

static const char *joined(struct arena *a, const char *const *items, size_t count) {
    const char *text = count > 0 ? items[0] : "";

    for (size_t i = 1; i < count; i++)
        text = arena_printf(a, "%s, %s", text, items[i]);
    return text;
}

/* What the browser wants to hear. */
static void tell(struct api_request *rq, const struct s3_cors_rule *r, const char *written,
                 const char *origin, const char *wanted_headers) {
    VEC(struct http_header) h = {0};
    bool all = text_is(written, "*");

#define TELL(name_, value_) *vec_push(rq->arena, &h) = (struct http_header){name_, value_}
    TELL("Access-Control-Allow-Origin", all ? "*" : origin);
    TELL("Access-Control-Allow-Methods",
         joined(rq->arena, r->allowed_methods.items, r->allowed_methods.count));
    if (wanted_headers != NULL)
        TELL("Access-Control-Allow-Headers", wanted_headers);
    if (r->expose_headers.count > 0)
        TELL("Access-Control-Expose-Headers",
             joined(rq->arena, r->expose_headers.items, r->expose_headers.count));
    if (r->max_age_seconds.set)
        TELL("Access-Control-Max-Age", arena_printf(rq->arena, "%lld", (long long)r->max_age_seconds.v));
    if (!all)
        TELL("Access-Control-Allow-Credentials", "true");
    if (http_header_get(rq->http, "access-control-request-private-network") != NULL)
        TELL("Access-Control-Allow-Private-Network", "true");
    TELL("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
#undef TELL
    http_respond_also(rq->http, h.items, h.count);
}

static const char *bucket_asked(struct api_request *rq) {
    const char *path = rq->wire->request.path + (*rq->wire->request.path == '/');

    return arena_strndup(rq->arena, path, strcspn(path, "/"));
}

/* An image, a link, a download, or a page of a bucket with a host name of its own that reads from it. */
static bool only_loads(const struct api_request *rq) {
    const char *mode = http_header_get(rq->http, "sec-fetch-mode");
    bool scripted = text_is(mode, "cors") || text_is(mode, "same-origin");

    return (text_is(rq->operation->name, "GetObject") || text_is(rq->operation->name, "HeadObject")) &&
           (!scripted || rq->wire->bucket != NULL);
}

static int refuse_page(struct api_request *rq, bool any_rules) {
    return api_refuse(
        rq, "AccessForbidden", "%s",
        any_rules
            ? "CORSResponse: This CORS request is not allowed. This is usually because the evalution of "
              "Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers "
              "are not whitelisted by the resource's CORS spec."
            : "CORSResponse: CORS is not enabled for this bucket.");
}

int s3_page(struct api_request *rq) {
    const char *origin = http_header_get(rq->http, "origin"), *written;
    const char *method = rq->http->method, *headers = NULL;
    const struct s3_cors_rule *rule;
    struct s3_get_bucket_cors_output rules;
    bool asks_first = rq->operation == NULL;

    if (asks_first) {
        method = http_header_get(rq->http, "access-control-request-method");
        headers = http_header_get(rq->http, "access-control-request-headers");
        if (origin == NULL)
            return api_refuse(rq, "BadRequest", "Insufficient information. Origin request header needed.");
        if (method == NULL || !is_method(method))
            return api_refuse(rq, "BadRequest", "Invalid Access-Control-Request-Method: %s",
                              method == NULL ? "null" : method);
    }
    rules = rules_of(rq, bucket_asked(rq));
    if (origin == NULL)
        return only_loads(rq) ? 0 : refuse_page(rq, rules.cors_rules.count > 0);
    rule = find_rule(&rules, origin, method, headers, &written);
    if (rule == NULL)
        return refuse_page(rq, rules.cors_rules.count > 0);
    tell(rq, rule, written, origin, headers);
    if (asks_first)
        http_respond(rq->http, 200, NULL, 0, NULL, 0);
    return 0;
}
