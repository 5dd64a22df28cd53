/* SPDX-License-Identifier: Apache-2.0 */
/* managed_policy: what the API shows of AWS's managed policies. */
#include <string.h>

#include "api/iam/iam.h"
#include "api/iam/managed.h"
#include "base/text.h"

/* How often a policy is used in the caller's account. */
struct usage {
    int64_t attached, boundaries;
};

static struct usage usage_of(struct api_request *rq, const char *arn, const struct iam_role_rows *roles) {
    struct iam_attachment_rows rows = iam_attachment_list_by(rq->tx, COL(iam_attachment, policy_arn), arn);
    struct usage u = {0};

    for (size_t i = 0; i < rows.count; i++)
        u.attached += text_is(rows.items[i].account, rq->caller.account);
    for (size_t i = 0; i < roles->count; i++)
        u.boundaries += text_is(roles->items[i].boundary_arn, arn);
    return u;
}

static void view_policy(const struct managed_policy *m, struct usage usage, struct iam_policy *ret_view) {
    *ret_view = (struct iam_policy){
        .policy_name = m->name,
        .policy_id = m->id,
        .arn = m->arn,
        .path = m->path,
        .default_version_id = m->version,
        .attachment_count = SOME_INT(usage.attached),
        .permissions_boundary_usage_count = SOME_INT(usage.boundaries),
        .is_attachable = SOME_BOOL(true),
        .create_date = SOME_TIME(m->created_ms),
        .update_date = SOME_TIME(m->updated_ms),
    };
}

int iam_get_policy(struct api_request *rq, const struct iam_get_policy_request *in,
                   struct iam_get_policy_response *out) {
    const struct managed_policy *m = managed_find(in->policy_arn);
    struct iam_role_rows roles;

    if (m == NULL)
        return api_refuse(rq, "NoSuchEntity", "Policy %s was not found.", in->policy_arn);
    roles = iam_role_list_by(rq->tx, COL(iam_role, account), rq->caller.account);
    out->policy = arena_new(rq->arena, struct iam_policy);
    view_policy(m, usage_of(rq, m->arn, &roles), out->policy);
    out->policy->description = m->description; /* ListPolicies leaves it out */
    return 0;
}

int iam_get_policy_version(struct api_request *rq, const struct iam_get_policy_version_request *in,
                           struct iam_get_policy_version_response *out) {
    const struct managed_policy *m = managed_find(in->policy_arn);

    if (m == NULL)
        return api_refuse(rq, "NoSuchEntity", "Policy %s was not found.", in->policy_arn);
    if (strcmp(m->version, in->version_id) != 0)
        return api_refuse(rq, "NoSuchEntity", "Policy %s version %s does not exist or is not attachable.",
                          in->policy_arn, in->version_id);
    out->policy_version = arena_new(rq->arena, struct iam_policy_version);
    *out->policy_version = (struct iam_policy_version){
        .document = iam_encode_document(rq, m->document),
        .version_id = m->version,
        .is_default_version = SOME_BOOL(true),
        .create_date = SOME_TIME(m->updated_ms),
    };
    return 0;
}

int iam_list_policies(struct api_request *rq, const struct iam_list_policies_request *in,
                      struct iam_list_policies_response *out) {
    struct iam_role_rows roles = iam_role_list_by(rq->tx, COL(iam_role, account), rq->caller.account);
    const struct managed_policy *m;

    /* All policies that there are yet are AWS's: scope Local has none. */
    for (size_t i = 0; !text_is(in->scope, "Local") && (m = managed_at(i)) != NULL; i++) {
        struct usage u;

        if (in->path_prefix != NULL && !text_starts(m->path, in->path_prefix))
            continue;
        u = usage_of(rq, m->arn, &roles);
        if (in->only_attached.v && u.attached == 0)
            continue;
        if ((text_is(in->policy_usage_filter, "PermissionsBoundary") && u.boundaries == 0) ||
            (text_is(in->policy_usage_filter, "PermissionsPolicy") && u.attached == 0))
            continue;
        view_policy(m, u, vec_push(rq->arena, &out->policies));
    }
    return IAM_PAGE(rq, in, &out->policies, out);
}
