/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a query: no crash, and an answer never exceeds what its transport carries. */
#include <stdlib.h>
#include <string.h>

#include "edge/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool any_private(void *user, struct ip4 a) {
    (void)user;
    return a.v & 1;
}
static bool any_public(void *user, struct ip4 a, struct dns_public *ret) {
    (void)user;
    *ret =
        (struct dns_public){{a.v & 1 ? UINT32_C(0x0a000001) : 0}, a.v & 8 ? "us-east-1" : "ap-northeast-1"};
    return a.v & 2;
}
static bool any_instance(void *user, const char *id, struct ip4 *ret) {
    (void)user;
    ret->v = (uint32_t)strlen(id);
    return true;
}
static bool any_service(void *user, const char *service, struct dns_addresses *ret) {
    (void)user;
    ret->count = strlen(service) % (DNS_ADDRESSES_MAX + 1);
    return true;
}
static bool any_endpoint(void *user, const struct dns_endpoint *e, struct dns_addresses *ret) {
    (void)user;
    ret->count = (strlen(e->id) + strlen(e->token) + (e->zone != NULL ? strlen(e->zone) : 0) +
                  strlen(e->service) + strlen(e->region)) %
                 (DNS_ADDRESSES_MAX + 1);
    return true;
}
static bool any_pointer(void *user, struct ip4 a, char ret_name[DNS_NAME_BYTES]) {
    (void)user;
    strcpy(ret_name, a.v & 4 ? "example.com" : "not..a..name");
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct dns_view view = {.region = "ap-northeast-1",
                            .home = "ap-northeast-1",
                            .private_address = any_private,
                            .public_address = any_public,
                            .instance = any_instance,
                            .private_service = any_service,
                            .endpoint = any_endpoint,
                            .public_pointer = any_pointer};
    struct buf out = BUF_INIT(DNS_TCP_MAX_BYTES);

    for (int i = 0; i < 8; i++) {
        int r;

        view.in_vpc = i & 1;
        view.elsewhere = i & 4;
        r = dns_answer(&view, data, size, i & 2, &out);
        if (r == 0 && (out.overflow || out.length < 12 || (!(i & 2) && out.length > DNS_UDP_MAX_BYTES)))
            abort();
        if (r == 1) {
            if (!view.elsewhere || out.length > 0)
                abort();
            dns_fail(data, size, &out);
        }
        buf_reset(&out);
    }
    buf_free(&out);
    return 0;
}
