/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/dns.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ldns/ldns.h>

#include "base/text.h"
#include "net/awsnet.h"

enum { HEADER_BYTES = 12 };

/* What there is to say about a name. */
struct found {
    bool known;
    bool ours; /* nobody else is to be asked */
    struct dns_addresses addresses;
    char pointer[DNS_NAME_BYTES]; /* "" when none */
};

static const struct ip4 INSTANCE_DATA = {UINT32_C(0xa9fea9fe)}; /* 169.254.169.254 */

/* ---- names ---- */

/* If name is "<head>.<domain>", the length of head, else 0. */
static size_t below(const char *name, const char *domain) {
    size_t n = strlen(name), d = strlen(domain);

    return n > d + 1 && name[n - d - 1] == '.' && strcmp(name + n - d, domain) == 0 ? n - d - 1 : 0;
}

/* "10-0-1-5" */
static bool dashed_address(const char *text, size_t length, struct ip4 *ret_address) {
    char dotted[IP4_TEXT_BYTES];

    if (length >= sizeof(dotted))
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.')
            return false;
        dotted[i] = text[i] == '-' ? '.' : text[i];
    }
    dotted[length] = '\0';
    return ip4_parse(dotted, ret_address) == 0;
}

static void add(struct found *f, struct ip4 address) {
    f->known = true;
    if (f->addresses.count < DNS_ADDRESSES_MAX)
        f->addresses.items[f->addresses.count++] = address;
}

/* <region>.compute.internal.  True when the name lies in that domain, known or not. */
static bool find_private(const struct dns_view *v, const char *name, struct found *f) {
    char domain[AWSNET_NAME_BYTES], host[AWSNET_NAME_BYTES];
    struct ip4 address;
    size_t length;

    awsnet_private_domain(v->region, domain);
    if (!v->in_vpc)
        return false;
    if (strcmp(name, domain) == 0) {
        f->known = true;
        return true;
    }
    length = below(name, domain);
    if (length == 0)
        return false;
    snprintf(host, sizeof(host), "%.*s", (int)length, name);
    if (text_starts(host, "ip-") && dashed_address(host + 3, length - 3, &address)) {
        if (v->private_address != NULL && v->private_address(v->user, address))
            add(f, address);
    } else if (text_starts(host, "i-")) {
        if (v->instance != NULL && v->instance(v->user, host, &address))
            add(f, address);
    } else if (strcmp(host, "instance-data") == 0) {
        add(f, INSTANCE_DATA);
    }
    return true;
}

/* ec2-203-0-113-5.<region>.compute.amazonaws.com, of any region */
static bool find_public(const struct dns_view *v, const char *name, struct found *f) {
    char whole[AWSNET_NAME_BYTES];
    struct dns_public public;
    struct ip4 address;

    if (below(name, "compute.amazonaws.com") == 0 && below(name, "compute-1.amazonaws.com") == 0)
        return false;
    if (text_starts(name, "ec2-") && dashed_address(name + 4, strcspn(name, ".") - 4, &address) &&
        v->public_address != NULL && v->public_address(v->user, address, &public) &&
        strcmp(name, awsnet_public_host(public.region, address, whole)) == 0)
        add(f, v->in_vpc && public.inside.v != 0 ? public.inside : address);
    return true;
}

/* The service behind "ssm" or "api.ecr" in an endpoint's own name. */
static const struct awsnet_service *endpoint_service(const char *host, const char *region) {
    char name[2 * DNS_NAME_BYTES];
    struct awsnet_name known;

    /* Some services have names below a domain only, such as *.dkr.ecr: try one of these. */
    snprintf(name, sizeof(name), "x.%s.%s.amazonaws.com", host, region);
    if (awsnet_name(region, name + 2, &known) == 0 || awsnet_name(region, name, &known) == 0)
        return known.service;
    return NULL;
}

/* [bucket.]vpce-<id>-<token>[-<zone>].<service>.<region>.vpce.amazonaws.com */
static bool find_endpoint(const struct dns_view *v, const char *name, struct found *f) {
    struct dns_endpoint endpoint = {0};
    const struct awsnet_service *service;
    char copy[DNS_NAME_BYTES], *label, *host, *token, *zone, *region;
    size_t length;

    length = below(name, "vpce.amazonaws.com");
    if (length == 0)
        return false;
    snprintf(copy, sizeof(copy), "%.*s", (int)length, name);
    for (label = copy; label != NULL && strncmp(label, "vpce-", 5) != 0;) {
        label = strchr(label, '.');
        label = label != NULL ? label + 1 : NULL;
    }
    if (label == NULL || (host = strchr(label, '.')) == NULL || (token = strchr(label + 5, '-')) == NULL ||
        token > host || (region = strrchr(host + 1, '.')) == NULL)
        return true;
    *region++ = '\0';
    *host++ = '\0';
    *token++ = '\0';
    zone = strchr(token, '-');
    if (zone != NULL)
        *zone++ = '\0';
    service = endpoint_service(host, region);
    if (service == NULL || v->endpoint == NULL)
        return true;
    endpoint = (struct dns_endpoint){label, token, zone, service->name, region};
    f->known = v->endpoint(v->user, &endpoint, &f->addresses);
    return true;
}

static bool find_service(const struct dns_view *v, const char *name, struct found *f) {
    struct awsnet_name known;

    if (awsnet_name(v->home, name, &known) < 0)
        return false;
    f->known = true;
    if (v->in_vpc && known.regional && v->private_service != NULL &&
        strcmp(known.region->name, v->region) == 0 &&
        v->private_service(v->user, known.service->name, &f->addresses))
        return true;
    add(f, known.address);
    return true;
}

/* 5.1.0.10.in-addr.arpa */
static bool find_pointer(const struct dns_view *v, const char *name, struct found *f) {
    struct ip4 reversed, address;
    struct dns_public public;
    char text[IP4_TEXT_BYTES];
    size_t length = below(name, "in-addr.arpa");

    if (length == 0)
        return strcmp(name, "in-addr.arpa") == 0 ? (f->known = true) : false;
    if (length >= sizeof(text))
        return true;
    snprintf(text, sizeof(text), "%.*s", (int)length, name);
    if (ip4_parse(text, &reversed) < 0)
        return true;
    address.v = __builtin_bswap32(reversed.v);
    f->known = true;
    if (v->in_vpc && v->private_address != NULL && v->private_address(v->user, address))
        awsnet_private_host(v->region, address, f->pointer);
    else if (v->in_vpc && address.v == INSTANCE_DATA.v)
        snprintf(f->pointer + sprintf(f->pointer, "instance-data."), 200, "%s",
                 awsnet_private_domain(v->region, (char[AWSNET_NAME_BYTES]){0}));
    else if (v->public_address != NULL && v->public_address(v->user, address, &public))
        awsnet_public_host(public.region, address, f->pointer);
    else
        f->known = v->public_pointer != NULL && v->public_pointer(v->user, address, f->pointer);
    return true;
}

/* Does in-addr.arpa name an address that the internet does not have? */
static bool is_inner_pointer(const char *name) {
    static const struct prefix4 inner[] = {{{UINT32_C(10) << 24}, 8},
                                           {{UINT32_C(127) << 24}, 8},
                                           {{UINT32_C(169) << 24 | 254 << 16}, 16},
                                           {{UINT32_C(172) << 24 | 16 << 16}, 12},
                                           {{UINT32_C(192) << 24 | 168 << 16}, 16}};
    struct ip4 reversed;
    char text[IP4_TEXT_BYTES];
    size_t length = below(name, "in-addr.arpa");

    if (length == 0 || length >= sizeof(text))
        return false;
    snprintf(text, sizeof(text), "%.*s", (int)length, name);
    for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]) && ip4_parse(text, &reversed) == 0; i++)
        if (prefix4_contains(inner[i], (struct ip4){__builtin_bswap32(reversed.v)}))
            return true;
    return false;
}

static void find(const struct dns_view *v, const char *name, struct found *f) {
    f->ours = true;
    if (find_pointer(v, name, f)) {
        f->ours = f->known || is_inner_pointer(name);
        return;
    }
    if (find_private(v, name, f) || find_public(v, name, f) || find_endpoint(v, name, f) ||
        find_service(v, name, f))
        return;
    f->ours = strcmp(name, "amazonaws.com") == 0 || below(name, "amazonaws.com") > 0 ||
              below(name, "compute.internal") > 0 || below(name, "ec2.internal") > 0; /* another region's */
    if (v->public_name != NULL && v->public_name(v->user, name, &f->addresses))
        f->known = true;
    else if (strcmp(name, "amazonaws.com") == 0 || *name == '\0')
        f->known = true;
}

/* The zone whose SOA a negative answer carries; "" is the root's. */
static void zone_of(const struct dns_view *v, const char *name, char zone[DNS_NAME_BYTES]) {
    char domain[AWSNET_NAME_BYTES];
    const char *const zones[] = {"amazonaws.com", "in-addr.arpa", awsnet_private_domain(v->region, domain)};

    zone[0] = '\0';
    for (size_t i = 0; i < (v->in_vpc ? 3 : 2); i++)
        if (strcmp(name, zones[i]) == 0 || below(name, zones[i]) > 0) {
            snprintf(zone, DNS_NAME_BYTES, "%s", zones[i]);
            return;
        }
}

/* ---- records ---- */

static ldns_rdf *dname(const char *text) {
    char absolute[DNS_NAME_BYTES + 1];

    snprintf(absolute, sizeof(absolute), "%s.", text);
    return ldns_dname_new_frm_str(absolute);
}

/* Takes over owner and the rdata. */
static void push(ldns_pkt *p, ldns_pkt_section section, ldns_rr_type type, ldns_rdf *owner, ldns_rdf **rdata,
                 size_t count) {
    ldns_rr *rr = ldns_rr_new();
    bool whole = rr != NULL && owner != NULL;

    for (size_t i = 0; i < count; i++)
        whole = whole && rdata[i] != NULL;
    if (!whole) { /* out of memory, or a name that is none: the answer goes without the record */
        for (size_t i = 0; i < count; i++)
            ldns_rdf_deep_free(rdata[i]);
        ldns_rdf_deep_free(owner);
        ldns_rr_free(rr);
        return;
    }
    ldns_rr_set_owner(rr, owner);
    ldns_rr_set_type(rr, type);
    ldns_rr_set_class(rr, LDNS_RR_CLASS_IN);
    ldns_rr_set_ttl(rr, DNS_TTL_SECONDS);
    for (size_t i = 0; i < count; i++)
        ldns_rr_push_rdf(rr, rdata[i]);
    ldns_pkt_push_rr(p, section, rr);
}

static void push_answers(ldns_pkt *p, const ldns_rr *question, const struct found *f) {
    ldns_rr_type type = ldns_rr_get_type(question);

    if (type == LDNS_RR_TYPE_A || type == LDNS_RR_TYPE_ANY)
        for (size_t i = 0; i < f->addresses.count; i++) {
            uint32_t be = __builtin_bswap32(f->addresses.items[i].v);
            ldns_rdf *rdf = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_A, sizeof(be), &be);

            push(p, LDNS_SECTION_ANSWER, LDNS_RR_TYPE_A, ldns_rdf_clone(ldns_rr_owner(question)), &rdf, 1);
        }
    if ((type == LDNS_RR_TYPE_PTR || type == LDNS_RR_TYPE_ANY) && f->pointer[0] != '\0') {
        ldns_rdf *rdf = dname(f->pointer);

        push(p, LDNS_SECTION_ANSWER, LDNS_RR_TYPE_PTR, ldns_rdf_clone(ldns_rr_owner(question)), &rdf, 1);
    }
}

static void push_soa(ldns_pkt *p, const char *zone) {
    ldns_rdf *rdata[7] = {dname("ns.awsdns.internal"), dname("hostmaster.awsdns.internal")};
    static const uint32_t numbers[5] = {1, 7200, 900, 1209600, DNS_TTL_SECONDS};

    for (size_t i = 0; i < 5; i++)
        rdata[2 + i] = ldns_native2rdf_int32(i == 0 ? LDNS_RDF_TYPE_INT32 : LDNS_RDF_TYPE_PERIOD, numbers[i]);
    push(p, LDNS_SECTION_AUTHORITY, LDNS_RR_TYPE_SOA,
         *zone != '\0' ? dname(zone) : ldns_dname_new_frm_str("."), rdata, 7);
}

/* ---- packets ---- */

/* The owner as text in lower case without its final dot; false when it holds what no name of ours does. */
static bool name_text(const ldns_rdf *owner, char name[DNS_NAME_BYTES]) {
    char *text = ldns_rdf2str(owner);
    size_t length = text != NULL ? strlen(text) : 0;
    bool plain = length > 0 && length < DNS_NAME_BYTES && strchr(text, '\\') == NULL;

    if (plain) {
        for (size_t i = 0; i <= length; i++)
            name[i] = (char)tolower((unsigned char)text[i]);
        if (name[length - 1] == '.')
            name[length - 1] = '\0';
    }
    free(text);
    return plain;
}

/* False: others are to be asked. */
static bool fill(const struct dns_view *view, const ldns_pkt *query, ldns_pkt *p) {
    const ldns_rr_list *questions = ldns_pkt_question(query);
    struct found f = {0};
    const ldns_rr *question;
    char name[DNS_NAME_BYTES] = "", zone[DNS_NAME_BYTES];

    if (ldns_pkt_edns(query) && ldns_pkt_edns_version(query) != 0) {
        ldns_pkt_set_edns_extended_rcode(p, 1); /* BADVERS */
        return true;
    }
    if (ldns_pkt_get_opcode(query) != LDNS_PACKET_QUERY) {
        ldns_pkt_set_rcode(p, LDNS_RCODE_NOTIMPL);
        return true;
    }
    if (ldns_rr_list_rr_count(questions) != 1) {
        ldns_pkt_set_rcode(p, LDNS_RCODE_FORMERR);
        return true;
    }
    question = ldns_rr_list_rr(questions, 0);
    ldns_pkt_push_rr(p, LDNS_SECTION_QUESTION, ldns_rr_clone(question));
    if (ldns_rr_get_class(question) != LDNS_RR_CLASS_IN || !ldns_pkt_rd(query) ||
        ldns_rr_get_type(question) == LDNS_RR_TYPE_AXFR || ldns_rr_get_type(question) == LDNS_RR_TYPE_IXFR) {
        ldns_pkt_set_rcode(p, LDNS_RCODE_REFUSED);
        return true;
    }
    if (name_text(ldns_rr_owner(question), name))
        find(view, name, &f);
    if (view->elsewhere && !f.known && !f.ours)
        return false;
    if (f.known)
        push_answers(p, question, &f);
    else
        ldns_pkt_set_rcode(p, LDNS_RCODE_NXDOMAIN);
    if (ldns_pkt_ancount(p) == 0) {
        zone_of(view, name, zone);
        push_soa(p, zone);
    }
    return true;
}

/* The answer that holds nothing but a header: what there is to say to a packet that does not parse. */
static void bare(const uint8_t *query, ldns_pkt_rcode rcode, struct buf *out) {
    uint8_t h[HEADER_BYTES] = {query[0], query[1], (uint8_t)(0x80 | (query[2] & 0x79)),
                               (uint8_t)(0x80 | rcode)};

    buf_append(out, h, sizeof(h));
}

void dns_fail(const uint8_t *query, size_t length, struct buf *out) {
    ldns_pkt *q = NULL;

    bare(query, LDNS_RCODE_SERVFAIL, out);
    /* Clients want their question back. */
    if (ldns_wire2pkt(&q, query, length) == LDNS_STATUS_OK && ldns_pkt_qdcount(q) == 1) {
        ldns_rdf *owner = ldns_rr_owner(ldns_rr_list_rr(ldns_pkt_question(q), 0));
        size_t bytes = ldns_rdf_size(owner) + 4;

        if (bytes <= length - HEADER_BYTES) {
            buf_append(out, query + HEADER_BYTES, bytes);
            out->data[5] = 1;
        }
    }
    ldns_pkt_free(q);
}

static ldns_pkt *new_answer(const ldns_pkt *query) {
    ldns_pkt *p = ldns_pkt_new();

    if (p == NULL)
        return NULL;
    ldns_pkt_set_id(p, ldns_pkt_id(query));
    ldns_pkt_set_qr(p, true);
    ldns_pkt_set_opcode(p, ldns_pkt_get_opcode(query));
    ldns_pkt_set_rd(p, ldns_pkt_rd(query));
    ldns_pkt_set_cd(p, ldns_pkt_cd(query));
    ldns_pkt_set_ra(p, true);
    if (ldns_pkt_edns(query)) {
        ldns_pkt_set_edns_udp_size(p, DNS_UDP_MAX_BYTES);
        ldns_pkt_set_edns_do(p, ldns_pkt_edns_do(query));
    }
    return p;
}

int dns_answer(const struct dns_view *view, const uint8_t *query, size_t length, bool tcp, struct buf *out) {
    size_t limit = DNS_TCP_MAX_BYTES, size = 0;
    ldns_pkt *q = NULL, *p = NULL;
    uint8_t *wire = NULL;

    if (length < HEADER_BYTES || query[2] & 0x80)
        return -EBADMSG;
    if (ldns_wire2pkt(&q, query, length) != LDNS_STATUS_OK) {
        bare(query, LDNS_RCODE_FORMERR, out);
        return 0;
    }
    if (!tcp) {
        limit = ldns_pkt_edns(q) ? ldns_pkt_edns_udp_size(q) : DNS_UDP_PLAIN_BYTES;
        limit = limit < DNS_UDP_PLAIN_BYTES ? DNS_UDP_PLAIN_BYTES : limit;
        limit = limit > DNS_UDP_MAX_BYTES ? DNS_UDP_MAX_BYTES : limit;
    }
    p = new_answer(q);
    if (p != NULL && !fill(view, q, p)) {
        ldns_pkt_free(p);
        ldns_pkt_free(q);
        return 1;
    }
    if (p != NULL && ldns_pkt2wire(&wire, p, &size) == LDNS_STATUS_OK && size > limit) {
        ldns_rr_list *answers = ldns_pkt_answer(p);

        LDNS_FREE(wire);
        while (ldns_rr_list_rr_count(answers) > 0)
            ldns_rr_free(ldns_rr_list_pop_rr(answers));
        ldns_pkt_set_ancount(p, 0);
        ldns_pkt_set_tc(p, true);
        if (ldns_pkt2wire(&wire, p, &size) != LDNS_STATUS_OK)
            wire = NULL;
    }
    if (wire != NULL)
        buf_append(out, wire, size);
    else
        bare(query, LDNS_RCODE_SERVFAIL, out);
    LDNS_FREE(wire);
    ldns_pkt_free(p);
    ldns_pkt_free(q);
    return 0;
}
