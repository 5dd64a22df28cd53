/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog: what can be launched: instance types, images, and the public parameters that name images.
 *
 * Theory of operation: all of it is data (data/aws/instance-types.tsv, images.tsv, ssm-parameters.tsv),
 * embedded in the program and parsed once, on first use, by whichever thread comes first; what is
 * returned lives for ever and never changes.  An image decides names, architecture and defaults that
 * the API shows; the programs inside an instance are this machine's own.
 */
#ifndef VPCBOX_API_EC2_CATALOG_H
#define VPCBOX_API_EC2_CATALOG_H

#include <stdbool.h>
#include <stddef.h>

struct catalog_type {
    const char *name;         /* t3.micro */
    const char *architecture; /* x86_64 or arm64 */
    unsigned vcpus, threads_per_core, memory_mib;
    unsigned interfaces, addresses_per_interface; /* most that it takes */
    const char *network;                          /* "Up to 5 Gigabit" */
    double baseline_gbps, peak_gbps, ghz;
    const char *maker;
    bool burstable, xen, free_tier;
};

/*
 * An image is a region's: the data's ids are ap-northeast-1's own, every other region has the same images under
 * ids that follow from its name and theirs, and stay.
 */
struct catalog_image {
    const char *region;
    const char *id, *name, *architecture;
    const char *owner_id, *owner_alias; /* alias: NULL when none */
    const char *created;
    const char *root_device;
    const char *imds_support; /* "v2.0" or NULL */
    const char *boot_mode;    /* or NULL */
    const char *snapshot_id;
    unsigned size_gib;
    const char *volume_type;
    const char *description;
};

/* A public parameter that names an image. */
struct catalog_parameter {
    const char *name;
    const struct catalog_image *image; /* the region's */
};

const struct catalog_type *catalog_types(size_t *ret_count);
const struct catalog_type *catalog_type(const char *name); /* NULL when unknown; so for the others */
const char *
catalog_cpu_credits(const struct catalog_type *type); /* what it has unasked; NULL: not burstable */
/* A region's; none of one that AWS has not. */
const struct catalog_image *catalog_images(const char *region, size_t *ret_count);
const struct catalog_image *catalog_image(const char *id); /* of whatever region */
/* False: there is none of this name. */
bool catalog_parameter(const char *region, const char *name, struct catalog_parameter *ret_parameter);

#endif
