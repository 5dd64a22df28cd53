/* SPDX-License-Identifier: Apache-2.0 */
/* libxml2's functions that xml_in.c uses, loaded at the first call (base/lazy.h). */
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdlib.h>

#include "base/lazy.h"

LAZY_LIBRARY(xml, "libxml2.so.2")

xmlFreeFunc xmlFree = free; /* as the library's own is, unless told otherwise */

LAZY(xml, xmlDocPtr, xmlReadMemory,
     (const char *data, int size, const char *url, const char *encoding, int options),
     (data, size, url, encoding, options), NULL)
LAZY(xml, xmlNodePtr, xmlDocGetRootElement, (const xmlDoc *doc), (doc), NULL)
LAZY(xml, xmlChar *, xmlNodeGetContent, (const xmlNode *node), (node), NULL)
LAZY(xml, xmlChar *, xmlGetProp, (const xmlNode *node, const xmlChar *name), (node, name), NULL)
LAZY_VOID(xml, xmlFreeDoc, (xmlDocPtr doc), (doc))
LAZY_VOID(xml, xmlInitParser, (void), ())
