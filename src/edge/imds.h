/* SPDX-License-Identifier: Apache-2.0 */
/*
 * imds: the instance metadata service, versions 1 and 2.
 *
 * Theory of operation: a request arrives through DOOR_IMDS, and the door says which ENI asks, so nothing
 * in the request decides whose data it gets.  Each request looks the instance up through the caller's
 * callback, makes the list of all its items (imds_tree.c, pure), and answers with the one that the path
 * names or with a directory of those below it.  Any dated version shows the same tree as /latest.
 *
 * Tokens (version 2) are stateless: expiry, random bytes, and an HMAC over both and the instance's id
 * under a secret that the caller keeps, so they outlive a restart of the region and are worth nothing on
 * another instance.  The answer that carries a token leaves with the IP TTL of the instance's hop limit.
 *
 * As AWS: 400 for a bad or missing lifetime, 401 for a missing, foreign or expired token, 403 when the
 * endpoint is off, for PUT with X-Forwarded-For and for the token path under a dated version, 404 for
 * what is not there, 405 for other methods, 301 from a directory below meta-data to its name with '/'.
 *
 * Thread-safe if the callbacks are.
 */
#ifndef VPCBOX_EDGE_IMDS_H
#define VPCBOX_EDGE_IMDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "edge/imds_sign.h"
#include "http/http.h"
#include "net/door.h"

enum { IMDS_SECRET_BYTES = 32, IMDS_TTL_MAX = 21600 };

struct imds_text_list {
    const char *const *items;
    size_t count;
};

/* One of the instance's network interfaces; texts may be NULL and are then absent from the tree. */
struct imds_interface {
    const char *mac; /* lower case: the directory's name */
    unsigned device_number;
    const char *interface_id, *owner_id, *local_hostname, *public_hostname;
    const char *subnet_id, *subnet_ipv4_cidr_block;
    const char *vpc_id, *vpc_ipv4_cidr_block; /* the primary */
    struct imds_text_list vpc_ipv4_cidr_blocks;
    const char *subnet_ipv6_cidr_block;
    struct imds_text_list vpc_ipv6_cidr_blocks, ipv6s;
    struct imds_text_list local_ipv4s, public_ipv4s;
    /* public_ipv4s.items[i] belongs to this private address; as many as public_ipv4s, or none known */
    struct imds_text_list associations;
    struct imds_text_list security_groups, security_group_ids;
};

struct imds_tag {
    const char *key, *value;
};

struct imds_device {
    const char *name;   /* "ami", "root", "ebs1" */
    const char *device; /* "xvda" */
};

/* A key of EC2 Instance Connect that still lives: managed-ssh-keys/active-keys/<user> */
struct imds_connect_key {
    const char *user, *public_key;
};

/* All that is told of an instance.  A NULL text is absent from the tree (404). */
struct imds_instance {
    const char *instance_id, *account_id;
    const char *ami_id, *ami_manifest_path, *instance_type, *architecture, *reservation_id;
    const char *hostname, *local_hostname, *local_ipv4, *public_hostname, *public_ipv4, *ipv6, *mac;
    const char *availability_zone, *availability_zone_id, *region, *group_name;
    const char *kernel_id, *ramdisk_id;
    const char *key_name, *public_key; /* public-keys/0/openssh-key */
    const char *instance_action;       /* NULL: "none" */
    const char *instance_life_cycle;   /* NULL: "on-demand" */
    const char *partition, *domain;    /* NULL: "aws", "amazonaws.com" */
    unsigned ami_launch_index;
    int64_t pending_time_ms; /* since the epoch: when it was launched or last started */
    struct imds_text_list security_groups;
    const struct imds_interface *interfaces;
    size_t interface_count;
    const struct imds_device *devices;
    size_t device_count;
    const struct imds_tag *tags;
    size_t tag_count;
    const struct imds_connect_key *connect_keys; /* those of one user side by side */
    size_t connect_key_count;
    const void *user_data; /* decoded; NULL: none */
    size_t user_data_length;
    const char *profile_arn, *profile_id; /* NULL: no instance profile, then no iam/ */
    const char *role_name;                /* NULL: the profile has no role */

    bool endpoint_enabled, tokens_required, tags_enabled; /* the metadata options */
    unsigned hop_limit;                                   /* 1 to 64 */
};

struct imds_credentials {
    const char *access_key_id, *secret_access_key, *session_token;
    int64_t updated_ms, expires_ms;
};

/* Both callbacks put what they return into the arena, which lives as long as the request. */
struct imds_source {
    /* 0; -ENOENT when that ENI belongs to no instance (any more); others answer 500. */
    int (*lookup)(void *user, const struct door *door, struct arena *a, struct imds_instance *ret_instance);
    /* Of instance->role_name.  0; -ENOENT when it cannot be assumed. */
    int (*credentials)(void *user, const struct imds_instance *instance, struct arena *a,
                       struct imds_credentials *ret_credentials);
    /* Of the role that every instance is by itself (identity-credentials). */
    int (*identity)(void *user, const struct imds_instance *instance, struct arena *a,
                    struct imds_credentials *ret_credentials);
    void *user;
};

struct imds {
    struct imds_source source;
    struct imds_signer *signer;
    uint8_t secret[IMDS_SECRET_BYTES]; /* random, kept by the caller over restarts */
};

void imds_handle(const struct imds *imds, struct http_request *rq, const struct door *door);

/* ---- pure parts, for tests ---- */

enum imds_kind {
    IMDS_ABSENT,
    IMDS_ITEM,
    IMDS_DIRECTORY,
    IMDS_REDIRECT,
    IMDS_CREDENTIALS,
    IMDS_IDENTITY_CREDENTIALS,
    IMDS_SIGNED,      /* data is the document */
    IMDS_SIGNED_PKCS7 /* the same */
};

struct imds_answer {
    enum imds_kind kind;
    const char *data; /* IMDS_ITEM, IMDS_DIRECTORY; not always text */
    size_t length;
    bool binary; /* user data */
};

/* What the path ("/latest/meta-data/mac") names.  IMDS_CREDENTIALS: those of the instance's role. */
struct imds_answer imds_find(const struct imds_instance *i, const char *path, struct arena *a);

enum { IMDS_TOKEN_BYTES = 60 };
/* Writes a NUL-terminated token that is good for ttl_s seconds from now_s. */
void imds_token_make(const struct imds *imds, const char *instance_id, int64_t now_s, int64_t ttl_s,
                     char out[IMDS_TOKEN_BYTES]);
/* The seconds that it is still good for, 0 if it is no good. */
int64_t imds_token_left(const struct imds *imds, const char *instance_id, int64_t now_s, const char *token);

#endif
