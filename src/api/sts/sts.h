/* SPDX-License-Identifier: Apache-2.0 */
/* sts: the service that says who one is and lets one become a role. */
#ifndef VPCBOX_API_STS_STS_H
#define VPCBOX_API_STS_STS_H

#include "api/api.h"
#include "model/gen/sts.h"

extern const struct api_service sts_service;

int sts_assume_role(struct api_request *rq, const struct sts_assume_role_request *in,
                    struct sts_assume_role_response *out);
int sts_get_access_key_info(struct api_request *rq, const struct sts_get_access_key_info_request *in,
                            struct sts_get_access_key_info_response *out);
int sts_get_caller_identity(struct api_request *rq, const struct sts_get_caller_identity_request *in,
                            struct sts_get_caller_identity_response *out);

#endif
