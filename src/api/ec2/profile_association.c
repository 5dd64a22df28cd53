/* SPDX-License-Identifier: Apache-2.0 */
/* Which instance has which instance profile: asked by association. */
#include "api/ec2/instance_parts.h"
#include "base/text.h"

static bool wanted(const struct ec2_describe_iam_instance_profile_associations_request *in, const char *id) {
    for (size_t i = 0; i < in->association_ids.count; i++)
        if (text_is(in->association_ids.items[i], id))
            return true;
    return in->association_ids.count == 0;
}

static bool associated(const struct instance_row *i) {
    return i->profile_association_id != NULL && !text_is(i->state, "terminated") &&
           !text_is(i->state, "shutting-down");
}

int ec2_describe_iam_instance_profile_associations(
    struct api_request *rq, const struct ec2_describe_iam_instance_profile_associations_request *in,
    struct ec2_describe_iam_instance_profile_associations_result *out) {
    struct ec2_query q;
    size_t found = 0;

    if (ec2_query_begin(rq, &q, EC2_INSTANCE, NULL, 0, in->filters.items, in->filters.count,
                        in->max_results) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < q.rows.count; i++) {
        const struct instance_row *row = EC2_ROW(&q, instance, i);
        struct ec2_iam_instance_profile_association view = {
            .association_id = row->profile_association_id, .instance_id = row->id, .state = "associated"};

        if (!associated(row) || !wanted(in, row->profile_association_id))
            continue;
        found++;
        view.iam_instance_profile = arena_new(rq->arena, struct ec2_iam_instance_profile);
        *view.iam_instance_profile = (struct ec2_iam_instance_profile){row->profile_arn, row->profile_id};
        if (ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->iam_instance_profile_associations) = view;
    }
    if (found < in->association_ids.count)
        return api_refuse(rq, "InvalidAssociationID.NotFound",
                          "One of the iam-instance-profile associations asked for does not exist");
    return EC2_PAGE(rq, in, &out->iam_instance_profile_associations, &out->next_token);
}
