/* SPDX-License-Identifier: Apache-2.0 */
#include "net/awsnet.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/embed.h"
#include "base/log.h"
#include "base/text.h"
#include "base/tsv.h"

static struct {
    pthread_once_t once;
    struct arena arena;
    VEC(struct awsnet_region) regions;
    VEC(struct awsnet_service) services;
    VEC(struct awsnet_prefix_list) lists;
    VEC(struct prefix4) service_cidrs, pool;
    struct prefix4 home, elsewhere;
} all = {.once = PTHREAD_ONCE_INIT};

/* The data is part of the program: what does not parse is a bug of ours, found by the first test. */
static _Noreturn void broken(const char *what, const char *text) {
    log_error("built-in data: bad %s: %s", what, text);
    abort();
}

static struct prefix4 prefix(const char *text) {
    struct prefix4 p;

    if (prefix4_parse(text, &p) < 0)
        broken("range", text);
    return p;
}

static unsigned number(const char *text, unsigned max) {
    int64_t n;

    if (parse_int(text, 1, max, &n) < 0)
        broken("number", text);
    return (unsigned)n;
}

static void open_data(struct tsv *t, struct arena *a, const char *name) {
    const struct embed_file *f = embed_find(name);

    if (f == NULL)
        broken("file", name);
    tsv_open(t, a, f->data, f->length);
}

static void load_regions(struct arena *a) {
    struct tsv t;
    char *f[5];

    open_data(&t, a, "aws/regions.tsv");
    while (tsv_next(&t, f, 5)) {
        struct awsnet_region r = {.name = f[0], .location = f[3], .number = number(f[1], 63)};
        VEC(struct awsnet_zone) zones = {0};
        char *piece;

        r.opt_in = strcmp(f[2], "opt-in") == 0;
        while ((piece = tsv_piece(&f[4], ',')) != NULL) {
            char *letter = tsv_piece(&piece, '=');

            if (piece == NULL)
                broken("zone", letter);
            *vec_push(a, &zones) = (struct awsnet_zone){arena_printf(a, "%s%s", r.name, letter), piece};
        }
        r.zones = zones.items;
        r.zone_count = zones.count;
        *vec_push(a, &all.regions) = r;
    }
}

static void load_services(struct arena *a) {
    struct tsv t;
    char *f[4];

    open_data(&t, a, "aws/services.tsv");
    while (tsv_next(&t, f, 4)) {
        struct awsnet_service s = {.name = f[0], .host = number(f[2], 254)};
        VEC(const char *) patterns = {0};
        char *piece;

        while ((piece = tsv_piece(&f[1], ',')) != NULL) {
            s.gateway |= strcmp(piece, "gateway") == 0;
            s.interface |= strcmp(piece, "interface") == 0;
        }
        while ((piece = tsv_piece(&f[3], ',')) != NULL)
            *vec_push(a, &patterns) = piece;
        s.patterns = patterns.items;
        s.pattern_count = patterns.count;
        *vec_push(a, &all.services) = s;
    }
}

static void load_lists(struct arena *a) {
    struct tsv t;
    char *f[4];

    open_data(&t, a, "aws/prefix-lists.tsv");
    while (tsv_next(&t, f, 4)) {
        VEC(struct prefix4) cidrs = {0};
        char *piece;

        while ((piece = tsv_piece(&f[3], ',')) != NULL)
            *vec_push(a, &cidrs) = prefix(piece);
        *vec_push(a, &all.lists) = (struct awsnet_prefix_list){
            f[2], arena_printf(a, "com.amazonaws.%s.%s", f[1], f[0]), f[0], f[1], cidrs.items, cidrs.count};
    }
}

static void load_addresses(struct arena *a) {
    struct tsv t;
    char *f[2];

    open_data(&t, a, "aws/addresses.tsv");
    while (tsv_next(&t, f, 2)) {
        struct prefix4 p = prefix(f[1]);

        if (strcmp(f[0], "service") == 0)
            *vec_push(a, &all.service_cidrs) = p;
        else if (strcmp(f[0], "pool") == 0)
            *vec_push(a, &all.pool) = p;
        else if (strcmp(f[0], "home") == 0)
            all.home = p;
        else if (strcmp(f[0], "elsewhere") == 0)
            all.elsewhere = p;
        else
            broken("use", f[0]);
    }
}

static void load(void) {
    load_regions(&all.arena);
    load_services(&all.arena);
    load_lists(&all.arena);
    load_addresses(&all.arena);
}

#define LOADED() pthread_once(&all.once, load)

const struct awsnet_region *awsnet_regions(size_t *ret_count) {
    LOADED();
    *ret_count = all.regions.count;
    return all.regions.items;
}

const struct awsnet_region *awsnet_region(const char *name) {
    LOADED();
    for (size_t i = 0; i < all.regions.count; i++)
        if (text_is(all.regions.items[i].name, name))
            return &all.regions.items[i];
    return NULL;
}

const struct awsnet_service *awsnet_services(size_t *ret_count) {
    LOADED();
    *ret_count = all.services.count;
    return all.services.items;
}

const struct awsnet_service *awsnet_service(const char *name) {
    LOADED();
    for (size_t i = 0; i < all.services.count; i++)
        if (text_is(all.services.items[i].name, name))
            return &all.services.items[i];
    return NULL;
}

const struct awsnet_prefix_list *awsnet_prefix_lists(size_t *ret_count) {
    LOADED();
    *ret_count = all.lists.count;
    return all.lists.items;
}

const struct awsnet_prefix_list *awsnet_prefix_list(const char *service, const char *region) {
    LOADED();
    for (size_t i = 0; i < all.lists.count; i++)
        if (text_is(all.lists.items[i].service, service) && text_is(all.lists.items[i].region, region))
            return &all.lists.items[i];
    return NULL;
}

const struct prefix4 *awsnet_service_cidrs(size_t *ret_count) {
    LOADED();
    *ret_count = all.service_cidrs.count;
    return all.service_cidrs.items;
}

const struct prefix4 *awsnet_public_pool(size_t *ret_count) {
    LOADED();
    *ret_count = all.pool.count;
    return all.pool.items;
}

static const char REGION_MARK[] = "{region}";

int awsnet_private_dns_name(const struct awsnet_service *service, const char *region,
                            char ret_name[AWSNET_NAME_BYTES]) {
    const char *pattern = service->pattern_count > 0 ? service->patterns[0] : "", *mark;
    char name[AWSNET_NAME_BYTES];
    int n;

    mark = strstr(pattern, REGION_MARK);
    if (!service->interface || mark == NULL)
        return -ENOENT;
    n = snprintf(name, sizeof(name), "%.*s%s%s", (int)(mark - pattern), pattern, region,
                 mark + strlen(REGION_MARK));
    if (n < 0 || (size_t)n >= sizeof(name))
        return -ENAMETOOLONG;
    memcpy(ret_name, name, (size_t)n + 1);
    return 0;
}

char *awsnet_private_domain(const char *region, char out[AWSNET_NAME_BYTES]) {
    if (strcmp(region, "us-east-1") == 0)
        snprintf(out, AWSNET_NAME_BYTES, "ec2.internal");
    else
        snprintf(out, AWSNET_NAME_BYTES, "%s.compute.internal", region);
    return out;
}

char *awsnet_public_domain(const char *region, char out[AWSNET_NAME_BYTES]) {
    if (strcmp(region, "us-east-1") == 0)
        snprintf(out, AWSNET_NAME_BYTES, "compute-1.amazonaws.com");
    else
        snprintf(out, AWSNET_NAME_BYTES, "%s.compute.amazonaws.com", region);
    return out;
}

static char *host_name(const char *kind, struct ip4 a, const char *domain, char *out) {
    snprintf(out, AWSNET_NAME_BYTES, "%s-%u-%u-%u-%u.%.200s", kind, a.v >> 24, a.v >> 16 & 255,
             a.v >> 8 & 255, a.v & 255, domain);
    return out;
}

char *awsnet_private_host(const char *region, struct ip4 address, char out[AWSNET_NAME_BYTES]) {
    char domain[AWSNET_NAME_BYTES];

    return host_name("ip", address, awsnet_private_domain(region, domain), out);
}

char *awsnet_public_host(const char *region, struct ip4 address, char out[AWSNET_NAME_BYTES]) {
    char domain[AWSNET_NAME_BYTES];

    return host_name("ec2", address, awsnet_public_domain(region, domain), out);
}

/* Matches name against a pattern that spells a region; the region must be one that exists. */
static const struct awsnet_region *match_regional(const char *pattern, const char *mark, const char *name) {
    size_t head = (size_t)(mark - pattern), length = strlen(name), tail, region_length;
    const char *after = mark + strlen(REGION_MARK), *start = name;

    tail = strlen(after);
    if (length < tail || strcmp(name + length - tail, after) != 0)
        return NULL;
    length -= tail;
    if (pattern[0] == '*') {
        /* "*.s3.": the region is whatever follows the last ".s3." */
        pattern++;
        head--;
        start = NULL;
        for (size_t i = 1; i + head < length; i++)
            if (memcmp(name + i, pattern, head) == 0)
                start = name + i;
        if (start == NULL)
            return NULL;
    } else if (length < head || memcmp(name, pattern, head) != 0) {
        return NULL;
    }
    region_length = (size_t)(name + length - start) - head;
    for (size_t i = 0; i < all.regions.count; i++)
        if (strlen(all.regions.items[i].name) == region_length &&
            memcmp(all.regions.items[i].name, start + head, region_length) == 0)
            return &all.regions.items[i];
    return NULL;
}

/* Matches a global name; "name=region" says that it is that region's. */
static const struct awsnet_region *match_global(const char *pattern, const char *name,
                                                const struct awsnet_region *home) {
    size_t length = strcspn(pattern, "="), name_length = strlen(name);
    const struct awsnet_region *region = pattern[length] == '=' ? awsnet_region(pattern + length + 1) : home;

    if (pattern[0] == '*') {
        pattern++;
        length--;
        if (name_length <= length)
            return NULL;
        name += name_length - length;
        name_length = length;
    }
    return name_length == length && memcmp(name, pattern, length) == 0 ? region : NULL;
}

static struct ip4 service_address(const struct awsnet_service *s, const struct awsnet_region *region,
                                  const struct awsnet_region *home) {
    const struct awsnet_prefix_list *list = s->gateway ? awsnet_prefix_list(s->name, region->name) : NULL;

    if (list != NULL && list->cidr_count > 0)
        return (struct ip4){list->cidrs[0].addr.v + s->host};
    if (region == home)
        return (struct ip4){all.home.addr.v + s->host};
    return (struct ip4){all.elsewhere.addr.v + (region->number << 8) + s->host};
}

int awsnet_name(const char *home_region, const char *dns_name, struct awsnet_name *ret_name) {
    const struct awsnet_region *home = awsnet_region(home_region);

    if (home == NULL || !text_ends(dns_name, ".amazonaws.com"))
        return -ENOENT;
    /* Spelled regions first, so that "*.s3.amazonaws.com" does not take "b.s3.amazonaws.com"-like names
     * away from a more exact pattern. */
    for (int regional = 1; regional >= 0; regional--) {
        for (size_t i = 0; i < all.services.count; i++) {
            const struct awsnet_service *s = &all.services.items[i];

            for (size_t j = 0; j < s->pattern_count; j++) {
                const char *mark = strstr(s->patterns[j], REGION_MARK);
                const struct awsnet_region *region;

                if ((mark != NULL) != regional)
                    continue;
                region = mark != NULL ? match_regional(s->patterns[j], mark, dns_name)
                                      : match_global(s->patterns[j], dns_name, home);
                if (region == NULL)
                    continue;
                *ret_name = (struct awsnet_name){s, region, mark != NULL, service_address(s, region, home)};
                return 0;
            }
        }
    }
    return -ENOENT;
}
