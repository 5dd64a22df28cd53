/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ssm: Systems Manager's handlers, one an action; ssm_service (service.c) is their table.
 */
#ifndef VPCBOX_API_SSM_SSM_H
#define VPCBOX_API_SSM_SSM_H

#include "api/api.h"
#include "model/gen/ssm.h"

extern const struct api_service ssm_service;

/* parameter.c: the public parameters under /aws/service, which name images */
int ssm_get_parameter(struct api_request *rq, const struct ssm_get_parameter_request *in,
                      struct ssm_get_parameter_result *out);
int ssm_get_parameters(struct api_request *rq, const struct ssm_get_parameters_request *in,
                       struct ssm_get_parameters_result *out);

#endif
