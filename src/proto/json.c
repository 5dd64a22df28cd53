/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json: the json protocol: documents both ways, the operation in X-Amz-Target.
 *
 * Theory of operation: jansson parses (UTF-8 checked, depth limited), a walk by the model fills the
 * struct.  Members that the model does not have are passed over and null is as good as absent, as with
 * AWS.  Output is printed straight from the struct.
 */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "proto/engines.h"
#include "proto/value.h"

/* ---- decoding ---- */

static const char *kind_of(const json_t *j) {
    switch (json_typeof(j)) {
    case JSON_OBJECT:
        return "START_OBJECT";
    case JSON_ARRAY:
        return "START_ARRAY";
    case JSON_STRING:
        return "STRING_VALUE";
    case JSON_INTEGER:
        return "NUMBER_VALUE";
    case JSON_REAL:
        return "DECIMAL_VALUE";
    case JSON_TRUE:
        return "TRUE_VALUE";
    case JSON_FALSE:
        return "FALSE_VALUE";
    default:
        return "NULL_VALUE";
    }
}

static const char *const type_names[] = {
    [MODEL_STRING] = "String",   [MODEL_INT] = "Integer",      [MODEL_LONG] = "Long",
    [MODEL_BOOL] = "Boolean",    [MODEL_DOUBLE] = "Double",    [MODEL_TIME] = "Timestamp",
    [MODEL_BLOB] = "ByteBuffer", [MODEL_STRUCT] = "Structure", [MODEL_LIST] = "List",
    [MODEL_MAP] = "Map",
};

static int refuse(struct arena *a, const struct model_shape *s, const json_t *j, struct proto_error *e) {
    *e = (struct proto_error){
        "SerializationException",
        arena_printf(a, "%s cannot be converted to %s", kind_of(j), type_names[s->type]), 400};
    return -EINVAL;
}

static int read_integer(const json_t *j, int64_t *ret_value) {
    double d = json_real_value(j);

    if (json_is_integer(j)) {
        *ret_value = json_integer_value(j);
        return 0;
    }
    if (!json_is_real(j) || d != floor(d) || fabs(d) > 9007199254740992.0)
        return -EINVAL;
    *ret_value = (int64_t)d;
    return 0;
}

static int read_struct(struct arena *a, const struct model_shape *s, const json_t *j, void *out,
                       struct proto_error *e, unsigned depth);

static int read_value(struct arena *a, const struct model_shape *s, enum model_time_format format,
                      const json_t *j, void *at, bool in_list, struct proto_error *e, unsigned depth) {
    const char *key;
    json_t *item;
    size_t i;
    int64_t n;
    int r;

    if (depth > PROTO_DEPTH_MAX)
        return refuse(a, s, j, e);
    switch (s->type) {
    case MODEL_STRUCT:
        return read_struct(a, s, j, in_list ? at : value_struct(a, s, at), e, depth + 1);
    case MODEL_LIST:
        if (!json_is_array(j))
            return refuse(a, s, j, e);
        value_touch(a, at);
        json_array_foreach((json_t *)(uintptr_t)j, i, item) {
            r = read_value(a, s->item, MODEL_TIME_DEFAULT, item, value_push(a, s, at), true, e, depth + 1);
            if (r < 0)
                return r;
        }
        return 0;
    case MODEL_MAP:
        if (!json_is_object(j))
            return refuse(a, s, j, e);
        value_touch(a, at);
        json_object_foreach((json_t *)(uintptr_t)j, key, item) {
            char *pair;

            if (json_is_null(item))
                continue;
            pair = value_push(a, s, at);
            *(const char **)(void *)pair = arena_strdup(a, key);
            r = read_value(a, s->item, MODEL_TIME_DEFAULT, item, pair + s->value_offset, false, e, depth + 1);
            if (r < 0)
                return r;
        }
        return 0;
    case MODEL_INT:
    case MODEL_LONG:
        if (read_integer(j, &n) < 0 || (s->type == MODEL_INT && (n < INT32_MIN || n > INT32_MAX)))
            return refuse(a, s, j, e);
        *(struct opt_int *)at = SOME_INT(n);
        return 0;
    case MODEL_BOOL:
        if (!json_is_boolean(j))
            return refuse(a, s, j, e);
        *(struct opt_bool *)at = SOME_BOOL(json_is_true(j));
        return 0;
    case MODEL_DOUBLE:
        if (!json_is_number(j))
            return refuse(a, s, j, e);
        *(struct opt_double *)at = SOME_DOUBLE(json_number_value(j));
        return 0;
    case MODEL_TIME:
        if (json_is_number(j) && fabs(json_number_value(j)) < 1e12) {
            *(struct opt_time *)at = SOME_TIME((int64_t)llround(json_number_value(j) * 1000));
            return 0;
        }
        break;
    default:
        break;
    }
    if (!json_is_string(j) || strlen(json_string_value(j)) != json_string_length(j) ||
        value_parse(a, s, format, json_string_value(j), at) < 0)
        return refuse(a, s, j, e);
    return 0;
}

static int read_struct(struct arena *a, const struct model_shape *s, const json_t *j, void *out,
                       struct proto_error *e, unsigned depth) {
    if (!json_is_object(j))
        return refuse(a, s, j, e);
    for (uint16_t i = 0; i < s->member_count; i++) {
        const struct model_member *m = &s->members[i];
        const json_t *value;
        int r;

        if (!value_in_document(m))
            continue;
        value = json_object_get(j, m->wire);
        if (value == NULL || json_is_null(value))
            continue;
        r = read_value(a, m->shape, m->time_format, value, value_member_out(m, out), false, e, depth);
        if (r < 0)
            return r;
    }
    return 0;
}

int json_decode(struct arena *a, const struct model_shape *shape, const char *body, size_t length, void *out,
                struct proto_error *e) {
    json_t *root;
    int r;

    root = json_loadb(body, length, JSON_ALLOW_NUL, NULL);
    if (root == NULL || !json_is_object(root)) {
        json_decref(root);
        *e = (struct proto_error){"SerializationException", "The request body is not a JSON object", 400};
        return -EINVAL;
    }
    r = read_struct(a, shape, root, out, e, 0);
    json_decref(root);
    return r;
}

int json_decode_input(const struct model_service *s, const struct model_operation *op, struct arena *a,
                      const struct proto_request *rq, void *in, struct proto_error *ret_error) {
    (void)s;
    if (rq->body_length == 0) /* AWS takes nothing for {} */
        return 0;
    return json_decode(a, op->input, rq->body, rq->body_length, in, ret_error);
}

/* ---- encoding ---- */

void json_quote(struct buf *out, const char *text) {
    const char *from = text;

    buf_putc(out, '"');
    for (;; text++) {
        unsigned char c = (unsigned char)*text;

        if (c >= ' ' && c != '"' && c != '\\' && c != 0x7f)
            continue;
        buf_append(out, from, (size_t)(text - from));
        if (c == '\0')
            break;
        from = text + 1;
        if (c == '"' || c == '\\') {
            buf_putc(out, '\\');
            buf_putc(out, (char)c);
        } else if (c == '\n') {
            buf_puts(out, "\\n");
        } else {
            buf_printf(out, "\\u%04x", c);
        }
    }
    buf_putc(out, '"');
}

static void print_struct(struct buf *out, const struct model_shape *s, const void *value, bool top);

static void print_value(struct buf *out, const struct model_shape *s, enum model_time_format format,
                        const void *at, bool in_list) {
    const struct model_vec *v = at;

    switch (s->type) {
    case MODEL_STRUCT:
        print_struct(out, s, in_list ? at : *(const void *const *)at, false);
        break;
    case MODEL_LIST:
        buf_putc(out, '[');
        for (size_t i = 0; i < v->count; i++) {
            if (i > 0)
                buf_putc(out, ',');
            print_value(out, s->item, MODEL_TIME_DEFAULT, value_item(s, at, i), true);
        }
        buf_putc(out, ']');
        break;
    case MODEL_MAP:
        buf_putc(out, '{');
        for (size_t i = 0; i < v->count; i++) {
            const char *pair = value_item(s, at, i);

            if (i > 0)
                buf_putc(out, ',');
            json_quote(out, *(const char *const *)(const void *)pair);
            buf_putc(out, ':');
            print_value(out, s->item, MODEL_TIME_DEFAULT, pair + s->value_offset, false);
        }
        buf_putc(out, '}');
        break;
    case MODEL_STRING:
        if (*(const char *const *)at == NULL)
            buf_puts(out, "null");
        else
            json_quote(out, *(const char *const *)at);
        break;
    case MODEL_BLOB:
        buf_putc(out, '"');
        value_print(out, s, format, MODEL_TIME_EPOCH, at);
        buf_putc(out, '"');
        break;
    case MODEL_TIME: {
        struct buf text = BUF_INIT(64);
        bool number;

        value_print(&text, s, format, MODEL_TIME_EPOCH, at);
        number = strspn(text.data, "-0123456789.") == text.length;
        buf_printf(out, number ? "%s" : "\"%s\"", text.data);
        buf_free(&text);
        break;
    }
    default:
        value_print(out, s, format, MODEL_TIME_EPOCH, at);
    }
}

static void print_struct(struct buf *out, const struct model_shape *s, const void *value, bool top) {
    bool first = true;

    buf_putc(out, '{');
    for (uint16_t i = 0; i < s->member_count; i++) {
        const struct model_member *m = &s->members[i];
        const void *at = value_member(m, value);
        bool many = m->shape->type == MODEL_LIST || m->shape->type == MODEL_MAP;

        /* An answer's own lists are shown though empty. */
        if (!value_in_document(m) || (!value_present(m->shape, at) && !(many && (top || m->required))))
            continue;
        if (!first)
            buf_putc(out, ',');
        first = false;
        json_quote(out, m->wire);
        buf_putc(out, ':');
        print_value(out, m->shape, m->time_format, at, false);
    }
    buf_putc(out, '}');
}

void json_encode(struct buf *body, const struct model_shape *shape, const void *value) {
    print_struct(body, shape, value, false);
}

void json_encode_output(const struct model_service *s, const struct model_operation *op, struct arena *a,
                        const void *out, const char *request_id, struct proto_response *response) {
    proto_header_add(a, &response->headers, "Content-Type",
                     arena_printf(a, "application/x-amz-json-%s", s->json_version));
    if (request_id != NULL)
        proto_header_add(a, &response->headers, "x-amzn-RequestId", request_id);
    if (op->output != NULL && out != NULL)
        print_struct(&response->body, op->output, out, true);
    else
        buf_puts(&response->body, "{}");
}

/* ---- client ---- */

void json_client_encode(const struct model_service *s, const struct model_operation *op, struct arena *a,
                        const void *in, struct proto_call *call) {
    proto_header_add(a, &call->headers, "Content-Type",
                     arena_printf(a, "application/x-amz-json-%s", s->json_version));
    proto_header_add(a, &call->headers, "X-Amz-Target", arena_printf(a, "%s.%s", s->target_prefix, op->name));
    if (op->input != NULL && in != NULL)
        json_encode(&call->body, op->input, in);
    else
        buf_puts(&call->body, "{}");
}

int json_client_decode(const struct model_service *s, const struct model_operation *op, struct arena *a,
                       const char *body, size_t length, void *out, struct proto_error *ret_error) {
    (void)s;
    if (op->output == NULL || length == 0)
        return 0;
    if (json_decode(a, op->output, body, length, out, ret_error) == 0)
        return 0;
    ret_error->code = "";
    return -EINVAL;
}
