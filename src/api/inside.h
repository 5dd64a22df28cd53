/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside: what the dispatcher's files share: routing, authentication, commits.
 *
 * Theory of operation: dispatch.c is the order of things; each of the others does one of them and knows none
 * of its neighbours.  Handlers are found by tables that are made once at start.  Images of the network are
 * published one at a time: who commits while another's is under way waits for the next one, which then
 * holds the changes of all who wait.
 */
#ifndef VPCBOX_API_INSIDE_H
#define VPCBOX_API_INSIDE_H

#include <pthread.h>

#include "api/api.h"
#include "base/map.h"
#include "http/http.h"
#include "proto/aws_chunked.h"
#include "proto/sigv4.h"

enum { API_SERVICES_MAX = 16 };

struct api {
    struct api_config config;
    struct api_backend backend;
    struct store *store;
    struct sigv4_keys *keys;
    /* handlers by place in model_services and in the service's operations; NULL: not implemented */
    const struct api_entry **entries[API_SERVICES_MAX];
    const struct api_service *services[API_SERVICES_MAX]; /* likewise */
    /* service|account|region of those that are ready */
    pthread_mutex_t ready_lock;
    struct map ready;
    /* publishing the network: one at a time, each for all commits before its start */
    pthread_mutex_t publish_lock;
    pthread_cond_t published_cond;
    uint64_t wanted, published;
    bool publishing;
    int publish_result;
    struct jobs *jobs;
};

struct api_effect {
    struct api_effect *next;
    void (*run)(struct api *api, const struct api_backend *backend, void *arg);
    void *arg;
};

/* A request on its way in: what lies between HTTP and the handler. */
struct api_wire {
    struct http_request *http;
    struct proto_headers headers;
    struct sigv4_auth auth;
    enum sigv4_result parsed; /* of auth */
    const char *why;          /* … when it was not well-formed */
    const char *bucket;       /* of a virtual-hosted request, or NULL */
    struct proto_request request;
    struct proto_parameters parameters;
    bool streamed;                      /* the body is left to the handler */
    bool verified;                      /* the signature was checked, and key is */
    unsigned char key[SIGV4_KEY_BYTES]; /* for the signatures of chunks */
    struct aws_chunked *body;
    const char *host_id;
};

/* ---- route.c ---- */

/* The service by credential scope, target, host or version; NULL when none can be told.  Fills bucket. */
const struct model_service *route_service(struct api_request *rq);
const struct api_service *route_api(const struct api_request *rq); /* its service; NULL: no handlers */
/* The handler's entry of an operation, or NULL. */
const struct api_entry *route_entry(const struct api_request *rq);
/* Lets the service tell more of the refusal (api_service.describe). */
void route_describe(struct api_request *rq);
/* Whether the service needs its setup first, for this caller and region.  Needs rq->tx. */
bool route_ready(struct api_request *rq);
/* Runs it, in a write transaction.  0 or API_REFUSED. */
int route_make_ready(struct api_request *rq);
/* Fills the tables of services and entries from api_services. */
void route_setup(struct api *api);

/* ---- empty.c ---- */

/* The entry of every operation of model_service.empties. */
extern const struct api_entry empty_entry;
/* Of a request whose entry is that. */
const struct model_empty *empty_of(const struct api_request *rq);

/* ---- authenticate.c ---- */

/* Finds out where the request came from: source_ip, vpc_id, vpce_id.  Needs rq->tx. */
void authenticate_door(struct api_request *rq);
/* Fills rq->caller.  body_hash as for sigv4_verify.  Needs rq->tx.  0 or API_REFUSED. */
int authenticate(struct api_request *rq, const char *body_hash);

/* ---- commit.c ---- */

/* Says InternalError and returns API_REFUSED. */
int commit_failed(struct api_request *rq, int error, const char *what);

/* ---- refuse.c ---- */

/* Records an error as it is. */
int refuse_error(struct api_request *rq, const struct proto_error *error);

#endif
