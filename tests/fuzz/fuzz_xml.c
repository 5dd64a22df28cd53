/* SPDX-License-Identifier: Apache-2.0 */
/* XML: documents sent to S3, answers of all XML services read by the client, and requests' paths and queries. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "proto/proto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

static void as_answer(struct arena *a, const struct model_service *s, unsigned which, const char *body,
                      size_t length) {
    const struct model_operation *op = &s->operations[which % s->operation_count];
    struct proto_headers none = {0};
    struct proto_response response;
    struct proto_error error;
    void *out = arena_alloc(a, op->output != NULL ? op->output->size : 1);

    if (proto_client_decode(s, op, a, 200, &none, body, length, out, &error) == 0) {
        proto_encode_output(s, op, a, out, "id", "host", &response);
        buf_free(&response.body);
    }
    proto_client_decode(s, op, a, 404, &none, body, length, out, &error);
}

static void as_request(struct arena *a, unsigned which, const char *head, const char *body, size_t length) {
    static const char *const methods[] = {"GET", "PUT", "POST", "DELETE", "HEAD"};
    const struct model_service *s = model_service_find("s3");
    struct proto_parameters p = {0};
    struct proto_request rq = {.path = arena_strndup(a, head, strcspn(head, "?")),
                               .parameters = &p,
                               .body = body,
                               .body_length = length};
    const struct model_operation *op;
    const char *lacking, *query = strchr(head, '?');
    struct proto_error error;
    struct proto_call call;
    void *in;

    if (query != NULL && proto_parameters_parse(a, query + 1, strlen(query + 1), &p) < 0)
        return;
    op = proto_rest_route(s, methods[which % 5], &rq, &lacking);
    if (op == NULL || op->input == NULL)
        return;
    in = arena_alloc(a, op->input->size);
    if (proto_decode_input(s, op, a, &rq, in, &error) < 0 || proto_validate(s, op, a, in, &error) < 0)
        return;
    if (proto_client_encode(s, op, a, in, &call, &error) == 0)
        buf_free(&call.body);
}

/* One byte chooses; then a path with its query up to a newline; the rest is the document. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    static const char *const services[] = {"s3", "ec2", "iam", "sts"};
    struct arena arena = {0};
    const char *text, *newline;

    if (length < 2)
        return 0;
    text = arena_strndup(&arena, (const char *)data + 2, length - 2);
    newline = strchr(text, '\n');
    if (newline != NULL)
        as_request(&arena, data[0], arena_strndup(&arena, text, (size_t)(newline - text)), newline + 1,
                   strlen(newline + 1));
    as_answer(&arena, model_service_find(services[data[0] % 4]), data[1], text, length - 2);
    arena_free(&arena);
    return 0;
}
