/* SPDX-License-Identifier: Apache-2.0 */
/*
 * instance_parts: what the files of the instance half of ec2 share among themselves.
 */
#ifndef VPCBOX_API_EC2_INSTANCE_PARTS_H
#define VPCBOX_API_EC2_INSTANCE_PARTS_H

#include "api/ec2/catalog.h"
#include "api/ec2/instance.h"

enum {
    INSTANCE_USER_DATA_MAX_BYTES = 16384,
    INSTANCE_TERMINATED_SHOWN_MS = 60 * 60 * 1000,
    INSTANCE_HOP_LIMIT_MAX = 64,
};

/* For ec2_query_begin: what is described are no rows, only filters and pages are wanted. */
#define EC2_NO_ROWS EC2_IMAGE

/* ---- views ---- */

void ec2_eni_view(struct api_request *rq, const struct eni_row *eni, struct ec2_network_interface *view);
struct ec2_instance_state *instance_state_view(struct arena *a, const char *state);
void instance_view(struct api_request *rq, const struct instance_row *i, struct ec2_instance *view);
struct ec2_instance_metadata_options_response *instance_metadata_view(struct arena *a,
                                                                      const struct instance_row *i);
/* Terminated so long ago that it is not shown any more. */
bool instance_gone(const struct instance_row *i, int64_t now_ms);

/* The private addresses that a request names, the primary first; *ret_count 0: it leaves the choice to us. */
int ec2_addresses_wanted(struct api_request *rq, const char *single,
                         const struct ec2_private_ip_address_specification *list, size_t count,
                         const char ***ret_ips, size_t *ret_count);

/* SecondaryPrivateIpAddressCount: how many are picked besides. */
int ec2_secondary_wanted(struct api_request *rq, struct opt_int wanted, size_t *ret_count);

/* A user's interface; refused when it is unknown or AWS's own (requester-managed).  (eni_api.c) */
const struct eni_row *eni_users_own(struct api_request *rq, const char *id);

/* What the backend is told of an interface; false: it has no address.  (instance_job.c) */
bool instance_eni(struct api_request *rq, const struct eni_row *eni, struct api_instance_eni *ret_eni);
/* Jobs for what is being attached or detached, where there are none.  (eni_attach.c) */
void eni_attachments_resume(struct api_request *rq, const char *instance_id);

/* ---- public addresses (address_pool.c) ---- */

/* An address of the pool that nobody has; NULL when none is left (nothing is refused yet). */
const char *address_take(struct api_request *rq);
/* Gives the automatic public address that the instance is entitled to and lacks: launched with one, a single
 * interface, no Elastic IP.  Refuses when the pool is empty. */
int instance_lend_address(struct api_request *rq, const struct instance_row *i);
/* Takes the automatic public addresses of the instance back. */
void instance_return_addresses(struct api_request *rq, const struct instance_row *i);

/* ---- states (instance_job.c) ---- */

#define INSTANCE_STOP_FORCE "force" /* argument of instance.stop */

void instance_reason(struct instance_row *row, const char *code, const char *message);
/* Of all VPCs that it has interfaces in. */
void instance_network_changed(struct api_request *rq, const char *id);

/* ---- attributes (instance_attribute.c) ---- */

/* Checks and applies what is set; ipv6 and the like are refused. */
int instance_set_metadata(struct api_request *rq, struct instance_row *i, const char *http_tokens,
                          struct opt_int hop_limit, const char *http_endpoint, const char *http_ipv6,
                          const char *tags);
/* Checks a size and keeps the decoded bytes. */
int instance_set_user_data(struct api_request *rq, struct instance_row *i, const void *data, size_t length);
/* Types that exist, are of the image's architecture, and take that many interfaces.  NULL: refused. */
const struct catalog_type *instance_check_type(struct api_request *rq, const char *name,
                                               const struct catalog_image *image);
/* What a launch asks of its root volume, over the image's own that v has.  (volume.c) */
int volume_choose(struct api_request *rq, const struct catalog_image *image,
                  const struct ec2_ebs_block_device *ebs, struct volume_row *v);
/* The public key of the caller's pair of that name, with the name as comment; else NotFound.  (key_pair.c) */
int key_pair_choose(struct api_request *rq, const char *name, const char **ret_public_key);
/* Malformed or NotFound. */
int instance_refuse_image(struct api_request *rq, const char *id);
int instance_refuse_unsupported(struct api_request *rq, const char *parameter);

#endif
