/* SPDX-License-Identifier: Apache-2.0 */
/* identity: keys to callers, profiles to roles, instances to credentials. */
#include "api/iam/identity.h"

#include <errno.h>
#include <openssl/sha.h>
#include <string.h>

#include "api/iam/document.h"
#include "api/iam/iam.h"
#include "api/iam/keyid.h"
#include "api/iam/session.h"
#include "base/ip.h"
#include "base/text.h"

enum { HOUR_MS = 3600 * 1000, INSTANCE_HOURS = 6 };

/* The role that every instance is: in no table, since nobody made it.  No user's role can have such a name or id. */
#define OWN_ROLE "aws:ec2-instance"
static const struct iam_role_row own_role = {.id = OWN_ROLE, .name = OWN_ROLE, .path = "/"};

static void fill_root(struct tx *tx, const char *account, const char *access_key_id, struct api_caller *c) {
    c->kind = API_CALLER_ROOT;
    c->account = account;
    c->arn = arena_printf(tx->arena, "arn:aws:iam::%s:root", account);
    c->user_id = account;
    c->access_key_id = access_key_id;
}

static int find_session(struct tx *tx, const char *access_key_id, const char *token, int64_t now_ms,
                        struct identity *ret) {
    struct identity_session *s;
    const struct iam_role_row *role;

    if (token == NULL || session_open(tx, token, &s) < 0 || !text_is(s->access_key_id, access_key_id))
        return -EBADMSG;
    if (now_ms >= s->expires_ms)
        return -ETIMEDOUT;
    role = text_is(s->role_id, OWN_ROLE) ? &own_role : iam_role_by_id(tx, s->role_id);
    if (role == NULL)
        return -ENOENT;
    ret->secret = session_secret_key(tx, access_key_id);
    ret->caller = (struct api_caller){
        .kind = API_CALLER_ROLE,
        .account = s->account,
        .arn = arena_printf(tx->arena, "arn:aws:sts::%s:assumed-role/%s/%s", s->account, role->name, s->name),
        .user_id = arena_printf(tx->arena, "%s:%s", s->role_id, s->name),
        .role_id = s->role_id,
        .role_arn = iam_arn(tx->arena, s->account, "role", role->path, role->name),
        .access_key_id = s->access_key_id,
        .session_name = s->name,
        .session = s,
    };
    return 0;
}

int identity_find(struct tx *tx, const struct api_config *config, const char *access_key_id,
                  const char *token, int64_t now_ms, struct identity *ret_identity) {
    const struct iam_access_key_row *key = iam_access_key_find(tx, access_key_id);
    struct identity found = {0};
    int err;

    if (key != NULL && token != NULL && !config->any_key)
        return -EBADMSG;
    if (key != NULL) {
        found.secret = config->any_key ? NULL : key->secret;
        fill_root(tx, key->account, key->id, &found.caller);
    } else if (session_key_well_formed(access_key_id) && (token != NULL || !config->any_key)) {
        err = find_session(tx, access_key_id, token, now_ms, &found);
        if (err < 0)
            return err;
    } else if (config->any_key) {
        access_key_id = arena_strdup(tx->arena, access_key_id);
        fill_root(tx, keyid_is_account(access_key_id) ? access_key_id : config->account, access_key_id,
                  &found.caller);
    } else {
        return -ENOENT;
    }
    *ret_identity = found;
    return 0;
}

const char *identity_canonical_id(struct arena *a, const char *account) {
    unsigned char hash[SHA256_DIGEST_LENGTH];
    char *text = arena_alloc(a, 2 * sizeof(hash) + 1);

    SHA256((const unsigned char *)account, strlen(account), hash);
    return hex_encode(hash, sizeof(hash), text);
}

/* ---- profiles ---- */

static void fill_profile(struct tx *tx, const struct iam_profile_row *row, struct identity_profile *ret) {
    const struct iam_role_row *role = row->role_id != NULL ? iam_role_by_id(tx, row->role_id) : NULL;

    *ret = (struct identity_profile){
        .id = row->id,
        .name = row->name,
        .arn = iam_arn(tx->arena, row->account, "instance-profile", row->path, row->name),
    };
    if (role == NULL)
        return;
    ret->role_id = role->id;
    ret->role_name = role->name;
    ret->role_arn = iam_arn(tx->arena, role->account, "role", role->path, role->name);
}

int identity_profile_find(struct tx *tx, const char *account, const char *name, const char *arn,
                          struct identity_profile *ret_profile) {
    const char *wanted = name != NULL ? name : arn != NULL ? strrchr(arn, '/') : NULL;
    const struct iam_profile_row *row;
    struct identity_profile found;

    if (wanted == NULL)
        return -ENOENT;
    row = iam_profile_find(tx, iam_key(tx->arena, account, name != NULL ? name : wanted + 1));
    if (row == NULL)
        return -ENOENT;
    fill_profile(tx, row, &found);
    if (arn != NULL && strcmp(found.arn, arn) != 0)
        return -ENOENT;
    *ret_profile = found;
    return 0;
}

int identity_profile_by_id(struct tx *tx, const char *id, struct identity_profile *ret_profile) {
    struct iam_profile_rows rows = iam_profile_list_by(tx, COL(iam_profile, id), id);

    if (rows.count == 0)
        return -ENOENT;
    fill_profile(tx, &rows.items[0], ret_profile);
    return 0;
}

/* ---- an instance's credentials ---- */

static bool trusts_ec2(const struct iam_role_row *role, int64_t now_ms) {
    struct policy *trust = document_get(POLICY_GRAMMAR_TRUST, role->trust);
    struct policy_source source = {trust, NULL};
    struct policy_set set = {.resource = {&source, 1, 1}, .resource_is_trust = true};
    struct policy_request q = {.caller = {.kind = POLICY_CALLER_SERVICE, .service = "ec2.amazonaws.com"},
                               .action = "sts:AssumeRole",
                               .resource_account = role->account,
                               .now_ms = now_ms};
    bool allowed = trust != NULL && policy_evaluate(&q, &set).outcome == POLICY_ALLOW;

    policy_unref(trust);
    return allowed;
}

/* Of the instance's first interface, as the keys aws:Ec2InstanceSource… have it. */
static const char *primary_address(struct tx *tx, const char *instance_id) {
    struct eni_rows enis = eni_list_by(tx, COL(eni, instance_id), instance_id);

    for (size_t i = 0; i < enis.count; i++) {
        struct eni_address_rows addresses;

        if (enis.items[i].device_index != 0)
            continue;
        addresses = eni_address_list_by(tx, COL(eni_address, eni_id), enis.items[i].id);
        for (size_t j = 0; j < addresses.count; j++)
            if (addresses.items[j].position == 0)
                return addresses.items[j].private_ip;
    }
    return NULL;
}

/* The same ones for all who ask within the hour. */
static void issue_to_instance(struct tx *tx, const struct iam_role_row *role, const char *account,
                              const char *instance_id, int64_t now_ms,
                              struct identity_credentials *ret_credentials) {
    const struct instance_row *instance = instance_find(tx, instance_id);
    int64_t hour = now_ms / HOUR_MS;
    struct identity_session session = {
        .account = account,
        .role_id = role->id,
        .name = instance_id,
        .access_key_id = session_derived_key_id(
            tx, account, arena_printf(tx->arena, "%s %s %lld", role->id, instance_id, (long long)hour)),
        .issued_ms = hour * HOUR_MS,
        .expires_ms = (hour + INSTANCE_HOURS) * HOUR_MS,
    };

    if (instance != NULL) {
        session.instance_arn = arena_printf(tx->arena, "arn:aws:ec2:%s:%s:instance/%s", instance->region,
                                            instance->account, instance_id);
        session.instance_vpc = instance->vpc_id;
        session.instance_ip = primary_address(tx, instance_id);
    }
    identity_issue(tx, &session, ret_credentials);
}

int identity_instance_credentials(struct tx *tx, const char *profile_id, const char *instance_id,
                                  int64_t now_ms, struct identity_credentials *ret_credentials) {
    struct identity_profile profile;
    const struct iam_role_row *role;

    if (profile_id == NULL || identity_profile_by_id(tx, profile_id, &profile) < 0 || profile.role_id == NULL)
        return -ENOENT;
    role = iam_role_by_id(tx, profile.role_id);
    if (!trusts_ec2(role, now_ms))
        return -EACCES;
    issue_to_instance(tx, role, role->account, instance_id, now_ms, ret_credentials);
    return 0;
}

int identity_instance_own(struct tx *tx, const char *instance_id, int64_t now_ms,
                          struct identity_credentials *ret_credentials) {
    const struct instance_row *instance = instance_find(tx, instance_id);

    if (instance == NULL)
        return -ENOENT;
    issue_to_instance(tx, &own_role, instance->account, instance_id, now_ms, ret_credentials);
    return 0;
}
