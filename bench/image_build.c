/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image_build: what a network costs to compile, to change and to take over, at sizes far beyond a box.
 *
 * Prints one line per size: interfaces, bytes each, milliseconds of processor time to build everything, to build again after
 * one VPC changed (the least of 20), and to validate a block from outside.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "net/image.h"

enum { CHANGES = 20 };

static double now_ms(void) {
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void *need(void *memory) {
    if (!memory)
        exit(2);
    return memory;
}

/* A VPC of so many interfaces with one public address in eight. */
static void make_vpc(struct spec_vpc *v, uint32_t index, uint32_t per_vpc) {
    static struct prefix cidr; /* the words point to it */
    const struct prefix any = prefix_of4((struct prefix4){{0}, 0});
    static const char *const groups[] = {"sg-0123456789abcdef0"};
    static struct spec_sg_rule rules[2];
    static struct spec_sg group = {"sg-0123456789abcdef0", rules, 2};
    static struct spec_acl_entry entries[2];
    static struct spec_acl acl = {"acl-0123456789abcdef0", entries, 2};
    static struct spec_route route = {
        {.length = 0}, NULL, SPEC_TARGET_INTERNET_GATEWAY, "igw-0123456789abcdef0"};
    static struct spec_route_table table = {"rtb-0123456789abcdef0", true, &route, 1};
    static struct spec_subnet subnet = {.id = "subnet-0123456789abcdef0",
                                        .route_table_id = "rtb-0123456789abcdef0",
                                        .acl_id = "acl-0123456789abcdef0"};
    struct spec_eni *enis = need(calloc(per_vpc, sizeof(*enis)));
    struct spec_address *addresses = need(calloc(per_vpc, sizeof(*addresses)));
    char(*ids)[24] = need(calloc(per_vpc + 1, sizeof(*ids)));

    cidr = prefix_of4((struct prefix4){{0x0a000000}, 16});
    route.cidr = any;
    subnet.cidr = cidr;
    rules[0] = (struct spec_sg_rule){
        .id = "sgr-0", .egress = true, .protocol = -1, .from_port = -1, .to_port = -1, .cidr = any};
    rules[1] =
        (struct spec_sg_rule){.id = "sgr-1", .protocol = 6, .from_port = 443, .to_port = 443, .cidr = cidr};
    entries[0] = (struct spec_acl_entry){100, false, true, -1, any, -1, -1};
    entries[1] = (struct spec_acl_entry){100, true, true, -1, any, -1, -1};
    for (uint32_t i = 0; i < per_vpc; i++) {
        uint32_t num = index * per_vpc + i + 1;

        snprintf(ids[i], sizeof(ids[i]), "eni-%017x", num);
        addresses[i] =
            (struct spec_address){ip_of4((struct ip4){0x0a000004 + i}), {i % 8 ? 0 : 0x2c000000 + num}};
        enis[i] = (struct spec_eni){.num = num,
                                    .id = ids[i],
                                    .subnet_id = subnet.id,
                                    .instance_id = ids[i],
                                    .mac = {{6, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i}},
                                    .source_dest_check = true,
                                    .up = true,
                                    .addresses = &addresses[i],
                                    .address_count = 1,
                                    .group_ids = groups,
                                    .group_count = 1};
    }
    snprintf(ids[per_vpc], sizeof(ids[per_vpc]), "vpc-%017x", index);
    *v = (struct spec_vpc){.id = ids[per_vpc],
                           .version = 1,
                           .cidrs = &cidr,
                           .cidr_count = 1,
                           .internet_gateway_id = "igw-0123456789abcdef0",
                           .subnets = &subnet,
                           .subnet_count = 1,
                           .route_tables = &table,
                           .route_table_count = 1,
                           .acls = &acl,
                           .acl_count = 1,
                           .groups = &group,
                           .group_count = 1,
                           .enis = enis,
                           .eni_count = per_vpc};
}

int main(void) {
    static const struct {
        uint32_t vpcs, per_vpc;
    } sizes[] = {{100, 10}, {1600, 10}, {100, 1000}, {1000, 1000}};

    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        uint32_t count = sizes[s].vpcs, enis = count * sizes[s].per_vpc;
        struct spec_vpc *vpcs = need(calloc(count, sizeof(*vpcs)));
        struct spec spec = {.generation = 1, .vpcs = vpcs, .vpc_count = count};
        struct image *image, *next, *parsed;
        double built, changed = 0, took, t;

        for (uint32_t i = 0; i < count; i++)
            make_vpc(&vpcs[i], i, sizes[s].per_vpc);
        t = now_ms();
        if (image_build(&spec, NULL, &image) < 0)
            return 2;
        built = now_ms() - t;
        for (uint32_t i = 0; i < CHANGES; i++) {
            vpcs[i * 7 % count].version++;
            spec.generation++;
            t = now_ms();
            if (image_build(&spec, image, &next) < 0)
                return 2;
            took = now_ms() - t;
            if (i == 0 || took < changed)
                changed = took;
            image_free(image);
            image = next;
        }
        t = now_ms();
        if (image_parse(image_data(image), image_size(image), &parsed) < 0)
            return 2;
        took = now_ms() - t;
        printf("%8u interfaces in %4u VPCs  %5.0f bytes each  build %7.1f ms  one VPC changed %7.2f ms  copy "
               "and validate %6.1f ms\n",
               enis, count, (double)image_size(image) / enis, built, changed, took);
        image_free(image);
        image_free(parsed);
        for (uint32_t i = 0; i < count; i++) {
            free((void *)(uintptr_t)vpcs[i].enis[0].addresses);
            free((void *)(uintptr_t)vpcs[i].enis[0].id);
            free((void *)(uintptr_t)vpcs[i].enis);
        }
        free(vpcs);
    }
    return 0;
}
