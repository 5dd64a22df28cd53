/* SPDX-License-Identifier: Apache-2.0 */
#include "host/unit.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/text.h"

enum { LINE_MAX_BYTES = 1 << 16 };

bool unit_name_ok(const char *name) {
    size_t n = strlen(name);

    if (n < 9 || n > 200 || name[0] == '.' || !text_ends(name, ".service"))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)name[i]) && strchr(":_.\\@-", name[i]) == NULL)
            return false;
    return true;
}

static bool truth(const char *value) {
    return strcasecmp(value, "yes") == 0 || strcasecmp(value, "true") == 0 || strcasecmp(value, "on") == 0 ||
           strcmp(value, "1") == 0;
}

/* 5, 5s, 100ms, 2min, 1min 30s; anything else is the default. */
static uint32_t span_ms(const char *text, uint32_t otherwise) {
    uint64_t total = 0;
    bool any = false;

    while (*text != '\0') {
        uint64_t n = 0, unit = 1000;
        size_t digits = strspn(text, "0123456789"), letters;

        if (digits == 0 || digits > 9)
            return otherwise;
        for (size_t i = 0; i < digits; i++)
            n = n * 10 + (uint64_t)(text[i] - '0');
        text += digits;
        letters = strspn(text, "abcdefghijklmnopqrstuvwxyz");
        if (letters == 2 && strncmp(text, "ms", 2) == 0)
            unit = 1;
        else if ((letters == 1 && *text == 'm') || (letters == 3 && strncmp(text, "min", 3) == 0))
            unit = 60000;
        else if ((letters == 1 && *text == 'h') || (letters == 2 && strncmp(text, "hr", 2) == 0))
            unit = 3600000;
        else if (letters != 0 && !(letters == 1 && *text == 's') &&
                 !(letters == 3 && strncmp(text, "sec", 3) == 0))
            return otherwise;
        text += letters;
        text += strspn(text, " \t");
        total += n * unit;
        any = true;
    }
    return !any || total > UINT32_MAX ? otherwise : (uint32_t)total;
}

/* An empty value takes back what came before, as systemd has it. */
static void push_command(struct arena *a, unit_commands *list, const char *value) {
    bool fine = false;

    for (; *value != '\0' && strchr("-@+!:", *value) != NULL; value++)
        fine = fine || *value == '-';
    if (*value == '\0')
        list->count = 0;
    else
        *vec_push(a, list) = (struct unit_command){arena_strdup(a, value), fine};
}

static void set_service(struct arena *a, struct unit *u, const char *key, const char *value) {
    if (text_is(key, "Type"))
        u->type = text_is(value, "oneshot")      ? UNIT_ONESHOT
                  : text_is(value, "forking")    ? UNIT_FORKING
                  : text_starts(value, "notify") ? UNIT_NOTIFY
                                                 : UNIT_SIMPLE;
    else if (text_is(key, "ExecStart"))
        push_command(a, &u->start, value);
    else if (text_is(key, "ExecStartPre"))
        push_command(a, &u->before, value);
    else if (text_is(key, "ExecStartPost"))
        push_command(a, &u->after, value);
    else if (text_is(key, "ExecStop"))
        push_command(a, &u->stop, value);
    else if (text_is(key, "ExecReload"))
        push_command(a, &u->reload, value);
    else if (text_is(key, "EnvironmentFile"))
        push_command(a, &u->environment_files, value);
    else if (text_is(key, "Environment")) {
        char **words = unit_words(a, value, NULL, NULL);

        if (words == NULL)
            u->environment.count = 0;
        for (; words != NULL && *words != NULL; words++)
            if (strchr(*words, '=') != NULL)
                *vec_push(a, &u->environment) = *words;
    } else if (text_is(key, "Restart"))
        u->restart = text_is(value, "always")                               ? UNIT_RESTART_ALWAYS
                     : text_is(value, "no") || text_is(value, "on-success") ? UNIT_RESTART_NO
                                                                            : UNIT_RESTART_ON_FAILURE;
    else if (text_is(key, "RestartSec"))
        u->restart_ms = span_ms(value, u->restart_ms);
    else if (text_is(key, "TimeoutStopSec"))
        u->stop_ms = span_ms(value, u->stop_ms);
    else if (text_is(key, "TimeoutStartSec") || text_is(key, "TimeoutSec"))
        u->start_ms = text_is(value, "infinity") ? UINT32_MAX : span_ms(value, u->start_ms);
    else if (text_is(key, "NotifyAccess"))
        u->notify_all = text_is(value, "all") || text_is(value, "exec");
    else if (text_ends(key, "Directory") && !text_is(key, "WorkingDirectory") &&
             !text_is(key, "RootDirectory")) {
        char **words = unit_words(a, value, NULL, NULL);

        for (; words != NULL && *words != NULL; words++) {
            if (**words == '/' || strstr(*words, "..") != NULL)
                continue;
            if (text_is(key, "RuntimeDirectory"))
                *vec_push(a, &u->run_folders) = *words;
            else if (text_is(key, "StateDirectory"))
                *vec_push(a, &u->state_folders) = *words;
            else if (text_is(key, "CacheDirectory"))
                *vec_push(a, &u->cache_folders) = *words;
            else if (text_is(key, "LogsDirectory"))
                *vec_push(a, &u->log_folders) = *words;
        }
    } else if (text_is(key, "RestartPreventExitStatus")) {
        char **words = unit_words(a, value, NULL, NULL);
        int64_t status;

        for (; words != NULL && *words != NULL && u->final_status_count < UNIT_STATUSES_MAX; words++)
            if (parse_int(*words, 0, 255, &status) == 0)
                u->final_statuses[u->final_status_count++] = (int)status;
    } else if (text_is(key, "User"))
        u->user = arena_strdup(a, value);
    else if (text_is(key, "WorkingDirectory"))
        u->directory = arena_strdup(a, value);
    else if (text_is(key, "PIDFile"))
        u->pid_file = arena_strdup(a, value);
    else if (text_is(key, "RemainAfterExit"))
        u->remain = truth(value);
}

static void set(struct arena *a, struct unit *u, const char *section, const char *key, const char *value) {
    if (text_is(section, "Service"))
        set_service(a, u, key, value);
    else if (text_is(section, "Unit") && text_is(key, "Description"))
        u->description = arena_strdup(a, value);
    else if (text_is(section, "Install") && (text_is(key, "WantedBy") || text_is(key, "RequiredBy"))) {
        char **words = unit_words(a, value, NULL, NULL);

        for (; words != NULL && *words != NULL; words++)
            *vec_push(a, &u->wanted_by) = *words;
    }
}

/* One logical line: physical ones that end in a backslash are joined.  NULL at the end. */
static char *next_line(struct arena *a, const char **at_io, const char *end, unsigned *line_io) {
    struct buf b = BUF_INIT(LINE_MAX_BYTES);
    const char *at = *at_io;
    char *line;

    if (at >= end)
        return NULL;
    for (;;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t n = (size_t)((stop == NULL ? end : stop) - at);
        bool more;

        if (n > 0 && at[n - 1] == '\r')
            n--;
        more = n > 0 && at[n - 1] == '\\' && stop != NULL;
        buf_append(&b, at, more ? n - 1 : n);
        if (more)
            buf_putc(&b, ' ');
        at = stop == NULL ? end : stop + 1;
        (*line_io)++;
        if (!more || at >= end)
            break;
    }
    line = b.overflow || b.data == NULL ? arena_strdup(a, "") : arena_strndup(a, b.data, b.length);
    buf_free(&b);
    *at_io = at;
    return line;
}

static char *trim(char *s) {
    size_t n;

    s += strspn(s, " \t");
    n = strlen(s);
    while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
        s[--n] = '\0';
    return s;
}

int unit_parse(struct arena *a, const char *text, size_t length, struct unit *ret_unit, unsigned *ret_line) {
    struct unit u = {.description = "", .restart_ms = 100, .stop_ms = 5000, .start_ms = 90000};
    const char *at = text, *end = text + length;
    const char *section = "";
    unsigned number = 0;
    char *line;

    while ((line = next_line(a, &at, end, &number)) != NULL) {
        char *equals;
        size_t n;

        line = trim(line);
        n = strlen(line);
        if (n == 0 || line[0] == '#' || line[0] == ';')
            continue;
        if (line[0] == '[' && line[n - 1] == ']') {
            line[n - 1] = '\0';
            section = line + 1;
            continue;
        }
        equals = strchr(line, '=');
        if (equals == NULL || equals == line) {
            *ret_line = number;
            return -EINVAL;
        }
        *equals = '\0';
        set(a, &u, section, trim(line), trim(equals + 1));
    }
    *ret_unit = u;
    return 0;
}

/* --- words --- */

struct splitter {
    struct arena *arena;
    const char *(*look_up)(void *context, const char *name);
    void *context;
    struct buf word;
    bool started;
    VEC(char *) words;
};

static void end_word(struct splitter *s) {
    if (!s->started)
        return;
    *vec_push(s->arena, &s->words) =
        arena_strndup(s->arena, s->word.length > 0 ? s->word.data : "", s->word.length);
    buf_reset(&s->word);
    s->started = false;
}

static void put(struct splitter *s, char c) {
    buf_putc(&s->word, c);
    s->started = true;
}

static size_t name_length(const char *p) {
    size_t n = 0;

    while (isalnum((unsigned char)p[n]) || p[n] == '_')
        n++;
    return n;
}

/* At a '$' outside single quotes; returns what follows the variable. */
static const char *variable(struct splitter *s, const char *p, bool quoted) {
    bool braces = p[1] == '{', alone;
    const char *name = p + (braces ? 2 : 1), *value;
    size_t n = name_length(name);

    if (p[1] == '$') {
        put(s, '$');
        return p + 2;
    }
    if (n == 0 || (braces && name[n] != '}')) {
        put(s, '$');
        return p + 1;
    }
    value = s->look_up(s->context, arena_strndup(s->arena, name, n));
    p = name + n + (braces ? 1 : 0);
    alone = !braces && !quoted && !s->started && (*p == '\0' || *p == ' ' || *p == '\t');
    for (; value != NULL && *value != '\0'; value++) {
        if (alone && (*value == ' ' || *value == '\t'))
            end_word(s);
        else
            put(s, *value);
    }
    if (braces)
        s->started = true;
    return p;
}

char **unit_words(struct arena *a, const char *line, const char *(*look_up)(void *context, const char *name),
                  void *context) {
    struct splitter s = {
        .arena = a, .look_up = look_up, .context = context, .word = BUF_INIT(LINE_MAX_BYTES)};
    char quote = '\0';

    for (const char *p = line; *p != '\0';) {
        if (quote == '\0' && (*p == ' ' || *p == '\t')) {
            end_word(&s);
            p++;
        } else if (quote == '\0' && (*p == '"' || *p == '\'')) {
            quote = *p++;
            s.started = true;
        } else if (quote != '\0' && *p == quote) {
            quote = '\0';
            p++;
        } else if (*p == '\\' && p[1] != '\0') {
            put(&s, p[1] == 'n' ? '\n' : p[1] == 't' ? '\t' : p[1] == 's' ? ' ' : p[1]);
            p += 2;
        } else if (*p == '$' && quote != '\'' && s.look_up != NULL) {
            p = variable(&s, p, quote != '\0');
        } else if (*p == '%' && p[1] == '%') {
            put(&s, '%');
            p += 2;
        } else {
            put(&s, *p++);
        }
    }
    end_word(&s);
    buf_free(&s.word);
    if (quote != '\0' || s.words.count == 0)
        return NULL;
    *vec_push(a, &s.words) = NULL;
    return s.words.items;
}
