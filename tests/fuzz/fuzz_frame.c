/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any frames, from any port, through a small network that the input also shapes: each gets exactly one
 * verdict, nothing is read or written past its end, and no connection is lost from the table.
 *
 * Input: 4 bytes that bend the network, then frames: port selector, time step, offload bits, size (2), bytes.
 * Half of the frames are mended first (MACs, IP header's shape, an address of the port), so that they get far.
 */
#include <stdlib.h>
#include <string.h>

#include "../unit/world.h"
#include "fwd/engine.h"
#include "net/door.h"
#include "wire/bytes.h"

enum { ROOM = 12000, CONNECTIONS = 24 };

#define require(condition)                                                                                   \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            __builtin_trap();                                                                                \
    } while (0)

static void bend(struct world *w, const uint8_t *bytes) {
    w->a_enis[0].source_dest_check = bytes[0] & 1;
    w->vpc[0].dns_support = bytes[0] & 2;
    w->a_enis[4].up = bytes[0] & 4;
    if (bytes[0] & 8)
        w->vpc[1].internet_gateway_id = NULL;
    w->a_tables[0].route_count = bytes[1] & 3;
    w->a_tables[1].route_count = bytes[1] >> 2 & 3;
    w->a_acls[0].entry_count = bytes[1] >> 4 & 3;
    w->web_rules[2].from_port = bytes[2] % 20;
    w->web_rules[0].cidr.length = bytes[3] % 33;
    if (bytes[2] & 128)
        w->app_sg[0] = "sg-web";
}

static void emitted(void *user, struct fwd_pkt *pkt) {
    struct wire_packet p;

    (void)user;
    memset(pkt->data - FWD_HEADROOM, 0xa5, FWD_HEADROOM);
    wire_parse(pkt->data, pkt->length, &p);
    require(p.kind == WIRE_KIND_IP && p.ip_length <= FWD_MTU_VPC);
}

static void mend(uint8_t *data, uint32_t length, uint32_t port, uint8_t how) {
    static const char *const addresses[] = {
        "10.0.1.10",    "10.0.0.10",  "10.0.0.20",       "10.0.2.10", "10.0.1.100", "198.51.100.7",
        "203.0.113.20", "52.219.1.2", "169.254.169.254", "10.0.0.2",  "10.0.1.11",  "203.0.113.21"};
    static const uint8_t protocols[] = {1, 6, 17, 47};
    const size_t count = sizeof(addresses) / sizeof(addresses[0]);
    struct mac own = world_mac(port);

    if (length < 54)
        return;
    memcpy(data, &fwd_gateway_mac, 6);
    memcpy(data + 6, &own, 6);
    put16(data + 12, 0x0800);
    data[14] = 0x45;
    put16(data + 16, (uint16_t)(length - 14));
    if (how & 1)
        put16(data + 20, get16(data + 20) & 0x4000);
    data[23] = protocols[data[23] % 4];
    put32(data + 26, port == PORT_UPLINK || port == PORT_SERVICE ? get32(data + 26)
                     : port == WEB                               ? four("10.0.0.20").v
                     : port == ISO                               ? four("10.0.2.10").v
                     : port == NAT                               ? four("10.0.0.10").v
                                                                 : four("10.0.1.10").v);
    if (how & 2)
        put32(data + 30, four(addresses[data[30] % count]).v);
    if (how & 4) { /* a door's tuple, as far as bytes can guess one */
        put32(data + 26, door_destination(data[26] % DOOR_LOOPBACK, data[27] % 2 ? VPCE_S3 : 0).v);
        put32(data + 30, door_source(data[30] % 8, 0).v);
    }
    data[46] = 0x50;                   /* a TCP header of 20 bytes */
    if (data[23] == 17 && (how & 8)) { /* DHCP */
        put32(data + 34, 68 << 16 | 67);
        memset(data, 0xff, 6);
        if (length >= 290) {
            memcpy(data + 42, (uint8_t[]){1, 1, 6}, 3);
            memcpy(data + 70, &own, 6);
            memcpy(data + 278, (uint8_t[]){0x63, 0x82, 0x53, 0x63, 53, 1}, 6);
        }
    }
    if (data[23] == 1 && length >= 34 + 8 + 28 && (how & 8))
        data[42] = 0x45; /* an error's inner packet */
}

/* The same for IPv6, whose next headers are what they are. */
static void mend6(uint8_t *data, uint32_t length, uint32_t port, uint8_t how) {
    static const char *const addresses[] = {"2001:db8:0:aa01::10",
                                            "2001:db8:0:aa00::20",
                                            "2001:db8:0:aa02::10",
                                            "fe80::476:70ff:fe63:1",
                                            "ff02::1",
                                            "2001:db8:ffff::1",
                                            "2001:db8:0:aa01::11",
                                            "::"};
    static const uint8_t nexts[] = {WIRE_ICMP6, WIRE_TCP, WIRE_UDP, 0, 44, 60, 43, WIRE_ICMP6};
    struct mac own = world_mac(port);

    if (length < 74)
        return;
    memcpy(data, &fwd_gateway_mac, 6);
    memcpy(data + 6, &own, 6);
    put16(data + 12, WIRE_ETHERTYPE_IPV6);
    data[14] = 0x60;
    put16(data + 18, (uint16_t)(length - 54));
    data[20] = nexts[data[20] % 8];
    data[21] = how & 1 ? 255 : data[21];
    put_ip(data + 22,
           ip(how & 2       ? "fe80::400:ff:fe00:2"
              : port == WEB ? "2001:db8:0:aa00::20"
              : port == ISO ? "2001:db8:0:aa02::10"
                            : "2001:db8:0:aa01::10"),
           true);
    put_ip(data + 38, ip(addresses[data[38] % 8]), true);
    if (data[20] == WIRE_TCP)
        data[66] = 0x50;
    if (data[20] == WIRE_UDP && (how & 8))
        put32(data + 54, 546 << 16 | 547);
    if (data[20] == WIRE_ICMP6 && (how & 4) && length >= 62 + 48)
        data[62] = 0x60;
}

static void run(struct fwd_env *env, uint32_t port, uint8_t offload, const uint8_t *bytes, uint32_t length) {
    /* Exactly as much room as said, so that a sanitizer sees one byte too many. */
    uint32_t room = offload & 128 ? length : length + FWD_ROOM_MIN;
    uint8_t *data = malloc(room ? room : 1);
    struct fwd_pkt pkt = {.data = data, .length = length, .room = room, .in_port = port}, *pkts[1] = {&pkt};

    require(data);
    memcpy(data, bytes, length);
    memset(data + length, 0, room - length);
    if (offload & 64)
        (offload & 16 ? mend6 : mend)(data, length, port, offload);
    if (offload & 1)
        pkt.vnet_flags = FWD_NEEDS_CSUM;
    if (offload & 2)
        pkt.gso_type = FWD_GSO_TCPV4;
    pkt.gso_size = (uint16_t)(offload << 6);
    pkt.csum_start = (uint16_t)(offload * 3);
    pkt.csum_offset = (uint16_t)(offload * 5);
    pkt.out_port = 12345;
    pkt.reason = FWD_REASON_COUNT;
    fwd_process(env, pkts, 1);
    require(pkt.reason < FWD_REASON_COUNT && pkt.length <= room);
    require(pkt.out_port != 12345);
    require((pkt.out_port == PORT_NONE) == (pkt.reason != FWD_OK && pkt.reason != FWD_ANSWERED &&
                                            !(pkt.reason == FWD_TOO_BIG && pkt.out_port == port)));
    /* What its receiver might answer. */
    if ((offload & 48) == 32 && pkt.out_port != PORT_NONE && pkt.reason == FWD_OK && pkt.length >= 54) {
        uint32_t src = get32(data + 26);
        uint16_t sport = get16(data + 34);
        struct mac dst = eth_dst(data);

        memcpy(data, &fwd_gateway_mac, 6);
        memcpy(data + 6, &dst, 6);
        put32(data + 26, get32(data + 30));
        put32(data + 30, src);
        if (data[23] == 6 || data[23] == 17) {
            put16(data + 34, get16(data + 36));
            put16(data + 36, sport);
        } else if (data[23] == 1 && data[34] == 8) {
            data[34] = 0;
        }
        pkt.in_port = pkt.out_port;
        fwd_process(env, pkts, 1);
        require(pkt.reason < FWD_REASON_COUNT && pkt.length <= room);
    }
    free(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint32_t ports[] = {NAT,  APP,  APP2,         WEB,         ISO, WEB2,
                                     BAPP, BWEB, PORT_SERVICE, PORT_UPLINK, 99};
    static const struct fwd_table_size table_size = {CONNECTIONS, 32, false};
    size_t bytes = fwd_table_bytes(&table_size), at = 4;
    struct fwd_trace trace = {0};
    struct fwd_table table;
    struct image *image;
    struct world w;
    struct world_v6 v6;
    void *memory;
    struct fwd_env env = {.table = &table, .now_ns = 1000000000, .emit = emitted};

    if (size < 4)
        return 0;
    world_init(&w);
    world_dual(&w, &v6);
    if (data[3] & 1) { /* open for IPv6 */
        w.app_rules[0].cidr = w.ep_rules[0].cidr = w.iso_rules[0].cidr = cidr("::/0");
        w.open[0].cidr = w.open[1].cidr = w.closed[0].cidr = w.closed[1].cidr = cidr("::/0");
    }
    bend(&w, data);
    require(image_build(&w.spec, NULL, &image) == 0);
    memory = calloc(1, bytes);
    require(memory && fwd_table_init(memory, bytes, &table_size, &table) == 0);
    env.image = image;
    while (size - at >= 5) {
        uint32_t length = get16(data + at + 3) % ROOM;
        uint8_t selector = data[at], offload = data[at + 2];

        env.now_ns += (uint64_t)data[at + 1] * 100000000;
        at += 5;
        if (length > size - at)
            length = (uint32_t)(size - at);
        trace.count = 0;
        env.trace = selector & 128 ? &trace : NULL;
        run(&env, ports[selector % (sizeof(ports) / sizeof(ports[0]))], offload, data + at, length);
        require(trace.count <= FWD_TRACE_MAX);
        /* The same again: now perhaps from the cache. */
        env.trace = NULL;
        run(&env, ports[selector % (sizeof(ports) / sizeof(ports[0]))], offload, data + at, length);
        require(fwd_table_check(&table) == 0 && fwd_table_connections(&table) <= CONNECTIONS);
        at += length;
    }
    require(fwd_table_attach(memory, bytes, &table) == 0 && fwd_table_check(&table) == 0);
    env.now_ns += UINT64_C(1000000) * 1000000000;
    fwd_sweep(&env, CONNECTIONS);
    require(fwd_table_connections(&table) == 0 && fwd_table_check(&table) == 0);
    image_free(image);
    free(memory);
    return 0;
}
