/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/ec2/netview.h"
#include "base/text.h"
#include "net/awsnet.h"
#include "net/door.h"
#include "store/rows.h"

enum { VPC_ID_BYTES = 64 };

struct names {
    struct store *store;
    const char *region; /* the box's */
    enum message_internet internet;
    char vpc[VPC_ID_BYTES];                 /* whose view names_view() gave last */
    const struct awsnet_region *vpc_region; /* its region */
};

/* One question is one snapshot. */
struct look {
    struct arena arena;
    struct tx tx;
};

static bool look_begin(struct names *n, struct look *l) {
    l->arena = (struct arena){0};
    return store_read_begin(n->store, &l->arena, &l->tx) == 0;
}

static bool look_end(struct look *l, bool answer) {
    store_read_end(&l->tx);
    arena_free(&l->arena);
    return answer;
}

static bool private_address(void *user, struct ip4 address) {
    struct names *n = user;
    struct look l;
    const char *name;

    return look_begin(n, &l) && look_end(&l, netview_address_name(&l.tx, n->vpc, address, &name) == 0);
}

/* Who has the address, when its VPC names its hosts in public; asker: the VPC that asks, or NULL. */
static bool find_public(struct tx *tx, struct ip4 address, const char *asker, struct dns_public *ret_public) {
    char text[IP4_TEXT_BYTES];
    struct eni_address_rows rows =
        eni_address_list_by(tx, COL(eni_address, public_ip), ip4_format(address, text));
    const struct vpc_row *vpc = rows.count == 0 ? NULL : vpc_find(tx, rows.items[0].vpc_id);
    const struct awsnet_region *region = vpc == NULL ? NULL : awsnet_region(vpc->region);

    if (region == NULL || !vpc->dns_hostnames)
        return false;
    *ret_public = (struct dns_public){.region = region->name};
    if (asker != NULL && strcmp(vpc->id, asker) == 0)
        ip4_parse(rows.items[0].private_ip, &ret_public->inside);
    return true;
}

static bool public_address(void *user, struct ip4 address, struct dns_public *ret_public) {
    struct names *n = user;
    struct look l;

    return look_begin(n, &l) && look_end(&l, find_public(&l.tx, address, n->vpc, ret_public));
}

bool names_public_address(void *user, struct ip4 address, struct dns_public *ret_public) {
    struct look l;

    return look_begin(user, &l) && look_end(&l, find_public(&l.tx, address, NULL, ret_public));
}

static bool instance(void *user, const char *id, struct ip4 *ret_address) {
    struct names *n = user;
    char domain[AWSNET_NAME_BYTES];
    struct look l;

    if (!look_begin(n, &l))
        return false;
    awsnet_private_domain(n->vpc_region->name, domain);
    return look_end(&l, netview_instance_name(&l.tx, n->vpc, arena_printf(&l.arena, "%s.%s", id, domain),
                                              ret_address) == 0);
}

static bool private_service(void *user, const char *service, struct dns_addresses *ret_addresses) {
    struct names *n = user;
    struct look l;

    if (!look_begin(n, &l))
        return false;
    ret_addresses->count = DNS_ADDRESSES_MAX;
    return look_end(&l, netview_private_service(&l.tx, n->vpc, service, ret_addresses->items,
                                                &ret_addresses->count) == 0);
}

bool names_endpoint(void *user, const struct dns_endpoint *e, struct dns_addresses *ret_addresses) {
    struct names *n = user;
    struct look l;
    const char *name;

    if (!look_begin(n, &l))
        return false;
    name = arena_printf(&l.arena, "%s-%s%s%s.%s.%s.vpce.amazonaws.com", e->id, e->token,
                        e->zone == NULL ? "" : "-", e->zone == NULL ? "" : e->zone, e->service, e->region);
    ret_addresses->count = DNS_ADDRESSES_MAX;
    return look_end(&l, netview_vpce_name(&l.tx, name, ret_addresses->items, &ret_addresses->count) == 0);
}

static void add_internet(const struct names *n, struct dns_view *view) {
    view->elsewhere = n->internet == MESSAGE_INTERNET_HOST;
    if (n->internet == MESSAGE_INTERNET_LAB) {
        view->public_name = lab_name;
        view->public_pointer = lab_pointer;
    }
}

bool names_view(void *user, struct ip4 source, struct ip4 destination, struct dns_view *ret_view) {
    struct names *n = user;
    struct netview_eni eni;
    struct look l;
    struct door door;
    bool served;

    if (!door_decode(source, destination, &door) || door.kind != DOOR_DNS || !look_begin(n, &l))
        return false;
    served = netview_eni(&l.tx, door.eni_num, door.address_index, &eni) == 0 && eni.dns_support &&
             (n->vpc_region = awsnet_region(eni.region)) != NULL;
    if (served)
        snprintf(n->vpc, sizeof(n->vpc), "%s", eni.vpc_id);
    look_end(&l, served);
    if (!served)
        return false;
    *ret_view = (struct dns_view){.user = n,
                                  .region = n->vpc_region->name,
                                  .home = n->region,
                                  .in_vpc = true,
                                  .private_address = private_address,
                                  .public_address = public_address,
                                  .instance = instance,
                                  .private_service = private_service,
                                  .endpoint = names_endpoint};
    add_internet(n, ret_view);
    return true;
}

void names_public_view(struct names *n, struct dns_view *ret_view) {
    *ret_view = (struct dns_view){.user = n,
                                  .region = n->region,
                                  .home = n->region,
                                  .public_address = names_public_address,
                                  .endpoint = names_endpoint};
    add_internet(n, ret_view);
}

struct names *names_new(struct store *store, const char *region, enum message_internet internet) {
    struct names *n = calloc(1, sizeof(*n));

    if (n != NULL) {
        n->store = store;
        n->region = region;
        n->internet = internet;
    }
    return n;
}
