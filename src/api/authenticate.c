/* SPDX-License-Identifier: Apache-2.0 */
/* authenticate: who sends a request, from where, and whether it may: each service says no in its own words. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "api/iam/identity.h"
#include "api/inside.h"
#include "base/ip.h"
#include "base/text.h"
#include "net/awsnet.h"
#include "store/rows.h"

/* ---- how each service refuses ---- */

enum family { FAMILY_EC2, FAMILY_QUERY, FAMILY_JSON, FAMILY_S3, FAMILIES };

enum problem {
    PROBLEM_NO_SIGNATURE,
    PROBLEM_MALFORMED,
    PROBLEM_UNSUPPORTED,
    PROBLEM_UNKNOWN_KEY,
    PROBLEM_BAD_TOKEN,
    PROBLEM_TOKEN_EXPIRED,
    PROBLEM_MISMATCH,
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

    if (rq->door.kind == DOOR_LOOPBACK)
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

static int refuse_result(struct api_request *rq, enum sigv4_result result, const char *why) {
    struct api_wire *w = rq->wire;

    switch (result) {
    case SIGV4_MALFORMED:
        return refuse(rq, PROBLEM_MALFORMED, why);
    case SIGV4_UNSUPPORTED:
        return refuse(rq, PROBLEM_UNSUPPORTED, why);
    case SIGV4_EXPIRED:
    case SIGV4_NOT_YET_VALID:
        return refuse(rq,
                      w->auth.kind == SIGV4_PRESIGNED && result == SIGV4_EXPIRED ? PROBLEM_URL_EXPIRED
                                                                                 : PROBLEM_SKEWED,
                      why);
    default:
        return refuse(rq, PROBLEM_MISMATCH, arena_printf(rq->arena, NOT_MATCHED "%s", why));
    }
}

static int check_signature(struct api_request *rq, const char *secret, const char *body_hash) {
    struct api_wire *w = rq->wire;
    const struct sigv4_request signed_request = {w->http->method, w->http->path, w->http->query, &w->headers};
    const char *why = "";
    enum sigv4_result result = sigv4_verify(rq->arena, rq->api->keys, &signed_request, &w->auth, secret,
                                            body_hash, rq->now_ms, w->key, &why);

    if (result != SIGV4_OK)
        return refuse_result(rq, result, why);
    w->verified = true;
    if (w->auth.payload == SIGV4_PAYLOAD_HASH && !w->streamed && body_hash != NULL &&
        strcasecmp(w->auth.payload_hash, body_hash) != 0)
        return refuse(rq, PROBLEM_BODY, NOT_MATCHED);
    return 0;
}

int authenticate(struct api_request *rq, const char *body_hash) {
    struct api_wire *w = rq->wire;
    struct identity identity;
    int r;

    if (w->parsed != SIGV4_OK)
        return refuse_result(rq, w->parsed, w->why);
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
    if (awsnet_region(w->auth.region) == NULL && !text_is(w->auth.region, rq->config->region))
        return refuse(rq, rq->service->protocol == MODEL_REST_XML ? PROBLEM_MALFORMED : PROBLEM_MISMATCH,
                      arena_printf(rq->arena, "Credential should be scoped to a valid region, not '%s'.",
                                   w->auth.region));
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
    if (identity.secret == NULL)
        return 0;
    return check_signature(rq, identity.secret, body_hash);
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
