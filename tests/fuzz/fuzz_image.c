/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A damaged image: refused, or harmless to every reader, to packets and to explain, which takes files from anywhere.
 *
 * Input: patches of a good block: position (4 bytes, modulo its size), value (4 bytes); from an input that begins like an
 * image the whole block is taken instead.
 */
#include <stdlib.h>
#include <string.h>

#include "../unit/world.h"
#include "explain/explain.h"
#include "fwd/fwd.h"
#include "wire/build.h"

static void ask(const struct image *image) {
    static const char *const questions[][2] = {{"eni-app", "198.51.100.7:443"},
                                               {"eni-app", "52.219.1.2:443"},
                                               {"internet", "203.0.113.20:443"},
                                               {"eni-bapp", "eni-web:icmp"},
                                               {"10.0.2.10", "10.0.1.100:53"}};
    struct arena a = {0};

    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        struct explain_answer answer = {0};
        struct explain_question q;
        const char *error;

        if (explain_parse(image, &a, questions[i][0], questions[i][1], i % 2 == 1, four("198.51.100.9"), &q,
                          &error) == 0)
            explain(image, &q, &a, &answer);
    }
    arena_free(&a);
}

static void use(const struct image *image) {
    static const uint32_t ports[] = {NAT, APP, WEB, ISO, BWEB, PORT_SERVICE, PORT_UPLINK};
    static const char *const targets[] = {"10.0.1.11",  "198.51.100.7", "52.219.1.2",
                                          "10.0.1.100", "10.0.0.2",     "203.0.113.20"};
    static const struct fwd_table_size size = {16, 16, false};
    static uint64_t memory[1 << 15];
    struct buf out = BUF_INIT(1 << 22);
    const struct image_vpc *vpc;
    struct fwd_table table;
    struct fwd_env env = {.image = image, .table = &table, .now_ns = 1000000000};
    uint8_t frame[2048];

    if (fwd_table_bytes(&size) > sizeof(memory))
        __builtin_trap();
    memset(memory, 0, sizeof(memory));
    fwd_table_init(memory, sizeof(memory), &size, &table);
    image_dump(image, &out);
    buf_free(&out);
    image_eni_by_id(image, "i-none", &vpc);
    ask(image);
    for (size_t p = 0; p < sizeof(ports) / sizeof(ports[0]); p++) {
        for (size_t t = 0; t < sizeof(targets) / sizeof(targets[0]); t++) {
            const struct image_eni *eni = image_eni_by_num(image, ports[p], &vpc);
            struct wire_build b = {
                .l2 = {eni ? eni->mac : fwd_uplink_mac, fwd_gateway_mac},
                .tuple = {eni ? image_eni_primary(vpc, eni)->private_ip : ip("198.51.100.9"), ip(targets[t]),
                          4000, 443, WIRE_TCP},
                .tcp_flags = WIRE_SYN};
            struct fwd_pkt pkt = {.data = frame, .room = sizeof(frame), .in_port = ports[p]},
                           *pkts[1] = {&pkt};

            pkt.length = (uint32_t)wire_build(frame, sizeof(frame), &b);
            fwd_process(&env, pkts, 1);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct image *good;
    struct image *image;
    uint8_t *block;

    if (!good) {
        static struct world w;

        world_init(&w);
        if (image_build(&w.spec, NULL, &good) < 0)
            __builtin_trap();
    }
    if (size >= 8 && memcmp(data, image_data(good), 8) == 0) {
        if (image_parse(data, size, &image) == 0) {
            use(image);
            image_free(image);
        }
        return 0;
    }
    block = malloc(image_size(good));
    if (!block)
        return 0;
    memcpy(block, image_data(good), image_size(good));
    for (size_t at = 0; size - at >= 8; at += 8) {
        uint32_t position, value;

        memcpy(&position, data + at, 4);
        memcpy(&value, data + at + 4, 4);
        position = position % (uint32_t)(image_size(good) / 4) * 4;
        memcpy(block + position, &value, 4);
    }
    if (image_parse(block, image_size(good), &image) == 0) {
        use(image);
        image_free(image);
    }
    free(block);
    return 0;
}
