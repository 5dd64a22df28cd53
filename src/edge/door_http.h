/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door_http: AWS's services as the network and the machine reach them.
 *
 * Theory of operation: in the service namespace two sockets listen, 443 with TLS and 80 without.  The
 * fabric has rewritten both addresses of what arrives there (net/door.h); whatever comes with other
 * addresses, or through a door that is not for HTTP, is cut off without an answer.  Requests through
 * DOOR_IMDS go to the metadata service, all others to the dispatcher, with their door.  The API port on
 * the machine's loopback is DOOR_LOOPBACK whatever its addresses are.
 */
#ifndef VPCBOX_EDGE_DOOR_HTTP_H
#define VPCBOX_EDGE_DOOR_HTTP_H

#include "edge/imds.h"
#include "http/http.h"
#include "net/door.h"

struct tls_ca;

struct door_http {
    void (*dispatch)(struct http_request *rq, const struct door *door, void *user);
    void *user;
    const struct imds *imds;
};

/*
 * Serves on listening sockets made in the service namespace, which it takes over (one that is -1 is left
 * out).  how and ca must outlive the server.
 */
int door_http_listen_service(struct http_server *s, const struct door_http *how, int plain_fd, int tls_fd,
                             struct tls_ca *ca);
/* The API port: a listening socket, which it takes over; -1: any port of 127.0.0.1.  ret_port may be NULL. */
int door_http_listen_api(struct http_server *s, const struct door_http *how, int fd, uint16_t *ret_port);

#endif
