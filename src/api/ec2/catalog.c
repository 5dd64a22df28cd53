/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ec2/catalog.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/embed.h"
#include "base/log.h"
#include "base/map.h"
#include "base/text.h"
#include "base/tsv.h"
#include "net/awsnet.h"

#define DATA_REGION "ap-northeast-1" /* whose ids data/aws/images.tsv has */

static struct {
    pthread_once_t once;
    struct arena arena;
    VEC(struct catalog_type) types;
    VEC(struct catalog_image) images; /* region by region, in the data's order in each */
    size_t images_of_region;
    struct map type_by_name, image_by_id;
    struct map parameters; /* name to the image in the data's region */
} all = {.once = PTHREAD_ONCE_INIT};

/* The data is part of the program: what does not parse is a bug of ours, found by the first test. */
static _Noreturn void broken(const char *what, const char *text) {
    log_error("built-in data: bad %s: %s", what, text);
    abort();
}

static unsigned number(const char *text) {
    int64_t n;

    if (parse_int(text, 1, 1 << 30, &n) < 0)
        broken("number", text);
    return (unsigned)n;
}

static double decimal(const char *text) {
    char *end;
    double d = strtod(text, &end);

    if (end == text || *end != '\0' || d <= 0)
        broken("number", text);
    return d;
}

static const char *some(const char *text) {
    return strcmp(text, "-") == 0 ? NULL : text;
}

static void open_data(struct tsv *t, const char *name) {
    const struct embed_file *f = embed_find(name);

    if (f == NULL)
        broken("file", name);
    tsv_open(t, &all.arena, f->data, f->length);
}

static void load_types(void) {
    struct tsv t;
    char *f[13];

    open_data(&t, "aws/instance-types.tsv");
    while (tsv_next(&t, f, 13)) {
        struct catalog_type type = {
            .name = f[0],
            .architecture = f[1],
            .vcpus = number(f[2]),
            .threads_per_core = number(f[3]),
            .memory_mib = number(f[4]),
            .interfaces = number(f[5]),
            .addresses_per_interface = number(f[6]),
            .network = f[7],
            .baseline_gbps = decimal(f[8]),
            .peak_gbps = decimal(f[9]),
            .ghz = decimal(f[10]),
            .maker = f[11],
        };
        char *piece;

        while ((piece = tsv_piece(&f[12], ',')) != NULL) {
            type.burstable |= strcmp(piece, "burst") == 0;
            type.xen |= strcmp(piece, "xen") == 0;
            type.free_tier |= strcmp(piece, "free") == 0;
        }
        *vec_push(&all.arena, &all.types) = type;
    }
    for (size_t i = 0; i < all.types.count; i++)
        map_put(&all.type_by_name, all.types.items[i].name, &all.types.items[i]);
}

static const char *id_in(const char *region, const char *prefix, const char *id) {
    uint64_t hash = hash_bytes(region, strlen(region), 0);

    return arena_printf(&all.arena, "%s-0%016llx", prefix,
                        (unsigned long long)hash_bytes(id, strlen(id), hash));
}

static void copy_to_regions(void) {
    size_t regions;
    const struct awsnet_region *region = awsnet_regions(&regions);

    for (; regions > 0; regions--, region++) {
        if (strcmp(region->name, DATA_REGION) == 0)
            continue;
        for (size_t i = 0; i < all.images_of_region; i++) {
            struct catalog_image image = all.images.items[i];

            image.region = region->name;
            image.id = id_in(region->name, "ami", image.id);
            image.snapshot_id = id_in(region->name, "snap", image.snapshot_id);
            *vec_push(&all.arena, &all.images) = image;
        }
    }
}

static void load_images(void) {
    struct tsv t;
    char *f[13];

    open_data(&t, "aws/images.tsv");
    while (tsv_next(&t, f, 13)) {
        *vec_push(&all.arena, &all.images) = (struct catalog_image){
            .region = DATA_REGION,
            .id = f[0],
            .name = f[1],
            .architecture = f[2],
            .owner_id = f[3],
            .owner_alias = some(f[4]),
            .created = f[5],
            .root_device = f[6],
            .imds_support = some(f[7]),
            .boot_mode = some(f[8]),
            .snapshot_id = f[9],
            .size_gib = number(f[10]),
            .volume_type = f[11],
            .description = f[12],
        };
    }
    all.images_of_region = all.images.count;
    copy_to_regions();
    for (size_t i = 0; i < all.images.count; i++)
        map_put(&all.image_by_id, all.images.items[i].id, &all.images.items[i]);
}

static void load_parameters(void) {
    struct tsv t;
    char *f[2];

    open_data(&t, "aws/ssm-parameters.tsv");
    while (tsv_next(&t, f, 2)) {
        const struct catalog_image *image = map_get(&all.image_by_id, f[1]);

        if (image == NULL)
            broken("image", f[1]);
        map_put(&all.parameters, f[0], (void *)(uintptr_t)image);
    }
}

static void load(void) {
    load_types();
    load_images();
    load_parameters();
}

static void loaded(void) {
    pthread_once(&all.once, load);
}

const struct catalog_type *catalog_types(size_t *ret_count) {
    loaded();
    *ret_count = all.types.count;
    return all.types.items;
}

const struct catalog_type *catalog_type(const char *name) {
    loaded();
    return map_get(&all.type_by_name, name);
}

const char *catalog_cpu_credits(const struct catalog_type *type) {
    return !type->burstable ? NULL : text_starts(type->name, "t2.") ? "standard" : "unlimited";
}

const struct catalog_image *catalog_images(const char *region, size_t *ret_count) {
    loaded();
    for (size_t i = 0; i < all.images.count; i += all.images_of_region) {
        if (strcmp(all.images.items[i].region, region) == 0) {
            *ret_count = all.images_of_region;
            return &all.images.items[i];
        }
    }
    *ret_count = 0;
    return NULL;
}

const struct catalog_image *catalog_image(const char *id) {
    loaded();
    return map_get(&all.image_by_id, id);
}

bool catalog_parameter(const char *region, const char *name, struct catalog_parameter *ret_parameter) {
    const struct catalog_image *base, *images;
    size_t count;

    loaded();
    base = map_get(&all.parameters, name);
    images = catalog_images(region, &count);
    if (base == NULL || count == 0)
        return false;
    *ret_parameter = (struct catalog_parameter){name, &images[base - all.images.items]};
    return true;
}
