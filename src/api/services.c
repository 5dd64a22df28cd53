/* SPDX-License-Identifier: Apache-2.0 */
/* services: the services that vpcbox has. */
#include <string.h>

#include "api/api.h"
#include "api/ec2-instance-connect/service.h"
#include "api/ec2/ec2.h"
#include "api/iam/iam.h"
#include "api/s3/s3.h"
#include "api/ssm/ssm.h"
#include "api/sts/sts.h"

const struct api_service *const api_services[] = {
    &api_ec2,     &ec2_instance_connect_service, &ec2messages_service, &iam_service, &s3_service,
    &ssm_service, &ssmmessages_service,          &sts_service,         NULL,
};

static bool has_entry(const char *service, const char *operation) {
    for (size_t i = 0; api_services[i] != NULL; i++)
        for (size_t j = 0; strcmp(api_services[i]->id, service) == 0 && j < api_services[i]->entry_count; j++)
            if (strcmp(api_services[i]->entries[j].operation, operation) == 0)
                return true;
    return false;
}

void api_coverage(struct arena *a, const struct api_coverage **ret_items, size_t *ret_count) {
    VEC(struct api_coverage) all = {0};

    for (size_t i = 0; model_services[i] != NULL; i++) {
        const struct model_service *s = model_services[i];

        for (size_t j = 0; j < s->operation_count; j++)
            *vec_push(a, &all) =
                (struct api_coverage){s->id, s->operations[j].name, has_entry(s->id, s->operations[j].name)};
        for (size_t j = 0; s->lacking[j] != NULL; j++)
            *vec_push(a, &all) = (struct api_coverage){s->id, s->lacking[j], false};
    }
    *ret_items = all.items;
    *ret_count = all.count;
}
