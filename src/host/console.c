/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An instance's console: a pipe that its first process and whoever opens /dev/console write to, and host reads
 * into console.log beside its tree, where it cannot reach it.
 *
 * Like a serial line it takes so much a second and no more: a program that floods it waits, and neither host nor
 * the disk is its.  Of a long one the end is kept.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/box.h"

enum {
    MAX = 1024 * 1024, /* of console.log */
    KEPT = 256 * 1024, /* when that is reached */
    BUDGET = 128 * 1024,
    PAUSE_MS = 100,
    DRAIN = 8 /* reads, of what an instance that has ended left in the pipe */
};

static void ready(void *context, uint32_t events);

int console_open(struct guest *g) {
    char path[256];
    struct stat st;

    guest_path(g->start.instance, "console.log", path);
    g->console_file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (g->console_file < 0 || fstat(g->console_file, &st) < 0)
        return -errno;
    g->console_bytes = (uint64_t)st.st_size;
    return 0;
}

/* Keeps the end of a console that has grown too long.  Not synced: a program that floods its console must not
 * make host wait for the disk. */
static void console_cut(struct guest *g) {
    char path[256], next[256], *end = malloc(KEPT);
    ssize_t n;
    int fd;

    if (end == NULL)
        return;
    guest_path(g->start.instance, "console.log", path);
    guest_path(g->start.instance, "console.log.next", next);
    n = pread(g->console_file, end, KEPT, (off_t)(g->console_bytes - KEPT));
    fd = n <= 0 ? -1 : open(next, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
    if (fd >= 0 && fd_write_all(fd, end, (size_t)n) == 0 && rename(next, path) == 0) {
        close(g->console_file);
        g->console_file = fd;
        g->console_bytes = (uint64_t)n;
    } else {
        fd_close(&fd);
    }
    free(end);
}

void console_write(struct guest *g, const char *text, size_t length) {
    if (g->console_file < 0 || fd_write_all(g->console_file, text, length) < 0)
        return;
    g->console_bytes += length;
    if (g->console_bytes > MAX)
        console_cut(g);
}

static void read_on(struct guest *g) {
    g->console_source = (struct loop_source){.ready = ready, .context = g};
    loop_add(&g->box->loop, &g->console_source, g->console, EPOLLIN);
}

static void pause_over(void *context) {
    struct guest *g = context;

    g->console_budget = BUDGET;
    read_on(g);
}

static bool take(struct guest *g) {
    char text[16384];
    ssize_t n = read(g->console, text, sizeof(text));

    if (n > 0)
        console_write(g, text, (size_t)n);
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        loop_remove(&g->box->loop, &g->console_source);
    if (n > 0)
        g->console_budget -= n;
    return n > 0;
}

static void ready(void *context, uint32_t events) {
    struct guest *g = context;

    (void)events;
    take(g);
    if (g->console_budget > 0 || !g->console_source.on)
        return;
    /* The pipe fills, and who writes waits. */
    loop_remove(&g->box->loop, &g->console_source);
    loop_timer_set(&g->box->loop, &g->console_pause, PAUSE_MS);
}

void console_listen(struct guest *g) {
    g->console_pause = (struct loop_timer){.fire = pause_over, .context = g};
    pause_over(g);
}

void console_drain(struct guest *g) {
    for (int i = 0; i < DRAIN && take(g); i++)
        ;
}

void console_stop(struct guest *g) {
    loop_timer_stop(&g->box->loop, &g->console_pause);
    loop_remove(&g->box->loop, &g->console_source);
    fd_close(&g->console_file);
}
