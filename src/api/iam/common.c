/* SPDX-License-Identifier: Apache-2.0 */
/* common: names, checks and views that all iam handlers use. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "api/iam/iam.h"
#include "base/text.h"

enum { ID_RANDOM = 17, DOCUMENT_MAX_BYTES = 3 * POLICY_TEXT_MAX_BYTES, DEFAULT_SESSION_S = 3600 };

static const char name_characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+=,.@_-";

const char *iam_key(struct arena *a, const char *account, const char *name) {
    char *key = arena_printf(a, "%s|%s", account, name);

    for (char *s = key; *s != '\0'; s++)
        *s = (char)tolower((unsigned char)*s);
    return key;
}

const char *iam_arn(struct arena *a, const char *account, const char *type, const char *path,
                    const char *name) {
    return arena_printf(a, "arn:aws:iam::%s:%s%s%s", account, type, path, name);
}

const struct iam_role_row *iam_role_by_id(struct tx *tx, const char *id) {
    struct iam_role_rows rows = iam_role_list_by(tx, COL(iam_role, id), id);

    return rows.count > 0 ? &rows.items[0] : NULL;
}

int iam_check_name(struct api_request *rq, const char *parameter, const char *name) {
    if (*name != '\0' && name[strspn(name, name_characters)] == '\0')
        return 0;
    return api_refuse(rq, "ValidationError",
                      "The specified value for %s is invalid. It must contain only alphanumeric characters "
                      "and/or the following: +=,.@_-",
                      parameter);
}

int iam_check_path(struct api_request *rq, const char *parameter, const char *path) {
    size_t length;
    bool good;

    if (path == NULL)
        return 0;
    length = strlen(path);
    good = length > 0 && path[0] == '/' && path[length - 1] == '/' && strstr(path, "//") == NULL;
    for (size_t i = 0; i < length && good; i++)
        good = path[i] > ' ' && path[i] < 0x7f;
    if (good)
        return 0;
    return api_refuse(rq, "ValidationError",
                      "The specified value for %s is invalid. It must begin and end with / and contain only "
                      "alphanumeric characters and/or / characters.",
                      parameter);
}

const struct iam_role_row *iam_role_get(struct api_request *rq, const char *name) {
    const struct iam_role_row *row;

    if (iam_check_name(rq, "roleName", name) < 0)
        return NULL;
    row = iam_role_find(rq->tx, iam_key(rq->arena, rq->caller.account, name));
    if (row == NULL)
        api_refuse(rq, "NoSuchEntity", "The role with name %s cannot be found.", name);
    return row;
}

const struct iam_profile_row *iam_profile_get(struct api_request *rq, const char *name) {
    const struct iam_profile_row *row;

    if (iam_check_name(rq, "instanceProfileName", name) < 0)
        return NULL;
    row = iam_profile_find(rq->tx, iam_key(rq->arena, rq->caller.account, name));
    if (row == NULL)
        api_refuse(rq, "NoSuchEntity", "Instance Profile %s cannot be found.", name);
    return row;
}

const char *iam_unknown_principal(struct api_request *rq, const struct policy *p) {
    const char *own = arena_printf(rq->arena, "arn:aws:iam::%s:", rq->caller.account);
    enum policy_principal_kind kind;
    const char *value;

    for (size_t i = 0; policy_principal_at(p, i, &kind, &value) == 0; i++) {
        const struct iam_role_row *role = NULL;
        const char *rest = value + strlen(own);

        if (kind != POLICY_PRINCIPAL_AWS || !text_starts(value, own))
            continue;
        if (text_starts(rest, "role/"))
            role = iam_role_find(rq->tx, iam_key(rq->arena, rq->caller.account, strrchr(value, '/') + 1));
        else if (!text_starts(rest, "user/"))
            continue;
        if (role == NULL ||
            strcmp(iam_arn(rq->arena, role->account, "role", role->path, role->name), value) != 0)
            return value;
    }
    return NULL;
}

int iam_check_document(struct api_request *rq, enum policy_grammar grammar, const char *text) {
    char error[POLICY_ERROR_BYTES];
    const char *unknown;
    struct policy *p;

    if (policy_parse(grammar, text, strlen(text), &p, error) < 0)
        return api_refuse(rq, "MalformedPolicyDocument", "%s", error);
    unknown = arena_strdup(rq->arena, grammar == POLICY_GRAMMAR_TRUST ? iam_unknown_principal(rq, p) : NULL);
    policy_unref(p);
    return unknown == NULL ? 0
                           : api_refuse(rq, "MalformedPolicyDocument",
                                        "Invalid principal in policy: \"AWS\":\"%s\"", unknown);
}

int iam_tag_new(struct api_request *rq, const char *owner_id, const struct iam_tag *tags, size_t count) {
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++)
            if (strcasecmp(tags[i].key, tags[j].key) == 0)
                return api_refuse(
                    rq, "InvalidInput",
                    "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
        if (strncasecmp(tags[i].key, "aws:", 4) == 0)
            return api_refuse(rq, "InvalidInput", "Tag keys that start with aws: are reserved for AWS use.");
        iam_tag_put(rq->tx, &(struct iam_tag_row){.key = iam_key(rq->arena, owner_id, tags[i].key),
                                                  .owner_id = owner_id,
                                                  .name = tags[i].key,
                                                  .value = tags[i].value});
    }
    return 0;
}

const char *iam_new_id(struct api_request *rq, const char *prefix) {
    char random[ID_RANDOM + 1];

    return arena_printf(rq->arena, "%s%s", prefix, random_base32(random, ID_RANDOM));
}

const char *iam_encode_document(struct api_request *rq, const char *text) {
    struct buf b = BUF_INIT(DOCUMENT_MAX_BYTES + 1);
    const char *encoded;

    percent_encode(&b, text, strlen(text), false);
    encoded = arena_strndup(rq->arena, b.data, b.length);
    buf_free(&b);
    return encoded;
}

/* ret_tags: a VEC(struct iam_tag). */
static void view_tags(struct api_request *rq, const char *owner_id, void *ret_tags) {
    struct iam_tag_rows rows = iam_tag_list_by(rq->tx, COL(iam_tag, owner_id), owner_id);
    VEC(struct iam_tag) tags = {0};

    for (size_t i = 0; i < rows.count; i++)
        *vec_push(rq->arena, &tags) = (struct iam_tag){rows.items[i].name, rows.items[i].value};
    memcpy(ret_tags, &tags, sizeof(tags));
}

void iam_view_role(struct api_request *rq, const struct iam_role_row *row, enum iam_detail detail,
                   struct iam_role *ret_view) {
    *ret_view = (struct iam_role){
        .path = row->path,
        .role_name = row->name,
        .role_id = row->id,
        .arn = iam_arn(rq->arena, row->account, "role", row->path, row->name),
        .create_date = SOME_TIME(row->created_ms),
        .assume_role_policy_document = iam_encode_document(rq, row->trust),
        .description = row->description,
        .max_session_duration = SOME_INT(row->max_session_s > 0 ? row->max_session_s : DEFAULT_SESSION_S),
    };
    if (detail == IAM_IN_LIST)
        return;
    ret_view->role_last_used = arena_new(rq->arena, struct iam_role_last_used);
    view_tags(rq, row->id, &ret_view->tags);
    if (row->boundary_arn == NULL)
        return;
    ret_view->permissions_boundary = arena_new(rq->arena, struct iam_attached_permissions_boundary);
    ret_view->permissions_boundary->permissions_boundary_type = "Policy";
    ret_view->permissions_boundary->permissions_boundary_arn = row->boundary_arn;
}

void iam_view_profile(struct api_request *rq, const struct iam_profile_row *row, enum iam_detail detail,
                      struct iam_instance_profile *ret_view) {
    const struct iam_role_row *role = row->role_id != NULL ? iam_role_by_id(rq->tx, row->role_id) : NULL;

    *ret_view = (struct iam_instance_profile){
        .path = row->path,
        .instance_profile_name = row->name,
        .instance_profile_id = row->id,
        .arn = iam_arn(rq->arena, row->account, "instance-profile", row->path, row->name),
        .create_date = SOME_TIME(row->created_ms),
    };
    if (role != NULL)
        iam_view_role(rq, role, IAM_IN_LIST, vec_push(rq->arena, &ret_view->roles));
    if (detail == IAM_WHOLE)
        view_tags(rq, row->id, &ret_view->tags);
}
