/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/dhcp.h"

#include <errno.h>
#include <string.h>

#include "wire/bytes.h"

enum { FIXED_BYTES = 236, MAGIC = 0x63825363, NAME_MAX_BYTES = 63 };
enum {
    OPT_MASK = 1,
    OPT_ROUTER = 3,
    OPT_DNS = 6,
    OPT_HOST = 12,
    OPT_DOMAIN = 15,
    OPT_MTU = 26,
    OPT_REQUESTED = 50,
    OPT_LEASE = 51,
    OPT_TYPE = 53,
    OPT_SERVER = 54,
    OPT_END = 255
};

int dhcp_parse(const uint8_t *data, size_t length, struct dhcp_request *ret_request) {
    struct dhcp_request r = {0};
    size_t at = FIXED_BYTES + 4;

    if (length < at || data[0] != 1 || data[1] != 1 || data[2] != 6 || get32(data + FIXED_BYTES) != MAGIC)
        return -EBADMSG;
    r.transaction = get32(data + 4);
    r.flags = get16(data + 10);
    r.current.v = get32(data + 12);
    memcpy(&r.client, data + 28, 6);
    while (at < length && data[at] != OPT_END) {
        uint8_t option = data[at++];
        uint8_t size;

        if (option == 0)
            continue;
        if (at == length || data[at] > length - at - 1)
            return -EBADMSG;
        size = data[at++];
        if (option == OPT_TYPE && size == 1)
            r.type = data[at];
        else if (option == OPT_REQUESTED && size == 4)
            r.requested.v = get32(data + at);
        else if (option == OPT_SERVER && size == 4)
            r.server.v = get32(data + at);
        at += size;
    }
    if (r.type == 0)
        return -EBADMSG;
    *ret_request = r;
    return 0;
}

uint8_t dhcp_decide(const struct dhcp_request *r, const struct dhcp_lease *lease) {
    struct ip4 wanted = r->requested.v ? r->requested : r->current;

    switch (r->type) {
    case DHCP_DISCOVER:
        return DHCP_OFFER;
    case DHCP_REQUEST:
        if (r->server.v && r->server.v != lease->server.v)
            return 0; /* it chose another server; there is none, but it is not for us */
        return wanted.v == lease->address.v ? DHCP_ACK : DHCP_NAK;
    case DHCP_INFORM:
        return DHCP_ACK;
    default:
        return 0;
    }
}

static uint8_t *option32(uint8_t *p, uint8_t option, uint32_t value) {
    *p++ = option;
    *p++ = 4;
    put32(p, value);
    return p + 4;
}

static uint8_t *option_text(uint8_t *p, uint8_t option, const char *text) {
    size_t length = text ? strnlen(text, NAME_MAX_BYTES) : 0;

    if (length == 0)
        return p;
    *p++ = option;
    *p++ = (uint8_t)length;
    memcpy(p, text, length);
    return p + length;
}

size_t dhcp_reply(uint8_t type, const struct dhcp_request *r, const struct dhcp_lease *lease,
                  uint8_t out[DHCP_REPLY_MAX]) {
    uint8_t *p = out + FIXED_BYTES;

    memset(out, 0, DHCP_REPLY_MAX);
    out[0] = 2;
    out[1] = 1;
    out[2] = 6;
    put32(out + 4, r->transaction);
    put16(out + 10, r->flags);
    if (type != DHCP_NAK) {
        put32(out + 12, r->type == DHCP_INFORM ? r->current.v : 0);
        put32(out + 16, r->type == DHCP_INFORM ? 0 : lease->address.v);
    }
    memcpy(out + 28, &r->client, 6);
    put32(p, MAGIC);
    p += 4;
    *p++ = OPT_TYPE;
    *p++ = 1;
    *p++ = type;
    p = option32(p, OPT_SERVER, lease->server.v);
    if (type != DHCP_NAK) {
        if (r->type != DHCP_INFORM)
            p = option32(p, OPT_LEASE, lease->seconds);
        p = option32(p, OPT_MASK, prefix4_mask(lease->prefix_length));
        p = option32(p, OPT_ROUTER, lease->router.v);
        p = option32(p, OPT_DNS, lease->dns.v);
        p = option_text(p, OPT_HOST, lease->host);
        p = option_text(p, OPT_DOMAIN, lease->domain);
        *p++ = OPT_MTU;
        *p++ = 2;
        put16(p, lease->mtu);
        p += 2;
    }
    *p++ = OPT_END;
    /* RFC 1542: never shorter than a BOOTP message. */
    return (size_t)(p - out) < 300 ? 300 : (size_t)(p - out);
}
