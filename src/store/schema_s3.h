/* SPDX-License-Identifier: Apache-2.0 */
/* schema_s3: tables for buckets, objects, versions, uploads.  schema.h says how to add one. */
#ifndef VPCBOX_STORE_SCHEMA_S3_H
#define VPCBOX_STORE_SCHEMA_S3_H

#define STORE_S3_TABLES(T)

#endif
