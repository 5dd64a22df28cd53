/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse: JSON text to struct policy, and AWS's sentence when it will not do.
 *
 * Method: jansson reads the text (duplicate keys refused), then each element is checked on the way
 * into the policy's arena.  The first fault ends it.  IAM and the services with resource policies
 * have different words for the same fault; fail() takes both.
 */
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/document.h"

struct reader {
    struct policy *policy;
    char *error;
    bool variables; /* version 2012-10-17 */
};

static bool wants_principal(const struct reader *r) {
    return r->policy->grammar != POLICY_GRAMMAR_IDENTITY;
}

/* Whether the words are S3's (resource and endpoint policies) rather than IAM's. */
static bool speaks_s3(const struct reader *r) {
    return r->policy->grammar == POLICY_GRAMMAR_RESOURCE || r->policy->grammar == POLICY_GRAMMAR_ENDPOINT;
}

__attribute__((format(printf, 2, 3))) static int fail(struct reader *r, const char *fmt, ...) {
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(r->error, POLICY_ERROR_BYTES, fmt, ap);
    va_end(ap);
    return -EINVAL;
}

static int syntax_error(struct reader *r) {
    return fail(r, speaks_s3(r) ? "Invalid policy syntax." : "Syntax errors in policy.");
}

static int missing_field(struct reader *r, const char *field) {
    return fail(r, "Missing required field %s", field);
}

/* Text of a JSON string; numbers and booleans too where AWS takes them.  NULL when it is neither. */
static const char *scalar_text(struct reader *r, const json_t *j, bool only_strings) {
    struct arena *a = &r->policy->arena;

    if (json_is_string(j)) {
        const char *s = json_string_value(j);

        /* Control characters mean something inside patterns; AWS does not take them either. */
        for (size_t i = 0, n = json_string_length(j); i < n; i++)
            if ((unsigned char)s[i] < 0x20 && strchr("\t\r\n", s[i] != '\0' ? s[i] : 1) == NULL)
                return NULL;
        return arena_strdup(a, s);
    }
    if (only_strings)
        return NULL;
    if (json_is_boolean(j))
        return json_is_true(j) ? "true" : "false";
    if (json_is_integer(j))
        return arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(j));
    if (json_is_real(j))
        return arena_printf(a, "%.15g", json_real_value(j));
    return NULL;
}

/* A value that may stand alone or in a list: its index'th item, or NULL past the end. */
static const json_t *item_at(const json_t *j, size_t index) {
    if (json_is_array(j))
        return json_array_get(j, index);
    return index == 0 ? j : NULL;
}

static bool is_account_id(const char *s, size_t length) {
    return length == 12 && strspn(s, "0123456789") >= 12;
}

/* arn:aws:iam::123456789012:root and the like, whole and without wildcards. */
static bool is_principal_arn(const char *s) {
    static const char *const resources[] = {
        "root", "user/", "role/", "assumed-role/", "federated-user/", "saml-provider/", "oidc-provider/"};
    const char *account;

    if (strncmp(s, "arn:aws", 7) != 0 || strpbrk(s, "*? \t\r\n") != NULL)
        return false;
    s += 7 + strcspn(s + 7, ":");
    if (strncmp(s, ":iam::", 6) != 0 && strncmp(s, ":sts::", 6) != 0)
        return false;
    account = s + 6;
    if (!is_account_id(account, strcspn(account, ":")) || account[12] != ':')
        return false;
    s = account + 13;
    if (strcmp(s, "root") == 0)
        return true;
    for (size_t i = 1; i < sizeof(resources) / sizeof(resources[0]); i++) {
        size_t length = strlen(resources[i]);

        if (strncmp(s, resources[i], length) == 0 && s[length] != '\0')
            return true;
    }
    return false;
}

static bool is_unique_id(const char *s) {
    return (strncmp(s, "AIDA", 4) == 0 || strncmp(s, "AROA", 4) == 0) && strlen(s) >= 16 &&
           s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")] == '\0';
}

static bool is_service(const char *s) {
    const char *dot = strchr(s, '.');

    return dot != NULL && dot > s && dot[1] != '\0' &&
           s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-")] == '\0' && strstr(s, ".amazon") != NULL;
}

static int read_principal(struct reader *r, struct statement *st, const char *type, const char *value) {
    struct principal p = {.value = value};
    bool good;

    if (strcmp(type, "AWS") == 0) {
        p.kind = POLICY_PRINCIPAL_AWS;
        good = strcmp(value, "*") == 0 || is_account_id(value, strlen(value)) || is_principal_arn(value) ||
               is_unique_id(value);
    } else if (strcmp(type, "Service") == 0) {
        p.kind = POLICY_PRINCIPAL_SERVICE;
        good = is_service(value);
    } else if (strcmp(type, "Federated") == 0) {
        p.kind = POLICY_PRINCIPAL_FEDERATED;
        good = *value != '\0' && strpbrk(value, "*?") == NULL;
    } else if (strcmp(type, "CanonicalUser") == 0 && speaks_s3(r)) {
        p.kind = POLICY_PRINCIPAL_CANONICAL;
        good = strlen(value) == 64 && value[strspn(value, "0123456789abcdef")] == '\0';
    } else {
        good = false;
    }
    if (!good)
        return speaks_s3(r) ? fail(r, "Invalid principal in policy")
                            : fail(r, "Invalid principal in policy: \"%s\":\"%.300s\"", type, value);
    *vec_push(&r->policy->arena, &st->principals) = p;
    return 0;
}

static int read_principals(struct reader *r, struct statement *st, const json_t *j) {
    const char *type;
    json_t *values;

    if (json_is_string(j)) {
        if (strcmp(json_string_value(j), "*") != 0)
            return speaks_s3(r)
                       ? fail(r, "Invalid principal in policy")
                       : fail(r, "Invalid principal in policy: \"STAR\":\"%.300s\"", json_string_value(j));
        *vec_push(&r->policy->arena, &st->principals) = (struct principal){POLICY_PRINCIPAL_ALL, "*"};
        return 0;
    }
    if (!json_is_object(j))
        return syntax_error(r);
    json_object_foreach((json_t *)j, type, values) {
        const json_t *item;

        for (size_t i = 0; (item = item_at(values, i)) != NULL; i++) {
            const char *text = scalar_text(r, item, false);
            int err = text != NULL ? read_principal(r, st, type, text) : syntax_error(r);

            if (err < 0)
                return err;
        }
    }
    return st->principals.count > 0 ? 0 : missing_field(r, "Principal");
}

static int check_action(struct reader *r, const char *action) {
    const char *colon = strchr(action, ':');

    if (strcmp(action, "*") == 0)
        return r->policy->grammar == POLICY_GRAMMAR_TRUST
                   ? fail(r, "AssumeRole policy may only specify STS AssumeRole actions.")
                   : 0;
    if (speaks_s3(r)) {
        bool good = colon != NULL && colon > action && colon[1] != '\0' && strchr(colon + 1, ':') == NULL &&
                    strcspn(action, "*? \t\r\n") >= (size_t)(colon - action);

        return good ? 0 : fail(r, "Policy has invalid action");
    }
    if (colon == NULL)
        return fail(r, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
    if (strchr(colon + 1, ':') != NULL)
        return fail(r, "Actions/Condition can contain only one colon.");
    if (colon == action ||
        strspn(action, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") !=
            (size_t)(colon - action))
        return fail(r, "Vendor %.*s is not valid", (int)(colon - action < 300 ? colon - action : 300),
                    action);
    if (r->policy->grammar == POLICY_GRAMMAR_TRUST && strncasecmp(action, "sts:", 4) != 0)
        return fail(r, "AssumeRole policy may only specify STS AssumeRole actions.");
    return 0;
}

static int check_resource(struct reader *r, const char *resource) {
    const char *partition, *end;
    size_t colons = 0;

    if (strcmp(resource, "*") == 0)
        return 0;
    for (const char *s = resource; *s != '\0'; s++)
        colons += *s == ':';
    if (strncmp(resource, "arn:", 4) != 0)
        return speaks_s3(r) ? fail(r, "Policy has invalid resource")
                            : fail(r, "Resource %.300s must be in ARN format or \"*\".", resource);
    partition = resource + 4;
    end = partition + strcspn(partition, ":");
    if (strncmp(partition, "aws", 3) != 0 && strncmp(partition, "*", 1) != 0)
        return speaks_s3(r) ? fail(r, "Policy has invalid resource")
                            : fail(r, "Partition \"%.*s\" is not valid for resource \"%.200s\".",
                                   (int)(end - partition < 100 ? end - partition : 100), partition, resource);
    if (colons < 5 && strpbrk(resource, "*$") == NULL)
        return speaks_s3(r) ? fail(r, "Policy has invalid resource")
                            : fail(r, "Resource %.300s must be in ARN format or \"*\".", resource);
    return 0;
}

static int read_actions(struct reader *r, struct statement *st, const json_t *j) {
    const json_t *item;

    for (size_t i = 0; (item = item_at(j, i)) != NULL; i++) {
        const char *text = scalar_text(r, item, true);
        int err = text != NULL ? check_action(r, text) : syntax_error(r);

        if (err < 0)
            return err;
        *vec_push(&r->policy->arena, &st->actions) = pattern_compile(&r->policy->arena, text, true, false);
    }
    return 0;
}

static int read_resources(struct reader *r, struct statement *st, const json_t *j) {
    const json_t *item;

    for (size_t i = 0; (item = item_at(j, i)) != NULL; i++) {
        const char *text = scalar_text(r, item, true);
        int err = text != NULL ? check_resource(r, text) : syntax_error(r);

        if (err < 0)
            return err;
        *vec_push(&r->policy->arena, &st->resources) =
            pattern_compile(&r->policy->arena, text, true, r->variables);
    }
    return 0;
}

static int check_key(struct reader *r, const char *key) {
    const char *colon = strchr(key, ':');

    if (colon != NULL && colon > key && colon[1] != '\0')
        return 0;
    return speaks_s3(r)
               ? fail(r, "Policy has an invalid condition key")
               : fail(r, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
}

static int read_conditions(struct reader *r, struct statement *st, const json_t *j) {
    struct arena *a = &r->policy->arena;
    const char *name, *key;
    json_t *keys, *list;

    if (!json_is_object(j))
        return syntax_error(r);
    json_object_foreach((json_t *)j, name, keys) {
        struct condition c = {0};

        if (condition_operator(name, &c) < 0)
            return fail(r, "Invalid Condition type : %.300s", name);
        if (!json_is_object(keys))
            return syntax_error(r);
        json_object_foreach(keys, key, list) {
            VEC(struct pattern) values = {0};
            const json_t *item;

            if (check_key(r, key) < 0)
                return -EINVAL;
            for (size_t i = 0; (item = item_at(list, i)) != NULL; i++) {
                const char *text = scalar_text(r, item, false);

                if (text == NULL)
                    return syntax_error(r);
                *vec_push(a, &values) = pattern_compile(a, text, condition_has_wildcards(&c),
                                                        r->variables && condition_has_variables(&c));
            }
            c.key = arena_strdup(a, key);
            c.values = values.items;
            c.count = values.count;
            *vec_push(a, &st->conditions) = c;
        }
    }
    return 0;
}

static int read_sid(struct reader *r, struct statement *st, const json_t *j) {
    const char *sid = scalar_text(r, j, true);

    if (sid == NULL)
        return syntax_error(r);
    if (!speaks_s3(r) &&
        sid[strspn(sid, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")] != '\0')
        return fail(r,
                    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular "
                    "expression [0-9A-Za-z]*");
    if (*sid == '\0')
        return 0;
    for (size_t i = 0; i < r->policy->statements.count; i++)
        if (r->policy->statements.items[i].sid != NULL &&
            strcmp(r->policy->statements.items[i].sid, sid) == 0)
            return fail(r, "Statement IDs (SID) in a single policy must be unique.");
    st->sid = sid;
    return 0;
}

/* Takes one element of a statement.  0, or -EINVAL. */
static int read_element(struct reader *r, struct statement *st, const char *name, const json_t *j) {
    if (strcmp(name, "Sid") == 0)
        return read_sid(r, st, j);
    if (strcmp(name, "Effect") == 0) {
        const char *effect = json_is_string(j) ? json_string_value(j) : "";

        st->allow = strcmp(effect, "Allow") == 0;
        if (!st->allow && strcmp(effect, "Deny") != 0)
            return speaks_s3(r) ? fail(r, "Invalid effect: %.100s", effect) : syntax_error(r);
        return 0;
    }
    if (strcmp(name, "Principal") == 0 || strcmp(name, "NotPrincipal") == 0) {
        if (!wants_principal(r))
            return fail(r, "Policy document should not specify a principal.");
        st->not_principal = name[0] == 'N';
        return st->principals.count > 0 ? syntax_error(r) : read_principals(r, st, j);
    }
    if (strcmp(name, "Action") == 0 || strcmp(name, "NotAction") == 0) {
        st->not_action = name[0] == 'N';
        return st->actions.count > 0 ? syntax_error(r) : read_actions(r, st, j);
    }
    if (strcmp(name, "Resource") == 0 || strcmp(name, "NotResource") == 0) {
        if (r->policy->grammar == POLICY_GRAMMAR_TRUST)
            return fail(r, "Has prohibited field Resource");
        st->not_resource = name[0] == 'N';
        return st->resources.count > 0 ? syntax_error(r) : read_resources(r, st, j);
    }
    if (strcmp(name, "Condition") == 0)
        return read_conditions(r, st, j);
    return speaks_s3(r) ? fail(r, "Unknown field %.300s", name) : syntax_error(r);
}

static int read_statement(struct reader *r, const json_t *j) {
    struct statement st = {0};
    const char *name;
    json_t *element;

    if (!json_is_object(j))
        return syntax_error(r);
    json_object_foreach((json_t *)j, name, element) {
        int err = read_element(r, &st, name, element);

        if (err < 0)
            return err;
    }
    if (json_object_get(j, "Effect") == NULL)
        return speaks_s3(r) || wants_principal(r) ? missing_field(r, "Effect") : syntax_error(r);
    if (wants_principal(r) && st.principals.count == 0)
        return missing_field(r, "Principal");
    if (st.actions.count == 0)
        return wants_principal(r) ? missing_field(r, "Action")
                                  : fail(r, "Policy statement must contain actions.");
    if (r->policy->grammar != POLICY_GRAMMAR_TRUST && st.resources.count == 0)
        return speaks_s3(r) ? missing_field(r, "Resource")
                            : fail(r, "Policy statement must contain resources.");
    if (r->policy->grammar == POLICY_GRAMMAR_TRUST && st.not_principal && st.allow)
        return fail(r, "Invalid principal in policy: Allow with NotPrincipal is not supported.");
    *vec_push(&r->policy->arena, &r->policy->statements) = st;
    return 0;
}

static int read_version(struct reader *r, const json_t *j) {
    const char *version = j != NULL ? json_string_value(j) : "2008-10-17";

    if (version == NULL || (strcmp(version, "2012-10-17") != 0 && strcmp(version, "2008-10-17") != 0))
        return j != NULL && !json_is_string(j) ? syntax_error(r)
                                               : fail(r, "The policy must contain a valid version string");
    r->variables = strcmp(version, "2012-10-17") == 0;
    return 0;
}

static int read_document(struct reader *r, const json_t *root) {
    const json_t *statements = json_object_get(root, "Statement"), *item;
    const char *name;
    json_t *value;
    int err;

    if (!json_is_object(root))
        return syntax_error(r);
    json_object_foreach((json_t *)root, name, value) {
        if (strcmp(name, "Version") == 0 || strcmp(name, "Statement") == 0)
            continue;
        if (strcmp(name, "Id") != 0)
            return speaks_s3(r) ? fail(r, "Unknown field %.300s", name) : syntax_error(r);
        if (!json_is_string(value))
            return syntax_error(r);
    }
    err = read_version(r, json_object_get(root, "Version"));
    if (err < 0)
        return err;
    if (statements == NULL)
        return speaks_s3(r) ? missing_field(r, "Statement") : syntax_error(r);
    for (size_t i = 0; (item = item_at(statements, i)) != NULL; i++) {
        err = read_statement(r, item);
        if (err < 0)
            return err;
    }
    if (r->policy->statements.count == 0)
        return speaks_s3(r) ? fail(r, "Could not parse the policy: Statement is empty!") : syntax_error(r);
    return 0;
}

int policy_parse(enum policy_grammar grammar, const char *text, size_t length, struct policy **ret_policy,
                 char error[POLICY_ERROR_BYTES]) {
    struct policy *p = calloc(1, sizeof(*p));
    struct reader r = {.policy = p, .error = error};
    json_t *root;
    int err;

    if (p == NULL)
        return -ENOMEM;
    p->holders = 1;
    p->grammar = grammar;
    if (length > 0 && speaks_s3(&r) && text[0] != '{')
        err = fail(&r, "Policies must be valid JSON and the first byte must be '{'");
    else if (length > 0 && strchr(" \t\r\n", text[0] != '\0' ? text[0] : 1) != NULL)
        err = fail(&r, "JSON strings must not have leading spaces");
    else if (length > POLICY_TEXT_MAX_BYTES ||
             (root = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL)) == NULL)
        err = speaks_s3(&r) ? fail(&r, "Policies must be valid JSON and the first byte must be '{'")
                            : syntax_error(&r);
    else {
        err = read_document(&r, root);
        json_decref(root);
    }
    if (err < 0) {
        policy_unref(p);
        return err;
    }
    *ret_policy = p;
    return 0;
}

struct policy *policy_ref(struct policy *p) {
    __atomic_add_fetch(&p->holders, 1, __ATOMIC_RELAXED);
    return p;
}

void policy_unref(struct policy *p) {
    if (p == NULL || __atomic_sub_fetch(&p->holders, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    arena_free(&p->arena);
    free(p);
}

size_t policy_quota_length(const char *text, size_t length) {
    size_t count = 0;

    for (size_t i = 0; i < length; i++)
        count += strchr(" \t\r\n", text[i] != '\0' ? text[i] : 1) == NULL;
    return count;
}

int policy_principal_at(const struct policy *p, size_t index, enum policy_principal_kind *ret_kind,
                        const char **ret_value) {
    for (size_t i = 0; i < p->statements.count; i++) {
        const struct statement *st = &p->statements.items[i];

        if (index < st->principals.count) {
            *ret_kind = st->principals.items[index].kind;
            *ret_value = st->principals.items[index].value;
            return 0;
        }
        index -= st->principals.count;
    }
    return -ENOENT;
}
