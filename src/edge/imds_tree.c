/* SPDX-License-Identifier: Apache-2.0 */
/* imds_tree: what the metadata service says of an instance, and where in the tree. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "edge/imds.h"

enum { LISTING_MAX = 256 * 1024 };

/* One leaf of the tree.  JSON documents are made when they are asked for. */
struct item {
    const char *path, *data;
    size_t length;
    enum {
        LEAF_TEXT,
        LEAF_BINARY,
        LEAF_PROFILE,
        LEAF_DOCUMENT,
        LEAF_CREDENTIALS,
        LEAF_IDENTITY,
        LEAF_IDENTITY_CREDENTIALS,
        LEAF_SIGNATURE,
        LEAF_PKCS7
    } kind;
};

struct tree {
    struct arena *a;
    VEC(struct item) items;
};

static const char *const versions[] = {
    "1.0",        "2007-01-19", "2007-03-01", "2007-08-29", "2007-10-10", "2007-12-15",
    "2008-02-01", "2008-09-01", "2009-04-04", "2011-01-01", "2011-05-01", "2012-01-12",
    "2014-02-25", "2014-11-05", "2015-10-20", "2016-04-19", "2016-06-30", "2016-09-02",
    "2018-03-28", "2018-08-17", "2018-09-24", "2019-10-01", "2020-10-27", "2021-01-03",
    "2021-03-23", "2021-07-15", "2022-09-24", "2024-04-11", "latest",
};

enum { VERSIONS = sizeof(versions) / sizeof(versions[0]) };

/* ---- the items ---- */

static void put(struct tree *t, const char *path, const char *value) {
    if (value)
        *vec_push(t->a, &t->items) = (struct item){path, value, strlen(value), LEAF_TEXT};
}

static void put_kind(struct tree *t, const char *path, int kind) {
    *vec_push(t->a, &t->items) = (struct item){.path = path, .data = "", .kind = kind};
}

static void put_list(struct tree *t, const char *path, struct imds_text_list list) {
    struct buf b = BUF_INIT(LISTING_MAX);

    for (size_t i = 0; i < list.count; i++)
        buf_printf(&b, "%s%s", i ? "\n" : "", list.items[i]);
    if (list.count > 0 && !b.overflow)
        put(t, path, arena_strndup(t->a, b.data, b.length));
    buf_free(&b);
}

static void put_interface(struct tree *t, const struct imds_interface *n) {
#define AT(name) arena_printf(t->a, "meta-data/network/interfaces/macs/%s/" name, n->mac)
    put(t, AT("mac"), n->mac);
    put(t, AT("device-number"), arena_printf(t->a, "%u", n->device_number));
    put(t, AT("network-card"), "0"); /* no instance type here has a second one */
    put(t, AT("interface-id"), n->interface_id);
    put(t, AT("owner-id"), n->owner_id);
    put(t, AT("local-hostname"), n->local_hostname);
    put(t, AT("public-hostname"), n->public_hostname);
    put(t, AT("subnet-id"), n->subnet_id);
    put(t, AT("subnet-ipv4-cidr-block"), n->subnet_ipv4_cidr_block);
    put(t, AT("vpc-id"), n->vpc_id);
    put(t, AT("vpc-ipv4-cidr-block"), n->vpc_ipv4_cidr_block);
    put_list(t, AT("vpc-ipv4-cidr-blocks"), n->vpc_ipv4_cidr_blocks);
    put_list(t, AT("local-ipv4s"), n->local_ipv4s);
    put_list(t, AT("public-ipv4s"), n->public_ipv4s);
    put_list(t, AT("ipv6s"), n->ipv6s);
    put(t, AT("subnet-ipv6-cidr-blocks"), n->subnet_ipv6_cidr_block);
    put_list(t, AT("vpc-ipv6-cidr-blocks"), n->vpc_ipv6_cidr_blocks);
    put_list(t, AT("security-groups"), n->security_groups);
    put_list(t, AT("security-group-ids"), n->security_group_ids);
    for (size_t k = 0; k < n->associations.count && k < n->public_ipv4s.count; k++)
        put(t,
            arena_printf(t->a, "meta-data/network/interfaces/macs/%s/ipv4-associations/%s", n->mac,
                         n->public_ipv4s.items[k]),
            n->associations.items[k]);
#undef AT
}

/* What sshd's AuthorizedKeysCommand reads. */
static void put_connect_keys(struct tree *t, const struct imds_instance *i) {
    for (size_t k = 0; k < i->connect_key_count;) {
        const char *user = i->connect_keys[k].user;
        struct buf b = BUF_INIT(LISTING_MAX);

        for (; k < i->connect_key_count && text_is(i->connect_keys[k].user, user); k++)
            buf_printf(&b, "#Instance=%s\n%s\n", i->instance_id, i->connect_keys[k].public_key);
        if (!b.overflow)
            put(t, arena_printf(t->a, "meta-data/managed-ssh-keys/active-keys/%s", user),
                arena_strndup(t->a, b.data, b.length));
        buf_free(&b);
    }
}

static void put_all(struct tree *t, const struct imds_instance *i) {
    put(t, "meta-data/ami-id", i->ami_id);
    put(t, "meta-data/ami-launch-index", arena_printf(t->a, "%u", i->ami_launch_index));
    put(t, "meta-data/ami-manifest-path", i->ami_manifest_path ? i->ami_manifest_path : "(unknown)");
    put(t, "meta-data/hostname", i->hostname);
    put(t, "meta-data/instance-action", i->instance_action ? i->instance_action : "none");
    put(t, "meta-data/instance-id", i->instance_id);
    put(t, "meta-data/instance-life-cycle", i->instance_life_cycle ? i->instance_life_cycle : "on-demand");
    put(t, "meta-data/instance-type", i->instance_type);
    put(t, "meta-data/ipv6", i->ipv6);
    put(t, "meta-data/kernel-id", i->kernel_id);
    put(t, "meta-data/local-hostname", i->local_hostname);
    put(t, "meta-data/local-ipv4", i->local_ipv4);
    put(t, "meta-data/mac", i->mac);
    put(t, "meta-data/placement/availability-zone", i->availability_zone);
    put(t, "meta-data/placement/availability-zone-id", i->availability_zone_id);
    put(t, "meta-data/placement/group-name", i->group_name);
    put(t, "meta-data/placement/region", i->region);
    put(t, "meta-data/profile", "default-hvm");
    put(t, "meta-data/public-hostname", i->public_hostname);
    put(t, "meta-data/public-ipv4", i->public_ipv4);
    put(t, "meta-data/ramdisk-id", i->ramdisk_id);
    put(t, "meta-data/reservation-id", i->reservation_id);
    put(t, "meta-data/services/domain", i->domain ? i->domain : "amazonaws.com");
    put(t, "meta-data/services/partition", i->partition ? i->partition : "aws");
    put(t, "meta-data/system", "nitro");
    put_list(t, "meta-data/security-groups", i->security_groups);
    if (i->key_name)
        put(t, "meta-data/public-keys/0/openssh-key", i->public_key);
    put_connect_keys(t, i);
    if (i->profile_arn) {
        put_kind(t, "meta-data/iam/info", LEAF_PROFILE);
        if (i->role_name)
            put_kind(t, arena_printf(t->a, "meta-data/iam/security-credentials/%s", i->role_name),
                     LEAF_CREDENTIALS);
    }
    for (size_t k = 0; k < i->interface_count; k++)
        put_interface(t, &i->interfaces[k]);
    for (size_t k = 0; k < i->device_count; k++)
        put(t, arena_printf(t->a, "meta-data/block-device-mapping/%s", i->devices[k].name),
            i->devices[k].device);
    for (size_t k = 0; i->tags_enabled && k < i->tag_count; k++)
        put(t, arena_printf(t->a, "meta-data/tags/instance/%s", i->tags[k].key), i->tags[k].value);
    put_kind(t, "meta-data/identity-credentials/ec2/info", LEAF_IDENTITY);
    put_kind(t, "meta-data/identity-credentials/ec2/security-credentials/ec2-instance",
             LEAF_IDENTITY_CREDENTIALS);
    put_kind(t, "dynamic/instance-identity/document", LEAF_DOCUMENT);
    put_kind(t, "dynamic/instance-identity/pkcs7", LEAF_PKCS7);
    put_kind(t, "dynamic/instance-identity/rsa2048", LEAF_PKCS7);
    put_kind(t, "dynamic/instance-identity/signature", LEAF_SIGNATURE);
    if (i->user_data)
        *vec_push(t->a, &t->items) =
            (struct item){"user-data", i->user_data, i->user_data_length, LEAF_BINARY};
}

/* ---- documents ---- */

static const char *print_json(struct arena *a, json_t *json) {
    char *text = json ? json_dumps(json, JSON_INDENT(2) | JSON_PRESERVE_ORDER) : NULL;
    const char *copy = text ? arena_strdup(a, text) : NULL;

    free(text);
    json_decref(json);
    return copy;
}

static const char *profile_document(const struct imds_instance *i, struct arena *a) {
    char now[CLOCK_TEXT_BYTES];

    return print_json(a, json_pack("{ss ss ss ss*}", "Code", "Success", "LastUpdated",
                                   clock_iso8601_sec(clock_real_ms(), now), "InstanceProfileArn",
                                   i->profile_arn, "InstanceProfileId", i->profile_id));
}

/* Of the role that every instance has, with or without a profile. */
static const char *identity_info(const struct imds_instance *i, struct arena *a) {
    char now[CLOCK_TEXT_BYTES];

    return print_json(a, json_pack("{ss ss ss*}", "Code", "Success", "LastUpdated",
                                   clock_iso8601_sec(clock_real_ms(), now), "AccountId", i->account_id));
}

static const char *identity_document(const struct imds_instance *i, struct arena *a) {
    char pending[CLOCK_TEXT_BYTES];

    return print_json(a,
                      json_pack("{ss? ss? ss? sn sn sn ss? ss? ss? ss? ss ss? ss? ss? ss}", "accountId",
                                i->account_id, "architecture", i->architecture, "availabilityZone",
                                i->availability_zone, "billingProducts", "devpayProductCodes",
                                "marketplaceProductCodes", "imageId", i->ami_id, "instanceId", i->instance_id,
                                "instanceType", i->instance_type, "kernelId", i->kernel_id, "pendingTime",
                                clock_iso8601_sec(i->pending_time_ms, pending), "privateIp", i->local_ipv4,
                                "ramdiskId", i->ramdisk_id, "region", i->region, "version", "2017-09-30"));
}

/* ---- finding ---- */

static int by_path(const void *x, const void *y) {
    return strcmp(((const struct item *)x)->path, ((const struct item *)y)->path);
}

static struct imds_answer text_answer(enum imds_kind kind, const char *text) {
    return text ? (struct imds_answer){kind, text, strlen(text), false}
                : (struct imds_answer){.kind = IMDS_ABSENT};
}

static struct imds_answer leaf(const struct item *item, const struct imds_instance *i, struct arena *a) {
    switch (item->kind) {
    case LEAF_PROFILE:
        return text_answer(IMDS_ITEM, profile_document(i, a));
    case LEAF_DOCUMENT:
        return text_answer(IMDS_ITEM, identity_document(i, a));
    case LEAF_CREDENTIALS:
        return (struct imds_answer){.kind = IMDS_CREDENTIALS};
    case LEAF_IDENTITY:
        return text_answer(IMDS_ITEM, identity_info(i, a));
    case LEAF_IDENTITY_CREDENTIALS:
        return (struct imds_answer){.kind = IMDS_IDENTITY_CREDENTIALS};
    case LEAF_SIGNATURE:
        return text_answer(IMDS_SIGNED, identity_document(i, a));
    case LEAF_PKCS7:
        return text_answer(IMDS_SIGNED_PKCS7, identity_document(i, a));
    default:
        return (struct imds_answer){IMDS_ITEM, item->data, item->length, item->kind == LEAF_BINARY};
    }
}

/* The names right below dir ("" or "…/"), once each; below the root directories go without '/'. */
static const char *listing(const struct tree *t, const char *dir, const struct imds_instance *i) {
    size_t skip = strlen(dir), last_length = 0;
    struct buf b = BUF_INIT(LISTING_MAX);
    const char *last = NULL, *text;

    for (size_t k = 0; k < t->items.count; k++) {
        const char *path = t->items.items[k].path, *name = path + skip;
        size_t length;

        if (!text_starts(path, dir))
            continue;
        length = strcspn(name, "/");
        if (last && length == last_length && memcmp(last, name, length) == 0)
            continue;
        last = name;
        last_length = length;
        if (b.length > 0)
            buf_putc(&b, '\n');
        buf_append(&b, name, length);
        if (text_is(dir, "meta-data/public-keys/"))
            buf_printf(&b, "=%s", i->key_name);
        else if (name[length] == '/' && skip > 0)
            buf_putc(&b, '/');
    }
    text = last && !b.overflow ? arena_strndup(t->a, b.data, b.length) : NULL;
    buf_free(&b);
    return text;
}

/* Components of path without empty ones, joined by '/'; *ret_slash: it ended in one. */
static char *normal(struct arena *a, const char *path, bool *ret_slash) {
    char *out = arena_alloc(a, strlen(path) + 1);
    size_t length = 0;

    for (const char *p = path; *p; p++) {
        if (*p != '/')
            out[length++] = *p;
        else if (length > 0 && out[length - 1] != '/')
            out[length++] = '/';
    }
    *ret_slash = length == 0 || out[length - 1] == '/';
    if (length > 0 && *ret_slash)
        length--;
    out[length] = '\0';
    return out;
}

static bool known_version(const char *name, size_t length) {
    for (size_t k = 0; k < VERSIONS; k++) {
        if (strlen(versions[k]) == length && memcmp(versions[k], name, length) == 0)
            return true;
    }
    return false;
}

struct imds_answer imds_find(const struct imds_instance *i, const char *path, struct arena *a) {
    struct tree t = {.a = a};
    char *decoded, *dir;
    size_t version;
    bool slash;

    if (percent_decode(a, path, strlen(path), false, &decoded) < 0)
        return (struct imds_answer){.kind = IMDS_ABSENT};
    path = normal(a, decoded, &slash);
    if (*path == '\0') {
        struct imds_text_list all = {versions, VERSIONS};

        put_list(&t, "", all);
        return text_answer(IMDS_DIRECTORY, t.items.items[0].data);
    }
    version = strcspn(path, "/");
    if (!known_version(path, version))
        return (struct imds_answer){.kind = IMDS_ABSENT};
    path += version + (path[version] == '/');

    put_all(&t, i);
    qsort(t.items.items, t.items.count, sizeof(t.items.items[0]), by_path);
    for (size_t k = 0; k < t.items.count; k++) {
        if (text_is(path, t.items.items[k].path))
            return leaf(&t.items.items[k], i, a);
    }
    dir = *path ? arena_printf(a, "%s/", path) : arena_strdup(a, "");
    if (!slash && strchr(path, '/')) {
        for (size_t k = 0; k < t.items.count; k++) {
            if (text_starts(t.items.items[k].path, dir))
                return (struct imds_answer){.kind = IMDS_REDIRECT};
        }
    }
    return text_answer(IMDS_DIRECTORY, listing(&t, dir, i));
}
