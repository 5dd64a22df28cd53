/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_iam: tables for accounts, their keys, roles, their policies and instance profiles.  schema.h says how to add one.
 *
 * Names are unique in an account whatever their case, so keys hold them in lower case; what refers to
 * a role or profile does so by its unique id (AROA…, AIPA…), which outlives no deletion.  IAM knows
 * no region.  AWS's managed policies are not rows but data (api/iam/managed.h).  Sessions are not rows
 * either: their tokens say it all (api/iam/identity.h).
 */
#ifndef VPCBOX_STORE_SCHEMA_IAM_H
#define VPCBOX_STORE_SCHEMA_IAM_H

#define IAM_ACCOUNT_COLUMNS(C, I)                                                                            \
    C(TEXT, id)   /* 12 digits */                                                                            \
    C(TEXT, name) /* NULL: none */                                                                           \
    C(INT, created_ms)

/* Long-term keys. */
#define IAM_ACCESS_KEY_COLUMNS(C, I)                                                                         \
    C(TEXT, id) /* AKIA…, or what the box's start says */                                                  \
    I(TEXT, account)                                                                                         \
    C(TEXT, secret)                                                                                          \
    I(INT, own) /* the box's own account's, as its start says */

#define IAM_ROLE_COLUMNS(C, I)                                                                               \
    C(TEXT, key) /* account|name */                                                                          \
    I(TEXT, id)                                                                                              \
    I(TEXT, account)                                                                                         \
    C(TEXT, name)                                                                                            \
    C(TEXT, path)                                                                                            \
    C(TEXT, trust) /* policy document as given */                                                            \
    C(TEXT, description)                                                                                     \
    C(INT, max_session_s)                                                                                    \
    C(TEXT, boundary_arn)                                                                                    \
    C(INT, created_ms)

/* Inline policies. */
#define IAM_ROLE_POLICY_COLUMNS(C, I)                                                                        \
    C(TEXT, key) /* role|name */                                                                             \
    I(TEXT, role_id)                                                                                         \
    C(TEXT, name)                                                                                            \
    C(TEXT, document)

/* Managed policies on a role. */
#define IAM_ATTACHMENT_COLUMNS(C, I)                                                                         \
    C(TEXT, key) /* role|ARN */                                                                              \
    I(TEXT, role_id)                                                                                         \
    C(TEXT, account)                                                                                         \
    I(TEXT, policy_arn)

#define IAM_PROFILE_COLUMNS(C, I)                                                                            \
    C(TEXT, key) /* account|name */                                                                          \
    I(TEXT, id)                                                                                              \
    I(TEXT, account)                                                                                         \
    C(TEXT, name)                                                                                            \
    C(TEXT, path)                                                                                            \
    I(TEXT, role_id) /* at most one; NULL: none */                                                           \
    C(INT, created_ms)

#define IAM_TAG_COLUMNS(C, I)                                                                                \
    C(TEXT, key) /* id of the role or profile|name */                                                        \
    I(TEXT, owner_id)                                                                                        \
    C(TEXT, name)                                                                                            \
    C(TEXT, value)

#define STORE_IAM_TABLES(T)                                                                                  \
    T(iam_account, IAM_ACCOUNT_COLUMNS)                                                                      \
    T(iam_access_key, IAM_ACCESS_KEY_COLUMNS)                                                                \
    T(iam_role, IAM_ROLE_COLUMNS)                                                                            \
    T(iam_role_policy, IAM_ROLE_POLICY_COLUMNS)                                                              \
    T(iam_attachment, IAM_ATTACHMENT_COLUMNS)                                                                \
    T(iam_profile, IAM_PROFILE_COLUMNS)                                                                      \
    T(iam_tag, IAM_TAG_COLUMNS)

#endif
