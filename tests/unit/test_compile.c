/* SPDX-License-Identifier: Apache-2.0 */
/* What the API was told is what the network image says. */
#include <errno.h>

#include "ec2_rig.h"

#include "compile/compile.h"
#include "fwd/fwd.h"
#include "net/awsnet.h"
#include "wire/build.h"

static struct compile_failures failures;

static struct image *compiled(const struct image *previous) {
    struct image *image = NULL;
    rig_begin(false);
    assert_int_equal(compile_image(&rig.tx, previous, &image, &failures), 0);
    rig_end(true);
    return image;
}

static struct ipaddr ip(const char *text) {
    struct ipaddr a = {0, 0};
    assert_int_equal(ip_parse(text, &a), 0);
    return a;
}

static const struct image_route *lookup(const struct image *image, const struct eni_row *from,
                                        const char *to) {
    const struct image_vpc *vpc = NULL;
    const struct image_eni *eni = image_eni_by_num(image, (uint32_t)from->num, &vpc);
    assert_non_null(eni);
    return image_route_lookup(vpc, &image_tables(vpc)[image_eni_subnet(vpc, eni)->table], ip(to));
}

struct bed {
    const char *vpc, *subnet_a, *subnet_b, *table, *instance; /* instance: a's */
    const struct eni_row *a, *b;
};

static struct bed make_bed(void) {
    struct ec2_attribute_boolean_value on = {SOME_BOOL(true)};
    struct bed bed = {.vpc = rig_vpc("10.0.0.0/16")};
    DO(modify_vpc_attribute, .vpc_id = bed.vpc, .enable_dns_hostnames = &on);
    bed.subnet_a = rig_subnet(bed.vpc, "10.0.1.0/24", NULL);
    bed.subnet_b = rig_subnet(bed.vpc, "10.0.2.0/24", NULL);
    bed.instance = arena_printf(&rig.arena, "i-%s", bed.subnet_a + strlen("subnet-"));
    bed.a = rig_eni(bed.subnet_a, "10.0.1.10", bed.instance, true);
    bed.b = rig_eni(bed.subnet_b, "10.0.2.10",
                    arena_printf(&rig.arena, "i-%s", bed.subnet_b + strlen("subnet-")), true);
    bed.table = CALL(create_route_table, .vpc_id = bed.vpc)->route_table->route_table_id;
    CALL(associate_route_table, .route_table_id = bed.table, .subnet_id = bed.subnet_b);
    return bed;
}

static void interfaces(void **state) {
    (void)state;
    rig_vpc("10.9.0.0/16");
    struct bed bed = make_bed();
    struct image *image = compiled(NULL);
    assert_int_equal(image_vpc_count(image), 1);
    const struct image_vpc *vpc = image_vpc_at(image, 0);
    assert_string_equal(image_name(vpc, vpc->id), bed.vpc);
    assert_string_equal(image_name(vpc, vpc->domain_name), "ap-northeast-1.compute.internal");
    assert_true(vpc->dns_support);
    assert_int_equal(vpc->enis.count, 2);
    const struct image_eni *a = image_eni_by_id(image, bed.instance, &vpc);
    assert_int_equal(a->num, bed.a->num);
    assert_true(a->up && a->source_dest_check);
    assert_true(ip_equal(image_eni_primary(vpc, a)->private_ip, ip("10.0.1.10")));
    assert_int_equal(a->groups.count, 1);
    assert_int_equal(lookup(image, bed.a, "10.0.2.10")->kind, SPEC_TARGET_LOCAL);
    assert_null(lookup(image, bed.a, "8.8.8.8"));
    assert_true(image_is_service(image, ip_of4(awsnet_prefix_list("s3", "ap-northeast-1")->cidrs[0].addr)));
    assert_true(image_is_public(image, ip("203.0.113.7")));
    rig_instance_up(bed.instance, false);
    struct image *next = compiled(image);
    assert_false(image_eni_by_id(next, bed.instance, &vpc)->up);
    assert_true(image_generation(next) > image_generation(image));
    image_free(image);
    image_free(next);
}

static void public_addresses(void **state) {
    (void)state;
    struct bed bed = make_bed();
    rig_begin(true);
    struct eni_address_row row = eni_address_list_by(&rig.tx, COL(eni_address, eni_id), bed.a->id).items[0];
    row.public_ip = "203.0.113.9";
    eni_address_put(&rig.tx, &row);
    network_touch(&rig.tx, bed.vpc);
    rig_end(true);
    struct image *image = compiled(NULL);
    const struct image_vpc *vpc = NULL;
    const struct image_address *found = image_address_by_public_ip(image, ip_v4(ip("203.0.113.9")), &vpc);
    assert_non_null(found);
    assert_true(ip_equal(found->private_ip, ip("10.0.1.10")));
    assert_int_equal(image_enis(vpc)[found->eni].num, bed.a->num);
    image_free(image);
}

/* rt-002, rt-005, rt-016: the same says DescribeRouteTables */
static void routes(void **state) {
    (void)state;
    struct bed bed = make_bed();
    CALL(create_route, .route_table_id = bed.table, .destination_cidr_block = "0.0.0.0/0",
         .instance_id = bed.instance);
    CALL(create_vpc_endpoint, .vpc_id = bed.vpc, .service_name = "com.amazonaws.ap-northeast-1.s3",
         .route_table_ids = TEXTS(bed.table));
    struct image *image = compiled(NULL);
    const struct image_route *out = lookup(image, bed.b, "8.8.8.8");
    assert_int_equal(out->kind, SPEC_TARGET_ENI);
    assert_null(lookup(image, bed.a, "8.8.8.8"));
    char text[IP4_TEXT_BYTES];
    struct ip4 s3 = awsnet_prefix_list("s3", "ap-northeast-1")->cidrs[0].addr;
    assert_int_equal(lookup(image, bed.b, ip4_format(s3, text))->kind, SPEC_TARGET_GATEWAY_ENDPOINT);
    rig_instance_up(bed.instance, false);
    struct image *next = compiled(image);
    assert_int_equal(lookup(next, bed.b, "8.8.8.8")->kind, SPEC_TARGET_BLACKHOLE);
    image_free(image);
    image = compiled(next);
    assert_int_equal(lookup(image, bed.b, "8.8.8.8")->kind, SPEC_TARGET_BLACKHOLE);
    image_free(image);
    image_free(next);
}

static void endpoint(void **state) {
    (void)state;
    struct bed bed = make_bed();
    const struct ec2_vpc_endpoint *e =
        CALL(create_vpc_endpoint, .vpc_id = bed.vpc, .service_name = "com.amazonaws.ap-northeast-1.ssm",
             .vpc_endpoint_type = "Interface", .subnet_ids = TEXTS(bed.subnet_a))
            ->vpc_endpoint;
    struct image *image = compiled(NULL);
    const struct image_vpc *vpc = NULL;
    const struct image_eni *eni = image_eni_by_id(image, e->network_interface_ids.items[0], &vpc);
    assert_int_equal(eni->kind, SPEC_ENI_INTERFACE_ENDPOINT);
    assert_true(eni->up && eni->endpoint_num > 0);
    assert_string_equal(image_name(vpc, eni->endpoint_id), e->vpc_endpoint_id);
    image_free(image);
}

static void rules(void **state) {
    (void)state;
    struct bed bed = make_bed();
    const char *group =
        CALL(create_security_group, .vpc_id = bed.vpc, .group_name = "g", .description = "d")->group_id;
    CALL(authorize_security_group_ingress, .group_id = group, .ip_protocol = "tcp", .from_port = SOME_INT(22),
         .to_port = SOME_INT(23), .cidr_ip = "10.0.0.0/8");
    CALL(authorize_security_group_ingress, .group_id = group,
         .ip_permissions = ONE(ec2_ip_permission, .ip_protocol = "47",
                               .user_id_group_pairs = ONE(ec2_user_id_group_pair, .group_id = group)));
    CALL(authorize_security_group_ingress, .group_id = group,
         .ip_permissions = ONE(ec2_ip_permission, .ip_protocol = "-1",
                               .ipv6_ranges = ONE(ec2_ipv6_range, .cidr_ipv6 = "::/0")));
    struct image *image = compiled(NULL);
    const struct image_vpc *vpc = image_vpc_at(image, 0);
    const struct image_group *g = &image_groups(vpc)[1];
    assert_string_equal(image_name(vpc, g->id), group);
    assert_int_equal(g->in.count, 3);
    assert_int_equal(g->out.count, 1);
    const struct image_rule *rule = &image_rules(vpc)[g->in.first];
    assert_int_equal(rule->match.protocol, 6);
    assert_int_equal(rule->match.from_port, 22);
    assert_int_equal(rule->match.to_port, 23);
    assert_true(ip_equal(rule->match.addr, ip("10.0.0.0")));
    assert_int_equal(rule[1].match.protocol, 47);
    assert_int_equal(rule[1].peer, 1);
    /* What is for IPv6 alone says nothing about IPv4. */
    assert_false(rule->match.v6);
    assert_true(rule[2].match.v6);
    const char *acl_id = CALL(describe_network_acls, .filters = FILTER("vpc-id", bed.vpc))
                             ->network_acls.items[0]
                             .network_acl_id;
    DO(create_network_acl_entry, .network_acl_id = acl_id, .rule_number = SOME_INT(50), .protocol = "-1",
       .rule_action = "allow", .ipv6_cidr_block = "::/0");
    image_free(image);
    image = compiled(NULL);
    vpc = image_vpc_at(image, 0);
    const struct image_acl *acl = &image_acls(vpc)[0];
    assert_int_equal(acl->in.count, 2);
    const struct image_acl_entry *entries = &image_acl_entries(vpc)[acl->in.first];
    assert_int_equal(entries[0].number, 50);
    assert_true(entries[0].match.v6);
    assert_int_equal(entries[1].number, 100);
    assert_false(entries[1].match.v6);
    image_free(image);
}

/* What IPv6 adds is in the image, by whatever step it came: incremental is full. */
static struct image *both_ways(struct image *previous, const char *vpc_id) {
    struct image *next = compiled(previous), *full = compiled(NULL);
    const struct image_vpc *one = image_vpc_by_id(next, vpc_id), *two = image_vpc_by_id(full, vpc_id);
    assert_int_equal(one->bytes, two->bytes);
    assert_memory_equal(one, two, one->bytes);
    image_free(previous);
    image_free(full);
    return next;
}

static const char *part_of(const char *range, unsigned part) { /* ….00::/56: its part-th /64 */
    return arena_printf(&rig.arena, "%.*s%02x::/64", (int)(strstr(range, "00::/56") - range), range, part);
}

static void ipv6(void **state) {
    (void)state;
    struct bed bed = make_bed();
    struct ec2_attribute_boolean_value on = {SOME_BOOL(true)};
    struct image *image = compiled(NULL);
    assert_null(lookup(image, bed.a, "2600:1f00::1"));
    const struct ec2_vpc_ipv6_cidr_block_association *made =
        CALL(associate_vpc_cidr_block, .vpc_id = bed.vpc, .amazon_provided_ipv6_cidr_block = SOME_BOOL(true))
            ->ipv6_cidr_block_association;
    image = both_ways(image, bed.vpc);
    const char *part = part_of(made->ipv6_cidr_block, 1);
    const char *subnet = CALL(associate_subnet_cidr_block, .subnet_id = bed.subnet_b, .ipv6_cidr_block = part)
                             ->ipv6_cidr_block_association->association_id;
    DO(modify_subnet_attribute, .subnet_id = bed.subnet_b, .assign_ipv6_address_on_creation = &on);
    image = both_ways(image, bed.vpc);
    const struct eni_row *eni = rig_eni(bed.subnet_b, NULL, NULL, false);
    rig_begin(false);
    struct eni_address6_rows rows = eni_address6_list_by(&rig.tx, COL(eni_address6, eni_id), eni->id);
    rig_end(true);
    assert_int_equal(rows.count, 1);
    image = both_ways(image, bed.vpc);
    const struct image_vpc *vpc = image_vpc_by_id(image, bed.vpc);
    const struct image_address *found = image_vpc_address(vpc, ip(rows.items[0].ip));
    assert_non_null(found);
    assert_int_equal(image_enis(vpc)[found->eni].num, eni->num);
    assert_int_equal(lookup(image, bed.a, rows.items[0].ip)->kind, SPEC_TARGET_LOCAL);
    CALL(create_route, .route_table_id = bed.table, .destination_ipv6_cidr_block = part,
         .network_interface_id = bed.a->id);
    CALL(create_route, .route_table_id = bed.table, .destination_ipv6_cidr_block = "::/0",
         .instance_id = bed.instance);
    image = both_ways(image, bed.vpc);
    assert_int_equal(lookup(image, bed.b, rows.items[0].ip)->kind, SPEC_TARGET_ENI);
    assert_int_equal(lookup(image, bed.b, "2001:db8::1")->kind, SPEC_TARGET_ENI);
    assert_null(lookup(image, bed.b, "8.8.8.8"));
    DO(delete_route, .route_table_id = bed.table, .destination_ipv6_cidr_block = part);
    REFUSED("InvalidCidrBlock.InUse", disassociate_subnet_cidr_block, .association_id = subnet);
    REFUSED("InvalidCidrBlock.InUse", disassociate_vpc_cidr_block, .association_id = made->association_id);
    rig_begin(true);
    ec2_eni_delete(&rig.rq, eni);
    rig_end(true);
    CALL(disassociate_subnet_cidr_block, .association_id = subnet);
    CALL(disassociate_vpc_cidr_block, .association_id = made->association_id);
    image = both_ways(image, bed.vpc);
    vpc = image_vpc_by_id(image, bed.vpc);
    assert_int_equal(vpc->cidrs.count, 1);
    assert_null(image_vpc_address(vpc, ip(rows.items[0].ip)));
    image_free(image);
}

/* A VPC that did not change is the same bytes; each of these changes makes others. */
static uint64_t last_version;
static const char *changing_vpc;

static bool version_grew(void) {
    rig_begin(false);
    uint64_t now = network_version(&rig.tx, changing_vpc);
    rig_end(true);
    bool grew = now > last_version;
    last_version = now;
    return grew;
}

static void versions(void **state) {
    (void)state;
    struct bed bed = make_bed(), other = make_bed();
    changing_vpc = bed.vpc;
    struct image *image = compiled(NULL), *same = compiled(image);
    const struct image_vpc *one = image_vpc_by_id(image, bed.vpc), *two = image_vpc_by_id(same, bed.vpc);
    assert_int_equal(one->bytes, two->bytes);
    assert_memory_equal(one, two, one->bytes);
    image_free(same);

    assert_true(version_grew());
    assert_false(version_grew());
#define GROWS(...)                                                                                           \
    __VA_ARGS__;                                                                                             \
    assert_true(version_grew())
    GROWS(const char *subnet = rig_subnet(bed.vpc, "10.0.5.0/24", NULL));
    GROWS(const char *table = CALL(create_route_table, .vpc_id = bed.vpc)->route_table->route_table_id);
    GROWS(const char *association =
              CALL(associate_route_table, .route_table_id = table, .subnet_id = subnet)->association_id);
    const char *gateway =
        CALL(create_internet_gateway, .dry_run = {0})->internet_gateway->internet_gateway_id;
    assert_false(version_grew());
    GROWS(DO(attach_internet_gateway, .internet_gateway_id = gateway, .vpc_id = bed.vpc));
#define ROUTE .route_table_id = table, .destination_cidr_block = "0.0.0.0/0"
    GROWS((void)CALL(create_route, ROUTE, .gateway_id = gateway));
    GROWS(DO(replace_route, ROUTE, .instance_id = bed.instance));
    GROWS(DO(delete_route, ROUTE));
    GROWS(const char *moved = CALL(replace_route_table_association, .association_id = association,
                                   .route_table_id = bed.table)
                                  ->new_association_id);
    GROWS(DO(disassociate_route_table, .association_id = moved));
    GROWS(DO(delete_route_table, .route_table_id = table));
    GROWS(DO(detach_internet_gateway, .internet_gateway_id = gateway, .vpc_id = bed.vpc));
    const char *acl = CALL(create_network_acl, .vpc_id = bed.vpc)->network_acl->network_acl_id;
    (void)version_grew();
    const struct ec2_network_acl *standard =
        &CALL(describe_network_acls, .filters = FILTER("association.subnet-id", subnet))
             ->network_acls.items[0];
    const char *acl_association = NULL;
    for (size_t i = 0; i < standard->associations.count; i++)
        if (text_is(standard->associations.items[i].subnet_id, subnet))
            acl_association = standard->associations.items[i].network_acl_association_id;
    GROWS((void)CALL(replace_network_acl_association, .association_id = acl_association,
                     .network_acl_id = acl));
#define ENTRY                                                                                                \
    .network_acl_id = acl, .rule_number = SOME_INT(1), .protocol = "-1", .rule_action = "allow",             \
    .cidr_block = "0.0.0.0/0"
    GROWS(DO(create_network_acl_entry, ENTRY));
    GROWS(DO(replace_network_acl_entry, ENTRY));
    GROWS(DO(delete_network_acl_entry, .network_acl_id = acl, .rule_number = SOME_INT(1)));
    GROWS(
        const char *group =
            CALL(create_security_group, .vpc_id = bed.vpc, .group_name = "g", .description = "d")->group_id);
#define RULE                                                                                                 \
    .group_id = group, .ip_protocol = "tcp", .from_port = SOME_INT(1), .to_port = SOME_INT(1),               \
    .cidr_ip = "0.0.0.0/0"
    GROWS((void)CALL(authorize_security_group_ingress, RULE));
    GROWS((void)CALL(authorize_security_group_egress, RULE));
    GROWS((void)CALL(revoke_security_group_ingress, RULE));
    GROWS((void)CALL(revoke_security_group_egress, RULE));
    GROWS((void)CALL(delete_security_group, .group_id = group));
    GROWS(const char *e =
              CALL(create_vpc_endpoint, .vpc_id = bed.vpc, .service_name = "com.amazonaws.ap-northeast-1.s3")
                  ->vpc_endpoint->vpc_endpoint_id);
    GROWS((void)CALL(modify_vpc_endpoint, .vpc_endpoint_id = e, .add_route_table_ids = TEXTS(bed.table)));
    GROWS((void)CALL(delete_vpc_endpoints, .vpc_endpoint_ids = TEXTS(e)));
    struct ec2_attribute_boolean_value off = {SOME_BOOL(false)};
    GROWS(DO(modify_vpc_attribute, .vpc_id = bed.vpc, .enable_dns_support = &off));
    DO(create_tags, .resources = TEXTS(bed.vpc), .tags = ONE(ec2_tag, .key = "k"));
    assert_false(version_grew());

    same = compiled(image);
    one = image_vpc_by_id(image, other.vpc);
    two = image_vpc_by_id(same, other.vpc);
    assert_memory_equal(one, two, one->bytes);
    one = image_vpc_by_id(image, bed.vpc);
    two = image_vpc_by_id(same, bed.vpc);
    assert_true(two->version > one->version);
    image_free(image);
    image_free(same);
}

/* A VPC that makes no segment keeps its last one and stops nobody else; when it is mended it is in force again. */
static void test_one_fails(void **state) {
    (void)state;
    struct bed bad = make_bed(), good = make_bed();
    struct image *image = compiled(NULL);
    assert_int_equal(failures.count, 0);
    rig_begin(true);
    struct subnet_row subnet = *subnet_find(&rig.tx, bad.subnet_a);
    const char *acl = subnet.acl_id;
    subnet.acl_id = "acl-gone";
    subnet_put(&rig.tx, &subnet);
    network_touch(&rig.tx, bad.vpc);
    rig_end(true);
    rig_instance_up(good.instance, false);
    struct image *next = compiled(image);
    const struct image_vpc *vpc = NULL, *before = image_vpc_by_id(image, bad.vpc);
    assert_int_equal(failures.count, 1);
    assert_string_equal(failures.of[0].vpc_id, bad.vpc);
    assert_int_equal(failures.of[0].error, -ENOENT);
    assert_false(image_eni_by_id(next, good.instance, &vpc)->up);
    assert_memory_equal(image_vpc_by_id(next, bad.vpc), before, before->bytes);
    image_free(image);
    /* Without a last segment it is left out. */
    image = compiled(NULL);
    assert_int_equal(image_vpc_count(image), 1);
    image_free(image);
    rig_begin(true);
    subnet.acl_id = acl;
    subnet_put(&rig.tx, &subnet);
    network_touch(&rig.tx, bad.vpc);
    rig_end(true);
    image = compiled(next);
    assert_int_equal(failures.count, 0);
    assert_true(image_vpc_by_id(image, bad.vpc)->version > image_vpc_by_id(next, bad.vpc)->version);
    image_free(image);
    image_free(next);
}

/* ---- packets over what was compiled ---- */

struct road {
    struct fwd_table table;
    void *memory;
    struct image *image;
    uint64_t now_ns;
};

static void road_open(struct road *r) {
    const struct fwd_table_size size = {.connections = 64, .ports = 64};
    r->memory = calloc(1, fwd_table_bytes(&size));
    assert_non_null(r->memory);
    assert_int_equal(fwd_table_init(r->memory, fwd_table_bytes(&size), &size, &r->table), 0);
    r->now_ns = UINT64_C(1000000000000);
}

/* An echo request from one interface to an address; the port that it comes out of. */
static uint32_t ping(struct road *r, const struct eni_row *from, const char *from_ip, const char *to,
                     enum fwd_reason *ret_reason) {
    struct image *image = compiled(r->image);
    uint8_t frame[2048];
    struct wire_build packet = {.l2 = {.dst = fwd_gateway_mac},
                                .tuple = {ip(from_ip), ip(to), 7, WIRE_ICMP_REQUEST << 8, WIRE_ICMP},
                                .payload = "ping",
                                .payload_length = 4};
    assert_int_equal(mac_parse(from->mac, &packet.l2.src), 0);
    struct fwd_pkt pkt = {.data = frame, .room = sizeof(frame), .in_port = (uint32_t)from->num};
    pkt.length = (uint32_t)wire_build(frame, sizeof(frame), &packet);
    assert_true(pkt.length > 0);
    struct fwd_pkt *pkts[] = {&pkt};
    struct fwd_env env = {.image = image, .table = &r->table, .now_ns = r->now_ns += 1000000};
    fwd_process(&env, pkts, 1);
    *ret_reason = pkt.reason;
    image_free(r->image);
    r->image = image;
    return pkt.out_port;
}

static void packets(void **state) {
    (void)state;
    struct bed bed = make_bed();
    struct bed other = make_bed(); /* the same addresses: vpc-008 */
    struct road r = {0};
    enum fwd_reason reason;
    road_open(&r);
    assert_int_equal(ping(&r, bed.a, "10.0.1.10", "10.0.2.10", &reason), bed.b->num);
    assert_int_equal(ping(&r, other.a, "10.0.1.10", "10.0.2.10", &reason), other.b->num);
    assert_int_equal(ping(&r, bed.a, "10.0.1.10", "8.8.8.8", &reason), PORT_NONE);
    assert_int_equal(reason, FWD_NO_ROUTE);
    assert_int_equal(ping(&r, bed.a, "10.0.1.77", "10.0.2.10", &reason), PORT_NONE);
    assert_int_equal(reason, FWD_SPOOFED_IP);

    const char *closed =
        CALL(create_security_group, .vpc_id = bed.vpc, .group_name = "c", .description = "d")->group_id;
    rig_begin(true);
    assert_int_equal(ec2_eni_set_groups(&rig.rq, bed.b, &closed, 1), 0);
    rig_end(true);
    r.now_ns += UINT64_C(3600000000000);
    assert_int_equal(ping(&r, bed.a, "10.0.1.10", "10.0.2.10", &reason), PORT_NONE);
    assert_int_equal(reason, FWD_SG_NO_RULES);
    CALL(authorize_security_group_ingress, .group_id = closed, .ip_protocol = "icmp",
         .from_port = SOME_INT(8), .to_port = SOME_INT(-1), .cidr_ip = "10.0.1.0/24");
    assert_int_equal(ping(&r, bed.a, "10.0.1.10", "10.0.2.10", &reason), bed.b->num);

    /* b's default route leads to a, which forwards for others only without its check (nat-027, rt-005). */
    CALL(create_route, .route_table_id = bed.table, .destination_cidr_block = "0.0.0.0/0",
         .instance_id = bed.instance);
    assert_int_equal(ping(&r, bed.b, "10.0.2.10", "8.8.8.8", &reason), PORT_NONE);
    assert_int_equal(reason, FWD_DEST_CHECK);
    rig_begin(true);
    struct eni_row forwarder = *bed.a;
    forwarder.source_dest_check = 0;
    eni_put(&rig.tx, &forwarder);
    api_network_changed(&rig.rq, bed.vpc);
    rig_end(true);
    const char *open =
        CALL(create_security_group, .vpc_id = bed.vpc, .group_name = "o", .description = "d")->group_id;
    CALL(authorize_security_group_ingress, .group_id = open, .ip_protocol = "-1", .cidr_ip = "10.0.0.0/16");
    rig_begin(true);
    assert_int_equal(ec2_eni_set_groups(&rig.rq, bed.a, &open, 1), 0);
    rig_end(true);
    assert_int_equal(ping(&r, bed.b, "10.0.2.10", "8.8.8.8", &reason), bed.a->num);
    rig_instance_up(bed.instance, false);
    assert_int_equal(ping(&r, bed.b, "10.0.2.10", "8.8.8.8", &reason), PORT_NONE);
    assert_int_equal(reason, FWD_BLACKHOLE);
    image_free(r.image);
    free(r.memory);
}

int main(void) {
    const struct CMUnitTest all[] = {RIG_TEST(interfaces), RIG_TEST(public_addresses),
                                     RIG_TEST(routes),     RIG_TEST(endpoint),
                                     RIG_TEST(rules),      RIG_TEST(ipv6),
                                     RIG_TEST(versions),   RIG_TEST(test_one_fails),
                                     RIG_TEST(packets)};
    return cmocka_run_group_tests(all, NULL, NULL);
}
