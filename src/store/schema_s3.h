/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_s3: tables for buckets, objects, versions, uploads.  schema.h says how to add one.
 *
 * Bytes of objects are files (object.h); rows name them.  An object's latest version is in s3_object,
 * all older ones in s3_older, with the same columns, so that a listing never walks over history.  Keys
 * of rows begin with the bucket and '/', which no bucket's name holds; SQLite orders them by their bytes,
 * which is S3's order.  Where something follows an object's key, two bytes 01 come between, and a
 * byte 01 of the object's key is written as 01 02, so that the order stays S3's.
 */
#ifndef VPCBOX_STORE_SCHEMA_S3_H
#define VPCBOX_STORE_SCHEMA_S3_H

#define S3_BUCKET_COLUMNS(C, I)                                                                              \
    C(TEXT, name)                                                                                            \
    I(TEXT, account)                                                                                         \
    C(TEXT, region)                                                                                          \
    C(INT, created_ms)                                                                                       \
    C(TEXT, versioning) /* NULL: never set; "Enabled", "Suspended" */                                        \
    C(TEXT, policy)                                                                                          \
    C(INT, policy_public) /* in the sense of Block Public Access */                                          \
    C(INT, access_block)  /* bits of enum s3_access_block */

#define S3_BUCKET_TAG_COLUMNS(C, I)                                                                          \
    C(TEXT, key) /* bucket/name */                                                                           \
    C(TEXT, name)                                                                                            \
    C(TEXT, value)

#define S3_BUCKET_CORS_COLUMNS(C, I)                                                                         \
    C(TEXT, bucket)                                                                                          \
    C(TEXT, rules) /* a JSON list, of objects with lists of texts */

/* What an upload says about the object besides its bytes. */
#define S3_ABOUT_COLUMNS(C, I)                                                                               \
    C(TEXT, content_type)                                                                                    \
    C(TEXT, content_encoding)                                                                                \
    C(TEXT, content_language)                                                                                \
    C(TEXT, content_disposition)                                                                             \
    C(TEXT, cache_control)                                                                                   \
    C(TEXT, expires)                                                                                         \
    C(TEXT, redirect)                                                                                        \
    C(TEXT, storage_class)                                                                                   \
    C(TEXT, metadata) /* lines name:value */                                                                 \
    C(TEXT, tags)     /* as x-amz-tagging has them; NULL: none */                                            \
    C(INT, tag_count)

#define S3_OBJECT_COLUMNS(C, I)                                                                              \
    C(TEXT, key) /* s3_object: bucket/key; s3_older: bucket/key, 01 01, 16 hex digits, the newest first */   \
    C(INT, seq)  /* of all versions of the box: larger is newer */                                           \
    C(TEXT, version_id) /* NULL: the null version */                                                         \
    C(INT, marker)      /* a delete marker */                                                                \
    C(INT, created_ms)                                                                                       \
    C(INT, size)                                                                                             \
    C(TEXT, file)      /* of the bytes; NULL: none, or those of an upload's parts */                         \
    C(TEXT, upload_id) /* s3_part has the parts; NULL: not uploaded in parts */                              \
    C(INT, part_count)                                                                                       \
    C(TEXT, etag) /* without quotes */                                                                       \
    C(TEXT, checksum_algorithm)                                                                              \
    C(TEXT, checksum)                                                                                        \
    C(TEXT, checksum_type)                                                                                   \
    C(INT, older)    /* s3_object: how many older versions there are */                                      \
    C(INT, null_seq) /* s3_object: seq of the null version among them; 0: none */                            \
    S3_ABOUT_COLUMNS(C, I)

#define S3_UPLOAD_COLUMNS(C, I)                                                                              \
    C(TEXT, key) /* bucket/key, 01 01, upload id */                                                          \
    C(TEXT, id)  /* begins with the time, so that ids are in order of it */                                  \
    C(TEXT, object_key)                                                                                      \
    C(TEXT, initiator_id)                                                                                    \
    C(TEXT, initiator_name)                                                                                  \
    C(INT, created_ms)                                                                                       \
    C(TEXT, checksum_algorithm)                                                                              \
    C(TEXT, checksum_type)                                                                                   \
    S3_ABOUT_COLUMNS(C, I)

/* Of an upload, and then of the object that it became: only those that it was completed with. */
#define S3_PART_COLUMNS(C, I)                                                                                \
    C(TEXT, key) /* upload id/number, five digits */                                                         \
    C(INT, number)                                                                                           \
    C(INT, size)                                                                                             \
    C(INT, created_ms)                                                                                       \
    C(TEXT, file)                                                                                            \
    C(TEXT, etag)                                                                                            \
    C(TEXT, checksum)

#define STORE_S3_TABLES(T)                                                                                   \
    T(s3_bucket, S3_BUCKET_COLUMNS)                                                                          \
    T(s3_bucket_tag, S3_BUCKET_TAG_COLUMNS)                                                                  \
    T(s3_bucket_cors, S3_BUCKET_CORS_COLUMNS)                                                                \
    T(s3_object, S3_OBJECT_COLUMNS)                                                                          \
    T(s3_older, S3_OBJECT_COLUMNS)                                                                           \
    T(s3_upload, S3_UPLOAD_COLUMNS)                                                                          \
    T(s3_part, S3_PART_COLUMNS)

#endif
