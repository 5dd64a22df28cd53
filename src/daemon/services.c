/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/services.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "api/ec2/instance.h"
#include "api/iam/identity.h"
#include "api/s3/s3.h"
#include "api/ssm/ssm.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/account_admin.h"
#include "daemon/admin.h"
#include "daemon/backend.h"
#include "daemon/explain_admin.h"
#include "daemon/names.h"
#include "daemon/requests.h"
#include "daemon/table_admin.h"
#include "edge/door_http.h"
#include "edge/imds_source.h"
#include "edge/session_gateway.h"
#include "edge/udp.h"
#include "http/browser.h"
#include "http/tls.h"
#include "net/awsnet.h"

enum { DRAIN_MS = 500, RESOLVER_MS = 1500 };

struct services {
    struct region_link *link;
    const struct message_config *config;
    struct api_config api_config;
    struct store *store;
    struct session_gateway *gateway;
    struct backend *backend;
    struct api *api, *hears; /* the second: atomic, set when events may come to it */
    struct imds imds;
    struct door_http doors;
    struct tls_ca *ca;
    struct http_server *server;
    struct names *names;
    struct udp_server *udp;
    struct lab *lab;
};

struct services *services_new(void) {
    /* Threads come and go with connections: arenas of their own would only grow the process. */
    mallopt(M_ARENA_MAX, 2);
    return calloc(1, sizeof(struct services));
}

void services_instance_event(void *services, const struct message_instance_event *event) {
    struct services *s = services;
    struct api *api = __atomic_load_n(&s->hears, __ATOMIC_ACQUIRE);

    if (api == NULL)
        return;
    if (event->state == MESSAGE_INSTANCE_RUNNING)
        instance_on_event(api, event->instance, INSTANCE_EVENT_RUNNING, NULL);
    else if (event->state == MESSAGE_INSTANCE_STOPPED)
        instance_on_event(api, event->instance, INSTANCE_EVENT_STOPPED, event->text);
}

static void session_ended(void *user, const char *session_id) {
    struct services *s = user;

    api_work(s->api, ssm_session_ended, (void *)(size_t)session_id);
}

static void dispatch(struct http_request *rq, const struct door *door, void *user) {
    struct services *s = user;

    if (session_gateway_wants(rq) && !browser_sent(rq) &&
        browser_host_is_ours(http_header_get(rq, "host"), door->kind != DOOR_LOOPBACK))
        session_gateway_serve(s->gateway, rq);
    else
        api_dispatch(s->api, rq, door);
}

/* Secrets of the box that must outlive the process. */
static int prepare_store(struct services *s) {
    const char *error = NULL;
    struct arena arena = {0};
    struct tx tx;
    int r = s3_check_home(".");

    if (r < 0)
        return r;
    r = store_open(".", &s->store, &error);
    if (r < 0) {
        log_error("the store: %s%s", error == NULL ? strerror(-r) : error,
                  r == -EUCLEAN
                      ? ": put a copy of it back, or let `vpcbox fsck --repair` save what can be read of it"
                      : "");
        return r;
    }
    r = s3_start(s->store, ".");
    if (r < 0)
        return r;
    r = store_write_begin(s->store, &arena, &tx);
    if (r == 0) {
        identity_setup(&tx, &s->api_config);
        r = store_write_end(&tx, true);
    }
    if (r == 0)
        r = store_write_sync(&tx);
    arena_free(&arena);
    return r;
}

static int imds_secret(struct imds *imds) {
    char *data;
    size_t length;
    int r = fd_read_file("imds.secret", IMDS_SECRET_BYTES, &data, &length);

    if (r == 0 && length == IMDS_SECRET_BYTES) {
        memcpy(imds->secret, data, length);
        free(data);
        return 0;
    }
    if (r == 0)
        free(data);
    random_bytes(imds->secret, IMDS_SECRET_BYTES);
    return fd_replace_file("imds.secret", imds->secret, IMDS_SECRET_BYTES, 0600);
}

static int service_socket(struct services *s, int type, uint16_t port) {
    int fd, r = region_socket(s->link, MESSAGE_NS_SVC, type, (struct ip4){0}, port, &fd);

    return r < 0 ? r : fd;
}

static int lab_socket(void *user, int type, uint16_t port) {
    struct services *s = user;
    int fd, r = region_socket(s->link, MESSAGE_NS_LAB, type, (struct ip4){0}, port, &fd);

    return r < 0 ? r : fd;
}

static int open_service_doors(struct services *s) {
    static const struct forward_options forward = {
        .resolv_conf = "/etc/resolv.conf", .port = 53, .patience_ms = RESOLVER_MS};
    int plain = service_socket(s, SOCK_STREAM, 80), tls = service_socket(s, SOCK_STREAM, 443);
    struct udp_options udp = {.dns_udp = service_socket(s, SOCK_DGRAM, 53),
                              .dns_tcp = service_socket(s, SOCK_STREAM, 53),
                              .ntp_udp = service_socket(s, SOCK_DGRAM, 123),
                              .view = names_view,
                              .user = s->names,
                              .forward = s->config->internet == MESSAGE_INTERNET_HOST ? &forward : NULL};

    if (plain < 0 || tls < 0 || udp.dns_udp < 0 || udp.dns_tcp < 0 || udp.ntp_udp < 0) {
        log_error("no sockets in the service namespace");
        return -EIO;
    }
    return door_http_listen_service(s->server, &s->doors, plain, tls, s->ca) < 0 ||
                   udp_server_new(&udp, &s->udp) < 0
               ? -EIO
               : 0;
}

static bool lab_public_address(void *user, struct ip4 address, struct dns_public *ret_public) {
    return names_public_address(((struct services *)user)->names, address, ret_public);
}

static bool lab_endpoint(void *user, const struct dns_endpoint *endpoint,
                         struct dns_addresses *ret_addresses) {
    return names_endpoint(((struct services *)user)->names, endpoint, ret_addresses);
}

static void lab_service(void *user, struct http_request *rq) {
    const struct door door = {.kind = DOOR_LAB};

    dispatch(rq, &door, user);
}

static int open_lab(struct services *s) {
    struct lab_options options = {.socket = lab_socket,
                                  .public_address = lab_public_address,
                                  .endpoint = lab_endpoint,
                                  .service = lab_service,
                                  .user = s,
                                  .region = s->config->region,
                                  .dir = "lab",
                                  .ca = s->ca};
    size_t count, range_count;
    const struct ip4 *addresses = lab_addresses(&count);
    const struct prefix4 *ranges = awsnet_service_cidrs(&range_count);
    int r = 0;

    for (size_t i = 0; r == 0 && i < count; i++)
        r = region_lab_address(s->link, (struct prefix4){addresses[i], 32});
    for (size_t i = 0; r == 0 && i < range_count; i++)
        r = region_lab_address(s->link, ranges[i]);
    if (r < 0)
        return r;
    return lab_start(&options, &s->lab);
}

static int open_api(struct services *s) {
    const struct http_server_options options = {.name = "http"};
    int r;

    if (mkdir("ca", 0700) < 0 && errno != EEXIST)
        return -errno;
    r = tls_ca_open("ca", &s->ca);
    if (r == 0)
        r = imds_secret(&s->imds);
    if (r == 0)
        r = http_server_new(&options, &s->server);
    if (r < 0)
        return r;
    s->imds.source = imds_source_of(s->store);
    s->imds.signer = imds_signer_new(".");
    s->doors = (struct door_http){.dispatch = dispatch, .user = s, .imds = &s->imds};
    return 0;
}

int services_start(struct services *s, struct region_link *link) {
    const struct message_config *config = region_config(link);
    bool lab;
    int r;

    s->link = link;
    s->config = config;
    lab = config->internet == MESSAGE_INTERNET_LAB;
    s->api_config = (struct api_config){.home = ".",
                                        .account = config->account,
                                        .region = config->region,
                                        .port = config->port,
                                        .any_key = config->any_key,
                                        .served = requests_served};
    r = prepare_store(s);
    if (r < 0)
        return r;
    s->gateway = session_gateway_new(session_ended, s);
    s->backend = backend_new(link, s->store, session_gateway_api(s->gateway));
    s->names = names_new(s->store, config->region, config->internet);
    s->api = api_new(&s->api_config, s->store, backend_api(s->backend));
    __atomic_store_n(&s->hears, s->api, __ATOMIC_RELEASE);
    r = open_api(s);
    if (r == 0 && config->packets) {
        backend_api(s->backend)->network_publish(backend_api(s->backend)->user);
        r = open_service_doors(s);
        if (r == 0 && lab)
            r = open_lab(s);
    }
    if (r < 0) {
        log_error("cannot start the services: %s", strerror(-r));
        return r;
    }
    requests_admin_register();
    account_admin_register(s->store);
    table_admin_register(link, s->backend);
    explain_admin_register(link, s->backend, names_new(s->store, config->region, config->internet));
    instances_resume(s->api);
    /* Last: who reaches the API finds everything there. */
    r = door_http_listen_api(s->server, &s->doors, region_listener(link), NULL);
    if (r < 0)
        log_error("cannot serve the API: %s", strerror(-r));
    return r;
}

void services_stop(struct services *s) {
    if (s->link != NULL)
        region_link_quiet(s->link);
    http_server_free(s->server, DRAIN_MS);
    admin_stop();
    udp_server_free(s->udp);
    lab_stop(s->lab);
    session_gateway_stop(s->gateway);
    if (s->api != NULL) {
        instances_end(s->api);
        api_free(s->api);
    }
    imds_signer_free(s->imds.signer);
    if (s->store != NULL)
        store_close(s->store);
}
