/* SPDX-License-Identifier: Apache-2.0 */
#include "http/browser.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

enum { HOST_MAX = 255 };

bool browser_sent(const struct http_request *rq) {
    const char *agent = http_header_get(rq, "user-agent");

    return http_header_get(rq, "origin") || http_header_get(rq, "sec-fetch-site") ||
           (agent && strncasecmp(agent, "Mozilla/", 8) == 0);
}

static bool ends_with(const char *host, const char *end) {
    size_t length = strlen(host), end_length = strlen(end);

    return length > end_length && strcasecmp(host + length - end_length, end) == 0;
}

static bool is_port(const char *text) {
    return *text == '\0' || (*text == ':' && text[1 + strspn(text + 1, "0123456789")] == '\0');
}

bool browser_host_is_ours(const char *host, bool addresses) {
    static const char *const domains[] = {".localhost", ".amazonaws.com", ".amazonaws.com.cn", ".api.aws"};
    char name[HOST_MAX + 1];
    struct in6_addr v6;
    struct in_addr v4;
    size_t length;

    if (host == NULL)
        return true;
    length = *host == '[' ? strcspn(host + 1, "]") + 1 : strcspn(host, ":");
    if (length > HOST_MAX)
        return false;
    memcpy(name, host, length);
    name[length] = '\0';
    if (*name == '[')
        return host[length] == ']' && is_port(host + length + 1) && inet_pton(AF_INET6, name + 1, &v6) == 1 &&
               (addresses || IN6_IS_ADDR_LOOPBACK(&v6));
    if (!is_port(host + length))
        return false;
    if (length > 0 && name[length - 1] == '.')
        name[length - 1] = '\0';
    if (inet_pton(AF_INET, name, &v4) == 1)
        return addresses || ntohl(v4.s_addr) >> 24 == IN_LOOPBACKNET;
    if (strcasecmp(name, "localhost") == 0)
        return true;
    for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
        if (ends_with(name, domains[i]))
            return true;
    }
    return false;
}
