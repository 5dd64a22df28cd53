/* SPDX-License-Identifier: Apache-2.0 */
/*
 * empty: reads of what vpcbox has none of (src/model/empty.tsv).
 *
 * Theory of operation: an account that never made a NAT gateway gets an empty list of them, and that is the truth
 * here, so callers that look at everything (inventories, Terraform's data sources) go on; asked for one by id
 * they hear that it is not there.  The answer's shape is made up from the table's one list, so the
 * protocol engines write it as they write every other.
 */
#include <jansson.h>
#include <string.h>

#include "api/inside.h"
#include "base/text.h"

/* The first value given for a parameter, in whatever way the protocol lists it; NULL: none. */
static const char *given(struct api_request *rq, const char *name) {
    const struct proto_parameters *p = &rq->wire->parameters;
    size_t length = strlen(name);

    for (size_t i = 0; i < p->count; i++)
        if (text_starts(p->items[i].name, name) &&
            (p->items[i].name[length] == '\0' || p->items[i].name[length] == '.'))
            return p->items[i].value;
    return NULL;
}

static const char *given_json(struct api_request *rq, const json_t *document, const char *name) {
    const json_t *v = json_object_get(document, name);

    if (json_is_array(v))
        v = json_array_get(v, 0);
    return json_is_string(v) ? arena_strdup(rq->arena, json_string_value(v)) : NULL;
}

/* "NatGatewayId" → "natGateway ID", as EC2 says it */
static const char *noun_of(struct arena *a, const char *parameter) {
    size_t length = strlen(parameter);
    bool id = text_ends(parameter, "Id") || text_ends(parameter, "Ids");
    char *name = arena_strndup(a, parameter, length - (text_ends(parameter, "Ids") ? 3 : id ? 2 : 0));

    if (*name >= 'A' && *name <= 'Z')
        *name += 'a' - 'A';
    return id ? arena_printf(a, "%s ID", name) : name;
}

/* What AWS says of a name or id that is not there, where it is not the words of most. */
static const struct {
    enum model_protocol protocol;
    const char *parameter, *operation; /* NULL: every operation */
    const char *code;                  /* NULL: the table's */
    const char *message;
} words[] = {
    {MODEL_QUERY, "UserName", NULL, NULL, "The user with name %s cannot be found."},
    {MODEL_QUERY, "GroupName", NULL, NULL, "The group with name %s cannot be found."},
    {MODEL_EC2, "GroupName", "DescribePlacementGroups", NULL, "The Placement Group '%s' is unknown."},
    {MODEL_EC2, "LaunchTemplateId", "DescribeLaunchTemplateVersions", NULL,
     "The specified launch template, with template ID %s, does not exist."},
    {MODEL_EC2, "LaunchTemplateName", "DescribeLaunchTemplateVersions",
     "InvalidLaunchTemplateName.NotFoundException",
     "The specified launch template, with template name %s, does not exist."},
    {MODEL_EC2, "LaunchTemplateName", NULL, "InvalidLaunchTemplateName.NotFoundException",
     "At least one of the launch templates specified in the request does not exist."},
};

static int refuse_given(struct api_request *rq, const struct model_empty *e, const char *parameter,
                        const char *value) {
    int status = rq->service->protocol == MODEL_QUERY ? 404 : 400;

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (words[i].protocol == rq->service->protocol && text_is(words[i].parameter, parameter) &&
            (!words[i].operation || text_is(words[i].operation, e->operation.name)))
            return api_refuse_status(rq, status, words[i].code ? words[i].code : e->code, words[i].message,
                                     value);
    return api_refuse_status(rq, status, e->code, "The %s '%s' does not exist", noun_of(rq->arena, parameter),
                             value);
}

/* Versions of every template can be asked for by what they are to theirs, not by number. */
static int check_versions(struct api_request *rq, const struct model_empty *e) {
    const char *version = given(rq, "LaunchTemplateVersion");

    if (rq->service->protocol != MODEL_EC2 || !text_is(e->operation.name, "DescribeLaunchTemplateVersions") ||
        text_is(version, "$Latest") || text_is(version, "$Default"))
        return 0;
    return api_refuse(rq, version ? "InvalidParameterValue" : "MissingParameter",
                      "To describe the launch template data for all your launch templates, for ‘--versions’ "
                      "specify ‘$Latest’, ‘$Default’, or both, and omit ‘--launch-template-id’, "
                      "‘--launch-template-name’, and version numbers. To describe the launch template data "
                      "for a specific launch template, specify ‘--launch-template-id’ or "
                      "‘--launch-template-name’, and for ‘--versions’ specify one or more of the following "
                      "values: ‘$Latest’, ‘$Default’, or one or more version numbers.");
}

static int look_for_ids(struct api_request *rq, const struct model_empty *e) {
    json_t *document = rq->service->protocol == MODEL_JSON
                           ? json_loadb(rq->wire->request.body, rq->wire->request.body_length, 0, NULL)
                           : NULL;
    int r = 0;

    for (size_t i = 0; r == 0 && i < MODEL_EMPTY_PARAMETERS_MAX && e->parameters[i] != NULL; i++) {
        const char *name = e->parameters[i], *value;

        if (*name == '\0')
            continue;
        value = document != NULL ? given_json(rq, document, name) : given(rq, name);
        if (value != NULL)
            r = refuse_given(rq, e, name, value);
    }
    json_decref(document);
    return r;
}

/* API_RAW: its answer has no shape in the model. */
static int answer(struct api_request *rq, const void *in, void *out) {
    static const struct model_shape text = {
        .name = "String", .type = MODEL_STRING, .size = sizeof(const char *)};
    static const struct model_shape list = {.name = "List",
                                            .type = MODEL_LIST,
                                            .size = sizeof(struct model_vec),
                                            .item = &text,
                                            .item_size = sizeof(const char *)};
    static const struct model_shape truth = {
        .name = "Boolean", .type = MODEL_BOOL, .size = sizeof(struct opt_bool)};
    const struct model_empty *e = empty_of(rq);
    struct answer {
        struct model_vec list;
        struct opt_bool truncated;
    } message = {.truncated = SOME_BOOL(false)};
    const struct model_member members[] = {
        {.name = e->list, .wire = e->list, .shape = &list, .offset = 0},
        {.name = "IsTruncated",
         .wire = "IsTruncated",
         .shape = &truth,
         .offset = offsetof(struct answer, truncated)},
    };
    const struct model_shape shape = {.name = "Empty",
                                      .type = MODEL_STRUCT,
                                      .size = sizeof(message),
                                      .members = members,
                                      .member_count = rq->service->protocol == MODEL_QUERY ? 2 : 1};
    struct model_operation op = e->operation;
    struct proto_response response;

    (void)in;
    (void)out;
    if (rq->service->protocol == MODEL_EC2 && text_is(given(rq, "DryRun"), "true"))
        return api_refuse_status(rq, 412, "DryRunOperation",
                                 "Request would have succeeded, but DryRun flag is set.");
    if (look_for_ids(rq, e) < 0 || check_versions(rq, e) < 0)
        return API_REFUSED;
    op.output = &shape;
    op.result_wrapper = arena_printf(rq->arena, "%sResult", op.name);
    proto_encode_output(rq->service, &op, rq->arena, &message, rq->request_id, rq->wire->host_id, &response);
    return api_respond(rq, &response);
}

const struct api_entry empty_entry = {.handler = answer, .flags = API_RAW};

const struct model_empty *empty_of(const struct api_request *rq) {
    return (const void *)((const char *)rq->operation - offsetof(struct model_empty, operation));
}
