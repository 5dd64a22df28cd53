/* SPDX-License-Identifier: Apache-2.0 */
/* Forms of the ec2 and query protocols: decode, validate, and print what was understood. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "proto/proto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

static void try_operation(const struct model_service *s, const struct model_operation *op, const char *text,
                          size_t length) {
    struct arena arena = {0};
    struct proto_parameters p = {0};
    struct proto_request rq = {.path = "/", .parameters = &p, .body = text, .body_length = length};
    struct proto_error error;
    struct proto_call call;
    void *in = arena_alloc(&arena, op->input != NULL ? op->input->size : 1);

    if (proto_parameters_parse(&arena, text, length, &p) == 0 &&
        proto_decode_input(s, op, &arena, &rq, in, &error) == 0) {
        proto_validate(s, op, &arena, in, &error);
        proto_client_encode(s, op, &arena, in, &call, &error);
        buf_free(&call.body);
    }
    arena_free(&arena);
}

/* The first two bytes choose the operation. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    const struct model_service *s;

    if (length < 2)
        return 0;
    s = model_service_find(data[0] % 8 == 0 ? "iam" : data[0] % 8 == 1 ? "sts" : "ec2");
    try_operation(s, &s->operations[data[1] % s->operation_count], (const char *)data + 2, length - 2);
    return 0;
}
