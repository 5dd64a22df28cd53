/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/explain_admin.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "daemon/admin.h"
#include "daemon/explain_json.h"
#include "edge/forward.h"
#include "explain/explain.h"
#include "net/door.h"

enum { ANSWER_ROWS_MAX = 16, PATIENCE_MS = 1000 };

static struct {
    struct region_link *link;
    struct backend *backend;
    struct names *names;
    pthread_mutex_t naming; /* names is for one thread */
} ctx = {.naming = PTHREAD_MUTEX_INITIALIZER};

/* -- names ----------------------------------------------------------------------------------------- */

struct asking {
    struct buf *answer;
    bool done;
};

static void answered(void *user, const struct forward_asker *asker, const uint8_t *query, size_t query_length,
                     const uint8_t *answer, size_t length) {
    struct asking *a = user;

    (void)asker, (void)query, (void)query_length;
    a->done = true;
    if (answer != NULL)
        buf_append(a->answer, answer, length);
}

/* A name of the internet behind the machine.  0 or -ETIMEDOUT. */
static int ask_machine(const uint8_t *query, size_t length, struct buf *answer) {
    struct asking asking = {.answer = answer};
    const struct forward_options options = {.resolv_conf = "/etc/resolv.conf",
                                            .port = 53,
                                            .patience_ms = PATIENCE_MS,
                                            .done = answered,
                                            .user = &asking};
    const struct forward_asker nobody = {.tcp = false};
    uint64_t until_ns = clock_mono_ns() + (uint64_t)PATIENCE_MS * 4 * 1000000;
    struct forward *f;

    if (forward_new(&options, &f) < 0)
        return -ETIMEDOUT;
    forward_ask(f, &nobody, query, length);
    while (!asking.done && clock_mono_ns() < until_ns) {
        struct pollfd p = {.fd = forward_fd(f), .events = POLLIN};

        if (poll(&p, 1, PATIENCE_MS) > 0)
            forward_serve(f);
    }
    forward_free(f);
    return answer->length > 0 ? 0 : -ETIMEDOUT;
}

/* Addresses of a name as a query over UDP gets them; the answer's code in *ret_rcode.  Negative errno. */
static int resolve(const struct dns_view *view, const char *name, struct dns_addresses *ret, int *ret_rcode) {
    struct buf answer = BUF_INIT(DNS_UDP_MAX_BYTES);
    ldns_rdf *owner = ldns_dname_new_frm_str(name);
    ldns_pkt *query =
                 owner == NULL ? NULL : ldns_pkt_query_new(owner, LDNS_RR_TYPE_A, LDNS_RR_CLASS_IN, LDNS_RD),
             *reply = NULL;
    uint8_t *wire = NULL;
    size_t length;
    int r = -EINVAL;

    ret->count = 0;
    if (owner != NULL && query == NULL)
        ldns_rdf_deep_free(owner);
    if (query != NULL && ldns_pkt2wire(&wire, query, &length) == LDNS_STATUS_OK)
        r = dns_answer(view, wire, length, false, &answer);
    if (r == 1)
        r = ask_machine(wire, length, &answer);
    if (r == 0 && ldns_wire2pkt(&reply, (const uint8_t *)answer.data, answer.length) != LDNS_STATUS_OK)
        r = -EBADMSG;
    if (r == 0) {
        const ldns_rr_list *rrs = ldns_pkt_answer(reply);

        *ret_rcode = ldns_pkt_get_rcode(reply);
        for (size_t i = 0; i < ldns_rr_list_rr_count(rrs) && ret->count < ANSWER_ROWS_MAX; i++) {
            const ldns_rr *rr = ldns_rr_list_rr(rrs, i);
            const ldns_rdf *address = ldns_rr_get_type(rr) == LDNS_RR_TYPE_A ? ldns_rr_rdf(rr, 0) : NULL;
            const uint8_t *b = address == NULL ? NULL : ldns_rdf_data(address);

            if (b != NULL && ldns_rdf_size(address) == 4)
                ret->items[ret->count++] =
                    (struct ip4){(uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]};
        }
    }
    ldns_pkt_free(reply);
    ldns_pkt_free(query);
    free(wire);
    buf_free(&answer);
    return r;
}

static void dns_hop(struct arena *a, struct explain_answer *out, const char *action, const char *text) {
    *vec_push(a, &out->forward) = (struct explain_hop){
        .component = "resolver", .stage = "dns", .action = action, .rule = "", .text = text};
}

static void dns_block(struct arena *a, struct explain_answer *out, const char *component, const char *text,
                      const char *mend) {
    dns_hop(a, out, "drop", text);
    *vec_push(a, &out->blockers) = (struct explain_blocker){
        .component = component, .rule = "", .code = "UNKNOWN_DESTINATION", .message = text, .mend = mend};
}

static const char *addresses_text(struct arena *a, const struct explain_question *q,
                                  const struct image *image, const struct dns_addresses *found) {
    const struct image_address *at =
        q->from.place == EXPLAIN_ENI ? image_vpc_address(q->from.vpc, ip_of4(found->items[0])) : NULL;
    const struct image_eni *eni = at == NULL ? NULL : &image_enis(q->from.vpc)[at->eni];
    char text[IP4_TEXT_BYTES];
    const char *list = "";

    for (size_t i = 0; i < found->count; i++)
        list = arena_printf(a, "%s%s%s", list, i == 0 ? "" : ", ", ip4_format(found->items[i], text));
    if (eni != NULL && eni->kind == SPEC_ENI_INTERFACE_ENDPOINT)
        return arena_printf(a, "%s (private, of interface endpoint %s)", list,
                            image_name(q->from.vpc, eni->endpoint_id));
    if (eni != NULL)
        return arena_printf(a, "%s (private, of %s)", list, image_name(q->from.vpc, eni->id));
    if (image_is_service(image, ip_of4(found->items[0])))
        return arena_printf(a, "%s (the service's public address)", list);
    return list;
}

/* The view that the asker's resolver would have; false: its VPC has none. */
static bool view_of(const struct explain_end *from, struct dns_view *ret_view) {
    if (from->place == EXPLAIN_ENI) {
        uint32_t index = image_vpc_address(from->vpc, from->address)->index;

        return names_view(ctx.names, door_source(from->eni->num, index), door_destination(DOOR_DNS, 0),
                          ret_view);
    }
    names_public_view(ctx.names, ret_view);
    return true;
}

/* Turns q->to into an address; false, with blockers, when there is none.  Under ctx.naming. */
static bool resolve_name(struct arena *a, const struct image *image, struct explain_question *q,
                         struct explain_answer *out) {
    const char *domain =
        q->from.place == EXPLAIN_ENI ? image_name(q->from.vpc, q->from.vpc->domain_name) : "";
    const char *vpc = q->from.place == EXPLAIN_ENI ? image_name(q->from.vpc, q->from.vpc->id) : "internet";
    const char *name = strchr(q->to.name, '.') != NULL || *domain == '\0'
                           ? q->to.name
                           : arena_printf(a, "%s.%s", q->to.name, domain);
    struct dns_addresses found;
    struct dns_view view;
    int rcode = 0, r;

    vpc = arena_strdup(a, vpc);
    if (!view_of(&q->from, &view)) {
        dns_block(
            a, out, vpc, "DNS support is off in this VPC: no name resolves",
            arena_printf(
                a, "aws ec2 modify-vpc-attribute --vpc-id %s --enable-dns-support '{\"Value\":true}'", vpc));
        return false;
    }
    r = resolve(&view, name, &found, &rcode);
    if (r < 0) {
        dns_block(a, out, "resolver",
                  arena_printf(a,
                               r == -ETIMEDOUT ? "%.80s: no resolver of the machine answers"
                                               : "%.80s is no name that can be asked for",
                               name),
                  "use another name, or an address");
        return false;
    }
    if (found.count == 0) {
        dns_block(a, out, "resolver",
                  arena_printf(a, "%s: %s", name,
                               rcode == LDNS_RCODE_NXDOMAIN  ? "no such name (NXDOMAIN)"
                               : rcode == LDNS_RCODE_NOERROR ? "the name has no IPv4 address"
                                                             : "the resolver has no answer"),
                  "use a name that exists there, or an address");
        return false;
    }
    dns_hop(a, out, "answer", arena_printf(a, "%s is %s", name, addresses_text(a, q, image, &found)));
    q->to = (struct explain_end){.place = EXPLAIN_ADDRESS, .address = ip_of4(found.items[0])};
    return true;
}

/* -- operations ------------------------------------------------------------------------------------ */

static bool resolve_alone(struct arena *a, const struct image *image, struct explain_question *q,
                          struct explain_answer *out) {
    bool named;

    pthread_mutex_lock(&ctx.naming);
    named = resolve_name(a, image, q, out);
    pthread_mutex_unlock(&ctx.naming);
    return named;
}

static const char no_network[] = "there is no network yet, or this box has no data plane";

static json_t *do_explain(void *context, const json_t *request, const char **ret_error) {
    struct image *image;
    json_t *out;

    (void)context;
    if (backend_image(ctx.backend, &image) < 0) {
        *ret_error = no_network;
        return NULL;
    }
    out = explain_json(image, request, resolve_alone, ret_error);
    image_free(image);
    return out;
}

static int do_image(void *context, const char **ret_error) {
    struct image *image;
    int fd;

    (void)context;
    if (backend_image(ctx.backend, &image) < 0) {
        *ret_error = no_network;
        return -1;
    }
    fd = image_to_memfd(image);
    image_free(image);
    if (fd < 0)
        *ret_error = "out of memory";
    return fd;
}

void explain_admin_register(struct region_link *link, struct backend *backend, struct names *names) {
    ctx.link = link;
    ctx.backend = backend;
    ctx.names = names;
    admin_register("explain", do_explain, NULL);
    admin_register_file("image", do_image, NULL);
}
