/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bucket: what S3 asks of a bucket policy beyond its grammar: does it speak of this bucket, and is
 * it public in the sense of Block Public Access.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "policy/document.h"

int policy_check_bucket(const struct policy *p, const char *bucket, char error[POLICY_ERROR_BYTES]) {
    static const char s3[] = "arn:aws:s3:::";
    size_t bucket_length = strlen(bucket);

    for (size_t i = 0; i < p->statements.count; i++) {
        const struct statement *st = &p->statements.items[i];

        for (size_t j = 0; j < st->actions.count; j++) {
            const char *action = st->actions.items[j].raw;

            if (strcmp(action, "*") != 0 && strncasecmp(action, "s3:", 3) != 0) {
                snprintf(error, POLICY_ERROR_BYTES, "Policy has invalid action");
                return -EINVAL;
            }
        }
        for (size_t j = 0; j < st->resources.count; j++) {
            const char *resource = st->resources.items[j].raw, *name = resource + strlen(s3);
            bool own = strncmp(resource, s3, strlen(s3)) == 0;

            /* "bucket", "bucket/…", and a trailing * after the whole name, as S3 takes it. */
            own =
                own && strncmp(name, bucket, bucket_length) == 0 && strchr("/*", name[bucket_length]) != NULL;
            if (!own && strcmp(resource, "*") != 0) {
                snprintf(error, POLICY_ERROR_BYTES, "Policy has invalid resource");
                return -EINVAL;
            }
        }
    }
    return 0;
}

/* A value that stands for itself: no wildcard, no variable. */
static bool is_fixed(const struct pattern *v) {
    return v->flat != NULL && !v->wild && strpbrk(v->raw, "*?") == NULL;
}

/* AWS trusts address ranges no wider than /8 (IPv4) or /32 (IPv6). */
static bool is_narrow_range(const char *cidr) {
    unsigned char addr[16];
    unsigned length;
    bool v4;

    return condition_parse_cidr(cidr, addr, &length, &v4) == 0 && length >= (v4 ? 96 + 8 : 32);
}

/* "AROA…:*" fixes the role, whatever the session. */
static bool is_fixed_user_id(const struct pattern *v) {
    return v->flat != NULL && strcspn(v->raw, "*?") >= strlen("AROAxxxxxxxxxxxx:");
}

/* An ARN whose account is fixed, whatever follows it. */
static bool is_fixed_account_arn(const struct pattern *v) {
    size_t colons = 0, at = strcspn(v->raw, "*?");

    for (size_t i = 0; i < at; i++)
        colons += v->raw[i] == ':';
    return v->flat != NULL && colons >= 5;
}

static bool narrows(const struct condition *c) {
    static const char *const keys[] = {
        "aws:SourceArn",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "aws:SourceOwner",
        "aws:SourceAccount",
        "aws:PrincipalArn",
        "aws:PrincipalOrgID",
        "aws:PrincipalAccount",
        "aws:PrincipalServiceName",
        "aws:SourceOrgID",
        "s3:DataAccessPointAccount",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    };
    enum condition_form form = condition_form(c);
    bool (*fixed)(const struct pattern *) = NULL;

    if (form == FORM_OTHER || c->count == 0)
        return false;
    if (form == FORM_IP) {
        if (strcasecmp(c->key, "aws:SourceIp") != 0)
            return false;
        for (size_t i = 0; i < c->count; i++)
            if (!is_narrow_range(c->values[i].raw))
                return false;
        return true;
    }
    if (strcasecmp(c->key, "aws:userid") == 0)
        fixed = is_fixed_user_id;
    else if (strcasecmp(c->key, "s3:DataAccessPointArn") == 0)
        fixed = is_fixed_account_arn;
    for (size_t i = 0; fixed == NULL && i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strcasecmp(c->key, keys[i]) == 0)
            fixed = is_fixed;
    if (fixed == NULL)
        return false;
    for (size_t i = 0; i < c->count; i++)
        if (!fixed(&c->values[i]))
            return false;
    return true;
}

static bool names_anyone(const struct statement *st) {
    if (st->not_principal)
        return true;
    for (size_t i = 0; i < st->principals.count; i++)
        if (strcmp(st->principals.items[i].value, "*") == 0)
            return true;
    return false;
}

bool policy_is_public(const struct policy *p) {
    for (size_t i = 0; i < p->statements.count; i++) {
        const struct statement *st = &p->statements.items[i];
        bool narrowed = false;

        if (!st->allow || !names_anyone(st))
            continue;
        for (size_t j = 0; j < st->conditions.count && !narrowed; j++)
            narrowed = narrows(&st->conditions.items[j]);
        if (!narrowed)
            return true;
    }
    return false;
}
