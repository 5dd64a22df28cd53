/* SPDX-License-Identifier: Apache-2.0 */
/* role_policy: a role's permissions: inline policies, and managed ones attached to it. */
#include <stdlib.h>
#include <string.h>

#include "api/iam/iam.h"
#include "api/iam/managed.h"
#include "base/text.h"

enum { INLINE_MAX = 10240, ATTACHED_MAX = 10 };

static const char *row_key(struct api_request *rq, const char *role_id, const char *rest) {
    return arena_printf(rq->arena, "%s|%s", role_id, rest);
}

/* ---- inline ---- */

int iam_put_role_policy(struct api_request *rq, const struct iam_put_role_policy_request *in, void *out) {
    const struct iam_role_row *role = iam_role_get(rq, in->role_name);
    struct iam_role_policy_rows others;
    size_t size;
    int err;

    (void)out;
    if (role == NULL)
        return API_REFUSED;
    if ((err = iam_check_name(rq, "policyName", in->policy_name)) < 0 ||
        (err = iam_check_document(rq, POLICY_GRAMMAR_IDENTITY, in->policy_document)) < 0)
        return err;
    size = policy_quota_length(in->policy_document, strlen(in->policy_document));
    others = iam_role_policy_list_by(rq->tx, COL(iam_role_policy, role_id), role->id);
    for (size_t i = 0; i < others.count; i++)
        if (strcmp(others.items[i].name, in->policy_name) != 0)
            size += policy_quota_length(others.items[i].document, strlen(others.items[i].document));
    if (size > INLINE_MAX)
        return api_refuse(rq, "LimitExceeded", "Maximum policy size of %d bytes exceeded for role %s",
                          INLINE_MAX, role->name);
    iam_role_policy_put(rq->tx, &(struct iam_role_policy_row){.key = row_key(rq, role->id, in->policy_name),
                                                              .role_id = role->id,
                                                              .name = in->policy_name,
                                                              .document = in->policy_document});
    return 0;
}

int iam_get_role_policy(struct api_request *rq, const struct iam_get_role_policy_request *in,
                        struct iam_get_role_policy_response *out) {
    const struct iam_role_row *role = iam_role_get(rq, in->role_name);
    const struct iam_role_policy_row *row;

    if (role == NULL)
        return API_REFUSED;
    row = iam_role_policy_find(rq->tx, row_key(rq, role->id, in->policy_name));
    if (row == NULL)
        return api_refuse(rq, "NoSuchEntity", "The role policy with name %s cannot be found.",
                          in->policy_name);
    out->role_name = role->name;
    out->policy_name = row->name;
    out->policy_document = iam_encode_document(rq, row->document);
    return 0;
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int iam_list_role_policies(struct api_request *rq, const struct iam_list_role_policies_request *in,
                           struct iam_list_role_policies_response *out) {
    const struct iam_role_row *role = iam_role_get(rq, in->role_name);
    struct iam_role_policy_rows rows;

    if (role == NULL)
        return API_REFUSED;
    rows = iam_role_policy_list_by(rq->tx, COL(iam_role_policy, role_id), role->id);
    for (size_t i = 0; i < rows.count; i++)
        *vec_push(rq->arena, &out->policy_names) = rows.items[i].name;
    if (rows.count > 0)
        qsort(out->policy_names.items, out->policy_names.count, sizeof(*out->policy_names.items), by_text);
    return IAM_PAGE(rq, in, &out->policy_names, out);
}

int iam_delete_role_policy(struct api_request *rq, const struct iam_delete_role_policy_request *in,
                           void *out) {
    const struct iam_role_row *role = iam_role_get(rq, in->role_name);

    (void)out;
    if (role == NULL)
        return API_REFUSED;
    if (!iam_role_policy_delete(rq->tx, row_key(rq, role->id, in->policy_name)))
        return api_refuse(rq, "NoSuchEntity", "The role policy with name %s cannot be found.",
                          in->policy_name);
    return 0;
}

/* ---- attached ---- */

int iam_attach_role_policy(struct api_request *rq, const struct iam_attach_role_policy_request *in,
                           void *out) {
    const struct iam_role_row *role = iam_role_get(rq, in->role_name);
    const char *key;

    (void)out;
    if (role == NULL)
        return API_REFUSED;
    if (!text_starts(in->policy_arn, "arn:"))
        return api_refuse(rq, "ValidationError", "ARN %s is not valid.", in->policy_arn);
    if (managed_find(in->policy_arn) == NULL)
        return api_refuse(rq, "NoSuchEntity", "Policy %s does not exist or is not attachable.",
                          in->policy_arn);
    key = row_key(rq, role->id, in->policy_arn);
    if (iam_attachment_find(rq->tx, key) == NULL &&
        iam_attachment_list_by(rq->tx, COL(iam_attachment, role_id), role->id).count >= ATTACHED_MAX)
        return api_refuse(rq, "LimitExceeded", "Cannot exceed quota for PoliciesPerRole: %d", ATTACHED_MAX);
    iam_attachment_put(
        rq->tx, &(struct iam_attachment_row){
                    .key = key, .role_id = role->id, .account = role->account, .policy_arn = in->policy_arn});
    return 0;
}

int iam_detach_role_policy(struct api_request *rq, const struct iam_detach_role_policy_request *in,
                           void *out) {
    const struct iam_role_row *role = iam_role_get(rq, in->role_name);

    (void)out;
    if (role == NULL)
        return API_REFUSED;
    if (!iam_attachment_delete(rq->tx, row_key(rq, role->id, in->policy_arn)))
        return api_refuse(rq, "NoSuchEntity", "Policy %s was not found.", in->policy_arn);
    return 0;
}

int iam_list_attached_role_policies(struct api_request *rq,
                                    const struct iam_list_attached_role_policies_request *in,
                                    struct iam_list_attached_role_policies_response *out) {
    const struct iam_role_row *role = iam_role_get(rq, in->role_name);
    struct iam_attachment_rows rows;

    if (role == NULL)
        return API_REFUSED;
    rows = iam_attachment_list_by(rq->tx, COL(iam_attachment, role_id), role->id);
    for (size_t i = 0; i < rows.count; i++) {
        const struct managed_policy *m = managed_find(rows.items[i].policy_arn);

        if (m != NULL && (in->path_prefix == NULL || text_starts(m->path, in->path_prefix)))
            *vec_push(rq->arena, &out->attached_policies) = (struct iam_attached_policy){m->name, m->arn};
    }
    return IAM_PAGE(rq, in, &out->attached_policies, out);
}
