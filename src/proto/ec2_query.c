/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ec2_query: the ec2 and query protocols: forms in, XML out.
 *
 * Theory of operation: the parameters are sorted so that all names below one prefix lie side by side
 * ('.' sorts before everything); a value of the message is then a run of them, and its parts are runs
 * within that run.  So decoding takes time in proportion to the input, whatever order it came in.
 * Lists are Name.1 (ec2), Name.member.1 (query); numbers may have gaps, their order is the list's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "proto/engines.h"
#include "proto/value.h"
#include "proto/xml_in.h"
#include "proto/xml_out.h"

/* ---- input ---- */

struct decoder {
    struct arena *arena;
    enum model_protocol protocol;
    struct proto_error *error;
};

/* Parameters whose names agree in their first `at` characters. */
struct run {
    struct proto_parameter **items;
    size_t count, at;
};

static int compare_names(const char *a, const char *b) {
    for (; *a == *b; a++, b++)
        if (*a == '\0')
            return 0;
    if (*a == '\0' || *b == '\0')
        return *a == '\0' ? -1 : 1;
    if (*a == '.' || *b == '.')
        return *a == '.' ? -1 : 1;
    return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
}

static int compare(const void *a, const void *b) {
    const struct proto_parameter *x = *(struct proto_parameter *const *)a,
                                 *y = *(struct proto_parameter *const *)b;
    int order = compare_names(x->name, y->name);

    return order != 0 ? order : x < y ? -1 : x > y; /* of the same name the first counts */
}

static const char *rest(const struct run *r) {
    return r->items[0]->name + r->at;
}

/* Cuts the next run of one name segment off; false at the end.  The segment begins at sub->items[0]'s r->at. */
static bool next_segment(struct run *r, struct run *ret_sub, size_t *ret_length) {
    size_t length, count = 1;
    const char *segment;

    if (r->count == 0)
        return false;
    segment = rest(r);
    length = strcspn(segment, ".");
    while (count < r->count) {
        const char *other = r->items[count]->name + r->at;

        if (strncmp(other, segment, length) != 0 || (other[length] != '.' && other[length] != '\0'))
            break;
        count++;
    }
    *ret_sub = (struct run){r->items, count, r->at + length};
    *ret_length = length;
    r->items += count;
    r->count -= count;
    return true;
}

/* Leaves what lies deeper: moves past the parameters that end here (marking them when `use`) and the dot. */
static struct run deeper(struct run r, bool use) {
    while (r.count > 0 && rest(&r)[0] == '\0') {
        if (use && r.items[0]->value[0] == '\0') /* "List=": an empty list */
            r.items[0]->used = true;
        r.items++;
        r.count--;
    }
    r.at++;
    return r;
}

static int decode_value(struct decoder *d, const struct model_shape *s, enum model_time_format format,
                        struct run r, void *at, bool in_list, unsigned depth);

static int decode_struct(struct decoder *d, const struct model_shape *s, struct run r, void *out,
                         unsigned depth) {
    struct run sub;
    size_t length;

    while (next_segment(&r, &sub, &length)) {
        const char *name = sub.items[0]->name + sub.at - length;

        for (uint16_t i = 0; i < s->member_count; i++) {
            const struct model_member *m = &s->members[i];
            int e;

            if (strncmp(m->query, name, length) != 0 || m->query[length] != '\0')
                continue;
            e = decode_value(d, m->shape, m->time_format, sub, value_member_out(m, out), false, depth + 1);
            if (e < 0)
                return e;
            break;
        }
    }
    return 0;
}

struct numbered {
    int64_t number;
    struct run run;
};

static int compare_numbers(const void *a, const void *b) {
    const struct numbered *x = a, *y = b;

    return x->number < y->number ? -1 : x->number > y->number;
}

/* The runs below Name.1, Name.2 … in order of number.  Others stay unused and are told of later. */
static struct numbered *by_number(struct decoder *d, struct run r, size_t *ret_count) {
    struct numbered *items = arena_array(d->arena, struct numbered, r.count + 1);
    size_t count = 0, length;
    struct run sub;

    while (next_segment(&r, &sub, &length)) {
        const char *digits = arena_strndup(d->arena, sub.items[0]->name + sub.at - length, length);

        if (parse_int(digits, 1, INT32_MAX, &items[count].number) == 0)
            items[count++].run = sub;
    }
    qsort(items, count, sizeof(*items), compare_numbers);
    *ret_count = count;
    return items;
}

/* Passes the segment that the query protocol puts between a list's name and the number. */
static struct run inside(struct decoder *d, const struct model_shape *s, struct run r) {
    const char *between = s->type == MODEL_MAP ? "entry" : s->item_wire != NULL ? s->item_wire : "member";
    struct run sub;
    size_t length;

    if (d->protocol == MODEL_EC2 || s->flattened)
        return r;
    while (next_segment(&r, &sub, &length))
        if (strlen(between) == length && strncmp(sub.items[0]->name + sub.at - length, between, length) == 0)
            return deeper(sub, false);
    return (struct run){.count = 0};
}

static int decode_many(struct decoder *d, const struct model_shape *s, struct run r, void *at,
                       unsigned depth) {
    struct numbered *items;
    size_t count;

    value_touch(d->arena, at);
    items = by_number(d, inside(d, s, deeper(r, true)), &count);
    for (size_t i = 0; i < count; i++) {
        struct run sub = items[i].run;
        char *item = value_push(d->arena, s, at);
        int e = 0;

        if (s->type == MODEL_LIST) {
            e = decode_value(d, s->item, MODEL_TIME_DEFAULT, sub, item, true, depth + 1);
        } else {
            const char *key = s->key_wire != NULL ? s->key_wire : "key";
            struct run part;
            size_t length;

            *(const char **)(void *)item = "";
            sub = deeper(sub, false);
            while (e == 0 && next_segment(&sub, &part, &length)) {
                if (strlen(key) == length &&
                    strncmp(part.items[0]->name + part.at - length, key, length) == 0) {
                    *(const char **)(void *)item = part.items[0]->value;
                    part.items[0]->used = true;
                } else {
                    e = decode_value(d, s->item, MODEL_TIME_DEFAULT, part, item + s->value_offset, false,
                                     depth + 1);
                }
            }
        }
        if (e < 0)
            return e;
        if (s->item->type == MODEL_STRING && *(const char **)(void *)(item + s->value_offset) == NULL)
            ((struct model_vec *)at)
                ->count--; /* only something below it was given: no item of a list is NULL */
    }
    return 0;
}

static int decode_scalar(struct decoder *d, const struct model_shape *s, enum model_time_format format,
                         struct run r, void *at) {
    const struct proto_parameter *p = r.items[0];

    if (rest(&r)[0] != '\0')
        return 0; /* something below a scalar: not known */
    for (size_t i = 0; i < r.count && strcmp(r.items[i]->name, p->name) == 0; i++)
        r.items[i]->used = true;
    if (s->type != MODEL_STRING && p->value[0] == '\0')
        return 0; /* "Number=" is as good as none */
    if (value_parse(d->arena, s, format, p->value, at) == 0)
        return 0;
    *d->error = (struct proto_error){
        "InvalidParameterValue",
        arena_printf(d->arena, "Value (%s) for parameter %s is invalid.", p->value, p->name), 400};
    if (d->protocol == MODEL_QUERY)
        *d->error = (struct proto_error){
            "ValidationError",
            arena_printf(d->arena, "Invalid value '%s' for parameter %s", p->value, p->name), 400};
    return -EINVAL;
}

static int decode_value(struct decoder *d, const struct model_shape *s, enum model_time_format format,
                        struct run r, void *at, bool in_list, unsigned depth) {
    if (depth > PROTO_DEPTH_MAX)
        return 0;
    switch (s->type) {
    case MODEL_STRUCT:
        if (!in_list)
            at = value_struct(d->arena, s, at);
        return decode_struct(d, s, deeper(r, false), at, depth);
    case MODEL_LIST:
    case MODEL_MAP:
        return decode_many(d, s, r, at, depth);
    default:
        return decode_scalar(d, s, format, r, at);
    }
}

/* What belongs to the request and not to the operation. */
static bool common(const char *name) {
    static const char *const names[] = {
        "Action",          "Version",   "AWSAccessKeyId", "Signature",     "SignatureVersion",
        "SignatureMethod", "Timestamp", "Expires",        "SecurityToken", NULL};

    if (strncmp(name, "X-Amz-", 6) == 0)
        return true;
    for (size_t i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* What XML cannot say back: control characters, and U+FFFE and U+FFFF. */
static bool is_printable(const char *text) {
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++)
        if ((*p < ' ' && *p != '\t' && *p != '\n' && *p != '\r') ||
            (p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe))
            return false;
    return true;
}

static int check_characters(struct decoder *d, const struct proto_parameters *p) {
    for (size_t i = 0; i < p->count; i++) {
        if (is_printable(p->items[i].name) && is_printable(p->items[i].value))
            continue;
        *d->error = (struct proto_error){
            d->protocol == MODEL_EC2 ? "InvalidCharacter" : "ValidationError",
            is_printable(p->items[i].name)
                ? arena_printf(d->arena, "The value of the parameter %s has an invalid character",
                               p->items[i].name)
                : "The name of a parameter has an invalid character",
            400};
        return -EINVAL;
    }
    return 0;
}

int query_decode(const struct model_service *s, const struct model_operation *op, struct arena *a,
                 const struct proto_request *rq, void *in, struct proto_error *ret_error) {
    struct decoder d = {a, s->protocol, ret_error};
    struct proto_parameters *p = rq->parameters;
    struct run all = {arena_array(a, struct proto_parameter *, p->count + 1), 0, 0};
    int r;

    if (check_characters(&d, p) < 0)
        return -EINVAL;
    for (size_t i = 0; i < p->count; i++) {
        p->items[i].used = common(p->items[i].name);
        if (!p->items[i].used)
            all.items[all.count++] = &p->items[i];
    }
    if (all.count > 1)
        qsort(all.items, all.count, sizeof(*all.items), compare);
    r = decode_struct(&d, op->input, all, in, 0);
    for (size_t i = 0; r == 0 && s->protocol == MODEL_EC2 && i < p->count; i++) {
        if (p->items[i].used)
            continue;
        *ret_error = (struct proto_error){
            "UnknownParameter", arena_printf(a, "The parameter %s is not recognized", p->items[i].name), 400};
        r = -EINVAL;
    }
    return r;
}

/* ---- output ---- */

void query_encode_output(const struct model_service *s, const struct model_operation *op, struct arena *a,
                         const void *out, const char *request_id, struct proto_response *response) {
    struct buf *b = &response->body;
    bool members = op->output != NULL && op->output->member_count > 0 && out != NULL;

    proto_header_add(a, &response->headers, "Content-Type", "text/xml;charset=UTF-8");
    if (request_id != NULL)
        proto_header_add(a, &response->headers, "x-amzn-RequestId", request_id);
    buf_puts(b, XML_DECLARATION);
    buf_printf(b, "<%sResponse xmlns=\"%s%s\">", op->name, s->xml_namespace,
               text_ends(s->xml_namespace, "/") ? "" : "/");
    if (s->protocol == MODEL_EC2) {
        xml_element(b, "requestId", request_id != NULL ? request_id : "");
        if (members)
            xml_members(b, MODEL_EC2, op->output, out, true);
        else
            buf_puts(b, "<return>true</return>");
    } else {
        if (op->result_wrapper != NULL) {
            buf_printf(b, "<%s>", op->result_wrapper);
            if (members)
                xml_members(b, MODEL_QUERY, op->output, out, true);
            buf_printf(b, "</%s>", op->result_wrapper);
        }
        buf_puts(b, "<ResponseMetadata>");
        xml_element(b, "RequestId", request_id != NULL ? request_id : "");
        buf_puts(b, "</ResponseMetadata>");
    }
    buf_printf(b, "</%sResponse>", op->name);
}

/* ---- client ---- */

struct encoder {
    struct arena *arena;
    enum model_protocol protocol;
    struct buf *form;
    struct buf name;
};

static void encode_value(struct encoder *e, const struct model_shape *s, enum model_time_format format,
                         const void *at, bool in_list);

static void encode_pair(struct encoder *e, const char *value) {
    buf_putc(e->form, '&');
    percent_encode(e->form, e->name.data, e->name.length, false);
    buf_putc(e->form, '=');
    percent_encode(e->form, value, strlen(value), false);
}

static void rewind_name(struct encoder *e, size_t length) {
    e->name.length = length;
    e->name.data[length] = '\0';
}

static void encode_struct(struct encoder *e, const struct model_shape *s, const void *value) {
    size_t length = e->name.length;

    for (uint16_t i = 0; i < s->member_count; i++) {
        const struct model_member *m = &s->members[i];

        if (!value_present(m->shape, value_member(m, value)))
            continue;
        if (length > 0)
            buf_putc(&e->name, '.');
        buf_puts(&e->name, m->query);
        encode_value(e, m->shape, m->time_format, value_member(m, value), false);
        rewind_name(e, length);
    }
}

static void encode_many(struct encoder *e, const struct model_shape *s, const void *at) {
    const struct model_vec *v = at;
    size_t length;

    if (v->count == 0 && e->protocol == MODEL_QUERY) {
        encode_pair(e, "");
        return;
    }
    if (e->protocol != MODEL_EC2 && !s->flattened)
        buf_printf(&e->name, ".%s",
                   s->type == MODEL_MAP   ? "entry"
                   : s->item_wire != NULL ? s->item_wire
                                          : "member");
    length = e->name.length;
    for (size_t i = 0; i < v->count; i++) {
        const char *item = value_item(s, at, i);
        size_t numbered;

        buf_printf(&e->name, ".%zu", i + 1);
        numbered = e->name.length;
        if (s->type == MODEL_MAP) {
            buf_printf(&e->name, ".%s", s->key_wire != NULL ? s->key_wire : "key");
            encode_pair(e, *(const char *const *)(const void *)item);
            rewind_name(e, numbered);
            buf_printf(&e->name, ".%s", s->value_wire != NULL ? s->value_wire : "value");
            encode_value(e, s->item, MODEL_TIME_DEFAULT, item + s->value_offset, false);
        } else {
            encode_value(e, s->item, MODEL_TIME_DEFAULT, item, true);
        }
        rewind_name(e, length);
    }
}

static void encode_value(struct encoder *e, const struct model_shape *s, enum model_time_format format,
                         const void *at, bool in_list) {
    switch (s->type) {
    case MODEL_STRUCT:
        encode_struct(e, s, in_list ? at : *(const void *const *)at);
        break;
    case MODEL_LIST:
    case MODEL_MAP:
        encode_many(e, s, at);
        break;
    default:
        if (value_present(s, at))
            encode_pair(e, value_text(e->arena, s, format, MODEL_TIME_ISO8601, at));
    }
}

void query_client_encode(const struct model_service *s, const struct model_operation *op, struct arena *a,
                         const void *in, struct proto_call *call) {
    struct encoder e = {a, s->protocol, &call->body, BUF_INIT(64 * 1024)};

    proto_header_add(a, &call->headers, "Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    buf_printf(&call->body, "Action=%s&Version=%s", op->name, s->api_version);
    buf_puts(&e.name, "");
    if (op->input != NULL && in != NULL)
        encode_struct(&e, op->input, in);
    buf_free(&e.name);
}

int query_client_decode(const struct model_service *s, const struct model_operation *op, struct arena *a,
                        const char *body, size_t length, void *out, struct proto_error *ret_error) {
    const xmlNode *node;
    const char *bad = NULL;
    xmlDoc *doc;
    int r = 0;

    if (op->output == NULL)
        return 0;
    if (xml_read(body, length, &doc) < 0) {
        *ret_error = (struct proto_error){"", "the answer is not XML", 0};
        return -EINVAL;
    }
    node = xmlDocGetRootElement(doc);
    if (op->result_wrapper != NULL)
        node = xml_child(node, op->result_wrapper);
    if (node != NULL)
        r = xml_read_members(a, s->protocol, op->output, node, out, &bad);
    if (r < 0)
        *ret_error = (struct proto_error){"", arena_printf(a, "the answer's %s makes no sense", bad), 0};
    xmlFreeDoc(doc);
    return r;
}
