/* SPDX-License-Identifier: Apache-2.0 */
/* One attribute of a network interface: told, or set back to what it is by default. */
#include "api/ec2/instance_parts.h"
#include "base/text.h"

int ec2_describe_network_interface_attribute(
    struct api_request *rq, const struct ec2_describe_network_interface_attribute_request *in,
    struct ec2_describe_network_interface_attribute_result *out) {
    const struct eni_row *eni = ec2_get(rq, EC2_NETWORK_INTERFACE, in->network_interface_id);
    struct ec2_network_interface view;

    if (eni == NULL)
        return API_REFUSED;
    ec2_eni_view(rq, eni, &view);
    out->network_interface_id = eni->id;
    if (in->attribute == NULL)
        return api_refuse(rq, "MissingParameter", "The request must contain the parameter attribute");
    if (text_is(in->attribute, "description")) {
        out->description = arena_new(rq->arena, struct ec2_attribute_value);
        out->description->value = view.description;
    } else if (text_is(in->attribute, "groupSet")) {
        out->groups.items = view.groups.items;
        out->groups.count = out->groups.capacity = view.groups.count;
    } else if (text_is(in->attribute, "sourceDestCheck")) {
        out->source_dest_check = arena_new(rq->arena, struct ec2_attribute_boolean_value);
        out->source_dest_check->value = view.source_dest_check;
    } else if (text_is(in->attribute, "attachment")) {
        out->attachment = view.attachment;
    } else {
        return instance_refuse_unsupported(rq, in->attribute);
    }
    return 0;
}

int ec2_reset_network_interface_attribute(struct api_request *rq,
                                          const struct ec2_reset_network_interface_attribute_request *in,
                                          void *out) {
    const struct eni_row *eni = eni_users_own(rq, in->network_interface_id);
    struct eni_row row;

    (void)out;
    if (eni == NULL)
        return API_REFUSED;
    if (in->source_dest_check == NULL)
        return api_refuse(rq, "MissingParameter", "The request must contain an attribute to reset");
    row = *eni;
    row.source_dest_check = 1;
    eni_put(rq->tx, &row);
    api_network_changed(rq, row.vpc_id);
    return 0;
}
