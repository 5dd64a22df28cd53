/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/xml_in.h"

#include <errno.h>
#include <libxml/parser.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>

#include "base/text.h"
#include "proto/value.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;

int xml_read(const char *body, size_t length, xmlDoc **ret_doc) {
    const int options =
        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA | XML_PARSE_COMPACT;
    xmlDoc *doc;

    if (length == 0 || length > INT_MAX)
        return -EINVAL;
    pthread_once(&once, xmlInitParser);
    doc = xmlReadMemory(body, (int)length, NULL, NULL, options);
    if (doc == NULL)
        return -EINVAL;
    if (doc->intSubset != NULL || doc->extSubset != NULL || xmlDocGetRootElement(doc) == NULL) {
        xmlFreeDoc(doc);
        return -EINVAL;
    }
    *ret_doc = doc;
    return 0;
}

static const char *local_name(const xmlNode *n) {
    return (const char *)n->name;
}

const xmlNode *xml_child(const xmlNode *parent, const char *name) {
    for (const xmlNode *n = parent->children; n != NULL; n = n->next)
        if (n->type == XML_ELEMENT_NODE && strcmp(local_name(n), name) == 0)
            return n;
    return NULL;
}

const char *xml_content(struct arena *a, const xmlNode *node) {
    const xmlNode *n = node->children;
    xmlChar *text;
    const char *copy;

    if (n == NULL)
        return "";
    if (n->next == NULL && n->type == XML_TEXT_NODE)
        return arena_strdup(a, (const char *)n->content);
    text = xmlNodeGetContent(node);
    copy = text == NULL ? "" : arena_strdup(a, (const char *)text);
    xmlFree(text);
    return copy;
}

static int read_value(struct arena *a, enum model_protocol protocol, const struct model_shape *s,
                      enum model_time_format format, const xmlNode *node, void *at, bool in_list,
                      const char **ret_bad);

static int read_entry(struct arena *a, enum model_protocol protocol, const struct model_shape *s,
                      const xmlNode *node, void *at, const char **ret_bad) {
    const xmlNode *key = xml_child(node, s->key_wire != NULL ? s->key_wire : "key");
    const xmlNode *value = xml_child(node, s->value_wire != NULL ? s->value_wire : "value");
    char *pair;

    if (key == NULL || value == NULL) {
        *ret_bad = local_name(node);
        return -EINVAL;
    }
    pair = value_push(a, s, at);
    *(const char **)(void *)pair = xml_content(a, key);
    return read_value(a, protocol, s->item, MODEL_TIME_DEFAULT, value, pair + s->value_offset, false,
                      ret_bad);
}

/* A flattened list or map gets one element at a time, others the one around them all. */
static int read_many(struct arena *a, enum model_protocol protocol, const struct model_shape *s,
                     const xmlNode *node, void *at, const char **ret_bad) {
    int r = 0;

    value_touch(a, at);
    if (s->flattened && s->type == MODEL_MAP)
        return read_entry(a, protocol, s, node, at, ret_bad);
    if (s->flattened)
        return read_value(a, protocol, s->item, MODEL_TIME_DEFAULT, node, value_push(a, s, at), true,
                          ret_bad);
    for (const xmlNode *n = node->children; n != NULL && r == 0; n = n->next) {
        if (n->type != XML_ELEMENT_NODE)
            continue;
        if (s->type == MODEL_MAP)
            r = read_entry(a, protocol, s, n, at, ret_bad);
        else
            r = read_value(a, protocol, s->item, MODEL_TIME_DEFAULT, n, value_push(a, s, at), true, ret_bad);
    }
    return r;
}

static int read_value(struct arena *a, enum model_protocol protocol, const struct model_shape *s,
                      enum model_time_format format, const xmlNode *node, void *at, bool in_list,
                      const char **ret_bad) {
    int r;

    switch (s->type) {
    case MODEL_STRUCT:
        return xml_read_members(a, protocol, s, node, in_list ? at : value_struct(a, s, at), ret_bad);
    case MODEL_LIST:
    case MODEL_MAP:
        return read_many(a, protocol, s, node, at, ret_bad);
    default:
        r = value_parse(a, s, format, xml_content(a, node), at);
        if (r < 0)
            *ret_bad = arena_strdup(a, local_name(node));
        return r < 0 ? -EINVAL : 0;
    }
}

static const struct model_member *member_of(const struct model_shape *shape, const char *name) {
    for (uint16_t i = 0; i < shape->member_count; i++)
        if (value_in_document(&shape->members[i]) && !shape->members[i].attribute &&
            strcmp(shape->members[i].wire, name) == 0)
            return &shape->members[i];
    return NULL;
}

int xml_read_members(struct arena *a, enum model_protocol protocol, const struct model_shape *shape,
                     const xmlNode *node, void *out, const char **ret_bad) {
    for (uint16_t i = 0; i < shape->member_count; i++) {
        const struct model_member *m = &shape->members[i];
        const char *name = m->wire;
        xmlChar *text;
        int r;

        if (!m->attribute)
            continue;
        if (strchr(name, ':') != NULL)
            name = strchr(name, ':') + 1;
        text = xmlGetProp(node, (const xmlChar *)name); /* whatever its namespace */
        if (text == NULL)
            continue;
        r = value_parse(a, m->shape, m->time_format, (const char *)text, value_member_out(m, out));
        xmlFree(text);
        if (r < 0) {
            *ret_bad = m->name;
            return -EINVAL;
        }
    }
    for (const xmlNode *n = node->children; n != NULL; n = n->next) {
        const struct model_member *m;
        int r;

        if (n->type != XML_ELEMENT_NODE)
            continue;
        m = member_of(shape, local_name(n));
        if (m == NULL)
            continue;
        r = read_value(a, protocol, m->shape, m->time_format, n, value_member_out(m, out), false, ret_bad);
        if (r < 0)
            return r;
    }
    return 0;
}
