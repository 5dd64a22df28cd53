/* SPDX-License-Identifier: Apache-2.0 */
/* schema_instance: tables for instances, images, volumes, key pairs.  schema.h says how to add one. */
#ifndef VPCBOX_STORE_SCHEMA_INSTANCE_H
#define VPCBOX_STORE_SCHEMA_INSTANCE_H

#define STORE_INSTANCE_TABLES(T)

#endif
