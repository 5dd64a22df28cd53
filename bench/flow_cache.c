/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flow_cache: what a packet of a known flow costs, in memory: parse, look up, rewrite (private to public
 * address, both checksums), count.  Random order, batches of FWD_BATCH, 2 MiB pages where the machine has them.
 *
 * Prints one line per table size: flows, ns per packet (median of the rounds), share served by the
 * cache, and the cost of a packet that walks all stages.  Exit status 1 when a figure is over its goal
 * and --check was given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "fwd/fwd.h"
#include "wire/build.h"
#include "wire/bytes.h"

enum { ENIS = 64, FRAME = 64, ROUNDS = 9, RING = 4096 };

static uint64_t now_ns(void) {
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t state = 88172645463325252;
static uint32_t pick(uint32_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 32) * below >> 32);
}

/* One subnet of instances with public addresses, everything open but tracked. */
static struct image *build(void) {
    static struct spec_eni enis[ENIS];
    static struct spec_address addresses[ENIS];
    static char ids[ENIS][16];
    static const char *const groups[] = {"sg-1"};
    const struct prefix vpc = prefix_of4((struct prefix4){{0x0a000000}, 16}),
                        any = prefix_of4((struct prefix4){{0}, 0});
    const struct spec_sg_rule rule = {.id = "sgr-1",
                                      .egress = true,
                                      .protocol = SPEC_PROTO_ALL,
                                      .from_port = -1,
                                      .to_port = -1,
                                      .cidr = any};
    const struct spec_sg group = {"sg-1", &rule, 1};
    const struct spec_acl_entry entries[] = {{100, false, true, -1, any, -1, -1},
                                             {100, true, true, -1, any, -1, -1}};
    const struct spec_acl acl = {"acl-1", entries, 2};
    const struct spec_route route = {any, NULL, SPEC_TARGET_INTERNET_GATEWAY, "igw-1"};
    const struct spec_route_table table = {"rtb-1", true, &route, 1};
    const struct spec_subnet subnet = {
        "subnet-1", prefix_of4((struct prefix4){{0x0a000000}, 24}), {.length = 0}, "rtb-1", "acl-1"};
    struct spec_vpc v = {.id = "vpc-1",
                         .version = 1,
                         .cidrs = &vpc,
                         .cidr_count = 1,
                         .internet_gateway_id = "igw-1",
                         .subnets = &subnet,
                         .subnet_count = 1,
                         .route_tables = &table,
                         .route_table_count = 1,
                         .acls = &acl,
                         .acl_count = 1,
                         .groups = &group,
                         .group_count = 1,
                         .enis = enis,
                         .eni_count = ENIS};
    struct spec spec = {.generation = 1, .vpcs = &v, .vpc_count = 1};
    struct image *image;

    for (uint32_t i = 0; i < ENIS; i++) {
        snprintf(ids[i], sizeof(ids[i]), "eni-%u", i + 1);
        addresses[i] = (struct spec_address){ip_of4((struct ip4){0x0a000004 + i}), {0xcb007104 + i}};
        enis[i] = (struct spec_eni){.num = i + 1,
                                    .id = ids[i],
                                    .subnet_id = "subnet-1",
                                    .mac = {{6, 0, 0, 0, 0, (uint8_t)(i + 1)}},
                                    .source_dest_check = true,
                                    .up = true,
                                    .addresses = &addresses[i],
                                    .address_count = 1,
                                    .group_ids = groups,
                                    .group_count = 1};
    }
    if (image_build(&spec, NULL, &image) < 0)
        exit(2);
    return image;
}

/* Flow f as its sender's next packet. */
static void make(struct fwd_pkt *pkt, uint32_t f) {
    uint32_t eni = f % ENIS;
    struct wire_build b = {.l2 = {{{6, 0, 0, 0, 0, (uint8_t)(eni + 1)}}, fwd_gateway_mac},
                           .tuple = {ip_of4((struct ip4){0x0a000004 + eni}),
                                     ip_of4((struct ip4){0xc6336400 + f / 60000}),
                                     (uint16_t)(1024 + f % 60000), 53, WIRE_UDP}};

    pkt->length = (uint32_t)wire_build(pkt->data, FRAME, &b);
    pkt->in_port = eni + 1;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double measure(const struct image *image, uint32_t flows, uint32_t packets, double *ret_walk,
                      double *ret_share) {
    struct fwd_table_size size = {.connections = flows * 2, .ports = ENIS + 1, .huge = true};
    size_t bytes = fwd_table_bytes(&size), huge = 2 << 20;
    char *area = mmap(NULL, bytes + huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *memory = area + (huge - (uintptr_t)area % huge) % huge;
    uint8_t *frames = malloc((size_t)RING * FRAME);
    struct fwd_pkt *pkts = calloc(RING, sizeof(*pkts)), **list = calloc(RING, sizeof(*list));
    struct fwd_table table;
    struct fwd_env env = {.image = image, .table = &table, .now_ns = 1000000000};
    double rounds[ROUNDS];
    uint64_t start, walked = 0, before;

    if (area == MAP_FAILED || !frames || !pkts || !list || fwd_table_init(memory, bytes, &size, &table) < 0)
        exit(2);
    for (uint32_t i = 0; i < RING; i++) {
        pkts[i] = (struct fwd_pkt){.data = frames + (size_t)i * FRAME, .room = FRAME};
        list[i] = &pkts[i];
    }
    /* Three packets settle a UDP stream: out, back, out.  The first walks are what new flows cost. */
    for (int turn = 0; turn < 3; turn++) {
        for (uint32_t f = 0; f < flows; f += RING) {
            uint32_t n = flows - f < RING ? flows - f : RING;

            for (uint32_t i = 0; i < n; i++) {
                make(&pkts[i], f + i);
                if (turn == 1) {
                    uint8_t *ip = pkts[i].data + WIRE_ETH_BYTES;
                    uint32_t private = get32(ip + 12), remote = get32(ip + 16);
                    struct wire_build b = {.l2 = {fwd_uplink_mac, fwd_gateway_mac},
                                           .tuple = {ip_of4((struct ip4){remote}),
                                                     ip_of4((struct ip4){private - 0x0a000004 + 0xcb007104}),
                                                     53, get16(ip + 20), WIRE_UDP}};

                    pkts[i].length = (uint32_t)wire_build(pkts[i].data, FRAME, &b);
                    pkts[i].in_port = PORT_UPLINK;
                }
            }
            start = now_ns();
            fwd_process(&env, list, n);
            walked += turn == 0 ? now_ns() - start : 0;
        }
    }
    before = fwd_table_hits(&table);
    for (int r = 0; r < ROUNDS; r++) {
        uint64_t spent = 0;

        for (uint32_t done = 0; done < packets; done += RING) {
            for (uint32_t i = 0; i < RING; i++)
                make(&pkts[i], pick(flows));
            start = now_ns();
            fwd_process(&env, list, RING);
            spent += now_ns() - start;
        }
        rounds[r] = (double)spent / ((packets + RING - 1) / RING * RING);
    }
    *ret_walk = (double)walked / flows;
    *ret_share =
        (double)(fwd_table_hits(&table) - before) / ((double)((packets + RING - 1) / RING * RING) * ROUNDS);
    qsort(rounds, ROUNDS, sizeof(rounds[0]), compare);
    munmap(area, bytes + huge);
    free(frames);
    free(pkts);
    free(list);
    return rounds[ROUNDS / 2];
}

int main(int argc, char **argv) {
    static const struct {
        uint32_t flows;
        double goal_ns;
    } sizes[] = {{1000, 30}, {100000, 60}, {1000000, 100}};
    struct image *image = build();
    int over = 0;

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        double walk, share, ns = measure(image, sizes[i].flows, 1000000, &walk, &share);

        printf("%8u flows  %6.1f ns/packet (goal %.0f)  %5.1f%% from the cache  new flow %6.0f ns\n",
               sizes[i].flows, ns, sizes[i].goal_ns, share * 100, walk);
        over |= ns > sizes[i].goal_ns || share < 0.99;
    }
    image_free(image);
    return over && argc > 1 && strcmp(argv[1], "--check") == 0;
}
