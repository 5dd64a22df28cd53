/* SPDX-License-Identifier: Apache-2.0 */
/* Documents of the json protocol: as inputs, as outputs and as errors. */
#include <stddef.h>
#include <stdint.h>

#include "proto/proto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

/* The first byte chooses the operation. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    const struct model_service *s = model_service_find("ssm");
    const struct model_operation *op;
    struct arena arena = {0};
    struct proto_parameters p = {0};
    struct proto_request rq = {.path = "/", .parameters = &p};
    struct proto_headers none = {0};
    struct proto_error error;
    void *in, *out;

    if (length < 1)
        return 0;
    op = &s->operations[data[0] % s->operation_count];
    rq.body = arena_strndup(&arena, (const char *)data + 1, length - 1);
    rq.body_length = length - 1;
    in = arena_alloc(&arena, op->input->size);
    out = arena_alloc(&arena, op->output->size);
    if (proto_decode_input(s, op, &arena, &rq, in, &error) == 0)
        proto_validate(s, op, &arena, in, &error);
    if (proto_client_decode(s, op, &arena, 200, &none, rq.body, rq.body_length, out, &error) == 0) {
        struct proto_response response;

        proto_encode_output(s, op, &arena, out, "id", NULL, &response);
        buf_free(&response.body);
    }
    proto_client_decode(s, op, &arena, 400, &none, rq.body, rq.body_length, out, &error);
    arena_free(&arena);
    return 0;
}
