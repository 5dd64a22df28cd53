/* SPDX-License-Identifier: Apache-2.0 */
/* The image against the spec that it was made from, and against naive look-ups. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "net/block.h"
#include "world.h"

static struct image *build(const struct world *w, const struct image *previous) {
    struct image *image = NULL;

    assert_int_equal(image_build(&w->spec, previous, &image), 0);
    assert_int_equal(image_validate(image_data(image), image_size(image)), 0);
    return image;
}

static void test_readers(void **state) {
    const struct image_vpc *vpc = NULL;
    const struct image_address *address;
    const struct image_eni *eni;
    struct image *image;
    struct world w;

    (void)state;
    world_init(&w);
    image = build(&w, NULL);
    assert_int_equal(image_vpc_count(image), 2);
    eni = image_eni_by_num(image, BAPP, &vpc);
    assert_non_null(eni);
    assert_string_equal(image_name(vpc, eni->id), "eni-bapp");
    assert_string_equal(image_name(vpc, vpc->id), "vpc-b");
    assert_null(image_eni_by_num(image, 19, &vpc));
    assert_null(image_eni_by_num(image, 0, &vpc));
    address = image_address_by_public_ip(image, four("203.0.113.21"), &vpc);
    assert_non_null(address);
    assert_true(ip_equal(address->private_ip, ip("10.0.0.21")));
    assert_null(image_address_by_public_ip(image, four("203.0.113.22"), &vpc));
    vpc = image_vpc_by_id(image, "vpc-a");
    address = image_vpc_address(vpc, ip("10.0.0.22"));
    assert_non_null(address);
    assert_int_equal(address->index, 1);
    assert_int_equal(image_enis(vpc)[address->eni].num, WEB2);
    assert_null(image_vpc_address(vpc, ip("10.0.0.23")));
    assert_ptr_equal(image_vpc_eni_by_mac(vpc, world_mac(WEB)), image_eni_by_num(image, WEB, &vpc));
    assert_null(image_vpc_eni_by_mac(vpc, world_mac(BWEB)));
    assert_ptr_equal(image_eni_by_id(image, "i-web", &vpc), image_eni_by_num(image, WEB, &vpc));
    assert_ptr_equal(image_eni_by_id(image, "eni-ssm", &vpc), image_eni_by_num(image, SSM, &vpc));
    assert_null(image_eni_by_id(image, "", &vpc));
    assert_true(image_is_service(image, ip("52.219.15.255")));
    assert_false(image_is_service(image, ip("52.219.16.0")));
    assert_true(image_is_public(image, ip("203.0.113.99")));
    vpc = image_vpc_by_id(image, "vpc-a");
    assert_true(image_group_has_address(vpc, 1, ip("10.0.1.11")));
    assert_false(image_group_has_address(vpc, 1, ip("10.0.0.10")));
    image_free(image);
}

static void test_routes(void **state) {
    const struct image_vpc *vpc;
    const struct image_route *found;
    struct image *image;
    struct world w;

    (void)state;
    world_init(&w);
    /* rt-012: an explicit CIDR beats a prefix list's entry of the same length. */
    w.pub[2] = (struct spec_route){{.length = 0}, "pl-s3", SPEC_TARGET_GATEWAY_ENDPOINT, "vpce-s3"};
    w.pub[3] = route("52.219.0.0/20", SPEC_TARGET_ENI, "eni-web");
    w.pub[4] = route("192.0.2.0/25", SPEC_TARGET_ENI, "eni-gone");
    w.a_tables[0].route_count = 5;
    image = build(&w, NULL);
    vpc = image_vpc_by_id(image, "vpc-a");
    found = image_route_lookup(vpc, &image_tables(vpc)[0], ip("52.219.3.4"));
    assert_string_equal(image_name(vpc, found->target_id), "eni-web");
    found = image_route_lookup(vpc, &image_tables(vpc)[1], ip("52.219.3.4"));
    assert_string_equal(image_name(vpc, found->target_id), "vpce-s3");
    assert_string_equal(image_name(vpc, found->prefix_list), "pl-s3");
    found = image_route_lookup(vpc, &image_tables(vpc)[0], ip("192.0.2.1"));
    assert_int_equal(found->kind, SPEC_TARGET_BLACKHOLE);
    assert_string_equal(image_name(vpc, found->target_id), "eni-gone");
    found = image_route_lookup(vpc, &image_tables(vpc)[0], ip("192.0.2.128"));
    assert_int_equal(found->kind, SPEC_TARGET_INTERNET_GATEWAY);
    assert_null(image_route_lookup(vpc, &image_tables(vpc)[2], ip("8.8.8.8")));
    /* A table that lists nothing still has the local route. */
    vpc = image_vpc_by_id(image, "vpc-b");
    found = image_route_lookup(vpc, &image_tables(vpc)[1], ip("10.0.255.255"));
    assert_int_equal(found->kind, SPEC_TARGET_LOCAL);
    assert_null(image_route_lookup(vpc, &image_tables(vpc)[1], ip("10.1.0.0")));
    image_free(image);
}

/* Longest prefix, then rank, then first listed, by looking at every route. */
static const struct image_route *naive_lookup(const struct image_vpc *vpc, const struct image_table *table,
                                              struct ipaddr to) {
    const struct image_route *best = NULL;
    int best_rank = 0;

    for (uint32_t i = 0; i < table->routes.count; i++) {
        const struct image_route *r = &image_routes(vpc)[table->routes.first + i];
        int rank = r->prefix_list ? 2 : r->kind == SPEC_TARGET_LOCAL ? 0 : 1;

        if (prefix_contains(r->cidr, to) && (!best || r->cidr.length > best->cidr.length ||
                                             (r->cidr.length == best->cidr.length && rank < best_rank))) {
            best = r;
            best_rank = rank;
        }
    }
    return best;
}

/* The same few bits as an IPv4 prefix, or as an IPv6 one whose other bits are all alike. */
static struct prefix family(uint32_t bits, uint8_t length, int v6) {
    if (!v6)
        return (struct prefix){.addr = ip_of4((struct ip4){bits}), .length = length};
    return (struct prefix){.addr = {(uint64_t)bits << 32, rand() % 2}, .length = (uint8_t)(length * 4)};
}

static void test_lookup_random(void **state) {
    enum { ROUTES = 120, ROUNDS = 40, PROBES = 300 };
    struct spec_route routes[ROUTES];
    struct prefix listed[20];
    struct world w;

    (void)state;
    srand(7);
    for (int round = 0; round < ROUNDS; round++) {
        const struct image_vpc *vpc;
        const struct image_table *table;
        struct image *image;

        world_init(&w);
        for (int i = 0; i < 20; i++)
            listed[i] = family((uint32_t)rand() << 4 & 0x0fffffff, (uint8_t)(4 + rand() % 29), rand() % 2);
        w.lists[0].cidrs = listed;
        w.lists[0].cidr_count = 20;
        for (int i = 0; i < ROUTES; i++) {
            /* Few distinct bits, so that prefixes nest and repeat. */
            routes[i] = route("0.0.0.0/0", SPEC_TARGET_ENI, rand() % 2 ? "eni-web" : "eni-nat");
            routes[i].cidr = family((uint32_t)(rand() % 16) << 28 | (uint32_t)(rand() % 4) << 6,
                                    (uint8_t)(rand() % 33), rand() % 2);
            if (i % 40 == 0)
                routes[i].prefix_list_id = "pl-s3";
        }
        w.a_tables[0].routes = routes;
        w.a_tables[0].route_count = (size_t)(round * 3);
        image = build(&w, NULL);
        vpc = image_vpc_at(image, 0);
        table = &image_tables(vpc)[0];
        for (int i = 0; i < PROBES; i++) {
            struct ipaddr to =
                family((uint32_t)(rand() % 16) << 28 | (uint32_t)(rand() % 4) << 6 | (uint32_t)(rand() % 3),
                       32, rand() % 2)
                    .addr;

            if (table->routes.count > 0 && i % 2) { /* the edges of some prefix */
                struct prefix p =
                    image_routes(vpc)[table->routes.first + (uint32_t)rand() % table->routes.count].cidr;

                to = i % 4 == 1 ? p.addr : prefix_last(p);
                to.lo += i % 4 == 1 ? -(uint64_t)(rand() % 2) : (uint64_t)(rand() % 2);
                to.lo = ip_is4(p.addr) ? IP_MAPPED | (uint32_t)to.lo : to.lo;
            }
            assert_ptr_equal(image_route_lookup(vpc, table, to), naive_lookup(vpc, table, to));
        }
        image_free(image);
    }
}

static void test_lists(void **state) {
    struct prefix cidrs[] = {cidr("10.0.0.0/8"),  cidr("9.255.0.0/16"),       cidr("10.1.0.0/16"),
                             cidr("12.0.0.1/32"), cidr("255.255.255.255/32"), cidr("2001:db8::/33"),
                             cidr("::/128")};
    const struct image_vpc *vpc;
    struct image *image;
    struct world w;

    (void)state;
    world_init(&w);
    w.lists[0].cidrs = cidrs;
    w.lists[0].cidr_count = 7;
    image = build(&w, NULL);
    vpc = image_vpc_at(image, 0);
    for (int i = 0; i < 3000; i++) {
        struct ipaddr probe =
            i % 2 ? ip_of4((struct ip4){(uint32_t)rand() * 2})
                  : ip_plus(i % 4 ? cidrs[i % 7].addr : prefix_last(cidrs[i % 7]), (uint64_t)(rand() % 3));

        bool expected = false;

        for (int c = 0; c < 7; c++)
            expected |= prefix_contains(cidrs[c], probe);
        assert_int_equal(image_list_contains(vpc, 0, probe), expected);
    }
    image_free(image);
}

static void test_reuse(void **state) {
    const struct image_vpc *vpc = NULL;
    struct image *first, *second, *third;
    struct world w;

    (void)state;
    world_init(&w);
    first = build(&w, NULL);
    /* Same version: the segment is taken over, whatever the spec says; a new version is compiled. */
    w.a_enis[3].up = false;
    w.spec.generation = 2;
    second = build(&w, first);
    assert_true(image_eni_by_num(second, WEB, &vpc)->up);
    w.vpc[0].version = 2;
    image_free(first);
    third = build(&w, second);
    assert_false(image_eni_by_num(third, WEB, &vpc)->up);
    assert_memory_equal(image_vpc_at(second, 1), image_vpc_at(third, 1), image_vpc_at(third, 1)->bytes);
    assert_int_equal(image_generation(third), 2);
    image_free(second);
    /* A changed prefix list changes the segments that were made from it. */
    w.s3[0] = cidr("52.219.0.0/21");
    second = build(&w, third);
    vpc = image_vpc_at(second, 0);
    assert_string_equal(
        image_name(vpc, image_route_lookup(vpc, &image_tables(vpc)[1], ip("52.219.8.1"))->target_id),
        "eni-nat");
    image_free(second);
    /* One that was promised and cannot be lent is no empty VPC. */
    w.vpc[1].lent = true;
    w.vpc[1].version++;
    assert_int_equal(image_build(&w.spec, third, &second), -ESTALE);
    w.vpc[1].version--;
    assert_int_equal(image_build(&w.spec, third, &second), -ESTALE); /* made from another prefix list */
    w.s3[0] = cidr("52.219.0.0/20");
    assert_int_equal(image_build(&w.spec, third, &second), 0);
    assert_memory_equal(image_vpc_at(second, 1), image_vpc_at(third, 1), image_vpc_at(third, 1)->bytes);
    image_free(second);
    image_free(third);
}

static void note(void *user, const char *vpc_id, int error) {
    char *said = user;

    sprintf(said + strlen(said), "%s %d;", vpc_id, error);
}

/* Two VPCs that cannot be in one image: the later one gives way. */
static void test_each(void **state) {
    struct image *first, *second;
    char said[128] = "";
    struct world w;

    (void)state;
    world_init(&w);
    first = build(&w, NULL);
    w.bweb.public_ip = w.web.public_ip;
    w.vpc[1].version++;
    assert_int_equal(image_build_each(&w.spec, first, note, said, &second), 0);
    assert_string_equal(said, "vpc-b -17;");
    assert_memory_equal(image_vpc_at(second, 1), image_vpc_at(first, 1), image_vpc_at(first, 1)->bytes);
    image_free(second);
    said[0] = '\0';
    assert_int_equal(image_build_each(&w.spec, NULL, note, said, &second), 0);
    assert_string_equal(said, "vpc-b -17;");
    assert_int_equal(image_vpc_count(second), 1);
    image_free(second);
    image_free(first);
}

static void test_refusals(void **state) {
    struct image *image;
    struct world w;

    (void)state;
    world_init(&w);
    w.a_enis[1].num = NAT;
    assert_int_equal(image_build(&w.spec, NULL, &image), -EEXIST);
    world_init(&w);
    w.app2.private_ip = w.app.private_ip;
    assert_int_equal(image_build(&w.spec, NULL, &image), -EEXIST);
    world_init(&w);
    w.bweb.public_ip = w.web.public_ip;
    assert_int_equal(image_build(&w.spec, NULL, &image), -EEXIST);
    world_init(&w);
    w.a_subnets[0].acl_id = "acl-none";
    assert_int_equal(image_build(&w.spec, NULL, &image), -ENOENT);
    world_init(&w);
    w.app_sg[0] = "sg-none";
    assert_int_equal(image_build(&w.spec, NULL, &image), -ENOENT);
    world_init(&w);
    w.nat_rules[0].to_port = 70000;
    assert_int_equal(image_build(&w.spec, NULL, &image), -EINVAL);
    world_init(&w);
    w.a_enis[0].address_count = 17;
    assert_int_equal(image_build(&w.spec, NULL, &image), -EINVAL);
}

static void test_files(void **state) {
    char path[] = "/tmp/vpcbox-image-XXXXXX";
    struct buf before = BUF_INIT(1 << 20), after = BUF_INIT(1 << 20);
    struct image *image, *again;
    struct world w;
    int fd;

    (void)state;
    world_init(&w);
    image = build(&w, NULL);
    image_dump(image, &before);
    fd = image_to_memfd(image);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "x", 1), -1);
    assert_int_equal(image_map(fd, &again), 0);
    close(fd);
    image_dump(again, &after);
    assert_string_equal(before.data, after.data);
    image_free(again);
    buf_reset(&after);
    fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(image_map(fd, &again), -EPERM);
    close(fd);
    unlink(path);
    assert_int_equal(image_parse(image_data(image), image_size(image), &again), 0);
    image_dump(again, &after);
    assert_string_equal(before.data, after.data);
    assert_non_null(strstr(after.data, "eni eni-nat num 1"));
    image_free(again);
    assert_int_equal(image_parse(image_data(image), image_size(image) - 1, &again), -EBADMSG);
    image_free(image);
    buf_free(&before);
    buf_free(&after);
}

/* Every word of the block set to a wild value in turn: refused, or harmless to every reader. */
static void test_damage(void **state) {
    struct image *image, *broken;
    const struct image_vpc *vpc = NULL;
    uint32_t *words, refused = 0;
    struct world w;
    size_t count;

    (void)state;
    world_init(&w);
    image = build(&w, NULL);
    count = image_size(image) / 4;
    words = malloc(image_size(image));
    assert_non_null(words);
    memcpy(words, image_data(image), image_size(image));
    for (size_t i = 0; i < count; i++) {
        uint32_t keep = words[i];

        words[i] = i % 2 ? UINT32_MAX : keep + 0x1001;
        if (image_parse(words, image_size(image), &broken) == 0) {
            struct buf out = BUF_INIT(1 << 20);

            image_dump(broken, &out);
            for (size_t v = 0; v < image_vpc_count(broken); v++) {
                vpc = image_vpc_at(broken, v);
                for (uint32_t t = 0; t < vpc->tables.count; t++)
                    image_route_lookup(vpc, &image_tables(vpc)[t], ip("10.0.1.10"));
                image_vpc_address(vpc, ip("1.2.3.4"));
            }
            image_eni_by_num(broken, 12345, &vpc);
            image_address_by_public_ip(broken, four("203.0.113.20"), &vpc);
            buf_free(&out);
            image_free(broken);
        } else {
            refused++;
        }
        words[i] = keep;
    }
    assert_true(refused > count / 8);
    free(words);
    image_free(image);
}

static void test_many(void **state) {
    enum { MANY = 100000 };
    struct spec_eni *enis = calloc(MANY, sizeof(*enis));
    struct spec_address *addresses = calloc(MANY, sizeof(*addresses));
    char(*ids)[24] = calloc(MANY, sizeof(*ids));
    const struct image_vpc *vpc = NULL;
    struct image *image;
    struct world w;

    (void)state;
    world_init(&w);
    w.vpc_cidr[0] = cidr("10.0.0.0/8");
    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(ids[i], sizeof(ids[i]), "eni-%017x", i);
        addresses[i].private_ip = ip_plus(ip("10.0.0.0"), 4 + i);
        enis[i] = world_eni(i + 1, ids[i], "subnet-pub", NULL, &addresses[i], 1, w.app_sg);
        enis[i].mac =
            (struct mac){{6, 1, (uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i}};
    }
    w.vpc[0].enis = enis;
    w.vpc[0].eni_count = MANY;
    w.spec.vpc_count = 1;
    image = build(&w, NULL);
    assert_int_equal(image_vpc_address(image_vpc_at(image, 0), addresses[77777].private_ip)->eni, 77777);
    assert_string_equal(image_name(image_vpc_at(image, 0), image_eni_by_num(image, 99999, &vpc)->id),
                        ids[99998]);
    image_free(image);
    free(enis);
    free(addresses);
    free(ids);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readers),  cmocka_unit_test(test_routes), cmocka_unit_test(test_lookup_random),
        cmocka_unit_test(test_lists),    cmocka_unit_test(test_reuse),  cmocka_unit_test(test_each),
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_files),  cmocka_unit_test(test_damage),
        cmocka_unit_test(test_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
