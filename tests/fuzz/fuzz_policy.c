/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policy documents and requests.  The input's first line feeds the request (action, resource and
 * context values, split at '|'), the rest is the document.
 */
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIELDS = 6 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *line_end = size > 1 ? memchr(data + 1, '\n', size - 1) : NULL;
    struct arena a = {0};
    struct policy_context ctx = {0};
    struct policy_request q = {.context = &ctx, .now_ms = 1795348800000};
    char error[POLICY_ERROR_BYTES];
    const char *field[FIELDS];
    struct policy *p;
    char *line;

    if (line_end == NULL)
        return 0;
    line = arena_strndup(&a, (const char *)data + 1, (size_t)(line_end - data - 1));
    for (size_t i = 0; i < FIELDS; i++) {
        char *bar = strchr(line, '|');

        field[i] = line;
        if (bar != NULL)
            *bar = '\0';
        line = bar != NULL ? bar + 1 : line + strlen(line);
    }
    q.caller = (struct policy_caller){.kind = data[0] % 6,
                                      .account = "111111111111",
                                      .arn = field[2],
                                      .role_arn = field[3],
                                      .user_id = field[4],
                                      .user_name = "ann",
                                      .service = "ec2.amazonaws.com"};
    q.action = field[0];
    q.resource = field[1];
    for (size_t i = 2; i < FIELDS; i++)
        policy_context_add(&a, &ctx, i % 2 ? "aws:SourceIp" : "aws:TagKeys", field[i]);
    if (policy_parse(data[0] / 6 % 4, (const char *)line_end + 1, size - (size_t)(line_end + 1 - data), &p,
                     error) == 0) {
        struct policy_source s = {p, "p"};
        struct policy_list list = {&s, 1, 1}, none = {0};
        bool identity = data[0] / 6 % 4 == POLICY_GRAMMAR_IDENTITY;
        struct policy_set set = {.identity = identity ? list : none, .resource = identity ? none : list};
        struct policy_decision d = policy_evaluate(&q, &set);
        enum policy_principal_kind kind;
        const char *value;

        if (d.outcome != POLICY_ALLOW)
            policy_explain_denial(&a, &q, &d, true);
        if (d.outcome == POLICY_DENY_EXPLICIT && d.source == NULL)
            abort();
        policy_is_public(p);
        policy_check_bucket(p, "box", error);
        for (size_t i = 0; policy_principal_at(p, i, &kind, &value) == 0; i++)
            ;
        policy_unref(p);
    } else if (strlen(error) >= sizeof(error)) {
        abort();
    }
    arena_free(&a);
    return 0;
}
