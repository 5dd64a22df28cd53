/* SPDX-License-Identifier: Apache-2.0 */
/* DHCP answered from the image: an interface always gets its primary address. */
#include <stdio.h>
#include <string.h>

#include "fwd/engine.h"
#include "wire/build.h"
#include "wire/dhcp.h"

enum { LEASE_SECONDS = 3600 };

enum fwd_stage answer_dhcp(struct fwd_ctx *c) {
    const struct image_subnet *subnet = ctx_subnet(c);
    const uint8_t *message = c->pkt->data + c->packet->l4 + WIRE_UDP_BYTES;
    size_t length = (size_t)WIRE_ETH_BYTES + c->packet->ip_length - c->packet->l4 - WIRE_UDP_BYTES;
    struct ipaddr primary = image_eni_primary(c->vpc, c->eni)->private_ip;
    struct ip4 router = {ip_v4(subnet->cidr.addr).v + 1}, address = ip_v4(primary), current;
    char host[24];
    struct dhcp_lease lease = {
        .address = address,
        .router = router,
        .dns = {ip_v4(image_cidrs(c->vpc)[0].addr).v + 2},
        .server = router,
        .prefix_length = subnet->cidr.length,
        .mtu = FWD_MTU_VPC,
        .seconds = LEASE_SECONDS,
        .domain = image_name(c->vpc, c->vpc->domain_name),
        .host = host,
    };
    uint8_t reply[DHCP_REPLY_MAX], type;
    struct dhcp_request request;
    struct wire_build frame;

    snprintf(host, sizeof(host), "ip-%u-%u-%u-%u", address.v >> 24, address.v >> 16 & 255,
             address.v >> 8 & 255, address.v & 255);
    if (dhcp_parse(message, length, &request) < 0 || c->vpc->cidrs.count == 0 || !ip_is4(primary))
        return fwd_drop(c, FWD_STAGE_SOURCE, FWD_MALFORMED);
    type = mac_is(request.client, c->eni->mac) ? dhcp_decide(&request, &lease) : 0;
    if (type == 0)
        return fwd_drop(c, FWD_STAGE_SOURCE, FWD_DHCP_IGNORED);
    current = request.current.v && type != DHCP_NAK ? request.current : (struct ip4){UINT32_MAX};
    frame = (struct wire_build){
        .l2 = {fwd_gateway_mac, c->eni->mac},
        .tuple = {ip_of4(router), ip_of4(current), DHCP_SERVER_PORT, DHCP_CLIENT_PORT, WIRE_UDP},
        .payload = reply,
        .payload_length = dhcp_reply(type, &request, &lease, reply),
    };
    length = wire_build(c->pkt->data, c->pkt->room, &frame);
    if (length == 0)
        return fwd_drop(c, FWD_STAGE_SOURCE, FWD_NO_ROOM);
    c->pkt->length = (uint32_t)length;
    rewrite_clear_offload(c->pkt);
    return fwd_answer(c, FWD_STAGE_SOURCE, FWD_ANSWERED);
}
