/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/lab.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/embed.h"
#include "base/log.h"
#include "base/tsv.h"
#include "edge/lab_site.h"
#include "edge/udp.h"

enum { PORT_ECHO = 7, PORT_DNS = 53, PORT_HTTP = 80, PORT_NTP = 123, PORT_HTTPS = 443, GRACE_MS = 200 };

/* ---- hosts ---- */

static struct {
    pthread_once_t once;
    struct arena arena;
    VEC(struct lab_host) hosts;
    VEC(struct ip4) addresses;
} all = {.once = PTHREAD_ONCE_INIT};

static void load(void) {
    static const char *const kinds[] = {
        [LAB_DNS] = "dns",   [LAB_ADDRESS] = "address", [LAB_ORIGIN] = "origin", [LAB_TIME] = "time",
        [LAB_PAGE] = "page", [LAB_GIT] = "git",         [LAB_FILES] = "files",   [LAB_ECHO] = "echo"};
    const struct embed_file *file = embed_find("lab/hosts.tsv");
    struct tsv t;
    char *f[3];

    if (file == NULL)
        return;
    tsv_open(&t, &all.arena, file->data, file->length);
    while (tsv_next(&t, f, 3)) {
        struct lab_host h = {0};
        VEC(const char *) names = {0};
        char *piece;
        size_t kind = 0, kind_count = sizeof(kinds) / sizeof(kinds[0]);

        while (kind < kind_count && strcmp(kinds[kind], f[1]) != 0)
            kind++;
        if (kind == kind_count || ip4_parse(f[0], &h.address) < 0) { /* our own data: a bug */
            log_error("built-in data: bad host of the lab: %s %s", f[0], f[1]);
            abort();
        }
        h.serves = (enum lab_serves)kind;
        while ((piece = tsv_piece(&f[2], ',')) != NULL)
            *vec_push(&all.arena, &names) = piece;
        h.names = names.items;
        h.name_count = names.count;
        *vec_push(&all.arena, &all.hosts) = h;
        *vec_push(&all.arena, &all.addresses) = h.address;
    }
}

#define LOADED() pthread_once(&all.once, load)

const struct ip4 *lab_addresses(size_t *ret_count) {
    LOADED();
    *ret_count = all.addresses.count;
    return all.addresses.items;
}

const struct lab_host *lab_host(struct ip4 address) {
    LOADED();
    for (size_t i = 0; i < all.hosts.count; i++)
        if (all.hosts.items[i].address.v == address.v)
            return &all.hosts.items[i];
    return NULL;
}

bool lab_name(void *user, const char *name, struct dns_addresses *ret_addresses) {
    bool known = false;

    (void)user;
    LOADED();
    for (size_t i = 0; i < all.hosts.count; i++)
        for (size_t j = 0; j < all.hosts.items[i].name_count; j++)
            if (strcmp(all.hosts.items[i].names[j], name) == 0) {
                known = true;
                if (ret_addresses->count < DNS_ADDRESSES_MAX)
                    ret_addresses->items[ret_addresses->count++] = all.hosts.items[i].address;
            }
    return known;
}

bool lab_pointer(void *user, struct ip4 address, char ret_name[DNS_NAME_BYTES]) {
    const struct lab_host *h = lab_host(address);

    (void)user;
    if (h == NULL || h->name_count == 0)
        return false;
    snprintf(ret_name, DNS_NAME_BYTES, "%s", h->names[0]);
    return true;
}

/* ---- the lab ---- */

struct lab {
    struct lab_options o;
    struct udp_server *udp;
    struct http_server *http;
    struct lab_git *git;
    struct lab_sites sites;
    struct lab_echo *echo;
};

static bool lab_public_address(void *user, struct ip4 address, struct dns_public *ret_public) {
    const struct lab *l = user;

    return l->o.public_address != NULL && l->o.public_address(l->o.user, address, ret_public);
}

static bool lab_endpoint(void *user, const struct dns_endpoint *endpoint,
                         struct dns_addresses *ret_addresses) {
    const struct lab *l = user;

    return l->o.endpoint != NULL && l->o.endpoint(l->o.user, endpoint, ret_addresses);
}

/* Only the resolvers among the hosts answer. */
static bool lab_view(void *user, struct ip4 source, struct ip4 destination, struct dns_view *ret_view) {
    const struct lab_host *h = lab_host(destination);
    struct lab *l = user;

    (void)source;
    *ret_view = (struct dns_view){.user = l,
                                  .region = l->o.region,
                                  .home = l->o.region,
                                  .public_address = lab_public_address,
                                  .endpoint = lab_endpoint,
                                  .public_name = lab_name,
                                  .public_pointer = lab_pointer};
    return h != NULL && h->serves == LAB_DNS;
}

static int start_udp(struct lab *l) {
    struct udp_options o = {.dns_tcp = -1, .ntp_udp = -1, .view = lab_view, .user = l};

    o.dns_udp = l->o.socket(l->o.user, SOCK_DGRAM, PORT_DNS);
    if (o.dns_udp < 0)
        return o.dns_udp;
    o.dns_tcp = l->o.socket(l->o.user, SOCK_STREAM, PORT_DNS);
    o.ntp_udp = l->o.socket(l->o.user, SOCK_DGRAM, PORT_NTP);
    return udp_server_new(&o, &l->udp);
}

static int start_http(struct lab *l, uint16_t port, struct tls_ca *tls) {
    struct http_listen listen = {.tls = tls, .handler = lab_site, .user = &l->sites, .strangers = true};

    listen.fd = l->o.socket(l->o.user, SOCK_STREAM, port);
    return listen.fd < 0 ? listen.fd : http_server_listen(l->http, &listen, NULL);
}

static int start_echo(struct lab *l) {
    int fd = l->o.socket(l->o.user, SOCK_STREAM, PORT_ECHO);

    return fd < 0 ? fd : lab_echo_new(fd, &l->echo);
}

int lab_start(const struct lab_options *options, struct lab **ret_lab) {
    static const struct http_server_options http_options = {.name = "lab"};
    struct lab *l = calloc(1, sizeof(*l));
    int r;

    if (l == NULL)
        return -ENOMEM;
    l->o = *options;
    r = lab_git_new(options->dir, &l->git);
    l->sites = (struct lab_sites){l->git, options->service, options->user};
    if (r == 0)
        r = start_udp(l);
    if (r == 0)
        r = start_echo(l);
    if (r == 0)
        r = http_server_new(&http_options, &l->http);
    if (r == 0)
        r = start_http(l, PORT_HTTP, NULL);
    if (r == 0 && options->ca != NULL)
        r = start_http(l, PORT_HTTPS, options->ca);
    if (r < 0) {
        lab_stop(l);
        return r;
    }
    *ret_lab = l;
    return 0;
}

void lab_stop(struct lab *l) {
    if (l == NULL)
        return;
    http_server_free(l->http, GRACE_MS);
    lab_echo_free(l->echo);
    udp_server_free(l->udp);
    lab_git_free(l->git);
    free(l);
}
