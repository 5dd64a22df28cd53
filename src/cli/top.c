/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top: who sends how much right now, and what is dropped for which reason.
 *
 * Theory of operation: the box counts since it started; two answers a moment apart make rates.  Rates of single
 * flows come with the second answer, for the box remembers what each had at the first.  On a
 * terminal the picture is drawn again each second until q or Ctrl-C; --once prints one.
 */
#include <inttypes.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"

enum { EVERY_MS = 1000, ROWS_DEFAULT = 24, NAME_COLUMNS = 24 };

static json_int_t number(const json_t *object, const char *key) {
    return json_integer_value(json_object_get(object, key));
}

static const char *text(const json_t *object, const char *key) {
    const char *s = json_string_value(json_object_get(object, key));

    return s == NULL ? "" : s;
}

/* The row of that name in an earlier answer, or NULL. */
static const json_t *same(const json_t *rows, const char *key, const char *name) {
    json_t *row;
    size_t i;

    json_array_foreach((json_t *)(size_t)rows, i, row) {
        if (text_is(text(row, key), name))
            return row;
    }
    return NULL;
}

static double rate(const json_t *now, const json_t *before, const char *key, double seconds) {
    json_int_t n = number(now, key) - (before == NULL ? number(now, key) : number(before, key));

    return n < 0 || seconds <= 0 ? 0 : (double)n / seconds;
}

static json_t *rates_of(const json_t *now, const json_t *before) {
    double seconds = (double)(number(now, "now_ns") - number(before, "now_ns")) / 1e9;
    json_t *ports = json_array(), *drops = json_array(), *row;
    size_t i;

    json_array_foreach(json_object_get(now, "ports"), i, row) {
        const json_t *old = same(json_object_get(before, "ports"), "name", text(row, "name"));

        json_array_append_new(
            ports,
            json_pack("{s:s,s:s,s:f,s:f,s:f,s:f,s:f,s:f}", "name", text(row, "name"), "what",
                      text(row, "what"), "sent_packets_per_s", rate(row, old, "rx_packets", seconds),
                      "sent_bits_per_s", 8 * rate(row, old, "rx_bytes", seconds), "received_packets_per_s",
                      rate(row, old, "tx_packets", seconds), "received_bits_per_s",
                      8 * rate(row, old, "tx_bytes", seconds), "dropped_per_s",
                      rate(row, old, "dropped", seconds), "lost_per_s", rate(row, old, "lost", seconds)));
    }
    json_array_foreach(json_object_get(now, "drops"), i, row) {
        const json_t *old = same(json_object_get(before, "drops"), "reason", text(row, "reason"));

        json_array_append_new(drops, json_pack("{s:s,s:s,s:I,s:f}", "reason", text(row, "reason"), "text",
                                               text(row, "text"), "packets", number(row, "packets"), "per_s",
                                               old == NULL ? (double)number(row, "packets") / seconds
                                                           : rate(row, old, "packets", seconds)));
    }
    return json_pack("{s:I,s:f,s:I,s:o,s:O,s:o}", "connections", number(now, "connections"),
                     "cache_hits_per_s", rate(now, before, "hits", seconds), "kernel_cache_refused",
                     number(now, "refused"), "ports", ports, "flows", json_object_get(now, "flows"), "drops",
                     drops);
}

static const char *human(struct cli *c, double n) {
    static const char units[] = " kMGT";
    size_t u = 0;

    while (n >= 1000 && u < 4) {
        n /= 1000;
        u++;
    }
    return n == 0 ? "·" : arena_printf(c->arena, u == 0 || n >= 100 ? "%.0f%c" : "%.1f%c", n, units[u]);
}

static double real(const json_t *row, const char *key) {
    return json_real_value(json_object_get(row, key));
}

static void draw(struct cli *c, const json_t *rates) {
    struct winsize size = {.ws_row = ROWS_DEFAULT};
    json_t *row;
    size_t i;
    int left;

    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    left = size.ws_row > 4 ? size.ws_row - 4 : 1000;
    printf("connections %" JSON_INTEGER_FORMAT
           "   from the cache %s/s\n\n%-*s %-24s %9s %9s %9s %9s %7s %7s\n",
           number(rates, "connections"), human(c, real(rates, "cache_hits_per_s")), NAME_COLUMNS, "INTERFACE",
           "INSTANCE", "OUT bit/s", "OUT pkt/s", "IN bit/s", "IN pkt/s", "DROP/s", "LOST/s");
    json_array_foreach(json_object_get(rates, "ports"), i, row) {
        if (left-- <= 0)
            break;
        printf("%-*s %-24s %9s %9s %9s %9s %7s %7s\n", NAME_COLUMNS, text(row, "name"), text(row, "what"),
               human(c, real(row, "sent_bits_per_s")), human(c, real(row, "sent_packets_per_s")),
               human(c, real(row, "received_bits_per_s")), human(c, real(row, "received_packets_per_s")),
               human(c, real(row, "dropped_per_s")), human(c, real(row, "lost_per_s")));
    }
    if (left > 2 && json_array_size(json_object_get(rates, "flows")) > 0) {
        printf("\n%-6s %-21s %-21s %-12s %9s %9s\n", "FLOW", "FROM", "TO", "STATE", "bit/s", "pkt/s");
        left -= 2;
    }
    json_array_foreach(json_object_get(rates, "flows"), i, row) {
        if (left-- <= 0)
            break;
        printf("%-6s %-21s %-21s %-12s %9s %9s\n", text(row, "protocol"), text(row, "source"),
               text(row, "destination"), text(row, "state"), human(c, real(row, "bits_per_s")),
               human(c, real(row, "packets_per_s")));
    }
    if (json_array_size(json_object_get(rates, "drops")) > 0)
        printf("\n%-22s %9s %9s\n", "DROPPED BECAUSE", "now/s", "in all");
    json_array_foreach(json_object_get(rates, "drops"), i, row) {
        if (left-- <= 0)
            break;
        printf("%-22s %9s %9" JSON_INTEGER_FORMAT "  %s\n", text(row, "reason"), human(c, real(row, "per_s")),
               number(row, "packets"), text(row, "text"));
    }
    fflush(stdout);
}

static volatile sig_atomic_t stopped;

static void stop(int signal) {
    (void)signal;
    stopped = 1;
}

/* Waits for the next second, or a key: false for q. */
static bool wait_second(bool keys) {
    struct pollfd p = {.fd = keys ? STDIN_FILENO : -1, .events = POLLIN};
    char key;

    if (poll(&p, 1, EVERY_MS) > 0 && read(STDIN_FILENO, &key, 1) == 1 && (key == 'q' || key == 3))
        return false;
    return !stopped;
}

int cmd_top(struct cli *c) {
    bool json = text_is(c->output, "json"), live = c->terminal && !c->once && !json;
    bool keys = live && isatty(STDIN_FILENO);
    struct termios before, raw;
    json_t *old = box_ask(c, "top"), *now, *rates;

    if (old == NULL)
        return 1;
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    if (keys && tcgetattr(STDIN_FILENO, &before) == 0) {
        raw = before;
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    while (wait_second(keys) && (now = box_ask(c, "top")) != NULL) {
        rates = rates_of(now, old);
        if (json) {
            json_dumpf(rates, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
            putchar('\n');
        } else {
            if (live)
                fputs("\033[H\033[2J", stdout);
            draw(c, rates);
        }
        json_decref(rates);
        json_decref(old);
        old = now;
        if (!live)
            break;
    }
    json_decref(old);
    if (keys)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
    return 0;
}
