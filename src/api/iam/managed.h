/* SPDX-License-Identifier: Apache-2.0 */
/*
 * managed: AWS's managed policies.
 *
 * Theory of operation: data/iam/managed/<name>.json, one file a policy: what ListPolicies says of it
 * and its document.  They are read at first use and stay, parsed, for the life of the process.
 * AWS has over a thousand; these are those that networks and instances need.  ReadOnlyAccess
 * covers the services that networks are made of, not all of AWS.
 */
#ifndef VPCBOX_API_IAM_MANAGED_H
#define VPCBOX_API_IAM_MANAGED_H

#include <stdint.h>

#include "policy/policy.h"

struct managed_policy {
    const char *name, *path, *arn, *id, *description, *version;
    const char *document; /* text, as GetPolicyVersion shows it */
    const struct policy *policy;
    int64_t created_ms, updated_ms;
};

const struct managed_policy *managed_find(const char *arn); /* NULL when unknown */
const struct managed_policy *managed_at(size_t index);      /* in order of name; NULL past the last */

#endif
