/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tap_calls: what a frame costs a program at a TAP, by the ways there are to write and to read it.
 *
 *   cc -O2 -o tap_calls bench/tap_calls.c -luring && sudo ./tap_calls [FRAME BYTES [FRAMES]]
 *
 * Makes a network namespace of its own with one TAP in it.  Frames that are written belong to no protocol, so that
 * the kernel drops them at once; frames to be read come from a packet socket, 64 at a time.  Prints nanoseconds of
 * processor time a frame, five times.  Needs liburing 2.2 and, for the multishot read, Linux 6.7.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { VNET = 10, BURST = 64, ROOM = 70000, PROTOCOL = 0x88b5, READ_MULTISHOT = 49, READS = 1, CANCEL = 2 };

static uint8_t frames[BURST][ROOM]; /* a virtio header of zeros, then the frame */
static int tap, packets;
static struct sockaddr_ll device;
static struct io_uring ring;
static struct io_uring_buf_ring *buffers;
static size_t bytes = 60;

static double now(void) {
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void need(int good, const char *what) {
    if (!good) {
        perror(what);
        exit(1);
    }
}

static void set_up(void) {
    static const uint8_t head[] = {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, PROTOCOL >> 8, PROTOCOL & 255};
    struct ifreq name = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR, .ifr_name = "t0"};
    struct io_uring_params p = {.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN};
    struct io_uring_buf_reg reg = {.ring_entries = BURST};

    need(unshare(CLONE_NEWNET) == 0, "unshare");
    tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    need(tap >= 0 && ioctl(tap, TUNSETIFF, &name) == 0 && ioctl(tap, TUNSETOFFLOAD, 0x0fUL) == 0, "tap");
    need(system("sysctl -qw net.ipv6.conf.all.disable_ipv6=1; ip link set t0 mtu 65521 up") == 0, "ip");
    packets = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    need(packets >= 0, "packet socket");
    device = (struct sockaddr_ll){.sll_family = AF_PACKET, .sll_protocol = htons(PROTOCOL)};
    device.sll_ifindex = (int)if_nametoindex("t0");
    for (int i = 0; i < BURST; i++)
        memcpy(frames[i] + VNET, head, sizeof(head));
    errno = -io_uring_queue_init_params(2 * BURST, &ring, &p);
    need(errno == 0, "io_uring");
    buffers = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    need(buffers != MAP_FAILED, "mmap");
    reg.ring_addr = (uintptr_t)buffers;
    errno = -io_uring_register_buf_ring(&ring, &reg, 0);
    need(errno == 0, "buffers");
}

static void by_writev(void) {
    for (int i = 0; i < BURST; i++) {
        struct iovec two[2] = {{frames[i], VNET}, {frames[i] + VNET, bytes}};

        need(writev(tap, two, 2) > 0, "writev");
    }
}

static void by_write(void) {
    for (int i = 0; i < BURST; i++)
        need(write(tap, frames[i], VNET + bytes) > 0, "write");
}

static void by_ring(int each) {
    for (int i = 0; i < BURST; i++) {
        struct io_uring_sqe *e = io_uring_get_sqe(&ring);

        io_uring_prep_write(e, tap, frames[i], (unsigned)(VNET + bytes), 0);
        e->flags = IOSQE_CQE_SKIP_SUCCESS;
        e->rw_flags = RWF_NOWAIT;
        if ((i + 1) % each == 0)
            need(io_uring_submit(&ring) == each, "submit");
    }
    need(io_uring_cq_ready(&ring) == 0, "write by io_uring");
}

static void by_ring_one(void) {
    by_ring(1);
}

static void by_ring_all(void) {
    by_ring(BURST);
}

static void by_read(void) {
    for (int i = 0; i < BURST; i++)
        need(read(tap, frames[i], ROOM) > 0, "read");
    need(read(tap, frames[0], ROOM) < 0 && errno == EAGAIN, "the queue's end");
}

/* Takes what is complete; how many frames that brought. */
static int reap(void) {
    struct io_uring_cqe *c;
    unsigned head, seen = 0;
    int got = 0;

    io_uring_for_each_cqe(&ring, head, c) {
        seen++;
        got += c->user_data == READS && c->res > 0;
    }
    io_uring_cq_advance(&ring, seen);
    return got;
}

static void by_multishot(void) {
    struct io_uring_sqe *e = io_uring_get_sqe(&ring);
    int got = 0;

    for (int i = 0; i < BURST; i++)
        io_uring_buf_ring_add(buffers, frames[i], ROOM, (unsigned short)i, BURST - 1, i);
    io_uring_buf_ring_advance(buffers, BURST);
    memset(e, 0, sizeof(*e));
    e->opcode = READ_MULTISHOT;
    e->fd = tap;
    e->flags = IOSQE_BUFFER_SELECT;
    e->user_data = READS;
    while (got < BURST) {
        int more;

        need(io_uring_submit_and_wait(&ring, 1) >= 0, "wait");
        more = reap();
        need(more > 0, "multishot read");
        got += more;
    }
}

/* Outside the measured time: a program that goes on reading leaves it armed. */
static void end_multishot(void) {
    struct io_uring_sqe *e = io_uring_get_sqe(&ring);

    io_uring_prep_cancel64(e, READS, 0);
    e->user_data = CANCEL;
    io_uring_submit_and_wait(&ring, 1);
    reap();
    io_uring_submit_and_get_events(&ring);
    reap();
}

static double measure(void (*way)(void), long count, int reads) {
    double spent = 0;

    for (long i = 0; i < count; i += BURST) {
        double start;

        for (int k = 0; reads && k < BURST; k++)
            need(sendto(packets, frames[k] + VNET, bytes, 0, (struct sockaddr *)&device, sizeof(device)) > 0,
                 "send");
        start = now();
        way();
        spent += now() - start;
        if (way == by_multishot)
            end_multishot();
    }
    return spent / (double)((count + BURST - 1) / BURST * BURST);
}

int main(int argc, char **argv) {
    long count = argc > 2 ? atol(argv[2]) : 100000;

    if (argc > 1)
        bytes = (size_t)atol(argv[1]);
    if (bytes < 14 || bytes > 65535) {
        fprintf(stderr, "usage: tap_calls [FRAME BYTES, 14 to 65535 [FRAMES]]\n");
        return 2;
    }
    set_up();
    for (int round = 0; round < 5; round++) {
        printf("%zu bytes: writev %.0f, write %.0f, io_uring one by one %.0f, ", bytes,
               measure(by_writev, count, 0), measure(by_write, count, 0), measure(by_ring_one, count, 0));
        printf("%d at once %.0f; read %.0f, io_uring multishot %.0f ns\n", BURST,
               measure(by_ring_all, count, 0), measure(by_read, count, 1), measure(by_multishot, count, 1));
    }
    return 0;
}
