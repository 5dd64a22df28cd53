/* SPDX-License-Identifier: Apache-2.0 */
/* The options that a message must have are looked for once; each is bounds-checked before it is read. */
#include "wire/dhcp6.h"

#include <stdbool.h>
#include <string.h>

#include "wire/bytes.h"

enum {
    SOLICIT = 1,
    ADVERTISE = 2,
    REQUEST = 3,
    CONFIRM = 4,
    RENEW = 5,
    REBIND = 6,
    REPLY = 7,
    RELEASE = 8,
    DECLINE = 9,
    INFORMATION_REQUEST = 11
};
enum { OPTION_CLIENT = 1, OPTION_SERVER = 2, OPTION_IA_NA = 3, OPTION_ADDRESS = 5, OPTION_RAPID_COMMIT = 14 };
enum { HEAD = 4, OPTION_HEAD = 4, DUID_MAX = 130, SERVER_DUID = 10 };

struct asked {
    const uint8_t *client; /* its DUID */
    size_t client_length;
    const uint8_t *server; /* or NULL */
    size_t server_length;
    bool wants_address, rapid;
    uint32_t iaid;
};

static bool parse(const uint8_t *message, size_t length, struct asked *ret) {
    size_t at = HEAD;

    *ret = (struct asked){0};
    while (at < length) {
        const uint8_t *option = message + at, *value = option + OPTION_HEAD;
        size_t bytes;

        if (length - at < OPTION_HEAD)
            return false;
        bytes = get16(option + 2);
        if (bytes > length - at - OPTION_HEAD)
            return false;
        switch (get16(option)) {
        case OPTION_CLIENT:
            ret->client = value;
            ret->client_length = bytes;
            break;
        case OPTION_SERVER:
            ret->server = value;
            ret->server_length = bytes;
            break;
        case OPTION_IA_NA:
            if (bytes < 12)
                return false;
            if (!ret->wants_address)
                ret->iaid = get32(value);
            ret->wants_address = true;
            break;
        case OPTION_RAPID_COMMIT:
            ret->rapid = true;
            break;
        default:
            break;
        }
        at += OPTION_HEAD + bytes;
    }
    return ret->client_length <= DUID_MAX;
}

static uint8_t *put_option(uint8_t *p, uint16_t code, size_t bytes) {
    put16(p, code);
    put16(p + 2, (uint16_t)bytes);
    return p + OPTION_HEAD;
}

static uint8_t *put_addresses(uint8_t *p, const struct asked *asked, const struct dhcp6_lease *lease) {
    p = put_option(p, OPTION_IA_NA, 12 + lease->address_count * (OPTION_HEAD + 24));
    put32(p, asked->iaid);
    put32(p + 4, lease->seconds / 2);
    put32(p + 8, lease->seconds * 4 / 5);
    p += 12;
    for (size_t i = 0; i < lease->address_count; i++) {
        p = put_option(p, OPTION_ADDRESS, 24);
        put_ip(p, lease->addresses[i], true);
        put32(p + 16, lease->seconds);
        put32(p + 20, lease->seconds);
        p += 24;
    }
    return p;
}

size_t dhcp6_answer(const uint8_t *message, size_t length, const struct dhcp6_lease *lease,
                    uint8_t out[DHCP6_REPLY_MAX]) {
    uint8_t duid[SERVER_DUID] = {0, 3, 0, 1}, *p = out + HEAD; /* DUID-LL of an Ethernet address */
    struct asked asked;
    uint8_t type;

    memcpy(duid + 4, &lease->server, 6);
    if (length < HEAD || !parse(message, length, &asked))
        return 0;
    type = message[0];
    if (type != SOLICIT && (type < REQUEST || type > DECLINE || type == REPLY) && type != INFORMATION_REQUEST)
        return 0;
    if (asked.client == NULL && type != INFORMATION_REQUEST)
        return 0;
    /* Meant for another server; or one that must name ours and does not (RFC 8415, 16). */
    if (asked.server != NULL &&
        (asked.server_length != sizeof(duid) || memcmp(asked.server, duid, sizeof(duid)) != 0))
        return 0;
    if (asked.server == NULL && (type == REQUEST || type == RENEW || type == RELEASE || type == DECLINE))
        return 0;
    memcpy(out, message, HEAD);
    out[0] = type == SOLICIT && !asked.rapid ? ADVERTISE : REPLY;
    if (asked.client != NULL) {
        p = put_option(p, OPTION_CLIENT, asked.client_length);
        memcpy(p, asked.client, asked.client_length);
        p += asked.client_length;
    }
    p = put_option(p, OPTION_SERVER, sizeof(duid));
    memcpy(p, duid, sizeof(duid));
    p += sizeof(duid);
    if (asked.wants_address && type != CONFIRM && type != RELEASE && type != DECLINE)
        p = put_addresses(p, &asked, lease);
    if (type == SOLICIT && asked.rapid)
        p = put_option(p, OPTION_RAPID_COMMIT, 0);
    return (size_t)(p - out);
}
