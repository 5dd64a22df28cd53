/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/xml_out.h"

#include <string.h>

#include "base/text.h"
#include "proto/value.h"

#define XSI "http://www.w3.org/2001/XMLSchema-instance"

void xml_text(struct buf *out, const char *text) {
    const char *from = text;

    for (;; text++) {
        unsigned char c = (unsigned char)*text;
        const char *instead;

        if (c > '>' || (c >= ' ' && c != '&' && c != '<' && c != '>' && c != '"'))
            continue;
        if (c == '\n' || c == '\t')
            continue;
        buf_append(out, from, (size_t)(text - from));
        if (c == '\0')
            return;
        from = text + 1;
        instead = c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : NULL;
        if (instead != NULL)
            buf_puts(out, instead);
        else
            buf_printf(out, "&#x%x;", c);
    }
}

static void open_tag(struct buf *out, const char *name) {
    buf_putc(out, '<');
    buf_puts(out, name);
    buf_putc(out, '>');
}

static void close_tag(struct buf *out, const char *name) {
    buf_append(out, "</", 2);
    buf_puts(out, name);
    buf_putc(out, '>');
}

void xml_element(struct buf *out, const char *name, const char *text) {
    open_tag(out, name);
    xml_text(out, text);
    close_tag(out, name);
}

static void xml_scalar(struct buf *out, const struct model_shape *s, enum model_time_format format,
                       const void *at) {
    if (s->type == MODEL_STRING)
        xml_text(out, *(const char *const *)at);
    else
        value_print(out, s, format, MODEL_TIME_ISO8601, at);
}

/* Attributes of the struct's own element. */
static void open_struct(struct buf *out, const char *name, const char *xml_namespace,
                        const struct model_shape *s, const void *value) {
    buf_putc(out, '<');
    buf_puts(out, name);
    if (xml_namespace != NULL)
        buf_printf(out, " xmlns=\"%s\"", xml_namespace);
    for (uint16_t i = 0; i < s->member_count; i++) {
        const struct model_member *m = &s->members[i];

        if (!m->attribute || !value_present(m->shape, value_member(m, value)))
            continue;
        if (text_starts(m->wire, "xsi:"))
            buf_puts(out, " xmlns:xsi=\"" XSI "\"");
        buf_putc(out, ' ');
        buf_puts(out, m->wire);
        buf_puts(out, "=\"");
        xml_scalar(out, m->shape, m->time_format, value_member(m, value));
        buf_putc(out, '"');
    }
    buf_putc(out, '>');
}

static const char *item_name(enum model_protocol protocol, const struct model_shape *list) {
    return list->item_wire != NULL ? list->item_wire : protocol == MODEL_EC2 ? "item" : "member";
}

static void print(struct buf *out, enum model_protocol protocol, const char *name,
                  const struct model_shape *s, enum model_time_format format, const void *at, bool in_list);

static void print_map(struct buf *out, enum model_protocol protocol, const char *name,
                      const struct model_shape *s, const void *at) {
    const struct model_vec *v = at;
    const char *entry = s->flattened ? name : "entry";

    if (!s->flattened)
        open_tag(out, name);
    for (size_t i = 0; i < v->count; i++) {
        const void *pair = value_item(s, at, i);

        open_tag(out, entry);
        xml_element(out, s->key_wire != NULL ? s->key_wire : "key", *(const char *const *)pair);
        print(out, protocol, s->value_wire != NULL ? s->value_wire : "value", s->item, MODEL_TIME_DEFAULT,
              (const char *)pair + s->value_offset, false);
        close_tag(out, entry);
    }
    if (!s->flattened)
        close_tag(out, name);
}

static void print_list(struct buf *out, enum model_protocol protocol, const char *name,
                       const struct model_shape *s, const void *at) {
    const struct model_vec *v = at;
    const char *item = s->flattened ? name : item_name(protocol, s);

    if (v->count == 0 && !s->flattened) {
        buf_putc(out, '<');
        buf_puts(out, name);
        buf_puts(out, "/>");
        return;
    }
    if (!s->flattened)
        open_tag(out, name);
    for (size_t i = 0; i < v->count; i++)
        print(out, protocol, item, s->item, MODEL_TIME_DEFAULT, value_item(s, at, i), true);
    if (!s->flattened)
        close_tag(out, name);
}

static void print(struct buf *out, enum model_protocol protocol, const char *name,
                  const struct model_shape *s, enum model_time_format format, const void *at, bool in_list) {
    switch (s->type) {
    case MODEL_STRUCT:
        if (!in_list)
            at = *(const void *const *)at;
        open_struct(out, name, NULL, s, at);
        xml_members(out, protocol, s, at, false);
        close_tag(out, name);
        break;
    case MODEL_LIST:
        print_list(out, protocol, name, s, at);
        break;
    case MODEL_MAP:
        print_map(out, protocol, name, s, at);
        break;
    default:
        if (!value_present(s, at)) /* an absent item of a list of scalars */
            return;
        open_tag(out, name);
        xml_scalar(out, s, format, at);
        close_tag(out, name);
    }
}

/*
 * Clients show an empty list only when its element is there.  EC2 sends it for all lists but the tags of some
 * kinds of resources, the query services for those that the operation is about.
 */
static bool shows_no_tags(const struct model_shape *s) {
    static const char *const without[] = {"Address", "Image",  "Instance", "Snapshot", "SecurityGroup",
                                          "Subnet",  "Volume", "Vpc",      "KeyPair",  "ImportKeyPairResult"};

    for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
        if (strcmp(s->name, without[i]) == 0)
            return true;
    return false;
}

static bool shown(enum model_protocol protocol, const struct model_shape *s, const struct model_member *m,
                  const void *at, bool top) {
    const struct model_vec *v = at;

    if (m->shape->type != MODEL_LIST && m->shape->type != MODEL_MAP)
        return value_present(m->shape, at);
    if (v->count > 0)
        return true;
    if (protocol == MODEL_EC2)
        return strcmp(m->wire, "tagSet") != 0 || !shows_no_tags(s);
    if (protocol == MODEL_QUERY)
        return top || m->required || v->items != NULL;
    return (top && !m->shape->flattened) || v->items != NULL;
}

void xml_members(struct buf *out, enum model_protocol protocol, const struct model_shape *shape,
                 const void *value, bool top) {
    for (uint16_t i = 0; i < shape->member_count; i++) {
        const struct model_member *m = &shape->members[i];
        const void *at = value_member(m, value);

        if (value_in_document(m) && !m->attribute && shown(protocol, shape, m, at, top))
            print(out, protocol, m->wire, m->shape, m->time_format, at, false);
    }
}

void xml_value(struct buf *out, enum model_protocol protocol, const char *name, const char *xml_namespace,
               const struct model_shape *shape, const void *at) {
    open_struct(out, name, xml_namespace, shape, at);
    xml_members(out, protocol, shape, at, true);
    close_tag(out, name);
}
