/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/proto.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "proto/engines.h"
#include "proto/value.h"

const char *proto_header_get(const struct proto_headers *h, const char *name) {
    for (size_t i = 0; i < h->count; i++)
        if (strcasecmp(h->items[i].name, name) == 0)
            return h->items[i].value;
    return NULL;
}

void proto_header_add(struct arena *a, struct proto_headers *h, const char *name, const char *value) {
    *vec_push(a, h) = (struct proto_header){name, value};
}

const char *proto_parameter_get(const struct proto_parameters *p, const char *name) {
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->items[i].name, name) == 0)
            return p->items[i].value;
    return NULL;
}

static int decode_part(struct arena *a, const char *text, size_t length, const char **ret_text) {
    char *decoded;
    int r;

    if (memchr(text, '%', length) == NULL && memchr(text, '+', length) == NULL)
        decoded = arena_strndup(a, text, length);
    else if ((r = percent_decode(a, text, length, true, &decoded)) < 0)
        return r;
    if (!utf8_valid(decoded, strlen(decoded)))
        return -EINVAL;
    *ret_text = decoded;
    return 0;
}

int proto_parameters_parse(struct arena *a, const char *text, size_t length, struct proto_parameters *out) {
    const char *end = text + length;

    if (memchr(text, '\0', length) != NULL)
        return -EINVAL;
    while (text < end) {
        const char *stop = memchr(text, '&', (size_t)(end - text));
        const char *equals;
        struct proto_parameter p = {.value = ""};
        int r;

        if (stop == NULL)
            stop = end;
        if (stop > text) {
            if (out->count == PROTO_PARAMETERS_MAX)
                return -E2BIG;
            equals = memchr(text, '=', (size_t)(stop - text));
            p.has_value = equals != NULL;
            r = decode_part(a, text, (size_t)((equals != NULL ? equals : stop) - text), &p.name);
            if (r == 0 && equals != NULL)
                r = decode_part(a, equals + 1, (size_t)(stop - equals - 1), &p.value);
            if (r < 0)
                return r;
            *vec_push(a, out) = p;
        }
        text = stop + 1;
    }
    return 0;
}

int proto_decode_input(const struct model_service *s, const struct model_operation *op, struct arena *a,
                       const struct proto_request *rq, void *in, struct proto_error *ret_error) {
    if (op->input == NULL)
        return 0;
    switch (s->protocol) {
    case MODEL_EC2:
    case MODEL_QUERY:
        return query_decode(s, op, a, rq, in, ret_error);
    case MODEL_JSON:
        return json_decode_input(s, op, a, rq, in, ret_error);
    default:
        return rest_decode_input(s, op, a, rq, in, ret_error);
    }
}

void proto_encode_output(const struct model_service *s, const struct model_operation *op, struct arena *a,
                         const void *out, const char *request_id, const char *host_id,
                         struct proto_response *ret_response) {
    *ret_response =
        (struct proto_response){.status = op->http_status, .body = BUF_INIT(PROTO_OUTPUT_MAX_BYTES)};
    switch (s->protocol) {
    case MODEL_EC2:
    case MODEL_QUERY:
        query_encode_output(s, op, a, out, request_id, ret_response);
        break;
    case MODEL_JSON:
        json_encode_output(s, op, a, out, request_id, ret_response);
        break;
    default:
        rest_encode_output(s, op, a, out, request_id, host_id, ret_response);
    }
}

int proto_client_encode(const struct model_service *s, const struct model_operation *op, struct arena *a,
                        const void *in, struct proto_call *ret_call, struct proto_error *ret_error) {
    *ret_call =
        (struct proto_call){.method = op->http_method, .uri = "/", .body = BUF_INIT(PROTO_OUTPUT_MAX_BYTES)};
    switch (s->protocol) {
    case MODEL_EC2:
    case MODEL_QUERY:
        query_client_encode(s, op, a, in, ret_call);
        return 0;
    case MODEL_JSON:
        json_client_encode(s, op, a, in, ret_call);
        return 0;
    default:
        return rest_client_encode(s, op, a, in, ret_call, ret_error);
    }
}

int proto_client_decode(const struct model_service *s, const struct model_operation *op, struct arena *a,
                        int status, const struct proto_headers *headers, const char *body, size_t length,
                        void *out, struct proto_error *ret_error) {
    if (status < 200 || status >= 300) {
        error_client_decode(s, a, status, headers, body, length, ret_error);
        return -EINVAL;
    }
    switch (s->protocol) {
    case MODEL_EC2:
    case MODEL_QUERY:
        return query_client_decode(s, op, a, body, length, out, ret_error);
    case MODEL_JSON:
        return json_client_decode(s, op, a, body, length, out, ret_error);
    default:
        return rest_client_decode(s, op, a, status, headers, body, length, out, ret_error);
    }
}
