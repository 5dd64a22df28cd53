/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors: AWS's published SigV4 test suite and the examples of the S3 documentation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "proto/aws_chunked.h"
#include "proto/checksum.h"
#include "proto/sigv4.h"

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SUITE_SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define S3_SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

static struct arena arena;

static int64_t at(const char *text) {
    int64_t ms;

    assert_int_equal(clock_parse(text, &ms), 0);
    return ms;
}

static enum sigv4_result verify_at(const char *method, const char *path, const char *query,
                                   const struct proto_headers *headers, const char *secret,
                                   const char *body_hash, int64_t now_ms) {
    const struct sigv4_request rq = {method, path, query, headers};
    struct sigv4_keys *keys = sigv4_keys_new();
    struct sigv4_auth auth;
    const char *why = "";
    enum sigv4_result r = sigv4_parse(&arena, &rq, &auth, &why);

    if (r == SIGV4_OK)
        r = sigv4_verify(&arena, keys, &rq, &auth, secret, body_hash, now_ms, NULL, &why);
    if (r == SIGV4_OK) /* and again, with the key from the cache */
        r = sigv4_verify(&arena, keys, &rq, &auth, secret, body_hash, now_ms, NULL, &why);
    sigv4_keys_free(keys);
    return r;
}

static const struct {
    const char *method, *path, *query;
    const char *headers[3][2];
    const char *signed_headers, *signature;
} suite[] = {
    {"GET",
     "/",
     NULL,
     {{NULL}},
     "host;x-amz-date",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"POST",
     "/",
     NULL,
     {{NULL}},
     "host;x-amz-date",
     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
    {"GET",
     "/",
     "Param2=value2&Param1=value1",
     {{NULL}},
     "host;x-amz-date",
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {"GET",
     "/",
     NULL,
     {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
     "host;my-header1;my-header2;x-amz-date",
     "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
    {"GET",
     "/example/..",
     NULL,
     {{NULL}},
     "host;x-amz-date",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"GET",
     "//",
     NULL,
     {{NULL}},
     "host;x-amz-date",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
};

static void test_suite(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(suite) / sizeof(suite[0]); i++) {
        struct proto_headers h = {0};
        char *authorization =
            arena_printf(&arena,
                         "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                         "SignedHeaders=%s, Signature=%s",
                         suite[i].signed_headers, suite[i].signature);

        proto_header_add(&arena, &h, "Host", "example.amazonaws.com");
        for (size_t j = 0; j < 3 && suite[i].headers[j][0] != NULL; j++)
            proto_header_add(&arena, &h, suite[i].headers[j][0], suite[i].headers[j][1]);
        proto_header_add(&arena, &h, "X-Amz-Date", "20150830T123600Z");
        proto_header_add(&arena, &h, "Authorization", authorization);
        assert_int_equal(verify_at(suite[i].method, suite[i].path, suite[i].query, &h, SUITE_SECRET, EMPTY,
                                   at("20150830T123600Z")),
                         SIGV4_OK);
        assert_int_equal(verify_at(suite[i].method, "/other", suite[i].query, &h, SUITE_SECRET, EMPTY,
                                   at("20150830T123600Z")),
                         SIGV4_MISMATCH);
        assert_int_equal(verify_at(suite[i].method, suite[i].path, suite[i].query, &h, "wrong", EMPTY,
                                   at("20150830T123600Z")),
                         SIGV4_MISMATCH);
        authorization[strlen(authorization) - 1] ^= 1;
        assert_true(verify_at(suite[i].method, suite[i].path, suite[i].query, &h, SUITE_SECRET, EMPTY,
                              at("20150830T123600Z")) != SIGV4_OK);
    }
}

static void test_time(void **state) {
    static const struct {
        const char *now;
        enum sigv4_result expect;
    } cases[] = {
        {"20150830T125100Z", SIGV4_OK},
        {"20150830T125101Z", SIGV4_EXPIRED},
        {"20150830T122100Z", SIGV4_OK},
        {"20150830T122059Z", SIGV4_NOT_YET_VALID},
    };
    struct proto_headers h = {0};

    (void)state;
    proto_header_add(&arena, &h, "Host", "example.amazonaws.com");
    proto_header_add(&arena, &h, "X-Amz-Date", "20150830T123600Z");
    proto_header_add(&arena, &h, "Authorization",
                     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                     "SignedHeaders=host;x-amz-date, "
                     "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(verify_at("GET", "/", NULL, &h, SUITE_SECRET, EMPTY, at(cases[i].now)),
                         cases[i].expect);
}

static void test_s3_get(void **state) {
    struct proto_headers h = {0};

    (void)state;
    proto_header_add(&arena, &h, "Host", "examplebucket.s3.amazonaws.com");
    proto_header_add(&arena, &h, "Range", "bytes=0-9");
    proto_header_add(&arena, &h, "x-amz-content-sha256", EMPTY);
    proto_header_add(&arena, &h, "x-amz-date", "20130524T000000Z");
    proto_header_add(&arena, &h, "Authorization",
                     "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
                     "aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature="
                     "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    assert_int_equal(verify_at("GET", "/test.txt", NULL, &h, S3_SECRET, NULL, at("20130524T000000Z")),
                     SIGV4_OK);
    assert_int_equal(verify_at("PUT", "/test.txt", NULL, &h, S3_SECRET, NULL, at("20130524T000000Z")),
                     SIGV4_MISMATCH);
}

#define PRESIGNED                                                                                            \
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F"  \
    "aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=" \
    "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"

static void test_s3_presigned(void **state) {
    const struct sigv4_sign sign = {.access_key_id = "AKIAIOSFODNN7EXAMPLE",
                                    .secret = S3_SECRET,
                                    .region = "us-east-1",
                                    .service = "s3",
                                    .now_ms = at("20130524T000000Z"),
                                    .payload_hash = "UNSIGNED-PAYLOAD"};
    struct proto_headers h = {0};

    (void)state;
    proto_header_add(&arena, &h, "Host", "examplebucket.s3.amazonaws.com");
    assert_int_equal(verify_at("GET", "/test.txt", PRESIGNED, &h, S3_SECRET, NULL, at("20130524T235959Z")),
                     SIGV4_OK);
    assert_int_equal(verify_at("GET", "/test.txt", PRESIGNED, &h, S3_SECRET, NULL, at("20130525T000001Z")),
                     SIGV4_EXPIRED);
    assert_int_equal(
        verify_at("GET", "/test.txt", PRESIGNED "&x=1", &h, S3_SECRET, NULL, at("20130524T000000Z")),
        SIGV4_MISMATCH);
    assert_string_equal(
        sigv4_presign(&arena, &sign, "GET", "examplebucket.s3.amazonaws.com", "/test.txt", NULL, 86400),
        PRESIGNED);
}

static void test_refused(void **state) {
    static const struct {
        const char *authorization;
        enum sigv4_result expect;
    } cases[] = {
        {"AWS test:sig", SIGV4_UNSUPPORTED},
        {"AWS4-ECDSA-P256-SHA256 Credential=x", SIGV4_UNSUPPORTED},
        {"AWS4-HMAC-SHA256 ", SIGV4_MALFORMED},
        {"AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=" EMPTY, SIGV4_MALFORMED},
        {"AWS4-HMAC-SHA256 Credential=/20150830/r/s/aws4_request, SignedHeaders=host, Signature=" EMPTY,
         SIGV4_MALFORMED},
        {"AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_other, SignedHeaders=host, Signature=" EMPTY,
         SIGV4_MALFORMED},
        {"AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request, SignedHeaders=x-amz-date, "
         "Signature=" EMPTY,
         SIGV4_MALFORMED},
        {"AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request, SignedHeaders=host, Signature=abc",
         SIGV4_MALFORMED},
        {"AWS4-HMAC-SHA256 Credential=a/20150829/r/s/aws4_request, SignedHeaders=host, Signature=" EMPTY,
         SIGV4_MISMATCH},
        {"AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request, SignedHeaders=host;x-amz-date, "
         "Signature=" EMPTY,
         SIGV4_MISMATCH},
        {"AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request, SignedHeaders=host, Signature=" EMPTY,
         SIGV4_NOT_SIGNED},
    };
    struct proto_headers none = {0};
    struct sigv4_auth auth;
    const char *why;
    const struct sigv4_request anonymous = {"GET", "/", NULL, &none};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct proto_headers h = {0};

        proto_header_add(&arena, &h, "Host", "h");
        proto_header_add(&arena, &h, "X-Amz-Date", "20150830T123600Z");
        proto_header_add(&arena, &h, "Authorization", cases[i].authorization);
        assert_int_equal(verify_at("GET", "/", NULL, &h, "secret", EMPTY, at("20150830T123600Z")),
                         cases[i].expect);
    }
    assert_int_equal(sigv4_parse(&arena, &anonymous, &auth, &why), SIGV4_OK);
    assert_int_equal(auth.kind, SIGV4_ANONYMOUS);
    assert_int_equal(
        verify_at("GET", "/",
                  "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2F20130524%2Fr%2Fs3%2Faws4_request&"
                  "X-Amz-Date=20130524T000000Z&X-Amz-Expires=604801&X-Amz-SignedHeaders=host&"
                  "X-Amz-Signature=" EMPTY,
                  &none, "s", NULL, at("20130524T000000Z")),
        SIGV4_MALFORMED);
}

/* What would change a signed request's meaning may not come beside the signature. */
static void test_headers_not_signed(void **state) {
    static const struct {
        const char *service, *name;
        enum sigv4_result expect;
    } cases[] = {
        {"s3", "x-amz-copy-source", SIGV4_NOT_SIGNED},
        {"s3", "X-AMZ-ACL", SIGV4_NOT_SIGNED},
        {"s3", "x-amz-meta-a", SIGV4_NOT_SIGNED},
        {"s3", "x-amz-security-token", SIGV4_NOT_SIGNED},
        {"s3", "Content-MD5", SIGV4_NOT_SIGNED},
        {"s3", "Range", SIGV4_OK},
        {"s3", "x-amz", SIGV4_OK},
        {"ssm", "X-Amz-Target", SIGV4_NOT_SIGNED},
        {"ec2", "x-amz-anything", SIGV4_NOT_SIGNED},
        {"ec2", "x-amz-security-token", SIGV4_OK},
        {"ec2", "Content-MD5", SIGV4_OK},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct sigv4_sign sign = {.access_key_id = "A",
                                        .secret = "s",
                                        .region = "r",
                                        .service = cases[i].service,
                                        .now_ms = at("20130524T000000Z"),
                                        .payload_hash = EMPTY};
        struct proto_headers by_header = {0}, with = {0}, by_query = {0};
        const char *query;

        proto_header_add(&arena, &by_header, "Host", "h");
        sigv4_sign_headers(&arena, &sign, "PUT", "/b/k", NULL, &by_header);
        proto_header_add(&arena, &by_header, cases[i].name, "v");
        assert_int_equal(verify_at("PUT", "/b/k", NULL, &by_header, "s", EMPTY, sign.now_ms),
                         cases[i].expect);

        query = sigv4_presign(&arena, &sign, "PUT", "h", "/b/k", NULL, 60);
        proto_header_add(&arena, &by_query, "Host", "h");
        proto_header_add(&arena, &by_query, cases[i].name, "v");
        assert_int_equal(verify_at("PUT", "/b/k", query, &by_query, "s", EMPTY, sign.now_ms),
                         cases[i].expect);

        proto_header_add(&arena, &with, "Host", "h");
        proto_header_add(&arena, &with, cases[i].name, "v");
        sigv4_sign_headers(&arena, &sign, "PUT", "/b/k", NULL, &with);
        assert_int_equal(verify_at("PUT", "/b/k", NULL, &with, "s", EMPTY, sign.now_ms), SIGV4_OK);
        /* two signatures: nobody could say which one counts */
        assert_int_equal(verify_at("PUT", "/b/k", query, &with, "s", EMPTY, sign.now_ms), SIGV4_TWICE);
    }
}

/* What the client signs, the server takes: odd paths, queries, headers and tokens. */
static void test_round_trip(void **state) {
    static const char *const paths[] = {"/", "/a%20b/c%2Bd/%E3%81%82", "/bucket/a//b/../c", "/x%25y~"};
    static const char *const services[] = {"ec2", "s3"};
    static const char *const queries[] = {NULL, "list-type=2&prefix=a%2Fb&delimiter=%2F", "uploads",
                                          "b=2&a=1&a=0&A=%20x"};

    (void)state;
    for (size_t p = 0; p < 4; p++)
        for (size_t s = 0; s < 2; s++)
            for (size_t q = 0; q < 4; q++) {
                const struct sigv4_sign sign = {.access_key_id = "ASIA/odd",
                                                .secret = "s",
                                                .session_token = s == 1 ? "to+ken/=" : NULL,
                                                .region = "ap-northeast-1",
                                                .service = services[s],
                                                .now_ms = at("20260102T030405Z"),
                                                .payload_hash = EMPTY};
                struct proto_headers h = {0}, host = {0};
                const char *url;

                proto_header_add(&arena, &h, "Host", "localhost:4566");
                proto_header_add(&arena, &h, "X-Amz-Meta-B", "  two   words ");
                proto_header_add(&arena, &h, "x-amz-meta-a", "1");
                proto_header_add(&arena, &h, "User-Agent", "not signed");
                sigv4_sign_headers(&arena, &sign, "PUT", paths[p], queries[q], &h);
                assert_int_equal(
                    verify_at("PUT", paths[p], queries[q], &h, "s", EMPTY, at("20260102T030405Z")), SIGV4_OK);
                h.items[1].value = "two words changed";
                assert_int_equal(
                    verify_at("PUT", paths[p], queries[q], &h, "s", EMPTY, at("20260102T030405Z")),
                    SIGV4_MISMATCH);
                url = sigv4_presign(&arena, &sign, "GET", "localhost:4566", paths[p], queries[q], 60);
                proto_header_add(&arena, &host, "Host", "localhost:4566");
                assert_int_equal(verify_at("GET", paths[p], url, &host, "s", EMPTY, at("20260102T030405Z")),
                                 SIGV4_OK);
            }
}

/* The headers outlive what they were signed with. */
static void test_headers_last(void **state) {
    char hash[] = EMPTY;
    const struct sigv4_sign sign = {.access_key_id = "AK",
                                    .secret = "s",
                                    .region = "ap-northeast-1",
                                    .service = "s3",
                                    .now_ms = at("20260102T030405Z"),
                                    .payload_hash = hash};
    struct proto_headers h = {0};

    (void)state;
    proto_header_add(&arena, &h, "Host", "localhost:4566");
    sigv4_sign_headers(&arena, &sign, "GET", "/", NULL, &h);
    memset(hash, 0, sizeof(hash));
    assert_string_equal(proto_header_get(&h, "x-amz-content-sha256"), EMPTY);
}

/* ---- aws-chunked ---- */

struct source {
    const char *data;
    size_t length, step;
};

static ssize_t give(void *user, void *data, size_t capacity) {
    struct source *s = user;
    size_t n = s->length < s->step ? s->length : s->step;

    n = n < capacity ? n : capacity;
    memcpy(data, s->data, n);
    s->data += n;
    s->length -= n;
    return (ssize_t)n;
}

/* Reads all: the number of bytes, or the error. */
static ssize_t read_all(const struct aws_chunked_options *how, const struct buf *raw, size_t step) {
    struct source s = {raw->data, raw->length, step};
    struct aws_chunked_options o = *how;
    struct aws_chunked *c;
    char piece[1000];
    ssize_t n, total = 0;

    o.read = give;
    o.user = &s;
    c = aws_chunked_new(&o);
    while ((n = aws_chunked_read(c, piece, sizeof(piece))) > 0)
        total += n;
    if (n < 0)
        assert_int_equal(aws_chunked_read(c, piece, sizeof(piece)), n); /* an error stays */
    aws_chunked_free(c);
    return n < 0 ? n : total;
}

static void many(struct buf *b, char c, size_t count) {
    while (count-- > 0)
        buf_putc(b, c);
}

static void test_chunked_signed(void **state) {
    unsigned char key[SIGV4_KEY_BYTES];
    struct aws_chunked_options o = {.payload = SIGV4_PAYLOAD_CHUNKED,
                                    .scope = "20130524/us-east-1/s3/aws4_request",
                                    .amz_date = "20130524T000000Z",
                                    .seed_signature =
                                        "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
                                    .key = key,
                                    .decoded_length = 66560};
    struct buf raw = BUF_INIT(1 << 20);

    (void)state;
    sigv4_key(NULL, S3_SECRET, "20130524", "us-east-1", "s3", key);
    buf_puts(&raw,
             "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n");
    many(&raw, 'a', 65536);
    buf_puts(&raw,
             "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n");
    many(&raw, 'a', 1024);
    buf_puts(
        &raw,
        "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n");
    assert_int_equal(read_all(&o, &raw, SIZE_MAX), 66560);
    assert_int_equal(read_all(&o, &raw, 7), 66560);
    raw.data[40000] = 'b';
    assert_int_equal(read_all(&o, &raw, SIZE_MAX), -EKEYREJECTED);
    raw.data[40000] = 'a';
    raw.data[raw.length - 8] ^= 1; /* the last signature */
    assert_int_equal(read_all(&o, &raw, SIZE_MAX), -EKEYREJECTED);
    raw.data[raw.length - 8] ^= 1;
    o.decoded_length = 66561;
    assert_int_equal(read_all(&o, &raw, SIZE_MAX), -EBADMSG);
    o.decoded_length = 66559;
    assert_int_equal(read_all(&o, &raw, SIZE_MAX), -EBADMSG);
    o.decoded_length = 66560;
    raw.length -= 3; /* cut short */
    assert_int_equal(read_all(&o, &raw, SIZE_MAX), -EBADMSG);
    buf_free(&raw);
}

static void test_chunked_trailer(void **state) {
    unsigned char key[SIGV4_KEY_BYTES];
    struct aws_chunked_options o = {.payload = SIGV4_PAYLOAD_CHUNKED_TRAILER,
                                    .scope = "20130524/us-east-1/s3/aws4_request",
                                    .amz_date = "20130524T000000Z",
                                    .seed_signature =
                                        "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
                                    .key = key,
                                    .trailer_name = "x-amz-checksum-crc32c",
                                    .decoded_length = 66560};
    struct buf raw = BUF_INIT(1 << 20);
    char *checksum;

    (void)state;
    sigv4_key(NULL, S3_SECRET, "20130524", "us-east-1", "s3", key);
    buf_puts(&raw,
             "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n");
    many(&raw, 'a', 65536);
    buf_puts(&raw,
             "\r\n400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n");
    many(&raw, 'a', 1024);
    buf_puts(
        &raw,
        "\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
        "x-amz-checksum-crc32c:sOO8/Q==\r\n"
        "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n");
    assert_int_equal(read_all(&o, &raw, SIZE_MAX), 66560);
    checksum = strstr(raw.data, "sOO8");
    checksum[0] = 'S';
    assert_int_equal(read_all(&o, &raw, SIZE_MAX), -EKEYREJECTED);
    buf_free(&raw);
}

static void test_chunked_unsigned(void **state) {
    struct aws_chunked_options o = {.payload = SIGV4_PAYLOAD_UNSIGNED_TRAILER,
                                    .trailer_name = "x-amz-checksum-crc32",
                                    .decoded_length = 9};
    struct buf raw = BUF_INIT(4096);
    struct {
        const char *body;
        ssize_t expect;
    } cases[] = {
        {"9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n", 9},
        {"4\r\n1234\r\n5\r\n56789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n", 9},
        {"9\r\n123456780\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n", -EILSEQ},
        {"9\r\n123456789\r\n0\r\n\r\n", -ENOMSG},              /* no trailer */
        {"9\r\n123456789\r\n0\r\nx-other:1\r\n\r\n", -ENOMSG}, /* not the one named */
        {"9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\nmore",
         -EBADMSG}, /* something after the end */
        {"9\r\n1234567890\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n",
         -EBADMSG}, /* no CRLF after the chunk */
        {"ffffffffffffffff\r\n1", -EBADMSG},
        {"-1\r\n", -EBADMSG},
        {"\r\n", -EBADMSG},
        {"", -EBADMSG},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        buf_reset(&raw);
        buf_puts(&raw, cases[i].body);
        for (size_t step = 1; step < 40; step += 6)
            assert_int_equal(read_all(&o, &raw, step), cases[i].expect);
    }
    buf_free(&raw);
}

static void test_plain_body(void **state) {
    struct aws_chunked_options o = {
        .payload = SIGV4_PAYLOAD_HASH, .payload_hash = EMPTY, .decoded_length = -1};
    struct buf raw = BUF_INIT(4096);

    (void)state;
    buf_puts(&raw, "");
    assert_int_equal(read_all(&o, &raw, 10), 0);
    buf_puts(&raw, "x");
    assert_int_equal(read_all(&o, &raw, 10), -EBADE);
    o.payload = SIGV4_PAYLOAD_UNSIGNED;
    assert_int_equal(read_all(&o, &raw, 10), 1);
    buf_free(&raw);
}

static void test_checksums(void **state) {
    static const struct {
        enum checksum_kind kind;
        const char *text;
    } cases[] = {
        {CHECKSUM_CRC32, "y/Q5Jg=="},
        {CHECKSUM_CRC32C, "4waSgw=="},
        {CHECKSUM_CRC64NVME, "rosUhgp5mIg="},
        {CHECKSUM_SHA1, "98O8HYCOBHMq32eZZczDTKeuNEE="},
        {CHECKSUM_SHA256, "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="},
        {CHECKSUM_MD5, "JfnnlDI7RTiF9RgfG2JNCw=="},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct checksum c;
        char text[CHECKSUM_TEXT_BYTES];

        checksum_begin(&c, cases[i].kind);
        checksum_update(&c, "123456789", 9);
        assert_string_equal(checksum_end_text(&c, text), cases[i].text);
        checksum_begin(&c, cases[i].kind);
        for (int j = 0; j < 9; j++)
            checksum_update(&c, &"123456789"[j], 1);
        assert_string_equal(checksum_end_text(&c, text), cases[i].text);
    }
    assert_int_equal(checksum_of_header("X-Amz-Checksum-CRC64NVME"), CHECKSUM_CRC64NVME);
    assert_int_equal(checksum_of_algorithm("SHA256"), CHECKSUM_SHA256);
    assert_int_equal(checksum_of_algorithm("none"), CHECKSUM_NONE);
}

static int free_all(void **state) {
    (void)state;
    arena_free(&arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_suite),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_s3_get),
        cmocka_unit_test(test_s3_presigned),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_headers_not_signed),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_headers_last),
        cmocka_unit_test(test_chunked_signed),
        cmocka_unit_test(test_chunked_trailer),
        cmocka_unit_test(test_chunked_unsigned),
        cmocka_unit_test(test_plain_body),
        cmocka_unit_test(test_checksums),
    };
    return cmocka_run_group_tests(tests, NULL, free_all);
}
