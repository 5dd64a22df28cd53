/* SPDX-License-Identifier: Apache-2.0 */
/* service: the table of s3's actions.  All ask for permission themselves, since the bucket's policy counts. */
#include <errno.h>

#include "api/s3/s3.h"
#include "base/log.h"
#include "base/map.h"

static const struct api_entry entries[] = {
    API_ENTRY(AbortMultipartUpload, s3_abort_multipart_upload, API_WRITE | API_OPEN),
    API_ENTRY(CompleteMultipartUpload, s3_complete_multipart_upload, API_WRITE | API_OPEN),
    API_ENTRY(CopyObject, s3_copy_object, API_RAW | API_OPEN),
    API_ENTRY(CreateBucket, s3_create_bucket, API_WRITE | API_OPEN),
    API_ENTRY(CreateMultipartUpload, s3_create_multipart_upload, API_WRITE | API_OPEN),
    API_ENTRY(DeleteBucket, s3_delete_bucket, API_WRITE | API_OPEN),
    API_ENTRY(DeleteBucketCors, s3_delete_bucket_cors, API_WRITE | API_OPEN),
    API_ENTRY(DeleteBucketPolicy, s3_delete_bucket_policy, API_WRITE | API_OPEN),
    API_ENTRY(DeleteBucketTagging, s3_delete_bucket_tagging, API_WRITE | API_OPEN),
    API_ENTRY(DeleteObject, s3_delete_object, API_WRITE | API_OPEN),
    API_ENTRY(DeleteObjects, s3_delete_objects, API_WRITE | API_OPEN),
    API_ENTRY(DeleteObjectTagging, s3_delete_object_tagging, API_WRITE | API_OPEN),
    API_ENTRY(DeletePublicAccessBlock, s3_delete_public_access_block, API_WRITE | API_OPEN),
    API_ENTRY(GetBucketCors, s3_get_bucket_cors, API_OPEN),
    API_ENTRY(GetBucketLocation, s3_get_bucket_location, API_OPEN),
    API_ENTRY(GetBucketPolicy, s3_get_bucket_policy, API_OPEN),
    API_ENTRY(GetBucketPolicyStatus, s3_get_bucket_policy_status, API_OPEN),
    API_ENTRY(GetBucketTagging, s3_get_bucket_tagging, API_OPEN),
    API_ENTRY(GetBucketVersioning, s3_get_bucket_versioning, API_OPEN),
    API_ENTRY(GetObject, s3_get_object, API_RAW | API_OPEN),
    API_ENTRY(GetObjectTagging, s3_get_object_tagging, API_OPEN),
    API_ENTRY(GetPublicAccessBlock, s3_get_public_access_block, API_OPEN),
    API_ENTRY(HeadBucket, s3_head_bucket, API_OPEN),
    API_ENTRY(HeadObject, s3_head_object, API_RAW | API_OPEN),
    API_ENTRY(ListBuckets, s3_list_buckets, API_OPEN),
    API_ENTRY(ListMultipartUploads, s3_list_multipart_uploads, API_OPEN),
    API_ENTRY(ListObjectVersions, s3_list_object_versions, API_OPEN),
    API_ENTRY(ListObjects, s3_list_objects, API_OPEN),
    API_ENTRY(ListObjectsV2, s3_list_objects_v2, API_OPEN),
    API_ENTRY(ListParts, s3_list_parts, API_OPEN),
    API_ENTRY(PutBucketCors, s3_put_bucket_cors, API_WRITE | API_OPEN),
    API_ENTRY(PutBucketPolicy, s3_put_bucket_policy, API_WRITE | API_OPEN),
    API_ENTRY(PutBucketTagging, s3_put_bucket_tagging, API_WRITE | API_OPEN),
    API_ENTRY(PutBucketVersioning, s3_put_bucket_versioning, API_WRITE | API_OPEN),
    API_ENTRY(PutObject, s3_put_object, API_RAW | API_OPEN),
    API_ENTRY(PutObjectTagging, s3_put_object_tagging, API_WRITE | API_OPEN),
    API_ENTRY(PutPublicAccessBlock, s3_put_public_access_block, API_WRITE | API_OPEN),
    API_ENTRY(UploadPart, s3_upload_part, API_RAW | API_OPEN),
    API_ENTRY(UploadPartCopy, s3_upload_part_copy, API_RAW | API_OPEN),
};

const struct api_service s3_service = {
    .id = "s3",
    .entries = entries,
    .entry_count = sizeof(entries) / sizeof(entries[0]),
    .page = s3_page,
    .describe = s3_describe_error,
};

/* ---- the sweep ---- */

enum { SWEEP_ROWS = 1000 };

/* Adds the files of every row of a table, some rows at a time. */
#define ADD_FILES(s, table, names)                                                                           \
    for (const char *after = ""; r == 0 && after != NULL;) {                                                 \
        struct arena arena = {0};                                                                            \
        struct tx tx;                                                                                        \
                                                                                                             \
        r = store_read_begin((s), &arena, &tx);                                                              \
        if (r == 0) {                                                                                        \
            struct table##_rows rows = table##_range(&tx, after, NULL, SWEEP_ROWS);                          \
                                                                                                             \
            for (size_t i = 0; i < rows.count; i++)                                                          \
                if (rows.items[i].file != NULL)                                                              \
                    map_put((names), rows.items[i].file, (names));                                           \
            after = rows.count < SWEEP_ROWS ? NULL : arena_strdup(&place, rows.items[rows.count - 1].key);   \
            r = tx.failed;                                                                                   \
            store_read_end(&tx);                                                                             \
        }                                                                                                    \
        arena_free(&arena);                                                                                  \
    }

static bool is_named(void *names, const char *name) {
    return map_get(names, name) != NULL;
}

int s3_sweep(struct store *store, const char *home) {
    struct map names = {0};
    struct arena place = {0};
    size_t removed = 0;
    int r = 0;

    ADD_FILES(store, s3_object, &names)
    ADD_FILES(store, s3_older, &names)
    ADD_FILES(store, s3_part, &names)
    if (r == 0)
        r = object_sweep(home, is_named, &names, &removed);
    if (removed > 0)
        log_info("removed %zu files of uploads that did not come to an end", removed);
    map_free(&names);
    arena_free(&place);
    return r;
}
