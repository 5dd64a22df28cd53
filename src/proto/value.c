/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/value.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/text.h"

bool value_present(const struct model_shape *s, const void *at) {
    switch (s->type) {
    case MODEL_STRING:
    case MODEL_STRUCT:
        return *(const void *const *)at != NULL;
    case MODEL_INT:
    case MODEL_LONG:
        return ((const struct opt_int *)at)->set;
    case MODEL_BOOL:
        return ((const struct opt_bool *)at)->set;
    case MODEL_DOUBLE:
        return ((const struct opt_double *)at)->set;
    case MODEL_TIME:
        return ((const struct opt_time *)at)->set;
    case MODEL_BLOB:
        return ((const struct blob *)at)->data != NULL;
    case MODEL_LIST:
    case MODEL_MAP:
        return ((const struct model_vec *)at)->items != NULL;
    }
    return false;
}

static int parse_double(const char *text, double *ret_value) {
    char *end;
    double v;

    if (*text == '\0' || strspn(text, "+-.0123456789eE") != strlen(text))
        return -EINVAL; /* not what strtod takes besides: hex, inf, nan, white space */
    v = strtod(text, &end);
    if (*end != '\0')
        return -EINVAL;
    if (!isfinite(v))
        return -ERANGE;
    *ret_value = v;
    return 0;
}

static int parse_time(const char *text, struct opt_time *ret_time) {
    int64_t ms;
    double seconds;

    if (clock_parse(text, &ms) == 0) {
        *ret_time = SOME_TIME(ms);
        return 0;
    }
    if (parse_double(text, &seconds) < 0 || fabs(seconds) > 1e12)
        return -EINVAL;
    *ret_time = SOME_TIME((int64_t)llround(seconds * 1000));
    return 0;
}

int value_parse(struct arena *a, const struct model_shape *s, enum model_time_format format, const char *text,
                void *at) {
    struct blob blob;
    int64_t n;
    double d;
    int r;

    (void)format; /* every form is understood everywhere */
    switch (s->type) {
    case MODEL_STRING:
        *(const char **)at = arena_strdup(a, text);
        return 0;
    case MODEL_INT:
    case MODEL_LONG:
        r = s->type == MODEL_INT ? parse_int(text, INT32_MIN, INT32_MAX, &n)
                                 : parse_int(text, INT64_MIN, INT64_MAX, &n);
        if (r == 0)
            *(struct opt_int *)at = SOME_INT(n);
        return r;
    case MODEL_BOOL:
        if (strcasecmp(text, "true") != 0 && strcasecmp(text, "false") != 0)
            return -EINVAL;
        *(struct opt_bool *)at = SOME_BOOL(strcasecmp(text, "true") == 0);
        return 0;
    case MODEL_DOUBLE:
        r = parse_double(text, &d);
        if (r == 0)
            *(struct opt_double *)at = SOME_DOUBLE(d);
        return r;
    case MODEL_TIME:
        return parse_time(text, at);
    case MODEL_BLOB: {
        void *data;

        r = base64_decode(a, text, strlen(text), &data, &blob.length);
        blob.data = data;
        if (r == 0)
            *(struct blob *)at = blob;
        return r;
    }
    default:
        return -EINVAL;
    }
}

static void print_int(struct buf *out, int64_t v) {
    char text[24], *at = text + sizeof(text);
    uint64_t rest = v < 0 ? -(uint64_t)v : (uint64_t)v;

    do
        *--at = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (v < 0)
        *--at = '-';
    buf_append(out, at, (size_t)(text + sizeof(text) - at));
}

static void print_time(struct buf *out, enum model_time_format format, int64_t ms) {
    char text[CLOCK_TEXT_BYTES];
    int64_t fraction;

    switch (format) {
    case MODEL_TIME_HTTP:
        buf_puts(out, clock_http(ms, text));
        break;
    case MODEL_TIME_EPOCH:
        fraction = ((ms % 1000) + 1000) % 1000;
        print_int(out, (ms - fraction) / 1000);
        if (fraction != 0)
            buf_printf(out, ".%03d", (int)fraction);
        break;
    case MODEL_TIME_ISO8601_S:
        buf_puts(out, clock_iso8601_sec(ms, text));
        break;
    case MODEL_TIME_ISO8601_MS:
        buf_puts(out, clock_iso8601(ms, text));
        break;
    default:
        fraction = ((ms % 1000) + 1000) % 1000;
        buf_puts(out, clock_iso8601(ms - fraction, text));
    }
}

static void print_double(struct buf *out, double v) {
    char text[40];

    if (!isfinite(v)) {
        buf_puts(out, isnan(v) ? "NaN" : v > 0 ? "Infinity" : "-Infinity");
        return;
    }
    snprintf(text, sizeof(text), "%.15g", v);
    if (strtod(text, NULL) != v)
        snprintf(text, sizeof(text), "%.17g", v);
    buf_puts(out, text);
    if (strspn(text, "-0123456789") == strlen(text))
        buf_puts(out, ".0");
}

void value_print(struct buf *out, const struct model_shape *s, enum model_time_format format,
                 enum model_time_format usual, const void *at) {
    if (format == MODEL_TIME_DEFAULT)
        format = s->time_format != MODEL_TIME_DEFAULT ? s->time_format : usual;
    switch (s->type) {
    case MODEL_STRING:
        buf_puts(out, *(const char *const *)at);
        break;
    case MODEL_INT:
    case MODEL_LONG:
        print_int(out, ((const struct opt_int *)at)->v);
        break;
    case MODEL_BOOL:
        buf_puts(out, ((const struct opt_bool *)at)->v ? "true" : "false");
        break;
    case MODEL_DOUBLE:
        print_double(out, ((const struct opt_double *)at)->v);
        break;
    case MODEL_TIME:
        print_time(out, format, ((const struct opt_time *)at)->ms);
        break;
    case MODEL_BLOB: {
        const struct blob *b = at;
        struct arena scratch = {0};

        buf_puts(out, base64_encode(&scratch, b->data, b->length));
        arena_free(&scratch);
        break;
    }
    default:
        break;
    }
}

const char *value_text(struct arena *a, const struct model_shape *s, enum model_time_format format,
                       enum model_time_format usual, const void *at) {
    struct buf text = BUF_INIT(PROTO_BODY_MAX_BYTES);
    const char *copy;

    if (s->type == MODEL_STRING)
        return *(const char *const *)at;
    value_print(&text, s, format, usual, at);
    copy = arena_strndup(a, text.data, text.length);
    buf_free(&text);
    return copy;
}

void *value_push(struct arena *a, const struct model_shape *list, void *at) {
    struct model_vec *v = at;

    v->items = vec_grow(a, v->items, v->count, &v->capacity, list->item_size);
    return (char *)v->items + list->item_size * v->count++;
}

void value_touch(struct arena *a, void *at) {
    struct model_vec *v = at;

    if (v->items == NULL)
        v->items = arena_alloc(a, 1); /* capacity stays 0: the first push makes real room */
}

bool utf8_valid(const char *text, size_t length) {
    const unsigned char *p = (const unsigned char *)text, *end = p + length;

    while (p < end) {
        uint32_t code, least;
        unsigned more;

        if (*p < 0x80) {
            if (*p++ == 0)
                return false;
            continue;
        }
        if ((*p & 0xe0) == 0xc0) {
            code = *p & 0x1f, more = 1, least = 0x80;
        } else if ((*p & 0xf0) == 0xe0) {
            code = *p & 0x0f, more = 2, least = 0x800;
        } else if ((*p & 0xf8) == 0xf0) {
            code = *p & 0x07, more = 3, least = 0x10000;
        } else {
            return false;
        }
        if ((size_t)(end - p) <= more)
            return false;
        for (p++; more > 0; more--, p++) {
            if ((*p & 0xc0) != 0x80)
                return false;
            code = code << 6 | (*p & 0x3f);
        }
        if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
            return false;
    }
    return true;
}

size_t utf8_length(const char *text) {
    size_t n = 0;

    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}
