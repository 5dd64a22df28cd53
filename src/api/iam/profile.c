/* SPDX-License-Identifier: Apache-2.0 */
/* profile: instance profiles, each with at most one role. */
#include <stdlib.h>
#include <string.h>

#include "api/iam/iam.h"
#include "api/iam/identity.h"
#include "base/text.h"

int iam_create_instance_profile(struct api_request *rq, const struct iam_create_instance_profile_request *in,
                                struct iam_create_instance_profile_response *out) {
    struct iam_profile_row row = {
        .key = iam_key(rq->arena, rq->caller.account, in->instance_profile_name),
        .id = iam_new_id(rq, "AIPA"),
        .account = rq->caller.account,
        .name = in->instance_profile_name,
        .path = in->path != NULL ? in->path : "/",
        .created_ms = rq->now_ms,
    };
    int err;

    if ((err = iam_check_name(rq, "instanceProfileName", in->instance_profile_name)) < 0 ||
        (err = iam_check_path(rq, "path", in->path)) < 0)
        return err;
    if (iam_profile_find(rq->tx, row.key) != NULL)
        return api_refuse(rq, "EntityAlreadyExists", "Instance Profile %s already exists.",
                          in->instance_profile_name);
    iam_profile_put(rq->tx, &row);
    err = iam_tag_new(rq, row.id, in->tags.items, in->tags.count);
    if (err < 0)
        return err;
    out->instance_profile = arena_new(rq->arena, struct iam_instance_profile);
    iam_view_profile(rq, &row, IAM_WHOLE, out->instance_profile);
    return 0;
}

int iam_get_instance_profile(struct api_request *rq, const struct iam_get_instance_profile_request *in,
                             struct iam_get_instance_profile_response *out) {
    const struct iam_profile_row *row = iam_profile_get(rq, in->instance_profile_name);

    if (row == NULL)
        return API_REFUSED;
    out->instance_profile = arena_new(rq->arena, struct iam_instance_profile);
    iam_view_profile(rq, row, IAM_WHOLE, out->instance_profile);
    return 0;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct iam_instance_profile *)a)->instance_profile_name,
                  ((const struct iam_instance_profile *)b)->instance_profile_name);
}

int iam_list_instance_profiles(struct api_request *rq, const struct iam_list_instance_profiles_request *in,
                               struct iam_list_instance_profiles_response *out) {
    struct iam_profile_rows rows = iam_profile_list_by(rq->tx, COL(iam_profile, account), rq->caller.account);

    for (size_t i = 0; i < rows.count; i++)
        if (in->path_prefix == NULL || text_starts(rows.items[i].path, in->path_prefix))
            iam_view_profile(rq, &rows.items[i], IAM_IN_LIST, vec_push(rq->arena, &out->instance_profiles));
    if (out->instance_profiles.count > 0)
        qsort(out->instance_profiles.items, out->instance_profiles.count,
              sizeof(*out->instance_profiles.items), by_name);
    return IAM_PAGE(rq, in, &out->instance_profiles, out);
}

int iam_list_instance_profiles_for_role(struct api_request *rq,
                                        const struct iam_list_instance_profiles_for_role_request *in,
                                        struct iam_list_instance_profiles_for_role_response *out) {
    const struct iam_role_row *role = iam_role_get(rq, in->role_name);
    struct iam_profile_rows rows;

    if (role == NULL)
        return API_REFUSED;
    rows = iam_profile_list_by(rq->tx, COL(iam_profile, role_id), role->id);
    for (size_t i = 0; i < rows.count; i++)
        iam_view_profile(rq, &rows.items[i], IAM_IN_LIST, vec_push(rq->arena, &out->instance_profiles));
    return IAM_PAGE(rq, in, &out->instance_profiles, out);
}

int iam_delete_instance_profile(struct api_request *rq, const struct iam_delete_instance_profile_request *in,
                                void *out) {
    const struct iam_profile_row *row = iam_profile_get(rq, in->instance_profile_name);

    (void)out;
    if (row == NULL)
        return API_REFUSED;
    if (row->role_id != NULL)
        return api_refuse(rq, "DeleteConflict",
                          "Cannot delete entity, must remove roles from instance profile first.");
    iam_tag_delete_by(rq->tx, COL(iam_tag, owner_id), row->id);
    iam_profile_delete(rq->tx, row->key);
    return 0;
}

/* Who puts a role into a profile hands it to EC2. */
static int check_pass_role(struct api_request *rq, const struct iam_role_row *role) {
    struct policy_context context = {0};
    struct identity_question question = {
        .action = "iam:PassRole",
        .resource = iam_arn(rq->arena, role->account, "role", role->path, role->name),
        .resource_account = role->account,
        .context = &context,
    };
    struct identity_answer answer;

    policy_context_add(rq->arena, &context, "iam:PassedToService", "ec2.amazonaws.com");
    if (identity_authorize(rq, &question, &answer))
        return 0;
    return api_refuse(rq, "AccessDenied", "%s", answer.message);
}

int iam_add_role_to_instance_profile(struct api_request *rq,
                                     const struct iam_add_role_to_instance_profile_request *in, void *out) {
    const struct iam_profile_row *profile = iam_profile_get(rq, in->instance_profile_name);
    const struct iam_role_row *role = profile != NULL ? iam_role_get(rq, in->role_name) : NULL;
    struct iam_profile_row changed;
    int err;

    (void)out;
    if (role == NULL)
        return API_REFUSED;
    err = check_pass_role(rq, role);
    if (err < 0)
        return err;
    if (profile->role_id != NULL)
        return api_refuse(rq, "LimitExceeded",
                          "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
    changed = *profile;
    changed.role_id = role->id;
    iam_profile_put(rq->tx, &changed);
    return 0;
}

int iam_remove_role_from_instance_profile(struct api_request *rq,
                                          const struct iam_remove_role_from_instance_profile_request *in,
                                          void *out) {
    const struct iam_profile_row *profile = iam_profile_get(rq, in->instance_profile_name);
    const struct iam_role_row *role = profile != NULL ? iam_role_get(rq, in->role_name) : NULL;
    struct iam_profile_row changed;

    (void)out;
    if (role == NULL)
        return API_REFUSED;
    if (!text_is(profile->role_id, role->id))
        return api_refuse(rq, "NoSuchEntity", "The role with name %s cannot be found.", in->role_name);
    changed = *profile;
    changed.role_id = NULL;
    iam_profile_put(rq->tx, &changed);
    return 0;
}
