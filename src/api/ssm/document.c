/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Session documents: AWS's own, as published, under data/ssm/documents.  They are checked here and once more
 * by the agent, to which they go unchanged, with the parameters as the types that they declare: a String is a
 * string, though the request brings lists only.
 */
#include <jansson.h>
#include <regex.h>
#include <string.h>

#include "api/ssm/ssm.h"
#include "base/embed.h"
#include "base/text.h"

enum { PATTERN_MAX = 1024 };

/* One [...] of the published patterns, which escape with a backslash; POSIX has no escapes there: it takes ']'
 * literally at the start and a backslash as itself.  Returns what comes after. */
static const char *bracket(struct buf *out, const char *p) {
    struct buf rest = BUF_INIT(PATTERN_MAX);
    bool closing = false;

    buf_putc(out, *p++);
    if (*p == '^')
        buf_putc(out, *p++);
    for (; *p != '\0' && *p != ']'; p++) {
        p += *p == '\\' && p[1] != '\0';
        if (*p == ']')
            closing = true;
        else
            buf_putc(&rest, *p);
    }
    if (closing)
        buf_putc(out, ']');
    buf_append(out, rest.data, rest.length);
    buf_free(&rest);
    if (*p == ']')
        buf_putc(out, *p++);
    return p;
}

static bool pattern_matches(const char *pattern, const char *value) {
    struct buf posix = BUF_INIT(PATTERN_MAX);
    regex_t compiled;
    bool yes;

    while (*pattern != '\0') {
        if (*pattern == '[') {
            pattern = bracket(&posix, pattern);
        } else {
            if (*pattern == '\\' && pattern[1] != '\0')
                buf_putc(&posix, *pattern++);
            buf_putc(&posix, *pattern++);
        }
    }
    buf_putc(&posix, '\0');
    yes = !posix.overflow && regcomp(&compiled, posix.data, REG_EXTENDED | REG_NOSUB) == 0;
    if (yes) {
        yes = regexec(&compiled, value, 0, NULL, 0) == 0;
        regfree(&compiled);
    }
    buf_free(&posix);
    return yes;
}

static bool is_one_of(const json_t *values, const char *value) {
    const json_t *one;
    size_t i;

    json_array_foreach(values, i, one) if (text_is(json_string_value(one), value)) return true;
    return false;
}

/* Holds one value against the parameter's declaration. */
static int check_value(struct api_request *rq, const char *name, const json_t *parameter, const char *value) {
    const json_t *values = json_object_get(parameter, "allowedValues");
    const char *pattern = json_string_value(json_object_get(parameter, "allowedPattern"));

    if (values != NULL && !is_one_of(values, value)) {
        const char *all = "";
        const json_t *one;
        size_t i;

        json_array_foreach(values, i, one) {
            all = arena_printf(rq->arena, "%s%s%s", all, i > 0 ? ", " : "", json_string_value(one));
        }
        return api_refuse(rq, "InvalidParameters", "Parameter \"%s\" has value \"%s\" not in [%s].", name,
                          value, all);
    }
    if (pattern != NULL && !pattern_matches(pattern, value))
        return api_refuse(rq, "InvalidParameters", "Parameter \"%s\" has value \"%s\" not matching \"%s\".",
                          name, value, pattern);
    return 0;
}

static const struct ssm_session_manager_parameters_pair *
given_values(const struct ssm_start_session_request *in, const char *name) {
    for (size_t i = 0; i < in->parameters.count; i++)
        if (text_is(in->parameters.items[i].key, name))
            return &in->parameters.items[i];
    return NULL;
}

static int add_parameter(struct api_request *rq, const struct ssm_start_session_request *in, const char *name,
                         const json_t *parameter, json_t *parameters) {
    const struct ssm_session_manager_parameters_pair *given = given_values(in, name);
    const char *value = json_string_value(json_object_get(parameter, "default"));

    if (given != NULL && given->value.count > 1)
        return api_refuse(rq, "InvalidParameters",
                          "Parameter \"%s\" of type String takes one value, not %zu.", name,
                          given->value.count);
    if (given != NULL && given->value.count == 1)
        value = given->value.items[0];
    if (value == NULL)
        return api_refuse(rq, "InvalidParameters", "Parameter \"%s\" is required by the session document.",
                          name);
    json_object_set_new(parameters, name, json_string(value));
    return check_value(rq, name, parameter, value);
}

int ssm_session_document(struct api_request *rq, const char *name, const struct ssm_start_session_request *in,
                         json_t **ret_document, json_t **ret_parameters) {
    const struct embed_file *file = embed_find(arena_printf(rq->arena, "ssm/documents/%s.json", name));
    json_t *document, *parameters, *declared, *parameter;
    int r = 0;

    if (file == NULL || strchr(name, '/') != NULL)
        return api_refuse(rq, "InvalidDocument", "Document with name %s does not exist.", name);
    document = json_loadb(file->data, file->length, 0, NULL);
    parameters = json_object();
    declared = json_object_get(document, "parameters");
    for (size_t i = 0; r == 0 && i < in->parameters.count; i++)
        if (json_object_get(declared, in->parameters.items[i].key) == NULL)
            r = api_refuse(rq, "InvalidParameters",
                           "Parameter \"%s\" is not a parameter of the session document.",
                           in->parameters.items[i].key);
    json_object_foreach(declared, name, parameter) {
        if (r == 0)
            r = add_parameter(rq, in, name, parameter, parameters);
    }
    if (r < 0) {
        json_decref(document);
        json_decref(parameters);
        return r;
    }
    *ret_document = document;
    *ret_parameters = parameters;
    return 0;
}
