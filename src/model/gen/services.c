/* SPDX-License-Identifier: Apache-2.0 */
/* Made by tools/model-gen: do not edit. */
#include "model/gen/ec2.h"
#include "model/gen/ec2-instance-connect.h"
#include "model/gen/ec2messages.h"
#include "model/gen/iam.h"
#include "model/gen/s3.h"
#include "model/gen/ssm.h"
#include "model/gen/ssmmessages.h"
#include "model/gen/sts.h"

const struct model_service *const model_services[] = {
    &model_ec2,
    &model_ec2_instance_connect,
    &model_ec2messages,
    &model_iam,
    &model_s3,
    &model_ssm,
    &model_ssmmessages,
    &model_sts,
    NULL,
};
