/* SPDX-License-Identifier: Apache-2.0 */
#include "api/sts/sts.h"

static const struct api_entry entries[] = {
    API_ENTRY(AssumeRole, sts_assume_role, API_READ | API_OPEN),
    API_ENTRY(GetAccessKeyInfo, sts_get_access_key_info, API_READ),
    API_ENTRY(GetCallerIdentity, sts_get_caller_identity, API_READ | API_OPEN),
};

const struct api_service sts_service = {
    .id = "sts", .entries = entries, .entry_count = sizeof(entries) / sizeof(entries[0])};
