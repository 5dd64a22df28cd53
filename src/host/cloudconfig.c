/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cloudconfig.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/text.h"

enum { DEPTH_MAX = 16, SCRIPT_MAX = 1 << 20 };

enum kind { SCALAR, LIST, MAP };

struct node {
    enum kind kind;
    const char *key; /* within a map */
    const char *text;
    VEC(struct node *) items;
};

struct line {
    size_t indent;
    char *text;        /* without the indent */
    const char *whole; /* as written, for | blocks */
    unsigned number;
};

struct reader {
    struct arena *arena;
    VEC(struct line) lines;
    size_t at;
    const char *why;
};

static struct node *parse_block(struct reader *r, unsigned depth);

static struct node *refuse(struct reader *r, const char *what) {
    if (r->why == NULL)
        r->why = r->at < r->lines.count
                     ? arena_printf(r->arena, "line %u: %s", r->lines.items[r->at].number, what)
                     : arena_printf(r->arena, "at the end: %s", what);
    return NULL;
}

static struct node *node_new(struct reader *r, enum kind kind) {
    struct node *n = arena_new(r->arena, struct node);

    n->kind = kind;
    return n;
}

static bool is_blank(const struct line *l) {
    return l->text[0] == '\0' || l->text[0] == '#';
}

static const struct line *peek(struct reader *r) {
    while (r->at < r->lines.count && is_blank(&r->lines.items[r->at]))
        r->at++;
    return r->at < r->lines.count ? &r->lines.items[r->at] : NULL;
}

static void read_lines(struct reader *r, const char *text, size_t length) {
    unsigned number = 0;

    for (size_t at = 0; at < length;) {
        const char *stop = memchr(text + at, '\n', length - at);
        size_t n = stop == NULL ? length - at : (size_t)(stop - text) - at, indent = 0;
        char *whole = arena_strndup(r->arena, text + at, n > 0 && text[at + n - 1] == '\r' ? n - 1 : n);

        while (whole[indent] == ' ')
            indent++;
        *vec_push(r->arena, &r->lines) = (struct line){indent, whole + indent, whole, ++number};
        at += n + 1;
    }
}

/* The end of a scalar that begins at p: of a quoted one past its quote, NULL when that is missing. */
static const char *scalar_end(const char *p) {
    char quote = *p;

    if (quote != '"' && quote != '\'')
        return NULL;
    for (p++; *p != '\0'; p++) {
        if (quote == '"' && *p == '\\' && p[1] != '\0')
            p++;
        else if (*p == quote && quote == '\'' && p[1] == '\'')
            p++;
        else if (*p == quote)
            return p + 1;
    }
    return NULL;
}

static const char *unquote(struct reader *r, const char *from, const char *to) {
    char *out = arena_alloc(r->arena, (size_t)(to - from) + 1), *o = out, quote = *from;

    for (const char *p = from + 1; p < to - 1; p++) {
        if (quote == '"' && *p == '\\') {
            p++;
            *o++ = *p == 'n' ? '\n' : *p == 't' ? '\t' : *p == 'r' ? '\r' : *p;
        } else {
            if (quote == '\'' && *p == '\'')
                p++;
            *o++ = *p;
        }
    }
    *o = '\0';
    return out;
}

/* Up to a comment, without the blanks at the end. */
static const char *plain(struct reader *r, const char *from, size_t length) {
    for (size_t i = 1; i < length; i++)
        if (from[i] == '#' && (from[i - 1] == ' ' || from[i - 1] == '\t'))
            length = i;
    while (length > 0 && (from[length - 1] == ' ' || from[length - 1] == '\t'))
        length--;
    return arena_strndup(r->arena, from, length);
}

static struct node *flow_list(struct reader *r, const char *p) {
    struct node *list = node_new(r, LIST);

    for (p++;;) {
        struct node *item = node_new(r, SCALAR);
        const char *end;

        p += strspn(p, " \t,");
        if (*p == ']')
            return list;
        if (*p == '\0' || *p == '[' || *p == '{')
            return refuse(r, "only a list of plain items on one line is understood here");
        end = scalar_end(p);
        if (end != NULL) {
            item->text = unquote(r, p, end);
        } else {
            end = p + strcspn(p, ",]");
            item->text = plain(r, p, (size_t)(end - p));
        }
        *vec_push(r->arena, &list->items) = item;
        p = end;
    }
}

/* | keeps line ends, > folds them; '-' drops the last.  Lines deeper than indent belong to it. */
static struct node *block_scalar(struct reader *r, const char *head, size_t indent) {
    struct buf b = BUF_INIT(SCRIPT_MAX);
    struct node *n = node_new(r, SCALAR);
    bool fold = head[0] == '>', strip = strchr(head, '-') != NULL;
    size_t own = 0;

    for (; r->at < r->lines.count; r->at++) {
        const struct line *l = &r->lines.items[r->at];

        if (l->text[0] != '\0' && l->indent <= indent)
            break;
        if (own == 0 && l->text[0] != '\0')
            own = l->indent;
        if (strlen(l->whole) > own)
            buf_puts(&b, l->whole + own);
        buf_putc(&b, fold && l->text[0] != '\0' ? ' ' : '\n');
    }
    while (b.length > 0 && (b.data[b.length - 1] == '\n' || b.data[b.length - 1] == ' '))
        b.length--;
    n->text =
        arena_printf(r->arena, "%.*s%s", (int)b.length, b.data == NULL ? "" : b.data, strip ? "" : "\n");
    buf_free(&b);
    return n;
}

/* What stands after "key:" or "-"; the line is consumed. */
static struct node *inline_value(struct reader *r, const char *p, size_t indent) {
    struct node *n;
    const char *end;

    if (*p == '[') {
        n = flow_list(r, p);
        r->at++;
        return n;
    }
    if (*p == '{' || *p == '&' || *p == '*' || *p == '!')
        return refuse(r, "flow maps, anchors and tags are not understood here");
    if (*p == '|' || *p == '>') {
        r->at++;
        return block_scalar(r, p, indent);
    }
    n = node_new(r, SCALAR);
    end = scalar_end(p);
    if (end == NULL && (*p == '"' || *p == '\''))
        return refuse(r, "a quoted text must end on its line");
    n->text = end != NULL ? unquote(r, p, end) : plain(r, p, strlen(p));
    r->at++;
    return n;
}

/* The colon that ends a key, or NULL. */
static char *key_colon(char *text) {
    const char *end = scalar_end(text);
    char *p = end != NULL ? text + (end - text) : text;

    if (strchr("{[&*!|>", *text) != NULL)
        return NULL;
    for (; *p != '\0'; p++) {
        if (*p == '#' && p > text && p[-1] == ' ')
            return NULL;
        if (*p == ':' && (p[1] == '\0' || p[1] == ' '))
            return p;
        if (end != NULL)
            return NULL;
    }
    return NULL;
}

static bool is_item(const struct line *l) {
    return l->text[0] == '-' && (l->text[1] == ' ' || l->text[1] == '\0');
}

static struct node *parse_list(struct reader *r, size_t indent, unsigned depth) {
    struct node *list = node_new(r, LIST);
    const struct line *l;

    while ((l = peek(r)) != NULL && l->indent == indent && is_item(l)) {
        struct line *own = &r->lines.items[r->at];
        size_t skip = 1 + strspn(own->text + 1, " ");
        struct node *item;

        if (own->text[skip] == '\0' || own->text[skip] == '#') {
            r->at++;
            l = peek(r);
            item = l != NULL && l->indent > indent ? parse_block(r, depth + 1) : node_new(r, SCALAR);
        } else if (key_colon(own->text + skip) != NULL || is_item(&(struct line){.text = own->text + skip})) {
            own->indent += skip; /* the item is a block of its own that begins on this line */
            own->text += skip;
            item = parse_block(r, depth + 1);
        } else {
            item = inline_value(r, own->text + skip, indent);
        }
        if (item == NULL)
            return NULL;
        *vec_push(r->arena, &list->items) = item;
    }
    return list;
}

static struct node *parse_map(struct reader *r, size_t indent, unsigned depth) {
    struct node *map = node_new(r, MAP);
    const struct line *l;

    while ((l = peek(r)) != NULL && l->indent == indent && !is_item(l)) {
        char *text = l->text, *colon = key_colon(text);
        const char *key, *end = scalar_end(text);
        struct node *value;

        if (colon == NULL)
            return refuse(r, "neither \"key: value\" nor \"- item\"");
        key = end != NULL ? unquote(r, text, end) : plain(r, text, (size_t)(colon - text));
        colon += 1 + strspn(colon + 1, " ");
        if (*colon != '\0' && *colon != '#') {
            value = inline_value(r, colon, indent);
        } else {
            r->at++;
            l = peek(r);
            value = l != NULL && (l->indent > indent || (l->indent == indent && is_item(l)))
                        ? parse_block(r, depth + 1)
                        : node_new(r, SCALAR);
        }
        if (value == NULL)
            return NULL;
        value->key = key;
        *vec_push(r->arena, &map->items) = value;
    }
    return map;
}

static struct node *parse_block(struct reader *r, unsigned depth) {
    const struct line *l = peek(r);

    if (depth > DEPTH_MAX)
        return refuse(r, "nested too deeply");
    return is_item(l) ? parse_list(r, l->indent, depth) : parse_map(r, l->indent, depth);
}

/* --- the script --- */

static void quote(struct buf *b, const char *text) {
    buf_putc(b, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            buf_puts(b, "'\\''");
        else
            buf_putc(b, *text);
    }
    buf_putc(b, '\'');
}

static const char *text_of(const struct node *n) {
    return n == NULL || n->kind != SCALAR || n->text == NULL ? "" : n->text;
}

static const struct node *member(const struct node *map, const char *key) {
    for (size_t i = 0; map->kind == MAP && i < map->items.count; i++)
        if (text_is(map->items.items[i]->key, key))
            return map->items.items[i];
    return NULL;
}

static int emit_commands(struct buf *b, const struct node *list) {
    for (size_t i = 0; i < list->items.count; i++) {
        const struct node *item = list->items.items[i];

        if (item->kind == MAP)
            return -EINVAL;
        if (item->kind == SCALAR)
            buf_puts(b, text_of(item));
        for (size_t k = 0; item->kind == LIST && k < item->items.count; k++) {
            buf_putc(b, ' ');
            quote(b, text_of(item->items.items[k]));
        }
        buf_putc(b, '\n');
    }
    return 0;
}

static int emit_file(struct arena *a, struct buf *b, const struct node *file) {
    const char *path = text_of(member(file, "path")), *content = text_of(member(file, "content"));
    const char *mode = text_of(member(file, "permissions")), *owner = text_of(member(file, "owner"));
    const char *encoding = text_of(member(file, "encoding"));
    bool append = strcasecmp(text_of(member(file, "append")), "true") == 0;
    bool encoded = text_is(encoding, "b64") || text_is(encoding, "base64");

    if (path[0] != '/' || (encoding[0] != '\0' && !encoded && !text_is(encoding, "text/plain")))
        return -EINVAL;
    buf_puts(b, "mkdir -p \"$(dirname ");
    quote(b, path);
    buf_puts(b, ")\"\necho ");
    quote(b, encoded ? content : base64_encode(a, content, strlen(content)));
    buf_printf(b, " | base64 -di %s ", append ? ">>" : ">");
    quote(b, path);
    buf_puts(b, "\nchmod ");
    quote(b, mode[0] != '\0' ? mode : "0644");
    buf_putc(b, ' ');
    quote(b, path);
    buf_putc(b, '\n');
    if (owner[0] != '\0') {
        buf_puts(b, "chown ");
        quote(b, owner);
        buf_putc(b, ' ');
        quote(b, path);
        buf_putc(b, '\n');
    }
    return 0;
}

static int emit_files(struct arena *a, struct buf *b, const struct node *list) {
    for (size_t i = 0; i < list->items.count; i++)
        if (emit_file(a, b, list->items.items[i]) < 0)
            return -EINVAL;
    return 0;
}

static int emit_packages(struct buf *b, const struct node *list) {
    if (list->items.count == 0)
        return 0;
    buf_puts(b, "yum install -y");
    for (size_t i = 0; i < list->items.count; i++) {
        buf_putc(b, ' ');
        quote(b, text_of(list->items.items[i]));
    }
    buf_putc(b, '\n');
    return 0;
}

/* --- several texts --- */

static struct node *read_text(struct arena *a, const char *text, size_t length, enum kind kind,
                              const char *otherwise, const char **ret_why) {
    struct reader r = {.arena = a};
    struct node *root;

    read_lines(&r, text, length);
    root = peek(&r) == NULL ? node_new(&r, kind) : parse_block(&r, 0);
    if (root != NULL && (root->kind != kind || peek(&r) != NULL))
        root = refuse(&r, otherwise);
    if (root == NULL)
        *ret_why = r.why;
    return root;
}

/* A later text's setting takes the place of an earlier one's. */
static const struct node *setting(struct node *const *roots, size_t count, const char *key) {
    const struct node *found = NULL;

    while (count-- > 0 && found == NULL)
        found = member(roots[count], key);
    return found;
}

static const char *const order[] = {"bootcmd", "write_files", "packages", "runcmd"};

enum { EARLY = 3, ORDER = sizeof(order) / sizeof(order[0]) };

static int emit(struct arena *a, struct buf *b, struct node *const *roots, size_t count, size_t k,
                const char **ret_why) {
    const struct node *n = setting(roots, count, order[k]);
    int r;

    if (n == NULL)
        return 0;
    r = n->kind != LIST ? -EINVAL
        : k == 1        ? emit_files(a, b, n)
        : k == 2        ? emit_packages(b, n)
                        : emit_commands(b, n);
    if (r < 0)
        *ret_why = arena_printf(a, "%s is not the list that it should be", order[k]);
    return r;
}

static void emit_unknown(struct buf *b, const struct node *root) {
    static const char *const nothing_to_do[] = {"package_update", "package_upgrade",   "repo_update",
                                                "repo_upgrade",   "preserve_hostname", "output",
                                                "merge_how",      "merge_type"};

    for (size_t i = 0; i < root->items.count; i++) {
        const char *key = root->items.items[i]->key;
        bool known = false;

        for (size_t k = 0; k < ORDER; k++)
            known = known || text_is(key, order[k]);
        for (size_t k = 0; k < sizeof(nothing_to_do) / sizeof(nothing_to_do[0]); k++)
            known = known || text_is(key, nothing_to_do[k]);
        if (known)
            continue;
        buf_puts(b, "echo cloud-init: not done here: ");
        quote(b, key);
        buf_putc(b, '\n');
    }
}

/* The settings from one of the order up to another. */
static int write_script(struct arena *a, struct node *const *roots, size_t count, size_t from, size_t to,
                        char **ret_script, const char **ret_why) {
    struct buf b = BUF_INIT(SCRIPT_MAX);
    int r = 0;

    buf_puts(&b, "#!/bin/sh\n");
    for (size_t k = from; k < to && r == 0; k++)
        r = emit(a, &b, roots, count, k, ret_why);
    for (size_t i = 0; i < count && r == 0 && from == 0; i++)
        emit_unknown(&b, roots[i]);
    if (r == 0 && b.overflow) {
        r = -E2BIG;
        *ret_why = "it is too long";
    }
    if (r == 0)
        *ret_script = arena_strndup(a, b.data, b.length);
    buf_free(&b);
    return r;
}

static const char not_a_map[] = "the file is not one map of settings";

int cloudconfig_script(struct arena *a, const char *text, size_t length, char **ret_script,
                       const char **ret_why) {
    struct node *root = read_text(a, text, length, MAP, not_a_map, ret_why);

    return root == NULL ? -EINVAL : write_script(a, &root, 1, 0, ORDER, ret_script, ret_why);
}

int cloudconfig_scripts(struct arena *a, const struct cloudconfig_text *texts, size_t count, char **ret_early,
                        char **ret_late, const char **ret_why) {
    struct node **roots = arena_alloc(a, (count + 1) * sizeof(struct node *));
    int r;

    for (size_t i = 0; i < count; i++) {
        roots[i] = read_text(a, texts[i].text, texts[i].length, MAP, not_a_map, ret_why);
        if (roots[i] == NULL)
            return -EINVAL;
    }
    r = write_script(a, roots, count, 0, EARLY, ret_early, ret_why);
    if (r == 0)
        r = write_script(a, roots, count, EARLY, ORDER, ret_late, ret_why);
    if (r == 0 && setting(roots, count, order[EARLY]) == NULL)
        *ret_late = NULL;
    return r;
}

int cloudconfig_archive(struct arena *a, const char *text, size_t length, cloudconfig_entries *ret_entries,
                        const char **ret_why) {
    const struct node *root = read_text(a, text, length, LIST, "the archive is not a list of parts", ret_why);

    for (size_t i = 0; root != NULL && i < root->items.count; i++) {
        const struct node *item = root->items.items[i];
        const struct node *content = item->kind == SCALAR ? item : member(item, "content");

        if (content == NULL || content->kind != SCALAR) {
            *ret_why = arena_printf(a, "entry %zu has no content", i + 1);
            return -EINVAL;
        }
        *vec_push(a, ret_entries) =
            (struct cloudconfig_entry){text_of(member(item, "type")), text_of(content)};
    }
    return root == NULL ? -EINVAL : 0;
}
