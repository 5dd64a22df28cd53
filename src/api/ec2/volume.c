/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Root volumes: what RunInstances may ask of them, and DescribeVolumes.  A volume is a description: its
 * instance's disk is a folder of the machine, as fast and as large as that is.
 */
#include <inttypes.h>
#include <string.h>

#include "api/ec2/instance_parts.h"
#include "base/text.h"

/* Of each type: sizes, whether IOPS may be asked for, and how many come by themselves (0: AWS counts by size). */
static const struct volume_type {
    const char *name;
    int64_t size_min, size_max;
    int64_t iops_min, iops_max; /* 0: not to be asked for */
    int64_t iops_default;
} types[] = {
    {"gp2", 1, 16384, 0, 0, 0},        {"gp3", 1, 65536, 3000, 80000, 3000}, {"io1", 4, 16384, 100, 64000, 0},
    {"io2", 4, 65536, 100, 256000, 0}, {"standard", 1, 1024, 0, 0, 0},
};

enum { GP3_THROUGHPUT = 125, GP3_THROUGHPUT_MAX = 2000, GP2_IOPS_MIN = 100, GP2_IOPS_MAX = 16000 };

static int choose_speed(struct api_request *rq, const struct ec2_ebs_block_device *ebs,
                        const struct volume_type *t, struct volume_row *v) {
    bool gp3 = strcmp(t->name, "gp3") == 0;

    if (ebs->iops.set && t->iops_max == 0)
        return api_refuse(rq, "InvalidParameterCombination",
                          "The parameter iops is not supported for %s volumes.", t->name);
    if (!ebs->iops.set && t->iops_max > 0 && t->iops_default == 0)
        return api_refuse(rq, "MissingParameter",
                          "The request must contain the parameter iops for volume type %s", t->name);
    if (ebs->iops.set && (ebs->iops.v < t->iops_min || ebs->iops.v > t->iops_max))
        return api_refuse(rq, "InvalidParameterValue",
                          "Volume iops of %" PRId64 " is not between %" PRId64 " and %" PRId64
                          " for volume type %s.",
                          ebs->iops.v, t->iops_min, t->iops_max, t->name);
    if (ebs->throughput.set && !gp3)
        return api_refuse(rq, "InvalidParameterCombination",
                          "The parameter throughput is not supported for %s volumes.", t->name);
    if (ebs->throughput.set && (ebs->throughput.v < GP3_THROUGHPUT || ebs->throughput.v > GP3_THROUGHPUT_MAX))
        return api_refuse(rq, "InvalidParameterValue",
                          "Throughput of %" PRId64 " MiB/s is not between %d and %d.", ebs->throughput.v,
                          GP3_THROUGHPUT, GP3_THROUGHPUT_MAX);
    if (ebs->iops.set)
        v->iops = ebs->iops.v;
    if (ebs->throughput.set)
        v->throughput = ebs->throughput.v;
    return 0;
}

int volume_choose(struct api_request *rq, const struct catalog_image *image,
                  const struct ec2_ebs_block_device *ebs, struct volume_row *v) {
    const struct volume_type *t = NULL;

    if (ebs->delete_on_termination.set && !ebs->delete_on_termination.v)
        return instance_refuse_unsupported(rq, "volumes that outlive their instance");
    if (ebs->kms_key_id != NULL)
        return instance_refuse_unsupported(rq, "KMS keys of volumes");
    if (ebs->outpost_arn != NULL || ebs->volume_initialization_rate.set || ebs->ebs_card_index.v > 0)
        return instance_refuse_unsupported(rq, "Outposts, initialization rates and EBS cards");
    if (ebs->snapshot_id != NULL && strcmp(ebs->snapshot_id, image->snapshot_id) != 0)
        return api_refuse(rq, "InvalidSnapshot.NotFound", "The snapshot '%s' does not exist.",
                          ebs->snapshot_id);
    if (ebs->volume_size.set)
        v->size_gib = ebs->volume_size.v;
    if (ebs->volume_type != NULL)
        v->type = ebs->volume_type;
    v->encrypted = ebs->encrypted.v;
    if (v->size_gib < image->size_gib)
        return api_refuse(rq, "InvalidBlockDeviceMapping",
                          "Volume of size %" PRId64 "GB is smaller than snapshot '%s', expect size >= %uGB",
                          v->size_gib, image->snapshot_id, image->size_gib);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && t == NULL; i++)
        if (strcmp(types[i].name, v->type) == 0)
            t = &types[i];
    if (t == NULL)
        return api_refuse(rq, "InvalidParameterValue",
                          "The volume type '%s' is not supported as a boot volume.", v->type);
    if (v->size_gib < t->size_min || v->size_gib > t->size_max)
        return api_refuse(rq, "InvalidParameterValue",
                          "Volume of %" PRId64 "GiB is invalid; volume type %s is of %" PRId64 " to %" PRId64
                          "GiB.",
                          v->size_gib, t->name, t->size_min, t->size_max);
    return choose_speed(rq, ebs, t, v);
}

/* ---- describe ---- */

static int64_t iops_of(const struct volume_row *v) {
    int64_t by_size = 3 * v->size_gib;

    if (v->iops > 0)
        return v->iops;
    if (strcmp(v->type, "gp2") == 0)
        return by_size < GP2_IOPS_MIN ? GP2_IOPS_MIN : by_size > GP2_IOPS_MAX ? GP2_IOPS_MAX : by_size;
    return strcmp(v->type, "gp3") == 0 ? types[1].iops_default : 0;
}

static void volume_view(struct api_request *rq, const struct volume_row *v, struct ec2_volume *view) {
    const struct instance_row *i = instance_find(rq->tx, v->instance_id);
    const struct catalog_image *image = i != NULL ? catalog_image(i->image_id) : NULL;
    int64_t iops = iops_of(v);

    *view = (struct ec2_volume){
        .volume_id = v->id,
        .size = SOME_INT(v->size_gib),
        .volume_type = v->type,
        .snapshot_id = image != NULL ? image->snapshot_id : "",
        .state = "in-use",
        .create_time = SOME_TIME(v->attach_ms),
        .encrypted = SOME_BOOL(v->encrypted != 0),
        .multi_attach_enabled = SOME_BOOL(false),
    };
    if (i != NULL) {
        view->availability_zone = i->zone;
        view->availability_zone_id = ec2_zone_id(rq->region, i->zone);
    }
    if (iops > 0)
        view->iops = SOME_INT(iops);
    if (strcmp(v->type, "gp3") == 0)
        view->throughput = SOME_INT(v->throughput > 0 ? v->throughput : GP3_THROUGHPUT);
    *vec_push(rq->arena, &view->attachments) = (struct ec2_volume_attachment){
        .volume_id = v->id,
        .instance_id = v->instance_id,
        .device = v->device,
        .state = "attached",
        .attach_time = SOME_TIME(v->attach_ms),
        .delete_on_termination = SOME_BOOL(true),
    };
    EC2_TAGS(rq, v->id, &view->tags);
}

int ec2_describe_volumes(struct api_request *rq, const struct ec2_describe_volumes_request *in,
                         struct ec2_describe_volumes_result *out) {
    struct ec2_query q;

    if (EC2_QUERY(rq, &q, EC2_VOLUME, in, volume_ids) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < q.rows.count; i++) {
        struct ec2_volume view;

        volume_view(rq, EC2_ROW(&q, volume, i), &view);
        if (ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->volumes) = view;
    }
    return EC2_PAGE(rq, in, &out->volumes, &out->next_token);
}
