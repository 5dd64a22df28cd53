/* SPDX-License-Identifier: Apache-2.0 */
/* The lab, met by real clients in a network namespace where its addresses are local. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cmocka.h>

#include "base/embed.h"
#include "edge/lab.h"
#include "edge/ntp.h"
#include "http/tls.h"
#include "ns.h"

static struct lab *lab;
static struct tls_ca *ca;
static char dir[] = "/tmp/vpcbox-test-lab-XXXXXX";

static int open_socket(void *user, int type, uint16_t port) {
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), on = 1;

    (void)user;
    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0 || (type == SOCK_STREAM && listen(fd, 64) < 0)) {
        close(fd);
        return -errno;
    }
    return fd;
}

static bool public_address(void *user, struct ip4 address, struct dns_public *ret_public) {
    (void)user;
    *ret_public = (struct dns_public){.region = "ap-northeast-1"};
    return address.v == (203u << 24 | 113 << 8 | 5);
}

static int setup(void **state) {
    struct lab_options o = {
        .socket = open_socket, .public_address = public_address, .region = "ap-northeast-1"};
    char path[256];
    size_t count;
    const struct ip4 *addresses = lab_addresses(&count);

    (void)state;
    if (ns_enter() < 0)
        return 0;
    if (!ns_run("ip link set lo up"))
        return -1;
    for (size_t i = 0; i < count; i++) {
        char text[IP4_TEXT_BYTES];

        if (!ns_run("ip addr add %s/32 dev lo", ip4_format(addresses[i], text)))
            return -1;
    }
    if (!ns_run("ip addr add 203.0.113.5/32 dev lo") || mkdtemp(dir) == NULL || tls_ca_open(dir, &ca) < 0)
        return -1;
    snprintf(path, sizeof(path), "%s/ca.crt", dir);
    setenv("CA", path, 1);
    setenv("HOME", dir, 1);
    snprintf(path, sizeof(path), "%s/lab", dir);
    o.dir = path;
    o.ca = ca;
    return lab_start(&o, &lab);
}

static int teardown(void **state) {
    (void)state;
    if (lab == NULL)
        return 0;
    lab_stop(lab);
    tls_ca_free(ca);
    return ns_run("rm -r %s", dir) ? 0 : -1;
}

static void need_lab(void) {
    if (lab == NULL) {
        print_message("no user namespaces here\n");
        skip();
    }
}

/* What a command prints, without its last newline. */
static const char *output(const char *command) {
    static char text[4096];
    FILE *f = popen(command, "r");
    size_t n;

    assert_non_null(f);
    n = fread(text, 1, sizeof(text) - 1, f);
    text[n] = '\0';
    if (n > 0 && text[n - 1] == '\n')
        text[n - 1] = '\0';
    if (pclose(f) != 0)
        print_error("failed: %s\n%s\n", command, text);
    return text;
}

#define CURL "curl -sS --cacert $CA --max-time 10 "

static void test_what_is_my_address(void **state) {
    (void)state;
    need_lab();
    assert_string_equal(output(CURL "--interface 203.0.113.5 http://198.19.0.10/"), "203.0.113.5");
    assert_string_equal(output(CURL "--interface 203.0.113.5 --resolve checkip.amazonaws.com:443:198.19.0.10 "
                                    "https://checkip.amazonaws.com/"),
                        "203.0.113.5");
}

/* The ways in which people's notes ask what their address is. */
static void test_what_is_my_address_as_json(void **state) {
    (void)state;
    need_lab();
    assert_string_equal(output(CURL "--interface 203.0.113.5 http://198.19.0.14/ip"), "203.0.113.5");
    assert_string_equal(output(CURL "--interface 203.0.113.5 http://198.19.0.14/json"),
                        "{\"ip\": \"203.0.113.5\"}");
    assert_string_equal(output(CURL "--interface 203.0.113.5 'http://198.19.0.13/?format=json'"),
                        "{\"ip\": \"203.0.113.5\"}");
    assert_string_equal(output(CURL "--interface 203.0.113.5 http://198.19.0.16/ip"),
                        "{\"origin\": \"203.0.113.5\"}");
    assert_string_equal(output(CURL "-o /dev/null -w '%{http_code}' http://198.19.0.16/get"), "404");
}

static void test_pages(void **state) {
    (void)state;
    need_lab();
    assert_string_equal(
        output(CURL
               "--resolve www.example.com:443:198.19.1.10 https://www.example.com/ | grep -c 'It works'"),
        "1");
    assert_string_equal(output(CURL "-o /dev/null -w '%{http_code} %{content_type}' http://198.19.1.10/"),
                        "200 text/html; charset=utf-8");
    assert_string_equal(output(CURL "-I -o /dev/null -w '%{http_code} %{content_type}' http://198.19.2.11"),
                        "200 text/html; charset=utf-8");
    assert_string_equal(output(CURL "-o /dev/null -w '%{http_code}' http://198.19.1.10/nosuch"), "404");
    assert_string_equal(output(CURL "-o /dev/null -w '%{http_code}' -X DELETE http://198.19.1.10/"), "405");
    assert_string_equal(output(CURL "-o /dev/null -w '%{http_code}' http://8.8.8.8/"), "404");
}

static void test_files(void **state) {
    (void)state;
    need_lab();
    assert_string_equal(output(CURL "http://198.19.3.10/bytes/1000001 | wc -c"), "1000001");
    assert_string_equal(
        output(CURL "-I http://198.19.3.10/bytes/5000000000 | grep -i content-length | tr -d '\\r'"),
        "Content-Length: 5000000000");
    assert_string_equal(output(CURL "-o /dev/null -w '%{http_code}' http://198.19.3.10/bytes/-1"), "400");
    assert_string_equal(output("head -c 300000 /dev/zero | curl -sS -T - http://198.19.3.10/upload"),
                        "300000 bytes");
}

static void test_git_clone(void **state) {
    const struct embed_file *readme = embed_find("lab/git/hello/README.md");
    char path[256], *text;
    size_t length;

    (void)state;
    need_lab();
    assert_non_null(readme);
    assert_string_equal(
        output("cd $HOME && GIT_SSL_CAINFO=$CA git "
               "-c http.curloptResolve=git.example.com:443:198.19.2.10 "
               "clone -q https://git.example.com/team/hello.git 2>&1 && git -C hello log --format=%s"),
        "First commit");
    snprintf(path, sizeof(path), "%s/hello/README.md", dir);
    assert_int_equal(fd_read_file(path, 65536, &text, &length), 0);
    assert_int_equal(length, readme->length);
    assert_memory_equal(text, readme->data, length);
    free(text);
    assert_string_equal(output("cd $HOME && git clone -q http://198.19.2.11/hello plain 2>&1 && "
                               "test -x plain/src/hello.sh && git -C plain fsck && git -C plain branch"),
                        "* main");
}

static void test_git_keeps_to_its_folder(void **state) {
    static const char *const paths[] = {"/hello.git/../../ca.key",      "/hello.git/..%2f..%2fca.key",
                                        "/hello.git/objects/../../..",  "/hello.git/",
                                        "/hello.git/objects",           "/hello.git//config",
                                        "/nosuch.git/info/refs",        "/hello.git",
                                        "/../hello.git/.hidden/config", "/"};

    (void)state;
    need_lab();
    assert_string_equal(output(CURL "-o /dev/null -w '%{http_code}' http://198.19.2.10/hello.git/HEAD"),
                        "200");
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        char command[256];

        snprintf(command, sizeof(command),
                 CURL "--path-as-is -o /dev/null -w '%%{http_code}' 'http://198.19.2.10%s'", paths[i]);
        assert_string_equal(output(command), "404");
    }
}

static int client(int type, const char *address, uint16_t port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval patience = {5, 0};
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

    to.sin_addr.s_addr = inet_addr(address);
    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

static void test_dns(void **state) {
    static const uint8_t query[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07"
                                   "example\x03"
                                   "com\x00\x00\x01\x00\x01";
    static const uint8_t instance[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x0f"
                                      "ec2-203-0-113-5\x0e"
                                      "ap-northeast-1\x07"
                                      "compute\x09"
                                      "amazonaws\x03"
                                      "com\x00\x00\x01\x00\x01";
    uint32_t page = inet_addr("198.19.1.10"), box = inet_addr("203.0.113.5");
    uint8_t answer[512];
    int silent, fd;
    ssize_t n;

    (void)state;
    need_lab();
    silent = client(SOCK_DGRAM, "198.19.1.10", 53); /* no resolver there */
    fd = client(SOCK_DGRAM, "8.8.8.8", 53);
    assert_int_equal(send(silent, query, sizeof(query) - 1, 0), sizeof(query) - 1);
    assert_int_equal(send(fd, query, sizeof(query) - 1, 0), sizeof(query) - 1);
    n = recv(fd, answer, sizeof(answer), 0);
    assert_int_equal(n, sizeof(query) - 1 + 16);
    assert_memory_equal(answer + n - 4, &page, 4);
    assert_int_equal(recv(silent, answer, sizeof(answer), MSG_DONTWAIT), -1);
    assert_int_equal(send(fd, instance, sizeof(instance) - 1, 0), sizeof(instance) - 1);
    n = recv(fd, answer, sizeof(answer), 0);
    assert_int_equal(n, sizeof(instance) - 1 + 16);
    assert_memory_equal(answer + n - 4, &box, 4);
    close(fd);
    close(silent);
}

static void test_time(void **state) {
    uint8_t q[NTP_PACKET_BYTES] = {0x23}, a[128];
    int fd;

    (void)state;
    need_lab();
    fd = client(SOCK_DGRAM, "198.19.0.20", 123);
    assert_int_equal(send(fd, q, sizeof(q), 0), sizeof(q));
    assert_int_equal(recv(fd, a, sizeof(a), 0), NTP_PACKET_BYTES);
    close(fd);
}

static void test_echo(void **state) {
    static char sent[300000], back[300000];
    struct timeval patience = {5, 0};
    int fd;

    (void)state;
    need_lab();
    for (size_t i = 0; i < sizeof(sent); i++)
        sent[i] = (char)(i * 7 + i / 251);
    fd = client(SOCK_STREAM, "198.19.3.11", 7);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    for (size_t at = 0; at < sizeof(sent); at += 30000) {
        assert_int_equal(fd_write_all(fd, sent + at, 30000), 0);
        assert_int_equal(fd_read_all(fd, back + at, 30000), 0);
    }
    assert_memory_equal(sent, back, sizeof(sent));
    shutdown(fd, SHUT_WR);
    assert_int_equal(recv(fd, back, 1, 0), 0);
    close(fd);
}

static void test_names(void **state) {
    struct dns_addresses a = {0};
    char name[DNS_NAME_BYTES];

    (void)state;
    assert_true(lab_name(NULL, "dns.google", &a));
    assert_int_equal(a.count, 2);
    assert_false(lab_name(NULL, "nosuch.example.com", &a));
    assert_true(lab_pointer(NULL, (struct ip4){0x08080808}, name));
    assert_string_equal(name, "dns.google");
    assert_false(lab_pointer(NULL, (struct ip4){0x0a000001}, name));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_what_is_my_address),
        cmocka_unit_test(test_what_is_my_address_as_json),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_git_clone),
        cmocka_unit_test(test_git_keeps_to_its_folder),
        cmocka_unit_test(test_dns),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_echo),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
