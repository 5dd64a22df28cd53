/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema: all tables, as lists that the preprocessor walks.
 *
 * A table is a list of columns and one line in its area's list (schema_<area>.h):
 *
 *   #define SUBNET_COLUMNS(C, I) C(TEXT, id) I(TEXT, vpc_id) C(TEXT, cidr) C(INT, map_public_ip)
 *   #define STORE_VPC_TABLES(T) T(vpc, VPC_COLUMNS) T(subnet, SUBNET_COLUMNS)
 *
 * C is a plain column and I an indexed one; types are TEXT, INT and BLOB.  The first column is TEXT and
 * the key.  Columns and tables may be added at any time and anywhere: store_open() adds what a
 * database lacks (old rows have NULL or 0 there).  A column that goes out of the list stays in the
 * database unread.  Never change a column's type: add another name.
 */
#ifndef VPCBOX_STORE_SCHEMA_H
#define VPCBOX_STORE_SCHEMA_H

#include "store/schema_iam.h"
#include "store/schema_instance.h"
#include "store/schema_job.h"
#include "store/schema_s3.h"
#include "store/schema_ssm.h"
#include "store/schema_vpc.h"

/* What the box remembers about itself: secrets made at first start, versions. */
#define SETTING_COLUMNS(C, I)                                                                                \
    C(TEXT, name)                                                                                            \
    C(TEXT, value)

#define STORE_TABLES(T)                                                                                      \
    T(setting, SETTING_COLUMNS)                                                                              \
    STORE_VPC_TABLES(T)                                                                                      \
    STORE_INSTANCE_TABLES(T)                                                                                 \
    STORE_JOB_TABLES(T)                                                                                      \
    STORE_IAM_TABLES(T)                                                                                      \
    STORE_S3_TABLES(T)                                                                                       \
    STORE_SSM_TABLES(T)

#endif
