/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static _Atomic int64_t skew_ms;

static int64_t read_ns(clockid_t id) {
    struct timespec ts;

    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

uint64_t clock_mono_ns(void) {
    return (uint64_t)(read_ns(CLOCK_MONOTONIC) +
                      atomic_load_explicit(&skew_ms, memory_order_relaxed) * 1000000);
}

int64_t clock_real_ns(void) {
    return read_ns(CLOCK_REALTIME) + atomic_load_explicit(&skew_ms, memory_order_relaxed) * 1000000;
}

int64_t clock_real_ms(void) {
    return clock_real_ns() / 1000000;
}

static struct {
    pthread_mutex_t lock; /* held while it is told */
    void (*moved)(void *user);
    void *user;
} watch = {.lock = PTHREAD_MUTEX_INITIALIZER};

void clock_watch(void (*moved)(void *user), void *user) {
    pthread_mutex_lock(&watch.lock);
    watch.moved = moved;
    watch.user = user;
    pthread_mutex_unlock(&watch.lock);
}

void clock_skew(int64_t add_ms) {
    atomic_fetch_add(&skew_ms, add_ms);
    pthread_mutex_lock(&watch.lock);
    if (watch.moved != NULL)
        watch.moved(watch.user);
    pthread_mutex_unlock(&watch.lock);
}

void clock_cond_init(pthread_cond_t *ret_cond) {
    pthread_condattr_t monotonic;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(ret_cond, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

struct timespec clock_deadline(uint64_t in_ms) {
    int64_t at = read_ns(CLOCK_MONOTONIC) + (int64_t)in_ms * 1000000;

    return (struct timespec){.tv_sec = at / 1000000000, .tv_nsec = at % 1000000000};
}

static char *format(int64_t real_ms, const char *fmt, char *out) {
    time_t sec = (time_t)(real_ms / 1000);
    struct tm tm;

    gmtime_r(&sec, &tm);
    strftime(out, CLOCK_TEXT_BYTES, fmt, &tm);
    return out;
}

char *clock_iso8601(int64_t real_ms, char out[CLOCK_TEXT_BYTES]) {
    format(real_ms, "%Y-%m-%dT%H:%M:%S", out);
    snprintf(out + strlen(out), 8, ".%03uZ", (unsigned)(real_ms % 1000) % 1000u);
    return out;
}

char *clock_iso8601_sec(int64_t real_ms, char out[CLOCK_TEXT_BYTES]) {
    return format(real_ms, "%Y-%m-%dT%H:%M:%SZ", out);
}

char *clock_basic(int64_t real_ms, char out[CLOCK_TEXT_BYTES]) {
    return format(real_ms, "%Y%m%dT%H%M%SZ", out);
}

char *clock_http(int64_t real_ms, char out[CLOCK_TEXT_BYTES]) {
    return format(real_ms, "%a, %d %b %Y %H:%M:%S GMT", out);
}

int clock_parse(const char *text, int64_t *ret_real_ms) {
    static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y%m%dT%H%M%SZ", "%a, %d %b %Y %H:%M:%S GMT"};

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct tm tm = {0};
        const char *rest = strptime(text, forms[i], &tm);
        int ms = 0, used = 0;

        if (rest == NULL)
            continue;
        if (i == 0) {
            if (*rest == '.' && sscanf(rest, ".%3d%n", &ms, &used) == 1) {
                for (int digits = used - 1; digits < 3; digits++)
                    ms *= 10;
                rest += used;
                while (*rest >= '0' && *rest <= '9')
                    rest++;
            }
            if (*rest == 'Z')
                rest++;
            else if (strcmp(rest, "+00:00") == 0)
                rest += 6;
        }
        if (*rest != '\0' || ms < 0)
            continue;
        *ret_real_ms = (int64_t)timegm(&tm) * 1000 + ms;
        return 0;
    }
    return -EINVAL;
}
