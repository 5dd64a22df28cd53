/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/door_http.h"

#include <arpa/inet.h>
#include <unistd.h>

static void from_network(struct http_request *rq, void *user) {
    const struct door_http *how = user;
    struct ip4 source = {ntohl(rq->peer.sin_addr.s_addr)}, destination = {ntohl(rq->local.sin_addr.s_addr)};
    struct door door;

    if (!door_decode(source, destination, &door)) {
        http_abort(rq);
        return;
    }
    switch (door.kind) {
    case DOOR_IMDS:
        if (rq->tls || how->imds == NULL)
            http_abort(rq);
        else
            imds_handle(how->imds, rq, &door);
        break;
    case DOOR_INTERNET:
    case DOOR_GATEWAY:
    case DOOR_INTERFACE:
        how->dispatch(rq, &door, how->user);
        break;
    default:
        http_abort(rq);
    }
}

static void from_loopback(struct http_request *rq, void *user) {
    const struct door_http *how = user;
    const struct door door = {.kind = DOOR_LOOPBACK};

    how->dispatch(rq, &door, how->user);
}

int door_http_listen_service(struct http_server *s, const struct door_http *how, int plain_fd, int tls_fd,
                             struct tls_ca *ca) {
    struct http_listen listen_how = {.fd = plain_fd,
                                     .handler = from_network,
                                     .user = (void *)(uintptr_t)how,
                                     .party_bits = DOOR_ADDRESS_BITS,
                                     .strangers = true};
    int r = plain_fd >= 0 ? http_server_listen(s, &listen_how, NULL) : 0;

    if (r < 0 || tls_fd < 0)
        return r;
    listen_how.fd = tls_fd;
    listen_how.tls = ca;
    return http_server_listen(s, &listen_how, NULL);
}

int door_http_listen_api(struct http_server *s, const struct door_http *how, int fd, uint16_t *ret_port) {
    struct http_listen listen_how = {
        .fd = fd, .address = "127.0.0.1", .handler = from_loopback, .user = (void *)(uintptr_t)how};

    return http_server_listen(s, &listen_how, ret_port);
}
