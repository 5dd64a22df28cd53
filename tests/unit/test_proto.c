/* SPDX-License-Identifier: Apache-2.0 */
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

#include "base/text.h"
#include "model/gen/ec2.h"
#include "model/gen/iam.h"
#include "model/gen/s3.h"
#include "model/gen/ssm.h"
#include "model/gen/sts.h"
#include "proto/proto.h"

static struct arena arena;
static struct proto_error error;

static const struct model_operation *op_of(const struct model_service *s, const char *name) {
    const struct model_operation *op = model_operation_find(s, name);

    assert_non_null(op);
    return op;
}

/* Decodes a form: the input, or NULL with `error`. */
static void *form(const struct model_service *s, const char *operation, const char *text) {
    const struct model_operation *op = op_of(s, operation);
    struct proto_parameters p = {0};
    struct proto_request rq = {.path = "/", .parameters = &p, .body = ""};
    void *in = arena_alloc(&arena, op->input->size);

    error = (struct proto_error){0};
    if (proto_parameters_parse(&arena, text, strlen(text), &p) < 0) {
        error.code = "parse";
        return NULL;
    }
    if (proto_decode_input(s, op, &arena, &rq, in, &error) < 0 ||
        proto_validate(s, op, &arena, in, &error) < 0)
        return NULL;
    return in;
}

static void *json(const struct model_service *s, const char *operation, const char *text) {
    const struct model_operation *op = op_of(s, operation);
    struct proto_parameters p = {0};
    struct proto_request rq = {.path = "/", .parameters = &p, .body = text, .body_length = strlen(text)};
    void *in = arena_alloc(&arena, op->input->size);

    error = (struct proto_error){0};
    if (proto_decode_input(s, op, &arena, &rq, in, &error) < 0 ||
        proto_validate(s, op, &arena, in, &error) < 0)
        return NULL;
    return in;
}

static const struct model_operation *rest_op;

static void *rest(const char *method, const char *target, const char *const headers[][2], const char *body) {
    struct proto_parameters p = {0};
    const char *query = strchr(target, '?'), *lacking = NULL;
    struct proto_request rq = {.path = arena_strndup(&arena, target, strcspn(target, "?")),
                               .parameters = &p,
                               .body = body,
                               .body_length = strlen(body)};
    void *in;

    error = (struct proto_error){0};
    if (query != NULL)
        assert_int_equal(proto_parameters_parse(&arena, query + 1, strlen(query + 1), &p), 0);
    for (size_t i = 0; headers != NULL && headers[i][0] != NULL; i++)
        proto_header_add(&arena, &rq.headers, headers[i][0], headers[i][1]);
    rest_op = proto_rest_route(&model_s3, method, &rq, &lacking);
    if (rest_op == NULL) {
        error.message = lacking;
        return NULL;
    }
    in = arena_alloc(&arena, rest_op->input != NULL ? rest_op->input->size : 1);
    if (proto_decode_input(&model_s3, rest_op, &arena, &rq, in, &error) < 0 ||
        proto_validate(&model_s3, rest_op, &arena, in, &error) < 0)
        return NULL;
    return in;
}

/* ---- query ---- */

static void test_ec2_lists(void **state) {
    struct ec2_describe_vpcs_request *in;
    struct buf many = BUF_INIT(1 << 20);

    (void)state;
    in = form(&model_ec2, "DescribeVpcs",
              "Action=DescribeVpcs&Version=2016-11-15&VpcId.2=vpc-b&VpcId.1=vpc-a&VpcId.10=vpc-c&Filter.1."
              "Name=cidr&"
              "Filter.1.Value.1=10.0.0.0%2F16&Filter.1.Value.2=a+b&DryRun=false&X-Amz-Signature=x");
    assert_non_null(in);
    assert_int_equal(in->vpc_ids.count, 3);
    assert_string_equal(in->vpc_ids.items[0], "vpc-a");
    assert_string_equal(in->vpc_ids.items[1], "vpc-b");
    assert_string_equal(in->vpc_ids.items[2], "vpc-c");
    assert_int_equal(in->filters.count, 1);
    assert_string_equal(in->filters.items[0].name, "cidr");
    assert_string_equal(in->filters.items[0].values.items[0], "10.0.0.0/16");
    assert_string_equal(in->filters.items[0].values.items[1], "a b");
    assert_true(in->dry_run.set && !in->dry_run.v);
    for (int i = 5000; i > 0; i--)
        buf_printf(&many, "VpcId.%d=v%d&", i, i);
    in = form(&model_ec2, "DescribeVpcs", many.data);
    assert_non_null(in);
    assert_int_equal(in->vpc_ids.count, 5000);
    assert_string_equal(in->vpc_ids.items[4999], "v5000");
    for (int i = 0; i < 5000; i++)
        buf_printf(&many, "VpcId.%d=x&", 10000 + i);
    assert_null(form(&model_ec2, "DescribeVpcs", many.data)); /* more parameters than anyone needs */
    buf_free(&many);
}

static void test_ec2_mistakes(void **state) {
    static const struct {
        const char *operation, *text, *code, *message;
    } cases[] = {
        {"DescribeVpcs", "Colour=red", "UnknownParameter", "The parameter Colour is not recognized"},
        {"DescribeVpcs", "VpcId=x", "UnknownParameter", "The parameter VpcId is not recognized"},
        {"DescribeVpcs", "VpcId.0=x", "UnknownParameter", "The parameter VpcId.0 is not recognized"},
        {"DescribeVpcs", "VpcId.x=x", "UnknownParameter", NULL},
        {"DescribeVpcs", "VpcId.1.Deep=x", "UnknownParameter", NULL},
        {"DescribeVpcs", "VpcId.99999999999=x", "UnknownParameter", NULL},
        {"DescribeVpcs", "Filter.1.Name.1=x", "UnknownParameter", NULL},
        {"DescribeVpcs", "MaxResults=ten", "InvalidParameterValue",
         "Value (ten) for parameter MaxResults is invalid."},
        {"DescribeVpcs", "MaxResults=4", "InvalidParameterValue",
         "Value (4) for parameter MaxResults is invalid. Expecting a value of at least 5."},
        {"DescribeVpcs", "MaxResults=99999999999", "InvalidParameterValue", NULL},
        {"DescribeVpcs", "DryRun=perhaps", "InvalidParameterValue", NULL},
        {"CreateSubnet", "CidrBlock=10.0.0.0/24", "MissingParameter",
         "The request must contain the parameter VpcId"},
        {"CreateTags", "ResourceId.1=x", "MissingParameter", "The request must contain the parameter tagSet"},
        {"CreateVpc", "InstanceTenancy=mine", "InvalidParameterValue",
         "Value (mine) for parameter InstanceTenancy is invalid."},
        {"DescribeVpcs", "VpcId.1=%01", "InvalidCharacter",
         "The value of the parameter VpcId.1 has an invalid character"},
        {"DescribeVpcs", "VpcId.1=%ef%bf%bf", "InvalidCharacter", NULL},
        {"DescribeVpcs", "Vpc%1fId.1=x", "InvalidCharacter", NULL},
        {"DescribeVpcs", "VpcId.1=%ff", "parse", NULL},
        {"DescribeVpcs", "VpcId.1=%00", "parse", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_null(form(&model_ec2, cases[i].operation, cases[i].text));
        assert_string_equal(error.code, cases[i].code);
        if (cases[i].message != NULL)
            assert_string_equal(error.message, cases[i].message);
    }
}

static void test_query_lists(void **state) {
    struct sts_assume_role_request *in = form(&model_sts, "AssumeRole",
                                              "RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fr&"
                                              "RoleSessionName=me&Tags.member.1.Key=a&Tags.member.1.Value=&"
                                              "PolicyArns.member.1.arn=arn:aws:iam::aws:policy/X&Unknown=1");

    (void)state;
    assert_non_null(in);
    assert_int_equal(in->tags.count, 1);
    assert_string_equal(in->tags.items[0].key, "a");
    assert_string_equal(in->tags.items[0].value, "");
    assert_string_equal(in->policy_arns.items[0].arn, "arn:aws:iam::aws:policy/X");
    assert_null(form(&model_sts, "AssumeRole", "RoleSessionName=x&DurationSeconds=1"));
    assert_string_equal(error.code, "ValidationError");
    assert_string_equal(error.message, "3 validation errors detected: Value null at 'roleArn' failed to "
                                       "satisfy constraint: Member must not be null; "
                                       "Value 'x' at 'roleSessionName' failed to satisfy constraint: Member "
                                       "must have length greater than or equal to 2; "
                                       "Value '1' at 'durationSeconds' failed to satisfy constraint: Member "
                                       "must have value greater than or equal to 900");
}

static void test_ec2_output(void **state) {
    struct ec2_vpc vpc = {.vpc_id = "vpc-1", .is_default = SOME_BOOL(false), .cidr_block = "a<b>&\"\x01"};
    struct ec2_describe_vpcs_result out = {0};
    struct proto_response r;

    (void)state;
    *vec_push(&arena, &out.vpcs) = vpc;
    proto_encode_output(&model_ec2, op_of(&model_ec2, "DescribeVpcs"), &arena, &out, "id-1", NULL, &r);
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.body.data,
                           "<DescribeVpcsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">"
                           "<requestId>id-1</requestId><vpcSet><item>"));
    assert_non_null(strstr(r.body.data, "<cidrBlock>a&lt;b&gt;&amp;&quot;&#x1;</cidrBlock>"));
    assert_non_null(strstr(r.body.data, "<isDefault>false</isDefault>"));
    assert_null(strstr(r.body.data, "tagSet"));
    buf_free(&r.body);
    out.vpcs.count = 0;
    proto_encode_output(&model_ec2, op_of(&model_ec2, "DescribeVpcs"), &arena, &out, "id-1", NULL, &r);
    assert_non_null(strstr(r.body.data, "<vpcSet/>"));
    buf_free(&r.body);
    proto_encode_output(&model_ec2, op_of(&model_ec2, "DeleteVpc"), &arena, NULL, "id-1", NULL, &r);
    assert_non_null(strstr(r.body.data, "<return>true</return>"));
    buf_free(&r.body);
}

static void test_query_output(void **state) {
    struct iam_role role = {.role_name = "r", .arn = "a", .create_date = SOME_TIME(1767323045678)};
    struct iam_get_role_response out = {.role = &role};
    struct iam_list_roles_response none = {0};
    struct proto_response r;

    (void)state;
    proto_encode_output(&model_iam, op_of(&model_iam, "GetRole"), &arena, &out, "id-1", NULL, &r);
    assert_non_null(strstr(r.body.data,
                           "<GetRoleResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">"
                           "<GetRoleResult><Role>"));
    assert_non_null(strstr(r.body.data, "<CreateDate>2026-01-02T03:04:05Z</CreateDate>"));
    assert_non_null(strstr(r.body.data, "<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata>"));
    assert_null(strstr(r.body.data, "Tags"));
    buf_free(&r.body);
    proto_encode_output(&model_iam, op_of(&model_iam, "ListRoles"), &arena, &none, "id-1", NULL, &r);
    assert_non_null(strstr(r.body.data, "<Roles/>"));
    buf_free(&r.body);
}

/* ---- json ---- */

static void test_json_input(void **state) {
    static const struct {
        const char *text, *code;
    } cases[] = {
        {"{", "SerializationException"},
        {"[]", "SerializationException"},
        {"{\"Name\":1}", "SerializationException"},
        {"{\"Name\":{}}", "SerializationException"},
        {"{\"Name\":\"a\\u0000b\"}", "SerializationException"},
        {"{\"Name\":null}", "ValidationException"},
        {"{}", "ValidationException"},
        {"", "ValidationException"},
        {"{\"Name\":\"\"}", "ValidationException"},
        {"{\"Name\":\"x\",\"WithDecryption\":\"true\"}", "SerializationException"},
    };
    struct ssm_get_parameter_request *in =
        json(&model_ssm, "GetParameter", "{\"Name\":\"\\u3042\",\"WithDecryption\":true,\"New\":[{}]}");
    struct ssm_get_parameters_request *names;

    (void)state;
    assert_non_null(in);
    assert_string_equal(in->name, "あ");
    assert_true(in->with_decryption.v);
    names = json(&model_ssm, "GetParameters", "{\"Names\":[\"a\",\"b\"]}");
    assert_int_equal(names->names.count, 2);
    assert_null(json(&model_ssm, "GetParameters", "{\"Names\":[\"a\",null]}"));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_null(json(&model_ssm, "GetParameter", cases[i].text));
        assert_string_equal(error.code, cases[i].code);
    }
    assert_null(json(&model_ssm, "GetParameter", "{}"));
    assert_string_equal(error.message, "1 validation error detected: Value null at 'name' failed to satisfy "
                                       "constraint: Member must not be null");
}

static void test_json_output(void **state) {
    struct ssm_parameter p = {
        .name = "a\"\\\n\x02é", .version = SOME_INT(7), .last_modified_date = SOME_TIME(1767323045678)};
    struct ssm_get_parameter_result out = {.parameter = &p};
    struct ssm_get_parameters_result none = {0};
    struct proto_response r;

    (void)state;
    proto_encode_output(&model_ssm, op_of(&model_ssm, "GetParameter"), &arena, &out, "id-1", NULL, &r);
    assert_string_equal(r.body.data, "{\"Parameter\":{\"Name\":\"a\\\"\\\\\\n\\u0002é\",\"Version\":7,"
                                     "\"LastModifiedDate\":1767323045.678}}");
    assert_string_equal(proto_header_get(&r.headers, "content-type"), "application/x-amz-json-1.1");
    buf_free(&r.body);
    proto_encode_output(&model_ssm, op_of(&model_ssm, "GetParameters"), &arena, &none, "id-1", NULL, &r);
    assert_string_equal(r.body.data, "{\"Parameters\":[],\"InvalidParameters\":[]}");
    buf_free(&r.body);
}

/* ---- rest-xml ---- */

static void test_s3_routes(void **state) {
    static const struct {
        const char *method, *target, *operation, *lacking;
    } cases[] = {
        {"GET", "/", "ListBuckets", NULL},
        {"PUT", "/b", "CreateBucket", NULL},
        {"PUT", "/b/", "CreateBucket", NULL},
        {"GET", "/b?list-type=2&prefix=x", "ListObjectsV2", NULL},
        {"GET", "/b", "ListObjects", NULL},
        {"GET", "/b?versions", "ListObjectVersions", NULL},
        {"GET", "/b?location", "GetBucketLocation", NULL},
        {"GET", "/b/k", "GetObject", NULL},
        {"GET", "/b//k/", "GetObject", NULL},
        {"GET", "/b/k?uploadId=u", "ListParts", NULL},
        {"PUT", "/b/k", "PutObject", NULL},
        {"PUT", "/b/k?x-id=PutObject", "PutObject", NULL},
        {"PUT", "/b/k?partNumber=1&uploadId=u", "UploadPart", NULL},
        {"POST", "/b/k?uploads", "CreateMultipartUpload", NULL},
        {"POST", "/b/k?uploadId=u", "CompleteMultipartUpload", NULL},
        {"DELETE", "/b/k?uploadId=u", "AbortMultipartUpload", NULL},
        {"DELETE", "/b/k", "DeleteObject", NULL},
        {"POST", "/b?delete", "DeleteObjects", NULL},
        {"GET", "/b?acl", NULL, "GetBucketAcl"},
        {"PUT", "/b?lifecycle", NULL, "PutBucketLifecycleConfiguration"},
        {"GET", "/b/k?torrent", NULL, "GetObjectTorrent"},
        {"POST", "/b", NULL, NULL},
        {"PATCH", "/b", NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        rest(cases[i].method, cases[i].target, NULL, "");
        if (cases[i].operation != NULL)
            assert_string_equal(rest_op->name, cases[i].operation);
        else
            assert_null(rest_op);
        if (cases[i].operation == NULL)
            assert_true(text_is(error.message, cases[i].lacking));
    }
    rest("PUT", "/b/k", (const char *const[][2]){{"x-amz-copy-source", "/a/b"}, {NULL}}, "");
    assert_string_equal(rest_op->name, "CopyObject");
}

static void test_s3_input(void **state) {
    const struct s3_get_object_request *get;
    const struct s3_put_object_request *put;
    const struct s3_delete_objects_request *delete;
    const struct s3_put_bucket_policy_request *policy;

    (void)state;
    get = rest("GET", "/b/a%2Fb%20c+d//e?versionId=v",
               (const char *const[][2]){{"Range", "bytes=0-1"}, {NULL}}, "");
    assert_string_equal(get->bucket, "b");
    assert_string_equal(get->key, "a/b c+d//e");
    assert_string_equal(get->version_id, "v");
    assert_string_equal(get->range, "bytes=0-1");
    put = rest("PUT", "/b/k",
               (const char *const[][2]){{"X-Amz-Meta-Colour", "red"}, {"Content-Type", "text/plain"}, {NULL}},
               "");
    assert_int_equal(put->metadata.count, 1);
    assert_string_equal(put->metadata.items[0].key, "colour");
    assert_string_equal(put->content_type, "text/plain");
    delete = rest(
        "POST", "/b?delete", NULL,
        "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a&amp;b</Key></Object>"
        "<Object><Key><![CDATA[<x>]]></Key><VersionId>v</VersionId></Object><Quiet>true</Quiet></Delete>");
    assert_non_null(delete);
    assert_int_equal(delete->delete->objects.count, 2);
    assert_string_equal(delete->delete->objects.items[0].key, "a&b");
    assert_string_equal(delete->delete->objects.items[1].key, "<x>");
    assert_true(delete->delete->quiet.v);
    policy = rest("PUT", "/b?policy", NULL, "{\"Version\":1}");
    assert_string_equal(policy->policy, "{\"Version\":1}");
}

static void test_s3_mistakes(void **state) {
    static const struct {
        const char *method, *target, *body, *code;
    } cases[] = {
        {"POST", "/b?delete", "", "MalformedXML"},
        {"POST", "/b?delete", "<Delete>", "MalformedXML"},
        {"POST", "/b?delete", "<Delete><Object/></Delete>", "MalformedXML"},
        {"POST", "/b?delete", "<Delete><Object><Key>k</Key></Object><Quiet>perhaps</Quiet></Delete>",
         "MalformedXML"},
        {"POST", "/b?delete",
         "<!DOCTYPE d [<!ENTITY e SYSTEM "
         "\"file:///etc/passwd\">]><Delete><Object><Key>&e;</Key></Object></Delete>",
         "MalformedXML"},
        {"POST", "/b?delete",
         "<!DOCTYPE d [<!ENTITY a \"aaaa\"><!ENTITY b "
         "\"&a;&a;\">]><Delete><Object><Key>&b;</Key></Object></Delete>",
         "MalformedXML"},
        {"PUT", "/b?versioning", "<VersioningConfiguration><Status>On</Status></VersioningConfiguration>",
         "MalformedXML"},
        {"GET", "/b?list-type=2&max-keys=many", "", "InvalidArgument"},
        {"GET", "/b/%ff", "", "InvalidURI"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_null(rest(cases[i].method, cases[i].target, NULL, cases[i].body));
        assert_string_equal(error.code, cases[i].code);
    }
}

static void test_s3_output(void **state) {
    struct s3_list_objects_v2_output list = {.name = "b", .key_count = SOME_INT(1)};
    struct s3_get_object_output get = {
        .e_tag = "\"x\"", .content_length = SOME_INT(5), .last_modified = SOME_TIME(1767323045000)};
    struct s3_get_bucket_location_output location = {.location_constraint = "ap-northeast-1"};
    struct s3_get_bucket_policy_output policy = {.policy = "{}"};
    struct s3_object object = {.key = "k", .size = SOME_INT(5)};
    struct proto_response r;

    (void)state;
    *vec_push(&arena, &list.contents) = object;
    proto_encode_output(&model_s3, op_of(&model_s3, "ListObjectsV2"), &arena, &list, "R", "H", &r);
    assert_non_null(
        strstr(r.body.data, "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"));
    assert_non_null(strstr(r.body.data, "<Contents><Key>k</Key><Size>5</Size></Contents>"));
    assert_string_equal(proto_header_get(&r.headers, "x-amz-request-id"), "R");
    buf_free(&r.body);
    proto_encode_output(&model_s3, op_of(&model_s3, "GetObject"), &arena, &get, "R", "H", &r);
    assert_int_equal(r.body.length, 0);
    assert_string_equal(proto_header_get(&r.headers, "ETag"), "\"x\"");
    assert_string_equal(proto_header_get(&r.headers, "Last-Modified"), "Fri, 02 Jan 2026 03:04:05 GMT");
    buf_free(&r.body);
    proto_encode_output(&model_s3, op_of(&model_s3, "GetBucketLocation"), &arena, &location, "R", "H", &r);
    assert_non_null(strstr(r.body.data, ">ap-northeast-1</LocationConstraint>"));
    buf_free(&r.body);
    proto_encode_output(&model_s3, op_of(&model_s3, "GetBucketPolicy"), &arena, &policy, "R", "H", &r);
    assert_string_equal(r.body.data, "{}");
    buf_free(&r.body);
}

/* ---- errors ---- */

static void test_errors(void **state) {
    static const struct {
        const struct model_service *service;
        const char *body;
    } cases[] = {
        {&model_ec2, "<Response><Errors><Error><Code>C</Code><Message>m &amp; m</Message></Error></Errors>"
                     "<RequestID>R</RequestID></Response>"},
        {&model_iam,
         "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type>"
         "<Code>C</Code><Message>m &amp; m</Message></Error><RequestId>R</RequestId></ErrorResponse>"},
        {&model_ssm, "{\"__type\":\"C\",\"message\":\"m & m\"}"},
        {&model_s3,
         "<Error><Code>C</Code><Message>m &amp; "
         "m</Message><BucketName>a?&amp;b</BucketName><Resource>/b</Resource><RequestId>R</RequestId>"
         "<HostId>H</HostId></Error>"},
    };
    struct proto_header one = {"BucketName", "a\x02&b"};
    const struct proto_headers said = {&one, 1, 1};
    const struct proto_error_details about = {"/b", &said};
    const struct proto_error sent = {"C", "m & m", 409}, odd = {"C", "a\x01z", 400};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct model_service *s = cases[i].service;
        struct proto_response r;

        proto_encode_error(s, &arena, &sent, &about, "R", "H", &r);
        assert_int_equal(r.status, 409);
        assert_true(text_ends(r.body.data, cases[i].body));
        assert_int_equal(proto_client_decode(s, &s->operations[0], &arena, r.status, &r.headers, r.body.data,
                                             r.body.length, NULL, &error),
                         -EINVAL);
        assert_string_equal(error.code, "C");
        assert_string_equal(error.message, "m & m");
        assert_int_equal(error.http_status, 409);
        buf_free(&r.body);
        proto_encode_error(s, &arena, &odd, &about, "R", "H", &r);
        assert_non_null(strstr(r.body.data, s->protocol == MODEL_JSON ? "a\\u0001z" : "a?z"));
        buf_free(&r.body);
        /* what a broken proxy might say */
        proto_client_decode(s, &s->operations[0], &arena, 502, &r.headers, "<html>", 6, NULL, &error);
        assert_true(text_is(error.code, "502") || text_is(error.code, "C"));
    }
}

/* ---- both ends ---- */

/* A struct with something in every member, deep enough to be interesting. */
static void fill(const struct model_shape *s, void *at, bool in_list, unsigned depth, unsigned *seed) {
    unsigned n = (*seed)++;

    switch (s->type) {
    case MODEL_STRING:
        *(const char **)at = s->enums != NULL ? s->enums[0] : arena_printf(&arena, "value-%u <&>\"é", n);
        break;
    case MODEL_INT:
    case MODEL_LONG:
        *(struct opt_int *)at = SOME_INT(n);
        break;
    case MODEL_BOOL:
        *(struct opt_bool *)at = SOME_BOOL(n % 2);
        break;
    case MODEL_DOUBLE:
        *(struct opt_double *)at = SOME_DOUBLE(n + 0.25);
        break;
    case MODEL_TIME:
        *(struct opt_time *)at = SOME_TIME(1767323045000 + n * 1000);
        break;
    case MODEL_BLOB:
        *(struct blob *)at = (struct blob){"\x00\xff binary", 9};
        break;
    case MODEL_STRUCT:
        if (!in_list) {
            void *p = arena_alloc(&arena, s->size);

            *(void **)at = p;
            at = p;
        }
        for (uint16_t i = 0; i < s->member_count; i++)
            if (!s->members[i].streaming && (depth > 0 || s->members[i].shape->type < MODEL_STRUCT))
                fill(s->members[i].shape, (char *)at + s->members[i].offset, false, depth - 1, seed);
        break;
    case MODEL_LIST:
    case MODEL_MAP: {
        struct model_vec *v = at;

        v->count = v->capacity = 2;
        v->items = arena_alloc(&arena, 2 * s->item_size);
        for (size_t i = 0; i < 2; i++) {
            char *item = (char *)v->items + i * s->item_size;

            if (s->type == MODEL_MAP)
                *(const char **)(void *)item = arena_printf(&arena, "key%zu", i);
            fill(s->item, item + s->value_offset, s->type == MODEL_LIST, depth - 1, seed);
        }
        break;
    }
    }
}

enum { DEPTH = 6 };

/* Headers and paths cannot carry all that bodies can. */
static bool plain(const struct model_shape *s) {
    for (uint16_t i = 0; s != NULL && i < s->member_count; i++)
        if (s->members[i].location != MODEL_IN_BODY || s->members[i].payload)
            return false;
    return true;
}

static void test_round_trips(void **state) {
    unsigned inputs = 0, outputs = 0;

    (void)state;
    for (size_t i = 0; model_services[i] != NULL; i++) {
        const struct model_service *s = model_services[i];

        for (size_t j = 0; j < s->operation_count; j++) {
            const struct model_operation *op = &s->operations[j];
            unsigned seed = 10;

            if (op->input != NULL && plain(op->input)) {
                void *in = arena_alloc(&arena, op->input->size), *back = arena_alloc(&arena, op->input->size);
                struct proto_parameters p = {0};
                struct proto_call call;
                struct proto_request rq = {.parameters = &p};

                fill(op->input, in, true, DEPTH, &seed);
                assert_int_equal(proto_client_encode(s, op, &arena, in, &call, &error), 0);
                assert_false(call.body.overflow);
                rq.path = call.uri;
                rq.body = call.body.data;
                rq.body_length = call.body.length;
                if (s->protocol == MODEL_EC2 || s->protocol == MODEL_QUERY)
                    assert_int_equal(proto_parameters_parse(&arena, call.body.data, call.body.length, &p), 0);
                if (proto_decode_input(s, op, &arena, &rq, back, &error) < 0)
                    fail_msg("%s: %s", op->name, error.message);
                if (model_digest(op->input, in) != model_digest(op->input, back))
                    fail_msg("%s: the input came back otherwise: %.*s", op->name, (int)call.body.length,
                             call.body.data);
                buf_free(&call.body);
                inputs++;
            }
            if (op->output != NULL && plain(op->output) && strcmp(op->http_method, "HEAD") != 0) {
                void *out = arena_alloc(&arena, op->output->size),
                     *back = arena_alloc(&arena, op->output->size);
                struct proto_response r;

                fill(op->output, out, true, DEPTH, &seed);
                proto_encode_output(s, op, &arena, out, "R", NULL, &r);
                if (proto_client_decode(s, op, &arena, r.status, &r.headers, r.body.data, r.body.length, back,
                                        &error) < 0)
                    fail_msg("%s: %s", op->name, error.message);
                if (model_digest(op->output, out) != model_digest(op->output, back))
                    fail_msg("%s: the output came back otherwise: %.*s", op->name, (int)r.body.length,
                             r.body.data);
                buf_free(&r.body);
                outputs++;
            }
        }
        arena_reset(&arena);
    }
    assert_true(inputs > 90 && outputs > 60);
}

static void test_s3_client(void **state) {
    struct s3_list_objects_v2_request list = {.bucket = "b", .prefix = "a b/", .max_keys = SOME_INT(3)};
    struct s3_put_object_request put = {.bucket = "b", .key = "d/a b+c", .content_type = "text/plain"};
    struct s3_get_object_request no_key = {.bucket = "b"};
    struct proto_call call;

    (void)state;
    assert_int_equal(
        proto_client_encode(&model_s3, op_of(&model_s3, "ListObjectsV2"), &arena, &list, &call, &error), 0);
    assert_string_equal(call.uri, "/b?list-type=2&max-keys=3&prefix=a%20b%2F");
    assert_int_equal(
        proto_client_encode(&model_s3, op_of(&model_s3, "PutObject"), &arena, &put, &call, &error), 0);
    assert_string_equal(call.uri, "/b/d/a%20b%2Bc");
    assert_string_equal(proto_header_get(&call.headers, "content-type"), "text/plain");
    assert_int_equal(
        proto_client_encode(&model_s3, op_of(&model_s3, "GetObject"), &arena, &no_key, &call, &error),
        -EINVAL);
}

static int free_all(void **state) {
    (void)state;
    arena_free(&arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ec2_lists),    cmocka_unit_test(test_ec2_mistakes),
        cmocka_unit_test(test_query_lists),  cmocka_unit_test(test_ec2_output),
        cmocka_unit_test(test_query_output), cmocka_unit_test(test_json_input),
        cmocka_unit_test(test_json_output),  cmocka_unit_test(test_s3_routes),
        cmocka_unit_test(test_s3_input),     cmocka_unit_test(test_s3_mistakes),
        cmocka_unit_test(test_s3_output),    cmocka_unit_test(test_errors),
        cmocka_unit_test(test_round_trips),  cmocka_unit_test(test_s3_client),
    };
    return cmocka_run_group_tests(tests, NULL, free_all);
}
