/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock: what time it is, in one place, so that tests can say what time it is.
 *
 * Theory of operation: two clocks, monotonic for timers and real for what AWS prints.  A test may
 * move both with clock_skew(); nothing else in the program reads the system's clock.  Waits on condition
 * variables are real time, so clock_deadline() knows no skew.
 */
#ifndef VPCBOX_BASE_CLOCK_H
#define VPCBOX_BASE_CLOCK_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

uint64_t clock_mono_ns(void);
int64_t clock_real_ms(void); /* since the epoch, UTC */
int64_t clock_real_ns(void);
void clock_skew(int64_t add_ms); /* tests: both clocks run ahead by the sum of all skews */
/* Who waits for a time is told of a skew, by the thread that makes it; one at most, NULL: nobody. */
void clock_watch(void (*moved)(void *user), void *user);

/* A condition variable that waits by the monotonic clock, and the deadline for its pthread_cond_timedwait(). */
void clock_cond_init(pthread_cond_t *ret_cond);
struct timespec clock_deadline(uint64_t in_ms);

enum { CLOCK_TEXT_BYTES = 32 };
char *clock_iso8601(int64_t real_ms, char out[CLOCK_TEXT_BYTES]);     /* 2026-01-02T03:04:05.678Z */
char *clock_iso8601_sec(int64_t real_ms, char out[CLOCK_TEXT_BYTES]); /* 2026-01-02T03:04:05Z */
char *clock_basic(int64_t real_ms, char out[CLOCK_TEXT_BYTES]);       /* 20260102T030405Z (SigV4) */
char *clock_http(int64_t real_ms, char out[CLOCK_TEXT_BYTES]);        /* RFC 9110 IMF-fixdate */

/* Accepts the forms above.  0, or -EINVAL with the output untouched. */
int clock_parse(const char *text, int64_t *ret_real_ms);

#endif
