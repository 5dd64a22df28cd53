/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api: from an authenticated HTTP request to a handler and back.
 *
 * Theory of operation.  api_dispatch() (dispatch.c) is called by every listener with the request
 * and the door it came through.  It finds service and operation, verifies the signature, decodes
 * the input struct by the model's tables, authorises (identity policies, endpoint policy of the
 * door; S3 adds bucket policies), opens a transaction, calls the handler and encodes the output.
 * So a handler keeps what only it knows: checks, then writes, then view.
 *
 *   int ec2_create_vpc(struct api_request *rq, const struct ec2_create_vpc_request *in,
 *                      struct ec2_create_vpc_result *out)
 *
 * returns 0 with `out` filled, or API_REFUSED from api_refuse().  Everything that it allocates comes
 * from rq->arena.  Required members, types, enumerations and ranges of the model are checked before
 * it runs; DryRun (ec2) is answered after authorisation, before it runs.  A handler that changes
 * what packets may do calls api_network_changed(rq, vpc_id); the dispatcher then compiles and
 * publishes a new image after the commit and before the reply, so that an answered change is an
 * enforced one.  Effects outside the database (starting an instance) are queued with
 * api_after_commit() and happen only if the transaction is kept.
 *
 * Each service folder exports one table, struct api_service, listed in services.c.
 */
#ifndef VPCBOX_API_API_H
#define VPCBOX_API_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "model/model.h"
#include "net/door.h"
#include "proto/proto.h"
#include "store/store.h"

struct http_request;
struct aws_chunked;
struct identity_question;
struct policy_context;
struct job_kind;
struct api;

enum { API_REFUSED = -10000 };

enum api_caller_kind { API_CALLER_ROOT, API_CALLER_USER, API_CALLER_ROLE, API_CALLER_ANONYMOUS };

struct api_caller {
    enum api_caller_kind kind;
    const char *account; /* 12 digits */
    const char *arn; /* arn:aws:iam::…:user/x, arn:aws:sts::…:assumed-role/r/s, arn:aws:iam::…:root */
    const char *user_id;                    /* AIDA…, AROA…:session, or the account id for root */
    const char *role_id;                    /* AROA… for API_CALLER_ROLE */
    const char *role_arn;                   /* arn:aws:iam::…:role/r for API_CALLER_ROLE */
    const char *access_key_id;              /* NULL for anonymous */
    const char *session_name;               /* API_CALLER_ROLE: for an instance's role, the instance id */
    const struct identity_session *session; /* API_CALLER_ROLE: what its token says (api/iam/identity.h) */
};

struct api_request;

/* What the box is: fixed at start. */
struct api_config {
    const char *home;                              /* data folder as this process sees it */
    const char *account;                           /* default account */
    const char *access_key_id, *secret_access_key; /* of its root; NULL: "test" and "test" */
    const char *region;
    uint16_t port; /* of the API on loopback */
    bool any_key;  /* --insecure-any-key */
    /* Told of each request that has been answered; NULL: nobody.  By the request's thread. */
    void (*served)(const struct api_request *rq);
};

/*
 * What the api room asks of the rest of the box; the daemon fills it in.  All may be called from any
 * API thread.  Each returns 0 or a negative errno; without a data plane they return -ENOTSUP, and an
 * instance is then "running" in the API's books alone.
 */
struct api_instance_start {
    const char *id;
    const char *hostname;
    const char *domain;    /* search domain, e.g. ap-northeast-1.compute.internal */
    const char *resolver;  /* VPC base+2, or 169.254.169.253 */
    bool ssh_key;          /* launched with a key pair: its sshd is wanted */
    const void *user_data; /* decoded; NULL when none */
    size_t user_data_length;
    bool first_boot;
    uint32_t memory_mib, vcpus, disk_gib; /* its type's, its root volume's; 0: not known */
    struct api_instance_eni {
        uint32_t num;
        const char *id; /* eni-… */
        const char *mac;
        const char *address; /* primary private address */
        const char *gateway; /* subnet base+1 */
        uint8_t prefix_length;
        uint16_t device_index;
        uint8_t prefix6_length; /* of the subnet's IPv6 range */
        size_t address6_count;
        const char *addresses6[16]; /* IPv6 */
    } enis[15];
    size_t eni_count;
};

/*
 * The channels between agents and Session Manager's clients, which live outside requests (src/edge).
 * All may be called from any thread.
 */
enum api_session_side { API_SESSION_AGENT, API_SESSION_CLIENT };

struct api_sessions {
    void *user;
    /* Whether the instance's agent holds its control channel and answers on it now. */
    bool (*connected)(void *user, const char *instance_id);
    /* A control channel's token for an instance, in the arena; NULL: too many. */
    const char *(*control_token)(void *user, struct arena *a, const char *instance_id);
    /* A token for one side of a session with an instance.  The client's makes the session known if it is not; the
     * agent's is for the session's own instance.  NULL: too many, or not that instance's. */
    const char *(*data_token)(void *user, struct arena *a, const char *session_id, const char *instance_id,
                              enum api_session_side side);
    bool (*known)(void *user, const char *session_id);
    /* Sends the agent the task to start it.  0 or -ENOTCONN. */
    int (*start)(void *user, const char *instance_id, const char *session_id, const char *content);
    /* Ends a session, telling both sides.  False when it did not live. */
    bool (*end)(void *user, const char *session_id);
    /* A session that lives, with both sides there. */
    bool (*established)(void *user, const char *session_id);
};

struct api_backend {
    void *user;
    const struct api_sessions *sessions; /* NULL: no Session Manager (tests) */
    int (*instance_start)(void *user, const struct api_instance_start *start);
    int (*instance_stop)(void *user, const char *id, bool force);
    int (*instance_reboot)(void *user, const char *id);
    int (*instance_terminate)(void *user, const char *id); /* stops it and removes its files */
    /* An interface comes to an instance that runs, or goes, before this returns.  -ESRCH: it does not run (and needs
     * neither: the next start brings what is attached then). */
    int (*eni_attach)(void *user, const char *id, const struct api_instance_eni *eni);
    int (*eni_detach)(void *user, const char *id, uint32_t num);
    /* The kept console output's tail; *ret_data in the arena. */
    int (*instance_console)(void *user, struct arena *a, const char *id, const void **ret_data,
                            size_t *ret_length);
    /* Hands the fabric a new image compiled from tx's state; returns once it is enforced. */
    int (*network_publish)(void *user);
};

struct api_request {
    struct api *api;
    const struct api_config *config;
    const struct api_backend *backend;
    struct arena *arena;
    struct tx *tx; /* read or write, as the handler's entry says */
    int64_t now_ms;
    const char *request_id;
    const char *region; /* from the credential scope; the box's own for loopback calls without one */
    const struct model_service *service;
    const struct model_operation *operation;
    struct api_caller caller;
    struct door door;
    const char *source_ip; /* aws:SourceIp: public address, or the private one behind an endpoint */
    const char *vpc_id;    /* of the calling ENI when it came through an endpoint, else NULL */
    const char *vpce_id;   /* endpoint it came through, else NULL */
    bool tls;
    struct http_request *http; /* for streamed bodies and headers of the model's blind spots */
    /* set by api_refuse() */
    const char *error_code, *error_message;
    int error_status;
    struct proto_headers error_headers; /* beside the refusal's own */
    struct proto_headers error_details; /* api_detail() */
    struct api_effect *effects, **last_effect;
    bool network_changed;
    struct api_wire *wire; /* the dispatcher's own; NULL for api_work */
};

enum {
    API_READ = 0,
    API_WRITE = 1,
    API_RAW = 2, /* handler manages transactions and writes the response itself */
    API_OPEN =
        4 /* handler asks itself whether the caller may (identity_authorize): the dispatcher does not */
};

typedef int (*api_handler)(struct api_request *rq, const void *in, void *out);

struct api_entry {
    const char *operation; /* as in the model */
    api_handler handler;
    int flags;
    /* The resource ARNs that the action needs permission for; NULL: "*".  rq->tx is open. */
    void (*resources)(struct api_request *rq, const void *in, const char *const **ret_arns,
                      size_t *ret_count);
    /* Adds the service's condition keys for one of those resources; NULL: it has none.  rq->tx is open. */
    void (*conditions)(struct api_request *rq, const void *in, const char *arn, struct policy_context *ctx);
};

/* Function pointers of the handlers' own types, kept readable in tables: API_ENTRY(CreateVpc, ec2_create_vpc,
 * API_WRITE) */
#define API_ENTRY(op, fn, flags_)                                                                            \
    { .operation = #op, .handler = (api_handler)(void (*)(void))(fn), .flags = (flags_) }

struct api_service {
    const char *id; /* model_service.id */
    const struct api_entry *entries;
    size_t entry_count;
    /*
     * What must be there before an account's first request in a region; both NULL: nothing.  setup gets
     * that request, in a write transaction of its own; once ready, for ever ready.
     */
    bool (*ready)(struct tx *tx, const char *account, const char *region);
    void (*setup)(struct api_request *rq);
    /*
     * A web page asks (http/browser.h): 0 if it may, and the headers that tell the browser so are set; or
     * API_REFUSED.  rq->operation is NULL for the question that a browser asks first (OPTIONS): then it is answered
     * here.  NULL: no page may ask anything.  In a read transaction.
     */
    int (*page)(struct api_request *rq);
    /* Adds to a refusal what its document says besides (api_detail); NULL: nothing. */
    void (*describe)(struct api_request *rq);
    const struct job_kind *jobs; /* what its calls leave to be done (api/job.h) */
    size_t job_count;
};

extern const struct api_service *const api_services[]; /* services.c; NULL-terminated */

/* Records the refusal and returns API_REFUSED.  HTTP status from the model's declared errors, else 400. */
int api_refuse(struct api_request *rq, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int api_refuse_status(struct api_request *rq, int http_status, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* S3: an element of the error's document, of the refusal just recorded.  Returns API_REFUSED. */
int api_detail(struct api_request *rq, const char *name, const char *value);

void api_network_changed(struct api_request *rq, const char *vpc_id); /* bumps the VPC's version; NULL: all */
void api_after_commit(struct api_request *rq,
                      void (*effect)(struct api *api, const struct api_backend *b, void *arg),
                      void *arg); /* arg lives in rq->arena, which outlives the effect */

/* "vpc" → "vpc-0123456789abcdef0" */
const char *api_new_id(struct api_request *rq, const char *prefix);

/*
 * May the caller do this?  0, or API_REFUSED with the service's way of saying no.  For API_OPEN handlers;
 * of all others the dispatcher asks it.  Needs rq->tx, or opens a read transaction of its own when NULL.
 */
int api_authorize(struct api_request *rq, const struct identity_question *question);

/*
 * For API_RAW handlers.  rq->tx is NULL until one of these opens it for `work`, whose 0 keeps what it
 * wrote: api_write() returns when that is durable, the network is published and the effects have run.
 * 0, what work returned, or API_REFUSED with InternalError when the store failed.
 */
int api_read(struct api_request *rq, int (*work)(struct api_request *rq, void *arg), void *arg);
int api_write(struct api_request *rq, int (*work)(struct api_request *rq, void *arg), void *arg);
/* The upload's bytes, decoded and checked as they are read (proto/aws_chunked.h); the dispatcher frees it. */
struct aws_chunked *api_body(struct api_request *rq);
/* What api_body()'s reader said of the body, in the service's words.  API_REFUSED. */
int api_refuse_body(struct api_request *rq, int error);
/* The head (and body, if not streamed) of the answer from the output struct; out may be NULL. */
void api_encode(struct api_request *rq, const void *out, struct proto_response *ret_response);
/* Sends it and frees its body.  What http_respond() says. */
int api_respond(struct api_request *rq, struct proto_response *response);

/*
 * Paging for lists already in memory: given MaxResults and NextToken of the request, says which part
 * of `count` items to show, and the token for the next page (NULL at the end).  Refuses bad tokens.
 */
int api_page(struct api_request *rq, size_t count, struct opt_int max_results, const char *next_token,
             size_t default_max, size_t *ret_from, size_t *ret_to, const char **ret_next_token);

/* Every operation of AWS's models of the services that vpcbox has, by service and name. */
struct api_coverage {
    const char *service, *operation;
    bool honoured;
};
void api_coverage(struct arena *a, const struct api_coverage **ret_items, size_t *ret_count);

struct api *api_new(const struct api_config *config, struct store *store, const struct api_backend *backend);
void api_free(struct api *api);
/*
 * Work of the box's own, outside any client's request (an instance came up, was switched off, must be
 * swept away): calls `work` with a request of the default account in a write transaction of its own,
 * keeps it when work returns 0, then publishes a changed network and runs the effects, as for a
 * request.  Blocking; from any thread.  0, what work returned, or a negative errno of the store.
 */
int api_work(struct api *api, int (*work)(struct api_request *rq, void *arg), void *arg);
/* Likewise, in a read transaction. */
int api_look(struct api *api, int (*work)(struct api_request *rq, void *arg), void *arg);
/* Blocking; answers every request exactly once. door->kind is DOOR_LOOPBACK for the API port. */
void api_dispatch(struct api *api, struct http_request *http, const struct door *door);

#endif
