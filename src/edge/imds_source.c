/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/imds_source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/ec2/catalog.h"
#include "api/ec2/instance.h"
#include "api/iam/identity.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/rows.h"

typedef VEC(const char *) texts;

static struct imds_text_list list(const texts *t) {
    return (struct imds_text_list){t->items, t->count};
}

static struct imds_interface interface(struct tx *tx, const struct eni_row *eni) {
    const struct vpc_row *vpc = vpc_find(tx, eni->vpc_id);
    const struct subnet_row *subnet = subnet_find(tx, eni->subnet_id);
    struct vpc_cidr_rows cidrs = vpc_cidr_list_by(tx, COL(vpc_cidr, vpc_id), eni->vpc_id);
    struct eni_group_rows groups = eni_group_list_by(tx, COL(eni_group, eni_id), eni->id);
    struct vpc_cidr6_rows cidrs6 = vpc_cidr6_list_by(tx, COL(vpc_cidr6, vpc_id), eni->vpc_id);
    struct eni_address6_rows ipv6 = eni_address6_list_by(tx, COL(eni_address6, eni_id), eni->id);
    texts ipv6s = {0}, blocks6 = {0};
    texts private_ips = {0}, public_ips = {0}, associated = {0}, blocks = {0}, ids = {0}, names = {0};
    /* In the order of their insertion: the primary first. */
    struct eni_address_rows addresses = eni_address_list_by(tx, COL(eni_address, eni_id), eni->id);
    struct imds_interface v = {
        .mac = eni->mac,
        .device_number = (unsigned)eni->device_index,
        .interface_id = eni->id,
        .owner_id = eni->account,
        .subnet_id = eni->subnet_id,
        .subnet_ipv4_cidr_block = subnet != NULL ? subnet->cidr : NULL,
        .subnet_ipv6_cidr_block = subnet != NULL ? subnet->cidr6 : NULL,
        .vpc_id = eni->vpc_id,
        .vpc_ipv4_cidr_block = vpc != NULL ? vpc->cidr : NULL,
    };

    for (size_t i = 0; i < addresses.count; i++) {
        *vec_push(tx->arena, &private_ips) = addresses.items[i].private_ip;
        if (addresses.items[i].public_ip == NULL)
            continue;
        *vec_push(tx->arena, &public_ips) = addresses.items[i].public_ip;
        *vec_push(tx->arena, &associated) = addresses.items[i].private_ip;
    }
    if (addresses.count > 0) {
        v.local_hostname = ec2_private_dns_name(tx->arena, eni->region, addresses.items[0].private_ip);
        if (addresses.items[0].public_ip != NULL && vpc != NULL && vpc->dns_support && vpc->dns_hostnames)
            v.public_hostname = ec2_public_dns_name(tx->arena, eni->region, addresses.items[0].public_ip);
    }
    for (size_t i = 0; i < ipv6.count; i++)
        *vec_push(tx->arena, &ipv6s) = ipv6.items[i].ip;
    for (size_t i = 0; i < cidrs6.count; i++)
        *vec_push(tx->arena, &blocks6) = cidrs6.items[i].cidr;
    for (size_t i = 0; i < cidrs.count; i++)
        *vec_push(tx->arena, &blocks) = cidrs.items[i].cidr;
    for (size_t i = 0; i < groups.count; i++) {
        const struct security_group_row *g = security_group_find(tx, groups.items[i].group_id);

        if (g == NULL)
            continue;
        *vec_push(tx->arena, &ids) = g->id;
        *vec_push(tx->arena, &names) = g->name;
    }
    v.vpc_ipv4_cidr_blocks = list(&blocks);
    v.vpc_ipv6_cidr_blocks = list(&blocks6);
    v.ipv6s = list(&ipv6s);
    v.local_ipv4s = list(&private_ips);
    v.public_ipv4s = list(&public_ips);
    v.associations = list(&associated);
    v.security_groups = list(&names);
    v.security_group_ids = list(&ids);
    return v;
}

static void network(struct tx *tx, const struct instance_row *i, struct imds_instance *v) {
    VEC(struct imds_interface) interfaces = {0};
    size_t count;
    const struct eni_row *enis = instance_enis(tx, i->id, &count);

    for (size_t n = 0; n < count; n++)
        *vec_push(tx->arena, &interfaces) = interface(tx, &enis[n]);
    v->interfaces = interfaces.items;
    v->interface_count = interfaces.count;
    if (count == 0)
        return;
    v->mac = interfaces.items[0].mac;
    v->security_groups = interfaces.items[0].security_groups;
    v->public_hostname = interfaces.items[0].public_hostname;
    if (interfaces.items[0].local_ipv4s.count > 0)
        v->local_ipv4 = interfaces.items[0].local_ipv4s.items[0];
    if (interfaces.items[0].ipv6s.count > 0)
        v->ipv6 = interfaces.items[0].ipv6s.items[0];
    if (interfaces.items[0].public_ipv4s.count > 0 &&
        text_is(interfaces.items[0].associations.items[0], v->local_ipv4))
        v->public_ipv4 = interfaces.items[0].public_ipv4s.items[0];
    v->local_hostname =
        text_is(i->hostname_type, "resource-name")
            ? arena_printf(tx->arena, "%s.%s", i->id, ec2_private_domain(tx->arena, i->region))
            : interfaces.items[0].local_hostname;
    v->hostname = v->local_hostname;
}

static void image(struct tx *tx, const struct instance_row *i, struct imds_instance *v) {
    const struct catalog_image *c = catalog_image(i->image_id);
    struct imds_device *devices;

    if (c == NULL)
        return;
    v->architecture = c->architecture;
    devices = arena_array(tx->arena, struct imds_device, 2);
    devices[0] = (struct imds_device){
        "ami", text_starts(c->root_device, "/dev/") ? c->root_device + strlen("/dev/") : c->root_device};
    devices[1] = (struct imds_device){"root", c->root_device};
    v->devices = devices;
    v->device_count = 2;
}

static void tags(struct tx *tx, const struct instance_row *i, struct imds_instance *v) {
    struct tag_rows rows = tag_list_by(tx, COL(tag, resource_id), i->id);
    struct imds_tag *t = arena_array(tx->arena, struct imds_tag, rows.count + 1);

    for (size_t n = 0; n < rows.count; n++)
        t[n] = (struct imds_tag){rows.items[n].name, rows.items[n].value};
    v->tags = t;
    v->tag_count = rows.count;
}

static int by_user(const void *a, const void *b) {
    return strcmp(((const struct imds_connect_key *)a)->user, ((const struct imds_connect_key *)b)->user);
}

static void connect_keys(struct tx *tx, const struct instance_row *i, struct imds_instance *v) {
    struct connect_key_rows rows = connect_key_list_by(tx, COL(connect_key, instance_id), i->id);
    struct imds_connect_key *keys = arena_array(tx->arena, struct imds_connect_key, rows.count + 1);
    int64_t now = clock_real_ms();

    for (size_t n = 0; n < rows.count; n++)
        if (rows.items[n].until_ms > now)
            keys[v->connect_key_count++] =
                (struct imds_connect_key){rows.items[n].os_user, rows.items[n].public_key};
    qsort(keys, v->connect_key_count, sizeof(*keys), by_user);
    v->connect_keys = keys;
}

static int fill(struct tx *tx, const struct door *door, struct imds_instance *v) {
    struct eni_rows enis = eni_list_by_int(tx, COL(eni, num), door->eni_num);
    const struct instance_row *i = enis.count > 0 ? instance_find(tx, enis.items[0].instance_id) : NULL;
    struct identity_profile profile;

    if (i == NULL)
        return tx->failed < 0 ? tx->failed : -ENOENT;
    *v = (struct imds_instance){
        .instance_id = i->id,
        .account_id = i->account,
        .ami_id = i->image_id,
        .ami_manifest_path = "(unknown)",
        .instance_type = i->type,
        .reservation_id = i->reservation_id,
        .availability_zone = i->zone,
        .availability_zone_id = ec2_zone_id(i->region, i->zone),
        .region = i->region,
        .key_name = i->key_name,
        .public_key = i->public_key,
        .ami_launch_index = (unsigned)i->launch_index,
        .pending_time_ms = i->launched_ms,
        .user_data = i->user_data.length > 0 ? i->user_data.data : NULL,
        .user_data_length = i->user_data.length,
        .endpoint_enabled = !i->http_disabled,
        .tokens_required = text_is(i->http_tokens, "required"),
        .tags_enabled = i->http_tags != 0,
        .hop_limit = (unsigned)i->http_hop_limit,
    };
    network(tx, i, v);
    image(tx, i, v);
    tags(tx, i, v);
    connect_keys(tx, i, v);
    if (i->profile_id != NULL && identity_profile_by_id(tx, i->profile_id, &profile) == 0) {
        v->profile_arn = profile.arn;
        v->profile_id = profile.id;
        v->role_name = profile.role_name;
    }
    return tx->failed;
}

static int lookup(void *user, const struct door *door, struct arena *a, struct imds_instance *ret_instance) {
    struct imds_instance v;
    struct tx tx;
    int r = store_read_begin(user, a, &tx);

    if (r < 0)
        return r;
    r = fill(&tx, door, &v);
    store_read_end(&tx);
    if (r == 0)
        *ret_instance = v;
    return r;
}

static int credentials_of(struct store *store, const struct imds_instance *instance, bool own_role,
                          struct arena *a, struct imds_credentials *ret_credentials) {
    struct identity_credentials c;
    struct tx tx;
    int r = store_read_begin(store, a, &tx);

    if (r < 0)
        return r;
    r = own_role ? identity_instance_own(&tx, instance->instance_id, clock_real_ms(), &c)
                 : identity_instance_credentials(&tx, instance->profile_id, instance->instance_id,
                                                 clock_real_ms(), &c);
    if (tx.failed < 0)
        r = tx.failed;
    store_read_end(&tx);
    if (r == -EACCES)
        return -ENOENT;
    if (r < 0)
        return r;
    *ret_credentials =
        (struct imds_credentials){c.access_key_id, c.secret, c.token, c.issued_ms, c.expires_ms};
    return 0;
}

static int credentials(void *user, const struct imds_instance *instance, struct arena *a,
                       struct imds_credentials *ret_credentials) {
    return credentials_of(user, instance, false, a, ret_credentials);
}

static int own_role(void *user, const struct imds_instance *instance, struct arena *a,
                    struct imds_credentials *ret_credentials) {
    return credentials_of(user, instance, true, a, ret_credentials);
}

struct imds_source imds_source_of(struct store *store) {
    return (struct imds_source){lookup, credentials, own_role, store};
}
