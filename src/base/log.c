/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

static const char *process = "vpcbox";
static enum log_level most_level = LOG_LEVEL_WARN;

void log_setup(const char *process_name, enum log_level most) {
    process = process_name;
    most_level = most;
}

void log_line(enum log_level level, const char *fmt, ...) {
    static const char *const names[] = {"error", "warn", "info", "debug"};
    char line[2048], when[CLOCK_TEXT_BYTES];
    int n;
    va_list ap;

    if (level > most_level)
        return;
    n = snprintf(line, sizeof(line), "%s %s[%d] %s: ", clock_iso8601(clock_real_ms(), when), process,
                 (int)getpid(), names[level]);
    va_start(ap, fmt);
    n += vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
    va_end(ap);
    if (n > (int)sizeof(line) - 2)
        n = (int)sizeof(line) - 2;
    line[n++] = '\n';
    /* One write: lines of several processes do not mix.  A lost log line is not an error. */
    if (write(STDERR_FILENO, line, (size_t)n) < 0)
        return;
}
