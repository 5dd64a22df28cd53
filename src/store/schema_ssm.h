/* SPDX-License-Identifier: Apache-2.0 */
/* schema_ssm: tables for parameters, managed nodes, sessions, commands.  schema.h says how to add one. */
#ifndef VPCBOX_STORE_SCHEMA_SSM_H
#define VPCBOX_STORE_SCHEMA_SSM_H

#define STORE_SSM_TABLES(T)

#endif
