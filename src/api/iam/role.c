/* SPDX-License-Identifier: Apache-2.0 */
/* role: roles and their trust policies. */
#include <stdlib.h>
#include <string.h>

#include "api/iam/iam.h"
#include "api/iam/managed.h"
#include "base/text.h"

enum { TRUST_MAX = 2048 };

static int check_trust(struct api_request *rq, const char *document) {
    int err = iam_check_document(rq, POLICY_GRAMMAR_TRUST, document);

    if (err == 0 && policy_quota_length(document, strlen(document)) > TRUST_MAX)
        return api_refuse(rq, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: %d", TRUST_MAX);
    return err;
}

int iam_create_role(struct api_request *rq, const struct iam_create_role_request *in,
                    struct iam_create_role_response *out) {
    struct iam_role_row row = {
        .key = iam_key(rq->arena, rq->caller.account, in->role_name),
        .id = iam_new_id(rq, "AROA"),
        .account = rq->caller.account,
        .name = in->role_name,
        .path = in->path != NULL ? in->path : "/",
        .trust = in->assume_role_policy_document,
        .description = in->description,
        .max_session_s = in->max_session_duration.v,
        .boundary_arn = in->permissions_boundary,
        .created_ms = rq->now_ms,
    };
    int err;

    if ((err = iam_check_name(rq, "roleName", in->role_name)) < 0 ||
        (err = iam_check_path(rq, "path", in->path)) < 0 ||
        (err = check_trust(rq, in->assume_role_policy_document)) < 0)
        return err;
    if (iam_role_find(rq->tx, row.key) != NULL)
        return api_refuse(rq, "EntityAlreadyExists", "Role with name %s already exists.", in->role_name);
    if (in->permissions_boundary != NULL && managed_find(in->permissions_boundary) == NULL)
        return api_refuse(rq, "NoSuchEntity", "Scope ARN: %s does not exist or is not attachable.",
                          in->permissions_boundary);
    iam_role_put(rq->tx, &row);
    err = iam_tag_new(rq, row.id, in->tags.items, in->tags.count);
    if (err < 0)
        return err;
    out->role = arena_new(rq->arena, struct iam_role);
    iam_view_role(rq, &row, IAM_WHOLE, out->role);
    out->role->role_last_used = NULL;
    return 0;
}

int iam_get_role(struct api_request *rq, const struct iam_get_role_request *in,
                 struct iam_get_role_response *out) {
    const struct iam_role_row *row = iam_role_get(rq, in->role_name);

    if (row == NULL)
        return API_REFUSED;
    out->role = arena_new(rq->arena, struct iam_role);
    iam_view_role(rq, row, IAM_WHOLE, out->role);
    return 0;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct iam_role *)a)->role_name, ((const struct iam_role *)b)->role_name);
}

int iam_list_roles(struct api_request *rq, const struct iam_list_roles_request *in,
                   struct iam_list_roles_response *out) {
    struct iam_role_rows rows = iam_role_list_by(rq->tx, COL(iam_role, account), rq->caller.account);

    for (size_t i = 0; i < rows.count; i++)
        if (in->path_prefix == NULL || text_starts(rows.items[i].path, in->path_prefix))
            iam_view_role(rq, &rows.items[i], IAM_IN_LIST, vec_push(rq->arena, &out->roles));
    if (out->roles.count > 0)
        qsort(out->roles.items, out->roles.count, sizeof(*out->roles.items), by_name);
    return IAM_PAGE(rq, in, &out->roles, out);
}

int iam_delete_role(struct api_request *rq, const struct iam_delete_role_request *in, void *out) {
    const struct iam_role_row *row = iam_role_get(rq, in->role_name);

    (void)out;
    if (row == NULL)
        return API_REFUSED;
    if (iam_profile_list_by(rq->tx, COL(iam_profile, role_id), row->id).count > 0)
        return api_refuse(rq, "DeleteConflict",
                          "Cannot delete entity, must remove roles from instance profile first.");
    if (iam_attachment_list_by(rq->tx, COL(iam_attachment, role_id), row->id).count > 0)
        return api_refuse(rq, "DeleteConflict", "Cannot delete entity, must detach all policies first.");
    if (iam_role_policy_list_by(rq->tx, COL(iam_role_policy, role_id), row->id).count > 0)
        return api_refuse(rq, "DeleteConflict", "Cannot delete entity, must delete policies first.");
    iam_tag_delete_by(rq->tx, COL(iam_tag, owner_id), row->id);
    iam_role_delete(rq->tx, row->key);
    return 0;
}

int iam_update_assume_role_policy(struct api_request *rq,
                                  const struct iam_update_assume_role_policy_request *in, void *out) {
    const struct iam_role_row *found = iam_role_get(rq, in->role_name);
    struct iam_role_row row;
    int err;

    (void)out;
    if (found == NULL)
        return API_REFUSED;
    err = check_trust(rq, in->policy_document);
    if (err < 0)
        return err;
    row = *found;
    row.trust = in->policy_document;
    iam_role_put(rq->tx, &row);
    return 0;
}
