/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/imds.h"

#include <errno.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define TTL_HEADER "X-aws-ec2-metadata-token-ttl-seconds"
#define TOKEN_HEADER "X-aws-ec2-metadata-token"

/* ---- tokens: 6 bytes expiry, 12 random, 24 of the HMAC; 42 bytes are 56 characters without padding ---- */

enum { EXPIRY = 6, CLAIMS = 18, MAC = 24, RAW = CLAIMS + MAC, TEXT = 56 };

static void token_mac(const struct imds *imds, const char *instance_id, const uint8_t claims[CLAIMS],
                      uint8_t out[MAC]) {
    uint8_t said[CLAIMS + 64], digest[EVP_MAX_MD_SIZE];
    size_t length = strlen(instance_id) < 64 ? strlen(instance_id) : 64;
    unsigned digest_length;

    memcpy(said, claims, CLAIMS);
    memcpy(said + CLAIMS, instance_id, length);
    HMAC(EVP_sha256(), imds->secret, IMDS_SECRET_BYTES, said, CLAIMS + length, digest, &digest_length);
    memcpy(out, digest, MAC);
}

/* Base64 in its URL alphabet, and back: what AWS's tokens look like. */
static void swap_letters(char *text, const char *from, const char *to) {
    for (; *text; text++) {
        if (*text == from[0])
            *text = to[0];
        else if (*text == from[1])
            *text = to[1];
    }
}

void imds_token_make(const struct imds *imds, const char *instance_id, int64_t now_s, int64_t ttl_s,
                     char out[IMDS_TOKEN_BYTES]) {
    uint8_t raw[RAW];
    int64_t expiry = now_s + ttl_s;

    for (int k = 0; k < EXPIRY; k++)
        raw[k] = (uint8_t)(expiry >> 8 * (EXPIRY - 1 - k));
    random_bytes(raw + EXPIRY, CLAIMS - EXPIRY);
    token_mac(imds, instance_id, raw, raw + CLAIMS);
    EVP_EncodeBlock((unsigned char *)out, raw, RAW);
    swap_letters(out, "+/", "-_");
}

int64_t imds_token_left(const struct imds *imds, const char *instance_id, int64_t now_s, const char *token) {
    uint8_t raw[RAW + 3], mac[MAC];
    char text[TEXT + 1];
    int64_t expiry = 0;

    if (strlen(token) != TEXT || strpbrk(token, "+/="))
        return 0;
    memcpy(text, token, TEXT + 1);
    swap_letters(text, "-_", "+/");
    if (EVP_DecodeBlock(raw, (const unsigned char *)text, TEXT) != RAW)
        return 0;
    token_mac(imds, instance_id, raw, mac);
    if (CRYPTO_memcmp(mac, raw + CLAIMS, MAC) != 0)
        return 0;
    for (int k = 0; k < EXPIRY; k++)
        expiry = expiry << 8 | raw[k];
    return expiry > now_s ? expiry - now_s : 0;
}

/* ---- answers ---- */

struct visit {
    const struct imds *imds;
    struct http_request *rq;
    struct imds_instance instance;
    int64_t now_s, token_left_s; /* 0: no token was given */
};

static void respond(const struct visit *v, int status, const char *type, const char *extra_name,
                    const char *extra, const void *body, size_t length) {
    struct http_header headers[4] = {{"Server", "EC2ws"}, {"Content-Type", type}};
    size_t count = 2;
    char left[24];

    if (extra)
        headers[count++] = (struct http_header){extra_name, extra};
    if (v->token_left_s > 0) {
        snprintf(left, sizeof(left), "%lld", (long long)v->token_left_s);
        headers[count++] = (struct http_header){"X-Aws-Ec2-Metadata-Token-Ttl-Seconds", left};
    }
    http_respond(v->rq, status, headers, count, body, length);
}

static const char *words(int status) {
    switch (status) {
    case 400:
        return "400 - Bad Request";
    case 401:
        return "401 - Unauthorized";
    case 404:
        return "404 - Not Found";
    default:
        return "500 - Internal Server Error";
    }
}

static void refuse(const struct visit *v, int status) {
    const char *body;

    if (status == 403 || status == 405) {
        respond(v, status, "text/plain", "Allow", status == 405 ? "OPTIONS, GET" : NULL, NULL, 0);
        return;
    }
    body =
        arena_printf(v->rq->arena,
                     "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<html><head><title>%s</title></head>"
                     "<body><h1>%s</h1></body></html>\n",
                     words(status), words(status));
    respond(v, status, "text/html", NULL, NULL, body, strlen(body));
}

static void give_token(struct visit *v) {
    const char *ttl_text = http_header_get(v->rq, TTL_HEADER);
    char token[IMDS_TOKEN_BYTES];
    int64_t ttl;

    if (!ttl_text || parse_int(ttl_text, 1, IMDS_TTL_MAX, &ttl) < 0) {
        refuse(v, 400);
        return;
    }
    imds_token_make(v->imds, v->instance.instance_id, v->now_s, ttl, token);
    v->token_left_s = ttl;
    http_set_ttl(v->rq, (int)v->instance.hop_limit);
    respond(v, 200, "text/plain", NULL, NULL, token, strlen(token));
}

static void give_credentials(const struct visit *v, enum imds_kind kind) {
    const struct imds_source *source = &v->imds->source;
    struct imds_credentials c = {0};
    char updated[CLOCK_TEXT_BYTES], expires[CLOCK_TEXT_BYTES], *text;
    int r = (kind == IMDS_CREDENTIALS ? source->credentials : source->identity)(source->user, &v->instance,
                                                                                v->rq->arena, &c);
    json_t *json;

    if (r < 0) {
        refuse(v, r == -ENOENT ? 404 : 500);
        return;
    }
    json = json_pack("{ss ss ss ss ss ss ss}", "Code", "Success", "LastUpdated",
                     clock_iso8601_sec(c.updated_ms, updated), "Type", "AWS-HMAC", "AccessKeyId",
                     c.access_key_id, "SecretAccessKey", c.secret_access_key, "Token", c.session_token,
                     "Expiration", clock_iso8601_sec(c.expires_ms, expires));
    text = json ? json_dumps(json, JSON_INDENT(2) | JSON_PRESERVE_ORDER) : NULL;
    json_decref(json);
    if (text)
        respond(v, 200, "text/plain", NULL, NULL, text, strlen(text));
    else
        refuse(v, 500);
    free(text);
}

static void give_signature(const struct visit *v, enum imds_signature kind,
                           const struct imds_answer *document) {
    const char *text = imds_sign(v->imds->signer, kind, document->data, document->length, v->rq->arena);

    if (text != NULL)
        respond(v, 200, "text/plain", NULL, NULL, text, strlen(text));
    else
        refuse(v, 500);
}

static void give_item(const struct visit *v) {
    struct http_request *rq = v->rq;
    struct imds_answer answer = imds_find(&v->instance, rq->path, rq->arena);
    const char *host;

    switch (answer.kind) {
    case IMDS_ABSENT:
        refuse(v, 404);
        break;
    case IMDS_REDIRECT:
        host = http_header_get(rq, "host");
        respond(v, 301, "text/plain", "Location",
                arena_printf(rq->arena, "http://%s%s/", host ? host : "169.254.169.254", rq->path), NULL, 0);
        break;
    case IMDS_CREDENTIALS:
    case IMDS_IDENTITY_CREDENTIALS:
        give_credentials(v, answer.kind);
        break;
    case IMDS_SIGNED:
    case IMDS_SIGNED_PKCS7:
        give_signature(v, answer.kind == IMDS_SIGNED ? IMDS_SIGNATURE : IMDS_PKCS7, &answer);
        break;
    default:
        respond(v, 200, answer.binary ? "application/octet-stream" : "text/plain", NULL, NULL, answer.data,
                answer.length);
    }
}

/* "/latest/api/token", and what is so under another version. */
static bool is_token_path(const char *path, bool *ret_latest) {
    const char *rest = path + (*path == '/') + strcspn(path + (*path == '/'), "/");

    *ret_latest = text_is(path, "/latest/api/token");
    return text_starts(rest, "/api/") || text_is(rest, "/api");
}

void imds_handle(const struct imds *imds, struct http_request *rq, const struct door *door) {
    struct visit v = {.imds = imds, .rq = rq, .now_s = clock_real_ms() / 1000};
    const char *token = http_header_get(rq, TOKEN_HEADER);
    bool latest, put = text_is(rq->method, "PUT");
    bool token_path = is_token_path(rq->path, &latest);
    int r = imds->source.lookup(imds->source.user, door, rq->arena, &v.instance);

    if (r < 0) {
        refuse(&v, r == -ENOENT ? 404 : 500);
    } else if (!v.instance.endpoint_enabled) {
        refuse(&v, 403);
    } else if (put && token_path) {
        if (!latest || http_header_get(rq, "x-forwarded-for"))
            refuse(&v, 403);
        else
            give_token(&v);
    } else if (!text_is(rq->method, "GET") && !text_is(rq->method, "HEAD")) {
        refuse(&v, 405);
    } else if (token_path && latest) {
        respond(&v, 405, "text/plain", "Allow", "OPTIONS, PUT", NULL, 0);
    } else {
        if (token)
            v.token_left_s = imds_token_left(imds, v.instance.instance_id, v.now_s, token);
        if (token ? v.token_left_s == 0 : v.instance.tokens_required)
            refuse(&v, 401);
        else
            give_item(&v);
    }
}
