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

enum { EVERY_MS = 1000, ROWS_DEFAULT = 24, COLUMNS_DEFAULT = 132, COLUMNS_MIN = 56, COLUMNS_WIDE = 110 };

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

/* So much as fits a row of that many columns: what says least is left out first. */
struct screen {
    int rows, columns;
    bool wide; /* who an interface belongs to, and both packet rates */
};

static struct screen measure(void) {
    struct winsize size = {0};
    struct screen s = {.rows = ROWS_DEFAULT, .columns = COLUMNS_DEFAULT};
    const char *columns = getenv("COLUMNS");
    int64_t n;

    if (columns != NULL && parse_int(columns, COLUMNS_MIN, 1000, &n) == 0)
        s.columns = (int)n;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
        s.rows = size.ws_row > 0 ? size.ws_row : s.rows;
        s.columns = size.ws_col > 0 ? size.ws_col : s.columns;
    }
    if (s.columns < COLUMNS_MIN)
        s.columns = COLUMNS_MIN;
    s.wide = s.columns >= COLUMNS_WIDE;
    return s;
}

static void draw_port(struct cli *c, const struct screen *s, const json_t *row) {
    if (s->wide)
        printf("%-24s %-24s %9s %9s %9s %9s %7s %7s\n", text(row, "name"), text(row, "what"),
               human(c, real(row, "sent_bits_per_s")), human(c, real(row, "sent_packets_per_s")),
               human(c, real(row, "received_bits_per_s")), human(c, real(row, "received_packets_per_s")),
               human(c, real(row, "dropped_per_s")), human(c, real(row, "lost_per_s")));
    else
        printf("%-21.21s %8s %8s %8s %7s\n", text(row, "name"), human(c, real(row, "sent_bits_per_s")),
               human(c, real(row, "received_bits_per_s")), human(c, real(row, "dropped_per_s")),
               human(c, real(row, "lost_per_s")));
}

static void draw_flow(struct cli *c, const struct screen *s, const json_t *row) {
    if (s->wide)
        printf("%-6s %-21s %-21s %-12s %9s %9s\n", text(row, "protocol"), text(row, "source"),
               text(row, "destination"), text(row, "state"), human(c, real(row, "bits_per_s")),
               human(c, real(row, "packets_per_s")));
    else
        printf("%-4.4s %-21s %-21s %7s\n", text(row, "protocol"), text(row, "source"),
               text(row, "destination"), human(c, real(row, "bits_per_s")));
}

static void draw(struct cli *c, const json_t *rates) {
    struct screen s = measure();
    int left = c->terminal ? (s.rows > 4 ? s.rows - 4 : 1) : 1000;
    json_t *row;
    size_t i;

    printf("connections %" JSON_INTEGER_FORMAT "   from the cache %s/s\n\n", number(rates, "connections"),
           human(c, real(rates, "cache_hits_per_s")));
    if (s.wide)
        printf("%-24s %-24s %9s %9s %9s %9s %7s %7s\n", "INTERFACE", "INSTANCE", "OUT bit/s", "OUT pkt/s",
               "IN bit/s", "IN pkt/s", "DROP/s", "LOST/s");
    else
        printf("%-21s %8s %8s %8s %7s\n", "INTERFACE", "OUT b/s", "IN b/s", "DROP/s", "LOST/s");
    json_array_foreach(json_object_get(rates, "ports"), i, row) {
        if (left-- <= 0)
            break;
        draw_port(c, &s, row);
    }
    if (left > 2 && json_array_size(json_object_get(rates, "flows")) > 0) {
        if (s.wide)
            printf("\n%-6s %-21s %-21s %-12s %9s %9s\n", "FLOW", "FROM", "TO", "STATE", "bit/s", "pkt/s");
        else
            printf("\n%-4s %-21s %-21s %7s\n", "FLOW", "FROM", "TO", "bit/s");
        left -= 2;
    }
    json_array_foreach(json_object_get(rates, "flows"), i, row) {
        if (left-- <= 0)
            break;
        draw_flow(c, &s, row);
    }
    if (json_array_size(json_object_get(rates, "drops")) > 0)
        printf("\n%-22s %7s %9s\n", "DROPPED BECAUSE", "now/s", "in all");
    json_array_foreach(json_object_get(rates, "drops"), i, row) {
        if (left-- <= 0)
            break;
        printf("%-22.22s %7s %9" JSON_INTEGER_FORMAT "  %.*s\n", text(row, "reason"),
               human(c, real(row, "per_s")), number(row, "packets"), s.columns - 43, text(row, "text"));
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
