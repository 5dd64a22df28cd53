/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/sigv4.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/text.h"
#include "proto/sha256.h"
#include "proto/sigv2.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define TERM "aws4_request"
#define NOT_SUPPORTED                                                                                        \
    "The authorization mechanism you have provided is not supported. Please use " ALGORITHM "."
enum { CANONICAL_MAX_BYTES = 256 * 1024, SIGNED_HEADERS_MAX = 128 };

char *sigv4_sha256_hex(const void *data, size_t length, char out[SIGV4_HEX_BYTES]) {
    unsigned char digest[SHA256_BYTES];

    sha256(data, length, digest);
    return hex_encode(digest, sizeof(digest), out);
}

/* ---- keys ---- */

enum { KEY_SLOTS = 256 };

struct key_slot {
    uint64_t hash[2]; /* of all that the key is derived from; 0, 0: empty */
    unsigned char key[SIGV4_KEY_BYTES];
};

struct sigv4_keys {
    pthread_mutex_t lock;
    uint64_t seed[2];
    struct key_slot slots[KEY_SLOTS];
};

struct sigv4_keys *sigv4_keys_new(void) {
    struct sigv4_keys *k = calloc(1, sizeof(*k));

    if (k == NULL)
        out_of_memory();
    pthread_mutex_init(&k->lock, NULL);
    random_bytes(k->seed, sizeof(k->seed)); /* nobody can aim at another's slot */
    return k;
}

void sigv4_keys_free(struct sigv4_keys *k) {
    if (k == NULL)
        return;
    OPENSSL_cleanse(k->slots, sizeof(k->slots));
    pthread_mutex_destroy(&k->lock);
    free(k);
}

static void derive(const char *secret, const char *date, const char *region, const char *service,
                   unsigned char out[SIGV4_KEY_BYTES]) {
    struct buf first = BUF_INIT(4096);

    buf_printf(&first, "AWS4%s", secret);
    hmac_sha256(first.data, first.length, date, strlen(date), out);
    OPENSSL_cleanse(first.data, first.length);
    buf_free(&first);
    hmac_sha256(out, SHA256_BYTES, region, strlen(region), out);
    hmac_sha256(out, SHA256_BYTES, service, strlen(service), out);
    hmac_sha256(out, SHA256_BYTES, TERM, strlen(TERM), out);
}

void sigv4_key(struct sigv4_keys *keys, const char *secret, const char *date, const char *region,
               const char *service, unsigned char out[SIGV4_KEY_BYTES]) {
    const char *const parts[] = {secret, date, region, service};
    uint64_t hash[2];
    struct key_slot *slot;
    bool found;

    if (keys == NULL) {
        derive(secret, date, region, service, out);
        return;
    }
    for (int h = 0; h < 2; h++) {
        hash[h] = keys->seed[h];
        for (size_t i = 0; i < 4; i++)
            hash[h] = hash_bytes(parts[i], strlen(parts[i]) + 1, hash[h]);
    }
    slot = &keys->slots[hash[0] % KEY_SLOTS];
    pthread_mutex_lock(&keys->lock);
    found = slot->hash[0] == hash[0] && slot->hash[1] == hash[1];
    if (found)
        memcpy(out, slot->key, SIGV4_KEY_BYTES);
    pthread_mutex_unlock(&keys->lock);
    if (found)
        return;
    derive(secret, date, region, service, out);
    pthread_mutex_lock(&keys->lock);
    memcpy(slot->hash, hash, sizeof(hash));
    memcpy(slot->key, out, SIGV4_KEY_BYTES);
    pthread_mutex_unlock(&keys->lock);
}

/* ---- the canonical request ---- */

/* One part of a query in its canonical encoding. */
static void encode_part(struct arena *a, struct buf *out, const char *text, size_t length) {
    char *decoded;

    if (memchr(text, '%', length) == NULL && memchr(text, '+', length) == NULL)
        percent_encode(out, text, length, false);
    else if (percent_decode(a, text, length, true, &decoded) == 0)
        percent_encode(out, decoded, strlen(decoded), false);
    else
        buf_append(out, text, length);
}

static int compare_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void canonical_query(struct arena *a, struct buf *out, const char *query) {
    VEC(const char *) parts = {0};
    struct buf one = BUF_INIT(CANONICAL_MAX_BYTES);

    while (query != NULL && *query != '\0') {
        size_t length = strcspn(query, "&"), name = strcspn(query, "=&");

        if (length > 0) {
            buf_reset(&one);
            encode_part(a, &one, query, name);
            buf_putc(&one, '\1'); /* sorts before whatever else a name may go on with */
            if (name < length)
                encode_part(a, &one, query + name + 1, length - name - 1);
            if (!text_starts(one.data, "X-Amz-Signature\1"))
                *vec_push(a, &parts) = arena_strndup(a, one.data, one.length);
        }
        query += length + (query[length] == '&');
    }
    buf_free(&one);
    if (parts.count > 1)
        qsort(parts.items, parts.count, sizeof(*parts.items), compare_text);
    for (size_t i = 0; i < parts.count; i++) {
        size_t name = strcspn(parts.items[i], "\1");

        if (i > 0)
            buf_putc(out, '&');
        buf_append(out, parts.items[i], name);
        buf_putc(out, '=');
        buf_puts(out, parts.items[i] + name + 1);
    }
}

/* S3 signs each object's path as it is; the others first tidy it ("/a/./b//c/.." is "/a/b"), then encode again. */
static void canonical_path(struct arena *a, struct buf *out, const char *service, const char *path) {
    VEC(const char *) parts = {0};
    char *decoded;

    if (strcmp(path, "/") == 0 || *path == '\0') {
        buf_putc(out, '/');
        return;
    }
    if (strcmp(service, "s3") == 0) {
        if (percent_decode(a, path, strlen(path), false, &decoded) == 0)
            percent_encode(out, decoded, strlen(decoded), true);
        else
            buf_puts(out, path);
        return;
    }
    for (const char *at = path; *at != '\0';) {
        size_t length = strcspn(at, "/");

        if (length == 2 && strncmp(at, "..", 2) == 0)
            parts.count -= parts.count > 0;
        else if (length > 0 && !(length == 1 && *at == '.'))
            *vec_push(a, &parts) = arena_strndup(a, at, length);
        at += length + (at[length] == '/');
    }
    for (size_t i = 0; i < parts.count; i++) {
        buf_putc(out, '/');
        percent_encode(out, parts.items[i], strlen(parts.items[i]), false);
    }
    if (parts.count == 0 || path[strlen(path) - 1] == '/')
        buf_putc(out, '/');
}

/* Values as signed: no space around, single ones inside. */
static void canonical_value(struct buf *out, const char *value) {
    bool space = false, first = true;

    for (; *value != '\0'; value++) {
        if (*value == ' ' || *value == '\t') {
            space = true;
            continue;
        }
        if (space && !first)
            buf_putc(out, ' ');
        space = first = false;
        buf_putc(out, *value);
    }
}

static void canonical_headers(struct buf *out, const struct proto_headers *headers,
                              const char *signed_headers) {
    while (*signed_headers != '\0') {
        size_t length = strcspn(signed_headers, ";");
        bool any = false;

        buf_append(out, signed_headers, length);
        buf_putc(out, ':');
        for (size_t i = 0; i < headers->count; i++) {
            const struct proto_header *h = &headers->items[i];

            if (strncasecmp(h->name, signed_headers, length) != 0 || h->name[length] != '\0')
                continue;
            if (any)
                buf_putc(out, ',');
            canonical_value(out, h->value);
            any = true;
        }
        buf_putc(out, '\n');
        signed_headers += length + (signed_headers[length] == ';');
    }
}

static void canonical_request(struct arena *a, struct buf *out, const struct sigv4_request *rq,
                              const char *service, const char *signed_headers, const char *payload_hash) {
    buf_puts(out, rq->method);
    buf_putc(out, '\n');
    canonical_path(a, out, service, rq->path);
    buf_putc(out, '\n');
    if (rq->query != NULL && *rq->query != '\0')
        canonical_query(a, out, rq->query);
    buf_putc(out, '\n');
    canonical_headers(out, rq->headers, signed_headers);
    buf_putc(out, '\n');
    buf_puts(out, signed_headers);
    buf_putc(out, '\n');
    buf_puts(out, payload_hash);
}

static void string_to_sign(struct buf *out, const char *amz_date, const char *scope,
                           const struct buf *canonical) {
    char hex[SIGV4_HEX_BYTES];

    buf_puts(out, ALGORITHM "\n");
    buf_puts(out, amz_date);
    buf_putc(out, '\n');
    buf_puts(out, scope);
    buf_putc(out, '\n');
    buf_append(out, sigv4_sha256_hex(canonical->data, canonical->length, hex), SIGV4_HEX_BYTES - 1);
}

/* ---- who says to have signed ---- */

static enum sigv4_payload payload_kind(const char *text) {
    static const struct {
        const char *text;
        enum sigv4_payload kind;
    } kinds[] = {
        {"UNSIGNED-PAYLOAD", SIGV4_PAYLOAD_UNSIGNED},
        {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", SIGV4_PAYLOAD_CHUNKED},
        {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", SIGV4_PAYLOAD_CHUNKED_TRAILER},
        {"STREAMING-UNSIGNED-PAYLOAD-TRAILER", SIGV4_PAYLOAD_UNSIGNED_TRAILER},
    };

    if (text == NULL)
        return SIGV4_PAYLOAD_NONE;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].text, text) == 0)
            return kinds[i].kind;
    return SIGV4_PAYLOAD_HASH;
}

/* keyid/20260102/region/service/aws4_request; the key's id may hold slashes itself. */
static enum sigv4_result parse_credential(struct arena *a, const char *text, struct sigv4_auth *auth,
                                          const char **ret_why) {
    const char *cuts[4], *end = text + strlen(text);
    int n = 4;

    for (const char *at = end; n > 0 && at > text; at--)
        if (at[-1] == '/')
            cuts[--n] = at;
    if (n > 0 || cuts[0] - 1 == text) {
        *ret_why = arena_printf(a,
                                "Credential must have exactly 5 slash-delimited elements, e.g. "
                                "keyid/date/region/service/term, got '%s'",
                                text);
        return SIGV4_MALFORMED;
    }
    auth->access_key_id = arena_strndup(a, text, (size_t)(cuts[0] - text) - 1);
    auth->scope = arena_strdup(a, cuts[0]);
    auth->date = arena_strndup(a, cuts[0], (size_t)(cuts[1] - cuts[0]) - 1);
    auth->region = arena_strndup(a, cuts[1], (size_t)(cuts[2] - cuts[1]) - 1);
    auth->service = arena_strndup(a, cuts[2], (size_t)(cuts[3] - cuts[2]) - 1);
    if (strcmp(cuts[3], TERM) != 0) {
        *ret_why = arena_printf(
            a, "Credential should be scoped with a valid terminator: '" TERM "', not '%s'.", cuts[3]);
        return SIGV4_MALFORMED;
    }
    return SIGV4_OK;
}

/* Whether the ';' separated list has this name. */
static bool is_listed(const char *list, const char *name) {
    size_t length = strlen(name);

    for (const char *at = list; *at != '\0'; at += strcspn(at, ";"), at += *at == ';')
        if (strncasecmp(at, name, length) == 0 && (at[length] == ';' || at[length] == '\0'))
            return true;
    return false;
}

static enum sigv4_result check_common(struct arena *a, struct sigv4_auth *auth, const char **ret_why) {
    unsigned char digest[SHA256_BYTES];

    if (strlen(auth->signature) != 2 * SHA256_BYTES ||
        hex_decode(auth->signature, SHA256_BYTES, digest) < 0) {
        *ret_why = "Signature must be 64 hexadecimal digits.";
        return SIGV4_MALFORMED;
    }
    if (!is_listed(auth->signed_headers, "host")) {
        *ret_why = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
        return SIGV4_MALFORMED;
    }
    if (clock_parse(auth->amz_date, &auth->time_ms) < 0) {
        *ret_why = arena_printf(a,
                                "Date must be in ISO-8601 'basic format'. Got '%s'. "
                                "See http://en.wikipedia.org/wiki/ISO_8601",
                                auth->amz_date);
        return SIGV4_NO_DATE;
    }
    return SIGV4_OK;
}

static enum sigv4_result parse_header(struct arena *a, const struct sigv4_request *rq, const char *text,
                                      struct sigv4_auth *auth, const char **ret_why) {
    const char *credential = NULL, *date;
    enum sigv4_result r;

    if (strncmp(text, ALGORITHM " ", sizeof(ALGORITHM)) != 0) {
        *ret_why = NOT_SUPPORTED;
        return SIGV4_UNSUPPORTED;
    }
    for (text += sizeof(ALGORITHM); *text != '\0';) {
        size_t length = strcspn(text, ", "), name = strcspn(text, "=, ");
        const char *value = name < length ? arena_strndup(a, text + name + 1, length - name - 1) : "";

        if (strncmp(text, "Credential=", name + 1) == 0)
            credential = value;
        else if (strncmp(text, "SignedHeaders=", name + 1) == 0)
            auth->signed_headers = value;
        else if (strncmp(text, "Signature=", name + 1) == 0)
            auth->signature = value;
        text += length + strspn(text + length, ", ");
    }
    date = proto_header_get(rq->headers, "x-amz-date");
    if (date == NULL)
        date = proto_header_get(rq->headers, "date");
    if (credential == NULL || auth->signature == NULL || auth->signed_headers == NULL || date == NULL) {
        *ret_why = arena_printf(
            a, "%s%s%s%s", credential == NULL ? "Authorization header requires 'Credential' parameter. " : "",
            auth->signature == NULL ? "Authorization header requires 'Signature' parameter. " : "",
            auth->signed_headers == NULL ? "Authorization header requires 'SignedHeaders' parameter. " : "",
            date == NULL
                ? "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
                : "");
        return date == NULL ? SIGV4_NO_DATE : SIGV4_MALFORMED;
    }
    auth->kind = SIGV4_HEADER;
    auth->amz_date = date;
    auth->session_token = proto_header_get(rq->headers, "x-amz-security-token");
    auth->payload_hash = proto_header_get(rq->headers, "x-amz-content-sha256");
    auth->payload = payload_kind(auth->payload_hash);
    r = parse_credential(a, credential, auth, ret_why);
    if (r != SIGV4_OK)
        return r;
    r = check_common(a, auth, ret_why);
    if (r == SIGV4_OK && strchr(auth->amz_date, ',') != NULL) { /* what is signed is the basic form */
        char basic[CLOCK_TEXT_BYTES];

        auth->amz_date = arena_strdup(a, clock_basic(auth->time_ms, basic));
    }
    return r;
}

static enum sigv4_result parse_query(struct arena *a, const struct sigv4_request *rq, struct sigv4_auth *auth,
                                     const char **ret_why) {
    struct proto_parameters p = {0};
    const char *algorithm, *credential, *expires;
    enum sigv4_result r;

    if (proto_parameters_parse(a, rq->query, strlen(rq->query), &p) < 0) {
        *ret_why = "The query string cannot be parsed.";
        return SIGV4_MALFORMED;
    }
    algorithm = proto_parameter_get(&p, "X-Amz-Algorithm");
    credential = proto_parameter_get(&p, "X-Amz-Credential");
    expires = proto_parameter_get(&p, "X-Amz-Expires");
    if (algorithm == NULL || strcmp(algorithm, ALGORITHM) != 0) {
        *ret_why = NOT_SUPPORTED;
        return SIGV4_UNSUPPORTED;
    }
    auth->kind = SIGV4_PRESIGNED;
    auth->amz_date = proto_parameter_get(&p, "X-Amz-Date");
    auth->signed_headers = proto_parameter_get(&p, "X-Amz-SignedHeaders");
    auth->signature = proto_parameter_get(&p, "X-Amz-Signature");
    auth->session_token = proto_parameter_get(&p, "X-Amz-Security-Token");
    if (credential == NULL || expires == NULL || auth->amz_date == NULL || auth->signed_headers == NULL ||
        auth->signature == NULL) {
        *ret_why = "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
                   "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.";
        return SIGV4_MALFORMED;
    }
    if (parse_int(expires, INT64_MIN, INT64_MAX, &auth->expires_s) < 0) {
        *ret_why = "X-Amz-Expires should be a number";
        return SIGV4_MALFORMED;
    }
    if (auth->expires_s < 0 || auth->expires_s > SIGV4_PRESIGN_MAX_S) {
        *ret_why = auth->expires_s < 0 ? "X-Amz-Expires must be non-negative"
                                       : "X-Amz-Expires must be less than a week (in seconds); that is, the "
                                         "given X-Amz-Expires must be "
                                         "less than 604800 seconds";
        return SIGV4_MALFORMED;
    }
    auth->payload_hash = proto_header_get(rq->headers, "x-amz-content-sha256");
    if (auth->payload_hash == NULL)
        auth->payload_hash = proto_parameter_get(&p, "X-Amz-Content-Sha256");
    auth->payload = payload_kind(auth->payload_hash);
    r = parse_credential(a, credential, auth, ret_why);
    return r == SIGV4_OK ? check_common(a, auth, ret_why) : r;
}

enum sigv4_result sigv4_parse(struct arena *a, const struct sigv4_request *rq, struct sigv4_auth *ret_auth,
                              const char **ret_why) {
    const char *header = proto_header_get(rq->headers, "authorization");
    bool presigned = rq->query != NULL && (strstr(rq->query, "X-Amz-Signature=") != NULL ||
                                           strstr(rq->query, "X-Amz-Credential=") != NULL);
    struct proto_parameters query = {0};
    enum sigv4_result r;

    *ret_auth = (struct sigv4_auth){.kind = SIGV4_ANONYMOUS};
    if (header != NULL) {
        r = parse_header(a, rq, header, ret_auth, ret_why);
        if (r == SIGV4_OK && presigned) {
            *ret_why = "The request is signed both in its headers and in its query string.";
            r = SIGV4_TWICE;
        }
        return r;
    }
    if (presigned)
        return parse_query(a, rq, ret_auth, ret_why);
    if (rq->query != NULL && proto_parameters_parse(a, rq->query, strlen(rq->query), &query) == 0 &&
        sigv2_is(&query))
        return sigv2_parse(rq, &query, ret_auth, ret_why);
    ret_auth->payload_hash = proto_header_get(rq->headers, "x-amz-content-sha256");
    ret_auth->payload = payload_kind(ret_auth->payload_hash);
    return SIGV4_OK;
}

/* ---- verification ---- */

static enum sigv4_result check_time(struct arena *a, const struct sigv4_auth *auth, int64_t now_ms,
                                    const char **ret_why) {
    char now[CLOCK_TEXT_BYTES], limit[CLOCK_TEXT_BYTES];
    int64_t last_ms = auth->time_ms + (auth->kind == SIGV4_PRESIGNED ? auth->expires_s : SIGV4_SKEW_S) * 1000;
    int64_t first_ms = auth->time_ms - SIGV4_SKEW_S * 1000;

    clock_basic(now_ms, now);
    if (now_ms > last_ms) {
        clock_basic(now_ms - SIGV4_SKEW_S * 1000, limit);
        *ret_why = auth->kind == SIGV4_PRESIGNED
                       ? "Request has expired"
                       : arena_printf(a, "Signature expired: %s is now earlier than %s (%s - 15 min.)",
                                      auth->amz_date, limit, now);
        return SIGV4_EXPIRED;
    }
    if (now_ms < first_ms) {
        clock_basic(now_ms + SIGV4_SKEW_S * 1000, limit);
        *ret_why = arena_printf(a, "Signature not yet current: %s is still later than %s (%s + 15 min.)",
                                auth->amz_date, limit, now);
        return SIGV4_NOT_YET_VALID;
    }
    if (strlen(auth->date) != 8 || strncmp(auth->date, auth->amz_date, 8) != 0) {
        *ret_why = arena_printf(
            a,
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            "HTTP: '%s' != '%.8s', from '%s'.",
            auth->date, auth->amz_date, auth->amz_date);
        return SIGV4_MISMATCH;
    }
    return SIGV4_OK;
}

static void make_strings(struct arena *a, const struct sigv4_request *rq, const struct sigv4_auth *auth,
                         const char *body_hash, struct buf *canonical, struct buf *to_sign) {
    const char *payload = auth->payload != SIGV4_PAYLOAD_NONE ? auth->payload_hash
                          : body_hash != NULL                 ? body_hash
                                                              : "UNSIGNED-PAYLOAD";

    canonical_request(a, canonical, rq, auth->service, auth->signed_headers, payload);
    string_to_sign(to_sign, auth->amz_date, auth->scope, canonical);
}

void sigv4_strings(struct arena *a, const struct sigv4_request *rq, const struct sigv4_auth *auth,
                   const char *body_hash, const char **ret_canonical, const char **ret_to_sign) {
    struct buf canonical = BUF_INIT(CANONICAL_MAX_BYTES), to_sign = BUF_INIT(4096);

    make_strings(a, rq, auth, body_hash, &canonical, &to_sign);
    *ret_canonical = arena_strdup(a, canonical.data);
    *ret_to_sign = arena_strdup(a, to_sign.data);
    buf_free(&canonical);
    buf_free(&to_sign);
}

/* Whether a header means something that only a signature may bring in. */
static bool must_be_signed(const char *name, bool s3) {
    if (strncasecmp(name, "x-amz-", 6) == 0)
        return s3 || strcasecmp(name, "x-amz-security-token") != 0;
    return s3 && strcasecmp(name, "content-md5") == 0;
}

static enum sigv4_result check_headers(struct arena *a, const struct sigv4_request *rq,
                                       const struct sigv4_auth *auth, const char **ret_why) {
    bool s3 = strcmp(auth->service, "s3") == 0;
    const char *lacking = NULL;

    for (size_t i = 0; i < rq->headers->count; i++) {
        const char *name = rq->headers->items[i].name;

        if (!must_be_signed(name, s3) || is_listed(auth->signed_headers, name))
            continue;
        lacking = lacking == NULL ? name : arena_printf(a, "%s, %s", lacking, name);
    }
    *ret_why = lacking != NULL ? text_lower(a, lacking) : *ret_why;
    return lacking != NULL ? SIGV4_NOT_SIGNED : SIGV4_OK;
}

enum sigv4_result sigv4_verify(struct arena *a, struct sigv4_keys *keys, const struct sigv4_request *rq,
                               const struct sigv4_auth *auth, const char *secret, const char *body_hash,
                               int64_t now_ms, unsigned char key_out[SIGV4_KEY_BYTES], const char **ret_why) {
    struct buf canonical = BUF_INIT(CANONICAL_MAX_BYTES), to_sign = BUF_INIT(4096);
    unsigned char key[SIGV4_KEY_BYTES], expected[SHA256_BYTES], given[SHA256_BYTES];
    enum sigv4_result r = check_time(a, auth, now_ms, ret_why);

    if (r == SIGV4_OK)
        r = check_headers(a, rq, auth, ret_why);
    if (r != SIGV4_OK)
        return r;
    make_strings(a, rq, auth, body_hash, &canonical, &to_sign);
    sigv4_key(keys, secret, auth->date, auth->region, auth->service, key);
    hmac_sha256(key, sizeof(key), to_sign.data, to_sign.length, expected);
    if (canonical.overflow || to_sign.overflow || hex_decode(auth->signature, sizeof(given), given) < 0 ||
        CRYPTO_memcmp(expected, given, sizeof(given)) != 0) {
        *ret_why = arena_printf(a,
                                "\n\nThe Canonical String for this request should have been\n'%s'\n\nThe "
                                "String-to-Sign should have been\n'%s'\n",
                                canonical.data, to_sign.data);
        r = SIGV4_MISMATCH;
    } else if (key_out != NULL) {
        memcpy(key_out, key, sizeof(key));
    }
    buf_free(&canonical);
    buf_free(&to_sign);
    return r;
}

/* ---- client ---- */

static const char *sign(struct arena *a, const struct sigv4_sign *s, const struct sigv4_request *rq,
                        const char *amz_date, const char *scope, const char *signed_headers,
                        const char *payload_hash) {
    struct buf canonical = BUF_INIT(CANONICAL_MAX_BYTES), to_sign = BUF_INIT(4096);
    unsigned char key[SIGV4_KEY_BYTES], signature[SHA256_BYTES];
    char *hex = arena_alloc(a, SIGV4_HEX_BYTES);

    canonical_request(a, &canonical, rq, s->service, signed_headers, payload_hash);
    string_to_sign(&to_sign, amz_date, scope, &canonical);
    sigv4_key(NULL, s->secret, arena_strndup(a, amz_date, 8), s->region, s->service, key);
    hmac_sha256(key, sizeof(key), to_sign.data, to_sign.length, signature);
    buf_free(&canonical);
    buf_free(&to_sign);
    return hex_encode(signature, sizeof(signature), hex);
}

static bool left_out(const char *name) {
    return strcasecmp(name, "user-agent") == 0 || strcasecmp(name, "expect") == 0 ||
           strcasecmp(name, "connection") == 0 || strcasecmp(name, "authorization") == 0;
}

/* Names in lower case, in order, each once, separated by ';'. */
static const char *list_names(struct arena *a, const struct proto_headers *headers) {
    VEC(const char *) names = {0};
    struct buf list = BUF_INIT(16 * 1024);
    const char *text;

    for (size_t i = 0; i < headers->count; i++) {
        if (!left_out(headers->items[i].name))
            *vec_push(a, &names) = text_lower(a, headers->items[i].name);
    }
    if (names.count > 1)
        qsort(names.items, names.count, sizeof(*names.items), compare_text);
    buf_puts(&list, "");
    for (size_t i = 0; i < names.count; i++)
        if (i == 0 || strcmp(names.items[i], names.items[i - 1]) != 0)
            buf_printf(&list, "%s%s", i > 0 ? ";" : "", names.items[i]);
    text = arena_strdup(a, list.data);
    buf_free(&list);
    return text;
}

void sigv4_sign_headers(struct arena *a, const struct sigv4_sign *s, const char *method, const char *path,
                        const char *query, struct proto_headers *headers) {
    const struct sigv4_request rq = {method, path, query, headers};
    char *amz_date = arena_alloc(a, CLOCK_TEXT_BYTES);
    const char *names, *scope;

    clock_basic(s->now_ms, amz_date);
    proto_header_add(a, headers, "X-Amz-Date", amz_date);
    if (s->session_token != NULL)
        proto_header_add(a, headers, "X-Amz-Security-Token", s->session_token);
    if (strcmp(s->service, "s3") == 0)
        proto_header_add(a, headers, "X-Amz-Content-SHA256", arena_strdup(a, s->payload_hash));
    names = list_names(a, headers);
    scope = arena_printf(a, "%.8s/%s/%s/" TERM, amz_date, s->region, s->service);
    proto_header_add(a, headers, "Authorization",
                     arena_printf(a, ALGORITHM " Credential=%s/%s, SignedHeaders=%s, Signature=%s",
                                  s->access_key_id, scope, names,
                                  sign(a, s, &rq, amz_date, scope, names, s->payload_hash)));
}

const char *sigv4_presign(struct arena *a, const struct sigv4_sign *s, const char *method, const char *host,
                          const char *path, const char *query, int64_t expires_s) {
    struct proto_headers headers = {0};
    struct sigv4_request rq = {method, path, NULL, &headers};
    struct buf q = BUF_INIT(64 * 1024);
    char amz_date[CLOCK_TEXT_BYTES];
    const char *scope, *signature, *text;

    proto_header_add(a, &headers, "host", host);
    clock_basic(s->now_ms, amz_date);
    scope = arena_printf(a, "%.8s/%s/%s/" TERM, amz_date, s->region, s->service);
    if (query != NULL && *query != '\0')
        buf_printf(&q, "%s&", query);
    buf_puts(&q, "X-Amz-Algorithm=" ALGORITHM "&X-Amz-Credential=");
    percent_encode(&q, s->access_key_id, strlen(s->access_key_id), false);
    buf_puts(&q, "%2F");
    percent_encode(&q, scope, strlen(scope), false);
    buf_printf(&q, "&X-Amz-Date=%s&X-Amz-Expires=%lld&X-Amz-SignedHeaders=host", amz_date,
               (long long)expires_s);
    if (s->session_token != NULL) {
        buf_puts(&q, "&X-Amz-Security-Token=");
        percent_encode(&q, s->session_token, strlen(s->session_token), false);
    }
    rq.query = q.data;
    signature = sign(a, s, &rq, amz_date, scope, "host", s->payload_hash);
    text = arena_printf(a, "%s&X-Amz-Signature=%s", q.data, signature);
    buf_free(&q);
    return text;
}
