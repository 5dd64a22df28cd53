/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ssm/ssm.h"

static const struct api_entry entries[] = {
    API_ENTRY(GetParameter, ssm_get_parameter, API_READ),
    API_ENTRY(GetParameters, ssm_get_parameters, API_READ),
};

const struct api_service ssm_service = {"ssm", entries, sizeof(entries) / sizeof(entries[0])};
