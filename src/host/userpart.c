/* SPDX-License-Identifier: Apache-2.0 */
#include "host/userpart.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/text.h"
#include "host/cloudconfig.h"
#include "host/gunzip.h"

enum { DEPTH_MAX = 4, PARTS_MAX = 64, TEXT_MAX = 1 << 20, HEADER_MAX = 4096, BOUNDARY_MAX = 70 };

struct splitter {
    struct arena *arena;
    userparts *parts;
    userpart_variable *variable;
    void *context;
};

static void take(struct splitter *s, const char *type, const char *text, size_t length, unsigned depth);

static void push(struct splitter *s, enum userpart_kind kind, const char *text, size_t length) {
    if (s->parts->count < PARTS_MAX)
        *vec_push(s->arena, s->parts) = (struct userpart){kind, text, length, NULL};
}

static void refuse(struct splitter *s, const char *why) {
    if (s->parts->count < PARTS_MAX)
        *vec_push(s->arena, s->parts) = (struct userpart){USERPART_REFUSED, "", 0, why};
}

/* --- MIME --- */

struct header {
    const char *type;     /* lower case, without parameters; "" when there is none */
    const char *boundary; /* NULL: none */
    const char *encoding;
};

/* The value of a parameter ("; boundary=x"), or NULL. */
static const char *parameter(struct arena *a, const char *value, const char *name) {
    size_t n = strlen(name);

    for (const char *p = strchr(value, ';'); p != NULL; p = strchr(p, ';')) {
        p++;
        p += strspn(p, " \t");
        if (strncasecmp(p, name, n) != 0 || p[n] != '=')
            continue;
        p += n + 1;
        return *p == '"' ? arena_strndup(a, p + 1, strcspn(p + 1, "\""))
                         : arena_strndup(a, p, strcspn(p, "; \t"));
    }
    return NULL;
}

static const char *lower_word(struct arena *a, const char *value) {
    char *word = arena_strndup(a, value, strcspn(value, "; \t"));

    for (char *p = word; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    return word;
}

static void read_field(struct arena *a, const char *field, struct header *h) {
    const char *colon = strchr(field, ':'), *value;
    size_t n;

    if (colon == NULL)
        return;
    n = (size_t)(colon - field);
    value = colon + 1 + strspn(colon + 1, " \t");
    if (n == 12 && strncasecmp(field, "Content-Type", n) == 0) {
        h->type = lower_word(a, value);
        h->boundary = parameter(a, value, "boundary");
    } else if (n == 25 && strncasecmp(field, "Content-Transfer-Encoding", n) == 0) {
        h->encoding = lower_word(a, value);
    }
}

/* Reads header fields up to the empty line; returns where the body begins, NULL when they do not end. */
static const char *read_header(struct arena *a, const char *text, size_t length, struct header *h) {
    const char *end = text + length, *at = text;
    char *field = NULL;

    *h = (struct header){.type = "", .encoding = ""};
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t n = (size_t)((stop == NULL ? end : stop) - at);
        const char *line = at;

        at = stop == NULL ? end : stop + 1;
        if (n > 0 && line[n - 1] == '\r')
            n--;
        if (n > 0 && (*line == ' ' || *line == '\t') && field != NULL && strlen(field) + n < HEADER_MAX) {
            field = arena_printf(a, "%s%.*s", field, (int)n, line); /* folded */
            continue;
        }
        if (field != NULL)
            read_field(a, field, h);
        if (n == 0)
            return at;
        if (n >= HEADER_MAX)
            return NULL;
        field = arena_strndup(a, line, n);
    }
    return NULL;
}

static int hex(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* RFC 2045, 6.7. */
static const char *quoted_printable(struct arena *a, const char *text, size_t length, size_t *ret_length) {
    char *out = arena_alloc(a, length + 1), *o = out;

    for (size_t i = 0; i < length; i++) {
        if (text[i] == '=' && i + 2 < length && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
            *o++ = (char)(hex(text[i + 1]) << 4 | hex(text[i + 2]));
            i += 2;
        } else if (text[i] == '=' && i + 1 < length && text[i + 1] == '\n') {
            i++;
        } else if (text[i] == '=' && i + 2 < length && text[i + 1] == '\r' && text[i + 2] == '\n') {
            i += 2;
        } else {
            *o++ = text[i];
        }
    }
    *o = '\0';
    *ret_length = (size_t)(o - out);
    return out;
}

/* Base64 with line ends in it; NULL when it is none. */
static const char *from_base64(struct arena *a, const char *text, size_t length, size_t *ret_length) {
    char *bare = arena_alloc(a, length + 1), *o = bare;
    void *data;

    for (size_t i = 0; i < length; i++)
        if (!isspace((unsigned char)text[i]))
            *o++ = text[i];
    *o = '\0';
    if (o == bare || base64_decode(a, bare, (size_t)(o - bare), &data, ret_length) < 0)
        return NULL;
    return arena_strndup(a, data, *ret_length);
}

static void take_entity(struct splitter *s, const char *text, size_t length, unsigned depth);

/* The next line that is the delimiter, from `from` on; *ret_next is what follows, *ret_last when it closes. */
static const char *find_delimiter(const char *from, const char *end, const char *boundary,
                                  const char **ret_next, bool *ret_last) {
    size_t n = strlen(boundary);

    for (const char *at = from; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t line = (size_t)((stop == NULL ? end : stop) - at);

        if (line >= n + 2 && at[0] == '-' && at[1] == '-' && memcmp(at + 2, boundary, n) == 0) {
            const char *rest = at + 2 + n;
            bool last = line >= n + 4 && rest[0] == '-' && rest[1] == '-';

            rest += last ? 2 : 0;
            while (rest < at + line && (*rest == ' ' || *rest == '\t' || *rest == '\r'))
                rest++;
            if (rest == at + line) {
                *ret_last = last;
                *ret_next = stop == NULL ? end : stop + 1;
                return at;
            }
        }
        at = stop == NULL ? end : stop + 1;
    }
    return NULL;
}

static void take_multipart(struct splitter *s, const char *boundary, const char *body, const char *end,
                           unsigned depth) {
    const char *next, *at;
    bool last = false;

    if (boundary == NULL || *boundary == '\0' || strlen(boundary) > BOUNDARY_MAX) {
        refuse(s, "a multipart without a boundary");
        return;
    }
    at = find_delimiter(body, end, boundary, &next, &last);
    if (at == NULL) {
        refuse(s, "a multipart without parts: its boundary is nowhere");
        return;
    }
    while (!last) {
        const char *from = next, *stop = find_delimiter(from, end, boundary, &next, &last);

        if (stop == NULL) {
            refuse(s, "a multipart that breaks off: its last boundary is missing");
            return;
        }
        at = stop; /* the line end before the delimiter is the delimiter's */
        if (at > from && at[-1] == '\n')
            at--;
        if (at > from && at[-1] == '\r')
            at--;
        take_entity(s, from, (size_t)(at - from), depth);
    }
}

static void take_entity(struct splitter *s, const char *text, size_t length, unsigned depth) {
    struct header h;
    const char *end = text + length, *body = read_header(s->arena, text, length, &h);
    size_t n;

    if (body == NULL) {
        refuse(s, "a part whose headers do not end");
        return;
    }
    if (text_starts(h.type, "multipart/")) {
        if (depth >= DEPTH_MAX)
            refuse(s, "multiparts nested too deeply");
        else
            take_multipart(s, h.boundary, body, end, depth + 1);
        return;
    }
    n = (size_t)(end - body);
    if (text_is(h.encoding, "base64"))
        body = from_base64(s->arena, body, n, &n);
    else if (text_is(h.encoding, "quoted-printable"))
        body = quoted_printable(s->arena, body, n, &n);
    else if (*h.encoding != '\0' && !text_is(h.encoding, "7bit") && !text_is(h.encoding, "8bit") &&
             !text_is(h.encoding, "binary"))
        body = NULL;
    if (body == NULL)
        refuse(s, arena_printf(s->arena, "a part that cannot be decoded (Content-Transfer-Encoding: %.40s)",
                               h.encoding));
    else
        take(s, h.type, body, n, depth);
}

/* As cloud-init looks: in the first 4 KiB. */
static bool is_mime(const char *text, size_t length) {
    size_t n = length < 4096 ? length : 4096;

    if (n >= 13 && strncasecmp(text, "Content-Type:", 13) == 0)
        return true;
    for (size_t i = 0; i + 13 <= n; i++)
        if ((i == 0 || text[i - 1] == '\n') && strncasecmp(text + i, "MIME-Version:", 13) == 0)
            return true;
    return false;
}

/* --- templates --- */

/* Puts {{ names }} in.  NULL with a refusal pushed. */
static const char *render(struct splitter *s, const char *text, size_t length, size_t *ret_length) {
    struct buf b = BUF_INIT(TEXT_MAX);
    const char *end = text + length, *result = NULL;
    unsigned line = 2;

    while (text < end) {
        const char *close, *value;
        char *name;
        size_t n;

        line += *text == '\n';
        if (*text != '{' || end - text < 2 || strchr("{%#", text[1]) == NULL || text[1] == '\0') {
            buf_putc(&b, *text++);
            continue;
        }
        close = text[1] == '{' ? memmem(text, (size_t)(end - text), "}}", 2) : NULL;
        if (close == NULL) {
            refuse(s, arena_printf(s->arena, "a jinja template with more than {{ names }} (line %u)", line));
            goto out;
        }
        text += 2;
        text += strspn(text, " \t-");
        n = text < close ? strcspn(text, " \t-}") : 0;
        name = arena_strndup(s->arena, text, n);
        value = s->variable(s->context, name);
        if (text + n + strspn(text + n, " \t-") != close || value == NULL) {
            refuse(s, arena_printf(s->arena,
                                   "a jinja template with \"%.80s\", which is not known here (line %u)", name,
                                   line));
            goto out;
        }
        buf_puts(&b, value);
        text = close + 2;
    }
    if (b.overflow) {
        refuse(s, "a template that is too long");
        goto out;
    }
    result = arena_strndup(s->arena, b.data == NULL ? "" : b.data, b.length);
    *ret_length = b.length;
out:
    buf_free(&b);
    return result;
}

/* --- what it is --- */

/* MIME types that say what a part is, and first lines that do. */
static const struct {
    const char *type, *start;
} forms[] = {
    {"text/x-shellscript", "#!"},
    {"text/cloud-config", "#cloud-config\n"},
    {"text/cloud-boothook", "#cloud-boothook"},
    {"text/cloud-config-archive", "#cloud-config-archive"},
    {"text/x-include-url", "#include\n"},
    {"text/x-include-once-url", "#include-once"},
    {"text/part-handler", "#part-handler"},
    {"text/upstart-job", "#upstart-job"},
    {"text/jinja2", "## template: jinja"},
    {"text/cloud-config-jsonp", "#cloud-config-jsonp"},
};

static bool starts(const char *text, size_t length, const char *word) {
    size_t n = strlen(word);

    if (word[n - 1] == '\n') /* the word is the line, blanks at its end apart */
        return length >= n - 1 && memcmp(text, word, n - 1) == 0 &&
               (length == n - 1 || isspace((unsigned char)text[n - 1]));
    return length >= n && memcmp(text, word, n) == 0;
}

static const char *type_of(const char *type, const char *text, size_t length) {
    bool told = false;

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        told = told || text_is(type, forms[i].type);
    /* A template's header goes before what the type says. */
    if (starts(text, length, "## template: jinja"))
        return "text/jinja2";
    if (told)
        return type;
    if (text_is(type, "text/x-shellscript-per-instance") || text_is(type, "text/x-shellscript-per-once"))
        return "text/x-shellscript";
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (starts(text, length, forms[i].start))
            return forms[i].type;
    return type;
}

static void take_archive(struct splitter *s, const char *text, size_t length, unsigned depth) {
    cloudconfig_entries entries = {0};
    const char *why = NULL;

    if (depth >= DEPTH_MAX)
        refuse(s, "archives nested too deeply");
    else if (cloudconfig_archive(s->arena, text, length, &entries, &why) < 0)
        refuse(s, arena_printf(s->arena, "#cloud-config-archive: %s", why));
    else
        for (size_t i = 0; i < entries.count; i++)
            take(s, entries.items[i].type, entries.items[i].content, strlen(entries.items[i].content),
                 depth + 1);
}

static void take_template(struct splitter *s, const char *text, size_t length, unsigned depth) {
    const char *body = text;

    if (starts(text, length, "## template: jinja")) {
        body = memchr(text, '\n', length);
        body = body == NULL ? text + length : body + 1;
    }
    length -= (size_t)(body - text);
    body = depth >= DEPTH_MAX ? NULL : render(s, body, length, &length);
    if (body != NULL)
        take(s, "", body, length, depth + 1);
}

/* Without its first line, and with Unix's line ends. */
static void take_boothook(struct splitter *s, const char *text, size_t length) {
    char *out = arena_alloc(s->arena, length + 1), *o = out;
    size_t from = 0;

    if (starts(text, length, "#cloud-boothook")) {
        const char *stop = memchr(text, '\n', length);

        from = stop == NULL ? length : (size_t)(stop - text) + 1;
    }
    for (size_t i = from; i < length; i++)
        if (text[i] != '\r' || i + 1 == length || text[i + 1] != '\n')
            *o++ = text[i];
    *o = '\0';
    push(s, USERPART_BOOTHOOK, out, (size_t)(o - out));
}

static void take(struct splitter *s, const char *type, const char *text, size_t length, unsigned depth) {
    char *bare;

    if (length >= 2 && memcmp(text, "\x1f\x8b", 2) == 0) {
        char *plain;
        int r = depth >= DEPTH_MAX ? -E2BIG : gunzip(s->arena, text, length, TEXT_MAX, &plain, &length);

        if (r < 0)
            refuse(s, r == -E2BIG ? "gzip: more than 1 MiB comes out of it" : "gzip: it is damaged");
        else if (is_mime(plain, length))
            take_entity(s, plain, length, depth + 1);
        else
            take(s, text_starts(type, "application/") ? "" : type, plain, length, depth + 1);
        return;
    }
    while (length > 0 && isspace((unsigned char)*text)) {
        text++;
        length--;
    }
    if (length == 0)
        return;
    bare = arena_strndup(s->arena, text, length);
    type = type_of(type, text, length);
    if (text_is(type, "text/x-shellscript"))
        push(s, USERPART_SCRIPT, bare, length);
    else if (text_is(type, "text/cloud-config"))
        push(s, USERPART_CONFIG, bare, length);
    else if (text_is(type, "text/cloud-boothook"))
        take_boothook(s, bare, length);
    else if (text_is(type, "text/cloud-config-archive"))
        take_archive(s, bare, length, depth);
    else if (text_is(type, "text/jinja2"))
        take_template(s, bare, length, depth);
    else if (text_starts(type, "text/x-include"))
        refuse(
            s,
            "#include: nothing is fetched from other addresses here: put the text itself into the user data");
    else if (*type == '\0' || text_is(type, "text/plain"))
        refuse(s, "user data is neither a script (#!) nor #cloud-config, nor another form that is known");
    else
        refuse(s, arena_printf(s->arena, "a part of type %.80s is not done here", type));
}

void userpart_split(struct arena *a, const void *data, size_t length, userpart_variable *variable,
                    void *context, userparts *ret_parts) {
    struct splitter s = {a, ret_parts, variable, context};
    const char *text = arena_strndup(a, data, length), *inner;
    size_t n;

    /* Encoded once too often: it must come to something that is known. */
    inner = length > 0 && text[0] != '#' && !is_mime(text, length) ? from_base64(a, text, length, &n) : NULL;
    if (inner != NULL && n > 1 &&
        (inner[0] == '#' || memcmp(inner, "\x1f\x8b", 2) == 0 || is_mime(inner, n))) {
        text = inner;
        length = n;
    }
    if (is_mime(text, length))
        take_entity(&s, text, length, 0);
    else
        take(&s, "", text, length, 0);
}
