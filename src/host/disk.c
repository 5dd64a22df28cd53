/* SPDX-License-Identifier: Apache-2.0 */
#include "host/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "host/box.h"

#define MIB (UINT64_C(1) << 20)

enum { LOOK_MS = 1000, NICE = 10, ANSWERS = 3 };

static uint64_t least(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* Of the file system: all, and what is free for host. */
static bool look(uint64_t *ret_size, uint64_t *ret_free) {
    struct statvfs v;

    if (statvfs(SPACE_INSTANCES, &v) < 0)
        return false;
    *ret_size = (uint64_t)v.f_blocks * v.f_frsize;
    *ret_free = (uint64_t)v.f_bavail * v.f_frsize;
    return true;
}

/* What others and the machine need: a twentieth, but no more than a GiB. */
static uint64_t reserve_of(uint64_t size) {
    return least(size / 20, 1024 * MIB);
}

/* How much may be taken before it is looked into. */
static uint64_t step_of(uint64_t size) {
    return least(size / 40, 256 * MIB);
}

/* --- the child --- */

static int measure(void *context) {
    const struct box *box = context;

    setpriority(PRIO_PROCESS, 0, NICE);
    for (const struct guest *g = box->guests; g != NULL; g = g->next) {
        struct disk_held held = {.bytes = 0};
        struct stat st;
        char folder[256];

        snprintf(held.instance, sizeof(held.instance), "%s", g->start.instance);
        snprintf(folder, sizeof(folder), SPACE_INSTANCES "/%s", g->start.instance);
        held.bytes = disk_tree_bytes(folder, &held.whole);
        if (g->pid > 0 && stat(folder, &st) == 0)
            held.bytes += disk_unnamed_bytes(g->pid, st.st_dev);
        if (fd_write_all(ANSWERS, &held, sizeof(held)) < 0)
            return 1;
    }
    return 0;
}

/* --- host --- */

static void heard(struct box *box, const struct disk_held *held) {
    struct guest *g = guest_find(box, held->instance);
    char why[160];

    if (g == NULL)
        return;
    if (!g->disk_known) /* what it brought along */
        g->disk_first = held->bytes;
    g->disk_known = true;
    g->disk_bytes = held->bytes;
    g->disk_whole = held->whole;
    if (held->bytes <= g->disk_limit)
        return;
    snprintf(why, sizeof(why), "its files take %llu MiB of the disk, its volumes have %llu",
             (unsigned long long)(held->bytes / MIB), (unsigned long long)(g->disk_limit / MIB));
    guest_end(g, why);
}

/* The disk comes to its end: whoever has grown most, if that is what filled it. */
static void relieve(struct box *box, uint64_t size, uint64_t free_now) {
    struct guest *worst = NULL;
    uint64_t most = 0;
    char why[160];

    for (struct guest *g = box->guests; g != NULL; g = g->next) {
        uint64_t grown = !g->disk_whole                  ? UINT64_MAX
                         : g->disk_bytes > g->disk_first ? g->disk_bytes - g->disk_first
                                                         : 0;

        if (g->state == GUEST_STOPPING) /* its room comes soon */
            return;
        if (g->disk_known && grown > most) {
            worst = g;
            most = grown;
        }
    }
    if (worst != NULL && most >= step_of(size)) {
        snprintf(why, sizeof(why),
                 "the machine's disk is full (%llu MiB left), and this instance took most of it",
                 (unsigned long long)(free_now / MIB));
        guest_end(worst, why);
    } else if (!box->disk.complained) {
        box->disk.complained = true;
        log_error(
            "the disk of the box's home is full (%llu MiB left), and not by its instances: make room there",
            (unsigned long long)(free_now / MIB));
    }
}

static void answers_ready(void *context, uint32_t events) {
    struct box *box = context;
    struct disk_held held;
    uint64_t size, free_now;

    (void)events;
    if (fd_read_all(box->disk.pipe, &held, sizeof(held)) == 0) {
        held.instance[sizeof(held.instance) - 1] = '\0';
        heard(box, &held);
        return;
    }
    loop_remove(&box->loop, &box->disk.source);
    fd_close(&box->disk.pipe);
    if (!look(&size, &free_now))
        return;
    if (free_now < reserve_of(size))
        relieve(box, size, free_now);
    else
        box->disk.complained = false;
}

static void begin(struct box *box) {
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) < 0)
        return;
    if (space_child(&fds[1], 1, measure, box) < 0) {
        close(fds[0]);
    } else {
        box->disk.pipe = fds[0];
        box->disk.source = (struct loop_source){.ready = answers_ready, .context = box};
        loop_add(&box->loop, &box->disk.source, fds[0], EPOLLIN);
    }
    close(fds[1]);
}

static void tick(void *context) {
    struct box *box = context;
    struct disk *d = &box->disk;
    uint64_t size, free_now;

    if (box->guests == NULL || box->stopping)
        return;
    loop_timer_set(&box->loop, &d->timer, LOOK_MS);
    if (d->pipe >= 0 || !look(&size, &free_now))
        return;
    if (free_now > d->free_then)
        d->free_then = free_now; /* others made room */
    if (d->free_then - free_now < step_of(size) && free_now >= reserve_of(size))
        return;
    d->free_then = free_now;
    begin(box);
}

void disk_watch(struct guest *g, bool fresh) {
    struct disk *d = &g->box->disk;
    uint64_t size;

    g->disk_known = g->disk_whole = fresh;
    g->disk_bytes = g->disk_first = 0;
    if (d->timer.fire == NULL) {
        d->pipe = -1;
        d->timer = (struct loop_timer){.fire = tick, .context = g->box};
    }
    if (!d->timer.on && look(&size, &d->free_then))
        loop_timer_set(&g->box->loop, &d->timer, LOOK_MS);
    if (!fresh)
        d->free_then = UINT64_MAX; /* measured at the next look */
}
