/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/lab_site.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/embed.h"
#include "base/text.h"
#include "net/awsnet.h"

enum { PIECE_BYTES = 65536 };
static const int64_t BYTES_MAX = INT64_C(1) << 40;

static const char TEXT[] = "text/plain; charset=utf-8", HTML[] = "text/html; charset=utf-8",
                  JSON[] = "application/json", BINARY[] = "application/octet-stream";

static void respond(struct http_request *rq, int status, const char *type, const char *body, size_t length) {
    const struct http_header headers[] = {{"Content-Type", type}, {"Cache-Control", "no-cache"}};

    http_respond(rq, status, headers, 2, body, length);
}

static void respond_text(struct http_request *rq, int status, const char *text) {
    respond(rq, status, TEXT, text, strlen(text));
}

static bool is_get(const struct http_request *rq) {
    return strcmp(rq->method, "GET") == 0 || strcmp(rq->method, "HEAD") == 0;
}

static void respond_json(struct http_request *rq, const char *key) {
    char text[IP4_TEXT_BYTES];
    const char *body = arena_printf(rq->arena, "{\"%s\": \"%s\"}\n", key,
                                    ip4_format((struct ip4){ntohl(rq->peer.sin_addr.s_addr)}, text));

    respond(rq, 200, JSON, body, strlen(body));
}

static void site_address(struct http_request *rq) {
    char text[IP4_TEXT_BYTES];

    if (strcmp(rq->path, "/json") == 0 || (rq->query != NULL && strcmp(rq->query, "format=json") == 0))
        respond_json(rq, "ip");
    else
        respond_text(
            rq, 200,
            arena_printf(rq->arena, "%s\n", ip4_format((struct ip4){ntohl(rq->peer.sin_addr.s_addr)}, text)));
}

static void site_origin(struct http_request *rq) {
    if (strcmp(rq->path, "/ip") == 0)
        respond_json(rq, "origin");
    else
        respond_text(rq, 404, "only /ip is here\n");
}

static void site_page(struct http_request *rq, const struct lab_host *host) {
    const struct embed_file *f =
        embed_find(arena_printf(rq->arena, "lab/pages/%s.html", host->name_count > 0 ? host->names[0] : ""));

    if (f == NULL || (strcmp(rq->path, "/") != 0 && strcmp(rq->path, "/index.html") != 0))
        respond_text(rq, 404, "no such page\n");
    else
        respond(rq, 200, HTML, f->data, f->length);
}

static void site_git(struct http_request *rq, const struct lab_host *host, struct lab_git *git) {
    struct http_header headers[] = {{"Content-Type", BINARY}, {"Cache-Control", "no-cache"}};
    struct stat st;
    int fd, r;

    if (strcmp(rq->path, "/") == 0) {
        site_page(rq, host);
        return;
    }
    r = lab_git_open(git, rq->path, &fd);
    if (r < 0) {
        respond_text(rq, r == -ENOENT ? 404 : 500,
                     r == -ENOENT ? "no such repository or object\n" : "no git\n");
        return;
    }
    /* Plain files are git's "dumb" protocol; the type tells the client that no smart one is spoken. */
    if (text_ends(rq->path, "/info/refs"))
        headers[0].value = TEXT;
    if (fstat(fd, &st) < 0)
        respond_text(rq, 500, "unreadable\n");
    else
        http_respond_fd(rq, 200, headers, 2, fd, 0, st.st_size);
    close(fd);
}

/* /bytes/N: text that repeats every 64 KiB. */
static void site_bytes(struct http_request *rq, const char *number) {
    const struct http_header type = {"Content-Type", BINARY};
    static const char line[] =
        "the quick brown fox jumps over the lazy dog. 0123456789 ABCDEF\n"; /* 63 and \n */
    char *piece;
    int64_t left;

    if (parse_int(number, 0, BYTES_MAX, &left) < 0) {
        respond_text(rq, 400, "GET /bytes/N, with N a number of bytes\n");
        return;
    }
    piece = arena_alloc(rq->arena, PIECE_BYTES);
    for (size_t i = 0; i < PIECE_BYTES; i++)
        piece[i] = line[i % (sizeof(line) - 1)];
    if (http_begin(rq, 200, &type, 1, left) < 0)
        return;
    while (left > 0) {
        size_t n = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;

        if (http_write(rq, piece, n) < 0)
            return;
        left -= (int64_t)n;
    }
    http_end(rq);
}

static void site_files(struct http_request *rq) {
    if (is_get(rq) && text_starts(rq->path, "/bytes/")) {
        site_bytes(rq, rq->path + strlen("/bytes/"));
    } else if (strcmp(rq->method, "PUT") == 0 || strcmp(rq->method, "POST") == 0) {
        char *piece = arena_alloc(rq->arena, PIECE_BYTES);
        int64_t total = 0;
        ssize_t n;

        while ((n = http_body_read(rq, piece, PIECE_BYTES)) > 0)
            total += n;
        if (n == 0)
            respond_text(rq, 200, arena_printf(rq->arena, "%lld bytes\n", (long long)total));
    } else {
        respond_text(rq, 404, "GET /bytes/N gives N bytes; PUT and POST count what they are given\n");
    }
}

static bool is_service(struct ip4 address) {
    size_t count;
    const struct prefix4 *cidrs = awsnet_service_cidrs(&count);

    for (size_t i = 0; i < count; i++)
        if (prefix4_contains(cidrs[i], address))
            return true;
    return false;
}

void lab_site(struct http_request *rq, void *user) {
    const struct lab_sites *sites = user;
    struct ip4 address = {ntohl(rq->local.sin_addr.s_addr)};
    const struct lab_host *host = lab_host(address);

    if (host == NULL && sites->service != NULL && is_service(address))
        sites->service(sites->user, rq);
    else if (host == NULL)
        respond_text(rq, 404, "no such host\n");
    else if (host->serves == LAB_FILES)
        site_files(rq);
    else if (!is_get(rq))
        respond_text(rq, 405, "only GET and HEAD\n");
    else if (host->serves == LAB_ADDRESS)
        site_address(rq);
    else if (host->serves == LAB_ORIGIN)
        site_origin(rq);
    else if (host->serves == LAB_PAGE)
        site_page(rq, host);
    else if (host->serves == LAB_GIT)
        site_git(rq, host, sites->git);
    else
        respond_text(rq, 404, "this host has no web site\n");
}
