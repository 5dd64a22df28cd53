/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document: the parsed form of a policy, shared by the files of this room and nobody else.
 *
 * Everything hangs in the policy's own arena and never changes after policy_parse() returned it.
 */
#ifndef VPCBOX_POLICY_DOCUMENT_H
#define VPCBOX_POLICY_DOCUMENT_H

#include "policy/condition.h"
#include "policy/pattern.h"
#include "policy/policy.h"

struct principal {
    enum policy_principal_kind kind;
    const char *value;
};

struct statement {
    const char *sid; /* NULL without */
    bool allow;
    bool not_principal, not_action, not_resource;
    VEC(struct principal) principals;
    VEC(struct pattern) actions;
    VEC(struct pattern) resources; /* empty: trust policies, where the resource is the role itself */
    VEC(struct condition) conditions;
};

struct policy {
    int holders; /* atomic */
    enum policy_grammar grammar;
    struct arena arena;
    VEC(struct statement) statements;
};

#endif
