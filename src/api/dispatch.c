/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatch: a request's way from HTTP to its handler and back.
 *
 * Theory of operation: everything that can be refused is refused before the handler runs, in AWS's order:
 * who are you, what do you want, is it well said, may you.  One read transaction serves all of that, and
 * a reading handler too; a writing handler gets the writer's turn only when nothing is left to refuse.
 * No transaction is open while bytes are awaited from the client.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/iam/identity.h"
#include "api/inside.h"
#include "api/job.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/ip.h"
#include "base/text.h"
#include "http/browser.h"

enum { REQUEST_ID_BYTES = 16, HOST_ID_BYTES = 57, S3_BODY_WINDOW = 64 * 1024 };

_Static_assert(sizeof(struct http_header) == sizeof(struct proto_header) &&
                   offsetof(struct http_header, name) == offsetof(struct proto_header, name) &&
                   offsetof(struct http_header, value) == offsetof(struct proto_header, value),
               "headers pass between the rooms as they are");

struct api *api_new(const struct api_config *config, struct store *store, const struct api_backend *backend) {
    struct api *api = calloc(1, sizeof(*api));

    if (api == NULL)
        out_of_memory();
    api->config = *config;
    if (backend != NULL)
        api->backend = *backend;
    api->store = store;
    api->keys = sigv4_keys_new();
    pthread_mutex_init(&api->publish_lock, NULL);
    pthread_cond_init(&api->published_cond, NULL);
    pthread_mutex_init(&api->ready_lock, NULL);
    route_setup(api);
    api->jobs = jobs_new(api);
    return api;
}

void api_free(struct api *api) {
    if (api == NULL)
        return;
    jobs_end(api);
    jobs_free(api->jobs);
    for (size_t i = 0; i < API_SERVICES_MAX; i++)
        free(api->entries[i]);
    sigv4_keys_free(api->keys);
    map_free(&api->ready);
    pthread_mutex_destroy(&api->ready_lock);
    pthread_mutex_destroy(&api->publish_lock);
    pthread_cond_destroy(&api->published_cond);
    free(api);
}

/* ---- answering ---- */

int api_respond(struct api_request *rq, struct proto_response *response) {
    int r;

    if (response->body.overflow)
        r = -EFBIG; /* the connection breaks: better than half an answer */
    else
        r = http_respond(rq->wire->http, response->status,
                         (const struct http_header *)response->headers.items, response->headers.count,
                         response->body.data, response->body.length);
    buf_free(&response->body);
    return r;
}

void api_encode(struct api_request *rq, const void *out, struct proto_response *ret_response) {
    proto_encode_output(rq->service, rq->operation, rq->arena, out, rq->request_id, rq->wire->host_id,
                        ret_response);
}

/* Of a service that cannot be told, or that vpcbox does not have. */
static const struct model_service *stand_in(const struct api_request *rq) {
    static const struct model_service rest_json = {.id = "unknown", .protocol = MODEL_REST_JSON};
    const struct api_wire *w = rq->wire;
    const char *type = proto_header_get(&w->headers, "content-type"), *signed_for = w->auth.service;

    if (proto_header_get(&w->headers, "x-amz-target") != NULL)
        return model_service_find("ssm");
    if (signed_for == NULL || strcmp(signed_for, "route53") == 0 || strcmp(signed_for, "cloudfront") == 0 ||
        proto_parameter_get(&w->parameters, "Action") != NULL ||
        (type != NULL && strncasecmp(type, "application/x-www-form-urlencoded", 33) == 0))
        return model_service_find("sts");
    return &rest_json;
}

static void respond_refusal(struct api_request *rq) {
    const struct model_service *s = rq->service != NULL ? rq->service : stand_in(rq);
    const struct proto_error e = {rq->error_code, rq->error_message, rq->error_status};
    const struct proto_error_details details = {rq->wire->request.path, &rq->error_details};
    struct proto_response response;

    if (http_responded(rq->wire->http))
        return;
    if (rq->service != NULL)
        route_describe(rq);
    proto_encode_error(s, rq->arena, &e, &details, rq->request_id, rq->wire->host_id, &response);
    for (size_t i = 0; i < rq->error_headers.count; i++)
        *vec_push(rq->arena, &response.headers) = rq->error_headers.items[i];
    api_respond(rq, &response);
}

/* ---- reading ---- */

static ssize_t read_body(void *user, void *data, size_t capacity) {
    return http_body_read(user, data, capacity);
}

int api_refuse_body(struct api_request *rq, int error) {
    const char *given = NULL, *computed = NULL;
    struct proto_error e;

    if (error == -EFBIG)
        return api_refuse_status(
            rq, 413, rq->service->protocol == MODEL_REST_XML ? "EntityTooLarge" : "RequestEntityTooLarge",
            "The request is larger than %d bytes", PROTO_BODY_MAX_BYTES);
    aws_chunked_error(error, &e);
    refuse_error(rq, &e);
    if (rq->wire->body != NULL)
        aws_chunked_mismatch(rq->wire->body, &given, &computed);
    api_detail(rq, error == -EBADE ? "ClientComputedContentSHA256" : "ExpectedDigest", given);
    return api_detail(rq, error == -EBADE ? "S3ComputedContentSHA256" : "CalculatedDigest", computed);
}

struct aws_chunked *api_body(struct api_request *rq) {
    struct api_wire *w = rq->wire;
    const char *length = proto_header_get(&w->headers, "x-amz-decoded-content-length");
    int64_t decoded = -1;

    if (w->body != NULL)
        return w->body;
    if (length != NULL && parse_int(length, 0, INT64_MAX, &decoded) < 0)
        decoded = -1;
    w->body = aws_chunked_new(&(struct aws_chunked_options){
        .read = read_body,
        .user = w->http,
        .payload = w->auth.payload,
        .payload_hash = w->auth.payload_hash,
        .scope = w->auth.scope,
        .amz_date = w->auth.amz_date,
        .seed_signature = w->auth.signature,
        .key = w->verified ? w->key : NULL,
        .trailer_name = proto_header_get(&w->headers, "x-amz-trailer"),
        .decoded_length = decoded,
    });
    return w->body;
}

/* The whole body of an S3 request that is a document: through the same checks as a streamed one. */
static int read_document(struct api_request *rq) {
    struct aws_chunked *body = api_body(rq);
    struct buf all = BUF_INIT(PROTO_BODY_MAX_BYTES);
    char *window = arena_alloc(rq->arena, S3_BODY_WINDOW);
    ssize_t n;

    while ((n = aws_chunked_read(body, window, S3_BODY_WINDOW)) > 0 && !all.overflow)
        buf_append(&all, window, (size_t)n);
    if (n == 0 && !all.overflow) {
        rq->wire->request.body = arena_strndup(rq->arena, all.data, all.length);
        rq->wire->request.body_length = all.length;
    }
    n = n < 0 ? n : all.overflow ? -EFBIG : 0;
    buf_free(&all);
    return n < 0 ? api_refuse_body(rq, (int)n) : 0;
}

static bool is_streamed(const struct model_operation *op) {
    for (uint16_t i = 0; op->input != NULL && i < op->input->member_count; i++)
        if (op->input->members[i].streaming)
            return true;
    return false;
}

struct job {
    bool unready; /* out: the service must be set up first, then all asked again */
    const char *body_hash;
    const struct api_entry *entry;
    void *in, *out;
};

/* ---- what is wanted ---- */

static int refuse_lacking(struct api_request *rq, const char *name) {
    enum model_protocol p = rq->service->protocol;

    return api_refuse_status(rq, p == MODEL_EC2 || p == MODEL_QUERY ? 400 : 501,
                             p == MODEL_EC2 || p == MODEL_QUERY ? "InvalidAction"
                             : p == MODEL_REST_XML              ? "NotImplemented"
                                                                : "UnknownOperationException",
                             "vpcbox does not implement %s:%s", rq->service->id, name);
}

static int find_by_name(struct api_request *rq, struct job *j, const char *name) {
    const struct model_empty *empty;

    rq->operation = model_operation_find(rq->service, name);
    if (rq->operation != NULL)
        return 0;
    empty = model_empty_find(rq->service, name);
    if (empty != NULL) {
        rq->operation = &empty->operation;
        j->entry = &empty_entry;
        return 0;
    }
    if (model_operation_lacking(rq->service, name))
        return refuse_lacking(rq, name);
    if (rq->service->protocol == MODEL_JSON)
        return api_refuse(rq, "UnknownOperationException", "The operation %s is unknown", name);
    return rq->service->protocol == MODEL_EC2
               ? api_refuse(rq, "InvalidAction", "The action %s is not valid for this web service.", name)
               : api_refuse(rq, "InvalidAction", "Could not find operation %s for version %s", name,
                            rq->service->api_version);
}

static int find_operation(struct api_request *rq, struct job *j) {
    struct api_wire *w = rq->wire;
    const char *lacking = NULL, *name;

    switch (rq->service->protocol) {
    case MODEL_EC2:
    case MODEL_QUERY:
        name = proto_parameter_get(&w->parameters, "Action");
        if (name == NULL)
            return api_refuse(rq, "MissingAction", "The request must contain the parameter Action");
        return find_by_name(rq, j, name);
    case MODEL_JSON:
        name = proto_header_get(&w->headers, "x-amz-target");
        if (name == NULL || strchr(name, '.') == NULL)
            return api_refuse(rq, "UnknownOperationException", "The request has no X-Amz-Target");
        return find_by_name(rq, j, strrchr(name, '.') + 1);
    default:
        rq->operation = proto_rest_route(rq->service, w->http->method, &w->request, &lacking);
        if (rq->operation != NULL)
            return 0;
        if (lacking != NULL)
            return refuse_lacking(rq, lacking);
        return api_refuse(rq, "MethodNotAllowed",
                          "The specified method is not allowed against this resource.");
    }
}

/* Reads what the protocol needs before an operation can be told: the form, or all that is not streamed. */
static int receive(struct api_request *rq, const char **ret_body_hash) {
    struct api_wire *w = rq->wire;
    char *hex = arena_alloc(rq->arena, SIGV4_HEX_BYTES), *body;
    int r;

    *ret_body_hash = NULL;
    if (rq->service->protocol == MODEL_REST_XML) {
        w->request.path = w->http->path;
        if (w->bucket != NULL)
            w->request.path = arena_printf(rq->arena, "/%s%s", w->bucket, w->http->path);
        w->streamed =
            true; /* its signature covers what the headers say of it; the bytes are checked when read */
        return 0;
    }
    r = http_body_all(w->http, PROTO_BODY_MAX_BYTES, &body, &w->request.body_length);
    if (r < 0)
        return api_refuse_body(rq, r);
    w->request.path = w->http->path;
    w->request.body = body;
    *ret_body_hash = sigv4_sha256_hex(body, w->request.body_length, hex);
    if (rq->service->protocol != MODEL_EC2 && rq->service->protocol != MODEL_QUERY)
        return 0;
    r = proto_parameters_parse(rq->arena, body, w->request.body_length, &w->parameters);
    return r < 0 ? api_refuse(rq, "MalformedQueryString", "The request's parameters cannot be parsed") : 0;
}

static bool is_dry_run(const struct api_request *rq, const void *in) {
    const struct model_shape *s = rq->operation->input;

    for (uint16_t i = 0; rq->service->protocol == MODEL_EC2 && s != NULL && i < s->member_count; i++)
        if (strcmp(s->members[i].name, "DryRun") == 0)
            return ((const struct opt_bool *)(const void *)((const char *)in + s->members[i].offset))->v;
    return false;
}

static int authorize(struct api_request *rq, const struct api_entry *entry, const void *in) {
    const char *everything = "*";
    const char *const *resources = &everything;
    struct identity_question question = {
        .action = arena_printf(rq->arena, "%s:%s", rq->service->signing_name, rq->operation->name),
    };
    size_t count = 1;

    if (entry->resources != NULL)
        entry->resources(rq, in, &resources, &count);
    for (size_t i = 0; i < count; i++) {
        struct policy_context context = {0};
        int r;

        question.resource = resources[i];
        question.context = &context;
        if (rq->caller.kind != API_CALLER_ROOT)
            policy_context_add(rq->arena, &context, "aws:UserAgent",
                               proto_header_get(&rq->wire->headers, "user-agent"));
        if (rq->caller.kind != API_CALLER_ROOT && entry->conditions != NULL)
            entry->conditions(rq, in, resources[i], &context);
        r = api_authorize(rq, &question);
        if (r < 0)
            return r;
    }
    return 0;
}

/* ---- the way ---- */

static int run(struct api_request *rq, void *arg) {
    struct job *j = arg;

    return j->entry->handler(rq, j->in, j->out);
}

/* What the caller wants: fills the job. */
static int understand(struct api_request *rq, struct job *j) {
    const struct model_operation *op;
    struct proto_error error;
    int r = find_operation(rq, j);

    if (r < 0)
        return r;
    op = rq->operation;
    if (j->entry == NULL)
        j->entry = route_entry(rq);
    if (j->entry == NULL)
        return refuse_lacking(rq, op->name);
    if (rq->wire->streamed && !is_streamed(op) && (r = read_document(rq)) < 0)
        return r;
    j->in = arena_alloc(rq->arena, op->input != NULL ? op->input->size : 1);
    j->out = arena_alloc(rq->arena, op->output != NULL ? op->output->size : 1);
    if (proto_decode_input(rq->service, op, rq->arena, &rq->wire->request, j->in, &error) < 0 ||
        proto_validate(rq->service, op, rq->arena, j->in, &error) < 0)
        return refuse_error(rq, &error);
    return 0;
}

/* May they; and the handler, if it only reads. */
static int permit(struct api_request *rq, void *arg) {
    struct job *j = arg;
    int r;

    if (!(j->entry->flags & API_OPEN)) {
        r = rq->caller.kind == API_CALLER_ANONYMOUS
                ? api_refuse_status(rq, 403, "MissingAuthenticationToken",
                                    "Request is missing Authentication Token")
                : authorize(rq, j->entry, j->in);
        if (r < 0)
            return r;
    }
    if (is_dry_run(rq, j->in))
        return api_refuse_status(rq, 412, "DryRunOperation",
                                 "Request would have succeeded, but DryRun flag is set.");
    return j->entry->flags & (API_WRITE | API_RAW) ? 0 : run(rq, j);
}

static int identify(struct api_request *rq, void *arg) {
    struct job *j = arg;

    authenticate_door(rq);
    return authenticate(rq, j->body_hash);
}

static int admit(struct api_request *rq, void *arg) {
    struct job *j = arg;
    int r = identify(rq, arg);

    if (r == 0)
        r = understand(rq, arg);
    if (r == 0 && !j->unready && !route_ready(rq)) {
        j->unready = true;
        return 0;
    }
    j->unready = false;
    return r == 0 ? permit(rq, arg) : r;
}

/* ---- web pages ---- */

static int ask_for_page(struct api_request *rq, void *arg) {
    return ((const struct api_service *)arg)->page(rq);
}

/* A page asks: only what the service lets pages ask.  After receive(). */
static int admit_page(struct api_request *rq, struct job *j) {
    const struct api_service *s = route_api(rq);
    bool asks_first = strcmp(rq->wire->http->method, "OPTIONS") == 0;

    if (s == NULL || s->page == NULL)
        return api_refuse_status(rq, 403, "AccessDenied",
                                 "A web page may not call %s here: everybody knows this box's keys, so of "
                                 "browsers only S3 hears, by its buckets' CORS rules",
                                 rq->service->id);
    if (!asks_first && find_operation(rq, j) < 0)
        return API_REFUSED;
    return api_read(rq, ask_for_page, (void *)(uintptr_t)s);
}

/* The name that it was sent to: a page whose name resolves to this machine keeps its own. */
static int check_host(struct api_request *rq) {
    const char *host = http_header_get(rq->wire->http, "host");

    if (browser_host_is_ours(host, rq->door.kind != DOOR_LOOPBACK))
        return 0;
    return api_refuse_status(
        rq, 403, "AccessDenied",
        "The host name %s is neither this machine's nor AWS's: use 127.0.0.1, localhost or the "
        "endpoint's own name",
        host);
}

static int serve(struct api_request *rq) {
    struct proto_response response;
    struct job j = {0};
    bool page = browser_sent(rq->wire->http);
    int r;

    if (rq->service == NULL)
        return api_refuse(rq, "UnknownService", "vpcbox does not have the service '%s'",
                          rq->wire->auth.service != NULL ? rq->wire->auth.service : "");
    r = check_host(rq);
    if (r == 0 && rq->service->protocol != MODEL_REST_XML && page)
        return admit_page(rq, &j);
    if (r == 0)
        r = receive(rq, &j.body_hash);
    if (r == 0 && page) {
        r = admit_page(rq, &j);
        if (r == 0 && http_responded(rq->wire->http))
            return 0;
    }
    if (r == 0 && rq->wire->streamed) {
        /* a document is still to be read from the client, who may be slow: no transaction meanwhile */
        r = api_read(rq, identify, &j);
        if (r == 0)
            r = understand(rq, &j);
        if (r == 0)
            r = api_read(rq, permit, &j);
    } else if (r == 0) {
        r = api_read(rq, admit, &j);
        if (r == 0 && j.unready)
            r = route_make_ready(rq);
        if (r == 0 && j.unready)
            r = api_read(rq, admit, &j);
    }
    if (r < 0 || j.entry == NULL)
        return r;
    if (j.entry->flags & API_RAW)
        return run(rq, &j);
    if (j.entry->flags & API_WRITE)
        r = api_write(rq, run, &j);
    if (r < 0)
        return r;
    api_encode(rq, j.out, &response);
    api_respond(rq, &response);
    return 0;
}

/* No secrets, only unlike all others: not worth a system call each. */
static void fill_id(unsigned char *raw, size_t length) {
    static _Thread_local uint64_t last;

    if (last == 0)
        random_bytes(&last, sizeof(last));
    last++;
    for (size_t at = 0; at < length; at += sizeof(uint64_t)) {
        uint64_t piece = hash_bytes(&last, sizeof(last), at + 1);

        memcpy(raw + at, &piece, length - at < sizeof(piece) ? length - at : sizeof(piece));
    }
}

/* S3's ids look otherwise than those of the other services. */
static void make_ids(struct api_request *rq) {
    unsigned char raw[REQUEST_ID_BYTES + HOST_ID_BYTES];
    char hex[2 * REQUEST_ID_BYTES + 1];

    if (rq->service != NULL && rq->service->protocol == MODEL_REST_XML) {
        char *id = arena_alloc(rq->arena, 17);

        rq->request_id = random_base32(id, 16);
        fill_id(raw, HOST_ID_BYTES);
        rq->wire->host_id = base64_encode(rq->arena, raw, HOST_ID_BYTES);
        return;
    }
    fill_id(raw, REQUEST_ID_BYTES);
    hex_encode(raw, REQUEST_ID_BYTES, hex);
    rq->request_id =
        arena_printf(rq->arena, "%.8s-%.4s-4%.3s-a%.3s-%.12s", hex, hex + 8, hex + 13, hex + 17, hex + 20);
}

void api_dispatch(struct api *api, struct http_request *http, const struct door *door) {
    struct api_wire wire = {
        .http = http,
        .headers = {(struct proto_header *)(uintptr_t)http->headers, http->header_count, http->header_count},
        .why = "",
    };
    struct api_request rq = {
        .api = api,
        .config = &api->config,
        .backend = &api->backend,
        .arena = http->arena,
        .now_ms = clock_real_ms(),
        .region = api->config.region,
        .door = *door,
        .tls = http->tls,
        .http = http,
        .wire = &wire,
        .caller = {.kind = API_CALLER_ANONYMOUS},
    };
    const struct sigv4_request signed_request = {http->method, http->path, http->query, &wire.headers};
    bool parsed;

    wire.request = (struct proto_request){
        .path = http->path, .parameters = &wire.parameters, .headers = wire.headers, .body = ""};
    parsed = http->query == NULL ||
             proto_parameters_parse(rq.arena, http->query, strlen(http->query), &wire.parameters) == 0;
    wire.parsed = sigv4_parse(rq.arena, &signed_request, &wire.auth, &wire.why);
    rq.service = route_service(&rq);
    make_ids(&rq);
    if (door->kind == DOOR_LOOPBACK || door->kind == DOOR_LAB) {
        char *text = arena_alloc(rq.arena, IP4_TEXT_BYTES);

        rq.source_ip = ip4_format((struct ip4){ntohl(http->peer.sin_addr.s_addr)}, text);
    }
    if (!parsed)
        api_refuse(&rq,
                   rq.service != NULL && rq.service->protocol == MODEL_REST_XML ? "InvalidURI"
                                                                                : "MalformedQueryString",
                   "The query string cannot be parsed");
    if (!parsed || serve(&rq) < 0)
        respond_refusal(&rq);
    aws_chunked_free(wire.body);
    if (api->config.served != NULL)
        api->config.served(&rq);
}
