/* SPDX-License-Identifier: Apache-2.0 */
/* service: the table of iam's actions, and on which resource each asks for permission. */
#include "api/iam/iam.h"
#include "api/iam/managed.h"

static void one_arn(struct api_request *rq, const char *arn, const char *const **ret_arns,
                    size_t *ret_count) {
    const char **arns = arena_array(rq->arena, const char *, 1);

    arns[0] = arn;
    *ret_arns = arns;
    *ret_count = 1;
}

/* Of a role that is not there (yet): under the path given, or none. */
static const char *role_arn(struct api_request *rq, const char *name, const char *path) {
    const struct iam_role_row *row = iam_role_find(rq->tx, iam_key(rq->arena, rq->caller.account, name));

    if (row != NULL)
        return iam_arn(rq->arena, row->account, "role", row->path, row->name);
    return iam_arn(rq->arena, rq->caller.account, "role", path != NULL ? path : "/", name);
}

static const char *profile_arn(struct api_request *rq, const char *name, const char *path) {
    const struct iam_profile_row *row =
        iam_profile_find(rq->tx, iam_key(rq->arena, rq->caller.account, name));

    if (row != NULL)
        return iam_arn(rq->arena, row->account, "instance-profile", row->path, row->name);
    return iam_arn(rq->arena, rq->caller.account, "instance-profile", path != NULL ? path : "/", name);
}

#define ON_RESOURCE(action, expression)                                                                      \
    static void on_##action(struct api_request *rq, const void *input, const char *const **ret_arns,         \
                            size_t *ret_count) {                                                             \
        const struct iam_##action##_request *in = input;                                                     \
                                                                                                             \
        one_arn(rq, (expression), ret_arns, ret_count);                                                      \
    }

ON_RESOURCE(create_role, role_arn(rq, in->role_name, in->path))
ON_RESOURCE(get_role, role_arn(rq, in->role_name, NULL))
ON_RESOURCE(delete_role, role_arn(rq, in->role_name, NULL))
ON_RESOURCE(update_assume_role_policy, role_arn(rq, in->role_name, NULL))
ON_RESOURCE(put_role_policy, role_arn(rq, in->role_name, NULL))
ON_RESOURCE(get_role_policy, role_arn(rq, in->role_name, NULL))
ON_RESOURCE(list_role_policies, role_arn(rq, in->role_name, NULL))
ON_RESOURCE(delete_role_policy, role_arn(rq, in->role_name, NULL))
ON_RESOURCE(attach_role_policy, role_arn(rq, in->role_name, NULL))
ON_RESOURCE(detach_role_policy, role_arn(rq, in->role_name, NULL))
ON_RESOURCE(list_attached_role_policies, role_arn(rq, in->role_name, NULL))
ON_RESOURCE(list_instance_profiles_for_role, role_arn(rq, in->role_name, NULL))
ON_RESOURCE(create_instance_profile, profile_arn(rq, in->instance_profile_name, in->path))
ON_RESOURCE(get_instance_profile, profile_arn(rq, in->instance_profile_name, NULL))
ON_RESOURCE(delete_instance_profile, profile_arn(rq, in->instance_profile_name, NULL))
ON_RESOURCE(add_role_to_instance_profile, profile_arn(rq, in->instance_profile_name, NULL))
ON_RESOURCE(remove_role_from_instance_profile, profile_arn(rq, in->instance_profile_name, NULL))
ON_RESOURCE(get_policy, in->policy_arn)
ON_RESOURCE(get_policy_version, in->policy_arn)

#define ENTRY(op, action, flags_)                                                                            \
    {                                                                                                        \
        .operation = #op, .handler = (api_handler)(void (*)(void))iam_##action, .flags = (flags_),           \
        .resources = on_##action                                                                             \
    }

static const struct api_entry entries[] = {
    ENTRY(AddRoleToInstanceProfile, add_role_to_instance_profile, API_WRITE),
    ENTRY(AttachRolePolicy, attach_role_policy, API_WRITE),
    ENTRY(CreateInstanceProfile, create_instance_profile, API_WRITE),
    ENTRY(CreateRole, create_role, API_WRITE),
    ENTRY(DeleteInstanceProfile, delete_instance_profile, API_WRITE),
    ENTRY(DeleteRole, delete_role, API_WRITE),
    ENTRY(DeleteRolePolicy, delete_role_policy, API_WRITE),
    ENTRY(DetachRolePolicy, detach_role_policy, API_WRITE),
    ENTRY(GetInstanceProfile, get_instance_profile, API_READ),
    ENTRY(GetPolicy, get_policy, API_READ),
    ENTRY(GetPolicyVersion, get_policy_version, API_READ),
    ENTRY(GetRole, get_role, API_READ),
    ENTRY(GetRolePolicy, get_role_policy, API_READ),
    ENTRY(ListAttachedRolePolicies, list_attached_role_policies, API_READ),
    API_ENTRY(ListInstanceProfiles, iam_list_instance_profiles, API_READ),
    ENTRY(ListInstanceProfilesForRole, list_instance_profiles_for_role, API_READ),
    API_ENTRY(ListPolicies, iam_list_policies, API_READ),
    ENTRY(ListRolePolicies, list_role_policies, API_READ),
    API_ENTRY(ListRoles, iam_list_roles, API_READ),
    ENTRY(PutRolePolicy, put_role_policy, API_WRITE),
    ENTRY(RemoveRoleFromInstanceProfile, remove_role_from_instance_profile, API_WRITE),
    ENTRY(UpdateAssumeRolePolicy, update_assume_role_policy, API_WRITE),
};

const struct api_service iam_service = {
    .id = "iam", .entries = entries, .entry_count = sizeof(entries) / sizeof(entries[0])};
