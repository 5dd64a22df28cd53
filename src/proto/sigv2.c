/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/sigv2.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

enum { STRING_MAX_BYTES = 64 * 1024 };

bool sigv2_is(const struct proto_parameters *query) {
    return proto_parameter_get(query, "AWSAccessKeyId") != NULL &&
           proto_parameter_get(query, "Signature") != NULL;
}

static const char *any_case(const struct proto_parameters *query, const char *name) {
    for (size_t i = 0; i < query->count; i++)
        if (strcasecmp(query->items[i].name, name) == 0)
            return query->items[i].value;
    return NULL;
}

enum sigv4_result sigv2_parse(const struct sigv4_request *rq, const struct proto_parameters *query,
                              struct sigv4_auth *auth, const char **ret_why) {
    const char *expires = proto_parameter_get(query, "Expires");
    int64_t end_s;

    *auth = (struct sigv4_auth){
        .kind = SIGV2_PRESIGNED,
        .access_key_id = proto_parameter_get(query, "AWSAccessKeyId"),
        .signature = proto_parameter_get(query, "Signature"),
        .session_token = any_case(query, "x-amz-security-token"),
        .payload = SIGV4_PAYLOAD_UNSIGNED,
        .payload_hash = "UNSIGNED-PAYLOAD",
    };
    if (auth->session_token == NULL)
        auth->session_token = proto_header_get(rq->headers, "x-amz-security-token");
    if (expires == NULL || parse_int(expires, 0, INT64_MAX / 1000, &end_s) < 0) {
        *ret_why = expires == NULL ? "Query-string authentication requires the Signature, Expires and "
                                     "AWSAccessKeyId parameters"
                                   : "Invalid date (should be seconds since epoch)";
        return SIGV4_MALFORMED;
    }
    auth->time_ms = end_s * 1000;
    return SIGV4_OK;
}

/* ---- what is signed ---- */

struct named {
    const char *name, *value;
};

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

typedef VEC(struct named) named_list;

static void take_amz(struct arena *a, named_list *list, const char *name, const char *value) {
    const char *lower;

    if (strncasecmp(name, "x-amz-", 6) != 0)
        return;
    lower = text_lower(a, name);
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].name, lower) == 0) {
            list->items[i].value = arena_printf(a, "%s,%s", list->items[i].value, value);
            return;
        }
    *vec_push(a, list) = (struct named){lower, value};
}

static void add_amz(struct arena *a, struct buf *out, const struct sigv4_request *rq,
                    const struct proto_parameters *query) {
    named_list list = {0};

    for (size_t i = 0; i < rq->headers->count; i++)
        take_amz(a, &list, rq->headers->items[i].name, rq->headers->items[i].value);
    for (size_t i = 0; i < query->count; i++)
        if (proto_header_get(rq->headers, query->items[i].name) == NULL) /* a header is what counts */
            take_amz(a, &list, query->items[i].name, query->items[i].value);
    if (list.count > 1)
        qsort(list.items, list.count, sizeof(*list.items), by_name);
    for (size_t i = 0; i < list.count; i++)
        buf_printf(out, "%s:%s\n", list.items[i].name, list.items[i].value);
}

/* Parameters that choose what is done, in their order. */
static void add_resource(struct arena *a, struct buf *out, const struct sigv4_request *rq,
                         const struct proto_parameters *query) {
    static const char *const chosen[] = {
        "accelerate",
        "acl",
        "analytics",
        "attributes",
        "cors",
        "defaultObjectAcl",
        "delete",
        "inventory",
        "legal-hold",
        "lifecycle",
        "location",
        "logging",
        "metrics",
        "notification",
        "object-lock",
        "partNumber",
        "policy",
        "replication",
        "requestPayment",
        "response-cache-control",
        "response-content-disposition",
        "response-content-encoding",
        "response-content-language",
        "response-content-type",
        "response-expires",
        "restore",
        "retention",
        "select",
        "select-type",
        "storageClass",
        "tagging",
        "torrent",
        "uploadId",
        "uploads",
        "versionId",
        "versioning",
        "versions",
        "website",
    };
    named_list list = {0};

    buf_puts(out, rq->path);
    for (size_t i = 0; i < query->count; i++)
        for (size_t j = 0; j < sizeof(chosen) / sizeof(chosen[0]); j++)
            if (strcmp(query->items[i].name, chosen[j]) == 0)
                *vec_push(a, &list) = (struct named){
                    query->items[i].name, query->items[i].has_value ? query->items[i].value : NULL};
    if (list.count > 1)
        qsort(list.items, list.count, sizeof(*list.items), by_name);
    for (size_t i = 0; i < list.count; i++) {
        buf_printf(out, "%c%s", i == 0 ? '?' : '&', list.items[i].name);
        if (list.items[i].value != NULL)
            buf_printf(out, "=%s", list.items[i].value);
    }
}

static const char *header_or_parameter(const struct sigv4_request *rq, const struct proto_parameters *query,
                                       const char *name) {
    const char *value = proto_header_get(rq->headers, name);

    if (value == NULL)
        value = any_case(query, name);
    return value != NULL ? value : "";
}

const char *sigv2_string(struct arena *a, const struct sigv4_request *rq,
                         const struct proto_parameters *query) {
    const char *expires = proto_parameter_get(query, "Expires");
    struct buf out = BUF_INIT(STRING_MAX_BYTES);
    const char *text;

    buf_printf(&out, "%s\n%s\n%s\n%s\n", rq->method, header_or_parameter(rq, query, "content-md5"),
               header_or_parameter(rq, query, "content-type"), expires);
    add_amz(a, &out, rq, query);
    add_resource(a, &out, rq, query);
    text = out.overflow ? NULL : arena_strdup(a, out.data);
    buf_free(&out);
    return text;
}

enum sigv4_result sigv2_verify(struct arena *a, const struct sigv4_request *rq,
                               const struct proto_parameters *query, const struct sigv4_auth *auth,
                               const char *secret, int64_t now_ms) {
    const char *text = sigv2_string(a, rq, query);
    unsigned char expected[SHA_DIGEST_LENGTH];
    size_t length;
    void *given;

    if (now_ms > auth->time_ms)
        return SIGV4_EXPIRED;
    if (text == NULL ||
        HMAC(EVP_sha1(), secret, (int)strlen(secret), (const unsigned char *)text, strlen(text), expected,
             NULL) == NULL ||
        base64_decode(a, auth->signature, strlen(auth->signature), &given, &length) < 0 ||
        length != sizeof(expected) || CRYPTO_memcmp(expected, given, sizeof(expected)) != 0)
        return SIGV4_MISMATCH;
    return SIGV4_OK;
}
