/* SPDX-License-Identifier: Apache-2.0 */
/* What all parts of a VPC's network use and none of them owns: forms of addresses and protocols, the default VPC. */
#include "api/ec2/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

void net_changed(struct api_request *rq, const char *vpc_id) {
    if (vpc_version_find(rq->tx, vpc_id))
        api_network_changed(rq, vpc_id);
}

struct prefix4 net_cidr(const char *text) {
    struct prefix4 p = {0};
    prefix4_parse(text, &p);
    return p;
}

const char *net_cidr_text(struct api_request *rq, struct prefix4 cidr) {
    char text[PREFIX4_TEXT_BYTES];
    return arena_strdup(rq->arena, prefix4_format(prefix4_masked(cidr), text));
}

const struct vpc_row *ec2_default_vpc(struct api_request *rq) {
    struct vpc_rows all = vpc_list_by_int(rq->tx, COL(vpc, is_default), 1);
    for (size_t i = 0; i < all.count; i++)
        if (text_is(all.items[i].account, rq->caller.account) && text_is(all.items[i].region, rq->region))
            return &all.items[i];
    return NULL;
}

const char *net_cidr6_text(struct api_request *rq, const char *text) {
    const char *slash = strchr(text, '/');
    struct in6_addr addr;
    int64_t length;
    char canonical[INET6_ADDRSTRLEN];
    if (!slash || parse_int(slash + 1, 0, 128, &length) < 0 ||
        inet_pton(AF_INET6, arena_strndup(rq->arena, text, (size_t)(slash - text)), &addr) != 1)
        return NULL;
    for (int64_t bit = length; bit < 128; bit++)
        addr.s6_addr[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
    inet_ntop(AF_INET6, &addr, canonical, sizeof(canonical));
    return arena_printf(rq->arena, "%s/%d", canonical, (int)length);
}

int net_protocol(const char *text, int *ret_number) {
    static const struct {
        const char *name;
        int number;
    } names[] = {{"all", -1},
                 {"tcp", IPPROTO_TCP},
                 {"udp", IPPROTO_UDP},
                 {"icmp", IPPROTO_ICMP},
                 {"icmpv6", IPPROTO_ICMPV6}};
    if (!text)
        return -EINVAL;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcasecmp(names[i].name, text) == 0) {
            *ret_number = names[i].number;
            return 0;
        }
    int64_t number;
    if (parse_int(text, -1, 255, &number) < 0)
        return -EINVAL;
    *ret_number = (int)number;
    return 0;
}
