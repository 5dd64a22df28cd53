/* SPDX-License-Identifier: Apache-2.0 */
/*
 * condition: the operators of a statement's Condition element.
 *
 * Theory of operation: an operator compares one value of the request with one value of the policy.
 * Around that, the same three rules for all operators: the values of the policy are alternatives
 * (and for a negated operator none of them may match); ForAllValues: and ForAnyValue: say how a key
 * with several values counts, and without them any value will do; a key that the request lacks makes
 * a plain operator false, a negated or …IfExists or ForAllValues: one true.
 */
#ifndef VPCBOX_POLICY_CONDITION_H
#define VPCBOX_POLICY_CONDITION_H

#include "policy/pattern.h"

struct cond_op;

enum value_set { SET_NONE, SET_ALL, SET_ANY };

struct condition {
    const struct cond_op *op;
    enum value_set set;
    bool if_exists;
    const char *key;
    struct pattern *values;
    size_t count;
};

/* The request's values of a key; count 0 when it has none. */
struct values {
    const char *const *items;
    size_t count;
};
typedef struct values condition_lookup(const void *context, const char *key);

/* Reads "ForAnyValue:StringLikeIfExists" into the first three members.  0, or -EINVAL. */
int condition_operator(const char *name, struct condition *ret_condition);
/* Whether * and ? in its values are wildcards, and whether ${…} is looked up. */
bool condition_has_wildcards(const struct condition *c);
bool condition_has_variables(const struct condition *c);

/* Positive comparisons that pin a key to the policy's values: what may make a policy non-public. */
enum condition_form { FORM_OTHER, FORM_STRING, FORM_ARN, FORM_IP };
enum condition_form condition_form(const struct condition *c);

bool condition_holds(struct arena *scratch, const struct condition *c, condition_lookup *values,
                     pattern_lookup *single, const void *context);

/* "10.0.0.0/8", "2001:db8::1": 0, or -EINVAL.  IPv4 comes mapped into IPv6, its length plus 96. */
int condition_parse_cidr(const char *text, unsigned char ret_addr[16], unsigned *ret_length, bool *ret_v4);

#endif
