/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unit: systemd's service files, as far as simple services use them.
 *
 * Theory of operation: parsing is pure and keeps only what init acts on; sections and settings that it
 * does not know are skipped, as systemd does.  Everything is cut from the caller's arena.
 */
#ifndef VPCBOX_HOST_UNIT_H
#define VPCBOX_HOST_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum unit_type {
    UNIT_SIMPLE, /* also exec, idle and dbus: up once it runs */
    UNIT_NOTIFY, /* up when it says so */
    UNIT_ONESHOT,
    UNIT_FORKING
};

enum unit_restart { UNIT_RESTART_NO, UNIT_RESTART_ON_FAILURE, UNIT_RESTART_ALWAYS };

struct unit_command {
    const char *line;
    bool failure_is_fine; /* a leading '-' */
};

typedef VEC(struct unit_command) unit_commands;

enum { UNIT_STATUSES_MAX = 8 };

struct unit {
    const char *description, *user, *directory, *pid_file;
    enum unit_type type;
    enum unit_restart restart;
    uint32_t restart_ms, stop_ms, start_ms; /* start_ms: how long starting may take */
    bool remain, notify_all;                /* notify_all: any of its processes may say that it is up */
    unit_commands before, start, after, stop, reload, environment_files;
    VEC(const char *) environment; /* NAME=value */
    VEC(const char *) wanted_by;
    VEC(const char *) run_folders; /* RuntimeDirectory, below /run; and so for the others */
    VEC(const char *) state_folders, cache_folders, log_folders;
    int final_statuses[UNIT_STATUSES_MAX]; /* RestartPreventExitStatus */
    size_t final_status_count;
};

/* 0, or -EINVAL with *ret_line the number of the line that makes no sense. */
int unit_parse(struct arena *a, const char *text, size_t length, struct unit *ret_unit, unsigned *ret_line);

/* Splits a command line at blanks, minds quotes and backslashes, puts variables in ($NAME as a word of
 * its own is split, ${NAME} is not; look_up may return NULL; without look_up '$' is
 * a letter like others).  A NULL-terminated vector, or NULL for
 * an open quote or an empty line. */
char **unit_words(struct arena *a, const char *line, const char *(*look_up)(void *context, const char *name),
                  void *context);

/* Ends in .service, and is one path component of letters, digits and :_.\@-. */
bool unit_name_ok(const char *name);

#endif
