/* SPDX-License-Identifier: Apache-2.0 */
/* authenticate: who sends a request, from where, and whether it may: each service says no in its own words. */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "api/iam/identity.h"
#include "api/inside.h"
#include "base/clock.h"
#include "base/ip.h"
#include "base/log.h"
#include "base/text.h"
#include "net/awsnet.h"
#include "proto/sigv2.h"
#include "store/rows.h"

enum { VERSION_2_TOLD_MS = 60 * 1000 };

/* ---- how each service refuses ---- */

enum family { FAMILY_EC2, FAMILY_QUERY, FAMILY_JSON, FAMILY_S3, FAMILIES };

enum problem {
    PROBLEM_NO_SIGNATURE,
    PROBLEM_MALFORMED,
    PROBLEM_NO_DATE,
    PROBLEM_UNSUPPORTED,
    PROBLEM_UNKNOWN_KIND, /* of authorization */
    PROBLEM_UNKNOWN_KEY,
    PROBLEM_BAD_TOKEN,
    PROBLEM_TOKEN_EXPIRED,
    PROBLEM_MISMATCH,
    PROBLEM_NOT_SIGNED, /* headers that matter */
    PROBLEM_TWICE,      /* signed in the header and in the query */
    PROBLEM_SKEWED,
    PROBLEM_URL_EXPIRED,
    PROBLEM_BODY, /* not the one that was signed */
    PROBLEM_DENIED,
    PROBLEMS
};

#define NOT_VALIDATED "AWS was not able to validate the provided access credentials"
#define TOKEN_INVALID "The security token included in the request is invalid."
#define TOKEN_EXPIRED "The security token included in the request is expired"
#define NOT_MATCHED                                                                                          \
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret "  \
    "Access Key and signing method. Consult the service documentation for details."

/* A NULL message: the words of whoever found the problem. */
static const struct proto_error refusals[PROBLEMS][FAMILIES] = {
    [PROBLEM_NO_SIGNATURE] = {{"MissingAuthenticationToken", "Request is missing Authentication Token", 403},
                              {"MissingAuthenticationToken", "Request is missing Authentication Token", 403},
                              {"MissingAuthenticationTokenException", "Missing Authentication Token", 400},
                              {"AccessDenied", "Access Denied", 403}},
    [PROBLEM_MALFORMED] = {{"IncompleteSignature", NULL, 400},
                           {"IncompleteSignature", NULL, 400},
                           {"IncompleteSignatureException", NULL, 400},
                           {"AuthorizationHeaderMalformed", NULL, 400}},
    [PROBLEM_NO_DATE] = {{"IncompleteSignature", NULL, 400},
                         {"IncompleteSignature", NULL, 400},
                         {"IncompleteSignatureException", NULL, 400},
                         {"AccessDenied", "AWS authentication requires a valid Date or x-amz-date header",
                          403}},
    [PROBLEM_UNKNOWN_KIND] = {{"IncompleteSignature", NULL, 400},
                              {"IncompleteSignature", NULL, 400},
                              {"IncompleteSignatureException", NULL, 400},
                              {"InvalidArgument", "Unsupported Authorization Type", 400}},
    [PROBLEM_UNSUPPORTED] = {{"IncompleteSignature", NULL, 400},
                             {"IncompleteSignature", NULL, 400},
                             {"IncompleteSignatureException", NULL, 400},
                             {"InvalidRequest", NULL, 400}},
    [PROBLEM_UNKNOWN_KEY] = {{"AuthFailure", NOT_VALIDATED, 401},
                             {"InvalidClientTokenId", TOKEN_INVALID, 403},
                             {"UnrecognizedClientException", TOKEN_INVALID, 400},
                             {"InvalidAccessKeyId",
                              "The AWS Access Key Id you provided does not exist in our records.", 403}},
    [PROBLEM_BAD_TOKEN] = {{"AuthFailure", NOT_VALIDATED, 401},
                           {"InvalidClientTokenId", TOKEN_INVALID, 403},
                           {"UnrecognizedClientException", TOKEN_INVALID, 400},
                           {"InvalidToken", "The provided token is malformed or otherwise invalid.", 400}},
    [PROBLEM_TOKEN_EXPIRED] = {{"RequestExpired", "Request has expired.", 400},
                               {"ExpiredToken", TOKEN_EXPIRED, 403},
                               {"ExpiredTokenException", TOKEN_EXPIRED, 400},
                               {"ExpiredToken", "The provided token has expired.", 400}},
    [PROBLEM_MISMATCH] = {{"AuthFailure", NOT_VALIDATED, 401},
                          {"SignatureDoesNotMatch", NULL, 403},
                          {"InvalidSignatureException", NULL, 400},
                          {"SignatureDoesNotMatch",
                           "The request signature we calculated does not match the signature you provided. "
                           "Check your key and signing method.",
                           403}},
    [PROBLEM_NOT_SIGNED] = {{"AuthFailure", NOT_VALIDATED, 401},
                            {"SignatureDoesNotMatch", NULL, 403},
                            {"InvalidSignatureException", NULL, 400},
                            {"AccessDenied",
                             "There were headers present in the request which were not signed", 403}},
    [PROBLEM_TWICE] = {{"AuthFailure", NOT_VALIDATED, 401},
                       {"SignatureDoesNotMatch", NULL, 403},
                       {"InvalidSignatureException", NULL, 400},
                       {"InvalidArgument",
                        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, "
                        "Signature query string parameter or the Authorization header should be specified",
                        400}},
    [PROBLEM_SKEWED] = {{"RequestExpired", "Request has expired.", 400},
                        {"SignatureDoesNotMatch", NULL, 403},
                        {"InvalidSignatureException", NULL, 400},
                        {"RequestTimeTooSkewed",
                         "The difference between the request time and the current time is too large.", 403}},
    [PROBLEM_URL_EXPIRED] = {{"RequestExpired", "Request has expired.", 400},
                             {"SignatureDoesNotMatch", NULL, 403},
                             {"InvalidSignatureException", NULL, 400},
                             {"AccessDenied", "Request has expired", 403}},
    [PROBLEM_BODY] = {{"AuthFailure", NOT_VALIDATED, 401},
                      {"SignatureDoesNotMatch", NULL, 403},
                      {"InvalidSignatureException", NULL, 400},
                      {"XAmzContentSHA256Mismatch",
                       "The provided 'x-amz-content-sha256' header does not match what was computed.", 400}},
    [PROBLEM_DENIED] = {{"UnauthorizedOperation", NULL, 403},
                        {"AccessDenied", NULL, 403},
                        {"AccessDeniedException", NULL, 400},
                        {"AccessDenied", NULL, 403}},
};

static int refuse(struct api_request *rq, enum problem problem, const char *why) {
    static const enum family families[] = {[MODEL_EC2] = FAMILY_EC2,
                                           [MODEL_QUERY] = FAMILY_QUERY,
                                           [MODEL_JSON] = FAMILY_JSON,
                                           [MODEL_REST_JSON] = FAMILY_JSON,
                                           [MODEL_REST_XML] = FAMILY_S3};
    struct proto_error e = refusals[problem][families[rq->service->protocol]];

    if (e.message == NULL)
        e.message = why;
    if (problem == PROBLEM_MALFORMED && rq->service->protocol == MODEL_REST_XML &&
        rq->wire->auth.kind == SIGV4_PRESIGNED)
        e.code = "AuthorizationQueryParametersError";
    return refuse_error(rq, &e);
}

/* ---- where from ---- */

void authenticate_door(struct api_request *rq) {
    const struct vpc_endpoint_row *endpoint = NULL;
    struct eni_rows enis;
    struct eni_address_rows addresses;

    if (rq->door.kind == DOOR_LOOPBACK || rq->door.kind == DOOR_LAB)
        return;
    enis = eni_list_by_int(rq->tx, COL(eni, num), rq->door.eni_num);
    if (rq->door.kind == DOOR_GATEWAY || rq->door.kind == DOOR_INTERFACE) {
        struct vpc_endpoint_rows found =
            vpc_endpoint_list_by_int(rq->tx, COL(vpc_endpoint, num), rq->door.endpoint_num);

        endpoint = found.count > 0 ? &found.items[0] : NULL;
    }
    if (endpoint != NULL) {
        rq->vpce_id = endpoint->id;
        rq->vpc_id = endpoint->vpc_id;
    }
    if (enis.count == 0)
        return;
    addresses = eni_address_list_by(rq->tx, COL(eni_address, eni_id), enis.items[0].id);
    for (size_t i = 0; i < addresses.count; i++)
        if (addresses.items[i].position == (int64_t)rq->door.address_index)
            rq->source_ip = endpoint != NULL ? addresses.items[i].private_ip : addresses.items[i].public_ip;
}

/* An interface endpoint leads to one service, whatever the request says that it is for. */
static bool door_serves(struct api_request *rq) {
    const struct vpc_endpoint_row *e;

    if (rq->door.kind != DOOR_GATEWAY && rq->door.kind != DOOR_INTERFACE)
        return true;
    e = vpc_endpoint_find(rq->tx, rq->vpce_id);
    return e != NULL && text_is(e->service, rq->service->endpoint_prefix);
}

/* ---- who ---- */

/* S3 shows what should have been signed in elements of its own, the others in the message. */
static int refuse_mismatch(struct api_request *rq, const char *why, const char *body_hash) {
    const struct api_wire *w = rq->wire;
    struct sigv4_request signed_request = {w->http->method, w->http->path, w->http->query, &w->headers};
    const char *canonical, *to_sign;

    refuse(rq, PROBLEM_MISMATCH, arena_printf(rq->arena, NOT_MATCHED "%s", why));
    if (rq->service->protocol != MODEL_REST_XML)
        return API_REFUSED;
    if (w->auth.kind == SIGV2_PRESIGNED) {
        signed_request.path = w->request.path;
        return api_detail(rq, "StringToSign", sigv2_string(rq->arena, &signed_request, &w->parameters));
    }
    sigv4_strings(rq->arena, &signed_request, &w->auth, body_hash, &canonical, &to_sign);
    api_detail(rq, "StringToSign", to_sign);
    return api_detail(rq, "CanonicalRequest", canonical);
}

/* Of a presigned URL. */
static int refuse_expired(struct api_request *rq, const char *why) {
    const struct sigv4_auth *auth = &rq->wire->auth;
    char *expired = arena_alloc(rq->arena, CLOCK_TEXT_BYTES);

    refuse(rq, PROBLEM_URL_EXPIRED, why);
    if (auth->kind == SIGV4_PRESIGNED)
        api_detail(rq, "X-Amz-Expires", arena_printf(rq->arena, "%lld", (long long)auth->expires_s));
    return api_detail(rq, "Expires", clock_iso8601_sec(auth->time_ms + auth->expires_s * 1000, expired));
}

static int refuse_kind(struct api_request *rq, const char *why) {
    const char *given = proto_header_get(&rq->wire->headers, "authorization");

    if (given == NULL || text_starts(given, "AWS"))
        return refuse(rq, PROBLEM_UNSUPPORTED, why);
    refuse(rq, PROBLEM_UNKNOWN_KIND, why);
    api_detail(rq, "ArgumentName", "Authorization");
    return api_detail(rq, "ArgumentValue", given);
}

static int refuse_result(struct api_request *rq, enum sigv4_result result, const char *why,
                         const char *body_hash) {
    struct api_wire *w = rq->wire;

    switch (result) {
    case SIGV4_MALFORMED:
        if (w->auth.kind == SIGV2_PRESIGNED)
            return api_refuse(rq, "AccessDenied", "%s", why);
        return refuse(rq, PROBLEM_MALFORMED, why);
    case SIGV4_NO_DATE:
        return refuse(rq, w->auth.kind == SIGV4_PRESIGNED ? PROBLEM_MALFORMED : PROBLEM_NO_DATE, why);
    case SIGV4_UNSUPPORTED:
        return refuse_kind(rq, why);
    case SIGV4_EXPIRED:
    case SIGV4_NOT_YET_VALID:
        return w->auth.kind != SIGV4_HEADER && result == SIGV4_EXPIRED ? refuse_expired(rq, why)
                                                                       : refuse(rq, PROBLEM_SKEWED, why);
    case SIGV4_NOT_SIGNED:
        refuse(rq, PROBLEM_NOT_SIGNED,
               arena_printf(rq->arena, "'%s' must be a 'SignedHeader' in the AWS Authorization.", why));
        return api_detail(rq, "HeadersNotSigned", why);
    case SIGV4_TWICE:
        refuse(rq, PROBLEM_TWICE, why);
        api_detail(rq, "ArgumentName", "Authorization");
        return api_detail(rq, "ArgumentValue", proto_header_get(&w->headers, "authorization"));
    default:
        return refuse_mismatch(rq, why, body_hash);
    }
}

/*
 * Version 2 is for reading and writing objects by a URL, as AWS's clients still make them in its oldest regions
 * when nobody says otherwise.  AWS takes it for older buckets only: the log says so, once a minute at most.
 */
static int check_version_2(struct api_request *rq, const char *secret) {
    static int64_t told_ms;
    struct api_wire *w = rq->wire;
    const struct sigv4_request signed_request = {w->http->method, w->request.path, w->http->query,
                                                 &w->headers};
    const char *key = strchr(w->request.path + 1, '/');
    enum sigv4_result result;

    if (rq->service->protocol != MODEL_REST_XML || key == NULL || key[1] == '\0')
        return refuse(rq, PROBLEM_UNSUPPORTED,
                      "The authorization mechanism you have provided is not supported. Please use "
                      "AWS4-HMAC-SHA256.");
    result = secret == NULL
                 ? SIGV4_OK
                 : sigv2_verify(rq->arena, &signed_request, &w->parameters, &w->auth, secret, rq->now_ms);
    if (result != SIGV4_OK)
        return refuse_result(rq, result, "Request has expired", NULL);
    if (rq->now_ms - __atomic_load_n(&told_ms, __ATOMIC_RELAXED) > VERSION_2_TOLD_MS) {
        __atomic_store_n(&told_ms, rq->now_ms, __ATOMIC_RELAXED);
        log_warn("s3: a URL for %.200s was presigned with signature version 2, which AWS may refuse for new "
                 "buckets: let the client sign with s3v4",
                 w->request.path);
    }
    return 0;
}

static int check_signature(struct api_request *rq, const char *secret, const char *body_hash) {
    struct api_wire *w = rq->wire;
    const struct sigv4_request signed_request = {w->http->method, w->http->path, w->http->query, &w->headers};
    const char *why = "";
    enum sigv4_result result = sigv4_verify(rq->arena, rq->api->keys, &signed_request, &w->auth, secret,
                                            body_hash, rq->now_ms, w->key, &why);

    if (result != SIGV4_OK)
        return refuse_result(rq, result, why, body_hash);
    w->verified = true;
    if (w->auth.payload == SIGV4_PAYLOAD_HASH && !w->streamed && body_hash != NULL &&
        strcasecmp(w->auth.payload_hash, body_hash) != 0)
        return refuse(rq, PROBLEM_BODY, NOT_MATCHED);
    return 0;
}

/* A presigned URL of S3 may bring headers as parameters, which its signature covers like all others. */
static void take_hoisted(struct api_request *rq) {
    static const char *const own[] = {"X-Amz-Algorithm",     "X-Amz-Credential", "X-Amz-Date",
                                      "X-Amz-Expires",       "X-Amz-Signature",  "X-Amz-SignedHeaders",
                                      "X-Amz-Security-Token"};
    struct api_wire *w = rq->wire;

    for (size_t i = 0; i < w->parameters.count; i++) {
        const struct proto_parameter *p = &w->parameters.items[i];
        bool header =
            strncasecmp(p->name, "x-amz-", 6) == 0 && proto_header_get(&w->headers, p->name) == NULL;

        for (size_t j = 0; j < sizeof(own) / sizeof(own[0]); j++)
            header = header && strcasecmp(p->name, own[j]) != 0;
        if (header)
            proto_header_add(rq->arena, &w->headers, p->name, p->value);
    }
    w->request.headers = w->headers;
}

/*
 * Whether a credential's scope is of a region that there is, and of the one that the request was sent to: by the name
 * of a region's service, or by a VPC's endpoint.  S3 says for itself where a bucket lives.
 */
static bool scope_fits(struct api_request *rq, const char *region) {
    const char *host = proto_header_get(&rq->wire->headers, "host");
    const struct vpc_endpoint_row *endpoint = NULL;
    struct awsnet_name name;
    char *lower;

    if (awsnet_region(region) == NULL && !text_is(region, rq->config->region))
        return false;
    if (rq->service->protocol == MODEL_REST_XML)
        return true;
    if (rq->door.kind == DOOR_INTERFACE)
        endpoint = vpc_endpoint_find(rq->tx, rq->vpce_id);
    if (endpoint != NULL && !text_is(endpoint->region, region))
        return false;
    if (host == NULL)
        return true;
    lower = arena_strndup(rq->arena, host, strcspn(host, ":"));
    for (char *c = lower; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    return awsnet_name(rq->config->region, lower, &name) < 0 || !name.regional ||
           text_is(name.region->name, region);
}

int authenticate(struct api_request *rq, const char *body_hash) {
    struct api_wire *w = rq->wire;
    struct identity identity;
    int r;

    if (w->parsed != SIGV4_OK)
        return refuse_result(rq, w->parsed, w->why, body_hash);
    if (!door_serves(rq))
        return refuse(rq, PROBLEM_MISMATCH, "The endpoint leads to another service.");
    if (w->auth.kind == SIGV4_ANONYMOUS) {
        rq->caller = (struct api_caller){.kind = API_CALLER_ANONYMOUS};
        return 0;
    }
    if (rq->service->protocol == MODEL_REST_XML && w->auth.kind == SIGV4_HEADER &&
        w->auth.payload == SIGV4_PAYLOAD_NONE)
        return api_refuse(rq, "InvalidRequest",
                          "Missing required header for this request: x-amz-content-sha256");
    if (w->auth.kind != SIGV2_PRESIGNED && !scope_fits(rq, w->auth.region))
        return refuse(rq, rq->service->protocol == MODEL_REST_XML ? PROBLEM_MALFORMED : PROBLEM_MISMATCH,
                      arena_printf(rq->arena, "Credential should be scoped to a valid region, not '%s'.",
                                   w->auth.region));
    if (w->auth.kind != SIGV2_PRESIGNED)
        rq->region = w->auth.region;
    r = identity_find(rq->tx, rq->config, w->auth.access_key_id, w->auth.session_token, rq->now_ms,
                      &identity);
    if (r < 0)
        return refuse(rq,
                      r == -ETIMEDOUT ? PROBLEM_TOKEN_EXPIRED
                      : r == -ENOENT  ? PROBLEM_UNKNOWN_KEY
                                      : PROBLEM_BAD_TOKEN,
                      "");
    rq->caller = identity.caller;
    if (w->auth.kind == SIGV2_PRESIGNED
            ? check_version_2(rq, identity.secret) < 0
            : identity.secret != NULL && check_signature(rq, identity.secret, body_hash) < 0)
        return API_REFUSED;
    if (rq->service->protocol == MODEL_REST_XML && w->auth.kind != SIGV4_HEADER)
        take_hoisted(rq);
    return 0;
}

/* ---- may they ---- */

static int ask(struct api_request *rq, void *arg) {
    const struct identity_question *question = arg;
    struct identity_answer answer;

    if (identity_authorize(rq, question, &answer))
        return 0;
    if (rq->caller.kind == API_CALLER_ANONYMOUS)
        return refuse(rq, PROBLEM_NO_SIGNATURE, "");
    return refuse(
        rq, PROBLEM_DENIED,
        rq->service->protocol == MODEL_EC2
            ? arena_printf(rq->arena, "You are not authorized to perform this operation. %s", answer.message)
            : answer.message);
}

int api_authorize(struct api_request *rq, const struct identity_question *question) {
    void *arg = (void *)(uintptr_t)question;

    return rq->tx != NULL ? ask(rq, arg) : api_read(rq, ask, arg);
}
