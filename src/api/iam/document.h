/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document: policy documents as stored, parsed.
 *
 * Theory of operation: bucket, trust, endpoint and inline policies are kept as text and asked for with
 * every request, so a small table remembers the parsed form of those seen last, by their text.  A
 * holder keeps what it asked for, whatever the table forgets meanwhile.
 * Thread-safe.
 */
#ifndef VPCBOX_API_IAM_DOCUMENT_H
#define VPCBOX_API_IAM_DOCUMENT_H

#include "policy/policy.h"

/*
 * The parsed form, to be given back with policy_unref.  NULL when the text does not parse, which a
 * stored document always did when it was taken.
 */
struct policy *document_get(enum policy_grammar grammar, const char *text);

#endif
