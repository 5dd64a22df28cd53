/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rest_uri: the model's URI templates: "/{Bucket}/{Key+}?uploads".
 *
 * {Label} is one non-empty part of a path, {Label+} the whole non-empty rest; what follows the '?' must
 * be in the query.  Parts are percent-encoded as they came.
 */
#ifndef VPCBOX_PROTO_REST_URI_H
#define VPCBOX_PROTO_REST_URI_H

#include "proto/proto.h"

enum { REST_LABELS_MAX = 8 };

struct rest_label {
    const char *name, *value; /* in the template, in the path */
    size_t name_length, value_length;
};

/* Whether the path fits; fills labels (count of them) when it does.  A trailing slash is allowed. */
bool rest_uri_match(const char *uri, const char *path, struct rest_label labels[REST_LABELS_MAX],
                    size_t *ret_count);
/* How many parameters the template wants, or -1 when not all are there. */
int rest_uri_literals(const char *uri, const struct proto_parameters *parameters);
/* Whether the template wants this parameter. */
bool rest_uri_names(const char *uri, const char *parameter);

#endif
