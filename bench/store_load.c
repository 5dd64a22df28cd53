/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_load: durable writes and snapshot reads of the store alone.
 * Prints TSV: figure, threads, value, unit.  Each write is one transaction of ROWS rows; fsyncs are
 * the group commits (one fsync each).
 *
 *   store_load [DIRECTORY] [SECONDS]
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "store/rows.h"

enum { ROWS = 4, THREADS_MAX = 16 };

static struct store *store;
static volatile bool stop;

struct worker {
    pthread_t thread;
    unsigned long done;
};

static void put(struct tx *tx, const char *vpc) {
    char id[32];
    struct subnet_row row = {.id = id,
                             .account = "123456789012",
                             .region = "ap-northeast-1",
                             .vpc_id = vpc,
                             .cidr = "10.0.0.0/24",
                             .zone = "ap-northeast-1a"};

    memcpy(id, "subnet-", 7);
    random_hex(id + 7, 17);
    subnet_put(tx, &row);
}

static void *write_rows(void *arg) {
    struct worker *w = arg;
    struct arena a = {0};

    while (!stop) {
        struct tx tx;

        if (store_write_begin(store, &a, &tx) < 0)
            abort();
        for (int i = 0; i < ROWS; i++)
            put(&tx, "vpc-0123456789abcdef0");
        if (store_write_end(&tx, true) < 0)
            abort();
        if (store_write_sync(&tx) < 0)
            abort();
        w->done++;
        arena_reset(&a);
    }
    arena_free(&a);
    return NULL;
}

static void *read_rows(void *arg) {
    struct worker *w = arg;
    struct arena a = {0};

    while (!stop) {
        struct tx tx;

        if (store_read_begin(store, &a, &tx) < 0)
            abort();
        if (vpc_list(&tx).count != 1)
            abort();
        store_read_end(&tx);
        w->done++;
        arena_reset(&a);
    }
    arena_free(&a);
    return NULL;
}

static void run(const char *figure, void *(*what)(void *), unsigned threads, unsigned seconds) {
    struct worker w[THREADS_MAX] = {0};
    unsigned long done = 0;
    struct arena a = {0};
    uint64_t before, after;
    struct tx tx;
    uint64_t started = clock_mono_ns();
    double took;

    store_write_begin(store, &a, &tx);
    before = tx.group;
    store_write_end(&tx, true);
    store_write_sync(&tx);
    stop = false;
    for (unsigned i = 0; i < threads; i++)
        pthread_create(&w[i].thread, NULL, what, &w[i]);
    sleep(seconds);
    stop = true;
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(w[i].thread, NULL);
        done += w[i].done;
    }
    took = (double)(clock_mono_ns() - started) / 1e9;
    store_write_begin(store, &a, &tx);
    after = tx.group;
    store_write_end(&tx, true);
    store_write_sync(&tx);
    arena_free(&a);
    printf("%s\t%u\t%.0f\ttransactions/s\n", figure, threads, (double)done / took);
    if (after - before > 2)
        printf("%s_commits\t%u\t%.0f\tfsyncs/s\n", figure, threads, (double)(after - before - 1) / took);
}

int main(int argc, char **argv) {
    char made[] = "/tmp/vpcbox-store-load-XXXXXX";
    const char *directory = argc > 1 ? argv[1] : mkdtemp(made), *error = NULL;
    unsigned seconds = argc > 2 ? (unsigned)atoi(argv[2]) : 2;
    struct arena a = {0};
    struct vpc_row vpc = {
        .id = "vpc-0123456789abcdef0", .account = "123456789012", .region = "ap-northeast-1"};
    struct tx tx;

    if (directory == NULL || store_open(directory, &store, &error) < 0) {
        fprintf(stderr, "store_load: %s\n", error != NULL ? error : "no directory");
        return 1;
    }
    store_write_begin(store, &a, &tx);
    vpc_put(&tx, &vpc);
    store_write_end(&tx, true);
    store_write_sync(&tx);
    arena_free(&a);
    printf("figure\tthreads\tvalue\tunit\n");
    run("store_read", read_rows, 1, seconds);
    run("store_read", read_rows, 2, seconds);
    run("store_write", write_rows, 1, seconds);
    run("store_write", write_rows, THREADS_MAX, seconds);
    store_close(store);
    if (argc < 2) {
        char command[128];

        snprintf(command, sizeof(command), "rm -r %s", directory);
        return system(command);
    }
    return 0;
}
