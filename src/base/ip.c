/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ip.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int number(const char **p, unsigned max, unsigned *ret_n) {
    const char *s = *p;
    unsigned n = 0;

    if (*s < '0' || *s > '9' || (s[0] == '0' && s[1] >= '0' && s[1] <= '9'))
        return -EINVAL;
    for (; *s >= '0' && *s <= '9'; s++) {
        n = n * 10 + (unsigned)(*s - '0');
        if (n > max)
            return -EINVAL;
    }
    *p = s;
    *ret_n = n;
    return 0;
}

static int octets(const char **p, struct ip4 *ret_addr) {
    uint32_t v = 0;
    unsigned octet;

    for (int i = 0; i < 4; i++) {
        if (i > 0 && *(*p)++ != '.')
            return -EINVAL;
        if (number(p, 255, &octet) < 0)
            return -EINVAL;
        v = v << 8 | octet;
    }
    ret_addr->v = v;
    return 0;
}

int ip4_parse(const char *text, struct ip4 *ret_addr) {
    struct ip4 addr;

    if (octets(&text, &addr) < 0 || *text != '\0')
        return -EINVAL;
    *ret_addr = addr;
    return 0;
}

int prefix4_parse(const char *text, struct prefix4 *ret_prefix) {
    struct ip4 addr;
    unsigned length;

    if (octets(&text, &addr) < 0 || *text++ != '/' || number(&text, 32, &length) < 0 || *text != '\0')
        return -EINVAL;
    *ret_prefix = (struct prefix4){addr, (uint8_t)length};
    return 0;
}

int ip_parse(const char *text, struct ipaddr *ret_addr) {
    uint8_t b[16];
    struct ipaddr addr = {0, 0};
    struct ip4 four;

    if (ip4_parse(text, &four) == 0) {
        *ret_addr = ip_of4(four);
        return 0;
    }
    if (inet_pton(AF_INET6, text, b) != 1)
        return -EINVAL;
    for (int i = 0; i < 8; i++) {
        addr.hi = addr.hi << 8 | b[i];
        addr.lo = addr.lo << 8 | b[i + 8];
    }
    if (ip_is4(addr))
        return -EINVAL;
    *ret_addr = addr;
    return 0;
}

int prefix_parse(const char *text, struct prefix *ret_prefix) {
    const char *slash = strchr(text, '/'), *digits = slash ? slash + 1 : NULL;
    char addr[IP_TEXT_BYTES];
    struct prefix p = {{0, 0}, 0, {0}};
    unsigned length;

    if (!slash || (size_t)(slash - text) >= sizeof(addr))
        return -EINVAL;
    memcpy(addr, text, (size_t)(slash - text));
    addr[slash - text] = '\0';
    if (ip_parse(addr, &p.addr) < 0 || number(&digits, ip_is4(p.addr) ? 32 : 128, &length) < 0 ||
        *digits != '\0')
        return -EINVAL;
    p.length = (uint8_t)length;
    *ret_prefix = p;
    return 0;
}

int mac_parse(const char *text, struct mac *ret_mac) {
    struct mac m;
    unsigned b[6];
    int used = 0;

    if (strlen(text) != 17 ||
        sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &used) != 6 ||
        used != 17)
        return -EINVAL;
    for (int i = 0; i < 6; i++)
        m.b[i] = (uint8_t)b[i];
    *ret_mac = m;
    return 0;
}

char *ip4_format(struct ip4 addr, char out[IP4_TEXT_BYTES]) {
    snprintf(out, IP4_TEXT_BYTES, "%u.%u.%u.%u", addr.v >> 24, addr.v >> 16 & 255, addr.v >> 8 & 255,
             addr.v & 255);
    return out;
}

char *prefix4_format(struct prefix4 prefix, char out[PREFIX4_TEXT_BYTES]) {
    char addr[IP4_TEXT_BYTES];

    snprintf(out, PREFIX4_TEXT_BYTES, "%s/%u", ip4_format(prefix.addr, addr), prefix.length);
    return out;
}

char *ip_format(struct ipaddr addr, char out[IP_TEXT_BYTES]) {
    uint8_t b[16];

    if (ip_is4(addr))
        return ip4_format(ip_v4(addr), out);
    for (int i = 7; i >= 0; i--) {
        b[i] = (uint8_t)(addr.hi >> (8 * (7 - i)));
        b[i + 8] = (uint8_t)(addr.lo >> (8 * (7 - i)));
    }
    inet_ntop(AF_INET6, b, out, IP_TEXT_BYTES);
    return out;
}

char *prefix_format(struct prefix prefix, char out[PREFIX_TEXT_BYTES]) {
    char addr[IP_TEXT_BYTES];

    snprintf(out, PREFIX_TEXT_BYTES, "%s/%u", ip_format(prefix.addr, addr), prefix.length);
    return out;
}

char *mac_format(struct mac mac, char out[MAC_TEXT_BYTES]) {
    snprintf(out, MAC_TEXT_BYTES, "%02x:%02x:%02x:%02x:%02x:%02x", mac.b[0], mac.b[1], mac.b[2], mac.b[3],
             mac.b[4], mac.b[5]);
    return out;
}
