/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a spec to a block.  Each VPC is compiled into columns (growing arrays), which are then laid out
 * one after another as its segment; the global tables are made from the finished segments, so that a
 * segment taken over from the previous image and a new one are treated alike.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "net/block.h"
#include "net/door.h"

/* Names to index + 1, since a map holds pointers. */
static int names_add(struct map *names, const char *id, size_t index) {
    if (!id || map_get(names, id))
        return id ? -EEXIST : -EINVAL;
    map_put(names, id, (void *)(index + 1));
    return 0;
}

static uint32_t names_get(const struct map *names, const char *id) {
    size_t found = id ? (size_t)map_get(names, id) : 0;

    return found ? (uint32_t)(found - 1) : IMAGE_NONE;
}

struct vpc_build {
    const struct spec *spec;
    const struct spec_vpc *in;
    const struct map *spec_lists; /* pl-… to its index in spec->prefix_lists */
    struct arena *arena;
    struct map strings, subnet_names, table_names, acl_names, group_names, list_names, eni_names,
        endpoint_names;
    struct image_vpc head;
    VEC(struct prefix) cidrs;
    VEC(struct image_subnet) subnets;
    VEC(struct image_table) tables;
    VEC(struct image_route) routes;
    VEC(struct image_step) steps;
    VEC(struct image_acl) acls;
    VEC(struct image_acl_entry) acl_entries;
    VEC(struct image_group) groups;
    VEC(struct image_rule) rules;
    VEC(struct image_list) lists;
    VEC(struct image_range) ranges;
    VEC(struct image_eni) enis;
    VEC(uint32_t) members;
    VEC(struct image_address) addresses;
    VEC(uint32_t) by_address;
    VEC(uint32_t) by_mac;
    VEC(struct image_endpoint) endpoints;
    VEC(char) text;
};

static uint32_t name(struct vpc_build *b, const char *text) {
    size_t at;

    if (!text || !*text)
        return 0;
    at = (size_t)map_get(&b->strings, text);
    if (at == 0) {
        at = b->text.count;
        for (const char *c = text;; c++) {
            *vec_push(b->arena, &b->text) = *c;
            if (!*c)
                break;
        }
        map_put(&b->strings, text, (void *)at);
    }
    return (uint32_t)at;
}

static int compare_ip(struct ipaddr x, struct ipaddr y) {
    return ip_before(x, y) ? -1 : ip_before(y, x);
}

static int compare_range(const void *a, const void *b) {
    return compare_ip(((const struct image_range *)a)->first, ((const struct image_range *)b)->first);
}

/* Sorts prefixes into disjoint ranges; out holds count items. */
static size_t make_ranges(const struct prefix *cidrs, size_t count, struct image_range *out) {
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        out[i] = (struct image_range){prefix_masked(cidrs[i]).addr, prefix_last(cidrs[i])};
    if (count > 1)
        qsort(out, count, sizeof(*out), compare_range);
    for (size_t i = 0; i < count; i++) {
        if (n > 0 && !ip_before(out[n - 1].last, out[i].first)) {
            if (ip_before(out[n - 1].last, out[i].last))
                out[n - 1].last = out[i].last;
        } else {
            out[n++] = out[i];
        }
    }
    return n;
}

static uint32_t use_list(struct vpc_build *b, const char *id) {
    uint32_t index = names_get(&b->list_names, id);
    uint32_t source = names_get(b->spec_lists, id);
    const struct spec_prefix_list *list;
    struct image_list *made;
    size_t first = b->ranges.count, n;

    if (index != IMAGE_NONE || source == IMAGE_NONE)
        return index;
    list = &b->spec->prefix_lists[source];
    for (size_t i = 0; i < list->cidr_count; i++)
        *vec_push(b->arena, &b->ranges) = (struct image_range){{0, 0}, {0, 0}};
    n = make_ranges(list->cidrs, list->cidr_count, b->ranges.items + first);
    b->ranges.count = first + n;
    made = vec_push(b->arena, &b->lists);
    *made = (struct image_list){name(b, list->id), name(b, list->name), {(uint32_t)first, (uint32_t)n}};
    names_add(&b->list_names, id, b->lists.count - 1);
    return (uint32_t)b->lists.count - 1;
}

/* A port rule without ports means all of them; what is out of range is the caller's mistake. */
static int make_match(int16_t protocol, struct prefix cidr, int32_t from, int32_t to,
                      struct image_match *ret) {
    struct image_match m = {.protocol = protocol, .icmp_type = -1, .icmp_code = -1, .to_port = UINT16_MAX};

    if (protocol < SPEC_PROTO_ALL || protocol > 255 || !prefix_valid(cidr))
        return -EINVAL;
    m.addr = prefix_masked(cidr).addr;
    m.mask = prefix_mask(cidr);
    m.length = cidr.length;
    m.v6 = !prefix_is4(cidr);
    if (protocol == 1 || protocol == 58) {
        if (from < -1 || from > 255 || to < -1 || to > 255)
            return -EINVAL;
        m.icmp_type = (int16_t)from;
        m.icmp_code = from < 0 ? -1 : (int16_t)to;
    } else if ((protocol == 6 || protocol == 17) && !(from == -1 && to == -1)) {
        if (from < 0 || to > UINT16_MAX || from > to)
            return -EINVAL;
        m.from_port = (uint16_t)from;
        m.to_port = (uint16_t)to;
    }
    *ret = m;
    return 0;
}

static int compare_acl_entry(const void *a, const void *b) {
    return ((const struct image_acl_entry *)a)->number - ((const struct image_acl_entry *)b)->number;
}

static int build_acl_side(struct vpc_build *b, const struct spec_acl *acl, bool egress,
                          struct image_slice *ret) {
    size_t first = b->acl_entries.count;

    for (size_t i = 0; i < acl->entry_count; i++) {
        const struct spec_acl_entry *e = &acl->entries[i];
        struct image_acl_entry entry = {.number = e->number, .allow = e->allow};
        int err;

        if (e->egress != egress)
            continue;
        err = make_match(e->protocol, e->cidr, e->from_port, e->to_port, &entry.match);
        if (err < 0)
            return err;
        *vec_push(b->arena, &b->acl_entries) = entry;
    }
    *ret = (struct image_slice){(uint32_t)first, (uint32_t)(b->acl_entries.count - first)};
    if (ret->count > 1)
        qsort(b->acl_entries.items + first, ret->count, sizeof(*b->acl_entries.items), compare_acl_entry);
    return 0;
}

static int build_acls(struct vpc_build *b) {
    for (size_t i = 0; i < b->in->acl_count; i++) {
        const struct spec_acl *acl = &b->in->acls[i];
        struct image_acl made = {.id = name(b, acl->id)};
        int err = names_add(&b->acl_names, acl->id, i);

        if (err == 0)
            err = build_acl_side(b, acl, false, &made.in);
        if (err == 0)
            err = build_acl_side(b, acl, true, &made.out);
        if (err < 0)
            return err;
        *vec_push(b->arena, &b->acls) = made;
    }
    return 0;
}

static int build_group_side(struct vpc_build *b, const struct spec_sg *group, bool egress,
                            struct image_slice *ret) {
    size_t first = b->rules.count;

    for (size_t i = 0; i < group->rule_count; i++) {
        const struct spec_sg_rule *r = &group->rules[i];
        struct image_rule rule = {.id = name(b, r->id),
                                  .peer_id = name(b, r->peer_id),
                                  .peer = IMAGE_NONE,
                                  .peer_kind = (uint32_t)r->peer};
        struct prefix cidr = r->peer == SPEC_PEER_CIDR ? r->cidr : (struct prefix){.length = 0};
        int err;

        if (r->egress != egress)
            continue;
        err = make_match(r->protocol, cidr, r->from_port, r->to_port, &rule.match);
        if (err < 0)
            return err;
        if (r->peer == SPEC_PEER_GROUP)
            rule.peer = names_get(&b->group_names, r->peer_id);
        else if (r->peer == SPEC_PEER_PREFIX_LIST)
            rule.peer = use_list(b, r->peer_id);
        *vec_push(b->arena, &b->rules) = rule;
    }
    *ret = (struct image_slice){(uint32_t)first, (uint32_t)(b->rules.count - first)};
    return 0;
}

static int build_groups(struct vpc_build *b) {
    int err = 0;

    for (size_t i = 0; i < b->in->group_count && err == 0; i++)
        err = names_add(&b->group_names, b->in->groups[i].id, i);
    for (size_t i = 0; i < b->in->group_count && err == 0; i++) {
        const struct spec_sg *group = &b->in->groups[i];
        struct image_group made = {.id = name(b, group->id)};

        err = build_group_side(b, group, false, &made.in);
        if (err == 0)
            err = build_group_side(b, group, true, &made.out);
        *vec_push(b->arena, &b->groups) = made;
    }
    return err;
}

/* One candidate of a route table's intervals. */
struct candidate {
    struct ipaddr first, last;
    uint32_t route;
    uint8_t length, rank; /* rank: order among equal prefixes: local, static, prefix list */
};

static int compare_candidate(const void *a, const void *b) {
    const struct candidate *x = a, *y = b;

    if (!ip_equal(x->first, y->first))
        return compare_ip(x->first, y->first);
    if (x->length != y->length)
        return x->length < y->length ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return x->route < y->route ? -1 : x->route > y->route;
}

static void emit_step(struct vpc_build *b, size_t first, struct ipaddr start, uint32_t route) {
    if (b->steps.count > first && ip_equal(b->steps.items[b->steps.count - 1].start, start))
        b->steps.count--; /* a more specific one begins at the same address */
    if (b->steps.count > first && b->steps.items[b->steps.count - 1].route == route)
        return;
    *vec_push(b->arena, &b->steps) = (struct image_step){.start = start, .route = route};
}

/*
 * Prefixes of one family nest or are disjoint, so one walk in order of start with a stack of open ones cuts the
 * family's addresses, from `start` to `end`, into intervals.
 */
static void build_steps(struct vpc_build *b, struct ipaddr start, struct ipaddr end,
                        struct candidate *candidates, size_t count, struct image_slice *ret) {
    struct candidate open[129] = {0};
    size_t depth = 0, first = b->steps.count;

    if (count > 1)
        qsort(candidates, count, sizeof(*candidates), compare_candidate);
    emit_step(b, first, start, IMAGE_NONE);
    for (size_t i = 0; i <= count; i++) {
        while (depth > 0 && (i == count || ip_before(open[depth - 1].last, candidates[i].first))) {
            struct ipaddr last = open[--depth].last;

            if (!ip_equal(last, end))
                emit_step(b, first, ip_plus(last, 1), depth > 0 ? open[depth - 1].route : IMAGE_NONE);
        }
        if (i == count || (depth > 0 && ip_equal(open[depth - 1].first, candidates[i].first) &&
                           open[depth - 1].length == candidates[i].length))
            continue; /* the same prefix again, of lower rank */
        open[depth++] = candidates[i];
        emit_step(b, first, candidates[i].first, candidates[i].route);
    }
    *ret = (struct image_slice){(uint32_t)first, (uint32_t)(b->steps.count - first)};
}

struct candidates {
    VEC(struct candidate) v4, v6;
};

static void add_route(struct vpc_build *b, struct candidates *c, struct image_route route, uint8_t rank) {
    struct candidate made;

    route.cidr = prefix_masked(route.cidr);
    made = (struct candidate){route.cidr.addr, prefix_last(route.cidr), (uint32_t)b->routes.count,
                              route.cidr.length, rank};
    if (prefix_is4(route.cidr))
        *vec_push(b->arena, &c->v4) = made;
    else
        *vec_push(b->arena, &c->v6) = made;
    *vec_push(b->arena, &b->routes) = route;
}

static int build_table(struct vpc_build *b, const struct spec_route_table *table) {
    struct image_table made = {.id = name(b, table->id)};
    struct candidates candidates = {0};
    size_t first = b->routes.count;

    for (size_t i = 0; i < table->route_count; i++) {
        const struct spec_route *r = &table->routes[i];
        struct image_route route = {.cidr = r->cidr,
                                    .prefix_list = name(b, r->prefix_list_id),
                                    .target_id = name(b, r->target_id),
                                    .target = IMAGE_NONE,
                                    .kind = (uint32_t)r->target};

        if (!prefix_valid(r->cidr) || r->target > SPEC_TARGET_BLACKHOLE)
            return -EINVAL;
        if (r->target == SPEC_TARGET_ENI)
            route.target = names_get(&b->eni_names, r->target_id);
        else if (r->target == SPEC_TARGET_GATEWAY_ENDPOINT)
            route.target = names_get(&b->endpoint_names, r->target_id);
        if ((r->target == SPEC_TARGET_ENI || r->target == SPEC_TARGET_GATEWAY_ENDPOINT) &&
            route.target == IMAGE_NONE)
            route.kind = SPEC_TARGET_BLACKHOLE;
        if (r->prefix_list_id) {
            uint32_t list = names_get(b->spec_lists, r->prefix_list_id);

            for (size_t p = 0; list != IMAGE_NONE && p < b->spec->prefix_lists[list].cidr_count; p++) {
                route.cidr = b->spec->prefix_lists[list].cidrs[p];
                add_route(b, &candidates, route, 2);
            }
        } else {
            add_route(b, &candidates, route, r->target == SPEC_TARGET_LOCAL ? 0 : 1);
        }
    }
    /* Every table has a local route for each of the VPC's CIDRs, whether or not somebody listed it. */
    for (size_t i = 0; i < b->in->cidr_count; i++) {
        bool listed = false;

        for (size_t r = 0; r < table->route_count; r++)
            listed |= !table->routes[r].prefix_list_id &&
                      table->routes[r].cidr.length == b->in->cidrs[i].length &&
                      prefix_contains(b->in->cidrs[i], table->routes[r].cidr.addr);
        if (!listed)
            add_route(b, &candidates,
                      (struct image_route){.cidr = b->in->cidrs[i],
                                           .target_id = name(b, "local"),
                                           .target = IMAGE_NONE,
                                           .kind = SPEC_TARGET_LOCAL},
                      0);
    }
    made.routes = (struct image_slice){(uint32_t)first, (uint32_t)(b->routes.count - first)};
    build_steps(b, ip_of4((struct ip4){0}), ip_of4((struct ip4){UINT32_MAX}), candidates.v4.items,
                candidates.v4.count, &made.steps);
    build_steps(b, (struct ipaddr){0, 0}, (struct ipaddr){UINT64_MAX, UINT64_MAX}, candidates.v6.items,
                candidates.v6.count, &made.steps6);
    *vec_push(b->arena, &b->tables) = made;
    return 0;
}

static int build_endpoints(struct vpc_build *b) {
    for (size_t i = 0; i < b->in->gateway_endpoint_count; i++) {
        const struct spec_gateway_endpoint *e = &b->in->gateway_endpoints[i];
        int err = e->num > DOOR_NUM_MAX ? -EINVAL : names_add(&b->endpoint_names, e->id, i);

        if (err < 0)
            return err;
        *vec_push(b->arena, &b->endpoints) =
            (struct image_endpoint){e->num, name(b, e->id), use_list(b, e->prefix_list_id)};
    }
    return 0;
}

static int build_subnets(struct vpc_build *b) {
    for (size_t i = 0; i < b->in->subnet_count; i++) {
        const struct spec_subnet *s = &b->in->subnets[i];
        struct image_subnet made = {.id = name(b, s->id),
                                    .table = names_get(&b->table_names, s->route_table_id),
                                    .acl = names_get(&b->acl_names, s->acl_id),
                                    .cidr = prefix_masked(s->cidr),
                                    .cidr6 = prefix_masked(s->cidr6)};
        int err = names_add(&b->subnet_names, s->id, i);

        if (err < 0)
            return err;
        if (!prefix_valid(s->cidr) || !prefix_valid(s->cidr6) ||
            (!prefix_none(s->cidr) && !prefix_is4(s->cidr)) || prefix_is4(s->cidr6))
            return -EINVAL;
        if (made.table == IMAGE_NONE || made.acl == IMAGE_NONE)
            return -ENOENT;
        *vec_push(b->arena, &b->subnets) = made;
    }
    return 0;
}

static int build_eni(struct vpc_build *b, const struct spec_eni *e) {
    uint32_t index = (uint32_t)b->enis.count;
    struct image_eni made = {
        .num = e->num,
        .tag = (uint32_t)hash_bytes(e->id, strlen(e->id), 0),
        .id = name(b, e->id),
        .instance_id = name(b, e->instance_id),
        .endpoint_id = name(b, e->endpoint_id),
        .subnet = names_get(&b->subnet_names, e->subnet_id),
        .endpoint_num = e->endpoint_num,
        .addresses = {(uint32_t)b->addresses.count, (uint32_t)e->address_count},
        .groups = {(uint32_t)b->members.count, (uint32_t)e->group_count},
        .mac = e->mac,
        .kind = (uint8_t)e->kind,
        .source_dest_check = e->source_dest_check,
        .up = e->up || e->kind == SPEC_ENI_INTERFACE_ENDPOINT,
    };

    if (made.subnet == IMAGE_NONE)
        return -ENOENT;
    if (e->num == 0 || e->num > DOOR_NUM_MAX || e->endpoint_num > DOOR_NUM_MAX || e->address_count == 0 ||
        e->address_count > 2 * DOOR_ADDRESSES_MAX || e->kind > SPEC_ENI_INTERFACE_ENDPOINT)
        return -EINVAL;
    for (size_t a = 0; a < e->address_count; a++) {
        struct ipaddr private = e->addresses[a].private_ip;

        if (ip_is4(private) ? a >= DOOR_ADDRESSES_MAX : e->addresses[a].public_ip.v != 0)
            return -EINVAL;
        *vec_push(b->arena, &b->addresses) = (struct image_address){.private_ip = private,
                                                                    .public_ip = e->addresses[a].public_ip,
                                                                    .eni = index,
                                                                    .index = (uint32_t)a};
    }
    for (size_t g = 0; g < e->group_count; g++) {
        uint32_t group = names_get(&b->group_names, e->group_ids[g]);

        if (group == IMAGE_NONE)
            return -ENOENT;
        *vec_push(b->arena, &b->members) = group;
    }
    /* Most interfaces have the groups of the one before. */
    if (index > 0) {
        struct image_slice last = b->enis.items[index - 1].groups;

        if (last.count == made.groups.count &&
            (last.count == 0 || memcmp(b->members.items + last.first, b->members.items + made.groups.first,
                                       last.count * sizeof(uint32_t)) == 0)) {
            b->members.count = made.groups.first;
            made.groups = last;
        }
    }
    *vec_push(b->arena, &b->enis) = made;
    return 0;
}

static size_t slot_count(size_t items) {
    size_t slots = 2;

    while (slots < items * 2)
        slots *= 2;
    return slots;
}

static int index_interfaces(struct vpc_build *b) {
    size_t slots = slot_count(b->addresses.count);
    uint32_t mask = (uint32_t)slots - 1, i;

    b->by_address.items = arena_array(b->arena, uint32_t, slots);
    b->by_address.count = slots;
    for (size_t a = 0; a < b->addresses.count; a++) {
        struct ipaddr ip = b->addresses.items[a].private_ip;

        for (i = image_hash_ip(ip) & mask; b->by_address.items[i] != 0; i = (i + 1) & mask) {
            if (ip_equal(b->addresses.items[b->by_address.items[i] - 1].private_ip, ip))
                return -EEXIST;
        }
        b->by_address.items[i] = (uint32_t)a + 1;
    }
    slots = slot_count(b->enis.count);
    mask = (uint32_t)slots - 1;
    b->by_mac.items = arena_array(b->arena, uint32_t, slots);
    b->by_mac.count = slots;
    for (size_t e = 0; e < b->enis.count; e++) {
        struct mac mac = b->enis.items[e].mac;

        for (i = image_hash_mac(mac) & mask; b->by_mac.items[i] != 0; i = (i + 1) & mask) {
            if (memcmp(&b->enis.items[b->by_mac.items[i] - 1].mac, &mac, sizeof(mac)) == 0)
                return -EEXIST;
        }
        b->by_mac.items[i] = (uint32_t)e + 1;
    }
    return 0;
}

static int compile_vpc(struct vpc_build *b) {
    int err = 0;

    *vec_push(b->arena, &b->text) = '\0';
    b->head.id = name(b, b->in->id);
    b->head.internet_gateway_id = name(b, b->in->internet_gateway_id);
    b->head.domain_name = name(b, b->in->domain_name);
    b->head.dns_support = b->in->dns_support;
    for (size_t i = 0; i < b->in->cidr_count; i++) {
        if (!prefix_valid(b->in->cidrs[i]) || (i == 0 && !prefix_is4(b->in->cidrs[i])))
            return -EINVAL;
        *vec_push(b->arena, &b->cidrs) = prefix_masked(b->in->cidrs[i]);
    }
    /* Routes name interfaces, interfaces name subnets, subnets name tables: names first. */
    for (size_t i = 0; i < b->in->eni_count && err == 0; i++)
        err = names_add(&b->eni_names, b->in->enis[i].id, i);
    for (size_t i = 0; i < b->in->route_table_count && err == 0; i++)
        err = names_add(&b->table_names, b->in->route_tables[i].id, i);
    if (err == 0)
        err = build_acls(b);
    if (err == 0)
        err = build_groups(b);
    if (err == 0)
        err = build_endpoints(b);
    if (err == 0)
        err = build_subnets(b);
    for (size_t i = 0; i < b->in->route_table_count && err == 0; i++)
        err = build_table(b, &b->in->route_tables[i]);
    for (size_t i = 0; i < b->in->eni_count && err == 0; i++)
        err = build_eni(b, &b->in->enis[i]);
    return err < 0 ? err : index_interfaces(b);
}

static size_t place(struct image_span *span, size_t at, size_t count, size_t item_bytes) {
    at = (at + 7) & ~(size_t)7;
    *span = (struct image_span){(uint32_t)at, (uint32_t)count};
    return at + count * item_bytes;
}

static int lay_out(struct vpc_build *b, void **ret_segment, size_t *ret_bytes) {
    size_t at = sizeof(struct image_vpc);
    char *segment;

#define COLUMNS(X)                                                                                           \
    X(cidrs, cidrs)                                                                                          \
    X(subnets, subnets)                                                                                      \
    X(tables, tables)                                                                                        \
    X(routes, routes)                                                                                        \
    X(steps, steps)                                                                                          \
    X(acls, acls)                                                                                            \
    X(acl_entries, acl_entries)                                                                              \
    X(groups, groups)                                                                                        \
    X(rules, rules)                                                                                          \
    X(lists, lists)                                                                                          \
    X(ranges, ranges)                                                                                        \
    X(enis, enis)                                                                                            \
    X(members, members)                                                                                      \
    X(addresses, addresses)                                                                                  \
    X(by_address, by_address)                                                                                \
    X(by_mac, by_mac)                                                                                        \
    X(endpoints, endpoints)                                                                                  \
    X(strings, text)
#define X(span, column) at = place(&b->head.span, at, b->column.count, sizeof(*b->column.items));
    COLUMNS(X)
#undef X
    at = (at + 7) & ~(size_t)7;
    if (at > UINT32_MAX)
        return -E2BIG;
    segment = calloc(1, at);
    if (!segment)
        return -ENOMEM;
    b->head.magic = IMAGE_VPC_MAGIC;
    b->head.bytes = (uint32_t)at;
    memcpy(segment, &b->head, sizeof(b->head));
#define X(span, column)                                                                                      \
    if (b->column.count > 0)                                                                                 \
        memcpy(segment + b->head.span.at, b->column.items, b->column.count * sizeof(*b->column.items));
    COLUMNS(X)
#undef X
#undef COLUMNS
    *ret_segment = segment;
    *ret_bytes = at;
    return 0;
}

static int build_vpc(const struct spec *spec, const struct spec_vpc *vpc, const struct map *spec_lists,
                     uint64_t lists_hash, void **ret_segment, size_t *ret_bytes) {
    struct arena arena = {0};
    struct vpc_build b = {.spec = spec, .in = vpc, .spec_lists = spec_lists, .arena = &arena};
    int err;

    b.head.version = vpc->version;
    b.head.lists_hash = lists_hash;
    err = compile_vpc(&b);
    if (err == 0)
        err = lay_out(&b, ret_segment, ret_bytes);
    map_free(&b.strings);
    map_free(&b.subnet_names);
    map_free(&b.table_names);
    map_free(&b.acl_names);
    map_free(&b.group_names);
    map_free(&b.list_names);
    map_free(&b.eni_names);
    map_free(&b.endpoint_names);
    arena_free(&arena);
    return err;
}

/* What a segment takes from outside its VPC: when a prefix list changes, all are compiled again. */
static uint64_t hash_lists(const struct spec *spec) {
    uint64_t hash = spec->prefix_list_count;

    for (size_t i = 0; i < spec->prefix_list_count; i++) {
        const struct spec_prefix_list *list = &spec->prefix_lists[i];

        hash = hash_bytes(list->id, strlen(list->id), hash);
        for (size_t c = 0; c < list->cidr_count; c++) {
            struct prefix masked = prefix_masked(list->cidrs[c]);

            hash = hash_bytes(&masked.addr, sizeof(masked.addr), hash);
            hash = hash_bytes(&masked.length, sizeof(masked.length), hash);
        }
    }
    return hash;
}

struct image_lender {
    struct map segments; /* by the VPC's id */
    uint64_t lists_hash;
};

int image_lender_new(const struct image *previous, const struct spec *spec,
                     struct image_lender **ret_lender) {
    struct image_lender *l = calloc(1, sizeof(*l));

    if (!l)
        return -ENOMEM;
    l->lists_hash = hash_lists(spec);
    for (size_t i = 0; previous && i < image_vpc_count(previous); i++) {
        const struct image_vpc *vpc = image_vpc_at(previous, i);

        map_put(&l->segments, image_name(vpc, vpc->id), (void *)(uintptr_t)vpc);
    }
    *ret_lender = l;
    return 0;
}

void image_lender_free(struct image_lender *l) {
    if (l)
        map_free(&l->segments);
    free(l);
}

static const struct image_vpc *last_of(const struct image_lender *l, const char *vpc_id) {
    return map_get(&l->segments, vpc_id);
}

bool image_lends(const struct image_lender *l, const char *vpc_id, uint64_t version) {
    const struct image_vpc *known = last_of(l, vpc_id);

    return known && known->version == version && known->lists_hash == l->lists_hash;
}

/* One VPC's segment: borrowed from the previous image, made (then to be freed), or none. */
struct piece {
    const void *data;
    void *made;
    size_t bytes;
};

struct build {
    const struct spec *spec;
    struct image_lender *lender;
    struct piece *pieces; /* of spec's VPCs */
    void (*failed)(void *user, const char *vpc_id, int error);
    void *user;
};

/* A VPC that cannot be part of the image: the whole fails, or it alone falls back to its last segment. */
static int fall_back(struct build *b, size_t i, int error) {
    struct piece *p = &b->pieces[i];
    const struct image_vpc *last = last_of(b->lender, b->spec->vpcs[i].id);

    if (!b->failed || error == -ENOMEM)
        return error;
    b->failed(b->user, b->spec->vpcs[i].id, error);
    if (p->data == last) /* that does not fit either */
        last = NULL;
    free(p->made);
    *p = (struct piece){last, NULL, last ? last->bytes : 0};
    return 0;
}

static int gather(struct build *b) {
    const struct spec *spec = b->spec;
    struct map lists = {0}, seen = {0};
    int err = 0;

    for (size_t i = 0; i < spec->prefix_list_count && err == 0; i++) {
        err = names_add(&lists, spec->prefix_lists[i].id, i);
        for (size_t c = 0; c < spec->prefix_lists[i].cidr_count && err == 0; c++)
            err = prefix_valid(spec->prefix_lists[i].cidrs[c]) ? 0 : -EINVAL;
    }
    for (size_t i = 0; i < spec->vpc_count && err == 0; i++) {
        const struct spec_vpc *vpc = &spec->vpcs[i];
        struct piece *p = &b->pieces[i];

        err = names_add(&seen, vpc->id, i);
        if (err < 0)
            break;
        if (image_lends(b->lender, vpc->id, vpc->version)) {
            const struct image_vpc *known = last_of(b->lender, vpc->id);

            *p = (struct piece){known, NULL, known->bytes};
            continue;
        }
        err = vpc->lent ? -ESTALE : build_vpc(spec, vpc, &lists, b->lender->lists_hash, &p->made, &p->bytes);
        p->data = p->made;
        if (err < 0)
            err = fall_back(b, i, err);
    }
    map_free(&lists);
    map_free(&seen);
    return err;
}

static int fill_by_num(struct image_num_slot *slots, size_t count, const struct image_vpc *vpc,
                       uint32_t index) {
    uint32_t mask = (uint32_t)count - 1, i;

    for (uint32_t e = 0; e < vpc->enis.count; e++) {
        uint32_t num = image_enis(vpc)[e].num;

        for (i = num & mask; slots[i].num != 0; i = (i + 1) & mask) {
            if (slots[i].num == num)
                return -EEXIST;
        }
        slots[i] = (struct image_num_slot){num, index, e};
    }
    return 0;
}

static int fill_by_public(struct image_public_slot *slots, size_t count, const struct image_vpc *vpc,
                          uint32_t index) {
    uint32_t mask = (uint32_t)count - 1, i;

    for (uint32_t a = 0; a < vpc->addresses.count; a++) {
        uint32_t ip = image_addresses(vpc)[a].public_ip.v;

        if (ip == 0)
            continue;
        for (i = image_hash(ip) & mask; slots[i].ip != 0; i = (i + 1) & mask) {
            if (slots[i].ip == ip)
                return -EEXIST;
        }
        slots[i] = (struct image_public_slot){ip, index, a};
    }
    return 0;
}

/* *ret_bad: the VPC that does not fit with those before it, when the error is its own. */
static int assemble(const struct spec *spec, const struct piece *pieces, struct image **ret_image,
                    size_t *ret_bad) {
    struct image_header header = {.magic = IMAGE_MAGIC,
                                  .layout = IMAGE_LAYOUT,
                                  .byte_order = IMAGE_BYTE_ORDER,
                                  .generation = spec->generation};
    size_t enis = 0, publics = 0, count = 0, *sources;
    uint64_t at = sizeof(header);
    struct image *image;
    char *block;
    int err;

    for (size_t i = 0; i < spec->vpc_count; i++) {
        const struct image_vpc *vpc = pieces[i].data;

        if (!vpc)
            continue;
        count++;
        enis += vpc->enis.count;
        for (uint32_t a = 0; a < vpc->addresses.count; a++)
            publics += image_addresses(vpc)[a].public_ip.v != 0;
    }
    sources = calloc(count + 1, sizeof(*sources));
    if (!sources)
        return -ENOMEM;
#define PLACE(field, items, type)                                                                            \
    header.field = (struct image_wide_span){at, (items)};                                                    \
    at += (header.field.count * sizeof(type) + 7) & ~UINT64_C(7)
    PLACE(segments, count, struct image_segment);
    PLACE(by_num, slot_count(enis), struct image_num_slot);
    PLACE(by_public, slot_count(publics), struct image_public_slot);
    PLACE(service, spec->service_cidr_count, struct image_range);
    PLACE(public, spec->public_cidr_count, struct image_range);
#undef PLACE
    header.size = at;
    for (size_t i = 0; i < spec->vpc_count; i++) {
        if (!pieces[i].data)
            continue;
        header.size = (header.size + IMAGE_ALIGN - 1) & ~(uint64_t)(IMAGE_ALIGN - 1);
        header.size += pieces[i].bytes;
    }
    err = image_alloc(header.size, &image);
    if (err < 0) {
        free(sources);
        return err;
    }
    block = (char *)(uintptr_t)image->header;
    for (size_t i = 0, n = 0; i < spec->vpc_count; i++) {
        if (!pieces[i].data)
            continue;
        at = (at + IMAGE_ALIGN - 1) & ~(uint64_t)(IMAGE_ALIGN - 1);
        sources[n] = i;
        ((struct image_segment *)(void *)(block + header.segments.at))[n++] =
            (struct image_segment){at, pieces[i].bytes};
        memcpy(block + at, pieces[i].data, pieces[i].bytes);
        at += pieces[i].bytes;
    }
    header.service.count = make_ranges(spec->service_cidrs, spec->service_cidr_count,
                                       (struct image_range *)(void *)(block + header.service.at));
    header.public.count = make_ranges(spec->public_cidrs, spec->public_cidr_count,
                                      (struct image_range *)(void *)(block + header.public.at));
    memcpy(block, &header, sizeof(header));
    for (size_t i = 0; i < count && err == 0; i++) {
        const struct image_vpc *vpc = image_vpc_at(image, i);

        err = fill_by_num((struct image_num_slot *)(void *)(block + header.by_num.at), header.by_num.count,
                          vpc, (uint32_t)i);
        if (err == 0)
            err = fill_by_public((struct image_public_slot *)(void *)(block + header.by_public.at),
                                 header.by_public.count, vpc, (uint32_t)i);
        *ret_bad = sources[i];
    }
    free(sources);
    if (err < 0)
        image_free(image);
    else
        *ret_image = image;
    return err;
}

int image_build_each(const struct spec *spec, const struct image *previous,
                     void (*failed)(void *user, const char *vpc_id, int error), void *user,
                     struct image **ret_image) {
    struct build b = {.spec = spec,
                      .pieces = calloc(spec->vpc_count + 1, sizeof(*b.pieces)),
                      .failed = failed,
                      .user = user};
    int err = b.pieces ? image_lender_new(previous, spec, &b.lender) : -ENOMEM;
    size_t bad = 0;

    for (size_t i = 0; i < spec->service_cidr_count; i++)
        err = prefix_valid(spec->service_cidrs[i]) ? err : -EINVAL;
    for (size_t i = 0; i < spec->public_cidr_count; i++)
        err = prefix_valid(spec->public_cidrs[i]) ? err : -EINVAL;
    if (err == 0)
        err = gather(&b);
    /* Each turn that fails puts one VPC back, at most twice. */
    while (err == 0) {
        err = assemble(spec, b.pieces, ret_image, &bad);
        if (err != -EEXIST)
            break;
        err = fall_back(&b, bad, err);
    }
    for (size_t i = 0; b.pieces && i < spec->vpc_count; i++)
        free(b.pieces[i].made);
    free(b.pieces);
    image_lender_free(b.lender);
    return err;
}

int image_build(const struct spec *spec, const struct image *previous, struct image **ret_image) {
    return image_build_each(spec, previous, NULL, NULL, ret_image);
}
