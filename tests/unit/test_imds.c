/* SPDX-License-Identifier: Apache-2.0 */
/*
 * imds and door_http, over real sockets in a network namespace of the test's own, whose loopback has the
 * addresses that the fabric gives to connections: ec2-005, 006, 007 (the TTL on the socket), 008, 009, 011,
 * 013, 015.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>

#include "base/clock.h"
#include "base/text.h"
#include "edge/door_http.h"

static struct imds_instance instance;
static struct http_server *server;
static uint16_t service_port, api_port;
static bool have_namespace;

static int lookup(void *user, const struct door *door, struct arena *a, struct imds_instance *ret_instance) {
    (void)user;
    (void)a;
    if (door->eni_num != 77)
        return door->eni_num == 78 ? -EIO : -ENOENT;
    *ret_instance = instance;
    return 0;
}

static int credentials(void *user, const struct imds_instance *i, struct arena *a,
                       struct imds_credentials *ret) {
    (void)user;
    *ret = (struct imds_credentials){"ASIAEXAMPLE", arena_printf(a, "secret-of-%s", i->role_name), "tok\"en",
                                     1767323045000, 1767344645000};
    return 0;
}

static int identity(void *user, const struct imds_instance *i, struct arena *a,
                    struct imds_credentials *ret) {
    (void)user;
    *ret = (struct imds_credentials){"ASIAOWN", arena_printf(a, "secret-of-%s", i->instance_id), "own",
                                     1767323045000, 1767344645000};
    return 0;
}

static struct imds imds = {.source = {lookup, credentials, identity, NULL}, .secret = "not very secret"};

static void dispatch(struct http_request *rq, const struct door *door, void *user) {
    char *text = arena_printf(rq->arena, "kind %d eni %u address %u endpoint %u", door->kind, door->eni_num,
                              door->address_index, door->endpoint_num);

    (void)user;
    http_respond(rq, 200, NULL, 0, text, strlen(text));
}

static const struct door_http how = {dispatch, NULL, &imds};

static void set_address(int fd, const char *name, const char *address) {
    struct ifreq r = {0};
    struct sockaddr_in sa = {.sin_family = AF_INET};

    snprintf(r.ifr_name, IFNAMSIZ, "%s", name);
    assert_int_equal(inet_pton(AF_INET, address, &sa.sin_addr), 1);
    memcpy(&r.ifr_addr, &sa, sizeof(sa));
    assert_int_equal(ioctl(fd, SIOCSIFADDR, &r), 0);
}

static int start(void **state) {
    struct sockaddr_in sa = {.sin_family = AF_INET};
    struct ifreq up = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING};
    socklen_t size = sizeof(sa);
    int fd;

    (void)state;
    have_namespace = unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (have_namespace) {
        assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &up), 0);
        set_address(fd, "lo", "127.0.0.1");
        set_address(fd, "lo:1", "10.0.0.1"); /* on loopback the whole 10/8 is then local */
        set_address(fd, "lo:2", "11.0.0.1");
    }
    assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
    assert_int_equal(listen(fd, 16), 0);
    getsockname(fd, (struct sockaddr *)&sa, &size);
    service_port = ntohs(sa.sin_port);
    assert_int_equal(http_server_new(NULL, &server), 0);
    assert_int_equal(door_http_listen_service(server, &how, fd, -1, NULL), 0);
    assert_int_equal(door_http_listen_api(server, &how, -1, &api_port), 0);
    return 0;
}

static int stop(void **state) {
    (void)state;
    http_server_free(server, 1000);
    return 0;
}

static int dial(struct ip4 from, struct ip4 to, uint16_t port) {
    struct sockaddr_in src = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(from.v)};
    struct sockaddr_in dst = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(to.v)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    assert_int_equal(bind(fd, (struct sockaddr *)&src, sizeof(src)), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&dst, sizeof(dst)), 0);
    setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &on, sizeof(on));
    return fd;
}

static char *talk(int fd, const char *request) {
    static char text[16384];
    size_t length = 0;
    ssize_t n;

    assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), (ssize_t)strlen(request));
    shutdown(fd, SHUT_WR);
    while ((n = recv(fd, text + length, sizeof(text) - 1 - length, 0)) > 0)
        length += (size_t)n;
    text[length] = '\0';
    close(fd);
    return text;
}

static char *ask_as(uint32_t eni, const char *method, const char *path, const char *headers) {
    char request[1024];

    snprintf(request, sizeof(request), "%s %s HTTP/1.1\r\nHost: 169.254.169.254\r\n%s\r\n", method, path,
             headers);
    return talk(dial(door_source(eni, 2), door_destination(DOOR_IMDS, 0), service_port), request);
}

static char *ask(const char *method, const char *path, const char *headers) {
    return ask_as(77, method, path, headers);
}

static void status(const char *answer, int code) {
    if (strlen(answer) < 12 || atoi(answer + 9) != code)
        fail_msg("not %d: %s", code, answer);
}

/* 200 with exactly this body. */
static void gives(const char *path, const char *body) {
    char *answer = ask("GET", path, ""), *got = strstr(answer, "\r\n\r\n");

    status(answer, 200);
    assert_string_equal(got ? got + 4 : "", body);
}

static int fresh_instance(void **state) {
    static const char *const groups[] = {"web", "ssh"}, *const group_ids[] = {"sg-1", "sg-2"},
                             *const locals[] = {"10.0.1.9", "10.0.1.10"}, *const publics[] = {"192.0.2.7"},
                             *const privates[] = {"10.0.1.9"}, *const cidrs[] = {"10.0.0.0/16"};
    static const struct imds_interface interface = {.mac = "02:00:00:00:00:4d",
                                                    .interface_id = "eni-1",
                                                    .owner_id = "123456789012",
                                                    .local_hostname = "ip-10-0-1-9",
                                                    .subnet_id = "subnet-1",
                                                    .subnet_ipv4_cidr_block = "10.0.1.0/24",
                                                    .vpc_id = "vpc-1",
                                                    .vpc_ipv4_cidr_block = "10.0.0.0/16",
                                                    .vpc_ipv4_cidr_blocks = {cidrs, 1},
                                                    .local_ipv4s = {locals, 2},
                                                    .public_ipv4s = {publics, 1},
                                                    .associations = {privates, 1},
                                                    .security_groups = {groups, 2},
                                                    .security_group_ids = {group_ids, 2}};
    static const struct imds_tag tags[] = {{"Name", "box"}, {"Team=x", "a b"}};
    static const struct imds_device devices[] = {{"ami", "xvda"}, {"root", "/dev/xvda"}};

    (void)state;
    if (!have_namespace)
        skip();
    instance = (struct imds_instance){.instance_id = "i-0123456789abcdef0",
                                      .account_id = "123456789012",
                                      .ami_id = "ami-1",
                                      .instance_type = "t3.micro",
                                      .architecture = "x86_64",
                                      .reservation_id = "r-1",
                                      .hostname = "ip-10-0-1-9.internal",
                                      .local_hostname = "ip-10-0-1-9.internal",
                                      .local_ipv4 = "10.0.1.9",
                                      .public_ipv4 = "192.0.2.7",
                                      .mac = "02:00:00:00:00:4d",
                                      .availability_zone = "ap-northeast-1a",
                                      .availability_zone_id = "apne1-az4",
                                      .region = "ap-northeast-1",
                                      .pending_time_ms = 1767323045000,
                                      .security_groups = {groups, 2},
                                      .interfaces = &interface,
                                      .interface_count = 1,
                                      .devices = devices,
                                      .device_count = 2,
                                      .tags = tags,
                                      .tag_count = 2,
                                      .profile_arn = "arn:aws:iam::123456789012:instance-profile/p",
                                      .profile_id = "AIPAEXAMPLE",
                                      .role_name = "the-role",
                                      .endpoint_enabled = true,
                                      .hop_limit = 1};
    return 0;
}

static void test_tree(void **state) {
    char *answer;

    (void)state;
    gives("/latest/meta-data/instance-id", "i-0123456789abcdef0");
    gives("/2021-07-15/meta-data/instance-id/", "i-0123456789abcdef0");
    gives("//latest///meta-data/mac", "02:00:00:00:00:4d");
    gives("/latest", "dynamic\nmeta-data");
    gives("/latest/meta-data/placement/", "availability-zone\navailability-zone-id\nregion");
    gives("/latest/meta-data/network/", "interfaces/");
    gives("/latest/meta-data/network/interfaces/macs/", "02:00:00:00:00:4d/");
    gives("/latest/meta-data/network/interfaces/macs/02:00:00:00:00:4d/",
          "device-number\ninterface-id\nipv4-associations/"
          "\nlocal-hostname\nlocal-ipv4s\nmac\nnetwork-card\nowner-id\n"
          "public-ipv4s\nsecurity-group-ids\nsecurity-groups\nsubnet-id\nsubnet-ipv4-cidr-block\nvpc-id\n"
          "vpc-ipv4-cidr-block\nvpc-ipv4-cidr-blocks");
    gives("/latest/meta-data/network/interfaces/macs/02:00:00:00:00:4d/network-card", "0");
    gives("/latest/meta-data/network/interfaces/macs/02:00:00:00:00:4d/local-ipv4s", "10.0.1.9\n10.0.1.10");
    gives("/latest/meta-data/network/interfaces/macs/02:00:00:00:00:4d/ipv4-associations/192.0.2.7",
          "10.0.1.9");
    gives("/latest/meta-data/security-groups", "web\nssh");
    gives("/latest/meta-data/block-device-mapping/", "ami\nroot");
    gives("/latest/meta-data/services/domain", "amazonaws.com");
    gives("/latest/meta-data/instance-life-cycle", "on-demand");
    gives("/latest/meta-data/iam/", "info\nsecurity-credentials/");
    gives("/latest/meta-data/iam/security-credentials/", "the-role");
    answer = ask("GET", "/", "");
    assert_non_null(strstr(answer, "\r\n\r\n1.0\n2007-01-19\n"));
    assert_true(text_ends(answer, "\nlatest"));
    answer = ask("GET", "/latest/meta-data/", "");
    assert_non_null(strstr(answer, "\r\n\r\nami-id\nami-launch-index\n"));
    assert_non_null(strstr(answer, "Server: EC2ws\r\n"));
    assert_non_null(strstr(answer, "Content-Type: text/plain\r\n"));
    assert_null(strstr(answer, "tags"));
    assert_null(strstr(answer, "public-hostname"));
    answer = ask("GET", "/latest/meta-data/iam/security-credentials", "");
    status(answer, 301);
    assert_non_null(
        strstr(answer, "Location: http://169.254.169.254/latest/meta-data/iam/security-credentials/\r\n"));
    status(ask("GET", "/latest/meta-data/nosuch", ""), 404);
    status(ask("GET", "/latest/meta-data/public-hostname", ""), 404);
    status(ask("GET", "/latest/user-data", ""), 404);
    status(ask("GET", "/2020-02-30/meta-data/", ""), 404);
    status(ask("GET", "/latest/meta-data/%00", ""), 404);
    status(ask("POST", "/latest/meta-data/", "Content-Length: 0\r\n"), 405);
    status(ask_as(5, "GET", "/latest/meta-data/", ""), 404);
    status(ask_as(78, "GET", "/latest/meta-data/", ""), 500);
}

static void test_more_items(void **state) {
    char *answer;

    (void)state;
    instance.user_data = "#!/bin/sh\n\0x";
    instance.user_data_length = 12;
    instance.key_name = "my-key";
    instance.public_key = "ssh-ed25519 AAAA my-key";
    instance.tags_enabled = true;
    gives("/latest/", "dynamic\nmeta-data\nuser-data");
    gives("/latest/meta-data/public-keys/", "0=my-key");
    gives("/latest/meta-data/public-keys/0/openssh-key", "ssh-ed25519 AAAA my-key");
    gives("/latest/meta-data/tags/instance/", "Name\nTeam=x");
    gives("/latest/meta-data/tags/instance/Team%3Dx", "a b");
    answer = ask("GET", "/latest/user-data", "");
    assert_non_null(strstr(answer, "Content-Type: application/octet-stream\r\n"));
    assert_non_null(strstr(answer, "Content-Length: 12\r\n"));
    answer = ask("HEAD", "/latest/user-data", "");
    assert_non_null(strstr(answer, "Content-Length: 12\r\n"));
    assert_true(text_ends(answer, "\r\n\r\n"));
    instance.profile_arn = NULL;
    status(ask("GET", "/latest/meta-data/iam/info", ""), 404);
    status(ask("GET", "/latest/meta-data/iam/security-credentials/", ""), 404);
}

/* What an instance shows to somebody else, who has the box's certificate: verified as AWS's documentation says. */
static void test_signed_documents(void **state) {
    char directory[] = "/tmp/vpcbox-test-XXXXXX", path[64], document[4096], text[4096];
    unsigned char bytes[4096];
    struct imds_signer *again;
    struct arena a = {0};
    const char *body;
    X509 *certificate;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    FILE *f;

    (void)state;
    assert_non_null(mkdtemp(directory));
    imds.signer = imds_signer_new(directory);
    body = strstr(ask("GET", "/latest/dynamic/instance-identity/document", ""), "\r\n\r\n") + 4;
    snprintf(document, sizeof(document), "%s", body);

    body = strstr(ask("GET", "/latest/dynamic/instance-identity/signature", ""), "\r\n\r\n") + 4;
    snprintf(path, sizeof(path), "%s/instance-identity.crt", directory);
    f = fopen(path, "re");
    assert_non_null(f);
    certificate = PEM_read_X509(f, NULL, NULL, NULL);
    fclose(f);
    assert_non_null(certificate);
    snprintf(text, sizeof(text), "%s", body);
    for (char *end; (end = strchr(text, '\n')) != NULL;)
        memmove(end, end + 1, strlen(end));
    assert_int_equal(EVP_DecodeBlock(bytes, (unsigned char *)text, (int)strlen(text)), 258); /* "==" counts */
    assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, X509_get0_pubkey(certificate)), 1);
    assert_int_equal(EVP_DigestVerify(ctx, bytes, 256, (const unsigned char *)document, strlen(document)), 1);
    EVP_MD_CTX_free(ctx);

    for (size_t i = 0; i < 2; i++) {
        const char *where = i == 0 ? "/latest/dynamic/instance-identity/pkcs7"
                                   : "/2021-07-15/dynamic/instance-identity/rsa2048";
        BIO *in, *out = BIO_new(BIO_s_mem());
        STACK_OF(X509) *known = sk_X509_new_null();
        char *seen;
        long length;
        PKCS7 *p;

        body = strstr(ask("GET", where, ""), "\r\n\r\n") + 4;
        in = BIO_new(BIO_s_mem());
        BIO_printf(in, "-----BEGIN PKCS7-----\n%s\n-----END PKCS7-----\n", body);
        p = PEM_read_bio_PKCS7(in, NULL, NULL, NULL);
        assert_non_null(p);
        sk_X509_push(known, certificate);
        assert_int_equal(PKCS7_verify(p, known, NULL, NULL, out, PKCS7_NOVERIFY | PKCS7_BINARY), 1);
        length = BIO_get_mem_data(out, &seen);
        assert_int_equal(length, strlen(document));
        assert_memory_equal(seen, document, strlen(document));
        PKCS7_free(p);
        BIO_free(in);
        BIO_free(out);
        sk_X509_free(known);
    }
    /* The next process has the same key. */
    again = imds_signer_new(directory);
    assert_string_equal(imds_sign(again, IMDS_SIGNATURE, "x", 1, &a),
                        imds_sign(imds.signer, IMDS_SIGNATURE, "x", 1, &a));
    imds_signer_free(again);
    imds_signer_free(imds.signer);
    imds.signer = NULL;
    X509_free(certificate);
    arena_free(&a);
    unlink(path);
    snprintf(path, sizeof(path), "%s/instance-identity.key", directory);
    unlink(path);
    rmdir(directory);
}

static void test_documents(void **state) {
    char *answer;

    (void)state;
    answer = ask("GET", "/latest/meta-data/iam/security-credentials/the-role", "");
    status(answer, 200);
    assert_non_null(strstr(answer, "\"Code\": \"Success\""));
    assert_non_null(strstr(answer, "\"Type\": \"AWS-HMAC\""));
    assert_non_null(strstr(answer, "\"AccessKeyId\": \"ASIAEXAMPLE\""));
    assert_non_null(strstr(answer, "\"SecretAccessKey\": \"secret-of-the-role\""));
    assert_non_null(strstr(answer, "\"Token\": \"tok\\\"en\""));
    assert_non_null(strstr(answer, "\"LastUpdated\": \"2026-01-02T03:04:05Z\""));
    assert_non_null(strstr(answer, "\"Expiration\": \"2026-01-02T09:04:05Z\""));
    answer = ask("GET", "/latest/meta-data/iam/info", "");
    assert_non_null(
        strstr(answer, "\"InstanceProfileArn\": \"arn:aws:iam::123456789012:instance-profile/p\""));
    answer = ask("GET", "/latest/dynamic/instance-identity/document", "");
    assert_non_null(strstr(answer, "\"region\": \"ap-northeast-1\""));
    assert_non_null(strstr(answer, "\"privateIp\": \"10.0.1.9\""));
    assert_non_null(strstr(answer, "\"pendingTime\": \"2026-01-02T03:04:05Z\""));
    assert_non_null(strstr(answer, "\"kernelId\": null"));
    gives("/latest/meta-data/identity-credentials/ec2/", "info\nsecurity-credentials/");
    answer = ask("GET", "/latest/meta-data/identity-credentials/ec2/info", "");
    assert_non_null(strstr(answer, "\"AccountId\": \"123456789012\""));
    gives("/latest/meta-data/identity-credentials/ec2/security-credentials/", "ec2-instance");
    answer = ask("GET", "/latest/meta-data/identity-credentials/ec2/security-credentials/ec2-instance", "");
    assert_non_null(strstr(answer, "\"AccessKeyId\": \"ASIAOWN\""));
    status(ask("GET", "/latest/meta-data/iam/security-credentials/other", ""), 404);
}

static char *get_token(const char *ttl) {
    static char token[128];
    char header[128], *answer, *body;

    snprintf(header, sizeof(header), "X-aws-ec2-metadata-token-ttl-seconds: %s\r\n", ttl);
    answer = ask("PUT", "/latest/api/token", header);
    status(answer, 200);
    body = strstr(answer, "\r\n\r\n") + 4;
    assert_int_equal(strlen(body), 56);
    snprintf(token, sizeof(token), "X-aws-ec2-metadata-token: %s\r\n", body);
    return token;
}

static void test_tokens(void **state) {
    char *token, *answer;

    (void)state;
    instance.tokens_required = true;
    status(ask("GET", "/latest/meta-data/mac", ""), 401);
    token = get_token("21600");
    answer = ask("GET", "/latest/meta-data/mac", token);
    status(answer, 200);
    assert_non_null(strstr(answer, "X-Aws-Ec2-Metadata-Token-Ttl-Seconds: 21"));
    token[40] = token[40] == 'a' ? 'b' : 'a';
    status(ask("GET", "/latest/meta-data/mac", token), 401);
    status(ask("GET", "/latest/meta-data/mac", "X-aws-ec2-metadata-token: x\r\n"), 401);
    token = get_token("1");
    status(ask("GET", "/latest/meta-data/mac", token), 200);
    clock_skew(2000);
    status(ask("GET", "/latest/meta-data/mac", token), 401);
    token = get_token("60");
    instance.instance_id = "i-other"; /* a token is worth nothing elsewhere */
    status(ask("GET", "/latest/meta-data/mac", token), 401);
    instance.tokens_required = false;
    status(ask("GET", "/latest/meta-data/mac", token), 401); /* a bad one is worse than none */
    status(ask("GET", "/latest/meta-data/mac", ""), 200);

    status(ask("PUT", "/latest/api/token", ""), 400);
    status(ask("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 0\r\n"), 400);
    status(ask("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 21601\r\n"), 400);
    status(ask("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: ten\r\n"), 400);
    status(ask("PUT", "/latest/api/token",
               "X-aws-ec2-metadata-token-ttl-seconds: 60\r\nX-Forwarded-For: 1.2.3.4\r\n"),
           403);
    status(ask("PUT", "/2021-03-23/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60\r\n"), 403);
    status(ask("PUT", "/latest/api/token/", "X-aws-ec2-metadata-token-ttl-seconds: 60\r\n"), 403);
    status(ask("PUT", "/latest/meta-data/mac", "Content-Length: 0\r\n"), 405);
    status(ask("GET", "/latest/api/token", ""), 405);
    instance.endpoint_enabled = false;
    status(ask("GET", "/latest/meta-data/mac", ""), 403);
    status(ask("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60\r\n"), 403);
}

/* The kernel's view of our peer's packets: tcp_info has no TTL, so IP_MINTTL is the judge: the client
 * drops what arrives with less. */
static void test_hop_limit(void **state) {
    static const char request[] = "PUT /latest/api/token HTTP/1.1\r\nHost: h\r\n"
                                  "X-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n";
    struct timeval patience = {0, 300000};
    int fd, minimum = 4;
    char text[512];

    (void)state;
    for (unsigned limit = 3; limit <= 4; limit++) {
        instance.hop_limit = limit;
        fd = dial(door_source(77, 0), door_destination(DOOR_IMDS, 0), service_port);
        setsockopt(fd, IPPROTO_IP, IP_MINTTL, &minimum, sizeof(minimum));
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        assert_int_equal(send(fd, request, sizeof(request) - 1, 0), (ssize_t)sizeof(request) - 1);
        if (limit < 4)
            assert_int_equal(recv(fd, text, sizeof(text), 0), -1);
        else
            assert_true(recv(fd, text, sizeof(text), 0) > 0);
        close(fd);
    }
}

static void test_doors(void **state) {
    static const char request[] = "GET /x HTTP/1.1\r\nHost: s3.amazonaws.com\r\n\r\n";
    struct ip4 loopback = {INADDR_LOOPBACK};

    (void)state;
    assert_non_null(strstr(
        talk(dial(door_source(DOOR_NUM_MAX, 14), door_destination(DOOR_GATEWAY, 9), service_port), request),
        "kind 1 eni 1048575 address 14 endpoint 9"));
    assert_non_null(
        strstr(talk(dial(door_source(1, 0), door_destination(DOOR_INTERFACE, 5), service_port), request),
               "kind 2 eni 1 address 0 endpoint 5"));
    assert_non_null(strstr(talk(dial(loopback, loopback, api_port), request), "kind 6 eni 0"));
    /* No identity, or a door that is not for HTTP: nothing. */
    assert_string_equal(talk(dial(loopback, loopback, service_port), request), "");
    assert_string_equal(talk(dial(door_source(1, 0), door_destination(DOOR_DNS, 0), service_port), request),
                        "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_tree, fresh_instance),
        cmocka_unit_test_setup(test_more_items, fresh_instance),
        cmocka_unit_test_setup(test_documents, fresh_instance),
        cmocka_unit_test_setup(test_signed_documents, fresh_instance),
        cmocka_unit_test_setup(test_tokens, fresh_instance),
        cmocka_unit_test_setup(test_hop_limit, fresh_instance),
        cmocka_unit_test_setup(test_doors, fresh_instance),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
