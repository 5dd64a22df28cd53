/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain_json: a question about a network and its answer as JSON, for the running network and for a saved one.
 *
 * Theory of operation: the network is an image (net/image.h), and an image needs nothing but itself to be
 * asked: what `vpcbox image-save` wrote answers on any machine as the box did that it came from.  Only names
 * are not in it; who has a resolver brings it.
 */
#ifndef VPCBOX_DAEMON_EXPLAIN_JSON_H
#define VPCBOX_DAEMON_EXPLAIN_JSON_H

#include <jansson.h>

#include "explain/explain.h"

/* Turns question->to, a name, into an address; false, with blockers in *answer, when there is none. */
typedef bool explain_resolver(struct arena *a, const struct image *image, struct explain_question *question,
                              struct explain_answer *answer);

/*
 * request and answer as explain_admin.h has them.  A new reference, or NULL with one line in *ret_error, which is this
 * thread's until its next question.  resolve NULL: names are refused.
 */
json_t *explain_json(const struct image *image, const json_t *request, explain_resolver *resolve,
                     const char **ret_error);
/* The same, of a file. */
json_t *explain_file(const char *path, const json_t *request, const char **ret_error);

#endif
