/* SPDX-License-Identifier: Apache-2.0 */
/* DescribeImages: the images of the catalog, all public. */
#include <inttypes.h>
#include <string.h>

#include "api/ec2/instance_parts.h"
#include "base/text.h"

static void image_view(struct arena *a, const struct catalog_image *c, struct ec2_image *view) {
    struct ec2_ebs_block_device *ebs = arena_new(a, struct ec2_ebs_block_device);

    *view = (struct ec2_image){
        .image_id = c->id,
        .name = c->name,
        .image_location =
            arena_printf(a, "%s/%s", c->owner_alias != NULL ? c->owner_alias : c->owner_id, c->name),
        .description = c->description,
        .architecture = c->architecture,
        .owner_id = c->owner_id,
        .image_owner_alias = c->owner_alias,
        .creation_date = c->created,
        .root_device_name = c->root_device,
        .root_device_type = "ebs",
        .imds_support = c->imds_support,
        .boot_mode = c->boot_mode,
        .image_type = "machine",
        .state = "available",
        .hypervisor = "xen",
        .virtualization_type = "hvm",
        .sriov_net_support = "simple",
        .platform_details = "Linux/UNIX",
        .usage_operation = "RunInstances",
        .ena_support = SOME_BOOL(true),
        .public = SOME_BOOL(true),
    };
    ebs->delete_on_termination = SOME_BOOL(true);
    ebs->encrypted = SOME_BOOL(false);
    ebs->snapshot_id = c->snapshot_id;
    ebs->volume_size = SOME_INT(c->size_gib);
    ebs->volume_type = c->volume_type;
    if (strcmp(c->volume_type, "gp3") == 0) {
        ebs->iops = SOME_INT(3000);
        ebs->throughput = SOME_INT(125);
    }
    *vec_push(a, &view->block_device_mappings) =
        (struct ec2_block_device_mapping){.device_name = c->root_device, .ebs = ebs};
}

/* No images are the caller's own, so "self" names none. */
static bool owner_wanted(const struct ec2_describe_images_request *in, const struct catalog_image *c) {
    for (size_t i = 0; i < in->owners.count; i++)
        if (text_is(in->owners.items[i], c->owner_id) || text_is(in->owners.items[i], c->owner_alias))
            return true;
    return in->owners.count == 0;
}

static bool user_wanted(const struct ec2_describe_images_request *in) {
    for (size_t i = 0; i < in->executable_users.count; i++)
        if (strcmp(in->executable_users.items[i], "all") == 0)
            return true;
    return in->executable_users.count == 0;
}

static bool id_wanted(const struct ec2_describe_images_request *in, const struct catalog_image *c) {
    for (size_t i = 0; i < in->image_ids.count; i++)
        if (strcmp(in->image_ids.items[i], c->id) == 0)
            return true;
    return in->image_ids.count == 0;
}

static const struct catalog_image *image_in(const struct api_request *rq, const char *id) {
    const struct catalog_image *image = catalog_image(id);

    return image != NULL && text_is(image->region, rq->region) ? image : NULL;
}

/* Refuses the first malformed id, or all that are unknown together. */
static int ids_known(struct api_request *rq, const struct ec2_describe_images_request *in) {
    const char *names = "";
    size_t missing = 0;

    for (size_t i = 0; i < in->image_ids.count; i++) {
        const char *id = in->image_ids.items[i];

        if (image_in(rq, id) != NULL)
            continue;
        if (!ec2_id_well_formed(EC2_IMAGE, id))
            return instance_refuse_image(rq, id);
        names = arena_printf(rq->arena, "%s%s%s", names, missing++ ? ", " : "", id);
    }
    if (missing <= 1)
        return missing == 0 ? 0 : instance_refuse_image(rq, names);
    return api_refuse(rq, ec2_kinds[EC2_IMAGE].not_found, "The image ids '[%s]' do not exist", names);
}

int ec2_describe_images(struct api_request *rq, const struct ec2_describe_images_request *in,
                        struct ec2_describe_images_result *out) {
    struct ec2_query q;
    size_t count;
    const struct catalog_image *images = catalog_images(rq->region, &count);

    if (EC2_QUERY(rq, &q, EC2_IMAGE, in, image_ids) < 0)
        return API_REFUSED;
    if (ids_known(rq, in) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < count; i++) {
        struct ec2_image view;

        if (!id_wanted(in, &images[i]) || !owner_wanted(in, &images[i]) || !user_wanted(in))
            continue;
        image_view(rq->arena, &images[i], &view);
        if (ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->images) = view;
    }
    return EC2_PAGE(rq, in, &out->images, &out->next_token);
}
