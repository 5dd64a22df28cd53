/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validation of a block from outside.  Everything that a reader follows without looking is looked at here:
 * after it, no content of the block can lead a reader outside it or into an endless loop.
 */
#include <errno.h>
#include <string.h>

#include "net/block.h"
#include "net/door.h"

#define REQUIRE(condition)                                                                                   \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            return false;                                                                                    \
    } while (0)

static bool span_fits(const struct image_vpc *vpc, struct image_span span, size_t item_bytes) {
    return span.at % 8 == 0 && span.at >= sizeof(*vpc) && span.at <= vpc->bytes &&
           span.count <= (vpc->bytes - span.at) / item_bytes;
}

static bool slice_fits(struct image_slice slice, struct image_span span) {
    return slice.first <= span.count && slice.count <= span.count - slice.first;
}

static bool spans_fit(const struct image_vpc *vpc) {
#define FITS(field, type) REQUIRE(span_fits(vpc, vpc->field, sizeof(type)))
    FITS(cidrs, struct prefix);
    FITS(subnets, struct image_subnet);
    FITS(tables, struct image_table);
    FITS(routes, struct image_route);
    FITS(steps, struct image_step);
    FITS(acls, struct image_acl);
    FITS(acl_entries, struct image_acl_entry);
    FITS(groups, struct image_group);
    FITS(rules, struct image_rule);
    FITS(lists, struct image_list);
    FITS(ranges, struct image_range);
    FITS(enis, struct image_eni);
    FITS(members, uint32_t);
    FITS(addresses, struct image_address);
    FITS(by_address, uint32_t);
    FITS(by_mac, uint32_t);
    FITS(endpoints, struct image_endpoint);
    FITS(strings, char);
#undef FITS
    return true;
}

static bool name_ok(const struct image_vpc *vpc, uint32_t name) {
    return name < vpc->strings.count;
}

static bool ranges_ok(const struct image_range *ranges, size_t count) {
    for (size_t i = 0; i < count; i++)
        REQUIRE(!ip_before(ranges[i].last, ranges[i].first) &&
                (i == 0 || ip_before(ranges[i - 1].last, ranges[i].first)));
    return true;
}

static bool steps_ok(const struct image_vpc *vpc, struct image_slice slice, struct ipaddr start) {
    const struct image_step *steps = image_steps(vpc) + slice.first;

    REQUIRE(slice_fits(slice, vpc->steps) && slice.count > 0);
    for (uint32_t s = 0; s < slice.count; s++) {
        REQUIRE(s == 0 ? ip_equal(steps[s].start, start) : ip_before(steps[s - 1].start, steps[s].start));
        REQUIRE(steps[s].route == IMAGE_NONE || steps[s].route < vpc->routes.count);
    }
    return true;
}

static bool routing_ok(const struct image_vpc *vpc) {
    for (uint32_t i = 0; i < vpc->cidrs.count; i++)
        REQUIRE(prefix_valid(image_cidrs(vpc)[i]) && (i > 0 || prefix_is4(image_cidrs(vpc)[i])));
    for (uint32_t i = 0; i < vpc->subnets.count; i++) {
        const struct image_subnet *subnet = &image_subnets(vpc)[i];

        REQUIRE(name_ok(vpc, subnet->id) && subnet->table < vpc->tables.count &&
                subnet->acl < vpc->acls.count && prefix_valid(subnet->cidr) && prefix_valid(subnet->cidr6));
    }
    for (uint32_t i = 0; i < vpc->tables.count; i++) {
        const struct image_table *table = &image_tables(vpc)[i];

        REQUIRE(name_ok(vpc, table->id) && slice_fits(table->routes, vpc->routes) &&
                steps_ok(vpc, table->steps, ip_of4((struct ip4){0})) &&
                steps_ok(vpc, table->steps6, (struct ipaddr){0, 0}));
    }
    for (uint32_t i = 0; i < vpc->routes.count; i++) {
        const struct image_route *route = &image_routes(vpc)[i];

        REQUIRE(name_ok(vpc, route->prefix_list) && name_ok(vpc, route->target_id) &&
                prefix_valid(route->cidr) && route->kind <= SPEC_TARGET_BLACKHOLE);
        if (route->kind == SPEC_TARGET_ENI)
            REQUIRE(route->target < vpc->enis.count);
        if (route->kind == SPEC_TARGET_GATEWAY_ENDPOINT)
            REQUIRE(route->target < vpc->endpoints.count);
    }
    for (uint32_t i = 0; i < vpc->endpoints.count; i++) {
        const struct image_endpoint *endpoint = &image_endpoints(vpc)[i];

        REQUIRE(name_ok(vpc, endpoint->id) &&
                (endpoint->list == IMAGE_NONE || endpoint->list < vpc->lists.count));
    }
    return true;
}

static bool filters_ok(const struct image_vpc *vpc) {
    for (uint32_t i = 0; i < vpc->acls.count; i++) {
        const struct image_acl *acl = &image_acls(vpc)[i];

        REQUIRE(name_ok(vpc, acl->id) && slice_fits(acl->in, vpc->acl_entries) &&
                slice_fits(acl->out, vpc->acl_entries));
    }
    for (uint32_t i = 0; i < vpc->groups.count; i++) {
        const struct image_group *group = &image_groups(vpc)[i];

        REQUIRE(name_ok(vpc, group->id) && slice_fits(group->in, vpc->rules) &&
                slice_fits(group->out, vpc->rules));
    }
    for (uint32_t i = 0; i < vpc->rules.count; i++) {
        const struct image_rule *rule = &image_rules(vpc)[i];

        REQUIRE(name_ok(vpc, rule->id) && name_ok(vpc, rule->peer_id) &&
                rule->peer_kind <= SPEC_PEER_PREFIX_LIST);
        if (rule->peer != IMAGE_NONE && rule->peer_kind == SPEC_PEER_GROUP)
            REQUIRE(rule->peer < vpc->groups.count);
        if (rule->peer != IMAGE_NONE && rule->peer_kind == SPEC_PEER_PREFIX_LIST)
            REQUIRE(rule->peer < vpc->lists.count);
    }
    for (uint32_t i = 0; i < vpc->lists.count; i++) {
        const struct image_list *list = &image_lists(vpc)[i];

        REQUIRE(name_ok(vpc, list->id) && name_ok(vpc, list->name) && slice_fits(list->ranges, vpc->ranges) &&
                ranges_ok(image_ranges(vpc) + list->ranges.first, list->ranges.count));
    }
    return true;
}

/* A power of two of slots, each empty (0) or an index + 1 below limit, and one empty to end every search. */
static bool slots_ok(const uint32_t *slots, uint32_t count, uint32_t limit) {
    bool empty = false;

    REQUIRE(count > 0 && (count & (count - 1)) == 0);
    for (uint32_t i = 0; i < count; i++) {
        REQUIRE(slots[i] <= limit);
        empty |= slots[i] == 0;
    }
    return empty;
}

static bool interfaces_ok(const struct image_vpc *vpc) {
    for (uint32_t i = 0; i < vpc->enis.count; i++) {
        const struct image_eni *eni = &image_enis(vpc)[i];

        REQUIRE(name_ok(vpc, eni->id) && name_ok(vpc, eni->instance_id) && name_ok(vpc, eni->endpoint_id));
        REQUIRE(eni->subnet < vpc->subnets.count && eni->kind <= SPEC_ENI_INTERFACE_ENDPOINT);
        REQUIRE(eni->num > 0 && eni->num <= DOOR_NUM_MAX && eni->endpoint_num <= DOOR_NUM_MAX);
        REQUIRE(slice_fits(eni->groups, vpc->members) && slice_fits(eni->addresses, vpc->addresses));
        REQUIRE(eni->addresses.count > 0 && eni->addresses.count <= 2 * DOOR_ADDRESSES_MAX);
    }
    for (uint32_t i = 0; i < vpc->addresses.count; i++) {
        const struct image_address *address = &image_addresses(vpc)[i];

        REQUIRE(address->eni < vpc->enis.count && address->index < 2 * DOOR_ADDRESSES_MAX);
    }
    for (uint32_t i = 0; i < vpc->members.count; i++)
        REQUIRE(image_members(vpc)[i] < vpc->groups.count);
    return slots_ok(image_by_address(vpc), vpc->by_address.count, vpc->addresses.count) &&
           slots_ok(image_by_mac(vpc), vpc->by_mac.count, vpc->enis.count);
}

static bool vpc_ok(const void *data, uint64_t bytes) {
    const struct image_vpc *vpc = data;
    const char *strings;

    REQUIRE(bytes >= sizeof(*vpc) && vpc->magic == IMAGE_VPC_MAGIC && vpc->bytes == bytes && spans_fit(vpc));
    strings = (const char *)vpc + vpc->strings.at;
    REQUIRE(vpc->strings.count > 0 && strings[0] == '\0' && strings[vpc->strings.count - 1] == '\0');
    REQUIRE(name_ok(vpc, vpc->id) && name_ok(vpc, vpc->internet_gateway_id) &&
            name_ok(vpc, vpc->domain_name));
    return routing_ok(vpc) && filters_ok(vpc) && interfaces_ok(vpc);
}

static bool wide_fits(uint64_t size, struct image_wide_span span, size_t item_bytes) {
    return span.at % 8 == 0 && span.at >= sizeof(struct image_header) && span.at <= size &&
           span.count <= (size - span.at) / item_bytes;
}

static bool block_ok(const struct image *image) {
    const struct image_header *h = image->header;
    const struct image_segment *segments;
    const struct image_num_slot *nums;
    const struct image_public_slot *publics;
    bool empty = false;

    REQUIRE(image->size >= sizeof(*h) && memcmp(h->magic, IMAGE_MAGIC, sizeof(h->magic)) == 0);
    REQUIRE(h->layout == IMAGE_LAYOUT && h->byte_order == IMAGE_BYTE_ORDER && h->size == image->size);
    REQUIRE(wide_fits(h->size, h->segments, sizeof(struct image_segment)) &&
            wide_fits(h->size, h->by_num, sizeof(struct image_num_slot)) &&
            wide_fits(h->size, h->by_public, sizeof(struct image_public_slot)) &&
            wide_fits(h->size, h->service, sizeof(struct image_range)) &&
            wide_fits(h->size, h->public, sizeof(struct image_range)));
    REQUIRE(h->segments.count < UINT32_MAX && h->by_num.count <= UINT32_MAX &&
            h->by_public.count <= UINT32_MAX);
    segments = image_at(image, h->segments.at);
    for (uint64_t i = 0; i < h->segments.count; i++) {
        REQUIRE(segments[i].at % 8 == 0 && segments[i].at <= h->size &&
                segments[i].bytes <= h->size - segments[i].at);
        REQUIRE(vpc_ok(image_at(image, segments[i].at), segments[i].bytes));
    }
    nums = image_at(image, h->by_num.at);
    REQUIRE(h->by_num.count > 0 && (h->by_num.count & (h->by_num.count - 1)) == 0);
    for (uint64_t i = 0; i < h->by_num.count; i++) {
        empty |= nums[i].num == 0;
        REQUIRE(nums[i].num == 0 || (nums[i].vpc < h->segments.count &&
                                     nums[i].eni < image_vpc_at(image, nums[i].vpc)->enis.count));
    }
    REQUIRE(empty);
    publics = image_at(image, h->by_public.at);
    empty = false;
    REQUIRE(h->by_public.count > 0 && (h->by_public.count & (h->by_public.count - 1)) == 0);
    for (uint64_t i = 0; i < h->by_public.count; i++) {
        empty |= publics[i].ip == 0;
        REQUIRE(publics[i].ip == 0 ||
                (publics[i].vpc < h->segments.count &&
                 publics[i].address < image_vpc_at(image, publics[i].vpc)->addresses.count));
    }
    REQUIRE(empty);
    return ranges_ok(image_at(image, h->service.at), h->service.count) &&
           ranges_ok(image_at(image, h->public.at), h->public.count);
}

int image_validate(const void *data, size_t size) {
    const struct image image = {data, size};

    return block_ok(&image) ? 0 : -EBADMSG;
}
