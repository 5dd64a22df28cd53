/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's own runner feeds packets to the flow cache's program; needs root, else says so and passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/bpf_map.h"
#include "base/bpf_ring.h"
#include "bpf/cache.h"
#include "host/kernel.h"
#include "wire/bytes.h"
#include "wire/checksum.h"

enum { GENERATION = 7, FRESH = 900, OUT = 5, UDP = 17, TCP = 6, FRAME = 14 + 20 + 20 + 10 };

static struct kernel k;
static const uint8_t macs_before[12] = {6, 0x76, 0x70, 0x63, 0, 1, 6, 1, 2, 3, 4, 5};
static const uint8_t macs_after[12] = {6, 9, 8, 7, 6, 5, 6, 0x76, 0x70, 0x63, 0, 1};

static uint32_t tick(void) {
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint32_t)(((uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec) >> CACHE_TICK_SHIFT);
}

static uint16_t l4_sum(const uint8_t *frame) {
    uint32_t length = FRAME - 34, sum = frame[23] + length;

    for (int i = 26; i < 34; i += 2)
        sum += get16(frame + i);
    for (uint32_t i = 0; i < length; i += 2)
        sum += get16(frame + 34 + i);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static uint16_t ip_sum(const uint8_t *frame) {
    uint32_t sum = 0;

    for (int i = 14; i < 34; i += 2)
        sum += get16(frame + i);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static void seal(uint8_t *frame) {
    uint8_t *field = frame + 34 + (frame[23] == TCP ? 16 : 6);

    put16(frame + 24, 0);
    put16(frame + 24, ip_sum(frame));
    put16(field, 0);
    put16(field, l4_sum(frame));
}

/* 10.0.0.1:1000 > 10.0.0.2:2000, ten bytes of data (UDP: and twelve more). */
static void make(uint8_t *frame, uint8_t protocol) {
    memset(frame, 0, FRAME);
    memcpy(frame, macs_before, 12);
    put16(frame + 12, 0x0800);
    frame[14] = 0x45;
    put16(frame + 16, FRAME - 14);
    put16(frame + 20, 0x4000);
    frame[22] = 64;
    frame[23] = protocol;
    put32(frame + 26, 0x0a000001);
    put32(frame + 30, 0x0a000002);
    put16(frame + 34, 1000);
    put16(frame + 36, 2000);
    if (protocol == TCP) {
        frame[46] = 0x50;
        frame[47] = 0x10;
    } else {
        put16(frame + 38, FRAME - 34);
    }
    memset(frame + FRAME - 10, 0xa5, 10);
    seal(frame);
}

static struct cache_key key(uint8_t protocol) {
    return (struct cache_key){htonl(0x0a000001), htonl(0x0a000002), htons(1000), htons(2000), 0, protocol, 0};
}

static struct cache_entry entry(void) {
    struct cache_entry e = {.generation = GENERATION,
                            .seen = tick(),
                            .out_port = OUT,
                            .mtu = 1500,
                            .flags = CACHE_CHECK_MACS,
                            .src = htonl(0x0a000001),
                            .dst = htonl(0x0a000002),
                            .sport = htons(1000),
                            .dport = htons(2000)};

    memcpy(e.old_macs, macs_before, 12);
    memcpy(e.new_macs, macs_after, 12);
    return e;
}

/* Runs the program; true when it changed the addresses, that is, hit. */
static bool run(uint8_t *frame, uint32_t gso_size, uint32_t repeat, uint32_t *ret_ns) {
    struct __sk_buff context = {.gso_size = gso_size};
    union bpf_attr attr;

    memset(&attr, 0, sizeof(attr));
    attr.test.prog_fd = (uint32_t)k.port_in;
    attr.test.data_in = attr.test.data_out = (uint64_t)(uintptr_t)frame;
    attr.test.data_size_in = attr.test.data_size_out = FRAME;
    attr.test.ctx_in = (uint64_t)(uintptr_t)&context;
    attr.test.ctx_size_in = sizeof(context);
    attr.test.repeat = repeat;
    assert_int_equal(syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr)), 0);
    assert_int_equal(attr.test.retval, 7); /* TC_ACT_REDIRECT: to the port or to the punt TAP */
    if (ret_ns != NULL)
        *ret_ns = attr.test.duration;
    return memcmp(frame, macs_after, 12) == 0;
}

static bool try(uint8_t protocol, const struct cache_entry *e, void (*change)(uint8_t *frame)) {
    uint8_t frame[FRAME];
    struct cache_key at = key(protocol);

    make(frame, protocol);
    if (change != NULL)
        change(frame);
    assert_int_equal(bpf_map_set(k.flows, &at, e), 0);
    return run(frame, 0, 1, NULL);
}

static void with_options(uint8_t *f) {
    f[14] = 0x46;
}
static void a_piece(uint8_t *f) {
    put16(f + 20, 0x2000);
}
static void too_long(uint8_t *f) {
    put16(f + 16, FRAME);
}
static void fin(uint8_t *f) {
    f[47] = 0x11;
}
static void syn(uint8_t *f) {
    f[47] = 2;
}
static void rst(uint8_t *f) {
    f[47] = 4;
}
static void other_mac(uint8_t *f) {
    f[11] ^= 1;
}
static void other_port(uint8_t *f) {
    f[35] ^= 1;
}
static void long_header(uint8_t *f) {
    f[46] = 0xf0;
}

static void test_hits_and_punts(void **state) {
    static void (*const rare[])(uint8_t *) = {with_options, a_piece,   too_long,   fin,        syn,
                                              rst,          other_mac, other_port, long_header};
    struct cache_entry e = entry(), seen;
    struct cache_key at = key(TCP);

    (void)state;
    assert_true(try(TCP, &e, NULL));
    assert_true(try(UDP, &e, NULL));
    assert_int_equal(bpf_map_get(k.flows, &at, &seen), 0);
    assert_int_equal(seen.packets, 1);
    assert_int_equal(seen.bytes, FRAME - 14);
    for (size_t i = 0; i < sizeof(rare) / sizeof(rare[0]); i++)
        assert_false(try(TCP, &e, rare[i]));
    e.generation++;
    assert_false(try(TCP, &e, NULL));
    e = entry();
    e.seen -= FRESH + 2;
    assert_false(try(TCP, &e, NULL));
    e = entry();
    e.mtu = FRAME - 15;
    assert_false(try(TCP, &e, NULL));
    e = entry();
    e.out_port = OUT + 1; /* nobody there */
    assert_false(try(TCP, &e, NULL));
}

static uint32_t difference(const void *before, const void *after, size_t bytes) {
    uint32_t sum = 0;

    for (size_t i = 0; i < bytes; i += 2) {
        uint16_t was, is;

        memcpy(&was, (const char *)before + i, 2);
        memcpy(&is, (const char *)after + i, 2);
        sum += (uint16_t)~was + (uint32_t)is;
    }
    return sum;
}

static void test_rewrites(void **state) {
    static const uint8_t protocols[] = {TCP, UDP};

    (void)state;
    for (int i = 0; i < 200; i++) {
        uint8_t protocol = protocols[i % 2], frame[FRAME];
        struct cache_entry e = entry();
        struct cache_key at = key(protocol);

        e.flags |= CACHE_REWRITE;
        e.src = htonl(0xcb007100 + (uint32_t)i * 77);
        e.dst = i % 3 == 0 ? at.dst : htonl(0x08080808 + (uint32_t)i);
        e.sport = i % 4 == 0 ? at.sport : htons((uint16_t)(40000 + i * 13));
        e.address_sum = difference(&at.src, &e.src, 4) + difference(&at.dst, &e.dst, 4);
        e.port_sum = difference(&at.sport, &e.sport, 2);
        assert_int_equal(bpf_map_set(k.flows, &at, &e), 0);
        make(frame, protocol);
        assert_true(run(frame, 0, 1, NULL));
        assert_int_equal(get32(frame + 26), ntohl(e.src));
        assert_int_equal(get32(frame + 30), ntohl(e.dst));
        assert_int_equal(get16(frame + 34), ntohs(e.sport));
        assert_int_equal(get16(frame + 36), 2000);
        assert_int_equal(ip_sum(frame), 0);
        assert_int_equal(l4_sum(frame), 0);
        assert_int_equal(frame[22], 64);
    }
}

/* Nobody's checksum is filled in for a datagram that has none. */
static void test_no_checksum(void **state) {
    uint8_t frame[FRAME];
    struct cache_entry e = entry();
    struct cache_key at = key(UDP);

    (void)state;
    e.flags |= CACHE_REWRITE;
    e.src = htonl(0xcb007101);
    e.address_sum = difference(&at.src, &e.src, 4);
    assert_int_equal(bpf_map_set(k.flows, &at, &e), 0);
    make(frame, UDP);
    put16(frame + 40, 0);
    assert_true(run(frame, 0, 1, NULL));
    assert_int_equal(get16(frame + 40), 0);
    assert_int_equal(ip_sum(frame), 0);
}

static void test_cost(void **state) {
    uint8_t frame[FRAME];
    struct cache_entry e = entry();
    struct cache_key at = key(TCP);
    uint32_t ns;

    (void)state;
    e.flags = 0; /* so that the same frame hits again */
    assert_int_equal(bpf_map_set(k.flows, &at, &e), 0);
    make(frame, TCP);
    assert_true(run(frame, 0, 20000, &ns));
    print_message("a hit costs %u ns\n", ns);
    assert_true(ns < 3000); /* far above what it costs, for busy machines */
}

/* ---- rules: the runner's frames all come from port 0, so that is where answers come from too ---- */

static struct bpf_ring news;
enum { ACK = 0x10, PSH = 8, FIN = 1, SYN = 2, RST = 4, PORT_MIN = 1000, PORT_MAX = 20000 };

static void configure(uint32_t generation, uint32_t make_new) {
    struct cache_config config = {generation, FRESH, make_new};
    uint32_t zero = 0;

    assert_int_equal(bpf_map_set(k.config, &zero, &config), 0);
}

static void learn(uint8_t protocol, void (*change)(struct cache_rule *r)) {
    struct cache_rule_key at = {
        .src = htonl(0x0a000001), .dst = htonl(0x0a000002), .dport = htons(2000), .protocol = protocol};
    struct cache_rule r = {
        .generation = GENERATION,
        .sport_min = PORT_MIN,
        .sport_max = PORT_MAX,
        .there = {.mtu = 1500, .flags = CACHE_CHECK_MACS | CACHE_FOLLOW | CACHE_OPENER | CACHE_REWRITE},
        .back = {.mtu = 1400, .flags = CACHE_FOLLOW | CACHE_REWRITE},
        .src = htonl(0xcb007101),
        .dst = htonl(0x0a000002),
        .tags = {11, 12},
        .tracked = {CACHE_SIDE_TRACKED, CACHE_SIDE_UNTRACKED}};

    memcpy(r.there.old_macs, macs_before, 12);
    memcpy(r.there.new_macs, macs_after, 12);
    memcpy(r.back.new_macs, macs_after, 12);
    r.there.address_sum = difference(&at.src, &r.src, 4);
    r.back.address_sum = difference(&r.src, &at.src, 4);
    if (change != NULL)
        change(&r);
    assert_int_equal(bpf_map_set(k.rules, &at, &r), 0);
}

/* One frame of the connection from this port, or its answer; true when the program passed it on. */
static bool there(uint8_t protocol, uint16_t sport, uint8_t flags) {
    uint8_t frame[FRAME];

    make(frame, protocol);
    put16(frame + 34, sport);
    if (protocol == TCP)
        frame[47] = flags;
    seal(frame);
    if (!run(frame, 0, 1, NULL))
        return false;
    assert_int_equal(get32(frame + 26), 0xcb007101);
    assert_int_equal(get32(frame + 30), 0x0a000002);
    assert_int_equal(get16(frame + 34), sport);
    assert_int_equal(ip_sum(frame), 0);
    assert_int_equal(l4_sum(frame), 0);
    return true;
}

static bool back(uint8_t protocol, uint16_t sport, uint8_t flags) {
    uint8_t frame[FRAME];

    make(frame, protocol);
    put32(frame + 26, 0x0a000002);
    put32(frame + 30, 0xcb007101);
    put16(frame + 34, 2000);
    put16(frame + 36, sport);
    if (protocol == TCP)
        frame[47] = flags;
    seal(frame);
    if (!run(frame, 0, 1, NULL))
        return false;
    assert_int_equal(get32(frame + 30), 0x0a000001);
    assert_int_equal(l4_sum(frame), 0);
    return true;
}

static bool entry_of(bool answers, uint8_t protocol, uint16_t sport, struct cache_entry *ret) {
    struct cache_key at = key(protocol);

    at.sport = htons(sport);
    if (answers)
        at = (struct cache_key){
            htonl(0x0a000002), htonl(0xcb007101), htons(2000), htons(sport), 0, protocol, 0};
    return bpf_map_get(k.flows, &at, ret) == 0;
}

static const void *first_news(size_t *ret_bytes) {
    unsigned long place = bpf_ring_place(&news);

    return bpf_ring_read(&news, &place, ret_bytes);
}

static unsigned forget_news(void) {
    unsigned n = 0;
    size_t bytes;

    unsigned long place = bpf_ring_place(&news);

    while (bpf_ring_read(&news, &place, &bytes) != NULL)
        n++;
    bpf_ring_drop(&news, place);
    return n;
}

static int clear_flows(void **state) {
    static struct cache_key keys[4096];
    static struct cache_entry entries[4096];
    uint32_t place = 0, n = 4096;

    (void)state;
    while (n = 4096, bpf_map_get_batch(k.flows, 1, &place, keys, entries, &n), n > 0)
        for (uint32_t i = 0; i < n; i++)
            bpf_map_delete(k.flows, &keys[i]);
    forget_news();
    configure(GENERATION, 1);
    return 0;
}

static void test_opens_by_rule(void **state) {
    static const uint8_t protocols[] = {TCP, UDP};
    const struct cache_opened *opened;
    struct cache_entry e;
    size_t bytes;

    (void)state;
    for (int i = 0; i < 2; i++) {
        uint8_t protocol = protocols[i];

        learn(protocol, NULL);
        assert_true(there(protocol, 1001, SYN));
        assert_true(entry_of(false, protocol, 1001, &e));
        assert_int_equal(e.flags, CACHE_CHECK_MACS | CACHE_FOLLOW | CACHE_OPENER | CACHE_REWRITE);
        assert_int_equal(e.packets, 1);
        assert_int_equal(e.mtu, 1500);
        assert_true(entry_of(true, protocol, 1001, &e));
        assert_int_equal(e.packets, 0);
        assert_int_equal(e.mtu, 1400);
        opened = first_news(&bytes);
        assert_non_null(opened);
        assert_int_equal(bytes, sizeof(*opened));
        assert_int_equal(opened->what, CACHE_OPENED);
        assert_int_equal(opened->key.sport, htons(1001));
        assert_int_equal(opened->rule.tags[1], 12);
        assert_true(tick() - opened->tick < 10);
        assert_int_equal(forget_news(), 1);
        assert_true(back(protocol, 1001, SYN | ACK));
        assert_int_equal(forget_news(), 0);
    }
}

static void older(struct cache_rule *r) {
    r->generation--;
}
static void smaller(struct cache_rule *r) {
    r->there.mtu = FRAME - 15;
}
static void elsewhere(struct cache_rule *r) {
    r->there.old_macs[2] ^= 1;
}

static void test_opens_nothing_else(void **state) {
    static void (*const changes[])(struct cache_rule *) = {older, smaller, elsewhere};
    static const uint8_t flags[] = {ACK, SYN | ACK, FIN, RST, SYN | FIN, SYN | RST, 0};
    struct cache_entry e;

    (void)state;
    learn(TCP, NULL);
    for (size_t i = 0; i < sizeof(flags); i++)
        assert_false(there(TCP, 1002, flags[i]));
    assert_false(there(TCP, PORT_MIN - 1, SYN));
    assert_false(there(TCP, PORT_MAX + 1, SYN));
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        learn(TCP, changes[i]);
        assert_false(there(TCP, 1002, SYN));
    }
    learn(TCP, NULL);
    configure(GENERATION, 0);
    assert_false(there(TCP, 1002, SYN));
    configure(GENERATION + 1, 1);
    assert_false(there(TCP, 1002, SYN));
    configure(GENERATION, 1);
    assert_false(entry_of(false, TCP, 1002, &e) || entry_of(true, TCP, 1002, &e));
    assert_int_equal(forget_news(), 0);
    assert_true(there(TCP, PORT_MIN, SYN));
    assert_true(there(TCP, PORT_MAX, SYN));
    /* The answers' place is taken: nothing is half made. */
    assert_true(entry_of(true, TCP, PORT_MIN, &e));
    assert_true(clear_flows(NULL) == 0);
    {
        struct cache_key taken = {htonl(0x0a000002), htonl(0xcb007101), htons(2000), htons(1003), 0, TCP, 0};

        assert_int_equal(bpf_map_set(k.flows, &taken, &e), 0);
    }
    assert_false(there(TCP, 1003, SYN));
    assert_false(entry_of(false, TCP, 1003, &e));
    assert_int_equal(forget_news(), 0);
}

static void test_follows_to_the_end(void **state) {
    const struct cache_closed *closed;
    struct cache_entry e;
    size_t bytes;

    (void)state;
    learn(TCP, NULL);
    assert_true(there(TCP, 1004, SYN));
    assert_true(there(TCP, 1004, SYN)); /* again */
    assert_true(entry_of(false, TCP, 1004, &e));
    assert_true(!e.replied && !e.open);
    assert_true(back(TCP, 1004, SYN | ACK));
    assert_true(entry_of(false, TCP, 1004, &e));
    assert_true(e.replied && !e.open);
    assert_true(there(TCP, 1004, ACK));
    assert_true(entry_of(false, TCP, 1004, &e));
    assert_true(e.open);
    assert_int_equal(forget_news(), 1);
    assert_true(there(TCP, 1004, FIN | ACK));
    assert_true(back(TCP, 1004, ACK));
    assert_true(back(TCP, 1004, PSH | ACK)); /* half closed */
    assert_true(there(TCP, 1004, ACK));
    assert_false(there(TCP, 1004, SYN));
    assert_true(back(TCP, 1004, FIN | ACK));
    assert_int_equal(forget_news(), 0);
    assert_true(there(TCP, 1004, ACK));
    closed = first_news(&bytes);
    assert_non_null(closed);
    assert_int_equal(bytes, sizeof(*closed));
    assert_int_equal(closed->what, CACHE_CLOSED);
    assert_int_equal(closed->keys[0].sport, htons(1004));
    assert_int_equal(closed->keys[1].dport, htons(1004));
    assert_int_equal(closed->entries[0].packets, 6);
    assert_int_equal(closed->entries[1].packets, 4);
    assert_true(closed->entries[0].fin && closed->entries[1].fin && closed->entries[0].open);
    assert_int_equal(forget_news(), 1);
    assert_false(entry_of(false, TCP, 1004, &e) || entry_of(true, TCP, 1004, &e));
    assert_false(there(TCP, 1004, ACK));

    /* Reset, by either side. */
    for (int side = 0; side < 2; side++) {
        assert_true(there(TCP, 1005, SYN));
        assert_true(side ? there(TCP, 1005, RST) : back(TCP, 1005, RST | ACK));
        assert_int_equal(forget_news(), 2);
        assert_false(entry_of(false, TCP, 1005, &e) || entry_of(true, TCP, 1005, &e));
    }

    /* The engine has taken one direction over: it gets the other's end as well. */
    assert_true(there(TCP, 1006, SYN));
    assert_true(entry_of(false, TCP, 1006, &e));
    e.flags &= (uint8_t) ~(CACHE_FOLLOW | CACHE_OPENER);
    {
        struct cache_key at = key(TCP);

        at.sport = htons(1006);
        assert_int_equal(bpf_map_set(k.flows, &at, &e), 0);
    }
    assert_false(back(TCP, 1006, FIN | ACK));
    assert_false(there(TCP, 1006, FIN | ACK));
    assert_true(there(TCP, 1006, ACK));
}

static void test_datagrams(void **state) {
    struct cache_entry e;

    (void)state;
    learn(UDP, NULL);
    assert_true(there(UDP, 1007, 0));
    assert_true(there(UDP, 1007, 0));
    assert_true(entry_of(false, UDP, 1007, &e));
    assert_true(!e.replied && !e.open);
    assert_true(back(UDP, 1007, 0));
    assert_true(there(UDP, 1007, 0));
    assert_true(entry_of(false, UDP, 1007, &e));
    assert_true(e.replied && e.open);
}

/* When the engine does not read, connections are its own again, and none is lost on the way. */
static void test_unread_news(void **state) {
    unsigned made = 0;
    struct cache_entry e;
    size_t bytes;

    (void)state;
    learn(TCP, NULL);
    for (unsigned port = PORT_MIN; port <= PORT_MAX && there(TCP, (uint16_t)port, SYN); port++)
        made++;
    assert_true(made > 1000 && made < PORT_MAX - PORT_MIN);
    assert_false(entry_of(false, TCP, (uint16_t)(PORT_MIN + made), &e));
    assert_false(entry_of(true, TCP, (uint16_t)(PORT_MIN + made), &e));
    /* An end that cannot be told stays to be seen. */
    assert_true(there(TCP, PORT_MIN, RST));
    assert_true(entry_of(false, TCP, PORT_MIN, &e));
    assert_true(e.rst);
    assert_false(there(TCP, PORT_MIN, ACK));
    /* Each record is whole, also those that end at the buffer's beginning. */
    for (int round = 0; round < 3; round++) {
        for (unsigned port = PORT_MIN; port < PORT_MIN + made; port++) {
            unsigned long place = bpf_ring_place(&news);
            const struct cache_opened *opened = bpf_ring_read(&news, &place, &bytes);

            assert_non_null(opened);
            assert_int_equal(bytes, sizeof(*opened));
            assert_int_equal(opened->what, CACHE_OPENED);
            assert_int_equal(opened->key.sport, htons((uint16_t)port));
            assert_int_equal(opened->rule.tracked[1], CACHE_SIDE_UNTRACKED);
            bpf_ring_drop(&news, place);
        }
        assert_null(first_news(&bytes));
        clear_flows(NULL);
        made -= 17;
        for (unsigned port = PORT_MIN; port < PORT_MIN + made; port++)
            assert_true(there(TCP, (uint16_t)port, SYN));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_hits_and_punts),
                                       cmocka_unit_test(test_rewrites),
                                       cmocka_unit_test(test_no_checksum),
                                       cmocka_unit_test(test_cost),
                                       cmocka_unit_test_setup(test_opens_by_rule, clear_flows),
                                       cmocka_unit_test_setup(test_opens_nothing_else, clear_flows),
                                       cmocka_unit_test_setup(test_follows_to_the_end, clear_flows),
                                       cmocka_unit_test_setup(test_datagrams, clear_flows),
                                       cmocka_unit_test_setup(test_unread_news, clear_flows)};
    struct cache_config config = {GENERATION, FRESH, 1};
    uint32_t zero = 0, slot = CACHE_PUNT, index = 1;

    kernel_load(&k);
    kernel_loaded(&k);
    if (k.why[0] != '\0') {
        print_message("skipped: %s\n", k.why);
        return 0;
    }
    if (bpf_ring_map(k.news, CACHE_NEWS_BYTES, &news) < 0 || bpf_map_set(k.config, &zero, &config) < 0 ||
        bpf_map_set(k.ports, &slot, &index) < 0)
        return 1;
    slot = OUT;
    if (bpf_map_set(k.ports, &slot, &index) < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
