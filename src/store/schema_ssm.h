/* SPDX-License-Identifier: Apache-2.0 */
/* schema_ssm: tables for managed nodes and sessions.  schema.h says how to add one. */
#ifndef VPCBOX_STORE_SCHEMA_SSM_H
#define VPCBOX_STORE_SCHEMA_SSM_H

/* What an agent last said of itself.  id is the instance's. */
#define SSM_NODE_COLUMNS(C, I)                                                                               \
    C(TEXT, id)                                                                                              \
    I(TEXT, account)                                                                                         \
    C(TEXT, region)                                                                                          \
    C(TEXT, agent_version)                                                                                   \
    C(TEXT, platform_name)                                                                                   \
    C(TEXT, platform_version)                                                                                \
    C(TEXT, platform_type)                                                                                   \
    C(TEXT, ip_address)                                                                                      \
    C(TEXT, computer_name)                                                                                   \
    C(INT, pinged_ms)

#define SSM_SESSION_COLUMNS(C, I)                                                                            \
    C(TEXT, id)                                                                                              \
    I(TEXT, account)                                                                                         \
    C(TEXT, region)                                                                                          \
    I(TEXT, target)                                                                                          \
    C(TEXT, document)                                                                                        \
    C(TEXT, owner) /* the caller's ARN */                                                                    \
    C(TEXT, reason)                                                                                          \
    C(INT, ended) /* 0 while it lives */                                                                     \
    C(INT, started_ms)                                                                                       \
    C(INT, ended_ms)

#define STORE_SSM_TABLES(T)                                                                                  \
    T(ssm_node, SSM_NODE_COLUMNS)                                                                            \
    T(ssm_session, SSM_SESSION_COLUMNS)

#endif
