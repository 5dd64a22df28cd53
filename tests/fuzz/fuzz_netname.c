/* SPDX-License-Identifier: Apache-2.0 */
/* Any name that a DNS query may hold, asked of a VPC that has an instance and an endpoint: no crash, and an
 * answer never lies outside what they have. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/ec2/netview.h"
#include "store/rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NAME_MAX_BYTES = 255 };

static char directory[] = "/tmp/vpcbox-fuzz-XXXXXX";

static void forget(void) {
    char command[64];
    snprintf(command, sizeof(command), "rm -rf %s", directory);
    if (system(command) != 0)
        abort();
}

static void put_interface(struct tx *tx, const char *id, const char *key, const char *private_ip,
                          struct eni_row more) {
    struct eni_row eni = more;
    eni.id = id;
    eni.vpc_id = "vpc-1";
    eni.zone = "ap-northeast-1a";
    eni_put(tx, &eni);
    struct eni_address_row address = {.key = key,
                                      .vpc_id = "vpc-1",
                                      .eni_id = id,
                                      .private_ip = private_ip,
                                      .public_ip = more.instance_id ? "203.0.113.9" : NULL};
    eni_address_put(tx, &address);
}

static struct store *world(void) {
    static struct store *store;
    static struct arena arena;
    const char *error;
    struct tx tx;
    if (store)
        return store;
    if (!mkdtemp(directory) || store_open(directory, &store, &error) < 0 ||
        store_write_begin(store, &arena, &tx) < 0)
        abort();
    atexit(forget);
    vpc_put(&tx, &(struct vpc_row){
                     .id = "vpc-1", .region = "ap-northeast-1", .dns_support = 1, .dns_hostnames = 1});
    instance_put(&tx, &(struct instance_row){.id = "i-1", .up = 1, .resource_name_a = 1});
    put_interface(&tx, "eni-1", "vpc-1|10.0.1.5", "10.0.1.5",
                  (struct eni_row){.num = 1, .instance_id = "i-1"});
    put_interface(&tx, "eni-2", "vpc-1|10.0.1.6", "10.0.1.6",
                  (struct eni_row){.num = 2, .endpoint_id = "vpce-00000000000000001"});
    vpc_endpoint_put(&tx, &(struct vpc_endpoint_row){.id = "vpce-00000000000000001",
                                                     .region = "ap-northeast-1",
                                                     .vpc_id = "vpc-1",
                                                     .num = 1,
                                                     .service = "ssm",
                                                     .type = "Interface",
                                                     .dns_label = "abcdef01"});
    if (store_write_end(&tx, true) < 0 || store_write_sync(&tx) < 0)
        abort();
    return store;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct store *store = world();
    struct arena arena = {0};
    struct tx tx;
    struct ip4 ip, ips[1];
    size_t count = 1;
    if (size > NAME_MAX_BYTES || store_read_begin(store, &arena, &tx) < 0)
        return 0;
    const char *name = arena_strndup(&arena, (const char *)data, size);
    if (netview_instance_name(&tx, "vpc-1", name, &ip) == 0 && ip.v != 0x0a000105 && ip.v != 0x0a000106)
        abort();
    if (netview_vpce_name(&tx, name, ips, &count) == 0 && (count != 1 || ips[0].v != 0x0a000106))
        abort();
    store_read_end(&tx);
    arena_free(&arena);
    return 0;
}
