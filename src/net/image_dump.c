/* SPDX-License-Identifier: Apache-2.0 */
#include "net/block.h"

static const char *const target_names[] = {
    [SPEC_TARGET_LOCAL] = "local",
    [SPEC_TARGET_INTERNET_GATEWAY] = "internet-gateway",
    [SPEC_TARGET_ENI] = "eni",
    [SPEC_TARGET_GATEWAY_ENDPOINT] = "gateway-endpoint",
    [SPEC_TARGET_NAT_GATEWAY] = "nat-gateway",
    [SPEC_TARGET_PEERING] = "peering",
    [SPEC_TARGET_TRANSIT_GATEWAY] = "transit-gateway",
    [SPEC_TARGET_BLACKHOLE] = "blackhole",
};

static void dump_match(const struct image_match *m, struct buf *out) {
    if (m->protocol < 0)
        buf_puts(out, " all");
    else if (m->protocol == 1 || m->protocol == 58)
        buf_printf(out, " %s %d/%d", m->protocol == 1 ? "icmp" : "icmpv6", m->icmp_type, m->icmp_code);
    else if (m->protocol == 6 || m->protocol == 17)
        buf_printf(out, " %s %u-%u", m->protocol == 6 ? "tcp" : "udp", m->from_port, m->to_port);
    else
        buf_printf(out, " protocol %d", m->protocol);
}

static void dump_cidr(const struct image_match *m, struct buf *out) {
    char text[PREFIX_TEXT_BYTES];

    buf_printf(out, " %s", prefix_format((struct prefix){.addr = m->addr, .length = m->length}, text));
}

static void dump_acl_side(const struct image_vpc *vpc, struct image_slice slice, const char *side,
                          struct buf *out) {
    for (uint32_t i = 0; i < slice.count; i++) {
        const struct image_acl_entry *e = &image_acl_entries(vpc)[slice.first + i];

        buf_printf(out, "    %s %u %s", side, e->number, e->allow ? "allow" : "deny");
        dump_match(&e->match, out);
        dump_cidr(&e->match, out);
        buf_putc(out, '\n');
    }
}

static void dump_group_side(const struct image_vpc *vpc, struct image_slice slice, const char *side,
                            struct buf *out) {
    for (uint32_t i = 0; i < slice.count; i++) {
        const struct image_rule *r = &image_rules(vpc)[slice.first + i];

        buf_printf(out, "    %s %s", side, image_name(vpc, r->id));
        dump_match(&r->match, out);
        if (r->peer_kind == SPEC_PEER_CIDR)
            dump_cidr(&r->match, out);
        else
            buf_printf(out, " %s%s", image_name(vpc, r->peer_id), r->peer == IMAGE_NONE ? " (unknown)" : "");
        buf_putc(out, '\n');
    }
}

static void dump_eni(const struct image_vpc *vpc, const struct image_eni *eni, struct buf *out) {
    char ip[IP_TEXT_BYTES], mac[MAC_TEXT_BYTES];

    buf_printf(out, "  eni %s num %u %s", image_name(vpc, eni->id), eni->num, mac_format(eni->mac, mac));
    buf_printf(out, " subnet %s", image_name(vpc, image_eni_subnet(vpc, eni)->id));
    if (eni->instance_id)
        buf_printf(out, " instance %s", image_name(vpc, eni->instance_id));
    if (eni->endpoint_id)
        buf_printf(out, " endpoint %s", image_name(vpc, eni->endpoint_id));
    buf_printf(out, "%s%s", eni->up ? " up" : " down", eni->source_dest_check ? "" : " no-check");
    for (uint32_t i = 0; i < eni->addresses.count; i++) {
        const struct image_address *a = &image_addresses(vpc)[eni->addresses.first + i];

        buf_printf(out, " %s", ip_format(a->private_ip, ip));
        if (a->public_ip.v)
            buf_printf(out, "=%s", ip4_format(a->public_ip, ip));
    }
    for (uint32_t i = 0; i < eni->groups.count; i++)
        buf_printf(out, " %s",
                   image_name(vpc, image_groups(vpc)[image_members(vpc)[eni->groups.first + i]].id));
    buf_putc(out, '\n');
}

static void dump_vpc(const struct image_vpc *vpc, struct buf *out) {
    char cidr[PREFIX_TEXT_BYTES];

    buf_printf(out, "vpc %s version %llu dns %s igw %s bytes %u\n", image_name(vpc, vpc->id),
               (unsigned long long)vpc->version, vpc->dns_support ? "on" : "off",
               vpc->internet_gateway_id ? image_name(vpc, vpc->internet_gateway_id) : "-", vpc->bytes);
    for (uint32_t i = 0; i < vpc->cidrs.count; i++)
        buf_printf(out, "  cidr %s\n", prefix_format(image_cidrs(vpc)[i], cidr));
    for (uint32_t i = 0; i < vpc->subnets.count; i++) {
        const struct image_subnet *s = &image_subnets(vpc)[i];

        buf_printf(out, "  subnet %s %s table %s acl %s\n", image_name(vpc, s->id),
                   prefix_format(s->cidr, cidr), image_name(vpc, image_tables(vpc)[s->table].id),
                   image_name(vpc, image_acls(vpc)[s->acl].id));
        if (!prefix_none(s->cidr6))
            buf_printf(out, "    and %s\n", prefix_format(s->cidr6, cidr));
    }
    for (uint32_t i = 0; i < vpc->tables.count; i++) {
        const struct image_table *t = &image_tables(vpc)[i];

        buf_printf(out, "  table %s\n", image_name(vpc, t->id));
        for (uint32_t r = 0; r < t->routes.count; r++) {
            const struct image_route *route = &image_routes(vpc)[t->routes.first + r];

            buf_printf(out, "    %s%s%s -> %s %s\n", prefix_format(route->cidr, cidr),
                       route->prefix_list ? " " : "", image_name(vpc, route->prefix_list),
                       target_names[route->kind], image_name(vpc, route->target_id));
        }
    }
    for (uint32_t i = 0; i < vpc->acls.count; i++) {
        buf_printf(out, "  acl %s\n", image_name(vpc, image_acls(vpc)[i].id));
        dump_acl_side(vpc, image_acls(vpc)[i].in, "in", out);
        dump_acl_side(vpc, image_acls(vpc)[i].out, "out", out);
    }
    for (uint32_t i = 0; i < vpc->groups.count; i++) {
        buf_printf(out, "  group %s\n", image_name(vpc, image_groups(vpc)[i].id));
        dump_group_side(vpc, image_groups(vpc)[i].in, "in", out);
        dump_group_side(vpc, image_groups(vpc)[i].out, "out", out);
    }
    for (uint32_t i = 0; i < vpc->endpoints.count; i++)
        buf_printf(out, "  gateway-endpoint %s num %u\n", image_name(vpc, image_endpoints(vpc)[i].id),
                   image_endpoints(vpc)[i].num);
    for (uint32_t i = 0; i < vpc->enis.count; i++)
        dump_eni(vpc, &image_enis(vpc)[i], out);
}

void image_dump(const struct image *image, struct buf *out) {
    buf_printf(out, "image generation %llu bytes %zu vpcs %zu\n", (unsigned long long)image_generation(image),
               image_size(image), image_vpc_count(image));
    for (size_t i = 0; i < image_vpc_count(image); i++)
        dump_vpc(image_vpc_at(image, i), out);
}
