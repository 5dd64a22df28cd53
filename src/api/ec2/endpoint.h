/* SPDX-License-Identifier: Apache-2.0 */
/* endpoint: names and texts of VPC endpoints and of the services that they lead to. */
#ifndef VPCBOX_API_EC2_ENDPOINT_H
#define VPCBOX_API_EC2_ENDPOINT_H

#include "api/ec2/net.h"

/* "com.amazonaws.<region>.ssm" ↔ the service; NULL: none of that name in the request's region. */
const struct awsnet_service *endpoint_service_find(struct api_request *rq, const char *service_name);
const char *endpoint_service_name(struct api_request *rq, const char *service);
const char *endpoint_service_id(struct api_request *rq, const struct awsnet_service *service, bool gateway);
/* The service's part of the names under vpce.amazonaws.com. */
const char *endpoint_dns_service(struct api_request *rq, const struct awsnet_service *service);

#endif
