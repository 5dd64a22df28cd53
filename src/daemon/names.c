/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/ec2/netview.h"
#include "base/text.h"
#include "net/door.h"
#include "store/rows.h"

enum { VPC_ID_BYTES = 64 };

struct names {
    struct store *store;
    const char *region;
    enum message_internet internet;
    char vpc[VPC_ID_BYTES]; /* whose view names_view() gave last */
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

/* Who has the address, when its VPC names its hosts in public. */
static bool find_public(struct tx *tx, struct ip4 address, const struct eni_address_row **ret_row) {
    char text[IP4_TEXT_BYTES];
    struct eni_address_rows rows =
        eni_address_list_by(tx, COL(eni_address, public_ip), ip4_format(address, text));
    const struct vpc_row *vpc = rows.count == 0 ? NULL : vpc_find(tx, rows.items[0].vpc_id);

    if (vpc == NULL || !vpc->dns_hostnames)
        return false;
    *ret_row = &rows.items[0];
    return true;
}

static bool public_address(void *user, struct ip4 address, struct ip4 *ret_private) {
    struct names *n = user;
    const struct eni_address_row *row;
    struct look l;
    bool found;

    if (!look_begin(n, &l))
        return false;
    found = find_public(&l.tx, address, &row);
    ret_private->v = 0;
    if (found && text_is(row->vpc_id, n->vpc))
        ip4_parse(row->private_ip, ret_private);
    return look_end(&l, found);
}

bool names_public_address(void *user, struct ip4 address, struct ip4 *ret_private) {
    const struct eni_address_row *row;
    struct look l;

    ret_private->v = 0;
    return look_begin(user, &l) && look_end(&l, find_public(&l.tx, address, &row));
}

static bool instance(void *user, const char *id, struct ip4 *ret_address) {
    struct names *n = user;
    struct look l;
    const char *domain;

    if (!look_begin(n, &l))
        return false;
    domain = text_is(n->region, "us-east-1") ? "ec2.internal"
                                             : arena_printf(&l.arena, "%s.compute.internal", n->region);
    return look_end(&l, netview_instance_name(&l.tx, n->vpc, arena_printf(&l.arena, "%s.%s", id, domain),
                                              ret_address) == 0);
}

static bool private_service(void *user, const char *service, struct dns_addresses *ret_addresses) {
    struct names *n = user;
    struct netview_names names = {0};
    struct look l;
    const char *wanted;

    if (!look_begin(n, &l))
        return false;
    wanted = arena_printf(&l.arena, "%s.%s.amazonaws.com", service, n->region);
    ret_addresses->count = 0;
    if (netview_endpoint_names(&l.tx, n->vpc, &names) == 0)
        for (size_t i = 0; i < names.count; i++)
            if (text_is(names.items[i].name, wanted))
                for (size_t k = 0;
                     k < names.items[i].address_count && ret_addresses->count < DNS_ADDRESSES_MAX; k++)
                    ret_addresses->items[ret_addresses->count++] = names.items[i].addresses[k];
    return look_end(&l, ret_addresses->count > 0);
}

bool names_endpoint(void *user, const char *endpoint_id, const char *token, const char *zone,
                    const char *service, struct dns_addresses *ret_addresses) {
    struct names *n = user;
    struct look l;
    const char *name;

    if (!look_begin(n, &l))
        return false;
    name = arena_printf(&l.arena, "%s-%s%s%s.%s.%s.vpce.amazonaws.com", endpoint_id, token,
                        zone == NULL ? "" : "-", zone == NULL ? "" : zone, service, n->region);
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
    served = netview_eni(&l.tx, door.eni_num, door.address_index, &eni) == 0 && eni.dns_support;
    if (served)
        snprintf(n->vpc, sizeof(n->vpc), "%s", eni.vpc_id);
    look_end(&l, served);
    if (!served)
        return false;
    *ret_view = (struct dns_view){.user = n,
                                  .region = n->region,
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
    *ret_view = (struct dns_view){
        .user = n, .region = n->region, .public_address = names_public_address, .endpoint = names_endpoint};
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
