/* SPDX-License-Identifier: Apache-2.0 */
/* Made by tools/model-gen from src/model/aws/s3.json (botocore 1.43.11, s3/2006-03-01): do not edit. */
#ifndef VPCBOX_MODEL_GEN_S3_H
#define VPCBOX_MODEL_GEN_S3_H

#include "base/arena.h"
#include "model/model.h"

extern const struct model_service model_s3;

struct s3_abort_multipart_upload_output;
struct s3_abort_multipart_upload_request;
struct s3_bucket;
struct s3_bucket_info;
struct s3_cors_configuration;
struct s3_cors_rule;
struct s3_common_prefix;
struct s3_complete_multipart_upload_output;
struct s3_complete_multipart_upload_request;
struct s3_completed_multipart_upload;
struct s3_completed_part;
struct s3_copy_object_output;
struct s3_copy_object_request;
struct s3_copy_object_result;
struct s3_copy_part_result;
struct s3_create_bucket_configuration;
struct s3_create_bucket_output;
struct s3_create_bucket_request;
struct s3_create_multipart_upload_output;
struct s3_create_multipart_upload_request;
struct s3_delete;
struct s3_delete_bucket_cors_request;
struct s3_delete_bucket_policy_request;
struct s3_delete_bucket_request;
struct s3_delete_bucket_tagging_request;
struct s3_delete_marker_entry;
struct s3_delete_object_output;
struct s3_delete_object_request;
struct s3_delete_object_tagging_output;
struct s3_delete_object_tagging_request;
struct s3_delete_objects_output;
struct s3_delete_objects_request;
struct s3_delete_public_access_block_request;
struct s3_deleted_object;
struct s3_error;
struct s3_get_bucket_cors_output;
struct s3_get_bucket_cors_request;
struct s3_get_bucket_location_output;
struct s3_get_bucket_location_request;
struct s3_get_bucket_policy_output;
struct s3_get_bucket_policy_request;
struct s3_get_bucket_policy_status_output;
struct s3_get_bucket_policy_status_request;
struct s3_get_bucket_tagging_output;
struct s3_get_bucket_tagging_request;
struct s3_get_bucket_versioning_output;
struct s3_get_bucket_versioning_request;
struct s3_get_object_output;
struct s3_get_object_request;
struct s3_get_object_tagging_output;
struct s3_get_object_tagging_request;
struct s3_get_public_access_block_output;
struct s3_get_public_access_block_request;
struct s3_head_bucket_output;
struct s3_head_bucket_request;
struct s3_head_object_output;
struct s3_head_object_request;
struct s3_initiator;
struct s3_list_buckets_output;
struct s3_list_buckets_request;
struct s3_list_multipart_uploads_output;
struct s3_list_multipart_uploads_request;
struct s3_list_object_versions_output;
struct s3_list_object_versions_request;
struct s3_list_objects_output;
struct s3_list_objects_request;
struct s3_list_objects_v2_output;
struct s3_list_objects_v2_request;
struct s3_list_parts_output;
struct s3_list_parts_request;
struct s3_location_info;
struct s3_multipart_upload;
struct s3_object;
struct s3_object_identifier;
struct s3_object_version;
struct s3_owner;
struct s3_part;
struct s3_policy_status;
struct s3_public_access_block_configuration;
struct s3_put_bucket_cors_request;
struct s3_put_bucket_policy_request;
struct s3_put_bucket_tagging_request;
struct s3_put_bucket_versioning_request;
struct s3_put_object_output;
struct s3_put_object_request;
struct s3_put_object_tagging_output;
struct s3_put_object_tagging_request;
struct s3_put_public_access_block_request;
struct s3_restore_status;
struct s3_tag;
struct s3_tagging;
struct s3_upload_part_copy_output;
struct s3_upload_part_copy_request;
struct s3_upload_part_output;
struct s3_upload_part_request;
struct s3_versioning_configuration;

struct s3_metadata_pair {
    const char *key;
    const char *value;
};
struct s3_metadata_map {
    struct s3_metadata_pair *items;
    size_t count, capacity;
};
/* AbortMultipartUploadOutput */
struct s3_abort_multipart_upload_output {
    const char *request_charged;
};
/* AbortMultipartUploadRequest */
struct s3_abort_multipart_upload_request {
    const char *bucket;
    const char *key;
    const char *upload_id;
    const char *request_payer;
    const char *expected_bucket_owner;
    struct opt_time if_match_initiated_time;
};
/* Bucket */
struct s3_bucket {
    const char *name;
    struct opt_time creation_date;
    const char *bucket_region;
    const char *bucket_arn;
};
/* BucketInfo */
struct s3_bucket_info {
    const char *data_redundancy;
    const char *type;
};
/* CORSConfiguration */
struct s3_cors_configuration {
    VEC(struct s3_cors_rule) cors_rules;
};
/* CORSRule */
struct s3_cors_rule {
    const char *id;
    VEC(const char *) allowed_headers;
    VEC(const char *) allowed_methods;
    VEC(const char *) allowed_origins;
    VEC(const char *) expose_headers;
    struct opt_int max_age_seconds;
};
/* CommonPrefix */
struct s3_common_prefix {
    const char *prefix;
};
/* CompleteMultipartUploadOutput */
struct s3_complete_multipart_upload_output {
    const char *location;
    const char *bucket;
    const char *key;
    const char *expiration;
    const char *e_tag;
    const char *checksum_crc32;
    const char *checksum_crc32_c;
    const char *checksum_crc64_nvme;
    const char *checksum_sha1;
    const char *checksum_sha256;
    const char *checksum_sha512;
    const char *checksum_md5;
    const char *checksum_xxhash64;
    const char *checksum_xxhash3;
    const char *checksum_xxhash128;
    const char *checksum_type;
    const char *server_side_encryption;
    const char *version_id;
    const char *ssekms_key_id;
    struct opt_bool bucket_key_enabled;
    const char *request_charged;
};
/* CompleteMultipartUploadRequest */
struct s3_complete_multipart_upload_request {
    const char *bucket;
    const char *key;
    struct s3_completed_multipart_upload *multipart_upload;
    const char *upload_id;
    const char *checksum_crc32;
    const char *checksum_crc32_c;
    const char *checksum_crc64_nvme;
    const char *checksum_sha1;
    const char *checksum_sha256;
    const char *checksum_sha512;
    const char *checksum_md5;
    const char *checksum_xxhash64;
    const char *checksum_xxhash3;
    const char *checksum_xxhash128;
    const char *checksum_type;
    struct opt_int mpu_object_size;
    const char *request_payer;
    const char *expected_bucket_owner;
    const char *if_match;
    const char *if_none_match;
    const char *sse_customer_algorithm;
    const char *sse_customer_key;
    const char *sse_customer_key_md5;
};
/* CompletedMultipartUpload */
struct s3_completed_multipart_upload {
    VEC(struct s3_completed_part) parts;
};
/* CompletedPart */
struct s3_completed_part {
    const char *e_tag;
    const char *checksum_crc32;
    const char *checksum_crc32_c;
    const char *checksum_crc64_nvme;
    const char *checksum_sha1;
    const char *checksum_sha256;
    const char *checksum_sha512;
    const char *checksum_md5;
    const char *checksum_xxhash64;
    const char *checksum_xxhash3;
    const char *checksum_xxhash128;
    struct opt_int part_number;
};
/* CopyObjectOutput */
struct s3_copy_object_output {
    struct s3_copy_object_result *copy_object_result;
    const char *expiration;
    const char *copy_source_version_id;
    const char *version_id;
    const char *server_side_encryption;
    const char *sse_customer_algorithm;
    const char *sse_customer_key_md5;
    const char *ssekms_key_id;
    const char *ssekms_encryption_context;
    struct opt_bool bucket_key_enabled;
    const char *request_charged;
};
/* CopyObjectRequest */
struct s3_copy_object_request {
    const char *acl;
    const char *bucket;
    const char *cache_control;
    const char *checksum_algorithm;
    const char *content_disposition;
    const char *content_encoding;
    const char *content_language;
    const char *content_type;
    const char *copy_source;
    const char *copy_source_if_match;
    struct opt_time copy_source_if_modified_since;
    const char *copy_source_if_none_match;
    struct opt_time copy_source_if_unmodified_since;
    const char *expires;
    const char *grant_full_control;
    const char *grant_read;
    const char *grant_read_acp;
    const char *grant_write_acp;
    const char *if_match;
    const char *if_none_match;
    const char *key;
    VEC(struct s3_metadata_pair) metadata;
    const char *metadata_directive;
    const char *tagging_directive;
    const char *server_side_encryption;
    const char *storage_class;
    const char *website_redirect_location;
    const char *sse_customer_algorithm;
    const char *sse_customer_key;
    const char *sse_customer_key_md5;
    const char *ssekms_key_id;
    const char *ssekms_encryption_context;
    struct opt_bool bucket_key_enabled;
    const char *copy_source_sse_customer_algorithm;
    const char *copy_source_sse_customer_key;
    const char *copy_source_sse_customer_key_md5;
    const char *request_payer;
    const char *tagging;
    const char *object_lock_mode;
    struct opt_time object_lock_retain_until_date;
    const char *object_lock_legal_hold_status;
    const char *expected_bucket_owner;
    const char *expected_source_bucket_owner;
};
/* CopyObjectResult */
struct s3_copy_object_result {
    const char *e_tag;
    struct opt_time last_modified;
    const char *checksum_type;
    const char *checksum_crc32;
    const char *checksum_crc32_c;
    const char *checksum_crc64_nvme;
    const char *checksum_sha1;
    const char *checksum_sha256;
    const char *checksum_sha512;
    const char *checksum_md5;
    const char *checksum_xxhash64;
    const char *checksum_xxhash3;
    const char *checksum_xxhash128;
};
/* CopyPartResult */
struct s3_copy_part_result {
    const char *e_tag;
    struct opt_time last_modified;
    const char *checksum_crc32;
    const char *checksum_crc32_c;
    const char *checksum_crc64_nvme;
    const char *checksum_sha1;
    const char *checksum_sha256;
    const char *checksum_sha512;
    const char *checksum_md5;
    const char *checksum_xxhash64;
    const char *checksum_xxhash3;
    const char *checksum_xxhash128;
};
/* CreateBucketConfiguration */
struct s3_create_bucket_configuration {
    const char *location_constraint;
    struct s3_location_info *location;
    struct s3_bucket_info *bucket;
    VEC(struct s3_tag) tags;
};
/* CreateBucketOutput */
struct s3_create_bucket_output {
    const char *location;
    const char *bucket_arn;
};
/* CreateBucketRequest */
struct s3_create_bucket_request {
    const char *acl;
    const char *bucket;
    struct s3_create_bucket_configuration *create_bucket_configuration;
    const char *grant_full_control;
    const char *grant_read;
    const char *grant_read_acp;
    const char *grant_write;
    const char *grant_write_acp;
    struct opt_bool object_lock_enabled_for_bucket;
    const char *object_ownership;
    const char *bucket_namespace;
};
/* CreateMultipartUploadOutput */
struct s3_create_multipart_upload_output {
    struct opt_time abort_date;
    const char *abort_rule_id;
    const char *bucket;
    const char *key;
    const char *upload_id;
    const char *server_side_encryption;
    const char *sse_customer_algorithm;
    const char *sse_customer_key_md5;
    const char *ssekms_key_id;
    const char *ssekms_encryption_context;
    struct opt_bool bucket_key_enabled;
    const char *request_charged;
    const char *checksum_algorithm;
    const char *checksum_type;
};
/* CreateMultipartUploadRequest */
struct s3_create_multipart_upload_request {
    const char *acl;
    const char *bucket;
    const char *cache_control;
    const char *content_disposition;
    const char *content_encoding;
    const char *content_language;
    const char *content_type;
    const char *expires;
    const char *grant_full_control;
    const char *grant_read;
    const char *grant_read_acp;
    const char *grant_write_acp;
    const char *key;
    VEC(struct s3_metadata_pair) metadata;
    const char *server_side_encryption;
    const char *storage_class;
    const char *website_redirect_location;
    const char *sse_customer_algorithm;
    const char *sse_customer_key;
    const char *sse_customer_key_md5;
    const char *ssekms_key_id;
    const char *ssekms_encryption_context;
    struct opt_bool bucket_key_enabled;
    const char *request_payer;
    const char *tagging;
    const char *object_lock_mode;
    struct opt_time object_lock_retain_until_date;
    const char *object_lock_legal_hold_status;
    const char *expected_bucket_owner;
    const char *checksum_algorithm;
    const char *checksum_type;
};
/* Delete */
struct s3_delete {
    VEC(struct s3_object_identifier) objects;
    struct opt_bool quiet;
};
/* DeleteBucketCorsRequest */
struct s3_delete_bucket_cors_request {
    const char *bucket;
    const char *expected_bucket_owner;
};
/* DeleteBucketPolicyRequest */
struct s3_delete_bucket_policy_request {
    const char *bucket;
    const char *expected_bucket_owner;
};
/* DeleteBucketRequest */
struct s3_delete_bucket_request {
    const char *bucket;
    const char *expected_bucket_owner;
};
/* DeleteBucketTaggingRequest */
struct s3_delete_bucket_tagging_request {
    const char *bucket;
    const char *expected_bucket_owner;
};
/* DeleteMarkerEntry */
struct s3_delete_marker_entry {
    struct s3_owner *owner;
    const char *key;
    const char *version_id;
    struct opt_bool is_latest;
    struct opt_time last_modified;
};
/* DeleteObjectOutput */
struct s3_delete_object_output {
    struct opt_bool delete_marker;
    const char *version_id;
    const char *request_charged;
};
/* DeleteObjectRequest */
struct s3_delete_object_request {
    const char *bucket;
    const char *key;
    const char *mfa;
    const char *version_id;
    const char *request_payer;
    struct opt_bool bypass_governance_retention;
    const char *expected_bucket_owner;
    const char *if_match;
    struct opt_time if_match_last_modified_time;
    struct opt_int if_match_size;
};
/* DeleteObjectTaggingOutput */
struct s3_delete_object_tagging_output {
    const char *version_id;
};
/* DeleteObjectTaggingRequest */
struct s3_delete_object_tagging_request {
    const char *bucket;
    const char *key;
    const char *version_id;
    const char *expected_bucket_owner;
};
/* DeleteObjectsOutput */
struct s3_delete_objects_output {
    VEC(struct s3_deleted_object) deleted;
    const char *request_charged;
    VEC(struct s3_error) errors;
};
/* DeleteObjectsRequest */
struct s3_delete_objects_request {
    const char *bucket;
    struct s3_delete *delete;
    const char *mfa;
    const char *request_payer;
    struct opt_bool bypass_governance_retention;
    const char *expected_bucket_owner;
    const char *checksum_algorithm;
};
/* DeletePublicAccessBlockRequest */
struct s3_delete_public_access_block_request {
    const char *bucket;
    const char *expected_bucket_owner;
};
/* DeletedObject */
struct s3_deleted_object {
    const char *key;
    const char *version_id;
    struct opt_bool delete_marker;
    const char *delete_marker_version_id;
};
/* Error */
struct s3_error {
    const char *key;
    const char *version_id;
    const char *code;
    const char *message;
};
/* GetBucketCorsOutput */
struct s3_get_bucket_cors_output {
    VEC(struct s3_cors_rule) cors_rules;
};
/* GetBucketCorsRequest */
struct s3_get_bucket_cors_request {
    const char *bucket;
    const char *expected_bucket_owner;
};
/* GetBucketLocationOutput */
struct s3_get_bucket_location_output {
    const char *location_constraint;
};
/* GetBucketLocationRequest */
struct s3_get_bucket_location_request {
    const char *bucket;
    const char *expected_bucket_owner;
};
/* GetBucketPolicyOutput */
struct s3_get_bucket_policy_output {
    const char *policy;
};
/* GetBucketPolicyRequest */
struct s3_get_bucket_policy_request {
    const char *bucket;
    const char *expected_bucket_owner;
};
/* GetBucketPolicyStatusOutput */
struct s3_get_bucket_policy_status_output {
    struct s3_policy_status *policy_status;
};
/* GetBucketPolicyStatusRequest */
struct s3_get_bucket_policy_status_request {
    const char *bucket;
    const char *expected_bucket_owner;
};
/* GetBucketTaggingOutput */
struct s3_get_bucket_tagging_output {
    VEC(struct s3_tag) tag_set;
};
/* GetBucketTaggingRequest */
struct s3_get_bucket_tagging_request {
    const char *bucket;
    const char *expected_bucket_owner;
};
/* GetBucketVersioningOutput */
struct s3_get_bucket_versioning_output {
    const char *status;
    const char *mfa_delete;
};
/* GetBucketVersioningRequest */
struct s3_get_bucket_versioning_request {
    const char *bucket;
    const char *expected_bucket_owner;
};
/* GetObjectOutput */
struct s3_get_object_output {
    struct opt_bool delete_marker;
    const char *accept_ranges;
    const char *expiration;
    const char *restore;
    struct opt_time last_modified;
    struct opt_int content_length;
    const char *e_tag;
    const char *checksum_crc32;
    const char *checksum_crc32_c;
    const char *checksum_crc64_nvme;
    const char *checksum_sha1;
    const char *checksum_sha256;
    const char *checksum_sha512;
    const char *checksum_md5;
    const char *checksum_xxhash64;
    const char *checksum_xxhash3;
    const char *checksum_xxhash128;
    const char *checksum_type;
    struct opt_int missing_meta;
    const char *version_id;
    const char *cache_control;
    const char *content_disposition;
    const char *content_encoding;
    const char *content_language;
    const char *content_range;
    const char *content_type;
    const char *expires;
    const char *website_redirect_location;
    const char *server_side_encryption;
    VEC(struct s3_metadata_pair) metadata;
    const char *sse_customer_algorithm;
    const char *sse_customer_key_md5;
    const char *ssekms_key_id;
    struct opt_bool bucket_key_enabled;
    const char *storage_class;
    const char *request_charged;
    const char *replication_status;
    struct opt_int parts_count;
    struct opt_int tag_count;
    const char *object_lock_mode;
    struct opt_time object_lock_retain_until_date;
    const char *object_lock_legal_hold_status;
};
/* GetObjectRequest */
struct s3_get_object_request {
    const char *bucket;
    const char *if_match;
    struct opt_time if_modified_since;
    const char *if_none_match;
    struct opt_time if_unmodified_since;
    const char *key;
    const char *range;
    const char *response_cache_control;
    const char *response_content_disposition;
    const char *response_content_encoding;
    const char *response_content_language;
    const char *response_content_type;
    struct opt_time response_expires;
    const char *version_id;
    const char *sse_customer_algorithm;
    const char *sse_customer_key;
    const char *sse_customer_key_md5;
    const char *request_payer;
    struct opt_int part_number;
    const char *expected_bucket_owner;
    const char *checksum_mode;
};
/* GetObjectTaggingOutput */
struct s3_get_object_tagging_output {
    const char *version_id;
    VEC(struct s3_tag) tag_set;
};
/* GetObjectTaggingRequest */
struct s3_get_object_tagging_request {
    const char *bucket;
    const char *key;
    const char *version_id;
    const char *expected_bucket_owner;
    const char *request_payer;
};
/* GetPublicAccessBlockOutput */
struct s3_get_public_access_block_output {
    struct s3_public_access_block_configuration *public_access_block_configuration;
};
/* GetPublicAccessBlockRequest */
struct s3_get_public_access_block_request {
    const char *bucket;
    const char *expected_bucket_owner;
};
/* HeadBucketOutput */
struct s3_head_bucket_output {
    const char *bucket_arn;
    const char *bucket_location_type;
    const char *bucket_location_name;
    const char *bucket_region;
    struct opt_bool access_point_alias;
};
/* HeadBucketRequest */
struct s3_head_bucket_request {
    const char *bucket;
    const char *expected_bucket_owner;
};
/* HeadObjectOutput */
struct s3_head_object_output {
    struct opt_bool delete_marker;
    const char *accept_ranges;
    const char *expiration;
    const char *restore;
    const char *archive_status;
    struct opt_time last_modified;
    struct opt_int content_length;
    const char *checksum_crc32;
    const char *checksum_crc32_c;
    const char *checksum_crc64_nvme;
    const char *checksum_sha1;
    const char *checksum_sha256;
    const char *checksum_sha512;
    const char *checksum_md5;
    const char *checksum_xxhash64;
    const char *checksum_xxhash3;
    const char *checksum_xxhash128;
    const char *checksum_type;
    const char *e_tag;
    struct opt_int missing_meta;
    const char *version_id;
    const char *cache_control;
    const char *content_disposition;
    const char *content_encoding;
    const char *content_language;
    const char *content_type;
    const char *content_range;
    const char *expires;
    const char *website_redirect_location;
    const char *server_side_encryption;
    VEC(struct s3_metadata_pair) metadata;
    const char *sse_customer_algorithm;
    const char *sse_customer_key_md5;
    const char *ssekms_key_id;
    struct opt_bool bucket_key_enabled;
    const char *storage_class;
    const char *request_charged;
    const char *replication_status;
    struct opt_int parts_count;
    struct opt_int tag_count;
    const char *object_lock_mode;
    struct opt_time object_lock_retain_until_date;
    const char *object_lock_legal_hold_status;
};
/* HeadObjectRequest */
struct s3_head_object_request {
    const char *bucket;
    const char *if_match;
    struct opt_time if_modified_since;
    const char *if_none_match;
    struct opt_time if_unmodified_since;
    const char *key;
    const char *range;
    const char *response_cache_control;
    const char *response_content_disposition;
    const char *response_content_encoding;
    const char *response_content_language;
    const char *response_content_type;
    struct opt_time response_expires;
    const char *version_id;
    const char *sse_customer_algorithm;
    const char *sse_customer_key;
    const char *sse_customer_key_md5;
    const char *request_payer;
    struct opt_int part_number;
    const char *expected_bucket_owner;
    const char *checksum_mode;
};
/* Initiator */
struct s3_initiator {
    const char *id;
    const char *display_name;
};
/* ListBucketsOutput */
struct s3_list_buckets_output {
    VEC(struct s3_bucket) buckets;
    struct s3_owner *owner;
    const char *continuation_token;
    const char *prefix;
};
/* ListBucketsRequest */
struct s3_list_buckets_request {
    struct opt_int max_buckets;
    const char *continuation_token;
    const char *prefix;
    const char *bucket_region;
};
/* ListMultipartUploadsOutput */
struct s3_list_multipart_uploads_output {
    const char *bucket;
    const char *key_marker;
    const char *upload_id_marker;
    const char *next_key_marker;
    const char *prefix;
    const char *delimiter;
    const char *next_upload_id_marker;
    struct opt_int max_uploads;
    struct opt_bool is_truncated;
    VEC(struct s3_multipart_upload) uploads;
    VEC(struct s3_common_prefix) common_prefixes;
    const char *encoding_type;
    const char *request_charged;
};
/* ListMultipartUploadsRequest */
struct s3_list_multipart_uploads_request {
    const char *bucket;
    const char *delimiter;
    const char *encoding_type;
    const char *key_marker;
    struct opt_int max_uploads;
    const char *prefix;
    const char *upload_id_marker;
    const char *expected_bucket_owner;
    const char *request_payer;
};
/* ListObjectVersionsOutput */
struct s3_list_object_versions_output {
    struct opt_bool is_truncated;
    const char *key_marker;
    const char *version_id_marker;
    const char *next_key_marker;
    const char *next_version_id_marker;
    VEC(struct s3_object_version) versions;
    VEC(struct s3_delete_marker_entry) delete_markers;
    const char *name;
    const char *prefix;
    const char *delimiter;
    struct opt_int max_keys;
    VEC(struct s3_common_prefix) common_prefixes;
    const char *encoding_type;
    const char *request_charged;
};
/* ListObjectVersionsRequest */
struct s3_list_object_versions_request {
    const char *bucket;
    const char *delimiter;
    const char *encoding_type;
    const char *key_marker;
    struct opt_int max_keys;
    const char *prefix;
    const char *version_id_marker;
    const char *expected_bucket_owner;
    const char *request_payer;
    VEC(const char *) optional_object_attributes;
};
/* ListObjectsOutput */
struct s3_list_objects_output {
    struct opt_bool is_truncated;
    const char *marker;
    const char *next_marker;
    VEC(struct s3_object) contents;
    const char *name;
    const char *prefix;
    const char *delimiter;
    struct opt_int max_keys;
    VEC(struct s3_common_prefix) common_prefixes;
    const char *encoding_type;
    const char *request_charged;
};
/* ListObjectsRequest */
struct s3_list_objects_request {
    const char *bucket;
    const char *delimiter;
    const char *encoding_type;
    const char *marker;
    struct opt_int max_keys;
    const char *prefix;
    const char *request_payer;
    const char *expected_bucket_owner;
    VEC(const char *) optional_object_attributes;
};
/* ListObjectsV2Output */
struct s3_list_objects_v2_output {
    struct opt_bool is_truncated;
    VEC(struct s3_object) contents;
    const char *name;
    const char *prefix;
    const char *delimiter;
    struct opt_int max_keys;
    VEC(struct s3_common_prefix) common_prefixes;
    const char *encoding_type;
    struct opt_int key_count;
    const char *continuation_token;
    const char *next_continuation_token;
    const char *start_after;
    const char *request_charged;
};
/* ListObjectsV2Request */
struct s3_list_objects_v2_request {
    const char *bucket;
    const char *delimiter;
    const char *encoding_type;
    struct opt_int max_keys;
    const char *prefix;
    const char *continuation_token;
    struct opt_bool fetch_owner;
    const char *start_after;
    const char *request_payer;
    const char *expected_bucket_owner;
    VEC(const char *) optional_object_attributes;
};
/* ListPartsOutput */
struct s3_list_parts_output {
    struct opt_time abort_date;
    const char *abort_rule_id;
    const char *bucket;
    const char *key;
    const char *upload_id;
    struct opt_int part_number_marker;
    struct opt_int next_part_number_marker;
    struct opt_int max_parts;
    struct opt_bool is_truncated;
    VEC(struct s3_part) parts;
    struct s3_initiator *initiator;
    struct s3_owner *owner;
    const char *storage_class;
    const char *request_charged;
    const char *checksum_algorithm;
    const char *checksum_type;
};
/* ListPartsRequest */
struct s3_list_parts_request {
    const char *bucket;
    const char *key;
    struct opt_int max_parts;
    struct opt_int part_number_marker;
    const char *upload_id;
    const char *request_payer;
    const char *expected_bucket_owner;
    const char *sse_customer_algorithm;
    const char *sse_customer_key;
    const char *sse_customer_key_md5;
};
/* LocationInfo */
struct s3_location_info {
    const char *type;
    const char *name;
};
/* MultipartUpload */
struct s3_multipart_upload {
    const char *upload_id;
    const char *key;
    struct opt_time initiated;
    const char *storage_class;
    struct s3_owner *owner;
    struct s3_initiator *initiator;
    const char *checksum_algorithm;
    const char *checksum_type;
};
/* Object */
struct s3_object {
    const char *key;
    struct opt_time last_modified;
    const char *e_tag;
    VEC(const char *) checksum_algorithm;
    const char *checksum_type;
    struct opt_int size;
    const char *storage_class;
    struct s3_owner *owner;
    struct s3_restore_status *restore_status;
};
/* ObjectIdentifier */
struct s3_object_identifier {
    const char *key;
    const char *version_id;
    const char *e_tag;
    struct opt_time last_modified_time;
    struct opt_int size;
};
/* ObjectVersion */
struct s3_object_version {
    const char *e_tag;
    VEC(const char *) checksum_algorithm;
    const char *checksum_type;
    struct opt_int size;
    const char *storage_class;
    const char *key;
    const char *version_id;
    struct opt_bool is_latest;
    struct opt_time last_modified;
    struct s3_owner *owner;
    struct s3_restore_status *restore_status;
};
/* Owner */
struct s3_owner {
    const char *display_name;
    const char *id;
};
/* Part */
struct s3_part {
    struct opt_int part_number;
    struct opt_time last_modified;
    const char *e_tag;
    struct opt_int size;
    const char *checksum_crc32;
    const char *checksum_crc32_c;
    const char *checksum_crc64_nvme;
    const char *checksum_sha1;
    const char *checksum_sha256;
    const char *checksum_sha512;
    const char *checksum_md5;
    const char *checksum_xxhash64;
    const char *checksum_xxhash3;
    const char *checksum_xxhash128;
};
/* PolicyStatus */
struct s3_policy_status {
    struct opt_bool is_public;
};
/* PublicAccessBlockConfiguration */
struct s3_public_access_block_configuration {
    struct opt_bool block_public_acls;
    struct opt_bool ignore_public_acls;
    struct opt_bool block_public_policy;
    struct opt_bool restrict_public_buckets;
};
/* PutBucketCorsRequest */
struct s3_put_bucket_cors_request {
    const char *bucket;
    struct s3_cors_configuration *cors_configuration;
    const char *content_md5;
    const char *checksum_algorithm;
    const char *expected_bucket_owner;
};
/* PutBucketPolicyRequest */
struct s3_put_bucket_policy_request {
    const char *bucket;
    const char *content_md5;
    const char *checksum_algorithm;
    struct opt_bool confirm_remove_self_bucket_access;
    const char *policy;
    const char *expected_bucket_owner;
};
/* PutBucketTaggingRequest */
struct s3_put_bucket_tagging_request {
    const char *bucket;
    const char *content_md5;
    const char *checksum_algorithm;
    struct s3_tagging *tagging;
    const char *expected_bucket_owner;
};
/* PutBucketVersioningRequest */
struct s3_put_bucket_versioning_request {
    const char *bucket;
    const char *content_md5;
    const char *checksum_algorithm;
    const char *mfa;
    struct s3_versioning_configuration *versioning_configuration;
    const char *expected_bucket_owner;
};
/* PutObjectOutput */
struct s3_put_object_output {
    const char *expiration;
    const char *e_tag;
    const char *checksum_crc32;
    const char *checksum_crc32_c;
    const char *checksum_crc64_nvme;
    const char *checksum_sha1;
    const char *checksum_sha256;
    const char *checksum_sha512;
    const char *checksum_md5;
    const char *checksum_xxhash64;
    const char *checksum_xxhash3;
    const char *checksum_xxhash128;
    const char *checksum_type;
    const char *server_side_encryption;
    const char *version_id;
    const char *sse_customer_algorithm;
    const char *sse_customer_key_md5;
    const char *ssekms_key_id;
    const char *ssekms_encryption_context;
    struct opt_bool bucket_key_enabled;
    struct opt_int size;
    const char *request_charged;
};
/* PutObjectRequest */
struct s3_put_object_request {
    const char *acl;
    const char *bucket;
    const char *cache_control;
    const char *content_disposition;
    const char *content_encoding;
    const char *content_language;
    struct opt_int content_length;
    const char *content_md5;
    const char *content_type;
    const char *checksum_algorithm;
    const char *checksum_crc32;
    const char *checksum_crc32_c;
    const char *checksum_crc64_nvme;
    const char *checksum_sha1;
    const char *checksum_sha256;
    const char *checksum_sha512;
    const char *checksum_md5;
    const char *checksum_xxhash64;
    const char *checksum_xxhash3;
    const char *checksum_xxhash128;
    const char *expires;
    const char *if_match;
    const char *if_none_match;
    const char *grant_full_control;
    const char *grant_read;
    const char *grant_read_acp;
    const char *grant_write_acp;
    const char *key;
    struct opt_int write_offset_bytes;
    VEC(struct s3_metadata_pair) metadata;
    const char *server_side_encryption;
    const char *storage_class;
    const char *website_redirect_location;
    const char *sse_customer_algorithm;
    const char *sse_customer_key;
    const char *sse_customer_key_md5;
    const char *ssekms_key_id;
    const char *ssekms_encryption_context;
    struct opt_bool bucket_key_enabled;
    const char *request_payer;
    const char *tagging;
    const char *object_lock_mode;
    struct opt_time object_lock_retain_until_date;
    const char *object_lock_legal_hold_status;
    const char *expected_bucket_owner;
};
/* PutObjectTaggingOutput */
struct s3_put_object_tagging_output {
    const char *version_id;
};
/* PutObjectTaggingRequest */
struct s3_put_object_tagging_request {
    const char *bucket;
    const char *key;
    const char *version_id;
    const char *content_md5;
    const char *checksum_algorithm;
    struct s3_tagging *tagging;
    const char *expected_bucket_owner;
    const char *request_payer;
};
/* PutPublicAccessBlockRequest */
struct s3_put_public_access_block_request {
    const char *bucket;
    const char *content_md5;
    const char *checksum_algorithm;
    struct s3_public_access_block_configuration *public_access_block_configuration;
    const char *expected_bucket_owner;
};
/* RestoreStatus */
struct s3_restore_status {
    struct opt_bool is_restore_in_progress;
    struct opt_time restore_expiry_date;
};
/* Tag */
struct s3_tag {
    const char *key;
    const char *value;
};
/* Tagging */
struct s3_tagging {
    VEC(struct s3_tag) tag_set;
};
/* UploadPartCopyOutput */
struct s3_upload_part_copy_output {
    const char *copy_source_version_id;
    struct s3_copy_part_result *copy_part_result;
    const char *server_side_encryption;
    const char *sse_customer_algorithm;
    const char *sse_customer_key_md5;
    const char *ssekms_key_id;
    struct opt_bool bucket_key_enabled;
    const char *request_charged;
};
/* UploadPartCopyRequest */
struct s3_upload_part_copy_request {
    const char *bucket;
    const char *copy_source;
    const char *copy_source_if_match;
    struct opt_time copy_source_if_modified_since;
    const char *copy_source_if_none_match;
    struct opt_time copy_source_if_unmodified_since;
    const char *copy_source_range;
    const char *key;
    struct opt_int part_number;
    const char *upload_id;
    const char *sse_customer_algorithm;
    const char *sse_customer_key;
    const char *sse_customer_key_md5;
    const char *copy_source_sse_customer_algorithm;
    const char *copy_source_sse_customer_key;
    const char *copy_source_sse_customer_key_md5;
    const char *request_payer;
    const char *expected_bucket_owner;
    const char *expected_source_bucket_owner;
};
/* UploadPartOutput */
struct s3_upload_part_output {
    const char *server_side_encryption;
    const char *e_tag;
    const char *checksum_crc32;
    const char *checksum_crc32_c;
    const char *checksum_crc64_nvme;
    const char *checksum_sha1;
    const char *checksum_sha256;
    const char *checksum_sha512;
    const char *checksum_md5;
    const char *checksum_xxhash64;
    const char *checksum_xxhash3;
    const char *checksum_xxhash128;
    const char *sse_customer_algorithm;
    const char *sse_customer_key_md5;
    const char *ssekms_key_id;
    struct opt_bool bucket_key_enabled;
    const char *request_charged;
};
/* UploadPartRequest */
struct s3_upload_part_request {
    const char *bucket;
    struct opt_int content_length;
    const char *content_md5;
    const char *checksum_algorithm;
    const char *checksum_crc32;
    const char *checksum_crc32_c;
    const char *checksum_crc64_nvme;
    const char *checksum_sha1;
    const char *checksum_sha256;
    const char *checksum_sha512;
    const char *checksum_md5;
    const char *checksum_xxhash64;
    const char *checksum_xxhash3;
    const char *checksum_xxhash128;
    const char *key;
    struct opt_int part_number;
    const char *upload_id;
    const char *sse_customer_algorithm;
    const char *sse_customer_key;
    const char *sse_customer_key_md5;
    const char *request_payer;
    const char *expected_bucket_owner;
};
/* VersioningConfiguration */
struct s3_versioning_configuration {
    const char *mfa_delete;
    const char *status;
};

#endif
