/* SPDX-License-Identifier: Apache-2.0 */
/* xml_out: structs as XML elements, for all protocols that speak XML. */
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
