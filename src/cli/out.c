/* SPDX-License-Identifier: Apache-2.0 */
/* What commands print: tables for people, JSON for programs, steps while something takes long. */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli.h"

enum { COLUMNS_MAX = 12 };

static size_t column_count(const struct table *t) {
    size_t n = 0;

    while (t->columns[n] != NULL)
        n++;
    return n;
}

void table_row(struct cli *c, struct table *t, ...) {
    size_t n = column_count(t);
    const char **row = arena_array(c->arena, const char *, n);
    va_list ap;

    va_start(ap, t);
    for (size_t i = 0; i < n; i++) {
        const char *cell = va_arg(ap, const char *);

        if (cell == NULL)
            break;
        row[i] = cell;
    }
    va_end(ap);
    for (size_t i = 0; i < n; i++)
        if (row[i] == NULL)
            row[i] = "";
    *vec_push(c->arena, &t->rows) = row;
}

/* Terminal columns that UTF-8 text takes, near enough: wide East Asian characters take two. */
static size_t text_width(const char *s) {
    size_t width = 0;

    for (const unsigned char *p = (const unsigned char *)s; *p != '\0'; p++)
        if ((*p & 0xc0) != 0x80)
            width += *p >= 0xe3 && *p < 0xf8 ? 2 : 1;
    return width;
}

json_t *table_json(const struct table *t) {
    json_t *list = json_array();

    for (size_t r = 0; r < t->rows.count; r++) {
        json_t *row = json_object();

        for (size_t i = 0; t->columns[i] != NULL; i++)
            json_object_set_new(row, t->columns[i], json_string(t->rows.items[r][i]));
        json_array_append_new(list, row);
    }
    return list;
}

static void print_json(const struct table *t) {
    json_t *list = table_json(t);

    json_dumpf(list, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(list);
}

void table_print(struct cli *c, const struct table *t) {
    size_t n = column_count(t), width[COLUMNS_MAX] = {0};

    if (strcmp(c->output, "json") == 0) {
        print_json(t);
        return;
    }
    for (size_t i = 0; i < n && i < COLUMNS_MAX; i++) {
        width[i] = text_width(t->columns[i]);
        for (size_t r = 0; r < t->rows.count; r++)
            if (text_width(t->rows.items[r][i]) > width[i])
                width[i] = text_width(t->rows.items[r][i]);
    }
    for (size_t r = 0; r <= t->rows.count; r++) {
        const char *const *cells = r == 0 ? t->columns : t->rows.items[r - 1];

        if (r == 0 && c->color)
            fputs("\033[1m", stdout);
        for (size_t i = 0; i < n && i < COLUMNS_MAX; i++) {
            fputs(cells[i], stdout);
            if (i + 1 < n)
                printf("%*s", (int)(width[i] - text_width(cells[i]) + 2), "");
        }
        if (r == 0 && c->color)
            fputs("\033[0m", stdout);
        putchar('\n');
    }
}

void cli_say(struct cli *c, const char *fmt, ...) {
    va_list ap;

    if (strcmp(c->output, "json") == 0)
        return;
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    fflush(stdout);
}

void cli_error(const char *fmt, ...) {
    va_list ap;

    fflush(stdout);
    fputs("vpcbox: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

int cli_aws_failed(struct cli *c, const char *doing) {
    if (c->aws.error_code != NULL)
        cli_error("%s: %s: %s", doing, c->aws.error_code, c->aws.error_message);
    else
        cli_error("%s: %s", doing, c->aws.error_message == NULL ? "no answer" : c->aws.error_message);
    return 1;
}

void cli_step(struct cli *c, const char *what, const char *id, bool existed, uint64_t since_ns) {
    uint64_t ms = (clock_mono_ns() - since_ns) / 1000000;

    if (c->quiet)
        return;
    if (c->terminal)
        cli_say(c, "\r\033[K");
    cli_say(c, "%s%s%s %-28s %-24s %s", c->color ? "\033[32m" : "", existed ? "=" : "+",
            c->color ? "\033[0m" : "", what, id, existed ? "already there\n" : "");
    if (!existed)
        cli_say(c, "%llu ms\n", (unsigned long long)ms);
}

void cli_waiting(struct cli *c, const char *what, uint64_t since_ns) {
    if (c->terminal && !c->quiet && clock_mono_ns() - since_ns > 300000000)
        cli_say(c, "\r\033[K… %s (%.1f s)", what, (double)(clock_mono_ns() - since_ns) / 1e9);
}

bool cli_confirm(struct cli *c, const char *fmt, ...) {
    char answer[16];
    va_list ap;

    if (c->yes)
        return true;
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, ", in %s? [y/N] ", cli_where(c));
    if (!isatty(STDIN_FILENO) || fgets(answer, sizeof(answer), stdin) == NULL) {
        fputs("\nvpcbox: not done: say yes with -y\n", stderr);
        return false;
    }
    return answer[0] == 'y' || answer[0] == 'Y';
}
