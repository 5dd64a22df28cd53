/* SPDX-License-Identifier: Apache-2.0 */
#include "explain/question.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "wire/packet.h"

enum { NAME_MAX_BYTES = 253, LOOPBACK_NET = 127 };

/* A word that people typed, bounded for an error line. */
static const char *quoted(struct arena *a, const char *text) {
    bool plain = true;

    for (const char *p = text; *p != '\0'; p++)
        plain &= *p > ' ' && *p < 0x7f;
    return plain ? arena_printf(a, "\"%.80s\"", text) : "that";
}

static bool is_id(const char *text) {
    return (text_starts(text, "i-") || text_starts(text, "eni-")) && strchr(text, '.') == NULL;
}

static bool is_name(const char *text) {
    size_t length = strlen(text);

    return length > 0 && length <= NAME_MAX_BYTES && text[0] != '.' && text[0] != '-' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == length &&
           strstr(text, "..") == NULL;
}

static bool is_private(struct ipaddr ip) {
    struct ip4 a = ip_v4(ip);

    if (!ip_is4(ip))
        return ip.hi >> 57 == 0xfc >> 1 || ip_is_link_local(ip);
    return a.v >> 24 == 10 || a.v >> 20 == 0xac1 || a.v >> 16 == 0xc0a8 || a.v >> 16 == 0xa9fe ||
           a.v >> 22 == (UINT32_C(0x64400000) >> 22);
}

static bool nowhere(struct ipaddr a) {
    if (!ip_is4(a))
        return a.hi == 0 && a.lo <= 1;
    return ip_v4(a).v >> 24 == LOOPBACK_NET || ip_v4(a).v >> 24 == 0;
}

/* The interface's first address of a family, or zeros. */
static struct ipaddr address_of(const struct image_vpc *vpc, const struct image_eni *eni, bool v6) {
    for (uint32_t i = 0; i < eni->addresses.count; i++) {
        struct ipaddr ip = image_addresses(vpc)[eni->addresses.first + i].private_ip;

        if (ip_is4(ip) != v6)
            return ip;
    }
    return (struct ipaddr){0, 0};
}

static int find_id(const struct image *image, struct arena *a, const char *text, struct explain_end *ret_end,
                   const char **ret_error) {
    const struct image_vpc *vpc;
    const struct image_eni *eni = image_eni_by_id(image, text, &vpc);

    if (eni == NULL) {
        *ret_error = arena_printf(a, "there is no instance or interface %s", quoted(a, text));
        return -EINVAL;
    }
    if (eni->addresses.count == 0) {
        *ret_error = arena_printf(a, "%s has no address", quoted(a, text));
        return -EINVAL;
    }
    *ret_end = (struct explain_end){EXPLAIN_ENI, vpc, eni, image_eni_primary(vpc, eni)->private_ip, NULL};
    return 0;
}

/* The interface that has the address in one of the VPCs; how many have it. */
static size_t owners(const struct image *image, struct ipaddr address, struct explain_end *ret_end) {
    const struct image_vpc *vpc;
    const struct image_address *at =
        ip_is4(address) ? image_address_by_public_ip(image, ip_v4(address), &vpc) : NULL;
    size_t count = 0;

    for (size_t v = 0; at == NULL && v < image_vpc_count(image); v++) {
        const struct image_address *one = image_vpc_address(image_vpc_at(image, v), address);

        if (one != NULL) {
            vpc = image_vpc_at(image, v);
            *ret_end = (struct explain_end){EXPLAIN_ENI, vpc, &image_enis(vpc)[one->eni], address, NULL};
            count++;
        }
    }
    if (at == NULL)
        return count;
    *ret_end = (struct explain_end){EXPLAIN_ENI, vpc, &image_enis(vpc)[at->eni], at->private_ip, NULL};
    return 1;
}

static int parse_source(const struct image *image, struct arena *a, const char *text, struct ip4 internet,
                        struct explain_end *ret_end, const char **ret_error) {
    struct ipaddr address;
    size_t count;

    if (text_is(text, "internet")) {
        *ret_end = (struct explain_end){.place = EXPLAIN_ADDRESS, .address = ip_of4(internet)};
        return 0;
    }
    if (ip_parse(text, &address) < 0) {
        if (is_id(text))
            return find_id(image, a, text, ret_end, ret_error);
        *ret_error = arena_printf(
            a, "%s is no source: say an instance (i-…), an interface (eni-…), an address or `internet`",
            quoted(a, text));
        return -EINVAL;
    }
    count = owners(image, address, ret_end);
    if (count == 1)
        return 0;
    if (count > 1) {
        *ret_error =
            arena_printf(a, "%s is an address in %zu VPCs: name the instance or interface", text, count);
        return -EINVAL;
    }
    if (is_private(address) || nowhere(address) || ip_is_multicast(address) ||
        image_is_public(image, address) || image_is_service(image, address)) {
        *ret_error = arena_printf(a, "no interface has the address %s", text);
        return -EINVAL;
    }
    *ret_end = (struct explain_end){.place = EXPLAIN_ADDRESS, .address = address};
    return 0;
}

static int parse_port(struct arena *a, const char *text, bool udp, struct explain_question *q,
                      const char **ret_error) {
    int64_t port;

    if (text_is(text, "icmp")) {
        q->protocol = WIRE_ICMP;
        q->port = 0;
        if (udp)
            *ret_error = "--udp needs a port, not icmp";
        return udp ? -EINVAL : 0;
    }
    if (parse_int(text, 1, UINT16_MAX, &port) < 0) {
        *ret_error = arena_printf(a, "%s is no port: say a number from 1 to 65535, or icmp", quoted(a, text));
        return -EINVAL;
    }
    q->protocol = udp ? WIRE_UDP : WIRE_TCP;
    q->port = (uint16_t)port;
    return 0;
}

static int parse_host(const struct image *image, struct arena *a, const char *text, struct ip4 internet,
                      struct explain_end *ret_end, const char **ret_error) {
    struct ipaddr address = ip_of4(internet);
    size_t length = strlen(text);

    if (length > 2 && text[0] == '[' && text[length - 1] == ']')
        text = arena_strndup(a, text + 1, length - 2);
    if (text_is(text, "internet") || ip_parse(text, &address) == 0) {
        if (nowhere(address)) {
            *ret_error = arena_printf(a, "packets to %s never leave the sender", text);
            return -EINVAL;
        }
        *ret_end = (struct explain_end){.place = EXPLAIN_ADDRESS, .address = address};
        return 0;
    }
    if (is_id(text))
        return find_id(image, a, text, ret_end, ret_error);
    if (!is_name(text) || strspn(text, "0123456789.") == strlen(text)) {
        *ret_error = arena_printf(a, "%s is neither instance, interface, address nor name", quoted(a, text));
        return -EINVAL;
    }
    *ret_end = (struct explain_end){.place = EXPLAIN_NAME, .name = arena_strdup(a, text)};
    return 0;
}

static bool said_address(const struct explain_end *end, const char *text) {
    return end->place == EXPLAIN_ADDRESS || (end->place == EXPLAIN_ENI && !is_id(text));
}

/* Both ends in one family: the one that was said, else IPv4 where both have it (question.h). */
static int one_family(struct arena *a, struct explain_question *q, const char *source,
                      const char **ret_error) {
    struct explain_end *ends[2] = {&q->from, &q->to};
    bool from_said = said_address(&q->from, source), to_said = q->to.place == EXPLAIN_ADDRESS, v6;

    if (from_said && to_said && ip_is4(q->from.address) != ip_is4(q->to.address)) {
        *ret_error = "the two addresses are of different families: no packet carries both";
        return -EINVAL;
    }
    v6 = from_said ? !ip_is4(q->from.address)
         : to_said ? !ip_is4(q->to.address)
                   : q->to.place == EXPLAIN_ENI && (ip_none(address_of(q->from.vpc, q->from.eni, false)) ||
                                                    ip_none(address_of(q->to.vpc, q->to.eni, false)));
    for (int i = 0; i < 2; i++) {
        if (ends[i]->place != EXPLAIN_ENI || (i == 0 && from_said))
            continue;
        ends[i]->address = address_of(ends[i]->vpc, ends[i]->eni, v6);
        if (ip_none(ends[i]->address)) {
            *ret_error = arena_printf(a, "%s has no IPv%c address",
                                      image_name(ends[i]->vpc, ends[i]->eni->id), v6 ? '6' : '4');
            return -EINVAL;
        }
    }
    if (v6 && q->protocol == WIRE_ICMP)
        q->protocol = WIRE_ICMP6;
    return 0;
}

int explain_parse(const struct image *image, struct arena *a, const char *source, const char *destination,
                  bool udp, struct ip4 internet, struct explain_question *ret_question,
                  const char **ret_error) {
    const char *colon = strrchr(destination, ':');
    struct explain_question q = {0};
    int r = parse_source(image, a, source, internet, &q.from, ret_error);

    if (r < 0)
        return r;
    if (colon == NULL) {
        *ret_error = "the destination needs a port: <instance|eni|ip|name>:<port|icmp>";
        return -EINVAL;
    }
    r = parse_port(a, colon + 1, udp, &q, ret_error);
    if (r == 0)
        r = parse_host(image, a, arena_strndup(a, destination, (size_t)(colon - destination)), internet,
                       &q.to, ret_error);
    if (r == 0)
        r = one_family(a, &q, source, ret_error);
    if (r == 0)
        r = explain_check(image, &q, ret_error);
    if (r == 0)
        *ret_question = q;
    return r;
}

int explain_check(const struct image *image, const struct explain_question *q, const char **ret_error) {
    if (q->from.place == EXPLAIN_ENI || q->to.place != EXPLAIN_ADDRESS || is_private(q->to.address) ||
        image_is_public(image, q->to.address))
        return 0;
    *ret_error = "both ends are outside of all VPCs: their packets do not pass here";
    return -EINVAL;
}
