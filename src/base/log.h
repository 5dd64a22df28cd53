/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log: one line a message on stderr, with time, process and level.  Programs log; libraries return errors.
 *
 * Theory of operation: a line is formatted on the stack and leaves with one write(), so lines of threads and
 * processes that share a log do not mix, nothing is lost when the process ends badly, and nothing waits in a
 * buffer at fork().  A line that is too long is cut.
 */
#ifndef VPCBOX_BASE_LOG_H
#define VPCBOX_BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

void log_setup(const char *process_name, enum log_level most); /* name is kept, not copied */
void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...) log_line(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
