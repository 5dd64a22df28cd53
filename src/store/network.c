/* SPDX-License-Identifier: Apache-2.0 */
#include "store/network.h"

#include "base/text.h"

enum { NETWORK_NUM_MAX = (1 << 20) - 1 };

bool network_eni_up(struct tx *tx, const struct eni_row *eni) {
    if (eni->endpoint_id)
        return true;
    const struct instance_row *instance = eni->instance_id ? instance_find(tx, eni->instance_id) : NULL;
    return instance && instance->up;
}

struct network_target network_route_target(struct tx *tx, const struct route_row *route) {
    const char *id = route->target_id;
    if (text_is(id, "local"))
        return (struct network_target){NETWORK_TARGET_LOCAL, true};
    if (text_starts(id, "igw-")) {
        const struct internet_gateway_row *g = internet_gateway_find(tx, id);
        return (struct network_target){NETWORK_TARGET_INTERNET_GATEWAY,
                                       g && text_is(g->vpc_id, route->vpc_id)};
    }
    if (text_starts(id, "vpce-"))
        return (struct network_target){NETWORK_TARGET_GATEWAY_ENDPOINT, vpc_endpoint_find(tx, id) != NULL};
    const struct eni_row *eni = eni_find(tx, id);
    return (struct network_target){NETWORK_TARGET_ENI, eni && network_eni_up(tx, eni)};
}

const struct route_association_row *network_main_association(struct tx *tx, const char *vpc_id) {
    struct route_association_rows all = route_association_list_by(tx, COL(route_association, vpc_id), vpc_id);
    for (size_t i = 0; i < all.count; i++)
        if (all.items[i].is_main)
            return &all.items[i];
    return NULL;
}

const struct route_association_row *network_subnet_association(struct tx *tx,
                                                               const struct subnet_row *subnet) {
    struct route_association_rows own =
        route_association_list_by(tx, COL(route_association, subnet_id), subnet->id);
    return own.count ? &own.items[0] : network_main_association(tx, subnet->vpc_id);
}

const struct internet_gateway_row *network_vpc_gateway(struct tx *tx, const char *vpc_id) {
    struct internet_gateway_rows g = internet_gateway_list_by(tx, COL(internet_gateway, vpc_id), vpc_id);
    return g.count ? &g.items[0] : NULL;
}

const struct eni_row *network_instance_eni(struct tx *tx, const char *instance_id) {
    struct eni_rows enis = eni_list_by(tx, COL(eni, instance_id), instance_id);
    for (size_t i = 0; i < enis.count; i++)
        if (enis.items[i].device_index == 0)
            return &enis.items[i];
    return NULL;
}

static const char all_vpcs[] = "*";

uint64_t network_version(struct tx *tx, const char *vpc_id) {
    const struct vpc_version_row *own = vpc_version_find(tx, vpc_id), *all = vpc_version_find(tx, all_vpcs);
    int64_t a = own ? own->version : 0, b = all ? all->version : 0;
    return (uint64_t)(a > b ? a : b);
}

void network_touch(struct tx *tx, const char *vpc_id) {
    struct vpc_version_row row = {.vpc_id = vpc_id ? vpc_id : all_vpcs,
                                  .version = store_next_number(tx, "vpc_version")};
    vpc_version_put(tx, &row);
}

/* Numbers are handed out in a circle, so that one just given back rests as long as possible. */
uint32_t network_new_eni_num(struct tx *tx) {
    for (unsigned tries = 0; tries <= NETWORK_NUM_MAX; tries++) {
        int64_t num = (store_next_number(tx, "eni_num") - 1) % NETWORK_NUM_MAX + 1;
        if (num > 0 && eni_list_by_int(tx, COL(eni, num), num).count == 0)
            return tx->failed ? 0 : (uint32_t)num;
        if (tx->failed)
            break;
    }
    return 0;
}

uint32_t network_new_endpoint_num(struct tx *tx) {
    for (unsigned tries = 0; tries <= NETWORK_NUM_MAX; tries++) {
        int64_t num = (store_next_number(tx, "endpoint_num") - 1) % NETWORK_NUM_MAX + 1;
        if (num > 0 && vpc_endpoint_list_by_int(tx, COL(vpc_endpoint, num), num).count == 0)
            return tx->failed ? 0 : (uint32_t)num;
        if (tx->failed)
            break;
    }
    return 0;
}
