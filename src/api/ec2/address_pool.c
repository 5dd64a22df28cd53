/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool of public addresses.  It is walked in a circle, so that one just given back rests as long as
 * possible: a client that still talks to it does not reach someone else.
 */
#include "api/ec2/instance_parts.h"
#include "base/ip.h"
#include "net/awsnet.h"

/* The number'th usable address: first and last of each range are left out. */
static struct ip4 pool_address(const struct prefix4 *ranges, size_t count, uint64_t number) {
    for (size_t i = 0; i < count; i++) {
        uint64_t size = prefix4_size(ranges[i]) - 2;

        if (number < size)
            return (struct ip4){prefix4_masked(ranges[i]).addr.v + 1 + (uint32_t)number};
        number -= size;
    }
    return (struct ip4){0};
}

const char *address_take(struct api_request *rq) {
    size_t count;
    const struct prefix4 *ranges = awsnet_public_pool(&count);
    uint64_t total = 0;

    for (size_t i = 0; i < count; i++)
        total += prefix4_size(ranges[i]) - 2;
    for (uint64_t tries = 0; tries < total && !rq->tx->failed; tries++) {
        uint64_t number = (uint64_t)(store_next_number(rq->tx, "public_address") - 1) % total;
        char text[IP4_TEXT_BYTES];

        ip4_format(pool_address(ranges, count, number), text);
        if (elastic_ip_list_by(rq->tx, COL(elastic_ip, public_ip), text).count == 0 &&
            eni_address_list_by(rq->tx, COL(eni_address, public_ip), text).count == 0)
            return arena_strdup(rq->arena, text);
    }
    return NULL;
}

int instance_lend_address(struct api_request *rq, const struct instance_row *i) {
    size_t count;
    const struct eni_row *enis = instance_enis(rq->tx, i->id, &count);
    struct eni_address_rows addresses;
    struct eni_address_row row;

    if (!i->public_launch || !i->up || count != 1)
        return 0;
    addresses = ec2_eni_addresses(rq, enis[0].id);
    if (addresses.count == 0 || addresses.items[0].public_ip != NULL)
        return 0;
    row = addresses.items[0];
    row.public_ip = address_take(rq);
    if (row.public_ip == NULL)
        return api_refuse(rq, "InsufficientAddressCapacity",
                          "There are no public addresses left to assign to instance '%s'.", i->id);
    eni_address_put(rq->tx, &row);
    api_network_changed(rq, enis[0].vpc_id);
    return 0;
}

void instance_return_addresses(struct api_request *rq, const struct instance_row *i) {
    size_t count;
    const struct eni_row *enis = instance_enis(rq->tx, i->id, &count);

    for (size_t e = 0; e < count; e++) {
        struct eni_address_rows addresses = ec2_eni_addresses(rq, enis[e].id);

        for (size_t n = 0; n < addresses.count; n++) {
            struct eni_address_row row = addresses.items[n];

            if (row.public_ip == NULL || row.allocation_id != NULL)
                continue;
            row.public_ip = NULL;
            eni_address_put(rq->tx, &row);
            api_network_changed(rq, enis[e].vpc_id);
        }
    }
}
