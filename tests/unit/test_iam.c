/* SPDX-License-Identifier: Apache-2.0 */
/* iam and sts through their typed handlers: iam-001 … iam-009, iam-012, iam-015, iam-016, iam-019. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/iam/account.h"
#include "api/iam/iam.h"
#include "api/iam/identity.h"
#include "api/iam/keyid.h"
#include "api/iam/managed.h"
#include "api/iam/session.h"
#include "api/sts/sts.h"
#include "base/clock.h"
#include "base/text.h"

#define ACCOUNT "123456789012"
#define DOC(statement) "{\"Version\":\"2012-10-17\",\"Statement\":[" statement "]}"
#define ALLOW(rest) "{\"Effect\":\"Allow\"," rest "}"
#define TRUST(principal) DOC(ALLOW("\"Principal\":" principal ",\"Action\":\"sts:AssumeRole\""))
#define EC2_TRUST TRUST("{\"Service\":\"ec2.amazonaws.com\"}")
#define OWN_TRUST TRUST("{\"AWS\":\"arn:aws:iam::" ACCOUNT ":root\"}")
#define S3_READ_ONLY "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
#define SSM_CORE "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"

static char directory[64];
static struct store *store;
static struct arena arena;
static struct tx tx;
static struct api_request rq;
static const struct api_config config = {.account = ACCOUNT, .region = "ap-northeast-1"};

static void be_root(void) {
    struct identity who;

    assert_int_equal(identity_find(&tx, &config, "test", NULL, rq.now_ms, &who), 0);
    rq.caller = who.caller;
}

static int set_up(void **state) {
    const char *error = NULL;

    (void)state;
    strcpy(directory, "/tmp/vpcbox-iam-XXXXXX");
    assert_non_null(mkdtemp(directory));
    assert_int_equal(store_open(directory, &store, &error), 0);
    assert_int_equal(store_write_begin(store, &arena, &tx), 0);
    identity_setup(&tx, &config);
    rq = (struct api_request){.config = &config,
                              .arena = &arena,
                              .tx = &tx,
                              .now_ms = 1795348800000,
                              .region = "ap-northeast-1",
                              .source_ip = "127.0.0.1"};
    rq.service = model_service_find("iam");
    rq.operation = &rq.service->operations[0];
    be_root();
    return 0;
}

static int tear_down(void **state) {
    char path[128];

    (void)state;
    assert_int_equal(tx.failed, 0);
    store_write_end(&tx, false);
    store_close(store);
    arena_free(&arena);
    for (const char *const *end = (const char *[]){"", "-wal", "-shm", NULL}; *end != NULL; end++) {
        snprintf(path, sizeof(path), "%s/state.db%s", directory, *end);
        unlink(path);
    }
    rmdir(directory);
    return 0;
}

/* Runs a handler with a zeroed output; the request struct's members follow. */
#define CALL(service, action, output, ...)                                                                   \
    (memset(&(output), 0, sizeof(output)), rq.error_code = rq.error_message = NULL,                          \
     service##_##action(&rq, &(struct service##_##action##_request){__VA_ARGS__}, &(output)))
static char nothing;
#define DO(action, ...) assert_int_equal(CALL(iam, action, nothing, __VA_ARGS__), 0)
#define REFUSED(code, message, call)                                                                         \
    do {                                                                                                     \
        assert_int_equal((call), API_REFUSED);                                                               \
        assert_string_equal(rq.error_code, (code));                                                          \
        if (*(message) != '\0')                                                                              \
            assert_string_equal(rq.error_message, (message));                                                \
    } while (0)

static struct iam_role make_role(const char *name, const char *trust) {
    struct iam_create_role_response out;

    assert_int_equal(CALL(iam, create_role, out, .role_name = name, .assume_role_policy_document = trust), 0);
    return *out.role;
}

static void make_profile(const char *name, const char *role) {
    struct iam_create_instance_profile_response out;

    assert_int_equal(CALL(iam, create_instance_profile, out, .instance_profile_name = name), 0);
    DO(add_role_to_instance_profile, .instance_profile_name = name, .role_name = role);
}

static bool may(const char *action, const char *resource, struct identity_answer *ret) {
    struct identity_question q = {.action = action, .resource = resource};

    return identity_authorize(&rq, &q, ret);
}

/* ---- roles ---- */

static void a_role_from_birth_to_death(void **state) {
    struct iam_create_role_response made;
    struct iam_get_role_response got;
    struct iam_tag tags[] = {{"Name", "x"}, {"Stack", "s"}};

    (void)state;
    assert_int_equal(CALL(iam, create_role, made, .role_name = "Worker", .path = "/app/",
                          .assume_role_policy_document = EC2_TRUST, .description = "does work",
                          .max_session_duration = SOME_INT(7200), .tags = {tags, 2, 2}),
                     0);
    assert_string_equal(made.role->arn, "arn:aws:iam::" ACCOUNT ":role/app/Worker");
    assert_int_equal(strlen(made.role->role_id), 21);
    assert_true(text_starts(made.role->role_id, "AROA"));
    assert_true(text_starts(made.role->assume_role_policy_document, "%7B%22Version%22%3A%222012-10-17%22"));
    assert_int_equal(CALL(iam, get_role, got, .role_name = "worker"), 0); /* names ignore case */
    assert_string_equal(got.role->role_name, "Worker");
    assert_int_equal(got.role->max_session_duration.v, 7200);
    assert_int_equal(got.role->tags.count, 2);
    assert_string_equal(got.role->tags.items[1].value, "s");
    assert_non_null(got.role->role_last_used);
    REFUSED("EntityAlreadyExists", "Role with name WORKER already exists.",
            CALL(iam, create_role, made, .role_name = "WORKER", .assume_role_policy_document = EC2_TRUST));
    DO(delete_role, .role_name = "Worker");
    REFUSED("NoSuchEntity", "The role with name Worker cannot be found.",
            CALL(iam, get_role, got, .role_name = "Worker"));
    assert_int_equal(iam_tag_list(&tx).count, 0);
}

static void roles_are_checked(void **state) {
    struct iam_create_role_response made;
    struct iam_tag twice[] = {{"Name", "x"}, {"name", "y"}};
    char long_trust[4096];

    (void)state;
    REFUSED("MalformedPolicyDocument", "Has prohibited field Resource",
            CALL(iam, create_role, made, .role_name = "r",
                 .assume_role_policy_document =
                     DOC(ALLOW("\"Principal\":\"*\",\"Action\":\"sts:AssumeRole\",\"Resource\":\"*\""))));
    REFUSED("MalformedPolicyDocument",
            "Invalid principal in policy: \"AWS\":\"arn:aws:iam::" ACCOUNT ":role/gone\"",
            CALL(iam, create_role, made, .role_name = "r",
                 .assume_role_policy_document = TRUST("{\"AWS\":\"arn:aws:iam::" ACCOUNT ":role/gone\"}")));
    REFUSED("ValidationError", "",
            CALL(iam, create_role, made, .role_name = "a b", .assume_role_policy_document = EC2_TRUST));
    REFUSED("ValidationError", "",
            CALL(iam, create_role, made, .role_name = "a", .path = "x",
                 .assume_role_policy_document = EC2_TRUST));
    REFUSED("InvalidInput", "",
            CALL(iam, create_role, made, .role_name = "a", .assume_role_policy_document = EC2_TRUST,
                 .tags = {twice, 2, 2}));
    REFUSED("NoSuchEntity", "",
            CALL(iam, create_role, made, .role_name = "b", .assume_role_policy_document = EC2_TRUST,
                 .permissions_boundary = "arn:aws:iam::aws:policy/None"));
    snprintf(long_trust, sizeof(long_trust),
             "{\"Version\":\"2012-10-17\",\"Id\":\"%02000d\",\"Statement\":%s}", 0,
             ALLOW("\"Principal\":\"*\",\"Action\":\"sts:AssumeRole\""));
    REFUSED("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048",
            CALL(iam, create_role, made, .role_name = "c", .assume_role_policy_document = long_trust));
}

static void what_is_in_use_is_kept(void **state) {
    (void)state;
    make_role("r", EC2_TRUST);
    make_profile("p", "r");
    REFUSED("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.",
            CALL(iam, delete_role, nothing, .role_name = "r"));
    REFUSED("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.",
            CALL(iam, delete_instance_profile, nothing, .instance_profile_name = "p"));
    DO(remove_role_from_instance_profile, .instance_profile_name = "p", .role_name = "r");
    DO(delete_instance_profile, .instance_profile_name = "p");
    DO(attach_role_policy, .role_name = "r", .policy_arn = SSM_CORE);
    REFUSED("DeleteConflict", "Cannot delete entity, must detach all policies first.",
            CALL(iam, delete_role, nothing, .role_name = "r"));
    DO(detach_role_policy, .role_name = "r", .policy_arn = SSM_CORE);
    DO(put_role_policy, .role_name = "r", .policy_name = "i",
       .policy_document = DOC(ALLOW("\"Action\":\"*\",\"Resource\":\"*\"")));
    REFUSED("DeleteConflict", "Cannot delete entity, must delete policies first.",
            CALL(iam, delete_role, nothing, .role_name = "r"));
    DO(delete_role_policy, .role_name = "r", .policy_name = "i");
    DO(delete_role, .role_name = "r");
}

static void roles_are_listed_in_pages(void **state) {
    struct iam_list_roles_response out;
    const char *marker;
    char name[16];

    (void)state;
    for (int i = 0; i < 5; i++) {
        snprintf(name, sizeof(name), "r%d", 4 - i);
        make_role(arena_strdup(&arena, name), EC2_TRUST);
    }
    assert_int_equal(CALL(iam, list_roles, out, .max_items = SOME_INT(3)), 0);
    assert_int_equal(out.roles.count, 3);
    assert_string_equal(out.roles.items[0].role_name, "r0");
    assert_true(out.is_truncated.v);
    marker = out.marker;
    assert_int_equal(CALL(iam, list_roles, out, .max_items = SOME_INT(3), .marker = marker), 0);
    assert_int_equal(out.roles.count, 2);
    assert_string_equal(out.roles.items[1].role_name, "r4");
    assert_false(out.is_truncated.v);
    assert_null(out.marker);
    assert_int_equal(CALL(iam, list_roles, out, .path_prefix = "/none/"), 0);
    assert_int_equal(out.roles.count, 0);
}

/* ---- policies ---- */

static void inline_policies(void **state) {
    struct iam_get_role_policy_response got;
    struct iam_list_role_policies_response list;
    char *big = arena_alloc(&arena, 12000);

    (void)state;
    make_role("r", EC2_TRUST);
    DO(put_role_policy, .role_name = "r", .policy_name = "b",
       .policy_document = DOC(ALLOW("\"Action\":\"s3:*\",\"Resource\":\"*\"")));
    DO(put_role_policy, .role_name = "r", .policy_name = "a",
       .policy_document = DOC(ALLOW("\"Action\":\"ec2:*\",\"Resource\":\"*\"")));
    assert_int_equal(CALL(iam, get_role_policy, got, .role_name = "r", .policy_name = "b"), 0);
    assert_non_null(strstr(got.policy_document, "s3%3A%2A"));
    assert_int_equal(CALL(iam, list_role_policies, list, .role_name = "r"), 0);
    assert_int_equal(list.policy_names.count, 2);
    assert_string_equal(list.policy_names.items[0], "a");
    REFUSED("NoSuchEntity", "The role policy with name c cannot be found.",
            CALL(iam, get_role_policy, got, .role_name = "r", .policy_name = "c"));
    REFUSED(
        "MalformedPolicyDocument", "Syntax errors in policy.",
        CALL(iam, put_role_policy, nothing, .role_name = "r", .policy_name = "d", .policy_document = "{}x"));
    /* iam-016: 10,240 characters together, white space aside */
    snprintf(big, 12000, "{\"Version\":\"2012-10-17\",\"Id\":\"%010000d\",\"Statement\":%s}", 0,
             ALLOW("\"Action\":\"*\",\"Resource\":\"*\""));
    DO(put_role_policy, .role_name = "r", .policy_name = "a", .policy_document = big);
    REFUSED("LimitExceeded", "Maximum policy size of 10240 bytes exceeded for role r",
            CALL(iam, put_role_policy, nothing, .role_name = "r", .policy_name = "e",
                 .policy_document = DOC(
                     ALLOW("\"Action\":[\"ec2:DescribeVpcs\",\"ec2:DescribeSubnets\"],\"Resource\":\"*\""))));
}

static void managed_policies(void **state) {
    struct iam_get_policy_response got;
    struct iam_get_policy_version_response version;
    struct iam_list_policies_response list;
    struct iam_list_attached_role_policies_response attached;

    (void)state;
    for (size_t i = 0; managed_at(i) != NULL; i++) { /* all documents under data/ are good */
        assert_ptr_equal(managed_find(managed_at(i)->arn), managed_at(i));
        assert_int_equal(strlen(managed_at(i)->id), 21);
        assert_true(policy_quota_length(managed_at(i)->document, strlen(managed_at(i)->document)) <= 6144 ||
                    text_is(managed_at(i)->name, "AmazonVPCFullAccess"));
    }
    make_role("r", EC2_TRUST);
    DO(attach_role_policy, .role_name = "r", .policy_arn = SSM_CORE);
    DO(attach_role_policy, .role_name = "r", .policy_arn = S3_READ_ONLY);
    DO(attach_role_policy, .role_name = "r", .policy_arn = S3_READ_ONLY); /* again is fine */
    assert_int_equal(CALL(iam, list_attached_role_policies, attached, .role_name = "r"), 0);
    assert_int_equal(attached.attached_policies.count, 2);
    assert_string_equal(attached.attached_policies.items[1].policy_name, "AmazonS3ReadOnlyAccess");
    assert_int_equal(CALL(iam, get_policy, got, .policy_arn = SSM_CORE), 0);
    assert_int_equal(got.policy->attachment_count.v, 1);
    assert_int_equal(CALL(iam, get_policy_version, version, .policy_arn = SSM_CORE,
                          .version_id = got.policy->default_version_id),
                     0);
    assert_non_null(strstr(version.policy_version->document, "ssmmessages%3ACreateDataChannel"));
    REFUSED("NoSuchEntity", "",
            CALL(iam, get_policy_version, version, .policy_arn = SSM_CORE, .version_id = "v99"));
    assert_int_equal(CALL(iam, list_policies, list, .only_attached = SOME_BOOL(true)), 0);
    assert_int_equal(list.policies.count, 2);
    assert_int_equal(CALL(iam, list_policies, list, .scope = "Local"), 0);
    assert_int_equal(list.policies.count, 0);
    assert_int_equal(CALL(iam, list_policies, list, .path_prefix = "/service-role/"), 0);
    assert_true(list.policies.count > 0);
    REFUSED("NoSuchEntity", "Policy arn:aws:iam::aws:policy/Nope does not exist or is not attachable.",
            CALL(iam, attach_role_policy, nothing, .role_name = "r",
                 .policy_arn = "arn:aws:iam::aws:policy/Nope"));
    REFUSED("NoSuchEntity", "Policy arn:aws:iam::aws:policy/Nope was not found.",
            CALL(iam, detach_role_policy, nothing, .role_name = "r",
                 .policy_arn = "arn:aws:iam::aws:policy/Nope"));
    for (size_t i = 0, n = 2; n < 10; i++) {
        const char *arn = managed_at(i)->arn;

        if (strcmp(arn, SSM_CORE) == 0 || strcmp(arn, S3_READ_ONLY) == 0)
            continue;
        DO(attach_role_policy, .role_name = "r", .policy_arn = arn);
        n++;
    }
    REFUSED("LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10",
            CALL(iam, attach_role_policy, nothing, .role_name = "r",
                 .policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"));
}

/* ---- profiles: iam-008 ---- */

static void profiles_hold_one_role(void **state) {
    struct iam_get_instance_profile_response got;
    struct iam_list_instance_profiles_for_role_response list;
    struct iam_create_instance_profile_response made;
    struct identity_profile found;

    (void)state;
    make_role("r", EC2_TRUST);
    make_role("other", EC2_TRUST);
    make_profile("p", "r");
    REFUSED(
        "LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
        CALL(iam, add_role_to_instance_profile, nothing, .instance_profile_name = "p", .role_name = "other"));
    REFUSED("EntityAlreadyExists", "Instance Profile P already exists.",
            CALL(iam, create_instance_profile, made, .instance_profile_name = "P"));
    assert_int_equal(CALL(iam, get_instance_profile, got, .instance_profile_name = "p"), 0);
    assert_true(text_starts(got.instance_profile->instance_profile_id, "AIPA"));
    assert_int_equal(got.instance_profile->roles.count, 1);
    assert_string_equal(got.instance_profile->roles.items[0].role_name, "r");
    assert_int_equal(CALL(iam, list_instance_profiles_for_role, list, .role_name = "r"), 0);
    assert_int_equal(list.instance_profiles.count, 1);
    REFUSED("NoSuchEntity", "",
            CALL(iam, remove_role_from_instance_profile, nothing, .instance_profile_name = "p",
                 .role_name = "other"));
    assert_int_equal(
        identity_profile_find(&tx, ACCOUNT, NULL, "arn:aws:iam::" ACCOUNT ":instance-profile/p", &found), 0);
    assert_string_equal(found.role_name, "r");
    assert_int_equal(identity_profile_find(&tx, ACCOUNT, "p", NULL, &found), 0);
    assert_int_equal(
        identity_profile_find(&tx, ACCOUNT, NULL, "arn:aws:iam::" ACCOUNT ":instance-profile/x/p", &found),
        -ENOENT);
    assert_int_equal(identity_profile_find(&tx, "210987654321", "p", NULL, &found), -ENOENT);
}

/* ---- sessions ---- */

static struct sts_assume_role_response assume(const char *role_arn, const char *session_policy) {
    struct sts_assume_role_response out;

    if (CALL(sts, assume_role, out, .role_arn = role_arn, .role_session_name = "me",
             .policy = session_policy) != 0)
        fail_msg("%s: %s", rq.error_code, rq.error_message);
    return out;
}

static int become(const struct sts_credentials *c, int64_t now_ms) {
    struct identity who;
    int err = identity_find(&tx, &config, c->access_key_id, c->session_token, now_ms, &who);

    if (err < 0)
        return err;
    assert_string_equal(who.secret, c->secret_access_key);
    rq.caller = who.caller;
    return 0;
}

static void a_session_is_the_role(void **state) {
    struct iam_role role = make_role("r", OWN_TRUST);
    struct sts_assume_role_response out = assume(role.arn, NULL);
    struct sts_get_caller_identity_response me;
    struct identity_answer answer;

    (void)state;
    assert_true(text_starts(out.credentials->access_key_id, "ASIA"));
    assert_int_equal(strlen(out.credentials->access_key_id), 20);
    assert_int_equal(strlen(out.credentials->secret_access_key), 40);
    assert_int_equal(out.credentials->expiration.ms, rq.now_ms + 3600 * 1000);
    assert_string_equal(out.assumed_role_user->arn, "arn:aws:sts::" ACCOUNT ":assumed-role/r/me");
    assert_int_equal(become(out.credentials, rq.now_ms), 0);
    assert_int_equal(CALL(sts, get_caller_identity, me, 0), 0);
    assert_string_equal(me.arn, "arn:aws:sts::" ACCOUNT ":assumed-role/r/me");
    assert_string_equal(me.user_id, arena_printf(&arena, "%s:me", role.role_id));
    assert_string_equal(me.account, ACCOUNT);

    assert_false(may("s3:GetObject", "arn:aws:s3:::b/k", &answer));
    assert_string_equal(answer.message,
                        "User: arn:aws:sts::" ACCOUNT ":assumed-role/r/me is not authorized to perform: "
                        "s3:GetObject on resource: \"arn:aws:s3:::b/k\" because no identity-based "
                        "policy allows the s3:GetObject action");
    be_root();
    DO(attach_role_policy, .role_name = "r", .policy_arn = S3_READ_ONLY);
    assert_int_equal(become(out.credentials, rq.now_ms), 0);
    assert_true(may("s3:GetObject", "arn:aws:s3:::b/k", &answer));
    assert_string_equal(answer.policy_name, S3_READ_ONLY);
    assert_false(may("s3:PutObject", "arn:aws:s3:::b/k", &answer));
    be_root();
    DO(put_role_policy, .role_name = "r", .policy_name = "write",
       .policy_document = DOC(ALLOW(
           "\"Action\":\"s3:PutObject\",\"Resource\":\"arn:aws:s3:::b/${aws:PrincipalTag/team, 'me'}/*\"")));
    assert_int_equal(become(out.credentials, rq.now_ms), 0);
    assert_true(may("s3:PutObject", "arn:aws:s3:::b/me/k", &answer));
    assert_false(may("s3:PutObject", "arn:aws:s3:::b/k", &answer));
}

static void tokens_are_sealed(void **state) {
    struct iam_role role = make_role("r", OWN_TRUST);
    struct sts_credentials *a = assume(role.arn, NULL).credentials, *b = assume(role.arn, NULL).credentials;
    struct sts_credentials forged = *a;
    struct identity who;
    char *text = arena_strdup(&arena, a->session_token);

    (void)state;
    forged.session_token = b->session_token; /* another session's token */
    assert_int_equal(become(&forged, rq.now_ms), -EBADMSG);
    for (size_t i = 0; text[i] != '\0' && text[i] != '='; i += 7) {
        char was = text[i];

        text[i] = was == 'A' ? 'B' : 'A';
        forged.session_token = text;
        assert_int_equal(become(&forged, rq.now_ms), -EBADMSG);
        text[i] = was;
    }
    forged.session_token = "";
    assert_int_equal(become(&forged, rq.now_ms), -EBADMSG);
    forged.session_token = NULL;
    assert_int_equal(become(&forged, rq.now_ms), -EBADMSG);
    assert_int_equal(identity_find(&tx, &config, "AKIAIOSFODNN7EXAMPLE", NULL, rq.now_ms, &who), -ENOENT);
    assert_int_equal(identity_find(&tx, &config, "test", "token", rq.now_ms, &who), -EBADMSG);
    /* iam-012: over at its time, not before */
    assert_int_equal(become(a, rq.now_ms + 3600 * 1000 - 1), 0);
    assert_int_equal(become(a, rq.now_ms + 3600 * 1000), -ETIMEDOUT);
    be_root();
    DO(delete_role, .role_name = "r");
    make_role("r", OWN_TRUST); /* the same name is another role */
    assert_int_equal(become(a, rq.now_ms), -ENOENT);
}

static void any_key_is_root_when_asked_for(void **state) {
    struct api_config open = config;
    struct identity who;

    (void)state;
    open.any_key = true;
    assert_int_equal(identity_find(&tx, &open, "AKIAIOSFODNN7EXAMPLE", NULL, rq.now_ms, &who), 0);
    assert_null(who.secret);
    assert_string_equal(who.caller.arn, "arn:aws:iam::" ACCOUNT ":root");
    assert_int_equal(identity_find(&tx, &open, "000000000001", NULL, rq.now_ms, &who), 0);
    assert_string_equal(who.caller.account, "000000000001");
    open.any_key = false;
    open.access_key_id = "mine";
    open.secret_access_key = "secret";
    identity_setup(&tx, &open);
    assert_int_equal(identity_find(&tx, &open, "mine", NULL, rq.now_ms, &who), 0);
    assert_string_equal(who.secret, "secret");
    assert_int_equal(identity_find(&tx, &open, "test", NULL, rq.now_ms, &who), -ENOENT);
}

/* Each account has a root key of its own, in one table with the box's. */
static void accounts_have_keys(void **state) {
    struct api_config moved = config;
    char account[KEYID_ACCOUNT_BYTES];
    struct account a, b, found;
    struct accounts all;
    struct identity who;

    (void)state;
    assert_int_equal(account_create(&tx, "Team B", 7, &b), -EINVAL);
    assert_int_equal(account_create(&tx, "", 7, &b), -EINVAL);
    assert_int_equal(account_create(&tx, "team-b", 7, &b), 0);
    assert_int_equal(account_create(&tx, "TEAM-B", 8, &found), -EEXIST);
    assert_string_equal(found.id, b.id);
    assert_int_equal(account_create(&tx, ACCOUNT, 8, &found), -EEXIST);
    assert_int_equal(account_create(&tx, "000000000042", 8, &found), 0);
    assert_null(found.name);
    assert_string_not_equal(found.access_key_id, b.access_key_id);
    assert_int_equal(strlen(b.secret_access_key), 40);
    assert_true(keyid_account(b.access_key_id, account));
    assert_string_equal(account, b.id);

    assert_int_equal(identity_find(&tx, &config, b.access_key_id, NULL, rq.now_ms, &who), 0);
    assert_string_equal(who.caller.account, b.id);
    assert_string_equal(who.secret, b.secret_access_key);
    assert_int_equal(who.caller.kind, API_CALLER_ROOT);
    assert_int_equal(identity_find(&tx, &config, b.access_key_id, "token", rq.now_ms, &who), -EBADMSG);

    account_list(&tx, &all);
    assert_int_equal(all.count, 3);
    assert_string_equal(all.items[0].id, ACCOUNT);
    assert_string_equal(all.items[0].access_key_id, "test");
    assert_true(all.items[0].own && !all.items[1].own);
    assert_string_equal(all.items[1].name, "team-b");

    /* Another start, of another account's: the one that was the box's keeps a key, though not the known one. */
    moved.account = b.id;
    identity_setup(&tx, &moved);
    assert_int_equal(identity_find(&tx, &moved, "test", NULL, rq.now_ms, &who), 0);
    assert_string_equal(who.caller.account, b.id);
    assert_int_equal(account_find(&tx, ACCOUNT, &a), 0);
    assert_non_null(a.access_key_id);
    assert_false(a.own);
    assert_int_equal(account_find(&tx, "nobody", &a), -ENOENT);
}

static void key_ids_carry_their_account(void **state) {
    static const char *const none[] = {"test",
                                       "",
                                       "AKIAIOSFODNN7EXAMPLE",
                                       "ASIAAAAAAAAAAAAAAAAA",
                                       "AKIA7777777777777777",
                                       "AROA77777777777777777"};
    uint8_t random[KEYID_RANDOM_BYTES];
    char id[KEYID_BYTES], account[KEYID_ACCOUNT_BYTES];

    (void)state;
    /* As AWS's own ids are read: a published example, of a key that is long gone. */
    assert_true(keyid_account("ASIAQNZGKIQY56JQ7WML", account));
    assert_string_equal(account, "029608264753");
    for (int i = 0; i < 256; i++) {
        memset(random, i, sizeof(random));
        keyid_make("ASIA", i & 1 ? "999999999999" : "000000000000", random, id);
        assert_true(keyid_account(id, account));
        assert_string_equal(account, i & 1 ? "999999999999" : "000000000000");
        assert_true(session_key_well_formed(id));
    }
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_false(keyid_account(none[i], account));
}

static void assume_role_is_checked(void **state) {
    struct iam_role service = make_role("service", EC2_TRUST), own = make_role("own", OWN_TRUST);
    struct sts_assume_role_response out;
    struct sts_policy_descriptor_type none = {"arn:aws:iam::aws:policy/None"};

    (void)state;
    REFUSED("AccessDenied",
            "User: arn:aws:iam::" ACCOUNT
            ":root is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::" ACCOUNT
            ":role/service",
            CALL(sts, assume_role, out, .role_arn = service.arn, .role_session_name = "me"));
    assert_int_equal(rq.error_status, 403);
    REFUSED("AccessDenied", "",
            CALL(sts, assume_role, out, .role_arn = "arn:aws:iam::" ACCOUNT ":role/none",
                 .role_session_name = "me"));
    REFUSED("AccessDenied", "",
            CALL(sts, assume_role, out, .role_arn = "arn:aws:iam::" ACCOUNT ":role/path/own",
                 .role_session_name = "me"));
    REFUSED("ValidationError", "nonsense-nonsense-nonsense is invalid",
            CALL(sts, assume_role, out, .role_arn = "nonsense-nonsense-nonsense", .role_session_name = "me"));
    REFUSED("ValidationError", "",
            CALL(sts, assume_role, out, .role_arn = own.arn, .role_session_name = "not good"));
    REFUSED("ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            CALL(sts, assume_role, out, .role_arn = own.arn, .role_session_name = "me",
                 .duration_seconds = SOME_INT(3601)));
    REFUSED("ValidationError", "",
            CALL(sts, assume_role, out, .role_arn = own.arn, .role_session_name = "me",
                 .policy_arns = {&none, 1, 1}));
    REFUSED("MalformedPolicyDocument", "",
            CALL(sts, assume_role, out, .role_arn = own.arn, .role_session_name = "me", .policy = "{"));
    /* tags need sts:TagSession, which this trust policy does not give */
    REFUSED("AccessDenied", "",
            CALL(sts, assume_role, out, .role_arn = own.arn, .role_session_name = "me",
                 .tags = {&(struct sts_tag){"team", "blue"}, 1, 1}));
}

static void roles_chain_for_an_hour(void **state) {
    struct iam_role first = make_role("first", OWN_TRUST);
    struct iam_create_role_response second;
    struct sts_assume_role_response out = assume(first.arn, NULL);

    (void)state;
    assert_int_equal(
        CALL(iam, create_role, second, .role_name = "second",
             .assume_role_policy_document = TRUST("{\"AWS\":\"arn:aws:iam::" ACCOUNT ":role/first\"}"),
             .max_session_duration = SOME_INT(43200)),
        0);
    assert_int_equal(become(out.credentials, rq.now_ms), 0);
    REFUSED(
        "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        CALL(sts, assume_role, out, .role_arn = second.role->arn, .role_session_name = "me",
             .duration_seconds = SOME_INT(3601)));
    assert_int_equal(CALL(sts, assume_role, out, .role_arn = second.role->arn, .role_session_name = "me"), 0);
}

static void session_policies_and_boundaries_limit(void **state) {
    struct iam_role role = make_role("r", OWN_TRUST);
    struct iam_create_role_response bounded;
    struct sts_assume_role_response out;
    struct identity_answer answer;

    (void)state;
    DO(attach_role_policy, .role_name = "r", .policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess");
    out = assume(role.arn, DOC(ALLOW("\"Action\":\"s3:GetObject\",\"Resource\":\"*\"")));
    assert_true(out.packed_policy_size.set);
    assert_int_equal(become(out.credentials, rq.now_ms), 0);
    assert_true(may("s3:GetObject", "arn:aws:s3:::b/k", &answer));
    assert_false(may("s3:PutObject", "arn:aws:s3:::b/k", &answer)); /* iam-006 */
    assert_int_equal(answer.kind, POLICY_KIND_SESSION);
    be_root();
    assert_int_equal(CALL(iam, create_role, bounded, .role_name = "b",
                          .assume_role_policy_document = OWN_TRUST, .permissions_boundary = S3_READ_ONLY),
                     0);
    assert_string_equal(bounded.role->permissions_boundary->permissions_boundary_arn, S3_READ_ONLY);
    DO(attach_role_policy, .role_name = "b", .policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess");
    out = assume(bounded.role->arn, NULL);
    assert_int_equal(become(out.credentials, rq.now_ms), 0);
    assert_false(may("ec2:DescribeVpcs", "*", &answer)); /* iam-004 */
    assert_int_equal(answer.kind, POLICY_KIND_BOUNDARY);
    assert_true(may("s3:GetObject", "arn:aws:s3:::b/k", &answer));
}

static void endpoints_filter(void **state) {
    struct vpc_endpoint_row e = {
        .id = "vpce-1",
        .account = ACCOUNT,
        .region = "ap-northeast-1",
        .vpc_id = "vpc-1",
        .policy = DOC(ALLOW("\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::a/*\""))};
    struct identity_question q = {.action = "s3:GetObject", .resource = "arn:aws:s3:::a/k"};
    struct identity_answer answer;

    (void)state;
    vpc_endpoint_put(&tx, &e);
    rq.vpce_id = "vpce-1";
    rq.vpc_id = "vpc-1";
    rq.source_ip = "10.0.1.5";
    assert_true(may("s3:GetObject", "arn:aws:s3:::a/k", &answer));
    assert_false(may("s3:GetObject", "arn:aws:s3:::b/k", &answer)); /* vpce-008, for root as well */
    assert_int_equal(answer.kind, POLICY_KIND_ENDPOINT);
    q.resource_policy =
        DOC("{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{"
            "\"StringNotEquals\":{\"aws:sourceVpce\":\"vpce-1\"}}}");
    assert_true(identity_authorize(&rq, &q, &answer)); /* vpce-007 */
    q.resource_policy =
        DOC("{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{"
            "\"IpAddress\":{\"aws:VpcSourceIp\":\"10.0.0.0/16\"},\"Null\":{\"aws:SourceIp\":\"true\"}}}");
    assert_false(identity_authorize(&rq, &q, &answer));
    rq.vpce_id = rq.vpc_id = NULL;
    assert_true(identity_authorize(&rq, &q, &answer));
    rq.caller = (struct api_caller){.kind = API_CALLER_ANONYMOUS};
    q.resource_account = ACCOUNT;
    q.resource_policy = NULL;
    assert_false(identity_authorize(&rq, &q, &answer));
    assert_non_null(strstr(answer.message, "User: anonymous is not authorized"));
    q.resource_policy = DOC(ALLOW("\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\""));
    assert_true(identity_authorize(&rq, &q, &answer));
}

static void pass_role_is_asked_for(void **state) {
    struct iam_role role = make_role("r", OWN_TRUST);
    struct iam_create_instance_profile_response made;

    (void)state;
    assert_int_equal(CALL(iam, create_instance_profile, made, .instance_profile_name = "p"), 0);
    DO(put_role_policy, .role_name = "r", .policy_name = "i",
       .policy_document = DOC(ALLOW("\"Action\":\"iam:*InstanceProfile\",\"Resource\":\"*\"")));
    assert_int_equal(become(assume(role.arn, NULL).credentials, rq.now_ms), 0);
    REFUSED("AccessDenied",
            "User: arn:aws:sts::" ACCOUNT
            ":assumed-role/r/me is not authorized to perform: iam:PassRole on resource: "
            "arn:aws:iam::" ACCOUNT ":role/r because no identity-based policy allows the iam:PassRole action",
            CALL(iam, add_role_to_instance_profile, nothing, .instance_profile_name = "p", .role_name = "r"));
}

/* ---- instances: iam-009 ---- */

static void instances_get_their_role(void **state) {
    struct instance_row instance = {
        .id = "i-0123456789abcdef0", .account = ACCOUNT, .region = "ap-northeast-1", .vpc_id = "vpc-1"};
    struct identity_credentials first, again, later;
    struct sts_get_caller_identity_response me;
    struct identity_profile profile;
    struct identity_answer answer;
    struct sts_credentials c = {0};

    (void)state;
    make_role("r", EC2_TRUST);
    make_profile("p", "r");
    instance_put(&tx, &instance);
    DO(put_role_policy, .role_name = "r", .policy_name = "i",
       .policy_document =
           DOC(ALLOW("\"Action\":\"ec2:*\",\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{"
                     "\"aws:Ec2InstanceSourceVpc\":\"vpc-1\"},\"ArnEquals\":{\"ec2:SourceInstanceARN\":"
                     "\"arn:aws:ec2:ap-northeast-1:" ACCOUNT ":instance/i-0123456789abcdef0\"}}")));
    assert_int_equal(identity_profile_find(&tx, ACCOUNT, "p", NULL, &profile), 0);
    assert_int_equal(identity_instance_credentials(&tx, profile.id, instance.id, rq.now_ms, &first), 0);
    assert_int_equal(identity_instance_credentials(&tx, profile.id, instance.id, rq.now_ms + 1000, &again),
                     0);
    assert_string_equal(first.access_key_id, again.access_key_id);
    assert_string_equal(first.token, again.token);
    assert_int_equal(
        identity_instance_credentials(&tx, profile.id, instance.id, rq.now_ms + 3600 * 1000, &later), 0);
    assert_string_not_equal(first.access_key_id, later.access_key_id);
    assert_true(first.expires_ms - rq.now_ms > 5 * 3600 * 1000);
    c.access_key_id = first.access_key_id;
    c.secret_access_key = first.secret;
    c.session_token = first.token;
    assert_int_equal(become(&c, rq.now_ms), 0);
    assert_int_equal(CALL(sts, get_caller_identity, me, 0), 0);
    assert_string_equal(me.arn, "arn:aws:sts::" ACCOUNT ":assumed-role/r/i-0123456789abcdef0");
    assert_true(may("ec2:DescribeVpcs", "*", &answer));
    be_root();
    DO(update_assume_role_policy, .role_name = "r", .policy_document = OWN_TRUST);
    assert_int_equal(identity_instance_credentials(&tx, profile.id, instance.id, rq.now_ms, &first), -EACCES);
    DO(remove_role_from_instance_profile, .instance_profile_name = "p", .role_name = "r");
    assert_int_equal(identity_instance_credentials(&tx, profile.id, instance.id, rq.now_ms, &first), -ENOENT);
    assert_int_equal(identity_instance_credentials(&tx, "AIPAX", instance.id, rq.now_ms, &first), -ENOENT);
}

static void every_action_of_the_model_has_a_handler(void **state) {
    static const struct api_service *const services[] = {&iam_service, &sts_service};

    (void)state;
    for (size_t s = 0; s < 2; s++) {
        const struct model_service *m = model_service_find(services[s]->id);

        assert_int_equal(services[s]->entry_count, m->operation_count);
        for (size_t i = 0; i < m->operation_count; i++)
            assert_string_equal(services[s]->entries[i].operation, m->operations[i].name);
    }
    for (size_t i = 0; i < iam_service.entry_count; i++) {
        const struct model_operation *op = model_operation_find(&model_iam, iam_service.entries[i].operation);
        const char *const *arns;
        size_t count;
        void *in;

        if (iam_service.entries[i].resources == NULL)
            continue;
        in = arena_alloc(&arena, op->input->size);
        for (size_t j = 0; j < op->input->member_count; j++) /* every required text is "x" */
            if (op->input->members[j].required && op->input->members[j].shape->type == MODEL_STRING)
                *(const char **)(void *)((char *)in + op->input->members[j].offset) = "x";
        iam_service.entries[i].resources(&rq, in, &arns, &count);
        assert_int_equal(count, 1);
        assert_non_null(arns[0]);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_role_from_birth_to_death),
        TEST(roles_are_checked),
        TEST(what_is_in_use_is_kept),
        TEST(roles_are_listed_in_pages),
        TEST(inline_policies),
        TEST(managed_policies),
        TEST(profiles_hold_one_role),
        TEST(a_session_is_the_role),
        TEST(tokens_are_sealed),
        TEST(any_key_is_root_when_asked_for),
        TEST(accounts_have_keys),
        TEST(key_ids_carry_their_account),
        TEST(assume_role_is_checked),
        TEST(roles_chain_for_an_hour),
        TEST(session_policies_and_boundaries_limit),
        TEST(endpoints_filter),
        TEST(pass_role_is_asked_for),
        TEST(instances_get_their_role),
        TEST(every_action_of_the_model_has_a_handler),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
