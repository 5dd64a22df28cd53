/* SPDX-License-Identifier: Apache-2.0 */
#include "host/defaults.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/arena.h"
#include "base/fd.h"
#include "base/map.h"
#include "base/text.h"
#include "host/tree.h"

#define DPKG_STATUS "/var/lib/dpkg/status"

enum { FILE_MAX_BYTES = 1 << 20, STATUS_MAX = 64 << 20, FILES_MAX = 4096, MD5_HEX = 32 };

/* Servers whose settings, folders in /var and pages an instance gets. */
static const struct {
    const char *program, *etc; /* etc: in /etc, up to a '/' or the end */
    const char *folders[4];    /* in /var */
} servers[] = {
    {"/usr/sbin/nginx", "nginx", {"var/log/nginx", "var/lib/nginx", "var/www", "var/www/html"}},
    {"/usr/sbin/apache2", "apache2", {"var/log/apache2", "var/cache/apache2", "var/www", "var/www/html"}},
    {"/usr/sbin/haproxy", "haproxy", {"var/lib/haproxy"}},
    {"/usr/sbin/squid", "squid", {"var/log/squid", "var/spool/squid"}},
    {"/usr/sbin/dnsmasq", "dnsmasq.conf", {"var/lib/misc"}},
    {"/usr/sbin/keepalived", "keepalived", {NULL}},
    {"/usr/sbin/cron", "crontab", {"var/spool/cron", "var/spool/cron/crontabs"}},
    {"/usr/sbin/vsftpd", "vsftpd.conf", {NULL}},
    {"/usr/bin/redis-server", "redis", {"var/log/redis", "var/lib/redis"}},
    {"/usr/bin/memcached", "memcached.conf", {NULL}},
};

struct defaults {
    struct arena arena;
    int root;
    VEC(const char *) copied; /* paths, "/etc/…" */
};

/* 0 also when the instance has put something else there. */
static int let(int r) {
    return r < 0 && !tree_in_the_way(r) ? r : 0;
}

static int make_parents(struct defaults *d, const char *path) {
    char part[PATH_MAX];
    int r = 0;

    snprintf(part, sizeof(part), "%s", path);
    for (char *p = strchr(part, '/'); r == 0 && p != NULL; p = strchr(p + 1, '/')) {
        *p = '\0';
        r = let(tree_make_folder(d->root, part, 0755));
        *p = '/';
    }
    return r;
}

static bool wanted(const char *path) {
    for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
        size_t n = strlen(servers[i].etc);

        if (strncmp(path + 5, servers[i].etc, n) == 0 && (path[5 + n] == '/' || path[5 + n] == '\0') &&
            access(servers[i].program, X_OK) == 0)
            return true;
    }
    return false;
}

static bool has_sum(const void *data, size_t length, const char *expected) {
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    char hex[2 * EVP_MAX_MD_SIZE + 1] = "";

    if (EVP_Digest(data, length, sum, &n, EVP_md5(), NULL) != 1)
        return false;
    for (unsigned i = 0; i < n; i++)
        snprintf(hex + (size_t)2 * i, 3, "%02x", sum[i]);
    return strncmp(hex, expected, MD5_HEX) == 0;
}

/* sum: NULL for a file that packages alone write. */
static int copy(struct defaults *d, const char *from, const char *to, const char *sum) {
    struct stat st;
    char *text;
    size_t length;
    int r;

    if (lstat(from, &st) < 0 || !S_ISREG(st.st_mode) || (st.st_mode & 0004) == 0 ||
        fd_read_file(from, FILE_MAX_BYTES, &text, &length) < 0)
        return 0;
    r = sum != NULL && !has_sum(text, length, sum) ? 1 : make_parents(d, to);
    if (r == 0)
        r = let(tree_make_file(d->root, to, text, length, st.st_mode & 0755));
    free(text);
    if (r == 0 && d->copied.count < FILES_MAX)
        *vec_push(&d->arena, &d->copied) = arena_strdup(&d->arena, from);
    return r < 0 ? r : 0;
}

/* The lines " /etc/path checksum" of dpkg's records. */
static int copy_unchanged(struct defaults *d) {
    char *status, path[PATH_MAX];
    size_t length;
    int r = 0;

    if (fd_read_file(DPKG_STATUS, STATUS_MAX, &status, &length) < 0)
        return 0;
    for (const char *p = status; r == 0 && (p = strstr(p, "\n /etc/")) != NULL; p++) {
        size_t n = strcspn(p + 2, " \n");

        if (n >= sizeof(path) || p[2 + n] != ' ' || strspn(p + 3 + n, "0123456789abcdef") != MD5_HEX)
            continue;
        snprintf(path, sizeof(path), "%.*s", (int)n, p + 2);
        if (strstr(path, "/../") == NULL && wanted(path))
            r = copy(d, path, path + 1, p + 3 + n);
    }
    free(status);
    return r;
}

static bool is_copied(const struct defaults *d, const char *path) {
    for (size_t i = 0; i < d->copied.count; i++)
        if (text_is(d->copied.items[i], path))
            return true;
    return false;
}

/* What packages' scripts have enabled: links to files that were copied. */
static int copy_links(struct defaults *d, const char *folder) {
    char *paths[] = {(char *)(size_t)folder, NULL}, real[PATH_MAX], target[PATH_MAX];
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *e;
    int r = 0;

    while (walk != NULL && r == 0 && (e = fts_read(walk)) != NULL) {
        ssize_t n;

        if (e->fts_info != FTS_SL && e->fts_info != FTS_SLNONE)
            continue;
        n = readlink(e->fts_accpath, target, sizeof(target) - 1);
        if (n <= 0 || realpath(e->fts_accpath, real) == NULL || !is_copied(d, real))
            continue;
        target[n] = '\0';
        r = make_parents(d, e->fts_path + 1);
        if (r == 0)
            r = let(tree_make_link(d->root, e->fts_path + 1, target));
    }
    if (walk != NULL)
        fts_close(walk);
    return r;
}

/* As Amazon Linux has it, and with its keys made at the first start. */
static int add_sshd(struct defaults *d) {
    static const char unit[] =
        "[Unit]\nDescription=OpenSSH server daemon\nAfter=network.target\n\n"
        "[Service]\nType=notify\nEnvironmentFile=-/etc/sysconfig/sshd\n"
        "ExecStartPre=/usr/bin/ssh-keygen -A\nExecStart=/usr/sbin/sshd -D $OPTIONS\n"
        "ExecReload=/bin/kill -HUP $MAINPID\nKillMode=process\nRestart=on-failure\n"
        "RestartSec=42s\nRuntimeDirectory=sshd\n\n[Install]\nWantedBy=multi-user.target\n";
    int r = copy(d, "/usr/share/openssh/sshd_config", "etc/ssh/sshd_config", NULL);

    return r < 0 ? r
                 : let(tree_make_file(d->root, "etc/systemd/system/sshd.service", unit, sizeof(unit) - 1,
                                      0644));
}

int defaults_copy(int root) {
    struct defaults d = {.root = root};
    bool any = false;
    int r = 0;

    for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++)
        any = any || access(servers[i].program, X_OK) == 0;
    if (any)
        r = copy_unchanged(&d);
    for (size_t i = 0; any && r == 0 && i < sizeof(servers) / sizeof(servers[0]); i++) {
        char folder[64];

        if (access(servers[i].program, X_OK) < 0)
            continue;
        snprintf(folder, sizeof(folder), "/etc/%s", servers[i].etc);
        r = copy_links(&d, folder);
        for (size_t k = 0; r == 0 && k < 4 && servers[i].folders[k] != NULL; k++)
            r = let(tree_make_folder(root, servers[i].folders[k], 0755));
    }
    if (r == 0 && access("/usr/sbin/sshd", X_OK) == 0)
        r = add_sshd(&d);
    if (r == 0)
        r = copy(&d, "/usr/share/nginx/html/index.html", "var/www/html/index.html", NULL);
    arena_free(&d.arena);
    return r;
}
