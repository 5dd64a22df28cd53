/* SPDX-License-Identifier: Apache-2.0 */
/* Security groups by id and by name. */
#include "api/ec2/group.h"

#include <string.h>

#include "base/text.h"

/* AWS tells names apart without regard to case. */
const char *group_name_key(struct api_request *rq, const char *vpc_id, const char *name) {
    char *key = arena_printf(rq->arena, "%s|%s", vpc_id, name);
    for (char *c = key + strlen(vpc_id); *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c += 'a' - 'A';
    return key;
}

const struct security_group_row *ec2_group_by_name(struct api_request *rq, const char *vpc_id,
                                                   const char *name) {
    struct security_group_rows found = {NULL, 0};
    if (name)
        found =
            security_group_list_by(rq->tx, COL(security_group, name_key), group_name_key(rq, vpc_id, name));
    return found.count ? &found.items[0] : NULL;
}

const struct security_group_row *group_get(struct api_request *rq, const char *id, const char *name) {
    if (id)
        return ec2_get(rq, EC2_SECURITY_GROUP, id);
    if (!name) {
        api_refuse(rq, "MissingParameter", "The request must contain the parameter groupName or groupId");
        return NULL;
    }
    const struct vpc_row *vpc = ec2_default_vpc(rq);
    const struct security_group_row *group = vpc ? ec2_group_by_name(rq, vpc->id, name) : NULL;
    if (!group)
        api_refuse(rq, "InvalidGroup.NotFound", "The security group '%s' does not exist in default VPC '%s'",
                   name, vpc ? vpc->id : "none");
    return group;
}

int ec2_groups_check(struct api_request *rq, const char *vpc_id, const char *what, const char *const *ids,
                     size_t count) {
    enum { GROUPS_MAX = 5 };
    if (count > GROUPS_MAX)
        return api_refuse(rq, "SecurityGroupsPerInterfaceLimitExceeded",
                          "The maximum number of security groups per interface has been reached.");
    for (size_t i = 0; i < count; i++) {
        const struct security_group_row *group = ec2_get(rq, EC2_SECURITY_GROUP, ids[i]);
        if (!group)
            return API_REFUSED;
        if (!text_is(group->vpc_id, vpc_id))
            return api_refuse(rq, "InvalidParameter",
                              "Security group %s and %s belong to different networks.", ids[i], what);
    }
    return 0;
}
