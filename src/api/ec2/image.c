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

#define MAPPING(function, expression)                                                                        \
    static void function(struct ec2_values *out, const void *view) {                                         \
        const struct ec2_image *v = view;                                                                    \
        const struct ec2_block_device_mapping *m = &v->block_device_mappings.items[0];                       \
        ec2_value(out, (expression));                                                                        \
    }
MAPPING(mapping_device, m->device_name)
MAPPING(mapping_deletes, m->ebs->delete_on_termination.v ? "true" : "false")
MAPPING(mapping_encrypted, m->ebs->encrypted.v ? "true" : "false")
MAPPING(mapping_snapshot, m->ebs->snapshot_id)
MAPPING(mapping_size, arena_printf(out->arena, "%" PRId64, m->ebs->volume_size.v))
MAPPING(mapping_type, m->ebs->volume_type)

static const struct ec2_filter_name names[] = {
    EC2_BY_TEXT("architecture", ec2_image, architecture),
    EC2_BY_CALL("block-device-mapping.delete-on-termination", mapping_deletes),
    EC2_BY_CALL("block-device-mapping.device-name", mapping_device),
    EC2_BY_CALL("block-device-mapping.encrypted", mapping_encrypted),
    EC2_BY_CALL("block-device-mapping.snapshot-id", mapping_snapshot),
    EC2_BY_CALL("block-device-mapping.volume-size", mapping_size),
    EC2_BY_CALL("block-device-mapping.volume-type", mapping_type),
    EC2_BY_TEXT("boot-mode", ec2_image, boot_mode),
    EC2_BY_TEXT("creation-date", ec2_image, creation_date),
    EC2_BY_TEXT("description", ec2_image, description),
    EC2_BY_BOOL("ena-support", ec2_image, ena_support),
    EC2_BY_TEXT("hypervisor", ec2_image, hypervisor),
    EC2_BY_TEXT("image-id", ec2_image, image_id),
    EC2_BY_TEXT("image-type", ec2_image, image_type),
    EC2_BY_TEXT("imds-support", ec2_image, imds_support),
    EC2_BY_BOOL("is-public", ec2_image, public),
    EC2_BY_TEXT("kernel-id", ec2_image, kernel_id),
    EC2_BY_TEXT("manifest-location", ec2_image, image_location),
    EC2_BY_TEXT("name", ec2_image, name),
    EC2_BY_TEXT("owner-alias", ec2_image, image_owner_alias),
    EC2_BY_TEXT("owner-id", ec2_image, owner_id),
    EC2_BY_TEXT("platform", ec2_image, platform),
    EC2_BY_TEXT("platform-details", ec2_image, platform_details),
    EC2_BY_TEXT("ramdisk-id", ec2_image, ramdisk_id),
    EC2_BY_TEXT("root-device-name", ec2_image, root_device_name),
    EC2_BY_TEXT("root-device-type", ec2_image, root_device_type),
    EC2_BY_TEXT("state", ec2_image, state),
    EC2_BY_TEXT("sriov-net-support", ec2_image, sriov_net_support),
    EC2_BY_TEXT("usage-operation", ec2_image, usage_operation),
    EC2_BY_TEXT("virtualization-type", ec2_image, virtualization_type),
};
static const struct ec2_filters filters = EC2_FILTERS(names, ec2_image, tags);

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

int ec2_describe_images(struct api_request *rq, const struct ec2_describe_images_request *in,
                        struct ec2_describe_images_result *out) {
    struct ec2_query q;
    size_t count;
    const struct catalog_image *images = catalog_images(&count);

    if (EC2_QUERY(rq, &q, EC2_IMAGE, in, image_ids, &filters) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < in->image_ids.count; i++) {
        const char *id = in->image_ids.items[i];

        if (catalog_image(id) == NULL)
            return instance_refuse_image(rq, id);
    }
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
