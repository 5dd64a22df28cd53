/* SPDX-License-Identifier: Apache-2.0 */
#include "client/aws.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "proto/sha256.h"
#include "proto/sigv4.h"

enum { TRIES = 4, ANSWER_MAX_BYTES = 64 << 20, CONNECT_S = 5, WHOLE_S = 60 };

struct answer {
    struct buf body;
    struct arena *arena;
    struct proto_headers headers;
};

static size_t take_body(char *data, size_t size, size_t count, void *user) {
    struct answer *a = user;

    buf_append(&a->body, data, size * count);
    return a->body.overflow ? 0 : size * count;
}

static size_t take_header(char *data, size_t size, size_t count, void *user) {
    struct answer *a = user;
    size_t n = size * count;
    const char *colon = memchr(data, ':', n);

    if (colon != NULL) {
        const char *value = colon + 1, *end = data + n;

        while (value < end && (*value == ' ' || *value == '\t'))
            value++;
        while (end > value && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' '))
            end--;
        proto_header_add(a->arena, &a->headers, arena_strndup(a->arena, data, (size_t)(colon - data)),
                         arena_strndup(a->arena, value, (size_t)(end - value)));
    }
    return n;
}

/* "https://host:1/path?query" → host:1, /path, query (NULL when there is none). */
static int split_url(struct arena *a, const char *url, const char **ret_host, const char **ret_path,
                     const char **ret_query) {
    const char *host = strstr(url, "://"), *path, *query;

    if (host == NULL)
        return -EINVAL;
    host += 3;
    path = host + strcspn(host, "/?");
    query = strchr(path, '?');
    *ret_host = arena_strndup(a, host, (size_t)(path - host));
    *ret_path = *path != '/' ? "/" : query == NULL ? path : arena_strndup(a, path, (size_t)(query - path));
    *ret_query = query == NULL ? NULL : query + 1;
    return 0;
}

static void sign(struct aws *a, const char *service, const char *region, const char *method, const char *path,
                 const char *query, const char *body, size_t length, struct proto_headers *headers) {
    struct sigv4_sign how = {.access_key_id = a->access_key_id,
                             .secret = a->secret_access_key,
                             .session_token = a->session_token,
                             .region = region,
                             .service = service,
                             .now_ms = clock_real_ms()};
    char hash[SIGV4_HEX_BYTES];

    how.payload_hash = sigv4_sha256_hex(body, length, hash);
    sigv4_sign_headers(a->arena, &how, method, path, query, headers);
}

int aws_sign_url(struct aws *a, const char *service, const char *method, const char *url,
                 struct proto_headers *ret_headers) {
    const char *host, *path, *query;

    if (split_url(a->arena, url, &host, &path, &query) < 0)
        return -EINVAL;
    proto_header_add(a->arena, ret_headers, "Host", host);
    sign(a, service, a->region, method, path, query, "", 0, ret_headers);
    return 0;
}

/* One exchange.  0 or -EIO with error_message. */
static int exchange(struct aws *a, const char *method, const char *url, const struct proto_headers *headers,
                    const char *body, size_t length, struct answer *answer, int *ret_status) {
    struct curl_slist *list = NULL;
    char error[CURL_ERROR_SIZE] = "";
    long status = 0;
    CURLcode r;

    if (a->curl == NULL)
        a->curl = curl_easy_init();
    else
        curl_easy_reset(a->curl);
    for (size_t i = 0; i < headers->count; i++)
        list = curl_slist_append(
            list, arena_printf(a->arena, "%s: %s", headers->items[i].name, headers->items[i].value));
    list = curl_slist_append(list, "Expect:");
    list = curl_slist_append(list, "Accept:");
    curl_easy_setopt(a->curl, CURLOPT_URL, url);
    curl_easy_setopt(a->curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(a->curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(a->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(a->curl, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(a->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(a->curl, CURLOPT_USERAGENT, "vpcbox");
    curl_easy_setopt(a->curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    curl_easy_setopt(a->curl, CURLOPT_TIMEOUT, (long)WHOLE_S);
    curl_easy_setopt(a->curl, CURLOPT_HTTPHEADER, list);
    curl_easy_setopt(a->curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(a->curl, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(a->curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(a->curl, CURLOPT_HEADERDATA, answer);
    curl_easy_setopt(a->curl, CURLOPT_ERRORBUFFER, error);
    if (length > 0 || text_is(method, "POST") || text_is(method, "PUT")) {
        curl_easy_setopt(a->curl, CURLOPT_POSTFIELDSIZE, (long)length);
        curl_easy_setopt(a->curl, CURLOPT_POSTFIELDS, body == NULL ? "" : body);
    } else if (text_is(method, "HEAD")) {
        curl_easy_setopt(a->curl, CURLOPT_NOBODY, 1L);
    }
    r = curl_easy_perform(a->curl);
    curl_slist_free_all(list);
    curl_easy_setopt(a->curl, CURLOPT_ERRORBUFFER, NULL);
    if (r != CURLE_OK) {
        a->error_code = NULL;
        a->error_message =
            arena_printf(a->arena, "%s: %s", url, error[0] != '\0' ? error : curl_easy_strerror(r));
        return -EIO;
    }
    curl_easy_getinfo(a->curl, CURLINFO_RESPONSE_CODE, &status);
    *ret_status = (int)status;
    return 0;
}

int aws_request(struct aws *a, const char *service, const char *method, const char *url,
                const char *content_type, const char *body, int *ret_status, const char **ret_body) {
    struct answer answer = {.body = BUF_INIT(ANSWER_MAX_BYTES), .arena = a->arena};
    struct proto_headers headers = {0};
    const char *host, *path, *query;
    size_t length = body == NULL ? 0 : strlen(body);
    int r;

    if (split_url(a->arena, url, &host, &path, &query) < 0)
        return -EINVAL;
    proto_header_add(a->arena, &headers, "Host", host);
    if (content_type != NULL)
        proto_header_add(a->arena, &headers, "Content-Type", content_type);
    sign(a, service, a->region, method, path, query, body == NULL ? "" : body, length, &headers);
    r = exchange(a, method, url, &headers, body, length, &answer, ret_status);
    if (r == 0)
        *ret_body =
            arena_strndup(a->arena, answer.body.data == NULL ? "" : answer.body.data, answer.body.length);
    buf_free(&answer.body);
    return r;
}

static const char *endpoint(struct aws *a, const struct model_service *s) {
    if (a->endpoint_url != NULL || a->region == NULL)
        return a->endpoint_url;
    if (s->global_host != NULL && text_is(s->id, "iam"))
        return arena_printf(a->arena, "https://%s", s->global_host);
    return arena_printf(a->arena, "https://%s.%s.amazonaws.com", s->endpoint_prefix, a->region);
}

static bool transient(int status, const char *code) {
    return status == 500 || status == 502 || status == 503 || status == 504 || status == 429 ||
           text_is(code, "RequestLimitExceeded") || text_is(code, "Throttling") ||
           text_is(code, "ThrottlingException") || text_is(code, "SlowDown");
}

static int call_once(struct aws *a, const struct model_service *s, const struct model_operation *op,
                     const void *in, void *out) {
    struct answer answer = {.body = BUF_INIT(ANSWER_MAX_BYTES), .arena = a->arena};
    struct proto_call call = {.body = BUF_INIT(PROTO_BODY_MAX_BYTES)};
    struct proto_error error = {0};
    const char *base = endpoint(a, s), *url, *host, *path, *query;
    bool global = a->endpoint_url == NULL && text_is(s->id, "iam");
    int r = proto_client_encode(s, op, a->arena, in, &call, &error);

    if (r < 0) {
        a->error_code = "ParamValidation";
        a->error_message = error.message;
        return -EINVAL;
    }
    url = arena_printf(a->arena, "%s%s", base == NULL ? "" : base, call.uri);
    r = split_url(a->arena, url, &host, &path, &query);
    if (r == 0) {
        struct proto_headers headers = {0};

        proto_header_add(a->arena, &headers, "Host", host);
        for (size_t i = 0; i < call.headers.count; i++)
            proto_header_add(a->arena, &headers, call.headers.items[i].name, call.headers.items[i].value);
        /* Some of S3's actions demand a checksum, and all take one. */
        if (text_is(s->signing_name, "s3") && call.body.length > 0) {
            unsigned char digest[SHA256_BYTES];

            sha256(call.body.data, call.body.length, digest);
            proto_header_add(a->arena, &headers, "x-amz-checksum-sha256",
                             base64_encode(a->arena, digest, sizeof(digest)));
        }
        sign(a, s->signing_name, global ? "us-east-1" : a->region, call.method, path, query,
             call.body.data == NULL ? "" : call.body.data, call.body.length, &headers);
        r = exchange(a, call.method, url, &headers, call.body.data, call.body.length, &answer,
                     &a->http_status);
    } else {
        a->error_code = NULL;
        a->error_message = arena_printf(a->arena, "not a URL: %s", url);
    }
    if (r == 0) {
        r = proto_client_decode(s, op, a->arena, a->http_status, &answer.headers,
                                answer.body.data == NULL ? "" : answer.body.data, answer.body.length, out,
                                &error);
        if (r < 0) {
            a->error_code = error.code == NULL || *error.code == '\0' ? "UnknownError" : error.code;
            a->error_message = error.message == NULL ? "" : error.message;
            r = -EIO;
        }
    }
    buf_free(&call.body);
    buf_free(&answer.body);
    return r;
}

int aws_call(struct aws *a, const struct model_service *service, const char *operation, const void *in,
             void *out) {
    const struct model_operation *op = model_operation_find(service, operation);

    if (op == NULL) {
        a->error_code = "InvalidAction";
        a->error_message = arena_printf(a->arena, "vpcbox does not know %s:%s", service->id, operation);
        return -EIO;
    }
    for (int attempt = 1;; attempt++) {
        int r = call_once(a, service, op, in, out);
        struct timespec pause = {attempt / 2, attempt % 2 * 500000000L};

        if (r != -EIO || a->error_code == NULL || attempt == TRIES ||
            !transient(a->http_status, a->error_code))
            return r;
        nanosleep(&pause, NULL);
    }
}

bool aws_error_is(const struct aws *a, const char *code) {
    return a->error_code != NULL && strcmp(a->error_code, code) == 0;
}

void aws_filter(struct aws *a, struct model_vec *filters, const char *name, const char *value) {
    VEC(struct ec2_filter) list = {filters->items, filters->count, filters->capacity};
    struct ec2_filter *f = vec_push(a->arena, &list);

    f->name = name;
    *vec_push(a->arena, &f->values) = value;
    *filters = (struct model_vec){list.items, list.count, list.capacity};
}

void aws_done(struct aws *a) {
    if (a->curl != NULL)
        curl_easy_cleanup(a->curl);
    a->curl = NULL;
}
