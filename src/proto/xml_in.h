/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xml_in: XML documents into structs.
 *
 * Theory of operation: libxml2 parses without network and without replacing entities; a document
 * with a DTD is refused.  Elements that the shape does not know are passed over, as AWS's do.
 */
#ifndef VPCBOX_PROTO_XML_IN_H
#define VPCBOX_PROTO_XML_IN_H

#include <libxml/tree.h>

#include "proto/proto.h"

/* 0 and a document with a root (xmlFreeDoc), or -EINVAL. */
int xml_read(const char *body, size_t length, xmlDoc **ret_doc);
/* The first child element of that local name, or NULL. */
const xmlNode *xml_child(const xmlNode *parent, const char *name);
/* All text in the element; "" when there is none. */
const char *xml_content(struct arena *a, const xmlNode *node);
/* The members that belong in the document.  -EINVAL: some value is not of its type; *ret_bad names the element.
 */
int xml_read_members(struct arena *a, enum model_protocol protocol, const struct model_shape *shape,
                     const xmlNode *node, void *out, const char **ret_bad);

#endif
