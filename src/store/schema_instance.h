/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_instance: tables for instances, their volumes, and Elastic IPs.  schema.h says how to add one.
 *
 * Resources with an id of their own start with id, account, region (struct network_owned).  What an
 * instance has on the network is in the rows eni and eni_address: an Elastic IP's association too.
 */
#ifndef VPCBOX_STORE_SCHEMA_INSTANCE_H
#define VPCBOX_STORE_SCHEMA_INSTANCE_H

#define INSTANCE_COLUMNS(C, I)                                                                               \
    C(TEXT, id)                                                                                              \
    I(TEXT, account)                                                                                         \
    C(TEXT, region)                                                                                          \
    I(TEXT, reservation_id)                                                                                  \
    C(INT, launch_index)                                                                                     \
    C(TEXT, vpc_id)                                                                                          \
    C(TEXT, subnet_id)                                                                                       \
    C(TEXT, zone)                                                                                            \
    I(TEXT, state) /* pending, running, stopping, stopped, shutting-down, terminated */                      \
    C(INT, up)     /* its interfaces carry packets: from the moment it is to start until it has ended */     \
    C(TEXT, reason_code) /* of the last state: Client.UserInitiatedShutdown, … */                          \
    C(TEXT, reason_message)                                                                                  \
    C(TEXT, transition) /* "User initiated (2026-01-02 03:04:05 GMT)" */                                     \
    C(TEXT, image_id)                                                                                        \
    C(TEXT, type)                                                                                            \
    C(TEXT, key_name)                                                                                        \
    C(TEXT, public_key) /* what the key pair of that name held at launch */                                  \
    C(TEXT, client_token)                                                                                    \
    C(INT, launched_ms) /* of the last start */                                                              \
    C(INT, created_ms)                                                                                       \
    C(INT, ended_ms)      /* terminated: when */                                                             \
    C(INT, booted)        /* it has run before: user data is not run again */                                \
    C(INT, public_launch) /* launched with an automatic public address: gets one at each start */            \
    I(TEXT, profile_id)   /* AIPA…, or NULL */                                                             \
    C(TEXT, profile_arn)                                                                                     \
    C(TEXT, profile_association_id)                                                                          \
    C(BLOB, user_data)                                                                                       \
    C(INT, monitoring)                                                                                       \
    C(INT, ebs_optimized)                                                                                    \
    C(INT, no_api_termination)                                                                               \
    C(INT, no_api_stop)                                                                                      \
    C(INT, shutdown_terminates) /* InstanceInitiatedShutdownBehavior */                                      \
    C(TEXT, http_tokens)        /* optional, required */                                                     \
    C(INT, http_hop_limit)                                                                                   \
    C(INT, http_disabled)                                                                                    \
    C(INT, http_tags) /* InstanceMetadataTags */                                                             \
    C(TEXT, hostname_type)                                                                                   \
    C(INT, resource_name_a)                                                                                  \
    C(TEXT, auto_recovery) /* default, disabled */                                                           \
    C(TEXT, cpu_credits)   /* standard, unlimited; NULL: the type has none */                                \
    C(INT, cores)                                                                                            \
    C(INT, threads_per_core)

#define VOLUME_COLUMNS(C, I)                                                                                 \
    C(TEXT, id)                                                                                              \
    I(TEXT, account)                                                                                         \
    C(TEXT, region)                                                                                          \
    I(TEXT, instance_id)                                                                                     \
    C(TEXT, device)                                                                                          \
    C(INT, size_gib)                                                                                         \
    C(TEXT, type)                                                                                            \
    C(INT, iops)       /* 0: the type's own */                                                               \
    C(INT, throughput) /* likewise */                                                                        \
    C(INT, encrypted)                                                                                        \
    C(INT, attach_ms)

#define ELASTIC_IP_COLUMNS(C, I)                                                                             \
    C(TEXT, id) /* eipalloc-…; eni_address.allocation_id where it is in use */                             \
    I(TEXT, account)                                                                                         \
    C(TEXT, region)                                                                                          \
    I(TEXT, public_ip)                                                                                       \
    C(TEXT, last_association_id) /* the last that was taken off: doing so again is no mistake */             \
    C(INT, created_ms)

#define KEY_PAIR_COLUMNS(C, I)                                                                               \
    C(TEXT, id) /* key-… */                                                                                \
    I(TEXT, account)                                                                                         \
    C(TEXT, region)                                                                                          \
    C(TEXT, name)                                                                                            \
    C(TEXT, type)       /* rsa, ed25519 */                                                                   \
    C(TEXT, public_key) /* "ssh-rsa AAAA…", without a comment */                                           \
    C(TEXT, fingerprint)                                                                                     \
    C(INT, created_ms)

/* EC2 Instance Connect's keys, which live for a minute. */
#define CONNECT_KEY_COLUMNS(C, I)                                                                            \
    C(TEXT, key) /* instance|user|public key */                                                              \
    I(TEXT, instance_id)                                                                                     \
    C(TEXT, os_user)                                                                                         \
    C(TEXT, public_key)                                                                                      \
    C(INT, until_ms)

#define STORE_INSTANCE_TABLES(T)                                                                             \
    T(instance, INSTANCE_COLUMNS)                                                                            \
    T(volume, VOLUME_COLUMNS)                                                                                \
    T(elastic_ip, ELASTIC_IP_COLUMNS)                                                                        \
    T(key_pair, KEY_PAIR_COLUMNS)                                                                            \
    T(connect_key, CONNECT_KEY_COLUMNS)

#endif
