/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xml_out: structs as XML elements, for all protocols that speak XML.
 *
 * Theory of operation: one walk along the model's tables appends to a buffer; no tree is built.  The
 * protocols differ in little, and those differences are here: what a list's items are called, and whether
 * a list without any is shown, since clients tell an empty list from an absent one (EC2 sends all but tags;
 * the query services send those that an operation is about).  Members that are headers or attributes are
 * not elements; attributes go into their struct's own tag.
 */
#ifndef VPCBOX_PROTO_XML_OUT_H
#define VPCBOX_PROTO_XML_OUT_H

#include "proto/proto.h"

#define XML_DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

/* Escaped text. */
void xml_text(struct buf *out, const char *text);
/* <name>text</name> */
void xml_element(struct buf *out, const char *name, const char *text);
/* The elements of a struct's members that belong in the document, without an element around them. */
void xml_members(struct buf *out, enum model_protocol protocol, const struct model_shape *shape,
                 const void *value, bool top);
/* One value as the element `name`: a payload of rest-xml. */
void xml_value(struct buf *out, enum model_protocol protocol, const char *name, const char *xml_namespace,
               const struct model_shape *shape, const void *at);

#endif
