/* SPDX-License-Identifier: Apache-2.0 */
/* schema_iam: tables for users, roles, policies, access keys, sessions.  schema.h says how to add one. */
#ifndef VPCBOX_STORE_SCHEMA_IAM_H
#define VPCBOX_STORE_SCHEMA_IAM_H

#define STORE_IAM_TABLES(T)

#endif
