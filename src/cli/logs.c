/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logs: what the box, its API and its instances have to say.
 *
 * Theory of operation: the box's processes write to one file, serve.log in the home, when it was started in the
 * background; the API's last requests are asked of the region; an instance's console comes by AWS's API, and its
 * units' lines from its own journalctl.  --follow looks again several times a second, as a terminal needs.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "cli/make.h"

enum { AGAIN_MS = 200, LINE_BYTES = 4096 };

static volatile sig_atomic_t stopped;

static void stop(int signal) {
    (void)signal;
    stopped = 1;
}

static bool again(struct cli *c) {
    if (!c->follow || stopped)
        return false;
    fflush(stdout);
    if (ferror(stdout))
        return false;
    poll(NULL, 0, AGAIN_MS);
    return !stopped;
}

/* -- the box's processes --------------------------------------------------------------------------- */

/* "2026-01-02T03:04:05.678Z region[12] info: …" is of region; lines without a process are host's. */
static bool line_is_of(const char *line, const char *process) {
    const char *space = strchr(line, ' ');
    size_t n = strlen(process);

    if (*process == '\0')
        return true;
    if (space != NULL && space[1 + strcspn(space + 1, "[ ")] == '[')
        return strncmp(space + 1, process, n) == 0 && space[1 + n] == '[';
    return text_is(process, "host");
}

/* Where the last so many lines of that process begin. */
static long last_lines(FILE *f, const char *process, int lines) {
    long *starts = calloc((size_t)lines + 1, sizeof(*starts)), at = 0, found;
    char line[LINE_BYTES];
    size_t count = 0;

    if (starts == NULL || lines == 0) {
        fseek(f, 0, SEEK_END);
        found = ftell(f);
        free(starts);
        return found;
    }
    while (fgets(line, sizeof(line), f) != NULL) {
        if (line_is_of(line, process))
            starts[count++ % (size_t)lines] = at;
        at = ftell(f);
    }
    found = count == 0 ? at : count < (size_t)lines ? starts[0] : starts[count % (size_t)lines];
    free(starts);
    return found;
}

static int log_of_processes(struct cli *c, const char *process) {
    const char *path = arena_printf(c->arena, "%s/serve.log", c->home);
    FILE *f = fopen(path, "re");
    char line[LINE_BYTES];
    struct stat st;

    if (f == NULL) {
        cli_error(errno == ENOENT
                      ? "%s: there is none: a box that `vpcbox serve` runs in the foreground logs to its "
                        "standard error (%s)"
                      : "%s: %s",
                  path, strerror(errno));
        return 1;
    }
    fseek(f, last_lines(f, process, c->lines), SEEK_SET);
    do {
        clearerr(f);
        if (fstat(fileno(f), &st) == 0 && st.st_size < ftell(f))
            rewind(f);
        while (fgets(line, sizeof(line), f) != NULL)
            if (line_is_of(line, process))
                fputs(line, stdout);
    } while (again(c));
    fclose(f);
    return 0;
}

/* -- the API's requests ---------------------------------------------------------------------------- */

static const char *cell(struct cli *c, const json_t *row, const char *key) {
    const char *s = json_string_value(json_object_get(row, key));

    return s == NULL ? "" : arena_strdup(c->arena, s);
}

static void print_request(struct cli *c, const json_t *row) {
    if (text_is(c->output, "json")) {
        json_dumpf(row, stdout, JSON_COMPACT);
        putchar('\n');
        return;
    }
    printf("%s %3d %-44s %5lld ms  %s %s (%s)%s%s\n", cell(c, row, "time"),
           (int)json_integer_value(json_object_get(row, "status")), cell(c, row, "what"),
           (long long)json_integer_value(json_object_get(row, "ms")), cell(c, row, "who"),
           cell(c, row, "from"), cell(c, row, "by"), *cell(c, row, "error") != '\0' ? "  " : "",
           cell(c, row, "error"));
}

static int log_of_requests(struct cli *c) {
    json_int_t next = 0;
    json_t *kept = json_array(), *reply, *row;
    size_t i;

    for (;;) {
        struct arena *whole = c->arena, each = {0};

        c->arena = &each;
        reply = box_request(c, json_pack("{s:s,s:I}", "do", "requests", "from", next), NULL, 0, NULL);
        if (reply == NULL) {
            c->arena = whole;
            arena_free(&each);
            json_decref(kept);
            return 1;
        }
        next = json_integer_value(json_object_get(reply, "next"));
        if (kept != NULL) { /* up to now: the last so many of these */
            json_array_extend(kept, json_object_get(reply, "requests"));
            if (json_array_size(json_object_get(reply, "requests")) == 0) {
                size_t n = json_array_size(kept), first = n > (size_t)c->lines ? n - (size_t)c->lines : 0;

                for (i = first; i < n; i++)
                    print_request(c, json_array_get(kept, i));
                json_decref(kept);
                kept = NULL;
            }
        } else {
            json_array_foreach(json_object_get(reply, "requests"), i, row) {
                print_request(c, row);
            }
        }
        json_decref(reply);
        c->arena = whole;
        arena_free(&each);
        if (kept == NULL && !again(c))
            return 0;
    }
}

/* -- instances ------------------------------------------------------------------------------------- */

static int console(struct cli *c, const char *instance, const char **ret_text, size_t *ret_length) {
    struct ec2_get_console_output_request in = {.instance_id = instance};
    struct ec2_get_console_output_result out = {0};
    void *data = NULL;

    *ret_text = "";
    *ret_length = 0;
    if (EC2(c, GetConsoleOutput, in, out) < 0)
        return cli_aws_failed(c, "get the console's output");
    if (out.output != NULL && base64_decode(c->arena, out.output, strlen(out.output), &data, ret_length) == 0)
        *ret_text = data;
    return 0;
}

/* Where what is new begins: after the end of what was printed, or at the beginning when that is gone. */
static size_t new_part(const char *text, size_t length, const char *old, size_t old_length) {
    size_t tail = old_length < 256 ? old_length : 256;

    if (old_length == 0)
        return 0;
    for (size_t end = length; end >= tail; end--)
        if (memcmp(text + end - tail, old + old_length - tail, tail) == 0)
            return end;
    return 0;
}

static int log_of_console(struct cli *c, const char *instance) {
    const char *text;
    char *old = NULL;
    size_t old_length = 0, length = 0, from;
    bool first = true;

    do {
        struct arena *whole = c->arena, each = {0};
        int lines = c->lines;

        c->arena = c->aws.arena = &each;
        if (console(c, instance, &text, &length) != 0) {
            c->arena = c->aws.arena = whole;
            arena_free(&each);
            free(old);
            return 1;
        }
        from = new_part(text, length, old, old_length);
        for (size_t i = length; first && i > 0; i--)
            if (text[i - 1] == '\n' && i < length && --lines <= 0) {
                from = i;
                break;
            }
        if (first && c->lines == 0)
            from = length;
        if (length > from)
            fwrite(text + from, 1, length - from, stdout);
        free(old);
        old = length > 0 ? malloc(length) : NULL;
        old_length = old != NULL ? length : 0;
        if (old != NULL)
            memcpy(old, text, length);
        first = false;
        c->arena = c->aws.arena = whole;
        arena_free(&each);
    } while (again(c));
    free(old);
    return 0;
}

static int log_of_unit(struct cli *c, const char *instance, const char *unit) {
    char *argv[] = {(char *)(size_t) "/run/vpcbox/bin/journalctl",
                    (char *)(size_t) "-n",
                    arena_printf(c->arena, "%d", c->lines),
                    (char *)(size_t) "-u",
                    (char *)(size_t)unit,
                    c->follow ? (char *)(size_t) "-f" : NULL,
                    NULL};
    const int fds[3] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
    int sock, status;

    if (room_start(c, instance, argv, false, fds, &sock) != 0)
        return 1;
    status = room_wait(sock);
    close(sock);
    return status;
}

int cmd_logs(struct cli *c) {
    static const char *const processes[] = {"host", "region", "fabric", "uplink"};
    const char *what = c->argc > 0 ? c->argv[0] : "", *instance;

    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    for (size_t i = 0; i < sizeof(processes) / sizeof(processes[0]); i++)
        if (text_is(what, processes[i]))
            return log_of_processes(c, what);
    if (*what == '\0')
        return log_of_processes(c, "");
    if (text_is(what, "requests"))
        return log_of_requests(c);
    instance = room_named(c, what);
    if (instance == NULL)
        return 1;
    if (text_is(instance, "internet") || text_is(instance, "svc")) {
        cli_error("%s has no log: say host, region, fabric, requests or an instance", instance);
        return 2;
    }
    return c->argc > 1 ? log_of_unit(c, instance, c->argv[1]) : log_of_console(c, instance);
}
