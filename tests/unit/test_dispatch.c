/* SPDX-License-Identifier: Apache-2.0 */
/* The dispatcher behind a real HTTP server, with real services and a real store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/api.h"
#include "api/iam/identity.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/text.h"
#include "http/http.h"
#include "model/gen/ec2.h"
#include "model/gen/iam.h"
#include "model/gen/ssm.h"
#include "model/gen/sts.h"
#include "proto/sigv4.h"
#include "store/network.h"

static char directory[64];
static struct store *store;
static struct api *api;
static struct http_server *server;
static uint16_t port;
static struct arena arena;
static struct door door = {.kind = DOOR_LOOPBACK};
static int published;

static int publish_result;

static int count_publish(void *user) {
    (void)user;
    __atomic_add_fetch(&published, 1, __ATOMIC_SEQ_CST);
    return publish_result;
}

/* An agent that takes its time to answer: until somebody else has written. */
static int write_nothing(struct api_request *rq, void *arg) {
    (void)rq;
    (void)arg;
    return 0;
}

static void *other_writer(void *arg) {
    (void)arg;
    assert_int_equal(api_work(api, write_nothing, NULL), 0);
    return NULL;
}

static unsigned asked, others_wrote;
static char started[64];

static bool slow_agent(void *user, const char *instance_id) {
    struct timespec late;
    pthread_t thread;

    (void)user;
    (void)instance_id;
    clock_gettime(CLOCK_REALTIME, &late);
    late.tv_sec += 5;
    assert_int_equal(pthread_create(&thread, NULL, other_writer, NULL), 0);
    asked++;
    if (pthread_timedjoin_np(thread, NULL, &late) == 0)
        others_wrote++;
    else
        pthread_detach(thread);
    return true;
}

static const char *session_data_token(void *user, struct arena *a, const char *session_id,
                                      const char *instance_id, enum api_session_side side) {
    (void)user;
    (void)session_id;
    (void)instance_id;
    (void)side;
    return arena_strdup(a, "a token");
}

static int session_start(void *user, const char *instance_id, const char *session_id, const char *content) {
    (void)user;
    (void)instance_id;
    snprintf(started, sizeof(started), "%s", strstr(content, session_id) != NULL ? session_id : "");
    return 0;
}

static const struct api_sessions sessions = {
    .connected = slow_agent, .data_token = session_data_token, .start = session_start};

static void handle(struct http_request *rq, void *user) {
    api_dispatch(user, rq, &door);
}

static int set_up(void **state) {
    const struct api_config config = {
        .home = directory, .account = "123456789012", .region = "ap-northeast-1", .port = 4566};
    const struct api_backend backend = {.network_publish = count_publish, .sessions = &sessions};
    const char *error = NULL;
    struct tx tx;

    (void)state;
    strcpy(directory, "/tmp/vpcbox-dispatch-XXXXXX");
    assert_non_null(mkdtemp(directory));
    assert_int_equal(store_open(directory, &store, &error), 0);
    assert_int_equal(store_write_begin(store, &arena, &tx), 0);
    identity_setup(&tx, &config);
    assert_int_equal(store_write_end(&tx, true), 0);
    assert_int_equal(store_write_sync(&tx), 0);
    api = api_new(&config, store, &backend);
    assert_int_equal(http_server_new(&(struct http_server_options){0}, &server), 0);
    assert_int_equal(
        http_server_listen(
            server, &(struct http_listen){.fd = -1, .address = "127.0.0.1", .handler = handle, .user = api},
            &port),
        0);
    return 0;
}

static int tear_down(void **state) {
    char command[128];

    (void)state;
    http_server_free(server, 1000);
    api_free(api);
    store_close(store);
    arena_free(&arena);
    snprintf(command, sizeof(command), "rm -r %s", directory);
    return system(command);
}

/* ---- a client ---- */

struct answer {
    int status;
    struct proto_headers headers;
    const char *body;
    size_t length;
};

static struct answer exchange(const char *method, const char *uri, const struct proto_headers *headers,
                              const char *body, size_t length) {
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct buf out = BUF_INIT(1 << 20), in = BUF_INIT(1 << 20);
    struct answer a = {0};
    char window[4096], *line, *end;
    ssize_t n;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0);
    buf_printf(&out, "%s %s HTTP/1.1\r\nContent-Length: %zu\r\nConnection: close\r\n", method, uri, length);
    for (size_t i = 0; i < headers->count; i++)
        buf_printf(&out, "%s: %s\r\n", headers->items[i].name, headers->items[i].value);
    buf_puts(&out, "\r\n");
    buf_append(&out, body, length);
    assert_int_equal(send(fd, out.data, out.length, MSG_NOSIGNAL), out.length);
    while ((n = recv(fd, window, sizeof(window), 0)) > 0)
        buf_append(&in, window, (size_t)n);
    close(fd);
    assert_int_equal(sscanf(in.data, "HTTP/1.1 %d", &a.status), 1);
    end = strstr(in.data, "\r\n\r\n");
    assert_non_null(end);
    a.length = in.length - (size_t)(end + 4 - in.data);
    a.body = arena_strndup(&arena, end + 4, a.length);
    *end = '\0';
    line = strstr(in.data, "\r\n");
    while (line != NULL) {
        char *colon, *next = strstr(line + 2, "\r\n");

        if (next != NULL)
            *next = '\0';
        colon = strchr(line + 2, ':');
        assert_non_null(colon);
        *colon = '\0';
        proto_header_add(&arena, &a.headers, arena_strdup(&arena, line + 2), arena_strdup(&arena, colon + 2));
        line = next;
    }
    buf_free(&out);
    buf_free(&in);
    return a;
}

static const char *secret = "test", *key_id = "test", *session_token;
static int64_t skew_ms;
static const char *scope_region = "ap-northeast-1";
static struct proto_error error;

/* A signed call by the model; the error's code, or NULL when it succeeded. */
static const char *call(const struct model_service *s, const char *operation, const void *in, void *out) {
    const struct model_operation *op = model_operation_find(s, operation);
    char hash[SIGV4_HEX_BYTES];
    struct proto_call c;
    struct answer a;

    assert_non_null(op);
    assert_int_equal(proto_client_encode(s, op, &arena, in, &c, &error), 0);
    proto_header_add(&arena, &c.headers, "Host", "127.0.0.1:4566");
    sigv4_sign_headers(
        &arena,
        &(struct sigv4_sign){.access_key_id = key_id,
                             .secret = secret,
                             .session_token = session_token,
                             .region = scope_region,
                             .service = s->signing_name,
                             .now_ms = clock_real_ms() + skew_ms,
                             .payload_hash = sigv4_sha256_hex(c.body.data, c.body.length, hash)},
        c.method, "/", NULL, &c.headers);
    a = exchange(c.method, c.uri, &c.headers, c.body.data, c.body.length);
    buf_free(&c.body);
    error = (struct proto_error){0};
    if (proto_client_decode(s, op, &arena, a.status, &a.headers, a.body, a.length, out, &error) < 0)
        return error.code;
    return NULL;
}

#define CALL(service, operation, in, out) call(&model_##service, #operation, &(in), &(out))

static const char *raw(const char *method, const char *uri, const char *host, const char *body,
                       int expect_status) {
    struct proto_headers headers = {0};
    struct answer a;

    proto_header_add(&arena, &headers, "Host", host);
    if (*body != '\0')
        proto_header_add(&arena, &headers, "Content-Type", "application/x-www-form-urlencoded");
    a = exchange(method, uri, &headers, body, strlen(body));
    assert_int_equal(a.status, expect_status);
    return a.body;
}

/* ---- tests ---- */

static void test_protocols(void **state) {
    struct sts_get_caller_identity_request who = {0};
    struct sts_get_caller_identity_response me = {0};
    struct ec2_describe_vpcs_request list = {0};
    struct ec2_describe_vpcs_result vpcs = {0};
    struct ssm_get_parameter_request get = {
        .name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"};
    struct ssm_get_parameter_result got = {0};
    struct sts_assume_role_request as = {.role_arn = "arn:aws:iam::123456789012:role/none",
                                         .role_session_name = "sess"};
    struct sts_assume_role_response assumed = {0};

    (void)state;
    assert_null(CALL(sts, GetCallerIdentity, who, me));
    assert_string_equal(me.arn, "arn:aws:iam::123456789012:root");
    as.serial_number = "arn:aws:iam::123456789012:mfa/x"; /* no such device: not taken for granted */
    assert_string_equal(CALL(sts, AssumeRole, as, assumed), "AccessDenied");
    assert_true(text_starts(error.message, "MultiFactorAuthentication failed"));
    assert_null(CALL(ec2, DescribeVpcs, list, vpcs));
    assert_null(CALL(ssm, GetParameter, get, got));
    assert_true(text_starts(got.parameter->value, "ami-"));
    get.name = "/aws/service/none";
    assert_string_equal(CALL(ssm, GetParameter, get, got), "ParameterNotFound");
}

/* ssm-004: whether the agent answers is asked while others may write. */
static void test_slow_agent(void **state) {
    struct ssm_start_session_request in = {.target = "i-0123456789abcdef0"};
    struct ssm_start_session_response out = {0};
    struct instance_row row = {
        .id = "i-0123456789abcdef0", .account = "123456789012", .region = "ap-northeast-1"};
    const struct ssm_session_row *kept;
    struct tx tx;

    (void)state;
    assert_string_equal(CALL(ssm, StartSession, in, out), "TargetNotConnected");
    for (int running = 0; running <= 1; running++) {
        row.state = running ? "running" : "stopped";
        assert_int_equal(store_write_begin(store, &arena, &tx), 0);
        instance_put(&tx, &row);
        assert_int_equal(store_write_end(&tx, true), 0);
        assert_int_equal(store_write_sync(&tx), 0);
        if (!running)
            assert_string_equal(CALL(ssm, StartSession, in, out), "TargetNotConnected");
    }
    assert_int_equal(asked, 0);
    assert_null(CALL(ssm, StartSession, in, out));
    assert_int_equal(asked, 1);
    assert_int_equal(others_wrote, asked);
    assert_string_equal(out.token_value, "a token");
    assert_string_equal(started, out.session_id);
    assert_int_equal(store_read_begin(store, &arena, &tx), 0);
    kept = ssm_session_find(&tx, out.session_id);
    assert_non_null(kept);
    assert_string_equal(kept->target, row.id);
    store_read_end(&tx);
}

static void test_write_publishes(void **state) {
    struct ec2_create_vpc_request in = {.cidr_block = "10.0.0.0/16"};
    struct ec2_create_vpc_result out = {0};
    struct ec2_describe_vpcs_request list = {0};
    struct ec2_describe_vpcs_result vpcs = {0};
    struct ec2_create_subnet_request subnet = {.cidr_block = "10.0.0.0/24"};
    struct ec2_create_subnet_result made = {0};
    struct ec2_create_network_interface_request eni = {0};
    struct ec2_create_network_interface_result plugged = {0};
    int before = published;

    (void)state;
    in.dry_run = SOME_BOOL(true);
    assert_string_equal(CALL(ec2, CreateVpc, in, out), "DryRunOperation");
    assert_int_equal(error.http_status, 412);
    in.dry_run = SOME_BOOL(false);
    assert_null(CALL(ec2, CreateVpc, in, out));
    *vec_push(&arena, &list.vpc_ids) = out.vpc->vpc_id;
    assert_null(CALL(ec2, DescribeVpcs, list, vpcs));
    assert_int_equal(vpcs.vpcs.count, 1);
    assert_string_equal(vpcs.vpcs.items[0].cidr_block, "10.0.0.0/16");
    subnet.vpc_id = out.vpc->vpc_id;
    assert_null(CALL(ec2, CreateSubnet, subnet, made));
    assert_int_equal(published, before); /* no packet could tell the difference */
    eni.subnet_id = made.subnet->subnet_id;
    assert_null(CALL(ec2, CreateNetworkInterface, eni, plugged));
    assert_int_equal(published, before + 1);
    eni.subnet_id = "subnet-00000000000000000"; /* a refused write publishes nothing */
    assert_string_equal(CALL(ec2, CreateNetworkInterface, eni, plugged), "InvalidSubnetID.NotFound");
    assert_int_equal(published, before + 1);
}

/* The first request finds the region's default VPC. */
static void test_region_setup(void **state) {
    struct ec2_describe_vpcs_request list = {0};
    struct ec2_describe_vpcs_result vpcs = {0};

    (void)state;
    assert_null(CALL(ec2, DescribeVpcs, list, vpcs));
    assert_true(vpcs.vpcs.count >= 1 && vpcs.vpcs.items[0].is_default.v);
}

static void test_signatures(void **state) {
    struct sts_get_caller_identity_request who = {0};
    struct sts_get_caller_identity_response me = {0};
    struct ec2_describe_vpcs_request list = {0};
    struct ec2_describe_vpcs_result vpcs = {0};
    struct ssm_get_parameter_request get = {.name = "x"};
    struct ssm_get_parameter_result got = {0};

    (void)state;
    secret = "wrong";
    assert_string_equal(CALL(sts, GetCallerIdentity, who, me), "SignatureDoesNotMatch");
    assert_int_equal(error.http_status, 403);
    assert_non_null(strstr(error.message, "The Canonical String for this request should have been"));
    assert_string_equal(CALL(ec2, DescribeVpcs, list, vpcs), "AuthFailure");
    assert_int_equal(error.http_status, 401);
    assert_string_equal(CALL(ssm, GetParameter, get, got), "InvalidSignatureException");
    secret = "test";
    key_id = "AKIAUNKNOWN";
    assert_string_equal(CALL(sts, GetCallerIdentity, who, me), "InvalidClientTokenId");
    assert_string_equal(CALL(ec2, DescribeVpcs, list, vpcs), "AuthFailure");
    assert_string_equal(CALL(ssm, GetParameter, get, got), "UnrecognizedClientException");
    key_id = "test";
    skew_ms = -16 * 60 * 1000;
    assert_string_equal(CALL(sts, GetCallerIdentity, who, me), "SignatureDoesNotMatch");
    assert_true(text_starts(error.message, "Signature expired"));
    assert_string_equal(CALL(ec2, DescribeVpcs, list, vpcs), "RequestExpired");
    skew_ms = 16 * 60 * 1000;
    assert_string_equal(CALL(ssm, GetParameter, get, got), "InvalidSignatureException");
    assert_true(text_starts(error.message, "Signature not yet current"));
    skew_ms = 0;
    scope_region = "xx-nowhere-1"; /* which is not made on the way */
    assert_string_equal(CALL(ec2, DescribeVpcs, list, vpcs), "AuthFailure");
    assert_string_equal(CALL(sts, GetCallerIdentity, who, me), "SignatureDoesNotMatch");
    assert_non_null(
        strstr(error.message, "Credential should be scoped to a valid region, not 'xx-nowhere-1'."));
    scope_region = "eu-west-1";
    assert_null(CALL(ec2, DescribeVpcs, list, vpcs));
    scope_region = "ap-northeast-1";
}

static void test_sessions(void **state) {
    struct iam_create_role_request role = {
        .role_name = "worker",
        .assume_role_policy_document =
            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\","
            "\"Principal\":{\"AWS\":\"arn:aws:iam::123456789012:root\"}}]}"};
    struct iam_create_role_response made = {0};
    struct iam_put_role_policy_request put = {
        .role_name = "worker",
        .policy_name = "look",
        .policy_document = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":"
                           "\"ec2:DescribeVpcs\",\"Resource\":\"*\"}]}"};
    struct sts_assume_role_request assume = {.role_session_name = "me"};
    struct sts_assume_role_response assumed = {0};
    struct ec2_describe_vpcs_request list = {0};
    struct ec2_describe_vpcs_result vpcs = {0};
    struct ec2_create_vpc_request create = {.cidr_block = "10.9.0.0/16", .dry_run = SOME_BOOL(true)};
    struct ec2_create_vpc_result created = {0};
    struct iam_get_role_request look = {.role_name = "worker"};
    char nothing = 0;

    (void)state;
    assert_null(CALL(iam, CreateRole, role, made));
    assume.role_arn = made.role->arn;
    assert_null(CALL(sts, AssumeRole, assume, assumed));
    key_id = assumed.credentials->access_key_id;
    secret = assumed.credentials->secret_access_key;
    session_token = assumed.credentials->session_token;
    assert_string_equal(CALL(ec2, DescribeVpcs, list, vpcs), "UnauthorizedOperation");
    assert_string_equal(CALL(iam, GetRole, look, made), "AccessDenied");
    assert_int_equal(error.http_status, 403);
    key_id = secret = "test";
    session_token = NULL;
    assert_null(CALL(iam, PutRolePolicy, put, nothing));
    key_id = assumed.credentials->access_key_id;
    secret = assumed.credentials->secret_access_key;
    session_token = assumed.credentials->session_token;
    assert_null(CALL(ec2, DescribeVpcs, list, vpcs));                                    /* at once */
    assert_string_equal(CALL(ec2, CreateVpc, create, created), "UnauthorizedOperation"); /* before DryRun */
    assert_int_equal(error.http_status, 403);
    session_token = "forged";
    assert_string_equal(CALL(ec2, DescribeVpcs, list, vpcs), "AuthFailure");
    session_token = assumed.credentials->session_token;
    clock_skew(3601 * 1000);
    assert_string_equal(CALL(ec2, DescribeVpcs, list, vpcs), "RequestExpired");
    clock_skew(-3601 * 1000);
    key_id = secret = "test";
    session_token = NULL;
}

static void test_mistakes(void **state) {
    (void)state;
    assert_non_null(strstr(
        raw("POST", "/", "ec2.ap-northeast-1.amazonaws.com", "Action=DescribeVpcs&Version=2016-11-15", 403),
        "<Response><Errors><Error><Code>MissingAuthenticationToken</Code>"));
    assert_non_null(strstr(raw("GET", "/?Action=GetCallerIdentity&Version=2011-06-15", "127.0.0.1", "", 403),
                           "<Code>MissingAuthenticationToken</Code>"));
    assert_non_null(
        strstr(raw("GET", "/?a=%zz", "ec2.ap-northeast-1.amazonaws.com", "", 400), "MalformedQueryString"));
    assert_non_null(strstr(raw("PUT", "/bucket?acl", "s3.amazonaws.com", "", 501), "s3:PutBucketAcl"));
    assert_non_null(strstr(raw("POST", "/bucket", "s3.amazonaws.com", "", 405), "MethodNotAllowed"));
    assert_non_null(
        strstr(raw("GET", "/b?AWSAccessKeyId=test&Signature=x&Expires=4102444800", "127.0.0.1", "", 400),
               "Please use AWS4-HMAC-SHA256."));
    assert_non_null(
        strstr(raw("GET", "/b/k?AWSAccessKeyId=test&Signature=x&Expires=1795319904", "127.0.0.1", "", 403),
               "Request has expired"));
}

/* Names an operation that does not exist, or that only AWS has. */
static const char *call_by_name(const char *action) {
    struct proto_headers headers = {0};
    const char *body = arena_printf(&arena, "Action=%s&Version=2016-11-15", action);
    char hash[SIGV4_HEX_BYTES];

    proto_header_add(&arena, &headers, "Host", "127.0.0.1");
    sigv4_sign_headers(&arena,
                       &(struct sigv4_sign){.access_key_id = "test",
                                            .secret = "test",
                                            .region = "ap-northeast-1",
                                            .service = "ec2",
                                            .now_ms = clock_real_ms(),
                                            .payload_hash = sigv4_sha256_hex(body, strlen(body), hash)},
                       "POST", "/", NULL, &headers);
    return exchange("POST", "/", &headers, body, strlen(body)).body;
}

static void test_unknown_operations(void **state) {
    (void)state;
    assert_non_null(strstr(call_by_name("AcceptVpcPeeringConnection"),
                           "vpcbox does not implement ec2:AcceptVpcPeeringConnection"));
    assert_non_null(strstr(call_by_name("AcceptVpcPeeringConnection"), "<Code>InvalidAction</Code>"));
    assert_non_null(
        strstr(call_by_name("Nonsense"), "The action Nonsense is not valid for this web service."));
    assert_non_null(strstr(call_by_name("DescribeVpcs&Colour=red"), "<Code>UnknownParameter</Code>"));
    assert_non_null(strstr(call_by_name("CreateSubnet"), "<Code>MissingParameter</Code>"));
    assert_non_null(
        strstr(call_by_name("DescribeVpcs&MaxResults=many"), "<Code>InvalidParameterValue</Code>"));
}

enum { CLIENTS = 8, CALLS = 10 };

static int create_one(struct api_request *rq, void *arg) {
    (void)arg;
    api_network_changed(rq, NULL);
    return 0;
}

static void *work_for_a_while(void *arg) {
    (void)arg;
    for (int i = 0; i < CALLS; i++)
        assert_int_equal(api_work(api, create_one, NULL), 0);
    return NULL;
}

/* Publishes are shared, and none who changed the network goes without one. */
static void test_publish_shared(void **state) {
    pthread_t threads[CLIENTS];
    int before = published;

    (void)state;
    for (int i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work_for_a_while, NULL), 0);
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(threads[i], NULL);
    assert_true(published - before >= CALLS && published - before <= CLIENTS * CALLS);
}

#define REFUSED_VPC "vpc-0123456789abcdef0"

static int refuse_after_writing(struct api_request *rq, void *arg) {
    (void)arg;
    api_network_changed(rq, REFUSED_VPC);
    return api_refuse(rq, "Test", "refused");
}

static uint64_t version_of(const char *vpc_id) {
    struct tx tx;
    uint64_t version;

    assert_int_equal(store_read_begin(store, &arena, &tx), 0);
    version = network_version(&tx, vpc_id);
    store_read_end(&tx);
    return version;
}

/* What was written before the refusal is undone. */
static void test_work_refused(void **state) {
    int before = published;
    uint64_t version = version_of(REFUSED_VPC);

    (void)state;
    assert_int_equal(api_work(api, refuse_after_writing, NULL), API_REFUSED);
    assert_int_equal(published, before);
    assert_int_equal(api_work(api, write_nothing, NULL), 0); /* whatever stands in the batch is on disk now */
    assert_int_equal(version_of(REFUSED_VPC), version);
}

/* Kept, but not enforced: the caller is told. */
static void test_publish_fails(void **state) {
    (void)state;
    publish_result = -EIO;
    assert_int_equal(api_work(api, create_one, NULL), API_REFUSED);
    publish_result = -ENOTSUP; /* no data plane: nothing to enforce */
    assert_int_equal(api_work(api, create_one, NULL), 0);
    publish_result = 0;
    assert_int_equal(api_work(api, create_one, NULL), 0);
}

static void test_coverage(void **state) {
    const struct api_coverage *items;
    size_t count, honoured = 0;

    (void)state;
    api_coverage(&arena, &items, &count);
    for (size_t i = 0; i < count; i++)
        honoured += items[i].honoured;
    assert_true(honoured > 50 && honoured < count);
}

static int make_ids(struct api_request *rq, void *arg) {
    struct map seen = {0};

    (void)arg;
    for (int i = 0; i < 10000; i++) {
        const char *id = api_new_id(rq, "vpc");

        assert_int_equal(strlen(id), 21);
        assert_int_equal(strspn(id + 4, "0123456789abcdef"), 17);
        assert_null(map_get(&seen, id));
        map_put(&seen, id, rq);
    }
    map_free(&seen);
    return 0;
}

static int turn_pages(struct api_request *rq, void *arg) {
    struct opt_int five = SOME_INT(5);
    const char *token = NULL;
    size_t from, to;

    (void)arg;
    rq->operation = model_operation_find(rq->service, "DescribeVpcs");
    for (size_t expect = 0; expect < 12; expect += 5) {
        assert_int_equal(api_page(rq, 12, five, token, 1000, &from, &to, &token), 0);
        assert_int_equal(from, expect);
        assert_int_equal(to, expect + 5 > 12 ? 12 : expect + 5);
    }
    assert_null(token);
    assert_int_equal(api_page(rq, 12, five, NULL, 1000, &from, &to, &token), 0);
    assert_int_equal(api_page(rq, 3, five, token, 1000, &from, &to, &token), 0); /* fewer meanwhile */
    assert_true(from == 3 && to == 3 && token == NULL);
    assert_int_equal(api_page(rq, 12, five, "garbage", 1000, &from, &to, &token), API_REFUSED);
    assert_string_equal(rq->error_code, "InvalidNextToken");
    assert_int_equal(api_page(rq, 12, five, "LTE=", 1000, &from, &to, &token), API_REFUSED);
    assert_int_equal(api_page(rq, 12, (struct opt_int){0}, NULL, 1000, &from, &to, &token), 0);
    assert_true(from == 0 && to == 12 && token == NULL);
    return 0;
}

static void test_ids_and_pages(void **state) {
    (void)state;
    assert_int_equal(api_work(api, make_ids, NULL), 0);
    assert_int_equal(api_work(api, turn_pages, NULL), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids_and_pages),   cmocka_unit_test(test_protocols),
        cmocka_unit_test(test_write_publishes), cmocka_unit_test(test_region_setup),
        cmocka_unit_test(test_signatures),      cmocka_unit_test(test_sessions),
        cmocka_unit_test(test_mistakes),        cmocka_unit_test(test_unknown_operations),
        cmocka_unit_test(test_publish_shared),  cmocka_unit_test(test_work_refused),
        cmocka_unit_test(test_coverage),        cmocka_unit_test(test_slow_agent),
        cmocka_unit_test(test_publish_fails),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
