/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public parameters: AWS's own, under /aws/service, that name the newest images.  They are data
 * (api/ec2/catalog.h), each with one version.  Parameters that users store are not here yet, so every
 * other name is one that was never stored.
 */
#include <errno.h>
#include <string.h>

#include "api/ec2/catalog.h"
#include "api/ssm/ssm.h"
#include "base/clock.h"
#include "base/text.h"

enum { PUBLIC_VERSION = 1 };

/* "name", "name:selector", or either within arn:aws:ssm:REGION::parameter…  0, -ENOENT (no such
 * parameter) or -ESRCH (none of that version). */
static int find(struct api_request *rq, const char *text, struct ssm_parameter *ret_parameter) {
    char *name = arena_strdup(rq->arena, text), *selector;
    const char *prefix = arena_printf(rq->arena, "arn:aws:ssm:%s::parameter/", rq->region);
    struct catalog_parameter p;
    int64_t modified = 0;

    if (text_starts(name, prefix))
        name += strlen(prefix) - 1;
    selector = strchr(name, ':');
    if (selector != NULL)
        *selector++ = '\0';
    if (!catalog_parameter(rq->region, name, &p))
        return -ENOENT;
    if (selector != NULL && strcmp(selector, "1") != 0)
        return -ESRCH;
    clock_parse(p.image->created, &modified);
    *ret_parameter = (struct ssm_parameter){
        .name = p.name,
        .type = "String",
        .value = p.image->id,
        .version = SOME_INT(PUBLIC_VERSION),
        .selector = selector != NULL ? ":1" : NULL,
        .last_modified_date = SOME_TIME(modified),
        .arn = arena_printf(rq->arena, "arn:aws:ssm:%s::parameter%s", rq->region, p.name),
        .data_type = "text",
    };
    return 0;
}

int ssm_get_parameter(struct api_request *rq, const struct ssm_get_parameter_request *in,
                      struct ssm_get_parameter_result *out) {
    struct ssm_parameter *p = arena_new(rq->arena, struct ssm_parameter);

    switch (find(rq, in->name, p)) {
    case -ENOENT:
        return api_refuse(rq, "ParameterNotFound", "%s", "");
    case -ESRCH:
        return api_refuse(
            rq, "ParameterVersionNotFound",
            "Systems Manager could not find version %s of %.*s. Verify the version and try again.",
            strrchr(in->name, ':') + 1, (int)(strrchr(in->name, ':') - in->name), in->name);
    }
    out->parameter = p;
    return 0;
}

int ssm_get_parameters(struct api_request *rq, const struct ssm_get_parameters_request *in,
                       struct ssm_get_parameters_result *out) {
    for (size_t i = 0; i < in->names.count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(in->names.items[i], in->names.items[j]) == 0)
                return api_refuse(rq, "ValidationException", "Duplicate parameter name in the request: %s.",
                                  in->names.items[i]);
    for (size_t i = 0; i < in->names.count; i++) {
        struct ssm_parameter p;

        if (find(rq, in->names.items[i], &p) == 0)
            *vec_push(rq->arena, &out->parameters) = p;
        else
            *vec_push(rq->arena, &out->invalid_parameters) = in->names.items[i];
    }
    return 0;
}
