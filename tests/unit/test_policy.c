/* SPDX-License-Identifier: Apache-2.0 */
/* IAM policies: conformance iam-001 … iam-006, iam-013, iam-014, iam-019, s3-005, vpce-007, vpce-008. */
#include "policy/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

#define ALLOW(rest) "{\"Effect\":\"Allow\"," rest "}"
#define DENY(rest) "{\"Effect\":\"Deny\"," rest "}"
#define DOC(statements) "{\"Version\":\"2012-10-17\",\"Statement\":[" statements "]}"
#define ANY "\"Action\":\"*\",\"Resource\":\"*\""
#define A_USER "arn:aws:iam::111111111111:user/team/ann"
#define A_ROLE "arn:aws:iam::111111111111:role/app/worker"
#define A_SESSION "arn:aws:sts::111111111111:assumed-role/worker/i-0abc"

static struct policy *must_parse(enum policy_grammar grammar, const char *text) {
    char error[POLICY_ERROR_BYTES] = "";
    struct policy *p = NULL;

    if (policy_parse(grammar, text, strlen(text), &p, error) < 0)
        fail_msg("%s\n%s", text, error);
    return p;
}

/* ---- the grammar ---- */

static const struct {
    enum policy_grammar grammar;
    const char *text, *error; /* NULL: it is good */
} documents[] = {
    {POLICY_GRAMMAR_IDENTITY, DOC(ALLOW(ANY)), NULL},
    {POLICY_GRAMMAR_IDENTITY,
     "{\"Version\":\"2012-10-17\",\"Id\":\"x\",\"Statement\":" ALLOW("\"Sid\":\"One\"," ANY) "}", NULL},
    {POLICY_GRAMMAR_IDENTITY, "", "Syntax errors in policy."},
    {POLICY_GRAMMAR_IDENTITY, "nonsense", "Syntax errors in policy."},
    {POLICY_GRAMMAR_IDENTITY, " " DOC(ALLOW(ANY)), "JSON strings must not have leading spaces"},
    {POLICY_GRAMMAR_IDENTITY, "[]", "Syntax errors in policy."},
    {POLICY_GRAMMAR_IDENTITY, "{\"Version\":\"2012-10-17\"}", "Syntax errors in policy."},
    {POLICY_GRAMMAR_IDENTITY, DOC(""), "Syntax errors in policy."},
    {POLICY_GRAMMAR_IDENTITY, "{\"Statement\":" ALLOW(ANY) "}", NULL},
    {POLICY_GRAMMAR_IDENTITY, "{\"Version\":\"2008-10-17\",\"Statement\":" ALLOW(ANY) "}", NULL},
    {POLICY_GRAMMAR_IDENTITY, "{\"Version\":\"2012-10-18\",\"Statement\":" ALLOW(ANY) "}",
     "The policy must contain a valid version string"},
    {POLICY_GRAMMAR_IDENTITY, DOC("{" ANY "}"), "Syntax errors in policy."},
    {POLICY_GRAMMAR_IDENTITY, DOC("{\"Effect\":\"allow\"," ANY "}"), "Syntax errors in policy."},
    {POLICY_GRAMMAR_IDENTITY, DOC(ALLOW("\"Resource\":\"*\"")), "Policy statement must contain actions."},
    {POLICY_GRAMMAR_IDENTITY, DOC(ALLOW("\"Action\":\"*\"")), "Policy statement must contain resources."},
    {POLICY_GRAMMAR_IDENTITY, DOC(ALLOW("\"Action\":\"*\",\"NotAction\":\"s3:*\",\"Resource\":\"*\"")),
     "Syntax errors in policy."},
    {POLICY_GRAMMAR_IDENTITY, DOC(ALLOW("\"Action\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"*\"")),
     "Syntax errors in policy."},
    {POLICY_GRAMMAR_IDENTITY, DOC(ALLOW("\"Surprise\":1," ANY)), "Syntax errors in policy."},
    {POLICY_GRAMMAR_IDENTITY, DOC(ALLOW("\"Principal\":\"*\"," ANY)),
     "Policy document should not specify a principal."},
    {POLICY_GRAMMAR_IDENTITY, DOC(ALLOW("\"Action\":\"GetObject\",\"Resource\":\"*\"")),
     "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
    {POLICY_GRAMMAR_IDENTITY, DOC(ALLOW("\"Action\":\"s3:a:b\",\"Resource\":\"*\"")),
     "Actions/Condition can contain only one colon."},
    {POLICY_GRAMMAR_IDENTITY, DOC(ALLOW("\"Action\":\"s*:Get\",\"Resource\":\"*\"")),
     "Vendor s* is not valid"},
    {POLICY_GRAMMAR_IDENTITY, DOC(ALLOW("\"Action\":\"s3:*\",\"Resource\":\"bucket\"")),
     "Resource bucket must be in ARN format or \"*\"."},
    {POLICY_GRAMMAR_IDENTITY, DOC(ALLOW("\"Action\":\"s3:*\",\"Resource\":\"arn:azure:s3:::b\"")),
     "Partition \"azure\" is not valid for resource \"arn:azure:s3:::b\"."},
    {POLICY_GRAMMAR_IDENTITY, DOC(ALLOW("\"Sid\":\"a b\"," ANY)),
     "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
     "[0-9A-Za-z]*"},
    {POLICY_GRAMMAR_IDENTITY, DOC(ALLOW("\"Sid\":\"a\"," ANY) "," ALLOW("\"Sid\":\"a\"," ANY)),
     "Statement IDs (SID) in a single policy must be unique."},
    {POLICY_GRAMMAR_IDENTITY, DOC(ALLOW(ANY ",\"Condition\":{\"StringIs\":{\"aws:a\":\"b\"}}")),
     "Invalid Condition type : StringIs"},
    {POLICY_GRAMMAR_IDENTITY, DOC(ALLOW(ANY ",\"Condition\":{\"NullIfExists\":{\"aws:a\":\"true\"}}")),
     "Invalid Condition type : NullIfExists"},
    {POLICY_GRAMMAR_IDENTITY, DOC(ALLOW(ANY ",\"Condition\":{\"Bool\":{\"aws:a\":{}}}")),
     "Syntax errors in policy."},
    {POLICY_GRAMMAR_IDENTITY, DOC(ALLOW(ANY ",\"Condition\":{\"StringEquals\":{\"aws:a\":\"\\u0001\"}}")),
     "Syntax errors in policy."},
    {POLICY_GRAMMAR_TRUST,
     DOC(ALLOW("\"Principal\":{\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"")), NULL},
    {POLICY_GRAMMAR_TRUST, DOC(ALLOW("\"Action\":\"sts:AssumeRole\"")), "Missing required field Principal"},
    {POLICY_GRAMMAR_TRUST, DOC(ALLOW("\"Principal\":{},\"Action\":\"sts:AssumeRole\"")),
     "Missing required field Principal"},
    {POLICY_GRAMMAR_TRUST, DOC(ALLOW("\"Principal\":{\"AWS\":\"*\"}," ANY)),
     "AssumeRole policy may only specify STS AssumeRole actions."},
    {POLICY_GRAMMAR_TRUST,
     DOC(ALLOW("\"Principal\":{\"AWS\":\"*\"},\"Action\":\"sts:AssumeRole\",\"Resource\":\"*\"")),
     "Has prohibited field Resource"},
    {POLICY_GRAMMAR_TRUST, DOC(ALLOW("\"Principal\":{\"AWS\":\"ann\"},\"Action\":\"sts:AssumeRole\"")),
     "Invalid principal in policy: \"AWS\":\"ann\""},
    {POLICY_GRAMMAR_TRUST,
     DOC(ALLOW("\"Principal\":{\"AWS\":\"arn:aws:iam::111111111111:user/*\"},\"Action\":\"sts:AssumeRole\"")),
     "Invalid principal in policy: \"AWS\":\"arn:aws:iam::111111111111:user/*\""},
    {POLICY_GRAMMAR_TRUST, DOC(ALLOW("\"Principal\":{\"Martian\":\"x\"},\"Action\":\"sts:AssumeRole\"")),
     "Invalid principal in policy: \"Martian\":\"x\""},
    {POLICY_GRAMMAR_RESOURCE, " {}", "Policies must be valid JSON and the first byte must be '{'"},
    {POLICY_GRAMMAR_RESOURCE, "{}", "Missing required field Statement"},
    {POLICY_GRAMMAR_RESOURCE, DOC(ALLOW(ANY)), "Missing required field Principal"},
    {POLICY_GRAMMAR_RESOURCE, DOC("{\"Principal\":\"*\"," ANY "}"), "Missing required field Effect"},
    {POLICY_GRAMMAR_RESOURCE, DOC(ALLOW("\"Principal\":\"ann\"," ANY)), "Invalid principal in policy"},
    {POLICY_GRAMMAR_RESOURCE, DOC(ALLOW("\"Principal\":\"*\",\"Action\":\"s3:*\"")),
     "Missing required field Resource"},
    {POLICY_GRAMMAR_RESOURCE, DOC(ALLOW("\"Principal\":\"*\",\"Color\":1," ANY)), "Unknown field Color"},
    {POLICY_GRAMMAR_RESOURCE, "{\"Statement\":" ALLOW("\"Sid\":\"with space\",\"Principal\":\"*\"," ANY) "}",
     NULL},
};

static void documents_are_taken_or_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
        char error[POLICY_ERROR_BYTES] = "";
        struct policy *p = NULL;
        int err = policy_parse(documents[i].grammar, documents[i].text, strlen(documents[i].text), &p, error);

        if ((documents[i].error == NULL) != (err == 0) || (err < 0 && strcmp(error, documents[i].error) != 0))
            fail_msg("document %zu: %s\nwanted: %s\nsaid: %s", i, documents[i].text,
                     documents[i].error != NULL ? documents[i].error : "(good)", error);
        policy_unref(p);
    }
}

/* ---- conditions, variables, wildcards: one identity policy, one request ---- */

static const struct {
    const char *statement_rest; /* besides Effect Allow */
    bool holds;
} matches[] = {
    /* iam-014: actions ignore case, resources do not */
    {"\"Action\":\"S3:getobject\",\"Resource\":\"*\"", true},
    {"\"Action\":\"s3:Get*\",\"Resource\":\"arn:aws:s3:::box/*\"", true},
    {"\"Action\":\"s3:GetObjec?\",\"Resource\":\"arn:aws:s3:::box/*\"", true},
    {"\"Action\":\"s3:Get\",\"Resource\":\"*\"", false},
    {"\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::Box/*\"", false},
    {"\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::box\"", false},
    {"\"NotAction\":\"s3:Put*\",\"Resource\":\"*\"", true},
    {"\"NotAction\":[\"iam:*\",\"s3:*\"],\"Resource\":\"*\"", false},
    {"\"Action\":\"*\",\"NotResource\":\"arn:aws:s3:::other/*\"", true},
    {"\"Action\":\"*\",\"NotResource\":\"arn:aws:s3:::box/*\"", false},
    /* variables */
    {"\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::box/${aws:username}/*\"", true},
    {"\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::box/${AWS:UserName}/*\"", true},
    {"\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::box/${ aws:username }/*\"", true},
    {"\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::box/${aws:PrincipalTag/nick, 'ann'}/*\"", true},
    {"\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::box/${aws:PrincipalTag/nick}/*\"", false},
    {"\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::box/${aws:PrincipalTag/star}/*\"", false},
    {"\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::box/${aws:PrincipalTag/control}/*\"", false},
    {"\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::box/${*}\"", false},
    {"\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::box/ann/a${$}b${*}c${?}\"", true},
    {"\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::box/ann/${unclosed\"", false},
    {"\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::box/${aws:TagKeys}/*\"", false},
#define IF(cond) ANY ",\"Condition\":{" cond "}"
    {IF("\"StringEquals\":{\"AWS:PRINCIPALTAG/TEAM\":\"blue\"}"), true},
    {IF("\"StringEquals\":{\"aws:PrincipalTag/team\":\"Blue\"}"), false},
    {IF("\"StringEquals\":{\"aws:PrincipalTag/team\":[\"red\",\"blue\"]}"), true},
    {IF("\"StringEquals\":{\"aws:PrincipalTag/team\":[]}"), false},
    {IF("\"StringEquals\":{\"aws:PrincipalTag/team\":\"bl*\"}"), false},
    {IF("\"StringNotEquals\":{\"aws:PrincipalTag/team\":[\"red\",\"blue\"]}"), false},
    {IF("\"StringNotEquals\":{\"aws:PrincipalTag/team\":\"red\"}"), true},
    {IF("\"StringNotEquals\":{\"aws:absent\":\"red\"}"), true},
    {IF("\"StringEquals\":{\"aws:absent\":\"red\"}"), false},
    {IF("\"StringEqualsIfExists\":{\"aws:absent\":\"red\"}"), true},
    {IF("\"StringEqualsIfExists\":{\"aws:PrincipalTag/team\":\"red\"}"), false},
    {IF("\"StringEqualsIgnoreCase\":{\"aws:PrincipalTag/team\":\"BLUE\"}"), true},
    {IF("\"StringNotEqualsIgnoreCase\":{\"aws:PrincipalTag/team\":\"BLUE\"}"), false},
    {IF("\"StringLike\":{\"aws:PrincipalTag/team\":\"b*e\"}"), true},
    {IF("\"StringLike\":{\"aws:PrincipalTag/star\":\"${*}\"}"), true},
    {IF("\"StringLike\":{\"aws:PrincipalTag/team\":\"${*}\"}"), false},
    {IF("\"StringNotLike\":{\"aws:PrincipalTag/team\":\"b*\"}"), false},
    {IF("\"StringEquals\":{\"aws:PrincipalTag/team\":\"${aws:PrincipalTag/team}\"}"), true},
    {IF("\"StringNotEquals\":{\"aws:PrincipalTag/team\":\"${aws:absent}\"}"), true},
    {IF("\"StringEquals\":{\"aws:username\":\"ann\",\"aws:PrincipalTag/team\":\"red\"}"), false},
    {IF("\"NumericLessThan\":{\"s3:max-keys\":11}"), true},
    {IF("\"NumericLessThan\":{\"s3:max-keys\":10}"), false},
    {IF("\"NumericLessThanEquals\":{\"s3:max-keys\":\"10\"}"), true},
    {IF("\"NumericGreaterThan\":{\"s3:max-keys\":\"9.5\"}"), true},
    {IF("\"NumericGreaterThanEquals\":{\"s3:max-keys\":\"10.5\"}"), false},
    {IF("\"NumericEquals\":{\"s3:max-keys\":\"1e1\"}"), true},
    {IF("\"NumericNotEquals\":{\"s3:max-keys\":10}"), false},
    {IF("\"NumericEquals\":{\"aws:username\":10}"), false},
    {IF("\"DateGreaterThan\":{\"aws:CurrentTime\":\"2026-11-22T00:00:00Z\"}"), true},
    {IF("\"DateLessThan\":{\"aws:CurrentTime\":\"2026-11-22\"}"), false},
    {IF("\"DateLessThanEquals\":{\"aws:CurrentTime\":\"2026-11-22T21:00:00+09:00\"}"), true},
    {IF("\"DateLessThan\":{\"aws:CurrentTime\":\"2026-11-22T21:00:00+09:00\"}"), false},
    {IF("\"DateEquals\":{\"aws:EpochTime\":\"1795348800\"}"), true},
    {IF("\"DateNotEquals\":{\"aws:CurrentTime\":\"never\"}"), true},
    {IF("\"Bool\":{\"aws:SecureTransport\":\"TRUE\"}"), true},
    {IF("\"Bool\":{\"aws:SecureTransport\":false}"), false},
    {IF("\"BoolIfExists\":{\"aws:MultiFactorAuthPresent\":true}"), true},
    {IF("\"BinaryEquals\":{\"aws:key\":\"QUJD\"}"), true},
    {IF("\"IpAddress\":{\"aws:SourceIp\":[\"192.0.2.0/24\",\"10.0.0.0/15\"]}"), true},
    {IF("\"IpAddress\":{\"aws:SourceIp\":\"10.0.1.7\"}"), true},
    {IF("\"IpAddress\":{\"aws:SourceIp\":\"10.0.1.6\"}"), false},
    {IF("\"IpAddress\":{\"aws:SourceIp\":\"0.0.0.0/0\"}"), true},
    {IF("\"IpAddress\":{\"aws:SourceIp\":\"::/0\"}"), false},
    {IF("\"IpAddress\":{\"aws:Ip6\":\"2001:db8::/33\"}"), true},
    {IF("\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/33\"}"), false},
    {IF("\"NotIpAddress\":{\"aws:SourceIp\":\"10.0.1.0/24\"}"), false},
    {IF("\"NotIpAddress\":{\"aws:absent\":\"10.0.1.0/24\"}"), true},
    {IF("\"ArnEquals\":{\"aws:SourceArn\":\"arn:aws:sns:*:111111111111:t*\"}"), true},
    {IF("\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:sns:*:top\"}"), false},
    {IF("\"ArnLike\":{\"aws:SourceArn\":\"*\"}"), true},
    {IF("\"ArnLike\":{\"aws:username\":\"*\"}"), false},
    {IF("\"ArnNotLike\":{\"aws:SourceArn\":\"arn:aws:sns:*:*:top\"}"), false},
    {IF("\"ArnEquals\":{\"aws:PrincipalArn\":\"" A_USER "\"}"), true},
    {IF("\"Null\":{\"aws:absent\":\"true\"}"), true},
    {IF("\"Null\":{\"aws:absent\":false}"), false},
    {IF("\"Null\":{\"aws:username\":\"false\"}"), true},
    /* keys with several values */
    {IF("\"ForAllValues:StringEquals\":{\"aws:TagKeys\":[\"Name\",\"Stack\",\"x\"]}"), true},
    {IF("\"ForAllValues:StringEquals\":{\"aws:TagKeys\":[\"Name\"]}"), false},
    {IF("\"ForAllValues:StringEquals\":{\"aws:absent\":[\"Name\"]}"), true},
    {IF("\"ForAllValues:StringNotEquals\":{\"aws:TagKeys\":[\"x\"]}"), true},
    {IF("\"ForAllValues:StringNotEquals\":{\"aws:TagKeys\":[\"Name\"]}"), false},
    {IF("\"ForAnyValue:StringEquals\":{\"aws:TagKeys\":[\"Name\"]}"), true},
    {IF("\"ForAnyValue:StringEquals\":{\"aws:TagKeys\":[\"x\"]}"), false},
    {IF("\"ForAnyValue:StringEquals\":{\"aws:absent\":[\"x\"]}"), false},
    {IF("\"ForAnyValue:StringNotEquals\":{\"aws:TagKeys\":[\"Name\"]}"), true},
    {IF("\"ForAnyValue:StringNotEquals\":{\"aws:absent\":[\"Name\"]}"), false},
    {IF("\"ForAnyValue:StringLike\":{\"aws:TagKeys\":[\"St*\"]}"), true},
    {IF("\"StringNotEquals\":{\"aws:TagKeys\":[\"Name\"]}"), false},
};

static void conditions_and_wildcards(void **state) {
    static const struct {
        const char *key, *value;
    } context[] = {
        {"aws:principaltag/Team", "blue"},
        {"aws:PrincipalTag/star", "*"},
        {"aws:PrincipalTag/control", "\001"},
        {"s3:max-keys", "10"},
        {"aws:SecureTransport", "true"},
        {"aws:key", "QUJD"},
        {"aws:SourceIp", "10.0.1.7"},
        {"aws:Ip6", "2001:db8::7"},
        {"aws:SourceArn", "arn:aws:sns:eu-west-1:111111111111:top"},
        {"aws:TagKeys", "Name"},
        {"aws:tagkeys", "Stack"},
    };
    struct policy_context ctx = {0};
    struct policy_request q = {
        .caller = {.kind = POLICY_CALLER_USER, .account = "111111111111", .arn = A_USER, .user_name = "ann"},
        .action = "s3:GetObject",
        .resource = "arn:aws:s3:::box/ann/a$b*c?",
        .context = &ctx,
    };
    struct arena a = {0};

    (void)state;
    assert_int_equal(clock_parse("2026-11-22T12:00:00Z", &q.now_ms), 0);
    for (size_t i = 0; i < sizeof(context) / sizeof(context[0]); i++)
        policy_context_add(&a, &ctx, context[i].key, context[i].value);
    for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
        const char *text = arena_printf(&a, DOC("{\"Effect\":\"Allow\",%s}"), matches[i].statement_rest);
        struct policy *p = must_parse(POLICY_GRAMMAR_IDENTITY, text);
        struct policy_source source = {p, "p"};
        struct policy_set set = {.identity = {&source, 1, 1}};
        bool allowed = policy_evaluate(&q, &set).outcome == POLICY_ALLOW;

        if (allowed != matches[i].holds)
            fail_msg("%s: %s", text, allowed ? "held" : "did not hold");
        policy_unref(p);
    }
    arena_free(&a);
}

static void older_version_has_no_variables(void **state) {
    struct policy *p = must_parse(
        POLICY_GRAMMAR_RESOURCE,
        "{\"Version\":\"2008-10-17\",\"Statement\":[" ALLOW(
            "\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::b/${aws:username}\"") "]}");
    struct policy_source source = {p, NULL};
    struct policy_set set = {.resource = {&source, 1, 1}};
    struct policy_request q = {.caller = {.kind = POLICY_CALLER_ANONYMOUS},
                               .action = "s3:GetObject",
                               .resource = "arn:aws:s3:::b/${aws:username}"};

    (void)state;
    assert_int_equal(policy_evaluate(&q, &set).outcome, POLICY_ALLOW);
    policy_unref(p);
}

/* ---- kinds of policies together ---- */

#define GET_B "\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::b/*\""
#define P(principal) "\"Principal\":{\"AWS\":\"" principal "\"},"

enum who { USER, SESSION, ROOT, FOREIGN, FOREIGN_ROOT, NOBODY, SERVICE };

static const struct policy_caller callers[] = {
    [USER] = {.kind = POLICY_CALLER_USER, .account = "111111111111", .arn = A_USER, .user_name = "ann"},
    [SESSION] = {.kind = POLICY_CALLER_ROLE,
                 .account = "111111111111",
                 .arn = A_SESSION,
                 .role_arn = A_ROLE,
                 .user_id = "AROAAAAAAAAAAAAAAAAAA:i-0abc"},
    [ROOT] = {.kind = POLICY_CALLER_ROOT, .account = "111111111111", .arn = "arn:aws:iam::111111111111:root"},
    [FOREIGN] = {.kind = POLICY_CALLER_USER,
                 .account = "222222222222",
                 .arn = "arn:aws:iam::222222222222:user/bob",
                 .user_name = "bob"},
    [FOREIGN_ROOT] = {.kind = POLICY_CALLER_ROOT,
                      .account = "222222222222",
                      .arn = "arn:aws:iam::222222222222:root"},
    [NOBODY] = {.kind = POLICY_CALLER_ANONYMOUS},
    [SERVICE] = {.kind = POLICY_CALLER_SERVICE, .service = "ec2.amazonaws.com"},
};

static const struct {
    const char *id;
    enum who who;
    const char *identity, *resource, *endpoint, *boundary, *session, *organization;
    enum policy_outcome outcome;
    enum policy_kind kind;
} cases[] = {
#define OK POLICY_ALLOW
#define NO POLICY_DENY_IMPLICIT
#define NEVER POLICY_DENY_EXPLICIT
    {"default is deny", USER, NULL, NULL, NULL, NULL, NULL, NULL, NO, POLICY_KIND_IDENTITY},
    {"iam-001 allow", USER, ALLOW(GET_B), NULL, NULL, NULL, NULL, NULL, OK, POLICY_KIND_IDENTITY},
    {"iam-001 deny wins", USER, ALLOW(ANY) "," DENY(GET_B), NULL, NULL, NULL, NULL, NULL, NEVER,
     POLICY_KIND_IDENTITY},
    {"root needs no policy", ROOT, NULL, NULL, NULL, NULL, NULL, NULL, OK, POLICY_KIND_IDENTITY},
    {"bucket policy denies root too", ROOT, NULL, DENY(P("*") ANY), NULL, NULL, NULL, NULL, NEVER,
     POLICY_KIND_RESOURCE},
    {"deny of the account hits its users", USER, ALLOW(ANY), DENY(P("111111111111") ANY), NULL, NULL, NULL,
     NULL, NEVER, POLICY_KIND_RESOURCE},
    {"s3-005 bucket policy grants the user", USER, NULL, ALLOW(P(A_USER) GET_B), NULL, NULL, NULL, NULL, OK,
     POLICY_KIND_RESOURCE},
    {"bucket policy grants anyone", USER, NULL, ALLOW("\"Principal\":\"*\"," GET_B), NULL, NULL, NULL, NULL,
     OK, POLICY_KIND_RESOURCE},
    {"bucket policy grants anonymous", NOBODY, NULL, ALLOW("\"Principal\":\"*\"," GET_B), NULL, NULL, NULL,
     NULL, OK, POLICY_KIND_RESOURCE},
    {"anonymous is not the account", NOBODY, NULL, ALLOW(P("111111111111") GET_B), NULL, NULL, NULL, NULL, NO,
     POLICY_KIND_RESOURCE},
    {"the account delegates, it does not grant", USER, NULL, ALLOW(P("arn:aws:iam::111111111111:root") GET_B),
     NULL, NULL, NULL, NULL, NO, POLICY_KIND_IDENTITY},
    {"another user's grant", USER, NULL, ALLOW(P("arn:aws:iam::111111111111:user/team/anna") GET_B), NULL,
     NULL, NULL, NULL, NO, POLICY_KIND_IDENTITY},
    {"iam-002 cross-account needs both: resource only", FOREIGN, NULL,
     ALLOW(P("arn:aws:iam::222222222222:root") GET_B), NULL, NULL, NULL, NULL, NO, POLICY_KIND_IDENTITY},
    {"iam-002 identity only", FOREIGN, ALLOW(ANY), NULL, NULL, NULL, NULL, NULL, NO, POLICY_KIND_RESOURCE},
    {"iam-002 both", FOREIGN, ALLOW(ANY), ALLOW(P("222222222222") GET_B), NULL, NULL, NULL, NULL, OK,
     POLICY_KIND_IDENTITY},
    {"iam-002 named user still needs identity", FOREIGN, NULL,
     ALLOW(P("arn:aws:iam::222222222222:user/bob") GET_B), NULL, NULL, NULL, NULL, NO, POLICY_KIND_IDENTITY},
    {"foreign root with resource policy", FOREIGN_ROOT, NULL, ALLOW(P("222222222222") GET_B), NULL, NULL,
     NULL, NULL, OK, POLICY_KIND_IDENTITY},
    {"foreign root without", FOREIGN_ROOT, NULL, NULL, NULL, NULL, NULL, NULL, NO, POLICY_KIND_RESOURCE},
    {"iam-003 session ARN passes boundary and session policy", SESSION, NULL, ALLOW(P(A_SESSION) GET_B), NULL,
     ALLOW("\"Action\":\"ec2:*\",\"Resource\":\"*\""), ALLOW("\"Action\":\"ec2:*\",\"Resource\":\"*\""), NULL,
     OK, POLICY_KIND_RESOURCE},
    {"iam-003 role ARN does not pass the boundary", SESSION, NULL, ALLOW(P(A_ROLE) GET_B), NULL,
     ALLOW("\"Action\":\"ec2:*\",\"Resource\":\"*\""), NULL, NULL, NO, POLICY_KIND_BOUNDARY},
    {"iam-003 role ARN does not pass the session policy", SESSION, NULL, ALLOW(P(A_ROLE) GET_B), NULL, NULL,
     ALLOW("\"Action\":\"ec2:*\",\"Resource\":\"*\""), NULL, NO, POLICY_KIND_SESSION},
    {"iam-003 role ARN grants", SESSION, NULL, ALLOW(P(A_ROLE) GET_B), NULL, NULL, NULL, NULL, OK,
     POLICY_KIND_RESOURCE},
    {"the role's unique id stands for the role", SESSION, NULL, ALLOW(P("AROAAAAAAAAAAAAAAAAAA") GET_B), NULL,
     NULL, NULL, NULL, OK, POLICY_KIND_RESOURCE},
    {"iam-003 an explicit deny in the boundary still denies", SESSION, NULL, ALLOW(P(A_SESSION) GET_B), NULL,
     DENY(ANY), NULL, NULL, NEVER, POLICY_KIND_BOUNDARY},
    {"iam-004 boundary limits", USER, ALLOW(ANY), NULL, NULL,
     ALLOW("\"Action\":\"ec2:*\",\"Resource\":\"*\""), NULL, NULL, NO, POLICY_KIND_BOUNDARY},
    {"iam-004 across accounts the boundary limits even whom the policy names", FOREIGN, ALLOW(ANY),
     ALLOW(P("arn:aws:iam::222222222222:user/bob") GET_B), NULL,
     ALLOW("\"Action\":\"ec2:*\",\"Resource\":\"*\""), NULL, NULL, NO, POLICY_KIND_BOUNDARY},
    {"iam-004 boundary grants nothing", USER, NULL, NULL, NULL, ALLOW(ANY), NULL, NULL, NO,
     POLICY_KIND_IDENTITY},
    {"iam-006 session policy intersects", SESSION, ALLOW(ANY), NULL, NULL, NULL,
     ALLOW("\"Action\":\"s3:Put*\",\"Resource\":\"*\""), NULL, NO, POLICY_KIND_SESSION},
    {"iam-006 within", SESSION, ALLOW(ANY), NULL, NULL, NULL, ALLOW(GET_B), NULL, OK, POLICY_KIND_IDENTITY},
    {"organisation limits root", ROOT, NULL, NULL, NULL, NULL, NULL, DENY(ANY), NEVER,
     POLICY_KIND_ORGANIZATION},
    {"organisation must allow", USER, ALLOW(ANY), NULL, NULL, NULL, NULL,
     ALLOW("\"Action\":\"ec2:*\",\"Resource\":\"*\""), NO, POLICY_KIND_ORGANIZATION},
    {"vpce-008 endpoint allows another bucket", USER, ALLOW(ANY), NULL,
     ALLOW("\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::a/*\""), NULL, NULL, NULL, NO,
     POLICY_KIND_ENDPOINT},
    {"vpce-008 endpoint never grants", USER, NULL, NULL, ALLOW("\"Principal\":\"*\"," ANY), NULL, NULL, NULL,
     NO, POLICY_KIND_IDENTITY},
    {"vpce-008 both", USER, ALLOW(ANY), NULL, ALLOW("\"Principal\":\"*\"," ANY), NULL, NULL, NULL, OK,
     POLICY_KIND_IDENTITY},
    {"vpce-008 limits root", ROOT, NULL, NULL,
     ALLOW("\"Principal\":\"*\",\"Action\":\"sqs:*\",\"Resource\":\"*\""), NULL, NULL, NULL, NO,
     POLICY_KIND_ENDPOINT},
    {"iam-019 endpoint denies", SESSION, ALLOW(ANY), NULL,
     ALLOW("\"Principal\":\"*\"," ANY) "," DENY(
         "\"Principal\":\"*\",\"Action\":\"s3:Get*\",\"Resource\":\"*\""),
     NULL, NULL, NULL, NEVER, POLICY_KIND_ENDPOINT},
    {"an endpoint policy that names the account means its root", USER, ALLOW(ANY), NULL,
     ALLOW(P("111111111111") ANY), NULL, NULL, NULL, NO, POLICY_KIND_ENDPOINT},
    {"vpce-007 right endpoint", USER, ALLOW(ANY),
     DENY(P("*") ANY ",\"Condition\":{\"StringNotEquals\":{\"aws:sourceVpce\":\"vpce-x\"}}"), NULL, NULL,
     NULL, NULL, OK, POLICY_KIND_IDENTITY},
    {"vpce-007 wrong endpoint", USER, ALLOW(ANY),
     DENY(P("*") ANY ",\"Condition\":{\"StringNotEquals\":{\"aws:sourceVpce\":\"vpce-y\"}}"), NULL, NULL,
     NULL, NULL, NEVER, POLICY_KIND_RESOURCE},
    {"NotPrincipal spares whom it names", USER, ALLOW(ANY),
     DENY("\"NotPrincipal\":{\"AWS\":\"" A_USER "\"}," ANY), NULL, NULL, NULL, NULL, OK,
     POLICY_KIND_IDENTITY},
    {"NotPrincipal hits the others", SESSION, ALLOW(ANY),
     DENY("\"NotPrincipal\":{\"AWS\":\"" A_USER "\"}," ANY), NULL, NULL, NULL, NULL, NEVER,
     POLICY_KIND_RESOURCE},
    {"NotPrincipal of the account spares only root", USER, ALLOW(ANY),
     DENY("\"NotPrincipal\":{\"AWS\":\"111111111111\"}," ANY), NULL, NULL, NULL, NULL, NEVER,
     POLICY_KIND_RESOURCE},
    {"a service by its name", SERVICE, NULL, ALLOW("\"Principal\":{\"Service\":\"ec2.amazonaws.com\"}," ANY),
     NULL, NULL, NULL, NULL, OK, POLICY_KIND_RESOURCE},
    {"another service", SERVICE, NULL, ALLOW("\"Principal\":{\"Service\":\"ssm.amazonaws.com\"}," ANY), NULL,
     NULL, NULL, NULL, NO, POLICY_KIND_RESOURCE},
    {"AWS:* is no service", SERVICE, NULL, ALLOW(P("*") ANY), NULL, NULL, NULL, NULL, NO,
     POLICY_KIND_RESOURCE},
/* Who is meant by a principal: all of a name, of an account's number, or of a role's id before the colon. */
#define NAMED(id, who, principal, outcome, kind)                                                             \
    { id, who, NULL, ALLOW(P(principal) ANY), NULL, NULL, NULL, NULL, outcome, kind }
#define FOREIGN_NAMED(id, principal, outcome, kind)                                                          \
    { id, FOREIGN, ALLOW(ANY), ALLOW(P(principal) ANY), NULL, NULL, NULL, NULL, outcome, kind }
    FOREIGN_NAMED("an account's number", "222222222222", OK, POLICY_KIND_IDENTITY),
    FOREIGN_NAMED("an account's root", "arn:aws:iam::222222222222:root", OK, POLICY_KIND_IDENTITY),
    FOREIGN_NAMED("another account's number", "333333333333", NO, POLICY_KIND_RESOURCE),
    FOREIGN_NAMED("another account's root", "arn:aws:iam::333333333333:root", NO, POLICY_KIND_RESOURCE),
    FOREIGN_NAMED("a user whose name begins alike", "arn:aws:iam::222222222222:user/bo", NO,
                  POLICY_KIND_RESOURCE),
    FOREIGN_NAMED("a session of that account", "arn:aws:sts::222222222222:assumed-role/bob/x", NO,
                  POLICY_KIND_RESOURCE),
    NAMED("a role by its id", SESSION, "AROAAAAAAAAAAAAAAAAAA", OK, POLICY_KIND_RESOURCE),
    NAMED("an id that begins alike", SESSION, "AROAAAAAAAAAAAAAAAAA", NO, POLICY_KIND_IDENTITY),
    NAMED("another id", SESSION, "AROABAAAAAAAAAAAAAAAA", NO, POLICY_KIND_IDENTITY),
    NAMED("the role of a session", SESSION, A_ROLE, OK, POLICY_KIND_RESOURCE),
    NAMED("the session", SESSION, A_SESSION, OK, POLICY_KIND_RESOURCE),
    NAMED("the account alone", USER, "111111111111", NO, POLICY_KIND_IDENTITY),
/* What is known of every caller. */
#define HAVING(key, value) "\"Condition\":{\"StringEquals\":{\"" key "\":\"" value "\"}},"
#define KNOWN(who, key, value)                                                                               \
    {key " is " value,    who, ALLOW(HAVING(key, value) ANY), NULL, NULL, NULL, NULL, NULL, OK,              \
     POLICY_KIND_IDENTITY},                                                                                  \
    {                                                                                                        \
        key " is nothing else", who, ALLOW(HAVING(key, value "x") ANY), NULL, NULL, NULL, NULL, NULL, NO,    \
            POLICY_KIND_IDENTITY                                                                             \
    }
    KNOWN(USER, "aws:PrincipalAccount", "111111111111"),
    KNOWN(USER, "aws:PrincipalType", "User"),
    KNOWN(SESSION, "aws:PrincipalType", "AssumedRole"),
    KNOWN(USER, "aws:PrincipalIsAWSService", "false"),
    KNOWN(USER, "aws:PrincipalArn", A_USER),
    KNOWN(SESSION, "aws:PrincipalArn", A_ROLE),
    KNOWN(SESSION, "aws:userid", "AROAAAAAAAAAAAAAAAAAA:i-0abc"),
    KNOWN(USER, "aws:username", "ann"),
    KNOWN(USER, "aws:ResourceAccount", "111111111111"),
#define SERVED(key, value)                                                                                   \
    {                                                                                                        \
        key " is " value, SERVICE, NULL,                                                                     \
            ALLOW("\"Principal\":{\"Service\":\"ec2.amazonaws.com\"}," HAVING(key, value) ANY), NULL, NULL,  \
            NULL, NULL, OK, POLICY_KIND_RESOURCE                                                             \
    }
    SERVED("aws:PrincipalIsAWSService", "true"),
    SERVED("aws:PrincipalServiceName", "ec2.amazonaws.com"),
    {"who has no account has none of any name", NOBODY, NULL,
     ALLOW("\"Principal\":\"*\"," HAVING("aws:PrincipalAccount", "111111111111") ANY), NULL, NULL, NULL, NULL,
     NO, POLICY_KIND_RESOURCE},
    {"the strongest of several counts: a direct one passes the boundary", SESSION, NULL,
     ALLOW(P(A_ROLE) ANY) "," ALLOW(P(A_SESSION) ANY), NULL, ALLOW("\"Action\":\"ec2:*\",\"Resource\":\"*\""),
     NULL, NULL, OK, POLICY_KIND_RESOURCE},
    {"a limited one does not", SESSION, NULL, ALLOW(P(A_ROLE) ANY), NULL,
     ALLOW("\"Action\":\"ec2:*\",\"Resource\":\"*\""), NULL, NULL, NO, POLICY_KIND_BOUNDARY},
};

static void fill(struct policy_list *list, struct policy_source *source, enum policy_grammar grammar,
                 const char *statements) {
    char text[2048];

    if (statements == NULL)
        return;
    snprintf(text, sizeof(text), DOC("%s"), statements);
    source->policy = must_parse(grammar, text);
    source->name = "name";
    list->items = source;
    list->count = 1;
}

static void kinds_together(void **state) {
    struct arena a = {0};
    struct policy_context ctx = {0};

    (void)state;
    policy_context_add(&a, &ctx, "aws:SourceVpce", "vpce-x");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct policy_source s[6] = {0};
        struct policy_set set = {0};
        struct policy_request q = {.caller = callers[cases[i].who],
                                   .action = "s3:GetObject",
                                   .resource = "arn:aws:s3:::b/key",
                                   .resource_account = "111111111111",
                                   .context = &ctx};
        struct policy_decision d;

        fill(&set.identity, &s[0], POLICY_GRAMMAR_IDENTITY, cases[i].identity);
        fill(&set.resource, &s[1], POLICY_GRAMMAR_RESOURCE, cases[i].resource);
        fill(&set.endpoint, &s[2], POLICY_GRAMMAR_ENDPOINT, cases[i].endpoint);
        fill(&set.boundary, &s[3], POLICY_GRAMMAR_IDENTITY, cases[i].boundary);
        fill(&set.session, &s[4], POLICY_GRAMMAR_IDENTITY, cases[i].session);
        fill(&set.organization, &s[5], POLICY_GRAMMAR_IDENTITY, cases[i].organization);
        d = policy_evaluate(&q, &set);
        if (d.outcome != cases[i].outcome || d.kind != cases[i].kind)
            fail_msg("%s: outcome %d kind %d (%s)", cases[i].id, d.outcome, d.kind, policy_kind_name(d.kind));
        if (d.outcome == POLICY_DENY_EXPLICIT)
            assert_non_null(d.source);
        for (size_t j = 0; j < 6; j++)
            policy_unref((struct policy *)s[j].policy);
    }
    arena_free(&a);
}

static void trust_policies(void **state) {
    static const struct {
        enum who who;
        const char *principal, *identity;
        enum policy_kind denied_by; /* NONE: allowed */
    } trust[] = {
        {SERVICE, "{\"Service\":\"ec2.amazonaws.com\"}", NULL, POLICY_KIND_NONE},
        {SERVICE, "{\"Service\":\"ssm.amazonaws.com\"}", NULL, POLICY_KIND_TRUST},
        {USER, "{\"AWS\":\"" A_USER "\"}", NULL, POLICY_KIND_NONE},
        {USER, "{\"AWS\":\"111111111111\"}", NULL, POLICY_KIND_IDENTITY},
        {USER, "{\"AWS\":\"111111111111\"}",
         ALLOW("\"Action\":\"sts:AssumeRole\",\"Resource\":\"" A_ROLE "\""), POLICY_KIND_NONE},
        {USER, "{\"AWS\":\"" A_ROLE "\"}", ALLOW(ANY), POLICY_KIND_TRUST},
        {FOREIGN, "{\"AWS\":\"222222222222\"}", NULL, POLICY_KIND_IDENTITY},
        {FOREIGN, "{\"AWS\":\"222222222222\"}", ALLOW(ANY), POLICY_KIND_NONE},
        {ROOT, "{\"AWS\":\"111111111111\"}", NULL, POLICY_KIND_NONE},
        {ROOT, "{\"Service\":\"ec2.amazonaws.com\"}", NULL, POLICY_KIND_TRUST},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(trust) / sizeof(trust[0]); i++) {
        struct policy_source s[2] = {0};
        struct policy_set set = {.resource_is_trust = true};
        struct policy_request q = {.caller = callers[trust[i].who],
                                   .action = "sts:AssumeRole",
                                   .resource = A_ROLE,
                                   .resource_account = "111111111111"};
        struct policy_decision d;
        char statement[512];

        snprintf(statement, sizeof(statement), ALLOW("\"Principal\":%s,\"Action\":\"sts:AssumeRole\""),
                 trust[i].principal);
        fill(&set.resource, &s[0], POLICY_GRAMMAR_TRUST, statement);
        fill(&set.identity, &s[1], POLICY_GRAMMAR_IDENTITY, trust[i].identity);
        d = policy_evaluate(&q, &set);
        if ((d.outcome == POLICY_ALLOW) != (trust[i].denied_by == POLICY_KIND_NONE) ||
            (d.outcome != POLICY_ALLOW && d.kind != trust[i].denied_by))
            fail_msg("trust %zu: outcome %d, %s", i, d.outcome, policy_kind_name(d.kind));
        policy_unref((struct policy *)s[0].policy);
        policy_unref((struct policy *)s[1].policy);
    }
}

static void decisions_name_the_statement(void **state) {
    struct policy_source s[2] = {
        {must_parse(POLICY_GRAMMAR_IDENTITY, DOC(ALLOW(ANY))), "admin"},
        {must_parse(
             POLICY_GRAMMAR_IDENTITY,
             DOC(ALLOW(ANY) "," DENY("\"Sid\":\"NoWrites\",\"Action\":\"s3:Put*\",\"Resource\":\"*\""))),
         "guard"},
    };
    struct policy_set set = {.identity = {s, 2, 2}};
    struct policy_request q = {
        .caller = callers[USER], .action = "s3:PutObject", .resource = "arn:aws:s3:::b/k"};
    struct policy_decision d = policy_evaluate(&q, &set);

    (void)state;
    assert_int_equal(d.outcome, POLICY_DENY_EXPLICIT);
    assert_string_equal(d.source->name, "guard");
    assert_int_equal(d.statement, 1);
    assert_string_equal(d.sid, "NoWrites");
    q.action = "s3:GetObject";
    d = policy_evaluate(&q, &set);
    assert_int_equal(d.outcome, POLICY_ALLOW);
    assert_string_equal(d.source->name, "admin");
    assert_null(d.sid);
    policy_unref((struct policy *)s[0].policy);
    policy_unref((struct policy *)s[1].policy);
}

static void denials_read_as_aws_prints_them(void **state) {
    struct arena a = {0};
    struct policy_request q = {
        .caller = callers[SESSION], .action = "s3:PutObject", .resource = "arn:aws:s3:::b/k"};
    struct policy_decision d = {.outcome = POLICY_DENY_IMPLICIT, .kind = POLICY_KIND_IDENTITY};

    (void)state;
    assert_string_equal(
        policy_explain_denial(&a, &q, &d, true),
        "User: " A_SESSION " is not authorized to perform: s3:PutObject on resource: "
        "\"arn:aws:s3:::b/k\" because no identity-based policy allows the s3:PutObject action");
    d.kind = POLICY_KIND_ENDPOINT;
    assert_string_equal(policy_explain_denial(&a, &q, &d, false),
                        "User: " A_SESSION " is not authorized to perform: s3:PutObject on resource: "
                        "arn:aws:s3:::b/k because no VPC endpoint policy allows the s3:PutObject action");
    d.outcome = POLICY_DENY_EXPLICIT;
    q.resource = "*";
    q.caller = callers[NOBODY];
    assert_string_equal(
        policy_explain_denial(&a, &q, &d, false),
        "User: anonymous is not authorized to perform: s3:PutObject with an explicit deny in a "
        "VPC endpoint policy");
    d.kind = POLICY_KIND_IDENTITY;
    assert_string_equal(
        policy_explain_denial(&a, &q, &d, false),
        "User: anonymous is not authorized to perform: s3:PutObject with an explicit deny in an "
        "identity-based policy");
    arena_free(&a);
}

/* ---- what S3 asks of bucket policies ---- */

static void public_policies(void **state) {
    static const struct {
        const char *statements;
        bool is_public;
    } t[] = {
        {ALLOW("\"Principal\":\"*\"," GET_B), true},
        {ALLOW(P("*") GET_B), true},
        {ALLOW(P(A_USER) GET_B), false},
        {ALLOW(P("111111111111") GET_B) "," ALLOW(P("*") GET_B), true},
        {DENY(P("*") GET_B), false},
        {ALLOW("\"NotPrincipal\":{\"AWS\":\"" A_USER "\"}," GET_B), true},
        {ALLOW("\"Principal\":{\"Service\":\"logging.s3.amazonaws.com\"}," GET_B), false},
#define OPEN_HAVING(cond) ALLOW(P("*") GET_B ",\"Condition\":{" cond "}")
        {OPEN_HAVING("\"StringEquals\":{\"aws:SourceVpce\":\"vpce-1\"}"), false},
        {OPEN_HAVING("\"StringLike\":{\"aws:SourceVpc\":\"vpc-1\"}"), false},
        {OPEN_HAVING("\"StringLike\":{\"aws:SourceVpc\":\"vpc-*\"}"), true},
        {OPEN_HAVING("\"StringEquals\":{\"aws:SourceVpc\":[\"vpc-1\",\"${aws:username}\"]}"), true},
        {OPEN_HAVING("\"StringNotEquals\":{\"aws:SourceVpce\":\"vpce-1\"}"), true},
        {OPEN_HAVING("\"StringEqualsIfExists\":{\"aws:SourceVpce\":\"vpce-1\"}"), true},
        {OPEN_HAVING("\"StringEquals\":{\"s3:prefix\":\"x\"}"), true},
        {OPEN_HAVING("\"IpAddress\":{\"aws:SourceIp\":\"203.0.113.0/24\"}"), false},
        {OPEN_HAVING("\"IpAddress\":{\"aws:SourceIp\":[\"203.0.113.0/24\",\"0.0.0.0/0\"]}"), true},
        {OPEN_HAVING("\"IpAddress\":{\"aws:SourceIp\":\"2001:db8::/32\"}"), false},
        {OPEN_HAVING("\"IpAddress\":{\"aws:SourceIp\":\"2000::/3\"}"), true},
        {OPEN_HAVING("\"NotIpAddress\":{\"aws:SourceIp\":\"203.0.113.0/24\"}"), true},
        {OPEN_HAVING("\"StringLike\":{\"aws:userid\":\"AROAAAAAAAAAAAAAAAAAA:*\"}"), false},
        {OPEN_HAVING("\"StringLike\":{\"aws:userid\":\"*\"}"), true},
        {OPEN_HAVING(
             "\"ArnLike\":{\"s3:DataAccessPointArn\":\"arn:aws:s3:eu-west-1:111111111111:accesspoint/*\"}"),
         false},
        {OPEN_HAVING("\"ArnLike\":{\"s3:DataAccessPointArn\":\"arn:aws:s3:*:*:accesspoint/x\"}"), true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        char text[1024];
        struct policy *p;

        snprintf(text, sizeof(text), DOC("%s"), t[i].statements);
        p = must_parse(POLICY_GRAMMAR_RESOURCE, text);
        if (policy_is_public(p) != t[i].is_public)
            fail_msg("%s: %s", text, t[i].is_public ? "not found public" : "found public");
        policy_unref(p);
    }
}

static void bucket_policies_speak_of_their_bucket(void **state) {
    static const struct {
        const char *action, *resource, *error;
    } t[] = {
        {"s3:GetObject", "arn:aws:s3:::box/*", NULL},
        {"s3:ListBucket", "arn:aws:s3:::box", NULL},
        {"s3:*", "arn:aws:s3:::box*", NULL},
        {"s3:GetObject", "arn:aws:s3:::boxes/*", "Policy has invalid resource"},
        {"s3:GetObject", "arn:aws:s3:::bo*", "Policy has invalid resource"},
        {"s3:GetObject", "arn:aws:sqs:::box", "Policy has invalid resource"},
        {"sqs:SendMessage", "arn:aws:s3:::box/*", "Policy has invalid action"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        char text[512], error[POLICY_ERROR_BYTES] = "";
        struct policy *p;
        int err;

        snprintf(text, sizeof(text), DOC(ALLOW("\"Principal\":\"*\",\"Action\":\"%s\",\"Resource\":\"%s\"")),
                 t[i].action, t[i].resource);
        p = must_parse(POLICY_GRAMMAR_RESOURCE, text);
        err = policy_check_bucket(p, "box", error);
        assert_int_equal(err == 0, t[i].error == NULL);
        if (t[i].error != NULL)
            assert_string_equal(error, t[i].error);
        policy_unref(p);
    }
}

static void principals_are_listed(void **state) {
    struct policy *p =
        must_parse(POLICY_GRAMMAR_RESOURCE,
                   DOC(ALLOW(P(A_USER) GET_B) "," ALLOW(
                       "\"Principal\":{\"Service\":[\"a.amazonaws.com\",\"b.amazonaws.com\"]}," GET_B)));
    enum policy_principal_kind kind;
    const char *value;

    (void)state;
    assert_int_equal(policy_principal_at(p, 0, &kind, &value), 0);
    assert_int_equal(kind, POLICY_PRINCIPAL_AWS);
    assert_string_equal(value, A_USER);
    assert_int_equal(policy_principal_at(p, 2, &kind, &value), 0);
    assert_int_equal(kind, POLICY_PRINCIPAL_SERVICE);
    assert_string_equal(value, "b.amazonaws.com");
    assert_true(policy_principal_at(p, 3, &kind, &value) < 0);
    policy_unref(p);
}

static void quota_counts_no_white_space(void **state) {
    (void)state;
    assert_int_equal(policy_quota_length("{ \"a\" :\n\t1 }\r\n", 14), 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_are_taken_or_refused),
        cmocka_unit_test(conditions_and_wildcards),
        cmocka_unit_test(older_version_has_no_variables),
        cmocka_unit_test(kinds_together),
        cmocka_unit_test(trust_policies),
        cmocka_unit_test(decisions_name_the_statement),
        cmocka_unit_test(denials_read_as_aws_prints_them),
        cmocka_unit_test(public_policies),
        cmocka_unit_test(bucket_policies_speak_of_their_bucket),
        cmocka_unit_test(principals_are_listed),
        cmocka_unit_test(quota_counts_no_white_space),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
