/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random networks, changed at random: an image made from the one before is, byte for byte, the image made anew.
 *
 * Theory of operation: what changes is asked of the API's handlers, so that whoever forgets to say that a VPC changed
 * (api_network_changed) is found as well as a segment that is copied wrongly.  Refused calls are part of it.  Steps: 800, or
 * COMPILE_STEPS.
 */
#include <errno.h>

#include "ec2_rig.h"

#include "compile/compile.h"
#include "net/block.h"

enum { STEPS = 800, VPCS = 5, PER_VPC = 4 };

static uint32_t seed = 1;

static uint32_t pick(uint32_t below) {
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % below;
}

/* A call that may be refused. */
#define TRY(function, ...)                                                                                   \
    __extension__({                                                                                          \
        const struct ec2_##function##_request in_ = {__VA_ARGS__};                                           \
        char out_[4096] = {0};                                                                               \
        rig_run(#function, &in_, out_) == 0;                                                                 \
    })

/* A row of the table, or of those with that value in the column. */
#define ANY(table, rows_)                                                                                    \
    __extension__({                                                                                          \
        rig_begin(false);                                                                                    \
        struct table##_rows all_ = rows_;                                                                    \
        rig_end(true);                                                                                       \
        all_.count == 0 ? NULL : &all_.items[pick((uint32_t)all_.count)];                                    \
    })
#define ANY_OF(table, vpc) ANY(table, table##_list_by(&rig.tx, COL(table, vpc_id), vpc))

static const char *text(const char *format, uint32_t a, uint32_t b) {
    char out[64];

    snprintf(out, sizeof(out), format, a, b); /* NOLINT(clang-diagnostic-format-nonliteral) */
    return arena_strdup(&rig.arena, out);
}

static bool add_vpc(const char *vpc) {
    (void)vpc;
    rig_begin(false);
    size_t count = vpc_list(&rig.tx).count;
    rig_end(true);
    return count < VPCS && TRY(create_vpc, .cidr_block = "10.0.0.0/16",
                               .amazon_provided_ipv6_cidr_block = SOME_BOOL(pick(2)));
}

static bool delete_vpc(const char *vpc) {
    return TRY(delete_vpc, .vpc_id = vpc);
}

static bool add_subnet(const char *vpc) {
    return TRY(create_subnet, .vpc_id = vpc, .cidr_block = text("10.0.%u.0/24", pick(PER_VPC), 0));
}

static bool delete_subnet(const char *vpc) {
    const struct subnet_row *s = ANY_OF(subnet, vpc);
    return s && TRY(delete_subnet, .subnet_id = s->id);
}

static bool add_eni(const char *vpc) {
    const struct subnet_row *s = ANY_OF(subnet, vpc);
    if (!s)
        return false;
    rig_begin(false);
    size_t count = eni_list_by(&rig.tx, COL(eni, subnet_id), s->id).count;
    rig_end(true);
    if (count >= PER_VPC)
        return false;
    static unsigned made;
    rig_eni(s->id, NULL, text("i-%08x%09x", made++, 0), pick(2));
    return true;
}

static bool delete_eni(const char *vpc) {
    const struct eni_row *e = ANY_OF(eni, vpc);
    if (!e)
        return false;
    rig_begin(true);
    ec2_eni_delete(&rig.rq, eni_find(&rig.tx, e->id));
    rig_end(true);
    return true;
}

static bool up_or_down(const char *vpc) {
    const struct eni_row *e = ANY_OF(eni, vpc);
    if (!e || !e->instance_id)
        return false;
    rig_instance_up(e->instance_id, pick(2));
    return true;
}

static bool add_group(const char *vpc) {
    return TRY(create_security_group, .vpc_id = vpc, .group_name = text("g%u", pick(PER_VPC), 0),
               .description = "d");
}

static bool delete_group(const char *vpc) {
    const struct security_group_row *g = ANY_OF(security_group, vpc);
    return g && TRY(delete_security_group, .group_id = g->id);
}

static bool change_rule(const char *vpc, bool add) {
    const struct security_group_row *g = ANY_OF(security_group, vpc), *peer = ANY_OF(security_group, vpc);
    if (!g)
        return false;
    struct ec2_ip_range range = {.cidr_ip = text("10.%u.0.0/%u", pick(3), 16)};
    struct ec2_user_id_group_pair pair = {.group_id = peer->id};
    struct ec2_ipv6_range range6 = {.cidr_ipv6 = text("2001:db8:%u::/%u", pick(3), 48)};
    struct ec2_ip_permission p = {.ip_protocol = pick(2) ? "tcp" : "udp",
                                  .from_port = SOME_INT(pick(3)),
                                  .to_port = SOME_INT(3 + pick(3))};
    if (pick(3) == 0)
        p.ipv6_ranges = (__typeof__(p.ipv6_ranges)){&range6, 1, 1};
    else if (pick(2))
        p.ip_ranges = (__typeof__(p.ip_ranges)){&range, 1, 1};
    else
        p.user_id_group_pairs = (__typeof__(p.user_id_group_pairs)){&pair, 1, 1};
#define RULE(call) TRY(call, .group_id = g->id, .ip_permissions = {&p, 1, 1})
    if (pick(2))
        return add ? RULE(authorize_security_group_ingress) : RULE(revoke_security_group_ingress);
    return add ? RULE(authorize_security_group_egress) : RULE(revoke_security_group_egress);
}

static bool add_rule(const char *vpc) {
    return change_rule(vpc, true);
}

static bool delete_rule(const char *vpc) {
    return change_rule(vpc, false);
}

static bool change_entry(const char *vpc) {
    const struct network_acl_row *a = ANY_OF(network_acl, vpc);
    if (!a)
        return false;
    struct opt_int number = SOME_INT(1 + pick(4));
    struct opt_bool egress = SOME_BOOL(pick(2));
    if (pick(3) == 0)
        return TRY(delete_network_acl_entry, .network_acl_id = a->id, .rule_number = number,
                   .egress = egress);
#define ENTRY                                                                                                \
    .network_acl_id = a->id, .rule_number = number, .egress = egress, .protocol = "-1",                      \
    .rule_action = pick(2) ? "allow" : "deny", .cidr_block = text("10.%u.0.0/%u", pick(3), 16)
    return pick(2) ? TRY(create_network_acl_entry, ENTRY) : TRY(replace_network_acl_entry, ENTRY);
}

static bool change_acl(const char *vpc) {
    const struct network_acl_row *a = ANY_OF(network_acl, vpc);
    return pick(2) || !a ? TRY(create_network_acl, .vpc_id = vpc)
                         : TRY(delete_network_acl, .network_acl_id = a->id);
}

static bool change_table(const char *vpc) {
    const struct route_table_row *t = ANY_OF(route_table, vpc);
    const struct subnet_row *s = ANY_OF(subnet, vpc);
    switch (pick(3)) {
    case 0:
        return TRY(create_route_table, .vpc_id = vpc);
    case 1:
        return t && TRY(delete_route_table, .route_table_id = t->id);
    default:
        return t && s && TRY(associate_route_table, .route_table_id = t->id, .subnet_id = s->id);
    }
}

static bool change_route(const char *vpc) {
    const struct route_table_row *t = ANY_OF(route_table, vpc);
    const struct internet_gateway_row *g = ANY_OF(internet_gateway, vpc);
    const struct eni_row *e = ANY_OF(eni, vpc);
    const char *to = text("%u.0.0.0/%u", 20 + pick(3), 8);
    if (!t)
        return false;
    if (pick(3) == 0)
        return TRY(delete_route, .route_table_id = t->id, .destination_cidr_block = to);
    if (g && pick(2))
        return TRY(create_route, .route_table_id = t->id, .destination_cidr_block = to, .gateway_id = g->id);
    return e && TRY(create_route, .route_table_id = t->id, .destination_cidr_block = to,
                    .network_interface_id = e->id);
}

static bool change_gateway(const char *vpc) {
    const struct internet_gateway_row *g = ANY_OF(internet_gateway, vpc);
    if (g)
        return TRY(detach_internet_gateway, .vpc_id = vpc, .internet_gateway_id = g->id);
    TRY(create_internet_gateway, );
    g = ANY(internet_gateway, internet_gateway_list(&rig.tx));
    return TRY(attach_internet_gateway, .vpc_id = vpc, .internet_gateway_id = g->id);
}

static bool change_attribute(const char *vpc) {
    struct ec2_attribute_boolean_value v = {SOME_BOOL(pick(2))};
    return pick(2) ? TRY(modify_vpc_attribute, .vpc_id = vpc, .enable_dns_support = &v)
                   : TRY(modify_vpc_attribute, .vpc_id = vpc, .enable_dns_hostnames = &v);
}

static bool (*const changes[])(const char *vpc) = {
    add_vpc,    delete_vpc,   add_subnet,   delete_subnet, add_eni,        add_eni,         delete_eni,
    up_or_down, add_group,    delete_group, add_rule,      add_rule,       delete_rule,     change_entry,
    change_acl, change_table, change_route, change_route,  change_gateway, change_attribute};

/* In one view of the state, so that both see the same time of day, or as good as. */
static struct image *compiled(const struct image *previous) {
    struct compile_failures failures;
    struct image *image = NULL;

    rig_begin(false);
    assert_int_equal(compile_image(&rig.tx, previous, &image, &failures), 0);
    assert_int_equal(failures.count, 0);
    rig_end(true);
    return image;
}

/* But for the header's generation, which is the time that it was made. */
static void assert_same(const struct image *a, const struct image *b) {
    struct image_header ha = *a->header, hb = *b->header;

    assert_int_equal(image_size(a), image_size(b));
    ha.generation = hb.generation = 0;
    assert_memory_equal(&ha, &hb, sizeof(ha));
    assert_memory_equal((const char *)image_data(a) + sizeof(ha), (const char *)image_data(b) + sizeof(hb),
                        image_size(a) - sizeof(ha));
}

static void incremental_is_full(void **state) {
    const char *steps = getenv("COMPILE_STEPS");
    struct image *image = NULL;
    unsigned done = 0;

    (void)state;
    for (unsigned i = 0, count = steps ? (unsigned)strtoul(steps, NULL, 10) : STEPS; i < count; i++) {
        const struct vpc_row *vpc = ANY(vpc, vpc_list(&rig.tx));
        struct image *next, *anew;

        done += changes[pick(sizeof(changes) / sizeof(changes[0]))](vpc ? vpc->id : "vpc-0");
        next = compiled(image);
        anew = compiled(NULL);
        assert_same(next, anew);
        image_free(image);
        image_free(anew);
        image = next;
        arena_reset(&rig.arena);
    }
    print_message("%u changes, %zu VPCs with interfaces at the end\n", done, image_vpc_count(image));
    image_free(image);
}

int main(void) {
    const struct CMUnitTest tests[] = {RIG_TEST(incremental_is_full)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
